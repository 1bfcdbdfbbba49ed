/* SPDX-License-Identifier: Apache-2.0 */
/* EASY backfilling: what runs, and when the head of the line is expected to have room.
 *
 *     room[node].running -> run -> run -> …        by expected end, the earliest first
 *     time[] of each clock                         [i] is the lesser of [2i] and [2i + 1]
 *
 * A start that backfill_allows leaves the reservation as it is: at the reserved time there is room
 * for the head as before. So it moves only when something ends, shrinks, or a node changes. */
#include "policies/schedulers/backfill.h"
#include <string.h>

uint64_t backfill_bytes(uint32_t nodes, uint32_t capacity)
{
    uint64_t leaves = 1;
    while (leaves < nodes)
        leaves *= 2;
    return sizeof(struct backfill_head) + BACKFILL_CLOCKS * 2 * leaves * sizeof(int64_t) +
           (uint64_t)capacity * sizeof(struct backfill_run);
}

void backfill_open(struct backfill *backfill, void *bytes, uint32_t capacity,
                   struct cairn_room *room)
{
    *backfill = (struct backfill){
        .capacity = capacity, .leaves = room->leaves, .head = bytes, .room = room};
    backfill->time = (int64_t *)(void *)(backfill->head + 1);
    backfill->run = (struct backfill_run *)(void *)(backfill->time +
                                                    BACKFILL_CLOCKS * 2 * (uint64_t)room->leaves);
}

void backfill_init(struct backfill *backfill)
{
    *backfill->head = (struct backfill_head){.free = CAIRN_NOWHERE, .node = CAIRN_NOWHERE};
    for (uint64_t i = 0; i < BACKFILL_CLOCKS * 2 * (uint64_t)backfill->leaves; i++)
        backfill->time[i] = CAIRN_NEVER;
}

void backfill_copy(struct backfill *to, const struct backfill *from)
{
    *to->head = *from->head;
    memcpy(to->time, from->time, BACKFILL_CLOCKS * 2 * (uint64_t)from->leaves * sizeof *from->time);
    memcpy(to->run, from->run, from->head->used * sizeof *from->run);
}

/* ---- what runs ------------------------------------------------------------------------------- */

static int64_t later(int64_t now, int64_t by)
{
    return by > CAIRN_NEVER - now ? CAIRN_NEVER : now + by;
}

uint32_t backfill_begin(struct backfill *backfill, const struct cairn_request *request,
                        uint32_t node, uint32_t bundle, int64_t now)
{
    struct backfill_head *head = backfill->head;
    uint32_t number = head->free, last = CAIRN_NOWHERE, next = backfill->room->node[node].running;
    if (number != CAIRN_NOWHERE)
        head->free = backfill->run[number].next;
    else
        number = head->used++;
    struct backfill_run *run = &backfill->run[number];
    *run = (struct backfill_run){
        .id = request->id, .end = later(now, request->expected), .node = node, .bundle = bundle};
    if (bundle == CAIRN_NOWHERE)
        run->demand = request->demand;
    for (; next != CAIRN_NOWHERE && backfill->run[next].end <= run->end;
         next = backfill->run[next].next)
        last = next;
    run->last = last;
    run->next = next;
    if (next != CAIRN_NOWHERE)
        backfill->run[next].last = number;
    if (last != CAIRN_NOWHERE)
        backfill->run[last].next = number;
    else
        backfill->room->node[node].running = number;
    return number;
}

struct backfill_run *backfill_find(const struct backfill *backfill, uint32_t number,
                                   const struct cairn_placement *placement)
{
    struct backfill_run *run = &backfill->run[number];
    if (number >= backfill->head->used || run->id != placement->id || run->node != placement->node)
        return NULL;
    return run;
}

void backfill_end(struct backfill *backfill, uint32_t number)
{
    struct backfill_run *run = &backfill->run[number];
    if (run->last != CAIRN_NOWHERE)
        backfill->run[run->last].next = run->next;
    else
        backfill->room->node[run->node].running = run->next;
    if (run->next != CAIRN_NOWHERE)
        backfill->run[run->next].last = run->last;
    run->node = CAIRN_NOWHERE;
    run->next = backfill->head->free;
    backfill->head->free = number;
    backfill->head->load--;
}

void backfill_lose(struct backfill *backfill, uint32_t node)
{
    while (backfill->room->node[node].running != CAIRN_NOWHERE)
        backfill_end(backfill, backfill->room->node[node].running);
}

void backfill_lose_bundle(struct backfill *backfill, uint32_t node, uint32_t bundle)
{
    uint32_t next;
    for (uint32_t i = backfill->room->node[node].running; i != CAIRN_NOWHERE; i = next) {
        next = backfill->run[i].next;
        if (backfill->run[i].bundle == bundle)
            backfill_end(backfill, i);
    }
}

/* ---- when there is room ---------------------------------------------------------------------- */

