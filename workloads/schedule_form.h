/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Failures at exact times: [{at: 20 s, node: 2}, {at: 30 s, actor: Trainer}].
 *
 * Names of tasks and actors are those of the pipeline, which is read later: schedule_form_check
 * finds them. */
#ifndef CAIRN_WORKLOADS_SCHEDULE_FORM_H
#define CAIRN_WORKLOADS_SCHEDULE_FORM_H

#include "workloads/value.h"

/* Reads the list into the spec; *canonical gets its text. */
enum status schedule_form_read(const struct value_reader *reader, const char *label,
                               const struct yaml_node *node, const char **canonical);
/* Every node is one of the cluster's, every task and actor one of the program's. */
enum status schedule_form_check(const struct value_reader *reader, const char *label,
                                const struct yaml_node *node);

#endif
