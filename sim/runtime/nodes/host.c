/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hosts: crash, detection, return; worker processes.
 *
 * At most starting_most processes start at once on a host; who comes later queues. Workers of tasks
 * are kept for the next task of the same job, one a processor; an actor always has a new one. */
#include "sim/runtime/nodes/host.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/troupe.h"
#include "sim/runtime/call.h"
#include "sim/runtime/nodes/killer.h"
#include "sim/runtime/objects/copies.h"
#include "sim/runtime/objects/store.h"
#include "sim/runtime/seat.h"

static struct cairn_demand capacity(const struct spec *spec)
{
    struct cairn_demand all = {{0}};
    all.of[CAIRN_CPU] = (int64_t)(spec->cluster.node_cpu * CAIRN_WHOLE + 0.5);
    all.of[CAIRN_GPU] = (int64_t)(spec->cluster.node_gpu * CAIRN_WHOLE + 0.5);
    all.of[CAIRN_MEMORY] = (int64_t)spec->cluster.node_memory;
    all.of[CAIRN_CUSTOM] = (int64_t)(spec->cluster.node_custom * CAIRN_WHOLE + 0.5);
    return all;
}

static void tell_scheduler(struct runtime *rt, uint32_t place, enum cairn_node_change change)
{
    struct cairn_demand all = capacity(rt->spec);
    cairn_scheduler_node(rt->spec->scheduler.class, rt->scheduler_plan, rt->scheduler,
                         runtime_now(rt), place, change, &all);
    rt->hosts[place].is_known = change != CAIRN_NODE_DOWN;
    rt->wants_dispatch = true;
}

static void tell(struct runtime *rt, uint32_t place, enum told_kind kind)
{
    runtime_tell(rt, (struct told){.kind = kind,
                                   .host = place,
                                   .function = PROGRAM_NOTHING,
                                   .cause = rt->hosts[place].cause});
}

void host_begin(struct runtime *rt)
{
    uint32_t count = rt->spec->cluster.nodes, at_once = rt->spec->runtime.worker_at_once;
    uint32_t processors = (uint32_t)rt->spec->cluster.node_cpu;
    processors = processors > 0 ? processors : 1;
    memset(rt->hosts, 0, count * sizeof *rt->hosts);
    for (uint32_t place = 0; place < count; place++) {
        rt->hosts[place].starting_most = at_once ? at_once : processors;
        rt->hosts[place].idle_most = processors;
        tell_scheduler(rt, place, CAIRN_NODE_UP);
    }
}

void host_drain(struct runtime *rt, uint32_t place)
{
    tell(rt, place, TOLD_HOST_DRAINED);
    tell_scheduler(rt, place, CAIRN_NODE_DRAIN);
}

/* ---- crash and return ---------------------------------------------------------------------- */

static void lose_seats(struct runtime *rt, struct host *host)
{
    for (uint32_t at = host->seats, next; at; at = next) {
        next = seat_of(rt, at)->next;
        if (at & 1)
            actor_lost(rt, at >> 1, host->cause);
        else
            call_lost(rt, at >> 1, host->cause);
    }
}

static void detect_seats(struct runtime *rt, struct host *host)
{
    while (host->seats) {
        uint32_t at = host->seats;
        if (at & 1)
            actor_detected(rt, at >> 1);
        else
            call_detected(rt, at >> 1);
        assert(host->seats != at);
    }
}

/* From the true failure to its detection. Probes fall at a phase of their own: the first that fails
 * comes within a period, and `threshold` of them have to. */
static simtime detection_delay(const struct runtime *rt, uint32_t place)
{
    const struct spec *spec = rt->spec;
    const struct host *host = &rt->hosts[place];
    if (spec->faults.trace.is_given && spec->faults.trace.times == TIMES_REPORTED)
        return 0;
    if (host->is_announced) /* it has said good-bye */
        return 0;
    if (spec->detection.period == 0)
        return spec->detection.delay;
    simtime period = spec->detection.period;
    simtime answer = host->is_hanging ? spec->detection.timeout : 0;
    simtime apart = spec->detection.probes == PROBES_AFTER ? simtime_add(period, answer) : period;
    double u = runtime_uniform(rt, STREAM_PROBE, place, host->life, 0);
    simtime first = simtime_from_seconds(u * simtime_seconds(period));
    simtime rest = simtime_scale(apart, spec->detection.threshold - 1, 1);
    return simtime_add(simtime_add(first, rest), answer);
}

void host_crash(void *runtime, uint32_t place)
{
    struct runtime *rt = runtime;
    struct host *host = &rt->hosts[place];
    simtime delay = detection_delay(rt, place);
    host->has_exited = false; /* the node itself fails */
    if (host->state == HOST_LOST)
        return;
    if (host->state != HOST_UP) { /* it starts, or waits to: once more from the beginning */
        runtime_stop_timer(rt, &host->timer);
        host->state = HOST_MISSING;
        host->timer = runtime_timer(rt, delay, EVENT_DETECTION, TIMER_HOST, place);
        return;
    }
    host->state = HOST_LOST;
    host->cause = host->is_announced ? CAIRN_CAUSE_PREEMPTED : CAIRN_CAUSE_NODE;
    host->life++;
    host->idle = 0;
    store_crash(rt, place);
    copies_cut(rt, place);
    killer_crash(rt, place);
    if (host->seats) { /* its node was there, and may have left */
        host->busy += runtime_now(rt) - host->busy_since;
        host->busy_since = runtime_now(rt);
    }
    runtime_tell(rt, (struct told){.kind = TOLD_HOST_DOWN,
                                   .host = place,
                                   .function = PROGRAM_NOTHING,
                                   .cause = host->cause,
                                   .amount = rt->cluster.holder[place] == CLUSTER_NOBODY});
    lose_seats(rt, host);
    host->starting = 0;
    host->queue = (struct lineup){0, 0};
    host->timer = runtime_timer(rt, delay, EVENT_DETECTION, TIMER_HOST, place);
}

