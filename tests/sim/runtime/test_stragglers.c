/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: work on a slow node takes as much longer as it is slow, whenever it begins and ends.
 * Method: tables of small programs; the node is slow from 10 to 14 s, from 24 to 28 s, and so on.
 */
#include "tests/sim/runtime/claims.h"
#include "tests/support.h"

#define SLOW(factor)                                                                               \
    "faults: {slow: {every: {constant: 10 s}, lasts: {constant: 4 s}, factor: " factor "}}\n"

static void work_is_stretched_where_it_meets_a_slow_period(void **state)
{
    static const struct claimed rows[] = {
        {.name = "over before the first",
         .head = SLOW("2"),
         .pipeline = "    tasks: {t: 10 s}\n    driver: [{run: t}]\n",
         .makespan = 10},
        {.name = "it ends in one",
         .head = SLOW("2"),
         .pipeline = "    tasks: {t: 11 s}\n    driver: [{run: t}]\n",
         .makespan = 12},
        {.name = "it goes on behind it",
         .head = SLOW("2"),
         .pipeline = "    tasks: {t: 13 s}\n    driver: [{run: t}]\n",
         .makespan = 15,
         .claims = {SPENT(JOB_USEFUL, 15)}},
        {.name = "it meets two",
         .head = SLOW("2"),
         .pipeline = "    tasks: {t: 30 s}\n    driver: [{run: t}]\n",
         .makespan = 34},
        {.name = "it begins in one, the second time it is slow",
         .head = SLOW("4"),
         .pipeline = "    tasks: {t: 2 s}\n    driver: [{think: 26 s}, {run: t}]\n",
         .makespan = 29.5},
        {.name = "a driver is not slow, nor is what waits outside",
         .cpu = 2,
         .head = SLOW("2"),
         .pipeline = "    actors: {A: {methods: {m: {time: 1 s, await: 5 s}}}}\n"
                     "    driver: [{start: A, as: a}, {think: 11 s}, {run: a.m}]\n",
         .makespan = 18},
        {.name = "one that ends by itself does so by the clock, and not by its work",
         .head = SLOW("2"),
         .pipeline = "    tasks: {t: {time: 4 s, crash: [1 s, 0 s]}}\n"
                     "    driver: [{think: 9 s}, {run: t}]\n",
         .makespan = 16,
         .claims = {SPENT(JOB_LOST, 1), SPENT(JOB_USEFUL, 6)}},
        {.name = "a factor of 1 is no change",
         .head = SLOW("1"),
         .pipeline = "    tasks: {t: 100 s}\n    driver: [{run: t}]\n",
         .makespan = 100},
    };
    (void)state;
    CLAIMED(rows);
}

/* Many short calls one after the other on one node: of each 14 s, 4 are slow by 4, so that the node
 * does 10 + 1 s of work in them. 330 calls of 1 s take 30 such periods. */
static void the_share_of_slow_time_is_what_the_laws_say(void **state)
{
    static const struct claimed rows[] = {
        {.name = "share",
         .head = SLOW("4"),
         .pipeline = "    tasks: {t: 1 s}\n    driver: [{repeat: 330, do: [{run: t}]}]\n",
         .makespan = 420}};
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_is_stretched_where_it_meets_a_slow_period),
        cmocka_unit_test(the_share_of_slow_time_is_what_the_laws_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
