/* SPDX-License-Identifier: Apache-2.0 */
/* Elementary and special functions in plain IEEE double arithmetic.
 *
 * log and exp share two kernels that work on a value held as an unevaluated sum hi + lo, so that
 * pow can carry a logarithm of about 70 good bits through its multiplication; log itself then
 * comes within 0.6 ulp, exp within 0.8. Polynomials are Taylor series in Estrin's order:
 * two or three terms more than a minimax fit, but nobody has to trust a table of fitted digits.
 * Special functions follow published approximations, named where they stand.
 *
 * Invariant: only + - * / sqrt on double, comparisons and integer operations on the bits; no libm
 * symbol, no fused operation, no wider register, hence one result everywhere. The trade: no lookup
 * tables and no FMA cost about twice glibc's time. */
#include "sim/base/fmath.h"
#include <assert.h>
#include <float.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __FAST_MATH__
#error "cairn needs IEEE arithmetic: build without -ffast-math"
#endif
/* 1 evaluates float, not double, wider (gcc on s390x says so): harmless here. */
static_assert(FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 1, "double must be evaluated as double");
static_assert(DBL_MANT_DIG == 53 && DBL_MAX_EXP == 1024, "double must be IEEE binary64");

#define INFINITE     __builtin_inf()
#define NOT_A_NUMBER __builtin_nan("")

/* ln 2 in two parts. The first has 42 bits: its product with any binary exponent is exact. */
#define LN2_HI           0x1.62e42fefa38p-1
#define LN2_LO           0x1.ef35793c76730p-45
#define INVERSE_LN2      0x1.71547652b82fep0
#define INVERSE_SQRT_2PI 0.398942280401432677939946059934
#define SQRT_2PI         2.50662827463100050241576528481
#define HALF_LOG_2PI     0.918938533204672741780329736406

/* An unevaluated sum, |lo| small beside |hi|. */
struct split {
    double hi, lo;
};

static inline uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double double_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The 26 leading bits of x: the product of two such, or of one and a 27-bit rest, is exact. */
static inline double leading_bits(double x)
{
    return double_of(bits_of(x) & ~UINT64_C(0x7ffffff));
}

/* sum of c[i] x^i, i < 12; Estrin's order keeps the multiplier busy (Horner waits for itself). */
static inline double polynomial12(const double c[12], double x)
{
    double x2 = x * x, x4 = x2 * x2, x8 = x4 * x4;
    double low = (c[0] + c[1] * x) + (c[2] + c[3] * x) * x2;
    double middle = (c[4] + c[5] * x) + (c[6] + c[7] * x) * x2;
    double high = (c[8] + c[9] * x) + (c[10] + c[11] * x) * x2;
    return low + (middle * x4 + high * x8);
}

/* sum of c[i] x^i, i < count. */
static inline double horner(const double *c, int count, double x)
{
    double sum = c[count - 1];
    for (int i = count - 2; i >= 0; i--)
        sum = sum * x + c[i];
    return sum;
}

/* ---- logarithm and exponential --------------------------------------------------------------- */

/* log(2^k (1 + f)) for sqrt(1/2) - 1 <= f <= sqrt(2) - 1, by log(1 + f) = 2 atanh(s), s = f/(2 +
 * f), with s in two parts. Relative error of hi + lo below 2^-58. */
static inline struct split log_reduced(double f, double k)
{
    static const double c[12] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11, 2.0 / 13,
                                 2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23, 2.0 / 25};
    double d = 2.0 + f, d_rest = f - (d - 2.0);
    double quotient = f / d, z = quotient * quotient;
    double s = leading_bits(quotient), d_head = leading_bits(d), d_tail = d - d_head;
    double s_rest = (((f - s * d_head) - s * d_tail) - s * d_rest) / d;
    double tail = quotient * z * polynomial12(c, z);
    double base = k * LN2_HI, sum = base + 2.0 * s;
    double lo = (2.0 * s - (sum - base)) + (tail + (2.0 * s_rest + k * LN2_LO));
    double hi = sum + lo;
    return (struct split){hi, lo - (hi - sum)};
}

