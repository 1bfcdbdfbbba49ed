/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Controllers: from a name or a map to a class and its values.
 *
 *     {name: cap, overhead: 3 %, of: {name: daly, mtbf: 26 h}}
 *
 * Walks the class's parameter table: the user's value where there is one, the table's default
 * otherwise, both through the same readers; then the same for the controller that it decorates, if
 * it does. Invariant: every value of class->params is filled in and within its range. */
#include "workloads/controller_form.h"
#include "policies/registry.h"
#include "workloads/stage_form.h"
#include "workloads/text_form.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* One controller of the chain, outermost first. */
struct form {
    const struct value_reader *reader;
    const struct controller_kind *kind;
    const char *path; /* "controller", "controller.of" */
    const struct yaml_node *node;
    struct spec_controller *controller;
    const struct yaml_node *inner; /* what it decorates, as written; NULL: nothing */
    const char *inner_name;        /* of the parameter */
};

#define PROCESS "process" /* a controller, and its parameter that says which program it is */

static const char *const mtbf_words[] = {"scenario", "hindsight", NULL};

/* ---- which --------------------------------------------------------------------------------- */

static const struct cairn_controller_class *find_name(const struct controller_kind *kind,
                                                      const char *name)
{
    const struct cairn_controller_class *const *class = kind->classes;
    while (*class && strcmp((*class)->name, name) != 0)
        class ++;
    return *class;
}

static enum status unknown_name(const struct form *form, const struct yaml_node *node)
{
    const struct cairn_controller_class *const *classes = form->kind->classes;
    const char *names[64];
    size_t count = 0;
    for (; classes[count] && count < 64; count++)
        names[count] = classes[count]->name;
    const char *nearest = text_nearest(node->text, node->length, names, count);
    return nearest ? diag_error(form->reader->diag, node->place,
                                "unknown %s '%.64s'; did you mean '%s'?", form->kind->word,
                                node->text, nearest)
                   : diag_error(form->reader->diag, node->place,
                                "unknown %s '%.64s'; cairn list %s names them all",
                                form->kind->word, node->text, form->kind->list);
}

