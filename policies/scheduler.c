/* SPDX-License-Identifier: Apache-2.0 */
/* What every scheduler does: requests wait, are placed where the class says, and give back.
 *
 * The order of service, the book of free room, placement groups and backfilling are in schedulers/;
 * here they meet. A shape of requests that found no room is blocked until something changes that
 * can help it:
 *
 *     it may run              it waits for
 *     on any node             room on any node
 *     on one node             room on that node
 *     softly on one node      that node's room while it is there, else any
 *     in a bundle             its group
 */
#include "policies/schedulers/desk.h"
#include <string.h>

/* ---- a state --------------------------------------------------------------------------------- */

uint64_t cairn_scheduler_size(const struct cairn_scheduler_class *scheduler, const void *plan,
                              const struct cairn_pool *pool)
{
    struct cairn_pool own = desk_pool(pool);
    return desk_bytes(scheduler, plan, &own);
}

void cairn_scheduler_init(const struct cairn_scheduler_class *scheduler, const void *plan,
                          const struct cairn_pool *pool, void *state)
{
    struct desk d;
    struct desk_head head = {.pool = desk_pool(pool)};
    memset(state, 0, desk_bytes(scheduler, plan, &head.pool));
    *(struct desk_head *)state = head;
    desk_open(&d, scheduler, plan, state);
    waiting_init(&d.waiting);
    room_init(&d.room);
    bundles_init(&d.bundles);
    if (d.backfill.head)
        backfill_init(&d.backfill);
    if (scheduler->init)
        scheduler->init(plan, d.room.nodes, d.own);
}

void cairn_scheduler_grow(const struct cairn_scheduler_class *scheduler, const void *plan,
                          const struct cairn_pool *pool, const void *state, void *larger)
{
    struct desk from, to;
    struct desk_head head;
    desk_open(&from, scheduler, plan, (void *)(uintptr_t)state); /* it is only read */
    head = *from.head;
    head.pool = desk_pool(pool);
    head.pool.nodes = from.room.nodes;
    memset(larger, 0, desk_bytes(scheduler, plan, &head.pool));
    *(struct desk_head *)larger = head;
    desk_open(&to, scheduler, plan, larger);
    waiting_copy(&to.waiting, &from.waiting);
    memcpy(to.room.head, from.room.head, room_bytes(scheduler, from.room.nodes));
    bundles_copy(&to.bundles, &from.bundles);
    if (to.backfill.head)
        backfill_copy(&to.backfill, &from.backfill);
    if (scheduler->own_bytes)
        memcpy(to.own, from.own, scheduler->own_bytes(plan, from.room.nodes));
}

/* ---- what a change wakes --------------------------------------------------------------------- */

/* The node's room changed: groups are worth trying, and the reservation may have moved. */
static void note(struct desk *d, uint32_t node)
{
    d->bundles.head->is_worth = 1;
    if (!d->backfill.head)
        return;
    backfill_update(&d->backfill, node);
    if (backfill_has_moved(&d->backfill))
        shapes_wake(&d->waiting, WAITING_RESERVED);
}

/* The node has more to give. */
static void freed(struct desk *d, uint32_t node)
{
    const struct cairn_demand *free = room_leaf(&d->room, node);
    note(d, node);
    shapes_note(&d->waiting, node);
    shapes_wake_fitting(&d->waiting, node, free);
    shapes_wake_fitting(&d->waiting, WAITING_RESERVED, free);
}

static uint32_t group_list(const struct desk *d, uint32_t group)
{
    return group < d->bundles.groups ? d->room.nodes + group : WAITING_INSIDE;
}

static void wake_bundles(struct desk *d, uint32_t node)
{
    uint32_t i = d->room.node[node].bundles;
    for (; i != CAIRN_NOWHERE; i = d->bundles.bundle[i].next)
        shapes_wake(&d->waiting, group_list(d, d->bundles.bundle[i].group));
}

