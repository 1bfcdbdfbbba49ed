/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tracks: one replication of a program laid out for the eye.
 *
 *     node0, slot 0   |load─────────|  |Trainer#1──────────────────────────|
 *                     |run          |  |start|train────|    |train──|
 *                                            |run      |    |run|detect|
 *
 * Made from the chronicle alone: a slice for every placement (the lowest free slot of its node),
 * inside it its phases, which are the charges to the ledger, and the calls of an actor that serves
 * one at a time; calls of other actors have lanes of their own beside the slots. Drivers and their
 * branches have tracks too. On a track slices nest, and do not overlap otherwise. Then there are
 * instants, arrows from what failed to what was done about it, and counters.
 *
 * Marks are kept in memory, because what a slice was is known only when it is over, and what work
 * was worth only when it stands; they are sorted when all is over. */
#ifndef CAIRN_CAMPAIGN_TRACKS_H
#define CAIRN_CAMPAIGN_TRACKS_H

#include "sim/base/limits.h"
#include "sim/campaign/lanes.h"
#include "sim/campaign/witness.h"

#define TRACKS_DRIVER UINT32_MAX  /* as a host: the drivers' */
#define TRACKS_BESIDE 0x80000000u /* in a lane: not a slot, but one for calls beside them */

enum track_kind {
    /* slices */
    TRACK_ATTEMPT, /* of a task, from its placement to its end */
    TRACK_ACTOR,   /* a process of an actor, likewise */
    TRACK_CALL,    /* of a method */
    TRACK_PHASE,   /* class: of the ledger; idle time is not drawn */
    TRACK_JOB,
    TRACK_WAIT, /* class: enum fiber_wait; value: the line */
    /* others; until is since */
    TRACK_INSTANT, /* class: enum track_instant */
    TRACK_FLOW_OUT,
    TRACK_FLOW_IN, /* value: its number */
    TRACK_COUNTER, /* class: enum track_counter; value */
};
enum track_instant {
    INSTANT_DOWN,
    INSTANT_DETECTED,
    INSTANT_UP, /* of nodes */
    INSTANT_COMPLETE,
    INSTANT_ABORTED,
    INSTANT_RESTORED, /* of actors */
    INSTANTS
};
enum track_counter { COUNT_RUNNING, COUNT_QUEUED, COUNT_NODES, COUNT_BYTES, COUNTERS };
enum track_outcome {
    OUTCOME_UNFINISHED, /* when the run ended */
    OUTCOME_DONE,
    OUTCOME_FAILED,  /* cause */
    OUTCOME_STOPPED, /* cancelled, killed, or given back */
};

/* 64 bytes; as many as there are spans, and a third more. */
struct track_mark {
    simtime since, until;
    int64_t value;
    uint32_t host, lane; /* lane of the drivers: the fiber */
    uint32_t function, actor, job, batch, element;
    uint32_t previous; /* of a phase: 1 + the one before it on the same seat */
    uint16_t attempt;
    uint8_t kind, class, outcome, cause;
};
_Static_assert(sizeof(struct track_mark) == 64, "one a cache line");

/* What is known of a call, or an actor, while the run goes on. */
struct track_holder {
    uint32_t mark;                /* 1 + its last slice */
    uint32_t phase;               /* 1 + its last phase */
    uint32_t flow;                /* an arrow that ends at its next slice */
    uint32_t first, next, before; /* an actor's open calls; a call's neighbours among them */
    bool is_open, is_running, is_held;
};
struct track_job {
    uint32_t mark;
    uint64_t outstanding; /* calls submitted and not settled */
};
struct track_host {
    struct lanes slots, beside;
    int64_t bytes; /* of objects */
    bool is_seen;  /* something is drawn of it */
};
struct track_array {
    void *items;
    uint32_t count;
};

struct tracks {
    const struct witness *witness;
    struct track_mark *marks;
    uint32_t count, capacity, most;
    uint32_t *order;                        /* by tracks_sort: the marks' indices */
    struct track_host *hosts;               /* the cluster's, and the drivers' last */
    struct track_array calls, actors, jobs; /* holders by number; jobs by serial */
    uint32_t fibers, flows;                 /* the most at once; so far */
    int64_t counters[COUNTERS], said[COUNTERS];
    uint64_t outstanding, held; /* calls not settled; calls that have a place */
    simtime now;
    bool is_out_of_memory, is_too_long;
};

/* Runs the replication; `most` marks are kept, 0: LIMIT_MARKS. STATUS_INPUT: more marks than
 * `most`; STATUS_MEMORY. After a failure nothing is left to be closed. */
enum status tracks_open(struct tracks *tracks, struct witness *witness, uint32_t replication,
                        uint32_t most, struct record *record, struct diag *diag);
void tracks_close(struct tracks *tracks);
/* By time; at one instant what encloses first. STATUS_MEMORY. */
enum status tracks_sort(struct tracks *tracks, struct diag *diag);

/* The i-th mark, sorted. */
static inline const struct track_mark *tracks_at(const struct tracks *tracks, uint32_t i)
{
    return &tracks->marks[tracks->order[i]];
}
static inline bool track_is_slice(const struct track_mark *mark)
{
    return mark->kind <= TRACK_WAIT;
}

#endif
