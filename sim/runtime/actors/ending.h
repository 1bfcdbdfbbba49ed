/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Graceful ends: an actor does the calls that it has, takes no more, and ends; or is killed when
 * its time is up. */
#ifndef CAIRN_RUNTIME_ENDING_H
#define CAIRN_RUNTIME_ENDING_H

#include "sim/runtime/runtime.h"

/* It ends within `limit`; of two limits the earlier one holds. The result `element` of this batch
 * is there when it has. */
void ending_begin(struct runtime *rt, uint32_t actor, simtime limit, uint32_t batch,
                  uint32_t element);
/* Its time is up. */
void ending_timer(struct runtime *rt, uint32_t actor);
/* It is dead, however that came. */
void ending_over(struct runtime *rt, uint32_t actor);

#endif
