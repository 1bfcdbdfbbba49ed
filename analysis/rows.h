/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows read back: a study's CSV as cells of records. */
#ifndef CAIRN_ANALYSIS_ROWS_H
#define CAIRN_ANALYSIS_ROWS_H

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/model/record.h"

struct rows_cell {
    const char *name;       /* scenario, axes and seed as the file has them: "lab,daly,1" */
    struct record *records; /* by replication, ascending */
    uint32_t count;
};

struct rows {
    const char *path;
    struct rows_cell *cells; /* in order of first appearance */
    uint32_t cells_count;
};

/* STATUS_INPUT when the file cannot be opened, STATUS_DATA when it is no study of cairn's. */
enum status rows_read(const char *path, struct arena *arena, struct diag *diag, struct rows *rows);
/* The cell of that name, or NULL. */
const struct rows_cell *rows_find(const struct rows *rows, const char *name);

#endif
