/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a stream of requests into an actor waits as queueing theory says (A31). Method: Poisson
 * arrivals (a driver that thinks and calls without waiting), exponential or constant service, one
 * or more threads; the mean wait of 24 batches of 1,000 requests in each of five runs, after 1,000
 * that are left out, against the closed form, within the 99.9 % interval of batch means. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_a31_requests_wait_as_queueing_theory_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
