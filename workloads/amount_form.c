/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Amounts: a constant, a list or a law, of time or of bytes.
 *
 * A law knows seconds alone. One of bytes is read as a law of times in which a byte is a
 * nanosecond, and its canonical text is turned back; so program.h's amount_of treats both alike.
 * Invariant: a list of one value is a constant, so that there is one text for one meaning. */
#include "workloads/amount_form.h"
#include "workloads/law_form.h"
#include <errno.h>
#include <string.h>

/* A law and how it is written. `law` comes first: an amount points at it. */
struct written_law {
    struct law law;
    const char *text;
};

static const char *expectation(enum amount_unit unit)
{
    return unit == AMOUNT_TIME ? "a duration, as in '30 s', a list of them, or a law"
                               : "a size, as in '12 MB', a list of them, or a law";
}

static enum status read_one(const struct value_reader *reader, const char *label,
                            const struct yaml_node *node, enum amount_unit unit, int64_t *value)
{
    uint64_t bytes = 0;
    enum status status = value_scalar(reader, label, node, expectation(unit));
    if (status != STATUS_OK)
        return status;
    const char *problem = unit == AMOUNT_TIME ? text_to_duration(node->text, node->length, value)
                                              : text_to_bytes(node->text, node->length, &bytes);
    if (!problem && bytes > INT64_MAX)
        problem = "is more than 8 EiB";
    if (problem)
        return value_error(reader, label, node, problem);
    if (unit == AMOUNT_BYTES)
        *value = (int64_t)bytes;
    return STATUS_OK;
}

static enum status read_list(const struct value_reader *reader, const char *label,
                             const struct yaml_node *node, enum amount_unit unit,
                             struct amount *amount)
{
    enum status status = STATUS_OK;
    uint32_t count = 0;
    if (node->count == 0 || node->count > LIMIT_AMOUNTS)
        return diag_error(reader->diag, node->place, "%s: %u values; a list has 1 to %d", label,
                          node->count, LIMIT_AMOUNTS);
    int64_t *list = arena_array(reader->arena, node->count, sizeof *list);
    if (!list)
        return diag_world(reader->diag, "keep", label, ENOMEM);
    for (const struct yaml_child *child = node->children; child; child = child->next) {
        enum status one = read_one(reader, label, child->value, unit, &list[count++]);
        status = one == STATUS_OK ? status : one;
    }
    if (status == STATUS_OK)
        *amount = count == 1 ? (struct amount){.constant = list[0]}
                             : (struct amount){AMOUNT_LISTED, 0, list, count, NULL};
    return status;
}

/* ---- laws ---------------------------------------------------------------------------------- */

/* Is the law's parameter of this name a number: shape, sigma, alpha, weights? */
static bool is_number(const char *name)
{
    for (size_t i = 0; i < LAW_FORMS; i++)
        for (size_t k = 0; k < LAW_PARAMS && law_forms[i].params[k].name; k++)
            if (strcmp(law_forms[i].params[k].name, name) == 0)
                return law_forms[i].params[k].type == PARAM_NUMBER ||
                       law_forms[i].params[k].type == PARAM_NUMBER_LIST;
    return false;
}

/* A copy of a scalar "12 MB" of this parameter as "12000000 ns", of a number as it is. */
static enum status bytes_as_time(const struct value_reader *reader, const char *label,
                                 const struct yaml_node *node, const char *name,
                                 struct yaml_node **copy)
{
    uint64_t bytes = 0;
    char digits[32];
    struct text text = text_over(digits, sizeof digits);
    const char *problem = text_to_bytes(node->text, node->length, &bytes);
    if (problem && !is_number(name))
        return value_error(reader, label, node, problem);
    if (!problem && bytes > INT64_MAX)
        return value_error(reader, label, node, "is more than 8 EiB");
    text_add(&text, "%llu ns", (unsigned long long)bytes);
    *copy = problem ? yaml_scalar(reader->arena, node->text, node->length, node->place)
                    : yaml_scalar(reader->arena, digits, text.length, node->place);
    return *copy ? STATUS_OK : diag_world(reader->diag, "keep", label, ENOMEM);
}

/* The map of a law of bytes as that of one of times. It has three levels at most, as in
 * {hyperexponential: {means: [1 MB, 1 GB]}}; what is deeper is no law, and law_form says so. */
