/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Placement groups: reserved, told, removed.
 *
 * Main invariant: `nodes` is where each bundle has been told to be, and differs from where the
 * scheduler has it only between a change and its telling: TOLD_NOWHERE where it waits for a node.
 */
#include "sim/runtime/actors/troupe.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/batch.h"

const char *const troupe_states[CAIRN_GROUP_RESCHEDULING + 1] = {
    [CAIRN_GROUP_REMOVED] = "REMOVED",
    [CAIRN_GROUP_PENDING] = "PENDING",
    [CAIRN_GROUP_CREATED] = "CREATED",
    [CAIRN_GROUP_RESCHEDULING] = "RESCHEDULING",
};

static struct troupe *troupe_of(const struct runtime *rt, uint32_t number)
{
    return pool_at(&rt->troupes, number);
}

static void tell(struct runtime *rt, uint32_t number, enum cairn_group_state state)
{
    uint32_t set = troupe_of(rt, number)->set;
    struct told told = batch_told(rt, set, 0, TOLD_GROUP);
    told.to = state;
    told.count = batch_of(rt, set)->count;
    runtime_tell(rt, told);
}

static void tell_bundle(struct runtime *rt, uint32_t set, uint32_t element, uint32_t node)
{
    struct told told = batch_told(rt, set, element, TOLD_BUNDLE);
    told.actor = batch_of(rt, set)->objects[element].call;
    told.host = node;
    runtime_tell(rt, told);
}

/* ---- reserved and removed ------------------------------------------------------------------ */

static uint32_t count_alive(const struct runtime *rt, const struct batch *set)
{
    uint32_t alive = 0;
    for (uint32_t i = 0; i < set->count; i++)
        alive += actor_of(rt, set->objects[i].call)->state != ACTOR_DEAD;
    return alive;
}

void troupe_reserve(struct runtime *rt, uint32_t set)
{
    struct batch *b = batch_of(rt, set);
    const struct program_statement *s = &rt->program->statements[b->statement];
    uint32_t alive = count_alive(rt, b), count = b->count;
    if (!s->is_together || alive == 0)
        return;
    struct cairn_demand *bundles = blocks_take(&rt->blocks, count, sizeof *bundles);
    uint32_t *nodes = blocks_take(&rt->blocks, count, sizeof *nodes);
    uint32_t number = pool_take(&rt->troupes);
    if (!bundles || !nodes || number == 0)
        return;
    for (uint32_t i = 0; i < count; i++) {
        bundles[i] = rt->program->actors[s->what].placed;
        nodes[i] = TOLD_NOWHERE;
    }
    *troupe_of(rt, number) = (struct troupe){.set = set, .alive = alive, .nodes = nodes};
    b->troupe = number;
    tell(rt, number, CAIRN_GROUP_PENDING);
    struct cairn_reservation reservation = {.size = sizeof reservation,
                                            .abi = CAIRN_SCHEDULER_ABI,
                                            .group = number - 1,
                                            .strategy = s->together,
                                            .count = count,
                                            .bundles = bundles};
    runtime_reserve(rt, &reservation);
    troupe_settle(rt); /* a node may be gone before the scheduler is asked for anything else */
    blocks_give(&rt->blocks, bundles, count, sizeof *bundles);
}

void troupe_request(const struct runtime *rt, uint32_t set, uint32_t element,
                    struct cairn_request *request)
{
    uint32_t number = batch_of(rt, set)->troupe;
    if (number == 0)
        return;
    request->strategy = CAIRN_PLACE_BUNDLE;
    request->group = number - 1;
    request->bundle = element;
}

void troupe_actor_dead(struct runtime *rt, uint32_t set)
{
    struct batch *b = batch_of(rt, set);
    uint32_t number = b->troupe;
    if (number == 0 || --troupe_of(rt, number)->alive > 0)
        return;
    cairn_scheduler_unreserve(rt->spec->scheduler.class, rt->scheduler_plan, rt->scheduler,
                              runtime_now(rt), number - 1);
    rt->wants_dispatch = true;
    tell(rt, number, CAIRN_GROUP_REMOVED);
    b->troupe = 0;
    blocks_give(&rt->blocks, troupe_of(rt, number)->nodes, b->count, sizeof(uint32_t));
    troupe_of(rt, number)->set = 0;
    pool_give(&rt->troupes, number);
}

/* ---- told ---------------------------------------------------------------------------------- */

/* All its bundles have their nodes: those that are new are told, then that it is whole. */
static void tell_created(struct runtime *rt, uint32_t number)
{
    struct troupe *t = troupe_of(rt, number);
    uint32_t count = batch_of(rt, t->set)->count;
    uint32_t *now = blocks_take(&rt->blocks, count, sizeof *now);
    if (!now)
        return;
    cairn_scheduler_group(rt->spec->scheduler.class, rt->scheduler_plan, rt->scheduler, number - 1,
                          now);
    for (uint32_t i = 0; i < count; i++) {
        assert(now[i] != CAIRN_NOWHERE);
        assert(t->nodes[i] == TOLD_NOWHERE || t->nodes[i] == now[i]);
        if (t->nodes[i] == TOLD_NOWHERE)
            tell_bundle(rt, t->set, i, now[i]);
        t->nodes[i] = now[i];
    }
    t->is_whole = true;
    tell(rt, number, CAIRN_GROUP_CREATED);
    blocks_give(&rt->blocks, now, count, sizeof *now);
}

void troupe_settle(struct runtime *rt)
{
    while (rt->troupes.live > 0) {
        uint32_t group = cairn_scheduler_created(rt->spec->scheduler.class, rt->scheduler_plan,
                                                 rt->scheduler, runtime_now(rt));
        if (group == CAIRN_NOWHERE)
            return;
        tell_created(rt, group + 1);
    }
}

void troupe_node_lost(struct runtime *rt, uint32_t place)
{
    for (uint32_t number = 1; number < rt->troupes.count; number++) {
        struct troupe *t = troupe_of(rt, number);
        bool has_lost = false;
        for (uint32_t i = 0; t->set && i < batch_of(rt, t->set)->count; i++) {
            has_lost |= t->nodes[i] == place;
            t->nodes[i] = t->nodes[i] == place ? TOLD_NOWHERE : t->nodes[i];
        }
        if (has_lost && t->is_whole)
            tell(rt, number, CAIRN_GROUP_RESCHEDULING);
        t->is_whole &= !has_lost;
    }
}
