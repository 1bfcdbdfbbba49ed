/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tasks, actors and methods: maps under names of the user's own.
 *
 * Defaults are Ray's: a task needs one processor and is tried four times; an actor needs one
 * processor to be placed and holds none, unless it says how many, and is not restarted. Invariant:
 * methods of an actor stand together, behind all tasks. */
#include "workloads/declare_form.h"
#include "workloads/amount_form.h"
#include "workloads/items_form.h"
#include "workloads/law_form.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TASKS  "workload.pipeline.tasks"
#define ACTORS "workload.pipeline.actors"

#define THREADS 1 /* calls at once of an actor, as Ray has it */
#define AWAITS  1000

#define MOST_ITEMS 1000000 /* of one call */

#define FUNCTION(member) offsetof(struct program_function, member)
#define ACTOR(member)    offsetof(struct program_actor, member)
#define SET(noun, fields)                                                                          \
    {                                                                                              \
        noun, fields, sizeof fields / sizeof *fields                                               \
    }

static const char *const strategies[] = {"default", "spread", NULL};
static const char *const places[] = {"durable", "memory", NULL};

/* ---- tables -------------------------------------------------------------------------------- */

static const struct field task_fields[] = {
    {"time", FIELD_TIME, FUNCTION(time), NULL, 0, 0, NULL, "time that a call computes"},
    {"await", FIELD_TIME, FUNCTION(await), "", 0, 0, NULL,
     "then it waits so long for something outside"},
    {"overhead", FIELD_TIME, FUNCTION(overhead), "", 0, 0, NULL,
     "time to bring state in and out again, at each call"},
    {"size", FIELD_SIZE, FUNCTION(size), "", 0, 0, NULL, "bytes of its result"},
    {"cpu", FIELD_SHARE, FUNCTION(demand.of[CAIRN_CPU]), "1", 0, 0, NULL, "processors it needs"},
    {"gpu", FIELD_SHARE, FUNCTION(demand.of[CAIRN_GPU]), "", 0, 0, NULL, "accelerators it needs"},
    {"memory", FIELD_MEMORY, FUNCTION(demand.of[CAIRN_MEMORY]), "", 0, 0, NULL, "memory it needs"},
    {"uses", FIELD_SIZE, FUNCTION(uses), "", 0, 0, NULL,
     "memory that a call really takes while it runs, whatever it needs to be placed"},
    {"custom", FIELD_SHARE, FUNCTION(demand.of[CAIRN_CUSTOM]), "", 0, 0, NULL,
     "what it needs of cluster.node.custom"},
    {"strategy", FIELD_CHOICE, FUNCTION(strategy), "", 0, 0, strategies,
     "default: where the scheduler wants; spread: round robin over the nodes"},
    {"node", FIELD_NODE, FUNCTION(pin.node), "", 0, 0, NULL,
     "the one that it is placed on, counted from 0; default: any"},
    {"soft", FIELD_BOOL, FUNCTION(pin.is_soft), "", 0, 0, NULL,
     "may it go elsewhere when its node is not there?"},
    {"priority", FIELD_SIGNED, FUNCTION(priority), "", 0, 0, NULL,
     "higher goes first, where the scheduler heeds it"},
    {"retries", FIELD_TRIES, FUNCTION(retries), "3", 0, 0, NULL,
     "attempts after the first when its node or process is lost, or `unlimited`"},
    {"retry_exceptions", FIELD_BOOL, FUNCTION(retry_exceptions), "", 0, 0, NULL,
     "is it tried again when it raises an exception, too?"},
    {"crash", FIELD_TIME, FUNCTION(crash), "", 0, 0, NULL,
     "its process ends after running so long; 0 s: it does not"},
    {"checkpoint", FIELD_OWN, 0, "", 0, 0, NULL,
     "its result is written to a durable store, and read back in place of being made again: a map"},
    {"fails", FIELD_OWN, 0, "", 0, 0, NULL, "exceptions that it raises: a probability, or a map"},
};

static const struct field output_fields[] = {
    {"write", FIELD_TIME, FUNCTION(checkpoint.write), NULL, 0, 0, NULL,
     "time in which its result goes to a durable store, at the end of each call"},
    {"read", FIELD_TIME, FUNCTION(checkpoint.read), NULL, 0, 0, NULL,
     "time to read it from there, when no copy is left"},
};

