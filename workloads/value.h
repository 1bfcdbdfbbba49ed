/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One value of a scenario: from a node to its field in the spec, and back to canonical text.
 *
 * Canonical text is what --print-effective shows and what the digest covers: two ways of writing
 * the same quantity ("60 min", "1 h") come out the same, and reading it gives the same bits. */
#ifndef CAIRN_WORKLOADS_VALUE_H
#define CAIRN_WORKLOADS_VALUE_H

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/base/text.h"
#include "sim/model/spec.h"
#include "workloads/schema.h"
#include "workloads/yaml.h"

/* What readers of values work with. */
struct value_reader {
    struct arena *arena;
    struct diag *diag;
    struct spec *spec;
    const struct cairn_controller_class *const *controllers; /* known ones; NULL: the built-in */
};

/* Checks `node` by the key's row and stores it into reader->spec. *is_absent: it was the word for
 * "not given". *canonical gets its text (arena). On an error the spec is untouched. */
enum status value_read(const struct value_reader *reader, const struct schema_key *key,
                       const struct yaml_node *node, bool *is_absent, const char **canonical);
/* Canonical text of a field that is no law and no controller, as it stands in the spec. */
enum status value_format(const struct value_reader *reader, const struct schema_key *key,
                         const char **canonical);

/* ---- shared with laws and controllers; `label` names the value in messages ----------------- */

/* Is it a scalar that says something? Otherwise the error, with what was expected. */
enum status value_scalar(const struct value_reader *reader, const char *label,
                         const struct yaml_node *node, const char *expected);
/* "LABEL: 'TEXT' PROBLEM" at the node. */
enum status value_error(const struct value_reader *reader, const char *label,
                        const struct yaml_node *node, const char *problem);
/* Seconds > 0 (>= 0 with may_be_zero), without the 292 y end. */
enum status value_seconds(const struct value_reader *reader, const char *label,
                          const struct yaml_node *node, bool may_be_zero, double *seconds);
enum status value_number(const struct value_reader *reader, const char *label,
                         const struct yaml_node *node, double *number);
/* Index of the scalar among words (NULL-terminated). */
enum status value_choice(const struct value_reader *reader, const char *label,
                         const struct yaml_node *node, const char *const *words, unsigned *index);
enum status value_date(const struct value_reader *reader, const char *label,
                       const struct yaml_node *node, int64_t *date);
/* The shortest text that text_to_seconds reads back to the same double. */
void value_add_seconds(struct text *text, double seconds);

#endif
