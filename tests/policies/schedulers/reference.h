/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedulers by their definitions: arrays, and looking at everything each time.
 *
 * What policies/scheduler.h and the titles of the classes say, written without any of their
 * structures: all requests are single ones in one list, all nodes are scanned, what is expected is
 * computed from all that runs. Slow, and short enough to be believed. */
#ifndef CAIRN_TESTS_POLICIES_REFERENCE_H
#define CAIRN_TESTS_POLICIES_REFERENCE_H

#include "tests/policies/schedulers/dispatch.h"

enum { REF_NODES = 300, REF_WAITING = 512, REF_RUNNING = 2048, REF_GROUPS = 6, REF_BUNDLES = 6 };
enum { REF_FAILURES = 4096 };

struct ref_node {
    struct cairn_demand capacity, free;
    bool is_up, is_draining, is_kept;
};

struct ref_waiting {
    struct cairn_request request;
    uint64_t turn;
};

struct ref_running {
    uint64_t id;
    struct cairn_demand held;
    int64_t end;
    uint32_t node, group, bundle, entry;
};

struct ref_group {
    enum cairn_group_state state;
    uint32_t strategy, count;
    uint64_t turn; /* in its line */
    struct cairn_demand size[REF_BUNDLES], free[REF_BUNDLES];
    uint32_t node[REF_BUNDLES];
};

struct reference {
    const char *name;
    enum cairn_order order;
    uint32_t nodes, waiting, running, failures, round, next;
    uint64_t turn;
    struct ref_node node[REF_NODES];
    struct ref_waiting wait[REF_WAITING]; /* in the order of submission */
    struct ref_running run[REF_RUNNING];
    struct ref_group group[REF_GROUPS];
    struct {
        uint32_t node;
        int64_t at;
    } failure[REF_FAILURES];
};

/* ---- amounts --------------------------------------------------------------------------------- */

static inline bool ref_within(const struct cairn_demand *a, const struct cairn_demand *b)
{
    for (int r = 0; r < CAIRN_RESOURCES; r++)
        if (a->of[r] > b->of[r])
            return false;
    return true;
}

static inline void ref_add(struct cairn_demand *to, const struct cairn_demand *what, int sign)
{
    for (int r = 0; r < CAIRN_RESOURCES; r++)
        to->of[r] += sign * what->of[r];
}

static inline bool ref_fits(const struct reference *ref, uint32_t node,
                            const struct cairn_demand *d)
{
    if (node >= ref->nodes)
        return false;
    const struct ref_node *n = &ref->node[node];
    return n->is_up && !n->is_draining && !n->is_kept && ref_within(d, &n->free);
}

static inline bool ref_is_there(const struct reference *ref, uint32_t node,
                                const struct cairn_demand *d)
{
    return node < ref->nodes && ref->node[node].is_up && !ref->node[node].is_draining &&
           ref_within(d, &ref->node[node].capacity);
}

/* ---- classes --------------------------------------------------------------------------------- */

static inline uint32_t ref_best_fit(const struct reference *ref, const struct cairn_demand *d)
{
    static const int by[] = {CAIRN_GPU, CAIRN_CUSTOM, CAIRN_CPU, CAIRN_MEMORY};
    uint32_t best = NOWHERE;
    for (uint32_t i = 0; i < ref->nodes; i++) {
        int order = best == NOWHERE ? -1 : 0;
        for (int r = 0; r < CAIRN_RESOURCES && order == 0; r++) {
            int64_t a = ref->node[i].free.of[by[r]], b = ref->node[best].free.of[by[r]];
            order = a < b ? -1 : a > b;
        }
        if (ref_fits(ref, i, d) && order < 0)
            best = i;
    }
    return best;
}

static inline uint32_t ref_round(const struct reference *ref, const struct cairn_demand *d,
                                 uint32_t *next)
{
    for (uint32_t i = 0; i < ref->nodes; i++) {
        uint32_t node = (*next + i) % ref->nodes;
        if (ref_fits(ref, node, d)) {
            *next = (node + 1) % ref->nodes;
            return node;
        }
    }
    return NOWHERE;
}