bool host_exit(struct runtime *rt, uint32_t place)
{
    if (rt->hosts[place].state != HOST_UP)
        return false;
    host_crash(rt, place);
    rt->hosts[place].has_exited = true;
    return true;
}

static void start(struct runtime *rt, uint32_t place)
{
    struct host *host = &rt->hosts[place];
    uint32_t node = rt->cluster.holder[place];
    assert(node != CLUSTER_NOBODY && host->state == HOST_MISSING);
    host->state = HOST_STARTING;
    if (!host->has_exited)
        fault_taken(&rt->faults, node);
    host->timer =
        runtime_timer(rt, rt->spec->runtime.node_start, EVENT_COMPLETION, TIMER_HOST, place);
}

/* Spares and repaired nodes take the places that are known to be empty. */
static void fill(struct runtime *rt)
{
    for (uint32_t i = rt->cluster.missing; i-- > 0;) {
        uint32_t place = rt->cluster.missing_ranks[i];
        struct host *host = &rt->hosts[place];
        if (host->state != HOST_MISSING || host->timer != 0)
            continue;
        if (cluster_fill_place(&rt->cluster, i, runtime_now(rt)) == CLUSTER_NOBODY)
            return;
        start(rt, place);
    }
}

static void end_detection(struct runtime *rt, uint32_t place)
{
    struct host *host = &rt->hosts[place];
    if (host->state == HOST_LOST) {
        host->state = HOST_MISSING;
        tell(rt, place, TOLD_HOST_DETECTED);
        tell_scheduler(rt, place, CAIRN_NODE_DOWN);
        troupe_node_lost(rt, place);
        detect_seats(rt, host);
    }
    if (rt->cluster.holder[place] != CLUSTER_NOBODY)
        start(rt, place); /* replaced at once */
    else
        fill(rt);
}

void host_timer(struct runtime *rt, uint32_t place)
{
    struct host *host = &rt->hosts[place];
    host->timer = 0;
    if (host->state != HOST_STARTING) {
        end_detection(rt, place);
        return;
    }
    host->state = HOST_UP;
    host->is_announced = host->is_hanging = host->has_exited = false;
    fault_renew(&rt->faults, rt->cluster.holder[place]);
    tell(rt, place, TOLD_HOST_UP);
    tell_scheduler(rt, place, CAIRN_NODE_UP);
}

void host_node_returned(struct runtime *rt)
{
    fill(rt);
}

/* ---- workers ------------------------------------------------------------------------------- */

static simtime start_time(const struct runtime *rt)
{
    return simtime_add(rt->spec->runtime.worker_start, rt->spec->runtime.worker_import);
}

static uint32_t *next_start(const struct runtime *rt, uint32_t reference)
{
    if (reference & 1)
        return &((struct actor *)pool_at(&rt->actors, reference >> 1))->next_start;
    return &((struct call *)pool_at(&rt->calls, reference >> 1))->next_start;
}

static void begin_start(struct runtime *rt, uint32_t reference)
{
    enum timer_kind kind = reference & 1 ? TIMER_ACTOR : TIMER_CALL;
    uint32_t timer = runtime_timer(rt, start_time(rt), EVENT_COMPLETION, kind, reference >> 1);
    if (reference & 1)
        ((struct actor *)pool_at(&rt->actors, reference >> 1))->timer = timer;
    else
        ((struct call *)pool_at(&rt->calls, reference >> 1))->timer = timer;
    rt->hosts[seat_of(rt, reference)->host].starting++;
}

bool host_want_worker(struct runtime *rt, uint32_t reference, uint32_t job)
{
    struct host *host = &rt->hosts[seat_of(rt, reference)->host];
    bool is_task = !(reference & 1);
    if (start_time(rt) == 0)
        return true;
    if (is_task && host->idle > 0 && host->idle_job == job) {
        host->idle--;
        return true;
    }
    if (host->starting < host->starting_most) {
        begin_start(rt, reference);
        return false;
    }
    lineup_push_back(rt, &host->queue, next_start, reference);
    return false;
}

void host_worker_started(struct runtime *rt, uint32_t place)
{
    struct host *host = &rt->hosts[place];
    assert(host->starting > 0);
    host->starting--;
    uint32_t next = lineup_pop_front(rt, &host->queue, next_start);
    if (next)
        begin_start(rt, next);
}

void host_forget_worker(struct runtime *rt, uint32_t place, uint32_t reference, bool has_begun)
{
    if (has_begun)
        host_worker_started(rt, place);
    else
        lineup_take_out(rt, &rt->hosts[place].queue, next_start, reference);
}

void host_worker_idle(struct runtime *rt, uint32_t place, uint32_t job)
{
    struct host *host = &rt->hosts[place];
    if (start_time(rt) == 0)
        return;
    if (host->idle_job != job) {
        host->idle_job = job;
        host->idle = 0;
    }
    if (host->idle < host->idle_most)
        host->idle++;
}

void host_count_busy(struct runtime *rt, uint32_t place)
{
    struct host *host = &rt->hosts[place];
    if (rt->cluster.holder[place] != CLUSTER_NOBODY)
        host->busy += runtime_now(rt) - host->busy_since;
    host->busy_since = runtime_now(rt);
}

slot_ns host_busy(struct runtime *rt)
{
    slot_ns busy = 0;
    for (uint32_t place = 0; place < rt->spec->cluster.nodes; place++) {
        if (rt->hosts[place].seats)
            host_count_busy(rt, place);
        busy += rt->hosts[place].busy;
    }
    return busy;
}
