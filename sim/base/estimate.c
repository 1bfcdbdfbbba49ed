/* SPDX-License-Identifier: Apache-2.0 */
/* Means, ratios and differences with 95 % intervals, in index order.
 *
 * A mean is summed twice: the second pass adds up deviations from the first, which corrects the
 * mean and gives the variance without cancellation. A ratio of sums r = sum(y)/sum(x) has the
 * interval of its linearisation: the residuals (y - r x) / mean(x) average to zero and their mean's
 * standard error is the ratio's to first order (Cochran, "Sampling Techniques", ch. 6). Student's
 * quantile is solved from the incomplete beta function for small degrees of freedom and expanded
 * for large ones. Invariant: only fmath and + - * /, so the printed digits are the same everywhere.
 */
#include "sim/base/estimate.h"
#include "sim/base/fmath.h"
#include <assert.h>

#define NOT_A_NUMBER __builtin_nan("")
#define NORMAL_975   1.95996398454005423552 /* z with P(|N| <= z) = 0.95 */
#define EXPAND_FROM  200.0 /* degrees of freedom: the expansion errs by 5e-12 here */

/* value i of a series that is computed on the way: a - b, or y - r x. */
struct series {
    const double *a, *b; /* b NULL: a alone */
    double factor;       /* a - factor b, then scaled */
    double scale;
};

static inline double series_at(const struct series *s, size_t i)
{
    double value = s->b == NULL ? s->a[i] : s->a[i] - s->factor * s->b[i];
    return value * s->scale;
}

static double total(const double *values, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return sum;
}

/* centre -+ t sd / sqrt(n); NaN below two values. */
static void estimate_interval(struct estimate *estimate, double error, double df)
{
    double half = error > 0.0 ? estimate_t95(df) * error : error; /* keeps 0 and NaN */
    estimate->low = estimate->mean - half;
    estimate->high = estimate->mean + half;
}

/* Two-pass mean and sd of one series, or of the difference of two. */
static struct estimate series_estimate(const struct series *s, const struct series *minus, size_t n)
{
    double sum = 0.0, rest = 0.0, squares = 0.0, count = (double)n;
    for (size_t i = 0; i < n; i++)
        sum += series_at(s, i) - (minus != NULL ? series_at(minus, i) : 0.0);
    double mean = sum / count;
    for (size_t i = 0; i < n; i++) {
        double d = series_at(s, i) - (minus != NULL ? series_at(minus, i) : 0.0) - mean;
        rest += d;
        squares += d * d;
    }
    double variance = (squares - rest * (rest / count)) / (count - 1.0);
    struct estimate e = {n, mean + rest / count, NOT_A_NUMBER, NOT_A_NUMBER, NOT_A_NUMBER};
    if (n < 2)
        return e;
    e.sd = fmath_sqrt(variance < 0.0 ? 0.0 : variance);
    estimate_interval(&e, e.sd / fmath_sqrt(count), count - 1.0);
    return e;
}

struct estimate estimate_mean(const double *values, size_t n)
{
    assert(values != NULL || n == 0);
    return series_estimate(&(struct series){values, NULL, 0.0, 1.0}, NULL, n);
}

struct estimate estimate_paired(const double *a, const double *b, size_t n)
{
    assert((a != NULL && b != NULL) || n == 0);
    return series_estimate(&(struct series){a, b, 1.0, 1.0}, NULL, n);
}

/* The residuals (y - r x) / mean(x) of r = sum(y) / sum(x), which goes to *ratio. */
static struct series ratio_residuals(const double *y, const double *x, size_t n, double *ratio)
{
    double sum = total(x, n);
    *ratio = total(y, n) / sum;
    return (struct series){y, x, *ratio, (double)n / sum};
}

struct estimate estimate_ratio(const double *y, const double *x, size_t n)
{
    double ratio;
    assert((y != NULL && x != NULL) || n == 0);
    struct series residuals = ratio_residuals(y, x, n, &ratio);
    struct estimate e = series_estimate(&residuals, NULL, n);
    e.mean = ratio;
    if (n >= 2)
        estimate_interval(&e, e.sd / fmath_sqrt((double)n), (double)n - 1.0);
    return e;
}

/* Welch's interval for the difference of two independent estimates: its degrees of freedom are
 * Satterthwaite's. */
