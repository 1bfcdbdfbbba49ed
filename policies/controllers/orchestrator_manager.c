/* SPDX-License-Identifier: Apache-2.0 */
/* orchestrator-compat: the Orchestrator's strategies, driven as its own manager drives them.
 *
 *     a step ends        task_completion; the task strategy records the step, then asks
 *     a failure          error_detection, answered by a checkpoint as soon as there is a job again
 *     background loop    sleeps the strategy's next delay, raises time_based, sleeps again
 *
 * What follows from the original's defects:
 * (a) completions update the metrics with zeros, so that 0 % n = 0 lets `adaptive` save at every
 *     completion once min_interval is over, and `progress` never sees any. `metrics: real` lets the
 *     application add the true numbers after each completion: they reach the background loop alone,
 *     which makes no difference to `adaptive`.
 * (b) `task` counts asks and executions: an interval of 4 means 2 tasks.
 * (c) Its delay is a time of the clock, its answer to the loop is no, and its ten minutes are never
 *     over: it knows no time, and there is no parameter for them.
 * (d) At the defaults the interval of `adaptive` lies in 60 to 90 s whatever happens.
 * Memory and CPU usage are never reported to the original's manager, and have no parameter here. */
#include "policies/controllers/listed.h"
#include "policies/controllers/orchestrator_compat.h"
#include "sim/base/simtime.h"
#include <stdio.h>
#include <string.h>

enum {
    STRATEGY,
    MIN_INTERVAL,
    MAX_INTERVAL,
    ERROR_RATE_THRESHOLD,
    TASK_DURATION_MULTIPLIER,
    METRICS,
    MILESTONES,
    CHECKPOINT_INTERVAL,
    FAILURE_RATE_THRESHOLD,
    CRITICAL_TASKS,
};
enum strategy { STRATEGY_TIME, STRATEGY_ADAPTIVE, STRATEGY_PROGRESS, STRATEGY_TASK };
enum { METRICS_ZEROS, METRICS_REAL };
enum { MOST_MILESTONES = 64, DURATIONS = 100 };
enum reason { REASON_NONE, REASON_TIME, REASON_COMPLETION, REASON_ERROR };

struct manager_plan {
    struct orchestrator_config config;
    enum strategy strategy;
    int is_real, has_steps;
    int64_t steps; /* of the whole job; 0 if unknown */
    int64_t checkpoint_interval;
    double failure_rate_threshold;
    uint32_t milestones_count;
    double milestones[MOST_MILESTONES];
    int64_t patterns_count;
    char patterns[];
};

/* The manager counts seconds from the last checkpoint: metrics.last_checkpoint_time is 0. */
struct manager_state {
    struct orchestrator_metrics metrics;
    struct orchestrator_history history;
    uint64_t reached;
    int64_t last, wake; /* end of the last checkpoint; when the background loop wakes */
    int64_t failures;
    uint32_t is_started;
    uint32_t pending;    /* enum reason: a checkpoint was granted and is not yet asked for */
    uint32_t is_awaited; /* by the background loop, which sleeps only after it */
    uint32_t count, oldest;
    double durations[DURATIONS]; /* deque(maxlen=100) */
};

