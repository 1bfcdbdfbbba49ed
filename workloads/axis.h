/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values from the command line: --set KEY=VALUE, and KEY=V1,V2,… as an axis of a sweep.
 *
 * One value is an axis with one point. The text is kept as a source of its own, so a mistake in it
 * gets a caret like any line of a file. */
#ifndef CAIRN_WORKLOADS_AXIS_H
#define CAIRN_WORKLOADS_AXIS_H

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "workloads/yaml.h"

struct axis_slice {
    uint32_t start, length; /* in axis.source.text */
};

struct axis {
    struct source source; /* named "--set" */
    const char *key;      /* "workload.group.step", NUL-terminated */
    uint32_t count;
    const struct axis_slice *values;
};

/* One point of an axis. */
struct axis_pick {
    const struct axis *axis;
    uint32_t index;
};

/* Splits at top-level commas, outside brackets and quotes. The key is not yet looked up. The axis
 * must stay where it is: places point at its source. */
enum status axis_split(const char *text, struct arena *arena, struct diag *diag, struct axis *axis);
/* The place of the key, and of the value picked. */
struct place axis_key_place(const struct axis *axis);
struct place axis_place(const struct axis_pick *pick);
/* The value as a tree. */
enum status axis_read(const struct axis_pick *pick, struct arena *arena, struct diag *diag,
                      struct yaml_node **node);

/* A copy of `node` (NULL: nothing yet) in which the value at `path`, such as "weibull.shape", is
 * `value`, where the old one was; a scalar on the way becomes the map {word: scalar}. NULL when
 * memory is out. */
struct yaml_node *axis_patch(struct arena *arena, const struct yaml_node *node, const char *path,
                             struct place key_place, struct yaml_node *value, const char *word);

#endif
