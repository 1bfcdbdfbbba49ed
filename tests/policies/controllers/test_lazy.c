/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: lazy keeps iLazy's interval, and for shape 1 is young. Method: intervals worked out by hand
 * (C = 300 s, M = 24 h: A = 7200 s) for questions asked one by one; whole runs against young's. */
#include "tests/sim/model/kit.h"

static const struct cairn_shape shape = {.size = sizeof shape,
                                         .abi = CAIRN_CONTROLLER_ABI,
                                         .checkpoint_cost = 300 * SIMTIME_SECOND,
                                         .workers = 1};

struct planned {
    struct cairn_value values[3];
    _Alignas(16) unsigned char plan[128];
};

static struct planned planned(double mtbf, double k, double min_interval)
{
    struct planned p = {.values = {chosen_seconds(mtbf), {.x = k}, chosen_seconds(min_interval)}};
    const struct cairn_controller_class *class = cairn_controller_find("lazy");
    assert_true(class->plan_size <= sizeof p.plan);
    assert_null(class->plan(p.values, &shape, p.plan));
    return p;
}

/* The verdict `since` after a checkpoint, that ended `t` after the last failure, at 1e6 s. */
static struct cairn_verdict asked(const struct planned *p, double t, double since)
{
    struct cairn_verdict verdict = {0};
    struct cairn_situation s = {.now = S(1e6 + t + since),
                                .failed = S(1e6),
                                .work_since = S(since),
                                .wall_since = S(since),
                                .expected_cost = shape.checkpoint_cost};
    cairn_controller_find("lazy")->decide(p->plan, NULL, &s, &verdict);
    return verdict;
}

static void interval_is_papers(void **state)
{
    static const struct {
        double k, t, interval;
    } rows[] = {
        {0.5, 0, 7200},       {0.5, 7199, 7200},     {0.5, 7200, 7200},   {0.5, 28800, 14400},
        {0.5, 720000, 72000}, {0.75, 115200, 14400}, {1, 0, 7200},        {1, 1e7, 7200},
        {2, 7200, 7200},      {2, 28800, 1800},      {1.5, 115200, 1800},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct planned p = planned(86400, rows[i].k, 0);
        struct cairn_verdict early = asked(&p, rows[i].t, 10);
        assert_int_equal(early.action, CAIRN_SKIP);
        assert_int_equal(early.ask, CAIRN_ASK_WORK);
        assert_true(fabs((double)early.at / 1e9 - rows[i].interval) < 1e-6);
        assert_int_equal(early.repeat, rows[i].k == 1);
        assert_int_equal(asked(&p, rows[i].t, rows[i].interval + 1e-6).action, CAIRN_CHECKPOINT);
        assert_int_equal(asked(&p, rows[i].t, rows[i].interval - 1e-6).action, CAIRN_SKIP);
    }
}

/* The interval begun at 4 A is 2 A. It ends, with the checkpoint, at 6 A + C: the next is
 * A sqrt(6 + C / A). */
static void next_interval_is_that_of_the_checkpoints_end(void **state)
{
    struct planned p = planned(86400, 0.5, 0);
    struct cairn_verdict due = asked(&p, 28800, 14400);
    (void)state;
    assert_int_equal(due.action, CAIRN_CHECKPOINT);
    assert_true(fabs((double)due.at / 1e9 - 7200 * sqrt(6 + 300.0 / 7200)) < 1e-6);
    assert_true(due.at == asked(&p, 28800 + 14400 + 300, 0).at);
}

/* k = 2 and 10 M since the last failure: A / 120 = 60 s, unless that is less than allowed. */
static void shrinking_interval_stops_at_the_least(void **state)
{
    (void)state;
    struct planned free = planned(86400, 2, 0), bound = planned(86400, 2, 900);
    assert_true(fabs((double)asked(&free, 864000, 0).at / 1e9 - 60) < 1e-6);
    assert_true(asked(&bound, 864000, 0).at == S(900));
    assert_true(asked(&free, 1e9, 0).at == S(1)); /* divisible work: a second */
}

static void infinite_mtbf_means_never(void **state)
{
    struct planned p = planned((double)INFINITY, 0.5, 0);
    (void)state;
    assert_true(asked(&p, 1e6, 1e6).at == CAIRN_NEVER);
}

static void shape_1_is_young_to_the_last_event(void **state)
{
    uint64_t struck = 0;
    (void)state;
    for (uint32_t i = 0; i < 20; i++) {
        struct kit k;
        kit_init(&k);
        kit_costs(&k, 20000, 7, 11);
        kit_exponential(&k.spec.faults.node, 500 + 100 * i);
        k.spec.group.step = i % 2 ? S(13) : 0;
        kit_use(&k, "young");
        kit_set_seconds(&k, "mtbf", 500 + 100 * i);
        struct record young = kit_run(&k, i, GROUP_CONTROLLED);
        kit_use(&k, "lazy");
        kit_set_seconds(&k, "mtbf", 500 + 100 * i);
        k.spec.controller.values[kit_param(&k, "shape")].x = 1;
        struct record lazy = kit_run(&k, i, GROUP_CONTROLLED);
        assert_true(kit_same_record(&young, &lazy));
        struck += lazy.struck;
    }
    print_message("    %" PRIu64 " failures\n", struck);
    assert_true(struck > 100);
}

/* C = 2, M = 100, k = 1/2: A = 20. Work 0-20, snapshot to 22; t = 22: interval 20 sqrt(1.1) =
 * 20.976177 to 42.976177, snapshot to 44.976177; interval 20 sqrt(44.976177 / 20) = 29.992058, but
 * struck at 60: 15.023823 lost; restore to 65, t = 5: interval 20, to 85, snapshot to 87; t = 27:
 * interval 23.237900, to 110.237900, snapshot to 112.237900; the last 20 of 20 + 20.976177 + 20 +
 * 23.237900 + 20 to 132.237900. */
static void failure_starts_it_anew(void **state)
{
    const double second = 20 * sqrt(1.1), fourth = 20 * sqrt(1.35);
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 60 + round(1e9 * second) / 1e9 + round(1e9 * fourth) / 1e9, 2, 5);
    k.spec.group.final_checkpoint = false;
    kit_use(&k, "lazy");
    kit_set_seconds(&k, "mtbf", 100);
    k.spec.controller.values[kit_param(&k, "shape")].x = 0.5;
    kit_outage(&k, 0, 60, 60);
    double done = 20 + 2 + round(1e9 * second) / 1e9 + 2;
    kit_check(&k, .makespan = 65 + 20 + 2 + round(1e9 * fourth) / 1e9 + 2 + 20,
              .useful = 60 + round(1e9 * second) / 1e9 + round(1e9 * fourth) / 1e9, .checkpoint = 8,
              .lost = 60 - done, .restore = 5, .struck = 1, .taken = 4, .completed = 4,
              .restored = 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interval_is_papers),
        cmocka_unit_test(next_interval_is_that_of_the_checkpoints_end),
        cmocka_unit_test(shrinking_interval_stops_at_the_least),
        cmocka_unit_test(infinite_mtbf_means_never),
        cmocka_unit_test(shape_1_is_young_to_the_last_event),
        cmocka_unit_test(failure_starts_it_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
