/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lineage: what is gone is computed again, and what that needs, and so on.
 *
 * Results of tasks can be made again as long as somebody may ask for them; those of an actor where
 * its calls may be retried and it is not dead, by whatever its state is then; what a driver put
 * cannot. `runtime.lineage` bounds what is remembered, as Ray does: each call of a batch whose
 * results may be lost, and made again, counts `task_spec` bytes, and when they are too many the
 * oldest batches are forgotten until half is left. What is needed and gone is found by a list, not
 * by recursion: chains are as long as a program runs. */
#include "sim/runtime/objects/lineage.h"
#include "sim/runtime/actors/backlog.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/objects/copies.h"
#include "sim/runtime/routes/routing.h"
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
    lineage_release(rt, number);
    if (b->pending++ == 0)
        for (uint32_t k = 0; k < b->arguments_count; k++)
            batch_hold(rt, b->arguments[k].batch);
    object->state = OBJECT_PENDING;
    copies_drop(rt, object);
    rt->record->objects.rebuilt++;
    assert(rt->record->calls.completed > 0);
    rt->record->calls.completed--; /* it is under way again */
    runtime_tell(rt, batch_told(rt, number, element, TOLD_OBJECT_REBUILT));
    uint32_t at = call_new(rt, number, element);
    call_of(rt, at)->attempt = 1;
    for (uint32_t k = 0; b->has_calls && k < b->arguments_count; k++)
        if (b->arguments[k].is_each)
            batch_of(rt, b->arguments[k].batch)->objects[batch_each(b, element)].uses++;
}

/* ---- what is remembered -------------------------------------------------------------------- */

static int64_t bytes_of(const struct runtime *rt, const struct batch *b)
{
    return (int64_t)rt->spec->runtime.task_spec * b->count;
}

void lineage_release(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    if (!b->is_remembered)
        return;
    b->is_remembered = false;
    rt->remembered.bytes -= bytes_of(rt, b);
    if (b->older)
        batch_of(rt, b->older)->newer = b->newer;
    else
        rt->remembered.first = b->newer;
    if (b->newer)
        batch_of(rt, b->newer)->older = b->older;
    else
        rt->remembered.last = b->older;
}

/* Its results that are lost from now on are lost for good. */
static void forget_oldest(struct runtime *rt)
{
    uint32_t number = rt->remembered.first;
    struct batch *b = batch_of(rt, number);
    struct told told = batch_told(rt, number, 0, TOLD_FORGOTTEN);
    told.count = b->count;
    b->is_past = true;
    lineage_release(rt, number);
    runtime_tell(rt, told);
    batch_end_lineage(rt, number);
}

/* Those that may be called again. */
static bool may_be_called_again(const struct runtime *rt, const struct batch *b)
{
    if (b->kind != BATCH_METHODS)
        return b->kind == BATCH_TASKS;
    return rt->program->actors[rt->program->functions[b->function].actor].task_retries != 0;
}

void lineage_keep(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    int64_t most = (int64_t)rt->spec->runtime.lineage;
    if (b->is_past || b->is_remembered || !may_be_called_again(rt, b))
        return;
    b->is_remembered = true;
    b->newer = 0;
    b->older = rt->remembered.last;
    if (b->older)
        batch_of(rt, b->older)->newer = number;
    else
        rt->remembered.first = number;
    rt->remembered.last = number;
    rt->remembered.bytes += bytes_of(rt, b);
    if (most == 0 || rt->remembered.bytes <= most)
        return;
    while (rt->remembered.bytes > most / 2)
        forget_oldest(rt);
}

/* ---- what is made again -------------------------------------------------------------------- */

static bool can_be_made(const struct runtime *rt, uint32_t number, uint32_t element)
{
    const struct batch *b = batch_of(rt, number);
    if (b->is_cancelled || b->is_past || b->kind == BATCH_TASKS)
        return !b->is_cancelled && !b->is_past;
    if (routing_is_for(rt, number))
        return routing_can_call_again(rt, b->target, element);
    return b->kind == BATCH_METHODS && backlog_can_call_again(rt, b, element);
}

static uint32_t *todo_link(const struct runtime *rt, uint32_t call)
{
    return &call_of(rt, call)->next;
}

/* It was given up, and is in the durable store: it can be had again. */
static bool is_recalled(struct object *object)
{
    if (object->state != OBJECT_FREED || !object->is_durable)
        return false;
    object->state = OBJECT_READY;
    return true;
}

/* An argument of a call that is made again: there, on its way, or to be made again itself. */
static void need(struct runtime *rt, uint32_t for_call, uint32_t number, uint32_t element,
                 uint32_t *todo)
{
    struct object *object = &batch_of(rt, number)->objects[element];
    if (object->state == OBJECT_FAILED || copies_has(rt, number, element) || is_recalled(object))
        return;
    if (object->state != OBJECT_PENDING) {
        tell_lost(rt, number, element);
        if (!can_be_made(rt, number, element)) {
            fail(rt, number, element);
            return;
        }
        revive(rt, number, element);
        *todo_link(rt, object->call) = *todo;
        *todo = object->call;
    }
    struct call *call = call_of(rt, for_call);
    call->missing++;
    batch_wait(rt, number, element, WAITER_CALL, for_call, call->stamp);
}

void lineage_rebuild(struct runtime *rt, uint32_t number, uint32_t element)
{
    struct object *object = &batch_of(rt, number)->objects[element];
    uint32_t todo = 0;
    if (object->state == OBJECT_PENDING || object->state == OBJECT_FAILED || is_recalled(object))
        return;
    tell_lost(rt, number, element);
    if (!can_be_made(rt, number, element)) {
        fail(rt, number, element);
        return;
    }
    revive(rt, number, element);
    *todo_link(rt, object->call) = 0;
    todo = object->call;
    while (todo) {
        uint32_t at = todo;
        const struct call *call = call_of(rt, at);
        const struct batch *b = batch_of(rt, call->batch);
        todo = *todo_link(rt, at);
        if (routing_is_for(rt, call->batch))
            routing_call_again(rt, at);
        else if (b->kind == BATCH_METHODS)
            backlog_expect_again(rt, at);
        for (uint32_t k = 0; k < b->arguments_count; k++) {
            const struct batch_argument *a = &b->arguments[k];
            if (a->is_each)
                need(rt, at, a->batch, batch_each(b, call->element), &todo);
            for (uint32_t j = 0; !a->is_each && j < batch_of(rt, a->batch)->count; j++)
                need(rt, at, a->batch, j, &todo);
        }
        if (call->missing == 0)
            call_go(rt, at, submit_failed_argument(rt, b, call->element));
    }
}
