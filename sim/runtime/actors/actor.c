/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of actors: place, process, constructor, restore; death, and what comes after it.
 *
 * Main invariant: an actor has a seat exactly while its phase is not ACTOR_NOWHERE, and only the
 * ten documented transitions of its state occur (become). */
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/advice.h"
#include "sim/runtime/actors/aftermath.h"
#include "sim/runtime/actors/channel.h"
#include "sim/runtime/actors/ending.h"
#include "sim/runtime/actors/service.h"
#include "sim/runtime/actors/snapshot.h"
#include "sim/runtime/actors/troupe.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/driver/growth.h"
#include "sim/runtime/nodes/host.h"
#include "sim/runtime/nodes/mishap.h"
#include "sim/runtime/routes/routing.h"
#include "sim/runtime/seat.h"

const char *const actor_states[ACTOR_DEAD + 1] = {
    [ACTOR_UNREADY] = "DEPENDENCIES_UNREADY",
    [ACTOR_PENDING] = "PENDING_CREATION",
    [ACTOR_ALIVE] = "ALIVE",
    [ACTOR_RESTARTING] = "RESTARTING",
    [ACTOR_DEAD] = "DEAD",
};

struct actor *actor_of(const struct runtime *rt, uint32_t number)
{
    return pool_at(&rt->actors, number);
}

struct told actor_told(const struct runtime *rt, uint32_t number, enum told_kind kind)
{
    const struct actor *a = actor_of(rt, number);
    return (struct told){.kind = kind,
                         .cause = a->cause,
                         .job = ((struct job *)pool_at(&rt->jobs, a->job))->serial,
                         .function = PROGRAM_NOTHING,
                         .actor = number,
                         .host = a->seat.host};
}

void actor_tell(struct runtime *rt, uint32_t number, enum told_kind kind, uint32_t to,
                slot_ns amount)
{
    struct told told = actor_told(rt, number, kind);
    told.to = to;
    told.amount = amount;
    runtime_tell(rt, told);
}

static void become(struct runtime *rt, uint32_t number, enum actor_state state)
{
    struct actor *a = actor_of(rt, number);
    assert(a->state != state && (a->state != ACTOR_DEAD || state == ACTOR_DEAD));
    assert(state != ACTOR_PENDING || a->state == ACTOR_UNREADY);
    assert(state != ACTOR_RESTARTING || a->state == ACTOR_ALIVE);
    assert(state != ACTOR_ALIVE || a->state == ACTOR_PENDING || a->state == ACTOR_RESTARTING);
    uint8_t before = a->state;
    a->state = (uint8_t)state;
    actor_tell(rt, number, TOLD_ACTOR, state, 0);
    if (a->member)
        growth_hear(rt, number, before);
}

uint32_t actor_new(struct runtime *rt, uint32_t batch, uint32_t element, uint32_t class)
{
    uint32_t number = pool_take(&rt->actors);
    struct actor *a = actor_of(rt, number);
    const struct cairn_recovery_class *recovery = rt->spec->recovery.class;
    *a = (struct actor){.batch = batch,
                        .element = element,
                        .class = class,
                        .job = batch_of(rt, batch)->job,
                        .avoid = CAIRN_NOWHERE,
                        .seat.host = TOLD_NOWHERE};
    batch_of(rt, batch)->objects[element].call = number;
    struct job *job = pool_at(&rt->jobs, a->job);
    a->next_of_job = job->actors;
    job->actors = number;
    a->own = blocks_take(&rt->blocks, cairn_recovery_own_size(recovery, rt->recovery_plan), 1);
    cairn_recovery_init_own(recovery, rt->recovery_plan, a->own);
    advice_begin(rt, number);
    channel_open(rt, number);
    rt->record->actors.created++;
    actor_tell(rt, number, TOLD_ACTOR, ACTOR_UNREADY, 0);
    return number;
}

/* ---- a place and a process ----------------------------------------------------------------- */

static void ask_for_place(struct runtime *rt, uint32_t number)
{
    const struct actor *a = actor_of(rt, number);
    const struct program_actor *class = actor_class(rt, a);
    if (rt->head.is_away) /* it will ask when the head is back */
        return;
    struct cairn_request r = {.size = sizeof r,
                              .abi = CAIRN_SCHEDULER_ABI,
                              .id = RUNTIME_ACTOR_ID | number,
                              .count = 1,
                              .demand = class->placed,
                              .strategy = class->strategy,
                              .local = CAIRN_NOWHERE,
                              .group = CAIRN_NOWHERE,
                              .bundle = CAIRN_NOWHERE,
                              .node = CAIRN_NOWHERE,
                              .nearest = CAIRN_NOWHERE,
                              .avoid = a->avoid,
                              .expected = CAIRN_NEVER};
    runtime_pin(&r, &class->pin);
    troupe_request(rt, a->batch, a->element, &r);
    runtime_request(rt, &r, PROGRAM_NOTHING, number, a->life);
}

