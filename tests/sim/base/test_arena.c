/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: pieces are zeroed, aligned and apart; a second round of the same pieces takes nothing from
 * the system; no memory is an answer, not a crash.
 * Method: random rounds of pieces, each filled and checked at the end; this program's own calloc
 * fails on demand. */
#include "sim/base/arena.h"

#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#if defined __has_feature
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#elif defined __SANITIZE_ADDRESS__
#define HAS_ASAN 1
#endif

#if !defined HAS_ASAN && defined __GLIBC__
static size_t most; /* the largest piece that the system gives; 0: no limit */

void *__libc_calloc(size_t count, size_t size);
void *calloc(size_t count, size_t size)
{
    return most > 0 && count * size > most ? NULL : __libc_calloc(count, size);
}
#define HAS_FAULTS 1
#endif

#define PIECES 500

struct piece {
    unsigned char *bytes;
    size_t size;
};

static void fill_round(struct arena *arena, uint64_t seed)
{
    static struct piece pieces[PIECES];
    for (int i = 0; i < PIECES; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        size_t size = (size_t)(seed >> 43) >> (seed >> 32 & 15);
        pieces[i] = (struct piece){arena_alloc(arena, size), size};
        assert_non_null(pieces[i].bytes);
        assert_int_equal((uintptr_t)pieces[i].bytes % 64, 0);
        for (size_t j = 0; j < size; j += size / 64 + 1)
            assert_int_equal(pieces[i].bytes[j], 0);
        memset(pieces[i].bytes, i % 255 + 1, size);
        assert_string_equal(arena_copy(arena, "packed text", 6), "packed");
    }
    for (int i = 0; i < PIECES; i++)
        for (size_t j = 0; j < pieces[i].size; j += pieces[i].size / 64 + 1)
            assert_int_equal(pieces[i].bytes[j], i % 255 + 1);
}

static void a_second_round_grows_the_arena_zero_times(void **state)
{
    (void)state;
    uint64_t seed = support_seed(4);
    struct arena arena;
    arena_init(&arena);
    fill_round(&arena, seed);
    uint64_t grown = arena.grown;
    size_t reserved = arena.reserved;
    assert_true(grown > 1);
    for (int i = 0; i < 3; i++) {
        arena_reset(&arena);
        fill_round(&arena, seed);
    }
    assert_true(arena.grown == grown);
    assert_int_equal(arena.reserved, reserved);
    arena_fini(&arena);
}

static void chunks_grow_geometrically(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    for (int i = 0; i < 1 << 20; i++)
        assert_non_null(arena_alloc(&arena, 64));
    assert_true(arena.grown <= 11); /* 64 KiB doubled until they hold 64 MiB */
    assert_true(arena.reserved < (size_t)192 << 20);
    arena_fini(&arena);
    assert_null(arena.first);
}

static void rounds_of_different_pieces_stop_growing(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    uint64_t grown = 0;
    for (int i = 0; i < 200; i++) {
        arena_reset(&arena);
        for (int j = 0; j < 20; j++)
            assert_non_null(arena_alloc(&arena, (size_t)(i * 7919 + j * 104729) % 300000));
        grown = i == 100 ? arena.grown : grown;
    }
    assert_true(arena.grown == grown);
    arena_fini(&arena);
}

static void a_piece_of_no_bytes_is_a_pointer_of_its_own(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    void *a = arena_alloc(&arena, 0), *b = arena_array(&arena, 0, 8);
    assert_non_null(a);
    assert_non_null(b);
    assert_ptr_not_equal(a, b);
    assert_string_equal(arena_copy(&arena, NULL, 0), "");
    arena_fini(&arena);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    assert_null(arena_array(&arena, SIZE_MAX / 2, 3));
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_alloc(&arena, SIZE_MAX - 64));
    assert_null(arena_copy(&arena, "x", SIZE_MAX));
    assert_non_null(arena_alloc(&arena, 1)); /* and it is as good as before */
    arena_fini(&arena);
}

static void without_memory_the_answer_is_null_and_what_was_given_stays(void **state)
{
    (void)state;
#ifdef HAS_FAULTS
    struct arena arena;
    arena_init(&arena);
    char *kept = arena_copy(&arena, "kept", 4);
    most = 100000; /* less than the second chunk would be: the piece alone is tried */
    assert_non_null(arena_alloc(&arena, 70000));
    assert_int_equal(arena.grown, 2);
    assert_null(arena_alloc(&arena, 200000));
    assert_null(arena_array(&arena, 200, 1000));
    assert_non_null(arena_alloc(&arena, 1000));
    most = 0;
    assert_string_equal(kept, "kept");
    assert_non_null(arena_alloc(&arena, 200000));
    arena_fini(&arena);
#else
    skip(); /* the sanitizer has an allocator of its own */
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_round_grows_the_arena_zero_times),
        cmocka_unit_test(chunks_grow_geometrically),
        cmocka_unit_test(rounds_of_different_pieces_stop_growing),
        cmocka_unit_test(a_piece_of_no_bytes_is_a_pointer_of_its_own),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(without_memory_the_answer_is_null_and_what_was_given_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
