/* SPDX-License-Identifier: Apache-2.0 */
/* best-fit: the node with the least room left, by the scarcest resource.
 *
 * Of the nodes that fit, the one with the least accelerators free; among equals the least custom
 * resource, then the least processors, then the least memory, then the lowest number. So a request
 * that needs no accelerator goes where none is, and among equal machines to the fullest that still
 * takes it. What will be left is what is free less the same demand, so both are in the same order.
 */
#include "policies/schedulers/order.h"

static const struct cairn_param params[] = {ORDER_PARAM, {.name = NULL}};

static const char *best_fit_plan(const struct cairn_value *values, void *plan)
{
    order_plan(values, plan);
    return NULL;
}

static void best_fit_rank(const void *plan, const struct cairn_node_room *has,
                          struct cairn_rank *rank)
{
    static const enum cairn_resource scarcest[] = {CAIRN_GPU, CAIRN_CUSTOM, CAIRN_CPU,
                                                   CAIRN_MEMORY};
    (void)plan;
    for (int i = 0; i < CAIRN_RESOURCES; i++)
        rank->key[i] = has->free.of[scarcest[i]];
}

static uint32_t best_fit_pick(const void *plan, void *own, struct cairn_room *room, int64_t now,
                              const struct cairn_request *request)
{
    (void)plan, (void)own, (void)now;
    return cairn_room_ranked(room, &request->demand, 0);
}

const struct cairn_scheduler_class cairn_scheduler_best_fit = {
    .size = sizeof cairn_scheduler_best_fit,
    .abi = CAIRN_SCHEDULER_ABI,
    .name = "best-fit",
    .summary = "the node with the least room left",
    .params = params,
    .plan_size = sizeof(struct cairn_scheduler_plan),
    .plan = best_fit_plan,
    .rank = best_fit_rank,
    .pick = best_fit_pick,
};
