/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Means over a log, and the failures over the time in which they could happen.
 *
 * With exponential times the estimate failures / time exposed is the most likely one, and counts
 * the time behind the last failure rightly: as time in which none came (censoring). */
#include "sim/campaign/fitted.h"
#include <errno.h>

/* Welford's. */
static void add(struct fitted_mean *mean, double value, uint64_t times)
{
    for (; times > 0; times--) {
        double off = value - mean->mean;
        mean->mean += off / (double)++mean->count;
        mean->squares += off * (value - mean->mean);
    }
}

struct fitting {
    struct fitted *fitted;
    simtime struck, failed; /* SIMTIME_NEVER: not, or over */
};

static void take(struct fitting *fitting, const struct entry *entry)
{
    struct fitted *f = fitting->fitted;
    const struct cairn_happening *h = &entry->happening;
    uint64_t n = (uint64_t)entry->n;
    if (entry->kind == ENTRY_VERDICT)
        return;
    simtime now = entry->kind == ENTRY_DECIDE ? entry->situation.now : h->now;
    f->exposed = now > f->exposed ? now : f->exposed;
    if (entry->kind == ENTRY_STEP) {
        add(&f->step, (double)h->cost, n);
        f->steps = h->steps > f->steps ? h->steps : f->steps;
    } else if (entry->kind == ENTRY_CHECKPOINT_DONE) {
        add(&f->checkpoint, (double)h->cost, n);
    } else if (entry->kind == ENTRY_STRIKE) {
        fitting->struck = now;
    } else if (entry->kind == ENTRY_FAILURE) {
        if (fitting->struck != SIMTIME_NEVER)
            add(&f->detection, (double)(now - fitting->struck), 1);
        f->failures++;
        fitting->failed = now;
        fitting->struck = SIMTIME_NEVER;
    } else if (entry->kind == ENTRY_RECOVERED) {
        if (fitting->failed != SIMTIME_NEVER)
            add(&f->downtime, (double)(now - h->cost - fitting->failed), 1);
        if (h->is_restorable)
            add(&f->restore, (double)h->cost, 1);
        fitting->failed = SIMTIME_NEVER;
    } else if (entry->kind == ENTRY_END) {
        f->steps = h->steps;
    }
}

enum status fitted_read(const struct source *source, struct arena *arena, struct diag *diag,
                        struct fitted *fitted)
{
    struct happenings log = happenings_open(source, diag);
    struct entry *entry = arena_alloc(arena, sizeof *entry);
    struct fitting fitting = {fitted, SIMTIME_NEVER, SIMTIME_NEVER};
    enum status status;
    if (!entry)
        return diag_world(diag, "read", source->name, ENOMEM);
    *fitted = (struct fitted){0};
    if (!happenings_next(&log, entry, &status))
        return status;
    fitted->shape = entry->shape;
    fitted->controller = entry->controller;
    fitted->params = entry->params;
    while (happenings_next(&log, entry, &status))
        take(&fitting, entry);
    if (status == STATUS_OK && (fitted->step.count == 0 || fitted->steps <= 0)) {
        diag_error(diag, (struct place){.source = source},
                   "has no steps, from which the work could be known");
        return STATUS_DATA;
    }
    return status;
}
