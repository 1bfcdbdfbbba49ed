/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of an attempt, and what happens when it fails.
 *
 * Phases of no length happen at once. Main invariant: a call that holds a seat has been charged up
 * to its phase's beginning; a call without one waits for a timer, for arguments or for the
 * scheduler. */
#include "sim/runtime/call.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/service.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/effort.h"
#include "sim/runtime/nodes/host.h"
#include "sim/runtime/nodes/killer.h"
#include "sim/runtime/nodes/mishap.h"
#include "sim/runtime/objects/arguments.h"
#include "sim/runtime/objects/copies.h"
#include "sim/runtime/routes/routing.h"
#include "sim/runtime/seat.h"
#include "sim/runtime/submit.h"

struct told call_told(const struct runtime *rt, const struct call *c, enum told_kind kind)
{
    struct told told = batch_told(rt, c->batch, c->element, kind);
    told.attempt = c->attempt;
    told.actor = c->actor;
    told.cause = c->cause;
    told.host =
        c->actor ? ((struct actor *)pool_at(&rt->actors, c->actor))->seat.host : c->seat.host;
    return told;
}

static void tell(struct runtime *rt, const struct call *c, enum told_kind kind, slot_ns amount)
{
    struct told told = call_told(rt, c, kind);
    told.amount = amount;
    runtime_tell(rt, told);
}

void call_tell(struct runtime *rt, uint32_t number, enum told_kind kind, slot_ns amount)
{
    tell(rt, call_of(rt, number), kind, amount);
}

uint32_t call_new(struct runtime *rt, uint32_t batch, uint32_t element)
{
    uint32_t number = pool_take(&rt->calls);
    struct call *c = call_of(rt, number);
    *c = (struct call){
        .batch = batch, .element = element, .stamp = ++rt->stamps, .seat.host = TOLD_NOWHERE};
    batch_of(rt, batch)->objects[element].call = number;
    return number;
}

static void free_call(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    assert(c->seat.host == TOLD_NOWHERE && c->timer == 0 && !c->is_pinning);
    c->stamp = 0; /* what it still waits for wakes nobody */
    if (routing_is_for(rt, c->batch))
        routing_done(rt, number);
    batch_call_done(rt, c->batch, c->element);
    pool_give(&rt->calls, number);
}

void call_give_up(struct runtime *rt, uint32_t number, uint32_t cause)
{
    struct call *c = call_of(rt, number);
    uint32_t batch = c->batch, element = c->element;
    cause = c->is_cancelled ? CAUSE_CANCELLED : cause;
    free_call(rt, number);
    batch_settle(rt, batch, element, OBJECT_FAILED, cause);
}

void call_go(struct runtime *rt, uint32_t number, uint32_t failed)
{
    struct call *c = call_of(rt, number);
    if (c->actor)
        service_call_ready(rt, number, failed);
    else if (routing_is_for(rt, c->batch))
        routing_request(rt, number, failed);
    else if (failed)
        call_give_up(rt, number, failed - 1);
    else
        submit_call(rt, number, CAIRN_NOWHERE);
}

/* ---- placed -------------------------------------------------------------------------------- */

static enum job_class start_class(const struct call *c)
{
    return c->attempt == 0 ? JOB_START : JOB_RESTART;
}

static void wait_phase(struct runtime *rt, uint32_t number, enum call_state state, simtime delay)
{
    struct call *c = call_of(rt, number);
    c->state = (uint8_t)state;
    c->timer = runtime_timer(rt, delay, EVENT_COMPLETION, TIMER_CALL, number);
}

static void run(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    bool is_raising;
    simtime work = effort_of(rt, c, c->seat.host, &is_raising);
    c->is_raising = is_raising;
    tell(rt, c, TOLD_STARTED, 0);
    killer_take(rt, number, c->seat.host);
    simtime end = mishap_of_call(rt, c);
    c->is_crashing = end < work;
    if (!c->is_crashing) {
        wait_phase(rt, number, CALL_RUNNING, work);
        return;
    }
    c->state = CALL_RUNNING;
    c->timer = runtime_timer(rt, end, EVENT_OUTAGE, TIMER_CALL, number);
}

