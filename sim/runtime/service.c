/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What actors do while they live: calls from the queue, snapshots, restores.
 *
 * The seat's time is one lane: computing (or fetching, saving, restoring), or idle, whatever the
 * number of calls at once. Main invariant: everything before seat.since is charged; at_risk is the
 * useful part of it that a crash would take back. */
#include "sim/runtime/service.h"
#include "sim/runtime/actor.h"
#include "sim/runtime/arguments.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/killer.h"
#include "sim/runtime/seat.h"

static const struct program_actor *class_of(const struct runtime *rt, const struct actor *a)
{
    return &rt->program->actors[a->class];
}

static enum batch_kind kind_of(const struct runtime *rt, uint32_t call)
{
    return (enum batch_kind)batch_of(rt, call_of(rt, call)->batch)->kind;
}

/* Charges what it has been doing until now; to be called before anything changes that. */
void service_charge(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    bool is_fetching = false, is_working = false, is_blocked = false;
    enum job_class class = JOB_IDLE;
    for (uint32_t at = a->running; at; at = call_of(rt, at)->next) {
        enum batch_kind kind = kind_of(rt, at);
        if (kind == BATCH_SNAPSHOTS || kind == BATCH_RESTORES)
            class = kind == BATCH_SNAPSHOTS ? JOB_CHECKPOINT : JOB_RESTORE;
        uint8_t state = call_of(rt, at)->state;
        is_fetching |= state == CALL_FETCHING;
        is_blocked |= state == CALL_STORING;
        is_working |= state != CALL_FETCHING && state != CALL_STORING;
    }
    is_blocked |= a->queue_first && call_of(rt, a->queue_first)->state == CALL_BLOCKED;
    if (class == JOB_IDLE && (is_working || is_fetching))
        class = is_working ? JOB_USEFUL : JOB_TRANSFER;
    if (class == JOB_IDLE && is_blocked)
        class = JOB_BLOCKED;
    simtime elapsed = seat_charge(rt, SEAT_OF_ACTOR(number), class);
    if (class != JOB_USEFUL)
        return;
    a->at_risk += elapsed;
    if (a->persisting)
        a->between += elapsed;
}

bool service_has_checkpoint(const struct runtime *rt, const struct actor *a)
{
    if (!a->newest.is_there || !class_of(rt, a)->checkpoint.in_memory)
        return a->newest.is_there;
    const struct host *host = &rt->hosts[a->newest.host];
    return host->state == HOST_UP && host->life == a->newest.life;
}

void service_restored(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    seat_charge(rt, SEAT_OF_ACTOR(number), JOB_RESTORE);
    a->version = a->newest.version;
    rt->record->restored++;
    actor_tell(rt, number, TOLD_RESTORED, 0, (slot_ns)a->version);
}

static void push_back(struct runtime *rt, struct actor *a, uint32_t call)
{
    call_of(rt, call)->next = 0;
    if (a->queue_last)
        call_of(rt, a->queue_last)->next = call;
    else
        a->queue_first = call;
    a->queue_last = call;
}

/* The head of the queue, which alone may wait for room, waits no more. */
static void unblock(struct runtime *rt, const struct actor *a)
{
    if (!a->queue_first || call_of(rt, a->queue_first)->state != CALL_BLOCKED)
        return;
    store_forget(rt, a->queue_first, a->seat.host);
    call_of(rt, a->queue_first)->state = CALL_WAITING;
}

static void push_front(struct runtime *rt, struct actor *a, uint32_t call)
{
    unblock(rt, a);
    call_of(rt, call)->next = a->queue_first;
    a->queue_first = call;
    if (!a->queue_last)
        a->queue_last = call;
}

static void pop_front(struct runtime *rt, struct actor *a)
{
    a->queue_first = call_of(rt, a->queue_first)->next;
    if (!a->queue_first)
        a->queue_last = 0;
}

static void take_out(struct runtime *rt, uint32_t *list, uint32_t call)
{
    uint32_t *link = list;
    while (*link != call)
        link = &call_of(rt, *link)->next;
    *link = call_of(rt, call)->next;
}

static void stop_running(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    killer_give(rt, call);
    take_out(rt, &a->running, call);
    a->running_count--;
    a->calls--;
}

void service_queue(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    const struct batch *b = batch_of(rt, c->batch), *set = batch_of(rt, b->target);
    c->actor = set->objects[c->element % set->count].call;
    struct actor *a = actor_of(rt, c->actor);
    push_back(rt, a, call);
    a->calls++;
}

static void drop_queued(struct runtime *rt, struct actor *a, uint32_t call)
{
    uint32_t before = 0;
    for (uint32_t at = a->queue_first; at != call; at = call_of(rt, at)->next)
        before = at;
    take_out(rt, &a->queue_first, call);
    if (a->queue_last == call)
        a->queue_last = before;
    a->calls--;
}

