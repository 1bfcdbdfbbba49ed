/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: MODEL rules 1-3 and 10-13: order within an instant, steps and intervals, the life of a
 * checkpoint. Method: timelines worked out by hand in each test's comment, in seconds from the
 * start of the job, against the whole ledger in integer ns, skipping and step by step. An outage of
 * no length is repaired at once; the node is back before its detection. */
#include "tests/sim/model/kit.h"

/* ---- rules 1 to 3: time and order ------------------------------------------------------------ */

/* work 0-50, snapshot 50-55 completes at 55, outage at 55; restore 55-65, work 50 more to 115. */
static void rule02_checkpoint_completing_at_t_survives_outage_at_t(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 5, 10);
    kit_fixed(&k, 50);
    k.spec.group.final_checkpoint = false;
    kit_outage(&k, 0, 55, 55);
    kit_check(&k, .makespan = 115, .useful = 100, .checkpoint = 5, .restore = 10, .struck = 1,
              .taken = 1, .completed = 1, .restored = 1);
}

/* One ns earlier: 4.999999999 s of snapshot and 50 s of work are gone; all again from 64.999999999.
 */
static void rule02_outage_one_ns_before_completion_aborts(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 5, 10);
    kit_fixed(&k, 50);
    k.spec.group.final_checkpoint = false;
    kit_outage(&k, 0, 54.999999999, 54.999999999);
    kit_check(&k, .makespan = 169.999999999, .useful = 100, .checkpoint = 9.999999999,
              .aborted = 4.999999999, .lost = 50, .restore = 10, .struck = 1, .taken = 2,
              .completed = 1, .aborts = 1);
}

/* The job ends at 100 and an outage begins at 100: none of its business, injected 1, struck 0. */
static void rule02_work_ending_at_t_survives_outage_at_t(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 5, 10);
    k.spec.group.final_checkpoint = false;
    kit_outage(&k, 0, 100, 100);
    kit_check(&k, .makespan = 100, .useful = 100, .struck = 0);
}

/* Due at 50, struck at 50: the decision comes last, no snapshot begins. 50 lost, restore 50-60,
 * work to 110, snapshot to 115, work to 165. */
static void rule02_decision_at_t_comes_after_outage_at_t(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 5, 10);
    kit_fixed(&k, 50);
    k.spec.group.final_checkpoint = false;
    kit_outage(&k, 0, 50, 50);
    kit_check(&k, .makespan = 165, .useful = 100, .checkpoint = 5, .lost = 50, .restore = 10,
              .struck = 1, .taken = 1, .completed = 1);
}

/* The same where a checkpoint costs nothing and the one at 50 would have been over at 50: a due
 * checkpoint is a decision. 10 steps of 10; due at 10, …; struck at 50 with 40 committed. */
static void rule02_free_checkpoint_at_t_comes_after_outage_at_t(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 0, 0);
    kit_fixed(&k, 10);
    k.spec.group.final_checkpoint = false;
    kit_outage(&k, 0, 50, 50);
    kit_check(&k, .makespan = 110, .useful = 100, .lost = 10, .struck = 1, .taken = 9,
              .completed = 9, .restored = 1);
}

/* Both nodes go down at 40: one strike, one shielded. Restore 40-50, work 100 to 150. */
static void rule02_several_outages_at_t_are_one_strike(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_workers(&k, 2, 0);
    kit_costs(&k, 100, 5, 10);
    k.spec.group.final_checkpoint = false;
    kit_outage(&k, 0, 40, 40);
    kit_outage(&k, 1, 40, 40);
    kit_check(&k, .makespan = 150, .useful = 100, .lost = 40, .restore = 10, .struck = 1,
              .shielded = 1);
}

/* Outage 40-70, detected at 70: the repair ends first, so nobody waits. 80: restored; 180: done. */
static void rule02_repair_ending_at_t_precedes_detection_at_t(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 5, 10);
    k.spec.group.final_checkpoint = false;
    k.spec.detection.delay = S(30);
    kit_outage(&k, 0, 40, 70);
    kit_check(&k, .makespan = 180, .useful = 100, .lost = 40, .detect = 30, .restore = 10,
              .struck = 1);
}

