/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map of a queue, and what its methods may say.
 *
 * Whatever would wait for ever, however the program goes, is a mistake and is said: a batch larger
 * than the queue, a barrier of more calls than its actor takes at once. */
#include "workloads/items_form.h"
#include <stdio.h>

#define ACTOR(member) offsetof(struct program_actor, member)

static const char *const fates[] = {"lost", "checkpointed", "kept", NULL};

static const struct field queue_fields[] = {
    {"capacity", FIELD_COUNT64, ACTOR(queue.capacity), "", 0, 0, NULL,
     "items that it holds; 0: no limit"},
    {"items", FIELD_CHOICE, ACTOR(queue.items), "", 0, 0, fates,
     "when its process is lost: lost; checkpointed: those that its newest checkpoint covers come "
     "back with it; kept: all stay"},
};

const struct field_set items_form_queue = {"a queue", queue_fields,
                                           sizeof queue_fields / sizeof *queue_fields};

enum status items_form_read(const struct value_reader *reader, const char *path,
                            const struct yaml_node *node, struct program_actor *actor)
{
    const struct yaml_child *queue = yaml_find(node, "queue");
    char label[240];
    if (!queue)
        return STATUS_OK;
    snprintf(label, sizeof label, "%.200s.queue", path);
    actor->queue.is_given = true;
    if (!yaml_find(node, "async"))
        actor->is_async = true;
    if (queue->value->kind != NODE_MAP)
        return diag_error(reader->diag, queue->value->place,
                          "%s: this is %s; expected a map, as in '{capacity: 100}'", label,
                          yaml_kind_name(queue->value));
    return field_form_read(reader, label, queue->value, &items_form_queue, actor);
}

enum status items_form_check_queue(const struct value_reader *reader, const char *path,
                                   const struct yaml_node *node, const struct program_actor *actor)
{
    if (actor->queue.items != ITEMS_CHECKPOINTED || actor->checkpoint.is_given)
        return STATUS_OK;
    return diag_error(reader->diag, yaml_find(node, "queue")->value->place,
                      "%s.queue.items: 'checkpointed' needs a checkpoint too, as in 'checkpoint: "
                      "{snapshot: 0.3 s}'",
                      path);
}

/* ---- methods ------------------------------------------------------------------------------- */

static bool waits(const struct program_function *f)
{
    return f->puts > 0 || f->gets > 0 || f->gathers > 0;
}

/* NULL, or the key that says what cannot be, and why. */
static const char *problem_of(const struct program_actor *actor, const struct program_function *f,
                              struct text *why)
{
    uint32_t count = f->puts > 0 ? f->puts : f->gets;
    const char *key = f->puts > 0 ? "puts" : f->gets > 0 ? "gets" : "gathers";
    if ((f->puts > 0) + (f->gets > 0) + (f->gathers > 0) > 1) {
        text_add(why, "a method puts, gets or gathers; have two methods for two of them");
        return f->gathers > 0 ? "gathers" : "gets";
    }
    if (count > 0 && !actor->queue.is_given)
        text_add(why, "its actor has no queue; give it one, as in 'queue: {capacity: 100}'");
    else if (count > 0 && !f->is_partial && actor->queue.capacity > 0 &&
             count > actor->queue.capacity)
        text_add(why,
                 "%u items at once never fit into a queue of %llu; say 'partial: true' or a "
                 "larger capacity",
                 count, (unsigned long long)actor->queue.capacity);
    else if (f->gathers > actor->concurrency)
        text_add(why,
                 "%u calls never meet in an actor that takes %u at once; say 'async: true', or a "
                 "larger concurrency",
                 f->gathers, actor->concurrency);
    else if (f->timeout.has_end && !waits(f))
        return text_add(why, "it waits for nobody; say what it puts, gets or gathers"), "timeout";
    else if (f->is_partial && count == 0)
        return text_add(why, "it has no items; say what it puts or gets"), "partial";
    else if (!amount_is_zero(&f->item) && count == 0)
        return text_add(why, "it has no items; say what it puts or gets"), "item";
    else
        return NULL;
    return key;
}

enum status items_form_check_methods(const struct value_reader *reader, const char *path,
                                     const struct yaml_node *methods,
                                     const struct program_actor *actor,
                                     const struct program_function *functions)
{
    enum status status = STATUS_OK;
    for (const struct yaml_child *child = methods->children; child; child = child->next) {
        char bytes[240];
        struct text why = text_over(bytes, sizeof bytes);
        const char *key = problem_of(actor, functions++, &why);
        const struct yaml_child *said = key ? yaml_find(child->value, key) : NULL;
        if (said)
            status = diag_error(reader->diag, said->value->place, "%s.%.64s.%s: %s", path,
                                child->key, key, bytes);
    }
    return status;
}

/* ---- canonical text ------------------------------------------------------------------------ */

void items_form_add(struct text *text, const struct program_actor *actor)
{
    if (!actor->queue.is_given)
        return;
    text_add(text, "%s, queue: {", actor->is_async ? "" : ", async: false");
    field_form_add(text, "", &items_form_queue, actor);
    text_add(text, "}");
}
