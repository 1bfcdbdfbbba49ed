/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Python's json.dump(indent=2) and f-strings, as far as the original's log needs them.
 *
 * The invariant: every double is written with the shortest digits that read back to it, laid out as
 * repr does: plain from 1e-4 to below 1e16, always with a point, else with an exponent. */
#include "analysis/compat_log.h"
#include "sim/base/text.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ------------------------------------------------------------------------------- */

/* A finite number >= 0 is 0.DIGITS times ten to the power `point`. */
struct decimal {
    char digits[40];
    int count, point;
};

static struct decimal shortest(double number)
{
    char bytes[40];
    struct text text = text_over(bytes, sizeof bytes);
    struct decimal d = {.point = -1};
    const char *at = bytes;
    text_add_number(&text, number);
    assert(!text.is_cut);
    for (; *at && *at != 'e'; at++)
        if (*at == '.')
            d.point = d.count;
        else
            d.digits[d.count++] = *at;
    if (d.point < 0)
        d.point = d.count;
    if (*at == 'e') {
        int exponent = 0, sign = at[1] == '-' ? -1 : 1;
        for (at += 2; *at; at++)
            exponent = exponent * 10 + (*at - '0');
        d.point += sign * exponent;
    }
    int zeros = 0;
    while (zeros + 1 < d.count && d.digits[zeros] == '0')
        zeros++;
    memmove(d.digits, d.digits + zeros, (size_t)(d.count - zeros));
    d.count -= zeros;
    d.point -= zeros;
    while (d.count > 1 && d.digits[d.count - 1] == '0')
        d.count--;
    return d;
}

static void put_repr(struct sink *sink, double number)
{
    if (isnan(number) || isinf(number)) {
        io_printf(sink, "%s", isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
        return;
    }
    struct decimal d = shortest(fabs(number));
    const char *digits = d.digits;
    io_printf(sink, "%s", signbit(number) ? "-" : "");
    if (d.point <= -4 || d.point > 16) {
        io_printf(sink, "%c%s%.*s", digits[0], d.count > 1 ? "." : "", d.count - 1, digits + 1);
        io_printf(sink, "e%c%02d", d.point > 0 ? '+' : '-', abs(d.point - 1));
    } else if (d.point <= 0) {
        io_printf(sink, "0.%.*s%.*s", -d.point, "0000", d.count, digits);
    } else if (d.point < d.count) {
        io_printf(sink, "%.*s.%.*s", d.point, digits, d.count - d.point, digits + d.point);
    } else {
        io_printf(sink, "%.*s%.*s.0", d.count, digits, d.point - d.count, "000000000000000");
    }
}

/* f"{number:.{places}f}": NaN without the sign that C may print. */
static void put_fixed(struct sink *sink, const char *label, int places, double number)
{
    if (isnan(number))
        io_printf(sink, "%snan", label);
    else
        io_printf(sink, "%s%.*f", label, places, number);
}

/* ---- texts --------------------------------------------------------------------------------- */

/* The character that a valid sequence of this many bytes encodes. */
static uint32_t code_point(const char *bytes, size_t sequence)
{
    const unsigned char *b = (const unsigned char *)bytes;
    uint32_t code = sequence == 1 ? b[0] : b[0] & (0x7fu >> sequence);
    for (size_t i = 1; i < sequence; i++)
        code = code << 6 | (b[i] & 0x3fu);
    return code;
}

static void put_escaped(struct sink *sink, uint32_t code)
{
    static const char names[] = "\"\\\n\r\t\f\b", letters[] = "\"\\nrtfb";
    const char *name = code > 0 && code < 0x80 ? strchr(names, (int)code) : NULL;
    if (name)
        io_printf(sink, "\\%c", letters[name - names]);
    else if (code >= 0x20 && code < 0x7f)
        io_printf(sink, "%c", (int)code);
    else if (code < 0x10000)
        io_printf(sink, "\\u%04" PRIx32, code);
    else /* a surrogate pair */
        io_printf(sink, "\\u%04" PRIx32 "\\u%04" PRIx32, 0xd800 + ((code - 0x10000) >> 10),
                  0xdc00 + (code & 0x3ff));
}

static void put_json_text(struct sink *sink, const char *text)
{
    size_t length = strlen(text), sequence;
    io_put(sink, "\"", 1);
    for (size_t i = 0; i < length; i += sequence ? sequence : 1) {
        sequence = text_utf8(text + i, length - i);
        put_escaped(sink, sequence ? code_point(text + i, sequence) : 0xfffd);
    }
    io_put(sink, "\"", 1);
}

/* f"{text:>15}" counts characters, not bytes. */
static void put_padded(struct sink *sink, const char *text)
{
    size_t length = strlen(text);
    int width = 0;
    for (size_t i = 0, sequence; i < length; i += sequence ? sequence : 1, width++)
        sequence = text_utf8(text + i, length - i);
    io_printf(sink, "%*s", width < 15 ? 15 - width : 0, "");
    io_put(sink, text, length);
}

/* ---- the log ------------------------------------------------------------------------------- */

static void put_json_decision(struct sink *sink, const struct compat_decision *decision)
{
    io_printf(sink, "  {\n    \"task\": ");
    put_json_text(sink, decision->task);
    io_printf(sink, ",\n    \"est_cost\": ");
    put_repr(sink, decision->estimate);
    io_printf(sink, ",\n    \"max_seen\": ");
    put_repr(sink, decision->max_seen);
    io_printf(sink, ",\n    \"threshold\": ");
    put_repr(sink, decision->threshold);
    io_printf(sink, ",\n    \"decision\": %s", decision->is_taken ? "true" : "false");
    io_printf(sink, ",\n    \"timestamp\": ");
    put_repr(sink, decision->timestamp);
    io_printf(sink, "\n  }");
}

void compat_log_write_json(struct sink *sink, const struct compat_log *log)
{
    io_printf(sink, "[");
    for (size_t i = 0; i < log->count; i++) {
        io_printf(sink, "%s\n", i ? "," : "");
        put_json_decision(sink, &log->decisions[i]);
    }
    io_printf(sink, "%s]", log->count ? "\n" : "");
}

void compat_log_write_summary(struct sink *sink, const struct compat_log *log)
{
    io_printf(sink, "\n=== Adaptive Controller Summary ===\n");
    io_printf(sink, "Budget used: %" PRId64 "/%" PRId64 "\n", log->used, log->budget);
    put_fixed(sink, "Final threshold: ", 3, log->threshold);
    io_printf(sink, "\n%s", log->count ? "" : "No decisions recorded.\n");
    for (size_t i = 0; i < log->count; i++) {
        const struct compat_decision *decision = &log->decisions[i];
        put_padded(sink, decision->task);
        put_fixed(sink, " | cost=", 3, decision->estimate);
        put_fixed(sink, " | max=", 3, decision->max_seen);
        put_fixed(sink, " | thr=", 2, decision->threshold);
        io_printf(sink, " | ckpt=%s\n", decision->is_taken ? "True" : "False");
    }
}

void compat_log_write_saved(struct sink *sink, const char *path)
{
    io_printf(sink, "[ACC] Decisions saved to %s\n", path);
}

void compat_log_write_adapted(struct sink *sink, double threshold, double benefit)
{
    put_fixed(sink, "[ADAPT] New cost threshold: ", 3, threshold);
    put_fixed(sink, " (benefit=", 3, benefit);
    io_printf(sink, ")\n");
}
