/* SPDX-License-Identifier: Apache-2.0 */
/* diag: renders messages as a compiler does, into fixed storage.
 *
 * A source line is seen as cells: one character, how it is shown (itself, blanks for a tab, \xNN
 * for what a terminal must not get) and how wide that is. Invariant: the line and the caret below
 * it are made from the same cells, so the caret stands under its column whatever was shown. A long
 * line is shown as a window around the caret. The tail (line and caret) is kept whole; where the
 * message is too long, the message is cut. */
#include "sim/base/diag.h"

#include "sim/base/text.h"
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SHOWN    86 /* columns of the source line: with "   7 | " and two ellipses, under 100 */
#define LEAD     30 /* columns kept before the caret of a long line */
#define TAB_STOP 4
#define ELLIPSIS "..."

/* line, caret and gutters; a column takes four bytes at most, and the head needs some room too */
static_assert(SHOWN * 4 + SHOWN + 40 < DIAG_TEXT - 256, "a snippet leaves no room for its message");

/* One character of a source line. */
struct cell {
    size_t bytes; /* of the source */
    unsigned columns;
    char shown[8];
};

static struct cell cell_at(const char *text, size_t length, unsigned column)
{
    struct cell cell = {.bytes = text_utf8(text, length), .columns = 1};
    unsigned char c = (unsigned char)text[0];
    bool is_control = c < 0x20 || c == 0x7f;
    /* U+0080 to U+009F are control characters too: C2 9B begins an escape sequence */
    if (cell.bytes == 2 && c == 0xc2 && (unsigned char)text[1] < 0xa0)
        is_control = true;
    if (c == '\t') {
        cell.columns = TAB_STOP - column % TAB_STOP;
        memset(cell.shown, ' ', cell.columns);
    } else if (cell.bytes == 0 || is_control) {
        cell.bytes = 1;
        cell.columns = 4;
        (void)snprintf(cell.shown, sizeof cell.shown, "\\x%02X", c);
    } else {
        memcpy(cell.shown, text, cell.bytes);
    }
    return cell;
}

/* A message's own text: one line, control bytes escaped, a tab as a blank. */
static void text_add_safe(struct text *text, const char *bytes)
{
    size_t length = strlen(bytes);
    for (size_t i = 0; i < length;) {
        struct cell cell = cell_at(bytes + i, length - i, TAB_STOP - 1);
        text_add(text, "%s", cell.shown);
        i += cell.bytes;
    }
}

/* Line `number` of the source; LF, CR LF and a lone CR end a line. */
static const char *line_find(const struct source *source, uint32_t number, size_t *length)
{
    const char *at = source->text, *end = at + source->length;
    for (uint32_t line = 1; line < number; line++) {
        while (at < end && *at != '\n' && *at != '\r')
            at++;
        if (at == end)
            break;
        at += at[0] == '\r' && at + 1 < end && at[1] == '\n' ? 2 : 1;
    }
    const char *stop = at;
    while (stop < end && *stop != '\n' && *stop != '\r')
        stop++;
    *length = (size_t)(stop - at);
    return at;
}

/* Where a place's underline begins and ends, in columns as shown. */
struct span {
    unsigned begin, end, total;
};

static struct span line_span(const char *line, size_t length, struct place place)
{
    size_t first = place.column > 0 ? place.column - 1 : 0;
    first = first < length ? first : length;
    size_t last = place.width < length - first ? first + place.width : length;
    struct span span = {0};
    for (size_t i = 0; i < length;) {
        struct cell cell = cell_at(line + i, length - i, span.total);
        span.begin += i + cell.bytes <= first ? cell.columns : 0;
        span.total += cell.columns;
        span.end = i < last ? span.total : span.end;
        i += cell.bytes;
    }
    span.end = span.end > span.begin ? span.end : span.begin + 1;
    return span;
}

/* The line's part from column `from` on, SHOWN columns at most; returns the column where the part
 * really begins (a tab is not split). */
