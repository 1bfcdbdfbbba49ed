/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes in an order that a class gives them, and the j-th of them that fits a demand.
 *
 * A treap over the nodes that can be had now, by key and then by number. Its shape depends on the
 * keys alone and not on history, as a node's priority is a hash of its number. Each subtree knows
 * how many it holds and, by resource, the most and the least that any of them has free: where the
 * least fits, all fit and are counted at once; where the most does not, none does. Nodes of like
 * keys are like nodes as a rule, so most subtrees are of one of these kinds.
 *
 * Where they are not, a walk is long. So for a few demands each subtree also knows how many of its
 * nodes fit, exactly, and walks are short. A demand earns such a *tally* when its walks have taken
 * as many steps as it takes to count the whole tree, so that counting at most doubles the work; the
 * one that was not used for longest makes way. Answers do not depend on it. */
#ifndef CAIRN_POLICIES_SCHEDULERS_RANKS_H
#define CAIRN_POLICIES_SCHEDULERS_RANKS_H

#include "policies/scheduler.h"

enum { RANK_TALLIES = 8 }; /* each costs 4 bytes a node, and a comparison when a node comes */

/* Of a subtree. */
struct rank_sums {
    int64_t last; /* the largest key[0] */
    uint32_t count, reserved;
    struct cairn_demand most, least;
    uint32_t fitting[RANK_TALLIES];
};

/* 192 bytes, as they are used: key and links while descending; counts and extremes on the way back;
 * what is free when a walk comes to its end. */
struct rank_node {
    struct cairn_rank key;
    uint32_t left, right, up;
    uint32_t fits;         /* it alone: a bit a tally */
    struct rank_sums sums; /* count 0: it is not in */
    struct cairn_demand free;
};

struct rank_tally {
    struct cairn_demand demand;
    uint64_t steps; /* of `earning`: what its walks took */
    uint64_t used;  /* of `tally`: when; 0: never, and it counts nothing */
};

struct ranks_head {
    uint32_t root, reserved;
    uint64_t walks;
    struct rank_tally tally[RANK_TALLIES], earning[RANK_TALLIES];
};

struct ranks {
    struct ranks_head *head;
    struct rank_node *node;
};

/* Does (key, number) come before another? Smaller keys first, and of equal ones smaller numbers. */
static inline int rank_before(const struct cairn_rank *a, uint32_t number_a,
                              const struct cairn_rank *b, uint32_t number_b)
{
    for (int i = 0; i < CAIRN_RESOURCES; i++)
        if (a->key[i] != b->key[i])
            return a->key[i] < b->key[i];
    return number_a < number_b;
}

void ranks_init(const struct ranks *ranks);

/* Puts a node where this key belongs, or changes what it has free there. */
void ranks_put(const struct ranks *ranks, uint32_t node, const struct cairn_rank *key,
               const struct cairn_demand *free);
void ranks_remove(const struct ranks *ranks, uint32_t node);
/* Passes `skip` nodes that fit and have key[0] at most `last`, and returns the next such;
 * NOWHERE: there are no more. *passed: how many it passed. */
uint32_t ranks_walk(const struct ranks *ranks, const struct cairn_demand *demand, int64_t last,
                    uint32_t skip, uint32_t *passed);

#endif
