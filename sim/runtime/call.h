/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls: attempts of tasks, from their placement to their end.
 *
 *     placed ──lease──► worker ──start──► arguments fetched ──► runs ──► stored, reply ──► result
 *        ▲                                                       │ fails: worker, node, exception
 *        └──────── submitted again, after a delay ◄── recovery ◄─┘
 *
 * A call record exists from the placement (or the first failure) to the result; what waits for its
 * first place is part of its batch's run in the scheduler and costs nothing. Calls of actors live
 * in their actor's queue (actor.h) and share the record, the end and the retry. */
#ifndef CAIRN_RUNTIME_CALL_H
#define CAIRN_RUNTIME_CALL_H

#include "sim/runtime/batch.h"
#include "sim/runtime/objects/store.h"

static inline struct call *call_of(const struct runtime *rt, uint32_t number)
{
    return pool_at(&rt->calls, number);
}
/* The links of calls that wait (lineup.h): in a queue; for room, or at a channel. */
static inline uint32_t *call_next(const struct runtime *rt, uint32_t number)
{
    return &call_of(rt, number)->next;
}
static inline uint32_t *call_next_start(const struct runtime *rt, uint32_t number)
{
    return &call_of(rt, number)->next_start;
}
/* The task or method that it is a call of. */
static inline const struct program_function *call_function(const struct runtime *rt,
                                                           const struct call *call)
{
    return &rt->program->functions[batch_of(rt, call->batch)->function];
}
/* Of its batch: is it a method, a snapshot, a restore? */
static inline enum batch_kind call_kind(const struct runtime *rt, uint32_t number)
{
    return (enum batch_kind)batch_of(rt, call_of(rt, number)->batch)->kind;
}
uint32_t call_new(struct runtime *rt, uint32_t batch, uint32_t element);
/* Its arguments are there, or one has failed (1 + its cause): it goes on. */
void call_go(struct runtime *rt, uint32_t number, uint32_t failed);
void call_place(struct runtime *rt, const struct cairn_placement *placement);
void call_timer(struct runtime *rt, uint32_t number);
/* Its process is gone: nobody knows until call_detected. */
void call_lost(struct runtime *rt, uint32_t number, uint32_t cause);
void call_detected(struct runtime *rt, uint32_t number);
/* Its worker process ends for this cause (enum cairn_cause): the node goes on. */
void call_end_process(struct runtime *rt, uint32_t number, uint32_t cause);
/* It crashes. */
void call_crash_worker(struct runtime *rt, uint32_t number);
/* The run is over: its time so far has come to nothing yet. */
void call_stop(struct runtime *rt, uint32_t number);
/* Its job is over: nobody wants it any more. */
void call_cancel(struct runtime *rt, uint32_t number);
/* A task's attempt, which has a place, ends there for this cause, and gives it back. */
void call_end_attempt(struct runtime *rt, uint32_t number, uint32_t cause);

/* ---- shared with actors ---- */
/* There is room on its host for what it waits for. */
void call_room(struct runtime *rt, uint32_t number);
/* Room for its result on this host, or it waits for it (call_room, service_room). */
enum store_answer call_ask_room(struct runtime *rt, uint32_t number, uint32_t host);
/* About a call, its attempt, and where it is. */
struct told call_told(const struct runtime *rt, const struct call *call, enum told_kind kind);
void call_tell(struct runtime *rt, uint32_t number, enum told_kind kind, slot_ns amount);
simtime call_transfer_time(const struct runtime *rt, int64_t bytes);
/* Its result lies on `host`, and the owner hears of it after the reply. */
void call_finish(struct runtime *rt, uint32_t number, uint32_t host);
/* What recovery says of a failure. */
struct cairn_cure call_ask(struct runtime *rt, enum cairn_subject subject, uint32_t cause,
                           uint16_t failed[CAIRN_CAUSES], int32_t limit, bool retry_exceptions,
                           uint64_t id, void *own);
void call_give_up(struct runtime *rt, uint32_t number, uint32_t cause);

#endif
