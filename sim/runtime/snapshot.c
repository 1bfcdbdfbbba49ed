/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checkpoints of an actor: taken, persisted, complete or aborted, gone back to.
 *
 * A snapshot is of the state as it was when it began; useful time since then is at risk until the
 * next one is complete. Main invariant: kept + at_risk is the useful time that the state holds, and
 * `between` the part of at_risk that the snapshot under way will not hold. */
#include "sim/runtime/snapshot.h"
#include "sim/runtime/actor.h"
#include "sim/runtime/advice.h"
#include "sim/runtime/call.h"
#include "sim/runtime/items.h"
#include "sim/runtime/seat.h"
#include "sim/runtime/service.h"

static const struct program_actor *class_of(const struct runtime *rt, const struct actor *a)
{
    return &rt->program->actors[a->class];
}

bool snapshot_is_there(const struct runtime *rt, const struct actor *a)
{
    if (!a->newest.is_there || !class_of(rt, a)->checkpoint.in_memory)
        return a->newest.is_there;
    const struct host *host = &rt->hosts[a->newest.host];
    return host->state == HOST_UP && host->life == a->newest.life;
}

void snapshot_inherit(struct runtime *rt, uint32_t number, uint32_t from)
{
    actor_of(rt, number)->newest = actor_of(rt, from)->newest;
    items_inherit(rt, number, from);
}

/* ---- taken -------------------------------------------------------------------------------- */

void snapshot_begin(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    a->covered = a->version;
    a->between = a->saving = 0;
    rt->record->taken++;
    actor_tell(rt, number, TOLD_SNAPSHOT, 0, (slot_ns)a->covered);
    items_cover(rt, number);
    advice_snapshot(rt, number);
    c->state = CALL_RUNNING;
    simtime time = runtime_amount(rt, &class_of(rt, a)->checkpoint.snapshot, STREAM_START, number,
                                  a->snapshots++, WORD_SNAPSHOT);
    c->timer = runtime_timer(rt, time, EVENT_COMPLETION, TIMER_CALL, call);
}

static void complete(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    a->newest = (struct actor_checkpoint){.is_there = true,
                                          .version = a->covered,
                                          .host = a->seat.host,
                                          .life = rt->hosts[a->seat.host].life};
    a->kept += a->at_risk - a->between;
    a->at_risk = a->between;
    rt->record->completed++;
    actor_tell(rt, number, TOLD_COMPLETE, 0, (slot_ns)a->covered);
    items_complete(rt, number);
    advice_complete(rt, number);
    call_finish(rt, call, a->seat.host);
}

void snapshot_end(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    simtime persist = runtime_amount(rt, &class_of(rt, a)->checkpoint.persist, STREAM_START, number,
                                     a->snapshots - 1, WORD_PERSIST);
    advice_snapshot_ended(rt, number);
    if (persist == 0) {
        complete(rt, number, call);
        return;
    }
    actor_tell(rt, number, TOLD_PERSISTING, 0, (slot_ns)a->covered);
    a->persisting = call;
    a->persist_timer = runtime_timer(rt, persist, EVENT_COMPLETION, TIMER_PERSIST, number);
}

void snapshot_persisted(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    uint32_t call = a->persisting;
    service_charge(rt, number);
    a->persist_timer = a->persisting = 0;
    complete(rt, number, call);
    service_pump(rt, number);
    service_end_if_let_go(rt, number);
}

void snapshot_abort(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    rt->record->checkpoints_aborted++;
    rt->record->aborted += a->saving;
    struct told told = actor_told(rt, number, TOLD_ABORTED);
    told.amount = (slot_ns)a->covered;
    told.count = (uint64_t)a->saving;
    runtime_tell(rt, told);
    items_abort(rt, number);
    advice_aborted(rt, number);
}

/* ---- gone back to ------------------------------------------------------------------------ */

simtime snapshot_restore_time(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    return runtime_amount(rt, &class_of(rt, a)->checkpoint.restore, STREAM_START, number,
                          a->restores++, WORD_RESTORE);
}

void snapshot_restored(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    seat_charge(rt, SEAT_OF_ACTOR(number), JOB_RESTORE);
    a->version = a->newest.version;
    rt->record->restored++;
    rt->record->protected_work += a->kept;
    struct told told = actor_told(rt, number, TOLD_RESTORED);
    told.amount = (slot_ns)a->version;
    told.count = (uint64_t)a->kept;
    runtime_tell(rt, told);
    items_restore(rt, number);
    if (a->phase == ACTOR_SERVING)
        advice_restored(rt, number, runtime_now(rt) - a->restore_began);
}

/* The newest complete checkpoint takes the place of the state. */
void snapshot_go_back(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    assert(snapshot_is_there(rt, a));
    seat_move(rt, SEAT_OF_ACTOR(number), JOB_USEFUL, JOB_LOST, a->at_risk);
    rt->record->lost_work += a->at_risk;
    a->at_risk = a->between = 0;
    a->restore_began = runtime_now(rt);
    c->state = CALL_RUNNING;
    c->timer =
        runtime_timer(rt, snapshot_restore_time(rt, number), EVENT_COMPLETION, TIMER_CALL, call);
}
