/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the execution patterns of the documents take the time that rows A12, A24 to A29, C10,
 * C21 and C22 say. Method: each pattern as a program, its time computed by hand. */
#include "sim/base/text.h"
#include "sim/runtime/runtime.h"
#include "tests/sim/runtime/claims.h"

/* Ten epochs of 1 s: as an actor's 10 s, as tasks that carry their state in and out for 0.2 s each
 * 12 s: 10 x 0.2 more, exactly, and so says the ledger. */
static void row_a12_stateless_training_pays_the_overhead_each_time(void **state)
{
    static const struct claimed rows[] = {
        {.name = "stateless",
         .pipeline = "    tasks: {train: {time: 1 s, overhead: 0.2 s}}\n"
                     "    driver: [{repeat: 10, do: [{run: train}]}]\n",
         .makespan = 12,
         .claims = {SPENT(JOB_USEFUL, 10), SPENT(JOB_TRANSFER, 2)}},
        {.name = "stateful",
         .pipeline = "    actors: {T: {methods: {train: 1 s}}}\n"
                     "    driver: [{start: T, as: t}, {repeat: 10, do: [{run: t.train}]}]\n",
         .makespan = 10,
         .claims = {SPENT(JOB_USEFUL, 10), SPENT(JOB_TRANSFER, 0)}},
        {.name = "an overhead for each call",
         .pipeline = "    tasks: {train: {time: 1 s, overhead: [0.1 s, 0.2 s]}}\n"
                     "    driver: [{repeat: 10, do: [{run: train}]}]\n",
         .makespan = 11.5,
         .claims = {SPENT(JOB_TRANSFER, 1.5)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* 0.12 + 0.38 + 0.45 + 0.60 + 0.75 + 0.15 = 2.45 s. A failed epoch, raised before the work, costs
 * nothing but the call. */
static void row_a24_the_simulated_pipeline_takes_2_45_s(void **state)
{
#define STAGES(fails)                                                                              \
    "    tasks:\n"                                                                                 \
    "      ingest: 0.12 s\n"                                                                       \
    "      transform: 0.38 s\n"                                                                    \
    "      train: {time: [0.45 s, 0.60 s, 0.75 s]" fails "}\n"                                     \
    "      evaluate: 0.15 s\n"                                                                     \
    "    driver:\n"                                                                                \
    "    - {run: ingest}\n"                                                                        \
    "    - {run: transform}\n"                                                                     \
    "    - {repeat: 3, do: [{run: train, on_error: []}]}\n"                                        \
    "    - {run: evaluate}\n"
    static const struct claimed rows[] = {
        {.name = "nominal",
         .pipeline = STAGES(""),
         .makespan = 2.45,
         .claims = {SPENT(JOB_USEFUL, 2.45), COUNTED(calls.completed, 6)}},
        {.name = "two epochs fail before their work",
         .pipeline = STAGES(", fails: {probability: 100 %, after: 1}"),
         .makespan = 1.10,
         .claims = {COUNTED(calls.failed, 2)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* The guide's timeline on two processors: load 0 to 3; two subsets 3 to 5 and 5 to 6 on one, the
 * actor's start 3 to 6 on the other; epochs of 15 s from 7 on, with a checkpoint of 1 s each at
 * 7 + 16 k. They end at 157 + checkpoints: not before, as the guide has it (150). */
static void row_a25_the_timeline_of_the_guide_ends_at_157_and_checkpoints(void **state)
{
#define TIMELINE(epochs)                                                                           \
    "    tasks: {load: 3 s, subset: {time: [2 s, 1 s]}, evaluate: 5 s}\n"                          \
    "    actors: {T: {start: 3 s, checkpoint: {snapshot: 1 s}, methods: {train: 15 s}}}\n"         \
    "    driver:\n"                                                                                \
    "    - {run: load}\n"                                                                          \
    "    - {create: T, as: t}\n"                                                                   \
    "    - {run: subset, times: 2}\n"                                                              \
    "    - {think: 1 s}\n" epochs "    - {run: evaluate}\n"
    static const struct claimed rows[] = {
        {.name = "a checkpoint after each epoch",
         .cpu = 2,
         .pipeline = TIMELINE("    - {repeat: 10, do: [{run: t.train}, {checkpoint: t}]}\n"),
         .makespan = 157 + 10 + 5,
         .claims = {AT(TOLD_ENDED, 0, 3), AT(TOLD_ENDED, 1, 5), AT(TOLD_STARTED, 2, 5),
                    AT(TOLD_ENDED, 2, 6), AT(TOLD_ACTOR, 2, 6), AT(TOLD_STARTED, 3, 7),
                    AT(TOLD_STARTED, 4, 7 + 16), AT(TOLD_STARTED, 12, 7 + 16 * 9),
                    AT(TOLD_STARTED, 13, 157 + 10)}},
        {.name = "none",
         .cpu = 2,
         .pipeline = TIMELINE("    - {repeat: 10, do: [{run: t.train}]}\n"),
         .makespan = 157 + 5,
         .claims = {AT(TOLD_STARTED, 12, 7 + 15 * 9), AT(TOLD_STARTED, 13, 157)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Four nodes of four processors and an accelerator: ten shards load in 2 s, four trainers start in
 * 3 s and train 10 to 13 s, the aggregate of 1 s begins after the slowest, at 18 s. The slowest is
 * struck 5 s into its work, at 10 s; it is known 1 s later, when its node is back: started again
 * until 14 s, all 13 s anew: the aggregate begins at 27 s, 9 s later: 1 + 3 + 5 of rework. */
static void row_a26_an_aggregate_waits_for_the_slowest_trainer(void **state)
{
#define HYBRID                                                                                     \
    "    tasks: {load: 2 s, aggregate: 1 s}\n"                                                     \
    "    actors:\n"                                                                                \
    "      Trainer:\n"                                                                             \
    "        gpu: 1\n"                                                                             \
    "        start: 3 s\n"                                                                         \
    "        restarts: 1\n"                                                                        \
    "        retries: 1\n"                                                                         \
    "        methods: {train: {time: [10 s, 11 s, 12 s, 13 s]}}\n"                                 \
    "    driver:\n"                                                                                \
    "    - {call: load, times: 4, as: shards}\n"                                                   \
    "    - {call: load, times: 6, as: rest}\n"                                                     \
    "    - {get: [shards, rest]}\n"                                                                \
    "    - {start: Trainer, times: 4, as: trainers}\n"                                             \
    "    - {run: trainers.train, each: shards, as: models}\n"                                      \
    "    - {run: aggregate, with: models}\n"
    static const struct claimed rows[] = {
        {.name = "nothing fails",
         .nodes = 4,
         .cpu = 4,
         .gpu = 1,
         .pipeline = HYBRID,
         .makespan = 19,
         .claims = {AT(TOLD_STARTED, 14, 18), COUNTED(actors.created, 4),
                    SPENT(JOB_USEFUL, 20 + 46 + 1)}},
        {.name = "the slowest is struck",
         .nodes = 4,
         .cpu = 4,
         .gpu = 1,
         .outages = {{3, 10, 11}},
         .head = "detection: {delay: 1 s}\n",
         .pipeline = HYBRID,
         .makespan = 28,
         .claims = {AT(TOLD_STARTED, 15, 27), SPENT(JOB_LOST, 5), SPENT(JOB_RESTART, 3)}},
        {.name = "one that had time to spare: 10 s of training until 24 s",
         .nodes = 4,
         .cpu = 4,
         .gpu = 1,
         .outages = {{0, 10, 11}},
         .head = "detection: {delay: 1 s}\n",
         .pipeline = HYBRID,
         .makespan = 25,
         .claims = {AT(TOLD_STARTED, 15, 24), SPENT(JOB_LOST, 5)}},
    };
    (void)state;
    CLAIMED(rows);
}

static double makespan_of(const char *pipeline)
{
    struct played played;
    played_open(&played, "cluster: {nodes: 1, node: {cpu: 1}}", pipeline);
    const struct record *r = played_run(&played, 0);
    assert_int_equal(r->end, END_FINISHED);
    double makespan = simtime_seconds(r->makespan);
    played_close(&played);
    return makespan;
}

/* n epochs as tasks, with their overhead, and as calls of an actor that starts first. */
static void both_forms(unsigned epochs, const char *overhead, const char *start, double *stateless,
                       double *stateful)
{
    char bytes[500];
    struct text tasks = text_over(bytes, sizeof bytes);
    text_add(&tasks,
             "    tasks: {train: {time: 2 s, overhead: %s}}\n"
             "    driver: [{repeat: %u, do: [{run: train}]}]\n",
             overhead, epochs);
    *stateless = makespan_of(bytes);
    struct text actor = text_over(bytes, sizeof bytes);
    text_add(&actor,
             "    actors: {T: {start: %s, methods: {train: 2 s}}}\n"
             "    driver: [{start: T, as: t}, {repeat: %u, do: [{run: t.train}]}]\n",
             start, epochs);
    *stateful = makespan_of(bytes);
}

/* Over overheads (small to large states) and numbers of epochs: an actor is better if and only if
 * n x overhead is more than its start of 3 s, and by exactly the difference. */
static void row_a27_an_actor_is_better_once_the_overheads_pass_its_start(void **state)
{
    static const struct {
        const char *text;
        double seconds;
    } overheads[] = {{"0.05 s", 0.05}, {"0.1 s", 0.1}, {"0.2 s", 0.2}, {"0.75 s", 0.75}};
    static const unsigned epochs[] = {1, 4, 5, 10, 15, 16, 29, 30, 31, 60, 61};
    unsigned better = 0, worse = 0;
    (void)state;
    for (size_t i = 0; i < sizeof overheads / sizeof *overheads; i++)
        for (size_t j = 0; j < sizeof epochs / sizeof *epochs; j++) {
            double stateless, stateful, gain = epochs[j] * overheads[i].seconds - 3;
            both_forms(epochs[j], overheads[i].text, "3 s", &stateless, &stateful);
            assert_true(simtime_from_seconds(stateless) ==
                        simtime_from_seconds(epochs[j] * (2 + overheads[i].seconds)));
            assert_true(claims_are_equal(stateless - stateful + 1000, gain + 1000));
            better += stateful < stateless;
            worse += stateful > stateless;
        }
    assert_int_equal(better, 1 + 3 + 6 + 9); /* of eleven each, and one tie each */
    assert_int_equal(worse, 9 + 7 + 4 + 1);
}

static void row_a28_a_stateless_loop_of_100_epochs_pays_100_overheads(void **state)
{
    static const struct {
        const char *overhead;
        double extra;
    } rows[] = {{"0.1 s", 10}, {"0.2 s", 20}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double stateless, stateful;
        both_forms(100, rows[i].overhead, "0 s", &stateless, &stateful);
        assert_true(claims_are_equal(stateless - stateful, rows[i].extra));
    }
}

static void row_a29_an_actor_for_one_call_pays_its_start(void **state)
{
    static const struct {
        const char *start;
        double extra;
    } rows[] = {{"3 s", 3}, {"3.7 s", 3.7}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double stateless, stateful;
        both_forms(1, "0 s", rows[i].start, &stateless, &stateful);
        assert_true(claims_are_equal(stateful - stateless, rows[i].extra));
    }
}

/* Five items are fetched in f and processed in p, each by an actor. One after the other: 5 (f + p).
 * With one item fetched while one is processed: 5 max(f, p) + min(f, p). */
static void row_c10_prefetching_hides_the_shorter_part(void **state)
{
#define STEP(now, next)                                                                            \
    "    - {get: " now "}\n"                                                                       \
    "    - {call: l.fetch, as: " next "}\n"                                                        \
    "    - {run: p.process, with: " now "}\n"
#define ACTORS(f, p)                                                                               \
    "    actors: {L: {methods: {fetch: " f "}}, P: {methods: {process: " p "}}}\n"                 \
    "    driver:\n"                                                                                \
    "    - {start: L, as: l}\n"                                                                    \
    "    - {start: P, as: p}\n"
#define ONE_AHEAD                                                                                  \
    "    - {call: l.fetch, as: a}\n" STEP("a", "b") STEP("b", "c") STEP("c", "d")                  \
        STEP("d", "e") "    - {run: p.process, with: e}\n"
#define ALTERNATELY "    - {repeat: 5, do: [{run: l.fetch, as: a}, {run: p.process, with: a}]}\n"
    static const struct claimed rows[] = {
        {.name = "none", .pipeline = ACTORS("2 s", "3 s") ALTERNATELY, .makespan = 25},
        {.name = "processing is slower",
         .pipeline = ACTORS("2 s", "3 s") ONE_AHEAD,
         .makespan = 5 * 3 + 2},
        {.name = "fetching is slower",
         .pipeline = ACTORS("3 s", "2 s") ONE_AHEAD,
         .makespan = 5 * 3 + 2},
        {.name = "both alike", .pipeline = ACTORS("3 s", "3 s") ONE_AHEAD, .makespan = 18},
    };
    (void)state;
    CLAIMED(rows);
}

/* Four shards of 3, 5, 4, 6 s on four accelerators, four merges of 1 s: 6 + 4. The third is struck
 * at 2 s: it alone is done again, where an accelerator is free, from 3 s (the first shard's) to 7.
 */
static void row_c21_shards_are_processed_together_and_merged_in_turn(void **state)
{
#define SHARDED                                                                                    \
    "    tasks: {shard: {time: [3 s, 5 s, 4 s, 6 s], gpu: 1}, merge: 1 s}\n"                       \
    "    driver:\n"                                                                                \
    "    - {run: shard, times: 4, as: parts}\n"                                                    \
    "    - {repeat: 4, do: [{run: merge, with: parts}]}\n"
    static const struct claimed rows[] = {
        {.name = "nothing fails", .nodes = 4, .gpu = 1, .pipeline = SHARDED, .makespan = 10},
        {.name = "one shard is done again",
         .nodes = 4,
         .gpu = 1,
         .outages = {{2, 2, 1000}},
         .pipeline = SHARDED,
         .makespan = 11,
         .claims = {TIMES(TOLD_ATTEMPT_FAILED, 1), AT(TOLD_STARTED, 4, 3), ON(TOLD_STARTED, 4, 0),
                    AT(TOLD_STARTED, 5, 7), SPENT(JOB_LOST, 2), SPENT(JOB_USEFUL, 18 + 4)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* A pool of twenty with one accelerator each: on ten only ten start; batches go to those. */
static void row_c22_a_pool_starts_as_many_actors_as_there_is_room_for(void **state)
{
#define POOL                                                                                       \
    "    actors: {Worker: {gpu: 1, start: 2 s, methods: {map: 5 s}}}\n"                            \
    "    driver:\n"                                                                                \
    "    - {create: Worker, times: 20, as: pool}\n"                                                \
    "    - {call: pool.map, times: 2, as: batches}\n"                                              \
    "    - {wait: {for: batches, timeout: 100 s}}\n"
    static const struct claimed rows[] = {
        {.name = "ten",
         .nodes = 5,
         .cpu = 4,
         .gpu = 2,
         .pipeline = POOL,
         .makespan = 100,
         .claims = {STATES(ACTOR_ALIVE, 10), STATES(ACTOR_PENDING, 20),
                    COUNTED(calls.completed, 20), AT(TOLD_ENDED, 19, 12)}},
        {.name = "twenty",
         .nodes = 10,
         .cpu = 4,
         .gpu = 2,
         .pipeline = POOL,
         .makespan = 12,
         .claims = {STATES(ACTOR_ALIVE, 20), COUNTED(calls.completed, 40)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_a12_stateless_training_pays_the_overhead_each_time),
        cmocka_unit_test(row_a24_the_simulated_pipeline_takes_2_45_s),
        cmocka_unit_test(row_a25_the_timeline_of_the_guide_ends_at_157_and_checkpoints),
        cmocka_unit_test(row_a26_an_aggregate_waits_for_the_slowest_trainer),
        cmocka_unit_test(row_a27_an_actor_is_better_once_the_overheads_pass_its_start),
        cmocka_unit_test(row_a28_a_stateless_loop_of_100_epochs_pays_100_overheads),
        cmocka_unit_test(row_a29_an_actor_for_one_call_pays_its_start),
        cmocka_unit_test(row_c10_prefetching_hides_the_shorter_part),
        cmocka_unit_test(row_c21_shards_are_processed_together_and_merged_in_turn),
        cmocka_unit_test(row_c22_a_pool_starts_as_many_actors_as_there_is_room_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
