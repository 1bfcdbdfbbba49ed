/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes of requests: which are tried next, which are blocked, and what wakes them.
 *
 *     heap            binary heaps     shapes to be tried; in backfill also all that stand in line
 *     anywhere        treap            blocked, any node would help: in order, by what they ask for
 *     lists           doubly linked    blocked, and waiting for one node, one group, or the head
 *
 * A shape is to be tried or blocked, never both; but where the head of the line blocks all it stays
 * at the top of the heap, and the top says so. A blocked shape fits no node but noted ones. */
#include "policies/schedulers/shapes.h"

/* ---- heaps ----------------------------------------------------------------------------------- */

static void heap_put(struct waiting *w, enum waiting_heap h, uint32_t place, uint32_t shape)
{
    w->heap[h][place] = shape;
    w->shape[shape].place[h] = place;
}

static int shape_before(const struct waiting *w, uint32_t one, uint32_t other)
{
    return waiting_before(w, w->shape[one].first, w->shape[other].first);
}

/* The shape at this place may come earlier or later than it did. */
static void heap_sift(struct waiting *w, enum waiting_heap h, uint32_t place)
{
    const uint32_t *heap = w->heap[h];
    uint32_t shape = heap[place], count = w->head->shapes_in[h];
    for (; place > 0 && shape_before(w, shape, heap[(place - 1) / 2]); place = (place - 1) / 2)
        heap_put(w, h, place, heap[(place - 1) / 2]);
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child + 1 < count && shape_before(w, heap[child + 1], heap[child]))
            child++;
        if (child >= count || !shape_before(w, heap[child], shape))
            break;
        heap_put(w, h, place, heap[child]);
        place = child;
    }
    heap_put(w, h, place, shape);
}

static void heap_add(struct waiting *w, enum waiting_heap h, uint32_t shape)
{
    heap_put(w, h, w->head->shapes_in[h]++, shape);
    heap_sift(w, h, w->head->shapes_in[h] - 1);
}

/* If it is there. */
static void heap_drop(struct waiting *w, enum waiting_heap h, uint32_t shape)
{
    uint32_t place = w->shape[shape].place[h];
    if (place == CAIRN_NOWHERE)
        return;
    uint32_t moved = w->heap[h][--w->head->shapes_in[h]];
    w->shape[shape].place[h] = CAIRN_NOWHERE;
    if (moved == shape)
        return;
    heap_put(w, h, place, moved);
    heap_sift(w, h, place);
}

/* ---- blocked lists --------------------------------------------------------------------------- */

static uint32_t *list_of(const struct waiting *w, uint32_t list)
{
    switch (list) {
    case WAITING_INSIDE:
        return &w->head->inside;
    case WAITING_RESERVED:
        return &w->head->reserved;
    default:
        return list < w->room->nodes ? &w->room->node[list].blocked
                                     : &w->group[list - w->room->nodes];
    }
}

static void list_join(struct waiting *w, uint32_t shape, uint32_t list)
{
    struct waiting_shape *s = &w->shape[shape];
    uint32_t *first = list_of(w, list);
    s->last = CAIRN_NOWHERE;
    s->next = *first;
    if (*first != CAIRN_NOWHERE)
        w->shape[*first].last = shape;
    *first = shape;
}

static void list_leave(struct waiting *w, uint32_t shape)
{
    const struct waiting_shape *s = &w->shape[shape];
    if (s->last == CAIRN_NOWHERE)
        *list_of(w, s->list) = s->next;
    else
        w->shape[s->last].next = s->next;
    if (s->next != CAIRN_NOWHERE)
        w->shape[s->next].last = s->last;
}

static struct cairn_demand negative(const struct cairn_demand *demand)
{
    struct cairn_demand result = {{0}};
    demand_subtract(&result, demand);
    return result;
}

/* Where the shape belongs among those that any node would help: as waiting_before has it. Two
 * shapes share no turn. */
static void rank_anywhere(struct waiting *w, uint32_t shape)
{
    const struct waiting_entry *e = &w->entry[w->shape[shape].first];
    struct cairn_demand asked = negative(&w->shape[shape].key.demand);
    struct cairn_rank rank = {{0, (int64_t)e->turn, 0, 0}};
    if (w->order == CAIRN_ORDER_PRIORITY)
        rank.key[0] = -(int64_t)e->request.priority;
    if (w->order == CAIRN_ORDER_SHORTEST)
        rank.key[0] = e->request.expected;
    ranks_put(&w->anywhere, shape, &rank, &asked);
}

