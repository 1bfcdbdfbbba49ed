/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: chain takes its checkpoints where the dynamic programme says, and the programme is right.
 * Method: the reference table to 1e-12; every subset of steps of random chains of up to 12 steps,
 * with and without a budget; long chains against a plain double loop that never stops early; then
 * the controller's verdicts, step by step, and its refusals. */
#include "policies/controllers/chain.h"
#include "tests/policies/controllers/vectors.h"
#include "tests/sim/model/kit.h"

enum { MOST = 3000 };

static uint64_t seed = 1;
static _Alignas(8) unsigned char scratch[4 << 20];

static double solve(const struct chain *chain, uint32_t budget, unsigned char *marks)
{
    assert_true(chain_scratch(chain->count, budget) <= sizeof scratch);
    memset(marks, 7, chain->count);
    return chain_solve(chain, budget, marks, scratch);
}

static void assert_close(double got, double want, double error)
{
    if (!(fabs(got - want) <= error * fabs(want)))
        fail_msg("%.17g instead of %.17g", got, want);
}

/* ---- the reference table --------------------------------------------------------------------- */

static void read_steps(const struct vector *row, struct chain_step *steps, struct chain *chain)
{
    const json_t *work = json_object_get(row->params, "w");
    const json_t *costs = json_object_get(row->params, "C");
    const json_t *restores = json_object_get(row->params, "R");
    *chain = (struct chain){.mtbf = vectors_number(row, "mu"),
                            .downtime = vectors_number(row, "D"),
                            .initial_restore = vectors_number(row, "R0"),
                            .count = (uint32_t)json_array_size(work),
                            .has_final_checkpoint = vectors_number(row, "final_ckpt") != 0,
                            .steps = steps};
    assert_true(chain->count > 0 && chain->count <= 12);
    for (uint32_t i = 0; i < chain->count; i++)
        steps[i] = (struct chain_step){json_number_value(json_array_get(work, i)),
                                       json_number_value(json_array_get(costs, i)),
                                       json_number_value(json_array_get(restores, i))};
}

static void assert_marks(const struct vector *row, const unsigned char *marks, uint32_t count)
{
    const char *want = strstr(row->fields[VECTORS_NOTE], "marks=");
    assert_non_null(want);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(marks[i], want[6 + i] - '0');
}

static void check_row(const struct vector *row)
{
    struct chain_step steps[12];
    struct chain chain;
    unsigned char marks[12];
    const char *quantity = row->fields[VECTORS_QUANTITY], *most = strstr(quantity, "at most ");
    read_steps(row, steps, &chain);
    if (strncmp(quantity, "optimum", 7) == 0) {
        uint32_t budget = most ? (uint32_t)strtoul(most + 8, NULL, 10) : CHAIN_UNLIMITED;
        assert_close(solve(&chain, budget, marks), row->value, 1e-12);
        assert_close(chain_expected(&chain, marks), row->value, 1e-12);
        assert_marks(row, marks, chain.count);
    } else {
        memset(marks, strstr(quantity, "every") != NULL, sizeof marks);
        assert_close(chain_expected(&chain, marks), row->value, 1e-12);
    }
}

static void rows_of_the_reference_table_come_out(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("chain_dp", check_row), 13);
}

/* ---- brute force ----------------------------------------------------------------------------- */

/* Random steps; now and then a cost of 0, a step far longer than the MTBF, or no failures. */
static void draw(struct chain *chain, struct chain_step *steps, uint32_t count, uint64_t *random)
{
    double mtbf = exp(kit_between(random, log(5), log(5000)));
    *chain = (struct chain){.mtbf = kit_below(random, 20) ? mtbf : (double)INFINITY,
                            .downtime = kit_between(random, 0, 9) * kit_below(random, 2),
                            .initial_restore = kit_between(random, 0, 20) * kit_below(random, 2),
                            .count = count,
                            .has_final_checkpoint = kit_below(random, 2),
                            .steps = steps};
    bool is_even = kit_below(random, 2); /* or costs that differ by a factor of a thousand */
    for (uint32_t i = 0; i < count; i++)
        steps[i] = (struct chain_step){
            exp(kit_between(random, log(is_even ? 10 : 0.1), log(is_even ? 30 : 100))),
            is_even ? 3 : exp(kit_between(random, log(0.1), log(100))) * kit_below(random, 8),
            kit_between(random, 0, 30)};
}

static uint32_t marked(const unsigned char *marks, uint32_t count)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i + 1 < count; i++)
        sum += marks[i];
    return sum;
}

/* Least over all subsets of at most `budget` steps but the last. */
static double least(const struct chain *chain, uint32_t budget)
{
    double best = (double)INFINITY;
    unsigned char marks[12] = {0};
    for (uint32_t set = 0; set < 1u << (chain->count - 1); set++) {
        for (uint32_t i = 0; i + 1 < chain->count; i++)
            marks[i] = set >> i & 1;
        if (marked(marks, chain->count) > budget)
            continue;
        double expected = chain_expected(chain, marks);
        best = expected < best ? expected : best;
    }
    return best;
}

