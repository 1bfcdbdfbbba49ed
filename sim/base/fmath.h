/* SPDX-License-Identifier: Apache-2.0 */
/* Our own elementary functions: the same bits on every compiler, CPU and C library.
 *
 * libm is not portable: the same binary gives other last bits on CPUs with and without FMA. These
 * use only + - * / and sqrt on IEEE double, compiled with -ffp-contract=off, so every machine that
 * has binary64 agrees. log and exp are within 1 ulp. NaN in, NaN out. */
#ifndef CAIRN_BASE_FMATH_H
#define CAIRN_BASE_FMATH_H

double fmath_log(double x);           /* < 1 ulp; log(0) = -inf, x < 0 gives NaN */
double fmath_log1p(double x);         /* < 1 ulp; log1p(-1) = -inf, x < -1 gives NaN */
double fmath_exp(double x);           /* < 1 ulp; overflow inf, underflow through subnormals to 0 */
double fmath_expm1(double x);         /* 1.1 ulp */
double fmath_pow(double x, double y); /* x > 0 (x == 0: 0, 1 or inf); 1 ulp while |y log x| < 50 */
double fmath_sqrt(double x);          /* correctly rounded */
double fmath_inverse_normal(double p); /* 0 < p < 1; -inf at 0, inf at 1, NaN outside */
double fmath_normal_upper(double x);   /* P(N > x), relative accuracy in the tail */
double fmath_gamma(double x);          /* x > 0 */
double fmath_log_gamma(double x);      /* x > 0 */
/* Regularised lower incomplete gamma P(a, x) and its complement Q(a, x), 0 < a <= 1e6, x >= 0. */
double fmath_gamma_lower(double a, double x);
double fmath_gamma_upper(double a, double x);
/* Principal branch of Lambert W on [-1/e, inf), through Newton's rule on our own log; NaN below. */
double fmath_lambert_w(double x);

/* Is the machine's floating point what determinism needs: round to nearest, subnormals kept, no
 * excess precision, no contraction? NULL if so, else a sentence that says what is wrong. */
const char *fmath_refusal(void);

#endif
