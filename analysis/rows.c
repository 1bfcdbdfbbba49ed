/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a study's CSV.
 *
 * The columns left of `seed` name the cell and are the file's own; those right of it are the table
 * of sim/campaign/row.h, and all of them must be there. Everything is checked: a gate that reads
 * past a damaged row would pass what it never saw. */
#include "analysis/rows.h"
#include "sim/base/io.h"
#include "sim/base/sort.h"
#include "sim/campaign/row.h"
#include "traces/csv.h"
#include <assert.h>
#include <errno.h>
#include <string.h>

enum { MOST_COLUMNS = LIMIT_AXES + 96 }; /* scenario, axes, seed; and row_columns, 62 of them */

struct reader {
    const char *path;
    struct arena *arena;
    struct diag *diag;
    struct rows *rows;
    struct csv *csv;
    struct csv_column columns[MOST_COLUMNS];
    uint32_t names; /* columns that name the cell, seed included */
    uint32_t count;
    uint32_t capacity_cells;
    uint32_t *capacity; /* of each cell's records */
};

/* The names of the header line up to and with `seed`; then ours. */
static enum status find_columns(struct reader *r, const struct source *source)
{
    const char *at = source->text, *end = at + strcspn(at, "\r\n");
    bool has_seed = false;
    while (at < end && !has_seed && r->count < LIMIT_AXES + 2) {
        size_t length = strcspn(at, ",\r\n");
        char *name = arena_copy(r->arena, at, length);
        if (!name)
            return diag_world(r->diag, "read", r->path, ENOMEM);
        r->columns[r->count++].name = name;
        has_seed = strcmp(name, "seed") == 0;
        at += length + (at[length] == ',');
    }
    if (!has_seed) {
        diag_error(r->diag, (struct place){source, 1, 1, 1},
                   "no column 'seed': this is no CSV of cairn run, sweep or replay");
        return STATUS_DATA;
    }
    r->names = r->count;
    for (const struct row_column *c = row_columns; c->name; c++) {
        assert(r->count < MOST_COLUMNS);
        r->columns[r->count++].name = c->name;
    }
    return STATUS_OK;
}

static const char *cell_name(struct reader *r, const struct csv_row *row)
{
    size_t length = 0;
    for (uint32_t i = 0; i < r->names; i++)
        length += row->fields[i].length + 2;
    char *name = arena_alloc(r->arena, length + 1), *at = name;
    for (uint32_t i = 0; name && i < r->names; i++) {
        if (i > 0)
            at = (char *)memcpy(at, ", ", 2) + 2;
        memcpy(at, row->fields[i].text, row->fields[i].length);
        at += row->fields[i].length;
    }
    return name;
}

const struct rows_cell *rows_find(const struct rows *rows, const char *name)
{
    for (uint32_t i = rows->cells_count; i-- > 0;) /* the last one is likeliest while reading */
        if (strcmp(rows->cells[i].name, name) == 0)
            return &rows->cells[i];
    return NULL;
}

/* Twice the room, or some; NULL when memory is out. */
static void *grow(struct arena *arena, const void *old, uint32_t count, uint32_t *capacity,
                  size_t size)
{
    uint32_t wanted = *capacity ? 2 * *capacity : 16;
    void *grown = arena_array(arena, wanted, size);
    if (grown && count > 0)
        memcpy(grown, old, count * size);
    *capacity = wanted;
    return grown;
}

static struct rows_cell *cell_of(struct reader *r, const char *name)
{
    struct rows *rows = r->rows;
    struct rows_cell *found = (struct rows_cell *)rows_find(rows, name);
    if (found)
        return found;
    if (rows->cells_count == r->capacity_cells) {
        uint32_t capacity = r->capacity_cells;
        r->capacity = grow(r->arena, r->capacity, rows->cells_count, &capacity, sizeof(uint32_t));
        rows->cells =
            grow(r->arena, rows->cells, rows->cells_count, &r->capacity_cells, sizeof *rows->cells);
        if (!rows->cells || !r->capacity)
            return NULL;
    }
    rows->cells[rows->cells_count] = (struct rows_cell){.name = name};
    return &rows->cells[rows->cells_count++];
}

static enum status take_row(struct reader *r, const struct csv_row *row)
{
    const char *name = cell_name(r, row);
    struct rows_cell *cell = name ? cell_of(r, name) : NULL;
    if (!cell)
        return diag_world(r->diag, "read", r->path, ENOMEM);
    uint32_t *capacity = &r->capacity[cell - r->rows->cells];
    if (cell->count == *capacity) {
        cell->records = grow(r->arena, cell->records, cell->count, capacity, sizeof *cell->records);
        if (!cell->records)
            return diag_world(r->diag, "read", r->path, ENOMEM);
    }
    struct record *record = &cell->records[cell->count++];
    for (uint32_t i = r->names; i < r->count; i++) {
        const char *wrong = row_read(&row_columns[i - r->names], row->fields[i].text,
                                     row->fields[i].length, record);
        if (wrong)
            csv_complain(r->csv, i, "%s", wrong);
    }
    return STATUS_OK;
}

static int by_replication(const void *a, const void *b, const void *context)
{
    uint32_t x = ((const struct record *)a)->replication;
    uint32_t y = ((const struct record *)b)->replication;
    (void)context;
    return (x > y) - (x < y);
}

static enum status sort_cells(struct reader *r)
{
    for (uint32_t i = 0; i < r->rows->cells_count; i++) {
        struct rows_cell *cell = &r->rows->cells[i];
        void *scratch = arena_array(r->arena, cell->count, sizeof *cell->records);
        if (!scratch)
            return diag_world(r->diag, "read", r->path, ENOMEM);
        sort_stable(cell->records, cell->count, sizeof *cell->records, by_replication, NULL,
                    scratch);
        for (uint32_t j = 1; j < cell->count; j++)
            if (cell->records[j].replication == cell->records[j - 1].replication) {
                diag_error(r->diag, (struct place){0}, "%s: replication %u of %s is there twice",
                           r->path, cell->records[j].replication, cell->name);
                return STATUS_DATA;
            }
    }
    return STATUS_OK;
}

enum status rows_read(const char *path, struct arena *arena, struct diag *diag, struct rows *rows)
{
    struct source *source = arena_alloc(arena, sizeof *source);
    struct reader *r = arena_alloc(arena, sizeof *r);
    *rows = (struct rows){.path = path};
    if (!source || !r)
        return diag_world(diag, "read", path, ENOMEM);
    *r = (struct reader){.path = path, .arena = arena, .diag = diag, .rows = rows};
    enum status status = io_read(path, LIMIT_CSV_BYTES, arena, source, diag);
    if (status == STATUS_OK)
        status = find_columns(r, source);
    struct csv_opts opts = {.columns = r->columns, .count = r->count};
    if (status == STATUS_OK)
        status = csv_open(source, &opts, arena, diag, &r->csv);
    if (status != STATUS_OK)
        return status;
    struct csv_row row;
    while (status == STATUS_OK && csv_next(r->csv, &row))
        status = take_row(r, &row);
    enum status closed = csv_close(r->csv);
    if (status == STATUS_OK)
        status = closed;
    if (status == STATUS_OK && rows->cells_count == 0) {
        diag_error(diag, (struct place){source, 1, 1, 1}, "no rows behind the header line");
        status = STATUS_DATA;
    }
    return status == STATUS_OK ? sort_cells(r) : status;
}
