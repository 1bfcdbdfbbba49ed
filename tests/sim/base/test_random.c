/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: draws are Philox4x32-10 at the address that the header describes, uniform in (0, 1).
 * Method: the published known answers of Random123 reached through addresses; each field of the
 * address is shown to matter; a million uniforms against moments and Kolmogorov's bound. */
#include "sim/base/random.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define DRAWS 1000000
#define BINS  4096

struct known_answer {
    uint32_t counter[4], key[2], words[4];
};

static struct random_words bits_at(const uint32_t counter[4], const uint32_t key[2])
{
    const struct random_address address = {(uint64_t)key[1] << 32 | key[0], counter[0],
                                           counter[1] >> 24, counter[2], counter[3]};
    return random_bits(&address, counter[1] & 0xffffff);
}

static void published_answers_are_met(void **state)
{
    (void)state;
    static const struct known_answer cases[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct random_words got = bits_at(cases[i].counter, cases[i].key);
        const uint32_t *want = cases[i].words;
        assert_int_equal(got.w[0], (uint64_t)want[1] << 32 | want[0]);
        assert_int_equal(got.w[1], (uint64_t)want[3] << 32 | want[2]);
    }
}

static void every_field_of_the_address_matters(void **state)
{
    (void)state;
    const uint32_t counter[4] = {1, 2u << 24 | 3, 4, 5}, key[2] = {6, 7};
    struct random_words base = bits_at(counter, key);
    for (int field = 0; field < 6; field++) {
        for (int bit = 0; bit < 32; bit++) {
            uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]},
                     k[2] = {key[0], key[1]};
            *(field < 4 ? &c[field] : &k[field - 4]) ^= 1u << bit;
            struct random_words other = bits_at(c, k);
            assert_true(other.w[0] != base.w[0] && other.w[1] != base.w[1]);
        }
    }
}

static void uniforms_are_the_leading_bits_and_a_half(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 10000; i++) {
        const struct random_address address = {99, i, 1, 2, 3};
        struct random_words bits = random_bits(&address, 7);
        struct random_pair pair = random_uniforms(&address, 7);
        for (int j = 0; j < 2; j++) {
            double scaled = ldexp(pair.u[j], 53);
            assert_true(scaled == (double)(2 * (bits.w[j] >> 12) + 1));
            assert_true(pair.u[j] > 0.0 && pair.u[j] < 1.0);
        }
    }
}

static void a_million_uniforms_are_uniform(void **state)
{
    (void)state;
    const char *text = getenv("CAIRN_SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 1;
    static uint32_t bins[2][BINS];
    double sums[2] = {0, 0}, product = 0.0;
    printf("seed %llu\n", (unsigned long long)seed);
    for (uint32_t i = 0; i < DRAWS; i++) {
        const struct random_address address = {seed, 0, 0, 0, i};
        struct random_pair pair = random_uniforms(&address, 0);
        for (int j = 0; j < 2; j++) {
            bins[j][(int)(pair.u[j] * BINS)]++;
            sums[j] += pair.u[j] - 0.5;
        }
        product += (pair.u[0] - 0.5) * (pair.u[1] - 0.5);
    }
    for (int j = 0; j < 2; j++) {
        double worst = 0.0, below = 0.0;
        for (int i = 0; i < BINS; i++) {
            below += bins[j][i];
            worst = fmax(worst, fabs(below / DRAWS - (i + 1.0) / BINS));
        }
        printf("D sqrt(n) %.2f, mean off by %.2f standard errors\n", worst * sqrt(DRAWS),
               sums[j] / sqrt(DRAWS / 12.0));
        assert_true(worst * sqrt(DRAWS) < 1.95);
        assert_true(fabs(sums[j]) < 4 * sqrt(DRAWS / 12.0));
    }
    assert_true(fabs(product) < 4 * sqrt(DRAWS) / 12.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_answers_are_met),
        cmocka_unit_test(every_field_of_the_address_matters),
        cmocka_unit_test(uniforms_are_the_leading_bits_and_a_half),
        cmocka_unit_test(a_million_uniforms_are_uniform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