static void no_subset_is_better(void **state)
{
    uint64_t random = seed, taken = 0;
    (void)state;
    for (unsigned i = 0; i < 400; i++) {
        struct chain chain;
        struct chain_step steps[12];
        unsigned char marks[12];
        draw(&chain, steps, 1 + kit_below(&random, 12), &random);
        for (unsigned j = 0; j < 4; j++) {
            uint32_t budget = j ? kit_below(&random, chain.count) : CHAIN_UNLIMITED;
            double got = solve(&chain, budget, marks);
            assert_close(got, least(&chain, budget), 1e-12);
            assert_close(chain_expected(&chain, marks), got, 1e-12);
            assert_true(marked(marks, chain.count) <= budget);
            assert_int_equal(marks[chain.count - 1], chain.has_final_checkpoint);
            taken += marked(marks, chain.count);
        }
    }
    print_message("    %u checkpoints in 1600 optima\n", (unsigned)taken);
    assert_true(taken > 1600);
}

/* ---- long chains ----------------------------------------------------------------------------- */

/* The recursion as it is written, all i for all j. */
static double plain(const struct chain *chain)
{
    static double best[MOST + 1], before[MOST + 1];
    best[0] = before[0] = 0;
    for (uint32_t j = 1; j <= chain->count; j++) {
        before[j] = before[j - 1] + chain->steps[j - 1].work;
        best[j] = (double)INFINITY;
        double cost =
            j < chain->count || chain->has_final_checkpoint ? chain->steps[j - 1].checkpoint : 0;
        for (uint32_t i = 0; i < j; i++) {
            double restore = i ? chain->steps[i - 1].restore : chain->initial_restore;
            double time = exp(restore / chain->mtbf) * (chain->mtbf + chain->downtime) *
                          expm1((before[j] - before[i] + cost) / chain->mtbf);
            best[j] = best[i] + time < best[j] ? best[i] + time : best[j];
        }
    }
    return best[chain->count];
}

static void looking_back_stops_without_missing_anything(void **state)
{
    static struct chain_step steps[MOST];
    static unsigned char marks[MOST];
    uint64_t random = seed ^ 5;
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        struct chain chain;
        do
            draw(&chain, steps, MOST - kit_below(&random, 2000), &random);
        while (!isfinite(chain.mtbf));
        assert_close(solve(&chain, CHAIN_UNLIMITED, marks), plain(&chain), 1e-11);
        assert_true(marked(marks, chain.count) > 0);
    }
}

/* Equal steps, many: as often as the exact interval says, to a step. M = 10000, C = 50: 983.3 s of
 * work, so 98 steps of 10 s. */
static void equal_steps_give_the_exact_interval(void **state)
{
    static struct chain_step steps[MOST];
    static unsigned char marks[MOST];
    (void)state;
    for (uint32_t i = 0; i < MOST; i++)
        steps[i] = (struct chain_step){10, 50, 50};
    struct chain chain = {.mtbf = 10000,
                          .downtime = 5,
                          .initial_restore = 50,
                          .count = MOST,
                          .has_final_checkpoint = 1,
                          .steps = steps};
    assert_close(solve(&chain, CHAIN_UNLIMITED, marks), plain(&chain), 1e-12);
    uint32_t last = 0;
    for (uint32_t i = 0; i < MOST; i++) {
        if (!marks[i])
            continue;
        assert_in_range(i + 1 - last, 94, 101);
        last = i + 1;
    }
    assert_int_equal(last, MOST);
}

/* ---- the controller -------------------------------------------------------------------------- */

static const struct cairn_stage stages[] = {
    {"load", 1, 50 * SIMTIME_SECOND, 5 * SIMTIME_SECOND, 5 * SIMTIME_SECOND},
    {"epoch", 3, 100 * SIMTIME_SECOND, 4 * SIMTIME_SECOND, 6 * SIMTIME_SECOND},
    {"evaluate", 2, 30 * SIMTIME_SECOND, 1 * SIMTIME_SECOND, 2 * SIMTIME_SECOND},
};
static const struct spec_stage_start starts[] = {
    {0, 0}, {1, 50 * SIMTIME_SECOND}, {4, 350 * SIMTIME_SECOND}, {6, 410 * SIMTIME_SECOND}};

static void stage(struct kit *k, double mtbf, int64_t budget)
{
    kit_init(k);
    kit_costs(k, 410, 3, 4);
    k->spec.group.stages = stages;
    k->spec.group.stages_count = 3;
    k->spec.group.starts = starts;
    k->spec.group.downtime = S(2);
    kit_use(k, "chain");
    kit_set_seconds(k, "mtbf", mtbf);
    kit_set_count(k, "budget", budget);
}

