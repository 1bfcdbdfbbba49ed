/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps of known keys: each type has a reader and a writer, as the values of the schema have.
 *
 * Invariant: what field_form_add writes, field_form_read reads to the same bits. Defaults go
 * through the same readers as what is said. */
#include "workloads/field_form.h"
#include "workloads/amount_form.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define MILLION 1000000

/* ---- names --------------------------------------------------------------------------------- */

const char *field_form_name_problem(const char *text, size_t length)
{
    if (length == 0 || length >= LIMIT_NAME)
        return "must be 1 to 63 bytes long";
    if (!strchr(LETTERS, text[0]))
        return "must begin with a letter";
    return strspn(text, LETTERS "0123456789_-") == length
               ? NULL
               : "may hold letters, digits, '_' and '-' alone";
}

/* Words of Ray's, and of other languages, that mean one of ours. */
static const char *meant(const char *name)
{
    static const char *const words[][2] = {
        {"num_cpus", "cpu"},
        {"cpus", "cpu"},
        {"num_gpus", "gpu"},
        {"gpus", "gpu"},
        {"resources", "custom"},
        {"max_retries", "retries"},
        {"max_restarts", "restarts"},
        {"max_task_retries", "retries"},
        {"max_concurrency", "concurrency"},
        {"lifetime", "detached"},
        {"scheduling_strategy", "strategy"},
        {"node_id", "node"},
        {"duration", "time"},
        {"work", "time"},
        {"bytes", "size"},
        {"init", "start"},
        {"constructor", "start"},
        {"remote", "call"},
        {"submit", "call"},
        {"sleep", "think"},
        {"for", "repeat"},
        {"loop", "repeat"},
        {"while", "until"},
        {"delete", "release"},
        {"free", "release"},
        {"args", "with"},
        {"arguments", "with"},
        {"foreach", "each"},
        {"count", "times"},
        {"except", "on_error"},
        {"catch", "on_error"},
        {"on_failure", "on_error"},
        {"body", "do"},
        {"result_as", "as"},
        {"name", "as"},
        {"steps", "driver"},
        {"main", "driver"},
        {"functions", "tasks"},
        {"classes", "actors"},
        {"arrivals", "every"},
        {"interval", "every"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], name) == 0)
            return words[i][1];
    return NULL;
}

const char *field_form_nearest(const char *name, size_t length, const char *const *names,
                               size_t count)
{
    const char *word = meant(name);
    for (size_t i = 0; word && i < count; i++)
        if (strcmp(names[i], word) == 0)
            return names[i];
    return text_nearest(name, length, names, count);
}

void field_form_suggest(struct text *text, const char *known, const char *name, size_t length,
                        const char *const *names, size_t count)
{
    enum { SHOWN = 16 }; /* more would not be read */
    const char *near = field_form_nearest(name, length, names, count);
    if (near) {
        text_add(text, "did you mean '%s'?", near);
        return;
    }
    text_add(text, "%s", count ? known : "there are none");
    for (size_t i = 0; i < count && i < SHOWN; i++)
        text_add(text, "%s%s", i ? ", " : " ", names[i]);
    if (count > SHOWN)
        text_add(text, ", …");
}

enum status field_form_check_keys(const struct value_reader *reader, const char *path,
                                  const struct yaml_node *node, const struct field_set *set)
{
    enum status status = STATUS_OK;
    const char *names[32];
    assert(set->count <= sizeof names / sizeof *names);
    for (size_t i = 0; i < set->count; i++)
        names[i] = set->fields[i].name;
    for (const struct yaml_child *child = node->children; child; child = child->next) {
        char hint[400];
        struct text text = text_over(hint, sizeof hint);
        size_t i = 0;
        while (i < set->count && strcmp(child->key, names[i]) != 0)
            i++;
        if (i < set->count)
            continue;
        field_form_suggest(&text, "it has", child->key, child->key_length, names, set->count);
        status = diag_error(reader->diag, child->key_place, "%s: %s has no '%.64s'; %s", path,
                            set->noun, child->key, hint);
    }
    return status;
}

/* ---- values -------------------------------------------------------------------------------- */

