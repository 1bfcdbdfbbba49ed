/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Controllers: from a name or a map to a class and its values.
 *
 * Walks the class's parameter table: the user's value where there is one, the table's default
 * otherwise, both through the same readers. Invariant: every value of class->params is filled in
 * and within its range. */
#include "workloads/controller_form.h"
#include "policies/registry.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const mtbf_words[] = {"scenario", "hindsight", NULL};

/* ---- which --------------------------------------------------------------------------------- */

static enum status unknown_controller(const struct value_reader *reader,
                                      const struct yaml_node *node)
{
    const char *names[64];
    char bytes[400];
    size_t count = 0;
    struct text text = text_over(bytes, sizeof bytes);
    for (; cairn_controllers[count] && count < 64; count++) {
        names[count] = cairn_controllers[count]->name;
        text_add(&text, "%s%s", count ? ", " : "", names[count]);
    }
    const char *nearest = text_nearest(node->text, node->length, names, count);
    return nearest
               ? diag_error(reader->diag, node->place,
                            "unknown controller '%.64s'; did you mean '%s'?", node->text, nearest)
               : diag_error(reader->diag, node->place, "unknown controller '%.64s'; known: %s",
                            node->text, bytes);
}

static enum status find_class(const struct value_reader *reader, const struct yaml_node *node,
                              const struct cairn_controller_class **class)
{
    const struct yaml_node *name = node;
    if (node->kind == NODE_LIST)
        return diag_error(reader->diag, node->place, "controller: this is a list; expected %s",
                          schema_expectation(TYPE_CONTROLLER));
    if (node->kind == NODE_MAP) {
        const struct yaml_child *child = yaml_find(node, "name");
        if (!child)
            return diag_error(reader->diag, node->place,
                              "controller: the map has no 'name'; expected %s",
                              schema_expectation(TYPE_CONTROLLER));
        name = child->value;
    }
    enum status status =
        value_scalar(reader, "controller", name, schema_expectation(TYPE_CONTROLLER));
    if (status != STATUS_OK)
        return status;
    *class = cairn_controller_find(name->text);
    return *class ? STATUS_OK : unknown_controller(reader, name);
}

/* ---- parameters ---------------------------------------------------------------------------- */

static enum status range_check(const struct value_reader *reader, const struct cairn_param *param,
                               const char *label, const struct yaml_node *node, double value)
{
    bool is_duration = param->unit == CAIRN_DURATION,
         has_range = param->min != 0 || param->max != 0;
    char bytes[128];
    struct text text = text_over(bytes, sizeof bytes);
    if (!has_range && value <= 0) {
        text_add(&text, "must be more than 0");
    } else if (has_range && (value < param->min || value > param->max)) {
        text_add(&text, "is out of range; it must be from ");
        (is_duration ? value_add_seconds : text_add_number)(&text, param->min);
        text_add(&text, " to ");
        (is_duration ? value_add_seconds : text_add_number)(&text, param->max);
    } else {
        return STATUS_OK;
    }
    return value_error(reader, label, node, bytes);
}

static enum status read_mtbf(const struct value_reader *reader, const char *label,
                             const struct yaml_node *node, struct spec_controller *controller,
                             struct cairn_value *value)
{
    if (node->kind == NODE_MAP) {
        const struct yaml_child *before = yaml_find(node, "before");
        if (!before || node->count != 1)
            return diag_error(reader->diag, node->place,
                              "%s: the map is {before: DATE}, as in '{before: 2003-09-26}'", label);
        controller->mtbf = MTBF_BEFORE;
        return value_date(reader, label, before->value, &controller->mtbf_before);
    }
    for (unsigned i = 0; mtbf_words[i]; i++) {
        if (node->kind == NODE_SCALAR && strcmp(node->text, mtbf_words[i]) == 0) {
            controller->mtbf = i == 0 ? MTBF_SCENARIO : MTBF_HINDSIGHT;
            return STATUS_OK;
        }
    }
    enum status status =
        value_scalar(reader, label, node, "scenario, a duration, hindsight or {before: DATE}");
    if (status != STATUS_OK)
        return status;
    if (text_to_seconds(node->text, node->length, &value->x) != NULL && node->length > 0 &&
        strchr("0123456789.+-", node->text[0]) == NULL)
        return value_error(reader, label, node,
                           "is neither scenario, a duration, hindsight nor {before: DATE}");
    status = value_seconds(reader, label, node, false, &value->x);
    controller->mtbf = MTBF_GIVEN;
    value->i = simtime_from_seconds(value->x);
    return status;
}

static enum status read_value(const struct value_reader *reader, const struct cairn_param *param,
                              const char *label, const struct yaml_node *node,
                              struct spec_controller *controller, struct cairn_value *value)
{
    enum status status = STATUS_OK;
    const char *problem = NULL;
    uint64_t count = 0;
    unsigned choice = 0;
    switch (param->unit) {
    case CAIRN_MTBF:
        return read_mtbf(reader, label, node, controller, value);
    case CAIRN_CHOICE:
        status = value_choice(reader, label, node, param->choices, &choice);
        value->i = (int64_t)choice;
        value->x = choice;
        return status;
    case CAIRN_NUMBER:
        status = value_number(reader, label, node, &value->x);
        break;
    case CAIRN_DURATION:
        status = value_scalar(reader, label, node, schema_expectation(TYPE_DURATION));
        if (status == STATUS_OK)
            problem = text_to_duration(node->text, node->length, &value->i);
        value->x = simtime_seconds(value->i);
        break;
    case CAIRN_COUNT:
        status = value_scalar(reader, label, node, schema_expectation(TYPE_COUNT64));
        if (status == STATUS_OK)
            problem = text_to_count(node->text, node->length, &count);
        if (status == STATUS_OK && !problem && count > INT64_MAX)
            problem = "is too large";
        value->i = (int64_t)count;
        value->x = (double)count;
        break;
    }
    if (problem)
        return value_error(reader, label, node, problem);
    return status == STATUS_OK ? range_check(reader, param, label, node, value->x) : status;
}

