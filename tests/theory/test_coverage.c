/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a printed 95 % interval holds the truth in 95 of 100 experiments. Method: many experiments
 * of 200 replications of Daly's case (E01 of the reference table), whose mean makespan and waste
 * are known exactly; the share that holds them is compared with 95 % at binomial error.
 * CAIRN_SOAK=1 makes 20,000 experiments of it, and demands 94 to 96 %. */
#include "tests/theory/sample.h"

enum { REPLICATIONS = 200, EXPERIMENTS = 2000, SOAK_EXPERIMENTS = 20000 };
#define MAKESPAN 1972480.99766842
#define WASTE    0.0874436802546158

static uint64_t seed_base;

struct coverage {
    uint32_t makespan, waste, mean_of_ratios;
    double ratios, wasted, total;
};

static bool holds(struct estimate e, double truth)
{
    return e.low <= truth && truth <= e.high;
}

static void run_experiment(struct run *run, uint32_t experiment, struct coverage *coverage)
{
    double total[REPLICATIONS], wasted[REPLICATIONS], ratio[REPLICATIONS];
    for (uint32_t i = 0; i < REPLICATIONS; i++) {
        struct record record;
        assert_int_equal(
            run_replicate(run, experiment * REPLICATIONS + i, GROUP_CONTROLLED, &record),
            STATUS_OK);
        assert_int_equal(record.end, END_FINISHED);
        total[i] = simtime_seconds(record.makespan);
        wasted[i] = slot_seconds(record.makespan - record.job[JOB_USEFUL]);
        ratio[i] = wasted[i] / total[i];
        coverage->wasted += wasted[i];
        coverage->total += total[i];
    }
    struct estimate ratios = estimate_mean(ratio, REPLICATIONS);
    coverage->makespan += holds(estimate_mean(total, REPLICATIONS), MAKESPAN);
    coverage->waste += holds(estimate_ratio(wasted, total, REPLICATIONS), WASTE);
    coverage->mean_of_ratios += holds(ratios, WASTE);
    coverage->ratios += ratios.mean;
}

static void assert_coverage(const char *what, uint32_t held, uint32_t n)
{
    double share = (double)held / n, error = sqrt(0.95 * 0.05 / n);
    double most = sample_is_soak() ? 0.01 : sample_z_limit() * error;
    printf("%s: %u of %u intervals hold it, %.2f %% +- %.2f\n", what, held, n, 100 * share,
           100 * error);
    if (fabs(share - 0.95) > most)
        fail_msg("%s: coverage %.2f %%, not 95 +- %.2f", what, 100 * share, 100 * most);
}

static void intervals_of_95_percent_hold_the_truth_in_95_percent(void **state)
{
    uint32_t n = sample_is_soak() ? SOAK_EXPERIMENTS : EXPERIMENTS / SAMPLE_SHARE;
    struct sample_case c = sample_case(1800000);
    struct coverage coverage = {0};
    struct run *run = calloc(1, sizeof *run);
    (void)state;
    assert_non_null(run);
    sample_costs(&c, 300, 600, 0);
    sample_platform(&c, sample_exponential(86400));
    sample_control(&c, "fixed", sample_ns(7020), 0);
    c.spec.seed = seed_base;
    assert_int_equal(run_open(run, &c.spec, c.plan), STATUS_OK);
    for (uint32_t i = 0; i < n; i++)
        run_experiment(run, i, &coverage);
    run_close(run);
    free(run);
    assert_coverage("makespan", coverage.makespan, n);
    assert_coverage("waste, ratio of sums", coverage.waste, n);
    /* Why waste is a ratio of sums (MODEL rule 20): the mean of ratios is another number. */
    double ratios = coverage.ratios / n, sums = coverage.wasted / coverage.total;
    printf("mean of ratios: %.6f, ratio of sums: %.6f, theory %.6f; %u of %u intervals\n", ratios,
           sums, WASTE, coverage.mean_of_ratios, n);
    assert_true(fabs(ratios / sums - 1 + 0.0014) < 0.0003);
}

int main(void)
{
    seed_base = support_seed(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_of_95_percent_hold_the_truth_in_95_percent),
    };
    return cmocka_run_group_tests_name("theory/coverage", tests, NULL, NULL);
}
