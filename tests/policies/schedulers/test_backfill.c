/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a job that is put before the head of the line does not delay it. Method: timelines made by
 * hand, in which who starts when is written down; the same with strict-fifo beside it. */
#include "tests/policies/schedulers/dispatch.h"

static struct cairn_request job(uint64_t id, double cpus, int64_t seconds)
{
    struct cairn_request r = asks(id, needs(cpus, 0, 0));
    r.expected = seconds < 0 ? CAIRN_NEVER : seconds * SECOND;
    return r;
}

static struct dispatch cluster(enum cairn_order order, uint32_t nodes, double cpus)
{
    struct dispatch d = dispatch_open("first-fit", order, nodes, 16);
    for (uint32_t n = 0; n < nodes; n++)
        node_up(&d, n, needs(cpus, 0, 0));
    return d;
}

static struct cairn_placement starts(struct dispatch *d, struct cairn_request r, uint32_t node)
{
    assert_int_equal(submit(d, r), 1);
    return expect(d, node == NOWHERE ? NOBODY : r.id, node);
}

/* One node of four processors. 1 has three until 100; 2 wants all four, so it starts at 100.
 *
 *     t      0          50            100
 *     1      ███ 3 processors ████████
 *     3      ███ 1, until 50                   starts at once
 *     4                 ██ 1, until 100        starts at 50: it ends in time
 *     5                 1, until 101           does not: 2 would wait for it
 *     2                               ████ 4 */
static void a_backfilled_job_does_not_delay_the_head(void **state)
{
    struct dispatch d = cluster(CAIRN_ORDER_BACKFILL, 1, 4);
    (void)state;
    struct cairn_placement one = starts(&d, job(1, 3, 100), 0);
    starts(&d, job(2, 4, 10), NOWHERE);
    struct cairn_placement three = starts(&d, job(3, 1, 50), 0);
    starts(&d, job(5, 1, 51), NOWHERE);
    starts(&d, job(4, 1, 50), NOWHERE); /* no room yet */
    d.now = 50 * SECOND;
    release(&d, three, needs(1, 0, 0));
    struct cairn_placement four = expect(&d, 4, 0);
    expect(&d, NOBODY, NOWHERE);
    d.now = 100 * SECOND;
    release(&d, one, needs(3, 0, 0));
    expect(&d, NOBODY, NOWHERE); /* 5 still may not: 4 ends now */
    release(&d, four, needs(1, 0, 0));
    struct cairn_placement two = expect(&d, 2, 0);
    expect(&d, NOBODY, NOWHERE);
    release(&d, two, needs(4, 0, 0));
    expect(&d, 5, 0);
    dispatch_close(&d);
}

/* The same jobs: 3, 4 and 5 wait for 2, and one processor idles until 100; with fifo 5 starts
 * before 2, which then starts at 101. */
static void strict_fifo_leaves_room_idle_and_fifo_delays_the_head(void **state)
{
    (void)state;
    struct dispatch d = cluster(CAIRN_ORDER_STRICT_FIFO, 1, 4);
    struct cairn_placement one = starts(&d, job(1, 3, 100), 0);
    starts(&d, job(2, 4, 10), NOWHERE);
    starts(&d, job(3, 1, 50), NOWHERE);
    starts(&d, job(5, 1, 51), NOWHERE);
    release(&d, one, needs(3, 0, 0));
    expect(&d, 2, 0);
    expect(&d, NOBODY, NOWHERE);
    dispatch_close(&d);
    d = cluster(CAIRN_ORDER_FIFO, 1, 4);
    one = starts(&d, job(1, 3, 100), 0);
    starts(&d, job(2, 4, 10), NOWHERE);
    starts(&d, job(5, 1, 101), 0);
    release(&d, one, needs(3, 0, 0));
    expect(&d, NOBODY, NOWHERE);
    dispatch_close(&d);
}

