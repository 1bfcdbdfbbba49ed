/* SPDX-License-Identifier: Apache-2.0 */
/* What every router does: who is near, what is known of whom, how long to wait.
 *
 *     state: head | posts, one a replica | order: who is up, nearest first | the class's own
 *
 * Main invariant: order[0 .. reach[near]) are the replicas that are up and at least that near, by
 * nearness and then by number; so candidates "on the node, else in the zone, else anywhere" are
 * ever longer beginnings of one array. It is made anew whenever somebody comes or goes, which is
 * rare beside requests. */
#include "policies/router.h"
#include "policies/recovery/delays.h"
#include <string.h>

struct head {
    struct cairn_fleet fleet;
    uint32_t reach[CAIRN_NEARS];
    uint32_t reserved;
};
struct post {
    struct cairn_replica replica;
    uint32_t is_up;
    int32_t length; /* CAIRN_UNKNOWN, or as heard at `since` */
    int64_t since;
};

struct view {
    const struct cairn_router_class *class;
    const struct cairn_router_plan *plan;
    struct head *head;
    struct post *posts;
    uint32_t *order;
    void *own;
};

static uint64_t aligned(uint64_t bytes)
{
    return (bytes + 15) & ~(uint64_t)15;
}

static struct view open_view(const struct cairn_router_class *router, const void *plan, void *state)
{
    struct view d = {.class = router, .plan = plan, .head = state};
    uint64_t replicas = d.head->fleet.replicas;
    char *bytes = state;
    d.posts = (void *)(bytes += aligned(sizeof *d.head));
    d.order = (void *)(bytes += aligned(replicas * sizeof *d.posts));
    d.own = bytes + aligned(replicas * sizeof *d.order);
    return d;
}

uint64_t cairn_router_size(const struct cairn_router_class *router, const void *plan,
                           const struct cairn_fleet *fleet)
{
    uint64_t replicas = fleet->replicas;
    (void)plan;
    return aligned(sizeof(struct head)) + aligned(replicas * sizeof(struct post)) +
           aligned(replicas * sizeof(uint32_t)) + aligned(router->own_bytes);
}

void cairn_router_init(const struct cairn_router_class *router, const void *plan,
                       const struct cairn_fleet *fleet, void *state)
{
    struct head head = {0};
    memset(state, 0, cairn_router_size(router, plan, fleet));
    memcpy(&head.fleet, fleet, fleet->size < sizeof *fleet ? fleet->size : sizeof *fleet);
    *(struct head *)state = head;
}

/* ---- who is there ---------------------------------------------------------------------------- */

static enum cairn_near nearness(const struct head *head, const struct cairn_replica *replica)
{
    if (replica->node != CAIRN_NO_REPLICA && replica->node == head->fleet.node)
        return CAIRN_NEAR_NODE;
    if (replica->zone != CAIRN_NO_REPLICA && replica->zone == head->fleet.zone)
        return CAIRN_NEAR_ZONE;
    return CAIRN_NEAR_ANY;
}

static void put_in_order(struct view *d)
{
    uint32_t count = 0;
    for (uint32_t near = 0; near < CAIRN_NEARS; near++) {
        for (uint32_t i = 0; i < d->head->fleet.replicas; i++)
            if (d->posts[i].is_up && nearness(d->head, &d->posts[i].replica) == near)
                d->order[count++] = i;
        d->head->reach[near] = count;
    }
}

void cairn_router_change(const struct cairn_router_class *router, const void *plan, void *state,
                         uint32_t number, enum cairn_replica_change change,
                         const struct cairn_replica *replica)
{
    struct view d = open_view(router, plan, state);
    struct post *post = &d.posts[number];
    post->length = CAIRN_UNKNOWN;
    if (change == CAIRN_REPLICA_UNAVAILABLE)
        return;
    post->is_up = change == CAIRN_REPLICA_UP;
    if (post->is_up) {
        struct cairn_replica whole = {0}; /* the driver's may be an older, shorter one */
        memcpy(&whole, replica, replica->size < sizeof whole ? replica->size : sizeof whole);
        whole.max_ongoing = cairn_router_bound(router, plan, &whole);
        post->replica = whole;
    }
    put_in_order(&d);
}

uint32_t cairn_router_bound(const struct cairn_router_class *router, const void *plan,
                            const struct cairn_replica *replica)
{
    const struct cairn_router_plan *p = plan;
    (void)router;
    return p->max_ongoing ? p->max_ongoing : replica->max_ongoing;
}

