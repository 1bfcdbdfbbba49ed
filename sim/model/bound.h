/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clairvoyant bound: the best that any policy could have done against these very failures.
 *
 * Exact for one group with blocking checkpoints of constant cost and outages that no policy can
 * influence (MODEL rule 18): in each gap between a restore and the next strike one checkpoint,
 * completing at the last admissible instant; none if no work fits; finish when the rest fits. It is
 * no controller, for it knows the future, and lives here so that no policy can. */
#ifndef CAIRN_MODEL_BOUND_H
#define CAIRN_MODEL_BOUND_H

#include "sim/model/spec.h"

/* NULL where the bound is exact; else the reason why it is not computed. */
const char *bound_refusal(const struct spec *spec);
/* Wall time from the start of work, at `done`, to the job's end if nothing strikes. */
simtime bound_rest(const struct spec *spec, simtime done);
/* Work that can be committed in a gap that did not suffice to finish. */
simtime bound_gain(const struct spec *spec, simtime done, simtime gap);

#endif
