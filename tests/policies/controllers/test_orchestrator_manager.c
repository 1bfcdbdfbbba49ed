/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: orchestrator-compat drives the original's strategies as its manager does, so that the known
 * defects show in what is saved. Method: the controller asked by hand (driven.h) at each step end,
 * or when its background loop wakes; times worked out in each comment. */
#include "tests/policies/controllers/driven.h"

enum { TIME, ADAPTIVE, PROGRESS, TASK };
static const char *const none[] = {"none"};

static void begin(struct driven *d, int64_t strategy, double cost, double step)
{
    driven_init(d, "orchestrator-compat", cost, step);
    driven_value(d, "strategy")->i = strategy;
    driven_names(d, "critical_tasks", none, 1);
    assert_null(driven_plan(d));
    assert_false(driven_ask(d));
}

/* Divisible work: goes on until it wants to be asked, and asks. True: saved; its start in *begun.
 */
static bool wake(struct driven *d, int64_t *begun)
{
    assert_int_equal(d->verdict.ask, CAIRN_ASK_TIME);
    int64_t wait = d->verdict.at - d->situation.now;
    assert_true(wait > 0 || d->situation.work_since == 0);
    if (wait > 0)
        driven_work(d, wait);
    *begun = d->situation.now;
    return driven_ask(d);
}

/* C = 10: the loop sleeps 60 s from each end: 60, 130, 200. After a checkpoint it is asked once
 * more at the time its last verdict named, which was too early by the checkpoint's cost. */
static void the_loop_sleeps_from_each_end(void **state)
{
    (void)state;
    for (int64_t strategy = TIME; strategy <= ADAPTIVE; strategy++) {
        static const double starts[] = {60, 130, 200};
        struct driven d;
        int64_t begun;
        int saved = 0;
        begin(&d, strategy, 10, 0);
        for (int i = 0; i < 20 && saved < 3; i++)
            if (wake(&d, &begun))
                assert_int_equal(begun, S(starts[saved++]));
        assert_int_equal(saved, 3);
        assert_non_null(strstr(driven_words(&d), "time_based"));
    }
}

/* Progress is never seen: the loop wakes after the maximum of 3600 s. */
static void progress_without_steps_waits_for_the_maximum(void **state)
{
    struct driven d;
    int64_t begun;
    (void)state;
    begin(&d, PROGRESS, 10, 0);
    assert_true(wake(&d, &begun));
    assert_int_equal(begun, S(3600));
}

/* Defect (a): completed is 0, and 0 % 10 = 0. Steps of 20 s, C = 10: 20 and 40 are too early, 60 is
 * saved for the completion, though it is the third; then again the third, at 130. */
static void defect_a_saves_every_completion_after_the_minimum(void **state)
{
    struct driven d;
    (void)state;
    begin(&d, ADAPTIVE, 10, 20);
    for (int i = 1; i <= 9; i++) {
        assert_int_equal(driven_step(&d, "step", S(20)), i % 3 == 0);
        if (i % 3 == 0)
            assert_non_null(strstr(driven_words(&d), "task_completion"));
    }
    begin(&d, ADAPTIVE, 10, 20);
    for (int i = 1; i <= 4; i++) /* each is long enough */
        assert_true(driven_step(&d, "step", S(61)));
}

/* Defect (a) again: 40 steps of 25 s pass all milestones, and none is seen: real metrics come after
 * the question, and the loop still sleeps. */
static void defect_a_hides_all_progress(void **state)
{
    (void)state;
    for (int64_t real = 0; real < 2; real++) {
        struct driven d;
        begin(&d, PROGRESS, 1, 25);
        driven_value(&d, "metrics")->i = real;
        assert_null(driven_plan(&d));
        assert_false(driven_ask(&d));
        for (int i = 1; i <= 40; i++)
            assert_false(driven_step(&d, "step", S(25)));
    }
}

/* Work 40,000 s in steps of 1,000, C = 10. Completions are granted once 3600 s have passed: every
 * fourth. The loop wakes at 3600 and is served at 4,000; by then real metrics say .1 done, and an
 * "execution time" of 2 (1,000 + 2,000 + 3,000 + 4,000) = 20,000 s: .25 is expected in 30,000 s,
 * and the loop sleeps past five milestones, to 34,010. The 34th step ends at 34,080, .85 are done,
 * and a milestone not yet reached is .1: saved. */
