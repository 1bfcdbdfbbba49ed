/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking ahead: what the next events will touch is fetched while this one is handled.
 *
 * Calls end in no order that memory has: with 80,000 of them under way each end misses the cache a
 * dozen times, one miss behind the other, as its timer names the call, the call its host and its
 * result, the list of its host its neighbours. Fetched some events before, they come side by side.
 * Worth a quarter of a task's time at 10,000 nodes; a hint, that no answer depends on. */
#ifndef CAIRN_RUNTIME_PREFETCH_H
#define CAIRN_RUNTIME_PREFETCH_H

#include "sim/runtime/runtime.h"

void prefetch_ahead(const struct runtime *rt);

#endif
