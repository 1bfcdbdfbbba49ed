/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a task's result in a durable store is read back in place of being made again (K06, A17),
 * for what writing and reading cost. Method: a result that is written in 3 s and read in 2 s is
 * lost once; both forms of each program are computed by hand. */
#include "tests/sim/runtime/claims.h"

#define KEPT ", checkpoint: {write: 3 s, read: 2 s}"
/* Made, waited for, lost while its driver thinks for 10 s, and needed. */
#define ONE(time, more)                                                                            \
    "    tasks: {a: {time: " time ", size: 1 MB" more "}, c: 1 s}\n"                               \
    "    driver:\n"                                                                                \
    "    - {call: a, as: x}\n"                                                                     \
    "    - {wait: x}\n"                                                                            \
    "    - {think: 10 s}\n"                                                                        \
    "    - {run: c, with: x}\n"

/* Lost once, a result of T costs T to make again: 2 T + 11 s; or 3 s to write and 2 s to read: T +
 * 16 s. They cross at T = 5 s. */
static void row_k06_checkpoint_the_output_or_recompute_it(void **state)
{
    static const struct claimed rows[] = {
        {.name = "4 s, recomputed: better",
         .outages = {{0, 10, 11}},
         .pipeline = ONE("4 s", ""),
         .makespan = 19,
         .claims = {COUNTED(objects.lost, 1), COUNTED(objects.rebuilt, 1), SPENT(JOB_USEFUL, 9)}},
        {.name = "4 s, checkpointed",
         .outages = {{0, 10, 11}},
         .pipeline = ONE("4 s", KEPT),
         .makespan = 20,
         .claims = {COUNTED(objects.lost, 0), COUNTED(objects.rebuilt, 0), SPENT(JOB_USEFUL, 5),
                    SPENT(JOB_CHECKPOINT, 3), SPENT(JOB_RESTORE, 2), SPENT(JOB_TRANSFER, 0),
                    AT(TOLD_SAVED, 0, 7), AT(TOLD_DONE, 0, 7), AT(TOLD_RECALLED, 0, 17),
                    AMOUNT(TOLD_RECALLED, 0, 1e6), TIMES(TOLD_MOVED, 0)}},
        {.name = "5 s, recomputed: alike",
         .outages = {{0, 10, 11}},
         .pipeline = ONE("5 s", ""),
         .makespan = 21},
        {.name = "5 s, checkpointed",
         .outages = {{0, 10, 11}},
         .pipeline = ONE("5 s", KEPT),
         .makespan = 21},
        {.name = "6 s, recomputed",
         .outages = {{0, 10, 11}},
         .pipeline = ONE("6 s", ""),
         .makespan = 23},
        {.name = "6 s, checkpointed: better",
         .outages = {{0, 10, 11}},
         .pipeline = ONE("6 s", KEPT),
         .makespan = 22},
        {.name = "6 s, and nothing is lost: recomputing costs nothing",
         .pipeline = ONE("6 s", ""),
         .makespan = 17},
        {.name = "6 s, and nothing is lost: the write is in vain",
         .pipeline = ONE("6 s", KEPT),
         .makespan = 20,
         .claims = {TIMES(TOLD_RECALLED, 0), SPENT(JOB_CHECKPOINT, 3)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* a in 2 s, b in 3 s from it. Both are lost; b is made again from what a left. */
#define CHAIN(more)                                                                                \
    "    tasks: {a: {time: 2 s, size: 1 MB" more "}, b: {time: 3 s, size: 1 MB}, c: 1 s}\n"        \
    "    driver:\n"                                                                                \
    "    - {call: a, as: x}\n"                                                                     \
    "    - {call: b, with: x, as: y}\n"

static void row_k06_what_depends_on_it_is_made_again_from_it(void **state)
{
    static const struct claimed rows[] = {
        {.name = "held",
         .outages = {{0, 9, 10}},
         .pipeline = CHAIN(KEPT) "    - {think: 20 s}\n"
                                 "    - {run: c, with: y}\n",
         .makespan = 26, /* 20 + 2 + 3 + 1 */
         .claims = {AT(TOLD_RECALLED, 0, 20), COUNTED(objects.lost, 1), COUNTED(objects.rebuilt, 1),
                    COUNTED(calls.completed, 3)}},
        {.name = "given up meanwhile",
         .outages = {{0, 9, 10}},
         .pipeline = CHAIN(KEPT) "    - {release: x}\n"
                                 "    - {think: 20 s}\n"
                                 "    - {run: c, with: y}\n",
         .makespan = 26,
         .claims = {AT(TOLD_RECALLED, 0, 20), COUNTED(objects.rebuilt, 1)}},
        {.name = "its own lineage is not needed",
         .outages = {{0, 9, 10}},
         .head = "runtime: {lineage: 1 KiB}\n",
         .pipeline = CHAIN(KEPT) "    - {think: 20 s}\n"
                                 "    - {run: c, with: y}\n",
         .makespan = 26,
         .claims = {TIMES(TOLD_FORGOTTEN, 0)}},
        {.name = "by its driver, who has it from then on",
         .outages = {{0, 9, 10}},
         .head = "runtime: {latency: 1 s}\n",
         .pipeline = CHAIN(KEPT) "    - {think: 20 s}\n"
                                 "    - {get: x}\n"
                                 "    - {get: x}\n",
         .makespan = 22,
         .claims = {AT(TOLD_GOT, 0, 22), COUNTED(bytes.moved, 0), TIMES(TOLD_RECALLED, 1)}},
        {.name = "by an actor",
         .outages = {{0, 9, 10}},
         .pipeline = "    tasks: {a: {time: 2 s, size: 1 MB" KEPT "}}\n"
                     "    actors: {A: {methods: {m: 1 s}}}\n"
                     "    driver:\n"
                     "    - {call: a, as: x}\n"
                     "    - {think: 20 s}\n"
                     "    - {start: A, as: s}\n"
                     "    - {run: s.m, with: x}\n",
         .makespan = 23,
         .claims = {TIMES(TOLD_RECALLED, 1), SPENT(JOB_TRANSFER, 2)}},
        {.name = "a good copy is taken first",
         .pipeline = CHAIN(KEPT) "    - {think: 20 s}\n"
                                 "    - {run: c, with: x}\n",
         .makespan = 21,
         .claims = {TIMES(TOLD_RECALLED, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* A write cut by a crash is never read; it was the call's time that was lost. */
static void row_a17_a_write_cut_short_is_never_restored(void **state)
{
    static const struct claimed rows[] = {
        {.name = "cut at 6 s of 4 + 3",
         .outages = {{0, 6, 8}},
         .pipeline = ONE("4 s", KEPT),
         .makespan = 26, /* 8 + 4 + 3 + 10 + 1 */
         .claims = {AT(TOLD_SAVED, 0, 15), TIMES(TOLD_SAVED, 1), TIMES(TOLD_RECALLED, 0),
                    SPENT(JOB_LOST, 4), SPENT(JOB_CHECKPOINT, 5), SPENT(JOB_USEFUL, 5)}},
        {.name = "complete at 7 s, when the node dies",
         .outages = {{0, 7, 8}},
         .pipeline = ONE("4 s", KEPT),
         .makespan = 20, /* 7 + 10 + 2 + 1 */
         .claims = {TIMES(TOLD_SAVED, 1), TIMES(TOLD_RECALLED, 1), SPENT(JOB_LOST, 0)}},
        {.name = "a job that ends meanwhile",
         .pipeline = "    tasks: {a: {time: 4 s, size: 1 MB" KEPT "}}\n"
                     "    driver: [{call: a}, {think: 6 s}]\n",
         .makespan = 6,
         .claims = {TIMES(TOLD_SAVED, 0), SPENT(JOB_LOST, 4), SPENT(JOB_CHECKPOINT, 2)}},
        {.name = "a run that is stopped meanwhile",
         .head = "horizon: 6 s\n",
         .pipeline = ONE("4 s", KEPT),
         .end = END_HORIZON,
         .makespan = 6,
         .claims = {SPENT(JOB_UNCOMMITTED, 4), SPENT(JOB_CHECKPOINT, 2), SPENT(JOB_USEFUL, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Nobody waits for room for what can be read back; such copies go first. */
static void row_k07_what_is_durable_needs_no_room(void **state)
{
    static const struct claimed rows[] = {
        {.name = "no room: it is in the store alone",
         .head = "runtime: {objects: {memory: 150 MB}}\n",
         .pipeline = "    tasks: {p: {time: 1 s, size: 100 MB}, a: {time: 2 s, size: 100 MB" KEPT
                     "}, c: 1 s}\n"
                     "    driver:\n"
                     "    - {call: p, as: p}\n"
                     "    - {call: a, as: x}\n"
                     "    - {wait: [p, x]}\n" /* at 1 + 2 + 3 */
                     "    - {release: p}\n"
                     "    - {run: c, with: x}\n",
         .makespan = 9,
         .claims = {COUNTED(objects.stored, 2), SPENT(JOB_BLOCKED, 0), AT(TOLD_RECALLED, 0, 6)}},
        {.name = "its copy makes room for others, without being written to disk",
         .head = "runtime: {objects: {memory: 150 MB}, spill: {bandwidth: 1 MB/s}}\n",
         .pipeline =
             "    tasks: {p: {time: 1 s, size: 100 MB}, a: {time: 2 s, size: 100 MB" KEPT "}}\n"
             "    driver:\n"
             "    - {call: a, as: x}\n"
             "    - {call: p, as: p}\n"
             "    - {wait: [p, x]}\n",
         .makespan = 6,
         .claims = {AT(TOLD_EVICTED, 0, 6), TIMES(TOLD_SPILLED, 0), SPENT(JOB_BLOCKED, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_k06_checkpoint_the_output_or_recompute_it),
        cmocka_unit_test(row_k06_what_depends_on_it_is_made_again_from_it),
        cmocka_unit_test(row_a17_a_write_cut_short_is_never_restored),
        cmocka_unit_test(row_k07_what_is_durable_needs_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
