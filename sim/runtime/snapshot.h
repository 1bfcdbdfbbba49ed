/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Snapshots: the checkpoints of actors.
 *
 * One is taken as a call of the actor, between two others; while it is persisted the actor goes on.
 * Only a complete one can be gone back to, and in memory only while its host lives. */
#ifndef CAIRN_RUNTIME_SNAPSHOT_H
#define CAIRN_RUNTIME_SNAPSHOT_H

#include "sim/runtime/runtime.h"

/* Is there a complete checkpoint to go back to, now? */
bool snapshot_is_there(const struct runtime *rt, const struct actor *actor);
/* A new actor has the newest complete one of another. */
void snapshot_inherit(struct runtime *rt, uint32_t number, uint32_t from);
/* This call, which the actor serves now, takes one; it has, and its persisting begins. */
void snapshot_begin(struct runtime *rt, uint32_t number, uint32_t call);
void snapshot_end(struct runtime *rt, uint32_t number, uint32_t call);
/* It is persisted: complete. */
void snapshot_persisted(struct runtime *rt, uint32_t number);
/* The one under way, or persisting, comes to nothing. */
void snapshot_abort(struct runtime *rt, uint32_t number);
/* How long the next restore takes; it begins now. */
simtime snapshot_restore_time(struct runtime *rt, uint32_t number);
/* It is the state again. */
void snapshot_restored(struct runtime *rt, uint32_t number);
/* This call, which the actor serves now, puts the newest complete one, which must be there, in the
 * place of the state: what was done since is lost. */
void snapshot_go_back(struct runtime *rt, uint32_t number, uint32_t call);

#endif
