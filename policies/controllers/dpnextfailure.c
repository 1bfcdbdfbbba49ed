/* SPDX-License-Identifier: Apache-2.0 */
/* dpnextfailure: commit as much as can be expected before the next failure.
 *
 * Bougeret, Casanova, Rabie, Robert, Vivien (SC'11), DPNextFailure. With S(x) the probability that
 * no node fails within x from now, given the ages of all of them, chunks w_1, w_2, … of work with a
 * checkpoint of cost C after each commit
 *
 *     sum over j of w_j S(w_1 + … + w_j + j C)
 *
 * in expectation; a dynamic programme over (quanta done, checkpoints taken) finds the most. It is
 * solved again after every failure, with the ages of then.
 *
 * As in the paper it does not look further ahead than a few MTBFs (there 2, here 3, counted by the
 * hazard at the present ages), and where the job is longer than that it follows only the first half
 * of the chunks, then looks again: towards the end of a plan chunks are short, for it does not know
 * that work goes on. Against looking twice as far this costs 0.15 % of the work committed, or less.
 * Ages: the smallest ones exactly, for young nodes fail soonest where shape < 1 and equal ones are
 * one; all older ones by the mean of their half octave, where the paper takes quantiles. */
#include "policies/controllers/dpnextfailure.h"
#include "policies/controllers/quanta.h"
#include <stdio.h>

/* ---- the dynamic programme ------------------------------------------------------------------- */

uint64_t nextfailure_scratch(uint32_t quanta)
{
    uint64_t choices = (uint64_t)quanta * quanta * sizeof(uint16_t);
    return (uint64_t)3 * (quanta + 1) * sizeof(double) + (choices + 7) / 8 * 8;
}

/* Hazard of a unit from now to x from now. */
static double hazard_of(const struct nextfailure *it, const struct nextfailure_unit *unit, double x)
{
    return unit->count * (quanta_hazard(it->shape, it->scale, unit->age + x) -
                          quanta_hazard(it->shape, it->scale, unit->age));
}

/* Hazard of what is old, at even places: a power for each unit at each of quanta^2 / 2 instants
 * would take most of the time. Between places it is cubic; with ages of four steps and more that is
 * right to 1e-5, and what they stand for is rounded more than that. */
#define PLACES 128
#define FEW    4

struct old {
    double step, least_age; /* endless: there are so few units that each is taken by itself */
    double hazard[PLACES + 1], slope[PLACES + 1];
};

static void tabulate(const struct nextfailure *it, struct old *old)
{
    old->step = it->quanta * (it->quantum + it->checkpoint) / PLACES;
    old->least_age = it->units_count > FEW ? 4 * old->step : 1e300;
    for (uint32_t j = 0; j <= PLACES; j++)
        old->hazard[j] = old->slope[j] = 0;
    for (uint32_t i = 0; i < it->units_count; i++) {
        const struct nextfailure_unit *unit = &it->units[i];
        double past = quanta_hazard(it->shape, it->scale, unit->age);
        for (uint32_t j = 0; unit->age >= old->least_age && j <= PLACES; j++) {
            double age = unit->age + j * old->step;
            double hazard = quanta_hazard(it->shape, it->scale, age);
            old->hazard[j] += unit->count * (hazard - past);
            old->slope[j] += unit->count * it->shape * hazard / age * old->step;
        }
    }
}

static double hazard_of_old(const struct old *old, double x)
{
    double at = x / old->step;
    uint32_t j = at < PLACES - 1 ? (uint32_t)at : PLACES - 1;
    double t = at - j, rise = old->hazard[j + 1] - old->hazard[j];
    double from = old->slope[j], to = old->slope[j + 1];
    return old->hazard[j] +
           t * (from + t * (3 * rise - 2 * from - to + t * (from + to - 2 * rise)));
}

/* P(no node fails within x). */
static double survival(const struct nextfailure *it, const struct old *old, double x)
{
    double hazard = hazard_of_old(old, x);
    for (uint32_t i = 0; i < it->units_count; i++)
        if (it->units[i].age < old->least_age)
            hazard += hazard_of(it, &it->units[i], x);
    return fmath_exp(-hazard);
}

