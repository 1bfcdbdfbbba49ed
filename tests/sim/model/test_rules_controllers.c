/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: controllers in the model do what the documents say of them: adaptive-compat meets the
 * printed runs and the worked cases of document A. Method: timelines computed by hand, skipping and
 * step by step; the printed runtimes as stages; verdicts overheard between controller and driver.
 */
#include "sim/campaign/summary.h"
#include "tests/sim/model/kit.h"
#include "tests/support.h"

static uint64_t seed = 1;

/* ---- what the controller answers ------------------------------------------------------------- */

enum { HEARD = 64 };
enum { ESTIMATE, MAX_SEEN, AT_THRESHOLD, USED }; /* adaptive-compat's numbers */

static struct {
    struct cairn_verdict verdicts[HEARD];
    int64_t steps[HEARD]; /* done when it was asked */
    uint32_t count;
} heard;
static const struct cairn_controller_class *overheard;

static void listen_decide(const void *plan, void *state, const struct cairn_situation *situation,
                          struct cairn_verdict *verdict)
{
    overheard->decide(plan, state, situation, verdict);
    assert_true(heard.count < HEARD);
    heard.steps[heard.count] = situation->step_index;
    heard.verdicts[heard.count++] = *verdict;
}

/* The run, with all verdicts in `heard`. */
static struct record listen(struct kit *k)
{
    struct cairn_controller_class listener = *k->spec.controller.class;
    overheard = k->spec.controller.class;
    listener.decide = listen_decide;
    k->spec.controller.class = &listener;
    heard.count = 0;
    struct record r = kit_run(k, 0, GROUP_CONTROLLED);
    k->spec.controller.class = overheard;
    return r;
}

static double last_threshold(void)
{
    assert_true(heard.count > 0);
    return heard.verdicts[heard.count - 1].numbers[AT_THRESHOLD];
}

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) < 1e-12))
        fail_msg("%.17g instead of %.17g", value, expected);
}

/* Document A's flags: no checkpoint at the end, no restore where there is none to restore. */
static void document_a(struct kit *k, int64_t budget, double threshold)
{
    kit_init(k);
    k->spec.group.final_checkpoint = k->spec.group.restore_initial = false;
    kit_use(k, "adaptive-compat");
    kit_set_count(k, "budget", budget);
    kit_set_number(k, "threshold", threshold);
    kit_set_count(k, "when_spent", 1); /* asked on and on, as the original */
}

/* Epochs of 15 s, 1 s a checkpoint, restored within `restore`. */
static void epochs(struct kit *k, int64_t count, double restore)
{
    kit_costs(k, 15 * (double)count, 1, restore);
    k->spec.group.step = S(15);
}

/* ---- worked cases of document A -------------------------------------------------------------- */

/* 15+1 15+1, struck 10 s into epoch 2, restored in 0.1, 15: 57.1. Without: 15 15 10, then 45. */
static void row_a21_scenario_1_saves_27_9_s(void **state)
{
    struct kit k;
    (void)state;
    document_a(&k, 3, 0.35);
    epochs(&k, 3, 0.1);
    kit_outage(&k, 0, 42, 42);
    kit_check(&k, .makespan = 57.1, .useful = 45, .checkpoint = 2, .lost = 10, .restore = 0.1,
              .struck = 1, .taken = 2, .completed = 2, .restored = 1);
    struct record with = kit_run(&k, 0, GROUP_CONTROLLED);
    assert_int_equal(with.claimed_work, S(14));
    assert_int_equal(with.protected_work, S(30));
    kit_use(&k, "none");
    k.list[0].start = k.list[0].end = S(40);
    kit_check(&k, .makespan = 85, .useful = 45, .lost = 40, .struck = 1);
    struct record without = kit_run(&k, 0, GROUP_CONTROLLED);
    assert_int_equal(without.makespan - with.makespan, S(27.9));
    assert_int_equal(without.claimed_work, 0);
}

/* Epoch 2 fails, epoch 1 is restored: e - k = 1. The benefits are the documents' own: 30 - 2 in
 * scenario 1, 15 - 1 in the guide, 0.5 in scenario 3, -2 in scenario 2. */
