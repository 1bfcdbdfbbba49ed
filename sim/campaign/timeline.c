/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Row by row: what each sign took of each column, then the sign that took most.
 *
 * A row's marks come in the order of their beginnings, what encloses first, so that the call a
 * phase belongs to is the last one that began. */
#include "sim/campaign/timeline.h"
#include "policies/recovery.h"
#include "sim/campaign/tracks.h"
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL = 24, LEAST = 20, LINE = 512, TICK_APART = 10 };

/* Letters are 0 to 25. */
enum sign {
    SIGN_MANY = 26,
    SIGN_START,
    SIGN_FETCH,
    SIGN_CHECKPOINT, /* this and the next three show in a column where they take a quarter of it */
    SIGN_RESTORE,
    SIGN_DETECT,
    SIGN_LOST,
    SIGN_WAIT,
    SIGN_IDLE,
    SIGN_DOWN,
    SIGN_FREE,
    SIGNS
};
static const struct {
    char sign;
    const char *help;
} signs[SIGNS] = {
    [SIGN_MANY] = {'*', "calls at once, or other functions"},
    [SIGN_START] = {'^', "starting"},
    [SIGN_FETCH] = {'<', "fetching"},
    [SIGN_CHECKPOINT] = {'#', "checkpoint"},
    [SIGN_RESTORE] = {'~', "restoring"},
    [SIGN_DETECT] = {'?', "failed, not yet noticed"},
    [SIGN_LOST] = {'!', "work lost"},
    [SIGN_WAIT] = {':', "waiting"},
    [SIGN_IDLE] = {'.', "actor without a call"},
    [SIGN_DOWN] = {'-', "node down"},
    [SIGN_FREE] = {' ', "free"},
};
static const enum sign sign_of_class[JOB_CLASSES] = {
    [JOB_USEFUL] = SIGN_MANY,  [JOB_CHECKPOINT] = SIGN_CHECKPOINT, [JOB_SLOWED] = SIGN_MANY,
    [JOB_LOST] = SIGN_LOST,    [JOB_UNCOMMITTED] = SIGN_MANY,      [JOB_DETECT] = SIGN_DETECT,
    [JOB_WAIT] = SIGN_WAIT,    [JOB_RESTART] = SIGN_START,         [JOB_RESTORE] = SIGN_RESTORE,
    [JOB_BLOCKED] = SIGN_WAIT, [JOB_START] = SIGN_START,           [JOB_TRANSFER] = SIGN_FETCH,
    [JOB_IDLE] = SIGN_IDLE,
};

struct row {
    uint32_t host, lane;
    uint32_t first, count; /* its slices, in `slices` */
    char label[LABEL];
};
struct timeline {
    const struct tracks *tracks;
    struct sink *out;
    simtime makespan;
    int width;         /* of a row's picture */
    int margin;        /* of the labels */
    int64_t *weights;  /* of a row: [column][sign], ns */
    uint64_t *capital; /* of a row, by column: the letters whose calls begin there */
    bool is_used[SIGNS];
    uint32_t *slices; /* indices of sorted marks, row by row */
    uint32_t *downs;  /* of those of nodes that go down and come up */
    uint32_t downs_count;
    struct row rows[TIMELINE_ROWS];
    uint32_t rows_count, rows_hidden;
};

