/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking, charging and leaving seats.
 *
 * The seats of a host are a list threaded through calls and actors, so that a crash finds them all
 * and an end leaves in O(1). Main invariant: a seat's time before `since` is in the ledger. */
#include "sim/runtime/seat.h"
#include "sim/model/ledger.h"
#include "sim/runtime/nodes/host.h"
#include "sim/runtime/nodes/killer.h"

static struct told about(const struct runtime *rt, uint32_t reference)
{
    struct told told = {.function = PROGRAM_NOTHING, .host = seat_of(rt, reference)->host};
    if (reference & 1) {
        const struct actor *actor = pool_at(&rt->actors, reference >> 1);
        told.actor = reference >> 1;
        told.job = ((struct job *)pool_at(&rt->jobs, actor->job))->serial;
        return told;
    }
    const struct call *call = pool_at(&rt->calls, reference >> 1);
    const struct batch *batch = pool_at(&rt->batches, call->batch);
    told.call = reference >> 1;
    told.function = batch->function;
    told.batch = batch->serial;
    told.element = call->element;
    told.attempt = call->attempt;
    told.job = ((struct job *)pool_at(&rt->jobs, batch->job))->serial;
    return told;
}

static void tell(struct runtime *rt, uint32_t reference, enum told_kind kind)
{
    struct told told = about(rt, reference);
    told.kind = kind;
    runtime_tell(rt, told);
}

void seat_tell(struct runtime *rt, uint32_t reference, enum told_kind kind, slot_ns amount)
{
    struct told told = about(rt, reference);
    told.kind = kind;
    told.amount = amount;
    runtime_tell(rt, told);
}

void seat_take(struct runtime *rt, uint32_t reference, const struct cairn_placement *placement)
{
    struct seat *seat = seat_of(rt, reference);
    struct host *host = &rt->hosts[placement->node];
    assert(host->state == HOST_UP || host->state == HOST_LOST);
    *seat = (struct seat){.host = placement->node,
                          .entry = placement->entry,
                          .next = host->seats,
                          .since = runtime_now(rt)};
    if (host->seats)
        seat_of(rt, host->seats)->previous = reference;
    else
        host->busy_since = runtime_now(rt);
    host->seats = reference;
    tell(rt, reference, TOLD_PLACED);
}

simtime seat_charge(struct runtime *rt, uint32_t reference, enum job_class class)
{
    struct seat *seat = seat_of(rt, reference);
    simtime elapsed = runtime_now(rt) - seat->since;
    assert(elapsed >= 0 && seat->host != TOLD_NOWHERE);
    if (elapsed == 0)
        return 0;
    if (rt->listener) {
        struct told told = about(rt, reference);
        told.kind = TOLD_SPAN;
        told.since = seat->since;
        told.to = class;
        runtime_tell(rt, told);
    }
    ledger_charge(rt->record, class, elapsed);
    seat->since = runtime_now(rt);
    return elapsed;
}

void seat_move(struct runtime *rt, uint32_t reference, enum job_class from, enum job_class to,
               slot_ns amount)
{
    if (amount == 0)
        return;
    if (rt->listener) {
        struct told told = about(rt, reference);
        told.kind = TOLD_MOVE;
        told.cause = from;
        told.to = to;
        told.amount = amount;
        runtime_tell(rt, told);
    }
    ledger_move(rt->record, from, to, amount);
}

void seat_leave(struct runtime *rt, uint32_t reference, const struct cairn_demand *held)
{
    struct seat *seat = seat_of(rt, reference);
    uint32_t place = seat->host;
    struct host *host = &rt->hosts[place];
    assert(seat->since == runtime_now(rt));
    if (rt->listener)
        tell(rt, reference, TOLD_LEFT);
    if (seat->next)
        seat_of(rt, seat->next)->previous = seat->previous;
    if (seat->previous)
        seat_of(rt, seat->previous)->next = seat->next;
    else
        host->seats = seat->next;
    if (!host->seats)
        host_count_busy(rt, place);
    if (held) {
        uint64_t id = reference; /* of no request that waits */
        struct cairn_placement placement = {id, seat->host, seat->entry};
        cairn_scheduler_release(rt->spec->scheduler.class, rt->scheduler_plan, rt->scheduler,
                                runtime_now(rt), &placement, held);
        rt->wants_dispatch = true;
    }
    killer_left(rt, place, reference);
    seat->host = TOLD_NOWHERE;
    seat->next = seat->previous = 0;
}
