/* SPDX-License-Identifier: Apache-2.0 */
/* The book of free room.
 *
 *                     most[1]                     each holds, by resource, the larger of its two
 *             most[2]         most[3]             children: [i] has [2i] and [2i + 1]
 *          [4]     [5]     [6]     [7]            leaves: node n is [leaves + n]
 *
 * A change walks from its leaf upwards and stops where the maximum stays what it was. */
#include "policies/schedulers/room.h"

static const struct cairn_demand nothing = {{-1, -1, -1, -1}};

static uint32_t leaves_of(uint32_t nodes)
{
    return nodes < 2 ? 1 : 1u << (32 - __builtin_clz(nodes - 1));
}

uint64_t room_bytes(const struct cairn_scheduler_class *scheduler, uint32_t nodes)
{
    uint64_t each = sizeof(struct room_node) + (scheduler->rank ? sizeof(struct rank_node) : 0);
    return sizeof(struct room_head) + 2 * (uint64_t)leaves_of(nodes) * sizeof(struct cairn_demand) +
           nodes * each;
}

void room_open(struct cairn_room *room, void *bytes, uint32_t nodes,
               const struct cairn_scheduler_class *scheduler, const void *plan)
{
    *room = (struct cairn_room){.nodes = nodes,
                                .leaves = leaves_of(nodes),
                                .head = bytes,
                                .class = scheduler,
                                .plan = plan};
    room->most = (struct cairn_demand *)(void *)(room->head + 1);
    room->node = (struct room_node *)(void *)(room->most + 2 * (uint64_t)room->leaves);
    room->ranks.head = &room->head->ranks;
    if (scheduler->rank)
        room->ranks.node = (struct rank_node *)(void *)(room->node + nodes);
}

void room_init(struct cairn_room *room)
{
    *room->head = (struct room_head){.up = 0};
    ranks_init(&room->ranks);
    for (uint32_t i = 0; i < 2 * room->leaves; i++)
        room->most[i] = nothing;
    for (uint32_t i = 0; i < room->nodes; i++)
        room->node[i] = (struct room_node){
            .blocked = CAIRN_NOWHERE, .running = CAIRN_NOWHERE, .bundles = CAIRN_NOWHERE};
}

static void refresh_most(struct cairn_room *room, uint32_t node, const struct cairn_demand *free)
{
    struct cairn_demand *most = room->most;
    uint32_t i = room->leaves + node;
    most[i] = *free;
    for (int64_t change = 1; i > 1 && change; i /= 2) {
        const struct cairn_demand *a = &most[i], *b = &most[i ^ 1];
        struct cairn_demand *larger = &most[i / 2];
        change = 0;
#pragma GCC unroll 4
        for (int r = 0; r < CAIRN_RESOURCES; r++) {
            int64_t of = a->of[r] > b->of[r] ? a->of[r] : b->of[r];
            change |= of ^ larger->of[r];
            larger->of[r] = of;
        }
    }
}

/* All that is derived from a node, as it is now. */
static void refresh(struct cairn_room *room, uint32_t node)
{
    const struct room_node *n = &room->node[node];
    refresh_most(room, node, room_is_open(n) ? &n->has.free : &nothing);
    if (room->ranks.node)
        shortlist_note(room, node);
}

void room_take(struct cairn_room *room, uint32_t node, const struct cairn_demand *demand)
{
    demand_subtract(&room->node[node].has.free, demand);
    refresh(room, node);
}

void room_give(struct cairn_room *room, uint32_t node, const struct cairn_demand *demand)
{
    demand_add(&room->node[node].has.free, demand);
    refresh(room, node);
}

void room_keep(struct cairn_room *room, uint32_t node, uint32_t is_kept)
{
    room->node[node].is_kept = is_kept != 0;
    refresh(room, node);
}

void room_change(struct cairn_room *room, uint32_t node, enum cairn_node_change change,
                 const struct cairn_demand *capacity)
{
    struct room_node *n = &room->node[node];
    struct cairn_node_room *has = &n->has;
    if (change == CAIRN_NODE_UP && capacity && n->is_up) {
        demand_subtract(&has->free, &has->capacity);
        demand_add(&has->free, capacity);
        has->capacity = *capacity;
    } else if (change == CAIRN_NODE_UP && capacity) {
        has->capacity = has->free = *capacity;
    } else if (change == CAIRN_NODE_DOWN) {
        has->capacity = has->free = (struct cairn_demand){{0}};
    }
    n->is_draining = change == CAIRN_NODE_DRAIN;
    if (change != CAIRN_NODE_DRAIN) {
        room->head->up += (uint32_t)(change == CAIRN_NODE_UP) - n->is_up;
        n->is_up = change == CAIRN_NODE_UP;
    }
    refresh(room, node);
}

int room_is_there(const struct cairn_room *room, uint32_t node, const struct cairn_demand *demand)
{
    if (node >= room->nodes)
        return 0;
    const struct room_node *n = &room->node[node];
    return n->is_up && !n->is_draining && demand_fits(demand, &n->has.capacity);
}

/* ---- questions of classes -------------------------------------------------------------------- */

uint32_t cairn_room_nodes(const struct cairn_room *room)
{
    return room->nodes;
}

const struct cairn_node_room *cairn_room_of(const struct cairn_room *room, uint32_t node)
{
    return &room->node[node].has;
}

int cairn_room_fits(const struct cairn_room *room, uint32_t node, const struct cairn_demand *demand)
{
    return node < room->nodes && demand_fits(demand, room_leaf(room, node));
}

uint32_t cairn_room_first(const struct cairn_room *room, const struct cairn_demand *demand,
                          uint32_t from)
{
    if (from >= room->nodes)
        return CAIRN_NOWHERE;
    uint32_t first = room->leaves + from;
    first >>= __builtin_ctz(first); /* all that begins there */
    for (uint32_t i = first; i > 0;) {
        if (demand_fits(demand, &room->most[i])) {
            if (i >= room->leaves)
                return i - room->leaves;
            i *= 2;
            continue;
        }
        i = room_behind(i);
    }
    return CAIRN_NOWHERE;
}

uint32_t cairn_room_around(const struct cairn_room *room, const struct cairn_demand *demand,
                           uint32_t from)
{
    uint32_t node = cairn_room_first(room, demand, from);
    return node == CAIRN_NOWHERE && from > 0 ? cairn_room_first(room, demand, 0) : node;
}

uint32_t cairn_room_up(const struct cairn_room *room)
{
    return room->head->up;
}

const struct cairn_rank *cairn_room_rank(const struct cairn_room *room, uint32_t node)
{
    return shortlist_rank(room, node);
}

uint32_t cairn_room_count(const struct cairn_room *room, const struct cairn_demand *demand,
                          int64_t last, uint32_t limit)
{
    const struct shortlist *list = shortlist_for(room, demand);
    uint32_t passed = 0;
    if (!list)
        ranks_walk(&room->ranks, demand, last, limit, &passed);
    while (list && passed < list->count && passed < limit &&
           list->entry[passed].rank.key[0] <= last)
        passed++;
    return passed;
}

uint32_t cairn_room_ranked(const struct cairn_room *room, const struct cairn_demand *demand,
                           uint32_t j)
{
    const struct shortlist *list = shortlist_for(room, demand);
    uint32_t passed;
    if (!list)
        return ranks_walk(&room->ranks, demand, INT64_MAX, j, &passed);
    return j < list->count ? list->entry[j].node : CAIRN_NOWHERE;
}
