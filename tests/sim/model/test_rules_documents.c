/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the strategies that the Orchestrator documents do in a run what they say (rows B09 to B13
 * of the mission table). Method: timelines worked out by hand in each test's comment, in seconds,
 * against the whole ledger in integer ns. */
#include "tests/sim/model/kit.h"

enum { STAGES = 8 };
#define SECONDS(n) ((n)*SIMTIME_SECOND) /* S calls a function: no constant */

/* A job in stages, each of steps of its own length; the job's costs for all. */
static void stages(struct kit *k, const struct cairn_stage *list, uint32_t count)
{
    static struct cairn_stage priced[STAGES];
    static struct spec_stage_start starts[STAGES + 1];
    assert_true(count <= STAGES);
    for (uint32_t i = 0; i < count; i++) {
        priced[i] = list[i];
        priced[i].checkpoint_cost = k->spec.group.checkpoint;
        priced[i].restore_cost = k->spec.group.restore;
        starts[i + 1].step = starts[i].step + list[i].count;
        starts[i + 1].work = starts[i].work + list[i].count * list[i].work;
    }
    k->spec.group.stages = priced;
    k->spec.group.starts = starts;
    k->spec.group.stages_count = count;
    k->spec.group.work = starts[count].work;
}

static void names(struct kit *k, const char *const *list, int64_t count)
{
    k->spec.controller.values[kit_param(k, "tasks")] =
        (struct cairn_value){.i = count, .names = list};
}

/* ---- on-success: row B11 --------------------------------------------------------------------- */

static const struct cairn_stage pipeline[] = {
    {.name = "load", .count = 1, .work = SECONDS(20)},
    {.name = "train", .count = 3, .work = SECONDS(50)},
    {.name = "evaluate", .count = 1, .work = SECONDS(30)}};
static const char *const train[] = {"train"};

static void begin_train(struct kit *k)
{
    kit_init(k);
    kit_costs(k, 0, 5, 10);
    stages(k, pipeline, 3);
    k->spec.group.final_checkpoint = false;
    kit_use(k, "on-success");
    names(k, train, 1);
}

/* load 0-20, train 20-70, saved 70-75, train -125, -130, -180, -185, evaluate to 215. Three
 * successes of train, three checkpoints. Injected 0. */
static void b11_each_listed_success_is_saved(void **state)
{
    struct kit k;
    (void)state;
    begin_train(&k);
    kit_check(&k, .makespan = 215, .useful = 200, .checkpoint = 15, .taken = 3, .completed = 3);
}

/* Struck at 100, 25 s into the second train: the attempt is not saved. Restored at 110 (10); train
 * -160, saved -165, -215, -220, evaluate to 250. */
static void b11_failed_attempt_is_not_saved(void **state)
{
    struct kit k;
    (void)state;
    begin_train(&k);
    kit_outage(&k, 0, 100, 100);
    kit_check(&k, .makespan = 250, .useful = 200, .checkpoint = 15, .lost = 25, .restore = 10,
              .struck = 1, .taken = 3, .completed = 3, .restored = 1);
}

/* Struck at 125, when the second train succeeds: it is struck before it can be saved (rule 2), 50
 * lost. Restored at 135: nothing to save; train -185, -190, -240, -245, evaluate to 275. */
static void b11_success_struck_at_its_end_is_done_again(void **state)
{
    struct kit k;
    (void)state;
    begin_train(&k);
    kit_outage(&k, 0, 125, 125);
    kit_check(&k, .makespan = 275, .useful = 200, .checkpoint = 15, .lost = 50, .restore = 10,
              .struck = 1, .taken = 3, .completed = 3, .restored = 1);
}

/* Struck at 72, while the first train is being saved: 70 lost, and 2 s of the checkpoint. From the
 * beginning at 82 (10): train succeeds again at 152 and is saved again, -157, -207, -212, -262,
 * -267, evaluate to 297. */
static void b11_success_done_again_is_saved_again(void **state)
{
    struct kit k;
    (void)state;
    begin_train(&k);
    kit_outage(&k, 0, 72, 72);
    kit_check(&k, .makespan = 297, .useful = 200, .checkpoint = 17, .aborted = 2, .lost = 70,
              .restore = 10, .struck = 1, .taken = 4, .completed = 3, .aborts = 1);
}

/* ---- progressive: row B09 -------------------------------------------------------------------- */

/* Checkpoints that take no time; listed successes at 10, 40, 80 and 135 (row B09, 10 s later, for
 * nothing succeeds at 0): saved at 10 and 80. Struck at 140: 60 of work lost, restored at 150 (10);
 * 30 to 40 of work is done at 205 = 150 + 55: 195 s after the start of the last, saved; end at 215.
 */
