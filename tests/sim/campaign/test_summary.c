/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a summary says what its records say: ratios of sums, means, quantiles, differences over
 * the pairs that may be compared.
 * Method: random records whose ledgers balance; every number again by brute force in long double,
 * with GSL's t-quantile for the intervals.
 */
#include "sim/campaign/summary.h"

#include "sim/model/ledger.h"
#include "tests/support.h"
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define MOST         500

static uint64_t random_state;

static uint64_t random_word(void) /* splitmix64 */
{
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* What only programs have. */
static void fill_program(struct record *r)
{
    r->calls.submitted = random_word() % 100000;
    r->calls.completed = random_word() % 100001;
    r->calls.failed = random_word() % 102;
    r->calls.retried = random_word() % 103;
    r->attempts.failed = random_word() % 104;
    r->attempts.killed = random_word() % 101;
    r->actors.created = random_word() % 105;
    r->actors.restarted = random_word() % 106;
    r->actors.dead = random_word() % 107;
    r->objects.stored = random_word() % 108;
    r->objects.copied = random_word() % 109;
    r->objects.lost = random_word() % 110;
    r->objects.rebuilt = random_word() % 111;
    r->objects.evicted = random_word() % 99;
    r->objects.spilled = random_word() % 98;
    r->bytes.moved = random_word() >> 10;
    r->items.put = random_word() % 112;
    r->items.delivered = random_word() % 113;
    r->items.lost = random_word() % 114;
    r->items.left = random_word() % 115;
    r->items.doubled = random_word() % 116;
    r->items.high = random_word() % 117;
}

/* Records that could be: the ledger adds up, every ninth run is unfinished. */
static void fill_records(struct record *records, uint32_t n)
{
    memset(records, 0, n * sizeof *records);
    for (uint32_t i = 0; i < n; i++) {
        struct record *r = &records[i];
        for (unsigned class = 0; class < JOB_CLASSES; class ++) {
            simtime part = (simtime)(random_word() % (class ? 1000000000000 : 90000000000000));
            r->job[class] = part;
            r->makespan += part;
        }
        for (unsigned class = 0; class < NODE_CLASSES; class ++)
            r->nodes[class] = (slot_ns)(random_word() >> 8) * 1000;
        r->replication = i;
        r->end = random_word() % 9 ? END_FINISHED : END_HORIZON;
        r->bound = random_word() % 5 ? (simtime)(r->job[JOB_USEFUL] + r->job[JOB_CHECKPOINT]) : -1;
        r->aborted = r->job[JOB_CHECKPOINT] / 3;
        r->struck = random_word() % 40;
        r->shielded = random_word() % 3;
        r->elsewhere = random_word() % 7;
        r->foretold = random_word() % 8;
        r->predictions = random_word() % 9;
        r->notices = random_word() % 10;
        r->taken = random_word() % 1000;
        r->completed = random_word() % 1000;
        r->checkpoints_aborted = random_word() % 10;
        r->skipped = random_word() % 10;
        r->restored = random_word() % 10;
        r->lost_work = (simtime)(random_word() % 1000000000000);
        r->protected_work = (simtime)(random_word() % 1000000000000);
        r->claimed_work = (simtime)(random_word() % 1000000000000) - 400000000000;
        r->events = random_word() % 100000;
        r->digest = (struct digest_value){random_word(), random_word()};
        r->trace = (struct failure_trace){.outages = 1, .marks = {i}};
        fill_program(r);
    }
}

static void assert_near(double value, long double wanted)
{
    if (!(fabsl(value - wanted) <= 1e-10L * (fabsl(wanted) + 1e-6L)))
        fail_msg("%.17g, expected %.20Lg", value, wanted);
}

/* sum(y) / sum(x) with the interval of its linearised residuals. */
static void assert_ratio(const struct estimate *e, const long double *y, const long double *x,
                         uint32_t n)
{
    long double sum_y = 0, sum_x = 0, squares = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum_y += y[i];
        sum_x += x[i];
    }
    long double ratio = sum_y / sum_x;
    for (uint32_t i = 0; i < n; i++) {
        long double z = (y[i] - ratio * x[i]) / (sum_x / n);
        squares += z * z;
    }
    assert_near(e->mean, ratio);
    if (n < 2) {
        assert_true(isnan(e->low) && isnan(e->high));
        return;
    }
    long double half = gsl_cdf_tdist_Pinv(0.975, n - 1) * sqrtl(squares / (n - 1) / n);
    assert_near(e->low, ratio - half);
    assert_near(e->high, ratio + half);
}

