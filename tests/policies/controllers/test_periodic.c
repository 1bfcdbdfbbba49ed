/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: periodic is due at the last end, at the last start or on the grid, waits for a step's end,
 * and never saves what it has just saved. Method: the controller asked by hand (driven.h) whenever
 * it wants to be; times against those worked out in each comment. */
#include "tests/policies/controllers/driven.h"

enum { END, START, GRID };

static void begin(struct driven *d, int64_t from, double interval, double cost)
{
    driven_init(d, "periodic", cost, 0);
    *driven_value(d, "interval") = chosen_seconds(interval);
    driven_value(d, "from")->i = from;
    assert_null(driven_plan(d));
}

/* When it wants to be asked next, as a time. */
static int64_t asked_at(const struct driven *d)
{
    const struct cairn_situation *s = &d->situation;
    switch ((enum cairn_ask)d->verdict.ask) {
    case CAIRN_ASK_WALL:
        return s->now - s->wall_since + d->verdict.at;
    case CAIRN_ASK_TIME:
        return d->verdict.at;
    case CAIRN_ASK_WORK:
        return s->now - s->work_since + d->verdict.at;
    case CAIRN_ASK_NEVER:
    case CAIRN_ASK_STEP:
    case CAIRN_ASK_STEPS:
        break;
    }
    fail_msg("asks for %u", d->verdict.ask);
    return 0;
}

/* The start of the next checkpoint, with places for one every `place` ns of work. */
static int64_t next_start(struct driven *d, int64_t place)
{
    for (int i = 0; i < 1000; i++) {
        int64_t begun = d->situation.now;
        if (driven_ask(d))
            return begun;
        int64_t wait = asked_at(d) - begun;
        assert_true(wait > 0);
        driven_work(d, (wait + place - 1) / place * place);
    }
    fail_msg("no checkpoint");
    return 0;
}

static void assert_starts(struct driven *d, double place, const double *starts, int count)
{
    for (int i = 0; i < count; i++)
        assert_int_equal(next_start(d, S(place)), S(starts[i]));
}

/* Row B10: 300 s, C = 10, from the end of the last. */
static void b10_starts_at_300_610_920(void **state)
{
    static const double starts[] = {300, 610, 920};
    struct driven d;
    (void)state;
    driven_init(&d, "periodic", 10, 0); /* 300 s and from: end are the defaults */
    assert_null(driven_plan(&d));
    assert_starts(&d, 1e-9, starts, 3);
}

static void from_start_and_grid_count_the_cost_in(void **state)
{
    static const double starts[] = {300, 600, 900};
    (void)state;
    for (int64_t from = START; from <= GRID; from++) {
        struct driven d;
        begin(&d, from, 300, 10);
        assert_starts(&d, 1e-9, starts, 3);
    }
}

/* A place for a checkpoint each 70 s of work. From the end: due at 300, at 350-360; due at 660, 350
 * of work later, 710. From the start: 350, due at 650, 300 of work later is 360 + 350 = 710, due at
 * 1010: 720 + 350 = 1070. Grid: 350 for 300; 600 is 360 + 280 = 640 for 600; 900 is 650 + 280 =
 * 930.
 */
static void a_step_under_way_makes_it_wait(void **state)
{
    static const double starts[3][3] = {{350, 710, 1070}, {350, 710, 1070}, {350, 640, 930}};
    (void)state;
    for (int64_t from = END; from <= GRID; from++) {
        struct driven d;
        begin(&d, from, 300, 10);
        assert_starts(&d, 70, starts[from], 3);
    }
}

/* Interval 20, C = 30, grid: 20-50; 40 came while it was under way and is dropped; 60-90, 100-130.
 */
static void grid_points_under_a_checkpoint_are_dropped(void **state)
{
    static const double starts[] = {20, 60, 100, 140};
    struct driven d;
    (void)state;
    begin(&d, GRID, 20, 30);
    assert_starts(&d, 1e-9, starts, 4);
}

/* Down from 450 to 650. From end and start: 300 s after the restore, 950; grid: 600 is dropped,
 * 900.
 */
static void a_restore_counts_as_a_checkpoint(void **state)
{
    static const double next[] = {950, 950, 900};
    (void)state;
    for (int64_t from = END; from <= GRID; from++) {
        struct driven d;
        begin(&d, from, 300, 10);
        assert_int_equal(next_start(&d, 1), S(300));
        driven_work(&d, S(140));
        driven_fail(&d, S(200));
        assert_int_equal(next_start(&d, 1), S(next[from]));
        assert_int_equal(d.situation.failures, 1);
    }
}

/* A clock that began long before the job: from the job's start, but the grid is the clock's. */
static void the_grid_is_the_clocks(void **state)
{
    static const double first[] = {1300, 1300, 1200};
    (void)state;
    for (int64_t from = END; from <= GRID; from++) {
        struct driven d;
        begin(&d, from, 300, 10);
        d.situation.now = d.situation.started = S(1000);
        assert_int_equal(next_start(&d, 1), S(first[from]));
    }
}

/* A checkpoint that took longer than the interval from start to start: it is due at its end, but
 * there is nothing to save before some work is done. */
static void nothing_new_is_not_saved(void **state)
{
    struct driven d;
    (void)state;
    begin(&d, START, 20, 10);
    assert_int_equal(next_start(&d, 1), S(20));
    d.situation.now += S(50);
    assert_false(driven_ask(&d));
    assert_int_equal(d.verdict.ask, CAIRN_ASK_WORK);
    assert_int_equal(d.verdict.at, 1);
    driven_work(&d, 1);
    assert_true(driven_ask(&d));
}

static void start_to_start_needs_more_than_the_cost(void **state)
{
    struct driven d;
    (void)state;
    begin(&d, END, 20, 20);
    driven_value(&d, "from")->i = START;
    assert_non_null(driven_plan(&d));
    d.shape.checkpoint_cost--;
    assert_null(driven_plan(&d));
}

/* 1 ns early, at it, late: the answer and, with end, the promise to repeat it. */
static void only_the_end_repeats(void **state)
{
    (void)state;
    for (int64_t from = END; from <= GRID; from++) {
        for (int64_t off = -1; off <= 1; off++) {
            struct driven d;
            begin(&d, from, 300, 10);
            driven_work(&d, S(300) + off);
            assert_int_equal(driven_ask(&d), off >= 0);
            assert_int_equal(d.verdict.repeat, from == END);
        }
    }
}

static void interval_and_words(void **state)
{
    static const double intervals[] = {300, 290, 290};
    const char *bound_by = "";
    struct driven d;
    (void)state;
    for (int64_t from = END; from <= GRID; from++) {
        begin(&d, from, 300, 10);
        assert_int_equal(d.class->interval(d.plan, &bound_by), S(intervals[from]));
        assert_null(bound_by);
    }
    driven_work(&d, S(310));
    assert_true(driven_ask(&d));
    assert_string_equal(driven_words(&d), "at 310 s: due at 300 s, every 300 s from 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(b10_starts_at_300_610_920),
        cmocka_unit_test(from_start_and_grid_count_the_cost_in),
        cmocka_unit_test(a_step_under_way_makes_it_wait),
        cmocka_unit_test(grid_points_under_a_checkpoint_are_dropped),
        cmocka_unit_test(a_restore_counts_as_a_checkpoint),
        cmocka_unit_test(the_grid_is_the_clocks),
        cmocka_unit_test(nothing_new_is_not_saved),
        cmocka_unit_test(start_to_start_needs_more_than_the_cost),
        cmocka_unit_test(only_the_end_repeats),
        cmocka_unit_test(interval_and_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
