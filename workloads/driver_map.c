/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who takes the calls of a map: the actors of a variable, actors of its own, or any node (a task).
 *
 * Each of the three has one word that says how many at a time: ahead, actors, at_most; the others
 * are refused with the reason. */
#include "workloads/driver_map.h"
#include "workloads/amount_form.h"
#include <assert.h>
#include <errno.h>
#include <string.h>

const char *const driver_map_orders[] = {"submitted", "completed", NULL};
const char *const driver_map_failures[] = {"stop", "skip", NULL};

/* As a user writes it. */
struct size {
    uint32_t min, max;
    int64_t up, down;
    struct amount quiet;
};
static const struct field size_fields[] = {
    {"min", FIELD_COUNT32, offsetof(struct size, min), "1", 1, LIMIT_CREW, NULL,
     "actors that there are while calls wait, at least"},
    {"max", FIELD_COUNT32, offsetof(struct size, max), NULL, 1, LIMIT_CREW, NULL,
     "actors, at most"},
    {"up", FIELD_SHARE, offsetof(struct size, up), "1.75", 0, 0, NULL,
     "one more at this utilisation: calls in flight, over what the actors run at once"},
    {"down", FIELD_SHARE, offsetof(struct size, down), "0.5", 0, 0, NULL,
     "one fewer at this utilisation"},
    {"quiet", FIELD_TIME, offsetof(struct size, quiet), "10 s", 0, 0, NULL,
     "none fewer for so long after there was one more"},
};
const struct field_set driver_map_actors = {"it", size_fields,
                                            sizeof size_fields / sizeof *size_fields};

static const struct field ahead_field = {
    .name = "ahead", .type = FIELD_COUNT32, .min = 1, .max = LIMIT_AHEAD};
static const struct field at_most_field = {
    .name = "at_most", .type = FIELD_COUNT32, .min = 1, .max = LIMIT_TIMES};
static const struct field actors_field = {
    .name = "actors", .type = FIELD_COUNT32, .min = 1, .max = LIMIT_CREW};

/* ---- actors of its own ---------------------------------------------------------------------- */

static struct cairn_scaling scaling_of(const struct size *size)
{
    return (struct cairn_scaling){.size = sizeof(struct cairn_scaling),
                                  .abi = CAIRN_SCALING_ABI,
                                  .min = size->min,
                                  .max = size->max,
                                  .up = (double)size->up / CAIRN_WHOLE,
                                  .down = (double)size->down / CAIRN_WHOLE,
                                  .quiet = size->quiet.constant};
}

/* Once they are too busy to take more, are they busy enough to be more? */
static void check_growth(struct reading *reading, const struct yaml_node *node,
                         const struct program_map *map, uint32_t concurrency)
{
    const struct cairn_scaling *scaling = &map->scaling;
    const char *refusal = cairn_scaling_refusal(scaling);
    if (refusal)
        reading_say(reading, node->place, "actors: %s", refusal);
    else if (scaling->min < scaling->max && map->ahead < scaling->up * concurrency)
        reading_say(reading, node->place,
                    "actors: never more than min: with 'ahead: %u' and %u at once the utilisation "
                    "is at most %.4g, and up is %.4g; say 'ahead: %u', or a smaller 'up'",
                    map->ahead, concurrency, (double)map->ahead / concurrency, scaling->up,
                    (uint32_t)(scaling->up * concurrency + 0.9999));
}

static void read_actors(struct reading *reading, const struct yaml_node *node,
                        struct program_map *map, uint32_t concurrency)
{
    const struct value_reader *reader = reading->driver->reader;
    uint32_t errors = reader->diag->errors;
    struct size size = {.up = 2 * CAIRN_WHOLE, .down = 0};
    if (node->kind == NODE_MAP)
        driver_note(reading->driver,
                    field_form_read(reader, "map.actors", node, &driver_map_actors, &size));
    else
        driver_note(reading->driver,
                    field_form_read_one(reader, "map.actors", node, &actors_field, &size.min));
    if (reader->diag->errors > errors)
        return;
    if (node->kind != NODE_MAP)
        size.max = size.min;
    if (size.quiet.kind != AMOUNT_CONSTANT) {
        reading_say(reading, node->place, "actors: quiet is one duration, as in '10 s'");
        return;
    }
    map->scaling = scaling_of(&size);
    check_growth(reading, node, map, concurrency);
}

/* ---- who takes the calls -------------------------------------------------------------------- */

static void refuse(struct reading *reading, const char *key, const char *why)
{
    const struct yaml_child *child = yaml_find(reading->node, key);
    if (child)
        reading_say(reading, child->key_place, "'%s' %s", key, why);
}

static void read_ahead(struct reading *reading, struct program_map *map, uint32_t usual)
{
    const struct yaml_child *ahead = yaml_find(reading->node, "ahead");
    map->ahead = usual;
    if (ahead)
        driver_note(reading->driver, field_form_read_one(reading->driver->reader, "map.ahead",
                                                         ahead->value, &ahead_field, &map->ahead));
}

static void read_own(struct reading *reading, struct program_map *map, uint32_t class)
{
    const struct yaml_child *actors = yaml_find(reading->node, "actors");
    const struct program_actor *actor = &reading->driver->program->actors[class];
    uint32_t concurrency = actor->concurrency;
    if (actor->is_detached)
        reading_say(reading, reading->value->place,
                    "%s is detached, and would outlive the map that creates it; start some, and "
                    "name their variable",
                    actor->name);
    reading_method(reading, reading->value, class);
    refuse(reading, "at_most", "is for tasks; 'ahead' says how many calls each actor is given");
    read_ahead(reading, map, 2 * concurrency);
    if (!actors)
        reading_say(reading, reading->node->place,
                    "'actors' is missing: how many it creates, as in 'actors: 4' or 'actors: {min: "
                    "1, max: 8}'; or name a variable that holds some");
    else
        read_actors(reading, actors->value, map, concurrency);
}

