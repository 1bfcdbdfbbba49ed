/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several cells side by side, on the same failures.
 *
 * Differences are paired: cell and baseline met the same failures, so what they share cancels.
 * Where one of a pair did not finish, makespans cannot be compared: the pair is counted as
 * censored. */
#include "sim/base/text.h"
#include "sim/cli/report_program.h"
#include "sim/cli/report_routes.h"
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct line {
    const struct cell *cell;
    struct summary summary;
    struct summary_difference difference; /* from the baseline */
    bool is_baseline;
};

static int label_width(const struct prepared *p, uint32_t cells)
{
    size_t width = 10;
    for (uint32_t i = 0; i < cells; i++)
        if (strlen(p->study.cells[i].label) > width)
            width = strlen(p->study.cells[i].label);
    return width > 48 ? 48 : (int)width;
}

static void add_signed(struct text *text, const struct estimate *seconds)
{
    char bytes[REPORT_TEXT];
    if (seconds->n == 0 || !isfinite(seconds->mean)) {
        text_add(text, "-");
        return;
    }
    text_add(text, "%s%s", seconds->mean < 0 ? "-" : "",
             report_duration(bytes, fabs(seconds->mean)));
}

static void print_line(struct sink *out, const struct line *line, int width)
{
    const struct summary *s = &line->summary;
    const struct summary_difference *d = &line->difference;
    char bytes[5][REPORT_TEXT];
    struct text interval = text_over(bytes[0], REPORT_TEXT),
                waste = text_over(bytes[1], REPORT_TEXT),
                against = text_over(bytes[2], REPORT_TEXT),
                saved = text_over(bytes[3], REPORT_TEXT),
                overhead = text_over(bytes[4], REPORT_TEXT);
    if (line->cell->has_interval && line->cell->interval != SIMTIME_NEVER)
        text_add_duration(&interval, line->cell->interval);
    else
        text_add(&interval, "-");
    text_add(&waste, "%.2f %%", 100 * s->waste.mean);
    if (s->n > 1)
        text_add(&waste, " ± %.2f", 100 * estimate_half_width(&s->waste));
    if (line->is_baseline) {
        text_add(&against, "baseline");
        text_add(&saved, "-");
        text_add(&overhead, "-");
    } else {
        text_add(&against, "%+.2f", 100 * d->waste.mean);
        if (s->n > 1)
            text_add(&against, " ± %.2f", 100 * estimate_half_width(&d->waste));
        add_signed(&saved, &d->saved);
        add_signed(&overhead, &d->overhead);
    }
    /* "±" is one column and two bytes */
    io_printf(out, "  %-*.*s  %-9s  %-*s  %-*s  %-9s  %-9s", width, width, line->cell->label,
              bytes[0], s->n > 1 ? 17 : 16, bytes[1], !line->is_baseline && s->n > 1 ? 17 : 16,
              bytes[2], bytes[3], bytes[4]);
    if (s->bounded > 0)
        io_printf(out, "  %6.2f %%", 100 * s->regret.mean);
    else
        io_printf(out, "       -  ");
    if (s->finished < s->n)
        io_printf(out, "  %u of %u did not finish", s->n - s->finished, s->n);
    io_printf(out, "\n");
}

/* As the rows have it: of a long key what stands behind its last dot. */
static const char *last_part(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot ? dot + 1 : key;
}

/* The least waste; then who is not measurably worse than that. */
static enum status print_verdict(struct cli *cli, const struct line *lines, uint32_t cells)
{
    struct sink *out = &cli->out;
    uint32_t best = 0, others = 0;
    for (uint32_t i = 1; i < cells; i++)
        if (lines[i].summary.waste.mean < lines[best].summary.waste.mean)
            best = i;
    io_printf(out, "\n  least waste: %s, %.2f %%", lines[best].cell->label,
              100 * lines[best].summary.waste.mean);
    for (uint32_t i = 0; i < cells; i++) {
        struct summary_difference d;
        if (i == best || lines[i].cell->count != lines[best].cell->count)
            continue;
        if (!summary_compare(&d, lines[i].cell->records, lines[best].cell->records,
                             lines[best].cell->count))
            return diag_world(&cli->diag, "summarise", NULL, ENOMEM);
        if (lines[best].cell->count > 1 && d.waste.low <= 0)
            io_printf(out, "%s%s",
                      others++ ? ", " : "; not measurably worse: ", lines[i].cell->label);
    }
    io_printf(out, ".\n");
    return STATUS_OK;
}

/* Where requests are routed: who waits for answers asks for little else. */
static void print_shortest(struct sink *out, const struct line *lines, uint32_t cells)
{
    const struct line *best = NULL;
    char response[REPORT_TEXT];
    for (uint32_t i = 0; i < cells; i++)
        if (lines[i].summary.routes.answered > 0 &&
            (!best || lines[i].summary.routes.response < best->summary.routes.response))
            best = &lines[i];
    if (best)
        io_printf(out, "  shortest response: %s, %s.\n", best->cell->label,
                  report_duration(response, best->summary.routes.response));
}

