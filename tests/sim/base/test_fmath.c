/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: fmath is as accurate as its header says, everywhere, and handles the ends of its domains.
 * Method: log, exp, pow and the rest against long double functions of the C library (64 bits here),
 * hundreds of thousands of addressed random points a range; incomplete gamma functions against GSL;
 * Lambert W by its own equation; special values from a table. The bits themselves are pinned by
 * test_golden.c, which runs on every machine. */
#include "sim/base/fmath.h"
#include "sim/base/random.h"
#include <fenv.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define POINTS 200000

static uint64_t test_seed(void)
{
    const char *text = getenv("CAIRN_SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 1;
    printf("seed %llu\n", (unsigned long long)seed);
    return seed;
}

static double uniform(uint64_t seed, uint32_t point, uint32_t which)
{
    const struct random_address address = {seed, 0, 0, which, point};
    return random_uniforms(&address, 0).u[0];
}

/* Any positive finite double, all exponents alike, subnormals among them. */
static double any_positive(uint64_t seed, uint32_t point)
{
    const struct random_address address = {seed, 0, 1, 0, point};
    uint64_t bits = random_bits(&address, 0).w[0] & UINT64_C(0x7fffffffffffffff);
    double x;
    memcpy(&x, &bits, sizeof x);
    return isfinite(x) && x > 0.0 ? x : 1.0;
}

/* Clang warns of a silent conversion. */
static inline long double wide(double x)
{
    return (long double)x;
}

/* Distance in units in the last place of the exact value. */
static double ulps(double got, long double exact)
{
    double near = (double)exact;
    if (!isfinite(near) || near == 0.0)
        return got == near ? 0.0 : 1e9;
    int exponent;
    (void)frexp(near, &exponent);
    exponent = exponent < -1021 ? -1021 : exponent;
    return (double)fabsl(((long double)got - exact) / ldexpl(1.0L, exponent - 53));
}

struct accuracy_case {
    const char *name;
    double (*own)(double);
    long double (*exact)(long double);
    double low, high; /* both 0: any positive double */
    double limit;     /* ulp */
};

static void elementary_functions_are_within_their_ulps(void **state)
{
    (void)state;
    static const struct accuracy_case cases[] = {
        {"log, any", fmath_log, logl, 0, 0, 0.6},
        {"log, near 1", fmath_log, logl, 0.999, 1.001, 0.6},
        {"log, nearer 1", fmath_log, logl, 1 - 1e-9, 1 + 1e-9, 0.6},
        {"log, unit", fmath_log, logl, 0, 1, 0.6},
        {"log, subnormal", fmath_log, logl, 0, 0x1p-1022, 0.6},
        {"exp, wide", fmath_exp, expl, -750, 712, 0.8},
        {"exp, middle", fmath_exp, expl, -1, 1, 0.8},
        {"exp, into subnormals", fmath_exp, expl, -745.5, -708, 0.8},
        {"log1p, middle", fmath_log1p, log1pl, -0.999, 3, 0.6},
        {"log1p, small", fmath_log1p, log1pl, -1e-6, 1e-6, 0.6},
        {"log1p, large", fmath_log1p, log1pl, 0, 1e18, 0.6},
        {"expm1, middle", fmath_expm1, expm1l, -1, 1, 1.3},
        {"expm1, wide", fmath_expm1, expm1l, -45, 45, 1.3},
        {"expm1, small", fmath_expm1, expm1l, -1e-6, 1e-6, 0.6},
        {"sqrt, any", fmath_sqrt, sqrtl, 0, 0, 0.5005},
    };
    uint64_t seed = test_seed();
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const struct accuracy_case *t = &cases[c];
        double worst = 0.0, at = 0.0;
        for (uint32_t i = 0; i < POINTS; i++) {
            double x = t->low + (t->high - t->low) * uniform(seed, i, (uint32_t)c);
            if (t->low == 0 && t->high == 0)
                x = any_positive(seed, i);
            double error = ulps(t->own(x), t->exact((long double)x));
            if (error > worst)
                worst = error, at = x;
        }
        printf("%-24s %.3f ulp at %a\n", t->name, worst, at);
        assert_true(worst < t->limit);
    }
}

