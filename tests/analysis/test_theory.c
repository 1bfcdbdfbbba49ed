/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the closed forms are the published ones and exact. Method: every row of the reference
 * table in three families (high-precision values, at ../shared/reference/theory.csv; skipped aloud
 * when absent), the published tables as constants, limits, and optima against their neighbours. */
#include "analysis/theory.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_sf_lambert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REFERENCE    "../shared/reference/theory.csv"
#define DAY          86400.0
#define HOUR         3600.0
#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_near(double got, double want, double relative, const char *what)
{
    if (fabs(got - want) <= relative * fabs(want))
        return;
    fail_msg("%s: got %.15g, want %.15g", what, got, want);
}

static void assert_within(double got, double want, double absolute)
{
    if (!(fabs(got - want) <= absolute))
        fail_msg("got %.15g, want %.15g +- %g", got, want, absolute);
}

/* ------------------------------------------------------------------ the reference table */

struct row {
    char id[64], family[64], semantics[256], params[4096], quantity[256], value[256], sd[64];
};

/* One field of a CSV record; moves *at behind it. */
static void field_read(const char **at, char *out, size_t capacity)
{
    const char *p = *at;
    size_t n = 0;
    int quoted = *p == '"';
    p += quoted;
    while (*p != '\0' && *p != '\n' && *p != '\r' && (quoted || *p != ',')) {
        if (quoted && *p == '"' && *++p != '"')
            break;
        assert_true(n + 1 < capacity);
        out[n++] = *p++;
    }
    out[n] = '\0';
    *at = *p == ',' ? p + 1 : p;
}

static struct row row_read(const char *line)
{
    struct row row;
    field_read(&line, row.id, sizeof row.id);
    field_read(&line, row.family, sizeof row.family);
    field_read(&line, row.semantics, sizeof row.semantics);
    field_read(&line, row.params, sizeof row.params);
    field_read(&line, row.quantity, sizeof row.quantity);
    field_read(&line, row.value, sizeof row.value);
    field_read(&line, row.sd, sizeof row.sd);
    return row;
}

/* The number behind "name": in the row's parameters, NaN when there is none. */
static double param(const struct row *row, const char *name)
{
    char key[32];
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = strstr(row->params, key);
    return at == NULL ? (double)NAN : strtod(at + strlen(key), NULL);
}

static struct theory_job job_of(const struct row *row)
{
    double work = param(row, "W"), interval = param(row, "tau");
    return (struct theory_job){
        .costs = {param(row, "mu"), param(row, "C"), param(row, "R"), param(row, "D")},
        .work = work,
        .interval = isnan(interval) ? work / param(row, "n") : interval,
        .final_checkpoint = param(row, "final_ckpt") != 0,
        .restore_initial = true,
    };
}

static void check_makespan(const struct row *row)
{
    struct theory_job job = job_of(row);
    struct theory_makespan got = theory_makespan(&job);
    double want = strtod(row->value, NULL);
    if (strcmp(row->quantity, "E[makespan] s") == 0) {
        assert_near(got.mean, want, 1e-12, row->id);
        assert_near(sqrt(got.variance), strtod(row->sd, NULL), 1e-12, row->id);
    } else if (strcmp(row->quantity, "E[failures]") == 0) {
        assert_near(got.failures, want, 1e-12, row->id);
    } else {
        assert_non_null(strstr(row->quantity, "waste"));
        assert_near(got.waste, want, 1e-12, row->id);
    }
}

static void check_period(const struct row *row)
{
    struct theory_job job = job_of(row);
    static const struct {
        const char *quantity;
        enum theory_rule rule;
        int is_slowdown;
    } list[] = {
        {"tau exact (work between ckpts)", THEORY_EXACT, 0},
        {"Young sqrt(2 C mu)", THEORY_YOUNG, 0},
        {"DalyLow sqrt(2 C (mu+R))", THEORY_DALY_LOW, 0},
        {"DalyHigh", THEORY_DALY, 0}, /* the table means the series */
        {"slowdown E[T]/W at exact", THEORY_EXACT, 1},
        {"slowdown E[T]/W at Young", THEORY_YOUNG, 1},
        {"slowdown E[T]/W at DalyHigh", THEORY_DALY, 1},
    };
    for (size_t i = 0; i < COUNT(list); i++) {
        if (strcmp(row->quantity, list[i].quantity) != 0)
            continue;
        double got = theory_interval(list[i].rule, &job.costs);
        if (list[i].is_slowdown)
            got = 1 / theory_efficiency(&job.costs, got + job.costs.checkpoint);
        assert_near(got, strtod(row->value, NULL), 1e-12, row->quantity);
        return;
    }
    fail_msg("unknown quantity %s", row->quantity);
}

