/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: `adaptive` does what its title says: learns cost and rate, sees age, pays for its mistakes,
 * forgets, and knows when the end is near. Method: a history told to it by hand, then one question;
 * the interval in its answer is held against formulas worked out here, or against the answer to
 * another history that differs in one thing. */
#include "sim/base/fmath.h"
#include "sim/base/simtime.h"
#include "tests/chosen.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define S(seconds) ((int64_t)llround((seconds)*1e9))

struct job {
    struct chosen chosen;
    _Alignas(16) unsigned char plan[256], state[256];
    int64_t now;
};

enum { PRIOR, WEIGHT, MEMORY };

static void begin(struct job *job, double cost, double work, double step)
{
    const struct cairn_shape shape = {.size = sizeof shape,
                                      .abi = CAIRN_CONTROLLER_ABI,
                                      .checkpoint_cost = S(cost),
                                      .work = S(work),
                                      .step = S(step)};
    memset(job, 0, sizeof *job);
    chosen_defaults(&job->chosen, "adaptive", 0);
    assert_true(cairn_plan_size(job->chosen.class, job->chosen.values, &shape) <= 256);
    assert_null(job->chosen.class->plan(job->chosen.values, &shape, job->plan));
    cairn_state_init(job->chosen.class, job->plan, job->state);
}

static struct cairn_verdict ask(struct job *job, double done, double since)
{
    struct cairn_verdict v = {.size = sizeof v, .abi = CAIRN_CONTROLLER_ABI};
    const struct cairn_situation s = {.size = sizeof s,
                                      .abi = CAIRN_CONTROLLER_ABI,
                                      .now = job->now,
                                      .work_done = S(done),
                                      .work_since = S(since)};
    job->chosen.class->decide(job->plan, job->state, &s, &v);
    return v;
}

static double interval(struct job *job)
{
    return ask(job, 1000, 1).numbers[1];
}

static void fail_after(struct job *job, double seconds, double lost)
{
    job->now += S(seconds);
    const struct cairn_happening h = {.size = sizeof h,
                                      .abi = CAIRN_CONTROLLER_ABI,
                                      .kind = CAIRN_HEAR_FAILURE,
                                      .now = job->now,
                                      .work_lost = S(lost)};
    job->chosen.class->observe(job->plan, job->state, &h, 1);
}

static void checkpoint_done(struct job *job, double cost, uint64_t n)
{
    const struct cairn_happening h = {.size = sizeof h,
                                      .abi = CAIRN_CONTROLLER_ABI,
                                      .kind = CAIRN_HEAR_CHECKPOINT_DONE,
                                      .now = job->now,
                                      .cost = S(cost)};
    job->chosen.class->observe(job->plan, job->state, &h, n);
}

static double exact(double cost, double mtbf)
{
    return mtbf * (1 + fmath_lambert_w(-exp(-cost / mtbf - 1)));
}

static bool is_near(double a, double b, double relative)
{
    if (fabs(a - b) <= relative * fabs(b))
        return true;
    print_error("    %.9g is not %.9g\n", a, b);
    return false;
}

/* At the start: the exact optimum for the belief (1 h). Later M = (E + w P) / w, without a failure.
 */
static void time_without_failures_raises_the_mtbf(void **state)
{
    struct job job;
    (void)state;
    begin(&job, 10, 1e7, 0);
    assert_true(is_near(interval(&job), exact(10, 3600), 1e-9));
    job.now = S(36000);
    assert_true(is_near(ask(&job, 1000, 1).numbers[2], (36000 + 0.5 * 3600) / 0.5, 1e-12));
    assert_true(interval(&job) > 4 * exact(10, 3600));
}

/* Two hundred failures, 1,000 s apart as the exponential law's quantiles in a scrambled order: M
 * near 1,000 s, and the interval right after a failure, with losses as foretold, near the optimum.
 */
static void the_rate_is_learned(void **state)
{
    struct job job;
    (void)state;
    begin(&job, 10, 1e9, 0);
    for (int i = 0; i < 200; i++) {
        double before = interval(&job);
        fail_after(&job, -1000 * log((i * 77 % 200 + 0.5) / 200), before / 2);
    }
    double mtbf = ask(&job, 1000, 1).numbers[2];
    print_message("    MTBF %.0f s, interval %.1f s, exact %.1f s\n", mtbf, interval(&job),
                  exact(10, 1000));
    assert_true(is_near(mtbf, 1000, 0.25));
    assert_true(is_near(interval(&job), exact(10, 1000), 0.25));
}

/* Ten times slower failures from some day on: after `memory` of them the old ones count for a
 * third, and M is near the new one; with a long memory it is not. */
