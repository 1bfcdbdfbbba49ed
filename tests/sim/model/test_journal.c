/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the journal tells each decision, what came of it and whose each loss is; a change of one
 * decision changes that one. Method: timelines followed by hand, in seconds. What must hold of any
 * run is in test_journal_specs.c. */
#include "tests/sim/model/told.h"

/* ---- timelines ----------------------------------------------------------------------------- */

struct expected_decision {
    double time, work;
    enum cairn_action action;
    enum journal_source source;
    enum journal_fate fate;
    double ended, cost, blocked; /* ended -1: it did not */
    uint64_t restored;
    double lost[LOSSES];
};

struct expected_failure {
    double struck, lost, detect, wait, restart, restore;
    struct {
        enum journal_loss cause;
        uint32_t decision;
        double work;
    } pieces[JOURNAL_PIECES];
};

static bool differs(const char *what, uint32_t id, int64_t actual, int64_t expected)
{
    if (actual == expected)
        return false;
    print_message("    %u: %s %" PRId64 " instead of %" PRId64 "\n", id, what, actual, expected);
    return true;
}

static bool differs_decision(const struct journal *j, uint32_t id,
                             const struct expected_decision *e)
{
    const struct journal_decision *d = journal_decision(j, id);
    bool is_wrong = differs("time", id, d->time, S(e->time));
    is_wrong |= differs("work", id, d->work, S(e->work));
    is_wrong |= differs("action", id, d->verdict.action, e->action);
    is_wrong |= differs("source", id, (int64_t)d->source, (int64_t)e->source);
    is_wrong |= differs("fate", id, (int64_t)d->fate, (int64_t)e->fate);
    is_wrong |= differs("ended", id, d->ended, e->ended < 0 ? -1 : S(e->ended));
    is_wrong |= differs("cost", id, d->cost, S(e->cost));
    is_wrong |= differs("blocked", id, d->blocked, S(e->blocked));
    is_wrong |= differs("restored", id, (int64_t)d->restored, (int64_t)e->restored);
    for (unsigned i = 0; i < LOSSES; i++)
        is_wrong |= differs(journal_loss_names[i], id, d->lost[i], S(e->lost[i]));
    return is_wrong;
}

static bool differs_failure(const struct journal *j, uint32_t id, const struct expected_failure *e)
{
    const struct journal_failure *f = journal_failure(j, id);
    bool is_wrong = differs("struck", id, f->struck, S(e->struck));
    is_wrong |= differs("lost", id, f->lost, S(e->lost));
    is_wrong |= differs("detect", id, f->detect, S(e->detect));
    is_wrong |= differs("wait", id, f->wait, S(e->wait));
    is_wrong |= differs("restart", id, f->restart, S(e->restart));
    is_wrong |= differs("restore", id, f->restore, S(e->restore));
    for (unsigned i = 0; i < JOURNAL_PIECES; i++) {
        const struct journal_piece *p = &f->pieces[i];
        is_wrong |= differs("piece's work", id, p->work, S(e->pieces[i].work));
        is_wrong |= differs("piece's decision", id, p->decision, e->pieces[i].decision);
        is_wrong |= differs("piece's cause", id, (int64_t)p->cause, (int64_t)e->pieces[i].cause);
    }
    return is_wrong;
}

static void compare(const struct journal *j, const struct expected_decision *decisions,
                    uint32_t decisions_count, const struct expected_failure *failures,
                    uint32_t failures_count)
{
    bool is_wrong = differs("decisions", 0, j->decisions.count, decisions_count);
    is_wrong |= differs("failures", 0, j->failures.count, failures_count);
    for (uint32_t i = 0; i < decisions_count && !is_wrong; i++)
        is_wrong |= differs_decision(j, i + 1, &decisions[i]);
    for (uint32_t i = 0; i < failures_count && !is_wrong; i++)
        is_wrong |= differs_failure(j, i + 1, &failures[i]);
    assert_false(is_wrong);
}
#define COUNT(array) (uint32_t)(sizeof(array) / sizeof(array)[0])

