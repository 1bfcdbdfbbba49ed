/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the Orchestrator's strategies answer, bit for bit, what the original answered. Method:
 * every strategy case of ../shared/reference/orchestrator_strategy_vectors.jsonl, made by running
 * the original; its tables of rules, worked out by hand; the bounds of the adaptive interval under
 * random metrics. Retries and circuit breakers of the same file are not checkpoint strategies. */
#include "policies/controllers/orchestrator_compat.h"
#include "tests/support.h"
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VECTORS "reference/orchestrator_strategy_vectors.jsonl"

enum { MOST = 64 };
static uint64_t seed = 1;

/* ---- reading the vectors --------------------------------------------------------------------- */

static double number(const json_t *object, const char *key, double otherwise)
{
    const json_t *value = json_object_get(object, key);
    return value ? json_number_value(value) : otherwise;
}

static const char *string_at(const json_t *array, size_t i)
{
    const char *text = json_string_value(json_array_get(array, i));
    assert_non_null(text);
    return text;
}

static enum orchestrator_trigger trigger_of(const json_t *object)
{
    static const char *const names[] = {"time_based",     "task_completion", "error_detection",
                                        "resource_usage", "manual",          "pipeline_milestone"};
    const char *name = json_string_value(json_object_get(object, "trigger"));
    for (int i = 0; i < 6; i++)
        if (name && strcmp(name, names[i]) == 0)
            return (enum orchestrator_trigger)i;
    fail_msg("trigger %s", name ? name : "absent");
    return ORCHESTRATOR_TIME_BASED;
}

static void assert_known_keys(const json_t *object, const char *known)
{
    void *at = json_object_iter((json_t *)(uintptr_t)object);
    for (; at; at = json_object_iter_next((json_t *)(uintptr_t)object, at)) {
        char word[100];
        snprintf(word, sizeof word, " %s ", json_object_iter_key(at));
        if (!strstr(known, word))
            fail_msg("no way to give%s", word);
    }
}

static struct orchestrator_config config_of(const json_t *object)
{
    struct orchestrator_config c = orchestrator_default_config();
    assert_known_keys(object, " min_interval max_interval error_rate_threshold "
                              "task_duration_multiplier memory_usage_threshold ");
    c.min_interval = number(object, "min_interval", c.min_interval);
    c.max_interval = number(object, "max_interval", c.max_interval);
    c.error_rate_threshold = number(object, "error_rate_threshold", c.error_rate_threshold);
    c.task_duration_multiplier =
        number(object, "task_duration_multiplier", c.task_duration_multiplier);
    c.memory_usage_threshold = number(object, "memory_usage_threshold", c.memory_usage_threshold);
    return c;
}

static struct orchestrator_metrics metrics_of(const json_t *object)
{
    assert_known_keys(object, " execution_time completed_tasks failed_tasks memory_usage cpu_usage "
                              "last_checkpoint_time average_task_duration error_rate "
                              "progress_percentage ");
    return (struct orchestrator_metrics){
        .execution_time = number(object, "execution_time", 0),
        .completed_tasks = (int64_t)number(object, "completed_tasks", 0),
        .failed_tasks = (int64_t)number(object, "failed_tasks", 0),
        .memory_usage = number(object, "memory_usage", 0),
        .cpu_usage = number(object, "cpu_usage", 0),
        .last_checkpoint_time = number(object, "last_checkpoint_time", 0),
        .average_task_duration = number(object, "average_task_duration", 0),
        .error_rate = number(object, "error_rate", 0),
        .progress_percentage = number(object, "progress_percentage", 0)};
}

static void assert_bits(const json_t *expect, const char *key, double actual)
{
    const char *hex = json_string_value(json_object_get(expect, key));
    assert_non_null(hex);
    double expected = strtod(hex, NULL);
    if (memcmp(&expected, &actual, sizeof actual) != 0)
        fail_msg("%s is %a instead of %a", key, actual, expected);
}

static void assert_decision(const json_t *expect, int actual)
{
    const json_t *decision = json_object_get(expect, "decision");
    assert_true(json_is_boolean(decision));
    bool expected = json_is_true(decision);
    assert_int_equal(actual != 0, expected);
}

/* ---- the units ------------------------------------------------------------------------------- */

