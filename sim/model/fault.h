/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults: which entity fails when, drawn by address or read from a trace.
 *
 * Every entity of a process (node, rack, zone, platform) lives a renewal process: lifetime k,
 * outage k, repair k, all from occurrence k of its own address (MODEL rule 8), whatever the job
 * does meanwhile. So every policy meets the same failures. The next outage of each entity stands in
 * the engine's fault timeline; here it is carried out: nodes go down, spares fail unseen, the job
 * is struck. */
#ifndef CAIRN_MODEL_FAULT_H
#define CAIRN_MODEL_FAULT_H

#include "sim/model/cluster.h"
#include "sim/model/forecast.h"
#include "sim/model/outage.h"
#include "sim/model/story.h"

enum fault_process {
    FAULT_NODE,
    FAULT_RACK,
    FAULT_PLATFORM,
    FAULT_TRACE,
    FAULT_ZONE,
    FAULT_PROCESSES
};

/* How a trace lies over the simulated time; the same for all replications but for start and nodes.
 */
struct fault_replay {
    const struct outages *outages;
    int64_t origin, end; /* trace time of simulated time 0; where the observation ends */
    struct fault_reader {
        uint32_t cursor; /* next outage in the list */
        int64_t turn;    /* ns added by wrapping around */
    } next, ahead;       /* to fall; to be foretold */
    uint32_t *node_of;   /* trace node -> cluster node, CLUSTER_NOBODY: not ours */
    uint32_t *order;     /* scratch for sampling */
};

struct faults {
    const struct spec *spec;
    struct engine *engine;
    struct cluster *cluster;
    struct story *story;
    uint32_t replication;
    struct fault_replay replay;
    struct forecast forecast;
    struct law residual[FAULT_PROCESSES]; /* by process: uptime laws prepared for stationary ages */
    double outlives[FAULT_PROCESSES];     /* u below this: the first lifetime is past the horizon */
    uint64_t attempt_key;                 /* RENEWAL_ATTEMPT: the one live outage */
    uint32_t attempt;
    simtime *born;  /* by entity, on the fault clock; NULL where nobody asks for ages */
    uint64_t stale; /* cancelled events that surfaced */
};

/* What an outage did to the job. */
struct fault_effect {
    bool is_live;          /* false: a cancelled event surfaced, nothing happened */
    uint32_t held, others; /* nodes that went down: of the job, elsewhere */
    uint32_t last_rank;    /* of the job, if held > 0 */
    bool is_foretold;      /* the job had been told of it */
};

/* with_ages: keep account of when each entity began to live. false: no memory. */
bool fault_init(struct faults *faults, const struct spec *spec, struct engine *engine,
                struct cluster *cluster, struct story *story, bool with_ages, struct arena *arena);
/* Draws every entity's first outage. */
void fault_begin(struct faults *faults, uint32_t replication);
/* RENEWAL_ATTEMPT: all lifetimes begin again. */
void fault_new_attempt(struct faults *faults);
/* Carries out the outage event of `slot`. on_rank is called for each rank of the job that loses its
 * node, before the effect is returned. */
struct fault_effect fault_strike(struct faults *faults, struct event event,
                                 void (*on_rank)(void *context, uint32_t rank), void *context);
/* A failure of this node, now, that no law or trace asked for; it is repaired, or replaced, as its
 * kind is. false: it was down already. */
bool fault_force(struct faults *faults, uint32_t node,
                 void (*on_rank)(void *context, uint32_t rank), void *context);
/* An announcement's time has come. True: the job is told of *happening. */
bool fault_tells(struct faults *faults, struct event event, struct cairn_happening *happening);
/* The end of a repair: a node joins the spares, a rack's or zone's next lifetime begins. False:
 * stale. */
bool fault_repaired(struct faults *faults, struct event event);
/* The job takes a spare: cold ones begin to age. */
void fault_taken(struct faults *faults, uint32_t node);
/* The downtime is over: replaced nodes are new now. */
void fault_renew_replaced(struct faults *faults);
/* The same for one of them; nothing, if this node is none. */
void fault_renew(struct faults *faults, uint32_t node);
/* When, in wall time, each node of the job began to live, or the platform where it alone fails, as
 * far as is known: `born` has room for cluster->workers + 1. How many. Needs with_ages. */
uint32_t fault_born(const struct faults *faults, simtime *born);
/* When the trace's observation ends, in simulated time; NEVER without a trace or with wrap. */
simtime fault_observed_until(const struct faults *faults);

/* 1 / sum of the long-run rates of outages that strike the job, in seconds, from the laws or, with
 * a trace, from its outages that start before `before` (INT64_MAX: all). INFINITY when nothing
 * fails. */
double fault_mtbf(const struct spec *spec, int64_t before);

#endif
