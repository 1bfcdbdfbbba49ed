/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where results are.
 *
 * A copy names its host and the life that the host was living: a crash makes all copies of that
 * life bad without visiting them. Those that were on their way from there to others are on a list
 * of the host, and go with it: what has arrived stays. */
#include "sim/runtime/objects/copies.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/objects/arguments.h"
#include "sim/runtime/objects/spill.h"
#include "sim/runtime/objects/store.h"

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
    bool has = object->is_inline || object->is_durable;
    for (uint32_t at = object->copies; at && !has;) {
        const struct copy *copy = copy_of(rt, at);
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

uint32_t copies_on(const struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
{
    for (uint32_t at = batch_of(rt, number)->objects[element].copies; at;) {
        const struct copy *copy = copy_of(rt, at);
        if (copy->host == host && copies_is_good(rt, copy))
            return at;
        at = copy->next;
    }
    return 0;
}

/* When it is in memory there, or was; SIMTIME_NEVER: it is not, nor on its way. */
static simtime arrival(const struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
{
    const struct object *object = &batch_of(rt, number)->objects[element];
    simtime first = object->is_inline ? 0 : SIMTIME_NEVER;
    for (uint32_t at = object->copies; at;) {
        const struct copy *copy = copy_of(rt, at);
        if (copy->arrives < first && copy->is_in_memory && is_same_place(rt, copy->host, host) &&
            copies_is_good(rt, copy))
            first = copy->arrives;
        at = copy->next;
    }
    return first;
}

bool copies_is_last(const struct runtime *rt, uint32_t number)
{
    const struct copy *copy = copy_of(rt, number);
    const struct object *object = &batch_of(rt, copy->batch)->objects[copy->element];
    if (object->is_durable)
        return false;
    for (uint32_t at = object->copies; at;) {
        const struct copy *other = copy_of(rt, at);
        if (at != number && copies_is_good(rt, other))
            return false;
        at = other->next;
    }
    return true;
}

bool copies_has_arrived(const struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
{
    return arrival(rt, number, element, host) <= runtime_now(rt);
}

bool copies_is_on(const struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
{
    return arrival(rt, number, element, host) != SIMTIME_NEVER;
}

static uint32_t add(struct runtime *rt, uint32_t number, uint32_t element, uint32_t host,
                    simtime arrives)
{
    struct object *object = &batch_of(rt, number)->objects[element];
    uint32_t at = pool_take(&rt->copies);
    bool is_first = object->copies == 0;
    struct told told = batch_told(rt, number, element, is_first ? TOLD_STORED : TOLD_COPIED);
    told.host = host;
    told.amount = copies_size(rt, number, element);
    *(struct copy *)copy_of(rt, at) =
        (struct copy){.next = object->copies,
                      .host = host,
                      .life = host == TOLD_NOWHERE ? 0 : rt->hosts[host].life,
                      .batch = number,
                      .element = element,
                      .is_primary = is_first,
                      .bytes = (int64_t)told.amount,
                      .arrives = arrives};
    object->copies = at;
    rt->record->objects.stored += is_first;
    rt->record->objects.copied += !is_first;
    runtime_tell(rt, told);
    store_add(rt, at);
    return at;
}

static void tell_dropped(struct runtime *rt, const struct copy *copy)
{
    if (rt->listener && copies_is_good(rt, copy))
        runtime_tell(rt, (struct told){.kind = TOLD_DROPPED,
                                       .function = PROGRAM_NOTHING,
                                       .host = copy->host,
                                       .amount = copy->bytes});
}

uint32_t copies_add(struct runtime *rt, uint32_t number, uint32_t element, uint32_t host)
{
    return add(rt, number, element, host, runtime_now(rt));
}

/* ---- bringing them ------------------------------------------------------------------------- */

/* From where a result comes to a host that has it not in memory: it is read from the disk there, or
 * moved from another's memory or disk; where there is no copy, it is in the durable store. */
struct way {
    bool is_moved, is_read, is_recalled;
    uint32_t source; /* 1 + the host that it is moved from; 0: with the driver */
};
static struct way find_way(const struct runtime *rt, uint32_t number, uint32_t element,
                           uint32_t host)
{
    struct way way = {.is_recalled = true};
    simtime since = SIMTIME_NEVER; /* the source has it; who has it on its disk alone is the last */
    for (uint32_t at = batch_of(rt, number)->objects[element].copies; at;) {
        const struct copy *copy = copy_of(rt, at);
        at = copy->next;
        if (!copies_is_good(rt, copy))
            continue;
        if (is_same_place(rt, copy->host, host))
            return (struct way){.is_read = true};
        simtime there = copy->is_in_memory ? copy->arrives : SIMTIME_NEVER;
        if (!way.is_moved || there < since)
            way.source = copy->host == TOLD_NOWHERE ? 0 : copy->host + 1;
        since = there < since ? there : since;
        way.is_read = copy->is_in_memory ? false : way.is_recalled || way.is_read;
        way.is_moved = true;
        way.is_recalled = false;
    }
    return way;
}

static simtime recall_time(const struct runtime *rt, const struct batch *b, uint32_t element)
{
    return runtime_amount(rt, &function_of(rt, b)->checkpoint.read, STREAM_TIME, b->function,
                          b->first + element, WORD_READ);
}

void copies_plan(const struct runtime *rt, struct copies_fetch *fetch, uint32_t number,
                 uint32_t element, uint32_t host)
{
    simtime there = arrival(rt, number, element, host);
    if (there != SIMTIME_NEVER) {
        fetch->expected = there > fetch->expected ? there : fetch->expected;
        return;
    }
    struct way way = find_way(rt, number, element, host);
    int64_t size = copies_size(rt, number, element);
    fetch->is_needed = true;
    fetch->is_moved |= way.is_moved;
    fetch->bytes += way.is_moved ? size : 0;
    fetch->read += way.is_read ? size : 0;
    if (way.is_recalled)
        fetch->recall = simtime_add(fetch->recall, recall_time(rt, batch_of(rt, number), element));
}

static simtime own_delay(const struct runtime *rt, const struct copies_fetch *fetch)
{
    simtime reading = simtime_add(spill_time(rt, fetch->read), fetch->recall);
    return fetch->is_moved ? simtime_add(reading, call_transfer_time(rt, fetch->bytes)) : reading;
}

simtime copies_delay(const struct runtime *rt, const struct copies_fetch *fetch)
{
    simtime own = fetch->is_needed ? own_delay(rt, fetch) : -1;
    simtime others = fetch->expected > runtime_now(rt) ? fetch->expected - runtime_now(rt) : -1;
    return own > others ? own : others;
}

static void tell_read(struct runtime *rt, uint32_t number, uint32_t element, uint32_t host,
                      enum told_kind kind)
{
    struct told told = batch_told(rt, number, element, kind);
    told.host = host;
    told.amount = copies_size(rt, number, element);
    runtime_tell(rt, told);
}

/* ---- on their way -------------------------------------------------------------------------- */

static void leave_source(struct runtime *rt, struct copy *copy)
{
    if (copy->source == 0)
        return;
    if (copy->previous_out)
        copy_of(rt, copy->previous_out)->next_out = copy->next_out;
    else
        rt->hosts[copy->source - 1].outgoing = copy->next_out;
    if (copy->next_out)
        copy_of(rt, copy->next_out)->previous_out = copy->previous_out;
    copy->source = copy->next_out = copy->previous_out = 0;
}

static void set_out(struct runtime *rt, uint32_t number, uint32_t source)
{
    struct copy *copy = copy_of(rt, number);
    leave_source(rt, copy);
    if (source == 0 || copy->arrives <= runtime_now(rt))
        return;
    uint32_t *first = &rt->hosts[source - 1].outgoing;
    copy->source = source;
    copy->next_out = *first;
    if (*first)
        copy_of(rt, *first)->previous_out = number;
    *first = number;
}

void copies_cut(struct runtime *rt, uint32_t host)
{
    uint32_t number;
    while ((number = rt->hosts[host].outgoing) != 0) {
        struct copy *copy = copy_of(rt, number);
        leave_source(rt, copy);
        if (copy->arrives <= runtime_now(rt) || !copies_is_good(rt, copy))
            continue;
        if (copy->pins > 0)
            arguments_lose(rt, copy->host, copy->batch, copy->element);
        assert(copy->pins == 0);
        tell_dropped(rt, copy);
        store_remove(rt, number);
        copies_forget(rt, number);
    }
}

uint32_t copies_bring(struct runtime *rt, const struct copies_fetch *fetch, uint32_t number,
                      uint32_t element, uint32_t host)
{
    simtime arrives = simtime_add(runtime_now(rt), own_delay(rt, fetch));
    if (copies_is_on(rt, number, element, host))
        return 0;
    uint32_t at = copies_on(rt, number, element, host);
    struct way way = find_way(rt, number, element, host);
    if (at)
        tell_read(rt, number, element, host, TOLD_READ);
    else if (way.is_recalled)
        tell_read(rt, number, element, host, TOLD_RECALLED);
    if (!at) {
        at = add(rt, number, element, host, arrives);
        set_out(rt, at, way.source);
        return at;
    }
    copy_of(rt, at)->arrives = arrives;
    store_add(rt, at);
    return at;
}

void copies_drop(struct runtime *rt, struct object *object)
{
    for (uint32_t at = object->copies, next; at; at = next) {
        next = copy_of(rt, at)->next;
        tell_dropped(rt, copy_of(rt, at));
        leave_source(rt, copy_of(rt, at));
        store_remove(rt, at);
        pool_give(&rt->copies, at);
    }
    object->copies = 0;
}

void copies_forget(struct runtime *rt, uint32_t number)
{
    struct copy *copy = copy_of(rt, number);
    leave_source(rt, copy);
    uint32_t *link = &batch_of(rt, copy->batch)->objects[copy->element].copies;
    while (*link != number)
        link = &copy_of(rt, *link)->next;
    *link = copy->next;
    pool_give(&rt->copies, number);
}
