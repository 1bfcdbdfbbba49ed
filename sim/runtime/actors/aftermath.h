/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Aftermath: what failures come to for the calls of an actor.
 *
 * Recovery decides what is tried again; here it is done, and told. A call that fails by itself has
 * left its actor's lists before; after a death all calls of the actor are gone through at once. */
#ifndef CAIRN_RUNTIME_AFTERMATH_H
#define CAIRN_RUNTIME_AFTERMATH_H

#include "sim/runtime/runtime.h"

/* An attempt of this call has failed, which is known from now on. */
void aftermath_fail(struct runtime *rt, uint32_t call, uint32_t cause);
/* Another attempt: behind the delay it arrives anew, in its old place of the queue. */
void aftermath_try_again(struct runtime *rt, uint32_t call, simtime delay);
/* Calls after a death: those that may be tried again keep their order; the others fail. */
void aftermath_sort(struct runtime *rt, uint32_t number, bool is_dead);

#endif
