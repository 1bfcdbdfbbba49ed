/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spilling: results leave a host's memory for its disk.
 *
 * Above `runtime.spill.threshold` of the room, or when somebody waits for it, the primary copies
 * that nobody needs now, longest unused first, are written in one go: at least `fused` bytes of
 * them, or all there are when somebody waits. The bandwidth is the disk's, so writes follow one
 * another. Reads have a lane of their own of the same bandwidth. What is on disk is lost with its
 * node. */
#ifndef CAIRN_RUNTIME_SPILL_H
#define CAIRN_RUNTIME_SPILL_H

#include "sim/runtime/objects/store.h"

/* Begins to write, if it is time. */
void spill_consider(struct runtime *rt, uint32_t host);
void spill_timer(struct runtime *rt, uint32_t host);
/* How long so many bytes take from or to a disk. */
simtime spill_time(const struct runtime *rt, int64_t bytes);

#endif