/* A draw of 10^300 s, or a mean of 1,250 years, is no error and no failure: injected 0. */
static void rule03_draw_past_the_horizon_is_never(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 5, 10);
    kit_constant(&k.spec.faults.node, 1e300);
    kit_exponential(&k.spec.faults.platform, 1250.0 * 365 * 86400);
    kit_check(&k, .makespan = 105, .useful = 100, .checkpoint = 5, .struck = 0, .taken = 1,
              .completed = 1);
}

/* ---- rule 10: steps and intervals ------------------------------------------------------------ */

/* Three epochs of 15; the failure comes 10 s into the third. Nothing kept: 15+15+10, then 45 = 85.
 */
static void rule10_document_a_without_checkpoints_takes_85_s(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 45, 1, 0.1);
    k.spec.group.step = S(15);
    k.spec.group.final_checkpoint = k.spec.group.restore_initial = false;
    kit_outage(&k, 0, 40, 40);
    kit_check(&k, .makespan = 85, .useful = 45, .lost = 40, .struck = 1);
}

/* 16+16+10, restore 0.1, the third epoch 15 = 57.1. */
static void rule10_document_a_with_checkpoints_takes_57_1_s(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 45, 1, 0.1);
    k.spec.group.step = S(15);
    k.spec.group.final_checkpoint = k.spec.group.restore_initial = false;
    kit_use(&k, "every");
    kit_set_count(&k, "n", 1);
    kit_outage(&k, 0, 42, 42);
    kit_check(&k, .makespan = 57.1, .useful = 45, .checkpoint = 2, .lost = 10, .restore = 0.1,
              .struck = 1, .taken = 2, .completed = 2, .restored = 1);
}

/* Due at 50, steps of 20: it waits for 60. Struck at 58 with nothing kept; restore to 68, work 60
 * to 128, snapshot to 133, 40 to 173, final snapshot to 178. */
static void rule10_due_checkpoint_waits_for_the_step_end(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 5, 10);
    k.spec.group.step = S(20);
    kit_fixed(&k, 50);
    kit_outage(&k, 0, 58, 58);
    kit_check(&k, .makespan = 178, .useful = 100, .checkpoint = 10, .lost = 58, .restore = 10,
              .struck = 1, .taken = 2, .completed = 2);
}

/* The same, divisible: snapshot 50-55, 3 lost at 58, restored at 68, done at 118, final to 123. */
static void rule10_divisible_steps_do_not_wait(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 5, 10);
    k.spec.group.step = S(20);
    k.spec.group.is_divisible = true;
    kit_fixed(&k, 50);
    kit_outage(&k, 0, 58, 58);
    kit_check(&k, .makespan = 123, .useful = 100, .checkpoint = 10, .lost = 3, .restore = 10,
              .struck = 1, .taken = 2, .completed = 2, .restored = 1);
}

/* Steps of 10, every third: 30-35, 65-70; struck at 85 with 15 past step 6; restored at 95, step 9
 * at 125, snapshot to 130, the tenth step to 140. */
static void rule10_every_n_fires_at_multiples_of_n(void **state)
{
    for (int64_t origin = 0; origin < 2; origin++) { /* absolute, last: the same here */
        struct kit k;
        (void)state;
        kit_init(&k);
        kit_costs(&k, 100, 5, 10);
        k.spec.group.step = S(10);
        k.spec.group.final_checkpoint = false;
        kit_use(&k, "every");
        kit_set_count(&k, "n", 3);
        kit_set_count(&k, "origin", origin);
        kit_outage(&k, 0, 85, 85);
        kit_check(&k, .makespan = 140, .useful = 100, .checkpoint = 15, .lost = 15, .restore = 10,
                  .struck = 1, .taken = 3, .completed = 3, .restored = 1);
    }
}

/* Steps of 10, every second, free snapshots that persist 25 and are skipped meanwhile. Taken at
 * step 2 (20-45), skipped at 4, taken at 6 (60-85), skipped at 8; step 10 is the end. With
 * `origin: last` too: a dropped request is asked again n steps on. Injected 0. */
