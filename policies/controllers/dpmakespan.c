/* SPDX-License-Identifier: Apache-2.0 */
/* dpmakespan: the least expected makespan where one unit fails, by any Weibull law.
 *
 * Bougeret, Casanova, Rabie, Robert, Vivien (SC'11), DPMakespan. T(w | a), the expected time for
 * work w at age a, is the least over the next chunk x, of length l = x + C with its checkpoint, of
 *
 *     P (l + T(w - x | a + l)) + (1 - P) (E[lost in l | a] + D + E[T_rec] + T(w | R)),
 *
 * P = S(a + l) / S(a) the probability that it succeeds. A failed unit is replaced by a new one: at
 * the end of its restore its age is R. T(w | R) stands on both sides; solved for it, the least
 * quotient is the answer. With I(t) = E[min(life, t)], e = a + l and B the bracket without what is
 * lost, both sides times S(a) become
 *
 *     S(a) T(w | a) = S(a) B - I(a) + min of (S(e) T(w - x | e) + I(e) - S(e) B):
 *
 * no quotient within, and S and I are needed at the places (quanta done, checkpoints taken) of one
 * life alone. A job longer than the horizon is planned as if it ended there, again and again, and
 * age counts up to half of that. On several nodes the law is that of the job as a whole. */
#include "policies/controllers/dpmakespan.h"
#include "policies/controllers/quanta.h"
#include <stdio.h>

/* ---- the dynamic programme ------------------------------------------------------------------- */

struct solver {
    const struct makespan *it;
    double offset;            /* age at which this life begins to work */
    double again;             /* D + E[T_rec]: from a failure to the end of the restore */
    double *renewed;          /* by work: T(w | R) */
    double *now;              /* by quanta done: S(a) T with these checkpoints */
    double *reached, *passed; /* by quanta done at a chunk's end: S(e) T + I(e), S(e) */
    double *survives, *lives; /* by place: S(a), I(a) */
    unsigned char *choices;   /* of this life */
};

/* Where n of fewer than `size` quanta done with k <= n checkpoints is found, by k, then by n. */
static uint64_t place(uint32_t size, uint32_t n, uint32_t k)
{
    return (uint64_t)k * size - (uint64_t)k * (k + 1) / 2 + n;
}

/* All places of the first so many amounts of work, one triangle each. */
static uint64_t triangles(uint32_t works)
{
    return (uint64_t)works * (works + 1) * (works + 2) / 6;
}

uint64_t makespan_table(uint32_t quanta)
{
    return MAKESPAN_LIVES * triangles(quanta);
}

static uint64_t places(uint32_t quanta)
{
    return (uint64_t)(quanta + 1) * (quanta + 2) / 2;
}

uint64_t makespan_scratch(uint32_t quanta)
{
    return (4 * ((uint64_t)quanta + 1) + 2 * places(quanta)) * sizeof(double);
}

uint32_t makespan_chunk(const unsigned char *table, uint32_t quanta, enum makespan_life life,
                        uint32_t work, uint32_t done, uint32_t checkpoints)
{
    return table[(uint64_t)life * triangles(quanta) + triangles(work - 1) +
                 place(work, done, checkpoints)];
}

static double survival(const struct makespan *it, double age)
{
    return fmath_exp(-quanta_hazard(it->shape, it->scale, age));
}

/* E[min(life, t)] = E[life] P(1 / shape, (t / scale)^shape). */
static double limited_mean(const struct makespan *it, double t)
{
    return it->scale * fmath_gamma(1 + 1 / it->shape) *
           fmath_gamma_lower(1 / it->shape, quanta_hazard(it->shape, it->scale, t));
}

static void fill_places(struct solver *s)
{
    uint32_t size = s->it->quanta + 1;
    for (uint32_t k = 0; k < size; k++) {
        for (uint32_t n = k; n < size; n++) {
            double age = s->offset + n * s->it->quantum + k * s->it->checkpoint;
            s->survives[place(size, n, k)] = survival(s->it, age);
            s->lives[place(size, n, k)] = limited_mean(s->it, age);
        }
    }
}

/* What chunks that begin with k checkpoints can lead to; now[] is of one checkpoint more. */
static void fill_ends(const struct solver *s, uint32_t work, uint32_t k)
{
    for (uint32_t end = k + 1; end <= work; end++) {
        uint32_t then = end == work && !s->it->has_final_checkpoint ? k : k + 1;
        uint64_t e = place(s->it->quanta + 1, end, then);
        s->reached[end] = (end < work ? s->now[end] : 0) + s->lives[e];
        s->passed[end] = s->survives[e];
    }
}

