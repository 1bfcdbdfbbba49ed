/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: routed requests fill queues as theory says (C17): of many M/M/1 queues at load x, a share
 * of x^k holds k requests or more where each goes to one at random, and of x^(2^k - 1) where it
 * goes to the shorter of two (Mitzenmacher 1996; Vvedenskaya, Dobrushin, Karpelevich 1996). Method:
 * Poisson arrivals at 250 replicas; queue lengths added up from what is told, as means over 20
 * stretches of equal numbers of requests, behind one that is left out; within four standard errors
 * and the 1/250 by which so few replicas may differ from infinitely many. */
#include "tests/sim/runtime/played.h"
#include <math.h>

enum { REPLICAS = 250, STRETCHES = 20, STRETCH = 6000, LENGTHS = 4 };
#define FEW (1.0 / REPLICAS)

static const struct market {
    const char *router;
    const char *gap; /* between arrivals; service takes 1 s */
    double load;
    int is_two;
} rows[] = {
    {"{name: random, max_ongoing: 1000000}", "8 ms", 0.5, 0},
    {"{name: random, max_ongoing: 1000000}", "5.714286 ms", 0.7, 0},
    {"{name: power-of-two, max_ongoing: 1000000, cache: 0 s}", "8 ms", 0.5, 1},
    {"{name: power-of-two, max_ongoing: 1000000, cache: 0 s}", "5.714286 ms", 0.7, 1},
    {"{name: power-of-two, max_ongoing: 1000000, cache: 0 s}", "4.444444 ms", 0.9, 1},
};

/* Seconds that replicas have spent with k requests or more, k from 1. */
struct watch {
    uint32_t length[REPLICAS + 1]; /* by actor, from 1 */
    uint32_t holding[LENGTHS + 1];
    double seconds[LENGTHS + 1], share[STRETCHES + 1][LENGTHS + 1];
    double last, began;
    uint32_t accepted;
};

static void end_stretch(struct watch *w, double now)
{
    uint32_t stretch = w->accepted / STRETCH - 1;
    for (unsigned k = 1; k <= LENGTHS && stretch <= STRETCHES; k++) {
        w->share[stretch][k] = w->seconds[k] / (now - w->began) / REPLICAS;
        w->seconds[k] = 0;
    }
    w->began = now;
}

static void watch_hear(void *context, const struct told *told)
{
    struct watch *w = context;
    if (told->kind != TOLD_ACCEPTED && told->kind != TOLD_ENDED)
        return;
    double now = simtime_seconds(told->time);
    for (unsigned k = 1; k <= LENGTHS; k++)
        w->seconds[k] += w->holding[k] * (now - w->last);
    w->last = now;
    assert_in_range(told->actor, 1, REPLICAS);
    uint32_t *length = &w->length[told->actor];
    if (told->kind == TOLD_ENDED) {
        if (*length <= LENGTHS)
            w->holding[*length]--;
        --*length;
        return;
    }
    ++*length;
    assert_int_equal(*length, told->amount);
    if (*length <= LENGTHS)
        w->holding[*length]++;
    if (++w->accepted % STRETCH == 0)
        end_stretch(w, now);
}

static bool is_as_theory_says(const struct watch *w, const struct market *row, unsigned k)
{
    double mean = 0, squares = 0;
    double theory = pow(row->load, row->is_two ? (double)((1u << k) - 1) : k);
    for (unsigned i = 1; i <= STRETCHES; i++)
        mean += w->share[i][k] / STRETCHES;
    for (unsigned i = 1; i <= STRETCHES; i++)
        squares += (w->share[i][k] - mean) * (w->share[i][k] - mean);
    double error = sqrt(squares / (STRETCHES - 1) / STRETCHES);
    print_message("%s, load %.1f: %u or more: %.4f +- %.4f, theory %.4f\n",
                  row->is_two ? "two" : "random", row->load, k, mean, error, theory);
    return fabs(mean - theory) < 4 * error + FEW && 4 * error < 0.25 * theory + FEW;
}

/* Returns the longest queue of the run. */
static uint64_t watch_market(const struct market *row, struct watch *watch)
{
    char head[300], pipeline[500];
    struct played played;
    struct workspace workspace;
    *watch = (struct watch){0};
    snprintf(head, sizeof head, "cluster: {nodes: %d, node: {cpu: 1}}\nrouter: %s\n", REPLICAS,
             row->router);
    snprintf(pipeline, sizeof pipeline,
             "    actors: {Replica: {cpu: 1, methods: {serve: {exponential: 1 s}}}}\n"
             "    driver:\n"
             "    - {start: Replica, times: %d, as: market}\n"
             "    - repeat: %d\n"
             "      do: [{think: {exponential: %s}}, {call: market.serve, to: one}]\n"
             "    - think: 1 s\n",
             REPLICAS, (STRETCHES + 1) * STRETCH, row->gap);
    played_open(&played, head, pipeline);
    assert_int_equal(workspace_open(&workspace, &played.cell, played.cell.plan), STATUS_OK);
    runtime_listen(&workspace.runtime, watch_hear, watch);
    assert_int_equal(workspace_replicate(&workspace, 0, GROUP_CONTROLLED, &played.record),
                     STATUS_OK);
    workspace_close(&workspace);
    uint64_t longest = played.record.routes.longest;
    assert_int_equal(played.record.end, END_FINISHED);
    assert_int_equal(played.record.routes.accepted, (STRETCHES + 1) * STRETCH);
    played_close(&played);
    return longest;
}

static void row_c17_queues_are_as_long_as_the_supermarket_model_says(void **state)
{
    static struct watch watch;
    unsigned failed = 0;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        watch_market(&rows[i], &watch);
        for (unsigned k = 1; k <= LENGTHS; k++)
            failed += !is_as_theory_says(&watch, &rows[i], k);
    }
    assert_int_equal(failed, 0);
}

/* The longest of n queues: about log n / log (1 / x) at random, and log log n / log 2 of two. */
static void row_c17_the_longest_queue_is_far_shorter_of_two_than_at_random(void **state)
{
    static const struct market two = {"{name: power-of-two, max_ongoing: 1000000, cache: 0 s}",
                                      "4.444444 ms", 0.9, 1},
                               random = {"{name: random, max_ongoing: 1000000}", "4.444444 ms", 0.9,
                                         0};
    static struct watch watch;
    uint64_t of_two = watch_market(&two, &watch), at_random = watch_market(&random, &watch);
    (void)state;
    print_message("longest queue: %u of two, %u at random\n", (unsigned)of_two,
                  (unsigned)at_random);
    assert_true(of_two <= 8);
    assert_true(at_random >= 4 * of_two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_c17_queues_are_as_long_as_the_supermarket_model_says),
        cmocka_unit_test(row_c17_the_longest_queue_is_far_shorter_of_two_than_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
