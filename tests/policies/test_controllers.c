/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: every controller says what its paper says and keeps the interface's promises. Method:
 * intervals against published or hand-computed numbers; verdicts of a driver's questions asked one
 * by one; every class of the registry through the same checks of tables, state and words. */
#include "sim/base/limits.h"
#include "sim/base/simtime.h"
#include "tests/chosen.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define S(seconds) ((int64_t)llround((seconds)*1e9))

enum { PLAN = 4 << 20, STATE = 1 << 20 };

/* The plan made last: tables of dynamic programmes are large. */
static _Alignas(16) unsigned char plan_bytes[PLAN];

/* A class with its plan. */
struct planned {
    const struct cairn_controller_class *class;
    struct cairn_value values[LIMIT_PARAMS];
    struct chosen chosen; /* what a decorator holds */
    unsigned char *plan;
};

static struct cairn_shape shape_of(double cost, double step)
{
    return (struct cairn_shape){.size = sizeof(struct cairn_shape),
                                .abi = CAIRN_CONTROLLER_ABI,
                                .checkpoint_cost = S(cost),
                                .restore_cost = S(60),
                                .work = S(1e5),
                                .step = S(step),
                                .workers = 1};
}

/* The first parameter in seconds (interval, mtbf) or as a count (n), unless it is of another kind;
 * those left at 0 get their default, or a value that will do; a decorator holds a fixed interval.
 */
static const char *plan_with(struct planned *p, const char *name, double first, double cost,
                             double step)
{
    struct cairn_shape shape = shape_of(cost, step);
    p->class = cairn_controller_find(name);
    assert_non_null(p->class);
    const struct cairn_param *param = p->class->params;
    bool is_count = param->name && param->unit == CAIRN_COUNT;
    bool is_time = param->name && (param->unit == CAIRN_DURATION || param->unit == CAIRN_MTBF);
    for (unsigned i = 0; param[i].name; i++)
        if (p->values[i].i == 0 && !(p->values[i].x > 0))
            p->values[i] = chosen_value(&param[i], first);
    if (is_count || is_time)
        p->values[0] = (struct cairn_value){.i = is_count ? (int64_t)first : S(first), .x = first};
    chosen_defaults(&p->chosen, name, first);
    if (chosen_decorates(p->class) >= 0)
        memcpy(p->values, p->chosen.values, sizeof p->values);
    assert_true(cairn_plan_size(p->class, p->values, &shape) <= PLAN);
    p->plan = memset(plan_bytes, 0, PLAN);
    const char *refusal = p->class->plan(p->values, &shape, p->plan);
    assert_true(refusal || cairn_state_size(p->class, p->plan) <= STATE);
    return refusal;
}

static int64_t interval(const struct planned *p, const char **bound_by)
{
    *bound_by = "untouched";
    return p->class->interval(p->plan, bound_by);
}

/* ---- intervals ------------------------------------------------------------------------------- */

/* C and M in seconds: Young sqrt(2 C M), Daly's series, the exact optimum by Lambert's W. The first
 * is C = 5 min, M = 24 h: 120 min, 116.690 and 116.690 min. To half of the last digit printed. */
static void intervals_match_published_numbers(void **state)
{
    static const struct {
        double cost, mtbf, young, daly, exact;
    } rows[] = {
        {300, 86400, 7200.0, 7001.389, 7001.404},   {1, 60, 10.954, 10.298, 10.298},
        {1, 600, 34.641, 33.978, 33.978},           {60, 3600, 657.267, 617.876, 617.891},
        {300, 14400, 2939.388, 2742.790, 2742.883},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const names[] = {"young", "daly", "exact"};
        const double expected[] = {rows[i].young, rows[i].daly, rows[i].exact};
        for (int j = 0; j < 3; j++) {
            struct planned p = {0};
            const char *bound_by;
            assert_null(plan_with(&p, names[j], rows[i].mtbf, rows[i].cost, 0));
            double seconds = (double)interval(&p, &bound_by) / 1e9;
            assert_true(fabs(seconds - expected[j]) < 0.00051);
            assert_null(bound_by);
        }
    }
}

