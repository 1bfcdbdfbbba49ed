/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: every class in every order does what its definition says, whatever is done to it. Method: a
 * million random operations in all, each told to the scheduler and to a reference that looks at
 * everything each time; every placement, every group and every refusal must be the same. CAIRN_SEED
 * chooses the operations. */
#include "tests/policies/schedulers/reference.h"
#include "tests/support.h"

#if defined(__SANITIZE_ADDRESS__)
enum { OPERATIONS = 200000 };
#else
enum { OPERATIONS = 1000000 };
#endif
enum { ORDERS = 5, CLASSES = 6, SMALL = 16 };

static uint64_t seed = 1;
static struct reference ref;

struct counts {
    uint64_t operations, placed, nothing, in_bundles, created, rescheduled, full, split, backfilled;
};

static uint64_t draw(uint64_t *random) /* splitmix64 */
{
    uint64_t z = *random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint32_t below(uint64_t *random, uint32_t count)
{
    return (uint32_t)(draw(random) >> 32) % count;
}

static bool one_in(uint64_t *random, uint32_t count)
{
    return below(random, count) == 0;
}

static struct cairn_demand any_demand(uint64_t *random)
{
    static const double cpus[] = {1, 1, 1, 2, 2, 0.5, 4, 0};
    struct cairn_demand d = needs(cpus[below(random, 8)], one_in(random, 6), 0);
    if (one_in(random, 3))
        d.of[CAIRN_MEMORY] = (int64_t)below(random, 5) * GIB;
    d.of[CAIRN_CUSTOM] = one_in(random, 12);
    return d;
}

static struct cairn_demand any_capacity(uint64_t *random)
{
    struct cairn_demand d = needs(1 << below(random, 4), one_in(random, 3) ? 2 : 0,
                                  (int64_t)(4 + 4 * below(random, 4)) * GIB);
    d.of[CAIRN_CUSTOM] = below(random, 2);
    return d;
}

/* ---- operations ------------------------------------------------------------------------------ */

struct model {
    struct dispatch d;
    uint64_t random, ids, line, done;
    struct counts *counts;
};

static struct cairn_request any_request(struct model *m)
{
    uint64_t *random = &m->random;
    struct cairn_request r = asks(m->ids, any_demand(random));
    uint32_t kind = below(random, 16);
    r.count = one_in(random, 4) ? 1 + below(random, 6) : 1;
    r.strategy = kind < 8    ? CAIRN_PLACE_DEFAULT
                 : kind < 10 ? CAIRN_PLACE_SPREAD
                 : kind < 13 ? CAIRN_PLACE_NODE
                             : CAIRN_PLACE_BUNDLE;
    r.node = below(random, ref.nodes + 1);
    r.is_soft = below(random, 2);
    r.group = below(random, REF_GROUPS);
    r.bundle = one_in(random, 2) ? NOWHERE : below(random, REF_BUNDLES);
    r.local = below(random, 2 * ref.nodes);
    r.nearest = below(random, 2 * ref.nodes);
    r.avoid = one_in(random, 3) ? below(random, ref.nodes) : NOWHERE;
    r.priority = (int32_t)below(random, 4) - 2;
    r.expected = one_in(random, 4) ? CAIRN_NEVER : (int64_t)below(random, 8) * 10 * SECOND;
    r.random[0] = draw(random);
    r.random[1] = draw(random);
    return r;
}

/* The words of the i-th of a run: as scheduler.h says, both mixed with i. */
static uint64_t word_of(uint64_t word, uint64_t i)
{
    uint64_t z = word + (i - 1) * UINT64_C(0x9e3779b97f4a7c15);
    return i == 0 ? word : draw(&z);
}

static void op_submit(struct model *m)
{
    struct cairn_request r = any_request(m);
    if (ref.waiting > 60)
        return;
    while (!submit(&m->d, r)) {
        m->counts->full++;
        if (ref.order == CAIRN_ORDER_BACKFILL) /* each by itself, and what runs */
            assert_true(ref.waiting + ref.running + r.count > m->d.pool.pending);
        else
            assert_true(ref.waiting >= m->d.pool.pending);
        dispatch_grow(&m->d, m->d.pool.pending + 1 + below(&m->random, 4));
    }
    for (uint64_t i = 0; i < r.count; i++) {
        struct ref_waiting *w = &ref.wait[ref.waiting++];
        *w = (struct ref_waiting){.request = r, .turn = ref.turn++};
        w->request.id = r.id + i;
        w->request.random[0] = word_of(r.random[0], i);
    }
    m->ids += r.count + below(&m->random, 2);
}

static void op_withdraw(struct model *m)
{
    uint64_t id = m->ids - below(&m->random, 80);
    uint32_t i = 0;
    int result = withdraw(&m->d, id);
    for (; i < ref.waiting && ref.wait[i].request.id != id;)
        i++;
    if (result < 0) {
        m->counts->split++;
        dispatch_grow(&m->d, m->d.pool.pending + 1);
        result = withdraw(&m->d, id);
    }
    assert_int_equal(result, i < ref.waiting);
    if (i < ref.waiting)
        memmove(&ref.wait[i], &ref.wait[i + 1], (--ref.waiting - i) * sizeof *ref.wait);
}

static void op_next(struct model *m)
{
    uint32_t waiting_first = ref.waiting ? (uint32_t)ref.wait[0].turn : 0;
    struct cairn_placement want = ref_next(&ref, m->d.now);
    struct cairn_placement p = next(&m->d);
    if (p.id != want.id || p.node != want.node)
        fail_msg("%s, order %d, operation %" PRIu64 " of this part: %" PRId64 " on node %" PRId32
                 ", by definition %" PRId64 " on node %" PRId32,
                 ref.name, (int)ref.order, m->done, (int64_t)p.id, (int32_t)p.node,
                 (int64_t)want.id, (int32_t)want.node);
    m->counts->nothing += want.id == NOBODY;
    if (want.id == NOBODY)
        return;
    struct ref_running *run = &ref.run[ref.running - 1];
    run->entry = p.entry;
    m->counts->placed++;
    m->counts->in_bundles += run->group != NOWHERE;
    m->counts->backfilled +=
        ref.order == CAIRN_ORDER_BACKFILL && ref.waiting > 0 && ref.wait[0].turn == waiting_first;
}

static void forget_run(uint32_t i)
{
    ref.run[i] = ref.run[--ref.running];
}

static struct cairn_demand *free_of(const struct ref_running *run)
{
    if (run->group != NOWHERE)
        return &ref.group[run->group].free[run->bundle];
    return &ref.node[run->node].free;
}

static void op_release(struct model *m, bool is_shrinking)
{
    if (ref.running == 0)
        return;
    uint32_t i = below(&m->random, ref.running);
    struct ref_running *run = &ref.run[i];
    struct cairn_placement p = {run->id, run->node, run->entry};
    struct cairn_demand less = {{0}};
    if (is_shrinking) {
        less = run->held;
        less.of[CAIRN_CPU] = 0;
        cairn_scheduler_shrink(m->d.class, m->d.plan, m->d.state, &p, &run->held, &less);
    } else {
        release(&m->d, p, run->held);
    }
    ref_add(free_of(run), &run->held, 1);
    ref_add(free_of(run), &less, -1);
    run->held = less;
    if (!is_shrinking)
        forget_run(i);
}

/* Groups that lose bundles at one time stand in line by number. */
static void lose_bundles(struct model *m, uint32_t node)
{
    for (uint32_t g = 0; g < REF_GROUPS; g++)
        for (uint32_t i = 0; i < ref.group[g].count; i++)
            if (ref.group[g].state != CAIRN_GROUP_REMOVED && ref.group[g].node[i] == node) {
                if (ref.group[g].state == CAIRN_GROUP_CREATED)
                    ref.group[g].turn = ++m->line;
                ref.group[g].state = CAIRN_GROUP_RESCHEDULING;
                ref.group[g].node[i] = NOWHERE;
                m->counts->rescheduled++;
            }
}

static void op_node(struct model *m)
{
    uint32_t node = below(&m->random, ref.nodes);
    struct ref_node *n = &ref.node[node];
    if (n->is_up && one_in(&m->random, 3)) {
        n->is_draining = true;
        node_is(&m->d, node, CAIRN_NODE_DRAIN);
    } else if (n->is_up && n->is_draining && one_in(&m->random, 2)) {
        n->is_draining = false;
        node_up(&m->d, node, n->capacity);
    } else if (n->is_up) {
        *n = (struct ref_node){.is_up = false};
        if (ref.failures < REF_FAILURES)
            ref.failure[ref.failures].node = node, ref.failure[ref.failures++].at = m->d.now;
        lose_bundles(m, node);
        for (uint32_t i = ref.running; i-- > 0;)
            if (ref.run[i].node == node)
                forget_run(i);
        node_is(&m->d, node, CAIRN_NODE_DOWN);
    } else {
        struct cairn_demand capacity = any_capacity(&m->random);
        *n = (struct ref_node){.capacity = capacity, .free = capacity, .is_up = true};
        node_up(&m->d, node, capacity);
    }
}

static void op_reserve(struct model *m)
{
    uint32_t group = below(&m->random, REF_GROUPS);
    struct ref_group *g = &ref.group[group];
    struct cairn_reservation r = {.size = sizeof r,
                                  .abi = CAIRN_SCHEDULER_ABI,
                                  .group = group,
                                  .strategy = below(&m->random, 4),
                                  .count = 1 + below(&m->random, REF_BUNDLES),
                                  .bundles = g->size};
    if (g->state != CAIRN_GROUP_REMOVED) {
        assert_int_equal(cairn_scheduler_reserve(m->d.class, m->d.plan, m->d.state, m->d.now, &r),
                         0);
        return;
    }
    *g = (struct ref_group){
        .state = CAIRN_GROUP_PENDING, .strategy = r.strategy, .count = r.count, .turn = ++m->line};
    for (uint32_t i = 0; i < r.count; i++) {
        g->size[i] = i > 0 && one_in(&m->random, 2) ? g->size[0] : any_demand(&m->random);
        g->node[i] = NOWHERE;
    }
    while (!cairn_scheduler_reserve(m->d.class, m->d.plan, m->d.state, m->d.now, &r)) {
        m->d.pool.groups = REF_GROUPS;
        m->d.pool.bundles += 3;
        dispatch_grow(&m->d, m->d.pool.pending);
    }
    ref_settle(&ref);
}

static void op_unreserve(struct model *m)
{
    uint32_t group = below(&m->random, REF_GROUPS);
    struct ref_group *g = &ref.group[group];
    cairn_scheduler_unreserve(m->d.class, m->d.plan, m->d.state, m->d.now, group);
    if (g->state == CAIRN_GROUP_REMOVED)
        return;
    for (uint32_t i = 0; i < g->count; i++)
        if (g->node[i] != NOWHERE)
            ref_add(&ref.node[g->node[i]].free, &g->size[i], 1);
    for (uint32_t i = ref.running; i-- > 0;)
        if (ref.run[i].group == group)
            forget_run(i);
    g->state = CAIRN_GROUP_REMOVED;
}

/* States and places of all groups, once each has been tried. */
static void check_groups(struct model *m)
{
    while (cairn_scheduler_created(m->d.class, m->d.plan, m->d.state, m->d.now) != NOWHERE)
        m->counts->created++;
    ref_settle(&ref);
    for (uint32_t g = 0; g < REF_GROUPS; g++) {
        uint32_t nodes[REF_BUNDLES];
        assert_int_equal(cairn_scheduler_group(m->d.class, m->d.plan, m->d.state, g, nodes),
                         ref.group[g].state);
        for (uint32_t i = 0; i < ref.group[g].count; i++)
            if (ref.group[g].state != CAIRN_GROUP_REMOVED)
                assert_int_equal(nodes[i], ref.group[g].node[i]);
    }
}

static void step(struct model *m)
{
    uint32_t kind = below(&m->random, 100);
    m->counts->operations++;
    m->done++;
    m->d.now += one_in(&m->random, 4) ? (int64_t)below(&m->random, 20) * SECOND : 0;
    if (kind < 30)
        op_submit(m);
    else if (kind < 62)
        op_next(m);
    else if (kind < 84)
        op_release(m, kind == 83);
    else if (kind < 89)
        op_node(m);
    else if (kind < 93)
        op_withdraw(m);
    else if (kind < 95)
        op_reserve(m);
    else if (kind < 96)
        op_unreserve(m);
    else if (kind < 97)
        check_groups(m);
    else if (kind < 98)
        dispatch_grow(&m->d, m->d.pool.pending);
    else
        for (uint32_t before = ref.running + 1; before != ref.running;) {
            before = ref.running;
            op_next(m);
        }
}

static void run_model(const char *name, enum cairn_order order, uint64_t operations,
                      uint64_t random, bool is_large, struct counts *counts)
{
    uint32_t nodes = is_large ? REF_NODES : 1 + below(&random, SMALL);
    struct model m = {.random = random, .ids = 100, .counts = counts};
    m.d = dispatch_open(name, order, nodes, 1);
    memset(&ref, 0, sizeof ref);
    ref.name = name;
    ref.order = order;
    ref.nodes = nodes;
    for (uint32_t i = 0; i < nodes && is_large; i++) {
        ref.node[i].capacity = ref.node[i].free = any_capacity(&m.random);
        ref.node[i].is_up = true;
        node_up(&m.d, i, ref.node[i].capacity);
    }
    for (uint64_t i = 0; i < operations; i++)
        step(&m);
    dispatch_close(&m.d);
}

/* Small clusters, and a large one where the definition takes not too long, each for more than a
 * thousand operations. */
static void every_class_and_order_is_its_definition(void **state)
{
    enum { PARTS = 20 };
    uint64_t random = seed, each = OPERATIONS / (ORDERS * CLASSES * PARTS);
    (void)state;
    for (int c = 0; cairn_schedulers[c]; c++) {
        struct counts n = {0};
        for (uint32_t order = 0; order < ORDERS; order++)
            for (int part = 0; part < PARTS; part++)
                run_model(cairn_schedulers[c]->name, order, each, draw(&random),
                          part == 0 && order != CAIRN_ORDER_BACKFILL, &n);
        print_message("    %s: %" PRIu64 " operations, %" PRIu64 " placed (%" PRIu64
                      " in bundles, %" PRIu64 " past a head), %" PRIu64 " times none, %" PRIu64
                      " groups created, %" PRIu64 " bundles lost, %" PRIu64 " times full\n",
                      cairn_schedulers[c]->name, n.operations, n.placed, n.in_bundles, n.backfilled,
                      n.nothing, n.created, n.rescheduled, n.full + n.split);
        assert_true(n.placed > n.operations / 10 && n.nothing > n.operations / 50);
        assert_true(n.in_bundles > 10 && n.backfilled > 10 && n.rescheduled > 10 && n.full > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_class_and_order_is_its_definition),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
