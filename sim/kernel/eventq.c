/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event queue: a radix wheel, a sorted front, and one list a class for a crowded instant.
 *
 * Implements eventq.h. Time is cut into 6-bit digits. An event of the wheel lies in the bucket that
 * is named by the highest digit in which it differs from `base` and by its value of that digit:
 *
 *     pops <- front <-------- wheel: level 0 | bucket 0 .. 63, each one instant
 *          <- instant                level 1 | bucket 0 .. 63, each 64 instants
 *             (16 lists)             ...     10
 *
 * One bitmap a level, and one of the levels, find the first bucket. When the front is empty, the
 * first buckets are sorted into it as long as they are small (one chunk); a larger one is filed
 * again against its own minimum, which spreads it over the empty levels below; a larger one that is
 * all one instant becomes `instant`, where pushing and popping stay O(1) however many classes mix.
 *
 * Invariants.
 * 1. front < front_end <= wheel in time; pushes go to the side of front_end where they belong, by
 *    sorted insertion into the front. A front past SPILL is closed at its middle instant and the
 *    rest filed, so it never outgrows its array.
 * 2. base <= time of the last pop <= everything that is or may be pushed, so nothing is ever filed
 *    before the base. The base moves in one place, to the minimum of a bucket filed again, and that
 *    minimum is what the pop under way returns. A peek moves nothing: it looks for the minimum in
 *    the first bucket and remembers it, and pushes keep the memory true.
 * 3. While `instant` holds anything its time is the time of the last pop, the front is empty and
 *    front_end is the next nanosecond: a push belongs to the instant's lists or to the wheel.
 * 4. Within one bucket, events of one time and class lie in the order they were pushed: filing
 *    appends, redistribution is stable, and the front, when spilled, is sorted. So an instant's
 *    lists need no sorting.
 * 5. All chunks of a bucket are full but the last, so n events, wherever they lie, fit into
 *    n / CHUNK + RESERVE chunks. Pushing grows the pool to that; popping can never run out.
 *
 * Trade: 256-byte chunks and RESERVE (190 kB, touched only when used) buy constant time from 1e2 to
 * 1e7 events with no width to tune; order is never looked at before the front needs it. */
#include "sim/kernel/eventq.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    DIGIT = 6,           /* bits: one bitmap word a level */
    DIGITS = 1 << DIGIT, /* buckets of a level */
    LEVELS = (63 + DIGIT - 1) / DIGIT,
    CLASSES = 1 << EVENT_CLASS_BITS,
    CHUNK = 15, /* events of a chunk; with its link 256 bytes */
    CHUNK_BYTES = 256,
    GATHER = 15, /* events sorted into the front at once */
    SPILL = 64,  /* a front beyond this is closed: insertion is linear */
    FRONT = 256, /* array of the front: moved down once in FRONT - SPILL pushes */
    RESERVE = LEVELS * DIGITS + 2 * CLASSES + 2, /* chunks that may be part full, and two in hand */
};
#define HUGE_PAGE ((size_t)2 << 20)
#define FOREVER                                                                                    \
    ((uint64_t)1 << 63) /* past every time: the front ends here when the wheel is empty */

struct chunk {
    struct chunk *next; /* of a bucket, a list or the free chunks; the last one's is NULL */
    uint64_t unused;
    struct event events[CHUNK];
};
static_assert(sizeof(struct chunk) == CHUNK_BYTES, "chunks find their ends by alignment");
static_assert(GATHER >= CHUNK, "a bucket of one chunk fits an empty front");
static_assert(SPILL + 1 + GATHER < FRONT, "the front has room before it is moved down");

/* write: where the next event goes; at a multiple of CHUNK_BYTES the last chunk is full. NULL when
 * the bucket is empty; head means nothing then. */
struct bucket {
    struct chunk *head;
    struct event *write;
};

/* A class of the instant: a bucket that is read from its front. */
struct lane {
    struct bucket bucket;
    struct event *read; /* in head */
};

struct block {
    struct block *next;
    size_t chunks; /* that follow this header, which takes the place of one */
};