static enum status law_as_time(const struct value_reader *reader, const char *label,
                               const struct yaml_node *node, struct yaml_node **root)
{
    enum { LEVELS = 4 };
    struct {
        const struct yaml_child *next;
        struct yaml_node *copy;
        const char *name; /* the last key on the way there */
    } stack[LEVELS] = {{node->children, yaml_empty(reader->arena, node->kind, node->place), ""}};
    bool has_memory = stack[0].copy != NULL;
    unsigned depth = 1;
    *root = stack[0].copy;
    while (has_memory && depth > 0) {
        const struct yaml_child *child = stack[depth - 1].next;
        struct yaml_node *copy = NULL;
        enum status status = STATUS_OK;
        if (!child) {
            depth--;
            continue;
        }
        const char *name = child->key ? child->key : stack[depth - 1].name;
        stack[depth - 1].next = child->next;
        if (child->value->kind == NODE_SCALAR)
            status = bytes_as_time(reader, label, child->value, name, &copy);
        else
            copy = yaml_empty(reader->arena, child->value->kind, child->value->place);
        if (status != STATUS_OK)
            return status;
        has_memory = copy && yaml_append(reader->arena, stack[depth - 1].copy, child->key,
                                         child->key_length, child->key_place, copy);
        if (child->value->kind != NODE_SCALAR && depth < LEVELS) {
            stack[depth].next = child->value->children;
            stack[depth].name = name;
            stack[depth++].copy = copy;
        }
    }
    return has_memory ? STATUS_OK : diag_world(reader->diag, "keep", label, ENOMEM);
}

/* Canonical text of a law of bytes: every "12 ms" in that of the law of times is "12 MB". */
static const char *time_as_bytes(const struct value_reader *reader, const char *law)
{
    size_t capacity = 3 * strlen(law) + 64;
    char *bytes = arena_alloc(reader->arena, capacity);
    if (!bytes)
        return NULL;
    struct text text = text_over(bytes, capacity);
    while (*law) {
        size_t length = strspn(law, "0123456789") ? strcspn(law, ",]}") : 1;
        double seconds = 0;
        if (length == 1 || text_to_seconds(law, length, &seconds))
            text_add(&text, "%.*s", (int)length, law);
        else
            text_add_bytes(&text, (uint64_t)(seconds * 1e9 + 0.5));
        law += length;
    }
    return bytes;
}

static enum status read_law(const struct value_reader *reader, const char *label,
                            const struct yaml_node *node, enum amount_unit unit,
                            struct amount *amount)
{
    struct written_law *written = arena_alloc(reader->arena, sizeof *written);
    struct yaml_node *copy = NULL;
    if (!written)
        return diag_world(reader->diag, "keep", label, ENOMEM);
    enum status status = unit == AMOUNT_BYTES ? law_as_time(reader, label, node, &copy) : STATUS_OK;
    if (status == STATUS_OK)
        status = law_form_read(reader, label, copy ? copy : node, &written->law, &written->text);
    if (status != STATUS_OK)
        return status;
    if (unit == AMOUNT_BYTES)
        written->text = time_as_bytes(reader, written->text);
    if (!written->text)
        return diag_world(reader->diag, "keep", label, ENOMEM);
    *amount = (struct amount){.kind = AMOUNT_LAW, .law = &written->law};
    return STATUS_OK;
}

/* ---- both ---------------------------------------------------------------------------------- */

enum status amount_form_read(const struct value_reader *reader, const char *label,
                             const struct yaml_node *node, enum amount_unit unit,
                             struct amount *amount)
{
    int64_t constant = 0;
    if (node->kind == NODE_LIST)
        return read_list(reader, label, node, unit, amount);
    if (node->kind == NODE_MAP)
        return read_law(reader, label, node, unit, amount);
    enum status status = read_one(reader, label, node, unit, &constant);
    if (status == STATUS_OK)
        *amount = (struct amount){.constant = constant};
    return status;
}

static void add_one(struct text *text, int64_t value, enum amount_unit unit)
{
    if (unit == AMOUNT_TIME)
        text_add_exact_duration(text, value);
    else
        text_add_bytes(text, (uint64_t)value);
}

void amount_form_add(struct text *text, const struct amount *amount, enum amount_unit unit)
{
    switch (amount->kind) {
    case AMOUNT_CONSTANT:
        add_one(text, amount->constant, unit);
        return;
    case AMOUNT_LISTED:
        for (uint32_t i = 0; i < amount->count; i++) {
            text_add(text, i ? ", " : "[");
            add_one(text, amount->list[i], unit);
        }
        text_add(text, "]");
        return;
    case AMOUNT_LAW:
        text_add(text, "%s", ((const struct written_law *)(const void *)amount->law)->text);
    }
}
