/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The job's ledger: every nanosecond of wall time in exactly one class.
 *
 * Charged in int64 ns for one placement; all placements of a group share their classes, so slots
 * are ns times workers, in 128 bits. On rollback useful becomes lost; checkpoint time stays
 * checkpoint. */
#ifndef CAIRN_MODEL_LEDGER_H
#define CAIRN_MODEL_LEDGER_H

#include "sim/model/record.h"
#include <assert.h>

static inline void ledger_charge(struct record *record, enum job_class class, simtime elapsed)
{
    assert(elapsed >= 0);
    record->job[class] += elapsed;
}

static inline void ledger_move(struct record *record, enum job_class from, enum job_class to,
                               simtime amount)
{
    assert(amount >= 0 && record->job[from] >= amount);
    record->job[from] -= amount;
    record->job[to] += amount;
}

static inline simtime ledger_total(const struct record *record)
{
    simtime total = 0;
    for (unsigned class = 0; class < JOB_CLASSES; class ++)
        total += record->job[class];
    return total;
}

#endif
