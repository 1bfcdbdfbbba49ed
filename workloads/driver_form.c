/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drivers: the walk over statements and what is inside them.
 *
 *     frames   driver ─► parallel ─► branch ─► repeat ─► …      at most LIMIT_NESTING inside
 *
 * A stack of frames in place of recursion; each is a list that is being gone through, and closes
 * the statement that it belongs to at its end. Invariant: when a frame is closed, the statements
 * inside its owner are those between owner + 1 and the end of the array. */
#include "workloads/driver_map.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum frame_part { PART_DRIVER, PART_LOOP, PART_PARALLEL, PART_BRANCH, PART_HANDLER };

struct frame {
    enum frame_part part;
    uint32_t owner; /* statement whose list this is */
    const struct yaml_child *next;
    const struct yaml_node *statement; /* as written; NULL of a driver or a branch */
};

struct walk {
    struct driver *driver;
    struct frame frames[LIMIT_NESTING + 1];
    unsigned depth;
};

/* ---- storage ------------------------------------------------------------------------------- */

void driver_note(struct driver *driver, enum status status)
{
    if (driver->status == STATUS_OK || (status != STATUS_OK && status != STATUS_INPUT))
        driver->status = status;
}

enum status driver_form_open(struct driver *driver, const struct value_reader *reader,
                             const struct program *program, uint32_t weight)
{
    struct arena *arena = reader->arena;
    *driver = (struct driver){.reader = reader, .program = program};
    driver->capacity = weight < LIMIT_STATEMENTS ? weight : LIMIT_STATEMENTS;
    driver->arguments_capacity = weight; /* each is a node of its own */
    driver->statements = arena_array(arena, driver->capacity, sizeof *driver->statements);
    driver->words = arena_array(arena, driver->capacity, sizeof *driver->words);
    driver->arguments = arena_array(arena, weight, sizeof *driver->arguments);
    driver->argument_names = arena_array(arena, weight, sizeof *driver->argument_names);
    bool is_open = variables_open(&driver->variables, arena);
    if (!is_open || !driver->statements || !driver->words || !driver->arguments ||
        !driver->argument_names)
        return diag_world(reader->diag, "keep", "workload.pipeline", ENOMEM);
    return STATUS_OK;
}

struct program_statement *driver_add(struct driver *driver, enum program_op op,
                                     const struct yaml_node *node)
{
    const struct program_variable none = {.up = PROGRAM_NOTHING};
    if (driver->count == driver->capacity) {
        driver_note(driver,
                    diag_error(driver->reader->diag, node->place,
                               "workload.pipeline: more than %d statements", LIMIT_STATEMENTS));
        return NULL;
    }
    struct program_statement *statement = &driver->statements[driver->count++];
    *statement = (struct program_statement){
        .op = op,
        .line = node->place.line,
        .body = driver->count,
        .end = driver->count,
        .what = PROGRAM_NOTHING,
        .times = 1,
        .target = none,
        .bind = none,
        .first_argument = driver->arguments_count,
    };
    return statement;
}

/* ---- frames -------------------------------------------------------------------------------- */

static bool push(struct walk *walk, enum frame_part part, uint32_t owner,
                 const struct yaml_node *list, const struct yaml_node *statement)
{
    struct driver *driver = walk->driver;
    if (walk->depth > LIMIT_NESTING) {
        driver_note(driver, diag_error(driver->reader->diag, list->place,
                                       "more than %d loops, branches and handlers, one inside the "
                                       "other",
                                       LIMIT_NESTING));
        return false;
    }
    walk->frames[walk->depth++] = (struct frame){part, owner, list->children, statement};
    if (walk->depth - 1 > driver->depth)
        driver->depth = walk->depth - 1;
    return true;
}

/* The lists inside a statement, as they can be: not empty, unless it is a handler. */
static bool is_list(struct driver *driver, const char *label, const struct yaml_node *node,
                    bool may_be_empty)
{
    if (node->kind != NODE_LIST)
        driver_note(driver, diag_error(driver->reader->diag, node->place,
                                       "%s: this is %s; expected a list of statements, as in "
                                       "'[{run: load}]'",
                                       label, yaml_kind_name(node)));
    else if (node->count == 0 && !may_be_empty)
        driver_note(driver, diag_error(driver->reader->diag, node->place,
                                       "%s: the list is empty; it needs a statement, as in '- run: "
                                       "load'",
                                       label));
    return node->kind == NODE_LIST && (node->count > 0 || may_be_empty);
}

/* The statement's body has been read, or there is none: its handler is next, or it is closed. */
static void after_body(struct walk *walk, uint32_t owner, const struct yaml_node *node)
{
    struct driver *driver = walk->driver;
    struct program_statement *statement = &driver->statements[owner];
    const struct yaml_child *handler = yaml_find(node, "on_error");
    bool has_body = driver->count > owner + 1;
    statement->body = statement->end = driver->count;
    if (!handler || !is_list(driver, "on_error", handler->value, true))
        return;
    statement->has_handler = true;
    if (!push(walk, PART_HANDLER, owner, handler->value, node))
        return;
    if (has_body)
        variables_turn(&driver->variables, walk->depth - 1);
    else
        variables_save(&driver->variables, walk->depth - 1);
}

static void open_body(struct walk *walk, uint32_t owner, const struct yaml_node *node,
                      const struct yaml_node *inner)
{
    struct driver *driver = walk->driver;
    enum program_op op = driver->statements[owner].op;
    enum frame_part part = op == OP_PARALLEL ? PART_PARALLEL : PART_LOOP;
    if (inner && push(walk, part, owner, inner, node))
        variables_save(&driver->variables, walk->depth - 1);
    else
        after_body(walk, owner, node);
}