static struct estimate welch(const struct estimate *a, const struct estimate *b)
{
    double na = (double)a->n, nb = (double)b->n;
    double va = a->sd * a->sd / na, vb = b->sd * b->sd / nb, both = va + vb;
    double df = both * both / (va * va / (na - 1.0) + vb * vb / (nb - 1.0));
    struct estimate e = {a->n + b->n, a->mean - b->mean, NOT_A_NUMBER, NOT_A_NUMBER, NOT_A_NUMBER};
    if (a->n < 2 || b->n < 2)
        return e;
    e.sd = fmath_sqrt(both * (na + nb)); /* so that sd / sqrt(n) is the standard error here too */
    estimate_interval(&e, fmath_sqrt(both), df >= 1.0 ? df : 1.0);
    return e;
}

struct estimate estimate_ratio_difference(const double *ya, const double *xa, size_t na,
                                          const double *yb, const double *xb, size_t nb,
                                          bool is_paired)
{
    double ra, rb;
    assert(!is_paired || na == nb);
    if (!is_paired) {
        struct estimate a = estimate_ratio(ya, xa, na), b = estimate_ratio(yb, xb, nb);
        return welch(&a, &b);
    }
    struct series a = ratio_residuals(ya, xa, na, &ra), b = ratio_residuals(yb, xb, nb, &rb);
    struct estimate e = series_estimate(&a, &b, na);
    e.mean = ra - rb;
    if (na >= 2)
        estimate_interval(&e, e.sd / fmath_sqrt((double)na), (double)na - 1.0);
    return e;
}

double estimate_half_width(const struct estimate *estimate)
{
    return 0.5 * (estimate->high - estimate->low);
}

/* ---- Student's t ----------------------------------------------------------------------------- */

/* Lentz's rule for the continued fraction of the incomplete beta function I_x(a, b) (DLMF 8.17.22),
 * for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
    double c = 1.0, d = 1.0 / (1.0 - (a + b) * x / (a + 1.0)), value = d;
    for (int m = 1; m < 1000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1.0 / (1.0 + even * d);
        c = 1.0 + even / c;
        value *= c * d;
        d = 1.0 / (1.0 + odd * d);
        c = 1.0 + odd / c;
        double change = c * d;
        value *= change;
        if (change - 1.0 < 0x1p-52 && 1.0 - change < 0x1p-52)
            break;
    }
    return value;
}

/* P(|T| > t) = I_x(df/2, 1/2) at x = df / (df + t^2); *density is that of |T| at t. */
static double student_upper(double t, double df, double *density)
{
    double a = 0.5 * df, z = t * t / df, x = 1.0 / (1.0 + z);
    /* 1 / B(a, 1/2) = Gamma(a + 1/2) / (Gamma(a) sqrt(pi)) */
    double beta = fmath_exp(fmath_log_gamma(a + 0.5) - fmath_log_gamma(a)) * 0.56418958354775629;
    double power = beta * fmath_exp(-a * fmath_log1p(z)); /* x^a / B */
    *density = 2.0 * power * fmath_sqrt(x / df);
    if (x < (a + 1.0) / (a + 2.5))
        return power * fmath_sqrt(z * x) / a * beta_fraction(a, 0.5, x);
    return 1.0 - power * fmath_sqrt(z * x) * 2.0 * beta_fraction(0.5, a, z * x);
}

double estimate_t95(double df)
{
    assert(df >= 1.0);
    double z = NORMAL_975, z2 = z * z, v = 1.0 / df;
    if (df >= EXPAND_FROM) { /* Abramowitz & Stegun 26.7.5 */
        double g1 = z * (z2 + 1.0) / 4.0, g2 = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
        double g3 = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
        double g4 =
            z * ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92160.0;
        return z + v * (g1 + v * (g2 + v * (g3 + v * g4)));
    }
    double t = z; /* Newton's rule for log P against log t: nearly straight for a heavy tail */
    for (int step = 0; step < 50; step++) {
        double density, upper = student_upper(t, df, &density);
        double change = upper / (t * density) * fmath_log(upper / 0.05);
        t *= fmath_exp(change);
        if (change < 1e-14 && change > -1e-14)
            break;
    }
    return t;
}

int64_t estimate_quantile(const int64_t *sorted, size_t n, double q)
{
    assert(n > 0 && q >= 0.0 && q <= 1.0);
    double position = (double)(n - 1) * q;
    size_t index = (size_t)position;
    if (index >= n - 1)
        return sorted[n - 1];
    double part = position - (double)index, gap = (double)(sorted[index + 1] - sorted[index]);
    assert(gap >= 0.0);
    return sorted[index] + (int64_t)(gap * part + 0.5);
}
