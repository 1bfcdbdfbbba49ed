/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: stateless tasks do what rows A01 to A04, A12 and K09 say. Method: small programs as text,
 * whose times are computed by hand. */
#include "tests/sim/runtime/claims.h"

/* A second call on one processor begins when the first has ended, and takes as long; by default a
 * call needs one processor. Two calls of half a processor run together, and of three the third
 * begins when the first has ended. */
static void row_a01_a_task_gives_its_resources_back_at_its_end(void **state)
{
    static const struct claimed rows[] = {
        {.name = "one after the other",
         .pipeline = "    tasks: {work: 2 s}\n"
                     "    driver: [{run: work, times: 2}]\n",
         .makespan = 4,
         .claims = {AT(TOLD_STARTED, 0, 0), AT(TOLD_ENDED, 0, 2), AT(TOLD_STARTED, 1, 2),
                    AT(TOLD_ENDED, 1, 4), SPENT(JOB_USEFUL, 4)}},
        {.name = "halves",
         .pipeline = "    tasks: {work: {time: [2 s, 3 s, 2 s], cpu: 0.5}}\n"
                     "    driver: [{run: work, times: 3}]\n",
         .makespan = 4,
         .claims = {AT(TOLD_STARTED, 1, 0), AT(TOLD_STARTED, 2, 2), SPENT(JOB_USEFUL, 7)}},
        {.name = "no state is left: as long again",
         .pipeline = "    tasks: {work: 2 s}\n"
                     "    driver: [{run: work}, {run: work}, {run: work}]\n",
         .makespan = 6,
         .claims = {TIMES(TOLD_ACTOR, 0), TIMES(TOLD_STATE, 0), SPENT(JOB_USEFUL, 6)}},
        {.name = "an accelerator",
         .cpu = 4,
         .gpu = 1,
         .pipeline = "    tasks: {work: {time: 2 s, gpu: 1}}\n"
                     "    driver: [{run: work, times: 3}]\n",
         .makespan = 6},
    };
    (void)state;
    CLAIMED(rows);
}

/* Submit 1 s, lease 2 s, a new worker 3 s + 4 s to import, run 8 s, reply 16 s: placed at 1,
 * started at 10, ended at 18, done at 34; a result of 100 MB at 10 MB/s after 32 s of latency:
 * fetched at 34 + 32 + 10 = 76. The second call finds the worker: 34 + 1 + 2 + 8 + 16 = 61. */
