/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what is told to marks.
 *
 * Main invariant: a holder that is open has a slice whose end is not known yet (until is -1), and,
 * unless it is a call that nests in its actor's slice, a lane. What a phase was worth may change
 * after it is over: the ledger moves, and the marks move with it, so that they add up to it. */
#include "sim/campaign/tracks.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- arrays that grow ---------------------------------------------------------------------- */

/* items[number], zero when it is new; NULL: no memory. */
static void *at(struct tracks *t, struct track_array *array, uint32_t number, size_t size)
{
    if (number >= array->count) {
        uint32_t count = array->count ? array->count : 64;
        while (count <= number)
            count *= 2;
        char *items = realloc(array->items, count * size);
        if (!items) {
            t->is_out_of_memory = true;
            return NULL;
        }
        memset(items + array->count * size, 0, (count - array->count) * size);
        array->items = items;
        array->count = count;
    }
    return (char *)array->items + number * size;
}

static struct track_holder *call_at(struct tracks *t, uint32_t number)
{
    return at(t, &t->calls, number, sizeof(struct track_holder));
}

static struct track_holder *actor_at(struct tracks *t, uint32_t number)
{
    return at(t, &t->actors, number, sizeof(struct track_holder));
}

static struct track_job *job_at(struct tracks *t, uint32_t serial)
{
    return at(t, &t->jobs, serial, sizeof(struct track_job));
}

/* Whose placement is told of. */
static struct track_holder *holder_of(struct tracks *t, const struct told *told)
{
    return told->call ? call_at(t, told->call) : actor_at(t, told->actor);
}

static struct track_mark *mark_of(const struct tracks *t, const struct track_holder *holder)
{
    return &t->marks[holder->mark - 1];
}

/* The number of a new mark, from 1; 0: there can be no more. */
static uint32_t add(struct tracks *t, const struct track_mark *mark)
{
    if (t->count == t->most)
        t->is_too_long = true;
    if (t->is_too_long || t->is_out_of_memory)
        return 0;
    if (t->count == t->capacity) {
        uint32_t capacity = t->capacity ? 2 * t->capacity : 1024;
        struct track_mark *marks = realloc(t->marks, capacity * sizeof *marks);
        if (!marks) {
            t->is_out_of_memory = true;
            return 0;
        }
        t->marks = marks;
        t->capacity = capacity;
    }
    t->marks[t->count++] = *mark;
    return t->count;
}

static struct track_mark about(const struct told *told, enum track_kind kind)
{
    bool is_slice = kind <= TRACK_WAIT;
    return (struct track_mark){.kind = (uint8_t)kind,
                               .since = told->time,
                               .until = is_slice ? -1 : told->time,
                               .host = told->host,
                               .function = told->function,
                               .actor = told->actor,
                               .job = told->job,
                               .batch = told->batch,
                               .element = told->element,
                               .attempt = (uint16_t)told->attempt};
}

/* ---- slices -------------------------------------------------------------------------------- */

/* On the track of a holder's slice. */
static void add_beside(struct tracks *t, const struct track_holder *holder, struct track_mark mark)
{
    mark.host = mark_of(t, holder)->host;
    mark.lane = mark_of(t, holder)->lane;
    add(t, &mark);
}

static void open_slice(struct tracks *t, struct track_holder *holder, const struct told *told,
                       const struct track_mark *mark)
{
    holder->mark = add(t, mark);
    holder->is_open = holder->mark != 0;
    if (!holder->is_open || !holder->flow)
        return;
    struct track_mark in = about(told, TRACK_FLOW_IN);
    in.value = holder->flow;
    holder->flow = 0;
    add_beside(t, holder, in);
}

/* What failed is where the arrow begins: in its last phase. */
static void begin_flow(struct tracks *t, struct track_holder *holder, const struct told *told)
{
    if (!holder->mark || t->is_too_long)
        return;
    struct track_mark out = about(told, TRACK_FLOW_OUT);
    const struct track_mark *slice = mark_of(t, holder);
    out.since = out.until = slice->since;
    if (holder->phase && t->marks[holder->phase - 1].since > slice->since)
        out.since = out.until = t->marks[holder->phase - 1].since;
    out.value = holder->flow = ++t->flows;
    add_beside(t, holder, out);
}

