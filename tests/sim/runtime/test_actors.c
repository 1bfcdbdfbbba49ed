/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: actors are created, placed, held and ended as rows A06 to A11, D03 to D06 and D09 say.
 * Method: small programs as text, whose times are computed by hand. */
#include "sim/runtime/runtime.h"
#include "tests/sim/runtime/claims.h"

/* The state counts the calls: seven of 1 s until it says 7; a snapshot at the end covers 7. */
static void row_a06_the_state_counts_the_calls(void **state)
{
    static const struct claimed rows[] = {
        {.name = "until it counts 7",
         .pipeline = "    actors: {T: {checkpoint: {snapshot: 0 s}, methods: {train: 1 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {until: {t: 7}, do: [{run: t.train}]}\n"
                     "    - {checkpoint: t}\n",
         .makespan = 7,
         .claims = {TIMES(TOLD_STARTED, 7), TIMES(TOLD_STATE, 0), AMOUNT(TOLD_COMPLETE, 0, 7)}},
        {.name = "each actor its own",
         .cpu = 2,
         .pipeline = "    actors: {T: {checkpoint: {}, methods: {train: 1 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, times: 2, as: t}\n"
                     "    - {run: t.train, times: 3}\n"
                     "    - {checkpoint: t}\n",
         .makespan = 3,
         .claims = {TIMES(TOLD_STARTED, 6), AMOUNT(TOLD_COMPLETE, 0, 3),
                    AMOUNT(TOLD_COMPLETE, 1, 3)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* With one processor held, no task starts on a node of one processor before the actor ends; by
 * default it holds none, but needs one to be placed, until it is ready after 3 s. */
static void row_a07_an_actor_holds_what_it_says(void **state)
{
#define BESIDE(cpu)                                                                                \
    "    tasks: {work: 2 s}\n"                                                                     \
    "    actors: {T: {start: 3 s, " cpu "methods: {train: 5 s}}}\n"                                \
    "    driver:\n"                                                                                \
    "    - {create: T, as: t}\n"                                                                   \
    "    - {call: t.train, as: x}\n"                                                               \
    "    - {call: work, as: y}\n"                                                                  \
    "    - {get: x}\n"                                                                             \
    "    - {release: t}\n"                                                                         \
    "    - {get: y}\n"
    static const struct claimed rows[] = {
        {.name = "held",
         .pipeline = BESIDE("cpu: 1, "),
         .makespan = 10,
         .claims = {AT(TOLD_STARTED, 0, 3), AT(TOLD_STARTED, 1, 8)}},
        {.name = "not said",
         .pipeline = BESIDE(""),
         .makespan = 8,
         .claims = {AT(TOLD_STARTED, 1, 3), AT(TOLD_ENDED, 0, 5)}},
        {.name = "none",
         .pipeline = BESIDE("cpu: 0, "),
         .makespan = 8,
         .claims = {AT(TOLD_STARTED, 0, 0), AT(TOLD_STARTED, 1, 3)}},
        {.name = "and gives back what it held",
         .pipeline = "    tasks: {work: 2 s}\n"
                     "    actors: {T: {methods: {train: 5 s}}}\n"
                     "    driver: [{start: T, as: t}, {kill: t}, {run: work, times: 2}]\n",
         .makespan = 4,
         .claims = {AT(TOLD_STARTED, 1, 2)}},
        {.name = "a task first: the actor waits for a processor",
         .pipeline = "    tasks: {work: 2 s}\n"
                     "    actors: {T: {start: 3 s, methods: {train: 5 s}}}\n"
                     "    driver: [{call: work}, {start: T, as: t}]\n",
         .makespan = 5,
         .claims = {AT(TOLD_PLACED, 1, 2)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_a08_calls_run_one_after_the_other(void **state)
{
    static const struct claimed rows[] = {
        {.name = "three of 15 s submitted at once",
         .pipeline = "    actors: {T: {methods: {train: 15 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {run: t.train, times: 3}\n",
         .makespan = 45,
         .claims = {AT(TOLD_SUBMITTED, 0, 0), AT(TOLD_ENDED, 0, 15), AT(TOLD_ENDED, 1, 30),
                    AT(TOLD_ENDED, 2, 45), SPENT(JOB_USEFUL, 45), SPENT(JOB_IDLE, 0)}},
        {.name = "in the order of their submission, whatever they take",
         .pipeline = "    actors: {T: {methods: {long: 9 s, short: 1 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {call: t.long}\n"
                     "    - {call: t.short}\n"
                     "    - {run: t.long}\n",
         .makespan = 19,
         .claims = {AT(TOLD_ENDED, 0, 9), AT(TOLD_ENDED, 1, 10)}},
        {.name = "two threads",
         .pipeline = "    actors: {T: {concurrency: 2, methods: {train: 15 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {run: t.train, times: 3}\n",
         .makespan = 30,
         .claims = {AT(TOLD_ENDED, 1, 15), AT(TOLD_ENDED, 2, 30)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* A driver that needs a processor's actor to end before the next one can be: branches release. */
static void row_a10_actors_run_beside_each_other(void **state)
{
#define TRAINERS                                                                                   \
    "    actors: {T: {cpu: 1, methods: {train: 15 s}}}\n"                                          \
    "    driver:\n"                                                                                \
    "    - parallel: {times: 4, do: [{start: T, as: t}, {run: t.train}]}\n"
    static const struct claimed rows[] = {
        {.name = "on 4 nodes",
         .nodes = 4,
         .pipeline = TRAINERS,
         .makespan = 15,
         .claims = {ON(TOLD_STARTED, 3, 3), STATES(ACTOR_ALIVE, 4)}},
        {.name = "on 2",
         .nodes = 2,
         .pipeline = TRAINERS,
         .makespan = 30,
         .claims = {AT(TOLD_STARTED, 2, 15), STATES(ACTOR_DEAD, 4), COUNTED(actors.dead, 0)}},
        {.name = "one set of four",
         .cpu = 4,
         .pipeline = "    actors: {T: {cpu: 1, methods: {train: 15 s}}}\n"
                     "    driver: [{start: T, times: 4, as: t}, {run: t.train}]\n",
         .makespan = 15},
    };
    (void)state;
    CLAIMED(rows);
}

/* Process 1 s, imports 0.5 s, constructor 2 s: ready at 3.5 s; with 0.25 s each way and 0.5 s for a
 * lease it is placed at 0.25 and ready at 4.25; a call of nothing then takes 0.25 + 0.25 more. */
static void row_a11_an_actor_is_ready_after_the_sum_of_its_parts(void **state)
{
#define READY                                                                                      \
    "    actors: {T: {start: 2 s, methods: {ready: 0 s}}}\n"                                       \
    "    driver: [{start: T, as: t}, {run: t.ready}]\n"
    static const struct claimed rows[] = {
        {.name = "parts",
         .head = "runtime: {worker_start: 1 s, worker_import: 0.5 s}\n",
         .pipeline = READY,
         .makespan = 3.5,
         .claims = {AT(TOLD_ACTOR, 2, 3.5), TO(TOLD_ACTOR, 2, ACTOR_ALIVE), SPENT(JOB_START, 3.5)}},
        {.name = "and latencies",
         .head = "runtime: {worker_start: 1 s, worker_import: 0.5 s, submit: 0.25 s, lease: 0.5 s, "
                 "reply: 0.25 s}\n",
         .pipeline = READY,
         .makespan = 4.75,
         .claims = {AT(TOLD_PLACED, 0, 0.25), AT(TOLD_ACTOR, 2, 4.25), AT(TOLD_STARTED, 0, 4.5)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Registered at 0, known to the scheduler after a hop of 1 s, leased for 2 s, its process up after
 * 3 s more and its constructor 4 s later: alive at 10. The handle is there at once: the driver has
 * called its method at 0, long before. */
static void row_d03_a_handle_returns_before_its_actor_is_ready(void **state)
{
    static const struct claimed rows[] = {
        {.name = "create",
         .head = "runtime: {submit: 1 s, lease: 2 s, worker_start: 3 s}\n",
         .pipeline = "    actors: {T: {start: 4 s, methods: {train: 5 s}}}\n"
                     "    driver:\n"
                     "    - {create: T, as: t}\n"
                     "    - {run: t.train}\n",
         .makespan = 15,
         .claims = {AT(TOLD_ACTOR, 0, 0), TO(TOLD_ACTOR, 0, ACTOR_UNREADY), AT(TOLD_ACTOR, 1, 1),
                    TO(TOLD_ACTOR, 1, ACTOR_PENDING), AT(TOLD_PLACED, 0, 1), AT(TOLD_ACTOR, 2, 10),
                    TO(TOLD_ACTOR, 2, ACTOR_ALIVE), AT(TOLD_SUBMITTED, 0, 0),
                    AT(TOLD_STARTED, 0, 10)}},
        {.name = "start waits",
         .head = "runtime: {submit: 1 s, lease: 2 s, worker_start: 3 s}\n",
         .pipeline = "    actors: {T: {start: 4 s, methods: {train: 5 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {run: t.train}\n",
         .makespan = 16,
         .claims = {AT(TOLD_SUBMITTED, 0, 10)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Resources are counted in ten-thousandths: three thirds of 0.3333 fit, three of 0.3334 do not. */
static void row_d04_an_actor_without_room_stays_pending(void **state)
{
#define SHARES(gpu)                                                                                \
    "    actors: {T: {gpu: " gpu ", methods: {train: 1 s}}}\n"                                     \
    "    driver: [{create: T, times: 3, as: t}, {think: 20 s}]\n"
    static const struct claimed rows[] = {
        {.name = "three of one accelerator each on two",
         .cpu = 8,
         .gpu = 2,
         .pipeline = SHARES("1"),
         .makespan = 20,
         .claims = {STATES(ACTOR_PENDING, 3), STATES(ACTOR_ALIVE, 2), TIMES(TOLD_PLACED, 2)}},
        {.name = "0.3333 three times",
         .cpu = 8,
         .gpu = 1,
         .pipeline = SHARES("0.3333"),
         .makespan = 20,
         .claims = {STATES(ACTOR_ALIVE, 3)}},
        {.name = "0.3334 three times",
         .cpu = 8,
         .gpu = 1,
         .pipeline = SHARES("0.3334"),
         .makespan = 20,
         .claims = {STATES(ACTOR_PENDING, 3), STATES(ACTOR_ALIVE, 2)}},
        {.name = "two processors and one accelerator: the third has its turn",
         .cpu = 5,
         .gpu = 2,
         .pipeline = "    actors: {T: {cpu: 2, gpu: 1, start: 1 s, methods: {train: 3 s}}}\n"
                     "    driver:\n"
                     "    - parallel: {times: 3, do: [{start: T, as: t}, {run: t.train}]}\n",
         .makespan = 8,
         .claims = {AT(TOLD_PLACED, 2, 4)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Node 0 dies at 5 s; the actor starts again on node 1 until 8 s, and the same handle serves. */
static void row_d05_a_handle_follows_its_actor(void **state)
{
    static const struct claimed rows[] = {
        {.name = "restarted elsewhere",
         .nodes = 2,
         .outages = {{0, 5, 1000}},
         .pipeline = "    actors: {T: {start: 3 s, restarts: 1, methods: {train: 1 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {run: t.train}\n"
                     "    - {think: 6 s}\n"
                     "    - {run: t.train}\n",
         .makespan = 11,
         .claims = {ON(TOLD_STARTED, 0, 0), AT(TOLD_ACTOR, 3, 5),
                    TO(TOLD_ACTOR, 3, ACTOR_RESTARTING), AT(TOLD_ACTOR, 4, 8),
                    TO(TOLD_ACTOR, 4, ACTOR_ALIVE), ON(TOLD_STARTED, 1, 1),
                    AT(TOLD_STARTED, 1, 10)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* A hop of 1 s there and of 2 s back; the call goes to the actor itself: no lease of 100 s. */
static void row_d06_a_call_takes_one_hop_each_way(void **state)
{
    static const struct claimed rows[] = {
        {.name = "hops",
         .head = "runtime: {submit: 1 s, lease: 100 s, reply: 2 s}\n",
         .pipeline = "    actors: {T: {methods: {train: 4 s}}}\n"
                     "    driver: [{start: T, as: t}, {run: t.train}, {run: t.train}]\n",
         .makespan = 115,
         .claims = {AT(TOLD_ACTOR, 2, 101), AT(TOLD_SUBMITTED, 0, 101), AT(TOLD_STARTED, 0, 102),
                    AT(TOLD_ENDED, 0, 106), AT(TOLD_DONE, 0, 108), AT(TOLD_STARTED, 1, 109),
                    SPENT(JOB_IDLE, 1 + 3 + 2)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* The actor is dead when its last handle goes and its calls are over: at 5 s, or at 12 s. */
static void row_d09_an_actor_ends_with_its_last_handle(void **state)
{
#define ENDING(detached)                                                                           \
    "    actors: {T: {" detached "methods: {train: 12 s}}}\n"                                      \
    "    driver:\n"                                                                                \
    "    - {start: T, as: t}\n"
    static const struct claimed rows[] = {
        {.name = "released",
         .pipeline = ENDING("") "    - {think: 5 s}\n"
                                "    - {release: t}\n"
                                "    - {think: 20 s}\n",
         .makespan = 25,
         .claims = {AT(TOLD_ACTOR, 3, 5), TO(TOLD_ACTOR, 3, ACTOR_DEAD), COUNTED(actors.dead, 0),
                    SPENT(JOB_IDLE, 5)}},
        {.name = "released while it works",
         .pipeline = ENDING("") "    - {call: t.train}\n"
                                "    - {think: 5 s}\n"
                                "    - {release: t}\n"
                                "    - {think: 20 s}\n",
         .makespan = 25,
         .claims = {AT(TOLD_ACTOR, 3, 12), COUNTED(calls.completed, 1), SPENT(JOB_USEFUL, 12)}},
        {.name = "another takes the name",
         .cpu = 2,
         .pipeline = ENDING("") "    - {think: 5 s}\n"
                                "    - {start: T, as: t}\n"
                                "    - {think: 20 s}\n",
         .makespan = 25,
         .claims = {STATES(ACTOR_DEAD, 2), AT(TOLD_ACTOR, 4, 5), TO(TOLD_ACTOR, 4, ACTOR_DEAD)}},
        {.name = "a branch ends",
         .pipeline = "    actors: {T: {methods: {train: 12 s}}}\n"
                     "    driver:\n"
                     "    - parallel: [[{start: T, as: t}, {think: 3 s}], [{think: 9 s}]]\n",
         .makespan = 9,
         .claims = {AT(TOLD_ACTOR, 3, 3)}},
        {.name = "the job ends",
         .pipeline = ENDING("") "    - {call: t.train}\n"
                                "    - {think: 5 s}\n",
         .makespan = 5,
         .claims = {AT(TOLD_ACTOR, 3, 5), TO(TOLD_ACTOR, 3, ACTOR_DEAD)}},
        {.name = "a detached one does not",
         .pipeline = ENDING("detached: true, ") "    - {release: t}\n"
                                                "    - {think: 5 s}\n",
         .makespan = 5,
         .claims = {STATES(ACTOR_DEAD, 0)}},
        {.name = "and what it did is useful",
         .pipeline = ENDING("detached: true, ") "    - {run: t.train}\n",
         .makespan = 12,
         .claims = {STATES(ACTOR_DEAD, 0), SPENT(JOB_USEFUL, 12), SPENT(JOB_UNCOMMITTED, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* The process is lost at 6 s, or killed at 5 s, with calls that nobody holds the actor for. */
static void row_d09_an_actor_that_nobody_holds_ends_when_its_calls_have(void **state)
{
    static const struct claimed rows[] = {
        {.name = "lost with a call that is tried again: it is done first",
         .nodes = 2,
         .outages = {{0, 6, 1000}},
         .pipeline = ENDING("restarts: 1, retries: 1, ") "    - {call: t.train, as: x}\n"
                                                         "    - {release: t}\n"
                                                         "    - {get: x}\n"
                                                         "    - {think: 2 s}\n",
         .makespan = 20,
         .claims = {COUNTED(calls.completed, 1), STATES(ACTOR_RESTARTING, 1), AT(TOLD_ACTOR, 5, 18),
                    TO(TOLD_ACTOR, 5, ACTOR_DEAD), COUNTED(actors.dead, 0)}},
        {.name = "lost with a call that is not: it ends with it",
         .nodes = 2,
         .outages = {{0, 6, 1000}},
         .pipeline = ENDING("restarts: 1, ") "    - {call: t.train, as: x}\n"
                                             "    - {release: t}\n"
                                             "    - {get: x, on_error: [{think: 1 s}]}\n",
         .makespan = 7,
         .claims = {COUNTED(calls.failed, 1), AT(TOLD_ACTOR, 4, 6), TO(TOLD_ACTOR, 4, ACTOR_DEAD)}},
        {.name = "killed with a call that runs and one that waits",
         .pipeline = ENDING("") "    - {call: t.train, times: 2, as: x}\n"
                                "    - {think: 5 s}\n"
                                "    - {kill: t}\n"
                                "    - {get: x, on_error: [{think: 1 s}]}\n",
         .makespan = 6,
         .claims = {AT(TOLD_ACTOR, 3, 5), TIMES(TOLD_FAILED, 2), COUNTED(actors.dead, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_a06_the_state_counts_the_calls),
        cmocka_unit_test(row_a07_an_actor_holds_what_it_says),
        cmocka_unit_test(row_a08_calls_run_one_after_the_other),
        cmocka_unit_test(row_a10_actors_run_beside_each_other),
        cmocka_unit_test(row_a11_an_actor_is_ready_after_the_sum_of_its_parts),
        cmocka_unit_test(row_d03_a_handle_returns_before_its_actor_is_ready),
        cmocka_unit_test(row_d04_an_actor_without_room_stays_pending),
        cmocka_unit_test(row_d05_a_handle_follows_its_actor),
        cmocka_unit_test(row_d06_a_call_takes_one_hop_each_way),
        cmocka_unit_test(row_d09_an_actor_ends_with_its_last_handle),
        cmocka_unit_test(row_d09_an_actor_that_nobody_holds_ends_when_its_calls_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