static struct law law_of(const char *name, double shape, double mean)
{
    struct law law = {.kind = LAW_EXPONENTIAL, .shape = shape, .scale = mean};
    if (strcmp(name, "weibull") == 0) {
        law.kind = LAW_WEIBULL;
        law.scale = mean / tgamma(1 + 1 / shape);
    } else if (strcmp(name, "lognormal") == 0) {
        law.kind = LAW_LOGNORMAL;
        law.scale = mean / exp(shape * shape / 2);
    } else if (strcmp(name, "constant") == 0) {
        law.kind = LAW_CONSTANT;
    }
    assert_null(law_prepare(&law));
    return law;
}

static void check_renewal(const struct row *row)
{
    const char *name = strstr(row->params, "lognormal") != NULL ? "lognormal" : "weibull";
    struct law law = law_of(name, param(row, "shape"), param(row, "mean"));
    struct theory_job job = job_of(row);
    double got = theory_redrawn(&law, &job);
    if (strncmp(row->semantics, "S1", 2) == 0)
        assert_int_equal(theory_renewal(&law, &job, &got), STATUS_OK);
    assert_near(got, strtod(row->value, NULL), 1e-11, row->id);
}

static void family_check(const char *family, size_t expected, void (*check)(const struct row *))
{
    char line[8192];
    size_t seen = 0;
    FILE *file = fopen(REFERENCE, "r");
    if (file == NULL) {
        print_message("SKIPPED: %s is absent, family %s not compared\n", REFERENCE, family);
        skip();
    }
    while (fgets(line, sizeof line, file) != NULL) {
        struct row row = row_read(line);
        if (strcmp(row.family, family) == 0) {
            check(&row);
            seen++;
        }
    }
    fclose(file);
    assert_int_equal(seen, expected);
}

static void makespans_equal_the_reference_rows(void **state)
{
    (void)state;
    family_check("exp_makespan", 21, check_makespan);
}

static void periods_equal_the_reference_rows(void **state)
{
    (void)state;
    family_check("period", 21, check_period);
}

static void renewals_equal_the_reference_rows(void **state)
{
    (void)state;
    family_check("one_node_renewal", 8, check_renewal);
}

/* ------------------------------------------------------------------ published tables */

static struct theory_job equal_segments(struct theory_costs costs, double work, double n)
{
    return (struct theory_job){costs, work, work / n, true, true};
}

static double ratio_to_best(const struct theory_costs *costs, double work, double interval)
{
    struct theory_job best = equal_segments(*costs, work, theory_chunks(costs, work));
    struct theory_job job = {*costs, work, interval, true, true};
    return theory_makespan(&job).mean / theory_makespan(&best).mean;
}

/* Daly 2006, figures 3 and 4: 500 h, C = 5 min, R = 10 min; tau in minutes as printed here. */
static void daly_2006_figures_are_reproduced(void **state)
{
    (void)state;
    static const struct {
        double mtbf_h, published, exact, series, young, makespan_h;
    } rows[] = {
        {24, 117, 116.690, 116.690, 120.0, 547.881782},
        {6, 57, 56.7140, 56.7130, 60.0, 610.216407},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct theory_costs costs = {rows[i].mtbf_h * HOUR, 300, 600, 0};
        double tau = theory_interval(THEORY_EXACT, &costs);
        assert_within(tau / 60, rows[i].exact, 5e-4);
        assert_within(round(tau / 60), rows[i].published, 0);
        assert_within(theory_interval(THEORY_DALY, &costs) / 60, rows[i].series, 5e-4);
        assert_within(theory_interval(THEORY_YOUNG, &costs) / 60, rows[i].young, 5e-4);
        /* steady state, no short last segment */
        assert_within(500 / theory_efficiency(&costs, tau + 300), rows[i].makespan_h, 5e-7);
    }
}

