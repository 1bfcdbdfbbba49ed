/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: eventq pops in the one total order of (time, class, sequence, slot), whatever is pushed and
 * peeked. Method: pop for pop against the 4-ary heap over ten million random operations in eight
 * shapes, both against a sorted array at small sizes, and named cases for the corners.
 * CAIRN_SEED chooses the random runs. */
#include "tests/sim/kernel/twins.h"

#if defined(__SANITIZE_ADDRESS__)
#define OPERATIONS 2000000u
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OPERATIONS 2000000u
#endif
#endif
#ifndef OPERATIONS
#define OPERATIONS 10000000u
#endif

/* About exponential with mean 1: the sum of a geometric number and a uniform one. */
static double about_exponential(uint64_t *state)
{
    unsigned whole = (unsigned)__builtin_ctzll(next_random(state) | UINT64_C(1) << 62);
    return 0.69 * ((double)whole + (double)below(state, 1000) / 1000.0);
}

/* --- shapes of delays ----------------------------------------------------------------------- */

typedef simtime delay_shape(uint64_t *state, simtime now);

static simtime delay_exponential(uint64_t *state, simtime now)
{
    (void)now;
    return (simtime)(about_exponential(state) * (double)SIMTIME_HOUR);
}
static simtime delay_to_hour(uint64_t *state, simtime now)
{
    (void)state;
    return SIMTIME_HOUR - now % SIMTIME_HOUR;
}
static simtime delay_constant(uint64_t *state, simtime now)
{
    return now == 0 ? (simtime)below(state, (uint64_t)SIMTIME_HOUR) : SIMTIME_HOUR;
}
static simtime delay_seconds(uint64_t *state, simtime now)
{
    (void)now;
    return (simtime)(about_exponential(state) * 3600.0) * SIMTIME_SECOND;
}
static simtime delay_checkpoint(uint64_t *state, simtime now)
{
    (void)now;
    return below(state, 2) ? SIMTIME_HOUR : SIMTIME_MINUTE;
}
static simtime delay_pareto(uint64_t *state, simtime now)
{
    double u = ((double)below(state, 1000000) + 1.0) / 1e6;
    (void)now;
    return (simtime)(3.6e11 / u);
}
static simtime delay_mixed(uint64_t *state, simtime now)
{
    double x = about_exponential(state);
    (void)now;
    return (simtime)(below(state, 10) ? x * 1e3 : x * (double)SIMTIME_DAY);
}
static simtime delay_burst(uint64_t *state, simtime now)
{
    (void)now;
    return (simtime)(below(state, 100) ? below(state, 300) : next_random(state) >> 20);
}

