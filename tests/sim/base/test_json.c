/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: one flat object is read as RFC 8259 has it, and everything else is refused, whatever the
 * bytes. Method: tables of good and bad lines; every prefix of good lines; lines with one random
 * byte changed, held against jansson, which reads the whole language: what we take it must take.
 */
#include "sim/base/json.h"
#include "sim/base/random.h"
#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const good[] = {
    "{}",
    " { } \r",
    "{\"a\": 1}",
    "{\"a\":1,\"b\":\"x\",\"c\":[\"p\",\"q\"],\"d\":true,\"e\":false,\"f\":null}",
    "{\"request\": 7, \"action\": \"skip\", \"ask\": \"work\", \"at\": -9223372036854775807}",
    "{\"a\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u12aF\", \"\": \"\xc3\xa9\"}",
    "{\"a\": 0.5e-3, \"b\": -0, \"c\": 1E9, \"d\": 123456789012345678901234567890}",
    "{\"a\": [], \"b\": [ \"x\" , \"y\" ]}",
};

/* How many members, or -1. */
static int members(const char *line, size_t length)
{
    struct json_reader reader = json_open(line, length);
    struct json_value key, value;
    enum json_step step;
    int count = 0;
    while ((step = json_next(&reader, &key, &value)) == JSON_MEMBER) {
        assert_true(key.text >= line && key.text + key.length <= line + length);
        assert_true(value.text >= line && value.text + value.length <= line + length);
        count++;
    }
    return step == JSON_END ? count : -1;
}

static void flat_objects_are_read(void **state)
{
    static const int counts[] = {0, 0, 1, 6, 4, 2, 4, 2};
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_int_equal(members(good[i], strlen(good[i])), counts[i]);
}

static void what_is_no_flat_object_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "null",
        "7",
        "[]",
        "\"a\"",
        "{",
        "}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\" 1}",
        "{a: 1}",
        "{'a': 1}",
        "{\"a\": 1,}",
        "{,\"a\": 1}",
        "{\"a\": 1 \"b\": 2}",
        "{\"a\": 1} x",
        "{\"a\": 1}{}",
        "{\"a\": {}}",
        "{\"a\": [1]}",
        "{\"a\": [[\"x\"]]}",
        "{\"a\": [\"x\",]}",
        "{\"a\": [\"x\" \"y\"]}",
        "{\"a\": [\"x\"}",
        "{\"a\": 01}",
        "{\"a\": +1}",
        "{\"a\": .5}",
        "{\"a\": 1.}",
        "{\"a\": 1e}",
        "{\"a\": -}",
        "{\"a\": 0x10}",
        "{\"a\": NaN}",
        "{\"a\": Infinity}",
        "{\"a\": True}",
        "{\"a\": tru}",
        "{\"a\": \"x}",
        "{\"a\": \"\\x\"}",
        "{\"a\": \"\\u12\"}",
        "{\"a\": \"\\u12g4\"}",
        "{\"a\": \"tab\there\"}",
        "{\"a\": \"\xff\"}",
        "{\"a\": \"\xc3\"}",
        "{\"a\": 1 /* no */}",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (members(bad[i], strlen(bad[i])) >= 0)
            fail_msg("accepted: %s", bad[i]);
    assert_int_equal(members("{\"a\": \"x\0\"}", 11), -1);
    assert_int_equal(members("{\"a\": 1}\0", 9), -1);
}

