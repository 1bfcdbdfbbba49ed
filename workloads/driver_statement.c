/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One statement: its verb and the words beside it.
 *
 * A table says what may stand beside a verb; a reader for each operation fills in the fields.
 * Whatever is wrong, what the statement binds is bound, so that one mistake is told once. */
#include "workloads/amount_form.h"
#include "workloads/driver_actors.h"
#include "workloads/driver_map.h"
#include <assert.h>
#include <string.h>

const struct driver_verb driver_verbs[] = {
    {"run",
     OP_CALL,
     true,
     {"times", "with", "each", "as", "on_error", "to"},
     "run: load",
     "calls a task, or a method of every actor of a variable, or with 'to: one' of one that the "
     "router chooses, and waits for the results"},
    {"call",
     OP_CALL,
     false,
     {"times", "with", "each", "as", "to"},
     "call: load",
     "the same without waiting"},
    {"start",
     OP_CREATE,
     true,
     {"times", "from", "together", "as", "on_error"},
     "start: Trainer",
     "creates actors and waits until they are ready"},
    {"create",
     OP_CREATE,
     false,
     {"times", "from", "together", "as"},
     "create: Trainer",
     "the same without waiting"},
    {"get",
     OP_GET,
     false,
     {"on_error"},
     "get: parts",
     "waits for the objects of variables and fetches them"},
    {"wait",
     OP_WAIT,
     false,
     {NULL},
     "wait: {for: parts, count: 1, timeout: 5 s}",
     "until so many of the objects are there (all, if not said), or the time is over"},
    {"put", OP_PUT, false, {"as"}, "put: 1 GB", "an object of this size"},
    {"think", OP_THINK, false, {NULL}, "think: 2 s", "the driver itself works so long"},
    {"repeat", OP_REPEAT, false, {"do", "on_error"}, "repeat: 10", "does the statements so often"},
    {"until",
     OP_UNTIL,
     false,
     {"do", "on_error"},
     "until: {trainers: 100}",
     "does the statements until the state of each of these actors counts so many calls"},
    {"parallel",
     OP_PARALLEL,
     false,
     {"on_error"},
     "parallel: {times: 4, do: [{run: load}]}",
     "branches at once, each with variables of its own: a list of lists, or copies of one"},
    {"kill", OP_KILL, false, {NULL}, "kill: trainers", "ends the actors of a variable"},
    {"release",
     OP_RELEASE,
     false,
     {NULL},
     "release: parts",
     "forgets a variable: objects and actors that nobody else holds go"},
    {"checkpoint",
     OP_CHECKPOINT,
     false,
     {"on_error"},
     "checkpoint: trainers",
     "the actors of a variable take one, after the calls before it"},
    {"restore",
     OP_RESTORE,
     false,
     {"generation", "on_error"},
     "restore: trainers",
     "the actors of a variable go back to a complete one: the newest (generation: 0), the one "
     "before it (1), or the newest that all of them have (common)"},
    {"stop",
     OP_STOP,
     false,
     {"within"},
     "stop: trainers",
     "the actors of a variable take no more calls, do those that they have, and end; who is not "
     "done within this time, or runtime.shutdown, is killed; waits for all of them"},
    {"map",
     OP_MAP,
     false,
     {"times", "with", "each", "as", "order", "ahead", "at_most", "actors", "failed", "do",
      "on_error"},
     "map: workers.work",
     "calls a method on whichever actor of a variable is idle, or of those it creates itself "
     "(Worker.work), or a task; does its statements once for each result"},
    {"cancel",
     OP_CANCEL,
     false,
     {"force"},
     "cancel: results",
     "those of the calls that have not begun never do; force: true ends tasks that run, too"},
};
enum { VERBS = sizeof driver_verbs / sizeof *driver_verbs, TAKES = 12 };
const size_t driver_verbs_count = VERBS;
const char *const driver_modifiers[] = {
    "times", "with",    "each",   "from",   "generation", "as",       "do",       "to",     "order",
    "ahead", "at_most", "actors", "failed", "force",      "on_error", "together", "within", NULL};
