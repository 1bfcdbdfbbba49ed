/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: results that are lost with their node are made again, and what they need (K06). Method:
 * chains of tasks whose results lie on a node that dies; times are computed by hand. */
#include "tests/sim/runtime/claims.h"

#define CHAIN                                                                                      \
    "    tasks: {a: {time: 2 s, size: 1 MB}, b: {time: 3 s, size: 1 MB}, c: 1 s}\n"                \
    "    driver:\n"                                                                                \
    "    - {call: a, as: x}\n"                                                                     \
    "    - {call: b, with: x, as: y}\n"

/* a is over at 2 s, b at 5 s; their node dies at 7 s. From 10 s on c needs y, b needs x: a again
 * until 12, b until 15, c until 16. */
static void row_k06_lost_results_are_made_again_by_their_producers(void **state)
{
    static const struct claimed rows[] = {
        {.name = "a chain of two",
         .outages = {{0, 7, 8}},
         .pipeline = CHAIN "    - {think: 10 s}\n"
                           "    - {run: c, with: y}\n",
         .makespan = 16,
         .claims = {AT(TOLD_OBJECT_LOST, 0, 10), AT(TOLD_OBJECT_REBUILT, 1, 10),
                    AT(TOLD_STARTED, 2, 10), AT(TOLD_STARTED, 3, 12), AT(TOLD_STARTED, 4, 15),
                    COUNTED(objects.lost, 2), COUNTED(objects.rebuilt, 2), SPENT(JOB_USEFUL, 11),
                    COUNTED(calls.completed, 3)}},
        {.name = "what was freed is made again as well, and was not lost",
         .outages = {{0, 7, 8}},
         .pipeline = CHAIN "    - {release: x}\n"
                           "    - {think: 10 s}\n"
                           "    - {run: c, with: y}\n",
         .makespan = 16,
         .claims = {COUNTED(objects.lost, 1), COUNTED(objects.rebuilt, 2)}},
        {.name = "lost while the driver waits for it",
         .outages = {{0, 7, 8}},
         .pipeline = CHAIN "    - {think: 10 s}\n"
                           "    - {get: y}\n",
         .makespan = 15},
        {.name = "a copy elsewhere serves",
         .nodes = 2,
         .outages = {{0, 7, 100}},
         .pipeline = "    tasks: {a: {time: 2 s, size: 1 MB}, c: 1 s, block: 3 s}\n"
                     "    driver:\n"
                     "    - {call: a, as: x}\n"
                     "    - {wait: x}\n"
                     "    - {call: block}\n" /* on node 0, so c fetches x to node 1 */
                     "    - {run: c, with: x}\n"
                     "    - {think: 7 s}\n"
                     "    - {run: c, with: x}\n",
         .makespan = 11,
         .claims = {COUNTED(objects.copied, 1), COUNTED(objects.rebuilt, 0),
                    COUNTED(objects.lost, 0)}},
        {.name = "each element by itself",
         .nodes = 2,
         .outages = {{0, 7, 100}},
         .pipeline = "    tasks: {a: {time: [2 s, 3 s], size: 1 MB}, c: 1 s}\n"
                     "    driver:\n"
                     "    - {call: a, times: 2, as: x}\n"
                     "    - {think: 10 s}\n"
                     "    - {run: c, each: x}\n",
         .makespan =
             14, /* on node 1: a of the first until 12, then c of the second, of the first */
         .claims = {COUNTED(objects.rebuilt, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* What an actor returned cannot be made again; nor can what a driver put and forgot. */
static void row_k06_what_no_task_made_stays_lost(void **state)
{
    static const struct claimed rows[] = {
        {.name = "of an actor",
         .nodes = 2,
         .outages = {{0, 7, 100}},
         .pipeline = "    tasks: {c: 1 s}\n"
                     "    actors: {A: {methods: {m: {time: 1 s, size: 1 MB}}}}\n"
                     "    driver:\n"
                     "    - {start: A, as: a}\n"
                     "    - {call: a.m, as: x}\n"
                     "    - {think: 10 s}\n"
                     "    - {run: c, with: x}\n",
         .end = END_FAILED,
         .makespan = 10,
         .claims = {COUNTED(objects.lost, 1), COUNTED(objects.rebuilt, 0), TIMES(TOLD_STARTED, 1)}},
        {.name = "of an actor that is dead, though its calls may be retried",
         .nodes = 2,
         .outages = {{0, 7, 100}},
         .pipeline = "    tasks: {c: 1 s}\n"
                     "    actors: {A: {restarts: 1, retries: 1, methods: {m: {time: 1 s, size: 1 "
                     "MB}}}}\n"
                     "    driver:\n"
                     "    - {start: A, as: a}\n"
                     "    - {call: a.m, as: x}\n"
                     "    - {think: 10 s}\n"
                     "    - {kill: a}\n"
                     "    - {run: c, with: x}\n",
         .end = END_FAILED,
         .makespan = 10,
         .claims = {COUNTED(objects.rebuilt, 0)}},
        {.name = "of a driver, forgotten",
         .outages = {{0, 7, 8}},
         .pipeline = "    tasks: {a: {time: 2 s, size: 1 MB}}\n"
                     "    driver:\n"
                     "    - {put: 1 MB, as: p}\n"
                     "    - {call: a, with: p, as: x}\n"
                     "    - {release: p}\n"
                     "    - {think: 10 s}\n"
                     "    - {get: x}\n",
         .end = END_FAILED,
         .makespan = 10},
        {.name = "of a driver, held",
         .outages = {{0, 7, 8}},
         .pipeline = "    tasks: {a: {time: 2 s, size: 1 MB}}\n"
                     "    driver:\n"
                     "    - {put: 1 MB, as: p}\n"
                     "    - {call: a, with: p, as: x}\n"
                     "    - {think: 10 s}\n"
                     "    - {get: x}\n",
         .makespan = 12,
         .claims = {COUNTED(objects.rebuilt, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Where an actor's calls may be retried its results are made again, by its next process: before
 * what waits there, since that may be what needs them. */
static void row_k06_results_of_actors_are_made_again_where_calls_are_retried(void **state)
{
#define KEPT                                                                                       \
    "    tasks: {c: 1 s}\n"                                                                        \
    "    actors: {A: {restarts: 3, retries: 3, methods: {m: {time: 2 s, size: 1 MB}, n: {time: 3 " \
    "s, size: 1 MB}}}}\n"                                                                          \
    "    driver:\n"                                                                                \
    "    - {start: A, as: a}\n"                                                                    \
    "    - {call: a.m, as: x}\n"
    static const struct claimed rows[] = {
        {.name = "for a driver",
         .outages = {{0, 7, 8}},
         .pipeline = KEPT "    - {think: 10 s}\n"
                          "    - {get: x}\n",
         .makespan = 12,
         .claims = {AT(TOLD_OBJECT_REBUILT, 0, 10), AT(TOLD_STARTED, 1, 10),
                    COUNTED(objects.rebuilt, 1), COUNTED(calls.completed, 1)}},
        {.name = "for a task",
         .cpu = 2,
         .outages = {{0, 7, 8}},
         .pipeline = KEPT "    - {think: 10 s}\n"
                          "    - {run: c, with: x}\n",
         .makespan = 13},
        {.name = "for a call of its own, which waits at the head of the queue",
         .outages = {{0, 7, 8}},
         .pipeline = KEPT "    - {think: 10 s}\n"
                          "    - {call: a.n, with: x, as: y}\n"
                          "    - {call: a.n}\n"
                          "    - {get: y}\n",
         .makespan = 15,
         .claims = {AT(TOLD_STARTED, 1, 10), AT(TOLD_STARTED, 2, 12), AT(TOLD_STARTED, 3, 15)}},
        {.name = "a chain of them",
         .outages = {{0, 7, 8}},
         .pipeline = KEPT "    - {call: a.n, with: x, as: y}\n"
                          "    - {think: 10 s}\n"
                          "    - {run: a.n, with: y}\n",
         .makespan = 18, /* m until 12, n until 15, the one that asks until 18 */
         .claims = {COUNTED(objects.rebuilt, 2), COUNTED(objects.lost, 2)}},
        {.name = "struck while it makes it again",
         .outages = {{0, 7, 8}, {0, 11, 12}},
         .pipeline = KEPT "    - {think: 10 s}\n"
                          "    - {get: x}\n",
         .makespan = 14,
         .claims = {COUNTED(calls.retried, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Four calls of 1 KiB each are more than 3 KiB: the oldest three go, and 1 KiB is left. The node
 * dies at 9 s, when all four results are there. */
#define FOUR                                                                                       \
    "    tasks: {a: {time: 2 s, size: 1 MB}, c: 1 s}\n"                                            \
    "    driver:\n"                                                                                \
    "    - {call: a, as: x}\n"                                                                     \
    "    - {call: a, as: y}\n"                                                                     \
    "    - {call: a, with: y, as: z}\n"                                                            \
    "    - {call: a, with: x, as: u}\n"                                                            \
    "    - {think: 10 s}\n"

static void row_k06_results_of_forgotten_calls_stay_lost(void **state)
{
    static const struct claimed rows[] = {
        {.name = "all remembered, to the byte",
         .outages = {{0, 9, 10}},
         .head = "runtime: {lineage: 4 KiB}\n",
         .pipeline = FOUR "    - {run: c, with: z}\n",
         .makespan = 15, /* y till 12, z till 14 */
         .claims = {TIMES(TOLD_FORGOTTEN, 0), COUNTED(objects.rebuilt, 2)}},
        {.name = "one byte less",
         .outages = {{0, 9, 10}},
         .head = "runtime: {lineage: 4095 B}\n",
         .pipeline = FOUR "    - {run: c, with: u}\n",
         .end = END_FAILED,
         .makespan = 10,
         .claims = {TIMES(TOLD_FORGOTTEN, 3), AT(TOLD_FORGOTTEN, 0, 8), COUNTED(objects.lost, 1),
                    COUNTED(objects.rebuilt, 0)}},
        {.name = "the newest is remembered, but not what it needs",
         .outages = {{0, 9, 10}},
         .head = "runtime: {lineage: 3 KiB}\n",
         .pipeline = FOUR "    - {run: c, with: z}\n",
         .end = END_FAILED,
         .makespan = 10,
         .claims = {COUNTED(objects.lost, 2), COUNTED(objects.rebuilt, 1),
                    TIMES(TOLD_FORGOTTEN, 3)}},
        {.name = "smaller specifications",
         .outages = {{0, 9, 10}},
         .head = "runtime: {lineage: 3 KiB, task_spec: 768 B}\n",
         .pipeline = FOUR "    - {run: c, with: u}\n",
         .makespan = 15},
        {.name = "what is there is there",
         .head = "runtime: {lineage: 1 B}\n",
         .pipeline = FOUR "    - {run: c, with: [x, y, z, u]}\n",
         .makespan = 11,
         .claims = {TIMES(TOLD_FORGOTTEN, 4), COUNTED(objects.lost, 0)}},
        {.name = "small results need none",
         .head = "runtime: {lineage: 1 B, inline: 1 MB}\n",
         .pipeline = FOUR "    - {run: c, with: [x, y, z, u]}\n",
         .makespan = 11,
         .claims = {TIMES(TOLD_FORGOTTEN, 0)}},
        {.name = "made again, it is remembered anew",
         .outages = {{0, 9, 10}, {0, 30, 31}},
         .head = "runtime: {lineage: 4 KiB}\n",
         .pipeline = FOUR "    - {run: c, with: z}\n"
                          "    - {think: 20 s}\n"
                          "    - {run: c, with: z}\n",
         .makespan = 40,
         .claims = {TIMES(TOLD_FORGOTTEN, 0), COUNTED(objects.rebuilt, 4)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_k06_results_of_actors_are_forgotten_like_those_of_tasks(void **state)
{
    static const struct claimed rows[] = {
        {.name = "one byte less than a call takes",
         .outages = {{0, 7, 8}},
         .head = "runtime: {lineage: 1023 B}\n",
         .pipeline = KEPT "    - {think: 10 s}\n"
                          "    - {get: x}\n",
         .end = END_FAILED,
         .makespan = 10,
         .claims = {TIMES(TOLD_FORGOTTEN, 1), COUNTED(objects.rebuilt, 0)}},
        {.name = "remembered, to the byte",
         .outages = {{0, 7, 8}},
         .head = "runtime: {lineage: 1 KiB}\n",
         .pipeline = KEPT "    - {think: 10 s}\n"
                          "    - {get: x}\n",
         .makespan = 12,
         .claims = {TIMES(TOLD_FORGOTTEN, 0), COUNTED(objects.rebuilt, 1)}},
        {.name = "calls that are not tried again take none",
         .head = "runtime: {lineage: 1 B}\n",
         .pipeline = "    actors: {A: {restarts: 3, methods: {m: {time: 2 s, size: 1 MB}}}}\n"
                     "    driver:\n"
                     "    - {start: A, as: a}\n"
                     "    - {run: a.m}\n",
         .makespan = 2,
         .claims = {TIMES(TOLD_FORGOTTEN, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* A chain of 10^6 calls, each of which needs the one before: with 64 KiB of lineage, of which each
 * takes 1 KiB, there are never more than some 64 batches, and as many copies. */
static void row_k06_the_lineage_of_a_long_chain_is_bounded(void **state)
{
    static const char head[] = "cluster: {nodes: 2, node: {cpu: 1}}\nruntime: {lineage: 64 KiB}\n";
    static const char pipeline[] = "    tasks: {step: {time: 1 s, size: 1 MB}}\n"
                                   "    driver:\n"
                                   "    - {call: step, as: x}\n"
                                   "    - repeat: 999999\n"
                                   "      do: [{call: step, with: x, as: x}, {wait: x}]\n";
    struct played played;
    struct workspace workspace;
    (void)state;
    played_open(&played, head, pipeline);
    assert_int_equal(workspace_open(&workspace, &played.cell, played.cell.plan), STATUS_OK);
    assert_int_equal(workspace_replicate(&workspace, 0, GROUP_CONTROLLED, &played.record),
                     STATUS_OK);
    assert_int_equal(played.record.calls.completed, 1000000);
    assert_in_range(workspace.runtime.batches.count, 33, POOL_FIRST);
    assert_in_range(workspace.runtime.copies.count, 1, POOL_FIRST);
    assert_in_range(workspace.runtime.calls.count, 1, POOL_FIRST);
    assert_in_range(workspace.runtime.waiters.count, 1, POOL_FIRST);
    assert_in_range(workspace.runtime.timers.count, 1, POOL_FIRST);
    workspace_close(&workspace);
    played_close(&played);
}

/* x is lost with its node at 3 s; at 4 s, before anybody knows that the actor is gone, the driver
 * asks for it. At 8 s the actor has two calls: `use`, which ran and needs x, and `make`, which
 * makes it. */
static void what_is_made_again_goes_before_what_ran(void **state)
{
    static const struct claimed rows[] = {
        {.name = "one actor",
         .outages = {{0, 3, 4}},
         .head = "detection: {delay: 5 s}\nruntime: {inline: 0 B}\n",
         .pipeline =
             "    actors:\n"
             "      A: {restarts: 1, retries: 1, methods: {make: {time: 1 s, size: 1 kB}, use: 4 "
             "s}}\n"
             "    driver:\n"
             "    - {start: A, as: a}\n"
             "    - {call: a.make, as: x}\n"
             "    - {wait: x}\n"
             "    - {call: a.use, with: x, as: y}\n"
             "    - {think: 3 s}\n"
             "    - {get: x}\n"
             "    - {get: y}\n",
         .makespan = 13,
         .claims = {COUNTED(objects.rebuilt, 1), AT(TOLD_STARTED, 2, 8), AT(TOLD_STARTED, 3, 9)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* At 12 s all is lost. At 14 s x and y are wanted: p is made again until 17 s, s until 24 s.
 * Meanwhile, at 20 s, p is lost once more. At 24 s x finds out, and p is to be made a third time; y
 * comes to the same actor, and does not stand before p1 and p2, which it needs. 24 + 3 + 1 s. */
static void what_is_made_again_does_not_stand_before_what_is_lost_once_more(void **state)
{
    static const struct claimed rows[] = {
        {.name = "two that join",
         .nodes = 3,
         .outages = {{0, 12, 13}, {1, 12, 13}, {2, 12, 13}, {1, 20, 21}},
         .head = "runtime: {inline: 0 B}\n",
         .pipeline =
             "    tasks: {slow: {time: 10 s, size: 1 kB, node: 2}}\n"
             "    actors:\n"
             "      A: {node: 0, restarts: 9, retries: 9, methods: {join: {time: 1 s, size: 1 "
             "kB}}}\n"
             "      B: {node: 1, restarts: 9, retries: 9, methods: {make: {time: 1 s, size: 1 kB}, "
             "join: {time: 1 s, size: 1 kB}}}\n"
             "    driver:\n"
             "    - {start: A, as: a}\n"
             "    - {start: B, as: b}\n"
             "    - {call: b.make, times: 3, as: p}\n"
             "    - {call: slow, as: s}\n"
             "    - {call: a.join, with: [p, s], as: x}\n"
             "    - {call: b.join, with: [p, s], as: y}\n"
             "    - {wait: {for: [x, y]}}\n"
             "    - {think: 3 s}\n"
             "    - {get: [x, y]}\n",
         .makespan = 28,
         .claims = {COUNTED(objects.rebuilt, 3 + 1 + 2 + 3), AT(TOLD_STARTED, 10, 24)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_made_again_goes_before_what_ran),
        cmocka_unit_test(what_is_made_again_does_not_stand_before_what_is_lost_once_more),
        cmocka_unit_test(row_k06_lost_results_are_made_again_by_their_producers),
        cmocka_unit_test(row_k06_results_of_actors_are_made_again_where_calls_are_retried),
        cmocka_unit_test(row_k06_what_no_task_made_stays_lost),
        cmocka_unit_test(row_k06_results_of_forgotten_calls_stay_lost),
        cmocka_unit_test(row_k06_results_of_actors_are_forgotten_like_those_of_tasks),
        cmocka_unit_test(row_k06_the_lineage_of_a_long_chain_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
