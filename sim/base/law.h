/* SPDX-License-Identifier: Apache-2.0 */
/* Probability laws of positive times: survival, inversion, mean, residual life.
 *
 * One draw, one uniform: sampling is inversion of the survival function, so that common random
 * numbers stay synchronised whatever the law. Parameters are doubles in seconds without an upper
 * limit (a mean of 1,250 y is fine); samples come back in seconds and the caller rounds to ns. */
#ifndef CAIRN_BASE_LAW_H
#define CAIRN_BASE_LAW_H

#include "sim/base/limits.h"
#include <stdbool.h>
#include <stdint.h>

enum law_kind {
    LAW_EXPONENTIAL,      /* scale = mean */
    LAW_WEIBULL,          /* shape, scale */
    LAW_LOGNORMAL,        /* shape = sigma, scale = median */
    LAW_PARETO,           /* shape = alpha, scale = minimum */
    LAW_UNIFORM,          /* low, scale = high */
    LAW_CONSTANT,         /* scale */
    LAW_HYPEREXPONENTIAL, /* weights, means */
    LAW_EMPIRICAL,        /* sorted values, each as likely; the quantile is a step function */
};

#define LAW_GUIDE 256 /* points of the residual-life guide table */

struct law {
    enum law_kind kind;
    double shape, low, scale;
    uint32_t count;                                      /* branches or values */
    double weights[LIMIT_MIXTURE], means[LIMIT_MIXTURE]; /* hyperexponential */
    const double *values;                                /* empirical, ascending, owned elsewhere */
    double mean;                                         /* set by law_prepare */
    double *guide; /* NULL, or LAW_GUIDE + 1 quantiles of the residual life */
};

/* Checks the parameters, fills in `mean` (inf for a Pareto law of shape <= 1), makes
 * hyperexponential weights add up to 1 (within 1e-6 they must already), forgets the guide. NULL, or
 * a sentence that says what is wrong; then the law is as it was. */
const char *law_prepare(struct law *law);
double law_survival(const struct law *law, double t);     /* P(X > t) */
double law_density(const struct law *law, double t);      /* 0 where there is none */
double law_limited_mean(const struct law *law, double t); /* E[min(X, t)] */
double law_sample(const struct law *law, double u);       /* x with P(X > x) = u, 0 < u < 1 */
/* Remaining life at age `age` >= 0: x with P(X > age + x | X > age) = u. 0, dies at once, where no
 * item lives to that age (past the end of a bounded law). */
double law_sample_aged(const struct law *law, double age, double u);
/* Residual life in the stationary renewal process: density P(X > x) / mean; x with P(R > x) = u.
 * The guide table (memory of LAW_GUIDE + 1 doubles, given by the caller, who keeps it as long as
 * the law) makes it two or three Newton steps; without it slower, the same value within a relative
 * 1e-12: use one or the other throughout. Infinite mean is refused by law_prepare_residual. */
const char *law_prepare_residual(struct law *law, double guide[LAW_GUIDE + 1]);
double law_sample_residual(const struct law *law, double u);
/* One line for people: "Weibull, shape 0.7, mean 5 y". As snprintf: the length it would have. */
int law_describe(const struct law *law, char *bytes, int capacity);
/* "exponential", "weibull", … as a scenario writes it. */
const char *law_name(enum law_kind kind);

#endif