/* May it run there at all? */
static int is_for(const struct backfill *b, const struct waiting_key *key, uint32_t node)
{
    int is_bound = key->node != CAIRN_NOWHERE &&
                   (!key->is_soft || room_is_there(b->room, key->node, &key->demand));
    return room_is_there(b->room, node, &key->demand) && (!is_bound || key->node == node);
}

static int64_t time_of(const struct backfill *b, const struct waiting_key *key, uint32_t node)
{
    struct cairn_demand free = b->room->node[node].has.free;
    uint32_t i = b->room->node[node].running;
    if (!is_for(b, key, node))
        return CAIRN_NEVER;
    if (demand_fits(&key->demand, &free))
        return INT64_MIN;
    for (; i != CAIRN_NOWHERE; i = b->run[i].next) {
        demand_add(&free, &b->run[i].demand);
        if (demand_fits(&key->demand, &free))
            return b->run[i].end;
    }
    return CAIRN_NEVER;
}

static int64_t *times_of(const struct backfill *b, uint32_t clock)
{
    return b->time + clock * 2 * (uint64_t)b->leaves;
}

static void set_time(struct backfill *b, uint32_t clock, uint32_t node)
{
    int64_t *time = times_of(b, clock), earlier;
    uint32_t i = b->leaves + node;
    time[i] = time_of(b, &b->head->clock[clock].key, node);
    for (i /= 2; i > 0; i /= 2) {
        earlier = time[2 * i] <= time[2 * i + 1] ? time[2 * i] : time[2 * i + 1];
        if (time[i] == earlier)
            return;
        time[i] = earlier;
    }
}

static void set_all(struct backfill *b, uint32_t clock)
{
    int64_t *time = times_of(b, clock);
    for (uint32_t i = 0; i < b->room->nodes; i++)
        time[b->leaves + i] = time_of(b, &b->head->clock[clock].key, i);
    for (uint32_t i = b->leaves - 1; i > 0; i--)
        time[i] = time[2 * i] <= time[2 * i + 1] ? time[2 * i] : time[2 * i + 1];
}

void backfill_update(struct backfill *backfill, uint32_t node)
{
    for (uint32_t i = 0; i < BACKFILL_CLOCKS; i++) {
        const struct backfill_clock *clock = &backfill->head->clock[i];
        if (clock->used > 0 && clock->key.node == node && clock->key.is_soft)
            set_all(backfill, i); /* whether it is there decides about the others */
        else if (clock->used > 0)
            set_time(backfill, i, node);
    }
}

static int is_same(const struct waiting_key *a, const struct waiting_key *b)
{
    return demand_is(&a->demand, &b->demand) && a->node == b->node && a->is_soft == b->is_soft;
}

void backfill_reserve(struct backfill *backfill, const struct waiting_key *key)
{
    struct backfill_clock *clock = backfill->head->clock;
    uint32_t at = 0, oldest = 0;
    while (at < BACKFILL_CLOCKS && !(clock[at].used > 0 && is_same(key, &clock[at].key)))
        at++;
    for (uint32_t i = 1; i < BACKFILL_CLOCKS; i++)
        if (clock[i].used < clock[oldest].used)
            oldest = i;
    if (at == BACKFILL_CLOCKS) {
        at = oldest;
        clock[at].key = *key;
        set_all(backfill, at);
    }
    clock[at].used = ++backfill->head->heads;
    backfill->head->at = at;
}

uint32_t backfill_reserved(const struct backfill *backfill, int64_t *time)
{
    const int64_t *times = times_of(backfill, backfill->head->at);
    uint32_t i = 1;
    *time = times[1];
    if (*time == CAIRN_NEVER)
        return CAIRN_NOWHERE;
    while (i < backfill->leaves)
        i = 2 * i + (times[2 * i] != *time);
    return i - backfill->leaves;
}

int backfill_has_moved(struct backfill *backfill)
{
    int64_t time;
    uint32_t node = backfill_reserved(backfill, &time);
    int has_moved = node != backfill->head->node || time != backfill->head->time;
    backfill->head->node = node;
    backfill->head->time = time;
    return has_moved;
}

int backfill_allows(const struct backfill *backfill, const struct cairn_request *request,
                    int64_t now)
{
    int64_t time;
    uint32_t node = backfill_reserved(backfill, &time), i;
    if (node == CAIRN_NOWHERE || later(now, request->expected) <= (time > now ? time : now))
        return 1;
    struct cairn_demand free = backfill->room->node[node].has.free;
    for (i = backfill->room->node[node].running; i != CAIRN_NOWHERE && backfill->run[i].end <= time;
         i = backfill->run[i].next)
        demand_add(&free, &backfill->run[i].demand);
    demand_subtract(&free, &backfill->head->clock[backfill->head->at].key.demand);
    return demand_fits(&request->demand, &free);
}