static void b09_successes_too_close_are_not_saved(void **state)
{
    static const struct cairn_stage list[] = {{.name = "download", .count = 1, .work = SECONDS(10)},
                                              {.name = "clean", .count = 1, .work = SECONDS(30)},
                                              {.name = "split", .count = 1, .work = SECONDS(40)},
                                              {.name = "train", .count = 1, .work = SECONDS(55)},
                                              {.name = "idle", .count = 1, .work = SECONDS(10)}};
    static const char *const listed[] = {"download", "clean", "split", "train"};
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 0, 0, 10);
    stages(&k, list, 5);
    k.spec.group.final_checkpoint = false;
    kit_use(&k, "progressive");
    names(&k, listed, 4);
    kit_outage(&k, 0, 140, 140);
    kit_check(&k, .makespan = 215, .useful = 145, .checkpoint = 0, .lost = 60, .restore = 10,
              .struck = 1, .taken = 3, .completed = 3, .restored = 1);
}

/* ---- periodic: row B10 ----------------------------------------------------------------------- */

static void begin_periodic(struct kit *k, double work, int64_t from)
{
    kit_init(k);
    kit_costs(k, work, 10, 20);
    k->spec.group.final_checkpoint = false;
    kit_use(k, "periodic");
    kit_set_count(k, "from", from);
}

/* Interval 300, C = 10, from the end: 300-310, 610-620, 920-930, done at 1030. Struck at 925: 300
 * lost and 5 of the checkpoint; restored at 945 to 600; 1245-1255, 900; the last 100 to 1355.
 * Struck at 619 instead: 300 lost and 9 of the checkpoint; restored at 639 to 300; 939-949,
 * 1249-1259, the last 100 to 1359. */
static void b10_from_the_end_starts_at_300_610_920(void **state)
{
    struct kit k;
    (void)state;
    begin_periodic(&k, 1000, 0);
    kit_check(&k, .makespan = 1030, .useful = 1000, .checkpoint = 30, .taken = 3, .completed = 3);
    kit_outage(&k, 0, 925, 925);
    kit_check(&k, .makespan = 1355, .useful = 1000, .checkpoint = 35, .aborted = 5, .lost = 300,
              .restore = 20, .struck = 1, .taken = 4, .completed = 3, .aborts = 1, .restored = 1);
    k.list[0].start = k.list[0].end = S(619);
    kit_check(&k, .makespan = 1359, .useful = 1000, .checkpoint = 39, .aborted = 9, .lost = 300,
              .restore = 20, .struck = 1, .taken = 4, .completed = 3, .aborts = 1, .restored = 1);
}

/* From the start: 300-310, 600-610, 900-910, 1000 done at 1030. Struck at 605: 290 lost, 5 of the
 * checkpoint, restored at 625; due at 925: -935, 600 done; at 1225 290 more: -1235, 890 done; at
 * 1345. */
static void b10_from_the_start_starts_at_300_600_900(void **state)
{
    struct kit k;
    (void)state;
    begin_periodic(&k, 1000, 1);
    kit_check(&k, .makespan = 1030, .useful = 1000, .checkpoint = 30, .taken = 3, .completed = 3);
    kit_outage(&k, 0, 605, 605);
    kit_check(&k, .makespan = 1345, .useful = 1000, .checkpoint = 35, .aborted = 5, .lost = 290,
              .restore = 20, .struck = 1, .taken = 4, .completed = 3, .aborts = 1, .restored = 1);
}

/* Grid: as from the start, until struck at 590: restored at 610 (20), 280 lost; the point 600 is
 * dropped, 900-910 saves 300 + 290, 1200-1210 880, the last 120 to 1330. */
static void b10_grid_starts_at_multiples_of_300(void **state)
{
    struct kit k;
    (void)state;
    begin_periodic(&k, 1000, 2);
    kit_check(&k, .makespan = 1030, .useful = 1000, .checkpoint = 30, .taken = 3, .completed = 3);
    kit_outage(&k, 0, 590, 590);
    kit_check(&k, .makespan = 1330, .useful = 1000, .checkpoint = 30, .lost = 280, .restore = 20,
              .struck = 1, .taken = 3, .completed = 3, .restored = 1);
}

/* Steps of 70 cannot be saved half done. From the end: due at 300, saved at 350-360; due at 660, at
 * 710-720; 980 done at 1000. Grid: 350, 640 (630 of work), 930 (910): 980 done at 1010. */
static void b10_a_step_under_way_makes_it_wait(void **state)
{
    struct kit k;
    (void)state;
    begin_periodic(&k, 980, 0);
    k.spec.group.step = S(70);
    kit_check(&k, .makespan = 1000, .useful = 980, .checkpoint = 20, .taken = 2, .completed = 2);
    begin_periodic(&k, 980, 2);
    k.spec.group.step = S(70);
    kit_check(&k, .makespan = 1010, .useful = 980, .checkpoint = 30, .taken = 3, .completed = 3);
}

