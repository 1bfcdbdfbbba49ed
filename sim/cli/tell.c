/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replications are told one after the other, so that one journal is in memory at a time. */
#include "sim/cli/tell.h"
#include "sim/campaign/decisions.h"
#include "sim/campaign/retell.h"
#include <assert.h>
#include <errno.h>
#include <string.h>

static bool ends_in(const char *path, const char *ending)
{
    size_t length = strlen(path), tail = strlen(ending);
    return length > tail && strcmp(path + length - tail, ending) == 0;
}

enum status tell_check(struct cli *cli, const struct prepared *prepared)
{
    const char *path = cli->values[OPTION_DECISIONS];
    const struct spec *spec = &prepared->study.cells[0].spec;
    uint32_t replications = cli->reps ? cli->reps : spec->replications;
    struct sink sink;
    if (!cli_has(cli, OPTION_DECISIONS))
        return cli_has(cli, OPTION_REP) ? cli_usage(cli, "--rep goes with --decisions FILE; to run "
                                                         "fewer replications: --reps N")
                                        : STATUS_OK;
    if (prepared->varied_count > 0)
        return cli_usage(cli, "--decisions tells of one cell, and --set %s has several values",
                         prepared->keys[0]);
    if (!ends_in(path, ".csv") && !ends_in(path, ".jsonl"))
        return cli_usage(cli, "--decisions '%s': should be a name that ends in .jsonl or .csv",
                         path);
    if (cli_has(cli, OPTION_OUTPUT) && strcmp(path, cli->values[OPTION_OUTPUT]) == 0)
        return cli_usage(cli, "--decisions and --output name the same file");
    if (cli_has(cli, OPTION_REP) && !cli_has(cli, OPTION_PRECISION) && cli->rep >= replications)
        return cli_usage(cli, "--rep %u: there are %u replications, numbered from 0", cli->rep,
                         replications);
    enum status status = io_create(&sink, path, cli_has(cli, OPTION_FORCE), &cli->diag);
    if (status == STATUS_OK)
        io_discard(&sink);
    return status;
}

static enum status tell_all(struct cli *cli, struct retell *retell, struct sink *file)
{
    const struct cell *cell = retell->cell;
    bool is_one = cli_has(cli, OPTION_REP), is_csv = ends_in(file->path, ".csv");
    uint32_t first = is_one ? cli->rep : 0, end = is_one ? cli->rep + 1 : cell->count;
    if (first >= cell->count)
        return cli_usage(cli, "--rep %u: there are %u replications, numbered from 0", first,
                         cell->count);
    if (is_csv)
        decisions_write_header(file);
    for (uint32_t i = first; i < end; i++) {
        struct record record;
        enum status status = retell_run(retell, i, NULL, &record, &cli->diag);
        if (status != STATUS_OK)
            return status;
        assert(record.digest.low == cell->records[i].digest.low &&
               record.digest.high == cell->records[i].digest.high);
        if (is_csv)
            decisions_write_csv(file, cell, i, &retell->journal);
        else
            decisions_write_jsonl(file, cell, i, &retell->journal);
    }
    return STATUS_OK;
}

enum status tell_write(struct cli *cli, const struct prepared *prepared)
{
    if (!cli_has(cli, OPTION_DECISIONS))
        return STATUS_OK;
    struct retell *retell = arena_alloc(&cli->arena, sizeof *retell);
    struct sink *file = arena_alloc(&cli->arena, sizeof *file);
    if (!retell || !file)
        return diag_world(&cli->diag, "write down decisions", NULL, ENOMEM);
    enum status status = retell_open(retell, &prepared->study.cells[0], &cli->diag);
    if (status != STATUS_OK)
        return status;
    status = io_create(file, cli->values[OPTION_DECISIONS], cli_has(cli, OPTION_FORCE), &cli->diag);
    if (status == STATUS_OK) {
        status = tell_all(cli, retell, file);
        if (status == STATUS_OK)
            status = io_close(file, &cli->diag);
        else
            io_discard(file);
    }
    retell_close(retell);
    return status;
}
