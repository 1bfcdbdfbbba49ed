/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what becomes of the items of a queue when its process is lost (C08): which are lost, which
 * come back, which are delivered twice. Method: small programs whose process ends at an exact time;
 * a node that fails; and one claim of the document, that retries without end lose no message, held
 * against 200 runs of each way to keep the items. */
#include "tests/sim/runtime/claims.h"

/* Two methods put one item a call: those of put are messages 0, 2, 4, …, of slow 1, 3, 5, … */
#define METHODS                                                                                    \
    ", methods: {put: {time: 1 s, puts: 1}, get: {time: 1 s, gets: 1}, slow: {time: 1 s, puts: 1," \
    " await: 5 s}, hold: {time: 1 s, gets: 1, await: 5 s}, poll: {time: 1 s, gets: 1, timeout: 0 " \
    "s}}"
/* A queue that starts in no time, and whose calls compute for 1 s; and its driver. */
#define QUEUE(more, driver)                                                                        \
    "    actors: {Q: {restarts: 4, " more METHODS "}}\n"                                           \
    "    driver:\n"                                                                                \
    "    - {start: Q, as: q}\n" driver
#define CRASH(at) "faults: {schedule: [{at: " at ", actor: Q}]}\n"
#define SAVED     "checkpoint: {snapshot: 1 s, restore: 1 s}, "

