/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Group or program: the one place that asks. */
#include "sim/campaign/workspace.h"

enum status workspace_open(struct workspace *workspace, const struct cell *cell, const void *plan)
{
    const struct spec *spec = &cell->spec;
    workspace->is_program = spec->program != NULL;
    if (workspace->is_program)
        return runtime_open(&workspace->runtime, spec, &cell->plans);
    return run_open(&workspace->run, spec, plan);
}

void workspace_close(struct workspace *workspace)
{
    if (workspace->is_program)
        runtime_close(&workspace->runtime);
    else
        run_close(&workspace->run);
}

enum status workspace_replicate(struct workspace *workspace, uint32_t replication,
                                enum group_mode mode, struct record *record)
{
    if (workspace->is_program)
        return runtime_replicate(&workspace->runtime, replication, record);
    return run_replicate(&workspace->run, replication, mode, record);
}
