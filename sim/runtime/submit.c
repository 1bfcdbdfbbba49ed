/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a batch to the scheduler, or to actors.
 *
 *     submitted ──hop──► arrived ──arguments there──► enqueued
 *
 * Tasks whose arguments are shared wait in the scheduler as one run, whatever their number; where
 * each call has an argument of its own, calls exist from the start. */
#include "sim/runtime/submit.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/backlog.h"
#include "sim/runtime/actors/export.h"
#include "sim/runtime/actors/troupe.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/objects/copies.h"
#include "sim/runtime/objects/lineage.h"
#include "sim/runtime/routes/routing.h"

#define NEAREST 32 /* hosts among which the one with most bytes is looked for */

struct nearest {
    uint32_t hosts[NEAREST], count;
    int64_t bytes[NEAREST];
};

static void add_bytes(const struct runtime *rt, struct nearest *n, uint32_t number,
                      uint32_t element)
{
    const struct object *object = &batch_of(rt, number)->objects[element];
    int64_t size = object->copies ? copies_size(rt, number, element) : 0;
    for (uint32_t at = object->copies; at;) {
        const struct copy *copy = pool_at(&rt->copies, at);
        at = copy->next;
        uint32_t i = 0, host = copy->host == TOLD_NOWHERE ? copies_near_driver(rt) : copy->host;
        while (i < n->count && n->hosts[i] != host)
            i++;
        if (i == NEAREST || host == CAIRN_NOWHERE || !copies_is_good(rt, copy))
            continue;
        if (i == n->count) {
            n->hosts[n->count++] = host;
            n->bytes[i] = 0;
        }
        n->bytes[i] += size;
    }
}

/* The host with most bytes of the arguments of one call, or of what all share (TOLD_NOWHERE). */
static uint32_t nearest_host(const struct runtime *rt, const struct batch *b, uint32_t element)
{
    struct nearest n = {.count = 0};
    uint32_t best = CAIRN_NOWHERE;
    int64_t most = 0;
    for (uint32_t i = 0; i < b->arguments_count; i++) {
        const struct batch_argument *a = &b->arguments[i];
        if (a->is_each && element != TOLD_NOWHERE)
            add_bytes(rt, &n, a->batch, batch_each(b, element));
        for (uint32_t j = 0; !a->is_each && j < batch_of(rt, a->batch)->count; j++)
            add_bytes(rt, &n, a->batch, j);
    }
    for (uint32_t i = 0; i < n.count; i++)
        if (n.bytes[i] > most) {
            most = n.bytes[i];
            best = n.hosts[i];
        }
    return best;
}

static void request(struct runtime *rt, uint32_t number, uint32_t element, uint32_t count,
                    uint32_t attempt, uint32_t avoid)
{
    const struct batch *b = batch_of(rt, number);
    const struct program_function *f = &rt->program->functions[b->function];
    struct cairn_request r = {.size = sizeof r,
                              .abi = CAIRN_SCHEDULER_ABI,
                              .id = (uint64_t)number << 32 | element,
                              .count = count,
                              .demand = f->demand,
                              .strategy = f->strategy,
                              .local = copies_near_driver(rt),
                              .group = CAIRN_NOWHERE,
                              .bundle = CAIRN_NOWHERE,
                              .node = CAIRN_NOWHERE,
                              .avoid = avoid,
                              .priority = f->priority,
                              .expected =
                                  f->time.kind == AMOUNT_CONSTANT ? f->time.constant : CAIRN_NEVER};
    r.nearest = b->arguments_count ? nearest_host(rt, b, count == 1 ? element : TOLD_NOWHERE)
                                   : CAIRN_NOWHERE;
    runtime_pin(&r, &f->pin);
    runtime_request(rt, &r, b->function, b->first + element, attempt);
}

void submit_call(struct runtime *rt, uint32_t number, uint32_t avoid)
{
    const struct call *call = pool_at(&rt->calls, number);
    request(rt, call->batch, call->element, 1, call->attempt, avoid);
}

uint32_t submit_failed_argument(const struct runtime *rt, const struct batch *b, uint32_t element)
{
    for (uint32_t i = 0; i < b->arguments_count; i++) {
        const struct batch *a = batch_of(rt, b->arguments[i].batch);
        uint32_t each = batch_each(b, element);
        if (b->arguments[i].is_each && a->objects[each].state == OBJECT_FAILED)
            return 1 + a->objects[each].cause;
        if (!b->arguments[i].is_each && a->failed > 0)
            for (uint32_t j = 0; j < a->count; j++)
                if (a->objects[j].state == OBJECT_FAILED)
                    return 1 + a->objects[j].cause;
    }
    return 0;
}

uint32_t submit_lost_argument(const struct runtime *rt, uint32_t number)
{
    const struct call *call = pool_at(&rt->calls, number);
    uint32_t failed = submit_failed_argument(rt, batch_of(rt, call->batch), call->element);
    assert(failed);
    return failed - 1;
}

/* Every call by itself: those whose own arguments are there go, the others follow. */
static void enqueue_calls(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    for (uint32_t i = 0; i < b->count; i++) {
        struct call *call = pool_at(&rt->calls, b->objects[i].call);
        if (b->objects[i].state == OBJECT_PENDING && call->missing == 0)
            call_go(rt, b->objects[i].call, submit_failed_argument(rt, b, i));
    }
}

