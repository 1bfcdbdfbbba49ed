/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the job is told what is foretold, when it should be, and failures do not care.
 * Method: timelines by hand, in integer ns, under a controller that writes down all it hears and
 * may answer with a checkpoint, skipping and step by step; random specs with and without
 * announcements. CAIRN_SEED chooses the specs. */
#include "tests/sim/model/probe.h"
#include "tests/sim/model/specs.h"
#include "tests/support.h"

#if defined(__SANITIZE_ADDRESS__)
enum { PAIRS = 300 };
#else
enum { PAIRS = 3000 };
#endif

static uint64_t seed = 1;

/* The probe takes a checkpoint of 2 s every 10 s of 200, and one more when it is told. */
static void answer(struct kit *k)
{
    listen(k);
    kit_costs(k, 200, 2, 0);
    k->spec.group.final_checkpoint = true;
    probe.interval = S(10);
    probe.answers = true;
}

struct expected {
    uint32_t kind;
    double now, from, until; /* of a failure: 0 */
};

static void check_heard_at(struct kit *k, const struct expected *rows, uint32_t n, const char *file,
                           int line)
{
    for (int mode = GROUP_CONTROLLED; mode <= GROUP_NO_SKIP; mode++) {
        heard_count = 0;
        kit_run(k, 0, (enum group_mode)mode);
        bool is_same = heard_count >= n; /* the first of them */
        for (uint32_t i = 0; i < heard_count && i < n; i++) {
            const struct heard *h = &heard[i];
            is_same &= h->kind == rows[i].kind && h->now == S(rows[i].now) &&
                       h->from == S(rows[i].from) && h->until == S(rows[i].until);
            if (!is_same)
                print_message("    %u: kind %u at %" PRId64 ", %" PRId64 " to %" PRId64 "\n", i,
                              h->kind, h->now, h->from, h->until);
        }
        if (!is_same)
            _fail(file, line);
    }
}
#define check_heard(k, ...)                                                                        \
    check_heard_at(k, (const struct expected[]){__VA_ARGS__},                                      \
                   sizeof((const struct expected[]){__VA_ARGS__}) / sizeof(struct expected),       \
                   __FILE__, __LINE__)

/* ---- what is told, and when ------------------------------------------------------------------ */

static void predictions_come_lead_before_the_failure(void **state)
{
    struct kit k;
    (void)state;
    listen(&k);
    kit_outage(&k, 0, 100, 110);
    kit_outage(&k, 0, 200, 210);
    kit_predict(&k, 1, 1, 30, 0);
    check_heard(&k, {P, 70, 100, 100}, {F, 100, 0, 0}, {P, 170, 200, 200}, {F, 200, 0, 0});
    assert_int_equal(heard_count, 4);
    assert_true(heard[0].confidence >= 1 && heard[0].confidence <= 1);
    kit_check(&k, .makespan = 210 + 500, .useful = 500, .lost = 100 + 90, .wait = 20, .struck = 2,
              .foretold = 2, .predictions = 2);
}

/* To the instant, and of every failure. */
static void notices_come_before_the_failure(void **state)
{
    struct kit k;
    (void)state;
    listen(&k);
    kit_outage(&k, 0, 100, 110);
    kit_outage(&k, 0, 200, 210);
    k.spec.faults.notice = S(0.000000001);
    check_heard(&k, {N, 99.999999999, 100, 100}, {F, 100, 0, 0}, {N, 199.999999999, 200, 200},
                {F, 200, 0, 0});
    kit_predict(&k, 1, 1, 30, 0);
    k.spec.faults.notice = S(40);
    check_heard(&k, {N, 60, 100, 100}, {P, 70, 100, 100}, {F, 100, 0, 0}, {N, 160, 200, 200},
                {P, 170, 200, 200}, {F, 200, 0, 0});
    kit_check(&k, .makespan = 710, .useful = 500, .lost = 190, .wait = 20, .struck = 2,
              .foretold = 2, .predictions = 2, .notices = 2);
}