static void real_metrics_reach_the_loop_alone(void **state)
{
    (void)state;
    for (int64_t real = 0; real < 2; real++) {
        struct driven d;
        driven_init(&d, "orchestrator-compat", 10, 1000);
        d.shape.work = S(40000);
        driven_value(&d, "strategy")->i = PROGRESS;
        driven_value(&d, "metrics")->i = real;
        assert_null(driven_plan(&d));
        assert_false(driven_ask(&d));
        for (int i = 1; i <= 40; i++) {
            bool is_late = real && i > 32, is_loop = real && i == 34;
            bool is_saved = is_late ? i % 4 == 2 : i % 4 == 0;
            assert_int_equal(driven_step(&d, "step", S(1000)), is_saved);
            assert_int_equal(strstr(driven_words(&d), "time_based") != NULL, is_loop);
        }
    }
}

/* By defect (a) a completion is granted as soon as the minimum is over, whatever error rate and
 * durations are: the loop never has its say. Steps of 1 to 90 s; about
 * one in ten has failed before. */
static void adaptive_decides_alike_with_real_metrics(void **state)
{
    struct driven d[2];
    int saved = 0, failed = 0;
    uint32_t random = 1;
    (void)state;
    for (int i = 0; i < 2; i++) {
        begin(&d[i], ADAPTIVE, 7, 50);
        driven_value(&d[i], "metrics")->i = i;
        *driven_value(&d[i], "error_rate_threshold") = (struct cairn_value){.x = i ? 0.01 : 0.5};
        assert_null(driven_plan(&d[i]));
    }
    for (int k = 0; k < 1000; k++) {
        random = random * 1664525u + 1013904223u;
        for (int i = 0; i < 2 && random >> 24 < 24; i++) {
            driven_fail(&d[i], S(3));
            assert_true(driven_ask(&d[i]));
            failed++;
        }
        int64_t work = S(1 + (random >> 8) % 90);
        bool is_saved = driven_step(&d[0], "step", work);
        assert_int_equal(driven_step(&d[1], "step", work), is_saved);
        saved += is_saved;
    }
    assert_true(saved > 100 && failed > 100);
}

/* Defect (b): each task is recorded and asked about. Interval 4 saves every second task, 5 every
 * fifth (10 is the first even multiple). */
static void defect_b_counts_asks_and_records(void **state)
{
    static const int rows[][2] = {{4, 2}, {5, 5}, {2, 1}, {1, 1}, {6, 3}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct driven d;
        begin(&d, TASK, 1, 10);
        driven_value(&d, "checkpoint_interval")->i = rows[i][0];
        assert_null(driven_plan(&d));
        for (int k = 1; k <= 30; k++)
            assert_int_equal(driven_step(&d, "step", S(10)), k % rows[i][1] == 0);
    }
}

/* Defect (c): the task strategy knows no time; an hour in a step changes nothing. */
static void defect_c_task_strategy_knows_no_time(void **state)
{
    struct driven d;
    (void)state;
    begin(&d, TASK, 1, 10);
    for (int k = 1; k <= 4; k++)
        assert_false(driven_step(&d, "step", S(3600)));
    assert_true(driven_step(&d, "step", S(3600)));
    assert_string_equal(driven_words(&d), "task: task_completion, 10 asks and records, interval 5");
}

static void critical_tasks_are_always_saved(void **state)
{
    static const char *const critical[] = {"train_.*", "eval"};
    struct driven d;
    (void)state;
    begin(&d, TASK, 1, 10);
    driven_names(&d, "critical_tasks", critical, 2);
    assert_null(driven_plan(&d));
    assert_true(driven_step(&d, "train_1", S(1)));
    assert_false(driven_step(&d, "load", S(1)));
    assert_true(driven_step(&d, "evaluate", S(1)));
}

/* One failure in four tasks is more than 0.2: all are saved until there are five. The failure is a
 * record as well. */