static enum status find_class(const struct form *form, const struct cairn_controller_class **class)
{
    const struct yaml_node *node = form->node, *name = node;
    const struct value_reader *reader = form->reader;
    const char *expected = schema_expectation(form->kind->type);
    if (node->kind == NODE_LIST)
        return diag_error(reader->diag, node->place, "%s: this is a list; expected %s", form->path,
                          expected);
    if (node->kind == NODE_MAP) {
        const struct yaml_child *child = yaml_find(node, "name");
        if (!child && yaml_find(node, PROCESS) && (*class = find_name(form->kind, PROCESS)))
            return STATUS_OK; /* {process: [python3, my.py]} says enough */
        if (!child)
            return diag_error(reader->diag, node->place, "%s: the map has no 'name'; expected %s",
                              form->path, expected);
        name = child->value;
    }
    enum status status = value_scalar(reader, form->path, name, expected);
    if (status != STATUS_OK)
        return status;
    *class = find_name(form->kind, name->text);
    return *class ? STATUS_OK : unknown_name(form, name);
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

static enum status read_shape(const struct value_reader *reader, const char *label,
                              const struct yaml_node *node, struct spec_controller *controller,
                              struct cairn_value *value)
{
    controller->is_shape_given = node->kind != NODE_SCALAR || strcmp(node->text, "scenario") != 0;
    if (!controller->is_shape_given)
        return STATUS_OK;
    enum status status = value_scalar(reader, label, node, "scenario, or a number as in '0.7'");
    if (status == STATUS_OK && text_to_number(node->text, node->length, &value->x) != NULL)
        return value_error(reader, label, node, "is neither scenario nor a number as in '0.7'");
    return status;
}

/* ---- lists --------------------------------------------------------------------------------- */

/* A list, or one value that stands for a list of one. */
static const struct yaml_node *item_of(const struct yaml_node *node, uint32_t i)
{
    if (node->kind == NODE_SCALAR)
        return node;
    const struct yaml_child *child = node->children;
    while (i-- > 0)
        child = child->next;
    return child->value;
}

static enum status read_names(const struct value_reader *reader, const char *label,
                              const struct yaml_node *node, uint32_t count,
                              struct cairn_value *value)
{
    const char **names = arena_array(reader->arena, count, sizeof *names);
    if (!names)
        return diag_world(reader->diag, "keep", label, ENOMEM);
    for (uint32_t i = 0; i < count; i++) {
        const struct yaml_node *item = item_of(node, i);
        enum status status = value_scalar(reader, label, item, "the name of a step");
        if (status != STATUS_OK)
            return status;
        const char *problem = stage_form_name_problem(item->text, item->length);
        if (problem)
            return value_error(reader, label, item, problem);
        names[i] = item->text;
    }
    value->names = names;
    return STATUS_OK;
}

static enum status read_fractions(const struct value_reader *reader, const char *label,
                                  const struct yaml_node *node, uint32_t count,
                                  struct cairn_value *value)
{
    double *numbers = arena_array(reader->arena, count, sizeof *numbers);
    if (!numbers)
        return diag_world(reader->diag, "keep", label, ENOMEM);
    for (uint32_t i = 0; i < count; i++) {
        const struct yaml_node *item = item_of(node, i);
        enum status status = value_scalar(reader, label, item, schema_expectation(TYPE_FRACTION));
        if (status != STATUS_OK)
            return status;
        const char *problem = text_to_fraction(item->text, item->length, &numbers[i]);
        if (!problem && i > 0 && numbers[i] <= numbers[i - 1])
            problem = "must be more than the one before it";
        if (problem)
            return value_error(reader, label, item, problem);
    }
    value->numbers = numbers;
    return STATUS_OK;
}

static enum status read_list(const struct value_reader *reader, const struct cairn_param *param,
                             const char *label, const struct yaml_node *node,
                             struct cairn_value *value)
{
    uint32_t count = node->kind == NODE_LIST ? node->count : 1;
    const char *example = param->unit == CAIRN_NAMES ? "[train, evaluate]" : "[0.33, 0.66]";
    if (node->kind == NODE_MAP)
        return diag_error(reader->diag, node->place, "%s: this is a map; expected a list as in %s",
                          label, example);
    if (count == 0 || count > LIMIT_LIST)
        return diag_error(reader->diag, node->place, "%s: needs 1 to %d values, as in %s", label,
                          LIMIT_LIST, example);
    value->i = count;
    return param->unit == CAIRN_NAMES ? read_names(reader, label, node, count, value)
                                      : read_fractions(reader, label, node, count, value);
}

/* ---- one value ----------------------------------------------------------------------------- */

/* A count that may be without end is -1 to the policy. */
static bool is_unlimited(const struct yaml_node *node)
{
    return node->kind == NODE_SCALAR &&
           (strcmp(node->text, "unlimited") == 0 || strcmp(node->text, "-1") == 0);
}

static enum status read_scalar(const struct value_reader *reader, const struct cairn_param *param,
                               const char *label, const struct yaml_node *node,
                               struct cairn_value *value)
{
    enum status status = STATUS_OK;
    const char *problem = NULL;
    uint64_t count = 0;
    if (param->unit == CAIRN_NUMBER) {
        status = value_number(reader, label, node, &value->x);
    } else if (param->unit == CAIRN_FRACTION) {
        status = value_scalar(reader, label, node, schema_expectation(TYPE_FRACTION));
        if (status == STATUS_OK)
            problem = text_to_fraction(node->text, node->length, &value->x);
    } else if (param->unit == CAIRN_DURATION) {
        status = value_scalar(reader, label, node, schema_expectation(TYPE_DURATION));
        if (status == STATUS_OK)
            problem = text_to_duration(node->text, node->length, &value->i);
        value->x = simtime_seconds(value->i);
    } else if (param->min < 0 && is_unlimited(node)) {
        value->i = -1;
        value->x = -1;
    } else {
        status = value_scalar(reader, label, node, schema_expectation(TYPE_COUNT64));
        if (status == STATUS_OK)
            problem = text_to_count(node->text, node->length, &count);
        if (status == STATUS_OK && !problem && count > INT64_MAX)
            problem = "is too large";
        value->i = (int64_t)count;
        value->x = (double)count;
    }
    return problem ? value_error(reader, label, node, problem) : status;
}

static enum status read_value(struct form *form, const struct cairn_param *param, const char *label,
                              const struct yaml_node *node, struct cairn_value *value)
{
    const struct value_reader *reader = form->reader;
    enum status status = STATUS_OK;
    unsigned choice = 0;
    switch (param->unit) {
    case CAIRN_MTBF:
        return read_mtbf(reader, label, node, form->controller, value);
    case CAIRN_NAMES:
    case CAIRN_FRACTIONS:
        return read_list(reader, param, label, node, value);
    case CAIRN_TEXTS:
        return text_form_texts(reader, label, node, value);
    case CAIRN_PAIRS:
        return text_form_pairs(reader, label, node, value);
    case CAIRN_CONTROLLER:
        form->inner = node; /* read next, not by recursion */
        form->inner_name = param->name;
        return STATUS_OK;
    case CAIRN_CHOICE:
        status = value_choice(reader, label, node, param->choices, &choice);
        value->i = (int64_t)choice;
        value->x = choice;
        return status;
    case CAIRN_SHAPE:
        status = read_shape(reader, label, node, form->controller, value);
        if (!form->controller->is_shape_given)
            return status;
        break;
    case CAIRN_NUMBER:
    case CAIRN_FRACTION:
    case CAIRN_DURATION:
    case CAIRN_COUNT:
        status = read_scalar(reader, param, label, node, value);
        break;
    }
    return status == STATUS_OK ? range_check(reader, param, label, node, value->x) : status;
}

static enum status unknown_params(const struct form *form)
{
    const struct value_reader *reader = form->reader;
    const struct yaml_node *node = form->node;
    const struct cairn_controller_class *class = form->controller->class;
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
                                "%s %s has no parameter '%.64s'; did you mean '%s'?",
                                form->kind->word, class->name, child->key, nearest);
        else
            status = diag_error(reader->diag, child->key_place,
                                "%s %s has no parameter '%.64s'; it has %s", form->kind->word,
                                class->name, child->key, count > 1 ? bytes : "none at all");
    }
    return status;
}

