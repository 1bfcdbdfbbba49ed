/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A replication of a program as a trace for ui.perfetto.dev: `cairn trace`.
 *
 * A process for every node, with a thread a slot; one for the drivers, with a thread a driver or
 * branch; one for the counters of the whole cluster. The times of the run slices add up to what
 * the ledger calls useful, lost and uncommitted. */
#ifndef CAIRN_CAMPAIGN_PERFETTO_H
#define CAIRN_CAMPAIGN_PERFETTO_H

#include "sim/campaign/cell.h"
#include "traces/gzip.h"

/* Into the sink, through gzip where it is not NULL; neither is closed. *record is what the
 * replication came to. STATUS_INPUT: too much to draw; STATUS_MEMORY. */
enum status perfetto_write(struct sink *sink, struct gzip *gzip, const struct cell *cell,
                           uint32_t replication, struct record *record, struct diag *diag);

#endif
