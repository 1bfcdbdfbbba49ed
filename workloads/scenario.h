/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scenario: from files and --set to a checked spec, and where each value came from.
 *
 *     scenario_read    files and imports into a document: syntax, once a command
 *     axis_split       each --set into an axis
 *     scenario_build   document + one pick per axis into a scenario, once a cell: every key checked
 *                      by the schema, then against the others
 *
 * No globals; all memory comes from the arena passed in, which must outlive the result. All
 * mistakes of a scenario are said at once, at most LIMIT_DIAG_ERRORS of them. */
#ifndef CAIRN_WORKLOADS_SCENARIO_H
#define CAIRN_WORKLOADS_SCENARIO_H

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/base/digest.h"
#include "sim/base/io.h"
#include "sim/model/spec.h"
#include "workloads/axis.h"
#include "workloads/schema.h"
#include "workloads/yaml.h"

/* One file: the scenario itself, or what it imports. */
struct scenario_layer {
    const struct source *source;
    struct yaml_node *root;
    const char *folder; /* in which its paths are relative: "" or "base/", seen from the top file */
};

struct scenario_document {
    struct scenario_layer layers[LIMIT_IMPORT_DEPTH + 1]; /* [0] is the top file */
    uint32_t count;
    const char *folder; /* of the top file: "" or "studies/" */
    const char *name;   /* its name without folder and ".yaml" */
    /* Controllers that it may name, NULL-terminated; NULL: those of policies/registry.h. */
    const struct cairn_controller_class *const *controllers;
};

enum scenario_origin { ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_SET, ORIGIN_DERIVED };

struct scenario_value {
    const struct yaml_node *node; /* NULL: a default */
    struct place place;           /* of the value; source NULL for a default */
    enum scenario_origin origin;
    const char *folder; /* of the layer, for paths */
    const char *text;   /* canonical */
    const char *note;   /* how it was derived */
    bool is_absent;     /* the word for "not given" */
    bool is_good;       /* read without an error */
};

struct scenario {
    struct spec spec;
    const struct source *source; /* the top file, for messages about the whole */
    struct scenario_value values[SCHEMA_KEYS];
};

/* path: a file, "-" for standard input, or the name of a built-in scenario ("builtin:NAME" too). */
enum status scenario_read(const char *path, struct arena *arena, struct diag *diag,
                          struct scenario_document *document);
/* Sets a top-level key aside, in the scenario and in all that it imports. */
void scenario_forget(struct scenario_document *document, const char *key);
/* Later picks win over earlier ones. Warnings may be said on success too. */
enum status scenario_build(const struct scenario_document *document, const struct axis_pick *picks,
                           size_t count, struct arena *arena, struct diag *diag,
                           struct scenario *scenario);

/* Where the value of "workload.group.checkpoint" (or "controller.mtbf") was given; source NULL for
 * a default or a derived value. */
struct place scenario_place(const struct scenario *scenario, const char *key);
/* "default", "lab.yaml:7", "--set" or "derived: 1 s + 10 TiB at 1.2 TB/s", into bytes. */
void scenario_origin(const struct scenario *scenario, enum schema_id id, char *bytes,
                     size_t capacity);
/* The complete scenario as YAML, each value with its origin as a comment. */
void scenario_print_effective(const struct scenario *scenario, struct sink *sink);
/* Over the canonical text of all that changes a run: not name, summary and replications. A trace
 * counts by its path here; its contents have a digest of their own. */
struct digest_value scenario_digest(const struct scenario *scenario);

#endif
