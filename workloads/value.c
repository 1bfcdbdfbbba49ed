/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values by the schema's types.
 *
 * Each type has a reader (node to field, with range) and a writer (field to canonical text); laws
 * and controllers have files of their own. Invariant: value_read of value_format's text stores the
 * same bits. Every message begins with the key, then what was written, then what is wrong with it.
 */
#include "workloads/value.h"
#include "workloads/controller_form.h"
#include "workloads/law_form.h"
#include "workloads/pipeline_form.h"
#include "workloads/schedule_form.h"
#include "workloads/shell_form.h"
#include "workloads/stage_form.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CANONICAL_BYTES 512 /* of one value that is no text, law or controller */

/* ---- pieces -------------------------------------------------------------------------------- */

enum status value_error(const struct value_reader *reader, const char *label,
                        const struct yaml_node *node, const char *problem)
{
    return diag_error(reader->diag, node->place, "%s: '%.64s' %s", label, node->text, problem);
}

enum status value_scalar(const struct value_reader *reader, const char *label,
                         const struct yaml_node *node, const char *expected)
{
    if (node->kind != NODE_SCALAR)
        return diag_error(reader->diag, node->place, "%s: this is %s; expected %s", label,
                          yaml_kind_name(node), expected);
    if (node->length == 0 && !node->is_quoted)
        return diag_error(reader->diag, node->place, "%s has no value; expected %s", label,
                          expected);
    return STATUS_OK;
}

enum status value_seconds(const struct value_reader *reader, const char *label,
                          const struct yaml_node *node, bool may_be_zero, double *seconds)
{
    double value;
    enum status status = value_scalar(reader, label, node, schema_expectation(TYPE_DURATION));
    if (status != STATUS_OK)
        return status;
    const char *problem = text_to_seconds(node->text, node->length, &value);
    if (!problem && value <= 0 && !may_be_zero)
        problem = "must be more than 0 s";
    if (problem)
        return value_error(reader, label, node, problem);
    *seconds = value;
    return STATUS_OK;
}

enum status value_number(const struct value_reader *reader, const char *label,
                         const struct yaml_node *node, double *number)
{
    enum status status = value_scalar(reader, label, node, schema_expectation(TYPE_NUMBER));
    if (status != STATUS_OK)
        return status;
    const char *problem = text_to_number(node->text, node->length, number);
    return problem ? value_error(reader, label, node, problem) : STATUS_OK;
}

static size_t words_count(const char *const *words)
{
    size_t count = 0;
    while (words[count])
        count++;
    return count;
}