static void rule10_every_n_goes_on_after_a_skipped_request(void **state)
{
    for (int64_t origin = 0; origin < 2; origin++) {
        struct kit k;
        (void)state;
        kit_init(&k);
        kit_costs(&k, 100, 0, 10);
        k.spec.group.step = S(10);
        k.spec.group.persist = S(25);
        k.spec.group.final_checkpoint = false;
        kit_use(&k, "every");
        kit_set_count(&k, "n", 2);
        kit_set_count(&k, "origin", origin);
        kit_check(&k, .makespan = 100, .useful = 100, .struck = 0, .taken = 2, .completed = 2,
                  .skipped = 2);
    }
}

/* Interval 40 of 100: segments 40, 40, 20. 40-45, 85-90, struck at 95 with 5 lost, restored at 105,
 * the short segment to 125, final snapshot to 130. Spread, they would be 33.3 each. */
static void rule10_last_segment_is_short_not_spread(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 5, 10);
    kit_fixed(&k, 40);
    kit_outage(&k, 0, 95, 95);
    kit_check(&k, .makespan = 130, .useful = 100, .checkpoint = 15, .lost = 5, .restore = 10,
              .struck = 1, .taken = 3, .completed = 3, .restored = 1);
}

/* A period of 50 with its cost of 5 is 45 of work: 45-50, 95-100, 10 more to 110. Struck at 104: 4
 * lost, restored at 114, done at 124. */
static void rule10_period_includes_the_cost(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 5, 10);
    k.spec.group.final_checkpoint = false;
    kit_fixed(&k, 50);
    kit_set_count(&k, "measure", 2);
    kit_outage(&k, 0, 104, 104);
    kit_check(&k, .makespan = 124, .useful = 100, .checkpoint = 10, .lost = 4, .restore = 10,
              .struck = 1, .taken = 2, .completed = 2, .restored = 1);
}

/* Persisting for 20 at half speed makes work and wall time differ. By work: 50 of work after each
 * snapshot's start take 60: snapshots 50-55, 115-120, 180-185; 10 by 205, 40 more by 245. Injected
 * 0. */
static void rule10_interval_by_work_counts_useful_work(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 200, 5, 10);
    k.spec.group.persist = S(20);
    k.spec.group.interference_ppm = 500000;
    k.spec.group.final_checkpoint = false;
    kit_fixed(&k, 50);
    kit_check(&k, .makespan = 245, .useful = 200, .checkpoint = 15, .slowed = 30, .struck = 0,
              .taken = 3, .completed = 3);
}

/* By wall time: 50 after each snapshot's end, with 40 of work in them: 50-55 (50), 105-110 (90),
 * 160-165 (130), 215-220 (170); 10 by 240, 20 more by 260. Injected 0. */
static void rule10_interval_by_wall_counts_wall_time(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 200, 5, 10);
    k.spec.group.persist = S(20);
    k.spec.group.interference_ppm = 500000;
    k.spec.group.final_checkpoint = false;
    kit_fixed(&k, 50);
    kit_set_count(&k, "measure", 1);
    kit_check(&k, .makespan = 260, .useful = 200, .checkpoint = 20, .slowed = 40, .struck = 0,
              .taken = 4, .completed = 4);
}

/* Half speed, and an interval of an odd number of ns that ends while a checkpoint persists (60 s >
 * 50 s): asked at the right nanosecond, though no whole ns of work ends there. Each request is
 * skipped while the last persists; what counts is that the run ends by itself. Injected 0. */
static void rule10_interval_by_wall_may_end_between_two_ns_of_work(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 200, 5, 10);
    k.spec.group.persist = S(60);
    k.spec.group.interference_ppm = 500000;
    k.spec.group.final_checkpoint = false;
    kit_fixed(&k, 50);
    k.spec.controller.values[0].i += 1;
    kit_set_count(&k, "measure", 1);
    struct record r = kit_run(&k, 0, GROUP_CONTROLLED);
    assert_int_equal(r.end, END_FINISHED);
    assert_int_equal(r.struck, 0);
    assert_true(r.skipped > 0);
}

/* Struck at 10, before any checkpoint; restore 10 or nothing, then 100 of work. */
static void rule10_restore_initial_decides_who_pays_for_nothing(void **state)
{
    for (int is_paid = 0; is_paid < 2; is_paid++) {
        struct kit k;
        (void)state;
        kit_init(&k);
        kit_costs(&k, 100, 5, 10);
        k.spec.group.restore_initial = is_paid;
        k.spec.group.final_checkpoint = false;
        kit_outage(&k, 0, 10, 10);
        kit_check(&k, .makespan = is_paid ? 120 : 110, .useful = 100, .lost = 10,
                  .restore = is_paid ? 10 : 0, .struck = 1);
    }
}

