/* SPDX-License-Identifier: Apache-2.0 */
/* The few nodes that fit a demand, in the order of their ranks; and the treap, brought up to date.
 *
 * In a pool at work hardly any node fits what waits, and each release and each placement moves one
 * node in the order. Moving it in the treap (ranks.h) is what costs. So a node that has changed is
 * only noted as stale, and a question first looks for the nodes that fit in the tournament
 * (room.h): where they are few they are put in order by hand. Where they are many the treap is
 * brought up to date and asked; a stale node that has what it had before costs nothing then.
 * Answers do not depend on which way was taken. */
#ifndef CAIRN_POLICIES_SCHEDULERS_SHORTLIST_H
#define CAIRN_POLICIES_SCHEDULERS_SHORTLIST_H

#include "policies/scheduler.h"

enum {
    SHORTLIST_MOST = 8,   /* nodes that are few */
    SHORTLIST_STALE = 64, /* nodes that may be stale: what a question costs has a bound */
};

struct shortlist_entry {
    struct cairn_rank rank;
    uint32_t node, reserved;
};

struct shortlist {
    struct cairn_demand demand; /* that all of these fit, and no others, */
    uint32_t is_good, count;    /* as long as it is good */
    struct shortlist_entry entry[SHORTLIST_MOST];
    uint32_t pause, pauses; /* so many questions go to the treap at once; after the next miss */
    uint32_t stale_count, stale[SHORTLIST_STALE];
    uint32_t reserved;
};

/* This node's room has changed, or whether it can be had. */
void shortlist_note(const struct cairn_room *room, uint32_t node);
/* The list for this demand; NULL: not few nodes fit, and the treap is up to date. */
const struct shortlist *shortlist_for(const struct cairn_room *room,
                                      const struct cairn_demand *demand);
/* A node's rank, if it can be had. */
const struct cairn_rank *shortlist_rank(const struct cairn_room *room, uint32_t node);

#endif