/* It gives its place back unused. */
static void leave_early(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    host_worker_idle(rt, c->seat.host, batch_of(rt, c->batch)->job);
    seat_leave(rt, SEAT_OF_CALL(number), &call_function(rt, c)->demand);
    c->state = CALL_WAITING;
    c->is_resumed = false;
}

/* Its arguments are gone and being made again, or cannot be made: it waits for them elsewhere. */
static void step_back(struct runtime *rt, uint32_t number)
{
    const struct call *c = call_of(rt, number);
    leave_early(rt, number);
    if (c->missing == 0)
        call_give_up(rt, number, submit_lost_argument(rt, number));
}

static void fetch(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    struct arguments arguments = arguments_find(rt, number, c->seat.host);
    seat_charge(rt, SEAT_OF_CALL(number), c->state == CALL_BLOCKED ? JOB_BLOCKED : start_class(c));
    if (arguments.is_lost) {
        step_back(rt, number);
        return;
    }
    switch (arguments_ask(rt, number, c->seat.host, &arguments)) {
    case STORE_ROOM:
        break;
    case STORE_LATER:
        c->state = CALL_BLOCKED;
        return;
    case STORE_NEVER:
        leave_early(rt, number);
        call_give_up(rt, number, CAIRN_CAUSE_MEMORY);
        return;
    }
    simtime delay = arguments_fetch(rt, number, c->seat.host, &arguments);
    if (delay < 0)
        run(rt, number);
    else
        wait_phase(rt, number, CALL_FETCHING, delay);
}

/* Who sent some of it may have died meanwhile: then it is looked for again. */
static void fetched(struct runtime *rt, uint32_t number)
{
    if (arguments_have_arrived(rt, number, call_of(rt, number)->seat.host)) {
        run(rt, number);
        return;
    }
    arguments_let_go(rt, number);
    fetch(rt, number);
}

static void want_worker(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    c->state = CALL_STARTING;
    if (host_want_worker(rt, SEAT_OF_CALL(number), batch_of(rt, c->batch)->job))
        fetch(rt, number);
}

void call_place(struct runtime *rt, const struct cairn_placement *placement)
{
    uint32_t batch = (uint32_t)(placement->id >> 32), element = (uint32_t)placement->id;
    struct batch *b = batch_of(rt, batch);
    uint32_t number = b->objects[element].call;
    if (b->is_cancelled) {
        cairn_scheduler_release(rt->spec->scheduler.class, rt->scheduler_plan, rt->scheduler,
                                runtime_now(rt), placement,
                                &rt->program->functions[b->function].demand);
        return;
    }
    if (!number)
        number = call_new(rt, batch, element);
    struct call *c = call_of(rt, number);
    seat_take(rt, SEAT_OF_CALL(number), placement);
    if (rt->hosts[placement->node].state == HOST_LOST) { /* as lost as what ran there */
        c->state = CALL_LOST;
        c->cause = (uint8_t)rt->hosts[placement->node].cause;
    } else if (rt->spec->runtime.lease > 0)
        wait_phase(rt, number, CALL_LEASING, rt->spec->runtime.lease);
    else
        want_worker(rt, number);
}

/* ---- ending -------------------------------------------------------------------------------- */

static void settle(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    uint32_t batch = c->batch, element = c->element;
    if (routing_is_for(rt, batch))
        routing_answered(rt, number);
    free_call(rt, number);
    batch_settle(rt, batch, element, OBJECT_READY, 0);
}

void call_finish(struct runtime *rt, uint32_t number, uint32_t host)
{
    struct call *c = call_of(rt, number);
    int64_t size = copies_size(rt, c->batch, c->element);
    struct object *object = &batch_of(rt, c->batch)->objects[c->element];
    tell(rt, c, TOLD_ENDED, size);
    object->is_inline = (uint64_t)size <= rt->spec->runtime.inline_size;
    if (!object->is_inline && (!object->is_durable || store_has_room(rt, host, size)))
        copies_add(rt, c->batch, c->element, host);
    if (rt->spec->runtime.reply > 0)
        wait_phase(rt, number, CALL_REPLYING, rt->spec->runtime.reply);
    else
        settle(rt, number);
}