/* The built-in scenario two-node, whose file tells its timeline in minutes. */
static void draw_two_nodes(struct kit *k)
{
    kit_init(k);
    kit_workers(k, 2, 0);
    kit_costs(k, 1200, 30, 60);
    k->spec.group.downtime = S(30);
    kit_constant(&k->spec.faults.platform, 480);
    kit_fixed(k, 300);
}

/* A failure every 8 min; each loses what was done since a checkpoint that is complete: "since",
 * laid at the decision that took it. The answers after a restore cost nothing. */
static void two_nodes_are_told_minute_by_minute(void **state)
{
    static const struct expected_decision decisions[] = {
        {0, 0, CAIRN_SKIP, .ended = -1},
        {300,
         300,
         CAIRN_CHECKPOINT,
         JOURNAL_ASKED,
         JOURNAL_COMPLETE,
         330,
         30,
         0,
         1,
         {[LOSS_SINCE] = 150}},
        {570, 300, CAIRN_SKIP, .ended = -1},
        {870,
         600,
         CAIRN_CHECKPOINT,
         JOURNAL_ASKED,
         JOURNAL_COMPLETE,
         900,
         30,
         0,
         1,
         {[LOSS_SINCE] = 60}},
        {1050, 600, CAIRN_SKIP, .ended = -1},
        {1350,
         900,
         CAIRN_CHECKPOINT,
         JOURNAL_ASKED,
         JOURNAL_COMPLETE,
         1380,
         30,
         0,
         1,
         {[LOSS_SINCE] = 60}},
        {1530, 900, CAIRN_SKIP, .ended = -1},
        {1830, 1200, CAIRN_CHECKPOINT, JOURNAL_FINAL, JOURNAL_COMPLETE, 1860, 30, 0, 0, {0}},
    };
    static const struct expected_failure failures[] = {
        {480, 150, 0, 0, 30, 60, {{LOSS_SINCE, 2, 150}}},
        {960, 60, 0, 0, 30, 60, {{LOSS_SINCE, 4, 60}}},
        {1440, 60, 0, 0, 30, 60, {{LOSS_SINCE, 6, 60}}},
    };
    struct kit k;
    struct journal j;
    (void)state;
    draw_two_nodes(&k);
    struct record r = tell(&k, 0, nothing, &j);
    assert_int_equal(r.makespan, S(31 * 60));
    assert_int_equal(r.struck, 3);
    compare(&j, decisions, COUNT(decisions), failures, COUNT(failures));
    assert_int_equal(journal_failure(&j, 1)->resumed, 0);
    assert_int_equal(journal_failure(&j, 2)->resumed, S(570));
    assert_int_equal(journal_failure(&j, 2)->resumed_work, S(300));
    assert_int_equal(journal_failure(&j, 3)->recovered, S(1530));
    journal_fini(&j);
}

/* A failure in the middle of a snapshot: all is laid at the checkpoint that was not complete; one
 * more during the recovery costs only its own recovery. Work 100, C 10, an interval of 40, R 5,
 * restart 4: 40 work, snapshot 40-50 struck at 45 (lost 40), restart 45-49, struck at 47, restart
 * 47-51, restore 51-56, work 56-96, snapshot 96-106, … */
