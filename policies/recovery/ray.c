/* SPDX-License-Identifier: Apache-2.0 */
/* ray: as often as the program allows, at once.
 *
 * What was preempted costs no retry; exceptions are tried again only where the program says so;
 * what lost its owner never is. */
#include "policies/recovery.h"

static const struct cairn_param params[] = {{.name = NULL}};

static const char *plan(const struct cairn_value *values, void *plan)
{
    (void)values, (void)plan;
    return NULL;
}

static void decide(const void *plan, void *state, void *own, const struct cairn_setback *setback,
                   struct cairn_cure *cure)
{
    uint32_t counted = 0;
    (void)plan, (void)state, (void)own;
    for (unsigned cause = 0; cause < CAIRN_CAUSES; cause++)
        if (cause != CAIRN_CAUSE_PREEMPTED)
            counted += setback->failed[cause];
    if (setback->cause == CAIRN_CAUSE_OWNER ||
        (setback->cause == CAIRN_CAUSE_EXCEPTION && !setback->retry_exceptions))
        return;
    int is_free = setback->cause == CAIRN_CAUSE_PREEMPTED && setback->limit != 0;
    if (setback->limit < 0 || is_free || counted <= (uint32_t)setback->limit)
        cure->action = CAIRN_AGAIN;
}

const struct cairn_recovery_class cairn_recovery_ray = {
    .size = sizeof(struct cairn_recovery_class),
    .abi = CAIRN_RECOVERY_ABI,
    .name = "ray",
    .summary = "tried again at once, as often as the program allows",
    .params = params,
    .plan_size = 8,
    .state_size = 8,
    .plan = plan,
    .decide = decide,
};
