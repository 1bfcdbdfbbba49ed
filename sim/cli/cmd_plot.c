/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn plot: waste against interval; overhead against benefit.
 *
 * Both figures run what they show: fixed intervals on a logarithmic grid around theory's optimum,
 * or the controllers, all on the same failures. Theory's curve is exact for exponential failures
 * and is drawn for every law, labelled as what it is, because that is what one wants to compare.
 * For a pipeline, of which there is no such theory, it is Young's interval of its actors alone. */
#include "analysis/plot.h"
#include "analysis/theory.h"
#include "sim/base/fmath.h"
#include "sim/base/text.h"
#include "sim/cli/prepare.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GRID = 13, CURVE = 121, TEXT_BYTES = 200000 };

static struct theory_job theory_of(const struct cell *cell)
{
    const struct spec *spec = &cell->spec;
    return (struct theory_job){
        .costs = {.mu = cell->mtbf_s,
                  .checkpoint = simtime_seconds(spec->group.checkpoint),
                  .restore = simtime_seconds(spec->group.restore),
                  .downtime = simtime_seconds(spec->detection.delay + spec->group.downtime)},
        .work = simtime_seconds(spec->group.work),
        .final_checkpoint = spec->group.final_checkpoint,
        .restore_initial = spec->group.restore_initial};
}

static enum status show(struct cli *cli, const struct figure *figure)
{
    if (cli_has(cli, OPTION_OUTPUT)) {
        const char *path = cli->values[OPTION_OUTPUT];
        enum status status = plot_write(figure, path, cli_has(cli, OPTION_FORCE), &cli->diag);
        const char *dot = strrchr(path, '.');
        if (status == STATUS_OK && dot)
            io_printf(&cli->out, "wrote %s, %.*s.gp and %.*s.csv\n", path, (int)(dot - path), path,
                      (int)(dot - path), path);
        return status;
    }
    char *bytes = arena_alloc(&cli->arena, TEXT_BYTES);
    if (!bytes)
        return diag_world(&cli->diag, "draw", NULL, ENOMEM);
    int columns = io_terminal_columns(1);
    enum status status = plot_text(figure, columns > 110 ? 110 : columns, 28, io_is_terminal(1),
                                   bytes, TEXT_BYTES, &cli->diag);
    io_put(&cli->out, bytes, strlen(bytes));
    return status;
}

/* ---- waste against interval ---------------------------------------------------------------- */

struct interval_data {
    double x[GRID], y[GRID], low[GRID], high[GRID];
    double curve_x[CURVE], curve_y[CURVE];
    double marks[3], bound;
    char title[256], caption[256], labels[3][64];
};

static enum status add_grid(struct cli *cli, struct prepared *p, double best,
                            struct interval_data *d)
{
    char set[128];
    for (int i = 0; i < GRID; i++) {
        double interval = best * fmath_pow(2, (i - GRID / 2) / 2.0);
        simtime ns = simtime_from_seconds(interval);
        struct text text = text_over(set, sizeof set);
        text_add(&text, "controller={name: fixed, interval: ");
        text_add_exact_duration(&text, ns - ns % 1000000 + 1000000);
        text_add(&text, ", min_interval: 1 ms}");
        char *kept = arena_copy(&cli->arena, set, text.length);
        if (!kept)
            return diag_world(&cli->diag, "draw", NULL, ENOMEM);
        enum status status = prepare_add(cli, p, 0, kept);
        if (status != STATUS_OK)
            return status;
        d->x[i] = simtime_seconds(p->study.cells[p->study.count - 1].interval);
    }
    return STATUS_OK;
}

static enum status read_grid(struct cli *cli, const struct prepared *p, struct interval_data *d)
{
    for (int i = 0; i < GRID; i++) {
        struct summary s;
        const struct cell *cell = &p->study.cells[i + 1];
        if (!summary_of(&s, cell->records, cell->count))
            return diag_world(&cli->diag, "draw", NULL, ENOMEM);
        d->y[i] = s.waste.mean;
        d->low[i] = s.waste.low;
        d->high[i] = s.waste.high;
        d->bound = s.bounded > 0 ? s.bound_waste.mean : (double)NAN;
    }
    return STATUS_OK;
}