/* S(a) T for work - n at the place (n, k), and the chunk that gives it. */
static double least(const struct solver *s, uint32_t work, uint32_t n, uint32_t k, double failure,
                    unsigned char *choice)
{
    uint64_t a = place(s->it->quanta + 1, n, k);
    uint32_t chosen = n + 1;
    double best = s->reached[chosen] - s->passed[chosen] * failure;
    for (uint32_t end = n + 2; end <= work; end++) {
        double time = s->reached[end] - s->passed[end] * failure;
        if (time < best) {
            best = time;
            chosen = end;
        }
    }
    *choice = (unsigned char)(chosen - n);
    return s->survives[a] * failure - s->lives[a] + best;
}

/* T at the beginning of a life to which a failure, `again` later, leads back. */
static double least_by_itself(const struct solver *s, uint32_t work, double again,
                              unsigned char *choice)
{
    double best = 0;
    for (uint32_t end = 1; end <= work; end++) {
        double failing = s->survives[0] - s->passed[end];
        double time = (s->reached[end] - s->lives[0] + failing * again) / s->passed[end];
        if (end == 1 || time < best) {
            best = time;
            *choice = (unsigned char)end;
        }
    }
    return best;
}

/* One life with `work` quanta to do. */
static double solve_work(struct solver *s, enum makespan_life life, uint32_t work)
{
    unsigned char *choices = s->choices + triangles(work - 1);
    for (uint32_t k = work - 1; k > 0; k--) {
        fill_ends(s, work, k);
        for (uint32_t n = k; n < work; n++)
            s->now[n] =
                least(s, work, n, k, s->again + s->renewed[work - n], &choices[place(work, n, k)]);
    }
    fill_ends(s, work, 0);
    if (life == MAKESPAN_RENEWED)
        return s->renewed[work] = least_by_itself(s, work, s->again, choices);
    return s->it->has_initial_restore ? least(s, work, 0, 0, s->again + s->renewed[work], choices)
                                      : least_by_itself(s, work, s->it->downtime, choices);
}

double makespan_solve(const struct makespan *it, unsigned char *table, void *scratch)
{
    double restored = survival(it, it->restore), makespan = 0;
    struct solver s = {.it = it, .offset = it->restore, .renewed = scratch};
    s.now = s.renewed + it->quanta + 1;
    s.reached = s.now + it->quanta + 1;
    s.passed = s.reached + it->quanta + 1;
    s.survives = s.passed + it->quanta + 1;
    s.lives = s.survives + places(it->quanta);
    s.again =
        it->downtime + (limited_mean(it, it->restore) + (1 - restored) * it->downtime) / restored;
    s.choices = table + MAKESPAN_RENEWED * triangles(it->quanta);
    fill_places(&s);
    for (uint32_t work = 1; work <= it->quanta; work++)
        solve_work(&s, MAKESPAN_RENEWED, work);
    s.offset = 0;
    s.choices = table;
    fill_places(&s);
    for (uint32_t work = 1; work <= it->quanta; work++)
        makespan = solve_work(&s, MAKESPAN_FIRST, work);
    return makespan;
}

/* ---- the controller -------------------------------------------------------------------------- */

enum { MTBF, QUANTA, SHAPE, HORIZON };
enum reason { REASON_EARLY, REASON_DUE, REASON_NEVER };

struct makespan_plan {
    struct quanta cut;
    int64_t work;
    uint32_t is_idle, has_initial_restore;
    double expected;        /* makespan, of the horizon where that is nearer than the end */
    unsigned char tables[]; /* of decisions; then the scratch, 8-aligned from the plan's start */
};

struct makespan_state {
    uint32_t is_planned, life, done, checkpoints; /* quanta since this life began */
    int64_t due; /* work since the last checkpoint at which the next one is due */
    uint32_t chunk, reserved;
};

static const struct cairn_param params[] = {
    QUANTA_MTBF_PARAM,
    {.name = "quanta",
     .unit = CAIRN_COUNT,
     .fallback = "100",
     .min = 2,
     .max = 200,
     .help = "places for a checkpoint that it weighs; its time grows with their fourth power"},
    QUANTA_SHAPE_PARAM,
    QUANTA_HORIZON_PARAM("2", "how far it looks ahead at most, in MTBFs"),
    {.name = NULL},
};

static int64_t horizon_of(const struct cairn_value *values)
{
    return simtime_from_seconds(values[HORIZON].x * values[MTBF].x);
}

static struct quanta cut_of(const struct cairn_value *values, const struct cairn_shape *shape)
{
    int64_t work = shape->work > 0 ? shape->work : CAIRN_NEVER;
    return quanta_cut(work, horizon_of(values), (uint32_t)values[QUANTA].i, shape->step,
                      quanta_interval(values[MTBF].x, shape->checkpoint_cost));
}

static uint64_t scratch_offset(uint32_t quanta)
{
    return (sizeof(struct makespan_plan) + makespan_table(quanta) + 7) / 8 * 8;
}

static uint64_t makespan_plan_bytes(const struct cairn_value *values,
                                    const struct cairn_shape *shape)
{
    if (horizon_of(values) == CAIRN_NEVER)
        return sizeof(struct makespan_plan);
    uint32_t quanta = cut_of(values, shape).count;
    return scratch_offset(quanta) + makespan_scratch(quanta);
}

