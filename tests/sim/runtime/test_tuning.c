/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what document D calls performance optimisation (row D18) is worth what it should be: larger
 * batches, more calls at once, calls where their data is. Method: one program, swept over the knob;
 * each time by hand. */
#include "tests/sim/runtime/claims.h"

/* 12 items of 1 s on one processor; each call costs half a second besides. */
static void row_d18_larger_batches_share_the_cost_of_a_call(void **state)
{
#define TABLE(time, calls)                                                                         \
    .pipeline = "    tasks: {t: {time: " time ", overhead: 500 ms}}\n"                             \
                "    driver: [{run: t, times: " calls "}]\n"
    static const struct claimed rows[] = {
        {.name = "1 at a time", TABLE("1 s", "12"), .makespan = 12 + 6},
        {.name = "3 at a time", TABLE("3 s", "4"), .makespan = 12 + 2},
        {.name = "12 at a time", TABLE("12 s", "1"), .makespan = 12 + .5},
    };
#undef TABLE
    (void)state;
    CLAIMED(rows);
}

/* Each call computes 1 s and then waits 9 s for something outside. */
static void row_d18_more_calls_at_once_hide_their_waits(void **state)
{
#define TABLE(at_once)                                                                             \
    .pipeline = "    actors: {A: {async: true, concurrency: " at_once                              \
                ", methods: {m: {time: 1 s, await: 9 s}}}}\n"                                      \
                "    driver: [{start: A, as: a}, {run: a.m, times: 10}]\n",                        \
    .claims = {                                                                                    \
        SPENT(JOB_LOST, 0)                                                                         \
    }
    static const struct claimed rows[] = {
        {.name = "1", TABLE("1"), .makespan = 100},
        {.name = "5: the sixth at 10 s, the tenth at 14 s", TABLE("5"), .makespan = 24},
        {.name = "10: the tenth computes from 9 s to 10 s", TABLE("10"), .makespan = 19},
        {.name = "as many as one likes", TABLE("1000"), .makespan = 19},
    };
#undef TABLE
    (void)state;
    CLAIMED(rows);
}

/* 100 MB lie on a node with room for both calls; to another they are 2 s on their way. */
static void row_d18_calls_go_to_their_data_or_their_data_to_them(void **state)
{
#define TABLE(strategy)                                                                            \
    .nodes = 2, .cpu = 2, .head = "runtime: {bandwidth: 50 MB/s}\n",                               \
    .pipeline =                                                                                    \
        "    tasks: {x: {time: 1 s, size: 100 MB}, use: {time: 4 s, strategy: " strategy "}}\n"    \
        "    driver: [{call: x, as: x}, {wait: x}, {run: use, times: 2, with: x}]\n"
    static const struct claimed rows[] = {
        {.name = "to it", TABLE("default"), .makespan = 5, .claims = {TIMES(TOLD_MOVED, 0)}},
        {.name = "one to each node",
         TABLE("spread"),
         .makespan = 7,
         .claims = {TIMES(TOLD_MOVED, 1), SPENT(JOB_TRANSFER, 2)}},
    };
#undef TABLE
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_d18_larger_batches_share_the_cost_of_a_call),
        cmocka_unit_test(row_d18_more_calls_at_once_hide_their_waits),
        cmocka_unit_test(row_d18_calls_go_to_their_data_or_their_data_to_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