struct eventq {
    size_t count, room; /* events held; events that the pool has room for */
    uint64_t sequence;
    uint64_t front_end;  /* 0 .. FOREVER */
    uint32_t head, tail; /* the front is front[head .. tail) */
    uint32_t levels;     /* bit l: level l holds something */
    uint32_t lanes;      /* bit c: class c of the instant holds something */
    simtime now;         /* time of the last pop */
    uint64_t base;
    struct event next; /* the wheel's earliest, as a peek found it; time -1: not known */
    const char *prefetch;
    size_t stride;
    struct chunk *free, *fresh, *fresh_end; /* returned chunks; the untouched of the last block */
    struct block *block, *blocks;           /* the one `fresh` lies in; all, first taken first */
    size_t chunks;                          /* in all blocks */
    uint64_t grown;
    uint64_t maps[LEVELS];
    struct lane instant[CLASSES];
    struct event front[FRONT];
    struct bucket buckets[LEVELS][DIGITS];
};

/* --- chunks ------------------------------------------------------------------------------- */

/* Takes a block of at least `chunks` from the system and appends it. Large ones ask for huge pages:
 * a quarter of the time at a million events is address translation (tests/bench/README.md). */
static bool pool_grow(struct eventq *queue, size_t chunks)
{
    if (chunks > SIZE_MAX / CHUNK_BYTES / 2) {
        return false;
    }
    size_t size = (chunks + 1) * CHUNK_BYTES;
    size_t align = size < 2 * HUGE_PAGE ? CHUNK_BYTES : HUGE_PAGE;
    size = (size + align - 1) / align * align;
    struct block *block = aligned_alloc(align, size);
    if (block == NULL) {
        return false;
    }
    if (align == HUGE_PAGE) {
        (void)madvise(block, size, MADV_HUGEPAGE); /* a wish: refusal costs only time */
    }
    chunks = size / CHUNK_BYTES - 1;
    *block = (struct block){.next = NULL, .chunks = chunks};
    struct block **link = &queue->blocks;
    while (*link != NULL) {
        link = &(*link)->next;
    }
    *link = block;
    queue->chunks += chunks;
    queue->room = (queue->chunks - RESERVE) * CHUNK;
    queue->grown++;
    return true;
}

static void pool_enter(struct eventq *queue, struct block *block)
{
    assert(block != NULL);
    queue->block = block;
    queue->fresh = (struct chunk *)(void *)((char *)block + CHUNK_BYTES);
    queue->fresh_end = queue->fresh + block->chunks;
}

static struct chunk *chunk_take(struct eventq *queue)
{
    struct chunk *chunk = queue->free;
    if (chunk != NULL) {
        queue->free = chunk->next;
    } else {
        if (queue->fresh == queue->fresh_end) {
            pool_enter(queue, queue->block->next); /* invariant 5: there is one */
        }
        chunk = queue->fresh++;
    }
    chunk->next = NULL;
    return chunk;
}

static inline void chunk_give(struct eventq *queue, struct chunk *chunk)
{
    chunk->next = queue->free;
    queue->free = chunk;
}

/* --- buckets ------------------------------------------------------------------------------ */

static inline bool is_chunk_edge(const struct event *event)
{
    return ((uintptr_t)event & (CHUNK_BYTES - 1)) == 0;
}

static inline struct chunk *bucket_last(struct bucket bucket)
{
    uintptr_t inside = (uintptr_t)(bucket.write - 1);
    return (struct chunk *)(inside & ~(uintptr_t)(CHUNK_BYTES - 1));
}

/* One past the last event of `chunk`, a chunk of this bucket. */
static inline struct event *bucket_end(struct bucket bucket, struct chunk *chunk)
{
    return chunk->next == NULL ? bucket.write : chunk->events + CHUNK;
}

/* Room for one more event in a bucket that is empty or whose last chunk is full. */
static struct event *bucket_extend(struct eventq *queue, struct bucket *bucket)
{
    struct chunk *chunk = chunk_take(queue);
    if (bucket->write == NULL) {
        bucket->head = chunk;
    } else {
        bucket_last(*bucket)->next = chunk;
    }
    return chunk->events;
}

static __attribute__((noinline)) struct event *wheel_extend(struct eventq *queue, unsigned level,
                                                            unsigned digit)
{
    queue->levels |= 1u << level;
    queue->maps[level] |= UINT64_C(1) << digit;
    return bucket_extend(queue, &queue->buckets[level][digit]);
}

