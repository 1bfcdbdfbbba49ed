/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cell: one spec made ready to run, and the records of its replications.
 *
 * Here a scenario meets what it needs from outside: its trace is read and bound, the mean time
 * between failures is found, the controller's plan is built, and what looks unwise is warned of.
 * MTBF and interval keep their origin, because an answer without it cannot be checked. */
#ifndef CAIRN_CAMPAIGN_CELL_H
#define CAIRN_CAMPAIGN_CELL_H

#include "sim/model/bound.h"
#include "sim/model/run.h"
#include "sim/runtime/runtime.h"
#include "workloads/scenario.h"

#define CELL_LABEL 256

struct cell {
    char label[CELL_LABEL]; /* "controller=daly": the axes' values; "" for a single cell */
    const struct scenario *scenario;
    struct spec spec;
    void *plan;
    struct runtime_plans plans; /* of programs */
    double mtbf_s;              /* of failures that strike the job; infinite: none do */
    double node_mtbf_s;      /* of programs: between failures of any node; mtbf_s is an actor's */
    const char *mtbf_origin; /* "from the laws", "given", … */
    bool uses_mtbf;
    bool has_interval;    /* the controller plans one */
    simtime interval;     /* SIMTIME_NEVER: no checkpoints */
    const char *bound_by; /* what limited the interval, or NULL */
    bool trace_has_dates; /* its times are dates, not durations since its zero */
    const char *no_bound; /* why there is no clairvoyant bound, or NULL */
    uint32_t bound_from;  /* the cell whose bound is this one's too: same but for the controller */
    struct record *records; /* by replication */
    simtime *bounds;        /* by replication: makespan of the clairvoyant bound; -1 unfinished */
    uint32_t count, capacity;
};

/* All memory is the arena's. */
enum status cell_prepare(struct cell *cell, const struct scenario *scenario, struct arena *arena,
                         struct diag *diag);
/* Do both meet the same failures with the same costs, whatever their controllers are? */
bool cell_is_same_job(const struct cell *a, const struct cell *b);
/* Room for `capacity` records; the old ones are kept. */
enum status cell_reserve(struct cell *cell, uint32_t capacity, struct arena *arena,
                         struct diag *diag);

#endif