static void assert_mean(const struct estimate *e, const long double *y, uint32_t n)
{
    static long double ones[MOST];
    for (uint32_t i = 0; i < n; i++)
        ones[i] = 1;
    assert_int_equal(e->n, n);
    if (n > 0)
        assert_ratio(e, y, ones, n);
}

static void waste_is_a_ratio_of_sums(void **state)
{
    static struct record records[MOST];
    static long double y[MOST], x[MOST];
    static const uint32_t sizes[] = {1, 2, 3, 64, MOST};
    (void)state;
    for (size_t k = 0; k < COUNT(sizes); k++) {
        struct estimate waste;
        struct summary s;
        fill_records(records, sizes[k]);
        for (uint32_t i = 0; i < sizes[k]; i++) {
            y[i] = (long double)(records[i].makespan - records[i].job[JOB_USEFUL]) / 1e9L;
            x[i] = (long double)records[i].makespan / 1e9L;
        }
        assert_true(summary_waste(&waste, records, sizes[k]));
        assert_ratio(&waste, y, x, sizes[k]);
        assert_true(summary_of(&s, records, sizes[k]));
        assert_memory_equal(&s.waste, &waste, sizeof waste);
    }
}

/* Sums over many slots pass 292 years by far, while the run takes a day. */
static void fill_slots(struct record *records, uint32_t n)
{
    fill_records(records, n);
    for (uint32_t i = 0; i < n; i++) {
        struct record *r = &records[i];
        for (unsigned class = 0; class < JOB_CLASSES; class ++)
            r->job[class] = (slot_ns)(random_word() >> 1) * (slot_ns)(random_word() % 100000);
        r->lost_work = 3 * r->job[JOB_LOST];
        r->aborted = r->job[JOB_CHECKPOINT] / 3;
        r->makespan = SIMTIME_DAY + (simtime)(random_word() % 1000000000);
        r->bound = -1;
        assert_true(ledger_total(r) > INT64_MAX);
    }
}

static long double total_of(const struct record *r)
{
    long double total = 0;
    for (unsigned class = 0; class < JOB_CLASSES; class ++)
        total += (long double)r->job[class] / 1e9L;
    return total;
}

/* Programs of calls that take no time: 0, not 0 / 0. */
static void runs_that_took_no_time_wasted_none(void **state)
{
    static struct record records[3];
    struct summary s;
    struct estimate waste;
    (void)state;
    assert_true(summary_of(&s, records, 3) && summary_waste(&waste, records, 3));
    assert_true(s.waste.mean == 0 && estimate_half_width(&s.waste) == 0);
    assert_true(s.waste_min == 0 && s.waste_max == 0 && waste.mean == 0);
}

static void waste_is_a_share_of_the_ledger_not_of_the_makespan(void **state)
{
    static struct record records[MOST];
    static long double y[MOST], x[MOST];
    long double least = 1, most = 0, lost = 0, struck = 0, aborted = 0;
    struct summary s;
    (void)state;
    fill_slots(records, MOST);
    for (uint32_t i = 0; i < MOST; i++) {
        const struct record *r = &records[i];
        x[i] = total_of(r);
        y[i] = x[i] - (long double)r->job[JOB_USEFUL] / 1e9L;
        least = fminl(least, y[i] / x[i]);
        most = fmaxl(most, y[i] / x[i]);
        lost += (long double)r->lost_work / 1e9L;
        aborted += (long double)r->aborted / 1e9L;
        struck += (long double)r->struck;
    }
    assert_true(summary_of(&s, records, MOST));
    assert_ratio(&s.waste, y, x, MOST);
    assert_near(s.waste_min, least);
    assert_near(s.waste_max, most);
    assert_near(s.lost_per_failure, lost / struck);
    assert_near(s.aborted, aborted / MOST);
    assert_true(s.makespan_max < 2 * SIMTIME_DAY);
}

