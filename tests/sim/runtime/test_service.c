/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: actors serve calls, exceptions and snapshots as rows A18, A20, C09, D07, D11 and D19 say.
 * Method: small programs whose times are computed by hand; frequencies over fixed seeds. */
#include "tests/sim/runtime/claims.h"
#include <math.h>

/* A snapshot of 0.5 s is a call like the others: the next epoch of 2 s starts after it. What
 * persists afterwards, 5 s, occupies nobody: the calls behind the snapshot run meanwhile. */
static void row_a18_a_checkpoint_is_a_call_of_its_actor(void **state)
{
    static const struct claimed rows[] = {
        {.name = "after each of three epochs: 3 x 2 s + 3 x 0.5 s",
         .pipeline = "    actors: {T: {checkpoint: {snapshot: 0.5 s}, methods: {train: 2 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {repeat: 3, do: [{run: t.train}, {checkpoint: t}]}\n",
         .makespan = 7.5,
         .claims = {AT(TOLD_STARTED, 1, 2.5), AT(TOLD_STARTED, 2, 5), SPENT(JOB_CHECKPOINT, 1.5),
                    SPENT(JOB_USEFUL, 6), COUNTED(taken, 3), COUNTED(completed, 3)}},
        {.name = "behind the calls before it",
         .pipeline = "    actors: {T: {checkpoint: {snapshot: 0.5 s}, methods: {train: 2 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {call: t.train, times: 2}\n"
                     "    - {checkpoint: t}\n",
         .makespan = 4.5,
         .claims = {AT(TOLD_SNAPSHOT, 0, 4), AMOUNT(TOLD_SNAPSHOT, 0, 2)}},
        {.name = "persists in the background; one at a time",
         .pipeline = "    actors: {T: {checkpoint: {snapshot: 0.5 s, persist: 5 s}, methods: "
                     "{train: 2 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {run: t.train}\n"
                     "    - parallel: [[{checkpoint: t}], [{run: t.train}], [{checkpoint: t}]]\n",
         .makespan = 13, /* 2.5 persisting until 7.5, epoch until 4.5; then 0.5 and 5 */
         .claims = {AT(TOLD_PERSISTING, 0, 2.5), AT(TOLD_STARTED, 1, 2.5),
                    AT(TOLD_COMPLETE, 0, 7.5), AMOUNT(TOLD_COMPLETE, 0, 1),
                    AT(TOLD_SNAPSHOT, 1, 7.5), AMOUNT(TOLD_COMPLETE, 1, 2),
                    SPENT(JOB_CHECKPOINT, 1), SPENT(JOB_USEFUL, 4)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* An async actor answers `status` while `run` awaits, not while it computes: run computes for 2 s,
 * then waits for 10; status, submitted at the same time, computes from 2 to 3. A plain actor
 * answers when run is over. */
static void row_c09_async_calls_interleave_at_awaits_only(void **state)
{
#define CALLS(kind)                                                                                \
    "    actors: {T: {" kind "methods: {run: {time: 2 s, await: 10 s}, status: 1 s}}}\n"           \
    "    driver:\n"                                                                                \
    "    - {start: T, as: t}\n"                                                                    \
    "    - {call: t.run}\n"                                                                        \
    "    - {run: t.status, as: s}\n"
    static const struct claimed rows[] = {
        {.name = "async",
         .pipeline = CALLS("async: true, "),
         .makespan = 3,
         .claims = {AT(TOLD_STARTED, 1, 2)}},
        {.name = "plain",
         .pipeline = CALLS(""),
         .makespan = 13,
         .claims = {AT(TOLD_STARTED, 1, 12)}},
        {.name = "ten at once: all compute one after the other, all wait together",
         .pipeline = "    actors: {T: {async: true, methods: {run: {time: 1 s, await: 20 s}}}}\n"
                     "    driver: [{start: T, as: t}, {run: t.run, times: 10}]\n",
         .makespan = 30},
        {.name = "three at once at most",
         .pipeline = "    actors: {T: {async: true, concurrency: 3, methods: {run: {time: 1 s, "
                     "await: 20 s}}}}\n"
                     "    driver: [{start: T, as: t}, {run: t.run, times: 4}]\n",
         .makespan = 42, /* the first is over at 21; then the fourth */
         .claims = {AT(TOLD_STARTED, 3, 21)}},
        {.name = "1000 at once by default, and the next waits for a place",
         .pipeline = "    actors: {T: {async: true, methods: {run: {time: 0 s, await: 20 s}}}}\n"
                     "    driver: [{start: T, as: t}, {run: t.run, times: 1001}]\n",
         .makespan = 40},
        {.name = "arguments that come meanwhile do not make two compute at once",
         .nodes = 2,
         .head = "runtime: {latency: 1 s}\n",
         .pipeline = "    actors: {T: {async: true, methods: {run: 5 s}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {put: 1 MB, as: x}\n"
                     "    - {call: t.run, with: x}\n"
                     "    - {run: t.run}\n"
                     "    - {run: t.run}\n",
         .makespan = 15,
         .claims = {SPENT(JOB_USEFUL, 15)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* An exception is the call's result; the next call runs as if nothing had been. */
static void row_d07_an_exception_is_a_result_and_the_loop_goes_on(void **state)
{
    static const struct claimed rows[] = {
        {.name = "the second of three fails",
         .pipeline = "    actors: {T: {methods: {good: 2 s, bad: {time: 3 s, fails: {probability: "
                     "100 %, at: end}}}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {call: t.good}\n"
                     "    - {call: t.bad, as: x}\n"
                     "    - {run: t.good}\n"
                     "    - {get: x, on_error: [{think: 1 s}]}\n",
         .makespan = 8,
         .claims = {AT(TOLD_FAILED, 0, 5), AT(TOLD_STARTED, 2, 5), AT(TOLD_ENDED, 1, 7),
                    STATES(ACTOR_ALIVE, 1), STATES(ACTOR_RESTARTING, 0), COUNTED(calls.failed, 1),
                    COUNTED(calls.completed, 2), COUNTED(actors.restarted, 0)}},
        {.name = "halfway: nothing has changed, and the time is lost",
         .pipeline =
             "    actors: {T: {checkpoint: {}, methods: {good: 2 s, bad: {time: 3 s, fails: "
             "{probability: 100 %, at: 0.5}}}}}\n"
             "    driver:\n"
             "    - {start: T, as: t}\n"
             "    - {run: t.good}\n"
             "    - {run: t.bad, on_error: []}\n"
             "    - {checkpoint: t}\n",
         .makespan = 3.5,
         .claims = {SPENT(JOB_USEFUL, 2), SPENT(JOB_LOST, 1.5), AMOUNT(TOLD_COMPLETE, 0, 1)}},
        {.name = "tried again before those behind it",
         .pipeline = "    actors: {T: {restarts: 1, retries: 1, methods: {good: 2 s, bad: {time: 3 "
                     "s, retry_exceptions: true, fails: {probability: 100 %, at: end}}}}}\n"
                     "    driver:\n"
                     "    - {start: T, as: t}\n"
                     "    - {call: t.bad}\n"
                     "    - {run: t.good}\n",
         .makespan = 8,
         .claims = {AT(TOLD_STARTED, 1, 3), AT(TOLD_STARTED, 2, 6)}},
        {.name = "not handled",
         .pipeline = "    actors: {T: {methods: {bad: {time: 3 s, fails: 100 %}}}}\n"
                     "    driver: [{start: T, as: t}, {run: t.bad}]\n",
         .end = END_FAILED},
    };
    (void)state;
    CLAIMED(rows);
}

/* p = 0.1, raised at the end: the state has changed. 1,000 calls give 1,000 in the state, about 100
 * errors (within 3 sigma, 28), no restart and no retry. */
static void row_d11_exceptions_are_no_crashes(void **state)
{
    struct played played;
    (void)state;
    played_open(&played, "cluster: {nodes: 1, node: {cpu: 1}}",
                "    actors:\n"
                "      T:\n"
                "        restarts: 3\n"
                "        retries: 2\n"
                "        checkpoint: {}\n"
                "        methods: {m: {time: 1 s, fails: {probability: 10 %, at: end}}}\n"
                "    driver:\n"
                "    - {start: T, as: t}\n"
                "    - {repeat: 1000, do: [{run: t.m, on_error: []}]}\n"
                "    - {checkpoint: t}\n");
    const struct record *r = played_run(&played, 0);
    assert_int_equal(r->end, END_FINISHED);
    assert_true(simtime_seconds(r->makespan) == 1000);
    assert_in_range(r->calls.failed, 72, 128);
    assert_int_equal(r->calls.failed + r->calls.completed, 1000);
    assert_int_equal(r->calls.retried, 0);
    assert_int_equal(r->actors.restarted, 0);
    assert_int_equal((int)played_told(&played, TOLD_COMPLETE, 0)->amount, 1000);
    played_close(&played);
}

/* At most once: a call that failed at its end is in the state once. With retries of exceptions it
 * is tried again and is there twice, and more: the counter passes the calls. */
static void row_d19_a_retried_call_is_applied_twice(void **state)
{
#define APPLY(more)                                                                                \
    "    actors: {T: {restarts: 1, retries: 3, checkpoint: {}, methods: {m: {time: 1 s, " more     \
    "fails: {probability: 100 %, at: end}}}}}\n"                                                   \
    "    driver:\n"                                                                                \
    "    - {start: T, as: t}\n"                                                                    \
    "    - {run: t.m, on_error: []}\n"                                                             \
    "    - {checkpoint: t}\n"
    static const struct claimed rows[] = {
        {.name = "at most once",
         .pipeline = APPLY(""),
         .makespan = 1,
         .claims = {COUNTED(calls.submitted, 1), AMOUNT(TOLD_COMPLETE, 0, 1)}},
        {.name = "at least once",
         .pipeline = APPLY("retry_exceptions: true, "),
         .makespan = 4,
         .claims = {COUNTED(calls.submitted, 1), COUNTED(calls.retried, 3), TIMES(TOLD_RETRIED, 3),
                    TIMES(TOLD_STARTED, 4), AMOUNT(TOLD_COMPLETE, 0, 4)}},
    };
    (void)state;
    CLAIMED(rows);
}

struct frequency {
    const char *name, *pipeline;
    double mean, none; /* failures of a run; probability of none */
    double variance;
};

static void count_failures(const struct frequency *row, uint32_t seed, uint32_t runs,
                           uint64_t *failures, uint64_t *none)
{
    struct played played;
    char head[100];
    snprintf(head, sizeof head, "seed: %u\ncluster: {nodes: 1, node: {cpu: 1}}", seed);
    played_open(&played, head, row->pipeline);
    for (uint32_t run = 0; run < runs; run++) {
        const struct record *r = played_run(&played, run);
        assert_int_equal(r->end, END_FINISHED);
        assert_int_equal(r->attempts.failed, r->calls.failed);
        *failures += r->calls.failed;
        *none += r->calls.failed == 0;
    }
    played_close(&played);
}

/* Binomial: n epochs may fail with p. Over 3,000 runs the mean is within 3 sigma of n p, and the
 * fraction without a failure of (1 - p)^n. */
static void row_a20_exceptions_are_as_frequent_as_said(void **state)
{
    enum { RUNS = 3000, SEEDS = 6 };
#define EPOCHS(n, p, after)                                                                        \
    "    actors: {T: {methods: {train: {time: 1 s, fails: {probability: " p ", after: " after      \
    "}}}}}\n"                                                                                      \
    "    driver: [{start: T, as: t}, {repeat: " n ", do: [{run: t.train, on_error: []}]}]\n"
    static const struct frequency rows[] = {
        {"CIFAR-10: nine of ten epochs", EPOCHS("10", "0.25", "1"), 2.25, 0.075085, 9 * 0.1875},
        {"MNIST: four of five", EPOCHS("5", "0.25", "1"), 1.0, 0.316406, 4 * 0.1875},
        {"simulated: three of three", EPOCHS("3", "0.3", "0"), 0.9, 0.343, 3 * 0.21},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t failures = 0, none = 0;
        double sigma = sqrt(rows[i].variance / RUNS);
        for (uint32_t seed = 1; seed <= SEEDS; seed++)
            count_failures(&rows[i], seed, RUNS / SEEDS, &failures, &none);
        double mean = (double)failures / RUNS, fraction = (double)none / RUNS;
        print_message("%s: %.3f failures, none in %.3f\n", rows[i].name, mean, fraction);
        assert_true(fabs(mean - rows[i].mean) < 3 * sigma);
        assert_true(fabs(fraction - rows[i].none) <
                    3 * sqrt(rows[i].none * (1 - rows[i].none) / RUNS));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_a18_a_checkpoint_is_a_call_of_its_actor),
        cmocka_unit_test(row_c09_async_calls_interleave_at_awaits_only),
        cmocka_unit_test(row_d07_an_exception_is_a_result_and_the_loop_goes_on),
        cmocka_unit_test(row_d11_exceptions_are_no_crashes),
        cmocka_unit_test(row_d19_a_retried_call_is_applied_twice),
        cmocka_unit_test(row_a20_exceptions_are_as_frequent_as_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
