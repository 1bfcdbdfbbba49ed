/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: requests are served in the order that was asked for, wait when there is no room, and are
 * found again. Method: few nodes, few requests, each placement written down by hand. */
#include "tests/policies/schedulers/dispatch.h"

static struct cairn_demand cpu1, cpu2, cpu4;

/* A request that fits is placed though an earlier one of another shape does not. */
static void fifo_blocks_by_shape(void **state)
{
    struct dispatch d = dispatch_open("first-fit", CAIRN_ORDER_FIFO, 2, 8);
    (void)state;
    submit(&d, asks(1, cpu4));
    expect(&d, NOBODY, NOWHERE); /* all nodes are down */
    node_up(&d, 0, cpu2);
    submit(&d, asks(2, cpu1));
    submit(&d, asks(3, cpu1));
    submit(&d, asks(4, cpu1));
    struct cairn_placement second = expect(&d, 2, 0);
    expect(&d, 3, 0);
    expect(&d, NOBODY, NOWHERE);
    node_up(&d, 1, cpu4);
    expect(&d, 1, 1);
    expect(&d, NOBODY, NOWHERE);
    release(&d, second, cpu1);
    expect(&d, 4, 0);
    expect(&d, NOBODY, NOWHERE);
    dispatch_close(&d);
}

/* A run is one entry, and may be withdrawn from anywhere in it. */
static void a_run_is_placed_one_by_one(void **state)
{
    struct dispatch d = dispatch_open("first-fit", CAIRN_ORDER_FIFO, 1, 2);
    struct cairn_request run = asks(10, cpu1);
    (void)state;
    run.count = 6;
    assert_int_equal(submit(&d, run), 1);
    assert_int_equal(withdraw(&d, 12), 1);
    assert_int_equal(withdraw(&d, 12), 0);
    assert_int_equal(withdraw(&d, 14), -1); /* 13, 14, 15 would need a third entry */
    assert_int_equal(submit(&d, asks(30, cpu1)), 0);
    dispatch_grow(&d, 3);
    assert_int_equal(withdraw(&d, 14), 1);
    assert_int_equal(withdraw(&d, 16), 0);
    node_up(&d, 0, cpu4);
    expect(&d, 10, 0);
    expect(&d, 11, 0);
    expect(&d, 13, 0);
    expect(&d, 15, 0);
    expect(&d, NOBODY, NOWHERE);
    dispatch_close(&d);
}

/* ---- orders ---------------------------------------------------------------------------------- */

struct wish {
    double cpus;
    int32_t priority;
    int64_t expected;
};

/* Four requests, and a node that each leaves at once. */
static const struct {
    const char *claim;
    enum cairn_order order;
    struct wish wish[4];
    uint64_t placed[4]; /* NOBODY: none */
    double cpus;
} lines[] = {
    {"fifo", CAIRN_ORDER_FIFO, {{1, 0, 9}, {1, 9, 1}, {1, 0, 2}, {1, 0, 3}}, {0, 1, 2, 3}, 1},
    {"fifo passes what does not fit",
     CAIRN_ORDER_FIFO,
     {{2, 0, 0}, {1, 0, 0}, {2, 0, 0}, {1, 0, 0}},
     {1, 3, NOBODY, NOBODY},
     1},
    {"fifo is across shapes",
     CAIRN_ORDER_FIFO,
     {{2, 0, 0}, {1, 0, 0}, {2, 0, 0}, {1, 0, 0}},
     {0, 1, 2, 3},
     2},
    {"strict-fifo",
     CAIRN_ORDER_STRICT_FIFO,
     {{1, 0, 0}, {2, 0, 0}, {1, 0, 0}, {1, 0, 0}},
     {0, NOBODY, NOBODY, NOBODY},
     1},
    {"strict-fifo is across shapes",
     CAIRN_ORDER_STRICT_FIFO,
     {{2, 0, 0}, {1, 0, 0}, {2, 0, 0}, {1, 0, 0}},
     {0, 1, 2, 3},
     2},
    {"priority, ties first come",
     CAIRN_ORDER_PRIORITY,
     {{1, -1, 0}, {1, 3, 0}, {1, 0, 0}, {1, 3, 0}},
     {1, 3, 2, 0},
     1},
    {"priority passes what does not fit",
     CAIRN_ORDER_PRIORITY,
     {{1, 1, 0}, {2, 3, 0}, {1, 2, 0}, {1, 2, 0}},
     {2, 3, 0, NOBODY},
     1},
    {"shortest, ties first come",
     CAIRN_ORDER_SHORTEST,
     {{1, 0, 30}, {1, 0, CAIRN_NEVER}, {1, 9, 10}, {1, 0, 10}},
     {2, 3, 0, 1},
     1},
    {"shortest passes what does not fit",
     CAIRN_ORDER_SHORTEST,
     {{1, 0, 30}, {2, 0, 1}, {1, 0, 10}, {1, 0, 20}},
     {2, 3, 0, NOBODY},
     1},
};

