/* SPDX-License-Identifier: Apache-2.0 */
/* Budgets that a program states itself, and cures in words. */
#include "policies/recovery/cures.h"
#include "sim/base/simtime.h"
#include <stdio.h>

void cures_end(struct cairn_cure *cure, uint32_t reason)
{
    cure->action = CAIRN_GIVE_UP;
    cure->reason = reason;
}

void cures_wait(struct cairn_cure *cure, int64_t delay)
{
    cure->delay = delay;
    cure->numbers[2] = simtime_seconds(delay);
}

uint32_t cures_by_limit(struct cairn_cure *cure, uint64_t count, int64_t limit)
{
    int is_within = cures_is_within(count, limit);
    cure->action = is_within ? CAIRN_AGAIN : CAIRN_GIVE_UP;
    cure->reason = is_within ? CURES_ALLOWED : CURES_SPENT;
    cure->numbers[0] = (double)count;
    cure->numbers[1] = (double)limit;
    return cure->action;
}

uint32_t cures_by_counted(struct cairn_cure *cure, const struct cairn_setback *setback,
                          uint32_t counted, int64_t limit)
{
    int is_free = !(counted & CURES_CAUSE(setback->cause));
    if (limit == 0) /* then one that does not count is one too many as well */
        return cures_by_limit(cure, cures_count(setback, CURES_EVERY_CAUSE), 0);
    cures_by_limit(cure, cures_count(setback, counted), limit);
    if (is_free) {
        cure->action = CAIRN_AGAIN;
        cure->reason = CURES_FREE;
    }
    return cure->action;
}

uint32_t cures_by_program(struct cairn_cure *cure, const struct cairn_setback *setback,
                          uint32_t apart)
{
    int is_actor = setback->subject == CAIRN_SUBJECT_ACTOR;
    uint32_t counted = CURES_EVERY_CAUSE & ~CURES_CAUSE(CAIRN_CAUSE_PREEMPTED) & ~apart;
    if (is_actor)
        counted &= ~CURES_CAUSE(CAIRN_CAUSE_EXCEPTION);
    if (setback->cause == CAIRN_CAUSE_OWNER)
        cures_end(cure, CURES_OWNER);
    else if (setback->cause == CAIRN_CAUSE_OBJECT)
        cures_end(cure, CURES_OBJECT);
    else if (setback->cause == CAIRN_CAUSE_EXCEPTION && (is_actor || !setback->retry_exceptions))
        cures_end(cure, CURES_EXCEPTION);
    else
        cures_by_counted(cure, setback, counted, setback->limit);
    return cure->action;
}

/* ---- in words -------------------------------------------------------------------------------- */

void cures_describe_end(const struct cairn_cure *cure, const char *why, char *bytes,
                        size_t capacity)
{
    const char *where = cure->is_elsewhere ? ", rather elsewhere" : "";
    if (cure->action == CAIRN_GIVE_UP)
        snprintf(bytes, capacity, "%s: given up", why);
    else if (cure->delay == 0)
        snprintf(bytes, capacity, "%s: again at once%s", why, where);
    else
        snprintf(bytes, capacity, "%s: again after %.9g s%s", why, cure->numbers[2], where);
}

void cures_describe(const struct cairn_cure *cure, char *bytes, size_t capacity)
{
    static const char *const words[CURES_REASONS] = {
        [CURES_FREE] = "preempted, which does not count",
        [CURES_EXCEPTION] = "an exception, which is not tried again",
        [CURES_OBJECT] = "an argument is lost for good",
        [CURES_OWNER] = "who asked for it is gone",
    };
    char why[100];
    double count = cure->numbers[0], limit = cure->numbers[1];
    if (cure->reason < CURES_REASONS && words[cure->reason])
        snprintf(why, sizeof why, "%s", words[cure->reason]);
    else if (limit < 0)
        snprintf(why, sizeof why, "failure %.0f, of any number", count);
    else if (cure->reason == CURES_SPENT)
        snprintf(why, sizeof why, "failure %.0f, more than the %.0f allowed", count, limit);
    else
        snprintf(why, sizeof why, "failure %.0f of %.0f allowed", count, limit);
    cures_describe_end(cure, why, bytes, capacity);
}
