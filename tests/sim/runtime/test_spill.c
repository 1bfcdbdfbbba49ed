/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: results that are too many for the memory of a node go to its disk, at the speed of the
 * disk, and come back at that speed (K07). Method: a node of 1 GB with a disk of 100 MB/s, and
 * results of 200 MB, which are 2 s to or from it; computed by hand. */
#include "tests/sim/runtime/claims.h"

#define DISK(more)                                                                                 \
    "runtime: {latency: 1 s, bandwidth: 20 MB/s, objects: {memory: 1 GB}, spill: {bandwidth: 100 " \
    "MB/s" more "}}\n"
#define MAKE                                                                                       \
    "    tasks: {make: {time: 1 s, size: 200 MB}, use: 3 s, rest: 7 s, block: 50 s}\n"             \
    "    driver:\n"
#define TEN "    - {call: make, times: 10, as: x}\n"
#define FIVE                                                                                       \
    "    - {call: make, as: x}\n"                                                                  \
    "    - {call: make, times: 4, as: y}\n"

/* The fifth result, at 5 s, makes it 1 GB, more than 80 %: one is written until 7, while the sixth
 * waits from 6 to 7. From then on one is written every 2 s, and one is made: at 7, 9, … */
static void row_k07_a_producer_over_the_limit_slows_to_disk_speed(void **state)
{
    static const struct claimed rows[] = {
        {.name = "without a limit", .pipeline = MAKE TEN "    - {wait: x}\n", .makespan = 10},
        {.name = "a disk of 100 MB/s",
         .head = DISK(""),
         .pipeline = MAKE TEN "    - {wait: x}\n",
         .makespan = 15,
         .claims = {AT(TOLD_DONE, 4, 5), AT(TOLD_SPILLED, 0, 7), AT(TOLD_DONE, 5, 7),
                    AT(TOLD_SPILLED, 1, 9), AT(TOLD_DONE, 6, 9), AT(TOLD_DONE, 9, 15),
                    TIMES(TOLD_SPILLED, 5), SPENT(JOB_BLOCKED, 5), SPENT(JOB_USEFUL, 10),
                    AMOUNT(TOLD_SPILLED, 0, 200e6)}},
        {.name = "a disk as fast as the producer: never slower",
         .head = "runtime: {objects: {memory: 1 GB}, spill: {bandwidth: 200 MB/s}}\n",
         .pipeline = MAKE TEN "    - {wait: x}\n",
         .makespan = 10,
         .claims = {AT(TOLD_SPILLED, 0, 6), SPENT(JOB_BLOCKED, 0)}},
        {.name = "writing begins at the threshold: at 3 s, with 600 MB",
         .head = DISK(", threshold: 50 %"),
         .pipeline = MAKE TEN "    - {wait: x}\n",
         .makespan = 13, /* written at 5, 7, …; the eighth, ready at 8, is the first that waits */
         .claims = {AT(TOLD_SPILLED, 0, 5), AT(TOLD_SPILLED, 1, 7), AT(TOLD_DONE, 6, 7),
                    AT(TOLD_DONE, 7, 9)}},
        {.name = "400 MB at once: two at a time, from 5 s on",
         .head = DISK(", fused: 300 MB"),
         .pipeline = MAKE TEN "    - {wait: x}\n",
         .makespan = 17, /* the eighth waits from 11 to 13, the tenth from 15 to 17 */
         .claims = {AT(TOLD_SPILLED, 0, 9), AT(TOLD_SPILLED, 1, 9), AT(TOLD_DONE, 5, 9),
                    AT(TOLD_DONE, 6, 10)}},
        {.name = "fewer than that are not written while nobody waits",
         .head = DISK(", fused: 2 GB"),
         .pipeline = MAKE "    - {call: make, times: 5, as: x}\n"
                          "    - {wait: x}\n"
                          "    - {think: 95 s}\n",
         .makespan = 100,
         .claims = {TIMES(TOLD_SPILLED, 0)}},
        {.name = "what has been forgotten makes room at once",
         .head = DISK(""),
         .pipeline = MAKE FIVE "    - {wait: y}\n"
                               "    - {release: x}\n" /* at 5 s, while it is written */
                               "    - {call: make, as: z}\n"
                               "    - {wait: z}\n",
         .makespan = 6,
         .claims = {TIMES(TOLD_SPILLED, 0), SPENT(JOB_BLOCKED, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* x is on disk at 7 s. Who needs it reads it for 2 s; from another node, 1 s and 10 s more. */
static void row_k07_what_is_on_disk_is_read_back(void **state)
{
    static const struct claimed rows[] = {
        {.name = "on its node",
         .head = DISK(""),
         .pipeline = MAKE FIVE "    - {think: 10 s}\n"
                               "    - {run: use, with: x}\n",
         .makespan = 15,
         .claims = {AT(TOLD_READ, 0, 10), AMOUNT(TOLD_READ, 0, 200e6), AT(TOLD_STARTED, 5, 12),
                    SPENT(JOB_TRANSFER, 2), TIMES(TOLD_MOVED, 0), COUNTED(bytes.moved, 0)}},
        {.name = "once, and then it is in memory",
         .head = DISK(""),
         .pipeline = MAKE FIVE "    - {think: 10 s}\n"
                               "    - {run: use, with: x}\n"
                               "    - {run: use, with: x}\n",
         .makespan = 18,
         .claims = {TIMES(TOLD_READ, 1)}},
        {.name = "by its driver",
         .head = DISK(""),
         .pipeline = MAKE FIVE "    - {think: 10 s}\n"
                               "    - {get: x}\n",
         .makespan = 23,
         .claims = {AT(TOLD_GOT, 0, 23), TIMES(TOLD_READ, 0)}},
        {.name = "by another node",
         .nodes = 2,
         .head = DISK(""),
         .pipeline = MAKE "    - {call: make, as: x}\n"
                          "    - {call: rest}\n" /* on node 1 */
                          "    - {call: make, times: 4, as: y}\n"
                          "    - {think: 10 s}\n"
                          "    - {call: block}\n"
                          "    - {run: use, with: x}\n",
         .makespan = 26, /* 10 + 2 + 11 + 3 */
         .claims = {ON(TOLD_MOVED, 0, 1), SPENT(JOB_TRANSFER, 13)}},
        {.name = "and leaves the memory again without being written",
         .head = DISK(""),
         .pipeline = MAKE FIVE "    - {think: 10 s}\n"
                               "    - {run: use, with: x}\n" /* read till 12, as one is written */
                               "    - {call: make, times: 2, as: z}\n" /* 1 GB at 16 */
                               "    - {wait: z}\n",
         .makespan = 17,
         .claims = {AT(TOLD_EVICTED, 0, 17), SPENT(JOB_BLOCKED, 0)}},
        {.name = "lost with its node, and made again",
         .outages = {{0, 8, 9}},
         .head = DISK(""),
         .pipeline = MAKE FIVE "    - {think: 10 s}\n"
                               "    - {run: use, with: x}\n",
         .makespan = 14,
         .claims = {TIMES(TOLD_SPILLED, 1), TIMES(TOLD_READ, 0), COUNTED(objects.lost, 1),
                    COUNTED(objects.rebuilt, 1)}},
        {.name = "a node dies while it writes: nothing is on its disk",
         .outages = {{0, 6, 7}},
         .head = DISK(""),
         .pipeline = MAKE FIVE "    - {think: 10 s}\n"
                               "    - {run: use, with: x}\n",
         .makespan = 14,
         .claims = {TIMES(TOLD_SPILLED, 0), COUNTED(objects.rebuilt, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* One of 100 MB in 150 MB, and a disk of 10 MB/s: x is written from 4 to 14, and y is there. */
static void row_k07_what_is_read_back_is_on_its_way(void **state)
{
#define SLOW(driver)                                                                               \
    "runtime: {driver: " driver ", latency: 1 s, bandwidth: 10 MB/s, objects: {memory: 150 MB}, "  \
    "spill: {bandwidth: 10 MB/s}}\n"
#define WRITTEN                                                                                    \
    "    tasks: {make: {time: 2 s, size: 100 MB}, use: 3 s}\n"                                     \
    "    driver:\n"                                                                                \
    "    - {call: make, as: x}\n"                                                                  \
    "    - {wait: x}\n"                                                                            \
    "    - {call: make, as: y}\n"                                                                  \
    "    - {wait: y}\n"
    static const struct claimed rows[] = {
        {.name = "who comes while it is read waits for the rest of it",
         .cpu = 2,
         .head = SLOW("outside"),
         .pipeline = WRITTEN "    - {call: use, with: x}\n" /* y is written until 24, x read */
                             "    - {think: 15 s}\n"
                             "    - {run: use, with: x}\n",
         .makespan = 37,
         .claims = {AT(TOLD_READ, 0, 24), TIMES(TOLD_READ, 1), AT(TOLD_STARTED, 2, 34),
                    AT(TOLD_STARTED, 3, 34), SPENT(JOB_BLOCKED, 20), SPENT(JOB_TRANSFER, 15)}},
        {.name = "by a driver elsewhere: read, and moved",
         .head = SLOW("outside"),
         .pipeline = WRITTEN "    - {get: x}\n",
         .makespan = 35,
         .claims = {AMOUNT(TOLD_MOVED, 0, 100e6)}},
        {.name = "by a driver on the node: read alone",
         .head = SLOW("first-node"),
         .pipeline = WRITTEN "    - {get: x}\n",
         .makespan = 24,
         .claims = {TIMES(TOLD_MOVED, 0), COUNTED(objects.copied, 1)}},
        {.name = "from the memory of its node a driver there has it at once",
         .head = SLOW("first-node"),
         .pipeline = WRITTEN "    - {get: y}\n",
         .makespan = 14,
         .claims = {TIMES(TOLD_MOVED, 0), COUNTED(objects.copied, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Two processors each. x, 60 MB of 100, is on node 0 and comes to node 1, where `user` needs it
 * till 21 s; `made` waits there from 6 s on for room for as much. Node 0 dies: what was a copy is
 * all that is left, and written for 6 s. */
static void a_copy_that_turns_out_to_be_the_last_is_written(void **state)
{
    static const struct claimed rows[] = {
        {.name = "when its node's last call has done with it",
         .nodes = 2,
         .cpu = 2,
         .outages = {{0, 10, 1000}},
         .head = "runtime: {objects: {memory: 100 MB}, spill: {bandwidth: 10 MB/s}}\n",
         .pipeline = "    tasks:\n"
                     "      x: {time: 1 s, size: 60 MB}\n"
                     "      hold: {time: 100 s, cpu: 2, retries: 0}\n"
                     "      user: 20 s\n"
                     "      made: {time: 5 s, size: 60 MB}\n"
                     "    driver:\n"
                     "    - {call: x, as: x}\n"
                     "    - {wait: x}\n"
                     "    - {call: hold}\n"
                     "    - {call: user, with: x, as: used}\n"
                     "    - {call: made, as: y}\n"
                     "    - {wait: [used, y]}\n"
                     "    - {think: 1 s}\n"
                     "    - {release: x}\n",
         .makespan = 28,
         .claims = {COUNTED(struck, 1), ON(TOLD_SPILLED, 0, 1), AT(TOLD_SPILLED, 0, 27),
                    SPENT(JOB_BLOCKED, 21)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_k07_a_producer_over_the_limit_slows_to_disk_speed),
        cmocka_unit_test(row_k07_what_is_on_disk_is_read_back),
        cmocka_unit_test(row_k07_what_is_read_back_is_on_its_way),
        cmocka_unit_test(a_copy_that_turns_out_to_be_the_last_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
