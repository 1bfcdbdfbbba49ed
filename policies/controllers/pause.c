/* SPDX-License-Identifier: Apache-2.0 */
/* pause: a least time between the end of one checkpoint and the start of the next (FLINK-3492).
 *
 * Slow checkpoints at a short interval would follow each other without rest: "the job spends all
 * its time snapshotting". A restore begins a new pause, as the end of a checkpoint does. */
#include "policies/controllers/decorator.h"
#include "sim/base/simtime.h"
#include <stdio.h>

enum { LEAST, OF };

struct pause_plan {
    struct decorator_plan common;
    int64_t least;
};

static const struct cairn_param params[] = {
    {.name = "least",
     .unit = CAIRN_DURATION,
     .max = 1e9,
     .help = "wall time from the end of one checkpoint to the start of the next"},
    DECORATOR_PARAM,
    {.name = NULL},
};
static const struct decorator_own own = {.plan_size = sizeof(struct pause_plan),
                                         .state_size = sizeof(struct decorator_state)};

static uint64_t pause_plan_bytes(const struct cairn_value *values, const struct cairn_shape *shape)
{
    return decorator_plan_bytes(&own, values[OF].inner, shape);
}

static const char *pause_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                              void *plan)
{
    ((struct pause_plan *)plan)->least = values[LEAST].i;
    return decorator_plan(&own, values[OF].inner, shape, plan);
}

static void pause_decide(const void *plan, void *state, const struct cairn_situation *situation,
                         struct cairn_verdict *verdict)
{
    const struct pause_plan *p = plan;
    const struct decorator_ruling ruling = {
        .allowed = simtime_add(situation->now - situation->wall_since, p->least),
        .period = p->least,
        .numbers = {simtime_seconds(p->least)}};
    decorator_decide(plan, state, situation, &ruling, verdict);
}

static int64_t pause_interval(const void *plan, const char **bound_by)
{
    const struct pause_plan *p = plan;
    return decorator_interval_least(plan, p->least, "pause (least)", bound_by);
}

static void pause_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                           size_t capacity)
{
    if (!decorator_describe(plan, verdict, bytes, capacity))
        snprintf(bytes, capacity, "%.9g s of the pause of %.9g s are left", verdict->numbers[0],
                 verdict->numbers[1]);
}

const struct cairn_controller_class cairn_controller_pause = {
    .size = sizeof cairn_controller_pause,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "pause",
    .summary = "a least pause between the checkpoints of another controller",
    .params = params,
    .plan = pause_plan,
    .init = decorator_init,
    .observe = decorator_observe,
    .decide = pause_decide,
    .interval = pause_interval,
    .describe = pause_describe,
    .plan_bytes = pause_plan_bytes,
    .state_bytes = decorator_state_bytes,
    .hears_by = decorator_hears,
    .claimed = decorator_claimed,
};
