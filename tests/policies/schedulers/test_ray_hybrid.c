/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: ray-hybrid chooses as Ray's rule does. Method: tables of three nodes, worked out by hand:
 * how much of each is used, what is asked, which node that must give. */
#include "tests/policies/schedulers/dispatch.h"

enum { FILLER = 1000 };

/* Ten processors a node, and memory of 10 GiB; so many of either are used. */
struct table {
    const char *claim;
    int cpus[3], gib[3], gpus[3]; /* used, used, capacity */
    double cpu, gpu;              /* asked for */
    uint32_t local;
    uint32_t node;
};

static const struct table tables[] = {
    {"all idle: the first", {0, 0, 0}, {0}, {0}, 1, 0, NOWHERE, 0},
    {"below the threshold scores are 0: the first is packed",
     {4, 0, 0},
     {0},
     {0},
     1,
     0,
     NOWHERE,
     0},
    {"at the threshold it counts: spread", {5, 0, 0}, {0}, {0}, 1, 0, NOWHERE, 1},
    {"above: the least used", {9, 8, 6}, {0}, {0}, 1, 0, NOWHERE, 2},
    {"of equal scores the first by number", {6, 6, 9}, {0}, {0}, 1, 0, NOWHERE, 0},
    {"memory counts like processors", {0, 0, 0}, {6, 4, 0}, {0}, 1, 0, NOWHERE, 1},
    {"the larger of the two", {6, 1, 9}, {7, 8, 0}, {0}, 1, 0, NOWHERE, 0},
    {"who has no room is no candidate", {10, 10, 9}, {0}, {0}, 1, 0, NOWHERE, 2},
    {"who has too little, neither", {5, 8, 7}, {0}, {0}, 3, 0, NOWHERE, 0},
    {"nowhere", {10, 10, 10}, {0}, {0}, 1, 0, NOWHERE, NOWHERE},
    {"local, below the threshold", {0, 0, 4}, {0}, {0}, 1, 0, 2, 2},
    {"local, as good as the best", {6, 9, 6}, {0}, {0}, 1, 0, 2, 2},
    {"local, but worse than the best", {6, 9, 7}, {0}, {0}, 1, 0, 2, 0},
    {"local, but full", {6, 9, 10}, {0}, {0}, 1, 0, 2, 0},
    {"nodes with accelerators come last", {0, 9, 0}, {0}, {4, 0, 4}, 1, 0, NOWHERE, 1},
    {"though local", {0, 9, 0}, {0}, {4, 0, 4}, 1, 0, 0, 1},
    {"unless no other has room", {0, 10, 0}, {0}, {4, 0, 4}, 1, 0, NOWHERE, 0},
    {"then local counts again", {0, 10, 0}, {0}, {4, 0, 4}, 1, 0, 2, 2},
    {"who asks for one gets one", {9, 0, 8}, {0}, {4, 0, 4}, 1, 1, NOWHERE, 2},
    {"accelerators in use are no utilisation", {0, 0, 0}, {0}, {4, 0, 4}, 0, 4, NOWHERE, 0},
};

static struct dispatch hybrid(double fraction, int64_t absolute, bool avoids_gpu, uint32_t nodes)
{
    const struct cairn_scheduler_class *class = cairn_scheduler_find("ray-hybrid");
    struct cairn_value values[DISPATCH_PARAMS] = {{0}};
    dispatch_defaults(class, values);
    assert_true(values[1].x == 0.5 && values[2].x == 0.2 && values[3].i == 1 && values[4].i == 0);
    values[2].x = fraction;
    values[3].i = absolute;
    values[4].i = !avoids_gpu;
    return dispatch_with("ray-hybrid", values, nodes, 16);
}

/* Uses so much of a node, by requests that are bound to it. */
static void fill(struct dispatch *d, uint32_t node, double cpus, int64_t memory)
{
    struct cairn_request r = asks(FILLER + node, needs(cpus, 0, memory));
    r.strategy = CAIRN_PLACE_NODE;
    r.node = node;
    submit(d, r);
    expect(d, FILLER + node, node);
}

