/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the event queues hold at their limits: of sequences, of time, of memory, of misuse. Method:
 * eventq and heapq side by side at each limit; allocation k fails for every k, and all of them fail
 * while events are popped; wrong arguments must abort a child. CAIRN_SEED chooses the times. */
#include "tests/sim/kernel/twins.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- limits ------------------------------------------------------------------------------------
 */

static void sequences_end_at_their_limit(void **unused)
{
    (void)unused;
    struct twins twins = twins_open(0);
    eventq_skip(twins.ours, EVENT_SEQUENCES - 200);
    heapq_skip(twins.heap, EVENT_SEQUENCES - 200);
    for (uint32_t i = 0; i < 200; i++) { /* the last: no key is UINT64_MAX, even of the highest */
        twins_push(&twins, i / 50, 15, (1u << EVENT_SLOT_BITS) - 1);
    }
    assert_int_equal(eventq_push(twins.ours, 0, 0, 0), UINT64_MAX);
    assert_int_equal(heapq_push(twins.heap, 0, 0, 0), UINT64_MAX);
    assert_int_equal(eventq_count(twins.ours), 200);
    while (twins_pop(&twins)) {
    }
    assert_int_equal(eventq_push(twins.ours, 500, 0, 0), UINT64_MAX);
    twins_reset(&twins);
    twins_push(&twins, 0, 0, 0);
    twins_close(&twins);
}

static void times_reach_from_zero_to_the_last_nanosecond(void **unused)
{
    (void)unused;
    struct twins twins = twins_open(0);
    for (int bit = 0; bit < 63; bit++) {
        for (simtime near = -1; near <= 1; near++) {
            simtime time = (simtime)(UINT64_C(1) << bit) + near;
            twins_push(&twins, time < SIMTIME_NEVER ? time : SIMTIME_NEVER - 1, 1, 2);
        }
    }
    for (int i = 0; i < 100; i++) {
        twins_push(&twins, SIMTIME_NEVER - 1, (unsigned)i % 3, 0);
        twins_push(&twins, 0, (unsigned)i % 3, 0);
        twins_push(&twins, SIMTIME_NEVER - 2, (unsigned)i % 3, 0);
    }
    while (twins_pop(&twins)) {
    }
    assert_int_equal(twins.now, SIMTIME_NEVER - 1);
    twins_push(&twins, 0, 0, 0); /* at the end of time there is still now */
    assert_true(twins_pop(&twins));
    twins_close(&twins);
}

/* --- memory --------------------------------------------------------------------------------------
 */

static void memory_may_end_at_every_allocation(void **unused)
{
    (void)unused;
    enum { EVENTS = 100000 };
    uint64_t failures = 0;
    bool is_done = false;
    for (uint64_t k = 1; !is_done; k++) {
        struct heapq *heap = heapq_open(EVENTS, NULL, 0);
        struct event a, b;
        uint64_t state = seed;
        allocations = 0;
        failing = k;
        struct eventq *queue = eventq_open(0, NULL, 0);
        if (queue == NULL) {
            assert_true(k <= 2); /* the queue itself, its first block */
            failures++;
        }
        for (uint32_t i = 0; queue != NULL && i < EVENTS; i++) {
            simtime time = (simtime)(next_random(&state) >> below(&state, 62) >> 2);
            uint64_t key = eventq_push(queue, time, i % 4, i);
            if (key == UINT64_MAX) {
                failures++;
                assert_int_equal(eventq_count(queue), i);
                assert_true(eventq_peek(queue, &a) && heapq_peek(heap, &b));
                assert_int_equal(a.key, b.key);
                key = eventq_push(queue, time, i % 4, i); /* memory is back: nothing was lost */
            }
            assert_int_equal(key, heapq_push(heap, time, i % 4, i));
        }
        while (queue != NULL && eventq_pop(queue, &a)) {
            assert_true(heapq_pop(heap, &b));
            assert_int_equal(a.key, b.key);
        }
        is_done = allocations < failing;
        failing = 0;
        eventq_close(queue);
        heapq_close(heap);
    }
    print_message("%" PRIu64 " allocations failed\n", failures);
    assert_true(failures > 5);
}

