/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stores: the room that copies of results take in the memory of a host.
 *
 * `runtime.objects.memory` is what a host has; a copy takes its bytes from when it is stored, or
 * begins to be fetched, until it is dropped or its host dies. Copies that calls there need are
 * pinned. Of the others the primary ones (the first of a result, or its last) stay until they are
 * on disk (spill.h), and the rest are evicted, least recently used first, when room is wanted. Who
 * finds no room waits with its place, first come first served, and is charged as `blocked`. Where
 * there is no limit there is nothing here: runtime.stores is NULL. */
#ifndef CAIRN_RUNTIME_STORE_H
#define CAIRN_RUNTIME_STORE_H

#include "sim/runtime/runtime.h"

enum store_list {
    STORE_UNLISTED, /* pinned, or not in memory */
    STORE_CACHED,   /* may go at once; least recently used first */
    STORE_PRIMARY,  /* may be written to disk; longest unused first */
    STORE_WRITING,  /* is being written */
    STORE_LISTS
};
struct store {
    int64_t used, resting; /* bytes in memory; of them on the list STORE_PRIMARY */
    struct {
        uint32_t first, last; /* copies */
    } lists[STORE_LISTS];
    struct lineup waiting; /* calls, by next_start */
    uint32_t next_ready;
    uint32_t timer; /* of the write under way */
    bool is_ready;
};

enum store_answer { STORE_ROOM, STORE_LATER, STORE_NEVER };

bool store_open(struct runtime *rt);
/* Time 0. */
void store_begin(struct runtime *rt);
/* The host is dead, and what it held is gone. */
void store_crash(struct runtime *rt, uint32_t host);

/* Room for a call that wants `bytes` on its host beside the `here` that it needs there already:
 * there, or it waits from now on and call_room or service_room is called, or there never will be.
 */
enum store_answer store_ask(struct runtime *rt, uint32_t call, uint32_t host, int64_t bytes,
                            int64_t here);
/* Without waiting: is there room for a result, or can there be at once? */
bool store_has_room(struct runtime *rt, uint32_t host, int64_t bytes);
/* It waits no more. */
void store_forget(struct runtime *rt, uint32_t call, uint32_t host);
/* Who may have found room goes on; false: there was nobody. */
bool store_run_ready(struct runtime *rt);

/* A copy, by its number, takes room or gives it back. Without limits, or with a driver: nothing. */
void store_add(struct runtime *rt, uint32_t copy);
void store_remove(struct runtime *rt, uint32_t copy);
/* A call on its host needs it; no more. */
void store_pin(struct runtime *rt, uint32_t copy);
void store_unpin(struct runtime *rt, uint32_t copy);

/* ---- for spilling ---- */
void store_list(struct runtime *rt, uint32_t copy, enum store_list list);
void store_unlist(struct runtime *rt, uint32_t copy);
/* It is on disk: if nobody needs it now, it leaves the memory. */
void store_written(struct runtime *rt, uint32_t copy);

#endif
