/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a class of actors is made known once to each job, at its first actor's cost (row D02).
 * Method: small programs in which actors are created one after another, at once, or by several
 * jobs; when they are ready, written down by hand. */
#include "sim/runtime/actors/actor.h"
#include "tests/sim/runtime/claims.h"

#define CLASSES                                                                                    \
    "    actors: {A: {start: 1 s, export: 2 s, methods: {m: 4 s}}, B: {start: 1 s, export: 3 s}, " \
    "C: {start: 1 s}}\n"

static void row_d02_the_second_actor_of_a_class_pays_nothing(void **state)
{
    static const struct claimed rows[] = {
        {.name = "one after another",
         .cpu = 2,
         .pipeline = CLASSES "    driver: [{start: A}, {start: A}, {start: A}]\n",
         .makespan = 2 + 1 + 1 + 1,
         .claims = {TIMES(TOLD_EXPORT, 1), AT(TOLD_EXPORT, 0, 0), AMOUNT(TOLD_EXPORT, 0, 2e9),
                    STATES(ACTOR_ALIVE, 3)}},
        {.name = "several at once",
         .cpu = 4,
         .pipeline = CLASSES "    driver: [{start: A, times: 4}, {start: A, times: 4}]\n",
         .makespan = 2 + 1 + 1,
         .claims = {TIMES(TOLD_EXPORT, 1), STATES(ACTOR_ALIVE, 8)}},
        {.name = "who comes before it is known waits, and pays nothing",
         .cpu = 2,
         .pipeline = CLASSES "    driver:\n"
                             "    - {create: A, as: a}\n"
                             "    - {think: 1500 ms}\n"
                             "    - {start: A, as: b}\n",
         .makespan = 3,
         .claims = {TIMES(TOLD_EXPORT, 1), AT(TOLD_ACTOR, 2, 2), STATES(ACTOR_ALIVE, 2)}},
        {.name = "each class for itself, and one that costs nothing",
         .cpu = 3,
         .pipeline = CLASSES "    driver: [{start: A}, {start: B}, {start: A}, {start: B}, {start: "
                             "C}]\n",
         .makespan = 3 + 4 + 1 + 1 + 1,
         .claims = {TIMES(TOLD_EXPORT, 2), AMOUNT(TOLD_EXPORT, 1, 3e9)}},
        {.name = "the way to the scheduler comes behind",
         .head = "runtime: {submit: 500 ms}\n",
         .pipeline = CLASSES "    driver: [{start: A}, {start: A}]\n",
         .makespan = 2.5 + 1 + .5 + 1},
        {.name = "a restarted actor pays nothing",
         .head = "faults: {schedule: [{at: 4 s, actor: A}]}\n",
         .pipeline = "    actors: {A: {start: 1 s, export: 2 s, restarts: 1, retries: 1, methods: "
                     "{m: 4 s}}}\n"
                     "    driver: [{start: A, as: a}, {run: a.m}]\n",
         .makespan = 4 + 1 + 4,
         .claims = {COUNTED(struck, 1), TIMES(TOLD_EXPORT, 1)}},
        {.name = "a map's own actors: the first",
         .cpu = 2,
         .pipeline = CLASSES "    driver: [{map: A.m, times: 4, actors: 2}]\n",
         .makespan = 2 + 1 + 4 + 4,
         .claims = {TIMES(TOLD_EXPORT, 1), STATES(ACTOR_ALIVE, 2)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* The second job comes when the first has done its work, or meanwhile. */
static void row_d02_each_job_pays_once(void **state)
{
    static const struct claimed rows[] = {
        {.name = "one after the other",
         .pipeline = CLASSES "    jobs:\n"
                             "    - {name: j, at: [0 s, 10 s], driver: [{start: A}, {start: A}]}\n",
         .makespan = 14,
         .claims = {TIMES(TOLD_EXPORT, 2), AT(TOLD_EXPORT, 0, 0), AT(TOLD_EXPORT, 1, 10)}},
        {.name = "at the same time",
         .cpu = 2,
         .pipeline = CLASSES "    jobs:\n"
                             "    - {name: j, at: [0 s, 1 s], driver: [{start: A}, {start: A}]}\n",
         .makespan = 5,
         .claims = {TIMES(TOLD_EXPORT, 2), AT(TOLD_EXPORT, 1, 1), STATES(ACTOR_ALIVE, 4)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_d02_the_second_actor_of_a_class_pays_nothing),
        cmocka_unit_test(row_d02_each_job_pays_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