static void what_fits_both_ways_gives_the_same_double(void **state)
{
    (void)state;
    for (int i = 0; i < 100000; i++) {
        simtime t = (simtime)(random_word() >> (1 + random_word() % 60));
        assert_true(slot_seconds(t) == simtime_seconds(t) && slot_seconds(-t) == -slot_seconds(t));
    }
    assert_true(slot_seconds((slot_ns)1 << 100) == 0x1p100 / 1e9);
    assert_true(slot_seconds(((slot_ns)1 << 100) + 1) == 0x1p100 / 1e9);
    assert_true(slot_seconds(((slot_ns)1 << 100) - 1) == 0x1p100 / 1e9); /* to the nearest */
}

static int compare(const void *a, const void *b)
{
    simtime x = *(const simtime *)a, y = *(const simtime *)b;
    return (x > y) - (x < y);
}

static void makespans_count_where_finished_and_quantiles_where_not_too(void **state)
{
    static struct record records[MOST];
    static long double finished[MOST];
    static simtime sorted[MOST];
    static const uint32_t sizes[] = {1, 2, 3, 64, 65, MOST};
    (void)state;
    for (size_t k = 0; k < COUNT(sizes); k++) {
        uint32_t n = sizes[k], count = 0, horizon = 0;
        struct summary s;
        fill_records(records, n);
        for (uint32_t i = 0; i < n; i++) {
            sorted[i] = records[i].makespan;
            horizon += records[i].end == END_HORIZON;
            if (records[i].end == END_FINISHED)
                finished[count++] = (long double)records[i].makespan / 1e9L;
        }
        qsort(sorted, n, sizeof *sorted, compare);
        assert_true(summary_of(&s, records, n));
        assert_true(s.n == n && s.finished == count && s.ended[END_FINISHED] == count);
        assert_int_equal(s.ended[END_HORIZON], horizon);
        assert_mean(&s.makespan, finished, count);
        assert_true(s.makespan_min == sorted[0] && s.makespan_max == sorted[n - 1]);
        simtime middle = sorted[(n - 1) / 2] / 2 + sorted[n / 2] / 2;
        assert_true(llabs(s.makespan_median - middle) <= 2);
        assert_true(s.waste_min <= s.waste_median && s.waste_median <= s.waste_max);
    }
}

static void means_are_sums_over_the_number_of_runs(void **state)
{
    static struct record records[MOST];
    struct summary s;
    long double struck = 0, lost = 0, kept = 0, claimed = 0, taken = 0, aborted = 0,
                job[JOB_CLASSES] = {0};
    long double nodes[NODE_CLASSES] = {0}, total = 0;
    uint64_t events = 0;
    (void)state;
    fill_records(records, MOST);
    for (uint32_t i = 0; i < MOST; i++) {
        const struct record *r = &records[i];
        struck += (long double)r->struck;
        taken += (long double)r->taken;
        lost += (long double)r->lost_work / 1e9L;
        kept += (long double)r->protected_work / 1e9L;
        claimed += (long double)r->claimed_work / 1e9L;
        aborted += (long double)r->aborted / 1e9L;
        total += (long double)r->makespan / 1e9L;
        events += r->events;
        for (unsigned class = 0; class < JOB_CLASSES; class ++)
            job[class] += (long double)r->job[class] / 1e9L;
        for (unsigned class = 0; class < NODE_CLASSES; class ++)
            nodes[class] += (long double)r->nodes[class] / 1e9L;
    }
    assert_true(summary_of(&s, records, MOST));
    assert_near(s.struck, struck / MOST);
    assert_near(s.taken, taken / MOST);
    assert_near(s.aborted, aborted / MOST);
    assert_near(s.lost_per_failure, lost / struck);
    assert_near(s.protected_per_failure, kept / struck);
    assert_near(s.claimed_per_failure, claimed / struck);
    assert_true(s.events == events);
    double sum = 0;
    for (unsigned class = 0; class < JOB_CLASSES; class ++) {
        assert_near(s.job[class], job[class] / MOST);
        sum += s.job[class];
    }
    assert_near(sum, total / MOST);
    for (unsigned class = 0; class < NODE_CLASSES; class ++)
        assert_near(s.nodes[class], nodes[class] / MOST);
}

