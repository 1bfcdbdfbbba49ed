/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Life and calls of actors.
 *
 * The seat's time is one lane: computing (or fetching, saving, restoring), or idle, whatever the
 * number of calls at once. Main invariant: everything before seat.since is charged; at_risk is the
 * useful part of it that a crash would take back. */
#include "sim/runtime/actor.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/host.h"
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

static const struct program_actor *class_of(const struct runtime *rt, const struct actor *a)
{
    return &rt->program->actors[a->class];
}

static void tell(struct runtime *rt, uint32_t number, enum told_kind kind, uint32_t to,
                 slot_ns amount)
{
    const struct actor *a = actor_of(rt, number);
    runtime_tell(rt, (struct told){.kind = kind,
                                   .to = to,
                                   .cause = a->cause,
                                   .job = ((struct job *)pool_at(&rt->jobs, a->job))->serial,
                                   .function = PROGRAM_NOTHING,
                                   .actor = number,
                                   .host = a->seat.host,
                                   .amount = amount});
}

static void become(struct runtime *rt, uint32_t number, enum actor_state state)
{
    struct actor *a = actor_of(rt, number);
    assert(a->state != state && (a->state != ACTOR_DEAD || state == ACTOR_DEAD));
    assert(state != ACTOR_PENDING || a->state == ACTOR_UNREADY);
    assert(state != ACTOR_RESTARTING || a->state == ACTOR_ALIVE);
    assert(state != ACTOR_ALIVE || a->state == ACTOR_PENDING || a->state == ACTOR_RESTARTING);
    a->state = (uint8_t)state;
    tell(rt, number, TOLD_ACTOR, state, 0);
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
                        .seat.host = TOLD_NOWHERE};
    batch_of(rt, batch)->objects[element].call = number;
    struct job *job = pool_at(&rt->jobs, a->job);
    a->next_of_job = job->actors;
    job->actors = number;
    if (recovery->own_state_size > 0) {
        a->own = blocks_take(&rt->blocks, 1, recovery->own_state_size);
        if (a->own && recovery->init_own)
            recovery->init_own(rt->recovery_plan, a->own);
    }
    rt->record->actors.created++;
    tell(rt, number, TOLD_ACTOR, ACTOR_UNREADY, 0);
    return number;
}

/* ---- a place and a process ----------------------------------------------------------------- */

static void ask_for_place(struct runtime *rt, uint32_t number)
{
    const struct actor *a = actor_of(rt, number);
    const struct program_actor *class = class_of(rt, a);
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
                              .avoid = CAIRN_NOWHERE,
                              .expected = CAIRN_NEVER};
    runtime_request(rt, &r, (uint64_t)number << 16 | (a->life & 0xffff));
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

static void pump(struct runtime *rt, uint32_t number);

static void alive(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    const struct program_actor *class = class_of(rt, a);
    struct cairn_placement placement = {RUNTIME_ACTOR_ID | number, a->seat.host, a->seat.entry};
    struct batch *b = batch_of(rt, a->batch);
    uint32_t batch = a->batch, element = a->element;
    a->phase = ACTOR_SERVING;
    a->life++;
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
    pump(rt, number);
}

static bool has_checkpoint(const struct runtime *rt, const struct actor *a)
{
    if (!a->newest.is_there || !class_of(rt, a)->checkpoint.in_memory)
        return a->newest.is_there;
    const struct host *host = &rt->hosts[a->newest.host];
    return host->state == HOST_UP && host->life == a->newest.life;
}

static void restored(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    seat_charge(rt, SEAT_OF_ACTOR(number), JOB_RESTORE);
    a->version = a->newest.version;
    rt->record->restored++;
    tell(rt, number, TOLD_RESTORED, 0, (slot_ns)a->version);
}

static void built(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    const struct program_actor *class = class_of(rt, a);
    seat_charge(rt, SEAT_OF_ACTOR(number), a->state == ACTOR_PENDING ? JOB_START : JOB_RESTART);
    if (a->state == ACTOR_RESTARTING && class->checkpoint.is_automatic && has_checkpoint(rt, a))
        wait_phase(rt, number, ACTOR_RESTORING,
                   amount_of(&class->checkpoint.restore, a->restores++, 0.5));
    else
        alive(rt, number);
}

