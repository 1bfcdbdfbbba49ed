/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Summing a journal up, and ranking its failures. */
#include "sim/campaign/explain.h"
#include "sim/base/sort.h"
#include "sim/model/steps.h"
#include <assert.h>
#include <errno.h>

static void sum_checkpoints(struct explanation *e)
{
    for (uint32_t i = 1; i <= e->journal->decisions.count; i++) {
        const struct journal_decision *d = journal_decision(e->journal, i);
        enum explain_use use = d->restored > 0               ? USE_RESTORED
                               : d->fate != JOURNAL_COMPLETE ? USE_UNFINISHED
                               : d->source == JOURNAL_FINAL  ? USE_LAST
                                                             : USE_NEVER;
        if (d->began < 0)
            continue;
        e->checkpoints[use].count++;
        e->checkpoints[use].cost += d->cost;
    }
}

static void sum_causes(struct explanation *e)
{
    simtime lost = 0;
    for (uint32_t i = 1; i <= e->failures; i++) {
        const struct journal_failure *f = journal_failure(e->journal, i);
        for (uint32_t p = 0; p < f->pieces_count; p++)
            e->causes[f->pieces[p].cause] += f->pieces[p].work;
        lost += f->lost;
    }
    assert(lost == e->record.job[JOB_LOST]);
    (void)lost;
}

static int compare_costs(const void *a, const void *b, const void *context)
{
    const uint32_t *i = a, *j = b;
    simtime x = journal_cost(journal_failure(context, *i));
    simtime y = journal_cost(journal_failure(context, *j));
    return (x < y) - (x > y);
}

static enum status rank(struct explanation *e, struct arena *arena, struct diag *diag)
{
    e->order = arena_array(arena, e->failures, sizeof *e->order);
    uint32_t *scratch = arena_array(arena, e->failures, sizeof *scratch);
    if (!e->order || !scratch)
        return diag_world(diag, "explain", NULL, ENOMEM);
    for (uint32_t i = 0; i < e->failures; i++)
        e->order[i] = i + 1;
    sort_stable(e->order, e->failures, sizeof *e->order, compare_costs, e->journal, scratch);
    return STATUS_OK;
}

enum status explain_run(struct retell *retell, uint32_t replication,
                        const struct journal_change *change, struct arena *arena, struct diag *diag,
                        struct explanation *explanation)
{
    struct explanation *e = explanation;
    simtime bound = -1;
    *e = (struct explanation){.cell = retell->cell, .journal = &retell->journal};
    enum status status = retell_bound(retell, replication, &bound, diag);
    if (status == STATUS_OK)
        status = retell_run(retell, replication, change, &e->record, diag);
    if (status != STATUS_OK)
        return status;
    e->record.bound = bound;
    e->failures = e->journal->failures.count;
    sum_checkpoints(e);
    sum_causes(e);
    return rank(e, arena, diag);
}

struct explain_best explain_best(const struct explanation *explanation,
                                 const struct journal_failure *failure)
{
    const struct spec *spec = &explanation->cell->spec;
    simtime gap = failure->struck - failure->resumed, done = failure->resumed_work;
    assert(!explanation->cell->no_bound && gap >= 0);
    if (failure->lost == 0)
        return (struct explain_best){.kind = BEST_NOTHING};
    simtime rest = bound_rest(spec, done);
    if (rest <= gap)
        return (struct explain_best){.kind = BEST_FINISH,
                                     .complete = failure->resumed + rest,
                                     .saved = spec->group.work - failure->committed};
    simtime gain = bound_gain(spec, done, gap), begin = failure->resumed + gain;
    if (gain == 0 || done + gain <= failure->committed)
        return (struct explain_best){.kind = BEST_NOTHING};
    return (struct explain_best){.kind = BEST_CHECKPOINT,
                                 .begin = begin,
                                 .complete = begin + spec->group.checkpoint,
                                 .saved = done + gain - failure->committed};
}

simtime explain_last_chance(const struct explanation *explanation,
                            const struct journal_failure *failure)
{
    const struct spec *spec = &explanation->cell->spec;
    const struct journal_failure *f = failure;
    simtime cost = steps_checkpoint_cost(spec, f->work);
    bool is_under_way = f->pieces_count > 0 && f->pieces[0].cause == LOSS_UNFINISHED;
    if (f->lost <= cost || is_under_way || spec->group.persist > 0)
        return -1;
    simtime place = steps_floor(spec, f->work - cost);
    return place > f->committed ? f->struck - (f->work - place) : -1;
}

/* The failure's number, if it struck at `struck`; else 0. */
static uint32_t at(const struct explanation *e, uint32_t number, simtime struck)
{
    return number <= e->failures && journal_failure(e->journal, number)->struck == struck ? number
                                                                                          : 0;
}

static simtime cost_of(const struct explanation *e, uint32_t number)
{
    return number ? journal_cost(journal_failure(e->journal, number)) : 0;
}

uint32_t explain_compare(const struct explanation *was, const struct explanation *is,
                         struct explain_shift *shifts)
{
    uint32_t i = 1, j = 1, count = 0;
    while (i <= was->failures || j <= is->failures) {
        simtime a = i <= was->failures ? journal_failure(was->journal, i)->struck : SIMTIME_NEVER;
        simtime b = j <= is->failures ? journal_failure(is->journal, j)->struck : SIMTIME_NEVER;
        simtime struck = a < b ? a : b;
        struct explain_shift shift = {struck, at(was, i, struck), at(is, j, struck), 0};
        shift.difference = cost_of(is, shift.is) - cost_of(was, shift.was);
        i += shift.was != 0;
        j += shift.is != 0;
        if (shift.difference != 0 || !shift.was || !shift.is)
            shifts[count++] = shift;
    }
    return count;
}
