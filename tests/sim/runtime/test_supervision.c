/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what recovery says of one actor is done to the others that it names. Method: three actors
 * in the order a, b, c, each with a call of 60 s that may be tried again; the process of b ends at
 * exact times. */
#include "tests/sim/runtime/played.h"

#define THREE                                                                                      \
    "    actors:\n"                                                                                \
    "      A: &one {restarts: unlimited, retries: unlimited, methods: {m: 60 s}}\n"                \
    "      B: *one\n"                                                                              \
    "      C: *one\n"                                                                              \
    "    driver:\n"                                                                                \
    "    - {start: A, as: a}\n"                                                                    \
    "    - {start: B, as: b}\n"                                                                    \
    "    - {start: C, as: c}\n"                                                                    \
    "    - {call: a.m, as: x}\n"                                                                   \
    "    - {call: b.m, as: y}\n"                                                                   \
    "    - {call: c.m, as: z}\n"                                                                   \
    "    - {get: [x, y, z], on_error: []}\n"
#define CLUSTER "cluster: {nodes: 1, node: {cpu: 4}}\n"

/* One crash of b at 10 s: who begins anew ends at 70 s, the others at 60 s. */
static void row_c28_who_starts_again_with_a_failed_actor(void **state)
{
    static const struct {
        const char *strategy;
        uint64_t restarted, failed;
        double lost;
    } rows[] = {{"one_for_one", 1, 1, 10}, {"rest_for_one", 2, 2, 20}, {"one_for_all", 3, 3, 30}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct played played;
        char head[300];
        snprintf(head, sizeof head,
                 CLUSTER "recovery: {name: supervisor, strategy: %s}\n"
                         "faults: {schedule: [{at: 10 s, actor: B}]}\n",
                 rows[i].strategy);
        played_open(&played, head, THREE);
        const struct record *r = played_run(&played, 0);
        assert_int_equal(r->end, END_FINISHED);
        assert_int_equal(r->struck, 1);
        assert_int_equal(r->actors.restarted, rows[i].restarted);
        assert_int_equal(r->attempts.failed, rows[i].failed);
        assert_int_equal(r->calls.completed, 3);
        assert_true(slot_seconds(r->job[JOB_LOST]) == rows[i].lost);
        assert_true(simtime_seconds(r->makespan) == 70);
        played_close(&played);
    }
}

/* 3 restarts in 5 s: the fourth crash within them stops the tree, all calls have failed. Spread
 * over 6 s it does not. */
static void row_c28_the_fourth_crash_in_five_seconds_stops_the_tree(void **state)
{
    static const struct {
        const char *times[4];
        uint64_t dead, completed;
    } rows[] = {{{"10 s", "11 s", "12 s", "14 s"}, 3, 0}, {{"10 s", "12 s", "14 s", "16 s"}, 0, 3}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct played played;
        char head[500];
        snprintf(head, sizeof head,
                 CLUSTER "recovery: {name: supervisor, strategy: one_for_one}\n"
                         "faults: {schedule: [{at: %s, actor: B}, {at: %s, actor: B}, {at: %s, "
                         "actor: B}, {at: %s, actor: B}]}\n",
                 rows[i].times[0], rows[i].times[1], rows[i].times[2], rows[i].times[3]);
        played_open(&played, head, THREE);
        const struct record *r = played_run(&played, 0);
        assert_int_equal(r->end, END_FINISHED);
        assert_int_equal(r->struck, 4);
        assert_int_equal(r->actors.dead, rows[i].dead);
        assert_int_equal(r->calls.completed, rows[i].completed);
        played_close(&played);
    }
}

/* A method of 3 s that always raises at its end, tried twice, 2 s apart: 3 + 2 + 3 s. Calls behind
 * it keep their places. */
static void calls_of_actors_are_tried_again_after_their_delay(void **state)
{
    struct played played;
    (void)state;
    played_open(
        &played, CLUSTER "recovery: {name: backoff, delay: fixed, base: 2 s}\n",
        "    actors:\n"
        "      A: {restarts: 1, retries: 1, methods: {m: {time: 3 s, retry_exceptions: true, "
        "fails: {probability: 100 %, at: end}}, n: 1 s}}\n"
        "    driver:\n"
        "    - {start: A, as: a}\n"
        "    - {call: a.m}\n"
        "    - {run: a.n}\n");
    const struct record *r = played_run(&played, 0);
    assert_int_equal(r->end, END_FINISHED);
    assert_int_equal(r->attempts.failed, 2);
    assert_true(played_time(&played, TOLD_STARTED, 1) == 5);
    assert_true(played_time(&played, TOLD_FAILED, 0) == 8);
    assert_true(simtime_seconds(r->makespan) == 9);
    played_close(&played);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_c28_who_starts_again_with_a_failed_actor),
        cmocka_unit_test(row_c28_the_fourth_crash_in_five_seconds_stops_the_tree),
        cmocka_unit_test(calls_of_actors_are_tried_again_after_their_delay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
