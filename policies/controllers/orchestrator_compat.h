/* SPDX-License-Identifier: Apache-2.0 */
/* The Orchestrator's checkpoint strategies, with its names and its defects.
 *
 * Four classes of src/orchestrator/state/adaptive_checkpoint.py in ContextLab/orchestrator (commit
 * 619036f), as pure functions: the same answer, bit for bit, for the same numbers. Times are
 * seconds as doubles, because they are there. What the defects do is in orchestrator_manager.c,
 * which drives these functions as the original's manager does. Two things Python does are said
 * differently: an exception is ORCHESTRATOR_RAISES, and regular expressions are literals in which
 * '.' is any character and a '.*' may end the pattern. */
#ifndef CAIRN_POLICIES_ORCHESTRATOR_COMPAT_H
#define CAIRN_POLICIES_ORCHESTRATOR_COMPAT_H

#include <stdint.h>

/* A delay where the original divides by zero. */
#define ORCHESTRATOR_RAISES (-1.0)

/* CheckpointTrigger */
enum orchestrator_trigger {
    ORCHESTRATOR_TIME_BASED,
    ORCHESTRATOR_TASK_COMPLETION,
    ORCHESTRATOR_ERROR_DETECTION,
    ORCHESTRATOR_RESOURCE_USAGE,
    ORCHESTRATOR_MANUAL,
    ORCHESTRATOR_PIPELINE_MILESTONE,
};

/* CheckpointConfig, what decides of it. */
struct orchestrator_config {
    double min_interval, max_interval; /* s */
    double error_rate_threshold, task_duration_multiplier, memory_usage_threshold;
};

/* 60, 3600, 0.1, 2.0, 0.8 */
struct orchestrator_config orchestrator_default_config(void);

/* CheckpointMetrics, what decides of it. */
struct orchestrator_metrics {
    double execution_time;
    int64_t completed_tasks, failed_tasks;
    double memory_usage, cpu_usage, last_checkpoint_time;
    double average_task_duration, error_rate, progress_percentage;
};

/* AdaptiveCheckpointManager.update_metrics, but for the average of durations. `now` is what the
 * clock says. */
void orchestrator_update_metrics(struct orchestrator_metrics *metrics, double now,
                                 int64_t completed_tasks, int64_t failed_tasks,
                                 double progress_percentage);

/* TimeBasedStrategy */
int orchestrator_time_should_checkpoint(const struct orchestrator_metrics *metrics,
                                        const struct orchestrator_config *config,
                                        enum orchestrator_trigger trigger, double now);
double orchestrator_time_get_next_checkpoint_time(const struct orchestrator_config *config);

/* AdaptiveStrategy */
int orchestrator_adaptive_should_checkpoint(const struct orchestrator_metrics *metrics,
                                            const struct orchestrator_config *config,
                                            enum orchestrator_trigger trigger, double now);
double orchestrator_adaptive_get_next_checkpoint_time(const struct orchestrator_metrics *metrics,
                                                      const struct orchestrator_config *config);

/* ProgressBasedStrategy: at most 64 milestones; reached: bit i for milestone i. */
struct orchestrator_milestones {
    const double *milestones;
    uint32_t count;
};
int orchestrator_progress_should_checkpoint(const struct orchestrator_milestones *of,
                                            uint64_t *reached,
                                            const struct orchestrator_metrics *metrics,
                                            const struct orchestrator_config *config,
                                            enum orchestrator_trigger trigger, double now);
double orchestrator_progress_get_next_checkpoint_time(const struct orchestrator_milestones *of,
                                                      const struct orchestrator_metrics *metrics,
                                                      const struct orchestrator_config *config);

/* AdaptiveCheckpointStrategy, of one pipeline: what stays, and what changes. */
struct orchestrator_patterns {
    const char *bytes; /* `count` NUL-terminated patterns, one behind the other */
    int64_t count;
    double failure_rate_threshold;
};
struct orchestrator_history {
    int64_t checkpoint_interval;
    double time_threshold_minutes;
    int64_t records; /* asks and executions: defect (b) */
    int64_t executions, failures;
    double durations; /* their sum */
};
/* interval 5, 10 minutes */
struct orchestrator_history orchestrator_default_history(void);
/* re.match(pattern, name), for patterns as above. */
int orchestrator_matches(const char *pattern, const char *name);
/* NULL, or why this is no such pattern. */
const char *orchestrator_pattern_refusal(const char *pattern);
int orchestrator_should_checkpoint_for_task(const struct orchestrator_patterns *of,
                                            struct orchestrator_history *history,
                                            const char *task_id);
int orchestrator_should_checkpoint_with_metrics(const struct orchestrator_history *history,
                                                const struct orchestrator_metrics *metrics,
                                                const struct orchestrator_config *config,
                                                enum orchestrator_trigger trigger, double now);
void orchestrator_record_task_execution(struct orchestrator_history *history, int success,
                                        double duration);
double orchestrator_get_checkpoint_priority(const struct orchestrator_patterns *of,
                                            const struct orchestrator_history *history,
                                            const char *task_id);
void orchestrator_optimize_checkpoint_frequency(struct orchestrator_history *history);
/* A time, which the original then uses as a delay: defect (c). */
double orchestrator_task_get_next_checkpoint_time(const struct orchestrator_patterns *of,
                                                  const struct orchestrator_history *history,
                                                  const struct orchestrator_metrics *metrics,
                                                  const struct orchestrator_config *config,
                                                  double now);

#endif