static inline float ref_score(const struct reference *ref, uint32_t node)
{
    float highest = 0;
    for (int r = 0; r < CAIRN_RESOURCES; r++) {
        double all = (double)ref->node[node].capacity.of[r];
        if ((r != CAIRN_CPU && r != CAIRN_MEMORY) || all <= 0)
            continue;
        float used = (float)(1 - (double)ref->node[node].free.of[r] / all);
        highest = used > highest ? used : highest;
    }
    return highest < 0.5f ? 0 : highest;
}

static inline uint32_t ref_hybrid(const struct reference *ref, const struct cairn_request *request)
{
    uint32_t list[REF_NODES], count = 0, up = 0;
    for (uint32_t i = 0; i < ref->nodes; i++)
        up += ref->node[i].is_up;
    for (int with_gpu = request->demand.of[CAIRN_GPU] > 0; with_gpu < 2 && count == 0; with_gpu++)
        for (uint32_t i = 0; i < ref->nodes; i++)
            if (ref_fits(ref, i, &request->demand) &&
                (with_gpu || ref->node[i].capacity.of[CAIRN_GPU] == 0)) {
                uint32_t j = count++;
                for (; j > 0 && ref_score(ref, list[j - 1]) > ref_score(ref, i); j--)
                    list[j] = list[j - 1];
                list[j] = i;
            }
    if (count == 0)
        return NOWHERE;
    for (uint32_t j = 0; j < count; j++)
        if (list[j] == request->local && ref_score(ref, list[j]) <= ref_score(ref, list[0]))
            return request->local;
    uint32_t k = (uint32_t)((float)up * 0.2f);
    k = k < 1 ? 1 : k;
    k = k < count ? k : count;
    return list[(request->random[0] >> 32) * k >> 32];
}

/* Defaults: 1 h, more than 3 in 24 h. */
static inline uint32_t ref_failure_aware(const struct reference *ref, const struct cairn_demand *d,
                                         int64_t now)
{
    uint32_t best = NOWHERE;
    int lowest = 3;
    for (uint32_t i = 0; i < ref->nodes; i++) {
        int hour = 0, day = 0;
        for (uint32_t f = 0; f < ref->failures; f++) {
            hour += ref->failure[f].node == i && now - ref->failure[f].at < 3600 * SECOND;
            day += ref->failure[f].node == i && now - ref->failure[f].at < 86400 * SECOND;
        }
        int level = day > 3 ? 2 : hour > 0;
        if (ref_fits(ref, i, d) && level < lowest) {
            lowest = level;
            best = i;
        }
    }
    return best;
}

static inline uint32_t ref_pick(struct reference *ref, const struct cairn_request *request,
                                int64_t now)
{
    uint32_t zero = 0;
    if (request->strategy == CAIRN_PLACE_SPREAD)
        return ref_round(ref, &request->demand, &ref->round);
    if (strcmp(ref->name, "first-fit") == 0)
        return ref_round(ref, &request->demand, &zero);
    if (strcmp(ref->name, "best-fit") == 0)
        return ref_best_fit(ref, &request->demand);
    if (strcmp(ref->name, "spread") == 0)
        return ref_round(ref, &request->demand, &ref->next);
    if (strcmp(ref->name, "failure-aware") == 0)
        return ref_failure_aware(ref, &request->demand, now);
    if (strcmp(ref->name, "locality") == 0 && ref_fits(ref, request->nearest, &request->demand))
        return request->nearest;
    return ref_hybrid(ref, request);
}

/* ---- where a request may go ------------------------------------------------------------------ */

static inline uint32_t ref_elsewhere(struct reference *ref, const struct cairn_request *request,
                                     int64_t now)
{
    uint32_t node = NOWHERE;
    if (request->avoid < ref->nodes && !ref->node[request->avoid].is_kept) {
        ref->node[request->avoid].is_kept = true;
        node = ref_pick(ref, request, now);
        ref->node[request->avoid].is_kept = false;
    }
    return node != NOWHERE ? node : ref_pick(ref, request, now);
}

