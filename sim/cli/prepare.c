/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells from axes: the product, first axis slowest, in the order given. */
#include "sim/cli/prepare.h"
#include "sim/base/text.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static enum status add_set(struct cli *cli, struct prepared *p, const char *text)
{
    if (p->sets_count == sizeof p->sets / sizeof *p->sets)
        return cli_usage(cli, "too many --set");
    enum status status = axis_split(text, &cli->arena, &cli->diag, &p->sets[p->sets_count]);
    if (status == STATUS_OK)
        p->sets_count++;
    return status;
}

static bool has_value_twice(const struct axis *axis)
{
    for (uint32_t i = 1; i < axis->count; i++)
        for (uint32_t j = 0; j < i; j++)
            if (axis->values[i].length == axis->values[j].length &&
                memcmp(axis->source.text + axis->values[i].start,
                       axis->source.text + axis->values[j].start, axis->values[i].length) == 0)
                return true;
    return false;
}

static enum status find_axes(struct cli *cli, struct prepared *p)
{
    for (uint32_t i = 0; i < p->sets_count; i++) {
        if (p->sets[i].count < 2)
            continue;
        if (p->varied_count == LIMIT_AXES)
            return cli_usage(cli, "too many axes; the limit is %d", LIMIT_AXES);
        for (uint32_t j = 0; j < p->varied_count; j++)
            if (strcmp(p->keys[j], p->sets[i].key) == 0)
                return cli_usage(cli,
                                 "--set %s has several values twice; name them all in one --set",
                                 p->keys[j]);
        if (strcmp(p->sets[i].key, "replications") == 0)
            return cli_usage(cli, "replications cannot be an axis: cells are compared on the same "
                                  "number of them");
        if (has_value_twice(&p->sets[i]))
            return cli_usage(cli, "--set %s names a value twice", p->sets[i].key);
        p->keys[p->varied_count] = p->sets[i].key;
        p->varied[p->varied_count++] = i;
    }
    return STATUS_OK;
}

enum status prepare_read(struct cli *cli, const char *path, const char *more,
                         struct prepared *prepared)
{
    struct prepared *p = prepared;
    char seed[64];
    *p = (struct prepared){0};
    enum status status = scenario_read(path, &cli->arena, &cli->diag, &p->document);
    p->document.controllers = cli->controllers;
    if (status == STATUS_OK && more)
        status = add_set(cli, p, more);
    for (int i = 0; i < cli->sets_count && status == STATUS_OK; i++)
        status = add_set(cli, p, cli->sets[i]);
    if (status == STATUS_OK && cli_has(cli, OPTION_SEED)) {
        int length = snprintf(seed, sizeof seed, "seed=%s", cli->values[OPTION_SEED]);
        char *kept = arena_copy(&cli->arena, seed, (size_t)length);
        status = kept ? add_set(cli, p, kept) : diag_world(&cli->diag, "read", "--seed", ENOMEM);
    }
    return status == STATUS_OK ? find_axes(cli, p) : status;
}

static const char *value_text(struct cli *cli, const struct axis *axis, uint32_t index)
{
    struct axis_slice slice = axis->values[index];
    return arena_copy(&cli->arena, axis->source.text + slice.start, slice.length);
}

void prepare_add_controller(struct text *text, const char *value)
{
    static const char *const dropped[] = {"{", "}", "name: ", " interval: "};
    while (*value) {
        size_t skip = 0;
        for (unsigned i = 0; i < sizeof dropped / sizeof *dropped && skip == 0; i++)
            if (strncmp(value, dropped[i], strlen(dropped[i])) == 0)
                skip = strlen(dropped[i]);
        if (skip == 0 || *value == ' ')
            text_add(text, "%c", *value);
        value += skip ? skip : 1;
    }
}

/* "controller=daly" reads best as "daly"; other axes keep their keys. */
static void write_label(const struct prepared *p, uint32_t cell, char label[CELL_LABEL])
{
    struct text text = text_over(label, CELL_LABEL);
    for (uint32_t i = 0; i < p->varied_count; i++) {
        const char *key = strrchr(p->keys[i], '.');
        key = key ? key + 1 : p->keys[i];
        text_add(&text, "%s", i ? ", " : "");
        if (strcmp(key, "controller") == 0)
            prepare_add_controller(&text, p->values[cell][i]);
        else
            text_add(&text, "%s %s", key, p->values[cell][i]);
    }
}

