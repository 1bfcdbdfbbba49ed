/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growth: the actors that a map creates for itself, more and fewer, as policies/scaling.h says. */
#ifndef CAIRN_RUNTIME_GROWTH_H
#define CAIRN_RUNTIME_GROWTH_H

#include "sim/runtime/runtime.h"

/* Does the map create its actors itself? */
bool growth_is_own(const struct runtime *rt, uint32_t crew);
/* Asks until there is nothing to do, and does it. */
void growth_decide(struct runtime *rt, uint32_t crew);
/* The state of an actor that a crew created is another one from now on. */
void growth_hear(struct runtime *rt, uint32_t actor, uint8_t before);
/* When it was quiet for long enough. */
void growth_timer(struct runtime *rt, uint32_t crew);
/* The map is over: all of them are let go. */
void growth_end(struct runtime *rt, uint32_t crew);

#endif
