/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Advice: the controller of an actor's checkpoints, told and asked.
 *
 * An actor whose class can be checkpointed is an executor: its calls are the steps of its work, and
 * a checkpoint is taken between two of them. Nothing passes that a production driver could not say.
 * Where the controller's class wants one state for the job, actors of one class share it. */
#ifndef CAIRN_RUNTIME_ADVICE_H
#define CAIRN_RUNTIME_ADVICE_H

#include "sim/runtime/runtime.h"

/* What is kept of one actor beside the controller's own state. */
struct advisor {
    void *state;
    uint32_t hears;
    struct cairn_verdict verdict;
    struct cairn_situation situation;
    simtime work;    /* useful time that its state holds */
    simtime saved;   /* of it, in the newest complete checkpoint */
    simtime covered; /* by the snapshot under way, or persisting */
    int64_t steps, saved_steps, covered_steps;
    simtime mark_work, mark_wall; /* the last snapshot or restore: its work; when it ended */
    simtime ask_work, ask_wall;   /* what the verdict counts from */
    int64_t mark_steps, ask_steps;
    simtime snapshot_began;
    uint64_t requests;
    uint32_t failures;
    bool is_called; /* it wants to be asked at the next place for a checkpoint */
};

/* A new actor gets one, if a controller decides its checkpoints. */
void advice_begin(struct runtime *rt, uint32_t number);
/* It works, for the first time or again: after a restore if `cost` is not negative. */
void advice_alive(struct runtime *rt, uint32_t number, simtime cost);
/* Useful time has passed. */
void advice_worked(struct runtime *rt, struct actor *actor, simtime elapsed);
/* A call has ended, and its state holds one more. */
void advice_step(struct runtime *rt, uint32_t number, const char *name, simtime took);
/* Asks, if it is due: true, and a checkpoint is to be taken now. */
bool advice_wants_checkpoint(struct runtime *rt, uint32_t number);
void advice_snapshot(struct runtime *rt, uint32_t number);
void advice_snapshot_ended(struct runtime *rt, uint32_t number);
/* A generation of its checkpoints is complete; it went back to this one. */
void advice_complete(const struct actor *actor, struct actor_checkpoint *generation);
void advice_back(const struct actor *actor, const struct actor_checkpoint *generation);
void advice_aborted(struct runtime *rt, uint32_t number);
/* Its process is known to be lost. */
void advice_failed(struct runtime *rt, uint32_t number);
/* The statement of a driver took it back to its newest checkpoint. */
void advice_restored(struct runtime *rt, uint32_t number, simtime cost);
/* The node that it is on will be taken away at `until`. */
void advice_notice(struct runtime *rt, uint32_t place, simtime until);
/* What the controller claims to have saved, in ns: over all actors. */
slot_ns advice_claimed(struct runtime *rt);

#endif
