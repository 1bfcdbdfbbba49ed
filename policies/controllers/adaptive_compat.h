/* SPDX-License-Identifier: Apache-2.0 */
/* The adaptive checkpoint controller of ray-adaptive-checkpointing, bit for bit.
 *
 * Its four numbers and three calls in double seconds, defects included: the same bits as the
 * original (commit b9d6d9a) under CPython, whatever is put in. It learns after recoveries alone,
 * knows neither what a checkpoint costs nor how often things fail, and spends its budget on the
 * first tasks, each of which is the longest so far. To be compared with, not to be used. */
#ifndef CAIRN_POLICIES_ADAPTIVE_COMPAT_H
#define CAIRN_POLICIES_ADAPTIVE_COMPAT_H

#include <stdint.h>

#define ADAPTIVE_COMPAT_LEAST 1e-6 /* s: max_seen before anything was observed */

/* What its verdicts mean: their reasons, and the numbers of that moment. */
enum adaptive_compat_reason {
    ADAPTIVE_COMPAT_NO_TASK, /* none has ended; the original would not have been asked */
    ADAPTIVE_COMPAT_BELOW,
    ADAPTIVE_COMPAT_SPENT,
    ADAPTIVE_COMPAT_TAKEN,
};
enum adaptive_compat_number {
    ADAPTIVE_COMPAT_ESTIMATE,
    ADAPTIVE_COMPAT_MAX_SEEN,
    ADAPTIVE_COMPAT_THRESHOLD,
    ADAPTIVE_COMPAT_USED, /* this checkpoint included */
};

struct adaptive_compat {
    int64_t budget, used; /* checkpoints */
    double threshold;     /* of est / max_seen; not clamped until it is first adjusted */
    double learning_rate;
    double max_seen; /* s */
};

/* Python's max and min: with a NaN as b, or two that are equal, a stays. */
static inline double adaptive_compat_max(double a, double b)
{
    return b > a ? b : a;
}

static inline double adaptive_compat_min(double a, double b)
{
    return b < a ? b : a;
}

static inline struct adaptive_compat adaptive_compat_of(int64_t budget, double threshold,
                                                        double learning_rate)
{
    return (struct adaptive_compat){budget, 0, threshold, learning_rate, ADAPTIVE_COMPAT_LEAST};
}

/* A task has taken this long. Equal ones need no second call. */
static inline void adaptive_compat_observe(struct adaptive_compat *c, double runtime)
{
    c->max_seen = adaptive_compat_max(c->max_seen, runtime);
}

/* Not 0: take a checkpoint; it is counted against the budget. `estimate` is the task's runtime. */
static inline int adaptive_compat_should(struct adaptive_compat *c, double estimate)
{
    if (c->used >= c->budget)
        return 0;
    double ratio = estimate / adaptive_compat_max(c->max_seen, ADAPTIVE_COMPAT_LEAST);
    if (!(ratio >= c->threshold))
        return 0;
    c->used++;
    return 1;
}

/* A recovery saved and a checkpoint cost so many seconds: lowers the threshold where that was a
 * benefit, raises it where it was not. Returns the benefit. Products go from left to right. */
static inline double adaptive_compat_adjust(struct adaptive_compat *c, double saved,
                                            double overhead)
{
    double benefit = saved - overhead, size = benefit < 0 ? -benefit : benefit;
    double direction = benefit > 0 ? -1 : 1;
    double delta = direction * c->learning_rate * size / (size + 1);
    c->threshold = adaptive_compat_max(0.05, adaptive_compat_min(1.0, c->threshold + delta));
    return benefit;
}

#endif
