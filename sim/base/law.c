/* SPDX-License-Identifier: Apache-2.0 */
/* Probability laws: survival, inversion, remaining and residual life.
 *
 * A sample is the inverse of the survival function at one uniform u: large u, short life. Closed
 * forms wherever there is one; remaining life at an age is the form that does not subtract the age
 * from a sum. What is left is a root of a decreasing convex function (a hyperexponential survival,
 * the survival of a residual life), found by Newton's rule, in the logarithm where u is small, from
 * a point left of the root: convexity then keeps every step on that side. Steps stop at a relative
 * 1e-13 or after a fixed number, the same on every machine.
 *
 * Invariant: every result is a function of (parameters, age, u) alone, never NaN, never negative.
 * The trade: a residual life without a closed form costs some 0.5 us. */
#include "sim/base/law.h"
#include "sim/base/fmath.h"
#include <assert.h>
#include <float.h>
#include <stddef.h>
#include <stdio.h>

#define TOLERANCE 1e-13
#define STEPS     100

static const char *const law_names[] = {"exponential", "weibull",  "lognormal",        "pareto",
                                        "uniform",     "constant", "hyperexponential", "empirical"};

static inline bool is_positive(double x)
{
    return x > 0.0 && x <= DBL_MAX;
}

static inline double at_least_zero(double x)
{
    return x > 0.0 ? x : 0.0;
}

/* ---- parameters ------------------------------------------------------------------------------ */

static const char *hyper_prepare(struct law *law)
{
    if (law->count < 1 || law->count > LIMIT_MIXTURE)
        return "a hyperexponential law has 1 to 8 branches";
    double sum = 0.0, mean = 0.0;
    for (uint32_t i = 0; i < law->count; i++) {
        if (!is_positive(law->weights[i]))
            return "weights must be positive";
        if (!is_positive(law->means[i]))
            return "means must be positive";
        sum += law->weights[i];
        mean += law->weights[i] * law->means[i];
    }
    if (!(sum > 1.0 - 1e-6 && sum < 1.0 + 1e-6))
        return "weights must add up to 1";
    if (!is_positive(mean / sum))
        return "the mean is too large for a number";
    for (uint32_t i = 0; i < law->count; i++)
        law->weights[i] /= sum;
    law->mean = mean / sum;
    return NULL;
}

static const char *empirical_prepare(struct law *law)
{
    if (law->count < 1 || law->count > LIMIT_EMPIRICAL || law->values == NULL)
        return "an empirical law has 1 to 4096 values";
    double sum = 0.0, last = 0.0;
    for (uint32_t i = 0; i < law->count; i++) {
        if (!(law->values[i] >= 0.0 && law->values[i] <= DBL_MAX))
            return "values must not be negative";
        if (law->values[i] < last)
            return "values must be in ascending order";
        last = law->values[i];
        sum += last;
    }
    if (!is_positive(sum))
        return sum > 0.0 ? "the mean is too large for a number" : "some value must be positive";
    law->mean = sum / law->count;
    return NULL;
}

/* The mean of a law with at most shape, low and scale, all found in range. */
static double simple_mean(const struct law *law)
{
    double shape = law->shape, scale = law->scale;
    switch (law->kind) {
    case LAW_WEIBULL:
        return scale * fmath_gamma(1.0 + 1.0 / shape);
    case LAW_LOGNORMAL:
        return scale * fmath_exp(0.5 * shape * shape);
    case LAW_PARETO:
        return shape > 1.0 ? scale * (shape / (shape - 1.0)) : __builtin_inf();
    case LAW_UNIFORM:
        return 0.5 * law->low + 0.5 * scale;
    default:
        return scale;
    }
}

