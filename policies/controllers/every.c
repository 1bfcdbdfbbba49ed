/* SPDX-License-Identifier: Apache-2.0 */
/* every: a checkpoint at every n-th step end.
 *
 * Steps are numbered from the job's first one, or counted from the last checkpoint. */
#include "policies/controller.h"
#include <stdio.h>

enum { N, ORIGIN };
enum { ORIGIN_ABSOLUTE, ORIGIN_LAST };

struct every_plan {
    int64_t n, step;
    uint32_t from_last;
};

static const char *const origins[] = {"absolute", "last", NULL};
static const struct cairn_param params[] = {
    {.name = "n", .unit = CAIRN_COUNT, .min = 1, .max = 1e15, .help = "steps between checkpoints"},
    {.name = "origin",
     .unit = CAIRN_CHOICE,
     .fallback = "absolute",
     .choices = origins,
     .help = "absolute: at step numbers divisible by n; last: n steps after the last checkpoint"},
    {.name = NULL},
};

static const char *every_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                              void *plan)
{
    struct every_plan *p = plan;
    if (shape->step <= 0)
        return "needs steps to count: give workload.group.step";
    *p = (struct every_plan){values[N].i, shape->step, values[ORIGIN].i == ORIGIN_LAST};
    return NULL;
}

static void every_decide(const void *plan, void *state, const struct cairn_situation *situation,
                         struct cairn_verdict *verdict)
{
    const struct every_plan *p = plan;
    int64_t index = situation->step_index, since = situation->steps_since;
    int is_due = since > 0 && (p->from_last ? since >= p->n : index % p->n == 0);
    (void)state;
    verdict->action = is_due ? CAIRN_CHECKPOINT : CAIRN_SKIP;
    verdict->ask = p->from_last ? CAIRN_ASK_STEPS : CAIRN_ASK_STEP;
    verdict->at = p->from_last ? p->n : (index / p->n + 1) * p->n;
    /* Where somebody else took the last one, the first period is not like the others. */
    verdict->repeat = p->from_last || is_due || (index - since) % p->n == 0;
    verdict->numbers[0] = (double)index;
    verdict->numbers[1] = (double)p->n;
}

static int64_t every_interval(const void *plan, const char **bound_by)
{
    const struct every_plan *p = plan;
    int64_t interval;
    *bound_by = NULL;
    return __builtin_mul_overflow(p->n, p->step, &interval) ? CAIRN_NEVER : interval;
}

static void every_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                           size_t capacity)
{
    (void)plan;
    snprintf(bytes, capacity, "step %.0f: a checkpoint every %.0f steps", verdict->numbers[0],
             verdict->numbers[1]);
}

const struct cairn_controller_class cairn_controller_every = {
    .size = sizeof cairn_controller_every,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "every",
    .summary = "a checkpoint every n steps",
    .params = params,
    .plan_size = sizeof(struct every_plan),
    .plan = every_plan,
    .decide = every_decide,
    .interval = every_interval,
    .describe = every_describe,
};
