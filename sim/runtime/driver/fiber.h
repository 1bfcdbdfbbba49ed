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

static inline struct fiber *fiber_of(const struct runtime *rt, uint32_t number)
{
    return pool_at(&rt->fibers, number);
}
static inline struct job *fiber_job(const struct runtime *rt, const struct fiber *f)
{
    return pool_at(&rt->jobs, f->job);
}

/* What became of a statement, for now. */
enum outcome { OUTCOME_DONE, OUTCOME_WAITS, OUTCOME_ENTERED, OUTCOME_FAILED };

/* It begins with the statements from `body` to `end`, and variables of its own. 0: no memory. */
uint32_t fiber_begin(struct runtime *rt, uint32_t job, uint32_t parent, uint32_t body, uint32_t end,
                     uint32_t slots);
/* All fibers that can go on do, until none can. */
void fiber_run_ready(struct runtime *rt);
void fiber_timer(struct runtime *rt, uint32_t number);

/* For statements: a variable's place; it holds a batch from now on. */
uint32_t *fiber_variable(const struct runtime *rt, const struct fiber *f,
                         struct program_variable v);
void fiber_bind(struct runtime *rt, const struct fiber *f, struct program_variable v,
                uint32_t batch);
/* The body at `pc` is next, and `left` rounds of it behind this one. */
enum outcome fiber_enter(struct fiber *f, uint64_t left, bool is_handler, uint32_t pc);
/* What it waited for is there: it goes on in its turn. */
void fiber_wake(struct runtime *rt, uint32_t number);
/* The process of this job, which counts as ended, is lost: all its fibers end where they are. */
void fiber_lose(struct runtime *rt, uint32_t job);
/* The run is over: what those that still wait have waited for is told. */
void fiber_stop(struct runtime *rt);

#endif