static void failures_make_the_task_strategy_save_all(void **state)
{
    struct driven d;
    (void)state;
    begin(&d, TASK, 1, 10);
    driven_value(&d, "checkpoint_interval")->i = 1000;
    assert_null(driven_plan(&d));
    driven_fail(&d, S(5));
    assert_false(driven_ask(&d));
    for (int k = 1; k <= 6; k++)
        assert_int_equal(driven_step(&d, "step", S(1)), k <= 3); /* 1/2, 1/3, 1/4, 1/5 */
    assert_int_equal(d.situation.failures, 1);
}

/* error_detection is always granted: there is a checkpoint as soon as there is a job again, of what
 * has just been restored. One that is free would change nothing, and is left out. */
static void errors_are_saved_after_the_restore(void **state)
{
    (void)state;
    for (int64_t strategy = TIME; strategy <= TASK; strategy++) {
        struct driven d;
        begin(&d, strategy, 10, 20);
        driven_work(&d, S(5));
        driven_fail(&d, S(5));
        assert_int_equal(driven_ask(&d), strategy != TASK);
        assert_int_equal(strstr(driven_words(&d), "error_detection") != NULL, strategy != TASK);
        assert_false(driven_ask(&d));
        begin(&d, strategy, 0, 20);
        driven_fail(&d, S(5));
        assert_false(driven_ask(&d));
        assert_int_equal(d.situation.failures, 1);
    }
}

/* The loop wakes at 60, in the middle of the error's checkpoint, 55-65: it finds that one just done
 * and sleeps until 125. Steps of 59.5 s: 124.5 is too early, 184 is not. */
static void a_wake_during_a_checkpoint_is_over_with_it(void **state)
{
    struct driven d;
    (void)state;
    begin(&d, TIME, 10, 59.5);
    driven_work(&d, S(5));
    driven_fail(&d, S(50));
    assert_true(driven_ask(&d));
    assert_int_equal(d.situation.now, S(65));
    assert_false(driven_step(&d, "step", S(59.5)));
    assert_true(driven_step(&d, "step", S(59.5)));
    assert_int_equal(d.situation.failures, 1);
}

/* Granted for a completion, struck before it was asked for: what is asked for after the restore is
 * the error's. */
static void granted_checkpoint_dies_with_the_job(void **state)
{
    struct driven d;
    (void)state;
    begin(&d, TASK, 10, 20);
    driven_value(&d, "checkpoint_interval")->i = 1;
    assert_null(driven_plan(&d));
    driven_work(&d, S(20));
    driven_tell(&d, (struct cairn_happening){.kind = CAIRN_HEAR_STEP, .name = "step"});
    driven_fail(&d, S(5));
    assert_false(driven_ask(&d));
    assert_int_equal(d.situation.failures, 1);
}

static void refusals_are_sentences(void **state)
{
    static const char *const regex[] = {"train_[0-9]"};
    struct driven d;
    (void)state;
    begin(&d, TIME, 1, 0);
    driven_value(&d, "strategy")->i = TASK;
    assert_string_equal(driven_plan(&d),
                        "strategy task counts steps: give workload.group.stages, or step");
    d.shape.step = S(1);
    driven_names(&d, "critical_tasks", regex, 1);
    assert_string_equal(driven_plan(&d),
                        "of regular expressions only '.' and a '.*' at the end are known");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loop_sleeps_from_each_end),
        cmocka_unit_test(progress_without_steps_waits_for_the_maximum),
        cmocka_unit_test(defect_a_saves_every_completion_after_the_minimum),
        cmocka_unit_test(defect_a_hides_all_progress),
        cmocka_unit_test(real_metrics_reach_the_loop_alone),
        cmocka_unit_test(adaptive_decides_alike_with_real_metrics),
        cmocka_unit_test(defect_b_counts_asks_and_records),
        cmocka_unit_test(defect_c_task_strategy_knows_no_time),
        cmocka_unit_test(critical_tasks_are_always_saved),
        cmocka_unit_test(failures_make_the_task_strategy_save_all),
        cmocka_unit_test(errors_are_saved_after_the_restore),
        cmocka_unit_test(a_wake_during_a_checkpoint_is_over_with_it),
        cmocka_unit_test(granted_checkpoint_dies_with_the_job),
        cmocka_unit_test(refusals_are_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