static void check_simple(const json_t *input, const json_t *expect, bool is_adaptive)
{
    struct orchestrator_config config = config_of(json_object_get(input, "config"));
    struct orchestrator_metrics metrics = metrics_of(json_object_get(input, "metrics"));
    enum orchestrator_trigger trigger = trigger_of(input);
    double now = number(input, "now", NAN);
    assert_int_equal(json_object_size(json_object_get(input, "strategy_args")), 0);
    if (is_adaptive) {
        assert_decision(expect,
                        orchestrator_adaptive_should_checkpoint(&metrics, &config, trigger, now));
        assert_bits(expect, "next_hex",
                    orchestrator_adaptive_get_next_checkpoint_time(&metrics, &config));
    } else {
        assert_decision(expect,
                        orchestrator_time_should_checkpoint(&metrics, &config, trigger, now));
        assert_bits(expect, "next_hex", orchestrator_time_get_next_checkpoint_time(&config));
    }
}

static void check_time(const json_t *input, const json_t *expect)
{
    check_simple(input, expect, false);
}

static void check_adaptive(const json_t *input, const json_t *expect)
{
    check_simple(input, expect, true);
}

static void check_progress(const json_t *input, const json_t *expect)
{
    const json_t *list = json_object_get(input, "milestones"),
                 *steps = json_object_get(input, "steps");
    struct orchestrator_config config = orchestrator_default_config();
    double at[MOST];
    struct orchestrator_milestones of = {at, (uint32_t)json_array_size(list)};
    uint64_t reached = 0;
    assert_true(of.count > 0 && of.count <= MOST);
    for (uint32_t i = 0; i < of.count; i++)
        at[i] = json_number_value(json_array_get(list, i));
    assert_true(json_array_size(steps) > 0);
    assert_int_equal(json_array_size(steps), json_array_size(expect));
    for (size_t i = 0; i < json_array_size(steps); i++) {
        const json_t *step = json_array_get(steps, i), *answer = json_array_get(expect, i);
        struct orchestrator_metrics m = {.last_checkpoint_time =
                                             number(step, "last_checkpoint_time", NAN),
                                         .progress_percentage = number(step, "progress", NAN),
                                         .execution_time = number(step, "execution_time", NAN)};
        assert_decision(answer, orchestrator_progress_should_checkpoint(&of, &reached, &m, &config,
                                                                        trigger_of(step),
                                                                        number(step, "now", NAN)));
        assert_bits(answer, "next_hex",
                    orchestrator_progress_get_next_checkpoint_time(&of, &m, &config));
    }
}

static struct orchestrator_patterns patterns_of(const json_t *args, char *bytes, size_t capacity)
{
    const json_t *list = json_object_get(args, "critical_task_patterns");
    struct orchestrator_patterns of = {.bytes = bytes,
                                       .count = (int64_t)json_array_size(list),
                                       .failure_rate_threshold =
                                           number(args, "failure_rate_threshold", 0.2)};
    size_t length = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        assert_null(orchestrator_pattern_refusal(string_at(list, i)));
        length += (size_t)snprintf(bytes + length, capacity - length, "%s", string_at(list, i)) + 1;
        assert_true(length < capacity);
    }
    return of;
}

static void check_call(const json_t *call, const json_t *answer, struct orchestrator_patterns *of,
                       struct orchestrator_history *history)
{
    const char *op = string_at(call, 0);
    if (strcmp(op, "ask") == 0) {
        assert_decision(answer,
                        orchestrator_should_checkpoint_for_task(of, history, string_at(call, 2)));
    } else if (strcmp(op, "record") == 0) {
        orchestrator_record_task_execution(history, json_is_true(json_array_get(call, 3)),
                                           json_number_value(json_array_get(call, 4)));
    } else if (strcmp(op, "priority") == 0) {
        assert_bits(answer, "priority_hex",
                    orchestrator_get_checkpoint_priority(of, history, string_at(call, 2)));
    } else if (strcmp(op, "optimize") == 0) {
        orchestrator_optimize_checkpoint_frequency(history);
        if (json_object_get(answer, "checkpoint_interval"))
            assert_int_equal(history->checkpoint_interval,
                             (int64_t)number(answer, "checkpoint_interval", 0));
    } else {
        fail_msg("call %s", op);
    }
}

