/* SPDX-License-Identifier: Apache-2.0 */
/* A cursor over one flat object (RFC 8259, less what json.h leaves out).
 *
 * Main invariant: at <= end, and every function that succeeds has moved `at` behind what it read.
 * No recursion: a list holds texts only. */
#include "sim/base/json.h"
#include "sim/base/text.h"
#include <string.h>

static void skip_blanks(struct json_reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r' || *r->at == '\n'))
        r->at++;
}

static bool take(struct json_reader *r, char wanted)
{
    skip_blanks(r);
    if (r->at == r->end || *r->at != wanted)
        return false;
    r->at++;
    return true;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Behind a backslash. */
static bool take_escape(struct json_reader *r)
{
    if (r->at == r->end)
        return false;
    char kind = *r->at++;
    if (kind != 'u')
        return kind != '\0' && strchr("\"\\/bfnrt", kind);
    for (int i = 0; i < 4; i++)
        if (r->at == r->end || !is_hex(*r->at++))
            return false;
    return true;
}

static bool take_text(struct json_reader *r, struct json_value *value)
{
    if (!take(r, '"'))
        return false;
    const char *begin = r->at;
    while (r->at < r->end && *r->at != '"') {
        size_t length = text_utf8(r->at, (size_t)(r->end - r->at));
        if (length == 0 || (unsigned char)*r->at < 0x20)
            return false;
        bool is_escape = *r->at == '\\';
        r->at += length;
        if (is_escape && !take_escape(r))
            return false;
    }
    if (r->at == r->end)
        return false;
    *value = (struct json_value){JSON_TEXT, 0, begin, (size_t)(r->at - begin)};
    r->at++;
    return true;
}

static size_t take_digits(struct json_reader *r)
{
    const char *begin = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
        r->at++;
    return (size_t)(r->at - begin);
}

/* 19 digits at the most, which int64_t may not hold: then it is a number, but no integer of ours.
 */
static bool to_integer(const char *digits, size_t count, bool is_negative, int64_t *integer)
{
    uint64_t sum = 0;
    if (count > 19)
        return false;
    for (size_t i = 0; i < count; i++)
        sum = 10 * sum + (uint64_t)(digits[i] - '0');
    if (sum > INT64_MAX)
        return false;
    *integer = is_negative ? -(int64_t)sum : (int64_t)sum;
    return true;
}

static bool take_number(struct json_reader *r, struct json_value *value)
{
    const char *begin = r->at;
    bool is_negative = *r->at == '-', is_whole = true;
    r->at += is_negative;
    const char *digits = r->at;
    size_t count = take_digits(r);
    if (count == 0 || (count > 1 && digits[0] == '0'))
        return false;
    if (r->at < r->end && *r->at == '.') {
        r->at++;
        is_whole = false;
        if (take_digits(r) == 0)
            return false;
    }
    if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) {
        r->at++;
        is_whole = false;
        r->at += r->at < r->end && (*r->at == '+' || *r->at == '-');
        if (take_digits(r) == 0)
            return false;
    }
    *value = (struct json_value){JSON_NUMBER, 0, begin, (size_t)(r->at - begin)};
    if (is_whole && to_integer(digits, count, is_negative, &value->integer))
        value->kind = JSON_WHOLE;
    return true;
}

static bool take_word(struct json_reader *r, struct json_value *value)
{
    static const struct {
        const char *word;
        enum json_kind kind;
        int64_t integer;
    } words[] = {{"true", JSON_BOOL, 1}, {"false", JSON_BOOL, 0}, {"null", JSON_NOTHING, 0}};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i].word);
        if ((size_t)(r->end - r->at) < length || memcmp(r->at, words[i].word, length) != 0)
            continue;
        *value = (struct json_value){words[i].kind, words[i].integer, r->at, length};
        r->at += length;
        return true;
    }
    return false;
}

static bool take_list(struct json_reader *r, struct json_value *value)
{
    struct json_value item;
    if (!take(r, '['))
        return false;
    const char *begin = r->at, *last = r->at;
    for (bool is_first = true; !take(r, ']'); is_first = false) {
        if ((!is_first && !take(r, ',')) || !take_text(r, &item))
            return false;
        last = r->at;
    }
    *value = (struct json_value){JSON_LIST, 0, begin, (size_t)(last - begin)};
    return true;
}

static bool take_flat(struct json_reader *r, struct json_value *value)
{
    skip_blanks(r);
    if (r->at == r->end)
        return false;
    if (*r->at == '"')
        return take_text(r, value);
    if (*r->at == '[')
        return take_list(r, value);
    return *r->at == '-' || (*r->at >= '0' && *r->at <= '9') ? take_number(r, value)
                                                             : take_word(r, value);
}

static bool take_object(struct json_reader *r, struct json_value *value)
{
    struct json_value ignored;
    const char *begin = r->at;
    if (!take(r, '{'))
        return false;
    for (bool is_first = true; !take(r, '}'); is_first = false)
        if ((!is_first && !take(r, ',')) || !take_text(r, &ignored) || !take(r, ':') ||
            !take_flat(r, &ignored))
            return false;
    *value = (struct json_value){JSON_FLAT, 0, begin, (size_t)(r->at - begin)};
    return true;
}

static bool take_value(struct json_reader *r, struct json_value *value)
{
    skip_blanks(r);
    return r->may_nest && r->at < r->end && *r->at == '{' ? take_object(r, value)
                                                          : take_flat(r, value);
}

struct json_reader json_open(const char *bytes, size_t length)
{
    return (struct json_reader){bytes, bytes + length, false, false};
}

struct json_reader json_open_outer(const char *bytes, size_t length)
{
    return (struct json_reader){bytes, bytes + length, false, true};
}

enum json_step json_next(struct json_reader *reader, struct json_value *key,
                         struct json_value *value)
{
    struct json_reader *r = reader;
    bool is_first = !r->is_begun;
    if (is_first && !take(r, '{'))
        return JSON_BAD;
    r->is_begun = true;
    if (take(r, '}')) {
        skip_blanks(r);
        return r->at == r->end ? JSON_END : JSON_BAD;
    }
    if (!is_first && !take(r, ','))
        return JSON_BAD;
    return take_text(r, key) && take(r, ':') && take_value(r, value) ? JSON_MEMBER : JSON_BAD;
}

bool json_item(struct json_value *list, struct json_value *item)
{
    struct json_reader r = {list->text, list->text + list->length, true, false};
    if (!take(&r, ','))
        r.at = list->text; /* the first */
    if (!take_text(&r, item))
        return false;
    list->length = (size_t)(r.end - r.at);
    list->text = r.at;
    return true;
}

bool json_is(const struct json_value *text, const char *word)
{
    return text->kind == JSON_TEXT && text->length == strlen(word) &&
           memcmp(text->text, word, text->length) == 0;
}
