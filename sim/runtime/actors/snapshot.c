/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checkpoints of an actor: taken, persisted, complete or aborted, gone back to.
 *
 * A snapshot is of the state as it was when it began; useful time since then is at risk until the
 * next one is complete. The `keep` newest complete ones are its generations. Main invariant: kept +
 * at_risk is the useful time that the state holds, `kept` what the newest generation holds of it,
 * and `between` the part of at_risk that the snapshot under way will not hold. */
#include "sim/runtime/actors/snapshot.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/advice.h"
#include "sim/runtime/actors/items.h"
#include "sim/runtime/actors/service.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/seat.h"
#include <string.h>

/* ---- generations -------------------------------------------------------------------------- */

static bool is_there(const struct runtime *rt, const struct actor *a,
                     const struct actor_checkpoint *generation)
{
    if (!actor_class(rt, a)->checkpoint.in_memory)
        return true;
    const struct host *host = &rt->hosts[generation->host];
    return host->state == HOST_UP && host->life == generation->life;
}

/* The newest that is there, `back` such before it; NULL: there are not as many. */
static struct actor_checkpoint *find(const struct runtime *rt, const struct actor *a, uint64_t back)
{
    for (uint32_t i = 0; i < a->generations_count; i++)
        if (is_there(rt, a, &a->generations[i]) && back-- == 0)
            return &a->generations[i];
    return NULL;
}

static struct actor_checkpoint *find_version(const struct runtime *rt, const struct actor *a,
                                             uint64_t version)
{
    for (uint32_t i = 0; i < a->generations_count; i++)
        if (a->generations[i].version == version && is_there(rt, a, &a->generations[i]))
            return &a->generations[i];
    return NULL;
}

const struct actor_checkpoint *snapshot_newest(const struct runtime *rt, const struct actor *a)
{
    return find(rt, a, 0);
}

uint64_t snapshot_common(const struct runtime *rt, uint32_t set)
{
    const struct batch *actors = batch_of(rt, set);
    const struct actor *first = actor_of(rt, actors->objects[0].call);
    for (uint32_t i = 0; i < first->generations_count; i++) {
        uint64_t version = first->generations[i].version;
        uint32_t j = 0;
        while (j < actors->count &&
               find_version(rt, actor_of(rt, actors->objects[j].call), version))
            j++;
        if (j == actors->count)
            return version;
    }
    return PROGRAM_COMMON;
}

/* Room for one more: behind the `keep` newest they go. */
static struct actor_checkpoint *add_generation(struct runtime *rt, struct actor *a)
{
    uint32_t keep = actor_class(rt, a)->checkpoint.keep;
    if (!a->generations)
        a->generations = blocks_take(&rt->blocks, keep, sizeof *a->generations);
    if (!a->generations)
        return NULL;
    if (a->generations_count == keep)
        items_forget(rt, &a->generations[keep - 1].items);
    else
        a->generations_count++;
    memmove(a->generations + 1, a->generations,
            (a->generations_count - 1) * sizeof *a->generations);
    return a->generations;
}

void snapshot_inherit(struct runtime *rt, uint32_t number, uint32_t from)
{
    const struct actor *old = actor_of(rt, from);
    for (uint32_t i = old->generations_count; i-- > 0;) {
        struct actor_checkpoint *generation = add_generation(rt, actor_of(rt, number));
        if (!generation)
            return;
        *generation = old->generations[i];
        generation->kept = generation->work = generation->steps = 0; /* another's */
        generation->items = items_copy(rt, &old->generations[i].items);
    }
}

