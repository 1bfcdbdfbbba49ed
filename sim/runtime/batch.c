/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Submitting, waiting, settling and forgetting what statements asked for.
 *
 *     new ──► arrived (after the hop) and arguments there ──► enqueued ──► settled, one by one
 *
 * Tasks whose arguments are shared wait in the scheduler as one run, whatever their number; where
 * each call has an argument of its own, calls exist from the start. Main invariant: pending counts
 * the results that are neither ready nor failed; who waits for a batch is told when it reaches 0.
 */
#include "sim/runtime/batch.h"
#include "sim/runtime/actor.h"
#include "sim/runtime/call.h"
#include "sim/runtime/fiber.h"

struct batch *batch_of(const struct runtime *rt, uint32_t number)
{
    return pool_at(&rt->batches, number);
}

static const struct program_function *function_of(const struct runtime *rt, const struct batch *b)
{
    return b->function == PROGRAM_NOTHING ? NULL : &rt->program->functions[b->function];
}

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

static void drop_copies(struct runtime *rt, struct object *object)
{
    for (uint32_t at = object->copies, next; at; at = next) {
        next = ((struct copy *)pool_at(&rt->copies, at))->next;
        pool_give(&rt->copies, at);
    }
    object->copies = 0;
}

static void free_one(struct runtime *rt, const struct batch *b, struct object *object)
{
    if (b->kind == BATCH_ACTORS)
        return;
    drop_copies(rt, object);
    object->state = OBJECT_FREED;
}

static void free_data(struct runtime *rt, struct batch *b)
{
    for (uint32_t i = 0; i < b->count; i++)
        if (b->objects[i].uses == 0 && b->objects[i].state == OBJECT_READY)
            free_one(rt, b, &b->objects[i]);
}

static void let_arguments_go(struct runtime *rt, struct batch *b);

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
        for (uint32_t i = 0; i < b->count && b->kind != BATCH_ACTORS; i++)
            drop_copies(rt, &b->objects[i]);
        if (b->count > 1)
            blocks_give(&rt->blocks, b->objects, b->count, sizeof *b->objects);
        pool_give(&rt->batches, this);
    }
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
    for (uint32_t i = 0; i < b->count && b->pending > 0; i++)
        if (b->objects[i].state == OBJECT_PENDING && b->objects[i].call && b->kind == BATCH_TASKS)
            call_cancel(rt, b->objects[i].call);
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

static void try_enqueue(struct runtime *rt, uint32_t number);

static void wake(struct runtime *rt, const struct waiter *waiter)
{
    if (waiter->kind == WAITER_FIBER) {
        fiber_result(rt, waiter->number, waiter->stamp);
    } else if (waiter->kind == WAITER_CALL) {
        if (call_of(rt, waiter->number)->stamp == waiter->stamp)
            batch_call_ready(rt, waiter->number);
    } else {
        struct batch *b = batch_of(rt, waiter->number);
        assert(b->missing > 0);
        b->missing--;
        try_enqueue(rt, waiter->number);
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
            fiber_count(rt, waiter->number, waiter->stamp);
    }
}

void batch_settle(struct runtime *rt, uint32_t number, uint32_t element, enum object_state state,
                  uint32_t cause)
{
    struct batch *b = batch_of(rt, number);
    struct object *object = &b->objects[element];
    assert(object->state == OBJECT_PENDING && b->pending > 0 && state != OBJECT_PENDING);
    object->state = (uint8_t)state;
    object->cause = (uint8_t)cause;
    b->pending--;
    b->failed += state == OBJECT_FAILED;
    struct told told =
        batch_told(rt, number, element, state == OBJECT_FAILED ? TOLD_FAILED : TOLD_DONE);
    told.cause = cause;
    if (b->function != PROGRAM_NOTHING)
        runtime_tell(rt, told);
    if (object->waiters)
        wake_all(rt, &object->waiters);
    count_some(rt, b);
    if (b->pending > 0)
        return;
    let_arguments_go(rt, b);
    b->handles++; /* not while they are being woken */
    wake_all(rt, &b->waiters);
    batch_drop(rt, number);
}

