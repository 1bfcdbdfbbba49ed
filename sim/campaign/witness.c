/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One workspace for replication after replication, and the pools of the last one for their names.
 */
#include "sim/campaign/witness.h"
#include "policies/recovery.h"
#include <assert.h>
#include <errno.h>

const char *const witness_causes[CALL_CAUSES] = {
    [CAIRN_CAUSE_EXCEPTION] = "exception", [CAIRN_CAUSE_WORKER] = "worker",
    [CAIRN_CAUSE_NODE] = "node",           [CAIRN_CAUSE_PREEMPTED] = "preempted",
    [CAIRN_CAUSE_MEMORY] = "memory",       [CAIRN_CAUSE_OBJECT] = "object",
    [CAIRN_CAUSE_OWNER] = "owner",         [CAUSE_CANCELLED] = "cancelled",
    [CAUSE_TIMEOUT] = "timeout",
};

const char *const witness_waits[FIBER_WAITS] = {
    [FIBER_READY] = "nothing",
    [FIBER_FOR_ALL] = "results",
    [FIBER_FOR_SOME] = "some results",
    [FIBER_FOR_TIME] = "time",
    [FIBER_FOR_BRANCHES] = "branches",
    [FIBER_FETCHING] = "transfer",
    [FIBER_FOR_NEXT] = "a result of a map",
};

enum status witness_open(struct witness *witness, const struct cell *cell, struct diag *diag)
{
    assert(cell->spec.program);
    witness->cell = cell;
    if (workspace_open(&witness->workspace, cell, cell->plan) != STATUS_OK)
        return diag_world(diag, "run", NULL, ENOMEM);
    return STATUS_OK;
}

void witness_close(struct witness *witness)
{
    workspace_close(&witness->workspace);
}

enum status witness_run(struct witness *witness, uint32_t replication, chronicle_listener *listener,
                        void *context, struct record *record, struct diag *diag)
{
    runtime_listen(&witness->workspace.runtime, listener, context);
    enum status status =
        workspace_replicate(&witness->workspace, replication, GROUP_CONTROLLED, record);
    return status == STATUS_OK ? STATUS_OK : diag_world(diag, "run", NULL, ENOMEM);
}

/* ---- names --------------------------------------------------------------------------------- */

uint32_t witness_class(const struct witness *witness, uint32_t actor)
{
    const struct runtime *rt = &witness->workspace.runtime;
    return ((const struct actor *)pool_at(&rt->actors, actor))->class;
}

void witness_add_actor(struct text *text, const struct witness *witness, uint32_t actor)
{
    const struct program *program = witness->cell->spec.program;
    text_add(text, "%s#%u", program->actors[witness_class(witness, actor)].name, actor);
}

void witness_add_job(struct text *text, const struct witness *witness, uint32_t job)
{
    const struct runtime *rt = &witness->workspace.runtime;
    const struct job *record = pool_at(&rt->jobs, job + 1); /* jobs are never given back */
    assert(record->serial == job);
    text_add(text, "%s#%u", rt->program->jobs[record->definition].name, job + 1);
}

const char *witness_function(const struct witness *witness, uint32_t function)
{
    assert(function < witness->cell->spec.program->functions_count);
    return witness->cell->spec.program->functions[function].name;
}