static const char *parse_tries(const struct yaml_node *node, int32_t *value)
{
    uint64_t count = 0;
    if (strcmp(node->text, "unlimited") == 0) {
        *value = PROGRAM_FOR_EVER;
        return NULL;
    }
    if (text_to_count(node->text, node->length, &count) || count > INT32_MAX)
        return "is neither a whole number up to 2147483647 nor 'unlimited'";
    *value = (int32_t)count;
    return NULL;
}

static const char *parse_signed(const struct yaml_node *node, int32_t *value)
{
    bool is_negative = node->text[0] == '-';
    uint64_t count = 0;
    if (text_to_count(node->text + is_negative, node->length - is_negative, &count) ||
        count > INT32_MAX)
        return "must be a whole number from -2147483647 to 2147483647";
    *value = is_negative ? -(int32_t)count : (int32_t)count;
    return NULL;
}

static const char *parse_fraction(const struct yaml_node *node, bool is_moment, int32_t *ppm)
{
    double value = 0;
    if (is_moment && strcmp(node->text, "start") == 0)
        return *ppm = 0, NULL;
    if (is_moment && strcmp(node->text, "end") == 0)
        return *ppm = MILLION, NULL;
    const char *problem = text_to_fraction(node->text, node->length, &value);
    if (problem)
        return is_moment ? "is neither start, end nor a fraction, as in '0.5' or '50 %'" : problem;
    *ppm = (int32_t)(value * MILLION + 0.5);
    return NULL;
}

static const char *parse_share(const struct yaml_node *node, int64_t *value)
{
    double number = 0;
    const char *problem = text_to_number(node->text, node->length, &number);
    if (problem)
        return problem;
    if (!(number >= 0 && number <= 1e9))
        return "is out of range; it must be from 0 to 1000000000";
    int64_t share = (int64_t)(number * CAIRN_WHOLE + 0.5);
    double rest = number * CAIRN_WHOLE - (double)share;
    if (rest > 1e-6 || rest < -1e-6)
        return "is finer than 0.0001, the smallest share there is";
    *value = share;
    return NULL;
}

static const char *parse_memory(const struct yaml_node *node, int64_t *value)
{
    uint64_t bytes = 0;
    const char *problem = text_to_bytes(node->text, node->length, &bytes);
    if (!problem && bytes > INT64_MAX)
        problem = "is more than 8 EiB";
    if (!problem)
        *value = (int64_t)bytes;
    return problem;
}

static const char *parse_bool(const struct yaml_node *node, bool *value)
{
    bool is_true = strcmp(node->text, "true") == 0;
    if (!is_true && strcmp(node->text, "false") != 0)
        return "must be true or false";
    *value = is_true;
    return NULL;
}

static const char *parse_patience(const struct yaml_node *node, struct patience *value)
{
    simtime time = 0;
    const char *problem = text_to_duration(node->text, node->length, &time);
    if (!problem)
        *value = (struct patience){true, time};
    return problem;
}

static enum status read_count(const struct value_reader *reader, const char *label,
                              const struct yaml_node *node, const struct field *field, void *at)
{
    char bytes[96];
    struct text text = text_over(bytes, sizeof bytes);
    uint64_t count = 0;
    double max = field->max > 0                 ? field->max
                 : field->type == FIELD_COUNT64 ? 9e15
                                                : (double)UINT32_MAX - 1;
    const char *problem = text_to_count(node->text, node->length, &count);
    if (!problem && ((double)count < field->min || (double)count > max)) {
        text_add(&text, "is out of range; it must be from %.0f to %.0f", field->min, max);
        problem = bytes;
    }
    if (problem)
        return value_error(reader, label, node, problem);
    if (field->type == FIELD_COUNT64)
        *(uint64_t *)at = count;
    else
        *(uint32_t *)at = (uint32_t)count + (field->type == FIELD_NODE);
    return STATUS_OK;
}

/* Of two words, the second is true where the field is a bool. */
static enum status read_choice(const struct value_reader *reader, const char *label,
                               const struct yaml_node *node, const struct field *field, void *at)
{
    unsigned index = 0;
    enum status status = value_choice(reader, label, node, field->choices, &index);
    if (status != STATUS_OK)
        return status;
    if (field->type == FIELD_EITHER)
        *(bool *)at = index > 0;
    else
        *(unsigned *)at = index;
    return STATUS_OK;
}

