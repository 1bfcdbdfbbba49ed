/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn validate, cairn schema: check a scenario, and tell an editor how. */
#include "sim/cli/prepare.h"

int cmd_validate(struct cli *cli)
{
    struct prepared *p = arena_alloc(&cli->arena, sizeof *p);
    if (!p)
        return cli_exit(STATUS_MEMORY);
    enum status status = prepare_read(cli, cli->arguments[0], NULL, p);
    if (status == STATUS_OK)
        status = prepare_cells(cli, p, 0);
    if (status != STATUS_OK)
        return cli_exit(status);
    if (cli_has(cli, OPTION_EFFECTIVE))
        scenario_print_effective(p->study.cells[0].scenario, &cli->out);
    else if (p->study.count == 1)
        io_printf(&cli->out, "%s: valid\n", p->name);
    else
        io_printf(&cli->out, "%s: valid, %u cells\n", p->name, p->study.count);
    return EXIT_DONE;
}

int cmd_schema(struct cli *cli)
{
    schema_print_json(&cli->out);
    return EXIT_DONE;
}
