/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channels: where the calls of an actor wait for each other, at its queue or at a barrier.
 *
 * A call that has computed *enters* its line, and goes on when it is its turn: one that puts, when
 * there is room for its items; one that gets, when there are so many; one that gathers, when so
 * many of its method are there. Each line is first come, first served: a batch that does not fit
 * holds back those behind it. Who waits computes nothing, and does not stand in the way of
 * checkpoints. */
#ifndef CAIRN_RUNTIME_CHANNEL_H
#define CAIRN_RUNTIME_CHANNEL_H

#include "sim/runtime/actors/items.h"

struct channel {
    struct lineup puts, gets, gathers; /* lines of calls, by next_start */
    struct lineup met;                 /* they have gathered, and go on one after the other */
    uint32_t parked;                   /* calls in these lines */
    uint32_t first_method, methods_count;
    uint32_t *gathered; /* of these lines, by method: calls that wait at its barrier */
    uint64_t rounds;    /* that have met so far */
    struct items items;
};

/* The actor has one, if its class waits for anything. */
void channel_open(struct runtime *rt, uint32_t number);
/* Is there something that the call waits for when it has computed? */
bool channel_is_for(const struct runtime *rt, uint32_t call);
void channel_enter(struct runtime *rt, uint32_t call);
/* A call of this actor that may go on, and is in no line any more; 0: none may. */
uint32_t channel_next(struct runtime *rt, uint32_t number);
/* It waits no longer. Does it go on with what it has? Otherwise it has failed. */
bool channel_leave(struct runtime *rt, uint32_t call);
/* Calls of this actor that are parked. */
static inline uint32_t channel_parked(const struct actor *actor)
{
    return actor->channel ? actor->channel->parked : 0;
}
/* Its process is gone: nobody waits. */
void channel_stop(struct runtime *rt, uint32_t number);

#endif
