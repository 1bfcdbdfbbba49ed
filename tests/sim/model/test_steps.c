/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: work is cut into steps as the scenario says, checkpoints cost what their stage says, and a
 * controller hears of every step once, with its name and time. Method: arithmetic against counting
 * by hand; timelines worked out in the comments; a controller of the test's own that writes down
 * what it hears and answers as it is told. */
#include "sim/model/steps.h"
#include "tests/sim/model/kit.h"

/* load 4 s; three epochs of 10 s, checkpoint 2 s, restore 3 s; evaluate 1 s. In all 35 s. */
static const struct cairn_stage stages[] = {
    {"load", 1, INT64_C(4000000000), INT64_C(1000000000), INT64_C(1000000000)},
    {"epoch", 3, INT64_C(10000000000), INT64_C(2000000000), INT64_C(3000000000)},
    {"evaluate", 1, INT64_C(1000000000), INT64_C(1000000000), INT64_C(1000000000)},
};
static const struct spec_stage_start starts[] = {
    {0, 0}, {1, INT64_C(4000000000)}, {4, INT64_C(34000000000)}, {5, INT64_C(35000000000)}};

static void use_stages(struct kit *k)
{
    kit_costs(k, 35, 1, 1);
    k->spec.group.stages_count = 3;
    k->spec.group.stages = stages;
    k->spec.group.starts = starts;
}

/* ---- arithmetic ------------------------------------------------------------------------------ */

static void stages_are_cut_where_they_add_up(void **state)
{
    static const struct {
        double work, floor, ceil;
        int64_t index;
        double checkpoint, restore;
    } rows[] = {
        {0, 0, 0, 0, 1, 1},    {3.9, 0, 4, 0, 1, 1},    {4, 4, 4, 1, 1, 1},
        {4.1, 4, 14, 1, 1, 1}, {14, 14, 14, 2, 2, 3},   {23.9, 14, 24, 2, 2, 3},
        {34, 34, 34, 4, 2, 3}, {34.5, 34, 35, 4, 2, 3}, {35, 35, 35, 5, 1, 1},
    };
    struct kit k;
    (void)state;
    kit_init(&k);
    use_stages(&k);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct spec *s = &k.spec;
        assert_int_equal(steps_index(s, S(rows[i].work)), rows[i].index);
        assert_int_equal(steps_floor(s, S(rows[i].work)), S(rows[i].floor));
        assert_int_equal(steps_ceil(s, S(rows[i].work)), S(rows[i].ceil));
        assert_int_equal(steps_checkpoint_cost(s, S(rows[i].work)), S(rows[i].checkpoint));
        assert_int_equal(steps_restore_cost(s, S(rows[i].work)), S(rows[i].restore));
        assert_int_equal(steps_end(s, rows[i].index), S(rows[i].floor));
    }
    assert_int_equal(steps_end(&k.spec, 6), SIMTIME_NEVER);
    assert_string_equal(steps_stage(&k.spec, 3)->name, "epoch");
    assert_false(steps_cost_alike(&k.spec));
}

/* One stage of n equal steps is the same as `step`; divisible work has none. */
static void a_single_stage_is_the_same_as_equal_steps(void **state)
{
    const struct cairn_stage one[] = {{"step", 7, S(5), S(1), S(2)}};
    const struct spec_stage_start its_starts[] = {{0, 0}, {7, S(35)}};
    struct kit equal, staged, divisible;
    (void)state;
    kit_init(&equal);
    kit_costs(&equal, 35, 1, 2);
    divisible = staged = equal;
    equal.spec.group.step = S(5);
    staged.spec.group.stages_count = 1;
    staged.spec.group.stages = one;
    staged.spec.group.starts = its_starts;
    divisible.spec.group.is_divisible = true;
    for (double work = 0; work <= 35; work += 0.25) {
        assert_int_equal(steps_index(&equal.spec, S(work)), steps_index(&staged.spec, S(work)));
        assert_int_equal(steps_ceil(&equal.spec, S(work)), steps_ceil(&staged.spec, S(work)));
        assert_int_equal(steps_index(&divisible.spec, S(work)), 0);
        assert_int_equal(steps_ceil(&divisible.spec, S(work)), S(work));
    }
    kit_use(&equal, "every");
    kit_set_count(&equal, "n", 2);
    kit_use(&staged, "fixed");
    kit_set_seconds(&staged, "interval", 10);
    kit_outage(&equal, 0, 27, 27);
    kit_outage(&staged, 0, 27, 27);
    struct record a = kit_run(&equal, 0, GROUP_CONTROLLED),
                  b = kit_run(&staged, 0, GROUP_CONTROLLED);
    assert_int_equal(a.struck, 1);
    assert_true(kit_same_record(&a, &b));
}