static void end_held(struct tracks *t, struct track_holder *call)
{
    t->counters[COUNT_RUNNING] -= call->is_running;
    t->held -= call->is_held;
    call->is_running = call->is_held = false;
}

static void end_slice(struct tracks *t, struct track_holder *holder, simtime time)
{
    struct track_mark *mark = mark_of(t, holder);
    assert(holder->is_open && mark->until < 0);
    holder->is_open = false;
    mark->until = time;
    mark->outcome = OUTCOME_STOPPED; /* unless it is told otherwise at the same instant */
}

static bool has_lane_of_its_own(const struct tracks *t, const struct told *told)
{
    const struct program *program = t->witness->cell->spec.program;
    return program->actors[witness_class(t->witness, told->actor)].concurrency > 1;
}

static void begin_call(struct tracks *t, const struct told *told)
{
    struct track_holder *call = call_at(t, told->call), *actor = actor_at(t, told->actor);
    if (!call || !actor || !actor->is_open)
        return;
    struct track_mark mark = about(told, TRACK_CALL);
    mark.lane = mark_of(t, actor)->lane;
    if (has_lane_of_its_own(t, told))
        mark.lane = TRACKS_BESIDE | lanes_take(&t->hosts[mark.host].beside);
    if (mark.lane == (TRACKS_BESIDE | LANES_NONE)) {
        t->is_out_of_memory = true;
        return;
    }
    call->before = 0;
    call->next = actor->first;
    if (actor->first)
        call_at(t, actor->first)->before = told->call;
    actor->first = told->call;
    call->is_held = true;
    t->held++;
    open_slice(t, call, told, &mark);
}

static void end_call(struct tracks *t, struct track_holder *actor, uint32_t number, simtime time)
{
    struct track_holder *call = call_at(t, number);
    const struct track_mark *mark = mark_of(t, call);
    if (mark->lane & TRACKS_BESIDE)
        lanes_give(&t->hosts[mark->host].beside, mark->lane & ~TRACKS_BESIDE);
    if (call->before)
        call_at(t, call->before)->next = call->next;
    else
        actor->first = call->next;
    if (call->next)
        call_at(t, call->next)->before = call->before;
    end_slice(t, call, time);
    end_held(t, call);
}

/* ---- what is told -------------------------------------------------------------------------- */

/* A number has gone over to another call: what was known of the old one is void. */
static void renew(const struct tracks *t, struct track_holder *call, const struct told *told)
{
    if (call->mark &&
        (mark_of(t, call)->batch != told->batch || mark_of(t, call)->element != told->element))
        *call = (struct track_holder){.mark = 0};
}

static void hear_placed(struct tracks *t, const struct told *told)
{
    struct track_holder *holder = holder_of(t, told);
    struct track_mark mark = about(told, told->call ? TRACK_ATTEMPT : TRACK_ACTOR);
    mark.lane = lanes_take(&t->hosts[told->host].slots);
    if (!holder || mark.lane == LANES_NONE) {
        t->is_out_of_memory = true;
        return;
    }
    t->hosts[told->host].is_seen = true;
    if (told->call)
        renew(t, holder, told);
    holder->phase = 0;
    holder->is_held = told->call != 0;
    t->held += holder->is_held;
    open_slice(t, holder, told, &mark);
}

static void hear_started(struct tracks *t, const struct told *told)
{
    struct track_holder *call = call_at(t, told->call);
    if (!call)
        return;
    if (told->actor) {
        renew(t, call, told);
        begin_call(t, told);
    }
    call->is_running = call->is_held;
    t->counters[COUNT_RUNNING] += call->is_running;
}

/* So many calls of the job, at the most, wait no more. */
static void settle(struct tracks *t, const struct told *told, uint64_t count)
{
    struct track_job *job = job_at(t, told->job);
    if (!job)
        return;
    count = count < job->outstanding ? count : job->outstanding;
    job->outstanding -= count;
    t->outstanding -= count;
}