static const struct shape {
    const char *name;
    delay_shape *delay;
} shapes[] = {
    {"exponential", delay_exponential},
    {"same instants", delay_to_hour},
    {"constant", delay_constant},
    {"whole seconds", delay_seconds},
    {"checkpoint", delay_checkpoint},
    {"pareto", delay_pareto},
    {"mixed", delay_mixed},
    {"burst", delay_burst},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

/* Pushes, pops and peeks around targets that change, from a handful to tens of thousands. */
static void twins_run(struct twins *twins, const struct shape *shape, size_t operations,
                      uint64_t *state)
{
    size_t target = 1;
    uint64_t classes = 1, peeks = 0;
    for (size_t i = 0; i < operations; i++) {
        if (below(state, 20000) == 0) {
            target = (size_t)1 << below(state, 16);
            classes = 1 + below(state, 16);
            peeks = below(state, 3);
        }
        if (below(state, 300000) == 0) {
            twins_reset(twins);
        }
        size_t count = eventq_count(twins->ours);
        uint64_t toss = below(state, 8);
        if (toss < peeks) {
            twins_peek(twins);
        } else if (count < target ? toss < 7 : toss < 3) {
            simtime delay = below(state, 32) ? shape->delay(state, twins->now) : 0;
            twins_push(twins, delay, (unsigned)below(state, classes),
                       (uint32_t)below(state, 1 << 24));
        } else {
            twins_pop(twins);
        }
    }
}

static void ten_million_operations_equal_the_heap(void **unused)
{
    (void)unused;
    for (size_t s = 0; s < SHAPES; s++) {
        uint64_t state = seed + 1000 * s;
        struct twins twins = twins_open(0);
        print_message("shape %s\n", shapes[s].name);
        twins_run(&twins, &shapes[s], OPERATIONS / SHAPES, &state);
        while (twins_pop(&twins)) {
        }
        twins_close(&twins);
    }
}

/* --- against a sorted array ----------------------------------------------------------------- */

enum { SMALL = 200 };

static void small_queues_equal_a_sorted_array(void **unused)
{
    (void)unused;
    struct twins twins = twins_open(SMALL);
    struct event list[SMALL];
    size_t count = 0;
    uint32_t most_ahead = 0;
    uint64_t state = seed ^ 77, sequence = 0;
    for (int i = 0; i < 300000; i++) {
        bool is_filling = i / 700 % 2 == 0;
        if (count < SMALL && below(&state, 8) < (is_filling ? 5u : 3u)) {
            struct event event = {0, twins.now};
            uint64_t reach = UINT64_C(1) << below(&state, 20);
            unsigned class = (unsigned)below(&state, 16);
            simtime delay = (simtime)below(&state, reach);
            event.time += delay;
            event.key = event_key(class, sequence++, 9);
            twins_push(&twins, delay, class, 9);
            size_t j = count++;
            for (; j > 0 && event_before(list[j - 1], event); j--) {
                list[j] = list[j - 1]; /* descending */
            }
            list[j] = event;
        } else if (count > 0) {
            struct event event;
            twins_peek(&twins);
            for (uint32_t k = 0; eventq_ahead(twins.ours, k, &event); k++) {
                assert_true(k < count);
                assert_int_equal(event.key, list[count - 1 - k].key);
                most_ahead = k > most_ahead ? k : most_ahead;
            }
            assert_true(eventq_peek(twins.ours, &event));
            count--;
            assert_int_equal(event.time, list[count].time);
            assert_int_equal(event.key, list[count].key);
            assert_true(twins_pop(&twins));
        }
    }
    assert_true(most_ahead > 10);
    twins_close(&twins);
}

/* --- order at one instant -------------------------------------------------------------------- */

static const size_t crowds[] = {1, 2, 15, 16, 17, 64, 65, 66, 100, 257, 5000};
enum { CROWDS = sizeof crowds / sizeof *crowds };

static void equal_times_pop_in_push_order(void **unused)
{
    (void)unused;
    for (size_t c = 0; c < CROWDS; c++) {
        struct eventq *queue = eventq_open(0, NULL, 0);
        struct event event;
        for (uint32_t i = 0; i < crowds[c]; i++) {
            assert_int_equal(eventq_push(queue, 12345, 3, 7), event_key(3, i, 7));
        }
        for (uint32_t i = 0; i < crowds[c]; i++) {
            assert_true(eventq_pop(queue, &event));
            assert_int_equal(event.time, 12345);
            assert_int_equal(event.key, event_key(3, i, 7));
        }
        assert_false(eventq_pop(queue, &event));
        eventq_close(queue);
    }
}

static void classes_order_one_instant(void **unused)
{
    (void)unused;
    for (size_t c = 0; c < CROWDS; c++) {
        struct twins twins = twins_open(0);
        uint64_t state = seed + c;
        for (uint32_t i = 0; i < crowds[c]; i++) {
            twins_push(&twins, 999, 15 - i % 16, i);
        }
        /* handlers push into the instant that runs: lower, equal and higher classes */
        for (size_t i = 0; i < crowds[c]; i++) {
            assert_true(twins_pop(&twins));
            assert_int_equal(twins.now, 999);
            twins_push(&twins, 0, (unsigned)below(&state, 16), 1);
            twins_peek(&twins);
        }
        while (twins_pop(&twins)) {
        }
        assert_int_equal(twins.now, 999);
        twins_close(&twins);
    }
}

static void a_lower_class_overtakes_a_crowd_cheaply(void **unused)
{
    (void)unused;
    enum { CROWD = 300000 }; /* quadratic work would take minutes */
    struct eventq *queue = eventq_open(CROWD, NULL, 0);
    struct event event;
    for (uint32_t i = 0; i < CROWD; i++) {
        eventq_push(queue, 50, i % 2 ? 9 : 5, i);
    }
    for (uint32_t i = 0; i < CROWD; i++) {
        assert_true(eventq_pop(queue, &event));
        assert_int_equal(event_class(event), i < CROWD / 2 ? 5 : 9);
        eventq_push(queue, 50, 7 - i % 2 * 6, i); /* the classes 7 and 1 of the same instant */
        if (i % 2) {
            assert_true(eventq_pop(queue, &event));
            assert_int_equal(event_class(event), 1);
        } else if (i >= CROWD / 2) {
            assert_true(eventq_pop(queue, &event));
            assert_int_equal(event_class(event), 7);
        }
        if (i == CROWD / 2 - 1) { /* what class 7 has gathered comes before class 9 */
            for (uint32_t k = 0; k < CROWD / 4; k++) {
                assert_true(eventq_pop(queue, &event));
                assert_int_equal(event_class(event), 7);
            }
        }
    }
    assert_int_equal(eventq_count(queue), 0);
    eventq_close(queue);
}

/* --- peeking, noise, replications ------------------------------------------------------------ */

/* A hold model whose delays depend on nothing but slot and visit; returns a hash of the order of
 * slots below `real`. Other slots are noise: pushed at random, and ignored. */
static uint64_t hold_hash(struct eventq *queue, uint32_t real, size_t pops, unsigned peeks,
                          unsigned noise)
{
    static uint32_t visits[4096];
    uint64_t hash = 1, chance = seed * 31 + noise;
    assert_true(real <= 4096);
    memset(visits, 0, sizeof visits);
    for (uint32_t i = 0; i < real; i++) {
        assert_int_not_equal(eventq_push(queue, 1000 * (i % 7), i % 3, i), UINT64_MAX);
    }
    while (pops > 0) {
        struct event event, seen;
        for (uint64_t k = peeks ? below(&chance, peeks) : 0; k > 0; k--) {
            assert_true(eventq_peek(queue, &seen));
        }
        assert_true(eventq_pop(queue, &event));
        if (event_slot(event) < real) {
            for (uint64_t k = noise ? below(&chance, noise) : 0; k > 0; k--) {
                simtime delay = (simtime)(next_random(&chance) >> below(&chance, 60) >> 4);
                eventq_push(queue, event.time + delay, (unsigned)below(&chance, 16), 5000);
            }
            uint32_t slot = event_slot(event);
            uint64_t own = slot * UINT64_C(1000003) + visits[slot]++;
            uint64_t shift = 20 + next_random(&own) % 40;
            simtime delay = (simtime)(next_random(&own) >> shift);
            eventq_push(queue, event.time + delay, slot % 5, slot);
            hash = (hash ^ ((uint64_t)event.time << 13 ^ slot)) * UINT64_C(0x9e3779b97f4a7c15);
            pops--;
        }
    }
    return hash;
}

static void peeking_never_disturbs(void **unused)
{
    (void)unused;
    static const uint32_t sizes[] = {1, 3, 40, 300, 4096};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct eventq *queue = eventq_open(0, NULL, 0);
        uint64_t plain = hold_hash(queue, sizes[i], 60000, 0, 0);
        eventq_reset(queue);
        assert_int_equal(plain, hold_hash(queue, sizes[i], 60000, 4, 0));
        eventq_close(queue);
    }
}

