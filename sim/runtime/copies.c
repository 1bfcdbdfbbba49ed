/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where results are.
 *
 * A copy names its host and the life that the host was living: a crash makes all copies of that
 * life bad without visiting them. */
#include "sim/runtime/copies.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/store.h"

static const struct program_function *function_of(const struct runtime *rt, const struct batch *b)
{
    return b->function == PROGRAM_NOTHING ? NULL : &rt->program->functions[b->function];
}

int64_t copies_size(const struct runtime *rt, uint32_t number, uint32_t element)
{
    const struct batch *b = batch_of(rt, number);
    const struct program_function *f = function_of(rt, b);
    if (b->kind == BATCH_PUT)
        return amount_of(&rt->program->statements[b->statement].amount, element, 0.5);
    if (!f)
        return 0;
    double u = f->size.kind == AMOUNT_LAW
                   ? runtime_uniform(rt, STREAM_TIME, b->function, b->first + element, TIME_SIZE)
                   : 0.5;
    return amount_of(&f->size, b->first + element, u);
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
    bool has = object->is_inline || object->is_durable;
    for (uint32_t at = object->copies; at && !has;) {
        const struct copy *copy = pool_at(&rt->copies, at);
        has = copies_is_good(rt, copy);
        at = copy->next;
    }
    return has;
}

uint32_t copies_on(const struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
{
    for (uint32_t at = batch_of(rt, number)->objects[element].copies; at;) {
        const struct copy *copy = pool_at(&rt->copies, at);
        if (copy->host == host && copies_is_good(rt, copy))
            return at;
        at = copy->next;
    }
    return 0;
}

bool copies_is_on(const struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
{
    if (batch_of(rt, number)->objects[element].is_inline)
        return true;
    uint32_t at = copies_on(rt, number, element, host);
    return at && ((struct copy *)pool_at(&rt->copies, at))->is_in_memory;
}

static simtime recall_time(const struct runtime *rt, const struct batch *b, uint32_t element)
{
    const struct amount *read = &function_of(rt, b)->checkpoint.read;
    double u = read->kind == AMOUNT_LAW
                   ? runtime_uniform(rt, STREAM_TIME, b->function, b->first + element, TIME_READ)
                   : 0.5;
    return amount_of(read, b->first + element, u);
}

struct copies_way copies_way(const struct runtime *rt, uint32_t number, uint32_t element,
                             uint32_t host)
{
    const struct batch *b = batch_of(rt, number);
    int64_t size = copies_size(rt, number, element);
    bool is_there = false;
    struct copies_way way = {.moved = size, .read = size, .is_moved = true};
    for (uint32_t at = b->objects[element].copies; at;) {
        const struct copy *copy = pool_at(&rt->copies, at);
        bool is_good = copies_is_good(rt, copy);
        is_there |= is_good;
        if (is_good && copy->host == host)
            return (struct copies_way){.read = size};
        if (is_good && copy->is_in_memory)
            way.read = 0;
        at = copy->next;
    }
    if (is_there)
        return way;
    return (struct copies_way){.recall = recall_time(rt, b, element), .is_recalled = true};
}

bool copies_is_last(const struct runtime *rt, uint32_t number)
{
    const struct copy *copy = pool_at(&rt->copies, number);
    const struct object *object = &batch_of(rt, copy->batch)->objects[copy->element];
    if (object->is_durable)
        return false;
    for (uint32_t at = object->copies; at;) {
        const struct copy *other = pool_at(&rt->copies, at);
        if (at != number && copies_is_good(rt, other))
            return false;
        at = other->next;
    }
    return true;
}

uint32_t copies_add(struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
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
                      .batch = number,
                      .element = element,
                      .is_primary = is_first,
                      .bytes = (int64_t)told.amount};
    object->copies = at;
    rt->record->objects.stored += is_first;
    rt->record->objects.copied += !is_first;
    runtime_tell(rt, told);
    store_add(rt, at);
    return at;
}

uint32_t copies_bring(struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
{
    uint32_t copy = copies_on(rt, number, element, host);
    bool is_recalled = batch_of(rt, number)->objects[element].is_durable &&
                       copies_way(rt, number, element, host).is_recalled;
    if (copy || is_recalled) {
        struct told told = batch_told(rt, number, element, is_recalled ? TOLD_RECALLED : TOLD_READ);
        told.host = host;
        told.amount = copies_size(rt, number, element);
        runtime_tell(rt, told);
    }
    if (!copy)
        return copies_add(rt, number, element, host);
    store_add(rt, copy);
    return copy;
}

static void tell_dropped(struct runtime *rt, const struct copy *copy)
{
    if (rt->listener && copies_is_good(rt, copy))
        runtime_tell(rt, (struct told){.kind = TOLD_DROPPED,
                                       .function = PROGRAM_NOTHING,
                                       .host = copy->host,
                                       .amount = copy->bytes});
}

void copies_drop(struct runtime *rt, struct object *object)
{
    for (uint32_t at = object->copies, next; at; at = next) {
        next = ((struct copy *)pool_at(&rt->copies, at))->next;
        tell_dropped(rt, pool_at(&rt->copies, at));
        store_remove(rt, at);
        pool_give(&rt->copies, at);
    }
    object->copies = 0;
}

void copies_forget(struct runtime *rt, uint32_t number)
{
    const struct copy *copy = pool_at(&rt->copies, number);
    uint32_t *link = &batch_of(rt, copy->batch)->objects[copy->element].copies;
    while (*link != number)
        link = &((struct copy *)pool_at(&rt->copies, *link))->next;
    *link = copy->next;
    pool_give(&rt->copies, number);
}