static void every_count_of_a_program_has_its_own_mean(void **state)
{
    static struct record records[MOST];
    struct summary s;
    (void)state;
    fill_records(records, MOST);
    assert_true(summary_of(&s, records, MOST));
    const struct {
        double mean;
        size_t offset;
    } means[] = {
        {s.calls.submitted, offsetof(struct record, calls.submitted)},
        {s.calls.completed, offsetof(struct record, calls.completed)},
        {s.calls.failed, offsetof(struct record, calls.failed)},
        {s.calls.retried, offsetof(struct record, calls.retried)},
        {s.calls.attempts_failed, offsetof(struct record, attempts.failed)},
        {s.calls.killed, offsetof(struct record, attempts.killed)},
        {s.actors.created, offsetof(struct record, actors.created)},
        {s.actors.restarted, offsetof(struct record, actors.restarted)},
        {s.actors.dead, offsetof(struct record, actors.dead)},
        {s.objects.stored, offsetof(struct record, objects.stored)},
        {s.objects.copied, offsetof(struct record, objects.copied)},
        {s.objects.lost, offsetof(struct record, objects.lost)},
        {s.objects.rebuilt, offsetof(struct record, objects.rebuilt)},
        {s.objects.evicted, offsetof(struct record, objects.evicted)},
        {s.objects.spilled, offsetof(struct record, objects.spilled)},
        {s.objects.bytes_moved, offsetof(struct record, bytes.moved)},
        {s.items.put, offsetof(struct record, items.put)},
        {s.items.delivered, offsetof(struct record, items.delivered)},
        {s.items.lost, offsetof(struct record, items.lost)},
        {s.items.left, offsetof(struct record, items.left)},
        {s.items.doubled, offsetof(struct record, items.doubled)},
        {s.items.high, offsetof(struct record, items.high)},
    };
    for (size_t i = 0; i < COUNT(means); i++) {
        long double sum = 0;
        for (uint32_t k = 0; k < MOST; k++)
            sum += (long double)*(const uint64_t *)((const char *)&records[k] + means[i].offset);
        assert_near(means[i].mean, sum / MOST);
        for (size_t j = 0; j < i; j++)
            assert_true(means[i].mean != means[j].mean);
    }
}

static void the_digest_knows_every_record_and_their_order(void **state)
{
    static struct record records[64];
    struct summary before, after;
    (void)state;
    fill_records(records, 64);
    assert_true(summary_of(&before, records, 64));
    struct record first = records[0];
    records[0] = records[1];
    records[1] = first;
    assert_true(summary_of(&after, records, 64));
    assert_memory_not_equal(&before.digest, &after.digest, sizeof before.digest);
    records[1] = records[0];
    records[0] = first;
    assert_true(summary_of(&after, records, 64));
    assert_memory_equal(&before.digest, &after.digest, sizeof before.digest);
    records[63].digest.low ^= 1;
    assert_true(summary_of(&after, records, 64));
    assert_memory_not_equal(&before.digest, &after.digest, sizeof before.digest);
}

