/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a pool's size, in the order in which they are asked.
 *
 * Each is a question with one answer; the first that has one decides. Main invariant: at most one
 * actor more at a time, but for a pool that is below its minimum. */
#include "policies/scaling.h"
#include <string.h>

static const char *const words[CAIRN_SCALING_REASONS] = {
    [CAIRN_SCALING_CONSUMED] = "consumed",
    [CAIRN_SCALING_BELOW_MIN] = "below min",
    [CAIRN_SCALING_ABOVE_MAX] = "above max",
    [CAIRN_SCALING_BUSY] = "busy",
    [CAIRN_SCALING_COMING] = "coming",
    [CAIRN_SCALING_FULL] = "full",
    [CAIRN_SCALING_ENOUGH] = "enough",
    [CAIRN_SCALING_IDLE] = "idle",
    [CAIRN_SCALING_FEW] = "few",
    [CAIRN_SCALING_QUIET] = "quiet",
    [CAIRN_SCALING_WITHIN] = "within",
};

const char *cairn_scaling_word(uint32_t reason)
{
    return reason < CAIRN_SCALING_REASONS ? words[reason] : "";
}

const char *cairn_scaling_refusal(const struct cairn_scaling *scaling)
{
    if (scaling->abi != CAIRN_SCALING_ABI || scaling->size < sizeof *scaling)
        return "compiled with another scaling.h (abi, size)";
    if (scaling->min < 1)
        return "a pool has at least one actor";
    if (scaling->min > scaling->max)
        return "min is more than max";
    if (!(scaling->down >= 0 && scaling->down < scaling->up))
        return "down must be less than up, or the pool would grow and shrink at once";
    if (scaling->quiet < 0)
        return "quiet cannot be negative";
    return NULL;
}

double cairn_scaling_utilisation(const struct cairn_scaling_situation *situation)
{
    uint64_t most = (uint64_t)situation->running * situation->concurrency;
    return most > 0 ? (double)situation->in_flight / (double)most : 0;
}

static struct cairn_scaling_step step_of(int32_t delta, enum cairn_scaling_reason reason)
{
    return (struct cairn_scaling_step){.delta = delta, .reason = reason};
}

/* It is busy: one more, if that serves anything. */
static struct cairn_scaling_step grow(const struct cairn_scaling *scaling,
                                      const struct cairn_scaling_situation *situation,
                                      uint64_t actors)
{
    if (situation->pending > 0)
        return step_of(0, CAIRN_SCALING_COMING);
    if (actors >= scaling->max)
        return step_of(0, CAIRN_SCALING_FULL);
    if (situation->queued == 0)
        return step_of(0, CAIRN_SCALING_ENOUGH);
    return step_of(1, CAIRN_SCALING_BUSY);
}

static struct cairn_scaling_step shrink(const struct cairn_scaling *scaling,
                                        const struct cairn_scaling_situation *situation,
                                        uint64_t actors)
{
    if (actors <= scaling->min)
        return step_of(0, CAIRN_SCALING_FEW);
    if (situation->has_grown && situation->now - situation->last_up <= scaling->quiet) {
        struct cairn_scaling_step step = step_of(0, CAIRN_SCALING_QUIET);
        step.again = situation->last_up + scaling->quiet + 1;
        return step;
    }
    return step_of(-1, CAIRN_SCALING_IDLE);
}

static struct cairn_scaling_step decide(const struct cairn_scaling *scaling,
                                        const struct cairn_scaling_situation *situation)
{
    uint64_t actors = (uint64_t)situation->running + situation->pending;
    double utilisation = cairn_scaling_utilisation(situation);
    if (situation->is_consumed) {
        struct cairn_scaling_step step = step_of(actors > 0 ? -1 : 0, CAIRN_SCALING_CONSUMED);
        step.is_forced = 1;
        return step;
    }
    if (actors < scaling->min)
        return step_of((int32_t)(scaling->min - actors), CAIRN_SCALING_BELOW_MIN);
    if (actors > scaling->max)
        return step_of(-(int32_t)(actors - scaling->max), CAIRN_SCALING_ABOVE_MAX);
    if (utilisation >= scaling->up)
        return grow(scaling, situation, actors);
    if (utilisation <= scaling->down)
        return shrink(scaling, situation, actors);
    return step_of(0, CAIRN_SCALING_WITHIN);
}

void cairn_scaling_decide(const struct cairn_scaling *scaling,
                          const struct cairn_scaling_situation *situation,
                          struct cairn_scaling_step *step)
{
    struct cairn_scaling_situation whole = {0}; /* the driver's may be an older, shorter one */
    size_t known = step->size;
    memcpy(&whole, situation, situation->size < sizeof whole ? situation->size : sizeof whole);
    struct cairn_scaling_step answer = decide(scaling, &whole);
    answer.size = (uint32_t)known;
    answer.abi = CAIRN_SCALING_ABI;
    memcpy(step, &answer, known < sizeof answer ? known : sizeof answer);
}
