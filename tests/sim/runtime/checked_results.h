/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invariants of results: where copies are, that a call finds what it is given, and that nothing
 * comes from where it is not. */
#ifndef CAIRN_TESTS_RUNTIME_CHECKED_RESULTS_H
#define CAIRN_TESTS_RUNTIME_CHECKED_RESULTS_H

#include "tests/sim/runtime/checked.h"

/* The index-th result that the call is given, as far as calls made it; NULL: there are no more. */
static inline struct checked_call *checked_given(struct checked *c, const struct told *t,
                                                 uint32_t index)
{
    const struct checked_batch *b = checked_batch(c, t->batch);
    for (uint32_t i = 0; i < b->arguments_count; i++) {
        const struct checked_batch *a = checked_batch(c, b->arguments[i]);
        uint32_t count = !a->is_known ? 0 : b->is_each[i] ? 1 : a->count;
        if (index < count)
            return checked_at(&c->calls,
                              a->first + (b->is_each[i] ? b->offset + t->element : index));
        index -= count;
    }
    return NULL;
}

static inline bool checked_is_life(struct checked *c, uint32_t host, uint32_t life)
{
    const struct checked_host *h = checked_host(c, host);
    return !h->is_down && !h->is_known_down && life == h->life + 1;
}

static inline bool checked_is_on(struct checked *c, const struct checked_call *result,
                                 uint32_t host)
{
    bool is_drivers = host == 0 && c->rt->spec->runtime.driver == DRIVER_FIRST_NODE;
    return (is_drivers && result->is_with_driver) || checked_is_life(c, host, result->copies[host]);
}

/* All that it is given has been there, and is where it starts: results are not got before. */
static inline void checked_arguments(struct checked *c, const struct told *t)
{
    const struct checked_call *result;
    for (uint32_t i = 0; (result = checked_given(c, t, i)) != NULL; i++) {
        CHECK(result->was_done);
        CHECK(!result->is_large || t->host >= CHECKED_HOSTS || checked_is_on(c, result, t->host));
    }
}

static inline bool checked_is_somewhere(struct checked *c, const struct checked_call *result)
{
    bool is_somewhere = !result->is_large || result->is_with_driver || result->is_durable;
    for (uint32_t host = 0; host < c->rt->spec->cluster.nodes; host++)
        is_somewhere |=
            checked_is_on(c, result, host) || checked_is_life(c, host, result->disks[host]);
    return is_somewhere;
}

/* One more copy. Those on hosts are known by the calls that end or fetch there. */
static inline void checked_copied(struct checked *c, const struct told *t)
{
    struct checked_call *result = checked_call(c, t);
    if (t->host != TOLD_NOWHERE || c->rt->spec->cluster.nodes > CHECKED_HOSTS)
        return;
    CHECK(checked_is_somewhere(c, result) && result->is_settled && result->was_done);
    result->is_with_driver = true;
}

/* To the host of a call, from where they are. */
static inline void checked_moved(struct checked *c, const struct told *t)
{
    struct checked_call *result;
    uint32_t hosts = c->rt->spec->cluster.nodes;
    for (uint32_t i = 0; hosts <= CHECKED_HOSTS && (result = checked_given(c, t, i)) != NULL; i++) {
        CHECK(checked_is_somewhere(c, result) && result->is_settled && result->was_done);
        result->copies[t->host] = checked_host(c, t->host)->life + 1;
    }
}

/* It leaves a host's memory, goes to its disk or to the durable store, and is read from there. What
 * is spilled may stay in memory, too: reading it is told only if it did not. */
static inline void checked_stored(struct checked *c, const struct told *t)
{
    struct checked_call *result = checked_call(c, t);
    result->is_durable |= t->kind == TOLD_SAVED;
    CHECK(t->kind != TOLD_RECALLED || result->is_durable);
    if (t->host >= CHECKED_HOSTS || t->kind == TOLD_SAVED)
        return;
    uint32_t life = checked_host(c, t->host)->life + 1;
    if (t->kind == TOLD_SPILLED) {
        CHECK(checked_is_on(c, result, t->host));
        result->disks[t->host] = life;
    } else if (t->kind == TOLD_EVICTED) {
        CHECK(checked_is_on(c, result, t->host));
        result->copies[t->host] = 0;
        CHECK(checked_is_somewhere(c, result)); /* the last one stays */
    } else {
        CHECK(t->kind != TOLD_READ || result->disks[t->host] == life);
        result->copies[t->host] = life;
    }
}

#endif
