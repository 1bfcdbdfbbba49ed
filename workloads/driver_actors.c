/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a driver says to the actors of a variable.
 *
 * Each verb names its variable in a way of its own; whether its class can do that is known once the
 * variable is. */
#include "workloads/driver_actors.h"
#include "sim/base/limits.h"
#include "workloads/amount_form.h"
#include <string.h>

/* {trainers: 100} */
static void read_until(struct reading *reading)
{
    static const struct field field = {
        .name = "until", .type = FIELD_COUNT64, .min = 1, .max = LIMIT_TIMES};
    const struct yaml_node *value = reading->value;
    if (value->kind != NODE_MAP || value->count != 1) {
        reading_say(
            reading, value->place,
            "expected a variable and how many calls its state counts, as in '{trainers: 100}'");
        return;
    }
    const struct yaml_child *child = value->children;
    reading_target(reading, child->key, child->key_place);
    driver_note(reading->driver, field_form_read_one(reading->driver->reader, "until", child->value,
                                                     &field, &reading_statement(reading)->times));
}

/* Actors of a variable; of those that take checkpoints, their class. NULL: it is another verb, or
 * there has been a mistake. */
static const struct program_actor *read_target(struct reading *reading)
{
    const struct yaml_node *value = reading->value;
    if (!reading_word(reading, value, "the name of a variable"))
        return NULL;
    const struct variable *variable = reading_target(reading, value->text, value->place);
    if (!variable || reading->verb->op == OP_KILL || reading->verb->op == OP_STOP)
        return NULL;
    const struct program_actor *class = &reading->driver->program->actors[variable->class];
    if (class->checkpoint.is_given)
        return class;
    reading_say(reading, value->place,
                "%s has no checkpoints; declare what one costs, as in 'checkpoint: {snapshot: 0.3 "
                "s, restore: 0.2 s}'",
                class->name);
    return NULL;
}

static void read_restore(struct reading *reading)
{
    static const struct field field = {
        .name = "generation", .type = FIELD_COUNT64, .min = 0, .max = LIMIT_GENERATIONS - 1};
    const struct program_actor *class = read_target(reading);
    const struct yaml_child *generation = yaml_find(reading->node, "generation");
    uint64_t *back = &reading_statement(reading)->times;
    *back = 0;
    if (!generation)
        return;
    const struct yaml_node *value = generation->value;
    if (value->kind == NODE_SCALAR && strcmp(value->text, "common") == 0) {
        *back = PROGRAM_COMMON;
        return;
    }
    if (value->kind == NODE_SCALAR && value->length > 0 && value->text[0] >= 'A') {
        reading_say(reading, value->place,
                    "'%.64s' is no generation; say 0 for the newest, 1 for the one before it, or "
                    "'common'",
                    value->text);
        return;
    }
    enum status status =
        field_form_read_one(reading->driver->reader, "generation", value, &field, back);
    driver_note(reading->driver, status);
    if (status == STATUS_OK && class && *back >= class->checkpoint.keep)
        reading_say(
            reading, value->place,
            "%s keeps %u checkpoints, the newest being generation 0; say 'keep: %llu' in its "
            "'checkpoint' to go back so far",
            class->name, class->checkpoint.keep, (unsigned long long)*back + 1);
}

/* Its limit is the same at each execution. */
static void read_stop(struct reading *reading)
{
    const struct yaml_child *within = yaml_find(reading->node, "within");
    struct amount *limit = &reading_statement(reading)->amount;
    read_target(reading);
    limit->constant = SIMTIME_NEVER;
    if (within && within->value->kind != NODE_SCALAR)
        reading_say(reading, within->value->place,
                    "within: this is %s; expected a duration, as in '5 s'",
                    yaml_kind_name(within->value));
    else if (within)
        driver_note(reading->driver, amount_form_read(reading->driver->reader, "within",
                                                      within->value, AMOUNT_TIME, limit));
}

void driver_actors_read(struct reading *reading)
{
    switch (reading->verb->op) {
    case OP_UNTIL:
        read_until(reading);
        return;
    case OP_RESTORE:
        read_restore(reading);
        return;
    case OP_STOP:
        read_stop(reading);
        return;
    default: /* kill, checkpoint */
        read_target(reading);
        return;
    }
}
