/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv: a strict reader of records around libcsv, which knows neither lines nor places.
 *
 * The source is fed to libcsv one physical line at a time, so that a record's fields have all come
 * when the line that ends it has been fed, and lines are counted here. The place of a field is not
 * kept but found again, by walking the record's bytes, when somebody has something to say about it:
 * the usual row pays nothing for its errors. Invariant: [record, at) is the text of the record that
 * libcsv is in the middle of, and its length is at most LIMIT_CSV_LINE, which bounds libcsv's
 * buffer. After a stray quote nothing that follows can be trusted: reading stops. */
#include "traces/csv.h"

#include "sim/base/text.h"
#include <assert.h>
#include <csv.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ABSENT UINT32_MAX

/* a row takes two bytes at least, so the limit of bytes is met first */
static_assert(LIMIT_CSV_BYTES / 2 <= LIMIT_CSV_ROWS, "rows are not bounded by bytes");

struct csv {
    struct source source; /* without the byte order mark */
    struct csv_opts opts;
    struct diag *diag;
    enum status status;
    struct csv_parser parser;
    bool is_over; /* no more rows */

    const char *at, *end;       /* next byte to feed */
    const char *record;         /* where the record begins */
    uint32_t line, record_line; /* of `at`, of `record` */

    char *bytes; /* the record's fields, a NUL behind each; LIMIT_CSV_LINE + LIMIT_CSV_COLUMNS */
    size_t used;
    struct csv_field *all; /* LIMIT_CSV_COLUMNS fields as they stand in the file */
    uint32_t count;        /* fields of the record so far, those past the last of `all` too */
    bool is_complete;      /* libcsv has ended the record */
    bool is_field_long;    /* one of its fields is past LIMIT_CSV_FIELD: `long_field` */
    uint32_t long_field;

    uint32_t columns;         /* of the file */
    uint32_t *places;         /* wanted column -> file column or ABSENT */
    struct csv_field *fields; /* of the row given out */
};

/* ---- places --------------------------------------------------------------------------------- */

struct spot {
    const char *at;
    uint32_t line;
    const char *line_begin;
};

static void spot_step(struct spot *spot, const char *end)
{
    char c = *spot->at++;
    if (c == '\n' || (c == '\r' && !(spot->at < end && *spot->at == '\n'))) {
        spot->line++;
        spot->line_begin = spot->at;
    }
}

static void spot_skip_blanks(struct spot *spot, const char *end)
{
    while (spot->at < end && (*spot->at == ' ' || *spot->at == '\t'))
        spot->at++;
}

/* Moves past a field, to the comma or line end behind it. */
static void spot_skip_field(struct spot *spot, const char *end)
{
    bool is_quoted = false;
    for (; spot->at < end; spot_step(spot, end)) {
        char c = *spot->at;
        if (c == '"')
            is_quoted = !is_quoted; /* a doubled quote turns it off and on */
        else if (!is_quoted && (c == ',' || c == '\n' || c == '\r'))
            return;
    }
}

/* Field `index` of the present record; its width ends at its line's end. */
static struct place place_of(const struct csv *csv, uint32_t index)
{
    struct spot spot = {csv->record, csv->record_line, csv->record};
    for (uint32_t i = 0; i < index && spot.at < csv->at; i++) {
        spot_skip_field(&spot, csv->at);
        spot.at += spot.at < csv->at && *spot.at == ',';
    }
    spot_skip_blanks(&spot, csv->at);
    struct spot stop = spot;
    spot_skip_field(&stop, csv->at);
    const char *last = stop.at;
    if (stop.line > spot.line) /* a line end between quotes: underline up to the first */
        for (last = spot.at; *last != '\n' && *last != '\r';)
            last++;
    while (last > spot.at && (last[-1] == ' ' || last[-1] == '\t'))
        last--;
    return (struct place){
        .source = &csv->source,
        .line = spot.line,
        .column = (uint32_t)(spot.at - spot.line_begin) + 1,
        .width = (uint32_t)(last - spot.at),
    };
}

/* A byte of the present record. */
static struct place place_at(const struct csv *csv, const char *byte)
{
    struct spot spot = {csv->record, csv->record_line, csv->record};
    while (spot.at < byte)
        spot_step(&spot, csv->end);
    return (struct place){
        .source = &csv->source,
        .line = spot.line,
        .column = (uint32_t)(byte - spot.line_begin) + 1,
        .width = 1,
    };
}

