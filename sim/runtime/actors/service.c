/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What actors do while they live: calls from the queue, snapshots, restores.
 *
 * The seat's time is one lane: computing (or fetching, saving, restoring), or idle. Main invariant:
 * all before seat.since is charged; at_risk is the useful part that a crash would take back. */
#include "sim/runtime/actors/service.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/advice.h"
#include "sim/runtime/actors/aftermath.h"
#include "sim/runtime/actors/backlog.h"
#include "sim/runtime/actors/channel.h"
#include "sim/runtime/actors/snapshot.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/effort.h"
#include "sim/runtime/nodes/killer.h"
#include "sim/runtime/objects/arguments.h"
#include "sim/runtime/routes/routing.h"
#include "sim/runtime/seat.h"
#include "sim/runtime/submit.h"

/* The first at or behind `at`, of those that run, which is not parked: *left of them are to come.
 */
static uint32_t skip_parked(const struct runtime *rt, uint32_t at, uint32_t *left)
{
    if (*left == 0)
        return 0;
    while (at && call_of(rt, at)->state == CALL_PARKED)
        at = call_of(rt, at)->next;
    --*left;
    return at;
}

/* Charges what it has been doing until now; to be called before anything changes that. */
void service_charge(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    bool is_fetching = false, is_working = false, is_blocked = false;
    enum job_class class = JOB_IDLE;
    uint32_t left = a->running_count - channel_parked(a);
    for (uint32_t at = skip_parked(rt, a->running, &left); at;
         at = skip_parked(rt, call_of(rt, at)->next, &left)) {
        enum batch_kind kind = call_kind(rt, at);
        if (kind == BATCH_SNAPSHOTS || kind == BATCH_RESTORES)
            class = kind == BATCH_SNAPSHOTS ? JOB_CHECKPOINT : JOB_RESTORE;
        uint8_t state = call_of(rt, at)->state;
        is_fetching |= state == CALL_FETCHING;
        is_blocked |= state == CALL_STORING;
        is_working |= state != CALL_FETCHING && state != CALL_STORING;
    }
    is_blocked |= a->queue.first && call_of(rt, a->queue.first)->state == CALL_BLOCKED;
    if (class == JOB_IDLE && (is_working || is_fetching))
        class = is_working ? JOB_USEFUL : JOB_TRANSFER;
    if (class == JOB_IDLE && is_blocked)
        class = JOB_BLOCKED;
    simtime elapsed = seat_charge(rt, SEAT_OF_ACTOR(number), class);
    if (class == JOB_CHECKPOINT)
        a->saving += elapsed;
    if (class != JOB_USEFUL)
        return;
    a->at_risk += elapsed;
    advice_worked(rt, a, elapsed);
    if (a->persisting)
        a->between += elapsed;
}

/* The head of the queue, which alone may wait for room, waits no more. */
static void unblock(struct runtime *rt, uint32_t number)
{
    const struct actor *a = actor_of(rt, number);
    if (!a->queue.first || call_of(rt, a->queue.first)->state != CALL_BLOCKED)
        return;
    service_charge(rt, number);
    store_forget(rt, a->queue.first, a->seat.host);
    call_of(rt, a->queue.first)->state = CALL_WAITING;
}

static void push_front(struct runtime *rt, uint32_t number, uint32_t call)
{
    unblock(rt, number);
    backlog_push_front(rt, actor_of(rt, number), call);
}

static void stop_running(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    killer_give(rt, call);
    backlog_take_out(rt, &a->running, call);
    a->running_count--;
    a->calls--;
}

void service_end_if_let_go(struct runtime *rt, uint32_t number)
{
    const struct actor *a = actor_of(rt, number);
    bool is_let_go = a->is_stopping || (a->is_ending && !routing_is_open(rt, a->batch));
    bool is_done = a->calls == a->refused && !(a->is_stopping && a->persisting);
    if (is_let_go && is_done && a->state != ACTOR_DEAD)
        actor_kill(rt, number, CAIRN_CAUSE_OWNER);
}

