/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A router under test, with the memory it lives in, and short words for what a driver says. */
#ifndef CAIRN_TESTS_POLICIES_DEPOT_H
#define CAIRN_TESTS_POLICIES_DEPOT_H

#include "policies/registry.h"
#include "tests/chosen.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND      INT64_C(1000000000)
#define MS          INT64_C(1000000)
#define NO_ONE      CAIRN_NO_REPLICA
#define DEPOT_BYTES 8192
enum { DEPOT_MOST = 64 };

struct depot {
    const struct cairn_router_class *class;
    struct cairn_value values[LIMIT_PARAMS];
    struct cairn_fleet fleet;
    _Alignas(16) unsigned char plan[512];
    _Alignas(16) unsigned char state[DEPOT_BYTES];
    int64_t now;
    /* of the search under way */
    struct cairn_search search;
    struct cairn_candidate candidates[DEPOT_MOST];
    struct cairn_route route;
};

static inline struct cairn_value *depot_value(struct depot *d, const char *param)
{
    for (int i = 0; d->class->params[i].name; i++)
        if (strcmp(d->class->params[i].name, param) == 0)
            return &d->values[i];
    fail_msg("%s has no %s", d->class->name, param);
    return NULL;
}

static inline void depot_seconds(struct depot *d, const char *param, double seconds)
{
    *depot_value(d, param) = chosen_seconds(seconds);
}

/* Defaults; the router is on node 0, in zone 0. Nothing is planned before depot_begin. */
static inline struct depot depot_of(const struct cairn_router_class *class, uint32_t replicas)
{
    struct depot d = {.class = class};
    assert_non_null(class);
    assert_null(cairn_router_refusal(class));
    for (int i = 0; class->params[i].name; i++)
        d.values[i] = chosen_value(&class->params[i], 1);
    d.fleet =
        (struct cairn_fleet){.size = sizeof d.fleet, .abi = CAIRN_ROUTER_ABI, .replicas = replicas};
    return d;
}

static inline struct depot depot_named(const char *name, uint32_t replicas)
{
    return depot_of(cairn_router_find(name), replicas);
}

static inline void depot_begin(struct depot *d)
{
    assert_true(d->class->plan_size <= sizeof d->plan);
    memset(d->plan, 0, sizeof d->plan);
    assert_null(d->class->plan(d->values, d->plan));
    assert_true(cairn_router_size(d->class, d->plan, &d->fleet) <= DEPOT_BYTES);
    assert_true(cairn_router_most(d->class, d->plan, &d->fleet) <= DEPOT_MOST);
    cairn_router_init(d->class, d->plan, &d->fleet, d->state);
}

static inline void replica_is(struct depot *d, uint32_t number, enum cairn_replica_change change)
{
    cairn_router_change(d->class, d->plan, d->state, number, change, NULL);
}

static inline void replica_up(struct depot *d, uint32_t number, uint32_t node, uint32_t zone,
                              uint32_t max_ongoing)
{
    struct cairn_replica replica = {.size = sizeof replica,
                                    .abi = CAIRN_ROUTER_ABI,
                                    .node = node,
                                    .zone = zone,
                                    .max_ongoing = max_ongoing};
    cairn_router_change(d->class, d->plan, d->state, number, CAIRN_REPLICA_UP, &replica);
}

/* A draw that habits_draw makes `which` of `count`. */
static inline uint64_t drawn(uint32_t which, uint32_t count)
{
    return ((uint64_t)which * 2 + 1) * (UINT64_MAX / (2 * (uint64_t)count));
}

static inline enum cairn_route_action asks(struct depot *d, uint64_t first, uint64_t second)
{
    const uint64_t random[2] = {first, second};
    cairn_router_ask(d->class, d->plan, d->state, d->now, &d->search, random, d->candidates,
                     &d->route);
    return (enum cairn_route_action)d->route.action;
}

static inline enum cairn_route_action answered(struct depot *d, uint64_t random)
{
    const uint64_t words[2] = {random, random};
    cairn_router_answered(d->class, d->plan, d->state, d->now, &d->search, words, d->candidates,
                          &d->route);
    return (enum cairn_route_action)d->route.action;
}

/* Every candidate that is asked says the same. */
static inline enum cairn_route_action all_answer(struct depot *d, int32_t length)
{
    for (uint32_t i = 0; i < d->route.count; i++)
        if (d->candidates[i].is_asked)
            d->candidates[i].length = length;
    return answered(d, 0);
}

static inline void heard(struct depot *d, uint32_t number, int32_t length)
{
    cairn_router_heard(d->class, d->plan, d->state, d->now, number, length);
}

static inline void begins(struct depot *d)
{
    d->search = (struct cairn_search){0};
}

#endif
