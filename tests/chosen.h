/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values for any controller, by its own table: the defaults, or whatever a random number says.
 *
 * So that a new controller is in every property test on the day it is listed. What has no default
 * gets a value that suits steps of a few seconds: an interval of 50 s, a list of one step. */
#ifndef CAIRN_TESTS_CHOSEN_H
#define CAIRN_TESTS_CHOSEN_H

#include "policies/registry.h"
#include "sim/base/limits.h"
#include "sim/base/text.h"
#include <string.h>

struct chosen {
    const struct cairn_controller_class *class;
    struct cairn_value values[LIMIT_PARAMS];
    struct cairn_chosen inner;
    struct cairn_value inner_values[LIMIT_PARAMS];
};

static const char *const chosen_names[] = {"step"};
static const double chosen_fractions[] = {0.25, 0.5, 0.75};

static inline struct cairn_value chosen_seconds(double seconds)
{
    return (struct cairn_value){.i = simtime_from_seconds(seconds), .x = seconds};
}

/* A parameter's default, or a value that will do. mtbf stands for the scenario's. */
static inline struct cairn_value chosen_value(const struct cairn_param *p, double mtbf)
{
    const char *text = p->fallback ? p->fallback : "";
    struct cairn_value value = {0};
    uint64_t count = 0;
    switch (p->unit) {
    case CAIRN_DURATION:
        if (text_to_duration(text, strlen(text), &value.i))
            return chosen_seconds(50);
        value.x = simtime_seconds(value.i);
        break;
    case CAIRN_COUNT:
        value.i = text_to_count(text, strlen(text), &count) ? 3 : (int64_t)count;
        value.x = (double)value.i;
        break;
    case CAIRN_NUMBER:
        value.x = text_to_number(text, strlen(text), &value.x) ? 1 : value.x;
        break;
    case CAIRN_FRACTION:
        value.x = text_to_fraction(text, strlen(text), &value.x) ? 0.5 : value.x;
        break;
    case CAIRN_SHAPE:
        value.x = 0.7;
        break;
    case CAIRN_CHOICE:
        while (p->choices[value.i] && strcmp(p->choices[value.i], text) != 0)
            value.i++;
        value.i = p->choices[value.i] ? value.i : 0;
        break;
    case CAIRN_MTBF:
        return chosen_seconds(mtbf);
    case CAIRN_NAMES:
        value.i = 1;
        value.names = chosen_names;
        break;
    case CAIRN_FRACTIONS:
        value.i = 3;
        value.numbers = chosen_fractions;
        break;
    case CAIRN_TEXTS:
        value.i = 1;
        value.names = chosen_names;
        break;
    case CAIRN_PAIRS:
    case CAIRN_CONTROLLER:
        break; /* no pairs; chosen_defaults ties a controller */
    }
    return value;
}

static inline void chosen_fill(const struct cairn_controller_class *class, double mtbf,
                               struct cairn_value *values)
{
    for (unsigned i = 0; class->params[i].name; i++)
        values[i] = chosen_value(&class->params[i], mtbf);
}

/* Index of the parameter that takes another controller, or -1. */
static inline int chosen_decorates(const struct cairn_controller_class *class)
{
    for (int i = 0; class->params[i].name; i++)
        if (class->params[i].unit == CAIRN_CONTROLLER)
            return i;
    return -1;
}

/* Ties `inner`, with the values in chosen->inner_values, to a class that decorates. */
static inline void chosen_tie(struct chosen *c, const char *inner)
{
    int at = chosen_decorates(c->class);
    c->inner = (struct cairn_chosen){cairn_controller_find(inner), c->inner_values};
    if (at >= 0)
        c->values[at].inner = &c->inner;
}

/* Every parameter at its default; a decorator holds a fixed interval. */
static inline void chosen_defaults(struct chosen *c, const char *name, double mtbf)
{
    *c = (struct chosen){.class = cairn_controller_find(name)};
    chosen_fill(c->class, mtbf, c->values);
    chosen_fill(cairn_controller_find("fixed"), mtbf, c->inner_values);
    chosen_tie(c, "fixed");
}

/* A random value within the parameter's range; u is uniform in [0, 1). */
static inline struct cairn_value chosen_random(const struct cairn_param *p, double u)
{
    struct cairn_value value = chosen_value(p, 2 + 118 * u);
    bool has_range = p->min != 0 || p->max != 0;
    double low = has_range ? p->min : 0.01, high = has_range && p->max < 20 ? p->max : 20;
    int64_t choices = 0;
    switch (p->unit) {
    case CAIRN_DURATION:
        if (strcmp(p->name, "min_interval") != 0)
            value = chosen_seconds(2 + 118 * u);
        break;
    case CAIRN_COUNT:
        low = has_range && p->min > 1 ? p->min : 1;
        value.i = (int64_t)(low + 5 * u);
        value.x = (double)value.i;
        break;
    case CAIRN_NUMBER:
    case CAIRN_FRACTION:
    case CAIRN_SHAPE:
        value.x = low + (high - low) * u;
        if (p->unit == CAIRN_FRACTION && value.x > 1)
            value.x = u;
        if (p->unit == CAIRN_SHAPE)
            value.x = 0.5 + 1.5 * u;
        break;
    case CAIRN_CHOICE:
        while (p->choices[choices])
            choices++;
        value.i = (int64_t)(u * (double)choices);
        break;
    case CAIRN_MTBF:
    case CAIRN_NAMES:
    case CAIRN_FRACTIONS:
    case CAIRN_CONTROLLER:
    case CAIRN_TEXTS:
    case CAIRN_PAIRS:
        break;
    }
    return value;
}

#endif