static bool wants_place(const struct actor *a)
{
    bool has_begun = a->state == ACTOR_PENDING || a->state == ACTOR_RESTARTING;
    return has_begun && a->phase == ACTOR_NOWHERE && a->timer == 0;
}

void actor_withdraw(struct runtime *rt, uint32_t number)
{
    if (wants_place(actor_of(rt, number)))
        runtime_withdraw(rt, RUNTIME_ACTOR_ID | number);
}

void actor_ask_again(struct runtime *rt, uint32_t number)
{
    if (wants_place(actor_of(rt, number)))
        ask_for_place(rt, number);
}

void actor_request(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    if (a->state == ACTOR_DEAD)
        return;
    become(rt, number, ACTOR_PENDING);
    ask_for_place(rt, number);
}

static void wait_phase(struct runtime *rt, uint32_t number, enum actor_phase phase, simtime delay)
{
    struct actor *a = actor_of(rt, number);
    a->phase = (uint8_t)phase;
    a->timer = runtime_timer(rt, delay, EVENT_COMPLETION, TIMER_ACTOR, number);
}

/* restore: what going back to its checkpoint took; -1: it did not. */
static void alive(struct runtime *rt, uint32_t number, simtime restore)
{
    struct actor *a = actor_of(rt, number);
    const struct program_actor *class = actor_class(rt, a);
    struct cairn_placement placement = {RUNTIME_ACTOR_ID | number, a->seat.host, a->seat.entry};
    struct batch *b = batch_of(rt, a->batch);
    uint32_t batch = a->batch, element = a->element;
    a->phase = ACTOR_SERVING;
    a->life++;
    a->crash_timer = runtime_timer(rt, mishap_of_actor(rt, a), EVENT_OUTAGE, TIMER_CRASH, number);
    cairn_scheduler_shrink(rt->spec->scheduler.class, rt->scheduler_plan, rt->scheduler, &placement,
                           &class->placed, &class->held);
    rt->wants_dispatch = true;
    become(rt, number, ACTOR_ALIVE);
    if (rt->spec->recovery.class->succeeded)
        rt->spec->recovery.class->succeeded(rt->recovery_plan, rt->recovery, a->own,
                                            CAIRN_SUBJECT_ACTOR, runtime_now(rt));
    if (b->objects[element].state == OBJECT_PENDING) {
        b->objects[element].is_inline = true;
        batch_settle(rt, batch, element, OBJECT_READY, 0);
    }
    advice_alive(rt, number, restore);
    routing_up(rt, number);
    service_began(rt, number);
}

/* Goes back to its newest checkpoint, if there is one, and is alive then. */
static void restore(struct runtime *rt, uint32_t number)
{
    simtime time = snapshot_restart(rt, number);
    if (time < 0)
        alive(rt, number, -1);
    else
        wait_phase(rt, number, ACTOR_RESTORING, time);
}

static void built(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    const struct program_actor *class = actor_class(rt, a);
    seat_charge(rt, SEAT_OF_ACTOR(number), a->state == ACTOR_PENDING ? JOB_START : JOB_RESTART);
    if (a->state == ACTOR_RESTARTING && class->checkpoint.is_automatic)
        restore(rt, number);
    else
        alive(rt, number, -1);
}

static void build(struct runtime *rt, uint32_t number)
{
    const struct actor *a = actor_of(rt, number);
    const struct program_actor *class = actor_class(rt, a);
    uint64_t index = rt->built_of[a->class]++;
    simtime time = runtime_amount(rt, &class->start, STREAM_START, a->class, index, WORD_TIME);
    wait_phase(rt, number, ACTOR_BUILDING, time);
}

static void want_worker(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    a->phase = ACTOR_STARTING;
    if (host_want_worker(rt, SEAT_OF_ACTOR(number), a->job))
        build(rt, number);
}

void actor_place(struct runtime *rt, const struct cairn_placement *placement)
{
    uint32_t number = (uint32_t)placement->id;
    struct actor *a = actor_of(rt, number);
    if (a->state == ACTOR_DEAD) {
        cairn_scheduler_release(rt->spec->scheduler.class, rt->scheduler_plan, rt->scheduler,
                                runtime_now(rt), placement, &actor_class(rt, a)->placed);
        return;
    }
    seat_take(rt, SEAT_OF_ACTOR(number), placement);
    if (rt->hosts[placement->node].state == HOST_LOST) { /* as lost as what ran there */
        a->phase = ACTOR_LOST;
        a->cause = (uint8_t)rt->hosts[placement->node].cause;
    } else if (rt->spec->runtime.lease > 0)
        wait_phase(rt, number, ACTOR_LEASING, rt->spec->runtime.lease);
    else
        want_worker(rt, number);
}

