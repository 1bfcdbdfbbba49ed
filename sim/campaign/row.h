/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows: a record as a line of CSV or an object of JSON, and back from CSV.
 *
 * One table of columns serves writing and reading, so that what a gate reads is what a sweep wrote.
 * Integers stay integers: nothing is lost between a study and the gate that compares it. Left of
 * the column `seed` stand the scenario's name and the values of the axes: they name the cell. */
#ifndef CAIRN_CAMPAIGN_ROW_H
#define CAIRN_CAMPAIGN_ROW_H

#include "sim/base/io.h"
#include "sim/campaign/summary.h"
#include "sim/model/record.h"

enum row_kind {
    ROW_U32,
    ROW_U64,
    ROW_TIME,
    ROW_SLOTS, /* never negative */
    ROW_CLAIM, /* slot ns too, but one may believe to have lost */
    ROW_END,
    ROW_DIGEST,
    ROW_TRACE
};

struct row_column {
    const char *name;
    enum row_kind kind;
    size_t offset; /* into struct record */
};

extern const struct row_column row_columns[]; /* ends with name NULL */
extern const char *const row_ends[RUN_ENDS];  /* "finished", "horizon", … */

/* What names a cell: its scenario and one value an axis. */
struct row_cell {
    const char *scenario;
    uint64_t seed;
    uint32_t axes;
    const char *const *keys, *const *values;
};

/* A field of CSV, as RFC 4180 has it: quoted where it must be. */
void row_put_text(struct sink *sink, const char *text);
void row_write_header(struct sink *sink, const struct row_cell *cell);
void row_write_csv(struct sink *sink, const struct row_cell *cell, const struct record *record);
/* An object without a line end. */
void row_write_json(struct sink *sink, const struct record *record);
/* One field of a row into the record. NULL, or what the text should have been. */
const char *row_read(const struct row_column *column, const char *text, uint32_t length,
                     struct record *record);

#endif
