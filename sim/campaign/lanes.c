/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bitmap that doubles. */
#include "sim/campaign/lanes.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 64 };

void lanes_fini(struct lanes *lanes)
{
    free(lanes->words);
    *lanes = (struct lanes){.words = NULL};
}

static bool grow(struct lanes *lanes)
{
    uint32_t count = lanes->words_count ? 2 * lanes->words_count : 1;
    uint64_t *words = realloc(lanes->words, count * sizeof *words);
    if (!words)
        return false;
    memset(words + lanes->words_count, 0, (count - lanes->words_count) * sizeof *words);
    lanes->words = words;
    lanes->words_count = count;
    return true;
}

uint32_t lanes_take(struct lanes *lanes)
{
    uint32_t word = 0;
    while (word < lanes->words_count && lanes->words[word] == UINT64_MAX)
        word++;
    if (word == lanes->words_count && !grow(lanes))
        return LANES_NONE;
    uint32_t bit = (uint32_t)__builtin_ctzll(~lanes->words[word]);
    uint32_t lane = word * BITS + bit;
    lanes->words[word] |= UINT64_C(1) << bit;
    if (lane >= lanes->most)
        lanes->most = lane + 1;
    return lane;
}

void lanes_give(struct lanes *lanes, uint32_t lane)
{
    uint64_t bit = UINT64_C(1) << lane % BITS;
    assert(lane / BITS < lanes->words_count && (lanes->words[lane / BITS] & bit));
    lanes->words[lane / BITS] &= ~bit;
}