static void begin_work(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    bool is_raising;
    simtime work = effort_of(rt, c, a->seat.host, &is_raising);
    struct told told = batch_told(rt, c->batch, c->element, TOLD_STARTED);
    told.actor = number;
    told.host = a->seat.host;
    told.attempt = c->attempt;
    runtime_tell(rt, told);
    c->is_raising = is_raising;
    c->is_late = false;
    c->moved = 0;
    c->state = CALL_RUNNING;
    c->began = runtime_now(rt);
    a->is_computing = true;
    killer_take(rt, call, a->seat.host);
    c->timer = runtime_timer(rt, work, EVENT_COMPLETION, TIMER_CALL, call);
}

/* Its arguments are there, or who sent them has died: then it goes back to the queue, as its first.
 * An async actor computes one call at a time, and this one may wait. */
static void fetched(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    if (!arguments_have_arrived(rt, call, a->seat.host)) {
        arguments_let_go(rt, call);
        stop_running(rt, number, call);
        call_of(rt, call)->state = CALL_WAITING;
        a->calls++;
        push_front(rt, number, call);
        service_pump(rt, number);
        return;
    }
    if (actor_class(rt, a)->is_async && a->is_computing)
        call_of(rt, call)->state = CALL_WAITING;
    else
        begin_work(rt, number, call);
}

/* The oldest of those that have their arguments and wait to compute. */
static void take_turn(struct runtime *rt, uint32_t number)
{
    const struct actor *a = actor_of(rt, number);
    uint32_t oldest = 0, left = a->running_count - channel_parked(a);
    if (!actor_class(rt, a)->is_async || a->is_computing)
        return;
    for (uint32_t at = skip_parked(rt, a->running, &left); at;
         at = skip_parked(rt, call_of(rt, at)->next, &left))
        if (call_of(rt, at)->state == CALL_WAITING)
            oldest = at;
    if (oldest)
        begin_work(rt, number, oldest);
}

/* Nothing is being done: whoever is parked does nothing. */
static bool is_at_rest(const struct actor *a)
{
    return a->running_count == channel_parked(a);
}

/* May the call at the head of the queue begin now? */
static bool may_begin(const struct runtime *rt, const struct actor *a)
{
    const struct call *c = call_of(rt, a->queue.first);
    const struct program_actor *class = actor_class(rt, a);
    enum batch_kind kind = call_kind(rt, a->queue.first);
    if (!c->has_arrived || c->missing > 0 || c->state == CALL_BLOCKED)
        return false;
    if (a->running && call_kind(rt, a->running) != BATCH_METHODS)
        return false;
    if (kind != BATCH_METHODS)
        return is_at_rest(a) && !a->persisting;
    return a->running_count < class->concurrency && !(class->is_async && a->is_computing);
}

/* It is out of the queue, and in work from now on. */
static void take(struct runtime *rt, uint32_t number, uint32_t call,
                 const struct arguments *arguments)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    enum batch_kind kind = call_kind(rt, call);
    c->next = a->running;
    a->running = call;
    a->running_count++;
    if (kind == BATCH_SNAPSHOTS) {
        snapshot_begin(rt, number, call);
        return;
    }
    if (kind == BATCH_RESTORES) {
        snapshot_go_back(rt, number, call);
        return;
    }
    simtime delay = arguments_fetch(rt, call, a->seat.host, arguments);
    if (delay < 0) {
        begin_work(rt, number, call);
        return;
    }
    c->state = CALL_FETCHING;
    c->timer = runtime_timer(rt, delay, EVENT_COMPLETION, TIMER_CALL, call);
}

