/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routing: calls that go to one actor of a variable, whichever the router chooses.
 *
 *     arguments there ──► waits ◄──────────── refused ◄──┐
 *                           │ first come, first served   │ full
 *              a search finds a replica ──hop──► arrives ┴► accepted: in the actor's queue
 *
 * Searches (inquiry.h) are not bound to requests: what any of them finds is for the request that
 * has waited longest. Until a replica has accepted a request nothing that happens to replicas is
 * the request's failure; from then on it shares the fate of its actor as any call does (service.h).
 */
#ifndef CAIRN_RUNTIME_ROUTING_H
#define CAIRN_RUNTIME_ROUTING_H

#include "sim/runtime/runtime.h"

/* Are the calls of this batch routed? */
bool routing_is_for(const struct runtime *rt, uint32_t batch);
/* A call that will be routed has been submitted: its actors must not end before it is accepted. */
void routing_expect(struct runtime *rt, uint32_t call);
/* It has arrived, its arguments are there or have failed (1 + the cause). */
void routing_request(struct runtime *rt, uint32_t call, uint32_t failed);
/* It reaches a replica, or is back from one that refused it. */
void routing_call_timer(struct runtime *rt, uint32_t call);
/* Its result is there. */
void routing_answered(struct runtime *rt, uint32_t call);
/* It is over, accepted or not. */
void routing_done(struct runtime *rt, uint32_t call);
/* No replica has accepted it, and none will: wherever it is, it fails now. */
void routing_cancel(struct runtime *rt, uint32_t call);
/* A replica is found: who has waited longest goes there. False: nobody waits. */
bool routing_send(struct runtime *rt, uint32_t inquiry);
/* May one of the set be asked for the result of this element again? */
bool routing_can_call_again(const struct runtime *rt, uint32_t set, uint32_t element);
/* It is: past the router, and as soon as its arguments are there before all that waits at one of
 * them, as that may wait for it. */
void routing_call_again(struct runtime *rt, uint32_t call);
/* Are there requests for the actors of this set that none of them has accepted? */
bool routing_is_open(const struct runtime *rt, uint32_t set);
/* The actor serves; it is known to have lost its process, or to be dead, or is told to stop. */
void routing_up(struct runtime *rt, uint32_t actor);
void routing_gone(struct runtime *rt, uint32_t actor);
/* The driver of this batch, which is routed, has ended. */
void routing_end(struct runtime *rt, uint32_t batch);
/* Searches begin where requests wait; was there anything to do? */
bool routing_run_ready(struct runtime *rt);

#endif
