/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the other ways to choose a node: spread, affinity, locality, fit, and away from failures.
 * Method: few nodes, each choice written down by hand. */
#include "tests/policies/schedulers/dispatch.h"

static const char *const classes[] = {"first-fit",  "best-fit", "spread",
                                      "ray-hybrid", "locality", "failure-aware"};
enum { CLASSES = sizeof classes / sizeof *classes };

static struct dispatch opened(const char *name, uint32_t nodes, double cpus)
{
    struct dispatch d = dispatch_open(name, CAIRN_ORDER_FIFO, nodes, 8);
    for (uint32_t n = 0; n < nodes; n++)
        node_up(&d, n, needs(cpus, 0, 0));
    return d;
}

static struct cairn_request one_of(enum cairn_strategy strategy)
{
    struct cairn_request r = asks(1, needs(1, 0, 0));
    r.strategy = strategy;
    return r;
}

/* Submitted, and placed there; what it takes stays taken. */
static struct cairn_placement goes(struct dispatch *d, struct cairn_request r, uint32_t node)
{
    assert_int_equal(submit(d, r), 1);
    return expect(d, node == NOWHERE ? NOBODY : r.id, node);
}

/* ---- spread ---------------------------------------------------------------------------------- */

static void row_k02_spread_goes_round_in_every_class(void **state)
{
    (void)state;
    for (int c = 0; c < CLASSES; c++) {
        struct dispatch d = opened(classes[c], 3, 2);
        struct cairn_request r = one_of(CAIRN_PLACE_SPREAD);
        r.nearest = r.local = 2; /* spread overrides both */
        for (uint32_t i = 0; i < 4; i++)
            goes(&d, r, i % 3);
        node_is(&d, 1, CAIRN_NODE_DRAIN);
        goes(&d, r, 2);
        goes(&d, r, NOWHERE);
        node_is(&d, 1, CAIRN_NODE_UP);
        expect(&d, 1, 1);
        dispatch_close(&d);
    }
}

static void row_k02_class_spread_goes_round_by_default(void **state)
{
    struct dispatch d = opened("spread", 3, 2);
    (void)state;
    for (uint32_t i = 0; i < 6; i++)
        goes(&d, one_of(CAIRN_PLACE_DEFAULT), i % 3);
    goes(&d, one_of(CAIRN_PLACE_DEFAULT), NOWHERE);
    dispatch_close(&d);
}

/* ---- affinity -------------------------------------------------------------------------------- */

static void row_k02_hard_affinity_waits_for_its_node(void **state)
{
    (void)state;
    for (int c = 0; c < CLASSES; c++) {
        struct dispatch d = opened(classes[c], 3, 1);
        struct cairn_request r = one_of(CAIRN_PLACE_NODE);
        r.node = 1;
        r.avoid = 1; /* it has no choice */
        struct cairn_placement first = goes(&d, r, 1);
        goes(&d, r, NOWHERE);
        release(&d, first, r.demand);
        expect(&d, 1, 1);
        node_is(&d, 1, CAIRN_NODE_DOWN);
        goes(&d, r, NOWHERE);
        node_up(&d, 1, needs(1, 0, 0));
        expect(&d, 1, 1);
        r.node = 7; /* there is none such */
        goes(&d, r, NOWHERE);
        dispatch_close(&d);
    }
}

static void row_k02_soft_affinity_goes_elsewhere_if_its_node_is_not_there(void **state)
{
    (void)state;
    for (int c = 0; c < CLASSES; c++) {
        struct dispatch d = opened(classes[c], 2, 1);
        struct cairn_request r = one_of(CAIRN_PLACE_NODE);
        r.node = 1;
        r.is_soft = 1;
        goes(&d, r, 1);
        goes(&d, r, NOWHERE); /* it is only busy */
        node_is(&d, 1, CAIRN_NODE_DRAIN);
        release(&d, expect(&d, 1, 0), r.demand);
        node_is(&d, 1, CAIRN_NODE_DOWN);
        release(&d, goes(&d, r, 0), r.demand);
        node_up(&d, 1, needs(0.5, 0, 0)); /* too small */
        release(&d, goes(&d, r, 0), r.demand);
        r.node = 7;
        goes(&d, r, 0);
        dispatch_close(&d);
    }
}

/* ---- locality -------------------------------------------------------------------------------- */

/* Data on B: the task runs on B, unless it is spread, or B has no room. */
static void row_k02_locality_follows_the_data(void **state)
{
    struct dispatch d = opened("locality", 3, 2);
    struct cairn_request r = one_of(CAIRN_PLACE_DEFAULT);
    (void)state;
    r.nearest = 1;
    struct cairn_placement first = goes(&d, r, 1);
    r.strategy = CAIRN_PLACE_SPREAD;
    goes(&d, r, 0);
    r.strategy = CAIRN_PLACE_DEFAULT;
    goes(&d, r, 1);
    goes(&d, r, 2); /* as ray-hybrid: 0 is half used */
    release(&d, first, r.demand);
    goes(&d, r, 1);
    r.nearest = NOWHERE;
    goes(&d, r, 0);
    dispatch_close(&d);
}

static void row_k02_other_classes_do_not_look_at_the_data(void **state)
{
    (void)state;
    for (int c = 0; c < CLASSES; c++) {
        struct dispatch d = opened(classes[c], 3, 2);
        struct cairn_request r = one_of(CAIRN_PLACE_DEFAULT);
        r.nearest = 1;
        goes(&d, r, strcmp(classes[c], "locality") == 0 ? 1 : 0);
        dispatch_close(&d);
    }
}

