/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: MODEL rules 18-22: the clairvoyant bound, the two ledgers, waste, benefit. Method:
 * timelines by hand; the bound against every subset of steps in every gap, worked out by a few
 * lines that share nothing with the model; identities over random runs. CAIRN_SEED chooses what is
 * random. */
#include "sim/campaign/summary.h"
#include "sim/model/bound.h"
#include "tests/sim/model/kit.h"
#include "tests/support.h"

static uint64_t seed = 1;

/* ---- rule 18: by brute force ----------------------------------------------------------------- */

enum { STEPS = 12, STRIKES = 8, CASES = 300 };

/* A job of n steps, struck at given times; all ns. */
struct toy {
    uint32_t n, strikes;
    simtime step, checkpoint, recovery, strike[STRIKES + 1];
    bool is_final;
};

/* One gap, from `start` to the strike: works from step `from`, with a checkpoint after each step
 * whose bit is set. The end of the job, or NEVER and in *kept the steps in the last complete
 * checkpoint. */
static simtime toy_gap(const struct toy *toy, uint32_t from, uint32_t chosen, simtime start,
                       simtime strike, uint32_t *kept)
{
    simtime t = start;
    *kept = from;
    for (uint32_t i = from + 1; i <= toy->n; i++) {
        t += toy->step;
        if (i == toy->n)
            t += toy->is_final ? toy->checkpoint : 0;
        else if (chosen >> i & 1)
            t += toy->checkpoint;
        if (t > strike)
            return SIMTIME_NEVER;
        if (i == toy->n)
            return t;
        if (chosen >> i & 1)
            *kept = i;
    }
    return t; /* everything was kept already: no step is left */
}

/* When the work goes on after strike *i; strikes during recovery begin it again. */
static simtime toy_recover(const struct toy *toy, uint32_t *i)
{
    while (toy->strike[*i + 1] < toy->strike[*i] + toy->recovery)
        ++*i;
    return toy->strike[(*i)++] + toy->recovery;
}

/* The least makespan over all choices in all gaps. */
static simtime toy_best(const struct toy *toy)
{
    uint32_t reach = 1, next = 0; /* bit c: it is possible to have kept c steps */
    simtime start = 0, best = SIMTIME_NEVER;
    for (;;) {
        uint32_t reached = 0;
        for (uint32_t from = 0; from < toy->n; from++) {
            for (uint32_t chosen = 0; (reach >> from & 1) && chosen < 1u << toy->n; chosen += 2) {
                uint32_t kept;
                simtime end = toy_gap(toy, from, chosen, start, toy->strike[next], &kept);
                best = end < best ? end : best;
                reached |= 1u << kept;
            }
        }
        if (best != SIMTIME_NEVER)
            return best;
        reach = reached;
        start = toy_recover(toy, &next);
    }
}

static void toy_draw(struct toy *toy, struct kit *k, uint64_t *random, uint32_t n)
{
    simtime t = 0, detect = S(kit_below(random, 4)), downtime = S(kit_below(random, 4));
    kit_init(k);
    kit_workers(k, STRIKES, 0);
    *toy = (struct toy){.n = n,
                        .step = S(1 + kit_below(random, 20)),
                        .checkpoint = S(1 + kit_below(random, 9)),
                        .is_final = kit_below(random, 2),
                        .strikes = 1 + kit_below(random, STRIKES)};
    k->spec.group.step = toy->step;
    k->spec.group.work = n * toy->step;
    k->spec.group.checkpoint = toy->checkpoint;
    k->spec.group.restore = S(kit_below(random, 8));
    k->spec.group.final_checkpoint = toy->is_final;
    k->spec.group.downtime = downtime;
    k->spec.detection.delay = detect;
    toy->recovery = detect + downtime + k->spec.group.restore;
    for (uint32_t i = 0; i < toy->strikes; i++) {
        t += S(1 + kit_below(random, 70)) + kit_below(random, 3) - 1; /* on the grid, or 1 ns off */
        toy->strike[i] = t;
        kit_outage(k, i, 0, 0); /* another node each time: each is held, even during detection */
        k->list[i].start = k->list[i].end = t;
    }
    k->outages.first = 0;
    for (uint32_t i = toy->strikes; i <= STRIKES; i++)
        toy->strike[i] = SIMTIME_NEVER;
}