void service_end_if_let_go(struct runtime *rt, uint32_t number)
{
    const struct actor *a = actor_of(rt, number);
    if (a->is_ending && a->calls == 0 && a->state != ACTOR_DEAD)
        actor_kill(rt, number, CAIRN_CAUSE_OWNER);
}

static void begin_work(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    bool is_raising;
    simtime work = call_work(rt, c, &is_raising);
    struct told told = batch_told(rt, c->batch, c->element, TOLD_STARTED);
    told.actor = number;
    told.host = a->seat.host;
    told.attempt = c->attempt;
    runtime_tell(rt, told);
    c->is_raising = is_raising;
    c->state = CALL_RUNNING;
    a->is_computing = true;
    killer_take(rt, call, a->seat.host);
    c->timer = runtime_timer(rt, work, EVENT_COMPLETION, TIMER_CALL, call);
}

/* Its arguments are there; an async actor computes one call at a time, and this one may wait. */
static void fetched(struct runtime *rt, uint32_t number, uint32_t call)
{
    const struct actor *a = actor_of(rt, number);
    if (class_of(rt, a)->is_async && a->is_computing)
        call_of(rt, call)->state = CALL_WAITING;
    else
        begin_work(rt, number, call);
}

/* The oldest of those that have their arguments and wait to compute. */
static void take_turn(struct runtime *rt, uint32_t number)
{
    const struct actor *a = actor_of(rt, number);
    uint32_t oldest = 0;
    if (!class_of(rt, a)->is_async || a->is_computing)
        return;
    for (uint32_t at = a->running; at; at = call_of(rt, at)->next)
        if (call_of(rt, at)->state == CALL_WAITING)
            oldest = at;
    if (oldest)
        begin_work(rt, number, oldest);
}

/* The newest complete checkpoint takes the place of the state. */
static bool begin_restore(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    if (!service_has_checkpoint(rt, a))
        return false;
    seat_move(rt, SEAT_OF_ACTOR(number), JOB_USEFUL, JOB_LOST, a->at_risk);
    rt->record->lost_work += a->at_risk;
    a->at_risk = a->between = 0;
    c->state = CALL_RUNNING;
    c->timer =
        runtime_timer(rt, amount_of(&class_of(rt, a)->checkpoint.restore, a->restores++, 0.5),
                      EVENT_COMPLETION, TIMER_CALL, call);
    return true;
}

static void begin_snapshot(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    a->covered = a->version;
    a->between = 0;
    rt->record->taken++;
    actor_tell(rt, number, TOLD_SNAPSHOT, 0, (slot_ns)a->covered);
    c->state = CALL_RUNNING;
    c->timer =
        runtime_timer(rt, amount_of(&class_of(rt, a)->checkpoint.snapshot, a->snapshots++, 0.5),
                      EVENT_COMPLETION, TIMER_CALL, call);
}

/* May the call at the head of the queue begin now? */
static bool may_begin(const struct runtime *rt, const struct actor *a)
{
    const struct call *c = call_of(rt, a->queue_first);
    const struct program_actor *class = class_of(rt, a);
    enum batch_kind kind = kind_of(rt, a->queue_first);
    if (!c->has_arrived || c->missing > 0 || c->state == CALL_BLOCKED)
        return false;
    if (a->running && kind_of(rt, a->running) != BATCH_METHODS)
        return false;
    if (kind != BATCH_METHODS)
        return a->running_count == 0 && !a->persisting;
    return a->running_count < class->concurrency && !(class->is_async && a->is_computing);
}

/* Takes the head of the queue into work; false: it cannot be done, and has failed. */
static void begin(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    uint32_t call = a->queue_first;
    struct call *c = call_of(rt, call);
    enum batch_kind kind = kind_of(rt, call);
    struct arguments arguments = {.bytes = -1};
    enum store_answer answer = STORE_ROOM;
    service_charge(rt, number);
    if (kind == BATCH_METHODS)
        arguments = arguments_find(rt, call, a->seat.host);
    if (arguments.is_lost && c->missing > 0)
        return; /* they are being made again: the queue waits */
    if (kind == BATCH_METHODS && !arguments.is_lost)
        answer = arguments_ask(rt, call, a->seat.host, &arguments);
    if (answer == STORE_LATER) {
        c->state = CALL_BLOCKED;
        return;
    }
    pop_front(rt, a);
    if (arguments.is_lost || answer == STORE_NEVER ||
        (kind == BATCH_RESTORES && !service_has_checkpoint(rt, a))) {
        a->calls--;
        call_give_up(rt, call, answer == STORE_NEVER ? CAIRN_CAUSE_MEMORY : CAIRN_CAUSE_OBJECT);
        return;
    }
    c->next = a->running;
    a->running = call;
    a->running_count++;
    if (kind == BATCH_SNAPSHOTS) {
        begin_snapshot(rt, number, call);
    } else if (kind == BATCH_RESTORES) {
        begin_restore(rt, number, call);
    } else if (arguments.room > 0) {
        c->state = CALL_FETCHING;
        c->timer = runtime_timer(rt, arguments_fetch(rt, call, a->seat.host, &arguments),
                                 EVENT_COMPLETION, TIMER_CALL, call);
    } else {
        begin_work(rt, number, call);
    }
}

