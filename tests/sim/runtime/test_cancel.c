/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what is cancelled before it has begun never runs, what stands behind it does, in order, and
 * nobody sees a trace of it: row C20. Method: small programs, reckoned by hand; a call in each
 * place where one can wait, cancelled there. */
#include "sim/runtime/runtime.h"
#include "tests/sim/runtime/claims.h"

static void row_c20_a_cancelled_call_never_runs_and_those_behind_it_do(void **state)
{
    static const struct claimed rows[] = {
        {.name = "in the scheduler: a, then c",
         .pipeline = "    tasks: {a: 2 s, b: 3 s, c: 1 s}\n"
                     "    driver:\n"
                     "    - {call: a, as: a}\n"
                     "    - {call: b, times: 2, as: b}\n"
                     "    - {call: c, as: c}\n"
                     "    - {think: 1 s}\n"
                     "    - {cancel: b}\n"
                     "    - {get: [a, c]}\n"
                     "    - {get: b, on_error: [{run: c}]}\n",
         .makespan = 4,
         .claims = {TIMES(TOLD_STARTED, 3), AT(TOLD_STARTED, 1, 2), AT(TOLD_FAILED, 0, 1),
                    COUNTED(calls.failed, 2), COUNTED(attempts.failed, 0),
                    COUNTED(calls.completed, 3)}},
        {.name = "at an actor: 1, 3, 4",
         .pipeline = "    actors: {A: {methods: {m: 2 s}}}\n"
                     "    driver:\n"
                     "    - {start: A, as: a}\n"
                     "    - {call: a.m, as: first}\n"
                     "    - {call: a.m, as: second}\n"
                     "    - {call: a.m, times: 2, as: rest}\n"
                     "    - {think: 1 s}\n"
                     "    - {cancel: second}\n"
                     "    - {get: [first, rest]}\n"
                     "    - {run: a.m}\n",
         .makespan = 8,
         .claims = {TIMES(TOLD_STARTED, 4), AT(TOLD_STARTED, 1, 2), AT(TOLD_STARTED, 2, 4),
                    COUNTED(calls.failed, 1)}},
        {.name = "at an actor that is not there yet",
         .pipeline = "    actors: {A: {start: 5 s, methods: {m: 2 s}}}\n"
                     "    driver:\n"
                     "    - {create: A, as: a}\n"
                     "    - {call: a.m, times: 3, as: first}\n"
                     "    - {call: a.m, as: second}\n"
                     "    - {cancel: first}\n"
                     "    - {get: second}\n",
         .makespan = 7,
         .claims = {TIMES(TOLD_STARTED, 1), AT(TOLD_FAILED, 2, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_c20_wherever_it_waits(void **state)
{
    static const struct claimed rows[] = {
        {.name = "while its arguments are made: one for each, and all of them",
         .cpu = 4,
         .pipeline = "    tasks: {load: 2 s, use: 3 s}\n"
                     "    driver:\n"
                     "    - {call: load, times: 2, as: parts}\n"
                     "    - {call: use, each: parts, as: a}\n"
                     "    - {call: use, with: parts, as: b}\n"
                     "    - {call: use, with: b, as: c}\n"
                     "    - {think: 1 s}\n"
                     "    - {cancel: a}\n"
                     "    - {cancel: b}\n"
                     "    - {get: parts}\n"
                     "    - {get: c, on_error: []}\n",
         .makespan = 2,
         .claims = {TIMES(TOLD_STARTED, 2), COUNTED(calls.failed, 4), AT(TOLD_FAILED, 3, 1)}},
        {.name = "on its way",
         .head = "runtime: {submit: 2 s}\n",
         .pipeline = "    tasks: {a: 1 s}\n"
                     "    driver:\n"
                     "    - {call: a, times: 2, as: a}\n"
                     "    - {cancel: a}\n"
                     "    - {run: a}\n",
         .makespan = 3,
         .claims = {TIMES(TOLD_STARTED, 1), AT(TOLD_FAILED, 0, 0)}},
        {.name = "placed, and not running yet: its place is free",
         .head = "runtime: {worker_start: 4 s}\n",
         .pipeline = "    tasks: {a: 1 s, b: 1 s}\n"
                     "    driver:\n"
                     "    - {call: a, as: a}\n"
                     "    - {call: b, as: b}\n"
                     "    - {think: 1 s}\n"
                     "    - {cancel: a}\n"
                     "    - {get: b}\n",
         .makespan = 6,
         .claims = {TIMES(TOLD_STARTED, 1), AT(TOLD_PLACED, 1, 1), AT(TOLD_LEFT, 0, 1),
                    SPENT(JOB_START, 1 + 4)}},
        {.name = "waits to be tried again",
         .outages = {{0, 1, 2}},
         .nodes = 1,
         .head = "detection: {delay: 1 s}\nrecovery: {name: ray, task_retry_delay: 20 s}\n",
         .pipeline = "    tasks: {a: 9 s, b: 1 s}\n"
                     "    driver:\n"
                     "    - {call: a, as: a}\n"
                     "    - {think: 5 s}\n"
                     "    - {cancel: a}\n"
                     "    - {run: b}\n",
         .makespan = 6,
         .claims = {TIMES(TOLD_STARTED, 2), TIMES(TOLD_RETRIED, 1), AT(TOLD_FAILED, 0, 5)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void what_has_begun_goes_on_unless_it_is_forced_to_end(void **state)
{
#define RUNNING(cancel)                                                                            \
    "    tasks: {a: 4 s, b: 1 s}\n"                                                                \
    "    driver:\n"                                                                                \
    "    - {call: a, times: 2, as: a}\n"                                                           \
    "    - {call: b, as: b}\n"                                                                     \
    "    - {think: 1 s}\n"                                                                         \
    "    - {cancel: a" cancel "}\n"                                                                \
    "    - {get: b}\n"
    static const struct claimed rows[] = {
        {.name = "goes on",
         .pipeline = RUNNING(""),
         .makespan = 5,
         .claims = {TIMES(TOLD_STARTED, 2), COUNTED(calls.completed, 2), COUNTED(calls.failed, 1),
                    SPENT(JOB_USEFUL, 5)}},
        {.name = "by force: its place is free, its time lost",
         .pipeline = RUNNING(", force: true"),
         .makespan = 2,
         .claims = {TIMES(TOLD_STARTED, 2), COUNTED(calls.completed, 1), COUNTED(calls.failed, 2),
                    COUNTED(attempts.failed, 1), SPENT(JOB_LOST, 1), SPENT(JOB_USEFUL, 1)}},
        {.name = "what is done stays",
         .pipeline = "    tasks: {a: 1 s}\n"
                     "    driver:\n"
                     "    - {run: a, times: 3, as: a}\n"
                     "    - {cancel: a, force: true}\n"
                     "    - {get: a}\n",
         .makespan = 3,
         .claims = {COUNTED(calls.completed, 3), COUNTED(calls.failed, 0)}},
        {.name = "methods go on, even so",
         .pipeline = "    actors: {A: {methods: {m: 4 s}}}\n"
                     "    driver:\n"
                     "    - {start: A, as: a}\n"
                     "    - {call: a.m, times: 2, as: r}\n"
                     "    - {think: 1 s}\n"
                     "    - {cancel: r, force: true}\n"
                     "    - {run: a.m}\n",
         .makespan = 8,
         .claims = {TIMES(TOLD_STARTED, 2), COUNTED(calls.failed, 1), COUNTED(calls.completed, 2)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void what_goes_on_is_not_tried_again(void **state)
{
    static const struct claimed rows[] = {
        {.name = "a task",
         .nodes = 2,
         .outages = {{0, 2, 3}},
         .head = "detection: {delay: 1 s}\n",
         .pipeline = "    tasks: {a: 4 s, b: 1 s}\n"
                     "    driver:\n"
                     "    - {call: a, as: a}\n"
                     "    - {think: 1 s}\n"
                     "    - {cancel: a}\n"
                     "    - {get: a, on_error: [{run: b}]}\n",
         .makespan = 4,
         .claims = {TIMES(TOLD_STARTED, 2), TIMES(TOLD_RETRIED, 0), AT(TOLD_FAILED, 0, 3)}},
        {.name = "a method",
         .nodes = 2,
         .outages = {{0, 2, 3}},
         .head = "detection: {delay: 1 s}\n",
         .pipeline = "    actors: {A: {restarts: 1, retries: 3, methods: {m: 4 s}}}\n"
                     "    driver:\n"
                     "    - {start: A, as: a}\n"
                     "    - {call: a.m, as: r}\n"
                     "    - {call: a.m, as: s}\n"
                     "    - {think: 1 s}\n"
                     "    - {cancel: r}\n"
                     "    - {get: s}\n"
                     "    - {get: r, on_error: []}\n",
         .makespan = 7,
         .claims = {TIMES(TOLD_STARTED, 2), TIMES(TOLD_RETRIED, 1), AT(TOLD_FAILED, 0, 3)}},
        {.name = "when it raises an exception",
         .pipeline = "    tasks: {a: {time: 2 s, fails: {probability: 1, at: end}, "
                     "retry_exceptions: true}}\n"
                     "    driver:\n"
                     "    - {call: a, as: a}\n"
                     "    - {think: 1 s}\n"
                     "    - {cancel: a}\n"
                     "    - {get: a, on_error: []}\n",
         .makespan = 2,
         .claims = {TIMES(TOLD_STARTED, 1), TIMES(TOLD_RETRIED, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* A driver that does not handle it says so. */
static void the_cause_is_one_of_its_own(void **state)
{
    struct played played;
    (void)state;
    played_open(&played, "cluster: {nodes: 1, node: {cpu: 1}}\n",
                "    tasks: {a: 1 s}\n"
                "    driver: [{call: a, times: 2, as: a}, {cancel: a}, {get: a}]\n");
    const struct record *r = played_run(&played, 0);
    assert_int_equal(r->end, END_FAILED);
    assert_int_equal(r->failed_cause, CAUSE_CANCELLED);
    assert_int_equal(played_told(&played, TOLD_FAILED, 0)->cause, CAUSE_CANCELLED);
    played_close(&played);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_c20_a_cancelled_call_never_runs_and_those_behind_it_do),
        cmocka_unit_test(row_c20_wherever_it_waits),
        cmocka_unit_test(what_goes_on_is_not_tried_again),
        cmocka_unit_test(what_has_begun_goes_on_unless_it_is_forced_to_end),
        cmocka_unit_test(the_cause_is_one_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
