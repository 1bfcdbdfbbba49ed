/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: platforms of many nodes fail as they should: only the failed node is renewed, ages begin
 * as the scenario says, the two fault clocks have their two mean times between failures.
 * Method: renewal theory where it has an answer; for several nodes at once, where it has none, a
 * second simulation that shares neither code nor random numbers with the first. */
#include "tests/theory/sample.h"

static uint64_t seed_base;

static void assert_z(const char *what, const struct estimate *e, double exact)
{
    double z = sample_z(e, exact);
    printf("%-52s %.6g +- %.2g, exact %.6g, z %+.2f\n", what, e->mean, sample_error(e), exact, z);
    if (fabs(z) > sample_z_limit())
        fail_msg("%s: %+.2f standard errors from theory", what, z);
}

/* ---- 64 nodes: what redrawing all lifetimes does to Weibull nodes
 * -------------------------------- */

/* A case that a public simulator ships: 64 nodes of mean 100 h; a checkpoint takes 0.5 h and 0.05 h
 * to agree on it, a restore 1 h; failures strike work only; interval sqrt(2 C M / n + C^2) - C. It
 * redraws every lifetime after each checkpoint and prints 0.3537, 0.0497 and 0.0002. */
enum { NODES = 64 };
#define MEAN    (100 * SAMPLE_HOUR)
#define COST    (0.55 * SAMPLE_HOUR)
#define RESTORE SAMPLE_HOUR

static double interval_of_64(void)
{
    double c = 0.5, m = 100.0 / NODES;
    return (sqrt(2 * c * m + c * c) - c) * SAMPLE_HOUR;
}

static struct sample_case case_of_64(struct law law, double segments, enum spec_renewal renewal)
{
    double interval = interval_of_64();
    struct sample_case c = sample_case(segments * interval);
    sample_costs(&c, COST, RESTORE, 0);
    sample_nodes(&c, NODES, law);
    c.spec.faults.clock = CLOCK_EXPOSURE;
    c.spec.faults.strike = PHASE_BIT(PHASE_WORK);
    c.spec.faults.renewal = renewal;
    c.spec.seed = seed_base;
    sample_control(&c, "fixed", sample_ns(interval), 0);
    return c;
}

/* Mean time of a segment of `w` when the platform's lifetime is redrawn at every attempt. */
static double redrawn_segment(const struct law *node, double w)
{
    struct law platform = *node; /* the first of n Weibull lifetimes is Weibull, scale / n^(1/k) */
    platform.scale = node->scale * pow(NODES, -1 / node->shape);
    assert_null(law_prepare(&platform));
    double p = law_survival(&platform, w);
    return (law_limited_mean(&platform, w) + (1 - p) * RESTORE) / p + COST;
}

static const struct {
    const char *name;
    double shape, failed_only, redrawn; /* efficiencies, as published */
} platforms[] = {
    {"64 nodes, k = 0.5", 0.5, 0.355, 0.0002},
    {"64 nodes, k = 0.7", 0.7, 0.352, 0.050},
    {"64 nodes, exponential", 1.0, 0.354, 0.354},
};

static void only_the_failed_of_64_nodes_is_renewed(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT(platforms); i++) {
        struct law law = sample_weibull(platforms[i].shape, MEAN);
        /* Long enough to forget that all nodes were new: 200 of their mean lives. */
        struct sample_case c = case_of_64(law, 20000, RENEWAL_FAILED);
        struct sample sample = sample_take(&c, 0, 30);
        double efficiency = 1 - sample.waste.mean;
        printf("%s: %.4f, published %.3f, %.0f failures a run\n", platforms[i].name, efficiency,
               platforms[i].failed_only, sample.struck.mean);
        assert_int_equal(sample.finished, sample.n);
        assert_true(sample.struck.mean > 1000);
        assert_true(fabs(efficiency - platforms[i].failed_only) <= 0.005);
        if (platforms[i].shape == 1)
            assert_z("  its waste", &sample.waste,
                     1 - interval_of_64() / redrawn_segment(&law, interval_of_64()));
    }
}

