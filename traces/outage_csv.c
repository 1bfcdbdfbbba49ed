/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outage_csv: rows of (node, start, end, cause) into the neutral model of sim/model/outage.h.
 *
 * Three passes: rows are read with names numbered as first seen; the names are sorted and the
 * numbers follow, so that nothing depends on the order of rows; outages are sorted by (start, node,
 * line) and merged in one walk that remembers each node's last outage. Invariant of the result:
 * that order, and of one node no two that overlap or touch. Room for the outages is taken once, by
 * counting line ends: a byte of the file costs at most a few of memory. */
#include "traces/outage_csv.h"

#include "sim/base/io.h"
#include "sim/base/limits.h"
#include "sim/base/sort.h"
#include "traces/csv.h"
#include <assert.h>
#include <errno.h>
#include <string.h>

/* ---- names ---------------------------------------------------------------------------------- */

/* Distinct names, numbered as they come: open addressing, at most half full. */
struct names {
    const char **list;
    uint32_t *lengths;
    uint32_t *slots;          /* number + 1; 0 is free */
    uint32_t count, capacity; /* slots: 2 * capacity, a power of two */
};

/* Multiply and fold, eight bytes at a time; only where a name is looked for depends on it. */
static uint32_t name_hash(const char *name, uint32_t length)
{
    uint64_t hash = length, word = 0;
    for (; length >= sizeof word; name += sizeof word, length -= (uint32_t)sizeof word) {
        memcpy(&word, name, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15); /* 2^64 / golden ratio */
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, name, length);
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(hash >> 32);
}

static void names_place(struct names *names, uint32_t number)
{
    uint32_t mask = 2 * names->capacity - 1;
    uint32_t slot = name_hash(names->list[number], names->lengths[number]) & mask;
    while (names->slots[slot] != 0)
        slot = (slot + 1) & mask;
    names->slots[slot] = number + 1;
}

/* Room for at least one more; false when memory is out. */
static bool names_grow(struct names *names, struct arena *scratch)
{
    if (names->count < names->capacity)
        return true;
    uint32_t capacity = names->capacity > 0 ? 2 * names->capacity : 512;
    const char **list = arena_array(scratch, capacity, sizeof *list);
    uint32_t *lengths = arena_array(scratch, capacity, sizeof *lengths);
    uint32_t *slots = arena_array(scratch, 2 * (size_t)capacity, sizeof *slots);
    if (!list || !lengths || !slots)
        return false;
    if (names->count > 0) {
        memcpy(list, names->list, names->count * sizeof *list);
        memcpy(lengths, names->lengths, names->count * sizeof *lengths);
    }
    *names = (struct names){list, lengths, slots, names->count, capacity};
    for (uint32_t i = 0; i < names->count; i++)
        names_place(names, i);
    return true;
}

/* The number of a name, UINT32_MAX when it is new. */
static uint32_t names_find(const struct names *names, const char *name, uint32_t length)
{
    if (names->capacity == 0)
        return UINT32_MAX;
    uint32_t mask = 2 * names->capacity - 1;
    uint32_t slot = name_hash(name, length) & mask;
    for (; names->slots[slot] != 0; slot = (slot + 1) & mask) {
        uint32_t number = names->slots[slot] - 1;
        if (names->lengths[number] == length && memcmp(names->list[number], name, length) == 0)
            return number;
    }
    return UINT32_MAX;
}

static int name_compare(const void *a, const void *b, const void *context)
{
    const struct names *names = context;
    return strcmp(names->list[*(const uint32_t *)a], names->list[*(const uint32_t *)b]);
}

/* Names in order of byte value, in the arena; rank[number] is a name's place among them. */
static const char *const *names_sort(const struct names *names, struct arena *arena,
                                     struct arena *scratch, uint32_t **rank)
{
    const char **sorted = arena_array(arena, names->count, sizeof *sorted);
    uint32_t *order = arena_array(scratch, names->count, sizeof *order);
    uint32_t *spare = arena_array(scratch, names->count, sizeof *spare);
    if (!sorted || !order || !spare)
        return NULL;
    for (uint32_t i = 0; i < names->count; i++)
        order[i] = i;
    sort_stable(order, names->count, sizeof *order, name_compare, names, spare);
    for (uint32_t i = 0; i < names->count; i++) {
        sorted[i] = names->list[order[i]];
        spare[order[i]] = i;
    }
    *rank = spare;
    return sorted;
}

