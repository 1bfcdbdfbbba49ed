/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: mistakes that random programs and crash points have found do not come back. Method: the
 * smallest program that shows each of them, its outcome worked out by hand. */
#include "tests/sim/runtime/struck.h"

#define CLUSTER "cluster: {nodes: 1, node: {cpu: 4}}"

struct crash {
    double at, until; /* seconds */
    uint32_t node;
};

/* One replication in which these nodes are away so long; the caller closes. */
static const struct record *play(struct played *played, const char *head, const char *pipeline,
                                 const struct crash *crashes, size_t count)
{
    static struct struck struck;
    played_open(played, head, pipeline);
    struck_open(&struck, played);
    for (size_t i = 0; i < count; i++)
        struck_add(&struck, crashes[i].node, simtime_from_seconds(crashes[i].at),
                   simtime_from_seconds(crashes[i].until));
    const struct record *record = played_run(played, 0);
    assert_int_equal(record->struck, count);
    return record;
}

/* ---- calls --------------------------------------------------------------------------------- */

static void calls_failed_by_an_argument_are_counted(void **state)
{
    struct played played;
    (void)state;
    const struct record *r = play(&played, CLUSTER,
                                  "    tasks:\n"
                                  "      bad: {time: 1 s, fails: 1}\n"
                                  "      good: {time: 1 s}\n"
                                  "    driver:\n"
                                  "    - {call: bad, as: x}\n"
                                  "    - {run: good, times: 3, with: x, on_error: []}\n",
                                  NULL, 0);
    assert_int_equal(played_count(&played, TOLD_FAILED), 4);
    assert_int_equal(r->calls.failed, 4);
    played_close(&played);
}

static void a_method_that_is_tried_again_is_told(void **state)
{
    static const struct crash crash = {5, 6, 0};
    struct played played;
    (void)state;
    const struct record *r =
        play(&played, CLUSTER,
             "    actors:\n"
             "      A: {restarts: 1, retries: 3, methods: {m: 4 s, bad: {time: 1 s, fails: 1, "
             "retry_exceptions: true}}}\n"
             "    driver:\n"
             "    - {start: A, as: a}\n"
             "    - {run: a.m}\n"
             "    - {run: a.m}\n"
             "    - {run: a.bad, on_error: []}\n",
             &crash, 1);
    assert_int_equal(r->calls.retried, 1 + 3);
    assert_int_equal(played_count(&played, TOLD_RETRIED), 1 + 3);
    played_close(&played);
}

/* Whether it came before its actor lived or after: its death is the call's failure. */
static void a_call_that_came_early_has_no_more_tries(void **state)
{
    static const struct crash crashes[] = {{5, 6, 0}, {20, 21, 0}};
    static const struct {
        const char *retries, *first;
        uint32_t starts;
    } rows[] = {{"0", "create", 1}, {"0", "start", 1}, {"1", "create", 2}, {"1", "start", 2}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct played played;
        char pipeline[400];
        snprintf(pipeline, sizeof pipeline,
                 "    actors:\n"
                 "      A: {start: 2 s, restarts: unlimited, retries: %s, methods: {m: 30 s}}\n"
                 "    driver:\n"
                 "    - {%s: A, as: a}\n"
                 "    - {run: a.m, on_error: []}\n"
                 "    - {think: 30 s}\n",
                 rows[i].retries, rows[i].first);
        const struct record *r = play(&played, CLUSTER, pipeline, crashes, 2);
        assert_int_equal(r->end, END_FINISHED);
        assert_int_equal(played_count(&played, TOLD_STARTED), rows[i].starts);
        assert_int_equal(r->attempts.failed, rows[i].starts);
        assert_int_equal(r->calls.failed, 1);
        played_close(&played);
    }
}

/* At 20 s the object on node 0 is gone, and from 30 s on made again for the second call of the
 * actor on node 1, which dies at 35 s with its call: nobody waits when the object is there at 40 s.
 */
