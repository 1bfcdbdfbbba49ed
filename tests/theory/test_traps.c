/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: mistakes that published simulators make are not made here. Method: for each the exact mean
 * of the mistaken model is known in closed form; the sample lies within four standard errors of the
 * right one and at least ten from the wrong one. Mistakes about single instants are short recorded
 * timelines, known to the nanosecond. */
#include "analysis/theory.h"
#include "sim/model/outage.h"
#include "tests/theory/sample.h"

static uint64_t seed_base;

/* A machine on which every mistake shows: an hour between failures, ten minutes a checkpoint. */
static const struct theory_costs costs = {3600, 600, 600, 60};
enum { SEGMENTS = 50, RUNS = 4000 };
#define INTERVAL 1800.0

static struct sample_case trap_case(double work, simtime interval, int64_t measure)
{
    struct sample_case c = sample_case(work);
    sample_costs(&c, costs.checkpoint, costs.restore, costs.downtime);
    sample_platform(&c, sample_exponential(costs.mu));
    sample_control(&c, "fixed", interval, measure);
    c.spec.seed = seed_base;
    return c;
}

static void assert_right(const char *what, const struct sample *sample, double right, double wrong)
{
    double z = sample_z(&sample->makespan, right), far = sample_z(&sample->makespan, wrong);
    printf("%-44s right %.1f z %+.2f, wrong %.1f (%+.2f %%) z %+.1f\n", what, right, z, wrong,
           100 * (wrong / right - 1), far);
    assert_int_equal(sample->finished, sample->n);
    assert_true(sample->struck.mean > 1);
    assert_true(fabs(z) <= sample_z_limit());
    assert_true(fabs(far) >= 10);
}

/* ---- the segment: E[T] = e^(R/mu) (mu + D) (e^((w + C)/mu) - 1), and four ways to get it wrong
 * --- */

static double recovery_time(void) /* D and R, begun again whenever R is struck */
{
    double x = costs.restore / costs.mu;
    return costs.downtime * exp(x) + costs.mu * expm1(x);
}

/* A failure in the checkpoint costs a recovery, but the work before it is safe already. */
static double committed_at_the_start(double w)
{
    double fails = -expm1(-costs.checkpoint / costs.mu);
    return expm1(w / costs.mu) * (costs.mu + recovery_time()) +
           fails * (costs.mu + recovery_time());
}

/* Neither checkpoint nor restore is ever struck. */
static double failures_in_work_only(double w)
{
    return expm1(w / costs.mu) * (costs.mu + costs.downtime + costs.restore) + costs.checkpoint;
}

static double restore_never_struck(double w)
{
    return expm1((w + costs.checkpoint) / costs.mu) * (costs.mu + costs.downtime + costs.restore);
}

static double interval_taken_for_period(double w)
{
    return theory_segment(&costs, w) * w / (w - costs.checkpoint);
}

static const struct {
    const char *name;
    double (*wrong)(double w);
} segments[] = {
    {"commits at the start of the checkpoint", committed_at_the_start},
    {"neither checkpoint nor restore is struck", failures_in_work_only},
    {"the restore is never struck", restore_never_struck},
    {"the interval is taken for the period", interval_taken_for_period},
};

static void segments_commit_at_their_end_and_are_struck_throughout(void **state)
{
    struct sample_case c = trap_case(SEGMENTS * INTERVAL, sample_ns(INTERVAL), 0);
    struct sample sample = sample_take(&c, 0, RUNS);
    double right = SEGMENTS * theory_segment(&costs, INTERVAL + costs.checkpoint);
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT(segments); i++)
        assert_right(segments[i].name, &sample, right, SEGMENTS * segments[i].wrong(INTERVAL));
}

static void a_period_includes_the_checkpoint(void **state)
{
    double work = INTERVAL - costs.checkpoint;
    struct sample_case c = trap_case(SEGMENTS * work, sample_ns(INTERVAL), 2);
    struct sample sample = sample_take(&c, 0, RUNS);
    (void)state;
    assert_int_equal(sample_interval(&c), sample_ns(work));
    assert_right("the period is taken for the interval", &sample,
                 SEGMENTS * theory_segment(&costs, INTERVAL),
                 SEGMENTS * work / INTERVAL * theory_segment(&costs, INTERVAL + costs.checkpoint));
}

