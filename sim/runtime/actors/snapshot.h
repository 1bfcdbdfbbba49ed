/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Snapshots: the checkpoints of actors.
 *
 * One is taken as a call of the actor, between two others; while it is persisted the actor goes on.
 * Only a complete one can be gone back to, and in memory only while its host lives. */
#ifndef CAIRN_RUNTIME_SNAPSHOT_H
#define CAIRN_RUNTIME_SNAPSHOT_H

#include "sim/runtime/runtime.h"

/* The newest complete checkpoint that is there now, or NULL. */
const struct actor_checkpoint *snapshot_newest(const struct runtime *rt, const struct actor *actor);
/* The newest version that each actor of the set has complete; PROGRAM_COMMON: there is none. */
uint64_t snapshot_common(const struct runtime *rt, uint32_t set);
/* The one that this restore goes back to, or NULL. */
const struct actor_checkpoint *snapshot_wanted(const struct runtime *rt, uint32_t call);
/* A new actor has the checkpoints of another. */
void snapshot_inherit(struct runtime *rt, uint32_t number, uint32_t from);
/* This call, which the actor serves now, takes one; it has, and its persisting begins. */
void snapshot_begin(struct runtime *rt, uint32_t number, uint32_t call);
void snapshot_end(struct runtime *rt, uint32_t number, uint32_t call);
/* It is persisted: complete. */
void snapshot_persisted(struct runtime *rt, uint32_t number);
/* The one under way, or persisting, comes to nothing. */
void snapshot_abort(struct runtime *rt, uint32_t number);
/* Of the state, nothing is left but what this one holds (NULL: nothing at all). */
void snapshot_give_up(struct runtime *rt, uint32_t number, const struct actor_checkpoint *held);
/* The restore that is part of a restart begins, and takes so long; -1: there is nothing to go back
 * to. */
simtime snapshot_restart(struct runtime *rt, uint32_t number);
/* The restore is over, and the state is what it was; false: the checkpoint went with its node. */
bool snapshot_restored(struct runtime *rt, uint32_t number);
/* This call, which the actor serves now, begins to put the one that it wants, which must be there,
 * in the place of the state: in the end what was done since is lost, and newer ones are given up.
 */
void snapshot_go_back(struct runtime *rt, uint32_t number, uint32_t call);

#endif
