/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Searches step by step, and news.
 *
 * Main invariant: a fleet's `searches` are its inquiries of that kind; each has a timer, but while
 * its step is being made. */
#include "sim/runtime/routes/inquiry.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/routes/fleet.h"
#include "sim/runtime/routes/routing.h"

struct inquiry *inquiry_of(const struct runtime *rt, uint32_t number)
{
    return pool_at(&rt->inquiries, number);
}

static uint32_t inquiry_new(struct runtime *rt, uint32_t fleet, enum inquiry_phase phase)
{
    uint32_t number = pool_take(&rt->inquiries);
    *inquiry_of(rt, number) = (struct inquiry){.fleet = fleet, .phase = phase};
    return number;
}

static void wait_phase(struct runtime *rt, uint32_t number, enum inquiry_phase phase, simtime delay)
{
    inquiry_of(rt, number)->phase = phase;
    runtime_timer(rt, delay, EVENT_COMPLETION, TIMER_INQUIRY, number);
}

static struct told told_of(const struct runtime *rt, const struct inquiry *e, enum told_kind kind)
{
    const struct batch *set = batch_of(rt, fleet_of(rt, e->fleet)->set);
    return (struct told){.kind = kind,
                         .job = ((struct job *)pool_at(&rt->jobs, set->job))->serial,
                         .function = PROGRAM_NOTHING,
                         .host = TOLD_NOWHERE,
                         .batch = set->serial,
                         .count = e->serial};
}

static void tell_probed(struct runtime *rt, const struct inquiry *e, uint32_t replica,
                        int32_t length)
{
    struct told told = told_of(rt, e, TOLD_PROBED);
    told.actor = fleet_actor(rt, fleet_of(rt, e->fleet), replica);
    told.host = actor_of(rt, told.actor)->seat.host;
    told.amount = length;
    rt->record->routes.probes++;
    runtime_tell(rt, told);
}

/* ---- news ---------------------------------------------------------------------------------- */

static void hear(struct runtime *rt, const struct inquiry *e, uint32_t replica, int32_t length)
{
    cairn_router_heard(fleet_router(rt), rt->router_plan, fleet_of(rt, e->fleet)->router,
                       runtime_now(rt), replica, length);
}

void inquiry_accepted(struct runtime *rt, uint32_t fleet, uint32_t replica, int32_t length)
{
    const struct inquiry now = {.fleet = fleet};
    simtime hop = fleet_hop(rt, fleet_of(rt, fleet), replica);
    if (!fleet_remembers(rt))
        return;
    if (hop == 0) {
        hear(rt, &now, replica, length);
        return;
    }
    uint32_t number = inquiry_new(rt, fleet, INQUIRY_NEWS);
    inquiry_of(rt, number)->route = (struct cairn_route){.replica = replica, .length = length};
    wait_phase(rt, number, INQUIRY_NEWS, hop);
}

void inquiry_ask(struct runtime *rt, uint32_t fleet, uint32_t replica, uint64_t serial)
{
    const struct inquiry now = {.fleet = fleet, .serial = serial};
    simtime hop = fleet_hop(rt, fleet_of(rt, fleet), replica);
    if (!fleet_remembers(rt))
        return;
    if (hop == 0) {
        int32_t length = fleet_length(rt, fleet_of(rt, fleet), replica);
        tell_probed(rt, &now, replica, length);
        hear(rt, &now, replica, length);
        return;
    }
    uint32_t number = inquiry_new(rt, fleet, INQUIRY_ASKED);
    inquiry_of(rt, number)->serial = serial;
    inquiry_of(rt, number)->route = (struct cairn_route){.replica = replica};
    wait_phase(rt, number, INQUIRY_ASKED, hop);
}

/* ---- a search ------------------------------------------------------------------------------ */

static void begin(struct runtime *rt, struct inquiry *e)
{
    e->serial = ++fleet_of(rt, e->fleet)->searched;
}

