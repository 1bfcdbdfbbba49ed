/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: MODEL rules 4-7, 16 and 21: detection, waiting, spares, repairs, ages, fault clocks.
 * Method: timelines worked out by hand in each test's comment, in seconds, against the whole ledger
 * in integer ns; long-run rates against their formulas within four standard errors. CAIRN_SEED
 * chooses the latter. */
#include "tests/sim/model/kit.h"
#include "tests/support.h"

/* ---- rule 4: detect, wait, restart, restore -------------------------------------------------- */

static void begin(struct kit *k)
{
    kit_init(k);
    kit_costs(k, 200, 10, 20);
    k->spec.detection.delay = S(30);
    k->spec.group.downtime = S(60);
}

/* Outage at 100 in the snapshot 95-105: aborted after 5. Detected 130; with no spare, wait for the
 * repair at 250; downtime to 310, restore to 330; 425-435, 530-540, 10 more, final 550-560. */
static void rule04_failure_goes_detect_wait_downtime_restore(void **state)
{
    struct kit k;
    (void)state;
    begin(&k);
    kit_fixed(&k, 95);
    kit_outage(&k, 0, 100, 250);
    kit_check(&k, .makespan = 560, .useful = 200, .checkpoint = 35, .aborted = 5, .lost = 95,
              .detect = 30, .wait = 120, .restart = 60, .restore = 20, .struck = 1, .taken = 4,
              .completed = 3, .aborts = 1);
}

/* With a spare nobody waits: 120 earlier. */
static void rule04_spare_saves_the_wait(void **state)
{
    struct kit k;
    (void)state;
    begin(&k);
    kit_workers(&k, 1, 1);
    kit_fixed(&k, 95);
    kit_outage(&k, 0, 100, 250);
    kit_check(&k, .makespan = 440, .useful = 200, .checkpoint = 35, .aborted = 5, .lost = 95,
              .detect = 30, .restart = 60, .restore = 20, .struck = 1, .taken = 4, .completed = 3,
              .aborts = 1);
}

/* Two nodes, no checkpoints. Node 0 is lost at 100 and repaired at once; node 1 is lost in …
 * … detection (100-130) at 120: detected at 150, 210, 230, done at 430;
 * … downtime (130-190) at 180: detected at 210, 270, 290, 490;
 * … restore (190-210) at 200: detected at 230, 290, 310, 510. */
static void rule06_wall_outage_during_recovery_begins_it_again(void **state)
{
    static const struct {
        double at, makespan, detect, restart, restore;
    } cases[] = {{120, 430, 50, 60, 20}, {180, 490, 60, 110, 20}, {200, 510, 60, 120, 30}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct kit k;
        begin(&k);
        kit_workers(&k, 2, 0);
        k.spec.group.final_checkpoint = false;
        kit_outage(&k, 0, 100, 100);
        kit_outage(&k, 1, cases[i].at, cases[i].at);
        kit_check(&k, .makespan = cases[i].makespan, .useful = 200, .lost = 100,
                  .detect = cases[i].detect, .restart = cases[i].restart,
                  .restore = cases[i].restore, .struck = 2);
    }
}

/* Node 0 is away 100-300; waiting from 130, node 1 is lost at 150 for an instant: detected 180,
 * wait to 300, downtime to 360, restore to 380, done at 580. */
static void rule06_wall_outage_during_wait_begins_recovery_again(void **state)
{
    struct kit k;
    (void)state;
    begin(&k);
    kit_workers(&k, 2, 0);
    k.spec.group.final_checkpoint = false;
    kit_outage(&k, 0, 100, 300);
    kit_outage(&k, 1, 150, 150);
    kit_check(&k, .makespan = 580, .useful = 200, .lost = 100, .detect = 60, .wait = 140,
              .restart = 60, .restore = 20, .struck = 2);
}

/* ---- rule 5: replacement, repair, spares, ages ----------------------------------------------- */

/* Lives last 100. 40-45, 85-90, failed at 100 (10 lost), detected 110, replaced at 130, the end of
 * the downtime; next death at 230. Restored 145; 185-190, done at 220. From the failure it would be
 * 200. */
static void rule05_replaced_node_ages_from_end_of_downtime(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 150, 5, 15);
    kit_fixed(&k, 40);
    k.spec.group.final_checkpoint = false;
    k.spec.detection.delay = S(10);
    k.spec.group.downtime = S(20);
    kit_constant(&k.spec.faults.node, 100);
    kit_check(&k, .makespan = 220, .useful = 150, .checkpoint = 15, .lost = 10, .detect = 10,
              .restart = 20, .restore = 15, .struck = 1, .taken = 3, .completed = 3, .restored = 1);
}

