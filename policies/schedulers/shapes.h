/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes of requests that wait: which are to be tried, which are blocked, and what wakes them.
 *
 * Thousands of shapes may wait for a little room that only one of them can have. So blocked shapes
 * that any node would help stand in order in a treap that knows the least that each subtree asks
 * for (ranks.h, with all amounts negative: there, what is free must be at least what is asked). A
 * node that has more to give is noted; the first shape that fits it is looked for when its turn may
 * have come, and only that one is woken. Those that wait for one node or one group stand in its
 * list. */
#ifndef CAIRN_POLICIES_SCHEDULERS_SHAPES_H
#define CAIRN_POLICIES_SCHEDULERS_SHAPES_H

#include "policies/schedulers/waiting.h"

/* A new shape is to be tried; one of which nothing waits any more goes, wherever it stands. */
void shapes_enter(struct waiting *waiting, uint32_t shape);
void shapes_leave(struct waiting *waiting, uint32_t shape);
/* The shape's first entry is another one. */
void shapes_sift(struct waiting *waiting, uint32_t shape);

/* The shape whose first entry is served next; NOWHERE. */
uint32_t shapes_first(const struct waiting *waiting);
/* Order backfill: the shape that has waited longest, blocked or not, bundles aside; NOWHERE. */
uint32_t shapes_longest(const struct waiting *waiting);
/* No room: into this list. It stays at the head of the line where that blocks all. */
void shapes_block(struct waiting *waiting, uint32_t shape, uint32_t list);

/* This node has more to give. */
void shapes_note(struct waiting *waiting, uint32_t node);
/* Wakes the first of those that the noted nodes would help, if it comes before all to be tried. */
void shapes_refresh(struct waiting *waiting);
/* All of a list, WAITING_ANYWHERE aside, are tried again. */
void shapes_wake(struct waiting *waiting, uint32_t list);
/* Of them those that ask for no more than this. */
void shapes_wake_fitting(struct waiting *waiting, uint32_t list, const struct cairn_demand *free);

#endif
