/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts and pairs: parameters of a controller that are words of the user's own.
 *
 *     process: [python3, my.py]        params: {factor: 2, mode: fast}
 *
 * Nothing is interpreted: whoever takes them knows what they mean. */
#ifndef CAIRN_WORKLOADS_TEXT_FORM_H
#define CAIRN_WORKLOADS_TEXT_FORM_H

#include "workloads/value.h"

/* A list of 1 to LIMIT_LIST texts, or one text; all memory is the arena's. */
enum status text_form_texts(const struct value_reader *reader, const char *label,
                            const struct yaml_node *node, struct cairn_value *value);
/* A map of at most LIMIT_LIST keys to texts, which may be empty. */
enum status text_form_pairs(const struct value_reader *reader, const char *label,
                            const struct yaml_node *node, struct cairn_value *value);
/* As it is read back: ["python3", "my.py"], {"factor": "2"}. */
void text_form_add_texts(struct text *text, const struct cairn_value *value);
void text_form_add_pairs(struct text *text, const struct cairn_value *value);

#endif
