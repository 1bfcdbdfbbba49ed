/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lineage: what is gone is computed again, and what that needs, and so on.
 *
 * Results of tasks can be made again as long as somebody may ask for them; those of an actor where
 * its calls may be retried and it is not dead, by whatever its state is then; what a driver put
 * cannot. What is needed and gone is found by a list, not by recursion:
 * chains are as long as a program runs. */
#include "sim/runtime/lineage.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/copies.h"
#include "sim/runtime/service.h"
#include "sim/runtime/submit.h"

/* It was there, and somebody finds that it is no more. */
static void tell_lost(struct runtime *rt, uint32_t number, uint32_t element)
{
    if (batch_of(rt, number)->objects[element].state != OBJECT_READY)
        return; /* it was freed */
    rt->record->objects.lost++;
    runtime_tell(rt, batch_told(rt, number, element, TOLD_OBJECT_LOST));
}

static void fail(struct runtime *rt, uint32_t number, uint32_t element)
{
    struct batch *b = batch_of(rt, number);
    b->objects[element].state = OBJECT_FAILED;
    b->objects[element].cause = CAIRN_CAUSE_OBJECT;
    b->failed++;
}

/* One result is to be made again: its call exists, and waits for what it needs. What it needs and
 * is gone too goes onto the list. */
static void revive(struct runtime *rt, uint32_t number, uint32_t element)
{
    struct batch *b = batch_of(rt, number);
    struct object *object = &b->objects[element];
    if (b->pending++ == 0)
        for (uint32_t k = 0; k < b->arguments_count; k++)
            batch_hold(rt, b->arguments[k].batch);
    object->state = OBJECT_PENDING;
    copies_drop(rt, object);
    rt->record->objects.rebuilt++;
    runtime_tell(rt, batch_told(rt, number, element, TOLD_OBJECT_REBUILT));
    uint32_t at = call_new(rt, number, element);
    ((struct call *)pool_at(&rt->calls, at))->attempt = 1;
    for (uint32_t k = 0; b->has_calls && k < b->arguments_count; k++)
        if (b->arguments[k].is_each)
            batch_of(rt, b->arguments[k].batch)->objects[element].uses++;
}

static bool can_be_made(const struct runtime *rt, const struct batch *b, uint32_t element)
{
    if (b->is_cancelled || b->kind == BATCH_TASKS)
        return !b->is_cancelled;
    return b->kind == BATCH_METHODS && service_can_call_again(rt, b->target, element);
}

static uint32_t *todo_link(const struct runtime *rt, uint32_t call)
{
    return &((struct call *)pool_at(&rt->calls, call))->next;
}

/* An argument of a call that is made again: there, on its way, or to be made again itself. */
static void need(struct runtime *rt, uint32_t for_call, uint32_t number, uint32_t element,
                 uint32_t *todo)
{
    struct object *object = &batch_of(rt, number)->objects[element];
    if (object->state == OBJECT_FAILED || copies_has(rt, number, element))
        return;
    if (object->state != OBJECT_PENDING) {
        tell_lost(rt, number, element);
        if (!can_be_made(rt, batch_of(rt, number), element)) {
            fail(rt, number, element);
            return;
        }
        revive(rt, number, element);
        *todo_link(rt, object->call) = *todo;
        *todo = object->call;
    }
    struct call *call = pool_at(&rt->calls, for_call);
    call->missing++;
    batch_wait(rt, number, element, WAITER_CALL, for_call, call->stamp);
}

void lineage_rebuild(struct runtime *rt, uint32_t number, uint32_t element)
{
    struct object *object = &batch_of(rt, number)->objects[element];
    uint32_t todo = 0;
    if (object->state == OBJECT_PENDING || object->state == OBJECT_FAILED)
        return;
    tell_lost(rt, number, element);
    if (!can_be_made(rt, batch_of(rt, number), element)) {
        fail(rt, number, element);
        return;
    }
    revive(rt, number, element);
    *todo_link(rt, object->call) = 0;
    todo = object->call;
    while (todo) {
        uint32_t at = todo;
        const struct call *call = pool_at(&rt->calls, at);
        const struct batch *b = batch_of(rt, call->batch);
        todo = *todo_link(rt, at);
        if (b->kind == BATCH_METHODS)
            service_queue_first(rt, at);
        for (uint32_t k = 0; k < b->arguments_count; k++) {
            const struct batch_argument *a = &b->arguments[k];
            if (a->is_each)
                need(rt, at, a->batch, call->element, &todo);
            for (uint32_t j = 0; !a->is_each && j < batch_of(rt, a->batch)->count; j++)
                need(rt, at, a->batch, j, &todo);
        }
        if (call->missing == 0)
            call_go(rt, at, submit_failed_argument(rt, b, call->element));
    }
}