static inline uint32_t ref_bundle(const struct reference *ref, const struct cairn_request *request)
{
    const struct ref_group *g = &ref->group[request->group];
    uint32_t avoided = NOWHERE;
    for (uint32_t i = 0; i < g->count && g->state != CAIRN_GROUP_REMOVED; i++) {
        if ((request->bundle != NOWHERE && request->bundle != i) || g->node[i] == NOWHERE ||
            ref->node[g->node[i]].is_draining || !ref_within(&request->demand, &g->free[i]))
            continue;
        if (request->bundle != NOWHERE || g->node[i] != request->avoid)
            return i;
        avoided = avoided == NOWHERE ? i : avoided;
    }
    return avoided;
}

static inline uint32_t ref_where(struct reference *ref, const struct cairn_request *request,
                                 int64_t now)
{
    if (request->strategy == CAIRN_PLACE_BUNDLE) {
        uint32_t bundle = ref_bundle(ref, request);
        return bundle == NOWHERE ? NOWHERE : ref->group[request->group].node[bundle];
    }
    if (request->strategy != CAIRN_PLACE_NODE)
        return ref_elsewhere(ref, request, now);
    if (ref_fits(ref, request->node, &request->demand))
        return request->node;
    if (request->is_soft && !ref_is_there(ref, request->node, &request->demand))
        return ref_elsewhere(ref, request, now);
    return NOWHERE;
}

/* ---- backfilling ----------------------------------------------------------------------------- */

static inline int64_t ref_later(int64_t now, int64_t by)
{
    return by == CAIRN_NEVER ? CAIRN_NEVER : now + by;
}

/* What the node is expected to have free at a time. */
static inline struct cairn_demand ref_free_at(const struct reference *ref, uint32_t node,
                                              int64_t at)
{
    struct cairn_demand free = ref->node[node].free;
    for (uint32_t i = 0; i < ref->running; i++)
        if (ref->run[i].node == node && ref->run[i].group == NOWHERE && ref->run[i].end <= at)
            ref_add(&free, &ref->run[i].held, 1);
    return free;
}

/* The node that is expected to have room for the head earliest, and when. */
static inline uint32_t ref_reserved(const struct reference *ref, const struct cairn_request *head,
                                    int64_t *when)
{
    uint32_t best = NOWHERE;
    bool is_bound = head->strategy == CAIRN_PLACE_NODE &&
                    (!head->is_soft || ref_is_there(ref, head->node, &head->demand));
    *when = CAIRN_NEVER;
    for (uint32_t n = 0; n < ref->nodes; n++) {
        if (!ref_is_there(ref, n, &head->demand) || (is_bound && n != head->node))
            continue;
        if (ref_within(&head->demand, &ref->node[n].free)) {
            if (*when > INT64_MIN)
                best = n;
            *when = INT64_MIN;
        }
        for (uint32_t i = 0; i < ref->running; i++) {
            struct cairn_demand free = ref_free_at(ref, n, ref->run[i].end);
            if (ref->run[i].node == n && ref->run[i].end < *when &&
                ref_within(&head->demand, &free)) {
                *when = ref->run[i].end;
                best = n;
            }
        }
    }
    return best;
}

static inline uint32_t ref_behind(struct reference *ref, const struct cairn_request *head,
                                  const struct cairn_request *request, int64_t now)
{
    int64_t when;
    if (request->expected == CAIRN_NEVER)
        return NOWHERE;
    uint32_t kept = ref_reserved(ref, head, &when), node;
    if (kept == NOWHERE || ref_later(now, request->expected) <= (when > now ? when : now))
        return ref_where(ref, request, now);
    struct cairn_demand free = ref_free_at(ref, kept, when);
    ref_add(&free, &head->demand, -1);
    if (ref_within(&request->demand, &free))
        return ref_where(ref, request, now);
    ref->node[kept].is_kept = true;
    node = ref_where(ref, request, now);
    ref->node[kept].is_kept = false;
    return node;
}

