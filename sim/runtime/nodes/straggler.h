/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stragglers: nodes that are slow for a while.
 *
 * When a place is slow does not depend on what is done there, so how long work takes is known when
 * it begins, even where it begins in one slow period and ends behind the next. */
#ifndef CAIRN_RUNTIME_STRAGGLER_H
#define CAIRN_RUNTIME_STRAGGLER_H

#include "sim/runtime/runtime.h"

/* A slow period of a place: its number, and when it is. */
struct straggler {
    uint32_t occurrence;
    simtime from, to;
};

/* Room for one a place, where the scenario has any; false: no memory. */
bool straggler_open(struct runtime *rt);
/* A replication begins: no place has been slow yet. */
void straggler_begin(struct runtime *rt);
/* How long this work takes on the host, begun now. */
simtime straggler_time(struct runtime *rt, uint32_t host, simtime work);

#endif
