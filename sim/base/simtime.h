/* SPDX-License-Identifier: Apache-2.0 */
/* Simulated time: int64 nanoseconds since the run began, and arithmetic that cannot wrap.
 *
 * Integers, because intervals must add up exactly: every ledger of cairn balances to the
 * nanosecond. 2^63 ns is 292 years; anything later is SIMTIME_NEVER. A year is 365 days, as in
 * the papers that cairn is checked against. */
#ifndef CAIRN_BASE_SIMTIME_H
#define CAIRN_BASE_SIMTIME_H

#include <stdint.h>

typedef int64_t simtime;

#define SIMTIME_NEVER  INT64_MAX
#define SIMTIME_SECOND ((simtime)1000000000)
#define SIMTIME_MINUTE (60 * SIMTIME_SECOND)
#define SIMTIME_HOUR   (3600 * SIMTIME_SECOND)
#define SIMTIME_DAY    (86400 * SIMTIME_SECOND)
#define SIMTIME_YEAR   (365 * SIMTIME_DAY)

/* a + b for a, b >= 0; NEVER absorbs and overflow saturates to NEVER. */
static inline simtime simtime_add(simtime a, simtime b)
{
    simtime sum;
    return __builtin_add_overflow(a, b, &sum) ? SIMTIME_NEVER : sum;
}

/* floor(a * num / den) for a, num >= 0 and den > 0, through 128 bits; saturates to NEVER. */
static inline simtime simtime_scale(simtime a, int64_t num, int64_t den)
{
    __extension__ typedef unsigned __int128 u128;
    u128 scaled = (u128)(uint64_t)a * (uint64_t)num / (uint64_t)den;
    return scaled > (u128)SIMTIME_NEVER ? SIMTIME_NEVER : (simtime)scaled;
}

/* Seconds >= 0 to nanoseconds, rounded half up; NaN and anything past the end is NEVER. */
static inline simtime simtime_from_seconds(double seconds)
{
    double ns = seconds * 1e9 + 0.5;
    return ns < 0x1p63 ? (simtime)ns : SIMTIME_NEVER;
}

static inline double simtime_seconds(simtime t)
{
    return (double)t / 1e9;
}

#endif
