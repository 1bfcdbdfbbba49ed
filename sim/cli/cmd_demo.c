/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn demo: the first meeting.
 *
 * A comparison of controllers on a job people know, a figure in the terminal and in a file, one
 * sentence, and what to type next. */
#include "sim/cli/prepare.h"
#include <string.h>

static const char scenario[] = "llama3-405b";
static const char figure[] = "cairn-demo.svg";

static enum status compare(struct cli *cli)
{
    struct prepared *p = arena_alloc(&cli->arena, sizeof *p);
    enum status status = p ? prepare_read(cli, scenario, cmd_sweep_axis(false), p) : STATUS_MEMORY;
    if (status == STATUS_OK)
        status = prepare_cells(cli, p, 2);
    return status == STATUS_OK ? cmd_sweep_cells(cli, p) : status;
}

static enum status draw(struct cli *cli, const char *path)
{
    struct prepared *p = arena_alloc(&cli->arena, sizeof *p);
    enum status status = p ? prepare_read(cli, scenario, NULL, p) : STATUS_MEMORY;
    if (path) {
        cli->given |= OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_FORCE);
        cli->values[OPTION_OUTPUT] = path;
    } else {
        cli->given &= ~OPTION_BIT(OPTION_OUTPUT);
    }
    if (status == STATUS_OK)
        status = prepare_cells(cli, p, 20);
    return status == STATUS_OK ? cmd_plot_interval(cli, p) : status;
}

int cmd_demo(struct cli *cli)
{
    const char *path = cli_has(cli, OPTION_OUTPUT) ? cli->values[OPTION_OUTPUT] : figure;
    struct sink *out = &cli->out;
    cli->given &= ~OPTION_BIT(OPTION_OUTPUT);
    io_printf(out, "When should a job like Llama 3 405B's pre-training checkpoint, and what is it "
                   "worth?\n\n");
    enum status status = compare(cli);
    if (status == STATUS_PARTIAL)
        status = STATUS_OK; /* that no job finishes without checkpoints is part of the answer */
    io_printf(out, "\n");
    if (status == STATUS_OK)
        status = draw(cli, NULL);
    io_printf(out, "\n");
    if (status == STATUS_OK)
        status = draw(cli, path);
    if (status == STATUS_OK)
        io_printf(out,
                  "\nNext:\n"
                  "  cairn run llama3-405b --set workload.group.checkpoint='60 s'\n"
                  "  cairn list scenarios\n"
                  "  cairn validate llama3-405b --print-effective > mine.yaml   # then edit it\n");
    return cli_exit(status);
}