/* ---- avoid ----------------------------------------------------------------------------------- */

static void where_it_failed_is_avoided_if_another_fits(void **state)
{
    (void)state;
    for (int c = 0; c < CLASSES; c++)
        for (int is_spread = 0; is_spread < 2; is_spread++) {
            struct dispatch d = opened(classes[c], 2, 1);
            struct cairn_request r = one_of(is_spread ? CAIRN_PLACE_SPREAD : CAIRN_PLACE_DEFAULT);
            r.avoid = r.local = r.nearest = 0;
            goes(&d, r, 1);
            goes(&d, r, 0);
            goes(&d, r, NOWHERE);
            dispatch_close(&d);
        }
}

/* ---- best-fit -------------------------------------------------------------------------------- */

static void best_fit_leaves_the_least(void **state)
{
    static const struct {
        const char *claim;
        double cpus[3], gpus[3];
        int64_t gib[3];
        double cpu, gpu;
        uint32_t node;
    } cases[] = {
        {"the fullest that fits", {4, 2, 3}, {0}, {9, 9, 9}, 2, 0, 1},
        {"not one that does not", {4, 1, 3}, {0}, {9, 9, 9}, 2, 0, 2},
        {"no accelerator is left idle", {4, 2, 3}, {0, 1, 0}, {9, 9, 9}, 2, 0, 2},
        {"unless it must", {1, 2, 1}, {0, 1, 0}, {9, 9, 9}, 2, 0, 1},
        {"fewest accelerators before processors", {2, 8, 9}, {4, 2, 2}, {9, 9, 9}, 1, 1, 1},
        {"then memory", {4, 4, 4}, {0}, {9, 8, 7}, 1, 0, 2},
        {"then the number", {4, 4, 4}, {0}, {9, 7, 7}, 1, 0, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dispatch d = dispatch_open("best-fit", CAIRN_ORDER_FIFO, 3, 4);
        for (uint32_t n = 0; n < 3; n++)
            node_up(&d, n, needs(cases[i].cpus[n], cases[i].gpus[n], cases[i].gib[n] * GIB));
        submit(&d, asks(1, needs(cases[i].cpu, cases[i].gpu, 0)));
        struct cairn_placement p = next(&d);
        if (p.node != cases[i].node)
            fail_msg("%s: on node %d", cases[i].claim, (int)p.node);
        dispatch_close(&d);
    }
}

/* ---- failure-aware --------------------------------------------------------------------------- */

static void fail_at(struct dispatch *d, uint32_t node, int64_t now)
{
    d->now = now;
    node_is(d, node, CAIRN_NODE_DOWN);
    node_up(d, node, needs(2, 0, 0));
}

/* Placed there at this time, and gone again. */
static void at(struct dispatch *d, int64_t now, uint32_t node)
{
    struct cairn_request r = one_of(CAIRN_PLACE_DEFAULT);
    d->now = now;
    release(d, goes(d, r, node), r.demand);
}

static void failure_aware_shuns_for_a_window(void **state)
{
    const int64_t hour = 3600 * SECOND;
    struct dispatch d = opened("failure-aware", 2, 2);
    (void)state;
    at(&d, 0, 0);
    fail_at(&d, 0, 10);
    at(&d, 10, 1);
    at(&d, 10 + hour - 1, 1);
    at(&d, 10 + hour, 0);
    fail_at(&d, 1, 10 + hour);
    fail_at(&d, 0, 20 + hour); /* both: the first */
    at(&d, 20 + hour, 0);
    node_is(&d, 0, CAIRN_NODE_DRAIN); /* nothing else is there */
    at(&d, 20 + hour, 1);
    dispatch_close(&d);
}

static void failure_aware_puts_lemons_last(void **state)
{
    const int64_t hour = 3600 * SECOND;
    struct dispatch d = opened("failure-aware", 2, 2);
    (void)state;
    for (int i = 0; i < 3; i++)
        fail_at(&d, 0, i * hour);
    at(&d, 4 * hour, 0); /* three failures are none too many */
    fail_at(&d, 0, 5 * hour);
    at(&d, 8 * hour, 1); /* four are */
    fail_at(&d, 1, 9 * hour);
    at(&d, 9 * hour, 1); /* though that one failed just now */
    at(&d, 24 * hour - 1, 1);
    at(&d, 24 * hour, 0); /* the first of the four is a day old */
    dispatch_close(&d);
}

static void a_class_that_is_listed_is_tested_here(void **state)
{
    (void)state;
    for (int c = 0; c < CLASSES; c++)
        assert_true(cairn_schedulers[c] && strcmp(cairn_schedulers[c]->name, classes[c]) == 0);
    assert_null(cairn_schedulers[CLASSES]);
    assert_null(cairn_scheduler_find("first_fit"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_that_is_listed_is_tested_here),
        cmocka_unit_test(row_k02_spread_goes_round_in_every_class),
        cmocka_unit_test(row_k02_class_spread_goes_round_by_default),
        cmocka_unit_test(row_k02_hard_affinity_waits_for_its_node),
        cmocka_unit_test(row_k02_soft_affinity_goes_elsewhere_if_its_node_is_not_there),
        cmocka_unit_test(row_k02_locality_follows_the_data),
        cmocka_unit_test(row_k02_other_classes_do_not_look_at_the_data),
        cmocka_unit_test(where_it_failed_is_avoided_if_another_fits),
        cmocka_unit_test(best_fit_leaves_the_least),
        cmocka_unit_test(failure_aware_shuns_for_a_window),
        cmocka_unit_test(failure_aware_puts_lemons_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
