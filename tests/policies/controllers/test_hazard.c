/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: hazard's interval solves its equation for any ages, and is exact's where ages do not
 * matter. Method: the equation of hazard.c's title evaluated in long double; limits in which the
 * answer is known otherwise; questions asked one by one. */
#include "tests/sim/model/kit.h"
#include "tests/support.h"

enum { NODES = 64, MANY = 3000 };

struct asked {
    double mtbf, k, cost; /* seconds */
    double now;
    uint32_t nodes;
    int64_t born[MANY];
    _Alignas(16) unsigned char plan[128], state[16];
};

static const struct cairn_controller_class *class;

static void plan(struct asked *a)
{
    struct cairn_value values[3] = {chosen_seconds(a->mtbf), {.x = a->k}, {.i = 0}};
    struct cairn_shape shape = {.size = sizeof shape, .checkpoint_cost = S(a->cost), .workers = 1};
    class = cairn_controller_find("hazard");
    assert_true(class->plan_size <= sizeof a->plan && class->state_size <= sizeof a->state);
    memset(a->plan, 0, sizeof a->plan);
    memset(a->state, 0, sizeof a->state);
    assert_null(class->plan(values, &shape, a->plan));
}

static struct cairn_verdict ask(struct asked *a, double work_since)
{
    struct cairn_verdict verdict = {0};
    struct cairn_situation s = {.now = S(a->now),
                                .work_since = S(work_since),
                                .wall_since = S(work_since),
                                .expected_cost = S(a->cost),
                                .born = a->born,
                                .nodes = a->nodes};
    class->decide(a->plan, a->state, &s, &verdict);
    return verdict;
}

/* The interval chosen after a restore at `now`, in seconds. */
static double interval(struct asked *a)
{
    plan(a);
    struct cairn_verdict v = ask(a, 0);
    assert_int_equal(v.action, CAIRN_SKIP);
    assert_int_equal(v.ask, CAIRN_ASK_WORK);
    assert_int_equal(v.repeat, 0);
    return v.at == CAIRN_NEVER ? (double)INFINITY : (double)v.at / 1e9;
}

/* Failures expected in the next x seconds. */
static long double cumulated(const struct asked *a, long double x)
{
    long double k = a->k, scale = a->mtbf * a->nodes / tgammal(1 + 1 / k), sum = 0;
    for (uint32_t i = 0; i < a->nodes; i++) {
        long double age = a->now - (double)a->born[i] / 1e9;
        sum += powl((age + x) / scale, k) - powl(age / scale, k);
    }
    return sum;
}

static double exact_interval(double mtbf, double cost)
{
    const struct cairn_controller_class *exact = cairn_controller_find("exact");
    struct cairn_value values[2] = {chosen_seconds(mtbf), {.i = 0}};
    struct cairn_shape shape = {.size = sizeof shape, .checkpoint_cost = S(cost), .workers = 1};
    _Alignas(16) unsigned char bytes[128] = {0};
    const char *bound_by;
    assert_null(exact->plan(values, &shape, bytes));
    return (double)exact->interval(bytes, &bound_by) / 1e9;
}

static struct asked random_asked(uint64_t *random)
{
    struct asked a = {.mtbf = exp(kit_between(random, log(100), log(1e7))),
                      .k = kit_between(random, 0.3, 4),
                      .cost = exp(kit_between(random, log(1), log(1000))),
                      .now = 1e6,
                      .nodes = 1 + kit_below(random, NODES)};
    bool are_new = kit_below(random, 3) == 0;
    for (uint32_t i = 0; i < a.nodes; i++)
        a.born[i] = are_new ? S(a.now) : S(floor(kit_between(random, 0, 1e6)));
    return a;
}

/* (1 - exp(-H)) / H = w / (w + C): at the interval the difference is 0 to 1e-7 of its slope. */
static void interval_solves_its_equation(void **state)
{
    uint64_t random = support_seed(1), compared = 0;
    (void)state;
    for (int i = 0; i < 2000; i++) {
        struct asked a = random_asked(&random);
        double w = interval(&a);
        if (w <= 1) /* bound by min_interval */
            continue;
        for (int side = -1; side <= 1; side += 2) {
            long double x = w * (1 + side * 1e-7L), h = cumulated(&a, x + a.cost);
            long double difference = -expm1l(-h) / h - x / (x + a.cost);
            if (side * difference >= 0)
                fail_msg("case %d: k %g, %u nodes, M %g, C %g: interval %g", i, a.k, a.nodes,
                         a.mtbf, a.cost, w);
        }
        compared++;
    }
    assert_true(compared > 1500);
}

/* Thousands of nodes of all ages are reckoned in groups: the equation holds as well, to half a
 * thousandth of the interval. */
static void many_nodes_are_reckoned_in_groups(void **state)
{
    uint64_t random = support_seed(2);
    double worst = 0;
    (void)state;
    for (int i = 0; i < 10; i++) {
        static struct asked a;
        a = (struct asked){.mtbf = exp(kit_between(&random, log(1000), log(1e6))),
                           .k = kit_between(&random, 0.4, 2.5),
                           .cost = 30,
                           .now = 1e8,
                           .nodes = MANY};
        for (uint32_t n = 0; n < a.nodes; n++) /* from a second to three years */
            a.born[n] = S(a.now - exp(kit_between(&random, 0, log(1e8))));
        double w = interval(&a);
        long double low = w / 2, high = w * 2;
        while (high - low > 1e-9L * w) {
            long double x = (low + high) / 2, h = cumulated(&a, x + a.cost);
            if (-expm1l(-h) / h - x / (x + a.cost) > 0)
                low = x;
            else
                high = x;
        }
        double off = fabs((double)(low / w - 1));
        worst = off > worst ? off : worst;
    }
    print_message("    off by %.2g at most\n", worst);
    assert_true(worst > 0 && worst < 5e-4);
}