static void strikes_in_checkpoint_and_restore_can_be_turned_off(void **state)
{
    struct sample_case c = trap_case(SEGMENTS * INTERVAL, sample_ns(INTERVAL), 0);
    (void)state;
    c.spec.faults.strike = PHASE_BIT(PHASE_WORK);
    struct sample sample = sample_take(&c, 0, RUNS);
    assert_right("they are struck all the same", &sample,
                 SEGMENTS * failures_in_work_only(INTERVAL),
                 SEGMENTS * theory_segment(&costs, INTERVAL + costs.checkpoint));
    c.spec.faults.strike |= PHASE_BIT(PHASE_CHECKPOINT);
    sample = sample_take(&c, 0, RUNS);
    assert_right("they are struck all the same", &sample, SEGMENTS * restore_never_struck(INTERVAL),
                 SEGMENTS * theory_segment(&costs, INTERVAL + costs.checkpoint));
}

/* ---- the last segment
 * ---------------------------------------------------------------------------- */

static double short_job(double work, bool final_checkpoint, bool restore_initial)
{
    struct theory_job job = {costs, work, INTERVAL, final_checkpoint, restore_initial};
    return theory_makespan(&job).mean;
}

static void the_last_segment_is_short_and_not_spread(void **state)
{
    double work = 2.25 * INTERVAL;
    struct sample_case c = trap_case(work, sample_ns(INTERVAL), 0);
    struct sample sample = sample_take(&c, 0, 100000);
    (void)state;
    assert_right("the last segment is spread", &sample, short_job(work, true, true),
                 3 * theory_segment(&costs, work / 3 + costs.checkpoint));
}

static void the_final_checkpoint_and_the_first_restore_are_choices(void **state)
{
    double work = 2.25 * INTERVAL, right = short_job(work, true, true);
    struct sample_case c = trap_case(work, sample_ns(INTERVAL), 0);
    (void)state;
    c.spec.group.final_checkpoint = false;
    struct sample sample = sample_take(&c, 0, 100000);
    assert_right("a final checkpoint is taken all the same", &sample, short_job(work, false, true),
                 right);
    c.spec.group.final_checkpoint = true;
    c.spec.group.restore_initial = false;
    sample = sample_take(&c, 0, 100000);
    assert_right("the first restore is paid all the same", &sample, short_job(work, true, false),
                 right);
}

/* ---- simultaneous failures, as logs have them
 * ---------------------------------------------------- */

static const char *const names[] = {"a", "b"}, *const causes[] = {""};

static void two_outages_at_one_instant_are_one_strike(void **state)
{
    /* Both nodes are lost at 100 s, for 10 s: 40 s of work are lost once, one restore is paid. */
    static const struct outage list[] = {
        {.start = 100 * SIMTIME_SECOND, .end = 110 * SIMTIME_SECOND, .node = 0, .line = 2},
        {.start = 100 * SIMTIME_SECOND, .end = 110 * SIMTIME_SECOND, .node = 1, .line = 3},
    };
    static const struct outages outages = {.count = 2,
                                           .nodes_count = 2,
                                           .causes_count = 1,
                                           .list = list,
                                           .nodes = names,
                                           .causes = causes,
                                           .first = 0,
                                           .last = 5000 * SIMTIME_SECOND};
    struct sample_case c = sample_case(120);
    struct record record;
    struct run run;
    (void)state;
    sample_costs(&c, 10, 5, 1);
    c.spec.cluster.nodes = c.spec.group.workers = 2;
    c.spec.faults.trace = (struct spec_trace){
        .is_given = true, .times = TIMES_TRUE, .nodes = PICK_FIRST_N, .outages = &outages};
    sample_control(&c, "fixed", sample_ns(50), 0);
    assert_int_equal(run_open(&run, &c.spec, c.plan), STATUS_OK);
    assert_int_equal(run_replicate(&run, 0, GROUP_CONTROLLED, &record), STATUS_OK);
    run_close(&run);
    /* 50 work, 10 checkpoint, 40 lost; 10 wait, 1 restart, 5 restore; 50 + 10, 20 + 10 */
    assert_int_equal(record.makespan, (100 + 10 + 1 + 5 + 60 + 30) * SIMTIME_SECOND);
    assert_int_equal(record.struck, 1);
    assert_int_equal(record.shielded, 1);
    assert_int_equal(record.job[JOB_LOST], 40 * SIMTIME_SECOND);
    assert_int_equal(record.job[JOB_RESTORE], 5 * SIMTIME_SECOND);
    assert_int_equal(record.job[JOB_WAIT], 10 * SIMTIME_SECOND);
    /* Nor do zero gaps count in the mean time between failures: one instant in 5000 s. */
    assert_true(fault_mtbf(&c.spec, INT64_MAX) == 5000.0);
}

