/* SPDX-License-Identifier: Apache-2.0 */
/* EASY backfilling (Lifka 1995): the first that waits has a node and a time reserved.
 *
 * What runs is remembered with the time by which it is expected to end. When the first that waits
 * finds no room, the node is reserved that is expected to have room for it earliest (of equals the
 * first by number), and the time at which it has. Others may start while it waits
 *
 *     on any other node; and on the reserved one if they are expected to end by that time, or if at
 *     that time there is room for both.
 *
 * What is not expected to end (CAIRN_NEVER) does not start before its turn. What runs longer than
 * expected counts as ending any moment. Where no expected end makes room, nothing is reserved.
 * Requests inside bundles are outside of all this: their room is the group's.
 *
 * For the demand at the head a tournament over the nodes holds when each is expected to have room;
 * a change updates one node's. Heads alternate between a few demands, so the tournaments of the
 * last few are kept up: filling one looks at all that runs. */
#ifndef CAIRN_POLICIES_SCHEDULERS_BACKFILL_H
#define CAIRN_POLICIES_SCHEDULERS_BACKFILL_H

#include "policies/schedulers/waiting.h"

/* One placement that runs. */
struct backfill_run {
    uint64_t id;
    struct cairn_demand demand; /* of the node's free room: 0 inside a bundle */
    int64_t end;                /* expected; CAIRN_NEVER */
    uint32_t node, bundle;      /* bundle NOWHERE: in none */
    uint32_t next, last;        /* of its node, by end; next: the next free one */
};

enum { BACKFILL_CLOCKS = 8 };

/* A tournament: the earliest time at which a node is expected to have room for this key. */
struct backfill_clock {
    struct waiting_key key;
    uint64_t used; /* when; 0: never */
};

struct backfill_head {
    uint64_t load; /* requests that wait, each of a run by itself, and placements that run */
    uint32_t used, free;
    uint32_t waits; /* 1: shape `first`, whose turn is `turn`, waits for the reservation */
    uint32_t first;
    uint64_t turn;
    uint64_t heads; /* so far */
    uint32_t at;    /* the clock of the last head */
    uint32_t node;  /* reserved, when that was last looked at, at `time` */
    int64_t time;
    struct backfill_clock clock[BACKFILL_CLOCKS];
};

struct backfill {
    uint32_t capacity, leaves;
    struct backfill_head *head;
    int64_t *time; /* 2 leaves a clock: the earliest below; INT64_MIN: now, NEVER: not expected */
    struct backfill_run *run; /* capacity */
    struct cairn_room *room;
};

uint64_t backfill_bytes(uint32_t nodes, uint32_t capacity);
void backfill_open(struct backfill *backfill, void *bytes, uint32_t capacity,
                   struct cairn_room *room);
void backfill_init(struct backfill *backfill);
void backfill_copy(struct backfill *to, const struct backfill *from);

/* A placement is remembered: its number. There is a place for it, as `load` is within capacity. */
uint32_t backfill_begin(struct backfill *backfill, const struct cairn_request *request,
                        uint32_t node, uint32_t bundle, int64_t now);
/* NULL: nothing of this number and id runs on this node. */
struct backfill_run *backfill_find(const struct backfill *backfill, uint32_t number,
                                   const struct cairn_placement *placement);
void backfill_end(struct backfill *backfill, uint32_t number);
/* All that runs on the node is gone; all that runs there in this bundle. */
void backfill_lose(struct backfill *backfill, uint32_t node);
void backfill_lose_bundle(struct backfill *backfill, uint32_t node, uint32_t bundle);

/* The node's room changed, or what runs there. */
void backfill_update(struct backfill *backfill, uint32_t node);
/* This key waits at the head: from now on backfill_reserved is about it. */
void backfill_reserve(struct backfill *backfill, const struct waiting_key *key);
/* The reserved node; NOWHERE. *time: when it has room. */
uint32_t backfill_reserved(const struct backfill *backfill, int64_t *time);
/* Is the reservation another than when this was last asked? */
int backfill_has_moved(struct backfill *backfill);
/* May this start on the reserved node without delaying the head? */
int backfill_allows(const struct backfill *backfill, const struct cairn_request *request,
                    int64_t now);

#endif
