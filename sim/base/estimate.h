/* SPDX-License-Identifier: Apache-2.0 */
/* Estimates from replications: means, ratios and paired differences with intervals.
 *
 * Sums run in index order over stored rows, with our own square root and quantile, so that what is
 * printed has the same bits whatever the number of threads. Times enter as integers where exactness
 * is cheap. All intervals are 95 %. */
#ifndef CAIRN_BASE_ESTIMATE_H
#define CAIRN_BASE_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct estimate {
    uint64_t n;
    double mean;      /* NaN when n == 0 */
    double sd;        /* sample standard deviation; of the linearised residuals for a ratio. sd /
                         sqrt(n) is the standard error; NaN when n < 2 */
    double low, high; /* 95 % interval, by Student's t; NaN both when n < 2 */
};

/* Two-pass mean and sd of values[0..n). */
struct estimate estimate_mean(const double *values, size_t n);
/* sum(y) / sum(x) with the interval of the linearised ratio estimator. */
struct estimate estimate_ratio(const double *y, const double *x, size_t n);
/* Mean of a[i] - b[i]. */
struct estimate estimate_paired(const double *a, const double *b, size_t n);
/* Difference of two ratios of sums, sum(ya)/sum(xa) - sum(yb)/sum(xb): paired residuals when
 * is_paired (na == nb), Welch's interval otherwise (then n is na + nb). */
struct estimate estimate_ratio_difference(const double *ya, const double *xa, size_t na,
                                          const double *yb, const double *xb, size_t nb,
                                          bool is_paired);
double estimate_half_width(const struct estimate *estimate);
/* t with P(|T| <= t) = 0.95 at `df` degrees of freedom, df >= 1 (not necessarily whole). */
double estimate_t95(double df);
/* The q-quantile of sorted[0..n): linear interpolation at (n - 1) q, exact integers at the ends. */
int64_t estimate_quantile(const int64_t *sorted, size_t n, double q);

#endif