static void add_theory(const struct cell *cell, struct interval_data *d)
{
    static const enum theory_rule rules[3] = {THEORY_YOUNG, THEORY_DALY, THEORY_EXACT};
    struct theory_job job = theory_of(cell);
    double from = fmath_log(d->x[0]), to = fmath_log(d->x[GRID - 1]);
    for (int i = 0; i < CURVE; i++) {
        job.interval = d->curve_x[i] = fmath_exp(from + (to - from) * i / (CURVE - 1));
        d->curve_y[i] = theory_makespan(&job).waste;
    }
    for (int i = 0; i < 3; i++) {
        d->marks[i] = theory_interval(rules[i], &job.costs);
        snprintf(d->labels[i], sizeof d->labels[i], "%s", theory_rule_name(rules[i]));
    }
}

static enum status show_interval(struct cli *cli, const struct interval_data *d,
                                 struct figure_series *series, size_t count)
{
    struct figure figure = {.title = d->title,
                            .caption = d->caption,
                            .x = {"work between checkpoints", FIGURE_SECONDS, true},
                            .y = {"waste", FIGURE_FRACTION, false},
                            .series = series,
                            .count = count};
    return show(cli, &figure);
}

/* Of a pipeline: points, and where Young's rule would be for one of its actors. */
static enum status draw_program(struct cli *cli, const struct prepared *p, struct interval_data *d)
{
    snprintf(d->caption, sizeof d->caption,
             "%u replications a point, the same failures for all; the interval is of useful work "
             "of each actor",
             p->study.cells[1].count);
    struct figure_series series[] = {
        {"simulated", FIGURE_ERRORBARS, 1, GRID, d->x, d->y, d->low, d->high, NULL},
        {"young, one actor", FIGURE_VLINE, 3, 1, &d->marks[0], NULL, NULL, NULL, NULL},
    };
    return show_interval(cli, d, series, sizeof series / sizeof *series);
}

static enum status draw_interval(struct cli *cli, const struct prepared *p, struct interval_data *d)
{
    const struct cell *cell = &p->study.cells[0];
    snprintf(d->caption, sizeof d->caption,
             "%u replications a point, the same failures for all; theory: exponential failures, "
             "mean time between them %.4g h",
             p->study.cells[1].count, cell->mtbf_s / 3600);
    struct figure_series series[] = {
        {"theory, exponential", FIGURE_LINE, 0, CURVE, d->curve_x, d->curve_y, NULL, NULL, NULL},
        {"simulated", FIGURE_ERRORBARS, 1, GRID, d->x, d->y, d->low, d->high, NULL},
        {"best possible", FIGURE_HLINE, 2, 1, NULL, &d->bound, NULL, NULL, NULL},
        {d->labels[0], FIGURE_VLINE, 3, 1, &d->marks[0], NULL, NULL, NULL, NULL},
        {d->labels[1], FIGURE_VLINE, 4, 1, &d->marks[1], NULL, NULL, NULL, NULL},
        {d->labels[2], FIGURE_VLINE, 5, 1, &d->marks[2], NULL, NULL, NULL, NULL},
    };
    return show_interval(cli, d, series, sizeof series / sizeof *series);
}

/* Young's interval for the actors of a pipeline; 0: there is none. */
static double young_of_actors(struct cli *cli, struct prepared *p)
{
    uint32_t before = p->study.count;
    if (!isfinite(p->study.cells[0].mtbf_s) ||
        prepare_add(cli, p, 0, "controller={name: young, min_interval: 1 ms}") != STATUS_OK)
        return 0;
    double interval = simtime_seconds(p->study.cells[before].interval);
    p->study.count = before;
    return interval;
}

enum status cmd_plot_interval(struct cli *cli, struct prepared *p)
{
    struct interval_data *d = arena_alloc(&cli->arena, sizeof *d);
    if (!d)
        return diag_world(&cli->diag, "draw", NULL, ENOMEM);
    bool is_program = p->study.cells[0].spec.program != NULL;
    struct theory_job job = theory_of(&p->study.cells[0]);
    double best = is_program ? young_of_actors(cli, p) : theory_interval(THEORY_EXACT, &job.costs);
    if (!(best > 0) || !isfinite(best))
        return cli_usage(cli, "this figure needs failures by law or trace, and %s",
                         is_program ? "an actor whose checkpoint costs something"
                                    : "a checkpoint that costs something");
    d->marks[0] = best;
    snprintf(d->title, sizeof d->title, "%s: waste against checkpoint interval", p->name);
    enum status status = add_grid(cli, p, best, d);
    if (status == STATUS_OK)
        status = prepare_run(cli, p, !is_program);
    if (status == STATUS_OK)
        status = read_grid(cli, p, d);
    if (status != STATUS_OK)
        return status;
    if (is_program)
        return draw_program(cli, p, d);
    add_theory(&p->study.cells[0], d);
    return draw_interval(cli, p, d);
}