/* Aupy et al. 2013, table 2: 125-year nodes, C = R = 600 s, D = 60 s, 2^10 .. 2^19 nodes. */
static void aupy_2013_table_2_is_reproduced(void **state)
{
    (void)state;
    static const double young[] = {68567, 48660, 34584, 24630, 17592,
                                   12615, 9096,  6608,  4848,  3604};
    static const double daly[] = {68573, 48668, 34595, 24646, 17615, 12648, 9142, 6673, 4940, 3733};
    static const double rfo[] = {67961, 48052, 33972, 24014, 16968, 11982, 8449, 5941, 4154, 2869};
    static const double best[] = {68168, 48261, 34185, 24232, 17194, 12218, 8701, 6214, 4458, 3218};
    for (int i = 0; i < 10; i++) {
        struct theory_costs costs = {125 * 365 * DAY / ldexp(1, 10 + i), 600, 600, 60};
        assert_within(theory_period_young(&costs), young[i], 0.5);
        assert_within(theory_period_daly(&costs), daly[i], 0.5);
        assert_within(theory_period_rfo(&costs), rfo[i], 0.5);
        assert_within(theory_interval(THEORY_RFO, &costs), rfo[i] - 600, 0.5);
        assert_within(theory_interval(THEORY_EXACT, &costs) + 600, best[i], 0.5);
    }
}

/* Bougeret et al. SC'11 settings: exact ratios to the optimum
 * (20 d, C = R = 600 s, D = 60 s;
 * petascale 1,000 y of work on 125-year nodes, exascale 10,000 y on 1,250-year nodes). */
static void sc11_exponential_ratios_are_reproduced(void **state)
{
    (void)state;
    static const struct {
        double mu, work, chunks, best, young, low, series;
    } rows[] = {
        {3600, 20 * DAY, 1017, 3930772.17, 1.010012, 1.019378, 1.000006},
        {604800, 20 * DAY, 65, 1809286.72, 1.000248, 1.000267, 1.000266},
        {125 * 365 * DAY / 1024, 1000 * 365 * DAY / 1024, 456, 31352448.6, 1.000015, 1.000017,
         1.000001},
        {125 * 365 * DAY / 16384, 1000 * 365 * DAY / 16384, 116, 2073071.05, 1.000169, 1.000236,
         1.0},
        {1250 * 365 * DAY / 65536, 10000 * 365 * DAY / 65536, 182, 5039027.00, 1.000099, 1.000120,
         1.000005},
        {1250 * 365 * DAY / 262144, 10000 * 365 * DAY / 262144, 92, 1322985.96, 1.000124, 1.000216,
         1.000237},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct theory_costs costs = {rows[i].mu, 600, 600, 60};
        double work = rows[i].work;
        struct theory_job best = equal_segments(costs, work, rows[i].chunks);
        assert_within(theory_chunks(&costs, work), rows[i].chunks, 0);
        assert_near(theory_makespan(&best).mean, rows[i].best, 4e-9, "best");
        const double ratios[] = {rows[i].young, rows[i].low, rows[i].series};
        const enum theory_rule rules[] = {THEORY_YOUNG, THEORY_DALY_LOW, THEORY_DALY};
        for (size_t j = 0; j < COUNT(rules); j++)
            assert_within(ratio_to_best(&costs, work, theory_interval(rules[j], &costs)), ratios[j],
                          6e-7);
    }
}

/* SC'11's Weibull setting on one node, ages kept: best count of equal segments, and how much the
 * exponential optimum's and Young's counts lose. */