static void build(struct runtime *rt, uint32_t number)
{
    const struct actor *a = actor_of(rt, number);
    const struct program_actor *class = class_of(rt, a);
    uint64_t index = rt->built_of[a->class]++;
    double u = class->start.kind == AMOUNT_LAW
                   ? runtime_uniform(rt, STREAM_START, a->class, index, 0)
                   : 0.5;
    wait_phase(rt, number, ACTOR_BUILDING, amount_of(&class->start, index, u));
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
                                runtime_now(rt), placement, &class_of(rt, a)->placed);
        return;
    }
    seat_take(rt, SEAT_OF_ACTOR(number), placement);
    tell(rt, number, TOLD_PLACED, 0, 0);
    if (rt->hosts[placement->node].state == HOST_LOST) { /* as lost as what ran there */
        a->phase = ACTOR_LOST;
        a->cause = (uint8_t)rt->hosts[placement->node].cause;
    } else if (rt->spec->runtime.lease > 0)
        wait_phase(rt, number, ACTOR_LEASING, rt->spec->runtime.lease);
    else
        want_worker(rt, number);
}

/* ---- the lane's time ----------------------------------------------------------------------- */

static enum batch_kind kind_of(const struct runtime *rt, uint32_t call)
{
    return (enum batch_kind)batch_of(rt, call_of(rt, call)->batch)->kind;
}

/* Charges what it has been doing until now; to be called before anything changes that. */
static void charge(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    bool is_fetching = false, is_working = false;
    enum job_class class = JOB_IDLE;
    for (uint32_t at = a->running; at; at = call_of(rt, at)->next) {
        enum batch_kind kind = kind_of(rt, at);
        if (kind == BATCH_SNAPSHOTS || kind == BATCH_RESTORES)
            class = kind == BATCH_SNAPSHOTS ? JOB_CHECKPOINT : JOB_RESTORE;
        is_fetching |= call_of(rt, at)->state == CALL_FETCHING;
        is_working |= call_of(rt, at)->state != CALL_FETCHING;
    }
    if (class == JOB_IDLE && (is_working || is_fetching))
        class = is_working ? JOB_USEFUL : JOB_TRANSFER;
    simtime elapsed = seat_charge(rt, SEAT_OF_ACTOR(number), class);
    if (class != JOB_USEFUL)
        return;
    a->at_risk += elapsed;
    if (a->persisting)
        a->between += elapsed;
}

/* ---- calls --------------------------------------------------------------------------------- */

static void push_back(struct runtime *rt, struct actor *a, uint32_t call)
{
    call_of(rt, call)->next = 0;
    if (a->queue_last)
        call_of(rt, a->queue_last)->next = call;
    else
        a->queue_first = call;
    a->queue_last = call;
}

static void push_front(struct runtime *rt, struct actor *a, uint32_t call)
{
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
    take_out(rt, &a->running, call);
    a->running_count--;
    a->calls--;
}

void actor_queue(struct runtime *rt, uint32_t call)
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

static void end_if_let_go(struct runtime *rt, uint32_t number)
{
    const struct actor *a = actor_of(rt, number);
    if (a->is_ending && a->calls == 0 && a->state != ACTOR_DEAD)
        actor_kill(rt, number, CAIRN_CAUSE_OWNER);
}

void actor_call_ready(struct runtime *rt, uint32_t call, uint32_t failed)
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
        pump(rt, number);
        end_if_let_go(rt, number);
        return;
    }
    pump(rt, number);
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
    c->timer = runtime_timer(rt, work, EVENT_COMPLETION, TIMER_CALL, call);
}

/* The newest complete checkpoint takes the place of the state. */
static bool begin_restore(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    if (!has_checkpoint(rt, a))
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
    tell(rt, number, TOLD_SNAPSHOT, 0, (slot_ns)a->covered);
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
    if (!c->has_arrived || c->missing > 0)
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
    bool is_lost = false;
    charge(rt, number);
    int64_t bytes =
        kind == BATCH_METHODS ? call_bytes_to_fetch(rt, call, a->seat.host, &is_lost) : -1;
    if (is_lost && c->missing > 0)
        return; /* they are being made again: the queue waits */
    pop_front(rt, a);
    if (is_lost || (kind == BATCH_RESTORES && !has_checkpoint(rt, a))) {
        a->calls--;
        call_give_up(rt, call, CAIRN_CAUSE_OBJECT);
        return;
    }
    c->next = a->running;
    a->running = call;
    a->running_count++;
    if (kind == BATCH_SNAPSHOTS) {
        begin_snapshot(rt, number, call);
    } else if (kind == BATCH_RESTORES) {
        begin_restore(rt, number, call);
    } else if (bytes >= 0) {
        call_fetched(rt, call, a->seat.host, bytes);
        c->state = CALL_FETCHING;
        c->timer =
            runtime_timer(rt, call_transfer_time(rt, bytes), EVENT_COMPLETION, TIMER_CALL, call);
    } else {
        begin_work(rt, number, call);
    }
}

