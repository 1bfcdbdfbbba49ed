/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invariants of places: who sits where, the room that placement groups keep, and who knows. */
#ifndef CAIRN_TESTS_RUNTIME_CHECKED_GROUPS_H
#define CAIRN_TESTS_RUNTIME_CHECKED_GROUPS_H

#include "tests/sim/runtime/checked.h"

/* ---- places ---------------------------------------------------------------------------------- */

static inline void checked_add(struct cairn_demand *sum, const struct cairn_demand *demand)
{
    for (unsigned i = 0; i < CAIRN_RESOURCES; i++)
        sum->of[i] += demand->of[i];
}

/* What is reserved there for placement groups, by what was told. */
static inline void checked_add_bundles(struct checked *c, uint32_t host, struct cairn_demand *sum)
{
    for (uint32_t at = 1; at < c->rt->troupes.count; at++) {
        const struct troupe *troupe = pool_at(&c->rt->troupes, at);
        const struct batch *set = troupe->set ? batch_of(c->rt, troupe->set) : NULL;
        const struct checked_group *g = set ? checked_group(c, set->serial) : NULL;
        for (uint32_t i = 0; g && i < g->count; i++)
            if (g->nodes[i] == host + 1)
                checked_add(sum, &c->rt->program->actors[checked_set_class(c, set)].placed);
    }
}

/* All who sit there, and all bundles, hold no more than there is. Who is in a bundle is counted
 * with it. */
static inline void checked_capacity(struct checked *c, const struct told *t)
{
    const struct spec *spec = c->rt->spec;
    struct cairn_demand sum = {{0}};
    for (uint32_t at = c->rt->hosts[t->host].seats; at; at = seat_of(c->rt, at)->next) {
        if (at & 1) {
            const struct actor *a = actor_of(c->rt, at >> 1);
            const struct program_actor *class = &c->rt->program->actors[a->class];
            if (batch_of(c->rt, a->batch)->troupe == 0)
                checked_add(&sum, a->state == ACTOR_ALIVE ? &class->held : &class->placed);
        } else {
            const struct call *call = pool_at(&c->rt->calls, at >> 1);
            uint32_t function = batch_of(c->rt, call->batch)->function;
            checked_add(&sum, &c->rt->program->functions[function].demand);
        }
    }
    checked_add_bundles(c, t->host, &sum);
    CHECK((double)sum.of[CAIRN_CPU] <= spec->cluster.node_cpu * CAIRN_WHOLE);
    CHECK((double)sum.of[CAIRN_GPU] <= spec->cluster.node_gpu * CAIRN_WHOLE);
    CHECK((double)sum.of[CAIRN_CUSTOM] <= spec->cluster.node_custom * CAIRN_WHOLE);
    CHECK((uint64_t)sum.of[CAIRN_MEMORY] <= spec->cluster.node_memory);
}

/* ---- placement groups ------------------------------------------------------------------------ */

/* One more bundle is on a node; none was, and the node is there. */
static inline void checked_bundle(struct checked *c, const struct told *t)
{
    struct checked_group *g = checked_group(c, t->batch);
    CHECK(g->state == CAIRN_GROUP_PENDING || g->state == CAIRN_GROUP_RESCHEDULING);
    CHECK(t->element < CHECKED_ACTORS && g->nodes[t->element] == 0);
    CHECK(!checked_host(c, t->host)->is_known_down);
    g->nodes[t->element] = t->host + 1;
    checked_capacity(c, t);
}

/* All of them are, as their strategy wants it. */
static inline void checked_whole(struct checked *c, const struct told *t,
                                 enum cairn_group_strategy strategy)
{
    const struct checked_group *g = checked_group(c, t->batch);
    for (uint32_t i = 0; i < g->count; i++) {
        CHECK(g->nodes[i] > 0);
        CHECK(strategy != CAIRN_GROUP_STRICT_PACK || g->nodes[i] == g->nodes[0]);
        for (uint32_t j = 0; j < i && strategy == CAIRN_GROUP_STRICT_SPREAD; j++)
            CHECK(g->nodes[i] != g->nodes[j]);
    }
}

/* The statement that made it is found while its actors name it. */
static inline const struct batch *checked_set(struct checked *c, const struct told *t)
{
    const struct job *job = pool_at(&c->rt->jobs, t->job + 1);
    for (uint32_t at = job->batches; at; at = batch_of(c->rt, at)->next)
        if (batch_of(c->rt, at)->serial == t->batch)
            return batch_of(c->rt, at);
    return NULL;
}

