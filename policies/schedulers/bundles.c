/* SPDX-License-Identifier: Apache-2.0 */
/* Placement groups: attempts to place all that is missing, or nothing.
 *
 * An attempt takes room as it goes, so that each bundle sees what those before it left, and gives
 * it all back if one finds no node. The node of the highest score is found in the tournament of
 * free room: a score grows with what is free, so that of the maxima below an inner node is a bound.
 */
#include "policies/schedulers/bundles.h"
#include <string.h>

#define NONE CAIRN_NOWHERE

uint64_t bundles_bytes(uint32_t groups, uint32_t capacity)
{
    return sizeof(struct bundles_head) + (uint64_t)groups * sizeof(struct bundle_group) +
           (uint64_t)capacity * sizeof(struct bundle);
}

void bundles_open(struct bundles *bundles, void *bytes, uint32_t groups, uint32_t capacity,
                  struct cairn_room *room)
{
    *bundles =
        (struct bundles){.groups = groups, .capacity = capacity, .head = bytes, .room = room};
    bundles->bundle = (struct bundle *)(void *)(bundles->head + 1);
    bundles->group = (struct bundle_group *)(void *)(bundles->bundle + capacity);
}

static void clear(struct bundles *b, uint32_t groups, uint32_t capacity)
{
    for (uint32_t i = groups; i < b->groups; i++)
        b->group[i] = (struct bundle_group){.state = CAIRN_GROUP_REMOVED};
    for (uint32_t i = capacity; i < b->capacity; i++)
        b->bundle[i] = (struct bundle){.group = NONE, .node = NONE};
}

void bundles_init(struct bundles *bundles)
{
    *bundles->head = (struct bundles_head){.lost = {NONE, NONE}, .pending = {NONE, NONE}};
    clear(bundles, 0, 0);
}

void bundles_copy(struct bundles *to, const struct bundles *from)
{
    *to->head = *from->head;
    memcpy(to->group, from->group, from->groups * sizeof *from->group);
    memcpy(to->bundle, from->bundle, from->capacity * sizeof *from->bundle);
    clear(to, from->groups, from->capacity);
}

/* ---- lines ----------------------------------------------------------------------------------- */

static struct bundle_line *line_of(struct bundles *b, const struct bundle_group *group)
{
    return group->state == CAIRN_GROUP_PENDING ? &b->head->pending : &b->head->lost;
}

/* At the end, but for those that lost bundles with it and have larger numbers. */
static void line_join(struct bundles *b, uint32_t group)
{
    struct bundle_group *g = &b->group[group];
    struct bundle_line *line = line_of(b, g);
    uint32_t last = line->last, next = NONE;
    g->loss = g->state == CAIRN_GROUP_PENDING ? 0 : b->head->loss;
    while (g->loss > 0 && last != NONE && b->group[last].loss == g->loss && last > group) {
        next = last;
        last = b->group[last].last;
    }
    g->next = next;
    g->last = last;
    *(last == NONE ? &line->first : &b->group[last].next) = group;
    *(next == NONE ? &line->last : &b->group[next].last) = group;
    b->head->is_worth = 1;
}

static void line_leave(struct bundles *b, uint32_t group)
{
    struct bundle_group *g = &b->group[group];
    struct bundle_line *line = line_of(b, g);
    *(g->last == NONE ? &line->first : &b->group[g->last].next) = g->next;
    *(g->next == NONE ? &line->last : &b->group[g->next].last) = g->last;
}

/* ---- coming and going ------------------------------------------------------------------------ */

/* The first so many free places side by side. */
static uint32_t places(const struct bundles *b, uint32_t count)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < b->capacity; i++) {
        found = b->bundle[i].group == NONE ? found + 1 : 0;
        if (found == count)
            return i + 1 - count;
    }
    return NONE;
}

static int is_larger(const struct cairn_demand *a, const struct cairn_demand *b)
{
    static const enum cairn_resource by[] = {CAIRN_GPU, CAIRN_CUSTOM, CAIRN_MEMORY, CAIRN_CPU};
    for (int i = 0; i < CAIRN_RESOURCES; i++)
        if (a->of[by[i]] != b->of[by[i]])
            return a->of[by[i]] > b->of[by[i]];
    return 0;
}

/* By insertion: bundles of a group are alike as a rule, and then this is one pass. */
static void sort(struct bundle *bundle, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t j = i;
        for (; j > 0 && is_larger(&bundle[i].size, &bundle[bundle[j - 1].sorted].size); j--)
            bundle[j].sorted = bundle[j - 1].sorted;
        bundle[j].sorted = i;
    }
}

