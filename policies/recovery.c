/* SPDX-License-Identifier: Apache-2.0 */
/* What every driver of a recovery policy needs: sizes, states made ready, asking.
 *
 * A class reads a whole setback and writes into a cure that is zeroed: both are seen to here, so
 * that neither side need know how old the other one is. */
#include "policies/recovery.h"
#include <string.h>

uint64_t cairn_recovery_plan_size(const struct cairn_recovery_class *recovery)
{
    return recovery->plan_size;
}

uint64_t cairn_recovery_state_size(const struct cairn_recovery_class *recovery, const void *plan)
{
    (void)plan;
    return recovery->state_size;
}

uint64_t cairn_recovery_own_size(const struct cairn_recovery_class *recovery, const void *plan)
{
    (void)plan;
    return recovery->own_state_size;
}

void cairn_recovery_init(const struct cairn_recovery_class *recovery, const void *plan, void *state)
{
    if (recovery->state_size > 0)
        memset(state, 0, recovery->state_size);
    if (recovery->init)
        recovery->init(plan, state);
}

void cairn_recovery_init_own(const struct cairn_recovery_class *recovery, const void *plan,
                             void *own)
{
    if (recovery->own_state_size > 0)
        memset(own, 0, recovery->own_state_size);
    if (recovery->init_own)
        recovery->init_own(plan, own);
}

void cairn_recovery_decide(const struct cairn_recovery_class *recovery, const void *plan,
                           void *state, void *own, const struct cairn_setback *setback,
                           struct cairn_cure *cure)
{
    struct cairn_setback whole = {0}; /* the driver's may be an older, shorter one */
    struct cairn_cure answer = {.size = sizeof answer, .abi = CAIRN_RECOVERY_ABI};
    memcpy(&whole, setback, setback->size < sizeof whole ? setback->size : sizeof whole);
    whole.size = sizeof whole;
    recovery->decide(plan, state, own, &whole, &answer);
    *cure = answer;
}

const char *cairn_recovery_refusal(const struct cairn_recovery_class *recovery)
{
    if (recovery->abi != CAIRN_RECOVERY_ABI)
        return "compiled for another version of the interface (abi)";
    if (recovery->size < sizeof *recovery)
        return "compiled with another recovery.h (size)";
    if (!recovery->name || !recovery->summary || !recovery->params || !recovery->plan ||
        !recovery->decide || !recovery->describe)
        return "lacks a name, summary, params, plan, decide or describe";
    return NULL;
}
