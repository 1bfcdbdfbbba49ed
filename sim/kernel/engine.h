/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine: one clock, two timelines, one order.
 *
 * Events on the wall timeline happen at wall time. Events on the fault timeline happen when the
 * fault clock reads their time; that clock runs with the wall clock but can be stopped, and then
 * nothing on it happens (MODEL rule 6: exposure). Stopping moves no event: the timeline keeps its
 * own queue and the engine keeps the difference of the two clocks. The engine knows time and order,
 * not nodes. */
#ifndef CAIRN_KERNEL_ENGINE_H
#define CAIRN_KERNEL_ENGINE_H

#include "sim/kernel/eventq.h"
#include <stdbool.h>

/* Order within one instant (MODEL rule 2). */
enum event_class {
    EVENT_COMPLETION,
    EVENT_OUTAGE,
    EVENT_REPAIR,
    EVENT_DETECTION,
    EVENT_FORECAST,
    EVENT_DECISION,
    EVENT_ARRIVAL
};

#define EVENT_NONE UINT64_MAX /* the key of no event: what a cancelled timer holds */

struct engine {
    struct eventq *wall, *faults;
    simtime now;
    simtime lag;     /* wall time minus fault-clock time, while the fault clock runs */
    simtime stopped; /* what the fault clock reads while it stands still */
    bool is_stopped;
    bool is_out_of_memory; /* a push failed: the run must end with STATUS_MEMORY */
};

/* prefetch: records of `stride` bytes that fault events will touch, one a slot. false: no memory.
 */
bool engine_open(struct engine *engine, size_t capacity, const void *prefetch, size_t stride);
void engine_close(struct engine *engine);
void engine_reset(struct engine *engine);

/* The new event's key, by which its owner recognises it when it surfaces; one whose owner holds
 * another key by then is stale and ignored. A time of NEVER is not queued. */
uint64_t engine_at(struct engine *engine, simtime time, enum event_class class, uint32_t slot);
uint64_t engine_at_fault(struct engine *engine, simtime time, enum event_class class,
                         uint32_t slot);

void engine_stop_faults(struct engine *engine);
void engine_start_faults(struct engine *engine);
/* What the fault clock reads now. */
simtime engine_fault_now(const struct engine *engine);

/* Looks at the next event; event->time is wall time in both cases. false: none will happen unless
 * the fault clock is started or something is pushed. */
bool engine_peek(struct engine *engine, struct event *event, bool *is_fault);
/* Removes the event that engine_peek has just shown and moves the clock to it. */
void engine_take(struct engine *engine, struct event event, bool is_fault);

#endif
