/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events: what happened in one replication of a program, as JSON, a line each, in order.
 *
 *     {"event":"attempt-failed","time_ns":61000000000,"function":"Trainer.train",
 *      "actor":"Trainer#1","batch":7,"element":0,"attempt":0,"cause":"node"}
 *
 * Names, not numbers; times in whole ns, which are exact. Every line is a flat object. The ledgers
 * and every count of the record can be added up from the lines alone. Keys and events are added,
 * never changed. */
#ifndef CAIRN_CAMPAIGN_EVENTS_H
#define CAIRN_CAMPAIGN_EVENTS_H

#include "sim/base/io.h"
#include "sim/campaign/cell.h"

/* The replication is run again and told to the sink; *record is what it came to. STATUS_MEMORY. */
enum status events_write(struct sink *sink, const struct cell *cell, uint32_t replication,
                         struct record *record, struct diag *diag);
/* What each event means and holds, for cairn help events. */
void events_print_help(struct sink *sink);

#endif