uint32_t cairn_router_most(const struct cairn_router_class *router, const void *plan,
                           const struct cairn_fleet *fleet)
{
    uint32_t all = fleet->replicas;
    (void)plan;
    return router->most && router->most < all ? router->most : all;
}

uint32_t cairn_router_searches(const struct cairn_router_class *router, const void *plan,
                               const void *state)
{
    const struct cairn_router_plan *p = plan;
    uint64_t most = 2 * (uint64_t)((const struct head *)state)->reach[CAIRN_NEAR_ANY];
    (void)router;
    return most < p->searches ? (uint32_t)most : p->searches;
}

/* ---- what is known --------------------------------------------------------------------------- */

static int remembers(const struct view *d)
{
    return d->plan->cache > 0 && !d->class->is_blind;
}

static int32_t recall(const struct view *d, int64_t now, uint32_t number)
{
    const struct post *post = &d->posts[number];
    int is_fresh = remembers(d) && post->length >= 0 && now - post->since <= d->plan->cache;
    return is_fresh ? post->length : CAIRN_UNKNOWN;
}

static void learn(struct view *d, int64_t now, uint32_t number, int32_t length)
{
    struct post *post = &d->posts[number];
    if (!post->is_up || !remembers(d))
        return;
    post->length = length;
    post->since = now;
}

void cairn_router_heard(const struct cairn_router_class *router, const void *plan, void *state,
                        int64_t now, uint32_t number, int32_t length)
{
    struct view d = open_view(router, plan, state);
    learn(&d, now, number, length);
}

/* Of one that nothing is known of it is now known that it has this one, as in Serve. */
void cairn_router_sent(const struct cairn_router_class *router, const void *plan, void *state,
                       int64_t now, uint32_t number)
{
    struct view d = open_view(router, plan, state);
    int32_t length = recall(&d, now, number);
    learn(&d, now, number, (length > 0 ? length : 0) + 1);
}

/* The length is not known any better for it: it does not become fresh. */
void cairn_router_ended(const struct cairn_router_class *router, const void *plan, void *state,
                        int64_t now, uint32_t number)
{
    struct view d = open_view(router, plan, state);
    if (d.plan->counts_ends && recall(&d, now, number) > 0)
        d.posts[number].length--;
}

/* ---- a search -------------------------------------------------------------------------------- */

static int64_t wait_after(const struct view *d, uint32_t failures, uint64_t random)
{
    struct delays law = {.base = d->plan->wait.first,
                         .factor = d->plan->wait.factor,
                         .cap = d->plan->wait.cap,
                         .jitter = d->plan->wait.jitter,
                         .form = DELAYS_EXPONENTIAL,
                         .first = DELAYS_AT_ONCE};
    return delays_ns(&law, failures, random);
}

static int64_t deadline_of(const struct view *d, const struct cairn_search *search)
{
    struct delays law = {.base = d->plan->deadline.first,
                         .factor = d->plan->deadline.factor,
                         .cap = d->plan->deadline.cap,
                         .form = DELAYS_EXPONENTIAL,
                         .first = DELAYS_BASE};
    return delays_ns(&law, search->tried, 0);
}

/* The nearest, from where the search stands, that it is to try and that holds anybody. */
static uint32_t next_near(const struct view *d, uint32_t near)
{
    const uint32_t wanted[CAIRN_NEARS] = {d->plan->prefer_node, d->plan->prefer_zone, 1};
    while (near < CAIRN_NEAR_ANY && (!wanted[near] || d->head->reach[near] == 0))
        near++;
    return near < CAIRN_NEAR_ANY ? near : CAIRN_NEAR_ANY;
}

static int has_room(const struct view *d, const struct cairn_candidate *c)
{
    const struct post *post = &d->posts[c->replica];
    return post->is_up && c->length >= 0 && (uint32_t)c->length < post->replica.max_ongoing;
}

/* The shortest queue with room, the first of equals; CAIRN_ROUTE_SEND, or nothing has changed. */
static void choose(const struct view *d, const struct cairn_candidate *candidates,
                   struct cairn_route *route)
{
    for (uint32_t i = 0; i < route->count; i++) {
        const struct cairn_candidate *c = &candidates[i];
        if (!has_room(d, c) || (route->action == CAIRN_ROUTE_SEND && c->length >= route->length))
            continue;
        route->action = CAIRN_ROUTE_SEND;
        route->replica = c->replica;
        route->length = c->length;
    }
}

