/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports: what a person reads, and the JSON object that scripts read. */
#ifndef CAIRN_CLI_REPORT_H
#define CAIRN_CLI_REPORT_H

#include "sim/cli/prepare.h"

/* Two columns of text wide enough for every duration: "33.91 d". Sums over slots may pass 292 years
 * and are told in years. */
#define REPORT_TEXT 48
const char *report_duration(char bytes[REPORT_TEXT], double seconds);
/* A mean count: "2.75", "47090"; the text lasts as long as the expression that it is in. */
struct report_number {
    char text[24];
};
struct report_number report_count(double mean);

/* In JSON, behind its key as it stands there; null where it is no number. */
void report_put_number(struct sink *out, const char *key, double value);

/* Tenths of a percent that add up to 1000, of at most JOB_CLASSES parts; all 0 where the parts are.
 */
void report_shares(const double *parts, size_t n, int *tenths);

/* One cell: the table that adds up, and, where `advisor` names a further cell (its controller the
 * theoretical optimum), one sentence of advice. */
enum status report_run(struct cli *cli, const struct prepared *prepared, uint32_t cell,
                       const struct cell *advisor);
enum status report_run_json(struct cli *cli, const struct prepared *prepared, uint32_t cell);
/* The first `cells` side by side, cell i against cell baseline_of[i]. */
enum status report_sweep(struct cli *cli, const struct prepared *prepared, uint32_t cells,
                         const uint32_t *baseline_of);

/* One controller (row) on one scenario (column) of a sweep over several. */
struct report_entry {
    bool is_there, is_best, is_near; /* near: not measurably worse than the best */
    struct estimate waste;
    double regret; /* NaN where there is no bound */
    uint32_t runs, unfinished;
    bool has_difference;
    struct estimate difference; /* waste less that of --against, in pairs */
    const char *refusal;        /* why it is not there */
};
struct report_matrix {
    uint32_t rows, columns;
    const char **row_names, **column_names;
    const char *against;          /* NULL: none */
    struct report_entry *entries; /* rows of columns */
};
static inline struct report_entry *report_entry(const struct report_matrix *matrix, uint32_t row,
                                                uint32_t column)
{
    return &matrix->entries[(size_t)row * matrix->columns + column];
}
void report_matrix(struct sink *out, const struct report_matrix *matrix);

#endif
