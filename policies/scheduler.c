/* SPDX-License-Identifier: Apache-2.0 */
/* What every scheduler does: requests wait, are placed where the class says, and give back.
 *
 * The order of service and the book of free room are in schedulers/; here they meet. A shape of
 * requests that found no room is blocked until something changes that can help it:
 *
 *     it may run              it waits for
 *     on any node             room on any node
 *     on one node             room on that node
 *     softly on one node      that node's room while it is there, else any
 *     in a bundle             its group
 */
#include "policies/schedulers/desk.h"
#include <string.h>

uint64_t cairn_scheduler_size(const struct cairn_scheduler_class *scheduler, const void *plan,
                              const struct cairn_pool *pool)
{
    return desk_bytes(scheduler, plan, pool);
}

void cairn_scheduler_init(const struct cairn_scheduler_class *scheduler, const void *plan,
                          const struct cairn_pool *pool, void *state)
{
    struct desk d;
    memset(state, 0, desk_bytes(scheduler, plan, pool));
    *(struct desk_head *)state = (struct desk_head){.nodes = pool->nodes, .pending = pool->pending};
    desk_open(&d, scheduler, plan, state);
    waiting_init(&d.waiting);
    room_init(&d.room);
    if (scheduler->init)
        scheduler->init(plan, pool->nodes, d.own);
}

void cairn_scheduler_grow(const struct cairn_scheduler_class *scheduler, const void *plan,
                          const struct cairn_pool *pool, const void *state, void *larger)
{
    struct desk from, to;
    struct cairn_pool grown = *pool;
    desk_open(&from, scheduler, plan, (void *)(uintptr_t)state); /* it is only read */
    grown.nodes = from.head->nodes;
    memset(larger, 0, desk_bytes(scheduler, plan, &grown));
    *(struct desk_head *)larger = *from.head;
    ((struct desk_head *)larger)->pending = grown.pending;
    desk_open(&to, scheduler, plan, larger);
    waiting_copy(&to.waiting, &from.waiting);
    memcpy(to.room.head, from.room.head, room_bytes(scheduler, grown.nodes));
    if (scheduler->own_bytes)
        memcpy(to.own, from.own, scheduler->own_bytes(plan, grown.nodes));
}

void cairn_scheduler_node(const struct cairn_scheduler_class *scheduler, const void *plan,
                          void *state, int64_t now, uint32_t node, enum cairn_node_change change,
                          const struct cairn_demand *capacity)
{
    struct desk d;
    desk_open(&d, scheduler, plan, state);
    room_change(&d.room, node, change, capacity);
    if (scheduler->heard)
        scheduler->heard(plan, d.own, &d.room, now, node, change);
    waiting_wake(&d.waiting, node); /* those that would rather be here may now look elsewhere */
    waiting_wake_fitting(&d.waiting, node);
}

int cairn_scheduler_submit(const struct cairn_scheduler_class *scheduler, const void *plan,
                           void *state, int64_t now, const struct cairn_request *request)
{
    struct desk d;
    struct cairn_request own = {0}; /* the driver's may be an older, shorter one */
    size_t size = request->size < sizeof own ? request->size : sizeof own;
    (void)now;
    desk_open(&d, scheduler, plan, state);
    memcpy(&own, request, size);
    own.count += own.count == 0;
    return waiting_push(&d.waiting, &own);
}

int cairn_scheduler_withdraw(const struct cairn_scheduler_class *scheduler, const void *plan,
                             void *state, uint64_t id)
{
    struct desk d;
    desk_open(&d, scheduler, plan, state);
    return waiting_withdraw(&d.waiting, id);
}

/* ---- where ----------------------------------------------------------------------------------- */

