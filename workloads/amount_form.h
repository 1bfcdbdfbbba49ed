/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Amounts as a scenario writes them: 2 s, or [2 s, 1 s], or {exponential: 10 s}.
 *
 * One value, a list that is gone through call by call, or a law. The same three forms serve times
 * and sizes: {exponential: 12 MB} is a law of bytes. */
#ifndef CAIRN_WORKLOADS_AMOUNT_FORM_H
#define CAIRN_WORKLOADS_AMOUNT_FORM_H

#include "sim/model/program.h"
#include "workloads/value.h"

enum amount_unit { AMOUNT_TIME, AMOUNT_BYTES };

/* `label` names it in messages. *amount is untouched on an error. */
enum status amount_form_read(const struct value_reader *reader, const char *label,
                             const struct yaml_node *node, enum amount_unit unit,
                             struct amount *amount);
/* Canonical text of an amount that amount_form_read has made. */
void amount_form_add(struct text *text, const struct amount *amount, enum amount_unit unit);

#endif
