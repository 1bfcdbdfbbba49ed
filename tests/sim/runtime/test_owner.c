/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a driver that is lost takes with it all that it owns, and nothing else; no handler is
 * asked. Method: drivers in all kinds of waits, lost at a given time; what is left, written down by
 * hand. */
#include "sim/runtime/actors/actor.h"
#include "tests/sim/runtime/claims.h"

#define LOST(job) "faults: {schedule: [{at: 5 s, job: " job "}]}\n"

/* Alone, it ends the run at 5 s, whatever it waits for. */
static void a_driver_that_is_lost_goes_on_nowhere(void **state)
{
#define TABLE(driver)                                                                              \
    .cpu = 2, .head = LOST("driver"), .end = END_FAILED, .makespan = 5,                            \
    .pipeline = "    tasks: {t: {time: 20 s, size: 1 GB}, s: {time: 1 s, size: 1 GB}}\n"           \
                "    actors: {A: {start: 1 s, restarts: 1, retries: 1, checkpoint: {snapshot: 9 "  \
                "s}, methods: {m: 9 s}}}\n"                                                        \
                "    driver:\n" driver
    static const struct claimed rows[] = {
        {.name = "results",
         TABLE("    - {run: t, times: 4, on_error: [{think: 1 min}]}\n"),
         .claims = {COUNTED(struck, 1), TIMES(TOLD_JOB_ENDED, 1), TIMES(TOLD_DONE, 0)}},
        {.name = "some of them",
         TABLE("    - {call: t, times: 4, as: x}\n    - {wait: {for: x, count: 1, timeout: 9 s}}\n"
               "    - {think: 1 min}\n"),
         .claims = {COUNTED(struck, 1), TIMES(TOLD_JOB_ENDED, 1)}},
        {.name = "time", TABLE("    - {think: 1 min}\n"), .claims = {COUNTED(struck, 1)}},
        {.name = "branches, each with a handler",
         TABLE("    - parallel:\n"
               "      - {times: 3, do: [{run: t, on_error: [{think: 1 min}]}]}\n"
               "      - [{think: 1 min}]\n"
               "      - [{start: A, as: a}, {run: a.m, times: 2, on_error: []}, {run: a.m}]\n"
               "      on_error: [{think: 1 min}]\n"),
         .claims = {COUNTED(struck, 1), TIMES(TOLD_JOB_ENDED, 1), STATES(ACTOR_DEAD, 1)}},
        {.name = "an actor that is stopped",
         TABLE("    - {start: A, as: a}\n    - {call: a.m}\n    - {stop: a}\n"),
         .claims = {COUNTED(struck, 1), STATES(ACTOR_DEAD, 1), COUNTED(actors.dead, 0)}},
        {.name = "a checkpoint",
         TABLE("    - {start: A, as: a}\n    - {checkpoint: a}\n"),
         .claims = {COUNTED(struck, 1), STATES(ACTOR_DEAD, 1), TIMES(TOLD_ABORTED, 1)}},
        {.name = "the results of a map with actors of its own",
         TABLE("    - {map: A.m, times: 9, actors: 2, as: x, do: [{get: x}], on_error: []}\n"),
         .claims = {COUNTED(struck, 1), STATES(ACTOR_DEAD, 2), TIMES(TOLD_DONE, 0)}},
        {.name = "the body of a map",
         TABLE("    - {map: s, times: 9, at_most: 2, as: x, do: [{think: 1 min}]}\n"),
         .claims = {COUNTED(struck, 1), TIMES(TOLD_DONE, 3)}},
    };
#undef TABLE
    (void)state;
    CLAIMED(rows);
}

static void what_others_own_goes_on(void **state)
{
    static const struct claimed rows[] = {
        {.name = "an actor leaves its processor to another job",
         .head = LOST("first"),
         .pipeline = "    tasks: {t: 4 s}\n"
                     "    actors: {A: {cpu: 1, methods: {m: 1 min}}}\n"
                     "    jobs:\n"
                     "    - {name: first, at: [0 s], driver: [{start: A, as: a}, {run: a.m}]}\n"
                     "    - {name: second, at: [1 s], driver: [{run: t}]}\n",
         .end = END_FAILED,
         .makespan = 9,
         .claims = {COUNTED(struck, 1), STATES(ACTOR_DEAD, 1), TIMES(TOLD_DONE, 1),
                    TIMES(TOLD_JOB_ENDED, 2)}},
        {.name = "detached actors stay",
         .cpu = 2,
         .head = LOST("first"),
         .pipeline = "    tasks: {t: 9 s}\n"
                     "    actors: {A: {cpu: 1}, D: {cpu: 1, detached: true}}\n"
                     "    jobs:\n"
                     "    - {name: first, at: [0 s], driver: [{start: A, as: a}, {start: D}, "
                     "{think: 1 min}]}\n"
                     "    - {name: second, at: [1 s], driver: [{run: t}, {run: t}]}\n",
         .end = END_FAILED,
         .makespan = 5 + 18,
         .claims = {COUNTED(struck, 1), STATES(ACTOR_DEAD, 1)}},
        {.name = "the oldest of its name, which is lost once",
         .cpu = 3,
         .head = "faults: {schedule: [{at: 5 s, job: j}, {at: 6 s, job: j, index: 1}, {at: 7 s, "
                 "job: j, index: 1}]}\n",
         .pipeline = "    tasks: {t: 10 s}\n"
                     "    jobs: [{name: j, at: [0 s, 1 s, 2 s], driver: [{run: t}]}]\n",
         .end = END_FAILED,
         .makespan = 11,
         .claims = {COUNTED(struck, 2), TIMES(TOLD_JOB_ENDED, 3), AT(TOLD_JOB_ENDED, 0, 5),
                    AT(TOLD_JOB_ENDED, 1, 6), TIMES(TOLD_DONE, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_driver_that_is_lost_goes_on_nowhere),
        cmocka_unit_test(what_others_own_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
