/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedulers, recoveries and routers: from a name or a map to a class and its values.
 *
 * Their parameters are described by the same tables as controllers' are, and so are read by the
 * same code; each into its own member of reader->spec. */
#ifndef CAIRN_WORKLOADS_SHELL_FORM_H
#define CAIRN_WORKLOADS_SHELL_FORM_H

#include "workloads/value.h"

/* Defaults filled in; *canonical gets the text with all parameters. */
enum status shell_form_read_scheduler(const struct value_reader *reader,
                                      const struct yaml_node *node, const char **canonical);
enum status shell_form_read_recovery(const struct value_reader *reader,
                                     const struct yaml_node *node, const char **canonical);
enum status shell_form_read_router(const struct value_reader *reader, const struct yaml_node *node,
                                   const char **canonical);

#endif
