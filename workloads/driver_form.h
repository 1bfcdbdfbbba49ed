/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a driver does: a list of statements, each a map of one verb.
 *
 *     - run: load                 - repeat: 10
 *       as: data                    do: [{run: trainers.train}]
 *
 * Statements go into one array in the order of the text, what is inside one behind it, as
 * sim/model/program.h has them; names are resolved on the way. */
#ifndef CAIRN_WORKLOADS_DRIVER_FORM_H
#define CAIRN_WORKLOADS_DRIVER_FORM_H

#include "sim/model/program.h"
#include "workloads/field_form.h"
#include "workloads/variables.h"

/* Words that the program does without, kept for canonical text. */
struct driver_words {
    const char *bind, *target;
};

struct driver {
    const struct value_reader *reader;
    const struct program *program; /* its functions and actors; nothing else yet */
    struct program_statement *statements;
    struct driver_words *words; /* of each statement */
    uint32_t count, capacity;
    struct program_argument *arguments;
    const char **argument_names;
    uint32_t arguments_count, arguments_capacity;
    uint32_t depth; /* of nesting, at most, so far */
    struct variables variables;
    enum status status; /* of all that was read so far */
};

/* The keys of a statement, for help and JSON Schema: verbs, then what may stand beside them. */
struct driver_verb {
    const char *name;
    enum program_op op;
    bool is_waited;
    const char *takes[12]; /* NULL-terminated */
    const char *example, *help;
};
extern const struct driver_verb driver_verbs[];
extern const size_t driver_verbs_count;
extern const char *const driver_modifiers[]; /* NULL-terminated */
extern const char *const driver_together[];  /* in the order of enum cairn_group_strategy */

/* Room for the statements of lists that weigh `weight` nodes together. */
enum status driver_form_open(struct driver *driver, const struct value_reader *reader,
                             const struct program *program, uint32_t weight);
/* Reads one driver behind those before; fills in body, end and slots of *job. Mistakes are said,
 * and kept in driver->status. */
void driver_form_read(struct driver *driver, const char *label, const struct yaml_node *list,
                      struct program_job *job);

/* One statement (driver_statement.c): added at the end, with what it binds; its body and handler
 * are not read. *inner: the list of its body, or NULL. NULL: it could not be added. */
struct program_statement *driver_statement(struct driver *driver, const struct yaml_node *node,
                                           const struct yaml_node **inner);
/* A list of this one node; NULL: no memory, which is said. */
const struct yaml_node *driver_list_of(struct driver *driver, const struct yaml_node *node);
/* Is there a verb among the keys? */
bool driver_has_verb(const struct yaml_node *map);
/* One more statement of this operation, empty; NULL when there are too many, which is said. */
struct program_statement *driver_add(struct driver *driver, enum program_op op,
                                     const struct yaml_node *node);
/* Remembers a mistake. */
void driver_note(struct driver *driver, enum status status);
/* The value of times: 1 where nothing is said, or there is a mistake. */
uint64_t driver_times(struct driver *driver, const struct yaml_node *map);

#endif
