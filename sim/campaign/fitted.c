/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Means over a log, and the failures over the time in which they could happen.
 *
 * With exponential times the estimate failures / time exposed is the most likely one, and counts
 * the time behind the last failure rightly: as time in which none came (censoring). */
#include "sim/campaign/fitted.h"
#include <errno.h>

/* Welford's, with so many equal values at once. */
static void add(struct fitted_mean *mean, int64_t value, int64_t times)
{
    double off = (double)value - mean->mean, n = (double)times;
    if (times == 0)
        return;
    mean->count += (uint64_t)times;
    mean->mean += off * n / (double)mean->count;
    mean->squares += off * n * ((double)value - mean->mean);
}

struct fitting {
    struct fitted *fitted;
    simtime struck, failed; /* SIMTIME_NEVER: not, or over */
};

/* The time since `from`, where that is known; false: it is to come. */
static bool add_since(struct fitted_mean *mean, simtime from, simtime now)
{
    if (from == SIMTIME_NEVER)
        return true;
    if (now < from)
        return false;
    add(mean, now - from, 1);
    return true;
}

/* NULL, or what is wrong with the entry. */
static const char *take(struct fitting *fitting, const struct entry *entry)
{
    struct fitted *f = fitting->fitted;
    const struct cairn_happening *h = &entry->happening;
    const char *problem = NULL;
    if (entry->kind == ENTRY_VERDICT)
        return NULL;
    simtime now = entry->kind == ENTRY_DECIDE ? entry->situation.now : h->now;
    f->exposed = now > f->exposed ? now : f->exposed;
    if (entry->kind == ENTRY_STEP) {
        add(&f->step, h->cost, entry->n);
        f->steps = h->steps > f->steps ? h->steps : f->steps;
    } else if (entry->kind == ENTRY_CHECKPOINT_DONE) {
        add(&f->checkpoint, h->cost, entry->n);
    } else if (entry->kind == ENTRY_STRIKE) {
        fitting->struck = now;
    } else if (entry->kind == ENTRY_FAILURE) {
        if (!add_since(&f->detection, fitting->struck, now))
            problem = "this failure is earlier than its strike";
        f->failures++;
        fitting->failed = now;
        fitting->struck = SIMTIME_NEVER;
    } else if (entry->kind == ENTRY_RECOVERED) {
        if (!add_since(&f->downtime, fitting->failed, now - h->cost))
            problem = "this restore begins (now - cost) earlier than the failure that it is from";
        if (h->is_restorable)
            add(&f->restore, h->cost, 1);
        fitting->failed = SIMTIME_NEVER;
    } else if (entry->kind == ENTRY_END) {
        f->steps = h->steps;
    }
    return problem;
}

simtime fitted_ns(const struct fitted_mean *mean, simtime expected)
{
    double ns = mean->mean + 0.5;
    if (mean->count == 0)
        return expected;
    return ns < 0x1p63 ? (simtime)ns : SIMTIME_NEVER;
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
    while (happenings_next(&log, entry, &status)) {
        const char *problem = take(&fitting, entry);
        if (problem)
            return happenings_complain(&log, entry, problem);
    }
    if (status == STATUS_OK && (fitted->step.count == 0 || fitted->steps <= 0)) {
        diag_error(diag, (struct place){.source = source},
                   "has no steps, from which the work could be known");
        return STATUS_DATA;
    }
    return status;
}
