/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a scheduling decision costs: every class, pools of 1e2, 1e4 and 1e5 nodes.
 *
 * Nodes of 16 processors, two of three with memory only, the third with four accelerators besides;
 * requests of 1, 2 or 4 processors, some with an accelerator. The pool is filled until nothing fits
 * and runs at that: each turn releases a random placement, submits a request and asks until there
 * is no more. So every turn is a release, a submission, about one placement and one answer that
 * there is none, as in a cluster under load. Then the same half full, where everything fits.
 *
 *   bench_schedule [--quick] [--csv FILE] */
#include "policies/registry.h"
#include "tests/bench/bench.h"

enum { PARAMS = 8, QUEUE = 1000 };

struct driver {
    const struct cairn_scheduler_class *class;
    struct cairn_pool pool;
    void *state;
    uint64_t random, ids, placed;
    int64_t now;
    int is_varied; /* no two demands are alike */
    struct held {
        struct cairn_placement placement;
        struct cairn_demand demand;
    } * held;
    struct cairn_demand *asked; /* by id */
};

static _Alignas(16) unsigned char plan[256];

/* All parameters at their defaults. */
static void make_plan(const struct cairn_scheduler_class *class, enum cairn_order order)
{
    struct cairn_value values[PARAMS] = {{0}};
    for (int i = 0; class->params[i].name; i++) {
        char *unit;
        values[i].x = strtod(class->params[i].fallback, &unit);
        values[i].i = (int64_t)values[i].x;
        if (class->params[i].unit == CAIRN_DURATION)
            values[i].i *= 3600 * INT64_C(1000000000);
        if (class->params[i].unit == CAIRN_CHOICE)
            values[i].i = 0;
    }
    values[0].i = order;
    memset(plan, 0, sizeof plan);
    if (class->plan_size > sizeof plan || class->plan(values, plan) != NULL)
        bench_fail("no plan");
}

static struct cairn_demand any_demand(uint64_t *random, int is_varied)
{
    uint64_t r = bench_random(random);
    int64_t cpus = INT64_C(1) << r % 3;
    return (struct cairn_demand){{cpus * CAIRN_WHOLE, r >> 8 & 7 ? 0 : CAIRN_WHOLE,
                                  (cpus << 30) - (is_varied ? (int64_t)(r >> 40) : 0), 0}};
}

static void submit(struct driver *d)
{
    uint64_t id = d->ids++;
    struct cairn_request r = {.size = sizeof r,
                              .abi = CAIRN_SCHEDULER_ABI,
                              .id = id,
                              .count = 1,
                              .demand = any_demand(&d->random, d->is_varied),
                              .local = CAIRN_NOWHERE,
                              .avoid = CAIRN_NOWHERE,
                              .nearest = (uint32_t)(bench_random(&d->random) % d->pool.nodes),
                              .expected = (int64_t)(bench_random(&d->random) % 1000000),
                              .random = {bench_random(&d->random)}};
    d->asked[id] = r.demand;
    if (!cairn_scheduler_submit(d->class, plan, d->state, d->now, &r))
        bench_fail("the queue is full");
}

static int place(struct driver *d)
{
    struct held *held = &d->held[d->placed];
    if (!cairn_scheduler_next(d->class, plan, d->state, d->now, &held->placement))
        return 0;
    held->demand = d->asked[held->placement.id];
    d->placed++;
    return 1;
}

static void release(struct driver *d)
{
    uint64_t i = bench_random(&d->random) % d->placed;
    struct held held = d->held[i];
    d->held[i] = d->held[--d->placed];
    cairn_scheduler_release(d->class, plan, d->state, d->now, &held.placement, &held.demand);
}

