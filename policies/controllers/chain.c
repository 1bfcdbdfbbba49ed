/* SPDX-License-Identifier: Apache-2.0 */
/* chain: after which steps? The dynamic programme of Toueg and Babaoglu (1984).
 *
 * Steps of work w, a checkpoint after step j costs C_j, restoring it R_j, failures are exponential
 * of rate 1 / M, and D is the downtime. A segment from after step i to after step j takes
 *
 *     segment(i, j) = e^(R_i / M) (M + D) (e^((w_i+1 + … + w_j + C_j) / M) - 1)      expected, so
 *     best(j) = min over i < j of best(i) + segment(i, j),     best(0) = 0.
 *
 * With a budget of B checkpoints best has a second index. Looking back from j stops as soon as no
 * earlier i can be better: best(i) is at least what i's work would take at the least cost per work
 * that any interval can have. Where costs are alike that leaves a few intervals' worth of steps. */
#include "policies/controllers/chain.h"
#include "policies/controller.h"
#include "policies/controllers/interval.h"
#include "sim/base/fmath.h"
#include "sim/base/simtime.h"
#include <stdio.h>

/* ---- the dynamic programme ------------------------------------------------------------------- */

struct solver {
    const struct chain *chain;
    double rate_bound;    /* no work takes less time per second of it, restores and all */
    double least_restore; /* e^(least R / M) (M + D) */
    double *before;       /* count + 1: work of the first i steps */
    double *weight;       /* count + 1: e^(R_i / M) (M + D) */
    double *best, *last;  /* count + 1 each; last: with one checkpoint fewer */
    uint32_t *from;       /* (levels) x (count + 1): the i that is best for j */
};

static int never_fails(const struct chain *chain)
{
    return !(chain->mtbf <= 1.7976931348623157e308);
}

static double weight_of(const struct chain *chain, double restore)
{
    return never_fails(chain) ? 1
                              : fmath_exp(restore / chain->mtbf) * (chain->mtbf + chain->downtime);
}

static double segment(const struct chain *chain, double weight, double length)
{
    return never_fails(chain) ? length : weight * fmath_expm1(length / chain->mtbf);
}

static double checkpoint_after(const struct chain *chain, uint32_t steps)
{
    int has_none = steps == chain->count && !chain->has_final_checkpoint;
    return has_none ? 0 : chain->steps[steps - 1].checkpoint;
}

double chain_expected(const struct chain *chain, const unsigned char *is_marked)
{
    double total = 0, work = 0, restore = chain->initial_restore;
    for (uint32_t j = 1; j <= chain->count; j++) {
        work += chain->steps[j - 1].work;
        if (j < chain->count && !is_marked[j - 1])
            continue;
        total += segment(chain, weight_of(chain, restore), work + checkpoint_after(chain, j));
        restore = chain->steps[j - 1].restore;
        work = 0;
    }
    return total;
}

static uint32_t levels_of(uint32_t count, uint32_t budget)
{
    return budget < count ? budget + 1 : 1; /* so many never bind */
}

uint64_t chain_scratch(uint32_t count, uint32_t budget)
{
    uint64_t each = (uint64_t)count + 1, indices = each * levels_of(count, budget);
    return 4 * each * sizeof(double) + (indices + indices % 2) * sizeof(uint32_t);
}

/* The least expected time per work of any segment: the exact optimum at the least costs. */
static double least_rate(const struct chain *chain, double weight, double checkpoint)
{
    double mtbf = chain->mtbf;
    if (never_fails(chain))
        return 1;
    double length = interval_exact(checkpoint, mtbf);
    double rate = segment(chain, weight, length + checkpoint) / length;
    return length > 1e-6 * mtbf ? rate : weight / mtbf; /* the limit, where a quotient of 0s is */
}

static void prepare(struct solver *s, const struct chain *chain, void *scratch)
{
    uint32_t count = chain->count;
    double checkpoint = chain->steps[0].checkpoint, weight = 0;
    *s = (struct solver){.chain = chain, .before = scratch};
    s->weight = s->before + count + 1;
    s->best = s->weight + count + 1;
    s->last = s->best + count + 1;
    s->from = (uint32_t *)(void *)(s->last + count + 1);
    s->before[0] = s->best[0] = s->last[0] = 0;
    weight = s->weight[0] = weight_of(chain, chain->initial_restore);
    for (uint32_t i = 1; i <= count; i++) {
        const struct chain_step *step = &chain->steps[i - 1];
        s->before[i] = s->before[i - 1] + step->work;
        s->weight[i] = weight_of(chain, step->restore);
        weight = s->weight[i] < weight ? s->weight[i] : weight;
        checkpoint = step->checkpoint < checkpoint ? step->checkpoint : checkpoint;
    }
    s->least_restore = weight;
    s->rate_bound =
        least_rate(chain, weight, checkpoint) * (1 - 1e-9); /* rounding is not cheated */
}