static const char *const strategies[] = {"time", "adaptive", "progress", "task", NULL};
static const char *const metrics_words[] = {"zeros", "real", NULL};
static const struct cairn_param params[] = {
    {.name = "strategy",
     .unit = CAIRN_CHOICE,
     .fallback = "adaptive",
     .choices = strategies,
     .help = "TimeBased, Adaptive, ProgressBased or (task) AdaptiveCheckpointStrategy"},
    {.name = "min_interval",
     .unit = CAIRN_DURATION,
     .fallback = "60 s",
     .min = 1,
     .max = 1e9,
     .help = "least time between checkpoints; time: the interval"},
    {.name = "max_interval",
     .unit = CAIRN_DURATION,
     .fallback = "1 h",
     .min = 1,
     .max = 1e9,
     .help = "adaptive: upper bound of the interval; progress: after it, without a milestone"},
    {.name = "error_rate_threshold",
     .unit = CAIRN_FRACTION,
     .fallback = "0.1",
     .max = 1,
     .help = "adaptive: with more of the tasks failed the loop saves after min_interval"},
    {.name = "task_duration_multiplier",
     .unit = CAIRN_NUMBER,
     .fallback = "2",
     .help = "adaptive: no interval longer than so many mean durations of a task"},
    {.name = "metrics",
     .unit = CAIRN_CHOICE,
     .fallback = "zeros",
     .choices = metrics_words,
     .help = "zeros: as a completion leaves them; real: the application adds the true ones"},
    {.name = "milestones",
     .unit = CAIRN_FRACTIONS,
     .fallback = "[0.1, 0.25, 0.5, 0.75, 0.9]",
     .help = "progress: fractions of the tasks done that are saved, one a question"},
    {.name = "checkpoint_interval",
     .unit = CAIRN_COUNT,
     .fallback = "5",
     .min = 1,
     .max = 1e15,
     .help = "task: asks and records between checkpoints; each task makes two of them"},
    {.name = "failure_rate_threshold",
     .unit = CAIRN_FRACTION,
     .fallback = "0.2",
     .max = 1,
     .help = "task: with more of the tasks failed each one is saved"},
    {.name = "critical_tasks",
     .unit = CAIRN_NAMES,
     .fallback = "none",
     .help = "task: what begins so is saved always ('.': any character); none: no task"},
    {.name = NULL},
};

/* ---- plan ---------------------------------------------------------------------------------- */

static uint64_t manager_bytes(const struct cairn_value *values, const struct cairn_shape *shape)
{
    (void)shape;
    return offsetof(struct manager_plan, patterns) + listed_bytes(&values[CRITICAL_TASKS]);
}

static const char *set_patterns(struct manager_plan *p, const struct cairn_value *value)
{
    for (int64_t i = 0; i < value->i; i++) {
        const char *refusal = orchestrator_pattern_refusal(value->names[i]);
        if (refusal)
            return refusal;
    }
    int is_none = value->i == 1 && strcmp(value->names[0], "none") == 0;
    p->patterns_count = is_none ? 0 : value->i;
    listed_copy(p->patterns, value);
    return NULL;
}

static const char *manager_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                                void *plan)
{
    struct manager_plan *p = plan;
    const struct cairn_value *milestones = &values[MILESTONES];
    p->config = orchestrator_default_config();
    p->config.min_interval = simtime_seconds(values[MIN_INTERVAL].i);
    p->config.max_interval = simtime_seconds(values[MAX_INTERVAL].i);
    p->config.error_rate_threshold = values[ERROR_RATE_THRESHOLD].x;
    p->config.task_duration_multiplier = values[TASK_DURATION_MULTIPLIER].x;
    p->strategy = (enum strategy)values[STRATEGY].i;
    p->is_real = values[METRICS].i == METRICS_REAL;
    p->has_steps = shape->step > 0 || shape->stages_count > 0;
    p->steps = cairn_steps(shape);
    p->checkpoint_interval = values[CHECKPOINT_INTERVAL].i;
    p->failure_rate_threshold = values[FAILURE_RATE_THRESHOLD].x;
    if (p->strategy == STRATEGY_TASK && !p->has_steps)
        return "strategy task counts steps: give workload.group.stages, or step";
    if (milestones->i > MOST_MILESTONES)
        return "takes 64 milestones at the most";
    p->milestones_count = (uint32_t)milestones->i;
    memcpy(p->milestones, milestones->numbers, p->milestones_count * sizeof *p->milestones);
    return set_patterns(p, &values[CRITICAL_TASKS]);
}

static void manager_init(const void *plan, void *state)
{
    const struct manager_plan *p = plan;
    struct manager_state *s = state;
    s->history = orchestrator_default_history();
    s->history.checkpoint_interval = p->checkpoint_interval;
}

/* ---- the strategies as one ----------------------------------------------------------------- */

static struct orchestrator_milestones milestones_of(const struct manager_plan *p)
{
    return (struct orchestrator_milestones){p->milestones, p->milestones_count};
}

