/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invariants of queues: a model of each, moved by what is told; first come, first served.
 *
 * Where an item is follows from the chronicle alone: in a queue, in the hands of a call that took
 * it, delivered with the end of that call, or gone. What the record counts is counted here again.
 */
#ifndef CAIRN_TESTS_RUNTIME_CHECKED_ITEMS_H
#define CAIRN_TESTS_RUNTIME_CHECKED_ITEMS_H

#include "sim/runtime/actors/channel.h"
#include "tests/sim/runtime/checked.h"

static inline struct checked_message *checked_message(struct checked *c, uint32_t class,
                                                      uint64_t number)
{
    return checked_at(&c->messages, number * c->rt->program->actors_count + class);
}

static inline struct checked_item *checked_item(struct checked *c, uint64_t at)
{
    return checked_at(&c->items, at);
}

/* The first of this actor's that is in its queue, or in anybody's hands; items_used: none. The list
 * is in the order of the queue. */
static inline uint64_t checked_find(struct checked *c, const struct told *t, bool is_held)
{
    while (c->items_from < c->items_used && !checked_item(c, c->items_from)->is_there)
        c->items_from++;
    uint64_t at = c->items_from;
    for (; at < c->items_used; at++) {
        const struct checked_item *item = checked_item(c, at);
        bool is_right = is_held ? item->call > 0 && item->number == t->count : item->call == 0;
        if (item->is_there && item->actor == t->actor && is_right)
            break;
    }
    return at;
}

/* Of this actor, in its queue or in somebody's hands. */
static inline uint64_t checked_items(struct checked *c, const struct told *t)
{
    uint64_t count = 0;
    for (uint64_t at = c->items_from; at < c->items_used; at++)
        count += checked_item(c, at)->is_there && checked_item(c, at)->actor == t->actor;
    return count;
}

static inline void checked_depth(struct checked *c, const struct told *t, int change)
{
    struct checked_queue *q = checked_at(&c->queues, t->actor);
    if (!q->is_over)
        c->depth_time += (slot_ns)(t->time - q->since) * q->depth;
    q->since = t->time;
    q->depth += change;
    c->high = q->depth > c->high ? q->depth : c->high;
    CHECK(q->depth >= 0 && t->amount == q->depth);
}

static inline void checked_add_item(struct checked *c, const struct told *t, simtime since,
                                    bool is_first)
{
    struct checked_item item = {true, t->actor, t->count, 0, since};
    if (is_first && c->items_from > 0) {
        *checked_item(c, --c->items_from) = item;
        return;
    }
    uint64_t at = c->items_used++;
    checked_item(c, at);
    for (; is_first && at > 0; at--)
        *checked_item(c, at) = *checked_item(c, at - 1);
    *checked_item(c, at) = item;
}

static inline void checked_enqueued(struct checked *c, const struct told *t)
{
    uint32_t class = actor_of(c->rt, t->actor)->class;
    const struct program_actor *of = checked_class(c, t->actor);
    struct checked_message *m = checked_message(c, class, t->count);
    CHECK(t->to == m->was_put);
    CHECK(checked_call(c, t)->is_running && checked_actor(c, t->actor)->coming == 0);
    checked_depth(c, t, 1);
    CHECK(of->queue.capacity == 0 || (uint64_t)t->amount <= of->queue.capacity);
    c->counts.put += !m->was_put;
    m->was_put = true;
    checked_add_item(c, t, t->time, false);
}

static inline void checked_dequeued(struct checked *c, const struct told *t)
{
    struct checked_item *item = checked_item(c, checked_find(c, t, false));
    CHECK(item->is_there && item->number == t->count && item->since == t->since);
    CHECK(checked_call(c, t)->is_running && checked_actor(c, t->actor)->coming == 0);
    checked_depth(c, t, -1);
    item->call = 1 + checked_batch(c, t->batch)->first + t->element;
}

/* From the hands of a call, which is named, or from the front of the queue. */
static inline void checked_item_lost(struct checked *c, const struct told *t)
{
    bool was_held = t->batch > 0;
    struct checked_item *item = checked_item(c, checked_find(c, t, was_held));
    CHECK(item->is_there && item->number == t->count);
    checked_depth(c, t, was_held ? 0 : -1);
    item->is_there = false;
}

