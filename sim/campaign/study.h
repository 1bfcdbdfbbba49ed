/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A study: cells times replications, on all cores, the same bits on any number of them.
 *
 * Every cell meets the same failures (addressed draws), so cells are compared in pairs. With a
 * wanted precision the number of replications doubles from 64 until the interval is narrow enough;
 * it looks only at these sizes, or the intervals would lie (MODEL rule 23). */
#ifndef CAIRN_CAMPAIGN_STUDY_H
#define CAIRN_CAMPAIGN_STUDY_H

#include "sim/campaign/cell.h"

struct study_progress {
    uint64_t done, total; /* replications */
    double precision;     /* reached so far, relative half width of waste; 0 unknown */
};

struct study_options {
    unsigned threads;
    uint32_t replications; /* 0: each scenario's own */
    double precision;      /* wanted relative half width of waste; 0: not asked for */
    uint32_t most;         /* replications at the most, with precision */
    bool with_bound, no_skip;
    void (*progress)(void *context, const struct study_progress *progress);
    void *context;
};

struct study {
    struct cell *cells;
    uint32_t count;
    struct arena *arena;
};

/* STATUS_OK: all records are there (though runs may be unfinished); STATUS_MEMORY. */
enum status study_run(struct study *study, const struct study_options *options, struct diag *diag);

#endif