static void pow_keeps_the_accuracy_that_inversion_needs(void **state)
{
    (void)state;
    uint64_t seed = test_seed();
    double worst = 0.0, worst_wide = 0.0;
    for (uint32_t i = 0; i < POINTS; i++) {
        double x = exp(80 * uniform(seed, i, 0) - 40), y = 20 * uniform(seed, i, 1) - 10;
        if (fabs(y * log(x)) < 50)
            worst = fmax(worst, ulps(fmath_pow(x, y), powl(wide(x), wide(y))));
        double any = any_positive(seed, i);
        long double exact = powl(wide(any), wide(y));
        if (exact > 1e-307L && exact < 1.7e308L)
            worst_wide = fmax(worst_wide, ulps(fmath_pow(any, y), exact));
    }
    printf("pow, |y log x| < 50: %.3f ulp; anywhere: %.3f ulp\n", worst, worst_wide);
    assert_true(worst < 0.8 && worst_wide < 1.0);
}

static void normal_tail_and_quantile_are_relatively_accurate(void **state)
{
    (void)state;
    uint64_t seed = test_seed();
    double worst = 0.0, worst_inverse = 0.0;
    for (uint32_t i = 0; i < POINTS; i++) {
        double x = 74 * uniform(seed, i, 0) - 37;
        long double exact = erfcl((long double)x / sqrtl(2.0L)) / 2;
        worst = fmax(worst, (double)fabsl((wide(fmath_normal_upper(x)) - exact) / exact));
        double p = i % 2 ? uniform(seed, i, 1) : exp(-700 * uniform(seed, i, 1));
        long double z = wide(fmath_inverse_normal(p)),
                    two_pi = 6.28318530717958647692528676655900577L;
        long double density = expl(-z * z / 2) / sqrtl(two_pi);
        long double newton = (erfcl(-z / sqrtl(2.0L)) / 2 - wide(p)) / density;
        worst_inverse = fmax(worst_inverse, (double)(fabsl(newton) / (fabsl(z) + 1e-3L)));
    }
    printf("normal_upper %.2g, inverse_normal %.2g relative\n", worst, worst_inverse);
    assert_true(worst < 2e-15 && worst_inverse < 2e-15);
}

static void gamma_is_accurate_from_tiny_to_overflow(void **state)
{
    (void)state;
    uint64_t seed = test_seed();
    double worst = 0.0, worst_log = 0.0;
    for (uint32_t i = 0; i < POINTS; i++) {
        double x = uniform(seed, i, 0) * (i % 2 ? 171.0 : 4.0);
        long double exact = tgammal(wide(x)), log_exact = lgammal(wide(x));
        worst = fmax(worst, (double)fabsl((wide(fmath_gamma(x)) - exact) / exact));
        double error =
            (double)(fabsl(wide(fmath_log_gamma(x)) - log_exact) / (1 + fabsl(log_exact)));
        worst_log = fmax(worst_log, error);
    }
    printf("gamma %.2g, log_gamma %.2g\n", worst, worst_log);
    assert_true(worst < 2e-15 && worst_log < 2e-15);
    double factorial = 1.0;
    for (int n = 1; n <= 20; n++) {
        factorial *= n;
        assert_true(fabs(fmath_gamma(n + 1.0) / factorial - 1.0) < 1e-15);
    }
    assert_true(isinf(fmath_gamma(172.5)) && isinf(fmath_gamma(1e-320)));
}

/* GSL's own functions err by 1e-10 in places (Q near 1e-250, a near 100): the bound is its, and a
 * second test checks ours by the recurrence in a. */
static void incomplete_gamma_agrees_with_gsl(void **state)
{
    (void)state;
    uint64_t seed = test_seed();
    double worst = 0.0;
    for (uint32_t i = 0; i < POINTS / 4; i++) {
        double a = 0.01 * exp(log(1e4) * uniform(seed, i, 0));
        double x = a * exp((uniform(seed, i, 1) - 0.5) * 4);
        double lower = gsl_sf_gamma_inc_P(a, x), upper = gsl_sf_gamma_inc_Q(a, x);
        if (lower > 1e-100)
            worst = fmax(worst, fabs(fmath_gamma_lower(a, x) / lower - 1));
        if (upper > 1e-100)
            worst =
                fmax(worst, fabs(fmath_gamma_upper(a, x) - upper) / upper * fmin(1, upper * 10));
    }
    printf("incomplete gamma against GSL: %.2g\n", worst);
    assert_true(worst < 1e-9);
}

