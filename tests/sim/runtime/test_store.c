/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: where a node's room for results is limited, copies that nobody needs there go first, who
 * finds none waits and is charged for it, and nothing is taken twice or for ever (A05, K07).
 * Method: small programs with a node of 250 MB or so, computed by hand; 100 MB at 10 MB/s after 1 s
 * are 11 s. */
#include "tests/sim/runtime/claims.h"

#define NETWORK      "latency: 1 s, bandwidth: 10 MB/s"
#define ROOM(memory) "runtime: {" NETWORK ", objects: {memory: " memory "}}\n"
#define MAKE                                                                                       \
    "    tasks: {make: {time: 2 s, size: 100 MB}, use: 3 s, block: 50 s, one: {time: 1 s, size: "  \
    "100 MB}}\n"                                                                                   \
    "    driver:\n"

/* Two of 100 MB fit 250 MB; the third result waits, its worker with it, until the first is
 * forgotten at 10 s. */
static void row_a05_a_result_that_does_not_fit_waits_with_its_worker(void **state)
{
#define THREE                                                                                      \
    "    - {call: make, as: x}\n"                                                                  \
    "    - {call: make, as: y}\n"                                                                  \
    "    - {call: make, as: z}\n"                                                                  \
    "    - {think: 10 s}\n"                                                                        \
    "    - {release: x}\n"                                                                         \
    "    - {wait: z}\n"
    static const struct claimed rows[] = {
        {.name = "no limit",
         .pipeline = MAKE THREE,
         .makespan = 10,
         .claims = {AT(TOLD_DONE, 2, 6)}},
        {.name = "room for two",
         .head = ROOM("250 MB"),
         .pipeline = MAKE THREE,
         .makespan = 10,
         .claims = {AT(TOLD_DONE, 1, 4), AT(TOLD_DONE, 2, 10), SPENT(JOB_BLOCKED, 4),
                    SPENT(JOB_USEFUL, 6), TIMES(TOLD_EVICTED, 0)}},
        {.name = "room for three, to the byte",
         .head = ROOM("300 MB"),
         .pipeline = MAKE THREE,
         .makespan = 10,
         .claims = {AT(TOLD_DONE, 2, 6), SPENT(JOB_BLOCKED, 0)}},
        {.name = "one byte less",
         .head = ROOM("299999999 B"),
         .pipeline = MAKE THREE,
         .makespan = 10,
         .claims = {AT(TOLD_DONE, 2, 10), SPENT(JOB_BLOCKED, 4)}},
        {.name = "small results take no room",
         .head = "runtime: {inline: 100 MB, objects: {memory: 1 MB}}\n",
         .pipeline = MAKE THREE,
         .makespan = 10,
         .claims = {AT(TOLD_DONE, 2, 6)}},
        {.name = "of an actor",
         .head = ROOM("150 MB"),
         .pipeline = "    actors: {A: {methods: {m: {time: 2 s, size: 100 MB}}}}\n"
                     "    driver:\n"
                     "    - {start: A, as: a}\n"
                     "    - {call: a.m, as: x}\n"
                     "    - {call: a.m, as: y}\n"
                     "    - {think: 10 s}\n"
                     "    - {release: x}\n"
                     "    - {wait: y}\n",
         .makespan = 10,
         .claims = {AT(TOLD_DONE, 1, 10), SPENT(JOB_USEFUL, 4), SPENT(JOB_BLOCKED, 6)}},
        {.name = "lost while it waits: it ran in vain, and runs again",
         .outages = {{0, 8, 9}},
         .head = ROOM("250 MB"),
         .pipeline = MAKE "    - {call: make, as: x}\n"
                          "    - {call: make, as: y}\n"
                          "    - {call: make, as: z}\n"
                          "    - {think: 10 s}\n"
                          "    - {wait: z}\n",
         .makespan = 11,
         .claims = {SPENT(JOB_BLOCKED, 2), SPENT(JOB_LOST, 2), SPENT(JOB_USEFUL, 6),
                    AT(TOLD_STARTED, 3, 9)}},
        {.name = "for ever: the run ends unfinished",
         .head = ROOM("250 MB") "horizon: 1 h\n",
         .pipeline = MAKE "    - {call: make, times: 3, as: x}\n"
                          "    - {wait: x}\n",
         .end = END_HORIZON,
         .makespan = 3600,
         .claims = {SPENT(JOB_BLOCKED, 3594), SPENT(JOB_UNCOMMITTED, 2), SPENT(JOB_USEFUL, 4)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Node 1, of 250 MB, has fetched x (till 13) and y; z pushes out the one that was used longest ago.
 */
static void row_a05_what_nobody_needs_is_evicted_the_longest_unused_first(void **state)
{
#define FETCHED                                                                                    \
    MAKE "    - {call: make, as: x}\n"                                                             \
         "    - {wait: x}\n"                                                                       \
         "    - {call: make, as: y}\n"                                                             \
         "    - {wait: y}\n"                                                                       \
         "    - {call: block}\n" /* on node 0 from 4 to 54 */                                      \
         "    - {run: use, with: x}\n"                                                             \
         "    - {run: use, with: y}\n" /* on node 1: until 18, until 32 */
    static const struct claimed rows[] = {
        {.name = "x, used before y",
         .nodes = 2,
         .head = ROOM("250 MB"),
         .pipeline = FETCHED "    - {call: one, as: z}\n"
                             "    - {wait: z}\n"
                             "    - {run: use, with: y}\n"
                             "    - {run: use, with: x}\n",
         .makespan = 50, /* 32 + 1, y is there: + 3; x is not: + 11 + 3 */
         .claims = {TIMES(TOLD_EVICTED, 2), AT(TOLD_EVICTED, 0, 33), ON(TOLD_EVICTED, 0, 1),
                    AMOUNT(TOLD_EVICTED, 0, 100e6), SPENT(JOB_BLOCKED, 0), SPENT(JOB_TRANSFER, 33),
                    COUNTED(objects.copied, 3), COUNTED(objects.lost, 0)}},
        {.name = "y, where x was used again",
         .nodes = 2,
         .head = ROOM("250 MB"),
         .pipeline = FETCHED "    - {run: use, with: x}\n"
                             "    - {call: one, as: z}\n"
                             "    - {wait: z}\n"
                             "    - {run: use, with: x}\n",
         .makespan = 39, /* 32 + 3 + 1 + 3 */
         .claims = {TIMES(TOLD_EVICTED, 1), SPENT(JOB_TRANSFER, 22)}},
        {.name = "with room for all",
         .nodes = 2,
         .head = ROOM("300 MB"),
         .pipeline = FETCHED "    - {call: one, as: z}\n"
                             "    - {wait: z}\n"
                             "    - {run: use, with: y}\n"
                             "    - {run: use, with: x}\n",
         .makespan = 39,
         .claims = {TIMES(TOLD_EVICTED, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* What a running call needs stays; the last copy of a result stays too, wherever it came from. */
static void row_a05_what_is_needed_stays(void **state)
{
    static const struct claimed rows[] = {
        {.name = "by a running call",
         .nodes = 2,
         .cpu = 2,
         .head = ROOM("150 MB"),
         .pipeline = MAKE "    - {call: make, as: x}\n"
                          "    - {wait: x}\n"
                          "    - {call: block, times: 2}\n" /* on node 0, till 52 */
                          "    - {call: use, with: x}\n" /* on node 1: fetches till 13, till 16 */
                          "    - {call: one, as: z}\n"   /* on node 1: till 3, waits till 16 */
                          "    - {wait: z}\n",
         .makespan = 16,
         .claims = {AT(TOLD_EVICTED, 0, 16), SPENT(JOB_BLOCKED, 13), SPENT(JOB_TRANSFER, 11)}},
        {.name = "the last copy: node 0 died at 20 s",
         .nodes = 2,
         .outages = {{0, 20, 1000}},
         .head = ROOM("150 MB") "horizon: 100 s\n",
         .pipeline = MAKE "    - {call: make, as: x}\n"
                          "    - {wait: x}\n"
                          "    - {call: block}\n"
                          "    - {run: use, with: x}\n" /* on node 1, till 16 */
                          "    - {think: 10 s}\n"
                          "    - {call: one, as: z}\n" /* behind block, which is there from 20 on */
                          "    - {wait: z}\n",
         .end = END_HORIZON,
         .makespan = 100,
         .claims = {TIMES(TOLD_EVICTED, 0), SPENT(JOB_BLOCKED, 29), COUNTED(objects.lost, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_a05_arguments_wait_for_room_as_well(void **state)
{
    static const struct claimed rows[] = {
        {.name = "of a task",
         .nodes = 2,
         .head = ROOM("150 MB"),
         .pipeline = MAKE "    - {call: make, as: x}\n"
                          "    - {wait: x}\n"
                          "    - {call: block}\n"
                          "    - {call: one, as: y}\n"          /* on node 1, till 3 */
                          "    - {call: use, with: x, as: u}\n" /* there: no room until 10 */
                          "    - {think: 8 s}\n"
                          "    - {release: y}\n"
                          "    - {get: u}\n",
         .makespan = 24,
         .claims = {AT(TOLD_MOVED, 0, 10), AT(TOLD_STARTED, 3, 21), SPENT(JOB_BLOCKED, 7),
                    SPENT(JOB_TRANSFER, 11)}},
        {.name = "of an actor's call",
         .nodes = 2,
         .head = ROOM("150 MB"),
         .pipeline =
             "    tasks: {make: {time: 2 s, size: 100 MB}, block: 50 s}\n"
             "    actors: {A: {cpu: 1, methods: {m: {time: 1 s, size: 100 MB}, use: 3 s}}}\n"
             "    driver:\n"
             "    - {call: make, as: x}\n"
             "    - {wait: x}\n"
             "    - {call: block}\n"
             "    - {start: A, as: a}\n"             /* on node 1 */
             "    - {call: a.m, as: y}\n"            /* till 3 */
             "    - {call: a.use, with: x, as: u}\n" /* no room until 10 */
             "    - {think: 8 s}\n"
             "    - {release: y}\n"
             "    - {get: u}\n",
         .makespan = 24,
         .claims = {AT(TOLD_MOVED, 0, 10), SPENT(JOB_BLOCKED, 7), SPENT(JOB_TRANSFER, 11)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_a05_nobody_waits_for_room_that_cannot_be(void **state)
{
    static const struct claimed rows[] = {
        {.name = "more than a node has: it fails for good",
         .head = ROOM("250 MB"),
         .pipeline = MAKE "    - {put: 200 MB, as: p}\n"
                          "    - {put: 100 MB, as: q}\n"
                          "    - {run: use, with: p}\n"
                          "    - {run: use, with: [p, q], on_error: [{think: 1 s}]}\n",
         .makespan = 25, /* 21 + 3 + 1 */
         .claims = {TIMES(TOLD_FAILED, 1), TIMES(TOLD_ATTEMPT_FAILED, 0), SPENT(JOB_BLOCKED, 0)}},
        {.name = "a result as law may have it, too large: it fails for good",
         .head = ROOM("250 MB"),
         .pipeline = "    tasks: {big: {time: 2 s, size: {constant: 300 MB}}}\n"
                     "    driver: [{run: big, on_error: []}]\n",
         .makespan = 2,
         .claims = {TIMES(TOLD_FAILED, 1), SPENT(JOB_LOST, 2), SPENT(JOB_USEFUL, 0)}},
        {.name = "a job that ends leaves its room to others",
         .head = ROOM("150 MB"),
         .pipeline = "    tasks: {make: {time: 2 s, size: 100 MB}, use: 3 s, bad: {time: 4 s, "
                     "fails: 100 %}}\n"
                     "    jobs:\n"
                     "    - {name: a, at: [0 s], driver: [{call: make, as: x}, {wait: x}, {call: "
                     "use, times: 99, with: x, as: u}, {think: 5 s}]}\n"
                     "    - {name: b, at: [20 s], driver: [{call: make, as: x}, {wait: x}]}\n",
         .makespan = 22,
         .claims = {SPENT(JOB_BLOCKED, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* On node 1, with block on node 0: x is fetched once, until 13, and used until 16; z finds room
 * when nothing needs x there any more. */
static void row_a05_what_is_given_twice_is_there_once(void **state)
{
#define TWICE(use)                                                                                 \
    MAKE "    - {call: make, as: x}\n"                                                             \
         "    - {wait: x}\n"                                                                       \
         "    - {call: block}\n"                                                                   \
         "    - {run: use, " use "}\n"                                                             \
         "    - {call: one, as: z}\n"                                                              \
         "    - {wait: z}\n"
#define ONCE                                                                                       \
    COUNTED(objects.copied, 1), AMOUNT(TOLD_MOVED, 0, 100e6), SPENT(JOB_TRANSFER, 11),             \
        SPENT(JOB_BLOCKED, 0), AT(TOLD_EVICTED, 0, 17)
    static const struct claimed rows[] = {
        {.name = "listed twice",
         .nodes = 2,
         .head = ROOM("150 MB"),
         .pipeline = TWICE("with: [x, x]"),
         .makespan = 17,
         .claims = {ONCE}},
        {.name = "each, and all",
         .nodes = 2,
         .head = ROOM("150 MB"),
         .pipeline = TWICE("each: x, with: x"),
         .makespan = 17,
         .claims = {ONCE}},
        {.name = "to a node without a limit",
         .nodes = 2,
         .head = "runtime: {" NETWORK "}\n",
         .pipeline = TWICE("with: [x, x]"),
         .makespan = 17,
         .claims = {COUNTED(objects.copied, 1), AMOUNT(TOLD_MOVED, 0, 100e6),
                    SPENT(JOB_TRANSFER, 11)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_a05_a_result_that_does_not_fit_waits_with_its_worker),
        cmocka_unit_test(row_a05_what_nobody_needs_is_evicted_the_longest_unused_first),
        cmocka_unit_test(row_a05_what_is_needed_stays),
        cmocka_unit_test(row_a05_arguments_wait_for_room_as_well),
        cmocka_unit_test(row_a05_nobody_waits_for_room_that_cannot_be),
        cmocka_unit_test(row_a05_what_is_given_twice_is_there_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