/* best(j) and its i, given what is best for all before: in the same row without a budget, in the
 * row of one checkpoint fewer with one. */
static void look_back(const struct solver *s, const double *earlier, uint32_t j, uint32_t *from)
{
    double end = s->before[j] + checkpoint_after(s->chain, j), best = 0;
    for (uint32_t i = j; i-- > 0;) {
        double length = end - s->before[i];
        double time = earlier[i] + segment(s->chain, s->weight[i], length);
        if (i + 1 == j || time < best) {
            best = time;
            *from = i;
        }
        if (s->rate_bound * s->before[i] + segment(s->chain, s->least_restore, length) > best)
            break;
    }
    s->best[j] = best;
}

static void solve_unlimited(const struct solver *s)
{
    for (uint32_t j = 1; j <= s->chain->count; j++)
        look_back(s, s->best, j, &s->from[j]);
}

/* Level b: at most b checkpoints before j; i = 0 means none at all, at every level. */
static void solve_level(struct solver *s, uint32_t b)
{
    uint32_t count = s->chain->count, *from = s->from + (uint64_t)b * (count + 1);
    double *swap = s->last;
    s->last = s->best;
    s->best = swap;
    for (uint32_t j = 1; j <= count; j++) {
        if (b > 0) {
            look_back(s, s->last, j, &from[j]);
            continue;
        }
        from[j] = 0;
        s->best[j] = segment(s->chain, s->weight[0], s->before[j] + checkpoint_after(s->chain, j));
    }
}

/* Back from the end, a level down with each checkpoint. How many. */
static uint32_t mark(const struct solver *s, uint32_t level, uint32_t fall,
                     unsigned char *is_marked)
{
    uint32_t count = s->chain->count, marked = 0;
    for (uint32_t i = 0; i < count; i++)
        is_marked[i] = 0;
    is_marked[count - 1] = s->chain->has_final_checkpoint != 0;
    for (uint32_t j = count;; level -= fall, marked++) {
        j = s->from[(uint64_t)level * (count + 1) + j];
        if (j == 0)
            return marked;
        is_marked[j - 1] = 1;
    }
}

double chain_solve(const struct chain *chain, uint32_t budget, unsigned char *is_marked,
                   void *scratch)
{
    struct solver s;
    uint32_t levels = levels_of(chain->count, budget);
    prepare(&s, chain, scratch);
    solve_unlimited(&s);
    if (mark(&s, 0, 0, is_marked) <= budget)
        return s.best[chain->count];
    for (uint32_t b = 0; b < levels; b++)
        solve_level(&s, b);
    mark(&s, levels - 1, 1, is_marked);
    return s.best[chain->count];
}

/* ---- the controller -------------------------------------------------------------------------- */

enum { MTBF, BUDGET };
enum reason { REASON_UNMARKED, REASON_MARKED };

#define MOST_STEPS 20000
#define MOST_WORK  4e8 /* steps^2 x (budget + 1): a few seconds at the worst */

struct chain_plan {
    uint32_t count, marked;
    double expected; /* makespan, s */
    uint32_t next[]; /* count + 1: by steps done, the marked index after it; 0: none */
};

static const struct cairn_param params[] = {
    {.name = "mtbf",
     .unit = CAIRN_MTBF,
     .fallback = "scenario",
     .help = "mean time between failures that strike the job: 'scenario' takes it from the laws"},
    {.name = "budget",
     .unit = CAIRN_COUNT,
     .fallback = "0",
     .max = 1e6,
     .help = "checkpoints that it may take, the job's final one not counted; 0: as many as pay"},
    {.name = NULL},
};

static uint32_t budget_of(const struct cairn_value *values)
{
    return values[BUDGET].i > 0 ? (uint32_t)values[BUDGET].i : CHAIN_UNLIMITED;
}

static const char *refusal(const struct cairn_value *values, const struct cairn_shape *shape)
{
    uint64_t count = (uint64_t)cairn_steps(shape);
    if (count == 0)
        return shape->step > 0 ? "needs to know how much work the job is"
                               : "needs steps to choose from: give workload.group.step or stages";
    if (count > MOST_STEPS)
        return "more than 20,000 steps to choose from: use exact, which keeps one interval";
    uint32_t levels = levels_of((uint32_t)count, budget_of(values));
    if ((double)count * (double)count * (double)levels > MOST_WORK)
        return "so many steps and so large a budget take too long to weigh: use a smaller budget, "
               "or none (0)";
    return NULL;
}

