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

/* The piece of a dotted path with this number, and its length; NULL behind the last. */
static const char *path_piece(const char *path, size_t number, size_t *length)
{
    for (; number > 0; number--) {
        path += strcspn(path, ".");
        if (*path == 0)
            return NULL;
        path++;
    }
    *length = strcspn(path, ".");
    return path;
}

/* The node that the first `pieces` of the path lead to; NULL: there is none. */
static const struct yaml_node *node_at(const struct yaml_node *node, const char *path,
                                       size_t pieces)
{
    for (size_t i = 0; node && i < pieces; i++) {
        size_t length = 0;
        const char *piece = path_piece(path, i, &length);
        const struct yaml_child *child = node->kind == NODE_MAP ? node->children : NULL;
        while (child && (child->key_length != length || memcmp(child->key, piece, length) != 0))
            child = child->next;
        node = child ? child->value : NULL;
    }
    return node;
}

/* A copy of a map in which `key` has this value, at its old place or at the end; of a scalar {word:
 * scalar, key: value}; of anything else {key: value}. NULL: no memory. */
static struct yaml_node *copy_with(struct arena *arena, const struct yaml_node *node,
                                   const struct yaml_child *entry, const char *word)
{
    struct yaml_node *copy = yaml_empty(arena, NODE_MAP, node ? node->place : entry->value->place);
    bool is_done = copy != NULL, is_there = false;
    if (is_done && node && node->kind == NODE_SCALAR && strcmp(entry->key, word) != 0) {
        struct yaml_node *scalar = yaml_scalar(arena, node->text, node->length, node->place);
        is_done = scalar && yaml_append(arena, copy, word, strlen(word), node->place, scalar);
    }
    const struct yaml_child *child = node && node->kind == NODE_MAP ? node->children : NULL;
    for (; is_done && child; child = child->next) {
        bool is_it = child->key_length == entry->key_length &&
                     memcmp(child->key, entry->key, entry->key_length) == 0;
        const struct yaml_child *from = is_it ? entry : child;
        is_done =
            yaml_append(arena, copy, from->key, from->key_length, from->key_place, from->value);
        is_there |= is_it;
    }
    if (is_done && !is_there)
        is_done =
            yaml_append(arena, copy, entry->key, entry->key_length, entry->key_place, entry->value);
    return is_done ? copy : NULL;
}

/* From the inside out, so that each copy knows the weight of what it holds. */
struct yaml_node *axis_patch(struct arena *arena, const struct yaml_node *node, const char *path,
                             struct place key_place, struct yaml_node *value, const char *word)
{
    size_t pieces = 1, length = 0;
    for (const char *dot = path; (dot = strchr(dot, '.')); dot++)
        pieces++;
    while (value && pieces-- > 0) {
        const char *piece = path_piece(path, pieces, &length);
        struct yaml_child entry = {.key_length = length, .key_place = key_place, .value = value};
        entry.key = arena_copy(arena, piece, length);
        value = entry.key ? copy_with(arena, node_at(node, path, pieces), &entry, word) : NULL;
    }
    return value;
}
