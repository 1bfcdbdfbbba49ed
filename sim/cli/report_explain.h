/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What cairn explain says: for a person at two in the morning, and for a script. */
#ifndef CAIRN_CLI_REPORT_EXPLAIN_H
#define CAIRN_CLI_REPORT_EXPLAIN_H

#include "sim/campaign/explain.h"
#include "sim/cli/report.h"

/* One replication. */
void report_explain(struct cli *cli, const struct prepared *prepared,
                    const struct explanation *explanation);
/* The same replication with one decision changed, against what it was; `change` in the user's
 * words; room for the shifts of both. */
void report_what_if(struct cli *cli, const struct prepared *prepared, const struct explanation *was,
                    const struct explanation *is, struct explain_shift *shifts);
/* Both as one object; `is` NULL without --what-if. */
void report_explain_json(struct cli *cli, const struct prepared *prepared,
                         const struct explanation *was, const struct explanation *is,
                         struct explain_shift *shifts);

#endif