/* A default as a user would write it: a word, a list or a map. NULL: no memory. */
static struct yaml_node *read_fallback(const struct value_reader *reader, const char *text)
{
    struct source *source = arena_alloc(reader->arena, sizeof *source);
    struct yaml_node *node = NULL;
    if (text[0] != '[' && text[0] != '{')
        return yaml_scalar(reader->arena, text, strlen(text), (struct place){0});
    if (!source)
        return NULL;
    *source = (struct source){"default", text, strlen(text)};
    return yaml_read(source, 0, source->length, reader->arena, reader->diag, &node) == STATUS_OK
               ? node
               : NULL;
}

static enum status read_params(struct form *form)
{
    const struct value_reader *reader = form->reader;
    const struct yaml_node *node = form->node;
    const struct cairn_controller_class *class = form->controller->class;
    enum status status = node->kind == NODE_MAP ? unknown_params(form) : STATUS_OK;
    for (size_t i = 0; class->params[i].name; i++) {
        const struct cairn_param *param = &class->params[i];
        const struct yaml_child *child =
            node->kind == NODE_MAP ? yaml_find(node, param->name) : NULL;
        const struct yaml_node *value = child ? child->value : NULL;
        char label[160];
        assert(i < LIMIT_PARAMS);
        snprintf(label, sizeof label, "%.90s.%.64s", form->path, param->name);
        if (!value && !param->fallback) {
            status = diag_error(reader->diag, node->place, "%s %s needs %s: %s", form->kind->word,
                                class->name, param->name, param->help);
            continue;
        }
        if (!value)
            value = read_fallback(reader, param->fallback);
        if (!value)
            return diag_world(reader->diag, "keep", label, ENOMEM);
        enum status one = read_value(form, param, label, value, &form->controller->values[i]);
        if (one != STATUS_OK)
            status = one;
    }
    return status;
}

/* ---- canonical text ------------------------------------------------------------------------ */

static void add_mtbf(struct text *text, const struct spec_controller *controller, double seconds)
{
    if (controller->mtbf == MTBF_GIVEN) {
        value_add_seconds(text, seconds);
    } else if (controller->mtbf == MTBF_BEFORE) {
        text_add(text, "{before: ");
        text_add_date(text, controller->mtbf_before);
        text_add(text, "}");
    } else {
        text_add(text, "%s", mtbf_words[controller->mtbf == MTBF_HINDSIGHT]);
    }
}

static void add_value(struct text *text, const struct spec_controller *controller, size_t i)
{
    const struct cairn_param *param = &controller->class->params[i];
    const struct cairn_value *value = &controller->values[i];
    text_add(text, ", %s: ", param->name);
    switch (param->unit) {
    case CAIRN_DURATION:
        text_add_exact_duration(text, value->i);
        break;
    case CAIRN_COUNT:
        if (value->i < 0)
            text_add(text, "unlimited");
        else
            text_add(text, "%lld", (long long)value->i);
        break;
    case CAIRN_NUMBER:
    case CAIRN_FRACTION:
        text_add_number(text, value->x);
        break;
    case CAIRN_CHOICE:
        text_add(text, "%s", param->choices[value->i]);
        break;
    case CAIRN_SHAPE:
        if (controller->is_shape_given)
            text_add_number(text, value->x);
        else
            text_add(text, "scenario");
        break;
    case CAIRN_MTBF:
        add_mtbf(text, controller, value->x);
        break;
    case CAIRN_NAMES:
        for (int64_t k = 0; k < value->i; k++)
            text_add(text, "%s%s", k ? ", " : "[", value->names[k]);
        text_add(text, "]");
        break;
    case CAIRN_FRACTIONS:
        for (int64_t k = 0; k < value->i; k++) {
            text_add(text, k ? ", " : "[");
            text_add_number(text, value->numbers[k]);
        }
        text_add(text, "]");
        break;
    case CAIRN_TEXTS:
        text_form_add_texts(text, value);
        break;
    case CAIRN_PAIRS:
        text_form_add_pairs(text, value);
        break;
    case CAIRN_CONTROLLER:
        break; /* it follows, and is closed behind all */
    }
}