static void a_call_that_has_failed_waits_for_nothing(void **state)
{
    static const struct crash crashes[] = {{20, 21, 0}, {35, 36, 1}};
    struct played played;
    (void)state;
    const struct record *r = play(&played, "cluster: {nodes: 2, node: {cpu: 1}}",
                                  "    tasks:\n"
                                  "      fill: {time: 5 s}\n"
                                  "      make: {time: 10 s, size: 1 MB}\n"
                                  "    actors: {A: {methods: {m: [14 s, 5 s]}}}\n"
                                  "    driver:\n"
                                  "    - {call: fill}\n"
                                  "    - {start: A, as: a}\n"
                                  "    - {think: 5 s}\n"
                                  "    - {call: make, as: x}\n"
                                  "    - {wait: x}\n"
                                  "    - {think: 1 s}\n"
                                  "    - {call: a.m}\n"
                                  "    - {run: a.m, with: x, on_error: []}\n"
                                  "    - {think: 10 s}\n",
                                  crashes, 2);
    assert_int_equal(r->end, END_FINISHED);
    assert_true(simtime_seconds(r->makespan) == 45);
    assert_int_equal(r->objects.rebuilt, 1);
    assert_int_equal(r->calls.failed, 1);
    assert_true(played_time(&played, TOLD_FAILED, 0) == 35);
    played_close(&played);
}

/* x is there at 2 s, in the middle of the other call: the call that wants it computes from 5 s on.
 */
static void an_async_actor_computes_one_call_when_another_has_fetched(void **state)
{
    struct played played;
    (void)state;
    const struct record *r = play(&played, CLUSTER "\nruntime: {driver: outside, latency: 2 s}",
                                  "    actors: {A: {async: true, methods: {m: 5 s}}}\n"
                                  "    driver:\n"
                                  "    - {put: 1 MB, as: x}\n"
                                  "    - {start: A, as: a}\n"
                                  "    - {call: a.m, with: x, as: p}\n"
                                  "    - {call: a.m, as: q}\n"
                                  "    - {get: [p, q]}\n",
                                  NULL, 0);
    assert_true(simtime_seconds(r->makespan) == 10);
    assert_true(played_time(&played, TOLD_STARTED, 1) == 5);
    played_close(&played);
}

/* Nobody has its handle, and its call may be tried again: it is, from 6 s to 16 s, and the actor
 * ends with it. */
static void an_actor_let_go_restarts_for_its_calls(void **state)
{
    static const struct crash crash = {5, 6, 0};
    struct played played;
    (void)state;
    const struct record *r = play(&played, CLUSTER,
                                  "    actors: {A: {restarts: 1, retries: 1, methods: {m: 10 s}}}\n"
                                  "    driver:\n"
                                  "    - {start: A, as: a}\n"
                                  "    - {call: a.m, as: x}\n"
                                  "    - {release: a}\n"
                                  "    - {get: x}\n"
                                  "    - {think: 4 s}\n",
                                  &crash, 1);
    assert_int_equal(r->end, END_FINISHED);
    assert_int_equal(r->calls.completed, 1);
    assert_true(played_time(&played, TOLD_DONE, 0) == 16);
    assert_int_equal(r->actors.restarted, 1);
    assert_int_equal(r->actors.dead, 0);
    assert_true(slot_seconds(r->nodes[NODE_IDLE]) == 4);
    played_close(&played);
}

/* The node takes the checkpoint in its memory with it at 11 s: the two calls that have ended are
 * lost, unless what they did stands. The third one comes after. */
static void what_a_stateless_actor_did_stands_without_a_checkpoint(void **state)
{
    static const struct crash crash = {11, 12, 0};
    static const struct {
        const char *stateless;
        double lost;
    } rows[] = {{"false", 8}, {"true", 0}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct played played;
        char pipeline[400];
        snprintf(
            pipeline, sizeof pipeline,
            "    actors:\n"
            "      A: {stateless: %s, restarts: 1, checkpoint: {snapshot: 1 s, where: memory}, "
            "methods: {m: 4 s}}\n"
            "    driver:\n"
            "    - {start: A, as: a}\n"
            "    - {run: a.m}\n"
            "    - {checkpoint: a}\n"
            "    - {run: a.m}\n"
            "    - {think: 5 s}\n"
            "    - {run: a.m}\n",
            rows[i].stateless);
        const struct record *r = play(&played, CLUSTER, pipeline, &crash, 1);
        assert_int_equal(r->end, END_FINISHED);
        assert_true(slot_seconds(r->job[JOB_LOST]) == rows[i].lost);
        assert_true(slot_seconds(r->job[JOB_USEFUL]) == 12 - rows[i].lost);
        played_close(&played);
    }
}

/* x is there at 15 s and lost at 20 s; from 35 s to 50 s somebody else has it made again. When y is
 * there, at 40 s, x is not. */