static void redrawing_all_64_lifetimes_ruins_weibull_platforms(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT(platforms); i++) {
        struct law law = sample_weibull(platforms[i].shape, MEAN);
        double segments = platforms[i].shape < 0.6 ? 2 : 100; /* one needs 4,000 attempts */
        struct sample_case c = case_of_64(law, segments, RENEWAL_ATTEMPT);
        struct sample sample = sample_take(&c, 0, 40);
        double exact = segments * redrawn_segment(&law, interval_of_64());
        assert_int_equal(sample.finished, sample.n);
        if (platforms[i].shape < 1) /* attempts are all but geometric: a segment's sd is its mean */
            sample.makespan.sd = exact / sqrt(segments);
        assert_z(platforms[i].name, &sample.makespan, exact);
        double efficiency = segments * interval_of_64() / exact;
        assert_true(fabs(efficiency - platforms[i].redrawn) <=
                    0.002 * (platforms[i].shape > 0.6) + 0.00005);
    }
}

/* ---- several nodes: a second simulation
 * ---------------------------------------------------------- */

/* Knows only the rules: any strike before the restore begins starts the downtime anew; a dead node
 * is new when the downtime ends. Its random numbers are SplitMix64 (Steele et al. 2014) in
 * sequence. */
struct other {
    uint64_t words;
    unsigned nodes;
    double shape, scale; /* Weibull lifetimes */
    double work, interval, checkpoint, restore, downtime;
    bool is_exposure; /* nothing ages in the downtime */
    double dies[8];   /* instants at which the nodes die, on the clock on which they age */
    unsigned failures;
};

static double other_uniform(struct other *o)
{
    uint64_t z = o->words += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return ((double)((z ^ (z >> 31)) >> 12) + 0.5) / 4503599627370496.0;
}

static double other_life(struct other *o)
{
    return o->scale * pow(-log(other_uniform(o)), 1 / o->shape);
}

static unsigned other_next(const struct other *o)
{
    unsigned first = 0;
    for (unsigned i = 1; i < o->nodes; i++)
        first = o->dies[i] < o->dies[first] ? i : first;
    return first;
}

/* From a strike at `now` until the next restore or attempt of one may begin; kills may go on. */
static double other_downtime(struct other *o, double now)
{
    double until = now + o->downtime;
    o->failures++;
    o->dies[other_next(o)] = (double)INFINITY;
    while (!o->is_exposure && o->dies[other_next(o)] < until) {
        until = o->dies[other_next(o)] + o->downtime;
        o->failures++;
        o->dies[other_next(o)] = (double)INFINITY;
    }
    for (unsigned i = 0; i < o->nodes; i++)
        if (isinf(o->dies[i]))
            o->dies[i] = (o->is_exposure ? now : until) + other_life(o);
    return until;
}

static double other_makespan(struct other *o)
{
    double now = 0, stood = 0, done = 0; /* stood: how long the clock of ages stood still */
    bool must_restore = false;
    for (unsigned i = 0; i < o->nodes; i++)
        o->dies[i] = other_life(o);
    while (done < o->work) {
        double segment = fmin(o->interval, o->work - done);
        double length = must_restore ? o->restore : segment + o->checkpoint;
        double strike = o->dies[other_next(o)] + stood;
        if (strike >= now + length) {
            now += length;
            done += must_restore ? 0 : segment;
            must_restore = false;
            continue;
        }
        now = stood + other_downtime(o, strike - stood);
        stood += o->is_exposure ? o->downtime : 0;
        must_restore = true;
    }
    return now;
}

static const struct {
    const char *name;
    unsigned nodes;
    double shape, mean_h;
    bool is_exposure;
} pairs[] = {
    {"2 nodes, k = 0.7, wall", 2, 0.7, 10, false}, {"2 nodes, k = 0.7, exposure", 2, 0.7, 10, true},
    {"2 nodes, k = 1.5, wall", 2, 1.5, 10, false}, {"2 nodes, k = 1.5, exposure", 2, 1.5, 10, true},
    {"5 nodes, k = 0.6, wall", 5, 0.6, 25, false},
};

/* One day of work, an interval of 1 h, C = 300 s, R = 600 s, D = 1200 s: the downtime is long, so
 * that it matters who may die in it. */
static struct other other_of(size_t i)
{
    double mean = pairs[i].mean_h * SAMPLE_HOUR;
    return (struct other){.words = seed_base * 1000 + i,
                          .nodes = pairs[i].nodes,
                          .shape = pairs[i].shape,
                          .scale = mean / tgamma(1 + 1 / pairs[i].shape),
                          .work = SAMPLE_DAY,
                          .interval = SAMPLE_HOUR,
                          .checkpoint = 300,
                          .restore = 600,
                          .downtime = 1200,
                          .is_exposure = pairs[i].is_exposure};
}

