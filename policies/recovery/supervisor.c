/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor: actors start again alone, with those behind them, or all; too often stops the tree.
 * all.
 *
 * The job's actors are the children of one supervisor, in the order in which they were created, as
 * in OTP. A child that fails starts again with whom the strategy names, if its own budget allows it
 * (what the program allows; 0 is a child that never starts again) and the supervisor has not
 * restarted anybody too often: one restart more than `restarts` within a time, that time included,
 * stops the whole tree, and it stays stopped. Causes make no difference, but for an owner that is
 * gone. Where all start together, failures at one instant are one: the others came down with it.
 * Tasks and calls are not supervised: they get what the program allows. */
#include "policies/recovery/cures.h"
#include "policies/recovery/window.h"
#include <stdio.h>

enum { STRATEGY, RESTARTS, WITHIN, DELAY };
enum strategy { ONE_FOR_ONE, REST_FOR_ONE, ONE_FOR_ALL };
enum reason { REASON_RESTART = CURES_REASONS, REASON_TOGETHER, REASON_STOP, REASON_STOPPED };

struct supervisor_plan {
    int64_t within, delay;
    uint32_t restarts, strategy;
};

struct supervisor_state {
    struct window window;
    int64_t restarted; /* when last, if has_restarted */
    uint32_t has_restarted, is_stopped;
};

static const char *const strategies[] = {"one_for_one", "rest_for_one", "one_for_all", NULL};

static const struct cairn_param params[] = {
    {.name = "strategy",
     .unit = CAIRN_CHOICE,
     .fallback = "one_for_one",
     .choices = strategies,
     .help = "who starts again: the one that failed, those created after it too, or all"},
    {.name = "restarts",
     .unit = CAIRN_COUNT,
     .fallback = "3",
     .max = WINDOW_MOST,
     .help = "so many at the most `within` a time; one more stops the tree"},
    {.name = "within", .unit = CAIRN_DURATION, .fallback = "5 s", .help = "that time"},
    {.name = "delay",
     .unit = CAIRN_DURATION,
     .fallback = "0 s",
     .max = 1e9,
     .help = "before a restart"},
    {.name = NULL},
};

static const char *supervisor_plan(const struct cairn_value *values, void *plan)
{
    struct supervisor_plan *p = plan;
    p->strategy = (uint32_t)values[STRATEGY].i;
    p->restarts = (uint32_t)values[RESTARTS].i;
    p->within = values[WITHIN].i;
    p->delay = values[DELAY].i;
    return NULL;
}

/* May there be a restart now? Else the tree stops. */
static uint32_t restart(const struct supervisor_plan *p, struct supervisor_state *s, int64_t now)
{
    if (p->strategy == ONE_FOR_ALL && s->has_restarted && s->restarted == now)
        return REASON_TOGETHER;
    if (!window_take(&s->window, p->restarts, p->within, now)) {
        s->is_stopped = 1;
        return REASON_STOP;
    }
    s->has_restarted = 1;
    s->restarted = now;
    return REASON_RESTART;
}

static void supervise(const struct supervisor_plan *p, struct supervisor_state *s, int64_t now,
                      struct cairn_cure *cure)
{
    static const uint32_t scopes[] = {[ONE_FOR_ONE] = CAIRN_CURE_ONE,
                                      [REST_FOR_ONE] = CAIRN_CURE_REST,
                                      [ONE_FOR_ALL] = CAIRN_CURE_ALL};
    cure->reason = restart(p, s, now);
    cure->numbers[0] = p->restarts + 1.0;
    cure->numbers[1] = (double)p->within / 1e9;
    cure->numbers[3] = p->strategy;
    if (cure->reason == REASON_STOP) {
        cure->action = CAIRN_GIVE_UP;
        cure->scope = CAIRN_CURE_ALL;
    } else {
        cure->action = CAIRN_AGAIN;
        cure->scope = scopes[p->strategy];
        cures_wait(cure, p->delay);
    }
}

static void supervisor_decide(const void *plan, void *state, void *own,
                              const struct cairn_setback *setback, struct cairn_cure *cure)
{
    struct supervisor_state *s = state;
    (void)own;
    if (s->is_stopped) {
        cures_end(cure, REASON_STOPPED);
        cure->scope = CAIRN_CURE_ALL;
    } else if (setback->subject != CAIRN_SUBJECT_ACTOR) {
        cures_by_program(cure, setback, 0);
    } else if (setback->cause == CAIRN_CAUSE_OWNER) {
        cures_end(cure, CURES_OWNER);
    } else if (cures_by_limit(cure, cures_count(setback, CURES_EVERY_CAUSE), setback->limit) ==
               CAIRN_AGAIN) {
        supervise(plan, s, setback->now, cure);
    }
}

static void supervisor_describe(const void *plan, const struct cairn_cure *cure, char *bytes,
                                size_t capacity)
{
    static const char *const whom[] = {[ONE_FOR_ONE] = "it alone restarts",
                                       [REST_FOR_ONE] = "it and those created after it restart",
                                       [ONE_FOR_ALL] = "all restart together"};
    const double *n = cure->numbers;
    char why[100];
    (void)plan;
    if (cure->reason < CURES_REASONS) {
        cures_describe(cure, bytes, capacity);
        return;
    }
    if (cure->reason == REASON_STOP)
        snprintf(why, sizeof why, "restart %.0f within %.9g s stops the whole tree", n[0], n[1]);
    else if (cure->reason == REASON_STOPPED)
        snprintf(why, sizeof why, "the tree was stopped");
    else if (cure->reason == REASON_TOGETHER)
        snprintf(why, sizeof why, "it failed together with another, and all restart");
    else
        snprintf(why, sizeof why, "%s", whom[(int)n[3]]);
    cures_describe_end(cure, why, bytes, capacity);
}

const struct cairn_recovery_class cairn_recovery_supervisor = {
    .size = sizeof cairn_recovery_supervisor,
    .abi = CAIRN_RECOVERY_ABI,
    .name = "supervisor",
    .summary = "one for one, rest for one, one for all; too many restarts stop the tree",
    .params = params,
    .plan_size = sizeof(struct supervisor_plan),
    .state_size = sizeof(struct supervisor_state),
    .plan = supervisor_plan,
    .decide = supervisor_decide,
    .describe = supervisor_describe,
};
