/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what is said of each function adds up to what the record says of all of them, and a mean
 * time is the time that is declared. Method: programs that fail in every way, and one whose times
 * are known.
 */
#include "sim/campaign/tally.h"

#include "tests/sim/campaign/failing.h"

static void functions_add_up_to_the_record(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(failing); i++) {
        struct played played;
        bool has[FAILING_WANTED] = {false};
        played_open(&played, failing[i].head, failing[i].pipeline);
        for (uint32_t k = 0; k < FAILING_REPLICATIONS; k++) {
            struct tally_function *f, all = {.calls = 0};
            assert_int_equal(
                tally_functions(&played.cell, k, &played.arena, &f, NULL, &played.diag), STATUS_OK);
            for (uint32_t j = 0; j < played.cell.spec.program->functions_count; j++) {
                all.calls += f[j].calls;
                all.failed += f[j].failed;
                all.retried += f[j].retried;
                all.attempts_failed += f[j].attempts_failed;
                all.ended += f[j].ended;
            }
            const struct record *r = played_run(&played, k);
            assert_int_equal(all.calls, r->calls.submitted);
            assert_int_equal(all.failed, r->calls.failed);
            assert_true(all.retried <= r->calls.retried); /* checkpoints are of no function */
            assert_in_range(all.attempts_failed, all.retried, r->attempts.failed);
            assert_true(all.ended >= r->calls.completed); /* and replies that were under way */
            failing_count(&failing[i], r, has);
        }
        failing_check(&failing[i], has);
        played_close(&played);
    }
}

static void a_mean_is_of_the_times_from_start_to_end(void **state)
{
    struct played played;
    struct tally_function *f;
    (void)state;
    played_open(&played, "cluster: {nodes: 1, node: {cpu: 3}}\nruntime: {worker_start: 7 s}",
                "    tasks: {load: {time: [2 s, 4 s]}, never: {time: 1 s}}\n"
                "    actors: {A: {start: 5 s, methods: {m: {time: 3 s, await: 1 s}}}}\n"
                "    driver: [{run: load, times: 4}, {start: A, as: a}, {run: a.m, times: 5}]\n");
    assert_int_equal(tally_functions(&played.cell, 0, &played.arena, &f, NULL, &played.diag),
                     STATUS_OK);
    assert_int_equal(f[0].calls, 4);
    assert_int_equal(f[0].ended, 4);
    assert_true(f[0].ran == 12 * SIMTIME_SECOND);
    assert_int_equal(f[1].calls, 0);
    assert_int_equal(f[1].ended, 0);
    assert_int_equal(f[2].ended, 5);
    assert_true(f[2].ran == 20 * SIMTIME_SECOND);
    played_close(&played);
}

/* Three actors of two processors each cannot live on two nodes of two: the driver waits for ever.
 */
static void a_stopped_run_says_what_its_driver_waited_for(void **state)
{
    struct played played;
    struct tally_function *f;
    struct tally_wait wait;
    (void)state;
    played_open(&played, "horizon: 1 h\ncluster: {nodes: 2, node: {cpu: 2}}",
                "    tasks: {load: {time: 2 s}}\n"
                "    actors: {A: {cpu: 2, methods: {m: 1 s}}}\n"
                "    driver:\n"
                "    - {run: load}\n"
                "    - {create: A, times: 3, as: a}\n"
                "    - {run: a.m}\n");
    assert_int_equal(tally_functions(&played.cell, 0, &played.arena, &f, &wait, &played.diag),
                     STATUS_OK);
    assert_true(wait.is_there);
    assert_int_equal(wait.what, FIBER_FOR_ALL);
    assert_true(wait.since == 2 * SIMTIME_SECOND);
    assert_int_equal(wait.line, 13);
    assert_int_equal(wait.blocked, 0);
    assert_true(wait.last == 3 * SIMTIME_SECOND);
    played_close(&played);
    played_open(&played, "cluster: {nodes: 2, node: {cpu: 2}}",
                "    tasks: {load: {time: 2 s}}\n    driver: [{run: load}]\n");
    assert_int_equal(tally_functions(&played.cell, 0, &played.arena, &f, &wait, &played.diag),
                     STATUS_OK);
    assert_false(wait.is_there);
    played_close(&played);
}

/* 60 MB of 100 are held, and nothing is spilled: there will never be room for another 60. A node
 * that fails is nothing that gets done. */
static void a_stopped_run_says_that_there_was_no_room(void **state)
{
    struct played played;
    struct tally_function *f;
    struct tally_wait wait;
    (void)state;
    played_open(&played,
                "horizon: 1 h\n"
                "cluster: {nodes: 2, node: {cpu: 2, memory: 1 GB}}\n"
                "faults: {schedule: [{at: 100 s, node: 1}]}\n"
                "runtime: {driver: outside, objects: {memory: 100 MB}}",
                "    tasks: {big: {time: 2 s, size: 60 MB}}\n"
                "    driver:\n"
                "    - {call: big, times: 2, as: x}\n"
                "    - {wait: x}\n");
    assert_int_equal(tally_functions(&played.cell, 0, &played.arena, &f, &wait, &played.diag),
                     STATUS_OK);
    assert_true(wait.is_there && wait.since == 0 && wait.line == 13);
    assert_int_equal(wait.what, FIBER_FOR_SOME);
    assert_int_equal(wait.blocked, 1);
    assert_true(wait.last == 2 * SIMTIME_SECOND);
    played_close(&played);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_add_up_to_the_record),
        cmocka_unit_test(a_mean_is_of_the_times_from_start_to_end),
        cmocka_unit_test(a_stopped_run_says_what_its_driver_waited_for),
        cmocka_unit_test(a_stopped_run_says_that_there_was_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
