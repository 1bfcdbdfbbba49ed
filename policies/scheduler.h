/* SPDX-License-Identifier: Apache-2.0 */
/* The scheduler interface: who decides which request is served next, and on which node.
 *
 * Two questions, two parts. The *order* of waiting requests (fifo, priority, shortest, backfill)
 * and the book of what is free on each node are the same for all, and live here; a class answers
 * the other question alone: where. So a new scheduler is one short function.
 *
 *     cairn_scheduler_node      a node comes up, goes down, drains
 *     cairn_scheduler_submit    a request, or a run of equal ones, waits to be placed
 *     cairn_scheduler_next      the next placement that can be made now, or none
 *     cairn_scheduler_release   what a placement held is free again
 *     cairn_scheduler_reserve   a placement group: room for bundles, all of them or none
 *
 * No clock, no randomness, no I/O, no allocation: the driver gives the time and random words, and
 * the memory, and gives more when cairn_scheduler_submit says that the queue is full. A state is
 * flat bytes without pointers. Amounts are integers: processors and accelerators in 1/10,000,
 * memory in bytes. */
#ifndef CAIRN_POLICIES_SCHEDULER_H
#define CAIRN_POLICIES_SCHEDULER_H

/* tidy: allow include, both headers are installed side by side */
#include "controller.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAIRN_SCHEDULER_ABI 1u
#define CAIRN_WHOLE         10000 /* one processor */
#define CAIRN_NOWHERE       UINT32_MAX

enum cairn_resource { CAIRN_CPU, CAIRN_GPU, CAIRN_MEMORY, CAIRN_CUSTOM, CAIRN_RESOURCES };
struct cairn_demand {
    int64_t of[CAIRN_RESOURCES];
};

enum cairn_strategy {
    CAIRN_PLACE_DEFAULT, /* as the class would */
    CAIRN_PLACE_SPREAD,  /* round robin over the nodes that have room */
    CAIRN_PLACE_NODE,    /* on `node`; softly: elsewhere if it is not there: down, draining or too
                            small; it waits for one that is only busy */
    CAIRN_PLACE_BUNDLE,  /* inside bundle `bundle` of placement group `group` */
};

/* One request, or `count` equal ones with ids id, id + 1, …, which wait as one entry. */
struct cairn_request {
    uint32_t size, abi;
    uint64_t id;
    uint64_t count;
    struct cairn_demand demand;
    uint32_t strategy; /* enum cairn_strategy */
    uint32_t node;     /* CAIRN_PLACE_NODE */
    uint32_t is_soft;
    uint32_t group, bundle; /* CAIRN_PLACE_BUNDLE; bundle CAIRN_NOWHERE: any of the group */
    uint32_t local;         /* the submitter's node, preferred where the class does; or NOWHERE */
    uint32_t nearest;       /* the node that holds most bytes of its arguments; or NOWHERE */
    uint32_t avoid;         /* where its last attempt failed; or NOWHERE */
    int32_t priority;       /* higher first */
    int64_t expected;       /* ns it will run, as far as one knows; CAIRN_NEVER */
    uint64_t random[2];     /* addressed by the request: for ties; the i-th of a run, from 0, gets
                               both mixed with i, the first one as they are */
};

struct cairn_placement {
    uint64_t id;
    uint32_t node;
    uint32_t entry; /* the scheduler's own, given back with the release */
};

enum cairn_node_change {
    CAIRN_NODE_UP,    /* with this capacity: empty after DOWN; if it was up or draining, what runs
                         there goes on */
    CAIRN_NODE_DOWN,  /* and all that was placed on it is gone: nobody releases it */
    CAIRN_NODE_DRAIN, /* what runs goes on, nothing new comes; UP ends it */
};

/* What a scheduler is made for. */
struct cairn_pool {
    uint32_t size, abi;
    uint32_t nodes;   /* numbered from 0; at most 2^24 */
    uint32_t pending; /* requests that can wait, each perhaps a run of many */
    uint32_t groups;  /* placement groups, numbered from 0 */
    uint32_t bundles; /* of all of them */
};

/* ---- placement groups ------------------------------------------------------------------------ */

enum cairn_group_strategy {
    CAIRN_GROUP_PACK,          /* on few nodes */
    CAIRN_GROUP_SPREAD,        /* on different nodes, as far as there are any */
    CAIRN_GROUP_STRICT_PACK,   /* on one node */
    CAIRN_GROUP_STRICT_SPREAD, /* on different nodes */
};