static unsigned line_show(struct text *text, const char *line, size_t length, unsigned from)
{
    unsigned column = 0, begin = UINT32_MAX;
    for (size_t i = 0; i < length;) {
        struct cell cell = cell_at(line + i, length - i, column);
        if (column >= from) {
            begin = begin == UINT32_MAX ? column : begin;
            if (column + cell.columns > begin + SHOWN) {
                text_add(text, ELLIPSIS);
                break;
            }
            text_add(text, "%s", cell.shown);
        }
        column += cell.columns;
        i += cell.bytes;
    }
    return begin == UINT32_MAX ? column : begin;
}

/* The source line and the caret under it. */
static void text_add_snippet(struct text *text, struct place place)
{
    size_t length;
    const char *line = line_find(place.source, place.line, &length);
    struct span span = line_span(line, length, place);
    bool is_long = span.total > SHOWN;
    unsigned from = is_long && span.begin > LEAD ? span.begin - LEAD : 0;
    text_add(text, "\n%4u | %s", (unsigned)place.line, from > 0 ? ELLIPSIS : "");
    unsigned begin = line_show(text, line, length, from);
    assert(begin <= span.begin);
    unsigned indent = span.begin - begin + (from > 0 ? (unsigned)strlen(ELLIPSIS) : 0);
    unsigned width = span.end - span.begin, room = SHOWN - (span.begin - begin);
    width = width < room ? width : room;
    text_add(text, "\n     | %*s^", (int)indent, "");
    while (width-- > 1)
        text_add(text, "~");
}

void diag_init(struct diag *diag)
{
    assert(diag);
    diag->errors = diag->warnings = diag->kept = 0;
}

__attribute__((format(printf, 4, 0))) static void diag_add(struct diag *diag,
                                                           enum severity severity,
                                                           struct place place, const char *format,
                                                           va_list arguments)
{
    uint32_t *count = severity == DIAG_ERROR ? &diag->errors : &diag->warnings;
    assert(diag->kept < 2 * LIMIT_DIAG_ERRORS || *count >= LIMIT_DIAG_ERRORS);
    if ((*count)++ >= LIMIT_DIAG_ERRORS)
        return;
    char raw[DIAG_TEXT], tail_bytes[DIAG_TEXT];
    (void)vsnprintf(raw, sizeof raw, format, arguments);
    struct text tail = text_over(tail_bytes, sizeof tail_bytes);
    if (place.source && place.source->text && place.line > 0)
        text_add_snippet(&tail, place);

    struct text head = text_over(diag->text[diag->kept], DIAG_TEXT - tail.length);
    if (place.source && place.source->name) {
        text_add_safe(&head, place.source->name);
        if (place.line > 0)
            text_add(&head, ":%u:%u", (unsigned)place.line, (unsigned)place.column);
        text_add(&head, ": ");
    }
    text_add(&head, severity == DIAG_ERROR ? "error: " : "warning: ");
    text_add_safe(&head, raw);
    if (head.is_cut)
        memcpy(head.bytes + head.length - strlen(ELLIPSIS), ELLIPSIS, strlen(ELLIPSIS));
    memcpy(head.bytes + head.length, tail.bytes, tail.length + 1);
    for (uint32_t i = 0; i < diag->kept; i++)
        if (strcmp(diag->text[i], head.bytes) == 0) { /* the cells of a sweep say the same */
            (*count)--;
            return;
        }
    diag->severity[diag->kept++] = severity;
}

void diag_say(struct diag *diag, enum severity severity, struct place place, const char *format,
              ...)
{
    va_list arguments;
    va_start(arguments, format);
    diag_add(diag, severity, place, format, arguments);
    va_end(arguments);
}

enum status diag_error(struct diag *diag, struct place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    diag_add(diag, DIAG_ERROR, place, format, arguments);
    va_end(arguments);
    return STATUS_INPUT;
}

enum status diag_world(struct diag *diag, const char *operation, const char *path, int code)
{
    assert(operation && code != 0);
    struct place nowhere = {0};
    if (path)
        diag_say(diag, DIAG_ERROR, nowhere, "cannot %s '%s': %s", operation, path, strerror(code));
    else
        diag_say(diag, DIAG_ERROR, nowhere, "cannot %s: %s", operation, strerror(code));
    return code == ENOMEM ? STATUS_MEMORY : STATUS_IO;
}

bool diag_is_full(const struct diag *diag)
{
    return diag->errors >= LIMIT_DIAG_ERRORS;
}
