/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hold model: pop the earliest event, push it back later; ns for one such pair.
 *
 * Three tables, all eventq against heapq in alternating segments of one run, popped times compared
 * by hash: the queue alone over sizes (increments from a table, so no generator is timed); the same
 * with an indirect call, a 64-byte actor record and one addressed Philox exponential; and the queue
 * alone over shapes of increments, bursts last. The hold model is Jones's (CACM 29(4), 1986). */
#include "sim/base/fmath.h"
#include "sim/base/random.h"
#include "sim/kernel/heapq.h"
#include "tests/bench/bench.h"

enum { TABLE = 2048, BACKGROUND = 10000 };

typedef simtime shape_draw(uint64_t *random, unsigned i);

static double exponential(uint64_t *random)
{
    return -fmath_log(bench_uniform(random));
}
static simtime of_hours(double hours)
{
    return simtime_from_seconds(3600.0 * hours);
}
static simtime draw_exponential(uint64_t *random, unsigned i)
{
    (void)i;
    return of_hours(exponential(random));
}
static simtime draw_hour(uint64_t *random, unsigned i)
{
    (void)random;
    (void)i;
    return SIMTIME_HOUR;
}
static simtime draw_whole(uint64_t *random, unsigned i)
{
    (void)i;
    return (simtime)(exponential(random) * 3600.0 + 1.0) * SIMTIME_SECOND;
}
static simtime draw_checkpoint(uint64_t *random, unsigned i)
{
    (void)random;
    return i % 2 ? SIMTIME_HOUR : SIMTIME_MINUTE;
}
static simtime draw_pareto(uint64_t *random, unsigned i)
{
    (void)i;
    return of_hours(0.1 * fmath_pow(bench_uniform(random), -1.0 / 1.1));
}
static simtime draw_mixed(uint64_t *random, unsigned i)
{
    double x = exponential(random);
    return i % 10 ? simtime_from_seconds(1e-6 * x) : of_hours(100.0 * x);
}

static const struct shape {
    const char *name;
    shape_draw *draw;
    bool is_one_instant; /* all begin at once */
} shapes[] = {
    {"exp", draw_exponential, false},       {"sync", draw_hour, true},
    {"constant", draw_hour, false},         {"seconds", draw_whole, false},
    {"checkpoint", draw_checkpoint, false}, {"pareto", draw_pareto, false},
    {"mixed", draw_mixed, false},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

struct actor {
    simtime (*fire)(struct actor *, simtime now);
    uint32_t id, draws;
    uint64_t busy, done, pad[4];
};
static_assert(sizeof(struct actor) == 64, "one cache line");

static simtime actor_fire(struct actor *actor, simtime now)
{
    struct random_address at = {.seed = 42, .entity = actor->id, .occurrence = actor->draws++};
    actor->busy += (uint64_t)now & 1;
    actor->done++;
    return of_hours(-fmath_log(random_uniforms(&at, 0).u[0]));
}

/* What a segment runs over. */
struct load {
    simtime table[TABLE];
    struct actor *actors; /* NULL: increments from the table */
    size_t size, holds;
    bool is_one_instant;
};

/* fill, hold and burst for one queue, so that each call is direct, as in the engine. */
#define DEFINE_QUEUE(Q)                                                                            \
    static void Q##_fill(struct Q *queue, const struct load *load)                                 \
    {                                                                                              \
        uint64_t random = 7;                                                                       \
        for (uint32_t i = 0; i < load->size; i++) {                                                \
            simtime first = of_hours(exponential(&random));                                        \
            Q##_push(queue, load->is_one_instant ? SIMTIME_HOUR : first, 0, i);                    \
        }                                                                                          \
    }                                                                                              \
    static double Q##_hold(struct Q *queue, const struct load *load, size_t holds, uint64_t *hash) \
    {                                                                                              \
        uint64_t h = *hash;                                                                        \
        double start = bench_seconds();                                                            \
        for (size_t i = 0; i < holds; i++) {                                                       \
            struct event event;                                                                    \
            Q##_pop(queue, &event);                                                                \
            h = (h ^ (uint64_t)event.time) * UINT64_C(0x9e3779b97f4a7c15);                         \
            uint32_t slot = event_slot(event);                                                     \
            simtime delay = load->table[i % TABLE];                                                \
            if (load->actors != NULL) {                                                            \
                struct actor *actor = &load->actors[slot];                                         \
                delay = actor->fire(actor, event.time);                                            \
            }                                                                                      \
            Q##_push(queue, event.time + delay, 0, slot);                                          \
        }                                                                                          \
        *hash = h;                                                                                 \
        return (bench_seconds() - start) * 1e9 / (double)holds;                                    \
    }                                                                                              \
    /* One event throws load->size more into its next second; all of them are drained. */          \
    static double Q##_burst(struct Q *queue, const struct load *load, size_t holds,                \
                            uint64_t *hash)                                                        \
    {                                                                                              \
        uint64_t random = 5, h = *hash;                                                            \
        size_t pops = 0;                                                                           \
        double start = bench_seconds();                                                            \
        while (pops < holds) {                                                                     \
            size_t left = 0;                                                                       \
            do {                                                                                   \
                struct event event;                                                                \
                Q##_pop(queue, &event);                                                            \
                pops++;                                                                            \
                h = (h ^ (uint64_t)event.time) * UINT64_C(0x9e3779b97f4a7c15);                     \
                if (event_slot(event) >= BACKGROUND) {                                             \
                    left--;                                                                        \
                    continue;                                                                      \
                }                                                                                  \
                Q##_push(queue, event.time + load->table[pops % TABLE], 0, event_slot(event));     \
                for (; left < load->size; left++) {                                                \
                    simtime delay = (simtime)(bench_random(&random) >> 34);                        \
                    Q##_push(queue, event.time + delay, 0, BACKGROUND + (uint32_t)left);           \
                }                                                                                  \
            } while (left > 0);                                                                    \
        }                                                                                          \
        *hash = h;                                                                                 \
        return (bench_seconds() - start) * 1e9 / (double)pops;                                     \
    }
