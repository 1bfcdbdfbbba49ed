/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stopping actors.
 *
 * The calls that it has are those submitted before: they finish in their order, with all attempts
 * that exceptions leave them, and a snapshot under way is persisted. Later ones are refused when
 * they arrive, and a process that is lost is not replaced. Main invariant: an actor that is
 * stopping and not dead has a timer, and `refused` of its calls have not arrived yet. */
#include "sim/runtime/actors/ending.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/service.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/routes/routing.h"

static void settle(struct runtime *rt, uint32_t batch, uint32_t element)
{
    batch_of(rt, batch)->objects[element].is_inline = true;
    batch_settle(rt, batch, element, OBJECT_READY, 0);
}

void ending_begin(struct runtime *rt, uint32_t actor, simtime limit, uint32_t batch,
                  uint32_t element)
{
    struct actor *a = actor_of(rt, actor);
    simtime until = simtime_add(runtime_now(rt), limit);
    if (a->state == ACTOR_DEAD) {
        settle(rt, batch, element);
        return;
    }
    uint32_t at = pool_take(&rt->waiters);
    *(struct waiter *)pool_at(&rt->waiters, at) = (struct waiter){
        .next = a->stoppers, .kind = WAITER_BATCH, .number = batch, .stamp = element};
    a->stoppers = at;
    if (!a->is_stopping || until < a->stops_at) {
        runtime_stop_timer(rt, &a->stop_timer);
        a->stops_at = until;
        a->stop_timer = runtime_timer(rt, limit, EVENT_OUTAGE, TIMER_ENDING, actor);
        actor_tell(rt, actor, TOLD_STOPPING, 0, limit);
    }
    if (!a->is_stopping)
        routing_gone(rt, actor);
    a->is_stopping = true;
    service_end_if_let_go(rt, actor);
}

void ending_timer(struct runtime *rt, uint32_t actor)
{
    actor_of(rt, actor)->stop_timer = 0;
    actor_kill(rt, actor, CAIRN_CAUSE_WORKER);
}

void ending_over(struct runtime *rt, uint32_t actor)
{
    struct actor *a = actor_of(rt, actor);
    runtime_stop_timer(rt, &a->stop_timer);
    while (a->stoppers) {
        struct waiter waiter = *(struct waiter *)pool_at(&rt->waiters, a->stoppers);
        pool_give(&rt->waiters, a->stoppers);
        a->stoppers = waiter.next;
        settle(rt, waiter.number, waiter.stamp);
    }
}
