/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a queue is an actor that holds items, as rows C01, C02, C24 to C27 and D17 say. Method:
 * small programs whose times are computed by hand: when each item goes in and out, and which; and
 * counts of the record. */
#include "tests/sim/runtime/claims.h"

/* A queue and its methods: each computes for 1 s, one at a time, and then waits. */
#define QUEUE(capacity, methods)                                                                   \
    "    actors: {Q: {queue: {capacity: " capacity "}, methods: {" methods "}}}\n"                 \
    "    driver:\n"                                                                                \
    "    - {start: Q, as: q}\n"
#define PUT  "put: {time: 1 s, puts: 1}"
#define GET  "get: {time: 1 s, gets: 1}"
#define FULL "put: {time: 1 s, puts: 1, timeout: 5 s}"

static void row_c01_a_queue_is_first_come_first_served_and_bounded(void **state)
{
    static const struct claimed rows[] = {
        {.name = "items come out as they went in, and are delivered with the end of the call",
         .pipeline = QUEUE("0", PUT ", " GET) "    - {call: q.put, times: 4}\n"
                                              "    - {run: q.get, times: 4}\n",
         .makespan = 8,
         .claims = {AT(TOLD_ENQUEUED, 3, 4), NUMBER(TOLD_DEQUEUED, 0, 0),
                    NUMBER(TOLD_DEQUEUED, 1, 1), NUMBER(TOLD_DEQUEUED, 2, 2),
                    NUMBER(TOLD_DEQUEUED, 3, 3), AT(TOLD_DEQUEUED, 0, 5), AT(TOLD_ENDED, 4, 5),
                    COUNTED(items.put, 4), COUNTED(items.delivered, 4), COUNTED(items.high, 4)}},
        {.name = "who gets first is served first, at the moment something is put",
         .pipeline = QUEUE("0", PUT ", " GET) "    - {call: q.get, times: 2}\n"
                                              "    - {think: 10 s}\n"
                                              "    - {run: q.put, times: 2}\n",
         .makespan = 12,
         .claims = {AT(TOLD_DEQUEUED, 0, 11), AT(TOLD_DEQUEUED, 1, 12), AT(TOLD_DONE, 0, 11),
                    COUNTED(items.high, 1), SPENT(JOB_IDLE, 8), SPENT(JOB_USEFUL, 4)}},
        {.name = "a producer is blocked while it is full: two fit, the third waits for a get",
         .pipeline = QUEUE("2", PUT ", " GET) "    - {call: q.put, times: 3}\n"
                                              "    - {think: 10 s}\n"
                                              "    - {run: q.get, times: 3}\n",
         .makespan = 13,
         .claims = {AT(TOLD_ENQUEUED, 0, 1), AT(TOLD_ENQUEUED, 1, 2), AT(TOLD_ENQUEUED, 2, 11),
                    AMOUNT(TOLD_DEQUEUED, 0, 1), AMOUNT(TOLD_ENQUEUED, 2, 2), AT(TOLD_ENDED, 3, 11),
                    COUNTED(items.high, 2), COUNTED(calls.failed, 0)}},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_c01_who_waits_too_long_fails_at_that_moment(void **state)
{
    static const struct claimed rows[] = {
        {.name = "Full exactly 5 s after it began to wait, at 2 s",
         .pipeline = QUEUE("1", FULL) "    - {run: q.put, times: 2, on_error: []}\n",
         .makespan = 7,
         .claims = {AT(TOLD_ATTEMPT_FAILED, 0, 7), CAUSE(TOLD_ATTEMPT_FAILED, 0, CAUSE_TIMEOUT),
                    COUNTED(calls.failed, 1), COUNTED(calls.retried, 0), COUNTED(items.put, 1),
                    COUNTED(items.left, 1), SPENT(JOB_USEFUL, 2), SPENT(JOB_IDLE, 5)}},
        {.name = "Empty exactly 3 s after; what is put later stays",
         .pipeline =
             QUEUE("1", PUT
                   ", get: {time: 1 s, gets: 1, timeout: 3 s}") "    - {run: q.get, on_error: []}\n"
                                                                "    - {run: q.put}\n",
         .makespan = 5,
         .claims = {AT(TOLD_FAILED, 0, 4), CAUSE(TOLD_FAILED, 0, CAUSE_TIMEOUT),
                    COUNTED(items.left, 1)}},
        {.name = "a timeout of 0 s does not wait; who is in time is not late",
         .pipeline =
             QUEUE("1", "put: {time: 1 s, puts: 1, timeout: 0 s}, " GET) "    - {run: q.put, "
                                                                         "times: 3, on_error: []}\n"
                                                                         "    - {run: q.get}\n"
                                                                         "    - {run: q.put}\n",
         .makespan = 5,
         .claims = {AT(TOLD_FAILED, 0, 2), AT(TOLD_FAILED, 1, 3), AT(TOLD_ENQUEUED, 1, 5),
                    TIMES(TOLD_ENQUEUED, 2)}},
        {.name = "late, and tried again by who may: the third attempt finds room",
         .head = "recovery: {name: ray}\n",
         .pipeline =
             "    actors: {Q: {retries: 5, restarts: 1, queue: {capacity: 1}, methods: {put: "
             "{time: 1 s, puts: 1, timeout: 2 s, retry_exceptions: true}, " GET "}}}\n"
             "    driver:\n"
             "    - {start: Q, as: q}\n"
             "    - {run: q.put}\n"
             "    - {call: q.put, as: late}\n"
             "    - {think: 7 s}\n"
             "    - {run: q.get}\n"
             "    - {get: late}\n",
         .makespan = 9, /* attempts compute until 2, 5, 8, wait until 4, 7, 10; the get is at 9 */
         .claims = {AT(TOLD_ATTEMPT_FAILED, 1, 7), AT(TOLD_ENQUEUED, 1, 9),
                    COUNTED(calls.retried, 2), COUNTED(calls.failed, 0)}},
        {.name = "who waits is one of the calls at once: a get behind them does not begin",
         .pipeline =
             "    actors: {Q: {concurrency: 2, queue: {capacity: 1}, methods: {put: {time: 1 s, "
             "puts: 1, timeout: 10 s}, " GET "}}}\n"
             "    driver:\n"
             "    - {start: Q, as: q}\n"
             "    - {call: q.put, times: 3}\n"
             "    - {run: q.get}\n",
         .makespan =
             13, /* puts wait from 2 and 3 on; the get begins at 12, when the first is late */
         .claims = {AT(TOLD_FAILED, 0, 12), AT(TOLD_STARTED, 3, 12), AT(TOLD_DEQUEUED, 0, 13)}},
        {.name = "nobody handles it: the driver stops",
         .pipeline = QUEUE("1", FULL) "    - {run: q.put, times: 2}\n",
         .end = END_FAILED,
         .makespan = 7},
    };
    (void)state;
    CLAIMED(rows);
}

static void row_c02_a_batch_goes_in_and_out_as_one(void **state)
{
#define BATCHES(more)                                                                              \
    QUEUE("3", PUT ", " GET ", puts: {time: 1 s, puts: 3, " more                                   \
                   "}, gets: {time: 1 s, gets: 3, " more "}")
    static const struct claimed rows[] = {
        {.name = "three into two free places: Full, and nothing is added",
         .pipeline = BATCHES("timeout: 0 s") "    - {run: q.put}\n"
                                             "    - {run: q.puts, on_error: []}\n",
         .makespan = 2,
         .claims = {AT(TOLD_FAILED, 0, 2), TIMES(TOLD_ENQUEUED, 1), COUNTED(items.put, 1),
                    COUNTED(items.left, 1)}},
        {.name = "it waits until there is room for all three, and they go in at once",
         .pipeline = BATCHES("timeout: 1 min") "    - {run: q.put}\n"
                                               "    - {call: q.puts}\n"
                                               "    - {think: 10 s}\n"
                                               "    - {run: q.get}\n",
         .makespan = 12,
         .claims = {AT(TOLD_ENQUEUED, 1, 12), AT(TOLD_ENQUEUED, 3, 12), COUNTED(items.high, 3)}},
        {.name = "partial: two go in, and stay when the third comes too late",
         .pipeline = BATCHES("partial: true, timeout: 4 s") "    - {run: q.put}\n"
                                                            "    - {run: q.puts, on_error: []}\n",
         .makespan = 6,
         .claims = {AT(TOLD_ENQUEUED, 1, 2), AT(TOLD_ENQUEUED, 2, 2), AT(TOLD_FAILED, 0, 6),
                    COUNTED(items.put, 3), COUNTED(items.left, 3)}},
        {.name = "partial, and in time: one by one, as there is room",
         .pipeline = BATCHES("partial: true, timeout: 1 min") "    - {run: q.put, times: 2}\n"
                                                              "    - {call: q.puts}\n"
                                                              "    - {run: q.get, times: 2}\n",
         .makespan = 5,
         .claims = {AT(TOLD_ENQUEUED, 2, 3), AT(TOLD_ENQUEUED, 3, 4), AT(TOLD_ENQUEUED, 4, 5),
                    COUNTED(items.high, 3)}},
        {.name = "three of two: Empty, and nothing is taken",
         .pipeline = BATCHES("timeout: 2 s") "    - {run: q.put, times: 2}\n"
                                             "    - {run: q.gets, on_error: []}\n",
         .makespan = 5,
         .claims = {AT(TOLD_FAILED, 0, 5), TIMES(TOLD_DEQUEUED, 0), COUNTED(items.left, 2)}},
        {.name = "partial: it goes on with two, when its time is up",
         .pipeline = BATCHES("partial: true, timeout: 2 s") "    - {run: q.put, times: 2}\n"
                                                            "    - {run: q.gets}\n",
         .makespan = 5,
         .claims = {AT(TOLD_DEQUEUED, 1, 3), AT(TOLD_ENDED, 2, 5), COUNTED(items.delivered, 2),
                    COUNTED(calls.failed, 0)}},
        {.name = "and fails where there is nothing at all",
         .pipeline = BATCHES("partial: true, timeout: 2 s") "    - {run: q.gets, on_error: []}\n",
         .makespan = 3,
         .claims = {AT(TOLD_FAILED, 0, 3)}},
        {.name = "nobody passes a batch that waits: the item behind it has room, and waits too",
         .pipeline = BATCHES("timeout: 5 s") "    - {run: q.put}\n"
                                             "    - {call: q.puts}\n"
                                             "    - {run: q.put}\n",
         .makespan = 7, /* the batch waits from 2 to 7 */
         .claims = {AT(TOLD_ENQUEUED, 1, 7), AT(TOLD_FAILED, 0, 7)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Producers of 1 s into a queue of 4, whose reader takes 3 s for each: once it is full, an item
 * goes in when one comes out. */
static void row_c24_a_full_queue_makes_producers_as_slow_as_consumers(void **state)
{
    (void)state;
    struct played played;
    static const char pipeline[] =
        "    tasks: {make: 1 s, use: 3 s}\n"
        "    actors: {Q: {queue: {capacity: 4}, methods: {put: {time: 0 s, puts: 1}, get: {time: 0 "
        "s, gets: 1}}}}\n"
        "    driver:\n"
        "    - {start: Q, as: q}\n"
        "    - parallel:\n"
        "      - {repeat: 60, do: [{run: make}, {run: q.put}]}\n"
        "      - {repeat: 60, do: [{run: q.get}, {run: use}]}\n";
    played_open(&played, "cluster: {nodes: 1, node: {cpu: 4}}\n", pipeline);
    const struct record *r = played_run(&played, 0);
    simtime before = 0;
    uint32_t filling = 0;
    for (uint32_t i = 0; i < 60; i++) {
        const struct told *told = played_told(&played, TOLD_ENQUEUED, i);
        assert_true(told->amount <= 4);
        simtime apart = told->time - before;
        filling += apart == SIMTIME_SECOND;
        if (i >= 10) /* it is full by then */
            assert_int_equal(apart, 3 * SIMTIME_SECOND);
        before = told->time;
    }
    assert_in_range(filling, 4, 9);
    assert_int_equal(r->items.high, 4);
    assert_int_equal(r->makespan, (1 + 60 * 3) * SIMTIME_SECOND);
    played_close(&played);
}

/* A call costs o = 2 s, and s = 0.5 s for each of its b items: b / (o + b s) items a second. */
static void row_c25_a_batch_spreads_the_overhead_of_a_call(void **state)
{
#define BATCH(b, o, s, calls)                                                                      \
    "    actors: {Q: {queue: {}, methods: {put: {time: " o ", puts: " b ", item: " s               \
    "}, get: {time: " o ", gets: " b ", item: " s "}}}}\n"                                         \
    "    driver:\n"                                                                                \
    "    - {start: Q, as: q}\n"                                                                    \
    "    - {run: q.put, times: " calls "}\n"                                                       \
    "    - {run: q.get, times: " calls "}\n"
    static const struct claimed rows[] = {
        {.name = "one by one: 1 / (2 + 0.5)",
         .pipeline = BATCH("1", "2 s", "0.5 s", "120"),
         .makespan = 2 * 120 / (1 / 2.5),
         .claims = {COUNTED(items.delivered, 120)}},
        {.name = "by ten: 10 / (2 + 5)",
         .pipeline = BATCH("10", "2 s", "0.5 s", "12"),
         .makespan = 2 * 120 / (10 / 7.0),
         .claims = {COUNTED(items.delivered, 120), AT(TOLD_ENQUEUED, 9, 7)}},
        {.name = "by sixty: 60 / (2 + 30)",
         .pipeline = BATCH("60", "2 s", "0.5 s", "2"),
         .makespan = 2 * 120 / (60 / 32.0),
         .claims = {COUNTED(items.delivered, 120)}},
        {.name = "items of unlike cost: item k of call c takes the (c b + k)-th",
         .pipeline = BATCH("3", "2 s", "[1 s, 2 s, 3 s, 4 s]", "2"),
         .makespan = 2 * (8 + 9), /* 2 + 1 + 2 + 3, then 2 + 4 + 1 + 2 */
         .claims = {AT(TOLD_ENQUEUED, 0, 8), AT(TOLD_ENQUEUED, 3, 17)}},
    };
    (void)state;
    CLAIMED(rows);
}

/* Readers get in turn, and each has as many as the others, or one more. */
static void row_c26_equal_readers_get_equal_shares(void **state)
{
    enum { READERS = 4 };
    static const uint32_t items[] = {40, 41, 42, 43};
    (void)state;
    for (size_t k = 0; k < sizeof items / sizeof *items; k++) {
        char pipeline[1000];
        uint32_t got[READERS] = {0}, most = 0, least = UINT32_MAX;
        struct played played;
        snprintf(
            pipeline, sizeof pipeline,
            "    actors:\n"
            "      Q: {queue: {capacity: 3}, methods: {put: {time: 100 ms, puts: 1}, a: {time: "
            "0 s, gets: 1, timeout: 5 s}, b: {time: 0 s, gets: 1, timeout: 5 s}, c: {time: 0 "
            "s, gets: 1, timeout: 5 s}, d: {time: 0 s, gets: 1, timeout: 5 s}}}\n"
            "    tasks: {use: 1 s}\n"
            "    driver:\n"
            "    - {start: Q, as: q}\n"
            "    - parallel:\n"
            "      - [{run: q.put, times: %u}]\n"
            "      - {repeat: 12, do: [{run: q.a, on_error: []}, {run: use}]}\n"
            "      - {repeat: 12, do: [{run: q.b, on_error: []}, {run: use}]}\n"
            "      - {repeat: 12, do: [{run: q.c, on_error: []}, {run: use}]}\n"
            "      - {repeat: 12, do: [{run: q.d, on_error: []}, {run: use}]}\n",
            items[k]);
        played_open(&played, "cluster: {nodes: 1, node: {cpu: 8}}\n", pipeline);
        assert_int_equal(played_run(&played, 0)->items.delivered, items[k]);
        const struct program *program = played.cell.spec.program;
        for (uint32_t i = 0; i < items[k]; i++) {
            const char *name =
                program->functions[played_told(&played, TOLD_DEQUEUED, i)->function].name;
            got[name[strlen(name) - 1] - 'a']++;
        }
        for (uint32_t i = 0; i < READERS; i++) {
            most = got[i] > most ? got[i] : most;
            least = got[i] < least ? got[i] : least;
        }
        assert_in_range(most - least, 0, 1);
        played_close(&played);
    }
}

/* Depth over time, how long items wait and the high water, from what is told alone. Of three items
 * at 1, 2 and 3 s, taken at 11, 12 and 13 s: depth 1, 2, 3 until 11, then 2, 1, 0. */
static void row_c27_depth_and_latency_come_out_of_what_is_told(void **state)
{
    struct played played;
    slot_ns depth = 0, waited = 0;
    simtime since = 0;
    int64_t now = 0, high = 0;
    (void)state;
    played_open(&played, "cluster: {nodes: 1, node: {cpu: 1}}\n",
                QUEUE("10", PUT ", " GET) "    - {run: q.put, times: 3}\n"
                                          "    - {think: 7 s}\n"
                                          "    - {run: q.get, times: 3}\n");
    const struct record *r = played_run(&played, 0);
    for (uint32_t i = 0; i < played.count; i++) {
        const struct told *told = &played.told[i];
        if (told->kind != TOLD_ENQUEUED && told->kind != TOLD_DEQUEUED)
            continue;
        depth += (slot_ns)now * (told->time - since);
        since = told->time;
        now = (int64_t)told->amount;
        high = now > high ? now : high;
        waited += told->kind == TOLD_DEQUEUED ? told->time - told->since : 0;
    }
    assert_true(depth == r->items.depth && depth == (slot_ns)30 * SIMTIME_SECOND);
    assert_true(waited == r->items.waited && waited == (slot_ns)30 * SIMTIME_SECOND);
    assert_true(high == 3 && r->items.high == 3);
    played_close(&played);
}

/* The guide's game server lets 50 players in: who joins is an item, and refused at once where there
 * is no room. It says no, and is not hurt by it: nobody waits, nothing is tried again. */
static void row_d17_a_server_admits_as_many_as_it_holds(void **state)
{
#define SERVER                                                                                     \
    "    actors: {Server: {cpu: 2, gpu: 1, restarts: 1, queue: {capacity: 50}, methods: {join: "   \
    "{time: 10 ms, puts: 1, timeout: 0 s}, leave: {time: 10 ms, gets: 1}}}}\n"                     \
    "    driver:\n"                                                                                \
    "    - {start: Server, as: server}\n"                                                          \
    "    - {run: server.join, times: 50}\n"
    static const struct claimed rows[] = {
        {.name = "fifty are in, the 51st is refused",
         .cpu = 2,
         .gpu = 1,
         .pipeline = SERVER "    - {run: server.join, on_error: []}\n",
         .makespan = 0.51,
         .claims = {AMOUNT(TOLD_ENQUEUED, 49, 50), TIMES(TOLD_ENQUEUED, 50),
                    AT(TOLD_FAILED, 0, 0.51), COUNTED(calls.completed, 50),
                    COUNTED(calls.failed, 1), COUNTED(calls.retried, 0), COUNTED(actors.dead, 0)}},
        {.name = "one leaves, and another one is let in, but not two",
         .cpu = 2,
         .gpu = 1,
         .pipeline = SERVER "    - {run: server.leave}\n"
                            "    - {run: server.join, times: 2, on_error: []}\n",
         .makespan = 0.53,
         .claims = {AT(TOLD_ENQUEUED, 50, 0.52), AT(TOLD_FAILED, 0, 0.53), COUNTED(items.high, 50),
                    COUNTED(calls.failed, 1)}},
        {.name = "its process ends: whoever was in is out, and fifty find room again",
         .cpu = 2,
         .gpu = 1,
         .head = "faults: {schedule: [{at: 1 s, actor: Server}]}\n",
         .pipeline = SERVER "    - {think: 1 s}\n"
                            "    - {run: server.join, times: 51, on_error: []}\n",
         .makespan = 0.5 + 1 + 0.51,
         .claims = {TIMES(TOLD_ITEM_LOST, 50), TIMES(TOLD_ENQUEUED, 100), COUNTED(calls.failed, 1),
                    COUNTED(items.lost, 50)}},
    };
    (void)state;
    CLAIMED(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_c01_a_queue_is_first_come_first_served_and_bounded),
        cmocka_unit_test(row_c01_who_waits_too_long_fails_at_that_moment),
        cmocka_unit_test(row_c02_a_batch_goes_in_and_out_as_one),
        cmocka_unit_test(row_c24_a_full_queue_makes_producers_as_slow_as_consumers),
        cmocka_unit_test(row_c25_a_batch_spreads_the_overhead_of_a_call),
        cmocka_unit_test(row_c26_equal_readers_get_equal_shares),
        cmocka_unit_test(row_c27_depth_and_latency_come_out_of_what_is_told),
        cmocka_unit_test(row_d17_a_server_admits_as_many_as_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