static void end(struct runtime *rt, uint32_t number)
{
    struct inquiry *e = inquiry_of(rt, number);
    struct fleet *fleet = fleet_of(rt, e->fleet);
    assert(fleet->searches > 0);
    fleet->searches--;
    blocks_give(&rt->blocks, e->candidates, fleet->most, sizeof *e->candidates);
    pool_give(&rt->inquiries, number);
}

bool inquiry_is_misled(const struct runtime *rt, uint32_t number)
{
    const struct inquiry *e = inquiry_of(rt, number);
    const struct fleet *fleet = fleet_of(rt, e->fleet);
    int32_t chosen = fleet_length(rt, fleet, e->route.replica);
    for (uint32_t i = 0; i < e->route.count; i++) {
        int32_t other = fleet_length(rt, fleet, e->candidates[i].replica);
        if (other >= 0 && (chosen < 0 || other < chosen))
            return true;
    }
    return false;
}

/* Those that the probes have reached say how many they have; not those further away, if so said. */
static void sample(struct runtime *rt, struct inquiry *e, bool is_near_only)
{
    const struct fleet *fleet = fleet_of(rt, e->fleet);
    e->is_far = e->is_silent = false;
    for (uint32_t i = 0; i < e->route.count; i++) {
        struct cairn_candidate *c = &e->candidates[i];
        if (!c->is_asked || c->length >= 0)
            continue;
        if (is_near_only && fleet_hop(rt, fleet, c->replica) > 0) {
            e->is_far = true;
            continue;
        }
        c->length = fleet_length(rt, fleet, c->replica);
        e->is_silent |= actor_of(rt, fleet_actor(rt, fleet, c->replica))->phase == ACTOR_LOST;
    }
}

/* Probes go out; true: all answers are there at once. Who is silent, or too far away, keeps the
 * search until its deadline. */
static bool probe(struct runtime *rt, uint32_t number)
{
    struct inquiry *e = inquiry_of(rt, number);
    simtime both = simtime_scale(rt->spec->runtime.latency, 2, 1);
    for (uint32_t i = 0; i < e->route.count; i++)
        if (e->candidates[i].is_asked)
            e->candidates[i].length = CAIRN_UNKNOWN; /* or known to be full, once */
    sample(rt, e, true);
    if (!e->is_far && !e->is_silent)
        return true;
    if (e->is_far && both <= e->route.delay)
        wait_phase(rt, number, INQUIRY_PROBING, rt->spec->runtime.latency);
    else
        wait_phase(rt, number, INQUIRY_ANSWERED, e->route.delay);
    return false;
}

static void probed(struct runtime *rt, uint32_t number)
{
    struct inquiry *e = inquiry_of(rt, number);
    simtime hop = rt->spec->runtime.latency;
    sample(rt, e, false);
    wait_phase(rt, number, INQUIRY_ANSWERED, e->is_silent ? e->route.delay - hop : hop);
}

/* A candidate is known to have room: the others are asked for the next time. */
static void ask(struct runtime *rt, struct inquiry *e)
{
    const struct fleet *fleet = fleet_of(rt, e->fleet);
    uint64_t random[2];
    fleet_draw(rt, fleet, e->serial, 2 * e->search.tried, random);
    cairn_router_ask(fleet_router(rt), rt->router_plan, fleet->router, runtime_now(rt), &e->search,
                     random, e->candidates, &e->route);
    for (uint32_t i = 0; i < e->route.count && e->route.action == CAIRN_ROUTE_SEND; i++)
        if (e->candidates[i].is_asked)
            inquiry_ask(rt, e->fleet, e->candidates[i].replica, e->serial);
}

static void answered(struct runtime *rt, struct inquiry *e)
{
    const struct fleet *fleet = fleet_of(rt, e->fleet);
    uint64_t random[2];
    for (uint32_t i = 0; i < e->route.count; i++)
        if (e->candidates[i].is_asked)
            tell_probed(rt, e, e->candidates[i].replica, e->candidates[i].length);
    fleet_draw(rt, fleet, e->serial, 2 * e->search.tried + 1, random);
    cairn_router_answered(fleet_router(rt), rt->router_plan, fleet->router, runtime_now(rt),
                          &e->search, random, e->candidates, &e->route);
}

