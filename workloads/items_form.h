/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queues and barriers of actors, as a pipeline declares them.
 *
 *     actors: {Channel: {queue: {capacity: 100}, methods: {put: {time: 1 ms, puts: 1}, …}}}
 *
 * What a method says of items is in the table of methods (declare_form.c); that it agrees with its
 * actor is checked here. */
#ifndef CAIRN_WORKLOADS_ITEMS_FORM_H
#define CAIRN_WORKLOADS_ITEMS_FORM_H

#include "sim/model/program.h"
#include "workloads/field_form.h"

/* The queue of the actor at `node`, if it has one; and that it is async then, unless it says. */
enum status items_form_read(const struct value_reader *reader, const char *path,
                            const struct yaml_node *node, struct program_actor *actor);
/* It is possible, all of the actor being read. */
enum status items_form_check_queue(const struct value_reader *reader, const char *path,
                                   const struct yaml_node *node, const struct program_actor *actor);
/* Its methods, in the order of the map, wait for nothing that can never be. */
enum status items_form_check_methods(const struct value_reader *reader, const char *path,
                                     const struct yaml_node *methods,
                                     const struct program_actor *actor,
                                     const struct program_function *functions);
/* Canonical text: ", queue: {…}", and what follows from it; nothing where there is none. */
void items_form_add(struct text *text, const struct program_actor *actor);

extern const struct field_set items_form_queue; /* for help and JSON Schema */

#endif