/* Takes the head of the queue into work, if there is room for it, or gives it up. */
static void begin(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    uint32_t call = a->queue.first;
    struct call *c = call_of(rt, call);
    enum batch_kind kind = call_kind(rt, call);
    struct arguments arguments = {.room = 0};
    enum store_answer answer = STORE_ROOM;
    service_charge(rt, number);
    if (kind == BATCH_METHODS)
        arguments = arguments_find(rt, call, a->seat.host);
    if (arguments.is_lost && c->missing > 0) { /* they are being made again: the queue waits */
        if (c->is_again)
            backlog_step_aside(rt, a, call);
        return;
    }
    if (kind == BATCH_METHODS && !arguments.is_lost)
        answer = arguments_ask(rt, call, a->seat.host, &arguments);
    if (answer == STORE_LATER) {
        c->state = CALL_BLOCKED;
        return;
    }
    bool has_nothing = kind == BATCH_RESTORES && !snapshot_wanted(rt, call);
    if (!arguments.is_lost && answer == STORE_ROOM && !has_nothing) {
        backlog_pop_front(rt, a);
        take(rt, number, call, &arguments);
        return;
    }
    uint32_t cause = arguments.is_lost       ? submit_lost_argument(rt, call)
                     : answer == STORE_NEVER ? CAIRN_CAUSE_MEMORY
                                             : CAIRN_CAUSE_OBJECT;
    backlog_drop(rt, a, call); /* what is made again may stand before it */
    call_give_up(rt, call, cause);
}

void service_pump(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    while (!a->is_beginning && a->state == ACTOR_ALIVE && a->phase == ACTOR_SERVING &&
           a->queue.first && may_begin(rt, a)) {
        a->is_beginning = true;
        begin(rt, number);
        a->is_beginning = false;
    }
}

/* The controller is asked where a checkpoint could be taken; it goes before the calls that wait. */
static void take_advice(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    if (a->phase != ACTOR_SERVING || !is_at_rest(a) || !advice_wants_checkpoint(rt, number))
        return;
    uint32_t batch = batch_new(rt, BATCH_SNAPSHOTS, a->job, 0, 1, NULL, 0);
    if (!batch)
        return;
    batch_of(rt, batch)->target = a->batch;
    batch_of(rt, batch)->has_calls = batch_of(rt, batch)->is_enqueued = true;
    uint32_t call = call_new(rt, batch, 0);
    struct call *c = call_of(rt, call);
    c->actor = number;
    c->has_arrived = c->was_alive = true;
    a->calls++;
    push_front(rt, number, call);
}

/* Something of it has ended: whose turn is it now? */
static void go_on(struct runtime *rt, uint32_t number)
{
    take_turn(rt, number);
    take_advice(rt, number);
    service_pump(rt, number);
    service_end_if_let_go(rt, number);
}

void service_take_advice(struct runtime *rt, uint32_t number)
{
    take_advice(rt, number);
    service_pump(rt, number);
}

void service_began(struct runtime *rt, uint32_t number)
{
    take_advice(rt, number);
    for (uint32_t at = actor_of(rt, number)->queue.first; at; at = call_of(rt, at)->next)
        call_of(rt, at)->was_alive = call_of(rt, at)->has_arrived;
    service_pump(rt, number);
    service_end_if_let_go(rt, number);
}

void service_call_ready(struct runtime *rt, uint32_t call, uint32_t failed)
{
    struct call *c = call_of(rt, call);
    uint32_t number = c->actor;
    struct actor *a = actor_of(rt, number);
    bool is_late = c->is_refused && a->state != ACTOR_DEAD;
    bool is_refused =
        c->is_refused || a->state == ACTOR_DEAD ||
        (a->state == ACTOR_RESTARTING && !c->was_alive && actor_class(rt, a)->task_retries == 0);
    if (c->is_outside)
        push_front(rt, number, call);
    c->is_outside = false;
    a->coming -= !c->has_arrived;
    c->has_arrived = true;
    c->was_alive = a->state == ACTOR_ALIVE;
    if (failed || is_refused) {
        a->refused -= c->is_refused;
        backlog_drop(rt, a, call);
        call_give_up(rt, call, failed ? failed - 1 : is_late ? CAIRN_CAUSE_OWNER : a->cause);
        service_pump(rt, number);
        service_end_if_let_go(rt, number);
        return;
    }
    service_pump(rt, number);
    service_end_if_let_go(rt, number);
}

