/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the digest depends on the sequence of values and on nothing else.
 * Method: golden constants (the same under an emulator of a big-endian machine: test_golden.c feeds
 * every result through it), lengths around the block boundary, one changed bit anywhere. */
#include "sim/base/digest.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct digest_value digest_of(uint64_t count, uint64_t changed)
{
    struct digest digest;
    memset(&digest, 0xa5, sizeof digest); /* what was in memory does not matter */
    digest_init(&digest);
    for (uint64_t i = 0; i < count; i++)
        digest_put(&digest, i == changed ? i ^ 1 : i);
    return digest_value(&digest);
}

static bool is_same(struct digest_value a, struct digest_value b)
{
    return a.high == b.high && a.low == b.low;
}

static void sequences_have_their_golden_digests(void **state)
{
    (void)state;
    static const struct {
        uint64_t count;
        const char *hex;
    } cases[] = {
        {0, "e5189a9599e3f86205ea23ef06e28b2d"},   {1, "0f89688ca6a519be00012273b9065b5b"},
        {253, "f40796c34c0170b4ecd094088f7fc8e3"}, {254, "07befcebb96be327f8a2610b0752ab46"},
        {255, "f4f8b82a39a15d0d58c19ca10fe32768"}, {100000, "2b371d5d8badf0f9a3ce484808af8fcd"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char hex[DIGEST_HEX];
        digest_hex(digest_of(cases[i].count, UINT64_MAX), hex);
        assert_string_equal(hex, cases[i].hex);
    }
}

static void asking_on_the_way_changes_nothing(void **state)
{
    (void)state;
    struct digest asked;
    digest_init(&asked);
    for (uint64_t i = 0; i < 1000; i++) {
        assert_true(is_same(digest_value(&asked), digest_of(i, UINT64_MAX)));
        digest_put(&asked, i);
        assert_int_equal(asked.count, i + 1);
    }
}

static void one_bit_anywhere_changes_the_digest(void **state)
{
    (void)state;
    struct digest_value base = digest_of(600, UINT64_MAX);
    for (uint64_t i = 0; i < 600; i++) {
        struct digest_value other = digest_of(600, i);
        assert_true(other.high != base.high && other.low != base.low);
    }
}

static void lengths_and_zeros_are_told_apart(void **state)
{
    (void)state;
    struct digest digest;
    struct digest_value seen[600];
    digest_init(&digest);
    for (int i = 0; i < 600; i++) {
        seen[i] = digest_value(&digest);
        for (int j = 0; j < i; j++)
            assert_false(is_same(seen[i], seen[j]));
        digest_put(&digest, 0);
    }
}

static struct digest_value digest_of_texts(const char *a, const char *b)
{
    struct digest digest;
    digest_init(&digest);
    digest_put_text(&digest, a, strlen(a));
    digest_put_text(&digest, b, strlen(b));
    return digest_value(&digest);
}

static void texts_do_not_run_together(void **state)
{
    (void)state;
    assert_true(is_same(digest_of_texts("node", "17"), digest_of_texts("node", "17")));
    assert_false(is_same(digest_of_texts("node", "17"), digest_of_texts("node1", "7")));
    assert_false(is_same(digest_of_texts("", "node"), digest_of_texts("node", "")));
    char zeros[2][2] = {{0, 0}, {0, 0}};
    struct digest one, two;
    digest_init(&one), digest_init(&two);
    digest_put_text(&one, zeros[0], 1), digest_put_text(&two, zeros[1], 2);
    assert_false(is_same(digest_value(&one), digest_value(&two)));
}

static void text_is_little_endian_words_behind_its_length(void **state)
{
    (void)state;
    struct digest text, words;
    digest_init(&text), digest_init(&words);
    digest_put_text(&text, "\x01\x02\x03\x04\x05\x06\x07\xff\x80", 9);
    digest_put(&words, 9);
    digest_put(&words, UINT64_C(0xff07060504030201));
    digest_put(&words, 0x80);
    assert_true(is_same(digest_value(&text), digest_value(&words)));
}

static void hex_writes_high_then_low(void **state)
{
    (void)state;
    char hex[DIGEST_HEX];
    digest_hex((struct digest_value){UINT64_C(0x0123456789abcdef), 0xf}, hex);
    assert_string_equal(hex, "0123456789abcdef000000000000000f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequences_have_their_golden_digests),
        cmocka_unit_test(asking_on_the_way_changes_nothing),
        cmocka_unit_test(one_bit_anywhere_changes_the_digest),
        cmocka_unit_test(lengths_and_zeros_are_told_apart),
        cmocka_unit_test(texts_do_not_run_together),
        cmocka_unit_test(text_is_little_endian_words_behind_its_length),
        cmocka_unit_test(hex_writes_high_then_low),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
