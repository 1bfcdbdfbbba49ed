/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a stream of requests into an actor waits as queueing theory says (A31), and one into a
 * queue that holds so many is refused as it says (C01). Method: Poisson arrivals (a driver that
 * thinks and calls without waiting), exponential or constant service, one or more threads; the mean
 * wait of 24 batches of 1,000 requests in each of five runs, after 1,000 that are left out, against
 * the closed form, within the 99.9 % interval of batch means. For the queue the means of 40 runs
 * likewise. */
#include "tests/sim/runtime/played.h"
#include <math.h>

enum { RUNS = 5, BATCHES = 24, BATCH = 1000, REQUESTS = (BATCHES + 1) * BATCH, MEANS = 120 };
#define QUANTILE 3.373 /* of Student's t with 119 degrees of freedom, at 0.9995 */

static const struct queue {
    const char *name;
    unsigned servers;
    const char *gap, *service;
    double wait; /* before service, mean */
} rows[] = {
    /* rho / (mu - lambda); constant service halves it; Erlang's C over c mu - lambda: with an
     * offered load of 1 on two servers C = 1/3, of 2 on three 4/9. */
    {"M/M/1, load 0.5", 1, "{exponential: 2 s}", "{exponential: 1 s}", 0.5 / (1 - 0.5)},
    {"M/M/1, load 0.7", 1, "{exponential: 1 s}", "{exponential: 0.7 s}", 0.7 / (1 / 0.7 - 1)},
    {"M/D/1, load 0.5", 1, "{exponential: 2 s}", "1 s", 0.5 / 2 / (1 - 0.5)},
    {"M/D/1, load 0.7", 1, "{exponential: 1 s}", "0.7 s", 0.7 / 2 / (1 / 0.7 - 1)},
    {"M/M/2, load 1", 2, "{exponential: 1 s}", "{exponential: 1 s}", 1.0 / 3 / (2 - 1)},
    {"M/M/3, load 2", 3, "{exponential: 0.5 s}", "{exponential: 1 s}", 4.0 / 9 / (3 - 2)},
};

/* The batches' means of one run: request k begins as the k-th, whatever the number of servers. */
static void add_means(const struct played *played, double *means)
{
    uint32_t submitted = 0, started = 0;
    static simtime came[REQUESTS];
    for (uint32_t i = 0; i < BATCHES; i++)
        means[i] = 0;
    for (uint32_t i = 0; i < played->count; i++) {
        const struct told *told = &played->told[i];
        if (told->kind == TOLD_SUBMITTED)
            came[submitted++] = told->time;
        if (told->kind != TOLD_STARTED)
            continue;
        assert_true(started < submitted);
        double wait = simtime_seconds(told->time - came[started]);
        if (started >= BATCH)
            means[started / BATCH - 1] += wait / BATCH;
        started++;
    }
    assert_int_equal(submitted, REQUESTS);
    assert_int_equal(started, REQUESTS);
}

static void row_a31_requests_wait_as_queueing_theory_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char pipeline[500];
        double means[RUNS * BATCHES], mean = 0, squares = 0;
        struct played played;
        snprintf(pipeline, sizeof pipeline,
                 "    actors: {Server: {concurrency: %u, methods: {serve: {time: %s}}}}\n"
                 "    driver:\n"
                 "    - {start: Server, as: server}\n"
                 "    - {repeat: %d, do: [{think: %s}, {call: server.serve}]}\n"
                 "    - {think: 1 h}\n",
                 rows[i].servers, rows[i].service, REQUESTS, rows[i].gap);
        played_open(&played, "cluster: {nodes: 1, node: {cpu: 1}}", pipeline);
        for (uint32_t run = 0; run < RUNS; run++) {
            assert_int_equal(played_run(&played, run)->end, END_FINISHED);
            add_means(&played, means + run * BATCHES);
        }
        played_close(&played);
        for (unsigned k = 0; k < MEANS; k++)
            mean += means[k] / MEANS;
        for (unsigned k = 0; k < MEANS; k++)
            squares += (means[k] - mean) * (means[k] - mean);
        double half = QUANTILE * sqrt(squares / (MEANS - 1) / MEANS);
        print_message("%s: %.4f s +- %.4f, theory %.4f\n", rows[i].name, mean, half, rows[i].wait);
        assert_true(half < 0.15 * rows[i].wait);
        assert_true(fabs(mean - rows[i].wait) < half);
    }
}