/* Rows by quanta done. */
struct rows {
    double *most;      /* work committed from here on, times what survives */
    double *last, *at; /* a chunk from n to `end` is worth last[end] - n at[end] */
};

/* All that begins with k checkpoints taken; most[] is what k + 1 are worth, and then what k are. */
static void solve_layer(const struct nextfailure *it, const struct old *old, uint32_t k,
                        const struct rows *rows, uint16_t *choice)
{
    uint32_t quanta = it->quanta;
    for (uint32_t end = k + 1; end <= quanta; end++) {
        double cost = end == quanta ? it->last_checkpoint : it->checkpoint;
        double x = end * it->quantum + k * it->checkpoint + cost;
        rows->at[end] = survival(it, old, x) * it->quantum;
        rows->last[end] = end * rows->at[end] + rows->most[end];
    }
    for (uint32_t n = k; n < quanta; n++) {
        uint32_t chosen = n + 1;
        double best = rows->last[chosen] - n * rows->at[chosen];
        for (uint32_t end = n + 2; end <= quanta; end++) {
            double worth = rows->last[end] - n * rows->at[end];
            if (worth > best) {
                best = worth;
                chosen = end;
            }
        }
        choice[n] = (uint16_t)(chosen - n);
        rows->most[n] = best;
        if (k == 0)
            return; /* nothing is done before the first checkpoint */
    }
}

double nextfailure_solve(const struct nextfailure *it, uint16_t *chunks, uint32_t *count,
                         void *scratch)
{
    uint32_t quanta = it->quanta;
    struct old old;
    struct rows rows = {.most = scratch};
    rows.last = rows.most + quanta + 1;
    rows.at = rows.last + quanta + 1;
    uint16_t *choices = (uint16_t *)(void *)(rows.at + quanta + 1); /* by checkpoints, by quanta */
    tabulate(it, &old);
    rows.most[quanta] = 0;
    for (uint32_t k = quanta; k-- > 0;)
        solve_layer(it, &old, k, &rows, choices + (uint64_t)k * quanta);
    *count = 0;
    for (uint32_t n = 0; n < quanta; n += chunks[(*count)++])
        chunks[*count] = choices[(uint64_t)*count * quanta + n];
    return rows.most[0];
}

/* ---- the controller -------------------------------------------------------------------------- */

enum { MTBF, QUANTA, SHAPE, HORIZON };
enum reason { REASON_EARLY, REASON_DUE, REASON_NEVER };

#define EXACT   8   /* smallest ages kept as they are; the paper keeps 10 */
#define OCTAVES 128 /* halves of octaves of ns: ages within a factor of 1.5 or less */

struct nextfailure_plan {
    double mtbf, shape, horizon; /* the job's; a node's; in failures */
    int64_t checkpoint, work, step;
    uint32_t quanta, has_final_checkpoint;
};

struct nextfailure_state {
    uint32_t is_planned, position, usable; /* chunks behind; chunks to follow before a new plan */
    uint32_t count;
    int64_t quantum, due; /* ns; work since the last checkpoint at which the next one is due */
    double expected;      /* s of work until the next failure */
    double scratch[];     /* then the chunks */
};

static const struct cairn_param params[] = {
    QUANTA_MTBF_PARAM,
    {.name = "quanta",
     .unit = CAIRN_COUNT,
     .fallback = "150",
     .min = 2,
     .max = 1000,
     .help = "places for a checkpoint that it weighs; its time grows with their cube"},
    QUANTA_SHAPE_PARAM,
    QUANTA_HORIZON_PARAM("3", "how far it looks ahead at most: until so many failures are to be "
                              "expected, at the ages of the nodes; in MTBFs, where ages do not "
                              "matter"),
    {.name = NULL},
};

static const char *nextfailure_plan(const struct cairn_value *values,
                                    const struct cairn_shape *shape, void *plan)
{
    *(struct nextfailure_plan *)plan =
        (struct nextfailure_plan){.mtbf = values[MTBF].x,
                                  .shape = values[SHAPE].x,
                                  .horizon = values[HORIZON].x,
                                  .checkpoint = shape->checkpoint_cost,
                                  .work = shape->work > 0 ? shape->work : CAIRN_NEVER,
                                  .step = shape->step,
                                  .quanta = (uint32_t)values[QUANTA].i,
                                  .has_final_checkpoint = shape->has_final_checkpoint};
    return NULL;
}

