/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests: a queue for each fleet, and the way from there to a replica, or back.
 *
 * Main invariant: `open` counts the calls of a fleet that no replica has accepted; each of them is
 * still to come, waits in the queue, is on its way, or lies with a process that is lost, which
 * nobody knows yet. Nothing recurses: a fleet with something to do is put on a list. */
#include "sim/runtime/routes/routing.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/backlog.h"
#include "sim/runtime/actors/service.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/routes/fleet.h"
#include "sim/runtime/routes/inquiry.h"

#define DRAW_REFUSED (1u << 23) /* words of a refused request's draws, behind those of searches */

static uint32_t fleet_at(const struct runtime *rt, uint32_t call)
{
    const struct batch *b = batch_of(rt, call_of(rt, call)->batch);
    return batch_of(rt, b->target)->target;
}

static void make_ready(struct runtime *rt, uint32_t number)
{
    struct fleet *fleet = fleet_of(rt, number);
    if (fleet->is_ready)
        return;
    fleet->is_ready = true;
    fleet->next_ready = rt->fleets_ready;
    rt->fleets_ready = number;
}

bool routing_is_for(const struct runtime *rt, uint32_t batch)
{
    const struct batch *b = batch_of(rt, batch);
    return b->kind == BATCH_METHODS && rt->program->statements[b->statement].is_routed;
}

bool routing_is_open(const struct runtime *rt, uint32_t set)
{
    uint32_t number = batch_of(rt, set)->target;
    return number && fleet_of(rt, number)->open > 0;
}

/* The first of the set, from the element's own on, that is not dead or about to be; their count:
 * none. */
static uint32_t replica_again(const struct runtime *rt, const struct batch *set, uint32_t element)
{
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t replica = (element % set->count + i) % set->count;
        const struct actor *a = actor_of(rt, set->objects[replica].call);
        if (a->state != ACTOR_DEAD && !a->is_stopping)
            return replica;
    }
    return set->count;
}

bool routing_can_call_again(const struct runtime *rt, uint32_t set, uint32_t element)
{
    const struct batch *b = batch_of(rt, set);
    uint32_t replica = replica_again(rt, b, element);
    uint32_t class = actor_of(rt, b->objects[0].call)->class;
    return replica < b->count && rt->program->actors[class].task_retries != 0;
}

void routing_call_again(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    const struct batch *set = batch_of(rt, batch_of(rt, c->batch)->target);
    c->replica = replica_again(rt, set, c->element);
    assert(c->replica < set->count);
    c->actor = set->objects[c->replica].call;
    backlog_expect_again(rt, call);
}

/* What is told of a request and the replica that it is sent to, or has come from. */
static struct told about(const struct runtime *rt, uint32_t call, enum told_kind kind)
{
    const struct call *c = call_of(rt, call);
    struct told told = batch_told(rt, c->batch, c->element, kind);
    told.actor = fleet_actor(rt, fleet_of(rt, fleet_at(rt, call)), c->replica);
    told.host = actor_of(rt, told.actor)->seat.host;
    told.attempt = c->attempt;
    return told;
}

/* ---- the queue ----------------------------------------------------------------------------- */

static void push_back(struct runtime *rt, struct fleet *fleet, uint32_t call)
{
    lineup_push_back(rt, &fleet->queue, call_next, call);
    fleet->waiting++;
}

static void push_front(struct runtime *rt, struct fleet *fleet, uint32_t call)
{
    lineup_push_front(rt, &fleet->queue, call_next, call);
    fleet->waiting++;
}

static uint32_t pop_front(struct runtime *rt, struct fleet *fleet)
{
    assert(fleet->waiting > 0);
    fleet->waiting--;
    return lineup_pop_front(rt, &fleet->queue, call_next);
}

/* Out of the middle; nothing happens where it is not there. */
static void take_out(struct runtime *rt, struct fleet *fleet, uint32_t call)
{
    fleet->waiting -= lineup_take_out(rt, &fleet->queue, call_next, call);
}

void routing_expect(struct runtime *rt, uint32_t call)
{
    uint32_t set = batch_of(rt, call_of(rt, call)->batch)->target;
    bool is_new = batch_of(rt, set)->target == 0;
    uint32_t number = fleet_open(rt, set);
    if (!number)
        return; /* no memory: the run ends */
    fleet_of(rt, number)->open++;
    for (uint32_t i = 0; is_new && i < batch_of(rt, set)->count; i++)
        if (actor_of(rt, batch_of(rt, set)->objects[i].call)->state == ACTOR_ALIVE)
            inquiry_ask(rt, number, i, 0);
}

void routing_request(struct runtime *rt, uint32_t call, uint32_t failed)
{
    uint32_t number = fleet_at(rt, call);
    if (failed) {
        call_give_up(rt, call, failed - 1);
        return;
    }
    call_of(rt, call)->asked = runtime_now(rt);
    push_back(rt, fleet_of(rt, number), call);
    make_ready(rt, number);
}

