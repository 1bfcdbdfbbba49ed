/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: an explanation's parts add up to the waste, its ranking is one, the best of each gap fills
 * it, and a checkpoint taken at the last chance before a failure saves what it lost.
 * Method: replications of small scenarios, explained, and again with one decision changed.
 */
#include "sim/campaign/explain.h"

#include "sim/model/ledger.h"
#include "tests/workloads/fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define REPLICATIONS 200

#define JOB "workload: {group: {workers: 3, work: 5 h, checkpoint: 1 min, restore: 2 min"
static const char divisible[] =
    "version: 1\nhorizon: 1000 h\ncluster: {nodes: 3, spares: 1}\n"
    "faults: {node: {uptime: {weibull: {shape: 0.7, mean: 3 h}}, repair: {constant: 10 min}}}\n"
    "detection: {delay: 20 s}\n" JOB ", downtime: 30 s}}\n"
    "controller: {name: fixed, interval: 20 min}\n";
static const char stepped[] =
    "version: 1\nhorizon: 1000 h\ncluster: {nodes: 3, spares: 1}\n"
    "faults: {node: {uptime: {exponential: 3 h}, repair: {constant: 10 min}}}\n" JOB
    ", step: 70 s}}\ncontroller: {name: fixed, interval: 20 min}\n";
static const char unbounded[] =
    "version: 1\nhorizon: 6 h\ncluster: {nodes: 3}\n"
    "faults: {node: {uptime: {exponential: 3 h}}}\n" JOB
    ", persist: 5 min, in_flight: wait}}\ncontroller: {name: fixed, interval: 6 min}\n";
static const char *const scenarios[] = {divisible, stepped, unbounded};

struct bed {
    struct session *session;
    struct cell cell;
    struct retell was, is;
};

static struct bed *open_bed(const char *text)
{
    struct bed *bed = calloc(1, sizeof *bed);
    assert_non_null(bed);
    struct session *s = bed->session = session_open();
    assert_int_equal(session_parse(s, text), STATUS_OK);
    if (session_build(s, (const char *const[3]){NULL}) != STATUS_OK ||
        cell_prepare(&bed->cell, &s->scenario, &s->arena, &s->diag) != STATUS_OK)
        fail_msg("%s", s->diag.text[0]);
    assert_int_equal(retell_open(&bed->was, &bed->cell, &s->diag), STATUS_OK);
    assert_int_equal(retell_open(&bed->is, &bed->cell, &s->diag), STATUS_OK);
    return bed;
}

static void close_bed(struct bed *bed)
{
    retell_close(&bed->was);
    retell_close(&bed->is);
    session_close(bed->session);
    free(bed);
}

static struct explanation explain_as_it_was(struct bed *bed, uint32_t replication)
{
    struct explanation e;
    struct session *s = bed->session;
    assert_int_equal(explain_run(&bed->was, replication, NULL, &s->arena, &s->diag, &e), STATUS_OK);
    return e;
}

static struct explanation explain_changed(struct bed *bed, uint32_t replication,
                                          struct journal_change change)
{
    struct explanation e;
    struct session *s = bed->session;
    assert_int_equal(explain_run(&bed->is, replication, &change, &s->arena, &s->diag, &e),
                     STATUS_OK);
    return e;
}

static void assert_adds_up(const struct explanation *e)
{
    const slot_ns *job = e->record.job;
    slot_ns waste = job[JOB_SLOWED] + job[JOB_BLOCKED] + e->journal->stopped.lost, lost = 0;
    for (unsigned i = 0; i < USES; i++)
        waste += e->checkpoints[i].cost;
    for (unsigned i = 0; i < LOSSES; i++)
        lost += e->causes[i];
    assert_int_equal(lost, job[JOB_LOST]);
    bool is_seen[4096] = {false};
    assert_true(e->failures < COUNT(is_seen));
    for (uint32_t i = 0; i < e->failures; i++) {
        const struct journal_failure *f = journal_failure(e->journal, e->order[i]);
        waste += journal_cost(f);
        assert_false(is_seen[e->order[i]]);
        is_seen[e->order[i]] = true;
        assert_true(i == 0 ||
                    journal_cost(journal_failure(e->journal, e->order[i - 1])) >= journal_cost(f));
    }
    assert_int_equal(waste, ledger_waste(&e->record));
}

static void parts_add_up_to_the_waste(void **state)
{
    uint64_t struck = 0, unfinished = 0;
    (void)state;
    for (size_t n = 0; n < COUNT(scenarios); n++) {
        struct bed *bed = open_bed(scenarios[n]);
        for (uint32_t i = 0; i < REPLICATIONS; i++) {
            struct explanation e = explain_as_it_was(bed, i);
            assert_adds_up(&e);
            struck += e.record.struck;
            unfinished += e.record.end != END_FINISHED;
        }
        close_bed(bed);
    }
    assert_true(struck > 3 * REPLICATIONS && unfinished > 10);
}

/* One checkpoint a gap: complete before the failure, with no room left for more work, and what it
 * saves is what it covers beyond what survived. */