/* All is settled: the arguments' data are needed no more; their lineage is, while a result may have
 * to be made again. */
static void let_arguments_go(struct runtime *rt, struct batch *b)
{
    bool may_be_lost = false;
    uint32_t todo = 0;
    for (uint32_t i = 0; i < b->arguments_count; i++)
        batch_drop(rt, b->arguments[i].batch);
    for (uint32_t i = 0; i < b->count && b->arguments_count > 0; i++)
        may_be_lost |= b->objects[i].state != OBJECT_FAILED && !b->objects[i].is_inline;
    if (!may_be_lost)
        end_lineage(rt, b, &todo);
    forget(rt, todo);
}

/* ---- where results are --------------------------------------------------------------------- */

int64_t batch_size(const struct runtime *rt, uint32_t number, uint32_t element)
{
    const struct batch *b = batch_of(rt, number);
    const struct program_function *f = function_of(rt, b);
    if (b->kind == BATCH_PUT)
        return amount_of(&rt->program->statements[b->statement].amount, element, 0.5);
    if (!f)
        return 0;
    double u = f->size.kind == AMOUNT_LAW
                   ? runtime_uniform(rt, STREAM_TIME, b->function, b->first + element, 1)
                   : 0.5;
    return amount_of(&f->size, b->first + element, u);
}

static bool is_good(const struct runtime *rt, const struct copy *copy)
{
    if (copy->host == TOLD_NOWHERE) /* with its driver */
        return true;
    const struct host *host = &rt->hosts[copy->host];
    return host->state == HOST_UP && host->life == copy->life;
}

bool batch_has(const struct runtime *rt, uint32_t number, uint32_t element)
{
    const struct object *object = &batch_of(rt, number)->objects[element];
    if (object->state != OBJECT_READY)
        return false;
    bool has = object->is_inline;
    for (uint32_t at = object->copies; at && !has;) {
        const struct copy *copy = pool_at(&rt->copies, at);
        has = is_good(rt, copy);
        at = copy->next;
    }
    return has;
}