static void orders(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof lines / sizeof *lines; c++) {
        struct dispatch d = dispatch_open("first-fit", lines[c].order, 1, 4);
        for (uint64_t i = 0; i < 4; i++) {
            struct cairn_request r = asks(i, needs(lines[c].wish[i].cpus, 0, 0));
            r.priority = lines[c].wish[i].priority;
            r.expected = lines[c].wish[i].expected;
            submit(&d, r);
        }
        node_up(&d, 0, needs(lines[c].cpus, 0, 0));
        for (int i = 0; i < 4; i++) {
            struct cairn_placement p = next(&d);
            if (p.id != lines[c].placed[i])
                fail_msg("%s: %d-th is %d", lines[c].claim, i, (int)p.id);
            if (p.id != NOBODY)
                release(&d, p, needs(lines[c].wish[p.id].cpus, 0, 0));
        }
        dispatch_close(&d);
    }
}

/* A head of line that is withdrawn, or placed at last, lets the next one through. */
static void strict_fifo_goes_on_when_its_head_goes(void **state)
{
    struct dispatch d = dispatch_open("first-fit", CAIRN_ORDER_STRICT_FIFO, 1, 8);
    (void)state;
    node_up(&d, 0, cpu2);
    submit(&d, asks(1, cpu4));
    submit(&d, asks(2, cpu4));
    submit(&d, asks(3, cpu2));
    expect(&d, NOBODY, NOWHERE);
    assert_int_equal(withdraw(&d, 1), 1);
    expect(&d, NOBODY, NOWHERE);
    node_up(&d, 0, cpu4); /* it grows */
    struct cairn_placement two = expect(&d, 2, 0);
    expect(&d, NOBODY, NOWHERE);
    release(&d, two, cpu4);
    expect(&d, 3, 0);
    dispatch_close(&d);
}

/* ---- few looks ------------------------------------------------------------------------------- */

static uint64_t looks;      /* of counting_pick */
static uint32_t own_choice; /* of obstinate_pick */

static uint32_t counting_pick(const void *plan, void *own, struct cairn_room *room, int64_t now,
                              const struct cairn_request *request)
{
    (void)plan, (void)own, (void)now;
    looks++;
    return cairn_room_first(room, &request->demand, 0);
}

static uint32_t obstinate_pick(const void *plan, void *own, struct cairn_room *room, int64_t now,
                               const struct cairn_request *request)
{
    (void)plan, (void)own, (void)room, (void)now, (void)request;
    return own_choice;
}

static struct dispatch dispatch_by(struct cairn_scheduler_class *class, enum cairn_order order,
                                   uint32_t nodes, uint32_t pending,
                                   uint32_t (*pick)(const void *, void *, struct cairn_room *,
                                                    int64_t, const struct cairn_request *))
{
    const struct cairn_value values[] = {{.i = (int64_t)order}};
    *class = *cairn_scheduler_find("first-fit");
    class->pick = pick;
    return dispatch_of(class, values, nodes, pending);
}

/* A thousand shapes that would all fit, and room for one at a time. */
static void room_for_one_wakes_one(void **state)
{
    static const enum cairn_order orders_here[] = {CAIRN_ORDER_FIFO, CAIRN_ORDER_STRICT_FIFO,
                                                   CAIRN_ORDER_PRIORITY, CAIRN_ORDER_SHORTEST};
    (void)state;
    for (int o = 0; o < 4; o++) {
        struct cairn_scheduler_class class;
        struct dispatch d = dispatch_by(&class, orders_here[o], 2, 1001, counting_pick);
        struct cairn_placement p[2];
        for (uint32_t n = 0; n < 2; n++)
            node_up(&d, n, cpu1);
        for (uint64_t i = 0; i < 1000; i++) {
            struct cairn_request r = asks(i, needs(1, 0, 0));
            r.demand.of[CAIRN_CPU] -= (int64_t)i;
            r.priority = -(int32_t)i;
            r.expected = (int64_t)i;
            submit(&d, r);
        }
        for (uint32_t n = 0; n < 2; n++)
            p[n] = expect(&d, n, n);
        expect(&d, NOBODY, NOWHERE); /* each of the others is tried */
        looks = 0;
        for (uint64_t i = 2; i < 900; i++) {
            struct cairn_demand held = cpu1;
            held.of[CAIRN_CPU] -= (int64_t)i - 2;
            release(&d, p[i % 2], held);
            p[i % 2] = expect(&d, i, (uint32_t)(i % 2));
            expect(&d, NOBODY, NOWHERE);
        }
        if (looks > 3 * 900)
            fail_msg("%d looks for 900 placements", (int)looks);
        dispatch_close(&d);
    }
}

