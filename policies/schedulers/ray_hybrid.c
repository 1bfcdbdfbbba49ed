/* SPDX-License-Identifier: Apache-2.0 */
/* ray-hybrid: pack while nodes are little used, spread when they are: Ray's default rule.
 *
 *     score(node) = the largest utilisation among processors and memory; below threshold it is 0
 *     k           = max(top_k_absolute, int(nodes x top_k_fraction)),  of all nodes that are up
 *
 * Of the nodes that fit, ordered by score and then by number: the submitter's own node if its score
 * is not above the best; else one of the first k, by the request's random word. A request without
 * accelerators looks at nodes without them first. As hybrid_scheduling_policy.cc of Ray does; where
 * that queues a task at a busy node, here it waits until one has room. */
#include "policies/schedulers/ray_hybrid.h"
#include <string.h>

enum { ORDER, THRESHOLD, TOP_K_FRACTION, TOP_K_ABSOLUTE, AVOID_GPU };

static const char *const yes_no[] = {"yes", "no", NULL};

const struct cairn_param ray_hybrid_params[] = {
    ORDER_PARAM,
    {.name = "threshold",
     .unit = CAIRN_FRACTION,
     .fallback = "0.5",
     .max = 1,
     .help = "nodes that are used less than this are packed, others are spread over"},
    {.name = "top_k_fraction",
     .unit = CAIRN_FRACTION,
     .fallback = "0.2",
     .max = 1,
     .help = "of all nodes, so many of the best are drawn from"},
    {.name = "top_k_absolute",
     .unit = CAIRN_COUNT,
     .fallback = "1",
     .min = 1,
     .max = 1e9,
     .help = "and at least so many"},
    {.name = "avoid_gpu",
     .unit = CAIRN_CHOICE,
     .fallback = "yes",
     .choices = yes_no,
     .help = "what needs no accelerator looks at nodes without them first"},
    {.name = NULL},
};

const char *ray_hybrid_plan(const struct cairn_value *values, void *plan)
{
    struct ray_hybrid_plan *p = plan;
    order_plan(values, plan);
    p->threshold = (float)values[THRESHOLD].x;
    p->top_k_fraction = (float)values[TOP_K_FRACTION].x;
    p->top_k_absolute = (uint32_t)values[TOP_K_ABSOLUTE].i;
    p->avoids_gpu = values[AVOID_GPU].i == 0;
    return NULL;
}

static float score_of(const struct ray_hybrid_plan *plan, const struct cairn_node_room *has)
{
    static const enum cairn_resource critical[] = {CAIRN_CPU, CAIRN_MEMORY};
    float highest = 0;
    for (int i = 0; i < 2; i++) {
        double all = (double)has->capacity.of[critical[i]];
        float used = 0;
        if (all > 0)
            used = (float)(1 - (double)has->free.of[critical[i]] / all);
        if (used > highest)
            highest = used;
    }
    if (highest < plan->threshold)
        highest = 0; /* no conditional expression: where floats are wide it would be a double */
    return highest;
}

/* Those without accelerators, then by score: the bits of floats that are not negative are in the
 * order of the floats. */
void ray_hybrid_rank(const void *plan, const struct cairn_node_room *has, struct cairn_rank *rank)
{
    const struct ray_hybrid_plan *p = plan;
    float score = score_of(p, has);
    uint32_t bits;
    memcpy(&bits, &score, sizeof bits);
    rank->key[0] = p->avoids_gpu && has->capacity.of[CAIRN_GPU] > 0;
    rank->key[1] = bits;
}

static uint32_t top_k(const struct ray_hybrid_plan *plan, uint32_t nodes)
{
    uint32_t k = (uint32_t)((float)nodes * plan->top_k_fraction);
    return k > plan->top_k_absolute ? k : plan->top_k_absolute;
}

uint32_t ray_hybrid_pick(const void *plan, void *own, struct cairn_room *room, int64_t now,
                         const struct cairn_request *request)
{
    const struct cairn_demand *demand = &request->demand;
    uint32_t best = cairn_room_ranked(room, demand, 0), local = request->local;
    (void)own, (void)now;
    if (best == CAIRN_NOWHERE)
        return best;
    const struct cairn_rank *first = cairn_room_rank(room, best);
    if (cairn_room_fits(room, local, demand)) {
        const struct cairn_rank *rank = cairn_room_rank(room, local);
        if (rank->key[0] == first->key[0] && rank->key[1] <= first->key[1])
            return local;
    }
    uint32_t k = top_k(plan, cairn_room_up(room));
    uint64_t count = cairn_room_count(room, demand, first->key[0], k);
    /* The word's upper half times count: each of them for 2^32 / count words, give or take one. */
    return cairn_room_ranked(room, demand, (uint32_t)((request->random[0] >> 32) * count >> 32));
}

const struct cairn_scheduler_class cairn_scheduler_ray_hybrid = {
    .size = sizeof cairn_scheduler_ray_hybrid,
    .abi = CAIRN_SCHEDULER_ABI,
    .name = "ray-hybrid",
    .summary = "Ray's default: pack nodes used below a threshold, spread over the others",
    .params = ray_hybrid_params,
    .plan_size = sizeof(struct ray_hybrid_plan),
    .plan = ray_hybrid_plan,
    .rank = ray_hybrid_rank,
    .pick = ray_hybrid_pick,
};
