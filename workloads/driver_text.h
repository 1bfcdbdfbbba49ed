/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements as canonical text: what driver_form reads to the same statements.
 *
 * Flow style on one line, words in one order, defaults left out; however a user has written it. */
#ifndef CAIRN_WORKLOADS_DRIVER_TEXT_H
#define CAIRN_WORKLOADS_DRIVER_TEXT_H

#include "workloads/driver_form.h"

/* "[{run: load, as: data}, …]" of the statements of this job. */
void driver_text_add(struct text *text, const struct driver *driver, const struct program_job *job);

#endif
