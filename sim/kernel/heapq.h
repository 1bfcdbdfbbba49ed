/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reference event queue: a 4-ary implicit heap with the contract of eventq.h.
 *
 * Short enough to be seen to be right. It proves eventq (pop for pop, tests/sim/kernel) and is what
 * eventq's speed is a ratio to (tests/bench). It takes prefetch hints and ignores them: a heap does
 * not know what comes next. */
#ifndef CAIRN_KERNEL_HEAPQ_H
#define CAIRN_KERNEL_HEAPQ_H

#include "sim/kernel/eventq.h"

struct heapq;

struct heapq *heapq_open(size_t capacity, const void *prefetch, size_t stride);
void heapq_close(struct heapq *queue);
void heapq_reset(struct heapq *queue);
uint64_t heapq_push(struct heapq *queue, simtime time, unsigned class, uint32_t slot);
bool heapq_peek(struct heapq *queue, struct event *event);
bool heapq_pop(struct heapq *queue, struct event *event);
size_t heapq_count(const struct heapq *queue);
uint64_t heapq_grown(const struct heapq *queue);
void heapq_skip(struct heapq *queue, uint64_t sequence);

#endif
