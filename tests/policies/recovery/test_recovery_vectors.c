/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: waits, retries and breaker are the Orchestrator's, bit for bit. Method: every such case of
 * ../shared/reference/orchestrator_strategy_vectors.jsonl, made by running the original: its delays
 * against delays.h, its retry loop against the class `orchestrator`, its breaker against `breaker`.
 * The file's checkpoint strategies are test_orchestrator_compat.c's. */
#include "policies/recovery/circuit.h"
#include "policies/recovery/delays.h"
#include "tests/policies/recovery/setbacks.h"
#include <jansson.h>
#include <math.h>

#define VECTORS "reference/orchestrator_strategy_vectors.jsonl"

static double number(const json_t *object, const char *key, double otherwise)
{
    const json_t *value = json_object_get(object, key);
    return value ? json_number_value(value) : otherwise;
}

static const char *string(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    assert_non_null(text);
    return text;
}

static double hex_at(const json_t *array, size_t i)
{
    const char *text = json_string_value(json_array_get(array, i));
    assert_non_null(text);
    return strtod(text, NULL);
}

static void assert_same(double actual, double expected)
{
    if (memcmp(&actual, &expected, sizeof actual) != 0)
        fail_msg("%a instead of %a", actual, expected);
}

static void check_delays(const struct delays *law, const json_t *expect)
{
    assert_true(json_array_size(expect) > 3);
    for (size_t i = 0; i < json_array_size(expect); i++) {
        double seconds = hex_at(expect, i);
        assert_same(delays_seconds(law, i + 1), seconds);
        assert_int_equal(delays_ns(law, i + 1, i), (int64_t)(seconds * 1e9));
    }
}

static void check_get_delay(const json_t *input, const json_t *expect)
{
    bool is_fixed = json_is_false(json_object_get(input, "exponential"));
    check_delays(&(struct delays){.base = number(input, "initial_delay", 1),
                                  .factor = number(input, "backoff_factor", 2),
                                  .cap = number(input, "max_delay", 60),
                                  .form = is_fixed ? DELAYS_FIXED : DELAYS_EXPONENTIAL,
                                  .first = DELAYS_BASE},
                 expect);
}

static void check_calculate_delay(const json_t *input, const json_t *expect)
{
    bool is_fixed = strcmp(string(input, "strategy_type"), "fixed") == 0;
    assert_true(json_is_false(json_object_get(input, "jitter")));
    assert_true(is_fixed || strcmp(string(input, "strategy_type"), "exponential") == 0);
    check_delays(&(struct delays){.base = number(input, "base_delay", NAN),
                                  .factor = number(input, "backoff_factor", NAN),
                                  .cap = INFINITY,
                                  .form = is_fixed ? DELAYS_FIXED : DELAYS_EXPONENTIAL,
                                  .first = DELAYS_BASE},
                 expect);
}

/* The original reads the kind of an error out of its message; "boom" says nothing. */
static uint32_t cause_of(const char *message)
{
    if (strcmp(message, "boom") == 0)
        return CAIRN_CAUSE_EXCEPTION;
    assert_true(strstr(message, "connection") || strstr(message, "dns"));
    return CAIRN_CAUSE_WORKER;
}

static void check_recovery(const json_t *input, const json_t *expect)
{
    const json_t *config = json_object_get(input, "retry_config"),
                 *messages = json_object_get(input, "failure_messages"),
                 *sleeps = json_object_get(expect, "sleeps_hex");
    size_t calls = 1, failures = 0;
    struct scene s;
    struct victim v = victim_of('t', 0, false);
    char params[SCENE_TEXT];
    snprintf(params, sizeof params,
             "max_attempts=%g initial_delay=%g backoff_factor=%g max_delay=%g",
             number(config, "max_attempts", 3), number(config, "initial_delay", 1),
             number(config, "backoff_factor", 2), number(config, "max_delay", 60));
    scene_open(&s, "orchestrator", params);
    while (failures < json_array_size(messages) && failures + 1 == calls) {
        const char *message = json_string_value(json_array_get(messages, failures));
        struct cairn_cure cure = scene_fail(&s, &v, cause_of(message), 0);
        failures++;
        if (cure.action == CAIRN_GIVE_UP)
            break;
        assert_same(cure.numbers[2], hex_at(sleeps, calls - 1));
        assert_int_equal(cure.delay, (int64_t)(hex_at(sleeps, calls - 1) * 1e9));
        calls++;
    }
    assert_int_equal(json_array_size(sleeps), calls - 1);
    assert_true(number(expect, "step_calls", NAN) == (double)calls);
    assert_int_equal(calls > failures, json_is_true(json_object_get(expect, "recovered")));
    scene_close(&s);
}

