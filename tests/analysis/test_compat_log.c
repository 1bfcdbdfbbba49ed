/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: numbers and names are written as Python writes them. Method: a table of what CPython's
 * json.dumps and f-strings give (the reference sequences, which hold whole logs, are replayed in
 * tests/policies/controllers/test_adaptive_compat.c). */
#include "analysis/compat_log.h"
#include "tests/workloads/fixture.h"
#include <math.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void print_json(struct sink *sink, const void *context)
{
    compat_log_write_json(sink, context);
}

static void print_summary(struct sink *sink, const void *context)
{
    compat_log_write_summary(sink, context);
}

static char *printed_log(void (*print)(struct sink *sink, const void *context),
                         const struct compat_decision *decision)
{
    struct compat_log log = {.decisions = decision, .count = decision ? 1 : 0, .threshold = 0.35};
    return printed(print, &log);
}

/* The value behind `key`, up to the end of its line, without a comma. */
static void assert_value(const char *json, const char *key, const char *expected)
{
    const char *at = strstr(json, key);
    assert_non_null(at);
    at += strlen(key);
    size_t length = strcspn(at, "\n");
    length -= at[length - 1] == ',';
    if (length != strlen(expected) || memcmp(at, expected, length) != 0)
        fail_msg("%.*s instead of %s", (int)length, at, expected);
}

static void numbers_are_written_as_repr_does(void **state)
{
    static const struct {
        double number;
        const char *repr;
    } cases[] = {
        {0, "0.0"},
        {-0.0, "-0.0"},
        {5, "5.0"},
        {-12.5, "-12.5"},
        {100, "100.0"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {0.001234, "0.001234"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {0.000012345, "1.2345e-05"},
        {1e15, "1000000000000000.0"},
        {1e16, "1e+16"},
        {1.5e16, "1.5e+16"},
        {9007199254740992, "9007199254740992.0"},
        {9999999999999998, "9999999999999998.0"},
        {123456789.12345679, "123456789.12345679"},
        {1e100, "1e+100"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {5e-324, "5e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {0x1p-1017, "7.120236347223045e-307"},
        {0x1p-44, "5.684341886080802e-14"},
        {(double)NAN, "NaN"},
        {-(double)NAN, "NaN"},
        {(double)INFINITY, "Infinity"},
        {-(double)INFINITY, "-Infinity"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct compat_decision decision = {.task = "a", .estimate = cases[i].number};
        char *json = printed_log(print_json, &decision);
        assert_value(json, "\"est_cost\": ", cases[i].repr);
        free(json);
    }
}

static void names_are_escaped_to_ascii(void **state)
{
    static const struct {
        const char *name, *json;
    } cases[] = {
        {"", "\"\""},
        {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
        {"\n\r\t\f\b\x01\x1f\x7f ~", "\"\\n\\r\\t\\f\\b\\u0001\\u001f\\u007f ~\""},
        {"\xc3\xa9\xe4\xb8\xad", "\"\\u00e9\\u4e2d\""},
        {"\xef\xbf\xbf", "\"\\uffff\""},
        {"\xf0\x90\x80\x80", "\"\\ud800\\udc00\""},
        {"\xf0\x9f\x98\x80", "\"\\ud83d\\ude00\""},
        {"\xf4\x8f\xbf\xbf", "\"\\udbff\\udfff\""},
        {"a\xff", "\"a\\ufffd\""}, /* no UTF-8: Python has no such text */
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct compat_decision decision = {.task = cases[i].name};
        char *json = printed_log(print_json, &decision);
        assert_value(json, "\"task\": ", cases[i].json);
        free(json);
    }
}

/* Fifteen characters wide, whatever their bytes; NaN without a sign; halves to even. */
static void a_line_of_the_summary_is_an_f_string(void **state)
{
    static const struct {
        struct compat_decision decision;
        const char *line;
    } cases[] = {
        {{.task = "\xf0\x9f\x98\x80\xc3\xa9", .estimate = -(double)NAN, .max_seen = 0.0625},
         "             \xf0\x9f\x98\x80\xc3\xa9 | cost=nan | max=0.062 | thr=0.00 | ckpt=False\n"},
        {{.task = "fifteen letters", .threshold = 0.125, .is_taken = true, .max_seen = -INFINITY},
         "fifteen letters | cost=0.000 | max=-inf | thr=0.12 | ckpt=True\n"},
        {{.task = "sixteen letters!"},
         "sixteen letters! | cost=0.000 | max=0.000 | thr=0.00 | ckpt=False\n"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *text = printed_log(print_summary, &cases[i].decision);
        const char *line = strstr(text, "threshold: 0.350\n");
        assert_non_null(line);
        assert_string_equal(line + strlen("threshold: 0.350\n"), cases[i].line);
        free(text);
    }
}

static void a_log_of_nothing_says_so(void **state)
{
    (void)state;
    char *json = printed_log(print_json, NULL), *summary = printed_log(print_summary, NULL);
    assert_string_equal(json, "[]");
    assert_string_equal(summary, "\n=== Adaptive Controller Summary ===\nBudget used: 0/0\n"
                                 "Final threshold: 0.350\nNo decisions recorded.\n");
    free(json);
    free(summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_written_as_repr_does),
        cmocka_unit_test(names_are_escaped_to_ascii),
        cmocka_unit_test(a_line_of_the_summary_is_an_f_string),
        cmocka_unit_test(a_log_of_nothing_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
