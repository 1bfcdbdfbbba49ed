/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adding up records.
 *
 * Everything is summed in index order over integers or over doubles made from them one way only, so
 * the same records give the same bits. */
#include "sim/campaign/summary.h"
#include "sim/base/arena.h"
#include "sim/base/sort.h"
#include "sim/model/ledger.h"
#include <assert.h>
#include <math.h>
#include <stddef.h>

/* y[i], x[i] of n records as doubles; scratch that both halves share. */
struct columns {
    struct arena arena;
    double *y, *x, *z;
    int64_t *times, *scratch;
};

static bool open_columns(struct columns *c, uint32_t n)
{
    arena_init(&c->arena);
    c->y = arena_array(&c->arena, n, sizeof *c->y);
    c->x = arena_array(&c->arena, n, sizeof *c->x);
    c->z = arena_array(&c->arena, n, sizeof *c->z);
    c->times = arena_array(&c->arena, n, sizeof *c->times);
    c->scratch = arena_array(&c->arena, n, sizeof *c->scratch);
    if (c->y && c->x && c->z && c->times && c->scratch)
        return true;
    arena_fini(&c->arena);
    return false;
}

static struct estimate waste_of(struct columns *c, const struct record *records, uint32_t n)
{
    double total = 0;
    for (uint32_t i = 0; i < n; i++) {
        c->y[i] = slot_seconds(ledger_waste(&records[i]));
        c->x[i] = slot_seconds(ledger_total(&records[i]));
        total += c->x[i];
    }
    /* A program that took no time has wasted none. */
    return total > 0 ? estimate_ratio(c->y, c->x, n) : estimate_mean(c->y, n);
}

bool summary_waste(struct estimate *waste, const struct record *records, uint32_t n)
{
    struct columns c;
    if (!open_columns(&c, n))
        return false;
    *waste = waste_of(&c, records, n);
    arena_fini(&c.arena);
    return true;
}

static int compare_times(const void *a, const void *b, const void *context)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    (void)context;
    return (x > y) - (x < y);
}

static int compare_doubles(const void *a, const void *b, const void *context)
{
    double x = *(const double *)a, y = *(const double *)b;
    (void)context;
    return (x > y) - (x < y);
}

static void add_makespans(struct summary *s, struct columns *c, const struct record *records)
{
    uint32_t finished = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        slot_ns total = ledger_total(&records[i]);
        c->times[i] = records[i].makespan;
        if (records[i].end == END_FINISHED)
            c->y[finished++] = simtime_seconds(records[i].makespan);
        c->x[i] = total > 0 ? 1 - (double)records[i].job[JOB_USEFUL] / (double)total : 0;
    }
    s->finished = finished;
    s->makespan = estimate_mean(c->y, finished);
    sort_stable(c->times, s->n, sizeof *c->times, compare_times, NULL, c->scratch);
    s->makespan_min = c->times[0];
    s->makespan_median = estimate_quantile(c->times, s->n, 0.5);
    s->makespan_max = c->times[s->n - 1];
    sort_stable(c->x, s->n, sizeof *c->x, compare_doubles, NULL, c->z);
    s->waste_min = c->x[0];
    s->waste_median = (c->x[(s->n - 1) / 2] + c->x[s->n / 2]) / 2;
    s->waste_max = c->x[s->n - 1];
}

#define COUNT(of, mean)                                                                            \
    {                                                                                              \
        offsetof(struct record, of), offsetof(struct summary, mean)                                \
    }

