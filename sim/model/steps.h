/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps: how a job's work is cut, and what a checkpoint costs at each cut.
 *
 * Work is one integer of ns. It is divisible, or comes in equal steps, or in stages: runs of equal
 * steps with a name and costs of their own. A million steps cost no memory: everything follows from
 * the work by arithmetic, and a search among the stages. */
#ifndef CAIRN_MODEL_STEPS_H
#define CAIRN_MODEL_STEPS_H

#include "sim/model/spec.h"

/* Are checkpoints taken at step ends alone? */
static inline bool steps_bind(const struct spec *spec)
{
    return !spec->group.is_divisible && (spec->group.step > 0 || spec->group.stages_count > 0);
}

/* Whole steps within `work`; 0 where steps do not bind. */
int64_t steps_index(const struct spec *spec, simtime work);
/* The work at the end of the first `index` steps; NEVER where there are not so many. */
simtime steps_end(const struct spec *spec, int64_t index);
/* The nearest place at or after, at or before `work` where a checkpoint may be taken. */
simtime steps_ceil(const struct spec *spec, simtime work);
simtime steps_floor(const struct spec *spec, simtime work);
/* The stage of step number `index`, counted from 0; NULL where there are none. */
const struct cairn_stage *steps_stage(const struct spec *spec, int64_t index);
/* Costs of a checkpoint that covers `work`; of restoring it. */
simtime steps_checkpoint_cost(const struct spec *spec, simtime work);
simtime steps_restore_cost(const struct spec *spec, simtime work);
/* Do all checkpoints cost the same, and lie at equal distances where they are equal in steps? */
static inline bool steps_are_alike(const struct spec *spec)
{
    return spec->group.stages_count == 0;
}
bool steps_cost_alike(const struct spec *spec);

#endif