static void check_task(const json_t *input, const json_t *expect)
{
    const json_t *args = json_object_get(input, "args"), *calls = json_object_get(input, "calls");
    struct orchestrator_history history = orchestrator_default_history();
    char bytes[1000];
    struct orchestrator_patterns of = patterns_of(args, bytes, sizeof bytes);
    history.checkpoint_interval =
        (int64_t)number(args, "checkpoint_interval", (double)history.checkpoint_interval);
    assert_true(json_array_size(calls) > 0);
    assert_int_equal(json_array_size(calls), json_array_size(expect));
    for (size_t i = 0; i < json_array_size(calls); i++) {
        const json_t *call = json_array_get(calls, i);
        assert_string_equal(string_at(call, 1), "p"); /* one pipeline */
        check_call(call, json_array_get(expect, i), &of, &history);
    }
}

static const struct unit {
    const char *name;
    void (*check)(const json_t *input, const json_t *expect);
} units[] = {{"TimeBasedStrategy", check_time},
             {"AdaptiveStrategy", check_adaptive},
             {"ProgressBasedStrategy", check_progress},
             {"AdaptiveCheckpointStrategy", check_task}};

static void check_line(const char *line, int *checked)
{
    json_error_t error;
    json_t *test = json_loads(line, 0, &error);
    if (!test)
        fail_msg("%s: %s", line, error.text);
    const char *unit = json_string_value(json_object_get(test, "unit"));
    assert_non_null(unit);
    for (int i = 0; i < 4; i++) {
        if (strcmp(unit, units[i].name) != 0)
            continue;
        print_message("    %s %s\n", json_string_value(json_object_get(test, "id")), unit);
        units[i].check(json_object_get(test, "input"), json_object_get(test, "expect"));
        checked[i]++;
    }
    json_decref(test);
}

static void every_strategy_vector_is_met_bit_for_bit(void **state)
{
    char path[SUPPORT_PATH];
    int checked[4] = {0};
    (void)state;
    if (!support_shared(VECTORS, path))
        skip();
    char *text = support_read(path, NULL);
    assert_non_null(text);
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = 0;
        check_line(line, checked);
    }
    free(text);
    for (int i = 0; i < 4; i++)
        assert_true(checked[i] >= 3);
}

/* ---- AdaptiveStrategy ------------------------------------------------------------------------ */

static double uniform(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

/* Row B12, defect (d): at the defaults the interval is 60 to 90 s for any error rate and progress
 * of 0 to 1 and any duration, not numbers included. Both ends are met. */
static void b12_adaptive_interval_stays_within_60_and_90(void **state)
{
    static const double odd[] = {0, 1, NAN, 0.4, 1e-300};
    static const double durations[] = {0, -1, 1e-9, 30, 37.5, 45, 1e9, INFINITY, NAN};
    struct orchestrator_config config = orchestrator_default_config();
    uint64_t random = seed;
    double low = INFINITY, high = 0;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        struct orchestrator_metrics m = {
            .error_rate = i % 3 ? uniform(&random) : odd[i / 3 % 5],
            .progress_percentage = i % 7 ? uniform(&random) : odd[i / 7 % 5],
            .average_task_duration = i % 5 ? 300 * uniform(&random) : durations[i / 5 % 9]};
        double interval = orchestrator_adaptive_get_next_checkpoint_time(&m, &config);
        assert_true(interval >= 60 && interval <= 90);
        low = interval < low ? interval : low;
        high = interval > high ? interval : high;
    }
    assert_true(low == 60 && high == 90);
}

