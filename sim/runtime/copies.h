/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies of results: on hosts, or with their owner where they are small. */
#ifndef CAIRN_RUNTIME_COPIES_H
#define CAIRN_RUNTIME_COPIES_H

#include "sim/runtime/runtime.h"

/* Is there a good copy, now, or can it be read from the durable store? */
bool copies_has(const struct runtime *rt, uint32_t batch, uint32_t element);
/* In memory on this host, or small? TOLD_NOWHERE: with the driver. */
bool copies_is_on(const struct runtime *rt, uint32_t batch, uint32_t element, uint32_t host);
/* The number of a good copy on this host, in its memory or on its disk; 0: none. */
uint32_t copies_on(const struct runtime *rt, uint32_t batch, uint32_t element, uint32_t host);
/* One more; the first of a result is told as stored, others as copied. Its number. */
uint32_t copies_add(struct runtime *rt, uint32_t batch, uint32_t element, uint32_t host);
/* The one that is on this host's disk, in memory from now on; or one more. Its number. */
uint32_t copies_bring(struct runtime *rt, uint32_t batch, uint32_t element, uint32_t host);
void copies_drop(struct runtime *rt, struct object *object);
/* This one goes, and has left its store. */
void copies_forget(struct runtime *rt, uint32_t copy);
/* What bringing a result to a host, which has it not in memory, takes: it is read from the disk
 * there or elsewhere, or moved from another's memory or disk; or, where there is no copy, read from
 * the durable store. */
struct copies_way {
    int64_t moved, read; /* bytes */
    simtime recall;
    bool is_moved, is_recalled;
};
struct copies_way copies_way(const struct runtime *rt, uint32_t batch, uint32_t element,
                             uint32_t host);
/* Is it the only good one of its result? */
bool copies_is_last(const struct runtime *rt, uint32_t copy);
/* Is this one good: does its host live the same life? */
bool copies_is_good(const struct runtime *rt, const struct copy *copy);
/* Bytes of a result, whether it is there or not. */
int64_t copies_size(const struct runtime *rt, uint32_t batch, uint32_t element);

#endif
