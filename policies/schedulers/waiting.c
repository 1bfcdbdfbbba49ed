/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that wait: entries in shapes, shapes in an order.
 *
 *     by_id, by_key   hash tables, chained      an id's entry, a key's shape
 *     shape.first     pairing heap              the entries of one shape, served from the root
 *     heap            binary heaps              the shapes that may fit, by their first entries;
 * all blocked lists   doubly linked             the other shapes, by what would help them
 *
 * The order of two entries is that of their keys (none, priority, expected), then of their turns,
 * then of their ids: the halves of a run that was split share a turn. */
#include "policies/schedulers/waiting.h"
#include <string.h>

/* ---- layout ---------------------------------------------------------------------------------- */

static uint32_t buckets_of(uint32_t capacity)
{
    uint32_t buckets = 16;
    while (buckets < capacity && buckets < 1u << 31)
        buckets *= 2;
    return buckets;
}

uint64_t waiting_bytes(uint32_t capacity, uint32_t groups)
{
    uint64_t words =
        WAITING_HEAPS * (uint64_t)capacity + groups + 2 * (uint64_t)buckets_of(capacity);
    uint64_t each =
        sizeof(struct waiting_entry) + sizeof(struct waiting_shape) + sizeof(struct rank_node);
    return sizeof(struct waiting_head) + capacity * each + (words + words % 2) * sizeof(uint32_t);
}

void waiting_open(struct waiting *waiting, void *bytes, uint32_t capacity, uint32_t groups,
                  uint32_t order, const struct cairn_room *room)
{
    struct waiting *w = waiting;
    *w = (struct waiting){.capacity = capacity,
                          .buckets = buckets_of(capacity),
                          .order = order,
                          .head = bytes,
                          .groups = groups,
                          .room = room};
    w->entry = (struct waiting_entry *)(void *)(w->head + 1);
    w->shape = (struct waiting_shape *)(void *)(w->entry + capacity);
    w->anywhere.head = &w->head->anywhere;
    w->anywhere.node = (struct rank_node *)(void *)(w->shape + capacity);
    w->by_id = (uint32_t *)(void *)(w->anywhere.node + capacity);
    w->by_key = w->by_id + w->buckets;
    w->group = w->by_key + w->buckets;
    for (uint32_t h = 0; h < WAITING_HEAPS; h++)
        w->heap[h] = w->group + groups + (uint64_t)h * capacity;
}

void waiting_init(struct waiting *waiting)
{
    *waiting->head = (struct waiting_head){.free_entry = CAIRN_NOWHERE,
                                           .free_shape = CAIRN_NOWHERE,
                                           .inside = CAIRN_NOWHERE,
                                           .reserved = CAIRN_NOWHERE};
    ranks_init(&waiting->anywhere);
    for (uint32_t i = 0; i < waiting->buckets; i++)
        waiting->by_id[i] = waiting->by_key[i] = CAIRN_NOWHERE;
    for (uint32_t i = 0; i < waiting->groups; i++)
        waiting->group[i] = CAIRN_NOWHERE;
}

/* ---- finding --------------------------------------------------------------------------------- */

static uint32_t *id_bucket(const struct waiting *w, uint64_t block, uint32_t level)
{
    return &w->by_id[hash_mixed(block * 64 + level) & (w->buckets - 1)];
}

static uint32_t *key_bucket(const struct waiting *w, const struct waiting_key *key)
{
    uint64_t hash = (uint64_t)key->node << 32 | key->is_soft;
    for (int r = 0; r < CAIRN_RESOURCES; r++)
        hash = hash_mixed(hash + (uint64_t)key->demand.of[r]) + 1;
    hash = hash_mixed(hash + ((uint64_t)key->group << 32 | key->bundle));
    return &w->by_key[hash_mixed(hash + (uint64_t)key->expected) & (w->buckets - 1)];
}

static int key_is(const struct waiting_key *a, const struct waiting_key *b)
{
    return demand_is(&a->demand, &b->demand) && a->node == b->node && a->is_soft == b->is_soft &&
           a->group == b->group && a->bundle == b->bundle && a->expected == b->expected;
}

static struct waiting_key key_of(const struct waiting *w, const struct cairn_request *request)
{
    struct waiting_key key = {request->demand, CAIRN_NOWHERE, 0, CAIRN_NOWHERE, CAIRN_NOWHERE, 0};
    if (request->strategy == CAIRN_PLACE_NODE) {
        key.node = request->node;
        key.is_soft = request->is_soft != 0;
    } else if (request->strategy == CAIRN_PLACE_BUNDLE) {
        key.group = request->group;
        key.bundle = request->bundle;
    }
    if (w->order == CAIRN_ORDER_BACKFILL)
        key.expected = request->expected;
    return key;
}