static inline void wheel_file(struct eventq *queue, uint64_t base, struct event event)
{
    uint64_t time = (uint64_t)event.time;
    unsigned level = (63 - (unsigned)__builtin_clzll((time ^ base) | 1)) / DIGIT;
    unsigned digit = (unsigned)(time >> (level * DIGIT)) & (DIGITS - 1);
    struct bucket *bucket = &queue->buckets[level][digit];
    struct event *write = bucket->write;
    if (is_chunk_edge(write)) {
        write = wheel_extend(queue, level, digit);
    }
    *write = event;
    bucket->write = write + 1;
}

/* Takes a bucket out of the wheel; its chunks are the caller's. */
static inline struct bucket wheel_detach(struct eventq *queue, unsigned level, unsigned digit)
{
    struct bucket bucket = queue->buckets[level][digit];
    queue->buckets[level][digit].write = NULL;
    queue->maps[level] &= ~(UINT64_C(1) << digit);
    if (queue->maps[level] == 0) {
        queue->levels &= ~(1u << level);
    }
    return bucket;
}

/* --- the instant -------------------------------------------------------------------------- */

static void instant_push(struct eventq *queue, struct event event)
{
    unsigned class = event_class(event);
    struct lane *lane = &queue->instant[class];
    if (!(queue->lanes >> class & 1)) {
        lane->bucket.write = NULL;
        lane->read = lane->bucket.write = bucket_extend(queue, &lane->bucket);
        queue->lanes |= 1u << class;
    } else if (is_chunk_edge(lane->bucket.write)) {
        lane->bucket.write = bucket_extend(queue, &lane->bucket);
    }
    *lane->bucket.write++ = event;
}

static inline void prefetch_record(const struct eventq *queue, struct event event)
{
    if (queue->prefetch != NULL) {
        __builtin_prefetch(queue->prefetch + queue->stride * event_slot(event), 1);
    }
}

static void instant_prefetch(const struct eventq *queue, const struct lane *lane)
{
    const struct event *end = bucket_end(lane->bucket, lane->bucket.head);
    for (const struct event *event = lane->read; event < end; event++) {
        prefetch_record(queue, *event);
    }
}

static struct event instant_pop(struct eventq *queue)
{
    assert(queue->lanes != 0 && queue->head == queue->tail);
    unsigned class = (unsigned)__builtin_ctz(queue->lanes);
    struct lane *lane = &queue->instant[class];
    struct event event = *lane->read++;
    if (lane->read == lane->bucket.write) {
        chunk_give(queue, lane->bucket.head);
        queue->lanes &= queue->lanes - 1;
    } else if (is_chunk_edge(lane->read)) {
        struct chunk *chunk = lane->bucket.head;
        lane->bucket.head = chunk->next;
        lane->read = chunk->next->events;
        chunk_give(queue, chunk);
        instant_prefetch(queue, lane);
    }
    return event;
}

/* A bucket that is all one time becomes the instant: whole if it is all one class. */
static void instant_begin(struct eventq *queue, struct bucket bucket, uint32_t classes)
{
    assert(queue->lanes == 0 && queue->head == queue->tail);
    queue->front_end = (uint64_t)bucket.head->events[0].time + 1;
    if ((classes & (classes - 1)) == 0) {
        struct lane *lane = &queue->instant[__builtin_ctz(classes)];
        *lane = (struct lane){.bucket = bucket, .read = bucket.head->events};
        queue->lanes = classes;
        instant_prefetch(queue, lane);
        return;
    }
    for (struct chunk *chunk = bucket.head, *next; chunk != NULL; chunk = next) {
        struct event *end = bucket_end(bucket, chunk);
        for (struct event *event = chunk->events; event < end; event++) {
            instant_push(queue, *event);
        }
        next = chunk->next;
        chunk_give(queue, chunk);
    }
}

/* --- the front ---------------------------------------------------------------------------- */

/* Copies a bucket of one chunk to `front`, sorted: each event goes where as many are before it as
 * compare less. Quadratic and without a branch to guess, which beats insertion below 16. */
static inline void front_rank(const struct eventq *queue, struct event *front,
                              const struct event *events, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t rank = 0;
        for (size_t j = 0; j < count; j++) {
            rank += event_before(events[j], events[i]);
        }
        front[rank] = events[i];
        prefetch_record(queue, events[i]);
    }
}

/* Sorts the first buckets into the empty front while they are small and fit. The base stays: what
 * is pushed or spilled into their place later is filed as if they had never been. */
