/* SPDX-License-Identifier: Apache-2.0 */
/* breaker: what the program allows, unless what it calls fails all the time.
 *
 * Each actor has a circuit breaker for its calls, the tasks of a job have one together. A call or
 * task whose failure finds it open is not made again, or waits until it may be (`when_open`); the
 * original raises an error. What never got as far as the call (its argument lost, its owner gone)
 * and what was preempted says nothing about who is called and does not count; nor do restarts of
 * the actor, whose calls fail anyhow. */
#include "policies/recovery/circuit.h"
#include "policies/recovery/cures.h"
#include <stdio.h>

enum { FAILURES, RECOVERY, SUCCESSES, WHEN_OPEN };
enum reason { REASON_OPEN = CURES_REASONS };

struct breaker_plan {
    struct circuit_rule rule;
    uint32_t is_waiting, reserved;
};

static const char *const answers[] = {"fail", "wait", NULL};

static const struct cairn_param params[] = {
    {.name = "failures",
     .unit = CAIRN_COUNT,
     .fallback = "5",
     .min = 1,
     .max = INT32_MAX,
     .help = "without a success between them that open it"},
    {.name = "recovery",
     .unit = CAIRN_DURATION,
     .fallback = "60 s",
     .max = 1e9,
     .help = "after the last failure until it lets a call through again"},
    {.name = "successes",
     .unit = CAIRN_COUNT,
     .fallback = "2",
     .min = 1,
     .max = INT32_MAX,
     .help = "of such calls that close it"},
    {.name = "when_open",
     .unit = CAIRN_CHOICE,
     .fallback = "fail",
     .choices = answers,
     .help = "what failed is given up, or waits until it may be tried again"},
    {.name = NULL},
};

static const char *breaker_plan(const struct cairn_value *values, void *plan)
{
    struct breaker_plan *p = plan;
    p->rule = (struct circuit_rule){.recovery = values[RECOVERY].i,
                                    .failures = (uint32_t)values[FAILURES].i,
                                    .successes = (uint32_t)values[SUCCESSES].i};
    p->is_waiting = values[WHEN_OPEN].i != 0;
    return NULL;
}

static void breaker_decide(const void *plan, void *state, void *own,
                           const struct cairn_setback *setback, struct cairn_cure *cure)
{
    static const uint32_t uncounted = CURES_CAUSE(CAIRN_CAUSE_OBJECT) |
                                      CURES_CAUSE(CAIRN_CAUSE_OWNER) |
                                      CURES_CAUSE(CAIRN_CAUSE_PREEMPTED);
    const struct breaker_plan *p = plan;
    struct circuit *circuit = own ? own : state;
    int is_call = setback->subject != CAIRN_SUBJECT_ACTOR;
    if (is_call && !(uncounted & CURES_CAUSE(setback->cause))) {
        circuit_lets(&p->rule, circuit, setback->now); /* it was made */
        circuit_failed(&p->rule, circuit, setback->now);
    }
    if (cures_by_program(cure, setback, 0) == CAIRN_GIVE_UP || !is_call ||
        circuit_lets(&p->rule, circuit, setback->now))
        return;
    cure->reason = REASON_OPEN;
    cure->numbers[0] = circuit->failures;
    cure->numbers[1] = p->rule.failures;
    if (p->is_waiting)
        cures_wait(cure, p->rule.recovery - (setback->now - circuit->failed_at));
    else
        cure->action = CAIRN_GIVE_UP;
}

static void breaker_succeeded(const void *plan, void *state, void *own, uint32_t subject,
                              int64_t now)
{
    const struct breaker_plan *p = plan;
    struct circuit *circuit = own ? own : state;
    if (subject == CAIRN_SUBJECT_ACTOR)
        return;
    circuit_lets(&p->rule, circuit, now);
    circuit_succeeded(&p->rule, circuit);
}

static void breaker_describe(const void *plan, const struct cairn_cure *cure, char *bytes,
                             size_t capacity)
{
    char why[100];
    (void)plan;
    if (cure->reason != REASON_OPEN) {
        cures_describe(cure, bytes, capacity);
        return;
    }
    snprintf(why, sizeof why, "the breaker is open, after %.0f failures", cure->numbers[0]);
    cures_describe_end(cure, why, bytes, capacity);
}

const struct cairn_recovery_class cairn_recovery_breaker = {
    .size = sizeof cairn_recovery_breaker,
    .abi = CAIRN_RECOVERY_ABI,
    .name = "breaker",
    .summary = "a circuit breaker over what the program allows",
    .params = params,
    .plan_size = sizeof(struct breaker_plan),
    .state_size = sizeof(struct circuit),
    .own_state_size = sizeof(struct circuit),
    .plan = breaker_plan,
    .decide = breaker_decide,
    .succeeded = breaker_succeeded,
    .describe = breaker_describe,
};
