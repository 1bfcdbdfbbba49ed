/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hosts: places of nodes, with the worker processes that start on them.
 *
 *     up ──crash──► lost ──detected──► missing ──a node is there──► starting ──► up
 *
 * A node that is replaced at once has one from its detection on; where failed nodes are repaired, a
 * place waits for a spare or for the first repair (MODEL rules 4 and 5). What ran there is told its
 * fate when the death is detected, and not before. */
#ifndef CAIRN_RUNTIME_HOST_H
#define CAIRN_RUNTIME_HOST_H

#include "sim/runtime/runtime.h"

/* It is to be taken away: what runs goes on, nothing new comes. */
void host_drain(struct runtime *rt, uint32_t place);
/* Time 0: all are up, and the scheduler knows. */
void host_begin(struct runtime *rt);
/* For fault_strike: the node in this place dies now. */
void host_crash(void *runtime, uint32_t place);
/* Its node gives up, and will start anew: lost as in a crash. Returns whether it was up. */
bool host_exit(struct runtime *rt, uint32_t place);
void host_timer(struct runtime *rt, uint32_t place);
/* A repaired node is there for a place that waits. */
void host_node_returned(struct runtime *rt);

/* A worker process for this seat: true if one is there at once; otherwise the call or actor is
 * resumed when it has started. */
bool host_want_worker(struct runtime *rt, uint32_t reference, uint32_t job);
/* The one that started for this seat is there: the next in the queue begins. */
void host_worker_started(struct runtime *rt, uint32_t place);
/* The seat waits no more, or its worker's start is given up. */
void host_forget_worker(struct runtime *rt, uint32_t place, uint32_t reference, bool has_begun);
/* A task's worker has nothing to do: it may be kept. */
void host_worker_idle(struct runtime *rt, uint32_t place, uint32_t job);
/* Counts until now how long it was busy: while a node is there. */
void host_count_busy(struct runtime *rt, uint32_t place);
/* The end of the run: how long hosts were busy, in all. */
slot_ns host_busy(struct runtime *rt);

#endif
