/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that wait: entries, and the shapes that they are of.
 *
 *     by_id, by_key   hash tables, chained      an id's entry, a key's shape
 *     shape.first     pairing heap              the entries of one shape, served from the root
 *
 * The order of two entries is that of their keys (none, priority, expected), then of their turns,
 * then of their ids: the halves of a run that was split share a turn. What becomes of the shapes is
 * in shapes.c. */
#include "policies/schedulers/shapes.h"
#include <string.h>

/* ---- layout ---------------------------------------------------------------------------------- */

static uint32_t buckets_of(uint32_t capacity)
{
    uint32_t least = capacity > 16 ? capacity - 1 : 15;
    return least >> 31 ? 1u << 31 : 1u << (32 - __builtin_clz(least));
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
    return count < 2 ? 0 : 64 - (uint32_t)__builtin_clzll(count - 1);
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

int waiting_before(const struct waiting *w, uint32_t one, uint32_t other)
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
    uint32_t root = waiting_before(w, a, b) ? a : b, under = root == a ? b : a;
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
        shapes_enter(w, shape);
    else if (s->first == entry)
        shapes_sift(w, shape);
}

static void entry_remove(struct waiting *w, uint32_t entry)
{
    struct waiting_entry *e = &w->entry[entry];
    uint32_t shape = e->shape;
    struct waiting_shape *s = &w->shape[shape];
    id_unlink(w, entry);
    if (entry == s->first && e->child == CAIRN_NOWHERE) { /* its only one */
        shapes_leave(w, shape);
        s->first = CAIRN_NOWHERE;
        shape_free(w, shape);
    } else {
        s->first = heap_without(w, s->first, entry);
        shapes_sift(w, shape);
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
