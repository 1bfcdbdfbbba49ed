/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actors: processes with a state, and a queue of calls in the order in which they were submitted.
 *
 *     ──0──► unready ──1──► pending ──2──► alive ──3──► restarting     0 registered
 *               │8             │7           │6  ◄──4──  │5             2, 4 its constructor is done
 *               └──────────────┴────► dead ◄┴───────────┘  ──9──►      3 process lost, may restart
 *
 * These are the documented transitions (9, a dead actor brought back by lineage, does not occur
 * here: nobody can ask for it). A call is a step: the state's version counts the calls it holds. A
 * crash takes the state back to nothing, or to the newest complete checkpoint; an exception takes
 * nothing. A snapshot is a call like the others, and covers the state as it begins. */
#ifndef CAIRN_RUNTIME_ACTOR_H
#define CAIRN_RUNTIME_ACTOR_H

#include "sim/runtime/runtime.h"

extern const char *const actor_states[ACTOR_DEAD + 1];

struct actor *actor_of(const struct runtime *rt, uint32_t number);
uint32_t actor_new(struct runtime *rt, uint32_t batch, uint32_t element, uint32_t class);
/* Its registration has arrived: the scheduler is asked for a place. */
void actor_request(struct runtime *rt, uint32_t number);
void actor_place(struct runtime *rt, const struct cairn_placement *placement);
void actor_timer(struct runtime *rt, uint32_t number);
void actor_persisted(struct runtime *rt, uint32_t number);
/* A call goes behind the others; it has not arrived yet. */
void actor_queue(struct runtime *rt, uint32_t call);
/* It has arrived, its arguments are there or have failed (1 + the cause). */
void actor_call_ready(struct runtime *rt, uint32_t call, uint32_t failed);
void actor_call_timer(struct runtime *rt, uint32_t call);
/* Its process is gone: nobody knows until actor_detected. */
void actor_lost(struct runtime *rt, uint32_t number, uint32_t cause);
void actor_detected(struct runtime *rt, uint32_t number);
void actor_crash(struct runtime *rt, uint32_t number);
/* At once, and for good. */
void actor_kill(struct runtime *rt, uint32_t number, uint32_t cause);
/* Nobody has a handle of this set: each ends when its calls have. */
void actor_let_go(struct runtime *rt, uint32_t set);
/* The run is over: what was under way is charged. */
void actor_stop(struct runtime *rt, uint32_t number);

#endif