static void several_nodes_agree_with_a_second_simulation(void **state)
{
    enum { RUNS = 40000 };
    static double spans[RUNS], strikes[RUNS];
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT(pairs); i++) {
        struct other o = other_of(i);
        for (unsigned j = 0; j < RUNS; j++) {
            o.failures = 0;
            spans[j] = other_makespan(&o);
            strikes[j] = o.failures;
        }
        struct estimate span = estimate_mean(spans, RUNS), struck = estimate_mean(strikes, RUNS);
        struct sample_case c = sample_case(o.work);
        sample_costs(&c, o.checkpoint, o.restore, o.downtime);
        sample_nodes(&c, o.nodes, sample_weibull(o.shape, pairs[i].mean_h * SAMPLE_HOUR));
        c.spec.faults.clock = o.is_exposure ? CLOCK_EXPOSURE : CLOCK_WALL;
        c.spec.faults.strike =
            PHASE_BIT(PHASE_WORK) | PHASE_BIT(PHASE_CHECKPOINT) | PHASE_BIT(PHASE_RESTORE);
        c.spec.seed = seed_base;
        sample_control(&c, "fixed", sample_ns(o.interval), 0);
        struct sample sample = sample_take(&c, 0, RUNS);
        double z = (sample.makespan.mean - span.mean) /
                   hypot(sample_error(&sample.makespan), sample_error(&span));
        double zf = (sample.struck.mean - struck.mean) /
                    hypot(sample_error(&sample.struck), sample_error(&struck));
        printf("%-28s %.1f and %.1f s, z %+.2f; %.4f and %.4f failures, z %+.2f\n", pairs[i].name,
               sample.makespan.mean, span.mean, z, sample.struck.mean, struck.mean, zf);
        assert_int_equal(sample.finished, RUNS);
        assert_true(fabs(z) <= sample_z_limit() && fabs(zf) <= sample_z_limit());
    }
}

/* ---- ages at the beginning
 * ----------------------------------------------------------------------- */

/* Nodes that fail and are replaced at once, watched for `span`; the job never ends. */
static struct sample watch(uint32_t nodes, struct law law, enum spec_age age, double span,
                           uint32_t runs)
{
    struct sample_case c = sample_case(10 * law.mean);
    sample_nodes(&c, nodes, law);
    c.spec.horizon = sample_ns(span);
    c.spec.faults.initial_age = age;
    c.spec.seed = seed_base;
    sample_control(&c, "none", 0, 0);
    return sample_take(&c, 0, runs);
}

/* The renewal function, mean count of renewals in [0, t], from m(t) = F(t) + int m(t - x) dF(x), by
 * the trapezoid rule for Stieltjes integrals on a grid. */
static double renewals(const struct law *law, double t)
{
    enum { GRID = 2000 };
    static double m[GRID + 1], f[GRID + 1];
    for (int i = 0; i <= GRID; i++)
        f[i] = 1 - law_survival(law, t * i / GRID);
    m[0] = 0;
    for (int i = 1; i <= GRID; i++) {
        double sum = f[i] + m[i - 1] * f[1] / 2;
        for (int j = 2; j <= i; j++)
            sum += (m[i - j] + m[i - j + 1]) / 2 * (f[j] - f[j - 1]);
        m[i] = sum / (1 - f[1] / 2);
    }
    return m[GRID];
}

static void stationary_ages_give_the_long_run_rate_from_the_start(void **state)
{
    static const double shapes[] = {0.5, 0.7, 1.0, 1.5, 3.0};
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT(shapes); i++) {
        char name[48];
        struct law law = sample_weibull(shapes[i], 1000 * SAMPLE_HOUR);
        struct sample sample = watch(500, law, AGE_STATIONARY, law.mean / 10, 200);
        snprintf(name, sizeof name, "stationary, k = %g", shapes[i]);
        assert_z(name, &sample.outages, 500 * 0.1);
    }
}

static void new_nodes_begin_with_a_burst(void **state)
{
    (void)state;
    struct law law = sample_weibull(0.7, 5 * 365 * SAMPLE_DAY);
    double month = 30 * SAMPLE_DAY, long_run = 1024 * month / law.mean;
    struct sample sample = watch(1024, law, AGE_NEW, month, 400);
    assert_z("1024 new nodes, k = 0.7, mean 5 y, first month", &sample.outages,
             1024 * renewals(&law, month));
    printf("  %.2f times the long-run %.2f\n", sample.outages.mean / long_run, long_run);
    assert_true(fabs(sample.outages.mean / long_run - 4) < 0.3);
    sample = watch(1024, law, AGE_STATIONARY, month, 400);
    assert_z("the same at stationary ages", &sample.outages, long_run);
}

