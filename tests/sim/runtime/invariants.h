/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invariants: what must hold of every run of a program, whatever it is and whatever fails.
 *
 * A listener keeps its own account of calls, actors, hosts and checkpoints from the chronicle, and
 * compares it with what is told next; where the chronicle leaves something out (which results a
 * call is given, who sits on a host) it looks into the runtime at that moment. The first thing that
 * is wrong is kept in words; the test fails with it, and with the program that shows it. */
#ifndef CAIRN_TESTS_RUNTIME_INVARIANTS_H
#define CAIRN_TESTS_RUNTIME_INVARIANTS_H

#include "tests/sim/runtime/checked_actors.h"
#include "tests/sim/runtime/checked_results.h"
#include "tests/sim/runtime/checked_routes.h"

/* ---- jobs and what they submit --------------------------------------------------------------- */

/* The batch just submitted is the newest of its job: what it is given is read there. */
static inline void checked_submitted(struct checked *c, const struct told *t)
{
    struct checked_batch *b = checked_batch(c, t->batch);
    const struct job *job = pool_at(&c->rt->jobs, t->job + 1);
    const struct batch *batch = batch_of(c->rt, job->batches);
    CHECK(job->serial == t->job && batch->serial == t->batch && batch->count == t->count);
    CHECK(!b->is_known && t->function == batch->function);
    *b = (struct checked_batch){.is_known = true,
                                .job = t->job,
                                .function = t->function,
                                .statement = batch->statement,
                                .count = batch->count,
                                .offset = batch->offset,
                                .first = (uint32_t)c->submitted};
    c->submitted += t->count;
    checked_at(&c->calls, c->submitted);
    b->has_solid = true;
    for (uint32_t i = 0; i < batch->arguments_count && i < CHECKED_ARGUMENTS; i++) {
        const struct batch *given = batch_of(c->rt, batch->arguments[i].batch);
        bool is_small = given->kind == BATCH_PUT && given->objects[0].is_inline;
        b->has_solid &= is_small || checked_batch(c, given->serial)->is_solid;
        b->arguments[b->arguments_count] = given->serial;
        b->is_each[b->arguments_count++] = batch->arguments[i].is_each;
    }
    b->is_solid = b->has_solid && batch->kind == BATCH_TASKS;
    struct checked_job *owner = checked_job(c, t->job);
    const struct checked_batch *last = checked_batch(c, owner->last);
    CHECK(owner->has_come && !owner->has_ended);
    bool is_map = c->rt->program->statements[b->statement].op == OP_MAP; /* goes on by itself */
    if (!c->has_branches && !is_map && owner->last &&
        c->rt->program->statements[last->statement].is_waited)
        CHECK(last->settled == last->count || last->has_failed || last->gone > 0); /* it got it */
    owner->last = t->batch;
    owner->steps++;
}

static inline void checked_tell_job(struct checked *c, const struct told *t)
{
    struct checked_job *job = checked_job(c, t->job);
    if (t->kind == TOLD_JOB_ARRIVED) {
        CHECK(!job->has_come);
        job->has_come = true;
    } else {
        CHECK(job->has_come && !job->has_ended);
        job->has_ended = true;
        uint64_t steps = t->cause == 0 ? checked_steps(c, t->to) : UINT64_MAX;
        CHECK(steps == UINT64_MAX || job->steps == steps); /* none left out, none done twice */
        c->last_job = t->time;
    }
}

/* ---- places ---------------------------------------------------------------------------------- */

static inline void checked_placed(struct checked *c, const struct told *t)
{
    CHECK(!checked_host(c, t->host)->is_known_down);
    checked_capacity(c, t);
    if (checked_is_call(c, t)) {
        struct checked_call *call = checked_call(c, t);
        CHECK(!call->is_running && !call->is_settled && !checked_job(c, t->job)->has_ended);
        call->is_placed = true;
        call->charged = t->time;
        call->host = t->host;
    } else {
        struct checked_actor *actor = checked_actor(c, t->actor);
        CHECK(actor->state == ACTOR_PENDING || actor->state == ACTOR_RESTARTING);
        CHECK(c->head_until == 0);
        actor->is_placed = true;
        actor->charged = t->time;
        actor->host = t->host;
        checked_in_bundle(c, t);
    }
}