static const struct field method_fields[] = {
    {"time", FIELD_TIME, FUNCTION(time), NULL, 0, 0, NULL, "time that a call computes"},
    {"await", FIELD_TIME, FUNCTION(await), "", 0, 0, NULL,
     "then it waits so long for something outside; an async actor does others meanwhile"},
    {"size", FIELD_SIZE, FUNCTION(size), "", 0, 0, NULL, "bytes of its result"},
    {"uses", FIELD_SIZE, FUNCTION(uses), "", 0, 0, NULL,
     "memory that a call really takes while it runs"},
    {"retry_exceptions", FIELD_BOOL, FUNCTION(retry_exceptions), "", 0, 0, NULL,
     "is it tried again when it raises an exception, too?"},
    {"fails", FIELD_OWN, 0, "", 0, 0, NULL, "exceptions that it raises: a probability, or a map"},
    {"puts", FIELD_COUNT32, FUNCTION(puts), "", 1, MOST_ITEMS, NULL,
     "items that a call puts into its actor's queue, when there is room for them"},
    {"gets", FIELD_COUNT32, FUNCTION(gets), "", 1, MOST_ITEMS, NULL,
     "items that a call takes out, when there are so many"},
    {"gathers", FIELD_COUNT32, FUNCTION(gathers), "", 2, 1000000, NULL,
     "a barrier: its calls wait until so many are there, and then go on together"},
    {"item", FIELD_TIME, FUNCTION(item), "", 0, 0, NULL,
     "time that it computes for each item besides"},
    {"timeout", FIELD_PATIENCE, FUNCTION(timeout), "", 0, 0, NULL,
     "how long a call waits for room, items or others before it fails; not said: for ever"},
    {"partial", FIELD_BOOL, FUNCTION(is_partial), "", 0, 0, NULL,
     "do items of a batch move one by one, and stay where they are on a timeout?"},
};

static const struct field fails_fields[] = {
    {"probability", FIELD_FRACTION, FUNCTION(fails.ppm), NULL, 0, 0, NULL,
     "fraction of the calls that raise an exception"},
    {"after", FIELD_COUNT64, FUNCTION(fails.after), "", 0, 0, NULL,
     "the first so many calls never do"},
    {"at", FIELD_MOMENT, FUNCTION(fails.at_ppm), "start", 0, 0, NULL,
     "when: start or end of the call, or a fraction of its time"},
};

static const struct field actor_fields[] = {
    {"start", FIELD_TIME, ACTOR(start), "", 0, 0, NULL, "time that the constructor takes"},
    {"export", FIELD_TIME, ACTOR(export), "", 0, 0, NULL,
     "time that its class takes to be known, before the first of a job is created"},
    {"cpu", FIELD_OWN, 0, "", 0, 0, NULL,
     "processors it holds while it lives; not said: 1 to be placed, 0 held"},
    {"gpu", FIELD_SHARE, ACTOR(placed.of[CAIRN_GPU]), "", 0, 0, NULL, "accelerators it holds"},
    {"memory", FIELD_MEMORY, ACTOR(placed.of[CAIRN_MEMORY]), "", 0, 0, NULL, "memory it holds"},
    {"custom", FIELD_SHARE, ACTOR(placed.of[CAIRN_CUSTOM]), "", 0, 0, NULL,
     "what it holds of cluster.node.custom"},
    {"strategy", FIELD_CHOICE, ACTOR(strategy), "", 0, 0, strategies,
     "default: where the scheduler wants; spread: round robin over the nodes"},
    {"node", FIELD_NODE, ACTOR(pin.node), "", 0, 0, NULL,
     "the one that it is placed on, counted from 0; default: any"},
    {"soft", FIELD_BOOL, ACTOR(pin.is_soft), "", 0, 0, NULL,
     "may it go elsewhere when its node is not there?"},
    {"restarts", FIELD_TRIES, ACTOR(restarts), "0", 0, 0, NULL,
     "times it is started again when it is lost, or `unlimited`"},
    {"retries", FIELD_TRIES, ACTOR(task_retries), "0", 0, 0, NULL,
     "attempts after the first of each call that was lost with it, or `unlimited`"},
    {"concurrency", FIELD_COUNT32, ACTOR(concurrency), "", 1, 1000000, NULL,
     "calls at once: 1, or 1000 of an async actor"},
    {"async", FIELD_BOOL, ACTOR(is_async), "", 0, 0, NULL,
     "does one call compute at a time, while others await? One with a queue does, unless said"},
    {"detached", FIELD_BOOL, ACTOR(is_detached), "", 0, 0, NULL,
     "does it outlive the job that created it?"},
    {"stateless", FIELD_BOOL, ACTOR(is_stateless), "", 0, 0, NULL,
     "does what it has done stand when its process is lost?"},
    {"crash", FIELD_TIME, ACTOR(crash), "", 0, 0, NULL,
     "each process of it ends after serving so long; 0 s: it does not"},
    {"checkpoint", FIELD_OWN, 0, "", 0, 0, NULL, "what a checkpoint of its state costs: a map"},
    {"queue", FIELD_OWN, 0, "", 0, 0, NULL, "it holds items that its methods put and get: a map"},
    {"methods", FIELD_OWN, 0, "", 0, 0, NULL, "what can be called on it, by name"},
};