static void a_struck_snapshot_is_laid_at_who_asked_for_it(void **state)
{
    static const struct expected_decision decisions[] = {
        {0, 0, CAIRN_SKIP, .ended = -1},
        {40,
         40,
         CAIRN_CHECKPOINT,
         JOURNAL_ASKED,
         JOURNAL_ABORTED,
         45,
         5,
         0,
         0,
         {[LOSS_UNFINISHED] = 40}},
        {56, 0, CAIRN_SKIP, .ended = -1},
        {96, 40, CAIRN_CHECKPOINT, JOURNAL_ASKED, JOURNAL_COMPLETE, 106, 10, 0, 0, {0}},
        {146, 80, CAIRN_CHECKPOINT, JOURNAL_ASKED, JOURNAL_COMPLETE, 156, 10, 0, 0, {0}},
        {176, 100, CAIRN_CHECKPOINT, JOURNAL_FINAL, JOURNAL_COMPLETE, 186, 10, 0, 0, {0}},
    };
    static const struct expected_failure failures[] = {
        {45, 40, 0, 0, 2, 0, {{LOSS_UNFINISHED, 2, 40}}},
        {47, 0, 0, 0, 4, 5, {{0}}},
    };
    struct kit k;
    struct journal j;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 10, 5);
    k.spec.group.downtime = S(4);
    kit_fixed(&k, 40);
    kit_outage(&k, 0, 45, 45);
    kit_outage(&k, 0, 47, 47);
    struct record r = tell(&k, 0, nothing, &j);
    assert_int_equal(r.struck, 2);
    assert_int_equal(r.makespan, S(186));
    compare(&j, decisions, COUNT(decisions), failures, COUNT(failures));
    assert_true(journal_failure(&j, 2)->is_again && !journal_failure(&j, 1)->is_again);
    journal_fini(&j);
}

/* Persisting takes 50 s, an interval 20: the requests at 42 and 63 find one persisting and are
 * dropped. Snapshots of 1 s: 20-21, complete at 71. Struck at 70 with 69 done: 20 were under way,
 * 42 more up to the request dropped at 63 (work 62), 7 since. */
static void a_loss_is_cut_at_the_checkpoint_under_way_and_at_the_last_request(void **state)
{
    static const struct expected_failure failure = {
        70, 69, 0, 0, 0, 0, {{LOSS_UNFINISHED, 2, 20}, {LOSS_DROPPED, 4, 40}, {LOSS_SINCE, 4, 9}}};
    struct kit k;
    struct journal j;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 1, 0);
    k.spec.group.persist = S(50);
    k.spec.group.in_flight = IN_FLIGHT_SKIP;
    kit_fixed(&k, 20);
    kit_outage(&k, 0, 70, 70);
    struct record r = tell(&k, 0, nothing, &j);
    assert_int_equal(r.struck, 1);
    assert_false(differs_failure(&j, 1, &failure));
    assert_int_equal(journal_decision(&j, 2)->fate, JOURNAL_ABORTED);
    assert_int_equal(journal_decision(&j, 3)->fate, JOURNAL_DROPPED);
    assert_int_equal(journal_decision(&j, 4)->lost[LOSS_DROPPED], S(40));
    journal_fini(&j);
}

/* The same job where requests wait: asked at 41 (work 40), blocked to the strike at 60. */
static void a_request_that_waits_is_told_from_one_that_is_dropped(void **state)
{
    static const struct expected_failure failure = {
        60, 40, 0, 0, 0, 0, {{LOSS_UNFINISHED, 2, 20}, {LOSS_WAITED, 3, 20}}};
    struct kit k;
    struct journal j;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 1, 0);
    k.spec.group.persist = S(50);
    k.spec.group.in_flight = IN_FLIGHT_WAIT;
    kit_fixed(&k, 20);
    kit_outage(&k, 0, 60, 60);
    struct record r = tell(&k, 0, nothing, &j);
    assert_int_equal(r.struck, 1);
    assert_false(differs_failure(&j, 1, &failure));
    assert_int_equal(journal_decision(&j, 3)->fate, JOURNAL_WAITING);
    assert_int_equal(journal_decision(&j, 3)->blocked, S(19));
    journal_fini(&j);
}

/* Asked every 10 s it says skip until 40: struck at 35 it is the answer at 30 that could have
 * protected 30, and 5 came after it. */
static void curious_decide(const void *plan, void *state, const struct cairn_situation *s,
                           struct cairn_verdict *verdict)
{
    (void)plan, (void)state;
    verdict->action = s->work_since >= S(40) ? CAIRN_CHECKPOINT : CAIRN_SKIP;
    verdict->ask = CAIRN_ASK_WORK;
    verdict->at =
        verdict->action == CAIRN_CHECKPOINT ? S(10) : s->work_since / S(10) * S(10) + S(10);
}