static void front_gather(struct eventq *queue)
{
    uint32_t count = 0;
    while (queue->levels != 0) {
        unsigned level = (unsigned)__builtin_ctz(queue->levels);
        unsigned digit = (unsigned)__builtin_ctzll(queue->maps[level]);
        struct bucket bucket = queue->buckets[level][digit];
        size_t more = (size_t)(bucket.write - bucket.head->events);
        if (bucket.head->next != NULL || count + more > GATHER) {
            break;
        }
        wheel_detach(queue, level, digit);
        front_rank(queue, queue->front + count, bucket.head->events, more);
        count += (uint32_t)more;
        chunk_give(queue, bucket.head);
        uint64_t above = queue->base >> (level * DIGIT) >> DIGIT << DIGIT;
        queue->front_end = ((above | digit) + 1) << (level * DIGIT);
    }
    if (queue->levels == 0) {
        queue->front_end = FOREVER;
    }
    queue->head = 0;
    queue->tail = count;
    assert(count > 0);
}

/* Closes a front that has grown long at the instant in its middle and files the rest. */
static __attribute__((noinline)) void front_spill(struct eventq *queue)
{
    uint32_t cut = queue->head + SPILL / 2;
    simtime time = queue->front[cut].time;
    while (cut > queue->head && queue->front[cut - 1].time == time) {
        cut--;
    }
    assert((uint64_t)time >= queue->base && (uint64_t)time < queue->front_end);
    for (uint32_t i = cut; i < queue->tail; i++) {
        wheel_file(queue, queue->base, queue->front[i]);
    }
    queue->next = queue->front[cut]; /* all that is spilled comes before all of the wheel */
    queue->front_end = (uint64_t)time;
    queue->tail = cut;
}

static void front_insert(struct eventq *queue, struct event event)
{
    struct event *front = queue->front;
    if (queue->tail == FRONT) {
        memmove(front, front + queue->head, (FRONT - queue->head) * sizeof *front);
        queue->tail -= queue->head;
        queue->head = 0;
    }
    uint32_t i = queue->tail++;
    for (; i > queue->head && event_before(event, front[i - 1]); i--) {
        front[i] = front[i - 1];
    }
    front[i] = event;
    if (queue->tail - queue->head > SPILL) {
        front_spill(queue);
    }
}

/* --- the wheel ---------------------------------------------------------------------------- */

struct span {
    simtime first, last;
    uint32_t classes;
};

static struct span bucket_span(struct bucket bucket)
{
    struct span span = {.first = SIMTIME_NEVER, .last = 0, .classes = 0};
    for (struct chunk *chunk = bucket.head; chunk != NULL; chunk = chunk->next) {
        struct event *end = bucket_end(bucket, chunk);
        for (struct event *event = chunk->events; event < end; event++) {
            span.first = event->time < span.first ? event->time : span.first;
            span.last = event->time > span.last ? event->time : span.last;
            span.classes |= 1u << event_class(*event);
        }
    }
    return span;
}

static void wheel_spread(struct eventq *queue, struct bucket bucket, uint64_t base)
{
    assert(base >= queue->base);
    queue->base = base;
    for (struct chunk *chunk = bucket.head, *next; chunk != NULL; chunk = next) {
        struct event *end = bucket_end(bucket, chunk);
        for (struct event *event = chunk->events; event < end; event++) {
            wheel_file(queue, base, *event);
        }
        next = chunk->next;
        chunk_give(queue, chunk);
    }
}

/* Fills the front or the instant from the wheel, which is not empty; both are. */
static __attribute__((noinline)) void wheel_turn(struct eventq *queue)
{
    assert(queue->levels != 0 && queue->lanes == 0 && queue->head == queue->tail);
    queue->next.time = -1;
    for (;;) {
        unsigned level = (unsigned)__builtin_ctz(queue->levels);
        unsigned digit = (unsigned)__builtin_ctzll(queue->maps[level]);
        if (queue->buckets[level][digit].head->next == NULL) {
            front_gather(queue);
            return;
        }
        struct bucket bucket = wheel_detach(queue, level, digit);
        struct span span = bucket_span(bucket);
        if (span.first == span.last) {
            instant_begin(queue, bucket, span.classes);
            return;
        }
        wheel_spread(queue, bucket, (uint64_t)span.first);
    }
}