/* Without a failure: the first start never pays a restore; one snapshot at the end, or none. */
static void rule10_final_checkpoint_is_taken_once_at_the_end(void **state)
{
    for (int is_final = 0; is_final < 2; is_final++) {
        struct kit k;
        (void)state;
        kit_init(&k);
        kit_costs(&k, 100, 5, 10);
        kit_fixed(&k, 50); /* 50-55, and the second is due with the end of the work */
        k.spec.group.final_checkpoint = is_final;
        kit_check(&k, .makespan = is_final ? 110 : 105, .useful = 100,
                  .checkpoint = is_final ? 10 : 5, .struck = 0, .taken = is_final ? 2u : 1u,
                  .completed = is_final ? 2u : 1u);
    }
}

/* The final snapshot is 100-105, struck at 103: 3 aborted, all 100 lost, restored at 113, work to
 * 213, final snapshot to 218. */
static void rule10_struck_final_checkpoint_costs_the_work(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 5, 10);
    kit_outage(&k, 0, 103, 103);
    kit_check(&k, .makespan = 218, .useful = 100, .checkpoint = 8, .aborted = 3, .lost = 100,
              .restore = 10, .struck = 1, .taken = 2, .completed = 1, .aborts = 1);
}

/* ---- rule 12: restore ------------------------------------------------------------------------ */

/* Snapshot 50-55, struck at 80 (25 lost), restore 80-100 struck at 90, again 90-110; work to 160,
 * snapshot to 165, to 215, to 220, done at 270. */
static void rule12_restore_can_be_struck(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 200, 5, 20);
    kit_fixed(&k, 50);
    k.spec.group.final_checkpoint = false;
    kit_outage(&k, 0, 80, 80);
    kit_outage(&k, 0, 90, 90);
    kit_check(&k, .makespan = 270, .useful = 200, .checkpoint = 15, .lost = 25, .restore = 30,
              .struck = 2, .taken = 3, .completed = 3, .restored = 1);
}

/* Snapshots 50-55 and 105-110; the second is struck at 108, so the first is restored (118):
 * done 50. 168-173, 223-228, done at 278. 3 aborted, 50 lost. */
static void rule12_newest_complete_generation_is_restored(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 200, 5, 10);
    kit_fixed(&k, 50);
    k.spec.group.final_checkpoint = false;
    kit_outage(&k, 0, 108, 108);
    kit_check(&k, .makespan = 278, .useful = 200, .checkpoint = 18, .aborted = 3, .lost = 50,
              .restore = 10, .struck = 1, .taken = 4, .completed = 3, .aborts = 1, .restored = 1);
}

/* ---- rule 13: an interval, and a verdict that stands still ----------------------------------- */

/* An interval of 1 ms becomes 1 s: at 1, 2, … 9 of work, 1 s each. Struck at 4.5, half way through
 * the second snapshot's successor: 1, snapshot to 2, to 3, to 4, 0.5 lost, restored at 5.5 with 2
 * done; 8 more and 7 snapshots end at 20.5. */
static void rule13_interval_is_at_least_one_second(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 10, 1, 1);
    kit_fixed(&k, 0.001);
    k.spec.group.final_checkpoint = false;
    kit_outage(&k, 0, 4.5, 4.5);
    kit_check(&k, .makespan = 20.5, .useful = 10, .checkpoint = 9, .lost = 0.5, .restore = 1,
              .struck = 1, .taken = 9, .completed = 9, .restored = 1);
}

static struct cairn_verdict stubborn_verdict;

static const char *stubborn_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                                 void *plan)
{
    (void)values, (void)shape, (void)plan;
    return NULL;
}

static void stubborn_decide(const void *plan, void *state, const struct cairn_situation *situation,
                            struct cairn_verdict *verdict)
{
    (void)plan, (void)state, (void)situation;
    *verdict = stubborn_verdict;
}