static const char *makespan_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                                 void *plan)
{
    struct makespan_plan *p = plan;
    p->is_idle = horizon_of(values) == CAIRN_NEVER;
    if (p->is_idle)
        return NULL;
    p->cut = cut_of(values, shape);
    p->work = shape->work > 0 ? shape->work : CAIRN_NEVER;
    p->has_initial_restore = shape->has_initial_restore;
    struct makespan it = {.shape = values[SHAPE].x,
                          .scale = quanta_scale(values[MTBF].x, values[SHAPE].x),
                          .quantum = simtime_seconds(p->cut.quantum),
                          .checkpoint = simtime_seconds(shape->checkpoint_cost),
                          .restore = simtime_seconds(shape->restore_cost),
                          .downtime = simtime_seconds(shape->downtime),
                          .quanta = p->cut.count,
                          .has_final_checkpoint = shape->has_final_checkpoint || !p->cut.reach_end,
                          .has_initial_restore = shape->has_initial_restore};
    p->expected = makespan_solve(&it, p->tables, (char *)plan + scratch_offset(it.quanta));
    return NULL;
}

/* The next chunk, at the place that this life has come to. */
static int64_t look_up(const struct makespan_plan *p, struct makespan_state *s,
                       const struct cairn_situation *situation)
{
    uint32_t most = p->cut.count, work = most;
    int64_t left = p->work - situation->work_done;
    int64_t quanta = left / p->cut.quantum + (left % p->cut.quantum > 0);
    if (quanta < (int64_t)(most - s->done))
        work = s->done + (uint32_t)(quanta > 0 ? quanta : 1);
    s->chunk =
        makespan_chunk(p->tables, most, (enum makespan_life)s->life, work, s->done, s->checkpoints);
    return s->chunk * p->cut.quantum;
}

static void begin_life(const struct makespan_plan *p, struct makespan_state *s,
                       const struct cairn_situation *situation)
{
    int is_new = situation->failures == 0 || (situation->work_done == 0 && !p->has_initial_restore);
    *s = (struct makespan_state){.is_planned = 1,
                                 .life = is_new ? MAKESPAN_FIRST : MAKESPAN_RENEWED};
    s->due = situation->work_since + look_up(p, s, situation);
}

static int makespan_observe(const void *plan, void *state, const struct cairn_happening *happening,
                            uint64_t n)
{
    (void)plan, (void)happening, (void)n;
    ((struct makespan_state *)state)->is_planned = 0; /* recovered: it is asked anyway */
    return 0;
}

static void makespan_decide(const void *plan, void *state, const struct cairn_situation *situation,
                            struct cairn_verdict *verdict)
{
    const struct makespan_plan *p = plan;
    struct makespan_state *s = state;
    verdict->reason = REASON_NEVER;
    if (p->is_idle)
        return; /* nothing fails within the times there are */
    if (!s->is_planned)
        begin_life(p, s, situation);
    verdict->reason = REASON_EARLY;
    if (situation->work_since >= s->due) {
        uint32_t most = p->cut.reach_end ? p->cut.count - 1 : p->cut.count / 2;
        verdict->action = CAIRN_CHECKPOINT;
        verdict->reason = REASON_DUE;
        if (s->done + s->chunk <= most) { /* else it has aged as far as the table knows */
            s->done += s->chunk;
            s->checkpoints++;
        }
        s->due = look_up(p, s, situation);
    }
    verdict->ask = CAIRN_ASK_WORK;
    verdict->at = s->due;
    verdict->numbers[0] = simtime_seconds(s->due);
    verdict->numbers[1] = s->chunk;
    verdict->numbers[2] = simtime_seconds(p->cut.quantum);
}

static void makespan_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                              size_t capacity)
{
    static const char *const words[] = {"not yet", "a checkpoint"};
    (void)plan;
    if (verdict->reason == REASON_NEVER) {
        snprintf(bytes, capacity, "no failure is in sight");
        return;
    }
    snprintf(bytes, capacity, "%s; the next after %.9g s of work: %.0f quanta of %.9g s",
             words[verdict->reason], verdict->numbers[0], verdict->numbers[1], verdict->numbers[2]);
}

const struct cairn_controller_class cairn_controller_dpmakespan = {
    .size = sizeof cairn_controller_dpmakespan,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "dpmakespan",
    .summary = "SC'11 DPMakespan: the least expected makespan where one unit fails",
    .params = params,
    .hears = CAIRN_HEARS(CAIRN_HEAR_RECOVERED),
    .plan_size = sizeof(struct makespan_plan),
    .state_size = sizeof(struct makespan_state),
    .plan = makespan_plan,
    .observe = makespan_observe,
    .decide = makespan_decide,
    .describe = makespan_describe,
    .plan_bytes = makespan_plan_bytes,
};
