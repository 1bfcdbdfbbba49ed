/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closed forms and exact numerics of checkpointing.
 *
 * Implements the expected makespan, its variance and its optima under exponential failures (Young
 * 1974; Daly 2006; Bougeret et al. SC'11; Aupy et al. 2013) and the expected makespan under any
 * lifetime law by renewal equations. The invariant: small rates lose no digits, so every difference
 * of nearly equal numbers is written with expm1, a series or a log(1 + x) - x. The trade: renewal
 * sums are quadratic in the segments, which keeps them four lines long and exact. */
#include "analysis/theory.h"
#include <assert.h>
#include <gsl/gsl_sf_log.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

/* A job as it runs: `full` segments of interval + C, then one of `last` seconds. */
struct segments {
    double full, exposed, last;
};

/* A remainder below a billionth of the interval is rounding: interval = work / n means n segments.
 */
static struct segments segments_of(const struct theory_job *job)
{
    const double checkpoint = job->costs.checkpoint;
    assert(job->work > 0 && job->interval > 0);
    assert(checkpoint >= 0 && job->costs.restore >= 0 && job->costs.downtime >= 0);
    double full = floor(job->work / job->interval + 1e-9);
    double rest = job->work - full * job->interval;
    if (rest <= 1e-9 * job->interval) {
        full -= 1;
        rest = full > 0 ? job->interval : job->work;
    }
    return (struct segments){full, job->interval + checkpoint,
                             rest + (job->final_checkpoint ? checkpoint : 0)};
}

/* Moments of an exponential(1) lifetime known to be below x, over x: E[L]/x and E[L^2]/x^2.
 * Below 0.1 the Bernoulli series, whose first left-out terms are under 3e-17. */
static double struck_first(double x)
{
    if (x > 0.1)
        return 1 / x - 1 / expm1(x);
    double xx = x * x;
    return 0.5 - x / 12 * (1 - xx / 60 * (1 - xx / 42 * (1 - xx / 40)));
}

static double struck_second(double x)
{
    double first = struck_first(x);
    if (x > 0.1)
        return (2 * first - 1) / x + first;
    double xx = x * x;
    return first - 1.0 / 6 * (1 - xx / 60 * (1 - xx / 42 * (1 - xx / 40)));
}

struct moments {
    double mean, variance, failures;
};

/* One segment: geometric number of losses, each a truncated lifetime and a recovery, which is
 * itself a geometric number of struck restores, each with its downtime. */
static struct moments segment_moments(const struct theory_costs *costs, double exposed,
                                      double restore)
{
    const double x = exposed / costs->mu, y = restore / costs->mu;
    const double lost = exposed * struck_first(x), again = restore * struck_first(y);
    const double lost_var = exposed * exposed * struck_second(x) - lost * lost;
    const double again_var = restore * restore * struck_second(y) - again * again;
    const double retry = costs->downtime + again;
    const double recovery = expm1(y) * retry + costs->downtime + restore;
    const double recovery_var = expm1(y) * again_var + expm1(y) * exp(y) * retry * retry;
    const double loss = lost + recovery;
    return (struct moments){
        exp(y) * (costs->mu + costs->downtime) * expm1(x),
        expm1(x) * (lost_var + recovery_var) + expm1(x) * exp(x) * loss * loss,
        exp(y) * expm1(x),
    };
}

double theory_segment(const struct theory_costs *costs, double exposed)
{
    assert(costs->mu > 0 && exposed >= 0);
    return exp(costs->restore / costs->mu) * (costs->mu + costs->downtime) *
           expm1(exposed / costs->mu);
}

static void moments_add(struct moments *sum, struct moments one, double times)
{
    if (times == 0)
        return;
    sum->mean += times * one.mean;
    sum->variance += times * one.variance;
    sum->failures += times * one.failures;
}

struct theory_makespan theory_makespan(const struct theory_job *job)
{
    const struct theory_costs *costs = &job->costs;
    const double first_restore = job->restore_initial ? costs->restore : 0;
    struct segments cut = segments_of(job);
    struct moments sum = {0, 0, 0};
    assert(costs->mu > 0);
    if (cut.full > 0) {
        moments_add(&sum, segment_moments(costs, cut.exposed, first_restore), 1);
        moments_add(&sum, segment_moments(costs, cut.exposed, costs->restore), cut.full - 1);
    }
    moments_add(&sum,
                segment_moments(costs, cut.last, cut.full > 0 ? costs->restore : first_restore), 1);
    return (struct theory_makespan){sum.mean, sum.variance, sum.failures, 1 - job->work / sum.mean};
}

/* 1 + W(-e^(-1-x)) for x >= 0: the exact interval in units of mu at C = x mu. With u the answer,
 * -log(1-u) - u = x, convex and rising, so Newton from above falls onto it; W itself would lose
 * half its digits near the branch point, where real machines are (Arunagiri, Daly, Teller 2009). */
static double lambert_gap(double x)
{
    assert(x >= 0);
    if (x == 0)
        return 0;
    if (x > 36) /* 1 - e^(-37): 1 in double precision */
        return 1;
    double u = fmin(sqrt(2 * x), -expm1(-1 - x));
    for (int i = 0; i < 60; i++) {
        double next = u - (-gsl_sf_log_1plusx_mx(-u) - x) * (1 - u) / u;
        if (!(next < u))
            break;
        u = next;
    }
    return u;
}

/* SC'11, theorem 1: K (e^(lambda (W/K + C)) - 1) is convex in K. */
double theory_chunks(const struct theory_costs *costs, double work)
{
    assert(costs->mu > 0 && work > 0);
    const double gap = lambert_gap(costs->checkpoint / costs->mu);
    if (gap == 0)
        return HUGE_VAL;
    const double stationary = work / (costs->mu * gap);
    const double low = fmax(1, floor(stationary)), high = fmax(1, ceil(stationary));
    const double at_low = low * expm1((work / low + costs->checkpoint) / costs->mu);
    const double at_high = high * expm1((work / high + costs->checkpoint) / costs->mu);
    return at_low <= at_high ? low : high;
}

static double interval_daly(double mu, double checkpoint)
{
    if (checkpoint >= 2 * mu)
        return mu;
    double half = checkpoint / (2 * mu);
    return sqrt(2 * checkpoint * mu) * (1 + sqrt(half) / 3 + half / 9) - checkpoint;
}

double theory_interval(enum theory_rule rule, const struct theory_costs *costs)
{
    const double mu = costs->mu, checkpoint = costs->checkpoint;
    assert(mu > 0 && checkpoint >= 0);
    switch (rule) {
    case THEORY_EXACT:
        return mu * lambert_gap(checkpoint / mu);
    case THEORY_YOUNG:
        return sqrt(2 * checkpoint * mu);
    case THEORY_DALY_LOW:
        return sqrt(2 * checkpoint * (mu + costs->restore));
    case THEORY_DALY:
        return interval_daly(mu, checkpoint);
    case THEORY_DALY_HIGH:
        return mu * lambert_gap(checkpoint / mu) - checkpoint / 2;
    case THEORY_RFO: {
        double interval = theory_period_rfo(costs) - checkpoint;
        return interval > 0 ? interval : (double)NAN;
    }
    case THEORY_RULES:
        break;
    }
    assert(false && "a rule of the list");
    return (double)NAN;
}

const char *theory_rule_name(enum theory_rule rule)
{
    static const char *const names[THEORY_RULES] = {
        [THEORY_EXACT] = "exact", [THEORY_YOUNG] = "Young",         [THEORY_DALY_LOW] = "Daly low",
        [THEORY_DALY] = "Daly",   [THEORY_DALY_HIGH] = "Daly high", [THEORY_RFO] = "RFO",
    };
    assert((unsigned)rule < THEORY_RULES);
    return names[rule];
}

double theory_period_young(const struct theory_costs *costs)
{
    return sqrt(2 * costs->mu * costs->checkpoint) + costs->checkpoint;
}

double theory_period_daly(const struct theory_costs *costs)
{
    return sqrt(2 * (costs->mu + costs->downtime + costs->restore) * costs->checkpoint) +
           costs->checkpoint;
}

double theory_period_rfo(const struct theory_costs *costs)
{
    double rest = costs->mu - costs->downtime - costs->restore;
    return rest > 0 ? sqrt(2 * rest * costs->checkpoint) : (double)NAN;
}

double theory_efficiency(const struct theory_costs *costs, double period)
{
    assert(costs->mu > 0 && period > costs->checkpoint);
    return (period - costs->checkpoint) / theory_segment(costs, period);
}

double theory_waste_first_order(const struct theory_costs *costs, double period)
{
    assert(costs->mu > 0 && period > 0);
    double clean = costs->checkpoint / period;
    double struck = (costs->downtime + costs->restore + period / 2) / costs->mu;
    return clean + struck - clean * struck;
}

/* P(X >= t): a failure at the instant a checkpoint completes finds it complete. law_survival is
 * P(X > t), the same but for laws with atoms. */
static double survives(const struct law *law, double t)
{
    return t > 0 ? law_survival(law, nextafter(t, 0)) : 1;
}

/* Time to run through [0, total) or to the end of the downtime of a failure in it. */
static double attempt(const struct law *law, double total, double downtime)
{
    return law_limited_mean(law, total) + downtime * (1 - survives(law, total));
}

/* What is still to come once a lifetime is struck: sum over j of P(it committed j segments, no
 * more) value[j]. A value may be infinite where its probability is 0. */
static double committed(const double *alive, const double *value, size_t left, double at_end)
{
    double sum = 0;
    for (size_t j = 1; j < left; j++) {
        double share = alive[j] - (j + 1 < left ? alive[j + 1] : at_end);
        if (share > 0)
            sum += share * value[j];
    }
    return sum;
}

/* V(k): expected time left with k segments committed and a new node that begins its restore.
 *
 *   V(k) S(R + b) = E[min(X, e_m)] + D F(e_m) + sum_{0<j<m} (F(e_{j+1}) - F(e_j)) V(k + j)
 *
 * where m = n - k segments are left, b is a full segment's exposure, e_j = R + j b for j < m and
 * e_m = R + (m - 1) b + last. Filled from the back; alive[j] = S(R + j b). */
static void renewal_values(const struct law *law, const struct theory_costs *costs,
                           struct segments cut, const double *alive, double *value)
{
    const size_t count = (size_t)cut.full + 1;
    for (size_t k = count; k-- > 0;) {
        size_t left = count - k;
        double end = costs->restore + (double)(left - 1) * cut.exposed + cut.last;
        double at_end = survives(law, end);
        double first = left > 1 ? alive[1] : at_end;
        value[k] =
            (attempt(law, end, costs->downtime) + committed(alive, value + k, left, at_end)) /
            first;
    }
}

/* The first node owes no restore; struck before any checkpoint, it leaves a node that owes one
 * only if restore_initial, and otherwise one that is again in the first one's place. */
static double renewal_start(const struct law *law, const struct theory_job *job,
                            struct segments cut, double *alive, const double *value)
{
    const size_t count = (size_t)cut.full + 1;
    const double end = cut.full * cut.exposed + cut.last, at_end = survives(law, end);
    for (size_t j = 1; j < count; j++)
        alive[j] = survives(law, (double)j * cut.exposed);
    double first = count > 1 ? alive[1] : at_end;
    double rest = attempt(law, end, job->costs.downtime) + committed(alive, value, count, at_end);
    if (!job->restore_initial)
        return rest / first;
    return first < 1 ? rest + (1 - first) * value[0] : rest;
}

enum status theory_renewal(const struct law *law, const struct theory_job *job, double *mean)
{
    struct segments cut = segments_of(job);
    if (!(cut.full < THEORY_SEGMENTS))
        return STATUS_INPUT;
    const size_t count = (size_t)cut.full + 1;
    double *alive = malloc(2 * count * sizeof *alive);
    if (alive == NULL)
        return STATUS_MEMORY;
    double *value = alive + count;
    for (size_t j = 0; j < count; j++)
        alive[j] = survives(law, job->costs.restore + (double)j * cut.exposed);
    renewal_values(law, &job->costs, cut, alive, value);
    *mean = renewal_start(law, job, cut, alive, value);
    free(alive);
    return STATUS_OK;
}

/* An attempt that is redrawn until it succeeds, `after` coming between attempts. */
static double redrawn(const struct law *law, double exposed, double after)
{
    double success = survives(law, exposed);
    double struck = success < 1 ? (1 - success) * after : 0;
    return (law_limited_mean(law, exposed) + struck) / success;
}

double theory_redrawn(const struct law *law, const struct theory_job *job)
{
    const struct theory_costs *costs = &job->costs;
    const double recovery = costs->downtime + redrawn(law, costs->restore, costs->downtime);
    const double initial = job->restore_initial ? recovery : costs->downtime;
    struct segments cut = segments_of(job);
    if (!(cut.full > 0))
        return redrawn(law, cut.last, initial);
    return redrawn(law, cut.exposed, initial) +
           (cut.full - 1) * redrawn(law, cut.exposed, recovery) + redrawn(law, cut.last, recovery);
}
