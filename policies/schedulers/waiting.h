/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that wait, in the order in which they are to be served.
 *
 * Requests of one *shape* (demand, and what they are bound to) fit together or not at all, so the
 * order is kept in two steps: in each shape a heap of its entries, and over the shapes that may fit
 * a heap by their first entries. A shape that found no room leaves the upper heap and is *blocked*:
 * it costs nothing until a node that fits it has more to give. A run of equal requests is one
 * entry.
 *
 * An id is found by hashing: a run of up to 2^k ids stands under (its first id) / 2^k, so that at
 * most two places a size have to be looked at. */
#ifndef CAIRN_POLICIES_SCHEDULERS_WAITING_H
#define CAIRN_POLICIES_SCHEDULERS_WAITING_H

#include "policies/schedulers/room.h"

/* Where a blocked shape stands. A node's number is the list of those that wait for that node alone;
 * behind the nodes come the groups. */
#define WAITING_ANYWHERE CAIRN_NOWHERE       /* any node with room will do */
#define WAITING_INSIDE   (CAIRN_NOWHERE - 1) /* a node or group that there is not */
#define WAITING_RESERVED (CAIRN_NOWHERE - 2) /* there is room, reserved for another */
#define WAITING_READY    (CAIRN_NOWHERE - 3) /* not blocked */

/* Heaps of shapes, by their first entries. */
enum waiting_heap {
    WAITING_TO_TRY,  /* those that may fit */
    WAITING_IN_LINE, /* order backfill: all but those that wait inside groups */
    WAITING_HEAPS
};

/* Nodes noted at a time; with more, all that wait for any node are woken. */
enum { WAITING_NOTED = 8 };

struct waiting_key {
    struct cairn_demand demand;
    uint32_t node, is_soft; /* CAIRN_PLACE_NODE, else NOWHERE and 0 */
    uint32_t group, bundle; /* CAIRN_PLACE_BUNDLE, else NOWHERE */
    int64_t expected;       /* CAIRN_ORDER_BACKFILL, else 0 */
};

struct waiting_shape {
    struct waiting_key key;
    uint32_t first;                /* entry at the root of its heap; NOWHERE: this shape is free */
    uint32_t place[WAITING_HEAPS]; /* in each, while it is there; NOWHERE */
    uint32_t list, last, next;     /* blocked: in which list, between which */
    uint32_t chain;                /* with equal hash; the next free one */
};

struct waiting_entry {
    struct cairn_request request;      /* id, count: of those still waiting; count 0: free */
    uint64_t turn;                     /* in the order of submission */
    uint64_t member;                   /* request.id is the member-th of its run */
    uint64_t home;                     /* the id by which it is hashed, with `level` */
    uint32_t level, chain;             /* chain: with equal hash; the next free one */
    uint32_t shape, child, next, last; /* pairing heap: last is the parent of a first child */
};

struct waiting_head {
    uint64_t turn;
    uint32_t entries, shapes; /* ever used; those behind are untouched */
    uint32_t free_entry, free_shape, count;
    uint32_t shapes_in[WAITING_HEAPS];
    uint32_t inside, reserved; /* blocked lists */
    uint32_t noted_count, noted[WAITING_NOTED];
    struct ranks_head anywhere;
    uint32_t levels[64]; /* entries of each level */
};

struct waiting {
    uint32_t capacity, buckets, order;
    struct waiting_head *head;
    struct waiting_entry *entry;   /* capacity */
    struct waiting_shape *shape;   /* capacity */
    uint32_t *heap[WAITING_HEAPS]; /* capacity each: binary heaps */
    uint32_t *by_id, *by_key;      /* buckets */
    uint32_t groups, *group;       /* groups: lists of those that wait for their bundles */
    struct ranks anywhere;         /* capacity: blocked shapes that any node would help */
    const struct cairn_room *room; /* whose nodes hold lists */
};

uint64_t waiting_bytes(uint32_t capacity, uint32_t groups);
void waiting_open(struct waiting *waiting, void *bytes, uint32_t capacity, uint32_t groups,
                  uint32_t order, const struct cairn_room *room);
void waiting_init(struct waiting *waiting);
/* All that waits in `from`, with the same indices; to->capacity is not less. */
void waiting_copy(struct waiting *to, const struct waiting *from);
/* 0: full. */
int waiting_push(struct waiting *waiting, const struct cairn_request *request);
/* As cairn_scheduler_withdraw. */
int waiting_withdraw(struct waiting *waiting, uint64_t id);
/* The turn of a shape's first entry; UINT64_MAX: nothing of this shape waits. */
uint64_t waiting_turn(const struct waiting *waiting, uint32_t shape);
/* The first request of this shape is placed: one less. */
void waiting_pop(struct waiting *waiting, uint32_t shape);
/* The request that a shape's first entry stands for: one, with its own id and random words. */
struct cairn_request waiting_request(const struct waiting *waiting, uint32_t shape);
/* Is this entry served before the other? */
int waiting_before(const struct waiting *waiting, uint32_t one, uint32_t other);

#endif
