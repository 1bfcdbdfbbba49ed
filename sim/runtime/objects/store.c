/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Room on hosts: taking it, making it, waiting for it.
 *
 *     stored, fetched ──► pinned ◄──► cached ──evicted──► gone, or on disk alone
 *                            ▲──────► primary ──written──► on disk alone ──read──► pinned
 *
 * Lists hold only what nobody needs now, so that what is evicted is found at once. A cached copy
 * whose others have gone meanwhile is found out when its turn comes, and becomes primary. Main
 * invariant: `used` is the sum of the bytes of the copies of the host's present life that are in
 * memory. */
#include "sim/runtime/objects/store.h"
#include "sim/runtime/actors/service.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/objects/arguments.h"
#include "sim/runtime/objects/copies.h"
#include "sim/runtime/objects/spill.h"

static int64_t limit_of(const struct runtime *rt)
{
    return (int64_t)rt->spec->runtime.object_memory;
}

bool store_open(struct runtime *rt)
{
    if (rt->spec->runtime.object_memory == 0)
        return true;
    rt->stores = arena_array(&rt->fixed, rt->spec->cluster.nodes, sizeof *rt->stores);
    return rt->stores != NULL;
}

void store_begin(struct runtime *rt)
{
    rt->stores_ready_first = rt->stores_ready_last = 0;
    if (rt->stores)
        memset(rt->stores, 0, rt->spec->cluster.nodes * sizeof *rt->stores);
}

/* ---- lists --------------------------------------------------------------------------------- */

void store_list(struct runtime *rt, uint32_t number, enum store_list list)
{
    struct copy *copy = copy_of(rt, number);
    struct store *store = &rt->stores[copy->host];
    assert(copy->list == STORE_UNLISTED);
    copy->list = (uint8_t)list;
    copy->newer = 0;
    copy->older = store->lists[list].last;
    if (copy->older)
        copy_of(rt, copy->older)->newer = number;
    else
        store->lists[list].first = number;
    store->lists[list].last = number;
    store->resting += list == STORE_PRIMARY ? copy->bytes : 0;
}

void store_unlist(struct runtime *rt, uint32_t number)
{
    struct copy *copy = copy_of(rt, number);
    struct store *store = &rt->stores[copy->host];
    if (copy->list == STORE_UNLISTED)
        return;
    if (copy->older)
        copy_of(rt, copy->older)->newer = copy->newer;
    else
        store->lists[copy->list].first = copy->newer;
    if (copy->newer)
        copy_of(rt, copy->newer)->older = copy->older;
    else
        store->lists[copy->list].last = copy->older;
    store->resting -= copy->list == STORE_PRIMARY ? copy->bytes : 0;
    copy->list = STORE_UNLISTED;
}

static void rest(struct runtime *rt, uint32_t number)
{
    const struct copy *copy = copy_of(rt, number);
    bool is_durable = batch_of(rt, copy->batch)->objects[copy->element].is_durable;
    bool may_go = copy->is_on_disk || is_durable || !copy->is_primary;
    store_list(rt, number, may_go ? STORE_CACHED : STORE_PRIMARY);
}

/* Something has changed for those that wait: the loop looks after them. */
static void wake(struct runtime *rt, uint32_t host)
{
    struct store *store = &rt->stores[host];
    if (store->is_ready || !store->waiting.first)
        return;
    store->is_ready = true;
    store->next_ready = 0;
    if (rt->stores_ready_last)
        rt->stores[rt->stores_ready_last - 1].next_ready = host + 1;
    else
        rt->stores_ready_first = host + 1;
    rt->stores_ready_last = host + 1;
}

/* ---- copies -------------------------------------------------------------------------------- */

static bool is_here(const struct runtime *rt, const struct copy *copy)
{
    return rt->stores && copy->host != TOLD_NOWHERE && rt->hosts[copy->host].life == copy->life;
}

void store_add(struct runtime *rt, uint32_t number)
{
    struct copy *copy = copy_of(rt, number);
    copy->is_in_memory = true;
    if (!is_here(rt, copy))
        return;
    rt->stores[copy->host].used += copy->bytes;
    assert(rt->stores[copy->host].used <= limit_of(rt));
    rest(rt, number);
    spill_consider(rt, copy->host);
}

static void leave_memory(struct runtime *rt, uint32_t number)
{
    struct copy *copy = copy_of(rt, number);
    struct store *store = &rt->stores[copy->host];
    store_unlist(rt, number);
    copy->is_in_memory = false;
    store->used -= copy->bytes;
    assert(store->used >= 0);
    wake(rt, copy->host);
}

void store_remove(struct runtime *rt, uint32_t number)
{
    const struct copy *copy = copy_of(rt, number);
    if (is_here(rt, copy) && copy->is_in_memory)
        leave_memory(rt, number);
}

void store_pin(struct runtime *rt, uint32_t number)
{
    struct copy *copy = copy_of(rt, number);
    if (is_here(rt, copy) && copy->pins++ == 0 && copy->list != STORE_WRITING)
        store_unlist(rt, number);
}

