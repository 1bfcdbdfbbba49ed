/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: while the head is away what runs goes on, and creations wait; nodes that miss it for too
 * long end what is on them (row D16). Method: small programs and absences at exact times; who does
 * what when, written down by hand. */
#include "sim/runtime/actors/actor.h"
#include "tests/sim/runtime/claims.h"

#define AWAY(more) "faults: {schedule: [{at: 5 s, head: 20 s}" more "]}\n"

/* Away from 5 to 25 s. */
static void row_d16_calls_go_on_without_the_head_and_creations_wait(void **state)
{
    static const struct claimed rows[] = {
        {.name = "tasks, also those that come meanwhile",
         .head = AWAY(""),
         .pipeline = "    tasks: {t: 4 s}\n"
                     "    driver: [{run: t, times: 3}, {run: t, times: 2}]\n",
         .makespan = 20,
         .claims = {COUNTED(struck, 1), TIMES(TOLD_HEAD_DOWN, 1), TIMES(TOLD_ATTEMPT_FAILED, 0)}},
        {.name = "calls of an actor",
         .head = AWAY(""),
         .pipeline =
             "    actors: {A: {methods: {m: 4 s}}}\n"
             "    driver: [{start: A, as: a}, {run: a.m, times: 3}, {run: a.m, times: 2}]\n",
         .makespan = 20,
         .claims = {COUNTED(struck, 1), TIMES(TOLD_ATTEMPT_FAILED, 0)}},
        {.name = "a creation waits until it is back",
         .cpu = 2,
         .head = AWAY(""),
         .pipeline = "    tasks: {t: 4 s}\n"
                     "    actors: {A: {start: 3 s, methods: {m: 4 s}}}\n"
                     "    driver:\n"
                     "    - {run: t, times: 3}\n"
                     "    - {start: A, as: a}\n"
                     "    - {run: a.m}\n",
         .makespan = 32,
         .claims = {AT(TOLD_HEAD_DOWN, 0, 5), AMOUNT(TOLD_HEAD_DOWN, 0, 20e9), AT(TOLD_DONE, 2, 8),
                    AT(TOLD_ACTOR, 0, 8), AT(TOLD_HEAD_UP, 0, 25), AT(TOLD_ACTOR, 1, 25),
                    AT(TOLD_ACTOR, 2, 28)}},
        {.name = "one that waits for room does not get it meanwhile",
         .head = AWAY(""),
         .pipeline = "    tasks: {t: 10 s}\n"
                     "    actors: {A: {methods: {m: 4 s}}}\n"
                     "    driver:\n"
                     "    - {call: t, as: x}\n"
                     "    - {create: A, as: a}\n"
                     "    - {get: x}\n"
                     "    - {run: t}\n"
                     "    - {run: a.m}\n",
         .makespan = 29,
         .claims = {AT(TOLD_ACTOR, 1, 0), AT(TOLD_PLACED, 1, 10), AT(TOLD_DONE, 1, 20),
                    AT(TOLD_PLACED, 2, 25), AT(TOLD_ACTOR, 2, 25)}},
        {.name = "one that is under way is not ready before",
         .head = AWAY(""),
         .pipeline = "    actors: {A: {start: 8 s, methods: {m: 4 s}}}\n"
                     "    driver: [{start: A, as: a}, {run: a.m}]\n",
         .makespan = 29,
         .claims = {AT(TOLD_PLACED, 0, 0), AT(TOLD_ACTOR, 2, 25), SPENT(JOB_START, 25)}},
        {.name = "the later of two ends counts",
         .head = AWAY(", {at: 15 s, head: 30 s}, {at: 20 s, head: 3 s}"),
         .pipeline = "    tasks: {t: 9 s}\n"
                     "    actors: {A: {}}\n"
                     "    driver: [{run: t}, {start: A}]\n",
         .makespan = 45,
         .claims = {COUNTED(struck, 3), TIMES(TOLD_HEAD_DOWN, 3), TIMES(TOLD_HEAD_UP, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* What is gone is noticed when it is back; what comes joins then. */
static void row_d16_what_is_gone_is_not_noticed_before_the_head_is_back(void **state)
{
    static const struct claimed rows[] = {
        {.name = "a node, after 2 s otherwise",
         .nodes = 2,
         .head = AWAY(", {at: 6 s, node: 0}") "detection: {delay: 2 s}\n",
         .pipeline = "    tasks: {t: 10 s}\n"
                     "    driver: [{run: t}]\n",
         .makespan = 35,
         .claims = {COUNTED(struck, 2), AT(TOLD_HOST_DOWN, 0, 6), AT(TOLD_HOST_DETECTED, 0, 25),
                    AT(TOLD_PLACED, 1, 25)}},
        {.name = "a node that is about to be noticed as it comes back",
         .nodes = 2,
         .head = AWAY(", {at: 24 s, node: 0}") "detection: {delay: 2 s}\n",
         .pipeline = "    tasks: {t: 30 s}\n"
                     "    driver: [{run: t}]\n",
         .makespan = 56,
         .claims = {COUNTED(struck, 2), AT(TOLD_HOST_DETECTED, 0, 26)}},
        {.name = "an actor's process, which starts again then",
         .head = AWAY(", {at: 6 s, actor: A}") "detection: {worker: 1 s}\n",
         .pipeline = "    actors: {A: {start: 2 s, restarts: 1, retries: 1, methods: {m: 10 s}}}\n"
                     "    driver: [{start: A, as: a}, {run: a.m}]\n",
         .makespan = 37,
         .claims = {COUNTED(struck, 2), AT(TOLD_ATTEMPT_FAILED, 0, 25),
                    AT(TOLD_ACTOR_RESTARTED, 0, 25), SPENT(JOB_DETECT, 19)}},
        {.name = "a new node joins",
         .head = AWAY(", {at: 1 s, node: 0}") "runtime: {node_start: 10 s}\n",
         .pipeline = "    tasks: {t: 4 s}\n"
                     "    driver: [{run: t}]\n",
         .makespan = 29,
         .claims = {COUNTED(struck, 2), AT(TOLD_HOST_DETECTED, 0, 1), AT(TOLD_HOST_UP, 0, 25)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Away from 5 to 105 s; nodes wait for 60 s. */
static void row_d16_nodes_that_miss_the_head_for_too_long_exit(void **state)
{
#define LONG "faults: {schedule: [{at: 5 s, head: 100 s}]}\n"
    static const struct claimed rows[] = {
        {.name = "all that runs is lost at 65 s, and made again from 105 s on",
         .nodes = 2,
         .head = LONG "runtime: {node_start: 3 s}\n",
         .pipeline = "    tasks: {short: 64 s, long: {time: 90 s, retries: 1}}\n"
                     "    driver: [{call: short, as: a}, {call: long, as: b}, {get: [a, b]}]\n",
         .makespan = 198,
         .claims = {COUNTED(struck, 2), TIMES(TOLD_OUTAGE, 2), AT(TOLD_DONE, 0, 64),
                    TIMES(TOLD_HOST_DOWN, 2), AT(TOLD_HOST_DOWN, 0, 65),
                    AT(TOLD_HOST_DETECTED, 0, 105), AT(TOLD_HOST_UP, 0, 108), SPENT(JOB_LOST, 65),
                    SPENT(JOB_DETECT, 40), COUNTED(attempts.failed, 1)}},
        {.name = "back just in time",
         .head = "faults: {schedule: [{at: 5 s, head: 60 s}]}\n",
         .pipeline = "    tasks: {t: 90 s}\n"
                     "    driver: [{run: t}]\n",
         .makespan = 90,
         .claims = {COUNTED(struck, 1), TIMES(TOLD_HOST_DOWN, 0)}},
        {.name = "they wait longer if they are told to",
         .head = LONG "runtime: {reconnect: 2 min}\n",
         .pipeline = "    tasks: {t: 90 s}\n"
                     "    driver: [{run: t}]\n",
         .makespan = 90,
         .claims = {COUNTED(struck, 1), TIMES(TOLD_HOST_DOWN, 0)}},
        {.name = "two absences are not one",
         .head = "faults: {schedule: [{at: 5 s, head: 40 s}, {at: 46 s, head: 40 s}]}\n",
         .pipeline = "    tasks: {t: 90 s}\n"
                     "    driver: [{run: t}]\n",
         .makespan = 90,
         .claims = {COUNTED(struck, 2), TIMES(TOLD_HEAD_UP, 2), TIMES(TOLD_HOST_DOWN, 0)}},
        {.name = "an actor loses its state with its node",
         .head = LONG,
         .pipeline = "    actors: {A: {restarts: 1, retries: 1, methods: {m: 40 s}}}\n"
                     "    driver: [{start: A, as: a}, {run: a.m, times: 2}]\n",
         .makespan = 145,
         .claims = {COUNTED(struck, 2), AT(TOLD_DONE, 0, 40), AT(TOLD_STATE, 0, 105),
                    SPENT(JOB_LOST, 65)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_d16_calls_go_on_without_the_head_and_creations_wait),
        cmocka_unit_test(row_d16_what_is_gone_is_not_noticed_before_the_head_is_back),
        cmocka_unit_test(row_d16_nodes_that_miss_the_head_for_too_long_exit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