static void a_skip_is_blamed_for_what_a_checkpoint_there_would_have_kept(void **state)
{
    static const struct expected_failure failure = {
        35, 35, 3, 0, 0, 2, {{LOSS_DECLINED, 4, 30}, {LOSS_SINCE, 4, 5}}};
    struct kit k;
    struct journal j;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 50, 1, 2);
    kit_fixed(&k, 40);
    struct cairn_controller_class curious = *k.spec.controller.class;
    curious.decide = curious_decide;
    k.spec.controller.class = &curious;
    k.spec.detection.delay = S(3);
    kit_outage(&k, 0, 35, 35);
    struct record r = tell(&k, 0, nothing, &j);
    assert_int_equal(r.struck, 1);
    assert_false(differs_failure(&j, 1, &failure));
    assert_int_equal(journal_decision(&j, 2)->lost[LOSS_DECLINED], 0);
    assert_int_equal(journal_decision(&j, 4)->lost[LOSS_DECLINED], S(30));
    assert_int_equal(journal_decision(&j, 5)->time, S(40)); /* 35 + 3 + 2: asked anew */
    journal_fini(&j);
}

/* Claims: 7 s at each recovery, to the checkpoint gone back to. */
static double claim_of_seven(const void *plan, const void *state)
{
    (void)plan;
    return 7 * (double)*(const unsigned char *)state;
}

static int count_recoveries(const void *plan, void *state, const struct cairn_happening *happening,
                            uint64_t n)
{
    (void)plan, (void)happening, (void)n;
    ++*(unsigned char *)state;
    return 0;
}

static void a_claim_is_noted_at_the_checkpoint_gone_back_to(void **state)
{
    struct kit k;
    struct journal j;
    (void)state;
    draw_two_nodes(&k);
    struct cairn_controller_class proud = *k.spec.controller.class;
    proud.state_size = 1;
    proud.hears = CAIRN_HEARS(CAIRN_HEAR_RECOVERED);
    proud.observe = count_recoveries;
    proud.claimed = claim_of_seven;
    k.spec.controller.class = &proud;
    struct record r = tell(&k, 0, nothing, &j);
    assert_int_equal(r.struck, 3);
    for (uint32_t i = 1; i <= j.decisions.count; i++)
        assert_true(journal_decision(&j, i)->claimed == (i == 2 || i == 4 || i == 6 ? 7 : 0));
    journal_fini(&j);
}

/* ---- one decision changed ------------------------------------------------------------------- */

/* Two nodes without the checkpoint at 5 min: asked again at 10 min, so the failure at 8 min finds
 * nothing: 480 lost. Restart 8.5, restore 9.5, and from there as it was one interval earlier. */
static void a_skipped_checkpoint_is_skipped_and_no_other(void **state)
{
    static const struct expected_failure first = {
        480, 480, 0, 0, 30, 60, {{LOSS_DECLINED, 2, 300}, {LOSS_SINCE, 2, 180}}};
    struct kit k;
    struct journal j;
    (void)state;
    draw_two_nodes(&k);
    struct record r = tell(&k, 0, (struct journal_change){CHANGE_SKIP, .decision = 2}, &j);
    assert_true(j.is_changed);
    assert_int_equal(j.changed, 2);
    assert_false(differs_failure(&j, 1, &first));
    const struct journal_decision *d = journal_decision(&j, 2);
    assert_true(d->is_changed && d->verdict.action == CAIRN_SKIP && d->fate == JOURNAL_NONE);
    assert_int_equal(journal_decision(&j, 4)->time, S(870)); /* 570 + 300, as before, at work 300 */
    assert_int_equal(journal_decision(&j, 4)->work, S(300));
    assert_int_equal(journal_decision(&j, 4)->fate, JOURNAL_COMPLETE);
    /* 2310: 300 of work more to do, in one more gap of 8 min */
    assert_int_equal(r.makespan, S(2340));
    assert_int_equal(r.struck, 4);
    journal_fini(&j);
}

/* Two nodes, and one more at 7 min 30: 300 work, 330, work until 450 (420 done), 30 for the
 * checkpoint, complete at 480: it survives the failure of that instant, nothing is lost. */