void service_pump(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    while (a->state == ACTOR_ALIVE && a->phase == ACTOR_SERVING && a->queue_first &&
           may_begin(rt, a))
        begin(rt, number);
}

void service_began(struct runtime *rt, uint32_t number)
{
    for (uint32_t at = actor_of(rt, number)->queue_first; at; at = call_of(rt, at)->next)
        call_of(rt, at)->was_alive = call_of(rt, at)->has_arrived;
    service_pump(rt, number);
}

void service_call_ready(struct runtime *rt, uint32_t call, uint32_t failed)
{
    struct call *c = call_of(rt, call);
    uint32_t number = c->actor;
    struct actor *a = actor_of(rt, number);
    bool is_refused = a->state == ACTOR_DEAD || (a->state == ACTOR_RESTARTING && !c->was_alive &&
                                                 class_of(rt, a)->task_retries == 0);
    c->has_arrived = true;
    c->was_alive = a->state == ACTOR_ALIVE;
    if (failed || is_refused) {
        drop_queued(rt, a, call);
        call_give_up(rt, call, failed ? failed - 1 : a->cause);
        service_pump(rt, number);
        service_end_if_let_go(rt, number);
        return;
    }
    service_pump(rt, number);
}

static void tell(struct runtime *rt, uint32_t number, uint32_t call, enum told_kind kind)
{
    const struct call *c = call_of(rt, call);
    struct told told = batch_told(rt, c->batch, c->element, kind);
    told.actor = number;
    told.host = actor_of(rt, number)->seat.host;
    told.attempt = c->attempt;
    told.cause = c->cause;
    runtime_tell(rt, told);
}

static void fail_attempt(struct runtime *rt, uint32_t number, uint32_t call, uint32_t cause)
{
    struct call *c = call_of(rt, call);
    c->cause = (uint8_t)cause;
    c->failed[cause]++;
    rt->record->attempts.failed++;
    tell(rt, number, call, TOLD_ATTEMPT_FAILED);
}

static void try_again(struct runtime *rt, uint32_t number, uint32_t call)
{
    call_of(rt, call)->attempt++;
    rt->record->calls.retried++;
    tell(rt, number, call, TOLD_RETRIED);
}

static void end_exception(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    const struct program_function *f = &rt->program->functions[batch_of(rt, c->batch)->function];
    fail_attempt(rt, number, call, CAIRN_CAUSE_EXCEPTION);
    struct cairn_cure cure =
        call_ask(rt, CAIRN_SUBJECT_CALL, c->cause, c->failed, class_of(rt, a)->task_retries,
                 f->retry_exceptions, (uint64_t)c->batch << 32 | c->element, a->own);
    if (cure.action == CAIRN_GIVE_UP) {
        call_give_up(rt, call, CAIRN_CAUSE_EXCEPTION);
        return;
    }
    try_again(rt, number, call);
    a->calls++;
    push_front(rt, a, call);
}

/* A method has computed, and waited if it does; it goes on when there is room for its result. */
static void end_method(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    const struct program_function *f = &rt->program->functions[batch_of(rt, c->batch)->function];
    bool is_whole = !c->is_raising || f->fails.at_ppm == 1000000;
    enum store_answer answer = c->is_raising ? STORE_ROOM : call_ask_room(rt, call, a->seat.host);
    arguments_let_go(rt, call);
    if (answer == STORE_LATER) {
        c->state = CALL_STORING;
        return;
    }
    stop_running(rt, number, call);
    a->version += is_whole;
    if (answer == STORE_NEVER)
        call_give_up(rt, call, CAIRN_CAUSE_MEMORY);
    else if (c->is_raising)
        end_exception(rt, number, call);
    else
        call_finish(rt, call, a->seat.host);
}

static void end_compute(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    const struct batch *b = batch_of(rt, c->batch);
    const struct program_function *f = &rt->program->functions[b->function];
    simtime await = amount_of(&f->await, b->first + c->element, 0.5);
    a->is_computing = false;
    if (c->is_raising || await == 0) {
        end_method(rt, number, call);
        return;
    }
    c->state = CALL_AWAITING;
    c->timer = runtime_timer(rt, await, EVENT_COMPLETION, TIMER_CALL, call);
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
    call_finish(rt, call, a->seat.host);
}

