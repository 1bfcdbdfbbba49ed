/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: MODEL rule 24, how recorded outages lie over the simulated time: reported and true times,
 * start, end, nodes, open outages. Method: short lists of outages and timelines worked out by hand,
 * in seconds. Trace times begin at 1,000 so that the shift to simulated time shows. */
#include "tests/sim/model/kit.h"
#include "tests/support.h"

/* Work without costs; the window of observation. */
static void begin(struct kit *k, double work, double first, double last)
{
    kit_init(k);
    kit_costs(k, work, 0, 0);
    k->spec.group.final_checkpoint = false;
    k->spec.faults.trace.is_given = true;
    k->outages.first = S(first);
    k->outages.last = S(last);
}

/* Outage at 40, gone at once; a detection delay of 30 is added to true times only. */
static void rule24_reported_times_hold_the_detection(void **state)
{
    for (int is_reported = 0; is_reported < 2; is_reported++) {
        struct kit k;
        (void)state;
        begin(&k, 95, 1000, 9000);
        k.spec.detection.delay = S(30);
        k.spec.faults.trace.times = is_reported ? TIMES_REPORTED : TIMES_TRUE;
        kit_outage(&k, 0, 1040, 1040);
        kit_check(&k, .makespan = is_reported ? 135 : 165, .useful = 95, .lost = 40,
                  .detect = is_reported ? 0 : 30, .struck = 1);
    }
}

/* Down 1000-1010 and 1100-1110: struck at 0, up at 10; 90 lost at 100, up at 110, done at 205. */
static void rule24_start_first_begins_with_the_first_outage(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 95, 1000, 9000);
    kit_outage(&k, 0, 1000, 1010);
    kit_outage(&k, 0, 1100, 1110);
    kit_check(&k, .makespan = 205, .useful = 95, .lost = 90, .wait = 20, .struck = 2);
}

/* Observed until 1200. Up at 10; free checkpoint at 110 keeps 100; the end at 200 is an end of
 * knowledge: 90 more are not kept, the run is cut. */
static void rule24_stop_censors_at_the_end_of_observation(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 250, 1000, 1200);
    kit_fixed(&k, 100);
    kit_outage(&k, 0, 1000, 1010);
    kit_check(&k, .end = END_HORIZON, .makespan = 200, .useful = 100, .uncommitted = 90, .wait = 10,
              .struck = 1, .taken = 1, .completed = 1);
}

/* The same, wrapped: struck again at 200 (90 lost), up at 210, 200 kept at 310, done at 360. */
static void rule24_wrap_begins_again(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 250, 1000, 1200);
    k.spec.faults.trace.after_end = AFTER_END_WRAP;
    kit_fixed(&k, 100);
    kit_outage(&k, 0, 1000, 1010);
    kit_check(&k, .makespan = 360, .useful = 250, .lost = 90, .wait = 20, .struck = 2, .taken = 2,
              .completed = 2, .restored = 1);
}

/* From 1005 on: the outage 1000-1010 is under way, the one before is over. Up at 5, struck at 95
 * (trace 1100) with 90 lost, up at 100, done at 195. */
static void rule24_start_date_finds_outages_under_way(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 95, 990, 9000);
    k.spec.faults.trace.start = START_DATE;
    k.spec.faults.trace.start_date = S(1005);
    kit_outage(&k, 0, 990, 995);
    kit_outage(&k, 0, 1000, 1010);
    kit_outage(&k, 0, 1100, 1105);
    kit_check(&k, .makespan = 195, .useful = 95, .lost = 90, .wait = 10, .struck = 2);
}

/* From 1100 of a window 1000-1200: the second turn has the outage that the first missed, at 100. A
 * free checkpoint kept 60, 40 lost; up at 110, 120 kept at 170, done at 230. */
static void rule24_wrap_from_a_later_start(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 180, 1000, 1200);
    kit_fixed(&k, 60);
    k.spec.faults.trace.after_end = AFTER_END_WRAP;
    k.spec.faults.trace.start = START_DATE;
    k.spec.faults.trace.start_date = S(1100);
    kit_outage(&k, 0, 1000, 1010);
    kit_check(&k, .makespan = 230, .useful = 180, .lost = 40, .wait = 10, .struck = 1, .taken = 2,
              .completed = 2, .restored = 1);
}

/* An outage that is still open in the recording: nothing is known after 1050 and the run is cut at
 * 50, without a strike; or it lasts to the end of the window, 1300, where this run is cut, waiting.
 */
static void rule24_open_outage_censors_or_lasts_to_the_end(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 95, 1000, 1300);
    kit_outage(&k, 0, 1050, (double)INFINITY);
    k.spec.faults.trace.open = OPEN_CENSOR;
    kit_check(&k, .end = END_HORIZON, .makespan = 50, .uncommitted = 50, .struck = 0);
    k.spec.faults.trace.open = OPEN_TO_END;
    kit_check(&k, .end = END_HORIZON, .makespan = 300, .lost = 50, .wait = 250, .struck = 1);
}

