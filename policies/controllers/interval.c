/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping one interval between checkpoints.
 *
 * Asked early, it says when to ask again; asked when the interval is over, it takes a checkpoint
 * and says so for every period to come (`repeat`): nothing it hears could change its mind. */
#include "policies/controllers/interval.h"
#include "sim/base/simtime.h"
#include <stdio.h>

enum reason { REASON_EARLY, REASON_DUE };

const struct cairn_param interval_rate_params[] = {
    {.name = "mtbf",
     .unit = CAIRN_MTBF,
     .fallback = "scenario",
     .help = "mean time between failures that strike the job: 'scenario' takes it from the laws"},
    INTERVAL_LEAST_PARAM,
    {.name = NULL},
};

void interval_set(struct interval_plan *plan, double seconds, int64_t min_interval,
                  const struct cairn_shape *shape)
{
    int64_t least = min_interval > 0  ? min_interval
                    : shape->step > 0 ? shape->step
                                      : SIMTIME_SECOND;
    plan->interval = simtime_from_seconds(seconds);
    plan->bound_by = NULL;
    if (plan->interval < least) {
        plan->interval = least;
        plan->bound_by = min_interval > 0  ? "min_interval"
                         : shape->step > 0 ? "min_interval (one step)"
                                           : "min_interval (1 s)";
    }
}

void interval_decide(const void *plan, void *state, const struct cairn_situation *situation,
                     struct cairn_verdict *verdict)
{
    const struct interval_plan *p = plan;
    int64_t since = p->by_wall ? situation->wall_since : situation->work_since;
    int is_due = since >= p->interval;
    (void)state;
    verdict->action = is_due ? CAIRN_CHECKPOINT : CAIRN_SKIP;
    verdict->ask = p->by_wall ? CAIRN_ASK_WALL : CAIRN_ASK_WORK;
    verdict->at = p->interval;
    verdict->repeat = 1;
    verdict->reason = is_due ? REASON_DUE : REASON_EARLY;
    verdict->numbers[0] = simtime_seconds(since);
    verdict->numbers[1] = simtime_seconds(p->interval);
}

int64_t interval_of(const void *plan, const char **bound_by)
{
    const struct interval_plan *p = plan;
    *bound_by = p->bound_by;
    return p->interval;
}

void interval_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                       size_t capacity)
{
    (void)plan;
    const char *verb = verdict->reason == REASON_DUE ? "is over" : "is not over";
    snprintf(bytes, capacity, "%.9g s since the last checkpoint: the interval of %.9g s %s",
             verdict->numbers[0], verdict->numbers[1], verb);
}
