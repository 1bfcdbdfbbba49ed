/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --decisions FILE: every decision of a cell's replications, in a file beside the answer. */
#ifndef CAIRN_CLI_TELL_H
#define CAIRN_CLI_TELL_H

#include "sim/cli/prepare.h"

/* Can the file be written, is there such a replication? Asked before the runs. */
enum status tell_check(struct cli *cli, const struct prepared *prepared);
/* Runs the first cell's replications (or --rep) once more and writes what was decided. */
enum status tell_write(struct cli *cli, const struct prepared *prepared);

#endif