static void row_a15_worked_thresholds_after_a_recovery(void **state)
{
    static const struct {
        double threshold, saved, overhead, after;
    } rows[] = {
        {0.35, 30, 2, 0.35 - 0.1 * 28 / 29},    /* 0.253448 */
        {0.30, 15, 1, 0.30 - 0.1 * 14 / 15},    /* 0.206667 */
        {0.35, 1.5, 1, 0.35 - 0.1 * 0.5 / 1.5}, /* 0.316667 */
        {0.35, 0, 2, 0.35 + 0.1 * 2 / 3},       /* 0.416667 */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct kit k;
        document_a(&k, 3, rows[i].threshold);
        epochs(&k, 3, 0.1);
        kit_set_seconds(&k, "saved_per_step", rows[i].saved);
        kit_set_seconds(&k, "overhead", rows[i].overhead);
        kit_outage(&k, 0, 42, 42);
        struct record r = listen(&k);
        assert_int_equal(r.struck, 1);
        assert_near(heard.verdicts[0].numbers[AT_THRESHOLD], rows[i].threshold);
        assert_near(last_threshold(), rows[i].after);
        assert_int_equal(r.claimed_work, S(rows[i].saved - rows[i].overhead));
    }
}

/* Checkpoints after epochs 0 and 1, struck 5 s into epoch 5: 82 s. Asked again with 2 epochs done.
 * Struck again while it restores, which takes 2 s: the same recovery, and it learns once. */
static void row_a19_newest_checkpoint_before_the_failed_epoch_is_restored(void **state)
{
    (void)state;
    for (int again = 0; again < 2; again++) {
        struct kit k;
        document_a(&k, 2, 0.35);
        epochs(&k, 10, 2);
        kit_outage(&k, 0, 82, 82);
        if (again)
            kit_outage(&k, 0, 83, 83);
        kit_check(&k, .makespan = 204 + again, .useful = 150, .checkpoint = 2, .lost = 50,
                  .restore = 2 + again, .struck = 1 + (uint64_t)again, .taken = 2, .completed = 2,
                  .restored = 1);
        struct record r = listen(&k);
        assert_int_equal(r.protected_work, S(30));
        assert_int_equal(r.claimed_work, S(59));
        uint32_t i = 0;
        while (i + 1 < heard.count && heard.steps[i + 1] > heard.steps[i])
            i++;
        assert_int_equal(heard.steps[i], 5);
        assert_int_equal(heard.steps[i + 1], 2);
        assert_near(last_threshold(), 0.35 - 0.1 * 59 / 60);
    }
}

/* ---- printed runs of document A -------------------------------------------------------------- */

static void stages(struct kit *k, const double *runtimes, double cost, double restore)
{
    for (; *runtimes > 0; runtimes++)
        kit_stage(k, "task", 1, *runtimes, cost, restore);
}

/* Epochs 0 to 4 as printed, then 5 fails before it does anything; the four that followed. */
#define CIFAR_2 3.373, 1.790, 1.686, 1.703, 1.585, 1.592, 1.579, 1.705, 1.907

/* The actor's epochs alone: what loading and starting it took from the budget is gone. Struck at
 * 3.373+1, 1.790+1, 1.686, 1.703, 1.585; 4.974 lost, epoch 1 restored: (5 - 1) 15 - 1 claimed. */
static void row_a21_claimed_lost_and_protected_of_cifar_run_2(void **state)
{
    const double runtimes[] = {CIFAR_2, 0};
    struct summary summary;
    struct kit k;
    (void)state;
    document_a(&k, 2, 0.30);
    stages(&k, runtimes, 1, 0.2);
    kit_outage(&k, 0, 12.137, 12.137);
    kit_check(&k, .makespan = 12.137 + 0.2 + 4.974 + 6.783, .useful = 16.92, .checkpoint = 2,
              .lost = 4.974, .restore = 0.2, .struck = 1, .taken = 2, .completed = 2,
              .restored = 1);
    struct record r = listen(&k);
    assert_int_equal(r.claimed_work, S(59));
    assert_int_equal(r.lost_work, S(4.974));
    assert_int_equal(r.protected_work, S(5.163));
    assert_near(last_threshold(), 0.30 - 0.1 * 59 / 60); /* printed as 0.202 */
    assert_true(summary_of(&summary, &r, 1));
    assert_near(summary.claimed_per_failure, 59);
    assert_near(summary.lost_per_failure, 4.974);
    assert_near(summary.protected_per_failure, 5.163);
}