/* ---- costs ----------------------------------------------------------------------------------- */

/* A checkpoint after every 10 s of work, at step ends: after epoch 1 at work 14 (t 14-16), epoch 2
 * at 24 (t 26-28), epoch 3 at 34 (t 38-40). Struck at 39: that one aborts after 1 s, 10 s are lost,
 * restore 3 s (as epochs cost), from 42 again epoch 3 to 52, checkpoint to 54, evaluate to 55, the
 * final checkpoint costs evaluate's 1 s: 56. */
static void a_checkpoint_costs_what_its_stage_says(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    use_stages(&k);
    kit_fixed(&k, 10);
    kit_outage(&k, 0, 39, 39);
    kit_check(&k, .makespan = 56, .useful = 35, .checkpoint = 2 + 2 + 1 + 2 + 1, .lost = 10,
              .restore = 3, .aborted = 1, .struck = 1, .taken = 5, .completed = 4, .aborts = 1,
              .restored = 1);
}

/* ---- what a controller hears ----------------------------------------------------------------- */

enum { HEARD = 64 };
static struct {
    char text[HEARD][64];
    int count, asked;
    bool calls; /* it wants to be asked whenever it hears of a step */
} heard;

static int scribe_observe(const void *plan, void *state, const struct cairn_happening *h,
                          uint64_t n)
{
    (void)plan, (void)state;
    if (h->kind == CAIRN_HEAR_STEP && heard.count < HEARD)
        snprintf(heard.text[heard.count++], sizeof heard.text[0], "%.9g %s %.9g x%d #%d",
                 simtime_seconds(h->now), h->name, simtime_seconds(h->cost), (int)n, (int)h->steps);
    return heard.calls;
}

/* Asked at work 20 and then no more, but when it calls. */
static void scribe_decide(const void *plan, void *state, const struct cairn_situation *s,
                          struct cairn_verdict *v)
{
    (void)plan, (void)state;
    heard.asked++;
    v->ask = s->work_since < S(20) ? CAIRN_ASK_WORK : CAIRN_ASK_NEVER;
    v->at = S(20);
}

static const char *scribe_plan(const struct cairn_value *v, const struct cairn_shape *s, void *p)
{
    (void)v, (void)s, (void)p;
    return NULL;
}

static void scribe_describe(const void *plan, const struct cairn_verdict *v, char *bytes,
                            size_t size)
{
    (void)plan, (void)v;
    snprintf(bytes, size, "-");
}

static const struct cairn_param no_params[] = {{.name = NULL}};
static const struct cairn_controller_class scribe = {
    .size = sizeof scribe,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "scribe",
    .summary = "writes down",
    .params = no_params,
    .hears = CAIRN_HEARS(CAIRN_HEAR_STEP),
    .plan = scribe_plan,
    .decide = scribe_decide,
    .observe = scribe_observe,
    .describe = scribe_describe,
};

static void listen(struct kit *k, bool calls, const char *const *expected)
{
    memset(&heard, 0, sizeof heard);
    heard.calls = calls;
    k->spec.controller.class = &scribe;
    kit_run(k, 0, GROUP_CONTROLLED);
    for (int i = 0; expected[i] || i < heard.count; i++) {
        if (i >= heard.count || !expected[i] || strcmp(heard.text[i], expected[i]) != 0)
            fail_msg("heard '%s' as number %d, not '%s'",
                     i < heard.count ? heard.text[i] : "nothing", i,
                     expected[i] ? expected[i] : "nothing");
    }
}

/* Struck at 20, in the second epoch: with no checkpoint all begins again after 1 s. Asked first at
 * 0 and at 24 (the end of the epoch in which 20 s of work are reached), so the steps of a stretch
 * come together. */
static void every_step_is_told_once_with_name_and_time(void **state)
{
    static const char *const expected[] = {"4 load 4 x1 #1",
                                           "14 epoch 10 x1 #2",
                                           "25 load 4 x1 #1",
                                           "45 epoch 10 x2 #3",
                                           "55 epoch 10 x1 #4",
                                           "56 evaluate 1 x1 #5",
                                           NULL};
    struct kit k;
    (void)state;
    kit_init(&k);
    use_stages(&k);
    k.spec.group.final_checkpoint = false;
    kit_outage(&k, 0, 20, 20);
    listen(&k, false, expected);
}