static void pump(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    while (a->state == ACTOR_ALIVE && a->phase == ACTOR_SERVING && a->queue_first &&
           may_begin(rt, a))
        begin(rt, number);
}

static void end_exception(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    const struct program_function *f = &rt->program->functions[batch_of(rt, c->batch)->function];
    c->cause = CAIRN_CAUSE_EXCEPTION;
    c->failed[CAIRN_CAUSE_EXCEPTION]++;
    struct told told = batch_told(rt, c->batch, c->element, TOLD_ATTEMPT_FAILED);
    told.actor = number;
    told.attempt = c->attempt;
    told.cause = c->cause;
    runtime_tell(rt, told);
    rt->record->attempts.failed++;
    struct cairn_cure cure =
        call_ask(rt, CAIRN_SUBJECT_CALL, c->cause, c->failed, class_of(rt, a)->task_retries,
                 f->retry_exceptions, (uint64_t)c->batch << 32 | c->element, a->own);
    if (cure.action == CAIRN_GIVE_UP) {
        call_give_up(rt, call, CAIRN_CAUSE_EXCEPTION);
        return;
    }
    c->attempt++;
    rt->record->calls.retried++;
    a->calls++;
    push_front(rt, a, call);
}

/* A method has computed, and waited if it does. */
static void end_method(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    const struct program_function *f = &rt->program->functions[batch_of(rt, c->batch)->function];
    bool is_whole = !c->is_raising || f->fails.at_ppm == 1000000;
    stop_running(rt, number, call);
    a->version += is_whole;
    if (c->is_raising)
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
    a->at_risk = a->between;
    rt->record->completed++;
    tell(rt, number, TOLD_COMPLETE, 0, (slot_ns)a->covered);
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
    tell(rt, number, TOLD_PERSISTING, 0, (slot_ns)a->covered);
    a->persisting = call;
    a->persist_timer = runtime_timer(rt, persist, EVENT_COMPLETION, TIMER_PERSIST, number);
}

void actor_persisted(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    uint32_t call = a->persisting;
    charge(rt, number);
    a->persist_timer = a->persisting = 0;
    complete(rt, number, call);
    pump(rt, number);
    end_if_let_go(rt, number);
}

void actor_call_timer(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    uint32_t number = c->actor;
    struct actor *a = actor_of(rt, number);
    enum batch_kind kind = kind_of(rt, call);
    charge(rt, number);
    if (c->state == CALL_FETCHING) {
        begin_work(rt, number, call);
        return;
    }
    if (kind == BATCH_SNAPSHOTS) {
        end_snapshot(rt, number, call);
    } else if (kind == BATCH_RESTORES) {
        stop_running(rt, number, call);
        restored(rt, number);
        call_finish(rt, call, a->seat.host);
    } else if (c->state == CALL_AWAITING) {
        end_method(rt, number, call);
    } else {
        end_compute(rt, number, call);
    }
    pump(rt, number);
    end_if_let_go(rt, number);
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
        restored(rt, number);
        alive(rt, number);
        break;
    case ACTOR_LOST:
        actor_detected(rt, number);
        break;
    case ACTOR_SERVING:
        assert(!"an actor that serves has no timer");
    }
}

/* ---- death --------------------------------------------------------------------------------- */

static void abort_checkpoint(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    rt->record->checkpoints_aborted++;
    tell(rt, number, TOLD_ABORTED, 0, (slot_ns)a->covered);
    (void)call;
}

/* Its process is gone: everything it did stops, in the ledger too. */
static void stop_process(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    if (a->phase == ACTOR_SERVING)
        charge(rt, number);
    else if (a->phase == ACTOR_RESTORING)
        seat_charge(rt, SEAT_OF_ACTOR(number), JOB_RESTORE);
    else if (a->phase == ACTOR_LOST)
        seat_charge(rt, SEAT_OF_ACTOR(number), JOB_DETECT);
    else if (a->phase != ACTOR_NOWHERE)
        seat_charge(rt, SEAT_OF_ACTOR(number), a->state == ACTOR_PENDING ? JOB_START : JOB_RESTART);
    for (uint32_t at = a->running; at; at = call_of(rt, at)->next) {
        runtime_stop_timer(rt, &call_of(rt, at)->timer);
        call_of(rt, at)->state = CALL_LOST;
        if (kind_of(rt, at) == BATCH_SNAPSHOTS && a->phase == ACTOR_SERVING)
            abort_checkpoint(rt, number, at);
    }
    if (a->persisting && a->persist_timer)
        abort_checkpoint(rt, number, a->persisting);
    runtime_stop_timer(rt, &a->persist_timer);
    runtime_stop_timer(rt, &a->timer);
    a->is_computing = false;
}

