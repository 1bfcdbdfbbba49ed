/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Items move between a queue, the hands of calls, and checkpoints; each move is told.
 *
 * Main invariant: while its actor lives `depth` is the length of `queued`, and an item is in one
 * line alone; checkpoints hold copies. What a call took stands in its hands newest first, so that
 * putting one after the other in front of the queue gives the old order. */
#include "sim/runtime/actors/items.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/channel.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"

enum { SEEN_PUT, SEEN_DELIVERED, SEEN_BITS };
#define SEEN_IN_WORD (64 / SEEN_BITS)

static struct items *items_of(const struct runtime *rt, uint32_t number)
{
    return &actor_of(rt, number)->channel->items;
}

static struct item *item_of(const struct runtime *rt, uint32_t item)
{
    return pool_at(&rt->items, item);
}

static unsigned mode_of(const struct runtime *rt, uint32_t number)
{
    return actor_class(rt, actor_of(rt, number))->queue.items;
}

static struct item_class *class_of(const struct runtime *rt, uint32_t number)
{
    return &rt->item_classes[actor_of(rt, number)->class];
}

/* ---- lines --------------------------------------------------------------------------------- */

static void push_back(struct runtime *rt, struct item_line *line, uint32_t item)
{
    item_of(rt, item)->next = 0;
    if (line->last)
        item_of(rt, line->last)->next = item;
    else
        line->first = item;
    line->last = item;
}

static void push_front(struct runtime *rt, struct item_line *line, uint32_t item)
{
    item_of(rt, item)->next = line->first;
    line->first = item;
    line->last = line->last ? line->last : item;
}

static uint32_t pop_front(struct runtime *rt, struct item_line *line)
{
    uint32_t item = line->first;
    line->first = item_of(rt, item)->next;
    line->last = line->first ? line->last : 0;
    return item;
}

static uint32_t copy(struct runtime *rt, uint32_t item)
{
    uint32_t twin = pool_take(&rt->items);
    *item_of(rt, twin) = *item_of(rt, item);
    return twin;
}

static void copy_line(struct runtime *rt, struct item_line *to, const struct item_line *from)
{
    for (uint32_t at = from->first; at && !rt->is_out_of_memory; at = item_of(rt, at)->next)
        push_back(rt, to, copy(rt, at));
}

/* ---- accounts ------------------------------------------------------------------------------ */

/* Methods of a class stand together: the messages of a call are numbered behind those of the
 * methods before it, call by call. */
static uint64_t number_of(const struct runtime *rt, const struct call *c)
{
    const struct batch *b = batch_of(rt, c->batch);
    const struct program_function *all = rt->program->functions, *f = &all[b->function];
    uint64_t before = 0, each = 0;
    for (const struct program_function *at = f; at > all && at[-1].actor == f->actor; at--)
        before += at[-1].puts;
    for (const struct program_function *at = f;
         at < all + rt->program->functions_count && at->actor == f->actor; at++)
        each += at->puts;
    return (b->first + c->element) * (before + each) + before + c->moved;
}

static bool grow(struct runtime *rt, struct item_class *class, size_t words)
{
    size_t most = class->words ? class->words : 8;
    while (most < words)
        most *= 2;
    uint64_t *seen = blocks_take(&rt->blocks, most, sizeof *seen);
    if (!seen)
        return false;
    if (class->words > 0) {
        memcpy(seen, class->seen, class->words * sizeof *seen);
        blocks_give(&rt->blocks, class->seen, class->words, sizeof *seen);
    }
    class->seen = seen;
    class->words = most;
    return true;
}

/* Has this been so before? It is from now on. */
static bool mark(struct runtime *rt, struct item_class *class, uint64_t number, unsigned bit)
{
    size_t word = (size_t)(number / SEEN_IN_WORD);
    uint64_t mask = UINT64_C(1) << (number % SEEN_IN_WORD * SEEN_BITS + bit);
    if (word >= class->words && !grow(rt, class, word + 1))
        return false;
    bool was = class->seen[word] & mask;
    class->seen[word] |= mask;
    return was;
}