static void failed(struct runtime *rt, uint32_t number, uint32_t host)
{
    struct call *c = call_of(rt, number);
    const struct program_function *f = call_function(rt, c);
    uint64_t id = (uint64_t)c->batch << 32 | c->element;
    c->failed[c->cause]++;
    tell(rt, c, TOLD_ATTEMPT_FAILED, 0);
    rt->record->attempts.failed++;
    if (c->is_cancelled) {
        call_give_up(rt, number, CAUSE_CANCELLED);
        return;
    }
    struct cairn_cure cure = call_ask(rt, CAIRN_SUBJECT_TASK, c->cause, c->failed, f->retries,
                                      f->retry_exceptions, id, NULL);
    if (cure.action == CAIRN_GIVE_UP) {
        call_give_up(rt, number, c->cause);
        return;
    }
    c->attempt++;
    rt->record->calls.retried++;
    tell(rt, c, TOLD_RETRIED, cure.delay);
    c->next = cure.is_elsewhere ? host : CAIRN_NOWHERE; /* to be avoided */
    if (cure.delay > 0) {
        wait_phase(rt, number, CALL_BACKOFF, cure.delay);
        return;
    }
    c->state = CALL_WAITING;
    submit_call(rt, number, c->next);
}

enum store_answer call_ask_room(struct runtime *rt, uint32_t number, uint32_t host)
{
    const struct call *c = call_of(rt, number);
    int64_t size = copies_size(rt, c->batch, c->element);
    bool is_inline = (uint64_t)size <= rt->spec->runtime.inline_size;
    return is_inline ? STORE_ROOM : store_ask(rt, number, host, size, 0);
}

/* It leaves its place, well or not. */
static uint32_t leave(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    uint32_t host = c->seat.host;
    killer_give(rt, number);
    host_worker_idle(rt, host, batch_of(rt, c->batch)->job);
    seat_leave(rt, SEAT_OF_CALL(number), &call_function(rt, c)->demand);
    return host;
}

/* Its useful time has come to nothing, or to nothing yet. Returns how much that is. */
static simtime take_back(struct runtime *rt, uint32_t number, enum job_class class)
{
    struct call *c = call_of(rt, number);
    simtime worked = c->worked;
    seat_move(rt, SEAT_OF_CALL(number), JOB_USEFUL, class, worked);
    c->worked = 0;
    return worked;
}

static void store_result(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    switch (call_ask_room(rt, number, c->seat.host)) {
    case STORE_ROOM:
        call_finish(rt, number, leave(rt, number));
        return;
    case STORE_LATER:
        c->state = CALL_STORING;
        return;
    case STORE_NEVER:
        rt->record->lost_work += take_back(rt, number, JOB_LOST);
        leave(rt, number);
        call_give_up(rt, number, CAIRN_CAUSE_MEMORY);
        return;
    }
}

/* Its result goes to the durable store first, where it has one; it is in nobody's way then. */
static void save_result(struct runtime *rt, uint32_t number)
{
    const struct call *c = call_of(rt, number);
    const struct program_function *f = call_function(rt, c);
    const struct batch *b = batch_of(rt, c->batch);
    uint64_t index = b->first + c->element;
    if (!f->checkpoint.is_given) {
        store_result(rt, number);
        return;
    }
    wait_phase(
        rt, number, CALL_SAVING,
        runtime_amount(rt, &f->checkpoint.write, STREAM_TIME, b->function, index, WORD_WRITE));
}

static void result_saved(struct runtime *rt, uint32_t number)
{
    const struct call *c = call_of(rt, number);
    seat_charge(rt, SEAT_OF_CALL(number), JOB_CHECKPOINT);
    batch_of(rt, c->batch)->objects[c->element].is_durable = true;
    tell(rt, c, TOLD_SAVED, copies_size(rt, c->batch, c->element));
    call_finish(rt, number, leave(rt, number));
}

/* It has run to its end, or to its exception. */
static void end_run(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    const struct program_function *f = call_function(rt, c);
    uint32_t reference = SEAT_OF_CALL(number);
    enum job_class class = c->is_raising ? JOB_LOST : JOB_USEFUL;
    simtime elapsed = seat_charge(rt, reference, class);
    uint64_t index = batch_of(rt, c->batch)->first + c->element;
    simtime overhead = runtime_amount(rt, &f->overhead, STREAM_TIME,
                                      batch_of(rt, c->batch)->function, index, WORD_OVERHEAD);
    overhead = overhead < elapsed ? overhead : elapsed;
    seat_move(rt, reference, class, JOB_TRANSFER, overhead);
    c->worked = c->is_raising ? 0 : elapsed - overhead;
    arguments_let_go(rt, number);
    if (c->is_raising) {
        c->cause = CAIRN_CAUSE_EXCEPTION;
        failed(rt, number, leave(rt, number));
    } else {
        save_result(rt, number);
    }
}

