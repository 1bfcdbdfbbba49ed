/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: milestones saves where the work passes a fraction, once for each time it is passed. Method:
 * the controller asked by hand (driven.h) at chosen work. */
#include "tests/policies/controllers/driven.h"

static const double thirds[] = {0.33, 0.66};

static void begin(struct driven *d, const double *fractions, int64_t count)
{
    driven_init(d, "milestones", 10, 0);
    *driven_value(d, "at") = (struct cairn_value){.i = count, .numbers = fractions};
    assert_null(driven_plan(d));
}

/* Row B13, of 1000 s: saved at 330; a failure at 500 loses 170 and resumes at 330; 660 is next. */
static void b13_failure_at_half_resumes_at_a_third(void **state)
{
    struct driven d;
    (void)state;
    begin(&d, thirds, 2);
    assert_false(driven_ask(&d));
    assert_int_equal(d.verdict.ask, CAIRN_ASK_WORK);
    assert_int_equal(d.verdict.at, S(330));
    driven_work(&d, S(330) - 1);
    assert_false(driven_ask(&d));
    driven_work(&d, 1);
    assert_true(driven_ask(&d));
    driven_work(&d, S(170));
    assert_int_equal(d.situation.work_since, S(170));
    driven_fail(&d, S(5));
    assert_int_equal(d.situation.work_done, S(330));
    assert_false(driven_ask(&d));
    assert_int_equal(d.verdict.at, S(330)); /* of work since: at 660 */
    driven_work(&d, S(330));
    assert_true(driven_ask(&d));
    assert_int_equal(d.verdict.ask, CAIRN_ASK_NEVER);
    assert_int_equal(d.situation.failures, 1);
}

/* Of several passed at once one is saved; the one after them is next. */
static void several_passed_in_one_step_are_one(void **state)
{
    static const double at[] = {0.1, 0.25, 0.5, 0.75, 0.9};
    struct driven d;
    (void)state;
    begin(&d, at, 5);
    driven_work(&d, S(600));
    assert_true(driven_ask(&d));
    assert_int_equal(d.verdict.at, S(150));
    assert_false(driven_ask(&d));
    assert_int_equal(d.verdict.at, S(150));
}

/* Passed, lost before it was complete, passed again. */
static void milestone_passed_again_is_saved_again(void **state)
{
    struct driven d;
    (void)state;
    begin(&d, thirds, 2);
    driven_work(&d, S(350));
    d.situation.work_done = d.situation.work_since = 0; /* restored to the beginning */
    assert_false(driven_ask(&d));
    driven_work(&d, S(330));
    assert_true(driven_ask(&d));
}

/* 0 and 1 are where nothing is to be saved: the job's start and its end. */
static void ends_of_the_job_are_no_places(void **state)
{
    static const double ends[] = {0, 1};
    struct driven d;
    (void)state;
    begin(&d, ends, 2);
    assert_false(driven_ask(&d));
    assert_int_equal(d.verdict.at, S(1000));
    d.shape.work = INT64_MAX; /* rounds up as a double */
    assert_null(driven_plan(&d));
    assert_false(driven_ask(&d));
    assert_true(d.verdict.at == INT64_MAX || d.verdict.ask == CAIRN_ASK_NEVER);
}

static void needs_to_know_the_work(void **state)
{
    struct driven d;
    (void)state;
    begin(&d, thirds, 2);
    d.shape.work = 0;
    assert_string_equal(driven_plan(&d), "needs to know how much work the job is");
}

static void words_say_how_far_it_is(void **state)
{
    struct driven d;
    (void)state;
    begin(&d, thirds, 2);
    driven_work(&d, S(340));
    driven_ask(&d);
    assert_string_equal(driven_words(&d),
                        "34 % of the work done: a milestone is passed, the next at 66 %");
    driven_work(&d, S(10));
    driven_ask(&d);
    assert_string_equal(driven_words(&d),
                        "35 % of the work done: between milestones, the next at 66 %");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(b13_failure_at_half_resumes_at_a_third),
        cmocka_unit_test(several_passed_in_one_step_are_one),
        cmocka_unit_test(milestone_passed_again_is_saved_again),
        cmocka_unit_test(ends_of_the_job_are_no_places),
        cmocka_unit_test(needs_to_know_the_work),
        cmocka_unit_test(words_say_how_far_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
