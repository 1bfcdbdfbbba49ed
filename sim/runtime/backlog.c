/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls that wait at an actor: a list through the calls themselves.
 *
 * Main invariant: queue_last is the last of those that queue_first leads to; both are 0 where none
 * waits. */
#include "sim/runtime/backlog.h"
#include "sim/runtime/call.h"

void backlog_push_back(struct runtime *rt, struct actor *a, uint32_t call)
{
    call_of(rt, call)->next = 0;
    if (a->queue_last)
        call_of(rt, a->queue_last)->next = call;
    else
        a->queue_first = call;
    a->queue_last = call;
}

void backlog_push_front(struct runtime *rt, struct actor *a, uint32_t call)
{
    call_of(rt, call)->next = a->queue_first;
    a->queue_first = call;
    if (!a->queue_last)
        a->queue_last = call;
}

void backlog_push_arrived(struct runtime *rt, struct actor *a, uint32_t call)
{
    uint32_t before = 0;
    for (uint32_t at = a->queue_first; a->coming > 0 && at && call_of(rt, at)->has_arrived;
         at = call_of(rt, at)->next)
        before = at;
    if (a->coming == 0 || before == a->queue_last) {
        backlog_push_back(rt, a, call);
    } else if (!before) {
        backlog_push_front(rt, a, call);
    } else {
        call_of(rt, call)->next = call_of(rt, before)->next;
        call_of(rt, before)->next = call;
    }
}

void backlog_pop_front(struct runtime *rt, struct actor *a)
{
    a->queue_first = call_of(rt, a->queue_first)->next;
    if (!a->queue_first)
        a->queue_last = 0;
}

void backlog_take_out(struct runtime *rt, uint32_t *list, uint32_t call)
{
    uint32_t *link = list;
    while (*link != call)
        link = &call_of(rt, *link)->next;
    *link = call_of(rt, call)->next;
}

void backlog_drop(struct runtime *rt, struct actor *a, uint32_t call)
{
    uint32_t before = 0;
    for (uint32_t at = a->queue_first; at != call; at = call_of(rt, at)->next)
        before = at;
    backlog_take_out(rt, &a->queue_first, call);
    if (a->queue_last == call)
        a->queue_last = before;
    a->calls--;
}