/* The whole pipeline: loading and actor start take two of the four, and are protected too. */
static void row_a21_cifar_run_2_with_all_its_stages(void **state)
{
    const double runtimes[] = {4.676, 1.006, 3.515, CIFAR_2, 0.133, 0};
    struct kit k;
    (void)state;
    document_a(&k, 4, 0.30);
    stages(&k, runtimes, 1, 0.2);
    kit_outage(&k, 0, 23.334, 23.334);
    struct record r = listen(&k);
    assert_int_equal(r.struck, 1);
    assert_int_equal(r.completed, 4);
    assert_int_equal(r.claimed_work, S(59));
    assert_int_equal(r.lost_work, S(4.974));
    assert_int_equal(r.protected_work, S(4.676 + 1.006 + 3.515 + 5.163));
    assert_near(last_threshold(), 0.30 - 0.1 * 59 / 60);
    assert_near(heard.verdicts[heard.count - 1].numbers[USED], 4);
}

/* Printed runtimes and decisions of the runs without a failure. What the printed total holds beyond
 * the runtimes is spread over the checkpoints. The last task is the job's end: nobody asks. */
static void row_a22_a23_printed_runtimes_give_the_printed_decisions(void **state)
{
    static const struct {
        const char *name;
        int64_t budget;
        double runtimes[KIT_STAGES];
        unsigned taken; /* bit i: after the i-th */
        double cost, total;
    } runs[] = {
        {"MNIST 1", 3, {11.102, .028, .147, .062, .061, .057, .056, .020}, 0x1, 0, 11.533},
        {"CIFAR 1",
         4,
         {4.255, .449, 3.689, 3.174, 1.665, 1.715, 1.574, 1.569, 1.584, 1.589, 2.241, 1.612, 1.571,
          .126},
         0x1d,
         1.434 / 4,
         28.247},
    };
    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct kit k;
        document_a(&k, runs[i].budget, 0.30);
        stages(&k, runs[i].runtimes, runs[i].cost, 0);
        struct record r = listen(&k);
        assert_int_equal(r.makespan, S(runs[i].total));
        assert_int_equal(heard.count, k.spec.group.stages_count);
        assert_int_equal(heard.verdicts[0].action, CAIRN_SKIP); /* nothing has ended yet */
        for (uint32_t j = 1; j < heard.count; j++) {
            const struct cairn_verdict *v = &heard.verdicts[j];
            assert_true(v->numbers[ESTIMATE] == runs[i].runtimes[j - 1]);
            if (v->action != (runs[i].taken >> (j - 1) & 1 ? CAIRN_CHECKPOINT : CAIRN_SKIP))
                fail_msg("%s: task %" PRIu32 " is decided otherwise", runs[i].name, j - 1);
        }
        assert_near(last_threshold(), 0.30);
        assert_int_equal(r.claimed_work, 0);
    }
}

/* Checkpoints after loading, initialising and epoch 0, 1 ms each. Struck before epoch 3, at 0.194;
 * epochs 1, 2 and 3 are done (again) from 0.196 on; struck before epoch 4, at 0.367. The original
 * never runs a failed epoch again, so the runtimes of 3 and 4 are not printed: those of 2. */
