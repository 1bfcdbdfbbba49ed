/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A witness: replications of one cell's program once more, everything told to a listener, with the
 * names of what is told of.
 *
 * What retell is for the decisions of a group this is for the chronicle of a program: nothing but
 * (spec, seed, replication) decides what happens, so that a run can be looked at after it is over,
 * and nothing has to be kept of those that nobody looks at. */
#ifndef CAIRN_CAMPAIGN_WITNESS_H
#define CAIRN_CAMPAIGN_WITNESS_H

#include "sim/base/text.h"
#include "sim/campaign/workspace.h"

#define WITNESS_NAME 256 /* bytes of a name, as the functions below add it */

struct witness {
    const struct cell *cell;
    struct workspace workspace;
};

/* The cell's workload is a program. Closed again after a failure: STATUS_MEMORY. */
enum status witness_open(struct witness *witness, const struct cell *cell, struct diag *diag);
void witness_close(struct witness *witness);
/* STATUS_MEMORY. */
enum status witness_run(struct witness *witness, uint32_t replication, chronicle_listener *listener,
                        void *context, struct record *record, struct diag *diag);

/* ---- names, of what the replication under way tells of, or has told of ---- */

/* "Trainer#1": the class, and its number among all actors in the order of their creation. */
void witness_add_actor(struct text *text, const struct witness *witness, uint32_t actor);
/* "driver#1": the name, and its number among all jobs in the order of their arrival. */
void witness_add_job(struct text *text, const struct witness *witness, uint32_t job);
const char *witness_function(const struct witness *witness, uint32_t function);
/* The class of an actor: an index into the program's. */
uint32_t witness_class(const struct witness *witness, uint32_t actor);

/* A cause in a word: "node". cause < CALL_CAUSES. */
extern const char *const witness_causes[];
/* What a driver waits for: "results". */
extern const char *const witness_waits[];

#endif
