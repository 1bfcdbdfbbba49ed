/* SPDX-License-Identifier: Apache-2.0 */
/* Text in and out: quantities with units, dates, near-miss names, and a bounded builder.
 *
 * Users write "30 s", "1.5 TB/s", "2 y"; cairn keeps integers. Parsing is exact (decimal digits
 * times an integer unit, no floating point on the way to ns or bytes), knows no locale, and says in
 * words what is wrong, for a caret to be put under it. */
#ifndef CAIRN_BASE_TEXT_H
#define CAIRN_BASE_TEXT_H

#include "sim/base/simtime.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each text_to_X parses all of `text` (length bytes). NULL on success; otherwise a static sentence
 * whose subject is the text ("needs a unit, as in '30 s'"), and *value is untouched. */

/* ns us ms s m|min h d w y, a year being 365 days. */
const char *text_to_duration(const char *text, size_t length, simtime *value);
/* The same units, without the 292 y end. */
const char *text_to_seconds(const char *text, size_t length, double *value);
/* B kB MB GB TB PB KiB MiB GiB TiB PiB. */
const char *text_to_bytes(const char *text, size_t length, uint64_t *value);
/* Bytes a second: a unit of bytes with /s. */
const char *text_to_rate(const char *text, size_t length, double *value);
/* Plain digits: no exponent, no '_' or ','. */
const char *text_to_count(const char *text, size_t length, uint64_t *value);
/* A finite decimal; no hexadecimal, inf, nan. */
const char *text_to_number(const char *text, size_t length, double *value);
/* 0.05 or 5 %; from 0 to 1. */
const char *text_to_fraction(const char *text, size_t length, double *value);
/* ns since 1970-01-01 UTC of an ISO 8601 date, or date and time "2003-09-26T16:40[:SS[.fraction]]"
 * (or a blank for the T), with 'Z', '+HH:MM', '-HH:MM' or nothing, which means UTC, behind it.
 * Proleptic Gregorian, without leap seconds; years 1677 to 2262. */
const char *text_to_date(const char *text, size_t length, int64_t *value);

/* The candidate nearest to `name` by edit distance (a transposition counts one; case, and '-' for
 * '_', count nothing), or NULL when none is near enough to be meant. candidates[i] are C strings.
 */
const char *text_nearest(const char *name, size_t length, const char *const *candidates,
                         size_t count);

/* Bytes of the UTF-8 sequence that text begins with, 1 to 4; 0 where it is not valid. */
size_t text_utf8(const char *text, size_t length);

/* A bounded builder over the caller's bytes: always NUL-terminated, never past capacity (>= 1). */
struct text {
    char *bytes;
    size_t length, capacity;
    bool is_cut; /* something did not fit */
};

struct text text_over(char *bytes, size_t capacity);
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A duration for people, three significant digits and the unit that suits: "46.2 min", "2 y",
 * "0 s", "never". */
void text_add_duration(struct text *text, simtime duration);
/* The shortest form in ns us ms s min h d y, at least one of its unit, that text_to_duration reads
 * back to the same ns. */
void text_add_exact_duration(struct text *text, simtime duration);
/* Exact: the unit with the smallest whole number, "10 TiB", "1500 B". */
void text_add_bytes(struct text *text, uint64_t bytes);
/* As text_to_date reads it: "2003-09-26T16:40:00Z", with the fraction where there is one. */
void text_add_date(struct text *text, int64_t date);
/* Shortest decimal that reads back to an equal double ("0.1", "1e+300"); "nan", "inf", "-inf". */
void text_add_number(struct text *text, double number);
/* A JSON string with quotes and escapes; invalid UTF-8 becomes U+FFFD. */
void text_add_json(struct text *text, const char *bytes, size_t length);
/* A 128-bit integer in decimal. */
__extension__ typedef __int128 text_int128;
void text_add_int128(struct text *text, text_int128 value);

#endif
