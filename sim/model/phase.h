/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phases of a group: what all its transitions are made of.
 *
 * Entering a phase charges the one before it to the ledger and tells the fault clock whether to
 * run; within a stretch of work, work and time follow from each other. */
#ifndef CAIRN_MODEL_PHASE_H
#define CAIRN_MODEL_PHASE_H

#include "sim/model/journal.h"

/* Work done at wall time t >= since, at the present speed; and the first instant at which it is. */
simtime phase_work_at(const struct group *group, simtime t);
simtime phase_time_of(const struct group *group, simtime work);

/* Everything up to now goes into the ledger; the phase goes on from here. */
void phase_charge(struct group *group);
void phase_enter(struct group *group, enum group_phase phase);
/* The timer that will end the phase; the one before it, if any, is forgotten. */
void phase_timer(struct group *group, simtime time, enum event_class class);
/* Into the story, and the journal where there is one; or into the journal alone. */
void phase_tell(struct group *group, enum story_kind kind, simtime work);
static inline void phase_note(struct group *group, enum story_kind kind, simtime work)
{
    if (group->journal)
        journal_hear(group, kind, work);
}

#endif