static void row_a02_the_path_of_a_call_is_the_sum_of_its_parts(void **state)
{
    static const struct claimed rows[] = {
        {.name = "no latencies",
         .pipeline = "    tasks: {work: 8 s}\n"
                     "    driver: [{run: work}]\n",
         .makespan = 8,
         .claims = {AT(TOLD_SUBMITTED, 0, 0), AT(TOLD_PLACED, 0, 0), AT(TOLD_STARTED, 0, 0),
                    AT(TOLD_ENDED, 0, 8), AT(TOLD_DONE, 0, 8), SPENT(JOB_START, 0)}},
        {.name = "all latencies",
         .head = "runtime: {submit: 1 s, lease: 2 s, worker_start: 3 s, worker_import: 4 s, "
                 "reply: 16 s, latency: 32 s, bandwidth: 10 MB/s}\n",
         .pipeline = "    tasks: {work: {time: 8 s, size: 100 MB}}\n"
                     "    driver: [{run: work}]\n",
         .makespan = 76,
         .claims = {AT(TOLD_SUBMITTED, 0, 0), AT(TOLD_PLACED, 0, 1), AT(TOLD_STARTED, 0, 10),
                    AT(TOLD_ENDED, 0, 18), AT(TOLD_DONE, 0, 34), AT(TOLD_MOVED, 0, 34),
                    AT(TOLD_GOT, 0, 76), SPENT(JOB_USEFUL, 8), SPENT(JOB_START, 9)}},
        {.name = "a worker that is there",
         .head = "runtime: {submit: 1 s, lease: 2 s, worker_start: 3 s, worker_import: 4 s, "
                 "reply: 16 s}\n",
         .pipeline = "    tasks: {work: 8 s}\n"
                     "    driver: [{run: work}, {run: work}]\n",
         .makespan = 61,
         .claims = {AT(TOLD_PLACED, 1, 35), AT(TOLD_STARTED, 1, 37), AT(TOLD_DONE, 1, 61)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Two tasks of 2 s and 1 s: on two slots they end at 2 s, on one at 3 s. */
static void row_a03_parallel_tasks(void **state)
{
#define SUBSETS                                                                                    \
    "    tasks: {subset: {time: [2 s, 1 s]}}\n"                                                    \
    "    driver: [{run: subset, times: 2}]\n"
    static const struct claimed rows[] = {
        {.name = "two slots",
         .cpu = 2,
         .pipeline = SUBSETS,
         .makespan = 2,
         .claims = {SPENT(JOB_USEFUL, 3)}},
        {.name = "two nodes",
         .nodes = 2,
         .pipeline = SUBSETS,
         .makespan = 2,
         .claims = {ON(TOLD_STARTED, 0, 0), ON(TOLD_STARTED, 1, 1)}},
        {.name = "one slot", .pipeline = SUBSETS, .makespan = 3, .claims = {SPENT(JOB_USEFUL, 3)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Node 0 dies at 4 s of a task of 10 s; 1 s later that is known, and attempt 1 runs on node 1 until
 * 15 s. A task that loses its node four times is lost for good: three retries are the default. */
static void row_a04_a_lost_task_is_tried_again_elsewhere(void **state)
{
    static const struct claimed rows[] = {
        {.name = "elsewhere",
         .nodes = 2,
         .outages = {{0, 4, 100}},
         .head = "detection: {delay: 1 s}\n",
         .pipeline = "    tasks: {work: 10 s}\n"
                     "    driver: [{run: work}]\n",
         .makespan = 15,
         .claims = {ON(TOLD_STARTED, 0, 0), AT(TOLD_ATTEMPT_FAILED, 0, 5), AT(TOLD_RETRIED, 0, 5),
                    ON(TOLD_STARTED, 1, 1), AT(TOLD_STARTED, 1, 5), SPENT(JOB_LOST, 4),
                    SPENT(JOB_DETECT, 1), SPENT(JOB_USEFUL, 10), COUNTED(attempts.failed, 1),
                    COUNTED(calls.retried, 1), COUNTED(calls.completed, 1)}},
        {.name = "the fourth failure is final",
         .outages = {{0, 4, 5}, {0, 9, 10}, {0, 14, 15}, {0, 19, 20}},
         .pipeline = "    tasks: {work: 10 s}\n"
                     "    driver: [{run: work}]\n",
         .end = END_FAILED,
         .makespan = 19,
         .claims = {TIMES(TOLD_STARTED, 4), AT(TOLD_ATTEMPT_FAILED, 2, 14), AT(TOLD_FAILED, 0, 19),
                    SPENT(JOB_LOST, 16), COUNTED(calls.failed, 1)}},
        {.name = "the third is not",
         .outages = {{0, 4, 5}, {0, 9, 10}, {0, 14, 15}},
         .pipeline = "    tasks: {work: 10 s}\n"
                     "    driver: [{run: work}]\n",
         .makespan = 25,
         .claims = {TIMES(TOLD_STARTED, 4), SPENT(JOB_LOST, 12), COUNTED(calls.failed, 0)}},
        {.name = "no retries",
         .outages = {{0, 4, 5}},
         .pipeline = "    tasks: {work: {time: 10 s, retries: 0}}\n"
                     "    driver: [{run: work}]\n",
         .end = END_FAILED,
         .makespan = 4},
        {.name = "a new worker starts for it, and that is no first start",
         .nodes = 2,
         .outages = {{0, 4, 100}},
         .head = "runtime: {worker_start: 1 s}\n",
         .pipeline = "    tasks: {work: 10 s}\n"
                     "    driver: [{run: work}]\n",
         .makespan = 15,
         .claims = {SPENT(JOB_START, 1), SPENT(JOB_RESTART, 1), SPENT(JOB_LOST, 3)}},
        {.name = "placed on a dead node before that is known",
         .outages = {{0, 4, 6}},
         .head = "detection: {delay: 3 s}\n",
         .pipeline = "    tasks: {work: 2 s}\n"
                     "    driver: [{think: 5 s}, {run: work}]\n",
         .makespan = 9,
         .claims = {AT(TOLD_PLACED, 0, 5), AT(TOLD_ATTEMPT_FAILED, 0, 7), AT(TOLD_STARTED, 0, 7),
                    SPENT(JOB_DETECT, 2), SPENT(JOB_LOST, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* 200 workers of 1 s, four at once, are there after 50 s; they hold no processor while they wait.
 * Afterwards four tasks of 1 s run on the workers that are kept, one a processor, whatever the
 * number of starts at once. */
static void row_k09_workers_start_as_many_at_once_as_processors(void **state)
{
    static const struct claimed rows[] = {
        {.name = "200 starts on 4 processors",
         .cpu = 4,
         .head = "runtime: {worker_start: 0.6 s, worker_import: 0.4 s}\n",
         .pipeline = "    actors: {Server: {cpu: 0, methods: {serve: 1 s}}}\n"
                     "    driver: [{start: Server, times: 200}]\n",
         .makespan = 50,
         .claims = {COUNTED(actors.created, 200), SPENT(JOB_IDLE, 4 * 49 * 50 / 2)}},
        {.name = "placed with a processor each",
         .cpu = 4,
         .head = "runtime: {worker_start: 1 s}\n",
         .pipeline = "    actors: {Server: {methods: {serve: 1 s}}}\n"
                     "    driver: [{start: Server, times: 200}]\n",
         .makespan = 50},
        {.name = "kept workers are gone with their node",
         .outages = {{0, 4, 5}},
         .head = "runtime: {worker_start: 1 s}\n",
         .pipeline = "    tasks: {work: 2 s}\n"
                     "    driver: [{run: work}, {think: 3 s}, {run: work}]\n",
         .makespan = 9,
         .claims = {AT(TOLD_STARTED, 1, 7)}},
        {.name = "one at once",
         .cpu = 4,
         .head = "runtime: {worker_start: 1 s, worker_at_once: 1}\n",
         .pipeline = "    tasks: {work: 1 s}\n"
                     "    driver: [{run: work, times: 4}, {run: work, times: 4}]\n",
         .makespan = 6,
         .claims = {AT(TOLD_STARTED, 0, 1), AT(TOLD_STARTED, 3, 4), AT(TOLD_STARTED, 4, 5),
                    AT(TOLD_STARTED, 7, 5)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Four tasks of 4 s for the two processors of node 2, whatever else is free; it fails from 5 to 9
 * s, and what ran there waits for it, or not. An actor likewise. */
static void row_k02_what_is_bound_to_a_node_waits_for_it_or_softly_goes_elsewhere(void **state)
{
#define FOUR(node) "    tasks: {a: {time: 4 s, " node "}}\n    driver: [{run: a, times: 4}]\n"
#define SERVED(node)                                                                               \
    "    actors: {S: {" node ", restarts: 1, retries: 1, methods: {serve: 6 s}}}\n"                \
    "    driver: [{start: S, as: s}, {run: s.serve}]\n"
    static const struct claimed rows[] = {
        {.name = "anywhere", .nodes = 3, .cpu = 2, .pipeline = FOUR("cpu: 1"), .makespan = 4},
        {.name = "bound",
         .nodes = 3,
         .cpu = 2,
         .pipeline = FOUR("node: 2"),
         .makespan = 8,
         .claims = {ON(TOLD_STARTED, 0, 2), ON(TOLD_STARTED, 3, 2)}},
        {.name = "it waits for one that is busy, softly too",
         .nodes = 3,
         .cpu = 2,
         .pipeline = FOUR("node: 2, soft: true"),
         .makespan = 8},
        {.name = "bound to one that fails",
         .nodes = 3,
         .cpu = 2,
         .outages = {{2, 5, 9}},
         .pipeline = FOUR("node: 2"),
         .makespan = 13,
         .claims = {AT(TOLD_STARTED, 4, 9), ON(TOLD_STARTED, 4, 2), ON(TOLD_STARTED, 5, 2)}},
        {.name = "softly",
         .nodes = 3,
         .cpu = 2,
         .outages = {{2, 5, 9}},
         .pipeline = FOUR("node: 2, soft: true"),
         .makespan = 9,
         .claims = {AT(TOLD_STARTED, 4, 5), ON(TOLD_STARTED, 4, 0)}},
        {.name = "an actor",
         .nodes = 3,
         .outages = {{2, 5, 9}},
         .pipeline = SERVED("node: 2"),
         .makespan = 15,
         .claims = {ON(TOLD_STARTED, 0, 2), ON(TOLD_STARTED, 1, 2)}},
        {.name = "an actor, softly",
         .nodes = 3,
         .outages = {{2, 5, 9}},
         .pipeline = SERVED("node: 2, soft: true"),
         .makespan = 11,
         .claims = {ON(TOLD_STARTED, 0, 2), ON(TOLD_STARTED, 1, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_a01_a_task_gives_its_resources_back_at_its_end),
        cmocka_unit_test(row_a02_the_path_of_a_call_is_the_sum_of_its_parts),
        cmocka_unit_test(row_a03_parallel_tasks),
        cmocka_unit_test(row_a04_a_lost_task_is_tried_again_elsewhere),
        cmocka_unit_test(row_k02_what_is_bound_to_a_node_waits_for_it_or_softly_goes_elsewhere),
        cmocka_unit_test(row_k09_workers_start_as_many_at_once_as_processors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
