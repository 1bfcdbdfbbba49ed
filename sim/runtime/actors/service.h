/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Service: the calls of an actor, in the order in which they were submitted.
 *
 * A call is a step: the state's version counts the calls that it holds. A crash takes the state
 * back to nothing, or to the newest complete checkpoint; an exception takes nothing. A snapshot is
 * a call like the others, and covers the state as it begins; so is a restore. */
#ifndef CAIRN_RUNTIME_SERVICE_H
#define CAIRN_RUNTIME_SERVICE_H

#include "sim/runtime/runtime.h"

/* It has arrived, its arguments are there or have failed (1 + the cause). */
void service_call_ready(struct runtime *rt, uint32_t call, uint32_t failed);
/* It waits no more, if it has not begun; otherwise it is not tried again. */
void service_cancel(struct runtime *rt, uint32_t call);
void service_call_timer(struct runtime *rt, uint32_t call);
/* It is alive: its death is from now on a failure of the calls that wait. */
void service_began(struct runtime *rt, uint32_t number);
/* Begins what can begin now. */
void service_pump(struct runtime *rt, uint32_t number);
/* Its controller wants to be asked: now, if no call is being served. */
void service_take_advice(struct runtime *rt, uint32_t number);
/* Nobody has its handle, and nothing is left to do: it ends. */
void service_end_if_let_go(struct runtime *rt, uint32_t number);
/* There is room on its actor's host for what this call waits for. */
void service_room(struct runtime *rt, uint32_t call);
/* Charges what it has been doing until now; to be called before anything changes that. */
void service_charge(struct runtime *rt, uint32_t number);
/* Its process is gone: what ran has stopped. */
void service_stop(struct runtime *rt, uint32_t number);

#endif
