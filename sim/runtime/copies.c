/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where results are.
 *
 * A copy names its host and the life that the host was living: a crash makes all copies of that
 * life bad without visiting them. */
#include "sim/runtime/copies.h"
#include "sim/runtime/batch.h"

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

bool copies_is_on(const struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
{
    const struct object *object = &batch_of(rt, number)->objects[element];
    bool is_on = object->is_inline;
    for (uint32_t at = object->copies; at && !is_on;) {
        const struct copy *copy = pool_at(&rt->copies, at);
        is_on = copy->host == host && copies_is_good(rt, copy);
        at = copy->next;
    }
    return is_on;
}

void copies_add(struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
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
                      .bytes = (int64_t)told.amount};
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

void copies_drop(struct runtime *rt, struct object *object)
{
    for (uint32_t at = object->copies, next; at; at = next) {
        next = ((struct copy *)pool_at(&rt->copies, at))->next;
        tell_dropped(rt, pool_at(&rt->copies, at));
        pool_give(&rt->copies, at);
    }
    object->copies = 0;
}
