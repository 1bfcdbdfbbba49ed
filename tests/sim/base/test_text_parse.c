/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: quantities and dates are read exactly, and every wrong one gets its own sentence.
 * Method: tables of texts with their value or their sentence; random round trips through the
 * builder; dates against a day count that walks the calendar one day at a time; limits at n-1, n,
 * n+1. */
#include "sim/base/text.h"

#include "tests/support.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char past[] = "is past 292 years, the longest time cairn can represent";
static const char part[] = "is not a whole number of nanoseconds";
static const char bare[] = "needs a unit, as in '30 s'";
static const char grouped[] = "must be written without ',' or '_' between its digits";
static const char padded[] = "has a blank before or behind it";

static void assert_sentence(const char *text, const char *said, const char *wanted)
{
    if ((said == NULL) != (wanted == NULL) || (said && strcmp(said, wanted) != 0))
        fail_msg("'%s': said \"%s\", wanted \"%s\"", text, said ? said : "(nothing)",
                 wanted ? wanted : "(nothing)");
}

static const struct {
    const char *text;
    int64_t ns;
    const char *sentence;
} duration_cases[] = {
    {"30 s", 30 * SIMTIME_SECOND, NULL},
    {"30s", 30 * SIMTIME_SECOND, NULL},
    {"30 \t s", 30 * SIMTIME_SECOND, NULL},
    {"0 s", 0, NULL},
    {"0.0 y", 0, NULL},
    {"0e99999 d", 0, NULL},
    {"1 ns", 1, NULL},
    {"1 us", 1000, NULL},
    {"1 ms", 1000000, NULL},
    {"1 m", SIMTIME_MINUTE, NULL},
    {"1 min", SIMTIME_MINUTE, NULL},
    {"1 h", SIMTIME_HOUR, NULL},
    {"1 d", SIMTIME_DAY, NULL},
    {"1 w", 7 * SIMTIME_DAY, NULL},
    {"1 y", SIMTIME_YEAR, NULL},
    {"292 y", 292 * SIMTIME_YEAR, NULL},
    {"0.1 s", 100000000, NULL},
    {".5 s", 500000000, NULL},
    {"5. s", 5 * SIMTIME_SECOND, NULL},
    {"007 s", 7 * SIMTIME_SECOND, NULL},
    {"1e6 s", 1000000 * SIMTIME_SECOND, NULL},
    {"1E+6 s", 1000000 * SIMTIME_SECOND, NULL},
    {"1e-9 s", 1, NULL},
    {"2.5e-1 d", 6 * SIMTIME_HOUR, NULL},
    {"0.000000001 s", 1, NULL},
    {"0.1 y", 3153600 * SIMTIME_SECOND, NULL},
    {"0.5 us", 500, NULL},
    {"1.000000000000000000000000000000000000000000000000 s", SIMTIME_SECOND, NULL},
    {"0.00000000000000000000000000000000000000000000001e47 s", SIMTIME_SECOND, NULL},
    {"9223372036854775806 ns", INT64_MAX - 1, NULL},
    {"9223372036.854775806 s", INT64_MAX - 1, NULL},
    {"9223372036854775807 ns", 0, past},
    {"9223372036854775808 ns", 0, past},
    {"293 y", 0, past},
    {"1e309 s", 0, past},
    {"1e99999999999999999999 s", 0, past},
    {"123456789012345678901234567890 ns", 0, past},
    {"18446744073709551617 s", 0, past},
    {"1.5 ns", 0, part},
    {"1e-10 s", 0, part},
    {"1e-400 s", 0, part},
    {"0.3333333333333333333333333333333333333333333333 y", 0, part},
    {"1.00000000000000000000000000000000000000000000000001 s", 0, part},
    {"30", 0, bare},
    {"0", 0, bare},
    {"1e6", 0, bare},
    {"", 0, "is empty"},
    {" ", 0, padded},
    {" 30 s", 0, padded},
    {"30 s ", 0, padded},
    {"+5 s", 0, "must be written without '+'"},
    {"-5 s", 0, "must not be negative"},
    {"-0 s", 0, "must not be negative"},
    {"nan", 0, "must be a finite number"},
    {".NaN", 0, "must be a finite number"},
    {"inf", 0, "must be a finite number"},
    {"-Infinity", 0, "must be a finite number"},
    {"0x10 s", 0, "must be decimal, not hexadecimal"},
    {"1_000 s", 0, grouped},
    {"1,5 s", 0, grouped},
    {"s", 0, "is not a duration, as in '30 s'"},
    {".", 0, "is not a duration, as in '30 s'"},
    {"-", 0, "is not a duration, as in '30 s'"},
    {"thirty s", 0, "is not a duration, as in '30 s'"},
    {"information", 0, "is not a duration, as in '30 s'"},
    {"30 sec", 0, "has an unknown unit; seconds are 's'"},
    {"30 S", 0, "has an unknown unit; use ns us ms s min h d w y"},
    {"5 mins", 0, "has an unknown unit; minutes are 'min' or 'm'"},
    {"5 hours", 0, "has an unknown unit; hours are 'h'"},
    {"5 hrs", 0, "has an unknown unit; hours are 'h'"},
    {"5 Days", 0, "has an unknown unit; days are 'd'"},
    {"5 weeks", 0, "has an unknown unit; weeks are 'w'"},
    {"5 months", 0, "has an unknown unit; months differ in length, use 'd'"},
    {"5 years", 0, "has an unknown unit; years are 'y'"},
    {"5 millis", 0, "has an unknown unit; milliseconds are 'ms'"},
    {"5 micros", 0, "has an unknown unit; microseconds are 'us'"},
    {"1 h 30 m", 0, "has an unknown unit; use ns us ms s min h d w y"},
    {"1.2.3 s", 0, "has an unknown unit; use ns us ms s min h d w y"},
    {"5 e", 0, "has an unknown unit; use ns us ms s min h d w y"},
};

