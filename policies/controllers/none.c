/* SPDX-License-Identifier: Apache-2.0 */
/* none: never takes a checkpoint; every failure starts the job again. */
#include "policies/controller.h"
#include <stdio.h>

static const struct cairn_param params[] = {{.name = NULL}};

static const char *none_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                             void *plan)
{
    (void)values, (void)shape, (void)plan;
    return NULL;
}

static void none_decide(const void *plan, void *state, const struct cairn_situation *situation,
                        struct cairn_verdict *verdict)
{
    (void)plan, (void)state, (void)situation;
    verdict->action = CAIRN_SKIP;
    verdict->ask = CAIRN_ASK_NEVER;
    verdict->repeat = 1;
}

static int64_t none_interval(const void *plan, const char **bound_by)
{
    (void)plan;
    *bound_by = NULL;
    return CAIRN_NEVER;
}

static void none_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                          size_t capacity)
{
    (void)plan, (void)verdict;
    snprintf(bytes, capacity, "never");
}

const struct cairn_controller_class cairn_controller_none = {
    .size = sizeof cairn_controller_none,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "none",
    .summary = "no checkpoints: a failure starts the job again",
    .params = params,
    .plan = none_plan,
    .decide = none_decide,
    .interval = none_interval,
    .describe = none_describe,
};
