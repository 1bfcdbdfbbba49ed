/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The time of an attempt: the function's, that of its items, and overhead.
 *
 * Main invariant: it depends on the call and the attempt alone, and on when it begins where. */
#include "sim/runtime/effort.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/nodes/straggler.h"

/* What its items take to put or to get. */
static simtime of_items(const struct runtime *rt, const struct call *c)
{
    const struct batch *b = batch_of(rt, c->batch);
    const struct program_function *f = &rt->program->functions[b->function];
    uint64_t count = (uint64_t)f->puts + f->gets, first = (b->first + c->element) * count;
    simtime work = 0;
    for (uint64_t i = 0; i < count && !amount_is_zero(&f->item); i++)
        work = simtime_add(
            work, runtime_amount(rt, &f->item, STREAM_TIME, b->function, first + i, WORD_ITEM));
    return work;
}

simtime effort_of(struct runtime *rt, const struct call *c, uint32_t host, bool *is_raising)
{
    const struct batch *b = batch_of(rt, c->batch);
    const struct program_function *f = &rt->program->functions[b->function];
    uint64_t index = b->first + c->element;
    simtime work = runtime_amount(rt, &f->time, STREAM_TIME, b->function, index, WORD_TIME);
    simtime overhead =
        runtime_amount(rt, &f->overhead, STREAM_TIME, b->function, index, WORD_OVERHEAD);
    *is_raising =
        f->fails.ppm > 0 && index >= f->fails.after &&
        runtime_uniform(rt, STREAM_EXCEPTION, b->function, index, c->attempt) * WHOLE_PPM <
            f->fails.ppm;
    work = simtime_add(work, of_items(rt, c));
    if (*is_raising)
        work = simtime_scale(work, f->fails.at_ppm, WHOLE_PPM);
    bool has_await = !c->actor && !*is_raising; /* a task keeps its worker while it waits */
    simtime await =
        has_await ? runtime_amount(rt, &f->await, STREAM_TIME, b->function, index, WORD_AWAIT) : 0;
    return simtime_add(straggler_time(rt, host, simtime_add(work, overhead)), await);
}