static void rule18_bound_is_the_best_of_all_subsets(void **state)
{
    uint64_t random = seed, struck = 0;
    (void)state;
    for (uint32_t i = 0; i < CASES; i++) {
        struct kit k;
        struct toy toy;
        toy_draw(&toy, &k, &random, i % 60 == 0 ? STEPS : 1 + kit_below(&random, 9));
        struct record r = kit_run(&k, 0, GROUP_BOUND);
        simtime best = toy_best(&toy);
        if (r.makespan != best)
            print_message("    case %u: n %u step %" PRId64 " C %" PRId64 " recovery %" PRId64 "\n",
                          i, toy.n, toy.step, toy.checkpoint, toy.recovery);
        for (uint32_t j = 0; r.makespan != best && j < toy.strikes; j++)
            print_message("    strike %" PRId64 "\n", toy.strike[j]);
        assert_int_equal(r.end, END_FINISHED);
        assert_int_equal(r.makespan, best);
        struck += r.struck;
    }
    print_message("    %u cases, %" PRIu64 " failures\n", CASES, struck);
    assert_true(struck > CASES);
}

/* Divisible, C = 5, strikes at 60 and 64 (in the restore 60-70, so again 64-74): 55 kept by the
 * checkpoint that completes at 60; 45 more to 119, final to 124. */
static void rule18_checkpoint_completes_at_the_last_instant(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 5, 10);
    kit_outage(&k, 0, 60, 60);
    kit_outage(&k, 0, 64, 64);
    struct record r = kit_run(&k, 0, GROUP_BOUND);
    assert_int_equal(r.makespan, S(124));
    assert_int_equal(r.struck, 2);
    assert_int_equal(r.job[JOB_LOST], 0);
    assert_int_equal(r.job[JOB_CHECKPOINT], S(10));
}

/* No work fits before the strike at 5: no checkpoint, 5 lost. Restored at 15, then 100 and 5. */
static void rule18_no_checkpoint_where_no_work_fits(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 5, 10);
    kit_outage(&k, 0, 5, 5);
    struct record r = kit_run(&k, 0, GROUP_BOUND);
    assert_int_equal(r.makespan, S(120));
    assert_int_equal(r.job[JOB_LOST], S(5));
    assert_int_equal(r.struck, 1);
}

static void rule18_elsewhere_the_bound_is_refused(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 5, 10);
    assert_null(bound_refusal(&k.spec));
    k.spec.group.persist = 1;
    assert_non_null(bound_refusal(&k.spec));
    k.spec.group.persist = 0;
    k.spec.faults.renewal = RENEWAL_ATTEMPT;
    assert_non_null(bound_refusal(&k.spec));
    k.spec.faults.renewal = RENEWAL_FAILED;
    k.spec.faults.clock = CLOCK_EXPOSURE;
    assert_null(bound_refusal(&k.spec));
    k.spec.faults.strike = PHASE_BIT(PHASE_WORK);
    assert_non_null(bound_refusal(&k.spec));
    k.spec.faults.clock = CLOCK_WALL;
    assert_null(bound_refusal(&k.spec));
    k.spec.group.restore_initial = false;
    assert_non_null(bound_refusal(&k.spec));
    k.spec.group.restore = 0;
    assert_null(bound_refusal(&k.spec));
}

/* ---- rule 19 --------------------------------------------------------------------------------- */

/* 10^6 nodes for 10 years: work 10 y; node 7 is away from 1,000 to 1,100, the others are held. 79
 * bits. */
static void rule19_million_nodes_and_ten_years_balance(void **state)
{
    struct kit k;
    const simtime years = 10 * SIMTIME_YEAR;
    (void)state;
    kit_init(&k);
    kit_workers(&k, 1000000, 0);
    k.spec.group.work = years;
    k.spec.group.final_checkpoint = false;
    kit_outage(&k, 7, 1000, 1100);
    struct record r = kit_run(&k, 0, GROUP_CONTROLLED);
    assert_int_equal(r.struck, 1);
    assert_int_equal(r.makespan, years + S(1100));
    assert_true(r.nodes[NODE_REPAIRING] == S(100));
    assert_true(r.nodes[NODE_HELD] == (slot_ns)1000000 * r.makespan - S(100));
    assert_true(r.nodes[NODE_HELD] > (slot_ns)1 << 77);
}