static void sc11_weibull_counts_are_reproduced(void **state)
{
    (void)state;
    static const struct {
        double mean, shape;
        int best;
        double makespan;
        int exact;
        double exact_ratio;
        int young;
        double young_ratio;
    } rows[] = {
        {DAY, 0.5, 157, 1947614.987, 177, 1.000668, 170, 1.000290},
        {DAY, 0.7, 169, 1958117.276, 177, 1.000107, 170, 1.000001},
        {DAY, 1.5, 179, 1964986.344, 177, 1.000009, 170, 1.000165},
        {7 * DAY, 0.5, 72, 1821557.049, 65, 1.000247, 64, 1.000326},
        {7 * DAY, 0.7, 68, 1814704.014, 65, 1.000060, 64, 1.000101},
        {7 * DAY, 1.5, 63, 1805639.819, 65, 1.000031, 64, 1.000010},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct law law = law_of("weibull", rows[i].shape, rows[i].mean);
        struct theory_costs costs = {rows[i].mean, 600, 600, 60};
        double best = HUGE_VAL, at[300];
        int argmin = 0;
        for (int n = 40; n < 200; n++) {
            struct theory_job job = equal_segments(costs, 20 * DAY, n);
            assert_int_equal(theory_renewal(&law, &job, &at[n]), STATUS_OK);
            if (at[n] < best) {
                best = at[n];
                argmin = n;
            }
        }
        assert_int_equal(argmin, rows[i].best);
        assert_within(best, rows[i].makespan, 6e-4);
        assert_within(theory_chunks(&costs, 20 * DAY), rows[i].exact, 0);
        assert_within(at[rows[i].exact] / best, rows[i].exact_ratio, 6e-7);
        assert_within(at[rows[i].young] / best, rows[i].young_ratio, 6e-7);
    }
}

/* ------------------------------------------------------------------ limits and optima */

static const double mus[] = {60, 3600, DAY, 30 * DAY, 1e9};
static const double checkpoints[] = {1e-3, 1, 60, 600, 7200};

static void exact_interval_solves_lambert(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mus); i++) {
        for (size_t j = 0; j < COUNT(checkpoints); j++) {
            struct theory_costs costs = {mus[i], checkpoints[j], 0, 0};
            double x = costs.checkpoint / costs.mu, got = theory_interval(THEORY_EXACT, &costs);
            /* W is good to half the digits at the branch point; the residual tells the rest */
            double w = mus[i] * (1 + gsl_sf_lambert_W0(-exp(-1 - x)));
            if (x > 1e-3)
                assert_near(got, w, 1e-11, "against GSL");
            long double u = (long double)got / (long double)costs.mu;
            long double ratio = (long double)costs.checkpoint / (long double)costs.mu;
            if (u < 1e-5L || u >= 1)
                continue; /* -log1p(-u) - u would lose too much even here */
            long double slope = u / (1 - u);
            assert_true(fabsl(-log1pl(-u) - u - ratio) / slope <= 1e-13L * u);
        }
    }
}

static void exact_interval_is_where_efficiency_peaks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mus); i++) {
        for (size_t j = 0; j < COUNT(checkpoints); j++) {
            struct theory_costs costs = {mus[i], checkpoints[j], 30, 5};
            double tau = theory_interval(THEORY_EXACT, &costs);
            double best = theory_efficiency(&costs, tau + costs.checkpoint);
            if (costs.checkpoint / costs.mu > 30)
                continue; /* nothing ever finishes */
            for (int step = -4; step <= 4; step++) {
                double other = tau * (1 + 0.05 * step) + costs.checkpoint;
                assert_true(theory_efficiency(&costs, other) <= best * (1 + 1e-15));
            }
            assert_true(theory_efficiency(&costs, 1.05 * tau + costs.checkpoint) < best);
        }
    }
}

static void neighbours_of_the_chunk_count_are_worse(void **state)
{
    (void)state;
    struct theory_costs list[] = {
        {3600, 600, 600, 60}, {DAY, 300, 600, 0}, {100, 1, 0, 0}, {1e7, 600, 60, 0}};
    for (size_t i = 0; i < COUNT(list); i++) {
        double n = theory_chunks(&list[i], 20 * DAY);
        struct theory_job best = equal_segments(list[i], 20 * DAY, n);
        struct theory_job more = equal_segments(list[i], 20 * DAY, n + 1);
        struct theory_job less = equal_segments(list[i], 20 * DAY, fmax(1, n - 1));
        assert_true(theory_makespan(&best).mean <= theory_makespan(&more).mean);
        assert_true(theory_makespan(&best).mean <= theory_makespan(&less).mean);
    }
    assert_within(theory_chunks(&list[1], 60), 1, 0);
}

