/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls that wait at an actor: a list through the calls themselves.
 *
 * Main invariant: queue_last is the last of those that queue_first leads to; both are 0 where none
 * waits. */
#include "sim/runtime/actors/backlog.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"

void backlog_push_back(struct runtime *rt, struct actor *a, uint32_t call)
{
    call_of(rt, call)->next = 0;
    if (a->queue_last)
        call_of(rt, a->queue_last)->next = call;
    else
        a->queue_first = call;
    a->queue_last = call;
}

void backlog_push_front(struct runtime *rt, struct actor *a, uint32_t call)
{
    call_of(rt, call)->next = a->queue_first;
    a->queue_first = call;
    if (!a->queue_last)
        a->queue_last = call;
}

void backlog_push_arrived(struct runtime *rt, struct actor *a, uint32_t call)
{
    uint32_t before = 0;
    for (uint32_t at = a->queue_first; a->coming > 0 && at && call_of(rt, at)->has_arrived;
         at = call_of(rt, at)->next)
        before = at;
    if (a->coming == 0 || before == a->queue_last) {
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
    for (uint32_t at = a->queue_first; at && call_of(rt, at)->has_arrived;
         at = call_of(rt, at)->next)
        ahead++;
    return ahead;
}

void backlog_pop_front(struct runtime *rt, struct actor *a)
{
    a->queue_first = call_of(rt, a->queue_first)->next;
    if (!a->queue_first)
        a->queue_last = 0;
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
    uint32_t before = 0;
    for (uint32_t at = a->queue_first; at != call; at = call_of(rt, at)->next) {
        assert(at);
        before = at;
    }
    backlog_take_out(rt, &a->queue_first, call);
    if (a->queue_last == call)
        a->queue_last = before;
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
