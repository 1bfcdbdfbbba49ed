/* SPDX-License-Identifier: Apache-2.0 */
/* train: Ray Train's FailureConfig: so many failures of the whole run, preemptions counted apart.
 *
 * Its controller looks at the group of workers as one: whatever fails at one instant is one error,
 * after which all workers start again. Errors beyond max_failures end the run, as do preemptions
 * beyond max_preemption_failures; -1 is no end. What the program allows for single tasks or actors
 * is not asked, and exceptions are errors like any other. A run that has ended stays so. */
#include "policies/recovery/cures.h"
#include <stdio.h>

enum { MAX_FAILURES, MAX_PREEMPTIONS };
enum reason { REASON_ERRORED = CURES_REASONS };
enum kind { KIND_ERROR, KIND_PREEMPTION, KINDS };

struct train_plan {
    int64_t most[KINDS];
};

struct train_state {
    int64_t at[KINDS]; /* when the last one was counted */
    uint64_t count[KINDS];
    uint32_t is_errored, reserved;
};

static const struct cairn_param params[] = {
    {.name = "max_failures",
     .unit = CAIRN_COUNT,
     .fallback = "0",
     .min = -1,
     .max = INT32_MAX,
     .help = "errors of the run that are survived"},
    {.name = "max_preemption_failures",
     .unit = CAIRN_COUNT,
     .fallback = "unlimited",
     .min = -1,
     .max = INT32_MAX,
     .help = "preemptions of the run that are survived"},
    {.name = NULL},
};

static const char *train_plan(const struct cairn_value *values, void *plan)
{
    struct train_plan *p = plan;
    p->most[KIND_ERROR] = values[MAX_FAILURES].i;
    p->most[KIND_PREEMPTION] = values[MAX_PREEMPTIONS].i;
    return NULL;
}

static void train_decide(const void *plan, void *state, void *own,
                         const struct cairn_setback *setback, struct cairn_cure *cure)
{
    const struct train_plan *p = plan;
    struct train_state *s = state;
    enum kind kind = setback->cause == CAIRN_CAUSE_PREEMPTED ? KIND_PREEMPTION : KIND_ERROR;
    (void)own;
    cure->scope = CAIRN_CURE_ALL;
    if (s->is_errored) {
        cures_end(cure, REASON_ERRORED);
        return;
    }
    if (s->count[kind] == 0 || s->at[kind] != setback->now) {
        s->count[kind]++;
        s->at[kind] = setback->now;
    }
    cures_by_limit(cure, s->count[kind], p->most[kind]);
    if (setback->cause == CAIRN_CAUSE_OWNER)
        cures_end(cure, CURES_OWNER);
    cure->numbers[3] = kind;
    s->is_errored = cure->action == CAIRN_GIVE_UP;
}

static void train_describe(const void *plan, const struct cairn_cure *cure, char *bytes,
                           size_t capacity)
{
    static const char *const kinds[KINDS] = {"error", "preemption"};
    const double *n = cure->numbers;
    const char *kind = kinds[(int)n[3]];
    char why[100];
    (void)plan;
    if (cure->reason == CURES_OWNER) {
        cures_describe(cure, bytes, capacity);
        return;
    }
    if (cure->reason == REASON_ERRORED)
        snprintf(why, sizeof why, "the run has ended in an error");
    else if (cure->reason == CURES_SPENT)
        snprintf(why, sizeof why, "%s %.0f of the run, more than the %.0f allowed", kind, n[0],
                 n[1]);
    else if (n[1] < 0)
        snprintf(why, sizeof why, "%s %.0f of the run, of any number", kind, n[0]);
    else
        snprintf(why, sizeof why, "%s %.0f of the run, of %.0f allowed", kind, n[0], n[1]);
    cures_describe_end(cure, why, bytes, capacity);
}

const struct cairn_recovery_class cairn_recovery_train = {
    .size = sizeof cairn_recovery_train,
    .abi = CAIRN_RECOVERY_ABI,
    .name = "train",
    .summary = "Ray Train's FailureConfig: a budget of the run, preemptions apart",
    .params = params,
    .plan_size = sizeof(struct train_plan),
    .state_size = sizeof(struct train_state),
    .plan = train_plan,
    .decide = train_decide,
    .describe = train_describe,
};
