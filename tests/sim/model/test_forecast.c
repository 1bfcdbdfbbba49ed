/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: recall, precision and the place in the window are what the scenario asks for.
 * Method: a hundred thousand exponential failures; counts within four standard deviations of what
 * they should be. CAIRN_SEED chooses the failures. */
#include "tests/sim/model/probe.h"
#include "tests/support.h"

static uint64_t seed = 1;

static void assert_told_nothing(const struct record *r)
{
    assert_true(r->foretold == 0 && r->predictions == 0 && r->notices == 0);
}

#define SIGMAS 4

static void assert_within(double z, const char *what)
{
    print_message("    %s: %.2f sigma\n", what, z);
    assert_true(fabs(z) < SIGMAS);
}

/* 100,000 failures of a platform, 1,000 s apart. */
static struct record sample(struct kit *k, double recall, double precision, double window)
{
    listen(k);
    kit_exponential(&k->spec.faults.platform, 1000);
    kit_costs(k, 9e9, 0, 0);
    k->spec.group.restore_initial = false;
    k->spec.horizon = S(1e8);
    k->spec.seed = seed;
    kit_predict(k, recall, precision, 0.001, window);
    return kit_run(k, 0, GROUP_CONTROLLED);
}

static void recall_and_precision_are_what_was_asked_for(void **state)
{
    static const double recalls[] = {0.1, 0.5, 0.85}, precisions[] = {0.2, 0.5, 0.82};
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct kit k;
        struct record r = sample(&k, recalls[i], precisions[i], 0);
        double n = (double)r.struck, told = (double)r.foretold;
        double alarms = (double)(r.predictions - r.foretold);
        double wanted = recalls[i] * (1 - precisions[i]) / precisions[i] * 1e8 / 1000;
        assert_true(n > 90000);
        assert_within((told - n * recalls[i]) / sqrt(n * recalls[i] * (1 - recalls[i])), "recall");
        assert_within((alarms - wanted) / sqrt(wanted), "false predictions");
        /* told / (told + alarms), by the delta method */
        double all = told + alarms, p = told / all, spread = sqrt(p * (1 - p) / all);
        assert_within((p - precisions[i]) / spread, "precision");
        for (uint32_t j = 0; j < heard_count; j++)
            assert_true(heard[j].kind == F || fabs(heard[j].confidence - precisions[i]) < 1e-9);
    }
}

static void recall_of_all_and_of_none(void **state)
{
    struct kit k;
    (void)state;
    struct record all = sample(&k, 1, 1, 0), none = sample(&k, 0, 1, 0);
    assert_true(all.struck > 90000 && none.struck == all.struck);
    assert_int_equal(all.foretold, all.struck);
    assert_int_equal(all.predictions, all.struck);
    assert_told_nothing(&none);
    assert_true(failure_trace_agrees(&all.trace, &none.trace));
}

/* False predictions alone: every other one, and the failures are those of no predictions. */
static void false_predictions_do_failures_no_harm(void **state)
{
    struct kit k;
    (void)state;
    struct record half = sample(&k, 1, 0.5, 0), none = sample(&k, 0, 1, 0);
    assert_int_equal(half.foretold, half.struck);
    assert_true((double)half.predictions > 1.9 * (double)half.struck);
    assert_true(half.struck == none.struck && half.makespan == none.makespan);
    assert_true(failure_trace_agrees(&half.trace, &none.trace));
}

/* Each failure falls into the last window told; where in it, is uniform: mean 1/2, variance 1/12,
 * and every tenth is hit equally. Windows of 10 s overlap in a hundredth of the cases: left out. */
static void failures_fall_uniformly_into_the_window(void **state)
{
    struct kit k;
    (void)state;
    sample(&k, 1, 1, 10);
    double n = 0, sum = 0, tenths[10] = {0};
    for (uint32_t i = 1; i < heard_count; i++) {
        const struct heard *p = &heard[i - 1], *f = &heard[i];
        bool is_pair = p->kind == P && f->kind == F;
        bool is_short = is_pair && p->now > p->from - S(0.001); /* born within the window */
        if (!is_pair || is_short)
            continue;
        assert_true(f->now >= p->from && f->now <= p->until && p->until - p->from == S(10));
        double u = (double)(f->now - p->from) / 1e10;
        n++;
        sum += u;
        tenths[(int)(u * 10) < 9 ? (int)(u * 10) : 9]++;
    }
    assert_true(n > 90000);
    assert_within((sum - n / 2) / sqrt(n / 12), "mean");
    for (int i = 0; i < 10; i++)
        assert_within((tenths[i] - n / 10) / sqrt(n * 0.1 * 0.9), "a tenth");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recall_and_precision_are_what_was_asked_for),
        cmocka_unit_test(recall_of_all_and_of_none),
        cmocka_unit_test(false_predictions_do_failures_no_harm),
        cmocka_unit_test(failures_fall_uniformly_into_the_window),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
