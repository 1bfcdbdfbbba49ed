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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(b11_each_listed_success_is_saved),
        cmocka_unit_test(b11_failed_attempt_is_not_saved),
        cmocka_unit_test(b11_success_struck_at_its_end_is_done_again),
        cmocka_unit_test(b11_success_done_again_is_saved_again),
        cmocka_unit_test(b09_successes_too_close_are_not_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