/* The least power of two that holds a run. */
static uint32_t level_of(uint64_t count)
{
    uint32_t level = 0;
    while (level < 63 && UINT64_C(1) << level < count)
        level++;
    return level;
}

static void id_link(struct waiting *w, uint32_t entry)
{
    struct waiting_entry *e = &w->entry[entry];
    uint32_t *bucket = id_bucket(w, e->home >> e->level, e->level);
    e->chain = *bucket;
    *bucket = entry;
    w->head->levels[e->level]++;
}

static void id_unlink(struct waiting *w, uint32_t entry)
{
    struct waiting_entry *e = &w->entry[entry];
    uint32_t *at = id_bucket(w, e->home >> e->level, e->level);
    while (*at != entry)
        at = &w->entry[*at].chain;
    *at = e->chain;
    w->head->levels[e->level]--;
}

static uint32_t id_find(const struct waiting *w, uint64_t id)
{
    for (uint32_t level = 0; level < 64; level++) {
        if (w->head->levels[level] == 0)
            continue;
        for (uint64_t back = 0; back < 2; back++) {
            uint32_t i = *id_bucket(w, (id >> level) - back, level);
            for (; i != CAIRN_NOWHERE; i = w->entry[i].chain)
                if (id - w->entry[i].request.id < w->entry[i].request.count)
                    return i;
        }
    }
    return CAIRN_NOWHERE;
}

/* ---- the heap of a shape --------------------------------------------------------------------- */

static int comes_before(const struct waiting *w, uint32_t one, uint32_t other)
{
    const struct waiting_entry *a = &w->entry[one], *b = &w->entry[other];
    if (w->order == CAIRN_ORDER_PRIORITY && a->request.priority != b->request.priority)
        return a->request.priority > b->request.priority;
    if (w->order == CAIRN_ORDER_SHORTEST && a->request.expected != b->request.expected)
        return a->request.expected < b->request.expected;
    return a->turn != b->turn ? a->turn < b->turn : a->request.id < b->request.id;
}

/* Two heaps become one; either may be NOWHERE. Roots have neither next nor last. */
static uint32_t meld(struct waiting *w, uint32_t a, uint32_t b)
{
    if (a == CAIRN_NOWHERE || b == CAIRN_NOWHERE)
        return a == CAIRN_NOWHERE ? b : a;
    uint32_t root = comes_before(w, a, b) ? a : b, under = root == a ? b : a;
    struct waiting_entry *parent = &w->entry[root], *child = &w->entry[under];
    child->last = root;
    child->next = parent->child;
    if (parent->child != CAIRN_NOWHERE)
        w->entry[parent->child].last = under;
    parent->child = under;
    return root;
}

/* A list of siblings becomes one heap: in pairs from the left, then all from the right. */
static uint32_t meld_all(struct waiting *w, uint32_t first)
{
    uint32_t pairs = CAIRN_NOWHERE, root = CAIRN_NOWHERE;
    while (first != CAIRN_NOWHERE) {
        uint32_t a = first, b = w->entry[a].next;
        first = b == CAIRN_NOWHERE ? b : w->entry[b].next;
        w->entry[a].next = w->entry[a].last = CAIRN_NOWHERE;
        if (b != CAIRN_NOWHERE)
            w->entry[b].next = w->entry[b].last = CAIRN_NOWHERE;
        a = meld(w, a, b);
        w->entry[a].next = pairs;
        pairs = a;
    }
    while (pairs != CAIRN_NOWHERE) {
        uint32_t a = pairs;
        pairs = w->entry[a].next;
        w->entry[a].next = CAIRN_NOWHERE;
        root = meld(w, root, a);
    }
    return root;
}

/* The heap without this entry. */
static uint32_t heap_without(struct waiting *w, uint32_t root, uint32_t entry)
{
    struct waiting_entry *e = &w->entry[entry];
    uint32_t below = meld_all(w, e->child);
    e->child = CAIRN_NOWHERE;
    if (entry == root)
        return below;
    if (w->entry[e->last].child == entry)
        w->entry[e->last].child = e->next;
    else
        w->entry[e->last].next = e->next;
    if (e->next != CAIRN_NOWHERE)
        w->entry[e->next].last = e->last;
    e->next = e->last = CAIRN_NOWHERE;
    return meld(w, root, below);
}

/* ---- the heap of shapes ---------------------------------------------------------------------- */

