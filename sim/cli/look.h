/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One replication of a program looked at: `--events FILE` and `--timeline` of run and replay. */
#ifndef CAIRN_CLI_LOOK_H
#define CAIRN_CLI_LOOK_H

#include "sim/cli/prepare.h"

/* Asked before the runs: can what is asked for be told, and written? */
enum status look_check(struct cli *cli, const struct prepared *prepared);
/* After them: writes the file, of replication --rep (default 0). */
enum status look_write(struct cli *cli, const struct prepared *prepared);
/* Below the report: who did what when in that replication. */
enum status look_draw(struct cli *cli, const struct prepared *prepared);

#endif
