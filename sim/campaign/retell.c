/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One workspace and one journal, for replication after replication. */
#include "sim/campaign/retell.h"
#include "sim/campaign/process.h"
#include <errno.h>

enum status retell_open(struct retell *retell, const struct cell *cell, struct diag *diag)
{
    bool is_process = process_is(cell->spec.controller.class);
    retell->cell = cell;
    retell->process = is_process ? process_open(cell->plan) : NULL;
    const void *plan = is_process ? retell->process : cell->plan;
    if (!plan || run_open(&retell->run, &cell->spec, plan) != STATUS_OK) {
        if (retell->process)
            process_close(retell->process);
        return diag_world(diag, "run", NULL, ENOMEM);
    }
    journal_init(&retell->journal);
    return STATUS_OK;
}

void retell_close(struct retell *retell)
{
    journal_fini(&retell->journal);
    run_close(&retell->run);
    if (retell->process)
        process_close(retell->process);
}

enum status retell_run(struct retell *retell, uint32_t replication,
                       const struct journal_change *change, struct record *record,
                       struct diag *diag)
{
    struct journal *journal = &retell->journal;
    const struct cell *cell = retell->cell;
    if (retell->process)
        process_begin(retell->process, cell->spec.seed, replication);
    journal->change = change ? *change : (struct journal_change){.kind = CHANGE_NOTHING};
    run_observe(&retell->run, journal);
    enum status status = run_replicate(&retell->run, replication, GROUP_NO_SKIP, record);
    if (retell->process)
        process_report(cell->plan, scenario_place(cell->scenario, "controller"), diag);
    if (status == STATUS_OK)
        return STATUS_OK;
    if (!journal->is_full)
        return diag_world(diag, "write down decisions", NULL, ENOMEM);
    return diag_error(diag, (struct place){0},
                      "replication %u makes more than %u decisions, or meets more failures: the "
                      "most that are written down; a longer interval or step, or less work, "
                      "makes fewer",
                      replication, journal->most);
}

enum status retell_bound(struct retell *retell, uint32_t replication, simtime *makespan,
                         struct diag *diag)
{
    struct record record;
    *makespan = -1;
    if (retell->cell->no_bound)
        return STATUS_OK;
    run_observe(&retell->run, NULL);
    if (run_replicate(&retell->run, replication, GROUP_BOUND, &record) != STATUS_OK)
        return diag_world(diag, "run", NULL, ENOMEM);
    if (record.end == END_FINISHED)
        *makespan = record.makespan;
    return STATUS_OK;
}
