/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters that routers have in common: those of all, and those of the ones that ask. */
#ifndef CAIRN_POLICIES_ROUTERS_HABITS_H
#define CAIRN_POLICIES_ROUTERS_HABITS_H

#include "policies/router.h"

static const char *const habits_answers[] = {"no", "yes", NULL};

enum habits_param {
    HABITS_PREFER_NODE,
    HABITS_PREFER_ZONE,
    HABITS_MAX_ONGOING,
    HABITS_BACKOFF,
    HABITS_FACTOR,
    HABITS_BACKOFF_CAP,
    HABITS_JITTER,
    HABITS_SEARCHES,
    HABITS_CACHE, /* from here on: of those that ask */
    HABITS_DEADLINE,
    HABITS_DEADLINE_CAP,
    HABITS_ENDS
};

/* clang-format off */
#define HABITS_PARAMS                                                                              \
    {.name = "prefer_node", .unit = CAIRN_CHOICE, .fallback = "yes", .choices = habits_answers,    \
     .help = "look on the caller's own node first?"},                                              \
    {.name = "prefer_zone", .unit = CAIRN_CHOICE, .fallback = "yes", .choices = habits_answers,    \
     .help = "then in its zone?"},                                              \
    {.name = "max_ongoing", .unit = CAIRN_COUNT, .fallback = "0", .max = 1e6,                      \
     .help = "requests that a replica accepts, those that wait there included; 0: as many as it "  \
             "serves at once"},                                                                    \
    {.name = "backoff", .unit = CAIRN_DURATION, .fallback = "25 ms", .max = 1e9,                   \
     .help = "wait before the second search in a row that finds nobody is made again; before the " \
             "first there is none"},                                                               \
    {.name = "backoff_factor", .unit = CAIRN_NUMBER, .fallback = "2", .min = 1, .max = 1e6,        \
     .help = "each wait is so many times the one before"},                                         \
    {.name = "backoff_cap", .unit = CAIRN_DURATION, .fallback = "0.5 s", .max = 1e9,               \
     .help = "waits grow up to this"},                                                             \
    {.name = "jitter", .unit = CAIRN_FRACTION, .fallback = "0", .max = 1,                          \
     .help = "waits are uniform within plus or minus this part"},                                  \
    {.name = "searches", .unit = CAIRN_COUNT, .fallback = "50", .min = 1, .max = 1e6,              \
     .help = "searches under way at once, at most, and no more than two a replica"}

#define HABITS_ASKING                                                                              \
    {.name = "cache", .unit = CAIRN_DURATION, .fallback = "10 s", .max = 1e9,                      \
     .help = "a queue's length is trusted so long; 0 s: it is always asked for"},                  \
    {.name = "deadline", .unit = CAIRN_DURATION, .fallback = "0.1 s", .min = 1e-3, .max = 1e9,     \
     .help = "who has not answered a probe by then does not count; twice as much for each further "\
             "probe of a search"},                                                                 \
    {.name = "deadline_cap", .unit = CAIRN_DURATION, .fallback = "1 s", .max = 1e9,                \
     .help = "up to this"},                                                                        \
    {.name = "counts_ends", .unit = CAIRN_CHOICE, .fallback = "no", .choices = habits_answers,     \
     .help = "is a trusted length one less when a request is done? Serve's goes up only, until a " \
             "replica tells its own"}
/* clang-format on */

static inline void habits_plan(const struct cairn_value *values, int is_asking, void *plan)
{
    struct cairn_router_plan *p = plan;
    p->prefer_node = values[HABITS_PREFER_NODE].i != 0;
    p->prefer_zone = values[HABITS_PREFER_ZONE].i != 0;
    p->max_ongoing = (uint32_t)values[HABITS_MAX_ONGOING].i;
    p->searches = (uint32_t)values[HABITS_SEARCHES].i;
    p->wait.first = values[HABITS_BACKOFF].x;
    p->wait.factor = values[HABITS_FACTOR].x;
    p->wait.cap = values[HABITS_BACKOFF_CAP].x;
    p->wait.jitter = values[HABITS_JITTER].x;
    if (!is_asking)
        return;
    p->cache = values[HABITS_CACHE].i;
    p->counts_ends = values[HABITS_ENDS].i != 0;
    p->deadline.first = values[HABITS_DEADLINE].x;
    p->deadline.factor = 2;
    p->deadline.cap = values[HABITS_DEADLINE_CAP].x;
    if (p->deadline.cap < p->deadline.first) /* as in Serve */
        p->deadline.cap = p->deadline.first;
}

/* One of count, evenly. */
static inline uint32_t habits_draw(uint64_t random, uint32_t count)
{
    return (uint32_t)(((random >> 32) * count) >> 32);
}

#endif
