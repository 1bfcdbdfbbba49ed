/* SPDX-License-Identifier: Apache-2.0 */
/* The router interface: which replica takes a request, asked how long its queue is, or trusted.
 *
 * A router searches for a replica. It names a few *candidates*, those near it first; the driver
 * probes the ones whose queue length it does not know; the shortest queue that is not full gets the
 * request. When all are full or silent it looks further away, then waits and looks again. The
 * replica has the last word: it refuses what it has no room for, and the search begins anew.
 *
 *     cairn_router_change     a replica comes up, does not answer, is gone
 *     cairn_router_ask        candidates, and what to do: send, probe, nobody is there
 *     cairn_router_answered   the probes' answers: send, look further away, wait
 *     cairn_router_sent       it has been sent there
 *     cairn_router_heard      what a replica said of itself otherwise: it has accepted, or was late
 *     cairn_router_refused    it has not: a new search, after a wait
 *     cairn_router_ended      a request is done
 *
 * What all share (the cache of lengths, nearness, deadlines, waits) is in router.c; a class says
 * which candidates. No clock, no randomness, no I/O, no allocation: the driver gives time, random
 * words and memory. A state is flat bytes without pointers. */
#ifndef CAIRN_POLICIES_ROUTER_H
#define CAIRN_POLICIES_ROUTER_H

/* tidy: allow include, both headers are installed side by side */
#include "controller.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAIRN_ROUTER_ABI  1u
#define CAIRN_NO_REPLICA  UINT32_MAX /* and no node, and no zone */
#define CAIRN_UNKNOWN     (-1)       /* a length */
#define CAIRN_ROUTER_MOST 64         /* candidates of one set, unless it is all */

/* How far away: a search tries the first of these that holds anybody, then the next. */
enum cairn_near {
    CAIRN_NEAR_NODE, /* on the router's own node */
    CAIRN_NEAR_ZONE, /* in its zone, its node included */
    CAIRN_NEAR_ANY,  /* all */
    CAIRN_NEARS
};

/* What a router is made for. */
struct cairn_fleet {
    uint32_t size, abi;
    uint32_t replicas;   /* numbered from 0 */
    uint32_t node, zone; /* where the router is; CAIRN_NO_REPLICA: nowhere near them */
    uint32_t reserved;
};

enum cairn_replica_change {
    CAIRN_REPLICA_UP,          /* as described: new, or again */
    CAIRN_REPLICA_UNAVAILABLE, /* it does not answer: what was known of it is forgotten */
    CAIRN_REPLICA_GONE,        /* and it is no candidate until it comes up again */
};
struct cairn_replica {
    uint32_t size, abi;
    uint32_t node, zone;
    uint32_t max_ongoing; /* requests that it accepts, those that wait there included */
    uint32_t reserved;
};

/* One search; the driver's to keep, zeroed when it begins. */
struct cairn_search {
    uint32_t near;  /* enum cairn_near, at least */
    uint32_t tried; /* sets of candidates so far */
    uint32_t waits; /* so far */
    uint32_t reserved;
};

struct cairn_candidate {
    uint32_t replica;
    int32_t length;    /* requests there, as far as one knows; CAIRN_UNKNOWN */
    uint32_t is_asked; /* it is to be probed: the driver fills in length, or leaves it unknown */
};

enum cairn_route_action {
    CAIRN_ROUTE_NOBODY,  /* no replica is up: ask again when one is */
    CAIRN_ROUTE_SEND,    /* to `replica`; who is to be asked is, and heard later */
    CAIRN_ROUTE_PROBE,   /* those to be asked, for `delay`; then cairn_router_answered */
    CAIRN_ROUTE_FURTHER, /* ask again at once: it will look further away */
    CAIRN_ROUTE_WAIT,    /* ask again after `delay` */
};
struct cairn_route {
    uint32_t size, abi;
    uint32_t action;  /* enum cairn_route_action */
    uint32_t count;   /* of candidates */
    uint32_t replica; /* CAIRN_ROUTE_SEND */
    int32_t length;   /* that it was chosen for; CAIRN_UNKNOWN: nobody asked */
    int64_t delay;    /* ns */
};

/* What every plan begins with; routers/habits.h fills it in. */
struct cairn_router_plan {
    int64_t cache;        /* ns that a length is trusted; 0: never */
    uint32_t prefer_node; /* search there first, if anybody is there */
    uint32_t prefer_zone; /* then there */
    uint32_t max_ongoing; /* of each replica; 0: as it says itself */
    uint32_t searches;    /* at once, at most; and no more than two a replica */
    uint32_t counts_ends; /* a request that is done makes its replica's length one less */
    uint32_t reserved;
    struct {
        double first, factor, cap; /* s */
        double jitter;             /* uniform in +- this part */
    } wait, deadline;
};

