/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what is lost with its process is tried again as rows A09, A17, A19, A30, B17, C06, C07,
 * D10, D14 and K04 say. Method: nodes that die at exact times; what follows is computed by hand. */
#include "sim/base/text.h"
#include "sim/runtime/runtime.h"
#include "tests/sim/runtime/claims.h"

/* Ten epochs of 1 s; the node dies as the ninth ends (what completes at the instant of a crash
 * survives it, but the state does not): the actor begins from nothing on node 1 at 9 s. */
static void row_a09_a_crash_loses_the_state(void **state)
{
    static const struct claimed rows[] = {
        {.name = "nine epochs of rework",
         .nodes = 2,
         .outages = {{0, 9, 1000}},
         .pipeline = "    actors: {T: {restarts: 1, retries: 1, methods: {train: 1 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {until: {t: 10}, do: [{run: t.train}]}\n",
         .makespan = 19,
         .claims = {AT(TOLD_STATE, 0, 9), AMOUNT(TOLD_STATE, 0, 0), SPENT(JOB_LOST, 9),
                    SPENT(JOB_USEFUL, 10), TIMES(TOLD_DONE, 19), COUNTED(calls.retried, 1),
                    COUNTED(actors.restarted, 1)}},
        {.name = "for good",
         .nodes = 2,
         .outages = {{0, 9, 1000}},
         .pipeline = "    actors: {T: {methods: {train: 1 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {repeat: 10, do: [{run: t.train}]}\n",
         .end = END_FAILED,
         .makespan = 9,
         .claims = {COUNTED(actors.dead, 1), COUNTED(actors.restarted, 0), SPENT(JOB_LOST, 9)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Epochs of 2 s, snapshots of 1 s after epochs 0 and 1: these end at 2 and 5 s, epochs 2, 3, 4 at
 * 8, 10, 12; epoch 5 is struck at 13 s. A restore of 0.5 s brings back checkpoint 1, two epochs;
 * four more until 21.5 s. Lost: epochs 2, 3, 4 and 1 s of epoch 5. */
static void row_a19_recovery_takes_the_newest_complete_checkpoint(void **state)
{
#define EPOCHS(checkpoint)                                                                         \
    "    actors: {T: {restarts: 1, retries: 1, checkpoint: {snapshot: 1 s, restore: 0.5 "          \
    "s" checkpoint "}, methods: {train: 2 s}}}\n"                                                  \
    "    driver:\n"                                                                                \
    "    - {start: T, as: t}\n"                                                                    \
    "    - {repeat: 2, do: [{run: t.train}, {checkpoint: t}]}\n"                                   \
    "    - {until: {t: 6}, do: [{run: t.train}]}\n"
    static const struct claimed rows[] = {
        {.name = "checkpoints 0 and 1, failure in 5",
         .nodes = 2,
         .outages = {{0, 13, 1000}},
         .pipeline = EPOCHS(""),
         .makespan = 21.5,
         .claims = {AT(TOLD_RESTORED, 0, 13.5), AMOUNT(TOLD_RESTORED, 0, 2), SPENT(JOB_LOST, 7),
                    SPENT(JOB_RESTORE, 0.5), SPENT(JOB_USEFUL, 12), COUNTED(completed, 2),
                    COUNTED(restored, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Complete, and there: a checkpoint in the memory of a node is gone with it, a durable one is not;
 * what was cut by a crash, in its snapshot or while it persisted, is never restored. */
static void row_a17_only_what_is_complete_and_there_is_restored(void **state)
{
    static const struct claimed rows[] = {
        {.name = "durable",
         .nodes = 2,
         .outages = {{0, 13, 1000}},
         .pipeline = EPOCHS(", where: durable"),
         .makespan = 21.5,
         .claims = {AMOUNT(TOLD_RESTORED, 0, 2)}},
        {.name = "in the memory of the node, and lost with it: from the beginning",
         .nodes = 2,
         .outages = {{0, 13, 1000}},
         .pipeline = EPOCHS(", where: memory"),
         .makespan = 25,
         .claims = {COUNTED(restored, 0), SPENT(JOB_LOST, 11), SPENT(JOB_USEFUL, 12)}},
        {.name = "struck in its snapshot: the one before, and it is taken again",
         .nodes = 2,
         .outages = {{0, 5, 1000}}, /* with a snapshot of 2 s from 4 s on */
         .pipeline = "    actors: {T: {restarts: 1, retries: 1, checkpoint: {snapshot: 2 s, "
                     "restore: 0.5 s}, "
                     "methods: {train: 1 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {run: t.train}\n"
                     "    - {checkpoint: t}\n"
                     "    - {run: t.train}\n"
                     "    - {checkpoint: t}\n",
         .makespan = 7.5,
         .claims = {COUNTED(taken, 3), COUNTED(completed, 2), COUNTED(checkpoints_aborted, 1),
                    AMOUNT(TOLD_RESTORED, 0, 1), SPENT(JOB_CHECKPOINT, 5), SLOTS(aborted, 1),
                    SPENT(JOB_LOST, 1)}},
        {.name = "struck after it persisted: what came after its snapshot is lost",
         .nodes = 2,
         .outages = {{0, 8, 1000}}, /* snapshot 1 to 2 s, complete at 5; two more epochs until 6 */
         .pipeline = "    actors: {T: {restarts: 1, checkpoint: {snapshot: 1 s, persist: 3 s}, "
                     "methods: {train: 1 s, more: 2 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {run: t.train}\n"
                     "    - parallel: [[{checkpoint: t}], [{run: t.more, times: 2}]]\n"
                     "    - {think: 3 s}\n",
         .makespan = 9,
         .claims = {AMOUNT(TOLD_RESTORED, 0, 1), SPENT(JOB_LOST, 4), SPENT(JOB_USEFUL, 1)}},
        {.name = "struck while it persists: the one before",
         .nodes = 2,
         .outages = {{0, 9, 1000}}, /* persists from 7 to 10 s */
         .pipeline = "    actors: {T: {restarts: 1, checkpoint: {snapshot: 1 s, persist: 3 s, "
                     "restore: 0.5 s}, methods: {train: 1 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {run: t.train}\n"
                     "    - {checkpoint: t}\n"
                     "    - {run: t.train}\n"
                     "    - {checkpoint: t, on_error: []}\n"
                     "    - {think: 1 s}\n",
         .makespan = 10,
         .claims = {AT(TOLD_COMPLETE, 0, 5), AT(TOLD_PERSISTING, 1, 7),
                    COUNTED(checkpoints_aborted, 1), SLOTS(aborted, 1), AT(TOLD_RESTORED, 0, 9.5),
                    AMOUNT(TOLD_RESTORED, 0, 1), SPENT(JOB_LOST, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* A hundred epochs of 1 s, struck at 99 s: without a checkpoint 99 of rework, 199 s in all; with
 * one after every tenth, nine, and 109 s. */
static void row_a30_without_checkpoints_the_rework_is_everything(void **state)
{
    static char text[8000];
    struct text with = text_over(text, sizeof text);
    (void)state;
    text_add(&with,
             "    actors: {T: {restarts: 1, retries: 1, checkpoint: {}, methods: {train: 1 s}}}\n"
             "    driver:\n"
             "    - {start: T, as: t}\n");
    for (unsigned k = 10; k <= 100; k += 10)
        text_add(&with,
                 "    - {until: {t: %u}, do: [{run: t.train}]}\n"
                 "    - {checkpoint: t}\n",
                 k);
    const struct claimed rows[] = {
        {.name = "none",
         .nodes = 2,
         .outages = {{0, 99, 1000}},
         .pipeline = "    actors: {T: {restarts: 1, retries: 1, methods: {train: 1 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {until: {t: 100}, do: [{run: t.train}]}\n",
         .makespan = 199,
         .claims = {SPENT(JOB_LOST, 99)}},
        {.name = "after every tenth",
         .nodes = 2,
         .outages = {{0, 99, 1000}},
         .pipeline = text,
         .makespan = 109,
         .claims = {SPENT(JOB_LOST, 9), AMOUNT(TOLD_RESTORED, 0, 90)}},
    };
    assert_false(with.is_cut);
    CLAIMED(rows);
}

/* Three attempts, as two retries: the third failure is final; recovery `ray` waits 0 s. */
/* Calls of 4 s, the node away from 9 to 10 s. What two calls have done stands; a second of the
 * third is lost. Two at a time, begun together, stand together; of those begun at 0 and 2 s the one
 * of 4 to 8 s ends last, and what was done from then on is lost. */
static void a_stateless_actor_loses_what_was_under_way_alone(void **state)
{
#define STATELESS(more, driver)                                                                    \
    "    actors: {S: {stateless: true, restarts: 1, retries: 1, " more "methods: {serve: 4 s}}}\n" \
    "    driver:\n    - {start: S, as: s}\n" driver
    static const struct claimed rows[] = {
        {.name = "one at a time",
         .outages = {{0, 9, 10}},
         .pipeline = STATELESS("", "    - {repeat: 3, do: [{run: s.serve}]}\n"),
         .makespan = 14,
         .claims = {SPENT(JOB_LOST, 1), SPENT(JOB_USEFUL, 12)}},
        {.name = "between two calls",
         .outages = {{0, 9, 10}},
         .pipeline = STATELESS("", "    - {repeat: 2, do: [{run: s.serve}]}\n"
                                   "    - {think: 4 s}\n    - {run: s.serve}\n"),
         .makespan = 16,
         .claims = {SPENT(JOB_LOST, 0), SPENT(JOB_USEFUL, 12)}},
        {.name = "two together",
         .outages = {{0, 9, 10}},
         .pipeline = STATELESS("concurrency: 2, ", "    - {run: s.serve, times: 6}\n"),
         .makespan = 14,
         .claims = {SPENT(JOB_LOST, 1), SPENT(JOB_USEFUL, 12)}},
        {.name = "two in turn",
         .outages = {{0, 9, 10}},
         .pipeline = STATELESS("concurrency: 2, ",
                               "    - {call: s.serve}\n    - {think: 2 s}\n"
                               "    - {call: s.serve}\n    - {run: s.serve, times: 2}\n"),
         .makespan = 14,
         .claims = {SPENT(JOB_LOST, 1), SPENT(JOB_USEFUL, 12)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_b17_the_third_failure_of_three_attempts_is_final(void **state)
{
#define ATTEMPTS                                                                                   \
    "    tasks: {work: {time: 10 s, retries: 2}}\n"                                                \
    "    driver: [{run: work}]\n"
    static const struct claimed rows[] = {
        {.name = "two failures",
         .outages = {{0, 4, 5}, {0, 9, 10}},
         .pipeline = ATTEMPTS,
         .makespan = 20,
         .claims = {TIMES(TOLD_RETRIED, 2), AMOUNT(TOLD_RETRIED, 0, 0)}},
        {.name = "three",
         .outages = {{0, 4, 5}, {0, 9, 10}, {0, 14, 15}},
         .pipeline = ATTEMPTS,
         .end = END_FAILED,
         .makespan = 14,
         .claims = {TIMES(TOLD_RETRIED, 2)}},
        {.name = "exceptions too, where they are retried",
         .pipeline = "    tasks: {work: {time: 10 s, retries: 2, retry_exceptions: true, fails: "
                     "{probability: 100 %, at: 0.5}}}\n"
                     "    driver: [{run: work}]\n",
         .end = END_FAILED,
         .makespan = 15,
         .claims = {TIMES(TOLD_RETRIED, 2), SPENT(JOB_LOST, 15)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Ten calls of 3 s at once, restarts 4, retries without end; the node dies five times: the fifth is
 * final. Each call is done or fails, once. Outages of 1 s at 4, 9, 14, 19, 24 s: one call is done
 * in 0 to 4, and each life of 4 s from 5, 10, 15, 20 s on does one more: five done, five failed. */
static void row_c06_the_fifth_kill_is_final_and_every_call_ends_once(void **state)
{
#define KILLED                                                                                     \
    "    actors: {T: {restarts: 4, retries: unlimited, methods: {m: 3 s}}}\n"                      \
    "    driver:\n"                                                                                \
    "    - {start: T, as: t}\n"                                                                    \
    "    - {run: t.m, times: 10, on_error: []}\n"
    static const struct claimed rows[] = {
        {.name = "five",
         .outages = {{0, 4, 5}, {0, 9, 10}, {0, 14, 15}, {0, 19, 20}, {0, 24, 25}},
         .pipeline = KILLED,
         .makespan = 24,
         .claims = {TIMES(TOLD_DONE, 5), TIMES(TOLD_FAILED, 5), COUNTED(calls.completed, 5),
                    COUNTED(calls.failed, 5), COUNTED(actors.restarted, 4), COUNTED(actors.dead, 1),
                    COUNTED(calls.retried, 9 + 8 + 7 + 6)}},
        {.name = "four",
         .outages = {{0, 4, 5}, {0, 9, 10}, {0, 14, 15}, {0, 19, 20}},
         .pipeline = KILLED,
         .makespan = 38,
         .claims = {COUNTED(calls.completed, 10), COUNTED(actors.dead, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Items of 2 s, a checkpoint of 0.5 s after each; the driver itself restores, 0.25 s, when the
 * actor is back: at most one item is done again. Struck at 9 s, 1.5 s into the fourth item. */
static void row_c07_a_driver_checkpoints_and_restores_by_itself(void **state)
{
    static const struct claimed rows[] = {
        {.name = "one item of rework",
         .nodes = 2,
         .outages = {{0, 9, 1000}},
         .pipeline = "    actors: {T: {restarts: unlimited, checkpoint: {snapshot: 0.5 s, restore: "
                     "0.25 s, restore_on_restart: false}, methods: {item: 2 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - until: {t: 5}\n"
                     "      do:\n"
                     "      - {run: t.item, on_error: [{think: 1 s}, {restore: t}]}\n"
                     "      - {checkpoint: t}\n",
         .makespan = 9 + 1 + 0.25 + 0.5 + 2 * 2.5, /* a failed item is followed by a checkpoint */
         .claims = {SPENT(JOB_LOST, 1.5), AMOUNT(TOLD_RESTORED, 0, 3), SPENT(JOB_RESTORE, 0.25),
                    SPENT(JOB_CHECKPOINT, 6 * 0.5), SPENT(JOB_USEFUL, 10)}},
        {.name = "a new actor, from the checkpoint of the dead one, twice",
         .nodes = 3,
         .outages = {{0, 9, 1000}, {1, 14, 1000}},
         .pipeline = "    actors: {T: {start: 1 s, checkpoint: {snapshot: 0.5 s, restore: 0.25 s}, "
                     "methods: {item: 2 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - until: {t: 5}\n"
                     "      do:\n"
                     "      - run: t.item\n"
                     "        on_error: [{start: T, from: t, as: t}, {restore: t}, {run: t.item}]\n"
                     "      - {checkpoint: t}\n",
         /* 1 + 3 x 2.5 = 8.5; struck at 9: start 1, restore 0.25, items 4 and 5 from 10.25 on, the
          * fifth from 12.75 on until struck at 14: start, restore, item and checkpoint again */
         .makespan = 14 + 1.25 + 2.5,
         .claims = {SPENT(JOB_LOST, 0.5 + 1.25), AMOUNT(TOLD_RESTORED, 0, 3),
                    AMOUNT(TOLD_RESTORED, 1, 4), COUNTED(actors.created, 3),
                    COUNTED(actors.dead, 2), COUNTED(actors.restarted, 0)}},
        {.name = "a new actor has nothing of a memory that is gone",
         .nodes = 2,
         .outages = {{0, 9, 1000}},
         .pipeline = "    actors: {T: {checkpoint: {where: memory}, methods: {item: 2 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {run: t.item}\n"
                     "    - {checkpoint: t}\n"
                     "    - {think: 8 s}\n"
                     "    - {start: T, from: t, as: u}\n"
                     "    - {restore: u, on_error: [{think: 1 s}]}\n",
         .makespan = 11,
         .claims = {COUNTED(restored, 0), SPENT(JOB_LOST, 2)}},
        {.name = "what it costs without a failure: 0.5 s an item",
         .pipeline = "    actors: {T: {checkpoint: {snapshot: 0.5 s}, methods: {item: 2 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {repeat: 5, do: [{run: t.item}, {checkpoint: t}]}\n",
         .makespan = 12.5},
    };
    (void)state;
    CLAIMED(rows);
}

/* restarts 3, retries 2: the fourth crash is final; the call survives two crashes, and fails at
 * the third, though the actor does not. Each life of 4 s is too short for the call of 10 s. */
static void row_d10_restarts_of_actors_and_retries_of_calls(void **state)
{
#define LIMITS(restarts, retries)                                                                  \
    "    actors: {T: {restarts: " restarts ", retries: " retries                                   \
    ", methods: {m: 10 s, n: 1 s}}}\n"                                                             \
    "    driver:\n"                                                                                \
    "    - {start: T, as: t}\n"
    static const struct claimed rows[] = {
        {.name = "a call fails at the third crash",
         .outages = {{0, 4, 5}, {0, 9, 10}, {0, 14, 15}},
         .pipeline = LIMITS("3", "2") "    - {run: t.m, on_error: [{think: 2 s}, {run: t.n}]}\n",
         .makespan = 17,
         .claims = {AT(TOLD_FAILED, 0, 14), TIMES(TOLD_STARTED, 4), COUNTED(attempts.failed, 3),
                    COUNTED(calls.retried, 2), COUNTED(actors.restarted, 3),
                    COUNTED(actors.dead, 0)}},
        {.name = "and one that waits behind it too: it was sent to the dead",
         .outages = {{0, 4, 5}, {0, 9, 10}, {0, 14, 15}},
         .pipeline = LIMITS("3", "2") "    - {call: t.m}\n"
                                      "    - {run: t.n, on_error: [{think: 1 s}]}\n",
         .makespan = 15,
         .claims = {TIMES(TOLD_FAILED, 2), AT(TOLD_FAILED, 1, 14), COUNTED(attempts.failed, 6)}},
        {.name = "two crashes, and it is done",
         .outages = {{0, 4, 5}, {0, 9, 10}},
         .pipeline = LIMITS("3", "2") "    - {run: t.m}\n",
         .makespan = 20,
         .claims = {COUNTED(calls.failed, 0), TIMES(TOLD_STARTED, 3)}},
        {.name = "the actor is dead at the fourth",
         .outages = {{0, 4, 5}, {0, 9, 10}, {0, 14, 15}, {0, 19, 20}},
         .pipeline = LIMITS("3", "2") "    - {think: 30 s}\n"
                                      "    - {run: t.n}\n",
         .end = END_FAILED,
         .makespan = 30,
         .claims = {STATES(ACTOR_RESTARTING, 3), STATES(ACTOR_DEAD, 1), COUNTED(actors.dead, 1)}},
        {.name = "a creation that is cut short begins again, and uses no restart",
         .outages = {{0, 2, 3}},
         .pipeline = "    actors: {T: {start: 5 s, methods: {n: 1 s}}}\n"
                     "    driver: [{start: T, as: t}, {run: t.n}]\n",
         .makespan = 9,
         .claims = {AT(TOLD_ACTOR, 2, 8), COUNTED(actors.restarted, 0), SPENT(JOB_START, 7)}},
        {.name = "by default at the first, and its call with it",
         .outages = {{0, 4, 5}},
         .pipeline = "    actors: {T: {methods: {m: 10 s}}}\n"
                     "    driver: [{start: T, as: t}, {run: t.m}]\n",
         .end = END_FAILED,
         .makespan = 4,
         .claims = {COUNTED(actors.dead, 1), COUNTED(calls.retried, 0)}},
        {.name = "retries end with the actor",
         .outages = {{0, 4, 5}, {0, 9, 10}},
         .pipeline = LIMITS("1", "5") "    - {run: t.m}\n",
         .end = END_FAILED,
         .makespan = 9,
         .claims = {COUNTED(calls.retried, 1), TIMES(TOLD_RETRIED, 1)}},
        {.name = "a call to an actor that is restarting fails, or waits where it may be retried",
         .outages = {{0, 4, 8}},
         .pipeline = LIMITS("1", "0") "    - {think: 5 s}\n"
                                      "    - {run: t.n, on_error: [{think: 1 s}]}\n",
         .makespan = 6,
         .claims = {AT(TOLD_FAILED, 0, 5)}},
        {.name = "waits",
         .outages = {{0, 4, 8}},
         .pipeline = LIMITS("1", "1") "    - {think: 5 s}\n"
                                      "    - {run: t.n}\n",
         .makespan = 9},
    };
    (void)state;
    CLAIMED(rows);
}

/* Out of service from the crash on for detection 2 s + process and imports 0.5 s + constructor 3 s
 * + restore 1 s: struck at 10 s, back at 16.5 s; without a checkpoint at 15.5 s, with version 0. */
static void row_d14_downtime_is_the_sum_of_its_parts(void **state)
{
#define DOWN(checkpoint, taken)                                                                    \
    "    actors: {T: {start: 3 s, restarts: 1, " checkpoint "methods: {m: 1 s}}}\n"                \
    "    driver:\n"                                                                                \
    "    - {start: T, as: t}\n"                                                                    \
    "    - {run: t.m}\n" taken "    - {think: 10 s}\n"                                             \
    "    - {until: {t: 1}, do: [{run: t.m}]}\n"
#define PARTS "detection: {delay: 2 s}\nruntime: {worker_start: 0.3 s, worker_import: 0.2 s}\n"
    static const struct claimed rows[] = {
        {.name = "with a checkpoint",
         .nodes = 2,
         .outages = {{0, 10, 1000}},
         .head = PARTS,
         .pipeline = DOWN("checkpoint: {restore: 1 s}, ", "    - {checkpoint: t}\n"
                                                          "    - {think: 3 s}\n"),
         .makespan = 17.5, /* 3.5 + 1 + 3 + 10: its state counts 1, so nothing is to be done */
         .claims = {AT(TOLD_HOST_DETECTED, 0, 12), AT(TOLD_ACTOR, 3, 12), AT(TOLD_ACTOR, 4, 16.5),
                    TO(TOLD_ACTOR, 4, ACTOR_ALIVE), AMOUNT(TOLD_RESTORED, 0, 1),
                    SPENT(JOB_DETECT, 2), SPENT(JOB_RESTART, 3.5), SPENT(JOB_RESTORE, 1),
                    SPENT(JOB_START, 3.5), SPENT(JOB_LOST, 0)}},
        {.name = "without",
         .nodes = 2,
         .outages = {{0, 10, 1000}},
         .head = PARTS,
         .pipeline = DOWN("", "    - {think: 3 s}\n"),
         .makespan = 18.5,
         .claims = {AT(TOLD_ACTOR, 4, 15.5), AT(TOLD_STARTED, 1, 17.5), SPENT(JOB_LOST, 1),
                    SPENT(JOB_RESTART, 3.5)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* System failures only: exceptions are final unless the task says otherwise; `unlimited` outlasts
 * any number; retries begin at once. */
static void row_k04_tasks_are_retried_after_system_failures(void **state)
{
    static const struct claimed rows[] = {
        {.name = "an exception is final",
         .pipeline = "    tasks: {work: {time: 10 s, fails: {probability: 100 %, at: end}}}\n"
                     "    driver: [{run: work}]\n",
         .end = END_FAILED,
         .makespan = 10,
         .claims = {COUNTED(calls.retried, 0), SPENT(JOB_LOST, 10)}},
        {.name = "an exception, retried three times by default",
         .pipeline = "    tasks: {work: {time: 10 s, retry_exceptions: true, fails: {probability: "
                     "100 %, at: end}}}\n"
                     "    driver: [{run: work}]\n",
         .end = END_FAILED,
         .makespan = 40,
         .claims = {COUNTED(calls.retried, 3), AT(TOLD_STARTED, 3, 30)}},
        {.name = "without end",
         .outages = {{0, 4, 5}, {0, 9, 10}, {0, 14, 15}, {0, 19, 20}, {0, 24, 25}, {0, 29, 30}},
         .pipeline = "    tasks: {work: {time: 5 s, retries: unlimited}}\n"
                     "    driver: [{run: work}]\n",
         .makespan = 35,
         .claims = {COUNTED(calls.retried, 6), SPENT(JOB_LOST, 24)}},
        {.name = "with the second attempt on another node at once",
         .nodes = 3,
         .outages = {{0, 4, 1000}, {1, 6, 1000}},
         .pipeline = "    tasks: {work: 5 s}\n"
                     "    driver: [{run: work}]\n",
         .makespan = 11,
         .claims = {AT(TOLD_STARTED, 1, 4), ON(TOLD_STARTED, 1, 1), AT(TOLD_STARTED, 2, 6),
                    ON(TOLD_STARTED, 2, 2)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_a09_a_crash_loses_the_state),
        cmocka_unit_test(row_a17_only_what_is_complete_and_there_is_restored),
        cmocka_unit_test(row_a19_recovery_takes_the_newest_complete_checkpoint),
        cmocka_unit_test(row_a30_without_checkpoints_the_rework_is_everything),
        cmocka_unit_test(a_stateless_actor_loses_what_was_under_way_alone),
        cmocka_unit_test(row_b17_the_third_failure_of_three_attempts_is_final),
        cmocka_unit_test(row_c06_the_fifth_kill_is_final_and_every_call_ends_once),
        cmocka_unit_test(row_c07_a_driver_checkpoints_and_restores_by_itself),
        cmocka_unit_test(row_d10_restarts_of_actors_and_retries_of_calls),
        cmocka_unit_test(row_d14_downtime_is_the_sum_of_its_parts),
        cmocka_unit_test(row_k04_tasks_are_retried_after_system_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