/* ---- M/M/1/K ------------------------------------------------------------------------------- */

enum { SHORT_RUNS = 40, HORIZON = 5000 /* s */ };
#define SHORT_QUANTILE 3.558 /* of Student's t with 39 degrees of freedom, at 0.9995 */

/* Arrivals one a second into a queue of K - 1, put_nowait; a reader takes one after the other, for
 * 1 / mu each. K are there, queued or with the reader, with probability p; they lose what comes. */
static const struct bounded {
    const char *name;
    uint32_t most; /* K */
    double service;
} bounded[] = {
    {"M/M/1/3, load 0.8", 3, 0.8},
    {"M/M/1/6, load 0.8", 6, 0.8},
    {"M/M/1/4, load 1", 4, 1},
    {"M/M/1/4, load 1.5", 4, 1.5},
};

/* Of n there with probability proportional to load^n: K of them; how many wait, on average. */
static void expect(const struct bounded *row, double *refused, double *queued)
{
    double sum = 0, weight = 1;
    *queued = 0;
    for (uint32_t n = 0; n <= row->most; n++, weight *= row->service) {
        sum += weight;
        *queued += n > 0 ? (n - 1) * weight : 0;
        *refused = weight;
    }
    *refused /= sum;
    *queued /= sum;
}

static void assert_is_mean(const char *name, const char *what, const double *values, double theory)
{
    double mean = 0, squares = 0;
    for (unsigned k = 0; k < SHORT_RUNS; k++)
        mean += values[k] / SHORT_RUNS;
    for (unsigned k = 0; k < SHORT_RUNS; k++)
        squares += (values[k] - mean) * (values[k] - mean);
    double half = SHORT_QUANTILE * sqrt(squares / (SHORT_RUNS - 1) / SHORT_RUNS);
    print_message("%s: %s %.4f +- %.4f, theory %.4f\n", name, what, mean, half, theory);
    assert_true(half < 0.15 * theory);
    assert_true(fabs(mean - theory) < half);
}

static void row_c01_a_bounded_queue_refuses_as_queueing_theory_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bounded / sizeof *bounded; i++) {
        char pipeline[700], head[100];
        double refused[SHORT_RUNS], queued[SHORT_RUNS], waited[SHORT_RUNS], theory[2];
        struct played played;
        snprintf(head, sizeof head, "cluster: {nodes: 1, node: {cpu: 2}}\nhorizon: %d s", HORIZON);
        snprintf(pipeline, sizeof pipeline,
                 "    tasks: {use: {exponential: %.1f s}}\n"
                 "    actors: {Q: {queue: {capacity: %u}, methods: {put: {time: 0 s, puts: 1, "
                 "timeout: 0 s}, get: {time: 0 s, gets: 1}}}}\n"
                 "    driver:\n"
                 "    - {start: Q, as: q}\n"
                 "    - parallel:\n"
                 "      - {repeat: 1000000, do: [{think: {exponential: 1 s}}, {call: q.put}]}\n"
                 "      - {repeat: 1000000, do: [{run: q.get}, {run: use}]}\n",
                 bounded[i].service, bounded[i].most - 1);
        played_open(&played, head, pipeline);
        for (uint32_t run = 0; run < SHORT_RUNS; run++) {
            const struct record *r = played_run(&played, run);
            double puts = (double)(r->items.put + r->calls.failed);
            assert_int_equal(r->end, END_HORIZON);
            assert_int_equal(r->items.lost + r->items.doubled, 0);
            refused[run] = (double)r->calls.failed / puts;
            queued[run] = slot_seconds(r->items.depth) / HORIZON;
            waited[run] = slot_seconds(r->items.waited) / (double)r->items.delivered;
        }
        played_close(&played);
        expect(&bounded[i], &theory[0], &theory[1]);
        assert_is_mean(bounded[i].name, "refused", refused, theory[0]);
        assert_is_mean(bounded[i].name, "queued", queued, theory[1]);
        assert_is_mean(bounded[i].name, "waited, s", waited, theory[1] / (1 - theory[0]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_a31_requests_wait_as_queueing_theory_says),
        cmocka_unit_test(row_c01_a_bounded_queue_refuses_as_queueing_theory_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