static void row_a23_mnist_run_2_restores_epoch_0_twice(void **state)
{
    const double runtimes[] = {.012, .005, .059, .059, .056, .056, .056, .017, 0};
    double first = 0;
    struct kit k;
    (void)state;
    document_a(&k, 3, 0.30);
    stages(&k, runtimes, 0.001, 0.002);
    kit_set_seconds(&k, "saved_per_step", 3);
    kit_set_seconds(&k, "overhead", 0.5);
    kit_outage(&k, 0, 0.194, 0.194);
    kit_outage(&k, 0, 0.367, 0.367);
    kit_check(&k, .makespan = 0.613, .useful = 0.320, .checkpoint = 0.003, .lost = 0.115 + 0.171,
              .restore = 0.004, .struck = 2, .taken = 3, .completed = 3, .restored = 2);
    struct record r = listen(&k);
    assert_int_equal(r.protected_work, 2 * S(0.076));
    assert_int_equal(r.claimed_work, S(8.5 + 11.5));
    for (uint32_t i = 1; i < heard.count; i++)
        if (heard.steps[i] < heard.steps[i - 1] && first == 0)
            first = heard.verdicts[i].numbers[AT_THRESHOLD];
    assert_near(first, 0.30 - 0.1 * 8.5 / 9.5); /* printed as 0.211 */
    assert_near(last_threshold(), 0.30 - 0.1 * 8.5 / 9.5 - 0.1 * 11.5 / 12.5); /* and 0.119 */
}

/* ---- beyond the documents -------------------------------------------------------------------- */

/* Tasks of an hour in divisible work: checkpoints of 60 s after 1, 2 and 3 h, then the budget is
 * spent. Struck after 5.5 h of work: two tasks and a half are lost, (2 + 1) 15 - 1 claimed. */
static void row_a14_divisible_work_is_decided_task_by_task(void **state)
{
    struct kit k;
    (void)state;
    document_a(&k, 3, 0.35);
    kit_costs(&k, 36000, 60, 100);
    kit_outage(&k, 0, 19980, 19980);
    kit_check(&k, .makespan = 36000 + 180 + 9000 + 100, .useful = 36000, .checkpoint = 180,
              .lost = 9000, .restore = 100, .struck = 1, .taken = 3, .completed = 3, .restored = 1);
    struct record r = listen(&k);
    assert_int_equal(r.claimed_work, S(44));
    assert_int_equal(heard.count, 6 + 7); /* at 0 to 5 h; at 3 h, restored, to 9 h */
}

/* Any runtimes, any budget; as many failures as it likes before the first checkpoint. */
static void row_a32_without_recoveries_it_never_changes_its_threshold(void **state)
{
    uint64_t random = seed ^ 32, struck = 0, taken = 0, asked = 0;
    (void)state;
    for (int i = 0; i < 300; i++) {
        struct kit k;
        bool may_fail = i % 3 == 0;
        document_a(&k, may_fail ? 0 : kit_below(&random, 9), 0.35);
        uint32_t count = 2 + kit_below(&random, 10);
        for (uint32_t j = 0; j < count; j++)
            kit_stage(&k, "task", 1 + kit_below(&random, 3), kit_between(&random, 0.01, 20),
                      kit_between(&random, 0, 2), 1);
        if (may_fail)
            kit_outage(&k, 0, kit_between(&random, 0.01, 10), 11);
        struct record r = listen(&k);
        for (uint32_t j = 0; j < heard.count; j++)
            assert_true(heard.verdicts[j].numbers[AT_THRESHOLD] == 0.35);
        assert_int_equal(r.claimed_work, 0);
        struck += r.struck;
        taken += r.taken;
        asked += heard.count;
    }
    print_message("    %" PRIu64 " questions, %" PRIu64 " checkpoints, %" PRIu64 " failures\n",
                  asked, taken, struck);
    assert_true(struck > 50 && taken > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_a21_scenario_1_saves_27_9_s),
        cmocka_unit_test(row_a15_worked_thresholds_after_a_recovery),
        cmocka_unit_test(row_a19_newest_checkpoint_before_the_failed_epoch_is_restored),
        cmocka_unit_test(row_a21_claimed_lost_and_protected_of_cifar_run_2),
        cmocka_unit_test(row_a21_cifar_run_2_with_all_its_stages),
        cmocka_unit_test(row_a22_a23_printed_runtimes_give_the_printed_decisions),
        cmocka_unit_test(row_a23_mnist_run_2_restores_epoch_0_twice),
        cmocka_unit_test(row_a14_divisible_work_is_decided_task_by_task),
        cmocka_unit_test(row_a32_without_recoveries_it_never_changes_its_threshold),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