static void a_wait_for_some_hears_of_what_is_made_again(void **state)
{
    static const struct crash crash = {20, 21, 1};
    struct played played;
    (void)state;
    const struct record *r = play(&played, "cluster: {nodes: 2, node: {cpu: 1}}",
                                  "    tasks: {slow: 40 s, make: {time: 15 s, size: 1 MB}}\n"
                                  "    driver:\n"
                                  "    - {call: slow, as: y}\n"
                                  "    - {call: make, as: x}\n"
                                  "    - {wait: x}\n"
                                  "    - parallel:\n"
                                  "      - [{wait: {for: [x, y], count: 2}}]\n"
                                  "      - [{think: 20 s}, {get: x}]\n",
                                  &crash, 1);
    assert_int_equal(r->end, END_FINISHED);
    assert_true(simtime_seconds(r->makespan) == 50);
    assert_int_equal(r->objects.rebuilt, 1);
    played_close(&played);
}

/* a and b are lost at 8 s with the actor that made them, and made again when it is back at 13 s: b,
 * which is asked for later, needs a, and would stand before it for ever. 13 + 1 + 1 s, and 1 s to
 * use b. */
static void what_is_made_again_does_not_stand_before_what_it_needs(void **state)
{
    static const struct crash crash = {8, 8, 0};
    struct played played;
    (void)state;
    const struct record *r = play(&played, CLUSTER,
                                  "    tasks: {use: 1 s}\n"
                                  "    actors:\n"
                                  "      X:\n"
                                  "        start: 5 s\n"
                                  "        restarts: unlimited\n"
                                  "        retries: unlimited\n"
                                  "        methods: {make: {time: 1 s, size: 1 MB}}\n"
                                  "    driver:\n"
                                  "    - {start: X, as: x}\n"
                                  "    - {call: x.make, as: a}\n"
                                  "    - {call: x.make, with: a, as: b}\n"
                                  "    - {think: 4 s}\n"
                                  "    - {call: use, with: a, as: c}\n"
                                  "    - {run: use, with: b}\n",
                                  &crash, 1);
    assert_int_equal(r->end, END_FINISHED);
    assert_true(simtime_seconds(r->makespan) == 16);
    assert_int_equal(r->objects.rebuilt, 2);
    played_close(&played);
}

/* A small argument travels with its call: it is there when the call is made again, although nobody
 * holds it any more. b is there at 2 s, lost at 5 s, asked for at 12 s. */
static void what_was_small_and_released_need_not_be_made_again(void **state)
{
    static const struct crash crash = {5, 6, 0};
    static const char *const firsts[] = {"{put: 1 kB, as: a}", "{run: small, as: a}"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct played played;
        char pipeline[400];
        snprintf(pipeline, sizeof pipeline,
                 "    tasks: {small: {time: 0 s, size: 1 kB}, make: {time: 2 s, size: 1 MB}}\n"
                 "    driver:\n"
                 "    - %s\n"
                 "    - {call: make, with: a, as: b}\n"
                 "    - {wait: b}\n"
                 "    - {release: a}\n"
                 "    - {think: 10 s}\n"
                 "    - {get: b}\n",
                 firsts[i]);
        const struct record *r = play(&played, CLUSTER, pipeline, &crash, 1);
        assert_int_equal(r->end, END_FINISHED);
        assert_true(simtime_seconds(r->makespan) == 14);
        assert_int_equal(r->objects.rebuilt, 1);
        played_close(&played);
    }
}

/* x is lost at 20 s, asked for at 21 s, and lost for good with its call at 23 s. When the actor
 * comes to the call that was given x, at 30 s, that one fails as x did. */
static void a_call_fails_as_its_argument_did(void **state)
{
    static const struct crash crashes[] = {{20, 21, 0}, {23, 24, 0}};
    struct played played;
    (void)state;
    const struct record *r = play(&played, "cluster: {nodes: 2, node: {cpu: 1}}",
                                  "    tasks:\n"
                                  "      fill: {time: 5 s}\n"
                                  "      make: {time: 10 s, size: 1 MB, retries: 0}\n"
                                  "    actors: {A: {methods: {m: [14 s, 5 s]}}}\n"
                                  "    driver:\n"
                                  "    - {call: fill}\n"
                                  "    - {start: A, as: a}\n"
                                  "    - {think: 5 s}\n"
                                  "    - {call: make, as: x}\n"
                                  "    - {wait: x}\n"
                                  "    - {think: 1 s}\n"
                                  "    - {call: a.m}\n"
                                  "    - {call: a.m, with: x, as: y}\n"
                                  "    - {think: 5 s}\n"
                                  "    - {get: x, on_error: []}\n"
                                  "    - {get: y, on_error: []}\n",
                                  crashes, 2);
    assert_int_equal(r->end, END_FINISHED);
    assert_int_equal(r->calls.failed, 2);
    assert_true(played_time(&played, TOLD_FAILED, 0) == 23);
    assert_true(played_time(&played, TOLD_FAILED, 1) == 30);
    assert_int_equal(played_told(&played, TOLD_FAILED, 1)->cause, CAIRN_CAUSE_NODE);
    played_close(&played);
}