const char *field_form_expectation(enum field_type type)
{
    static const char *const words[] = {
        [FIELD_TIME] = "a duration, as in '30 s'",
        [FIELD_SIZE] = "a size, as in '12 MB'",
        [FIELD_COUNT32] = "a whole number",
        [FIELD_COUNT64] = "a whole number",
        [FIELD_TRIES] = "a whole number or 'unlimited'",
        [FIELD_SIGNED] = "a whole number",
        [FIELD_BOOL] = "true or false",
        [FIELD_FRACTION] = "a fraction, as in '0.05' or '5 %'",
        [FIELD_MOMENT] = "start, end or a fraction",
        [FIELD_SHARE] = "a number, as in '2' or '0.5'",
        [FIELD_MEMORY] = "a size, as in '2 GiB'",
        [FIELD_CHOICE] = "one of its words",
        [FIELD_EITHER] = "one of its words",
        [FIELD_PATIENCE] = "a duration, as in '30 s'",
        [FIELD_NODE] = "the number of a node, from 0",
        [FIELD_OWN] = "a map",
    };
    return words[type];
}

static const char *parse(const struct yaml_node *node, enum field_type type, void *at)
{
    switch (type) {
    case FIELD_TRIES:
        return parse_tries(node, at);
    case FIELD_SIGNED:
        return parse_signed(node, at);
    case FIELD_BOOL:
        return parse_bool(node, at);
    case FIELD_PATIENCE:
        return parse_patience(node, at);
    case FIELD_FRACTION:
    case FIELD_MOMENT:
        return parse_fraction(node, type == FIELD_MOMENT, at);
    case FIELD_SHARE:
        return parse_share(node, at);
    case FIELD_MEMORY:
        return parse_memory(node, at);
    case FIELD_TIME:
    case FIELD_SIZE:
    case FIELD_COUNT32:
    case FIELD_COUNT64:
    case FIELD_CHOICE:
    case FIELD_EITHER:
    case FIELD_NODE:
    case FIELD_OWN:
        break;
    }
    assert(!"these have readers of their own");
    return NULL;
}

enum status field_form_read_one(const struct value_reader *reader, const char *label,
                                const struct yaml_node *node, const struct field *field, void *into)
{
    void *at = (char *)into + field->offset;
    if (field->type == FIELD_OWN)
        return STATUS_OK;
    if (field->type == FIELD_TIME || field->type == FIELD_SIZE)
        return amount_form_read(reader, label, node,
                                field->type == FIELD_TIME ? AMOUNT_TIME : AMOUNT_BYTES, at);
    if (field->type == FIELD_CHOICE || field->type == FIELD_EITHER)
        return read_choice(reader, label, node, field, at);
    enum status status = value_scalar(reader, label, node, field_form_expectation(field->type));
    if (status != STATUS_OK)
        return status;
    if (field->type == FIELD_COUNT32 || field->type == FIELD_COUNT64 || field->type == FIELD_NODE)
        return read_count(reader, label, node, field, at);
    const char *problem = parse(node, field->type, at);
    return problem ? value_error(reader, label, node, problem) : STATUS_OK;
}

/* A value of this type, to show how a missing key is written. */
static const char *example(enum field_type type)
{
    return type == FIELD_TIME       ? "2 s"
           : type == FIELD_SIZE     ? "12 MB"
           : type == FIELD_FRACTION ? "25 %"
                                    : "1";
}

/* What is said, or the default; NULL where there is neither. */
static enum status find_value(const struct value_reader *reader, const char *label,
                              const struct yaml_node *map, const struct field *field,
                              const struct yaml_node **value)
{
    const struct yaml_child *child = yaml_find(map, field->name);
    *value = child ? child->value : NULL;
    if (*value || !field->fallback || !field->fallback[0])
        return STATUS_OK;
    *value =
        yaml_scalar(reader->arena, field->fallback, strlen(field->fallback), (struct place){0});
    return *value ? STATUS_OK : diag_world(reader->diag, "keep", label, ENOMEM);
}