void actor_lost(struct runtime *rt, uint32_t number, uint32_t cause)
{
    struct actor *a = actor_of(rt, number);
    stop_process(rt, number);
    a->phase = ACTOR_LOST;
    a->cause = (uint8_t)cause;
}

void actor_crash(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    if (a->phase != ACTOR_SERVING)
        return;
    actor_lost(rt, number, CAIRN_CAUSE_WORKER);
    a->timer =
        runtime_timer(rt, rt->spec->runtime.worker_detection, EVENT_DETECTION, TIMER_ACTOR, number);
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

/* Does this call survive the death of its actor's process? */
static bool survives(struct runtime *rt, uint32_t number, uint32_t call)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    if (!c->was_alive)
        return true;
    c->was_alive = false;
    c->cause = a->cause;
    c->failed[a->cause]++;
    struct told told = batch_told(rt, c->batch, c->element, TOLD_ATTEMPT_FAILED);
    told.actor = number;
    told.attempt = c->attempt;
    told.cause = a->cause;
    runtime_tell(rt, told);
    rt->record->attempts.failed++;
    if (kind_of(rt, call) != BATCH_METHODS)
        return false;
    struct cairn_cure cure =
        call_ask(rt, CAIRN_SUBJECT_CALL, a->cause, c->failed, class_of(rt, a)->task_retries, false,
                 (uint64_t)c->batch << 32 | c->element, a->own);
    if (cure.action == CAIRN_GIVE_UP)
        return false;
    c->attempt++;
    rt->record->calls.retried++;
    return true;
}

/* Calls after a death: those that may be tried again keep their order; the others fail. */
static void sort_calls(struct runtime *rt, uint32_t number, bool is_dead)
{
    struct actor *a = actor_of(rt, number);
    uint32_t failed = 0, *end = &failed;
    for (uint32_t at = gather(rt, a), next; at; at = next) {
        next = call_of(rt, at)->next;
        call_of(rt, at)->state = CALL_WAITING;
        if (survives(rt, number, at) && !is_dead) {
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

static void forget_state(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    seat_move(rt, SEAT_OF_ACTOR(number), JOB_USEFUL, JOB_LOST, a->at_risk);
    rt->record->lost_work += a->at_risk;
    a->at_risk = a->between = 0;
    a->version = 0;
    tell(rt, number, TOLD_STATE, 0, 0);
}

static void leave_seat(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    const struct program_actor *class = class_of(rt, a);
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
    sort_calls(rt, number, true);
    if (set->objects[element].state == OBJECT_PENDING)
        batch_settle(rt, batch, element, OBJECT_FAILED, a->cause);
}

void actor_detected(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    assert(a->phase == ACTOR_LOST);
    seat_charge(rt, SEAT_OF_ACTOR(number), JOB_DETECT);
    bool was_alive = a->state == ACTOR_ALIVE;
    if (was_alive)
        forget_state(rt, number);
    leave_seat(rt, number);
    a->phase = ACTOR_NOWHERE;
    if (a->state == ACTOR_PENDING) { /* its creation was not over: once more */
        ask_for_place(rt, number);
        return;
    }
    a->failed[a->cause]++;
    struct cairn_cure cure =
        call_ask(rt, CAIRN_SUBJECT_ACTOR, a->cause, a->failed, class_of(rt, a)->restarts, false,
                 RUNTIME_ACTOR_ID | number, a->own);
    if (cure.action == CAIRN_GIVE_UP || a->is_ending) {
        die(rt, number);
        return;
    }
    if (was_alive)
        become(rt, number, ACTOR_RESTARTING);
    rt->record->actors.restarted++;
    sort_calls(rt, number, false);
    if (cure.delay > 0)
        wait_phase(rt, number, ACTOR_NOWHERE, cure.delay);
    else
        ask_for_place(rt, number);
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
    runtime_stop_timer(rt, &a->timer);
    a->cause = (uint8_t)cause;
    leave_seat(rt, number);
    die(rt, number);
}

void actor_let_go(struct runtime *rt, uint32_t set)
{
    const struct batch *b = batch_of(rt, set);
    for (uint32_t i = 0; i < b->count; i++) {
        struct actor *a = actor_of(rt, b->objects[i].call);
        if (class_of(rt, a)->is_detached)
            continue;
        a->is_ending = true;
        end_if_let_go(rt, b->objects[i].call);
    }
}

void actor_stop(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    if (a->seat.host == TOLD_NOWHERE)
        return;
    stop_process(rt, number);
    seat_move(rt, SEAT_OF_ACTOR(number), JOB_USEFUL, JOB_UNCOMMITTED, a->at_risk);
    a->at_risk = 0;
}
