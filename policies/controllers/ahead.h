/* SPDX-License-Identifier: Apache-2.0 */
/* What lies ahead: the few times that a controller has been told of and must not forget.
 *
 * Flat and small, for a controller's state. When it is full the latest gives way: by the time it
 * would matter there is room again, or more is coming than anybody can answer. */
#ifndef CAIRN_POLICIES_AHEAD_H
#define CAIRN_POLICIES_AHEAD_H

#include "policies/controller.h"

#define AHEAD_MOST 8

struct ahead {
    int64_t count;
    struct ahead_window {
        int64_t from, until;
    } next[AHEAD_MOST]; /* ascending in from */
};

static inline void ahead_keep(struct ahead *ahead, int64_t from, int64_t until)
{
    int64_t i = ahead->count;
    if (i == AHEAD_MOST && ahead->next[i - 1].from <= from)
        return;
    if (i < AHEAD_MOST)
        ahead->count++;
    else
        i--;
    for (; i > 0 && ahead->next[i - 1].from > from; i--)
        ahead->next[i] = ahead->next[i - 1];
    ahead->next[i] = (struct ahead_window){from, until};
}

static inline struct ahead_window ahead_take(struct ahead *ahead)
{
    struct ahead_window first = ahead->next[0];
    ahead->count--;
    for (int64_t i = 0; i < ahead->count; i++)
        ahead->next[i] = ahead->next[i + 1];
    return first;
}

/* How much earlier to ask for a checkpoint that must begin by some time: in steps, none of which is
 * broken off, so much that one ends between. 0 where work is divisible. */
static inline int64_t ahead_slack(const struct cairn_shape *shape)
{
    int64_t longest = shape->step;
    for (uint32_t i = 0; i < shape->stages_count; i++)
        if (shape->stages[i].work > longest)
            longest = shape->stages[i].work;
    return longest > 0 ? longest - 1 : 0;
}

/* Those that have begun by now are ahead no more. */
static inline void ahead_pass(struct ahead *ahead, int64_t now)
{
    while (ahead->count > 0 && ahead->next[0].from <= now)
        ahead_take(ahead);
}

#endif
