/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What fits into a gap.
 *
 * More committed work at the end of a gap is never worse, because outages come when they come: so
 * the greedy choice, gap by gap, is optimal. Brute force over all subsets of at most 12 steps
 * agrees (tests/sim/model/test_bound.c). */
#include "sim/model/bound.h"
#include "sim/model/steps.h"
#include <assert.h>
#include <stddef.h>

const char *bound_refusal(const struct spec *spec)
{
    const uint32_t exposed =
        PHASE_BIT(PHASE_WORK) | PHASE_BIT(PHASE_CHECKPOINT) | PHASE_BIT(PHASE_RESTORE);
    if (spec->program)
        return "it is defined for one group, not for programs (MODEL rule 18)";
    if (spec->group.persist > 0)
        return "checkpoints persist in the background";
    if (spec->faults.renewal == RENEWAL_ATTEMPT)
        return "lifetimes are redrawn at each attempt (renewal: attempt)";
    if (spec->faults.clock == CLOCK_EXPOSURE && (spec->faults.strike & exposed) != exposed)
        return "failures depend on the policy (faults.strike)";
    if (!spec->group.restore_initial && spec->group.restore > 0)
        return "a first checkpoint makes later restores dearer (restore_initial: false)";
    if (!steps_cost_alike(spec))
        return "checkpoints of different stages cost differently";
    return NULL;
}

simtime bound_rest(const struct spec *spec, simtime done)
{
    simtime rest = spec->group.work - done;
    assert(rest >= 0);
    return spec->group.final_checkpoint ? simtime_add(rest, spec->group.checkpoint) : rest;
}

simtime bound_gain(const struct spec *spec, simtime done, simtime gap)
{
    simtime room = gap - spec->group.checkpoint;
    if (room <= 0)
        return 0;
    assert(done + room < spec->group.work); /* else the job would have finished */
    simtime reach = steps_floor(spec, done + room);
    return reach > done ? reach - done : 0;
}
