/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A workspace: where replications of one cell run, whatever its workload is.
 *
 * A group has one executor and runs by sim/model/run.h; a program has many and runs by
 * sim/runtime/runtime.h. Who only wants records need not know which. */
#ifndef CAIRN_CAMPAIGN_WORKSPACE_H
#define CAIRN_CAMPAIGN_WORKSPACE_H

#include "sim/campaign/cell.h"
#include "sim/model/run.h"
#include "sim/runtime/runtime.h"

struct workspace {
    bool is_program;
    union {
        struct run run;
        struct runtime runtime;
    };
};

/* plan: the controller's, where it is not the cell's own. STATUS_MEMORY. */
enum status workspace_open(struct workspace *workspace, const struct cell *cell, const void *plan);
void workspace_close(struct workspace *workspace);
/* STATUS_MEMORY, or STATUS_OK with *record filled in. `mode` means nothing to a program. */
enum status workspace_replicate(struct workspace *workspace, uint32_t replication,
                                enum group_mode mode, struct record *record);

#endif
