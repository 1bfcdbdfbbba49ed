/* SPDX-License-Identifier: Apache-2.0 */
/* Waits before another try: fixed, linear, exponential; capped and jittered.
 *
 * Only + - * on double, so every machine waits equally long. A power that overflows is infinite,
 * and then the cap. */
#include "policies/recovery/delays.h"
#include "sim/base/simtime.h"

static double power(double factor, uint64_t n)
{
    double product = 1;
    for (; n > 0; n >>= 1) {
        if (n & 1)
            product *= factor;
        factor *= factor;
    }
    return product;
}

/* The place in the law's row, from 0 on, of the wait after failure k >= 1; -1: before it. */
static int64_t place_of(const struct delays *law, uint64_t k)
{
    uint64_t most = INT64_MAX - 1;
    int64_t place = (int64_t)(k < most ? k : most) - 1;
    return law->first == DELAYS_AT_ONCE  ? place - 1
           : law->first == DELAYS_FACTOR ? place + 1
                                         : place;
}

double delays_seconds(const struct delays *law, uint64_t k)
{
    int64_t place = place_of(law, k);
    double wait = law->base;
    if (law->form == DELAYS_NONE || place < 0 || !(law->base > 0))
        return 0;
    if (law->form == DELAYS_LINEAR)
        wait *= (double)(place + 1);
    else if (law->form == DELAYS_EXPONENTIAL)
        wait *= power(law->factor, (uint64_t)place);
    return wait < law->cap ? wait : law->cap;
}

int64_t delays_ns(const struct delays *law, uint64_t k, uint64_t random)
{
    double wait = delays_seconds(law, k), u = ((double)(random >> 11) + 0.5) * 0x1p-53;
    if (law->form == DELAYS_NONE || place_of(law, k) < 0)
        return 0;
    if (law->jitter > 0)
        wait *= 1 + law->jitter * (2 * u - 1);
    return simtime_from_seconds(wait > law->least ? wait : law->least);
}