enum { MODIFIERS = sizeof driver_modifiers / sizeof *driver_modifiers - 1 };
const char *const driver_together[] = {"pack", "spread", "strict-pack", "strict-spread", NULL};

/* ---- operations ---------------------------------------------------------------------------- */

static uint64_t read_times(struct reading *reading)
{
    return driver_times(reading->driver, reading->node);
}

uint64_t driver_times(struct driver *driver, const struct yaml_node *map)
{
    static const struct field field = {
        .name = "times", .type = FIELD_COUNT64, .min = 1, .max = LIMIT_TIMES};
    const struct yaml_child *times = yaml_find(map, "times");
    uint64_t count = 1;
    if (times)
        driver_note(driver,
                    field_form_read_one(driver->reader, "times", times->value, &field, &count));
    return count;
}

/* to: one */
static void read_to(struct reading *reading, const struct yaml_node *to, bool is_method)
{
    if (!reading_word(reading, to, "'one': each call goes to one of the actors"))
        return;
    if (strcmp(to->text, "one") != 0 && strcmp(to->text, "all") != 0)
        reading_say(reading, to->place,
                    "to: '%.64s' is neither 'one', a call to the actor that the router chooses, "
                    "nor 'all', one to each",
                    to->text);
    else if (!is_method && reading->class != VARIABLES_ANY)
        reading_say(reading, to->place,
                    "'to' is for methods of actors, as in 'call: team.serve'; where a task runs is "
                    "up to the scheduler");
    else
        reading_statement(reading)->is_routed = strcmp(to->text, "one") == 0;
}

static void read_call(struct reading *reading)
{
    const struct yaml_child *each = yaml_find(reading->node, "each"),
                            *to = yaml_find(reading->node, "to");
    uint64_t elements = 0;
    uint64_t actors = reading_function(reading, reading->value);
    bool is_method = reading_statement(reading)->target.up != PROGRAM_NOTHING;
    if (to)
        read_to(reading, to->value, is_method);
    if (reading_statement(reading)->is_routed)
        actors = actors > 0; /* of as many as there are */
    uint64_t calls = reading_calls(reading, &elements);
    bool is_each_actors = is_method && !reading_statement(reading)->is_routed;
    if (is_each_actors && each && elements && actors && elements != actors)
        reading_say(
            reading, each->value->place,
            "%llu objects for %llu actors; with 'each' the i-th actor gets the i-th object, and "
            "they must be as many",
            (unsigned long long)elements, (unsigned long long)actors);
    if (each && elements && !is_each_actors)
        calls = elements;
    if (actors > 0 && calls > LIMIT_TIMES / actors)
        reading_say(reading, reading->node->place,
                    "%llu calls on %llu actors are more than %d at once", (unsigned long long)calls,
                    (unsigned long long)actors, LIMIT_TIMES);
    reading_statement(reading)->times = calls;
    reading->binds = calls * actors;
}

/* from: the actors whose checkpoints the new ones have, one each. */
static void read_from(struct reading *reading, const struct yaml_node *from, uint32_t class)
{
    const struct program_actor *actors = reading->driver->program->actors;
    if (!reading_word(reading, from, "the name of a variable") || reading->class == VARIABLES_ANY)
        return;
    const struct variable *variable = reading_target(reading, from->text, from->place);
    if (!variable)
        return;
    if (variable->class != class)
        reading_say(reading, from->place,
                    "'%.64s' holds %s, not %s (line %u); a checkpoint is of its own class",
                    from->text, actors[variable->class].name, actors[class].name, variable->line);
    else if (!actors[class].checkpoint.is_given)
        reading_say(reading, from->place,
                    "%s has no checkpoints; declare what one costs, as in 'checkpoint: {snapshot: "
                    "0.3 s, restore: 0.2 s}'",
                    actors[class].name);
    else if (variable->count != reading->binds)
        reading_say(reading, from->place,
                    "'%.64s' holds %llu, and %llu are created; each has the checkpoint of one, so "
                    "they must be as many",
                    from->text, (unsigned long long)variable->count,
                    (unsigned long long)reading->binds);
}

