/* SPDX-License-Identifier: Apache-2.0 */
/* The layout of a scheduler's state. */
#include "policies/schedulers/desk.h"
#include <string.h>

static uint64_t rounded(uint64_t bytes)
{
    return (bytes + 15) / 16 * 16;
}

static int backfills(const void *plan)
{
    return ((const struct cairn_scheduler_plan *)plan)->order == CAIRN_ORDER_BACKFILL;
}

struct cairn_pool desk_pool(const struct cairn_pool *pool)
{
    struct cairn_pool own = {0};
    memcpy(&own, pool, pool->size < sizeof own ? pool->size : sizeof own);
    return own;
}

uint64_t desk_bytes(const struct cairn_scheduler_class *scheduler, const void *plan,
                    const struct cairn_pool *pool)
{
    uint64_t bytes = rounded(sizeof(struct desk_head));
    bytes += rounded(waiting_bytes(pool->pending, pool->groups));
    bytes += rounded(room_bytes(scheduler, pool->nodes));
    bytes += rounded(bundles_bytes(pool->groups, pool->bundles));
    if (backfills(plan))
        bytes += rounded(backfill_bytes(pool->nodes, pool->pending));
    if (scheduler->own_bytes)
        bytes += rounded(scheduler->own_bytes(plan, pool->nodes));
    return bytes;
}

void desk_open(struct desk *desk, const struct cairn_scheduler_class *scheduler, const void *plan,
               void *state)
{
    const struct cairn_scheduler_plan *p = plan;
    struct desk_head *head = state;
    const struct cairn_pool *pool = &head->pool;
    unsigned char *at = (unsigned char *)state + rounded(sizeof *head);
    *desk = (struct desk){.class = scheduler, .plan = plan, .head = head};
    waiting_open(&desk->waiting, at, pool->pending, pool->groups, p->order, &desk->room);
    at += rounded(waiting_bytes(pool->pending, pool->groups));
    room_open(&desk->room, at, pool->nodes, scheduler, plan);
    at += rounded(room_bytes(scheduler, pool->nodes));
    bundles_open(&desk->bundles, at, pool->groups, pool->bundles, &desk->room);
    at += rounded(bundles_bytes(pool->groups, pool->bundles));
    if (backfills(plan)) {
        backfill_open(&desk->backfill, at, pool->pending, &desk->room);
        at += rounded(backfill_bytes(pool->nodes, pool->pending));
    }
    desk->own = at;
}
