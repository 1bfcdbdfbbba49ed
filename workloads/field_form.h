/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps of known keys, such as {time: 2 s, cpu: 1, retries: 3}: one row for each key.
 *
 * What schema.h is for a scenario, this is for the things inside a pipeline, of which there may be
 * any number under names of the user's own. From a table come reading, defaults, messages,
 * canonical text, help and JSON Schema. */
#ifndef CAIRN_WORKLOADS_FIELD_FORM_H
#define CAIRN_WORKLOADS_FIELD_FORM_H

#include "sim/base/io.h"
#include "workloads/value.h"

enum field_type {
    FIELD_TIME,     /* struct amount, ns */
    FIELD_SIZE,     /* struct amount, bytes */
    FIELD_COUNT32,  /* uint32_t */
    FIELD_COUNT64,  /* uint64_t */
    FIELD_TRIES,    /* int32_t; `unlimited` is PROGRAM_FOR_EVER */
    FIELD_SIGNED,   /* int32_t */
    FIELD_BOOL,     /* bool */
    FIELD_FRACTION, /* int32_t, millionths */
    FIELD_MOMENT,   /* int32_t, millionths of a call: start, end or a fraction */
    FIELD_SHARE,    /* int64_t, in 1/CAIRN_WHOLE of a processor, accelerator, … */
    FIELD_MEMORY,   /* int64_t, bytes */
    FIELD_CHOICE,   /* unsigned; choices in its order */
    FIELD_EITHER,   /* bool; two choices, false first */
    FIELD_PATIENCE, /* struct patience; not said: no end */
    FIELD_NODE,     /* uint32_t, a node of the cluster and 1: zero is none */
    FIELD_OWN,      /* read, and written, by who owns the table */
};

struct field {
    const char *name;
    enum field_type type;
    size_t offset;
    /* As a user would write it; "": zero, and left out of the canonical text; NULL: required (of
     * FIELD_OWN its owner says so). */
    const char *fallback;
    double min, max; /* of counts; max 0: no limit but the type's */
    const char *const *choices;
    const char *help;
};

struct field_set {
    const char *noun; /* "a task", for messages */
    const struct field *fields;
    size_t count;
};

/* Reads the map `node` into the struct at `into`; what is not said gets its default. `path` names
 * the map in messages. All mistakes are said; FIELD_OWN and unknown keys are looked at too. */
enum status field_form_read(const struct value_reader *reader, const char *path,
                            const struct yaml_node *node, const struct field_set *set, void *into);
/* One value by its row. */
enum status field_form_read_one(const struct value_reader *reader, const char *label,
                                const struct yaml_node *node, const struct field *field,
                                void *into);
/* "PATH: NOUN has no 'KEY'; did you mean …" for each key that is not in the set. */
enum status field_form_check_keys(const struct value_reader *reader, const char *path,
                                  const struct yaml_node *node, const struct field_set *set);
/* "time: 2 s, cpu: 1", without FIELD_OWN; `separator` stands before the first. */
void field_form_add(struct text *text, const char *separator, const struct field_set *set,
                    const void *from);
/* What a value of this type looks like: "true or false". */
const char *field_form_expectation(enum field_type type);

/* NULL, or why this cannot be a name of the user's own: of a task, an actor, a variable. */
const char *field_form_name_problem(const char *text, size_t length);
/* The name that is likely meant by an unknown word of the language, or NULL: text_nearest, and
 * beyond it what the same is called in Ray ("num_cpus") or elsewhere. */
const char *field_form_nearest(const char *name, size_t length, const char *const *names,
                               size_t count);
/* "a, b, c" or, where something is near, "did you mean 'b'?", after the sentence's semicolon. */
void field_form_suggest(struct text *text, const char *known, const char *name, size_t length,
                        const char *const *names, size_t count);

#endif
