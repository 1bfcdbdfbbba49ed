/* SPDX-License-Identifier: Apache-2.0 */
/* young: the first-order optimum of Young (1974).
 *
 *     interval = sqrt(2 C M),  C the checkpoint's cost, M the mean time between failures.
 */
#include "policies/controllers/interval.h"
#include "sim/base/fmath.h"
#include "sim/base/simtime.h"

enum { MTBF, MIN_INTERVAL };

static const char *young_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                              void *plan)
{
    double mtbf = values[MTBF].x, cost = simtime_seconds(shape->checkpoint_cost);
    double interval = fmath_sqrt(2 * cost * mtbf);
    interval_set(plan, interval, values[MIN_INTERVAL].i, shape);
    return NULL;
}

const struct cairn_controller_class cairn_controller_young = {
    .size = sizeof cairn_controller_young,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "young",
    .summary = "Young 1974: sqrt(2 C M)",
    .params = interval_rate_params,
    .plan_size = sizeof(struct interval_plan),
    .plan = young_plan,
    .decide = interval_decide,
    .interval = interval_of,
    .describe = interval_describe,
};