enum cairn_group_state {
    CAIRN_GROUP_REMOVED, /* or never there */
    CAIRN_GROUP_PENDING,
    CAIRN_GROUP_CREATED,
    CAIRN_GROUP_RESCHEDULING, /* a node took bundles with it; the others serve on */
};

/* Room for `count` bundles, all of them or none. */
struct cairn_reservation {
    uint32_t size, abi;
    uint32_t group;    /* its number */
    uint32_t strategy; /* enum cairn_group_strategy */
    uint32_t count;    /* at least 1 */
    uint32_t reserved;
    const struct cairn_demand *bundles;
};

/* ---- a scheduler ---------------------------------------------------------------------------- */

/* In which order waiting requests are served. Every class has it as its first parameter, `order`,
 * and every plan begins with it. All ties end in the order of submission. A *shape* is what decides
 * where a request can run: its demand, and the node, bundle or group that it is bound to. */
enum cairn_order {
    CAIRN_ORDER_FIFO,        /* first come, first served; a shape without room blocks no other */
    CAIRN_ORDER_STRICT_FIFO, /* the first that waits blocks all behind it */
    CAIRN_ORDER_PRIORITY,    /* higher first; a shape without room blocks no other */
    CAIRN_ORDER_SHORTEST,    /* least `expected` first; likewise */
    CAIRN_ORDER_BACKFILL,    /* EASY: the first that waits has a node and a time reserved, by when
                                what runs is expected to end; others start if they delay it not */
};

struct cairn_scheduler_plan {
    uint32_t order; /* enum cairn_order */
    uint32_t reserved;
};

/* What a class may know of a node, and ask of all: see below. */
struct cairn_room;
struct cairn_node_room {
    struct cairn_demand capacity, free; /* free below 0: it holds more than it has */
};
/* Where a node stands: lower is earlier, key by key, and then by number. */
struct cairn_rank {
    int64_t key[CAIRN_RESOURCES];
};

/* Members that may be NULL say what it means. A class fits in static storage and never changes. */
struct cairn_scheduler_class {
    uint32_t size, abi;
    const char *name, *summary;
    const struct cairn_param *params; /* ends with name NULL; the first is `order` */
    uint32_t plan_size;
    /* Fills plan (zeroed, 16-aligned; it begins with a cairn_scheduler_plan). NULL, or a sentence
     * that says why these values cannot serve. */
    const char *(*plan)(const struct cairn_value *values, void *plan);
    uint64_t (*own_bytes)(const void *plan, uint32_t nodes);   /* of its own state; NULL: none */
    void (*init)(const void *plan, uint32_t nodes, void *own); /* zeroed; NULL if that is enough */
    /* Where this request may go now: a node for which cairn_room_fits, or CAIRN_NOWHERE if and only
     * if there is none. The request is the next of its run: id and random are its own. */
    uint32_t (*pick)(const void *plan, void *own, struct cairn_room *room, int64_t now,
                     const struct cairn_request *request);
    /* Where a node stands among those that can be had, for cairn_room_ranked; a pure function of
     * what it has. rank is zeroed. NULL: nodes have no rank. */
    void (*rank)(const void *plan, const struct cairn_node_room *has, struct cairn_rank *rank);
    /* A node comes up, goes down, drains; room knows it already. NULL: does not want to know. */
    void (*heard)(const void *plan, void *own, struct cairn_room *room, int64_t now, uint32_t node,
                  enum cairn_node_change change);
};

/* ---- for classes: questions about free room ---------------------------------------------------
 */

/* Nodes that a request cannot have now (down, draining, kept for another) fit nothing. */
CAIRN_API uint32_t cairn_room_nodes(const struct cairn_room *room);
CAIRN_API const struct cairn_node_room *cairn_room_of(const struct cairn_room *room, uint32_t node);
CAIRN_API int cairn_room_fits(const struct cairn_room *room, uint32_t node,
                              const struct cairn_demand *demand);
/* The first node by number, from `from` on, that fits; CAIRN_NOWHERE. O(log nodes), as a rule. */
CAIRN_API uint32_t cairn_room_first(const struct cairn_room *room,
                                    const struct cairn_demand *demand, uint32_t from);
/* The same, and from 0 on when there is none. */
CAIRN_API uint32_t cairn_room_around(const struct cairn_room *room,
                                     const struct cairn_demand *demand, uint32_t from);