/* The node of x is lost at 6 s, and with it the process that uses x: x is made again in front of
 * its use. The actor is ended at 9 s, and both fail at once, the use neither twice nor as its
 * argument. */
static void calls_that_fail_together_do_not_wake_each_other(void **state)
{
    static const struct crash crash = {6, 60, 0};
    struct played played;
    (void)state;
    const struct record *r =
        play(&played, "cluster: {nodes: 2, node: {cpu: 4}}",
             "    actors: {A: {restarts: 1, retries: 1, methods: {make: {time: 5 s, size: 1 MB}, "
             "use: 3 s}}}\n"
             "    driver:\n"
             "    - {start: A, as: a}\n"
             "    - {call: a.make, as: x}\n"
             "    - {call: a.use, with: x, as: y}\n"
             "    - {think: 9 s}\n"
             "    - {kill: a}\n"
             "    - {get: y, on_error: [{think: 1 s}]}\n",
             &crash, 1);
    assert_int_equal(r->end, END_FINISHED);
    assert_true(simtime_seconds(r->makespan) == 10);
    assert_int_equal(r->objects.lost, 1);
    assert_int_equal(r->calls.failed, 2);
    assert_int_equal(r->calls.completed, 0);
    played_close(&played);
}

/* Actors and calls that nobody holds end one after the other, not one inside the other, and without
 * a look at all the others each time: that would overflow the stack, and take minutes. */
static void crowds_that_nobody_holds_end_one_by_one(void **state)
{
    struct played played;
    struct workspace workspace;
    struct record r;
    (void)state;
    played_open(
        &played, "cluster: {nodes: 1, node: {cpu: 200000}}",
        "    tasks: {t: 1 s}\n"
        "    actors: {A: {methods: {m: 1 s}}}\n"
        "    driver: [{create: A, times: 200000}, {call: t, times: 200000}, {think: 2 s}]\n");
    assert_int_equal(workspace_open(&workspace, &played.cell, played.cell.plan), STATUS_OK);
    assert_int_equal(workspace_replicate(&workspace, 0, GROUP_CONTROLLED, &r), STATUS_OK);
    assert_int_equal(r.end, END_FINISHED);
    assert_int_equal(r.actors.created, 200000);
    assert_int_equal(r.calls.completed, 200000);
    assert_true(simtime_seconds(r.makespan) == 2);
    workspace_close(&workspace);
    played_close(&played);
}

/* To checkpoint is a call, and so is to restore: cut at 6 s, either is made again at 7 s where the
 * actor's calls are, and fails with the process otherwise. */
static void a_checkpoint_cut_by_a_crash_is_taken_again(void **state)
{
    static const struct crash crash = {6, 7, 0};
    static const struct {
        const char *retries, *before, *verb;
        uint32_t taken, restored;
        double makespan;
    } rows[] = {
        {"0", "{run: a.m}", "checkpoint", 1, 0, 6},
        {"1", "{run: a.m}", "checkpoint", 2, 0, 10},
        {"0", "{checkpoint: a}", "restore", 1, 0, 6},
        {"1", "{checkpoint: a}", "restore", 1, 2, 13}, /* by the restart, and again */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct played played;
        char pipeline[400];
        snprintf(pipeline, sizeof pipeline,
                 "    actors: {A: {restarts: 1, retries: %s, checkpoint: {snapshot: 3 s, restore: "
                 "3 s}, methods: {m: 3 s}}}\n"
                 "    driver:\n"
                 "    - {start: A, as: a}\n"
                 "    - %s\n"
                 "    - {think: 1 s}\n"
                 "    - {%s: a, on_error: []}\n",
                 rows[i].retries, rows[i].before, rows[i].verb);
        const struct record *r = play(&played, CLUSTER, pipeline, &crash, 1);
        assert_int_equal(r->end, END_FINISHED);
        assert_int_equal(r->taken, rows[i].taken);
        assert_int_equal(r->restored, rows[i].restored);
        assert_true(simtime_seconds(r->makespan) == rows[i].makespan);
        played_close(&played);
    }
}