bool batch_is_on(const struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
{
    const struct object *object = &batch_of(rt, number)->objects[element];
    bool is_on = object->is_inline;
    for (uint32_t at = object->copies; at && !is_on;) {
        const struct copy *copy = pool_at(&rt->copies, at);
        is_on = copy->host == host && is_good(rt, copy);
        at = copy->next;
    }
    return is_on;
}

void batch_add_copy(struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
{
    struct object *object = &batch_of(rt, number)->objects[element];
    uint32_t at = pool_take(&rt->copies);
    *(struct copy *)pool_at(&rt->copies, at) =
        (struct copy){.next = object->copies,
                      .host = host,
                      .life = host == TOLD_NOWHERE ? 0 : rt->hosts[host].life};
    object->copies = at;
}

/* ---- to the scheduler ---------------------------------------------------------------------- */

#define NEAREST 32 /* hosts among which the one with most bytes is looked for */

struct nearest {
    uint32_t hosts[NEAREST], count;
    int64_t bytes[NEAREST];
};

static void add_bytes(const struct runtime *rt, struct nearest *n, uint32_t number,
                      uint32_t element)
{
    const struct object *object = &batch_of(rt, number)->objects[element];
    int64_t size = object->copies ? batch_size(rt, number, element) : 0;
    for (uint32_t at = object->copies; at;) {
        const struct copy *copy = pool_at(&rt->copies, at);
        at = copy->next;
        uint32_t i = 0;
        while (i < n->count && n->hosts[i] != copy->host)
            i++;
        if (i == NEAREST || !is_good(rt, copy))
            continue;
        if (i == n->count) {
            n->hosts[n->count++] = copy->host;
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
            add_bytes(rt, &n, a->batch, element);
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
                    uint32_t avoid)
{
    const struct batch *b = batch_of(rt, number);
    const struct program_function *f = function_of(rt, b);
    struct cairn_request r = {.size = sizeof r,
                              .abi = CAIRN_SCHEDULER_ABI,
                              .id = (uint64_t)number << 32 | element,
                              .count = count,
                              .demand = f->demand,
                              .strategy = f->strategy,
                              .local = CAIRN_NOWHERE,
                              .group = CAIRN_NOWHERE,
                              .bundle = CAIRN_NOWHERE,
                              .node = CAIRN_NOWHERE,
                              .avoid = avoid,
                              .priority = f->priority,
                              .expected =
                                  f->time.kind == AMOUNT_CONSTANT ? f->time.constant : CAIRN_NEVER};
    r.nearest = b->arguments_count ? nearest_host(rt, b, count == 1 ? element : TOLD_NOWHERE)
                                   : CAIRN_NOWHERE;
    runtime_request(rt, &r, b->first + element);
}

void batch_request_call(struct runtime *rt, uint32_t number, uint32_t avoid)
{
    const struct call *call = pool_at(&rt->calls, number);
    request(rt, call->batch, call->element, 1, avoid);
}

static uint32_t each_argument_failed(const struct runtime *rt, const struct batch *b,
                                     uint32_t element)
{
    for (uint32_t i = 0; i < b->arguments_count; i++) {
        const struct batch *a = batch_of(rt, b->arguments[i].batch);
        if (b->arguments[i].is_each && a->objects[element].state == OBJECT_FAILED)
            return 1 + a->objects[element].cause;
        if (!b->arguments[i].is_each && a->failed > 0)
            for (uint32_t j = 0; j < a->count; j++)
                if (a->objects[j].state == OBJECT_FAILED)
                    return 1 + a->objects[j].cause;
    }
    return 0;
}

/* Every call by itself: those whose own arguments are there go, the others follow. */
static void enqueue_calls(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    for (uint32_t i = 0; i < b->count; i++) {
        struct call *call = pool_at(&rt->calls, b->objects[i].call);
        if (b->objects[i].state == OBJECT_PENDING && call->missing == 0)
            call_go(rt, b->objects[i].call, each_argument_failed(rt, b, i));
    }
}

static void try_enqueue(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    if (!b->has_arrived || b->missing > 0 || b->is_enqueued || b->is_cancelled)
        return;
    b->is_enqueued = true;
    if (b->has_calls) {
        b->handles++;
        enqueue_calls(rt, number);
        batch_drop(rt, number);
        return;
    }
    uint32_t failed = each_argument_failed(rt, b, 0);
    if (!failed) {
        request(rt, number, 0, b->count, CAIRN_NOWHERE);
        return;
    }
    b->handles++;
    for (uint32_t i = 0; i < b->count; i++)
        batch_settle(rt, number, i, OBJECT_FAILED, failed - 1);
    batch_drop(rt, number);
}

void batch_timer(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    b->timer = 0;
    b->has_arrived = true;
    if (b->kind == BATCH_ACTORS) {
        for (uint32_t i = 0; i < b->count; i++)
            actor_request(rt, b->objects[i].call);
        return;
    }
    try_enqueue(rt, number);
}

/* What has to be there before the calls can go: waits for it, or has it made again. */
static void await_arguments(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    for (uint32_t i = 0; i < b->arguments_count; i++) {
        uint32_t a = b->arguments[i].batch;
        for (uint32_t j = 0; j < batch_of(rt, a)->count; j++)
            if (batch_of(rt, a)->objects[j].state != OBJECT_PENDING && !batch_has(rt, a, j))
                batch_rebuild(rt, a, j);
        if (b->arguments[i].is_each || batch_of(rt, a)->pending == 0)
            continue;
        b->missing++;
        batch_wait(rt, a, TOLD_NOWHERE, WAITER_BATCH, number, 0);
    }
}

/* Calls of their own: of methods, and where each has an argument that is still to come. */
static void make_calls(struct runtime *rt, uint32_t number)
{
    struct batch *b = batch_of(rt, number);
    b->has_calls = true;
    for (uint32_t i = 0; i < b->count; i++) {
        uint32_t at = call_new(rt, number, i);
        struct call *call = pool_at(&rt->calls, at);
        for (uint32_t k = 0; k < b->arguments_count; k++) {
            const struct batch_argument *a = &b->arguments[k];
            if (!a->is_each)
                continue;
            struct object *object = &batch_of(rt, a->batch)->objects[i];
            object->uses++;
            if (object->state == OBJECT_PENDING) {
                call->missing++;
                batch_wait(rt, a->batch, i, WAITER_CALL, at, call->stamp);
            }
        }
    }
}

void batch_submit(struct runtime *rt, uint32_t number)
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
        for (uint32_t i = 0; i < b->count; i++)
            actor_queue(rt, b->objects[i].call);
    } else if (has_each) {
        make_calls(rt, number);
    }
    if (rt->spec->runtime.submit == 0)
        batch_timer(rt, number);
    else
        b->timer =
            runtime_timer(rt, rt->spec->runtime.submit, EVENT_COMPLETION, TIMER_BATCH, number);
}

void batch_call_ready(struct runtime *rt, uint32_t number)
{
    struct call *call = pool_at(&rt->calls, number);
    struct batch *b = batch_of(rt, call->batch);
    assert(call->missing > 0);
    if (--call->missing == 0 && b->is_enqueued)
        call_go(rt, number, each_argument_failed(rt, b, call->element));
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
        struct object *object = &argument->objects[element];
        assert(object->uses > 0);
        object->uses--;
        if (object->uses == 0 && argument->handles == 0 && object->state == OBJECT_READY)
            free_one(rt, argument, object);
    }
}

/* ---- lineage ------------------------------------------------------------------------------- */

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
    drop_copies(rt, object);
    rt->record->objects.rebuilt++;
    runtime_tell(rt, batch_told(rt, number, element, TOLD_OBJECT_REBUILT));
    uint32_t at = call_new(rt, number, element);
    ((struct call *)pool_at(&rt->calls, at))->attempt = 1;
    for (uint32_t k = 0; b->has_calls && k < b->arguments_count; k++)
        if (b->arguments[k].is_each)
            batch_of(rt, b->arguments[k].batch)->objects[element].uses++;
}

