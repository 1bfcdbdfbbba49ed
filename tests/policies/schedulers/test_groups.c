/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: placement groups are placed all or none, by their strategy, and again after a node's death.
 * Method: a few nodes, a few bundles; where each must lie is written down by hand. */
#include "tests/policies/schedulers/dispatch.h"

enum { MOST = 4 };

static struct dispatch cluster(uint32_t nodes, double cpus)
{
    struct dispatch d = dispatch_open("ray-hybrid", CAIRN_ORDER_FIFO, nodes, 8);
    d.pool.groups = 3;
    d.pool.bundles = 8;
    dispatch_grow(&d, 8);
    for (uint32_t n = 0; n < nodes; n++)
        node_up(&d, n, needs(cpus, 0, 0));
    return d;
}

static int reserve(struct dispatch *d, uint32_t group, enum cairn_group_strategy strategy,
                   const struct cairn_demand *bundles, uint32_t count)
{
    struct cairn_reservation r = {.size = sizeof r,
                                  .abi = CAIRN_SCHEDULER_ABI,
                                  .group = group,
                                  .strategy = strategy,
                                  .count = count,
                                  .bundles = bundles};
    return cairn_scheduler_reserve(d->class, d->plan, d->state, d->now, &r);
}

/* So many bundles of one processor. */
static int reserve_ones(struct dispatch *d, uint32_t group, enum cairn_group_strategy strategy,
                        uint32_t count)
{
    struct cairn_demand ones[MOST];
    for (uint32_t i = 0; i < MOST; i++)
        ones[i] = needs(1, 0, 0);
    return reserve(d, group, strategy, ones, count);
}

static void unreserve(struct dispatch *d, uint32_t group)
{
    cairn_scheduler_unreserve(d->class, d->plan, d->state, d->now, group);
}

static void created(struct dispatch *d, uint32_t group)
{
    assert_int_equal(cairn_scheduler_created(d->class, d->plan, d->state, d->now), group);
}

/* The group's state, and the node of each bundle. */
static void is(struct dispatch *d, uint32_t group, enum cairn_group_state state, int a, int b,
               int c)
{
    const int want[] = {a, b, c, -1};
    uint32_t nodes[MOST] = {NOWHERE, NOWHERE, NOWHERE, NOWHERE};
    assert_int_equal(cairn_scheduler_group(d->class, d->plan, d->state, group, nodes), state);
    for (int i = 0; i < MOST; i++)
        assert_int_equal((int)nodes[i], want[i]);
}

static struct cairn_request inside(uint64_t id, uint32_t group, uint32_t bundle, double cpus)
{
    struct cairn_request r = asks(id, needs(cpus, 0, 0));
    r.strategy = CAIRN_PLACE_BUNDLE;
    r.group = group;
    r.bundle = bundle;
    return r;
}

/* ---- strategies ------------------------------------------------------------------------------ */

