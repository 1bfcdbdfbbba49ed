/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pools in chunks that double, and arrays by powers of two.
 *
 * What is given back is threaded into a list through its own first bytes. Main invariant: a number
 * is in the list or alive, never both (live counts, and taking checks the bounds). */
#include "sim/runtime/pool.h"

bool pool_open(struct pool *pool, struct arena *arena, size_t stride, bool *is_out)
{
    assert(stride >= sizeof(uint32_t) && stride <= UINT32_MAX);
    *pool = (struct pool){.arena = arena, .stride = (uint32_t)stride, .is_out = is_out};
    pool->chunks[0] = arena_array(arena, POOL_FIRST, stride);
    pool->count = pool->chunks[0] ? 1 : 0;
    return pool->chunks[0] != NULL;
}

static bool add_chunk(struct pool *pool, unsigned chunk)
{
    if (chunk >= POOL_CHUNKS || pool->count >= POOL_MOST)
        return false;
    if (!pool->chunks[chunk])
        pool->chunks[chunk] = arena_array(pool->arena, (size_t)POOL_FIRST << chunk, pool->stride);
    return pool->chunks[chunk] != NULL;
}

uint32_t pool_take(struct pool *pool)
{
    uint32_t number = pool->free;
    if (number != 0) {
        char *record = pool_at(pool, number);
        memcpy(&pool->free, record, sizeof pool->free);
        memset(record, 0, pool->stride);
        pool->live++;
        return number;
    }
    number = pool->count;
    unsigned chunk = 31u - (unsigned)__builtin_clz(number / POOL_FIRST + 1);
    if (!add_chunk(pool, chunk)) {
        *pool->is_out = true;
        memset(pool_at(pool, 0), 0, pool->stride);
        return 0;
    }
    pool->count++;
    pool->live++;
    return number;
}

void pool_give(struct pool *pool, uint32_t number)
{
    if (number == 0)
        return;
    char *record = pool_at(pool, number);
    assert(pool->live > 0);
    pool->live--;
    memcpy(record, &pool->free, sizeof pool->free);
    pool->free = number;
}

void blocks_open(struct blocks *blocks, struct arena *arena, bool *is_out)
{
    *blocks = (struct blocks){.arena = arena, .is_out = is_out};
}

static unsigned class_of(size_t bytes)
{
    unsigned class = 0;
    while (((size_t)64 << class) < bytes)
        class ++;
    return class;
}

void *blocks_take(struct blocks *blocks, size_t count, size_t size)
{
    size_t bytes;
    if (count == 0)
        return NULL;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > (size_t)1 << 44) {
        *blocks->is_out = true;
        return NULL;
    }
    unsigned class = class_of(bytes);
    void *block = blocks->free[class];
    if (block) {
        memcpy(&blocks->free[class], block, sizeof block);
        memset(block, 0, bytes);
        return block;
    }
    block = arena_alloc(blocks->arena, (size_t)64 << class);
    if (!block)
        *blocks->is_out = true;
    return block;
}

void blocks_give(struct blocks *blocks, void *block, size_t count, size_t size)
{
    if (!block)
        return;
    unsigned class = class_of(count * size);
    memcpy(block, &blocks->free[class], sizeof block);
    blocks->free[class] = block;
}