void routing_answered(struct runtime *rt, uint32_t call)
{
    simtime took = runtime_now(rt) - call_of(rt, call)->asked;
    struct record *r = rt->record;
    if (call_of(rt, call)->is_again)
        return;
    r->routes.answered++;
    r->routes.took += took;
    r->routes.slowest = (uint64_t)took > r->routes.slowest ? (uint64_t)took : r->routes.slowest;
}

void routing_done(struct runtime *rt, uint32_t call)
{
    const struct call *c = call_of(rt, call);
    struct fleet *fleet = fleet_of(rt, fleet_at(rt, call));
    if (c->actor) {
        cairn_router_ended(fleet_router(rt), rt->router_plan, fleet->router, runtime_now(rt),
                           c->replica);
        return;
    }
    assert(fleet->open > 0);
    fleet->open--;
    make_ready(rt, fleet_at(rt, call));
}

/* ---- there and back ------------------------------------------------------------------------ */

static void accept(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    uint32_t number = fleet_at(rt, call);
    struct fleet *fleet = fleet_of(rt, number);
    struct actor *a = actor_of(rt, fleet_actor(rt, fleet, c->replica));
    struct told told = about(rt, call, TOLD_ACCEPTED);
    c->actor = told.actor;
    c->state = CALL_WAITING;
    c->has_arrived = true;
    backlog_push_arrived(rt, a, call);
    a->calls++;
    fleet->open--;
    uint32_t length = backlog_ahead(rt, a);
    told.amount = length;
    rt->record->routes.accepted++;
    rt->record->routes.longest =
        length > rt->record->routes.longest ? length : rt->record->routes.longest;
    rt->record->routes.waited += runtime_now(rt) - c->asked;
    runtime_tell(rt, told);
    inquiry_accepted(rt, number, c->replica, (int32_t)length);
    if (fleet->open == 0)
        make_ready(rt, number);
    service_call_ready(rt, call, 0);
}

/* It is back, and goes before all others. Who asks begins anew, like for any request; who is blind
 * has nothing new to go by, and waits. */
static void come_back(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    uint32_t number = fleet_at(rt, call);
    struct fleet *fleet = fleet_of(rt, number);
    const struct batch *b = batch_of(rt, c->batch);
    struct cairn_search search;
    uint64_t random[2];
    c->refusals = (uint16_t)(c->refusals + (c->refusals < UINT16_MAX));
    c->state = CALL_WAITING;
    fleet_draw(rt, fleet, b->first + c->element, DRAW_REFUSED | c->refusals, random);
    simtime wait =
        cairn_router_refused(fleet_router(rt), rt->router_plan, fleet->router, runtime_now(rt),
                             c->replica, c->length, c->refusals, random, &search);
    push_front(rt, fleet, call);
    if (fleet_router(rt)->is_blind)
        inquiry_search(rt, number, &search, wait);
    make_ready(rt, number);
}

static void refuse(struct runtime *rt, uint32_t call, int32_t length)
{
    struct call *c = call_of(rt, call);
    struct told told = about(rt, call, TOLD_REFUSED);
    simtime hop = fleet_hop(rt, fleet_of(rt, fleet_at(rt, call)), c->replica);
    told.amount = c->length = length;
    rt->record->routes.refused++;
    runtime_tell(rt, told);
    c->state = CALL_REFUSED;
    if (hop == 0)
        come_back(rt, call);
    else
        c->timer = runtime_timer(rt, hop, EVENT_COMPLETION, TIMER_CALL, call);
}

/* A process that is lost says nothing; the request is there until that is known. Who is no more
 * has no answer to come back for. */
static void arrive(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    struct fleet *fleet = fleet_of(rt, fleet_at(rt, call));
    if (batch_is_left_behind(rt, fleet->set)) {
        call_give_up(rt, call, CAIRN_CAUSE_OWNER);
    } else if (actor_of(rt, fleet_actor(rt, fleet, c->replica))->phase == ACTOR_LOST) {
        c->next = fleet->lost;
        fleet->lost = call;
    } else if (fleet_accepts(rt, fleet, c->replica)) {
        accept(rt, call);
    } else {
        refuse(rt, call, fleet_length(rt, fleet, c->replica));
    }
}

void routing_cancel(struct runtime *rt, uint32_t call)
{
    struct call *c = call_of(rt, call);
    struct fleet *fleet = fleet_of(rt, fleet_at(rt, call));
    if (c->state == CALL_SENT && !c->timer)
        backlog_take_out(rt, &fleet->lost, call);
    else if (c->state == CALL_WAITING)
        take_out(rt, fleet, call);
    runtime_stop_timer(rt, &c->timer);
    call_give_up(rt, call, CAUSE_CANCELLED);
}

void routing_call_timer(struct runtime *rt, uint32_t call)
{
    if (call_of(rt, call)->state == CALL_SENT)
        arrive(rt, call);
    else
        come_back(rt, call);
}