enum status value_choice(const struct value_reader *reader, const char *label,
                         const struct yaml_node *node, const char *const *words, unsigned *index)
{
    char bytes[256];
    struct text list = text_over(bytes, sizeof bytes);
    size_t count = words_count(words);
    for (size_t i = 0; i < count; i++) {
        if (node->kind == NODE_SCALAR && strcmp(node->text, words[i]) == 0) {
            *index = (unsigned)i;
            return STATUS_OK;
        }
        text_add(&list, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", words[i]);
    }
    enum status status = value_scalar(reader, label, node, bytes);
    if (status != STATUS_OK)
        return status;
    const char *nearest = text_nearest(node->text, node->length, words, count);
    return nearest
               ? diag_error(reader->diag, node->place, "%s: '%.64s' must be %s; did you mean '%s'?",
                            label, node->text, bytes, nearest)
               : diag_error(reader->diag, node->place, "%s: '%.64s' must be %s", label, node->text,
                            bytes);
}

enum status value_date(const struct value_reader *reader, const char *label,
                       const struct yaml_node *node, int64_t *date)
{
    enum status status = value_scalar(reader, label, node, "a date, as in '2003-09-26'");
    if (status != STATUS_OK)
        return status;
    const char *problem = text_to_date(node->text, node->length, date);
    return problem ? value_error(reader, label, node, problem) : STATUS_OK;
}

void value_add_seconds(struct text *text, double seconds)
{
    char bytes[64];
    struct text exact = text_over(bytes, sizeof bytes);
    simtime ns = simtime_from_seconds(seconds);
    double back = -1;
    if (ns != SIMTIME_NEVER) {
        text_add_exact_duration(&exact, ns);
        if (text_to_seconds(bytes, exact.length, &back))
            back = -1;
    }
    if (back < seconds || back > seconds) {
        exact = text_over(bytes, sizeof bytes);
        text_add_number(&exact, seconds);
        text_add(&exact, " s");
    }
    text_add(text, "%s", bytes);
}

/* ---- ranges -------------------------------------------------------------------------------- */

/* A limit as the user would write it. */
static void add_limit(struct text *text, enum schema_type type, double limit)
{
    if (type == TYPE_DURATION)
        value_add_seconds(text, limit);
    else
        text_add_number(text, limit);
}

static enum status range_check(const struct value_reader *reader, const struct schema_key *key,
                               const struct yaml_node *node, double value)
{
    char bytes[128];
    struct text text = text_over(bytes, sizeof bytes);
    bool is_quantity = key->type == TYPE_DURATION || key->type == TYPE_RATE;
    if (value < key->min && is_quantity)
        text_add(&text, "must be more than 0");
    else if (key->max > 0 && key->max <= key->min && (value < key->min || value > key->max))
        text_add(&text, "is not known; this cairn reads %.0f", key->min);
    else if (value < key->min || (key->max > 0 && value > key->max)) {
        text_add(&text, "is out of range; it must be ");
        text_add(&text, key->max > 0 ? "from " : "at least ");
        add_limit(&text, key->type, key->min);
        if (key->max > 0) {
            text_add(&text, " to ");
            add_limit(&text, key->type, key->max);
        }
    } else {
        return STATUS_OK;
    }
    return value_error(reader, key->path, node, bytes);
}

/* ---- types --------------------------------------------------------------------------------- */

static void *field(const struct value_reader *reader, const struct schema_key *key)
{
    return key->offset == SCHEMA_NO_FIELD ? NULL : (char *)reader->spec + key->offset;
}

static void store(const struct value_reader *reader, const struct schema_key *key,
                  const void *value, size_t size)
{
    void *target = field(reader, key);
    if (target)
        memcpy(target, value, size);
}

static enum status read_duration(const struct value_reader *reader, const struct schema_key *key,
                                 const struct yaml_node *node)
{
    simtime value = 0;
    const char *problem = text_to_duration(node->text, node->length, &value);
    if (problem)
        return value_error(reader, key->path, node, problem);
    enum status status = range_check(reader, key, node, simtime_seconds(value));
    if (status == STATUS_OK)
        store(reader, key, &value, sizeof value);
    return status;
}

static enum status read_count(const struct value_reader *reader, const struct schema_key *key,
                              const struct yaml_node *node)
{
    uint64_t value = 0;
    const char *problem = key->type == TYPE_BYTES ? text_to_bytes(node->text, node->length, &value)
                                                  : text_to_count(node->text, node->length, &value);
    if (problem)
        return value_error(reader, key->path, node, problem);
    enum status status = range_check(reader, key, node, (double)value);
    if (status != STATUS_OK)
        return status;
    uint32_t small = (uint32_t)value; /* in range: every 32-bit key has a max below 2^32 */
    if (key->type == TYPE_COUNT32)
        store(reader, key, &small, sizeof small);
    else
        store(reader, key, &value, sizeof value);
    return STATUS_OK;
}

static enum status read_real(const struct value_reader *reader, const struct schema_key *key,
                             const struct yaml_node *node)
{
    double value = 0;
    const char *problem = key->type == TYPE_RATE ? text_to_rate(node->text, node->length, &value)
                          : key->type == TYPE_FRACTION
                              ? text_to_fraction(node->text, node->length, &value)
                              : text_to_number(node->text, node->length, &value);
    if (problem)
        return value_error(reader, key->path, node, problem);
    enum status status = range_check(reader, key, node, value);
    if (status != STATUS_OK)
        return status;
    if (key->type == TYPE_FRACTION) {
        int32_t ppm = (int32_t)(value * 1e6 + 0.5);
        store(reader, key, &ppm, sizeof ppm);
    } else {
        store(reader, key, &value, sizeof value);
    }
    return STATUS_OK;
}

static enum status read_bool(const struct value_reader *reader, const struct schema_key *key,
                             const struct yaml_node *node)
{
    bool value = strcmp(node->text, "true") == 0;
    if (!value && strcmp(node->text, "false") != 0)
        return value_error(reader, key->path, node, "must be true or false");
    store(reader, key, &value, sizeof value);
    return STATUS_OK;
}

static enum status read_choice(const struct value_reader *reader, const struct schema_key *key,
                               const struct yaml_node *node)
{
    unsigned value = 0;
    enum status status = value_choice(reader, key->path, node, key->choices, &value);
    static_assert(sizeof(enum spec_clock) == sizeof value, "enums are stored as unsigned");
    if (status == STATUS_OK)
        store(reader, key, &value, sizeof value);
    return status;
}

static enum status read_text(const struct value_reader *reader, const struct schema_key *key,
                             const struct yaml_node *node)
{
    const char *value = node->text;
    if ((double)node->length > key->max)
        return diag_error(reader->diag, node->place, "%s: %zu bytes; at most %.0f are allowed",
                          key->path, node->length, key->max);
    for (const char *c = value; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return value_error(reader, key->path, node, "holds a control character or a line end");
    store(reader, key, &value, sizeof value);
    return STATUS_OK;
}

static enum status read_phases(const struct value_reader *reader, const struct schema_key *key,
                               const struct yaml_node *node)
{
    uint32_t mask = 0;
    if (node->kind != NODE_LIST)
        return diag_error(reader->diag, node->place, "%s: this is %s; expected %s", key->path,
                          yaml_kind_name(node), schema_expectation(TYPE_PHASES));
    if (node->count == 0)
        return diag_error(reader->diag, node->place,
                          "%s: the list is empty, so nothing could fail; expected %s", key->path,
                          schema_expectation(TYPE_PHASES));
    for (const struct yaml_child *child = node->children; child; child = child->next) {
        unsigned phase = 0;
        enum status status = value_choice(reader, key->path, child->value, schema_phases, &phase);
        if (status != STATUS_OK)
            return status;
        mask |= PHASE_BIT(phase);
    }
    store(reader, key, &mask, sizeof mask);
    return STATUS_OK;
}

static enum status read_age(const struct value_reader *reader, const struct schema_key *key,
                            const struct yaml_node *node)
{
    simtime age = 0;
    if (strcmp(node->text, "new") == 0)
        reader->spec->faults.initial_age = AGE_NEW;
    else if (strcmp(node->text, "stationary") == 0)
        reader->spec->faults.initial_age = AGE_STATIONARY;
    else if (text_to_duration(node->text, node->length, &age))
        return value_error(reader, key->path, node,
                           "is neither new, stationary nor a duration, as in '30 d'");
    else
        reader->spec->faults.initial_age = AGE_GIVEN;
    reader->spec->faults.age = age;
    return STATUS_OK;
}

static enum status read_start(const struct value_reader *reader, const struct schema_key *key,
                              const struct yaml_node *node)
{
    struct spec_trace *trace = &reader->spec->faults.trace;
    int64_t date = 0;
    if (strcmp(node->text, "first") == 0)
        trace->start = START_FIRST;
    else if (strcmp(node->text, "random") == 0)
        trace->start = START_RANDOM;
    else if (text_to_date(node->text, node->length, &date))
        return value_error(reader, key->path, node,
                           "is neither first, random nor a date, as in '2003-09-26'");
    else
        trace->start = START_DATE;
    trace->start_date = date;
    return STATUS_OK;
}

static enum status read_simple(const struct value_reader *reader, const struct schema_key *key,
                               const struct yaml_node *node)
{
    switch (key->type) {
    case TYPE_DURATION:
        return read_duration(reader, key, node);
    case TYPE_BYTES:
    case TYPE_COUNT32:
    case TYPE_COUNT64:
        return read_count(reader, key, node);
    case TYPE_RATE:
    case TYPE_NUMBER:
    case TYPE_FRACTION:
        return read_real(reader, key, node);
    case TYPE_BOOL:
        return read_bool(reader, key, node);
    case TYPE_CHOICE:
        return read_choice(reader, key, node);
    case TYPE_TEXT:
        return read_text(reader, key, node);
    case TYPE_AGE:
        return read_age(reader, key, node);
    case TYPE_START:
        return read_start(reader, key, node);
    case TYPE_PHASES:
    case TYPE_LAW:
    case TYPE_STAGES:
    case TYPE_SCHEDULE:
    case TYPE_PIPELINE:
    case TYPE_CONTROLLER:
    case TYPE_SCHEDULER:
    case TYPE_RECOVERY:
    case TYPE_ROUTER:
        break;
    }
    return read_phases(reader, key, node);
}

enum status value_read(const struct value_reader *reader, const struct schema_key *key,
                       const struct yaml_node *node, bool *is_absent, const char **canonical)
{
    *is_absent = key->absent && node->kind == NODE_SCALAR && strcmp(node->text, key->absent) == 0;
    if (*is_absent) {
        *canonical = key->absent;
        return STATUS_OK;
    }
    if (key->type == TYPE_LAW)
        return law_form_read(reader, key->path, node, field(reader, key), canonical);
    if (key->type == TYPE_STAGES)
        return stage_form_read(reader, key->path, node, canonical);
    if (key->type == TYPE_SCHEDULE)
        return schedule_form_read(reader, key->path, node, canonical);
    if (key->type == TYPE_PIPELINE)
        return pipeline_form_read(reader, key->path, node, canonical);
    if (key->type == TYPE_CONTROLLER)
        return controller_form_read(reader, node, canonical);
    if (key->type == TYPE_SCHEDULER)
        return shell_form_read_scheduler(reader, node, canonical);
    if (key->type == TYPE_RECOVERY)
        return shell_form_read_recovery(reader, node, canonical);
    if (key->type == TYPE_ROUTER)
        return shell_form_read_router(reader, node, canonical);
    if (key->type != TYPE_PHASES && key->type != TYPE_CHOICE) {
        enum status status = value_scalar(reader, key->path, node, schema_expectation(key->type));
        if (status != STATUS_OK)
            return status;
    }
    enum status status = read_simple(reader, key, node);
    return status == STATUS_OK ? value_format(reader, key, canonical) : status;
}

/* ---- canonical text ------------------------------------------------------------------------ */

/* Text without quotes where YAML needs none: letters first, then nothing that means something. */
static bool is_plain(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", text[0]) &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") ==
               length;
}

static void add_text(struct text *text, const char *value)
{
    if (is_plain(value))
        text_add(text, "%s", value);
    else
        text_add_json(text, value, strlen(value));
}

static void add_phases(struct text *text, uint32_t mask)
{
    const char *separator = "[";
    for (unsigned phase = 0; phase < PHASE_COUNT; phase++) {
        if (!(mask & PHASE_BIT(phase)))
            continue;
        text_add(text, "%s%s", separator, schema_phases[phase]);
        separator = ", ";
    }
    text_add(text, "]");
}

static void add_age(struct text *text, const struct spec *spec)
{
    if (spec->faults.initial_age == AGE_GIVEN)
        text_add_exact_duration(text, spec->faults.age);
    else
        text_add(text, "%s", spec->faults.initial_age == AGE_NEW ? "new" : "stationary");
}

static void add_start(struct text *text, const struct spec_trace *trace)
{
    if (trace->start == START_DATE)
        text_add_date(text, trace->start_date);
    else
        text_add(text, "%s", trace->start == START_FIRST ? "first" : "random");
}

/* The largest unit in which the rate is at least 1 and reads back to the same bits. */
static void add_rate(struct text *text, double rate)
{
    static const struct {
        const char *unit;
        double bytes;
    } units[] = {{"PB/s", 1e15}, {"TB/s", 1e12}, {"GB/s", 1e9},
                 {"MB/s", 1e6},  {"kB/s", 1e3},  {"B/s", 1}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        char bytes[64];
        double back = -1;
        struct text try = text_over(bytes, sizeof bytes);
        text_add_number(&try, rate / units[i].bytes);
        text_add(&try, " %s", units[i].unit);
        if (rate >= units[i].bytes && !text_to_rate(bytes, try.length, &back) && back >= rate &&
            back <= rate) {
            text_add(text, "%s", bytes);
            return;
        }
    }
    text_add_number(text, rate);
    text_add(text, " B/s");
}

static void add_field(struct text *text, const struct value_reader *reader,
                      const struct schema_key *key)
{
    const void *at = field(reader, key);
    const struct spec *spec = reader->spec;
    switch (key->type) {
    case TYPE_DURATION:
        text_add_exact_duration(text, *(const simtime *)at);
        return;
    case TYPE_BYTES:
        text_add_bytes(text, *(const uint64_t *)at);
        return;
    case TYPE_COUNT64:
        text_add(text, "%llu", (unsigned long long)*(const uint64_t *)at);
        return;
    case TYPE_COUNT32:
        text_add(text, "%u", *(const uint32_t *)at);
        return;
    case TYPE_RATE:
        add_rate(text, *(const double *)at);
        return;
    case TYPE_NUMBER:
        text_add_number(text, *(const double *)at);
        return;
    case TYPE_FRACTION:
        text_add_number(text, *(const int32_t *)at / 1e6);
        return;
    case TYPE_BOOL:
        text_add(text, "%s", *(const bool *)at ? "true" : "false");
        return;
    case TYPE_CHOICE:
        text_add(text, "%s", key->choices[*(const unsigned *)at]);
        return;
    case TYPE_TEXT:
        add_text(text, *(const char *const *)at);
        return;
    case TYPE_PHASES:
        add_phases(text, spec->faults.strike);
        return;
    case TYPE_AGE:
        add_age(text, spec);
        return;
    case TYPE_START:
        add_start(text, &spec->faults.trace);
        return;
    case TYPE_LAW:
    case TYPE_STAGES:
    case TYPE_SCHEDULE:
    case TYPE_PIPELINE:
    case TYPE_CONTROLLER:
    case TYPE_SCHEDULER:
    case TYPE_RECOVERY:
    case TYPE_ROUTER:
        assert(!"these have forms of their own");
    }
}

enum status value_format(const struct value_reader *reader, const struct schema_key *key,
                         const char **canonical)
{
    size_t capacity = CANONICAL_BYTES;
    if (key->offset == SCHEMA_NO_FIELD) {
        *canonical = key->fallback ? key->fallback : "1"; /* version, import, trace.format */
        return STATUS_OK;
    }
    if (key->type == TYPE_TEXT)
        capacity += 6 * strlen(*(const char *const *)field(reader, key)); /* \u00XX */
    char *bytes = arena_alloc(reader->arena, capacity);
    if (!bytes)
        return diag_world(reader->diag, "keep", key->path, ENOMEM);
    struct text text = text_over(bytes, capacity);
    add_field(&text, reader, key);
    assert(!text.is_cut);
    *canonical = bytes;
    return STATUS_OK;
}