static void a_push_before_the_peeked_event_comes_first(void **unused)
{
    (void)unused;
    struct twins twins = twins_open(0);
    for (uint32_t i = 0; i < 1000; i++) {
        twins_push(&twins, SIMTIME_YEAR + 1000 * (simtime)i, 0, i);
    }
    twins_peek(&twins); /* far ahead of now, which is 0 */
    for (simtime delay = SIMTIME_YEAR; delay > 0; delay = delay * 9 / 10) {
        twins_push(&twins, delay, 2, 3);
        twins_peek(&twins);
    }
    for (uint32_t i = 0; i < 200; i++) { /* and a front that spills behind the peeked event */
        twins_push(&twins, (simtime)(i % 10), 0, i);
        twins_peek(&twins);
    }
    while (twins_pop(&twins)) {
    }
    twins_close(&twins);
}

/* The front is drained, the wheel's earliest is looked up and kept; then a burst before it swells
 * the front until a part is filed, and that part is the wheel's earliest. */
static void a_peek_sees_what_a_burst_has_filed(void **unused)
{
    (void)unused;
    for (int drained = 1; drained < 100; drained++) {
        struct twins twins = twins_open(0);
        for (int i = 1; i <= 100; i++) {
            twins_push(&twins, 100000 * i, 0, 0);
        }
        for (int i = 0; i < drained; i++) {
            assert_true(twins_pop(&twins));
        }
        twins_peek(&twins);
        for (int i = 0; i < 150; i++) {
            twins_push(&twins, i * 7 % 900, 0, 0);
        }
        do {
            twins_peek(&twins);
        } while (twins_pop(&twins));
        twins_close(&twins);
    }
}

