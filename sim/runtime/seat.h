/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seats: placements on hosts, and where their time goes.
 *
 * A seat is taken when the scheduler places, and left when the process is gone and everybody knows.
 * In between every nanosecond is charged to exactly one class of the job's ledger. */
#ifndef CAIRN_RUNTIME_SEAT_H
#define CAIRN_RUNTIME_SEAT_H

#include "sim/runtime/runtime.h"

static inline struct seat *seat_of(const struct runtime *rt, uint32_t reference)
{
    assert(reference > 1);
    if (reference & 1)
        return &((struct actor *)pool_at(&rt->actors, reference >> 1))->seat;
    return &((struct call *)pool_at(&rt->calls, reference >> 1))->seat;
}
void seat_take(struct runtime *rt, uint32_t reference, const struct cairn_placement *placement);
/* The time since the last charge was of this class. Returns its length. */
simtime seat_charge(struct runtime *rt, uint32_t reference, enum job_class class);
/* `amount` that was charged as `from` was `to` after all. */
void seat_move(struct runtime *rt, uint32_t reference, enum job_class from, enum job_class to,
               slot_ns amount);
/* Something has happened to whoever sits here. */
void seat_tell(struct runtime *rt, uint32_t reference, enum told_kind kind, slot_ns amount);
/* Off the host's list. `held`: what the scheduler gets back; NULL: the host is down. */
void seat_leave(struct runtime *rt, uint32_t reference, const struct cairn_demand *held);

#endif