/* Counts of records, and the summary's mean of each. */
static const struct {
    size_t of, mean;
} counts[] = {
    COUNT(struck, struck),
    COUNT(shielded, shielded),
    COUNT(elsewhere, elsewhere),
    COUNT(foretold, foretold),
    COUNT(predictions, predictions),
    COUNT(notices, notices),
    COUNT(taken, taken),
    COUNT(completed, completed),
    COUNT(checkpoints_aborted, checkpoints_aborted),
    COUNT(skipped, skipped),
    COUNT(restored, restored),
    COUNT(calls.submitted, calls.submitted),
    COUNT(calls.completed, calls.completed),
    COUNT(calls.failed, calls.failed),
    COUNT(calls.retried, calls.retried),
    COUNT(attempts.failed, calls.attempts_failed),
    COUNT(attempts.killed, calls.killed),
    COUNT(actors.created, actors.created),
    COUNT(actors.restarted, actors.restarted),
    COUNT(actors.dead, actors.dead),
    COUNT(objects.stored, objects.stored),
    COUNT(objects.copied, objects.copied),
    COUNT(objects.lost, objects.lost),
    COUNT(objects.rebuilt, objects.rebuilt),
    COUNT(objects.evicted, objects.evicted),
    COUNT(objects.spilled, objects.spilled),
    COUNT(bytes.moved, objects.bytes_moved),
    COUNT(routes.routed, routes.routed),
    COUNT(routes.accepted, routes.accepted),
    COUNT(routes.refused, routes.refused),
    COUNT(routes.probes, routes.probes),
    COUNT(routes.waits, routes.waits),
    COUNT(routes.misrouted, routes.misrouted),
    COUNT(routes.near[0], routes.near[0]),
    COUNT(routes.near[1], routes.near[1]),
    COUNT(routes.near[2], routes.near[2]),
    COUNT(routes.answered, routes.answered),
    COUNT(routes.longest, routes.longest),
    COUNT(items.put, items.put),
    COUNT(items.delivered, items.delivered),
    COUNT(items.lost, items.lost),
    COUNT(items.left, items.left),
    COUNT(items.doubled, items.doubled),
    COUNT(items.high, items.high),
};
enum { COUNTS = sizeof counts / sizeof *counts };

static uint64_t count_of(const struct record *record, size_t i)
{
    return *(const uint64_t *)((const char *)record + counts[i].of);
}

static double *mean_of(struct summary *summary, size_t i)
{
    return (double *)((char *)summary + counts[i].mean);
}

/* Sums to means: divided once, so that whole numbers stay whole. */
static void divide_counts(struct summary *s)
{
    for (size_t i = 0; i < COUNTS; i++)
        *mean_of(s, i) /= s->n;
    s->aborted /= s->n;
    for (unsigned class = 0; class < JOB_CLASSES; class ++)
        s->job[class] /= s->n;
    for (unsigned class = 0; class < NODE_CLASSES; class ++)
        s->nodes[class] /= s->n;
}

/* Depth is a mean over time, and latency one over deliveries: ratios of sums, as waste is. */
static void add_queues(struct summary *s, const struct record *records)
{
    double depth = 0, time = 0, waited = 0, deliveries = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        const struct record_items *items = &records[i].items;
        depth += slot_seconds(items->depth);
        time += simtime_seconds(records[i].makespan);
        waited += slot_seconds(items->waited);
        deliveries += (double)(items->delivered + items->doubled);
    }
    s->items.depth = time > 0 ? depth / time : 0;
    s->items.waited = deliveries > 0 ? waited / deliveries : 0;
}

static void add_counts(struct summary *s, const struct record *records)
{
    double lost = 0, protected_work = 0, claimed = 0;
    struct digest digest;
    digest_init(&digest);
    for (uint32_t i = 0; i < s->n; i++) {
        const struct record *r = &records[i];
        s->ended[r->end]++;
        for (unsigned class = 0; class < JOB_CLASSES; class ++)
            s->job[class] += slot_seconds(r->job[class]);
        for (unsigned class = 0; class < NODE_CLASSES; class ++)
            s->nodes[class] += slot_seconds(r->nodes[class]);
        for (size_t k = 0; k < COUNTS; k++)
            *mean_of(s, k) += (double)count_of(r, k);
        s->aborted += slot_seconds(r->aborted);
        lost += slot_seconds(r->lost_work);
        protected_work += slot_seconds(r->protected_work);
        claimed += slot_seconds(r->claimed_work);
        s->events += r->events;
        digest_put(&digest, r->digest.high);
        digest_put(&digest, r->digest.low);
    }
    s->digest = digest_value(&digest);
    s->lost_per_failure = s->struck > 0 ? lost / s->struck : 0;
    s->protected_per_failure = s->struck > 0 ? protected_work / s->struck : 0;
    s->claimed_per_failure = s->struck > 0 ? claimed / s->struck : 0;
    divide_counts(s);
    add_queues(s, records);
}

