/* SPDX-License-Identifier: Apache-2.0 */
/* daly: the higher-order optimum of Daly (2006).
 *
 *     interval = sqrt(2 C M) (1 + 1/3 sqrt(C / 2M) + 1/9 (C / 2M)) - C   for C < 2 M,
 *     interval = M                                                       otherwise,
 *
 * where C is the checkpoint's cost and M the mean time between failures. The series is an expansion
 * in C / 2M and means nothing past 1: hence the second line, which is Daly's own.
 */
#include "policies/controllers/interval.h"
#include "sim/base/fmath.h"
#include "sim/base/simtime.h"

enum { MTBF, MIN_INTERVAL };

static const char *daly_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                             void *plan)
{
    double mtbf = values[MTBF].x, cost = simtime_seconds(shape->checkpoint_cost);
    double ratio = cost / (2 * mtbf);
    double series = 1 + fmath_sqrt(ratio) / 3 + ratio / 9;
    double interval = ratio < 1 ? fmath_sqrt(2 * cost * mtbf) * series - cost : mtbf;
    interval_set(plan, interval, values[MIN_INTERVAL].i, shape);
    return NULL;
}

const struct cairn_controller_class cairn_controller_daly = {
    .size = sizeof cairn_controller_daly,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "daly",
    .summary = "Daly 2006, higher order; the MTBF itself where C >= 2 M",
    .params = interval_rate_params,
    .plan_size = sizeof(struct interval_plan),
    .plan = daly_plan,
    .decide = interval_decide,
    .interval = interval_of,
    .describe = interval_describe,
};
