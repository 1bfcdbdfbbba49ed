/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the event queues share: memory that ends when told to, random numbers, and
 * eventq and heapq side by side. aligned_alloc is the queues' only door to memory; a program that
 * includes this owns it. */
#ifndef CAIRN_TESTS_TWINS_H
#define CAIRN_TESTS_TWINS_H

#include "sim/kernel/heapq.h"
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- memory that ends when told to -------------------------------------------------------- */

static uint64_t allocations; /* calls so far */
static uint64_t failing = 0; /* the call of this number fails; 0: none */
static bool is_refusing;     /* all fail */

void *aligned_alloc(size_t alignment, size_t size)
{
    void *memory = NULL;
    allocations++;
    if (is_refusing || allocations == failing || posix_memalign(&memory, alignment, size) != 0) {
        return NULL;
    }
    return memory;
}

/* --- random numbers ------------------------------------------------------------------------ */

static uint64_t seed = 1;

static inline uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline uint64_t below(uint64_t *state, uint64_t limit)
{
    return next_random(state) % limit;
}

/* --- eventq and heapq side by side ---------------------------------------------------------- */

struct twins {
    struct eventq *ours;
    struct heapq *heap;
    simtime now;
};

static inline struct twins twins_open(size_t capacity)
{
    struct twins twins = {eventq_open(capacity, NULL, 0), heapq_open(capacity, NULL, 0), 0};
    assert_non_null(twins.ours);
    assert_non_null(twins.heap);
    return twins;
}

static inline void twins_close(struct twins *twins)
{
    eventq_close(twins->ours);
    heapq_close(twins->heap);
}

static inline void twins_reset(struct twins *twins)
{
    eventq_reset(twins->ours);
    heapq_reset(twins->heap);
    twins->now = 0;
}

static inline void twins_push(struct twins *twins, simtime delay, unsigned class, uint32_t slot)
{
    simtime time = simtime_add(twins->now, delay);
    if (time == SIMTIME_NEVER) {
        time--;
    }
    uint64_t key = eventq_push(twins->ours, time, class, slot);
    assert_int_equal(key, heapq_push(twins->heap, time, class, slot));
    assert_int_not_equal(key, UINT64_MAX);
}

static inline void twins_same(bool ours, bool heap, struct event a, struct event b)
{
    assert_int_equal(ours, heap);
    if (ours) {
        assert_int_equal(a.time, b.time);
        assert_int_equal(a.key, b.key);
    }
}

static inline bool twins_pop(struct twins *twins)
{
    struct event a = {0, 0}, b = {0, 0};
    is_refusing = true; /* popping takes no memory */
    bool ours = eventq_pop(twins->ours, &a), heap = heapq_pop(twins->heap, &b);
    is_refusing = false;
    twins_same(ours, heap, a, b);
    assert_int_equal(eventq_count(twins->ours), heapq_count(twins->heap));
    twins->now = ours ? a.time : twins->now;
    return ours;
}

static inline void twins_peek(struct twins *twins)
{
    struct event a = {0, 0}, b = {0, 0};
    bool ours = eventq_peek(twins->ours, &a), heap = heapq_peek(twins->heap, &b);
    twins_same(ours, heap, a, b);
}

/* Reads CAIRN_SEED and says what is used. */
static inline void seed_begin(void)
{
    const char *given = getenv("CAIRN_SEED");
    seed = given != NULL ? strtoull(given, NULL, 10) : 20260101;
    print_message("CAIRN_SEED=%" PRIu64 "\n", seed);
}

#endif
