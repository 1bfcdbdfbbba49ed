/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The summary of a cell: what its records say together, with intervals.
 *
 * waste is a ratio of sums over the ledger, 1 - useful / total, because theory's is a ratio of
 * means (the mean of ratios differs by 0.14 % in Daly's case). Unfinished runs count with what they
 * committed until they were stopped; their makespans are censored and stay out of the makespan's
 * mean. */
#ifndef CAIRN_CAMPAIGN_SUMMARY_H
#define CAIRN_CAMPAIGN_SUMMARY_H

#include "sim/base/estimate.h"
#include "sim/model/record.h"

struct summary {
    uint32_t n, finished;
    uint32_t ended[RUN_ENDS];
    struct estimate waste;
    double waste_min, waste_median, waste_max;           /* of single runs */
    struct estimate makespan;                            /* of finished runs, s */
    simtime makespan_min, makespan_median, makespan_max; /* of all runs, censored ones as stopped */
    double job[JOB_CLASSES];                             /* mean s a run */
    double aborted;
    double nodes[NODE_CLASSES]; /* mean node-s a run */
    double struck, shielded, elsewhere;
    double foretold, predictions, notices;
    double taken, completed, checkpoints_aborted, skipped, restored;
    struct {
        double submitted, completed, failed, retried, attempts_failed, killed;
    } calls; /* of programs, as the three below */
    struct {
        double created, restarted, dead;
    } actors;
    struct {
        double stored, copied, lost, rebuilt, evicted, spilled, bytes_moved;
    } objects;
    struct {
        double routed, accepted, refused, probes, waits, misrouted, near[3], answered;
        double longest;                   /* queue of a run, mean */
        double slowest, waited, response; /* s: of a run, mean; of a request */
    } routes;
    struct {
        double put, delivered, lost, left, doubled, high;
        double depth;  /* of all queues, over time */
        double waited; /* from put to delivery, s; 0 where nothing was */
    } items;
    double lost_per_failure, protected_per_failure, claimed_per_failure; /* s */
    uint32_t bounded;                    /* runs with a bound, finished themselves */
    struct estimate bound_waste, regret; /* of those; regret = sum makespan / sum bound - 1 */
    uint64_t events;
    struct digest_value digest; /* of all records' digests, in order */
};

/* 1 - sum useful / sum total of records[0..n). False, as below: no memory for scratch. */
bool summary_waste(struct estimate *waste, const struct record *records, uint32_t n);
bool summary_of(struct summary *summary, const struct record *records, uint32_t n);

/* a minus b in waste, over the replications that both have: paired where the failure traces agree.
 */
struct summary_difference {
    struct estimate waste; /* difference of the two ratios */
    uint32_t pairs;
    bool is_paired;
    uint32_t censored; /* pairs in which one is unfinished */
    /* over pairs that both finished, mean s: what MODEL rule 22 calls saved, overhead and net */
    struct estimate saved, overhead, net;
};
bool summary_compare(struct summary_difference *difference, const struct record *a,
                     const struct record *b, uint32_t n);

#endif