void actor_timer(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    a->timer = 0;
    switch ((enum actor_phase)a->phase) {
    case ACTOR_NOWHERE:
        ask_for_place(rt, number);
        break;
    case ACTOR_LEASING:
        want_worker(rt, number);
        break;
    case ACTOR_STARTING:
        host_worker_started(rt, a->seat.host);
        build(rt, number);
        break;
    case ACTOR_BUILDING:
        built(rt, number);
        break;
    case ACTOR_RESTORING:
        if (snapshot_restored(rt, number))
            alive(rt, number, runtime_now(rt) - a->restore_began);
        else
            restore(rt, number); /* an older one */
        break;
    case ACTOR_LOST:
        actor_detected(rt, number);
        break;
    case ACTOR_SERVING:
        assert(!"an actor that serves has no timer");
    }
}

/* ---- death --------------------------------------------------------------------------------- */

/* Its process is gone: everything it did stops, in the ledger too. */
static void stop_process(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    if (a->phase == ACTOR_SERVING)
        service_charge(rt, number);
    else if (a->phase == ACTOR_RESTORING)
        seat_charge(rt, SEAT_OF_ACTOR(number), JOB_RESTORE);
    else if (a->phase == ACTOR_LOST)
        seat_charge(rt, SEAT_OF_ACTOR(number), JOB_DETECT);
    else if (a->phase != ACTOR_NOWHERE)
        seat_charge(rt, SEAT_OF_ACTOR(number), a->state == ACTOR_PENDING ? JOB_START : JOB_RESTART);
    service_stop(rt, number);
    runtime_stop_timer(rt, &a->timer);
}

void actor_lost(struct runtime *rt, uint32_t number, uint32_t cause)
{
    struct actor *a = actor_of(rt, number);
    stop_process(rt, number);
    a->phase = ACTOR_LOST;
    a->cause = (uint8_t)cause;
    items_stop(rt, number, false);
}

void actor_end_process(struct runtime *rt, uint32_t number, uint32_t cause)
{
    struct actor *a = actor_of(rt, number);
    if (a->phase != ACTOR_SERVING)
        return;
    actor_lost(rt, number, cause);
    a->timer =
        runtime_timer(rt, rt->spec->runtime.worker_detection, EVENT_DETECTION, TIMER_ACTOR, number);
}

void actor_crash(struct runtime *rt, uint32_t number)
{
    actor_end_process(rt, number, CAIRN_CAUSE_WORKER);
}

static void forget_state(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    snapshot_give_up(rt, number, snapshot_newest(rt, a));
    a->version = 0;
    actor_tell(rt, number, TOLD_STATE, 0, 0);
}

static void leave_seat(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    const struct program_actor *class = actor_class(rt, a);
    bool is_shrunk = a->state == ACTOR_ALIVE;
    if (a->seat.host == TOLD_NOWHERE)
        return;
    const struct cairn_demand *held = is_shrunk ? &class->held : &class->placed;
    seat_leave(rt, SEAT_OF_ACTOR(number), rt->hosts[a->seat.host].is_known ? held : NULL);
}

static void die(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    struct batch *set = batch_of(rt, a->batch);
    uint32_t batch = a->batch, element = a->element;
    become(rt, number, ACTOR_DEAD);
    rt->record->actors.dead += a->cause != CAIRN_CAUSE_OWNER;
    a->phase = ACTOR_NOWHERE;
    items_end(rt, number);
    troupe_actor_dead(rt, batch);
    routing_gone(rt, number);
    aftermath_sort(rt, number, true);
    if (set->objects[element].state == OBJECT_PENDING)
        batch_settle(rt, batch, element, OBJECT_FAILED, a->cause);
    ending_over(rt, number);
}

/* Its process is over, and known to be: the seat is left, and what its calls come to is decided. */
static void leave_process(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    if (a->state == ACTOR_ALIVE) {
        advice_failed(rt, number);
        forget_state(rt, number);
    }
    leave_seat(rt, number);
    a->phase = ACTOR_NOWHERE;
    routing_gone(rt, number);
}

