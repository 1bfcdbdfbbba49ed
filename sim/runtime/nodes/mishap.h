/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mishaps: failures at exact times, and processes that end by themselves.
 *
 * Beside the cluster's own failures (sim/model/fault.h): a schedule that names what fails when, and
 * for tasks and actors a time after which their process ends. */
#ifndef CAIRN_RUNTIME_MISHAP_H
#define CAIRN_RUNTIME_MISHAP_H

#include "sim/runtime/runtime.h"

/* Time 0: everything scheduled is on the clock. */
void mishap_begin(struct runtime *rt);
/* What is scheduled as number `index` is announced; and has come. */
void mishap_notice_timer(struct runtime *rt, uint32_t index);
void mishap_timer(struct runtime *rt, uint32_t index);
/* The failure of the node in this place, at `until`, is announced: it takes nothing new.
 * CLUSTER_NOBODY: of a node, or more than one, that has no place. */
void mishap_notice(struct runtime *rt, uint32_t place, simtime until);

/* How long this attempt's process, or this life of an actor, works before it ends; NEVER: it does
 * not. */
simtime mishap_of_call(struct runtime *rt, const struct call *call);
simtime mishap_of_actor(struct runtime *rt, const struct actor *actor);

#endif
