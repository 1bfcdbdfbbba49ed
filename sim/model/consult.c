/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telling and asking.
 *
 * Steps are told where a stretch of work is accounted for, equal ones in one call: a job of a
 * million equal steps whose controller hears them costs what its decisions cost. A step's time is
 * the time worked on it, checkpoints inside it not counted; after a restore it begins anew. */
#include "sim/model/consult.h"
#include "sim/base/random.h"
#include "sim/model/journal.h"
#include "sim/model/phase.h"
#include "sim/model/steps.h"
#include <assert.h>

enum { STREAM_POLICY = 16 };

void consult_begin(struct group *g)
{
    const struct spec *spec = g->spec;
    g->situation = (struct cairn_situation){
        .size = sizeof g->situation, .abi = CAIRN_CONTROLLER_ABI, .last_cost = -1, .born = g->born};
    g->requests = 0;
    g->is_called = false;
    g->step_spent = 0;
    g->verdict = (struct cairn_verdict){0};
    if (g->mode != GROUP_BOUND)
        cairn_state_init(spec->controller.class, g->plan, g->state);
}

void consult_tell(struct group *g, struct cairn_happening happening, uint64_t n)
{
    if (!(g->hears & CAIRN_HEARS(happening.kind)) || g->mode == GROUP_BOUND || n == 0)
        return;
    happening.size = sizeof happening;
    happening.abi = CAIRN_CONTROLLER_ABI;
    happening.is_restorable = g->has_checkpoint;
    if (happening.kind != CAIRN_HEAR_STEP) {
        /* Skipped checkpoints are told late: the last of them ended when this stretch began. */
        happening.now = happening.kind == CAIRN_HEAR_CHECKPOINT_DONE ? g->since : g->engine->now;
        happening.steps = steps_index(g->spec, g->done);
    }
    if (g->spec->controller.class->observe(g->plan, g->state, &happening, n))
        g->is_called = true;
    if (g->journal)
        journal_claim(g);
}

/* ---- steps --------------------------------------------------------------------------------- */

static void tell_steps(struct group *g, int64_t last, simtime now, simtime took, int64_t n)
{
    const struct cairn_stage *stage = steps_stage(g->spec, last - 1);
    consult_tell(g,
                 (struct cairn_happening){.kind = CAIRN_HEAR_STEP,
                                          .now = now,
                                          .cost = took,
                                          .name = stage ? stage->name : "step",
                                          .steps = last},
                 (uint64_t)n);
}

/* How many steps from `index` on, up to `last`, are alike in name and in time. */
static int64_t alike_from(const struct group *g, int64_t index, int64_t last)
{
    const struct spec *spec = g->spec;
    if (g->is_persisting && spec->group.interference_ppm > 0)
        return 1; /* slowed: each is rounded to a ns by itself */
    if (steps_are_alike(spec))
        return last - index;
    const struct cairn_stage *stage = steps_stage(spec, index);
    int64_t end = spec->group.starts[stage - spec->group.stages + 1].step;
    return (end < last ? end : last) - index;
}

void consult_steps(struct group *g, simtime work)
{
    assert(g->phase == GROUP_WORKING && work >= g->done);
    if (!(g->hears & CAIRN_HEARS(CAIRN_HEAR_STEP)) || !steps_bind(g->spec))
        return;
    int64_t index = steps_index(g->spec, g->done), last = steps_index(g->spec, work);
    simtime began = g->since;
    while (index < last) {
        simtime ended = phase_time_of(g, steps_end(g->spec, index + 1));
        simtime took = g->step_spent + ended - began;
        int64_t n = g->step_spent > 0 ? 1 : alike_from(g, index, last);
        if (n > 1)
            ended = phase_time_of(g, steps_end(g->spec, index + n));
        index += n;
        tell_steps(g, index, ended, took, n);
        g->step_spent = 0;
        began = ended;
    }
    g->step_spent += g->engine->now - began;
}

/* ---- asking -------------------------------------------------------------------------------- */