static void a_taken_checkpoint_is_taken_at_its_time(void **state)
{
    struct kit k;
    struct journal j;
    (void)state;
    draw_two_nodes(&k);
    tell(&k, 0, (struct journal_change){CHANGE_TAKE, .time = S(450)}, &j);
    assert_true(j.is_changed);
    const struct journal_decision *d = journal_decision(&j, j.changed);
    assert_int_equal(d->source, JOURNAL_TAKEN);
    assert_int_equal(d->time, S(450));
    assert_int_equal(d->work, S(420));
    assert_int_equal(d->ended, S(480));
    assert_int_equal(d->restored, 1);
    assert_int_equal(journal_failure(&j, 1)->lost, 0);
    journal_fini(&j);
}

/* Steps of 70 s bind: the interval of 300 is due at 350; snapshot 350-380; struck at 480 with 450
 * done; back at 570 with 350. Wanted at 500, in the recovery: the first place with something new is
 * 420, at 640. */
static void a_taken_checkpoint_waits_for_a_place_and_for_something_new(void **state)
{
    struct kit k;
    struct journal j;
    (void)state;
    draw_two_nodes(&k);
    k.spec.group.step = S(70);
    tell(&k, 0, (struct journal_change){CHANGE_TAKE, .time = S(500)}, &j);
    assert_true(j.is_changed);
    assert_int_equal(journal_decision(&j, j.changed)->time, S(640));
    assert_int_equal(journal_decision(&j, j.changed)->work, S(420));
    assert_int_equal(journal_decision(&j, j.changed + 1)->source, JOURNAL_ASKED);
    assert_int_equal(journal_decision(&j, j.changed + 1)->time, S(670)); /* asked behind it */
    journal_fini(&j);
}

static void a_checkpoint_cannot_be_taken_behind_the_end(void **state)
{
    struct kit k;
    struct journal j;
    (void)state;
    draw_two_nodes(&k);
    struct record r = tell(&k, 0, (struct journal_change){CHANGE_TAKE, .time = S(1845)}, &j);
    assert_false(j.is_changed);
    assert_int_equal(r.makespan, S(1860));
    journal_fini(&j);
}

/* ---- the limit ------------------------------------------------------------------------------ */

static void the_limit_of_decisions_is_kept(void **state)
{
    (void)state;
    for (uint32_t most = 7; most <= 9; most++) { /* two nodes make 8 */
        struct kit k;
        struct journal j;
        struct run run;
        struct record record;
        draw_two_nodes(&k);
        assert_null(kit_plan(&k));
        journal_init(&j);
        j.most = most;
        assert_int_equal(run_open(&run, &k.spec, kit_bytes), STATUS_OK);
        run_observe(&run, &j);
        enum status status = run_replicate(&run, 0, GROUP_NO_SKIP, &record);
        assert_int_equal(status, most < 8 ? STATUS_MEMORY : STATUS_OK);
        assert_int_equal(j.is_full, most < 8);
        assert_false(j.is_out_of_memory);
        assert_int_equal(j.decisions.count, most < 8 ? most : 8);
        run_close(&run);
        journal_fini(&j);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_nodes_are_told_minute_by_minute),
        cmocka_unit_test(a_struck_snapshot_is_laid_at_who_asked_for_it),
        cmocka_unit_test(a_loss_is_cut_at_the_checkpoint_under_way_and_at_the_last_request),
        cmocka_unit_test(a_request_that_waits_is_told_from_one_that_is_dropped),
        cmocka_unit_test(a_skip_is_blamed_for_what_a_checkpoint_there_would_have_kept),
        cmocka_unit_test(a_claim_is_noted_at_the_checkpoint_gone_back_to),
        cmocka_unit_test(a_skipped_checkpoint_is_skipped_and_no_other),
        cmocka_unit_test(a_taken_checkpoint_is_taken_at_its_time),
        cmocka_unit_test(a_taken_checkpoint_waits_for_a_place_and_for_something_new),
        cmocka_unit_test(a_checkpoint_cannot_be_taken_behind_the_end),
        cmocka_unit_test(the_limit_of_decisions_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
