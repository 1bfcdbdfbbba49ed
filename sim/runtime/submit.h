/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Submitting: calls go to the scheduler, or to their actors, when their arguments are there. */
#ifndef CAIRN_RUNTIME_SUBMIT_H
#define CAIRN_RUNTIME_SUBMIT_H

#include "sim/runtime/runtime.h"

void submit_batch(struct runtime *rt, uint32_t number);
/* One call by itself, of a batch whose calls go out one after the other. It goes when all that it
 * is given is there, and submit_call_ready has been said once for its own way. */
void submit_single(struct runtime *rt, uint32_t number, uint32_t element);
/* It has arrived. */
void submit_timer(struct runtime *rt, uint32_t number);
/* Something it needs is there: all of it? */
void submit_try(struct runtime *rt, uint32_t number);
/* An argument of this call is there. */
void submit_call_ready(struct runtime *rt, uint32_t call);
/* A call that failed, or whose arguments had to be made again, goes to the scheduler by itself. */
void submit_call(struct runtime *rt, uint32_t call, uint32_t avoid);
/* 1 + the cause, if an argument of this call has failed; 0: none. */
uint32_t submit_failed_argument(const struct runtime *rt, const struct batch *batch,
                                uint32_t element);
/* The cause, when an argument of this call is known to be beyond repair. */
uint32_t submit_lost_argument(const struct runtime *rt, uint32_t call);

#endif