static void row_k01_three_node_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const struct table *t = &tables[i];
        struct dispatch d = hybrid(0.2, 1, true, 3);
        struct cairn_request r = asks(1, needs(t->cpu, t->gpu, 0));
        for (uint32_t n = 0; n < 3; n++) {
            node_up(&d, n, needs(10, t->gpus[n], 10 * GIB));
            fill(&d, n, t->cpus[n], t->gib[n] * GIB);
        }
        r.local = t->local;
        submit(&d, r);
        struct cairn_placement p = next(&d);
        if (p.node != t->node)
            fail_msg("%s: on node %d, not %d", t->claim, (int)p.node, (int)t->node);
        dispatch_close(&d);
    }
}

/* Ten tasks of one processor: five on the first node, then each on the least used. */
static void row_k01_packs_below_the_threshold_and_spreads_above(void **state)
{
    static const uint32_t nodes[] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 0, 1, 2, 0, 1, 2};
    struct dispatch d = hybrid(0.2, 1, true, 3);
    struct cairn_request r = asks(0, needs(1, 0, 0));
    (void)state;
    for (uint32_t n = 0; n < 3; n++)
        node_up(&d, n, needs(10, 0, 10 * GIB));
    r.count = sizeof nodes / sizeof *nodes;
    submit(&d, r);
    for (uint64_t i = 0; i < r.count; i++)
        expect(&d, i, nodes[i]);
    dispatch_close(&d);
}

/* Of ten idle nodes the first k, each by a k-th of the words. */
static void row_k01_draws_from_the_first_k(void **state)
{
    static const struct {
        double fraction;
        int64_t absolute;
        uint32_t k;
    } cases[] = {{0.2, 1, 2},  {0.2, 3, 3}, {0.5, 1, 5}, {0, 1, 1},
                 {0.19, 1, 1}, {1, 1, 10},  {0, 99, 10}};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct dispatch d = hybrid(cases[c].fraction, cases[c].absolute, true, 12);
        uint32_t k = cases[c].k;
        for (uint32_t n = 1; n < 11; n++) /* the first and the last are down */
            node_up(&d, n, needs(10, 0, 0));
        for (uint32_t j = 0; j < k; j++)
            for (uint32_t edge = 0; edge < 2; edge++) { /* the first and last words of a part */
                uint64_t upper = ((UINT64_C(1) << 32) * (j + edge) + k - 1) / k - edge;
                struct cairn_request r = asks(j, needs(1, 0, 0));
                r.random[0] = upper << 32 | 12345;
                submit(&d, r);
                release(&d, expect(&d, j, 1 + j), r.demand);
            }
        dispatch_close(&d);
    }
}

/* k counts all nodes that are up, but it is drawn from those that fit, and without accelerators. */
static void row_k01_k_is_of_all_nodes(void **state)
{
    struct dispatch d = hybrid(0.5, 1, true, 10);
    struct cairn_request r = asks(1, needs(1, 0, 0));
    (void)state;
    for (uint32_t n = 0; n < 10; n++)
        node_up(&d, n, needs(n < 7 ? 0.5 : 10, n == 7, 0));
    r.random[0] = UINT64_MAX;
    submit(&d, r);
    release(&d, expect(&d, 1, 9), r.demand); /* of 8 and 9 the last; not 7, the first of all */
    node_is(&d, 9, CAIRN_NODE_DRAIN);
    submit(&d, r);
    release(&d, expect(&d, 1, 8), r.demand);
    node_is(&d, 8, CAIRN_NODE_DOWN);
    submit(&d, r);
    expect(&d, 1, 7);
    dispatch_close(&d);
}

static void row_k01_gpu_avoidance_can_be_turned_off(void **state)
{
    (void)state;
    for (int avoids = 0; avoids < 2; avoids++) {
        struct dispatch d = hybrid(0.2, 1, avoids, 3);
        for (uint32_t n = 0; n < 3; n++)
            node_up(&d, n, needs(10, n == 0, 0));
        submit(&d, asks(1, needs(1, 0, 0)));
        expect(&d, 1, avoids ? 1 : 0);
        dispatch_close(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_k01_three_node_tables),
        cmocka_unit_test(row_k01_packs_below_the_threshold_and_spreads_above),
        cmocka_unit_test(row_k01_draws_from_the_first_k),
        cmocka_unit_test(row_k01_k_is_of_all_nodes),
        cmocka_unit_test(row_k01_gpu_avoidance_can_be_turned_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