/* Nodes that are up, draining ones included. */
CAIRN_API uint32_t cairn_room_up(const struct cairn_room *room);
/* Of a class with `rank`: a node's rank, as long as it can be had. */
CAIRN_API const struct cairn_rank *cairn_room_rank(const struct cairn_room *room, uint32_t node);
/* How many fit and have key[0] at most `last`; counted up to `limit`. */
CAIRN_API uint32_t cairn_room_count(const struct cairn_room *room,
                                    const struct cairn_demand *demand, int64_t last,
                                    uint32_t limit);
/* The j-th by rank, from 0, of those that fit; CAIRN_NOWHERE. Where nodes of like rank have like
 * room free this and counting are O(log nodes). */
CAIRN_API uint32_t cairn_room_ranked(const struct cairn_room *room,
                                     const struct cairn_demand *demand, uint32_t j);

/* ---- for drivers ----------------------------------------------------------------------------- */

CAIRN_API uint64_t cairn_scheduler_size(const struct cairn_scheduler_class *scheduler,
                                        const void *plan, const struct cairn_pool *pool);
/* state: that many bytes, 16-aligned. All nodes are down, nothing waits. */
CAIRN_API void cairn_scheduler_init(const struct cairn_scheduler_class *scheduler, const void *plan,
                                    const struct cairn_pool *pool, void *state);
/* The same scheduler in a larger state: of pending, groups and bundles there may be more in pool,
 * never less; all else is as it was. */
CAIRN_API void cairn_scheduler_grow(const struct cairn_scheduler_class *scheduler, const void *plan,
                                    const struct cairn_pool *pool, const void *state, void *larger);
CAIRN_API void cairn_scheduler_node(const struct cairn_scheduler_class *scheduler, const void *plan,
                                    void *state, int64_t now, uint32_t node,
                                    enum cairn_node_change change,
                                    const struct cairn_demand *capacity);
/* 0: the queue is full, and nothing has changed. It is not as long as fewer than pool->pending
 * entries wait. Order backfill remembers what runs, so there each of a run counts by itself, and
 * until it is released; a run of many may need to grow more than once. */
CAIRN_API int cairn_scheduler_submit(const struct cairn_scheduler_class *scheduler,
                                     const void *plan, void *state, int64_t now,
                                     const struct cairn_request *request);
/* A request that waits is wanted no more. 0: it does not wait. -1: it is in the middle of a run,
 * which has to be split, and the queue is full: grow, and say it again. */
CAIRN_API int cairn_scheduler_withdraw(const struct cairn_scheduler_class *scheduler,
                                       const void *plan, void *state, uint64_t id);
/* The next placement that can be made now: 0, and there is none until something changes. */
CAIRN_API int cairn_scheduler_next(const struct cairn_scheduler_class *scheduler, const void *plan,
                                   void *state, int64_t now, struct cairn_placement *placement);
/* It holds less from now on: an actor that is placed with one processor and lives with none. */
CAIRN_API void cairn_scheduler_shrink(const struct cairn_scheduler_class *scheduler,
                                      const void *plan, void *state,
                                      const struct cairn_placement *placement,
                                      const struct cairn_demand *from,
                                      const struct cairn_demand *to);
CAIRN_API void cairn_scheduler_release(const struct cairn_scheduler_class *scheduler,
                                       const void *plan, void *state, int64_t now,
                                       const struct cairn_placement *placement,
                                       const struct cairn_demand *held);

/* Placement groups. Those that wait are tried before any request, in the order of their
 * reservation; those that lost bundles before all others. */

/* A group is to be placed, now or when there is room. 0: nothing has changed, as this number is not
 * below pool->groups or is in use, or there are not as many free bundles side by side. */
CAIRN_API int cairn_scheduler_reserve(const struct cairn_scheduler_class *scheduler,
                                      const void *plan, void *state, int64_t now,
                                      const struct cairn_reservation *reservation);
/* The group is removed, and all that runs in it is gone: nobody releases it. What waits for it
 * waits on, for another group of this number, or until it is withdrawn. */
CAIRN_API void cairn_scheduler_unreserve(const struct cairn_scheduler_class *scheduler,
                                         const void *plan, void *state, int64_t now,
                                         uint32_t group);
/* The next group that has become CREATED, again perhaps, since this was last asked; or NOWHERE. */
CAIRN_API uint32_t cairn_scheduler_created(const struct cairn_scheduler_class *scheduler,
                                           const void *plan, void *state, int64_t now);
/* enum cairn_group_state. nodes, unless NULL: where each of its bundles is, or NOWHERE. */
CAIRN_API uint32_t cairn_scheduler_group(const struct cairn_scheduler_class *scheduler,
                                         const void *plan, const void *state, uint32_t group,
                                         uint32_t *nodes);

#ifdef __cplusplus
}
#endif

#endif
