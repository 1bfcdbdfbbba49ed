/* SPDX-License-Identifier: Apache-2.0 */
/* fixed: a checkpoint after every interval that the user names. */
#include "policies/controllers/interval.h"
#include "sim/base/simtime.h"

enum { INTERVAL, MEASURE, MIN_INTERVAL };
enum measure { MEASURE_WORK, MEASURE_WALL, MEASURE_PERIOD };

static const char *const measures[] = {"work", "wall", "period", NULL};
static const struct cairn_param params[] = {
    {.name = "interval",
     .unit = CAIRN_DURATION,
     .help = "time between checkpoints, such as 30 min"},
    {.name = "measure",
     .unit = CAIRN_CHOICE,
     .fallback = "work",
     .choices = measures,
     .help = "what the interval counts: useful work, wall time between checkpoints, or the whole "
             "period, which includes the checkpoint's cost"},
    INTERVAL_LEAST_PARAM,
    {.name = NULL},
};

static const char *fixed_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                              void *plan)
{
    struct interval_plan *p = plan;
    int64_t interval = values[INTERVAL].i;
    if (values[MEASURE].i == MEASURE_PERIOD) {
        if (interval <= shape->checkpoint_cost)
            return "a period includes the checkpoint's cost and must be longer than it";
        interval -= shape->checkpoint_cost;
    }
    interval_set(p, simtime_seconds(interval), values[MIN_INTERVAL].i, shape);
    if (!p->bound_by)
        p->interval = interval; /* to the nanosecond, not through seconds */
    p->by_wall = values[MEASURE].i != MEASURE_WORK;
    return NULL;
}

const struct cairn_controller_class cairn_controller_fixed = {
    .size = sizeof cairn_controller_fixed,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "fixed",
    .summary = "a checkpoint after every given interval",
    .params = params,
    .plan_size = sizeof(struct interval_plan),
    .plan = fixed_plan,
    .decide = interval_decide,
    .interval = interval_of,
    .describe = interval_describe,
};