void cairn_scheduler_node(const struct cairn_scheduler_class *scheduler, const void *plan,
                          void *state, int64_t now, uint32_t node, enum cairn_node_change change,
                          const struct cairn_demand *capacity)
{
    struct desk d;
    desk_open(&d, scheduler, plan, state);
    if (change == CAIRN_NODE_DOWN) {
        bundles_lose(&d.bundles, node);
        if (d.backfill.head)
            backfill_lose(&d.backfill, node);
    }
    room_change(&d.room, node, change, capacity);
    if (scheduler->heard)
        scheduler->heard(plan, d.own, &d.room, now, node, change);
    shapes_wake(&d.waiting, node); /* those that would rather be here may now look elsewhere, */
    shapes_wake(&d.waiting, WAITING_RESERVED); /* also if it was reserved for another */
    freed(&d, node);
    wake_bundles(&d, node);
}

/* ---- requests come and go -------------------------------------------------------------------- */

int cairn_scheduler_submit(const struct cairn_scheduler_class *scheduler, const void *plan,
                           void *state, int64_t now, const struct cairn_request *request)
{
    struct desk d;
    struct cairn_request own = {0}; /* the driver's may be an older, shorter one */
    (void)now;
    desk_open(&d, scheduler, plan, state);
    memcpy(&own, request, request->size < sizeof own ? request->size : sizeof own);
    own.count += own.count == 0;
    if (d.backfill.head && own.count > d.backfill.capacity - d.backfill.head->load)
        return 0;
    if (!waiting_push(&d.waiting, &own))
        return 0;
    if (d.backfill.head)
        d.backfill.head->load += own.count;
    return 1;
}

int cairn_scheduler_withdraw(const struct cairn_scheduler_class *scheduler, const void *plan,
                             void *state, uint64_t id)
{
    struct desk d;
    desk_open(&d, scheduler, plan, state);
    int result = waiting_withdraw(&d.waiting, id);
    if (d.backfill.head && result > 0)
        d.backfill.head->load--;
    return result;
}

/* ---- where ----------------------------------------------------------------------------------- */

/* As the class says; a class that names a node without room, or none though there is one, is
 * overruled. */
static uint32_t pick_by_class(struct desk *d, int64_t now, const struct cairn_request *request)
{
    uint32_t node = d->class->pick(d->plan, d->own, &d->room, now, request);
    if (cairn_room_fits(&d->room, node, &request->demand))
        return node;
    return cairn_room_first(&d->room, &request->demand, 0);
}

/* As the strategy says, among the nodes that are not kept. */
static uint32_t pick(struct desk *d, int64_t now, const struct cairn_request *request)
{
    if (request->strategy != CAIRN_PLACE_SPREAD)
        return pick_by_class(d, now, request);
    uint32_t node = cairn_room_around(&d->room, &request->demand, d->head->next);
    if (node != CAIRN_NOWHERE)
        d->head->next = node + 1 < d->room.nodes ? node + 1 : 0;
    return node;
}

/* Not where it failed, if another one fits. */
static uint32_t pick_elsewhere(struct desk *d, int64_t now, const struct cairn_request *request)
{
    uint32_t avoid = request->avoid;
    if (!cairn_room_fits(&d->room, avoid, &request->demand))
        return pick(d, now, request);
    room_keep(&d->room, avoid, 1);
    uint32_t node = pick(d, now, request);
    room_keep(&d->room, avoid, 0);
    return node != CAIRN_NOWHERE ? node : pick(d, now, request);
}

/* The node; *bundle, if it is to be inside one. NOWHERE: there is no room. */
static uint32_t choose(struct desk *d, int64_t now, const struct cairn_request *request,
                       uint32_t *bundle)
{
    uint32_t node = request->node;
    *bundle = CAIRN_NOWHERE;
    if (request->strategy == CAIRN_PLACE_BUNDLE) {
        *bundle = bundles_choose(&d->bundles, request);
        return *bundle == CAIRN_NOWHERE ? *bundle : d->bundles.bundle[*bundle].node;
    }
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
        return group_list(d, request->group);
    if (request->strategy != CAIRN_PLACE_NODE)
        return WAITING_ANYWHERE;
    if (request->is_soft)
        return room_is_there(&d->room, node, &request->demand) ? node : WAITING_ANYWHERE;
    return node < d->room.nodes ? node : WAITING_INSIDE;
}

/* ---- the next placement ---------------------------------------------------------------------- */

/* Groups that wait take their room before requests do. */
static void settle(struct desk *d)
{
    for (uint32_t group; (group = bundles_settle(&d->bundles)) != CAIRN_NOWHERE;) {
        const struct bundle_group *g = &d->bundles.group[group];
        for (uint32_t i = g->first; i < g->first + g->count; i++)
            note(d, d->bundles.bundle[i].node);
        shapes_wake(&d->waiting, group_list(d, group));
    }
}