static void durations_are_exact_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(duration_cases); i++) {
        simtime value = -77;
        const char *said =
            text_to_duration(duration_cases[i].text, strlen(duration_cases[i].text), &value);
        assert_sentence(duration_cases[i].text, said, duration_cases[i].sentence);
        assert_int_equal(value, duration_cases[i].sentence ? -77 : duration_cases[i].ns);
    }
}

static void sizes_are_exact_or_refused(void **state)
{
    (void)state;
    static const char unknown[] =
        "has an unknown unit; use B kB MB GB TB PB KiB MiB GiB TiB PiB (case matters)";
    static const struct {
        const char *text;
        uint64_t bytes;
        const char *sentence;
    } cases[] = {
        {"10 TiB", UINT64_C(10) << 40, NULL},
        {"1 B", 1, NULL},
        {"1.5 kB", 1500, NULL},
        {"1.5 KiB", 1536, NULL},
        {"2MB", 2000000, NULL},
        {"3 MiB", 3145728, NULL},
        {"4 GB", UINT64_C(4000000000), NULL},
        {"1 GiB", UINT64_C(1) << 30, NULL},
        {"0.001 TB", 1000000000, NULL},
        {"1 PB", UINT64_C(1000000000000000), NULL},
        {"1 PiB", UINT64_C(1) << 50, NULL},
        {"18446744073709551615 B", UINT64_MAX, NULL},
        {"18446744073709551616 B", 0, "is past 16 EiB, the largest size cairn can represent"},
        {"16384 PiB", 0, "is past 16 EiB, the largest size cairn can represent"},
        {"1e309 B", 0, "is past 16 EiB, the largest size cairn can represent"},
        {"1.5 B", 0, "is not a whole number of bytes"},
        {"0.0001 KiB", 0, "is not a whole number of bytes"},
        {"1024", 0, "needs a unit, as in '10 GiB'"},
        {"big", 0, "is not a size, as in '10 GiB'"},
        {"-1 B", 0, "must not be negative"},
        {"1 KB", 0, unknown},
        {"1 gb", 0, unknown},
        {"1 GB/s", 0, unknown},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t value = 77;
        const char *said = text_to_bytes(cases[i].text, strlen(cases[i].text), &value);
        assert_sentence(cases[i].text, said, cases[i].sentence);
        assert_true(value == (cases[i].sentence ? 77 : cases[i].bytes));
    }
}

typedef const char *parse_double(const char *text, size_t length, double *value);

