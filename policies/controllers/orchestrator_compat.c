/* SPDX-License-Identifier: Apache-2.0 */
/* The Orchestrator's checkpoint strategies as pure functions.
 *
 *     adaptive:  interval = max(min, min(min(min * error * progress, duration), max))
 *                error = 1 - min(2 e, 0.8), progress = 1 + p / 2, duration = min(mult * avg, max)
 *
 * Python's min and max, which keep their first argument where a NaN is compared, and its order of
 * operations, left to right. Main invariant: nothing here is mended. What can never decide in the
 * original (the ten minutes since a time that is never set) is left out. */
#include "policies/controllers/orchestrator_compat.h"
#include <string.h>

/* Python: max(a, b), min(a, b). */
static double pymax(double a, double b)
{
    return b > a ? b : a;
}

static double pymin(double a, double b)
{
    return b < a ? b : a;
}

struct orchestrator_config orchestrator_default_config(void)
{
    return (struct orchestrator_config){.min_interval = 60,
                                        .max_interval = 3600,
                                        .error_rate_threshold = 0.1,
                                        .task_duration_multiplier = 2,
                                        .memory_usage_threshold = 0.8};
}

/* execution_time grows by the time since the last checkpoint at every call: it is no duration. */
void orchestrator_update_metrics(struct orchestrator_metrics *m, double now,
                                 int64_t completed_tasks, int64_t failed_tasks,
                                 double progress_percentage)
{
    int64_t total = completed_tasks + failed_tasks;
    m->execution_time = now - (m->last_checkpoint_time - m->execution_time);
    m->completed_tasks = completed_tasks;
    m->failed_tasks = failed_tasks;
    m->progress_percentage = progress_percentage;
    m->error_rate = total > 0 ? (double)failed_tasks / (double)total : 0;
}

static int is_always(enum orchestrator_trigger trigger)
{
    return trigger == ORCHESTRATOR_ERROR_DETECTION || trigger == ORCHESTRATOR_MANUAL;
}

/* ---- TimeBasedStrategy --------------------------------------------------------------------- */

int orchestrator_time_should_checkpoint(const struct orchestrator_metrics *metrics,
                                        const struct orchestrator_config *config,
                                        enum orchestrator_trigger trigger, double now)
{
    if (trigger == ORCHESTRATOR_TIME_BASED)
        return now - metrics->last_checkpoint_time >= config->min_interval;
    return trigger == ORCHESTRATOR_ERROR_DETECTION; /* a manual one: no */
}

double orchestrator_time_get_next_checkpoint_time(const struct orchestrator_config *config)
{
    return config->min_interval;
}

/* ---- AdaptiveStrategy ---------------------------------------------------------------------- */

/* max(5, int(10 * (1 - error_rate))); where Python's int() raises, 5. */
static int64_t tasks_between(double error_rate)
{
    double n = 10 * (1 - error_rate);
    return n >= 6 && n < 0x1p62 ? (int64_t)n : 5;
}

static int is_at_milestone(double progress)
{
    static const double milestones[] = {0.25, 0.5, 0.75, 0.9};
    for (int i = 0; i < 4; i++)
        if (progress >= milestones[i] && progress < milestones[i] + 0.05)
            return 1;
    return 0;
}

int orchestrator_adaptive_should_checkpoint(const struct orchestrator_metrics *metrics,
                                            const struct orchestrator_config *config,
                                            enum orchestrator_trigger trigger, double now)
{
    double since = now - metrics->last_checkpoint_time;
    if (is_always(trigger))
        return 1;
    if (since < config->min_interval)
        return 0;
    if (metrics->error_rate > config->error_rate_threshold)
        return since >= config->min_interval;
    if (metrics->memory_usage > config->memory_usage_threshold || metrics->cpu_usage > 0.9)
        return since >= config->min_interval * 0.5;
    if (trigger == ORCHESTRATOR_TASK_COMPLETION)
        return metrics->completed_tasks % tasks_between(metrics->error_rate) == 0;
    if (trigger == ORCHESTRATOR_PIPELINE_MILESTONE)
        return is_at_milestone(metrics->progress_percentage);
    if (trigger == ORCHESTRATOR_TIME_BASED)
        return since >= orchestrator_adaptive_get_next_checkpoint_time(metrics, config);
    return 0;
}

double orchestrator_adaptive_get_next_checkpoint_time(const struct orchestrator_metrics *metrics,
                                                      const struct orchestrator_config *config)
{
    double base = config->min_interval, duration = base;
    double error = 1.0 - pymin(metrics->error_rate * 2, 0.8);
    double progress = 1.0 + metrics->progress_percentage * 0.5;
    if (metrics->average_task_duration > 0)
        duration = pymin(config->task_duration_multiplier * metrics->average_task_duration,
                         config->max_interval);
    double interval = pymin(base * error * progress, duration);
    return pymax(config->min_interval, pymin(interval, config->max_interval));
}

/* ---- ProgressBasedStrategy ----------------------------------------------------------------- */

int orchestrator_progress_should_checkpoint(const struct orchestrator_milestones *of,
                                            uint64_t *reached,
                                            const struct orchestrator_metrics *metrics,
                                            const struct orchestrator_config *config,
                                            enum orchestrator_trigger trigger, double now)
{
    if (is_always(trigger))
        return 1;
    for (uint32_t i = 0; i < of->count; i++) {
        uint64_t bit = UINT64_C(1) << i;
        if (!(*reached & bit) && metrics->progress_percentage >= of->milestones[i]) {
            *reached |= bit; /* one a call, though more may be passed */
            return 1;
        }
    }
    return now - metrics->last_checkpoint_time >= config->max_interval;
}

