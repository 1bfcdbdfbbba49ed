/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: an actor that is stopped does the calls that it has, takes no more, and ends; or is killed
 * when its time is up (row D15). Method: small programs; who does what when, written down by hand.
 */
#include "sim/runtime/actors/actor.h"
#include "tests/sim/runtime/claims.h"

#define ACTOR "    actors: {A: {restarts: 1, retries: 1, methods: {m: 4 s}}}\n"

/* Three calls of 4 s are in the queue when it is told to stop. */
static void row_d15_pending_calls_finish_or_fail_within_the_limit(void **state)
{
#define TABLE(stop)                                                                                \
    .pipeline = ACTOR "    driver:\n"                                                              \
                      "    - {start: A, as: a}\n"                                                  \
                      "    - {call: a.m, times: 3, as: results}\n"                                 \
                      "    - {" stop "}\n"                                                         \
                      "    - {get: results, on_error: []}\n"
    static const struct claimed rows[] = {
        {.name = "in time",
         TABLE("stop: a"),
         .makespan = 12,
         .claims = {TIMES(TOLD_STOPPING, 1), AMOUNT(TOLD_STOPPING, 0, 30e9), TIMES(TOLD_DONE, 3),
                    TIMES(TOLD_FAILED, 0), STATES(ACTOR_DEAD, 1), COUNTED(actors.dead, 0)}},
        {.name = "exactly in time",
         TABLE("stop: a, within: 12 s"),
         .makespan = 12,
         .claims = {TIMES(TOLD_DONE, 3), TIMES(TOLD_FAILED, 0), COUNTED(actors.dead, 0)}},
        {.name = "killed at its limit",
         TABLE("stop: a, within: 9 s"),
         .makespan = 9,
         .claims = {TIMES(TOLD_DONE, 2), TIMES(TOLD_FAILED, 1), AT(TOLD_FAILED, 0, 9),
                    COUNTED(actors.dead, 1)}},
        {.name = "the limit of all",
         TABLE("stop: a"),
         .head = "runtime: {shutdown: 5 s}\n",
         .makespan = 5,
         .claims = {AMOUNT(TOLD_STOPPING, 0, 5e9), TIMES(TOLD_DONE, 1), TIMES(TOLD_FAILED, 2)}},
        {.name = "no time at all is a kill",
         TABLE("stop: a, within: 0 s"),
         .makespan = 0,
         .claims = {TIMES(TOLD_DONE, 0), TIMES(TOLD_FAILED, 3), COUNTED(actors.dead, 1)}},
    };
#undef TABLE
    (void)state;
    CLAIMED(rows);
}