static void take(struct desk *d, int64_t now, const struct cairn_request *request, uint32_t bundle,
                 struct cairn_placement *placement)
{
    uint32_t node = placement->node;
    if (bundle == CAIRN_NOWHERE)
        room_take(&d->room, node, &request->demand);
    else
        demand_subtract(&d->bundles.bundle[bundle].free, &request->demand);
    placement->entry = bundle + 1; /* 0: in none */
    if (d->backfill.head)
        placement->entry = backfill_begin(&d->backfill, request, node, bundle, now);
    if (bundle == CAIRN_NOWHERE)
        note(d, node);
}

/* This shape's first waits at the head of the line, and has a node reserved. */
static void wait_at_head(struct desk *d, uint32_t shape)
{
    struct backfill_head *head = d->backfill.head;
    head->waits = 1;
    head->first = shape;
    head->turn = waiting_turn(&d->waiting, shape);
    backfill_reserve(&d->backfill, &d->waiting.shape[shape].key);
    backfill_has_moved(&d->backfill);
}

/* Nobody waits at the head of the line, or who did is served, or wanted no more: another one comes
 * to it. If that is known to find no room it waits there at once; else it is the next to be tried.
 */
static void find_head(struct desk *d)
{
    struct backfill_head *head = d->backfill.head;
    if (!head || (head->waits && waiting_turn(&d->waiting, head->first) == head->turn))
        return;
    if (head->waits)
        shapes_wake(&d->waiting, WAITING_RESERVED);
    head->waits = 0;
    uint32_t longest = shapes_longest(&d->waiting);
    if (longest != CAIRN_NOWHERE && d->waiting.shape[longest].list != WAITING_READY)
        wait_at_head(d, longest); /* of those with room reserved for another none is left */
}

/* Backfilling: the head of the line goes where it can, and waits with a reservation if it cannot;
 * all behind it must leave that alone. */
static uint32_t choose_behind(struct desk *d, int64_t now, const struct cairn_request *request,
                              uint32_t shape, uint32_t *list)
{
    struct backfill_head *head = d->backfill.head;
    uint32_t bundle, node;
    int64_t time;
    if (!head->waits || shape == head->first) {
        node = choose(d, now, request, &bundle);
        if (node != CAIRN_NOWHERE)
            return node;
        wait_at_head(d, shape);
        return node;
    }
    if (request->expected == CAIRN_NEVER) {
        *list = WAITING_RESERVED;
        return CAIRN_NOWHERE;
    }
    uint32_t kept = backfill_reserved(&d->backfill, &time);
    if (!cairn_room_fits(&d->room, kept, &request->demand) ||
        backfill_allows(&d->backfill, request, now))
        return choose(d, now, request, &bundle);
    *list = WAITING_RESERVED;
    room_keep(&d->room, kept, 1);
    node = choose(d, now, request, &bundle);
    room_keep(&d->room, kept, 0);
    return node;
}

static uint32_t next_shape(struct desk *d)
{
    shapes_refresh(&d->waiting);
    find_head(d);
    return shapes_first(&d->waiting);
}

int cairn_scheduler_next(const struct cairn_scheduler_class *scheduler, const void *plan,
                         void *state, int64_t now, struct cairn_placement *placement)
{
    struct desk d;
    desk_open(&d, scheduler, plan, state);
    settle(&d);
    for (uint32_t shape; (shape = next_shape(&d)) != CAIRN_NOWHERE;) {
        struct cairn_request request = waiting_request(&d.waiting, shape);
        uint32_t bundle = CAIRN_NOWHERE, node, list = list_for(&d, &request);
        if (d.backfill.head && request.strategy != CAIRN_PLACE_BUNDLE)
            node = choose_behind(&d, now, &request, shape, &list);
        else
            node = choose(&d, now, &request, &bundle);
        if (node == CAIRN_NOWHERE) {
            shapes_block(&d.waiting, shape, list);
            continue;
        }
        waiting_pop(&d.waiting, shape);
        *placement = (struct cairn_placement){.id = request.id, .node = node};
        take(&d, now, &request, bundle, placement);
        return 1;
    }
    return 0;
}