static enum status fill_line(struct cli *cli, const struct prepared *p, uint32_t i,
                             uint32_t baseline, struct line *line)
{
    const struct cell *cell = &p->study.cells[i], *base = &p->study.cells[baseline];
    line->cell = cell;
    line->is_baseline = i == baseline;
    if (!summary_of(&line->summary, cell->records, cell->count) ||
        !summary_compare(&line->difference, cell->records, base->records,
                         cell->count < base->count ? cell->count : base->count))
        return diag_world(&cli->diag, "summarise", NULL, ENOMEM);
    return STATUS_OK;
}

/* When the last of those that did not finish in time was stopped. */
static simtime latest(const struct cell *cell)
{
    simtime time = 0;
    for (uint32_t i = 0; i < cell->count; i++)
        if (cell->records[i].end == END_HORIZON && cell->records[i].makespan > time)
            time = cell->records[i].makespan;
    return time;
}

/* Who loses more at failures than is gained between them never gets through, and takes longest. */
static void print_endless(struct sink *out, const struct line *lines, uint32_t cells)
{
    uint32_t others = 0;
    for (uint32_t i = 0; i < cells; i++) {
        const struct summary *s = &lines[i].summary;
        char horizon[REPORT_TEXT];
        if (s->ended[END_HORIZON] == 0)
            continue;
        io_printf(out, "%s%s (%u of %u, after %s)",
                  others++ ? ", " : "\n  Not finished by the horizon, or the end of the trace: ",
                  lines[i].cell->label, s->ended[END_HORIZON], s->n,
                  report_duration(horizon, simtime_seconds(latest(lines[i].cell))));
    }
    if (others)
        io_printf(out, ".\n  Such runs take longest; a shorter 'horizon' ends them sooner.");
}

static void print_notes(struct sink *out, const struct prepared *p, const struct line *lines,
                        uint32_t cells, const uint32_t *baseline_of)
{
    uint32_t censored = 0, unpaired = 0;
    for (uint32_t i = 0; i < cells; i++) {
        censored += lines[i].difference.censored;
        unpaired += !lines[i].difference.is_paired;
    }
    io_printf(out,
              "\n  points: waste against %s, on the same failures%s; saved and overhead per run, "
              "against the same;\n  regret: ",
              p->study.cells[baseline_of[0]].label, unpaired ? " where these agree" : "");
    if (lines[0].cell->no_bound)
        io_printf(out, "none, because %s.", lines[0].cell->no_bound);
    else
        io_printf(out, "makespan beyond the best possible on these failures.");
    if (censored)
        io_printf(out,
                  "\n  %u pairs are censored (one of the two did not finish): not in saved and "
                  "overhead.",
                  censored);
    print_endless(out, lines, cells);
    io_printf(out, "\n");
}

/* Where requests are routed, what they met; near: the share of the driver's own node. */
static void print_routes(struct sink *out, const struct prepared *p, const struct line *lines,
                         uint32_t cells, int width)
{
    double routed = 0;
    for (uint32_t i = 0; i < cells; i++)
        routed += lines[i].summary.routes.routed;
    if (!(routed > 0))
        return;
    report_routes_head(out, width, p->varied_count == 1 ? last_part(p->keys[0]) : "cell");
    for (uint32_t i = 0; i < cells; i++)
        report_routes_line(out, width, lines[i].cell->label, &lines[i].summary);
}

static void print_head(struct sink *out, const char *name, const struct cell *cell)
{
    const uint32_t workers = cell->spec.group.workers;
    char words[512], work[REPORT_TEXT], mtbf[REPORT_TEXT];
    struct text text = text_over(words, sizeof words);
    if (cell->spec.program)
        report_program_add(&text, &cell->spec);
    else
        text_add(&text, "%u worker%s, %s of work", workers, workers == 1 ? "" : "s",
                 report_duration(work, simtime_seconds(cell->spec.group.work)));
    double between = cell->spec.program ? cell->node_mtbf_s : cell->mtbf_s;
    io_printf(out, "%s: %s, mean time between failures %s; %u replications, seed %" PRIu64 "\n\n",
              name, words, isinf(between) ? "never" : report_duration(mtbf, between), cell->count,
              cell->spec.seed);
}

enum status report_sweep(struct cli *cli, const struct prepared *prepared, uint32_t cells,
                         const uint32_t *baseline_of)
{
    const struct prepared *p = prepared;
    struct sink *out = &cli->out;
    int width = label_width(p, cells);
    struct line *lines = arena_array(&cli->arena, cells, sizeof *lines);
    if (!lines)
        return diag_world(&cli->diag, "summarise", NULL, ENOMEM);
    for (uint32_t i = 0; i < cells; i++) {
        enum status status = fill_line(cli, p, i, baseline_of[i], &lines[i]);
        if (status != STATUS_OK)
            return status;
    }
    print_head(out, p->name, &p->study.cells[0]);
    io_printf(out, "  %-*s  %-9s  %-16s  %-16s  %-9s  %-9s  %8s\n", width,
              p->varied_count == 1 ? last_part(p->keys[0]) : "cell", "interval", "waste", "points",
              "saved", "overhead", "regret");
    for (uint32_t i = 0; i < cells; i++)
        print_line(out, &lines[i], width);
    print_routes(out, p, lines, cells, width);
    print_notes(out, p, lines, cells, baseline_of);
    enum status status = print_verdict(cli, lines, cells);
    print_shortest(out, lines, cells);
    return status;
}