/* As the strategy says, among the nodes that are not kept. */
static uint32_t pick(struct desk *d, int64_t now, const struct cairn_request *request)
{
    if (request->strategy != CAIRN_PLACE_SPREAD)
        return d->class->pick(d->plan, d->own, &d->room, now, request);
    uint32_t node = cairn_room_around(&d->room, &request->demand, d->head->next);
    if (node != CAIRN_NOWHERE)
        d->head->next = node + 1 < d->head->nodes ? node + 1 : 0;
    return node;
}

/* Not where it failed, if another one fits. */
static uint32_t pick_elsewhere(struct desk *d, int64_t now, const struct cairn_request *request)
{
    uint32_t avoid = request->avoid, node;
    if (!cairn_room_fits(&d->room, avoid, &request->demand))
        return pick(d, now, request);
    room_keep(&d->room, avoid, 1);
    node = pick(d, now, request);
    room_keep(&d->room, avoid, 0);
    return node != CAIRN_NOWHERE ? node : pick(d, now, request);
}

static uint32_t choose(struct desk *d, int64_t now, const struct cairn_request *request)
{
    uint32_t node = request->node;
    if (request->strategy == CAIRN_PLACE_BUNDLE)
        return CAIRN_NOWHERE;
    if (request->strategy != CAIRN_PLACE_NODE)
        return pick_elsewhere(d, now, request);
    if (cairn_room_fits(&d->room, node, &request->demand))
        return node;
    if (request->is_soft && !room_is_there(&d->room, node, &request->demand))
        return pick_elsewhere(d, now, request);
    return CAIRN_NOWHERE;
}

/* What would help a shape that found no room. */
static uint32_t list_for(const struct desk *d, const struct cairn_request *request)
{
    uint32_t node = request->node;
    if (request->strategy == CAIRN_PLACE_BUNDLE)
        return WAITING_INSIDE;
    if (request->strategy != CAIRN_PLACE_NODE)
        return WAITING_ANYWHERE;
    if (request->is_soft)
        return room_is_there(&d->room, node, &request->demand) ? node : WAITING_ANYWHERE;
    return node < d->head->nodes ? node : WAITING_INSIDE;
}

int cairn_scheduler_next(const struct cairn_scheduler_class *scheduler, const void *plan,
                         void *state, int64_t now, struct cairn_placement *placement)
{
    struct desk d;
    desk_open(&d, scheduler, plan, state);
    for (uint32_t shape; (shape = waiting_first(&d.waiting)) != CAIRN_NOWHERE;) {
        struct cairn_request request = waiting_request(&d.waiting, shape);
        uint32_t node = choose(&d, now, &request);
        if (node == CAIRN_NOWHERE) {
            waiting_block(&d.waiting, shape, list_for(&d, &request));
            continue;
        }
        waiting_pop(&d.waiting, shape);
        room_take(&d.room, node, &request.demand);
        *placement = (struct cairn_placement){.id = request.id, .node = node};
        return 1;
    }
    return 0;
}

/* ---- given back ------------------------------------------------------------------------------ */

static void give(struct desk *d, const struct cairn_placement *placement,
                 const struct cairn_demand *demand)
{
    if (!d->room.node[placement->node].is_up)
        return; /* it went with the node */
    room_give(&d->room, placement->node, demand);
    waiting_wake_fitting(&d->waiting, placement->node);
}

void cairn_scheduler_shrink(const struct cairn_scheduler_class *scheduler, const void *plan,
                            void *state, const struct cairn_placement *placement,
                            const struct cairn_demand *from, const struct cairn_demand *to)
{
    struct desk d;
    struct cairn_demand less = *from;
    desk_open(&d, scheduler, plan, state);
    demand_subtract(&less, to);
    give(&d, placement, &less);
}

void cairn_scheduler_release(const struct cairn_scheduler_class *scheduler, const void *plan,
                             void *state, int64_t now, const struct cairn_placement *placement,
                             const struct cairn_demand *held)
{
    struct desk d;
    (void)now;
    desk_open(&d, scheduler, plan, state);
    give(&d, placement, held);
}
