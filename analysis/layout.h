/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where everything of a figure goes: ranges, units, legend, and labels that hide nothing.
 *
 * gnuplot places a label where it is told; two policies with nearly the same result would print
 * their names over each other, and the markers of three formulas within a minute as well. So cairn
 * places them, on a canvas of pixels for an image and of characters for a terminal. Widths of
 * texts are estimated from their length: nothing here asks for a font. */
#ifndef CAIRN_ANALYSIS_LAYOUT_H
#define CAIRN_ANALYSIS_LAYOUT_H

#include "analysis/figure.h"

#define LAYOUT_LABEL   40  /* characters of a label; longer ones are cut */
#define LAYOUT_CAPTION 122 /* characters of a caption's line */

/* Places of texts in the script's array T[], which counts from 1. Series, then names follow. */
enum { TEXT_TITLE = 1, TEXT_CAPTION, TEXT_CAPTION_2, TEXT_X, TEXT_Y, TEXT_SERIES };

struct canvas {
    double width, height;            /* pixels, or characters */
    double left, right, top, bottom; /* margins around the axes */
    double advance, line;            /* size of a character of a label */
};

struct range {
    double low, high; /* in the data's unit */
    bool is_log;
    double unit; /* shown value = value / unit */
    const char *suffix;
};

struct box {
    double left, top, right, bottom; /* from the canvas's upper left corner */
    double anchor;                   /* where its text is held: 0 left, 0.5 middle, 1 right */
};

struct label {
    size_t text; /* index into T[] */
    uint32_t colour;
    struct box box;
    bool has_leader; /* a thin line to the point it names, which is not next to it */
    double x, y;     /* that point */
};

struct layout {
    struct canvas canvas;
    struct range x, y;
    struct label labels[FIGURE_SERIES + FIGURE_NAMES];
    size_t count;
    double tops[FIGURE_SERIES]; /* where a vertical line ends, from the canvas's top */
    int captions, legend_rows, legend_columns;
};

void layout_make(struct layout *layout, const struct figure *figure,
                 const struct figure_target *target);

/* A value's place on the canvas. */
double layout_x(const struct layout *layout, double value);
double layout_y(const struct layout *layout, double value);
/* How many points of a series get their names drawn when `left` names still may. */
size_t layout_names(const struct figure_series *series, size_t left);
bool layout_is_in_legend(const struct figure_series *series);

#endif