/* More nodes than are noted one by one. */
static void many_nodes_come_up_at_once(void **state)
{
    struct dispatch d = dispatch_open("first-fit", CAIRN_ORDER_FIFO, 20, 40);
    (void)state;
    for (uint64_t i = 0; i < 40; i++)
        submit(&d, asks(i, needs(1 + (double)i / 100, 0, 0)));
    expect(&d, NOBODY, NOWHERE);
    for (uint32_t n = 20; n-- > 0;)
        node_up(&d, n, cpu2);
    for (uint32_t i = 0; i < 20; i++)
        expect(&d, i, i);
    expect(&d, NOBODY, NOWHERE);
    dispatch_close(&d);
}

/* A class that names a node without room, or none though there is one. */
static void a_wrong_choice_is_overruled(void **state)
{
    (void)state;
    for (uint32_t choice = 0; choice < 4; choice++) {
        struct cairn_scheduler_class class;
        struct dispatch d = dispatch_by(&class, CAIRN_ORDER_FIFO, 3, 4, obstinate_pick);
        own_choice = choice < 3 ? choice : NOWHERE;
        node_up(&d, 0, cpu1);
        node_up(&d, 1, cpu2);
        submit(&d, asks(1, cpu2));
        submit(&d, asks(2, cpu2));
        expect(&d, 1, 1);
        expect(&d, NOBODY, NOWHERE);
        dispatch_close(&d);
    }
}

/* ---- limits, nodes, amounts ------------------------------------------------------------------ */

static void as_many_wait_as_were_agreed(void **state)
{
    static const uint32_t limits[] = {1, 2, 16, 17, 1000};
    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct dispatch d = dispatch_open("best-fit", CAIRN_ORDER_PRIORITY, 1, limits[i]);
        for (uint64_t id = 0; id < limits[i]; id++)
            assert_int_equal(submit(&d, asks(id, needs((double)(id % 7), 0, 0))), 1);
        assert_int_equal(submit(&d, asks(9999, cpu1)), 0);
        assert_int_equal(withdraw(&d, 9999), 0);
        assert_int_equal(withdraw(&d, limits[i] - 1), 1);
        assert_int_equal(submit(&d, asks(9999, cpu1)), 1);
        assert_int_equal(submit(&d, asks(10000, cpu1)), 0);
        dispatch_close(&d);
    }
}

/* Whatever the plan, a pool of no nodes and of nothing pending can be made, and grows. */
static void an_empty_pool_is_a_pool(void **state)
{
    (void)state;
    for (int c = 0; cairn_schedulers[c]; c++)
        for (enum cairn_order order = CAIRN_ORDER_FIFO; order <= CAIRN_ORDER_BACKFILL; order++) {
            struct dispatch d = dispatch_open(cairn_schedulers[c]->name, order, 0, 0);
            expect(&d, NOBODY, NOWHERE);
            assert_int_equal(submit(&d, asks(1, cpu1)), 0);
            dispatch_grow(&d, 1);
            assert_int_equal(submit(&d, asks(1, cpu1)), 1);
            expect(&d, NOBODY, NOWHERE);
            dispatch_close(&d);
        }
}

/* An actor is placed with a processor and lives with none. */
static void what_shrinks_gives_the_rest(void **state)
{
    (void)state;
    for (enum cairn_order order = CAIRN_ORDER_FIFO; order <= CAIRN_ORDER_BACKFILL; order++) {
        struct dispatch d = dispatch_open("ray-hybrid", order, 1, 8);
        struct cairn_demand both = needs(1, 0, GIB), memory = needs(0, 0, GIB);
        node_up(&d, 0, needs(1, 0, 2 * GIB));
        submit(&d, asks(1, both));
        submit(&d, asks(2, both));
        submit(&d, asks(3, both));
        struct cairn_placement p = expect(&d, 1, 0);
        expect(&d, NOBODY, NOWHERE);
        cairn_scheduler_shrink(d.class, d.plan, d.state, &p, &both, &memory);
        expect(&d, 2, 0);
        release(&d, p, memory);
        expect(&d, NOBODY, NOWHERE); /* memory, but no processor */
        dispatch_close(&d);
    }
}

