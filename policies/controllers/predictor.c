/* SPDX-License-Identifier: Apache-2.0 */
/* predictor: the optimal period where some failures are foretold.
 *
 *     T* = sqrt((2 M C - r C^2 / p^2) / (1 - r)), with the threshold;  sqrt(2 M C / (1 - r))
 * without
 *
 * Aupy, Robert, Vivien, Zaidouni, "Checkpointing algorithms and fault prediction" (2014); windows:
 * the same, "Checkpointing strategies with prediction windows" (2013). C: a checkpoint's cost, M:
 * mean time between failures, r, p: recall and precision; a period is work and one checkpoint.
 *
 * A trusted prediction is answered by a checkpoint that is complete just before its window begins.
 * The paper then completes the period that it was in; here a new one begins, which wastes less.
 * Threshold: only one that falls at least C / p after the last checkpoint is trusted; below, the
 * cost is more than the work at stake times its probability. In a window of length I:
 *
 *     ignore   as always, T* between checkpoints
 *     before   no checkpoint until the window is over or the failure has come
 *     during   period sqrt((2 - p) I C / p): a fraction p of the windows ends halfway, by a failure
 */
#include "policies/controllers/ahead.h"
#include "policies/controllers/interval.h"
#include "sim/base/fmath.h"
#include "sim/base/simtime.h"
#include <stdio.h>

enum { MTBF, PRECISION, RECALL, TRUST, WINDOW, MIN_INTERVAL };
enum { TRUST_THRESHOLD, TRUST_ALWAYS };
enum { WINDOW_IGNORE, WINDOW_BEFORE, WINDOW_DURING };
enum reason { REASON_EARLY, REASON_DUE, REASON_FORETOLD };

struct predictor_plan {
    struct interval_plan regular; /* first: interval_of reads it */
    int64_t threshold;            /* work since the last checkpoint when a proactive one begins */
    int64_t persist, slack, least;
    double cost, precision;
    int64_t window;
};

struct predictor_state {
    struct ahead ahead;
    int64_t until;   /* in a window until then; 0: in none */
    int64_t between; /* work between checkpoints in it */
};

static const char *const trusts[] = {"threshold", "always", NULL};
static const char *const windows[] = {"ignore", "before", "during", NULL};
static const struct cairn_param params[] = {
    {.name = "mtbf",
     .unit = CAIRN_MTBF,
     .fallback = "scenario",
     .help = "mean time between failures that strike the job: 'scenario' takes it from the laws"},
    {.name = "precision",
     .unit = CAIRN_FRACTION,
     .min = 1e-6,
     .max = 1,
     .help = "fraction of the predictions that come true"},
    {.name = "recall",
     .unit = CAIRN_FRACTION,
     .max = 1,
     .help = "fraction of the failures that are predicted"},
    {.name = "trust",
     .unit = CAIRN_CHOICE,
     .fallback = "threshold",
     .choices = trusts,
     .help = "threshold: only predictions at least cost / precision after the last checkpoint; "
             "always: all that leave time for a checkpoint"},
    {.name = "window",
     .unit = CAIRN_CHOICE,
     .fallback = "ignore",
     .choices = windows,
     .help = "between a window's beginning and end: ignore (checkpoints as always), before (none), "
             "during (more of them)"},
    INTERVAL_LEAST_PARAM,
    {.name = NULL},
};

static double period(const struct cairn_value *values, double cost)
{
    double mtbf = values[MTBF].x, p = values[PRECISION].x, r = values[RECALL].x;
    double shortest = values[TRUST].i == TRUST_ALWAYS ? 0 : cost / p;
    double gain = r * shortest * shortest, loss = 2 * mtbf * cost;
    double optimum = loss > gain ? fmath_sqrt((loss - gain) / (1 - r)) : 0;
    return optimum > shortest ? optimum : shortest; /* T* holds where predictions are trusted */
}

static const char *predictor_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                                  void *plan)
{
    struct predictor_plan *p = plan;
    double cost = simtime_seconds(shape->checkpoint_cost), precision = values[PRECISION].x;
    if (!(precision > 0))
        return "precision must be more than 0: what never comes true is no prediction";
    interval_set(&p->regular, 0, values[MIN_INTERVAL].i, shape);
    p->least = p->regular.interval;
    interval_set(&p->regular, period(values, cost) - cost, values[MIN_INTERVAL].i, shape);
    if (values[TRUST].i == TRUST_THRESHOLD)
        p->threshold = simtime_from_seconds(cost / precision - cost);
    p->persist = shape->persist;
    p->slack = ahead_slack(shape);
    p->cost = cost;
    p->precision = precision;
    p->window = values[WINDOW].i;
    return NULL;
}

