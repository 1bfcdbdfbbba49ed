/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what the dynamic programmes of SC'11 promise happens in the simulator. Method: DPMakespan's
 * expected makespan against simulated means of one node that ages, at three seeds, within four
 * standard errors; both programmes against the exact interval on the same failures, where failures
 * are exponential (no difference) and where many nodes age. */
#include "policies/controllers/dpmakespan.h"
#include "tests/theory/sample.h"

#define SEEDS 3

static uint64_t seed_base;

/* mtbf, quanta, shape, horizon: the tables of both. */
static void control(struct sample_case *c, const char *name, double mtbf, double shape,
                    double horizon)
{
    c->spec.controller.values[2] = (struct cairn_value){.x = shape};
    c->spec.controller.values[3] = (struct cairn_value){.x = horizon};
    sample_control(c, name, sample_ns(mtbf), 100);
}

/* ---- the expected makespan ------------------------------------------------------------------- */

static const struct one_node {
    double shape, mean, work, checkpoint, restore, downtime;
    bool has_final, has_initial;
} nodes[] = {
    {0.5, 10000, 15000, 120, 300, 60, true, true}, {0.7, 10000, 20000, 200, 200, 50, true, true},
    {0.7, 5000, 10000, 100, 400, 0, false, false}, {1.0, 10000, 20000, 200, 200, 50, true, true},
    {1.8, 8000, 12000, 150, 100, 30, true, false},
};

/* Its table as the controller makes it: quanta of a hundredth of the work. */
static double expected(const struct one_node *it)
{
    static unsigned char table[1 << 20];
    static _Alignas(8) unsigned char scratch[1 << 20];
    struct makespan job = {.shape = it->shape,
                           .scale = it->mean / tgamma(1 + 1 / it->shape),
                           .quantum = it->work / 100,
                           .checkpoint = it->checkpoint,
                           .restore = it->restore,
                           .downtime = it->downtime,
                           .quanta = 100,
                           .has_final_checkpoint = it->has_final,
                           .has_initial_restore = it->has_initial};
    assert_true(makespan_table(100) <= sizeof table && makespan_scratch(100) <= sizeof scratch);
    return makespan_solve(&job, table, scratch);
}

static void dpmakespan_takes_as_long_as_its_table_expects(void **state)
{
    const uint32_t n = (sample_is_soak() ? 100000u : 15000u) / SAMPLE_SHARE;
    bool is_good = true;
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT(nodes); i++) {
        const struct one_node *it = &nodes[i];
        double exact = expected(it);
        struct sample_case c = sample_case(it->work);
        sample_costs(&c, it->checkpoint, it->restore, it->downtime);
        sample_nodes(&c, 1, sample_weibull(it->shape, it->mean));
        c.spec.group.final_checkpoint = it->has_final;
        c.spec.group.restore_initial = it->has_initial;
        control(&c, "dpmakespan", it->mean, it->shape, 2);
        printf("shape %.1f exact %-14.9g z:", it->shape, exact);
        for (unsigned j = 0; j < SEEDS; j++) {
            c.spec.seed = seed_base * SEEDS + j;
            struct sample sample = sample_take(&c, 0, n);
            assert_int_equal(sample.finished, n);
            assert_true(sample.struck.mean > 0.5);
            double z = sample_z(&sample.makespan, exact);
            is_good &= fabs(z) <= sample_z_limit();
            printf(" %+.2f", z);
        }
        printf("\n");
    }
    assert_true(is_good);
}

/* ---- against the exact interval, on the same failures ---------------------------------------- */

enum { PAIRS = 200 / SAMPLE_SHARE };

static void makespans(const struct sample_case *c, double *total)
{
    struct run *run = calloc(1, sizeof *run);
    struct record record;
    assert_non_null(run);
    assert_int_equal(run_open(run, &c->spec, sample_plan(c)), STATUS_OK);
    for (uint32_t i = 0; i < PAIRS; i++) {
        assert_int_equal(run_replicate(run, i, GROUP_CONTROLLED, &record), STATUS_OK);
        assert_int_equal(record.end, END_FINISHED);
        total[i] = simtime_seconds(record.makespan);
    }
    run_close(run);
    free(run);
}

/* How much longer than with the exact interval, as a share of it; *error its standard error. */
static double excess(struct sample_case *c, const char *name, double mtbf, double shape,
                     double horizon, double *error)
{
    static double programme[PAIRS], interval[PAIRS];
    control(c, name, mtbf, shape, horizon);
    makespans(c, programme);
    c->spec.controller.values[1] = (struct cairn_value){0};
    sample_control(c, "exact", sample_ns(mtbf), 0);
    makespans(c, interval);
    struct estimate mean = estimate_mean(interval, PAIRS);
    struct estimate difference = estimate_paired(programme, interval, PAIRS);
    *error = sample_error(&difference) / mean.mean;
    printf("%-13s shape %.1f, %4u nodes: %+.3f %% +- %.3f %%\n", name, shape, c->spec.group.workers,
           100 * difference.mean / mean.mean, 100 * *error);
    return difference.mean / mean.mean;
}

static struct sample_case many_nodes(double work, double checkpoint, struct law law)
{
    struct sample_case c = sample_case(work);
    sample_costs(&c, checkpoint, 60, 30);
    sample_nodes(&c, 64, law);
    c.spec.seed = seed_base;
    return c;
}

/* DPNextFailure takes checkpoints too often in the last MTBF of the job, for it does not weigh what
 * comes after a failure: 0.2 % and 0.4 % of the makespan here. DPMakespan spreads the last segments
 * evenly, where an interval leaves a short one. */
static void exponential_failures_leave_little_to_gain_or_lose(void **state)
{
    static const char *const names[] = {"dpnextfailure", "dpmakespan"};
    double error;
    (void)state;
    for (int k = 0; k < 2; k++) {
        for (double cost = 10; cost < 100; cost *= 6) {
            struct sample_case c = many_nodes(50000, cost, sample_exponential(64 * 5000.0));
            double more = excess(&c, names[k], 5000, 1, k ? 2 : 3, &error);
            assert_true(fabs(more) < 0.006 + sample_z_limit() * error);
        }
    }
}

/* New nodes of shape 0.5 fail often at first: DPNextFailure knows their ages and gains 2 % (its
 * paper finds it best on such platforms). Once all are about as old as their mean, nothing is to be
 * gained by it. */
static void ages_of_many_young_nodes_are_worth_knowing(void **state)
{
    double error;
    (void)state;
    struct sample_case c = many_nodes(50000, 60, sample_weibull(0.5, 64 * 5000.0));
    double young = excess(&c, "dpnextfailure", 5000, 0.5, 3, &error);
    assert_true(young < -0.005 && young < -2 * error);
    c = many_nodes(50000, 60, sample_weibull(0.5, 64 * 5000.0));
    c.spec.faults.initial_age = AGE_GIVEN;
    c.spec.faults.age = sample_ns(64 * 5000.0);
    double old = excess(&c, "dpnextfailure", 5000, 0.5, 3, &error);
    assert_true(fabs(old) < 0.006 + sample_z_limit() * error && young < old);
}

int main(void)
{
    seed_base = support_seed(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dpmakespan_takes_as_long_as_its_table_expects),
        cmocka_unit_test(exponential_failures_leave_little_to_gain_or_lose),
        cmocka_unit_test(ages_of_many_young_nodes_are_worth_knowing),
    };
    return cmocka_run_group_tests_name("theory/programmes", tests, NULL, NULL);
}
