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
            assert_int_equal(tally_functions(&played.cell, k, &played.arena, &f, &played.diag),
                             STATUS_OK);
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
            assert_int_equal(all.retried, r->calls.retried);
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
    assert_int_equal(tally_functions(&played.cell, 0, &played.arena, &f, &played.diag), STATUS_OK);
    assert_int_equal(f[0].calls, 4);
    assert_int_equal(f[0].ended, 4);
    assert_true(f[0].ran == 12 * SIMTIME_SECOND);
    assert_int_equal(f[1].calls, 0);
    assert_int_equal(f[1].ended, 0);
    assert_int_equal(f[2].ended, 5);
    assert_true(f[2].ran == 20 * SIMTIME_SECOND);
    played_close(&played);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_add_up_to_the_record),
        cmocka_unit_test(a_mean_is_of_the_times_from_start_to_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
