/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: decorators keep their promises around any controller, and each other's. Method: verdicts
 * asked one by one; timelines to the nanosecond, skipping and not. Random ones:
 * test_decorators_nested.c. */
#include "policies/controllers/decorator.h"
#include "tests/sim/model/kit.h"
#include "tests/support.h"

static uint64_t seed = 1;

/* ---- a driver's questions -------------------------------------------------------------------- */

enum { BLOCK = 4096, LINKS = DECORATOR_DEPTH + 2 };

/* A chain of controllers, outermost first, with its plan and state. */
struct chain {
    struct cairn_chosen links[LINKS];
    struct cairn_value values[LINKS][LIMIT_PARAMS];
    _Alignas(16) unsigned char plan[BLOCK], state[BLOCK];
};

static struct cairn_shape shape_of(double cost, double step)
{
    return (struct cairn_shape){.size = sizeof(struct cairn_shape),
                                .abi = CAIRN_CONTROLLER_ABI,
                                .checkpoint_cost = S(cost),
                                .restore_cost = S(1),
                                .work = S(1e6),
                                .step = S(step),
                                .workers = 1};
}

/* Every link at its defaults, `first` the innermost's first parameter; names end with NULL. */
static const char *chain_plan(struct chain *c, const char *const *names, double first,
                              const struct cairn_shape *shape)
{
    size_t n = 0;
    for (; names[n]; n++) {
        const struct cairn_controller_class *class = cairn_controller_find(names[n]);
        assert_true(class != NULL && n < LINKS);
        chosen_fill(class, 50, c->values[n]);
        c->links[n] = (struct cairn_chosen){class, c->values[n]};
        if (n > 0)
            c->values[n - 1][chosen_decorates(c->links[n - 1].controller)].inner = &c->links[n];
    }
    c->values[n - 1][0] = (struct cairn_value){.i = S(first), .x = first};
    if (strcmp(names[n - 1], "every") == 0)
        c->values[n - 1][0].i = (int64_t)first;
    assert_true(cairn_plan_size(c->links[0].controller, c->values[0], shape) <= BLOCK);
    memset(c->plan, 0, BLOCK);
    const char *refusal = c->links[0].controller->plan(c->values[0], shape, c->plan);
    if (!refusal)
        cairn_state_init(c->links[0].controller, c->plan, c->state);
    return refusal;
}

static const char *pair_plan(struct chain *c, const char *outer, const char *inner, double first,
                             const struct cairn_shape *shape)
{
    const char *const names[] = {outer, inner, NULL};
    return chain_plan(c, names, first, shape);
}

/* Work since the last checkpoint, as much wall time, in steps of 10 s; a checkpoint costs 1 s. */
static struct cairn_situation situation_at(double now, double since)
{
    return (struct cairn_situation){.size = sizeof(struct cairn_situation),
                                    .abi = CAIRN_CONTROLLER_ABI,
                                    .now = S(now),
                                    .work_done = S(now),
                                    .work_since = S(since),
                                    .wall_since = S(since),
                                    .step_index = (int64_t)now / 10,
                                    .steps_since = (int64_t)since / 10,
                                    .last_cost = -1,
                                    .expected_cost = S(1)};
}

static struct cairn_verdict ask(struct chain *c, double now, double since)
{
    struct cairn_situation s = situation_at(now, since);
    struct cairn_verdict v = {.size = sizeof v, .abi = CAIRN_CONTROLLER_ABI};
    c->links[0].controller->decide(c->plan, c->state, &s, &v);
    return v;
}

static const char *words(const struct chain *c, const struct cairn_verdict *v)
{
    static char bytes[200];
    c->links[0].controller->describe(c->plan, v, bytes, sizeof bytes);
    return bytes;
}

/* 60 s of pause around an interval of 50 s: due at 50, allowed at 60, and told so. */
static void a_checkpoint_waits_until_it_may_be_taken(void **state)
{
    struct chain c = {0};
    struct cairn_shape shape = shape_of(1, 0);
    (void)state;
    assert_null(pair_plan(&c, "pause", "fixed", 50, &shape));
    ((struct cairn_value *)c.values[0])[0] = chosen_seconds(60);
    assert_null(c.links[0].controller->plan(c.values[0], &shape, c.plan));
    struct cairn_verdict v = ask(&c, 1040, 40);
    assert_int_equal(v.action, CAIRN_SKIP);
    assert_true(v.ask == CAIRN_ASK_WORK && v.at == S(50));
    assert_string_equal(words(&c, &v),
                        "40 s since the last checkpoint: the interval of 50 s is not over");
    v = ask(&c, 1050, 50);
    assert_int_equal(v.action, CAIRN_SKIP);
    assert_true(v.ask == CAIRN_ASK_TIME && v.at == S(1060) && v.repeat == 0);
    assert_string_equal(words(&c, &v), "10 s of the pause of 60 s are left");
    v = ask(&c, 1060, 60);
    assert_int_equal(v.action, CAIRN_CHECKPOINT);
    assert_string_equal(words(&c, &v),
                        "60 s since the last checkpoint: the interval of 50 s is over");
}