static enum status unknown_params(const struct value_reader *reader, const struct yaml_node *node,
                                  const struct cairn_controller_class *class)
{
    enum status status = STATUS_OK;
    for (const struct yaml_child *child = node->children; child; child = child->next) {
        const char *names[LIMIT_PARAMS + 1] = {"name"};
        char bytes[300];
        struct text text = text_over(bytes, sizeof bytes);
        size_t count = 1;
        bool is_known = strcmp(child->key, "name") == 0;
        for (const struct cairn_param *param = class->params; param->name; param++) {
            is_known |= strcmp(child->key, param->name) == 0;
            text_add(&text, "%s%s", count > 1 ? ", " : "", param->name);
            names[count++] = param->name;
        }
        if (is_known)
            continue;
        const char *nearest = text_nearest(child->key, child->key_length, names, count);
        if (nearest)
            status = diag_error(reader->diag, child->key_place,
                                "controller %s has no parameter '%.64s'; did you mean '%s'?",
                                class->name, child->key, nearest);
        else
            status = diag_error(reader->diag, child->key_place,
                                "controller %s has no parameter '%.64s'; it has %s", class->name,
                                child->key, count > 1 ? bytes : "none at all");
    }
    return status;
}

static enum status read_params(const struct value_reader *reader, const struct yaml_node *node,
                               struct spec_controller *controller)
{
    const struct cairn_controller_class *class = controller->class;
    enum status status = node->kind == NODE_MAP ? unknown_params(reader, node, class) : STATUS_OK;
    for (size_t i = 0; class->params[i].name; i++) {
        const struct cairn_param *param = &class->params[i];
        const struct yaml_child *child =
            node->kind == NODE_MAP ? yaml_find(node, param->name) : NULL;
        const struct yaml_node *value = child ? child->value : NULL;
        char label[96];
        assert(i < LIMIT_PARAMS);
        snprintf(label, sizeof label, "controller.%.64s", param->name);
        if (!value && !param->fallback) {
            status = diag_error(reader->diag, node->place, "controller %s needs %s: %s",
                                class->name, param->name, param->help);
            continue;
        }
        if (!value)
            value = yaml_scalar(reader->arena, param->fallback, strlen(param->fallback),
                                (struct place){0});
        if (!value)
            return diag_world(reader->diag, "keep", label, ENOMEM);
        enum status one =
            read_value(reader, param, label, value, controller, &controller->values[i]);
        if (one != STATUS_OK)
            status = one;
    }
    return status;
}

/* ---- canonical text ------------------------------------------------------------------------ */

static void add_value(struct text *text, const struct spec_controller *controller, size_t i)
{
    const struct cairn_param *param = &controller->class->params[i];
    const struct cairn_value *value = &controller->values[i];
    text_add(text, ", %s: ", param->name);
    if (param->unit == CAIRN_DURATION)
        text_add_exact_duration(text, value->i);
    else if (param->unit == CAIRN_COUNT)
        text_add(text, "%lld", (long long)value->i);
    else if (param->unit == CAIRN_NUMBER)
        text_add_number(text, value->x);
    else if (param->unit == CAIRN_CHOICE)
        text_add(text, "%s", param->choices[value->i]);
    else if (controller->mtbf == MTBF_GIVEN)
        value_add_seconds(text, value->x);
    else if (controller->mtbf == MTBF_BEFORE) {
        text_add(text, "{before: ");
        text_add_date(text, controller->mtbf_before);
        text_add(text, "}");
    } else
        text_add(text, "%s", mtbf_words[controller->mtbf == MTBF_HINDSIGHT]);
}

enum status controller_form_read(const struct value_reader *reader, const struct yaml_node *node,
                                 const char **canonical)
{
    struct spec_controller read = {0};
    size_t capacity = 1024;
    enum status status = find_class(reader, node, &read.class);
    if (status == STATUS_OK)
        status = read_params(reader, node, &read);
    if (status != STATUS_OK)
        return status;
    char *bytes = arena_alloc(reader->arena, capacity);
    if (!bytes)
        return diag_world(reader->diag, "keep", "controller", ENOMEM);
    struct text text = text_over(bytes, capacity);
    if (read.class->params[0].name) {
        text_add(&text, "{name: %s", read.class->name);
        for (size_t i = 0; read.class->params[i].name; i++)
            add_value(&text, &read, i);
        text_add(&text, "}");
    } else {
        text_add(&text, "%s", read.class->name);
    }
    assert(!text.is_cut);
    reader->spec->controller = read;
    *canonical = bytes;
    return STATUS_OK;
}
