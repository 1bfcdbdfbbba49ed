/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding arguments, making room for them, bringing them, keeping them.
 *
 * One walk over what a call is given serves all; pins exist only where room is limited. Invariant:
 * a call pins each of its arguments, or none; who waits for room pins none, so that those who wait
 * cannot block each other. */
#include "sim/runtime/objects/arguments.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/objects/copies.h"
#include "sim/runtime/objects/lineage.h"
#include "sim/runtime/objects/spill.h"
#include "sim/runtime/seat.h"

/* Every result that call `element` of the batch is given, once: the next one; false: no more. */
struct walk {
    uint32_t argument, batch, element, next;
};
static bool is_given_before(const struct batch *b, uint32_t element, const struct walk *walk)
{
    for (uint32_t i = 0; i < walk->argument; i++)
        if (b->arguments[i].batch == walk->batch &&
            (!b->arguments[i].is_each || walk->element == batch_each(b, element)))
            return true;
    return false;
}

static bool next_argument(const struct runtime *rt, const struct batch *b, uint32_t element,
                          struct walk *walk)
{
    for (; walk->argument < b->arguments_count; walk->argument++, walk->next = 0) {
        const struct batch_argument *a = &b->arguments[walk->argument];
        uint32_t count = a->is_each ? 1 : batch_of(rt, a->batch)->count;
        while (walk->next < count) {
            walk->batch = a->batch;
            walk->element = a->is_each ? batch_each(b, element) : walk->next;
            walk->next++;
            if (!is_given_before(b, element, walk))
                return true;
        }
    }
    return false;
}

/* It is nowhere: made again, or failed. */
static void miss(struct runtime *rt, uint32_t number, uint32_t batch, uint32_t element)
{
    struct call *c = call_of(rt, number);
    lineage_rebuild(rt, batch, element);
    if (batch_of(rt, batch)->objects[element].state != OBJECT_PENDING)
        return;
    c->missing++;
    batch_wait(rt, batch, element, WAITER_CALL, number, c->stamp);
}

struct arguments arguments_find(struct runtime *rt, uint32_t number, uint32_t host)
{
    const struct call *c = call_of(rt, number);
    const struct batch *b = batch_of(rt, c->batch);
    struct arguments found = {.room = 0};
    for (struct walk walk = {0}; next_argument(rt, b, c->element, &walk);) {
        if (!copies_has(rt, walk.batch, walk.element)) {
            found.is_lost = true;
            miss(rt, number, walk.batch, walk.element);
            continue;
        }
        copies_plan(rt, &found.fetch, walk.batch, walk.element, host);
        if (!rt->stores)
            continue;
        int64_t size = copies_size(rt, walk.batch, walk.element);
        if (!copies_is_on(rt, walk.batch, walk.element, host))
            found.room += size;
        else if (copies_on(rt, walk.batch, walk.element, host))
            found.here += size;
    }
    return found;
}

int64_t arguments_room(const struct runtime *rt, uint32_t number, uint32_t host)
{
    const struct call *c = call_of(rt, number);
    const struct batch *b = batch_of(rt, c->batch);
    int64_t room = 0;
    for (struct walk walk = {0}; next_argument(rt, b, c->element, &walk);)
        if (!copies_is_on(rt, walk.batch, walk.element, host))
            room += copies_size(rt, walk.batch, walk.element);
    return room;
}

/* ---- pins ---------------------------------------------------------------------------------- */

static void pin(struct runtime *rt, uint32_t number, uint32_t host)
{
    struct call *c = call_of(rt, number);
    const struct batch *b = batch_of(rt, c->batch);
    uint32_t at;
    for (struct walk walk = {0}; next_argument(rt, b, c->element, &walk);)
        if ((at = copies_on(rt, walk.batch, walk.element, host)) != 0 &&
            copy_of(rt, at)->is_in_memory)
            store_pin(rt, at);
    c->is_pinning = true;
    c->pin_host = host;
    c->pin_life = rt->hosts[host].life;
}

void arguments_let_go(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    const struct batch *b = batch_of(rt, c->batch);
    uint32_t at;
    if (!c->is_pinning)
        return;
    c->is_pinning = false;
    if (rt->hosts[c->pin_host].life != c->pin_life)
        return; /* they went with the host */
    for (struct walk walk = {0}; next_argument(rt, b, c->element, &walk);)
        if ((at = copies_on(rt, walk.batch, walk.element, c->pin_host)) != 0 &&
            copy_of(rt, at)->is_in_memory)
            store_unpin(rt, at);
}

enum store_answer arguments_ask(struct runtime *rt, uint32_t number, uint32_t host,
                                const struct arguments *arguments)
{
    if (!rt->stores)
        return STORE_ROOM;
    pin(rt, number, host); /* what is there must not make room for what is not */
    enum store_answer answer = store_ask(rt, number, host, arguments->room, arguments->here);
    if (answer != STORE_ROOM)
        arguments_let_go(rt, number);
    return answer;
}

simtime arguments_fetch(struct runtime *rt, uint32_t number, uint32_t host,
                        const struct arguments *arguments)
{
    struct call *c = call_of(rt, number);
    const struct batch *b = batch_of(rt, c->batch);
    const struct copies_fetch *fetch = &arguments->fetch;
    c->recall = fetch->recall;
    for (struct walk walk = {0}; fetch->is_needed && next_argument(rt, b, c->element, &walk);) {
        uint32_t copy = copies_bring(rt, fetch, walk.batch, walk.element, host);
        if (copy && c->is_pinning)
            store_pin(rt, copy);
    }
    if (fetch->is_moved) {
        rt->record->bytes.moved += (uint64_t)fetch->bytes;
        call_tell(rt, number, TOLD_MOVED, fetch->bytes);
    }
    return copies_delay(rt, fetch);
}

/* ---- what does not arrive ------------------------------------------------------------------ */

bool arguments_have_arrived(const struct runtime *rt, uint32_t number, uint32_t host)
{
    const struct call *c = call_of(rt, number);
    const struct batch *b = batch_of(rt, c->batch);
    if (rt->stores && !c->is_pinning)
        return false;
    for (struct walk walk = {0}; next_argument(rt, b, c->element, &walk);)
        if (!copies_has_arrived(rt, walk.batch, walk.element, host))
            return false;
    return true;
}

static void lose(struct runtime *rt, uint32_t number, uint32_t batch, uint32_t element)
{
    const struct call *c = call_of(rt, number);
    const struct batch *b = batch_of(rt, c->batch);
    struct walk walk = {0};
    if (c->state != CALL_FETCHING || !c->is_pinning)
        return;
    while (next_argument(rt, b, c->element, &walk))
        if (walk.batch == batch && walk.element == element) {
            arguments_let_go(rt, number);
            return;
        }
}

void arguments_lose(struct runtime *rt, uint32_t host, uint32_t batch, uint32_t element)
{
    for (uint32_t seat = rt->hosts[host].seats; seat; seat = seat_of(rt, seat)->next) {
        if (!(seat & 1))
            lose(rt, seat >> 1, batch, element);
        for (uint32_t at = seat & 1 ? actor_of(rt, seat >> 1)->running : 0; at;
             at = call_of(rt, at)->next)
            lose(rt, at, batch, element);
    }
}
