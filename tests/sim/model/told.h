/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A replication told to a journal, for the tests of journals. */
#ifndef CAIRN_TESTS_MODEL_TOLD_H
#define CAIRN_TESTS_MODEL_TOLD_H

#include "sim/model/journal.h"
#include "tests/sim/model/kit.h"

static const struct journal_change nothing = {.kind = CHANGE_NOTHING};

/* The journal is to be given back with journal_fini. */
static inline struct record tell(struct kit *k, uint32_t replication, struct journal_change change,
                                 struct journal *journal)
{
    struct run run;
    struct record record;
    assert_null(kit_plan(k));
    journal_init(journal);
    journal->change = change;
    assert_int_equal(run_open(&run, &k->spec, kit_bytes), STATUS_OK);
    run_observe(&run, journal);
    assert_int_equal(run_replicate(&run, replication, GROUP_NO_SKIP, &record), STATUS_OK);
    run_close(&run);
    return record;
}

#endif