/* Members that may be NULL say what it means. A class fits in static storage and never changes. */
struct cairn_router_class {
    uint32_t size, abi;
    const char *name, *summary;
    const struct cairn_param *params; /* ends with name NULL */
    uint32_t plan_size;
    uint32_t is_blind; /* it wants no lengths: the first candidate gets the request */
    /* Fills plan (zeroed, 16-aligned; it begins with a cairn_router_plan). NULL, or a sentence that
     * says why these values cannot serve. */
    const char *(*plan)(const struct cairn_value *values, void *plan);
    uint64_t own_bytes; /* of its own state, zeroed */
    uint32_t most;      /* candidates of one set, up to CAIRN_ROUTER_MOST; 0: all */
    /* Candidates out of count >= 1, which stand in the order of nearness, then of number: into
     * chosen, at most `most`. How many. Of equally short queues the first one gets the request.
     * NULL where it is all. */
    uint32_t (*pick)(const void *plan, void *own, const uint32_t *replicas, uint32_t count,
                     const uint64_t random[2], uint32_t *chosen);
};

/* ---- for drivers ----------------------------------------------------------------------------- */

CAIRN_API uint64_t cairn_router_size(const struct cairn_router_class *router, const void *plan,
                                     const struct cairn_fleet *fleet);
/* state: that many bytes, 16-aligned. No replica is up. */
CAIRN_API void cairn_router_init(const struct cairn_router_class *router, const void *plan,
                                 const struct cairn_fleet *fleet, void *state);
/* replica: what it is like, for CAIRN_REPLICA_UP; otherwise NULL does. */
CAIRN_API void cairn_router_change(const struct cairn_router_class *router, const void *plan,
                                   void *state, uint32_t number, enum cairn_replica_change change,
                                   const struct cairn_replica *replica);
/* Room that `candidates` must have. */
CAIRN_API uint32_t cairn_router_most(const struct cairn_router_class *router, const void *plan,
                                     const struct cairn_fleet *fleet);
/* Searches that may be under way at once, as many replicas being up. Requests that wait are served
 * in the order of their arrival: who comes first gets what any search finds. */
CAIRN_API uint32_t cairn_router_searches(const struct cairn_router_class *router, const void *plan,
                                         const void *state);
/* How many requests this replica accepts. */
CAIRN_API uint32_t cairn_router_bound(const struct cairn_router_class *router, const void *plan,
                                      const struct cairn_replica *replica);
/* random: two words of 64 even bits, other ones for each question. */
CAIRN_API void cairn_router_ask(const struct cairn_router_class *router, const void *plan,
                                void *state, int64_t now, struct cairn_search *search,
                                const uint64_t random[2], struct cairn_candidate *candidates,
                                struct cairn_route *route);
/* route: as it was, with action CAIRN_ROUTE_PROBE. random[1] may spread the wait. */
CAIRN_API void cairn_router_answered(const struct cairn_router_class *router, const void *plan,
                                     void *state, int64_t now, struct cairn_search *search,
                                     const uint64_t random[2],
                                     const struct cairn_candidate *candidates,
                                     struct cairn_route *route);
CAIRN_API void cairn_router_sent(const struct cairn_router_class *router, const void *plan,
                                 void *state, int64_t now, uint32_t number);
/* CAIRN_UNKNOWN: it did not answer. */
CAIRN_API void cairn_router_heard(const struct cairn_router_class *router, const void *plan,
                                  void *state, int64_t now, uint32_t number, int32_t length);
/* The request has been refused for the `refusals`-th time, now by this replica, or never came there
 * (CAIRN_UNKNOWN). Makes ready the search that follows, and returns the wait before it, in ns. */
CAIRN_API int64_t cairn_router_refused(const struct cairn_router_class *router, const void *plan,
                                       void *state, int64_t now, uint32_t number, int32_t length,
                                       uint32_t refusals, const uint64_t random[2],
                                       struct cairn_search *search);
CAIRN_API void cairn_router_ended(const struct cairn_router_class *router, const void *plan,
                                  void *state, int64_t now, uint32_t number);
/* Can this driver drive the class? NULL, or a sentence. */
CAIRN_API const char *cairn_router_refusal(const struct cairn_router_class *router);

#ifdef __cplusplus
}
#endif

#endif
