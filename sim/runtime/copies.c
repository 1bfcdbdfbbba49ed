/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where results are.
 *
 * A copy names its host and the life that the host was living: a crash makes all copies of that
 * life bad without visiting them. */
#include "sim/runtime/copies.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"

static const struct program_function *function_of(const struct runtime *rt, const struct batch *b)
{
    return b->function == PROGRAM_NOTHING ? NULL : &rt->program->functions[b->function];
}

int64_t copies_size(const struct runtime *rt, uint32_t number, uint32_t element)
{
    const struct batch *b = batch_of(rt, number);
    const struct program_function *f = function_of(rt, b);
    if (b->kind == BATCH_PUT)
        return runtime_amount(rt, &rt->program->statements[b->statement].amount, STREAM_THINK,
                              b->statement, b->first + element, WORD_SIZE);
    if (!f)
        return 0;
    return runtime_amount(rt, &f->size, STREAM_TIME, b->function, b->first + element, WORD_SIZE);
}

uint32_t copies_near_driver(const struct runtime *rt)
{
    return rt->spec->runtime.driver == DRIVER_FIRST_NODE ? 0 : CAIRN_NOWHERE;
}

bool copies_is_good(const struct runtime *rt, const struct copy *copy)
{
    if (copy->host == TOLD_NOWHERE) /* with its driver */
        return true;
    const struct host *host = &rt->hosts[copy->host];
    return host->state == HOST_UP && host->life == copy->life;
}

bool copies_has(const struct runtime *rt, uint32_t number, uint32_t element)
{
    const struct object *object = &batch_of(rt, number)->objects[element];
    if (object->state != OBJECT_READY)
        return false;
    bool has = object->is_inline;
    for (uint32_t at = object->copies; at && !has;) {
        const struct copy *copy = pool_at(&rt->copies, at);
        has = copies_is_good(rt, copy);
        at = copy->next;
    }
    return has;
}

/* Objects go from the one to the other without a transfer. */
static bool is_same_place(const struct runtime *rt, uint32_t a, uint32_t b)
{
    uint32_t near_driver = copies_near_driver(rt);
    a = a == TOLD_NOWHERE ? near_driver : a;
    b = b == TOLD_NOWHERE ? near_driver : b;
    return a == b;
}

/* When it is there, or was; SIMTIME_NEVER: it is not on its way. */
static simtime arrival(const struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
{
    const struct object *object = &batch_of(rt, number)->objects[element];
    simtime first = object->is_inline ? 0 : SIMTIME_NEVER;
    for (uint32_t at = object->copies; at;) {
        const struct copy *copy = pool_at(&rt->copies, at);
        if (copy->arrives < first && is_same_place(rt, copy->host, host) &&
            copies_is_good(rt, copy))
            first = copy->arrives;
        at = copy->next;
    }
    return first;
}

bool copies_is_on(const struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
{
    return arrival(rt, number, element, host) != SIMTIME_NEVER;
}

static void add(struct runtime *rt, uint32_t number, uint32_t element, uint32_t host,
                simtime arrives)
{
    struct object *object = &batch_of(rt, number)->objects[element];
    uint32_t at = pool_take(&rt->copies);
    bool is_first = object->copies == 0;
    struct told told = batch_told(rt, number, element, is_first ? TOLD_STORED : TOLD_COPIED);
    told.host = host;
    told.amount = copies_size(rt, number, element);
    *(struct copy *)pool_at(&rt->copies, at) =
        (struct copy){.next = object->copies,
                      .host = host,
                      .life = host == TOLD_NOWHERE ? 0 : rt->hosts[host].life,
                      .bytes = (int64_t)told.amount,
                      .arrives = arrives};
    object->copies = at;
    rt->record->objects.stored += is_first;
    rt->record->objects.copied += !is_first;
    runtime_tell(rt, told);
}

static void tell_dropped(struct runtime *rt, const struct copy *copy)
{
    if (rt->listener && copies_is_good(rt, copy))
        runtime_tell(rt, (struct told){.kind = TOLD_DROPPED,
                                       .function = PROGRAM_NOTHING,
                                       .host = copy->host,
                                       .amount = copy->bytes});
}

void copies_add(struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
{
    add(rt, number, element, host, runtime_now(rt));
}

void copies_plan(const struct runtime *rt, struct copies_fetch *fetch, uint32_t number,
                 uint32_t element, uint32_t host)
{
    simtime there = arrival(rt, number, element, host);
    if (there == SIMTIME_NEVER) {
        fetch->is_needed = true;
        fetch->bytes += copies_size(rt, number, element);
    } else if (there > fetch->expected) {
        fetch->expected = there;
    }
}

simtime copies_delay(const struct runtime *rt, const struct copies_fetch *fetch)
{
    simtime own = fetch->is_needed ? call_transfer_time(rt, fetch->bytes) : -1;
    simtime others = fetch->expected > runtime_now(rt) ? fetch->expected - runtime_now(rt) : -1;
    return own > others ? own : others;
}

void copies_bring(struct runtime *rt, const struct copies_fetch *fetch, uint32_t number,
                  uint32_t element, uint32_t host)
{
    simtime arrives = simtime_add(runtime_now(rt), call_transfer_time(rt, fetch->bytes));
    if (!copies_is_on(rt, number, element, host))
        add(rt, number, element, host, arrives);
}

void copies_drop(struct runtime *rt, struct object *object)
{
    for (uint32_t at = object->copies, next; at; at = next) {
        next = ((struct copy *)pool_at(&rt->copies, at))->next;
        tell_dropped(rt, pool_at(&rt->copies, at));
        pool_give(&rt->copies, at);
    }
    object->copies = 0;
}