/* A new process, after a delay, for who has just lost one. */
static void start_again(struct runtime *rt, uint32_t number, simtime delay)
{
    struct actor *a = actor_of(rt, number);
    if (a->state == ACTOR_ALIVE)
        become(rt, number, ACTOR_RESTARTING);
    aftermath_sort(rt, number, false);
    service_end_if_let_go(rt, number);
    if (a->state == ACTOR_DEAD) /* it lived for calls alone, and none is left */
        return;
    rt->record->actors.restarted++;
    actor_tell(rt, number, TOLD_ACTOR_RESTARTED, 0, delay);
    if (delay > 0)
        wait_phase(rt, number, ACTOR_NOWHERE, delay);
    else
        ask_for_place(rt, number);
}

/* Supervision: what becomes of one becomes of its job's others too, of all or of those created
 * after it. Their processes are stopped now; it costs them none of their own tries. */
static void share_fate(struct runtime *rt, uint32_t number, const struct cairn_cure *cure)
{
    const struct job *job = pool_at(&rt->jobs, actor_of(rt, number)->job);
    if (cure->scope == CAIRN_CURE_ONE)
        return;
    for (uint32_t at = job->actors; at; at = actor_of(rt, at)->next_of_job) {
        struct actor *a = actor_of(rt, at);
        if (at == number || (cure->scope == CAIRN_CURE_REST && at < number))
            continue;
        if (cure->action == CAIRN_GIVE_UP) {
            actor_kill(rt, at, actor_of(rt, number)->cause);
        } else if (a->phase == ACTOR_SERVING) {
            stop_process(rt, at);
            a->cause = CAIRN_CAUSE_WORKER;
            items_stop(rt, at, false);
            leave_process(rt, at);
            start_again(rt, at, cure->delay);
        }
    }
}

void actor_detected(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    uint32_t host = a->seat.host;
    assert(a->phase == ACTOR_LOST);
    seat_charge(rt, SEAT_OF_ACTOR(number), JOB_DETECT);
    leave_process(rt, number);
    if (a->state == ACTOR_PENDING) { /* its creation was not over: once more */
        ask_for_place(rt, number);
        return;
    }
    if (a->is_stopping) { /* nobody wants another process of it */
        die(rt, number);
        return;
    }
    a->failed[a->cause]++;
    struct cairn_cure cure =
        call_ask(rt, CAIRN_SUBJECT_ACTOR, a->cause, a->failed, actor_class(rt, a)->restarts, false,
                 RUNTIME_ACTOR_ID | number, a->own);
    a->avoid = cure.is_elsewhere ? host : CAIRN_NOWHERE;
    if (cure.action == CAIRN_GIVE_UP)
        die(rt, number);
    else
        start_again(rt, number, cure.delay);
    share_fate(rt, number, &cure);
}

void actor_kill(struct runtime *rt, uint32_t number, uint32_t cause)
{
    struct actor *a = actor_of(rt, number);
    if (a->state == ACTOR_DEAD)
        return;
    bool has_begun = a->timer != 0;
    if (a->phase == ACTOR_STARTING && rt->hosts[a->seat.host].state == HOST_UP)
        host_forget_worker(rt, a->seat.host, SEAT_OF_ACTOR(number), has_begun);
    if (a->phase != ACTOR_NOWHERE)
        stop_process(rt, number);
    else
        runtime_withdraw(rt, RUNTIME_ACTOR_ID | number);
    runtime_stop_timer(rt, &a->timer);
    a->cause = (uint8_t)cause;
    items_stop(rt, number, cause == CAIRN_CAUSE_OWNER);
    leave_seat(rt, number);
    die(rt, number);
}

bool actor_all_hold(const struct runtime *rt, uint32_t set, uint64_t calls)
{
    const struct batch *b = batch_of(rt, set);
    for (uint32_t i = 0; i < b->count; i++)
        if (actor_of(rt, b->objects[i].call)->version < calls)
            return false;
    return true;
}

void actor_let_go(struct runtime *rt, uint32_t set)
{
    const struct batch *b = batch_of(rt, set);
    for (uint32_t i = 0; i < b->count; i++) {
        struct actor *a = actor_of(rt, b->objects[i].call);
        if (actor_class(rt, a)->is_detached)
            continue;
        a->is_ending = true;
        service_end_if_let_go(rt, b->objects[i].call);
    }
}

void actor_stop(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    if (a->seat.host == TOLD_NOWHERE)
        return;
    stop_process(rt, number);
    items_stop(rt, number, true);
    if (!rt->is_over) /* detached: its jobs are done, and what it did for them is */
        return;
    seat_move(rt, SEAT_OF_ACTOR(number), JOB_USEFUL, JOB_UNCOMMITTED, a->at_risk);
    a->at_risk = 0;
}