/* ---- complaints ----------------------------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static void complain(struct csv *csv, struct place place,
                                                           const char *format, ...)
{
    char message[DIAG_TEXT];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    (void)diag_error(csv->diag, place, "%s", message);
    csv->status = csv->status == STATUS_OK ? STATUS_DATA : csv->status;
    csv->is_over |= diag_is_full(csv->diag);
}

static void refuse_memory(struct csv *csv)
{
    csv->status = diag_world(csv->diag, "read", csv->source.name, ENOMEM);
    csv->is_over = true;
}

/* "node,start,end[,cause]" */
static void add_wanted(struct text *text, const struct csv_opts *opts)
{
    for (uint32_t i = 0; i < opts->count; i++) {
        const char *comma = i > 0 ? "," : "";
        if (opts->columns[i].is_optional)
            text_add(text, "[%s%s]", comma, opts->columns[i].name);
        else
            text_add(text, "%s%s", comma, opts->columns[i].name);
    }
}

/* ---- records -------------------------------------------------------------------------------- */

static void take_field(void *text, size_t length, void *context)
{
    struct csv *csv = context;
    uint32_t index = csv->count++;
    if (length > LIMIT_CSV_FIELD && !csv->is_field_long) {
        csv->is_field_long = true;
        csv->long_field = index;
    }
    if (index >= LIMIT_CSV_COLUMNS)
        return;
    /* fields are parts of a record of at most LIMIT_CSV_LINE bytes, and bring one NUL each */
    assert(csv->used + length + 1 <= LIMIT_CSV_LINE + LIMIT_CSV_COLUMNS);
    char *copy = csv->bytes + csv->used;
    if (length > 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    csv->used += length + 1;
    csv->all[index] = (struct csv_field){copy, (uint32_t)length};
}

static void take_end(int terminator, void *context)
{
    struct csv *csv = context;
    (void)terminator;
    csv->is_complete = true;
}

/* The end of the physical line that begins at `at`, its terminator included. */
static const char *line_end(const char *at, const char *end)
{
    const char *lf = memchr(at, '\n', (size_t)(end - at));
    const char *stop = lf ? lf : end;
    const char *cr = memchr(at, '\r', (size_t)(stop - at));
    if (cr && cr + 1 != lf)
        return cr + 1; /* a lone CR */
    return lf ? lf + 1 : end;
}

static void refuse_quote(struct csv *csv, const char *byte)
{
    if (!csv->parser.quoted)
        complain(csv, place_at(csv, byte),
                 "a quote inside a field that does not begin with one; quote the whole field and "
                 "write the quote twice");
    else
        complain(csv, place_at(csv, byte),
                 "text behind a closing quote; expected ',' or the end of the line");
    csv->is_over = true;
}

static void refuse_length(struct csv *csv)
{
    if (csv->at > csv->record) /* lines were fed and the record goes on: inside quotes */
        complain(csv, place_of(csv, csv->count),
                 "a quote that is still open after %d bytes; is the closing one missing?",
                 LIMIT_CSV_LINE);
    else
        complain(csv, place_at(csv, csv->record), "a line of more than %d bytes", LIMIT_CSV_LINE);
    csv->is_over = true;
}

/* Feeds one physical line; false after an error. */
static bool record_feed(struct csv *csv)
{
    const char *stop = line_end(csv->at, csv->end);
    if (stop - csv->record > LIMIT_CSV_LINE) {
        refuse_length(csv);
        return false;
    }
    size_t length = (size_t)(stop - csv->at);
    size_t fed = csv_parse(&csv->parser, csv->at, length, take_field, take_end, csv);
    if (fed != length) {
        if (csv_error(&csv->parser) == CSV_EPARSE)
            refuse_quote(csv, csv->at + fed);
        else
            refuse_memory(csv);
        return false;
    }
    csv->at = stop;
    csv->line += stop[-1] == '\n' || stop[-1] == '\r';
    return true;
}

/* Feeds lines until a record is complete; false at the end of the file or after an error. */
static bool record_read(struct csv *csv)
{
    csv->used = csv->count = 0;
    csv->is_complete = csv->is_field_long = false;
    csv->record = csv->at;
    csv->record_line = csv->line;
    while (!csv->is_complete && csv->at < csv->end) {
        if (!record_feed(csv))
            return false;
        if (!csv->is_complete && csv->parser.pstate == 0) { /* a blank line: no row has begun */
            csv->record = csv->at;
            csv->record_line = csv->line;
        }
    }
    if (csv->is_complete)
        return true;
    csv->is_over = true;
    if (csv_fini(&csv->parser, take_field, take_end, csv) != 0)
        complain(csv, place_of(csv, csv->count), "a quote that is never closed");
    return csv->is_complete;
}

/* ---- header --------------------------------------------------------------------------------- */

static const char *nearest_column(const struct csv *csv, const struct csv_field *field)
{
    const char *names[LIMIT_CSV_COLUMNS];
    for (uint32_t i = 0; i < csv->opts.count; i++)
        names[i] = csv->opts.columns[i].name;
    return text_nearest(field->text, field->length, names, csv->opts.count);
}

/* Matches one name of the header line against the wanted ones. */
static void header_match(struct csv *csv, uint32_t index, uint32_t *meant)
{
    const struct csv_field *field = &csv->all[index];
    for (uint32_t i = 0; i < csv->opts.count; i++) {
        if (strcmp(csv->opts.columns[i].name, field->text) != 0)
            continue;
        if (csv->places[i] == ABSENT)
            csv->places[i] = index;
        else
            complain(csv, place_of(csv, index), "column '%s' stands here for the second time",
                     field->text);
        return;
    }
    if (csv->opts.is_open)
        return;
    char bytes[256];
    struct text wanted = text_over(bytes, sizeof bytes);
    add_wanted(&wanted, &csv->opts);
    const char *nearest = nearest_column(csv, field);
    for (uint32_t i = 0; nearest && i < csv->opts.count; i++)
        if (strcmp(csv->opts.columns[i].name, nearest) == 0)
            meant[i] = index;
    if (nearest)
        complain(csv, place_of(csv, index), "unknown column '%s'; did you mean '%s'?", field->text,
                 nearest);
    else
        complain(csv, place_of(csv, index), "unknown column '%s'; expected %s", field->text, bytes);
}

/* A wanted column that is not there; said once, at the name that was meant if there is one. */
static void header_lacks(struct csv *csv, uint32_t wanted)
{
    const char *names[LIMIT_CSV_COLUMNS];
    const char *name = csv->opts.columns[wanted].name;
    for (uint32_t i = 0; i < csv->columns; i++)
        names[i] = csv->all[i].text;
    const char *nearest = text_nearest(name, strlen(name), names, csv->columns);
    struct place place = place_at(csv, csv->record);
    for (uint32_t i = 0; nearest && i < csv->columns; i++)
        if (names[i] == nearest)
            place = place_of(csv, i);
    if (nearest)
        complain(csv, place, "no column '%s'; is it '%s' here?", name, nearest);
    else
        complain(csv, place, "no column '%s' in the header line", name);
}

static void skip_comments(struct csv *csv)
{
    while (csv->at < csv->end) {
        const char *byte = csv->at;
        while (byte < csv->end && (*byte == ' ' || *byte == '\t'))
            byte++;
        if (byte < csv->end && *byte != '#' && *byte != '\n' && *byte != '\r')
            return;
        csv->at = line_end(csv->at, csv->end);
        csv->line += csv->at[-1] == '\n' || csv->at[-1] == '\r';
    }
}

static void header_read(struct csv *csv)
{
    char bytes[256];
    struct text wanted = text_over(bytes, sizeof bytes);
    add_wanted(&wanted, &csv->opts);
    if (csv->opts.has_comments)
        skip_comments(csv);
    if (!record_read(csv)) {
        if (csv->status == STATUS_OK)
            complain(csv, (struct place){.source = &csv->source},
                     "no header line; expected one with %s", bytes);
        return;
    }
    if (csv->count > LIMIT_CSV_COLUMNS) {
        complain(csv, place_of(csv, LIMIT_CSV_COLUMNS), "more than %d columns", LIMIT_CSV_COLUMNS);
        return;
    }
    csv->columns = csv->count;
    uint32_t meant[LIMIT_CSV_COLUMNS];
    for (uint32_t i = 0; i < csv->opts.count; i++)
        meant[i] = csv->places[i] = ABSENT;
    for (uint32_t i = 0; i < csv->columns; i++)
        header_match(csv, i, meant);
    for (uint32_t i = 0; i < csv->opts.count; i++)
        if (csv->places[i] == ABSENT && meant[i] == ABSENT && !csv->opts.columns[i].is_optional)
            header_lacks(csv, i);
}

/* ---- the door ------------------------------------------------------------------------------- */

/* What can be said of the bytes before any is parsed. */
static void source_check(struct csv *csv)
{
    struct source *source = &csv->source;
    if (source->length > LIMIT_CSV_BYTES) {
        complain(csv, (struct place){.source = source}, "more than %u bytes", LIMIT_CSV_BYTES);
        return;
    }
    const char *nul = memchr(source->text, '\0', source->length);
    if (nul)
        complain(csv, place_at(csv, nul), "a NUL byte; this is no text file");
}

enum status csv_open(const struct source *source, const struct csv_opts *opts, struct arena *arena,
                     struct diag *diag, struct csv **result)
{
    assert(source && opts && arena && diag && result);
    assert(opts->count > 0 && opts->count <= LIMIT_CSV_COLUMNS);
    struct csv *csv = arena_alloc(arena, sizeof *csv);
    char *bytes = arena_alloc(arena, LIMIT_CSV_LINE + LIMIT_CSV_COLUMNS);
    struct csv_field *all = arena_array(arena, LIMIT_CSV_COLUMNS, sizeof *all);
    struct csv_field *fields = arena_array(arena, opts->count, sizeof *fields);
    uint32_t *places = arena_array(arena, opts->count, sizeof *places);
    if (!csv || !bytes || !all || !fields || !places)
        return diag_world(diag, "read", source->name, ENOMEM);
    bool has_mark = source->length >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0;
    *csv = (struct csv){.source = *source, .opts = *opts, .diag = diag, .bytes = bytes};
    csv->source.text += has_mark ? 3 : 0;
    csv->source.length -= has_mark ? 3 : 0;
    csv->all = all;
    csv->fields = fields;
    csv->places = places;
    csv->at = csv->record = csv->source.text;
    csv->end = csv->at + csv->source.length;
    csv->line = csv->record_line = 1;
    if (csv_init(&csv->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return diag_world(diag, "read", source->name, ENOMEM);
    csv_set_blk_size(&csv->parser, LIMIT_CSV_FIELD);
    source_check(csv);
    if (csv->status == STATUS_OK)
        header_read(csv);
    if (csv->status != STATUS_OK)
        return csv_close(csv);
    *result = csv;
    return STATUS_OK;
}

/* A record with the header's number of fields, none of them too long. */
static bool record_check(struct csv *csv)
{
    if (csv->is_field_long) {
        complain(csv, place_of(csv, csv->long_field), "a field of more than %d bytes",
                 LIMIT_CSV_FIELD);
        return false;
    }
    if (csv->count == csv->columns)
        return true;
    struct place place = place_of(csv, csv->count < csv->columns ? csv->count - 1 : csv->columns);
    complain(csv, place, "%u field%s; expected %u, as in the header line", csv->count,
             csv->count == 1 ? "" : "s", csv->columns);
    return false;
}

bool csv_next(struct csv *csv, struct csv_row *row)
{
    static const struct csv_field empty = {"", 0};
    assert(csv && row);
    do {
        if (csv->is_over || !record_read(csv))
            return false;
    } while (!record_check(csv));
    for (uint32_t i = 0; i < csv->opts.count; i++)
        csv->fields[i] = csv->places[i] == ABSENT ? empty : csv->all[csv->places[i]];
    row->line = csv->record_line;
    row->fields = csv->fields;
    return true;
}

bool csv_has(const struct csv *csv, uint32_t column)
{
    assert(column < csv->opts.count);
    return csv->places[column] != ABSENT;
}

struct place csv_place(const struct csv *csv, uint32_t column)
{
    assert(column < csv->opts.count);
    if (csv->places[column] == ABSENT)
        return place_at(csv, csv->record);
    return place_of(csv, csv->places[column]);
}

enum status csv_complain(struct csv *csv, uint32_t column, const char *format, ...)
{
    assert(column < csv->opts.count);
    char message[DIAG_TEXT];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    complain(csv, csv_place(csv, column), "column '%s': %s", csv->opts.columns[column].name,
             message);
    return STATUS_DATA;
}

enum status csv_close(struct csv *csv)
{
    assert(csv);
    csv_free(&csv->parser);
    return csv->status;
}
