/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: of the checkpoints that an actor keeps, a restore goes back to the one that is meant.
 * Method: tables of small programs, times and ledgers by hand. */
#include "tests/sim/runtime/claims.h"
#include "tests/support.h"

/* Epochs of 2 s with a checkpoint of 1 s behind each: complete at 3, 6, 9 s with 1, 2, 3 epochs. */
#define THREE(keep)                                                                                \
    "    actors: {T: {checkpoint: {snapshot: 1 s, restore: 0.5 s, keep: " keep                     \
    "}, methods: {train: 2 s}}}\n"                                                                 \
    "    driver:\n"                                                                                \
    "    - {start: T, as: t}\n"                                                                    \
    "    - {repeat: 3, do: [{run: t.train}, {checkpoint: t}]}\n"

static void row_b16_any_generation_that_is_kept_can_be_gone_back_to(void **state)
{
    static const struct claimed rows[] = {
        {.name = "the newest, when nothing is said",
         .pipeline = THREE("3") "    - {run: t.train}\n"
                                "    - {restore: t}\n",
         .makespan = 11.5,
         .claims = {AMOUNT(TOLD_RESTORED, 0, 3), SPENT(JOB_LOST, 2), SPENT(JOB_USEFUL, 6)}},
        {.name = "which is generation 0",
         .pipeline = THREE("3") "    - {run: t.train}\n"
                                "    - {restore: t, generation: 0}\n",
         .makespan = 11.5,
         .claims = {AMOUNT(TOLD_RESTORED, 0, 3), SPENT(JOB_LOST, 2)}},
        {.name = "the one before it: epoch 3 is lost too, and done again, and no other is",
         .pipeline = THREE("3") "    - {run: t.train}\n"
                                "    - {restore: t, generation: 1}\n"
                                "    - {until: {t: 4}, do: [{run: t.train}]}\n",
         .makespan = 15.5,
         .claims = {AMOUNT(TOLD_RESTORED, 0, 2), SPENT(JOB_LOST, 4), SPENT(JOB_USEFUL, 8),
                    TIMES(TOLD_STARTED, 6)}},
        {.name = "the oldest that is kept",
         .pipeline = THREE("3") "    - {restore: t, generation: 2}\n",
         .makespan = 9.5,
         .claims = {AMOUNT(TOLD_RESTORED, 0, 1), SPENT(JOB_LOST, 4), SPENT(JOB_USEFUL, 2)}},
        {.name = "those that are newer have been given up",
         .pipeline = THREE("3") "    - {restore: t, generation: 1}\n"
                                "    - {restore: t}\n",
         .makespan = 10,
         .claims = {AMOUNT(TOLD_RESTORED, 0, 2), AMOUNT(TOLD_RESTORED, 1, 2), SPENT(JOB_LOST, 2)}},
        {.name = "and the next one stands before what was gone back to",
         .pipeline = THREE("3") "    - {restore: t, generation: 2}\n"
                                "    - {run: t.train, times: 3}\n"
                                "    - {checkpoint: t}\n"
                                "    - {restore: t, generation: 1}\n",
         .makespan = 17,
         .claims = {AMOUNT(TOLD_COMPLETE, 3, 4), AMOUNT(TOLD_RESTORED, 1, 1)}},
        {.name = "one that has not been taken is not there",
         .pipeline = "    actors: {T: {checkpoint: {snapshot: 1 s, keep: 3}, methods: {train: 2 "
                     "s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {checkpoint: t}\n"
                     "    - {restore: t, generation: 1, on_error: [{think: 5 s}]}\n",
         .makespan = 6,
         .claims = {COUNTED(restored, 0)}},
        {.name = "a new actor has all of them",
         .pipeline = THREE("2") "    - {start: T, from: t, as: u}\n"
                                "    - {restore: u, generation: 1}\n",
         .cpu = 2,
         .makespan = 9.5,
         .claims = {AMOUNT(TOLD_RESTORED, 0, 2), SPENT(JOB_LOST, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Two trainers in step. The second one's process ends in the snapshot of their second checkpoint,
 * which the first one completes: they have 2 and 1 epochs, and only the first in common. */
#define PAIR(keep, then)                                                                           \
    "    actors: {T: {restarts: 1, checkpoint: {snapshot: 1 s, restore: 0.5 s, keep: " keep        \
    "}, methods: {train: 2 s}}}\n"                                                                 \
    "    driver:\n"                                                                                \
    "    - {start: T, times: 2, as: team}\n"                                                       \
    "    - {repeat: 2, on_error: [" then "], do: [{run: team.train}, {checkpoint: team}]}\n"
#define STRUCK "faults: {schedule: [{at: 5.5 s, actor: T, index: 1}]}\n"

static void what_all_have_in_common_is_gone_back_to_together(void **state)
{
    static const struct claimed rows[] = {
        {.name = "each to its newest: they are out of step",
         .nodes = 2,
         .head = STRUCK,
         .pipeline = PAIR("2", "{think: 1 s}, {restore: team}"),
         .claims = {AMOUNT(TOLD_RESTORED, 0, 1), AMOUNT(TOLD_RESTORED, 1, 2),
                    AMOUNT(TOLD_RESTORED, 2, 1), SPENT(JOB_LOST, 2)},
         .makespan = 7.5},
        {.name = "to what they have in common: in step again",
         .nodes = 2,
         .head = STRUCK,
         .pipeline =
             PAIR("2", "{think: 1 s}, {restore: team, generation: common}, {run: team.train}"),
         .claims = {AMOUNT(TOLD_RESTORED, 0, 1), AMOUNT(TOLD_RESTORED, 1, 1),
                    AMOUNT(TOLD_RESTORED, 2, 1), SPENT(JOB_LOST, 4)},
         .makespan = 9.5},
        {.name = "of which there is nothing, when each keeps one",
         .nodes = 2,
         .head = STRUCK,
         .pipeline = PAIR("1", "{think: 1 s}, {restore: team, generation: common, on_error: "
                               "[{think: 1 s}]}"),
         .claims = {COUNTED(restored, 1), SPENT(JOB_LOST, 2)},
         .makespan = 8},
    };
    (void)state;
    CLAIMED(rows);
}

/* In memory: each generation lies on the node where it was taken. The trainer is moved to node 1,
 * takes its second checkpoint there, and node 1 fails: the first is still on node 0. Restarts are
 * delayed by 1 s, then 2 s. */
#define MOVED(detail)                                                                              \
    "    actors: {T: {restarts: 2, retries: unlimited, checkpoint: {snapshot: 1 s, restore: 0.5 "  \
    "s, where: memory" detail "}, methods: {train: 2 s}}}\n"                                       \
    "    driver:\n"                                                                                \
    "    - {start: T, as: t}\n"                                                                    \
    "    - {repeat: 2, do: [{run: t.train}, {checkpoint: t}, {think: 2 s}]}\n"                     \
    "    - {think: 2 s}\n"                                                                         \
    "    - {run: t.train}\n"

static void in_memory_an_older_one_may_be_all_that_is_left(void **state)
{
    static const char moved[] = "recovery: {name: backoff, elsewhere: yes}\n"
                                "faults: {schedule: [{at: 4 s, actor: T}, {at: 12 s, node: 1}]}\n"
                                "detection: {delay: 0 s}\n";
    static const char torn[] = "recovery: {name: backoff, elsewhere: yes}\n"
                               "faults: {schedule: [{at: 4 s, actor: T}, {at: 5.25 s, node: 0}]}\n"
                               "detection: {delay: 0 s}\n";
    static const struct claimed rows[] = {
        {.name = "the newest went with node 1, the one before it lies on node 0",
         .nodes = 2,
         .head = moved,
         .pipeline = MOVED(", keep: 2"),
         .claims = {ON(TOLD_RESTORED, 0, 1), AMOUNT(TOLD_RESTORED, 0, 1),
                    AMOUNT(TOLD_RESTORED, 1, 1), SPENT(JOB_LOST, 2), COUNTED(restored, 2)},
         .makespan = 16.5},
        {.name = "where one is kept, nothing is",
         .nodes = 2,
         .head = moved,
         .pipeline = MOVED(", keep: 1"),
         .claims = {AMOUNT(TOLD_RESTORED, 0, 1), SPENT(JOB_LOST, 4), COUNTED(restored, 1)},
         .makespan = 16},
        {.name = "and one whose node fails while it is read is not restored",
         .nodes = 2,
         .head = torn,
         .pipeline = MOVED(", keep: 2"),
         .claims = {COUNTED(restored, 0), SPENT(JOB_LOST, 2), SPENT(JOB_RESTORE, 0.5)},
         .makespan = 14.5},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_b16_any_generation_that_is_kept_can_be_gone_back_to),
        cmocka_unit_test(what_all_have_in_common_is_gone_back_to_together),
        cmocka_unit_test(in_memory_an_older_one_may_be_all_that_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
