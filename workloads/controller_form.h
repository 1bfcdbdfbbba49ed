/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Controllers as a scenario writes them: `daly`, or {name: fixed, interval: 30 min}.
 *
 * The parameters, their units and ranges are the policy's own table; nothing about any policy is
 * written here. */
#ifndef CAIRN_WORKLOADS_CONTROLLER_FORM_H
#define CAIRN_WORKLOADS_CONTROLLER_FORM_H

#include "workloads/value.h"

/* Reads the controller into reader->spec->controller, defaults filled in; *canonical gets its text
 * with all parameters. */
enum status controller_form_read(const struct value_reader *reader, const struct yaml_node *node,
                                 const char **canonical);
/* Likewise schedulers and recoveries, whose parameters are described by tables of the same kind. */
enum status controller_form_read_scheduler(const struct value_reader *reader,
                                           const struct yaml_node *node, const char **canonical);
enum status controller_form_read_recovery(const struct value_reader *reader,
                                          const struct yaml_node *node, const char **canonical);

#endif