/* log of a finite x > 0. */
static inline struct split log_split(double x)
{
    const uint64_t sqrt_half = UINT64_C(0x3fe6a09e667f3bcd);
    int64_t k = 0;
    if (x < DBL_MIN) {
        x *= 0x1p54;
        k = -54;
    }
    uint64_t bits = bits_of(x);
    int64_t exponent = (int64_t)(bits - sqrt_half) >> 52;
    double m = double_of(bits - ((uint64_t)exponent << 52));
    return log_reduced(m - 1.0, (double)(k + exponent));
}

double fmath_log(double x)
{
    if (!(x > 0.0) || x > DBL_MAX)
        return x == 0.0 ? -INFINITE : x > 0.0 ? x : NOT_A_NUMBER;
    struct split log = log_split(x);
    return log.hi + log.lo;
}

double fmath_log1p(double x)
{
    if (!(x > -1.0) || x > DBL_MAX)
        return x == -1.0 ? -INFINITE : x > 0.0 ? x : NOT_A_NUMBER;
    if (x > -0x1p-54 && x < 0x1p-54)
        return x;
    if (x > -0.29 && x < 0.41) {
        struct split log = log_reduced(x, 0.0);
        return log.hi + log.lo;
    }
    double u = 1.0 + x, back = u - 1.0;
    double rest = (1.0 - (u - back)) + (x - back); /* u + rest = 1 + x exactly */
    struct split log = log_split(u);
    return log.hi + (log.lo + rest / u);
}

/* Where exp(hi + lo) lies: 2^k (1 + r + rest + p), |r| <= 0.35, p = e^r - 1 - r. */
struct exp_parts {
    double r, rest, p;
    int k;
};

static inline struct exp_parts exp_reduce(struct split x)
{
    static const double c[12] = {1.0 / 2,       1.0 / 6,        1.0 / 24,        1.0 / 120,
                                 1.0 / 720,     1.0 / 5040,     1.0 / 40320,     1.0 / 362880,
                                 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};
    double scaled = x.hi * INVERSE_LN2;
    double k = (double)(int)(scaled + (scaled < 0.0 ? -0.5 : 0.5));
    double head = x.hi - k * LN2_HI, tail = x.lo - k * LN2_LO;
    double r = head + tail, rest = tail - (r - head);
    return (struct exp_parts){r, rest + rest * r, r * r * polynomial12(c, r), (int)k};
}

static inline double power_of_two(int k)
{
    return double_of((uint64_t)(k + 1023) << 52);
}

/* y 2^k with one rounding, for y near 1 and k within [-1100, 1024]. */
static inline double scale_by(double y, int k)
{
    if (k > 1023)
        return y * 2.0 * power_of_two(k - 1);
    if (k < -1021)
        return y * power_of_two(k + 100) * 0x1p-100;
    return y * power_of_two(k);
}

static inline double exp_split(struct split x)
{
    if (!(x.hi > -746.0) || x.hi > 710.0)
        return x.hi > 710.0 ? INFINITE : x.hi <= -746.0 ? 0.0 : NOT_A_NUMBER;
    struct exp_parts e = exp_reduce(x);
    double sum = 1.0 + e.r;
    return scale_by(sum + ((e.r - (sum - 1.0)) + (e.rest + e.p)), e.k);
}

double fmath_exp(double x)
{
    return exp_split((struct split){x, 0.0});
}

double fmath_expm1(double x)
{
    if (!(x > -40.0) || x > 40.0)
        return x < 0.0 ? -1.0 : fmath_exp(x);
    if (x > -0x1p-54 && x < 0x1p-54)
        return x;
    struct exp_parts e = exp_reduce((struct split){x, 0.0});
    double small = e.rest + e.p;
    if (e.k == 0)
        return e.r + small;
    double scale = power_of_two(e.k); /* 2^k (1 + r) - 1 = (2^k - 1) + 2^k r, the first one exact */
    double base = scale - 1.0, r = scale * e.r;
    double sum = base + r, back = sum - base;
    return sum + (((base - (sum - back)) + (r - back)) + scale * small);
}