/* One level deep, only when asked for, and the object's bytes are an object by themselves. */
static void an_outer_object_holds_flat_ones(void **state)
{
    static const struct {
        const char *line;
        int members; /* -1: refused */
    } cases[] = {
        {"{\"a\": {}}", 1},           {"{\"a\": { \"x\" : 1 , \"y\":[\"z\"]}, \"b\": 2}", 2},
        {"{\"a\": {\"x\": {}}}", -1}, {"{\"a\": {\"x\": 1}", -1},
        {"{\"a\": {\"x\": 1,}}", -1}, {"{\"a\": {\"x\"}}", -1},
        {"{\"a\": [{}]}", -1},        {"{\"a\": {", -1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json_reader reader = json_open_outer(cases[i].line, strlen(cases[i].line));
        struct json_value key, value;
        enum json_step step;
        int count = 0;
        for (; (step = json_next(&reader, &key, &value)) == JSON_MEMBER; count++)
            if (value.kind == JSON_FLAT)
                assert_true(members(value.text, value.length) >= 0);
        assert_int_equal(step == JSON_END ? count : -1, cases[i].members);
    }
}

static void kinds_and_values_are_told(void **state)
{
    static const struct {
        const char *text;
        enum json_kind kind;
        int64_t integer;
    } cases[] = {
        {"7", JSON_WHOLE, 7},
        {"-0", JSON_WHOLE, 0},
        {"9223372036854775807", JSON_WHOLE, INT64_MAX},
        {"-9223372036854775807", JSON_WHOLE, -INT64_MAX},
        {"9223372036854775808", JSON_NUMBER, 0},
        {"99999999999999999999", JSON_NUMBER, 0},
        {"1.0", JSON_NUMBER, 0},
        {"1e3", JSON_NUMBER, 0},
        {"true", JSON_BOOL, 1},
        {"false", JSON_BOOL, 0},
        {"null", JSON_NOTHING, 0},
        {"\"word\"", JSON_TEXT, 0},
        {"[\"word\"]", JSON_LIST, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[100];
        struct json_value key, value;
        snprintf(line, sizeof line, "{\"key\": %s}", cases[i].text);
        struct json_reader reader = json_open(line, strlen(line));
        assert_int_equal(json_next(&reader, &key, &value), JSON_MEMBER);
        assert_true(json_is(&key, "key"));
        assert_false(json_is(&key, "ke"));
        assert_false(json_is(&key, "keys"));
        assert_int_equal(value.kind, cases[i].kind);
        assert_true(value.integer == cases[i].integer);
        assert_int_equal(json_is(&value, "word"), value.kind == JSON_TEXT);
    }
}

static void lists_give_their_texts_in_order(void **state)
{
    static const char line[] = "{\"a\": [ \"x\" , \"\",\"y,]\" ]}";
    static const char *const wanted[] = {"x", "", "y,]"};
    struct json_value key, list, item;
    struct json_reader reader = json_open(line, strlen(line));
    (void)state;
    assert_int_equal(json_next(&reader, &key, &list), JSON_MEMBER);
    for (size_t i = 0; i < COUNT(wanted); i++) {
        assert_true(json_item(&list, &item));
        assert_true(json_is(&item, wanted[i]));
    }
    assert_false(json_item(&list, &item));
}

static void no_prefix_of_an_object_is_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        for (size_t length = 0; length < strlen(good[i]); length++) {
            char *copy = malloc(length + 1); /* of its exact size: ASan sees a byte too far */
            assert_non_null(copy);
            memcpy(copy, good[i], length);
            bool is_whole = memchr(copy, '}', length) && i == 1; /* blanks behind it are left out */
            if (!is_whole)
                assert_int_equal(members(copy, length), -1);
            free(copy);
        }
}

static void whatever_is_accepted_is_json(void **state)
{
    uint64_t seed = support_seed(1);
    unsigned accepted = 0;
    (void)state;
    for (uint32_t round = 0; round < 200000; round++) {
        struct random_address address = {.seed = seed, .occurrence = round};
        struct random_words drawn = random_bits(&address, 0), more = random_bits(&address, 1);
        const char *line = good[drawn.w[0] % COUNT(good)];
        size_t length = strlen(line);
        char copy[200];
        memcpy(copy, line, length);
        copy[drawn.w[1] % length] =
            (char)(more.w[0] % 3 ? more.w[1] % 95 + 32 : more.w[1]); /* mostly printable */
        if (members(copy, length) < 0)
            continue;
        accepted++;
        /* Numbers of any size and escapes of half a character are in the grammar; jansson keeps
         * values, and says of these that it cannot. */
        json_error_t error;
        json_t *theirs = json_loadb(copy, length, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, &error);
        if (!theirs && !strstr(error.text, "overflow") && !strstr(error.text, "Unicode"))
            fail_msg("seed %llu: jansson refuses %.*s: %s", (unsigned long long)seed, (int)length,
                     copy, error.text);
        json_decref(theirs);
    }
    assert_true(accepted > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flat_objects_are_read),
        cmocka_unit_test(what_is_no_flat_object_is_refused),
        cmocka_unit_test(an_outer_object_holds_flat_ones),
        cmocka_unit_test(kinds_and_values_are_told),
        cmocka_unit_test(lists_give_their_texts_in_order),
        cmocka_unit_test(no_prefix_of_an_object_is_one),
        cmocka_unit_test(whatever_is_accepted_is_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
