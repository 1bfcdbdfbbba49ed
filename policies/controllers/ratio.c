/* SPDX-License-Identifier: Apache-2.0 */
/* ratio: Ray Tune's automatic period of snapshots: a pause of `factor` times the last write.
 *
 *     pause = max(least, factor t),  t what the last checkpoint took, from its end on
 *     t / (t + pause) <= 1 / (factor + 1),  5 % for Tune's 19, whatever t is
 *
 * Before the first checkpoint nothing has been measured, and only `least` counts. What is inside
 * asks all the time unless something else is said: then this is Tune's own policy. */
#include "policies/controllers/decorator.h"
#include "sim/base/simtime.h"
#include <stdio.h>

enum { LEAST, FACTOR, OF };

struct ratio_plan {
    struct decorator_plan common;
    int64_t least, expected_cost;
    double factor;
};

static const struct cairn_param params[] = {
    {.name = "least",
     .unit = CAIRN_DURATION,
     .fallback = "10 s",
     .max = 1e9,
     .help = "the least pause between two checkpoints"},
    {.name = "factor",
     .unit = CAIRN_NUMBER,
     .fallback = "19",
     .max = 1e6,
     .help = "a pause is at least this many times what the last checkpoint took"},
    {.name = "of",
     .unit = CAIRN_CONTROLLER,
     .fallback = "{name: fixed, interval: 1 s}",
     .help = "the controller that asks for checkpoints"},
    {.name = NULL},
};
static const struct decorator_own own = {.plan_size = sizeof(struct ratio_plan),
                                         .state_size = sizeof(struct decorator_state)};

/* Rounded up, so that the overhead is never more than promised; NEVER past the end of time. */
static int64_t pause_after(const struct ratio_plan *p, int64_t cost)
{
    double ns = p->factor * (double)(cost > 0 ? cost : 0);
    if (ns >= 0x1p63)
        return CAIRN_NEVER;
    int64_t pause = (int64_t)ns;
    pause += (double)pause < ns;
    return pause > p->least ? pause : p->least;
}

static uint64_t ratio_plan_bytes(const struct cairn_value *values, const struct cairn_shape *shape)
{
    return decorator_plan_bytes(&own, values[OF].inner, shape);
}

static const char *ratio_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                              void *plan)
{
    struct ratio_plan *p = plan;
    p->least = values[LEAST].i;
    p->factor = values[FACTOR].x;
    p->expected_cost = shape->checkpoint_cost;
    return decorator_plan(&own, values[OF].inner, shape, plan);
}

static void ratio_decide(const void *plan, void *state, const struct cairn_situation *situation,
                         struct cairn_verdict *verdict)
{
    const struct ratio_plan *p = plan;
    int64_t pause = pause_after(p, situation->last_cost),
            next = pause_after(p, situation->expected_cost);
    const struct decorator_ruling ruling = {
        .allowed = simtime_add(situation->now - situation->wall_since, pause),
        .period = next > pause ? next : pause,
        .numbers = {simtime_seconds(pause), p->factor}};
    decorator_decide(plan, state, situation, &ruling, verdict);
}

static int64_t ratio_interval(const void *plan, const char **bound_by)
{
    const struct ratio_plan *p = plan;
    return decorator_interval_least(plan, pause_after(p, p->expected_cost), "ratio (least, factor)",
                                    bound_by);
}

static void ratio_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                           size_t capacity)
{
    if (!decorator_describe(plan, verdict, bytes, capacity))
        snprintf(bytes, capacity, "%.9g s are left of %.9g s: %.9g times the last checkpoint's",
                 verdict->numbers[0], verdict->numbers[1], verdict->numbers[2]);
}

const struct cairn_controller_class cairn_controller_ratio = {
    .size = sizeof cairn_controller_ratio,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "ratio",
    .summary = "Ray Tune: a pause of 19 times the last checkpoint's time, at least 10 s",
    .params = params,
    .plan = ratio_plan,
    .init = decorator_init,
    .observe = decorator_observe,
    .decide = ratio_decide,
    .interval = ratio_interval,
    .describe = ratio_describe,
    .plan_bytes = ratio_plan_bytes,
    .state_bytes = decorator_state_bytes,
    .hears_by = decorator_hears,
    .claimed = decorator_claimed,
};
