/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One workspace and one journal, for replication after replication. */
#include "sim/campaign/retell.h"
#include <errno.h>

enum status retell_open(struct retell *retell, const struct cell *cell, struct diag *diag)
{
    retell->cell = cell;
    if (run_open(&retell->run, &cell->spec, cell->plan) != STATUS_OK)
        return diag_world(diag, "run", NULL, ENOMEM);
    journal_init(&retell->journal);
    return STATUS_OK;
}

void retell_close(struct retell *retell)
{
    journal_fini(&retell->journal);
    run_close(&retell->run);
}

enum status retell_run(struct retell *retell, uint32_t replication,
                       const struct journal_change *change, struct record *record,
                       struct diag *diag)
{
    struct journal *journal = &retell->journal;
    journal->change = change ? *change : (struct journal_change){.kind = CHANGE_NOTHING};
    run_observe(&retell->run, journal);
    if (run_replicate(&retell->run, replication, GROUP_NO_SKIP, record) == STATUS_OK)
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