static const struct field checkpoint_fields[] = {
    {"snapshot", FIELD_TIME, ACTOR(checkpoint.snapshot), "", 0, 0, NULL,
     "time it occupies the actor"},
    {"persist", FIELD_TIME, ACTOR(checkpoint.persist), "", 0, 0, NULL,
     "time after it, in the background, until it is complete"},
    {"restore", FIELD_TIME, ACTOR(checkpoint.restore), "", 0, 0, NULL, "time to go back to it"},
    {"keep", FIELD_COUNT32, ACTOR(checkpoint.keep), "2", 1, LIMIT_GENERATIONS, NULL,
     "complete ones kept: `restore` can go back to each of them"},
    {"restore_on_restart", FIELD_BOOL, ACTOR(checkpoint.is_automatic), "true", 0, 0, NULL,
     "does a restarted actor go back to the newest complete one by itself?"},
    {"where", FIELD_EITHER, ACTOR(checkpoint.in_memory), "durable", 0, 0, places,
     "durable, or in the memory of its node and lost with it"},
};

const struct field_set declare_task = SET("a task", task_fields),
                       declare_method = SET("a method", method_fields),
                       declare_output = SET("a checkpoint of a result", output_fields),
                       declare_fails = SET("it", fails_fields),
                       declare_actor = SET("an actor", actor_fields),
                       declare_checkpoint = SET("a checkpoint", checkpoint_fields);

static const struct field actor_cpu = {
    "cpu", FIELD_SHARE, ACTOR(placed.of[CAIRN_CPU]),         "", 0,
    0,     NULL,        "processors it holds while it lives"};

/* ---- functions ----------------------------------------------------------------------------- */

static enum status read_fails(const struct value_reader *reader, const char *path,
                              const struct yaml_node *node, struct program_function *function)
{
    char label[240];
    snprintf(label, sizeof label, "%.200s.fails", path);
    if (node->kind == NODE_MAP)
        return field_form_read(reader, label, node, &declare_fails, function);
    if (node->kind == NODE_LIST)
        return diag_error(reader->diag, node->place,
                          "%s: this is a list; expected a probability, as in '25 %%', or a map, as "
                          "in '{probability: 25 %%, after: 1}'",
                          label);
    return field_form_read_one(reader, label, node, &fails_fields[0], function);
}

static enum status need_map(const struct value_reader *reader, const char *path,
                            const struct yaml_node *node, const char *example)
{
    return node->kind == NODE_MAP
               ? STATUS_OK
               : diag_error(reader->diag, node->place, "%s: this is %s; expected a map, as in '%s'",
                            path, yaml_kind_name(node), example);
}

