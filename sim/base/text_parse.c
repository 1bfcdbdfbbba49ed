/* SPDX-License-Identifier: Apache-2.0 */
/* text_parse: quantities and dates as people write them, into what cairn computes with.
 *
 * The text_to_* half of text.h. A number is scanned once into a decimal: up to 38 significant
 * digits as a 128-bit integer, and a power of ten. Whole quantities (ns, bytes) are that integer
 * times the unit's, with the negative powers of ten cancelled factor by factor: nothing is ever
 * rounded, and what would have to be is refused. Invariant: *value is written on success only.
 * Sentences are static: they cannot quote the input, but need no memory; the caller has the place
 * and the caret. */
#include "sim/base/text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

/* ---- decimals ------------------------------------------------------------------------------- */

#define NUMBER_BYTES 400 /* 1e-324 in full has 326 digits; longer is no number a person wrote */
#define DIGITS_MAX   38  /* 10^38 < 2^127 */

static const char *const is_empty = "is empty";
static const char *const is_padded = "has a blank before or behind it";
static const char *const is_long = "is too long for a number";
static const char *const is_plus = "must be written without '+'";
static const char *const is_hex = "must be decimal, not hexadecimal";
static const char *const is_not_finite = "must be a finite number";
static const char *const is_grouped = "must be written without ',' or '_' between its digits";
static const char *const is_negative = "must not be negative";
static const char *const is_no_number = "is not a number";
static const char *const is_too_large = "is too large for a number";
static const char *const is_too_small = "is too small for a number";