/* Nodes 0 of the job, 1 idle, 2 spare. Node 0 away 100-150: node 1 is taken, 200 more to 300. Idle
 * until 100; node 0 is a spare from 150. */
static void rule19_node_ledger_follows_each_node(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    k.spec.cluster.nodes = 2;
    k.spec.cluster.spares = 1;
    kit_costs(&k, 200, 0, 0);
    k.spec.group.final_checkpoint = false;
    kit_outage(&k, 0, 100, 150);
    struct record r = kit_run(&k, 0, GROUP_CONTROLLED);
    assert_int_equal(r.struck, 1);
    assert_int_equal(r.makespan, S(300));
    assert_true(r.nodes[NODE_HELD] == S(300));
    assert_true(r.nodes[NODE_REPAIRING] == S(50));
    assert_true(r.nodes[NODE_IDLE] == S(100));
    assert_true(r.nodes[NODE_SPARE] == S(300 + 150));
}

/* ---- rule 20 --------------------------------------------------------------------------------- */

/* Struck at 20 (restored 30), then cut at 120: 80-85 kept 50, 35 of work are not kept. At 137: in
 * the snapshot 135-140, whose 2 s did not complete. */
static void rule20_unfinished_run_counts_committed_work(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 200, 5, 10);
    kit_fixed(&k, 50);
    kit_outage(&k, 0, 20, 20);
    k.spec.horizon = S(120);
    kit_check(&k, .end = END_HORIZON, .makespan = 120, .useful = 50, .checkpoint = 5,
              .uncommitted = 35, .lost = 20, .restore = 10, .struck = 1, .taken = 1,
              .completed = 1);
    k.spec.horizon = S(137);
    kit_check(&k, .end = END_HORIZON, .makespan = 137, .useful = 50, .checkpoint = 7, .aborted = 2,
              .uncommitted = 50, .lost = 20, .restore = 10, .struck = 1, .taken = 2,
              .completed = 1);
}

/* (100, 50 useful) and (300, 250): 1 - 300 / 400 = 1/4, not the mean of 1/2 and 1/6. */
static void rule20_waste_is_a_ratio_of_sums(void **state)
{
    struct record records[2] = {{.makespan = S(100)}, {.makespan = S(300)}};
    struct estimate waste;
    (void)state;
    records[0].job[JOB_USEFUL] = records[0].job[JOB_LOST] = S(50);
    records[1].job[JOB_USEFUL] = S(250);
    records[1].job[JOB_RESTORE] = S(50);
    assert_true(summary_waste(&waste, records, 2));
    assert_true(fabs(waste.mean - 0.25) < 1e-15);
}

/* ---- rule 22 --------------------------------------------------------------------------------- */

enum { PAIRS = 500 };

static slot_ns sum_of(const struct record *r, uint32_t classes)
{
    slot_ns sum = 0;
    for (unsigned i = 0; i < JOB_CLASSES; i++)
        sum += classes >> i & 1 ? r->job[i] : 0;
    return sum;
}

/* Against none, on the same failures: in integer ns net = saved - overhead for each finished pair,
 * and the summary's means say the same. */
