/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a pipeline declares: tasks, and actors with their methods.
 *
 *     tasks:  {load: {time: 4 s, size: 12 MB}, evaluate: 0.1 s}
 *     actors: {Trainer: {start: 3.5 s, methods: {train: 15 s}}}
 *
 * A bare time (or list, or law) stands for {time: …}. Names are the user's own; statements use
 * them. */
#ifndef CAIRN_WORKLOADS_DECLARE_FORM_H
#define CAIRN_WORKLOADS_DECLARE_FORM_H

#include "sim/model/program.h"
#include "workloads/field_form.h"

/* Reads both maps, either of which may be NULL, into functions and actors of *program: the tasks
 * in the order of the text, then the methods, actor by actor. On an error
 * in one of them the names are there all the same, so that statements can be checked; where the
 * maps are none, nothing is. */
enum status declare_form_read(const struct value_reader *reader, const struct yaml_node *tasks,
                              const struct yaml_node *actors, struct program *program);
/* Canonical text: "tasks: {…}, actors: {…}, "; a map without entries is left out. */
void declare_form_add(struct text *text, const struct program *program);
/* The part of the method's name behind the dot; of a task all of it. */
const char *declare_form_short_name(const struct program_function *function);

/* The tables, for help and JSON Schema. */
extern const struct field_set declare_task, declare_method, declare_actor, declare_checkpoint,
    declare_output, declare_fails;

#endif