bool routing_send(struct runtime *rt, uint32_t inquiry)
{
    const struct inquiry *e = inquiry_of(rt, inquiry);
    struct fleet *fleet = fleet_of(rt, e->fleet);
    uint32_t replica = e->route.replica;
    if (fleet->waiting == 0)
        return false;
    uint32_t call = pop_front(rt, fleet), near = fleet_near(rt, fleet, replica);
    struct call *c = call_of(rt, call);
    simtime hop = fleet_hop(rt, fleet, replica);
    bool is_misrouted = inquiry_is_misled(rt, inquiry);
    c->replica = replica;
    c->state = CALL_SENT;
    rt->record->routes.routed++;
    rt->record->routes.near[near]++;
    rt->record->routes.misrouted += is_misrouted;
    cairn_router_sent(fleet_router(rt), rt->router_plan, fleet->router, runtime_now(rt), replica);
    struct told told = about(rt, call, TOLD_ROUTED);
    told.amount = e->route.length;
    told.count = e->serial;
    told.since = c->asked;
    told.to = near | (is_misrouted ? TOLD_MISROUTED : 0);
    runtime_tell(rt, told);
    if (hop == 0)
        arrive(rt, call);
    else
        c->timer = runtime_timer(rt, hop, EVENT_COMPLETION, TIMER_CALL, call);
    return true;
}

/* ---- replicas come and go ------------------------------------------------------------------ */

void routing_up(struct runtime *rt, uint32_t actor)
{
    const struct actor *a = actor_of(rt, actor);
    uint32_t number = batch_of(rt, a->batch)->target;
    if (!number || a->is_stopping)
        return;
    fleet_up(rt, fleet_of(rt, number), a->element);
    inquiry_ask(rt, number, a->element, 0);
    make_ready(rt, number);
}

/* What lies with it comes back; the youngest first, so that the oldest is before all. */
void routing_gone(struct runtime *rt, uint32_t actor)
{
    const struct actor *a = actor_of(rt, actor);
    uint32_t number = batch_of(rt, a->batch)->target;
    if (!number)
        return;
    struct fleet *fleet = fleet_of(rt, number);
    fleet_gone(rt, fleet, a->element);
    uint32_t at = fleet->lost, *end = &fleet->lost;
    while (at) {
        struct call *c = call_of(rt, at);
        uint32_t this = at;
        at = c->next;
        if (c->replica != a->element) {
            *end = this;
            end = &c->next;
            continue;
        }
        struct told told = about(rt, this, TOLD_REFUSED);
        told.amount = c->length = CAIRN_UNKNOWN;
        rt->record->routes.refused++;
        runtime_tell(rt, told);
        come_back(rt, this);
    }
    *end = 0;
    make_ready(rt, number);
}

/* ---- where requests wait ------------------------------------------------------------------- */

/* Nobody is left to go to, and nobody will come: the cause is that of the last one's end. Or their
 * driver has ended, and its router with it. */
static void give_up_all(struct runtime *rt, uint32_t number)
{
    struct fleet *fleet = fleet_of(rt, number);
    const struct batch *set = batch_of(rt, fleet->set);
    uint32_t cause = actor_of(rt, set->objects[set->count - 1].call)->cause;
    while (fleet->waiting > 0)
        call_give_up(rt, pop_front(rt, fleet), cause);
}

void routing_end(struct runtime *rt, uint32_t batch)
{
    make_ready(rt, batch_of(rt, batch_of(rt, batch)->target)->target);
}

/* Those that stayed for the sake of requests may end; a variable lets go of all at once. */
static void let_go(struct runtime *rt, uint32_t set)
{
    const struct batch *b = batch_of(rt, set);
    if (!actor_of(rt, b->objects[0].call)->is_ending)
        return;
    for (uint32_t i = 0; i < b->count; i++)
        service_end_if_let_go(rt, b->objects[i].call);
}

static void serve(struct runtime *rt, uint32_t number)
{
    struct fleet *fleet = fleet_of(rt, number);
    const struct cairn_search first = {0};
    if (fleet->waiting > 0 && (fleet_is_dead(rt, fleet) || batch_is_left_behind(rt, fleet->set)))
        give_up_all(rt, number);
    while (!rt->is_out_of_memory && fleet->searches < fleet->waiting &&
           fleet->searches <
               cairn_router_searches(fleet_router(rt), rt->router_plan, fleet->router))
        inquiry_search(rt, number, &first, -1);
    if (fleet->open == 0)
        let_go(rt, fleet->set);
}

bool routing_run_ready(struct runtime *rt)
{
    bool was_there = rt->fleets_ready != 0;
    while (rt->fleets_ready && !rt->is_out_of_memory) {
        uint32_t number = rt->fleets_ready;
        rt->fleets_ready = fleet_of(rt, number)->next_ready;
        fleet_of(rt, number)->is_ready = false;
        serve(rt, number);
    }
    return was_there;
}
