/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a map gives calls to who is idle as Ray's pools do, takes results in the order asked for,
 * and costs what is out at once: rows C03, C04, C05, C10, C22. Method: small programs, reckoned by
 * hand; who serves a call is seen by its node, since each actor has one of its own; which result a
 * driver has by its size. */
#include "policies/scaling.h"
#include "sim/runtime/runtime.h"
#include "tests/sim/runtime/claims.h"

/* Three actors a, b and c, on nodes 0, 1 and 2. */
#define THREE "    - {start: W, times: 3, as: w}\n"

static void row_c03_the_last_idle_actor_is_first_and_calls_go_out_in_order(void **state)
{
    static const struct claimed rows[] = {
        {.name = "c, b, a; then whoever is given back",
         .nodes = 3,
         .pipeline = "    actors: {W: {cpu: 1, methods: {work: [3 s, 1 s, 2 s, 5 s, 6 s, 7 s]}}}\n"
                     "    driver:\n" THREE "    - {map: w.work, times: 6, order: completed}\n",
         .makespan = 10,
         .claims = {ON(TOLD_STARTED, 0, 2), ON(TOLD_STARTED, 1, 1), ON(TOLD_STARTED, 2, 0),
                    AT(TOLD_STARTED, 2, 0), AT(TOLD_STARTED, 3, 1), ON(TOLD_STARTED, 3, 1),
                    AT(TOLD_STARTED, 4, 2), ON(TOLD_STARTED, 4, 0), AT(TOLD_STARTED, 5, 3),
                    ON(TOLD_STARTED, 5, 2), AT(TOLD_ENDED, 3, 6), TIMES(TOLD_SUBMITTED, 6)}},
        {.name = "an actor comes back when its result is taken, in order",
         .nodes = 3,
         .pipeline = "    actors: {W: {cpu: 1, methods: {work: [3 s, 1 s, 2 s, 1 s]}}}\n"
                     "    driver:\n" THREE "    - {map: w.work, times: 6}\n",
         .makespan = 6,
         .claims = {AT(TOLD_STARTED, 3, 3), ON(TOLD_STARTED, 3, 2), AT(TOLD_STARTED, 4, 3),
                    ON(TOLD_STARTED, 4, 1), AT(TOLD_STARTED, 5, 3), ON(TOLD_STARTED, 5, 0)}},
        {.name = "fewer calls than actors",
         .nodes = 3,
         .pipeline = "    actors: {W: {cpu: 1, methods: {work: 1 s}}}\n"
                     "    driver:\n" THREE "    - {repeat: 2, do: [{map: w.work}]}\n",
         .makespan = 2,
         .claims = {ON(TOLD_STARTED, 0, 2), ON(TOLD_STARTED, 1, 2)}},
        {.name = "two ahead: each is asked once before one is asked again",
         .nodes = 3,
         .pipeline = "    actors: {W: {cpu: 1, methods: {work: 1 s}}}\n"
                     "    driver:\n" THREE "    - {map: w.work, times: 4, ahead: 2}\n",
         .makespan = 2,
         .claims = {AT(TOLD_STARTED, 2, 0), AT(TOLD_STARTED, 3, 1), ON(TOLD_STARTED, 3, 2)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* The driver fetches each result as it gets it: 3 MB of call 0, 1 MB of call 1, 2 MB of call 2. */
#define FETCHED "      do: [{get: one}, {think: 100 ms}]\n"
static void row_c04_results_in_order_of_submission_or_of_completion(void **state)
{
#define RUNTIMES                                                                                   \
    "    actors: {W: {cpu: 1, methods: {work: {time: [3 s, 1 s, 2 s], size: [3 MB, 1 MB, 2 "       \
    "MB]}}}}\n    driver:\n" THREE "    - map: w.work\n      times: 3\n      as: one\n" FETCHED
    static const struct claimed rows[] = {
        {.name = "submitted",
         .nodes = 3,
         .pipeline = RUNTIMES,
         .makespan = 3.3,
         .claims = {AMOUNT(TOLD_MOVED, 0, 3e6), AT(TOLD_MOVED, 0, 3), AMOUNT(TOLD_MOVED, 1, 1e6),
                    AT(TOLD_MOVED, 1, 3.1), AMOUNT(TOLD_MOVED, 2, 2e6), AT(TOLD_MOVED, 2, 3.2)}},
        {.name = "completed",
         .nodes = 3,
         .pipeline = RUNTIMES "      order: completed\n",
         .makespan = 3.1,
         .claims = {AMOUNT(TOLD_MOVED, 0, 1e6), AT(TOLD_MOVED, 0, 1), AMOUNT(TOLD_MOVED, 1, 2e6),
                    AT(TOLD_MOVED, 1, 2), AMOUNT(TOLD_MOVED, 2, 3e6), AT(TOLD_MOVED, 2, 3)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Ten seconds of work for each call, more calls than anybody can do; an actor takes 2 s to start.
 * One at 0 s, for min; it is busy from 2 s on, and one more comes every 2 s until there are four.
 * All calls are out at 66 s: who has nothing to do is let go. */
static void row_c05_a_pool_grows_one_at_a_time_up_to_max(void **state)
{
    static const struct claimed rows[] = {
        {.name = "1.75",
         .nodes = 8,
         .pipeline = "    actors: {W: {start: 2 s, cpu: 1, methods: {work: 10 s}}}\n"
                     "    driver:\n"
                     "    - {map: W.work, times: 24, order: completed, actors: {min: 1, max: 4}}\n",
         .makespan = 68,
         .claims = {AT(TOLD_SCALED, 0, 0), TO(TOLD_SCALED, 0, CAIRN_SCALING_BELOW_MIN),
                    AT(TOLD_SCALED, 1, 2), TO(TOLD_SCALED, 1, CAIRN_SCALING_BUSY),
                    AMOUNT(TOLD_SCALED, 1, 1), AT(TOLD_SCALED, 2, 4), AT(TOLD_SCALED, 3, 6),
                    AMOUNT(TOLD_SCALED, 3, 1), TO(TOLD_SCALED, 4, CAIRN_SCALING_CONSUMED),
                    AT(TOLD_SCALED, 4, 62), STATES(ACTOR_ALIVE, 4), STATES(ACTOR_DEAD, 4),
                    TIMES(TOLD_SCALED, 8)}},
        {.name = "1.0, with one call for each at a time",
         .nodes = 8,
         .pipeline = "    actors: {W: {start: 2 s, cpu: 1, methods: {work: 10 s}}}\n"
                     "    driver:\n"
                     "    - {map: W.work, times: 8, ahead: 1, order: completed, actors: {max: 3, "
                     "up: 1}}\n",
         .makespan = 34,
         .claims = {AT(TOLD_SCALED, 1, 2), AT(TOLD_SCALED, 2, 4), STATES(ACTOR_ALIVE, 3),
                    AT(TOLD_STARTED, 2, 6)}},
        {.name = "who cannot be placed keeps the others from coming",
         .nodes = 2,
         .pipeline = "    actors: {W: {start: 2 s, cpu: 1, methods: {work: 10 s}}}\n"
                     "    driver:\n"
                     "    - {map: W.work, times: 8, order: completed, actors: {min: 1, max: 6}}\n",
         .makespan = 44,
         .claims = {STATES(ACTOR_PENDING, 3), STATES(ACTOR_ALIVE, 2)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* The driver takes 7 s for each result of 1 s: three actors that came while it was away are let go
 * again, 10 s behind the last, and no others come; nothing is ever in flight at more than one. */
static void row_c05_a_pool_does_not_flap(void **state)
{
    static const struct claimed rows[] = {
        {.name = "10 s",
         .nodes = 8,
         .pipeline = "    actors: {W: {start: 1 s, cpu: 1, methods: {work: 1 s}}}\n"
                     "    driver:\n"
                     "    - map: W.work\n"
                     "      times: 12\n"
                     "      actors: {min: 1, max: 3}\n"
                     "      do: [{think: 7 s}]\n",
         .makespan = 2 + 12 * 7,
         .claims = {AT(TOLD_SCALED, 1, 1), AT(TOLD_SCALED, 2, 2), AMOUNT(TOLD_SCALED, 3, -1),
                    AT(TOLD_SCALED, 3, 12.000000001), TO(TOLD_SCALED, 3, CAIRN_SCALING_IDLE),
                    AMOUNT(TOLD_SCALED, 4, -1), TO(TOLD_SCALED, 5, CAIRN_SCALING_CONSUMED)}},
        {.name = "3 s",
         .nodes = 8,
         .pipeline = "    actors: {W: {start: 1 s, cpu: 1, methods: {work: 1 s}}}\n"
                     "    driver:\n"
                     "    - map: W.work\n"
                     "      times: 12\n"
                     "      actors: {min: 1, max: 3, quiet: 3 s}\n"
                     "      do: [{think: 7 s}]\n",
         .makespan = 2 + 12 * 7,
         .claims = {AT(TOLD_SCALED, 2, 2), AT(TOLD_SCALED, 3, 5.000000001)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* n items, fetched in f and processed in p: n max(f, p) + min(f, p). */
static void row_c10_a_map_fetches_the_next_item_while_one_is_processed(void **state)
{
#define STAGES(f, p)                                                                               \
    "    actors: {L: {methods: {fetch: " f "}}, P: {methods: {process: " p "}}}\n"                 \
    "    driver:\n"                                                                                \
    "    - {start: L, as: l}\n"                                                                    \
    "    - {start: P, as: p}\n"                                                                    \
    "    - map: l.fetch\n"                                                                         \
    "      times: 20\n"                                                                            \
    "      as: item\n"                                                                             \
    "      do: [{run: p.process, with: item}]\n"
    static const struct claimed rows[] = {
        {.name = "processing is slower", .pipeline = STAGES("2 s", "3 s"), .makespan = 20 * 3 + 2},
        {.name = "fetching is slower", .pipeline = STAGES("3 s", "2 s"), .makespan = 20 * 3 + 2},
        {.name = "both alike", .pipeline = STAGES("3 s", "3 s"), .makespan = 21 * 3},
    };
    (void)state;
    CLAIMED(rows);
}

/* Twenty are wanted and ten accelerators are there: ten start, and do all the work. */
static void row_c22_a_fixed_pool_works_with_those_that_there_is_room_for(void **state)
{
    static const struct claimed rows[] = {
        {.name = "ten of twenty",
         .nodes = 5,
         .cpu = 4,
         .gpu = 2,
         .pipeline = "    actors: {W: {gpu: 1, start: 2 s, methods: {map: 5 s}}}\n"
                     "    driver: [{map: W.map, times: 100, order: completed, actors: 20}]\n",
         .makespan = 52,
         .claims = {STATES(ACTOR_ALIVE, 10), STATES(ACTOR_PENDING, 20),
                    COUNTED(calls.completed, 100)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void calls_of_a_task_are_so_many_at_a_time(void **state)
{
    static const struct claimed rows[] = {
        {.name = "two of eight processors",
         .cpu = 8,
         .pipeline = "    tasks: {t: [1 s, 3 s]}\n"
                     "    driver: [{map: t, times: 6, at_most: 2, order: completed}]\n",
         .makespan = 6.0 + 1,
         .claims = {AT(TOLD_STARTED, 1, 0), AT(TOLD_STARTED, 2, 1), AT(TOLD_STARTED, 3, 2)}},
        {.name = "each, with what is not there yet, and all of them behind it",
         .cpu = 8,
         .pipeline = "    tasks: {load: [4 s, 1 s, 2 s], t: 1 s, use: 1 s}\n"
                     "    driver:\n"
                     "    - {call: load, times: 3, as: a}\n"
                     "    - {map: t, each: a, at_most: 2, as: b}\n"
                     "    - {run: use, each: b}\n",
         .makespan = 7,
         .claims = {AT(TOLD_STARTED, 3, 1), AT(TOLD_STARTED, 4, 4), AT(TOLD_STARTED, 5, 5),
                    TIMES(TOLD_SUBMITTED, 3)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* What fails for good, and who is left. */
static void failures_stop_a_map_or_are_skipped(void **state)
{
#define DYING  "    actors: {W: {cpu: 1, methods: {work: 4 s}}}\n    driver:\n" THREE
#define STRUCK .outages = {{2, 1, 900}}, .head = "detection: {delay: 1 s}\n"
    static const struct claimed rows[] = {
        {.name = "stop",
         .nodes = 3,
         STRUCK,
         .pipeline = DYING "    - {map: w.work, times: 9}\n",
         .end = END_FAILED,
         .makespan = 2,
         .claims = {COUNTED(calls.submitted, 3), COUNTED(calls.completed, 0)}},
        {.name = "skip: the other two go on",
         .nodes = 3,
         STRUCK,
         .pipeline = DYING "    - {map: w.work, times: 9, failed: skip}\n",
         .makespan = 16,
         .claims = {COUNTED(calls.completed, 8), COUNTED(calls.failed, 1), AT(TOLD_STARTED, 3, 4),
                    AT(TOLD_STARTED, 4, 4)}},
        {.name = "stop, handled: what had not gone out is cancelled, what is out goes on",
         .nodes = 3,
         STRUCK,
         .pipeline = DYING "    - {map: w.work, times: 9, as: all, on_error: [{wait: all}]}\n",
         .makespan = 4,
         .claims = {COUNTED(calls.completed, 2), COUNTED(calls.failed, 7), TIMES(TOLD_STARTED, 3)}},
        {.name = "nobody left",
         .nodes = 3,
         .pipeline = DYING "    - {kill: w}\n    - {map: w.work, times: 9, failed: skip}\n",
         .end = END_FAILED,
         .makespan = 0,
         .claims = {COUNTED(calls.submitted, 0)}},
        {.name = "a restarted actor stays, and its call with it",
         .nodes = 3,
         .outages = {{2, 1, 3}},
         .head = "detection: {delay: 1 s}\n",
         .pipeline = "    actors: {W: {cpu: 1, restarts: 1, retries: 1, methods: {work: 4 s}}}\n"
                     "    driver:\n" THREE "    - {map: w.work, times: 6, order: completed}\n",
         .makespan = 11,
         .claims = {COUNTED(calls.completed, 6), COUNTED(calls.retried, 1)}},
        {.name = "a dead one of its own is replaced",
         .nodes = 3,
         STRUCK,
         .pipeline = "    actors: {W: {cpu: 1, methods: {work: 4 s}}}\n    driver:\n"
                     "    - {map: W.work, times: 6, ahead: 1, order: completed, actors: 3, failed: "
                     "skip}\n",
         .end = END_FINISHED,
         .makespan = 12,
         .claims = {COUNTED(calls.completed, 5), COUNTED(calls.failed, 1),
                    COUNTED(actors.created, 4)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* So many calls; how many records of each kind there ever were at once. */
static void a_long_map_costs_what_is_out_at_once(void **state)
{
    static const char *const pipelines[] = {
        "    tasks: {t: {time: 1 ms, size: 1 MB}, use: 1 ms}\n"
        "    driver: [{map: t, times: 20000, at_most: 8, as: r, do: [{run: use, with: r}]}]\n",
        "    actors: {W: {methods: {work: {time: 1 ms, size: 1 MB}}}}\n"
        "    driver:\n"
        "    - {start: W, times: 4, as: w}\n"
        "    - {map: w.work, times: 20000, ahead: 2}\n",
        "    actors: {W: {methods: {work: {time: 1 ms, size: 1 MB}}}}\n"
        "    driver: [{map: W.work, times: 20000, actors: 4, order: completed}]\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof pipelines / sizeof *pipelines; i++) {
        struct played played;
        struct workspace workspace;
        struct record record;
        played_open(&played, "cluster: {nodes: 1, node: {cpu: 8}}\n", pipelines[i]);
        assert_int_equal(workspace_open(&workspace, &played.cell, played.cell.plan), STATUS_OK);
        assert_int_equal(runtime_replicate(&workspace.runtime, 0, &record), STATUS_OK);
        const struct runtime *rt = &workspace.runtime;
        assert_true(record.calls.completed >= 20000);
        assert_true(rt->batches.count < 40 && rt->calls.count < 40 && rt->errands.count < 40);
        assert_true(rt->copies.count < 80 && rt->waiters.count < 40 && rt->timers.count < 80);
        assert_int_equal(rt->crews.live + rt->errands.live + rt->members.live, 0);
        workspace_close(&workspace);
        played_close(&played);
    }
}

/* Four workers take four parts of a step in 1 s. From 10.5 s on there are three: the part of the
 * fourth is lost, and the nine steps behind take two rounds each. Where it is started again, on the
 * spare that is there, four take part once more: from the twelfth step on. */
static void a_group_goes_on_with_who_is_left(void **state)
{
#define STEPS(worker)                                                                              \
    "    actors: {W: {cpu: 1, " worker "methods: {step: 1 s}}}\n"                                  \
    "    driver:\n"                                                                                \
    "    - {start: W, times: 4, as: team}\n"                                                       \
    "    - {repeat: 20, do: [{map: team.step, times: 4, failed: skip}]}\n"
#define FOURTH                                                                                     \
    "faults: {node: {uptime: {constant: 1000 s}, repair: {constant: 9 h}}, schedule: [{at: 10500 " \
    "ms, node: 3}]}\n"
    static const struct claimed rows[] = {
        {.name = "three of four",
         .nodes = 4,
         .head = FOURTH,
         .pipeline = STEPS(""),
         .makespan = 10 + 1 + 9 * 2,
         .claims = {COUNTED(calls.completed, 79), COUNTED(calls.failed, 1),
                    COUNTED(actors.dead, 1)}},
        {.name = "started again elsewhere",
         .nodes = 5,
         .head = FOURTH,
         .pipeline = STEPS("restarts: 1, "),
         .makespan = 20,
         .claims = {COUNTED(calls.completed, 79), COUNTED(calls.failed, 1),
                    COUNTED(actors.restarted, 1), ON(TOLD_PLACED, 4, 4)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_goes_on_with_who_is_left),
        cmocka_unit_test(row_c03_the_last_idle_actor_is_first_and_calls_go_out_in_order),
        cmocka_unit_test(row_c04_results_in_order_of_submission_or_of_completion),
        cmocka_unit_test(row_c05_a_pool_grows_one_at_a_time_up_to_max),
        cmocka_unit_test(row_c05_a_pool_does_not_flap),
        cmocka_unit_test(row_c10_a_map_fetches_the_next_item_while_one_is_processed),
        cmocka_unit_test(row_c22_a_fixed_pool_works_with_those_that_there_is_room_for),
        cmocka_unit_test(calls_of_a_task_are_so_many_at_a_time),
        cmocka_unit_test(failures_stop_a_map_or_are_skipped),
        cmocka_unit_test(a_long_map_costs_what_is_out_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
