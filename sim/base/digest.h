/* SPDX-License-Identifier: Apache-2.0 */
/* A 128-bit digest of integers (XXH3), the same on little and big endian machines.
 *
 * Values go in one by one as 64-bit integers, never as structs: padding and byte order must not
 * leak. Two results are equal if and only if their trajectories were. */
#ifndef CAIRN_BASE_DIGEST_H
#define CAIRN_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct digest_value {
    uint64_t high, low;
};

#define DIGEST_HEX 33 /* 32 digits and the NUL */

#define DIGEST_BUFFER 256 /* values held back before they are mixed in: 2 KiB, L1 resident */

struct digest {
    uint64_t words[DIGEST_BUFFER];
    uint32_t used;
    uint64_t count; /* values put so far */
};

void digest_init(struct digest *digest);
/* Mixes a full buffer in; digest_put calls it. */
void digest_flush(struct digest *digest);
static inline void digest_put(struct digest *digest, uint64_t value)
{
    digest->words[digest->used++] = value;
    digest->count++;
    if (digest->used == DIGEST_BUFFER)
        digest_flush(digest);
}
void digest_put_text(struct digest *digest, const char *bytes, size_t length);
/* The digest of all values so far; more may follow. */
struct digest_value digest_value(const struct digest *digest);
void digest_hex(struct digest_value value, char hex[DIGEST_HEX]);

#endif
