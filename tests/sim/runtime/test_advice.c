/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the controllers that decide for groups decide for actors too, call by call. Method: one
 * actor whose driver wants a number of calls in its state; times and counts reckoned by hand, and
 * the same job as a group. */
#include "tests/sim/runtime/played.h"

/* 10 calls of 5 s; a snapshot takes 1 s, a restore 2 s, a start nothing. */
#define TRAINER                                                                                    \
    "    actors:\n"                                                                                \
    "      T: {restarts: unlimited, retries: unlimited, checkpoint: {snapshot: 1 s, restore: "     \
    "2 s}, methods: {train: 5 s}}\n"                                                               \
    "    driver:\n"                                                                                \
    "    - {start: T, as: t}\n"                                                                    \
    "    - {until: {t: 10}, do: [{run: t.train}]}\n"
#define CLUSTER "cluster: {nodes: 1, node: {cpu: 1}}\n"

struct row {
    const char *controller, *faults;
    double makespan;
    uint64_t taken, completed, restored;
    double useful, lost, checkpoint;
};

static void check(const struct row *row)
{
    struct played played;
    char head[400];
    snprintf(head, sizeof head, CLUSTER "controller: %s\n%s", row->controller, row->faults);
    played_open(&played, head, TRAINER);
    const struct record *r = played_run(&played, 0);
    assert_int_equal(r->end, END_FINISHED);
    if (simtime_seconds(r->makespan) != row->makespan || r->taken != row->taken ||
        r->completed != row->completed || r->restored != row->restored)
        fail_msg("%s: %.3f s, %d taken, %d complete, %d restored", row->controller,
                 simtime_seconds(r->makespan), (int)r->taken, (int)r->completed, (int)r->restored);
    assert_true(slot_seconds(r->job[JOB_USEFUL]) == row->useful);
    assert_true(slot_seconds(r->job[JOB_LOST]) == row->lost);
    assert_true(slot_seconds(r->job[JOB_CHECKPOINT]) == row->checkpoint);
    played_close(&played);
}

/* Without failures n checkpoints cost n times their price, to the ns. Nobody tells a controller
 * that a call is the last: the snapshot after it begins, and ends with the job. */
static void row_a18_checkpoints_cost_what_they_cost(void **state)
{
    static const struct row rows[] = {
        {"none", "", 50, 0, 0, 0, 50, 0, 0},
        {"{name: every, n: 1}", "", 59, 10, 9, 0, 50, 0, 9},
        {"{name: every, n: 2}", "", 54, 5, 4, 0, 50, 0, 4},
        {"{name: every, n: 4}", "", 52, 2, 2, 0, 50, 0, 2},
        {"{name: fixed, interval: 12 s}", "", 53, 3, 3, 0, 50, 0, 3}, /* at 15, 30, 45 of work */
        {"{name: on-success, tasks: [T.train]}", "", 59, 10, 9, 0, 50, 0, 9},
        {"{name: adaptive-compat, budget: 3, threshold: 0.35}", "", 53, 3, 3, 0, 50, 0, 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(&rows[i]);
}

/* The process ends at 33 s. every 2: 2 calls and 1 s, three times, are 33 s: the third snapshot has
 * just ended and covers 6 calls. every 4: 4 calls, a snapshot until 21 s, 2 calls until 31 s, and 2
 * s of the next: 12 s are lost. */
static void row_a19_a_restart_goes_back_to_the_newest_checkpoint(void **state)
{
#define CRASH "faults: {schedule: [{at: 33 s, actor: T}]}\n"
    static const struct row rows[] = {
        {"none", CRASH, 83, 0, 0, 0, 50, 33, 0},
        {"{name: every, n: 2}", CRASH, 56, 5, 4, 1, 50, 0, 4},
        {"{name: every, n: 4}", CRASH, 66, 2, 2, 1, 50, 12, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(&rows[i]);
}

/* The node is taken at 27 s, and another is there at once. Announced 7 s before, at 20 s, when the
 * fourth call ends: the snapshot is complete at 21 s, and the fifth call's 5 s and the sixth's 1 s
 * are lost. Announced 1.5 s before, in the middle of the sixth call, that ends at 30 s: too late.
 */
static void row_k05_a_checkpoint_just_in_time(void **state)
{
    static const struct {
        const char *notice;
        double makespan;
        uint64_t completed;
    } rows[] = {{"7 s", 27 + 2 + 25, 1}, {"1.5 s", 27 + 50, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct played played;
        char head[300];
        snprintf(head, sizeof head,
                 CLUSTER "controller: {name: notice, of: none}\n"
                         "faults: {schedule: [{at: 27 s, node: 0, notice: %s}]}\n",
                 rows[i].notice);
        played_open(&played, head, TRAINER);
        const struct record *r = played_run(&played, 0);
        assert_int_equal(r->end, END_FINISHED);
        assert_int_equal(r->struck, 1);
        assert_int_equal(r->notices, 1);
        assert_int_equal(r->completed, rows[i].completed);
        if (simtime_seconds(r->makespan) != rows[i].makespan)
            fail_msg("notice %s: %.3f s", rows[i].notice, simtime_seconds(r->makespan));
        played_close(&played);
    }
}

/* The same job as a group of one, on the same failures, wastes the same within the last checkpoint:
 * Daly's interval counts useful work, whatever does it. */
static void an_actor_wastes_what_a_group_wastes(void **state)
{
    (void)state;
    static const char head[] = "cluster: {nodes: 1, node: {cpu: 1}}\n"
                               "faults: {initial_age: new, node: {uptime: {exponential: 10 min}}}\n"
                               "detection: {delay: 4 s}\n"
                               "controller: daly\n";
    struct played played;
    double makespan = 0, useful = 0;
    uint64_t struck = 0;
    played_open(&played, head,
                "    actors:\n"
                "      T: {restarts: unlimited, retries: unlimited, checkpoint: {snapshot: 3 s, "
                "restore: 5 s}, methods: {train: 1 s}}\n"
                "    driver:\n"
                "    - {start: T, as: t}\n"
                "    - {until: {t: 3000}, do: [{run: t.train}]}\n");
    for (uint32_t i = 0; i < 100; i++) {
        const struct record *r = played_run(&played, i);
        assert_int_equal(r->end, END_FINISHED);
        makespan += simtime_seconds(r->makespan);
        useful += slot_seconds(r->job[JOB_USEFUL]);
        struck += r->struck;
    }
    played_close(&played);
    assert_true(struck > 300);
    /* First order, Daly: C/w + (w/2 + D + R)/M, with w = 57 s: 0.053 + 0.063 = 0.115. */
    double waste = 1 - useful / makespan;
    print_message("    waste %.4f with %d failures\n", waste, (int)struck);
    assert_true(waste > 0.095 && waste < 0.125);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_a18_checkpoints_cost_what_they_cost),
        cmocka_unit_test(row_a19_a_restart_goes_back_to_the_newest_checkpoint),
        cmocka_unit_test(row_k05_a_checkpoint_just_in_time),
        cmocka_unit_test(an_actor_wastes_what_a_group_wastes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
