/* SPDX-License-Identifier: Apache-2.0 */
/* What all interval controllers share: keep one interval between checkpoints.
 *
 * fixed, young, daly and exact differ only in where the interval comes from; each fills this plan
 * and points decide, interval and describe here. */
#ifndef CAIRN_POLICIES_INTERVAL_H
#define CAIRN_POLICIES_INTERVAL_H

#include "policies/controller.h"
#include "sim/base/fmath.h"

struct interval_plan {
    int64_t
        interval; /* ns of work, or of wall time, between the end of one checkpoint and the next */
    uint32_t by_wall; /* 0: counted in useful work; 1: in wall time */
    const char *bound_by;
};

/* A parameter that all of them have: one initialiser for their tables. */
#define INTERVAL_LEAST_PARAM                                                                       \
    {                                                                                              \
        .name = "min_interval", .unit = CAIRN_DURATION, .fallback = "0 s", .max = 1e9,             \
        .help = "never closer than this; 0 s means one step, or 1 s where work is divisible"       \
    }

/* The parameters every rate-based controller has: {mtbf, min_interval}. */
extern const struct cairn_param interval_rate_params[];

/* The exact optimum for exponential failures (see exact.c), in seconds. */
static inline double interval_exact(double cost, double mtbf)
{
    return mtbf * (1 + fmath_lambert_w(-fmath_exp(-cost / mtbf - 1)));
}

/* Sets the interval to `seconds`, but not below min_interval (0: one step, or 1 s). */
void interval_set(struct interval_plan *plan, double seconds, int64_t min_interval,
                  const struct cairn_shape *shape);
void interval_decide(const void *plan, void *state, const struct cairn_situation *situation,
                     struct cairn_verdict *verdict);
int64_t interval_of(const void *plan, const char **bound_by);
void interval_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                       size_t capacity);

#endif
