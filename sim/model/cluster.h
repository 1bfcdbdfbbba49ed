/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cluster: which node is held by which rank of the job, which is spare, which is being
 * repaired.
 *
 *     held ──outage, with repair──► repairing ──repair ends──► spare ──job takes it──► held
 *       └───outage, no repair: replaced at once, stays held
 *
 * Spares are first in first out. The node ledger is charged here, whenever a node changes class, so
 * it costs O(1) a change and covers all nodes. Nodes, racks, zones, the platform and a trace are
 * `entities` of the fault processes and share one array: an entity's index is its slot in the event
 * queue. */
#ifndef CAIRN_MODEL_CLUSTER_H
#define CAIRN_MODEL_CLUSTER_H

#include "sim/base/arena.h"
#include "sim/kernel/engine.h"
#include "sim/model/record.h"
#include "sim/model/spec.h"

#define CLUSTER_NOBODY UINT32_MAX

/* 32 bytes, two a cache line; touched at each outage of the entity, at its repair, and when taken.
 */
struct entity {
    uint64_t key;        /* of its live event: next outage, or end of repair; EVENT_NONE: none */
    uint32_t occurrence; /* index of the lifetime it is living */
    uint32_t rank;       /* of the job's placements; CLUSTER_NOBODY */
    uint32_t next, previous; /* among the spares */
    uint8_t class;           /* enum node_class */
    uint8_t is_replaced;     /* held, dead, and renewed when the downtime ends */
    uint8_t reserved[6];
};
_Static_assert(sizeof(struct entity) == 32, "two entities a cache line");

struct cluster {
    uint32_t nodes;                /* nodes and spares */
    uint32_t rack_size, zone_size; /* in nodes */
    uint32_t racks, zones;         /* slots: racks begin behind the nodes, zones behind them */
    uint32_t platform, trace;      /* slots of these entities */
    uint32_t entities_count;
    uint32_t workers, missing; /* placements without a node */
    struct entity *entities;
    uint32_t *holder;        /* rank -> node, CLUSTER_NOBODY where missing */
    uint32_t *missing_ranks; /* descending, so that the lowest leaves first and for free */
    uint32_t spare_first, spare_last;
    uint32_t replaced_count;
    uint32_t *replaced; /* nodes to renew when the downtime ends */
    uint32_t in_class[NODE_CLASSES];
    simtime charged; /* the ledger is complete up to here */
    slot_ns ledger[NODE_CLASSES];
};

/* The nodes from `first` to before `end`, which the rack or zone of this slot takes along. */
struct cluster_part {
    uint32_t first, end;
};
struct cluster_part cluster_part(const struct cluster *cluster, uint32_t slot);

/* Takes its arrays from the arena; false: no memory. */
bool cluster_init(struct cluster *cluster, const struct spec *spec, struct arena *arena);
/* Time 0 of a replication: the job holds the first `workers` nodes. */
void cluster_reset(struct cluster *cluster, const struct spec *spec);

/* The node leaves its place (held or spare) for the repair shop. */
void cluster_remove(struct cluster *cluster, uint32_t node, simtime now);
/* A repaired node joins the spares, last in the queue. */
void cluster_return(struct cluster *cluster, uint32_t node, simtime now);
/* Gives the lowest missing rank the first spare; CLUSTER_NOBODY when nothing is missing or spare.
 */
uint32_t cluster_fill(struct cluster *cluster, simtime now);
/* The same for the rank that stands at missing_ranks[index]. */
uint32_t cluster_fill_place(struct cluster *cluster, uint32_t index, simtime now);
/* The held node is dead and will be renewed at the end of the downtime. */
void cluster_replace_later(struct cluster *cluster, uint32_t node);
/* It is renewed now; false: it was not to be. */
bool cluster_replace_now(struct cluster *cluster, uint32_t node);
/* The index-th placement that has a node, counted by rank; index < workers - missing. */
uint32_t cluster_held(const struct cluster *cluster, uint32_t index);
void cluster_charge(struct cluster *cluster, simtime now);

#endif