static void shape_1_is_exact_at_any_age(void **state)
{
    uint64_t random = support_seed(2);
    (void)state;
    for (int i = 0; i < 500; i++) {
        struct asked a = random_asked(&random);
        a.k = 1;
        double exact = exact_interval(a.mtbf, a.cost);
        assert_true(fabs(interval(&a) / exact - 1) < 1e-7);
    }
}

/* Neither an infinite hazard (k < 1) nor none (k > 1) at age 0 needs care. One new node, C small:
 * w H(w) = 2 C, so w = (2 C s^k)^(1 / (1 + k)). */
static void new_node_has_a_finite_interval(void **state)
{
    static const double shapes[] = {0.3, 0.5, 0.7, 1, 1.5, 2, 4};
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct asked a = {.mtbf = 1e9, .k = shapes[i], .cost = 0.1, .nodes = 1};
        double scale = a.mtbf / tgamma(1 + 1 / a.k);
        double w = pow(2 * a.cost * pow(scale, a.k), 1 / (1 + a.k)), chosen = interval(&a);
        assert_true(fabs(chosen / w - 1) < 0.02);
        assert_true(shapes[i] == 1 || (chosen < exact_interval(a.mtbf, a.cost)) == (a.k < 1));
    }
}

/* Old nodes: the hazard stands still for a period and w = sqrt(2 C / h), longer than Young's where
 * h falls with age (k < 1), shorter where it rises. */
static void old_nodes_give_liu_et_als_density(void **state)
{
    static const double shapes[] = {0.5, 0.7, 1.5, 2};
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct asked a = {.mtbf = 1e6, .k = shapes[i], .cost = 0.01, .now = 1e9, .nodes = NODES};
        double scale = a.mtbf * NODES / tgamma(1 + 1 / a.k);
        double hazard = NODES * a.k / scale * pow(a.now / scale, a.k - 1);
        double liu = sqrt(2 * a.cost / hazard), young = sqrt(2 * a.cost * a.mtbf);
        double chosen = interval(&a);
        assert_true(fabs(chosen / liu - 1) < 0.002);
        assert_true((chosen > young) == (a.k < 1));
    }
}

static void nothing_that_fails_means_never(void **state)
{
    struct asked nobody = {.mtbf = 1e6, .k = 0.7, .cost = 1};
    struct asked immortal = {.mtbf = (double)INFINITY, .k = 0.7, .cost = 1, .nodes = 3};
    (void)state;
    assert_true(isinf(interval(&nobody)));
    assert_true(isinf(interval(&immortal)));
}

static void free_checkpoints_are_bound_by_the_least_interval(void **state)
{
    struct asked a = {.mtbf = 1e6, .k = 0.7, .cost = 0, .now = 100, .nodes = 3};
    (void)state;
    assert_true(interval(&a) == 1);
}

/* Asked before it is over, the interval stands, though ages went on; over, the next is the one that
 * begins when the checkpoint is done; after a restore it is another at once. */
static void interval_is_kept_until_it_is_over(void **state)
{
    struct asked a = {.mtbf = 1e4, .k = 0.5, .cost = 10, .nodes = 4};
    double first = interval(&a);
    (void)state;
    a.now = first / 2;
    assert_true(ask(&a, first / 2).at == S(first));
    a.now = first;
    struct cairn_verdict due = ask(&a, first);
    assert_int_equal(due.action, CAIRN_CHECKPOINT);
    assert_true(due.at > S(first));
    struct asked later = {.mtbf = 1e4, .k = 0.5, .cost = 10, .nodes = 4, .now = first + 10};
    assert_true(fabs((double)due.at / 1e9 / interval(&later) - 1) < 1e-8);
    for (uint32_t i = 0; i < a.nodes; i++)
        a.born[i] = S(a.now); /* all replaced */
    assert_true(fabs((double)ask(&a, 0).at / 1e9 / first - 1) < 1e-8);
}

/* In a run, nodes that are replaced are young again: k = 2, four nodes that live 1000 s exactly,
 * 990 of it gone by in the first life. Intervals shrink as they age, and after the failure the
 * first is as long again as at the start: more checkpoints are taken late in a life than early. */
static void run_brings_ages(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_workers(&k, 4, 0);
    kit_costs(&k, 1500, 2, 5);
    kit_constant(&k.spec.faults.node, 1000);
    kit_use(&k, "hazard");
    kit_set_seconds(&k, "mtbf", 100);
    k.spec.controller.values[kit_param(&k, "shape")].x = 2;
    struct record r = kit_run(&k, 0, GROUP_CONTROLLED);
    uint64_t aged = r.completed;
    assert_int_equal(r.end, END_FINISHED);
    assert_int_equal(r.struck, 1); /* four deaths at one instant */
    k.spec.controller.values[kit_param(&k, "shape")].x = 1;
    r = kit_run(&k, 0, GROUP_CONTROLLED);
    print_message("    %" PRIu64 " checkpoints by age, %" PRIu64 " without\n", aged, r.completed);
    assert_true(aged > r.completed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interval_solves_its_equation),
        cmocka_unit_test(many_nodes_are_reckoned_in_groups),
        cmocka_unit_test(shape_1_is_exact_at_any_age),
        cmocka_unit_test(new_node_has_a_finite_interval),
        cmocka_unit_test(old_nodes_give_liu_et_als_density),
        cmocka_unit_test(nothing_that_fails_means_never),
        cmocka_unit_test(free_checkpoints_are_bound_by_the_least_interval),
        cmocka_unit_test(interval_is_kept_until_it_is_over),
        cmocka_unit_test(run_brings_ages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
