/* SPDX-License-Identifier: Apache-2.0 */
/* power-of-two: two replicas at random, and the shorter queue of the two: Ray Serve's default.
 *
 * One more choice than none takes the longest of n queues from log n to log log n (Mitzenmacher,
 * "The power of two choices in randomized load balancing", 1996). */
#include "policies/routers/habits.h"

static const struct cairn_param params[] = {HABITS_PARAMS, HABITS_ASKING, {.name = NULL}};

static const char *power_of_two_plan(const struct cairn_value *values, void *plan)
{
    habits_plan(values, 1, plan);
    return NULL;
}

static uint32_t power_of_two_pick(const void *plan, void *own, const uint32_t *replicas,
                                  uint32_t count, const uint64_t random[2], uint32_t *chosen)
{
    uint32_t first = habits_draw(random[0], count);
    (void)plan, (void)own;
    chosen[0] = replicas[first];
    if (count == 1)
        return 1;
    uint32_t second = habits_draw(random[1], count - 1);
    chosen[1] = replicas[second + (second >= first)];
    return 2;
}

const struct cairn_router_class cairn_router_power_of_two = {
    .size = sizeof cairn_router_power_of_two,
    .abi = CAIRN_ROUTER_ABI,
    .name = "power-of-two",
    .summary = "the shorter queue of two at random, near ones first; as Ray Serve does",
    .params = params,
    .plan_size = sizeof(struct cairn_router_plan),
    .plan = power_of_two_plan,
    .most = 2,
    .pick = power_of_two_pick,
};
