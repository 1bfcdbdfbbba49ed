/* SPDX-License-Identifier: Apache-2.0 */
/* Ray's hybrid rule, for the schedulers that fall back on it. */
#ifndef CAIRN_POLICIES_SCHEDULERS_RAY_HYBRID_H
#define CAIRN_POLICIES_SCHEDULERS_RAY_HYBRID_H

#include "policies/schedulers/order.h"

struct ray_hybrid_plan {
    struct cairn_scheduler_plan common;
    float threshold, top_k_fraction; /* floats, as Ray has them: 0.2f is not 0.2 */
    uint32_t top_k_absolute, avoids_gpu;
};

extern const struct cairn_param ray_hybrid_params[];

const char *ray_hybrid_plan(const struct cairn_value *values, void *plan);
void ray_hybrid_rank(const void *plan, const struct cairn_node_room *has, struct cairn_rank *rank);
uint32_t ray_hybrid_pick(const void *plan, void *own, struct cairn_room *room, int64_t now,
                         const struct cairn_request *request);

#endif
