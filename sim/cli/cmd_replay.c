/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn replay: recorded outages strike the scenario's job, instead of its laws.
 *
 * What the scenario says of faults is set aside whole, with its number of replications (one history
 * needs one) and its detection delay (reported times hold it already, unless
 * faults.trace.times=true);
 * --set faults.trace.… says how the trace is laid over the job (MODEL rule 24). */
#include "sim/base/text.h"
#include "sim/cli/prepare.h"
#include "sim/cli/tell.h"
#include "traces/outage_csv.h"
#include <errno.h>
#include <string.h>

/* faults.trace.file='PATH', quoted as YAML wants it. */
static const char *trace_set(struct cli *cli, const char *path)
{
    size_t capacity = 2 * strlen(path) + 32;
    char *bytes = arena_alloc(&cli->arena, capacity);
    if (!bytes)
        return NULL;
    struct text text = text_over(bytes, capacity);
    text_add(&text, "faults.trace.file='");
    for (; *path; path++)
        text_add(&text, *path == '\'' ? "''" : "%c", *path);
    text_add(&text, "'");
    return bytes;
}

enum status cmd_replay_read(struct cli *cli, struct prepared *p)
{
    bool is_true = false;
    if (cli->sets_count == CLI_SETS)
        return cli_usage(cli, "too many --set");
    const char *file = trace_set(cli, cli->arguments[0]);
    if (!file)
        return diag_world(&cli->diag, "read", cli->arguments[0], ENOMEM);
    cli->sets[cli->sets_count++] = file;
    for (int i = 0; i < cli->sets_count; i++)
        is_true |= strcmp(cli->sets[i], "faults.trace.times=true") == 0;
    enum status status = prepare_read(cli, cli->arguments[1], NULL, p);
    if (status != STATUS_OK)
        return status;
    scenario_forget(&p->document, "faults");
    scenario_forget(&p->document, "replications");
    if (!is_true)
        scenario_forget(&p->document, "detection");
    return STATUS_OK;
}

static enum status replay(struct cli *cli, struct prepared *p)
{
    char bytes[1024];
    struct text text = text_over(bytes, sizeof bytes);
    enum status status = cmd_replay_read(cli, p);
    if (status == STATUS_OK)
        status = prepare_cells(cli, p, cmd_sweep_reserve(p));
    if (status != STATUS_OK)
        return status;
    const struct cell *first = &p->study.cells[0];
    if (!cli_has(cli, OPTION_JSON) && !cli_has(cli, OPTION_CSV)) {
        outage_csv_describe(first->spec.faults.trace.outages, first->trace_has_dates, &text);
        io_printf(&cli->out, "%s\n", bytes);
    }
    if (p->study.count == 1)
        return cmd_run_cell(cli, p);
    status = tell_check(cli, p); /* refuses: decisions are of one cell */
    return status == STATUS_OK ? cmd_sweep_cells(cli, p) : status;
}

int cmd_replay(struct cli *cli)
{
    bool is_log = cli_has(cli, OPTION_HAPPENINGS);
    if (cli->arguments_count != (is_log ? 0 : 2))
        return cli_exit(cli_usage(cli, "usage: cairn replay %s", cli->command->usage));
    if (is_log)
        return cmd_replay_happenings(cli);
    struct prepared *p = arena_alloc(&cli->arena, sizeof *p);
    if (!p)
        return cli_exit(STATUS_MEMORY);
    return cli_exit(replay(cli, p));
}
