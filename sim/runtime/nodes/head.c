/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The head's absence.
 *
 * Timers of those who need it are kept when they fire, and fire again when it is back; requests for
 * actors' places are withdrawn, and made again. Main invariant: while it is away the scheduler has
 * no request of an actor, and outside that time no timer is kept. */
#include "sim/runtime/nodes/head.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/nodes/host.h"

enum { HEAD_RETURNS, HEAD_MISSED };

static struct timer *timer_of(const struct runtime *rt, uint32_t number)
{
    return pool_at(&rt->timers, number);
}

static void tell(struct runtime *rt, enum told_kind kind, uint64_t amount)
{
    runtime_tell(rt, (struct told){.kind = kind,
                                   .function = PROGRAM_NOTHING,
                                   .host = TOLD_NOWHERE,
                                   .amount = (slot_ns)amount});
}

void head_fail(struct runtime *rt, simtime lasts)
{
    simtime until = simtime_add(runtime_now(rt), lasts);
    if (!rt->head.is_away || until > rt->head.until)
        rt->head.until = until;
    tell(rt, TOLD_HEAD_DOWN, (uint64_t)lasts);
    runtime_timer(rt, lasts, EVENT_REPAIR, TIMER_HEAD, HEAD_RETURNS);
    if (rt->head.is_away)
        return;
    rt->head.is_away = true;
    rt->head.missed =
        runtime_timer(rt, rt->spec->runtime.reconnect, EVENT_DETECTION, TIMER_HEAD, HEAD_MISSED);
    for (uint32_t number = 1; number < rt->actors.count; number++)
        actor_withdraw(rt, number);
}

static void come_back(struct runtime *rt)
{
    runtime_stop_timer(rt, &rt->head.missed);
    rt->head.is_away = false;
    tell(rt, TOLD_HEAD_UP, 0);
    for (uint32_t number = 1; number < rt->actors.count; number++)
        actor_ask_again(rt, number);
}

/* Nodes wait no longer: what runs on them ends. */
static void give_up(struct runtime *rt)
{
    uint32_t count = 0;
    rt->head.missed = 0;
    for (uint32_t place = 0; place < rt->spec->cluster.nodes; place++)
        count += host_exit(rt, place);
    if (count == 0)
        return;
    rt->record->struck++;
    tell(rt, TOLD_OUTAGE, count);
}

void head_timer(struct runtime *rt, uint32_t number)
{
    if (number == HEAD_MISSED)
        give_up(rt);
    else if (rt->head.is_away && runtime_now(rt) >= rt->head.until)
        come_back(rt);
}

bool head_keeps(struct runtime *rt, uint32_t timer)
{
    struct timer *t = timer_of(rt, timer);
    bool is_needed = t->kind == TIMER_HOST ||
                     (t->kind == TIMER_BATCH && batch_of(rt, t->number)->kind == BATCH_ACTORS) ||
                     (t->kind == TIMER_ACTOR && actor_of(rt, t->number)->phase != ACTOR_STARTING);
    if (!is_needed)
        return false;
    t->next_free = 0;
    if (rt->head.kept_last)
        timer_of(rt, rt->head.kept_last)->next_free = timer;
    else
        rt->head.kept_first = timer;
    rt->head.kept_last = timer;
    return true;
}

uint32_t head_next(struct runtime *rt)
{
    uint32_t timer = rt->head.kept_first;
    if (rt->head.is_away || !timer)
        return 0;
    rt->head.kept_first = timer_of(rt, timer)->next_free;
    if (!rt->head.kept_first)
        rt->head.kept_last = 0;
    return timer;
}