static void rule22_net_is_saved_minus_overhead(void **state)
{
    static struct record policy[PAIRS], none[PAIRS];
    const uint32_t costs = 1u << JOB_CHECKPOINT | 1u << JOB_SLOWED;
    const uint32_t damage = 1u << JOB_LOST | 1u << JOB_DETECT | 1u << JOB_WAIT | 1u << JOB_RESTART |
                            1u << JOB_RESTORE | 1u << JOB_BLOCKED;
    struct kit k;
    double saved = 0, overhead = 0, net = 0, struck = 0;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 1000, 5, 10);
    kit_exponential(&k.spec.faults.platform, 600);
    k.spec.group.downtime = S(20);
    k.spec.group.persist = S(10);
    k.spec.group.interference_ppm = 100000;
    k.spec.seed = seed;
    for (uint32_t i = 0; i < PAIRS; i++) {
        kit_use(&k, "none");
        none[i] = kit_run(&k, i, GROUP_CONTROLLED);
        kit_fixed(&k, 90);
        policy[i] = kit_run(&k, i, GROUP_CONTROLLED);
        slot_ns s = sum_of(&none[i], damage) - sum_of(&policy[i], damage);
        slot_ns o = sum_of(&policy[i], costs) - sum_of(&none[i], costs);
        assert_true(none[i].makespan - policy[i].makespan == s - o);
        saved += slot_seconds(s) / PAIRS;
        overhead += slot_seconds(o) / PAIRS;
        net += slot_seconds(s - o) / PAIRS;
        struck += (double)policy[i].struck;
    }
    struct summary_difference d;
    assert_true(struck > PAIRS);
    assert_true(summary_compare(&d, policy, none, PAIRS));
    assert_true(d.is_paired && d.censored == 0 && d.pairs == PAIRS);
    assert_true(fabs(d.saved.mean - saved) < 1e-6 && fabs(d.overhead.mean - overhead) < 1e-6);
    assert_true(fabs(d.net.mean - net) < 1e-6);
}

/* Where the baseline is cut off the pair is censored: counted, and no part of a mean. */
static void rule22_unfinished_baseline_is_censored(void **state)
{
    static struct record policy[PAIRS], none[PAIRS];
    struct kit k;
    uint32_t censored = 0;
    uint64_t struck = 0;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 1000, 5, 10);
    kit_exponential(&k.spec.faults.platform, 400);
    k.spec.horizon = S(3000);
    k.spec.seed = seed;
    for (uint32_t i = 0; i < PAIRS; i++) {
        kit_use(&k, "none");
        none[i] = kit_run(&k, i, GROUP_CONTROLLED);
        kit_fixed(&k, 60);
        policy[i] = kit_run(&k, i, GROUP_CONTROLLED);
        struck += policy[i].struck;
        censored += none[i].end != END_FINISHED || policy[i].end != END_FINISHED;
    }
    struct summary_difference d;
    assert_true(summary_compare(&d, policy, none, PAIRS));
    print_message("    %u of %d censored\n", censored, PAIRS);
    assert_true(censored > PAIRS / 4 && censored < PAIRS);
    assert_int_equal(d.censored, censored);
    assert_true(struck > PAIRS);
}

/* Snapshot 50-55; struck at 80, 25 lost, 50 protected; restored at 90; 140-145; struck at 150, 5
 * lost, 100 protected. */
static void rule22_lost_and_protected_are_per_recovery(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 200, 5, 10);
    kit_fixed(&k, 50);
    kit_outage(&k, 0, 80, 80);
    kit_outage(&k, 0, 150, 150);
    struct record r = kit_run(&k, 0, GROUP_CONTROLLED);
    struct summary summary;
    assert_int_equal(r.struck, 2);
    assert_int_equal(r.lost_work, S(30));
    assert_int_equal(r.protected_work, S(150));
    assert_true(summary_of(&summary, &r, 1));
    assert_true(fabs(summary.lost_per_failure - 15) < 1e-12);
    assert_true(fabs(summary.protected_per_failure - 75) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule18_bound_is_the_best_of_all_subsets),
        cmocka_unit_test(rule18_checkpoint_completes_at_the_last_instant),
        cmocka_unit_test(rule18_no_checkpoint_where_no_work_fits),
        cmocka_unit_test(rule18_elsewhere_the_bound_is_refused),
        cmocka_unit_test(rule19_million_nodes_and_ten_years_balance),
        cmocka_unit_test(rule19_node_ledger_follows_each_node),
        cmocka_unit_test(rule20_unfinished_run_counts_committed_work),
        cmocka_unit_test(rule20_waste_is_a_ratio_of_sums),
        cmocka_unit_test(rule22_net_is_saved_minus_overhead),
        cmocka_unit_test(rule22_unfinished_baseline_is_censored),
        cmocka_unit_test(rule22_lost_and_protected_are_per_recovery),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