/* every: 4 asks at step 4 alone; 45 s of pause: it is owed at step 5, unless a restore came; also
 * where another decorator stands between the two. */
static void what_had_to_wait_is_owed_until_a_restore(void **state)
{
    static const char *const chains[][4] = {{"pause", "every"}, {"pause", "budget", "every"}};
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct chain c = {0};
        struct cairn_shape shape = shape_of(1, 10);
        bool is_restored = i % 2;
        assert_null(chain_plan(&c, chains[i / 2], 4, &shape));
        struct cairn_verdict v = ask(&c, 40, 40);
        assert_true(v.action == CAIRN_SKIP && v.ask == CAIRN_ASK_TIME && v.at == S(50));
        if (is_restored)
            assert_int_equal(ask(&c, 45, 0).action, CAIRN_SKIP);
        v = ask(&c, 50, 50);
        assert_int_equal(v.action, is_restored ? CAIRN_SKIP : CAIRN_CHECKPOINT);
        assert_true(v.ask == CAIRN_ASK_STEP && v.at == 8 && v.repeat == 0);
        if (!is_restored)
            assert_string_equal(words(&c, &v), "a checkpoint that had to wait until now");
        assert_int_equal(ask(&c, 60, 60).action, CAIRN_SKIP); /* paid, or lost: once */
    }
}

/* `repeat` where no checkpoint will ever wait, and nowhere else. 19 x 1 s for ratio; 28.57 - 1 s
 * for a cap of 3.5 %; a budget ends. Steps, and stages that differ, make no promise. */
static void repeat_is_passed_on_where_it_stays_true(void **state)
{
    static const struct {
        const char *outer, *inner;
        double first;
        uint32_t stages;
        uint32_t repeat;
    } rows[] = {
        {"pause", "fixed", 50, 0, 1}, {"pause", "fixed", 49, 0, 0},  {"pause", "fixed", 50, 1, 0},
        {"ratio", "fixed", 19, 0, 1}, {"ratio", "fixed", 18, 0, 0},  {"ratio", "every", 4, 0, 0},
        {"cap", "fixed", 28, 0, 1},   {"cap", "fixed", 27, 0, 0},    {"cap", "every", 4, 0, 0},
        {"cap", "fixed", 28, 1, 0},   {"budget", "fixed", 50, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct chain c = {0};
        struct cairn_shape shape = shape_of(1, 10);
        shape.stages_count = rows[i].stages;
        assert_null(pair_plan(&c, rows[i].outer, rows[i].inner, rows[i].first, &shape));
        assert_int_equal(ask(&c, 0, 0).repeat, rows[i].repeat);
        struct cairn_verdict v = ask(&c, 160, 160);
        assert_int_equal(v.action, CAIRN_CHECKPOINT);
        assert_int_equal(v.repeat, rows[i].repeat);
    }
}

/* One that took 100 s where 1 s was expected: the next may wait until 101 / 3.5 %. */
static void a_cap_that_is_exceeded_promises_nothing(void **state)
{
    struct chain c = {0};
    struct cairn_shape shape = shape_of(1, 10);
    struct cairn_happening h = {
        .size = sizeof h, .abi = 1, .kind = CAIRN_HEAR_CHECKPOINT_DONE, .cost = S(100)};
    (void)state;
    assert_null(pair_plan(&c, "cap", "fixed", 50, &shape));
    assert_int_equal(ask(&c, 2000, 0).repeat, 1);
    c.links[0].controller->observe(c.plan, c.state, &h, 1);
    assert_int_equal(ask(&c, 2000, 0).repeat, 0);
    assert_int_equal(ask(&c, 2834, 0).repeat, 0); /* the first is due at 2884 */
    assert_int_equal(ask(&c, 2885, 50).action, CAIRN_CHECKPOINT);
    assert_int_equal(ask(&c, 2884, 50).action, CAIRN_SKIP); /* 101 / 3.5 % - 1 = 2884.7 */
    assert_int_equal(ask(&c, 2835, 0).repeat, 1);
}

static int64_t interval_of_chain(const struct chain *c, const char **bound_by)
{
    *bound_by = "untouched";
    return c->links[0].controller->interval(c->plan, bound_by);
}

/* The inner interval, unless the decorator's is longer; none where the inner one has none. */
static void intervals_pass_through_where_they_are_true(void **state)
{
    static const struct {
        const char *outer, *inner;
        double first, expected;
        const char *bound_by;
    } rows[] = {
        {"pause", "fixed", 70, 70, NULL},
        {"pause", "fixed", 20, 50, "pause (least)"},
        {"pause", "every", 7, 70, NULL},
        {"ratio", "fixed", 20, 38, "ratio (least, factor)"},
        {"ratio", "fixed", 40, 40, NULL},
        {"cap", "fixed", 20, 55.142857143, "cap (overhead)"},
        {"budget", "fixed", 5, 10, "min_interval (one step)"},
    };
    const char *bound_by;
    struct chain c = {0};
    struct cairn_shape shape = shape_of(2, 10);
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_null(pair_plan(&c, rows[i].outer, rows[i].inner, rows[i].first, &shape));
        assert_int_equal(interval_of_chain(&c, &bound_by), S(rows[i].expected));
        assert_true((bound_by != NULL) == (rows[i].bound_by != NULL));
        if (bound_by)
            assert_string_equal(bound_by, rows[i].bound_by);
    }
    assert_null(pair_plan(&c, "cap", "none", 0, &shape));
    assert_true(interval_of_chain(&c, &bound_by) == CAIRN_NEVER);
    struct cairn_controller_class silent = *cairn_controller_find("fixed");
    silent.interval = NULL;
    assert_null(pair_plan(&c, "cap", "fixed", 20, &shape));
    c.links[1].controller = &silent;
    assert_null(c.links[0].controller->plan(c.values[0], &shape, c.plan));
    assert_int_equal(interval_of_chain(&c, &bound_by), 0);
}