/* A life of 100 s that begins at 0, and again when the downtime of 10 s is over. */
static void what_is_known_too_late_is_told_at_once(void **state)
{
    struct kit k;
    (void)state;
    listen(&k);
    kit_constant(&k.spec.faults.node, 100);
    k.spec.group.downtime = S(10);
    k.spec.horizon = S(330);
    kit_predict(&k, 1, 1, 150, 0);
    check_heard(&k, {P, 0, 100, 100}, {F, 100, 0, 0}, {P, 110, 210, 210}, {F, 210, 0, 0},
                {P, 220, 320, 320}, {F, 320, 0, 0});
    assert_int_equal(heard_count, 6); /* the last failure is past the horizon: never */
}

/* Recorded outages are read ahead: three within one lead, two of them of one node. */
static void recorded_outages_are_told_in_time_however_dense(void **state)
{
    struct kit k;
    (void)state;
    listen(&k);
    kit_workers(&k, 2, 0);
    kit_outage(&k, 0, 100, 101);
    kit_outage(&k, 1, 105, 106);
    kit_outage(&k, 0, 110, 111);
    kit_predict(&k, 1, 1, 50, 0);
    check_heard(&k, {P, 50, 100, 100}, {P, 55, 105, 105}, {P, 60, 110, 110}, {F, 100, 0, 0},
                {F, 105, 0, 0}, {F, 110, 0, 0});
    assert_int_equal(heard_count, 6);
}

/* A trace of 150 s, three times: what is told of the next turn comes before this one's end. */
static void a_trace_that_wraps_is_foretold_across_its_end(void **state)
{
    struct kit k;
    (void)state;
    listen(&k);
    k.spec.horizon = S(400);
    kit_outage(&k, 0, 10, 11);
    kit_outage(&k, 0, 140, 141);
    k.outages.first = 0;
    k.outages.last = S(150);
    k.spec.faults.trace.after_end = AFTER_END_WRAP;
    kit_predict(&k, 1, 1, 25, 0);
    check_heard(&k, {P, 0, 10, 10}, {F, 10, 0, 0}, {P, 115, 140, 140}, {P, 135, 160, 160},
                {F, 140, 0, 0}, {F, 160, 0, 0}, {P, 265, 290, 290}, {P, 285, 310, 310},
                {F, 290, 0, 0}, {F, 310, 0, 0});
}

/* The fault clock stands still while the job restores (20 s): 100 of it is 120 of the wall. */
static void under_exposure_the_fault_clock_counts(void **state)
{
    struct kit k;
    (void)state;
    listen(&k);
    kit_constant(&k.spec.faults.platform, 100);
    kit_costs(&k, 500, 0, 20);
    k.spec.horizon = S(350);
    k.spec.faults.clock = CLOCK_EXPOSURE;
    k.spec.faults.strike = PHASE_BIT(PHASE_WORK);
    kit_predict(&k, 1, 1, 30, 0);
    check_heard(&k, {P, 70, 100, 100}, {F, 100, 0, 0}, {P, 190, 220, 220}, {F, 220, 0, 0},
                {P, 310, 340, 340}, {F, 340, 0, 0});
}

/* Redrawn at the restore (100 to 105) and again with the work: the first of the two never comes. */
static void an_attempt_that_was_redrawn_is_not_announced(void **state)
{
    struct kit k;
    (void)state;
    listen(&k);
    kit_constant(&k.spec.faults.platform, 100);
    kit_costs(&k, 500, 0, 5);
    k.spec.horizon = S(210);
    k.spec.faults.renewal = RENEWAL_ATTEMPT;
    kit_predict(&k, 1, 1, 30, 0);
    check_heard(&k, {P, 70, 100, 100}, {F, 100, 0, 0}, {P, 175, 205, 205}, {F, 205, 0, 0});
}

