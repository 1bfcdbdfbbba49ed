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
    uint32_t leaves = 1;
    while (leaves < nodes)
        leaves *= 2;
    return leaves;
}

uint64_t room_bytes(uint32_t nodes)
{
    return (uint64_t)nodes * sizeof(struct room_node) +
           2 * (uint64_t)leaves_of(nodes) * sizeof(struct cairn_demand);
}

void room_open(struct cairn_room *room, void *bytes, uint32_t nodes)
{
    room->nodes = nodes;
    room->leaves = leaves_of(nodes);
    room->most = bytes;
    room->node = (struct room_node *)(void *)(room->most + 2 * (uint64_t)room->leaves);
}

void room_init(struct cairn_room *room)
{
    for (uint32_t i = 0; i < 2 * room->leaves; i++)
        room->most[i] = nothing;
    for (uint32_t i = 0; i < room->nodes; i++)
        room->node[i] = (struct room_node){
            .blocked = CAIRN_NOWHERE, .running = CAIRN_NOWHERE, .bundles = CAIRN_NOWHERE};
}

/* The node's leaf, and what is above it, as the node is now. */
static void refresh(struct cairn_room *room, uint32_t node)
{
    const struct room_node *n = &room->node[node];
    struct cairn_demand *most = room->most;
    uint32_t i = room->leaves + node;
    most[i] = n->is_up && !n->is_draining && !n->is_kept ? n->has.free : nothing;
    for (i /= 2; i > 0; i /= 2) {
        struct cairn_demand larger = most[2 * i];
        for (int r = 0; r < CAIRN_RESOURCES; r++)
            if (most[2 * i + 1].of[r] > larger.of[r])
                larger.of[r] = most[2 * i + 1].of[r];
        if (demand_is(&larger, &most[i]))
            return;
        most[i] = larger;
    }
}

void room_take(struct cairn_room *room, uint32_t node, const struct cairn_demand *demand)
{
    for (int r = 0; r < CAIRN_RESOURCES; r++)
        room->node[node].has.free.of[r] -= demand->of[r];
    refresh(room, node);
}

void room_give(struct cairn_room *room, uint32_t node, const struct cairn_demand *demand)
{
    for (int r = 0; r < CAIRN_RESOURCES; r++)
        room->node[node].has.free.of[r] += demand->of[r];
    refresh(room, node);
}

void room_keep(struct cairn_room *room, uint32_t node, uint32_t is_kept)
{
    room->node[node].is_kept = is_kept;
    refresh(room, node);
}

void room_change(struct cairn_room *room, uint32_t node, enum cairn_node_change change,
                 const struct cairn_demand *capacity)
{
    struct room_node *n = &room->node[node];
    struct cairn_node_room *has = &n->has;
    if (change == CAIRN_NODE_UP && capacity && n->is_up) {
        for (int r = 0; r < CAIRN_RESOURCES; r++)
            has->free.of[r] += capacity->of[r] - has->capacity.of[r];
        has->capacity = *capacity;
    } else if (change == CAIRN_NODE_UP && capacity) {
        has->capacity = has->free = *capacity;
    } else if (change == CAIRN_NODE_DOWN) {
        has->capacity = has->free = (struct cairn_demand){{0}};
    }
    n->is_draining = change == CAIRN_NODE_DRAIN;
    if (change != CAIRN_NODE_DRAIN)
        n->is_up = change == CAIRN_NODE_UP;
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
    return node < room->nodes && demand_fits(demand, &room->most[room->leaves + node]);
}

uint32_t cairn_room_first(const struct cairn_room *room, const struct cairn_demand *demand,
                          uint32_t from)
{
    if (from >= room->nodes)
        return CAIRN_NOWHERE;
    for (uint32_t i = room->leaves + from; i > 0;) {
        if (demand_fits(demand, &room->most[i])) {
            if (i >= room->leaves)
                return i - room->leaves;
            i *= 2;
            continue;
        }
        while (i % 2 == 1) /* a right child, or the root: all of the parent has been seen */
            i /= 2;
        i += i > 0;
    }
    return CAIRN_NOWHERE;
}

uint32_t cairn_room_around(const struct cairn_room *room, const struct cairn_demand *demand,
                           uint32_t from)
{
    uint32_t node = cairn_room_first(room, demand, from);
    return node == CAIRN_NOWHERE && from > 0 ? cairn_room_first(room, demand, 0) : node;
}
