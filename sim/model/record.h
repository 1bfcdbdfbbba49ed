/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record: what one replication of one scenario came to, in integers.
 *
 * Everything printed later is computed from records in index order; a record depends on (spec,
 * seed, replication) alone, never on the thread that made it. */
#ifndef CAIRN_MODEL_RECORD_H
#define CAIRN_MODEL_RECORD_H

#include "sim/base/digest.h"
#include "sim/base/simtime.h"
#include <stdbool.h>
#include <stdint.h>

/* Job classes: where each nanosecond of the job's slots went. A group is charged for one of its
 * placements, which all do the same, so its classes add up to the makespan; those of a program are
 * sums over placements held, of tasks and of actors. */
enum job_class {
    JOB_USEFUL,
    JOB_CHECKPOINT,
    JOB_SLOWED,
    JOB_LOST,
    JOB_UNCOMMITTED,
    JOB_DETECT,
    JOB_WAIT,
    JOB_RESTART,
    JOB_RESTORE,
    JOB_BLOCKED,
    JOB_START,    /* processes and constructors, the first time */
    JOB_TRANSFER, /* arguments fetched, results stored, latencies, while a slot is held */
    JOB_IDLE,     /* an actor held without a call */
    JOB_CLASSES
};
extern const char *const job_class_names[JOB_CLASSES];

/* Node classes: where each nanosecond of each node went. They add up to nodes x makespan. */
enum node_class { NODE_HELD, NODE_SPARE, NODE_REPAIRING, NODE_IDLE, NODE_CLASSES };
extern const char *const node_class_names[NODE_CLASSES];

__extension__ typedef __int128
    slot_ns; /* node or slot nanoseconds: 10^6 nodes x 10 y needs 79 bits */

/* The one way from slot_ns to a double: rounded once to the nearest, then divided. What fits
 * simtime gives the bits of simtime_seconds. */
static inline double slot_seconds(slot_ns t)
{
    return (double)t / 1e9;
}

/* Digest of the failures as they fell, kept at 1, 2, 4, … outages so that a shorter run can be
 * compared with a longer one (MODEL rule 8). */
#define TRACE_MARKS 32
struct failure_trace {
    uint64_t outages;
    uint32_t marks[TRACE_MARKS]; /* marks[i]: after 2^i outages */
};
/* Do the traces agree as far as both can tell? */
bool failure_trace_agrees(const struct failure_trace *a, const struct failure_trace *b);

enum run_end {
    END_FINISHED,
    END_HORIZON, /* the horizon, or the trace's end, came first: censored */
    END_EVENTS,  /* --max-events */
    END_POLICY,  /* the controller said FAILED, or broke its contract */
    END_FAILED,  /* the program failed: an error that its driver did not handle */
    RUN_ENDS
};

/* What became of the items of queues, by message: a call and which of its items, however often that
 * was put. put = delivered + lost + left. */
struct record_items {
    uint64_t put, delivered, lost;
    uint64_t left;    /* in a queue to the end */
    uint64_t doubled; /* deliveries beyond the first of a message */
    uint64_t high;    /* most in one queue at once */
    slot_ns depth;    /* item nanoseconds in queues */
    slot_ns waited;   /* from put to delivery, summed over deliveries */
};

struct record {
    uint32_t replication;
    enum run_end end;
    uint32_t policy_reason;   /* the controller's reason code, for END_POLICY */
    uint32_t failed_line;     /* of the scenario: the statement, for END_FAILED; a loop that stands
                                 still, for END_EVENTS; 0: none */
    uint32_t failed_cause;    /* enum call_cause, for END_FAILED */
    simtime makespan;         /* of an unfinished run: when it was stopped */
    slot_ns job[JOB_CLASSES]; /* of a group: ns of wall time; times workers gives slots */
    slot_ns aborted; /* part of job[JOB_CHECKPOINT] spent on snapshots that did not complete */
    slot_ns nodes[NODE_CLASSES];
    uint64_t struck, shielded, elsewhere;
    uint64_t taken, completed, checkpoints_aborted, skipped,
        restored;                  /* checkpoints; restores that completed */
    uint64_t foretold;             /* of those struck: the job had been told before */
    uint64_t predictions, notices; /* told to the job, false ones included */
    slot_ns lost_work;             /* to failures: part of job[JOB_LOST], to which exceptions and
                                      cancelled calls of programs come */
    slot_ns protected_work;        /* likewise; a long job that fails often passes 292 years */
    slot_ns claimed_work;          /* what the controller believes to have saved; 0: no claim */
    /* Of programs; 0 for groups. */
    struct {
        uint64_t submitted, completed, failed, retried;
    } calls; /* to tasks and methods; completed: not while made again; failed: for good */
    struct {
        uint64_t failed, killed;
    } attempts; /* each try of a call; killed: processes, for lack of memory */
    struct {
        uint64_t created, restarted, dead; /* dead: for good, and not because it was done */
    } actors;
    struct {
        uint64_t stored, copied, lost, rebuilt;
        uint64_t evicted, spilled; /* copies: for want of room, and to disk */
    } objects;
    struct {
        uint64_t moved;
    } bytes; /* between nodes */
    struct {
        uint64_t routed;            /* requests sent to a replica, again perhaps */
        uint64_t accepted, refused; /* by it; or it was not there any more */
        uint64_t probes, waits;     /* answers, or none; searches that found nobody, and waited */
        uint64_t misrouted;         /* another candidate had fewer */
        uint64_t near[3];           /* routed to the driver's node, its zone, elsewhere */
        uint64_t answered;          /* requests that came to a result */
        uint64_t longest;           /* queue of a replica, what it serves included */
        uint64_t slowest;           /* ns from the router to the result */
        slot_ns waited, took;       /* from the router to a replica, summed; to the result */
    } routes;
    struct record_items items; /* of all queues */
    uint64_t events;           /* canonical happenings */
    struct digest_value digest;
    struct failure_trace trace;
    simtime bound; /* makespan of the clairvoyant bound, -1 where none was computed */
};

#endif