static void taker_decide(const void *plan, void *state, const struct cairn_situation *s,
                         struct cairn_verdict *v)
{
    (void)plan, (void)state;
    heard.asked++;
    v->action = s->work_since >= S(20) ? CAIRN_CHECKPOINT : CAIRN_SKIP;
    v->ask = s->work_done < S(20) ? CAIRN_ASK_WORK : CAIRN_ASK_NEVER;
    v->at = S(20);
}

/* Asked at 0 and at work 24, where it takes a checkpoint and wants no more questions; but when it
 * hears that the checkpoint is done, it calls, and is asked at once. */
static void observe_can_call_for_a_decision(void **state)
{
    (void)state;
    for (int calls = 0; calls < 2; calls++) {
        struct kit k;
        kit_init(&k);
        use_stages(&k);
        memset(&heard, 0, sizeof heard);
        heard.calls = calls;
        struct cairn_controller_class taker = scribe;
        taker.hears = CAIRN_HEARS(CAIRN_HEAR_CHECKPOINT_DONE);
        taker.decide = taker_decide;
        k.spec.controller.class = &taker;
        struct record r = kit_run(&k, 0, GROUP_CONTROLLED);
        assert_int_equal(r.completed, 2); /* and the final one */
        assert_int_equal(heard.asked, 2 + calls);
    }
}

/* Slowed to half speed from 5 to 15 by a checkpoint that persists: the step of 4 s of work that
 * begins at 5 takes 8 s, the next one 2 s at half speed and 3 s at full. */
static void a_slowed_step_takes_its_wall_time(void **state)
{
    static const char *const expected[] = {"4 step 4 x1 #1", "13 step 8 x1 #2", "18 step 5 x1 #3",
                                           NULL};
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 12, 1, 1);
    k.spec.group.step = S(4);
    k.spec.group.persist = S(10);
    k.spec.group.interference_ppm = 500000;
    k.spec.group.final_checkpoint = false;
    kit_fixed(&k, 4);
    struct cairn_controller_class fixed = *k.spec.controller.class;
    fixed.hears = CAIRN_HEARS(CAIRN_HEAR_STEP);
    fixed.observe = scribe_observe;
    memset(&heard, 0, sizeof heard);
    k.spec.group.in_flight = IN_FLIGHT_SKIP;
    k.spec.controller.class = &fixed;
    kit_run(&k, 0, GROUP_CONTROLLED);
    for (int i = 0; expected[i]; i++)
        assert_string_equal(heard.text[i], expected[i]);
}

/* Work 10, checkpoint 2: done at 12, 24, 36, all in one block; struck at 40. They are told when the
 * block is left, as three that ended at 36. */
static int done_observe(const void *plan, void *state, const struct cairn_happening *h, uint64_t n)
{
    (void)plan, (void)state;
    snprintf(heard.text[heard.count++ % HEARD], sizeof heard.text[0], "%.9g x%d",
             simtime_seconds(h->now), (int)n);
    return 0;
}

static void checkpoints_of_a_block_are_told_by_the_last_ones_end(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 35, 2, 1);
    kit_fixed(&k, 10);
    struct cairn_controller_class fixed = *k.spec.controller.class;
    fixed.hears = CAIRN_HEARS(CAIRN_HEAR_CHECKPOINT_DONE);
    fixed.observe = done_observe;
    k.spec.controller.class = &fixed;
    kit_outage(&k, 0, 40, 40);
    memset(&heard, 0, sizeof heard);
    kit_run(&k, 0, GROUP_CONTROLLED);
    assert_string_equal(heard.text[0], "36 x3");
    assert_true(heard.count == 2); /* and the job's last one */
}

/* ---- ages ------------------------------------------------------------------------------------ */

static struct {
    simtime born[8];
    uint32_t nodes;
    simtime now;
} seen;

static void ages_decide(const void *plan, void *state, const struct cairn_situation *s,
                        struct cairn_verdict *v)
{
    (void)plan, (void)state;
    seen.nodes = s->nodes;
    seen.now = s->now;
    for (uint32_t i = 0; i < s->nodes && i < 8; i++)
        seen.born[i] = s->born[i];
    v->ask = CAIRN_ASK_WORK;
    v->at = s->work_since + S(10);
}

/* Three new nodes, lives of 25, 25 … s: all fail at 25; a downtime of 5 s; new ones live from 30
 * on. Asked at 0, 10, 20; restored at 30 and asked there. */
