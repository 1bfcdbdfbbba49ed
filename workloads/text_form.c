/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading lists and maps of plain texts, and writing them so that they are read back the same.
 *
 * Written as JSON strings, which YAML reads too: a blank, a quote or a colon in a user's word
 * changes nothing. The bytes of one list are bounded, since they go into labels and digests. */
#include "workloads/text_form.h"
#include <errno.h>
#include <string.h>

static enum status add(const struct value_reader *reader, const char *label,
                       const struct yaml_node *node, const char **name, size_t *bytes)
{
    enum status status = value_scalar(reader, label, node, "a text");
    if (status != STATUS_OK)
        return status;
    *name = node->text;
    *bytes += node->length;
    return *bytes <= LIMIT_TEXTS ? STATUS_OK
                                 : diag_error(reader->diag, node->place,
                                              "%s: more than %d bytes of text", label, LIMIT_TEXTS);
}

enum status text_form_texts(const struct value_reader *reader, const char *label,
                            const struct yaml_node *node, struct cairn_value *value)
{
    uint32_t count = node->kind == NODE_LIST ? node->count : 1;
    const struct yaml_child *child = node->children;
    size_t bytes = 0;
    if (node->kind == NODE_MAP)
        return diag_error(reader->diag, node->place,
                          "%s: this is a map; expected a list of texts, as in [python3, my.py]",
                          label);
    if (count == 0 || count > LIMIT_LIST)
        return diag_error(reader->diag, node->place, "%s: needs 1 to %d texts", label, LIMIT_LIST);
    const char **names = arena_array(reader->arena, count + 1, sizeof *names);
    if (!names)
        return diag_world(reader->diag, "keep", label, ENOMEM);
    for (uint32_t i = 0; i < count; i++) {
        const struct yaml_node *item = node->kind == NODE_LIST ? child->value : node;
        enum status status = add(reader, label, item, &names[i], &bytes);
        if (status != STATUS_OK)
            return status;
        child = child ? child->next : NULL;
    }
    value->i = count;
    value->names = names;
    return STATUS_OK;
}

enum status text_form_pairs(const struct value_reader *reader, const char *label,
                            const struct yaml_node *node, struct cairn_value *value)
{
    size_t bytes = 0;
    if (node->kind != NODE_MAP)
        return diag_error(reader->diag, node->place,
                          "%s: this is %s; expected a map of texts, as in {factor: 2}", label,
                          yaml_kind_name(node));
    if (node->count > LIMIT_LIST)
        return diag_error(reader->diag, node->place, "%s: more than %d texts", label, LIMIT_LIST);
    const char **names = arena_array(reader->arena, 2 * (size_t)node->count + 1, sizeof *names);
    if (!names)
        return diag_world(reader->diag, "keep", label, ENOMEM);
    value->i = 0;
    for (const struct yaml_child *child = node->children; child; child = child->next) {
        const char **pair = &names[2 * value->i];
        pair[0] = child->key;
        bytes += child->key_length;
        enum status status = add(reader, label, child->value, &pair[1], &bytes);
        if (status != STATUS_OK)
            return status;
        value->i++;
    }
    value->names = names;
    return STATUS_OK;
}

void text_form_add_texts(struct text *text, const struct cairn_value *value)
{
    text_add(text, "[");
    for (int64_t i = 0; i < value->i; i++) {
        text_add(text, "%s", i ? ", " : "");
        text_add_json(text, value->names[i], strlen(value->names[i]));
    }
    text_add(text, "]");
}

void text_form_add_pairs(struct text *text, const struct cairn_value *value)
{
    text_add(text, "{");
    for (int64_t i = 0; i < value->i; i++) {
        const char *const *pair = &value->names[2 * i];
        text_add(text, "%s", i ? ", " : "");
        text_add_json(text, pair[0], strlen(pair[0]));
        text_add(text, ": ");
        text_add_json(text, pair[1], strlen(pair[1]));
    }
    text_add(text, "}");
}
