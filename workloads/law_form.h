/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws as a scenario writes them: {weibull: {shape: 0.7, mean: 5 y}}.
 *
 * A one-key map names the law; inside stand its parameters, in either form where both are usual (a
 * Weibull's scale or its mean, a lognormal's median or its mean). */
#ifndef CAIRN_WORKLOADS_LAW_FORM_H
#define CAIRN_WORKLOADS_LAW_FORM_H

#include "workloads/value.h"

enum law_param_type { PARAM_SECONDS, PARAM_NUMBER, PARAM_SECONDS_LIST, PARAM_NUMBER_LIST };

struct law_param {
    const char *name; /* NULL ends the list */
    enum law_param_type type;
    bool is_alternative; /* to the parameter before it: exactly one of the two */
};

#define LAW_PARAMS 4

struct law_form {
    const char *name;
    enum law_kind kind;
    bool is_bare; /* {exponential: 1 d}: the first parameter alone, without its name */
    struct law_param params[LAW_PARAMS];
    const char *example;
};

#define LAW_FORMS 8
extern const struct law_form law_forms[LAW_FORMS];

/* Reads a law, prepared, into *law; *canonical gets its text. */
enum status law_form_read(const struct value_reader *reader, const char *label,
                          const struct yaml_node *node, struct law *law, const char **canonical);

#endif