/* An attempt is over, well or not. */
static void end_attempt(struct tracks *t, const struct told *told, enum track_outcome outcome)
{
    struct track_holder *call = call_at(t, told->call);
    if (!call || told->function == PROGRAM_NOTHING)
        return;
    if (call->is_open && told->actor)
        end_call(t, actor_at(t, told->actor), told->call, told->time);
    end_held(t, call);
    if (!call->mark || mark_of(t, call)->batch != told->batch ||
        mark_of(t, call)->element != told->element || mark_of(t, call)->until != told->time)
        return; /* it had no place */
    mark_of(t, call)->outcome = (uint8_t)outcome;
    mark_of(t, call)->cause = (uint8_t)told->cause;
}

static void hear_ended(struct tracks *t, const struct told *told)
{
    if (told->function != PROGRAM_NOTHING)
        settle(t, told, 1);
    end_attempt(t, told, OUTCOME_DONE);
}

static void hear_attempt_failed(struct tracks *t, const struct told *told)
{
    end_attempt(t, told, OUTCOME_FAILED);
}

static void hear_failed(struct tracks *t, const struct told *told)
{
    settle(t, told, 1);
}

static void hear_left(struct tracks *t, const struct told *told)
{
    struct track_holder *holder = holder_of(t, told);
    if (!holder || !holder->is_open)
        return;
    while (!told->call && holder->first)
        end_call(t, holder, holder->first, told->time);
    lanes_give(&t->hosts[told->host].slots, mark_of(t, holder)->lane);
    end_slice(t, holder, told->time);
    if (told->call)
        end_held(t, holder);
}

static void hear_span(struct tracks *t, const struct told *told)
{
    struct track_holder *holder = holder_of(t, told);
    struct track_mark mark = about(told, TRACK_PHASE);
    if (!holder || !holder->is_open || told->to == JOB_IDLE)
        return;
    mark.since = told->since;
    mark.until = told->time;
    mark.lane = mark_of(t, holder)->lane;
    mark.class = (uint8_t)told->to;
    mark.previous = holder->phase;
    holder->phase = add(t, &mark);
}

/* The first `amount` of a phase becomes a phase of its own; its number. */
static uint32_t split(struct tracks *t, uint32_t phase, int64_t amount)
{
    struct track_mark part = t->marks[phase - 1];
    part.until = part.since + amount;
    uint32_t number = add(t, &part);
    if (!number)
        return 0;
    t->marks[phase - 1].since = part.until;
    t->marks[phase - 1].previous = number;
    return number;
}

/* What was spent as `from` was `to` after all. A stateless call spends it first; of an actor it is
 * the latest. */
static void hear_move(struct tracks *t, const struct told *told)
{
    struct track_holder *holder = holder_of(t, told);
    int64_t left = (int64_t)told->amount;
    if (!holder)
        return;
    for (uint32_t phase = holder->phase; phase && left > 0;) {
        struct track_mark *mark = &t->marks[phase - 1];
        int64_t length = mark->until - mark->since;
        bool is_it = mark->class == told->cause;
        if (is_it && length > left) {
            uint32_t first = split(t, phase, told->call ? left : length - left);
            if (!first)
                return;
            t->marks[(told->call ? first : phase) - 1].class = (uint8_t)told->to;
            return;
        }
        if (is_it) {
            mark->class = (uint8_t)told->to;
            left -= length;
        }
        phase = mark->previous;
    }
}

static void hear_job(struct tracks *t, const struct told *told)
{
    struct track_job *job = job_at(t, told->job);
    struct track_mark mark = about(told, TRACK_JOB);
    if (!job)
        return;
    if (told->kind == TOLD_JOB_ARRIVED) {
        mark.host = TRACKS_DRIVER;
        mark.lane = told->element;
        t->fibers = told->element > t->fibers ? told->element : t->fibers;
        job->mark = add(t, &mark);
        return;
    }
    settle(t, told, UINT64_MAX); /* what it did not wait for is cancelled */
    if (!job->mark)
        return;
    t->marks[job->mark - 1].until = told->time;
    t->marks[job->mark - 1].outcome = told->cause ? OUTCOME_FAILED : OUTCOME_DONE;
    t->marks[job->mark - 1].cause = (uint8_t)(told->cause ? told->cause - 1 : 0);
}