int bundles_add(struct bundles *bundles, const struct cairn_reservation *reservation)
{
    struct bundles *b = bundles;
    uint32_t group = reservation->group, count = reservation->count;
    if (group >= b->groups || b->group[group].state != CAIRN_GROUP_REMOVED || count == 0)
        return 0;
    uint32_t first = places(b, count);
    if (first == NONE)
        return 0;
    b->group[group] = (struct bundle_group){.state = CAIRN_GROUP_PENDING,
                                            .strategy = reservation->strategy,
                                            .first = first,
                                            .count = count};
    for (uint32_t i = 0; i < count; i++)
        b->bundle[first + i] =
            (struct bundle){.size = reservation->bundles[i], .group = group, .node = NONE};
    sort(&b->bundle[first], count);
    line_join(b, group);
    return 1;
}

static void place(struct bundles *b, uint32_t bundle, uint32_t node)
{
    struct bundle *p = &b->bundle[bundle];
    uint32_t *first = &b->room->node[node].bundles;
    p->node = node;
    p->free = p->size;
    p->is_new = 1;
    p->last = NONE;
    p->next = *first;
    if (*first != NONE)
        b->bundle[*first].last = bundle;
    *first = bundle;
    room_take(b->room, node, &p->size);
}

/* From its node; whether the room comes back is the caller's. */
static void unplace(struct bundles *b, uint32_t bundle)
{
    struct bundle *p = &b->bundle[bundle];
    if (p->last == NONE)
        b->room->node[p->node].bundles = p->next;
    else
        b->bundle[p->last].next = p->next;
    if (p->next != NONE)
        b->bundle[p->next].last = p->last;
    p->node = NONE;
    p->is_new = 0;
}

static void unplace_and_give(struct bundles *b, uint32_t bundle)
{
    uint32_t node = b->bundle[bundle].node;
    unplace(b, bundle);
    room_give(b->room, node, &b->bundle[bundle].size);
}

static void untold(struct bundles *b, uint32_t group, uint32_t is_untold)
{
    b->head->untold += is_untold - b->group[group].is_untold;
    b->group[group].is_untold = is_untold;
}

uint32_t bundles_take_back(struct bundles *bundles, uint32_t group)
{
    const struct bundle_group *g = &bundles->group[group];
    for (uint32_t i = g->first; i < g->first + g->count; i++) {
        uint32_t node = bundles->bundle[i].node;
        if (node == NONE)
            continue;
        unplace_and_give(bundles, i);
        return node;
    }
    return NONE;
}

void bundles_remove(struct bundles *bundles, uint32_t group)
{
    struct bundle_group *g = &bundles->group[group];
    if (g->state != CAIRN_GROUP_CREATED)
        line_leave(bundles, group);
    for (uint32_t i = g->first; i < g->first + g->count; i++)
        bundles->bundle[i].group = NONE;
    untold(bundles, group, 0);
    g->state = CAIRN_GROUP_REMOVED;
}

void bundles_lose(struct bundles *bundles, uint32_t node)
{
    uint32_t *first = &bundles->room->node[node].bundles;
    bundles->head->loss++;
    while (*first != NONE) {
        uint32_t group = bundles->bundle[*first].group;
        struct bundle_group *g = &bundles->group[group];
        unplace(bundles, *first);
        if (g->state == CAIRN_GROUP_CREATED) {
            untold(bundles, group, 0);
            g->state = CAIRN_GROUP_RESCHEDULING;
            line_join(bundles, group);
        }
        bundles->head->is_worth = 1;
    }
}

/* ---- attempts -------------------------------------------------------------------------------- */

static double score(const struct cairn_demand *asked, const struct cairn_demand *free)
{
    double sum = 0;
    for (int r = 0; r < CAIRN_RESOURCES; r++)
        if (asked->of[r] > 0)
            sum += (double)(free->of[r] - asked->of[r]) / (double)free->of[r];
    return sum;
}

static uint32_t best_node(const struct cairn_room *room, const struct cairn_demand *demand)
{
    uint32_t best = NONE;
    double highest = -1;
    for (uint32_t i = 1; i > 0;) {
        const struct cairn_demand *most = &room->most[i];
        double bound = demand_fits(demand, most) ? score(demand, most) : -1;
        if (bound > highest && i < room->leaves) {
            i *= 2;
            continue;
        }
        if (bound > highest) {
            highest = bound;
            best = i - room->leaves;
        }
        while (i % 2 == 1)
            i /= 2;
        i += i > 0;
    }
    return best;
}

