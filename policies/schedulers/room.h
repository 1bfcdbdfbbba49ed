/* SPDX-License-Identifier: Apache-2.0 */
/* The book of free room: what each node has, what of it is free, and which nodes fit a demand.
 *
 * Over the nodes by number stands a tournament: each inner node of a binary tree holds, for each
 * resource, the most that any leaf below has free. The first node that fits is found by descending
 * where that maximum fits; a wrong turn is possible (two maxima may be of different nodes), and is
 * rare where demands are of one kind. A leaf that nobody may have now, because the node is down,
 * draining or kept for another, has -1 of everything, which fits no demand at all.
 *
 * A struct cairn_room is a view: pointers into the caller's flat bytes, made anew at each call. */
#ifndef CAIRN_POLICIES_SCHEDULERS_ROOM_H
#define CAIRN_POLICIES_SCHEDULERS_ROOM_H

#include "policies/schedulers/demand.h"
#include "policies/schedulers/ranks.h"
#include "policies/schedulers/shortlist.h"

struct room_node {
    struct cairn_node_room has;
    uint8_t is_up, is_draining, is_kept; /* kept: from the request at hand */
    uint8_t is_stale;                    /* the treap does not know yet what it has */
    uint32_t blocked;                    /* shapes that wait for this node alone: a list */
    uint32_t running;                    /* placements, where they are remembered: a list */
    uint32_t bundles;                    /* reserved here: a list */
};

struct room_head {
    uint32_t up; /* nodes, drained ones included */
    uint32_t reserved;
    struct ranks_head ranks;
    struct shortlist shortlist;
};

struct cairn_room {
    uint32_t nodes, leaves; /* leaves: a power of two */
    struct room_head *head;
    struct cairn_demand *most; /* 2 leaves; [1] is the root */
    struct room_node *node;    /* nodes */
    struct ranks ranks;        /* node NULL: the class ranks nothing */
    const struct cairn_scheduler_class *class;
    const void *plan;
};

static inline int room_is_open(const struct room_node *n)
{
    return n->is_up && !n->is_draining && !n->is_kept;
}

/* What can be had of a node now. */
static inline const struct cairn_demand *room_leaf(const struct cairn_room *room, uint32_t node)
{
    return &room->most[room->leaves + node];
}

/* In the tournament, what comes behind all of `at` from left to right; 0: nothing. */
static inline uint32_t room_behind(uint32_t at)
{
    while (at % 2 == 1) /* a right child, or the root: all of the parent has been seen */
        at /= 2;
    return at + (at > 0);
}

uint64_t room_bytes(const struct cairn_scheduler_class *scheduler, uint32_t nodes);
void room_open(struct cairn_room *room, void *bytes, uint32_t nodes,
               const struct cairn_scheduler_class *scheduler, const void *plan);
/* All nodes are down. */
void room_init(struct cairn_room *room);
void room_take(struct cairn_room *room, uint32_t node, const struct cairn_demand *demand);
void room_give(struct cairn_room *room, uint32_t node, const struct cairn_demand *demand);
/* Kept nodes fit nothing until they are kept no more. */
void room_keep(struct cairn_room *room, uint32_t node, uint32_t is_kept);
void room_change(struct cairn_room *room, uint32_t node, enum cairn_node_change change,
                 const struct cairn_demand *capacity);
/* It is up, does not drain, and could hold this if it were empty. */
int room_is_there(const struct cairn_room *room, uint32_t node, const struct cairn_demand *demand);

#endif
