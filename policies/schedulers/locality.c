/* SPDX-License-Identifier: Apache-2.0 */
/* locality: where most bytes of the arguments are, if there is room; else as ray-hybrid. */
#include "policies/schedulers/ray_hybrid.h"

static uint32_t locality_pick(const void *plan, void *own, struct cairn_room *room, int64_t now,
                              const struct cairn_request *request)
{
    if (cairn_room_fits(room, request->nearest, &request->demand))
        return request->nearest;
    return ray_hybrid_pick(plan, own, room, now, request);
}

const struct cairn_scheduler_class cairn_scheduler_locality = {
    .size = sizeof cairn_scheduler_locality,
    .abi = CAIRN_SCHEDULER_ABI,
    .name = "locality",
    .summary = "where most of its arguments are, else as ray-hybrid",
    .params = ray_hybrid_params,
    .plan_size = sizeof(struct ray_hybrid_plan),
    .plan = ray_hybrid_plan,
    .rank = ray_hybrid_rank,
    .pick = locality_pick,
};