/* ---- Daly's series past its end
 * ------------------------------------------------------------------ */

static void daly_plans_the_mtbf_where_a_checkpoint_takes_twice_it(void **state)
{
    static const struct {
        double mu;
        bool is_past;
    } rows[] = {{900, false}, {301, false}, {300, true}, {299, true}, {200, true}};
    double below = 0, at = 0;
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT(rows); i++) {
        double mu = rows[i].mu, ratio = 600 / (2 * mu);
        double series = sqrt(2 * 600 * mu) * (1 + sqrt(ratio) / 3 + ratio / 9) - 600;
        struct sample_case c = sample_case(10 * mu);
        sample_costs(&c, 600, 0, 0);
        sample_control(&c, "daly", sample_ns(mu), 0);
        double interval = simtime_seconds(sample_interval(&c));
        assert_true(fabs(interval - (rows[i].is_past ? mu : series)) < 1e-8);
        below = mu == 301 ? interval : below;
        at = mu == 300 ? interval : at;
    }
    assert_true(below < 268 && at == 300); /* the rule jumps where Daly's does */
}

static void daly_past_its_end_costs_what_theory_says(void **state)
{
    struct theory_costs dear = {300, 600, 60, 0};
    struct sample_case c = sample_case(SEGMENTS * dear.mu);
    (void)state;
    sample_costs(&c, dear.checkpoint, dear.restore, dear.downtime);
    sample_platform(&c, sample_exponential(dear.mu));
    sample_control(&c, "daly", sample_ns(dear.mu), 0);
    c.spec.seed = seed_base;
    struct sample sample = sample_take(&c, 0, 400);
    double right = SEGMENTS * theory_segment(&dear, dear.mu + dear.checkpoint);
    double z = sample_z(&sample.makespan, right);
    printf("C = 2 mu: planned %g s, time %.0f, z %+.2f\n", dear.mu, right, z);
    assert_int_equal(sample.finished, sample.n);
    assert_true(sample.struck.mean > SEGMENTS && fabs(z) <= sample_z_limit());
}

/* ---- years
 * --------------------------------------------------------------------------------------- */

static void a_year_has_365_days(void **state)
{
    /* Aupy et al. 2013 print 7519 s for 2^19 nodes of 125 y; Julian years would make it 7524. */
    double node = 125 * simtime_seconds(SIMTIME_YEAR);
    struct sample_case c = sample_case(1);
    (void)state;
    sample_nodes(&c, 1u << 19, sample_exponential(node));
    double mtbf = fault_mtbf(&c.spec, INT64_MAX);
    assert_int_equal(SIMTIME_YEAR, 365 * 86400 * SIMTIME_SECOND);
    assert_true(fabs(mtbf - 7519) < 0.5);
    assert_true(fabs(mtbf * 365.25 / 365 - 7519) > 4);
}

int main(void)
{
    seed_base = support_seed(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_commit_at_their_end_and_are_struck_throughout),
        cmocka_unit_test(a_period_includes_the_checkpoint),
        cmocka_unit_test(strikes_in_checkpoint_and_restore_can_be_turned_off),
        cmocka_unit_test(the_last_segment_is_short_and_not_spread),
        cmocka_unit_test(the_final_checkpoint_and_the_first_restore_are_choices),
        cmocka_unit_test(two_outages_at_one_instant_are_one_strike),
        cmocka_unit_test(daly_plans_the_mtbf_where_a_checkpoint_takes_twice_it),
        cmocka_unit_test(daly_past_its_end_costs_what_theory_says),
        cmocka_unit_test(a_year_has_365_days),
    };
    return cmocka_run_group_tests_name("theory/traps", tests, NULL, NULL);
}
