/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML text as a tree of nodes, each of which knows its place.
 *
 * A scenario is typed by the schema, not by YAML: scalars stay text (so `no` and `1:30` mean
 * nothing special), and every message can point at a byte of the source. JSON is read too: it is
 * YAML's flow style. Anchors and aliases share nodes; what they would expand to is counted against
 * LIMIT_SCENARIO_VALUES, so ten lines cannot become a billion values. */
#ifndef CAIRN_WORKLOADS_YAML_H
#define CAIRN_WORKLOADS_YAML_H

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum yaml_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct yaml_node;

struct yaml_child {
    const char *key; /* NUL-terminated; of a list NULL */
    size_t key_length;
    struct place key_place;
    struct yaml_node *value;
    struct yaml_child *next;
};

struct yaml_node {
    enum yaml_kind kind;
    bool is_quoted;
    struct place place;
    const char *text; /* of a scalar, NUL-terminated, without NUL inside */
    size_t length;
    struct yaml_child *children, *last; /* of a list or map, in the order of the source */
    uint32_t count;
    uint32_t weight; /* nodes in this subtree, aliases expanded */
    uint32_t height; /* 1 for a scalar */
};

/* Reads length bytes of source->text from `start` into a tree: one document, which may be empty
 * only of values, not of text. Errors are said with places in the source; STATUS_INPUT or
 * STATUS_MEMORY. */
enum status yaml_read(const struct source *source, size_t start, size_t length, struct arena *arena,
                      struct diag *diag, struct yaml_node **root);

/* The value of a map's key, or NULL; the node may be of any kind. */
const struct yaml_child *yaml_find(const struct yaml_node *map, const char *key);

/* Takes a key, if it is there, out of a map. */
void yaml_drop(struct yaml_node *map, const char *key);

/* A plain scalar that stands at `place`; NULL when memory is out. */
struct yaml_node *yaml_scalar(struct arena *arena, const char *text, size_t length,
                              struct place place);
/* A map or list without children; NULL when memory is out. */
struct yaml_node *yaml_empty(struct arena *arena, enum yaml_kind kind, struct place place);
/* Adds a value at the end; false when memory is out. key NULL in a list. */
bool yaml_append(struct arena *arena, struct yaml_node *node, const char *key, size_t key_length,
                 struct place key_place, struct yaml_node *value);

/* "a map", "a list", "text", as a message names what it found. */
const char *yaml_kind_name(const struct yaml_node *node);

#endif
