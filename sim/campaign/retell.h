/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Retelling: replications of one cell once more, step by step, each with its journal.
 *
 * Rerun, because a journal of every replication would be most of the memory of a study, and because
 * a replication is nothing but (spec, seed, replication): told again it is the same. */
#ifndef CAIRN_CAMPAIGN_RETELL_H
#define CAIRN_CAMPAIGN_RETELL_H

#include "sim/campaign/cell.h"
#include "sim/model/journal.h"

struct retell {
    const struct cell *cell;
    struct run run;
    void *process; /* the plan of a program of its own, where the controller is one; or NULL */
    struct journal journal; /* of the replication told last */
};

/* Closed again after a failure: STATUS_MEMORY. */
enum status retell_open(struct retell *retell, const struct cell *cell, struct diag *diag);
void retell_close(struct retell *retell);
/* `change` may be NULL: nothing is changed. STATUS_INPUT when there are more decisions than
 * LIMIT_DECISIONS; STATUS_MEMORY. */
enum status retell_run(struct retell *retell, uint32_t replication,
                       const struct journal_change *change, struct record *record,
                       struct diag *diag);
/* Makespan of the clairvoyant bound of this replication; -1: it does not finish, or there is none.
 * The journal is left as it is. STATUS_MEMORY. */
enum status retell_bound(struct retell *retell, uint32_t replication, simtime *makespan,
                         struct diag *diag);

#endif
