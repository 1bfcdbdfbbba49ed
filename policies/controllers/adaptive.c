/* SPDX-License-Identifier: Apache-2.0 */
/* adaptive: weighs what a checkpoint costs against what it is likely to save, and learns both.
 *
 * The idea of adaptive-compat (a threshold that moves with the benefit of past checkpoints) with
 * its defects mended: it knows the checkpoint's measured cost, the failure rate and the age of what
 * fails, pays for its mistakes, and forgets. Nothing need be known of the machine beforehand.
 *
 *     rate    M = (E + w P) / (n + w): n failures in a time E, and a belief P worth w failures.
 *             Both are multiplied by 1 - 1/memory at each failure: old times fade. A long time
 *             without a failure counts at once, because E grows.
 *     age     Times between failures are taken as Weibull with a shape k from the spread of their
 *             logarithms, sd(ln gap) = pi / (sqrt(6) k), drawn towards k = 1 as long as they are
 *             few. Checkpoints have the density sqrt(h(t) / 2C) of Liu et al. (2008), h the hazard
 *             at t since the last failure:
 *                 (t + interval)^q = t^q + q sqrt(2 C s^k / k),   q = (k + 1) / 2,  s^k the scale,
 *             which is Young's sqrt(2 C M) for k = 1. It is then stretched as the exact optimum for
 *             exponential failures (Lambert W) differs from Young's.
 *     mistakes  At each failure it compares the work lost with the loss that its own model foretold
 *             for the interval in force. If more is lost than foretold, intervals shrink by the
 *             square root of the ratio, and grow if less.
 *     end     A checkpoint is not taken when the work that is left is too short for a failure to be
 *             likely enough: work at stake * work left / M < C.
 */
#include "policies/controllers/interval.h"
#include "sim/base/fmath.h"
#include "sim/base/simtime.h"
#include <stdio.h>

enum { PRIOR, WEIGHT, MEMORY, MIN_INTERVAL };
enum reason { REASON_EARLY, REASON_DUE, REASON_BUSY, REASON_ENDING };

#define LOG_GAP_VARIANCE 1.6449340668482264 /* pi^2 / 6: of the logarithm of an exponential gap */
#define SHAPE_WEIGHT     8                  /* gaps that the belief k = 1 counts for */
#define MISTAKE_WEIGHT   5                  /* failures that the belief in the model counts for */
#define FINEST           2000 /* intervals an MTBF at the most, where checkpoints cost nothing */

struct adaptive_plan {
    double prior, weight, keep, least, step, work, cost;
};

struct adaptive_state {
    double failures, exposed;             /* n and E up to the last failure */
    double gaps, log_sum, log_square_sum; /* of the logarithms of gaps */
    double lost, foretold;                /* work, over the failures remembered */
    double cost, interval;                /* s: as last measured; in force */
    int64_t since;                        /* when the last failure was seen */
    uint32_t has_begun, reserved;
};

static const struct cairn_param params[] = {
    {.name = "prior",
     .unit = CAIRN_DURATION,
     .fallback = "1 h",
     .help = "mean time between failures to reckon with before any has been seen"},
    {.name = "weight",
     .unit = CAIRN_NUMBER,
     .fallback = "0.5",
     .min = 0.01,
     .max = 1000,
     .help = "failures that this belief counts for"},
    {.name = "memory",
     .unit = CAIRN_NUMBER,
     .fallback = "50",
     .min = 2,
     .max = 1e6,
     .help = "failures after which what was seen counts for a third"},
    {.name = "min_interval",
     .unit = CAIRN_DURATION,
     .fallback = "1 s",
     .max = 1e9,
     .help = "never closer than this in work"},
    {.name = NULL},
};

static const char *adaptive_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                                 void *plan)
{
    struct adaptive_plan *p = plan;
    p->prior = values[PRIOR].x;
    p->weight = values[WEIGHT].x;
    p->keep = 1 - 1 / values[MEMORY].x;
    p->least = values[MIN_INTERVAL].x;
    p->step = simtime_seconds(shape->step);
    p->work = simtime_seconds(shape->work);
    p->cost = simtime_seconds(shape->checkpoint_cost);
    return NULL;
}

static void adaptive_init(const void *plan, void *state)
{
    ((struct adaptive_state *)state)->cost = ((const struct adaptive_plan *)plan)->cost;
}

/* Work lost at a failure that is known to fall into a segment of `interval` work and a checkpoint,
 * exponential failures: E[min(X, interval) | X < interval + cost]. */
static double foretold_loss(double interval, double cost, double mtbf)
{
    double whole = interval + cost, is_hit = -fmath_expm1(-whole / mtbf);
    if (!(is_hit > 0))
        return interval / 2;
    return (mtbf * -fmath_expm1(-interval / mtbf) - interval * fmath_exp(-whole / mtbf)) / is_hit;
}

static double mtbf_at(const struct adaptive_plan *p, const struct adaptive_state *s, int64_t now)
{
    double running = simtime_seconds(now - s->since);
    return (s->exposed + running + p->weight * p->prior) / (s->failures + p->weight);
}

static void learn_failure(const struct adaptive_plan *p, struct adaptive_state *s,
                          const struct cairn_happening *h)
{
    double gap = simtime_seconds(h->now - s->since), keep = p->keep;
    double log_gap = fmath_log(gap > 1 ? gap : 1), mtbf = mtbf_at(p, s, h->now);
    s->foretold = s->foretold * keep + foretold_loss(s->interval, s->cost, mtbf);
    s->lost = s->lost * keep + simtime_seconds(h->work_lost);
    s->failures = s->failures * keep + 1;
    s->exposed = s->exposed * keep + gap;
    s->gaps = s->gaps * keep + 1;
    s->log_sum = s->log_sum * keep + log_gap;
    s->log_square_sum = s->log_square_sum * keep + log_gap * log_gap;
    s->since = h->now;
}

