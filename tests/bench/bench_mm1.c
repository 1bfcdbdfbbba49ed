/* SPDX-License-Identifier: GPL-3.0-or-later */
/* M/M/1 at 90 % load: ns a customer, two events each, on eventq.
 *
 * What simulators quote as "events a second", counted in customers, since nobody agrees on what an
 * event is. An arrival draws the next arrival and queues; a departure takes the next in line. Both
 * times of customer k are one addressed Philox block, drawn for a batch of customers at once: an
 * address needs no turn. The mean time in system must come out near 10 service times. */
#include "sim/base/fmath.h"
#include "sim/base/random.h"
#include "sim/kernel/eventq.h"
#include "tests/bench/bench.h"

enum { BATCH = 256, LINE = 1 << 16, ARRIVAL = 1, DEPARTURE = 0 };

struct mm1 {
    struct eventq *queue;
    uint64_t seed, customers;
    uint64_t arrived, served;
    simtime now, total;
    simtime between[BATCH], service[BATCH]; /* of customer k at k % BATCH */
    struct {
        simtime arrival, service;
    } line[LINE]; /* customer k at k % LINE */
};

static void mm1_draw(struct mm1 *mm1)
{
    for (uint32_t i = 0; i < BATCH; i++) {
        struct random_address at = {.seed = mm1->seed, .occurrence = (uint32_t)mm1->arrived + i};
        struct random_pair pair = random_uniforms(&at, 0);
        mm1->between[i] = simtime_from_seconds(-fmath_log(pair.u[0]) / 0.9);
        mm1->service[i] = simtime_from_seconds(-fmath_log(pair.u[1]));
    }
}

static void mm1_serve(struct mm1 *mm1)
{
    simtime service = mm1->line[mm1->served % LINE].service;
    eventq_push(mm1->queue, mm1->now + service, DEPARTURE, 0);
}

static void mm1_arrive(struct mm1 *mm1)
{
    uint64_t k = mm1->arrived++;
    mm1->line[k % LINE].arrival = mm1->now;
    mm1->line[k % LINE].service = mm1->service[k % BATCH];
    if (mm1->arrived - mm1->served > LINE) {
        bench_fail("the line is longer than its ring");
    }
    if (mm1->arrived - mm1->served == 1) {
        mm1_serve(mm1);
    }
    simtime between = mm1->between[k % BATCH];
    if (mm1->arrived % BATCH == 0) {
        mm1_draw(mm1);
    }
    if (mm1->arrived < mm1->customers) {
        eventq_push(mm1->queue, mm1->now + between, ARRIVAL, 0);
    }
}

static void mm1_depart(struct mm1 *mm1)
{
    mm1->total += mm1->now - mm1->line[mm1->served % LINE].arrival;
    mm1->served++;
    if (mm1->arrived > mm1->served) {
        mm1_serve(mm1);
    }
}

/* ns a customer; the mean time in system is added to *mean. */
static double mm1_run(struct mm1 *mm1, uint64_t seed, double *mean)
{
    static void (*const handlers[])(struct mm1 *) = {mm1_depart, mm1_arrive};
    struct event event;
    eventq_reset(mm1->queue);
    mm1->seed = seed;
    mm1->arrived = mm1->served = 0;
    mm1->total = 0;
    double start = bench_seconds();
    mm1_draw(mm1);
    eventq_push(mm1->queue, 0, ARRIVAL, 0);
    while (eventq_pop(mm1->queue, &event)) {
        mm1->now = event.time;
        handlers[event_class(event)](mm1);
    }
    double each = (bench_seconds() - start) * 1e9 / (double)mm1->customers;
    *mean += simtime_seconds(mm1->total) / (double)mm1->customers;
    return each;
}

int main(int argc, char **argv)
{
    struct bench bench = bench_open(argc, argv);
    struct mm1 *mm1 = calloc(1, sizeof *mm1);
    double each[BENCH_REPEATS], mean = 0;
    if (mm1 == NULL || (mm1->queue = eventq_open(0, NULL, 0)) == NULL) {
        bench_fail("out of memory");
    }
    mm1->customers = bench.is_quick ? 100000 : 3000000;
    for (uint64_t i = 0; i < BENCH_REPEATS; i++) {
        each[i] = mm1_run(mm1, i + 1, &mean);
    }
    mean /= BENCH_REPEATS;
    if (!bench.is_quick && (mean < 9.5 || mean > 10.5)) {
        bench_fail("the mean time in system is not near 10");
    }
    double median = bench_median(each, BENCH_REPEATS);
    printf("%-18s %9s %9s   mean time in system\n", "M/M/1", "customers", "ns each");
    printf("%-18s %9.0f %9.1f   %.2f services\n", "mm1", (double)mm1->customers, median, mean);
    bench_row(&bench, "mm1", (double)mm1->customers, median, "ns", "", 0);
    bench_close(&bench);
    eventq_close(mm1->queue);
    free(mm1);
    return 0;
}