static void hear_waited(struct tracks *t, const struct told *told)
{
    struct track_mark mark = about(told, TRACK_WAIT);
    mark.since = told->since;
    mark.until = told->time;
    mark.host = TRACKS_DRIVER;
    mark.lane = told->element;
    mark.class = (uint8_t)told->to;
    mark.value = (int64_t)told->count;
    t->fibers = told->element > t->fibers ? told->element : t->fibers;
    add(t, &mark);
}

static void hear_host(struct tracks *t, const struct told *told)
{
    struct track_mark mark = about(told, TRACK_INSTANT);
    struct track_host *host = &t->hosts[told->host];
    mark.class = told->kind == TOLD_HOST_DOWN       ? INSTANT_DOWN
                 : told->kind == TOLD_HOST_DETECTED ? INSTANT_DETECTED
                                                    : INSTANT_UP;
    mark.cause = (uint8_t)told->cause;
    host->is_seen = true;
    t->counters[COUNT_NODES] += (told->kind == TOLD_HOST_UP) - (told->kind == TOLD_HOST_DOWN);
    if (told->kind == TOLD_HOST_DOWN) {
        t->counters[COUNT_BYTES] -= host->bytes;
        host->bytes = 0;
    }
    add(t, &mark);
}

static void hear_checkpoint(struct tracks *t, const struct told *told)
{
    struct track_mark mark = about(told, TRACK_INSTANT);
    struct track_holder *actor = actor_at(t, told->actor);
    if (!actor || !actor->mark)
        return;
    mark.class = told->kind == TOLD_COMPLETE  ? INSTANT_COMPLETE
                 : told->kind == TOLD_ABORTED ? INSTANT_ABORTED
                                              : INSTANT_RESTORED;
    mark.value = (int64_t)told->amount;
    add_beside(t, actor, mark);
}

static void hear_bytes(struct tracks *t, const struct told *told)
{
    uint32_t drivers = t->witness->cell->spec.cluster.nodes;
    struct track_host *host = &t->hosts[told->host == TOLD_NOWHERE ? drivers : told->host];
    int64_t bytes = told->kind == TOLD_DROPPED ? -(int64_t)told->amount : (int64_t)told->amount;
    host->bytes += bytes;
    t->counters[COUNT_BYTES] += bytes;
}

static void hear_submitted(struct tracks *t, const struct told *told)
{
    struct track_job *job = job_at(t, told->job);
    uint64_t count = told->kind == TOLD_SUBMITTED ? told->count : 1;
    if (!job)
        return;
    job->outstanding += count;
    t->outstanding += count;
}

/* Its process has ended, and this is why. */
static void end_actor(struct tracks *t, const struct told *told, enum track_outcome outcome)
{
    const struct track_holder *actor = actor_at(t, told->actor);
    if (!actor || !actor->mark || mark_of(t, actor)->until != told->time)
        return;
    mark_of(t, actor)->outcome = (uint8_t)outcome;
    mark_of(t, actor)->cause = (uint8_t)told->cause;
}

static void hear_actor(struct tracks *t, const struct told *told)
{
    if (told->to == ACTOR_DEAD)
        end_actor(t, told, told->cause == CAIRN_CAUSE_OWNER ? OUTCOME_DONE : OUTCOME_FAILED);
}

static void hear_retried(struct tracks *t, const struct told *told)
{
    struct track_holder *call = call_at(t, told->call);
    if (!call)
        return;
    renew(t, call, told);
    begin_flow(t, call, told);
}

static void hear_restarted(struct tracks *t, const struct told *told)
{
    struct track_holder *actor = actor_at(t, told->actor);
    end_actor(t, told, OUTCOME_FAILED);
    if (actor)
        begin_flow(t, actor, told);
}

/* ---- counters ------------------------------------------------------------------------------ */

/* What the counters came to at the instant that is over. */
static void say_counters(struct tracks *t)
{
    t->counters[COUNT_QUEUED] = t->outstanding > t->held ? (int64_t)(t->outstanding - t->held) : 0;
    for (unsigned i = 0; i < COUNTERS; i++) {
        if (t->counters[i] == t->said[i])
            continue;
        t->said[i] = t->counters[i];
        add(t, &(struct track_mark){.kind = TRACK_COUNTER,
                                    .class = (uint8_t)i,
                                    .since = t->now,
                                    .until = t->now,
                                    .value = t->counters[i]});
    }
}

