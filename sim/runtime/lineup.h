/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lineups: who waits, in a line through the records themselves.
 *
 * A record can stand in one lineup per link that it has; which link a lineup goes through is said
 * with every call of these, so that a lineup is two numbers and a record pays for no list that it
 * is not in. Main invariant: `last` is the last of those that `first` leads to; both are 0 where
 * nobody waits. */
#ifndef CAIRN_RUNTIME_LINEUP_H
#define CAIRN_RUNTIME_LINEUP_H

#include <stdbool.h>
#include <stdint.h>

struct runtime;
struct lineup {
    uint32_t first, last;
};
/* Where the record of this number keeps who comes after it. */
typedef uint32_t *lineup_link(const struct runtime *rt, uint32_t number);

static inline void lineup_push_back(const struct runtime *rt, struct lineup *lineup,
                                    lineup_link *link, uint32_t number)
{
    *link(rt, number) = 0;
    *(lineup->last ? link(rt, lineup->last) : &lineup->first) = number;
    lineup->last = number;
}

static inline void lineup_push_front(const struct runtime *rt, struct lineup *lineup,
                                     lineup_link *link, uint32_t number)
{
    *link(rt, number) = lineup->first;
    lineup->first = number;
    if (!lineup->last)
        lineup->last = number;
}

/* The first one, who waits no more; 0: nobody does. */
static inline uint32_t lineup_pop_front(const struct runtime *rt, struct lineup *lineup,
                                        lineup_link *link)
{
    uint32_t number = lineup->first;
    if (number)
        lineup->first = *link(rt, number);
    if (!lineup->first)
        lineup->last = 0;
    return number;
}

/* From wherever it stands. Was it there? */
static inline bool lineup_take_out(const struct runtime *rt, struct lineup *lineup,
                                   lineup_link *link, uint32_t number)
{
    uint32_t before = 0, at = lineup->first;
    for (; at && at != number; at = *link(rt, at))
        before = at;
    if (!at)
        return false;
    *(before ? link(rt, before) : &lineup->first) = *link(rt, number);
    if (lineup->last == number)
        lineup->last = before;
    return true;
}

#endif
