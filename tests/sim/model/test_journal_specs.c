/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: of any run the journal's sums are the ledger's to the nanosecond, every checkpoint is in it
 * once, writing it changes nothing, and a run with one decision changed is as whole as any other.
 * Method: thousands of random specs from specs.h. CAIRN_SEED chooses the specs. */
#include "tests/sim/model/specs.h"
#include "tests/sim/model/told.h"
#include "tests/support.h"

#if defined(__SANITIZE_ADDRESS__)
enum { SPECS = 600 };
#else
enum { SPECS = 3000 };
#endif

static uint64_t seed = 1;

struct sums {
    slot_ns protected_work;
    simtime cost, slowed, blocked, laid, lost, detect, wait, restart, restore;
    uint64_t fates[JOURNAL_FATES], restored, took;
};

static void sum_decisions(const struct journal *j, struct sums *sums)
{
    for (uint32_t i = 1; i <= j->decisions.count; i++) {
        const struct journal_decision *d = journal_decision(j, i);
        assert_true(i == 1 || d->time >= journal_decision(j, i - 1)->time);
        assert_true((d->fate == JOURNAL_COMPLETE || d->fate == JOURNAL_ABORTED) == (d->ended >= 0));
        sums->fates[d->fate]++;
        sums->took += d->began >= 0;
        sums->cost += d->cost;
        sums->slowed += d->slowed;
        sums->blocked += d->blocked;
        sums->laid += journal_lost(d);
        sums->restored += d->restored;
        sums->protected_work += (slot_ns)d->restored * d->work;
    }
}

static void sum_failures(const struct journal *j, struct sums *sums)
{
    for (uint32_t i = 1; i <= j->failures.count; i++) {
        const struct journal_failure *f = journal_failure(j, i);
        simtime pieces = 0;
        for (uint32_t p = 0; p < f->pieces_count; p++) {
            assert_true(f->pieces[p].work > 0 && f->pieces[p].decision > 0);
            pieces += f->pieces[p].work;
        }
        assert_true(pieces == f->lost);
        assert_true(f->lost == 0 || f->lost == f->work - f->committed);
        sums->lost += f->lost;
        sums->detect += f->detect;
        sums->wait += f->wait;
        sums->restart += f->restart;
        sums->restore += f->restore;
    }
}

/* Every nanosecond and every checkpoint of the record is in the journal, once. */
static bool adds_up(const struct journal *j, const struct record *r)
{
    struct sums s = {0};
    sum_decisions(j, &s);
    sum_failures(j, &s);
    bool is_right = s.lost == r->job[JOB_LOST] && s.laid == s.lost &&
                    j->stopped.lost == r->job[JOB_UNCOMMITTED];
    is_right &= s.cost == r->job[JOB_CHECKPOINT] && s.slowed == r->job[JOB_SLOWED] &&
                s.blocked == r->job[JOB_BLOCKED];
    is_right &= s.detect == r->job[JOB_DETECT] && s.wait == r->job[JOB_WAIT] &&
                s.restart == r->job[JOB_RESTART] && s.restore == r->job[JOB_RESTORE];
    is_right &= s.took == r->taken && s.fates[JOURNAL_COMPLETE] == r->completed &&
                s.fates[JOURNAL_ABORTED] == r->checkpoints_aborted &&
                s.fates[JOURNAL_DROPPED] == r->skipped;
    is_right &= s.restored == r->restored && s.protected_work == r->protected_work;
    return is_right && j->failures.count == r->struck;
}

/* Asked often, it mostly says skip: the controllers of the registry know when to be asked. */
static void moody_decide(const void *plan, void *state, const struct cairn_situation *s,
                         struct cairn_verdict *verdict)
{
    uint64_t mood = (uint64_t)s->work_done * UINT64_C(0x9e3779b97f4a7c15) >> 32;
    (void)plan, (void)state;
    verdict->action = mood % 3 == 0 && s->work_since > 0 ? CAIRN_CHECKPOINT : CAIRN_SKIP;
    verdict->ask = CAIRN_ASK_WORK;
    verdict->at =
        (verdict->action == CAIRN_SKIP ? s->work_since : 0) + S(1) + (int64_t)mood % S(20);
}

