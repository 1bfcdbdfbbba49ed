/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tally: what one replication of a program came to, function by function.
 *
 * Counted from the chronicle as it is told, so it costs that replication once more, and memory only
 * for the calls that are under way. */
#ifndef CAIRN_CAMPAIGN_TALLY_H
#define CAIRN_CAMPAIGN_TALLY_H

#include "sim/base/arena.h"
#include "sim/campaign/cell.h"

struct tally_function {
    uint64_t calls, failed; /* submitted; failed for good */
    uint64_t attempts_failed, retried;
    uint64_t ended; /* attempts that ran to their end */
    slot_ns ran;    /* the time of these, from start to end */
};

/* What a driver waited for when a run was stopped: the one that had waited longest. */
struct tally_wait {
    bool is_there;
    simtime since;
    enum fiber_wait what;
    uint32_t line;    /* of the scenario */
    simtime last;     /* when anything was done before that, by a call, an actor or a driver */
    uint32_t blocked; /* placements that waited for room for objects */
};

/* *functions is an array of the arena, an element for each function of the cell's program; wait may
 * be NULL. STATUS_MEMORY. */
enum status tally_functions(const struct cell *cell, uint32_t replication, struct arena *arena,
                            struct tally_function **functions, struct tally_wait *wait,
                            struct diag *diag);

#endif