/* ---- rows ----------------------------------------------------------------------------------- */

enum column { NODE, START, END, CAUSE, COLUMNS };

static const struct csv_column columns[COLUMNS] = {
    [NODE] = {"node", false},
    [START] = {"start", false},
    [END] = {"end", false},
    [CAUSE] = {"cause", true},
};

enum style { STYLE_UNKNOWN, STYLE_DATES, STYLE_DURATIONS };

/* All that one reading needs. */
struct reader {
    struct csv *csv;
    struct arena *arena;  /* of the result */
    struct arena scratch; /* until the end of the call */
    struct diag *diag;
    struct names nodes, causes;
    struct outage *list;
    struct outages out;
    enum style style;
    uint32_t style_line; /* the row that set the style */
};

static enum status out_of_memory(struct reader *reader)
{
    return diag_world(reader->diag, "read", reader->out.file, ENOMEM);
}

/* A name that people can be shown: valid UTF-8 without control bytes. */
static bool name_is_clean(const struct csv_field *field)
{
    for (uint32_t i = 0; i < field->length;) {
        size_t bytes = text_utf8(field->text + i, field->length - i);
        unsigned char c = (unsigned char)field->text[i];
        if (bytes == 0 || c < 0x20 || c == 0x7f)
            return false;
        i += (uint32_t)bytes;
    }
    return true;
}

/* The number of the field's name, new or known. */
static enum status row_name(struct reader *reader, struct names *names, enum column column,
                            const struct csv_field *field, uint32_t *number)
{
    uint32_t known = names_find(names, field->text, field->length);
    if (known == UINT32_MAX) {
        if (!name_is_clean(field))
            return csv_complain(reader->csv, column, "must be UTF-8 without control characters");
        if (names->count == LIMIT_NODES)
            return csv_complain(reader->csv, column, "more than %u different names", LIMIT_NODES);
        char *copy = arena_copy(reader->arena, field->text, field->length);
        if (!copy || !names_grow(names, &reader->scratch))
            return out_of_memory(reader);
        known = names->count++;
        names->list[known] = copy;
        names->lengths[known] = field->length;
        names_place(names, known);
    }
    *number = known;
    return STATUS_OK;
}

/* "2003-…" and not "2003 d": four digits and a '-'. */
static bool is_like_date(const struct csv_field *field)
{
    return field->length > 4 && memchr(field->text, '-', 5) == field->text + 4;
}

static enum status row_time(struct reader *reader, enum column column,
                            const struct csv_field *field, int64_t *time)
{
    bool is_date = is_like_date(field);
    if (reader->style == STYLE_DURATIONS && is_date)
        return csv_complain(reader->csv, column,
                            "is a date, but line %u counts from the trace's zero; use one style",
                            reader->style_line);
    double number;
    const char *refusal = is_date || reader->style == STYLE_DATES
                              ? text_to_date(field->text, field->length, time)
                              : text_to_duration(field->text, field->length, time);
    if (refusal && reader->style == STYLE_UNKNOWN && !is_date &&
        text_to_number(field->text, field->length, &number) != NULL)
        return csv_complain(reader->csv, column,
                            "'%.40s' is no time; use dates, as in '2003-09-26T16:40:00Z', or times "
                            "since the trace's zero, as in '3.5 d'",
                            field->text);
    if (refusal)
        return csv_complain(reader->csv, column, "'%.40s' %s", field->text, refusal);
    if (reader->style == STYLE_UNKNOWN) {
        reader->style = is_date ? STYLE_DATES : STYLE_DURATIONS;
        reader->style_line = csv_place(reader->csv, column).line;
    }
    return STATUS_OK;
}

static enum status row_read(struct reader *reader, const struct csv_row *row)
{
    const struct csv_field *fields = row->fields;
    struct outage outage = {.line = row->line, .end = OUTAGE_OPEN};
    if (fields[NODE].length == 0)
        return csv_complain(reader->csv, NODE, "is empty; expected the node's name");
    if (fields[START].length == 0)
        return csv_complain(reader->csv, START, "is empty; only 'end' may be, for an open outage");
    enum status status = row_name(reader, &reader->nodes, NODE, &fields[NODE], &outage.node);
    if (status == STATUS_OK)
        status = row_name(reader, &reader->causes, CAUSE, &fields[CAUSE], &outage.cause);
    if (status == STATUS_OK)
        status = row_time(reader, START, &fields[START], &outage.start);
    if (status == STATUS_OK && fields[END].length > 0)
        status = row_time(reader, END, &fields[END], &outage.end);
    if (status != STATUS_OK)
        return status;
    if (outage.end < outage.start)
        return csv_complain(reader->csv, END, "lies before the start");
    reader->out.zero_length += outage.end == outage.start;
    reader->out.open += outage.end == OUTAGE_OPEN;
    reader->list[reader->out.rows++] = outage;
    return STATUS_OK;
}

