/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pools: records of one kind, found by a number that stays theirs while they live.
 *
 * Chunks double and never move, so a pointer to a record is good until the record is given back.
 * Number 0 is nobody's: a field that is zero points at nothing, and when memory is out it is what
 * pool_take gives, a record that one may write to and never read; the run then ends (`is_out`). All
 * memory is an arena's, which is reset between replications. */
#ifndef CAIRN_RUNTIME_POOL_H
#define CAIRN_RUNTIME_POOL_H

#include "sim/base/arena.h"
#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define POOL_FIRST  256u       /* records of the first chunk */
#define POOL_CHUNKS 17         /* of 256, 512, …: 2^25 records */
#define POOL_MOST   (1u << 24) /* records of one pool: an event slot has 24 bits */
#define BLOCK_SIZES 40         /* 64 B to 2^45 B, by powers of two */

struct pool {
    struct arena *arena;
    char *chunks[POOL_CHUNKS];
    uint32_t stride;
    uint32_t count; /* taken from the arena so far, 0 included */
    uint32_t free;  /* given back: each holds the next in its first bytes */
    uint32_t live;
    bool *is_out;
};

static inline void *pool_at(const struct pool *pool, uint32_t number)
{
    uint32_t scaled = number / POOL_FIRST + 1;
    uint32_t chunk = 31u - (uint32_t)__builtin_clz(scaled);
    uint32_t before = POOL_FIRST * ((1u << chunk) - 1);
    assert(number < pool->count);
    return pool->chunks[chunk] + (size_t)(number - before) * pool->stride;
}

/* Empty, in an arena just reset. is_out is set when memory ends. */
bool pool_open(struct pool *pool, struct arena *arena, size_t stride, bool *is_out);
/* A zeroed record; 0 when memory is out or POOL_MOST are alive. */
uint32_t pool_take(struct pool *pool);
void pool_give(struct pool *pool, uint32_t number);

/* Arrays of any length, given back by size. */
struct blocks {
    struct arena *arena;
    void *free[BLOCK_SIZES];
    bool *is_out;
};
void blocks_open(struct blocks *blocks, struct arena *arena, bool *is_out);
/* count * size bytes, zeroed; NULL when memory is out, or for nothing. */
void *blocks_take(struct blocks *blocks, size_t count, size_t size);
void blocks_give(struct blocks *blocks, void *block, size_t count, size_t size);

#endif
