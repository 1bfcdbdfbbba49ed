/* SPDX-License-Identifier: Apache-2.0 */
/* backoff: budgets in all, by cause and by time, and waits that grow.
 *
 * A failure is tried again if no budget is spent:
 *
 *     limit          of all failures that count; and what the program itself allows
 *     exceptions, workers, nodes, memory     of failures by this cause
 *     restarts within a time    not more than so many tries in any such stretch; calls, which wait
 *                    for their actor anyhow, are not asked. An actor has a budget to itself, the
 *                    tasks of a job have one together, as retries of many become a storm.
 *
 * Exceptions are tried again only if the program wants it, lost arguments and results that nobody
 * waits for never. Waits follow the law of delays.h over all failures, those that do not count
 * included: what fails often waits long. */
#include "policies/recovery/cures.h"
#include "policies/recovery/delays.h"
#include "policies/recovery/window.h"
#include <stdio.h>

enum { LIMIT, EXCEPTIONS, WORKERS, NODES, MEMORY, PREEMPTIONS, RESTARTS, WITHIN };
enum { DELAY = WITHIN + 1, FIRST, BASE, FACTOR, CAP, JITTER, LEAST, ELSEWHERE };
enum reason { REASON_CAUSE = CURES_REASONS, REASON_WINDOW };

struct backoff_plan {
    struct delays law;
    int64_t limit, within;
    int64_t by_cause[CAIRN_CAUSES]; /* -1: none, as for limit */
    uint32_t restarts, counted;     /* bits of causes */
    uint32_t is_elsewhere, reserved;
};

static const char *const counting[] = {"free", "counted", NULL};
static const char *const forms[] = {"none", "fixed", "linear", "exponential", NULL};
static const char *const firsts[] = {"none", "base", "factor", NULL};
static const char *const answers[] = {"no", "yes", NULL};

#define BUDGET(named, helped)                                                                      \
    {                                                                                              \
        .name = (named), .unit = CAIRN_COUNT, .fallback = "unlimited", .min = -1,                  \
        .max = INT32_MAX, .help = (helped)                                                         \
    }

static const struct cairn_param params[] = {
    BUDGET("limit", "failures that are tried again, however many more the program allows"),
    BUDGET("exceptions", "of them, by exceptions of the program"),
    BUDGET("workers", "of them, because a process ended"),
    BUDGET("nodes", "of them, because a node failed"),
    BUDGET("memory", "of them, killed for lack of memory"),
    {.name = "preemptions",
     .unit = CAIRN_CHOICE,
     .fallback = "free",
     .choices = counting,
     .help = "do preemptions count towards the limit?"},
    {.name = "restarts",
     .unit = CAIRN_COUNT,
     .fallback = "3",
     .max = WINDOW_MOST,
     .help = "so many tries at the most `within` a time, for an actor or for all tasks together"},
    {.name = "within",
     .unit = CAIRN_DURATION,
     .fallback = "0 s",
     .max = 1e9,
     .help = "that time; 0 s: no such limit"},
    {.name = "delay",
     .unit = CAIRN_CHOICE,
     .fallback = "exponential",
     .choices = forms,
     .help = "how the wait grows with the number of failures"},
    {.name = "first",
     .unit = CAIRN_CHOICE,
     .fallback = "base",
     .choices = firsts,
     .help = "the first wait: none, the base, or the second one of the law"},
    {.name = "base",
     .unit = CAIRN_DURATION,
     .fallback = "1 s",
     .max = 1e9,
     .help = "the wait that the law begins with"},
    {.name = "factor",
     .unit = CAIRN_NUMBER,
     .fallback = "2",
     .min = 1,
     .max = 1e6,
     .help = "an exponential wait is so many times the one before"},
    {.name = "cap",
     .unit = CAIRN_DURATION,
     .fallback = "60 s",
     .max = 1e9,
     .help = "waits grow up to this"},
    {.name = "jitter",
     .unit = CAIRN_FRACTION,
     .fallback = "0",
     .max = 1,
     .help = "waits are uniform within plus or minus this part"},
    {.name = "least",
     .unit = CAIRN_DURATION,
     .fallback = "0 s",
     .max = 1e9,
     .help = "a wait is no shorter, whatever the jitter"},
    {.name = "elsewhere",
     .unit = CAIRN_CHOICE,
     .fallback = "no",
     .choices = answers,
     .help = "rather not on the node where it failed?"},
    {.name = NULL},
};