static enum sign letter_of(uint32_t function)
{
    return function < SIGN_MANY ? (enum sign)function : SIGN_MANY;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void add_row(struct timeline *t, uint32_t host, uint32_t lane, bool is_alone)
{
    if (t->rows_count == TIMELINE_ROWS) {
        t->rows_hidden++;
        return;
    }
    struct row *row = &t->rows[t->rows_count++];
    struct text text = text_over(row->label, sizeof row->label);
    *row = (struct row){.host = host, .lane = lane};
    text_add(&text, "node%" PRIu32, host);
    if (lane & TRACKS_BESIDE)
        text_add(&text, " call %" PRIu32, lane & ~TRACKS_BESIDE);
    else if (!is_alone)
        text_add(&text, " slot %" PRIu32, lane);
    if ((int)text.length > t->margin)
        t->margin = (int)text.length;
}

/* Every node has a row, used or not. */
static void add_rows(struct timeline *t)
{
    for (uint32_t i = 0; i < t->tracks->witness->cell->spec.cluster.nodes; i++) {
        const struct track_host *host = &t->tracks->hosts[i];
        uint32_t slots = host->slots.most > 0 ? host->slots.most : 1;
        for (uint32_t lane = 0; lane < slots; lane++)
            add_row(t, i, lane, slots == 1);
        for (uint32_t lane = 0; lane < host->beside.most; lane++)
            add_row(t, i, TRACKS_BESIDE | lane, false);
    }
}

/* The row that shows this mark; NULL: none does. */
static struct row *row_of(struct timeline *t, const struct track_mark *mark)
{
    if (!track_is_slice(mark))
        return NULL;
    for (uint32_t i = 0; i < t->rows_count; i++)
        if (mark->host == t->rows[i].host && mark->lane == t->rows[i].lane)
            return &t->rows[i];
    return NULL;
}

/* Looked through once for all rows, which then have theirs side by side. */
static bool sort_by_row(struct timeline *t)
{
    uint32_t count = t->tracks->count, first = 0;
    struct row **rows = malloc(count * sizeof *rows + 1);
    t->slices = malloc(count * sizeof *t->slices + 1);
    t->downs = malloc(count * sizeof *t->downs + 1);
    if (!rows || !t->slices || !t->downs) {
        free(rows);
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct track_mark *mark = tracks_at(t->tracks, i);
        rows[i] = row_of(t, mark);
        if (rows[i])
            rows[i]->count++;
        else if (mark->kind == TRACK_INSTANT && mark->class <= INSTANT_UP)
            t->downs[t->downs_count++] = i;
    }
    for (uint32_t i = 0; i < t->rows_count; i++) {
        t->rows[i].first = first;
        first += t->rows[i].count;
        t->rows[i].count = 0;
    }
    for (uint32_t i = 0; i < count; i++)
        if (rows[i])
            t->slices[rows[i]->first + rows[i]->count++] = i;
    free(rows);
    return true;
}

static const struct track_mark *slice_at(const struct timeline *t, const struct row *row,
                                         uint32_t i)
{
    return tracks_at(t->tracks, t->slices[row->first + i]);
}

/* ---- the picture --------------------------------------------------------------------------- */

static simtime column_begins(const struct timeline *t, int column)
{
    return (simtime)((slot_ns)t->makespan * column / t->width);
}

static int column_of(const struct timeline *t, simtime time)
{
    int column = (int)((slot_ns)time * t->width / t->makespan);
    while (column > 0 && column_begins(t, column) > time)
        column--;
    while (column + 1 < t->width && column_begins(t, column + 1) <= time)
        column++;
    return column < t->width ? column : t->width - 1;
}

/* The time from `since` to `until` is of this sign, and of no longer of that one. */
static void weigh(struct timeline *t, enum sign sign, enum sign instead_of, simtime since,
                  simtime until)
{
    for (int column = column_of(t, since); since < until; column++) {
        simtime end = column + 1 < t->width ? column_begins(t, column + 1) : t->makespan;
        end = end < until ? end : until;
        t->weights[column * SIGNS + (int)sign] += end - since;
        t->weights[column * SIGNS + (int)instead_of] -= end - since;
        since = end;
    }
}

static void begin_letter(struct timeline *t, enum sign letter, simtime time)
{
    if (time < t->makespan)
        t->capital[column_of(t, time)] |= UINT64_C(1) << letter;
}

static void weigh_phase(struct timeline *t, const struct track_mark *phase,
                        const struct track_mark *call, bool is_actor)
{
    enum sign sign = sign_of_class[phase->class];
    bool is_in_call = call && phase->since < call->until;
    if (sign == SIGN_MANY && is_in_call)
        sign = letter_of(call->function);
    weigh(t, sign, is_actor ? SIGN_IDLE : SIGN_FREE, phase->since, phase->until);
}

static void weigh_downs(struct timeline *t, const struct row *row)
{
    simtime down = -1;
    for (uint32_t i = 0; i < t->downs_count; i++) {
        const struct track_mark *mark = tracks_at(t->tracks, t->downs[i]);
        if (mark->host != row->host)
            continue;
        if (mark->class == INSTANT_DOWN)
            down = mark->since;
        else if (mark->class == INSTANT_UP && down >= 0) {
            weigh(t, SIGN_DOWN, SIGN_FREE, down, mark->since);
            down = -1;
        }
    }
    if (down >= 0)
        weigh(t, SIGN_DOWN, SIGN_FREE, down, t->makespan);
}

static void weigh_row(struct timeline *t, const struct row *row)
{
    const struct track_mark *call = NULL;
    bool is_actor = false;
    memset(t->weights, 0, (size_t)t->width * SIGNS * sizeof *t->weights);
    memset(t->capital, 0, (size_t)t->width * sizeof *t->capital);
    for (int column = 0; column < t->width; column++)
        t->weights[column * SIGNS + SIGN_FREE] =
            (column + 1 < t->width ? column_begins(t, column + 1) : t->makespan) -
            column_begins(t, column);
    weigh_downs(t, row);
    for (uint32_t i = 0; i < row->count; i++) {
        const struct track_mark *mark = slice_at(t, row, i);
        if (mark->kind == TRACK_PHASE) {
            weigh_phase(t, mark, call, is_actor);
            continue;
        }
        is_actor = mark->kind == TRACK_ACTOR || (is_actor && mark->kind == TRACK_CALL);
        call = mark->kind == TRACK_ACTOR ? NULL : mark;
        if (is_actor && !call)
            weigh(t, SIGN_IDLE, SIGN_FREE, mark->since, mark->until);
        if (call)
            begin_letter(t, letter_of(call->function), call->since);
        if (mark->lane & TRACKS_BESIDE)
            weigh(t, letter_of(call->function), SIGN_FREE, call->since, call->until);
    }
}

static enum sign sign_at(const struct timeline *t, int column)
{
    const int64_t *weights = &t->weights[column * SIGNS];
    int64_t whole = column_begins(t, column + 1) - column_begins(t, column);
    enum sign most = 0, rare = SIGN_CHECKPOINT;
    for (enum sign sign = 0; sign < SIGNS; sign++) {
        if (weights[sign] > weights[most])
            most = sign;
        if (sign >= SIGN_CHECKPOINT && sign <= SIGN_LOST && weights[sign] > weights[rare])
            rare = sign;
    }
    return weights[rare] > 0 && weights[rare] >= whole / 4 ? rare : most;
}

/* A call that begins where something else took most has its capital behind it. */
static void draw_row(struct timeline *t, const struct row *row)
{
    uint64_t begun = 0;
    weigh_row(t, row);
    io_printf(t->out, "  %-*s |", t->margin, row->label);
    for (int column = 0; column < t->width; column++) {
        enum sign sign = sign_at(t, column);
        char c = sign < SIGN_MANY ? (char)('a' + (int)sign) : signs[sign].sign;
        begun |= t->capital[column];
        if (sign < SIGN_MANY && (begun >> sign & 1)) {
            c = (char)('A' + (int)sign);
            begun &= ~(UINT64_C(1) << sign);
        }
        t->is_used[sign] = true;
        io_put(t->out, &c, 1);
    }
    io_printf(t->out, "|\n");
}

/* ---- the axis ------------------------------------------------------------------------------ */

static const struct unit {
    simtime ns;
    const char *name;
} units[] = {{SIMTIME_SECOND, "s"},
             {60 * SIMTIME_SECOND, "min"},
             {3600 * SIMTIME_SECOND, "h"},
             {86400 * SIMTIME_SECOND, "d"}};
enum { UNITS = sizeof units / sizeof *units };

/* The smallest round time of at least so much: 1, 2 or 5 times a power of ten of a second, or so
 * many minutes, hours or days. */
static simtime round_up(simtime least)
{
    static const simtime seconds[] = {60,    120,   300,   600,   1200,   1800,   3600,  7200,
                                      10800, 21600, 43200, 86400, 172800, 432000, 864000};
    for (simtime step = 1; step < 60 * SIMTIME_SECOND; step *= 10)
        for (int i = 1; i <= 5; i += i == 1 ? 1 : 3)
            if (step * i >= least && step * i < 60 * SIMTIME_SECOND)
                return step * i;
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
        if (seconds[i] * SIMTIME_SECOND >= least)
            return seconds[i] * SIMTIME_SECOND;
    simtime step = 864000 * SIMTIME_SECOND;
    while (step < least && step < SIMTIME_NEVER / 4)
        step *= 2;
    return step;
}

static const struct unit *unit_of(simtime step)
{
    int unit = 0;
    while (unit + 1 < UNITS && step >= units[unit + 1].ns)
        unit++;
    return &units[unit];
}

static void add_tick(struct text *text, const struct unit *unit, simtime time)
{
    text_add_number(text, simtime_seconds(time) / simtime_seconds(unit->ns));
    text_add(text, " %s", unit->name);
}

/* Labels stand above the column that their time falls in. */
static void draw_axis(struct timeline *t)
{
    char bytes[LINE];
    simtime step = round_up(column_begins(t, TICK_APART < t->width ? TICK_APART : t->width));
    const struct unit *unit = unit_of(step);
    int at = 0;
    io_printf(t->out, "  %-*s  ", t->margin, "");
    for (simtime time = 0; time < t->makespan; time += step) {
        struct text text = text_over(bytes, sizeof bytes);
        int column = column_of(t, time);
        add_tick(&text, unit, time);
        if (column < at || column + (int)text.length > t->width)
            continue;
        io_printf(t->out, "%*s%s", column - at, "", bytes);
        at = column + (int)text.length;
    }
    io_printf(t->out, "\n");
}

/* ---- the legend ---------------------------------------------------------------------------- */

static void add_entry(struct timeline *t, struct text *line, char sign, const char *name)
{
    int wanted = (int)strlen(name) + 5, limit = t->margin + t->width + 5;
    if (line->length > 0 && (int)line->length + wanted > limit) {
        io_printf(t->out, "%s\n", line->bytes);
        *line = text_over(line->bytes, line->capacity);
    }
    text_add(line, "%s%c %s", line->length ? "   " : "  ", sign, name);
}

static void draw_legend(struct timeline *t)
{
    const struct program *program = t->tracks->witness->cell->spec.program;
    char bytes[LINE];
    struct text line = text_over(bytes, sizeof bytes);
    for (uint32_t i = 0; i < program->functions_count && i < SIGN_MANY; i++)
        if (t->is_used[i])
            add_entry(t, &line, (char)('a' + i), program->functions[i].name);
    for (unsigned sign = SIGN_MANY; sign < SIGN_FREE; sign++)
        if (t->is_used[sign])
            add_entry(t, &line, signs[sign].sign, signs[sign].help);
    io_printf(t->out, "%s%s", bytes, line.length ? "\n" : "");
    io_printf(t->out, "  a column shows what took most of it; # ~ ? ! where they took a quarter\n");
}

/* ---- the list ------------------------------------------------------------------------------ */

/* Attempts and calls as a whole; of what an actor does besides, its phases. */
static bool is_listed(const struct track_mark *mark, const struct track_mark *around)
{
    return mark->kind == TRACK_ATTEMPT || mark->kind == TRACK_CALL ||
           (mark->kind == TRACK_PHASE && mark->function == PROGRAM_NOTHING &&
            !(around && mark->since < around->until));
}

static void add_interval(struct text *text, const struct timeline *t, const struct track_mark *mark)
{
    static const char *const phases[JOB_CLASSES] = {
        [JOB_USEFUL] = "works",     [JOB_CHECKPOINT] = "checkpoint", [JOB_SLOWED] = "works",
        [JOB_LOST] = "works, lost", [JOB_UNCOMMITTED] = "works",     [JOB_DETECT] = "failed",
        [JOB_WAIT] = "waits",       [JOB_RESTART] = "starts again",  [JOB_RESTORE] = "restores",
        [JOB_BLOCKED] = "waits",    [JOB_START] = "starts",          [JOB_TRANSFER] = "fetches",
        [JOB_IDLE] = "idle",
    };
    if (mark->kind == TRACK_PHASE) {
        witness_add_actor(text, t->tracks->witness, mark->actor);
        text_add(text, " %s", phases[mark->class]);
        return;
    }
    text_add(text, "%s", witness_function(t->tracks->witness, mark->function));
    if (mark->outcome == OUTCOME_FAILED)
        text_add(text, " (failed: %s)", witness_causes[mark->cause]);
    else if (mark->outcome != OUTCOME_DONE)
        text_add(text, mark->outcome == OUTCOME_STOPPED ? " (stopped)" : " (unfinished)");
}

static void list_interval(struct timeline *t, const struct row *row, const struct track_mark *mark,
                          bool is_first)
{
    char bytes[LINE], from[64], to[64];
    struct text text = text_over(bytes, sizeof bytes), since = text_over(from, sizeof from),
                until = text_over(to, sizeof to);
    text_add_number(&since, simtime_seconds(mark->since));
    text_add_number(&until, simtime_seconds(mark->until));
    add_interval(&text, t, mark);
    io_printf(t->out, "  %-*s  [%s - %s s]  %s\n", t->margin, is_first ? row->label : "", from, to,
              bytes);
}

/* How many there are; draws them when asked to. */
static uint32_t list_row(struct timeline *t, const struct row *row, bool is_drawn)
{
    const struct track_mark *around = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < row->count; i++) {
        const struct track_mark *mark = slice_at(t, row, i);
        if (is_listed(mark, around)) {
            if (is_drawn)
                list_interval(t, row, mark, count == 0);
            count++;
        }
        if (mark->kind == TRACK_CALL)
            around = mark;
    }
    return count;
}

