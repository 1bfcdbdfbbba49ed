/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names in a statement: tasks, methods, actors and variables, found or told to be missing.
 *
 * Whatever is wrong makes the statement's class VARIABLES_ANY, so that what it binds is taken for
 * anything, and one mistake is told once. */
#ifndef CAIRN_WORKLOADS_DRIVER_NAMES_H
#define CAIRN_WORKLOADS_DRIVER_NAMES_H

#include "workloads/driver_form.h"

/* The statement that is being read. */
struct reading {
    struct driver *driver;
    const struct driver_verb *verb;
    const struct yaml_node *node;  /* all of it */
    const struct yaml_node *value; /* the verb's */
    uint32_t index;
    uint32_t class; /* of what it binds; VARIABLES_ANY after a mistake */
    uint64_t binds; /* how many it binds */
};

static inline struct program_statement *reading_statement(const struct reading *reading)
{
    return &reading->driver->statements[reading->index];
}

/* "VERB: …" at the place. */
void reading_say(struct reading *reading, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Is the node a scalar that says something? Otherwise the error, with what was expected. */
bool reading_word(struct reading *reading, const struct yaml_node *node, const char *expected);

/* The class of actors of this name; PROGRAM_NOTHING: none, and that has been said. */
uint32_t reading_class(struct reading *reading, const struct yaml_node *node);
/* "load", a task, or "trainers.train", a method on the actors of a variable, into the statement.
 * Returns how many actors: 1 for a task, 0 after a mistake. */
uint64_t reading_function(struct reading *reading, const struct yaml_node *node);
/* The class of "Worker.work", where no variable is called Worker; PROGRAM_NOTHING: none. */
uint32_t reading_class_before_dot(const struct reading *reading, const struct yaml_node *node);
/* The method behind the dot, of this class, into the statement. */
void reading_method(struct reading *reading, const struct yaml_node *node, uint32_t class);
/* `times`, `with` and `each`. Returns times; *elements: of each `each`, 0 where there is none or a
 * mistake. */
uint64_t reading_calls(struct reading *reading, uint64_t *elements);
/* The variable that is surely bound; NULL: it is not, and that has been said. */
struct variable *reading_use(struct reading *reading, const char *name, struct place place);
/* A variable of actors as the statement's target; NULL after a mistake. */
const struct variable *reading_target(struct reading *reading, const char *name,
                                      struct place place);
/* A variable of objects, or a list of them, as arguments of the statement. *sum: objects of all;
 * *same: how many each holds, 0 where that is not known. With is_each they must be as many. */
void reading_arguments(struct reading *reading, const struct yaml_node *node, bool is_each,
                       uint64_t *sum, uint64_t *same);
/* The variable that the statement binds. */
void reading_bind(struct reading *reading, const struct yaml_node *node);

#endif
