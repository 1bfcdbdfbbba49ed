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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fifo_blocks_by_shape),
        cmocka_unit_test(a_run_is_placed_one_by_one),
    };
    cpu1 = needs(1, 0, 0), cpu2 = needs(2, 0, 0), cpu4 = needs(4, 0, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
