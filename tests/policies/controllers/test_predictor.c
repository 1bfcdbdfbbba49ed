/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: predictor plans the period of Aupy et al. and acts on the predictions that it should.
 * Method: periods by hand and case F01; verdicts asked one by one; timelines in integer ns. */
#include "tests/sim/model/kit.h"
#include <stdlib.h>

/* M, C, p, r and what the period should be; 0: never. */
static void periods_are_those_of_the_formula(void **state)
{
    static const struct {
        double mtbf, cost, precision, recall;
        int64_t trust;
        double period;
    } rows[] = {
        {60150, 600, 0.82, 0.85, 0, 21867.0092059279}, /* F01 */
        {100, 2, 1, 0, 0, 20},                         /* nothing is predicted: sqrt(2 M C) */
        {103, 2, 0.5, 0.75, 0, 40},                    /* (412 - 12) / 0.25 = 1600 */
        {100, 2, 0.5, 0.75, 1, 40},                    /* 400 / 0.25 */
        {100, 2, 0.01, 0.5, 0, 200},                   /* C / p: shorter, none would be trusted */
        {100, 2, 1, 1, 0, 0},                          /* all is predicted: only by predictions */
        {(double)INFINITY, 2, 0.5, 0.5, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct kit k;
        const char *bound_by;
        kit_init(&k);
        kit_costs(&k, 1e6, rows[i].cost, 0);
        kit_use(&k, "predictor");
        k.spec.controller.values[kit_param(&k, "mtbf")].x = rows[i].mtbf;
        k.spec.controller.values[kit_param(&k, "precision")].x = rows[i].precision;
        k.spec.controller.values[kit_param(&k, "recall")].x = rows[i].recall;
        kit_set_count(&k, "trust", rows[i].trust);
        assert_null(kit_plan(&k));
        simtime work = k.spec.controller.class->interval(kit_bytes, &bound_by);
        simtime wanted = rows[i].period > 0 ? S(rows[i].period - rows[i].cost) : CAIRN_NEVER;
        if (llabs(work - wanted) > 1)
            print_message("    row %zu: %.17g s\n", i, simtime_seconds(work));
        assert_true(llabs(work - wanted) <= 1);
    }
}

static void a_precision_of_nothing_is_refused(void **state)
{
    struct kit k;
    (void)state;
    kit_init(&k);
    kit_use(&k, "predictor");
    k.spec.controller.values[kit_param(&k, "precision")].x = 0;
    assert_non_null(kit_plan(&k));
}

/* 38 s of work and 2 for a checkpoint; believes in half of the predictions, and that they are three
 * quarters of the failures: those are trusted from 4 s after a checkpoint on. */
static void use(struct kit *k, int64_t window)
{
    kit_init(k);
    kit_costs(k, 200, 2, 0);
    kit_use(k, "predictor");
    kit_set_seconds(k, "mtbf", 103);
    k->spec.controller.values[kit_param(k, "precision")].x = 0.5;
    k->spec.controller.values[kit_param(k, "recall")].x = 0.75;
    kit_set_count(k, "window", window);
}

/* ---- verdicts -------------------------------------------------------------------------------- */

struct dialogue {
    const struct cairn_controller_class *class;
    _Alignas(16) unsigned char state[512];
};

static struct dialogue open(struct kit *k)
{
    struct dialogue d = {.class = k->spec.controller.class};
    assert_null(kit_plan(k));
    assert_true(cairn_state_size(d.class, kit_bytes) <= sizeof d.state);
    cairn_state_init(d.class, kit_bytes, d.state);
    return d;
}

static int tell(struct dialogue *d, uint32_t kind, double now, double from, double until)
{
    const struct cairn_happening h = {.size = sizeof h,
                                      .abi = CAIRN_CONTROLLER_ABI,
                                      .kind = kind,
                                      .now = S(now),
                                      .from = S(from),
                                      .until = S(until)};
    return d->class->observe(kit_bytes, d->state, &h, 1);
}

static void answers(struct dialogue *d, double now, double since, enum cairn_action action,
                    enum cairn_ask ask, double at, bool repeat)
{
    const struct cairn_situation s = {
        .now = S(now), .work_since = S(since), .wall_since = S(since), .expected_cost = S(2)};
    struct cairn_verdict v = {0};
    d->class->decide(kit_bytes, d->state, &s, &v);
    if (v.action != action || v.ask != ask || llabs(v.at - S(at)) > 1 || v.repeat != repeat)
        print_message("    at %g: action %u, ask %u at %" PRId64 ", repeat %u\n", now, v.action,
                      v.ask, v.at, v.repeat);
    assert_true(v.action == action && v.ask == ask && llabs(v.at - S(at)) <= 1);
    assert_int_equal(v.repeat, repeat);
}

/* A window from 30 to 50. During: sqrt(1.5 x 20 x 2 / 0.5) - 2 = 8.954 s between checkpoints. */
static void in_a_window_it_does_as_it_was_told(void **state)
{
    static const struct {
        enum cairn_ask ask;
        double at;
    } inside[] = {{CAIRN_ASK_WORK, 38}, {CAIRN_ASK_TIME, 50}, {CAIRN_ASK_WORK, 8.954451150103322}};
    (void)state;
    for (int64_t window = 0; window < 3; window++) {
        struct kit k;
        use(&k, window);
        struct dialogue d = open(&k), struck;
        answers(&d, 0, 0, CAIRN_SKIP, CAIRN_ASK_WORK, 38, true);
        assert_true(tell(&d, CAIRN_HEAR_PREDICTION, 5, 30, 50));
        answers(&d, 5, 5, CAIRN_SKIP, CAIRN_ASK_TIME, 28, false);
        answers(&d, 28, 28, CAIRN_CHECKPOINT, inside[window].ask, inside[window].at, false);
        struck = d;
        if (window == 2) {
            answers(&d, 39, 9, CAIRN_CHECKPOINT, CAIRN_ASK_WORK, 8.954451150103322, false);
            answers(&d, 46, 4, CAIRN_SKIP, CAIRN_ASK_TIME, 50, false);
        }
        answers(&d, 50, 20, CAIRN_SKIP, CAIRN_ASK_WORK, 38, true);
        assert_false(tell(&struck, CAIRN_HEAR_FAILURE, 40, 0, 0));
        answers(&struck, 42, 0, CAIRN_SKIP, CAIRN_ASK_WORK, 38, true);
    }
}

/* Told of 90, 30 and 60 in this order, it answers them in order of time; of ten, the first eight.
 */
static void several_predictions_are_kept_apart(void **state)
{
    struct kit k;
    (void)state;
    use(&k, 0);
    struct dialogue d = open(&k);
    tell(&d, CAIRN_HEAR_PREDICTION, 1, 90, 90);
    tell(&d, CAIRN_HEAR_PREDICTION, 1, 30, 30);
    tell(&d, CAIRN_HEAR_PREDICTION, 1, 60, 60);
    answers(&d, 1, 1, CAIRN_SKIP, CAIRN_ASK_TIME, 28, false);
    answers(&d, 28, 28, CAIRN_CHECKPOINT, CAIRN_ASK_TIME, 58, false);
    answers(&d, 58, 28, CAIRN_CHECKPOINT, CAIRN_ASK_TIME, 88, false);
    answers(&d, 88, 28, CAIRN_CHECKPOINT, CAIRN_ASK_WORK, 38, false);
    for (int i = 10; i > 0; i--)
        tell(&d, CAIRN_HEAR_PREDICTION, 90, 100 + 10 * i, 100 + 10 * i);
    for (int i = 1; i <= 8; i++)
        answers(&d, 98 + 10 * i, 8, CAIRN_CHECKPOINT, i < 8 ? CAIRN_ASK_TIME : CAIRN_ASK_WORK,
                i < 8 ? 108 + 10 * i : 38, false);
}

/* Steps of 6, none broken off: the one that ends from 22 s and 1 ns to 28 s is the last in time. */
static void with_steps_it_asks_a_step_earlier(void **state)
{
    struct kit k;
    (void)state;
    use(&k, 0);
    k.spec.group.step = S(6);
    struct dialogue d = open(&k);
    tell(&d, CAIRN_HEAR_PREDICTION, 5, 30, 30);
    answers(&d, 6, 6, CAIRN_SKIP, CAIRN_ASK_TIME, 22.000000001, false);
    answers(&d, 24, 24, CAIRN_CHECKPOINT, CAIRN_ASK_WORK, 38, false);
}

/* ---- timelines ------------------------------------------------------------------------------- */

/* One failure, foretold in time or not. Complete at the very instant of the failure, a checkpoint
 * counts; at 43 and 44 the regular one of 38-40 is 3 and 4 s old. */
static void it_acts_where_there_is_time_and_enough_at_stake(void **state)
{
    static const struct {
        double lead, outage, lost, done;
        uint64_t taken; /* before the failure */
    } rows[] = {
        {10, 30, 0, 28, 1},                              /* 28-30 */
        {2, 30, 0, 28, 1},  {1.999999999, 30, 30, 0, 0}, /* too late for a checkpoint */
        {10, 43, 3, 38, 1},                              /* C / p is 4 */
        {10, 44, 0, 40, 2},                              /* 42-44 */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct kit k;
        use(&k, 0);
        kit_outage(&k, 0, rows[i].outage, rows[i].outage);
        kit_predict(&k, 1, 1, rows[i].lead, 0);
        double rest = 200 - rows[i].done;
        uint64_t after = (uint64_t)((rest - 1) / 38) + 1; /* the final one too */
        kit_check(&k, .makespan = rows[i].outage + rest + 2 * (double)after, .useful = 200,
                  .lost = rows[i].lost, .checkpoint = 2 * (double)(rows[i].taken + after),
                  .struck = 1, .foretold = 1, .predictions = 1, .taken = rows[i].taken + after,
                  .completed = rows[i].taken + after, .restored = rows[i].done > 0);
    }
}

/* Persisting takes 3 s more: begun at 25, complete at 30; what is done from 27 on is lost. */
static void a_checkpoint_must_persist_in_time(void **state)
{
    struct kit k;
    (void)state;
    use(&k, 0);
    k.spec.group.persist = S(3);
    k.spec.group.final_checkpoint = false;
    k.spec.horizon = S(31);
    kit_outage(&k, 0, 30, 30);
    kit_predict(&k, 1, 1, 10, 0);
    kit_check(&k, .end = END_HORIZON, .makespan = 31, .useful = 25, .uncommitted = 1, .lost = 3,
              .checkpoint = 2, .struck = 1, .foretold = 1, .predictions = 1, .taken = 1,
              .completed = 1, .restored = 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_are_those_of_the_formula),
        cmocka_unit_test(a_precision_of_nothing_is_refused),
        cmocka_unit_test(in_a_window_it_does_as_it_was_told),
        cmocka_unit_test(several_predictions_are_kept_apart),
        cmocka_unit_test(with_steps_it_asks_a_step_earlier),
        cmocka_unit_test(it_acts_where_there_is_time_and_enough_at_stake),
        cmocka_unit_test(a_checkpoint_must_persist_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