static int should_checkpoint(const struct manager_plan *p, struct manager_state *s,
                             enum orchestrator_trigger trigger, int64_t now)
{
    const struct orchestrator_milestones milestones = milestones_of(p);
    double since = simtime_seconds(now - s->last);
    switch (p->strategy) {
    case STRATEGY_TIME:
        return orchestrator_time_should_checkpoint(&s->metrics, &p->config, trigger, since);
    case STRATEGY_ADAPTIVE:
        return orchestrator_adaptive_should_checkpoint(&s->metrics, &p->config, trigger, since);
    case STRATEGY_PROGRESS:
        return orchestrator_progress_should_checkpoint(&milestones, &s->reached, &s->metrics,
                                                       &p->config, trigger, since);
    case STRATEGY_TASK:
        break;
    }
    return 0; /* asked by step_ended alone */
}

/* ns that the background loop sleeps. */
static int64_t next_delay(const struct manager_plan *p, const struct manager_state *s)
{
    const struct orchestrator_milestones milestones = milestones_of(p);
    double delay = p->config.max_interval;
    if (p->strategy == STRATEGY_TIME)
        delay = orchestrator_time_get_next_checkpoint_time(&p->config);
    else if (p->strategy == STRATEGY_ADAPTIVE)
        delay = orchestrator_adaptive_get_next_checkpoint_time(&s->metrics, &p->config);
    else if (p->strategy == STRATEGY_PROGRESS)
        delay =
            orchestrator_progress_get_next_checkpoint_time(&milestones, &s->metrics, &p->config);
    if (delay == ORCHESTRATOR_RAISES)
        delay = 60; /* it logs the exception and waits a minute */
    int64_t ns = simtime_from_seconds(delay);
    return ns > 0 ? ns : 1;
}

/* ---- what happens -------------------------------------------------------------------------- */

static void start(const struct manager_plan *p, struct manager_state *s, int64_t now)
{
    if (s->is_started)
        return;
    s->is_started = 1;
    s->last = now;
    s->wake = simtime_add(now, next_delay(p, s));
}

/* Mean of the last 100, summed from the oldest on. */
static void add_duration(struct manager_state *s, double duration)
{
    double sum = 0;
    s->durations[(s->oldest + s->count) % DURATIONS] = duration;
    if (s->count < DURATIONS)
        s->count++;
    else
        s->oldest = (s->oldest + 1) % DURATIONS;
    for (uint32_t i = 0; i < s->count; i++)
        sum += s->durations[(s->oldest + i) % DURATIONS];
    s->metrics.average_task_duration = sum / s->count;
}

static void step_ended(const struct manager_plan *p, struct manager_state *s,
                       const struct cairn_happening *h)
{
    struct orchestrator_patterns patterns = {p->patterns, p->patterns_count,
                                             p->failure_rate_threshold};
    double since = simtime_seconds(h->now - s->last), took = simtime_seconds(h->cost);
    int is_granted;
    if (p->strategy == STRATEGY_TASK) {
        orchestrator_record_task_execution(&s->history, 1, took);
        is_granted = orchestrator_should_checkpoint_for_task(&patterns, &s->history, h->name);
    } else {
        add_duration(s, took);
        orchestrator_update_metrics(&s->metrics, since, 0, 0, 0); /* defect (a) */
        is_granted = should_checkpoint(p, s, ORCHESTRATOR_TASK_COMPLETION, h->now);
    }
    if (is_granted)
        s->pending = REASON_COMPLETION;
    if (p->is_real && p->steps > 0)
        orchestrator_update_metrics(&s->metrics, since, h->steps, s->failures,
                                    (double)h->steps / (double)p->steps);
}

static void failed(const struct manager_plan *p, struct manager_state *s, int64_t now)
{
    s->failures++;
    orchestrator_record_task_execution(&s->history, 0, 0);
    int is_granted = should_checkpoint(p, s, ORCHESTRATOR_ERROR_DETECTION, now);
    s->pending = is_granted ? REASON_ERROR : REASON_NONE;
}