static int place_packed(struct bundles *b, const struct bundle_group *g)
{
    struct bundle *all = &b->bundle[g->first];
    for (uint32_t i = 0; i < g->count; i++) {
        if (all[all[i].sorted].node != NONE)
            continue;
        uint32_t node = best_node(b->room, &all[all[i].sorted].size);
        if (node == NONE)
            return 0;
        for (uint32_t j = i; j < g->count; j++) {
            uint32_t bundle = all[j].sorted;
            if (all[bundle].node == NONE && cairn_room_fits(b->room, node, &all[bundle].size))
                place(b, g->first + bundle, node);
        }
    }
    return 1;
}

static int place_together(struct bundles *b, const struct bundle_group *g)
{
    struct cairn_demand sum = {{0}};
    for (uint32_t i = g->first; i < g->first + g->count; i++)
        demand_add(&sum, &b->bundle[i].size);
    uint32_t node = best_node(b->room, &sum);
    for (uint32_t i = g->first; i < g->first + g->count && node != NONE; i++)
        place(b, i, node);
    return node != NONE;
}

static void keep_used(struct bundles *b, const struct bundle_group *g, uint32_t is_kept)
{
    for (uint32_t i = g->first; i < g->first + g->count; i++)
        if (b->bundle[i].node != NONE)
            room_keep(b->room, b->bundle[i].node, is_kept);
}

static int place_apart(struct bundles *b, const struct bundle_group *g)
{
    struct bundle *all = &b->bundle[g->first];
    int is_placed = 1;
    keep_used(b, g, 1);
    for (uint32_t i = 0; i < g->count && is_placed; i++) {
        uint32_t bundle = all[i].sorted;
        if (all[bundle].node != NONE)
            continue;
        uint32_t node = best_node(b->room, &all[bundle].size);
        if (node == NONE && g->strategy == CAIRN_GROUP_SPREAD) {
            keep_used(b, g, 0);
            node = best_node(b->room, &all[bundle].size);
            keep_used(b, g, 1);
        }
        is_placed = node != NONE;
        if (is_placed) {
            place(b, g->first + bundle, node);
            room_keep(b->room, node, 1);
        }
    }
    keep_used(b, g, 0);
    return is_placed;
}

static int attempt(struct bundles *b, uint32_t group)
{
    struct bundle_group *g = &b->group[group];
    int is_placed = g->strategy == CAIRN_GROUP_PACK          ? place_packed(b, g)
                    : g->strategy == CAIRN_GROUP_STRICT_PACK ? place_together(b, g)
                                                             : place_apart(b, g);
    for (uint32_t i = g->first; i < g->first + g->count; i++) {
        if (b->bundle[i].is_new && !is_placed)
            unplace_and_give(b, i);
        b->bundle[i].is_new = 0;
    }
    return is_placed;
}

uint32_t bundles_settle(struct bundles *bundles)
{
    struct bundles *b = bundles;
    const uint32_t lines[] = {b->head->lost.first, b->head->pending.first};
    for (int i = 0; i < 2 && b->head->is_worth; i++)
        for (uint32_t g = lines[i]; g != NONE; g = b->group[g].next)
            if (attempt(b, g)) {
                line_leave(b, g);
                b->group[g].state = CAIRN_GROUP_CREATED;
                untold(b, g, 1);
                return g;
            }
    b->head->is_worth = 0;
    return NONE;
}

/* ---- questions ------------------------------------------------------------------------------- */

static int may_run_in(const struct bundles *b, const struct bundle *p,
                      const struct cairn_demand *demand)
{
    if (p->node == NONE || b->room->node[p->node].is_draining)
        return 0;
    return demand_fits(demand, &p->free);
}

uint32_t bundles_choose(const struct bundles *bundles, const struct cairn_request *request)
{
    const struct bundles *b = bundles;
    uint32_t avoided = NONE;
    if (request->group >= b->groups || b->group[request->group].state == CAIRN_GROUP_REMOVED)
        return NONE;
    const struct bundle_group *g = &b->group[request->group];
    if (request->bundle != CAIRN_NOWHERE) {
        uint32_t bundle = request->bundle < g->count ? g->first + request->bundle : NONE;
        return bundle != NONE && may_run_in(b, &b->bundle[bundle], &request->demand) ? bundle
                                                                                     : NONE;
    }
    for (uint32_t i = g->first; i < g->first + g->count; i++) {
        if (!may_run_in(b, &b->bundle[i], &request->demand))
            continue;
        if (b->bundle[i].node != request->avoid)
            return i;
        avoided = avoided == NONE ? i : avoided;
    }
    return avoided;
}

uint32_t bundles_tell(struct bundles *bundles)
{
    struct bundles_head *head = bundles->head;
    if (head->untold == 0)
        return NONE;
    while (!bundles->group[head->told % bundles->groups].is_untold)
        head->told = (head->told + 1) % bundles->groups;
    untold(bundles, head->told, 0);
    return head->told;
}