static const char *simple_prepare(struct law *law)
{
    bool has_shape =
        law->kind == LAW_WEIBULL || law->kind == LAW_LOGNORMAL || law->kind == LAW_PARETO;
    if (!is_positive(law->scale))
        return law->kind == LAW_UNIFORM ? "the upper end must be positive"
                                        : "the scale must be positive";
    if (has_shape && !is_positive(law->shape))
        return "the shape must be positive";
    if (law->kind == LAW_UNIFORM && !(law->low >= 0.0 && law->low < law->scale))
        return "the lower end must be at least 0 and below the upper end";
    double mean = simple_mean(law);
    if (!is_positive(mean) && !(law->kind == LAW_PARETO && law->shape <= 1.0))
        return "the mean is too large for a number";
    law->mean = mean;
    return NULL;
}

const char *law_prepare(struct law *law)
{
    assert(law->kind <= LAW_EMPIRICAL);
    const char *refusal = law->kind == LAW_HYPEREXPONENTIAL ? hyper_prepare(law)
                          : law->kind == LAW_EMPIRICAL      ? empirical_prepare(law)
                                                            : simple_prepare(law);
    if (refusal == NULL)
        law->guide = NULL;
    return refusal;
}

/* ---- empirical: values[0..count), each as likely --------------------------------------------- */

