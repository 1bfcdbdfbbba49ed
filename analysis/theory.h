/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closed forms and exact numerics: what the literature says a run must give.
 *
 * cairn's results are held against these numbers and figures draw them as curves. Everything is in
 * seconds and double precision. Two words must not be mixed up: an *interval* (tau) is the useful
 * work between two checkpoints, a *period* (T = tau + C) includes the checkpoint. The semantics is
 * S0 unless a name says otherwise: failures strike work, checkpoint and restore but not downtime;
 * a failure costs what was not committed, the downtime, and a restore that can be struck again.
 * Where a formula has no answer (a period below zero, a checkpoint that never fits) it is NaN or
 * infinity, never an abort. GSL serves only where its domain is assured, so that its error handler
 * is never called. */
#ifndef CAIRN_ANALYSIS_THEORY_H
#define CAIRN_ANALYSIS_THEORY_H

#include "sim/base/law.h"
#include "sim/base/status.h"
#include <stdbool.h>
#include <stdint.h>

#define THEORY_SEGMENTS (1u << 20) /* segments of a renewal job: its sum is quadratic in them */

/* The machine as the formulas see it: mu > 0, the others >= 0, all finite. */
struct theory_costs {
    double mu; /* platform mean time between failures */
    double checkpoint, restore, downtime;
};

/* A job of `work` seconds cut every `interval`; the last segment is short, not spread. n equal
 * segments are interval = work / n. */
struct theory_job {
    struct theory_costs costs;
    double work, interval;
    bool final_checkpoint; /* the last segment ends with a checkpoint too */
    bool restore_initial;  /* a failure before any checkpoint pays the restore as well (S0: true) */
};

struct theory_makespan {
    double mean, variance; /* seconds, seconds squared */
    double failures;       /* expected, those that strike restores included */
    double waste;          /* 1 - work / mean */
};

/* A job under exponential failures, exact; infinite where nothing ever finishes in double range. */
struct theory_makespan theory_makespan(const struct theory_job *job);

/* Expected time of one segment of `exposed` seconds (work plus its checkpoint). */
double theory_segment(const struct theory_costs *costs, double exposed);

/* The count of equal segments, each with a checkpoint, that minimises the mean makespan. */
double theory_chunks(const struct theory_costs *costs, double work);

enum theory_rule {
    THEORY_EXACT,     /* the minimiser of the mean (Lambert W) */
    THEORY_YOUNG,     /* Young 1974 */
    THEORY_DALY_LOW,  /* Daly's first order */
    THEORY_DALY,      /* Daly 2006, the series; mu where C >= 2 mu */
    THEORY_DALY_HIGH, /* as the slides of SC'11 print it: exact less half a checkpoint */
    THEORY_RFO,       /* Aupy et al. 2013; NaN where mu <= D + R or the period is within C */
    THEORY_RULES
};

/* A rule's useful work between checkpoints, and the words for it in a legend. */
double theory_interval(enum theory_rule rule, const struct theory_costs *costs);
const char *theory_rule_name(enum theory_rule rule);

/* Periods, checkpoint included, as Aupy et al. 2013 compare them: sqrt(2 mu C) + C,
 * sqrt(2 (mu + D + R) C) + C, sqrt(2 (mu - D - R) C). */
double theory_period_young(const struct theory_costs *costs);
double theory_period_daly(const struct theory_costs *costs);
double theory_period_rfo(const struct theory_costs *costs);

/* Steady state at a period > C: useful share of the time, exact, and its first-order complement
 * (meant for period << mu; not clipped, so that a figure can show where it breaks). */
double theory_efficiency(const struct theory_costs *costs, double period);
double theory_waste_first_order(const struct theory_costs *costs, double period);

/* Exact mean makespan when lifetimes follow any law and a node is replaced by a new one whose age
 * begins at the end of the downtime (costs.mu is not read). S1: age is kept over checkpoints. The
 * node is new at the start and owes no restore. Time grows with the square of the segments.
 * STATUS_INPUT: more than THEORY_SEGMENTS segments; STATUS_MEMORY. *mean is inf where a segment
 * can never succeed. */
enum status theory_renewal(const struct law *law, const struct theory_job *job, double *mean);

/* The same where a lifetime is redrawn at every segment and every restore (S2): what a simulator
 * gets that forgets ages. Only for showing how far off that is. */
double theory_redrawn(const struct law *law, const struct theory_job *job);

#endif
