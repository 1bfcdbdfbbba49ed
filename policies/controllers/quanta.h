/* SPDX-License-Identifier: Apache-2.0 */
/* What the two dynamic programmes of SC'11 share: work in quanta, lifetimes by Weibull.
 *
 * A programme weighs where checkpoints go among `quanta` places. They reach to the end of the job,
 * or `horizon` MTBFs ahead where that is nearer: what lies further is rarely reached before the
 * next failure, after which everything is reckoned anew. */
#ifndef CAIRN_CONTROLLERS_QUANTA_H
#define CAIRN_CONTROLLERS_QUANTA_H

#include "policies/controllers/interval.h"
#include "sim/base/fmath.h"
#include "sim/base/simtime.h"

/* Rows that both have in their tables of parameters; `quanta` stands between the first two. */
#define QUANTA_MTBF_PARAM                                                                          \
    {                                                                                              \
        .name = "mtbf", .unit = CAIRN_MTBF, .fallback = "scenario",                                \
        .help = "mean time between failures that strike the job: 'scenario' takes it from the "    \
                "laws"                                                                             \
    }
#define QUANTA_SHAPE_PARAM                                                                         \
    {                                                                                              \
        .name = "shape", .unit = CAIRN_SHAPE, .fallback = "scenario", .min = 0.1, .max = 10,       \
        .help = "of the Weibull law of a node's life, 1 for exponential: 'scenario' takes it "     \
                "from the laws"                                                                    \
    }
#define QUANTA_HORIZON_PARAM(mtbfs, words)                                                         \
    {                                                                                              \
        .name = "horizon", .unit = CAIRN_NUMBER, .fallback = mtbfs, .min = 0.1, .max = 1000,       \
        .help = words                                                                              \
    }

/* How work is cut. */
struct quanta {
    int64_t quantum;    /* ns of work */
    uint32_t count;     /* of them, at most as many as asked for */
    uint32_t reach_end; /* they hold all the work that is left; the last may be short */
};

/* The exact interval for exponential failures, in ns: what chunks come close to. */
static inline int64_t quanta_interval(double mtbf, int64_t checkpoint)
{
    return simtime_from_seconds(interval_exact(simtime_seconds(checkpoint), mtbf));
}

/* left: ns of work, CAIRN_NEVER if unknown; horizon: ns of work to look at, at most. A quantum is
 * whole steps where there are steps, and no less than one, or than 1 s. Where a horizon cuts the
 * work it is made a little longer, to divide `interval` evenly: two neighbours of 6.7 quanta are 6
 * and 7, but with the end out of sight it would be 6 and 6 and 6. */
static inline struct quanta quanta_cut(int64_t left, int64_t horizon, uint32_t most, int64_t step,
                                       int64_t interval)
{
    int64_t span = left < horizon ? left : horizon, least = step > 0 ? step : SIMTIME_SECOND;
    int64_t quantum = span / most + (span % most > 0);
    if (left > horizon && interval >= quantum)
        quantum = interval / (interval / quantum) + 1;
    if (quantum < least)
        quantum = least;
    if (step > 0)
        quantum = (quantum + step - 1) / step * step;
    int64_t count = span / quantum + (span % quantum > 0);
    return (struct quanta){quantum, (uint32_t)count, left <= horizon};
}

/* The scale of a Weibull law of this mean. */
static inline double quanta_scale(double mean, double shape)
{
    return mean / fmath_gamma(1 + 1 / shape);
}

/* Cumulated hazard of a life of this age: -log of what survives it. */
static inline double quanta_hazard(double shape, double scale, double age)
{
    return shape == 1 ? age / scale : fmath_pow(age / scale, shape);
}

#endif