static void refresh_random(struct group *g)
{
    struct random_address address = {.seed = g->spec->seed,
                                     .replication = g->record->replication,
                                     .stream = STREAM_POLICY,
                                     .entity = g->slot,
                                     .occurrence = (uint32_t)g->requests};
    struct random_words words = random_bits(&address, 0);
    g->situation.random[0] = words.w[0];
    g->situation.random[1] = words.w[1];
}

static void refresh_situation(struct group *g)
{
    assert(g->done >= g->mark_work && g->engine->now >= g->mark_wall);
    struct cairn_situation *s = &g->situation;
    const struct spec *spec = g->spec;
    s->now = g->engine->now;
    s->work_done = g->done;
    s->work_since = g->done - g->mark_work;
    s->wall_since = s->now - g->mark_wall;
    s->step_index = steps_index(spec, g->done);
    s->steps_since = s->step_index - steps_index(spec, g->mark_work);
    s->expected_cost = steps_checkpoint_cost(spec, g->done);
    s->restore_cost = steps_restore_cost(spec, g->committed);
    s->in_flight = g->is_persisting;
    s->failures = g->failures;
    if (g->hears & CAIRN_WANTS_RANDOM)
        refresh_random(g);
    if (g->hears & CAIRN_WANTS_AGES)
        s->nodes = fault_born(g->faults, g->born);
    g->requests++;
}

void consult_ask(struct group *g)
{
    assert(g->phase == GROUP_WORKING && g->mode != GROUP_BOUND);
    g->is_called = false;
    refresh_situation(g);
    g->verdict = (struct cairn_verdict){.size = sizeof g->verdict, .abi = CAIRN_CONTROLLER_ABI};
    g->ask_work = g->mark_work;
    g->ask_wall = g->mark_wall;
    if (g->journal && journal_takes(g)) {
        g->verdict.action = CAIRN_CHECKPOINT;
        g->is_called = true; /* to be asked when it is done */
    } else {
        g->spec->controller.class->decide(g->plan, g->state, &g->situation, &g->verdict);
    }
    if (g->journal)
        journal_answer(g);
}

/* The least work that is done no earlier than t: slowed, a ns can pass without any. */
static simtime work_by(const struct group *g, simtime t)
{
    if (t == SIMTIME_NEVER)
        return t;
    t = t > g->since ? t : g->since;
    simtime work = phase_work_at(g, t);
    return phase_time_of(g, work) < t ? work + 1 : work;
}

simtime consult_due(const struct group *g)
{
    simtime at = g->verdict.at, due = SIMTIME_NEVER;
    switch ((enum cairn_ask)g->verdict.ask) {
    case CAIRN_ASK_NEVER:
        break;
    case CAIRN_ASK_WORK:
        due = simtime_add(g->ask_work, at);
        break;
    case CAIRN_ASK_WALL:
        due = work_by(g, simtime_add(g->ask_wall, at));
        break;
    case CAIRN_ASK_TIME:
        due = work_by(g, at);
        break;
    case CAIRN_ASK_STEP:
        due = steps_end(g->spec, at);
        break;
    case CAIRN_ASK_STEPS:
        due = steps_end(g->spec, simtime_add(steps_index(g->spec, g->ask_work), at));
        break;
    }
    if (g->is_called && due > g->done)
        due = g->done;
    return due == SIMTIME_NEVER ? due : steps_ceil(g->spec, due);
}

simtime consult_planned(const struct group *g)
{
    simtime due = consult_due(g);
    assert(g->journal);
    if (!journal_may_take(g))
        return due;
    simtime place = work_by(g, g->journal->change.time);
    if (place <= g->mark_work)
        place = g->mark_work + 1;
    place = steps_ceil(g->spec, place);
    return place < due ? place : due;
}

bool consult_is_standstill(const struct group *g)
{
    if (g->verdict.ask != CAIRN_ASK_NEVER && g->verdict.at <= 0)
        return true;
    if (g->verdict.action == CAIRN_CHECKPOINT)
        return steps_checkpoint_cost(g->spec, g->done) == 0 && g->done == g->mark_work;
    return consult_due(g) <= g->done;
}
