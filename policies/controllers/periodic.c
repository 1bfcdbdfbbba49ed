/* SPDX-License-Identifier: Apache-2.0 */
/* periodic: a checkpoint every so many seconds of wall time.
 *
 *     from: end     the next is due at the end of the last + interval
 *     from: start   at the start of the last + interval
 *     from: grid    at the next multiple of interval on the driver's clock
 *
 * The Orchestrator's documented strategy `periodic`. A restore, and the start of the job, count as
 * an end and a start. A step that cannot be saved half done makes a due checkpoint wait for its
 * end. There are never two at once: what a point of the grid finds under way, or a restore, drops
 * it; with another still persisting, workload.group.in_flight decides. */
#include "policies/controller.h"
#include "sim/base/simtime.h"
#include <stdio.h>

enum { INTERVAL, FROM };
enum from { FROM_END, FROM_START, FROM_GRID };
enum { HEARS = CAIRN_HEARS(CAIRN_HEAR_CHECKPOINT_DONE) | CAIRN_HEARS(CAIRN_HEAR_RECOVERED) };
enum reason { REASON_EARLY, REASON_DUE, REASON_NOTHING_NEW };

struct periodic_plan {
    int64_t interval, cost;
    uint32_t from;
};

struct periodic_state {
    int64_t has_start, start; /* of the last checkpoint; after a restore, its end */
};

static const char *const froms[] = {"end", "start", "grid", NULL};
static const struct cairn_param params[] = {
    {.name = "interval",
     .unit = CAIRN_DURATION,
     .fallback = "300 s",
     .min = 1,
     .max = 1e9,
     .help = "wall time from one checkpoint to the next, such as 5 min"},
    {.name = "from",
     .unit = CAIRN_CHOICE,
     .fallback = "end",
     .choices = froms,
     .help = "where the interval begins: at the last checkpoint's end, at its start, or on a fixed "
             "grid of the clock"},
    {.name = NULL},
};

static const char *periodic_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                                 void *plan)
{
    struct periodic_plan *p = plan;
    *p = (struct periodic_plan){.interval = values[INTERVAL].i,
                                .cost = shape->checkpoint_cost,
                                .from = (uint32_t)values[FROM].i};
    if (p->from == FROM_START && p->interval <= p->cost)
        return "from one start to the next there must be more time than a checkpoint takes";
    return NULL;
}

static int periodic_observe(const void *plan, void *state, const struct cairn_happening *happening,
                            uint64_t n)
{
    struct periodic_state *s = state;
    (void)plan, (void)n;
    s->has_start = 1;
    s->start = happening->now;
    if (happening->kind == CAIRN_HEAR_CHECKPOINT_DONE)
        s->start -= happening->cost;
    return 0;
}

/* ns until the next one is due; 0 or less: it is. */
static int64_t time_left(const struct periodic_plan *p, const struct periodic_state *s,
                         const struct cairn_situation *situation)
{
    int64_t now = situation->now, last = now - situation->wall_since;
    switch ((enum from)p->from) {
    case FROM_END:
        break;
    case FROM_START:
        last = s->has_start ? s->start : last;
        break;
    case FROM_GRID:
        last -= last % p->interval; /* the grid's last point then */
        break;
    }
    return p->interval - (now - last);
}

static void periodic_decide(const void *plan, void *state, const struct cairn_situation *situation,
                            struct cairn_verdict *verdict)
{
    const struct periodic_plan *p = plan;
    int64_t left = time_left(p, state, situation), now = situation->now;
    int is_due = left <= 0 && situation->work_since > 0;
    verdict->action = is_due ? CAIRN_CHECKPOINT : CAIRN_SKIP;
    verdict->reason = left > 0 ? REASON_EARLY : is_due ? REASON_DUE : REASON_NOTHING_NEW;
    verdict->numbers[0] = simtime_seconds(now);
    verdict->numbers[1] = simtime_seconds(now + left);
    if (verdict->reason == REASON_NOTHING_NEW) {
        verdict->ask = CAIRN_ASK_WORK;
        verdict->at = 1;
    } else if (p->from == FROM_END) {
        verdict->ask = CAIRN_ASK_WALL;
        verdict->at = p->interval;
        verdict->repeat = 1;
    } else if (p->from == FROM_START) {
        verdict->ask = CAIRN_ASK_TIME;
        verdict->at = simtime_add(now, is_due ? p->interval : left);
    } else {
        verdict->ask = CAIRN_ASK_TIME;
        verdict->at = simtime_add(now - now % p->interval, p->interval);
    }
}

/* The situation tells the last end; the last start has to be heard. */
static uint32_t periodic_hears(const void *plan)
{
    const struct periodic_plan *p = plan;
    return p->from == FROM_START ? HEARS : 0;
}

static int64_t periodic_interval(const void *plan, const char **bound_by)
{
    const struct periodic_plan *p = plan;
    int64_t work = p->from == FROM_END ? p->interval : p->interval - p->cost % p->interval;
    *bound_by = NULL;
    return work;
}

static void periodic_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                              size_t capacity)
{
    const struct periodic_plan *p = plan;
    const char *until = verdict->reason == REASON_EARLY ? "not before"
                        : verdict->reason == REASON_DUE ? "due at"
                                                        : "nothing to save since";
    snprintf(bytes, capacity, "at %.9g s: %s %.9g s, every %.9g s from %s", verdict->numbers[0],
             until, verdict->numbers[1], simtime_seconds(p->interval),
             p->from == FROM_END     ? "the end of the last"
             : p->from == FROM_START ? "the start of the last"
                                     : "0");
}

const struct cairn_controller_class cairn_controller_periodic = {
    .size = sizeof cairn_controller_periodic,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "periodic",
    .summary = "a checkpoint every 5 min of wall time, from end, start or a grid",
    .params = params,
    .hears = HEARS,
    .plan_size = sizeof(struct periodic_plan),
    .state_size = sizeof(struct periodic_state),
    .plan = periodic_plan,
    .observe = periodic_observe,
    .decide = periodic_decide,
    .interval = periodic_interval,
    .describe = periodic_describe,
    .hears_by = periodic_hears,
};