/* ---- blocks ---------------------------------------------------------------------------------- */

static int counting_observe(const void *plan, void *state, const struct cairn_happening *happening,
                            uint64_t n)
{
    (void)plan;
    assert_int_equal(happening->kind, CAIRN_HEAR_FAILURE);
    assert_int_equal((uintptr_t)state % 16, 0);
    *(uint64_t *)state += n;
    return 1;
}

static double counting_claims(const void *plan, const void *state)
{
    (void)plan;
    return (double)*(const uint64_t *)state;
}

/* A controller that counts failures, `names` around it: what it hears reaches its own state, which
 * is aligned, its answer comes back, and nothing else reaches it. */
static void check_hearing(const char *const *names, size_t count)
{
    struct chain c = {0};
    struct cairn_shape shape = shape_of(1, 0);
    struct cairn_controller_class counting = *cairn_controller_find("none");
    assert_null(chain_plan(&c, names, 0, &shape));
    const struct cairn_controller_class *outer = c.links[0].controller;
    assert_true(isnan(outer->claimed(c.plan, c.state)));
    counting.hears = CAIRN_HEARS(CAIRN_HEAR_FAILURE);
    counting.observe = counting_observe;
    counting.claimed = counting_claims;
    counting.state_size = 8;
    c.links[count].controller = &counting;
    assert_null(outer->plan(c.values[0], &shape, c.plan));
    cairn_state_init(outer, c.plan, c.state);
    uint32_t hears = cairn_hears(outer, c.plan);
    assert_true(hears & CAIRN_HEARS(CAIRN_HEAR_FAILURE));
    assert_int_equal(hears & outer->hears, outer->hears);
    for (uint32_t kind = CAIRN_HEAR_CHECKPOINT_DONE; kind <= CAIRN_HEAR_FAILURE; kind++) {
        struct cairn_happening h = {.size = sizeof h, .abi = 1, .kind = kind, .cost = S(1)};
        if (hears & CAIRN_HEARS(kind))
            assert_int_equal(outer->observe(c.plan, c.state, &h, 1), kind == CAIRN_HEAR_FAILURE);
    }
    assert_true(outer->claimed(c.plan, c.state) == 1);
}

static void hearing_passes_through_up_to_four_decorators(void **state)
{
    static const char *const names[] = {"budget", "cap", "ratio", "pause", "none", NULL};
    (void)state;
    for (size_t from = 0; from < 4; from++)
        check_hearing(names + from, 4 - from);
}