/* together: its actors are one placement group. */
static void read_together(struct reading *reading, const struct yaml_node *together)
{
    static const struct field field = {
        .name = "together", .type = FIELD_CHOICE, .choices = driver_together};
    unsigned strategy = 0;
    reading_statement(reading)->is_together = true;
    driver_note(reading->driver, field_form_read_one(reading->driver->reader, "together", together,
                                                     &field, &strategy));
    reading_statement(reading)->together = (enum cairn_group_strategy)strategy;
}

static void read_create(struct reading *reading)
{
    const struct yaml_child *from = yaml_find(reading->node, "from"),
                            *together = yaml_find(reading->node, "together");
    reading_statement(reading)->times = reading->binds = read_times(reading);
    uint32_t class = reading_class(reading, reading->value);
    reading_statement(reading)->what = class;
    if (from)
        read_from(reading, from->value, class);
    if (together)
        read_together(reading, together->value);
    if (reading->class != VARIABLES_ANY)
        reading->class = class;
}

static void read_get(struct reading *reading)
{
    uint64_t sum = 0, same = 0;
    if (reading->value->kind == NODE_MAP)
        reading_say(reading, reading->value->place,
                    "this is a map; expected a variable, or a list of them, as in '[a, b]'");
    else
        reading_arguments(reading, reading->value, false, &sum, &same);
}

static void read_wait(struct reading *reading)
{
    static const struct field fields[] = {
        {.name = "for", .type = FIELD_OWN},
        {.name = "count", .type = FIELD_COUNT64, .min = 1}, /* of several variables together */
        {.name = "timeout", .type = FIELD_OWN}};
    static const struct field_set set = {"it", fields, 3};
    const struct value_reader *reader = reading->driver->reader;
    const struct yaml_node *value = reading->value, *objects = value;
    struct amount timeout = {.constant = SIMTIME_NEVER};
    const struct yaml_child *count = NULL, *limit = NULL;
    uint64_t sum = 0, same = 0, wanted = 0;
    if (value->kind == NODE_MAP) {
        const struct yaml_child *child = yaml_find(value, "for");
        driver_note(reading->driver, field_form_check_keys(reader, "wait", value, &set));
        if (!child) {
            reading_say(reading, value->place, "'for' is missing: the variables it waits for");
            return;
        }
        objects = child->value;
        count = yaml_find(value, "count");
        limit = yaml_find(value, "timeout");
    }
    reading_arguments(reading, objects, false, &sum, &same);
    if (count)
        driver_note(reading->driver,
                    field_form_read_one(reader, "wait.count", count->value, &fields[1], &wanted));
    if (count && reading->class != VARIABLES_ANY && sum && wanted > sum)
        reading_say(reading, count->value->place, "count: %llu of %llu objects can never be there",
                    (unsigned long long)wanted, (unsigned long long)sum);
    if (limit && limit->value->kind != NODE_SCALAR)
        reading_say(reading, limit->value->place,
                    "timeout: this is %s; expected a duration, as in '5 s'",
                    yaml_kind_name(limit->value));
    else if (limit)
        driver_note(reading->driver,
                    amount_form_read(reader, "wait.timeout", limit->value, AMOUNT_TIME, &timeout));
    reading_statement(reading)->times = wanted ? wanted : sum;
    reading_statement(reading)->amount = timeout;
}

static void read_amount(struct reading *reading, enum amount_unit unit)
{
    driver_note(reading->driver,
                amount_form_read(reading->driver->reader, reading->verb->name, reading->value, unit,
                                 &reading_statement(reading)->amount));
}

static void read_release(struct reading *reading)
{
    struct driver *driver = reading->driver;
    const struct yaml_node *value = reading->value;
    if (!reading_word(reading, value, "the name of a variable"))
        return;
    struct variable *variable = reading_use(reading, value->text, value->place);
    if (!variable)
        return;
    if (variable->scope != driver->variables.scope) {
        reading_say(reading, value->place,
                    "'%.64s' is bound around this branch (line %u), and released there",
                    value->text, variable->line);
        return;
    }
    reading_statement(reading)->target = variables_reach(&driver->variables, variable);
    driver->words[reading->index].target = variable->name;
    variable->state = VARIABLE_RELEASED;
    variable->change = value->place;
}

