/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checkpoint scenario that other simulators are given, on the bare engine, digest on.
 *
 * N hosts, each alone: compute 1 h, write a checkpoint 60 s, over and over, phases spread; it fails
 * after an exponential time (mean 1,000 h), loses what it was doing, is back after 1 h in the mean.
 * Counted events are computes, writes, failures and repairs, for us and for the peers. Timers are
 * cancelled by forgetting their key. eventq must reach the digest that heapq reaches.
 *
 *   bench_ckpt [--quick] [--csv FILE] [HOSTS HOURS] */
#include "sim/base/digest.h"
#include "sim/base/fmath.h"
#include "sim/base/random.h"
#include "sim/kernel/heapq.h"
#include "tests/bench/bench.h"

enum kind { COMPUTED, WRITTEN, FAILED, REPAIRED, KINDS };
enum { COMPLETION = 0, OUTAGE = 1, REPAIR = 2 };
#define MTBF (1000 * SIMTIME_HOUR)

struct host {
    uint64_t work_key, life_key; /* of the live timers; UINT64_MAX: none */
    simtime since;               /* end of the last checkpoint, or of the last repair */
    simtime saved, lost;
    uint32_t draws;
    bool is_down, is_writing;
    uint64_t pad[2];
};
static_assert(sizeof(struct host) == 64, "one cache line");

struct world {
    struct host *hosts;
    uint32_t count;
    simtime horizon;
    uint64_t counts[KINDS], stale;
    struct digest digest;
};

/* What an event leads to; a time of NEVER: nothing. */
struct timers {
    simtime work, life;
    unsigned life_class;
};

static simtime host_draw(struct world *world, uint32_t i, simtime mean)
{
    struct random_address at = {.seed = 42, .entity = i, .occurrence = world->hosts[i].draws++};
    double u = random_uniforms(&at, 0).u[0];
    return simtime_from_seconds(-fmath_log(u) * simtime_seconds(mean));
}

static struct timers host_begin(struct world *world, uint32_t i)
{
    simtime phase = 7919 * (simtime)(i + 1) % 3660 * SIMTIME_SECOND;
    world->hosts[i] = (struct host){.since = phase};
    return (struct timers){phase + SIMTIME_HOUR, host_draw(world, i, MTBF), OUTAGE};
}

static struct timers host_work(struct world *world, struct host *host, simtime now, enum kind *kind)
{
    struct timers next = {.work = now + SIMTIME_MINUTE, .life = SIMTIME_NEVER};
    *kind = COMPUTED;
    if (host->is_writing) {
        *kind = WRITTEN;
        host->saved += SIMTIME_HOUR;
        host->since = now;
        next.work = now + SIMTIME_HOUR;
    }
    host->is_writing = !host->is_writing;
    (void)world;
    return next;
}

static struct timers host_life(struct world *world, uint32_t i, simtime now, enum kind *kind)
{
    struct host *host = &world->hosts[i];
    host->is_down = !host->is_down;
    if (host->is_down) {
        *kind = FAILED;
        host->work_key = UINT64_MAX;
        host->lost += now - host->since;
        return (struct timers){SIMTIME_NEVER, now + host_draw(world, i, SIMTIME_HOUR), REPAIR};
    }
    *kind = REPAIRED;
    host->is_writing = false;
    host->since = now;
    return (struct timers){now + SIMTIME_HOUR, now + host_draw(world, i, MTBF), OUTAGE};
}

/* Handles one event; no timers when it is stale. */
static struct timers world_handle(struct world *world, struct event event)
{
    uint32_t i = event_slot(event);
    struct host *host = &world->hosts[i];
    struct timers next;
    enum kind kind;
    if (event.key == host->work_key) {
        next = host_work(world, host, event.time, &kind);
    } else if (event.key == host->life_key) {
        next = host_life(world, i, event.time, &kind);
    } else {
        world->stale++;
        return (struct timers){SIMTIME_NEVER, SIMTIME_NEVER, 0};
    }
    world->counts[kind]++;
    digest_put(&world->digest, (uint64_t)event.time);
    digest_put(&world->digest, (uint64_t)i << 2 | kind);
    return next;
}

