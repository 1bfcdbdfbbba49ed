/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fleet: the actors of one variable as replicas, and the router that drivers ask of them.
 *
 * It is there from the first call on that is routed among them, and is the same for all drivers, as
 * the router of a Ray Serve handle is. Replica i is actor i of the set. */
#ifndef CAIRN_RUNTIME_FLEET_H
#define CAIRN_RUNTIME_FLEET_H

#include "sim/runtime/runtime.h"

struct fleet *fleet_of(const struct runtime *rt, uint32_t number);
/* Its number; opened where there is none. 0: no memory. */
uint32_t fleet_open(struct runtime *rt, uint32_t set);
/* The actor of a replica. */
uint32_t fleet_actor(const struct runtime *rt, const struct fleet *fleet, uint32_t replica);
/* Requests there, as it would say itself; CAIRN_UNKNOWN: it would not. */
int32_t fleet_length(const struct runtime *rt, const struct fleet *fleet, uint32_t replica);
/* May it accept one more? */
bool fleet_accepts(const struct runtime *rt, const struct fleet *fleet, uint32_t replica);
/* How long a message takes between the router and this replica. */
simtime fleet_hop(const struct runtime *rt, const struct fleet *fleet, uint32_t replica);
enum cairn_near fleet_near(const struct runtime *rt, const struct fleet *fleet, uint32_t replica);
/* All actors are dead, for good. */
bool fleet_is_dead(const struct runtime *rt, const struct fleet *fleet);
/* The router is told that the actor serves, or does no more. */
void fleet_up(struct runtime *rt, const struct fleet *fleet, uint32_t replica);
void fleet_gone(struct runtime *rt, const struct fleet *fleet, uint32_t replica);
/* Two words of random bits for the router: what is asked, and which of its questions it is. */
void fleet_draw(const struct runtime *rt, const struct fleet *fleet, uint64_t index, uint32_t word,
                uint64_t random[2]);
/* Does the router remember lengths, so that it wants to hear of them? */
bool fleet_remembers(const struct runtime *rt);

static inline const struct cairn_router_class *fleet_router(const struct runtime *rt)
{
    return rt->spec->router.class;
}

#endif
