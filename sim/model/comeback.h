/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comeback: what a group does from the moment it is struck until it works again. */
#ifndef CAIRN_MODEL_COMEBACK_H
#define CAIRN_MODEL_COMEBACK_H

#include "sim/model/group.h"

/* A rank lost its node, now; comeback_struck follows once for the outage. */
void comeback_rank_lost(void *group, uint32_t rank);
void comeback_struck(struct group *group);
/* A node came back: perhaps it was waited for. */
void comeback_node_returned(struct group *group);

/* The ends of its phases. */
void comeback_end_detection(struct group *group);
void comeback_end_restart(struct group *group);
void comeback_end_restore(struct group *group);
/* GROUP_BOUND: what the clairvoyant would have committed in the gap that ends now. */
void comeback_settle_bound(struct group *group);

#endif