/* ---- given back ------------------------------------------------------------------------------ */

/* Part of what a placement holds, or all of it, is free again. What went with its node is not. */
static void give(struct desk *d, const struct cairn_placement *placement,
                 const struct cairn_demand *demand, int is_end)
{
    uint32_t node = placement->node, bundle = placement->entry - 1;
    if (!d->room.node[node].is_up)
        return;
    if (d->backfill.head) {
        struct backfill_run *run = backfill_find(&d->backfill, placement->entry, placement);
        if (!run)
            return;
        bundle = run->bundle;
        if (is_end)
            backfill_end(&d->backfill, placement->entry);
        else if (bundle == CAIRN_NOWHERE)
            demand_subtract(&run->demand, demand);
    }
    if (bundle == CAIRN_NOWHERE) {
        room_give(&d->room, node, demand);
        freed(d, node);
        return;
    }
    struct bundle *inside = &d->bundles.bundle[bundle];
    if (inside->node != node)
        return;
    demand_add(&inside->free, demand);
    shapes_wake_fitting(&d->waiting, group_list(d, inside->group), &inside->free);
}

void cairn_scheduler_shrink(const struct cairn_scheduler_class *scheduler, const void *plan,
                            void *state, const struct cairn_placement *placement,
                            const struct cairn_demand *from, const struct cairn_demand *to)
{
    struct desk d;
    struct cairn_demand less = *from;
    desk_open(&d, scheduler, plan, state);
    demand_subtract(&less, to);
    give(&d, placement, &less, 0);
}

void cairn_scheduler_release(const struct cairn_scheduler_class *scheduler, const void *plan,
                             void *state, int64_t now, const struct cairn_placement *placement,
                             const struct cairn_demand *held)
{
    struct desk d;
    (void)now;
    desk_open(&d, scheduler, plan, state);
    give(&d, placement, held, 1);
}

/* ---- placement groups ------------------------------------------------------------------------ */

int cairn_scheduler_reserve(const struct cairn_scheduler_class *scheduler, const void *plan,
                            void *state, int64_t now, const struct cairn_reservation *reservation)
{
    struct desk d;
    (void)now;
    desk_open(&d, scheduler, plan, state);
    if (!bundles_add(&d.bundles, reservation))
        return 0;
    shapes_wake(&d.waiting, WAITING_INSIDE); /* some may have waited for this number */
    settle(&d);
    return 1;
}

void cairn_scheduler_unreserve(const struct cairn_scheduler_class *scheduler, const void *plan,
                               void *state, int64_t now, uint32_t group)
{
    struct desk d;
    (void)now;
    desk_open(&d, scheduler, plan, state);
    if (group >= d.bundles.groups || d.bundles.group[group].state == CAIRN_GROUP_REMOVED)
        return;
    const struct bundle_group *g = &d.bundles.group[group];
    for (uint32_t i = g->first; i < g->first + g->count && d.backfill.head; i++)
        if (d.bundles.bundle[i].node != CAIRN_NOWHERE)
            backfill_lose_bundle(&d.backfill, d.bundles.bundle[i].node, i);
    for (uint32_t node; (node = bundles_take_back(&d.bundles, group)) != CAIRN_NOWHERE;)
        freed(&d, node);
    bundles_remove(&d.bundles, group);
}

uint32_t cairn_scheduler_created(const struct cairn_scheduler_class *scheduler, const void *plan,
                                 void *state, int64_t now)
{
    struct desk d;
    (void)now;
    desk_open(&d, scheduler, plan, state);
    settle(&d);
    return bundles_tell(&d.bundles);
}

uint32_t cairn_scheduler_group(const struct cairn_scheduler_class *scheduler, const void *plan,
                               const void *state, uint32_t group, uint32_t *nodes)
{
    struct desk d;
    desk_open(&d, scheduler, plan, (void *)(uintptr_t)state); /* it is only read */
    if (group >= d.bundles.groups || d.bundles.group[group].state == CAIRN_GROUP_REMOVED)
        return CAIRN_GROUP_REMOVED;
    const struct bundle_group *g = &d.bundles.group[group];
    for (uint32_t i = 0; i < g->count && nodes; i++)
        nodes[i] = d.bundles.bundle[g->first + i].node;
    return g->state;
}