/* ---- what is not told ------------------------------------------------------------------------ */

/* Node 1 is idle: its outage at 100 is nothing to the job, which stays on node 0. */
static void predictions_about_other_nodes_are_not_told(void **state)
{
    struct kit k;
    (void)state;
    listen(&k);
    k.spec.cluster.nodes = 2;
    kit_outage(&k, 1, 100, 110);
    kit_outage(&k, 0, 200, 210);
    kit_predict(&k, 1, 1, 30, 0);
    k.spec.faults.notice = S(20);
    check_heard(&k, {P, 170, 200, 200}, {N, 180, 200, 200}, {F, 200, 0, 0});
    kit_check(&k, .makespan = 700, .useful = 500, .lost = 200, .struck = 1, .elsewhere = 1,
              .foretold = 1, .predictions = 1, .notices = 1);
}

/* Told when node 1 was a spare, that is not at all; then it replaces node 0, and fails at 120. */
static void a_spare_is_not_told_of_later(void **state)
{
    struct kit k;
    (void)state;
    listen(&k);
    kit_workers(&k, 1, 1);
    kit_outage(&k, 0, 100, 400);
    kit_outage(&k, 1, 120, 130);
    kit_predict(&k, 1, 1, 30, 0);
    check_heard(&k, {P, 70, 100, 100}, {F, 100, 0, 0}, {F, 120, 0, 0});
    kit_check(&k, .makespan = 630, .useful = 500, .lost = 120, .wait = 10, .struck = 2,
              .foretold = 1, .predictions = 1);
}

/* Nodes live 100 s, their rack 60: it takes them first, each time. */
static void an_outage_that_was_forestalled_is_not_announced(void **state)
{
    struct kit k;
    (void)state;
    listen(&k);
    kit_workers(&k, 2, 0);
    k.spec.cluster.rack = 2;
    k.spec.horizon = S(200);
    kit_constant(&k.spec.faults.node, 100);
    kit_constant(&k.spec.faults.rack, 60);
    kit_predict(&k, 1, 1, 30, 0);
    check_heard(&k, {P, 30, 60, 60}, {F, 60, 0, 0}, {P, 90, 120, 120}, {F, 120, 0, 0},
                {P, 150, 180, 180}, {F, 180, 0, 0});
    assert_int_equal(heard_count, 6);
}

/* ---- one instant ----------------------------------------------------------------------------- */

/* At 70 node 0 fails and is noticed at once; that node 1 will fail at 100 comes after. */
static void at_one_instant_failures_come_first(void **state)
{
    struct kit k;
    (void)state;
    listen(&k);
    kit_workers(&k, 2, 0);
    kit_outage(&k, 0, 70, 70);
    kit_outage(&k, 1, 100, 100);
    kit_predict(&k, 1, 1, 30, 0);
    check_heard(&k, {P, 40, 70, 70}, {F, 70, 0, 0}, {P, 70, 100, 100}, {F, 100, 0, 0});
}

/* A prediction without any lead would come with its failure: it is not made. */
static void a_prediction_never_comes_with_its_failure(void **state)
{
    struct kit k;
    (void)state;
    listen(&k);
    kit_outage(&k, 0, 100, 100);
    kit_predict(&k, 1, 1, 0, 0);
    check_heard(&k, {F, 100, 0, 0});
    kit_check(&k, .makespan = 600, .useful = 500, .lost = 100, .struck = 1);
}

/* ---- a group that is told -------------------------------------------------------------------- */

/* Checkpoints at 10-12, 22-24; told at 33 (29 s of work), so 33-35; struck at 43. The 171 s of work
 * that remain take 17 more and the final one. */
static void told_within_a_block_it_can_answer_at_once(void **state)
{
    struct kit k;
    (void)state;
    answer(&k);
    kit_outage(&k, 0, 43, 43);
    kit_predict(&k, 1, 1, 10, 0);
    kit_check(&k, .makespan = 43 + 171 + 18 * 2, .useful = 200, .lost = 8, .checkpoint = 42,
              .struck = 1, .foretold = 1, .predictions = 1, .taken = 21, .completed = 21,
              .restored = 1);
}