/* Four around a controller are taken, five are not; an inner refusal comes out in its words. */
static void depth_and_refusals(void **state)
{
    static const char *const four[] = {"cap", "cap", "cap", "cap", "young", NULL};
    static const char *const five[] = {"cap", "cap", "cap", "cap", "cap", "young", NULL};
    static const char *const steps[] = {"cap", "pause", "every", NULL};
    struct chain c = {0};
    struct cairn_shape shape = shape_of(1, 0);
    (void)state;
    assert_int_equal(DECORATOR_DEPTH, LIMIT_DECORATORS);
    assert_null(chain_plan(&c, four, 50, &shape));
    assert_string_equal(chain_plan(&c, five, 50, &shape),
                        "more than 4 controllers around a controller");
    assert_string_equal(chain_plan(&c, steps, 4, &shape),
                        "needs steps to count: give workload.group.step");
}

/* ---- timelines ------------------------------------------------------------------------------- */

/* `outer` around `inner`; their first parameters, in the parameter's own unit. */
static void use(struct kit *k, const char *outer, double a, const char *inner, double b)
{
    const struct cairn_controller_class *in = cairn_controller_find(inner);
    kit_use(k, outer);
    chosen_fill(in, 50, k->chosen.inner_values);
    chosen_tie(&k->chosen, inner);
    memcpy(k->spec.controller.values, k->chosen.values, sizeof k->chosen.values);
    bool is_duration = k->spec.controller.class->params[0].unit == CAIRN_DURATION;
    k->spec.controller.values[0] =
        (struct cairn_value){.i = is_duration ? S(a) : (int64_t)a, .x = a};
    k->chosen.inner_values[0] =
        (struct cairn_value){.i = in->params[0].unit == CAIRN_DURATION ? S(b) : (int64_t)b, .x = b};
}

static void plain(struct kit *k, double work, double cost, double step)
{
    kit_init(k);
    kit_costs(k, work, cost, 1);
    k->spec.group.step = S(step);
    k->spec.group.final_checkpoint = false;
}

/* 25 s of pause: divisible work at 25, 50 and 75; steps of 10 at 30, 60 and 90. every 4 steps with
 * 45 s: due at 40, taken at 50; due at 80, taken at 100; due at 120, taken at 150. */
static void pause_postpones_to_the_earliest_moment(void **state)
{
    struct kit k;
    (void)state;
    plain(&k, 100, 5, 0);
    use(&k, "pause", 25, "fixed", 10);
    kit_check(&k, .makespan = 115, .useful = 100, .checkpoint = 15, .taken = 3, .completed = 3);
    plain(&k, 100, 5, 10);
    use(&k, "pause", 25, "every", 1);
    kit_check(&k, .makespan = 115, .useful = 100, .checkpoint = 15, .taken = 3, .completed = 3);
    plain(&k, 200, 5, 10);
    use(&k, "pause", 45, "every", 4);
    kit_check(&k, .makespan = 215, .useful = 200, .checkpoint = 15, .taken = 3, .completed = 3);
}

/* One checkpoint, aborted by an outage at 12 s, is all that a budget of one had. */
static void an_aborted_checkpoint_counts(void **state)
{
    struct kit k;
    (void)state;
    for (int is_struck = 0; is_struck < 2; is_struck++) {
        plain(&k, 100, 5, 0);
        use(&k, "budget", 1, "fixed", 10);
        if (!is_struck) {
            kit_check(&k, .makespan = 105, .useful = 100, .checkpoint = 5, .taken = 1,
                      .completed = 1);
            continue;
        }
        kit_outage(&k, 0, 12, 12);
        kit_check(&k, .makespan = 113, .useful = 100, .checkpoint = 2, .lost = 10, .restore = 1,
                  .aborted = 2, .struck = 1, .taken = 1, .aborts = 1);
    }
}

/* 7 s at 3.5 % is once in 200 s: the k-th is over at 200 k, to the nanosecond, after 193 k of work.
 * 10000 s of work hold 51 of them. The interval of 1000 s is not touched. */
static void cap_takes_the_earliest_allowed_moments(void **state)
{
    struct kit k;
    (void)state;
    plain(&k, 10000, 7, 0);
    use(&k, "cap", 0.035, "fixed", 1);
    kit_check(&k, .makespan = 10357, .useful = 10000, .checkpoint = 357, .taken = 51,
              .completed = 51);
    plain(&k, 193, 7, 0); /* one ns of work more, and there is one */
    use(&k, "cap", 0.035, "fixed", 1);
    kit_check(&k, .makespan = 193, .useful = 193);
    k.spec.group.work++;
    assert_int_equal(kit_run(&k, 0, GROUP_CONTROLLED).makespan, S(200) + 1);
    plain(&k, 10000, 7, 0);
    use(&k, "cap", 0.035, "fixed", 1000);
    kit_check(&k, .makespan = 10063, .useful = 10000, .checkpoint = 63, .taken = 9, .completed = 9);
}