/* The event loop over one queue, so that each call is direct, as in the engine. */
#define DEFINE_LOOP(Q)                                                                             \
    static void Q##_arm(struct Q *queue, struct host *host, uint32_t i, struct timers next)        \
    {                                                                                              \
        if (next.work != SIMTIME_NEVER) {                                                          \
            host->work_key = Q##_push(queue, next.work, COMPLETION, i);                            \
        }                                                                                          \
        if (next.life != SIMTIME_NEVER) {                                                          \
            host->life_key = Q##_push(queue, next.life, next.life_class, i);                       \
        }                                                                                          \
    }                                                                                              \
    static double Q##_loop(struct world *world)                                                    \
    {                                                                                              \
        struct Q *queue = Q##_open(2 * (size_t)world->count, world->hosts, sizeof(struct host));   \
        struct event event;                                                                        \
        if (queue == NULL) {                                                                       \
            bench_fail("out of memory");                                                           \
        }                                                                                          \
        double start = bench_seconds();                                                            \
        for (uint32_t i = 0; i < world->count; i++) {                                              \
            struct timers first = host_begin(world, i);                                            \
            Q##_arm(queue, &world->hosts[i], i, first);                                            \
        }                                                                                          \
        while (Q##_pop(queue, &event) && event.time < world->horizon) {                            \
            uint32_t i = event_slot(event);                                                        \
            struct timers next = world_handle(world, event);                                       \
            Q##_arm(queue, &world->hosts[i], i, next);                                             \
        }                                                                                          \
        double seconds = bench_seconds() - start;                                                  \
        Q##_close(queue);                                                                          \
        return seconds;                                                                            \
    }
DEFINE_LOOP(eventq)
DEFINE_LOOP(heapq)

struct outcome {
    double each; /* ns an event */
    uint64_t events;
    struct digest_value digest;
};

static struct outcome run_once(double (*loop)(struct world *), uint32_t hosts, double hours)
{
    static struct world world;
    memset(&world, 0, sizeof world);
    world.count = hosts;
    world.horizon = simtime_from_seconds(3600.0 * hours);
    world.hosts = bench_records(hosts, sizeof *world.hosts);
    if (world.hosts == NULL) {
        bench_fail("out of memory");
    }
    digest_init(&world.digest);
    double seconds = loop(&world);
    struct outcome outcome = {.events = 0, .digest = digest_value(&world.digest)};
    for (int kind = 0; kind < KINDS; kind++) {
        outcome.events += world.counts[kind];
    }
    if (world.counts[FAILED] == 0) {
        bench_fail("a failure scenario without a failure");
    }
    outcome.each = seconds * 1e9 / (double)outcome.events;
    free(world.hosts);
    return outcome;
}

static void report(const struct bench *bench, uint32_t hosts, double hours)
{
    enum { REPEATS = 3 };
    double ours[REPEATS], heap[REPEATS], ratio[REPEATS], bytes = 0;
    struct outcome a, b;
    char hex[DIGEST_HEX];
    for (int i = 0; i < REPEATS; i++) {
        a = run_once(eventq_loop, hosts, hours);
        bytes = i == 0 ? bench_peak_bytes() / hosts : bytes; /* before the heap has had its turn */
        b = run_once(heapq_loop, hosts, hours);
        if (a.digest.high != b.digest.high || a.digest.low != b.digest.low) {
            bench_fail("eventq and heapq came to different digests");
        }
        ours[i] = a.each;
        heap[i] = b.each;
        ratio[i] = b.each / a.each;
    }
    double median = bench_median(ours, REPEATS), speedup = bench_median(ratio, REPEATS);
    digest_hex(a.digest, hex);
    printf("%-12s %9u %10.3g %9.1f %9.1f %8.2f %9.0f  %s\n", "ckpt", hosts, (double)a.events,
           median, bench_median(heap, REPEATS), speedup, bytes, hex);
    fflush(stdout);
    bench_row(bench, "ckpt", hosts, median, "ns", "ckpt.heapq", speedup);
    bench_row(bench, "ckpt.heapq", hosts, bench_median(heap, REPEATS), "ns", "", 0);
    bench_row(bench, "ckpt.memory", hosts, bytes, "B/host", "", 0);
}

int main(int argc, char **argv)
{
    struct bench bench = bench_open(argc, argv);
    printf("%-12s %9s %10s %9s %9s %8s %9s  %s\n", "checkpoints", "hosts", "events", "eventq",
           "heapq", "ratio", "B/host", "digest   (ns an event, digest on)");
    if (bench.used + 1 < argc) {
        uint32_t hosts = (uint32_t)strtoul(argv[bench.used], NULL, 10);
        if (hosts == 0 || hosts > 1u << EVENT_SLOT_BITS) {
            bench_fail("usage: [HOSTS HOURS]");
        }
        report(&bench, hosts, strtod(argv[bench.used + 1], NULL));
    } else {
        report(&bench, 1000, bench.is_quick ? 100 : 2000);
        report(&bench, 100000, bench.is_quick ? 5 : 40);
        if (!bench.is_quick) {
            report(&bench, 1000000, 10);
        }
    }
    bench_close(&bench);
    return 0;
}
