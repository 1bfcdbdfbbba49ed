/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why one replication took as long as it did: each lost nanosecond, its failure, its decision.
 *
 * Nothing is estimated: every sum here is the ledger's, cut finer. What the clairvoyant would have
 * done in a gap is rule 18's, gap by gap. */
#ifndef CAIRN_CAMPAIGN_EXPLAIN_H
#define CAIRN_CAMPAIGN_EXPLAIN_H

#include "sim/campaign/retell.h"

/* What became of checkpoints; their times add up to the ledger's. */
enum explain_use { USE_RESTORED, USE_NEVER, USE_LAST, USE_UNFINISHED, USES };
struct explain_checkpoints {
    uint32_t count;
    simtime cost;
};

struct explanation {
    const struct cell *cell;
    const struct journal *journal; /* the retell's: valid until it tells again */
    struct record record;          /* with its bound; -1: none */
    struct explain_checkpoints checkpoints[USES];
    simtime causes[LOSSES]; /* of the lost work */
    uint32_t failures;
    uint32_t *order; /* their numbers in the journal, dearest first; equal ones as they fell */
};

/* All memory is the arena's. STATUS_INPUT (see retell_run), STATUS_MEMORY. */
enum status explain_run(struct retell *retell, uint32_t replication,
                        const struct journal_change *change, struct arena *arena, struct diag *diag,
                        struct explanation *explanation);

/* The best that could have been done between the recovery before a failure and that failure. */
struct explain_best {
    enum {
        BEST_NOTHING, /* not better than what was done, or nothing was lost */
        BEST_CHECKPOINT,
        BEST_FINISH, /* without a checkpoint the job would have ended before it */
    } kind;
    simtime begin, complete; /* of one checkpoint; complete: when the job would have ended */
    simtime saved;           /* work more than what survived */
};
/* `failure` of an explanation whose cell has a bound. */
struct explain_best explain_best(const struct explanation *explanation,
                                 const struct journal_failure *failure);

/* When one checkpoint more, the others as they were, could last have begun to be complete before
 * this failure; -1: nowhere, or another was under way, or they persist in the background. */
simtime explain_last_chance(const struct explanation *explanation,
                            const struct journal_failure *failure);

/* A failure that costs something else in another run of the same replication. */
struct explain_shift {
    simtime struck;
    uint32_t was, is; /* failure's number in the one and the other journal; 0: it did not strike */
    simtime difference;
};
/* What differs, in order of time. `shifts` has room for the failures of both. */
uint32_t explain_compare(const struct explanation *was, const struct explanation *is,
                         struct explain_shift *shifts);

#endif
