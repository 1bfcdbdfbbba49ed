/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: no label, however hostile, changes a script or leaves its quotes in the data. Method: the
 * script of a figure is compared with the script of the same figure with harmless labels; the data
 * of ten thousand random labels are read back byte by byte. */
#include "sim/base/arena.h"
#include "tests/analysis/figure_sample.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct diag diag;

/* What a writer put into a pipe; at most 64 KiB, which a pipe holds. */
static size_t figure_read(const struct figure *figure, bool is_script, char bytes[1 << 16])
{
    int ends[2];
    struct sink sink;
    size_t length = 0;
    const struct figure_target target = {.image = "f.svg", .data = "f.csv"};
    assert_int_equal(pipe(ends), 0);
    io_open_fd(&sink, ends[1], "pipe");
    if (is_script)
        figure_write_script(figure, &target, &sink);
    else
        figure_write_data(figure, &sink);
    assert_int_equal(io_close(&sink, &diag), STATUS_OK);
    close(ends[1]);
    for (ssize_t got; (got = read(ends[0], bytes + length, (1 << 16) - length)) > 0;)
        length += (size_t)got;
    close(ends[0]);
    return length;
}

/* A field of a script: no byte of a label may change it but by the places of labels, which depend
 * on lengths. So labels are compared with harmless ones of the same number of characters. */
static void assert_script_ignores(const char *label, const char *harmless)
{
    static char scripts[2][1 << 16];
    struct sample sample;
    sample_make(&sample, label);
    size_t length = figure_read(&sample.figure, true, scripts[0]);
    sample_make(&sample, harmless);
    assert_int_equal(figure_read(&sample.figure, true, scripts[1]), length);
    assert_true(length > 500);
    assert_memory_equal(scripts[0], scripts[1], length);
}

static void harmless_make(const char *label, char *out)
{
    for (; *label != '\0'; label++)
        if (((unsigned char)*label & 0xC0) != 0x80)
            *out++ = 'x';
        else
            memcpy(out++, "\x80", 1); /* keeps the bytes as well */
    *out = '\0';
}

static void hostile_labels_leave_the_script_unchanged(void **state)
{
    (void)state;
    char harmless[256];
    for (size_t i = 0; i < COUNT(hostile); i++) {
        harmless_make(hostile[i], harmless);
        assert_script_ignores(hostile[i], harmless);
    }
}

/* The CSV: seven fields a row, one text between two quotes, no control byte, valid UTF-8 outside
 * of ASCII, and as many rows as there are texts and points. text[length] is NUL. */
static void assert_data_is_tame(const char *text, size_t length, size_t rows)
{
    size_t lines = 0, quotes = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        assert_true(c == '\n' || c >= 0x20);
        assert_true(c != 0x7F && c != '\\');
        assert_false(c == 0xFF || c == 0xC0 || c == 0xC1);
        quotes += c == '"';
        if (c != '\n')
            continue;
        assert_true(lines == 0 ? quotes == 0 : quotes == 2);
        lines++;
        quotes = 0;
    }
    assert_int_equal(lines, rows);
    assert_true(mbstowcs(NULL, text, 0) != (size_t)-1);
    assert_null(strstr(text, "\xE2\x80\xAE"));
}

static void hostile_labels_stay_inside_their_quotes(void **state)
{
    (void)state;
    static char written[(1 << 16) + 1];
    for (size_t i = 0; i < COUNT(hostile); i++) {
        struct sample sample;
        sample_make(&sample, hostile[i]);
        size_t length = figure_read(&sample.figure, false, written);
        written[length] = '\0';
        assert_data_is_tame(written, length, 1 + 5 + 8 + 5 + 40 + 40 + 20 + 20 + 1 + 1 + 1 + 5);
    }
}

/* Row n of the data, counted from 0 behind the heads. */
static const char *row_of(const char *data, size_t n)
{
    for (n += 1; n > 0; n--)
        data = strchr(data, '\n') + 1;
    return data;
}