static void heap_put(struct waiting *w, enum waiting_heap h, uint32_t place, uint32_t shape)
{
    w->heap[h][place] = shape;
    w->shape[shape].place[h] = place;
}

static int shape_before(const struct waiting *w, uint32_t one, uint32_t other)
{
    return comes_before(w, w->shape[one].first, w->shape[other].first);
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

/* Where the shape belongs among those that any node would help: as comes_before has it. Two shapes
 * share no turn. */
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

/* The shape's first entry is another one. */
static void shape_sift(struct waiting *w, uint32_t shape)
{
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

void waiting_block(struct waiting *waiting, uint32_t shape, uint32_t list)
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

void waiting_wake(struct waiting *waiting, uint32_t list)
{
    while (*list_of(waiting, list) != CAIRN_NOWHERE)
        wake(waiting, *list_of(waiting, list));
}

void waiting_wake_fitting(struct waiting *waiting, uint32_t list, const struct cairn_demand *free)
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

void waiting_note(struct waiting *waiting, uint32_t node)
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

void waiting_refresh(struct waiting *waiting)
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

/* ---- shapes and entries come and go ---------------------------------------------------------- */

static uint32_t shape_new(struct waiting *w, const struct waiting_key *key)
{
    uint32_t shape = w->head->free_shape, *bucket = key_bucket(w, key);
    if (shape != CAIRN_NOWHERE)
        w->head->free_shape = w->shape[shape].chain;
    else
        shape = w->head->shapes++;
    w->shape[shape] = (struct waiting_shape){.key = *key,
                                             .first = CAIRN_NOWHERE,
                                             .place = {CAIRN_NOWHERE, CAIRN_NOWHERE},
                                             .list = WAITING_READY,
                                             .chain = *bucket};
    *bucket = shape;
    return shape;
}

static void shape_free(struct waiting *w, uint32_t shape)
{
    struct waiting_shape *s = &w->shape[shape];
    uint32_t *at = key_bucket(w, &s->key);
    while (*at != shape)
        at = &w->shape[*at].chain;
    *at = s->chain;
    s->chain = w->head->free_shape;
    w->head->free_shape = shape;
}

static uint32_t shape_find(const struct waiting *w, const struct waiting_key *key)
{
    uint32_t shape = *key_bucket(w, key);
    while (shape != CAIRN_NOWHERE && !key_is(&w->shape[shape].key, key))
        shape = w->shape[shape].chain;
    return shape;
}

static uint32_t entry_new(struct waiting *w)
{
    uint32_t entry = w->head->free_entry;
    if (entry != CAIRN_NOWHERE)
        w->head->free_entry = w->entry[entry].chain;
    else
        entry = w->head->entries++;
    w->head->count++;
    return entry;
}

/* Into its shape's heap, and the shape among the others; the first of a shape makes it ready. */
static void entry_link(struct waiting *w, uint32_t entry, uint32_t shape)
{
    struct waiting_entry *e = &w->entry[entry];
    struct waiting_shape *s = &w->shape[shape];
    int is_new = s->first == CAIRN_NOWHERE;
    e->shape = shape;
    e->child = e->next = e->last = CAIRN_NOWHERE;
    s->first = meld(w, s->first, entry);
    id_link(w, entry);
    if (is_new)
        heap_add(w, WAITING_TO_TRY, shape);
    if (is_new && w->order == CAIRN_ORDER_BACKFILL && s->key.group == CAIRN_NOWHERE)
        heap_add(w, WAITING_IN_LINE, shape);
    if (!is_new && s->first == entry)
        shape_sift(w, shape);
}

static void entry_remove(struct waiting *w, uint32_t entry)
{
    struct waiting_entry *e = &w->entry[entry];
    uint32_t shape = e->shape;
    struct waiting_shape *s = &w->shape[shape];
    id_unlink(w, entry);
    if (entry == s->first && e->child == CAIRN_NOWHERE) { /* its only one */
        if (s->list != WAITING_READY)
            unblock(w, shape);
        for (enum waiting_heap h = 0; h < WAITING_HEAPS; h++)
            heap_drop(w, h, shape);
        s->first = CAIRN_NOWHERE;
        shape_free(w, shape);
    } else {
        s->first = heap_without(w, s->first, entry);
        shape_sift(w, shape);
    }
    e->request.count = 0;
    e->chain = w->head->free_entry;
    w->head->free_entry = entry;
    w->head->count--;
}

/* ---- what the scheduler does ----------------------------------------------------------------- */

int waiting_push(struct waiting *waiting, const struct cairn_request *request)
{
    struct waiting *w = waiting;
    if (w->head->count == w->capacity)
        return 0;
    struct waiting_key key = key_of(w, request);
    uint32_t shape = shape_find(w, &key), entry = entry_new(w);
    if (shape == CAIRN_NOWHERE)
        shape = shape_new(w, &key);
    w->entry[entry] = (struct waiting_entry){.request = *request,
                                             .turn = w->head->turn++,
                                             .home = request->id,
                                             .level = level_of(request->count)};
    entry_link(w, entry, shape);
    return 1;
}

/* Takes the first so many of a run off. */
static void shorten(struct waiting_entry *e, uint64_t by)
{
    e->request.id += by;
    e->request.count -= by;
    e->member += by;
}

int waiting_withdraw(struct waiting *waiting, uint64_t id)
{
    struct waiting *w = waiting;
    uint32_t entry = id_find(w, id);
    if (entry == CAIRN_NOWHERE)
        return 0;
    struct waiting_entry *e = &w->entry[entry];
    uint64_t before = id - e->request.id, behind = e->request.count - before - 1;
    if (before > 0 && behind > 0 && w->head->count == w->capacity)
        return -1;
    if (before == 0 && behind == 0) {
        entry_remove(w, entry);
    } else if (before == 0) {
        shorten(e, 1);
    } else {
        e->request.count = before;
        if (behind > 0) {
            uint32_t other = entry_new(w);
            w->entry[other] = *e;
            w->entry[other].request.count = before + 1 + behind;
            shorten(&w->entry[other], before + 1);
            w->entry[other].home = id + 1;
            w->entry[other].level = level_of(behind);
            entry_link(w, other, e->shape);
        }
    }
    return 1;
}

uint32_t waiting_first(const struct waiting *waiting)
{
    const struct waiting *w = waiting;
    if (w->head->shapes_in[WAITING_TO_TRY] == 0)
        return CAIRN_NOWHERE;
    uint32_t first = w->heap[WAITING_TO_TRY][0];
    return w->shape[first].list == WAITING_READY ? first : CAIRN_NOWHERE;
}

uint32_t waiting_longest(const struct waiting *waiting)
{
    const struct waiting *w = waiting;
    return w->head->shapes_in[WAITING_IN_LINE] > 0 ? w->heap[WAITING_IN_LINE][0] : CAIRN_NOWHERE;
}

uint64_t waiting_turn(const struct waiting *waiting, uint32_t shape)
{
    uint32_t first = waiting->shape[shape].first;
    return first == CAIRN_NOWHERE ? UINT64_MAX : waiting->entry[first].turn;
}

void waiting_pop(struct waiting *waiting, uint32_t shape)
{
    struct waiting_entry *e = &waiting->entry[waiting->shape[shape].first];
    if (e->request.count > 1)
        shorten(e, 1);
    else
        entry_remove(waiting, waiting->shape[shape].first);
}

struct cairn_request waiting_request(const struct waiting *waiting, uint32_t shape)
{
    const struct waiting_entry *e = &waiting->entry[waiting->shape[shape].first];
    struct cairn_request request = e->request;
    request.count = 1;
    for (int i = 0; i < 2 && e->member > 0; i++)
        request.random[i] =
            hash_mixed(request.random[i] + e->member * UINT64_C(0x9e3779b97f4a7c15));
    return request;
}

void waiting_copy(struct waiting *to, const struct waiting *from)
{
    const struct waiting_head *head = from->head;
    waiting_init(to);
    *to->head = *head;
    memset(to->head->levels, 0, sizeof to->head->levels);
    memcpy(to->entry, from->entry, head->entries * sizeof *to->entry);
    memcpy(to->shape, from->shape, head->shapes * sizeof *to->shape);
    for (uint32_t h = 0; h < WAITING_HEAPS; h++)
        memcpy(to->heap[h], from->heap[h], head->shapes_in[h] * sizeof **to->heap);
    memcpy(to->group, from->group, from->groups * sizeof *to->group);
    memcpy(to->anywhere.node, from->anywhere.node, head->shapes * sizeof *to->anywhere.node);
    for (uint32_t i = 0; i < head->entries; i++)
        if (to->entry[i].request.count > 0)
            id_link(to, i);
    for (uint32_t i = 0; i < head->shapes; i++)
        if (to->shape[i].first != CAIRN_NOWHERE) {
            uint32_t *bucket = key_bucket(to, &to->shape[i].key);
            to->shape[i].chain = *bucket;
            *bucket = i;
        }
}