/* Accounts for the depth so far, which is about to change. */
static void charge(struct runtime *rt, uint32_t number)
{
    struct items *q = items_of(rt, number);
    simtime now = runtime_now(rt);
    if (!q->is_over)
        class_of(rt, number)->counts.depth += (slot_ns)(now - q->since) * (slot_ns)q->depth;
    q->since = now;
}

static void deepen(struct runtime *rt, uint32_t number)
{
    struct items *q = items_of(rt, number);
    struct record_items *counts = &class_of(rt, number)->counts;
    charge(rt, number);
    q->depth++;
    counts->high = q->depth > counts->high ? q->depth : counts->high;
}

static void tell(struct runtime *rt, uint32_t number, struct told told, uint32_t item)
{
    told.count = item_of(rt, item)->number;
    told.amount = (slot_ns)items_of(rt, number)->depth;
    told.since = item_of(rt, item)->since;
    runtime_tell(rt, told);
}

/* ---- put, taken, delivered ----------------------------------------------------------------- */

void items_put(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    uint32_t item = pool_take(&rt->items);
    struct item_class *class = class_of(rt, c->actor);
    *item_of(rt, item) = (struct item){.number = number_of(rt, c), .since = runtime_now(rt)};
    bool is_again = mark(rt, class, item_of(rt, item)->number, SEEN_PUT);
    class->counts.put += !is_again;
    c->moved++;
    items_of(rt, c->actor)->moves++;
    push_back(rt, &items_of(rt, c->actor)->queued, item);
    deepen(rt, c->actor);
    struct told told = call_told(rt, c, TOLD_ENQUEUED);
    told.to = is_again;
    tell(rt, c->actor, told, item);
}

void items_take(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    struct items *q = items_of(rt, c->actor);
    charge(rt, c->actor);
    uint32_t item = pop_front(rt, &q->queued);
    assert(q->depth > 0);
    q->depth--;
    q->moves++;
    c->moved++;
    item_of(rt, item)->next = c->items;
    c->items = item;
    tell(rt, c->actor, call_told(rt, c, TOLD_DEQUEUED), item);
}

/* One of those that the call has in its hands: the newest. */
static uint32_t let_go(struct runtime *rt, struct call *c)
{
    uint32_t item = c->items;
    c->items = item_of(rt, item)->next;
    return item;
}

void items_deliver(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    struct item_class *class = class_of(rt, c->actor);
    while (c->items) {
        uint32_t item = let_go(rt, c);
        bool is_again = mark(rt, class, item_of(rt, item)->number, SEEN_DELIVERED);
        class->counts.delivered += !is_again;
        class->counts.doubled += is_again;
        class->counts.waited += runtime_now(rt) - item_of(rt, item)->since;
        pool_give(&rt->items, item);
    }
}

static void lose(struct runtime *rt, uint32_t number, struct told told, uint32_t item)
{
    tell(rt, number, told, item);
    pool_give(&rt->items, item);
}

void items_drop(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    while (c->items)
        lose(rt, c->actor, call_told(rt, c, TOLD_ITEM_LOST), let_go(rt, c));
}

/* ---- a process is gone --------------------------------------------------------------------- */

static void lose_queued(struct runtime *rt, uint32_t number)
{
    struct items *q = items_of(rt, number);
    charge(rt, number);
    while (q->queued.first) {
        q->depth--;
        lose(rt, number, actor_told(rt, number, TOLD_ITEM_LOST), pop_front(rt, &q->queued));
    }
    assert(q->depth == 0);
}

/* What a call has taken and will not deliver stands in front again. */
static void give_back(struct runtime *rt, uint32_t call, bool is_over)
{
    struct call *c = call_of(rt, call);
    while (c->items) {
        uint32_t item = let_go(rt, c);
        push_front(rt, &items_of(rt, c->actor)->queued, item);
        if (is_over)
            continue; /* it is left, and no queue is there to be deeper */
        deepen(rt, c->actor);
        tell(rt, c->actor, call_told(rt, c, TOLD_ITEM_BACK), item);
    }
}