static void the_best_of_a_gap_fills_it(void **state)
{
    uint64_t checkpoints = 0, finishes = 0;
    (void)state;
    for (size_t n = 0; n < 2; n++) {
        struct bed *bed = open_bed(scenarios[n]);
        simtime cost = bed->cell.spec.group.checkpoint, step = bed->cell.spec.group.step;
        for (uint32_t i = 0; i < REPLICATIONS; i++) {
            struct explanation e = explain_as_it_was(bed, i);
            for (uint32_t id = 1; id <= e.failures; id++) {
                const struct journal_failure *f = journal_failure(e.journal, id);
                struct explain_best best = explain_best(&e, f);
                if (best.kind == BEST_NOTHING)
                    continue;
                assert_true(best.saved > 0 && best.complete <= f->struck);
                finishes += best.kind == BEST_FINISH;
                if (best.kind == BEST_FINISH)
                    continue;
                checkpoints++;
                assert_true(best.complete == best.begin + cost);
                assert_true(f->struck - best.complete < (step > 0 ? step : 1));
                assert_int_equal(best.saved,
                                 f->resumed_work + (best.begin - f->resumed) - f->committed);
            }
        }
        close_bed(bed);
    }
    assert_true(checkpoints > REPLICATIONS && finishes > 0);
}

/* One checkpoint more at the last chance before this failure, in a run that went like that: nothing
 * is lost then but the rest of a step. */
static void take_chance(struct bed *bed, const struct explanation *was, uint32_t id, simtime chance)
{
    const struct spec *spec = &bed->cell.spec;
    const struct journal_failure *f = journal_failure(was->journal, id);
    struct explanation is = explain_changed(bed, was->record.replication,
                                            (struct journal_change){CHANGE_TAKE, .time = chance});
    const struct journal_failure *after = journal_failure(is.journal, id);
    assert_true(is.journal->is_changed);
    assert_int_equal(after->struck, f->struck);
    assert_true(after->lost < f->lost && after->lost <= spec->group.step);
    assert_int_equal(after->work, f->work - spec->group.checkpoint);
    const struct journal_decision *d = journal_decision(is.journal, is.journal->changed);
    assert_int_equal(d->time, chance);
    assert_true(d->fate == JOURNAL_COMPLETE && d->restored > 0);
}

static void a_last_chance_taken_saves_what_was_lost(void **state)
{
    uint64_t taken = 0, none = 0;
    (void)state;
    for (size_t n = 0; n < 2; n++) {
        struct bed *bed = open_bed(scenarios[n]);
        for (uint32_t i = 0; i < REPLICATIONS / 2; i++) {
            struct explanation was = explain_as_it_was(bed, i);
            for (uint32_t id = 1; id <= was.failures; id++) {
                simtime chance = explain_last_chance(&was, journal_failure(was.journal, id));
                taken += chance >= 0;
                none += chance < 0;
                if (chance >= 0)
                    take_chance(bed, &was, id, chance);
            }
        }
        close_bed(bed);
    }
    assert_true(taken > REPLICATIONS && none > REPLICATIONS / 10);
}

/* Two runs of one replication: the shifts, in order of time, add up to the difference of all
 * failures' costs; a run held against itself has none. */
static void shifts_add_up_to_the_difference(void **state)
{
    static struct explain_shift shifts[4096];
    struct bed *bed = open_bed(divisible);
    uint64_t different = 0;
    (void)state;
    for (uint32_t i = 0; i < REPLICATIONS; i++) {
        struct explanation was = explain_as_it_was(bed, i);
        struct explanation is =
            explain_changed(bed, i, (struct journal_change){CHANGE_SKIP, .decision = 2});
        simtime before = 0, after = 0, sum = 0;
        for (uint32_t id = 1; id <= was.failures; id++)
            before += journal_cost(journal_failure(was.journal, id));
        for (uint32_t id = 1; id <= is.failures; id++)
            after += journal_cost(journal_failure(is.journal, id));
        uint32_t count = explain_compare(&was, &is, shifts);
        for (uint32_t n = 0; n < count; n++) {
            sum += shifts[n].difference;
            assert_true(n == 0 || shifts[n].struck > shifts[n - 1].struck);
        }
        assert_int_equal(sum, after - before);
        assert_int_equal(explain_compare(&was, &was, shifts), 0);
        different += count > 0;
    }
    close_bed(bed);
    assert_true(different > REPLICATIONS / 10);
}

/* The journal's limit is an error of the user's, and says which replication. */
static void too_many_decisions_are_told(void **state)
{
    struct bed *bed = open_bed(divisible);
    struct session *s = bed->session;
    struct record record;
    (void)state;
    bed->was.journal.most = 3;
    assert_int_equal(retell_run(&bed->was, 5, NULL, &record, &s->diag), STATUS_INPUT);
    assert_non_null(strstr(s->diag.text[0], "replication 5 makes more than 3 decisions"));
    close_bed(bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_add_up_to_the_waste),
        cmocka_unit_test(the_best_of_a_gap_fills_it),
        cmocka_unit_test(a_last_chance_taken_saves_what_was_lost),
        cmocka_unit_test(shifts_add_up_to_the_difference),
        cmocka_unit_test(too_many_decisions_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
