/* SPDX-License-Identifier: Apache-2.0 */
/* online: young, daly or exact with a mean time between failures and a cost learned on the way.
 *
 *     interval = formula(C, M),
 *
 * M as estimator.h has it from the failures heard and the time without any; C an exponential
 * average of what checkpoints have cost, from the expected cost on. Computed anew after each
 * checkpoint and each restore. Nothing is known beforehand but the prior. Times are of the driver's
 * clock: what recovery takes is part of the gap between failures.
 */
#include "policies/controllers/estimator.h"
#include "policies/controllers/moving.h"
#include <stdio.h>

enum { PRIOR, METHOD, FORMULA, WEIGHT, WINDOW, ALPHA, MIN_INTERVAL };
enum { MTBF_VALUE, MIN_INTERVAL_VALUE, VALUES }; /* of a formula, as interval_rate_params */

extern const struct cairn_controller_class cairn_controller_young, cairn_controller_daly,
    cairn_controller_exact;

struct online_plan {
    struct estimator_opts opts;
    uint32_t formula;
    int64_t min_interval;
    struct cairn_shape shape; /* without stages */
};

struct online_state {
    struct estimator estimator;
    int64_t interval; /* the present one */
    double cost;      /* seconds */
};

static const char *const methods[] = {"bayes", "sma", "wma", "ema", "ar", NULL};
static const char *const formula_names[] = {"exact", "daly", "young", NULL};
static const struct cairn_controller_class *const formulas[] = {
    &cairn_controller_exact, &cairn_controller_daly, &cairn_controller_young};

static const struct cairn_param params[] = {
    {.name = "prior",
     .unit = CAIRN_DURATION,
     .fallback = "1 d",
     .help = "mean time between failures believed before anything has failed"},
    {.name = "method",
     .unit = CAIRN_CHOICE,
     .fallback = "bayes",
     .choices = methods,
     .help = "bayes: prior and all failures so far; sma, wma: mean of the last ones, the newest "
             "counting more in wma; ema: exponential average; ar: autoregressive prediction"},
    {.name = "formula",
     .unit = CAIRN_CHOICE,
     .fallback = "exact",
     .choices = formula_names,
     .help = "the controller whose interval is taken"},
    {.name = "weight",
     .unit = CAIRN_NUMBER,
     .fallback = "1",
     .min = 0.001,
     .max = 1e6,
     .help = "how many failures the prior counts for"},
    {.name = "window",
     .unit = CAIRN_COUNT,
     .fallback = "10",
     .min = 1,
     .max = ESTIMATOR_GAPS,
     .help = "gaps between failures that sma, wma and ar look back on"},
    {.name = "alpha",
     .unit = CAIRN_FRACTION,
     .fallback = "0.2",
     .help = "weight of the newest value in exponential averages: of gaps (ema) and of costs"},
    INTERVAL_LEAST_PARAM,
    {.name = NULL},
};

static const char *online_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                               void *plan)
{
    struct online_plan *p = plan;
    p->opts = (struct estimator_opts){.prior = values[PRIOR].x,
                                      .weight = values[WEIGHT].x,
                                      .alpha = values[ALPHA].x,
                                      .method = (uint32_t)values[METHOD].i,
                                      .window = (uint32_t)values[WINDOW].i};
    p->formula = (uint32_t)values[FORMULA].i;
    p->min_interval = values[MIN_INTERVAL].i;
    p->shape = (struct cairn_shape){.size = sizeof p->shape,
                                    .abi = CAIRN_CONTROLLER_ABI,
                                    .checkpoint_cost = shape->checkpoint_cost,
                                    .step = shape->step};
    return NULL;
}

static void online_init(const void *plan, void *state)
{
    const struct online_plan *p = plan;
    ((struct online_state *)state)->cost = simtime_seconds(p->shape.checkpoint_cost);
}

static int online_observe(const void *plan, void *state, const struct cairn_happening *happening,
                          uint64_t n)
{
    const struct online_plan *p = plan;
    struct online_state *own = state;
    if (happening->kind == CAIRN_HEAR_FAILURE) {
        estimator_failure(&own->estimator, &p->opts, happening->now);
        return 0; /* asked after the restore anyway */
    }
    double before = own->cost, cost = simtime_seconds(happening->cost);
    for (uint64_t i = 0; i < n && own->cost != cost; i++) {
        double last = own->cost;
        own->cost += p->opts.alpha * (cost - last);
        if (own->cost == last)
            break; /* as near as a double comes */
    }
    return own->cost != before;
}

/* The formula's interval for what is believed now. */
static int64_t believed_interval(const struct online_plan *p, const struct online_state *own,
                                 int64_t now)
{
    struct interval_plan planned = {0};
    struct cairn_shape shape = p->shape;
    struct cairn_value values[VALUES] = {
        [MTBF_VALUE].x = estimator_mtbf(&own->estimator, &p->opts, now),
        [MIN_INTERVAL_VALUE].i = p->min_interval,
    };
    shape.checkpoint_cost = simtime_from_seconds(own->cost);
    formulas[p->formula]->plan(values, &shape, &planned);
    return planned.interval;
}

static void online_decide(const void *plan, void *state, const struct cairn_situation *situation,
                          struct cairn_verdict *verdict)
{
    const struct online_plan *p = plan;
    struct online_state *own = state;
    if (!own->estimator.has_begun)
        estimator_begin(&own->estimator, &p->opts, situation->started);
    if (situation->work_since == 0 || own->interval == 0)
        own->interval = believed_interval(p, own, situation->now);
    int64_t interval = own->interval;
    if (moving_is_due(situation, interval))
        own->interval = believed_interval(p, own, moving_end(situation));
    moving_verdict(situation, interval, own->interval, verdict);
    verdict->numbers[2] = estimator_mtbf(&own->estimator, &p->opts, situation->now);
    verdict->numbers[3] = own->cost;
}

static void online_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                            size_t capacity)
{
    (void)plan;
    snprintf(bytes, capacity,
             "%.9g s since the last checkpoint: the interval of %.9g s %s; now believed: %.9g s "
             "between failures, %.9g s a checkpoint",
             verdict->numbers[0], verdict->numbers[1],
             verdict->reason == MOVING_DUE ? "is over" : "is not over", verdict->numbers[2],
             verdict->numbers[3]);
}

const struct cairn_controller_class cairn_controller_online = {
    .size = sizeof cairn_controller_online,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "online",
    .summary = "Young/Daly with MTBF and cost learned from failures and checkpoints",
    .params = params,
    .hears = CAIRN_HEARS(CAIRN_HEAR_FAILURE) | CAIRN_HEARS(CAIRN_HEAR_CHECKPOINT_DONE),
    .plan_size = sizeof(struct online_plan),
    .state_size = sizeof(struct online_state),
    .plan = online_plan,
    .init = online_init,
    .observe = online_observe,
    .decide = online_decide,
    .describe = online_describe,
};