/* ---- groups ---------------------------------------------------------------------------------- */

static inline uint32_t ref_highest(const struct reference *ref, const struct cairn_demand *d)
{
    uint32_t best = NOWHERE;
    double highest = -1;
    for (uint32_t i = 0; i < ref->nodes; i++) {
        double score = 0;
        for (int r = 0; r < CAIRN_RESOURCES; r++)
            if (d->of[r] > 0)
                score +=
                    (double)(ref->node[i].free.of[r] - d->of[r]) / (double)ref->node[i].free.of[r];
        if (ref_fits(ref, i, d) && score > highest) {
            highest = score;
            best = i;
        }
    }
    return best;
}

/* The largest bundle without a node, by accelerators, custom, memory, processors. */
static inline uint32_t ref_largest(const struct ref_group *g)
{
    static const int by[] = {CAIRN_GPU, CAIRN_CUSTOM, CAIRN_MEMORY, CAIRN_CPU};
    uint32_t best = NOWHERE;
    for (uint32_t i = 0; i < g->count; i++) {
        int order = best == NOWHERE ? 1 : 0;
        for (int r = 0; r < CAIRN_RESOURCES && order == 0; r++)
            order = g->size[i].of[by[r]] > g->size[best].of[by[r]]
                        ? 1
                        : -(g->size[i].of[by[r]] < g->size[best].of[by[r]]);
        if (g->node[i] == NOWHERE && order > 0)
            best = i;
    }
    return best;
}

static inline void ref_place_bundle(struct reference *ref, struct ref_group *g, uint32_t i,
                                    uint32_t node)
{
    g->node[i] = node;
    g->free[i] = g->size[i];
    ref_add(&ref->node[node].free, &g->size[i], -1);
}

static inline void ref_keep(struct reference *ref, const struct ref_group *g, bool is_kept)
{
    for (uint32_t i = 0; i < g->count; i++)
        if (g->node[i] != NOWHERE)
            ref->node[g->node[i]].is_kept = is_kept;
}

/* The next bundle finds a node, and with PACK all that fit there too. */
static inline bool ref_place_next(struct reference *ref, struct ref_group *g, uint32_t bundle)
{
    struct cairn_demand sum = {{0}};
    bool is_together = g->strategy == CAIRN_GROUP_STRICT_PACK;
    bool is_apart = g->strategy == CAIRN_GROUP_SPREAD || g->strategy == CAIRN_GROUP_STRICT_SPREAD;
    for (uint32_t i = 0; i < g->count; i++)
        ref_add(&sum, &g->size[i], 1);
    ref_keep(ref, g, is_apart);
    uint32_t node = ref_highest(ref, is_together ? &sum : &g->size[bundle]);
    ref_keep(ref, g, false);
    if (node == NOWHERE && g->strategy == CAIRN_GROUP_SPREAD)
        node = ref_highest(ref, &g->size[bundle]);
    if (node == NOWHERE)
        return false;
    do {
        if (ref_fits(ref, node, &g->size[bundle]))
            ref_place_bundle(ref, g, bundle, node);
        else
            break;
        bundle = ref_largest(g);
    } while (is_together && bundle != NOWHERE);
    for (uint32_t tried = 0; g->strategy == CAIRN_GROUP_PACK && tried < g->count; tried++) {
        struct ref_group left = *g; /* the largest that fits there */
        while ((bundle = ref_largest(&left)) != NOWHERE && !ref_fits(ref, node, &g->size[bundle]))
            left.node[bundle] = 0;
        if (bundle != NOWHERE)
            ref_place_bundle(ref, g, bundle, node);
    }
    return true;
}

