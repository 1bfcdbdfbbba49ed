/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn run: one scenario, its answer, and what to do about it. */
#include "sim/cli/look.h"
#include "sim/cli/report.h"
#include "sim/cli/tell.h"
#include <math.h>

/* The advisor is theory's optimum on the same failures; it needs a rate and a cost to work with. */
static bool wants_advisor(const struct cli *cli, const struct cell *cell)
{
    return !cli_has(cli, OPTION_JSON) && !cli_has(cli, OPTION_CSV) && isfinite(cell->mtbf_s) &&
           cell->spec.group.checkpoint > 0;
}

static enum status add_advisor(struct cli *cli, struct prepared *p)
{
    bool is_replay = p->study.cells[0].spec.faults.trace.is_given;
    return prepare_add(
        cli, p, 0, is_replay ? "controller={name: exact, mtbf: hindsight}" : "controller=exact");
}

/* What run and replay share: one prepared cell, run and reported. */
enum status cmd_run_cell(struct cli *cli, struct prepared *p)
{
    bool has_advisor = wants_advisor(cli, &p->study.cells[0]);
    enum status status = prepare_check_output(cli);
    if (status == STATUS_OK)
        status = tell_check(cli, p);
    if (status == STATUS_OK)
        status = look_check(cli, p);
    if (status == STATUS_OK && has_advisor)
        status = add_advisor(cli, p);
    if (status == STATUS_OK)
        status = prepare_run(cli, p, true);
    if (status != STATUS_OK)
        return status;
    if (cli_has(cli, OPTION_CSV) || cli_has(cli, OPTION_OUTPUT))
        status = prepare_write_rows(cli, p, 1);
    if (status == STATUS_OK)
        status = tell_write(cli, p);
    if (status == STATUS_OK)
        status = look_write(cli, p);
    if (status == STATUS_OK && cli_has(cli, OPTION_JSON))
        status = report_run_json(cli, p, 0);
    else if (status == STATUS_OK && !cli_has(cli, OPTION_CSV))
        status = report_run(cli, p, 0, has_advisor ? &p->study.cells[1] : NULL);
    if (status == STATUS_OK)
        status = look_draw(cli, p);
    return status == STATUS_OK ? prepare_status(p, 1) : status;
}

int cmd_run(struct cli *cli)
{
    struct prepared *p = arena_alloc(&cli->arena, sizeof *p);
    if (!p)
        return cli_exit(STATUS_MEMORY);
    enum status status = prepare_read(cli, cli->arguments[0], NULL, p);
    if (status == STATUS_OK && p->varied_count > 0)
        status = cli_usage(cli, "run takes one value a key, and --set %s has %u: use cairn sweep",
                           p->keys[0], p->sets[p->varied[0]].count);
    if (status == STATUS_OK)
        status = prepare_cells(cli, p, 1);
    if (status == STATUS_OK)
        status = cmd_run_cell(cli, p);
    return cli_exit(status);
}