double fmath_pow(double x, double y)
{
    if (y == 0.0 || x == 1.0)
        return 1.0;
    if (!(x >= 0.0) || y != y)
        return NOT_A_NUMBER;
    double far = (x > 1.0) == (y > 0.0) ? INFINITE : 0.0; /* where the exponent wins */
    if (x == 0.0 || x > DBL_MAX || y > 0x1p70 || y < -0x1p70)
        return far;
    struct split log = log_split(x);
    double estimate = y * log.hi;
    if (estimate > 710.0 || estimate < -746.0)
        return far;
    double y_head = leading_bits(y), y_tail = y - y_head;
    double l_head = leading_bits(log.hi), l_tail = log.hi - l_head;
    double rest =
        ((y_head * l_head - estimate) + y_head * l_tail + y_tail * l_head) + y_tail * l_tail;
    return exp_split((struct split){estimate, rest + y * log.lo});
}

double fmath_sqrt(double x)
{
    return __builtin_sqrt(x); /* one instruction on x86-64, aarch64, s390x */
}

/* ---- normal distribution --------------------------------------------------------------------- */

/* M. J. Wichura, "Algorithm AS 241", Applied Statistics 37 (1988): about 1e-16 relative. */
double fmath_inverse_normal(double p)
{
    static const double a[] = {3.3871328727963666080e0, 1.3314166789178437745e2,
                               1.9715909503065514427e3, 1.3731693765509461125e4,
                               4.5921953931549871457e4, 6.7265770927008700853e4,
                               3.3430575583588128105e4, 2.5090809287301226727e3};
    static const double b[] = {1.0,
                               4.2313330701600911252e1,
                               6.8718700749205790830e2,
                               5.3941960214247511077e3,
                               2.1213794301586595867e4,
                               3.9307895800092710610e4,
                               2.8729085735721942674e4,
                               5.2264952788528545610e3};
    static const double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                               5.76949722146069140550e0,  3.64784832476320460504e0,
                               1.27045825245236838258e0,  2.41780725177450611770e-1,
                               2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[] = {1.0,
                               2.05319162663775882187e0,
                               1.67638483018380384940e0,
                               6.89767334985100004550e-1,
                               1.48103976427480074590e-1,
                               1.51986665636164571966e-2,
                               5.47593808499534494600e-4,
                               1.05075007164441684324e-9};
    static const double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                               1.78482653991729133580e0,  2.96560571828504891230e-1,
                               2.65321895265761230930e-2, 1.24266094738807843860e-3,
                               2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[] = {1.0,
                               5.99832206555887937690e-1,
                               1.36929880922735805310e-1,
                               1.48753612908506148525e-2,
                               7.86869131145613259100e-4,
                               1.84631831751005468180e-5,
                               1.42151175831644588870e-7,
                               2.04426310338993978564e-15};
    double q = p - 0.5;
    if (q >= -0.425 && q <= 0.425) {
        double r = 0.180625 - q * q;
        return q * horner(a, 8, r) / horner(b, 8, r);
    }
    double tail = q < 0.0 ? p : 1.0 - p;
    if (!(tail > 0.0))
        return p == 0.0 ? -INFINITE : p == 1.0 ? INFINITE : NOT_A_NUMBER;
    double r = __builtin_sqrt(-fmath_log(tail));
    double z = r <= 5.0 ? horner(c, 8, r - 1.6) / horner(d, 8, r - 1.6)
                        : horner(e, 8, r - 5.0) / horner(f, 8, r - 5.0);
    return q < 0.0 ? -z : z;
}

/* exp(-x^2/2): x^2 in two parts, or the rounding of the square would be multiplied by 700. */
static double exp_half_square(double x)
{
    double head = (double)(int)(x * 16.0) / 16.0;
    return fmath_exp(-0.5 * head * head) * fmath_exp(-0.5 * (x - head) * (x + head));
}

/* W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969),
 * with the constants of his ANORM (SPECFUN), lowest power first. */
