/* SPDX-License-Identifier: Apache-2.0 */
/* How long to wait before trying again: a law over the number of failures.
 *
 *     failure k      1        2          3              k
 *     fixed          b        b          b              b
 *     linear         b        2 b        3 b            k b
 *     exponential    b        b f        b f^2          b f^(k-1)
 *
 * `first` moves the row: at once puts a 0 in front of it, factor leaves out its first place (the
 * Orchestrator's code does). The cap binds before the jitter, so that waits at the cap are spread
 * too; the least wait binds last. What the law leaves out stays 0. */
#ifndef CAIRN_POLICIES_DELAYS_H
#define CAIRN_POLICIES_DELAYS_H

#include <stdint.h>

enum delays_form { DELAYS_NONE, DELAYS_FIXED, DELAYS_LINEAR, DELAYS_EXPONENTIAL };
enum delays_first { DELAYS_AT_ONCE, DELAYS_BASE, DELAYS_FACTOR };

struct delays {
    double base, factor;  /* s; at least 1 */
    double cap, least;    /* s */
    double jitter;        /* 0 to 1: uniform in +- this part of the wait */
    uint32_t form, first; /* enum delays_form, delays_first */
};

/* The wait after failure k >= 1 in seconds, without jitter and least. A power is a product, so it
 * is exact wherever it can be. */
double delays_seconds(const struct delays *law, uint64_t k);
/* The wait in ns; `random` is 64 even bits. */
int64_t delays_ns(const struct delays *law, uint64_t k, uint64_t random);

#endif