static void rules_meet_as_checkpoints_get_cheap(void **state)
{
    (void)state;
    for (double mu = 1e6; mu < 1e15; mu *= 10) {
        struct theory_costs costs = {mu, 60, 60, 10};
        double young = theory_interval(THEORY_YOUNG, &costs), step = sqrt(60 / mu);
        for (int rule = 0; rule < THEORY_RULES; rule++)
            assert_near(theory_interval((enum theory_rule)rule, &costs), young, 1.1 * step,
                        theory_rule_name((enum theory_rule)rule));
        double first = theory_waste_first_order(&costs, young + 60);
        assert_near(1 - theory_efficiency(&costs, young + 60), first, 2 * step, "waste");
    }
}

static void first_order_waste_is_the_printed_formula(void **state)
{
    (void)state;
    struct theory_costs costs = {6000, 60, 240, 60}; /* 0.1 and (300 + 300) / 6000 = 0.1 */
    assert_near(theory_waste_first_order(&costs, 600), 0.1 + 0.1 - 0.01, 1e-14, "waste");
}

static void rules_know_where_they_end(void **state)
{
    (void)state;
    struct theory_costs edge = {300, 600, 0, 0}, below = {300, 599.9999999, 0, 0};
    struct theory_costs hopeless = {100, 60, 90, 20};
    assert_within(theory_interval(THEORY_DALY, &edge), 300, 0);
    /* the series at C = 2 mu is 2 mu (1 + 1/3 + 1/9) - 2 mu: it does not meet mu there */
    assert_near(theory_interval(THEORY_DALY, &below), 2 * 300 * 4 / 9.0, 1e-6, "series");
    assert_true(isnan(theory_interval(THEORY_RFO, &hopeless)));
    assert_true(isnan(theory_interval(THEORY_RFO, &edge)));
    struct theory_costs free_checkpoints = {100, 0, 1, 1};
    assert_within(theory_interval(THEORY_EXACT, &free_checkpoints), 0, 0);
    assert_true(isinf(theory_chunks(&free_checkpoints, 100)));
    struct theory_costs lost = {1, 1e4, 0, 0};
    struct theory_job never = equal_segments(lost, 100, 1);
    assert_true(isinf(theory_makespan(&never).mean));
    assert_within(theory_makespan(&never).waste, 1, 0);
}

static void reliable_machines_only_pay_checkpoints(void **state)
{
    (void)state;
    struct theory_job job = {{1e18, 60, 600, 30}, 10000, 1000, true, true};
    assert_near(theory_makespan(&job).mean, 10600, 1e-12, "ten checkpoints");
    job.interval = 3000;
    assert_near(theory_makespan(&job).mean, 10240, 1e-12, "short last segment");
    job.final_checkpoint = false;
    assert_near(theory_makespan(&job).mean, 10180, 1e-12, "no final checkpoint");
    /* at most one failure: variance is P(fail) E[loss^2], uniform loss plus D + R */
    struct theory_job one = {{1e12, 0, 600, 30}, 1000, 1000, true, true};
    double p = 1e-9, second = 1000.0 * 1000 / 3 + 1000.0 * 630 + 630.0 * 630;
    assert_near(theory_makespan(&one).variance, p * second, 1e-8, "variance");
}

/* The series and the direct form of the truncated moments meet at x = 0.1. */
static void moments_are_smooth_where_the_series_ends(void **state)
{
    (void)state;
    struct theory_job job = {{1000, 0, 0, 0}, 100, 100, true, true};
    job.costs.mu = 1000 * (1 + 1e-13);
    double below = theory_makespan(&job).variance;
    job.costs.mu = 1000 * (1 - 1e-13);
    assert_near(theory_makespan(&job).variance, below, 2e-12, "variance");
}

static void interval_that_divides_the_work_leaves_no_short_segment(void **state)
{
    (void)state;
    for (int n = 1; n < 2000; n++) {
        struct theory_job job = equal_segments((struct theory_costs){DAY, 10, 5, 1}, 86399.7, n);
        double want = n * theory_segment(&job.costs, 86399.7 / n + 10);
        assert_near(theory_makespan(&job).mean, want, 1e-12, "equal segments");
    }
}

