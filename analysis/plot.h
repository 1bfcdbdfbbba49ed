/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gnuplot driver: a figure to files or to a terminal.
 *
 * The only file of cairn's analysis that starts a process: gnuplot itself, found along PATH, with
 * an argument vector, an environment of our own, no standard input and a limit of time. */
#ifndef CAIRN_ANALYSIS_PLOT_H
#define CAIRN_ANALYSIS_PLOT_H

#include "analysis/figure.h"

/* Writes NAME.svg (or .png), NAME.gp and NAME.csv side by side, each whole or not at all; `gnuplot
 * NAME.gp` in that folder remakes the image. The file name is [A-Za-z0-9._-] and does not begin
 * with
 * '.' or '-'. Existing files are refused unless `force`. Without gnuplot on the machine the script
 * and the data are written, a warning says so, and the status is STATUS_OK. */
enum status plot_write(const struct figure *figure, const char *path, bool force,
                       struct diag *diag);

/* Draws in characters into bytes (NUL-terminated); without gnuplot a warning and an empty text.
 * Sizes are brought into 40..400 columns and 12..200 rows. */
enum status plot_text(const struct figure *figure, int columns, int rows, bool is_colour,
                      char *bytes, size_t capacity, struct diag *diag);

#endif
