/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lineage: results that are gone are made again by their calls. */
#ifndef CAIRN_RUNTIME_LINEAGE_H
#define CAIRN_RUNTIME_LINEAGE_H

#include "sim/runtime/runtime.h"

/* It is gone and somebody needs it: its call is submitted again, and those that its arguments need;
 * or, if nothing can make it, it has failed. */
void lineage_rebuild(struct runtime *rt, uint32_t batch, uint32_t element);

/* All its results are there, and may be lost: its calls are remembered from now on, and the oldest
 * of all forgotten where they are too many. */
void lineage_keep(struct runtime *rt, uint32_t batch);
/* It is no more, or under way again. */
void lineage_release(struct runtime *rt, uint32_t batch);

#endif
