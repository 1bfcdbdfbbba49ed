/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: on-success takes a checkpoint exactly after each success of a named step, and refuses lists
 * that could never match. Method: the controller asked by hand, step by step (driven.h). */
#include "tests/policies/controllers/driven.h"

static const char *const two[] = {"train", "evaluate"};
static const struct cairn_stage stages[] = {
    {.name = "load", .count = 1}, {.name = "train", .count = 3}, {.name = "evaluate", .count = 1}};

static void begin(struct driven *d)
{
    driven_init(d, "on-success", 1, 0);
    driven_names(d, "tasks", two, 2);
    d->shape.stages = stages;
    d->shape.stages_count = 3;
    assert_null(driven_plan(d));
}

/* The start and unlisted steps: none. No minimum: successes 1 ns apart are saved each. */
static void each_listed_success_is_saved_once(void **state)
{
    const struct {
        const char *name;
        int64_t work;
        bool is_saved;
    } rows[] = {
        {"load", S(20), false}, {"train", S(15), true}, {"train", 1, true},
        {"train", 1, true},     {"idle", S(3), false},  {"evaluate", S(1), true},
    };
    struct driven d;
    (void)state;
    begin(&d);
    assert_false(driven_ask(&d));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(driven_step(&d, rows[i].name, rows[i].work), rows[i].is_saved);
        assert_int_equal(d.verdict.ask, CAIRN_ASK_STEP);
        assert_int_equal(d.verdict.at, d.situation.step_index + 1);
        assert_int_equal(d.verdict.repeat, 0);
        assert_false(driven_ask(&d)); /* asked again, it has nothing to save */
    }
}

/* A failed attempt is no success: nothing is told of it, and after it nothing is saved until the
 * step has succeeded. */
static void failed_attempt_is_not_saved(void **state)
{
    struct driven d;
    (void)state;
    begin(&d);
    assert_false(driven_step(&d, "load", S(20)));
    driven_work(&d, S(10)); /* of train's 15 */
    driven_fail(&d, S(5));
    assert_false(driven_ask(&d));
    assert_false(driven_step(&d, "load", S(20)));
    assert_true(driven_step(&d, "train", S(15)));
    assert_int_equal(d.situation.failures, 1);
}

/* It succeeded and failed at one instant, before anybody asked: the success is undone. */
static void success_lost_before_it_was_saved_is_forgotten(void **state)
{
    struct driven d;
    (void)state;
    begin(&d);
    driven_work(&d, S(15));
    driven_tell(&d, (struct cairn_happening){.kind = CAIRN_HEAR_STEP, .name = "train"});
    driven_fail(&d, S(5));
    assert_false(driven_ask(&d));
    assert_true(driven_step(&d, "train", S(15)));
    assert_int_equal(d.situation.failures, 1);
}

/* The plan has its own copy: what the caller does to its names later does not matter. */
static void names_are_copied_into_the_plan(void **state)
{
    char name[] = "train";
    const char *const list[] = {name};
    struct driven d;
    (void)state;
    begin(&d);
    driven_names(&d, "tasks", list, 1);
    assert_null(driven_plan(&d));
    memset(name, 'x', sizeof name - 1);
    assert_true(driven_step(&d, "train", S(1)));
    assert_false(driven_step(&d, "xxxxx", S(1)));
    assert_false(driven_step(&d, "trai", S(1)));
    assert_false(driven_step(&d, "evaluate", S(1)));
}

/* Equal steps are called "step". */
static void equal_steps_have_one_name(void **state)
{
    static const char *const step[] = {"step"};
    struct driven d;
    (void)state;
    driven_init(&d, "on-success", 1, 10);
    driven_names(&d, "tasks", step, 1);
    assert_null(driven_plan(&d));
    assert_true(driven_step(&d, "step", S(10)));
    driven_names(&d, "tasks", two, 2);
    assert_string_equal(driven_plan(&d), "no step of the job is called so: its steps are all alike "
                                         "and called 'step'");
}

static void refusals_say_what_there_is(void **state)
{
    static const char *const other[] = {"training", "trai"};
    struct driven d;
    (void)state;
    begin(&d);
    driven_names(&d, "tasks", other, 2);
    assert_string_equal(driven_plan(&d),
                        "no step of the job is called so; there are load, train, evaluate");
    d.shape.stages_count = 0;
    assert_string_equal(driven_plan(&d),
                        "needs steps that succeed: give workload.group.stages, or step");
}

/* Stages without end: the sentence stops in time, and the plan is no larger than said. */
static void refusal_of_many_stages_ends(void **state)
{
    static const char *const other[] = {"x"};
    static struct cairn_stage many[100];
    struct driven d;
    (void)state;
    begin(&d);
    for (int i = 0; i < 100; i++)
        many[i].name = "a-name-of-twenty-two-b";
    d.shape.stages = many;
    d.shape.stages_count = 100;
    driven_names(&d, "tasks", other, 1);
    uint64_t size = cairn_plan_size(d.class, d.values, &d.shape);
    memset(d.plan, 0, sizeof d.plan);
    d.plan[size] = 'x';
    const char *refusal = d.class->plan(d.values, &d.shape, d.plan);
    assert_non_null(refusal);
    assert_string_equal(refusal + strlen(refusal) - 6, "b, ...");
    assert_true(d.plan[size] == 'x' && d.plan[size - 1] == 0);
}

static void words_name_the_step(void **state)
{
    struct driven d;
    (void)state;
    begin(&d);
    driven_step(&d, "load", S(1));
    assert_string_equal(driven_words(&d), "step 1: no success that is to be saved");
    driven_step(&d, "evaluate", S(1));
    assert_string_equal(driven_words(&d), "step 2: evaluate succeeded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_listed_success_is_saved_once),
        cmocka_unit_test(failed_attempt_is_not_saved),
        cmocka_unit_test(success_lost_before_it_was_saved_is_forgotten),
        cmocka_unit_test(names_are_copied_into_the_plan),
        cmocka_unit_test(equal_steps_have_one_name),
        cmocka_unit_test(refusals_say_what_there_is),
        cmocka_unit_test(refusal_of_many_stages_ends),
        cmocka_unit_test(words_name_the_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
