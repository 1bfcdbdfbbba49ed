/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Items: what is in the queue of an actor, and what becomes of it.
 *
 * A *message* is a call and which of its items; an *item* is one that was put. A call that is tried
 * again puts the same messages again, and a checkpoint that is gone back to brings its items back:
 * so a message may be in a queue twice, be delivered twice, or be lost though its call went well.
 * Items are delivered when the call that took them has ended; until then they are in its hands. */
#ifndef CAIRN_RUNTIME_ITEMS_H
#define CAIRN_RUNTIME_ITEMS_H

#include "sim/runtime/runtime.h"

struct item {
    uint32_t next;
    uint64_t number; /* of its message, among those of the class */
    simtime since;   /* it was put */
};
/* The queue of an actor. */
struct items {
    struct item_line queued;
    struct item_line covered; /* as the checkpoint under way holds them */
    uint64_t depth, moves;    /* items in and out so far */
    simtime since;            /* depth is accounted up to here */
    bool is_over;             /* and is no more: its actor is dead */
};
/* Of all queues of a class. */
struct item_class {
    uint64_t *seen; /* two bits a message: put before, delivered before */
    size_t words;
    struct record_items counts; /* complete after items_close */
};

/* One more item of this call goes into its actor's queue; it takes one out, of which there is. */
void items_put(struct runtime *rt, uint32_t call);
void items_take(struct runtime *rt, uint32_t call);
/* What the call took is delivered; is lost. */
void items_deliver(struct runtime *rt, uint32_t call);
void items_drop(struct runtime *rt, uint32_t call);
/* The actor's process is gone, and what it held with it; is_over: nobody wants it any more. */
void items_stop(struct runtime *rt, uint32_t number, bool is_over);
/* The actor is dead. */
void items_end(struct runtime *rt, uint32_t number);

/* A checkpoint begins; it is complete, and *held what it holds; it will not be. */
void items_cover(struct runtime *rt, uint32_t number);
void items_complete(struct runtime *rt, uint32_t number, struct item_line *held);
void items_abort(struct runtime *rt, uint32_t number);
/* What a checkpoint holds takes the place of what is queued. */
void items_restore(struct runtime *rt, uint32_t number, const struct item_line *held);
/* Another checkpoint holds the same; one is forgotten. */
struct item_line items_copy(struct runtime *rt, const struct item_line *held);
void items_forget(struct runtime *rt, struct item_line *held);

/* The run is over: the record. */
void items_close(struct runtime *rt);

#endif
