/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: when calls take more memory than a node has, Ray's order says who is killed (K08), one
 * after another, and recovery's budget for it whether it is tried again. Method: nodes of 10 GB, of
 * which 9.5 may be taken, and calls of 4 GB; a third one comes at 1.1 s, and 1.25 s is the next
 * look. */
#include "tests/sim/runtime/claims.h"

#define NODE .cpu = 4, .memory = "10 GB"
#define TASKS                                                                                      \
    "    tasks: {a: {time: 10 s, uses: 4 GB}, b: {time: 20 s, uses: 4 GB}, c: {time: 30 s, uses: " \
    "4 GB, retries: 0}, none: 40 s}\n"                                                             \
    "    driver:\n"
#define FOR_GOOD "recovery: {name: ray, task_oom_retries: 0}\n"

/* Killed at 1.25, 2.5, 4.75 and 9 s, it comes back 1, 2, 4 and 8 s later; when it comes at 17 s,
 * the others have ended. */
static void row_k08_the_newest_that_may_be_tried_again_dies_first(void **state)
{
    static const struct claimed rows[] = {
        {.name = "the newest, again and again",
         NODE,
         .pipeline = TASKS "    - {call: a, times: 2, as: x}\n"
                           "    - {think: 1.1 s}\n"
                           "    - {run: a}\n",
         .makespan = 27,
         .claims = {AT(TOLD_KILLED, 0, 1.25), AT(TOLD_KILLED, 1, 2.5), AT(TOLD_KILLED, 2, 4.75),
                    AT(TOLD_KILLED, 3, 9), TIMES(TOLD_KILLED, 4), AMOUNT(TOLD_KILLED, 0, 12e9),
                    AMOUNT(TOLD_RETRIED, 3, 8e9), SPENT(JOB_LOST, 0.9), SPENT(JOB_USEFUL, 30),
                    COUNTED(attempts.failed, 4)}},
        {.name = "not the newest, which may not be tried again, but the one before it",
         NODE,
         .head = FOR_GOOD,
         .pipeline = TASKS "    - {call: a, as: x}\n"
                           "    - {call: b, as: y}\n"
                           "    - {think: 1.1 s}\n"
                           "    - {call: c, as: z}\n"
                           "    - {get: [x, z]}\n"
                           "    - {get: y, on_error: []}\n",
         .makespan = 31.1,
         .claims = {TIMES(TOLD_KILLED, 1), AT(TOLD_FAILED, 0, 1.25), SPENT(JOB_LOST, 1.25)}},
        {.name = "the newest, where none may be",
         NODE,
         .pipeline = TASKS "    - {call: c, times: 2, as: x}\n"
                           "    - {think: 1.1 s}\n"
                           "    - {run: c, on_error: []}\n"
                           "    - {get: x}\n",
         .makespan = 30,
         .claims = {AT(TOLD_FAILED, 0, 1.25), SPENT(JOB_LOST, 0.15), SPENT(JOB_USEFUL, 60)}},
        {.name = "who takes none is left alone",
         NODE,
         .head = FOR_GOOD,
         .pipeline = TASKS "    - {call: a, times: 3, as: x}\n"
                           "    - {call: none, as: y}\n"
                           "    - {get: x, on_error: []}\n"
                           "    - {get: y}\n",
         .makespan = 40,
         .claims = {AT(TOLD_KILLED, 0, 0.25), SPENT(JOB_USEFUL, 60)}},
        {.name = "an actor that is started again, before tasks that are not",
         NODE,
         .pipeline = "    tasks: {c: {time: 30 s, uses: 4 GB, retries: 0}}\n"
                     "    actors: {A: {restarts: 1, retries: 1, methods: {m: {time: 5 s, uses: 4 "
                     "GB}}}}\n"
                     "    driver:\n"
                     "    - {start: A, as: a}\n"
                     "    - {call: c, times: 2, as: x}\n"
                     "    - {think: 1.1 s}\n"
                     "    - {run: a.m, on_error: []}\n"
                     "    - {get: x}\n",
         .makespan = 30, /* it is killed at 1.25, again at 1.5, and dead */
         .claims = {AT(TOLD_KILLED, 0, 1.25), AT(TOLD_KILLED, 1, 1.5), COUNTED(actors.restarted, 1),
                    COUNTED(actors.dead, 1), SPENT(JOB_USEFUL, 60)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_k08_one_after_another(void **state)
{
#define FOURS                                                                                      \
    TASKS "    - {call: a, times: 4, as: x}\n"                                                     \
          "    - {get: x, on_error: []}\n"                                                         \
          "    - {think: 100 s}\n"
    static const struct claimed rows[] = {
        {.name = "the next when the first is gone, which is at once",
         NODE,
         .head = FOR_GOOD,
         .pipeline = FOURS,
         .makespan = 110,
         .claims = {AT(TOLD_KILLED, 0, 0.25), AT(TOLD_KILLED, 1, 0.5), TIMES(TOLD_KILLED, 2),
                    AMOUNT(TOLD_KILLED, 0, 16e9), AMOUNT(TOLD_KILLED, 1, 12e9)}},
        {.name = "or 1 s later",
         NODE,
         .head = FOR_GOOD "detection: {worker: 1 s}\n",
         .pipeline = FOURS,
         .makespan = 110,
         .claims = {AT(TOLD_KILLED, 0, 0.25), AT(TOLD_KILLED, 1, 1.5), TIMES(TOLD_KILLED, 2),
                    SPENT(JOB_DETECT, 2)}},
        {.name = "nor sooner when another one comes meanwhile",
         .cpu = 5,
         .memory = "10 GB",
         .head = FOR_GOOD "detection: {worker: 1 s}\n",
         .pipeline = TASKS "    - {call: a, times: 4, as: x}\n"
                           "    - {think: 0.4 s}\n"
                           "    - {call: a, as: y}\n"
                           "    - {get: x, on_error: []}\n"
                           "    - {think: 100 s}\n",
         .makespan = 110,
         .claims = {AT(TOLD_KILLED, 0, 0.25), AT(TOLD_KILLED, 1, 1.5), AT(TOLD_KILLED, 2, 2.75),
                    TIMES(TOLD_KILLED, 3), AMOUNT(TOLD_KILLED, 1, 16e9)}},
        {.name = "looked at every 3 s",
         NODE,
         .head = FOR_GOOD "runtime: {memory_check: 3 s}\n",
         .pipeline = FOURS,
         .makespan = 110,
         .claims = {AT(TOLD_KILLED, 0, 3), AT(TOLD_KILLED, 1, 6)}},
        {.name = "what has ended by then is not killed",
         NODE,
         .head = "runtime: {memory_check: 10 s}\n",
         .pipeline = FOURS,
         .makespan = 110,
         .claims = {TIMES(TOLD_KILLED, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_k08_nobody_is_killed_up_to_the_limit(void **state)
{
    static const struct claimed rows[] = {
        {.name = "at the limit",
         NODE,
         .pipeline = "    tasks: {a: {time: 10 s, uses: 4.75 GB}}\n"
                     "    driver: [{run: a, times: 2}]\n",
         .makespan = 10,
         .claims = {TIMES(TOLD_KILLED, 0)}},
        {.name = "one byte above it",
         NODE,
         .head = FOR_GOOD,
         .pipeline = "    tasks: {a: {time: 10 s, uses: [4.75 GB, 4750000001 B]}}\n"
                     "    driver: [{run: a, times: 2, on_error: []}, {think: 9.75 s}]\n",
         .makespan = 19.75, /* the driver waits for both, until 10 s */
         .claims = {AT(TOLD_KILLED, 0, 0.25)}},
        {.name = "a limit of one's own",
         NODE,
         .head = "runtime: {memory_limit: 100 %}\n",
         .pipeline = "    tasks: {a: {time: 10 s, uses: {constant: 5 GB}}}\n"
                     "    driver: [{run: a, times: 2}]\n",
         .makespan = 10,
         .claims = {TIMES(TOLD_KILLED, 0)}},
        {.name = "a node that dies takes nothing any more",
         NODE,
         .outages = {{0, 1, 2}},
         .head = FOR_GOOD "runtime: {memory_check: 3 s}\n",
         .pipeline = TASKS "    - {run: a, times: 3, on_error: []}\n"
                           "    - {think: 100 s}\n",
         .makespan = 112,
         .claims = {AT(TOLD_KILLED, 0, 3), AMOUNT(TOLD_KILLED, 0, 12e9), TIMES(TOLD_KILLED, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_k08_the_newest_that_may_be_tried_again_dies_first),
        cmocka_unit_test(row_k08_one_after_another),
        cmocka_unit_test(row_k08_nobody_is_killed_up_to_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