/* The rules in the order in which they decide; `now` 100, the last checkpoint at `last`. */
static void adaptive_rules_decide_in_their_order(void **state)
{
    static const struct {
        enum orchestrator_trigger trigger;
        double last, error, memory, cpu, progress;
        int64_t completed;
        int expected;
    } rows[] = {
        {ORCHESTRATOR_ERROR_DETECTION, 100, 0, 0, 0, 0, 1, 1},
        {ORCHESTRATOR_MANUAL, 100, 0, 0, 0, 0, 1, 1},
        {ORCHESTRATOR_TIME_BASED, 40.1, 1, 1, 1, 0, 0, 0}, /* under the minimum */
        {ORCHESTRATOR_RESOURCE_USAGE, 40, 0.11, 0, 0, 0, 1, 1},
        {ORCHESTRATOR_RESOURCE_USAGE, 40, 0.1, 0, 0, 0, 1, 0}, /* not above the threshold */
        {ORCHESTRATOR_RESOURCE_USAGE, 40, 0, 0.81, 0, 0, 1, 1},
        {ORCHESTRATOR_RESOURCE_USAGE, 40, 0, 0.8, 0.9, 0, 1, 0},
        {ORCHESTRATOR_RESOURCE_USAGE, 40, 0, 0, 0.91, 0, 1, 1},
        {ORCHESTRATOR_TASK_COMPLETION, 40, 0, 0, 0, 0, 0, 1}, /* defect (a): 0 % 10 */
        {ORCHESTRATOR_TASK_COMPLETION, 40, 0, 0, 0, 0, 9, 0},
        {ORCHESTRATOR_TASK_COMPLETION, 40, 0, 0, 0, 0, 10, 1},
        {ORCHESTRATOR_TASK_COMPLETION, 40, 0.1, 0, 0, 0, 9, 1}, /* int(9.0) */
        {ORCHESTRATOR_PIPELINE_MILESTONE, 40, 0, 0, 0, 0.25, 1, 1},
        {ORCHESTRATOR_PIPELINE_MILESTONE, 40, 0, 0, 0, 0.29, 1, 1},
        {ORCHESTRATOR_PIPELINE_MILESTONE, 40, 0, 0, 0, 0.31, 1, 0},
        {ORCHESTRATOR_PIPELINE_MILESTONE, 40, 0, 0, 0, 0.9, 1, 1},
        {ORCHESTRATOR_PIPELINE_MILESTONE, 40, 0, 0, 0, 1, 1, 0},
        {ORCHESTRATOR_TIME_BASED, 40, 0, 0, 0, 0, 1, 1},
        {ORCHESTRATOR_TIME_BASED, 10.1, 0, 0, 0, 1, 1, 1}, /* no duration known: 60, not 90 */
    };
    struct orchestrator_config config = orchestrator_default_config();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct orchestrator_metrics m = {.last_checkpoint_time = rows[i].last,
                                         .error_rate = rows[i].error,
                                         .memory_usage = rows[i].memory,
                                         .cpu_usage = rows[i].cpu,
                                         .progress_percentage = rows[i].progress,
                                         .completed_tasks = rows[i].completed};
        int actual = orchestrator_adaptive_should_checkpoint(&m, &config, rows[i].trigger, 100);
        if (actual != rows[i].expected)
            fail_msg("row %zu: %d", i, actual);
    }
}

/* No more than twice the mean duration, where that lies in between: 75, else 60 or 90. */
static void adaptive_interval_follows_the_formula(void **state)
{
    static const struct {
        double error, progress, duration, expected;
    } rows[] = {{0, 1, 0, 60},    {0, 1, 37.5, 75},  {0, 1, 100, 90},
                {0, 0.5, 99, 75}, {0.1, 1, 1e9, 72}, {0.4, 1, 1e9, 60}};
    struct orchestrator_config config = orchestrator_default_config();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct orchestrator_metrics m = {.error_rate = rows[i].error,
                                         .progress_percentage = rows[i].progress,
                                         .average_task_duration = rows[i].duration};
        double actual = orchestrator_adaptive_get_next_checkpoint_time(&m, &config);
        assert_true(actual == rows[i].expected);
    }
}

/* ---- the others ------------------------------------------------------------------------------ */

/* 0.6 done in 100 s, the next milestone .75: 25 s at that rate; nothing done, or all passed: the
 * maximum. With no time passed the original divides by zero. */
static void progress_estimates_the_time_to_the_next_milestone(void **state)
{
    static const double at[] = {0.1, 0.25, 0.5, 0.75, 0.9};
    static const struct {
        double progress, execution_time, expected;
    } rows[] = {{0, 100, 3600}, {0.5, 100, 50}, {0.95, 100, 3600}, {0.5, 0, ORCHESTRATOR_RAISES}};
    struct orchestrator_config config = orchestrator_default_config();
    struct orchestrator_milestones of = {at, 5};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct orchestrator_metrics m = {.progress_percentage = rows[i].progress,
                                         .execution_time = rows[i].execution_time};
        double actual = orchestrator_progress_get_next_checkpoint_time(&of, &m, &config);
        assert_true(actual == rows[i].expected);
    }
}

/* execution_time grows by the time since the last checkpoint at each call: 10 s, then 20 s after it
 * make 30. Two of eight tasks failed. */
static void update_metrics_counts_time_again_and_again(void **state)
{
    struct orchestrator_metrics m = {.last_checkpoint_time = 100};
    (void)state;
    orchestrator_update_metrics(&m, 110, 6, 2, 0.5);
    assert_true(m.execution_time == 10 && m.error_rate == 0.25);
    orchestrator_update_metrics(&m, 120, 0, 0, 0);
    assert_true(m.execution_time == 30 && m.error_rate == 0 && m.progress_percentage == 0);
}