void items_stop(struct runtime *rt, uint32_t number, bool is_over)
{
    const struct actor *a = actor_of(rt, number);
    if (!a->channel)
        return;
    bool stays = is_over || mode_of(rt, number) == ITEMS_KEPT;
    for (uint32_t at = a->running; at; at = call_of(rt, at)->next) {
        if (stays)
            give_back(rt, at, is_over);
        else
            items_drop(rt, at);
    }
    if (!stays)
        lose_queued(rt, number);
}

void items_end(struct runtime *rt, uint32_t number)
{
    const struct actor *a = actor_of(rt, number);
    if (!a->channel)
        return;
    if (a->cause != CAIRN_CAUSE_OWNER)
        lose_queued(rt, number);
    charge(rt, number);
    a->channel->items.is_over = true;
}

/* ---- checkpoints --------------------------------------------------------------------------- */

static bool are_covered(const struct runtime *rt, uint32_t number)
{
    return actor_of(rt, number)->channel && mode_of(rt, number) == ITEMS_CHECKPOINTED;
}

void items_cover(struct runtime *rt, uint32_t number)
{
    if (!are_covered(rt, number))
        return;
    struct items *q = items_of(rt, number);
    assert(!q->covered.first);
    for (uint32_t at = actor_of(rt, number)->running; at; at = call_of(rt, at)->next)
        for (uint32_t item = call_of(rt, at)->items; item; item = item_of(rt, item)->next)
            push_front(rt, &q->covered, copy(rt, item));
    copy_line(rt, &q->covered, &q->queued);
}

void items_complete(struct runtime *rt, uint32_t number, struct item_line *held)
{
    if (!are_covered(rt, number))
        return;
    struct items *q = items_of(rt, number);
    *held = q->covered;
    q->covered = (struct item_line){0, 0};
}

void items_abort(struct runtime *rt, uint32_t number)
{
    if (are_covered(rt, number))
        items_forget(rt, &items_of(rt, number)->covered);
}

void items_restore(struct runtime *rt, uint32_t number, const struct item_line *held)
{
    if (!are_covered(rt, number))
        return;
    struct items *q = items_of(rt, number);
    lose_queued(rt, number);
    for (uint32_t at = held->first; at && !rt->is_out_of_memory; at = item_of(rt, at)->next) {
        uint32_t item = copy(rt, at);
        push_back(rt, &q->queued, item);
        deepen(rt, number);
        tell(rt, number, actor_told(rt, number, TOLD_ITEM_BACK), item);
    }
}

struct item_line items_copy(struct runtime *rt, const struct item_line *held)
{
    struct item_line line = {0, 0};
    copy_line(rt, &line, held);
    return line;
}

void items_forget(struct runtime *rt, struct item_line *held)
{
    while (held->first)
        pool_give(&rt->items, pop_front(rt, held));
}

/* ---- the record ---------------------------------------------------------------------------- */

/* Messages that are still in, and have never been delivered. */
static void count_left(struct runtime *rt, uint32_t number)
{
    struct item_class *class = class_of(rt, number);
    charge(rt, number);
    for (uint32_t at = items_of(rt, number)->queued.first; at; at = item_of(rt, at)->next)
        class->counts.left += !mark(rt, class, item_of(rt, at)->number, SEEN_DELIVERED);
}

void items_close(struct runtime *rt)
{
    struct record_items *all = &rt->record->items;
    for (uint32_t number = 1; number < rt->actors.count; number++)
        if (actor_of(rt, number)->channel)
            count_left(rt, number);
    for (uint32_t i = 0; i < rt->program->actors_count; i++) {
        struct record_items *one = &rt->item_classes[i].counts;
        one->lost = one->put - one->delivered - one->left;
        all->put += one->put;
        all->delivered += one->delivered;
        all->lost += one->lost;
        all->left += one->left;
        all->doubled += one->doubled;
        all->high = one->high > all->high ? one->high : all->high;
        all->depth += one->depth;
        all->waited += one->waited;
    }
}
