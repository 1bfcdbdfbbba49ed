/* SPDX-License-Identifier: Apache-2.0 */
/* Addressed random numbers: Philox4x32-10, keyed by the seed, no state.
 *
 * A draw has an address (replication, stream, entity, occurrence), never a place in a sequence: the
 * k-th lifetime of node j in replication r is the same number under every policy, in any order of
 * calls, on any thread. counter = (replication, stream << 24 | word, entity, occurrence). */
#ifndef CAIRN_BASE_RANDOM_H
#define CAIRN_BASE_RANDOM_H

#include <stdint.h>

struct random_address {
    uint64_t seed;
    uint32_t replication;
    uint32_t stream; /* < 256: what the number is for */
    uint32_t entity;
    uint32_t occurrence;
};

/* One 128-bit block: two uniforms in the open interval (0, 1), odd multiples of 2^-53, so that 1 -
 * u is exact and as likely as u. word < 2^24 addresses further blocks of the same draw. */
struct random_pair {
    double u[2];
};
struct random_pair random_uniforms(const struct random_address *address, uint32_t word);

/* The same block as two 64-bit words. */
struct random_words {
    uint64_t w[2];
};
struct random_words random_bits(const struct random_address *address, uint32_t word);

#endif
