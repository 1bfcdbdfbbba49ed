/* SPDX-License-Identifier: Apache-2.0 */
/* first-fit: the first node by number that has room. */
#include "policies/schedulers/order.h"

static const struct cairn_param params[] = {ORDER_PARAM, {.name = NULL}};

static const char *first_fit_plan(const struct cairn_value *values, void *plan)
{
    order_plan(values, plan);
    return NULL;
}

static uint32_t first_fit_pick(const void *plan, void *own, struct cairn_room *room, int64_t now,
                               const struct cairn_request *request)
{
    (void)plan, (void)own, (void)now;
    return cairn_room_first(room, &request->demand, 0);
}

const struct cairn_scheduler_class cairn_scheduler_first_fit = {
    .size = sizeof cairn_scheduler_first_fit,
    .abi = CAIRN_SCHEDULER_ABI,
    .name = "first-fit",
    .summary = "the first node by number that has room",
    .params = params,
    .plan_size = sizeof(struct cairn_scheduler_plan),
    .plan = first_fit_plan,
    .pick = first_fit_pick,
};