/* A record ends at a line end or at the end of the file: so many records at most, and untouched
 * room costs no memory. */
static size_t count_lines(const struct source *source)
{
    const char *end = source->text + source->length;
    size_t lines = 1; /* CR LF counts two */
    for (const char *at = source->text; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
        lines++;
    for (const char *at = source->text; (at = memchr(at, '\r', (size_t)(end - at))) != NULL; at++)
        lines++;
    return lines;
}

static enum status rows_read(struct reader *reader, const struct source *source)
{
    const struct csv_opts opts = {.columns = columns, .count = COLUMNS, .has_comments = true};
    static const struct csv_field no_cause = {"", 0};
    uint32_t none;
    reader->list = arena_array(reader->arena, count_lines(source), sizeof *reader->list);
    if (!reader->list)
        return out_of_memory(reader);
    enum status status = csv_open(source, &opts, &reader->scratch, reader->diag, &reader->csv);
    if (status != STATUS_OK)
        return status;
    status = row_name(reader, &reader->causes, CAUSE, &no_cause, &none); /* causes[0] is "" */
    struct csv_row row;
    while (status != STATUS_MEMORY && csv_next(reader->csv, &row))
        status = row_read(reader, &row);
    enum status end = csv_close(reader->csv);
    if (status == STATUS_MEMORY || end != STATUS_OK)
        return status == STATUS_MEMORY ? status : end;
    if (reader->out.rows > 0)
        return STATUS_OK;
    (void)diag_error(reader->diag, (struct place){.source = source}, "has no outages");
    return STATUS_DATA;
}

/* ---- order ---------------------------------------------------------------------------------- */

static int outage_compare(const void *a, const void *b, const void *context)
{
    const struct outage *x = a, *y = b;
    (void)context;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

static enum status outages_sort(struct reader *reader)
{
    uint32_t *node_rank, *cause_rank, rows = reader->out.rows;
    struct outage *list = reader->list;
    reader->out.nodes = names_sort(&reader->nodes, reader->arena, &reader->scratch, &node_rank);
    reader->out.causes = names_sort(&reader->causes, reader->arena, &reader->scratch, &cause_rank);
    if (!reader->out.nodes || !reader->out.causes)
        return out_of_memory(reader);
    bool is_sorted = true;
    for (uint32_t i = 0; i < rows; i++) {
        list[i].node = node_rank[list[i].node];
        list[i].cause = cause_rank[list[i].cause];
        is_sorted = is_sorted && (i == 0 || outage_compare(&list[i - 1], &list[i], NULL) < 0);
    }
    if (is_sorted)
        return STATUS_OK;
    struct outage *spare = arena_array(&reader->scratch, rows, sizeof *spare);
    if (!spare)
        return out_of_memory(reader);
    sort_stable(list, rows, sizeof *list, outage_compare, NULL, spare);
    return STATUS_OK;
}

/* An open outage swallows all that its node's later rows say: rarely what was meant. */
static void warn_open(struct reader *reader, const struct source *source, const struct outage *open,
                      const struct outage *later)
{
    struct place place = {.source = source, .line = later->line, .column = 1};
    diag_say(reader->diag, DIAG_WARNING, place,
             "node '%s' goes down while its outage of line %u has no end; the two are merged",
             reader->out.nodes[later->node], open->line);
}

/* One walk in order of start: each outage is new, or extends its node's last one. */
static enum status outages_merge(struct reader *reader, const struct source *source)
{
    struct outages *out = &reader->out;
    struct outage *list = reader->list;
    uint32_t *last = arena_array(&reader->scratch, reader->nodes.count, sizeof *last); /* + 1 */
    if (!last)
        return out_of_memory(reader);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < out->rows; i++) {
        struct outage *before = last[list[i].node] > 0 ? &list[last[list[i].node] - 1] : NULL;
        if (before && before->end >= list[i].start) {
            if (before->end == OUTAGE_OPEN)
                warn_open(reader, source, before, &list[i]);
            before->end = before->end > list[i].end ? before->end : list[i].end;
            out->merged++;
            continue;
        }
        out->simultaneous += kept > 0 && list[kept - 1].start == list[i].start;
        list[kept] = list[i];
        last[list[i].node] = ++kept;
    }
    out->count = kept;
    return STATUS_OK;
}

/* Window and digest; lines are left out of the digest, so that a comment changes nothing. */
static void outages_seal(struct outages *out)
{
    struct digest digest;
    digest_init(&digest);
    digest_put(&digest, out->count);
    for (uint32_t i = 0; i < out->nodes_count; i++)
        digest_put_text(&digest, out->nodes[i], strlen(out->nodes[i]));
    for (uint32_t i = 0; i < out->causes_count; i++)
        digest_put_text(&digest, out->causes[i], strlen(out->causes[i]));
    out->first = out->last = out->list[0].start;
    for (uint32_t i = 0; i < out->count; i++) {
        const struct outage *outage = &out->list[i];
        int64_t seen = outage->end == OUTAGE_OPEN ? outage->start : outage->end;
        out->last = out->last > seen ? out->last : seen;
        digest_put(&digest, (uint64_t)outage->start);
        digest_put(&digest, (uint64_t)outage->end);
        digest_put(&digest, (uint64_t)outage->node << 32 | outage->cause);
    }
    out->digest = digest_value(&digest);
}

enum status outage_csv_parse(const struct source *source, struct arena *arena, struct diag *diag,
                             struct outages *outages, bool *has_dates)
{
    assert(source && arena && diag && outages);
    struct reader reader = {.arena = arena, .diag = diag, .out.file = source->name};
    arena_init(&reader.scratch);
    enum status status = rows_read(&reader, source);
    if (status == STATUS_OK)
        status = outages_sort(&reader);
    if (status == STATUS_OK)
        status = outages_merge(&reader, source);
    if (status == STATUS_OK) {
        reader.out.list = reader.list;
        reader.out.nodes_count = reader.nodes.count;
        reader.out.causes_count = reader.causes.count;
        outages_seal(&reader.out);
        *outages = reader.out;
        if (has_dates)
            *has_dates = reader.style == STYLE_DATES;
    }
    arena_fini(&reader.scratch);
    return status;
}

enum status outage_csv_read(const char *path, struct arena *arena, struct diag *diag,
                            struct outages *outages, bool *has_dates)
{
    struct source source;
    enum status status = io_read(path, LIMIT_CSV_BYTES, arena, &source, diag);
    if (status != STATUS_OK)
        return status;
    return outage_csv_parse(&source, arena, diag, outages, has_dates);
}

/* ---- report --------------------------------------------------------------------------------- */

static void add_time(struct text *text, bool has_dates, int64_t time)
{
    if (has_dates)
        text_add_date(text, time);
    else
        text_add_exact_duration(text, time);
}

static void add_count(struct text *text, uint32_t count, const char *one, const char *many)
{
    if (count > 0)
        text_add(text, "; %u %s", count, count == 1 ? one : many);
}

void outage_csv_describe(const struct outages *outages, bool has_dates, struct text *text)
{
    assert(outages && outages->count > 0 && text);
    text_add(text, "%s: %u row%s, %u outage%s of %u node%s, ", outages->file, outages->rows,
             outages->rows == 1 ? "" : "s", outages->count, outages->count == 1 ? "" : "s",
             outages->nodes_count, outages->nodes_count == 1 ? "" : "s");
    add_time(text, has_dates, outages->first);
    text_add(text, " to ");
    add_time(text, has_dates, outages->last);
    text_add(text, " (");
    simtime window; /* the calendar is twice as long as the longest time */
    if (__builtin_sub_overflow(outages->last, outages->first, &window))
        window = SIMTIME_NEVER;
    text_add_duration(text, window);
    text_add(text, ")");
    if (outages->count > 1 && window != SIMTIME_NEVER) {
        simtime span = outages->list[outages->count - 1].start - outages->first;
        text_add(text, "; one every ");
        text_add_duration(text, span / (outages->count - 1));
    }
    add_count(text, outages->merged, "row was merged into the outage it overlaps or touches",
              "rows were merged into outages they overlap or touch");
    add_count(text, outages->simultaneous, "begins with another", "begin with another");
    add_count(text, outages->open, "has no end", "have no end");
    add_count(text, outages->zero_length, "has no length", "have no length");
    text_add(text, ".\n");
}
