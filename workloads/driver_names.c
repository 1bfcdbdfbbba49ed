/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names in a statement, resolved while it is read.
 *
 * Lookups are linear: a program has tens of names. Every message says what is there instead. */
#include "workloads/driver_names.h"
#include "workloads/declare_form.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void reading_say(struct reading *reading, struct place place, const char *format, ...)
{
    char bytes[DIAG_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(bytes, sizeof bytes, format, arguments);
    va_end(arguments);
    reading->class = VARIABLES_ANY;
    driver_note(reading->driver, diag_error(reading->driver->reader->diag, place, "%s: %s",
                                            reading->verb->name, bytes));
}

bool reading_word(struct reading *reading, const struct yaml_node *node, const char *expected)
{
    enum status status = value_scalar(reading->driver->reader, reading->verb->name, node, expected);
    driver_note(reading->driver, status);
    if (status != STATUS_OK)
        reading->class = VARIABLES_ANY;
    return status == STATUS_OK;
}

/* ---- names --------------------------------------------------------------------------------- */

static uint32_t find_class(const struct program *program, const char *name)
{
    for (uint32_t i = 0; i < program->actors_count; i++)
        if (strcmp(program->actors[i].name, name) == 0)
            return i;
    return PROGRAM_NOTHING;
}

/* A task (class PROGRAM_NOTHING), or a method of the class. */
static uint32_t find_function(const struct program *program, uint32_t class, const char *name)
{
    for (uint32_t i = 0; i < program->functions_count; i++)
        if (program->functions[i].actor == class &&
            strcmp(declare_form_short_name(&program->functions[i]), name) == 0)
            return i;
    return PROGRAM_NOTHING;
}

static void say_no_class(struct reading *reading, const struct yaml_node *node)
{
    const struct program *program = reading->driver->program;
    const char *names[LIMIT_CLASSES];
    char hint[400];
    struct text text = text_over(hint, sizeof hint);
    for (uint32_t i = 0; i < program->actors_count; i++)
        names[i] = program->actors[i].name;
    if (find_function(program, PROGRAM_NOTHING, node->text) != PROGRAM_NOTHING)
        text_add(&text, "it is a task: 'run: %.64s' or 'call: %.64s'", node->text, node->text);
    else
        field_form_suggest(&text, "the actors are", node->text, node->length, names,
                           program->actors_count);
    reading_say(reading, node->place, "no actor is declared as '%.64s'; %s", node->text, hint);
}

static void say_no_function(struct reading *reading, uint32_t class, const char *name,
                            struct place place)
{
    const struct program *program = reading->driver->program;
    const char *names[LIMIT_FUNCTIONS];
    char hint[400];
    struct text text = text_over(hint, sizeof hint);
    size_t count = 0;
    for (uint32_t i = 0; i < program->functions_count; i++)
        if (program->functions[i].actor == class)
            names[count++] = declare_form_short_name(&program->functions[i]);
    if (class == PROGRAM_NOTHING && find_class(program, name) != PROGRAM_NOTHING)
        text_add(&text, "it is an actor: 'start: %.64s' or 'create: %.64s'", name, name);
    else
        field_form_suggest(&text, class == PROGRAM_NOTHING ? "the tasks are" : "the methods are",
                           name, strlen(name), names, count);
    if (class == PROGRAM_NOTHING)
        reading_say(reading, place, "no task is declared as '%.64s'; %s", name, hint);
    else
        reading_say(reading, place, "%s has no method '%.64s'; %s", program->actors[class].name,
                    name, hint);
}

static void say_no_variable(struct reading *reading, const char *name, struct place place)
{
    const struct driver *driver = reading->driver;
    const char *names[LIMIT_VARIABLES];
    size_t count = 0;
    for (uint32_t i = 0; i < driver->variables.count; i++)
        if (driver->variables.list[i].state == VARIABLE_BOUND)
            names[count++] = driver->variables.list[i].name;
    const char *near = text_nearest(name, strlen(name), names, count);
    if (near)
        reading_say(reading, place, "no variable '%.64s' is bound here; did you mean '%s'?", name,
                    near);
    else if (find_class(driver->program, name) != PROGRAM_NOTHING)
        reading_say(
            reading, place,
            "'%.64s' is an actor, not a variable; name one that holds such actors: 'start: %.64s', "
            "'as: x'",
            name, name);
    else if (find_function(driver->program, PROGRAM_NOTHING, name) != PROGRAM_NOTHING)
        reading_say(reading, place,
                    "'%.64s' is a task, not a variable; name one that holds its result: 'run: "
                    "%.64s', 'as: x'",
                    name, name);
    else
        reading_say(
            reading, place,
            "no variable '%.64s' is bound here; a statement before this one must say 'as: %.64s'",
            name, name);
}

struct variable *reading_use(struct reading *reading, const char *name, struct place place)
{
    struct variable *variable = variables_find(&reading->driver->variables, name);
    if (!variable) {
        say_no_variable(reading, name, place);
        return NULL;
    }
    switch (variable->state) {
    case VARIABLE_BOUND:
        return variable;
    case VARIABLE_RELEASED:
        reading_say(reading, place, "'%.64s' was released in line %u", name, variable->change.line);
        return NULL;
    case VARIABLE_PASSED:
        reading_say(reading, place,
                    "'%.64s' holds one result at a time while the map of line %u goes on, and none "
                    "behind it; use it in its 'do', or leave 'do' out",
                    name, variable->change.line);
        return NULL;
    case VARIABLE_UNSURE:
        reading_say(
            reading, place,
            "'%.64s' may not be bound here: line %u binds it in a loop or a handler that may not "
            "have run",
            name, variable->line);
        return NULL;
    case VARIABLE_GONE:
        reading_say(
            reading, place,
            "'%.64s' belongs to another branch (line %u); what a branch binds is gone at its end",
            name, variable->line);
    }
    return NULL;
}

/* "1 object", "3 objects", "4 actors (Trainer)". */
static void add_held(struct text *text, const struct program *program, uint32_t class,
                     uint64_t count)
{
    text_add(text, "%llu %s%s", (unsigned long long)count,
             class == PROGRAM_NOTHING ? "object" : "actor", count == 1 ? "" : "s");
    if (class != PROGRAM_NOTHING)
        text_add(text, " (%.64s)", program->actors[class].name);
}

static void say_change(struct reading *reading, const struct yaml_node *node,
                       const struct variable *variable)
{
    const struct program *program = reading->driver->program;
    char before[160], now[160];
    struct text old = text_over(before, sizeof before), new = text_over(now, sizeof now);
    add_held(&old, program, variable->class, variable->count);
    add_held(&new, program, reading->class, reading->binds);
    reading_say(
        reading, node->place,
        "'%.64s' holds %s since line %u, and would hold %s; a variable keeps what it holds, "
        "so give these another name",
        node->text, before, variable->line, now);
}

void reading_bind(struct reading *reading, const struct yaml_node *node)
{
    struct driver *driver = reading->driver;
    if (!reading_word(reading, node, "the name of a variable"))
        return;
    const char *problem = field_form_name_problem(node->text, node->length);
    struct variable *variable = variables_find(&driver->variables, node->text);
    if (problem) {
        reading_say(reading, node->place, "the variable's name '%.64s' %s", node->text, problem);
        return;
    }
    if (variable && variable->state != VARIABLE_GONE &&
        variable->scope != driver->variables.scope) {
        reading_say(reading, node->place,
                    "'%.64s' is bound around this branch (line %u); what a branch binds is its "
                    "own, so give "
                    "it another name",
                    node->text, variable->line);
        return;
    }
    if (!variable || variable->state == VARIABLE_GONE) {
        variable = variables_add(&driver->variables, node->text);
        if (!variable) {
            reading_say(reading, node->place, "more than %d variables in a driver",
                        LIMIT_VARIABLES);
            return;
        }
        variable->class = reading->class;
        variable->count = reading->binds;
        variable->line = node->place.line;
    } else if (variable->class != VARIABLES_ANY && reading->class != VARIABLES_ANY &&
               (variable->class != reading->class || variable->count != reading->binds)) {
        say_change(reading, node, variable);
    }
    variable->state = VARIABLE_BOUND;
    reading_statement(reading)->bind = variables_reach(&driver->variables, variable);
    driver->words[reading->index].bind = node->text;
}

/* ---- targets and arguments ----------------------------------------------------------------- */

const struct variable *reading_target(struct reading *reading, const char *name, struct place place)
{
    struct driver *driver = reading->driver;
    const struct variable *variable = reading_use(reading, name, place);
    if (!variable || variable->class == VARIABLES_ANY) {
        reading->class = VARIABLES_ANY;
        return NULL;
    }
    if (variable->class == PROGRAM_NOTHING) {
        reading_say(reading, place, "'%.64s' holds objects, not actors (line %u)", name,
                    variable->line);
        return NULL;
    }
    reading_statement(reading)->target = variables_reach(&driver->variables, variable);
    driver->words[reading->index].target = variable->name;
    return variable;
}

/* One argument; how many objects it holds, or 0 after a mistake. */
static uint64_t add_argument(struct reading *reading, const struct yaml_node *node, bool is_each)
{
    struct driver *driver = reading->driver;
    if (!reading_word(reading, node, "the name of a variable"))
        return 0;
    const struct variable *variable = reading_use(reading, node->text, node->place);
    if (!variable || variable->class == VARIABLES_ANY)
        return 0;
    if (variable->class != PROGRAM_NOTHING) {
        reading_say(
            reading, node->place,
            "'%.64s' holds actors (line %u); only objects can be given or waited for: what calls "
            "return, or 'put'",
            node->text, variable->line);
        return 0;
    }
    assert(driver->arguments_count < driver->arguments_capacity);
    driver->argument_names[driver->arguments_count] = variable->name;
    driver->arguments[driver->arguments_count++] =
        (struct program_argument){variables_reach(&driver->variables, variable), is_each};
    reading_statement(reading)->arguments_count++;
    return variable->count;
}

void reading_arguments(struct reading *reading, const struct yaml_node *node, bool is_each,
                       uint64_t *sum, uint64_t *same)
{
    const struct yaml_child *child = node->kind == NODE_LIST ? node->children : NULL;
    if (node->kind == NODE_LIST && (node->count == 0 || node->count > LIMIT_LIST)) {
        reading_say(reading, node->place, "%u variables; a list has 1 to %d", node->count,
                    LIMIT_LIST);
        return;
    }
    for (const struct yaml_node *item = child ? child->value : node; item;
         item = child ? child->value : NULL) {
        uint64_t count = add_argument(reading, item, is_each);
        if (is_each && *same && count && *same != count)
            reading_say(
                reading, item->place,
                "'%.64s' holds %llu objects, the one before it %llu; with 'each' they must be as "
                "many",
                item->text, (unsigned long long)count, (unsigned long long)*same);
        *same = count ? count : *same;
        *sum += count;
        child = child ? child->next : NULL;
    }
}

/* ---- what is called or created ------------------------------------------------------------- */

uint32_t reading_class(struct reading *reading, const struct yaml_node *node)
{
    uint32_t class = PROGRAM_NOTHING;
    if (!reading_word(reading, node, "an actor, as in 'Trainer'"))
        return class;
    class = find_class(reading->driver->program, node->text);
    if (class == PROGRAM_NOTHING)
        say_no_class(reading, node);
    return class;
}

uint32_t reading_class_before_dot(const struct reading *reading, const struct yaml_node *node)
{
    const char *dot = strchr(node->text, '.');
    size_t length = dot ? (size_t)(dot - node->text) : 0;
    char name[LIMIT_NAME];
    if (!dot || length >= sizeof name)
        return PROGRAM_NOTHING;
    memcpy(name, node->text, length);
    name[length] = 0;
    const struct variable *variable = variables_find(&reading->driver->variables, name);
    bool is_variable = variable && variable->state != VARIABLE_GONE;
    return is_variable ? PROGRAM_NOTHING : find_class(reading->driver->program, name);
}

void reading_method(struct reading *reading, const struct yaml_node *node, uint32_t class)
{
    const char *name = strchr(node->text, '.') + 1;
    uint32_t what = find_function(reading->driver->program, class, name);
    reading_statement(reading)->what = what;
    if (what == PROGRAM_NOTHING)
        say_no_function(reading, class, name, node->place);
}

uint64_t reading_calls(struct reading *reading, uint64_t *elements)
{
    const struct yaml_child *with = yaml_find(reading->node, "with"),
                            *each = yaml_find(reading->node, "each"),
                            *times = yaml_find(reading->node, "times");
    uint64_t sum = 0, same = 0, calls = driver_times(reading->driver, reading->node);
    if (with)
        reading_arguments(reading, with->value, false, &sum, &same);
    if (each)
        reading_arguments(reading, each->value, true, &sum, elements);
    if (each && times)
        reading_say(reading, times->key_place,
                    "'each' says how many calls there are; leave 'times' out");
    return calls;
}

uint64_t reading_function(struct reading *reading, const struct yaml_node *node)
{
    const struct program *program = reading->driver->program;
    char name[LIMIT_NAME];
    if (!reading_word(reading, node, "a task, as in 'load', or a method, as in 'trainers.train'"))
        return 0;
    const char *dot = strchr(node->text, '.');
    size_t length = dot ? (size_t)(dot - node->text) : 0;
    uint32_t class = PROGRAM_NOTHING;
    uint64_t actors = 1;
    if (length >= sizeof name) {
        reading_say(reading, node->place, "a name has at most %zu bytes", sizeof name - 1);
        return 0;
    }
    if (dot) {
        memcpy(name, node->text, length);
        name[length] = 0;
        const struct variable *variable = reading_target(reading, name, node->place);
        if (!variable)
            return 0;
        class = variable->class;
        actors = variable->count;
    }
    const char *function = dot ? dot + 1 : node->text;
    reading_statement(reading)->what = find_function(program, class, function);
    if (reading_statement(reading)->what != PROGRAM_NOTHING)
        return actors;
    say_no_function(reading, class, function, node->place);
    return 0;
}
