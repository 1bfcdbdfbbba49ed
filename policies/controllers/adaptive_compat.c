/* SPDX-License-Identifier: Apache-2.0 */
/* adaptive-compat: the controller of ray-adaptive-checkpointing, as its pipelines drive it.
 *
 *     after each task:  max = max(max, runtime);  yes if used < budget and runtime / max >= thr
 *     recovered:        b = (e - k) saved_per_step - overhead;  thr -= sign(b) lr |b| / (|b| + 1)
 *
 * e is the task that failed, k the last one that the checkpoint covers, counted from 0. A task is a
 * step, or `task` of work where there are no steps. A failure without a checkpoint teaches nothing;
 * one that strikes during the recovery from another belongs to it. */
#include "policies/controllers/adaptive_compat.h"
#include "policies/controller.h"
#include "sim/base/simtime.h"
#include <stdio.h>

enum { BUDGET, THRESHOLD, LEARNING_RATE, SAVED, OVERHEAD, TASK, WHEN_SPENT };
enum { WHEN_SPENT_STOP, WHEN_SPENT_ASK };

#define SECONDS_MAX 1e9

struct adaptive_plan {
    struct adaptive_compat fresh;
    double saved, overhead; /* s */
    int64_t task;
    uint32_t by_steps, stops;
};

struct adaptive_state {
    struct adaptive_compat it;
    double claimed; /* s */
    double runtime; /* of the last task */
    /* By steps: steps done when the last failure struck. By work: work that it lost. */
    int64_t failed;
    int64_t next, asked; /* by work: the work that ends the next task; when one last ended */
    uint32_t has_ended;  /* by steps: a step, about which nobody has asked yet */
};

static const char *const when_spent[] = {"stop", "ask", NULL};
static const struct cairn_param params[] = {
    {.name = "budget",
     .unit = CAIRN_COUNT,
     .fallback = "3",
     .min = 0,
     .max = 1e15,
     .help = "checkpoints that may be taken in all"},
    {.name = "threshold",
     .unit = CAIRN_NUMBER,
     .fallback = "0.35",
     .min = -10,
     .max = 10,
     .help = "least ratio of a task's runtime to the longest so far; learning keeps it within "
             "0.05 and 1"},
    {.name = "learning_rate",
     .unit = CAIRN_NUMBER,
     .fallback = "0.1",
     .min = -10,
     .max = 10,
     .help = "how far a recovery moves the threshold at most"},
    {.name = "saved_per_step",
     .unit = CAIRN_DURATION,
     .fallback = "15 s",
     .min = 0,
     .max = SECONDS_MAX,
     .help = "time that it believes each step between checkpoint and failure to be worth"},
    {.name = "overhead",
     .unit = CAIRN_DURATION,
     .fallback = "1 s",
     .min = 0,
     .max = SECONDS_MAX,
     .help = "time that it believes a checkpoint to cost"},
    {.name = "task",
     .unit = CAIRN_DURATION,
     .fallback = "1 h",
     .help = "work that counts as a task where there are no steps"},
    {.name = "when_spent",
     .unit = CAIRN_CHOICE,
     .fallback = "stop",
     .choices = when_spent,
     .help = "with the budget used up: ask after every task all the same, as the original does for "
             "its log, or stop asking until the next restore"},
    {.name = NULL},
};

static const char *adaptive_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                                 void *plan)
{
    struct adaptive_plan *p = plan;
    p->fresh = adaptive_compat_of(values[BUDGET].i, values[THRESHOLD].x, values[LEARNING_RATE].x);
    p->saved = values[SAVED].x;
    p->overhead = values[OVERHEAD].x;
    p->task = values[TASK].i;
    p->by_steps = shape->step > 0 || shape->stages_count > 0;
    p->stops = values[WHEN_SPENT].i == WHEN_SPENT_STOP;
    if (!p->by_steps && p->task <= 0)
        return "needs steps, or a task that is longer than 0";
    return NULL;
}

static void adaptive_init(const void *plan, void *state)
{
    ((struct adaptive_state *)state)->it = ((const struct adaptive_plan *)plan)->fresh;
}

/* ---- what it hears ------------------------------------------------------------------------- */

static void learn(const struct adaptive_plan *p, struct adaptive_state *s,
                  const struct cairn_happening *happening)
{
    int64_t lost = p->by_steps ? s->failed - happening->steps : s->failed / p->task;
    double distance = (double)(lost + 1); /* e - k: the failed one is counted too */
    if (happening->is_restorable)
        s->claimed += adaptive_compat_adjust(&s->it, distance * p->saved, p->overhead);
    s->failed = 0;
}

static int adaptive_observe(const void *plan, void *state, const struct cairn_happening *happening,
                            uint64_t n)
{
    const struct adaptive_plan *p = plan;
    struct adaptive_state *s = state;
    (void)n;
    if (happening->kind == CAIRN_HEAR_STEP && p->by_steps) {
        s->runtime = simtime_seconds(happening->cost);
        s->has_ended = 1;
        adaptive_compat_observe(&s->it, s->runtime);
    } else if (happening->kind == CAIRN_HEAR_FAILURE) {
        int64_t failed = p->by_steps ? happening->steps : happening->work_lost;
        s->failed = failed > s->failed ? failed : s->failed;
        s->has_ended = 0;
    } else if (happening->kind == CAIRN_HEAR_RECOVERED) {
        learn(p, s, happening);
    }
    return 0;
}

