/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inquiries: what a router has under way, searches for a replica and news of one.
 *
 *     search: asks ──► probes ──there──► lengths ──back, or deadline──► answered ──► sends
 *               ▲                                                          │ nobody has room
 *               └──────────────── at once, further away; or after a wait ◄─┘
 *
 * A probe is a message each way; who is on the router's own node answers at once. */
#ifndef CAIRN_RUNTIME_INQUIRY_H
#define CAIRN_RUNTIME_INQUIRY_H

#include "sim/runtime/runtime.h"

struct inquiry *inquiry_of(const struct runtime *rt, uint32_t number);
/* A search, after so long; -1: it begins here and now, not to be called from within another. */
void inquiry_search(struct runtime *rt, uint32_t fleet, const struct cairn_search *search,
                    simtime wait);
/* A replica is asked, and nobody waits for its answer; serial: of the search that wants to know. */
void inquiry_ask(struct runtime *rt, uint32_t fleet, uint32_t replica, uint64_t serial);
/* A replica has accepted a request, and says how many it has. */
void inquiry_accepted(struct runtime *rt, uint32_t fleet, uint32_t replica, int32_t length);
void inquiry_timer(struct runtime *rt, uint32_t number);
/* Has another candidate of the search fewer requests than the one that it has chosen? */
bool inquiry_is_misled(const struct runtime *rt, uint32_t number);

#endif