/* Three recorded nodes, one of ours: node 1 and 2's outages are not ours. Struck at 70 only. */
static void rule24_first_n_ignores_other_nodes(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 95, 1000, 9000);
    k.spec.faults.trace.nodes = PICK_FIRST_N;
    kit_outage(&k, 1, 1010, 1020);
    kit_outage(&k, 2, 1020, 1030);
    kit_outage(&k, 0, 1070, 1075);
    kit_check(&k, .makespan = 170, .useful = 95, .lost = 70, .wait = 5, .struck = 1);
}

/* A sample of 1 of 4 nodes, each with one outage at its own time: each is drawn about as often over
 * 2,000 replications, always the same in one replication. Chi-square of 3 degrees below 25. */
static void rule24_sampled_nodes_are_addressed_draws(void **state)
{
    enum { N = 2000 };
    struct kit k;
    double counts[4] = {0}, chi = 0;
    (void)state;
    begin(&k, 95, 1000, 9000);
    k.outages.nodes_count = 4;
    k.spec.seed = support_seed(24);
    k.spec.faults.trace.nodes = PICK_SAMPLE;
    for (uint32_t node = 0; node < 4; node++)
        kit_outage(&k, node, 1010 + 10 * node, 1010 + 10 * node);
    for (uint32_t i = 0; i < N; i++) {
        struct record r = kit_run(&k, i, GROUP_CONTROLLED), again = kit_run(&k, i, GROUP_NO_SKIP);
        assert_int_equal(r.struck, 1);
        assert_true(kit_same_record(&r, &again));
        counts[r.lost_work / S(10) - 1]++;
    }
    for (int i = 0; i < 4; i++)
        chi += (counts[i] - N / 4.0) * (counts[i] - N / 4.0) / (N / 4.0);
    print_message("    chi-square %.2f\n", chi);
    assert_true(chi < 25);
}

/* A sample is one without replacement: a cluster of 4 nodes gets all 4, struck once for each. */
static void rule24_sample_takes_each_node_once(void **state)
{
    struct kit k;
    (void)state;
    begin(&k, 95, 1000, 9000);
    kit_workers(&k, 4, 0);
    k.outages.nodes_count = 4;
    k.spec.faults.trace.nodes = PICK_SAMPLE;
    for (uint32_t node = 0; node < 4; node++)
        kit_outage(&k, node, 1010 + 10 * node, 1010 + 10 * node);
    for (uint32_t i = 0; i < 50; i++) {
        struct record r = kit_run(&k, i, GROUP_CONTROLLED);
        assert_int_equal(r.struck, 4);
        assert_int_equal(r.makespan, S(40 + 95));
    }
}

/* Random start, wrapped: the one outage of the window of 1,000 falls uniformly over the first
 * 1,000. 2,000 runs of one strike; mean 500, sd 288.7. */
static void rule24_random_start_is_uniform(void **state)
{
    enum { N = 2000 };
    struct kit k;
    double sum = 0;
    (void)state;
    begin(&k, 5000, 1000, 2000);
    k.spec.seed = support_seed(24);
    k.spec.horizon = S(1000);
    k.spec.faults.trace.start = START_RANDOM;
    k.spec.faults.trace.after_end = AFTER_END_WRAP;
    kit_outage(&k, 0, 1300, 1300);
    for (uint32_t i = 0; i < N; i++) {
        struct record r = kit_run(&k, i, GROUP_CONTROLLED),
                      again = kit_run(&k, i, GROUP_CONTROLLED);
        assert_true(kit_same_record(&r, &again));
        assert_int_equal(r.struck, 1);
        sum += slot_seconds(r.lost_work);
    }
    double z = (sum / N - 500) / (1000 / sqrt(12.0 * N));
    print_message("    mean %.2f, z %+.2f\n", sum / N, z);
    assert_true(fabs(z) < 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule24_reported_times_hold_the_detection),
        cmocka_unit_test(rule24_start_first_begins_with_the_first_outage),
        cmocka_unit_test(rule24_stop_censors_at_the_end_of_observation),
        cmocka_unit_test(rule24_wrap_begins_again),
        cmocka_unit_test(rule24_start_date_finds_outages_under_way),
        cmocka_unit_test(rule24_wrap_from_a_later_start),
        cmocka_unit_test(rule24_open_outage_censors_or_lasts_to_the_end),
        cmocka_unit_test(rule24_first_n_ignores_other_nodes),
        cmocka_unit_test(rule24_sampled_nodes_are_addressed_draws),
        cmocka_unit_test(rule24_sample_takes_each_node_once),
        cmocka_unit_test(rule24_random_start_is_uniform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
