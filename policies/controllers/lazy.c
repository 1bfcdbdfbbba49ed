/* SPDX-License-Identifier: Apache-2.0 */
/* lazy: the longer nothing has failed, the longer the interval (iLazy: Tiwari et al., DSN 2014).
 *
 *     interval = A                       for t <  A,
 *     interval = A (t / A)^(1 - k)       for t >= A,      A = sqrt(2 C M)  (Young),
 *
 * where t is the time since the last failure (since the start before the first), k the shape of the
 * Weibull law of the times between failures, C the checkpoint's cost and M the mean time between
 * failures: the interval goes with 1 / hazard. For k = 1 it is young, to the nanosecond.
 *
 * Its aim is less checkpoint traffic, not the least waste: that would be an interval that goes with
 * 1 / sqrt(hazard), the exponent (1 - k) / 2; see hazard. The law must be that of the whole
 * platform, renewed by each failure; many nodes that fail by themselves forget much sooner.
 */
#include "policies/controllers/moving.h"
#include "sim/base/fmath.h"
#include <stdio.h>

enum { MTBF, SHAPE, MIN_INTERVAL };

struct lazy_plan {
    int64_t base, least;
    double exponent; /* 1 - k */
};

static const struct cairn_param params[] = {
    {.name = "mtbf",
     .unit = CAIRN_MTBF,
     .fallback = "scenario",
     .help = "mean time between failures that strike the job: 'scenario' takes it from the laws"},
    {.name = "shape",
     .unit = CAIRN_SHAPE,
     .fallback = "scenario",
     .min = 0.05,
     .max = 20,
     .help = "of the Weibull law of the time between failures; 1: a fixed interval; 'scenario' "
             "takes that of the law of nodes, or of the platform"},
    INTERVAL_LEAST_PARAM,
    {.name = NULL},
};

static const char *lazy_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                             void *plan)
{
    double mtbf = values[MTBF].x, cost = simtime_seconds(shape->checkpoint_cost);
    struct lazy_plan *p = plan;
    p->least = moving_least(values[MIN_INTERVAL].i, shape);
    p->base = moving_bounded(fmath_sqrt(2 * cost * mtbf), p->least);
    p->exponent = 1 - values[SHAPE].x;
    return NULL;
}

/* The interval that begins at `begun`. */
static int64_t interval_from(const struct lazy_plan *p, const struct cairn_situation *situation,
                             int64_t begun)
{
    int64_t t = begun - situation->failed;
    if (p->exponent == 0 || t < p->base || p->base == CAIRN_NEVER)
        return p->base;
    double base = simtime_seconds(p->base);
    return moving_bounded(base * fmath_pow(simtime_seconds(t) / base, p->exponent), p->least);
}

static void lazy_decide(const void *plan, void *state, const struct cairn_situation *situation,
                        struct cairn_verdict *verdict)
{
    const struct lazy_plan *p = plan;
    int64_t begun = situation->now - situation->wall_since;
    int64_t interval = interval_from(p, situation, begun);
    int64_t next = interval_from(p, situation, moving_end(situation));
    (void)state;
    moving_verdict(situation, interval, next, verdict);
    verdict->repeat = p->exponent == 0;
    verdict->numbers[2] = simtime_seconds(begun - situation->failed);
}

static void lazy_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                          size_t capacity)
{
    (void)plan;
    snprintf(bytes, capacity,
             "%.9g s since the last checkpoint: the interval of %.9g s, begun %.9g s after the "
             "last failure, %s",
             verdict->numbers[0], verdict->numbers[1], verdict->numbers[2],
             verdict->reason == MOVING_DUE ? "is over" : "is not over");
}

const struct cairn_controller_class cairn_controller_lazy = {
    .size = sizeof cairn_controller_lazy,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "lazy",
    .summary = "iLazy, Tiwari 2014: longer intervals the longer nothing failed",
    .params = params,
    .plan_size = sizeof(struct lazy_plan),
    .plan = lazy_plan,
    .decide = lazy_decide,
    .describe = lazy_describe,
};