static void patterns_match_as_the_regular_expressions_would(void **state)
{
    static const struct {
        const char *pattern, *name;
        int expected;
    } rows[] = {
        {"train_.*", "train_1", 1},
        {"train_.*", "train_", 1},
        {"train_.*", "train", 0},
        {"train", "train_1", 1}, /* re.match asks for a beginning */
        {"train", "strain", 0},
        {"t.ain", "train", 1},
        {"t.ain", "tain", 0},
        {".*", "", 1},
        {"", "any", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_null(orchestrator_pattern_refusal(rows[i].pattern));
        assert_int_equal(orchestrator_matches(rows[i].pattern, rows[i].name), rows[i].expected);
    }
    static const char *const refused[] = {"train_.*x", "a|b", "^train", "x*",
                                          "[ab]",      "\\d", "a.*.*"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_non_null(orchestrator_pattern_refusal(refused[i]));
}

/* After 10 records; `failed` of 20 executions of `duration` s each. */
static void optimize_moves_interval_and_minutes(void **state)
{
    static const struct {
        int64_t interval;
        int failed;
        double duration;
        int64_t expected;
        double minutes;
    } rows[] = {
        {5, 0, 100, 6, 10},  {10, 0, 100, 10, 10}, {5, 1, 100, 5, 10}, {5, 3, 100, 4, 10},
        {2, 3, 100, 2, 10},  {5, 5, 100, 4, 10},   {1, 5, 100, 1, 10}, {5, 7, 100, 3, 10},
        {5, 11, 100, 1, 10}, {9, 11, 100, 3, 10},  {5, 1, 301, 5, 8},  {5, 1, 29, 5, 12},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct orchestrator_history h = orchestrator_default_history();
        h.checkpoint_interval = rows[i].interval;
        for (int k = 0; k < 20; k++)
            orchestrator_record_task_execution(&h, k >= rows[i].failed, rows[i].duration);
        orchestrator_optimize_checkpoint_frequency(&h);
        assert_int_equal(h.checkpoint_interval, rows[i].expected);
        assert_true(h.time_threshold_minutes == rows[i].minutes);
    }
    struct orchestrator_history few = orchestrator_default_history();
    for (int k = 0; k < 9; k++)
        orchestrator_record_task_execution(&few, 1, 100);
    orchestrator_optimize_checkpoint_frequency(&few);
    assert_int_equal(few.checkpoint_interval, 5);
}

/* Asked through the manager it counts completed tasks, and its delay is a time: defect (c). At 1e9,
 * (60 + 3600) / 2 s later; halved by errors. */
static void task_strategy_gives_a_time_for_a_delay(void **state)
{
    struct orchestrator_patterns of = {.failure_rate_threshold = 0.2};
    struct orchestrator_history h = orchestrator_default_history();
    struct orchestrator_config config = orchestrator_default_config();
    struct orchestrator_metrics m = {.completed_tasks = 5};
    (void)state;
    assert_true(orchestrator_task_get_next_checkpoint_time(&of, &h, &m, &config, 1e9) ==
                1e9 + 1830);
    m.error_rate = 0.21;
    assert_true(orchestrator_task_get_next_checkpoint_time(&of, &h, &m, &config, 1e9) == 1e9 + 915);
    m.error_rate = 0;
    for (int64_t n = 5; n <= 7; n++) {
        m.completed_tasks = n;
        assert_int_equal(orchestrator_should_checkpoint_with_metrics(
                             &h, &m, &config, ORCHESTRATOR_TASK_COMPLETION, 100),
                         n == 5);
        assert_false(orchestrator_should_checkpoint_with_metrics(&h, &m, &config,
                                                                 ORCHESTRATOR_TIME_BASED, 1e9));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_strategy_vector_is_met_bit_for_bit),
        cmocka_unit_test(b12_adaptive_interval_stays_within_60_and_90),
        cmocka_unit_test(adaptive_rules_decide_in_their_order),
        cmocka_unit_test(adaptive_interval_follows_the_formula),
        cmocka_unit_test(progress_estimates_the_time_to_the_next_milestone),
        cmocka_unit_test(update_metrics_counts_time_again_and_again),
        cmocka_unit_test(patterns_match_as_the_regular_expressions_would),
        cmocka_unit_test(optimize_moves_interval_and_minutes),
        cmocka_unit_test(task_strategy_gives_a_time_for_a_delay),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
