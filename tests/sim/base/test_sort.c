/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: sort_stable sorts, keeps equal items in order, and hands the context through.
 * Method: random arrays of every length to 300 and one of a million, few distinct keys, each item
 * tagged with its place; an item size that is no power of two; sorted, reversed, constant input. */
#include "sim/base/random.h"
#include "sim/base/sort.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MANY 1000000

struct item { /* 12 bytes */
    uint32_t key, place, copy;
};

struct counter {
    uint64_t *calls;
    int sign;
};

static int item_compare(const void *a, const void *b, const void *context)
{
    const struct item *x = a, *y = b;
    const struct counter *counter = context;
    (*counter->calls)++;
    return counter->sign * ((x->key > y->key) - (x->key < y->key));
}

enum shape { SHAPE_RANDOM, SHAPE_SORTED, SHAPE_REVERSED, SHAPE_CONSTANT, SHAPES };

static uint32_t key_at(enum shape shape, uint64_t seed, size_t count, size_t i)
{
    const struct random_address address = {seed, (uint32_t)count, 0, 0, (uint32_t)i};
    switch (shape) {
    case SHAPE_RANDOM:
        return (uint32_t)(random_bits(&address, 0).w[0] % (count / 3 + 1));
    case SHAPE_SORTED:
        return (uint32_t)(i / 2);
    case SHAPE_REVERSED:
        return (uint32_t)(count - i / 2);
    default:
        return 7;
    }
}

/* Sorts `count` items and checks order, stability and that nothing was lost; returns the compares.
 */
static uint64_t sort_and_check(enum shape shape, size_t count, int sign, uint64_t seed)
{
    struct item *items = malloc((count + 1) * sizeof *items);
    struct item *scratch = malloc((count + 1) * sizeof *scratch);
    uint64_t calls = 0, places = 0;
    struct counter counter = {&calls, sign};
    for (size_t i = 0; i < count; i++) {
        uint32_t key = key_at(shape, seed, count, i);
        items[i] = (struct item){key, (uint32_t)i, ~key};
    }
    sort_stable(items, count, sizeof *items, item_compare, &counter, scratch);
    uint64_t compares = calls;
    for (size_t i = 0; i < count; i++) {
        places += items[i].place;
        assert_true(items[i].copy == ~items[i].key);
        if (i > 0) {
            int order = item_compare(&items[i - 1], &items[i], &counter);
            assert_true(order < 0 || (order == 0 && items[i - 1].place < items[i].place));
        }
    }
    assert_int_equal(places, count * (count - (count > 0)) / 2);
    free(items);
    free(scratch);
    return compares;
}

static uint64_t test_seed(void)
{
    const char *text = getenv("CAIRN_SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 1;
    printf("seed %llu\n", (unsigned long long)seed);
    return seed;
}

static void every_short_array_is_sorted_stably(void **state)
{
    (void)state;
    uint64_t seed = test_seed();
    for (size_t count = 0; count <= 300; count++)
        for (int shape = 0; shape < SHAPES; shape++) {
            sort_and_check((enum shape)shape, count, 1, seed);
            sort_and_check((enum shape)shape, count, -1, seed);
        }
}

static void a_million_items_take_n_log_n_compares(void **state)
{
    (void)state;
    uint64_t compares = sort_and_check(SHAPE_RANDOM, MANY, 1, test_seed());
    printf("%.1f compares an item\n", (double)compares / MANY);
    assert_true(compares < UINT64_C(21) * MANY);
}

static void sorted_input_takes_one_compare_a_run(void **state)
{
    (void)state;
    assert_true(sort_and_check(SHAPE_SORTED, 1 << 16, 1, 1) == (1 << 16) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_short_array_is_sorted_stably),
        cmocka_unit_test(a_million_items_take_n_log_n_compares),
        cmocka_unit_test(sorted_input_takes_one_compare_a_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
