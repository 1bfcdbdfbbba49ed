/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Consulting the controller: what a group tells it, and what it asks.
 *
 * Everything that passes between the simulator and the code that decides passes here, and nothing
 * passes that a production driver could not say: times, steps, costs as they were measured, ages of
 * nodes. What is still to come never does. */
#ifndef CAIRN_MODEL_CONSULT_H
#define CAIRN_MODEL_CONSULT_H

#include "sim/model/group.h"

/* A fresh state for a new replication. */
void consult_begin(struct group *group);
/* Lets the controller hear of it, if it listens. It may want to be asked: group->is_called. */
void consult_tell(struct group *group, struct cairn_happening happening, uint64_t n);
/* The stretch of work that began at group->since has come to `work`: the steps that ended in it. */
void consult_steps(struct group *group, simtime work);
/* Asks; the answer is in group->verdict. */
void consult_ask(struct group *group);
/* The work at which the last verdict wants to be asked again; NEVER if not before a happening. */
simtime consult_due(const struct group *group);
/* With a journal: the same, or the work at which a checkpoint is taken whatever the controller says
 * (journal.h). */
simtime consult_planned(const struct group *group);
/* Would this verdict be given again at once, with nothing done in between? */
bool consult_is_standstill(const struct group *group);

#endif