struct decimal {
    bool is_negative;
    u128 digits;  /* without trailing zeros; meaningless when count > DIGITS_MAX */
    int count;    /* significant digits; 0 for zero */
    int exponent; /* value = digits * 10^exponent */
    size_t used;  /* bytes of the text that it took */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool text_equals(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

static bool text_begins(const char *text, size_t length, const char *word)
{
    for (size_t i = 0; word[i] != '\0'; i++)
        if (i == length || lower(text[i]) != word[i])
            return false;
    return true;
}

/* What is no decimal at all, with its own sentence; NULL when the scan may try. */
static const char *decimal_refuse(const char *text, size_t length)
{
    if (length == 0)
        return is_empty;
    if (is_blank(text[0]) || is_blank(text[length - 1]))
        return is_padded;
    if (length > NUMBER_BYTES)
        return is_long;
    if (text[0] == '+')
        return is_plus;
    size_t skip = text[0] == '-';
    if (text_begins(text + skip, length - skip, "0x"))
        return is_hex;
    skip += skip < length && text[skip] == '.';
    const char *word = text + skip;
    size_t rest = length - skip;
    if ((text_begins(word, rest, "inf") && (rest == 3 || text_begins(word, rest, "infinity"))) ||
        (text_begins(word, rest, "nan") && rest == 3))
        return is_not_finite;
    return NULL;
}

static void decimal_push(struct decimal *decimal, char digit, int *zeros)
{
    if (digit == '0') {
        *zeros += decimal->count > 0;
        return;
    }
    for (int i = 0; i <= *zeros && decimal->count + i <= DIGITS_MAX; i++)
        decimal->digits *= 10;
    decimal->digits += (unsigned)(digit - '0');
    decimal->count += *zeros + 1;
    *zeros = 0;
}

/* "e-9" at text: adds the power, returns the bytes taken, 0 when it is something else. */
static size_t decimal_exponent(const char *text, size_t length, struct decimal *decimal)
{
    if (length < 2 || lower(text[0]) != 'e')
        return 0;
    size_t i = text[1] == '+' || text[1] == '-' ? 2 : 1;
    if (i == length || !is_digit(text[i]))
        return 0;
    int power = 0;
    for (; i < length && is_digit(text[i]); i++)
        power = power < 100000 ? power * 10 + (text[i] - '0') : power;
    decimal->exponent += text[1] == '-' ? -power : power;
    return i;
}

/* The decimal that text begins with. */
static const char *decimal_scan(const char *text, size_t length, struct decimal *decimal)
{
    const char *refusal = decimal_refuse(text, length);
    if (refusal)
        return refusal;
    struct decimal d = {.is_negative = text[0] == '-'};
    bool has_digit = false, has_point = false;
    int zeros = 0;
    size_t i = d.is_negative;
    for (; i < length && (is_digit(text[i]) || (text[i] == '.' && !has_point)); i++) {
        if (text[i] == '.') {
            has_point = true;
            continue;
        }
        has_digit = true;
        d.exponent -= has_point;
        decimal_push(&d, text[i], &zeros);
    }
    if (!has_digit)
        return is_no_number;
    d.exponent += zeros;
    i += decimal_exponent(text + i, length - i, &d);
    if (i < length && (text[i] == ',' || text[i] == '_'))
        return is_grouped;
    d.used = i;
    *decimal = d;
    return NULL;
}

enum fit { FIT_WHOLE, FIT_PAST, FIT_PART };

/* decimal * unit as an integer of at most `most`. A decimal of more than 38 digits never fits: to
 * be whole it would need more factors of two or five than any unit has. */
static enum fit decimal_times(const struct decimal *decimal, uint64_t unit, uint64_t most,
                              uint64_t *value)
{
    assert(unit > 0 && !decimal->is_negative);
    if (decimal->count == 0) {
        *value = 0;
        return FIT_WHOLE;
    }
    if (decimal->count + decimal->exponent > 20)
        return FIT_PAST;
    if (decimal->count > DIGITS_MAX)
        return FIT_PART;
    u128 digits = decimal->digits;
    int exponent = decimal->exponent;
    for (; exponent < 0; exponent++) {
        if (unit % 2 == 0)
            unit /= 2;
        else if (digits % 2 == 0)
            digits /= 2;
        else
            return FIT_PART;
        if (unit % 5 == 0)
            unit /= 5;
        else if (digits % 5 == 0)
            digits /= 5;
        else
            return FIT_PART;
    }
    for (; exponent > 0 && digits <= most; exponent--)
        digits *= 10;
    if (digits > most || digits * unit > most)
        return FIT_PAST;
    *value = (uint64_t)(digits * unit);
    return FIT_WHOLE;
}

/* The decimal's text as the nearest double; strtod is exact in rounding, and the token is known to
 * be a plain decimal. */
static const char *decimal_double(const char *text, const struct decimal *decimal, double *value)
{
    assert(decimal->used <= NUMBER_BYTES);
    char copy[NUMBER_BYTES + 1];
    memcpy(copy, text, decimal->used);
    copy[decimal->used] = '\0';
    double number = strtod(copy, NULL);
    if (isinf(number))
        return is_too_large;
    if (number == 0 && decimal->count > 0)
        return is_too_small;
    *value = number;
    return NULL;
}

/* ---- quantities ----------------------------------------------------------------------------- */

struct unit {
    const char *name;
    uint64_t size;
};

struct hint {
    const char *begins; /* what a mistaken unit begins with, lower case */
    const char *sentence;
};

/* What a kind of quantity is made of, and its sentences. */
struct quantity {
    const struct unit *units;
    const struct hint *hints; /* first match wins; the last entry matches everything */
    uint64_t most;
    const char *no_number, *no_unit, *past, *part;
};

static const struct unit duration_units[] = {
    {"ns", 1},
    {"us", 1000},
    {"ms", 1000000},
    {"s", SIMTIME_SECOND},
    {"min", SIMTIME_MINUTE},
    {"m", SIMTIME_MINUTE},
    {"h", SIMTIME_HOUR},
    {"d", SIMTIME_DAY},
    {"w", 7 * SIMTIME_DAY},
    {"y", SIMTIME_YEAR},
    {NULL, 0},
};

static const struct hint duration_hints[] = {
    {"sec", "has an unknown unit; seconds are 's'"},
    {"min", "has an unknown unit; minutes are 'min' or 'm'"},
    {"ho", "has an unknown unit; hours are 'h'"},
    {"hr", "has an unknown unit; hours are 'h'"},
    {"day", "has an unknown unit; days are 'd'"},
    {"we", "has an unknown unit; weeks are 'w'"},
    {"mo", "has an unknown unit; months differ in length, use 'd'"},
    {"y", "has an unknown unit; years are 'y'"},
    {"mil", "has an unknown unit; milliseconds are 'ms'"},
    {"mic", "has an unknown unit; microseconds are 'us'"},
    {"", "has an unknown unit; use ns us ms s min h d w y"},
};

static const struct unit byte_units[] = {
    {"B", 1},
    {"kB", 1000},
    {"KiB", 1024},
    {"MB", 1000000},
    {"MiB", 1048576},
    {"GB", 1000000000},
    {"GiB", UINT64_C(1) << 30},
    {"TB", UINT64_C(1000000000000)},
    {"TiB", UINT64_C(1) << 40},
    {"PB", UINT64_C(1000000000000000)},
    {"PiB", UINT64_C(1) << 50},
    {NULL, 0},
};

#define BYTE_UNITS "use B kB MB GB TB PB KiB MiB GiB TiB PiB"

static const struct hint byte_hints[] = {
    {"", "has an unknown unit; " BYTE_UNITS " (case matters)"},
};

static const struct quantity durations = {
    duration_units,
    duration_hints,
    (uint64_t)SIMTIME_NEVER - 1,
    "is not a duration, as in '30 s'",
    "needs a unit, as in '30 s'",
    "is past 292 years, the longest time cairn can represent",
    "is not a whole number of nanoseconds",
};

static const struct quantity sizes = {
    byte_units,
    byte_hints,
    UINT64_MAX,
    "is not a size, as in '10 GiB'",
    "needs a unit, as in '10 GiB'",
    "is past 16 EiB, the largest size cairn can represent",
    "is not a whole number of bytes",
};

/* Splits text into a decimal >= 0 and the size of its unit. */
static const char *quantity_split(const struct quantity *quantity, const char *text, size_t length,
                                  struct decimal *decimal, uint64_t *unit)
{
    const char *refusal = decimal_scan(text, length, decimal);
    if (refusal)
        return refusal == is_no_number ? quantity->no_number : refusal;
    if (decimal->is_negative)
        return is_negative;
    size_t i = decimal->used;
    while (i < length && is_blank(text[i]))
        i++;
    if (i == length)
        return quantity->no_unit;
    for (const struct unit *u = quantity->units; u->name; u++) {
        if (text_equals(text + i, length - i, u->name)) {
            *unit = u->size;
            return NULL;
        }
    }
    const struct hint *hint = quantity->hints;
    while (!text_begins(text + i, length - i, hint->begins))
        hint++;
    return hint->sentence;
}

static const char *quantity_whole(const struct quantity *quantity, const char *text, size_t length,
                                  uint64_t *value)
{
    struct decimal decimal;
    uint64_t unit = 1;
    const char *refusal = quantity_split(quantity, text, length, &decimal, &unit);
    if (refusal)
        return refusal;
    uint64_t whole = 0;
    switch (decimal_times(&decimal, unit, quantity->most, &whole)) {
    case FIT_PAST:
        return quantity->past;
    case FIT_PART:
        return quantity->part;
    case FIT_WHOLE:
        break;
    }
    *value = whole;
    return NULL;
}

const char *text_to_duration(const char *text, size_t length, simtime *value)
{
    assert(text && value);
    uint64_t ns = 0;
    const char *refusal = quantity_whole(&durations, text, length, &ns);
    if (!refusal)
        *value = (simtime)ns;
    return refusal;
}

const char *text_to_bytes(const char *text, size_t length, uint64_t *value)
{
    assert(text && value);
    return quantity_whole(&sizes, text, length, value);
}

const char *text_to_seconds(const char *text, size_t length, double *value)
{
    assert(text && value);
    struct decimal decimal;
    uint64_t unit = 1;
    double number = 0;
    const char *refusal = quantity_split(&durations, text, length, &decimal, &unit);
    if (!refusal)
        refusal = decimal_double(text, &decimal, &number);
    if (refusal)
        return refusal;
    /* both factors are whole, so that "30 ms" is the double nearest to 0.03 */
    uint64_t second = (uint64_t)SIMTIME_SECOND;
    number = unit < second ? number / (double)(second / unit) : number * (double)(unit / second);
    if (isinf(number))
        return is_too_large;
    *value = number;
    return NULL;
}

const char *text_to_rate(const char *text, size_t length, double *value)
{
    assert(text && value);
    struct decimal decimal;
    uint64_t unit = 1;
    double number = 0;
    bool has_second = length > 2 && memcmp(text + length - 2, "/s", 2) == 0;
    const char *refusal =
        quantity_split(&sizes, text, has_second ? length - 2 : length, &decimal, &unit);
    if (refusal == sizes.no_number)
        return "is not a rate, as in '1.2 TB/s'";
    if (refusal == sizes.no_unit)
        return "needs a unit, as in '1.2 TB/s'";
    if (!refusal && !has_second)
        return "needs '/s' behind its unit, as in '1.2 TB/s'";
    if (!refusal)
        refusal = decimal_double(text, &decimal, &number);
    if (!refusal && isinf(number * (double)unit))
        refusal = is_too_large;
    if (refusal)
        return refusal;
    *value = number * (double)unit;
    return NULL;
}

const char *text_to_count(const char *text, size_t length, uint64_t *value)
{
    assert(text && value);
    struct decimal decimal;
    const char *refusal = decimal_scan(text, length, &decimal);
    if (refusal)
        return refusal;
    if (decimal.is_negative)
        return is_negative;
    if (decimal.used < length)
        return "must be a whole number, with nothing behind it";
    for (size_t i = 0; i < length; i++)
        if (!is_digit(text[i]))
            return text[i] == '.' ? "must be a whole number"
                                  : "must be written in digits, without an exponent";
    if (decimal_times(&decimal, 1, UINT64_MAX, value) != FIT_WHOLE)
        return "is past 18446744073709551615, the largest count";
    return NULL;
}

const char *text_to_number(const char *text, size_t length, double *value)
{
    assert(text && value);
    struct decimal decimal;
    const char *refusal = decimal_scan(text, length, &decimal);
    if (refusal)
        return refusal;
    if (decimal.used < length)
        return "must be a plain number, with nothing behind it";
    return decimal_double(text, &decimal, value);
}

const char *text_to_fraction(const char *text, size_t length, double *value)
{
    assert(text && value);
    struct decimal decimal;
    double number = 0;
    const char *refusal = decimal_scan(text, length, &decimal);
    if (!refusal)
        refusal = decimal_double(text, &decimal, &number);
    if (refusal)
        return refusal;
    size_t i = decimal.used;
    while (i < length && is_blank(text[i]))
        i++;
    if (text_equals(text + i, length - i, "%"))
        number /= 100;
    else if (i < length)
        return "must be a fraction, as in '0.05' or '5 %'";
    if (decimal.is_negative)
        return is_negative;
    if (number > 1)
        return "must be at most 1, or 100 %";
    *value = number;
    return NULL;
}

/* ---- dates ---------------------------------------------------------------------------------- */

struct cursor {
    const char *at, *end;
};

static bool cursor_take(struct cursor *cursor, char c)
{
    bool is_there = cursor->at < cursor->end && *cursor->at == c;
    cursor->at += is_there;
    return is_there;
}

/* Exactly `width` digits. */
static bool cursor_digits(struct cursor *cursor, int width, int *value)
{
    if (cursor->end - cursor->at < width)
        return false;
    int number = 0;
    for (int i = 0; i < width; i++) {
        if (!is_digit(cursor->at[i]))
            return false;
        number = number * 10 + (cursor->at[i] - '0');
    }
    cursor->at += width;
    *value = number;
    return true;
}

/* ".25" into ns; digits past the ninth may only be zeros. */
static bool cursor_fraction(struct cursor *cursor, int64_t *ns, bool *is_exact)
{
    int64_t fraction = 0, digit = 100000000;
    const char *begin = cursor->at;
    *is_exact = true;
    for (; cursor->at < cursor->end && is_digit(*cursor->at); cursor->at++, digit /= 10) {
        fraction += digit * (*cursor->at - '0');
        *is_exact &= digit > 0 || *cursor->at == '0';
    }
    *ns = fraction;
    return cursor->at > begin;
}

struct civil {
    int year, month, day, hour, minute, second;
    int64_t fraction; /* ns */
    int64_t offset;   /* seconds that the clock is ahead of UTC */
};

static const char *const is_no_date = "is not a date, as in '2003-09-26' or '2003-09-26T16:40:00Z'";

/* "16:40[:SS[.fraction]][Z|+HH:MM|-HH:MM]" to the end of the text. */
static const char *civil_clock(struct cursor *cursor, struct civil *civil)
{
    bool is_exact = true;
    if (!cursor_digits(cursor, 2, &civil->hour) || !cursor_take(cursor, ':') ||
        !cursor_digits(cursor, 2, &civil->minute))
        return is_no_date;
    if (cursor_take(cursor, ':')) {
        if (!cursor_digits(cursor, 2, &civil->second))
            return is_no_date;
        if (cursor_take(cursor, '.') && !cursor_fraction(cursor, &civil->fraction, &is_exact))
            return is_no_date;
    }
    if (civil->hour > 23 || civil->minute > 59 || civil->second > 59)
        return "has a time of day past 23:59:59";
    if (!is_exact)
        return "is finer than a nanosecond";
    if (cursor->at == cursor->end || (cursor_take(cursor, 'Z') && cursor->at == cursor->end))
        return NULL;
    int sign = cursor_take(cursor, '+') ? 1 : cursor_take(cursor, '-') ? -1 : 0, hours, minutes;
    if (sign == 0 || !cursor_digits(cursor, 2, &hours) || !cursor_take(cursor, ':') ||
        !cursor_digits(cursor, 2, &minutes) || cursor->at < cursor->end)
        return is_no_date;
    if (hours > 23 || minutes > 59)
        return "has an offset from UTC past 23:59";
    civil->offset = sign * (hours * 3600 + minutes * 60);
    return NULL;
}

static bool year_is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970-01-01 to the date; 719528 of them lie before it from 0000-01-01. */
static int64_t civil_days(const struct civil *civil)
{
    static const int before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int past = civil->year - 1;
    int64_t leaps = civil->year == 0 ? 0 : past / 4 - past / 100 + past / 400 + 1;
    bool has_leap_day = civil->month > 2 && year_is_leap(civil->year);
    return 365 * (int64_t)civil->year + leaps + before[civil->month - 1] + has_leap_day +
           civil->day - 1 - 719528;
}

static const char *civil_check(const struct civil *civil)
{
    static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (civil->month < 1 || civil->month > 12)
        return "has a month that is not 01 to 12";
    int length = lengths[civil->month - 1] + (civil->month == 2 && year_is_leap(civil->year));
    return civil->day < 1 || civil->day > length ? "has a day that its month does not have" : NULL;
}

const char *text_to_date(const char *text, size_t length, int64_t *value)
{
    assert(text && value);
    struct cursor cursor = {text, text + length};
    struct civil civil = {0};
    if (length == 0)
        return is_empty;
    if (!cursor_digits(&cursor, 4, &civil.year) || !cursor_take(&cursor, '-') ||
        !cursor_digits(&cursor, 2, &civil.month) || !cursor_take(&cursor, '-') ||
        !cursor_digits(&cursor, 2, &civil.day))
        return is_no_date;
    const char *refusal = civil_check(&civil);
    if (refusal)
        return refusal;
    if (cursor.at < cursor.end) {
        if (!cursor_take(&cursor, 'T') && !cursor_take(&cursor, ' '))
            return is_no_date;
        refusal = civil_clock(&cursor, &civil);
        if (refusal)
            return refusal;
    }
    int64_t seconds = civil_days(&civil) * 86400 + civil.hour * 3600 + civil.minute * 60 +
                      civil.second - civil.offset;
    int64_t most = INT64_MAX / SIMTIME_SECOND; /* 2262-04-11T23:47:16Z */
    if (seconds >= most || seconds < -most)
        return "is outside 1677-09-22 to 2262-04-11, the dates cairn can represent";
    *value = seconds * SIMTIME_SECOND + civil.fraction;
    return NULL;
}