static void read_task(struct reading *reading, struct program_map *map)
{
    const struct yaml_child *at_most = yaml_find(reading->node, "at_most");
    refuse(reading, "ahead", "is for actors; of a task, 'at_most' says how many calls at a time");
    if (!at_most)
        reading_say(reading, reading->node->place,
                    "'at_most' is missing: how many calls at a time, as in 'at_most: 8'");
    else
        driver_note(reading->driver,
                    field_form_read_one(reading->driver->reader, "map.at_most", at_most->value,
                                        &at_most_field, &map->at_most));
}

static void read_takers(struct reading *reading, struct program_map *map)
{
    uint32_t class = reading_class_before_dot(reading, reading->value);
    if (class != PROGRAM_NOTHING) {
        read_own(reading, map, class);
        return;
    }
    reading_function(reading, reading->value);
    refuse(reading, "actors",
           "is for actors of its own: name their class, as in 'map: Worker.work'");
    if (reading_statement(reading)->target.up == PROGRAM_NOTHING) {
        read_task(reading, map);
        return;
    }
    refuse(reading, "at_most", "is for tasks; 'ahead' says how many calls each actor is given");
    read_ahead(reading, map, 1);
}

/* ---- the statement -------------------------------------------------------------------------- */

static unsigned read_word(struct reading *reading, const char *key, const char *const *words)
{
    const struct yaml_child *child = yaml_find(reading->node, key);
    unsigned index = 0;
    if (child)
        driver_note(reading->driver,
                    value_choice(reading->driver->reader, key, child->value, words, &index));
    return index;
}

void driver_map_read(struct reading *reading)
{
    struct program_map *map = arena_alloc(reading->driver->reader->arena, sizeof *map);
    uint64_t elements = 0;
    if (!map) {
        driver_note(reading->driver,
                    diag_world(reading->driver->reader->diag, "keep", "map", ENOMEM));
        return;
    }
    *map = (struct program_map){.at_most = 1, .ahead = 1};
    reading_statement(reading)->map = map;
    if (!reading_word(reading, reading->value,
                      "a task, as in 'load', or a method, as in 'workers.work'"))
        return;
    read_takers(reading, map);
    uint64_t calls = reading_calls(reading, &elements);
    map->is_by_completion = read_word(reading, "order", driver_map_orders) > 0;
    map->is_skipping = read_word(reading, "failed", driver_map_failures) > 0;
    reading_statement(reading)->times = elements ? elements : calls;
    reading->binds = yaml_find(reading->node, "do") ? 1 : reading_statement(reading)->times;
}

void driver_map_close(struct driver *driver, uint32_t index, const struct yaml_node *node)
{
    const char *name = driver->words[index].bind;
    struct variable *variable = name ? variables_find(&driver->variables, name) : NULL;
    if (!variable)
        return;
    variable->state = VARIABLE_PASSED;
    variable->change = node->place;
}

void driver_cancel_read(struct reading *reading)
{
    static const struct field field = {.name = "force", .type = FIELD_BOOL};
    const struct yaml_node *value = reading->value;
    const struct yaml_child *force = yaml_find(reading->node, "force");
    struct driver *driver = reading->driver;
    if (force)
        driver_note(driver, field_form_read_one(driver->reader, "cancel.force", force->value,
                                                &field, &reading_statement(reading)->is_forced));
    if (!reading_word(reading, value, "the name of a variable"))
        return;
    const struct variable *variable = reading_use(reading, value->text, value->place);
    if (!variable || variable->class == VARIABLES_ANY)
        return;
    if (variable->class != PROGRAM_NOTHING) {
        reading_say(reading, value->place,
                    "'%.64s' holds actors (line %u); calls are cancelled by their results, actors "
                    "end with 'kill'",
                    value->text, variable->line);
        return;
    }
    reading_statement(reading)->target = variables_reach(&driver->variables, variable);
    driver->words[reading->index].target = variable->name;
}

/* ---- canonical text ------------------------------------------------------------------------- */

static void add_actors(struct text *text, const struct cairn_scaling *scaling)
{
    struct size size = {.min = scaling->min,
                        .max = scaling->max,
                        .up = (int64_t)(scaling->up * CAIRN_WHOLE + 0.5),
                        .down = (int64_t)(scaling->down * CAIRN_WHOLE + 0.5),
                        .quiet = {.constant = scaling->quiet}};
    if (scaling->min == scaling->max) {
        text_add(text, ", actors: %u", scaling->min);
        return;
    }
    text_add(text, ", actors: {");
    field_form_add(text, "", &driver_map_actors, &size);
    text_add(text, "}");
}

void driver_map_add(struct text *text, const struct driver *driver,
                    const struct program_statement *statement)
{
    const struct program_map *map = statement->map;
    if (map->is_by_completion)
        text_add(text, ", order: completed");
    if (driver->program->functions[statement->what].actor == PROGRAM_NOTHING)
        text_add(text, ", at_most: %u", map->at_most);
    else
        text_add(text, ", ahead: %u", map->ahead);
    if (map->scaling.max > 0)
        add_actors(text, &map->scaling);
    if (map->is_skipping)
        text_add(text, ", failed: skip");
}
