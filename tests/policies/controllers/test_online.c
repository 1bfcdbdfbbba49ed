/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: each estimate is what its definition says, follows what it should follow, and its interval
 * is the formula's. Method: gaps and costs worked out by hand; long series of exponential gaps; the
 * classes young, daly and exact as oracles. */
#include "policies/controllers/estimator.h"
#include "sim/base/random.h"
#include "tests/sim/model/kit.h"
#include "tests/support.h"
#include <stdlib.h>

enum { PRIOR, METHOD, FORMULA, WEIGHT, WINDOW, ALPHA, MIN_INTERVAL };
enum { FORMULA_EXACT, FORMULA_DALY, FORMULA_YOUNG };

static const char *const method_names[] = {"bayes", "sma", "wma", "ema", "ar"};

/* ---- estimates ------------------------------------------------------------------------------- */

/* Fails at the end of each gap; the estimate at the last failure, or `later` seconds after it. */
static double estimate(const struct estimator_opts *opts, const double *gaps, size_t count,
                       double later)
{
    struct estimator e = {0};
    double now = 1000;
    estimator_begin(&e, opts, S(now));
    for (size_t i = 0; i < count; i++)
        estimator_failure(&e, opts, S(now += gaps[i]));
    return estimator_mtbf(&e, opts, S(now + later));
}

/* Prior 100 s. bayes by hand: (weight 100 + time) / (weight + failures). Windows of 4: the prior
 * fills min(weight, places missing). ar of 10, 20, 60: mean 30, deviations -20, -10, 30, products
 * 200 - 300 = -100, squares 1400: 30 - 30 / 14; of 10, 20, 30, 100: mean 40, (-30)(-20) +
 * (-20)(-10) + (-10) 60 = 200 of 5000: 40 + 60 / 25. */
static void estimates_are_their_definitions(void **state)
{
    static const struct {
        uint32_t method;
        double weight, alpha;
        size_t count;
        double gaps[6], later, expected;
    } rows[] = {
        {ESTIMATOR_BAYES, 1, 0.5, 0, {0}, 0, 100},
        {ESTIMATOR_BAYES, 1, 0.5, 0, {0}, 300, 400},
        {ESTIMATOR_BAYES, 2, 0.5, 0, {0}, 300, 250},
        {ESTIMATOR_BAYES, 1, 0.5, 2, {50, 100}, 50, 100},
        {ESTIMATOR_BAYES, 3, 0.5, 2, {50, 100}, 0, 90},
        {ESTIMATOR_SMA, 1, 0.5, 0, {0}, 300, 400},
        {ESTIMATOR_SMA, 1, 0.5, 1, {50}, 1e6, 75},
        {ESTIMATOR_SMA, 3, 0.5, 3, {10, 20, 60}, 0, 47.5},
        {ESTIMATOR_SMA, 3, 0.5, 4, {10, 20, 60, 30}, 0, 30},
        {ESTIMATOR_SMA, 3, 0.5, 6, {1, 1, 10, 20, 60, 30}, 0, 30},
        {ESTIMATOR_WMA, 1, 0.5, 2, {10, 40}, 0, 47.5},
        {ESTIMATOR_WMA, 1, 0.5, 6, {1, 1, 10, 20, 60, 30}, 0, 35},
        {ESTIMATOR_EMA, 1, 0.5, 2, {50, 25}, 1e6, 50},
        {ESTIMATOR_EMA, 1, 0.25, 2, {60, 30}, 0, 75},
        {ESTIMATOR_AR, 1, 0.5, 2, {10, 40}, 0, 50},
        {ESTIMATOR_AR, 1, 0.5, 3, {10, 20, 60}, 0, 30 - 30.0 / 14},
        {ESTIMATOR_AR, 1, 0.5, 4, {10, 20, 30, 100}, 0, 40 + 60.0 / 25},
        {ESTIMATOR_AR, 1, 0.5, 4, {70, 70, 70, 70}, 0, 70},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct estimator_opts opts = {.prior = 100,
                                      .weight = rows[i].weight,
                                      .alpha = rows[i].alpha,
                                      .method = rows[i].method,
                                      .window = 4};
        double got = estimate(&opts, rows[i].gaps, rows[i].count, rows[i].later);
        if (fabs(got - rows[i].expected) > 1e-9)
            fail_msg("row %zu (%s): %.12g instead of %.12g", i, method_names[rows[i].method], got,
                     rows[i].expected);
    }
}

