/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three looks ahead, each at what the one before has fetched.
 *
 *     this event | 1: host, result, neighbours | . | 3: call | . | 5: timer
 *
 * An event apart takes about as long as memory does. */
#include "sim/runtime/prefetch.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/seat.h"

enum { LINE = 64 };
enum { TO_TOUCH = 1, TO_READ = 3, TO_FIND = 5 }; /* places behind the next event */

static void fetch(const void *record, size_t size)
{
    for (size_t at = 0; at < size; at += LINE)
        __builtin_prefetch((const char *)record + at, 1);
}

/* NULL: there is none, or it is not known yet which. */
static const struct timer *timer_ahead(const struct runtime *rt, uint32_t places)
{
    struct event event;
    if (!eventq_ahead(rt->engine.wall, places, &event))
        return NULL;
    uint32_t slot = event_slot(event), entities = rt->cluster.entities_count;
    return slot < entities ? NULL : pool_at(&rt->timers, slot - entities);
}

static const struct call *call_ahead(const struct runtime *rt, uint32_t places)
{
    const struct timer *timer = timer_ahead(rt, places);
    return timer && timer->kind == TIMER_CALL ? pool_at(&rt->calls, timer->number) : NULL;
}

static void fetch_touched(const struct runtime *rt, const struct call *call)
{
    const struct seat *seat = &call->seat;
    fetch(&batch_of(rt, call->batch)->objects[call->element], 1);
    if (seat->host == TOLD_NOWHERE)
        return;
    fetch(&rt->hosts[seat->host], sizeof *rt->hosts);
    if (seat->next)
        fetch(seat_of(rt, seat->next), 1);
    if (seat->previous)
        fetch(seat_of(rt, seat->previous), 1);
}

void prefetch_ahead(const struct runtime *rt)
{
    const struct timer *timer = timer_ahead(rt, TO_FIND);
    const struct call *read = call_ahead(rt, TO_READ), *touched = call_ahead(rt, TO_TOUCH);
    if (timer)
        fetch(timer, 1);
    if (read)
        fetch(read, sizeof *read);
    if (touched)
        fetch_touched(rt, touched);
}