/* Fills the pool to its last event and lets the wheel turn while all memory is refused: with times
 * of every magnitude nearly every bucket holds a chunk that is part full. */
static void a_full_pool_turns_without_memory(void **unused)
{
    (void)unused;
    for (uint64_t round = 0; round < 12; round++) {
        struct twins twins = twins_open(0);
        uint64_t state = seed + round, grown;
        for (int i = 0; i < 2000; i++) {
            twins_push(&twins, (simtime)(next_random(&state) >> 1 >> below(&state, 62)),
                       (unsigned)below(&state, 16), 0);
        }
        for (int i = 0; i < 200000; i++) {
            grown = eventq_grown(twins.ours);
            is_refusing = true;
            uint64_t key = eventq_push(twins.ours, twins.now, 0, 0); /* is there room? */
            is_refusing = false;
            if (key != UINT64_MAX) {
                simtime delay = (simtime)(next_random(&state) >> 1 >> below(&state, 62) >> round);
                assert_int_equal(heapq_push(twins.heap, twins.now, 0, 0), key);
                if (eventq_count(twins.ours) < 3000 * (round + 1)) {
                    simtime time = simtime_add(twins.now, delay);
                    time = time == SIMTIME_NEVER ? 0 : time;
                    is_refusing = true;
                    key = eventq_push(twins.ours, time < twins.now ? twins.now : time, 5, 1);
                    is_refusing = false;
                    if (key != UINT64_MAX) {
                        heapq_push(twins.heap, time < twins.now ? twins.now : time, 5, 1);
                    }
                }
            }
            assert_int_equal(eventq_grown(twins.ours), grown);
            twins_pop(&twins);
        }
        while (twins_pop(&twins)) {
        }
        twins_close(&twins);
    }
}

static void a_heap_without_memory_is_as_it_was(void **unused)
{
    (void)unused;
    struct heapq *heap = heapq_open(0, NULL, 0);
    struct event event;
    uint32_t count = 0;
    is_refusing = true;
    while (heapq_push(heap, 100 - count % 7, 0, count) != UINT64_MAX) {
        count++;
    }
    assert_null(heapq_open(0, NULL, 0));
    assert_null(eventq_open(0, NULL, 0));
    is_refusing = false;
    assert_null(eventq_open(SIZE_MAX, NULL, 0));
    assert_null(heapq_open(SIZE_MAX, NULL, 0));
    assert_int_equal(heapq_count(heap), count);
    assert_int_equal(heapq_grown(heap), 1);
    while (heapq_pop(heap, &event)) {
        count--;
    }
    assert_int_equal(count, 0);
    heapq_close(heap);
}

/* --- our own mistakes
 * ------------------------------------------------------------------------------ */

static const struct misuse {
    const char *what;
    simtime time;
    unsigned class;
    uint32_t slot;
} misuses[] = {
    {"never", SIMTIME_NEVER, 0, 0}, {"before the last pop", 99, 0, 0}, {"negative", -1, 0, 0},
    {"class 16", 100, 16, 0},       {"slot 2^24", 100, 0, 1u << 24},
};

static void misuse_is_stopped(void **unused)
{
    (void)unused;
#ifdef NDEBUG
    skip();
#endif
    for (size_t i = 0; i < sizeof misuses / sizeof *misuses; i++) {
        int status = 0;
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            struct eventq *queue = eventq_open(0, NULL, 0);
            struct event event;
            signal(SIGABRT, SIG_DFL);
            (void)!freopen("/dev/null", "w", stderr);
            eventq_push(queue, 100, 0, 0);
            eventq_pop(queue, &event);
            eventq_push(queue, misuses[i].time, misuses[i].class, misuses[i].slot);
            _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequences_end_at_their_limit),
        cmocka_unit_test(times_reach_from_zero_to_the_last_nanosecond),
        cmocka_unit_test(memory_may_end_at_every_allocation),
        cmocka_unit_test(a_full_pool_turns_without_memory),
        cmocka_unit_test(a_heap_without_memory_is_as_it_was),
        cmocka_unit_test(misuse_is_stopped),
    };
    seed_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
