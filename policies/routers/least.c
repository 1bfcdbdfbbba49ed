/* SPDX-License-Identifier: Apache-2.0 */
/* least: the shortest queue of all, for which all are asked: what the others are measured against.
 */
#include "policies/routers/habits.h"

static const struct cairn_param params[] = {HABITS_PARAMS, HABITS_ASKING, {.name = NULL}};

static const char *least_plan(const struct cairn_value *values, void *plan)
{
    habits_plan(values, 1, plan);
    return NULL;
}

const struct cairn_router_class cairn_router_least = {
    .size = sizeof cairn_router_least,
    .abi = CAIRN_ROUTER_ABI,
    .name = "least",
    .summary = "the shortest queue of all that are near, which are all asked",
    .params = params,
    .plan_size = sizeof(struct cairn_router_plan),
    .plan = least_plan,
};
