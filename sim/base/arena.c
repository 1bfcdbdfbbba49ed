/* SPDX-License-Identifier: Apache-2.0 */
/* arena: chunks in a list, each at least twice the one before, handed out from the front.
 *
 *     first -> [ 64 K ] -> [ 128 K ] -> [ 256 K ] -> NULL
 *                             ^current, `used` bytes of it given
 *
 * Invariant: beyond a chunk's `dirty` mark its bytes are still the zeros that calloc gave, so large
 * fresh pieces cost no memset and no page is touched before its user does. A piece that does not
 * fit moves `current` on and leaves the rest of the chunk unused until the reset: at most half. */
#include "sim/base/arena.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_ALIGN 64         /* a cache line */
#define ARENA_LEAST (64 << 10) /* first chunk: a scenario's worth */

struct arena_chunk {
    struct arena_chunk *next;
    char *bytes; /* aligned */
    size_t size;
    size_t dirty; /* bytes of it that may not be zero */
};

void arena_init(struct arena *arena)
{
    assert(arena);
    *arena = (struct arena){0};
}

void arena_fini(struct arena *arena)
{
    for (struct arena_chunk *chunk = arena->first, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    *arena = (struct arena){0};
}

void arena_reset(struct arena *arena)
{
    arena->current = arena->first;
    arena->used = 0;
}

/* A chunk of `size` bytes behind `last`, NULL when memory is out. */
static struct arena_chunk *chunk_add(struct arena *arena, struct arena_chunk *last, size_t size)
{
    size_t frame = sizeof(struct arena_chunk) + ARENA_ALIGN;
    if (size > SIZE_MAX - frame)
        return NULL;
    struct arena_chunk *chunk = calloc(1, frame + size);
    if (!chunk)
        return NULL;
    uintptr_t start = (uintptr_t)(chunk + 1);
    chunk->bytes = (char *)(chunk + 1) + (ARENA_ALIGN - start % ARENA_ALIGN) % ARENA_ALIGN;
    chunk->size = size;
    if (last)
        last->next = chunk;
    else
        arena->first = chunk;
    arena->grown++;
    arena->reserved += frame + size;
    return chunk;
}

/* Makes `current` a chunk with `size` bytes free at its start. */
static bool arena_advance(struct arena *arena, size_t size)
{
    struct arena_chunk *last = arena->current, *chunk = last ? last->next : NULL;
    for (; chunk && chunk->size < size; chunk = chunk->next)
        last = chunk;
    if (!chunk) {
        size_t wanted = last ? last->size : ARENA_LEAST / 2;
        wanted = wanted <= SIZE_MAX / 4 ? wanted * 2 : wanted;
        chunk = chunk_add(arena, last, wanted > size ? wanted : size);
        if (!chunk && wanted > size) /* near the end of memory: just what is needed */
            chunk = chunk_add(arena, last, size);
    }
    if (!chunk)
        return false;
    arena->current = chunk;
    arena->used = 0;
    return true;
}

static char *arena_take(struct arena *arena, size_t size, size_t align)
{
    assert(arena && size > 0 && (align & (align - 1)) == 0);
    struct arena_chunk *chunk = arena->current;
    size_t start = (arena->used + align - 1) & ~(align - 1);
    if (!chunk || start > chunk->size || size > chunk->size - start) {
        if (!arena_advance(arena, size))
            return NULL;
        chunk = arena->current;
        start = 0;
    }
    char *piece = chunk->bytes + start;
    if (start < chunk->dirty)
        memset(piece, 0, size < chunk->dirty - start ? size : chunk->dirty - start);
    arena->used = start + size;
    chunk->dirty = arena->used > chunk->dirty ? arena->used : chunk->dirty;
    return piece;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return arena_take(arena, size > 0 ? size : 1, ARENA_ALIGN);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    return arena_alloc(arena, total);
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
    assert(text || length == 0);
    char *copy = length < SIZE_MAX ? arena_take(arena, length + 1, 1) : NULL;
    if (copy && length > 0)
        memcpy(copy, text, length);
    return copy;
}