static inline void checked_span(struct checked *c, const struct told *t)
{
    bool is_call = t->actor == 0;
    simtime *charged =
        is_call ? &checked_call(c, t)->charged : &checked_actor(c, t->actor)->charged;
    CHECK(is_call ? checked_call(c, t)->is_placed : checked_actor(c, t->actor)->is_placed);
    CHECK(t->host == (is_call ? checked_call(c, t)->host : checked_actor(c, t->actor)->host));
    CHECK(t->since == *charged && t->since < t->time);
    *charged = t->time;
    c->job[t->to] += t->time - t->since;
    if (!is_call && t->to == JOB_USEFUL)
        checked_actor(c, t->actor)->useful += t->time - t->since;
}

/* ---- calls ----------------------------------------------------------------------------------- */

/* An exception has left the state as it was. */
static inline void checked_raised(struct checked *c, const struct told *t)
{
    const struct program_function *f = &c->rt->program->functions[t->function];
    const struct program_actor *class = &c->rt->program->actors[f->actor];
    struct checked_actor *a = checked_actor(c, t->actor);
    simtime took = t->time - checked_call(c, t)->began;
    bool is_whole = f->fails.at_ppm == 1000000;
    a->version += is_whole;
    if (is_whole || class->concurrency > 1)
        CHECK(!a->is_in_part);
    else if (took > 0)
        CHECK(a->moved_at == t->time && a->moved == took);
    a->is_in_part = false;
}

/* How often it may begin; UINT32_MAX: as often as it likes. */
static inline uint32_t checked_starts(const struct checked *c, uint32_t function)
{
    const struct program_function *f = &c->rt->program->functions[function];
    int32_t retries =
        f->actor == PROGRAM_NOTHING ? f->retries : c->rt->program->actors[f->actor].task_retries;
    return retries < 0 ? UINT32_MAX : 1 + (uint32_t)retries;
}

/* As long as it runs, alone: it neither awaits nor waits for room. */
static inline bool checked_computes(const struct checked *c, const struct program_function *f)
{
    bool is_async = c->rt->program->actors[f->actor].is_async;
    bool waits = f->puts + f->gets + f->gathers > 0;
    return is_async && !waits && amount_is_zero(&f->await) && !c->rt->stores;
}

/* No more at once than the actor takes; one that computes, where it is async; and where it takes
 * one after the other, in the order of their submission. What is made again goes first. */
static inline void checked_begins(struct checked *c, const struct told *t)
{
    const struct program_function *f = &c->rt->program->functions[t->function];
    const struct program_actor *class = &c->rt->program->actors[f->actor];
    struct checked_actor *a = checked_actor(c, t->actor);
    CHECK(a->state == ACTOR_ALIVE && a->is_placed && a->host == t->host && !a->is_snapping);
    CHECK(++a->running <= class->concurrency);
    CHECK(!a->is_stopping || t->batch <= a->accepted);
    if (checked_computes(c, f))
        CHECK(++a->computing == 1);
    const struct checked_call *call = checked_call(c, t);
    checked_replica(c, t);
    uint32_t statement = checked_batch(c, t->batch)->statement;
    bool is_whole = checked_is_whole(&c->rt->program->statements[statement], statement);
    if (class->concurrency > 1 || call->starts > 1 || call->was_done || is_whole)
        return; /* calls of a whole map go out after others that were submitted later */
    uint64_t order = call->accepted ? call->accepted : (uint64_t)t->batch << 32 | t->element;
    uint64_t *began = call->accepted ? &a->began_routed : &a->began;
    CHECK(order > *began);
    *began = order;
}