static void nodes_of_a_given_age_fail_at_its_hazard(void **state)
{
    struct law law = sample_weibull(2, 1000 * SAMPLE_HOUR);
    struct sample_case c = sample_case(10 * law.mean);
    double age = 2000 * SAMPLE_HOUR, span = 10 * SAMPLE_HOUR;
    (void)state;
    sample_nodes(&c, 400, law);
    c.spec.horizon = sample_ns(span);
    c.spec.faults.initial_age = AGE_GIVEN;
    c.spec.faults.age = sample_ns(age);
    c.spec.seed = seed_base;
    sample_control(&c, "none", 0, 0);
    struct sample sample = sample_take(&c, 0, 400);
    /* A second failure of a node within the span: once in 10^5, below the error. */
    assert_z("400 nodes aged 2000 h, k = 2", &sample.outages,
             400 * (1 - law_survival(&law, age + span) / law_survival(&law, age)));
}

/* ---- two mean times between failures (MODEL rule 6)
 * ---------------------------------------------- */

enum { RULE6_NODES = 8 };
#define RULE6_MEAN (100 * SAMPLE_HOUR)
#define RULE6_DOWN (10 * SAMPLE_HOUR)
#define RULE6_SPAN (300 * RULE6_MEAN)

static struct sample_case rule6(double shape)
{
    struct sample_case c = sample_case(100 * RULE6_SPAN);
    sample_nodes(&c, RULE6_NODES, sample_weibull(shape, RULE6_MEAN));
    c.spec.horizon = sample_ns(RULE6_SPAN);
    c.spec.faults.initial_age = AGE_STATIONARY;
    c.spec.seed = seed_base;
    return c;
}

static void under_wall_a_repaired_platform_fails_every_d_plus_mean_over_p(void **state)
{
    static const double shapes[] = {0.7, 1, 1.5};
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT(shapes); i++) {
        struct sample_case c = rule6(shapes[i]);
        c.spec.faults.node.has_repair = true;
        c.spec.faults.node.repair = (struct law){.kind = LAW_CONSTANT, .scale = RULE6_DOWN};
        assert_null(law_prepare(&c.spec.faults.node.repair));
        sample_control(&c, "none", 0, 0);
        struct sample sample = sample_take(&c, 0, 300);
        assert_z("wall, with repair: span / ((D + mean) / p)", &sample.outages,
                 RULE6_SPAN / ((RULE6_DOWN + RULE6_MEAN) / RULE6_NODES));
        assert_true(sample.struck.mean == sample.outages.mean);
    }
}

static void under_exposure_a_platform_fails_every_mean_over_p_plus_d(void **state)
{
    static const double shapes[] = {0.7, 1, 1.5};
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT(shapes); i++) {
        struct sample_case c = rule6(shapes[i]);
        sample_costs(&c, 0, 0, RULE6_DOWN);
        c.spec.faults.clock = CLOCK_EXPOSURE;
        c.spec.faults.strike = PHASE_BIT(PHASE_WORK);
        sample_control(&c, "none", 0, 0);
        struct sample sample = sample_take(&c, 0, 300);
        assert_z("exposure: span / (mean / p + D)", &sample.struck,
                 RULE6_SPAN / (RULE6_MEAN / RULE6_NODES + RULE6_DOWN));
    }
}

int main(void)
{
    seed_base = support_seed(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_failed_of_64_nodes_is_renewed),
        cmocka_unit_test(redrawing_all_64_lifetimes_ruins_weibull_platforms),
        cmocka_unit_test(several_nodes_agree_with_a_second_simulation),
        cmocka_unit_test(stationary_ages_give_the_long_run_rate_from_the_start),
        cmocka_unit_test(new_nodes_begin_with_a_burst),
        cmocka_unit_test(nodes_of_a_given_age_fail_at_its_hazard),
        cmocka_unit_test(under_wall_a_repaired_platform_fails_every_d_plus_mean_over_p),
        cmocka_unit_test(under_exposure_a_platform_fails_every_mean_over_p_plus_d),
    };
    return cmocka_run_group_tests_name("theory/platform", tests, NULL, NULL);
}
