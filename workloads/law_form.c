/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws: from a one-key map to a prepared struct law.
 *
 * The table says which parameters a law has; the conversions of means are those of any textbook:
 * E[Weibull] = scale Gamma(1 + 1/shape), E[lognormal] = median exp(sigma^2 / 2). Invariant: a law
 * that is handed out has passed law_prepare. */
#include "workloads/law_form.h"
#include "sim/base/fmath.h"
#include "sim/base/sort.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

const struct law_form law_forms[LAW_FORMS] = {
    {"exponential", LAW_EXPONENTIAL, true, {{"mean", PARAM_SECONDS, false}}, "{exponential: 1 d}"},
    {"weibull",
     LAW_WEIBULL,
     false,
     {{"shape", PARAM_NUMBER, false},
      {"mean", PARAM_SECONDS, false},
      {"scale", PARAM_SECONDS, true}},
     "{weibull: {shape: 0.7, mean: 5 y}}"},
    {"lognormal",
     LAW_LOGNORMAL,
     false,
     {{"sigma", PARAM_NUMBER, false},
      {"median", PARAM_SECONDS, false},
      {"mean", PARAM_SECONDS, true}},
     "{lognormal: {sigma: 1.2, median: 1 h}}"},
    {"pareto",
     LAW_PARETO,
     false,
     {{"alpha", PARAM_NUMBER, false}, {"minimum", PARAM_SECONDS, false}},
     "{pareto: {alpha: 1.5, minimum: 10 min}}"},
    {"uniform",
     LAW_UNIFORM,
     false,
     {{"low", PARAM_SECONDS, false}, {"high", PARAM_SECONDS, false}},
     "{uniform: {low: 1 h, high: 3 h}}"},
    {"constant", LAW_CONSTANT, true, {{"value", PARAM_SECONDS, false}}, "{constant: 1 h}"},
    {"hyperexponential",
     LAW_HYPEREXPONENTIAL,
     false,
     {{"weights", PARAM_NUMBER_LIST, false}, {"means", PARAM_SECONDS_LIST, false}},
     "{hyperexponential: {weights: [0.7, 0.3], means: [1 h, 10 d]}}"},
    {"empirical",
     LAW_EMPIRICAL,
     true,
     {{"values", PARAM_SECONDS_LIST, false}},
     "{empirical: [1 h, 2 h, 5 d]}"},
};

/* Parameters as read, in the order of the form. */
struct given {
    const struct yaml_node *nodes[LAW_PARAMS];
    double values[LAW_PARAMS];
    double *lists[LAW_PARAMS];
    uint32_t counts[LAW_PARAMS];
};

static bool is_list(enum law_param_type type)
{
    return type == PARAM_SECONDS_LIST || type == PARAM_NUMBER_LIST;
}

/* ---- reading ------------------------------------------------------------------------------- */

static const struct law_form *form_of(const struct value_reader *reader, const char *label,
                                      const struct yaml_child *child)
{
    const char *names[LAW_FORMS];
    for (size_t i = 0; i < LAW_FORMS; i++) {
        names[i] = law_forms[i].name;
        if (strcmp(child->key, names[i]) == 0)
            return &law_forms[i];
    }
    const char *nearest = text_nearest(child->key, child->key_length, names, LAW_FORMS);
    if (nearest)
        diag_error(reader->diag, child->key_place, "%s: unknown law '%.64s'; did you mean '%s'?",
                   label, child->key, nearest);
    else
        diag_error(reader->diag, child->key_place,
                   "%s: unknown law '%.64s'; known: exponential, weibull, lognormal, pareto, "
                   "uniform, constant, hyperexponential, empirical",
                   label, child->key);
    return NULL;
}

static enum status find_form(const struct value_reader *reader, const char *label,
                             const struct yaml_node *node, const struct law_form **form)
{
    if (node->kind != NODE_MAP)
        return node->kind == NODE_SCALAR && node->length > 0
                   ? diag_error(reader->diag, node->place,
                                "%s: '%.64s' is no law; write it as in "
                                "'{exponential: 1 d}'",
                                label, node->text)
                   : diag_error(reader->diag, node->place, "%s: this is %s; expected %s", label,
                                yaml_kind_name(node), schema_expectation(TYPE_LAW));
    if (node->count != 1)
        return diag_error(reader->diag, node->place,
                          "%s: a law is a map of one key, its name, as in '{weibull: {shape: 0.7, "
                          "mean: 5 y}}'; this map has %u",
                          label, node->count);
    *form = form_of(reader, label, node->children);
    return *form ? STATUS_OK : STATUS_INPUT;
}