static inline void checked_removed(struct checked *c, const struct told *t, const struct batch *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        CHECK(checked_actor(c, set->objects[i].call)->state == ACTOR_DEAD);
}

static inline void checked_group_told(struct checked *c, const struct told *t)
{
    struct checked_group *g = checked_group(c, t->batch);
    const struct batch *set = checked_set(c, t);
    uint32_t from = g->state, to = t->to;
    CHECK(to == CAIRN_GROUP_PENDING ? from == CAIRN_GROUP_REMOVED && g->count == 0
          : to == CAIRN_GROUP_CREATED
              ? from == CAIRN_GROUP_PENDING || from == CAIRN_GROUP_RESCHEDULING
          : to == CAIRN_GROUP_RESCHEDULING ? from == CAIRN_GROUP_CREATED
                                           : from != CAIRN_GROUP_REMOVED);
    CHECK(set && t->count == set->count && t->count <= CHECKED_ACTORS);
    g->state = to;
    g->count = (uint32_t)t->count;
    if (to == CAIRN_GROUP_CREATED)
        checked_whole(c, t, c->rt->program->statements[set->statement].together);
    else if (to == CAIRN_GROUP_REMOVED)
        checked_removed(c, t, set);
    for (uint32_t i = 0; to == CAIRN_GROUP_REMOVED && i < g->count; i++)
        g->nodes[i] = 0;
}

/* A node is known to be gone, and bundles with it; told before their groups are. */
static inline void checked_bundles_lost(struct checked *c, uint32_t host)
{
    for (uint32_t serial = 1; serial < c->groups.count; serial++)
        for (uint32_t i = 0; i < CHECKED_ACTORS; i++)
            if (checked_group(c, serial)->nodes[i] == host + 1)
                checked_group(c, serial)->nodes[i] = 0;
}

/* An actor of a group is placed in its own bundle. */
static inline void checked_in_bundle(struct checked *c, const struct told *t)
{
    const struct actor *a = actor_of(c->rt, t->actor);
    const struct batch *set = batch_of(c->rt, a->batch);
    if (c->rt->program->statements[set->statement].is_together)
        CHECK(checked_group(c, set->serial)->nodes[a->element] == t->host + 1);
}

/* A group lives as long as one of its actors. */
static inline void checked_groups(struct checked *c, const struct told *t)
{
    for (uint32_t number = 1; number < c->rt->actors.count; number++) {
        const struct actor *a = actor_of(c->rt, number);
        const struct batch *set = batch_of(c->rt, a->batch);
        if (a->state != ACTOR_DEAD && a->state != ACTOR_UNREADY &&
            c->rt->program->statements[set->statement].is_together)
            CHECK(checked_group(c, set->serial)->state != CAIRN_GROUP_REMOVED);
    }
}

/* ---- nodes and the head ---------------------------------------------------------------------- */

/* Away until the latest of the ends that were told. */
static inline void checked_head_told(struct checked *c, const struct told *t)
{
    simtime until = t->time + (simtime)t->amount;
    if (t->kind == TOLD_HEAD_DOWN) {
        c->head_until = until > c->head_until ? until : c->head_until;
        return;
    }
    CHECK(c->head_until == t->time);
    c->head_until = 0;
}

static inline void checked_host_told(struct checked *c, const struct told *t)
{
    struct checked_host *host = checked_host(c, t->host);
    CHECK(t->kind == TOLD_HOST_DOWN || c->head_until == 0);
    if (t->kind == TOLD_HOST_DOWN) {
        CHECK(!host->is_down && !host->is_known_down);
        host->is_down = true;
        host->life++;
    } else if (t->kind == TOLD_HOST_DETECTED) {
        CHECK(host->is_down && !host->is_known_down);
        host->is_known_down = true;
        checked_bundles_lost(c, t->host);
    } else {
        CHECK(host->is_down && host->is_known_down);
        host->is_down = host->is_known_down = false;
    }
}

static inline void checked_hear_places(struct checked *c, const struct told *t)
{
    switch (t->kind) {
    case TOLD_HOST_DOWN:
    case TOLD_HOST_DETECTED:
    case TOLD_HOST_UP:
        checked_host_told(c, t);
        break;
    case TOLD_HEAD_DOWN:
    case TOLD_HEAD_UP:
        checked_head_told(c, t);
        break;
    case TOLD_GROUP:
        checked_group_told(c, t);
        break;
    case TOLD_BUNDLE:
        checked_bundle(c, t);
        break;
    default:
        break;
    }
}

#endif