/* Beside the head there will be room: at 100 it takes three of four. */
static void what_fits_beside_the_head_may_run_on(void **state)
{
    struct dispatch d = cluster(CAIRN_ORDER_BACKFILL, 1, 4);
    (void)state;
    starts(&d, job(1, 2, 100), 0);
    starts(&d, job(2, 3, 10), NOWHERE);
    starts(&d, job(3, 1, 1000), 0);
    starts(&d, job(4, 1, 1000), NOWHERE); /* a second one would not fit beside it */
    dispatch_close(&d);
}

/* The node that is expected to have room first is reserved; the other is anybody's. */
static void other_nodes_are_free_for_all(void **state)
{
    struct dispatch d = cluster(CAIRN_ORDER_BACKFILL, 2, 2);
    (void)state;
    starts(&d, job(1, 1, 100), 0);
    submit(&d, job(2, 2, 50));
    expect(&d, 2, 1);
    starts(&d, job(3, 2, 10), NOWHERE); /* node 1, at 50 */
    starts(&d, job(4, 1, 1000), 0);
    starts(&d, job(5, 1, 10), NOWHERE); /* no room at all */
    dispatch_close(&d);
}

static void what_never_ends_waits_for_its_turn(void **state)
{
    struct dispatch d = cluster(CAIRN_ORDER_BACKFILL, 2, 2);
    (void)state;
    struct cairn_placement one = starts(&d, job(1, 1, 100), 0);
    starts(&d, job(2, 1, 100), 0);
    starts(&d, job(3, 1, 100), 1);
    starts(&d, job(4, 2, -1), NOWHERE);
    starts(&d, job(5, 1, -1), NOWHERE); /* though node 1 has room and is not reserved */
    starts(&d, job(6, 1, 1000), 1);
    release(&d, one, needs(1, 0, 0));
    assert_int_equal(withdraw(&d, 4), 1);
    expect(&d, 5, 0); /* it is the head now */
    dispatch_close(&d);
}

/* What runs longer than expected keeps its node reserved: it may end any moment. */
static void an_overdue_job_ends_any_moment(void **state)
{
    struct dispatch d = cluster(CAIRN_ORDER_BACKFILL, 1, 2);
    (void)state;
    struct cairn_placement one = starts(&d, job(1, 1, 100), 0);
    starts(&d, job(2, 2, 10), NOWHERE);
    d.now = 150 * SECOND;
    starts(&d, job(3, 1, 1), NOWHERE);
    release(&d, one, needs(1, 0, 0));
    expect(&d, 2, 0);
    dispatch_close(&d);
}

/* An end that nobody expects reserves nothing: who has an end goes on. */
static void without_an_expected_end_nothing_is_reserved(void **state)
{
    struct dispatch d = cluster(CAIRN_ORDER_BACKFILL, 1, 2);
    (void)state;
    starts(&d, job(1, 1, -1), 0);
    starts(&d, job(2, 2, 10), NOWHERE);
    starts(&d, job(3, 1, 1000), 0);
    dispatch_close(&d);
}

/* A node's death takes what runs there off the account, and its end out of the reckoning. */
static void a_node_that_dies_moves_the_reservation(void **state)
{
    struct dispatch d = cluster(CAIRN_ORDER_BACKFILL, 2, 2);
    (void)state;
    starts(&d, job(1, 1, 10), 0);
    starts(&d, job(2, 1, 20), 0);
    starts(&d, job(3, 1, 30), 1);
    starts(&d, job(4, 2, 10), NOWHERE); /* node 0 at 20 */
    node_is(&d, 0, CAIRN_NODE_DOWN);    /* node 1 at 30 */
    starts(&d, job(5, 1, 31), NOWHERE);
    starts(&d, job(6, 1, 30), 1);
    dispatch_close(&d);
}