void service_cancel(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    uint32_t number = c->actor;
    struct actor *a = actor_of(rt, number);
    uint32_t at = a->queue.first;
    while (at && at != call)
        at = call_of(rt, at)->next;
    c->is_cancelled = true;
    if (!at) /* it has begun, or has ended */
        return;
    if (c->state == CALL_BLOCKED)
        unblock(rt, number);
    runtime_stop_timer(rt, &c->timer);
    a->refused -= c->is_refused;
    backlog_drop(rt, a, call);
    call_give_up(rt, call, CAUSE_CANCELLED);
    service_pump(rt, number);
    service_end_if_let_go(rt, number);
}

/* It has left the state as it was: what it took is lost. Where others work meanwhile, nobody can
 * say whose time it was, and it stays useful. */
static void lose_work(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    simtime lost = runtime_now(rt) - call_of(rt, call)->began;
    if (actor_class(rt, a)->concurrency > 1)
        return;
    assert(lost <= a->at_risk);
    seat_move(rt, SEAT_OF_ACTOR(number), JOB_USEFUL, JOB_LOST, lost);
    a->at_risk -= lost;
    if (a->persisting)
        a->between -= lost < a->between ? lost : a->between;
}

/* It has failed by itself, as a program fails: an exception, or nobody came in time. */
static void end_exception(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    const struct program_function *f = call_function(rt, c);
    aftermath_fail(rt, call, c->is_late ? CAUSE_TIMEOUT : CAIRN_CAUSE_EXCEPTION);
    if (c->is_cancelled) {
        call_give_up(rt, call, CAUSE_CANCELLED);
        return;
    }
    struct cairn_cure cure = call_ask(rt, CAIRN_SUBJECT_CALL, CAIRN_CAUSE_EXCEPTION, c->failed,
                                      actor_class(rt, a)->task_retries, f->retry_exceptions,
                                      (uint64_t)c->batch << 32 | c->element, a->own);
    if (cure.action == CAIRN_GIVE_UP) {
        call_give_up(rt, call, c->cause);
        return;
    }
    aftermath_try_again(rt, call, cure.delay);
    a->calls++;
    push_front(rt, number, call);
}

/* A method has computed, and waited if it does; it goes on when there is room for its result. One
 * that nobody came to in time has done what it could: that stands. */
static void end_method(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    const struct program_function *f = call_function(rt, c);
    bool is_failing = c->is_raising || c->is_late;
    bool is_whole = !c->is_raising || f->fails.at_ppm == WHOLE_PPM;
    enum store_answer answer = is_failing ? STORE_ROOM : call_ask_room(rt, call, a->seat.host);
    arguments_let_go(rt, call);
    if (answer == STORE_LATER) {
        c->state = CALL_STORING;
        return;
    }
    stop_running(rt, number, call);
    a->version += is_whole;
    if (is_whole && actor_class(rt, a)->is_stateless)
        a->at_risk = a->between = 0;
    if (is_whole)
        advice_step(rt, number, f->name, runtime_now(rt) - c->began);
    else
        lose_work(rt, number, call);
    if (answer == STORE_NEVER) {
        items_drop(rt, call);
        call_give_up(rt, call, CAIRN_CAUSE_MEMORY);
    } else if (is_failing) {
        end_exception(rt, number, call);
    } else {
        items_deliver(rt, call);
        call_finish(rt, call, a->seat.host);
    }
}

