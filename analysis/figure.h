/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A figure as plain data, and its two texts: the CSV with every number and word, and a gnuplot
 * script that draws it.
 *
 * gnuplot executes back-ticks found in its script, so no byte of a user reaches the script: labels
 * travel as data in the CSV and come back as string values, which gnuplot does not parse again. The
 * script holds fixed words, numbers computed here, and file names of [A-Za-z0-9._-]. Placement
 * (legend, labels at lines and points, ticks) is computed here too: a figure looks the same in SVG,
 * PNG and a terminal, and the same bytes come out of the same input. */
#ifndef CAIRN_ANALYSIS_FIGURE_H
#define CAIRN_ANALYSIS_FIGURE_H

#include "sim/base/diag.h"
#include "sim/base/io.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIGURE_SERIES 32
#define FIGURE_NAMES  64 /* points with names in one figure; later ones are drawn without */

enum figure_kind {
    FIGURE_LINE,
    FIGURE_POINTS,
    FIGURE_ERRORBARS, /* y with low and high */
    FIGURE_BAND,      /* between low and high */
    FIGURE_HLINE,     /* y[0], labelled at the line */
    FIGURE_VLINE,     /* x[0], labelled at the line */
    FIGURE_MARKER,    /* points with names beside them; error bars where low and high are given */
};

/* What an axis counts in. Seconds are shown in the unit that suits their range. */
enum figure_unit { FIGURE_NUMBER, FIGURE_SECONDS, FIGURE_FRACTION };

struct figure_axis {
    const char *label; /* without the unit, which is added */
    enum figure_unit unit;
    bool is_log;
};

/* Values that are not finite are left out (NaN low or high: no bar). Of n values only the arrays a
 * kind reads must be given. Bands and error bars are 95 % and say so in the legend. */
struct figure_series {
    const char *label; /* NULL or "": not in the legend */
    enum figure_kind kind;
    uint32_t colour; /* index into a fixed palette safe for colour-blind eyes */
    size_t n;
    const double *x, *y, *low, *high;
    const char *const *names; /* FIGURE_MARKER: n texts or NULL */
};

struct figure {
    const char *title, *caption; /* a caption longer than two lines is cut */
    struct figure_axis x, y;
    const struct figure_series *series;
    size_t count;
};

/* Where a script draws. columns 0: an image; file names are those of the folder it runs in. */
struct figure_target {
    const char *image, *data; /* "fig.svg" or "fig.png" (by extension); "fig.csv" */
    int columns, rows;        /* a terminal of so many characters; to standard output */
    bool is_colour;           /* … that shows ANSI colours */
};

/* STATUS_DATA when there is no finite point or more than FIGURE_SERIES series. */
enum status figure_check(const struct figure *figure, struct diag *diag);
void figure_write_data(const struct figure *figure, struct sink *sink);
/* Only after figure_check said yes. */
void figure_write_script(const struct figure *figure, const struct figure_target *target,
                         struct sink *sink);

#endif
