/* SPDX-License-Identifier: Apache-2.0 */
/* DPMakespan's dynamic programme by itself, so that it can be held against other numbers. */
#ifndef CAIRN_CONTROLLERS_DPMAKESPAN_H
#define CAIRN_CONTROLLERS_DPMAKESPAN_H

#include <stdint.h>

struct makespan {
    double shape, scale;                           /* the Weibull law of the one unit that fails */
    double quantum, checkpoint, restore, downtime; /* s */
    uint32_t quanta;                               /* the work */
    uint32_t has_final_checkpoint, has_initial_restore;
};

/* Since when the unit lives: from the job's start; from the beginning of a restore. */
enum makespan_life { MAKESPAN_FIRST, MAKESPAN_RENEWED, MAKESPAN_LIVES };

/* Bytes of the table of decisions; bytes that makespan_solve needs to work in. */
uint64_t makespan_table(uint32_t quanta);
uint64_t makespan_scratch(uint32_t quanta);
/* Fills the table; returns the expected makespan from a new unit on. `scratch` is 8-aligned.
 * quanta^4 / 12 steps. */
double makespan_solve(const struct makespan *it, unsigned char *table, void *scratch);
/* How many quanta the next chunk has: `work` quanta were left when this life began, `done` < work
 * of them are done and `checkpoints` taken in it (0 if done is 0, 1 to done otherwise). */
uint32_t makespan_chunk(const unsigned char *table, uint32_t quanta, enum makespan_life life,
                        uint32_t work, uint32_t done, uint32_t checkpoints);

#endif