static void read_repeat(struct reading *reading)
{
    static const struct field field = {
        .name = "repeat", .type = FIELD_COUNT64, .min = 1, .max = LIMIT_TIMES};
    driver_note(reading->driver,
                field_form_read_one(reading->driver->reader, "repeat", reading->value, &field,
                                    &reading_statement(reading)->times));
}

static void read_operation(struct reading *reading)
{
    switch (reading->verb->op) {
    case OP_CALL:
        read_call(reading);
        return;
    case OP_CREATE:
        read_create(reading);
        return;
    case OP_GET:
        read_get(reading);
        return;
    case OP_WAIT:
        read_wait(reading);
        return;
    case OP_PUT:
        read_amount(reading, AMOUNT_BYTES);
        return;
    case OP_THINK:
        read_amount(reading, AMOUNT_TIME);
        return;
    case OP_REPEAT:
        read_repeat(reading);
        return;
    case OP_UNTIL:
    case OP_KILL:
    case OP_CHECKPOINT:
    case OP_RESTORE:
    case OP_STOP:
        driver_actors_read(reading);
        return;
    case OP_RELEASE:
        read_release(reading);
        return;
    case OP_MAP:
        driver_map_read(reading);
        return;
    case OP_CANCEL:
        driver_cancel_read(reading);
        return;
    case OP_PARALLEL:
    case OP_BRANCH:
    case PROGRAM_OPS:
        break;
    }
}

/* ---- the statement ------------------------------------------------------------------------- */

static const struct driver_verb *find_verb(const char *name)
{
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(driver_verbs[i].name, name) == 0)
            return &driver_verbs[i];
    return NULL;
}

static bool is_modifier(const char *name)
{
    for (size_t i = 0; driver_modifiers[i]; i++)
        if (strcmp(driver_modifiers[i], name) == 0)
            return true;
    return false;
}

static bool takes(const struct driver_verb *verb, const char *name)
{
    for (size_t i = 0; i < TAKES && verb->takes[i]; i++)
        if (strcmp(verb->takes[i], name) == 0)
            return true;
    return false;
}

/* A key that no statement has. */
static enum status say_unknown(const struct value_reader *reader, const struct yaml_child *child)
{
    const char *names[VERBS + MODIFIERS];
    char hint[400];
    struct text text = text_over(hint, sizeof hint);
    for (size_t i = 0; i < VERBS; i++)
        names[i] = driver_verbs[i].name;
    for (size_t i = 0; i < MODIFIERS; i++)
        names[VERBS + i] = driver_modifiers[i];
    const char *near =
        field_form_nearest(child->key, child->key_length, names, sizeof names / sizeof *names);
    if (near) {
        text_add(&text, "did you mean '%s'?", near);
    } else {
        text_add(&text, "the verbs are");
        for (size_t i = 0; i < VERBS; i++)
            text_add(&text, "%s %s", i ? "," : "", names[i]);
    }
    return diag_error(reader->diag, child->key_place, "a statement has no '%.64s'; %s", child->key,
                      hint);
}

/* What the verb takes, or why it does not take this. */
static void add_takes(struct text *text, const struct driver_verb *verb, const char *name)
{
    if (strcmp(name, "on_error") == 0 && (verb->op == OP_CALL || verb->op == OP_CREATE)) {
        text_add(text, "what fails is told to who waits for it: say '%s', or put it at '%s'",
                 verb->op == OP_CALL ? "run" : "start", verb->op == OP_CALL ? "get" : "run");
        return;
    }
    text_add(text, verb->takes[0] ? "it takes" : "it stands alone");
    for (size_t i = 0; i < TAKES && verb->takes[i]; i++)
        text_add(text, "%s %s", i ? "," : "", verb->takes[i]);
}

bool driver_has_verb(const struct yaml_node *map)
{
    for (const struct yaml_child *child = map->children; child; child = child->next)
        if (find_verb(child->key))
            return true;
    return false;
}