static void doubles_are_nearest_or_refused(void **state)
{
    (void)state;
    static const struct {
        parse_double *parse;
        const char *text;
        double value;
        const char *sentence;
    } cases[] = {
        {text_to_number, "0.1", 0.1, NULL},
        {text_to_number, "-2.5e3", -2500, NULL},
        {text_to_number, "-0", 0, NULL},
        {text_to_number, "1e308", 1e308, NULL},
        {text_to_number, "5e-324", 5e-324, NULL},
        {text_to_number, "0e-99999", 0, NULL},
        {text_to_number, "1e309", 0, "is too large for a number"},
        {text_to_number, "1e-400", 0, "is too small for a number"},
        {text_to_number, "0x1p3", 0, "must be decimal, not hexadecimal"},
        {text_to_number, "nan", 0, "must be a finite number"},
        {text_to_number, "-inf", 0, "must be a finite number"},
        {text_to_number, "+1", 0, "must be written without '+'"},
        {text_to_number, "", 0, "is empty"},
        {text_to_number, "1 ", 0, padded},
        {text_to_number, "1.2.3", 0, "must be a plain number, with nothing behind it"},
        {text_to_number, "1 s", 0, "must be a plain number, with nothing behind it"},
        {text_to_number, "1e", 0, "must be a plain number, with nothing behind it"},
        {text_to_number, "1e+", 0, "must be a plain number, with nothing behind it"},
        {text_to_number, "0,1", 0, grouped},
        {text_to_number, "abc", 0, "is not a number"},
        {text_to_seconds, "1250 y", 1250 * 31536000.0, NULL},
        {text_to_seconds, "30 ms", 0.03, NULL},
        {text_to_seconds, "0.3 ns", 0.3e-9, NULL},
        {text_to_seconds, "1e308 y", 0, "is too large for a number"},
        {text_to_seconds, "12", 0, bare},
        {text_to_seconds, "-1 s", 0, "must not be negative"},
        {text_to_rate, "1.2 TB/s", 1.2e12, NULL},
        {text_to_rate, "1GiB/s", 1073741824.0, NULL},
        {text_to_rate, "1.2 TB", 0, "needs '/s' behind its unit, as in '1.2 TB/s'"},
        {text_to_rate, "5", 0, "needs a unit, as in '1.2 TB/s'"},
        {text_to_rate, "5/s", 0, "needs a unit, as in '1.2 TB/s'"},
        {text_to_rate, "fast", 0, "is not a rate, as in '1.2 TB/s'"},
        {text_to_rate, "1 Gb/s", 0,
         "has an unknown unit; use B kB MB GB TB PB KiB MiB GiB TiB PiB (case matters)"},
        {text_to_rate, "1e308 GB/s", 0, "is too large for a number"},
        {text_to_fraction, "0.05", 0.05, NULL},
        {text_to_fraction, "5 %", 0.05, NULL},
        {text_to_fraction, "5%", 0.05, NULL},
        {text_to_fraction, "0", 0, NULL},
        {text_to_fraction, "100 %", 1, NULL},
        {text_to_fraction, "1", 1, NULL},
        {text_to_fraction, "1.01", 0, "must be at most 1, or 100 %"},
        {text_to_fraction, "101 %", 0, "must be at most 1, or 100 %"},
        {text_to_fraction, "-5 %", 0, "must not be negative"},
        {text_to_fraction, "5 percent", 0, "must be a fraction, as in '0.05' or '5 %'"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double value = -77;
        const char *said = cases[i].parse(cases[i].text, strlen(cases[i].text), &value);
        assert_sentence(cases[i].text, said, cases[i].sentence);
        assert_true(value == (cases[i].sentence ? -77 : cases[i].value));
    }
}

static void counts_are_plain_digits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t count;
        const char *sentence;
    } cases[] = {
        {"0", 0, NULL},
        {"1024", 1024, NULL},
        {"18446744073709551614", UINT64_MAX - 1, NULL},
        {"18446744073709551615", UINT64_MAX, NULL},
        {"18446744073709551616", 0, "is past 18446744073709551615, the largest count"},
        {"99999999999999999999999999999999999999999999", 0,
         "is past 18446744073709551615, the largest count"},
        {"1e6", 0, "must be written in digits, without an exponent"},
        {"1.5", 0, "must be a whole number"},
        {"1.0", 0, "must be a whole number"},
        {"-1", 0, "must not be negative"},
        {"+1", 0, "must be written without '+'"},
        {"1,000", 0, grouped},
        {"1_000", 0, grouped},
        {"5 nodes", 0, "must be a whole number, with nothing behind it"},
        {"many", 0, "is not a number"},
        {"", 0, "is empty"},
        {"0x10", 0, "must be decimal, not hexadecimal"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t value = 77;
        const char *said = text_to_count(cases[i].text, strlen(cases[i].text), &value);
        assert_sentence(cases[i].text, said, cases[i].sentence);
        assert_true(value == (cases[i].sentence ? 77 : cases[i].count));
    }
}