static void make_moody(struct kit *k, struct cairn_controller_class *moody)
{
    *moody = *k->spec.controller.class;
    moody->decide = moody_decide;
    moody->hears = 0;
    moody->hears_by = NULL;
    k->spec.controller.class = moody;
}

static void rule19_every_nanosecond_is_somebodys(void **state)
{
    uint64_t random = seed ^ 19, struck = 0, kinds[LOSSES] = {0};
    (void)state;
    for (uint64_t i = 0; i < SPECS; i++) {
        struct kit k;
        struct journal j;
        struct cairn_controller_class moody;
        specs_draw(&k, &random);
        if (i % 4 == 0)
            make_moody(&k, &moody);
        struct record plain = kit_run(&k, (uint32_t)(i % 3), GROUP_CONTROLLED);
        struct record r = tell(&k, (uint32_t)(i % 3), nothing, &j);
        if (!kit_same_record(&plain, &r) || !adds_up(&j, &r)) {
            specs_print(&k, i);
            fail_msg("same record: %d, adds up: %d", kit_same_record(&plain, &r), adds_up(&j, &r));
        }
        struck += r.struck;
        for (uint32_t n = 1; n <= j.decisions.count; n++)
            for (unsigned cause = 0; cause < LOSSES; cause++)
                kinds[cause] += journal_decision(&j, n)->lost[cause] > 0;
        journal_fini(&j);
    }
    print_message("    %d specs, %" PRIu64 " failures; losses", SPECS, struck);
    for (unsigned cause = 0; cause < LOSSES; cause++) {
        print_message(" %s %" PRIu64, journal_loss_names[cause], kinds[cause]);
        assert_true(kinds[cause] > 0); /* each rule was put to the test */
    }
    print_message("\n");
    assert_true(struck > SPECS);
}

/* With one decision changed, whichever, the run is a run like any other; before the change nothing
 * is different, and on a wall clock the same failures strike. */
static void any_change_of_a_decision_leaves_a_whole_run(void **state)
{
    uint64_t random = seed ^ 20, changed[3] = {0};
    (void)state;
    for (uint64_t i = 0; i < SPECS; i++) {
        struct kit k;
        struct journal base, j;
        struct cairn_controller_class moody;
        specs_draw(&k, &random);
        if (i % 8 < 2)
            make_moody(&k, &moody);
        struct record was = tell(&k, 0, nothing, &base);
        uint32_t id = 1 + kit_below(&random, base.decisions.count ? base.decisions.count : 1);
        struct journal_change change = {.kind = CHANGE_SKIP, .decision = id};
        if (i % 2) {
            change.kind = CHANGE_TAKE;
            change.time = S(kit_between(&random, 0, simtime_seconds(was.makespan)));
        }
        struct record r = tell(&k, 0, change, &j);
        if (!adds_up(&j, &r) || (!j.is_changed && !kit_same_record(&was, &r))) {
            specs_print(&k, i);
            fail_msg("change %d of %u", (int)change.kind, id);
        }
        changed[change.kind] += j.is_changed;
        for (uint32_t n = 1; j.is_changed && n < j.changed; n++) {
            const struct journal_decision *a = journal_decision(&base, n);
            const struct journal_decision *b = journal_decision(&j, n);
            assert_true(a->time == b->time && a->work == b->work);
        }
        if (k.spec.faults.clock == CLOCK_WALL && k.spec.faults.renewal == RENEWAL_FAILED)
            assert_true(failure_trace_agrees(&was.trace, &r.trace));
        journal_fini(&base);
        journal_fini(&j);
    }
    print_message("    %" PRIu64 " skipped, %" PRIu64 " taken\n", changed[CHANGE_SKIP],
                  changed[CHANGE_TAKE]);
    assert_true(changed[CHANGE_SKIP] > SPECS / 10 && changed[CHANGE_TAKE] > SPECS / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule19_every_nanosecond_is_somebodys),
        cmocka_unit_test(any_change_of_a_decision_leaves_a_whole_run),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
