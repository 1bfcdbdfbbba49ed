/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of the items of queues, counted from the lines of --events alone.
 *
 * An item is there from its `enqueued` (or `item-back` out of a checkpoint) to its delivery or its
 * `item-lost`. In between it is in the queue, or in the hands of a call: lines that name a batch
 * are about those. One class has queues here, so a number alone says which message it is. */
#ifndef CAIRN_TESTS_CAMPAIGN_RECOUNTED_H
#define CAIRN_TESTS_CAMPAIGN_RECOUNTED_H

#include "tests/sim/runtime/played.h"

enum { RECOUNTED_ACTORS = 256, RECOUNTED_ITEMS = 4096, RECOUNTED_MESSAGES = 4096 };

struct recounted_line {
    enum told_kind kind;
    unsigned long actor;
    int64_t time, batch, element, item, depth, since; /* batch -1: none */
    bool is_dead;
};

struct recounted_item {
    bool is_there;
    unsigned long actor;
    int64_t item, batch, element, since; /* batch -1: it is in the queue */
};

struct recounted {
    struct {
        int64_t depth, since; /* up to there the depth is accounted for */
        bool is_over;
    } queues[RECOUNTED_ACTORS];
    struct recounted_item items[RECOUNTED_ITEMS];
    unsigned used;
    bool was_put[RECOUNTED_MESSAGES], was_delivered[RECOUNTED_MESSAGES];
    struct record_items counts;
};

static inline void recounted_deepen(struct recounted *r, unsigned long actor, int64_t time,
                                    int64_t depth)
{
    assert_in_range(actor, 1, RECOUNTED_ACTORS - 1);
    r->counts.depth += r->queues[actor].is_over
                           ? 0
                           : (slot_ns)(time - r->queues[actor].since) * r->queues[actor].depth;
    r->queues[actor].since = time;
    r->queues[actor].depth = depth;
    if ((uint64_t)depth > r->counts.high)
        r->counts.high = (uint64_t)depth;
}

static inline void recounted_deliver(struct recounted *r, struct recounted_item *item, int64_t time)
{
    bool *was = &r->was_delivered[item->item];
    r->counts.delivered += !*was;
    r->counts.doubled += *was;
    r->counts.waited += time - item->since;
    item->is_there = false;
    *was = true;
}

static inline struct recounted_item *recounted_find(struct recounted *r,
                                                    const struct recounted_line *l, int64_t batch)
{
    for (unsigned i = 0; i < r->used; i++) {
        struct recounted_item *item = &r->items[i];
        if (item->is_there && item->actor == l->actor && item->item == l->item &&
            item->batch == batch && (batch < 0 || item->element == l->element))
            return item;
    }
    fail_msg("no item %lld", (long long)l->item);
    return NULL;
}

static inline void recounted_new(struct recounted *r, const struct recounted_line *l, int64_t since)
{
    assert_in_range(l->item, 0, RECOUNTED_MESSAGES - 1);
    assert_in_range(r->used, 0, RECOUNTED_ITEMS - 1);
    r->items[r->used++] = (struct recounted_item){true, l->actor, l->item, -1, 0, since};
}

static inline void recounted_ended(struct recounted *r, const struct recounted_line *l)
{
    for (unsigned i = 0; i < r->used; i++)
        if (r->items[i].is_there && r->items[i].batch == l->batch &&
            r->items[i].element == l->element && l->batch >= 0)
            recounted_deliver(r, &r->items[i], l->time);
}

static inline void recounted_add(struct recounted *r, const struct recounted_line *l)
{
    struct recounted_item *item;
    if (l->kind == TOLD_ENDED) {
        recounted_ended(r, l);
        return;
    }
    recounted_deepen(r, l->actor, l->time, l->is_dead ? r->queues[l->actor].depth : l->depth);
    if (l->is_dead) {
        r->queues[l->actor].is_over = true;
    } else if (l->kind == TOLD_ENQUEUED) {
        recounted_new(r, l, l->time);
        r->counts.put += !r->was_put[l->item];
        r->was_put[l->item] = true;
    } else if (l->kind == TOLD_DEQUEUED) {
        item = recounted_find(r, l, -1);
        assert_int_equal(item->since, l->since);
        item->batch = l->batch;
        item->element = l->element;
    } else if (l->kind == TOLD_ITEM_LOST) {
        recounted_find(r, l, l->batch)->is_there = false;
    } else if (l->batch >= 0) {
        recounted_find(r, l, l->batch)->batch = -1;
    } else {
        recounted_new(r, l, l->since);
    }
}

/* What is there to the end, and was never delivered, is left; what is nowhere is lost. */
static inline void recounted_end(struct recounted *r, struct record *record)
{
    for (unsigned long actor = 1; actor < RECOUNTED_ACTORS; actor++)
        recounted_deepen(r, actor, record->makespan, r->queues[actor].depth);
    for (unsigned i = 0; i < r->used; i++) {
        if (!r->items[i].is_there)
            continue;
        r->counts.left += !r->was_delivered[r->items[i].item];
        r->was_delivered[r->items[i].item] = true;
    }
    r->counts.lost = r->counts.put - r->counts.delivered - r->counts.left;
    record->items = r->counts;
}

#endif