static void incomplete_gamma_obeys_its_recurrence(void **state)
{
    (void)state;
    uint64_t seed = test_seed();
    double worst = 0.0;
    for (uint32_t i = 0; i < POINTS / 4; i++) {
        double a = 0.01 * exp(log(1e7) * uniform(seed, i, 0));
        double x = a * exp((uniform(seed, i, 1) - 0.5) * fmin(4, 8 / sqrt(a)));
        long double al = wide(a), xl = wide(x);
        long double front =
            expl(al * logl(xl) - xl - lgammal(al + 1)); /* x^a e^-x / Gamma(a + 1) */
        double step =
            (double)(wide(fmath_gamma_lower(a, x)) - (wide(fmath_gamma_lower(a + 1, x)) + front));
        double both = fmath_gamma_lower(a, x) + fmath_gamma_upper(a, x) - 1;
        worst = fmax(worst, fmax(fabs(step), fabs(both)));
    }
    printf("P(a, x) = P(a + 1, x) + x^a e^-x / Gamma(a + 1) within %.2g\n", worst);
    assert_true(worst < 1e-12);
}

/* Near the branch point W is not determined by x but by e x + 1: the series in long double. */
static void lambert_w_solves_its_equation(void **state)
{
    (void)state;
    const long double e = 2.71828182845904523536028747135266250L;
    uint64_t seed = test_seed();
    double worst = 0.0, worst_branch = 0.0;
    for (uint32_t i = 0; i < POINTS; i++) {
        double u = uniform(seed, i, 0);
        double x = i % 3 == 0 ? exp(1400 * u - 700) : i % 3 == 1 ? -0.36 * u : -0.36 - 0.0078 * u;
        if (!(x > -0x1.78b56362cef37p-2))
            continue;
        long double w = wide(fmath_lambert_w(x)), p = sqrtl(2 * (e * wide(x) + 1));
        long double residual =
            w + logl(fabsl(w)) - logl(wide(fabs(x))); /* times w/(1 + w): Newton */
        double error = (double)(fabsl(residual / (1 + w)));
        if (p > 0.1L)
            worst = fmax(worst, error);
        else
            worst_branch = fmax(worst_branch, (double)fabsl(residual / p));
    }
    printf("Lambert W: %.2g relative, %.2g within 0.005 of the branch point\n", worst,
           worst_branch);
    assert_true(worst < 4e-15 && worst_branch < 1e-13);
    double next = fmath_lambert_w(-0x1.78b56362cef37p-2); /* next to -1/e: sqrt(2 * 1.1711e-16) */
    assert_true(fabs(next + 1 - 1.530425e-8) < 1e-13);
}

struct value_case {
    const char *name;
    double got, want;
};