static uint64_t nextfailure_state_bytes(const void *plan)
{
    const struct nextfailure_plan *p = plan;
    return sizeof(struct nextfailure_state) + nextfailure_scratch(p->quanta) +
           p->quanta * sizeof(uint16_t);
}

static uint16_t *chunks_of(const struct nextfailure_plan *p, struct nextfailure_state *s)
{
    return (uint16_t *)(void *)((char *)s->scratch + nextfailure_scratch(p->quanta));
}

/* ---- ages ------------------------------------------------------------------------------------ */

struct ages {
    uint32_t exact_count;
    int64_t exact[EXACT + 1]; /* ascending */
    uint32_t many[EXACT + 1]; /* nodes of that age */
    struct {
        double sum;
        uint32_t many;
    } octaves[OCTAVES];
};

static void put_octave(struct ages *ages, int64_t age, uint32_t many)
{
    unsigned octave = 0;
    if (age > 1) {
        octave = 63 - (unsigned)__builtin_clzll((unsigned long long)age);
        octave = 2 * octave + (unsigned)(age >> (octave - 1) & 1);
    }
    ages->octaves[octave].sum += simtime_seconds(age) * many;
    ages->octaves[octave].many += many;
}

/* Into its place among the exact ones; what falls out at the end is one of the many. */
static void put_age(struct ages *ages, int64_t age)
{
    uint32_t i = ages->exact_count;
    while (i > 0 && ages->exact[i - 1] > age)
        i--;
    if (i > 0 && ages->exact[i - 1] == age) {
        ages->many[i - 1]++;
        return;
    }
    if (i == EXACT) {
        put_octave(ages, age, 1);
        return;
    }
    for (uint32_t j = ages->exact_count; j > i; j--) {
        ages->exact[j] = ages->exact[j - 1];
        ages->many[j] = ages->many[j - 1];
    }
    ages->exact[i] = age;
    ages->many[i] = 1;
    if (ages->exact_count < EXACT)
        ages->exact_count++;
    else
        put_octave(ages, ages->exact[EXACT], ages->many[EXACT]);
}

/* The nodes as units, `later` ns from now. A driver that knows no ages has one that was renewed
 * with the last failure. *nodes: how many there are. */
static uint32_t units_of(const struct cairn_situation *situation, int64_t later,
                         struct nextfailure_unit units[EXACT + OCTAVES], double *nodes)
{
    struct ages ages = {0};
    uint32_t count = 0;
    int is_known = situation->born && situation->nodes > 0;
    for (uint32_t i = 0; i < (is_known ? situation->nodes : 1); i++) {
        int64_t age = situation->now - (is_known ? situation->born[i] : situation->failed);
        put_age(&ages, age > 0 ? age : 0);
    }
    double more = simtime_seconds(later);
    for (uint32_t i = 0; i < ages.exact_count; i++)
        units[count++] =
            (struct nextfailure_unit){simtime_seconds(ages.exact[i]) + more, ages.many[i]};
    for (uint32_t i = 0; i < OCTAVES; i++) {
        uint32_t many = ages.octaves[i].many;
        if (many > 0)
            units[count++] = (struct nextfailure_unit){ages.octaves[i].sum / many + more, many};
    }
    *nodes = is_known ? situation->nodes : 1;
    return count;
}

/* ---- deciding -------------------------------------------------------------------------------- */

/* Are `horizon` failures to be expected within x? */
static int is_past(const struct nextfailure_plan *p, const struct nextfailure *it, double x)
{
    double hazard = 0;
    for (uint32_t i = 0; i < it->units_count; i++)
        hazard += hazard_of(it, &it->units[i], x);
    return hazard >= p->horizon;
}

/* How far ahead they are: from 2^-20 to 2^20 of where they were without ages, to one in 2^20. */
static double horizon_of(const struct nextfailure_plan *p, const struct nextfailure *it)
{
    double x = p->mtbf * p->horizon / (1 << 20), step = x;
    for (int i = 0; i < 40 && !is_past(p, it, x + step); i++) {
        x += step;
        step *= 2;
    }
    for (int i = 0; i < 20; i++) {
        step /= 2;
        if (!is_past(p, it, x + step))
            x += step;
    }
    return x;
}

