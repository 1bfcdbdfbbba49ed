/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stages as a scenario writes them: [{name: load, work: 4 s}, {name: epoch, work: 15 s, count:
 * 10}].
 *
 * A stage is a run of equal steps with a name, and costs of their own where they differ from the
 * job's. */
#ifndef CAIRN_WORKLOADS_STAGE_FORM_H
#define CAIRN_WORKLOADS_STAGE_FORM_H

#include "workloads/value.h"

/* Reads the list into the spec; costs not given are -1 until stage_form_finish. *canonical gets its
 * text. */
enum status stage_form_read(const struct value_reader *reader, const char *label,
                            const struct yaml_node *node, const char **canonical);
/* Fills in the job's costs where a stage has none, and where each begins. The work that they add up
 * to is the job's: SIMTIME_NEVER if that is past 292 years. */
enum status stage_form_finish(const struct value_reader *reader, simtime *work);
/* NULL, or why this cannot be the name of a step. */
const char *stage_form_name_problem(const char *text, size_t length);

#endif
