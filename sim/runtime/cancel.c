/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a call can be when it is cancelled: nowhere yet, in the scheduler, at its actor, on a host.
 *
 *     waits for arguments, or for a place, or at its actor, or to be tried again ──► fails now
 *     has a place, and does not run yet ──► gives it back, and fails now
 *     runs ──► fails now, if that is forced and it is a task; goes on otherwise, for the last time
 *
 * Main invariant: what fails here has left no trace elsewhere, so that those behind it go on as if
 * it had never been. */
#include "sim/runtime/cancel.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/service.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/nodes/host.h"
#include "sim/runtime/routes/routing.h"

/* Does the attempt run, or has it run? What is lost is not known to be: that is found out later. */
static bool has_begun(const struct call *c)
{
    return c->state == CALL_RUNNING || c->state == CALL_SAVING || c->state == CALL_STORING ||
           c->state == CALL_LOST || c->state == CALL_REPLYING;
}

/* Its place is free: what it did there is lost, and its worker, if it was made to stop. */
static void leave_place(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    uint32_t host = c->seat.host, job = batch_of(rt, c->batch)->job;
    bool keeps_worker = c->state == CALL_FETCHING || c->state == CALL_BLOCKED;
    call_end_attempt(rt, number, CAUSE_CANCELLED);
    if (keeps_worker)
        host_worker_idle(rt, host, job);
}

static void cancel_task(struct runtime *rt, uint32_t number, bool is_forced)
{
    struct call *c = call_of(rt, number);
    bool is_over = c->state == CALL_LOST || c->state == CALL_REPLYING;
    c->is_cancelled = true;
    if (has_begun(c) && (is_over || !is_forced))
        return;
    if (c->seat.host != TOLD_NOWHERE)
        leave_place(rt, number);
    else
        runtime_withdraw(rt, (uint64_t)c->batch << 32 | c->element);
    runtime_stop_timer(rt, &c->timer);
    call_give_up(rt, number, CAUSE_CANCELLED);
}

static void cancel_element(struct runtime *rt, uint32_t number, uint32_t element, bool is_forced)
{
    struct batch *b = batch_of(rt, number);
    uint32_t call = b->objects[element].call;
    if (call && routing_is_for(rt, number) && !call_of(rt, call)->actor) {
        routing_cancel(rt, call);
    } else if (call && b->kind == BATCH_METHODS) {
        service_cancel(rt, call);
    } else if (call) {
        cancel_task(rt, call, is_forced);
    } else {
        if (b->is_enqueued)
            runtime_withdraw(rt, (uint64_t)number << 32 | element);
        batch_settle(rt, number, element, OBJECT_FAILED, CAUSE_CANCELLED);
    }
}

void cancel_batch(struct runtime *rt, uint32_t number, bool is_forced)
{
    struct batch *b = batch_of(rt, number);
    batch_hold(rt, number); /* its last result may be the last that wants it */
    for (uint32_t i = 0; i < b->count && b->pending > 0; i++)
        if (b->objects[i].state == OBJECT_PENDING)
            cancel_element(rt, number, i, is_forced);
    if (b->pending == 0)
        runtime_stop_timer(rt, &b->timer); /* nothing is on its way any more */
    batch_drop(rt, number);
}