/* What a checkpoint costs: a map inside a task or an actor. */
static enum status read_checkpoint(const struct value_reader *reader, const char *path,
                                   const struct yaml_node *node, const struct field_set *set,
                                   const char *example, void *into)
{
    char label[240];
    snprintf(label, sizeof label, "%.200s.checkpoint", path);
    enum status status = need_map(reader, label, node, example);
    return status == STATUS_OK ? field_form_read(reader, label, node, set, into) : status;
}

/* 2 s, or [1 s, 2 s], or {exponential: 2 s}? */
static bool is_amount(const struct yaml_node *node)
{
    if (node->kind != NODE_MAP)
        return true;
    for (size_t i = 0; node->count == 1 && i < LAW_FORMS; i++)
        if (strcmp(node->children->key, law_forms[i].name) == 0)
            return true;
    return false;
}

static enum status read_function(const struct value_reader *reader, const char *path,
                                 const struct yaml_node *node, const struct field_set *set,
                                 struct program_function *function)
{
    if (is_amount(node)) { /* its time alone, the rest by default */
        struct yaml_node *map = yaml_empty(reader->arena, NODE_MAP, node->place);
        struct yaml_node *copy = arena_alloc(reader->arena, sizeof *copy);
        if (!map || !copy)
            return diag_world(reader->diag, "keep", path, ENOMEM);
        *copy = *node;
        if (!yaml_append(reader->arena, map, "time", 4, node->place, copy))
            return diag_world(reader->diag, "keep", path, ENOMEM);
        node = map;
    }
    const struct yaml_child *fails = yaml_find(node, "fails");
    enum status status = field_form_read(reader, path, node, set, function);
    enum status one = fails ? read_fails(reader, path, fails->value, function) : STATUS_OK;
    status = status == STATUS_OK ? one : status;
    const struct yaml_child *output = set == &declare_task ? yaml_find(node, "checkpoint") : NULL;
    function->checkpoint.is_given = output != NULL;
    one = output ? read_checkpoint(reader, path, output->value, &declare_output,
                                   "{write: 3 s, read: 2 s}", function)
                 : STATUS_OK;
    return status == STATUS_OK ? one : status;
}

static enum status check_name(const struct value_reader *reader, const char *path,
                              const struct yaml_child *child)
{
    const char *problem = field_form_name_problem(child->key, child->key_length);
    return problem ? diag_error(reader->diag, child->key_place, "%s: the name '%.64s' %s", path,
                                child->key, problem)
                   : STATUS_OK;
}

/* Reads all functions of a map: tasks (class_name NULL) or the methods of a class. */
static enum status read_functions(const struct value_reader *reader, const char *path,
                                  const struct yaml_node *map, const char *class_name,
                                  uint32_t actor, struct program_function *functions)
{
    enum status status = STATUS_OK;
    uint32_t i = 0;
    for (const struct yaml_child *child = map->children; child; child = child->next, i++) {
        char label[200], name[2 * LIMIT_NAME + 2];
        int length =
            snprintf(name, sizeof name, "%.*s%s%.*s", LIMIT_NAME, class_name ? class_name : "",
                     class_name ? "." : "", LIMIT_NAME, child->key);
        snprintf(label, sizeof label, "%.120s.%.64s", path, child->key);
        functions[i].name = arena_copy(reader->arena, name, (size_t)length);
        functions[i].actor = actor;
        if (!functions[i].name)
            return diag_world(reader->diag, "keep", label, ENOMEM);
        enum status one = check_name(reader, path, child);
        status = one == STATUS_OK ? status : one;
        one = read_function(reader, label, child->value,
                            class_name ? &declare_method : &declare_task, &functions[i]);
        status = one == STATUS_OK ? status : one;
    }
    return status;
}

/* ---- actors -------------------------------------------------------------------------------- */

/* What it needs to be placed, and what it holds then. */
static enum status read_demand(const struct value_reader *reader, const char *path,
                               const struct yaml_node *node, struct program_actor *actor)
{
    const struct yaml_child *cpu = yaml_find(node, "cpu");
    enum status status = STATUS_OK;
    char label[240];
    snprintf(label, sizeof label, "%.200s.cpu", path);
    actor->placed.of[CAIRN_CPU] = CAIRN_WHOLE;
    if (cpu)
        status = field_form_read_one(reader, label, cpu->value, &actor_cpu, actor);
    actor->held = actor->placed;
    if (!cpu)
        actor->held.of[CAIRN_CPU] = 0;
    return status;
}