static void renewal_under_the_exponential_law_is_the_closed_form(void **state)
{
    (void)state;
    for (int flags = 0; flags < 4; flags++) {
        for (int n = 1; n < 60; n += 7) {
            struct law law = law_of("exponential", 1, 3600);
            struct theory_job job = equal_segments((struct theory_costs){3600, 60, 90, 20}, 2e4, n);
            job.final_checkpoint = (flags & 1) != 0;
            job.restore_initial = (flags & 2) != 0;
            job.interval *= n > 20 ? 0.97 : 1; /* a short last segment too */
            double want = theory_makespan(&job).mean, got = 0;
            assert_int_equal(theory_renewal(&law, &job, &got), STATUS_OK);
            assert_near(got, want, 1e-11, "S1");
            assert_near(theory_redrawn(&law, &job), want, 1e-11, "S2");
        }
    }
}

/* By hand: lifetimes of exactly 100 s, work 150 s cut at 40 s, C = 10, R = 20, D = 5. The first
 * life commits two segments, the second as well (20 + 50 + 30 = 100, finishing the last one's 30
 * of work at the very instant of the failure, after 10 of checkpoint it would not). */
static void constant_lifetimes_follow_the_hand_timeline(void **state)
{
    (void)state;
    struct law law = law_of("constant", 0, 100);
    struct theory_job job = {{1, 10, 20, 5}, 150, 40, false, true};
    double mean = 0;
    /* life 1: 50 + 50, both complete at 100 just before the failure; D; life 2: 20 + 50 + 30 */
    assert_int_equal(theory_renewal(&law, &job, &mean), STATUS_OK);
    assert_near(mean, 100 + 5 + 100, 1e-14, "finishes as it fails");
    /* with a final checkpoint life 2 fails short of it: D; life 3: 20 + 40 */
    job.final_checkpoint = true;
    assert_int_equal(theory_renewal(&law, &job, &mean), STATUS_OK);
    assert_near(mean, 100 + 5 + 100 + 5 + 60, 1e-14, "one more life");
    job.costs.restore = 60; /* restore and segment never fit */
    assert_int_equal(theory_renewal(&law, &job, &mean), STATUS_OK);
    assert_true(isinf(mean));
}

static void renewal_refuses_more_segments_than_its_limit(void **state)
{
    (void)state;
    struct law law = law_of("exponential", 1, 3600);
    struct theory_job job =
        equal_segments((struct theory_costs){3600, 1, 1, 1}, 1e6, THEORY_SEGMENTS + 1.0);
    double mean = 7;
    assert_int_equal(theory_renewal(&law, &job, &mean), STATUS_INPUT);
    assert_within(mean, 7, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makespans_equal_the_reference_rows),
        cmocka_unit_test(periods_equal_the_reference_rows),
        cmocka_unit_test(renewals_equal_the_reference_rows),
        cmocka_unit_test(daly_2006_figures_are_reproduced),
        cmocka_unit_test(aupy_2013_table_2_is_reproduced),
        cmocka_unit_test(sc11_exponential_ratios_are_reproduced),
        cmocka_unit_test(sc11_weibull_counts_are_reproduced),
        cmocka_unit_test(exact_interval_solves_lambert),
        cmocka_unit_test(exact_interval_is_where_efficiency_peaks),
        cmocka_unit_test(neighbours_of_the_chunk_count_are_worse),
        cmocka_unit_test(rules_meet_as_checkpoints_get_cheap),
        cmocka_unit_test(first_order_waste_is_the_printed_formula),
        cmocka_unit_test(rules_know_where_they_end),
        cmocka_unit_test(reliable_machines_only_pay_checkpoints),
        cmocka_unit_test(moments_are_smooth_where_the_series_ends),
        cmocka_unit_test(interval_that_divides_the_work_leaves_no_short_segment),
        cmocka_unit_test(renewal_under_the_exponential_law_is_the_closed_form),
        cmocka_unit_test(constant_lifetimes_follow_the_hand_timeline),
        cmocka_unit_test(renewal_refuses_more_segments_than_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
