/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The effective form of a scenario: every value, and where it came from.
 *
 * One walk over the schema's rows, opening a section when a path enters it. The text is a
 * scenario again: reading it gives the same digest. */
#include "sim/base/text.h"
#include "workloads/scenario.h"
#include <assert.h>
#include <string.h>

#define COMMENT_COLUMN 60

void scenario_origin(const struct scenario *scenario, enum schema_id id, char *bytes,
                     size_t capacity)
{
    const struct scenario_value *value = &scenario->values[id];
    struct text text = text_over(bytes, capacity);
    assert(id < SCHEMA_KEYS);
    switch (value->origin) {
    case ORIGIN_DEFAULT:
        text_add(&text, "default");
        return;
    case ORIGIN_FILE:
        text_add(&text, "%s:%u", value->place.source->name, value->place.line);
        return;
    case ORIGIN_SET:
        text_add(&text, "--set");
        return;
    case ORIGIN_DERIVED:
        text_add(&text, "derived: %s", value->note);
        return;
    }
}

/* Length of the section part that two paths have in common, at a dot. */
static size_t common_section(const char *a, const char *b)
{
    size_t common = 0;
    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        if (a[i] == '.')
            common = i + 1;
    return common;
}

static unsigned dots(const char *path, size_t length)
{
    unsigned count = 0;
    for (size_t i = 0; i < length; i++)
        count += path[i] == '.';
    return count;
}

/* Opens the sections of `path` that `previous` was not in; returns where the last name begins. */
static const char *open_sections(struct sink *sink, const char *previous, const char *path)
{
    size_t from = common_section(previous, path);
    for (const char *dot; (dot = strchr(path + from, '.'));) {
        size_t length = (size_t)(dot - path) - from;
        io_printf(sink, "%*s%.*s:\n", (int)(2 * dots(path, from)), "", (int)length, path + from);
        from += length + 1;
    }
    return path + from;
}

static size_t text_columns(const char *text)
{
    size_t columns = 0;
    for (; *text; text++)
        columns += ((unsigned char)*text & 0xc0) != 0x80;
    return columns;
}

void scenario_print_effective(const struct scenario *scenario, struct sink *sink)
{
    const char *previous = "";
    for (unsigned id = 0; id < SCHEMA_KEYS; id++) {
        const char *path = schema_keys[id].path, *text = scenario->values[id].text;
        char origin[512];
        bool is_shown = schema_applies((enum schema_id)id, scenario->spec.program != NULL);
        if (id == KEY_IMPORT || !is_shown) /* what an import brought is here already */
            continue;
        const char *name = open_sections(sink, previous, path);
        int indent = (int)(2 * dots(path, strlen(path)));
        size_t used = (size_t)indent + strlen(name) + 2 + text_columns(text);
        int pad = used < COMMENT_COLUMN ? (int)(COMMENT_COLUMN - used) : 1;
        scenario_origin(scenario, (enum schema_id)id, origin, sizeof origin);
        for (char *c = origin; *c; c++) /* a file's name may hold anything */
            *c = (unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c;
        io_printf(sink, "%*s%s: ", indent, "", name);
        io_put(sink, text, strlen(text));
        io_printf(sink, "%*s# %s\n", pad, "", origin);
        previous = path;
    }
}

/* Keys that joined when rows had been kept under the digests of scenarios that know nothing of
 * them: where they say nothing they are left out. */
static bool joined_later(enum schema_id id)
{
    return id == KEY_ZONE || id == KEY_ZONE_UPTIME || id == KEY_ZONE_REPAIR ||
           (id >= KEY_SLOW_EVERY && id <= KEY_SLOW_FACTOR) || id == KEY_SHUTDOWN ||
           id == KEY_RECONNECT;
}

struct digest_value scenario_digest(const struct scenario *scenario)
{
    struct digest digest;
    digest_init(&digest);
    for (unsigned id = 0; id < SCHEMA_KEYS; id++) {
        const char *path = schema_keys[id].path, *text = scenario->values[id].text;
        if (!schema_applies((enum schema_id)id, scenario->spec.program != NULL))
            continue;
        if (id == KEY_NAME || id == KEY_SUMMARY || id == KEY_IMPORT || id == KEY_REPLICATIONS)
            continue;
        if (joined_later((enum schema_id)id) && strcmp(text, schema_keys[id].fallback) == 0)
            continue;
        digest_put_text(&digest, path, strlen(path));
        digest_put_text(&digest, text, strlen(text));
    }
    return digest_value(&digest);
}
