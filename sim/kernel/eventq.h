/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event queue: a hierarchical radix wheel with a sorted front, in one total order.
 *
 * An event is 16 bytes: time, and a key of class (4 bits), sequence (36) and slot (24). (time, key)
 * compared as one 128-bit integer is the whole order: earlier first, then by class, then first in
 * first out; no two events are equal, so no tie is left to chance. Times need t >= the last pop.
 * heapq.h is the same contract as a plain 4-ary heap: the reference that this one must equal pop
 * for pop. Measurements behind the choice: tests/bench/README.md. */
#ifndef CAIRN_KERNEL_EVENTQ_H
#define CAIRN_KERNEL_EVENTQ_H

#include "sim/base/simtime.h"
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_SLOT_BITS     24
#define EVENT_SEQUENCE_BITS 36
#define EVENT_CLASS_BITS    4
/* How many events one replication may push: the last sequence is never given, so that no key is
 * UINT64_MAX. 6.9e10, seventeen times LIMIT_EVENTS. */
#define EVENT_SEQUENCES ((UINT64_C(1) << EVENT_SEQUENCE_BITS) - 1)

struct event {
    uint64_t key; /* class << 60 | sequence << 24 | slot */
    simtime time;
};
static_assert(sizeof(struct event) == 16, "four events a cache line");

static inline uint32_t event_slot(struct event event)
{
    return (uint32_t)(event.key & ((1u << EVENT_SLOT_BITS) - 1));
}
static inline unsigned event_class(struct event event)
{
    return (unsigned)(event.key >> (EVENT_SEQUENCE_BITS + EVENT_SLOT_BITS));
}
static inline uint64_t event_key(unsigned class, uint64_t sequence, uint32_t slot)
{
    return (uint64_t) class << (EVENT_SEQUENCE_BITS + EVENT_SLOT_BITS) |
           sequence << EVENT_SLOT_BITS | slot;
}
/* One comparison of 128 bits: no branch on the time alone, which would be guessed wrong often. */
static inline bool event_before(struct event a, struct event b)
{
    __extension__ typedef unsigned __int128 u128;
    return ((u128)(uint64_t)a.time << 64 | a.key) < ((u128)(uint64_t)b.time << 64 | b.key);
}

struct eventq;

/* NULL when memory is out. `prefetch`: records of `stride` bytes, one a slot, that pops will touch
 * soon; NULL for none. capacity is a hint. */
struct eventq *eventq_open(size_t capacity, const void *prefetch, size_t stride);
void eventq_close(struct eventq *queue);
/* Empties the queue and restarts sequence and time; memory is kept. */
void eventq_reset(struct eventq *queue);
/* The key of the new event (its sequence makes it unique: keep it to recognise a cancelled one), or
 * UINT64_MAX when memory is out or EVENT_SEQUENCES events have been pushed: the queue is then as it
 * was. time is neither before the last pop nor SIMTIME_NEVER. */
uint64_t eventq_push(struct eventq *queue, simtime time, unsigned class, uint32_t slot);
/* The earliest event; false when there is none. Peeking does not change what may be pushed. */
bool eventq_peek(struct eventq *queue, struct event *event);
/* The event that is `places` behind the earliest, if the queue has sorted so far: what pops will
 * touch can be fetched meanwhile. A later push may come before it. */
bool eventq_ahead(const struct eventq *queue, uint32_t places, struct event *event);
/* The earliest, and removes it. Never takes memory. */
bool eventq_pop(struct eventq *queue, struct event *event);
size_t eventq_count(const struct eventq *queue);
uint64_t eventq_grown(const struct eventq *queue); /* blocks taken from the system since open */
/* As if `sequence` events had been pushed (and not fewer than were): the door to the limit. */
void eventq_skip(struct eventq *queue, uint64_t sequence);

#endif
