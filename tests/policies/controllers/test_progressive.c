/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: progressive saves listed successes, but drops and counts those too close to the start of
 * the last checkpoint. Method: the controller asked by hand, step by step (driven.h). */
#include "tests/policies/controllers/driven.h"

static const char *const listed[] = {"download", "preprocess", "train"};
static const struct cairn_stage stages[] = {{.name = "train", .count = 9}};

static void begin(struct driven *d, double cost)
{
    driven_init(d, "progressive", cost, 0);
    driven_names(d, "tasks", listed, 3);
    d->shape.stages = stages;
    d->shape.stages_count = 1;
    assert_null(driven_plan(d));
}

/* Row B09. Listed completions at 0, 30, 70 and 125, checkpoints that take no time: saved at 0 (the
 * first) and 70 (70 s later); 30 and 125 (55 s after 70) are dropped. */
static void b09_completions_at_0_30_70_125_are_saved_at_0_and_70(void **state)
{
    static const struct {
        double work;
        bool is_saved;
        double suppressed;
    } rows[] = {{0, true, 0}, {30, false, 1}, {40, true, 1}, {55, false, 2}};
    struct driven d;
    (void)state;
    begin(&d, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(driven_step(&d, listed[i % 3], S(rows[i].work)), rows[i].is_saved);
        assert_true(d.verdict.numbers[3] == rows[i].suppressed);
    }
    assert_int_equal(d.situation.now, S(125));
    assert_string_equal(driven_words(&d), "step 4: download succeeded only 55 s after the last "
                                          "checkpoint began; 2 dropped so far");
}

/* Dropped, not postponed: after the minimum is over nothing happens until the next listed success;
 * one that is not listed is none. */
static void suppressed_checkpoint_is_not_postponed(void **state)
{
    struct driven d;
    (void)state;
    begin(&d, 0);
    assert_true(driven_step(&d, "train", S(1)));
    assert_false(driven_step(&d, "train", S(30)));
    assert_false(driven_step(&d, "idle", S(100)));
    assert_false(driven_ask(&d));
    assert_true(d.verdict.numbers[3] == 1);
    assert_true(driven_step(&d, "train", S(1)));
    assert_true(d.verdict.numbers[3] == 1);
}

/* From start to start: a checkpoint of 10 s that began 60 s ago is old enough, at 1 ns less not. */
static void minimum_counts_from_the_start_of_the_last(void **state)
{
    (void)state;
    for (int64_t off = -1; off <= 0; off++) {
        struct driven d;
        begin(&d, 10);
        assert_true(driven_step(&d, "train", S(100)));
        assert_int_equal(driven_step(&d, "train", S(50) + off), off == 0);
    }
}

static void minimum_of_none_saves_every_success(void **state)
{
    struct driven d;
    (void)state;
    begin(&d, 0);
    *driven_value(&d, "min_interval") = chosen_seconds(0);
    assert_null(driven_plan(&d));
    for (int i = 0; i < 5; i++)
        assert_true(driven_step(&d, "train", 1));
}

/* The last one was aborted: what is left is older than the minimum, so the next is taken. */
static void lost_checkpoint_does_not_suppress(void **state)
{
    struct driven d;
    (void)state;
    begin(&d, 0);
    assert_true(driven_step(&d, "train", S(1)));
    driven_tell(&d, (struct cairn_happening){.kind = CAIRN_HEAR_CHECKPOINT_LOST});
    driven_fail(&d, S(5));
    assert_false(driven_ask(&d));
    assert_true(driven_step(&d, "train", S(1)));
    assert_int_equal(d.situation.failures, 1);
}

/* A state saved and loaded goes on as the other: still 1 dropped, still too early. */
static void saved_state_goes_on(void **state)
{
    struct driven d;
    unsigned char bytes[512];
    (void)state;
    begin(&d, 0);
    assert_true(driven_step(&d, "train", S(1)));
    assert_false(driven_step(&d, "train", S(30)));
    uint64_t size = cairn_state_save(d.class, d.plan, d.state, bytes, sizeof bytes);
    assert_true(size <= sizeof bytes);
    memset(d.state, 0xff, sizeof d.state);
    assert_null(cairn_state_load(d.class, d.plan, bytes, size, d.state));
    assert_false(driven_step(&d, "train", S(29)));
    assert_true(d.verdict.numbers[3] == 2);
    assert_true(driven_step(&d, "train", S(1)));
}

static void list_without_a_step_of_the_job_is_refused(void **state)
{
    static const char *const other[] = {"training"};
    struct driven d;
    (void)state;
    begin(&d, 0);
    driven_names(&d, "tasks", other, 1);
    assert_string_equal(driven_plan(&d), "no step of the job is called so; there are train");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(b09_completions_at_0_30_70_125_are_saved_at_0_and_70),
        cmocka_unit_test(suppressed_checkpoint_is_not_postponed),
        cmocka_unit_test(minimum_counts_from_the_start_of_the_last),
        cmocka_unit_test(minimum_of_none_saves_every_success),
        cmocka_unit_test(lost_checkpoint_does_not_suppress),
        cmocka_unit_test(saved_state_goes_on),
        cmocka_unit_test(list_without_a_step_of_the_job_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
