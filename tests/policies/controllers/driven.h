/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A driver of one controller for tests: a job told step by step, and questions by hand.
 *
 * What a test says in seconds is what a production driver would say: a step that ended, a
 * checkpoint that was taken, a failure. Checkpoints that a verdict asks for are taken at once, at
 * the cost that the shape names. */
#ifndef CAIRN_TESTS_DRIVEN_H
#define CAIRN_TESTS_DRIVEN_H

#include "policies/registry.h"
#include "sim/base/limits.h"
#include "sim/base/simtime.h"
#include "tests/chosen.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define S(seconds) ((int64_t)llround((seconds)*1e9))

enum { DRIVEN_BYTES = 16384 };

struct driven {
    const struct cairn_controller_class *class;
    struct cairn_value values[LIMIT_PARAMS];
    struct cairn_shape shape;
    struct cairn_situation situation;
    struct cairn_verdict verdict;
    _Alignas(16) unsigned char plan[DRIVEN_BYTES], state[DRIVEN_BYTES];
};

/* Every parameter at its default. Work 1000 s, a checkpoint costs `cost`; steps of `step` s. */
static inline void driven_init(struct driven *d, const char *name, double cost, double step)
{
    memset(d, 0, sizeof *d);
    d->class = cairn_controller_find(name);
    assert_non_null(d->class);
    assert_null(cairn_controller_refusal(d->class));
    chosen_fill(d->class, 1000, d->values);
    d->shape = (struct cairn_shape){.size = sizeof d->shape,
                                    .abi = CAIRN_CONTROLLER_ABI,
                                    .checkpoint_cost = S(cost),
                                    .restore_cost = S(cost),
                                    .work = S(1000),
                                    .step = S(step),
                                    .workers = 1};
    d->situation = (struct cairn_situation){.size = sizeof d->situation,
                                            .abi = CAIRN_CONTROLLER_ABI,
                                            .last_cost = -1,
                                            .expected_cost = S(cost)};
}

/* Fills the plan, and makes the state ready; the class's refusal or NULL. */
static inline const char *driven_plan(struct driven *d)
{
    assert_true(cairn_plan_size(d->class, d->values, &d->shape) <= sizeof d->plan);
    memset(d->plan, 0, sizeof d->plan);
    const char *refusal = d->class->plan(d->values, &d->shape, d->plan);
    if (refusal)
        return refusal;
    assert_true(cairn_state_size(d->class, d->plan) <= sizeof d->state);
    cairn_state_init(d->class, d->plan, d->state);
    return NULL;
}

static inline struct cairn_value *driven_value(struct driven *d, const char *param)
{
    for (unsigned i = 0; d->class->params[i].name; i++)
        if (strcmp(d->class->params[i].name, param) == 0)
            return &d->values[i];
    fail_msg("%s has no parameter %s", d->class->name, param);
    return NULL;
}

static inline void driven_names(struct driven *d, const char *param, const char *const *names,
                                int64_t count)
{
    *driven_value(d, param) = (struct cairn_value){.i = count, .names = names};
}

static inline void driven_tell(struct driven *d, struct cairn_happening happening)
{
    happening.size = sizeof happening;
    happening.abi = CAIRN_CONTROLLER_ABI;
    happening.now = d->situation.now;
    if (cairn_hears(d->class, d->plan) & CAIRN_HEARS(happening.kind))
        d->class->observe(d->plan, d->state, &happening, 1);
}

/* `work` s pass, all of it done. */
static inline void driven_work(struct driven *d, int64_t work)
{
    d->situation.now += work;
    d->situation.work_done += work;
    d->situation.work_since += work;
    d->situation.wall_since += work;
}

/* Asks; if the answer is a checkpoint, takes it. True: it was. */
static inline bool driven_ask(struct driven *d)
{
    d->verdict = (struct cairn_verdict){.size = sizeof d->verdict, .abi = CAIRN_CONTROLLER_ABI};
    d->class->decide(d->plan, d->state, &d->situation, &d->verdict);
    assert_true(d->verdict.ask == CAIRN_ASK_NEVER || d->verdict.at > 0);
    if (d->verdict.action != CAIRN_CHECKPOINT)
        return false;
    d->situation.now += d->shape.checkpoint_cost;
    driven_tell(d, (struct cairn_happening){.kind = CAIRN_HEAR_CHECKPOINT_DONE,
                                            .cost = d->shape.checkpoint_cost});
    d->situation.work_since = d->situation.wall_since = d->situation.steps_since = 0;
    d->situation.last_cost = d->shape.checkpoint_cost;
    return true;
}

/* A step of `work` ns ends; then the question. */
static inline bool driven_step(struct driven *d, const char *name, int64_t work)
{
    driven_work(d, work);
    d->situation.step_index++;
    d->situation.steps_since++;
    driven_tell(d, (struct cairn_happening){.kind = CAIRN_HEAR_STEP,
                                            .name = name,
                                            .cost = work,
                                            .steps = d->situation.step_index});
    return driven_ask(d);
}

/* A failure is detected, `down` ns later all is restored to what the last checkpoint held. */
static inline void driven_fail(struct driven *d, int64_t down)
{
    struct cairn_situation *s = &d->situation;
    s->failures++;
    s->failed = s->now;
    driven_tell(d,
                (struct cairn_happening){.kind = CAIRN_HEAR_FAILURE, .work_lost = s->work_since});
    s->now += down;
    s->work_done -= s->work_since;
    s->step_index -= s->steps_since;
    s->work_since = s->wall_since = s->steps_since = 0;
    driven_tell(d, (struct cairn_happening){.kind = CAIRN_HEAR_RECOVERED});
}

static inline const char *driven_words(const struct driven *d)
{
    static char words[300];
    d->class->describe(d->plan, &d->verdict, words, sizeof words);
    return words;
}

#endif