static void end_snapshot(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    simtime persist = amount_of(&class_of(rt, a)->checkpoint.persist, a->snapshots - 1, 0.5);
    stop_running(rt, number, call);
    if (persist == 0) {
        complete(rt, number, call);
        return;
    }
    actor_tell(rt, number, TOLD_PERSISTING, 0, (slot_ns)a->covered);
    a->persisting = call;
    a->persist_timer = runtime_timer(rt, persist, EVENT_COMPLETION, TIMER_PERSIST, number);
}

void service_persisted(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    uint32_t call = a->persisting;
    service_charge(rt, number);
    a->persist_timer = a->persisting = 0;
    complete(rt, number, call);
    service_pump(rt, number);
    service_end_if_let_go(rt, number);
}

void service_call_timer(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    uint32_t number = c->actor;
    struct actor *a = actor_of(rt, number);
    enum batch_kind kind = kind_of(rt, call);
    service_charge(rt, number);
    if (c->state == CALL_FETCHING) {
        fetched(rt, number, call);
        return;
    }
    if (kind == BATCH_SNAPSHOTS) {
        end_snapshot(rt, number, call);
    } else if (kind == BATCH_RESTORES) {
        stop_running(rt, number, call);
        service_restored(rt, number);
        call_finish(rt, call, a->seat.host);
    } else if (c->state == CALL_AWAITING) {
        end_method(rt, number, call);
    } else {
        end_compute(rt, number, call);
    }
    take_turn(rt, number);
    service_pump(rt, number);
    service_end_if_let_go(rt, number);
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
    take_turn(rt, number);
    service_pump(rt, number);
    service_end_if_let_go(rt, number);
}

static void abort_checkpoint(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    rt->record->checkpoints_aborted++;
    actor_tell(rt, number, TOLD_ABORTED, 0, (slot_ns)a->covered);
}

/* All calls in hand, in the order of their submission, as a list. */
static uint32_t gather(struct runtime *rt, struct actor *a)
{
    uint32_t first = a->queue_first;
    for (uint32_t at = a->running, next; at; at = next) { /* newest first: turned round in front */
        next = call_of(rt, at)->next;
        call_of(rt, at)->next = first;
        first = at;
    }
    if (a->persisting) {
        call_of(rt, a->persisting)->next = first;
        first = a->persisting;
        a->calls++;
    }
    a->queue_first = a->queue_last = a->running = a->running_count = a->persisting = 0;
    return first;
}

/* Does this call survive the death of its actor's process, or of the actor itself? */
static bool survives(struct runtime *rt, uint32_t number, uint32_t call, bool is_dead)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    if (!c->was_alive)
        return !is_dead;
    c->was_alive = false;
    fail_attempt(rt, number, call, a->cause);
    if (is_dead || kind_of(rt, call) != BATCH_METHODS)
        return false;
    struct cairn_cure cure =
        call_ask(rt, CAIRN_SUBJECT_CALL, a->cause, c->failed, class_of(rt, a)->task_retries, false,
                 (uint64_t)c->batch << 32 | c->element, a->own);
    if (cure.action == CAIRN_GIVE_UP)
        return false;
    try_again(rt, number, call);
    return true;
}

/* Calls after a death: those that may be tried again keep their order; the others fail. */
void service_sort(struct runtime *rt, uint32_t number, bool is_dead)
{
    struct actor *a = actor_of(rt, number);
    uint32_t failed = 0, *end = &failed;
    for (uint32_t at = gather(rt, a), next; at; at = next) {
        next = call_of(rt, at)->next;
        call_of(rt, at)->state = CALL_WAITING;
        if (survives(rt, number, at, is_dead)) {
            push_back(rt, a, at);
            continue;
        }
        if (!call_of(rt, at)->has_arrived) { /* it will be told when it does */
            push_back(rt, a, at);
            continue;
        }
        *end = at;
        end = &call_of(rt, at)->next;
        a->calls--;
    }
    *end = 0;
    for (uint32_t at = failed, next; at; at = next) {
        next = call_of(rt, at)->next;
        call_give_up(rt, at, a->cause);
    }
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
        if (kind_of(rt, at) == BATCH_SNAPSHOTS && a->phase == ACTOR_SERVING)
            abort_checkpoint(rt, number);
    }
    unblock(rt, a);
    if (a->persisting && a->persist_timer)
        abort_checkpoint(rt, number);
    runtime_stop_timer(rt, &a->persist_timer);
    runtime_stop_timer(rt, &a->crash_timer);
    a->is_computing = false;
}