void call_room(struct runtime *rt, uint32_t number)
{
    const struct call *c = call_of(rt, number);
    if (c->state == CALL_BLOCKED) {
        fetch(rt, number);
        return;
    }
    assert(c->state == CALL_STORING);
    seat_charge(rt, SEAT_OF_CALL(number), JOB_BLOCKED);
    store_result(rt, number);
}

void call_timer(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    c->timer = 0;
    if (c->actor && c->state != CALL_REPLYING) {
        service_call_timer(rt, number);
        return;
    }
    switch ((enum call_state)c->state) {
    case CALL_LEASING:
        want_worker(rt, number);
        break;
    case CALL_STARTING:
        host_worker_started(rt, c->seat.host);
        fetch(rt, number);
        break;
    case CALL_SAVING:
        result_saved(rt, number);
        break;
    case CALL_FETCHING:
        seat_charge(rt, SEAT_OF_CALL(number), JOB_TRANSFER);
        seat_move(rt, SEAT_OF_CALL(number), JOB_TRANSFER, JOB_RESTORE, c->recall);
        fetched(rt, number);
        break;
    case CALL_RUNNING:
        if (c->is_crashing)
            call_crash_worker(rt, number);
        else
            end_run(rt, number);
        break;
    case CALL_REPLYING:
        settle(rt, number);
        break;
    case CALL_BACKOFF:
        c->state = CALL_WAITING;
        submit_call(rt, number, c->next);
        break;
    case CALL_LOST:
        call_detected(rt, number);
        break;
    case CALL_SENT:
    case CALL_REFUSED:
        routing_call_timer(rt, number);
        break;
    case CALL_WAITING:
    case CALL_AWAITING:
    case CALL_PARKED:
    case CALL_BLOCKED:
    case CALL_STORING:
        assert(!"a call that waits has no timer");
    }
}

static bool is_waiting_for_room(const struct call *c)
{
    return c->state == CALL_BLOCKED || c->state == CALL_STORING;
}

static enum job_class phase_class(const struct call *c)
{
    return c->state == CALL_RUNNING    ? JOB_LOST
           : c->state == CALL_FETCHING ? JOB_TRANSFER
           : c->state == CALL_SAVING   ? JOB_CHECKPOINT
           : is_waiting_for_room(c)    ? JOB_BLOCKED
                                       : start_class(c);
}

/* It has nothing on its host any more, and waits for nothing there. */
static void withdraw(struct runtime *rt, uint32_t number)
{
    const struct call *c = call_of(rt, number);
    killer_give(rt, number);
    arguments_let_go(rt, number);
    if (is_waiting_for_room(c))
        store_forget(rt, number, c->seat.host);
}

void call_lost(struct runtime *rt, uint32_t number, uint32_t cause)
{
    struct call *c = call_of(rt, number);
    if (c->state != CALL_LOST) {
        enum job_class class = phase_class(c);
        simtime elapsed = seat_charge(rt, SEAT_OF_CALL(number), class);
        rt->record->lost_work += class == JOB_LOST ? elapsed : 0;
    }
    rt->record->lost_work += take_back(rt, number, JOB_LOST);
    withdraw(rt, number);
    runtime_stop_timer(rt, &c->timer);
    c->state = CALL_LOST;
    c->cause = (uint8_t)cause;
}

void call_detected(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    uint32_t host = c->seat.host;
    const struct cairn_demand *demand = &call_function(rt, c)->demand;
    assert(c->state == CALL_LOST);
    seat_charge(rt, SEAT_OF_CALL(number), JOB_DETECT);
    seat_leave(rt, SEAT_OF_CALL(number), rt->hosts[host].is_known ? demand : NULL);
    failed(rt, number, host);
}

