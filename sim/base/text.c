/* SPDX-License-Identifier: Apache-2.0 */
/* text: near-miss names, UTF-8, and a bounded builder that writes what text_parse.c reads.
 *
 * The builder never fails: what does not fit is cut and is_cut says so, which the caller looks at
 * once, at the end. Invariant: bytes[length] is NUL and length < capacity. Times and sizes are
 * printed by integer arithmetic; only text_add_number goes through printf's %g, which glibc and
 * musl both round correctly. */
#include "sim/base/text.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ---------------------------------------------------------------------------------- */

#define NAME_BYTES 64 /* longer names get no suggestion */

/* The case of ASCII letters, and '-' for '_', do not tell names apart. */
static char fold(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '-' ? '_' : c;
}

/* Edit distance with transpositions of neighbours (optimal string alignment), three rows. */
static unsigned name_distance(const char *a, size_t n, const char *b, size_t m)
{
    assert(n <= NAME_BYTES && m <= NAME_BYTES);
    unsigned rows[3][NAME_BYTES + 1];
    unsigned *before = rows[0], *above = rows[1], *row = rows[2];
    for (unsigned j = 0; j <= m; j++)
        above[j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned best = above[j - 1] + (fold(a[i - 1]) != fold(b[j - 1]));
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
                fold(a[i - 2]) == fold(b[j - 1]) && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
        unsigned *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[m];
}

const char *text_nearest(const char *name, size_t length, const char *const *candidates,
                         size_t count)
{
    assert(name && (candidates || count == 0));
    const char *nearest = NULL;
    unsigned least = UINT32_MAX;
    for (size_t i = 0; i < count && length <= NAME_BYTES; i++) {
        size_t m = strlen(candidates[i]);
        if (m > NAME_BYTES)
            continue;
        unsigned distance = name_distance(name, length, candidates[i], m);
        /* a third of the longer name: two slips in "interval", none in "mp" */
        if (distance < least && distance <= (length > m ? length : m) / 3) {
            least = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}

size_t text_utf8(const char *text, size_t length)
{
    assert(text || length == 0);
    /* the second byte's range excludes overlong forms, surrogates and what is past U+10FFFF
     * (Unicode 15, table 3-7) */
    const unsigned char *t = (const unsigned char *)text;
    if (length == 0)
        return 0;
    if (t[0] < 0x80)
        return 1;
    if (t[0] < 0xc2 || t[0] > 0xf4)
        return 0;
    size_t bytes = t[0] < 0xe0 ? 2 : t[0] < 0xf0 ? 3 : 4;
    unsigned char low = t[0] == 0xe0 ? 0xa0 : t[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = t[0] == 0xed ? 0x9f : t[0] == 0xf4 ? 0x8f : 0xbf;
    if (length < bytes || t[1] < low || t[1] > high)
        return 0;
    for (size_t i = 2; i < bytes; i++)
        if ((t[i] & 0xc0) != 0x80)
            return 0;
    return bytes;
}

/* ---- builder -------------------------------------------------------------------------------- */

struct text text_over(char *bytes, size_t capacity)
{
    assert(bytes && capacity > 0);
    bytes[0] = '\0';
    return (struct text){.bytes = bytes, .capacity = capacity};
}

static void text_put(struct text *text, const char *bytes, size_t length)
{
    assert(text->length < text->capacity);
    size_t room = text->capacity - 1 - text->length;
    if (length > room) {
        length = room;
        text->is_cut = true;
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_add(struct text *text, const char *format, ...)
{
    assert(text->length < text->capacity);
    size_t room = text->capacity - text->length;
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(text->bytes + text->length, room, format, arguments);
    va_end(arguments);
    assert(wanted >= 0);
    text->is_cut |= (size_t)wanted >= room;
    text->length += (size_t)wanted < room ? (size_t)wanted : room - 1;
}

/* Weeks are read but not written: few people count in them. */
static const struct {
    const char *name;
    simtime size;
} time_units[] = {
    {"ns", 1},
    {"us", 1000},
    {"ms", 1000000},
    {"s", SIMTIME_SECOND},
    {"min", SIMTIME_MINUTE},
    {"h", SIMTIME_HOUR},
    {"d", SIMTIME_DAY},
    {"y", SIMTIME_YEAR},
};
#define TIME_UNITS ((int)(sizeof time_units / sizeof time_units[0]))

/* whole.fraction, the fraction in `digits` digits, without trailing zeros. */
static void text_add_decimal(struct text *text, uint64_t whole, uint64_t fraction, int digits)
{
    for (; digits > 0 && fraction % 10 == 0; digits--)
        fraction /= 10;
    if (digits == 0)
        text_add(text, "%llu", (unsigned long long)whole);
    else
        text_add(text, "%llu.%0*llu", (unsigned long long)whole, digits,
                 (unsigned long long)fraction);
}

void text_add_duration(struct text *text, simtime duration)
{
    if (duration == SIMTIME_NEVER) {
        text_add(text, "never");
        return;
    }
    if (duration < 0)
        text_put(text, "-", 1);
    uint64_t ns = duration < 0 ? 0 - (uint64_t)duration : (uint64_t)duration;
    if (ns == 0) {
        text_put(text, "0 s", 3);
        return;
    }
    int unit = 0;
    while (unit + 1 < TIME_UNITS && ns >= (uint64_t)time_units[unit + 1].size)
        unit++;
    uint64_t size = (uint64_t)time_units[unit].size;
    int digits = ns / size >= 100 ? 0 : ns / size >= 10 ? 1 : 2;
    uint64_t power = digits == 0 ? 1 : digits == 1 ? 10 : 100;
    uint64_t rest = ns % size, tenths = ns / size * power;
    tenths += (rest * power + size / 2) / size; /* half up: rest < 2^55, power <= 100 */
    if (unit + 1 < TIME_UNITS && tenths * size >= (uint64_t)time_units[unit + 1].size * power) {
        unit++; /* 59.99 s is 1 min */
        tenths = power;
    }
    text_add_decimal(text, tenths / power, tenths % power, digits);
    text_add(text, " %s", time_units[unit].name);
}

/* ns / size as a decimal of at most 18 places: their number, or -1 where it has no end. */
static int decimal_places(uint64_t ns, uint64_t size, uint64_t *fraction)
{
    uint64_t rest = ns % size, digits = 0;
    int places = 0;
    for (; rest > 0 && places < 18; places++) {
        digits = digits * 10 + rest * 10 / size;
        rest = rest * 10 % size;
    }
    *fraction = digits;
    return rest > 0 ? -1 : places;
}

void text_add_exact_duration(struct text *text, simtime duration)
{
    assert(duration >= 0);
    if (duration == SIMTIME_NEVER || duration == 0) {
        text_add(text, "%s", duration == 0 ? "0 s" : "never");
        return;
    }
    uint64_t ns = (uint64_t)duration, best_fraction = 0;
    int best = 0, best_places = 0, least = INT32_MAX;
    for (int unit = 0; unit < TIME_UNITS && ns >= (uint64_t)time_units[unit].size; unit++) {
        uint64_t size = (uint64_t)time_units[unit].size, fraction;
        int places = decimal_places(ns, size, &fraction), length = places > 0 ? places + 1 : 0;
        if (places < 0)
            continue;
        for (uint64_t whole = ns / size; whole > 0; whole /= 10)
            length++;
        length += size < 1000000000; /* ns, us and ms have two letters; min could be m */
        if (length <= least) {       /* the larger unit, where two are as short */
            least = length;
            best = unit;
            best_places = places;
            best_fraction = fraction;
        }
    }
    text_add_decimal(text, ns / (uint64_t)time_units[best].size, best_fraction, best_places);
    text_add(text, " %s", time_units[best].name);
}

void text_add_bytes(struct text *text, uint64_t bytes)
{
    static const char letters[] = "kMGTP";
    uint64_t least = bytes;
    const char *prefix = "", *infix = "";
    char letter[2] = "";
    uint64_t decimal = 1, binary = 1;
    for (int i = 0; letters[i] != '\0' && bytes > 0; i++) {
        decimal *= 1000;
        binary *= 1024;
        if (bytes % decimal == 0) {
            least = bytes / decimal;
            letter[0] = letters[i];
            infix = "";
        }
        if (bytes % binary == 0 && bytes / binary <= least) {
            least = bytes / binary;
            letter[0] = i == 0 ? 'K' : letters[i];
            infix = "i";
        }
        prefix = letter;
    }
    text_add(text, "%llu %s%sB", (unsigned long long)least, prefix, infix);
}

static int64_t year_days(int64_t year)
{
    int64_t past = year - 1; /* years 1677 to 2262: no sign to care about */
    return 365 * year + past / 4 - past / 100 + past / 400 + 1 - 719528;
}

void text_add_date(struct text *text, int64_t date)
{
    static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t day_ns = SIMTIME_DAY;
    int64_t days = date / day_ns - (date % day_ns < 0), ns = date - days * day_ns;
    int64_t year = 1970 + days / 366 - (days < 0 ? 2 : 0);
    while (year_days(year + 1) <= days)
        year++;
    int64_t day = days - year_days(year);
    bool is_leap = year_days(year + 1) - year_days(year) == 366;
    assert(day >= 0 && day < 366);
    int month = 0, length = lengths[0];
    while (day >= length) {
        day -= length;
        month++;
        length = lengths[month] + (month == 1 && is_leap);
    }
    int second = (int)(ns / SIMTIME_SECOND);
    text_add(text, "%04d-%02d-%02dT%02d:%02d:", (int)year, month + 1, (int)day + 1, second / 3600,
             second / 60 % 60);
    text_add(text, "%s", second % 60 < 10 ? "0" : "");
    text_add_decimal(text, (uint64_t)(second % 60), (uint64_t)(ns % SIMTIME_SECOND), 9);
    text_put(text, "Z", 1);
}

/* A power of two has its lower neighbour twice as near as its upper one: the nearest decimal of so
 * many digits may lie below what reads back to it, and the next one above it reads back. */
static bool next_reads_back(char digits[32], int precision, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    if (bits << 12 != 0)
        return false;
    (void)snprintf(digits, 32, "%#.*g", precision, number);
    char *last = strchr(digits, 'e') ? strchr(digits, 'e') - 1 : digits + strlen(digits) - 1;
    if (*last < '0' || *last > '8')
        return false;
    ++*last;
    return strtod(digits, NULL) == number;
}

void text_add_number(struct text *text, double number)
{
    char digits[32];
    if (isnan(number) || isinf(number)) {
        text_add(text, "%s", isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
        return;
    }
    if (fabs(number) < 1e15 && number == floor(number)) {
        text_add(text, "%lld", (long long)number);
        return;
    }
    /* 15 digits survive the way through a normal double, so a shorter form that reads back is what
     * %.15g prints; subnormals hold fewer */
    int precision = fabs(number) < DBL_MIN ? 1 : 15;
    do {
        (void)snprintf(digits, sizeof digits, "%.*g", precision, number);
    } while (strtod(digits, NULL) != number && !next_reads_back(digits, precision, number) &&
             precision++ < 17);
    text_add(text, "%s", digits);
}

void text_add_json(struct text *text, const char *bytes, size_t length)
{
    assert(bytes || length == 0);
    text_put(text, "\"", 1);
    for (size_t i = 0; i < length;) {
        size_t sequence = text_utf8(bytes + i, length - i);
        char c = bytes[i];
        if (sequence == 0)
            text_put(text, "\xef\xbf\xbd", 3);
        else if (c == '"' || c == '\\')
            text_add(text, "\\%c", c);
        else if (c == '\n' || c == '\t' || c == '\r')
            text_add(text, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
        else if (sequence == 1 && ((unsigned char)c < 0x20 || c == 0x7f))
            text_add(text, "\\u%04x", (unsigned)(unsigned char)c);
        else
            text_put(text, bytes + i, sequence);
        i += sequence ? sequence : 1;
    }
    text_put(text, "\"", 1);
}

void text_add_int128(struct text *text, text_int128 value)
{
    __extension__ typedef unsigned __int128 u128;
    char digits[40]; /* 2^127 has 39 digits */
    size_t first = sizeof digits;
    u128 rest = value < 0 ? 0 - (u128)value : (u128)value;
    do {
        digits[--first] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        text_put(text, "-", 1);
    text_put(text, digits + first, sizeof digits - first);
}