void shapes_sift(struct waiting *waiting, uint32_t shape)
{
    struct waiting *w = waiting;
    for (enum waiting_heap h = 0; h < WAITING_HEAPS; h++)
        if (w->shape[shape].place[h] != CAIRN_NOWHERE)
            heap_sift(w, h, w->shape[shape].place[h]);
    if (w->shape[shape].list == WAITING_ANYWHERE)
        rank_anywhere(w, shape);
}

static void unblock(struct waiting *w, uint32_t shape)
{
    if (w->shape[shape].list == WAITING_ANYWHERE)
        ranks_remove(&w->anywhere, shape);
    else
        list_leave(w, shape);
    w->shape[shape].list = WAITING_READY;
}

void shapes_block(struct waiting *waiting, uint32_t shape, uint32_t list)
{
    struct waiting *w = waiting;
    if (w->order != CAIRN_ORDER_STRICT_FIFO)
        heap_drop(w, WAITING_TO_TRY, shape);
    if (list == WAITING_ANYWHERE)
        rank_anywhere(w, shape);
    else
        list_join(w, shape, list);
    w->shape[shape].list = list;
}

static void wake(struct waiting *w, uint32_t shape)
{
    unblock(w, shape);
    if (w->shape[shape].place[WAITING_TO_TRY] == CAIRN_NOWHERE)
        heap_add(w, WAITING_TO_TRY, shape);
}

static void wake_anywhere(struct waiting *w)
{
    while (w->head->anywhere.root != CAIRN_NOWHERE)
        wake(w, w->head->anywhere.root);
}

void shapes_wake(struct waiting *waiting, uint32_t list)
{
    while (*list_of(waiting, list) != CAIRN_NOWHERE)
        wake(waiting, *list_of(waiting, list));
}

void shapes_wake_fitting(struct waiting *waiting, uint32_t list, const struct cairn_demand *free)
{
    for (uint32_t i = *list_of(waiting, list), next; i != CAIRN_NOWHERE; i = next) {
        next = waiting->shape[i].next;
        if (demand_fits(&waiting->shape[i].key.demand, free))
            wake(waiting, i);
    }
}

/* The first in order that the node would help; NOWHERE. */
static uint32_t first_for(const struct waiting *w, uint32_t node)
{
    struct cairn_demand free = negative(room_leaf(w->room, node));
    uint32_t passed;
    return ranks_walk(&w->anywhere, &free, INT64_MAX, 0, &passed);
}

void shapes_note(struct waiting *waiting, uint32_t node)
{
    struct waiting_head *head = waiting->head;
    for (uint32_t i = 0; i < head->noted_count; i++)
        if (head->noted[i] == node)
            return;
    if (first_for(waiting, node) == CAIRN_NOWHERE)
        return;
    if (head->noted_count == WAITING_NOTED) {
        wake_anywhere(waiting);
        head->noted_count = 0;
    } else {
        head->noted[head->noted_count++] = node;
    }
}

void shapes_refresh(struct waiting *waiting)
{
    struct waiting *w = waiting;
    struct waiting_head *head = w->head;
    for (uint32_t i = head->noted_count; i-- > 0;) {
        uint32_t shape = first_for(w, head->noted[i]), first = w->heap[WAITING_TO_TRY][0];
        if (shape == CAIRN_NOWHERE)
            head->noted[i] = head->noted[--head->noted_count];
        else if (head->shapes_in[WAITING_TO_TRY] == 0 || shape == first ||
                 shape_before(w, shape, first))
            wake(w, shape);
    }
}

/* ---- coming and going ------------------------------------------------------------------------ */

void shapes_enter(struct waiting *waiting, uint32_t shape)
{
    struct waiting *w = waiting;
    heap_add(w, WAITING_TO_TRY, shape);
    if (w->order == CAIRN_ORDER_BACKFILL && w->shape[shape].key.group == CAIRN_NOWHERE)
        heap_add(w, WAITING_IN_LINE, shape);
}

void shapes_leave(struct waiting *waiting, uint32_t shape)
{
    if (waiting->shape[shape].list != WAITING_READY)
        unblock(waiting, shape);
    for (enum waiting_heap h = 0; h < WAITING_HEAPS; h++)
        heap_drop(waiting, h, shape);
}

uint32_t shapes_first(const struct waiting *waiting)
{
    const struct waiting *w = waiting;
    if (w->head->shapes_in[WAITING_TO_TRY] == 0)
        return CAIRN_NOWHERE;
    uint32_t first = w->heap[WAITING_TO_TRY][0];
    return w->shape[first].list == WAITING_READY ? first : CAIRN_NOWHERE;
}

uint32_t shapes_longest(const struct waiting *waiting)
{
    const struct waiting *w = waiting;
    return w->head->shapes_in[WAITING_IN_LINE] > 0 ? w->heap[WAITING_IN_LINE][0] : CAIRN_NOWHERE;
}
