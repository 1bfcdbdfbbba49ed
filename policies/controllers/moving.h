/* SPDX-License-Identifier: Apache-2.0 */
/* What controllers share whose interval moves: one for this checkpoint, another for the next.
 *
 * A verdict says when to ask again, and after a checkpoint that is the next interval: so it is
 * computed when the present one is over, for the instant at which the checkpoint will be done. */
#ifndef CAIRN_POLICIES_MOVING_H
#define CAIRN_POLICIES_MOVING_H

#include "policies/controllers/interval.h"
#include "sim/base/simtime.h"

enum moving_reason { MOVING_EARLY, MOVING_DUE };

/* The shortest interval allowed: what an interval of nothing becomes. */
static inline int64_t moving_least(int64_t min_interval, const struct cairn_shape *shape)
{
    struct interval_plan shortest = {0};
    interval_set(&shortest, 0, min_interval, shape);
    return shortest.interval;
}

static inline int64_t moving_bounded(double seconds, int64_t least)
{
    int64_t interval = simtime_from_seconds(seconds);
    return interval < least ? least : interval;
}

static inline int moving_is_due(const struct cairn_situation *situation, int64_t interval)
{
    return situation->work_since >= interval;
}

/* When the checkpoint taken now will be done. */
static inline int64_t moving_end(const struct cairn_situation *situation)
{
    return simtime_add(situation->now, situation->expected_cost);
}

/* A checkpoint if `interval` is over, and then `next`; else the rest of `interval`. numbers[0] and
 * [1] are the work since the last checkpoint and the interval, in seconds. */
static inline void moving_verdict(const struct cairn_situation *situation, int64_t interval,
                                  int64_t next, struct cairn_verdict *verdict)
{
    int is_due = moving_is_due(situation, interval);
    verdict->action = is_due ? CAIRN_CHECKPOINT : CAIRN_SKIP;
    verdict->ask = CAIRN_ASK_WORK;
    verdict->at = is_due ? next : interval;
    verdict->reason = is_due ? MOVING_DUE : MOVING_EARLY;
    verdict->numbers[0] = simtime_seconds(situation->work_since);
    verdict->numbers[1] = simtime_seconds(interval);
}

#endif
