/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The head: who keeps account of actors and nodes, and may be away for a while.
 *
 * What has its place goes on without it: attempts, calls of actors, results, and the placement of
 * tasks, which nodes do among themselves. Who needs it waits: actors that are to be created or
 * started again, nodes that come, and the news that a node or an actor is gone. Nodes that miss it
 * for runtime.reconnect give up: all that is on them is lost, and they start anew when it is back.
 */
#ifndef CAIRN_RUNTIME_HEAD_H
#define CAIRN_RUNTIME_HEAD_H

#include "sim/runtime/runtime.h"

/* It is away for so long, or longer if it was away already. */
void head_fail(struct runtime *rt, simtime lasts);
/* A timer of its own, of what kind `number` says. */
void head_timer(struct runtime *rt, uint32_t number);
/* This timer has fired, and is for somebody who needs the head, which is away: it is kept. */
bool head_keeps(struct runtime *rt, uint32_t timer);
/* One that was kept and may go on now, in the order in which they fired; 0: none. */
uint32_t head_next(struct runtime *rt);

#endif
