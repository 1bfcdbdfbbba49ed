/* SPDX-License-Identifier: Apache-2.0 */
/* Reading one flat JSON object, strictly: what a line of a program's answer is.
 *
 *     {"request": 7, "action": "checkpoint", "ask": "work", "at": 900000000000, "repeat": true}
 *
 * Values are texts, whole numbers, other numbers, true, false, null, and lists of texts; objects
 * inside are refused, but by json_open_outer, whose members may be flat objects. Nothing is copied
 * or unescaped: a text is the bytes between its quotes, so a word that was written with escapes is
 * not the word. */
#ifndef CAIRN_BASE_JSON_H
#define CAIRN_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_kind {
    JSON_TEXT,
    JSON_WHOLE,
    JSON_NUMBER,
    JSON_BOOL,
    JSON_NOTHING,
    JSON_LIST,
    JSON_FLAT
};

struct json_value {
    enum json_kind kind;
    int64_t integer; /* JSON_WHOLE; JSON_BOOL: 0 or 1 */
    const char *text;
    size_t length; /* JSON_TEXT: between the quotes; JSON_LIST: between the brackets;
                      JSON_FLAT: braces included */
};

struct json_reader {
    const char *at, *end;
    bool is_begun, may_nest;
};

enum json_step { JSON_MEMBER, JSON_END, JSON_BAD };

/* An object of exactly these bytes, blanks around it aside. */
struct json_reader json_open(const char *bytes, size_t length);
/* The same, with flat objects among its values: each to be read by json_open. */
struct json_reader json_open_outer(const char *bytes, size_t length);
/* The next member; JSON_END behind the closing brace and nothing else. */
enum json_step json_next(struct json_reader *reader, struct json_value *key,
                         struct json_value *value);
/* The texts of a JSON_LIST one by one: false behind the last. */
bool json_item(struct json_value *list, struct json_value *item);
bool json_is(const struct json_value *text, const char *word);

#endif
