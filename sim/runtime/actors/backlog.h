/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The backlog of an actor: its calls that wait, in the order in which they are to begin.
 *
 * How many calls an actor has in all is counted by who puts them here, as those that run count too:
 * only backlog_drop, after which a call is nowhere, takes one off. */
#ifndef CAIRN_RUNTIME_BACKLOG_H
#define CAIRN_RUNTIME_BACKLOG_H

#include "sim/runtime/runtime.h"

/* A call goes behind the others of its actor; it has not arrived yet. */
void backlog_queue(struct runtime *rt, uint32_t call);
/* A call is made again: when its arguments are there it goes before all that wait, as these may
 * need its result; and not earlier, as it may need theirs. */
void backlog_expect_again(struct runtime *rt, uint32_t call);
/* May the actor of this call be asked for a result again? */
bool backlog_can_call_again(const struct runtime *rt, const struct batch *batch, uint32_t element);
/* Behind the others; before them. */
void backlog_push_back(struct runtime *rt, struct actor *actor, uint32_t call);
void backlog_push_front(struct runtime *rt, struct actor *actor, uint32_t call);
/* Behind those that have arrived, and before those that may have to wait for it. */
void backlog_push_arrived(struct runtime *rt, struct actor *actor, uint32_t call);
/* How many such a call stands behind, those that run included. */
uint32_t backlog_ahead(const struct runtime *rt, const struct actor *actor);
/* The first one waits no more; there must be one. */
void backlog_pop_front(struct runtime *rt, struct actor *actor);
/* This call leaves the list, in which it must be: one of those that run, for instance. */
void backlog_take_out(struct runtime *rt, uint32_t *list, uint32_t call);
/* A call that is made again, and that waits, has lost its arguments once more: they are expected
 * anew before it is, so that it does not stand before what makes them. */
void backlog_step_aside(struct runtime *rt, struct actor *actor, uint32_t call);
/* It waits no more, wherever it was, and its actor is done with it. */
void backlog_drop(struct runtime *rt, struct actor *actor, uint32_t call);

#endif
