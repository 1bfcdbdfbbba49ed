/* SPDX-License-Identifier: Apache-2.0 */
/* hazard: the exact optimum for the hazard that the ages of the job's nodes imply.
 *
 * A node of age a fails within the next x with cumulative hazard ((a + x) / s)^k - (a / s)^k, s and
 * k the scale and shape of its Weibull law; H(x) is the sum over the nodes. Where the hazard were
 * constant, H = x / M, the optimal interval w would solve (see exact; C the checkpoint's cost)
 *
 *     1 - w / M = exp(-(w + C) / M),   that is   (1 - exp(-H)) / H = w / (w + C),  H = H(w + C).
 *
 * Here M is the mean over the very period that is being planned, so the right-hand form is solved
 * as it stands. The left side falls from 1 to 0 as w grows and the right side rises from 0 to 1:
 * there is one solution for any ages and any k. Only cumulative hazards occur, so that the
 * infinite hazard of a new node (k < 1) and its zero hazard (k > 1) need no cap. For short
 * periods it is H (w + C) = 2 C: one checkpoint for each unit of the integral of sqrt(h / 2C), the
 * density of Liu et al. (IPDPS 2008).
 *
 * M, the mean time between failures of the job, gives s: each of n nodes lives n M on average. A
 * platform that fails as a whole is one node. Decided anew after each checkpoint and each restore,
 * in O(nodes), about seven sums over them; nodes of equal age are reckoned once.
 */
#include "policies/controllers/moving.h"
#include "sim/base/fmath.h"
#include <stdio.h>

enum { MTBF, SHAPE, MIN_INTERVAL };

struct hazard_plan {
    double mtbf, shape, scale; /* scale: of a life of mean 1 */
    int64_t least;
};

struct hazard_state {
    int64_t interval; /* the present one */
};

/* The nodes as they will be at `from`. */
struct ages {
    const struct cairn_situation *situation;
    int64_t from;
    double shape, scale;
};

static const struct cairn_param params[] = {
    {.name = "mtbf",
     .unit = CAIRN_MTBF,
     .fallback = "scenario",
     .help = "mean time between failures that strike the job, in the long run: 'scenario' takes it "
             "from the laws"},
    {.name = "shape",
     .unit = CAIRN_SHAPE,
     .fallback = "scenario",
     .min = 0.05,
     .max = 20,
     .help = "of the Weibull law of a node's life; 'scenario' takes it from the laws"},
    INTERVAL_LEAST_PARAM,
    {.name = NULL},
};

static const char *hazard_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                               void *plan)
{
    struct hazard_plan *p = plan;
    p->mtbf = values[MTBF].x;
    p->shape = values[SHAPE].x;
    p->scale = 1 / fmath_gamma(1 + 1 / p->shape);
    p->least = moving_least(values[MIN_INTERVAL].i, shape);
    return p->scale > 0 ? NULL : "a Weibull law of this shape has no mean that can be written down";
}

/* H(x): failures expected within x seconds from `from` on. */
static double cumulated(const struct ages *ages, double x)
{
    const struct cairn_situation *s = ages->situation;
    double sum = 0, one = 0;
    for (uint32_t i = 0; i < s->nodes; i++) {
        if (i == 0 || s->born[i] != s->born[i - 1]) {
            double age = ages->from > s->born[i] ? simtime_seconds(ages->from - s->born[i]) : 0;
            one = fmath_pow((age + x) / ages->scale, ages->shape) -
                  fmath_pow(age / ages->scale, ages->shape);
        }
        sum += one;
    }
    return sum;
}

/* log((1 - (1 - exp(-H)) / H) (w + C) / C): 0 at the solution, below it negative, and nearly linear
 * in log w. */
static double excess(const struct ages *ages, double w, double cost)
{
    double h = cumulated(ages, w + cost);
    double lost = h > 1e-5 ? 1 + fmath_expm1(-h) / h : h / 2 - h * h / 6; /* of the period */
    return fmath_log(lost * (w + cost) / cost);
}