/* Of a checkpoint, behind the others; or who had taken it is gone, and it stands before them. */
static inline void checked_item_back(struct checked *c, const struct told *t)
{
    unsigned mode = checked_class(c, t->actor)->queue.items;
    CHECK(mode == ITEMS_KEPT || (mode == ITEMS_CHECKPOINTED && t->batch == 0));
    checked_depth(c, t, 1);
    if (t->batch > 0) {
        struct checked_item *item = checked_item(c, checked_find(c, t, true));
        CHECK(item->is_there);
        item->is_there = false;
    } else {
        CHECK(checked_actor(c, t->actor)->coming-- > 0);
    }
    CHECK(checked_message(c, actor_of(c->rt, t->actor)->class, t->count)->was_put);
    checked_add_item(c, t, t->since, mode == ITEMS_KEPT);
}

/* A call has ended: what it had in its hands is delivered. */
static inline void checked_deliver(struct checked *c, const struct told *t)
{
    uint64_t call = 1 + checked_batch(c, t->batch)->first + t->element;
    uint32_t class = t->actor ? actor_of(c->rt, t->actor)->class : 0;
    for (uint64_t at = c->items_from; t->actor && at < c->items_used; at++) {
        struct checked_item *item = checked_item(c, at);
        if (!item->is_there || item->call != call)
            continue;
        struct checked_message *m = checked_message(c, class, item->number);
        c->counts.delivered += !m->was_delivered;
        c->counts.doubled += m->was_delivered;
        c->counts.waited += t->time - item->since;
        m->was_delivered = true;
        item->is_there = false;
    }
}

static inline void checked_gathered(struct checked *c, const struct told *t)
{
    struct checked_queue *q = checked_at(&c->queues, t->actor);
    CHECK(t->count == ++q->rounds);
    CHECK((uint64_t)t->amount == c->rt->program->functions[t->function].gathers);
    CHECK(checked_call(c, t)->is_running);
}

static inline void checked_hear_item(struct checked *c, const struct told *t)
{
    if (t->kind == TOLD_ENQUEUED)
        checked_enqueued(c, t);
    else if (t->kind == TOLD_DEQUEUED)
        checked_dequeued(c, t);
    else if (t->kind == TOLD_ITEM_LOST)
        checked_item_lost(c, t);
    else if (t->kind == TOLD_ITEM_BACK)
        checked_item_back(c, t);
    else
        checked_gathered(c, t);
}

/* What is in the queue of a dead actor is lost at this instant, or left: its job is over. */
static inline void checked_queue_ends(struct checked *c, const struct told *t)
{
    struct checked_queue *q = checked_at(&c->queues, t->actor);
    c->depth_time += (slot_ns)(t->time - q->since) * q->depth;
    q->is_over = true;
}

/* Every message has been delivered, is in a queue or in somebody's hands still, or is lost. */
static inline void checked_items_end(struct checked *c, const struct told *t,
                                     const struct record_items *r)
{
    struct record_items *counts = &c->counts;
    for (uint32_t number = 0; number < c->queues.count; number++) {
        const struct checked_queue *q = checked_at(&c->queues, number);
        if (!q->is_over)
            c->depth_time += (slot_ns)(t->time - q->since) * q->depth;
    }
    for (uint64_t at = 0; at < c->items_used; at++) {
        const struct checked_item *item = checked_item(c, at);
        if (!item->is_there)
            continue;
        struct checked_message *m =
            checked_message(c, actor_of(c->rt, item->actor)->class, item->number);
        counts->left += !m->was_delivered;
        m->was_delivered = true;
    }
    CHECK(r->put == counts->put && r->delivered == counts->delivered);
    CHECK(r->doubled == counts->doubled && r->left == counts->left);
    CHECK(r->put == r->delivered + r->lost + r->left);
    CHECK(r->waited == counts->waited && r->depth == c->depth_time);
    CHECK((int64_t)r->high == c->high);
}

#endif