/* What ran on a node that went down is gone with it, also for a driver that gives it back later. */
static void a_node_comes_back_empty(void **state)
{
    struct dispatch d = dispatch_open("first-fit", CAIRN_ORDER_FIFO, 1, 8);
    (void)state;
    node_up(&d, 0, cpu2);
    submit(&d, asks(1, cpu2));
    submit(&d, asks(2, cpu2));
    submit(&d, asks(3, cpu2));
    struct cairn_placement one = expect(&d, 1, 0);
    node_is(&d, 0, CAIRN_NODE_DOWN);
    release(&d, one, cpu2);
    expect(&d, NOBODY, NOWHERE);
    node_up(&d, 0, cpu2);
    expect(&d, 2, 0);
    expect(&d, NOBODY, NOWHERE);
    dispatch_close(&d);
}

static void a_draining_node_takes_nothing_and_keeps_what_runs(void **state)
{
    struct dispatch d = dispatch_open("first-fit", CAIRN_ORDER_FIFO, 1, 8);
    (void)state;
    node_up(&d, 0, cpu4);
    submit(&d, asks(1, cpu1));
    struct cairn_placement one = expect(&d, 1, 0);
    node_is(&d, 0, CAIRN_NODE_DRAIN);
    submit(&d, asks(2, needs(0, 0, 0))); /* not even nothing */
    expect(&d, NOBODY, NOWHERE);
    node_up(&d, 0, cpu4);
    expect(&d, 2, 0);
    submit(&d, asks(3, cpu4));
    expect(&d, NOBODY, NOWHERE); /* 1 is still there */
    release(&d, one, cpu1);
    expect(&d, 3, 0);
    dispatch_close(&d);
}

/* A driver of an earlier day passes shorter structs; what it does not know is 0. */
static void a_shorter_request_is_understood(void **state)
{
    (void)state;
    for (uint32_t is_short = 0; is_short < 2; is_short++) {
        struct dispatch d = dispatch_open("ray-hybrid", CAIRN_ORDER_FIFO, 10, 8);
        struct cairn_request r = asks(1, cpu1);
        for (uint32_t n = 0; n < 10; n++)
            node_up(&d, n, cpu4);
        r.size = is_short ? offsetof(struct cairn_request, random) : r.size;
        r.random[0] = UINT64_MAX; /* the second of two */
        r.count = 0;              /* as 1 */
        submit(&d, r);
        expect(&d, 1, is_short ? 0 : 1);
        expect(&d, NOBODY, NOWHERE);
        dispatch_close(&d);
    }
}

/* A state is flat bytes: copied elsewhere it goes on alike. */
static void a_copied_state_goes_on_alike(void **state)
{
    (void)state;
    for (int c = 0; cairn_schedulers[c]; c++)
        for (enum cairn_order order = CAIRN_ORDER_FIFO; order <= CAIRN_ORDER_BACKFILL; order++) {
            struct dispatch d = dispatch_open(cairn_schedulers[c]->name, order, 5, 40), e;
            uint64_t size = cairn_scheduler_size(d.class, d.plan, &d.pool);
            for (uint32_t n = 0; n < 5; n++)
                node_up(&d, n, needs(n + 1, 0, 0));
            for (uint64_t i = 0; i < 30; i++)
                submit(&d, asks(i, needs((double)(1 + i % 3), 0, 0)));
            for (int i = 0; i < 4; i++)
                next(&d);
            e = d;
            e.state = aligned_alloc(16, (size + 15) / 16 * 16);
            assert_non_null(e.state);
            memcpy(e.state, d.state, size);
            for (struct cairn_placement p = {.id = 0}; p.id != NOBODY;) {
                p = next(&d);
                expect(&e, p.id, p.node);
            }
            assert_memory_equal(d.state, e.state, size);
            dispatch_close(&d);
            dispatch_close(&e);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fifo_blocks_by_shape),
        cmocka_unit_test(a_run_is_placed_one_by_one),
        cmocka_unit_test(orders),
        cmocka_unit_test(strict_fifo_goes_on_when_its_head_goes),
        cmocka_unit_test(room_for_one_wakes_one),
        cmocka_unit_test(many_nodes_come_up_at_once),
        cmocka_unit_test(a_wrong_choice_is_overruled),
        cmocka_unit_test(as_many_wait_as_were_agreed),
        cmocka_unit_test(an_empty_pool_is_a_pool),
        cmocka_unit_test(what_shrinks_gives_the_rest),
        cmocka_unit_test(a_node_comes_back_empty),
        cmocka_unit_test(a_draining_node_takes_nothing_and_keeps_what_runs),
        cmocka_unit_test(a_shorter_request_is_understood),
        cmocka_unit_test(a_copied_state_goes_on_alike),
    };
    cpu1 = needs(1, 0, 0), cpu2 = needs(2, 0, 0), cpu4 = needs(4, 0, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