static int adaptive_observe(const void *plan, void *state, const struct cairn_happening *happening,
                            uint64_t n)
{
    struct adaptive_state *s = state;
    if (happening->kind == CAIRN_HEAR_FAILURE)
        learn_failure(plan, s, happening);
    else /* halfway to the new cost at each of n checkpoints, until that changes nothing */
        for (double cost = -1; n > 0 && !(s->cost <= cost && s->cost >= cost); n--) {
            cost = s->cost;
            s->cost += (simtime_seconds(happening->cost) - s->cost) / 2;
        }
    return 0;
}

/* The Weibull shape of the gaps, between 0.5 and 2. */
static double shape_of(const struct adaptive_state *s)
{
    double spread = s->gaps > 0 ? s->log_square_sum - s->log_sum * s->log_sum / s->gaps : 0;
    double variance = (spread + SHAPE_WEIGHT * LOG_GAP_VARIANCE) / (s->gaps + SHAPE_WEIGHT);
    double k = fmath_sqrt(LOG_GAP_VARIANCE / variance);
    return k < 0.5 ? 0.5 : k > 2 ? 2 : k;
}

/* Liu's interval at `age` since the last failure, Young's where k = 1. */
static double interval_at(double age, double cost, double mtbf, double k)
{
    double scale = mtbf / fmath_gamma(1 + 1 / k), q = (k + 1) / 2;
    double reach = fmath_pow(age, q) + q * fmath_sqrt(2 * cost * fmath_pow(scale, k) / k);
    return fmath_pow(reach, 1 / q) - age;
}

static double mistakes(const struct adaptive_state *s)
{
    double belief = MISTAKE_WEIGHT * s->interval / 2;
    double factor = fmath_sqrt((s->foretold + belief) / (s->lost + belief));
    return !(factor > 0.5) ? 0.5 : factor > 2 ? 2 : factor;
}

static double next_interval(const struct adaptive_plan *p, const struct adaptive_state *s,
                            double age, double mtbf)
{
    double young = fmath_sqrt(2 * s->cost * mtbf), least = mtbf / FINEST;
    double exact = interval_exact(s->cost, mtbf);
    double interval = young > 0 ? interval_at(age, s->cost, mtbf, shape_of(s)) * exact / young : 0;
    if (s->interval > 0)
        interval *= mistakes(s);
    least = least > p->least ? least : p->least;
    return interval > least ? interval : least;
}

static void adaptive_decide(const void *plan, void *state, const struct cairn_situation *situation,
                            struct cairn_verdict *verdict)
{
    const struct adaptive_plan *p = plan;
    struct adaptive_state *s = state;
    if (!s->has_begun) {
        s->has_begun = 1;
        s->since = situation->started;
    }
    double mtbf = mtbf_at(p, s, situation->now), since = simtime_seconds(situation->work_since);
    double interval = next_interval(p, s, simtime_seconds(situation->now - s->since), mtbf);
    double left = p->work - simtime_seconds(situation->work_done);
    double due = interval > p->step ? interval - p->step / 2 : p->step; /* the nearest step end */
    int is_ending = p->work > 0 && since * left < s->cost * mtbf;
    s->interval = interval;
    verdict->reason = since < due            ? REASON_EARLY
                      : situation->in_flight ? REASON_BUSY
                      : is_ending            ? REASON_ENDING
                                             : REASON_DUE;
    if (verdict->reason == REASON_DUE)
        verdict->action = CAIRN_CHECKPOINT;
    else if (verdict->reason == REASON_ENDING)
        due = since + interval;
    else if (verdict->reason == REASON_BUSY)
        due = since + interval / 16;
    verdict->ask = CAIRN_ASK_WORK;
    verdict->at = simtime_from_seconds(due);
    if (verdict->action == CAIRN_SKIP && verdict->at <= situation->work_since)
        verdict->at = situation->work_since + 1;
    verdict->numbers[0] = since;
    verdict->numbers[1] = interval;
    verdict->numbers[2] = mtbf;
    verdict->numbers[3] = s->cost;
}

static void adaptive_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                              size_t capacity)
{
    static const char *const words[] = {
        [REASON_EARLY] = "too early",
        [REASON_DUE] = "worth it",
        [REASON_BUSY] = "one is still on its way",
        [REASON_ENDING] = "the work left is too short to be worth it",
    };
    (void)plan;
    snprintf(bytes, capacity,
             "%.9g s at stake, interval %.9g s for a failure every %.9g s and a cost of %.9g s: %s",
             verdict->numbers[0], verdict->numbers[1], verdict->numbers[2], verdict->numbers[3],
             words[verdict->reason & 3]);
}

const struct cairn_controller_class cairn_controller_adaptive = {
    .size = sizeof cairn_controller_adaptive,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "adaptive",
    .summary = "learns cost, failure rate and age, and pays for its mistakes",
    .params = params,
    .hears = CAIRN_HEARS(CAIRN_HEAR_FAILURE) | CAIRN_HEARS(CAIRN_HEAR_CHECKPOINT_DONE),
    .scope = CAIRN_SCOPE_JOB,
    .plan_size = sizeof(struct adaptive_plan),
    .state_size = sizeof(struct adaptive_state),
    .plan = adaptive_plan,
    .init = adaptive_init,
    .observe = adaptive_observe,
    .decide = adaptive_decide,
    .describe = adaptive_describe,
};