static void row_c08_what_is_queued_is_lost_or_comes_back(void **state)
{
    static const struct claimed rows[] = {
        {.name = "five are queued when the process ends: five are lost",
         .head = CRASH("10 s"),
         .pipeline = QUEUE("retries: unlimited, queue: {}", "    - {run: q.put, times: 5}\n"
                                                            "    - {think: 10 s}\n"
                                                            "    - {run: q.poll, on_error: []}\n"),
         .makespan = 16,
         .claims = {TIMES(TOLD_ITEM_LOST, 5), AT(TOLD_ITEM_LOST, 0, 10), COUNTED(items.put, 5),
                    COUNTED(items.lost, 5), COUNTED(items.delivered, 0), COUNTED(calls.failed, 1)}},
        {.name = "a checkpoint of the state without the items: restored, and lost all the same",
         .head = CRASH("10 s"),
         .pipeline =
             QUEUE("retries: unlimited, " SAVED "queue: {}", "    - {run: q.put, times: 5}\n"
                                                             "    - {checkpoint: q}\n"
                                                             "    - {think: 10 s}\n"
                                                             "    - {run: q.poll, on_error: []}\n"),
         .makespan = 17,
         .claims = {COUNTED(restored, 1), COUNTED(items.lost, 5), TIMES(TOLD_ITEM_BACK, 0)}},
        {.name = "with the items: those that it covers come back, in their order",
         .head = CRASH("10 s"),
         .pipeline = QUEUE("retries: unlimited, " SAVED "queue: {items: checkpointed}",
                           "    - {run: q.put, times: 4}\n"
                           "    - {checkpoint: q}\n"
                           "    - {run: q.put}\n"
                           "    - {think: 10 s}\n"
                           "    - {run: q.get, times: 4}\n"),
         .makespan = 20,
         .claims = {TIMES(TOLD_ITEM_LOST, 5), TIMES(TOLD_ITEM_BACK, 4), AT(TOLD_ITEM_BACK, 0, 11),
                    NUMBER(TOLD_DEQUEUED, 0, 0), NUMBER(TOLD_DEQUEUED, 3, 6),
                    COUNTED(items.delivered, 4), COUNTED(items.lost, 1)}},
        {.name = "at least once: what was taken since the checkpoint is delivered again",
         .head = CRASH("10 s"),
         .pipeline = QUEUE("retries: unlimited, " SAVED "queue: {items: checkpointed}",
                           "    - {run: q.put, times: 3}\n"
                           "    - {checkpoint: q}\n"
                           "    - {run: q.get, times: 2}\n"
                           "    - {think: 10 s}\n"
                           "    - {run: q.get, times: 3}\n"),
         .makespan = 19,
         .claims = {COUNTED(items.put, 3), COUNTED(items.delivered, 3), COUNTED(items.lost, 0),
                    COUNTED(items.doubled, 2), TIMES(TOLD_ITEM_LOST, 1), TIMES(TOLD_ITEM_BACK, 3)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_c08_what_is_in_hands_is_doubled_kept_or_lost(void **state)
{
    static const struct claimed rows[] = {
        {.name = "a put that is tried again is in twice, and delivered twice",
         .head = CRASH("4 s"),
         .pipeline =
             QUEUE("retries: unlimited, queue: {items: kept}", "    - {call: q.slow, as: put}\n"
                                                               "    - {think: 10 s}\n"
                                                               "    - {get: put}\n"
                                                               "    - {run: q.get, times: 2}\n"),
         .makespan = 12,
         .claims = {TO(TOLD_ENQUEUED, 0, 0), AT(TOLD_ENQUEUED, 1, 5), TO(TOLD_ENQUEUED, 1, 1),
                    NUMBER(TOLD_ENQUEUED, 1, 1), COUNTED(items.put, 1), COUNTED(items.high, 2),
                    COUNTED(items.delivered, 1), COUNTED(items.doubled, 1)}},
        {.name = "or once, where the first is lost with the queue",
         .head = CRASH("4 s"),
         .pipeline = QUEUE("retries: unlimited, queue: {}", "    - {call: q.slow, as: put}\n"
                                                            "    - {think: 10 s}\n"
                                                            "    - {get: put}\n"
                                                            "    - {run: q.get}\n"),
         .makespan = 11,
         .claims = {COUNTED(items.put, 1), TIMES(TOLD_ENQUEUED, 2), COUNTED(items.lost, 0),
                    COUNTED(items.delivered, 1), COUNTED(items.doubled, 0)}},
        {.name = "kept: nothing is lost; what a call had in its hands stands in front again",
         .head = CRASH("6 s"),
         .pipeline =
             QUEUE("retries: unlimited, queue: {items: kept}", "    - {run: q.put, times: 3}\n"
                                                               "    - {run: q.hold, as: held}\n"
                                                               "    - {run: q.get, times: 2}\n"),
         .makespan = 14, /* it took item 0 at 4, and again at 7: 12, and two more */
         .claims = {AT(TOLD_DEQUEUED, 0, 4), TIMES(TOLD_ITEM_LOST, 0), TIMES(TOLD_ITEM_BACK, 1),
                    AMOUNT(TOLD_ITEM_BACK, 0, 3), NUMBER(TOLD_DEQUEUED, 1, 0),
                    COUNTED(items.delivered, 3), COUNTED(items.doubled, 0)}},
        {.name = "lost in somebody's hands; it waits for another one",
         .head = CRASH("4 s"),
         .pipeline = QUEUE("retries: unlimited, queue: {}", "    - {run: q.put}\n"
                                                            "    - {call: q.hold, as: held}\n"
                                                            "    - {think: 10 s}\n"
                                                            "    - {run: q.put}\n"
                                                            "    - {get: held}\n"),
         .makespan = 17,
         .claims = {TIMES(TOLD_ITEM_LOST, 1), AMOUNT(TOLD_ITEM_LOST, 0, 0),
                    AT(TOLD_DEQUEUED, 1, 12), COUNTED(items.lost, 1), COUNTED(items.delivered, 1)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_c08_calls_that_wait_are_made_again_or_fail(void **state)
{
    static const struct claimed rows[] = {
        {.name = "calls that waited for room are made again, where they may be",
         .head = CRASH("6 s"),
         .pipeline = QUEUE("retries: 1, queue: {capacity: 2}", "    - {run: q.put, times: 2}\n"
                                                               "    - {call: q.put, times: 2}\n"
                                                               "    - {think: 10 s}\n"
                                                               "    - {run: q.get, times: 2}\n"),
         .makespan = 14,
         .claims = {COUNTED(calls.retried, 2), AT(TOLD_ENQUEUED, 2, 7), AT(TOLD_ENQUEUED, 3, 8),
                    COUNTED(items.lost, 2), COUNTED(items.delivered, 2), COUNTED(calls.failed, 0)}},
        {.name = "or fail",
         .head = CRASH("6 s"),
         .pipeline = QUEUE("queue: {capacity: 2}", "    - {run: q.put, times: 2}\n"
                                                   "    - {run: q.put, times: 2, on_error: []}\n"),
         .makespan = 6,
         .claims = {COUNTED(calls.failed, 2), COUNTED(items.put, 2)}},
        {.name = "an actor that dies takes all with it; one that is let go leaves it",
         .pipeline = "    actors: {Q: {queue: {items: kept}" METHODS "}}\n"
                     "    driver:\n"
                     "    - {start: Q, as: a}\n    - {start: Q, as: b}\n"
                     "    - {run: a.put, times: 3}\n    - {run: b.put, times: 2}\n"
                     "    - {kill: a}\n    - {think: 1 s}\n",
         .makespan = 6,
         .claims = {COUNTED(items.put, 5), COUNTED(items.lost, 3), COUNTED(items.left, 2)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* ---- "retries without end lose no message" ------------------------------------------------- */

/* Two producers and two readers of 100 items, and a node that fails every two minutes. Puts and
 * gets are tried again without end. A reader waits for 20 s, a hundred times. */
static struct record_items crashed(const char *more, uint32_t runs, uint64_t *struck)
{
    struct record_items sum = {0};
    struct played played;
    char pipeline[1500];
    snprintf(pipeline, sizeof pipeline,
             "    actors: {Q: {restarts: unlimited, retries: unlimited, %s, methods: {put: {time: "
             "0.1 s, puts: 1, await: 1 s}, get: {time: 0.1 s, gets: 1, timeout: 20 s}}}}\n"
             "    driver:\n"
             "    - {start: Q, as: q}\n"
             "    - parallel:\n"
             "      - {times: 2, do: [{repeat: 50, do: [{run: q.put}, {think: 2 s}]}]}\n"
             "      - {times: 2, do: [{repeat: 100, do: [{run: q.get, on_error: []}, {think: "
             "{exponential: 2.7 s}}]}]}\n"
             "      - {repeat: 40, do: [{think: 10 s}, {checkpoint: q, on_error: []}]}\n",
             more);
    played_open(&played,
                "cluster: {nodes: 3, node: {cpu: 2}}\nhorizon: 30 d\ndetection: {delay: 3 s}\n"
                "faults: {node: {uptime: {exponential: 2 min}, repair: {constant: 20 s}}}\n",
                pipeline);
    for (uint32_t i = 0; i < runs; i++) {
        const struct record *r = played_run(&played, i);
        assert_int_equal(r->end, END_FINISHED);
        assert_int_equal(r->items.put, 100);
        assert_int_equal(r->items.put, r->items.delivered + r->items.lost + r->items.left);
        sum.delivered += r->items.delivered;
        sum.lost += r->items.lost;
        sum.doubled += r->items.doubled;
        *struck += r->struck;
    }
    played_close(&played);
    return sum;
}

static void row_c08_retries_without_end_are_no_promise_that_nothing_is_lost(void **state)
{
    enum { RUNS = 200 };
    static const char checkpoint[] = "checkpoint: {snapshot: 0.2 s, restore: 0.2 s}";
    struct record_items lost, klaw, checkpointed, kept;
    char more[200];
    uint64_t struck = 0;
    (void)state;
    lost =
        crashed("queue: {capacity: 20}, checkpoint: {snapshot: 0.2 s, restore_on_restart: false}",
                RUNS, &struck);
    snprintf(more, sizeof more, "queue: {capacity: 20}, %s", checkpoint);
    klaw = crashed(more, RUNS, &struck);
    snprintf(more, sizeof more, "queue: {capacity: 20, items: checkpointed}, %s", checkpoint);
    checkpointed = crashed(more, RUNS, &struck);
    snprintf(more, sizeof more, "queue: {capacity: 20, items: kept}, %s", checkpoint);
    kept = crashed(more, RUNS, &struck);
    print_message(
        "    %u runs each, %llu failures struck; lost, doubled: no checkpoint %llu, %llu; "
        "without items %llu, %llu; with items %llu, %llu; kept %llu, %llu\n",
        (unsigned)RUNS, (unsigned long long)struck, (unsigned long long)lost.lost,
        (unsigned long long)lost.doubled, (unsigned long long)klaw.lost,
        (unsigned long long)klaw.doubled, (unsigned long long)checkpointed.lost,
        (unsigned long long)checkpointed.doubled, (unsigned long long)kept.lost,
        (unsigned long long)kept.doubled);
    assert_true(struck > 0);
    assert_true(lost.lost > 0 && lost.doubled > 0); /* false in both directions */
    assert_true(klaw.lost > 0);
    assert_true(checkpointed.lost < klaw.lost && checkpointed.doubled > klaw.doubled);
    assert_true(kept.lost == 0 && kept.doubled > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_c08_what_is_queued_is_lost_or_comes_back),
        cmocka_unit_test(row_c08_what_is_in_hands_is_doubled_kept_or_lost),
        cmocka_unit_test(row_c08_calls_that_wait_are_made_again_or_fail),
        cmocka_unit_test(row_c08_retries_without_end_are_no_promise_that_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