/* Gaps that alternate between 1 and 100 have phi near -1; whatever it is, the prediction stays
 * within what was seen. */
static void prediction_stays_within_the_gaps_kept(void **state)
{
    const struct estimator_opts opts = {100, 1, 0.2, ESTIMATOR_AR, ESTIMATOR_GAPS};
    uint64_t random = support_seed(3);
    (void)state;
    for (int i = 0; i < 500; i++) {
        double gaps[20], low = INFINITY, high = 0;
        for (int j = 0; j < 20; j++) {
            gaps[j] = j % 2 ? 1 : kit_between(&random, 1, 1000);
            low = fmin(low, gaps[j]);
            high = fmax(high, gaps[j]);
        }
        double next = estimate(&opts, gaps, 3 + kit_below(&random, 18), 0);
        assert_true(next >= low - 1e-9 && next <= high);
    }
}

static void two_failures_at_one_instant_are_one(void **state)
{
    static const double once[] = {50, 70, 30}, twice[] = {50, 0, 70, 0, 0, 30};
    (void)state;
    for (uint32_t method = 0; method <= ESTIMATOR_AR; method++) {
        const struct estimator_opts opts = {100, 1, 0.2, method, 10};
        assert_true(estimate(&opts, once, 3, 5) == estimate(&opts, twice, 6, 5));
    }
}

/* 40,000 exponential gaps of mean 1000: the mean of all estimates lies within 3 % of it, for every
 * method; bayes itself ends within 2 % (four standard errors). */
static void exponential_gaps_give_their_mean(void **state)
{
    enum { GAPS = 40000 };
    uint64_t seed = support_seed(1);
    (void)state;
    for (uint32_t method = 0; method <= ESTIMATOR_AR; method++) {
        const struct estimator_opts opts = {5000, 1, 0.05, method, 20};
        struct estimator e = {0};
        double now = 0, sum = 0, last = 0;
        estimator_begin(&e, &opts, 0);
        for (uint32_t i = 0; i < GAPS; i++) {
            struct random_address address = {.seed = seed, .stream = method, .occurrence = i};
            now += -1000 * log(random_uniforms(&address, 0).u[0]);
            estimator_failure(&e, &opts, S(now));
            last = estimator_mtbf(&e, &opts, S(now));
            sum += last;
        }
        print_message("    %s: mean %.1f, last %.1f\n", method_names[method], sum / GAPS, last);
        assert_true(fabs(sum / GAPS - 1000) < 30);
        assert_true(method != ESTIMATOR_BAYES || fabs(last - 1000) < 20);
    }
}

/* Gaps of 1000, then of 100: within a window of 10 sma, wma and ar know nothing else; ema is off by
 * 900 x 0.8^n; bayes, which forgets nothing, still believes more than 500. */
static void step_is_followed_within_the_window(void **state)
{
    double gaps[30];
    (void)state;
    for (int i = 0; i < 30; i++)
        gaps[i] = i < 20 ? 1000 : 100;
    for (uint32_t method = 0; method <= ESTIMATOR_AR; method++) {
        const struct estimator_opts opts = {1000, 1, 0.2, method, 10};
        double before = estimate(&opts, gaps, 20, 0), half = estimate(&opts, gaps, 25, 0),
               after = estimate(&opts, gaps, 30, 0);
        assert_true(fabs(before - 1000) < 1e-9 && half < 1000 && half > 99.9);
        if (method == ESTIMATOR_EMA)
            assert_true(fabs(after - (100 + 900 * pow(0.8, 10))) < 1e-9);
        else if (method == ESTIMATOR_BAYES)
            assert_true(after > 500);
        else
            assert_true(fabs(after - 100) < 1e-9);
    }
}

/* ---- the controller -------------------------------------------------------------------------- */

struct online {
    struct cairn_value values[LIMIT_PARAMS];
    _Alignas(16) unsigned char plan[256], state[1024];
};

static const struct cairn_controller_class *class;

