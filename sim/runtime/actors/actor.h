/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actors: processes with a state, and a queue of calls in the order in which they were submitted.
 *
 *     ──0──► unready ──1──► pending ──2──► alive ──3──► restarting     0 registered
 *               │8             │7           │6  ◄──4──  │5             2, 4 its constructor is done
 *               └──────────────┴────► dead ◄┴───────────┘  ──9──►      3 process lost, may restart
 *
 * These are the documented transitions (9, a dead actor brought back by lineage, does not occur
 * here: nobody can ask for it). What an actor does while it lives is service.h. */
#ifndef CAIRN_RUNTIME_ACTOR_H
#define CAIRN_RUNTIME_ACTOR_H

#include "sim/runtime/runtime.h"

extern const char *const actor_states[ACTOR_DEAD + 1];

struct actor *actor_of(const struct runtime *rt, uint32_t number);
static inline const struct program_actor *actor_class(const struct runtime *rt,
                                                      const struct actor *actor)
{
    return &rt->program->actors[actor->class];
}
uint32_t actor_new(struct runtime *rt, uint32_t batch, uint32_t element, uint32_t class);
/* Its registration has arrived: the scheduler is asked for a place. */
void actor_request(struct runtime *rt, uint32_t number);
/* The head is away: it asks for its place no more, and again when the head is back. */
void actor_withdraw(struct runtime *rt, uint32_t number);
void actor_ask_again(struct runtime *rt, uint32_t number);
void actor_place(struct runtime *rt, const struct cairn_placement *placement);
struct told actor_told(const struct runtime *rt, uint32_t number, enum told_kind kind);
void actor_tell(struct runtime *rt, uint32_t number, enum told_kind kind, uint32_t to,
                slot_ns amount);
void actor_timer(struct runtime *rt, uint32_t number);
/* Its process is gone: nobody knows until actor_detected. */
void actor_lost(struct runtime *rt, uint32_t number, uint32_t cause);
void actor_detected(struct runtime *rt, uint32_t number);
void actor_end_process(struct runtime *rt, uint32_t number, uint32_t cause);
void actor_crash(struct runtime *rt, uint32_t number);
/* At once, and for good. */
void actor_kill(struct runtime *rt, uint32_t number, uint32_t cause);
/* Does the state of each actor of this set count so many calls? */
bool actor_all_hold(const struct runtime *rt, uint32_t set, uint64_t calls);
/* Nobody has a handle of this set: each ends when its calls have. */
void actor_let_go(struct runtime *rt, uint32_t set);
/* The run is over: what was under way is charged. */
void actor_stop(struct runtime *rt, uint32_t number);

#endif
