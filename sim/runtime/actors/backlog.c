/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls that wait at an actor: a lineup through the calls themselves. */
#include "sim/runtime/actors/backlog.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"

void backlog_push_back(struct runtime *rt, struct actor *a, uint32_t call)
{
    lineup_push_back(rt, &a->queue, call_next, call);
}

void backlog_push_front(struct runtime *rt, struct actor *a, uint32_t call)
{
    lineup_push_front(rt, &a->queue, call_next, call);
}

void backlog_push_arrived(struct runtime *rt, struct actor *a, uint32_t call)
{
    uint32_t before = 0;
    for (uint32_t at = a->queue.first; a->coming > 0 && at && call_of(rt, at)->has_arrived;
         at = call_of(rt, at)->next)
        before = at;
    if (a->coming == 0 || before == a->queue.last) {
        backlog_push_back(rt, a, call);
    } else if (!before) {
        backlog_push_front(rt, a, call);
    } else {
        call_of(rt, call)->next = call_of(rt, before)->next;
        call_of(rt, before)->next = call;
    }
}

uint32_t backlog_ahead(const struct runtime *rt, const struct actor *a)
{
    if (a->coming == 0)
        return a->calls;
    uint32_t ahead = a->running_count;
    for (uint32_t at = a->queue.first; at && call_of(rt, at)->has_arrived;
         at = call_of(rt, at)->next)
        ahead++;
    return ahead;
}

void backlog_pop_front(struct runtime *rt, struct actor *a)
{
    lineup_pop_front(rt, &a->queue, call_next);
}

void backlog_take_out(struct runtime *rt, uint32_t *list, uint32_t call)
{
    uint32_t *link = list;
    while (*link != call)
        link = &call_of(rt, *link)->next;
    *link = call_of(rt, call)->next;
}

static void leave(struct runtime *rt, struct actor *a, uint32_t call)
{
    bool was_there = lineup_take_out(rt, &a->queue, call_next, call);
    assert(was_there);
    (void)was_there;
}

void backlog_drop(struct runtime *rt, struct actor *a, uint32_t call)
{
    leave(rt, a, call);
    a->calls--;
}

void backlog_step_aside(struct runtime *rt, struct actor *a, uint32_t call)
{
    struct call *c = call_of(rt, call);
    assert(c->is_again && c->has_arrived && c->missing > 0);
    leave(rt, a, call);
    c->is_outside = true;
    c->has_arrived = false;
    a->coming++;
}

/* ---- whose calls they are ------------------------------------------------------------------ */

/* Element i of a batch of calls goes to actor i of the set, and round again; of a map to whom it
 * was given. */
static uint32_t actor_for(const struct runtime *rt, const struct batch *b, uint32_t element)
{
    if (b->servers)
        return b->servers[element];
    const struct batch *actors = batch_of(rt, b->target);
    return actors->objects[element % actors->count].call;
}

void backlog_queue(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    c->actor = actor_for(rt, batch_of(rt, c->batch), c->element);
    struct actor *a = actor_of(rt, c->actor);
    backlog_push_back(rt, a, call);
    a->calls++;
    a->coming++;
    c->is_refused = a->is_stopping;
    a->refused += c->is_refused;
}

void backlog_expect_again(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    if (!c->actor)
        c->actor = actor_for(rt, batch_of(rt, c->batch), c->element);
    c->is_again = c->is_outside = true;
    actor_of(rt, c->actor)->calls++;
    actor_of(rt, c->actor)->coming++;
}

bool backlog_can_call_again(const struct runtime *rt, const struct batch *batch, uint32_t element)
{
    const struct actor *a = actor_of(rt, actor_for(rt, batch, element));
    return a->state != ACTOR_DEAD && !a->is_stopping && actor_class(rt, a)->task_retries != 0;
}