static inline void checked_stops(struct checked *c, const struct told *t)
{
    const struct program_function *f = &c->rt->program->functions[t->function];
    struct checked_actor *a = checked_actor(c, t->actor);
    struct checked_call *call = checked_call(c, t);
    if (call->is_running && t->actor) {
        a->running--;
        if (checked_computes(c, f))
            a->computing--;
    }
    call->is_running = call->is_placed = false;
}

static inline void checked_started(struct checked *c, const struct told *t)
{
    struct checked_call *call = checked_call(c, t);
    const struct checked_host *host = checked_host(c, t->host);
    CHECK(!call->is_running && !call->is_settled && !call->has_ended);
    CHECK(!host->is_down && !host->is_known_down);
    CHECK(++call->starts - call->preempted <= checked_starts(c, t->function));
    if (t->actor)
        checked_begins(c, t);
    else
        CHECK(call->is_placed && call->host == t->host && !checked_job(c, t->job)->has_ended);
    checked_arguments(c, t);
    call->is_running = true;
    call->began = t->time;
}

static inline void checked_ended(struct checked *c, const struct told *t)
{
    struct checked_call *call = checked_call(c, t);
    CHECK(call->is_running && !call->is_settled && !call->has_ended);
    if (t->actor) {
        CHECK(checked_actor(c, t->actor)->state == ACTOR_ALIVE);
        checked_actor(c, t->actor)->version++;
    } else {
        CHECK(call->is_placed && call->charged == t->time);
    }
    uint32_t host = t->actor ? t->host : call->host;
    checked_deliver(c, t);
    checked_stops(c, t);
    call->is_large = (uint64_t)t->amount > c->rt->spec->runtime.inline_size;
    if (host < CHECKED_HOSTS)
        call->copies[host] = checked_host(c, host)->life + 1;
    call->has_ended = true;
}

/* Is it one of as many as it may have? */
static inline bool checked_counts(const struct program_function *f, uint32_t cause)
{
    return cause != CAIRN_CAUSE_PREEMPTED && cause != CAUSE_CANCELLED &&
           (cause != CAIRN_CAUSE_MEMORY || f->actor != PROGRAM_NOTHING);
}

static inline void checked_attempt_failed(struct checked *c, const struct told *t)
{
    struct checked_call *call = checked_call(c, t);
    const struct program_function *f = &c->rt->program->functions[t->function];
    bool was_running = call->is_running;
    CHECK(!call->is_settled && !call->has_ended);
    if (t->cause == CAIRN_CAUSE_EXCEPTION) {
        CHECK(call->is_running && f->fails.ppm > 0);
        if (t->actor)
            checked_raised(c, t);
    }
    if (t->cause == CAUSE_TIMEOUT) { /* it has computed, and waited so long */
        CHECK(call->is_running && f->timeout.has_end && t->time - call->began >= f->timeout.time);
        checked_actor(c, t->actor)->version++;
    }
    if (!t->actor)
        CHECK(call->is_placed && call->charged == t->time);
    checked_stops(c, t);
    bool counts = checked_counts(f, t->cause);
    call->fails += counts;
    call->preempted += !counts && was_running;
    call->has_failed = true;
}

static inline void checked_retried(struct checked *c, const struct told *t)
{
    CHECK(checked_call(c, t)->has_failed);
    checked_call(c, t)->has_failed = false;
}

/* What has just failed is not tried again: was it tried as often as it may be? */
static inline void checked_given_up(struct checked *c, const struct told *t)
{
    const struct program_function *f = &c->rt->program->functions[t->function];
    const struct checked_call *call = checked_call(c, t);
    uint32_t starts = checked_starts(c, t->function);
    if (t->cause == CAUSE_CANCELLED)
        return;
    if (t->cause == CAIRN_CAUSE_EXCEPTION || t->cause == CAUSE_TIMEOUT)
        CHECK(!f->retry_exceptions || call->fails >= starts);
    else if (f->actor == PROGRAM_NOTHING && !checked_counts(f, t->cause))
        CHECK(starts == 1);
    else if (f->actor == PROGRAM_NOTHING)
        CHECK(call->fails >= starts);
}