static bool can_be_made(const struct batch *b)
{
    return b->kind == BATCH_TASKS && !b->is_cancelled;
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
    if (object->state == OBJECT_FAILED || batch_has(rt, number, element))
        return;
    if (object->state != OBJECT_PENDING && can_be_made(batch_of(rt, number))) {
        revive(rt, number, element);
        *todo_link(rt, object->call) = *todo;
        *todo = object->call;
    } else if (object->state != OBJECT_PENDING) {
        object->state = OBJECT_FAILED;
        object->cause = CAIRN_CAUSE_OBJECT;
        batch_of(rt, number)->failed++;
        return;
    }
    struct call *call = pool_at(&rt->calls, for_call);
    call->missing++;
    batch_wait(rt, number, element, WAITER_CALL, for_call, call->stamp);
}

void batch_rebuild(struct runtime *rt, uint32_t number, uint32_t element)
{
    struct object *object = &batch_of(rt, number)->objects[element];
    uint32_t todo = 0;
    if (object->state == OBJECT_PENDING || object->state == OBJECT_FAILED)
        return;
    if (object->state == OBJECT_READY) {
        rt->record->objects.lost++;
        runtime_tell(rt, batch_told(rt, number, element, TOLD_OBJECT_LOST));
    }
    if (!can_be_made(batch_of(rt, number))) {
        object->state = OBJECT_FAILED;
        object->cause = CAIRN_CAUSE_OBJECT;
        batch_of(rt, number)->failed++;
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
        for (uint32_t k = 0; k < b->arguments_count; k++) {
            const struct batch_argument *a = &b->arguments[k];
            if (a->is_each)
                need(rt, at, a->batch, call->element, &todo);
            for (uint32_t j = 0; !a->is_each && j < batch_of(rt, a->batch)->count; j++)
                need(rt, at, a->batch, j, &todo);
        }
        if (call->missing == 0)
            call_go(rt, at, each_argument_failed(rt, b, call->element));
    }
}