static void regret_is_over_finished_runs_with_a_bound(void **state)
{
    static struct record records[MOST];
    static long double over[MOST], bound[MOST];
    struct summary s;
    uint32_t n = 0;
    (void)state;
    fill_records(records, MOST);
    for (uint32_t i = 0; i < MOST; i++)
        if (records[i].end == END_FINISHED && records[i].bound >= 0) {
            over[n] = (long double)(records[i].makespan - records[i].bound) / 1e9L;
            bound[n++] = (long double)records[i].bound / 1e9L;
        }
    assert_true(summary_of(&s, records, MOST));
    assert_int_equal(s.bounded, n);
    assert_ratio(&s.regret, over, bound, n);
}

static void differences_are_over_pairs_that_both_finished(void **state)
{
    static struct record a[MOST], b[MOST];
    static long double saved[MOST], overhead[MOST], net[MOST];
    struct summary_difference d;
    uint32_t n = 0;
    (void)state;
    fill_records(a, MOST);
    fill_records(b, MOST);
    for (uint32_t i = 0; i < MOST; i++) {
        if (a[i].end != END_FINISHED || b[i].end != END_FINISHED)
            continue;
        static const enum job_class damages[] = {JOB_LOST,    JOB_DETECT,  JOB_WAIT,
                                                 JOB_RESTART, JOB_RESTORE, JOB_BLOCKED};
        saved[n] = 0;
        for (size_t k = 0; k < COUNT(damages); k++)
            saved[n] += (long double)(b[i].job[damages[k]] - a[i].job[damages[k]]) / 1e9L;
        overhead[n] = (long double)(a[i].job[JOB_CHECKPOINT] + a[i].job[JOB_SLOWED] -
                                    b[i].job[JOB_CHECKPOINT] - b[i].job[JOB_SLOWED]) /
                      1e9L;
        net[n++] = (long double)(b[i].makespan - a[i].makespan) / 1e9L;
    }
    assert_true(summary_compare(&d, a, b, MOST));
    assert_true(d.is_paired && d.pairs == MOST && d.censored == MOST - n && n > 100);
    assert_mean(&d.saved, saved, n);
    assert_mean(&d.overhead, overhead, n);
    assert_mean(&d.net, net, n);
    b[77].trace.marks[0] ^= 1; /* one other failure, and the two are not the same histories */
    struct summary_difference apart;
    assert_true(summary_compare(&apart, a, b, MOST));
    assert_false(apart.is_paired);
    assert_true(apart.waste.mean == d.waste.mean);
}

static void a_cell_does_not_differ_from_itself(void **state)
{
    static struct record records[64];
    struct summary_difference d;
    (void)state;
    fill_records(records, 64);
    assert_true(summary_compare(&d, records, records, 64));
    assert_true(d.waste.mean == 0 && d.waste.low == 0 && d.waste.high == 0);
    assert_true(d.saved.mean == 0 && d.overhead.mean == 0 && d.net.mean == 0);
}

static int seed_once(void **state)
{
    (void)state;
    random_state = support_seed(20261121);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waste_is_a_ratio_of_sums),
        cmocka_unit_test(waste_is_a_share_of_the_ledger_not_of_the_makespan),
        cmocka_unit_test(runs_that_took_no_time_wasted_none),
        cmocka_unit_test(what_fits_both_ways_gives_the_same_double),
        cmocka_unit_test(makespans_count_where_finished_and_quantiles_where_not_too),
        cmocka_unit_test(means_are_sums_over_the_number_of_runs),
        cmocka_unit_test(every_count_of_a_program_has_its_own_mean),
        cmocka_unit_test(the_digest_knows_every_record_and_their_order),
        cmocka_unit_test(regret_is_over_finished_runs_with_a_bound),
        cmocka_unit_test(differences_are_over_pairs_that_both_finished),
        cmocka_unit_test(a_cell_does_not_differ_from_itself),
    };
    return cmocka_run_group_tests(tests, seed_once, NULL);
}