/* All of them, beginning anywhere, so that equally short queues are equally likely. */
static uint32_t pick_all(const struct view *d, uint32_t count, uint64_t random,
                         struct cairn_candidate *candidates)
{
    uint32_t first = (uint32_t)(((random >> 32) * count) >> 32);
    for (uint32_t i = 0; i < count; i++)
        candidates[i].replica = d->order[first + i < count ? first + i : first + i - count];
    return count;
}

static uint32_t pick_some(const struct view *d, uint32_t count, const uint64_t random[2],
                          struct cairn_candidate *candidates)
{
    uint32_t chosen[CAIRN_ROUTER_MOST];
    uint32_t picked = d->class->pick(d->plan, d->own, d->order, count, random, chosen);
    for (uint32_t i = 0; i < picked; i++)
        candidates[i].replica = chosen[i];
    return picked;
}

/* Who is known to be full is asked again: it may have room by now. */
static uint32_t find_candidates(const struct view *d, int64_t now, uint32_t near,
                                const uint64_t random[2], struct cairn_candidate *candidates)
{
    uint32_t reach = d->head->reach[near];
    uint32_t count = d->class->most ? pick_some(d, reach, random, candidates)
                                    : pick_all(d, reach, random[0], candidates);
    for (uint32_t i = 0; i < count; i++) {
        candidates[i].length = recall(d, now, candidates[i].replica);
        candidates[i].is_asked = !d->class->is_blind && !has_room(d, &candidates[i]);
    }
    return count;
}

void cairn_router_ask(const struct cairn_router_class *router, const void *plan, void *state,
                      int64_t now, struct cairn_search *search, const uint64_t random[2],
                      struct cairn_candidate *candidates, struct cairn_route *route)
{
    struct view d = open_view(router, plan, state);
    struct cairn_route answer = {.size = sizeof answer,
                                 .abi = CAIRN_ROUTER_ABI,
                                 .action = CAIRN_ROUTE_NOBODY,
                                 .replica = CAIRN_NO_REPLICA,
                                 .length = CAIRN_UNKNOWN};
    *route = answer;
    if (d.head->reach[CAIRN_NEAR_ANY] == 0)
        return;
    search->near = next_near(&d, search->near);
    search->tried++;
    route->count = find_candidates(&d, now, search->near, random, candidates);
    if (router->is_blind) {
        route->action = CAIRN_ROUTE_SEND;
        route->replica = candidates[0].replica;
        return;
    }
    route->action = CAIRN_ROUTE_PROBE;
    route->delay = deadline_of(&d, search);
    choose(&d, candidates, route);
}

void cairn_router_answered(const struct cairn_router_class *router, const void *plan, void *state,
                           int64_t now, struct cairn_search *search, const uint64_t random[2],
                           const struct cairn_candidate *candidates, struct cairn_route *route)
{
    struct view d = open_view(router, plan, state);
    for (uint32_t i = 0; i < route->count; i++)
        if (candidates[i].is_asked)
            learn(&d, now, candidates[i].replica, candidates[i].length);
    route->action = CAIRN_ROUTE_FURTHER;
    route->delay = 0;
    choose(&d, candidates, route);
    if (route->action == CAIRN_ROUTE_SEND)
        return;
    if (search->near < CAIRN_NEAR_ANY) {
        search->near++;
        return;
    }
    route->action = CAIRN_ROUTE_WAIT;
    route->delay = wait_after(&d, ++search->waits, random[1]);
}

int64_t cairn_router_refused(const struct cairn_router_class *router, const void *plan, void *state,
                             int64_t now, uint32_t number, int32_t length, uint32_t refusals,
                             const uint64_t random[2], struct cairn_search *search)
{
    struct view d = open_view(router, plan, state);
    *search = (struct cairn_search){0};
    learn(&d, now, number, length);
    if (!router->is_blind) /* it knows better now: who is full will be asked */
        return 0;
    search->near = refusals < CAIRN_NEAR_ANY ? refusals : CAIRN_NEAR_ANY;
    search->waits = refusals;
    return wait_after(&d, refusals, random[1]);
}

const char *cairn_router_refusal(const struct cairn_router_class *router)
{
    if (router->abi != CAIRN_ROUTER_ABI)
        return "compiled for another version of the interface (abi)";
    if (router->size < sizeof *router)
        return "compiled with another router.h (size)";
    if (!router->name || !router->summary || !router->params || !router->plan ||
        (router->most && !router->pick))
        return "lacks a name, summary, params, plan or pick";
    if (router->most > CAIRN_ROUTER_MOST)
        return "wants more candidates than there may be (most)";
    return NULL;
}