double fmath_normal_upper(double x)
{
    static const double a[] = {18154.981253343561249, 1067.6894854603709582, 161.02823106855587881,
                               2.2352520354606839287, .065682337918207449113};
    static const double b[] = {45507.789335026729956, 10260.932208618978205, 976.09855173777669322,
                               47.20258190468824187, 1.0};
    static const double c[] = {
        9842.7148383839780218, 11602.651437647350124, 6848.1904505362823326,
        2494.5375852903726711, 597.27027639480026226, 93.506656132177855979,
        8.8831497943883759412, .39894151208813466764, 1.0765576773720192317e-8};
    static const double d[] = {19685.429676859990727, 38912.003286093271411, 34900.952721145977266,
                               18615.571640885098091, 6485.558298266760755,  1519.377599407554805,
                               235.38790178262499861, 22.266688044328115691, 1.0};
    static const double p[] = {2.9112874951168792e-5, .001421619193227893466,
                               .022235277870649807,   .1274011611602473639,
                               .21589853405795699,    .02307344176494017303};
    static const double q[] = {7.29751555083966205e-5, .00378239633202758244, .0659881378689285515,
                               .468238212480865118,    1.28426009614491121,   1.0};
    double y = x < 0.0 ? -x : x;
    if (y != y || y > 40.0)
        return x > 0.0 ? 0.0 : x < 0.0 ? 1.0 : NOT_A_NUMBER;
    if (y <= 0.67448975)
        return 0.5 - x * horner(a, 5, x * x) / horner(b, 5, x * x);
    double ratio = horner(c, 9, y) / horner(d, 9, y);
    if (y > 5.656854249) { /* sqrt(32) */
        double z = 1.0 / (y * y);
        ratio = (INVERSE_SQRT_2PI - z * horner(p, 6, z) / horner(q, 6, z)) / y;
    }
    double tail = exp_half_square(y) * ratio;
    return x > 0.0 ? tail : 1.0 - tail;
}

/* ---- gamma functions ------------------------------------------------------------------------- */

/* log Gamma(z) - ((z - 1/2) log z - z + log sqrt(2 pi)) for z >= 12: Stirling's series. */
static double stirling(double z)
{
    static const double c[] = {1.0 / 12,   -1.0 / 360,        1.0 / 1260, -1.0 / 1680,
                               1.0 / 1188, -691.0 / 360360.0, 1.0 / 156};
    return horner(c, 7, 1.0 / (z * z)) / z;
}

double fmath_gamma(double x)
{
    assert(x > 0.0);
    if (x > 172.0)
        return INFINITE;
    double z = x, product = 1.0, steps = 0.0;
    while (z < 12.0) { /* Gamma(x) = Gamma(x + n) / (x (x + 1) ... (x + n - 1)) */
        product *= z;
        steps += 1.0;
        z = x + steps;
    }
    double rest =
        x - (z - steps); /* what rounding z lost; d log Gamma / dz is about log(z - 1/2) */
    double root = fmath_pow(z, 0.5 * z - 0.25);
    double value = root * (SQRT_2PI * fmath_exp(-z)) * root * fmath_exp(stirling(z));
    return value * (1.0 + rest * fmath_log(z - 0.5)) / product;
}

double fmath_log_gamma(double x)
{
    assert(x > 0.0);
    if (x < 12.0)
        return fmath_log(fmath_gamma(x));
    return (x - 0.5) * (fmath_log(x) - 1.0) + (HALF_LOG_2PI - 0.5 + stirling(x));
}

/* x^a e^-x / Gamma(a + 1), without overflow on the way. */
static double gamma_front(double a, double x)
{
    if (a < 12.0)
        return x > 745.0 + 110.0 ? 0.0 : fmath_pow(x, a) * fmath_exp(-x) / fmath_gamma(a + 1.0);
    double deviation = (x - a) / a;
    double front = fmath_exp(a * (fmath_log1p(deviation) - deviation) - stirling(a));
    return front * INVERSE_SQRT_2PI / __builtin_sqrt(a);
}

#define GAMMA_TERMS 20000 /* six standard deviations of x at a = 1e6, with room */

