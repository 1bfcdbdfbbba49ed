/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making, waiting for, settling and forgetting what statements asked for.
 *
 * Main invariant: pending counts the results that are neither ready nor failed; who waits for a
 * batch is told when it reaches 0, and a batch that nobody can ask for any more is gone. */
#include "sim/runtime/batch.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/call.h"
#include "sim/runtime/driver/await.h"
#include "sim/runtime/driver/crew.h"
#include "sim/runtime/objects/copies.h"
#include "sim/runtime/objects/lineage.h"
#include "sim/runtime/routes/routing.h"
#include "sim/runtime/submit.h"

struct told batch_told(const struct runtime *rt, uint32_t number, uint32_t element,
                       enum told_kind kind)
{
    const struct batch *b = batch_of(rt, number);
    return (struct told){.kind = kind,
                         .job = ((struct job *)pool_at(&rt->jobs, b->job))->serial,
                         .function = b->function,
                         .host = TOLD_NOWHERE,
                         .batch = b->serial,
                         .element = element,
                         .call = b->kind == BATCH_ACTORS ? 0 : b->objects[element].call,
                         .count = 1};
}

/* ---- making and forgetting ----------------------------------------------------------------- */

static uint32_t function_for(const struct runtime *rt, enum batch_kind kind, uint32_t statement)
{
    bool is_call = kind == BATCH_TASKS || kind == BATCH_METHODS;
    return is_call ? rt->program->statements[statement].what : PROGRAM_NOTHING;
}

static void hold_arguments(struct runtime *rt, struct batch *b)
{
    for (uint32_t i = 0; i < b->arguments_count; i++) {
        batch_hold(rt, b->arguments[i].batch);
        batch_of(rt, b->arguments[i].batch)->lineage++;
    }
}

uint32_t batch_new(struct runtime *rt, enum batch_kind kind, uint32_t job, uint32_t statement,
                   uint32_t count, const struct batch_argument *arguments, uint32_t arguments_count)
{
    uint32_t number = pool_take(&rt->batches);
    struct batch *b = batch_of(rt, number);
    struct job *owner = pool_at(&rt->jobs, job);
    assert(count > 0);
    *b = (struct batch){.kind = (uint8_t)kind,
                        .job = job,
                        .statement = statement,
                        .function = function_for(rt, kind, statement),
                        .serial = ++rt->serial,
                        .count = count,
                        .pending = count,
                        .next = owner->batches};
    b->objects = count == 1 ? &b->one : blocks_take(&rt->blocks, count, sizeof *b->objects);
    b->arguments = blocks_take(&rt->blocks, arguments_count, sizeof *b->arguments);
    if (!b->objects || (arguments_count > 0 && !b->arguments))
        return 0;
    if (arguments_count > 0)
        memcpy(b->arguments, arguments, arguments_count * sizeof *arguments);
    b->arguments_count = arguments_count;
    if (owner->batches)
        batch_of(rt, owner->batches)->previous = number;
    owner->batches = number;
    if (b->function != PROGRAM_NOTHING) {
        b->first = rt->calls_of[b->function];
        rt->calls_of[b->function] += count;
    }
    hold_arguments(rt, b);
    return number;
}

/* What is small travels with the calls that it is given to, as long as they may be made again. */
static void free_one(struct runtime *rt, const struct batch *b, struct object *object)
{
    if (b->kind == BATCH_ACTORS || object->is_inline)
        return;
    copies_drop(rt, object);
    object->state = OBJECT_FREED;
}

static void free_data(struct runtime *rt, struct batch *b)
{
    for (uint32_t i = 0; i < b->count; i++)
        if (b->objects[i].uses == 0 && b->objects[i].state == OBJECT_READY)
            free_one(rt, b, &b->objects[i]);
}

static bool is_wanted(const struct batch *b)
{
    return b->handles > 0 || b->lineage > 0 || b->pending > 0;
}

/* Its arguments are needed no more, not even to make it again: those that nobody else wants go onto
 * the list, threaded through the waiters that they do not have. */