static enum status read_list(const struct value_reader *reader, const char *label,
                             const struct yaml_node *node, const struct law_param *param,
                             double **list, uint32_t *count)
{
    uint32_t limit = param->type == PARAM_NUMBER_LIST || strcmp(param->name, "means") == 0
                         ? LIMIT_MIXTURE
                         : LIMIT_EMPIRICAL;
    uint32_t n = 0;
    if (node->kind != NODE_LIST)
        return diag_error(reader->diag, node->place, "%s: this is %s; expected a list", label,
                          yaml_kind_name(node));
    if (node->count == 0 || node->count > limit)
        return diag_error(reader->diag, node->place, "%s: %u values; from 1 to %u are allowed",
                          label, node->count, limit);
    double *values = arena_array(reader->arena, node->count, sizeof *values);
    if (!values)
        return diag_world(reader->diag, "keep", label, ENOMEM);
    for (const struct yaml_child *child = node->children; child; child = child->next, n++) {
        enum status status = param->type == PARAM_NUMBER_LIST
                                 ? value_number(reader, label, child->value, &values[n])
                                 : value_seconds(reader, label, child->value, false, &values[n]);
        if (status == STATUS_OK && values[n] <= 0)
            status = value_error(reader, label, child->value, "must be more than 0");
        if (status != STATUS_OK)
            return status;
    }
    *list = values;
    *count = n;
    return STATUS_OK;
}

static enum status read_param(const struct value_reader *reader, const char *label,
                              const struct yaml_node *node, const struct law_param *param,
                              struct given *given, size_t i)
{
    enum status status;
    given->nodes[i] = node;
    if (is_list(param->type))
        return read_list(reader, label, node, param, &given->lists[i], &given->counts[i]);
    if (param->type == PARAM_SECONDS)
        return value_seconds(reader, label, node, strcmp(param->name, "low") == 0,
                             &given->values[i]);
    status = value_number(reader, label, node, &given->values[i]);
    if (status == STATUS_OK && given->values[i] <= 0)
        status = value_error(reader, label, node, "must be more than 0");
    return status;
}

static size_t find_param(const struct law_form *form, const char *name)
{
    size_t i = 0;
    while (i < LAW_PARAMS && form->params[i].name && strcmp(form->params[i].name, name) != 0)
        i++;
    return i < LAW_PARAMS && form->params[i].name ? i : LAW_PARAMS;
}

static enum status unknown_param(const struct value_reader *reader, const char *label,
                                 const struct law_form *form, const struct yaml_child *child)
{
    char bytes[128];
    struct text text = text_over(bytes, sizeof bytes);
    for (size_t i = 0; i < LAW_PARAMS && form->params[i].name; i++)
        text_add(&text, "%s%s",
                 i == 0                           ? ""
                 : form->params[i].is_alternative ? " or "
                                                  : ", ",
                 form->params[i].name);
    return diag_error(reader->diag, child->key_place, "%s: %s has no parameter '%.64s'; it has %s",
                      label, form->name, child->key, bytes);
}

static enum status read_params(const struct value_reader *reader, const char *label,
                               const struct law_form *form, const struct yaml_node *inner,
                               struct given *given)
{
    enum status status = STATUS_OK;
    char bytes[160];
    if (inner->kind != NODE_MAP && form->is_bare &&
        (inner->kind == NODE_LIST) == is_list(form->params[0].type)) {
        snprintf(bytes, sizeof bytes, "%s.%s", label, form->name);
        return read_param(reader, bytes, inner, &form->params[0], given, 0);
    }
    if (inner->kind != NODE_MAP)
        return diag_error(reader->diag, inner->place, "%s: %s needs its parameters, as in '%s'",
                          label, form->name, form->example);
    for (const struct yaml_child *child = inner->children; child; child = child->next) {
        size_t i = find_param(form, child->key);
        snprintf(bytes, sizeof bytes, "%s.%s.%.32s", label, form->name, child->key);
        enum status one = i < LAW_PARAMS
                              ? read_param(reader, bytes, child->value, &form->params[i], given, i)
                              : unknown_param(reader, label, form, child);
        if (one != STATUS_OK)
            status = one;
    }
    return status;
}

/* Exactly one of each parameter and its alternative. */
static enum status check_params(const struct value_reader *reader, const char *label,
                                const struct law_form *form, const struct given *given,
                                struct place place)
{
    for (size_t i = 0; i < LAW_PARAMS && form->params[i].name; i++) {
        bool has_other =
            i + 1 < LAW_PARAMS && form->params[i + 1].name && form->params[i + 1].is_alternative;
        if (form->params[i].is_alternative) {
            if (given->nodes[i] && given->nodes[i - 1])
                return diag_error(reader->diag, given->nodes[i]->place,
                                  "%s: %s takes %s or %s, not both", label, form->name,
                                  form->params[i - 1].name, form->params[i].name);
            continue;
        }
        if (given->nodes[i] || (has_other && given->nodes[i + 1]))
            continue;
        return has_other ? diag_error(reader->diag, place, "%s: %s needs %s or %s, as in '%s'",
                                      label, form->name, form->params[i].name,
                                      form->params[i + 1].name, form->example)
                         : diag_error(reader->diag, place, "%s: %s needs %s, as in '%s'", label,
                                      form->name, form->params[i].name, form->example);
    }
    return STATUS_OK;
}

/* ---- to a law ------------------------------------------------------------------------------ */