void submit_try(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    if (!b->has_arrived || b->missing > 0 || b->is_enqueued || b->is_cancelled || b->pending == 0)
        return;
    b->is_enqueued = true;
    if (b->has_calls) {
        b->handles++;
        enqueue_calls(rt, number);
        batch_drop(rt, number);
        return;
    }
    uint32_t failed = submit_failed_argument(rt, b, 0);
    if (!failed) {
        request(rt, number, 0, b->count, 0, CAIRN_NOWHERE);
        return;
    }
    b->handles++;
    for (uint32_t i = 0; i < b->count; i++)
        batch_settle(rt, number, i, OBJECT_FAILED, failed - 1);
    batch_drop(rt, number);
}

void submit_timer(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    b->timer = 0;
    b->has_arrived = true;
    if (b->kind == BATCH_ACTORS) {
        troupe_reserve(rt, number);
        for (uint32_t i = 0; i < b->count; i++)
            actor_request(rt, b->objects[i].call);
        return;
    }
    submit_try(rt, number);
}

static void rebuild_if_lost(struct runtime *rt, uint32_t number, uint32_t element)
{
    if (batch_of(rt, number)->objects[element].state != OBJECT_PENDING &&
        !copies_has(rt, number, element))
        lineage_rebuild(rt, number, element);
}

static void rebuild_lost(struct runtime *rt, uint32_t number)
{
    for (uint32_t i = 0; i < batch_of(rt, number)->count; i++)
        rebuild_if_lost(rt, number, i);
}

/* What has to be there before the calls can go: waits for it, or has it made again. */
static void await_arguments(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    for (uint32_t i = 0; i < b->arguments_count; i++) {
        uint32_t a = b->arguments[i].batch;
        rebuild_lost(rt, a);
        if (b->arguments[i].is_each || batch_of(rt, a)->pending == 0)
            continue;
        b->missing++;
        batch_wait(rt, a, TOLD_NOWHERE, WAITER_BATCH, number, b->serial);
    }
}

static uint32_t make_call(struct runtime *rt, uint32_t number, uint32_t element)
{
    const struct batch *b = batch_of(rt, number);
    uint32_t at = call_new(rt, number, element), each = batch_each(b, element);
    struct call *call = pool_at(&rt->calls, at);
    for (uint32_t k = 0; k < b->arguments_count; k++) {
        const struct batch_argument *a = &b->arguments[k];
        if (!a->is_each)
            continue;
        struct object *object = &batch_of(rt, a->batch)->objects[each];
        object->uses++;
        if (object->state == OBJECT_PENDING) {
            call->missing++;
            batch_wait(rt, a->batch, each, WAITER_CALL, at, call->stamp);
        }
    }
    return at;
}

/* Calls of their own: of methods, and where each has an argument that is still to come. */
static void make_calls(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    b->has_calls = true;
    for (uint32_t i = 0; i < b->count; i++)
        make_call(rt, number, i);
}

void submit_single(struct runtime *rt, uint32_t number, uint32_t element)
{
    struct batch *b = batch_of(rt, number);
    b->has_calls = b->has_arrived = b->is_enqueued = true;
    for (uint32_t i = 0; i < b->arguments_count; i++)
        if (b->arguments[i].is_each)
            rebuild_if_lost(rt, b->arguments[i].batch, batch_each(b, element));
        else
            rebuild_lost(rt, b->arguments[i].batch);
    uint32_t at = make_call(rt, number, element);
    struct call *call = pool_at(&rt->calls, at);
    for (uint32_t i = 0; i < b->arguments_count; i++) {
        const struct batch_argument *a = &b->arguments[i];
        if (a->is_each || batch_of(rt, a->batch)->pending == 0)
            continue;
        call->missing++;
        batch_wait(rt, a->batch, TOLD_NOWHERE, WAITER_CALL, at, call->stamp);
    }
    call->missing++; /* its own way */
    if (b->kind == BATCH_METHODS)
        backlog_queue(rt, at);
}

void submit_batch(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    struct told told = batch_told(rt, number, 0, TOLD_SUBMITTED);
    bool has_each = false;
    told.count = b->count;
    if (b->function != PROGRAM_NOTHING)
        runtime_tell(rt, told);
    await_arguments(rt, number);
    for (uint32_t i = 0; i < b->arguments_count; i++)
        has_each |= b->arguments[i].is_each;
    if (b->kind != BATCH_TASKS && b->kind != BATCH_ACTORS) {
        make_calls(rt, number);
        bool is_routed = routing_is_for(rt, number);
        for (uint32_t i = 0; i < b->count; i++)
            if (is_routed)
                routing_expect(rt, b->objects[i].call);
            else
                backlog_queue(rt, b->objects[i].call);
    } else if (has_each) {
        make_calls(rt, number);
    }
    bool waits = b->kind == BATCH_ACTORS && rt->head.is_away;
    simtime delay = rt->spec->runtime.submit;
    if (b->kind == BATCH_ACTORS)
        delay = simtime_add(delay, export_class(rt, number));
    if (delay == 0 && !waits)
        submit_timer(rt, number);
    else
        b->timer = runtime_timer(rt, delay, EVENT_COMPLETION, TIMER_BATCH, number);
}

void submit_call_ready(struct runtime *rt, uint32_t number)
{
    struct call *call = pool_at(&rt->calls, number);
    struct batch *b = batch_of(rt, call->batch);
    assert(call->missing > 0);
    if (--call->missing == 0 && b->is_enqueued)
        call_go(rt, number, submit_failed_argument(rt, b, call->element));
}