/* ---- what it is asked ---------------------------------------------------------------------- */

/* Has a task of work ended? Then it is observed here: there are no steps to hear of. */
static int ends_task(const struct adaptive_plan *p, struct adaptive_state *s,
                     const struct cairn_situation *situation)
{
    int64_t began = situation->now - situation->wall_since;
    if (situation->work_since == 0)
        s->next = simtime_add(situation->work_done, p->task);
    if (situation->work_done < s->next)
        return 0;
    if (began < s->asked)
        began = s->asked;
    s->runtime = simtime_seconds(situation->now - began);
    s->asked = situation->now;
    s->next = simtime_add(situation->work_done, p->task);
    adaptive_compat_observe(&s->it, s->runtime);
    return 1;
}

static void ask_again(const struct adaptive_plan *p, const struct adaptive_state *s,
                      const struct cairn_situation *situation, struct cairn_verdict *verdict)
{
    int is_taken = verdict->action == CAIRN_CHECKPOINT;
    if (p->stops && s->it.used >= s->it.budget) {
        verdict->ask = CAIRN_ASK_NEVER; /* what it hears it learns from all the same */
    } else if (p->by_steps) {
        verdict->ask = CAIRN_ASK_STEPS;
        verdict->at = is_taken ? 1 : situation->steps_since + 1;
    } else {
        verdict->ask = CAIRN_ASK_WORK;
        verdict->at = s->next - situation->work_done + (is_taken ? 0 : situation->work_since);
    }
}

static void adaptive_decide(const void *plan, void *state, const struct cairn_situation *situation,
                            struct cairn_verdict *verdict)
{
    const struct adaptive_plan *p = plan;
    struct adaptive_state *s = state;
    int has_ended =
        p->by_steps ? s->has_ended && situation->steps_since > 0 : ends_task(p, s, situation);
    s->has_ended = 0;
    verdict->action = CAIRN_SKIP;
    verdict->reason = ADAPTIVE_COMPAT_NO_TASK;
    if (has_ended) {
        verdict->reason =
            s->it.used >= s->it.budget ? ADAPTIVE_COMPAT_SPENT : ADAPTIVE_COMPAT_BELOW;
        verdict->numbers[ADAPTIVE_COMPAT_ESTIMATE] = s->runtime;
        if (adaptive_compat_should(&s->it, s->runtime)) {
            verdict->action = CAIRN_CHECKPOINT;
            verdict->reason = ADAPTIVE_COMPAT_TAKEN;
        }
    }
    verdict->numbers[ADAPTIVE_COMPAT_MAX_SEEN] = s->it.max_seen;
    verdict->numbers[ADAPTIVE_COMPAT_THRESHOLD] = s->it.threshold;
    verdict->numbers[ADAPTIVE_COMPAT_USED] = (double)s->it.used;
    ask_again(p, s, situation, verdict);
}

static void adaptive_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                              size_t capacity)
{
    const double *n = verdict->numbers;
    double budget = (double)((const struct adaptive_plan *)plan)->fresh.budget;
    double ratio = n[ADAPTIVE_COMPAT_ESTIMATE] /
                   adaptive_compat_max(n[ADAPTIVE_COMPAT_MAX_SEEN], ADAPTIVE_COMPAT_LEAST);
    if (verdict->reason == ADAPTIVE_COMPAT_NO_TASK)
        snprintf(bytes, capacity, "no task has ended since the start or the last restore");
    else if (verdict->reason == ADAPTIVE_COMPAT_SPENT)
        snprintf(bytes, capacity, "a task of %.9g s: all %.0f checkpoints of the budget are used",
                 n[ADAPTIVE_COMPAT_ESTIMATE], budget);
    else
        snprintf(bytes, capacity,
                 "a task of %.9g s, %.3f of the longest (%.9g s), %s the threshold of %.3f: "
                 "%.0f of %.0f checkpoints used",
                 n[ADAPTIVE_COMPAT_ESTIMATE], ratio, n[ADAPTIVE_COMPAT_MAX_SEEN],
                 verdict->reason == ADAPTIVE_COMPAT_TAKEN ? "not below" : "below",
                 n[ADAPTIVE_COMPAT_THRESHOLD], n[ADAPTIVE_COMPAT_USED], budget);
}

static double adaptive_claimed(const void *plan, const void *state)
{
    (void)plan;
    return ((const struct adaptive_state *)state)->claimed;
}

const struct cairn_controller_class cairn_controller_adaptive_compat = {
    .size = sizeof cairn_controller_adaptive_compat,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "adaptive-compat",
    .summary = "ray-adaptive-checkpointing: runtime against the longest so far, on a budget",
    .params = params,
    .hears = CAIRN_HEARS(CAIRN_HEAR_STEP) | CAIRN_HEARS(CAIRN_HEAR_FAILURE) |
             CAIRN_HEARS(CAIRN_HEAR_RECOVERED),
    .plan_size = sizeof(struct adaptive_plan),
    .state_size = sizeof(struct adaptive_state),
    .plan = adaptive_plan,
    .init = adaptive_init,
    .observe = adaptive_observe,
    .decide = adaptive_decide,
    .describe = adaptive_describe,
    .claimed = adaptive_claimed,
};