static const char *backoff_plan(const struct cairn_value *values, void *plan)
{
    struct backoff_plan *p = plan;
    for (int cause = 0; cause < CAIRN_CAUSES; cause++)
        p->by_cause[cause] = -1;
    p->by_cause[CAIRN_CAUSE_EXCEPTION] = values[EXCEPTIONS].i;
    p->by_cause[CAIRN_CAUSE_WORKER] = values[WORKERS].i;
    p->by_cause[CAIRN_CAUSE_NODE] = values[NODES].i;
    p->by_cause[CAIRN_CAUSE_MEMORY] = values[MEMORY].i;
    p->limit = values[LIMIT].i;
    p->within = values[WITHIN].i;
    p->restarts = (uint32_t)values[RESTARTS].i;
    p->counted = CURES_EVERY_CAUSE;
    if (values[PREEMPTIONS].i == 0)
        p->counted &= ~CURES_CAUSE(CAIRN_CAUSE_PREEMPTED);
    p->is_elsewhere = values[ELSEWHERE].i != 0;
    p->law = (struct delays){.base = values[BASE].x,
                             .factor = values[FACTOR].x,
                             .cap = values[CAP].x,
                             .least = values[LEAST].x,
                             .jitter = values[JITTER].x,
                             .form = (uint32_t)values[DELAY].i,
                             .first = (uint32_t)values[FIRST].i};
    if (p->within > 0 && p->restarts == 0)
        return "restarts is 0 within a time: then nothing is ever tried again; limit 0 says so";
    return p->law.least > p->law.cap ? "least is more than cap" : NULL;
}

/* Budgets in all and by cause. */
static uint32_t by_budgets(const struct backoff_plan *p, const struct cairn_setback *setback,
                           struct cairn_cure *cure)
{
    uint32_t cause = setback->cause;
    uint64_t by_cause = setback->failed[cause];
    int64_t program = setback->limit;
    int64_t limit = program < 0 || (p->limit >= 0 && p->limit < program) ? p->limit : program;
    if (cures_is_within(by_cause, p->by_cause[cause]))
        return cures_by_counted(cure, setback, p->counted, limit);
    cures_by_limit(cure, by_cause, p->by_cause[cause]);
    cure->reason = REASON_CAUSE;
    cure->numbers[3] = cause;
    return cure->action;
}

static void backoff_decide(const void *plan, void *state, void *own,
                           const struct cairn_setback *setback, struct cairn_cure *cure)
{
    const struct backoff_plan *p = plan;
    uint64_t failures = cures_count(setback, CURES_EVERY_CAUSE);
    int is_timed = p->within > 0 && setback->subject != CAIRN_SUBJECT_CALL;
    if (setback->cause == CAIRN_CAUSE_OWNER)
        cures_end(cure, CURES_OWNER);
    else if (setback->cause == CAIRN_CAUSE_OBJECT)
        cures_end(cure, CURES_OBJECT);
    else if (setback->cause == CAIRN_CAUSE_EXCEPTION && !setback->retry_exceptions)
        cures_end(cure, CURES_EXCEPTION);
    else if (by_budgets(p, setback, cure) == CAIRN_GIVE_UP)
        return;
    else if (is_timed && !window_take(own ? own : state, p->restarts, p->within, setback->now)) {
        cures_end(cure, REASON_WINDOW);
        cure->numbers[0] = p->restarts + 1.0;
        cure->numbers[1] = p->restarts;
        cure->numbers[3] = (double)p->within / 1e9;
    } else {
        cures_wait(cure, delays_ns(&p->law, failures, setback->random[0]));
        cure->is_elsewhere = p->is_elsewhere;
    }
}

static void backoff_describe(const void *plan, const struct cairn_cure *cure, char *bytes,
                             size_t capacity)
{
    static const char *const causes[CAIRN_CAUSES] = {
        [CAIRN_CAUSE_EXCEPTION] = "an exception",
        [CAIRN_CAUSE_WORKER] = "a process that ended",
        [CAIRN_CAUSE_NODE] = "a node",
        [CAIRN_CAUSE_MEMORY] = "lack of memory",
    };
    const double *n = cure->numbers;
    char why[100];
    (void)plan;
    if (cure->reason == REASON_CAUSE)
        snprintf(why, sizeof why, "failure %.0f by %s, more than the %.0f allowed", n[0],
                 causes[(int)n[3]], n[1]);
    else if (cure->reason == REASON_WINDOW)
        snprintf(why, sizeof why, "try %.0f within %.9g s, more than the %.0f allowed", n[0], n[3],
                 n[1]);
    else {
        cures_describe(cure, bytes, capacity);
        return;
    }
    cures_describe_end(cure, why, bytes, capacity);
}

const struct cairn_recovery_class cairn_recovery_backoff = {
    .size = sizeof cairn_recovery_backoff,
    .abi = CAIRN_RECOVERY_ABI,
    .name = "backoff",
    .summary = "budgets in all, by cause and by time; waits that grow",
    .params = params,
    .plan_size = sizeof(struct backoff_plan),
    .state_size = sizeof(struct window),
    .own_state_size = sizeof(struct window),
    .plan = backoff_plan,
    .decide = backoff_decide,
    .describe = backoff_describe,
};
