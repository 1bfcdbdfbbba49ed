/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run: one replication of one spec, from time 0 to its record.
 *
 * A run is a workspace: opened once a cell and thread, used for replication after replication
 * without growing. A record depends on (spec, seed, replication) alone. */
#ifndef CAIRN_MODEL_RUN_H
#define CAIRN_MODEL_RUN_H

#include "sim/base/status.h"
#include "sim/model/group.h"

struct run {
    const struct spec *spec;
    struct arena arena;
    struct engine engine;
    struct cluster cluster;
    struct faults faults;
    struct story story;
    struct group group;
};

/* plan: what the controller's class made of its parameters; it outlives the run. STATUS_MEMORY. */
enum status run_open(struct run *run, const struct spec *spec, const void *plan);
void run_close(struct run *run);
/* From now on replications are written into the journal, and run step by step: GROUP_NO_SKIP. NULL:
 * no more. */
void run_observe(struct run *run, struct journal *journal);
/* STATUS_MEMORY (of the journal too, or it is full), or STATUS_OK with *record filled in. `bound`
 * of the record is left at -1. */
enum status run_replicate(struct run *run, uint32_t replication, enum group_mode mode,
                          struct record *record);

#endif