static int compare_values(const void *a, const void *b, const void *context)
{
    double x = *(const double *)a, y = *(const double *)b;
    (void)context;
    return (x > y) - (x < y);
}

static enum status fill_mixture(const struct value_reader *reader, const char *label,
                                const struct given *given, struct law *law)
{
    if (given->counts[0] != given->counts[1])
        return diag_error(reader->diag, given->nodes[1]->place,
                          "%s: hyperexponential has %u weights and %u means", label,
                          given->counts[0], given->counts[1]);
    law->count = given->counts[0];
    memcpy(law->weights, given->lists[0], law->count * sizeof(double));
    memcpy(law->means, given->lists[1], law->count * sizeof(double));
    return STATUS_OK;
}

static enum status fill_empirical(const struct value_reader *reader, const char *label,
                                  const struct given *given, struct law *law)
{
    double *scratch = arena_array(reader->arena, given->counts[0], sizeof *scratch);
    if (!scratch)
        return diag_world(reader->diag, "keep", label, ENOMEM);
    sort_stable(given->lists[0], given->counts[0], sizeof(double), compare_values, NULL, scratch);
    law->count = given->counts[0];
    law->values = given->lists[0];
    return STATUS_OK;
}

static enum status fill(const struct value_reader *reader, const char *label,
                        const struct law_form *form, const struct given *given, struct law *law)
{
    const double *v = given->values;
    switch (form->kind) {
    case LAW_EXPONENTIAL:
    case LAW_CONSTANT:
        law->scale = v[0];
        return STATUS_OK;
    case LAW_WEIBULL:
        law->shape = v[0];
        law->scale = given->nodes[1] ? v[1] / fmath_gamma(1 + 1 / v[0]) : v[2];
        return STATUS_OK;
    case LAW_LOGNORMAL:
        law->shape = v[0];
        law->scale = given->nodes[1] ? v[1] : v[2] * fmath_exp(-v[0] * v[0] / 2);
        return STATUS_OK;
    case LAW_PARETO:
        law->shape = v[0];
        law->scale = v[1];
        return STATUS_OK;
    case LAW_UNIFORM:
        law->low = v[0];
        law->scale = v[1];
        return STATUS_OK;
    case LAW_HYPEREXPONENTIAL:
        return fill_mixture(reader, label, given, law);
    case LAW_EMPIRICAL:
        break;
    }
    return fill_empirical(reader, label, given, law);
}

/* ---- canonical text ------------------------------------------------------------------------ */

static void add_param(struct text *text, const struct law_param *param, const struct given *given,
                      size_t i)
{
    if (!is_list(param->type)) {
        if (param->type == PARAM_SECONDS)
            value_add_seconds(text, given->values[i]);
        else
            text_add_number(text, given->values[i]);
        return;
    }
    for (uint32_t k = 0; k < given->counts[i]; k++) {
        text_add(text, "%s", k ? ", " : "[");
        if (param->type == PARAM_SECONDS_LIST)
            value_add_seconds(text, given->lists[i][k]);
        else
            text_add_number(text, given->lists[i][k]);
    }
    text_add(text, "]");
}

static enum status format(const struct value_reader *reader, const char *label,
                          const struct law_form *form, const struct given *given,
                          const char **canonical)
{
    size_t capacity = 512 + 40 * ((size_t)given->counts[0] + given->counts[1]);
    char *bytes = arena_alloc(reader->arena, capacity);
    const char *separator = "";
    if (!bytes)
        return diag_world(reader->diag, "keep", label, ENOMEM);
    struct text text = text_over(bytes, capacity);
    text_add(&text, "{%s: %s", form->name, form->is_bare ? "" : "{");
    for (size_t i = 0; i < LAW_PARAMS && form->params[i].name; i++) {
        if (!given->nodes[i])
            continue;
        if (!form->is_bare)
            text_add(&text, "%s%s: ", separator, form->params[i].name);
        add_param(&text, &form->params[i], given, i);
        separator = ", ";
    }
    text_add(&text, "%s", form->is_bare ? "}" : "}}");
    assert(!text.is_cut);
    *canonical = bytes;
    return STATUS_OK;
}

enum status law_form_read(const struct value_reader *reader, const char *label,
                          const struct yaml_node *node, struct law *law, const char **canonical)
{
    const struct law_form *form = NULL;
    struct given given = {0};
    struct law read = {0};
    enum status status = find_form(reader, label, node, &form);
    if (status != STATUS_OK)
        return status;
    const struct yaml_node *inner = node->children->value;
    status = read_params(reader, label, form, inner, &given);
    if (status == STATUS_OK)
        status = check_params(reader, label, form, &given, inner->place);
    read.kind = form->kind;
    if (status == STATUS_OK)
        status = fill(reader, label, form, &given, &read);
    if (status != STATUS_OK)
        return status;
    const char *problem = law_prepare(&read);
    if (problem)
        return diag_error(reader->diag, inner->place, "%s: %s: %s", label, form->name, problem);
    status = format(reader, label, form, &given, canonical);
    if (status == STATUS_OK)
        *law = read;
    return status;
}