/* The exact optimum is where the expected time per work, (e^((w + C) / M) - 1) / w, is least. */
static void exact_is_the_minimum_of_expected_time(void **state)
{
    (void)state;
    for (double cost = 1; cost < 2000; cost *= 3) {
        const double mtbf = 1000;
        struct planned p = {0};
        const char *bound_by;
        assert_null(plan_with(&p, "exact", mtbf, cost, 0));
        double w = (double)interval(&p, &bound_by) / 1e9, best = expm1((w + cost) / mtbf) / w;
        assert_true(best <= expm1((w * 1.001 + cost) / mtbf) / (w * 1.001));
        assert_true(best <= expm1((w * 0.999 + cost) / mtbf) / (w * 0.999));
    }
}

/* Daly: below C = 2 M the series, at and above the MTBF itself. At C = 2 M the series gives
 * sqrt(4 M^2) (1 + 1/3 + 1/9) - 2 M = 8/9 M. */
static void daly_falls_back_to_the_mtbf(void **state)
{
    static const struct {
        double cost, expected;
    } rows[] = {{200, 100}, {200.000001, 100}, {1000, 100}, {199.999999, 800.0 / 9}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct planned p = {0};
        const char *bound_by;
        assert_null(plan_with(&p, "daly", 100, rows[i].cost, 0));
        assert_true(fabs((double)interval(&p, &bound_by) / 1e9 - rows[i].expected) < 1e-3);
    }
}

/* Nothing fails: no rate-based controller ever takes a checkpoint. */
static void infinite_mtbf_means_never(void **state)
{
    static const char *const names[] = {"young", "daly", "exact"};
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct planned p = {0};
        const char *bound_by;
        assert_null(plan_with(&p, names[i], (double)INFINITY, 300, 0));
        p.values[0].i = CAIRN_NEVER;
        int64_t never = interval(&p, &bound_by);
        if (never != CAIRN_NEVER)
            print_message("    %s: %.9g s\n", names[i], (double)never / 1e9);
        assert_true(never == CAIRN_NEVER);
    }
}

/* The limit that binds: min_interval, else one step, else 1 s; and it says so. Without: it is
 * silent. */
