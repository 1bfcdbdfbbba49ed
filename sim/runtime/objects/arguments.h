/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arguments: what a call needs on its host before it runs, and how it comes there.
 *
 * Shared by tasks and by the calls of actors. First what is missing is found, then room is asked
 * for, then everything is on its way; from then on until arguments_let_go nothing of it leaves the
 * host. */
#ifndef CAIRN_RUNTIME_ARGUMENTS_H
#define CAIRN_RUNTIME_ARGUMENTS_H

#include "sim/runtime/objects/copies.h"
#include "sim/runtime/objects/store.h"

struct arguments {
    struct copies_fetch fetch;
    int64_t room; /* that what is fetched will take on the host, */
    int64_t here; /* where others take so much already */
    bool is_lost; /* one is gone and being made again, for which the call now waits, or cannot be */
};

/* A result that was on its way to this host will not arrive: who waits for it lets all go. */
void arguments_lose(struct runtime *rt, uint32_t host, uint32_t batch, uint32_t element);
/* Has all that was to be brought to this host arrived, and is it there to stay? */
bool arguments_have_arrived(const struct runtime *rt, uint32_t call, uint32_t host);
/* What its arguments still have to bring to this host. */
struct arguments arguments_find(struct runtime *rt, uint32_t call, uint32_t host);
/* Room that its arguments still want there, as things are now. */
int64_t arguments_room(const struct runtime *rt, uint32_t call, uint32_t host);
/* Room for them: with it they are there to stay; otherwise the call waits, or has to fail. */
enum store_answer arguments_ask(struct runtime *rt, uint32_t call, uint32_t host,
                                const struct arguments *arguments);
/* They are under way. Returns how long until all are there; negative: they are. */
simtime arguments_fetch(struct runtime *rt, uint32_t call, uint32_t host,
                        const struct arguments *arguments);
/* The call needs them no more, or not there. */
void arguments_let_go(struct runtime *rt, uint32_t call);

#endif