/* P(a, x) = x^a e^-x / Gamma(a + 1) (1 + x/(a+1) + x^2/((a+1)(a+2)) + ...), for x < a + 1. */
static double gamma_series(double a, double x)
{
    double term = 1.0, sum = 1.0;
    for (int n = 1; n < GAMMA_TERMS && term > sum * 0x1p-55; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum * gamma_front(a, x);
}

/* Q(a, x) by Legendre's continued fraction, for x >= a + 1, in the forward recurrence of its
 * convergents; they are rescaled before they can overflow. */
static double gamma_fraction(double a, double x)
{
    double p0 = 0.0, q0 = 1.0, p1 = 1.0, q1 = x + 1.0 - a, value = p1 / q1;
    for (int n = 1; n < GAMMA_TERMS; n++) {
        double numerator = n * (a - n), denominator = x + 1.0 - a + 2.0 * n;
        double p = denominator * p1 + numerator * p0, q = denominator * q1 + numerator * q0;
        double scale = q > 0x1p300 ? 0x1p-300 : 1.0;
        p0 = p1 * scale, q0 = q1 * scale, p1 = p * scale, q1 = q * scale;
        double next = p1 / q1, change = next - value;
        value = next;
        if (change <= value * 0x1p-53 && -change <= value * 0x1p-53)
            break;
    }
    return value * gamma_front(a, x) * a;
}

double fmath_gamma_lower(double a, double x)
{
    assert(a > 0.0 && x >= 0.0);
    if (x < a + 1.0)
        return x > 0.0 ? gamma_series(a, x) : 0.0;
    return x > DBL_MAX ? 1.0 : 1.0 - gamma_fraction(a, x);
}

double fmath_gamma_upper(double a, double x)
{
    assert(a > 0.0 && x >= 0.0);
    if (x < a + 1.0)
        return x > 0.0 ? 1.0 - gamma_series(a, x) : 1.0;
    return x > DBL_MAX ? 0.0 : gamma_fraction(a, x);
}

/* ---- Lambert W ------------------------------------------------------------------------------- */

/* W near the branch point -1/e, in p = sqrt(2 (e x + 1)): Corless et al., "On the Lambert W
 * function", Adv. Comput. Math. 5 (1996), eq. 4.22. */
static double lambert_branch(double x)
{
    static const double c[] = {-1.0,
                               1.0,
                               -1.0 / 3,
                               11.0 / 72,
                               -43.0 / 540,
                               769.0 / 17280,
                               -221.0 / 8505,
                               680863.0 / 43545600,
                               -1963.0 / 204120,
                               226287557.0 / 37623398400.0};
    const double e_head = 0x1.5bf0a8p+1, e_tail = 0x1.628aed2a6abf7p-24; /* e, the first: 22 bits */
    double x_head = leading_bits(x), x_tail = x - x_head;
    double q = (e_head * x_head + 1.0) + (e_head * x_tail + e_tail * x);
    return q > 0.0 ? horner(c, 10, __builtin_sqrt(2.0 * q)) : -1.0;
}

/* Newton's rule for w + log w = log x, which is w <- w (1 + log(x / w)) / (1 + w): R. Iacono and
 * J. P. Boyd, "New approximations to the principal real-valued branch of the Lambert W-function",
 * Adv. Comput. Math. 43 (2017). */
double fmath_lambert_w(double x)
{
    const double branch = -0x1.78b56362cef38p-2; /* the double next below -1/e */
    if (!(x >= branch) || x > DBL_MAX)
        return x > 0.0 ? x : NOT_A_NUMBER;
    if (x > -0x1p-60 && x < 0x1p-60)
        return x;
    double w = lambert_branch(x);
    if (x < -0.3675) /* p < 0.046: the series' next term is below 2e-16 */
        return w;
    if (x > -0.25) {
        double l = fmath_log1p(x);
        w = l * (1.0 - fmath_log1p(l) / (2.0 + l));
    }
    for (int i = 0; i < 8; i++) {
        double next = w / (1.0 + w) * (1.0 + fmath_log(x / w));
        double change = next - w, small = (next < 0.0 ? -next : next) * 0x1p-51;
        w = next;
        if (change <= small && -change <= small)
            break;
    }
    return w;
}

/* ---- the machine ----------------------------------------------------------------------------- */

const char *fmath_refusal(void)
{
    /* volatile: the machine must answer, not the compiler */
    volatile double one = 1.0, half_ulp = 0x1p-53, next = 1.0 + 0x1p-52, least = 0x1p-1074;
    volatile double fine = 0x1p-60, near_one = 1.0 + 0x1p-30, square = 1.0 + 0x1p-29;
    volatile double normal = DBL_MIN;
    if (one + half_ulp != 1.0 || next + half_ulp != 1.0 + 0x1p-51)
        return "floating point does not round to nearest";
    if (normal * 0.5 == 0.0 || least * 0x1p1000 == 0.0)
        return "floating point flushes subnormal numbers to zero";
    if ((one + fine) - one != 0.0)
        return "floating point keeps excess precision";
    if (near_one * near_one - square != 0.0)
        return "the compiler fused a multiplication and an addition: build with -ffp-contract=off";
    return NULL;
}
