/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: recovery by hand (row B21): a handler takes up the work from a checkpoint of its choice, in
 * new actors, and what was completed is not run again; without one that is an error. Method: a
 * pipeline of two stages whose trainer, which is never restarted, is lost at a given time. */
#include "tests/sim/runtime/claims.h"

/* Stage one takes 5 s, a round of training 10 s, a checkpoint 1 s, going back 2 s. */
#define PIPELINE(back)                                                                             \
    "    tasks: {prepare: {time: 5 s, size: 1 MB}}\n"                                              \
    "    actors: {T: {checkpoint: {snapshot: 1 s, restore: 2 s}, methods: {train: 10 s}}}\n"       \
    "    driver:\n"                                                                                \
    "    - {run: prepare, times: 2, as: data}\n"                                                   \
    "    - {start: T, as: t}\n"                                                                    \
    "    - repeat: 3\n"                                                                            \
    "      do: [{run: t.train, with: data}, {checkpoint: t}]\n"                                    \
    "      on_error:\n"                                                                            \
    "      - {start: T, from: t, as: new}\n"                                                       \
    "      - {restore: new" back "}\n"                                                             \
    "      - until: {new: 3}\n"                                                                    \
    "        do: [{run: new.train, with: data}]\n"
#define LOST(at) "faults: {schedule: [{at: " at ", actor: T}]}\ndetection: {worker: 0 s}\n"

static void row_b21_work_is_taken_up_from_a_checkpoint_and_completed_tasks_are_not(void **state)
{
    static const struct claimed rows[] = {
        {.name = "nothing happens: 5 + 3 * 11",
         .cpu = 2,
         .pipeline = PIPELINE(""),
         .makespan = 38,
         .claims = {TIMES(TOLD_STARTED, 2 + 3)}},
        {.name = "the newest, of two rounds: back at 33 + 2, and one more",
         .cpu = 2,
         .head = LOST("33 s"),
         .pipeline = PIPELINE(""),
         .makespan = 45,
         .claims = {COUNTED(struck, 1), TIMES(TOLD_STARTED, 2 + 3 + 1), TIMES(TOLD_RESTORED, 1),
                    AMOUNT(TOLD_RESTORED, 0, 2), AT(TOLD_RESTORED, 0, 35)}},
        {.name = "the one before it: two more",
         .cpu = 2,
         .head = LOST("33 s"),
         .pipeline = PIPELINE(", generation: 1"),
         .makespan = 55,
         .claims = {COUNTED(struck, 1), TIMES(TOLD_STARTED, 2 + 3 + 2),
                    AMOUNT(TOLD_RESTORED, 0, 1)}},
        {.name = "what was being saved is no checkpoint",
         .cpu = 2,
         .head = LOST("26500 ms"),
         .pipeline = PIPELINE(""),
         .makespan = 26.5 + 2 + 20,
         .claims = {COUNTED(struck, 1), AMOUNT(TOLD_RESTORED, 0, 1), TIMES(TOLD_ABORTED, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_b21_what_cannot_be_recovered_is_an_error(void **state)
{
    static const struct claimed rows[] = {
        {.name = "lost before its first checkpoint",
         .cpu = 2,
         .head = LOST("12 s"),
         .pipeline = PIPELINE(""),
         .end = END_FAILED,
         .makespan = 12,
         .claims = {COUNTED(struck, 1), TIMES(TOLD_RESTORED, 0)}},
        {.name = "there is but one",
         .cpu = 2,
         .head = LOST("20 s"),
         .pipeline = PIPELINE(", generation: 1"),
         .end = END_FAILED,
         .makespan = 20,
         .claims = {COUNTED(struck, 1), TIMES(TOLD_RESTORED, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_b21_work_is_taken_up_from_a_checkpoint_and_completed_tasks_are_not),
        cmocka_unit_test(row_b21_what_cannot_be_recovered_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
