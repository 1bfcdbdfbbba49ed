/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batches: what one execution of a statement submitted, and its results.
 *
 * A batch lives while a variable holds it, something under way needs it, or another batch's lineage
 * does: then its results can be computed again although they were freed or lost. Results up to
 * `inline` are with their owner and never lost; others lie on hosts, and a copy is as good as its
 * host's present life. */
#ifndef CAIRN_RUNTIME_BATCH_H
#define CAIRN_RUNTIME_BATCH_H

#include "sim/runtime/runtime.h"

static inline struct batch *batch_of(const struct runtime *rt, uint32_t number)
{
    return pool_at(&rt->batches, number);
}
/* Which element call `element` gets of what is `each`. */
static inline uint32_t batch_each(const struct batch *batch, uint32_t element)
{
    return batch->offset + element;
}
/* A new one with `count` pending results; its arguments are those of the statement, resolved by the
 * fiber, and held from now on. 0: no memory. */
uint32_t batch_new(struct runtime *rt, enum batch_kind kind, uint32_t job, uint32_t statement,
                   uint32_t count, const struct batch_argument *arguments,
                   uint32_t arguments_count);
/* A variable, or something under way, needs all of it. */
void batch_hold(struct runtime *rt, uint32_t number);
void batch_drop(struct runtime *rt, uint32_t number);
/* The job is over: nobody wants what is still to come. */
void batch_cancel(struct runtime *rt, uint32_t number);
/* Nor what is there. */
void batch_clear(struct runtime *rt, uint32_t number);
/* Is its job over? What becomes of it then is no failure of anybody's. */
bool batch_is_left_behind(const struct runtime *rt, uint32_t number);

/* Result `element` is there, or never will be (state FAILED): who waits is told. */
void batch_settle(struct runtime *rt, uint32_t number, uint32_t element, enum object_state state,
                  uint32_t cause);
/* One more that waits for all of it (element TOLD_NOWHERE), or for one result. */
void batch_wait(struct runtime *rt, uint32_t number, uint32_t element, enum waiter_kind kind,
                uint32_t who, uint32_t stamp);
/* The call's result is settled: what it held is let go. */
void batch_call_done(struct runtime *rt, uint32_t number, uint32_t element);
/* Its results can not be made again, and its arguments are not needed for that. */
void batch_end_lineage(struct runtime *rt, uint32_t number);
struct told batch_told(const struct runtime *rt, uint32_t number, uint32_t element,
                       enum told_kind kind);

#endif