static void min_interval_binds_and_says_so(void **state)
{
    static const struct {
        const char *name;
        double first, step, least, expected;
        const char *bound_by;
    } rows[] = {
        {"fixed", 0.5, 0, 0, 1, "min_interval (1 s)"},
        {"fixed", 1, 0, 0, 1, NULL},
        {"fixed", 5, 6, 0, 6, "min_interval (one step)"},
        {"fixed", 6, 6, 0, 6, NULL},
        {"fixed", 5, 6, 3, 5, NULL},
        {"fixed", 2, 6, 3, 3, "min_interval"},
        {"young", 2, 0, 0, 2, NULL}, /* sqrt(2 x 1 x 2) */
        {"young", 2, 7, 0, 7, "min_interval (one step)"},
        {"young", 2, 7, 4, 4, "min_interval"},
        {"daly", 2, 7, 4, 4, "min_interval"},
        {"exact", 2, 7, 4, 4, "min_interval"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct planned p = {0};
        const char *bound_by;
        unsigned least = strcmp(rows[i].name, "fixed") == 0 ? 2 : 1;
        p.values[least] = chosen_seconds(rows[i].least);
        assert_null(plan_with(&p, rows[i].name, rows[i].first, 1, rows[i].step));
        assert_string_equal(p.class->params[least].name, "min_interval");
        assert_int_equal(interval(&p, &bound_by), S(rows[i].expected));
        assert_int_equal(bound_by != NULL, rows[i].bound_by != NULL);
        if (bound_by)
            assert_string_equal(bound_by, rows[i].bound_by);
    }
}

/* Given in ns, kept in ns: 2^53 + 1 ns is no double. */
static void fixed_keeps_the_nanosecond(void **state)
{
    struct planned p = {0};
    const char *bound_by;
    struct cairn_shape shape = shape_of(1, 0);
    (void)state;
    p.class = cairn_controller_find("fixed");
    p.values[0] = (struct cairn_value){.i = 9007199254740993, .x = 9007199.254740993};
    p.plan = memset(plan_bytes, 0, PLAN);
    assert_null(p.class->plan(p.values, &shape, p.plan));
    assert_true(interval(&p, &bound_by) == 9007199254740993);
}

static void every_and_none_tell_their_interval(void **state)
{
    struct planned p = {0};
    const char *bound_by;
    (void)state;
    assert_null(plan_with(&p, "every", 7, 1, 6));
    assert_int_equal(interval(&p, &bound_by), S(42));
    assert_null(plan_with(&p, "none", 0, 1, 6));
    assert_true(interval(&p, &bound_by) == CAIRN_NEVER);
    assert_null(bound_by);
}

/* ---- refusals -------------------------------------------------------------------------------- */

static void every_without_steps_is_refused(void **state)
{
    struct planned p = {0};
    (void)state;
    assert_non_null(plan_with(&p, "every", 2, 1, 0));
    assert_null(plan_with(&p, "every", 2, 1, 1));
}

/* A period includes its cost of 5: 5 is no period, 5 s and 1 ns is (of 1 ns work, bound to 1 s). */
static void period_not_longer_than_the_cost_is_refused(void **state)
{
    struct planned p = {0};
    const char *bound_by;
    (void)state;
    p.values[1].i = 2;
    assert_non_null(plan_with(&p, "fixed", 4, 5, 0));
    assert_non_null(plan_with(&p, "fixed", 5, 5, 0));
    assert_null(plan_with(&p, "fixed", 5.000000001, 5, 0));
    assert_int_equal(interval(&p, &bound_by), S(1));
    assert_null(plan_with(&p, "fixed", 50, 5, 0));
    assert_int_equal(interval(&p, &bound_by), S(45));
    p.values[1].i = 0;
    assert_null(plan_with(&p, "fixed", 4, 5, 0)); /* by work a cost does not matter */
}

/* ---- verdicts -------------------------------------------------------------------------------- */

static struct cairn_situation situation_at(int64_t now, int64_t work_since, int64_t step)
{
    return (struct cairn_situation){.size = sizeof(struct cairn_situation),
                                    .abi = CAIRN_CONTROLLER_ABI,
                                    .now = now,
                                    .work_done = now,
                                    .work_since = work_since,
                                    .wall_since = work_since,
                                    .step_index = now / step,
                                    .steps_since = work_since / step,
                                    .last_cost = -1,
                                    .expected_cost = S(1)};
}

static struct cairn_verdict ask(const struct planned *p, void *state,
                                const struct cairn_situation *situation)
{
    struct cairn_verdict verdict = {0};
    p->class->decide(p->plan, state, situation, &verdict);
    return verdict;
}

/* One ns early: not yet, ask again at the interval. At it: a checkpoint. */
static void interval_controllers_are_due_at_the_interval(void **state)
{
    (void)state;
    for (int64_t measure = 0; measure < 2; measure++) {
        struct planned p = {.values[1].i = measure};
        assert_null(plan_with(&p, "fixed", 50, 5, 0));
        for (int64_t off = -1; off <= 1; off++) {
            struct cairn_situation s = situation_at(S(1000), S(50), S(1));
            s.work_since = measure == 0 ? S(50) + off : S(99);
            s.wall_since = measure == 1 ? S(50) + off : S(99);
            struct cairn_verdict v = ask(&p, NULL, &s);
            assert_int_equal(v.action, off < 0 ? CAIRN_SKIP : CAIRN_CHECKPOINT);
            assert_int_equal(v.ask, measure == 0 ? CAIRN_ASK_WORK : CAIRN_ASK_WALL);
            assert_int_equal(v.at, S(50));
        }
    }
}

static void none_never_asks_again(void **state)
{
    struct planned p = {0};
    struct cairn_situation s = situation_at(S(1000), S(1000), S(1));
    (void)state;
    assert_null(plan_with(&p, "none", 0, 5, 0));
    struct cairn_verdict v = ask(&p, NULL, &s);
    assert_int_equal(v.action, CAIRN_SKIP);
    assert_int_equal(v.ask, CAIRN_ASK_NEVER);
}

/* Steps of 10, n = 3, last checkpoint at step `from`, asked at step `index`. Off the grid (somebody
 * else took that one) the first period is shorter than the next: no `repeat`. */
static void every_counts_absolute_or_from_the_last(void **state)
{
    static const struct {
        int64_t origin, index, from;
        uint32_t action;
        int64_t at;
    } rows[] = {
        {0, 0, 0, CAIRN_SKIP, 3}, {0, 2, 0, CAIRN_SKIP, 3},       {0, 3, 0, CAIRN_CHECKPOINT, 6},
        {0, 3, 3, CAIRN_SKIP, 6}, {0, 6, 4, CAIRN_CHECKPOINT, 9}, {0, 7, 4, CAIRN_SKIP, 9},
        {1, 6, 4, CAIRN_SKIP, 3}, {1, 7, 4, CAIRN_CHECKPOINT, 3}, {1, 8, 4, CAIRN_CHECKPOINT, 3},
        {1, 0, 0, CAIRN_SKIP, 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct planned p = {.values[1].i = rows[i].origin};
        assert_null(plan_with(&p, "every", 3, 1, 10));
        struct cairn_situation s =
            situation_at(S(10) * rows[i].index, S(10) * (rows[i].index - rows[i].from), S(10));
        struct cairn_verdict v = ask(&p, NULL, &s);
        assert_int_equal(v.action, rows[i].action);
        assert_int_equal(v.ask, rows[i].origin ? CAIRN_ASK_STEPS : CAIRN_ASK_STEP);
        assert_int_equal(v.at, rows[i].at);
        bool is_on_grid = v.action == CAIRN_CHECKPOINT || rows[i].from % 3 == 0;
        assert_int_equal(v.repeat, rows[i].origin == 1 || is_on_grid);
    }
}

/* A controller that says `repeat` with a checkpoint must say the same at each following period. The
 * state of any, saved before and copied back, must lead to the same verdict again (and does not
 * change under those that need none). The driver: steps of 10, cost 1, asks when told to. */
static void repeat_equals_asking_each_time(void **state)
{
    uint32_t repeaters = 0;
    (void)state;
    for (const struct cairn_controller_class *const *c = cairn_controllers; *c; c++) {
        struct planned p = {0};
        static _Alignas(16) unsigned char own[STATE], copy[STATE];
        const char *refusal = plan_with(&p, (*c)->name, 5, 1, 10);
        assert_null(refusal);
        cairn_state_init(p.class, p.plan, own);
        memcpy(copy, own, sizeof own);
        struct cairn_verdict first = {0}, again;
        for (int64_t k = 1; k <= 50; k++) {
            int64_t period = S(10) * 5, n = strcmp((*c)->name, "every") == 0 ? 5 : 0;
            struct cairn_situation s = situation_at(k * period, period, S(10));
            struct cairn_verdict v = ask(&p, own, &s);
            if (k == 1)
                first = v;
            if (!first.repeat)
                break; /* no promise */
            assert_int_equal(v.action, first.action);
            assert_int_equal(v.ask, first.ask);
            assert_int_equal(v.repeat, first.repeat);
            assert_int_equal(v.at - first.at, v.ask == CAIRN_ASK_STEP ? (k - 1) * n : 0);
        }
        struct cairn_situation s = situation_at(S(50), S(50), S(10));
        again = ask(&p, copy, &s);
        assert_memory_equal(&again, &first, sizeof again);
        repeaters += first.repeat;
    }
    assert_true(repeaters >= 6); /* those that keep one interval */
}

/* Verdicts do not depend on what the driver's memory held before. */
static void decide_fills_all_that_it_means(void **state)
{
    (void)state;
    for (const struct cairn_controller_class *const *c = cairn_controllers; *c; c++) {
        struct planned p = {0};
        static _Alignas(16) unsigned char own[STATE];
        assert_null(plan_with(&p, (*c)->name, 5, 1, 10));
        cairn_state_init(p.class, p.plan, own);
        struct cairn_situation s = situation_at(S(50), S(50), S(10));
        struct cairn_verdict v = ask(&p, own, &s);
        char words[200];
        memset(words, 'x', sizeof words);
        p.class->describe(p.plan, &v, words, sizeof words);
        size_t length = strnlen(words, sizeof words);
        assert_true(length > 0 && length < sizeof words);
        memset(words, 'x', sizeof words);
        p.class->describe(p.plan, &v, words, 4); /* never more than it is given */
        assert_true(strnlen(words, 4) < 4 && words[4] == 'x');
    }
}

static void describe_tells_the_interval(void **state)
{
    struct planned p = {0};
    char words[200];
    (void)state;
    assert_null(plan_with(&p, "fixed", 50, 1, 0));
    struct cairn_situation s = situation_at(S(1000), S(62.5), S(10));
    struct cairn_verdict v = ask(&p, NULL, &s);
    p.class->describe(p.plan, &v, words, sizeof words);
    assert_string_equal(words, "62.5 s since the last checkpoint: the interval of 50 s is over");
    s.work_since = S(12);
    v = ask(&p, NULL, &s);
    p.class->describe(p.plan, &v, words, sizeof words);
    assert_string_equal(words, "12 s since the last checkpoint: the interval of 50 s is not over");
}

/* ---- the registry ---------------------------------------------------------------------------- */

static void registry_lists_each_class_once_in_order(void **state)
{
    static const char *const order[] = {"none",        "fixed",    "every",      "on-success",
                                        "progressive", "periodic", "milestones", "young",
                                        "daly",        "exact"};
    size_t count = 0;
    (void)state;
    for (; cairn_controllers[count]; count++) {
        const struct cairn_controller_class *c = cairn_controllers[count];
        assert_ptr_equal(cairn_controller_find(c->name), c);
        assert_true(strlen(c->name) < LIMIT_NAME);
        for (const char *at = c->name; *at; at++)
            assert_true((*at >= 'a' && *at <= 'z') || *at == '-');
        for (size_t i = 0; i < count; i++)
            assert_string_not_equal(cairn_controllers[i]->name, c->name);
        if (count < sizeof order / sizeof *order)
            assert_string_equal(c->name, order[count]);
    }
    assert_true(count >= sizeof order / sizeof *order);
    assert_null(cairn_controller_find("Daly"));
    assert_null(cairn_controller_find(""));
}

/* What docs, keys and --set are made of. */
static void every_class_has_words_and_a_table_with_help(void **state)
{
    (void)state;
    for (const struct cairn_controller_class *const *c = cairn_controllers; *c; c++) {
        assert_int_equal((*c)->size, sizeof **c);
        assert_int_equal((*c)->abi, CAIRN_CONTROLLER_ABI);
        assert_true(strlen((*c)->summary) > 10);
        assert_non_null((*c)->plan);
        assert_non_null((*c)->decide);
        assert_non_null((*c)->describe);
        assert_null(cairn_controller_refusal(*c));
        unsigned n = 0;
        for (const struct cairn_param *p = (*c)->params; p->name; p++, n++) {
            assert_true(p->help && strlen(p->help) > 10);
            assert_int_equal(p->unit == CAIRN_CHOICE, p->choices != NULL);
            bool is_choice = p->choices == NULL || p->fallback == NULL;
            for (unsigned i = 0; !is_choice && p->choices[i]; i++)
                is_choice = strcmp(p->choices[i], p->fallback) == 0;
            assert_true(is_choice || (p->choices == NULL));
            assert_true(p->min <= p->max || p->max == 0);
        }
        assert_true(n < LIMIT_PARAMS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_match_published_numbers),
        cmocka_unit_test(exact_is_the_minimum_of_expected_time),
        cmocka_unit_test(daly_falls_back_to_the_mtbf),
        cmocka_unit_test(infinite_mtbf_means_never),
        cmocka_unit_test(min_interval_binds_and_says_so),
        cmocka_unit_test(fixed_keeps_the_nanosecond),
        cmocka_unit_test(every_and_none_tell_their_interval),
        cmocka_unit_test(every_without_steps_is_refused),
        cmocka_unit_test(period_not_longer_than_the_cost_is_refused),
        cmocka_unit_test(interval_controllers_are_due_at_the_interval),
        cmocka_unit_test(none_never_asks_again),
        cmocka_unit_test(every_counts_absolute_or_from_the_last),
        cmocka_unit_test(repeat_equals_asking_each_time),
        cmocka_unit_test(decide_fills_all_that_it_means),
        cmocka_unit_test(describe_tells_the_interval),
        cmocka_unit_test(registry_lists_each_class_once_in_order),
        cmocka_unit_test(every_class_has_words_and_a_table_with_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
