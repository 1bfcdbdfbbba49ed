/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The account of invariants.h, continued: requests on their way to replicas. */
#ifndef CAIRN_TESTS_RUNTIME_CHECKED_ROUTES_H
#define CAIRN_TESTS_RUNTIME_CHECKED_ROUTES_H

#include "tests/sim/runtime/checked.h"

static inline bool checked_is_routed(struct checked *c, const struct told *t)
{
    uint32_t statement = checked_batch(c, t->batch)->statement;
    return c->rt->program->statements[statement].is_routed;
}

static inline uint64_t checked_bound(const struct checked *c, uint32_t actor)
{
    const struct cairn_router_plan *plan = c->rt->router_plan;
    return plan->max_ongoing ? plan->max_ongoing : checked_class(c, actor)->concurrency;
}

/* A request is nowhere else when it is sent; it is accepted, or comes back, before it is sent
 * again; a replica takes as many as it may, and refuses no fewer, if it is there. */
static inline void checked_route(struct checked *c, const struct told *t)
{
    struct checked_call *call = checked_call(c, t);
    CHECK(checked_is_routed(c, t) && !call->is_settled && !call->is_running && !call->accepted);
    if (t->kind == TOLD_ROUTED) {
        CHECK(call->replica == 0);
        CHECK(checked_actor(c, t->actor)->state == ACTOR_ALIVE);
        call->replica = t->actor;
        c->misrouted += (t->to & TOLD_MISROUTED) != 0;
        c->near[t->to & ~TOLD_MISROUTED]++;
        return;
    }
    CHECK(call->replica == t->actor);
    if (t->kind == TOLD_REFUSED) {
        CHECK(t->amount < 0 || (uint64_t)t->amount >= checked_bound(c, t->actor));
        call->replica = 0;
        return;
    }
    CHECK(checked_actor(c, t->actor)->state == ACTOR_ALIVE);
    CHECK(t->amount > 0 && (uint64_t)t->amount <= checked_bound(c, t->actor));
    call->accepted = ++c->accepted;
    c->longest = (uint64_t)t->amount > c->longest ? (uint64_t)t->amount : c->longest;
}

/* It is there where it has been accepted, and nowhere else. */
static inline void checked_replica(struct checked *c, const struct told *t)
{
    const struct checked_call *call = checked_call(c, t);
    if (checked_is_routed(c, t) && !call->was_done)
        CHECK(call->accepted && call->replica == t->actor);
}

static inline void checked_routes(struct checked *c, const struct told *t, const struct record *r)
{
    CHECK(r->routes.routed == c->told[TOLD_ROUTED]);
    CHECK(r->routes.accepted == c->told[TOLD_ACCEPTED]);
    CHECK(r->routes.refused == c->told[TOLD_REFUSED]);
    CHECK(r->routes.probes == c->told[TOLD_PROBED]);
    CHECK(r->routes.waits == c->told[TOLD_BACKED_OFF]);
    CHECK(r->routes.misrouted == c->misrouted && r->routes.longest == c->longest);
    CHECK(r->routes.accepted + r->routes.refused <= r->routes.routed);
    for (unsigned i = 0; i < CAIRN_NEARS; i++)
        CHECK(r->routes.near[i] == c->near[i]);
}

#endif