/* The marks that it follows, asked at each step end. */
static void verdicts(const struct kit *k, unsigned char marks[6])
{
    for (int64_t i = 0, next = 0; i < 6; i++) {
        struct cairn_situation s = {
            .size = sizeof s, .abi = CAIRN_CONTROLLER_ABI, .step_index = i + 1, .steps_since = 1};
        struct cairn_verdict v = {.size = sizeof v, .abi = CAIRN_CONTROLLER_ABI};
        k->spec.controller.class->decide(kit_bytes, NULL, &s, &v);
        marks[i] = v.action == CAIRN_CHECKPOINT;
        if (next > i)
            assert_int_equal(marks[i], next == i + 1);
        next = v.ask == CAIRN_ASK_STEP ? v.at : 0;
        s.steps_since = 0; /* just restored from the very checkpoint */
        k->spec.controller.class->decide(kit_bytes, NULL, &s, &v);
        assert_int_equal(v.action, CAIRN_SKIP);
        assert_true(v.ask == CAIRN_ASK_NEVER || v.at > i + 1);
    }
}

static void stages_are_marked_as_the_programme_says(void **state)
{
    uint32_t most = 0;
    (void)state;
    for (int64_t budget = 0; budget < 5; budget++) {
        struct chain_step steps[6] = {{50, 5, 5},  {100, 4, 6}, {100, 4, 6},
                                      {100, 4, 6}, {30, 1, 2},  {30, 1, 2}};
        struct chain chain = {.mtbf = 300,
                              .downtime = 2,
                              .initial_restore = 4,
                              .count = 6,
                              .has_final_checkpoint = 1,
                              .steps = steps};
        struct kit k;
        unsigned char want[6], got[6];
        stage(&k, 300, budget);
        assert_null(kit_plan(&k));
        solve(&chain, budget ? (uint32_t)budget : CHAIN_UNLIMITED, want);
        want[5] = 0; /* the last one is the job's own */
        verdicts(&k, got);
        assert_memory_equal(got, want, 6);
        most = marked(want, 6) > most ? marked(want, 6) : most;
    }
    assert_true(most >= 3);
}

/* With a budget of 1 and an MTBF of 300 s the one mark is after step 3 (250 s of work), complete at
 * 254 s. A failure at 300 s: 46 s of work are lost; 2 s down, 6 s restore, and on, without a second
 * checkpoint there, to the final one. */
static void a_failure_goes_on_from_the_marked_step(void **state)
{
    struct kit k;
    (void)state;
    stage(&k, 300, 1);
    kit_outage(&k, 0, 300, 300);
    kit_check(&k, .makespan = 300 + 8 + 160 + 1, .useful = 410, .checkpoint = 5, .lost = 46,
              .restart = 2, .restore = 6, .struck = 1, .taken = 2, .completed = 2, .restored = 1);
}

/* A job of 25 s in steps of 10: the third step is short, and there are no more than three. */
static void work_that_does_not_divide_has_a_short_last_step(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_costs(&k, 25, 1, 0);
    k.spec.group.step = S(10);
    kit_use(&k, "chain");
    kit_set_seconds(&k, "mtbf", 4);
    kit_check(&k, .makespan = 28, .useful = 25, .checkpoint = 3, .taken = 3, .completed = 3);
}

static void refusals_say_what_to_use_instead(void **state)
{
    static const struct {
        double work, step;
        int64_t budget;
        const char *words;
    } rows[] = {
        {1000, 0, 0, "stages"},       {0, 10, 0, "how much work"},     {20000, 1, 0, NULL},
        {20000.5, 1, 0, "use exact"}, {20000, 1, 1, "smaller budget"}, {1000, 1, 399, NULL},
        {1000, 1, 400, "budget"},     {500, 1, 1000000, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct kit k;
        kit_init(&k);
        kit_costs(&k, rows[i].work, 1, 1);
        k.spec.group.step = S(rows[i].step);
        kit_use(&k, "chain");
        kit_set_seconds(&k, "mtbf", 5000);
        kit_set_count(&k, "budget", rows[i].budget);
        const char *refusal = kit_plan(&k);
        assert_int_equal(refusal != NULL, rows[i].words != NULL);
        if (refusal && !strstr(refusal, rows[i].words))
            fail_msg("%s", refusal);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_the_reference_table_come_out),
        cmocka_unit_test(no_subset_is_better),
        cmocka_unit_test(looking_back_stops_without_missing_anything),
        cmocka_unit_test(equal_steps_give_the_exact_interval),
        cmocka_unit_test(stages_are_marked_as_the_programme_says),
        cmocka_unit_test(a_failure_goes_on_from_the_marked_step),
        cmocka_unit_test(work_that_does_not_divide_has_a_short_last_step),
        cmocka_unit_test(refusals_say_what_to_use_instead),
    };
    seed = support_seed(1);
    return cmocka_run_group_tests_name("controllers/chain", tests, NULL, NULL);
}