/* ---- predictions --------------------------------------------------------------------------- */

static int predictor_observe(const void *plan, void *state, const struct cairn_happening *happening,
                             uint64_t n)
{
    struct predictor_state *s = state;
    (void)plan, (void)n;
    ahead_pass(&s->ahead, happening->now);
    if (happening->kind == CAIRN_HEAR_PREDICTION) {
        ahead_keep(&s->ahead, happening->from, happening->until);
        return 1;
    }
    s->until = 0; /* it has come true, or come otherwise */
    return 0;
}

static void enter_window(const struct predictor_plan *p, struct predictor_state *s, int64_t until,
                         int64_t from)
{
    double length = simtime_seconds(until - from), each = (2 - p->precision) / p->precision;
    int64_t work = simtime_from_seconds(fmath_sqrt(each * length * p->cost) - p->cost);
    s->until = until;
    s->between = p->window == WINDOW_BEFORE ? CAIRN_NEVER : work > p->least ? work : p->least;
}

/* Is a checkpoint to be begun now, so that it is complete when a window begins? */
static int is_foretold(const struct predictor_plan *p, struct predictor_state *s,
                       const struct cairn_situation *situation, int64_t lead)
{
    int64_t now = situation->now, since = situation->work_since;
    while (s->ahead.count > 0 && s->ahead.next[0].from - lead - p->slack <= now) {
        struct ahead_window next = ahead_take(&s->ahead);
        if (next.from - lead < now || since == 0 || since < p->threshold)
            continue; /* too late, or too little at stake */
        if (p->window != WINDOW_IGNORE && next.until > next.from)
            enter_window(p, s, next.until, next.from);
        return 1;
    }
    return 0;
}

static void predictor_decide(const void *plan, void *state, const struct cairn_situation *situation,
                             struct cairn_verdict *verdict)
{
    const struct predictor_plan *p = plan;
    struct predictor_state *s = state;
    int64_t now = situation->now, cost = situation->expected_cost, since = situation->work_since;
    int64_t lead = simtime_add(cost > 0 ? cost : 1, p->persist);
    int foretold = is_foretold(p, s, situation, lead);
    if (s->until <= now)
        s->until = 0;
    int64_t work = s->until > 0 ? s->between : p->regular.interval;
    int is_due = since >= work;
    int64_t next = s->until > 0 ? s->until : CAIRN_NEVER;
    if (s->ahead.count > 0 && s->ahead.next[0].from - lead - p->slack < next)
        next = s->ahead.next[0].from - lead - p->slack;
    int64_t rest = foretold || is_due ? simtime_add(cost, work) : work - since;
    verdict->action = foretold || is_due ? CAIRN_CHECKPOINT : CAIRN_SKIP;
    verdict->ask = next < simtime_add(now, rest) ? CAIRN_ASK_TIME : CAIRN_ASK_WORK;
    verdict->at = verdict->ask == CAIRN_ASK_WORK ? work : next > now ? next : now + 1;
    verdict->repeat = !foretold && next == CAIRN_NEVER;
    verdict->reason = foretold ? REASON_FORETOLD : is_due ? REASON_DUE : REASON_EARLY;
    verdict->numbers[0] = simtime_seconds(since);
    verdict->numbers[1] = simtime_seconds(work);
}

static void predictor_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                               size_t capacity)
{
    static const char *const words[] = {"not over yet", "over", "not over, but a failure is near"};
    (void)plan;
    snprintf(bytes, capacity, "%.9g s since the last checkpoint: the interval of %.9g s is %s",
             verdict->numbers[0], verdict->numbers[1], words[verdict->reason % 3]);
}

const struct cairn_controller_class cairn_controller_predictor = {
    .size = sizeof cairn_controller_predictor,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "predictor",
    .summary = "Aupy et al. 2014: acts on predictions, and plans with them",
    .params = params,
    .hears = CAIRN_HEARS(CAIRN_HEAR_PREDICTION) | CAIRN_HEARS(CAIRN_HEAR_FAILURE),
    .plan_size = sizeof(struct predictor_plan),
    .state_size = sizeof(struct predictor_state),
    .plan = predictor_plan,
    .observe = predictor_observe,
    .decide = predictor_decide,
    .interval = interval_of,
    .describe = predictor_describe,
};
