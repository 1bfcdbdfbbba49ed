/* SPDX-License-Identifier: Apache-2.0 */
/* orchestrator: retries as the Orchestrator's RecoveryManager makes them, its first wait included.
 *
 * Its loop makes attempt 0 at once and sleeps delay(n) before attempt n, delay(n) = min(initial
 * factor^n, max): the nominal initial delay never occurs, 3 attempts from 1 s on wait 2 and 4 s.
 * It reads the kind of an error out of words in its message; here the cause stands for them:
 *
 *     cause             kind         severity   tried again
 *     exception         other        medium     no
 *       retry_exceptions  network    medium     yes: the program says that they pass
 *     worker, node      network      medium     yes
 *     preempted         resource     medium     yes, and counts like the others
 *     memory            resource     medium     yes
 *     object            dependency   medium     no
 *     owner             system       critical   no: it fails fast
 *
 * Attempts are of its own configuration; what the program allows is not asked. Two of the
 * original's handlers have other numbers, fixed in its code: network 5 attempts from 2 s on, x 1.5,
 * up to 30 s; timeout 3 from 5 s on. Low and high severity (validation, authentication) have no
 * cause here. */
#include "policies/recovery/cures.h"
#include "policies/recovery/delays.h"
#include <stdio.h>

enum { HANDLER, MAX_ATTEMPTS, INITIAL_DELAY, BACKOFF_FACTOR, MAX_DELAY, EXPONENTIAL };
enum handler { HANDLER_CONFIG, HANDLER_NETWORK, HANDLER_TIMEOUT };
enum reason { REASON_AGAIN, REASON_LAST, REASON_KIND, REASON_FAST };
enum kind { KIND_OTHER, KIND_NETWORK, KIND_RESOURCE, KIND_DEPENDENCY, KIND_SYSTEM };

struct orchestrator_plan {
    struct delays law;
    int64_t attempts;
};

static const char *const handlers[] = {"config", "network", "timeout", NULL};
static const char *const answers[] = {"no", "yes", NULL};

static const struct cairn_param params[] = {
    {.name = "handler",
     .unit = CAIRN_CHOICE,
     .fallback = "config",
     .choices = handlers,
     .help =
         "config: the numbers below; network, timeout: those of these handlers in the original"},
    {.name = "max_attempts",
     .unit = CAIRN_COUNT,
     .fallback = "3",
     .min = 1,
     .max = INT32_MAX,
     .help = "the first one included"},
    {.name = "initial_delay",
     .unit = CAIRN_DURATION,
     .fallback = "1 s",
     .max = 1e9,
     .help = "the first wait is this times the factor"},
    {.name = "backoff_factor",
     .unit = CAIRN_NUMBER,
     .fallback = "2",
     .min = 1,
     .max = 1e6,
     .help = "each wait is so many times the one before"},
    {.name = "max_delay",
     .unit = CAIRN_DURATION,
     .fallback = "60 s",
     .max = 1e9,
     .help = "no wait is longer"},
    {.name = "exponential",
     .unit = CAIRN_CHOICE,
     .fallback = "yes",
     .choices = answers,
     .help = "no: every wait is the initial delay"},
    {.name = NULL},
};

static const char *orchestrator_plan(const struct cairn_value *values, void *plan)
{
    struct orchestrator_plan *p = plan;
    p->attempts = values[MAX_ATTEMPTS].i;
    p->law = (struct delays){.base = values[INITIAL_DELAY].x,
                             .factor = values[BACKOFF_FACTOR].x,
                             .cap = values[MAX_DELAY].x,
                             .form = values[EXPONENTIAL].i ? DELAYS_EXPONENTIAL : DELAYS_FIXED,
                             .first = DELAYS_FACTOR};
    if (values[HANDLER].i == HANDLER_NETWORK) {
        p->attempts = 5;
        p->law.base = 2, p->law.factor = 1.5, p->law.cap = 30, p->law.form = DELAYS_EXPONENTIAL;
    } else if (values[HANDLER].i == HANDLER_TIMEOUT) {
        p->attempts = 3;
        p->law.base = 5, p->law.factor = 2, p->law.cap = 60, p->law.form = DELAYS_EXPONENTIAL;
    }
    return NULL;
}

static enum kind kind_of(const struct cairn_setback *setback)
{
    static const enum kind kinds[CAIRN_CAUSES] = {
        [CAIRN_CAUSE_EXCEPTION] = KIND_OTHER, [CAIRN_CAUSE_WORKER] = KIND_NETWORK,
        [CAIRN_CAUSE_NODE] = KIND_NETWORK,    [CAIRN_CAUSE_PREEMPTED] = KIND_RESOURCE,
        [CAIRN_CAUSE_MEMORY] = KIND_RESOURCE, [CAIRN_CAUSE_OBJECT] = KIND_DEPENDENCY,
        [CAIRN_CAUSE_OWNER] = KIND_SYSTEM,
    };
    if (setback->cause == CAIRN_CAUSE_EXCEPTION && setback->retry_exceptions)
        return KIND_NETWORK;
    return kinds[setback->cause];
}

static void orchestrator_decide(const void *plan, void *state, void *own,
                                const struct cairn_setback *setback, struct cairn_cure *cure)
{
    const struct orchestrator_plan *p = plan;
    uint64_t failures = cures_count(setback, CURES_EVERY_CAUSE);
    enum kind kind = kind_of(setback);
    (void)state;
    (void)own;
    cure->numbers[0] = (double)failures;
    cure->numbers[1] = (double)p->attempts;
    cure->numbers[3] = kind;
    if (kind == KIND_SYSTEM)
        cures_end(cure, REASON_FAST);
    else if (kind != KIND_NETWORK && kind != KIND_RESOURCE)
        cures_end(cure, REASON_KIND);
    else if (!cures_is_within(failures + 1, p->attempts))
        cures_end(cure, REASON_LAST);
    else {
        cure->action = CAIRN_AGAIN;
        cure->reason = REASON_AGAIN;
        cures_wait(cure, delays_ns(&p->law, failures, setback->random[0]));
    }
}

static void orchestrator_describe(const void *plan, const struct cairn_cure *cure, char *bytes,
                                  size_t capacity)
{
    static const char *const kinds[] = {"another", "a network", "a resource", "a dependency",
                                        "a system"};
    const double *n = cure->numbers;
    const char *kind = kinds[(int)n[3]];
    char why[100];
    (void)plan;
    if (cure->reason == REASON_FAST)
        snprintf(why, sizeof why, "%s error, which is critical", kind);
    else if (cure->reason == REASON_KIND)
        snprintf(why, sizeof why, "%s error, which is not tried again", kind);
    else
        snprintf(why, sizeof why, "%s error in attempt %.0f of %.0f", kind, n[0], n[1]);
    cures_describe_end(cure, why, bytes, capacity);
}

const struct cairn_recovery_class cairn_recovery_orchestrator = {
    .size = sizeof cairn_recovery_orchestrator,
    .abi = CAIRN_RECOVERY_ABI,
    .name = "orchestrator",
    .summary = "as the Orchestrator's RecoveryManager: attempts, and waits of 2, 4, ... s",
    .params = params,
    .plan_size = sizeof(struct orchestrator_plan),
    .plan = orchestrator_plan,
    .decide = orchestrator_decide,
    .describe = orchestrator_describe,
};