static enum status build_cell(struct cli *cli, struct prepared *p, uint32_t number,
                              const uint32_t *indices)
{
    struct axis_pick picks[sizeof p->sets / sizeof *p->sets];
    struct scenario *scenario = arena_alloc(&cli->arena, sizeof *scenario);
    const char **values = arena_array(&cli->arena, LIMIT_AXES, sizeof *values);
    if (!scenario || !values)
        return diag_world(&cli->diag, "prepare", NULL, ENOMEM);
    for (uint32_t i = 0; i < p->sets_count; i++)
        picks[i] = (struct axis_pick){&p->sets[i], indices[i]};
    for (uint32_t i = 0; i < p->varied_count; i++)
        if (!(values[i] = value_text(cli, &p->sets[p->varied[i]], indices[p->varied[i]])))
            return diag_world(&cli->diag, "prepare", NULL, ENOMEM);
    p->values[number] = values;
    enum status status =
        scenario_build(&p->document, picks, p->sets_count, &cli->arena, &cli->diag, scenario);
    if (status == STATUS_OK)
        status = cell_prepare(&p->study.cells[number], scenario, &cli->arena, &cli->diag);
    if (status == STATUS_OK)
        write_label(p, number, p->study.cells[number].label);
    return status;
}

static bool next_combination(const struct prepared *p, uint32_t *indices)
{
    for (uint32_t i = p->varied_count; i-- > 0;) {
        uint32_t set = p->varied[i];
        if (++indices[set] < p->sets[set].count)
            return true;
        indices[set] = 0;
    }
    return false;
}

/* Room for all combinations and `reserve` more. */
static enum status make_room(struct cli *cli, struct prepared *p, uint32_t reserve,
                             uint64_t *combinations)
{
    uint64_t cells = 1;
    for (uint32_t i = 0; i < p->varied_count; i++)
        cells *= p->sets[p->varied[i]].count;
    if (cells > LIMIT_CELLS)
        return cli_usage(cli, "%llu combinations; the limit is %d", (unsigned long long)cells,
                         LIMIT_CELLS);
    p->study.arena = &cli->arena;
    p->capacity = cells + reserve;
    p->study.cells = arena_array(&cli->arena, p->capacity, sizeof *p->study.cells);
    p->values = arena_array(&cli->arena, p->capacity, sizeof *p->values);
    *combinations = cells;
    return p->study.cells && p->values ? STATUS_OK
                                       : diag_world(&cli->diag, "prepare", NULL, ENOMEM);
}

enum status prepare_cells(struct cli *cli, struct prepared *prepared, uint32_t reserve)
{
    struct prepared *p = prepared;
    uint32_t indices[sizeof p->sets / sizeof *p->sets] = {0};
    uint64_t combinations;
    enum status status = make_room(cli, p, reserve, &combinations);
    if (status != STATUS_OK)
        return status;
    do {
        status = build_cell(cli, p, p->study.count, indices);
        if (status != STATUS_OK)
            return status;
        p->study.count++;
    } while (next_combination(p, indices));
    p->name = p->study.cells[0].spec.name;
    return STATUS_OK;
}

enum status prepare_suitable(struct cli *cli, struct prepared *prepared, uint32_t reserve,
                             struct prepare_fit *fits)
{
    struct prepared *p = prepared;
    struct diag *diag = &cli->diag;
    uint32_t indices[sizeof p->sets / sizeof *p->sets] = {0};
    uint64_t combinations;
    enum status status = make_room(cli, p, reserve, &combinations);
    for (uint32_t k = 0; k < combinations && status == STATUS_OK; k++) {
        const uint32_t errors = diag->errors, warnings = diag->warnings, kept = diag->kept;
        status = build_cell(cli, p, p->study.count, indices);
        fits[k] = (struct prepare_fit){.cell = PREPARE_UNFIT};
        if (status == STATUS_OK) {
            fits[k].cell = p->study.count++;
        } else if (status == STATUS_INPUT && diag->kept > kept) {
            const char *said = diag->text[kept];
            fits[k].refusal = arena_copy(&cli->arena, said, strcspn(said, "\n"));
            status = fits[k].refusal ? STATUS_OK : STATUS_MEMORY;
        }
        diag->errors = errors; /* a refusal is an answer here, not a mistake */
        diag->warnings = warnings;
        diag->kept = kept;
        next_combination(p, indices);
    }
    if (p->study.count > 0)
        p->name = p->study.cells[0].spec.name;
    return status;
}

