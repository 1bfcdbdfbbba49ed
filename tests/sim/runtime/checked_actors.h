/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invariants of actors: their states, their checkpoints, and what becomes of their useful time. */
#ifndef CAIRN_TESTS_RUNTIME_CHECKED_ACTORS_H
#define CAIRN_TESTS_RUNTIME_CHECKED_ACTORS_H

#include "tests/sim/runtime/checked_items.h"

/* ---- places ---------------------------------------------------------------------------------- */

static inline void checked_add(struct cairn_demand *sum, const struct cairn_demand *demand)
{
    for (unsigned i = 0; i < CAIRN_RESOURCES; i++)
        sum->of[i] += demand->of[i];
}

/* All who sit there hold no more than there is. */
static inline void checked_capacity(struct checked *c, const struct told *t)
{
    const struct spec *spec = c->rt->spec;
    struct cairn_demand sum = {{0}};
    for (uint32_t at = c->rt->hosts[t->host].seats; at; at = seat_of(c->rt, at)->next) {
        if (at & 1) {
            const struct actor *a = actor_of(c->rt, at >> 1);
            const struct program_actor *class = &c->rt->program->actors[a->class];
            checked_add(&sum, a->state == ACTOR_ALIVE ? &class->held : &class->placed);
        } else {
            const struct call *call = pool_at(&c->rt->calls, at >> 1);
            uint32_t function = batch_of(c->rt, call->batch)->function;
            checked_add(&sum, &c->rt->program->functions[function].demand);
        }
    }
    CHECK((double)sum.of[CAIRN_CPU] <= spec->cluster.node_cpu * CAIRN_WHOLE);
    CHECK((double)sum.of[CAIRN_GPU] <= spec->cluster.node_gpu * CAIRN_WHOLE);
    CHECK((double)sum.of[CAIRN_CUSTOM] <= spec->cluster.node_custom * CAIRN_WHOLE);
    CHECK((uint64_t)sum.of[CAIRN_MEMORY] <= spec->cluster.node_memory);
}

/* ---- useful time ----------------------------------------------------------------------------- */

/* In memory, and gone with its node. */
static inline bool checked_is_gone(struct checked *c, const struct told *t)
{
    const struct checked_actor *a = checked_actor(c, t->actor);
    return checked_class(c, t->actor)->checkpoint.in_memory &&
           checked_host(c, a->saved_host)->life != a->saved_life;
}

/* What an actor loses is what it has worked since its newest complete checkpoint began, and all if
 * that one is gone, or what a call took that fails at this moment. */
static inline void checked_move(struct checked *c, const struct told *t)
{
    struct checked_actor *a = checked_actor(c, t->actor);
    c->job[t->cause] -= t->amount;
    c->job[t->to] += t->amount;
    if (t->actor == 0)
        return;
    simtime at_risk = a->useful - a->useful_saved;
    bool is_all = t->to == JOB_LOST && t->amount == a->useful && checked_is_gone(c, t);
    CHECK(t->cause == JOB_USEFUL && (t->to == JOB_LOST || t->to == JOB_UNCOMMITTED));
    CHECK(!a->is_in_part && (t->amount <= at_risk || is_all));
    a->is_in_part = t->amount < at_risk;
    a->useful -= (simtime)t->amount;
    a->moved = t->amount;
    a->moved_at = t->time;
}

/* The state is gone with its process: nothing that no checkpoint holds is useful still. */
static inline void checked_state(struct checked *c, const struct told *t)
{
    struct checked_actor *a = checked_actor(c, t->actor);
    bool holds = a->has_checkpoint && !checked_is_gone(c, t);
    if (!checked_class(c, t->actor)->is_stateless)
        CHECK(!a->is_in_part && a->useful == (holds ? a->useful_saved : 0));
    a->useful = a->useful_saved = holds ? a->useful_saved : 0;
    a->version = (uint64_t)t->amount;
}

/* ---- states and checkpoints ------------------------------------------------------------------ */

static inline void checked_transition(struct checked *c, const struct told *t)
{
    struct checked_actor *a = checked_actor(c, t->actor);
    uint32_t from = a->state, to = t->to;
    bool is_right = !a->is_there             ? to == ACTOR_UNREADY
                    : to == ACTOR_PENDING    ? from == ACTOR_UNREADY
                    : to == ACTOR_ALIVE      ? from == ACTOR_PENDING || from == ACTOR_RESTARTING
                    : to == ACTOR_RESTARTING ? from == ACTOR_ALIVE
                    : to == ACTOR_DEAD       ? from != ACTOR_DEAD
                                             : false;
    CHECK(is_right);
    a->is_there = true;
    a->state = (uint8_t)to;
    if (to == ACTOR_ALIVE) {
        CHECK(a->is_placed && !checked_host(c, a->host)->is_down);
        checked_capacity(c, t);
    }
    uint32_t restarts = (uint32_t)checked_class(c, t->actor)->restarts; /* -1: no end */
    if (to == ACTOR_DEAD && t->cause == CAIRN_CAUSE_NODE)
        CHECK(a->restarts >= restarts);
    if (to == ACTOR_DEAD)
        checked_queue_ends(c, t);
    if (to == ACTOR_RESTARTING || to == ACTOR_DEAD) {
        CHECK(from != ACTOR_ALIVE || (a->is_placed && a->charged == t->time));
        CHECK(!a->is_saving);
        a->is_placed = false;
    }
}

/* As often as it may be; a preemption is nobody's fault, and counts for none. */
static inline void checked_restarts(struct checked *c, const struct told *t)
{
    uint32_t restarts = (uint32_t)checked_class(c, t->actor)->restarts; /* -1: no end */
    CHECK(restarts > 0);
    if (t->cause != CAIRN_CAUSE_PREEMPTED)
        CHECK(++checked_actor(c, t->actor)->restarts <= restarts);
}

static inline void checked_checkpoint(struct checked *c, const struct told *t)
{
    struct checked_actor *a = checked_actor(c, t->actor);
    switch (t->kind) {
    case TOLD_SNAPSHOT:
        CHECK(!a->is_saving && a->state == ACTOR_ALIVE);
        CHECK((uint64_t)t->amount == a->version);
        a->covered = a->version;
        a->is_saving = a->is_snapping = true;
        a->useful_covered = a->useful;
        CHECK(a->running == channel_parked(actor_of(c->rt, t->actor)));
        break;
    case TOLD_PERSISTING:
        CHECK(a->is_saving && (uint64_t)t->amount == a->covered);
        a->is_snapping = false;
        break;
    case TOLD_COMPLETE:
        CHECK(a->is_saving && (uint64_t)t->amount == a->covered);
        CHECK(!checked_host(c, a->host)->is_down);
        a->is_saving = a->is_snapping = false;
        a->has_checkpoint = true;
        a->saved = a->covered;
        a->useful_saved = a->useful_covered;
        a->saved_host = a->host;
        a->saved_life = checked_host(c, a->host)->life;
        break;
    case TOLD_ABORTED:
        CHECK(a->is_saving && (uint64_t)t->amount == a->covered);
        a->is_saving = a->is_snapping = false;
        break;
    default:
        break;
    }
}

static inline void checked_restored(struct checked *c, const struct told *t)
{
    struct checked_actor *a = checked_actor(c, t->actor);
    const struct checked_host *host = checked_host(c, a->saved_host);
    CHECK(a->has_checkpoint && (uint64_t)t->amount == a->saved);
    if (checked_class(c, t->actor)->checkpoint.in_memory)
        CHECK(!host->is_down && host->life == a->saved_life);
    a->version = a->saved;
}

#endif
