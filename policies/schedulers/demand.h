/* SPDX-License-Identifier: Apache-2.0 */
/* Amounts of resources, compared without branches: these are the inner loops. At -O2 gcc unrolls
 * none by itself, and each would take twice as many instructions. */
#ifndef CAIRN_POLICIES_SCHEDULERS_DEMAND_H
#define CAIRN_POLICIES_SCHEDULERS_DEMAND_H

#include "policies/scheduler.h"

static inline int demand_fits(const struct cairn_demand *demand, const struct cairn_demand *free)
{
    int fits = 1;
#pragma GCC unroll 4
    for (int r = 0; r < CAIRN_RESOURCES; r++)
        fits &= demand->of[r] <= free->of[r];
    return fits;
}

static inline int demand_is(const struct cairn_demand *a, const struct cairn_demand *b)
{
    int same = 1;
#pragma GCC unroll 4
    for (int r = 0; r < CAIRN_RESOURCES; r++)
        same &= a->of[r] == b->of[r];
    return same;
}

static inline void demand_add(struct cairn_demand *sum, const struct cairn_demand *demand)
{
#pragma GCC unroll 4
    for (int r = 0; r < CAIRN_RESOURCES; r++)
        sum->of[r] += demand->of[r];
}

static inline void demand_subtract(struct cairn_demand *from, const struct cairn_demand *demand)
{
#pragma GCC unroll 4
    for (int r = 0; r < CAIRN_RESOURCES; r++)
        from->of[r] -= demand->of[r];
}

/* Each resource at least what the other has. */
static inline void demand_raise(struct cairn_demand *most, const struct cairn_demand *other)
{
#pragma GCC unroll 4
    for (int r = 0; r < CAIRN_RESOURCES; r++)
        most->of[r] = other->of[r] > most->of[r] ? other->of[r] : most->of[r];
}

static inline void demand_lower(struct cairn_demand *least, const struct cairn_demand *other)
{
#pragma GCC unroll 4
    for (int r = 0; r < CAIRN_RESOURCES; r++)
        least->of[r] = other->of[r] < least->of[r] ? other->of[r] : least->of[r];
}

/* The finalizer of splitmix64 (Steele, Lea, Flood 2014): every bit depends on every bit. */
static inline uint64_t hash_mixed(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

#endif