void call_crash_worker(struct runtime *rt, uint32_t number)
{
    call_end_process(rt, number, CAIRN_CAUSE_WORKER);
}

void call_end_process(struct runtime *rt, uint32_t number, uint32_t cause)
{
    struct call *c = call_of(rt, number);
    assert(c->seat.host != TOLD_NOWHERE && c->state != CALL_LOST);
    call_lost(rt, number, cause);
    c->timer =
        runtime_timer(rt, rt->spec->runtime.worker_detection, EVENT_DETECTION, TIMER_CALL, number);
}

void call_stop(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    seat_charge(rt, SEAT_OF_CALL(number),
                c->state == CALL_LOST      ? JOB_DETECT
                : c->state == CALL_RUNNING ? JOB_UNCOMMITTED
                                           : phase_class(c));
    take_back(rt, number, JOB_UNCOMMITTED);
}

/* Off its host, and what it did there is lost. */
static void leave_unfinished(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    bool has_begun = c->timer != 0;
    uint32_t host = c->seat.host;
    if (c->state == CALL_LOST)
        seat_charge(rt, SEAT_OF_CALL(number), JOB_DETECT);
    else
        seat_charge(rt, SEAT_OF_CALL(number), phase_class(c));
    take_back(rt, number, JOB_LOST);
    withdraw(rt, number);
    if (c->state == CALL_STARTING)
        host_forget_worker(rt, host, SEAT_OF_CALL(number), has_begun);
    runtime_stop_timer(rt, &c->timer);
    seat_leave(rt, SEAT_OF_CALL(number),
               rt->hosts[host].is_known ? &call_function(rt, c)->demand : NULL);
}

void call_cancel(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    if (c->seat.host == TOLD_NOWHERE)
        runtime_stop_timer(rt, &c->timer);
    else
        leave_unfinished(rt, number);
}

void call_end_attempt(struct runtime *rt, uint32_t number, uint32_t cause)
{
    struct call *c = call_of(rt, number);
    leave_unfinished(rt, number);
    c->cause = (uint8_t)cause;
    rt->record->attempts.failed++;
    tell(rt, c, TOLD_ATTEMPT_FAILED, 0);
}

/* ---- shared with actors -------------------------------------------------------------------- */

simtime call_transfer_time(const struct runtime *rt, int64_t bytes)
{
    double bandwidth = rt->spec->runtime.bandwidth;
    simtime time = bandwidth > 0 ? simtime_from_seconds((double)bytes / bandwidth) : 0;
    return simtime_add(rt->spec->runtime.latency, time);
}

struct cairn_cure call_ask(struct runtime *rt, enum cairn_subject subject, uint32_t cause,
                           uint16_t failed_by_cause[CAIRN_CAUSES], int32_t limit,
                           bool retry_exceptions, uint64_t id, void *own)
{
    const struct cairn_recovery_class *class = rt->spec->recovery.class;
    struct cairn_cure cure;
    struct cairn_setback setback = {.size = sizeof setback,
                                    .abi = CAIRN_RECOVERY_ABI,
                                    .subject = subject,
                                    .cause = cause,
                                    .now = runtime_now(rt),
                                    .id = id,
                                    .limit = limit,
                                    .retry_exceptions = retry_exceptions};
    uint32_t all = 0;
    for (unsigned i = 0; i < CAIRN_CAUSES; i++) {
        setback.failed[i] = failed_by_cause[i];
        all += failed_by_cause[i];
    }
    bool is_actor = (id & RUNTIME_ACTOR_ID) != 0;
    const struct batch *b = is_actor ? NULL : batch_of(rt, (uint32_t)(id >> 32));
    struct random_address address = {.seed = rt->spec->seed,
                                     .replication = rt->replication,
                                     .stream = STREAM_CURE,
                                     .entity = b ? b->function : PROGRAM_NOTHING,
                                     .occurrence = (uint32_t)((b ? b->first : 0) + (uint32_t)id)};
    struct random_words words = random_bits(&address, subject << 20 | (all & 0xfffff));
    setback.random[0] = words.w[0];
    setback.random[1] = words.w[1];
    cairn_recovery_decide(class, rt->recovery_plan, rt->recovery, own, &setback, &cure);
    if (cure.delay < 0)
        cure.delay = 0;
    return cure;
}