static void old_times_fade(void **state)
{
    double mtbf[2];
    (void)state;
    for (int is_long = 0; is_long < 2; is_long++) {
        struct job job;
        begin(&job, 10, 1e9, 0);
        for (int i = 0; i < 400; i++) {
            interval(&job);
            fail_after(&job, 100, 10);
        }
        for (int i = 0; i < (is_long ? 5 : 150); i++) {
            interval(&job);
            fail_after(&job, 1000, 10);
        }
        mtbf[is_long] = ask(&job, 1000, 1).numbers[2];
    }
    assert_true(is_near(mtbf[0], 1000, 0.1));
    assert_true(mtbf[1] < 250);
}

/* Gaps of exp(+-2): infant mortality, k < 1. Right after a failure the interval is shorter than
 * when nothing has failed for long; for gaps all alike, k > 1, it is the other way round. */
static void age_shortens_or_lengthens_the_interval(void **state)
{
    (void)state;
    for (int is_regular = 0; is_regular < 2; is_regular++) {
        struct job job;
        begin(&job, 10, 1e9, 0);
        for (int i = 0; i < 100; i++) {
            double before = interval(&job);
            fail_after(&job, is_regular ? 3762 : 1000 * exp(i % 2 ? 2 : -2), before / 2);
        }
        double young_age = interval(&job);
        job.now += S(2000);
        double old_age = interval(&job);
        print_message("    %s: %.1f s at once, %.1f s later\n",
                      is_regular ? "regular" : "clustered", young_age, old_age);
        assert_true(is_regular ? young_age > 1.2 * old_age : young_age < 0.9 * old_age);
    }
}

/* The same failures, but more lost each time than the model foretold: intervals shrink, by at most
 * half; less lost: they grow. */
static void it_pays_for_its_mistakes(void **state)
{
    double after[3];
    (void)state;
    for (int k = 0; k < 3; k++) {
        static const double lost[] = {0.5, 3, 0.05};
        struct job job;
        begin(&job, 10, 1e9, 0);
        for (int i = 0; i < 30; i++) {
            double before = interval(&job);
            fail_after(&job, 1000 * (i % 2 ? 1.5 : 0.5), before * lost[k]);
        }
        after[k] = interval(&job);
    }
    assert_true(after[1] < 0.75 * after[0] && after[1] >= 0.49 * after[0]);
    assert_true(after[2] > 1.2 * after[0] && after[2] <= 2.01 * after[0]);
}

/* Checkpoints turn out to cost 90 s, not 10: intervals follow as sqrt(C) within a few of them; n
 * told at once are the same as n. */
static void the_cost_is_learned(void **state)
{
    struct job one, many;
    (void)state;
    begin(&one, 10, 1e7, 0);
    begin(&many, 10, 1e7, 0);
    double before = interval(&one);
    for (int i = 0; i < 12; i++)
        checkpoint_done(&one, 90, 1);
    checkpoint_done(&many, 90, 12);
    assert_true(is_near(interval(&one), exact(90, 3600), 1e-3));
    assert_true(interval(&one) > 2.5 * before);
    interval(&many);
    assert_memory_equal(one.state, many.state, sizeof one.state);
}

/* A checkpoint of 10 s, M = 1 h at the start: with 800 s at stake and 40 s left, 800 * 40 / 3600 =
 * 8.9 s are to be won: not worth it. With 50 s left, 11.1 s: worth it. */
static void near_the_end_none_is_taken(void **state)
{
    struct job job;
    (void)state;
    begin(&job, 10, 1000, 0);
    assert_int_equal(ask(&job, 960, 800).action, CAIRN_SKIP);
    assert_int_equal(ask(&job, 950, 800).action, CAIRN_CHECKPOINT);
}

/* With steps it takes the step end that is nearest to the interval (262 s): 300 for 100 s steps,
 * and one step where steps are longer than that. Whatever it says, time goes on. */
static void the_nearest_step_end_is_taken(void **state)
{
    struct job job;
    (void)state;
    begin(&job, 10, 1e7, 100);
    struct cairn_verdict v = ask(&job, 1000, 0);
    assert_int_equal(v.action, CAIRN_SKIP);
    assert_true(v.at > S(200) && v.at < S(300)); /* asked at 300 */
    assert_int_equal(ask(&job, 1000, 200).action, CAIRN_SKIP);
    assert_int_equal(ask(&job, 1000, 300).action, CAIRN_CHECKPOINT);
    begin(&job, 10, 1e7, 5000);
    assert_int_equal(ask(&job, 10000, 5000).action, CAIRN_CHECKPOINT);
    begin(&job, 0, 1e7, 0); /* free checkpoints: an interval of 1 s or M / 2000, not 0 */
    assert_true(is_near(interval(&job), 3600 / 2000.0, 1e-9));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_without_failures_raises_the_mtbf),
        cmocka_unit_test(the_rate_is_learned),
        cmocka_unit_test(old_times_fade),
        cmocka_unit_test(age_shortens_or_lengthens_the_interval),
        cmocka_unit_test(it_pays_for_its_mistakes),
        cmocka_unit_test(the_cost_is_learned),
        cmocka_unit_test(near_the_end_none_is_taken),
        cmocka_unit_test(the_nearest_step_end_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
