/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: actors that are created together are placed by the strategy of their group, all or none, in
 * bundles that are theirs as long as the group lives (row K03, as a pipeline says it). Method:
 * small clusters; where everybody goes, and when, written down by hand. */
#include "sim/runtime/runtime.h"
#include "tests/sim/runtime/claims.h"

/* Three nodes of four processors; somebody holds two of the first. A bundle needs one, and goes
 * where most is free: node 1, then node 2. */
static void row_k03_each_strategy_places_a_group_as_it_says(void **state)
{
#define TABLE(word, times)                                                                         \
    .nodes = 3, .cpu = 4, .makespan = 6,                                                           \
    .pipeline = "    actors: {Fill: {cpu: 2}, A: {cpu: 1, methods: {m: 6 s}}}\n"                   \
                "    driver:\n"                                                                    \
                "    - {start: Fill, as: fill}\n"                                                  \
                "    - {start: A, times: " times ", together: " word ", as: a}\n"                  \
                "    - {run: a.m}\n"
    static const struct claimed rows[] = {
        {.name = "pack",
         TABLE("pack", "3"),
         .claims = {ON(TOLD_PLACED, 0, 0), ON(TOLD_PLACED, 1, 1), ON(TOLD_PLACED, 2, 1),
                    ON(TOLD_PLACED, 3, 1)}},
        {.name = "pack, more than a node has",
         TABLE("pack", "6"),
         .claims = {ON(TOLD_PLACED, 1, 1), ON(TOLD_PLACED, 4, 1), ON(TOLD_PLACED, 5, 2),
                    ON(TOLD_PLACED, 6, 2)}},
        {.name = "spread",
         TABLE("spread", "3"),
         .claims = {ON(TOLD_PLACED, 1, 1), ON(TOLD_PLACED, 2, 2), ON(TOLD_PLACED, 3, 0)}},
        {.name = "spread, more than there are nodes",
         TABLE("spread", "5"),
         .claims = {ON(TOLD_PLACED, 1, 1), ON(TOLD_PLACED, 2, 2), ON(TOLD_PLACED, 3, 0),
                    ON(TOLD_PLACED, 4, 1), ON(TOLD_PLACED, 5, 2)}},
        {.name = "strict-pack",
         TABLE("strict-pack", "4"),
         .claims = {ON(TOLD_PLACED, 1, 1), ON(TOLD_PLACED, 2, 1), ON(TOLD_PLACED, 3, 1),
                    ON(TOLD_PLACED, 4, 1), TIMES(TOLD_BUNDLE, 4)}},
        {.name = "strict-spread",
         TABLE("strict-spread", "3"),
         .claims = {ON(TOLD_PLACED, 1, 1), ON(TOLD_PLACED, 2, 2), ON(TOLD_PLACED, 3, 0),
                    TO(TOLD_GROUP, 0, CAIRN_GROUP_PENDING), TO(TOLD_GROUP, 1, CAIRN_GROUP_CREATED),
                    TO(TOLD_GROUP, 2, CAIRN_GROUP_REMOVED), AT(TOLD_GROUP, 2, 6),
                    TIMES(TOLD_GROUP, 3)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Eight processors, and two groups of five: the second waits whole, and holds nothing meanwhile, so
 * that a task runs beside the first. */
static void row_k03_a_group_is_placed_whole_or_not_at_all(void **state)
{
    static const struct claimed rows[] = {
        {.name = "two that do not both fit",
         .nodes = 2,
         .cpu = 4,
         .pipeline = "    tasks: {t: {time: 3 s, cpu: 3}}\n"
                     "    actors: {A: {cpu: 1, methods: {m: 10 s}}}\n"
                     "    driver:\n"
                     "    - {create: A, times: 5, together: pack, as: a}\n"
                     "    - {create: A, times: 5, together: pack, as: b}\n"
                     "    - {call: b.m, as: late}\n"
                     "    - {call: t, as: beside}\n"
                     "    - {run: a.m}\n"
                     "    - {kill: a}\n"
                     "    - {get: [late, beside]}\n",
         .makespan = 20,
         .claims = {TO(TOLD_GROUP, 1, CAIRN_GROUP_CREATED), AT(TOLD_GROUP, 1, 0),
                    TO(TOLD_GROUP, 3, CAIRN_GROUP_REMOVED), AT(TOLD_GROUP, 3, 10),
                    TO(TOLD_GROUP, 4, CAIRN_GROUP_CREATED), AT(TOLD_GROUP, 4, 10),
                    AT(TOLD_BUNDLE, 4, 0), AT(TOLD_BUNDLE, 5, 10), AT(TOLD_BUNDLE, 9, 10),
                    TIMES(TOLD_BUNDLE, 10), AT(TOLD_DONE, 0, 3)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* One node is busy: the group waits, and tasks run on the other two. When all three are free it
 * goes before the tasks that come at that moment. */
static void row_k03_a_group_waits_for_all_of_its_nodes_at_once(void **state)
{
    static const struct claimed rows[] = {
        {.name = "one node is busy",
         .nodes = 3,
         .pipeline = "    tasks: {t: 7 s}\n"
                     "    actors: {Fill: {cpu: 1}, A: {methods: {m: 1 s}}}\n"
                     "    driver:\n"
                     "    - {start: Fill, as: fill}\n"
                     "    - {create: A, times: 3, together: strict-spread, as: a}\n"
                     "    - {run: t, times: 2}\n"
                     "    - {kill: fill}\n"
                     "    - {call: t, times: 5, as: more}\n"
                     "    - {run: a.m}\n"
                     "    - {kill: a}\n"
                     "    - {get: more}\n",
         .makespan = 22,
         .claims = {AT(TOLD_DONE, 1, 7), AT(TOLD_BUNDLE, 0, 7), AT(TOLD_BUNDLE, 2, 7),
                    AT(TOLD_GROUP, 2, 8), AT(TOLD_DONE, 5, 15)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Node 1 dies at 10 s, which is known at 12 s. */
static void row_k03_a_lost_bundle_finds_another_node_and_the_others_serve_on(void **state)
{
#define STRUCK(times)                                                                              \
    .head = "faults: {schedule: [{at: 10 s, node: 1}]}\n"                                          \
            "detection: {delay: 2 s}\nruntime: {node_start: 5 s}\n",                               \
    .pipeline = "    actors: {A: {restarts: 1, retries: 1, methods: {m: 8 s}}}\n"                  \
                "    driver:\n"                                                                    \
                "    - {start: A, times: " times ", together: strict-spread, as: a}\n"             \
                "    - {run: a.m, times: 2}\n"
    static const struct claimed rows[] = {
        {.name = "at once, where one is free",
         .nodes = 4,
         STRUCK("3"),
         .makespan = 20,
         .claims = {COUNTED(struck, 1), TO(TOLD_GROUP, 2, CAIRN_GROUP_RESCHEDULING),
                    AT(TOLD_GROUP, 2, 12), TO(TOLD_GROUP, 3, CAIRN_GROUP_CREATED),
                    AT(TOLD_GROUP, 3, 12), ON(TOLD_BUNDLE, 3, 3), ON(TOLD_PLACED, 3, 3),
                    TIMES(TOLD_BUNDLE, 4), TIMES(TOLD_PLACED, 4), AT(TOLD_ENDED, 4, 16),
                    COUNTED(calls.completed, 6)}},
        {.name = "when its node is back, where none is",
         .nodes = 3,
         STRUCK("3"),
         .makespan = 25,
         .claims = {COUNTED(struck, 1), AT(TOLD_GROUP, 2, 12), AT(TOLD_GROUP, 3, 17),
                    ON(TOLD_BUNDLE, 3, 1), AT(TOLD_PLACED, 3, 17), AT(TOLD_ENDED, 4, 16)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Three nodes: the first group is on nodes 0 and 1, the second waits for two, and a task for one
 * processor. Node 0 dies: what the first group has lost takes node 2, before both. */
static void row_k03_lost_bundles_go_before_all_that_waits(void **state)
{
    static const struct claimed rows[] = {
        {.name = "first in the queue",
         .nodes = 3,
         .head = "faults: {schedule: [{at: 5 s, node: 0}]}\nruntime: {node_start: 1 h}\n",
         .pipeline = "    tasks: {t: 6 s}\n"
                     "    actors: {A: {restarts: 1, retries: 1, methods: {m: 8 s}}}\n"
                     "    driver:\n"
                     "    - {start: A, times: 2, together: strict-spread, as: a}\n"
                     "    - {create: A, times: 2, together: spread, as: b}\n"
                     "    - {call: t, times: 2, as: tasks}\n"
                     "    - {run: a.m}\n"
                     "    - {kill: a}\n"
                     "    - {run: b.m}\n"
                     "    - {kill: b}\n"
                     "    - {get: tasks}\n",
         .makespan = 28,
         .claims = {COUNTED(struck, 1), AT(TOLD_STARTED, 0, 0), ON(TOLD_BUNDLE, 2, 2),
                    AT(TOLD_BUNDLE, 2, 6), AT(TOLD_BUNDLE, 3, 14), AT(TOLD_BUNDLE, 4, 14),
                    AT(TOLD_DONE, 0, 6), AT(TOLD_DONE, 1, 8)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* The bundle stays where it is when a process alone is lost, and when its actor is dead: a task
 * that needs its room waits until the last of the group is gone. */
static void row_k03_a_bundle_is_kept_as_long_as_its_group_lives(void **state)
{
    static const struct claimed rows[] = {
        {.name = "a restarted actor goes into its own",
         .nodes = 3,
         .head = "faults: {schedule: [{at: 3 s, actor: A, index: 1}]}\n",
         .pipeline = "    actors: {A: {restarts: 1, retries: 1, methods: {m: 5 s}}}\n"
                     "    driver:\n"
                     "    - {start: A, times: 2, together: strict-spread, as: a}\n"
                     "    - {run: a.m}\n",
         .makespan = 8,
         .claims = {COUNTED(struck, 1), ON(TOLD_PLACED, 1, 1), ON(TOLD_PLACED, 2, 1),
                    AT(TOLD_PLACED, 2, 3), TIMES(TOLD_BUNDLE, 2), TIMES(TOLD_GROUP, 3)}},
        {.name = "without a group it goes to the first that is free",
         .nodes = 3,
         .cpu = 2,
         .head = "faults: {schedule: [{at: 3 s, actor: B}]}\n",
         .pipeline =
             "    actors: {Fill: {cpu: 2}, B: {restarts: 1, retries: 1, methods: {m: 5 s}}}\n"
             "    driver:\n"
             "    - {start: Fill, as: fill}\n"
             "    - {start: B, as: b}\n"
             "    - {kill: fill}\n"
             "    - {run: b.m}\n",
         .makespan = 8,
         .claims = {COUNTED(struck, 1), ON(TOLD_PLACED, 1, 1), ON(TOLD_PLACED, 2, 0)}},
        {.name = "the dead one's is not given away",
         .cpu = 2,
         .head = "faults: {schedule: [{at: 3 s, actor: A}]}\n",
         .pipeline = "    tasks: {t: 1 s}\n"
                     "    actors: {A: {methods: {m: 9 s}}}\n"
                     "    driver:\n"
                     "    - {start: A, times: 2, together: strict-pack, as: a}\n"
                     "    - {call: a.m, as: results}\n"
                     "    - {call: t, as: waits}\n"
                     "    - {get: results, on_error: []}\n"
                     "    - {think: 1 s}\n"
                     "    - {release: a}\n"
                     "    - {get: waits}\n",
         .makespan = 11,
         .claims = {COUNTED(struck, 1), STATES(ACTOR_DEAD, 2), AT(TOLD_GROUP, 2, 10),
                    TO(TOLD_GROUP, 2, CAIRN_GROUP_REMOVED)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_k03_each_strategy_places_a_group_as_it_says),
        cmocka_unit_test(row_k03_a_group_is_placed_whole_or_not_at_all),
        cmocka_unit_test(row_k03_a_group_waits_for_all_of_its_nodes_at_once),
        cmocka_unit_test(row_k03_a_lost_bundle_finds_another_node_and_the_others_serve_on),
        cmocka_unit_test(row_k03_lost_bundles_go_before_all_that_waits),
        cmocka_unit_test(row_k03_a_bundle_is_kept_as_long_as_its_group_lives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
