/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chronicle: everything that happens in a run of a program, in order, as it happens.
 *
 * One struct serves the digest, `--events`, traces and the terminal's timeline. Instants say what
 * happened; spans say where the time of a placement went: each is one charge to the job's ledger,
 * from `since` until `time`, so that both ledgers, and every count of the record, can be added up
 * from the chronicle alone (a test does). What is told from TOLD_SPAN on follows from the rest: it
 * is told to a listener, and is neither counted nor digested. */
#ifndef CAIRN_RUNTIME_CHRONICLE_H
#define CAIRN_RUNTIME_CHRONICLE_H

#include "sim/model/record.h"

enum told_kind {
    TOLD_JOB_ARRIVED,     /* to: which driver; element: its fiber */
    TOLD_JOB_ENDED,       /* cause: 0, or why it failed (1 + enum cairn_cause); amount: its line */
    TOLD_SUBMITTED,       /* count calls from `element` on */
    TOLD_PLACED,          /* an attempt has its place on a host */
    TOLD_STARTED,         /* it runs */
    TOLD_ENDED,           /* it has run to its end; amount: bytes of the result */
    TOLD_ATTEMPT_FAILED,  /* known from now on; cause */
    TOLD_RETRIED,         /* amount: ns until it is submitted again */
    TOLD_STORED,          /* amount bytes of a result that no message carries, on a host */
    TOLD_COPIED,          /* likewise, for another copy */
    TOLD_DONE,            /* the result can be had */
    TOLD_FAILED,          /* for good; cause */
    TOLD_GOT,             /* a driver has what it waited for */
    TOLD_ACTOR,           /* state becomes `to` (enum actor_state) */
    TOLD_ACTOR_RESTARTED, /* amount: ns until it asks for a place again */
    TOLD_STATE, /* version of an actor's state becomes `amount` otherwise than by a call */
    TOLD_MOVED, /* amount bytes are being fetched to a host, or to a driver */
    TOLD_OBJECT_LOST,
    TOLD_OBJECT_REBUILT, /* its call has been submitted again */
    TOLD_SNAPSHOT,       /* amount: the version that it covers; so in the next three */
    TOLD_PERSISTING,
    TOLD_COMPLETE,
    TOLD_ABORTED,
    TOLD_RESTORED,  /* count: ns of useful time that it held */
    TOLD_HOST_DOWN, /* the true time; amount 1: the node leaves to be repaired */
    TOLD_HOST_DRAINED,
    TOLD_HOST_DETECTED,
    TOLD_HOST_UP,
    TOLD_OUTAGE, /* amount nodes went down in the cluster, count elsewhere: told behind them */
    TOLD_PREDICTION,
    TOLD_NOTICE,
    TOLD_STOPPED,    /* the run ends before its jobs do; cause: enum run_end */
    TOLD_EVICTED,    /* amount bytes: a copy that nobody needs leaves a host for want of room */
    TOLD_SPILLED,    /* likewise, to be on its disk alone, or as well */
    TOLD_READ,       /* amount bytes are being read back into its memory */
    TOLD_FORGOTTEN,  /* count calls can not be made again: what they returned is lost with its node
                      */
    TOLD_KILLED,     /* its process, for want of memory; amount: bytes taken on the host */
    TOLD_SAVED,      /* amount bytes: a result is in the durable store */
    TOLD_RECALLED,   /* amount bytes are being read from there to a host */
    TOLD_PROBED,     /* a replica says that it has amount requests (-1: nothing), to search `count`
                      */
    TOLD_ROUTED,     /* a call is sent to a replica for having amount (-1: unasked), by search
                        `count`; to: enum cairn_near, and TOLD_MISROUTED */
    TOLD_ACCEPTED,   /* it is in that replica's queue, as one of amount */
    TOLD_REFUSED,    /* the replica has amount, and that is enough; -1: it is not there */
    TOLD_BACKED_OFF, /* search `count` found nobody with room: it waits for amount ns */
    TOLD_GROUP,      /* count actors are placed together: their group becomes `to` (enum
                        cairn_group_state) */
    TOLD_BUNDLE,     /* room on a host is reserved for one of them */
    TOLD_STOPPING,   /* an actor takes no more calls, and ends within amount ns */
    TOLD_HEAD_DOWN,  /* amount ns, or longer if it was down already: creations and news wait */
    TOLD_HEAD_UP,
    TOLD_EXPORT,    /* the class of this actor is made known to its job, for amount ns */
    TOLD_SCALED,    /* amount: so many more actors of a map, or fewer; count: are there now; to: why
                       (enum cairn_scaling_reason) */
    TOLD_ENQUEUED,  /* item `count` is in a queue, amount items deep now; to: 1, not the first time
                     */
    TOLD_DEQUEUED,  /* likewise, out of it, put there at `since`; delivered when its call has ended
                     */
    TOLD_ITEM_LOST, /* likewise, with its process */
    TOLD_ITEM_BACK, /* likewise, in it again: of a checkpoint, or because who took it is gone */
    TOLD_GATHERED,  /* amount calls have met, the count-th time, and go on */
    TOLD_SPAN,      /* job class `to`, since `since` */
    TOLD_MOVE,      /* amount ns of what was class `cause` are class `to` after all */
    TOLD_LEFT,      /* a placement is over */
    TOLD_DROPPED,   /* amount bytes: a copy is given up; those on a host that goes down just go */
    TOLD_NODES,     /* so many are spare (count), and so many in repair (amount), from now on */
    TOLD_WAITED,    /* a driver, or a branch of it (element: its fiber), since `since`; to: for what
                       (enum fiber_wait); count: the line */
    TOLD_KINDS
};
extern const char *const told_names[TOLD_KINDS];

#define TOLD_NOWHERE   UINT32_MAX
#define TOLD_MISROUTED 4u /* another of the candidates had fewer requests */

struct told {
    simtime time, since;
    enum told_kind kind;
    uint32_t to, cause;
    uint32_t job;      /* number of its arrival, from 0 */
    uint32_t function; /* PROGRAM_NOTHING: none */
    uint32_t actor;    /* 0: none; else 1 + its number in order of creation */
    uint32_t host;     /* TOLD_NOWHERE: none, or the drivers' */
    uint32_t batch;    /* statements that submitted, numbered from 1; 0: none */
    uint32_t element, attempt;
    uint32_t call; /* 0: none; its number, which another call may have once this one has ended */
    uint64_t count;
    slot_ns amount;
};

typedef void chronicle_listener(void *context, const struct told *told);

#endif