/* One call runs until 4 s, and another comes at 1 s: too late. */
static void row_d15_calls_that_come_later_are_refused(void **state)
{
    static const struct claimed rows[] = {
        {.name = "at once, and nobody waits for the end",
         .pipeline = ACTOR "    driver:\n"
                           "    - {start: A, as: a}\n"
                           "    - {call: a.m, as: first}\n"
                           "    - parallel:\n"
                           "      - - {stop: a}\n"
                           "      - - {think: 1 s}\n"
                           "        - {call: a.m, as: late}\n"
                           "        - {get: late, on_error: []}\n"
                           "        - {think: 2 s}\n"
                           "    - {get: first}\n",
         .makespan = 4,
         .claims = {TIMES(TOLD_DONE, 1), AT(TOLD_DONE, 0, 4), TIMES(TOLD_FAILED, 1),
                    AT(TOLD_FAILED, 0, 1), STATES(ACTOR_DEAD, 1)}},
        {.name = "a map gives it nothing more",
         .cpu = 2,
         .pipeline = ACTOR "    driver:\n"
                           "    - {start: A, as: a}\n"
                           "    - {start: A, as: b}\n"
                           "    - parallel:\n"
                           "      - - {map: a.m, times: 6, on_error: [{think: 10 s}]}\n"
                           "      - - {map: b.m, times: 6}\n"
                           "      - - {think: 5 s}\n"
                           "        - {stop: a}\n",
         .makespan = 24,
         .claims = {TIMES(TOLD_DONE, 8), TIMES(TOLD_FAILED, 0), COUNTED(actors.dead, 0),
                    TIMES(TOLD_STOPPING, 1), COUNTED(calls.submitted, 8)}},
        {.name = "replicas accept no more requests",
         .cpu = 2,
         .head = "router: {name: random, max_ongoing: 1}\n",
         .pipeline = ACTOR "    driver:\n"
                           "    - {start: A, times: 2, as: a}\n"
                           "    - {call: a.m, times: 2, to: one, as: r}\n"
                           "    - {think: 1 s}\n"
                           "    - {stop: a, within: 30 s}\n"
                           "    - {call: a.m, to: one, as: late}\n"
                           "    - {get: r}\n"
                           "    - {get: late, on_error: []}\n",
         .makespan = 4,
         .claims = {TIMES(TOLD_ACCEPTED, 2), TIMES(TOLD_DONE, 2), TIMES(TOLD_FAILED, 1),
                    COUNTED(actors.dead, 0)}},
        {.name = "of two limits the earlier one holds",
         .pipeline = ACTOR "    driver:\n"
                           "    - {start: A, as: a}\n"
                           "    - {call: a.m, times: 9, as: results}\n"
                           "    - parallel:\n"
                           "      - - {stop: a, within: 20 s}\n"
                           "      - - {think: 1 s}\n"
                           "        - {stop: a, within: 5 s}\n"
                           "        - {stop: a, within: 30 s}\n"
                           "      - - {think: 2 s}\n"
                           "        - {stop: a, within: 15 s}\n",
         .makespan = 6,
         .claims = {TIMES(TOLD_STOPPING, 2), TIMES(TOLD_DONE, 1), TIMES(TOLD_FAILED, 8),
                    AT(TOLD_FAILED, 0, 6)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* A snapshot is waited for; a process that dies meanwhile has no successor; an actor without calls
 * goes at once, even where it is still to be created. */
static void row_d15_what_is_under_way_ends_with_it(void **state)
{
    static const struct claimed rows[] = {
        {.name = "a snapshot is persisted",
         .pipeline = "    actors: {A: {checkpoint: {snapshot: 1 s, persist: 3 s, restore: 2 s}, "
                     "methods: {m: 4 s}}}\n"
                     "    driver:\n"
                     "    - {start: A, as: a}\n"
                     "    - {call: a.m}\n"
                     "    - parallel:\n"
                     "      - [{checkpoint: a}]\n"
                     "      - [{stop: a}]\n"
                     "    - {start: A, from: a, as: b}\n"
                     "    - {restore: b}\n",
         .makespan = 10,
         .claims = {AT(TOLD_COMPLETE, 0, 8), COUNTED(actors.dead, 0), COUNTED(completed, 1)}},
        {.name = "its node dies",
         .nodes = 2,
         .outages = {{0, 6, 20}},
         .head = "detection: {delay: 2 s}\n",
         .pipeline = ACTOR "    driver:\n"
                           "    - {start: A, as: a}\n"
                           "    - {call: a.m, times: 3, as: results}\n"
                           "    - {stop: a}\n"
                           "    - {get: results, on_error: []}\n",
         .makespan = 8,
         .claims = {COUNTED(struck, 1), TIMES(TOLD_DONE, 1), TIMES(TOLD_FAILED, 2),
                    TIMES(TOLD_ACTOR_RESTARTED, 0), COUNTED(actors.dead, 1)}},
        {.name = "its node died before",
         .nodes = 2,
         .outages = {{0, 6, 20}},
         .head = "detection: {delay: 2 s}\n",
         .pipeline = "    actors: {A: {start: 3 s, restarts: 1, retries: 1, methods: {m: 4 s}}}\n"
                     "    driver:\n"
                     "    - {start: A, as: a}\n"
                     "    - {call: a.m, times: 2, as: results}\n"
                     "    - {think: 6 s}\n"
                     "    - {stop: a}\n"
                     "    - {get: results}\n",
         .makespan = 19,
         .claims = {COUNTED(struck, 1), TIMES(TOLD_ACTOR_RESTARTED, 1), TIMES(TOLD_DONE, 2),
                    COUNTED(actors.dead, 0)}},
        {.name = "idle, and not yet created",
         .pipeline = "    actors: {A: {start: 3 s, methods: {m: 4 s}}}\n"
                     "    driver:\n"
                     "    - {start: A, as: a}\n"
                     "    - {create: A, as: b}\n"
                     "    - {stop: a}\n"
                     "    - {stop: b}\n"
                     "    - {stop: b}\n",
         .makespan = 3,
         .claims = {STATES(ACTOR_DEAD, 2), TIMES(TOLD_STOPPING, 2), COUNTED(actors.dead, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_d15_pending_calls_finish_or_fail_within_the_limit),
        cmocka_unit_test(row_d15_calls_that_come_later_are_refused),
        cmocka_unit_test(row_d15_what_is_under_way_ends_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