typedef void hearer(struct tracks *t, const struct told *told);
static hearer *const hearers[TOLD_KINDS] = {
    [TOLD_JOB_ARRIVED] = hear_job,
    [TOLD_JOB_ENDED] = hear_job,
    [TOLD_SUBMITTED] = hear_submitted,
    [TOLD_PLACED] = hear_placed,
    [TOLD_STARTED] = hear_started,
    [TOLD_ENDED] = hear_ended,
    [TOLD_ATTEMPT_FAILED] = hear_attempt_failed,
    [TOLD_RETRIED] = hear_retried,
    [TOLD_STORED] = hear_bytes,
    [TOLD_COPIED] = hear_bytes,
    [TOLD_DROPPED] = hear_bytes,
    [TOLD_FAILED] = hear_failed,
    [TOLD_ACTOR] = hear_actor,
    [TOLD_ACTOR_RESTARTED] = hear_restarted,
    [TOLD_OBJECT_REBUILT] = hear_submitted,
    [TOLD_COMPLETE] = hear_checkpoint,
    [TOLD_ABORTED] = hear_checkpoint,
    [TOLD_RESTORED] = hear_checkpoint,
    [TOLD_HOST_DOWN] = hear_host,
    [TOLD_HOST_DETECTED] = hear_host,
    [TOLD_HOST_UP] = hear_host,
    [TOLD_SPAN] = hear_span,
    [TOLD_MOVE] = hear_move,
    [TOLD_LEFT] = hear_left,
    [TOLD_WAITED] = hear_waited,
};

static void hear(void *context, const struct told *told)
{
    struct tracks *t = context;
    if (t->is_out_of_memory || t->is_too_long)
        return;
    if (told->time != t->now)
        say_counters(t);
    t->now = told->time;
    if (hearers[told->kind])
        hearers[told->kind](t, told);
}

/* ---- a replication ------------------------------------------------------------------------- */

static enum status begin(struct tracks *t, struct witness *witness, uint32_t most)
{
    uint32_t hosts = witness->cell->spec.cluster.nodes;
    *t = (struct tracks){.witness = witness, .most = most ? most : LIMIT_MARKS};
    t->hosts = calloc((size_t)hosts + 1, sizeof *t->hosts); /* zero lanes are empty ones */
    if (!t->hosts)
        return STATUS_MEMORY;
    t->counters[COUNT_NODES] = hosts;
    for (unsigned i = 0; i < COUNTERS; i++)
        t->said[i] = -1;
    return STATUS_OK;
}

void tracks_close(struct tracks *tracks)
{
    struct tracks *t = tracks;
    for (uint32_t i = 0; t->hosts && i <= t->witness->cell->spec.cluster.nodes; i++) {
        lanes_fini(&t->hosts[i].slots);
        lanes_fini(&t->hosts[i].beside);
    }
    free(t->hosts);
    free(t->marks);
    free(t->order);
    free(t->calls.items);
    free(t->actors.items);
    free(t->jobs.items);
    *t = (struct tracks){.marks = NULL};
}

static enum status play(struct tracks *t, struct witness *witness, uint32_t replication,
                        struct record *record, struct diag *diag)
{
    enum status status = witness_run(witness, replication, hear, t, record, diag);
    if (status != STATUS_OK)
        return status;
    t->now = record->makespan;
    say_counters(t);
    if (t->is_too_long)
        return diag_error(diag, (struct place){0},
                          "replication %u has more than %u slices and marks, the most that are "
                          "drawn: a shorter horizon, or fewer calls",
                          replication, t->most);
    if (t->is_out_of_memory)
        return diag_world(diag, "draw", NULL, ENOMEM);
    for (uint32_t i = 0; i < t->count; i++)
        if (t->marks[i].until < 0)
            t->marks[i].until = record->makespan;
    return STATUS_OK;
}

enum status tracks_open(struct tracks *tracks, struct witness *witness, uint32_t replication,
                        uint32_t most, struct record *record, struct diag *diag)
{
    if (begin(tracks, witness, most) != STATUS_OK)
        return diag_world(diag, "draw", NULL, ENOMEM);
    enum status status = play(tracks, witness, replication, record, diag);
    if (status != STATUS_OK)
        tracks_close(tracks);
    return status;
}