static enum status check_retries(const struct value_reader *reader, const char *path,
                                 const struct yaml_node *node, const struct program_actor *actor)
{
    const struct yaml_child *retries = yaml_find(node, "retries");
    if (actor->task_retries == 0 || actor->restarts != 0 || !retries)
        return STATUS_OK;
    return diag_error(reader->diag, retries->value->place,
                      "%s.retries: '%.64s' needs restarts too, as in 'restarts: 3': without them a "
                      "lost actor is gone, and so are its calls",
                      path, retries->value->text);
}

static enum status read_actor(const struct value_reader *reader, const char *path,
                              const struct yaml_node *node, struct program_actor *actor)
{
    const struct yaml_child *checkpoint = NULL;
    enum status status = need_map(reader, path, node, "{start: 3.5 s, methods: {train: 15 s}}");
    if (status != STATUS_OK)
        return status;
    status = field_form_read(reader, path, node, &declare_actor, actor);
    enum status one = read_demand(reader, path, node, actor);
    status = one == STATUS_OK ? status : one;
    one = items_form_read(reader, path, node, actor);
    status = one == STATUS_OK ? status : one;
    if (actor->concurrency == 0)
        actor->concurrency = actor->is_async ? AWAITS : THREADS;
    one = check_retries(reader, path, node, actor);
    status = one == STATUS_OK ? status : one;
    if ((checkpoint = yaml_find(node, "checkpoint"))) {
        actor->checkpoint.is_given = true;
        one = read_checkpoint(reader, path, checkpoint->value, &declare_checkpoint,
                              "{snapshot: 0.3 s, restore: 0.2 s}", actor);
        status = one == STATUS_OK ? status : one;
    }
    one = items_form_check_queue(reader, path, node, actor);
    return one == STATUS_OK ? status : one;
}

static const struct yaml_node *methods_of(const struct yaml_node *actor)
{
    const struct yaml_child *methods = actor->kind == NODE_MAP ? yaml_find(actor, "methods") : NULL;
    return methods ? methods->value : NULL;
}

/* The actor of this entry, and its methods behind the functions read so far. */
static enum status read_entry(const struct value_reader *reader, const struct yaml_child *child,
                              struct program_actor *actor, uint32_t index,
                              struct program_function *functions, uint32_t *count)
{
    const struct yaml_node *methods = methods_of(child->value);
    char label[160], inside[200];
    snprintf(label, sizeof label, ACTORS ".%.64s", child->key);
    snprintf(inside, sizeof inside, "%s.methods", label);
    actor->name = child->key;
    enum status status = check_name(reader, ACTORS, child);
    enum status one = read_actor(reader, label, child->value, actor);
    status = one == STATUS_OK ? status : one;
    if (!methods)
        return status;
    one = need_map(reader, inside, methods, "{train: 15 s}");
    if (one == STATUS_OK) {
        one = read_functions(reader, inside, methods, actor->name, index, functions + *count);
        if (one == STATUS_OK)
            one = items_form_check_methods(reader, inside, methods, actor, functions + *count);
        *count += methods->count;
    }
    return one == STATUS_OK ? status : one;
}

/* ---- both ---------------------------------------------------------------------------------- */

/* How many functions there will be. */
static uint64_t count_functions(const struct yaml_node *tasks, const struct yaml_node *actors)
{
    uint64_t count = tasks ? tasks->count : 0;
    for (const struct yaml_child *child = actors ? actors->children : NULL; child;
         child = child->next) {
        const struct yaml_node *methods = methods_of(child->value);
        count += methods && methods->kind == NODE_MAP ? methods->count : 0;
    }
    return count;
}

