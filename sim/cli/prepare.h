/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the command line to a study: reads the scenario, makes a cell of every combination of the
 * axes, and runs them with progress on a terminal. */
#ifndef CAIRN_CLI_PREPARE_H
#define CAIRN_CLI_PREPARE_H

#include "sim/base/text.h"
#include "sim/campaign/row.h"
#include "sim/cli/cli.h"
#include "workloads/scenario.h"

struct prepared {
    struct scenario_document document;
    struct axis sets[CLI_SETS + 8]; /* every --set, and what options and commands add */
    uint32_t sets_count;
    uint32_t varied[LIMIT_AXES], varied_count; /* sets with more than one value: the axes */
    const char *keys[LIMIT_AXES];
    struct study study;
    uint64_t capacity;          /* of the study's cells */
    const char *const **values; /* by cell: the text of each axis's value */
    const char *name;           /* of the scenario */
};

/* Reads the scenario and splits all --set; `more` is a further one that a command brings, or NULL.
 */
enum status prepare_read(struct cli *cli, const char *path, const char *more,
                         struct prepared *prepared);
/* One cell a combination of the axes. `reserve` further cells can be added behind them. */
enum status prepare_cells(struct cli *cli, struct prepared *prepared, uint32_t reserve);
/* A combination as prepare_suitable finds it: its cell, or why the scenario has none. */
#define PREPARE_UNFIT UINT32_MAX
struct prepare_fit {
    uint32_t cell;
    const char *refusal; /* the first line of what was said */
};
/* The same, leaving out the combinations that the scenario refuses: fits[] says by combination.
 * What was wrong is not said otherwise; warnings are not either. */
enum status prepare_suitable(struct cli *cli, struct prepared *prepared, uint32_t reserve,
                             struct prepare_fit *fits);
/* A further cell: like `like`, but for its controller: `set` is "controller=…" and outlives it. */
enum status prepare_add(struct cli *cli, struct prepared *prepared, uint32_t like, const char *set);
/* A controller as a table shows it: "{name: fixed, interval: 1 h}" reads best as "fixed, 1 h". */
void prepare_add_controller(struct text *text, const char *value);
/* Runs all cells. STATUS_PARTIAL is not told here: see report_status. */
enum status prepare_run(struct cli *cli, struct prepared *prepared, bool with_bound);
/* Can -o FILE be written? Asked before the runs, which may take hours. */
enum status prepare_check_output(struct cli *cli);
/* All cells' records as CSV: to -o FILE or to standard output. */
enum status prepare_write_rows(struct cli *cli, const struct prepared *prepared, uint32_t cells);
/* STATUS_PARTIAL when a run of the first `cells` did not finish. */
enum status prepare_status(const struct prepared *prepared, uint32_t cells);

/* The scenario of `cairn replay OUTAGES SCENARIO`: the file's outages instead of its own. Adds one
 * to cli->sets. */
enum status cmd_replay_read(struct cli *cli, struct prepared *prepared);
/* cairn replay --happenings LOG. */
int cmd_replay_happenings(struct cli *cli);
/* What replay shares with run and sweep: prepared cells, run and reported. */
enum status cmd_run_cell(struct cli *cli, struct prepared *prepared);
enum status cmd_sweep_cells(struct cli *cli, struct prepared *prepared);
/* A sweep over several scenarios: which controller wins where. */
enum status cmd_sweep_many(struct cli *cli);
/* Further cells that cmd_sweep_baselines may need: one a combination of other axes, one to try. */
uint32_t cmd_sweep_reserve(const struct prepared *prepared);
/* A baseline for each of the first `cells`, a further cell where none of them serves. */
enum status cmd_sweep_baselines(struct cli *cli, struct prepared *prepared, uint32_t cells,
                                uint32_t *baseline_of);
/* Waste against interval, for the one cell prepared, with room for the grid. */
enum status cmd_plot_interval(struct cli *cli, struct prepared *prepared);
/* All controllers with their parameters, for cairn help policies. */
void cmd_list_parameters(struct cli *cli);
/* The controllers that are compared where the user names none. */
const char *cmd_sweep_axis(bool is_replay);

#endif
