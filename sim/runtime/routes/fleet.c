/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replicas: who is up and where, as the router is told, and as it truly is.
 *
 * The two differ from a crash to its detection: until then the router takes a lost replica for one
 * that is slow to answer. */
#include "sim/runtime/routes/fleet.h"
#include "sim/base/random.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/backlog.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/objects/copies.h"

struct fleet *fleet_of(const struct runtime *rt, uint32_t number)
{
    return pool_at(&rt->fleets, number);
}

/* A zone, or a rack where there are none; of a place, as who replaces a failed node sits in the
 * same one. */
static uint32_t zone_of(const struct runtime *rt, uint32_t host)
{
    uint32_t zone = rt->spec->cluster.zone, nodes = zone ? zone : rt->spec->cluster.rack;
    return nodes && host != TOLD_NOWHERE ? host / nodes : CAIRN_NO_REPLICA;
}

static uint32_t driver_host(const struct runtime *rt)
{
    uint32_t host = copies_near_driver(rt);
    return host == CAIRN_NOWHERE ? TOLD_NOWHERE : host;
}

uint32_t fleet_actor(const struct runtime *rt, const struct fleet *fleet, uint32_t replica)
{
    return batch_of(rt, fleet->set)->objects[replica].call;
}

static const struct actor *actor_at(const struct runtime *rt, const struct fleet *fleet,
                                    uint32_t replica)
{
    return actor_of(rt, fleet_actor(rt, fleet, replica));
}

static struct cairn_replica describe(const struct runtime *rt, const struct actor *a)
{
    return (struct cairn_replica){.size = sizeof(struct cairn_replica),
                                  .abi = CAIRN_ROUTER_ABI,
                                  .node = a->seat.host,
                                  .zone = zone_of(rt, a->seat.host),
                                  .max_ongoing = actor_class(rt, a)->concurrency};
}

uint32_t fleet_open(struct runtime *rt, uint32_t set)
{
    struct batch *b = batch_of(rt, set);
    if (b->target)
        return b->target;
    const struct cairn_fleet what = {.size = sizeof what,
                                     .abi = CAIRN_ROUTER_ABI,
                                     .replicas = b->count,
                                     .node = driver_host(rt),
                                     .zone = zone_of(rt, driver_host(rt))};
    uint32_t number = pool_take(&rt->fleets);
    struct fleet *fleet = fleet_of(rt, number);
    uint64_t bytes = cairn_router_size(fleet_router(rt), rt->router_plan, &what);
    *fleet = (struct fleet){.set = set, .router = blocks_take(&rt->blocks, bytes, 1)};
    fleet->most = cairn_router_most(fleet_router(rt), rt->router_plan, &what);
    if (!number || !fleet->router)
        return 0;
    cairn_router_init(fleet_router(rt), rt->router_plan, &what, fleet->router);
    b->target = number;
    for (uint32_t i = 0; i < b->count; i++)
        if (actor_at(rt, fleet, i)->state == ACTOR_ALIVE)
            fleet_up(rt, fleet, i);
    return number;
}

/* Who is told to stop takes no more, and is no replica. */
static bool is_there(const struct actor *a)
{
    return a->phase == ACTOR_SERVING && !a->is_stopping;
}

int32_t fleet_length(const struct runtime *rt, const struct fleet *fleet, uint32_t replica)
{
    const struct actor *a = actor_at(rt, fleet, replica);
    return is_there(a) ? (int32_t)backlog_ahead(rt, a) : CAIRN_UNKNOWN;
}

bool fleet_accepts(const struct runtime *rt, const struct fleet *fleet, uint32_t replica)
{
    const struct actor *a = actor_at(rt, fleet, replica);
    struct cairn_replica what = describe(rt, a);
    return is_there(a) &&
           backlog_ahead(rt, a) < cairn_router_bound(fleet_router(rt), rt->router_plan, &what);
}

simtime fleet_hop(const struct runtime *rt, const struct fleet *fleet, uint32_t replica)
{
    bool is_here = fleet_near(rt, fleet, replica) == CAIRN_NEAR_NODE;
    return is_here ? 0 : rt->spec->runtime.latency;
}

enum cairn_near fleet_near(const struct runtime *rt, const struct fleet *fleet, uint32_t replica)
{
    uint32_t host = actor_at(rt, fleet, replica)->seat.host, driver = driver_host(rt);
    if (host == TOLD_NOWHERE || driver == TOLD_NOWHERE)
        return CAIRN_NEAR_ANY;
    uint32_t zone = zone_of(rt, driver);
    bool is_same_zone = zone != CAIRN_NO_REPLICA && zone_of(rt, host) == zone;
    return host == driver ? CAIRN_NEAR_NODE : is_same_zone ? CAIRN_NEAR_ZONE : CAIRN_NEAR_ANY;
}

bool fleet_is_dead(const struct runtime *rt, const struct fleet *fleet)
{
    for (uint32_t i = 0; i < batch_of(rt, fleet->set)->count; i++)
        if (actor_at(rt, fleet, i)->state != ACTOR_DEAD)
            return false;
    return true;
}

void fleet_up(struct runtime *rt, const struct fleet *fleet, uint32_t replica)
{
    struct cairn_replica what = describe(rt, actor_at(rt, fleet, replica));
    cairn_router_change(fleet_router(rt), rt->router_plan, fleet->router, replica, CAIRN_REPLICA_UP,
                        &what);
}

void fleet_gone(struct runtime *rt, const struct fleet *fleet, uint32_t replica)
{
    cairn_router_change(fleet_router(rt), rt->router_plan, fleet->router, replica,
                        CAIRN_REPLICA_GONE, NULL);
}

void fleet_draw(const struct runtime *rt, const struct fleet *fleet, uint64_t index, uint32_t word,
                uint64_t random[2])
{
    struct random_address address = {.seed = rt->spec->seed,
                                     .replication = rt->replication,
                                     .stream = STREAM_ROUTE,
                                     .entity = batch_of(rt, fleet->set)->serial,
                                     .occurrence = (uint32_t)index};
    struct random_words words = random_bits(&address, word & 0xffffff);
    random[0] = words.w[0];
    random[1] = words.w[1];
}

bool fleet_remembers(const struct runtime *rt)
{
    const struct cairn_router_plan *plan = rt->router_plan;
    return plan->cache > 0 && !fleet_router(rt)->is_blind;
}