/* Told at 23, in the snapshot of 22-24, which goes on; asked at 24 there is nothing at stake. */
static void told_within_a_snapshot_it_is_asked_after_it(void **state)
{
    struct kit k;
    (void)state;
    answer(&k);
    kit_outage(&k, 0, 30, 30);
    k.spec.faults.notice = S(7);
    kit_check(&k, .makespan = 30 + 180 + 18 * 2, .useful = 200, .lost = 6, .checkpoint = 40,
              .struck = 1, .foretold = 1, .notices = 1, .taken = 20, .completed = 20,
              .restored = 1);
}

/* Told at 22.5, struck at 23.5: the snapshot under way is lost, with the work since 12. */
static void told_within_a_snapshot_it_can_still_be_struck(void **state)
{
    struct kit k;
    (void)state;
    answer(&k);
    kit_outage(&k, 0, 23.5, 23.5);
    k.spec.faults.notice = S(1);
    kit_check(&k, .makespan = 23.5 + 190 + 19 * 2, .useful = 200, .lost = 10, .checkpoint = 41.5,
              .aborted = 1.5, .struck = 1, .foretold = 1, .notices = 1, .taken = 21,
              .completed = 20, .aborts = 1, .restored = 1);
}

/* At 22 a checkpoint is due, at 24 it completes: told then or between, it is taken, and after it
 * nothing is at stake. Told at 24 + 1 ns, 1 ns of work is: one checkpoint more, until 26 + 1 ns. */
static void told_at_the_edges_of_a_snapshot(void **state)
{
    static const struct {
        double told;
        uint64_t more;
        double lost;
    } rows[] = {{22, 0, 6},
                {22.000000001, 0, 6},
                {23.999999999, 0, 6},
                {24, 0, 6},
                {24.000000001, 1, 3.999999999}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct kit k;
        answer(&k);
        kit_outage(&k, 0, 30, 30);
        k.spec.faults.notice = S(30) - S(rows[i].told);
        double rest = 180 - (rows[i].more ? 0.000000001 : 0);
        uint64_t after = 18;
        kit_check(&k, .makespan = 30 + rest + 2 * (double)after, .useful = 200,
                  .lost = rows[i].lost, .checkpoint = 2 * (double)(2 + rows[i].more + after),
                  .struck = 1, .foretold = 1, .notices = 1, .taken = 2 + rows[i].more + after,
                  .completed = 2 + rows[i].more + after, .restored = 1);
    }
}

/* Free checkpoints: told at 20, where the second is due, it is due still. */
static void told_where_a_free_checkpoint_is_due(void **state)
{
    struct kit k;
    (void)state;
    answer(&k);
    kit_costs(&k, 200, 0, 0);
    kit_outage(&k, 0, 25, 25);
    kit_predict(&k, 1, 1, 5, 0);
    kit_check(&k, .makespan = 205, .useful = 200, .lost = 5, .struck = 1, .foretold = 1,
              .predictions = 1, .taken = 20, .completed = 20, .restored = 1);
}

/* In steps of 4 an interval of 10 is 12: checkpoints at 12-14, 26-28. Told at 33, in the block, it
 * is asked at the end of the step, at 36 with 32 of work: 36-38, and struck at 43. The 168 s that
 * remain take 13 checkpoints and the final one. */
static void steps_are_not_broken_off(void **state)
{
    struct kit k;
    (void)state;
    answer(&k);
    k.spec.group.step = S(4);
    kit_outage(&k, 0, 43, 43);
    kit_predict(&k, 1, 1, 10, 0);
    kit_check(&k, .makespan = 43 + 168 + 14 * 2, .useful = 200, .lost = 5, .checkpoint = 34,
              .struck = 1, .foretold = 1, .predictions = 1, .taken = 17, .completed = 17,
              .restored = 1);
}

