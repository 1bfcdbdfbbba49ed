/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: questions by rank are answered alike whether few nodes fit or many, whatever changed since
 * the last one. Method: a room is filled and emptied in turns, its nodes go, drain, come back and
 * are kept; each answer is held against looking at all of them. CAIRN_SEED chooses. */
#include "policies/schedulers/room.h"
#include "tests/policies/schedulers/dispatch.h"
#include "tests/support.h"

enum { NODES = 200, CHANGES = 40000, PHASE = 2000 };

static uint64_t seed = 1;

static uint32_t below(uint64_t *random, uint32_t limit)
{
    *random += UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(hash_mixed(*random) >> 32) % limit;
}

/* Processors in use, but never so that all nodes differ. */
static void rank(const void *plan, const struct cairn_node_room *has, struct cairn_rank *rank)
{
    (void)plan;
    rank->key[0] = has->capacity.of[CAIRN_GPU] > 0;
    rank->key[1] = (has->capacity.of[CAIRN_CPU] - has->free.of[CAIRN_CPU]) / 2;
}

static const struct cairn_scheduler_class class = {.rank = rank};

struct model {
    struct cairn_room room;
    void *bytes;
    uint64_t random, few, many;
};

static bool is_ranked_before(const struct model *m, uint32_t a, uint32_t b)
{
    struct cairn_rank of_a = {{0}}, of_b = {{0}};
    rank(NULL, &m->room.node[a].has, &of_a);
    rank(NULL, &m->room.node[b].has, &of_b);
    return rank_before(&of_a, a, &of_b, b);
}

/* One node is given or takes a processor, or two; or something happens to it. */
static void change(struct model *m, bool is_filling)
{
    uint32_t n = below(&m->random, m->room.nodes), kind = below(&m->random, 40);
    const struct room_node *node = &m->room.node[n];
    struct cairn_demand one = {{1 + below(&m->random, 2), 0, 0, 0}};
    if (kind == 0 || !node->is_up) {
        struct cairn_demand all = {{8, below(&m->random, 2), 4, 0}};
        bool is_up = node->is_up && below(&m->random, 2);
        room_change(&m->room, n, is_up ? CAIRN_NODE_DOWN : CAIRN_NODE_UP, &all);
    } else if (kind == 1) {
        room_change(&m->room, n, node->is_draining ? CAIRN_NODE_UP : CAIRN_NODE_DRAIN, NULL);
    } else if (kind == 2) {
        room_keep(&m->room, n, !node->is_kept);
    } else if (is_filling ? kind < 35 : kind < 5) {
        if (demand_fits(&one, &node->has.free))
            room_take(&m->room, n, &one);
    } else if (node->has.free.of[CAIRN_CPU] + one.of[CAIRN_CPU] <=
               node->has.capacity.of[CAIRN_CPU]) {
        room_give(&m->room, n, &one);
    }
}

/* Of the nodes that fit and have key[0] at most last, those in front of node n. */
static uint32_t before(const struct model *m, const struct cairn_demand *demand, int64_t last,
                       uint32_t n)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < m->room.nodes; i++) {
        const struct room_node *node = &m->room.node[i];
        bool is_in = room_is_open(node) && demand_fits(demand, &node->has.free) &&
                     (node->has.capacity.of[CAIRN_GPU] > 0) <= last;
        count += is_in && (n == NOWHERE || is_ranked_before(m, i, n));
    }
    return count;
}

/* Of any node that can be had, whatever was asked before. */
static void check_rank(const struct model *m, uint32_t node)
{
    struct cairn_rank own = {{0}};
    if (!room_is_open(&m->room.node[node]))
        return;
    rank(NULL, &m->room.node[node].has, &own);
    assert_memory_equal(cairn_room_rank(&m->room, node), &own, sizeof own);
}

static void ask(struct model *m, bool is_filling)
{
    uint32_t least = is_filling ? 5 : 0; /* so that for long nobody asks what many fit */
    struct cairn_demand demand = {
        {least + below(&m->random, 9 - least), below(&m->random, 8) == 0, 0, 0}};
    uint32_t all = before(m, &demand, INT64_MAX, NOWHERE), limit = below(&m->random, 12);
    int64_t last = below(&m->random, 2);
    for (int i = 0; i < 2; i++) { /* the second time from what the first has found */
        uint32_t j = below(&m->random, all + 1);
        uint32_t node = cairn_room_ranked(&m->room, &demand, j);
        uint32_t some = before(m, &demand, last, NOWHERE);
        m->few += m->room.head->shortlist.is_good;
        m->many += !m->room.head->shortlist.is_good;
        assert_int_equal(cairn_room_count(&m->room, &demand, last, limit),
                         some < limit ? some : limit);
        assert_int_equal(node == NOWHERE, j == all);
        if (node == NOWHERE)
            continue;
        assert_true(room_is_open(&m->room.node[node]));
        assert_true(demand_fits(&demand, &m->room.node[node].has.free));
        assert_int_equal(before(m, &demand, INT64_MAX, node), j);
        check_rank(m, node);
    }
}

static void run(struct model *m, uint32_t nodes)
{
    m->bytes = calloc(1, room_bytes(&class, nodes)); /* as a state is: zeroed */
    assert_non_null(m->bytes);
    room_open(&m->room, m->bytes, nodes, &class, NULL);
    room_init(&m->room);
    for (int i = 0; i < CHANGES; i++) {
        bool is_filling = i / PHASE % 2;
        change(m, is_filling);
        if (below(&m->random, 3) == 0)
            ask(m, is_filling);
        else if (below(&m->random, 100) == 0)
            check_rank(m, below(&m->random, nodes));
    }
    free(m->bytes);
}

static void few_and_many_are_answered_alike(void **state)
{
    static const uint32_t sizes[] = {1, 8, 9, 30, NODES};
    struct model m = {.random = seed};
    (void)state;
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++)
        run(&m, sizes[i]);
    print_message("    %" PRIu64 " times few nodes fitted, %" PRIu64 " times many\n", m.few,
                  m.many);
    assert_true(m.few > CHANGES / 10 && m.many > CHANGES / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_and_many_are_answered_alike),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
