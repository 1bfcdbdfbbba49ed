/* SPDX-License-Identifier: Apache-2.0 */
/* exact: the exact optimum for exponential failures and a long job.
 *
 *     interval = M (1 + W(-exp(-C / M - 1))),
 *
 * W the principal branch of Lambert's function, C the checkpoint's cost, M the mean time between
 * failures: the interval that minimises expected time per unit of work. Restore and downtime
 * do not move it.
 */
#include "policies/controllers/interval.h"
#include "sim/base/simtime.h"

enum { MTBF, MIN_INTERVAL };

static const char *exact_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                              void *plan)
{
    double interval = interval_exact(simtime_seconds(shape->checkpoint_cost), values[MTBF].x);
    interval_set(plan, interval, values[MIN_INTERVAL].i, shape);
    return NULL;
}

const struct cairn_controller_class cairn_controller_exact = {
    .size = sizeof cairn_controller_exact,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "exact",
    .summary = "the exact optimum for exponential failures (Lambert W)",
    .params = interval_rate_params,
    .plan_size = sizeof(struct interval_plan),
    .plan = exact_plan,
    .decide = interval_decide,
    .interval = interval_of,
    .describe = interval_describe,
};