/* What it said before, with `repeat`, was before it was told: told in a snapshot (23) or at work
 * (33) it leaves out the checkpoint at 34 and takes one at 44; told at 22 it leaves out that one,
 * and takes those at 32 and 44. Struck at 50 it loses 4; of the 160 that remain 15 checkpoints and
 * the final one. */
static void told_it_may_change_its_mind_without_asking(void **state)
{
    static const double times[] = {22, 23, 24, 33, 34};
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct kit k;
        answer(&k);
        probe.answers = false;
        probe.hesitates = true;
        kit_outage(&k, 0, 50, 50);
        k.spec.faults.notice = S(50 - times[i]);
        kit_check(&k, .makespan = 50 + 160 + 16 * 2, .useful = 200, .lost = 4, .checkpoint = 38,
                  .struck = 1, .foretold = 1, .notices = 1, .taken = 19, .completed = 19,
                  .restored = 1);
    }
}

static const struct cairn_controller_class *inner;
static simtime asked; /* for the first time after it was told */

static void asked_decide(const void *plan, void *state, const struct cairn_situation *situation,
                         struct cairn_verdict *verdict)
{
    if (heard_count > 0 && asked < 0)
        asked = situation->now;
    inner->decide(plan, state, situation, verdict);
}

/* Two steps of 5 and 2 for the checkpoint: asked at 10, 22, 34, in a block or not, and told in
 * between no earlier: the question of the block's beginning, at step 2, has moved on. */
static void told_in_a_block_the_next_question_comes_when_it_would(void **state)
{
    static const double times[] = {22.5, 23, 24, 24.5, 33, 33.5};
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        for (int mode = GROUP_CONTROLLED; mode <= GROUP_NO_SKIP; mode++) {
            struct kit k;
            listen(&k);
            kit_costs(&k, 200, 2, 0);
            k.spec.group.step = S(5);
            kit_use(&k, "every");
            kit_set_count(&k, "n", 2);
            inner = k.spec.controller.class;
            struct cairn_controller_class class = *inner;
            class.hears = CAIRN_HEARS(N);
            class.observe = probe_observe;
            class.state_size = sizeof(struct probe_state);
            class.decide = asked_decide;
            k.spec.controller.class = &class;
            kit_outage(&k, 0, 100, 100);
            k.spec.faults.notice = S(100 - times[i]);
            asked = -1;
            assert_int_equal(kit_run(&k, 0, (enum group_mode)mode).notices, 1);
            assert_int_equal(asked, S(34));
        }
}

/* ---- failures do not care -------------------------------------------------------------------- */

static void assert_told_nothing(const struct record *r)
{
    assert_true(r->foretold == 0 && r->predictions == 0 && r->notices == 0);
}

static void failures_are_the_same_whatever_is_foretold(void **state)
{
    const uint32_t least =
        PHASE_BIT(PHASE_WORK) | PHASE_BIT(PHASE_CHECKPOINT) | PHASE_BIT(PHASE_RESTORE);
    uint64_t random = seed ^ 19, told = 0, compared = 0, foretold = 0;
    (void)state;
    for (uint64_t i = 0; i < PAIRS; i++) {
        struct kit k;
        specs_draw(&k, &random);
        struct record with = kit_run(&k, 0, GROUP_CONTROLLED);
        bool hears = cairn_hears(k.spec.controller.class, kit_bytes) &
                     (CAIRN_HEARS(CAIRN_HEAR_PREDICTION) | CAIRN_HEARS(CAIRN_HEAR_NOTICE));
        k.spec.faults.prediction.recall_ppm = 0;
        k.spec.faults.notice = 0;
        struct record without = kit_run(&k, 0, GROUP_CONTROLLED);
        assert_told_nothing(&without);
        assert_true(with.foretold <= with.struck);
        foretold += with.foretold;
        told += with.predictions + with.notices;
        with.foretold = with.predictions = with.notices = 0;
        bool is_free =
            k.spec.faults.renewal == RENEWAL_FAILED &&
            (k.spec.faults.clock == CLOCK_WALL || (k.spec.faults.strike & least) == least);
        bool is_same = hears ? !is_free || failure_trace_agrees(&with.trace, &without.trace)
                             : kit_same_record(&with, &without);
        if (!is_same)
            specs_print(&k, i);
        assert_true(is_same);
        compared += without.trace.outages;
    }
    print_message("    %" PRIu64 " told, %" PRIu64 " foretold, %" PRIu64 " outages compared\n",
                  told, foretold, compared);
    assert_true(told > PAIRS && foretold > PAIRS / 4 && compared > PAIRS);
}

