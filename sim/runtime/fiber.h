/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fibers: who executes the statements of a driver, one after the other, and waits.
 *
 * A job's driver is a fiber; `parallel` makes one for each branch and waits for them all. Loops are
 * frames on the fiber's stack, as deep as the program's text. What fails is handled by the nearest
 * statement around it that says on_error; if there is none the branch fails, then its parallel, and
 * in the end the job. */
#ifndef CAIRN_RUNTIME_FIBER_H
#define CAIRN_RUNTIME_FIBER_H

#include "sim/runtime/runtime.h"

/* It begins with the statements from `body` to `end`, and variables of its own. 0: no memory. */
uint32_t fiber_begin(struct runtime *rt, uint32_t job, uint32_t parent, uint32_t body, uint32_t end,
                     uint32_t slots);
/* All fibers that can go on do, until none can. */
void fiber_run_ready(struct runtime *rt);
void fiber_timer(struct runtime *rt, uint32_t number);
/* A batch that it waits for is settled, or a result of one of which it wants some. */
void fiber_result(struct runtime *rt, uint32_t number, uint32_t stamp);
void fiber_count(struct runtime *rt, uint32_t number, uint32_t stamp);

/* The run is over: what those that still wait have waited for is told. */
void fiber_stop(struct runtime *rt);

#endif
