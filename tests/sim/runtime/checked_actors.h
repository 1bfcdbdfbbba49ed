/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invariants of actors: their states, their checkpoints, and what becomes of their useful time. */
#ifndef CAIRN_TESTS_RUNTIME_CHECKED_ACTORS_H
#define CAIRN_TESTS_RUNTIME_CHECKED_ACTORS_H

#include "tests/sim/runtime/checked_groups.h"
#include "tests/sim/runtime/checked_items.h"

/* ---- useful time ----------------------------------------------------------------------------- */

/* In memory it is gone with its node. */
static inline bool checked_is_kept(struct checked *c, const struct told *t,
                                   const struct checked_generation *generation)
{
    return !checked_class(c, t->actor)->checkpoint.in_memory ||
           checked_host(c, generation->host)->life == generation->life;
}

/* What the newest checkpoint that is there holds; 0: none is. */
static inline simtime checked_safe(struct checked *c, const struct told *t)
{
    const struct checked_actor *a = checked_actor(c, t->actor);
    for (uint32_t i = 0; i < a->generations_count; i++)
        if (checked_is_kept(c, t, &a->generations[i]))
            return a->generations[i].useful;
    return 0;
}

/* Is this what a checkpoint that is there holds, or nothing where none is? */
static inline bool checked_is_held(struct checked *c, const struct told *t, simtime useful)
{
    const struct checked_actor *a = checked_actor(c, t->actor);
    for (uint32_t i = 0; i < a->generations_count; i++)
        if (a->generations[i].useful == useful && checked_is_kept(c, t, &a->generations[i]))
            return true;
    return useful == 0 && checked_safe(c, t) == 0;
}

/* What an actor loses is what it has worked since a checkpoint began that it goes back to, or what
 * a call took that fails at this moment. */
static inline void checked_move(struct checked *c, const struct told *t)
{
    struct checked_actor *a = checked_actor(c, t->actor);
    c->job[t->cause] -= t->amount;
    c->job[t->to] += t->amount;
    if (t->actor == 0)
        return;
    simtime left = a->useful - (simtime)t->amount;
    bool is_all = checked_is_held(c, t, left);
    CHECK(t->cause == JOB_USEFUL && (t->to == JOB_LOST || t->to == JOB_UNCOMMITTED));
    CHECK(!a->is_in_part && (left >= checked_safe(c, t) || is_all));
    a->is_in_part = !is_all;
    a->useful = left;
    a->moved = t->amount;
    a->moved_at = t->time;
}

/* The state is gone with its process: nothing that no checkpoint holds is useful still. */
static inline void checked_state(struct checked *c, const struct told *t)
{
    struct checked_actor *a = checked_actor(c, t->actor);
    if (checked_class(c, t->actor)->is_stateless)
        a->is_in_part = false; /* a call's, which was under way */
    else
        CHECK(!a->is_in_part && a->useful == checked_safe(c, t));
    a->useful = checked_safe(c, t);
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
    CHECK(a->coming == 0);
    if (to == ACTOR_DEAD)
        checked_queue_ends(c, t);
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

/* One more generation: behind those that are kept, one goes. */
static inline void checked_complete(struct checked *c, const struct told *t)
{
    struct checked_actor *a = checked_actor(c, t->actor);
    uint32_t keep = checked_class(c, t->actor)->checkpoint.keep;
    assert_true(keep <= CHECKED_GENERATIONS);
    a->generations_count += a->generations_count < keep;
    memmove(a->generations + 1, a->generations,
            (a->generations_count - 1) * sizeof *a->generations);
    a->generations[0] = (struct checked_generation){.version = a->covered,
                                                    .useful = a->useful_covered,
                                                    .items = a->items_covered,
                                                    .host = a->host,
                                                    .life = checked_host(c, a->host)->life};
}

static inline void checked_checkpoint(struct checked *c, const struct told *t)
{
    struct checked_actor *a = checked_actor(c, t->actor);
    switch (t->kind) {
    case TOLD_SNAPSHOT:
        CHECK(!a->is_saving && a->state == ACTOR_ALIVE);
        CHECK((uint64_t)t->amount == a->version);
        CHECK(a->coming == 0);
        a->covered = a->version;
        a->useful_covered = a->useful;
        a->items_covered = checked_items(c, t);
        a->is_saving = a->is_snapping = true;
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
        checked_complete(c, t);
        break;
    case TOLD_ABORTED:
        CHECK(a->is_saving && (uint64_t)t->amount == a->covered);
        a->is_saving = a->is_snapping = false;
        break;
    default:
        break;
    }
}

/* It was created with the checkpoints of another actor of its class: one that has this version. */
static inline void checked_inherit(struct checked *c, const struct told *t)
{
    struct checked_actor *a = checked_actor(c, t->actor);
    for (uint32_t number = 1; number < t->actor && a->generations_count == 0; number++) {
        const struct checked_actor *old = checked_actor(c, number);
        if (checked_class(c, number) != checked_class(c, t->actor))
            continue;
        for (uint32_t i = 0; i < old->generations_count && a->generations_count == 0; i++)
            if (old->generations[i].version == (uint64_t)t->amount)
                a->generations[a->generations_count++] = old->generations[i];
    }
    a->generations[0].useful = 0; /* another's */
}

/* The state is what a checkpoint that is there holds; those that are newer go. A restarted actor
 * takes the newest. */
static inline void checked_restored(struct checked *c, const struct told *t)
{
    struct checked_actor *a = checked_actor(c, t->actor);
    bool is_serving = a->state == ACTOR_ALIVE,
         is_stateful = !checked_class(c, t->actor)->is_stateless;
    uint32_t i = 0;
    if (c->has_heirs && a->generations_count == 0)
        checked_inherit(c, t);
    CHECK(a->coming == 0);
    while (i < a->generations_count &&
           (!checked_is_kept(c, t, &a->generations[i]) ||
            (is_serving && a->generations[i].version != (uint64_t)t->amount) ||
            (is_serving && is_stateful && a->generations[i].useful != a->useful)))
        i++;
    CHECK(i < a->generations_count && a->generations[i].version == (uint64_t)t->amount);
    if (i == a->generations_count)
        return;
    while (i + 1 < a->generations_count && /* which of two alike, nobody can tell: the older */
           memcmp(&a->generations[i], &a->generations[i + 1], sizeof *a->generations) == 0)
        i++;
    if (is_stateful)
        CHECK(!a->is_in_part && a->useful == a->generations[i].useful);
    a->generations_count -= i;
    memmove(a->generations, a->generations + i, a->generations_count * sizeof *a->generations);
    a->version = a->generations[0].version;
    if (!is_stateful)
        a->is_in_part = false; /* it had done calls since, which stand */
    if (checked_class(c, t->actor)->queue.items == ITEMS_CHECKPOINTED)
        a->coming = a->generations[0].items;
}

#endif