static void tell_wait(struct runtime *rt, const struct inquiry *e, simtime wait)
{
    struct told told = told_of(rt, e, TOLD_BACKED_OFF);
    told.attempt = e->search.waits;
    told.amount = wait;
    rt->record->routes.waits++;
    runtime_tell(rt, told);
}

/* It has found one: is there another request for which nobody searches? */
static bool goes_on(struct runtime *rt, uint32_t number)
{
    struct inquiry *e = inquiry_of(rt, number);
    const struct fleet *fleet = fleet_of(rt, e->fleet);
    if (!routing_send(rt, number) || fleet->waiting < fleet->searches) {
        end(rt, number);
        return false;
    }
    e->search = (struct cairn_search){0};
    begin(rt, e);
    return true;
}

/* Step after step, until it has to wait or is over: there may be more searches than requests. */
static void seek(struct runtime *rt, uint32_t number, bool has_answers)
{
    struct inquiry *e = inquiry_of(rt, number);
    for (;;) {
        if (!has_answers && fleet_of(rt, e->fleet)->searches > fleet_of(rt, e->fleet)->waiting) {
            end(rt, number);
            return;
        }
        if (has_answers)
            answered(rt, e);
        else
            ask(rt, e);
        has_answers = false;
        switch ((enum cairn_route_action)e->route.action) {
        case CAIRN_ROUTE_NOBODY:
            end(rt, number);
            return;
        case CAIRN_ROUTE_SEND:
            if (!goes_on(rt, number))
                return;
            break;
        case CAIRN_ROUTE_PROBE:
            has_answers = probe(rt, number);
            if (!has_answers)
                return;
            break;
        case CAIRN_ROUTE_FURTHER:
            break;
        case CAIRN_ROUTE_WAIT:
            tell_wait(rt, e, e->route.delay);
            if (e->route.delay == 0)
                break;
            wait_phase(rt, number, INQUIRY_WAITING, e->route.delay);
            return;
        }
    }
}

void inquiry_search(struct runtime *rt, uint32_t fleet, const struct cairn_search *search,
                    simtime wait)
{
    uint32_t number = inquiry_new(rt, fleet, INQUIRY_WAITING);
    struct inquiry *e = inquiry_of(rt, number);
    fleet_of(rt, fleet)->searches++;
    e->search = *search;
    e->candidates = blocks_take(&rt->blocks, fleet_of(rt, fleet)->most, sizeof *e->candidates);
    if (!e->candidates)
        return; /* no memory: the run ends */
    begin(rt, e);
    if (wait < 0) {
        seek(rt, number, false);
        return;
    }
    tell_wait(rt, e, wait);
    wait_phase(rt, number, INQUIRY_WAITING, wait);
}

void inquiry_timer(struct runtime *rt, uint32_t number)
{
    struct inquiry *e = inquiry_of(rt, number);
    uint32_t replica = e->route.replica;
    switch (e->phase) {
    case INQUIRY_PROBING:
        probed(rt, number);
        return;
    case INQUIRY_ANSWERED:
        seek(rt, number, true);
        return;
    case INQUIRY_WAITING:
        seek(rt, number, false);
        return;
    case INQUIRY_ASKED:
        e->route.length = fleet_length(rt, fleet_of(rt, e->fleet), replica);
        wait_phase(rt, number, INQUIRY_ANSWER, rt->spec->runtime.latency);
        return;
    case INQUIRY_ANSWER:
        tell_probed(rt, e, replica, e->route.length);
        break;
    case INQUIRY_NEWS:
        break;
    }
    hear(rt, e, replica, e->route.length);
    pool_give(&rt->inquiries, number);
}