static void end_lineage(struct runtime *rt, struct batch *b, uint32_t *todo)
{
    for (uint32_t i = 0; i < b->arguments_count; i++) {
        struct batch *argument = batch_of(rt, b->arguments[i].batch);
        assert(argument->lineage > 0);
        argument->lineage--;
        if (is_wanted(argument))
            continue;
        argument->waiters = *todo;
        *todo = b->arguments[i].batch;
    }
    blocks_give(&rt->blocks, b->arguments, b->arguments_count, sizeof *b->arguments);
    b->arguments = NULL;
    b->arguments_count = 0;
}

/* Nobody can ask for these any more; nor, perhaps, for their arguments. */
static void forget(struct runtime *rt, uint32_t todo)
{
    while (todo) {
        struct batch *b = batch_of(rt, todo);
        struct job *job = pool_at(&rt->jobs, b->job);
        uint32_t this = todo;
        todo = b->waiters;
        if (b->previous)
            batch_of(rt, b->previous)->next = b->next;
        else
            job->batches = b->next;
        if (b->next)
            batch_of(rt, b->next)->previous = b->previous;
        end_lineage(rt, b, &todo);
        lineage_release(rt, this);
        for (uint32_t i = 0; i < b->count && b->kind != BATCH_ACTORS; i++)
            copies_drop(rt, &b->objects[i]);
        if (b->count > 1)
            blocks_give(&rt->blocks, b->objects, b->count, sizeof *b->objects);
        if (b->servers && b->servers != &b->server)
            blocks_give(&rt->blocks, b->servers, b->count, sizeof *b->servers);
        b->serial = 0; /* what it still waits for wakes nobody */
        pool_give(&rt->batches, this);
    }
}

void batch_end_lineage(struct runtime *rt, uint32_t number)
{
    uint32_t todo = 0;
    end_lineage(rt, batch_of(rt, number), &todo);
    forget(rt, todo);
}

void batch_hold(struct runtime *rt, uint32_t number)
{
    batch_of(rt, number)->handles++;
}

void batch_drop(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    if (number == 0)
        return;
    assert(b->handles > 0);
    if (--b->handles > 0)
        return;
    if (b->kind == BATCH_ACTORS)
        actor_let_go(rt, number);
    free_data(rt, b);
    if (!is_wanted(b))
        forget(rt, number);
}

void batch_cancel(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    b->is_cancelled = true;
    runtime_stop_timer(rt, &b->timer);
    if (routing_is_for(rt, number))
        routing_end(rt, number);
    for (uint32_t i = 0; i < b->count && b->pending > 0 && b->kind == BATCH_TASKS; i++) {
        if (b->objects[i].state != OBJECT_PENDING)
            continue;
        if (b->objects[i].call)
            call_cancel(rt, b->objects[i].call);
        runtime_withdraw(rt, (uint64_t)number << 32 | i);
    }
}

bool batch_is_left_behind(const struct runtime *rt, uint32_t number)
{
    return ((struct job *)pool_at(&rt->jobs, batch_of(rt, number)->job))->is_ended;
}

void batch_clear(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    for (uint32_t i = 0; i < b->count && b->kind != BATCH_ACTORS; i++)
        copies_drop(rt, &b->objects[i]);
}

/* ---- waiting ------------------------------------------------------------------------------- */

void batch_wait(struct runtime *rt, uint32_t number, uint32_t element, enum waiter_kind kind,
                uint32_t who, uint32_t stamp)
{
    struct batch *b = batch_of(rt, number);
    uint32_t *list = element == TOLD_NOWHERE ? &b->waiters : &b->objects[element].waiters;
    uint32_t at = pool_take(&rt->waiters);
    *(struct waiter *)pool_at(&rt->waiters, at) =
        (struct waiter){.next = *list, .kind = kind, .number = who, .stamp = stamp};
    *list = at;
}

static void wake(struct runtime *rt, const struct waiter *waiter)
{
    if (waiter->kind == WAITER_FIBER) {
        await_result(rt, waiter->number, waiter->stamp);
    } else if (waiter->kind == WAITER_CALL) {
        if (call_of(rt, waiter->number)->stamp == waiter->stamp)
            submit_call_ready(rt, waiter->number);
    } else if (waiter->kind == WAITER_ERRAND) {
        crew_come(rt, waiter->number);
    } else if (batch_of(rt, waiter->number)->serial == waiter->stamp) {
        struct batch *b = batch_of(rt, waiter->number);
        assert(b->missing > 0);
        b->missing--;
        submit_try(rt, waiter->number);
    }
}

