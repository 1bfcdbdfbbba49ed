/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scheduler under test, with the memory it lives in, and short words for what a driver says. */
#ifndef CAIRN_TESTS_POLICIES_DISPATCH_H
#define CAIRN_TESTS_POLICIES_DISPATCH_H

#include "policies/registry.h"
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GIB     (INT64_C(1) << 30)
#define CPUS(n) ((int64_t)(n)*CAIRN_WHOLE)
#define SECOND  INT64_C(1000000000)
#define NOBODY  UINT64_MAX
#define NOWHERE CAIRN_NOWHERE
enum { DISPATCH_PARAMS = 16 };

struct dispatch {
    const struct cairn_scheduler_class *class;
    struct cairn_pool pool;
    _Alignas(16) unsigned char plan[256];
    void *state;
    int64_t now;
};

static inline struct cairn_demand needs(double cpus, double gpus, int64_t memory)
{
    return (struct cairn_demand){
        {(int64_t)(cpus * CAIRN_WHOLE), (int64_t)(gpus * CAIRN_WHOLE), memory, 0}};
}

/* Values by the class's table, all at their defaults. */
static inline void dispatch_defaults(const struct cairn_scheduler_class *class,
                                     struct cairn_value values[DISPATCH_PARAMS])
{
    for (int i = 0; class->params[i].name; i++) {
        const struct cairn_param *p = &class->params[i];
        char *end;
        assert_true(i < DISPATCH_PARAMS);
        values[i].x = strtod(p->fallback, &end);
        if (p->unit == CAIRN_CHOICE)
            for (values[i].i = 0; strcmp(p->choices[values[i].i], p->fallback) != 0;)
                values[i].i++;
        else if (p->unit == CAIRN_DURATION) /* "N h", "N min", "N s" */
            values[i].i = (int64_t)((values[i].x *= strchr(end, 'h')   ? 3600
                                                    : strchr(end, 'm') ? 60
                                                                       : 1) *
                                    1e9);
        else
            values[i].i = (int64_t)values[i].x;
    }
}

static inline struct dispatch dispatch_of(const struct cairn_scheduler_class *class,
                                          const struct cairn_value *values, uint32_t nodes,
                                          uint32_t pending)
{
    struct dispatch d = {.class = class};
    d.pool = (struct cairn_pool){
        .size = sizeof d.pool, .abi = CAIRN_SCHEDULER_ABI, .nodes = nodes, .pending = pending};
    assert_true(d.class->plan_size <= sizeof d.plan);
    assert_null(d.class->plan(values, d.plan));
    d.state = aligned_alloc(16, (cairn_scheduler_size(d.class, d.plan, &d.pool) + 15) / 16 * 16);
    assert_non_null(d.state);
    cairn_scheduler_init(d.class, d.plan, &d.pool, d.state);
    return d;
}

static inline struct dispatch dispatch_with(const char *name, const struct cairn_value *values,
                                            uint32_t nodes, uint32_t pending)
{
    const struct cairn_scheduler_class *class = cairn_scheduler_find(name);
    if (!class)
        fail_msg("there is no scheduler %s", name);
    return dispatch_of(class, values, nodes, pending);
}

static inline struct dispatch dispatch_open(const char *name, enum cairn_order order,
                                            uint32_t nodes, uint32_t pending)
{
    struct cairn_value values[DISPATCH_PARAMS] = {{0}};
    const struct cairn_scheduler_class *class = cairn_scheduler_find(name);
    if (!class)
        fail_msg("there is no scheduler %s", name);
    dispatch_defaults(class, values);
    values[0].i = order;
    return dispatch_with(name, values, nodes, pending);
}

static inline void dispatch_close(struct dispatch *d)
{
    free(d->state);
    d->state = NULL;
}

static inline void dispatch_grow(struct dispatch *d, uint32_t pending)
{
    void *old = d->state;
    d->pool.pending = pending;
    d->state =
        aligned_alloc(16, (cairn_scheduler_size(d->class, d->plan, &d->pool) + 15) / 16 * 16);
    assert_non_null(d->state);
    cairn_scheduler_grow(d->class, d->plan, &d->pool, old, d->state);
    free(old);
}

static inline void node_up(struct dispatch *d, uint32_t node, struct cairn_demand capacity)
{
    cairn_scheduler_node(d->class, d->plan, d->state, d->now, node, CAIRN_NODE_UP, &capacity);
}

static inline void node_is(struct dispatch *d, uint32_t node, enum cairn_node_change change)
{
    cairn_scheduler_node(d->class, d->plan, d->state, d->now, node, change, NULL);
}

static inline struct cairn_request asks(uint64_t id, struct cairn_demand demand)
{
    return (struct cairn_request){.size = sizeof(struct cairn_request),
                                  .abi = CAIRN_SCHEDULER_ABI,
                                  .id = id,
                                  .count = 1,
                                  .demand = demand,
                                  .node = NOWHERE,
                                  .group = NOWHERE,
                                  .bundle = NOWHERE,
                                  .local = NOWHERE,
                                  .nearest = NOWHERE,
                                  .avoid = NOWHERE,
                                  .expected = CAIRN_NEVER};
}

static inline int submit(struct dispatch *d, struct cairn_request request)
{
    return cairn_scheduler_submit(d->class, d->plan, d->state, d->now, &request);
}

static inline int withdraw(struct dispatch *d, uint64_t id)
{
    return cairn_scheduler_withdraw(d->class, d->plan, d->state, id);
}

/* The next placement; id NOBODY and node NOWHERE: none. */
static inline struct cairn_placement next(struct dispatch *d)
{
    struct cairn_placement p = {.id = NOBODY, .node = NOWHERE};
    if (!cairn_scheduler_next(d->class, d->plan, d->state, d->now, &p)) {
        assert_true(p.id == NOBODY && p.node == NOWHERE); /* untouched */
        return p;
    }
    assert_true(p.node < d->pool.nodes);
    return p;
}

static inline void release(struct dispatch *d, struct cairn_placement p, struct cairn_demand held)
{
    cairn_scheduler_release(d->class, d->plan, d->state, d->now, &p, &held);
}

/* The next placement is of this request, on this node; both none. */
static inline struct cairn_placement expect(struct dispatch *d, uint64_t id, uint32_t node)
{
    struct cairn_placement p = next(d);
    if (p.id != id || p.node != node)
        fail_msg("%" PRId64 " on node %" PRId32 ", not %" PRId64 " on node %" PRId32, (int64_t)p.id,
                 (int32_t)p.node, (int64_t)id, (int32_t)node);
    return p;
}

#endif
