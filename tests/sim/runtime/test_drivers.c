/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: drivers do what their statements say: loops, branches, handlers, waits, jobs. Method: small
 * programs as text, whose times are computed by hand. */
#include "sim/runtime/runtime.h"
#include "tests/sim/runtime/claims.h"

#define WORK                                                                                       \
    "    tasks: {one: 1 s, two: 2 s, bad: {time: 1 s, fails: {probability: 100 %, at: end}}}\n"    \
    "    driver:\n"

static void loops_and_what_is_inside_them(void **state)
{
    static const struct claimed rows[] = {
        {.name = "one inside the other: 3 x (1 + 2 x 2)",
         .pipeline = WORK "    - repeat: 3\n"
                          "      do: [{run: one}, {repeat: 2, do: [{run: two}]}]\n",
         .makespan = 15,
         .claims = {COUNTED(calls.completed, 9)}},
        {.name = "the last statement is a loop that ends with a loop",
         .pipeline =
             WORK "    - {repeat: 2, do: [{repeat: 2, do: [{repeat: 2, do: [{run: one}]}]}]}\n",
         .makespan = 8},
        {.name = "until every actor of the set has come so far",
         .cpu = 2,
         .pipeline = "    actors: {A: {methods: {m: 1 s}}}\n"
                     "    driver:\n"
                     "    - {start: A, times: 2, as: a}\n"
                     "    - {until: {a: 3}, do: [{run: a.m}]}\n"
                     "    - {until: {a: 2}, do: [{run: a.m}]}\n",
         .makespan = 3},
        {.name = "a variable is bound anew each time, and what it held goes",
         .pipeline = "    actors: {A: {cpu: 1, methods: {m: 1 s}}}\n"
                     "    driver:\n"
                     "    - {repeat: 3, do: [{create: A, as: a}, {run: a.m}]}\n",
         .makespan = 3,
         .claims = {STATES(ACTOR_DEAD, 3), COUNTED(actors.dead, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void failures_go_to_the_nearest_handler(void **state)
{
    static const struct claimed rows[] = {
        {.name = "of the statement: the loop goes on",
         .pipeline =
             WORK "    - {repeat: 3, do: [{run: bad, on_error: [{run: two}]}, {run: one}]}\n",
         .makespan = 12},
        {.name = "of the loop: it is left",
         .pipeline =
             WORK "    - {repeat: 3, do: [{run: one}, {run: bad}], on_error: [{run: two}]}\n"
                  "    - {run: one}\n",
         .makespan = 5},
        {.name = "in a handler: to the one around it",
         .pipeline =
             WORK "    - repeat: 3\n"
                  "      do:\n"
                  "      - {repeat: 2, do: [{run: bad}], on_error: [{run: one}, {run: bad}]}\n"
                  "      on_error: [{run: two}]\n",
         .makespan = 5},
        {.name = "in a loop in a handler, with a handler of its own",
         .pipeline = WORK "    - run: bad\n"
                          "      on_error:\n"
                          "      - {repeat: 2, do: [{run: bad, on_error: [{run: two}]}]}\n"
                          "    - {run: one}\n",
         .makespan = 8},
        {.name = "to nobody: line and cause are kept",
         .pipeline = WORK "    - {run: one}\n"
                          "    - {run: bad}\n"
                          "    - {run: one}\n",
         .end = END_FAILED,
         .makespan = 2},
        {.name = "of a get, long after the call",
         .pipeline = WORK "    - {call: bad, as: x}\n"
                          "    - {run: two}\n"
                          "    - {get: x, on_error: [{run: one}]}\n",
         .makespan = 4},
        {.name = "one of several calls fails, the others are done",
         .cpu = 4,
         .pipeline =
             "    tasks: {w: {time: [1 s, 2 s, 3 s, 4 s], fails: {probability: 100 %, after: "
             "3}}}\n"
             "    driver: [{run: w, times: 4, on_error: [{think: 1 s}]}]\n",
         .makespan = 4,
         .claims = {COUNTED(calls.completed, 3), COUNTED(calls.failed, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void branches_run_at_once_and_are_waited_for(void **state)
{
    static const struct claimed rows[] = {
        {.name = "the longest",
         .cpu = 3,
         .pipeline = WORK "    - parallel: [[{run: one}, {run: one}], [{run: two}, {run: two}], "
                          "{run: one}]\n"
                          "    - {run: one}\n",
         .makespan = 5},
        {.name = "copies, and copies inside copies",
         .cpu = 6,
         .pipeline = WORK
         "    - parallel: {times: 2, do: [{run: one}, {parallel: {times: 3, do: [{run: two}]}}]}\n",
         .makespan = 3,
         .claims = {COUNTED(calls.completed, 8)}},
        {.name = "one fails: the others are waited for, then it is handled",
         .cpu = 2,
         .pipeline = WORK "    - parallel: [[{run: bad}], [{think: 9 s}]]\n"
                          "      on_error: [{run: one}]\n",
         .makespan = 10},
        {.name = "not handled",
         .cpu = 2,
         .pipeline = WORK "    - parallel: [[{run: bad}], [{think: 9 s}]]\n",
         .end = END_FAILED,
         .makespan = 9},
        {.name = "two fail",
         .cpu = 2,
         .pipeline = WORK "    - parallel: {times: 2, do: [{run: bad}]}\n"
                          "      on_error: []\n"
                          "    - {run: two}\n",
         .makespan = 3},
        {.name = "a branch uses what was bound around it",
         .cpu = 2,
         .pipeline = "    actors: {A: {methods: {m: 1 s}}}\n"
                     "    driver:\n"
                     "    - {start: A, as: a}\n"
                     "    - {parallel: {times: 3, do: [{run: a.m}]}}\n"
                     "    - {run: a.m}\n",
         .makespan = 4},
        {.name = "in a loop",
         .cpu = 2,
         .pipeline = WORK "    - {repeat: 3, do: [{parallel: [[{run: one}], [{run: two}]]}]}\n",
         .makespan = 6},
    };
    (void)state;
    CLAIMED(rows);
}

static void jobs_arrive_end_and_leave_each_other_alone(void **state)
{
    static const struct claimed rows[] = {
        {.name = "every 3 s",
         .pipeline = "    tasks: {one: 1 s}\n"
                     "    jobs: [{name: a, count: 3, every: 3 s, driver: [{run: one}]}]\n",
         .makespan = 10,
         .claims = {AT(TOLD_JOB_ARRIVED, 0, 3), AT(TOLD_JOB_ARRIVED, 2, 9),
                    AT(TOLD_JOB_ENDED, 1, 7)}},
        {.name = "at given times",
         .pipeline = "    tasks: {two: 2 s}\n"
                     "    jobs: [{name: a, at: [0 s, 1 s, 8 s], driver: [{run: two}]}]\n",
         .makespan = 10,
         .claims = {AT(TOLD_JOB_ENDED, 1, 4), AT(TOLD_JOB_ARRIVED, 2, 8)}},
        {.name = "one fails, the other goes on",
         .pipeline = "    tasks: {two: 2 s, bad: {time: 1 s, fails: 100 %}}\n"
                     "    jobs:\n"
                     "    - {name: a, driver: [{run: bad}]}\n"
                     "    - {name: b, driver: [{run: two}]}\n",
         .end = END_FAILED,
         .makespan = 2,
         .claims = {TIMES(TOLD_JOB_ENDED, 2), COUNTED(calls.completed, 1)}},
        {.name = "what a job leaves behind is cancelled, and its processor free at once",
         .pipeline = "    tasks: {long: 100 s, two: 2 s}\n"
                     "    actors: {A: {cpu: 1, methods: {m: 100 s}}}\n"
                     "    jobs:\n"
                     "    - {name: a, driver: [{call: long, times: 50}, {create: A, as: a}, {call: "
                     "a.m}, {think: 3 s}]}\n"
                     "    - {name: b, driver: [{run: two}]}\n",
         .makespan = 5,
         .claims = {AT(TOLD_JOB_ENDED, 0, 3), AT(TOLD_STARTED, 1, 3), SPENT(JOB_LOST, 3),
                    COUNTED(calls.completed, 1), STATES(ACTOR_DEAD, 1), COUNTED(calls.failed, 0)}},
        {.name = "nor is it a failure",
         .cpu = 2,
         .pipeline = "    actors: {A: {methods: {m: 100 s}}}\n"
                     "    driver: [{start: A, as: a}, {call: a.m, times: 3}, {think: 3 s}]\n",
         .makespan = 3,
         .claims = {COUNTED(calls.failed, 0), COUNTED(attempts.failed, 0), TIMES(TOLD_FAILED, 0),
                    TIMES(TOLD_ATTEMPT_FAILED, 0), COUNTED(actors.dead, 0)}},
        {.name = "what nobody waits for runs all the same, while the job lasts",
         .pipeline = "    tasks: {two: 2 s}\n"
                     "    driver: [{call: two, as: x}, {release: x}, {think: 5 s}]\n",
         .makespan = 5,
         .claims = {AT(TOLD_DONE, 0, 2), SPENT(JOB_USEFUL, 2)}},
        {.name = "a node dies and nothing is there to be tried again",
         .outages = {{0, 1, 2}},
         .pipeline = "    tasks: {two: 2 s}\n"
                     "    driver: [{think: 3 s}, {run: two}]\n",
         .makespan = 5},
        {.name = "the horizon comes first",
         .head = "horizon: 7 s\n",
         .pipeline = "    tasks: {two: 2 s}\n"
                     "    driver: [{repeat: 10, do: [{run: two}]}]\n",
         .end = END_HORIZON,
         .makespan = 7,
         .claims = {SPENT(JOB_USEFUL, 6), SPENT(JOB_UNCOMMITTED, 1), TIMES(TOLD_STOPPED, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* First come, first served, strictly, on two processors: one is busy until 10 s when a job asks for
 * both at 1 s, and ends at 2 s without having had them. The job that comes at 3 s has the other one
 * at once, until 5 s. Likewise where what waits is an actor. */
static void requests_of_a_job_that_is_over_hold_up_nobody(void **state)
{
#define WAITING(statement)                                                                         \
    "    tasks: {long: 10 s, wide: {time: 1 s, cpu: 2}, two: 2 s}\n"                               \
    "    actors: {Wide: {cpu: 2, methods: {m: 1 s}}}\n"                                            \
    "    jobs:\n"                                                                                  \
    "    - {name: a, driver: [{run: long}]}\n"                                                     \
    "    - {name: b, at: [1 s], driver: [" statement ", {think: 1 s}]}\n"                          \
    "    - {name: c, at: [3 s], driver: [{run: two}]}\n"
    static const char *const pipelines[] = {WAITING("{call: wide}"),
                                            WAITING("{call: wide, times: 3}"),
                                            WAITING("{create: Wide, as: w}")};
    (void)state;
    for (size_t i = 0; i < sizeof pipelines / sizeof *pipelines; i++) {
        struct played played;
        played_open(&played,
                    "cluster: {nodes: 1, node: {cpu: 2}}\n"
                    "scheduler: {name: first-fit, order: strict-fifo}",
                    pipelines[i]);
        assert_int_equal(played_run(&played, 0)->end, END_FINISHED);
        assert_true(played_time(&played, TOLD_JOB_ENDED, 0) == 2);
        assert_true(played_time(&played, TOLD_JOB_ENDED, 1) == 5);
        assert_true(simtime_seconds(played.record.makespan) == 10);
        played_close(&played);
    }
}

/* Where failed nodes are repaired, a place waits for its node, or takes a spare. */
static void places_are_filled_by_spares_and_repaired_nodes(void **state)
{
#define RETRIED                                                                                    \
    "    tasks: {work: 10 s}\n"                                                                    \
    "    driver: [{run: work}]\n"
    static const struct claimed rows[] = {
        {.name = "no spare: until the node is back, and has started",
         .outages = {{0, 4, 9}},
         .head = "detection: {delay: 1 s}\nruntime: {node_start: 2 s}\n",
         .pipeline = RETRIED,
         .makespan = 21,
         .claims = {AT(TOLD_HOST_DETECTED, 0, 5), AT(TOLD_HOST_UP, 0, 11), SPENT(JOB_DETECT, 1)}},
        {.name = "struck again while it starts: once more from the detection",
         .outages = {{0, 4, 6}, {0, 7, 9}},
         .head = "detection: {delay: 1 s}\nruntime: {node_start: 2 s}\n",
         .pipeline = RETRIED,
         .makespan = 21,
         .claims = {AT(TOLD_HOST_UP, 0, 11), COUNTED(attempts.failed, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loops_and_what_is_inside_them),
        cmocka_unit_test(failures_go_to_the_nearest_handler),
        cmocka_unit_test(branches_run_at_once_and_are_waited_for),
        cmocka_unit_test(jobs_arrive_end_and_leave_each_other_alone),
        cmocka_unit_test(requests_of_a_job_that_is_over_hold_up_nobody),
        cmocka_unit_test(places_are_filled_by_spares_and_repaired_nodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
