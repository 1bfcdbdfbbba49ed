/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Troupes: the actors of one statement as a placement group, one bundle of room for each.
 *
 *     reserve ──► PENDING ──all fit──► CREATED ◄──all are back──┐
 *                                         └──node lost──► RESCHEDULING       last one dead: REMOVED
 *
 * Who gets which room, all or none, is decided by the scheduler (policies/scheduler.h), whose group
 * has the number of the troupe less one. A bundle is what an actor needs to be placed, and is
 * reserved as long as the group lives, whether somebody is in it or not. */
#ifndef CAIRN_RUNTIME_TROUPE_H
#define CAIRN_RUNTIME_TROUPE_H

#include "sim/runtime/runtime.h"

extern const char *const troupe_states[CAIRN_GROUP_RESCHEDULING + 1];

/* The statement says `together`, and the registration of its actors has arrived: room is reserved
 * for all of them. Of others: nothing. */
void troupe_reserve(struct runtime *rt, uint32_t set);
/* An actor of this set asks for its place: it goes into its own bundle. */
void troupe_request(const struct runtime *rt, uint32_t set, uint32_t element,
                    struct cairn_request *request);
/* Whatever has got its room since this was last called is told. Call before placements are. */
void troupe_settle(struct runtime *rt);
/* The scheduler has been told that this node is gone, and what was reserved there with it. */
void troupe_node_lost(struct runtime *rt, uint32_t place);
/* An actor of this set is dead. */
void troupe_actor_dead(struct runtime *rt, uint32_t set);

#endif