/* next, then the steps (8-aligned), the marks, the scratch. */
static uint64_t steps_offset(uint64_t count)
{
    return (sizeof(struct chain_plan) + (count + 1) * sizeof(uint32_t) + 7) / 8 * 8;
}

static uint64_t chain_plan_bytes(const struct cairn_value *values, const struct cairn_shape *shape)
{
    uint64_t count = (uint64_t)cairn_steps(shape);
    if (refusal(values, shape))
        return sizeof(struct chain_plan);
    return steps_offset(count) + count * sizeof(struct chain_step) +
           chain_scratch((uint32_t)count, budget_of(values)) + count;
}

static void fill_steps(const struct cairn_shape *shape, struct chain_step *steps, uint64_t count)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < shape->stages_count; i++)
        for (int64_t k = 0; k < shape->stages[i].count; k++)
            steps[n++] = (struct chain_step){simtime_seconds(shape->stages[i].work),
                                             simtime_seconds(shape->stages[i].checkpoint_cost),
                                             simtime_seconds(shape->stages[i].restore_cost)};
    for (; n < count; n++) { /* equal ones; the last may be short */
        int64_t rest = shape->work - (int64_t)n * shape->step;
        steps[n] = (struct chain_step){simtime_seconds(rest < shape->step ? rest : shape->step),
                                       simtime_seconds(shape->checkpoint_cost),
                                       simtime_seconds(shape->restore_cost)};
    }
}

static const char *chain_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                              void *plan)
{
    struct chain_plan *p = plan;
    const char *problem = refusal(values, shape);
    if (problem)
        return problem;
    uint32_t count = (uint32_t)cairn_steps(shape), budget = budget_of(values);
    struct chain_step *steps = (struct chain_step *)(void *)((char *)plan + steps_offset(count));
    unsigned char *scratch = (unsigned char *)(steps + count);
    unsigned char *is_marked = scratch + chain_scratch(count, budget);
    fill_steps(shape, steps, count);
    struct chain chain = {.mtbf = values[MTBF].x,
                          .downtime = simtime_seconds(shape->downtime),
                          .initial_restore =
                              shape->has_initial_restore ? simtime_seconds(shape->restore_cost) : 0,
                          .count = count,
                          .has_final_checkpoint = shape->has_final_checkpoint,
                          .steps = steps};
    p->count = count;
    p->expected = chain_solve(&chain, budget, is_marked, scratch);
    p->next[count] = p->next[count - 1] = p->marked = 0; /* the last one is the job's own */
    for (uint32_t i = count - 1; i-- > 0;) {
        p->next[i] = is_marked[i] ? i + 1 : p->next[i + 1];
        p->marked += is_marked[i];
    }
    return NULL;
}

static void chain_decide(const void *plan, void *state, const struct cairn_situation *situation,
                         struct cairn_verdict *verdict)
{
    const struct chain_plan *p = plan;
    int64_t index = situation->step_index < p->count ? situation->step_index : p->count;
    int is_marked = index > 0 && p->next[index - 1] == index;
    uint32_t next = p->next[index];
    (void)state;
    verdict->action = is_marked && situation->steps_since > 0 ? CAIRN_CHECKPOINT : CAIRN_SKIP;
    verdict->ask = next > 0 ? CAIRN_ASK_STEP : CAIRN_ASK_NEVER;
    verdict->at = next;
    verdict->reason = is_marked ? REASON_MARKED : REASON_UNMARKED;
    verdict->numbers[0] = (double)index;
    verdict->numbers[1] = p->marked;
    verdict->numbers[2] = p->expected;
}

static void chain_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                           size_t capacity)
{
    (void)plan;
    snprintf(bytes, capacity,
             "step %.0f is %s: checkpoints after %.0f steps make the expected makespan %.9g s",
             verdict->numbers[0], verdict->reason == REASON_MARKED ? "one of them" : "none of them",
             verdict->numbers[1], verdict->numbers[2]);
}

const struct cairn_controller_class cairn_controller_chain = {
    .size = sizeof cairn_controller_chain,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "chain",
    .summary = "Toueg and Babaoglu 1984: the steps after which a checkpoint pays",
    .params = params,
    .plan_size = sizeof(struct chain_plan),
    .plan = chain_plan,
    .plan_bytes = chain_plan_bytes,
    .decide = chain_decide,
    .describe = chain_describe,
};
