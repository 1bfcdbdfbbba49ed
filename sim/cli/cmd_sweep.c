/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn sweep: cells of all combinations of the axes, each against its baseline.
 *
 * The baseline (MODEL rule 22) is the cell with the same other values and the controller `none`,
 * or, where a job without checkpoints does not finish, one checkpoint an hour. Whether it finishes
 * is tried on a few replications with a small allowance of events; a program of actors without
 * checkpoints has no other. */
#include "sim/campaign/workspace.h"
#include "sim/cli/report.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PROBE_RUNS   4
#define PROBE_EVENTS 100000

static const char default_axis[] =
    "controller=none,{name: fixed, interval: 1 h},young,daly,exact,adaptive";
static const char replay_axis[] =
    "controller=none,{name: fixed, interval: 1 h},{name: young, mtbf: hindsight},"
    "{name: daly, mtbf: hindsight},{name: exact, mtbf: hindsight},adaptive";

const char *cmd_sweep_axis(bool is_replay)
{
    return is_replay ? replay_axis : default_axis;
}

/* A program that says of no actor what a checkpoint costs has nothing for controllers to decide. */
static bool is_beyond_controllers(const struct program *program)
{
    for (uint32_t i = 0; program && i < program->actors_count; i++)
        if (program->actors[i].checkpoint.is_given)
            return false;
    return program != NULL;
}

static enum status find_baseline(struct cli *cli, struct prepared *p, const char **name)
{
    struct record record;
    struct workspace workspace;
    uint32_t finished = 0;
    *name = "{name: fixed, interval: 1 h}";
    enum status status = prepare_add(cli, p, 0, "controller=none");
    if (status != STATUS_OK)
        return status;
    struct cell *probe = &p->study.cells[--p->study.count];
    if (is_beyond_controllers(probe->spec.program)) {
        *name = "none";
        return STATUS_OK;
    }
    probe->spec.max_events = PROBE_EVENTS;
    status = workspace_open(&workspace, probe, probe->plan);
    if (status != STATUS_OK)
        return diag_world(&cli->diag, "run", NULL, ENOMEM);
    for (uint32_t i = 0; i < PROBE_RUNS && status == STATUS_OK; i++) {
        status = workspace_replicate(&workspace, i, GROUP_CONTROLLED, &record);
        finished += record.end == END_FINISHED;
    }
    workspace_close(&workspace);
    if (finished == PROBE_RUNS)
        *name = "none";
    return status == STATUS_OK ? STATUS_OK : diag_world(&cli->diag, "run", NULL, ENOMEM);
}

/* Which combination of the axes other than the controller is this? */
static uint32_t group_of(const struct prepared *p, uint32_t cell)
{
    uint32_t group = 0, place = 1;
    for (uint32_t i = p->varied_count; i-- > 0;) {
        uint32_t count = p->sets[p->varied[i]].count;
        if (strcmp(p->keys[i], "controller") != 0) {
            group += place * (cell % count);
            place *= count;
        }
        cell /= count;
    }
    return group;
}

uint32_t cmd_sweep_reserve(const struct prepared *p)
{
    uint64_t groups = 1;
    for (uint32_t i = 0; i < p->varied_count && groups <= LIMIT_CELLS; i++)
        if (strcmp(p->keys[i], "controller") != 0)
            groups *= p->sets[p->varied[i]].count;
    return groups <= LIMIT_CELLS ? (uint32_t)groups + 1 : 0; /* prepare_cells will refuse these */
}

/* The cell of the group that is the baseline just added, which is then not needed; or that one. */
static uint32_t find_equal(struct prepared *p, uint32_t cells, uint32_t group)
{
    const struct cell *last = &p->study.cells[p->study.count - 1];
    for (uint32_t i = 0; i < cells; i++) {
        if (group_of(p, i) == group &&
            strcmp(p->study.cells[i].scenario->values[KEY_CONTROLLER].text,
                   last->scenario->values[KEY_CONTROLLER].text) == 0) {
            p->study.count--;
            return i;
        }
    }
    return p->study.count - 1;
}

/* A baseline for each cell: one of the cells themselves, or a further one. */
enum status cmd_sweep_baselines(struct cli *cli, struct prepared *p, uint32_t cells,
                                uint32_t *baseline_of)
{
    char set[256];
    const char *name = cli->values[OPTION_AGAINST];
    uint32_t *of_group = arena_array(&cli->arena, cells, sizeof *of_group);
    if (!of_group)
        return diag_world(&cli->diag, "prepare", NULL, ENOMEM);
    enum status status = name ? STATUS_OK : find_baseline(cli, p, &name);
    for (uint32_t i = 0; i < cells; i++)
        of_group[i] = UINT32_MAX;
    for (uint32_t i = 0; i < cells && status == STATUS_OK; i++) {
        uint32_t group = group_of(p, i);
        if (of_group[group] == UINT32_MAX) {
            of_group[group] = p->study.count;
            snprintf(set, sizeof set, "controller=%s", name);
            char *kept = arena_copy(&cli->arena, set, strlen(set));
            status = kept ? prepare_add(cli, p, i, kept)
                          : diag_world(&cli->diag, "prepare", NULL, ENOMEM);
            if (status == STATUS_OK)
                of_group[group] = find_equal(p, cells, group);
        }
        baseline_of[i] = of_group[group];
    }
    return status;
}

/* An array, an object a cell. */
static enum status report_json(struct cli *cli, const struct prepared *p, uint32_t cells)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < cells && status == STATUS_OK; i++) {
        io_put(&cli->out, i ? "," : "[", 1);
        status = report_run_json(cli, p, i);
    }
    io_put(&cli->out, "]\n", 2);
    return status;
}

/* What sweep and replay share. */
enum status cmd_sweep_cells(struct cli *cli, struct prepared *p)
{
    uint32_t cells = p->study.count;
    uint32_t *baseline_of = arena_array(&cli->arena, cells, sizeof *baseline_of);
    if (!baseline_of)
        return diag_world(&cli->diag, "prepare", NULL, ENOMEM);
    enum status status = prepare_check_output(cli);
    if (status == STATUS_OK)
        status = cmd_sweep_baselines(cli, p, cells, baseline_of);
    if (status == STATUS_OK)
        status = prepare_run(cli, p, true);
    if (status == STATUS_OK && (cli_has(cli, OPTION_CSV) || cli_has(cli, OPTION_OUTPUT)))
        status = prepare_write_rows(cli, p, cells);
    if (status == STATUS_OK && cli_has(cli, OPTION_JSON))
        status = report_json(cli, p, cells);
    if (status == STATUS_OK && !cli_has(cli, OPTION_JSON) && !cli_has(cli, OPTION_CSV))
        status = report_sweep(cli, p, cells, baseline_of);
    return status == STATUS_OK ? prepare_status(p, cells) : status;
}

int cmd_sweep(struct cli *cli)
{
    if (cli->arguments_count > 1)
        return cli_exit(cmd_sweep_many(cli));
    struct prepared *p = arena_alloc(&cli->arena, sizeof *p);
    if (!p)
        return cli_exit(STATUS_MEMORY);
    enum status status = prepare_read(cli, cli->arguments[0], NULL, p);
    if (status == STATUS_OK && p->varied_count == 0)
        status = prepare_read(cli, cli->arguments[0], default_axis, p);
    if (status == STATUS_OK)
        status = prepare_cells(cli, p, cmd_sweep_reserve(p));
    if (status == STATUS_OK)
        status = cmd_sweep_cells(cli, p);
    return cli_exit(status);
}
