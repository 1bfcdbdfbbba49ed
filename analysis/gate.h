/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gate: is the new result worse than the baseline by more than is allowed?
 *
 * Three answers, because two would lie: worse (the whole interval lies past the limit), not worse
 * (it ends before the limit), or undecided, with the number of replications that would decide.
 * Pairs are formed only where both met the same failures. */
#ifndef CAIRN_ANALYSIS_GATE_H
#define CAIRN_ANALYSIS_GATE_H

#include "analysis/rows.h"
#include "sim/base/estimate.h"

enum gate_metric {
    GATE_WASTE,
    GATE_MAKESPAN,
    GATE_LOST,
    GATE_CHECKPOINT,
    GATE_FAILURES,
    GATE_METRICS
};
extern const char *const gate_metrics[GATE_METRICS + 1]; /* names; NULL at the end */

/* "waste:+2%": two percent of the baseline's; "waste:+0.5pp": half a point of a share. */
struct gate_rule {
    enum gate_metric metric;
    bool is_relative;
    double allowed; /* 0.02; in points 0.005; for makespan seconds in absolute rules are refused */
};
/* NULL, or what is wrong with the text. */
const char *gate_parse(const char *text, struct gate_rule *rule);

enum gate_verdict { GATE_PASS, GATE_FAIL, GATE_UNDECIDED };

struct gate_result {
    const char *cell;
    enum gate_verdict verdict;
    struct estimate base, new, difference; /* of the metric */
    double limit;                          /* what difference is allowed */
    bool is_paired;
    uint32_t unfinished_base, unfinished_new;
    double would_decide; /* replications, for UNDECIDED; NaN: cannot be said */
};

/* Both cells have rows. False: no memory. */
bool gate_compare(const struct gate_rule *rule, const struct rows_cell *base,
                  const struct rows_cell *new, struct arena *arena, struct gate_result *result);

#endif