static void row_k03_strategies(void **state)
{
    static const struct {
        const char *claim;
        enum cairn_group_strategy strategy;
        double free[3], bundles[3];
        int nodes[3]; /* -1, -1, -1: pending */
    } cases[] = {
        {"pack: the emptiest, and all that fit", CAIRN_GROUP_PACK, {2, 4, 3}, {1, 1, 1}, {1, 1, 1}},
        {"pack: the rest on the next", CAIRN_GROUP_PACK, {2, 4, 3}, {1, 3, 2}, {1, 1, 2}},
        {"pack: the largest first", CAIRN_GROUP_PACK, {2, 3, 1}, {1, 2, 3}, {2, 0, 1}},
        {"spread: the emptiest, then others", CAIRN_GROUP_SPREAD, {2, 4, 3}, {1, 1, 1}, {1, 2, 0}},
        {"spread: twice on one if it must", CAIRN_GROUP_SPREAD, {1, 4, 0}, {1, 1, 1}, {1, 0, 1}},
        {"strict pack: where the sum fits",
         CAIRN_GROUP_STRICT_PACK,
         {2, 3, 9},
         {1, 1, 1},
         {2, 2, 2}},
        {"strict pack: nowhere", CAIRN_GROUP_STRICT_PACK, {2, 2, 2}, {1, 1, 1}, {-1, -1, -1}},
        {"strict spread", CAIRN_GROUP_STRICT_SPREAD, {2, 4, 3}, {1, 1, 2}, {2, 0, 1}},
        {"strict spread: too few", CAIRN_GROUP_STRICT_SPREAD, {2, 4, 0}, {1, 1, 1}, {-1, -1, -1}},
        {"equals: by number", CAIRN_GROUP_SPREAD, {2, 2, 2}, {1, 1, 1}, {0, 1, 2}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dispatch d = cluster(3, 9);
        struct cairn_demand bundles[3];
        uint32_t nodes[MOST];
        for (uint32_t n = 0; n < 3; n++) {
            node_up(&d, n, needs(cases[i].free[n], 0, 0));
            bundles[n] = needs(cases[i].bundles[n], 0, 0);
        }
        assert_int_equal(reserve(&d, 0, cases[i].strategy, bundles, 3), 1);
        uint32_t is_created = cases[i].nodes[0] >= 0;
        if (cairn_scheduler_group(d.class, d.plan, d.state, 0, nodes) !=
            CAIRN_GROUP_PENDING + is_created)
            fail_msg("%s: another state", cases[i].claim);
        for (int b = 0; b < 3; b++)
            if ((int)nodes[b] != cases[i].nodes[b])
                fail_msg("%s: bundle %d on node %d", cases[i].claim, b, (int)nodes[b]);
        dispatch_close(&d);
    }
}

/* Sorted by accelerators, custom, memory, processors, and scored over all that is asked for. */
static void row_k03_scarce_bundles_go_first(void **state)
{
    struct dispatch d = cluster(2, 1);
    const struct cairn_demand bundles[] = {needs(4, 0, 0), needs(1, 0, GIB), needs(1, 1, 0)};
    (void)state;
    node_up(&d, 0, needs(4, 1, GIB));
    node_up(&d, 1, needs(4, 0, 2 * GIB));
    /* The last goes first, to node 0, the only one; the second then where 3/4 + 0 < 3/4 + 1/2; the
     * first finds no four processors. */
    reserve(&d, 0, CAIRN_GROUP_SPREAD, bundles, 3);
    is(&d, 0, CAIRN_GROUP_PENDING, -1, -1, -1);
    reserve(&d, 1, CAIRN_GROUP_SPREAD, bundles + 1, 2);
    is(&d, 1, CAIRN_GROUP_CREATED, 1, 0, -1);
    dispatch_close(&d);
}

/* ---- all or none ----------------------------------------------------------------------------- */

static void row_k03_strict_spread_of_three_on_two_nodes_is_pending_for_ever(void **state)
{
    struct dispatch d = cluster(2, 4);
    (void)state;
    assert_int_equal(reserve_ones(&d, 0, CAIRN_GROUP_STRICT_SPREAD, 3), 1);
    for (int i = 0; i < 100; i++) {
        struct cairn_request r = asks((uint64_t)i, needs(4, 0, 0));
        submit(&d, r);
        struct cairn_placement p = expect(&d, r.id, 0); /* it holds nothing meanwhile */
        created(&d, NOWHERE);
        release(&d, p, r.demand);
        is(&d, 0, CAIRN_GROUP_PENDING, -1, -1, -1);
    }
    dispatch_close(&d);
    d = cluster(3, 4); /* it was the third node alone that missed */
    node_is(&d, 2, CAIRN_NODE_DOWN);
    reserve_ones(&d, 0, CAIRN_GROUP_STRICT_SPREAD, 3);
    created(&d, NOWHERE);
    node_up(&d, 2, needs(1, 0, 0));
    created(&d, 0);
    created(&d, NOWHERE);
    is(&d, 0, CAIRN_GROUP_CREATED, 0, 1, 2);
    dispatch_close(&d);
}

static void row_k03_a_group_that_waits_takes_room_before_requests(void **state)
{
    struct dispatch d = cluster(1, 2);
    struct cairn_request r = asks(1, needs(1, 0, 0));
    (void)state;
    submit(&d, r);
    struct cairn_placement one = expect(&d, 1, 0);
    reserve_ones(&d, 0, CAIRN_GROUP_PACK, 2);
    reserve_ones(&d, 1, CAIRN_GROUP_PACK, 1);
    is(&d, 0, CAIRN_GROUP_PENDING, -1, -1, -1);
    is(&d, 1, CAIRN_GROUP_CREATED, 0, -1, -1); /* it can, and holds up nobody */
    submit(&d, asks(2, needs(1, 0, 0)));
    expect(&d, NOBODY, NOWHERE);
    release(&d, one, r.demand);
    expect(&d, 2, 0); /* one of two is not enough for the group */
    unreserve(&d, 1);
    expect(&d, NOBODY, NOWHERE);
    node_up(&d, 0, needs(3, 0, 0)); /* grows, what runs goes on */
    submit(&d, asks(3, needs(1, 0, 0)));
    expect(&d, NOBODY, NOWHERE); /* the group was first */
    is(&d, 0, CAIRN_GROUP_CREATED, 0, 0, -1);
    unreserve(&d, 0);
    is(&d, 0, CAIRN_GROUP_REMOVED, -1, -1, -1);
    expect(&d, 3, 0);
    dispatch_close(&d);
}

/* ---- inside ---------------------------------------------------------------------------------- */

static void row_k03_requests_take_room_inside_bundles(void **state)
{
    struct dispatch d = cluster(2, 2);
    const struct cairn_demand twos[] = {needs(2, 0, 0), needs(2, 0, 0)};
    (void)state;
    submit(&d, inside(1, 0, 1, 2));
    expect(&d, NOBODY, NOWHERE); /* there is no such group yet */
    reserve(&d, 0, CAIRN_GROUP_STRICT_SPREAD, twos, 2);
    struct cairn_placement one = expect(&d, 1, 1);
    submit(&d, asks(2, needs(1, 0, 0)));
    expect(&d, NOBODY, NOWHERE); /* both nodes are the group's */
    submit(&d, inside(3, 0, NOWHERE, 1));
    expect(&d, 3, 0);
    submit(&d, inside(4, 0, NOWHERE, 2));
    expect(&d, NOBODY, NOWHERE);
    release(&d, one, needs(2, 0, 0));
    expect(&d, 4, 1);
    submit(&d, inside(5, 0, 2, 1)); /* bundles are 0 and 1 */
    submit(&d, inside(6, 7, 0, 1)); /* groups are 0 to 2 */
    expect(&d, NOBODY, NOWHERE);
    unreserve(&d, 0); /* with all that runs in it */
    expect(&d, 2, 0);
    dispatch_close(&d);
}

static void row_k03_any_bundle_but_where_it_failed(void **state)
{
    struct dispatch d = cluster(2, 1);
    struct cairn_request r = inside(1, 0, NOWHERE, 1);
    (void)state;
    reserve_ones(&d, 0, CAIRN_GROUP_SPREAD, 2);
    r.avoid = 0;
    submit(&d, r);
    expect(&d, 1, 1);
    submit(&d, r);
    expect(&d, 1, 0); /* if there is no other */
    dispatch_close(&d);
}

static void row_k03_nothing_new_in_bundles_of_a_node_that_drains(void **state)
{
    struct dispatch d = cluster(1, 1);
    (void)state;
    reserve_ones(&d, 0, CAIRN_GROUP_PACK, 1);
    node_is(&d, 0, CAIRN_NODE_DRAIN);
    submit(&d, inside(1, 0, 0, 1));
    expect(&d, NOBODY, NOWHERE);
    is(&d, 0, CAIRN_GROUP_CREATED, 0, -1, -1);
    node_is(&d, 0, CAIRN_NODE_UP);
    expect(&d, 1, 0);
    dispatch_close(&d);
}

/* ---- death ----------------------------------------------------------------------------------- */

static void row_k03_a_lost_bundle_comes_back_and_the_others_serve_on(void **state)
{
    struct dispatch d = cluster(3, 1);
    (void)state;
    reserve_ones(&d, 0, CAIRN_GROUP_STRICT_SPREAD, 3);
    created(&d, 0);
    submit(&d, inside(1, 0, 0, 1));
    struct cairn_placement one = expect(&d, 1, 0);
    node_is(&d, 1, CAIRN_NODE_DOWN);
    is(&d, 0, CAIRN_GROUP_RESCHEDULING, 0, -1, 2);
    submit(&d, inside(2, 0, 1, 1));
    submit(&d, inside(3, 0, 2, 1));
    expect(&d, 3, 2);
    expect(&d, NOBODY, NOWHERE);
    release(&d, one, needs(1, 0, 0));
    created(&d, NOWHERE);
    node_up(&d, 1, needs(1, 0, 0));
    created(&d, 0); /* again */
    is(&d, 0, CAIRN_GROUP_CREATED, 0, 1, 2);
    expect(&d, 2, 1);
    dispatch_close(&d);
}

static void row_k03_what_was_created_and_lost_untold_is_told_when_it_is_back(void **state)
{
    struct dispatch d = cluster(1, 1);
    (void)state;
    reserve_ones(&d, 0, CAIRN_GROUP_PACK, 1);
    node_is(&d, 0, CAIRN_NODE_DOWN);
    created(&d, NOWHERE);
    node_up(&d, 0, needs(1, 0, 0));
    created(&d, 0);
    created(&d, NOWHERE);
    dispatch_close(&d);
}

/* A driver that gives back late what was lost makes no room twice. */
static void row_k03_what_was_lost_with_a_bundle_does_not_come_back(void **state)
{
    struct dispatch d = cluster(2, 1);
    (void)state;
    reserve_ones(&d, 0, CAIRN_GROUP_PACK, 1);
    submit(&d, inside(1, 0, 0, 1));
    struct cairn_placement one = expect(&d, 1, 0);
    node_is(&d, 0, CAIRN_NODE_DOWN);
    created(&d, 0);
    created(&d, NOWHERE);
    is(&d, 0, CAIRN_GROUP_CREATED, 1, -1, -1);
    node_up(&d, 0, needs(1, 0, 0));
    submit(&d, inside(2, 0, 0, 1));
    submit(&d, inside(3, 0, 0, 1));
    expect(&d, 2, 1);
    release(&d, one, needs(1, 0, 0));
    expect(&d, NOBODY, NOWHERE);
    dispatch_close(&d);
}

/* Strict spread means the survivors too; lost bundles go before groups that never were. */
static void row_k03_lost_bundles_are_placed_first(void **state)
{
    struct dispatch d = cluster(3, 2);
    (void)state;
    node_is(&d, 2, CAIRN_NODE_DRAIN);
    reserve_ones(&d, 2, CAIRN_GROUP_STRICT_SPREAD, 3);
    reserve_ones(&d, 1, CAIRN_GROUP_STRICT_SPREAD, 2);
    created(&d, 1);
    node_is(&d, 1, CAIRN_NODE_DOWN);
    is(&d, 1, CAIRN_GROUP_RESCHEDULING, 0, -1, -1); /* not on 0, though it has room */
    reserve_ones(&d, 0, CAIRN_GROUP_STRICT_PACK, 2);
    created(&d, NOWHERE);
    node_is(&d, 2, CAIRN_NODE_UP);
    created(&d, 1);
    is(&d, 1, CAIRN_GROUP_CREATED, 0, 2, -1);
    node_up(&d, 1, needs(2, 0, 0));
    created(&d, 2); /* it came before 0 */
    is(&d, 2, CAIRN_GROUP_CREATED, 1, 0, 2);
    is(&d, 0, CAIRN_GROUP_PENDING, -1, -1, -1);
    dispatch_close(&d);
}

static void row_k03_limits(void **state)
{
    struct dispatch d = cluster(1, 9);
    (void)state;
    assert_int_equal(reserve_ones(&d, 3, CAIRN_GROUP_PACK, 1), 0); /* 0, 1 and 2 */
    assert_int_equal(reserve_ones(&d, 2, CAIRN_GROUP_PACK, 0), 0);
    assert_int_equal(reserve_ones(&d, 2, CAIRN_GROUP_PACK, 4), 1);
    assert_int_equal(reserve_ones(&d, 2, CAIRN_GROUP_PACK, 1), 0); /* it is there */
    assert_int_equal(reserve_ones(&d, 1, CAIRN_GROUP_PACK, 3), 1);
    assert_int_equal(reserve_ones(&d, 0, CAIRN_GROUP_PACK, 2), 0); /* 9 of 8 */
    assert_int_equal(reserve_ones(&d, 0, CAIRN_GROUP_PACK, 1), 1);
    unreserve(&d, 2);
    unreserve(&d, 2);
    assert_int_equal(reserve_ones(&d, 2, CAIRN_GROUP_PACK, 4), 1);
    d.pool.groups = 4;
    d.pool.bundles = 9;
    dispatch_grow(&d, 8);
    assert_int_equal(reserve_ones(&d, 3, CAIRN_GROUP_PACK, 1), 1);
    is(&d, 3, CAIRN_GROUP_CREATED, 0, -1, -1);
    dispatch_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_k03_strategies),
        cmocka_unit_test(row_k03_scarce_bundles_go_first),
        cmocka_unit_test(row_k03_strict_spread_of_three_on_two_nodes_is_pending_for_ever),
        cmocka_unit_test(row_k03_a_group_that_waits_takes_room_before_requests),
        cmocka_unit_test(row_k03_requests_take_room_inside_bundles),
        cmocka_unit_test(row_k03_any_bundle_but_where_it_failed),
        cmocka_unit_test(row_k03_nothing_new_in_bundles_of_a_node_that_drains),
        cmocka_unit_test(row_k03_a_lost_bundle_comes_back_and_the_others_serve_on),
        cmocka_unit_test(row_k03_what_was_created_and_lost_untold_is_told_when_it_is_back),
        cmocka_unit_test(row_k03_what_was_lost_with_a_bundle_does_not_come_back),
        cmocka_unit_test(row_k03_lost_bundles_are_placed_first),
        cmocka_unit_test(row_k03_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
