/* SPDX-License-Identifier: Apache-2.0 */
/* A scheduler's state, laid open: the view through which one call works on the caller's bytes.
 *
 *     desk_head | waiting | room | bundles | backfill | the class's own state
 *
 * Nothing in the bytes is a pointer: the view is made anew at each call from the class, the plan
 * and the numbers of the head. */
#ifndef CAIRN_POLICIES_SCHEDULERS_DESK_H
#define CAIRN_POLICIES_SCHEDULERS_DESK_H

#include "policies/schedulers/backfill.h"
#include "policies/schedulers/bundles.h"
#include "policies/schedulers/shapes.h"

struct desk_head {
    struct cairn_pool pool;
    uint32_t next; /* CAIRN_PLACE_SPREAD: where the round goes on */
    uint32_t reserved;
};

struct desk {
    const struct cairn_scheduler_class *class;
    const void *plan;
    struct desk_head *head;
    void *own;
    struct cairn_room room;
    struct waiting waiting;
    struct bundles bundles;
    struct backfill backfill; /* head NULL: of another order */
};

/* What a driver says of its pool, perhaps in an older, shorter struct. */
struct cairn_pool desk_pool(const struct cairn_pool *pool);
uint64_t desk_bytes(const struct cairn_scheduler_class *scheduler, const void *plan,
                    const struct cairn_pool *pool);
/* The view of a state whose head is filled. Its parts point at its room: it cannot be copied. */
void desk_open(struct desk *desk, const struct cairn_scheduler_class *scheduler, const void *plan,
               void *state);

#endif
