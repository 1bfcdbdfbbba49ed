/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The job's ledger: every nanosecond of a slot in exactly one class.
 *
 * All placements of a group share their classes, so it is charged the wall time of one of them, and
 * slots are that times workers. A program is charged for each placement it holds; the sums, and
 * what they come to together, pass 292 years and take 128 bits. On rollback useful becomes lost;
 * checkpoint time stays checkpoint. */
#ifndef CAIRN_MODEL_LEDGER_H
#define CAIRN_MODEL_LEDGER_H

#include "sim/model/record.h"
#include <assert.h>

static inline void ledger_charge(struct record *record, enum job_class class, slot_ns elapsed)
{
    assert(elapsed >= 0);
    record->job[class] += elapsed;
}

static inline void ledger_move(struct record *record, enum job_class from, enum job_class to,
                               slot_ns amount)
{
    assert(amount >= 0 && record->job[from] >= amount);
    record->job[from] -= amount;
    record->job[to] += amount;
}

/* What waste is a share of. Of a group it is the makespan. */
static inline slot_ns ledger_total(const struct record *record)
{
    slot_ns total = 0;
    for (unsigned class = 0; class < JOB_CLASSES; class ++)
        total += record->job[class];
    return total;
}

/* All that is not work that stands. */
static inline slot_ns ledger_waste(const struct record *record)
{
    return ledger_total(record) - record->job[JOB_USEFUL];
}

#endif