/* Repairs last 50: back at 150 with age 0, so dead again at 250. 80 kept; downtime to 170, restored
 * 185; 225-230, 140 done at 250, 20 lost; detected 260, back at 300, 320, 335; 30 more to 365. */
static void rule05_repaired_node_ages_from_end_of_repair(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 150, 5, 15);
    kit_fixed(&k, 40);
    k.spec.group.final_checkpoint = false;
    k.spec.detection.delay = S(10);
    k.spec.group.downtime = S(20);
    kit_constant(&k.spec.faults.node, 100);
    kit_repair(&k.spec.faults.node, 50);
    kit_check(&k, .makespan = 365, .useful = 150, .checkpoint = 15, .lost = 30, .detect = 20,
              .wait = 80, .restart = 40, .restore = 30, .struck = 2, .taken = 3, .completed = 3,
              .restored = 2);
}

/* Spares 1, 2. At 100 node 0 goes (back 200), 1 is taken; at 300 node 1 (back 310), 2 is taken, for
 * it has waited longer than 0; at 400 node 0, a spare by now, dies unseen (back 410); at 500 node
 * 2, 1 is taken (back 310 against 410); at 600 node 0, still a spare. Nothing is kept: 1000 from
 * 500. */
static void rule05_spares_are_first_in_first_out(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_workers(&k, 1, 2);
    kit_costs(&k, 1000, 0, 0);
    k.spec.group.final_checkpoint = false;
    kit_outage(&k, 0, 100, 200);
    kit_outage(&k, 1, 300, 310);
    kit_outage(&k, 0, 400, 410);
    kit_outage(&k, 2, 500, 510);
    kit_outage(&k, 0, 600, 610);
    kit_check(&k, .makespan = 1500, .useful = 1000, .lost = 500, .struck = 3, .elsewhere = 2);
}

/* Lives of 100, repairs of 1000, free checkpoints each 60 of 180. Hot: both nodes die at 100 (60
 * kept, 40 lost), are back at 1100; 120 kept at 1160, both die at 1200 (40 lost), back at 2200,
 * done at 2260. Cold: the spare's life begins when it is taken, at 100: it keeps 120 at 160, dies
 * at 200 (40 lost); node 0 is back at 1100 and finishes at 1160. */
static void rule05_hot_spares_age_and_cold_ones_do_not(void **state)
{
    for (int is_cold = 0; is_cold < 2; is_cold++) {
        struct kit k;
        (void)state;
        kit_init(&k);
        kit_workers(&k, 1, 1);
        kit_costs(&k, 180, 0, 0);
        kit_fixed(&k, 60);
        k.spec.group.final_checkpoint = false;
        k.spec.cluster.spares_age = is_cold ? SPARES_COLD : SPARES_HOT;
        kit_constant(&k.spec.faults.node, 100);
        kit_repair(&k.spec.faults.node, 1000);
        kit_check(&k, .makespan = is_cold ? 1160 : 2260, .useful = 180, .lost = 80,
                  .wait = is_cold ? 900 : 2000, .struck = 2, .elsewhere = is_cold ? 0u : 2u,
                  .taken = 2, .completed = 2, .restored = 2);
    }
}

/* Age 30 of 100 at the start: the first death is at 70, the next a whole life later. */
static void rule05_initial_age_shortens_the_first_life(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 90, 0, 0);
    k.spec.group.final_checkpoint = false;
    k.spec.faults.initial_age = AGE_GIVEN;
    k.spec.faults.age = S(30);
    kit_constant(&k.spec.faults.node, 100);
    kit_check(&k, .makespan = 160, .useful = 90, .lost = 70, .struck = 1);
}

/* Stationary: the age at time 0 is uniform over a constant life, so the first death is uniform over
 * 0-100. One strike in each of 4,000 runs of 100; its time has mean 50, sd 28.87. */
static void rule05_stationary_first_life_is_the_residual_one(void **state)
{
    enum { N = 4000 };
    struct kit k;
    double sum = 0;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 1000, 0, 0);
    k.spec.horizon = S(100);
    k.spec.seed = support_seed(5);
    k.spec.faults.initial_age = AGE_STATIONARY;
    kit_constant(&k.spec.faults.node, 100);
    assert_null(law_prepare_residual(&k.spec.faults.node.uptime, k.guides[0]));
    for (uint32_t i = 0; i < N; i++) {
        struct record r = kit_run(&k, i, GROUP_CONTROLLED);
        assert_int_equal(r.struck, 1);
        sum += slot_seconds(r.lost_work);
    }
    double z = (sum / N - 50) / (100 / sqrt(12.0 * N));
    print_message("    mean %.3f, z %+.2f\n", sum / N, z);
    assert_true(fabs(z) < 4);
}

