/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places and spares.
 *
 * The spares are a list threaded through the entities, so that a spare which fails leaves it in
 * O(1) wherever it stands. Main invariant: every node is in exactly one class, and a rank's holder
 * names it back. */
#include "sim/model/cluster.h"
#include <assert.h>

bool cluster_init(struct cluster *cluster, const struct spec *spec, struct arena *arena)
{
    struct cluster *c = cluster;
    *c = (struct cluster){.nodes = spec->cluster.nodes + spec->cluster.spares,
                          .rack_size = spec->cluster.rack,
                          .zone_size = spec->cluster.zone,
                          .workers = spec->group.workers};
    assert(c->workers > 0 && c->workers <= spec->cluster.nodes);
    c->racks = c->rack_size ? (c->nodes + c->rack_size - 1) / c->rack_size : 0;
    c->zones = c->zone_size ? (c->nodes + c->zone_size - 1) / c->zone_size : 0;
    c->platform = c->nodes + c->racks + c->zones;
    c->trace = c->platform + 1;
    c->entities_count = c->trace + 1;
    assert(c->entities_count < 1u << EVENT_SLOT_BITS);
    c->entities = arena_array(arena, c->entities_count, sizeof *c->entities);
    c->holder = arena_array(arena, c->workers, sizeof *c->holder);
    c->missing_ranks = arena_array(arena, c->workers, sizeof *c->missing_ranks);
    c->replaced = arena_array(arena, c->workers, sizeof *c->replaced);
    return c->entities && c->holder && c->missing_ranks && c->replaced;
}

struct cluster_part cluster_part(const struct cluster *c, uint32_t slot)
{
    bool is_rack = slot < c->nodes + c->racks;
    uint32_t size = is_rack ? c->rack_size : c->zone_size;
    uint32_t first = (slot - c->nodes - (is_rack ? 0 : c->racks)) * size;
    assert(slot >= c->nodes && slot < c->platform);
    return (struct cluster_part){first, size < c->nodes - first ? first + size : c->nodes};
}

static void append_spare(struct cluster *c, uint32_t node)
{
    assert(node < c->nodes && c->entities[node].rank == CLUSTER_NOBODY);
    struct entity *e = &c->entities[node];
    e->next = CLUSTER_NOBODY;
    e->previous = c->spare_last;
    if (c->spare_last == CLUSTER_NOBODY)
        c->spare_first = node;
    else
        c->entities[c->spare_last].next = node;
    c->spare_last = node;
}

static void unlink_spare(struct cluster *c, uint32_t node)
{
    assert(c->spare_first != CLUSTER_NOBODY && c->spare_last != CLUSTER_NOBODY);
    struct entity *e = &c->entities[node];
    if (e->previous == CLUSTER_NOBODY)
        c->spare_first = e->next;
    else
        c->entities[e->previous].next = e->next;
    if (e->next == CLUSTER_NOBODY)
        c->spare_last = e->previous;
    else
        c->entities[e->next].previous = e->previous;
}

void cluster_reset(struct cluster *cluster, const struct spec *spec)
{
    struct cluster *c = cluster;
    uint32_t workers = c->workers;
    c->spare_first = c->spare_last = CLUSTER_NOBODY;
    c->missing = c->replaced_count = 0;
    c->charged = 0;
    for (unsigned class = 0; class < NODE_CLASSES; class ++)
        c->ledger[class] = 0;
    for (uint32_t i = 0; i < c->entities_count; i++)
        c->entities[i] = (struct entity){.key = EVENT_NONE, .rank = CLUSTER_NOBODY};
    for (uint32_t rank = 0; rank < workers; rank++) {
        c->entities[rank].class = NODE_HELD;
        c->entities[rank].rank = rank;
        c->holder[rank] = rank;
    }
    for (uint32_t node = workers; node < c->nodes; node++) {
        c->entities[node].class = node < spec->cluster.nodes ? NODE_IDLE : NODE_SPARE;
        append_spare(c, node);
    }
    c->in_class[NODE_HELD] = workers;
    c->in_class[NODE_IDLE] = spec->cluster.nodes - workers;
    c->in_class[NODE_SPARE] = spec->cluster.spares;
    c->in_class[NODE_REPAIRING] = 0;
}