enum status declare_form_read(const struct value_reader *reader, const struct yaml_node *tasks,
                              const struct yaml_node *actors, struct program *program)
{
    enum status status = STATUS_OK;
    if (tasks)
        status = need_map(reader, TASKS, tasks, "{load: {time: 4 s}}");
    if (status == STATUS_OK && actors)
        status = need_map(reader, ACTORS, actors, "{Trainer: {start: 3.5 s}}");
    if (status != STATUS_OK)
        return status;
    uint64_t count = count_functions(tasks, actors);
    if (count > LIMIT_FUNCTIONS)
        return diag_error(reader->diag, (tasks ? tasks : actors)->place,
                          "workload.pipeline: %llu tasks and methods; at most %d are allowed",
                          (unsigned long long)count, LIMIT_FUNCTIONS);
    if (actors && actors->count > LIMIT_CLASSES)
        return diag_error(reader->diag, actors->place, ACTORS ": %u actors; at most %d are allowed",
                          actors->count, LIMIT_CLASSES);
    struct program_function *functions =
        arena_array(reader->arena, (size_t)count, sizeof *functions);
    struct program_actor *classes =
        arena_array(reader->arena, actors ? actors->count : 0, sizeof *classes);
    if (!functions || !classes)
        return diag_world(reader->diag, "keep", TASKS, ENOMEM);
    enum status one =
        tasks ? read_functions(reader, TASKS, tasks, NULL, PROGRAM_NOTHING, functions) : STATUS_OK;
    status = one == STATUS_OK ? status : one;
    uint32_t used = tasks ? tasks->count : 0, index = 0;
    for (const struct yaml_child *child = actors ? actors->children : NULL; child;
         child = child->next, index++) {
        one = read_entry(reader, child, &classes[index], index, functions, &used);
        status = one == STATUS_OK ? status : one;
    }
    program->functions = functions;
    program->functions_count = used;
    program->actors = classes;
    program->actors_count = index;
    return status;
}

/* ---- canonical text ------------------------------------------------------------------------ */

const char *declare_form_short_name(const struct program_function *function)
{
    const char *dot = strchr(function->name, '.');
    return dot ? dot + 1 : function->name;
}

static void add_function(struct text *text, const char *separator,
                         const struct program_function *function)
{
    bool is_task = function->actor == PROGRAM_NOTHING;
    text_add(text, "%s%s: ", separator, declare_form_short_name(function));
    field_form_add(text, "{", is_task ? &declare_task : &declare_method, function);
    if (function->fails.ppm > 0) {
        text_add(text, ", fails: ");
        field_form_add(text, "{", &declare_fails, function);
        text_add(text, "}");
    }
    if (function->checkpoint.is_given) {
        text_add(text, ", checkpoint: ");
        field_form_add(text, "{", &declare_output, function);
        text_add(text, "}");
    }
    text_add(text, "}");
}

static void add_actor(struct text *text, const struct program *program, uint32_t index)
{
    const struct program_actor *actor = &program->actors[index];
    const char *separator = ", methods: {";
    bool has_methods = false;
    text_add(text, "%s: ", actor->name);
    field_form_add(text, "{", &declare_actor, actor); /* restarts are always said */
    if (actor->held.of[CAIRN_CPU] == actor->placed.of[CAIRN_CPU])
        text_add(text, ", cpu: "),
            text_add_number(text, (double)actor->held.of[CAIRN_CPU] / CAIRN_WHOLE);
    if (actor->checkpoint.is_given) {
        text_add(text, ", checkpoint: ");
        field_form_add(text, "{", &declare_checkpoint, actor);
        text_add(text, "}");
    }
    items_form_add(text, actor);
    for (uint32_t i = 0; i < program->functions_count; i++) {
        if (program->functions[i].actor != index)
            continue;
        add_function(text, separator, &program->functions[i]);
        separator = ", ";
        has_methods = true;
    }
    text_add(text, has_methods ? "}}" : "}");
}

void declare_form_add(struct text *text, const struct program *program)
{
    const char *separator = "tasks: {";
    uint32_t i = 0;
    for (; i < program->functions_count; i++) {
        if (program->functions[i].actor != PROGRAM_NOTHING)
            break;
        add_function(text, separator, &program->functions[i]);
        separator = ", ";
    }
    text_add(text, i > 0 ? "}, " : "");
    for (i = 0; i < program->actors_count; i++) {
        text_add(text, i ? ", " : "actors: {");
        add_actor(text, program, i);
    }
    text_add(text, i > 0 ? "}, " : "");
}