static void a_replaced_node_is_born_when_the_downtime_ends(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 24, 0, 0);
    kit_workers(&k, 3, 0);
    kit_constant(&k.spec.faults.node, 25);
    k.spec.group.downtime = S(5);
    k.spec.horizon = S(32);
    k.spec.group.work = S(27);
    struct cairn_controller_class ages = scribe;
    ages.hears = CAIRN_WANTS_AGES;
    ages.observe = NULL;
    ages.decide = ages_decide;
    k.spec.controller.class = &ages;
    struct record r = kit_run(&k, 0, GROUP_CONTROLLED);
    assert_true(r.struck >= 1);
    assert_int_equal(seen.nodes, 3);
    assert_int_equal(seen.now, S(30));
    for (int i = 0; i < 3; i++)
        assert_int_equal(seen.born[i], S(30));
    k.spec.faults.initial_age = AGE_GIVEN;
    k.spec.faults.age = S(7);
    k.spec.horizon = S(15); /* asked at 0 and 10, before the nodes are 25 */
    kit_run(&k, 0, GROUP_CONTROLLED);
    assert_int_equal(seen.now, S(10));
    assert_int_equal(seen.born[1], S(-7));
}

/* In a stationary process age and residual life have the same law, and an age plus its residual
 * life is a length-biased lifetime: for the uniform law on (0, 2) s, mean age 2/3 s, of the sum
 * 4/3 s. */
static void stationary_ages_fit_the_residual_lives(void **state)
{
    enum { RUNS = 4000 };
    double age = 0;
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 0, 0);
    k.spec.faults.node.is_given = true;
    k.spec.faults.node.uptime = (struct law){.kind = LAW_UNIFORM, .low = 0, .scale = 2};
    assert_null(law_prepare(&k.spec.faults.node.uptime));
    k.spec.faults.initial_age = AGE_STATIONARY;
    k.spec.horizon = 1; /* the first question alone */
    struct cairn_controller_class ages = scribe;
    ages.hears = CAIRN_WANTS_AGES;
    ages.observe = NULL;
    ages.decide = ages_decide;
    k.spec.controller.class = &ages;
    for (uint32_t i = 0; i < RUNS; i++) {
        seen.nodes = 0;
        kit_run(&k, i, GROUP_CONTROLLED);
        assert_int_equal(seen.nodes, 1);
        age += -simtime_seconds(seen.born[0]) / RUNS;
    }
    print_message("    mean age %.4f s\n", age);
    assert_true(fabs(age - 2.0 / 3) < 4 * 0.4714 / sqrt(RUNS)); /* sd of the residual: sqrt(2)/3 */
}

/* Nodes that live 10,000 years: most are older than a time can say. They are told as 146 years old,
 * half of what it can say, so that the controller can look ahead. Asked at 0 and after each 10 s.
 */
static void ages_past_all_times_are_held(void **state)
{
    struct kit k;
    uint32_t held = 0;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 100, 0, 0);
    kit_exponential(&k.spec.faults.node, 3e11);
    k.spec.faults.initial_age = AGE_STATIONARY;
    k.spec.horizon = SIMTIME_NEVER;
    struct cairn_controller_class ages = scribe;
    ages.hears = CAIRN_WANTS_AGES;
    ages.observe = NULL;
    ages.decide = ages_decide;
    k.spec.controller.class = &ages;
    for (uint32_t i = 0; i < 50; i++) {
        kit_run(&k, i, GROUP_CONTROLLED);
        assert_int_equal(seen.now, S(90));
        assert_true(seen.born[0] <= 0 && seen.born[0] >= S(90) - SIMTIME_NEVER / 2);
        held += seen.born[0] == S(90) - SIMTIME_NEVER / 2;
    }
    assert_true(held > 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_are_cut_where_they_add_up),
        cmocka_unit_test(a_single_stage_is_the_same_as_equal_steps),
        cmocka_unit_test(a_checkpoint_costs_what_its_stage_says),
        cmocka_unit_test(every_step_is_told_once_with_name_and_time),
        cmocka_unit_test(observe_can_call_for_a_decision),
        cmocka_unit_test(a_slowed_step_takes_its_wall_time),
        cmocka_unit_test(checkpoints_of_a_block_are_told_by_the_last_ones_end),
        cmocka_unit_test(a_replaced_node_is_born_when_the_downtime_ends),
        cmocka_unit_test(ages_past_all_times_are_held),
        cmocka_unit_test(stationary_ages_fit_the_residual_lives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