enum status prepare_add(struct cli *cli, struct prepared *prepared, uint32_t like, const char *set)
{
    struct prepared *p = prepared;
    uint32_t indices[sizeof p->sets / sizeof *p->sets] = {0};
    assert(p->study.count < p->capacity);
    for (uint32_t i = p->varied_count; i-- > 0;) {
        indices[p->varied[i]] = like % p->sets[p->varied[i]].count;
        like /= p->sets[p->varied[i]].count;
    }
    enum status status = add_set(cli, p, set);
    if (status != STATUS_OK)
        return status;
    if (p->sets[p->sets_count - 1].count > 1)
        status = cli_usage(cli, "one baseline is needed, not %u: '%s'",
                           p->sets[p->sets_count - 1].count, set + strcspn(set, "=") + 1);
    else
        status = build_cell(cli, p, p->study.count, indices);
    p->sets_count--;
    if (status != STATUS_OK)
        return status;
    struct text text = text_over(p->study.cells[p->study.count].label, CELL_LABEL);
    prepare_add_controller(&text, set + strcspn(set, "=") + 1);
    p->study.count++;
    return STATUS_OK;
}

/* ---- running ------------------------------------------------------------------------------- */

struct ticker {
    uint64_t last_ns;
    bool has_printed;
};

static void tick(void *context, const struct study_progress *progress)
{
    struct ticker *ticker = context;
    uint64_t now = io_clock_ns();
    if (now - ticker->last_ns < 200000000)
        return;
    ticker->last_ns = now;
    ticker->has_printed = true;
    fprintf(stderr, "\r  %llu of %llu replications", (unsigned long long)progress->done,
            (unsigned long long)progress->total);
    if (progress->precision > 0)
        fprintf(stderr, ", waste within %.2g %%", 100 * progress->precision);
    fflush(stderr);
}

enum status prepare_run(struct cli *cli, struct prepared *prepared, bool with_bound)
{
    struct ticker ticker = {.last_ns = io_clock_ns()};
    struct study_options options = {.threads = cli->jobs,
                                    .replications = cli->reps,
                                    .precision = cli->precision,
                                    .most = cli->max_reps,
                                    .with_bound = with_bound,
                                    .no_skip = cli_has(cli, OPTION_NO_SKIP),
                                    .progress = io_is_terminal(2) ? tick : NULL,
                                    .context = &ticker};
    enum status status = study_run(&prepared->study, &options, &cli->diag);
    if (ticker.has_printed)
        fputs("\r\033[K", stderr);
    return status;
}

static struct row_cell row_cell(const struct prepared *p, uint32_t cell)
{
    return (struct row_cell){.scenario = p->name,
                             .seed = p->study.cells[cell].spec.seed,
                             .axes = p->varied_count,
                             .keys = p->keys,
                             .values = p->values[cell]};
}

enum status prepare_check_output(struct cli *cli)
{
    const char *path = cli->values[OPTION_OUTPUT];
    struct sink sink;
    if (!cli_has(cli, OPTION_OUTPUT) || strcmp(path, "-") == 0)
        return STATUS_OK;
    size_t length = strlen(path);
    if (length < 5 || strcmp(path + length - 4, ".csv") != 0)
        return cli_usage(cli, "--output '%s': rows are written as CSV, to a name that ends in .csv",
                         path);
    enum status status = io_create(&sink, path, cli_has(cli, OPTION_FORCE), &cli->diag);
    if (status == STATUS_OK)
        io_discard(&sink);
    return status;
}

enum status prepare_write_rows(struct cli *cli, const struct prepared *prepared, uint32_t cells)
{
    struct sink file, *sink = &cli->out;
    if (cli_has(cli, OPTION_OUTPUT)) {
        enum status status =
            io_create(&file, cli->values[OPTION_OUTPUT], cli_has(cli, OPTION_FORCE), &cli->diag);
        if (status != STATUS_OK)
            return status;
        sink = &file;
    }
    for (uint32_t i = 0; i < cells; i++) {
        const struct cell *cell = &prepared->study.cells[i];
        struct row_cell row = row_cell(prepared, i);
        if (i == 0)
            row_write_header(sink, &row);
        for (uint32_t j = 0; j < cell->count; j++)
            row_write_csv(sink, &row, &cell->records[j]);
    }
    return sink == &file ? io_close(&file, &cli->diag) : STATUS_OK;
}

enum status prepare_status(const struct prepared *prepared, uint32_t cells)
{
    for (uint32_t i = 0; i < cells; i++)
        for (uint32_t j = 0; j < prepared->study.cells[i].count; j++)
            if (prepared->study.cells[i].records[j].end != END_FINISHED)
                return STATUS_PARTIAL;
    return STATUS_OK;
}
