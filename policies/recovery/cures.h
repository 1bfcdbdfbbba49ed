/* SPDX-License-Identifier: Apache-2.0 */
/* What recovery policies share: counting failures, what a program allows, answers and their words.
 *
 * numbers of a cure: 0 failures that count, 1 how many are allowed, 2 the wait in seconds, 3 the
 * policy's own. Reasons from CURES_REASONS on are a policy's own too. */
#ifndef CAIRN_POLICIES_CURES_H
#define CAIRN_POLICIES_CURES_H

#include "policies/recovery.h"

enum cures_reason {
    CURES_ALLOWED,   /* so many failures may be */
    CURES_FREE,      /* a failure that does not count */
    CURES_SPENT,     /* one failure too many */
    CURES_EXCEPTION, /* exceptions are not tried again, or were the constructor's */
    CURES_OBJECT,    /* another try would not find the argument either */
    CURES_OWNER,     /* nobody wants it any more */
    CURES_REASONS
};

#define CURES_CAUSE(cause) (1u << (cause))
#define CURES_EVERY_CAUSE  (CURES_CAUSE(CAIRN_CAUSES) - 1)

/* Failures by these causes, this time included. */
static inline uint64_t cures_count(const struct cairn_setback *setback, uint32_t causes)
{
    uint64_t count = 0;
    for (uint32_t cause = 0; cause < CAIRN_CAUSES; cause++)
        if (causes & CURES_CAUSE(cause))
            count += setback->failed[cause];
    return count;
}

/* Is the failure that made it so many still within the limit? */
static inline int cures_is_within(uint64_t count, int64_t limit)
{
    return limit < 0 || count <= (uint64_t)limit;
}

/* Again, or given up where the count is beyond the limit. Returns the action. */
uint32_t cures_by_limit(struct cairn_cure *cure, uint64_t count, int64_t limit);
/* The same of a setback, where only some causes count: the others are free, unless the limit is 0.
 */
uint32_t cures_by_counted(struct cairn_cure *cure, const struct cairn_setback *setback,
                          uint32_t counted, int64_t limit);
/* The same by what the program itself allows, as Ray reads it (ray.c says how); causes `apart` are
 * not counted, because they have a budget elsewhere. */
uint32_t cures_by_program(struct cairn_cure *cure, const struct cairn_setback *setback,
                          uint32_t apart);
/* Ends it, for a reason that is no number. */
void cures_end(struct cairn_cure *cure, uint32_t reason);
/* Sets the wait. */
void cures_wait(struct cairn_cure *cure, int64_t delay);

/* Why, and what: "again at once", "again after 4 s, rather elsewhere", "given up". */
void cures_describe_end(const struct cairn_cure *cure, const char *why, char *bytes,
                        size_t capacity);
/* Reasons below CURES_REASONS in words. */
void cures_describe(const struct cairn_cure *cure, char *bytes, size_t capacity);

#endif
