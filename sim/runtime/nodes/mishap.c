/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schedule of failures, and the ends of processes.
 *
 * A scheduled failure of a task, an actor or a job takes the oldest that it can find when its time
 * comes: who it is depends on the run, its time does not. Nothing found is told by nothing
 * happening. */
#include "sim/runtime/nodes/mishap.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/advice.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/driver/job.h"
#include "sim/runtime/nodes/head.h"
#include "sim/runtime/nodes/host.h"

void mishap_begin(struct runtime *rt)
{
    for (uint32_t i = 0; i < rt->spec->faults.schedule_count; i++) {
        const struct spec_mishap *m = &rt->spec->faults.schedule[i];
        simtime first = m->at - (m->notice < m->at ? m->notice : m->at);
        if (first < m->at) /* at time 0 nothing comes before */
            runtime_timer(rt, first, EVENT_FORECAST, TIMER_NOTICE, i);
        runtime_timer(rt, m->at, EVENT_OUTAGE, TIMER_MISHAP, i);
    }
}

void mishap_notice(struct runtime *rt, uint32_t place, simtime until)
{
    bool is_place = place != CLUSTER_NOBODY;
    rt->record->notices++;
    runtime_tell(rt, (struct told){.kind = TOLD_NOTICE,
                                   .function = PROGRAM_NOTHING,
                                   .host = is_place ? place : TOLD_NOWHERE});
    if (!is_place || rt->hosts[place].state != HOST_UP || rt->hosts[place].is_announced)
        return;
    rt->hosts[place].is_announced = true;
    host_drain(rt, place);
    advice_notice(rt, place, until);
}

static bool is_it(const struct runtime *rt, const struct spec_mishap *m, uint32_t at)
{
    if (m->kind == MISHAP_ACTOR)
        return actor_of(rt, at)->class == m->target && actor_of(rt, at)->phase == ACTOR_SERVING;
    if (m->kind == MISHAP_JOB) {
        const struct job *job = pool_at(&rt->jobs, at);
        return job->definition == m->target && !job->is_ended;
    }
    const struct call *c = call_of(rt, at);
    return c->stamp != 0 && c->actor == 0 && c->seat.host != TOLD_NOWHERE &&
           (c->state == CALL_RUNNING || c->state == CALL_FETCHING) &&
           batch_of(rt, c->batch)->function == m->target;
}

/* The index-th attempt of a task, actor of a class or job that is at work now, oldest first. */
static uint32_t find(const struct runtime *rt, const struct spec_mishap *m)
{
    uint32_t left = m->number;
    const struct pool *pool = m->kind == MISHAP_TASK    ? &rt->calls
                              : m->kind == MISHAP_ACTOR ? &rt->actors
                                                        : &rt->jobs;
    for (uint32_t at = 1; at < pool->count; at++)
        if (is_it(rt, m, at) && left-- == 0)
            return at;
    return 0;
}

static void count_strike(struct runtime *rt, uint32_t nodes)
{
    rt->record->struck++;
    runtime_tell(rt, (struct told){.kind = TOLD_OUTAGE,
                                   .function = PROGRAM_NOTHING,
                                   .host = TOLD_NOWHERE,
                                   .amount = nodes});
}

/* ---- nodes --------------------------------------------------------------------------------- */

/* Those of a rack or zone, or the one that is in this place. */
static struct cluster_part nodes_of(const struct runtime *rt, const struct spec_mishap *m)
{
    const struct cluster *c = &rt->cluster;
    if (m->kind != MISHAP_NODE)
        return cluster_part(c, c->nodes + (m->kind == MISHAP_ZONE ? c->racks : 0) + m->number);
    uint32_t node = c->holder[m->number];
    return (struct cluster_part){node, node == CLUSTER_NOBODY ? node : node + 1};
}

void mishap_notice_timer(struct runtime *rt, uint32_t index)
{
    const struct spec_mishap *m = &rt->spec->faults.schedule[index];
    if (m->kind == MISHAP_NODE) {
        mishap_notice(rt, m->number, m->at);
        return;
    }
    struct cluster_part part = nodes_of(rt, m);
    for (uint32_t node = part.first; node < part.end; node++)
        if (rt->cluster.entities[node].rank != CLUSTER_NOBODY)
            mishap_notice(rt, rt->cluster.entities[node].rank, m->at);
}

static void strike_nodes(struct runtime *rt, const struct spec_mishap *m)
{
    struct cluster_part part = nodes_of(rt, m);
    uint32_t struck = 0;
    if (m->kind == MISHAP_NODE)
        rt->hosts[m->number].is_hanging = m->is_hang;
    for (uint32_t node = part.first; node < part.end; node++) {
        uint32_t rank = rt->cluster.entities[node].rank;
        if (rank != CLUSTER_NOBODY)
            rt->hosts[rank].is_hanging = m->is_hang;
        struck += fault_force(&rt->faults, node, host_crash, rt);
    }
    if (struck > 0)
        count_strike(rt, struck);
}

/* ---- the schedule -------------------------------------------------------------------------- */

void mishap_timer(struct runtime *rt, uint32_t index)
{
    const struct spec_mishap *m = &rt->spec->faults.schedule[index];
    if (m->kind <= MISHAP_ZONE) {
        strike_nodes(rt, m);
        return;
    }
    if (m->kind == MISHAP_HEAD) {
        head_fail(rt, m->lasts);
        count_strike(rt, 1);
        return;
    }
    uint32_t at = find(rt, m);
    if (!at)
        return;
    if (m->kind == MISHAP_TASK)
        call_crash_worker(rt, at);
    else if (m->kind == MISHAP_JOB)
        job_lose(rt, at);
    else
        actor_crash(rt, at);
    count_strike(rt, 1);
}

static simtime draw(const struct runtime *rt, const struct amount *amount, uint32_t stream,
                    uint32_t entity, uint64_t occurrence, uint32_t word)
{
    double u =
        amount->kind == AMOUNT_LAW ? runtime_uniform(rt, stream, entity, occurrence, word) : 0.5;
    int64_t time = amount_of(amount, occurrence, u);
    return time > 0 ? time : SIMTIME_NEVER;
}

simtime mishap_of_call(struct runtime *rt, const struct call *call)
{
    const struct batch *b = batch_of(rt, call->batch);
    const struct amount *crash = &rt->program->functions[b->function].crash;
    if (amount_is_zero(crash))
        return SIMTIME_NEVER;
    if (crash->kind == AMOUNT_LISTED) /* attempt after attempt, whatever they are of */
        return draw(rt, crash, STREAM_CRASH, b->function, rt->begun_of[b->function]++, 0);
    return draw(rt, crash, STREAM_CRASH, b->function, b->first + call->element, call->attempt);
}

simtime mishap_of_actor(struct runtime *rt, const struct actor *actor)
{
    const struct amount *crash = &rt->program->actors[actor->class].crash;
    if (amount_is_zero(crash))
        return SIMTIME_NEVER;
    return draw(rt, crash, STREAM_CRASH, 1u << 31 | actor->class, rt->lives_of[actor->class]++, 0);
}