/* ---- rule 6: wall and exposure --------------------------------------------------------------- */

/* The platform strikes each 100 of its clock. 50-55, struck at 100 (45 lost), detected 110, 130,
 * restored 145; 195-200. Exposure stands still for the 30 from 100 to 130, so the next strike is at
 * 230 (30 lost), detected 240, 260, 275, 100 kept, done at 315 (next at 360). Restore not exposed:
 * 245 and later, the job is done at 240. Wall: at 200, when the snapshot is just complete, then at
 * 300: detected 210, 230, restored 245, done at 285. */
static void rule06_fault_clock_stands_still_where_nothing_strikes(void **state)
{
    const uint32_t work = PHASE_BIT(PHASE_WORK) | PHASE_BIT(PHASE_CHECKPOINT);
    static const struct {
        double makespan, lost, restart, restore;
        uint64_t struck;
    } expected[] = {{285, 45, 40, 30, 2}, {315, 75, 40, 30, 2}, {240, 45, 20, 15, 1}};
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct kit k;
        kit_init(&k);
        kit_costs(&k, 140, 5, 15);
        kit_fixed(&k, 50);
        k.spec.group.final_checkpoint = false;
        k.spec.detection.delay = S(10);
        k.spec.group.downtime = S(20);
        k.spec.faults.clock = i == 0 ? CLOCK_WALL : CLOCK_EXPOSURE;
        k.spec.faults.strike = i == 1 ? work | PHASE_BIT(PHASE_RESTORE) : work;
        kit_constant(&k.spec.faults.platform, 100);
        kit_check(&k, .makespan = expected[i].makespan, .useful = 140, .checkpoint = 10,
                  .lost = expected[i].lost, .detect = expected[i].restart / 2,
                  .restart = expected[i].restart, .restore = expected[i].restore,
                  .struck = expected[i].struck, .taken = 2, .completed = 2,
                  .restored = expected[i].struck);
    }
}

/* Repairs run in wall time while the fault clock stands still: 50 kept, away 99-400, done at 450.
 */
static void rule06_repairs_run_in_wall_time(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 0, 0);
    k.spec.group.final_checkpoint = false;
    k.spec.faults.clock = CLOCK_EXPOSURE;
    kit_constant(&k.spec.faults.node, 99);
    kit_repair(&k.spec.faults.node, 301);
    kit_fixed(&k, 50);
    kit_check(&k, .makespan = 450, .useful = 100, .lost = 49, .wait = 301, .struck = 1, .taken = 1,
              .completed = 1, .restored = 1);
}

/* Mean outages of n runs of `horizon` against renewals with mean m, variance v and first mean m1:
 * E N(t) = t / m + (v + m^2) / 2 m^2 - m1 / m for t >> m, times `copies`. */
static void check_rate(struct kit *k, uint32_t n, double copies, double m, double v, double m1)
{
    double sum = 0, squares = 0, t = simtime_seconds(k->spec.horizon);
    for (uint32_t i = 0; i < n; i++) {
        double count = (double)kit_run(k, i, GROUP_CONTROLLED).trace.outages;
        sum += count;
        squares += count * count;
    }
    double mean = sum / n, expected = copies * (t / m + (v + m * m) / (2 * m * m) - m1 / m);
    double error = sqrt((squares / n - mean * mean) / n), z = (mean - expected) / error;
    print_message("    outages %.3f, expected %.3f, z %+.2f\n", mean, expected, z);
    assert_true(fabs(z) < 4);
    assert_true(error < expected / 100); /* sharp enough to see the other formula */
}

/* 8 nodes of mean 100, repaired in 50, all back into the same places: each strikes once in 150. */
static void rule06_wall_platform_mtbf_is_D_plus_mu_over_p(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_workers(&k, 8, 0);
    kit_costs(&k, 1e8, 0, 0);
    k.spec.horizon = S(10000);
    k.spec.seed = support_seed(6);
    kit_exponential(&k.spec.faults.node, 100);
    kit_repair(&k.spec.faults.node, 50);
    check_rate(&k, 1000, 8, 150, 1e4, 100);
}

