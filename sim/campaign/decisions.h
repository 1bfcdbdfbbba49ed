/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decisions as lines: of CSV or of JSON, one a decision, with units in their names.
 *
 * One table of columns serves both forms. What does not apply (a checkpoint's times where there was
 * none) is empty in CSV and null in JSON. Columns are added, never changed. */
#ifndef CAIRN_CAMPAIGN_DECISIONS_H
#define CAIRN_CAMPAIGN_DECISIONS_H

#include "sim/base/io.h"
#include "sim/campaign/cell.h"
#include "sim/model/journal.h"

#define DECISIONS_WORDS 512

/* A decision in the words of its controller, or of what decided in its place. */
const char *decisions_words(const struct cell *cell, const struct journal_decision *decision,
                            char bytes[DECISIONS_WORDS]);
/* "skip", "checkpoint", "failed". */
const char *decisions_action(const struct journal_decision *decision);

/* The columns, one a line, for cairn help decisions. */
void decisions_print_help(struct sink *sink);
void decisions_write_header(struct sink *sink);
/* All decisions of a replication of the cell. */
void decisions_write_csv(struct sink *sink, const struct cell *cell, uint32_t replication,
                         const struct journal *journal);
void decisions_write_jsonl(struct sink *sink, const struct cell *cell, uint32_t replication,
                           const struct journal *journal);

#endif
