/* SPDX-License-Identifier: Apache-2.0 */
/* spread: round robin over the nodes that have room, in the order of their numbers. */
#include "policies/schedulers/order.h"

struct spread_state {
    uint32_t next; /* where the round goes on */
};

static const struct cairn_param params[] = {ORDER_PARAM, {.name = NULL}};

static const char *spread_plan(const struct cairn_value *values, void *plan)
{
    order_plan(values, plan);
    return NULL;
}

static uint64_t spread_own_bytes(const void *plan, uint32_t nodes)
{
    (void)plan, (void)nodes;
    return sizeof(struct spread_state);
}

static uint32_t spread_pick(const void *plan, void *own, struct cairn_room *room, int64_t now,
                            const struct cairn_request *request)
{
    struct spread_state *state = own;
    uint32_t node = cairn_room_around(room, &request->demand, state->next);
    (void)plan, (void)now;
    if (node != CAIRN_NOWHERE)
        state->next = node + 1 < cairn_room_nodes(room) ? node + 1 : 0;
    return node;
}

const struct cairn_scheduler_class cairn_scheduler_spread = {
    .size = sizeof cairn_scheduler_spread,
    .abi = CAIRN_SCHEDULER_ABI,
    .name = "spread",
    .summary = "round robin over the nodes that have room",
    .params = params,
    .plan_size = sizeof(struct cairn_scheduler_plan),
    .plan = spread_plan,
    .own_bytes = spread_own_bytes,
    .pick = spread_pick,
};
