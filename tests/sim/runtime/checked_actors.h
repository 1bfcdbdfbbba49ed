/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invariants of actors: their states, their checkpoints, and what becomes of their useful time. */
#ifndef CAIRN_TESTS_RUNTIME_CHECKED_ACTORS_H
#define CAIRN_TESTS_RUNTIME_CHECKED_ACTORS_H

#include "tests/sim/runtime/checked_groups.h"

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
    if (checked_class(c, t->actor)->is_stateless)
        a->is_in_part = false; /* a call's, which was under way */
    else
        CHECK(!a->is_in_part && a->useful == (holds ? a->useful_saved : 0));
    a->useful = a->useful_saved = holds ? a->useful_saved : 0;
    a->version = (uint64_t)t->amount;
}

/* ---- states and checkpoints ------------------------------------------------------------------ */

/* A class is exported once to a job, and then its actors are registered. */
static inline void checked_export(struct checked *c, const struct told *t)
{
    uint32_t class = actor_of(c->rt, t->actor)->class;
    simtime *known = &checked_job(c, t->job)->known[class % CHECKED_CLASSES];
    CHECK(class < CHECKED_CLASSES && *known == 0);
    *known = 1 + t->time + (simtime)t->amount;
}

static inline void checked_known(struct checked *c, const struct told *t)
{
    uint32_t class = actor_of(c->rt, t->actor)->class;
    simtime known = class < CHECKED_CLASSES ? checked_job(c, t->job)->known[class] : 0;
    CHECK(amount_is_zero(&checked_class(c, t->actor)->export) ? known == 0
                                                              : known > 0 && t->time >= known - 1);
}

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
    CHECK(c->head_until == 0 || to == ACTOR_UNREADY || to == ACTOR_DEAD);
    if (to == ACTOR_PENDING)
        checked_known(c, t);
    if (to == ACTOR_ALIVE) {
        CHECK(a->is_placed && !checked_host(c, a->host)->is_down);
        checked_capacity(c, t);
    }
    CHECK(!a->is_stopping || to != ACTOR_DEAD || t->time <= a->stops_at);
    uint32_t restarts = (uint32_t)checked_class(c, t->actor)->restarts; /* -1: no end */
    if (to == ACTOR_DEAD && !a->is_stopping && t->cause == CAIRN_CAUSE_NODE)
        CHECK(a->restarts >= restarts);
    if (to == ACTOR_RESTARTING || to == ACTOR_DEAD) {
        CHECK(from != ACTOR_ALIVE || (a->is_placed && a->charged == t->time));
        CHECK(!a->is_saving);
        a->is_placed = false;
    }
}

/* It takes what was submitted until now, and is dead when the time is up, or the run. */
static inline void checked_stopping(struct checked *c, const struct told *t)
{
    struct checked_actor *a = checked_actor(c, t->actor);
    simtime until = t->time + (simtime)t->amount;
    CHECK(a->state != ACTOR_DEAD && (!a->is_stopping || until < a->stops_at));
    if (!a->is_stopping)
        a->accepted = c->rt->serial;
    a->is_stopping = true;
    a->stops_at = until;
}

static inline void checked_stopped(struct checked *c, const struct told *t)
{
    for (uint32_t number = 1; number < c->actors.count; number++) {
        const struct checked_actor *a = checked_actor(c, number);
        CHECK(!a->is_stopping || a->state == ACTOR_DEAD || a->stops_at >= t->time);
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
        CHECK(a->running == 0);
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
