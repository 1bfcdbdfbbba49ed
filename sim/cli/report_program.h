/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a report says of a pipeline only: what it is, who decides, and its functions one by one. */
#ifndef CAIRN_CLI_REPORT_PROGRAM_H
#define CAIRN_CLI_REPORT_PROGRAM_H

#include "sim/cli/report.h"

/* "3 nodes; 2 tasks, 1 actor class with 2 methods, a driver of 9 statements" */
void report_program_add(struct text *text, const struct spec *spec);
/* In place of a group's head and controller. */
void report_program_head(struct sink *out, const struct prepared *prepared,
                         const struct cell *cell);
/* A line of calls, actors, objects, items, where there are any. */
void report_program_counts(struct sink *out, const struct summary *summary);
/* A table of the first replication; nothing where it would cost more than it is worth. */
enum status report_program_functions(struct cli *cli, const struct cell *cell);

#endif