/* The earliest event of the first bucket. */
static struct event wheel_first(const struct eventq *queue)
{
    assert(queue->levels != 0);
    unsigned level = (unsigned)__builtin_ctz(queue->levels);
    unsigned digit = (unsigned)__builtin_ctzll(queue->maps[level]);
    struct bucket bucket = queue->buckets[level][digit];
    struct event first = {.key = UINT64_MAX, .time = SIMTIME_NEVER};
    for (struct chunk *chunk = bucket.head; chunk != NULL; chunk = chunk->next) {
        struct event *end = bucket_end(bucket, chunk);
        for (struct event *event = chunk->events; event < end; event++) {
            first = event_before(*event, first) ? *event : first;
        }
    }
    return first;
}

/* --- the queue ---------------------------------------------------------------------------- */

struct eventq *eventq_open(size_t capacity, const void *prefetch, size_t stride)
{
    size_t size = (sizeof(struct eventq) + CHUNK_BYTES - 1) / CHUNK_BYTES * CHUNK_BYTES;
    struct eventq *queue = aligned_alloc(CHUNK_BYTES, size);
    if (queue == NULL) {
        return NULL;
    }
    memset(queue, 0, size);
    queue->prefetch = prefetch;
    queue->stride = stride;
    if (!pool_grow(queue, capacity / CHUNK + RESERVE + 1)) {
        free(queue);
        return NULL;
    }
    eventq_reset(queue);
    return queue;
}

void eventq_close(struct eventq *queue)
{
    if (queue == NULL) {
        return;
    }
    for (struct block *block = queue->blocks, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    free(queue);
}

void eventq_reset(struct eventq *queue)
{
    for (; queue->levels != 0; queue->levels &= queue->levels - 1) {
        unsigned level = (unsigned)__builtin_ctz(queue->levels);
        memset(queue->buckets[level], 0, sizeof queue->buckets[level]);
        queue->maps[level] = 0;
    }
    queue->count = 0;
    queue->sequence = 0;
    queue->front_end = FOREVER;
    queue->head = queue->tail = 0;
    queue->lanes = 0;
    queue->now = 0;
    queue->base = 0;
    queue->next.time = -1;
    queue->free = NULL;
    pool_enter(queue, queue->blocks);
}

uint64_t eventq_push(struct eventq *queue, simtime time, unsigned class, uint32_t slot)
{
    assert(time >= queue->now && time < SIMTIME_NEVER);
    assert(class < CLASSES && slot < 1u << EVENT_SLOT_BITS);
    if (queue->sequence >= EVENT_SEQUENCES ||
        (queue->count >= queue->room && !pool_grow(queue, queue->chunks / 2))) {
        return UINT64_MAX;
    }
    struct event event = {event_key(class, queue->sequence++, slot), time};
    queue->count++;
    if ((uint64_t)time >= queue->front_end) {
        wheel_file(queue, queue->base, event);
        if (queue->next.time >= 0 && event_before(event, queue->next)) {
            queue->next = event;
        }
    } else if (queue->lanes != 0) {
        instant_push(queue, event);
    } else {
        front_insert(queue, event);
    }
    return event.key;
}

bool eventq_peek(struct eventq *queue, struct event *event)
{
    if (queue->head != queue->tail) {
        *event = queue->front[queue->head];
    } else if (queue->lanes != 0) {
        *event = *queue->instant[__builtin_ctz(queue->lanes)].read;
    } else if (queue->levels != 0) {
        if (queue->next.time < 0) {
            queue->next = wheel_first(queue);
        }
        *event = queue->next;
    } else {
        return false;
    }
    return true;
}

bool eventq_ahead(const struct eventq *queue, uint32_t places, struct event *event)
{
    if (queue->lanes != 0 || places >= queue->tail - queue->head) {
        return false;
    }
    *event = queue->front[queue->head + places];
    return true;
}

bool eventq_pop(struct eventq *queue, struct event *event)
{
    if (queue->count == 0) {
        return false;
    }
    if (queue->head == queue->tail && queue->lanes == 0) {
        wheel_turn(queue);
    }
    struct event popped = queue->lanes != 0 ? instant_pop(queue) : queue->front[queue->head++];
    assert(popped.time >= queue->now);
    queue->now = popped.time;
    queue->count--;
    *event = popped;
    return true;
}

size_t eventq_count(const struct eventq *queue)
{
    return queue->count;
}

uint64_t eventq_grown(const struct eventq *queue)
{
    return queue->grown;
}

void eventq_skip(struct eventq *queue, uint64_t sequence)
{
    assert(sequence >= queue->sequence && sequence <= EVENT_SEQUENCES);
    queue->sequence = sequence;
}