static int manager_observe(const void *plan, void *state, const struct cairn_happening *happening,
                           uint64_t n)
{
    const struct manager_plan *p = plan;
    struct manager_state *s = state;
    start(p, s, happening->now);
    switch ((enum cairn_happening_kind)happening->kind) {
    case CAIRN_HEAR_STEP:
        for (struct cairn_happening one = *happening;
             n-- > 0;) { /* one directly behind the other */
            one.now = happening->now - (int64_t)n * happening->cost;
            one.steps = happening->steps - (int64_t)n;
            step_ended(p, s, &one);
        }
        break;
    case CAIRN_HEAR_FAILURE:
        failed(p, s, happening->now);
        break;
    case CAIRN_HEAR_CHECKPOINT_DONE:
        s->last = happening->now;
        if (s->is_awaited || s->wake <= s->last) /* that one found it just done, and slept again */
            s->wake = simtime_add(s->last, next_delay(p, s));
        s->is_awaited = 0;
        break;
    case CAIRN_HEAR_CHECKPOINT_LOST:
    case CAIRN_HEAR_RECOVERED:
    case CAIRN_HEAR_PREDICTION:
    case CAIRN_HEAR_NOTICE:
        break;
    }
    return 0;
}

/* ---- decide -------------------------------------------------------------------------------- */

/* What is granted by now. The background loop, if it wakes at this very instant, is served by the
 * same checkpoint. */
static enum reason granted(const struct manager_plan *p, struct manager_state *s, int64_t now)
{
    enum reason reason = (enum reason)s->pending;
    s->pending = REASON_NONE;
    s->is_awaited = 0;
    if (now < s->wake)
        return reason;
    if (reason == REASON_NONE && should_checkpoint(p, s, ORCHESTRATOR_TIME_BASED, now))
        reason = REASON_TIME;
    s->is_awaited = reason != REASON_NONE;
    s->wake = simtime_add(now, next_delay(p, s));
    return reason;
}

static void manager_decide(const void *plan, void *state, const struct cairn_situation *situation,
                           struct cairn_verdict *verdict)
{
    const struct manager_plan *p = plan;
    struct manager_state *s = state;
    int64_t now = situation->now;
    start(p, s, now);
    enum reason reason = granted(p, s, now);
    /* Free, and nothing done since the last: it would change nothing. */
    int is_empty = situation->work_since == 0 && situation->expected_cost == 0;
    verdict->action = reason == REASON_NONE || is_empty ? CAIRN_SKIP : CAIRN_CHECKPOINT;
    verdict->ask = p->has_steps ? CAIRN_ASK_STEP : CAIRN_ASK_TIME;
    verdict->at = p->has_steps ? situation->step_index + 1 : s->wake;
    verdict->reason = reason;
    verdict->numbers[0] = simtime_seconds(now - s->last);
    verdict->numbers[1] = simtime_seconds(s->wake);
    verdict->numbers[2] = (double)s->history.records;
    verdict->numbers[3] = s->metrics.progress_percentage;
}

static void manager_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                             size_t capacity)
{
    static const char *const triggers[] = {"no trigger", "time_based", "task_completion",
                                           "error_detection"};
    const struct manager_plan *p = plan;
    const double *x = verdict->numbers;
    if (p->strategy == STRATEGY_TASK)
        snprintf(bytes, capacity, "%s: %s, %.0f asks and records, interval %lld",
                 strategies[p->strategy], triggers[verdict->reason % 4], x[2],
                 (long long)p->checkpoint_interval);
    else
        snprintf(bytes, capacity, "%s: %s, %.9g s since the last checkpoint; wakes at %.9g s",
                 strategies[p->strategy], triggers[verdict->reason % 4], x[0], x[1]);
}

const struct cairn_controller_class cairn_controller_orchestrator_compat = {
    .size = sizeof cairn_controller_orchestrator_compat,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "orchestrator-compat",
    .summary = "the Orchestrator's strategies as they are in code, defects included",
    .params = params,
    .hears = CAIRN_HEARS(CAIRN_HEAR_STEP) | CAIRN_HEARS(CAIRN_HEAR_CHECKPOINT_DONE) |
             CAIRN_HEARS(CAIRN_HEAR_FAILURE),
    .state_size = sizeof(struct manager_state),
    .plan = manager_plan,
    .init = manager_init,
    .observe = manager_observe,
    .decide = manager_decide,
    .describe = manager_describe,
    .plan_bytes = manager_bytes,
};