static struct online online(int64_t method, int64_t formula, double prior, double weight,
                            double cost)
{
    struct online o = {0};
    struct cairn_shape shape = {.size = sizeof shape, .checkpoint_cost = S(cost), .workers = 1};
    class = cairn_controller_find("online");
    chosen_fill(class, 1, o.values);
    o.values[PRIOR] = chosen_seconds(prior);
    o.values[METHOD].i = method;
    o.values[FORMULA].i = formula;
    o.values[WEIGHT].x = weight;
    assert_true(class->plan_size <= sizeof o.plan && class->state_size <= sizeof o.state);
    assert_null(class->plan(o.values, &shape, o.plan));
    cairn_state_init(class, o.plan, o.state);
    return o;
}

static struct cairn_verdict ask(struct online *o, double now, double work_since, double cost)
{
    struct cairn_verdict verdict = {0};
    struct cairn_situation s = {.now = S(now),
                                .started = S(100),
                                .work_since = S(work_since),
                                .wall_since = S(work_since),
                                .expected_cost = S(cost)};
    class->decide(o->plan, o->state, &s, &verdict);
    return verdict;
}

static int hear(struct online *o, uint32_t kind, double now, double cost, uint64_t n)
{
    struct cairn_happening happening = {.kind = kind, .now = S(now), .cost = S(cost)};
    return class->observe(o->plan, o->state, &happening, n);
}

static int64_t interval_by(const char *name, double mtbf, double cost)
{
    const struct cairn_controller_class *formula = cairn_controller_find(name);
    struct cairn_value values[2] = {chosen_seconds(mtbf), {.i = 0}};
    struct cairn_shape shape = {.size = sizeof shape, .checkpoint_cost = S(cost), .workers = 1};
    _Alignas(16) unsigned char bytes[128] = {0};
    const char *bound_by;
    assert_null(formula->plan(values, &shape, bytes));
    return formula->interval(bytes, &bound_by);
}

/* At the start, at 100 s, the prior alone is believed. */
static void interval_is_the_formulas(void **state)
{
    static const char *const names[] = {"exact", "daly", "young"};
    (void)state;
    for (int64_t formula = 0; formula <= FORMULA_YOUNG; formula++) {
        struct online o = online(ESTIMATOR_BAYES, formula, 86400, 1, 300);
        struct cairn_verdict v = ask(&o, 100, 0, 300);
        assert_int_equal(v.action, CAIRN_SKIP);
        assert_true(v.at == interval_by(names[formula], 86400, 300));
    }
}

/* Prior 9900 s of weight 1. At the checkpoint due, done at 2000 s, 1900 s without a failure make it
 * 11800. Then failures at 3000 s and 4100 s: after the restore at 4200 s (9900 + 4100) / 3. */
static void each_checkpoint_and_failure_is_learned_from(void **state)
{
    struct online o = online(ESTIMATOR_BAYES, FORMULA_YOUNG, 9900, 1, 50);
    (void)state;
    int64_t first = ask(&o, 100, 0, 50).at;
    assert_true(first == interval_by("young", 9900, 50));
    assert_true(ask(&o, 500, 400, 50).at == first);
    struct cairn_verdict due = ask(&o, 1950, (double)first / 1e9, 50);
    assert_int_equal(due.action, CAIRN_CHECKPOINT);
    assert_true(due.at == interval_by("young", 11800, 50));
    assert_int_equal(hear(&o, CAIRN_HEAR_CHECKPOINT_DONE, 2000, 50, 1), 0);
    hear(&o, CAIRN_HEAR_FAILURE, 3000, 0, 1);
    hear(&o, CAIRN_HEAR_FAILURE, 4100, 0, 1);
    struct cairn_verdict v = ask(&o, 4200, 0, 50);
    assert_true(v.at == interval_by("young", 14000.0 / 3, 50));
    assert_int_equal(v.repeat, 0);
}

/* Expected 50; heard 100, 100: 60, 68 (alpha 0.2). Each makes it ask at once, and the interval is
 * that of the new cost. Many at once are many one by one; in the end it is 100. */
