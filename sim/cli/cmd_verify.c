/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn verify: the same runs in other ways must give the same digests.
 *
 * One thread or all, skipping or step by step: four legs, each replication's digest compared with
 * the first leg's. Of a pipeline nothing is ever skipped: two legs. With a file of rows, those are
 * compared as well. */
#include "analysis/rows.h"
#include "sim/cli/prepare.h"
#include <errno.h>
#include <string.h>

struct leg {
    const char *name;
    unsigned threads; /* 0: all */
    bool no_skip;
};

static const struct leg legs[] = {
    {"one thread", 1, false},
    {"all threads", 0, false},
    {"one thread, step by step", 1, true},
    {"all threads, step by step", 0, true},
};
enum { LEGS = sizeof legs / sizeof *legs };

static bool is_same(const struct record *a, const struct record *b)
{
    return a->digest.high == b->digest.high && a->digest.low == b->digest.low &&
           a->makespan == b->makespan && a->events == b->events;
}

/* The first replication in which two sets differ, or n. */
static uint32_t first_difference(const struct record *a, const struct record *b, uint32_t n)
{
    uint32_t i = 0;
    while (i < n && is_same(&a[i], &b[i]))
        i++;
    return i;
}

static bool report(struct cli *cli, const char *name, const struct record *a,
                   const struct record *b, uint32_t n)
{
    uint32_t at = first_difference(a, b, n);
    if (at == n)
        io_printf(&cli->out, "  %-26s %u of %u digests equal\n", name, n, n);
    else
        io_printf(&cli->out, "  %-26s DIFFERS, first in replication %u\n", name, a[at].replication);
    return at == n;
}

static enum status run_leg(struct cli *cli, struct prepared *p, const struct leg *leg,
                           struct record **records, uint32_t *n)
{
    struct study study = p->study;
    struct cell cell = p->study.cells[0];
    cell.records = NULL; /* a leg's are its own */
    cell.count = cell.capacity = 0;
    study.cells = &cell;
    study.count = 1;
    struct study_options options = {.threads = leg->threads ? leg->threads : cli->jobs,
                                    .replications = cli->reps,
                                    .no_skip = leg->no_skip};
    enum status status = study_run(&study, &options, &cli->diag);
    *records = cell.records;
    *n = cell.count;
    return status;
}

/* Rows of a file, held against ours; a replication that we did not run is not compared. */
static enum status compare_rows(struct cli *cli, const struct record *ours, uint32_t n, bool *is_ok)
{
    struct rows rows;
    const char *path = cli->arguments[1];
    enum status status = rows_read(path, &cli->arena, &cli->diag, &rows);
    if (status != STATUS_OK)
        return status;
    if (rows.cells_count != 1)
        return cli_usage(cli, "%s holds %u cells; verify compares one", path, rows.cells_count);
    struct record *theirs = arena_array(&cli->arena, n, sizeof *theirs);
    struct record *mine = arena_array(&cli->arena, n, sizeof *mine);
    if (!theirs || !mine)
        return diag_world(&cli->diag, "compare", path, ENOMEM);
    uint32_t both = 0;
    for (uint32_t i = 0; i < rows.cells[0].count; i++) {
        const struct record *row = &rows.cells[0].records[i];
        if (row->replication >= n)
            continue;
        theirs[both] = *row;
        mine[both++] = ours[row->replication];
    }
    if (both == 0)
        return cli_usage(cli, "%s has no replication that was run here", path);
    *is_ok &= report(cli, path, mine, theirs, both);
    return STATUS_OK;
}

int cmd_verify(struct cli *cli)
{
    struct prepared *p = arena_alloc(&cli->arena, sizeof *p);
    struct record *records[LEGS];
    uint32_t n = 0;
    bool is_ok = true;
    if (!p)
        return cli_exit(STATUS_MEMORY);
    enum status status = prepare_read(cli, cli->arguments[0], NULL, p);
    if (status == STATUS_OK && p->varied_count > 0)
        status = cli_usage(cli, "verify takes one value a key");
    if (status == STATUS_OK)
        status = prepare_cells(cli, p, 0);
    for (int i = 0; i < LEGS && status == STATUS_OK; i++) {
        if (legs[i].no_skip && p->study.cells[0].spec.program)
            continue;
        status = run_leg(cli, p, &legs[i], &records[i], &n);
        if (status == STATUS_OK && i == 0)
            io_printf(&cli->out, "%s: %u replications\n", p->name, n);
        else if (status == STATUS_OK)
            is_ok &= report(cli, legs[i].name, records[0], records[i], n);
    }
    if (status == STATUS_OK && cli->arguments_count == 2)
        status = compare_rows(cli, records[0], n, &is_ok);
    return status != STATUS_OK ? cli_exit(status) : is_ok ? EXIT_DONE : EXIT_NO;
}
