/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn trace: one replication of a pipeline, for ui.perfetto.dev.
 *
 * The name says the form: .json, or .json.gz, which the viewers read as well. */
#include "sim/base/text.h"
#include "sim/campaign/perfetto.h"
#include "sim/cli/prepare.h"
#include <errno.h>
#include <string.h>

static enum status check(struct cli *cli, const struct prepared *p)
{
    const char *path = cli->values[OPTION_OUTPUT];
    if (!p->study.cells[0].spec.program)
        return cli_usage(cli, "cairn trace shows tasks and actors, and this workload is one group: "
                              "cairn explain says where its time went");
    if (!cli_has(cli, OPTION_OUTPUT))
        return cli_usage(cli, "cairn trace writes a file: -o NAME.json or -o NAME.json.gz");
    if (!cli_ends_in(path, ".json") && !cli_ends_in(path, ".json.gz"))
        return cli_usage(cli, "--output '%s': should be a name that ends in .json or .json.gz",
                         path);
    return STATUS_OK;
}

static enum status write_trace(struct cli *cli, const struct cell *cell, struct sink *file,
                               struct record *record)
{
    struct gzip gzip;
    bool is_zipped = cli_ends_in(cli->values[OPTION_OUTPUT], ".gz");
    if (is_zipped && gzip_open(&gzip, file, &cli->arena) != STATUS_OK)
        return diag_world(&cli->diag, "compress", cli->values[OPTION_OUTPUT], ENOMEM);
    enum status status =
        perfetto_write(file, is_zipped ? &gzip : NULL, cell, cli->rep, record, &cli->diag);
    if (is_zipped)
        gzip_close(&gzip);
    return status;
}

static enum status trace(struct cli *cli, const struct prepared *p)
{
    struct sink *file = arena_alloc(&cli->arena, sizeof *file);
    struct record record;
    char bytes[64];
    struct text end = text_over(bytes, sizeof bytes);
    if (!file)
        return diag_world(&cli->diag, "write", cli->values[OPTION_OUTPUT], ENOMEM);
    enum status status =
        io_create(file, cli->values[OPTION_OUTPUT], cli_has(cli, OPTION_FORCE), &cli->diag);
    if (status != STATUS_OK)
        return status;
    status = write_trace(cli, &p->study.cells[0], file, &record);
    if (status != STATUS_OK) {
        io_discard(file);
        return status;
    }
    status = io_close(file, &cli->diag);
    if (status != STATUS_OK)
        return status;
    text_add_duration(&end, record.makespan);
    io_printf(&cli->out, "wrote %s: replication %u, %s until it %s; open it in ui.perfetto.dev\n",
              cli->values[OPTION_OUTPUT], cli->rep, bytes,
              record.end == END_FINISHED ? "was done"
              : record.end == END_FAILED ? "failed"
                                         : "was stopped");
    return record.end == END_FINISHED ? STATUS_OK : STATUS_PARTIAL;
}

int cmd_trace(struct cli *cli)
{
    struct prepared *p = arena_alloc(&cli->arena, sizeof *p);
    if (!p)
        return cli_exit(STATUS_MEMORY);
    enum status status = prepare_read(cli, cli->arguments[0], NULL, p);
    if (status == STATUS_OK && p->varied_count > 0)
        status = cli_usage(cli, "trace takes one value a key, and --set %s has %u", p->keys[0],
                           p->sets[p->varied[0]].count);
    if (status == STATUS_OK)
        status = prepare_cells(cli, p, 0);
    if (status == STATUS_OK)
        status = check(cli, p);
    if (status == STATUS_OK)
        status = trace(cli, p);
    return cli_exit(status);
}
