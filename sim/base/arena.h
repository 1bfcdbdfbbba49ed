/* SPDX-License-Identifier: Apache-2.0 */
/* Arenas: memory that is taken piece by piece and given back all at once.
 *
 * A run is sized before it starts and reset between replications; chunks are kept, so the second
 * replication grows the arena zero times (`grown` counts, and a test looks). Pieces are zeroed
 * and 64-byte aligned: hot records start on a cache line. */
#ifndef CAIRN_BASE_ARENA_H
#define CAIRN_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *first, *current;
    size_t used;     /* bytes handed out of `current` */
    uint64_t grown;  /* chunks taken from the system since init */
    size_t reserved; /* bytes taken from the system */
};

void arena_init(struct arena *arena);
void arena_fini(struct arena *arena);
/* Forgets every piece, keeps the chunks. */
void arena_reset(struct arena *arena);

/* size bytes, zeroed; NULL when memory is out. size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);
/* count * size bytes, zeroed; NULL on overflow too. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* A copy of length bytes with a NUL behind, packed (not aligned); NULL when memory is out. */
char *arena_copy(struct arena *arena, const char *text, size_t length);

#endif
