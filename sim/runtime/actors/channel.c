/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of parked calls, and who of them may go on.
 *
 * Main invariant: whoever may go on does so before time passes; service.c asks channel_next until
 * it says 0, whenever something has changed. */
#include "sim/runtime/actors/channel.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"

static bool waits(const struct program_function *f)
{
    return f->puts > 0 || f->gets > 0 || f->gathers > 0;
}

/* ---- lines --------------------------------------------------------------------------------- */

static struct lineup *line_of(struct channel *channel, const struct program_function *f)
{
    return f->puts > 0 ? &channel->puts : f->gets > 0 ? &channel->gets : &channel->gathers;
}

/* ---- open and stop ------------------------------------------------------------------------- */

void channel_open(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    const struct program *p = rt->program;
    bool is_needed = p->actors[a->class].queue.is_given;
    uint32_t first = 0, end; /* methods of a class stand together */
    while (first < p->functions_count && p->functions[first].actor != a->class)
        first++;
    for (end = first; end < p->functions_count && p->functions[end].actor == a->class; end++)
        is_needed |= waits(&p->functions[end]);
    a->channel = is_needed ? blocks_take(&rt->blocks, 1, sizeof *a->channel) : NULL;
    if (!a->channel)
        return;
    a->channel->first_method = first;
    a->channel->methods_count = end - first;
    if (end > first)
        a->channel->gathered = blocks_take(&rt->blocks, end - first, sizeof(uint32_t));
}

void channel_stop(struct runtime *rt, uint32_t number)
{
    struct channel *channel = actor_of(rt, number)->channel;
    if (!channel)
        return;
    channel->puts = channel->gets = channel->gathers = channel->met = (struct lineup){0, 0};
    channel->parked = 0;
    if (channel->gathered)
        memset(channel->gathered, 0, channel->methods_count * sizeof *channel->gathered);
}

/* ---- barriers ------------------------------------------------------------------------------ */

static uint32_t *gathered_of(const struct runtime *rt, uint32_t call)
{
    const struct call *c = call_of(rt, call);
    const struct channel *channel = actor_of(rt, c->actor)->channel;
    return &channel->gathered[batch_of(rt, c->batch)->function - channel->first_method];
}

/* All calls of this function that wait go on. */
static void release(struct runtime *rt, uint32_t number, uint32_t last)
{
    struct channel *channel = actor_of(rt, number)->channel;
    const struct program_function *f = call_function(rt, call_of(rt, last));
    struct told told = call_told(rt, call_of(rt, last), TOLD_GATHERED);
    told.count = ++channel->rounds;
    told.amount = f->gathers;
    runtime_tell(rt, told);
    *gathered_of(rt, last) = 0;
    for (uint32_t at = channel->gathers.first, next; at; at = next) {
        next = call_of(rt, at)->next_start;
        if (call_function(rt, call_of(rt, at)) != f)
            continue;
        lineup_take_out(rt, &channel->gathers, call_next_start, at);
        lineup_push_back(rt, &channel->met, call_next_start, at);
    }
}

static void gather(struct runtime *rt, uint32_t number, uint32_t call)
{
    if (++*gathered_of(rt, call) == call_function(rt, call_of(rt, call))->gathers)
        release(rt, number, call);
}

/* ---- queues -------------------------------------------------------------------------------- */

/* Moves as many items of the first in line as may move; are all of its items over? */
static bool put_some(struct runtime *rt, uint32_t number)
{
    const struct channel *channel = actor_of(rt, number)->channel;
    uint64_t capacity = actor_class(rt, actor_of(rt, number))->queue.capacity;
    uint32_t call = channel->puts.first;
    if (!call)
        return false;
    const struct program_function *f = call_function(rt, call_of(rt, call));
    const struct call *c = call_of(rt, call);
    uint64_t depth = channel->items.depth, rest = f->puts - c->moved;
    uint64_t room = capacity == 0 ? rest : capacity > depth ? capacity - depth : 0;
    if (room < rest && !f->is_partial)
        return false;
    for (; room > 0 && c->moved < f->puts; room--)
        items_put(rt, call);
    return c->moved == f->puts;
}

static bool get_some(struct runtime *rt, uint32_t number)
{
    const struct channel *channel = actor_of(rt, number)->channel;
    uint32_t call = channel->gets.first;
    if (!call)
        return false;
    const struct program_function *f = call_function(rt, call_of(rt, call));
    const struct call *c = call_of(rt, call);
    if (channel->items.depth < f->gets - c->moved && !f->is_partial)
        return false;
    while (channel->items.depth > 0 && c->moved < f->gets)
        items_take(rt, call);
    return c->moved == f->gets;
}

/* ---- in and out ---------------------------------------------------------------------------- */

bool channel_is_for(const struct runtime *rt, uint32_t call)
{
    return waits(call_function(rt, call_of(rt, call)));
}

void channel_enter(struct runtime *rt, uint32_t call)
{
    uint32_t number = call_of(rt, call)->actor;
    struct channel *channel = actor_of(rt, number)->channel;
    const struct program_function *f = call_function(rt, call_of(rt, call));
    lineup_push_back(rt, line_of(channel, f), call_next_start, call);
    channel->parked++;
    if (f->gathers > 0 && channel->gathered)
        gather(rt, number, call);
}

static uint32_t pop(struct runtime *rt, struct channel *channel, struct lineup *line)
{
    channel->parked--;
    return lineup_pop_front(rt, line, call_next_start);
}

/* Batches of which part moves go on as long as one makes room for the other. */
uint32_t channel_next(struct runtime *rt, uint32_t number)
{
    struct channel *channel = actor_of(rt, number)->channel;
    uint64_t before;
    if (channel->met.first)
        return pop(rt, channel, &channel->met);
    do {
        before = channel->items.moves;
        if (get_some(rt, number))
            return pop(rt, channel, &channel->gets);
        if (put_some(rt, number))
            return pop(rt, channel, &channel->puts);
    } while (channel->items.moves != before);
    return 0;
}

bool channel_leave(struct runtime *rt, uint32_t call)
{
    const struct call *c = call_of(rt, call);
    struct channel *channel = actor_of(rt, c->actor)->channel;
    const struct program_function *f = call_function(rt, call_of(rt, call));
    lineup_take_out(rt, line_of(channel, f), call_next_start, call);
    channel->parked--;
    if (f->gathers > 0 && channel->gathered)
        --*gathered_of(rt, call);
    return f->gets > 0 && c->moved > 0;
}
