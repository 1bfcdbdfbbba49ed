/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The memory killer: what runs on a host takes more than there is.
 *
 * A call takes the memory that its function `uses` while it runs. Hosts are looked at on a grid of
 * `runtime.memory_check` from time 0, all at the same times; only those that are over
 * `runtime.memory_limit` have a timer. A victim's memory is free at once, but nobody else on the
 * host is killed before its end is known. */
#ifndef CAIRN_RUNTIME_KILLER_H
#define CAIRN_RUNTIME_KILLER_H

#include "sim/runtime/runtime.h"

/* It runs on this host from now on; it does not. */
void killer_take(struct runtime *rt, uint32_t call, uint32_t host);
void killer_give(struct runtime *rt, uint32_t call);
/* This seat has left the host: was it the victim? */
void killer_left(struct runtime *rt, uint32_t host, uint32_t reference);
/* The host is dead. */
void killer_crash(struct runtime *rt, uint32_t host);
void killer_timer(struct runtime *rt, uint32_t host);

#endif
