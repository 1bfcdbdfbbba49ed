/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn sweep with several scenarios: which controller wins where.
 *
 * Each scenario is a sweep of its own, on its own failures; a controller that does not suit one
 * (because it needs steps, say) is left out there, but one that suits none is a mistake. */
#include "sim/cli/report.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct many {
    struct report_matrix matrix;
    struct prepared *prepared; /* one scenario after the other */
    struct prepare_fit *fits;
};

static enum status no_memory(struct cli *cli)
{
    return diag_world(&cli->diag, "prepare", NULL, ENOMEM);
}

/* Whoever wastes least is best; near are those whose paired difference from it may be 0. */
static bool mark_best(const struct many *many, uint32_t column)
{
    const struct report_matrix *m = &many->matrix;
    const struct cell *cells = many->prepared->study.cells;
    uint32_t best = PREPARE_UNFIT;
    for (uint32_t i = 0; i < m->rows; i++) {
        const struct report_entry *e = report_entry(m, i, column);
        if (e->is_there &&
            (best == PREPARE_UNFIT || e->waste.mean < report_entry(m, best, column)->waste.mean))
            best = i;
    }
    if (best == PREPARE_UNFIT)
        return true;
    const struct cell *winner = &cells[many->fits[best].cell];
    report_entry(m, best, column)->is_best = true;
    for (uint32_t i = 0; i < m->rows; i++) {
        struct report_entry *e = report_entry(m, i, column);
        struct summary_difference d;
        if (!e->is_there || i == best)
            continue;
        const struct cell *cell = &cells[many->fits[i].cell];
        if (!summary_compare(&d, cell->records, winner->records, cell->count))
            return false;
        e->is_near = cell->count > 1 && d.waste.low <= 0;
    }
    return true;
}

static bool fill_entry(const struct cell *cell, const struct cell *against, struct report_entry *e)
{
    struct summary s;
    struct summary_difference d;
    if (!summary_of(&s, cell->records, cell->count))
        return false;
    e->is_there = true;
    e->waste = s.waste;
    e->regret = s.bounded > 0 ? s.regret.mean : (double)NAN;
    e->runs = s.n;
    e->unfinished = s.n - s.finished;
    if (!against)
        return true;
    if (!summary_compare(&d, cell->records, against->records, cell->count))
        return false;
    e->difference = d.waste;
    e->has_difference = strcmp(cell->scenario->values[KEY_CONTROLLER].text,
                               against->scenario->values[KEY_CONTROLLER].text) != 0;
    return true;
}

static enum status run_column(struct cli *cli, struct many *many, uint32_t column)
{
    struct report_matrix *m = &many->matrix;
    struct prepared *p = many->prepared;
    const struct cell *against = NULL;
    enum status status = STATUS_OK;
    if (m->against) {
        char *set = arena_alloc(&cli->arena, strlen(m->against) + 16);
        if (!set)
            return no_memory(cli);
        snprintf(set, strlen(m->against) + 16, "controller=%s", m->against);
        status = prepare_add(cli, p, 0, set);
        against = &p->study.cells[p->study.count - 1];
    }
    if (status == STATUS_OK)
        status = prepare_run(cli, p, true);
    for (uint32_t i = 0; i < m->rows && status == STATUS_OK; i++) {
        struct report_entry *e = report_entry(m, i, column);
        if (many->fits[i].cell != PREPARE_UNFIT &&
            !fill_entry(&p->study.cells[many->fits[i].cell], against, e))
            status = no_memory(cli);
    }
    return status == STATUS_OK && !mark_best(many, column) ? no_memory(cli) : status;
}

