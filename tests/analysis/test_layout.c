/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: labels hide neither each other nor data, axes show units people use. Method: crowded
 * figures are laid out and every pair of boxes is tried; ranges and units against a table. */
#include "analysis/layout.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct figure_target target = {.image = "f.svg", .data = "f.csv"};

static bool boxes_meet(const struct box *a, const struct box *b)
{
    return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

static void labels_do_not_overlap_while_there_is_room(void **state)
{
    (void)state;
    double x[12], y[12];
    const char *names[12];
    for (int i = 0; i < 12; i++) {
        x[i] = i % 4 * 0.9 + i / 4 * 30;
        y[i] = i % 4 * 0.4 + i / 4 * 10;
        names[i] = "a policy";
    }
    struct figure_series series = {NULL, FIGURE_MARKER, 0, 12, x, y, NULL, NULL, names};
    struct figure figure = {.series = &series, .count = 1};
    struct layout layout;
    layout_make(&layout, &figure, &target);
    assert_int_equal(layout.count, 12);
    for (size_t i = 0; i < layout.count; i++) {
        const struct box *box = &layout.labels[i].box;
        assert_true(box->left >= layout.canvas.left && box->right <= 900 - layout.canvas.right);
        for (size_t j = 0; j < i; j++)
            assert_false(boxes_meet(box, &layout.labels[j].box));
        for (size_t j = 0; j < 12; j++)
            assert_false(
                box->left < layout_x(&layout, x[j]) && layout_x(&layout, x[j]) < box->right &&
                box->top < layout_y(&layout, y[j]) && layout_y(&layout, y[j]) < box->bottom);
    }
}

/* A line of two points runs where the name would stand first: the name goes elsewhere. */
static void names_keep_off_lines_between_points(void **state)
{
    (void)state;
    double x[] = {0, 10}, y[] = {0, 10}, px[] = {5}, py[] = {5.1};
    const char *names[] = {"none"};
    struct figure_series series[] = {{"line", FIGURE_LINE, 0, 2, x, y, NULL, NULL, NULL},
                                     {NULL, FIGURE_MARKER, 1, 1, px, py, NULL, NULL, names}};
    struct figure figure = {.series = series, .count = 2};
    struct layout layout;
    layout_make(&layout, &figure, &target);
    const struct box *box = &layout.labels[0].box;
    for (double t = 0; t <= 10; t += 0.01)
        assert_false(box->left < layout_x(&layout, t) && layout_x(&layout, t) < box->right &&
                     box->top < layout_y(&layout, t) && layout_y(&layout, t) < box->bottom);
}

/* Three rules within a pixel, the rightmost named first: three rows, no line through a flag, data
 * below all of them. */
static void flags_of_close_rules_stand_in_rows(void **state)
{
    (void)state;
    double at[] = {7002, 7001, 7000}, x[] = {100, 14000}, y[] = {1, 2};
    struct figure_series series[4] = {{"line", FIGURE_LINE, 0, 2, x, y, NULL, NULL, NULL}};
    for (int i = 0; i < 3; i++)
        series[1 + i] =
            (struct figure_series){"Young", FIGURE_VLINE, 0, 1, &at[i], NULL, NULL, NULL, NULL};
    struct figure figure = {.series = series, .count = 4};
    struct layout layout;
    layout_make(&layout, &figure, &target);
    assert_int_equal(layout.count, 3);
    for (int i = 1; i < 3; i++)
        assert_true(layout.tops[i] >= layout.tops[i + 1] + layout.canvas.line);
    assert_true(layout_y(&layout, 2) > layout.tops[1] + layout.canvas.line);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < i; j++)
            assert_false(boxes_meet(&layout.labels[i].box, &layout.labels[j].box));
}

static void flags_at_the_right_end_turn_left(void **state)
{
    (void)state;
    double at = 99, x[] = {0, 100}, y[] = {1, 2};
    struct figure_series series[] = {
        {"line", FIGURE_LINE, 0, 2, x, y, NULL, NULL, NULL},
        {"a long name", FIGURE_VLINE, 0, 1, &at, NULL, NULL, NULL, NULL}};
    struct figure figure = {.series = series, .count = 2};
    struct layout layout;
    layout_make(&layout, &figure, &target);
    assert_true(layout.labels[0].box.right < layout_x(&layout, at));
}

static void axes_take_the_unit_that_suits_their_range(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        enum figure_unit unit;
        bool is_log;
        double shown;
        const char *suffix;
    } cases[] = {
        {0, 150, FIGURE_SECONDS, false, 1, "s"},
        {0, 7200, FIGURE_SECONDS, false, 60, "min"},
        {0, 5 * 3600, FIGURE_SECONDS, false, 3600, "h"},
        {0, 86400.0 * 300, FIGURE_SECONDS, false, 86400, "d"},
        {0, 86400.0 * 365 * 3, FIGURE_SECONDS, false, 86400.0 * 365, "y"},
        {0, 0.02, FIGURE_SECONDS, false, 1e-3, "ms"},
        {-5 * 3600, 1, FIGURE_SECONDS, false, 3600, "h"},
        {1, 1e6, FIGURE_SECONDS, true, 1, NULL},
        {0, 1, FIGURE_FRACTION, false, 0.01, "%"},
        {0, 1e6, FIGURE_NUMBER, false, 1, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double x[] = {cases[i].low, cases[i].high}, y[] = {1, 2};
        struct figure_series series = {"s", FIGURE_LINE, 0, 2, x, y, NULL, NULL, NULL};
        struct figure figure = {
            .x = {"x", cases[i].unit, cases[i].is_log}, .series = &series, .count = 1};
        struct layout layout;
        layout_make(&layout, &figure, &target);
        assert_true(layout.x.unit == cases[i].shown);
        if (cases[i].suffix == NULL)
            assert_null(layout.x.suffix);
        else
            assert_string_equal(layout.x.suffix, cases[i].suffix);
        assert_true(layout.x.low <= cases[i].low && layout.x.high >= cases[i].high);
    }
}

static void zero_is_in_sight_when_near(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        bool is_zero;
    } cases[] = {{2, 10, true}, {5, 10, true}, {6, 10, false}, {0, 10, true}, {-1, 10, false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        double x[] = {0, 1}, y[] = {cases[i].low, cases[i].high};
        struct figure_series series = {"s", FIGURE_LINE, 0, 2, x, y, NULL, NULL, NULL};
        struct figure figure = {.series = &series, .count = 1};
        struct layout layout;
        layout_make(&layout, &figure, &target);
        assert_int_equal(layout.y.low == 0, cases[i].is_zero);
        assert_true(layout.y.low <= cases[i].low && layout.y.high > cases[i].high);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_do_not_overlap_while_there_is_room),
        cmocka_unit_test(names_keep_off_lines_between_points),
        cmocka_unit_test(flags_of_close_rules_stand_in_rows),
        cmocka_unit_test(flags_at_the_right_end_turn_left),
        cmocka_unit_test(axes_take_the_unit_that_suits_their_range),
        cmocka_unit_test(zero_is_in_sight_when_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
