/* SPDX-License-Identifier: Apache-2.0 */
/* The mean time between failures, from the failures heard so far.
 *
 *     sma     mean of the last gaps between failures ("simple moving average")
 *     wma     the same, the newest of n gaps counting n times, the oldest once ("weighted")
 *     ema     E + alpha (gap - E) at each failure, from the prior on ("exponential")
 *     ar      prediction of the next gap: m + phi (last gap - m), m the mean and phi the lag-one
 *             autocorrelation of the gaps kept; never beyond the shortest or longest of them
 *     bayes   (weight prior + time observed) / (weight + failures): the mean rate after these
 *             failures, where rates were believed to follow a gamma law worth `weight` failures
 *
 * The first four are the adaptive policies of El-Sayed & Schroeder (CLUSTER 2014), who do not give
 * their parameters. They learn at failures only. While their window is not full the prior fills up
 * to `weight` of the places missing, as the oldest gap; before three gaps ar is sma; before the
 * first, all are bayes, in which a long time without failures counts. Gaps of no length are one
 * failure told twice and do not count. */
#ifndef CAIRN_POLICIES_ESTIMATOR_H
#define CAIRN_POLICIES_ESTIMATOR_H

#include "sim/base/simtime.h"
#include <stdint.h>
#include <string.h>

#define ESTIMATOR_GAPS 64 /* the widest window */

enum estimator_method {
    ESTIMATOR_BAYES,
    ESTIMATOR_SMA,
    ESTIMATOR_WMA,
    ESTIMATOR_EMA,
    ESTIMATOR_AR,
};

struct estimator_opts {
    double prior, weight; /* seconds; failures */
    double alpha;
    uint32_t method, window; /* 1 to ESTIMATOR_GAPS */
};

/* All zero before it begins. */
struct estimator {
    int64_t began, last; /* when observation began; the last failure, or `began` */
    uint64_t failures;   /* with a gap before them */
    double average;      /* ema, in seconds */
    uint32_t has_begun, kept;
    double gaps[ESTIMATOR_GAPS]; /* seconds, oldest first */
};

static inline void estimator_begin(struct estimator *e, const struct estimator_opts *opts,
                                   int64_t now)
{
    *e = (struct estimator){.began = now, .last = now, .average = opts->prior, .has_begun = 1};
}

static inline void estimator_failure(struct estimator *e, const struct estimator_opts *opts,
                                     int64_t now)
{
    if (!e->has_begun)
        estimator_begin(e, opts, now);
    if (now <= e->last)
        return;
    double gap = simtime_seconds(now - e->last);
    if (e->kept >= opts->window) {
        e->kept = opts->window - 1;
        memmove(e->gaps, e->gaps + 1, e->kept * sizeof *e->gaps);
    }
    e->gaps[e->kept++] = gap;
    e->average += opts->alpha * (gap - e->average);
    e->failures++;
    e->last = now;
}

/* The mean of the gaps kept, and of the prior where there are too few. `slope`: by how much a gap
 * weighs more than the one before it. */
static inline double estimator_mean(const struct estimator *e, const struct estimator_opts *opts,
                                    double slope)
{
    double missing = (double)opts->window - e->kept;
    double weights = missing < opts->weight ? missing : opts->weight, sum = weights * opts->prior;
    for (uint32_t i = 0; i < e->kept; i++) {
        double weight = 1 + slope * i;
        sum += weight * e->gaps[i];
        weights += weight;
    }
    return sum / weights;
}

static inline double estimator_autoregressive(const struct estimator *e)
{
    double mean = 0, square = 0, product = 0, low = e->gaps[0], high = e->gaps[0];
    for (uint32_t i = 0; i < e->kept; i++) {
        mean += e->gaps[i] / e->kept;
        low = e->gaps[i] < low ? e->gaps[i] : low;
        high = e->gaps[i] > high ? e->gaps[i] : high;
    }
    for (uint32_t i = 0; i < e->kept; i++) {
        square += (e->gaps[i] - mean) * (e->gaps[i] - mean);
        product += i > 0 ? (e->gaps[i] - mean) * (e->gaps[i - 1] - mean) : 0;
    }
    double phi = square > 0 ? product / square : 0;
    double next = mean + phi * (e->gaps[e->kept - 1] - mean);
    return next < low ? low : next > high ? high : next;
}

/* The estimate at `now`, in seconds. */
static inline double estimator_mtbf(const struct estimator *e, const struct estimator_opts *opts,
                                    int64_t now)
{
    double observed = simtime_seconds(now - e->began);
    if (e->failures == 0 || opts->method == ESTIMATOR_BAYES)
        return (opts->weight * opts->prior + observed) / (opts->weight + (double)e->failures);
    if (opts->method == ESTIMATOR_EMA)
        return e->average;
    if (opts->method == ESTIMATOR_AR && e->kept >= 3)
        return estimator_autoregressive(e);
    return estimator_mean(e, opts, opts->method == ESTIMATOR_WMA);
}

#endif