DEFINE_QUEUE(eventq)
DEFINE_QUEUE(heapq)

struct pair {
    double eventq, heapq, ratio;
};

/* Medians over alternating segments; stops when the two popped different times. */
static struct pair measure(const struct load *load, bool is_burst)
{
    struct eventq *ours = eventq_open(load->size, load->actors, sizeof(struct actor));
    struct heapq *heap = heapq_open(load->size, NULL, 0);
    double a[BENCH_REPEATS], b[BENCH_REPEATS], ratio[BENCH_REPEATS];
    uint64_t ha = 1, hb = 1;
    struct load fill = *load;
    if (ours == NULL || heap == NULL) {
        bench_fail("out of memory");
    }
    fill.size = is_burst ? BACKGROUND : load->size;
    eventq_fill(ours, &fill);
    heapq_fill(heap, &fill);
    size_t warm = is_burst ? load->holds : load->size > load->holds ? load->size : load->holds;
    for (int i = -1; i < BENCH_REPEATS; i++) {
        size_t holds = i < 0 ? warm : load->holds;
        for (size_t k = 0; load->actors != NULL && k < load->size; k++) {
            load->actors[k].draws = (uint32_t)(i + 1) << 16;
        }
        double x =
            is_burst ? eventq_burst(ours, load, holds, &ha) : eventq_hold(ours, load, holds, &ha);
        for (size_t k = 0; load->actors != NULL && k < load->size; k++) {
            load->actors[k].draws = (uint32_t)(i + 1) << 16;
        }
        double y =
            is_burst ? heapq_burst(heap, load, holds, &hb) : heapq_hold(heap, load, holds, &hb);
        if (i >= 0) {
            a[i] = x;
            b[i] = y;
            ratio[i] = y / x;
        }
    }
    if (ha != hb) {
        bench_fail("eventq and heapq popped different times");
    }
    eventq_close(ours);
    heapq_close(heap);
    return (struct pair){bench_median(a, BENCH_REPEATS), bench_median(b, BENCH_REPEATS),
                         bench_median(ratio, BENCH_REPEATS)};
}

static void report(const struct bench *bench, const char *name, size_t size, struct pair pair)
{
    char reference[80];
    snprintf(reference, sizeof reference, "%s.heapq", name);
    printf("%-18s %9zu %9.1f %9.1f %8.2f\n", name, size, pair.eventq, pair.heapq, pair.ratio);
    fflush(stdout);
    bench_row(bench, name, (double)size, pair.eventq, "ns", reference, pair.ratio);
    bench_row(bench, reference, (double)size, pair.heapq, "ns", "", 0);
}

static void load_shape(struct load *load, const struct shape *shape)
{
    uint64_t random = 3;
    for (unsigned i = 0; i < TABLE; i++) {
        load->table[i] = shape->draw(&random, i);
    }
    load->is_one_instant = shape->is_one_instant;
}

static void measure_actors(const struct bench *bench, struct load *load, size_t size)
{
    load->actors = bench_records(size, sizeof *load->actors);
    if (load->actors == NULL) {
        bench_fail("out of memory");
    }
    for (uint32_t i = 0; i < size; i++) {
        load->actors[i] = (struct actor){.fire = actor_fire, .id = i};
    }
    load->size = size;
    report(bench, "hold_actor", size, measure(load, false));
    free(load->actors);
    load->actors = NULL;
}

int main(int argc, char **argv)
{
    static struct load load;
    static const size_t sizes[] = {100, 10000, 1000000, 10000000};
    static const size_t bursts[] = {10, 100, 1000, 10000};
    struct bench bench = bench_open(argc, argv);
    size_t last = bench.is_quick ? 2 : 4;
    load.holds = bench.is_quick ? 20000 : 1000000;
    printf("%-18s %9s %9s %9s %8s   ns a hold\n", "hold", "size", "eventq", "heapq", "ratio");
    load_shape(&load, &shapes[0]);
    for (size_t i = 0; i < last; i++) {
        load.size = sizes[i];
        report(&bench, "hold", load.size, measure(&load, false));
    }
    for (size_t i = 0; i < last && i < 3; i++) {
        measure_actors(&bench, &load, sizes[i]);
    }
    for (size_t s = 1; s < SHAPES; s++) {
        load_shape(&load, &shapes[s]);
        for (size_t i = 0; i < last && i < 3; i++) {
            char name[64];
            snprintf(name, sizeof name, "hold_%s", shapes[s].name);
            load.size = sizes[i];
            report(&bench, name, load.size, measure(&load, false));
        }
    }
    load_shape(&load, &shapes[0]);
    for (size_t i = 0; i < last; i++) {
        load.size = bursts[i];
        report(&bench, "burst", load.size, measure(&load, true));
    }
    bench_close(&bench);
    return 0;
}