/* A new list of chunks, to begin `later` ns from now. */
static void look_ahead(const struct nextfailure_plan *p, struct nextfailure_state *s,
                       const struct cairn_situation *situation, int64_t later)
{
    struct nextfailure_unit units[EXACT + OCTAVES];
    double nodes, checkpoint = simtime_seconds(p->checkpoint);
    struct nextfailure it = {.shape = p->shape,
                             .units = units,
                             .units_count = units_of(situation, later, units, &nodes),
                             .checkpoint = checkpoint};
    it.scale = quanta_scale(p->mtbf * nodes, p->shape);
    double horizon = horizon_of(p, &it);
    int64_t left = p->work == CAIRN_NEVER ? p->work : p->work - situation->work_done;
    struct quanta cut = quanta_cut(left > 1 ? left : 1, simtime_from_seconds(horizon), p->quanta,
                                   p->step, quanta_interval(horizon / p->horizon, p->checkpoint));
    it.quanta = cut.count;
    it.quantum = simtime_seconds(cut.quantum);
    it.last_checkpoint = cut.reach_end && !p->has_final_checkpoint ? 0 : checkpoint;
    s->expected = nextfailure_solve(&it, chunks_of(p, s), &s->count, s->scratch);
    s->usable = cut.reach_end ? s->count : (s->count + 1) / 2;
    s->quantum = cut.quantum;
    s->position = 0;
    s->is_planned = 1;
}

static int64_t chunk_now(const struct nextfailure_plan *p, struct nextfailure_state *s)
{
    return chunks_of(p, s)[s->position] * s->quantum;
}

static int nextfailure_observe(const void *plan, void *state,
                               const struct cairn_happening *happening, uint64_t n)
{
    (void)plan, (void)happening, (void)n;
    ((struct nextfailure_state *)state)->is_planned = 0; /* recovered: it is asked anyway */
    return 0;
}

static void nextfailure_decide(const void *plan, void *state,
                               const struct cairn_situation *situation,
                               struct cairn_verdict *verdict)
{
    const struct nextfailure_plan *p = plan;
    struct nextfailure_state *s = state;
    verdict->reason = REASON_NEVER;
    if (simtime_from_seconds(p->mtbf) == CAIRN_NEVER)
        return; /* nothing fails within the times there are */
    if (!s->is_planned) {
        look_ahead(p, s, situation, 0);
        s->due = situation->work_since + chunk_now(p, s);
    }
    verdict->reason = REASON_EARLY;
    if (situation->work_since >= s->due) {
        verdict->action = CAIRN_CHECKPOINT;
        verdict->reason = REASON_DUE;
        if (++s->position >= s->usable)
            look_ahead(p, s, situation, p->checkpoint);
        s->due = chunk_now(p, s);
    }
    verdict->ask = CAIRN_ASK_WORK;
    verdict->at = s->due;
    verdict->numbers[0] = simtime_seconds(s->due);
    verdict->numbers[1] = s->usable - s->position;
    verdict->numbers[2] = s->expected;
}

static void nextfailure_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                                 size_t capacity)
{
    static const char *const words[] = {"not yet", "a checkpoint"};
    (void)plan;
    if (verdict->reason == REASON_NEVER) {
        snprintf(bytes, capacity, "no failure is in sight");
        return;
    }
    snprintf(
        bytes, capacity,
        "%s; the next after %.9g s of work, one of %.0f chunks planned to commit %.9g s before "
        "the next failure",
        words[verdict->reason], verdict->numbers[0], verdict->numbers[1], verdict->numbers[2]);
}

const struct cairn_controller_class cairn_controller_dpnextfailure = {
    .size = sizeof cairn_controller_dpnextfailure,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "dpnextfailure",
    .summary = "SC'11 DPNextFailure: the most work committed before the next failure",
    .params = params,
    .hears = CAIRN_HEARS(CAIRN_HEAR_RECOVERED) | CAIRN_WANTS_AGES,
    .plan_size = sizeof(struct nextfailure_plan),
    .plan = nextfailure_plan,
    .observe = nextfailure_observe,
    .decide = nextfailure_decide,
    .describe = nextfailure_describe,
    .state_bytes = nextfailure_state_bytes,
};