/* The statements of {times: 4, do: […]}; NULL: there are none, which has been said. */
static const struct yaml_node *read_copies(struct driver *driver, const struct yaml_node *node,
                                           struct program_statement *branch)
{
    static const struct field fields[] = {{.name = "times", .type = FIELD_OWN},
                                          {.name = "do", .type = FIELD_OWN}};
    static const struct field_set copies = {"it", fields, 2};
    const struct yaml_child *inside = yaml_find(node, "do");
    driver_note(driver, field_form_check_keys(driver->reader, "parallel", node, &copies));
    branch->times = driver_times(driver, node);
    if (!inside)
        driver_note(driver, diag_error(driver->reader->diag, node->place,
                                       "parallel: 'do' is missing: the statements of each copy, as "
                                       "in '{times: 4, do: [{run: load}]}'"));
    return inside ? inside->value : NULL;
}

/* A list of this one node; NULL: no memory, which has been said. */
const struct yaml_node *driver_list_of(struct driver *driver, const struct yaml_node *node)
{
    struct arena *arena = driver->reader->arena;
    struct yaml_node *list = yaml_empty(arena, NODE_LIST, node->place);
    struct yaml_node *copy = arena_alloc(arena, sizeof *copy);
    if (copy)
        *copy = *node;
    if (list && copy && yaml_append(arena, list, NULL, 0, node->place, copy))
        return list;
    driver_note(driver, diag_world(driver->reader->diag, "keep", "parallel", ENOMEM));
    return NULL;
}

/* A branch: a list of statements, copies {times: 4, do: […]}, or one statement alone. */
static void open_branch(struct walk *walk, const struct yaml_node *node)
{
    struct driver *driver = walk->driver;
    struct program_statement *branch = driver_add(driver, OP_BRANCH, node);
    const struct yaml_node *list = node;
    if (!branch)
        return;
    bool is_copies = node->kind == NODE_MAP && !driver_has_verb(node) &&
                     (yaml_find(node, "do") || yaml_find(node, "times"));
    if (is_copies)
        list = read_copies(driver, node, branch);
    else if (node->kind == NODE_MAP)
        list = driver_list_of(driver, node);
    if (list && is_list(driver, "parallel", list, false) &&
        push(walk, PART_BRANCH, (uint32_t)(branch - driver->statements), list, NULL))
        variables_enter(&driver->variables);
}

/* What a loop finds bound when it begins must be bound when it begins anew. */
static void check_loop(struct walk *walk)
{
    struct driver *driver = walk->driver;
    for (uint32_t i = 0; i < driver->variables.count; i++) {
        const struct variable *variable = &driver->variables.list[i];
        bool is_passed = variable->state == VARIABLE_PASSED;
        if (variables_saved(&driver->variables, walk->depth, i) == VARIABLE_BOUND &&
            (is_passed || variable->state == VARIABLE_RELEASED))
            driver_note(driver,
                        diag_error(driver->reader->diag, variable->change,
                                   "%s: '%.64s' is bound before the loop (line %u), and would "
                                   "be gone when it begins anew; %s",
                                   is_passed ? "map" : "release", variable->name, variable->line,
                                   is_passed ? "give what the map takes another name"
                                             : "bind it inside, or release it behind the loop"));
    }
}

static void close_frame(struct walk *walk)
{
    struct driver *driver = walk->driver;
    struct frame frame = walk->frames[--walk->depth];
    if (frame.part == PART_DRIVER)
        return;
    struct program_statement *owner = &driver->statements[frame.owner];
    switch (frame.part) {
    case PART_DRIVER:
        return;
    case PART_LOOP:
        check_loop(walk);
        if (owner->op == OP_MAP)
            driver_map_close(driver, frame.owner, frame.statement);
        if (owner->op == OP_UNTIL || (owner->op == OP_MAP && owner->map->is_skipping))
            variables_meet(&driver->variables, walk->depth);
        after_body(walk, frame.owner, frame.statement);
        return;
    case PART_PARALLEL:
        after_body(walk, frame.owner, frame.statement);
        return;
    case PART_BRANCH:
        owner->slots = variables_leave(&driver->variables);
        owner->body = owner->end = driver->count;
        return;
    case PART_HANDLER:
        variables_meet(&driver->variables, walk->depth);
        owner->end = driver->count;
        return;
    }
}

void driver_form_read(struct driver *driver, const char *label, const struct yaml_node *list,
                      struct program_job *job)
{
    struct walk walk = {.driver = driver};
    variables_clear(&driver->variables);
    job->body = job->end = driver->count;
    if (is_list(driver, label, list, false))
        push(&walk, PART_DRIVER, PROGRAM_NOTHING, list, NULL);
    while (walk.depth > 0 && !diag_is_full(driver->reader->diag) &&
           (driver->status == STATUS_OK || driver->status == STATUS_INPUT)) {
        struct frame *frame = &walk.frames[walk.depth - 1];
        const struct yaml_child *child = frame->next;
        const struct yaml_node *inner = NULL;
        if (!child) {
            close_frame(&walk);
            continue;
        }
        frame->next = child->next;
        if (frame->part == PART_PARALLEL) {
            open_branch(&walk, child->value);
            continue;
        }
        struct program_statement *statement = driver_statement(driver, child->value, &inner);
        if (statement)
            open_body(&walk, (uint32_t)(statement - driver->statements), child->value, inner);
    }
    job->end = driver->count;
    job->slots = driver->variables.slots[0];
}