static void events_that_do_nothing_leave_the_rest_in_order(void **unused)
{
    (void)unused;
    static const uint32_t sizes[] = {1, 30, 500, 4096};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct eventq *queue = eventq_open(0, NULL, 0);
        uint64_t plain = hold_hash(queue, sizes[i], 50000, 0, 0);
        for (unsigned noise = 2; noise < 6; noise += 3) {
            eventq_reset(queue);
            assert_int_equal(plain, hold_hash(queue, sizes[i], 50000, 0, noise));
        }
        eventq_close(queue);
    }
}

static void the_second_replication_grows_zero_times(void **unused)
{
    (void)unused;
    struct eventq *queue = eventq_open(0, NULL, 0);
    uint64_t first = hold_hash(queue, 4096, 100000, 2, 4), grown = eventq_grown(queue);
    assert_true(grown > 1);
    for (int i = 0; i < 3; i++) {
        eventq_reset(queue);
        assert_int_equal(eventq_count(queue), 0);
        assert_int_equal(first, hold_hash(queue, 4096, 100000, 2, 4));
        assert_int_equal(eventq_grown(queue), grown);
    }
    eventq_close(queue);
}

static void prefetching_changes_nothing(void **unused)
{
    (void)unused;
    static char records[5001 * 64];
    struct eventq *plain = eventq_open(0, NULL, 0), *ahead = eventq_open(0, records, 64);
    assert_int_equal(hold_hash(plain, 4096, 50000, 0, 2), hold_hash(ahead, 4096, 50000, 0, 2));
    eventq_close(plain);
    eventq_close(ahead);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_million_operations_equal_the_heap),
        cmocka_unit_test(small_queues_equal_a_sorted_array),
        cmocka_unit_test(equal_times_pop_in_push_order),
        cmocka_unit_test(classes_order_one_instant),
        cmocka_unit_test(a_lower_class_overtakes_a_crowd_cheaply),
        cmocka_unit_test(peeking_never_disturbs),
        cmocka_unit_test(a_push_before_the_peeked_event_comes_first),
        cmocka_unit_test(a_peek_sees_what_a_burst_has_filed),
        cmocka_unit_test(events_that_do_nothing_leave_the_rest_in_order),
        cmocka_unit_test(the_second_replication_grows_zero_times),
        cmocka_unit_test(prefetching_changes_nothing),
    };
    seed_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