/* A head that would rather be on node 1 waits for it, until it is not there. */
static void a_soft_head_reserves_elsewhere_when_its_node_goes(void **state)
{
    struct dispatch d = cluster(CAIRN_ORDER_BACKFILL, 3, 2);
    struct cairn_request soft = job(4, 2, 10);
    (void)state;
    node_is(&d, 2, CAIRN_NODE_DOWN);
    starts(&d, job(1, 1, 20), 0);
    struct cairn_request bound = job(2, 1, 100);
    bound.strategy = soft.strategy = CAIRN_PLACE_NODE;
    bound.node = soft.node = 1;
    soft.is_soft = 1;
    struct cairn_placement two = starts(&d, bound, 1);
    starts(&d, soft, NOWHERE); /* node 1 at 100 */
    struct cairn_placement five = starts(&d, job(5, 1, 50), 0);
    release(&d, five, needs(1, 0, 0));
    node_is(&d, 1, CAIRN_NODE_DRAIN); /* node 0 at 20 */
    starts(&d, job(6, 1, 50), NOWHERE);
    release(&d, two, needs(1, 0, 0));
    node_is(&d, 1, CAIRN_NODE_UP);
    expect(&d, 4, 1);
    expect(&d, 6, 0);
    dispatch_close(&d);
}

/* What would rather be on a busy node waits for it, though there is room on the reserved one too;
 * when that node is gone it may go to a third. */
static void what_waits_softly_behind_a_reservation_goes_elsewhere(void **state)
{
    struct dispatch d = cluster(CAIRN_ORDER_BACKFILL, 3, 2);
    struct cairn_request filler = job(2, 1, 200), soft = job(5, 1, 50);
    (void)state;
    node_up(&d, 1, needs(1, 0, 0)); /* both too small for the head */
    node_up(&d, 2, needs(1, 0, 0));
    starts(&d, job(1, 1, 20), 0);
    filler.strategy = soft.strategy = CAIRN_PLACE_NODE;
    filler.node = soft.node = 1;
    soft.is_soft = 1;
    starts(&d, filler, 1);
    starts(&d, job(4, 2, 10), NOWHERE); /* node 0 at 20 */
    starts(&d, soft, NOWHERE);
    node_is(&d, 1, CAIRN_NODE_DOWN); /* the reservation stays */
    expect(&d, 5, 2);
    dispatch_close(&d);
}

/* Each of a run counts by itself, and what runs as well, until it is released or lost. */
static void what_runs_counts_as_pending(void **state)
{
    struct dispatch d = cluster(CAIRN_ORDER_BACKFILL, 1, 2);
    struct cairn_request run = job(10, 1, 10);
    (void)state;
    run.count = 17;
    assert_int_equal(submit(&d, run), 0); /* of 16 */
    run.count = 16;
    assert_int_equal(submit(&d, run), 1);
    assert_int_equal(submit(&d, job(1, 1, 10)), 0);
    release(&d, expect(&d, 10, 0), needs(1, 0, 0));
    assert_int_equal(submit(&d, job(1, 1, 10)), 1);
    assert_int_equal(submit(&d, job(2, 1, 10)), 0);
    assert_int_equal(withdraw(&d, 20), 1);
    assert_int_equal(submit(&d, job(2, 1, 10)), 1);
    expect(&d, 11, 0);
    expect(&d, 12, 0);
    assert_int_equal(submit(&d, job(3, 1, 10)), 0);
    node_is(&d, 0, CAIRN_NODE_DOWN);
    assert_int_equal(submit(&d, job(3, 1, 10)), 1);
    assert_int_equal(submit(&d, job(4, 1, 10)), 1);
    assert_int_equal(submit(&d, job(5, 1, 10)), 0);
    dispatch_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_backfilled_job_does_not_delay_the_head),
        cmocka_unit_test(strict_fifo_leaves_room_idle_and_fifo_delays_the_head),
        cmocka_unit_test(what_fits_beside_the_head_may_run_on),
        cmocka_unit_test(other_nodes_are_free_for_all),
        cmocka_unit_test(what_never_ends_waits_for_its_turn),
        cmocka_unit_test(an_overdue_job_ends_any_moment),
        cmocka_unit_test(without_an_expected_end_nothing_is_reserved),
        cmocka_unit_test(a_node_that_dies_moves_the_reservation),
        cmocka_unit_test(a_soft_head_reserves_elsewhere_when_its_node_goes),
        cmocka_unit_test(what_waits_softly_behind_a_reservation_goes_elsewhere),
        cmocka_unit_test(what_runs_counts_as_pending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
