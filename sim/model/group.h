/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The group: an executor with many placements that step together; one loss stops all.
 *
 *              ┌────────────────────────────── repeat ───────────────────────────┐
 *              ▼                                                                 │
 *     ──► working ──due──► snapshot ──► (persisting, while working) ──► complete ┘
 *              ▲               │ blocked: waits for an older checkpoint to persist
 *           restore            ▼
 *              └─ restart ◄─ wait ◄─ detect ◄── struck, from any phase
 *
 * Time passes in closed form: the group stands in the event queue once, at the next instant at
 * which anything can change for it. While its controller repeats itself that is the end of the
 * work, with all checkpoints in between (a `block`); a strike inside a block first works out where
 * the block was. Work is an integer of ns; progress is computed from the start of a stretch, never
 * accumulated. */
#ifndef CAIRN_MODEL_GROUP_H
#define CAIRN_MODEL_GROUP_H

#include "sim/model/fault.h"
#include "sim/model/ledger.h"

enum group_phase {
    GROUP_WORKING,
    GROUP_SNAPSHOT,
    GROUP_BLOCKED,
    GROUP_DETECT,
    GROUP_WAIT,
    GROUP_RESTART,
    GROUP_RESTORE,
    GROUP_ENDED,
};

enum group_mode {
    GROUP_CONTROLLED,
    GROUP_NO_SKIP, /* the same, every checkpoint executed by itself */
    GROUP_BOUND,   /* the clairvoyant bound decides, sim/model/bound.h */
};

struct journal;

#define GROUP_PEERS 16 /* failed ranks remembered while a checkpoint persists from its peers */

struct group {
    const struct spec *spec;
    const void *plan;
    void *state;
    uint32_t hears; /* what the controller listens to */
    simtime *born;  /* scratch for the ages of its nodes; NULL unless it wants them */
    struct engine *engine;
    struct cluster *cluster;
    struct faults *faults;
    struct story *story;
    struct record *record;
    struct journal *journal; /* sim/model/journal.h; NULL: nobody writes down what is decided */
    enum group_mode mode;
    bool may_skip;
    uint32_t slot;

    enum group_phase phase;
    simtime since;     /* when this phase, or this stretch of work, began */
    simtime done;      /* work at `since` */
    simtime committed; /* work in the newest complete checkpoint */
    bool has_checkpoint;
    uint64_t timer;
    bool wants_decision;
    uint32_t policy_reason;

    struct cairn_verdict verdict;
    struct cairn_situation situation;
    simtime mark_work, mark_wall; /* last snapshot or restore: its work; when it ended */
    simtime ask_work,
        ask_wall; /* what `at` counts from: the marks, or a request that was dropped */
    uint64_t requests;
    bool is_called;     /* the controller wants to be asked at the next place for a checkpoint */
    simtime step_spent; /* worked on the present step before `since` */

    simtime covered; /* work that the snapshot under way covers */
    bool is_final;   /* and it is the job's last */
    bool is_persisting;
    simtime persisting; /* work that the persisting checkpoint covers */
    uint64_t persist_timer;
    uint32_t lost_ranks[GROUP_PEERS], lost_ranks_count; /* since that checkpoint's snapshot began */

    bool is_block;
    simtime block_work; /* work between two of its checkpoints */
    int64_t block_checkpoints;

    simtime last_strike;
    uint32_t failures;
};

void group_init(struct group *group, const struct spec *spec, const void *plan, void *state,
                struct engine *engine, struct cluster *cluster, struct faults *faults,
                struct story *story);
/* Time 0 of a replication. */
void group_begin(struct group *group, enum group_mode mode, struct record *record);
/* A timer of the group's slot. */
void group_timer(struct group *group, struct event event);
/* A failure is foretold, now: a prediction or a notice. */
void group_foretold(struct group *group, const struct cairn_happening *happening);
/* Asks the controller, if it is due and nothing else can happen at this instant. */
void group_decide(struct group *group);
/* For comeback.c: the next segment of work; where a block is; a checkpoint that will not complete;
 * the marks that intervals count from. */
void group_begin_segment(struct group *group);
void group_leave_block(struct group *group);
void group_abort_persisting(struct group *group);
void group_mark(struct group *group);
/* Time is up: accounts for what was under way. */
void group_stop(struct group *group, enum run_end end);

#endif