/* x is lost with its node at 8 s, and from 9 s on made again: three calls are completed, or one
 * where the horizon cuts that at 12 s. */
static void a_call_is_completed_once_however_often_it_is_made(void **state)
{
    static const struct crash crash = {8, 100, 0};
    static const struct {
        const char *head;
        uint64_t completed;
    } rows[] = {
        {"cluster: {nodes: 2, node: {cpu: 1}}", 3},
        {"cluster: {nodes: 2, node: {cpu: 1}}\nhorizon: 12 s", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct played played;
        const struct record *r = play(&played, rows[i].head,
                                      "    tasks: {make: {time: 5 s, size: 1 MB}, use: 1 s}\n"
                                      "    driver:\n"
                                      "    - {call: make, as: x}\n"
                                      "    - {call: use}\n"
                                      "    - {think: 9 s}\n"
                                      "    - {run: use, with: x}\n",
                                      &crash, 1);
        assert_int_equal(r->objects.rebuilt, 1);
        assert_int_equal(r->calls.submitted, 3);
        assert_int_equal(r->calls.completed, rows[i].completed);
        assert_int_equal(r->calls.failed, 0);
        played_close(&played);
    }
}

/* Nothing will ever make it true: the run is stopped, and says in which loop. What takes no time
 * but gets done is let go on, however often. */
static void a_loop_that_stands_still_is_stopped(void **state)
{
    static const struct {
        const char *loop;
        enum run_end end;
        uint32_t line;
    } rows[] = {
        {"    - {until: {a: 5}, do: [{think: 0 s}]}\n", END_EVENTS, 10},
        {"    - {until: {a: 5}, do: [{put: 1 kB}]}\n", END_EVENTS, 10},
        {"    - parallel: [[{run: a.m}], [{think: 1 s}, {until: {a: 2}, do: [{put: 1 B}]}]]\n",
         END_EVENTS, 10},
        {"    - {repeat: 1000000000, do: [{think: 0 s}]}\n", END_EVENTS, 10},
        {"    - think: 1 s\n"
         "    - repeat: 3\n"
         "      do:\n"
         "        - repeat: 1000000000\n"
         "          do: [{think: 0 s}]\n",
         END_EVENTS, 13},
        {"    - {until: {a: 150000}, do: [{run: a.m}]}\n", END_FINISHED, 0},
        {"    - {repeat: 3, do: [{think: 1 s}, {repeat: 99999, do: [{think: 0 s}]}]}\n",
         END_FINISHED, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct played played;
        struct workspace workspace;
        char pipeline[400];
        snprintf(pipeline, sizeof pipeline,
                 "    actors: {A: {methods: {m: 0 s}}}\n"
                 "    driver:\n"
                 "    - {start: A, as: a}\n"
                 "%s",
                 rows[i].loop);
        played_open(&played, CLUSTER, pipeline);
        assert_int_equal(workspace_open(&workspace, &played.cell, played.cell.plan), STATUS_OK);
        assert_int_equal(workspace_replicate(&workspace, 0, GROUP_CONTROLLED, &played.record),
                         STATUS_OK);
        assert_int_equal(played.record.end, rows[i].end);
        assert_int_equal(played.record.failed_line, rows[i].line);
        workspace_close(&workspace);
        played_close(&played);
    }
}

/* ---- batches ------------------------------------------------------------------------------- */

/* What fails takes with it the last that wanted it, while those who wait are still being told. */
static void a_batch_outlives_those_it_wakes(void **state)
{
    struct played played;
    (void)state;
    const struct record *r = play(&played, CLUSTER,
                                  "    tasks:\n"
                                  "      bad: {time: 1 s, fails: 1}\n"
                                  "      good: {time: 1 s}\n"
                                  "    driver:\n"
                                  "    - {call: bad, as: x}\n"
                                  "    - {call: good, each: x}\n"
                                  "    - {release: x}\n"
                                  "    - {think: 2 s}\n"
                                  "    - {call: good, times: 2, as: y}\n"
                                  "    - {call: good, times: 3, as: z}\n"
                                  "    - {get: [y, z]}\n",
                                  NULL, 0);
    assert_int_equal(r->end, END_FINISHED);
    assert_int_equal(r->calls.failed, 2);
    assert_int_equal(r->calls.completed, 5);
    played_close(&played);
}

/* ---- room ----------------------------------------------------------------------------------- */

/* 100 MB, of which z takes 50 until 22 s. Then `one` brings x, and `two` wants 30 MB more for y: it
 * runs beside it. When it was still waiting for x, too, and x had become the last of its kind at 25
 * s, there was never room. */
static void a_call_that_waits_for_room_counts_what_a_neighbour_brings(void **state)
{
    static const struct crash crash = {25, 100, 1};
    struct played played;
    (void)state;
    const struct record *r = play(&played,
                                  "cluster: {nodes: 2, node: {cpu: 4, memory: 1 GB}}\n"
                                  "runtime: {driver: outside, objects: {memory: 100 MB}}",
                                  "    tasks:\n"
                                  "      fill: {time: 2 s, cpu: 4}\n"
                                  "      make: {time: 1 s, size: 60 MB}\n"
                                  "      hold: 20 s\n"
                                  "      one: 10 s\n"
                                  "      two: 10 s\n"
                                  "    driver:\n"
                                  "    - {put: 50 MB, as: z}\n"
                                  "    - {put: 30 MB, as: y}\n"
                                  "    - {call: fill, as: f}\n"
                                  "    - {call: make, as: x}\n"
                                  "    - {wait: f}\n"
                                  "    - {call: hold, with: z}\n"
                                  "    - {call: one, with: x, as: a}\n"
                                  "    - {call: two, with: [x, y], as: b}\n"
                                  "    - {get: [a, b]}\n",
                                  &crash, 1);
    assert_int_equal(r->end, END_FINISHED);
    assert_true(simtime_seconds(r->makespan) == 32);
    assert_true(slot_seconds(r->job[JOB_BLOCKED]) == 20 + 20);
    played_close(&played);
}

/* ---- hosts --------------------------------------------------------------------------------- */

/* Repaired after 2 s and known to be dead after 4: the node is held until it dies, and while
 * somebody sits on it again. 5 s + (20 - 9) s, of which 1 s is idle: the driver thinks. */
static void a_dead_node_is_not_held(void **state)
{
    static const struct crash crash = {5, 7, 0};
    struct played played;
    (void)state;
    const struct record *r = play(&played, CLUSTER "\ndetection: {delay: 4 s}",
                                  "    tasks: {t: 10 s}\n"
                                  "    driver: [{run: t}, {think: 1 s}]\n",
                                  &crash, 1);
    assert_true(simtime_seconds(r->makespan) == 20);
    assert_true(slot_seconds(r->nodes[NODE_HELD]) == 5 + 10);
    assert_true(slot_seconds(r->nodes[NODE_REPAIRING]) == 2);
    assert_true(slot_seconds(r->nodes[NODE_SPARE]) == 2);
    assert_true(slot_seconds(r->nodes[NODE_IDLE]) == 1);
    played_close(&played);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_failed_by_an_argument_are_counted),
        cmocka_unit_test(a_method_that_is_tried_again_is_told),
        cmocka_unit_test(a_call_that_came_early_has_no_more_tries),
        cmocka_unit_test(a_call_that_has_failed_waits_for_nothing),
        cmocka_unit_test(a_batch_outlives_those_it_wakes),
        cmocka_unit_test(a_call_that_waits_for_room_counts_what_a_neighbour_brings),
        cmocka_unit_test(a_dead_node_is_not_held),
        cmocka_unit_test(an_async_actor_computes_one_call_when_another_has_fetched),
        cmocka_unit_test(a_checkpoint_cut_by_a_crash_is_taken_again),
        cmocka_unit_test(a_call_is_completed_once_however_often_it_is_made),
        cmocka_unit_test(a_loop_that_stands_still_is_stopped),
        cmocka_unit_test(an_actor_let_go_restarts_for_its_calls),
        cmocka_unit_test(what_a_stateless_actor_did_stands_without_a_checkpoint),
        cmocka_unit_test(a_wait_for_some_hears_of_what_is_made_again),
        cmocka_unit_test(what_is_made_again_does_not_stand_before_what_it_needs),
        cmocka_unit_test(what_was_small_and_released_need_not_be_made_again),
        cmocka_unit_test(a_call_fails_as_its_argument_did),
        cmocka_unit_test(calls_that_fail_together_do_not_wake_each_other),
        cmocka_unit_test(crowds_that_nobody_holds_end_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