void store_unpin(struct runtime *rt, uint32_t number)
{
    struct copy *copy = copy_of(rt, number);
    if (!is_here(rt, copy))
        return;
    assert(copy->pins > 0 && copy->is_in_memory);
    if (--copy->pins > 0 || copy->list == STORE_WRITING)
        return;
    rest(rt, number);
    spill_consider(rt, copy->host);
    wake(rt, copy->host);
}

void store_written(struct runtime *rt, uint32_t number)
{
    struct copy *copy = copy_of(rt, number);
    assert(copy->list == STORE_WRITING);
    copy->is_on_disk = true;
    if (copy->pins > 0)
        store_unlist(rt, number);
    else
        leave_memory(rt, number);
}

/* ---- making room --------------------------------------------------------------------------- */

static void evict(struct runtime *rt, uint32_t number)
{
    const struct copy *copy = copy_of(rt, number);
    struct told told = batch_told(rt, copy->batch, copy->element, TOLD_EVICTED);
    told.host = copy->host;
    told.amount = copy->bytes;
    leave_memory(rt, number);
    if (!copy->is_on_disk)
        copies_forget(rt, number);
    rt->record->objects.evicted++;
    runtime_tell(rt, told);
}

static bool make_room(struct runtime *rt, uint32_t host, int64_t bytes)
{
    struct store *store = &rt->stores[host];
    uint32_t at;
    while (store->used > limit_of(rt) - bytes && (at = store->lists[STORE_CACHED].first) != 0) {
        if (!copy_of(rt, at)->is_on_disk && copies_is_last(rt, at)) {
            store_unlist(rt, at);
            copy_of(rt, at)->is_primary = true;
            rest(rt, at);
        } else {
            evict(rt, at);
        }
    }
    return store->used <= limit_of(rt) - bytes;
}

void store_crash(struct runtime *rt, uint32_t host)
{
    if (!rt->stores)
        return;
    struct store *store = &rt->stores[host], empty = {0};
    runtime_stop_timer(rt, &store->timer);
    empty.is_ready = store->is_ready;
    empty.next_ready = store->next_ready;
    *store = empty;
}

/* ---- waiting ------------------------------------------------------------------------------- */

static void wait(struct runtime *rt, uint32_t number, uint32_t host, int64_t bytes)
{
    call_of(rt, number)->room = bytes;
    lineup_push_back(rt, &rt->stores[host].waiting, call_next_start, number);
    spill_consider(rt, host);
}

enum store_answer store_ask(struct runtime *rt, uint32_t number, uint32_t host, int64_t bytes,
                            int64_t here)
{
    struct call *call = call_of(rt, number);
    bool is_resumed = call->is_resumed;
    call->is_resumed = false;
    if (!rt->stores || bytes == 0)
        return STORE_ROOM;
    if (here > limit_of(rt) || bytes > limit_of(rt) - here)
        return STORE_NEVER;
    bool is_next = is_resumed || !rt->stores[host].waiting.first;
    if (is_next && make_room(rt, host, bytes))
        return STORE_ROOM;
    wait(rt, number, host, bytes);
    return STORE_LATER;
}

bool store_has_room(struct runtime *rt, uint32_t host, int64_t bytes)
{
    return !rt->stores ||
           (!rt->stores[host].waiting.first && bytes <= limit_of(rt) && make_room(rt, host, bytes));
}

void store_forget(struct runtime *rt, uint32_t number, uint32_t host)
{
    bool waited =
        rt->stores && lineup_take_out(rt, &rt->stores[host].waiting, call_next_start, number);
    if (waited) /* otherwise they went with the host */
        wake(rt, host);
}

/* What it waits for, as things are now: a neighbour may have brought an argument of it. */
static int64_t room_for(const struct runtime *rt, uint32_t number, uint32_t host)
{
    const struct call *call = call_of(rt, number);
    return call->state == CALL_BLOCKED ? arguments_room(rt, number, host) : call->room;
}

static void serve(struct runtime *rt, uint32_t host)
{
    struct store *store = &rt->stores[host];
    while (store->waiting.first) {
        uint32_t number = store->waiting.first;
        struct call *call = call_of(rt, number);
        if (!make_room(rt, host, room_for(rt, number, host))) {
            spill_consider(rt, host); /* a cached copy may have turned out to be the last */
            return;
        }
        lineup_pop_front(rt, &store->waiting, call_next_start);
        call->is_resumed = true;
        if (call->actor)
            service_room(rt, number);
        else
            call_room(rt, number);
    }
}

bool store_run_ready(struct runtime *rt)
{
    bool was_there = rt->stores_ready_first != 0;
    while (rt->stores_ready_first) {
        uint32_t host = rt->stores_ready_first - 1;
        rt->stores_ready_first = rt->stores[host].next_ready;
        if (!rt->stores_ready_first)
            rt->stores_ready_last = 0;
        rt->stores[host].is_ready = false;
        serve(rt, host);
    }
    return was_there;
}
