/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outages from CSV: one row an outage, any site's incident list in four columns.
 *
 *     # anything
 *     node,start,end,cause
 *     n17,2003-09-26T16:40:00Z,2003-09-26T18:02:00Z,memory
 *
 * Columns stand in any order; `cause` may be missing; an empty end is an outage that was still open
 * when the trace ended. Times are dates (text_to_date) or durations since the trace's zero ("3.5
 * d"), one style a file. Outages of one node that overlap or touch are merged, and all that was
 * merged or looked odd is counted, because nobody looks at a million rows. */
#ifndef CAIRN_TRACES_OUTAGE_CSV_H
#define CAIRN_TRACES_OUTAGE_CSV_H

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/base/text.h"
#include "sim/model/outage.h"
#include <stdbool.h>

/* Reads `path` ("-": standard input) into outages, whose memory is the arena's, with the file's
 * text. *has_dates: the times are dates, not durations (NULL: not wanted). STATUS_INPUT when the
 * file cannot be opened, STATUS_DATA when what is in it cannot be used. */
enum status outage_csv_read(const char *path, struct arena *arena, struct diag *diag,
                            struct outages *outages, bool *has_dates);
/* The same from memory; `source` must outlive the call only, its name the outages. */
enum status outage_csv_parse(const struct source *source, struct arena *arena, struct diag *diag,
                             struct outages *outages, bool *has_dates);

/* One paragraph for people: rows, nodes, window, mean time between outages, what was merged. */
void outage_csv_describe(const struct outages *outages, bool has_dates, struct text *text);

#endif