/* The same nodes replaced in a downtime of 50, under exposure: one strike in 100 / 8 + 50. */
static void rule06_exposure_platform_mtbf_is_mu_over_p_plus_D(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_workers(&k, 8, 0);
    kit_costs(&k, 1e8, 0, 0);
    k.spec.horizon = S(10000);
    k.spec.seed = support_seed(6);
    k.spec.group.downtime = S(50);
    k.spec.faults.clock = CLOCK_EXPOSURE;
    kit_exponential(&k.spec.faults.node, 100);
    check_rate(&k, 1000, 1, 62.5, 12.5 * 12.5, 12.5);
}

/* ---- rule 7: who is renewed ------------------------------------------------------------------ */

/* Lives of 100; a recorded outage renews node 1 at 50. Strikes at 50 (1), 100 (0), 150 (1), 200
 * (0): four before 220. All renewed by each: 50, 150 twice. */
static void rule07_only_failed_node_is_renewed(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_workers(&k, 2, 0);
    kit_costs(&k, 1000, 0, 0);
    kit_constant(&k.spec.faults.node, 100);
    k.spec.horizon = S(220);
    kit_outage(&k, 1, 50, 50);
    kit_check(&k, .end = END_HORIZON, .makespan = 220, .lost = 200, .uncommitted = 20, .struck = 4);
}

/* S2: each attempt of 40 + 5 begins a new life of 100, so none ever ends; injected 0. S1 with the
 * same numbers is struck at 100, in the third segment. */
static void rule07_renewal_attempt_redraws_lives_at_each_segment(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 200, 5, 10);
    kit_fixed(&k, 40);
    k.spec.group.final_checkpoint = false;
    kit_constant(&k.spec.faults.node, 100);
    k.spec.faults.renewal = RENEWAL_ATTEMPT;
    kit_check(&k, .makespan = 220, .useful = 200, .checkpoint = 20, .struck = 0, .taken = 4,
              .completed = 4);
    k.spec.faults.renewal = RENEWAL_FAILED;
    assert_true(kit_run(&k, 0, GROUP_CONTROLLED).struck > 0);
}

/* The victim is the node at rank floor(u n) of those held: all ranks, about as often. 4,000 strikes
 * on 4 nodes that never come back to another rank: chi-square of 3 degrees below 25 (p = 1.5e-5).
 */
static void rule07_platform_victims_are_uniform(void **state)
{
    enum { N = 4000 };
    struct kit k;
    double counts[4] = {0}, chi = 0;
    (void)state;
    kit_init(&k);
    kit_workers(&k, 4, 0);
    kit_costs(&k, 150, 0, 0);
    k.spec.seed = support_seed(7);
    k.spec.horizon = S(101);
    kit_constant(&k.spec.faults.platform, 100);
    kit_repair(&k.spec.faults.platform, 10);
    kit_plan(&k);
    for (uint32_t i = 0; i < N; i++) {
        struct run run;
        struct record r;
        assert_int_equal(run_open(&run, &k.spec, kit_bytes), STATUS_OK);
        assert_int_equal(run_replicate(&run, i, GROUP_CONTROLLED, &r), STATUS_OK);
        assert_int_equal(r.struck, 1);
        assert_int_equal(run.cluster.missing, 1);
        counts[run.cluster.missing_ranks[0]]++;
        run_close(&run);
    }
    for (int i = 0; i < 4; i++)
        chi += (counts[i] - N / 4.0) * (counts[i] - N / 4.0) / (N / 4.0);
    print_message("    chi-square %.2f\n", chi);
    assert_true(chi < 25);
}

/* ---- rules 16 and 21 ------------------------------------------------------------------------- */

/* Rates add: 1,024 of 1,040 nodes at 5 y, a platform at 1 d, racks of 8 at 10 y (128 of
 * them), zones of 512 at 100 y. */
static void rule16_scenario_mtbf_adds_the_rates_that_strike(void **state)
{
    const double day = 86400, year = 365 * day;
    struct kit k;
    (void)state;
    kit_init(&k);
    assert_true(isinf(fault_mtbf(&k.spec, INT64_MAX)));
    kit_workers(&k, 1024, 16);
    kit_exponential(&k.spec.faults.node, 5 * year);
    assert_true(fabs(fault_mtbf(&k.spec, INT64_MAX) - 153984.375) < 1e-6);
    kit_exponential(&k.spec.faults.platform, day);
    k.spec.cluster.rack = 8;
    kit_exponential(&k.spec.faults.rack, 10 * year);
    k.spec.cluster.zone = 512;
    kit_exponential(&k.spec.faults.zone, 100 * year);
    double rate = 1024 / (5 * year) + 1 / day + 128 / (10 * year) + 2 / (100 * year);
    assert_true(fabs(fault_mtbf(&k.spec, INT64_MAX) * rate - 1) < 1e-12);
}