/* ---- overhead against benefit -------------------------------------------------------------- */

enum { POLICIES = 64 };

struct benefit_data {
    double x[POLICIES], y[POLICIES], low[POLICIES], high[POLICIES];
    const char *names[POLICIES];
    double line[2];
    char title[256], caption[512];
};

static enum status draw_benefit(struct cli *cli, const struct prepared *p, uint32_t cells,
                                uint32_t baseline, struct benefit_data *d)
{
    uint32_t n = 0;
    const struct cell *base = &p->study.cells[baseline];
    double least = 0, most = 0;
    bool differ = false;
    for (uint32_t i = 0; i < cells && n < POLICIES; i++) {
        struct summary_difference difference;
        const struct cell *cell = &p->study.cells[i];
        if (i == baseline)
            continue;
        if (!summary_compare(&difference, cell->records, base->records, cell->count))
            return diag_world(&cli->diag, "draw", NULL, ENOMEM);
        if (difference.saved.n == 0)
            continue;
        d->x[n] = difference.overhead.mean;
        d->y[n] = difference.saved.mean;
        d->low[n] = difference.saved.low;
        d->high[n] = difference.saved.high;
        d->names[n++] = cell->label;
        least = fmin(least, difference.overhead.mean);
        most = fmax(most, difference.overhead.mean);
        differ |= difference.overhead.mean != 0 || difference.saved.mean != 0;
    }
    if (n == 0)
        return cli_usage(cli, "no policy finished in the same replications as the baseline");
    if (!differ)
        return cli_usage(cli,
                         "no controller spent or saved anything: in these runs all did what "
                         "%s did",
                         base->label);
    d->line[0] = least;
    d->line[1] = most;
    snprintf(d->title, sizeof d->title, "%s: time saved against time spent", p->name);
    snprintf(d->caption, sizeof d->caption,
             "per run, against %s on the same failures, %u replications; above the line %s",
             base->label, base->count,
             base->spec.program ? "more is saved than spent" : "the job ends sooner");
    struct figure_series series[] = {
        {"saved = spent", FIGURE_LINE, 0, 2, d->line, d->line, NULL, NULL, NULL},
        {"controllers", FIGURE_MARKER, 1, n, d->x, d->y, d->low, d->high, d->names},
    };
    struct figure figure = {.title = d->title,
                            .caption = d->caption,
                            .x = {"overhead: checkpoints", FIGURE_SECONDS, false},
                            .y = {"saved: lost work, waits, restores", FIGURE_SECONDS, false},
                            .series = series,
                            .count = 2};
    return show(cli, &figure);
}

static enum status plot_benefit(struct cli *cli, struct prepared *p)
{
    struct benefit_data *d = arena_alloc(&cli->arena, sizeof *d);
    uint32_t cells = p->study.count;
    uint32_t *baseline_of = arena_array(&cli->arena, cells, sizeof *baseline_of);
    if (!d || !baseline_of)
        return diag_world(&cli->diag, "draw", NULL, ENOMEM);
    enum status status = cmd_sweep_baselines(cli, p, cells, baseline_of);
    if (status == STATUS_OK)
        status = prepare_run(cli, p, false);
    return status == STATUS_OK ? draw_benefit(cli, p, cells, baseline_of[0], d) : status;
}

int cmd_plot(struct cli *cli)
{
    struct prepared *p = arena_alloc(&cli->arena, sizeof *p);
    const char *kind = cli->arguments_count > 1 ? cli->arguments[1] : "interval";
    bool is_benefit = strcmp(kind, "benefit") == 0;
    if (!p)
        return cli_exit(STATUS_MEMORY);
    if (!is_benefit && strcmp(kind, "interval") != 0)
        return cli_exit(cli_usage(cli, "cairn plot draws interval or benefit, not '%s'", kind));
    enum status status = prepare_read(cli, cli->arguments[0], NULL, p);
    if (status == STATUS_OK && is_benefit && p->varied_count == 0)
        status = prepare_read(cli, cli->arguments[0], cmd_sweep_axis(false), p);
    if (status == STATUS_OK && p->varied_count > (is_benefit ? 1 : 0))
        status =
            cli_usage(cli, "this figure takes %s", is_benefit ? "one axis" : "one value a key");
    if (status == STATUS_OK)
        status = prepare_cells(cli, p, is_benefit ? cmd_sweep_reserve(p) : GRID);
    if (status == STATUS_OK)
        status = is_benefit ? plot_benefit(cli, p) : cmd_plot_interval(cli, p);
    return cli_exit(status);
}
