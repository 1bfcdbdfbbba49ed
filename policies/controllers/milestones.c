/* SPDX-License-Identifier: Apache-2.0 */
/* milestones: a checkpoint where the work passes given fractions of the whole.
 *
 * What a task does that saves itself at named points inside (the Orchestrator's manual
 * checkpoints): with [0.33, 0.66] a failure at 0.5 resumes at 0.33 and does 0.17 again. A milestone
 * passed again after a restore is saved again; of several within one step there is one checkpoint,
 * at its end. */
#include "policies/controller.h"
#include "sim/base/simtime.h"
#include <stdio.h>

enum { AT };
enum reason { REASON_BETWEEN, REASON_PASSED };

struct milestones_plan {
    int64_t count, work;
    int64_t at[]; /* ns of work, ascending */
};

static const struct cairn_param params[] = {
    {.name = "at",
     .unit = CAIRN_FRACTIONS,
     .fallback = "[0.1, 0.25, 0.5, 0.75, 0.9]",
     .help = "fractions of the job's work after which a checkpoint is taken"},
    {.name = NULL},
};

static uint64_t milestones_bytes(const struct cairn_value *values, const struct cairn_shape *shape)
{
    (void)shape;
    return offsetof(struct milestones_plan, at) + (uint64_t)values[AT].i * sizeof(int64_t);
}

static const char *milestones_plan(const struct cairn_value *values,
                                   const struct cairn_shape *shape, void *plan)
{
    struct milestones_plan *p = plan;
    if (shape->work <= 0)
        return "needs to know how much work the job is";
    p->count = values[AT].i;
    p->work = shape->work;
    for (int64_t i = 0; i < p->count; i++) {
        double at = values[AT].numbers[i] * (double)shape->work + 0.5;
        /* 1, where the work is no double, may round past it, and past 2^63 */
        p->at[i] = at < (double)shape->work ? (int64_t)at : shape->work;
    }
    return NULL;
}

/* The first milestone after this work; CAIRN_NEVER behind the last. */
static int64_t next_after(const struct milestones_plan *p, int64_t work)
{
    for (int64_t i = 0; i < p->count; i++)
        if (p->at[i] > work)
            return p->at[i];
    return CAIRN_NEVER;
}

static void milestones_decide(const void *plan, void *state,
                              const struct cairn_situation *situation,
                              struct cairn_verdict *verdict)
{
    const struct milestones_plan *p = plan;
    int64_t done = situation->work_done, last = done - situation->work_since;
    int is_passed = next_after(p, last) <= done;
    int64_t next = next_after(p, done);
    (void)state;
    verdict->action = is_passed ? CAIRN_CHECKPOINT : CAIRN_SKIP;
    verdict->ask = next == CAIRN_NEVER ? CAIRN_ASK_NEVER : CAIRN_ASK_WORK;
    verdict->at = next == CAIRN_NEVER ? 0 : next - (is_passed ? done : last);
    verdict->reason = is_passed ? REASON_PASSED : REASON_BETWEEN;
    verdict->numbers[0] = (double)done / (double)p->work;
    verdict->numbers[1] = next == CAIRN_NEVER ? 1 : (double)next / (double)p->work;
}

static void milestones_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                                size_t capacity)
{
    (void)plan;
    snprintf(bytes, capacity, "%.4g %% of the work done: %s, the next at %.4g %%",
             100 * verdict->numbers[0],
             verdict->reason == REASON_PASSED ? "a milestone is passed" : "between milestones",
             100 * verdict->numbers[1]);
}

const struct cairn_controller_class cairn_controller_milestones = {
    .size = sizeof cairn_controller_milestones,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "milestones",
    .summary = "a checkpoint at given fractions of the work",
    .params = params,
    .plan = milestones_plan,
    .decide = milestones_decide,
    .describe = milestones_describe,
    .plan_bytes = milestones_bytes,
};