static inline bool ref_attempt(struct reference *ref, struct ref_group *g)
{
    struct ref_group before = *g;
    for (uint32_t bundle; (bundle = ref_largest(g)) != NOWHERE;)
        if (!ref_place_next(ref, g, bundle)) {
            for (uint32_t i = 0; i < g->count; i++)
                if (g->node[i] != before.node[i])
                    ref_add(&ref->node[g->node[i]].free, &g->size[i], 1);
            *g = before;
            return false;
        }
    g->state = CAIRN_GROUP_CREATED;
    return true;
}

/* The first group in line that can be placed: those that lost bundles, then those that never had
 * any, each in the order in which they came. */
static inline bool ref_settle_one(struct reference *ref)
{
    static const enum cairn_group_state lines[] = {CAIRN_GROUP_RESCHEDULING, CAIRN_GROUP_PENDING};
    for (int line = 0; line < 2; line++)
        for (uint64_t last = 0;;) {
            struct ref_group *first = NULL;
            for (uint32_t i = 0; i < REF_GROUPS; i++) {
                struct ref_group *g = &ref->group[i];
                if (g->state == lines[line] && g->turn > last && (!first || g->turn < first->turn))
                    first = g;
            }
            if (!first)
                break;
            last = first->turn;
            if (ref_attempt(ref, first))
                return true;
        }
    return false;
}

static inline void ref_settle(struct reference *ref)
{
    while (ref_settle_one(ref))
        ;
}

/* ---- the next -------------------------------------------------------------------------------- */

static inline bool ref_before(const struct reference *ref, const struct ref_waiting *a,
                              const struct ref_waiting *b)
{
    if (ref->order == CAIRN_ORDER_PRIORITY && a->request.priority != b->request.priority)
        return a->request.priority > b->request.priority;
    if (ref->order == CAIRN_ORDER_SHORTEST && a->request.expected != b->request.expected)
        return a->request.expected < b->request.expected;
    return a->turn < b->turn;
}

static inline void ref_start(struct reference *ref, uint32_t i, uint32_t node, int64_t now)
{
    struct cairn_request *request = &ref->wait[i].request;
    struct ref_running *run = &ref->run[ref->running++];
    assert_true(ref->running < REF_RUNNING);
    *run = (struct ref_running){.id = request->id,
                                .held = request->demand,
                                .end = ref_later(now, request->expected),
                                .node = node,
                                .group = NOWHERE,
                                .bundle = NOWHERE};
    if (request->strategy == CAIRN_PLACE_BUNDLE) {
        run->group = request->group;
        run->bundle = ref_bundle(ref, request);
        ref_add(&ref->group[run->group].free[run->bundle], &run->held, -1);
    } else {
        ref_add(&ref->node[node].free, &run->held, -1);
    }
    memmove(&ref->wait[i], &ref->wait[i + 1], (--ref->waiting - i) * sizeof *ref->wait);
}

/* id NOBODY and node NOWHERE: none. */
static inline struct cairn_placement ref_next(struct reference *ref, int64_t now)
{
    uint32_t order[REF_WAITING], count = 0;
    const struct cairn_request *head = NULL;
    ref_settle(ref);
    for (uint32_t i = 0; i < ref->waiting; i++) {
        uint32_t j = count++;
        for (; j > 0 && ref_before(ref, &ref->wait[i], &ref->wait[order[j - 1]]); j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
    for (uint32_t j = 0; j < count; j++) {
        struct cairn_request *request = &ref->wait[order[j]].request;
        bool backfills =
            ref->order == CAIRN_ORDER_BACKFILL && request->strategy != CAIRN_PLACE_BUNDLE;
        uint32_t node =
            backfills && head ? ref_behind(ref, head, request, now) : ref_where(ref, request, now);
        if (node != NOWHERE) {
            uint64_t id = request->id;
            ref_start(ref, order[j], node, now);
            return (struct cairn_placement){.id = id, .node = node};
        }
        if (ref->order == CAIRN_ORDER_STRICT_FIFO)
            break;
        if (backfills && !head)
            head = request;
    }
    return (struct cairn_placement){.id = NOBODY, .node = NOWHERE};
}

#endif