static inline void checked_settled(struct checked *c, const struct told *t)
{
    struct checked_call *call = checked_call(c, t);
    CHECK(!call->is_settled && !call->is_running);
    CHECK(t->kind == TOLD_FAILED || (call->has_ended && call->starts > 0));
    CHECK(t->kind == TOLD_DONE || !call->has_ended);
    bool may_be_past = c->told[TOLD_FORGOTTEN] > 0;
    if (t->cause == CAIRN_CAUSE_OBJECT && !checked_job(c, t->job)->has_ended && !may_be_past)
        CHECK(!checked_batch(c, t->batch)->has_solid);
    if (t->kind == TOLD_FAILED && call->has_failed)
        checked_given_up(c, t);
    call->is_settled = true;
    checked_batch(c, t->batch)->has_failed |= t->kind == TOLD_FAILED;
    call->is_placed = false;
    call->was_done |= t->kind == TOLD_DONE;
    CHECK(++checked_batch(c, t->batch)->settled <= checked_batch(c, t->batch)->count);
}

static inline void checked_lost(struct checked *c, const struct told *t)
{
    CHECK(!checked_call(c, t)->is_gone && checked_call(c, t)->was_done);
    checked_call(c, t)->is_gone = true;
    checked_batch(c, t->batch)->gone++;
}

static inline void checked_rebuilt(struct checked *c, const struct told *t)
{
    struct checked_call *call = checked_call(c, t);
    checked_batch(c, t->batch)->gone -= call->is_gone;
    call->is_gone = false;
    uint32_t actor = c->rt->program->functions[t->function].actor;
    CHECK(call->is_settled && call->was_done);
    CHECK(actor == PROGRAM_NOTHING || c->rt->program->actors[actor].task_retries != 0);
    call->is_settled = call->has_ended = call->has_failed = false;
    call->is_with_driver = false;
    call->accepted = call->replica = 0;
    call->starts = call->fails = call->preempted = 0;
    memset(call->copies, 0, sizeof call->copies);
    memset(call->disks, 0, sizeof call->disks);
    checked_batch(c, t->batch)->settled--;
}