/* One call: rejected, failed or ok, as the original's `call` comes to it. */
static const char *call_once(struct scene *s, struct victim *v, bool is_bad, int64_t now)
{
    static const struct circuit_rule rule = {60 * SECOND, 5, 2};
    struct circuit *circuit = (void *)s->own.bytes;
    if (!circuit_lets(&rule, circuit, now))
        return "rejected";
    if (!is_bad) {
        scene_succeed(s, v, now);
        return "ok";
    }
    struct cairn_cure cure = scene_fail(s, v, CAIRN_CAUSE_EXCEPTION, now);
    assert_int_equal(cure.action, circuit->state == CIRCUIT_OPEN ? CAIRN_GIVE_UP : CAIRN_AGAIN);
    return "failed";
}

static void check_breaker(const json_t *input, const json_t *expect)
{
    static const char *const states[] = {"closed", "open", "half_open"};
    const json_t *calls = json_object_get(input, "calls");
    struct victim v = victim_of('c', -1, true);
    struct scene s;
    int64_t now = 0;
    assert_int_equal(json_object_size(json_object_get(input, "config")), 0);
    assert_int_equal(json_array_size(calls), json_array_size(expect));
    assert_true(json_array_size(calls) > 0);
    scene_open(&s, "breaker", "");
    for (size_t i = 0; i < json_array_size(calls); i++) {
        const json_t *call = json_array_get(calls, i), *after = json_array_get(expect, i);
        const struct circuit *circuit = (const void *)s.own.bytes;
        now += (int64_t)(number(call, "advance", NAN) * 1e9);
        assert_string_equal(call_once(&s, &v, strcmp(string(call, "call"), "bad") == 0, now),
                            string(after, "result"));
        assert_string_equal(states[circuit->state], string(after, "state"));
        assert_true(circuit->failures == number(after, "failure_count", NAN));
        assert_true(circuit->successes == number(after, "success_count", NAN));
    }
    scene_close(&s);
}

enum { UNITS = 4 };
static const struct unit {
    const char *name;
    void (*check)(const json_t *input, const json_t *expect);
    int cases;
} units[UNITS] = {{"RetryConfig.get_delay", check_get_delay, 2},
                  {"RetryStrategy.calculate_delay", check_calculate_delay, 2},
                  {"RecoveryManager._execute_retry_recovery", check_recovery, 3},
                  {"CircuitBreaker", check_breaker, 2}};

/* The cases of these units; each unit has no fewer than are known today. */
static void check_units(unsigned from, unsigned to)
{
    char path[SUPPORT_PATH];
    int checked[UNITS] = {0};
    if (!support_shared(VECTORS, path))
        skip();
    char *text = support_read(path, NULL);
    assert_non_null(text);
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = 0;
        json_t *test = json_loads(line, 0, NULL);
        assert_non_null(test);
        for (unsigned i = from; i < to; i++) {
            if (strcmp(string(test, "unit"), units[i].name) != 0)
                continue;
            print_message("    %s %s\n", string(test, "id"), units[i].name);
            units[i].check(json_object_get(test, "input"), json_object_get(test, "expect"));
            checked[i]++;
        }
        json_decref(test);
    }
    free(text);
    for (unsigned i = from; i < to; i++)
        assert_true(checked[i] >= units[i].cases);
}

static void row_b17_waits_are_the_originals(void **state)
{
    (void)state;
    check_units(0, 3);
}

static void row_b41_breaker_is_the_originals(void **state)
{
    (void)state;
    check_units(3, UNITS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_b17_waits_are_the_originals),
        cmocka_unit_test(row_b41_breaker_is_the_originals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
