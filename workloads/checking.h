/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the checks between keys have in common: the scenario, and how a check asks it. */
#ifndef CAIRN_WORKLOADS_CHECKING_H
#define CAIRN_WORKLOADS_CHECKING_H

#include "sim/base/arena.h"
#include "workloads/scenario.h"
#include <string.h>

struct check {
    const struct scenario *scenario;
    const struct spec *spec;
    struct arena *arena;
    struct diag *diag;
};

static inline bool is_good(const struct check *check, enum schema_id a, enum schema_id b)
{
    return check->scenario->values[a].is_good && check->scenario->values[b].is_good;
}

/* Did the user say it, in a file or with --set? */
static inline bool is_said(const struct check *check, enum schema_id id)
{
    return check->scenario->values[id].node && !check->scenario->values[id].is_absent;
}

/* Did the user say it, and other than the default? Then it must mean something. */
static inline bool is_changed(const struct check *check, enum schema_id id)
{
    const struct scenario_value *value = &check->scenario->values[id];
    return value->node && value->is_good && strcmp(value->text, schema_keys[id].fallback) != 0;
}

static inline bool is_present(const struct check *check, enum schema_id id)
{
    return !check->scenario->values[id].is_absent;
}

static inline const char *text_of(const struct check *check, enum schema_id id)
{
    return check->scenario->values[id].text;
}

/* The place of a, or of b where a is a default. */
static inline struct place at(const struct check *check, enum schema_id a, enum schema_id b)
{
    const struct scenario_value *values = check->scenario->values;
    return values[a].place.source ? values[a].place : values[b].place;
}

/* Failures, their laws, predictions and traces (check_faults.c). */
void check_faults(const struct check *check);

#endif