double orchestrator_progress_get_next_checkpoint_time(const struct orchestrator_milestones *of,
                                                      const struct orchestrator_metrics *metrics,
                                                      const struct orchestrator_config *config)
{
    double progress = metrics->progress_percentage, next = 0;
    for (uint32_t i = 0; i < of->count && next == 0; i++)
        if (of->milestones[i] > progress)
            next = of->milestones[i];
    if (next == 0 || !(progress > 0))
        return config->max_interval;
    if (metrics->execution_time == 0)
        return ORCHESTRATOR_RAISES;
    double rate = progress / metrics->execution_time;
    return rate > 0 ? (next - progress) / rate : config->max_interval;
}

/* ---- AdaptiveCheckpointStrategy ------------------------------------------------------------ */

struct orchestrator_history orchestrator_default_history(void)
{
    return (struct orchestrator_history){.checkpoint_interval = 5, .time_threshold_minutes = 10};
}

/* re.match asks for a beginning, not for the whole: 'train' matches 'train_1'. */
int orchestrator_matches(const char *pattern, const char *name)
{
    for (; *pattern; pattern++, name++) {
        if (pattern[0] == '.' && pattern[1] == '*')
            return 1;
        if (!*name || (*pattern != '.' && *pattern != *name))
            return 0;
    }
    return 1;
}

const char *orchestrator_pattern_refusal(const char *pattern)
{
    for (; *pattern; pattern++) {
        if (strcmp(pattern, ".*") == 0)
            return NULL;
        if (strchr("*+?^$()[]{}|\\", *pattern))
            return "of regular expressions only '.' and a '.*' at the end are known";
    }
    return NULL;
}

static int is_critical(const struct orchestrator_patterns *of, const char *task_id)
{
    const char *pattern = of->bytes;
    for (int64_t i = 0; i < of->count; i++) {
        if (orchestrator_matches(pattern, task_id))
            return 1;
        pattern += strlen(pattern) + 1;
    }
    return 0;
}

static double failure_rate(const struct orchestrator_history *h)
{
    return h->executions > 0 ? (double)h->failures / (double)h->executions : 0;
}

int orchestrator_should_checkpoint_for_task(const struct orchestrator_patterns *of,
                                            struct orchestrator_history *h, const char *task_id)
{
    h->records++;
    return is_critical(of, task_id) || h->records % h->checkpoint_interval == 0 ||
           failure_rate(h) > of->failure_rate_threshold;
}

int orchestrator_should_checkpoint_with_metrics(const struct orchestrator_history *h,
                                                const struct orchestrator_metrics *metrics,
                                                const struct orchestrator_config *config,
                                                enum orchestrator_trigger trigger, double now)
{
    double since = now - metrics->last_checkpoint_time;
    if (is_always(trigger))
        return 1;
    if (since < config->min_interval)
        return 0;
    if (metrics->error_rate > config->error_rate_threshold)
        return since >= config->min_interval;
    return trigger == ORCHESTRATOR_TASK_COMPLETION &&
           metrics->completed_tasks % h->checkpoint_interval == 0;
}

void orchestrator_record_task_execution(struct orchestrator_history *h, int success,
                                        double duration)
{
    h->records++;
    h->executions++;
    h->failures += !success;
    h->durations += duration;
}

double orchestrator_get_checkpoint_priority(const struct orchestrator_patterns *of,
                                            const struct orchestrator_history *h,
                                            const char *task_id)
{
    double priority = is_critical(of, task_id) ? 1.0 * 1.5 : 0.5;
    priority *= 1.0 + failure_rate(h) * 0.5;
    return pymin(priority, 2.0);
}

static int64_t at_least(int64_t least, int64_t value)
{
    return value > least ? value : least;
}

void orchestrator_optimize_checkpoint_frequency(struct orchestrator_history *h)
{
    double rate = failure_rate(h);
    double average = h->executions > 0 ? h->durations / (double)h->executions : 0;
    if (h->records < 10)
        return;
    if (rate < 0.05)
        h->checkpoint_interval = h->checkpoint_interval + 1 < 10 ? h->checkpoint_interval + 1 : 10;
    else if (rate > 0.3)
        h->checkpoint_interval = at_least(1, h->checkpoint_interval - 2);
    else if (rate > 0.2)
        h->checkpoint_interval = at_least(1, h->checkpoint_interval - 1);
    else if (rate > 0.1)
        h->checkpoint_interval = at_least(2, h->checkpoint_interval - 1);
    if (rate > 0.5)
        h->checkpoint_interval = at_least(1, (int64_t)((double)h->checkpoint_interval * 0.5));
    if (average > 300)
        h->time_threshold_minutes = pymax(5.0, h->time_threshold_minutes * 0.8);
    else if (average < 30)
        h->time_threshold_minutes = pymin(30.0, h->time_threshold_minutes * 1.2);
}

double orchestrator_task_get_next_checkpoint_time(const struct orchestrator_patterns *of,
                                                  const struct orchestrator_history *h,
                                                  const struct orchestrator_metrics *metrics,
                                                  const struct orchestrator_config *config,
                                                  double now)
{
    double interval = (config->min_interval + config->max_interval) / 2;
    interval *= (double)h->checkpoint_interval / 5.0;
    if (metrics->error_rate > of->failure_rate_threshold)
        interval *= 0.5;
    return now + interval;
}
