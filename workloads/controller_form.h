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

/* What is read: controllers, or what is described by tables of the same kind (shell_form.h). */
struct controller_kind {
    const char *word; /* "controller", which is the key too */
    const char *list; /* what cairn list calls them all */
    enum schema_type type;
    const struct cairn_controller_class *const *classes; /* NULL-terminated */
};
/* The chain, defaults filled in, and its canonical text. */
enum status controller_form_read_kind(const struct value_reader *reader,
                                      const struct controller_kind *kind,
                                      const struct yaml_node *node, struct spec_controller *read,
                                      const char **canonical);

#endif
