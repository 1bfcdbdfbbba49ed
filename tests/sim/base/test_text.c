/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: suggestions are near, the builder never writes past its bytes, and what it prints is what
 * a person would write.
 * Method: tables. Round trips through the parsers are in test_text_parse.c. */
#include "sim/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void the_nearest_name_is_suggested_or_none(void **state)
{
    (void)state;
    static const char *const names[] = {"policy",   "horizon", "mtbf", "checkpoint",  "nodes",
                                        "interval", "restore", "seed", "min_interval"};
    static const struct {
        const char *name, *nearest;
    } cases[] = {
        {"polcy", "policy"},
        {"Policy", "policy"},
        {"mtfb", "mtbf"},
        {"node", "nodes"},
        {"chekpiont", "checkpoint"},
        {"min-interval", "min_interval"},
        {"horizont", "horizon"},
        {"zzz", NULL},
        {"", NULL},
        {"x", NULL},
        {"deed", "seed"},
        {"dede", NULL},
        {"intervals", "interval"},
        {"0123456789012345678901234567890123456789012345678901234567890123456789", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *name = cases[i].name;
        const char *nearest = text_nearest(name, strlen(name), names, COUNT(names));
        if (cases[i].nearest == NULL)
            assert_null(nearest);
        else
            assert_string_equal(nearest ? nearest : "(none)", cases[i].nearest);
    }
    assert_null(text_nearest("policy", 6, NULL, 0));
}

static void durations_are_printed_for_people(void **state)
{
    (void)state;
    static const struct {
        simtime ns;
        const char *shown, *exact;
    } cases[] = {
        {0, "0 s", "0 s"},
        {1, "1 ns", "1 ns"},
        {999, "999 ns", "999 ns"},
        {1500, "1.5 us", "1.5 us"},
        {30 * SIMTIME_SECOND, "30 s", "30 s"},
        {60 * SIMTIME_SECOND, "1 min", "1 min"},
        {90 * SIMTIME_SECOND, "1.5 min", "90 s"},
        {2772 * SIMTIME_SECOND, "46.2 min", "46.2 min"},
        {59960000000, "1 min", "59.96 s"},
        {59940000000, "59.9 s", "59.94 s"},
        {SIMTIME_DAY - 1, "1 d", "86399.999999999 s"},
        {7 * SIMTIME_DAY, "7 d", "7 d"},
        {364 * SIMTIME_DAY, "364 d", "364 d"},
        {SIMTIME_YEAR - 1, "1 y", "31535999.999999999 s"},
        {2 * SIMTIME_YEAR, "2 y", "2 y"},
        {292 * SIMTIME_YEAR, "292 y", "292 y"},
        {INT64_MAX - 1, "292 y", "153722867.2809129301 min"},
        {SIMTIME_NEVER, "never", "never"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char bytes[64];
        struct text text = text_over(bytes, sizeof bytes);
        text_add_duration(&text, cases[i].ns);
        assert_string_equal(bytes, cases[i].shown);
        text = text_over(bytes, sizeof bytes);
        text_add_exact_duration(&text, cases[i].ns);
        assert_string_equal(bytes, cases[i].exact);
    }
    char bytes[64];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_duration(&text, -1500 * SIMTIME_SECOND);
    text_add_duration(&text, INT64_MIN);
    assert_string_equal(bytes, "-25 min-292 y");
}

static void sizes_take_the_unit_with_the_smallest_whole_number(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *shown;
    } cases[] = {
        {0, "0 B"},
        {1500, "1500 B"},
        {2000, "2 kB"},
        {2048, "2 KiB"},
        {UINT64_C(10) << 40, "10 TiB"},
        {1024000, "1000 KiB"},
        {UINT64_C(5000000000000000), "5 PB"},
        {UINT64_C(8192) << 50, "8192 PiB"},
        {UINT64_MAX, "18446744073709551615 B"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char bytes[64];
        struct text text = text_over(bytes, sizeof bytes);
        text_add_bytes(&text, cases[i].bytes);
        assert_string_equal(bytes, cases[i].shown);
    }
}

static void numbers_take_their_shortest_form(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *shown;
    } cases[] = {
        {0.1, "0.1"},
        {-0.0, "0"},
        {100000, "100000"},
        {-42, "-42"},
        {1e300, "1e+300"},
        {1e15, "1e+15"},
        {999999999999999, "999999999999999"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {5e-324, "5e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {0x1p-1017, "7.120236347223045e-307"}, /* %.16g, 7.120236347223044e-307, is another */
        {-0x1p-1017, "-7.120236347223045e-307"},
        {0x1p-44, "5.684341886080802e-14"},
        {1.0 / 0.0, "inf"},
        {-1.0 / 0.0, "-inf"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char bytes[64];
        struct text text = text_over(bytes, sizeof bytes);
        text_add_number(&text, cases[i].number);
        assert_string_equal(bytes, cases[i].shown);
    }
}

static void json_strings_are_escaped_and_valid(void **state)
{
    (void)state;
    char bytes[128];
    struct text text = text_over(bytes, sizeof bytes);
    static const char input[] = "a\"b\\c\n\t\r\x01\x7f\0z\xc3\xa4\xff\xed\xa0\x80";
    text_add_json(&text, input, sizeof input - 1);
    assert_string_equal(bytes, "\"a\\\"b\\\\c\\n\\t\\r\\u0001\\u007f\\u0000z\xc3\xa4"
                               "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void utf8_is_told_from_what_only_looks_like_it(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length, sequence;
    } cases[] = {
        {"a", 1, 1},
        {"", 0, 0},
        {"\xc3\xa4", 2, 2},
        {"\xc3\xa4", 1, 0},
        {"\xe2\x82\xac", 3, 3},
        {"\xf0\x9f\x98\x80", 4, 4},
        {"\xc0\x80", 2, 0},         /* overlong */
        {"\xe0\x9f\xbf", 3, 0},     /* overlong */
        {"\xf0\x8f\xbf\xbf", 4, 0}, /* overlong */
        {"\xed\xa0\x80", 3, 0},     /* surrogate */
        {"\xf4\x90\x80\x80", 4, 0}, /* past U+10FFFF */
        {"\xf5\x80\x80\x80", 4, 0},
        {"\x80", 1, 0},
        {"\xe2\x82x", 3, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(text_utf8(cases[i].bytes, cases[i].length), cases[i].sequence);
}

static void integers_of_128_bits_are_printed_whole(void **state)
{
    (void)state;
    char bytes[128];
    struct text text = text_over(bytes, sizeof bytes);
    text_int128 least = (text_int128)1 << 126;
    least = -least - least;
    text_add_int128(&text, 0);
    text_add(&text, " ");
    text_add_int128(&text, least);
    text_add(&text, " ");
    text_add_int128(&text, -(least + 1));
    assert_string_equal(bytes, "0 -170141183460469231731687303715884105728 "
                               "170141183460469231731687303715884105727");
}

static void what_does_not_fit_is_cut_and_said(void **state)
{
    (void)state;
    for (size_t capacity = 1; capacity <= 12; capacity++) {
        char bytes[16];
        memset(bytes, '#', sizeof bytes);
        struct text text = text_over(bytes, capacity);
        text_add(&text, "%s", "0123456789");
        assert_int_equal(text.is_cut, capacity <= 10);
        text_add_json(&text, "", 0);
        size_t length = capacity - 1 < 12 ? capacity - 1 : 12;
        assert_int_equal(text.length, length);
        assert_int_equal(text.is_cut, capacity <= 12);
        assert_memory_equal(bytes, "0123456789\"\"", length);
        assert_int_equal(bytes[length], '\0');
        assert_int_equal(bytes[capacity], '#');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_name_is_suggested_or_none),
        cmocka_unit_test(durations_are_printed_for_people),
        cmocka_unit_test(sizes_take_the_unit_with_the_smallest_whole_number),
        cmocka_unit_test(numbers_take_their_shortest_form),
        cmocka_unit_test(json_strings_are_escaped_and_valid),
        cmocka_unit_test(utf8_is_told_from_what_only_looks_like_it),
        cmocka_unit_test(integers_of_128_bits_are_printed_whole),
        cmocka_unit_test(what_does_not_fit_is_cut_and_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