/* The node is away 90-500. Platform outages at 150, 300, 450 find nobody: shielded. At 600 the
 * next, after the end: restored at 500, 99 of work end at 599. */
static void rule21_outage_that_finds_nobody_is_shielded(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 99, 0, 0);
    k.spec.group.final_checkpoint = false;
    kit_constant(&k.spec.faults.platform, 150);
    kit_outage(&k, 0, 90, 500);
    kit_check(&k, .makespan = 599, .useful = 99, .lost = 90, .wait = 410, .struck = 1,
              .shielded = 3);
}

/* Racks of two, lives of 100, repairs of 10, 2 workers of 4 nodes and 2 spares: all three racks die
 * at 100; the first strikes, once, the 4 nodes of the others are elsewhere. All are back at 110. A
 * zone is the same with other lives. */
static void rule21_rack_or_zone_outage_strikes_once_and_elsewhere(void **state)
{
    (void)state;
    for (int is_zone = 0; is_zone < 2; is_zone++) {
        struct kit k;
        kit_init(&k);
        struct spec_process *process = is_zone ? &k.spec.faults.zone : &k.spec.faults.rack;
        k.spec.cluster.nodes = 4;
        k.spec.cluster.spares = 2;
        *(is_zone ? &k.spec.cluster.zone : &k.spec.cluster.rack) = 2;
        k.spec.group.workers = 2;
        kit_costs(&k, 120, 0, 0);
        k.spec.horizon = S(150);
        kit_constant(process, 100);
        kit_repair(process, 10);
        kit_check(&k, .end = END_HORIZON, .makespan = 150, .lost = 100, .wait = 10,
                  .uncommitted = 40, .struck = 1, .elsewhere = 4);
    }
}

/* Racks of one in a zone of three, which fails at 100: one strike, of all of the job's nodes. */
static void rule21_a_zone_takes_all_its_racks(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_workers(&k, 3, 0);
    k.spec.cluster.rack = 1;
    k.spec.cluster.zone = 3;
    kit_costs(&k, 120, 0, 0);
    k.spec.horizon = S(150);
    kit_constant(&k.spec.faults.zone, 100);
    kit_repair(&k.spec.faults.zone, 10);
    kit_check(&k, .end = END_HORIZON, .makespan = 150, .lost = 100, .wait = 10, .uncommitted = 40,
              .struck = 1, .elsewhere = 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule04_failure_goes_detect_wait_downtime_restore),
        cmocka_unit_test(rule04_spare_saves_the_wait),
        cmocka_unit_test(rule06_wall_outage_during_recovery_begins_it_again),
        cmocka_unit_test(rule06_wall_outage_during_wait_begins_recovery_again),
        cmocka_unit_test(rule05_replaced_node_ages_from_end_of_downtime),
        cmocka_unit_test(rule05_repaired_node_ages_from_end_of_repair),
        cmocka_unit_test(rule05_spares_are_first_in_first_out),
        cmocka_unit_test(rule05_hot_spares_age_and_cold_ones_do_not),
        cmocka_unit_test(rule05_initial_age_shortens_the_first_life),
        cmocka_unit_test(rule05_stationary_first_life_is_the_residual_one),
        cmocka_unit_test(rule06_fault_clock_stands_still_where_nothing_strikes),
        cmocka_unit_test(rule06_repairs_run_in_wall_time),
        cmocka_unit_test(rule06_wall_platform_mtbf_is_D_plus_mu_over_p),
        cmocka_unit_test(rule06_exposure_platform_mtbf_is_mu_over_p_plus_D),
        cmocka_unit_test(rule07_only_failed_node_is_renewed),
        cmocka_unit_test(rule07_renewal_attempt_redraws_lives_at_each_segment),
        cmocka_unit_test(rule07_platform_victims_are_uniform),
        cmocka_unit_test(rule16_scenario_mtbf_adds_the_rates_that_strike),
        cmocka_unit_test(rule21_outage_that_finds_nobody_is_shielded),
        cmocka_unit_test(rule21_rack_or_zone_outage_strikes_once_and_elsewhere),
        cmocka_unit_test(rule21_a_zone_takes_all_its_racks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
