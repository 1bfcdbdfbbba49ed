/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reference event queue: an implicit 4-ary heap.
 *
 * Implements heapq.h. Invariant: no event is before its parent. The root lies at index 3 of an
 * array that begins on a cache line, so the four children of a node share one line; child 0 of node
 * i (counted from the root) is 4 i + 1. Trade: simple and O(log n), against the wheel's O(1). */
#include "sim/kernel/heapq.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ARITY = 4, LEAD = ARITY - 1, LINE = 64, SMALLEST = 61 };

struct heapq {
    struct event *memory; /* LEAD unused events, then the heap */
    size_t count, room;
    uint64_t sequence, grown;
    simtime now; /* time of the last pop */
};

/* Room for `room` events or more; the heap is as it was when memory is out. */
static bool heapq_grow(struct heapq *queue, size_t room)
{
    if (room > SIZE_MAX / sizeof(struct event) - LINE) {
        return false;
    }
    size_t size = ((room + LEAD) * sizeof(struct event) + LINE - 1) / LINE * LINE;
    struct event *memory = aligned_alloc(LINE, size);
    if (memory == NULL) {
        return false;
    }
    if (queue->memory != NULL) {
        memcpy(memory, queue->memory, (queue->count + LEAD) * sizeof(struct event));
    }
    free(queue->memory);
    queue->memory = memory;
    queue->room = room;
    queue->grown++;
    return true;
}

struct heapq *heapq_open(size_t capacity, const void *prefetch, size_t stride)
{
    (void)prefetch;
    (void)stride;
    struct heapq *queue = aligned_alloc(LINE, LINE);
    static_assert(sizeof *queue <= LINE, "one line");
    if (queue == NULL) {
        return NULL;
    }
    *queue = (struct heapq){.memory = NULL};
    if (!heapq_grow(queue, capacity < SMALLEST ? SMALLEST : capacity)) {
        free(queue);
        return NULL;
    }
    memset(queue->memory, 0, LEAD * sizeof(struct event));
    return queue;
}

void heapq_close(struct heapq *queue)
{
    if (queue != NULL) {
        free(queue->memory);
        free(queue);
    }
}

void heapq_reset(struct heapq *queue)
{
    queue->count = 0;
    queue->sequence = 0;
    queue->now = 0;
}

uint64_t heapq_push(struct heapq *queue, simtime time, unsigned class, uint32_t slot)
{
    assert(time >= queue->now && time < SIMTIME_NEVER);
    assert(class < 1u << EVENT_CLASS_BITS && slot < 1u << EVENT_SLOT_BITS);
    if (queue->sequence >= EVENT_SEQUENCES ||
        (queue->count == queue->room && !heapq_grow(queue, 2 * queue->room))) {
        return UINT64_MAX;
    }
    struct event event = {event_key(class, queue->sequence++, slot), time};
    struct event *heap = queue->memory + LEAD;
    size_t i = queue->count++;
    while (i > 0 && event_before(event, heap[(i - 1) / ARITY])) {
        heap[i] = heap[(i - 1) / ARITY];
        i = (i - 1) / ARITY;
    }
    heap[i] = event;
    return event.key;
}

bool heapq_peek(struct heapq *queue, struct event *event)
{
    if (queue->count == 0) {
        return false;
    }
    *event = queue->memory[LEAD];
    return true;
}

/* The earliest child of node i, which has at least one. */
static inline size_t heapq_child(const struct event *heap, size_t count, size_t i)
{
    size_t first = ARITY * i + 1;
    assert(first < count);
    if (first + ARITY <= count) { /* the usual case: a tournament, its two halves independent */
        size_t a = first + event_before(heap[first + 1], heap[first]);
        size_t b = first + 2 + event_before(heap[first + 3], heap[first + 2]);
        return event_before(heap[b], heap[a]) ? b : a;
    }
    size_t best = first;
    for (size_t j = first + 1; j < count; j++) {
        best = event_before(heap[j], heap[best]) ? j : best;
    }
    return best;
}

bool heapq_pop(struct heapq *queue, struct event *event)
{
    if (queue->count == 0) {
        return false;
    }
    struct event *heap = queue->memory + LEAD;
    *event = heap[0];
    assert(event->time >= queue->now);
    queue->now = event->time;
    size_t count = --queue->count, i = 0;
    struct event last = heap[count];
    while (ARITY * i + 1 < count) {
        size_t child = heapq_child(heap, count, i);
        if (!event_before(heap[child], last)) {
            break;
        }
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    return true;
}

size_t heapq_count(const struct heapq *queue)
{
    return queue->count;
}

uint64_t heapq_grown(const struct heapq *queue)
{
    return queue->grown;
}

void heapq_skip(struct heapq *queue, uint64_t sequence)
{
    assert(sequence >= queue->sequence && sequence <= EVENT_SEQUENCES);
    queue->sequence = sequence;
}
