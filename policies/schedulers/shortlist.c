/* SPDX-License-Identifier: Apache-2.0 */
/* Few nodes in order, and a treap that may wait.
 *
 * Main invariant: a node that is not stale stands in the treap as it is, or not at all if it cannot
 * be had; a list that is good holds exactly the nodes that fit its demand. */
#include "policies/schedulers/shortlist.h"
#include "policies/schedulers/room.h"

enum {
    STEPS_MOST = 512, /* of a search: a few times what eight nodes take in the largest pools */
    PAUSE_MOST = 128, /* questions: looking in vain costs a hundredth of them */
};

static struct cairn_rank rank_of(const struct cairn_room *room, const struct room_node *n)
{
    struct cairn_rank rank = {{0}};
    room->class->rank(room->plan, &n->has, &rank);
    return rank;
}

/* The treap as the nodes are now. */
static void settle(const struct cairn_room *room)
{
    struct shortlist *list = &room->head->shortlist;
    while (list->stale_count > 0) {
        uint32_t node = list->stale[--list->stale_count];
        struct room_node *n = &room->node[node];
        n->is_stale = 0;
        if (!room_is_open(n)) {
            ranks_remove(&room->ranks, node);
            continue;
        }
        struct cairn_rank rank = rank_of(room, n);
        ranks_put(&room->ranks, node, &rank, &n->has.free);
    }
}

void shortlist_note(const struct cairn_room *room, uint32_t node)
{
    struct shortlist *list = &room->head->shortlist;
    list->is_good = 0;
    if (room->node[node].is_stale)
        return;
    if (list->stale_count == SHORTLIST_STALE)
        settle(room);
    room->node[node].is_stale = 1;
    list->stale[list->stale_count++] = node;
}

/* ---- the list -------------------------------------------------------------------------------- */

static void insert(const struct cairn_room *room, struct shortlist *list, uint32_t node)
{
    struct shortlist_entry new = {.rank = rank_of(room, &room->node[node]), .node = node};
    uint32_t i = list->count++;
    for (; i > 0 && rank_before(&new.rank, node, &list->entry[i - 1].rank, list->entry[i - 1].node);
         i--)
        list->entry[i] = list->entry[i - 1];
    list->entry[i] = new;
}

/* All nodes that fit; 0: there are too many, or they are too hard to find. */
static int gather(const struct cairn_room *room, const struct cairn_demand *demand,
                  struct shortlist *list)
{
    uint32_t steps = 0;
    list->count = 0;
    for (uint32_t i = 1; i > 0; steps++) {
        if (steps == STEPS_MOST)
            return 0;
        if (demand_fits(demand, &room->most[i])) {
            if (i < room->leaves) {
                i *= 2;
                continue;
            }
            if (list->count == SHORTLIST_MOST)
                return 0;
            insert(room, list, i - room->leaves);
        }
        i = room_behind(i);
    }
    return 1;
}

const struct shortlist *shortlist_for(const struct cairn_room *room,
                                      const struct cairn_demand *demand)
{
    struct shortlist *list = &room->head->shortlist;
    if (list->is_good && demand_is(&list->demand, demand))
        return list;
    list->is_good = 0;
    if (list->pause > 0) {
        list->pause--;
    } else if (gather(room, demand, list)) {
        list->pauses = 0;
        list->demand = *demand;
        list->is_good = 1;
        return list;
    } else {
        list->pauses = list->pauses < PAUSE_MOST ? 2 * list->pauses + 1 : PAUSE_MOST;
        list->pause = list->pauses;
    }
    settle(room);
    return NULL;
}

const struct cairn_rank *shortlist_rank(const struct cairn_room *room, uint32_t node)
{
    const struct shortlist *list = &room->head->shortlist;
    for (uint32_t i = 0; list->is_good && i < list->count; i++)
        if (list->entry[i].node == node)
            return &list->entry[i].rank;
    settle(room);
    return &room->ranks.node[node].key;
}
