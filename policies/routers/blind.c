/* SPDX-License-Identifier: Apache-2.0 */
/* random, round-robin: any replica, or one after the other, and nobody is asked.
 *
 * What two probes a request are worth is the difference between these and power-of-two. */
#include "policies/routers/habits.h"

static const struct cairn_param params[] = {HABITS_PARAMS, {.name = NULL}};

static const char *blind_plan(const struct cairn_value *values, void *plan)
{
    habits_plan(values, 0, plan);
    return NULL;
}

static uint32_t random_pick(const void *plan, void *own, const uint32_t *replicas, uint32_t count,
                            const uint64_t random[2], uint32_t *chosen)
{
    (void)plan, (void)own;
    chosen[0] = replicas[habits_draw(random[0], count)];
    return 1;
}

/* The lowest number from where the round goes on, or the lowest of all. */
static uint32_t round_robin_pick(const void *plan, void *own, const uint32_t *replicas,
                                 uint32_t count, const uint64_t random[2], uint32_t *chosen)
{
    uint32_t *next = own, best = replicas[0];
    (void)plan, (void)random;
    for (uint32_t i = 1; i < count; i++) /* distance from `next`, round the end of all numbers */
        if (replicas[i] - *next < best - *next)
            best = replicas[i];
    *next = best + 1;
    chosen[0] = best;
    return 1;
}

const struct cairn_router_class cairn_router_at_random = {
    .size = sizeof cairn_router_at_random,
    .abi = CAIRN_ROUTER_ABI,
    .name = "random",
    .summary = "any that is near, and nobody is asked",
    .params = params,
    .plan_size = sizeof(struct cairn_router_plan),
    .is_blind = 1,
    .plan = blind_plan,
    .most = 1,
    .pick = random_pick,
};

const struct cairn_router_class cairn_router_round_robin = {
    .size = sizeof cairn_router_round_robin,
    .abi = CAIRN_ROUTER_ABI,
    .name = "round-robin",
    .summary = "one after the other of those near, and nobody is asked",
    .params = params,
    .plan_size = sizeof(struct cairn_router_plan),
    .is_blind = 1,
    .plan = blind_plan,
    .own_bytes = sizeof(uint32_t),
    .most = 1,
    .pick = round_robin_pick,
};
