/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One clock over two event queues.
 *
 *     wall queue     repairs, timers of executors          key: wall time
 *     fault queue    outages, what foretells them    key: fault-clock time
 *
 *     next event = the earlier of (wall head) and (fault head + lag), by (time, class, sequence);
 *                  the fault head does not count while the fault clock stands still.
 *
 * Main invariant: now never goes back, and lag only grows. */
#include "sim/kernel/engine.h"
#include <assert.h>

bool engine_open(struct engine *engine, size_t capacity, const void *prefetch, size_t stride)
{
    *engine = (struct engine){.wall = eventq_open(64, NULL, 0),
                              .faults = eventq_open(capacity, prefetch, stride)};
    if (engine->wall && engine->faults)
        return true;
    engine_close(engine);
    return false;
}

void engine_close(struct engine *engine)
{
    if (engine->wall)
        eventq_close(engine->wall);
    if (engine->faults)
        eventq_close(engine->faults);
    *engine = (struct engine){0};
}

void engine_reset(struct engine *engine)
{
    eventq_reset(engine->wall);
    eventq_reset(engine->faults);
    engine->now = engine->lag = engine->stopped = 0;
    engine->is_stopped = engine->is_out_of_memory = false;
}

static uint64_t push(struct engine *engine, struct eventq *queue, simtime time,
                     enum event_class class, uint32_t slot)
{
    if (time == SIMTIME_NEVER)
        return EVENT_NONE;
    uint64_t key = eventq_push(queue, time, class, slot);
    if (key == EVENT_NONE)
        engine->is_out_of_memory = true;
    return key;
}

uint64_t engine_at(struct engine *engine, simtime time, enum event_class class, uint32_t slot)
{
    assert(time >= engine->now);
    return push(engine, engine->wall, time, class, slot);
}

uint64_t engine_at_fault(struct engine *engine, simtime time, enum event_class class, uint32_t slot)
{
    assert(time >= engine_fault_now(engine));
    return push(engine, engine->faults, time, class, slot);
}

simtime engine_fault_now(const struct engine *engine)
{
    return engine->is_stopped ? engine->stopped : engine->now - engine->lag;
}

void engine_stop_faults(struct engine *engine)
{
    assert(engine->lag >= 0 && engine->lag <= engine->now);
    if (engine->is_stopped)
        return;
    engine->stopped = engine_fault_now(engine);
    engine->is_stopped = true;
}

void engine_start_faults(struct engine *engine)
{
    if (!engine->is_stopped)
        return;
    assert(engine->now - engine->stopped >= engine->lag);
    engine->lag = engine->now - engine->stopped;
    engine->is_stopped = false;
}

bool engine_peek(struct engine *engine, struct event *event, bool *is_fault)
{
    struct event fault;
    bool has_wall = eventq_peek(engine->wall, event);
    bool has_fault = !engine->is_stopped && eventq_peek(engine->faults, &fault);
    *is_fault = false;
    if (!has_fault)
        return has_wall;
    fault.time = simtime_add(fault.time, engine->lag);
    if (has_wall && event_before(*event, fault))
        return true;
    *event = fault;
    *is_fault = true;
    return true;
}

void engine_take(struct engine *engine, struct event event, bool is_fault)
{
    struct event taken = {0};
    bool is_there = eventq_pop(is_fault ? engine->faults : engine->wall, &taken);
    assert(is_there && taken.key == event.key);
    (void)is_there;
    assert(event.time >= engine->now);
    engine->now = event.time;
}
