/* SPDX-License-Identifier: Apache-2.0 */
/* Philox4x32-10 draws by address.
 *
 * Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC'11), through
 * Random123's header. A uniform is an odd multiple of 2^-53: 52 random bits and a set last bit, so
 * that it is exact, never 0 or 1, and u and 1 - u are equally likely. (53 random bits plus a half
 * would round to 1 once in 2^53.) Words are put together by shifts: byte order does not matter. */
#include "sim/base/random.h"
#include <Random123/philox.h>
#include <assert.h>
#include <string.h>

static_assert(sizeof(struct random_address) == 24, "an address is six words, without padding");

/* Always inlined: the ten rounds overlap with the caller's only when no call stands between. */
__attribute__((always_inline)) static inline struct random_words
random_block(const struct random_address *address, uint32_t word)
{
    assert(address->stream < 256);
    assert(word < (1u << 24));
    philox4x32_ctr_t counter = {
        {address->replication, address->stream << 24 | word, address->entity, address->occurrence}};
    philox4x32_key_t key = {{(uint32_t)address->seed, (uint32_t)(address->seed >> 32)}};
    philox4x32_ctr_t block = philox4x32_R(10, counter, key);
    return (struct random_words){
        {(uint64_t)block.v[1] << 32 | block.v[0], (uint64_t)block.v[3] << 32 | block.v[2]}};
}

/* (2 k + 1) 2^-53 for the 52 leading bits k: written behind the exponent of 1, which is then taken
 * off again together with the half step; both are exact. */
static inline double open_unit(uint64_t word)
{
    uint64_t bits = word >> 12 | UINT64_C(0x3ff) << 52;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x - (1.0 - 0x1p-53);
}

struct random_words random_bits(const struct random_address *address, uint32_t word)
{
    return random_block(address, word);
}

struct random_pair random_uniforms(const struct random_address *address, uint32_t word)
{
    struct random_words bits = random_block(address, word);
    return (struct random_pair){{open_unit(bits.w[0]), open_unit(bits.w[1])}};
}
