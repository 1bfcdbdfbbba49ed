/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: means, ratios and differences carry the interval that their definition says.
 * Method: brute force in long double from the textbook formulas; Student's quantile against GSL;
 * the coverage of the ratio's interval by simulation; ends and small n from tables. */
#include "sim/base/estimate.h"
#include "sim/base/random.h"
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MANY 500

static uint64_t test_seed(void)
{
    const char *text = getenv("CAIRN_SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 1;
    printf("seed %llu\n", (unsigned long long)seed);
    return seed;
}

static double uniform(uint64_t seed, uint32_t run, uint32_t point, uint32_t which)
{
    const struct random_address address = {seed, run, 0, which, point};
    return random_uniforms(&address, 0).u[0];
}

static void assert_near(double got, double want, double relative)
{
    if (!(fabs(got - want) <= relative * fabs(want)))
        fail_msg("got %.17g, want %.17g", got, want);
}

static void student_quantiles_agree_with_gsl(void **state)
{
    (void)state;
    double worst = 0.0;
    for (int i = 0; i < 4000; i++) {
        double df = i < 200 ? i + 1.0 : 1.0 + 0.1 * i;
        worst = fmax(worst, fabs(estimate_t95(df) / gsl_cdf_tdist_Pinv(0.975, df) - 1));
    }
    printf("t quantile against GSL: %.2g relative\n", worst);
    assert_true(worst < 1e-9);
    assert_near(estimate_t95(1), 12.706204736174698, 1e-13); /* tan(0.475 pi) */
    assert_near(estimate_t95(2), 4.3026527297494637, 1e-13); /* closed form */
    assert_near(estimate_t95(1e9), 1.9599639869, 1e-9);
    assert_near(estimate_t95(1e300), 1.9599639845400545, 1e-15);
}

static void quantile_is_continuous_where_the_method_changes(void **state)
{
    (void)state;
    assert_near(estimate_t95(nextafter(200.0, 0.0)), estimate_t95(200.0), 2e-11);
}

/* Mean and sd of n values in long double. */
static void moments(const long double *v, size_t n, long double *mean, long double *sd)
{
    long double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i];
    *mean = sum / n;
    for (size_t i = 0; i < n; i++)
        squares += (v[i] - *mean) * (v[i] - *mean);
    *sd = sqrtl(squares / (n - 1));
}

static void assert_estimate(struct estimate e, long double mean, long double sd, size_t n)
{
    double half = gsl_cdf_tdist_Pinv(0.975, (double)n - 1) * (double)sd / sqrt((double)n);
    assert_int_equal(e.n, n);
    assert_near(e.mean, (double)mean, 1e-14);
    assert_near(e.sd, (double)sd, 1e-11);
    assert_near(estimate_half_width(&e), half, 1e-9);
    assert_near(0.5 * (e.low + e.high), (double)mean, 1e-14);
}

struct sample {
    double x[MANY], y[MANY];
};

static void sample_fill(struct sample *s, uint64_t seed, uint32_t run, double slope)
{
    for (uint32_t i = 0; i < MANY; i++) {
        s->x[i] = 1e6 + 1e3 * uniform(seed, run, i, 0);
        s->y[i] = s->x[i] * (slope + 0.1 * uniform(seed, run, i, 1));
    }
}

static void means_and_differences_equal_brute_force(void **state)
{
    (void)state;
    struct sample s;
    long double v[MANY], d[MANY], mean, sd;
    sample_fill(&s, test_seed(), 0, 0.8);
    for (size_t n = 2; n <= MANY; n += 7) {
        for (size_t i = 0; i < n; i++) {
            v[i] = (long double)s.x[i];
            d[i] = (long double)s.x[i] - (long double)s.y[i];
        }
        moments(v, n, &mean, &sd);
        assert_estimate(estimate_mean(s.x, n), mean, sd, n);
        moments(d, n, &mean, &sd);
        assert_estimate(estimate_paired(s.x, s.y, n), mean, sd, n);
    }
}

/* The linearised residuals (y - r x) / mean(x), and r. */
static long double residuals(const struct sample *s, size_t n, long double *out)
{
    long double sx = 0, sy = 0;
    for (size_t i = 0; i < n; i++) {
        sx += (long double)s->x[i];
        sy += (long double)s->y[i];
    }
    for (size_t i = 0; i < n; i++)
        out[i] = ((long double)s->y[i] - sy / sx * (long double)s->x[i]) / (sx / n);
    return sy / sx;
}

