/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pipelines as a scenario writes them: tasks, actors, and what their drivers do.
 *
 *     pipeline:
 *       tasks:  {load: {time: 4 s}}
 *       driver: [{run: load, as: data}]
 *
 * The language is described in workloads/PIPELINES.md. */
#ifndef CAIRN_WORKLOADS_PIPELINE_FORM_H
#define CAIRN_WORKLOADS_PIPELINE_FORM_H

#include "workloads/field_form.h"

/* Reads the map into a struct program (arena), the spec's. *canonical gets its text. */
enum status pipeline_form_read(const struct value_reader *reader, const char *label,
                               const struct yaml_node *node, const char **canonical);
/* What a node of a pipeline can have of anything but memory; of that it is 8 EiB. */
#define PIPELINE_CAPACITY 1000000000

/* Every task and actor must fit some node of the cluster; what does not is said at its demand in
 * `node`, which is what the spec's program was read from. */
enum status pipeline_form_check_fit(const struct value_reader *reader,
                                    const struct yaml_node *node);

extern const struct field_set pipeline_job; /* for help and JSON Schema */

#endif