/* ---- K12: Tune's period ---------------------------------------------------------------------- */

/* max(10, 19 t) exactly, for t = 0 and on, random ones up to 4.5 h and, where a double still holds
 * 19 t, 39 h; t is at most 5 % of t + period. */
static void row_k12_ratio_keeps_tunes_period(void **state)
{
    struct chain c = {0};
    struct cairn_shape shape = shape_of(1, 0);
    uint64_t random = seed;
    (void)state;
    assert_null(pair_plan(&c, "ratio", "fixed", 1, &shape));
    for (int64_t i = 0; i < 10000; i++) {
        int64_t t = i < 1000 ? i * 1000003 : (int64_t)(kit_random(&random) >> (17 + i % 40));
        int64_t period = t * 19 > S(10) ? t * 19 : S(10);
        struct cairn_situation s = situation_at(5e6, 1);
        struct cairn_verdict v = {.size = sizeof v, .abi = CAIRN_CONTROLLER_ABI};
        s.last_cost = t;
        s.wall_since = S(1);
        c.links[0].controller->decide(c.plan, c.state, &s, &v);
        assert_true(v.action == CAIRN_SKIP && v.ask == CAIRN_ASK_TIME);
        int64_t waits = v.at - (s.now - s.wall_since);
        assert_int_equal(waits, period);
        assert_true(20 * (__int128)t <= (__int128)t + waits);
    }
}

/* 1.5 times 3 ns, rounded up: the overhead is never more than was said. */
static void ratio_rounds_its_pause_up(void **state)
{
    struct chain c = {0};
    struct cairn_shape shape = shape_of(1, 0);
    (void)state;
    assert_null(pair_plan(&c, "ratio", "fixed", 1, &shape));
    c.values[0][0] = chosen_seconds(0);
    c.values[0][1].x = 1.5;
    assert_null(c.links[0].controller->plan(c.values[0], &shape, c.plan));
    for (int64_t wall = 4; wall <= 5; wall++) {
        struct cairn_situation s = situation_at(100, 10);
        struct cairn_verdict v = {.size = sizeof v, .abi = CAIRN_CONTROLLER_ABI};
        s.last_cost = 3;
        s.wall_since = wall;
        c.links[0].controller->decide(c.plan, c.state, &s, &v);
        assert_int_equal(v.action, wall < 5 ? CAIRN_SKIP : CAIRN_CHECKPOINT);
    }
}

/* By itself, as a user would write `controller: ratio`: one after 10 s, then t of each 20 t. */
static void row_k12_ratio_costs_five_percent_in_simulation(void **state)
{
    static const double costs[] = {0.001, 0.1, 0.5, 10.0 / 19, 0.6, 1, 10, 31.25, 400};
    (void)state;
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        struct kit k;
        plain(&k, 20000, costs[i], 0);
        use(&k, "ratio", 10, "fixed", 1);
        struct record r = kit_run(&k, 0, GROUP_CONTROLLED), s = kit_run(&k, 0, GROUP_NO_SKIP);
        assert_true(kit_same_record(&r, &s));
        int64_t t = S(costs[i]), period = t * 19 > S(10) ? t * 19 : S(10);
        int64_t more = (k.spec.group.work - S(10) - 1) / period;
        assert_int_equal(r.taken, 1 + more);
        assert_int_equal(r.makespan, k.spec.group.work + (1 + more) * t);
        assert_true(20 * more * t <= r.makespan - S(10) - t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_waits_until_it_may_be_taken),
        cmocka_unit_test(what_had_to_wait_is_owed_until_a_restore),
        cmocka_unit_test(repeat_is_passed_on_where_it_stays_true),
        cmocka_unit_test(a_cap_that_is_exceeded_promises_nothing),
        cmocka_unit_test(intervals_pass_through_where_they_are_true),
        cmocka_unit_test(hearing_passes_through_up_to_four_decorators),
        cmocka_unit_test(depth_and_refusals),
        cmocka_unit_test(pause_postpones_to_the_earliest_moment),
        cmocka_unit_test(an_aborted_checkpoint_counts),
        cmocka_unit_test(cap_takes_the_earliest_allowed_moments),
        cmocka_unit_test(row_k12_ratio_keeps_tunes_period),
        cmocka_unit_test(ratio_rounds_its_pause_up),
        cmocka_unit_test(row_k12_ratio_costs_five_percent_in_simulation),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
