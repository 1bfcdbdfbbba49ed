/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lanes: numbers from 0, taken lowest first and given back, so that what overlaps in time never
 * shares one. Which slot of its node a placement has is nobody's decision in a run; in a picture it
 * must stand somewhere, and this is where. */
#ifndef CAIRN_CAMPAIGN_LANES_H
#define CAIRN_CAMPAIGN_LANES_H

#include <stdbool.h>
#include <stdint.h>

#define LANES_NONE UINT32_MAX

/* Zero is empty. */
struct lanes {
    uint64_t *words; /* a bit a lane: taken */
    uint32_t words_count;
    uint32_t most; /* lanes that were ever taken */
};

void lanes_fini(struct lanes *lanes);
/* The lowest that is free; LANES_NONE: no memory. */
uint32_t lanes_take(struct lanes *lanes);
void lanes_give(struct lanes *lanes, uint32_t lane);

#endif
