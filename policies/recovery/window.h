/* SPDX-License-Identifier: Apache-2.0 */
/* At most so many restarts in any stretch of time: a ring of the times of the last ones.
 *
 * A restart counts for as long as `within` has not passed since, to the ns: the next one exactly
 * then is still too early, as for an OTP supervisor. */
#ifndef CAIRN_POLICIES_WINDOW_H
#define CAIRN_POLICIES_WINDOW_H

#include <stdint.h>

enum { WINDOW_MOST = 32 }; /* restarts; 264 bytes an actor */

struct window {
    int64_t at[WINDOW_MOST];
    uint32_t next, count; /* when all are in use, at[next] is the oldest */
};

/* May there be another one now? Then it is remembered. `most` and `within` never change. */
static inline int window_take(struct window *window, uint32_t most, int64_t within, int64_t now)
{
    if (most == 0 || (window->count == most && now - window->at[window->next] <= within))
        return 0;
    window->at[window->next] = now;
    window->next = window->next + 1 < most ? window->next + 1 : 0;
    window->count += window->count < most;
    return 1;
}

#endif
