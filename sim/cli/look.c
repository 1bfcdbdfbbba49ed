/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The replication is run once more, with a witness: nothing is kept of those nobody looks at. */
#include "sim/cli/look.h"
#include "sim/campaign/events.h"
#include "sim/campaign/timeline.h"
#include <assert.h>
#include <errno.h>
#include <string.h>

#define COLUMNS 80 /* where there is no terminal */

static enum status check_file(struct cli *cli)
{
    const char *path = cli->values[OPTION_EVENTS];
    struct sink sink;
    if (!cli_ends_in(path, ".jsonl"))
        return cli_usage(cli, "--events '%s': should be a name that ends in .jsonl", path);
    enum status status = io_create(&sink, path, cli_has(cli, OPTION_FORCE), &cli->diag);
    if (status == STATUS_OK)
        io_discard(&sink);
    return status;
}

enum status look_check(struct cli *cli, const struct prepared *prepared)
{
    const struct spec *spec = &prepared->study.cells[0].spec;
    uint32_t replications = cli->reps ? cli->reps : spec->replications;
    bool has_events = cli_has(cli, OPTION_EVENTS), has_timeline = cli_has(cli, OPTION_TIMELINE);
    const char *option = has_events ? "--events" : "--timeline";
    if (!has_events && !has_timeline)
        return STATUS_OK;
    if (!spec->program)
        return cli_usage(cli,
                         "%s tells what happens to tasks and actors, and this workload is one "
                         "group: --decisions FILE writes what was decided for it, and cairn "
                         "explain says what came of it",
                         option);
    if (prepared->varied_count > 0)
        return cli_usage(cli, "%s tells of one cell, and --set %s has several values", option,
                         prepared->keys[0]);
    if (has_timeline && (cli_has(cli, OPTION_JSON) || cli_has(cli, OPTION_CSV)))
        return cli_usage(cli, "--timeline is for people, --json and --csv are for programs; "
                              "--events FILE.jsonl goes with all of them");
    if (!cli_has(cli, OPTION_PRECISION) && cli->rep >= replications)
        return cli_usage(cli, "--rep %u: there are %u replications, numbered from 0", cli->rep,
                         replications);
    return has_events ? check_file(cli) : STATUS_OK;
}

static enum status write_events(struct cli *cli, const struct cell *cell)
{
    struct sink *file = arena_alloc(&cli->arena, sizeof *file);
    struct record record;
    if (!file)
        return diag_world(&cli->diag, "write events", NULL, ENOMEM);
    enum status status =
        io_create(file, cli->values[OPTION_EVENTS], cli_has(cli, OPTION_FORCE), &cli->diag);
    if (status != STATUS_OK)
        return status;
    status = events_write(file, cell, cli->rep, &record, &cli->diag);
    if (status != STATUS_OK) {
        io_discard(file);
        return status;
    }
    assert(record.digest.low == cell->records[cli->rep].digest.low &&
           record.digest.high == cell->records[cli->rep].digest.high);
    return io_close(file, &cli->diag);
}

enum status look_write(struct cli *cli, const struct prepared *prepared)
{
    const struct cell *cell = &prepared->study.cells[0];
    if (!cli_has(cli, OPTION_EVENTS) && !cli_has(cli, OPTION_TIMELINE))
        return STATUS_OK;
    if (cli->rep >= cell->count)
        return cli_usage(cli, "--rep %u: there are %u replications, numbered from 0", cli->rep,
                         cell->count);
    return cli_has(cli, OPTION_EVENTS) ? write_events(cli, cell) : STATUS_OK;
}

enum status look_draw(struct cli *cli, const struct prepared *prepared)
{
    int columns = io_is_terminal(1) ? io_terminal_columns(1) : COLUMNS;
    struct record record;
    if (!cli_has(cli, OPTION_TIMELINE))
        return STATUS_OK;
    io_printf(&cli->out, "\n");
    return timeline_write(&cli->out, &prepared->study.cells[0], cli->rep, columns, &record,
                          &cli->diag);
}
