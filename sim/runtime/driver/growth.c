/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actors of a map's own: asked for, counted by their state, let go.
 *
 * The policy is asked whenever a call has gone out or come, or an actor's state has changed, until
 * its answer is 0. Main invariant: pending + running are the members that are not dead, and
 * restarting is part of running. Who is let go has nothing of the map's: it ends at once. */
#include "sim/runtime/driver/growth.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/driver/crew.h"
#include "sim/runtime/submit.h"

static uint32_t class_of(const struct runtime *rt, const struct crew *crew)
{
    return rt->program->functions[crew_statement(rt, crew)->what].actor;
}

bool growth_is_own(const struct runtime *rt, uint32_t number)
{
    const struct crew *crew = crew_of(rt, number);
    return class_of(rt, crew) != PROGRAM_NOTHING &&
           crew_statement(rt, crew)->target.up == PROGRAM_NOTHING;
}

/* ---- counting ------------------------------------------------------------------------------ */

static void count(struct crew *crew, uint8_t state, int32_t change)
{
    if (state == ACTOR_UNREADY || state == ACTOR_PENDING)
        crew->pending += (uint32_t)change;
    else if (state != ACTOR_DEAD)
        crew->running += (uint32_t)change;
    if (state == ACTOR_RESTARTING)
        crew->restarting += (uint32_t)change;
}

void growth_hear(struct runtime *rt, uint32_t actor, uint8_t before)
{
    const struct actor *a = actor_of(rt, actor);
    uint32_t number = a->member;
    struct member *m = crew_member(rt, number);
    struct crew *crew = crew_of(rt, m->crew);
    uint32_t ahead = crew_statement(rt, crew)->map->ahead;
    count(crew, before, -1);
    count(crew, a->state, 1);
    crew_wake(rt, m->crew);
    if (a->state == ACTOR_ALIVE && !m->is_stacked && m->given < ahead)
        crew_stack(rt, number);
    if (a->state != ACTOR_DEAD)
        return;
    crew->cause = a->cause;
    crew_unstack(rt, number);
    if (m->in_flight == 0)
        crew_remove_member(rt, number);
}

static void tell(struct runtime *rt, const struct crew *crew, const struct cairn_scaling_step *step,
                 int32_t delta)
{
    const struct job *job = pool_at(&rt->jobs, crew->job);
    runtime_tell(rt, (struct told){.kind = TOLD_SCALED,
                                   .job = job->serial,
                                   .function = crew_statement(rt, crew)->what,
                                   .host = TOLD_NOWHERE,
                                   .to = step->reason,
                                   .count = crew->pending + crew->running,
                                   .amount = delta});
}

/* ---- more and fewer ------------------------------------------------------------------------ */

static void add(struct runtime *rt, uint32_t number)
{
    struct crew *crew = crew_of(rt, number);
    uint32_t set = batch_new(rt, BATCH_ACTORS, crew->job, crew->statement, 1, NULL, 0);
    if (!set)
        return;                     /* no memory: the run ends */
    batch_of(rt, set)->lineage = 1; /* the actor names it as long as the run lasts */
    batch_hold(rt, set);
    uint32_t actor = actor_new(rt, set, 0, class_of(rt, crew));
    actor_of(rt, actor)->member = crew_add_member(rt, number, actor, set);
    crew->pending++;
    submit_batch(rt, set);
}

/* The newest of those still to come, or the oldest of those that have nothing to do, though results
 * of theirs may wait for the driver; 0: nobody can go. */
static uint32_t inactive(const struct runtime *rt, const struct crew *crew)
{
    for (uint32_t at = crew->pending ? crew->member_last : 0; at;
         at = crew_member(rt, at)->previous) {
        uint8_t state = actor_of(rt, crew_member(rt, at)->actor)->state;
        if (state == ACTOR_UNREADY || state == ACTOR_PENDING)
            return at;
    }
    for (uint32_t at = crew->member_first; at; at = crew_member(rt, at)->next) {
        const struct member *m = crew_member(rt, at);
        if (m->in_flight == 0 && actor_of(rt, m->actor)->state != ACTOR_DEAD)
            return at;
    }
    return 0;
}

static bool let_one_go(struct runtime *rt, uint32_t number)
{
    struct crew *crew = crew_of(rt, number);
    uint32_t at = inactive(rt, crew);
    if (!at)
        return false;
    count(crew, actor_of(rt, crew_member(rt, at)->actor)->state, -1);
    crew_remove_member(rt, at);
    return true;
}

static struct cairn_scaling_step ask(const struct runtime *rt, const struct crew *crew)
{
    const struct program_map *map = crew_statement(rt, crew)->map;
    struct cairn_scaling_situation situation = {
        .size = sizeof situation,
        .abi = CAIRN_SCALING_ABI,
        .running = crew->running,
        .restarting = crew->restarting,
        .pending = crew->pending,
        .concurrency = rt->program->actors[class_of(rt, crew)].concurrency,
        .in_flight = crew->in_flight,
        .queued = crew->count - crew->given,
        .is_consumed = crew->given == crew->count,
        .has_grown = crew->has_grown,
        .now = runtime_now(rt),
        .last_up = crew->last_up};
    struct cairn_scaling_step step = {.size = sizeof step};
    cairn_scaling_decide(&map->scaling, &situation, &step);
    return step;
}

/* Does what it says, as far as that can be done. Was anything? */
static bool apply(struct runtime *rt, uint32_t number, const struct cairn_scaling_step *step)
{
    struct crew *crew = crew_of(rt, number);
    int32_t done = 0;
    for (; done < step->delta && !rt->is_out_of_memory; done++)
        add(rt, number);
    while (done > step->delta && let_one_go(rt, number))
        done--;
    if (step->delta > 0) {
        crew->has_grown = true;
        crew->last_up = runtime_now(rt);
    }
    if (done != 0)
        tell(rt, crew, step, done);
    return done != 0;
}

void growth_decide(struct runtime *rt, uint32_t number)
{
    struct crew *crew = crew_of(rt, number);
    struct cairn_scaling_step step = ask(rt, crew);
    while (step.delta != 0 && apply(rt, number, &step) && !rt->is_out_of_memory)
        step = ask(rt, crew);
    if (step.reason == CAIRN_SCALING_QUIET && !crew->timer)
        crew->timer =
            runtime_timer(rt, step.again - runtime_now(rt), EVENT_COMPLETION, TIMER_CREW, number);
}

void growth_timer(struct runtime *rt, uint32_t number)
{
    crew_of(rt, number)->timer = 0;
    crew_wake(rt, number);
}

void growth_end(struct runtime *rt, uint32_t number)
{
    struct crew *crew = crew_of(rt, number);
    runtime_stop_timer(rt, &crew->timer);
    while (crew->member_first)
        crew_remove_member(rt, crew->member_first);
}