static void costs_are_followed(void **state)
{
    struct online o = online(ESTIMATOR_BAYES, FORMULA_YOUNG, 9900, 1e6, 50), many = o;
    (void)state;
    ask(&o, 100, 0, 50);
    ask(&many, 100, 0, 50);
    assert_int_equal(hear(&o, CAIRN_HEAR_CHECKPOINT_DONE, 200, 50, 1), 0);
    assert_int_equal(hear(&o, CAIRN_HEAR_CHECKPOINT_DONE, 300, 100, 1), 1);
    assert_true(llabs(ask(&o, 300, 0, 50).at - interval_by("young", 9900, 60)) < 1000000);
    assert_int_equal(hear(&o, CAIRN_HEAR_CHECKPOINT_DONE, 400, 100, 1), 1);
    assert_true(llabs(ask(&o, 400, 0, 50).at - interval_by("young", 9900, 68)) < 1000000);
    assert_true(fabs(ask(&o, 400, 0, 50).numbers[3] - 68) < 1e-9);
    hear(&many, CAIRN_HEAR_CHECKPOINT_DONE, 400, 100, 2);
    assert_true(ask(&many, 400, 0, 50).numbers[3] == ask(&o, 400, 0, 50).numbers[3]);
    hear(&o, CAIRN_HEAR_CHECKPOINT_DONE, 500, 100, UINT64_MAX);
    assert_true(fabs(ask(&o, 500, 0, 50).numbers[3] - 100) < 1e-9);
}

static void restored_state_goes_on_as_the_saved_one(void **state)
{
    (void)state;
    for (int64_t method = 0; method <= ESTIMATOR_AR; method++) {
        struct online o = online(method, FORMULA_EXACT, 9900, 1, 50), other = o;
        unsigned char bytes[2048];
        uint64_t length;
        ask(&o, 100, 0, 50);
        for (int i = 0; i < 15; i++)
            hear(&o, CAIRN_HEAR_FAILURE, 1000 + i * i * 77, 0, 1);
        length = cairn_state_save(class, o.plan, o.state, bytes, sizeof bytes);
        assert_true(length <= sizeof bytes);
        assert_null(cairn_state_load(class, other.plan, bytes, length, other.state));
        hear(&o, CAIRN_HEAR_FAILURE, 99999, 0, 1);
        hear(&other, CAIRN_HEAR_FAILURE, 99999, 0, 1);
        assert_true(ask(&o, 1e5, 0, 50).at == ask(&other, 1e5, 0, 50).at);
        assert_memory_equal(o.state, other.state, class->state_size);
    }
}

/* One node that lives 100 s on average, C = R = 1 s, believed to live an hour: within 2 % of exact,
 * which knows, under the same failures. */
static void run_teaches_the_mtbf(void **state)
{
    (void)state;
    for (int64_t method = 0; method <= ESTIMATOR_AR; method++) {
        struct kit k;
        kit_init(&k);
        kit_costs(&k, 50000, 1, 1);
        kit_exponential(&k.spec.faults.node, 100);
        kit_use(&k, "exact");
        kit_set_seconds(&k, "mtbf", 100);
        struct record exact = kit_run(&k, 0, GROUP_CONTROLLED);
        kit_use(&k, "online");
        kit_set_seconds(&k, "prior", 3600);
        kit_set_count(&k, "method", method);
        struct record r = kit_run(&k, 0, GROUP_CONTROLLED);
        double ratio = (double)r.makespan / (double)exact.makespan;
        print_message("    %s: %" PRIu64 " failures, makespan %.4f of exact's\n",
                      method_names[method], r.struck, ratio);
        assert_true(r.struck > 500);
        assert_true(fabs(ratio - 1) < 0.02);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimates_are_their_definitions),
        cmocka_unit_test(prediction_stays_within_the_gaps_kept),
        cmocka_unit_test(two_failures_at_one_instant_are_one),
        cmocka_unit_test(exponential_gaps_give_their_mean),
        cmocka_unit_test(step_is_followed_within_the_window),
        cmocka_unit_test(interval_is_the_formulas),
        cmocka_unit_test(each_checkpoint_and_failure_is_learned_from),
        cmocka_unit_test(costs_are_followed),
        cmocka_unit_test(restored_state_goes_on_as_the_saved_one),
        cmocka_unit_test(run_teaches_the_mtbf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
