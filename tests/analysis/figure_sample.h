/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A figure with one series of each kind whose texts are all the same label, and labels to try. */
#ifndef CAIRN_TESTS_FIGURE_SAMPLE_H
#define CAIRN_TESTS_FIGURE_SAMPLE_H

#include "analysis/figure.h"
#include <math.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct sample {
    double x[40], y[40], low[40], high[40], at, bound;
    const char *names[40];
    struct figure_series series[8];
    struct figure figure;
};

/* One of each kind, every text being `label`. */
static inline void sample_make(struct sample *sample, const char *label)
{
    for (int i = 0; i < 40; i++) {
        sample->x[i] = 300 + 150.0 * i * i;
        sample->y[i] = 0.1 + 0.3 * fabs(log(sample->x[i] / 7000)) / 3;
        sample->low[i] = sample->y[i] * 0.9;
        sample->high[i] = sample->y[i] * 1.1;
        sample->names[i] = label;
    }
    sample->at = 7000;
    sample->bound = 0.05;
    double *x = sample->x, *y = sample->y, *low = sample->low, *high = sample->high;
    const struct figure_series series[] = {
        {label, FIGURE_BAND, 0, 40, x, NULL, low, high, NULL},
        {label, FIGURE_LINE, 0, 40, x, y, NULL, NULL, NULL},
        {label, FIGURE_ERRORBARS, 1, 20, x, y, low, high, NULL},
        {label, FIGURE_POINTS, 2, 20, x + 20, y + 20, NULL, NULL, NULL},
        {label, FIGURE_HLINE, 3, 1, NULL, &sample->bound, NULL, NULL, NULL},
        {label, FIGURE_VLINE, 4, 1, &sample->at, NULL, NULL, NULL, NULL},
        {label, FIGURE_VLINE, 5, 1, &sample->at, NULL, NULL, NULL, NULL},
        {label, FIGURE_MARKER, 6, 5, x + 30, y + 30, low + 30, high + 30, sample->names},
    };
    memcpy(sample->series, series, sizeof series);
    sample->figure = (struct figure){
        .title = label,
        .caption = label,
        .x = {label, FIGURE_SECONDS, false},
        .y = {label, FIGURE_FRACTION, false},
        .series = sample->series,
        .count = COUNT(series),
    };
}

static const char *const hostile[] = {
    "`touch canary`",
    "$(touch canary)",
    "| touch canary",
    "< touch canary",
    "'; !touch canary; '",
    "\"; system 'touch canary'; \"",
    "'\n!touch canary\n'",
    "\n!touch canary\nplot x title '",
    "@macro `touch canary`",
    "%s%n%d %1000000f",
    "\xE2\x80\xAE reversed \xE2\x80\xAC",
    "{/Bold x}_{sub}^2",
    "\\n\\t\\103\\\\",
    "\\",
    "\"",
    "\"\"\"",
    "a,b;c\td",
    "<script>alert(1)</script>",
    "&amp; &#60; ]]> <!-- -->",
    "\xFF\xFE\xC0\x80",
    "\xED\xA0\x80\xEF\xBF\xBE\xEF\xBF\xBF",
    "\x01\x02\x1b[31m\x7f",
    "# not a comment",
    "NaN",
    "-",
    "?",
    ".",
    "EOD",
    "kind,series",
    "T[1]",
    "T[1] = system('touch canary')",
    "system('touch canary')",
    "\r\n!touch canary\r\n",
    " ",
    "\xF0\x9F\x92\xA3 bomb",
    "%",
    "~",
    "$0 $1 ${x}",
    "a very long label that goes on and on until it no longer fits into any figure",
};

/* Random bytes, with those that mean something to gnuplot, CSV and shells drawn more often. */
static inline void label_draw(uint64_t *random, char *out)
{
    static const char special[] = "`$()|<>'\"\n\r\t\\@%{}_^&;!#,~\x1b\xE2\x80\xAE\xFF\xC0\xED\xA0";
    size_t length = 0;
    do {
        *random = *random * 6364136223846793005u + 1442695040888963407u;
        uint64_t word = *random >> 33;
        out[length] = (word & 3) != 0 ? special[(word >> 2) % (sizeof special - 1)]
                                      : (char)(1 + (word >> 2) % 255);
        length++;
    } while (length < 60 && (*random >> 60) != 0);
    out[length] = '\0';
}

#endif