static void a_number_of_400_bytes_is_read_and_of_401_refused(void **state)
{
    (void)state;
    char text[402];
    memset(text, '0', sizeof text);
    text[1] = '.';
    memcpy(text + 396, "25 s", 4);
    simtime value;
    assert_sentence("400 bytes", text_to_duration(text, 400, &value), part);
    memset(text, '0', 396);
    assert_null(text_to_duration(text, 400, &value));
    assert_int_equal(value, 25 * SIMTIME_SECOND);
    memcpy(text + 397, "25 s", 4);
    text[396] = '0';
    assert_sentence("401 bytes", text_to_duration(text, 401, &value), "is too long for a number");
}

static void only_length_bytes_are_read(void **state)
{
    (void)state;
    simtime value = 0;
    assert_null(text_to_duration("30 start", 4, &value));
    assert_int_equal(value, 30 * SIMTIME_SECOND);
    int64_t date = 0;
    assert_null(text_to_date("1970-01-02T", 10, &date));
    assert_int_equal(date, SIMTIME_DAY);
}

static void dates_are_exact_or_refused(void **state)
{
    (void)state;
    static const char no_date[] = "is not a date, as in '2003-09-26' or '2003-09-26T16:40:00Z'";
    static const char outside[] =
        "is outside 1677-09-22 to 2262-04-11, the dates cairn can represent";
    static const struct {
        const char *text;
        int64_t seconds, ns;
        const char *sentence;
    } cases[] = {
        {"1970-01-01", 0, 0, NULL},
        {"2003-09-26T16:40:00Z", 1064594400, 0, NULL},
        {"2003-09-26 16:40", 1064594400, 0, NULL},
        {"2003-09-26 16:40:00.25", 1064594400, 250000000, NULL},
        {"2003-09-26T16:40:00.123456789Z", 1064594400, 123456789, NULL},
        {"2003-09-26T16:40:00.1234567890000Z", 1064594400, 123456789, NULL},
        {"2003-09-26T16:40:00+02:00", 1064594400 - 7200, 0, NULL},
        {"2003-09-26T16:40-05:30", 1064594400 + 19800, 0, NULL},
        {"1969-12-31T23:59:59.5Z", -1, 500000000, NULL},
        {"2000-02-29", 951782400, 0, NULL},
        {"1900-03-01", -2203891200, 0, NULL},
        {"1677-09-22", -9223286400, 0, NULL},
        {"2262-04-11T23:47:15Z", INT64_C(9223372035), 0, NULL},
        {"2262-04-11T23:47:16Z", 0, 0, outside},
        {"1677-09-21T00:00Z", 0, 0, outside},
        {"0000-01-01", 0, 0, outside},
        {"9999-12-31", 0, 0, outside},
        {"2003-02-29", 0, 0, "has a day that its month does not have"},
        {"1900-02-29", 0, 0, "has a day that its month does not have"},
        {"2003-04-31", 0, 0, "has a day that its month does not have"},
        {"2003-01-00", 0, 0, "has a day that its month does not have"},
        {"2003-13-01", 0, 0, "has a month that is not 01 to 12"},
        {"2003-00-01", 0, 0, "has a month that is not 01 to 12"},
        {"2003-09-26T24:00", 0, 0, "has a time of day past 23:59:59"},
        {"2003-09-26T12:60", 0, 0, "has a time of day past 23:59:59"},
        {"2003-09-26T23:59:60Z", 0, 0, "has a time of day past 23:59:59"},
        {"2003-09-26T16:40:00.0000000001", 0, 0, "is finer than a nanosecond"},
        {"2003-09-26T16:40+24:00", 0, 0, "has an offset from UTC past 23:59"},
        {"2003-09-26T16:40+0200", 0, 0, no_date},
        {"2003-09-26T16:40Zulu", 0, 0, no_date},
        {"2003-09-26T16:40:00.", 0, 0, no_date},
        {"2003-09-26T", 0, 0, no_date},
        {"2003-9-26", 0, 0, no_date},
        {"09/26/2003", 0, 0, no_date},
        {"2003-09-26x", 0, 0, no_date},
        {"-003-09-26", 0, 0, no_date},
        {"", 0, 0, "is empty"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t value = -77;
        const char *said = text_to_date(cases[i].text, strlen(cases[i].text), &value);
        assert_sentence(cases[i].text, said, cases[i].sentence);
        int64_t wanted = cases[i].seconds * SIMTIME_SECOND + cases[i].ns;
        assert_int_equal(value, cases[i].sentence ? -77 : wanted);
    }
}

/* Days one after the other, with a rule for February and nothing else. */
static void the_calendar_agrees_with_a_day_by_day_count(void **state)
{
    (void)state;
    static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t day = -106751; /* 1677-09-22, and 0 must fall on 1970-01-01 */
    int year = 1677, month = 9, date = 22;
    for (; year < 2262; day++) {
        char text[64], back[64];
        (void)snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, date);
        int64_t value = 0;
        assert_null(text_to_date(text, 10, &value));
        assert_int_equal(value, day * SIMTIME_DAY);
        struct text builder = text_over(back, sizeof back);
        text_add_date(&builder, value + SIMTIME_DAY - 1);
        assert_memory_equal(back, text, 10);
        assert_string_equal(back + 10, "T23:59:59.999999999Z");
        if (strcmp(text, "1970-01-01") == 0)
            assert_int_equal(day, 0);
        bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        if (++date > lengths[month - 1] + (month == 2 && is_leap)) {
            date = 1;
            month = month % 12 + 1;
            year += month == 1;
        }
    }
    assert_true(day > 106600);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
    uint64_t z = *seed;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Any number of bits, and often a multiple of a round unit. */
static uint64_t random_size(uint64_t *seed)
{
    static const uint64_t units[] = {1, 1, 1000, 1024, 1000000000, 60000000000, 3600000000000};
    uint64_t bits = next_random(seed) >> (next_random(seed) % 63 + 1);
    return bits - bits % units[next_random(seed) % COUNT(units)];
}

static void a_million_values_survive_the_round_trip(void **state)
{
    (void)state;
    uint64_t seed = support_seed(1);
    for (int i = 0; i < 1000000; i++) {
        char bytes[64];
        uint64_t size = random_size(&seed), size_back = ~size;
        struct text text = text_over(bytes, sizeof bytes);
        text_add_bytes(&text, size);
        assert_null(text_to_bytes(bytes, text.length, &size_back));
        assert_true(size == size_back);

        int64_t time = (int64_t)size, time_back = -1;
        text = text_over(bytes, sizeof bytes);
        text_add_exact_duration(&text, time);
        assert_null(text_to_duration(bytes, text.length, &time_back));
        assert_int_equal(time, time_back);

        int64_t date = (next_random(&seed) & 1 ? -1 : 1) * time, date_back = -1;
        if (date > -INT64_C(9223372035000000000) && date < INT64_C(9223372035000000000)) {
            text = text_over(bytes, sizeof bytes);
            text_add_date(&text, date);
            assert_null(text_to_date(bytes, text.length, &date_back));
            assert_int_equal(date, date_back);
        }

        if (i % 8 != 0) /* printf and strtod take most of the time */
            continue;
        uint64_t pattern = next_random(&seed);
        double number, number_back = 0;
        memcpy(&number, &pattern, sizeof number);
        if (!isfinite(number))
            continue;
        text = text_over(bytes, sizeof bytes);
        text_add_number(&text, number);
        assert_null(text_to_number(bytes, text.length, &number_back));
        assert_true(number == number_back);
        assert_false(text.is_cut);
    }
}

static void random_bytes_never_crash_a_parser(void **state)
{
    (void)state;
    static const char letters[] = "0123456789..eE+-_, \tnsumhdwyBkKMGTPib/%:TZxainf\xff";
    uint64_t seed = support_seed(2), accepted = 0;
    for (int i = 0; i < 300000; i++) {
        char bytes[24];
        size_t length = next_random(&seed) % sizeof bytes;
        for (size_t j = 0; j < length; j++)
            bytes[j] = letters[next_random(&seed) % (sizeof letters - 1)];
        uint64_t count;
        int64_t time;
        double number;
        accepted += !text_to_duration(bytes, length, &time);
        accepted += !text_to_bytes(bytes, length, &count);
        accepted += !text_to_count(bytes, length, &count);
        accepted += !text_to_date(bytes, length, &time);
        accepted += !text_to_seconds(bytes, length, &number);
        accepted += !text_to_rate(bytes, length, &number);
        accepted += !text_to_number(bytes, length, &number);
        accepted += !text_to_fraction(bytes, length, &number);
    }
    assert_true(accepted > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_exact_or_refused),
        cmocka_unit_test(sizes_are_exact_or_refused),
        cmocka_unit_test(doubles_are_nearest_or_refused),
        cmocka_unit_test(counts_are_plain_digits),
        cmocka_unit_test(a_number_of_400_bytes_is_read_and_of_401_refused),
        cmocka_unit_test(only_length_bytes_are_read),
        cmocka_unit_test(dates_are_exact_or_refused),
        cmocka_unit_test(the_calendar_agrees_with_a_day_by_day_count),
        cmocka_unit_test(a_million_values_survive_the_round_trip),
        cmocka_unit_test(random_bytes_never_crash_a_parser),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