/* It has computed, and met whom it waited for: then it waits for something outside, if it does. */
static void go_outside(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct call *c = call_of(rt, call);
    const struct batch *b = batch_of(rt, c->batch);
    const struct program_function *f = &rt->program->functions[b->function];
    simtime await =
        runtime_amount(rt, &f->await, STREAM_TIME, b->function, b->first + c->element, WORD_AWAIT);
    if (c->is_raising || c->is_late || await == 0) {
        end_method(rt, number, call);
        return;
    }
    c->state = CALL_AWAITING;
    c->timer = runtime_timer(rt, await, EVENT_COMPLETION, TIMER_CALL, call);
}

static void unpark(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct call *c = call_of(rt, call);
    runtime_stop_timer(rt, &c->timer);
    c->began += runtime_now(rt) - c->parked; /* which was no work */
    go_outside(rt, number, call);
}

/* Whoever may go on does. */
static void let_through(struct runtime *rt, uint32_t number)
{
    uint32_t call;
    while ((call = channel_next(rt, number)) != 0)
        unpark(rt, number, call);
}

static void park(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct call *c = call_of(rt, call);
    const struct program_function *f = call_function(rt, c);
    c->state = CALL_PARKED;
    c->parked = runtime_now(rt);
    if (f->timeout.has_end)
        c->timer = runtime_timer(rt, f->timeout.time, EVENT_COMPLETION, TIMER_CALL, call);
    channel_enter(rt, call);
    let_through(rt, number);
}

static void end_patience(struct runtime *rt, uint32_t number, uint32_t call)
{
    call_of(rt, call)->is_late = !channel_leave(rt, call);
    unpark(rt, number, call);
    let_through(rt, number); /* it may have stood before others */
}

static void end_compute(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    a->is_computing = false;
    if (a->channel && !call_of(rt, call)->is_raising && channel_is_for(rt, call))
        park(rt, number, call);
    else
        go_outside(rt, number, call);
}

void service_call_timer(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    uint32_t number = c->actor;
    struct actor *a = actor_of(rt, number);
    enum batch_kind kind = call_kind(rt, call);
    if (c->state == CALL_BACKOFF) {
        c->state = CALL_WAITING;
        service_call_ready(rt, call, 0);
        return;
    }
    service_charge(rt, number);
    if (c->state == CALL_FETCHING) {
        fetched(rt, number, call);
        return;
    }
    if (kind == BATCH_SNAPSHOTS) {
        stop_running(rt, number, call);
        snapshot_end(rt, number, call);
    } else if (kind == BATCH_RESTORES) {
        stop_running(rt, number, call);
        if (snapshot_restored(rt, number))
            call_finish(rt, call, a->seat.host);
        else
            call_give_up(rt, call, CAIRN_CAUSE_OBJECT);
        if (a->channel)
            let_through(rt, number);
    } else if (c->state == CALL_PARKED) {
        end_patience(rt, number, call);
    } else if (c->state == CALL_AWAITING) {
        end_method(rt, number, call);
    } else {
        end_compute(rt, number, call);
    }
    go_on(rt, number);
}

void service_room(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    uint32_t number = c->actor;
    service_charge(rt, number);
    if (c->state == CALL_STORING)
        end_method(rt, number, call);
    else
        c->state = CALL_WAITING;
    go_on(rt, number);
}

void service_stop(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    for (uint32_t at = a->running; at; at = call_of(rt, at)->next) {
        runtime_stop_timer(rt, &call_of(rt, at)->timer);
        killer_give(rt, at);
        arguments_let_go(rt, at);
        if (call_of(rt, at)->state == CALL_STORING)
            store_forget(rt, at, a->seat.host);
        call_of(rt, at)->state = CALL_LOST;
        if (call_kind(rt, at) == BATCH_SNAPSHOTS && a->phase == ACTOR_SERVING)
            snapshot_abort(rt, number);
    }
    channel_stop(rt, number);
    unblock(rt, number);
    if (a->persisting && a->persist_timer)
        snapshot_abort(rt, number);
    runtime_stop_timer(rt, &a->persist_timer);
    runtime_stop_timer(rt, &a->crash_timer);
    a->is_computing = false;
}