/* Waiters were put in front: turned round, who came first is woken first. */
static void wake_all(struct runtime *rt, uint32_t *list)
{
    uint32_t at = *list, turned = 0;
    *list = 0;
    while (at) {
        struct waiter *waiter = pool_at(&rt->waiters, at);
        uint32_t next = waiter->next;
        waiter->next = turned;
        turned = at;
        at = next;
    }
    while (turned) {
        struct waiter waiter = *(struct waiter *)pool_at(&rt->waiters, turned);
        pool_give(&rt->waiters, turned);
        turned = waiter.next;
        wake(rt, &waiter);
    }
}

/* Fibers that wait for some of it look again. */
static void count_some(struct runtime *rt, const struct batch *b)
{
    for (uint32_t at = b->waiters; at;) {
        const struct waiter *waiter = pool_at(&rt->waiters, at);
        at = waiter->next;
        if (waiter->kind == WAITER_FIBER)
            await_count(rt, waiter->number, waiter->stamp);
    }
}

static bool can_be_lost(const struct object *object)
{
    return object->state != OBJECT_FAILED && !object->is_inline && !object->is_durable;
}

/* All is settled: the arguments' data are needed no more; their lineage is, while a result may have
 * to be made again. */
static void let_arguments_go(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    bool may_be_lost = false;
    for (uint32_t i = 0; i < b->arguments_count; i++)
        batch_drop(rt, b->arguments[i].batch);
    for (uint32_t i = 0; i < b->count && !may_be_lost; i++)
        may_be_lost = can_be_lost(&b->objects[i]);
    if (may_be_lost)
        lineage_keep(rt, number);
    else
        batch_end_lineage(rt, number);
}

void batch_settle(struct runtime *rt, uint32_t number, uint32_t element, enum object_state state,
                  uint32_t cause)
{
    struct batch *b = batch_of(rt, number);
    struct object *object = &b->objects[element];
    assert(object->state == OBJECT_PENDING && b->pending > 0 && state != OBJECT_PENDING);
    bool was_held = b->handles > 0;
    b->handles++; /* who is woken may be the last that wants it */
    object->state = (uint8_t)state;
    object->cause = (uint8_t)cause;
    b->pending--;
    b->failed += state == OBJECT_FAILED;
    struct told told =
        batch_told(rt, number, element, state == OBJECT_FAILED ? TOLD_FAILED : TOLD_DONE);
    told.cause = cause;
    if (b->function != PROGRAM_NOTHING &&
        (state == OBJECT_READY || !batch_is_left_behind(rt, number))) {
        rt->record->calls.completed += state == OBJECT_READY;
        rt->record->calls.failed += state == OBJECT_FAILED;
        runtime_tell(rt, told);
    }
    if (b->pending == 0)
        let_arguments_go(rt, number);
    if (object->waiters)
        wake_all(rt, &object->waiters);
    count_some(rt, b);
    if (b->pending == 0)
        wake_all(rt, &b->waiters);
    if (was_held || b->pending == 0) {
        batch_drop(rt, number);
        return;
    }
    b->handles--; /* of many that nobody holds, this one alone is looked at */
    if (object->uses == 0 && object->state == OBJECT_READY)
        free_one(rt, b, object);
}

void batch_call_done(struct runtime *rt, uint32_t number, uint32_t element)
{
    struct batch *b = batch_of(rt, number);
    b->objects[element].call = 0;
    for (uint32_t k = 0; b->has_calls && k < b->arguments_count; k++) {
        const struct batch_argument *a = &b->arguments[k];
        struct batch *argument = batch_of(rt, a->batch);
        if (!a->is_each)
            continue;
        struct object *object = &argument->objects[batch_each(b, element)];
        assert(object->uses > 0);
        object->uses--;
        if (object->uses == 0 && argument->handles == 0 && object->state == OBJECT_READY)
            free_one(rt, argument, object);
    }
}