/* The chain from outside in. What a controller decorates comes last, so that it can follow. */
static void add_chain(struct text *text, const struct spec_controller *outer)
{
    unsigned open = 0;
    for (const struct spec_controller *c = outer; c; c = c->inner) {
        if (!c->class->params[0].name) {
            text_add(text, "%s", c->class->name);
            continue;
        }
        text_add(text, "{name: %s", c->class->name);
        for (size_t i = 0; c->class->params[i].name; i++)
            add_value(text, c, i);
        open++;
    }
    while (open-- > 0)
        text_add(text, "}");
}

/* Reads the chain; each link's value of the unit CAIRN_CONTROLLER gets the next one. */
static enum status read_chain(const struct value_reader *reader, const struct controller_kind *kind,
                              const struct yaml_node *node, struct spec_controller *outer)
{
    struct form form = {
        .reader = reader, .kind = kind, .path = kind->word, .node = node, .controller = outer};
    for (unsigned depth = 0;; depth++) {
        enum status status = find_class(&form, &form.controller->class);
        if (status == STATUS_OK)
            status = read_params(&form);
        if (status != STATUS_OK || !form.inner)
            return status;
        if (depth == LIMIT_DECORATORS)
            return diag_error(reader->diag, form.node->place,
                              "%s: more than %d controllers one inside the other", form.path,
                              LIMIT_DECORATORS);
        struct spec_controller *inner = arena_alloc(reader->arena, sizeof *inner);
        char *path = arena_alloc(reader->arena, 128);
        if (!inner || !path)
            return diag_world(reader->diag, "keep", "controller", ENOMEM);
        snprintf(path, 128, "%.90s.%.30s", form.path, form.inner_name);
        form.controller->inner = inner;
        form = (struct form){
            .reader = reader, .kind = kind, .path = path, .node = form.inner, .controller = inner};
    }
}

/* Only now are the links where they stay. */
static void tie_chain(struct spec_controller *outer)
{
    for (struct spec_controller *c = outer; c->inner; c = c->inner) {
        c->inner->it = (struct cairn_chosen){c->inner->class, c->inner->values};
        for (size_t i = 0; c->class->params[i].name; i++)
            if (c->class->params[i].unit == CAIRN_CONTROLLER)
                c->values[i].inner = &c->inner->it;
    }
}

enum status controller_form_read_kind(const struct value_reader *reader,
                                      const struct controller_kind *kind,
                                      const struct yaml_node *node, struct spec_controller *read,
                                      const char **canonical)
{
    size_t capacity = 16384;
    enum status status = read_chain(reader, kind, node, read);
    if (status != STATUS_OK)
        return status;
    char *bytes = arena_alloc(reader->arena, capacity);
    if (!bytes)
        return diag_world(reader->diag, "keep", kind->word, ENOMEM);
    struct text text = text_over(bytes, capacity);
    add_chain(&text, read);
    if (text.is_cut)
        return diag_error(reader->diag, node->place, "%s: more than %zu bytes of parameters",
                          kind->word, capacity - 1);
    *canonical = arena_copy(reader->arena, bytes, text.length);
    return *canonical ? STATUS_OK : diag_world(reader->diag, "keep", kind->word, ENOMEM);
}

enum status controller_form_read(const struct value_reader *reader, const struct yaml_node *node,
                                 const char **canonical)
{
    const struct controller_kind kind = {"controller", "policies", TYPE_CONTROLLER,
                                         reader->controllers ? reader->controllers
                                                             : cairn_controllers};
    struct spec_controller read = {0};
    enum status status = controller_form_read_kind(reader, &kind, node, &read, canonical);
    if (status != STATUS_OK)
        return status;
    tie_chain(&read);
    reader->spec->controller = read;
    return STATUS_OK;
}