static void special_values_are_what_the_header_says(void **state)
{
    (void)state;
    const double inf = (double)INFINITY, nan = (double)NAN, least = 0x1p-1074;
    const struct value_case cases[] = {
        {"log 0", fmath_log(0.0), -inf},
        {"log 1", fmath_log(1.0), 0.0},
        {"log inf", fmath_log(inf), inf},
        {"log -1", fmath_log(-1.0), nan},
        {"log nan", fmath_log(nan), nan},
        {"log least", fmath_log(least), -744.4400719213812},
        {"log1p -1", fmath_log1p(-1.0), -inf},
        {"log1p -2", fmath_log1p(-2.0), nan},
        {"log1p inf", fmath_log1p(inf), inf},
        {"log1p nan", fmath_log1p(nan), nan},
        {"log1p tiny", fmath_log1p(1e-300), 1e-300},
        {"exp 0", fmath_exp(0.0), 1.0},
        {"exp 709.78", fmath_exp(0x1.62e42fefa39efp+9), 0x1.fffffffffff2ap+1023},
        {"exp 710", fmath_exp(0x1.62e42fefa39f0p+9), inf},
        {"exp inf", fmath_exp(inf), inf},
        {"exp -inf", fmath_exp(-inf), 0.0},
        {"exp nan", fmath_exp(nan), nan},
        {"exp to the least", fmath_exp(-745.1332191019411), least},
        {"exp below it", fmath_exp(-745.1332191019412), 0.0},
        {"expm1 -inf", fmath_expm1(-inf), -1.0},
        {"expm1 inf", fmath_expm1(inf), inf},
        {"expm1 nan", fmath_expm1(nan), nan},
        {"expm1 tiny", fmath_expm1(-1e-300), -1e-300},
        {"pow 0 2", fmath_pow(0.0, 2.0), 0.0},
        {"pow 0 -2", fmath_pow(0.0, -2.0), inf},
        {"pow 0 0", fmath_pow(0.0, 0.0), 1.0},
        {"pow 2 10", fmath_pow(2.0, 10.0), 1024.0},
        {"pow 1 huge", fmath_pow(1.0, 1e300), 1.0},
        {"pow 2 huge", fmath_pow(2.0, 1e300), inf},
        {"pow .5 huge", fmath_pow(0.5, 1e300), 0.0},
        {"pow 2 -inf", fmath_pow(2.0, -inf), 0.0},
        {"pow inf -1", fmath_pow(inf, -1.0), 0.0},
        {"pow -1 2", fmath_pow(-1.0, 2.0), nan},
        {"pow nan 1", fmath_pow(nan, 1.0), nan},
        {"pow 2 nan", fmath_pow(2.0, nan), nan},
        {"pow 2 -1074", fmath_pow(2.0, -1074.0), least},
        {"pow 2 1024", fmath_pow(2.0, 1024.0), inf},
        {"inverse 0", fmath_inverse_normal(0.0), -inf},
        {"inverse 1", fmath_inverse_normal(1.0), inf},
        {"inverse 1/2", fmath_inverse_normal(0.5), 0.0},
        {"inverse 2", fmath_inverse_normal(2.0), nan},
        {"upper inf", fmath_normal_upper(inf), 0.0},
        {"upper -inf", fmath_normal_upper(-inf), 1.0},
        {"upper 0", fmath_normal_upper(0.0), 0.5},
        {"upper nan", fmath_normal_upper(nan), nan},
        {"P(1, 0)", fmath_gamma_lower(1.0, 0.0), 0.0},
        {"Q(1, 0)", fmath_gamma_upper(1.0, 0.0), 1.0},
        {"P(1, inf)", fmath_gamma_lower(1.0, inf), 1.0},
        {"Q(1, inf)", fmath_gamma_upper(1.0, inf), 0.0},
        {"W 0", fmath_lambert_w(0.0), 0.0},
        {"W inf", fmath_lambert_w(inf), inf},
        {"W below -1/e", fmath_lambert_w(-0.4), nan},
        {"W at -1/e", fmath_lambert_w(-0x1.78b56362cef38p-2), -1.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct value_case *t = &cases[i];
        bool agrees = isnan(t->want) ? isnan(t->got) : t->got == t->want;
        if (!agrees)
            print_error("%s: got %a, want %a\n", t->name, t->got, t->want);
        assert_true(agrees);
    }
}

static void refusal_names_a_wrong_rounding_mode(void **state)
{
    (void)state;
    static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    assert_null(fmath_refusal());
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_int_equal(fesetround(modes[i]), 0);
        const char *refusal = fmath_refusal();
        fesetround(FE_TONEAREST);
        assert_non_null(refusal);
        assert_non_null(strstr(refusal, "round"));
    }
}

#ifdef __SSE2__
#include <xmmintrin.h>
static void refusal_names_flushed_subnormals(void **state)
{
    (void)state;
    static const unsigned bits[] = {0x8000, 0x0040}; /* flush to zero; denormals are zero */
    for (size_t i = 0; i < 2; i++) {
        unsigned before = _mm_getcsr();
        _mm_setcsr(before | bits[i]);
        const char *refusal = fmath_refusal();
        _mm_setcsr(before);
        assert_non_null(refusal);
        assert_non_null(strstr(refusal, "subnormal"));
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elementary_functions_are_within_their_ulps),
        cmocka_unit_test(pow_keeps_the_accuracy_that_inversion_needs),
        cmocka_unit_test(normal_tail_and_quantile_are_relatively_accurate),
        cmocka_unit_test(gamma_is_accurate_from_tiny_to_overflow),
        cmocka_unit_test(incomplete_gamma_agrees_with_gsl),
        cmocka_unit_test(incomplete_gamma_obeys_its_recurrence),
        cmocka_unit_test(lambert_w_solves_its_equation),
        cmocka_unit_test(special_values_are_what_the_header_says),
        cmocka_unit_test(refusal_names_a_wrong_rounding_mode),
#ifdef __SSE2__
        cmocka_unit_test(refusal_names_flushed_subnormals),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