/* Any controller made to hear all, answering nothing: told in a block, it leaves and resumes it. */
static int deaf_observe(const void *plan, void *state, const struct cairn_happening *h, uint64_t n)
{
    (void)plan, (void)state, (void)n;
    heard_count += h->kind == P || h->kind == N;
    return 0;
}

static void hearing_without_answering_changes_nothing(void **state)
{
    uint64_t random = seed ^ 190, told = 0;
    (void)state;
    for (uint64_t i = 0; i < PAIRS; i++) {
        struct kit k;
        specs_draw(&k, &random);
        if (k.spec.controller.class->observe || k.spec.group.interference_ppm)
            continue;
        struct record expected = kit_run(&k, 0, GROUP_NO_SKIP);
        struct cairn_controller_class deaf = *k.spec.controller.class;
        deaf.hears |= CAIRN_HEARS(P) | CAIRN_HEARS(N);
        deaf.observe = deaf_observe;
        k.spec.controller.class = &deaf;
        heard_count = 0;
        struct record r = kit_run(&k, 0, GROUP_CONTROLLED);
        if (!kit_same_record(&r, &expected))
            specs_print(&k, i);
        assert_true(kit_same_record(&r, &expected));
        assert_int_equal(heard_count, r.predictions + r.notices);
        told += heard_count;
    }
    print_message("    %" PRIu64 " told\n", told);
    assert_true(told > PAIRS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predictions_come_lead_before_the_failure),
        cmocka_unit_test(notices_come_before_the_failure),
        cmocka_unit_test(what_is_known_too_late_is_told_at_once),
        cmocka_unit_test(recorded_outages_are_told_in_time_however_dense),
        cmocka_unit_test(a_trace_that_wraps_is_foretold_across_its_end),
        cmocka_unit_test(under_exposure_the_fault_clock_counts),
        cmocka_unit_test(an_attempt_that_was_redrawn_is_not_announced),
        cmocka_unit_test(predictions_about_other_nodes_are_not_told),
        cmocka_unit_test(a_spare_is_not_told_of_later),
        cmocka_unit_test(an_outage_that_was_forestalled_is_not_announced),
        cmocka_unit_test(at_one_instant_failures_come_first),
        cmocka_unit_test(a_prediction_never_comes_with_its_failure),
        cmocka_unit_test(told_within_a_block_it_can_answer_at_once),
        cmocka_unit_test(told_within_a_snapshot_it_is_asked_after_it),
        cmocka_unit_test(told_within_a_snapshot_it_can_still_be_struck),
        cmocka_unit_test(told_at_the_edges_of_a_snapshot),
        cmocka_unit_test(told_where_a_free_checkpoint_is_due),
        cmocka_unit_test(steps_are_not_broken_off),
        cmocka_unit_test(told_it_may_change_its_mind_without_asking),
        cmocka_unit_test(told_in_a_block_the_next_question_comes_when_it_would),
        cmocka_unit_test(failures_are_the_same_whatever_is_foretold),
        cmocka_unit_test(hearing_without_answering_changes_nothing),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
