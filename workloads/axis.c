/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --set: splitting an axis, reading its values, putting one inside a law or a controller.
 *
 * Splitting looks at brackets and quotes only; whether a piece is YAML is for yaml_read to say,
 * with a caret at the same text. Nodes of the document are shared by all cells of a sweep, so a
 * patch copies the path that it changes and nothing else. */
#include "workloads/axis.h"
#include <assert.h>
#include <errno.h>
#include <string.h>

/* ---- splitting ----------------------------------------------------------------------------- */

/* Index behind the piece that begins at `start`: of the next top-level comma, or of the end. */
static size_t piece_end(const char *text, size_t start)
{
    int depth = 0;
    char quote = 0;
    size_t i = start;
    for (; text[i]; i++) {
        if (quote) {
            if (text[i] == '\\' && quote == '"' && text[i + 1])
                i++;
            else if (text[i] == quote)
                quote = 0;
        } else if (text[i] == '"' || text[i] == '\'') {
            quote = text[i];
        } else if (text[i] == '{' || text[i] == '[') {
            depth++;
        } else if (text[i] == '}' || text[i] == ']') {
            depth--;
        } else if (text[i] == ',' && depth <= 0) {
            break;
        }
    }
    return i;
}

static struct axis_slice trimmed(const char *text, size_t start, size_t end)
{
    while (start < end && text[start] == ' ')
        start++;
    while (end > start && text[end - 1] == ' ')
        end--;
    return (struct axis_slice){(uint32_t)start, (uint32_t)(end - start)};
}

static enum status split_values(struct axis *axis, size_t start, struct arena *arena,
                                struct diag *diag)
{
    const char *text = axis->source.text;
    size_t count = 1;
    for (size_t i = piece_end(text, start); text[i]; i = piece_end(text, i + 1))
        count++;
    struct axis_slice *values = arena_array(arena, count, sizeof *values);
    if (!values)
        return diag_world(diag, "keep", "--set", ENOMEM);
    size_t from = start;
    for (size_t k = 0; k < count; k++) {
        size_t end = piece_end(text, from);
        values[k] = trimmed(text, from, end);
        if (values[k].length == 0)
            return diag_error(diag, (struct place){&axis->source, 1, (uint32_t)from + 1, 1},
                              count > 1 ? "an empty value between commas"
                                        : "a value is missing after '='");
        from = end + 1;
    }
    axis->count = (uint32_t)count;
    axis->values = values;
    return STATUS_OK;
}

enum status axis_split(const char *text, struct arena *arena, struct diag *diag, struct axis *axis)
{
    size_t length = strlen(text);
    axis->source = (struct source){"--set", arena_copy(arena, text, length), length};
    if (!axis->source.text)
        return diag_world(diag, "keep", "--set", ENOMEM);
    const char *equals = strchr(axis->source.text, '=');
    size_t key_length = equals ? (size_t)(equals - axis->source.text) : 0;
    if (length > LIMIT_SCENARIO_BYTES)
        return diag_error(diag, (struct place){&axis->source, 0, 0, 0}, "is longer than %u bytes",
                          LIMIT_SCENARIO_BYTES);
    if (key_length == 0)
        return diag_error(diag, (struct place){&axis->source, 1, 1, (uint32_t)length},
                          "expected KEY=VALUE, as in cluster.nodes=64");
    axis->key = arena_copy(arena, axis->source.text, key_length);
    if (!axis->key)
        return diag_world(diag, "keep", "--set", ENOMEM);
    return split_values(axis, key_length + 1, arena, diag);
}

struct place axis_key_place(const struct axis *axis)
{
    return (struct place){&axis->source, 1, 1, (uint32_t)strlen(axis->key)};
}

struct place axis_place(const struct axis_pick *pick)
{
    struct axis_slice slice = pick->axis->values[pick->index];
    return (struct place){&pick->axis->source, 1, slice.start + 1, slice.length};
}

enum status axis_read(const struct axis_pick *pick, struct arena *arena, struct diag *diag,
                      struct yaml_node **node)
{
    assert(pick->index < pick->axis->count);
    struct axis_slice slice = pick->axis->values[pick->index];
    return yaml_read(&pick->axis->source, slice.start, slice.length, arena, diag, node);
}

/* ---- patching ------------------------------------------------------------------------------ */

/* A copy of a map without `key`; of a scalar {name: scalar}; of nothing an empty map. */
static struct yaml_node *copy_without(struct arena *arena, const struct yaml_node *node,
                                      const char *key, size_t length, struct place place)
{
    struct yaml_node *copy = yaml_empty(arena, NODE_MAP, node ? node->place : place);
    if (!copy || !node)
        return copy;
    bool is_done = true;
    if (node->kind == NODE_SCALAR && !(length == 4 && memcmp(key, "name", 4) == 0)) {
        struct yaml_node *name = yaml_scalar(arena, node->text, node->length, node->place);
        is_done = name && yaml_append(arena, copy, "name", 4, node->place, name);
    }
    const struct yaml_child *child = node->kind == NODE_MAP ? node->children : NULL;
    for (; is_done && child; child = child->next)
        if (child->key_length != length || memcmp(child->key, key, length) != 0)
            is_done = yaml_append(arena, copy, child->key, child->key_length, child->key_place,
                                  child->value);
    return is_done ? copy : NULL;
}

struct yaml_node *axis_patch(struct arena *arena, const struct yaml_node *node, const char *path,
                             struct place key_place, struct yaml_node *value)
{
    struct yaml_node *root = NULL, *parent = NULL;
    const char *parent_key = NULL;
    for (bool is_last = false; !is_last;) {
        size_t length = strcspn(path, ".");
        const struct yaml_child *old = NULL;
        is_last = path[length] == 0;
        char *key = arena_copy(arena, path, length);
        struct yaml_node *copy = copy_without(arena, node, path, length, value->place);
        if (!key || !copy)
            return NULL;
        if (node && node->kind == NODE_MAP)
            old = yaml_find(node, key);
        if (parent && !yaml_append(arena, parent, parent_key, strlen(parent_key), key_place, copy))
            return NULL;
        if (is_last && !yaml_append(arena, copy, key, length, key_place, value))
            return NULL;
        root = root ? root : copy;
        parent = copy;
        parent_key = key;
        node = old ? old->value : NULL;
        path += length + !is_last;
    }
    return root;
}