/* Times of requests: means over all of them, not over runs. */
static void add_routes(struct summary *s, const struct record *records)
{
    double accepted = s->routes.accepted * s->n;
    double answered = s->routes.answered * s->n;
    for (uint32_t i = 0; i < s->n; i++) {
        s->routes.waited += slot_seconds(records[i].routes.waited);
        s->routes.response += slot_seconds(records[i].routes.took);
        s->routes.slowest += slot_seconds((slot_ns)records[i].routes.slowest) / s->n;
    }
    s->routes.waited /= accepted > 0 ? accepted : 1;
    s->routes.response /= answered > 0 ? answered : 1;
}

static void add_bound(struct summary *s, struct columns *c, const struct record *records)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        const struct record *r = &records[i];
        if (r->bound < 0 || r->end != END_FINISHED)
            continue;
        c->x[n] = simtime_seconds(r->bound);
        c->y[n] = simtime_seconds(r->makespan - r->bound);
        c->z[n] = slot_seconds(r->bound - r->job[JOB_USEFUL]);
        n++;
    }
    s->bounded = n;
    s->regret = estimate_ratio(c->y, c->x, n);
    s->bound_waste = estimate_ratio(c->z, c->x, n);
}

bool summary_of(struct summary *summary, const struct record *records, uint32_t n)
{
    struct columns c;
    assert(n > 0);
    *summary = (struct summary){.n = n};
    if (!open_columns(&c, n))
        return false;
    summary->waste = waste_of(&c, records, n);
    add_makespans(summary, &c, records);
    add_counts(summary, records);
    add_routes(summary, records);
    add_bound(summary, &c, records);
    arena_fini(&c.arena);
    return true;
}

/* ---- differences --------------------------------------------------------------------------- */

/* Start, transfer and idle are neither overhead nor damage: the program costs them without failures
 * and checkpoints too (MODEL rule 22). */
static slot_ns overhead_of(const struct record *r)
{
    return r->job[JOB_CHECKPOINT] + r->job[JOB_SLOWED];
}

static slot_ns damage_of(const struct record *r)
{
    return r->job[JOB_LOST] + r->job[JOB_DETECT] + r->job[JOB_WAIT] + r->job[JOB_RESTART] +
           r->job[JOB_RESTORE] + r->job[JOB_BLOCKED];
}

static bool all_traces_agree(const struct record *a, const struct record *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!failure_trace_agrees(&a[i].trace, &b[i].trace))
            return false;
    return true;
}

/* Benefits over the pairs that finished, b being the baseline. */
static void add_benefits(struct summary_difference *d, struct columns *c, const struct record *a,
                         const struct record *b, uint32_t n)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (a[i].end != END_FINISHED || b[i].end != END_FINISHED) {
            d->censored++;
            continue;
        }
        c->y[kept] = slot_seconds(damage_of(&b[i]) - damage_of(&a[i]));
        c->x[kept] = slot_seconds(overhead_of(&a[i]) - overhead_of(&b[i]));
        c->z[kept] = simtime_seconds(b[i].makespan - a[i].makespan);
        kept++;
    }
    d->saved = estimate_mean(c->y, kept);
    d->overhead = estimate_mean(c->x, kept);
    d->net = estimate_mean(c->z, kept);
}

bool summary_compare(struct summary_difference *difference, const struct record *a,
                     const struct record *b, uint32_t n)
{
    struct columns ca, cb;
    *difference = (struct summary_difference){.pairs = n};
    if (!open_columns(&ca, n))
        return false;
    if (!open_columns(&cb, n)) {
        arena_fini(&ca.arena);
        return false;
    }
    waste_of(&ca, a, n);
    waste_of(&cb, b, n);
    difference->is_paired = all_traces_agree(a, b, n);
    difference->waste =
        estimate_ratio_difference(ca.y, ca.x, n, cb.y, cb.x, n, difference->is_paired);
    add_benefits(difference, &ca, a, b, n);
    arena_fini(&ca.arena);
    arena_fini(&cb.arena);
    return true;
}