static void draw_list(struct timeline *t)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->rows_count; i++)
        count += list_row(t, &t->rows[i], false);
    if (count > TIMELINE_LISTED || t->rows_hidden > 0)
        return;
    io_printf(t->out, "\n");
    for (uint32_t i = 0; i < t->rows_count; i++)
        list_row(t, &t->rows[i], true);
}

/* ---- all of it ----------------------------------------------------------------------------- */

static void draw(struct timeline *t, uint32_t replication)
{
    char bytes[64], column[64];
    struct text makespan = text_over(bytes, sizeof bytes), each = text_over(column, sizeof column);
    text_add_duration(&makespan, t->makespan);
    text_add_duration(&each, t->makespan / t->width);
    io_printf(t->out, "timeline of replication %" PRIu32 " (%s; a column is %s)\n", replication,
              bytes, column);
    draw_axis(t);
    for (uint32_t i = 0; i < t->rows_count; i++)
        draw_row(t, &t->rows[i]);
    if (t->rows_hidden > 0)
        io_printf(t->out, "  and %" PRIu32 " rows more: cairn trace shows them all\n",
                  t->rows_hidden);
    draw_legend(t);
    draw_list(t);
}

static enum status draw_tracks(struct sink *out, const struct tracks *tracks, uint32_t replication,
                               int columns, simtime makespan)
{
    struct timeline t = {.tracks = tracks, .out = out, .makespan = makespan};
    if (makespan == 0) {
        io_printf(out, "timeline of replication %" PRIu32 ": it takes no time\n", replication);
        return STATUS_OK;
    }
    add_rows(&t);
    t.width = columns - t.margin - 5;
    t.width = t.width < LEAST ? LEAST : t.width;
    if (makespan < t.width)
        t.width = (int)makespan;
    t.weights = calloc((size_t)t.width * SIGNS, sizeof *t.weights);
    t.capital = calloc((size_t)t.width, sizeof *t.capital);
    bool is_ready = t.weights && t.capital && sort_by_row(&t);
    if (is_ready)
        draw(&t, replication);
    free(t.weights);
    free(t.capital);
    free(t.slices);
    free(t.downs);
    return is_ready ? STATUS_OK : STATUS_MEMORY;
}

enum status timeline_write(struct sink *out, const struct cell *cell, uint32_t replication,
                           int columns, struct record *record, struct diag *diag)
{
    struct witness witness;
    struct tracks tracks;
    enum status status = witness_open(&witness, cell, diag);
    if (status != STATUS_OK)
        return status;
    status = tracks_open(&tracks, &witness, replication, 0, record, diag);
    if (status == STATUS_OK) {
        status = tracks_sort(&tracks, diag);
        if (status == STATUS_OK &&
            draw_tracks(out, &tracks, replication, columns, record->makespan) != STATUS_OK)
            status = diag_world(diag, "draw", NULL, ENOMEM);
        tracks_close(&tracks);
    }
    witness_close(&witness);
    return status;
}