static void ratios_and_their_differences_equal_brute_force(void **state)
{
    (void)state;
    struct sample a, b;
    long double ea[MANY], eb[MANY], mean, sd, sa, sb;
    uint64_t seed = test_seed();
    sample_fill(&a, seed, 0, 0.8);
    sample_fill(&b, seed, 1, 0.7);
    for (size_t n = 2; n <= MANY; n += 7) {
        long double ra = residuals(&a, n, ea), rb = residuals(&b, n, eb);
        moments(ea, n, &mean, &sa);
        moments(eb, n, &mean, &sb);
        assert_estimate(estimate_ratio(a.y, a.x, n), ra, sa, n);
        struct estimate welch = estimate_ratio_difference(a.y, a.x, n, b.y, b.x, n, false);
        long double va = sa * sa / n, vb = sb * sb / n;
        double df = (double)((va + vb) * (va + vb) / (va * va / (n - 1) + vb * vb / (n - 1)));
        double half = gsl_cdf_tdist_Pinv(0.975, df) * sqrt((double)(va + vb));
        assert_near(welch.mean, (double)(ra - rb), 1e-13);
        assert_near(estimate_half_width(&welch), half, 1e-9);
        assert_int_equal(welch.n, 2 * n);
        for (size_t i = 0; i < n; i++)
            ea[i] -= eb[i];
        moments(ea, n, &mean, &sd);
        struct estimate e = estimate_ratio_difference(a.y, a.x, n, b.y, b.x, n, true);
        half = gsl_cdf_tdist_Pinv(0.975, (double)n - 1) * (double)sd / sqrt((double)n);
        assert_near(e.mean, (double)(ra - rb), 1e-13);
        assert_near(estimate_half_width(&e), half, 1e-9);
    }
}

static void ratio_interval_covers_the_truth_in_95_of_100(void **state)
{
    (void)state;
    uint64_t seed = test_seed();
    int covered = 0;
    for (uint32_t run = 0; run < 4000; run++) {
        double x[100], y[100];
        for (uint32_t i = 0; i < 100; i++) { /* E[y] / E[x] = 0.75 / 1.5, dependent */
            x[i] = 1 + uniform(seed, run, i, 2);
            y[i] = 0.5 * x[i] * uniform(seed, run, i, 3) + 0.5 * uniform(seed, run, i, 4) + 0.125;
        }
        struct estimate e = estimate_ratio(y, x, 100);
        covered += e.low <= 0.5 && 0.5 <= e.high;
    }
    printf("covered %d of 4000\n", covered);
    assert_in_range(covered, 3740, 3860);
}

static void too_few_values_have_no_interval(void **state)
{
    (void)state;
    const double one[] = {3.0, 4.0};
    struct estimate none = estimate_mean(one, 0), single = estimate_mean(one, 1);
    struct estimate ratio = estimate_ratio(one, one + 1, 1);
    struct estimate mixed = estimate_ratio_difference(one, one, 2, one, one, 1, false);
    assert_true(isnan(none.mean) && isnan(none.low) && isnan(none.high));
    assert_true(single.mean == 3.0 && isnan(single.sd) && isnan(single.low));
    assert_true(ratio.mean == 0.75 && isnan(ratio.low));
    assert_true(mixed.mean == 0.0 && isnan(mixed.low) && isnan(mixed.high));
}

static void constant_values_have_width_zero(void **state)
{
    (void)state;
    const double same[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    struct estimate mean = estimate_mean(same, 7), paired = estimate_paired(same, same, 7);
    struct estimate welch = estimate_ratio_difference(same, same, 7, same, same, 7, false);
    assert_true(mean.mean == 0.1 && mean.sd < 1e-16 && mean.high - mean.low < 1e-15);
    assert_true(paired.mean == 0.0 && paired.low == 0.0 && paired.high == 0.0);
    assert_true(welch.mean == 0.0 && welch.low == 0.0 && welch.high == 0.0);
}

static void large_offsets_keep_their_small_spread(void **state)
{
    (void)state;
    double values[1000];
    for (int i = 0; i < 1000; i++)
        values[i] = 1e15 + i % 2;
    struct estimate e = estimate_mean(values, 1000);
    assert_true(e.mean == 1e15 + 0.5);
    assert_near(e.sd, sqrt(0.25 * 1000 / 999), 1e-12);
}

static void quantiles_interpolate_and_keep_the_ends(void **state)
{
    (void)state;
    static const int64_t sorted[] = {10, 20, 40, INT64_C(9007199254740993)};
    static const struct {
        size_t n;
        double q;
        int64_t want;
    } cases[] = {
        {1, 0.0, 10}, {1, 1.0, 10},  {2, 0.5, 15},
        {3, 0.5, 20}, {3, 0.25, 15}, {3, 0.75, 30},
        {3, 1.0, 40}, {3, 0.9, 36},  {4, 1.0, INT64_C(9007199254740993)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(estimate_quantile(sorted, cases[i].n, cases[i].q), cases[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(student_quantiles_agree_with_gsl),
        cmocka_unit_test(quantile_is_continuous_where_the_method_changes),
        cmocka_unit_test(means_and_differences_equal_brute_force),
        cmocka_unit_test(ratios_and_their_differences_equal_brute_force),
        cmocka_unit_test(ratio_interval_covers_the_truth_in_95_of_100),
        cmocka_unit_test(too_few_values_have_no_interval),
        cmocka_unit_test(constant_values_have_width_zero),
        cmocka_unit_test(large_offsets_keep_their_small_spread),
        cmocka_unit_test(quantiles_interpolate_and_keep_the_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