enum status field_form_read(const struct value_reader *reader, const char *path,
                            const struct yaml_node *node, const struct field_set *set, void *into)
{
    enum status status = field_form_check_keys(reader, path, node, set);
    bool has_unknown = status != STATUS_OK; /* then a missing key is likely one of them */
    for (size_t i = 0; i < set->count; i++) {
        const struct field *field = &set->fields[i];
        const struct yaml_node *value = NULL;
        char label[240];
        snprintf(label, sizeof label, "%.200s.%s", path, field->name);
        enum status one = find_value(reader, label, node, field, &value);
        if (one == STATUS_MEMORY)
            return one;
        if (value)
            one = field_form_read_one(reader, label, value, field, into);
        else if (!field->fallback && field->type != FIELD_OWN && !has_unknown)
            one = diag_error(reader->diag, node->place, "%s is missing: %s, as in '%s: %s'", label,
                             field->help, field->name, example(field->type));
        status = one == STATUS_OK ? status : one;
    }
    return status;
}

/* ---- canonical text ------------------------------------------------------------------------ */

static bool is_zero(const struct field *field, const void *at)
{
    switch (field->type) {
    case FIELD_TIME:
    case FIELD_SIZE:
        return amount_is_zero(at);
    case FIELD_SHARE:
    case FIELD_MEMORY:
        return *(const int64_t *)at == 0;
    case FIELD_COUNT64:
        return *(const uint64_t *)at == 0;
    case FIELD_COUNT32:
    case FIELD_NODE:
    case FIELD_CHOICE:
        return *(const uint32_t *)at == 0;
    case FIELD_TRIES:
    case FIELD_SIGNED:
    case FIELD_FRACTION:
    case FIELD_MOMENT:
        return *(const int32_t *)at == 0;
    case FIELD_BOOL:
    case FIELD_EITHER:
        return !*(const bool *)at;
    case FIELD_PATIENCE:
        return !((const struct patience *)at)->has_end;
    case FIELD_OWN:
        break;
    }
    return true;
}

static void add_moment(struct text *text, int32_t ppm, bool has_words)
{
    if (has_words && (ppm == 0 || ppm == MILLION))
        text_add(text, "%s", ppm ? "end" : "start");
    else
        text_add_number(text, ppm / 1e6);
}

static void add_value(struct text *text, const struct field *field, const void *at)
{
    switch (field->type) {
    case FIELD_TIME:
    case FIELD_SIZE:
        amount_form_add(text, at, field->type == FIELD_TIME ? AMOUNT_TIME : AMOUNT_BYTES);
        return;
    case FIELD_COUNT32:
        text_add(text, "%u", *(const uint32_t *)at);
        return;
    case FIELD_COUNT64:
        text_add(text, "%llu", (unsigned long long)*(const uint64_t *)at);
        return;
    case FIELD_TRIES:
    case FIELD_SIGNED:
        if (field->type == FIELD_TRIES && *(const int32_t *)at == PROGRAM_FOR_EVER)
            text_add(text, "unlimited");
        else
            text_add(text, "%d", *(const int32_t *)at);
        return;
    case FIELD_BOOL:
        text_add(text, "%s", *(const bool *)at ? "true" : "false");
        return;
    case FIELD_FRACTION:
    case FIELD_MOMENT:
        add_moment(text, *(const int32_t *)at, field->type == FIELD_MOMENT);
        return;
    case FIELD_SHARE:
        text_add_number(text, (double)*(const int64_t *)at / CAIRN_WHOLE);
        return;
    case FIELD_MEMORY:
        text_add_bytes(text, (uint64_t) * (const int64_t *)at);
        return;
    case FIELD_CHOICE:
        text_add(text, "%s", field->choices[*(const unsigned *)at]);
        return;
    case FIELD_EITHER:
        text_add(text, "%s", field->choices[*(const bool *)at]);
        return;
    case FIELD_NODE:
        text_add(text, "%u", *(const uint32_t *)at - 1);
        return;
    case FIELD_PATIENCE:
        text_add_exact_duration(text, ((const struct patience *)at)->time);
        return;
    case FIELD_OWN:
        return;
    }
}

void field_form_add(struct text *text, const char *separator, const struct field_set *set,
                    const void *from)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct field *field = &set->fields[i];
        const void *at = (const char *)from + field->offset;
        bool is_quiet = field->fallback && !field->fallback[0] && is_zero(field, at);
        if (field->type == FIELD_OWN || is_quiet)
            continue;
        text_add(text, "%s%s: ", separator, field->name);
        add_value(text, field, at);
        separator = ", ";
    }
}
