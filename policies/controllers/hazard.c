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
 * platform that fails as a whole is one node. Decided anew after each checkpoint and each restore:
 * one look at each node, then about seven sums over groups of them. Of many nodes those are one
 * group whose ages lie within an eighth of an octave; their mean age stands for them, which moves
 * H by less than k |k - 1| / 2000 of it.
 */
#include "policies/controllers/moving.h"
#include "sim/base/fmath.h"
#include <stdio.h>
#include <string.h>

enum { MTBF, SHAPE, MIN_INTERVAL };

struct hazard_plan {
    double mtbf, shape, scale; /* scale: of a life of mean 1 */
    int64_t least;
};

struct hazard_state {
    int64_t interval; /* the present one */
};

#define ALONE   64 /* groups up to which every node is reckoned by itself */
#define OCTAVES 36 /* of ages, from 1 s to 2,000 years */
#define GROUPS  (1 + OCTAVES * 8)

/* The nodes as they will be when the period begins. */
struct ages {
    double shape, scale;
    uint32_t count;
    double age[GROUPS], nodes[GROUPS]; /* s; how many are of about this age */
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

static double age_at(const struct cairn_situation *s, uint32_t node, int64_t from)
{
    return from > s->born[node] ? simtime_seconds(from - s->born[node]) : 0;
}

/* Every node by itself, neighbours of equal age together; false: they are too many. */
static int gather_each(struct ages *ages, const struct cairn_situation *s, int64_t from)
{
    for (uint32_t i = 0; i < s->nodes; i++) {
        if (i == 0 || s->born[i] != s->born[i - 1]) {
            if (ages->count == ALONE)
                return 0;
            ages->age[ages->count++] = age_at(s, i, from);
        }
        ages->nodes[ages->count - 1]++;
    }
    return 1;
}

/* Which eighth of which octave: the exponent of the age and three bits behind it. */
static uint32_t group_of(double age)
{
    uint64_t bits;
    memcpy(&bits, &age, sizeof bits);
    uint64_t eighths = bits >> 49;
    if (age < 1)
        return 0;
    eighths -= UINT64_C(1023) << 3;
    return eighths < GROUPS - 1 ? 1 + (uint32_t)eighths : GROUPS - 1;
}

static void gather_groups(struct ages *ages, const struct cairn_situation *s, int64_t from)
{
    memset(ages->age, 0, sizeof ages->age);
    memset(ages->nodes, 0, sizeof ages->nodes);
    for (uint32_t i = 0; i < s->nodes; i++) {
        double age = age_at(s, i, from);
        uint32_t group = group_of(age);
        ages->age[group] += age;
        ages->nodes[group]++;
    }
    ages->count = 0;
    for (uint32_t group = 0; group < GROUPS; group++) {
        if (ages->nodes[group] > 0) {
            ages->age[ages->count] = ages->age[group] / ages->nodes[group];
            ages->nodes[ages->count++] = ages->nodes[group];
        }
    }
}

static void gather(struct ages *ages, const struct hazard_plan *p, const struct cairn_situation *s,
                   int64_t from)
{
    memset(ages, 0, sizeof *ages);
    ages->shape = p->shape;
    ages->scale = p->scale * p->mtbf * s->nodes;
    if (p->shape <= 1 && p->shape >= 1) { /* age is nothing to them */
        ages->count = 1;
        ages->nodes[0] = s->nodes;
    } else if (!gather_each(ages, s, from)) {
        gather_groups(ages, s, from);
    }
}

/* H(x): failures expected within x seconds. */
static double cumulated(const struct ages *ages, double x)
{
    double sum = 0;
    for (uint32_t i = 0; i < ages->count; i++)
        sum += ages->nodes[i] * (fmath_pow((ages->age[i] + x) / ages->scale, ages->shape) -
                                 fmath_pow(ages->age[i] / ages->scale, ages->shape));
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
    struct ages ages;
    if (cost == 0)
        return p->least;
    gather(&ages, p, situation, from);
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