/* How many values are <= t. */
static uint32_t empirical_rank(const struct law *law, double t)
{
    uint32_t low = 0, high = law->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (law->values[middle] <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* One of values[first..count): the step function's inverse. */
static double empirical_sample(const struct law *law, uint32_t first, double u)
{
    uint32_t left = law->count - first, index = (uint32_t)((1.0 - u) * left);
    return law->values[first + (index < left ? index : left - 1)];
}

static double empirical_limited_mean(const struct law *law, double t)
{
    uint32_t rank = empirical_rank(law, t);
    double sum = 0.0;
    for (uint32_t i = 0; i < rank; i++)
        sum += law->values[i];
    return (sum + t * (law->count - rank)) / law->count;
}

/* The limited mean is piecewise linear in t: walks to the piece that holds (1 - u) mean, from the
 * start or from a guide point, whose limited mean is known. */
static double empirical_residual(const struct law *law, double u)
{
    double target = (1.0 - u) * law->mean, at = 0.0, reached = 0.0;
    if (law->guide != NULL) {
        uint32_t cell = (uint32_t)((1.0 - u) * LAW_GUIDE);
        at = law->guide[cell];
        reached = law->mean * ((double)cell / LAW_GUIDE);
    }
    for (uint32_t i = empirical_rank(law, at); i < law->count; i++) {
        double survival = (double)(law->count - i) / law->count;
        double next = reached + survival * (law->values[i] - at);
        if (next >= target)
            return at + at_least_zero(target - reached) / survival;
        at = law->values[i];
        reached = next;
    }
    return at;
}

/* ---- hyperexponential ------------------------------------------------------------------------ */

/* A point left of the root of S(x) = u. S is at least each branch alone; and at least its tangent
 * at 0. */
static double hyper_left(const double *weights, const double *means, uint32_t count, double u)
{
    double rate = 0.0, left = 0.0;
    for (uint32_t i = 0; i < count; i++) {
        rate += weights[i] / means[i];
        if (weights[i] > u) {
            double alone = means[i] * fmath_log(weights[i] / u);
            left = alone > left ? alone : left;
        }
    }
    double tangent = (1.0 - u) / rate;
    return tangent > left ? tangent : left;
}

/* x with sum w e^(-x/m) = u. Above one half the sum is taken of 1 - e^(-x/m), which keeps the
 * relative accuracy of short lives. */
static double hyper_sample(const double *weights, const double *means, uint32_t count, double u)
{
    double x = hyper_left(weights, means, count, u);
    for (int step = 0; step < STEPS; step++) {
        double sum = 0.0, density = 0.0;
        for (uint32_t i = 0; i < count; i++) {
            double rest = u < 0.5 ? fmath_exp(-x / means[i]) : fmath_expm1(-x / means[i]);
            sum += weights[i] * rest;
            density += weights[i] / means[i] * (u < 0.5 ? rest : 1.0 + rest);
        }
        double change = u < 0.5 ? sum / density * fmath_log(sum / u) : (sum + (1.0 - u)) / density;
        x += change;
        if (change <= x * TOLERANCE)
            break;
    }
    return at_least_zero(x);
}

/* At an age, or in the stationary process, a mixture of exponentials is the same exponentials with
 * other weights. Weights at an age are relative to the slowest branch, so that they never vanish.
 */
static double hyper_sample_tilted(const struct law *law, double age, bool by_mean, double u)
{
    double weights[LIMIT_MIXTURE], sum = 0.0, slowest = 0.0;
    for (uint32_t i = 0; i < law->count; i++)
        slowest = law->means[i] > slowest ? law->means[i] : slowest;
    for (uint32_t i = 0; i < law->count; i++) {
        double lead = fmath_exp(-age * (1.0 / law->means[i] - 1.0 / slowest));
        weights[i] = law->weights[i] * (by_mean ? law->means[i] / law->mean : lead);
        sum += weights[i];
    }
    for (uint32_t i = 0; i < law->count; i++)
        weights[i] /= sum;
    return hyper_sample(weights, law->means, law->count, u);
}

/* ---- survival, density, limited mean --------------------------------------------------------- */

double law_survival(const struct law *law, double t)
{
    double sum = 0.0;
    assert(law->kind <= LAW_EMPIRICAL);
    if (t < 0.0)
        return 1.0;
    switch (law->kind) {
    case LAW_EXPONENTIAL:
        return fmath_exp(-t / law->scale);
    case LAW_WEIBULL:
        return fmath_exp(-fmath_pow(t / law->scale, law->shape));
    case LAW_LOGNORMAL:
        return fmath_normal_upper(fmath_log(t / law->scale) / law->shape);
    case LAW_PARETO:
        return t <= law->scale ? 1.0 : fmath_pow(law->scale / t, law->shape);
    case LAW_UNIFORM:
        return t <= law->low     ? 1.0
               : t >= law->scale ? 0.0
                                 : (law->scale - t) / (law->scale - law->low);
    case LAW_CONSTANT:
        return t < law->scale ? 1.0 : 0.0;
    case LAW_HYPEREXPONENTIAL:
        for (uint32_t i = 0; i < law->count; i++)
            sum += law->weights[i] * fmath_exp(-t / law->means[i]);
        return sum;
    case LAW_EMPIRICAL:
        return (double)(law->count - empirical_rank(law, t)) / law->count;
    }
    return 0.0; /* no such kind: law_prepare has refused it */
}

double law_density(const struct law *law, double t)
{
    double z, sum = 0.0;
    assert(law->kind <= LAW_EMPIRICAL);
    if (t < 0.0)
        return 0.0;
    switch (law->kind) {
    case LAW_EXPONENTIAL:
        return fmath_exp(-t / law->scale) / law->scale;
    case LAW_WEIBULL:
        z = fmath_pow(t / law->scale, law->shape - 1.0);
        return z > DBL_MAX ? z : law->shape / law->scale * z * law_survival(law, t);
    case LAW_LOGNORMAL:
        z = fmath_log(t / law->scale) / law->shape;
        return t > 0.0 ? fmath_exp(-0.5 * z * z) * 0.39894228040143268 / (law->shape * t) : 0.0;
    case LAW_PARETO:
        return t < law->scale ? 0.0 : law->shape * fmath_pow(law->scale / t, law->shape) / t;
    case LAW_UNIFORM:
        return t < law->low || t > law->scale ? 0.0 : 1.0 / (law->scale - law->low);
    case LAW_HYPEREXPONENTIAL:
        for (uint32_t i = 0; i < law->count; i++)
            sum += law->weights[i] / law->means[i] * fmath_exp(-t / law->means[i]);
        return sum;
    case LAW_CONSTANT:
    case LAW_EMPIRICAL:
        return 0.0;
    }
    return 0.0; /* no such kind: law_prepare has refused it */
}

/* E[min(X, t)] = integral of the survival to t. Weibull: z = (t/scale)^shape makes it an incomplete
 * gamma function of 1/shape. Lognormal: E[X; X <= t] is the mean times a normal probability. */
double law_limited_mean(const struct law *law, double t)
{
    double z, sum = 0.0, scale = law->scale, width = scale - law->low;
    assert(law->kind <= LAW_EMPIRICAL);
    if (!(t > 0.0))
        return 0.0;
    if (t > DBL_MAX)
        return law->mean;
    switch (law->kind) {
    case LAW_EXPONENTIAL:
        return -scale * fmath_expm1(-t / scale);
    case LAW_WEIBULL:
        return law->mean * fmath_gamma_lower(1.0 / law->shape, fmath_pow(t / scale, law->shape));
    case LAW_LOGNORMAL:
        z = fmath_log(t / scale) / law->shape;
        return law->mean * fmath_normal_upper(law->shape - z) + t * fmath_normal_upper(z);
    case LAW_PARETO:
        if (t <= scale)
            return t;
        z = fmath_log(t / scale);
        if (law->shape == 1.0)
            return scale + scale * z;
        return scale - scale * fmath_expm1((1.0 - law->shape) * z) / (law->shape - 1.0);
    case LAW_UNIFORM:
        z = t < scale ? t - law->low : width;
        return t <= law->low ? t : law->low + z - 0.5 * z * (z / width);
    case LAW_CONSTANT:
        return t < scale ? t : scale;
    case LAW_HYPEREXPONENTIAL:
        for (uint32_t i = 0; i < law->count; i++)
            sum -= law->weights[i] * law->means[i] * fmath_expm1(-t / law->means[i]);
        return sum;
    case LAW_EMPIRICAL:
        return empirical_limited_mean(law, t);
    }
    return 0.0; /* no such kind: law_prepare has refused it */
}

/* ---- samples --------------------------------------------------------------------------------- */

double law_sample(const struct law *law, double u)
{
    assert(u > 0.0 && u < 1.0);
    switch (law->kind) {
    case LAW_EXPONENTIAL:
        return -law->scale * fmath_log(u);
    case LAW_WEIBULL:
        return law->scale * fmath_pow(-fmath_log(u), 1.0 / law->shape);
    case LAW_LOGNORMAL:
        return law->scale * fmath_exp(-law->shape * fmath_inverse_normal(u));
    case LAW_PARETO:
        return law->scale * fmath_pow(u, -1.0 / law->shape);
    case LAW_UNIFORM:
        return law->scale - u * (law->scale - law->low);
    case LAW_CONSTANT:
        return law->scale;
    case LAW_HYPEREXPONENTIAL:
        return hyper_sample(law->weights, law->means, law->count, u);
    case LAW_EMPIRICAL:
        return empirical_sample(law, 0, u);
    }
    return 0.0; /* no such kind: law_prepare has refused it */
}

/* (age/scale)^k + E to the power 1/k, less the age: as age ((1 + E / (age/scale)^k)^(1/k) - 1). */
static double weibull_sample_aged(const struct law *law, double age, double u)
{
    double spent = fmath_pow(age / law->scale, law->shape), more = -fmath_log(u);
    if (spent < more * 1e-30)
        return at_least_zero(law_sample(law, u) - age);
    return age * fmath_expm1(fmath_log1p(more / spent) / law->shape);
}

double law_sample_aged(const struct law *law, double age, double u)
{
    double survival;
    uint32_t rank;
    assert(u > 0.0 && u < 1.0 && age >= 0.0);
    if (age == 0.0)
        return law_sample(law, u);
    switch (law->kind) {
    case LAW_EXPONENTIAL:
        return law_sample(law, u);
    case LAW_WEIBULL:
        return weibull_sample_aged(law, age, u);
    case LAW_PARETO:
        if (age < law->scale)
            return at_least_zero(law_sample(law, u) - age);
        return age * fmath_expm1(-fmath_log(u) / law->shape);
    case LAW_UNIFORM:
        if (age < law->low)
            return law_sample(law, u) - age;
        return at_least_zero(law->scale - age) * (1.0 - u);
    case LAW_CONSTANT:
        return at_least_zero(law->scale - age);
    case LAW_LOGNORMAL:
        survival = law_survival(law, age) * u;
        return survival > 0.0 ? at_least_zero(law_sample(law, survival) - age) : 0.0;
    case LAW_HYPEREXPONENTIAL:
        return hyper_sample_tilted(law, age, false, u);
    case LAW_EMPIRICAL:
        rank = empirical_rank(law, age);
        return rank < law->count ? empirical_sample(law, rank, u) - age : 0.0;
    }
    return 0.0; /* no such kind: law_prepare has refused it */
}

/* ---- residual life --------------------------------------------------------------------------- */

/* P(R > t), or its complement, of a Weibull or lognormal law: whichever is asked for is computed
 * without subtracting it from 1, as far as there is a way. */
static double residual_survival(const struct law *law, double t)
{
    if (law->kind == LAW_WEIBULL)
        return fmath_gamma_upper(1.0 / law->shape, fmath_pow(t / law->scale, law->shape));
    double z = fmath_log(t / law->scale) / law->shape;
    double rest = fmath_normal_upper(z - law->shape) - t / law->mean * fmath_normal_upper(z);
    return at_least_zero(rest);
}

/* Brackets the root between guide points, or by doubling from the mean. */
static void residual_bracket(const struct law *law, double u, double *low, double *high)
{
    if (law->guide != NULL) {
        uint32_t cell = (uint32_t)((1.0 - u) * LAW_GUIDE);
        *low = law->guide[cell];
        *high = law->guide[cell + 1];
    } else {
        *low = 0.0;
        *high = __builtin_inf();
    }
}

/* Where in its bracket the search begins: the chord of a guide cell; in the last, open, cell its
 * lower end; with no guide the mean. */
static double residual_start(const struct law *law, double u, double low, double high)
{
    if (law->guide == NULL)
        return law->mean;
    double cells = (1.0 - u) * LAW_GUIDE, part = cells - (double)(uint32_t)cells;
    return high <= DBL_MAX ? low + (high - low) * part : low;
}

/* One Newton step from x for P(R > x) = u. Below one half in logarithms, where a tail is nearly
 * straight; above it in the complement, whose relative accuracy is that of a short life. */
static double residual_step(const struct law *law, double u, double x)
{
    double density = law_survival(law, x) / law->mean, survival, excess;
    if (u < 0.5) {
        survival = residual_survival(law, x);
        if (!(survival > 0.0) || !(density > 0.0))
            return -x; /* far past the root */
        excess = survival / density * fmath_log(survival / u);
    } else {
        excess = ((1.0 - u) - law_limited_mean(law, x) / law->mean) / density;
    }
    return excess;
}

static inline bool is_small(double change, double x)
{
    return change <= x * TOLERANCE && -change <= x * TOLERANCE;
}

static double residual_search(const struct law *law, double u)
{
    double low, high;
    residual_bracket(law, u, &low, &high);
    double x = residual_start(law, u, low, high);
    for (int step = 0; step < STEPS; step++) {
        double change = residual_step(law, u, x), next = x + change;
        if (change > 0.0)
            low = x;
        else
            high = x;
        if (is_small(change, x))
            return next;
        if (!(next > low && next < high)) /* out of the bracket: halve it, or double while open */
            next = high <= DBL_MAX ? 0.5 * low + 0.5 * high : 2.0 * x;
        x = next;
    }
    return x;
}

double law_sample_residual(const struct law *law, double u)
{
    assert(u > 0.0 && u < 1.0);
    assert(law->mean > 0.0 && law->mean <= DBL_MAX);
    double x = (1.0 - u) * law->mean, scale = law->scale, width = scale - law->low;
    switch (law->kind) {
    case LAW_EXPONENTIAL:
        return law_sample(law, u);
    case LAW_CONSTANT:
        return x;
    case LAW_UNIFORM: /* straight to low, then a triangle: P(R > x) = (high - x)^2 / (2 width mean)
                       */
        return x <= law->low ? x : scale - fmath_sqrt(2.0 * u * law->mean * width);
    case LAW_PARETO: /* straight to the minimum, then P(R > x) = (scale / x)^(shape - 1) / shape */
        return x <= scale ? x : scale * fmath_pow(law->shape * u, -1.0 / (law->shape - 1.0));
    case LAW_HYPEREXPONENTIAL:
        return hyper_sample_tilted(law, 0.0, true, u);
    case LAW_EMPIRICAL:
        return empirical_residual(law, u);
    case LAW_WEIBULL:
    case LAW_LOGNORMAL:
        return residual_search(law, u);
    }
    return 0.0; /* no such kind: law_prepare has refused it */
}

const char *law_prepare_residual(struct law *law, double guide[LAW_GUIDE + 1])
{
    if (!is_positive(law->mean))
        return "a law without a finite mean has no stationary process";
    law->guide = NULL;
    guide[0] = 0.0;
    for (uint32_t i = 1; i < LAW_GUIDE; i++)
        guide[i] = law_sample_residual(law, 1.0 - (double)i / LAW_GUIDE);
    guide[LAW_GUIDE] = __builtin_inf();
    law->guide = guide;
    return NULL;
}

/* ---- words ----------------------------------------------------------------------------------- */

const char *law_name(enum law_kind kind)
{
    assert(kind <= LAW_EMPIRICAL);
    return law_names[kind];
}

/* A duration in seconds in its largest unit; laws may have means past the end of simtime. */
struct words {
    double value;
    const char *unit;
};

static struct words seconds_words(double seconds)
{
    static const struct words units[] = {{31536000.0, "y"}, {86400.0, "d"}, {3600.0, "h"},
                                         {60.0, "min"},     {1.0, "s"},     {1e-3, "ms"},
                                         {1e-6, "us"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (seconds >= units[i].value * (1.0 - 1e-9)) /* 1 d, not 24 h, after rounding */
            return (struct words){seconds / units[i].value, units[i].unit};
    return (struct words){seconds * 1e9, "ns"};
}

int law_describe(const struct law *law, char *bytes, int capacity)
{
    assert(capacity >= 0 && law->kind <= LAW_EMPIRICAL);
    size_t size = (size_t)capacity;
    struct words mean = seconds_words(law->mean), scale = seconds_words(law->scale);
    struct words low = seconds_words(law->low);
    switch (law->kind) {
    case LAW_WEIBULL:
        return snprintf(bytes, size, "Weibull, shape %.4g, mean %.4g %s", law->shape, mean.value,
                        mean.unit);
    case LAW_LOGNORMAL:
        return snprintf(bytes, size, "lognormal, sigma %.4g, median %.4g %s", law->shape,
                        scale.value, scale.unit);
    case LAW_PARETO:
        return snprintf(bytes, size, "Pareto, shape %.4g, minimum %.4g %s", law->shape, scale.value,
                        scale.unit);
    case LAW_UNIFORM:
        return snprintf(bytes, size, "uniform, %.4g %s to %.4g %s", low.value, low.unit,
                        scale.value, scale.unit);
    case LAW_CONSTANT:
        return snprintf(bytes, size, "constant, %.4g %s", scale.value, scale.unit);
    case LAW_HYPEREXPONENTIAL:
    case LAW_EMPIRICAL:
        return snprintf(bytes, size, "%s, %u %s, mean %.4g %s", law_names[law->kind], law->count,
                        law->kind == LAW_EMPIRICAL ? "values" : "branches", mean.value, mean.unit);
    case LAW_EXPONENTIAL:
        break;
    }
    return snprintf(bytes, size, "exponential, mean %.4g %s", mean.value, mean.unit);
}
