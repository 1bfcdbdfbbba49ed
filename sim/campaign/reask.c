/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tells a log's happenings to its controller and holds each verdict against the recorded one.
 *
 * The plan is made from the log's own shape and values, so nothing but the log decides. */
#include "sim/campaign/reask.h"
#include "workloads/controller_form.h"
#include <errno.h>
#include <string.h>

static enum status out_of_memory(struct happenings *log)
{
    return diag_world(log->diag, "replay", log->source->name, ENOMEM);
}

/* ---- the controller ------------------------------------------------------------------------ */

/* What a scenario would find in its laws a log has to say. */
static const char *unsaid(const struct spec_controller *controller)
{
    for (const struct cairn_param *param = controller->class->params; param->name; param++) {
        if (param->unit == CAIRN_MTBF && controller->mtbf != MTBF_GIVEN)
            return "a log must say the controller's mtbf as a duration";
        if (param->unit == CAIRN_SHAPE && !controller->is_shape_given)
            return "a log must say the controller's shape as a number";
    }
    return NULL;
}

/* The log's controller, with its values, into *spec. */
static enum status read_controller(struct happenings *log, const struct entry *begin,
                                   const struct cairn_controller_class *const *controllers,
                                   struct arena *arena, struct spec *spec)
{
    const struct value_reader reader = {arena, log->diag, spec, controllers};
    const struct source *source = log->source;
    const struct json_value *name = &begin->controller;
    struct place place = begin->place;
    struct yaml_node *node, *text;
    const char *canonical, *line = source->text + begin->at;
    place.column = (uint32_t)(name->text - line) + 1;
    place.width = (uint32_t)name->length;
    /* an object of JSON is a map of YAML, which is what controllers are read from */
    enum status status = yaml_read(source, (size_t)(begin->params.text - source->text),
                                   begin->params.length, arena, log->diag, &node);
    if (status != STATUS_OK)
        return status == STATUS_INPUT ? STATUS_DATA : status;
    text = yaml_scalar(arena, name->text, name->length, place);
    if (!text || !yaml_append(arena, node, "name", 4, place, text))
        return out_of_memory(log);
    status = controller_form_read(&reader, node, &canonical);
    if (status != STATUS_OK)
        return status == STATUS_INPUT ? STATUS_DATA : status;
    const char *problem = unsaid(&spec->controller);
    return problem ? happenings_complain(log, begin, problem) : STATUS_OK;
}

struct decider {
    const struct cairn_controller_class *class;
    void *plan, *state;
    uint32_t hears;
};

static enum status open_decider(struct happenings *log, const struct entry *begin,
                                struct arena *arena, const struct spec_controller *controller,
                                struct decider *d)
{
    const struct cairn_controller_class *class = controller->class;
    d->class = class;
    d->plan = arena_alloc(arena, cairn_plan_size(class, controller->values, &begin->shape));
    if (!d->plan)
        return out_of_memory(log);
    const char *refusal = class->plan(controller->values, &begin->shape, d->plan);
    d->hears = refusal ? 0 : cairn_hears(class, d->plan);
    if (!refusal && d->hears & (CAIRN_WANTS_RANDOM | CAIRN_WANTS_AGES))
        refusal = "the controller wants random numbers or ages of nodes, which a log does not hold";
    if (refusal)
        return happenings_complain(log, begin, refusal);
    d->state = arena_alloc(arena, cairn_state_size(class, d->plan));
    if (!d->state)
        return out_of_memory(log);
    cairn_state_init(class, d->plan, d->state);
    return STATUS_OK;
}

/* ---- comparing ----------------------------------------------------------------------------- */

/* NULL, or the first field that differs. */
static const char *difference(const struct cairn_verdict *a, const struct cairn_verdict *b)
{
    if (a->action != b->action)
        return "action";
    if (a->action == CAIRN_FAILED)
        return a->reason == b->reason ? NULL : "reason";
    if (a->ask != b->ask)
        return "ask";
    if (a->ask != CAIRN_ASK_NEVER && a->at != b->at)
        return "at";
    if (!a->repeat != !b->repeat)
        return "repeat";
    return a->reason == b->reason ? NULL : "reason";
}

static void follow(struct decider *d, const struct entry *entry, struct reask *result)
{
    if (entry->kind == ENTRY_DECIDE) {
        result->now =
            (struct cairn_verdict){.size = sizeof result->now, .abi = CAIRN_CONTROLLER_ABI};
        d->class->decide(d->plan, d->state, &entry->situation, &result->now);
    } else if (entry->kind == ENTRY_VERDICT) {
        result->field = difference(&entry->verdict, &result->now);
        result->is_equal = !result->field;
        result->verdicts++;
        result->place = entry->place;
        result->request = entry->request;
        result->logged = entry->verdict;
    } else if (entry->kind < ENTRY_BEGIN && d->hears & CAIRN_HEARS(entry->happening.kind) &&
               entry->n > 0) {
        d->class->observe(d->plan, d->state, &entry->happening, (uint64_t)entry->n);
        result->told++;
    }
}

enum status reask_run(const struct source *source,
                      const struct cairn_controller_class *const *controllers, struct arena *arena,
                      struct diag *diag, struct reask *result)
{
    struct happenings log = happenings_open(source, diag);
    struct entry *entry = arena_alloc(arena, sizeof *entry);
    struct spec *spec = arena_alloc(arena, sizeof *spec);
    struct decider decider = {0};
    enum status status;
    *result = (struct reask){.is_equal = true};
    if (!entry || !spec)
        return out_of_memory(&log);
    if (!happenings_next(&log, entry, &status))
        return status;
    status = read_controller(&log, entry, controllers, arena, spec);
    if (status == STATUS_OK)
        status = open_decider(&log, entry, arena, &spec->controller, &decider);
    while (status == STATUS_OK && result->is_equal && happenings_next(&log, entry, &status))
        follow(&decider, entry, result);
    return status;
}