/* Rows are known when the first scenario has been read: the axis is the same for all. */
static enum status open_matrix(struct cli *cli, struct many *many, const char *axis)
{
    struct report_matrix *m = &many->matrix;
    enum status status = prepare_read(cli, cli->arguments[0], axis, many->prepared);
    if (status != STATUS_OK)
        return status;
    const struct prepared *p = many->prepared;
    if (p->varied_count != 1 || strcmp(p->keys[0], "controller") != 0)
        return cli_usage(cli, "with several scenarios one axis is compared: --set controller=…");
    const struct axis *controllers = &p->sets[p->varied[0]];
    m->rows = controllers->count;
    m->columns = (uint32_t)cli->arguments_count;
    m->against = cli->values[OPTION_AGAINST];
    m->entries = arena_array(&cli->arena, (size_t)m->rows * m->columns, sizeof *m->entries);
    m->row_names = arena_array(&cli->arena, m->rows, sizeof *m->row_names);
    m->column_names = arena_array(&cli->arena, m->columns, sizeof *m->column_names);
    many->fits = arena_array(&cli->arena, m->rows, sizeof *many->fits);
    if (!m->entries || !m->row_names || !m->column_names || !many->fits)
        return no_memory(cli);
    for (uint32_t i = 0; i < m->rows; i++) {
        struct axis_slice slice = controllers->values[i];
        char *written =
            arena_copy(&cli->arena, controllers->source.text + slice.start, slice.length);
        char *shown = arena_alloc(&cli->arena, slice.length + 1u);
        if (!written || !shown)
            return no_memory(cli);
        struct text text = text_over(shown, slice.length + 1u);
        prepare_add_controller(&text, written);
        m->row_names[i] = shown;
    }
    return STATUS_OK;
}

static bool has_unfinished(const struct report_matrix *m)
{
    for (size_t i = 0; i < (size_t)m->rows * m->columns; i++)
        if (m->entries[i].unfinished > 0)
            return true;
    return false;
}

/* A controller that suits no scenario is most likely misspelt. */
static enum status check_rows(struct cli *cli, const struct report_matrix *m)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < m->rows; i++) {
        bool is_there = false;
        for (uint32_t j = 0; j < m->columns; j++)
            is_there |= report_entry(m, i, j)->is_there;
        if (!is_there)
            status = cli_usage(cli, "'%s' suits none of the scenarios: %s", m->row_names[i],
                               report_entry(m, i, 0)->refusal);
    }
    return status;
}

enum status cmd_sweep_many(struct cli *cli)
{
    struct many *many = arena_alloc(&cli->arena, sizeof *many);
    struct prepared *p = arena_alloc(&cli->arena, sizeof *p);
    bool has_axis = false;
    if (!many || !p)
        return no_memory(cli);
    for (int i = 0; i < cli->sets_count; i++)
        has_axis |= strncmp(cli->sets[i], "controller=", strlen("controller=")) == 0;
    if (cli_has(cli, OPTION_JSON) || cli_has(cli, OPTION_CSV) || cli_has(cli, OPTION_OUTPUT))
        return cli_usage(cli, "--json, --csv and --output take one scenario at a time");
    const char *axis = has_axis ? NULL : cmd_sweep_axis(false);
    many->prepared = p;
    enum status status = open_matrix(cli, many, axis);
    for (uint32_t j = 0; j < many->matrix.columns && status == STATUS_OK; j++) {
        if (j > 0)
            status = prepare_read(cli, cli->arguments[j], axis, p);
        if (status == STATUS_OK)
            status = prepare_suitable(cli, p, 1, many->fits);
        many->matrix.column_names[j] = p->name ? p->name : cli->arguments[j];
        if (status == STATUS_OK && p->study.count > 0)
            status = run_column(cli, many, j);
        for (uint32_t i = 0; i < many->matrix.rows && status == STATUS_OK; i++)
            report_entry(&many->matrix, i, j)->refusal = many->fits[i].refusal;
    }
    if (status == STATUS_OK)
        status = check_rows(cli, &many->matrix);
    if (status == STATUS_OK)
        report_matrix(&cli->out, &many->matrix);
    return status == STATUS_OK && has_unfinished(&many->matrix) ? STATUS_PARTIAL : status;
}