/* Two logarithms of intervals with the solution between them. */
struct bracket {
    double low, high, at_low, at_high;
};

/* False position with Illinois's halving; by half while nothing at all fails within `low`. */
static double false_position(const struct ages *ages, double cost, struct bracket b)
{
    double middle = b.high;
    for (int i = 0, side = 0; i < 100 && b.high - b.low > 1e-9; i++) {
        double share = b.at_low > -1e300 ? b.at_low / (b.at_low - b.at_high) : 0.5;
        middle = b.low + share * (b.high - b.low);
        double at_middle = excess(ages, fmath_exp(middle), cost);
        if (at_middle > -1e-10 && at_middle < 1e-10)
            break;
        if (at_middle > 0) {
            b.high = middle, b.at_high = at_middle;
            b.at_low = side > 0 ? b.at_low / 2 : b.at_low;
            side = 1;
        } else {
            b.low = middle, b.at_low = at_middle;
            b.at_high = side < 0 ? b.at_high / 2 : b.at_high;
            side = -1;
        }
    }
    return fmath_exp(middle);
}

/* The interval that begins at `from`, sought from Young's on. */
static int64_t interval_from(const struct hazard_plan *p, const struct cairn_situation *situation,
                             int64_t from)
{
    const double factor = fmath_log(2), end_of_time = fmath_log(simtime_seconds(CAIRN_NEVER));
    double cost = simtime_seconds(situation->expected_cost), least = simtime_seconds(p->least);
    struct ages ages = {situation, from, p->shape, p->scale * p->mtbf * situation->nodes};
    if (cost == 0)
        return p->least;
    struct bracket b = {.low = fmath_log(2 * cost * p->mtbf) / 2};
    b.low = b.low < end_of_time ? b.low : end_of_time;
    b.high = b.low;
    b.at_low = b.at_high = excess(&ages, fmath_exp(b.low), cost);
    while (b.at_high < 0 && b.high < end_of_time) {
        b.low = b.high, b.at_low = b.at_high;
        b.high += factor;
        b.at_high = excess(&ages, fmath_exp(b.high), cost);
    }
    while (b.at_low > 0 && fmath_exp(b.low) > least) {
        b.high = b.low, b.at_high = b.at_low;
        b.low -= factor;
        b.at_low = excess(&ages, fmath_exp(b.low), cost);
    }
    if (!(b.at_high >= 0))
        return CAIRN_NEVER; /* nothing can fail */
    return b.at_low > 0 ? p->least : moving_bounded(false_position(&ages, cost, b), p->least);
}

static void hazard_decide(const void *plan, void *state, const struct cairn_situation *situation,
                          struct cairn_verdict *verdict)
{
    const struct hazard_plan *p = plan;
    struct hazard_state *own = state;
    if (situation->work_since == 0 || own->interval == 0)
        own->interval = interval_from(p, situation, situation->now);
    int64_t interval = own->interval;
    if (moving_is_due(situation, interval))
        own->interval = interval_from(p, situation, moving_end(situation));
    moving_verdict(situation, interval, own->interval, verdict);
    verdict->numbers[2] = situation->nodes;
}

static void hazard_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                            size_t capacity)
{
    (void)plan;
    snprintf(bytes, capacity,
             "%.9g s since the last checkpoint: the interval of %.9g s, by the ages of %.0f nodes, "
             "%s",
             verdict->numbers[0], verdict->numbers[1], verdict->numbers[2],
             verdict->reason == MOVING_DUE ? "is over" : "is not over");
}

const struct cairn_controller_class cairn_controller_hazard = {
    .size = sizeof cairn_controller_hazard,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "hazard",
    .summary = "the optimum for the Weibull hazard of the nodes' ages",
    .params = params,
    .hears = CAIRN_WANTS_AGES,
    .plan_size = sizeof(struct hazard_plan),
    .state_size = sizeof(struct hazard_state),
    .plan = hazard_plan,
    .decide = hazard_decide,
    .describe = hazard_describe,
};
