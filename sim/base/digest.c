/* SPDX-License-Identifier: Apache-2.0 */
/* The trajectory digest: XXH3-128 chained over blocks of 2 KiB.
 *
 * words[0] and words[1] hold the digest of everything before this block, the rest values, all as
 * little-endian bytes. A full block is hashed into the chain; asking for the value hashes what is
 * there with the count as the seed and changes nothing, so values may follow. The chain depends
 * only on the sequence of values. The trade: a copy of each value (1 ns) instead of a streaming
 * state. */
#include "sim/base/digest.h"
#include <assert.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define DIGEST_CHAIN 2 /* words of the chain at the head of a block */

/* The block's bytes, little-endian on every machine. */
static struct digest_value digest_hash(const struct digest *digest, uint64_t seed)
{
    const uint64_t *words = digest->words;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    uint64_t swapped[DIGEST_BUFFER];
    for (uint32_t i = 0; i < digest->used; i++)
        swapped[i] = __builtin_bswap64(words[i]);
    words = swapped;
#endif
    XXH128_hash_t hash = XXH3_128bits_withSeed(words, digest->used * sizeof(uint64_t), seed);
    return (struct digest_value){hash.high64, hash.low64};
}

static void digest_chain(struct digest *digest, struct digest_value value)
{
    digest->words[0] = value.low;
    digest->words[1] = value.high;
    digest->used = DIGEST_CHAIN;
}

void digest_init(struct digest *digest)
{
    digest->count = 0;
    digest_chain(digest, (struct digest_value){0, 0});
}

void digest_flush(struct digest *digest)
{
    assert(digest->used == DIGEST_BUFFER);
    digest_chain(digest, digest_hash(digest, 0));
}

void digest_put_text(struct digest *digest, const char *bytes, size_t length)
{
    assert(bytes != NULL || length == 0);
    digest_put(digest, length);
    for (size_t at = 0; at < length; at += 8) {
        uint64_t word = 0; /* eight bytes, the first lowest, zeros behind the last */
        for (size_t i = 0; i < 8 && at + i < length; i++)
            word |= (uint64_t)(unsigned char)bytes[at + i] << (8 * i);
        digest_put(digest, word);
    }
}

struct digest_value digest_value(const struct digest *digest)
{
    assert(digest->used >= DIGEST_CHAIN && digest->used < DIGEST_BUFFER);
    return digest_hash(digest, digest->count);
}

void digest_hex(struct digest_value value, char hex[DIGEST_HEX])
{
    static const char digits[] = "0123456789abcdef";
    for (unsigned i = 0; i < 16; i++) {
        hex[i] = digits[value.high >> (60 - 4 * i) & 15];
        hex[16 + i] = digits[value.low >> (60 - 4 * i) & 15];
    }
    hex[32] = '\0';
}
