/* SPDX-License-Identifier: Apache-2.0 */
/* Placement groups: bundles of room, reserved all or none, in which requests run.
 *
 * A group's bundles lie side by side, so that the number of one is its place. Those that are placed
 * took their room from a node; what runs inside takes room from the bundle. Groups that cannot be
 * placed yet wait in two lines, those that lost bundles (at one time: by number) before those that
 * never had any. All are tried again whenever the room of any node has changed, even if it became
 * less: the first bundle may then go elsewhere and leave a node to the second. Most attempts fail
 * at once.
 *
 * As Ray does: bundles are placed in the order of their size (accelerators, custom, memory,
 * processors; then by number), each on the node of the highest
 *
 *     score = sum over what it asks for of (free - asked) / free,      of equals the first by
 * number
 *
 *     PACK           and all others that fit there with it
 *     SPREAD         that has no bundle of this group yet, if there is one; else any
 *     STRICT_PACK    for the sum of all
 *     STRICT_SPREAD  that has no bundle of this group yet */
#ifndef CAIRN_POLICIES_SCHEDULERS_BUNDLES_H
#define CAIRN_POLICIES_SCHEDULERS_BUNDLES_H

#include "policies/schedulers/room.h"

struct bundle {
    struct cairn_demand size, free;
    uint32_t group;      /* NOWHERE: this place is free */
    uint32_t node;       /* NOWHERE: not placed */
    uint32_t is_new;     /* placed by the attempt at hand */
    uint32_t next, last; /* on its node */
    uint32_t sorted;     /* at this place of the group, the number of the bundle that is so large */
};

struct bundle_group {
    uint32_t state, strategy; /* enum cairn_group_state, cairn_group_strategy */
    uint32_t first, count;    /* its bundles */
    uint32_t is_untold;       /* that it has been created */
    uint32_t next, last;      /* in its line */
    uint64_t loss;            /* which loss brought it there */
};

struct bundle_line {
    uint32_t first, last;
};

struct bundles_head {
    struct bundle_line lost, pending;
    uint32_t is_worth;     /* trying the lines: something has changed since all of them failed */
    uint64_t loss;         /* nodes that went down so far */
    uint32_t untold, told; /* groups that are; where the search for them goes on */
    uint32_t reserved;
};

struct bundles {
    uint32_t groups, capacity;
    struct bundles_head *head;
    struct bundle_group *group; /* groups */
    struct bundle *bundle;      /* capacity */
    struct cairn_room *room;
};

uint64_t bundles_bytes(uint32_t groups, uint32_t capacity);
void bundles_open(struct bundles *bundles, void *bytes, uint32_t groups, uint32_t capacity,
                  struct cairn_room *room);
void bundles_init(struct bundles *bundles);
void bundles_copy(struct bundles *to, const struct bundles *from);

/* A new group waits to be placed. 0: no place for it, or it is there. */
int bundles_add(struct bundles *bundles, const struct cairn_reservation *reservation);
/* One of its bundles gives its room back to its node, which is returned; NOWHERE: none is left. */
uint32_t bundles_take_back(struct bundles *bundles, uint32_t group);
/* The group is no more; its bundles have been taken back. */
void bundles_remove(struct bundles *bundles, uint32_t group);
/* A node went down, with the bundles on it. */
void bundles_lose(struct bundles *bundles, uint32_t node);
/* The first group in line that can be placed is, all of it: its number. NOWHERE: none can be. */
uint32_t bundles_settle(struct bundles *bundles);
/* The bundle in which this may run now; NOWHERE. */
uint32_t bundles_choose(const struct bundles *bundles, const struct cairn_request *request);
/* The next group that was created since this was last asked; NOWHERE. */
uint32_t bundles_tell(struct bundles *bundles);

#endif
