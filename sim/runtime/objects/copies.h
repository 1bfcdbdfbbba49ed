/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies of results: on hosts, or with their owner where they are small. */
#ifndef CAIRN_RUNTIME_COPIES_H
#define CAIRN_RUNTIME_COPIES_H

#include "sim/runtime/runtime.h"

static inline struct copy *copy_of(const struct runtime *rt, uint32_t number)
{
    return pool_at(&rt->copies, number);
}
/* Is there a good copy, now, or can it be read from the durable store? */
bool copies_has(const struct runtime *rt, uint32_t batch, uint32_t element);
/* What is to be brought to one place, and what is being brought there already. */
struct copies_fetch {
    bool is_needed;   /* something is not there, nor on its way: */
    bool is_moved;    /* some of it comes from another place, */
    int64_t bytes;    /* so much; */
    int64_t read;     /* some is read from disks first, */
    simtime recall;   /* or from the durable store */
    simtime expected; /* when what is on its way will be there */
};
/* One more result, of which there is a copy, or which is in the durable store. */
void copies_plan(const struct runtime *rt, struct copies_fetch *fetch, uint32_t batch,
                 uint32_t element, uint32_t host);
/* How long until all of it is there; negative: it is. */
simtime copies_delay(const struct runtime *rt, const struct copies_fetch *fetch);
/* It sets out for this host: the copy that is on its disk, in memory from now on, or one more.
 * Returns its number; 0: it is there, or on its way. */
uint32_t copies_bring(struct runtime *rt, const struct copies_fetch *fetch, uint32_t batch,
                      uint32_t element, uint32_t host);
/* Is it there, and no more on its way? */
bool copies_has_arrived(const struct runtime *rt, uint32_t batch, uint32_t element, uint32_t host);
/* The host is dead, and what it was sending to others does not arrive. Who waits for that finds out
 * when it should have been there, and has it brought again. */
void copies_cut(struct runtime *rt, uint32_t host);
/* In memory on this host, on its way there, or small? TOLD_NOWHERE: with the driver. */
bool copies_is_on(const struct runtime *rt, uint32_t batch, uint32_t element, uint32_t host);
/* The number of a good copy on this host, in its memory or on its disk; 0: none. */
uint32_t copies_on(const struct runtime *rt, uint32_t batch, uint32_t element, uint32_t host);
/* One more; the first of a result is told as stored, others as copied. Its number. */
uint32_t copies_add(struct runtime *rt, uint32_t batch, uint32_t element, uint32_t host);
void copies_drop(struct runtime *rt, struct object *object);
/* The host on which drivers are; CAIRN_NOWHERE: outside. */
uint32_t copies_near_driver(const struct runtime *rt);
/* This one goes, and has left its store. */
void copies_forget(struct runtime *rt, uint32_t copy);
/* Is it the only good one of its result? */
bool copies_is_last(const struct runtime *rt, uint32_t copy);
/* Is this one good: does its host live the same life? */
bool copies_is_good(const struct runtime *rt, const struct copy *copy);
/* Bytes of a result, whether it is there or not. */
int64_t copies_size(const struct runtime *rt, uint32_t batch, uint32_t element);

#endif