/* The actors of a map's own: more for these reasons, fewer for those; one at a time. */
static inline void checked_scaled(struct checked *c, const struct told *t)
{
    bool is_more = t->to == CAIRN_SCALING_BELOW_MIN || t->to == CAIRN_SCALING_BUSY;
    bool is_fewer = t->to == CAIRN_SCALING_CONSUMED || t->to == CAIRN_SCALING_IDLE ||
                    t->to == CAIRN_SCALING_ABOVE_MAX;
    CHECK(is_more || is_fewer);
    CHECK(is_more ? t->amount > 0 && t->count >= (uint64_t)t->amount : t->amount < 0);
    CHECK(t->to != CAIRN_SCALING_BUSY || t->amount == 1);
    CHECK(!checked_job(c, t->job)->has_ended);
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* Told of calls, where the rest tells of actors or of nobody. */
static inline void checked_hear_call(struct checked *c, const struct told *t)
{
    if (t->kind == TOLD_STARTED)
        checked_started(c, t);
    else if (t->kind == TOLD_ENDED)
        checked_ended(c, t);
    else if (t->kind == TOLD_ATTEMPT_FAILED)
        checked_attempt_failed(c, t);
    else if (t->kind == TOLD_RETRIED)
        checked_retried(c, t);
    else if (t->kind == TOLD_DONE || t->kind == TOLD_FAILED)
        checked_settled(c, t);
    else if (t->kind == TOLD_OBJECT_LOST)
        checked_lost(c, t);
    else if (t->kind == TOLD_OBJECT_REBUILT)
        checked_rebuilt(c, t);
    else if (t->kind == TOLD_MOVED)
        checked_moved(c, t);
    else if (t->kind == TOLD_STORED || t->kind == TOLD_COPIED)
        checked_copied(c, t);
    else if (t->kind == TOLD_ROUTED || t->kind == TOLD_ACCEPTED || t->kind == TOLD_REFUSED)
        checked_route(c, t);
    else if (t->kind == TOLD_EVICTED || t->kind == TOLD_SPILLED || t->kind == TOLD_READ ||
             t->kind == TOLD_SAVED || t->kind == TOLD_RECALLED)
        checked_stored(c, t);
}

static inline void checked_hear(void *context, const struct told *t)
{
    struct checked *c = context;
    c->told[t->kind] += t->kind == TOLD_SUBMITTED ? t->count : 1;
    CHECK(t->time == c->rt->engine.now);
    c->last_doing = t->kind < TOLD_HOST_DOWN ? t->time : c->last_doing;
    if (checked_is_call(c, t))
        checked_hear_call(c, t);
    checked_hear_places(c, t);
    switch (t->kind) {
    case TOLD_JOB_ARRIVED:
    case TOLD_JOB_ENDED:
        checked_tell_job(c, t);
        break;
    case TOLD_SUBMITTED:
        checked_submitted(c, t);
        break;
    case TOLD_PLACED:
        checked_placed(c, t);
        break;
    case TOLD_ACTOR:
        checked_transition(c, t);
        break;
    case TOLD_ACTOR_RESTARTED:
        checked_restarts(c, t);
        break;
    case TOLD_STATE:
        checked_state(c, t);
        break;
    case TOLD_SNAPSHOT:
    case TOLD_PERSISTING:
    case TOLD_COMPLETE:
    case TOLD_ABORTED:
        checked_checkpoint(c, t);
        break;
    case TOLD_RESTORED:
        checked_restored(c, t);
        break;
    case TOLD_STOPPING:
        checked_stopping(c, t);
        break;
    case TOLD_EXPORT:
        checked_export(c, t);
        break;
    case TOLD_SCALED:
        checked_scaled(c, t);
        break;
    case TOLD_ENQUEUED:
    case TOLD_DEQUEUED:
    case TOLD_ITEM_LOST:
    case TOLD_ITEM_BACK:
    case TOLD_GATHERED:
        checked_hear_item(c, t);
        break;
    case TOLD_SPAN:
        checked_span(c, t);
        break;
    case TOLD_MOVE:
        checked_move(c, t);
        break;
    default:
        break;
    }
}

/* Every call has ended, or its job has; who still sits is charged to the end. */
static inline void checked_rest(struct checked *c, const struct told *t, bool is_stopped)
{
    for (uint32_t serial = 1; serial < c->batches.count; serial++) {
        const struct checked_batch *b = checked_batch(c, serial);
        for (uint32_t i = 0; b->is_known && i < b->count; i++) {
            const struct checked_call *call = checked_at(&c->calls, b->first + i);
            bool is_dropped = checked_job(c, b->job)->has_ended;
            CHECK(call->is_settled || is_dropped || is_stopped);
        }
    }
    for (uint32_t number = 1; number < c->actors.count; number++) {
        const struct checked_actor *a = checked_actor(c, number);
        if (a->is_there && actor_of(c->rt, number)->seat.host != TOLD_NOWHERE)
            CHECK(a->is_placed && a->charged == t->time);
    }
}

/* Of a job that is over, with nothing under way, sets of actors alone are kept. */
static inline void checked_kept(struct checked *c, const struct told *t)
{
    bool is_all_quiet = c->rt->jobs_left == 0;
    for (uint32_t number = 1; number < c->rt->jobs.count; number++) {
        const struct job *job = pool_at(&c->rt->jobs, number);
        bool is_quiet = job->is_ended, keeps = false;
        for (uint32_t at = job->batches; at; at = batch_of(c->rt, at)->next) {
            is_quiet &= batch_of(c->rt, at)->pending == 0;
            keeps |= batch_of(c->rt, at)->kind != BATCH_ACTORS;
        }
        CHECK(!is_quiet || !keeps);
        is_all_quiet &= is_quiet;
    }
    CHECK(c->rt->jobs_left > 0 || c->rt->fibers.live == 0);
    CHECK(!is_all_quiet || c->rt->calls.live + c->rt->copies.live + c->rt->waiters.live == 0);
    CHECK(!is_all_quiet || c->rt->crews.live + c->rt->members.live + c->rt->errands.live == 0);
}

/* The record is what was told, to the nanosecond. */
static inline void checked_record(struct checked *c, const struct told *t, const struct record *r)
{
    const struct spec *spec = c->rt->spec;
    slot_ns nodes = 0;
    for (unsigned i = 0; i < JOB_CLASSES; i++)
        CHECK(r->job[i] == c->job[i] && r->job[i] >= 0);
    for (unsigned i = 0; i < NODE_CLASSES; i++)
        nodes += r->nodes[i];
    CHECK(nodes == (slot_ns)r->makespan * (spec->cluster.nodes + spec->cluster.spares));
    CHECK(r->calls.submitted == c->told[TOLD_SUBMITTED]);
    CHECK(r->calls.completed == c->told[TOLD_DONE] - c->told[TOLD_OBJECT_REBUILT]);
    CHECK(r->calls.completed + r->calls.failed <= r->calls.submitted);
    CHECK(r->calls.failed == c->told[TOLD_FAILED]);
    CHECK(r->calls.retried == c->told[TOLD_RETRIED]);
    CHECK(r->attempts.failed == c->told[TOLD_ATTEMPT_FAILED]);
    CHECK(r->taken == c->told[TOLD_SNAPSHOT] && r->completed == c->told[TOLD_COMPLETE]);
    CHECK(r->checkpoints_aborted == c->told[TOLD_ABORTED]);
    CHECK(r->restored == c->told[TOLD_RESTORED]);
    CHECK(r->objects.rebuilt == c->told[TOLD_OBJECT_REBUILT]);
    CHECK(r->objects.lost == c->told[TOLD_OBJECT_LOST]);
    checked_routes(c, t, r);
    bool is_over = r->end == END_FINISHED || r->end == END_FAILED;
    CHECK(!is_over || r->makespan == c->last_job);
}

/* Stopped at the horizon, long after anything was done? A program that fails so often that it never
 * gets through does something to the end. */
static inline bool checked_hangs(const struct checked *c, const struct record *r)
{
    return r->end != END_FINISHED && r->end != END_FAILED &&
           r->makespan - c->last_doing > simtime_from_seconds(3600);
}

/* NULL: all is well. Call when the replication is over. */
static inline const char *checked_end(struct checked *c, const struct record *r)
{
    struct told end = {.kind = TOLD_STOPPED, .time = r->makespan};
    const struct told *t = &end;
    checked_rest(c, t, r->end != END_FINISHED && r->end != END_FAILED);
    checked_groups(c, t);
    checked_stopped(c, t);
    checked_kept(c, t);
    checked_record(c, t, r);
    checked_items_end(c, t, &r->items);
    return c->problem[0] ? c->problem : NULL;
}

static inline struct record checked_replicate(struct runtime *rt, uint32_t replication)
{
    struct record record;
    assert_int_equal(runtime_replicate(rt, replication, &record), STATUS_OK);
    return record;
}

static inline bool checked_is_same(const struct record *a, const struct record *b)
{
    return memcmp(&a->digest, &b->digest, sizeof a->digest) == 0 && a->makespan == b->makespan &&
           memcmp(a->job, b->job, sizeof a->job) == 0 && a->events == b->events &&
           memcmp(a->nodes, b->nodes, sizeof a->nodes) == 0;
}

#endif