static void open_driver(struct driver *d, const char *name, enum cairn_order order, uint32_t nodes,
                        uint64_t placements, uint64_t turns)
{
    *d = (struct driver){.class = cairn_scheduler_find(name), .random = 1};
    d->pool = (struct cairn_pool){.size = sizeof d->pool,
                                  .abi = CAIRN_SCHEDULER_ABI,
                                  .nodes = nodes,
                                  .pending = (uint32_t)placements + 2 * QUEUE};
    make_plan(d->class, order);
    d->state = bench_records(1, cairn_scheduler_size(d->class, plan, &d->pool));
    d->held = bench_records(placements + QUEUE, sizeof *d->held);
    d->asked = bench_records(placements + 2 * QUEUE + turns, sizeof *d->asked);
    if (d->state == NULL || d->held == NULL || d->asked == NULL)
        bench_fail("out of memory");
    cairn_scheduler_init(d->class, plan, &d->pool, d->state);
    for (uint32_t n = 0; n < nodes; n++) {
        struct cairn_demand all = {
            {16 * CAIRN_WHOLE, n % 3 == 2 ? 4 * CAIRN_WHOLE : 0, INT64_C(64) << 30, 0}};
        cairn_scheduler_node(d->class, plan, d->state, 0, n, CAIRN_NODE_UP, &all);
    }
}

static void close_driver(struct driver *d)
{
    free(d->state);
    free(d->held);
    free(d->asked);
}

/* ns a turn, the median of BENCH_REPEATS. */
static double measure(const char *name, enum cairn_order order, uint32_t nodes, int is_full,
                      int is_varied, uint64_t turns)
{
    struct driver d;
    double seconds[BENCH_REPEATS];
    uint64_t most = is_full ? 16 * (uint64_t)nodes : 3 * (uint64_t)nodes;
    open_driver(&d, name, order, nodes, most, BENCH_REPEATS * turns);
    d.is_varied = is_varied;
    for (uint64_t waiting = 0; d.placed < most && waiting < QUEUE;) {
        submit(&d);
        waiting += !place(&d);
    }
    for (int repeat = 0; repeat < BENCH_REPEATS; repeat++) {
        double start = bench_seconds();
        for (uint64_t i = 0; i < turns; i++) {
            release(&d);
            submit(&d);
            d.now += 1000;
            while (place(&d))
                ;
        }
        seconds[repeat] = bench_seconds() - start;
    }
    close_driver(&d);
    return 1e9 * bench_median(seconds, BENCH_REPEATS) / (double)turns;
}

/* first-fit in each order, with a thousand requests that wait; under backfill each is a shape. */
static void orders(const struct bench *bench, const uint32_t sizes[3], uint64_t turns)
{
    const char *const *names = cairn_schedulers[0]->params[0].choices;
    printf("schedule, by order: ns a turn, full\n");
    for (uint32_t order = 0; names[order]; order++) {
        printf("  %-14s", names[order]);
        for (int s = 0; s < (bench->is_quick || order != CAIRN_ORDER_BACKFILL ? 2 : 3); s++) {
            char row[64];
            double ns = measure("first-fit", order, sizes[s], 1, 0, turns);
            printf(" %8u: %7.0f", sizes[s], ns);
            snprintf(row, sizeof row, "schedule.order.%s", names[order]);
            bench_row(bench, row, sizes[s], ns, "ns", "", 0);
        }
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    static const uint32_t sizes[] = {100, 10000, 100000};
    struct bench bench = bench_open(argc, argv);
    uint64_t turns = bench.is_quick ? 200 : 10000;
    printf("schedule: ns a turn (release, submit, place, nothing more): full, half full, full and "
           "no two alike\n");
    for (int c = 0; cairn_schedulers[c]; c++) {
        const char *name = cairn_schedulers[c]->name;
        printf("  %-14s", name);
        for (int s = 0; s < (bench.is_quick ? 2 : 3); s++) { /* filling 1e5 nodes takes seconds */
            char row[64];
            double full = measure(name, CAIRN_ORDER_FIFO, sizes[s], 1, 0, turns);
            double half = measure(name, CAIRN_ORDER_FIFO, sizes[s], 0, 0, turns);
            double varied = measure(name, CAIRN_ORDER_FIFO, sizes[s], 1, 1, turns / 10);
            printf(" %8u: %6.0f %6.0f %6.0f", sizes[s], full, half, varied);
            snprintf(row, sizeof row, "schedule.%s", name);
            bench_row(&bench, row, sizes[s], full, "ns", "", 0);
        }
        printf("\n");
    }
    orders(&bench, sizes, turns / 10);
    bench_close(&bench);
    return 0;
}