/* The one verb of the statement, and nothing beside it that it does not take; NULL: no verb. */
static const struct yaml_child *check_keys(struct driver *driver, const struct yaml_node *node)
{
    const struct value_reader *reader = driver->reader;
    const struct yaml_child *verb = NULL;
    bool has_unknown = false;
    for (const struct yaml_child *child = node->children; child; child = child->next) {
        if (is_modifier(child->key))
            continue;
        if (!find_verb(child->key)) {
            driver_note(driver, say_unknown(reader, child));
            has_unknown = true;
        } else if (verb) {
            driver_note(driver, diag_error(reader->diag, child->key_place,
                                           "two verbs in one statement, '%s' and '%s'; give each "
                                           "a '-' of its own",
                                           verb->key, child->key));
        } else {
            verb = child;
        }
    }
    if (!verb && !has_unknown)
        driver_note(driver, diag_error(reader->diag, node->place,
                                       "a statement needs a verb, as in '- run: load'"));
    for (const struct yaml_child *child = verb ? node->children : NULL; child;
         child = child->next) {
        char hint[200];
        struct text text = text_over(hint, sizeof hint);
        const struct driver_verb *found = find_verb(verb->key);
        if (!is_modifier(child->key) || takes(found, child->key))
            continue;
        add_takes(&text, found, child->key);
        driver_note(driver, diag_error(reader->diag, child->key_place, "%s takes no '%s'; %s",
                                       found->name, child->key, hint));
    }
    return verb;
}

/* The list inside it: `do` of a loop, the branches of a parallel. NULL: none, which has been said
 * where there must be one. */
static const struct yaml_node *inner_of(struct reading *reading)
{
    const struct yaml_node *value = reading->value, *inner = NULL;
    const struct yaml_child *body = yaml_find(reading->node, "do");
    enum program_op op = reading->verb->op;
    if (op == OP_PARALLEL && value->kind == NODE_MAP)
        return driver_list_of(reading->driver, value);
    if (op == OP_PARALLEL)
        inner = value;
    else if (op == OP_REPEAT || op == OP_UNTIL || (op == OP_MAP && body))
        inner = body ? body->value : NULL;
    else
        return NULL;
    if (!inner)
        reading_say(reading, reading->node->place,
                    "'do' is missing: the statements inside, as in 'do: [{run: load}]'");
    else if (inner->kind != NODE_LIST || inner->count == 0)
        reading_say(reading, inner->place, "%s%s; expected a list of %s",
                    op == OP_PARALLEL ? "" : "do: ",
                    inner->kind == NODE_LIST  ? "the list is empty"
                    : inner->kind == NODE_MAP ? "this is a map"
                                              : "this is text",
                    op == OP_PARALLEL ? "branches, as in '[[{run: a}], [{run: b}]]'"
                                      : "statements, as in '[{run: load}]'");
    return inner && inner->kind == NODE_LIST && inner->count > 0 ? inner : NULL;
}

struct program_statement *driver_statement(struct driver *driver, const struct yaml_node *node,
                                           const struct yaml_node **inner)
{
    const struct yaml_child *as = NULL;
    uint32_t errors = driver->reader->diag->errors;
    if (node->kind != NODE_MAP) {
        driver_note(driver, diag_error(driver->reader->diag, node->place,
                                       "this is %s; a statement is a map with a verb, as in '- "
                                       "run: load'",
                                       yaml_kind_name(node)));
        return NULL;
    }
    const struct yaml_child *verb = check_keys(driver, node);
    struct program_statement *statement =
        verb ? driver_add(driver, find_verb(verb->key)->op, node) : NULL;
    struct reading reading = {.driver = driver, .node = node, .class = PROGRAM_NOTHING, .binds = 1};
    if (!statement)
        return NULL;
    reading.verb = find_verb(verb->key);
    reading.value = verb->value;
    reading.index = driver->count - 1;
    statement->is_waited = reading.verb->is_waited;
    read_operation(&reading);
    *inner = inner_of(&reading);
    if (driver->reader->diag->errors > errors)
        reading.class = VARIABLES_ANY;
    if ((as = yaml_find(node, "as")) && takes(reading.verb, "as"))
        reading_bind(&reading, as->value);
    return statement;
}
