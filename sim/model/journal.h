/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal: every decision of one replication, what came of it, and what each failure cost.
 *
 * An observer that a run may have (run_observe) and normally has not. It is told what the story is
 * told, and where each nanosecond was charged, so its sums are the ledger's. Where a controller
 * repeats itself no decision is asked for: a journalled run executes step by step (GROUP_NO_SKIP),
 * which gives the same digest. It changes nothing, but for one decision where it is asked to
 * (`change`): the controller then hears what really happens.
 *
 * Whose is a loss? A failure that finds the job at work d, to go back to the committed work c,
 * loses d - c. That interval is cut in three, from c upwards, each piece laid at one decision:
 *
 *     c ──unfinished──► p ──declined, dropped or waited──► w ──since──► d
 *
 *   unfinished  up to p, the work that a checkpoint under way at the failure would have covered:
 * laid at the decision that asked for it (or at the job's own last checkpoint); declined, dropped,
 * waited up to w, the work at which the last decision before the failure was made, if that was no
 * checkpoint: it said skip, or its request was dropped, or still waited, because an older one was
 * persisting. A checkpoint there would have protected this much. Earlier decisions of the interval
 * would have protected less and are not blamed; since       what was done after that last decision,
 * which chose when to ask again.
 *
 * A piece of no length is none. The loss is charged to the failure that stopped the work; one that
 * strikes during the recovery costs only its own recovery. What is uncommitted when a run is
 * stopped is cut in the same way. */
#ifndef CAIRN_MODEL_JOURNAL_H
#define CAIRN_MODEL_JOURNAL_H

#include "sim/base/arena.h"
#include "sim/base/limits.h"
#include "sim/model/group.h"

enum journal_source {
    JOURNAL_ASKED, /* the controller's answer */
    JOURNAL_FINAL, /* the job's own last checkpoint: nobody was asked */
    JOURNAL_TAKEN, /* taken because of `change`: nobody was asked */
};

enum journal_fate {
    JOURNAL_NONE,       /* no checkpoint was wanted */
    JOURNAL_WAITING,    /* until an older one has persisted; so for ever if a failure came first */
    JOURNAL_DROPPED,    /* because an older one was persisting */
    JOURNAL_SNAPSHOT,   /* under way; so for ever if the run ended first */
    JOURNAL_PERSISTING, /* likewise */
    JOURNAL_COMPLETE,
    JOURNAL_ABORTED,
    JOURNAL_FATES
};
extern const char *const journal_fate_names[JOURNAL_FATES];

enum journal_loss { LOSS_UNFINISHED, LOSS_DECLINED, LOSS_DROPPED, LOSS_WAITED, LOSS_SINCE, LOSSES };
extern const char *const journal_loss_names[LOSSES];

struct journal_decision {
    enum journal_source source;
    simtime time, work; /* useful work that stood; a checkpoint covers it */
    simtime work_since, wall_since;
    int64_t step;
    uint32_t failures;
    bool is_changed; /* a checkpoint that was skipped because of `change` */
    struct cairn_verdict verdict;
    enum journal_fate fate;
    simtime began, ended;          /* of the checkpoint: snapshot; complete or aborted; -1 */
    simtime cost, slowed, blocked; /* ns that the job stood still, was slowed, waited for it */
    uint64_t restored;             /* restores of it that completed, each protecting `work` */
    double claimed;       /* s by which the controller's own account of savings rose while this was
                             the checkpoint to go back to, or the last decision before any */
    simtime lost[LOSSES]; /* laid at it, over all failures; uncommitted work not counted */
};

struct journal_piece {
    enum journal_loss cause;
    uint32_t decision; /* 0: none was ever made */
    simtime work;
};
#define JOURNAL_PIECES 3

struct journal_failure {
    simtime struck, detected, recovered; /* -1: that was not reached */
    bool is_again;                       /* it struck a job that had not recovered */
    simtime resumed, resumed_work;       /* when work had begun last before it, and where */
    simtime work, committed;             /* found; gone back to (-1: not reached) */
    simtime lost, detect, wait, restart, restore;
    uint32_t pieces_count;
    struct journal_piece pieces[JOURNAL_PIECES]; /* they add up to `lost` */
};

/* Chunks of records, found by index; addresses never change. */
#define JOURNAL_BLOCK 1024
struct journal_pool {
    void *blocks[LIMIT_DECISIONS / JOURNAL_BLOCK + 1];
    uint32_t count;
};

/* One decision made otherwise. */
struct journal_change {
    enum { CHANGE_NOTHING, CHANGE_SKIP, CHANGE_TAKE } kind;
    uint32_t decision; /* CHANGE_SKIP: this one, a checkpoint, is skipped; the controller is asked
                          again when it wanted to, counted from here as for a dropped request */
    simtime time; /* CHANGE_TAKE: a checkpoint at the first place, at or after it, at which one can
                     be taken and covers something new; then the controller is asked */
};

struct journal {
    struct arena arena;
    struct journal_pool decisions, failures;
    struct journal_failure stopped; /* pieces of the uncommitted work, in `lost`; no failure */
    uint32_t most;                  /* LIMIT_DECISIONS, of decisions and of failures */
    bool is_full, is_out_of_memory; /* the run was given up */
    struct journal_change change;
    bool is_changed;    /* `change` was carried out */
    uint32_t changed;   /* by this decision */
    uint32_t in_flight; /* the checkpoint under way, or that a failure found under way */
    uint32_t committed; /* the newest complete one */
    uint32_t open;      /* the failure that stopped the work, until its loss is known */
    bool is_recovering; /* from a failure to the end of a restore */
    simtime resumed, resumed_work;
    double claimed; /* the controller's account when last looked at */
};

void journal_init(struct journal *journal);
void journal_fini(struct journal *journal);
/* From 1, in the order in which they were made; likewise failures. */
struct journal_decision *journal_decision(const struct journal *journal, uint32_t id);
struct journal_failure *journal_failure(const struct journal *journal, uint32_t id);
/* All that was laid at a decision, and all that a failure cost. */
simtime journal_lost(const struct journal_decision *decision);
simtime journal_cost(const struct journal_failure *failure);

/* ---- for the group, whose journal is not NULL ---------------------------------------------- */

/* What the story is told; of blocking checkpoints also STORY_SNAPSHOT and STORY_COMPLETE. */
void journal_hear(struct group *group, enum story_kind kind, simtime work);
void journal_charge(struct group *group, enum job_class class, simtime elapsed);
/* The answer in group->verdict is written down, and perhaps changed. */
void journal_answer(struct group *group);
/* The job's last checkpoint is wanted. */
void journal_final(struct group *group);
/* The controller has heard something: did its account of savings rise? */
void journal_claim(struct group *group);
/* CHANGE_TAKE: can it be taken here and now? The work at which it can, if nothing happens. */
bool journal_takes(const struct group *group);
bool journal_may_take(const struct group *group);
static inline bool journal_is_broken(const struct journal *journal)
{
    return journal->is_full || journal->is_out_of_memory;
}

#endif