/* Never two at once: each persists for 400. From the end: snapshot 300-310, persisting to 710; the
 * request at 610 is dropped, the next is 300 later, 910-920; 1000 done at 1020. */
static void b10_none_while_one_persists(void **state)
{
    struct kit k;
    (void)state;
    begin_periodic(&k, 1000, 0);
    k.spec.group.persist = S(400);
    kit_check(&k, .makespan = 1020, .useful = 1000, .checkpoint = 20, .taken = 2, .completed = 1,
              .skipped = 1);
}

/* ---- orchestrator-compat: row B12 ------------------------------------------------------------ */

static void begin_adaptive(struct kit *k)
{
    kit_init(k);
    kit_costs(k, 200, 10, 20);
    k->spec.group.final_checkpoint = false;
    kit_use(k, "orchestrator-compat"); /* adaptive is the default, and 60 s */
}

/* The loop sleeps 60 from each end: 60-70, 130-140, 200-210; done at 230. Struck at 160 instead: 20
 * lost, restored at 180; the error is saved, 180-190; the loop wakes at 200, too early, and at 260,
 * when 190 are done: 260-270, done at 280. */
static void b12_adaptive_saves_each_minute_and_each_error(void **state)
{
    struct kit k;
    (void)state;
    begin_adaptive(&k);
    kit_check(&k, .makespan = 230, .useful = 200, .checkpoint = 30, .taken = 3, .completed = 3);
    kit_outage(&k, 0, 160, 160);
    kit_check(&k, .makespan = 280, .useful = 200, .checkpoint = 40, .lost = 20, .restore = 20,
              .struck = 1, .taken = 4, .completed = 4, .restored = 1);
}

/* Steps of 25: the first completion after a minute, at 75-85, and 75 later, 160-170; done at 220.
 */
static void b12_adaptive_saves_completions_after_a_minute(void **state)
{
    struct kit k;
    (void)state;
    begin_adaptive(&k);
    k.spec.group.step = S(25);
    kit_check(&k, .makespan = 220, .useful = 200, .checkpoint = 20, .taken = 2, .completed = 2);
}

/* ---- milestones: row B13 --------------------------------------------------------------------- */

/* 1000 of work with points at .33 and .66, C = 10, R = 20. Saved at 330-340; struck at 510, when .5
 * is done: resumes at .33, rework .17; restored at 530; 860-870 saves .66, done at 1210. */
static void b13_failure_at_half_resumes_at_a_third(void **state)
{
    static const double thirds[] = {0.33, 0.66};
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 1000, 10, 20);
    k.spec.group.final_checkpoint = false;
    kit_use(&k, "milestones");
    k.spec.controller.values[kit_param(&k, "at")] = (struct cairn_value){.i = 2, .numbers = thirds};
    kit_outage(&k, 0, 510, 510);
    kit_check(&k, .makespan = 1210, .useful = 1000, .checkpoint = 20, .lost = 170, .restore = 20,
              .struck = 1, .taken = 2, .completed = 2, .restored = 1);
}

/* Steps of 300: .33 is passed within the second, saved at 600-610, .66 within the third, at
 * 910-920; done at 1020. Persisting for 500, the second is dropped: done at 1010. Injected 0. */
static void b13_milestones_within_steps_wait_for_their_ends(void **state)
{
    static const double thirds[] = {0.33, 0.66};
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 1000, 10, 20);
    k.spec.group.step = S(300);
    k.spec.group.final_checkpoint = false;
    kit_use(&k, "milestones");
    k.spec.controller.values[kit_param(&k, "at")] = (struct cairn_value){.i = 2, .numbers = thirds};
    kit_check(&k, .makespan = 1020, .useful = 1000, .checkpoint = 20, .taken = 2, .completed = 2);
    k.spec.group.persist = S(500);
    kit_check(&k, .makespan = 1010, .useful = 1000, .checkpoint = 10, .taken = 1, .skipped = 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(b11_each_listed_success_is_saved),
        cmocka_unit_test(b11_failed_attempt_is_not_saved),
        cmocka_unit_test(b11_success_struck_at_its_end_is_done_again),
        cmocka_unit_test(b11_success_done_again_is_saved_again),
        cmocka_unit_test(b09_successes_too_close_are_not_saved),
        cmocka_unit_test(b10_from_the_end_starts_at_300_610_920),
        cmocka_unit_test(b10_from_the_start_starts_at_300_600_900),
        cmocka_unit_test(b10_grid_starts_at_multiples_of_300),
        cmocka_unit_test(b10_a_step_under_way_makes_it_wait),
        cmocka_unit_test(b10_none_while_one_persists),
        cmocka_unit_test(b12_adaptive_saves_each_minute_and_each_error),
        cmocka_unit_test(b12_adaptive_saves_completions_after_a_minute),
        cmocka_unit_test(b13_failure_at_half_resumes_at_a_third),
        cmocka_unit_test(b13_milestones_within_steps_wait_for_their_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
