/* SPDX-License-Identifier: Apache-2.0 */
/* The layout of a scheduler's state. */
#include "policies/schedulers/desk.h"

static uint64_t rounded(uint64_t bytes)
{
    return (bytes + 15) / 16 * 16;
}

static uint64_t own_bytes(const struct cairn_scheduler_class *scheduler, const void *plan,
                          uint32_t nodes)
{
    return scheduler->own_bytes ? scheduler->own_bytes(plan, nodes) : 0;
}

uint64_t desk_bytes(const struct cairn_scheduler_class *scheduler, const void *plan,
                    const struct cairn_pool *pool)
{
    return rounded(sizeof(struct desk_head)) + rounded(waiting_bytes(pool->pending)) +
           rounded(room_bytes(scheduler, pool->nodes)) +
           rounded(own_bytes(scheduler, plan, pool->nodes));
}

void desk_open(struct desk *desk, const struct cairn_scheduler_class *scheduler, const void *plan,
               void *state)
{
    const struct cairn_scheduler_plan *p = plan;
    struct desk_head *head = state;
    unsigned char *at = (unsigned char *)state + rounded(sizeof *head);
    *desk = (struct desk){.class = scheduler, .plan = plan, .head = head};
    waiting_open(&desk->waiting, at, head->pending, p->order, &desk->room);
    at += rounded(waiting_bytes(head->pending));
    room_open(&desk->room, at, head->nodes, scheduler, plan);
    desk->own = at + rounded(room_bytes(scheduler, head->nodes));
}