/* Says the same whatever happens. */
static const struct cairn_param stubborn_params[] = {{.name = NULL}};
static const struct cairn_controller_class stubborn = {.size = sizeof stubborn,
                                                       .abi = CAIRN_CONTROLLER_ABI,
                                                       .name = "stubborn",
                                                       .params = stubborn_params,
                                                       .plan = stubborn_plan,
                                                       .decide = stubborn_decide};

/* Asked at 0, each of these would be asked again at 0. The replication ends; injected 0. */
static void rule13_verdict_that_advances_nothing_ends_the_run(void **state)
{
    static const struct cairn_verdict verdicts[] = {
        {.action = CAIRN_SKIP, .ask = CAIRN_ASK_WORK, .at = 0},
        {.action = CAIRN_SKIP, .ask = CAIRN_ASK_WALL, .at = -1},
        {.action = CAIRN_SKIP, .ask = CAIRN_ASK_STEP, .at = 0},
        {.action = CAIRN_SKIP, .ask = CAIRN_ASK_STEPS, .at = 0},
        {.action = CAIRN_CHECKPOINT, .ask = CAIRN_ASK_WORK, .at = 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        struct kit k;
        kit_init(&k);
        kit_costs(&k, 100, 0, 10);
        k.spec.group.step = S(10);
        k.spec.controller.class = &stubborn;
        stubborn_verdict = verdicts[i];
        struct record r = kit_run(&k, 0, GROUP_CONTROLLED);
        assert_int_equal(r.end, END_POLICY);
        assert_int_equal(r.makespan, 0);
    }
}

/* FAILED is sticky and carries its reason. */
static void rule13_failed_verdict_ends_the_run_with_its_reason(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 5, 10);
    k.spec.controller.class = &stubborn;
    stubborn_verdict = (struct cairn_verdict){.action = CAIRN_FAILED, .reason = 7};
    struct record r = kit_run(&k, 0, GROUP_CONTROLLED);
    assert_int_equal(r.end, END_POLICY);
    assert_int_equal(r.policy_reason, 7);
    assert_int_equal(r.struck, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule02_checkpoint_completing_at_t_survives_outage_at_t),
        cmocka_unit_test(rule02_outage_one_ns_before_completion_aborts),
        cmocka_unit_test(rule02_work_ending_at_t_survives_outage_at_t),
        cmocka_unit_test(rule02_decision_at_t_comes_after_outage_at_t),
        cmocka_unit_test(rule02_free_checkpoint_at_t_comes_after_outage_at_t),
        cmocka_unit_test(rule02_several_outages_at_t_are_one_strike),
        cmocka_unit_test(rule02_repair_ending_at_t_precedes_detection_at_t),
        cmocka_unit_test(rule03_draw_past_the_horizon_is_never),
        cmocka_unit_test(rule10_document_a_without_checkpoints_takes_85_s),
        cmocka_unit_test(rule10_document_a_with_checkpoints_takes_57_1_s),
        cmocka_unit_test(rule10_due_checkpoint_waits_for_the_step_end),
        cmocka_unit_test(rule10_divisible_steps_do_not_wait),
        cmocka_unit_test(rule10_every_n_fires_at_multiples_of_n),
        cmocka_unit_test(rule10_every_n_goes_on_after_a_skipped_request),
        cmocka_unit_test(rule10_last_segment_is_short_not_spread),
        cmocka_unit_test(rule10_period_includes_the_cost),
        cmocka_unit_test(rule10_interval_by_work_counts_useful_work),
        cmocka_unit_test(rule10_interval_by_wall_counts_wall_time),
        cmocka_unit_test(rule10_interval_by_wall_may_end_between_two_ns_of_work),
        cmocka_unit_test(rule10_restore_initial_decides_who_pays_for_nothing),
        cmocka_unit_test(rule10_final_checkpoint_is_taken_once_at_the_end),
        cmocka_unit_test(rule10_struck_final_checkpoint_costs_the_work),
        cmocka_unit_test(rule12_restore_can_be_struck),
        cmocka_unit_test(rule12_newest_complete_generation_is_restored),
        cmocka_unit_test(rule13_interval_is_at_least_one_second),
        cmocka_unit_test(rule13_verdict_that_advances_nothing_ends_the_run),
        cmocka_unit_test(rule13_failed_verdict_ends_the_run_with_its_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
