/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV by column name, strictly: every record is whole and every complaint has a line and a column.
 *
 * The reader says which columns it wants; the file's header line may have them in any order. Rows
 * come one by one, their fields in the order wanted. RFC 4180 quoting; LF, CR LF or CR end a line;
 * blank lines are skipped (and counted as lines); blanks around an unquoted field do not belong to
 * it. A stray quote, a NUL, a row with too few or too many fields and everything past a limit of
 * limits.h is an error, never a guess. libcsv splits the fields; nobody else includes it. */
#ifndef CAIRN_TRACES_CSV_H
#define CAIRN_TRACES_CSV_H

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include <stdbool.h>
#include <stdint.h>

#define LIMIT_CSV_COLUMNS 1024 /* columns of one file */

struct csv_column {
    const char *name;
    bool is_optional; /* where the file lacks it, its fields are empty */
};

struct csv_opts {
    const struct csv_column *columns; /* wanted; they must outlive the reader */
    uint32_t count;
    bool is_open;      /* other columns are ignored, not an error */
    bool has_comments; /* '#' lines may stand above the header line */
};

struct csv_field {
    const char *text; /* unquoted; a NUL follows */
    uint32_t length;
};

struct csv_row {
    uint32_t line;                  /* where the record begins, from 1 */
    const struct csv_field *fields; /* as many as columns were wanted; gone at the next row */
};

struct csv;

/* Reads up to and with the header line. On failure everything wrong with the header has been said,
 * STATUS_DATA (or STATUS_MEMORY) comes back and there is nothing to close. The source must outlive
 * the reader, whose memory is the arena's. */
enum status csv_open(const struct source *source, const struct csv_opts *opts, struct arena *arena,
                     struct diag *diag, struct csv **csv);

/* The next row; false at the end, or when no more can be read. Rows of a wrong length are said and
 * skipped, so that one look tells of up to LIMIT_DIAG_ERRORS. */
bool csv_next(struct csv *csv, struct csv_row *row);

/* Was the wanted column in the file? */
bool csv_has(const struct csv *csv, uint32_t column);

/* Where the field of a wanted column stands in the row that csv_next gave last. */
struct place csv_place(const struct csv *csv, uint32_t column);

/* An error in a field of the last row: "column 'NAME': …" at its place. Returns STATUS_DATA, as
 * csv_close will. */
enum status csv_complain(struct csv *csv, uint32_t column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* STATUS_OK when every row was read and none complained of. */
enum status csv_close(struct csv *csv);

#endif
