/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: results lie where they were made, and fetching one takes what it must (A05, D08); who waits
 * for results that fail is told, whoever has forgotten them. Method: small programs, whose
 * transfers are computed by hand: 100 MB at 10 MB/s after 1 s are 11 s. */
#include "tests/sim/runtime/claims.h"

#define NETWORK "runtime: {latency: 1 s, bandwidth: 10 MB/s}\n"
#define TWO                                                                                        \
    "    tasks: {make: {time: 2 s, size: 100 MB}, use: 3 s, block: 50 s}\n"                        \
    "    driver:\n"

#define SENT                                                                                       \
    "    tasks: {make: {time: 2 s, size: 100 MB}, use: 3 s, block: {time: 50 s, retries: 0}}\n"    \
    "    actors: {A: {methods: {use: 3 s}}}\n"                                                     \
    "    driver:\n"                                                                                \
    "    - {call: make, as: x}\n"                                                                  \
    "    - {wait: x}\n"

/* On its way to node 1 from 2 to 13 s. Who waits for it finds out at 13 s. */
static void row_a05_what_a_dead_node_was_sending_does_not_arrive(void **state)
{
    static const struct claimed rows[] = {
        {.name = "it is made again",
         .nodes = 2,
         .head = NETWORK,
         .outages = {{0, 5, 1000}},
         .pipeline = SENT "    - {call: block}\n"
                          "    - {run: use, with: x}\n",
         .makespan = 18,
         .claims = {COUNTED(objects.lost, 1), COUNTED(objects.rebuilt, 1), AT(TOLD_STARTED, 2, 13),
                    ON(TOLD_STARTED, 2, 1), AT(TOLD_STARTED, 3, 15), SPENT(JOB_TRANSFER, 11),
                    TIMES(TOLD_MOVED, 1)}},
        {.name = "it has arrived",
         .nodes = 2,
         .head = NETWORK,
         .outages = {{0, 14, 1000}},
         .pipeline = SENT "    - {call: block}\n"
                          "    - {run: use, with: x}\n",
         .makespan = 16,
         .claims = {COUNTED(objects.rebuilt, 0)}},
        {.name = "to an actor",
         .nodes = 2,
         .head = NETWORK,
         .outages = {{0, 5, 1000}},
         .pipeline = SENT "    - {call: block}\n"
                          "    - {start: A, as: a}\n"
                          "    - {run: a.use, with: x}\n",
         .makespan = 18,
         .claims = {COUNTED(objects.rebuilt, 1), AT(TOLD_STARTED, 2, 13), AT(TOLD_STARTED, 3, 15),
                    SPENT(JOB_TRANSFER, 11)}},
        {.name = "to a driver",
         .nodes = 2,
         .head = "runtime: {latency: 1 s, bandwidth: 10 MB/s, driver: outside}\n",
         .outages = {{0, 5, 1000}},
         .pipeline = SENT "    - {get: x}\n",
         .makespan = 26,
         .claims = {COUNTED(objects.rebuilt, 1), AT(TOLD_STARTED, 1, 13), TIMES(TOLD_MOVED, 2)}},
        {.name = "it is sent by another who has it",
         .nodes = 2,
         .head = "runtime: {latency: 1 s, bandwidth: 10 MB/s, driver: outside}\n",
         .outages = {{0, 15, 1000}},
         .pipeline = SENT "    - {get: x}\n"
                          "    - {call: block}\n"
                          "    - {run: use, with: x}\n",
         .makespan = 38,
         .claims = {COUNTED(objects.rebuilt, 0), AT(TOLD_MOVED, 1, 13), AT(TOLD_MOVED, 2, 24),
                    AT(TOLD_STARTED, 2, 35), SPENT(JOB_TRANSFER, 22)}},
        {.name = "two who have room for it wait for it",
         .nodes = 2,
         .cpu = 2,
         .memory = "1 GB",
         .head = "runtime: {latency: 1 s, bandwidth: 10 MB/s, objects: {memory: 150 MB}}\n",
         .outages = {{0, 5, 1000}},
         .pipeline = SENT "    - {call: block, times: 2}\n"
                          "    - {run: use, times: 2, with: x}\n",
         .makespan = 18,
         .claims = {COUNTED(objects.rebuilt, 1), AT(TOLD_STARTED, 4, 15), AT(TOLD_STARTED, 5, 15),
                    SPENT(JOB_TRANSFER, 22), SPENT(JOB_BLOCKED, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_a05_a_result_is_fetched_once_by_each_node(void **state)
{
    static const struct claimed rows[] = {
        {.name = "on the same node: nothing",
         .nodes = 2,
         .head = NETWORK,
         .pipeline = TWO "    - {run: make, as: x}\n"
                         "    - {run: use, with: x}\n",
         .makespan = 16, /* 2 + 3, but run waits for what it returns: 11 of them fetch x */
         .claims = {ON(TOLD_STARTED, 1, 0), AT(TOLD_STARTED, 1, 13), SPENT(JOB_TRANSFER, 0)}},
        {.name = "on the same node, never seen by the driver",
         .nodes = 2,
         .head = NETWORK,
         .pipeline = TWO "    - {call: make, as: x}\n"
                         "    - {run: use, with: x}\n",
         .makespan = 5,
         .claims = {ON(TOLD_STARTED, 1, 0), AT(TOLD_STARTED, 1, 2), TIMES(TOLD_MOVED, 0),
                    TIMES(TOLD_PLACED, 2), AT(TOLD_PLACED, 1, 2), SPENT(JOB_TRANSFER, 0),
                    COUNTED(objects.stored, 1)}},
        {.name = "on another node: latency and size over bandwidth",
         .nodes = 2,
         .head = NETWORK,
         .pipeline = TWO "    - {call: make, as: x}\n"
                         "    - {wait: x}\n"
                         "    - {call: block}\n"
                         "    - {run: use, with: x}\n",
         .makespan = 16, /* 2 + 11 + 3 */
         .claims = {ON(TOLD_STARTED, 2, 1), AT(TOLD_STARTED, 2, 13), SPENT(JOB_TRANSFER, 11),
                    AMOUNT(TOLD_MOVED, 0, 100e6), COUNTED(bytes.moved, 100000000)}},
        {.name = "who needs what is on its way waits for it",
         .nodes = 2,
         .cpu = 2,
         .head = NETWORK,
         .pipeline = TWO "    - {call: make, as: x}\n"
                         "    - {wait: x}\n"
                         "    - {call: block, times: 2}\n"
                         "    - {call: use, with: x}\n"
                         "    - {think: 5 s}\n"
                         "    - {run: use, with: x}\n",
         .makespan = 16,
         .claims = {AT(TOLD_STARTED, 3, 13), AT(TOLD_STARTED, 4, 13), TIMES(TOLD_MOVED, 1),
                    SPENT(JOB_TRANSFER, 11 + 6)}},
        {.name = "an actor fetches as a task does, once",
         .nodes = 2,
         .head = NETWORK,
         .pipeline = "    tasks: {make: {time: 2 s, size: 100 MB}}\n"
                     "    actors: {A: {cpu: 1, methods: {use: 3 s}}}\n"
                     "    driver:\n"
                     "    - {call: make, as: x}\n"
                     "    - {start: A, as: a}\n"
                     "    - {run: a.use, with: x, times: 2}\n",
         .makespan = 19,
         .claims = {ON(TOLD_STARTED, 1, 1), AT(TOLD_STARTED, 1, 13), AT(TOLD_STARTED, 2, 16),
                    SPENT(JOB_TRANSFER, 11), SPENT(JOB_IDLE, 2), TIMES(TOLD_MOVED, 1)}},
        {.name = "once for all who use it there",
         .nodes = 2,
         .cpu = 2,
         .head = NETWORK,
         .pipeline = TWO "    - {call: make, as: x}\n"
                         "    - {wait: x}\n"
                         "    - {call: block, times: 2}\n"
                         "    - {run: use, with: x}\n"
                         "    - {run: use, with: x}\n",
         .makespan = 19,
         .claims = {ON(TOLD_STARTED, 4, 1), AT(TOLD_STARTED, 4, 16), TIMES(TOLD_MOVED, 1),
                    COUNTED(objects.copied, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Drivers are outside, or on the first node: then what is there is theirs at once. */
static void row_a05_a_driver_fetches_as_its_place_demands(void **state)
{
    static const struct claimed rows[] = {
        {.name = "the driver waits for a get, and has it from then on",
         .head = NETWORK,
         .pipeline = TWO "    - {call: make, as: x}\n"
                         "    - {think: 1 s}\n"
                         "    - {get: x}\n"
                         "    - {get: x}\n",
         .makespan = 13,
         .claims = {AT(TOLD_MOVED, 0, 2), AT(TOLD_GOT, 0, 13), TIMES(TOLD_MOVED, 1)}},
        {.name = "two branches wait for the same",
         .head = NETWORK,
         .pipeline = TWO "    - {call: make, as: x}\n"
                         "    - parallel: [[{get: x}], [{think: 8 s}, {get: x}]]\n",
         .makespan = 13,
         .claims = {TIMES(TOLD_MOVED, 1), TIMES(TOLD_GOT, 2), AT(TOLD_GOT, 1, 13)}},
        {.name = "a driver on the node has it at once",
         .head = "runtime: {latency: 1 s, bandwidth: 10 MB/s, driver: first-node}\n",
         .pipeline = TWO "    - {run: make, as: x}\n",
         .makespan = 2,
         .claims = {TIMES(TOLD_MOVED, 0)}},
        {.name = "and gets what another node made",
         .nodes = 2,
         .head = "runtime: {latency: 1 s, bandwidth: 10 MB/s, driver: first-node}\n",
         .pipeline = TWO "    - {call: block}\n"
                         "    - {run: make, as: x}\n",
         .makespan = 13,
         .claims = {ON(TOLD_STARTED, 1, 1), AT(TOLD_MOVED, 0, 2)}},
        {.name = "what a driver on the node puts is there at once",
         .head = "runtime: {latency: 1 s, bandwidth: 10 MB/s, driver: first-node}\n",
         .pipeline = TWO "    - {put: 100 MB, as: x}\n"
                         "    - {run: use, with: x}\n",
         .makespan = 3,
         .claims = {TIMES(TOLD_MOVED, 0)}},
        {.name = "what a driver puts is fetched from it",
         .head = NETWORK,
         .pipeline = TWO "    - {put: 100 MB, as: x}\n"
                         "    - {run: use, with: x}\n"
                         "    - {run: use, with: x}\n",
         .makespan = 17,
         .claims = {AT(TOLD_STARTED, 0, 11), AT(TOLD_STARTED, 1, 14), SPENT(JOB_TRANSFER, 11)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Up to 100 KiB a result travels with the reply; one byte more, and it is fetched. */
static void row_a05_small_results_travel_with_the_reply(void **state)
{
#define SIZED(size)                                                                                \
    "    tasks: {make: {time: 2 s, size: " size "}}\n"                                             \
    "    driver: [{run: make}]\n"
    static const struct claimed rows[] = {
        {.name = "100 KiB",
         .head = "runtime: {latency: 1 s}\n",
         .pipeline = SIZED("100 KiB"),
         .makespan = 2,
         .claims = {COUNTED(objects.stored, 0)}},
        {.name = "one byte less",
         .head = "runtime: {latency: 1 s}\n",
         .pipeline = SIZED("102399 B"),
         .makespan = 2},
        {.name = "one byte more",
         .head = "runtime: {latency: 1 s}\n",
         .pipeline = SIZED("102401 B"),
         .makespan = 3,
         .claims = {COUNTED(objects.stored, 1)}},
        {.name = "as the scenario says",
         .head = "runtime: {latency: 1 s, inline: 1 MB}\n",
         .pipeline = SIZED("1 MB"),
         .makespan = 2},
    };
    (void)state;
    CLAIMED(rows);
}

/* Four results of 2, 4, 6, 8 s: the first two are there at 4 s; a limit of 5 s passes with two. */
static void row_a05_waiting_for_some_of_the_results(void **state)
{
#define FOUR                                                                                       \
    "    tasks: {make: {time: [2 s, 4 s, 6 s, 8 s]}}\n"                                            \
    "    driver:\n"                                                                                \
    "    - {call: make, times: 4, as: x}\n"
    static const struct claimed rows[] = {
        {.name = "two",
         .cpu = 4,
         .pipeline = FOUR "    - {wait: {for: x, count: 2}}\n",
         .makespan = 4,
         .claims = {TIMES(TOLD_DONE, 2)}},
        {.name = "all", .cpu = 4, .pipeline = FOUR "    - {wait: x}\n", .makespan = 8},
        {.name = "a limit",
         .cpu = 4,
         .pipeline = FOUR "    - {wait: {for: x, timeout: 5 s}}\n",
         .makespan = 5},
        {.name = "a limit that comes later",
         .cpu = 4,
         .pipeline = FOUR "    - {wait: {for: x, count: 3, timeout: 7 s}}\n",
         .makespan = 6},
        {.name = "what is there",
         .cpu = 4,
         .pipeline = FOUR "    - {think: 9 s}\n"
                          "    - {wait: {for: x, count: 4}}\n",
         .makespan = 9},
    };
    (void)state;
    CLAIMED(rows);
}

/* Small results are with their owner, the job, and survive the node and the actor that made them;
 * large ones lie where they were made. All of them go with the job. */
static void row_d08_results_belong_to_who_asked_for_them(void **state)
{
#define OWNED(size)                                                                                \
    "    tasks: {make: {time: 2 s, size: " size "}}\n"                                             \
    "    actors: {A: {methods: {m: {time: 2 s, size: " size "}}}}\n"                               \
    "    driver:\n"
    static const struct claimed rows[] = {
        {.name = "small, and its node dies",
         .outages = {{0, 3, 4}},
         .pipeline = OWNED("1 kB") "    - {call: make, as: x}\n"
                                   "    - {think: 5 s}\n"
                                   "    - {get: x}\n",
         .makespan = 5,
         .claims = {COUNTED(objects.lost, 0), COUNTED(objects.stored, 0)}},
        {.name = "large, and its node dies: made again",
         .outages = {{0, 3, 4}},
         .pipeline = OWNED("1 MB") "    - {call: make, as: x}\n"
                                   "    - {think: 5 s}\n"
                                   "    - {get: x}\n",
         .makespan = 7,
         .claims = {COUNTED(objects.lost, 1), COUNTED(objects.rebuilt, 1)}},
        {.name = "of an actor that is dead, on a node that lives",
         .pipeline = OWNED("1 MB") "    - {start: A, as: a}\n"
                                   "    - {run: a.m, as: x}\n"
                                   "    - {kill: a}\n"
                                   "    - {get: x}\n"
                                   "    - {run: make, with: x}\n",
         .makespan = 4,
         .claims = {COUNTED(objects.lost, 0)}},
        {.name = "of an actor whose node dies: small",
         .outages = {{0, 3, 4}},
         .pipeline = OWNED("1 kB") "    - {start: A, as: a}\n"
                                   "    - {call: a.m, as: x}\n"
                                   "    - {think: 5 s}\n"
                                   "    - {get: x}\n",
         .makespan = 5,
         .claims = {COUNTED(actors.dead, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* The call of a failed argument fails with it, at once; nobody holds the argument any more when
 * that happens, and what is forgotten meanwhile is forgotten once. */
static void failed_arguments_fail_their_calls(void **state)
{
#define BAD                                                                                        \
    "    tasks: {bad: {time: 2 s, fails: {probability: 100 %, at: end}}, use: 3 s}\n"              \
    "    driver:\n"
    static const struct claimed rows[] = {
        {.name = "each, forgotten",
         .pipeline = BAD "    - {call: bad, as: x}\n"
                         "    - {call: use, each: x, as: y}\n"
                         "    - {release: x}\n"
                         "    - {release: y}\n"
                         "    - {call: bad, as: z}\n"
                         "    - {call: use, each: z, as: u}\n"
                         "    - {release: z}\n"
                         "    - {get: u, on_error: [{think: 1 s}]}\n"
                         "    - {run: use}\n",
         .makespan = 8,
         .claims = {TIMES(TOLD_FAILED, 4), COUNTED(calls.failed, 4), COUNTED(calls.completed, 1)}},
        {.name = "shared, forgotten",
         .pipeline = BAD "    - {call: bad, as: x}\n"
                         "    - {call: use, with: x, times: 3, as: y}\n"
                         "    - {release: x}\n"
                         "    - {get: y, on_error: []}\n",
         .makespan = 2,
         .claims = {TIMES(TOLD_FAILED, 4), COUNTED(calls.failed, 4)}},
        {.name = "not handled: the job fails",
         .pipeline = BAD "    - {call: bad, as: x}\n"
                         "    - {run: use, with: x}\n",
         .end = END_FAILED,
         .makespan = 2},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_a05_a_result_is_fetched_once_by_each_node),
        cmocka_unit_test(row_a05_what_a_dead_node_was_sending_does_not_arrive),
        cmocka_unit_test(row_a05_a_driver_fetches_as_its_place_demands),
        cmocka_unit_test(row_a05_small_results_travel_with_the_reply),
        cmocka_unit_test(row_a05_waiting_for_some_of_the_results),
        cmocka_unit_test(row_d08_results_belong_to_who_asked_for_them),
        cmocka_unit_test(failed_arguments_fail_their_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