static void every_plot_reads_its_own_rows(void **state)
{
    (void)state;
    static char script[(1 << 16) + 1], data[(1 << 16) + 1];
    static const char *const heads[] = {"band,1,", "line,2,", "errorbars,3,", "points,4,",
                                        "marker,8,"};
    static const size_t counts[] = {40, 40, 20, 20, 5};
    struct sample sample;
    sample_make(&sample, "label");
    script[figure_read(&sample.figure, true, script)] = '\0';
    data[figure_read(&sample.figure, false, data)] = '\0';
    const char *at = strstr(script, "plot '");
    assert_non_null(at);
    for (size_t i = 0; i < COUNT(heads); i++) {
        size_t first = 0, last = 0;
        at = strstr(at, "'f.csv' skip 1 every ::");
        assert_non_null(at);
        char *end;
        first = strtoul(at + strlen("'f.csv' skip 1 every ::"), &end, 10);
        last = strtoul(end + 2, &end, 10);
        assert_int_equal(last - first + 1, counts[i]);
        assert_memory_equal(row_of(data, first), heads[i], strlen(heads[i]));
        assert_memory_equal(row_of(data, last), heads[i], strlen(heads[i]));
        at = end;
    }
    assert_null(strstr(at, "'f.csv'"));
}

static void points_without_an_interval_keep_a_bar_of_no_length(void **state)
{
    (void)state;
    static char data[(1 << 16) + 1];
    double x[] = {1, 2}, y[] = {3, 4}, low[] = {2.5, (double)NAN}, high[] = {3.5, (double)NAN};
    struct figure_series series = {"s", FIGURE_ERRORBARS, 0, 2, x, y, low, high, NULL};
    struct figure figure = {.series = &series, .count = 1};
    data[figure_read(&figure, false, data)] = '\0';
    assert_non_null(strstr(data, "\nerrorbars,1,1,3,2.5,3.5,\"s\"\n"));
    assert_non_null(strstr(data, "\nerrorbars,1,2,4,4,4,\"s\"\n"));
}

static void random_labels_stay_inside_their_quotes(void **state)
{
    (void)state;
    const char *chosen = getenv("CAIRN_SEED");
    uint64_t seed = chosen == NULL ? 1 : strtoull(chosen, NULL, 10), random = seed;
    static char written[(1 << 16) + 1];
    char label[64];
    struct sample sample;
    printf("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 10000; i++) {
        label_draw(&random, label);
        sample_make(&sample, label);
        sample.figure.series = sample.series + 7; /* the markers: few points, all texts */
        sample.figure.count = 1;
        size_t length = figure_read(&sample.figure, false, written);
        written[length] = '\0';
        assert_data_is_tame(written, length, 1 + 5 + 1 + 5 + 5);
    }
}

static void figures_without_points_are_refused(void **state)
{
    (void)state;
    double nothing[] = {(double)NAN, HUGE_VAL}, one[] = {1, 2}, bound = 1;
    struct figure_series series[FIGURE_SERIES + 1] = {
        {"gaps", FIGURE_LINE, 0, 2, one, nothing, NULL, NULL, NULL},
        {"rule", FIGURE_HLINE, 0, 1, NULL, &bound, NULL, NULL, NULL},
    };
    struct figure figure = {.series = series, .count = 2};
    assert_int_equal(figure_check(&figure, &diag), STATUS_DATA);
    figure.count = FIGURE_SERIES + 1;
    series[0].y = one;
    assert_int_equal(figure_check(&figure, &diag), STATUS_DATA);
    figure.count = FIGURE_SERIES;
    assert_int_equal(figure_check(&figure, &diag), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_labels_leave_the_script_unchanged),
        cmocka_unit_test(hostile_labels_stay_inside_their_quotes),
        cmocka_unit_test(every_plot_reads_its_own_rows),
        cmocka_unit_test(points_without_an_interval_keep_a_bar_of_no_length),
        cmocka_unit_test(random_labels_stay_inside_their_quotes),
        cmocka_unit_test(figures_without_points_are_refused),
    };
    diag_init(&diag);
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) /* for mbstowcs to judge UTF-8 */
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