void cluster_charge(struct cluster *cluster, simtime now)
{
    simtime elapsed = now - cluster->charged;
    assert(elapsed >= 0);
    for (unsigned class = 0; class < NODE_CLASSES; class ++)
        cluster->ledger[class] += (slot_ns)elapsed * cluster->in_class[class];
    cluster->charged = now;
}

static void change_class(struct cluster *c, uint32_t node, enum node_class class, simtime now)
{
    assert(c->in_class[c->entities[node].class] > 0 && c->entities[node].class != class);
    cluster_charge(c, now);
    c->in_class[c->entities[node].class]--;
    c->in_class[class]++;
    c->entities[node].class = (uint8_t) class;
}

static void lose_rank(struct cluster *c, uint32_t rank)
{
    assert(rank < c->workers && c->missing < c->workers);
    uint32_t at = c->missing++;
    for (; at > 0 && c->missing_ranks[at - 1] < rank; at--)
        c->missing_ranks[at] = c->missing_ranks[at - 1];
    c->missing_ranks[at] = rank;
    c->holder[rank] = CLUSTER_NOBODY;
}

/* It was to be new at the end of the downtime, and goes to the repair shop instead. */
static void forget_replacement(struct cluster *c, uint32_t node)
{
    uint32_t i = 0;
    while (c->replaced[i] != node)
        i++;
    assert(i < c->replaced_count);
    c->replaced[i] = c->replaced[--c->replaced_count];
    c->entities[node].is_replaced = 0;
}

void cluster_remove(struct cluster *cluster, uint32_t node, simtime now)
{
    struct entity *e = &cluster->entities[node];
    assert(e->class != NODE_REPAIRING);
    if (e->is_replaced)
        forget_replacement(cluster, node);
    if (e->class == NODE_HELD) {
        assert(cluster->holder[e->rank] == node);
        lose_rank(cluster, e->rank);
        e->rank = CLUSTER_NOBODY;
    } else {
        unlink_spare(cluster, node);
    }
    change_class(cluster, node, NODE_REPAIRING, now);
}

void cluster_return(struct cluster *cluster, uint32_t node, simtime now)
{
    assert(cluster->entities[node].class == NODE_REPAIRING);
    append_spare(cluster, node);
    change_class(cluster, node, NODE_SPARE, now);
}

uint32_t cluster_fill(struct cluster *cluster, simtime now)
{
    return cluster->missing > 0 ? cluster_fill_place(cluster, cluster->missing - 1, now)
                                : CLUSTER_NOBODY;
}

uint32_t cluster_fill_place(struct cluster *cluster, uint32_t index, simtime now)
{
    uint32_t node = cluster->spare_first;
    assert(index < cluster->missing);
    if (node == CLUSTER_NOBODY)
        return CLUSTER_NOBODY;
    uint32_t rank = cluster->missing_ranks[index];
    cluster->missing--;
    for (uint32_t i = index; i < cluster->missing; i++)
        cluster->missing_ranks[i] = cluster->missing_ranks[i + 1];
    assert(cluster->holder[rank] == CLUSTER_NOBODY);
    unlink_spare(cluster, node);
    change_class(cluster, node, NODE_HELD, now);
    cluster->holder[rank] = node;
    cluster->entities[node].rank = rank;
    return node;
}

bool cluster_replace_now(struct cluster *cluster, uint32_t node)
{
    if (!cluster->entities[node].is_replaced)
        return false;
    forget_replacement(cluster, node);
    return true;
}

void cluster_replace_later(struct cluster *cluster, uint32_t node)
{
    struct entity *e = &cluster->entities[node];
    assert(e->class == NODE_HELD);
    if (e->is_replaced)
        return;
    e->is_replaced = 1;
    e->key = EVENT_NONE;
    cluster->replaced[cluster->replaced_count++] = node;
}

uint32_t cluster_held(const struct cluster *cluster, uint32_t index)
{
    assert(index < cluster->workers - cluster->missing);
    uint32_t rank = index;
    for (uint32_t i = cluster->missing; i > 0 && cluster->missing_ranks[i - 1] <= rank; i--)
        rank++;
    return cluster->holder[rank];
}
