/* SPDX-License-Identifier: Apache-2.0 */
/* failure-aware: away from nodes that failed lately, and from those that fail again and again.
 *
 *     level 2  a lemon: more than lemon_failures failures within the last lemon_window
 *     level 1  failed within the last window
 *     level 0  all others
 *
 * Of the nodes that fit, the lowest level; among equals the first by number. So shunned nodes are
 * used when nothing else fits. Each node keeps the times of its last lemon_failures + 1 failures:
 * it is a lemon as long as the oldest of these lies in the window. Those that come up too long ago
 * to matter need no clearing: levels are computed when they are asked for. */
#include "policies/schedulers/order.h"

enum { ORDER, WINDOW, LEMON_FAILURES, LEMON_WINDOW };

struct failure_aware_plan {
    struct cairn_scheduler_plan common;
    int64_t window, lemon_window;
    uint32_t kept; /* times a node */
    uint32_t reserved;
};

static const struct cairn_param params[] = {
    ORDER_PARAM,
    {.name = "window",
     .unit = CAIRN_DURATION,
     .fallback = "1 h",
     .help = "a node is shunned for so long after a failure"},
    {.name = "lemon_failures",
     .unit = CAIRN_COUNT,
     .fallback = "3",
     .max = 63,
     .help = "a node with more failures than this within lemon_window comes last"},
    {.name = "lemon_window", .unit = CAIRN_DURATION, .fallback = "24 h", .help = "see there"},
    {.name = NULL},
};

static const char *failure_aware_plan(const struct cairn_value *values, void *plan)
{
    struct failure_aware_plan *p = plan;
    order_plan(values, plan);
    p->window = values[WINDOW].i;
    p->lemon_window = values[LEMON_WINDOW].i;
    p->kept = (uint32_t)values[LEMON_FAILURES].i + 1;
    return NULL;
}

static uint64_t failure_aware_own_bytes(const void *plan, uint32_t nodes)
{
    return (uint64_t)nodes * ((const struct failure_aware_plan *)plan)->kept * sizeof(int64_t);
}

/* The times of node i's last failures, newest first, are own[i * kept …]; INT64_MIN: none. */
static void failure_aware_init(const void *plan, uint32_t nodes, void *own)
{
    uint64_t count = (uint64_t)nodes * ((const struct failure_aware_plan *)plan)->kept;
    int64_t *failed = own;
    for (uint64_t i = 0; i < count; i++)
        failed[i] = INT64_MIN;
}

static void failure_aware_heard(const void *plan, void *own, struct cairn_room *room, int64_t now,
                                uint32_t node, enum cairn_node_change change)
{
    const struct failure_aware_plan *p = plan;
    int64_t *failed = (int64_t *)own + (uint64_t)node * p->kept;
    (void)room;
    if (change != CAIRN_NODE_DOWN)
        return;
    for (uint32_t i = p->kept - 1; i > 0; i--)
        failed[i] = failed[i - 1];
    failed[0] = now;
}

static int is_within(int64_t failed, int64_t now, int64_t window)
{
    return failed != INT64_MIN && now - failed < window;
}

static int level_of(const struct failure_aware_plan *plan, const void *own, uint32_t node,
                    int64_t now)
{
    const int64_t *failed = (const int64_t *)own + (uint64_t)node * plan->kept;
    if (is_within(failed[plan->kept - 1], now, plan->lemon_window))
        return 2;
    return is_within(failed[0], now, plan->window);
}

static uint32_t failure_aware_pick(const void *plan, void *own, struct cairn_room *room,
                                   int64_t now, const struct cairn_request *request)
{
    uint32_t best = CAIRN_NOWHERE, node = cairn_room_first(room, &request->demand, 0);
    int lowest = 3;
    for (; node != CAIRN_NOWHERE; node = cairn_room_first(room, &request->demand, node + 1)) {
        int level = level_of(plan, own, node, now);
        if (level < lowest) {
            lowest = level;
            best = node;
        }
        if (level == 0)
            break;
    }
    return best;
}

const struct cairn_scheduler_class cairn_scheduler_failure_aware = {
    .size = sizeof cairn_scheduler_failure_aware,
    .abi = CAIRN_SCHEDULER_ABI,
    .name = "failure-aware",
    .summary = "shuns nodes that failed lately, and lemons, as long as others have room",
    .params = params,
    .plan_size = sizeof(struct failure_aware_plan),
    .plan = failure_aware_plan,
    .own_bytes = failure_aware_own_bytes,
    .init = failure_aware_init,
    .heard = failure_aware_heard,
    .pick = failure_aware_pick,
};