void snapshot_give_up(struct runtime *rt, uint32_t number, const struct actor_checkpoint *held)
{
    struct actor *a = actor_of(rt, number);
    bool is_stateless = actor_class(rt, a)->is_stateless; /* what it has done stands */
    simtime lost = a->at_risk + (is_stateless ? 0 : a->kept - (held ? held->kept : 0));
    a->kept = held ? held->kept : 0;
    a->at_risk = a->between = 0;
    seat_move(rt, SEAT_OF_ACTOR(number), JOB_USEFUL, JOB_LOST, lost);
    rt->record->lost_work += lost;
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
    simtime time = runtime_amount(rt, &actor_class(rt, a)->checkpoint.snapshot, STREAM_START,
                                  number, a->snapshots++, WORD_SNAPSHOT);
    c->timer = runtime_timer(rt, time, EVENT_COMPLETION, TIMER_CALL, call);
}

static void complete(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct actor_checkpoint *generation = add_generation(rt, a);
    a->kept += a->at_risk - a->between;
    a->at_risk = a->between;
    rt->record->completed++;
    actor_tell(rt, number, TOLD_COMPLETE, 0, (slot_ns)a->covered);
    if (generation) {
        *generation = (struct actor_checkpoint){.version = a->covered,
                                                .kept = a->kept,
                                                .host = a->seat.host,
                                                .life = rt->hosts[a->seat.host].life};
        items_complete(rt, number, &generation->items);
    }
    advice_complete(a, generation);
    call_finish(rt, call, a->seat.host);
}

void snapshot_end(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    simtime persist = runtime_amount(rt, &actor_class(rt, a)->checkpoint.persist, STREAM_START,
                                     number, a->snapshots - 1, WORD_PERSIST);
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

static simtime restore_time(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    a->restore_began = runtime_now(rt);
    return runtime_amount(rt, &actor_class(rt, a)->checkpoint.restore, STREAM_START, number,
                          a->restores++, WORD_RESTORE);
}

simtime snapshot_restart(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    const struct actor_checkpoint *newest = find(rt, a, 0);
    snapshot_give_up(rt, number, newest);
    if (!newest)
        return -1;
    a->chosen = (uint32_t)(newest - a->generations);
    return restore_time(rt, number);
}

/* Those that are newer go with what they hold: it has been given up. */
static void drop_newer(struct runtime *rt, struct actor *a)
{
    for (uint32_t i = 0; i < a->chosen; i++)
        items_forget(rt, &a->generations[i].items);
    a->generations_count -= a->chosen;
    memmove(a->generations, a->generations + a->chosen,
            a->generations_count * sizeof *a->generations);
    a->chosen = 0;
}

bool snapshot_restored(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    seat_charge(rt, SEAT_OF_ACTOR(number), JOB_RESTORE);
    if (!is_there(rt, a, &a->generations[a->chosen]))
        return false;
    snapshot_give_up(rt, number, &a->generations[a->chosen]);
    drop_newer(rt, a);
    a->version = a->generations->version;
    rt->record->restored++;
    rt->record->protected_work += a->kept;
    struct told told = actor_told(rt, number, TOLD_RESTORED);
    told.amount = (slot_ns)a->version;
    told.count = (uint64_t)a->kept;
    runtime_tell(rt, told);
    items_restore(rt, number, &a->generations->items);
    advice_back(a, a->generations);
    if (a->phase == ACTOR_SERVING)
        advice_restored(rt, number, runtime_now(rt) - a->restore_began);
    return true;
}

const struct actor_checkpoint *snapshot_wanted(const struct runtime *rt, uint32_t call)
{
    const struct call *c = call_of(rt, call);
    const struct batch *b = batch_of(rt, c->batch);
    const struct actor *a = actor_of(rt, c->actor);
    uint64_t back = rt->program->statements[b->statement].times;
    return back == PROGRAM_COMMON ? find_version(rt, a, b->first) : find(rt, a, back);
}

/* A complete checkpoint takes the place of the state. */
void snapshot_go_back(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    const struct actor_checkpoint *wanted = snapshot_wanted(rt, call);
    assert(wanted);
    a->chosen = (uint32_t)(wanted - a->generations);
    c->state = CALL_RUNNING;
    c->timer = runtime_timer(rt, restore_time(rt, number), EVENT_COMPLETION, TIMER_CALL, call);
}
