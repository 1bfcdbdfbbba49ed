/* SPDX-License-Identifier: Apache-2.0 */
/* on-success: a checkpoint after each success of a named step.
 *
 * The Orchestrator's documented strategy `on_success`. One for each success, however close they
 * lie; none for an attempt that failed. What the job has to do again it saves again. */
#include "policies/controllers/listed.h"
#include <stdio.h>

enum { TASKS };
enum reason { REASON_OTHER, REASON_SUCCESS };

struct on_success_plan {
    int64_t count;
    char names[];
};

/* 1 + the place in the list of the step that has just succeeded; 0: none has. */
struct on_success_state {
    int64_t pending;
};

static const struct cairn_param params[] = {
    {.name = "tasks",
     .unit = CAIRN_NAMES,
     .help = "steps after each success of which a checkpoint is taken, as in [train, evaluate]"},
    {.name = NULL},
};

static uint64_t on_success_bytes(const struct cairn_value *values, const struct cairn_shape *shape)
{
    (void)shape;
    return offsetof(struct on_success_plan, names) + listed_bytes(&values[TASKS]);
}

static const char *on_success_plan(const struct cairn_value *values,
                                   const struct cairn_shape *shape, void *plan)
{
    struct on_success_plan *p = plan;
    p->count = values[TASKS].i;
    return listed_fill(p->names, &values[TASKS], shape);
}

static int on_success_observe(const void *plan, void *state,
                              const struct cairn_happening *happening, uint64_t n)
{
    const struct on_success_plan *p = plan;
    struct on_success_state *s = state;
    (void)n;
    s->pending = happening->kind == CAIRN_HEAR_STEP
                     ? listed_find(p->names, p->count, happening->name) + 1
                     : 0; /* a failure: the success is undone, or saved */
    return 0;
}

static void on_success_decide(const void *plan, void *state,
                              const struct cairn_situation *situation,
                              struct cairn_verdict *verdict)
{
    struct on_success_state *s = state;
    (void)plan;
    verdict->action = s->pending > 0 ? CAIRN_CHECKPOINT : CAIRN_SKIP;
    verdict->ask = CAIRN_ASK_STEP;
    verdict->at = situation->step_index + 1;
    verdict->reason = s->pending > 0 ? REASON_SUCCESS : REASON_OTHER;
    verdict->numbers[0] = (double)situation->step_index;
    verdict->numbers[1] = (double)(s->pending - 1);
    s->pending = 0;
}

static void on_success_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                                size_t capacity)
{
    const struct on_success_plan *p = plan;
    if (verdict->reason == REASON_SUCCESS)
        snprintf(bytes, capacity, "step %.0f: %s succeeded", verdict->numbers[0],
                 listed_name(p->names, (int64_t)verdict->numbers[1]));
    else
        snprintf(bytes, capacity, "step %.0f: no success that is to be saved", verdict->numbers[0]);
}

const struct cairn_controller_class cairn_controller_on_success = {
    .size = sizeof cairn_controller_on_success,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "on-success",
    .summary = "a checkpoint after each success of a named step",
    .params = params,
    .hears = CAIRN_HEARS(CAIRN_HEAR_STEP) | CAIRN_HEARS(CAIRN_HEAR_FAILURE),
    .state_size = sizeof(struct on_success_state),
    .plan = on_success_plan,
    .observe = on_success_observe,
    .decide = on_success_decide,
    .describe = on_success_describe,
    .plan_bytes = on_success_bytes,
};
