/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runtime: one replication of a program of tasks and actors on a failing cluster.
 *
 *     fibers ──submit──► batches ──► scheduler (real code) ──► seats on hosts: calls, actors
 *       ▲ get                             ▲ again, or never        │ end, fail
 *       └──────────── objects ◄───────────┴── recovery (real code) ◄┘
 *
 * A *fiber* executes statements: a driver's, or a branch's. A *batch* is what one execution of a
 * statement submitted: n calls, their n results (objects), or n actors. A *seat* is one placement:
 * an attempt of a task, or the life of an actor's process. A *host* is a node of the cluster, or
 * rather its place: who replaces a failed node sits in the same place. Numbers are pool numbers: 0
 * is nobody.
 *
 * A runtime is a workspace as struct run is one: opened once a cell and thread, used for
 * replication after replication. A record depends on (spec, seed, replication) alone. */
#ifndef CAIRN_RUNTIME_RUNTIME_H
#define CAIRN_RUNTIME_RUNTIME_H

#include "policies/recovery.h"
#include "policies/router.h"
#include "sim/base/status.h"
#include "sim/model/fault.h"
#include "sim/model/program.h"
#include "sim/runtime/chronicle.h"
#include "sim/runtime/lineup.h"
#include "sim/runtime/pool.h"

/* Streams of addressed draws beside those of the failures. */
enum {
    STREAM_TIME = 32,
    STREAM_EXCEPTION,
    STREAM_PLACE,
    STREAM_CURE,
    STREAM_ARRIVAL,
    STREAM_START,
    STREAM_THINK,
    STREAM_CRASH,
    STREAM_PROBE,
    STREAM_SLOW,
    STREAM_ROUTE
};

/* Words of one address. */
enum {
    WORD_TIME = 0, /* of a call; a constructor; the only one elsewhere */
    WORD_SIZE,     /* of a call's result */
    WORD_OVERHEAD,
    WORD_AWAIT,
    WORD_USES,
    WORD_WRITE,
    WORD_READ,
    WORD_ITEM,
    WORD_SNAPSHOT = 1, /* of an actor, under STREAM_START */
    WORD_PERSIST,
    WORD_RESTORE,
    WORD_EXPORT, /* of a class to a job, likewise */
};

/* Scheduler ids: batch << 32 | element, and actors. */
#define RUNTIME_ACTOR_ID (UINT64_C(1) << 63)

/* Who a timer is for. */
enum timer_kind {
    TIMER_NOBODY, /* stopped */
    TIMER_ARRIVAL,
    TIMER_FIBER,
    TIMER_BATCH,
    TIMER_CALL,
    TIMER_ACTOR,
    TIMER_PERSIST,
    TIMER_HOST,
    TIMER_NOTICE,
    TIMER_MISHAP,
    TIMER_CRASH,
    TIMER_STORE,
    TIMER_KILLER,
    TIMER_ENDING,
    TIMER_HEAD,
    TIMER_INQUIRY,
    TIMER_ERRAND,
    TIMER_CREW,
};
struct timer {
    uint32_t next_free; /* the pool's; or the next that the head's absence keeps */
    uint32_t kind, number;
};

/* One placement. Embedded in a call or an actor, and in the list of all on its host. */
struct seat {
    uint32_t host;           /* TOLD_NOWHERE: none */
    uint32_t entry;          /* the scheduler's */
    uint32_t next, previous; /* seat references on the same host; 0 ends */
    simtime since;           /* the ledger is complete up to here */
};
/* A call's or an actor's number, and which. */
#define SEAT_OF_CALL(number)  ((number) << 1)
#define SEAT_OF_ACTOR(number) ((number) << 1 | 1)

enum host_state {
    HOST_UP,
    HOST_LOST,    /* dead, and nobody knows yet */
    HOST_MISSING, /* known to be dead; waits for a node */
    HOST_STARTING,
};
struct host {
    uint8_t state;     /* enum host_state */
    bool is_known;     /* to be up, by the scheduler */
    bool is_announced; /* it will be taken away: a drain, and then a preemption */
    bool is_hanging;   /* its next crash is one that answers no more */
    bool has_exited;   /* its node is well, and starts anew */
    uint32_t life;     /* counts up with every crash: what was here in another life is gone */
    uint32_t seats;    /* first */
    uint32_t outgoing; /* copies that set out from here, in this life: the first */
    uint32_t starting, starting_most; /* worker processes */
    struct lineup queue;              /* seats that wait to start one, by next_start */
    uint32_t idle, idle_job;          /* workers of this job that wait for work */
    uint32_t idle_most;               /* that are kept: one a processor */
    uint32_t timer;
    uint32_t cause;           /* of its last crash */
    uint32_t killer;          /* timer of its next check, when it is over its memory */
    uint32_t victim;          /* seat that is killed, until everybody knows */
    int64_t taken;            /* memory, by the calls that run */
    simtime busy_since, busy; /* at least one seat, and a node; summed */
};

/* Where a result is. */
enum object_state {
    OBJECT_PENDING, /* to be computed, or being so */
    OBJECT_READY,
    OBJECT_FAILED,
    OBJECT_FREED, /* nobody wanted it any more; lineage may bring it back */
};
struct object {
    uint32_t call;    /* that is to make it; of a set of actors: the actor */
    uint32_t copies;  /* where it is */
    uint32_t uses;    /* calls that need it and have not ended */
    uint32_t waiters; /* those that wait for it alone */
    uint8_t state, cause;
    bool is_inline;  /* small: with its owner, never lost */
    bool is_durable; /* written to a durable store: read back, whatever is lost */
};
/* Valid while its host lives the same life. Where room is limited (store.h) it is in memory, on its
 * node's disk, or both, and on a list of the store while no call there needs it. */
struct copy {
    uint32_t next;
    uint32_t host, life;
    uint32_t batch, element;
    uint32_t older, newer; /* on its list */
    uint32_t pins;         /* calls on its host that need it now */
    uint8_t list;          /* enum store_list */
    bool is_primary;       /* it may not go as long as somebody may ask for the result */
    bool is_on_disk, is_in_memory;
    uint32_t source; /* 1 + the host that it comes from, where that may matter: on a list there */
    uint32_t next_out, previous_out;
    int64_t bytes;
    simtime arrives; /* under way until then */
};
/* Somebody waits: a batch, a call, a fiber or a map (in that order of reference kinds). */
enum waiter_kind { WAITER_BATCH, WAITER_CALL, WAITER_FIBER, WAITER_ERRAND };
struct waiter {
    uint32_t next;
    uint32_t kind, number;
    uint32_t stamp; /* of a call, a fiber's wait, or the batch: an older one is void */
};

enum batch_kind {
    BATCH_TASKS,
    BATCH_METHODS,
    BATCH_ACTORS,
    BATCH_PUT,
    BATCH_SNAPSHOTS,
    BATCH_RESTORES,
    BATCH_STOPS
};
struct batch_argument {
    uint32_t batch;
    bool is_each;
};
struct batch {
    uint32_t next, previous; /* of the same job */
    uint32_t serial;
    uint32_t job, statement, function; /* function: PROGRAM_NOTHING where there is none */
    uint8_t kind;                      /* enum batch_kind */
    bool is_cancelled, has_arrived, is_enqueued, has_calls;
    bool is_remembered, is_past; /* its calls can be made again; they are forgotten */
    uint32_t target;             /* methods: the set of actors; of a set: its fleet */
    uint32_t troupe;             /* of actors that are placed together; 0: they are not */
    uint32_t handles;            /* variables that hold it, batches under way that need all of it */
    uint32_t lineage;            /* batches that would need it to be computed again */
    uint32_t older, newer;       /* of those whose calls are remembered */
    uint32_t count, pending, failed;
    uint32_t missing; /* arguments that are not all there */
    uint32_t waiters; /* for all of it */
    uint32_t timer;
    uint64_t first;  /* its first call among all of the function; of restores to what all have in
                        common, the version */
    uint32_t offset; /* call i gets element offset + i of what is `each` */
    uint32_t *servers, server; /* a map's: the actor of each call; NULL: as the target has them */
    uint32_t arguments_count;
    struct batch_argument *arguments;
    struct object *objects, one;
};

enum call_state {
    CALL_WAITING, /* for arguments, or in its actor's queue */
    CALL_LEASING,
    CALL_STARTING, /* its worker */
    CALL_BLOCKED,  /* until its host has room for its arguments */
    CALL_FETCHING,
    CALL_RUNNING,
    CALL_AWAITING,
    CALL_PARKED,  /* it has computed, and waits for others: at a queue, or a barrier */
    CALL_SAVING,  /* it has run, and its result is being written to a durable store */
    CALL_STORING, /* it has run, and waits until its host has room for its result */
    CALL_LOST,    /* its place is gone, and nobody knows yet */
    CALL_BACKOFF,
    CALL_REPLYING,
    CALL_SENT,    /* to the replica that the router chose */
    CALL_REFUSED, /* by it, and on the way back */
};
struct call {
    struct seat seat; /* tasks */
    uint32_t batch, element;
    uint32_t stamp; /* no other call ever has it */
    uint32_t actor;
    uint32_t next;       /* in its actor's queue, or among those it runs */
    uint32_t next_start; /* waits for a worker process, for room, or parked */
    uint32_t timer;
    uint32_t missing;
    uint32_t items; /* that it took out of a queue: first */
    uint32_t moved; /* items, in or out, by this attempt */
    uint32_t taken_host, taken_life;
    int64_t taken;               /* memory, there, while it runs */
    uint32_t pin_host, pin_life; /* where its arguments are pinned, while is_pinning */
    int64_t room;                /* bytes that it waits for */
    uint32_t attempt;
    uint16_t failed[CAIRN_CAUSES];
    uint8_t state, cause;
    bool is_raising;  /* this attempt ends with an exception */
    bool is_crashing; /* or with its process */
    bool is_late;     /* or because it has waited long enough */
    bool has_arrived; /* at its actor */
    bool is_refused;  /* it came when its actor was stopping */
    bool is_pinning;
    bool is_again;     /* of an actor: it is made once more, for its lost result */
    bool is_outside;   /* of its queue, until its arguments are there */
    bool is_cancelled; /* it has begun, and is not tried again */
    bool is_resumed;   /* it has waited for room, and is next */
    bool was_alive;    /* its actor has lived with it: its death is this call's failure */
    uint16_t refusals;
    uint32_t replica; /* of a routed call: the one that it was last sent to */
    int32_t length;   /* of the queue that refused it */
    simtime asked;    /* of a routed call: since when it wants a replica */
    simtime recall;   /* part of its fetching that reads from the durable store */
    simtime began;    /* of a method: when it began to compute, were it not for being parked */
    simtime parked;   /* since then */
    simtime worked;   /* of a task: useful time that its result will stand for */
};

/* The actors of a variable as replicas, see fleet.h. */
struct fleet {
    uint32_t set; /* batch */
    uint32_t next_ready;
    bool is_ready;
    void *router;        /* its state */
    uint32_t most;       /* candidates of one question, at most */
    struct lineup queue; /* requests that wait, by next */
    uint32_t waiting;    /* so many */
    uint32_t lost;       /* requests with a process that is lost, newest first, by next */
    uint32_t open;       /* requests that no replica has accepted, from their submission on */
    uint32_t searches;   /* under way */
    uint64_t searched;   /* so far */
};
enum inquiry_phase {
    INQUIRY_WAITING,  /* a search: before it asks, again perhaps */
    INQUIRY_PROBING,  /* its probes are on their way */
    INQUIRY_ANSWERED, /* when this ends their answers are there, or will not count */
    INQUIRY_ASKED,    /* no search: a probe is on its way */
    INQUIRY_ANSWER,   /* and back */
    INQUIRY_NEWS,     /* what a replica has said of itself is on its way */
};
struct inquiry {
    uint32_t fleet;
    enum inquiry_phase phase;
    bool is_far, is_silent; /* candidates that have not said how many they have */
    uint64_t serial;        /* of the search, from 1; 0: of none */
    struct cairn_search search;
    struct cairn_route route; /* of no search: replica and length */
    struct cairn_candidate *candidates;
};

/* Ray's numbers; exactly the ten documented transitions occur (actor.c). */
enum actor_state {
    ACTOR_UNREADY, /* DEPENDENCIES_UNREADY */
    ACTOR_PENDING, /* PENDING_CREATION */
    ACTOR_ALIVE,
    ACTOR_RESTARTING,
    ACTOR_DEAD,
};
/* Items of a queue, first come, first served (items.h). */
struct item_line {
    uint32_t first, last;
};
struct actor_checkpoint {
    uint64_t version;
    simtime kept; /* useful time of this actor that it holds */
    simtime work; /* the same, and steps, as its controller counts them */
    int64_t steps;
    uint32_t host, life;    /* in memory: of its node */
    struct item_line items; /* of a queue, if they are checkpointed */
};
/* What its process is doing, or that it has none. */
enum actor_phase {
    ACTOR_NOWHERE, /* no place yet: the scheduler has its request, or a delay runs */
    ACTOR_LEASING,
    ACTOR_STARTING,  /* its process */
    ACTOR_BUILDING,  /* its constructor runs */
    ACTOR_RESTORING, /* as part of a restart */
    ACTOR_SERVING,
    ACTOR_LOST, /* its process is gone, and nobody knows yet */
};
struct actor {
    struct seat seat;
    uint32_t batch, element, class, job;
    uint32_t next_of_job;
    uint32_t avoid; /* where its last process was lost, if recovery wants it elsewhere */
    uint8_t state, phase, cause;
    bool is_computing; /* one of an async actor's calls is, or fetches to do so */
    bool is_beginning; /* a call of its queue: what this puts there waits its turn */
    uint32_t member;   /* of the crew that created it; 0: no crew did */
    bool is_ending;    /* nobody has its handle: it ends with its last call */
    bool is_stopping;  /* likewise, and it takes no more (ending.h) */
    uint32_t next_start;
    uint32_t timer;
    struct lineup queue; /* calls in the order of their submission, by next */
    uint32_t running, running_count;
    uint32_t calls;                /* in the queue or running */
    uint32_t coming;               /* of them, those that have not arrived */
    uint32_t refused;              /* of those, who will be told so when they do */
    uint32_t stoppers, stop_timer; /* who waits for its end; until then at most */
    simtime stops_at;
    uint32_t life; /* counts its processes */
    uint16_t failed[CAIRN_CAUSES];
    uint64_t version; /* calls that its state holds */
    simtime at_risk;  /* useful time that no complete checkpoint holds; of a stateless one, since
                         the last call that it has done */
    simtime between;  /* of it: worked since the snapshot under way, or persisting, began */
    simtime saving;   /* spent on the snapshot under way, or persisting */
    simtime kept;     /* useful time that the state holds besides: a checkpoint does, too */
    uint64_t snapshots, restores; /* begun so far */
    uint64_t covered;             /* by the snapshot under way, or persisting */
    uint32_t persisting;          /* the call whose snapshot is; 0: none */
    uint32_t persist_timer, crash_timer;
    uint32_t generations_count;
    uint32_t chosen;                      /* of them, to be gone back to: a restore runs */
    struct actor_checkpoint *generations; /* complete, newest first; room for `keep` of them */
    void *own;                            /* recovery's state of it */
    struct advisor *advisor;              /* NULL: no controller decides its checkpoints */
    struct channel *channel;              /* NULL: its calls never wait for each other */
    simtime restore_began;
};

enum fiber_wait {
    FIBER_READY,
    FIBER_FOR_ALL,
    FIBER_FOR_SOME,
    FIBER_FOR_TIME,
    FIBER_FOR_BRANCHES,
    FIBER_FETCHING,
    FIBER_FOR_NEXT, /* result of a map */
    FIBER_WAITS
};
struct frame {
    uint32_t statement; /* a loop, or a statement whose handler runs; PROGRAM_NOTHING: the body */
    bool is_handler;
    uint32_t crew; /* of a map */
    uint64_t left; /* rounds still to begin */
};
struct fiber {
    uint32_t next_ready;
    uint32_t job, parent, branches; /* branches: of its parallel that have not ended */
    uint32_t slots;
    uint32_t *variables; /* batches */
    uint32_t pc, end;
    uint32_t depth;
    struct frame *frames; /* program->depth + 2 */
    uint32_t timer, stamp;
    uint32_t missing;
    uint32_t failed_at; /* the statement that began the failure being handled */
    uint32_t waited;    /* a batch that no variable holds: of run */
    uint8_t wait, cause;
    bool is_failed, is_alive;
    simtime since; /* it waits */
};

/* Actors of one statement that are placed together (troupe.h). */
struct troupe {
    uint32_t next_free; /* the pool's */
    uint32_t set;       /* of actors; 0: nobody's */
    uint32_t alive;     /* actors that are not dead */
    bool is_whole;      /* each bundle is on a node, as far as was told */
    uint32_t *nodes;    /* where each has been told to be; TOLD_NOWHERE */
};

struct job {
    uint32_t definition, serial;
    uint32_t fibers;  /* alive */
    uint32_t batches; /* first */
    uint32_t actors;  /* first */
    simtime *known;   /* by class of actors (export.h); NULL: nobody has asked */
    bool is_ended;
};

struct runtime {
    const struct spec *spec;
    const struct program *program;
    const void *scheduler_plan, *recovery_plan, *router_plan;
    const void *const *controller_plans; /* by class of actors; NULL: none, of all or of this one */
    struct arena arena, fixed;           /* of a replication; of the workspace */
    struct engine engine;
    struct cluster cluster;
    struct faults faults;
    struct story story;
    struct record *record;
    uint32_t replication;
    bool is_out_of_memory;
    bool wants_dispatch;

    void *scheduler; /* state */
    size_t scheduler_bytes;
    uint32_t pending_most, groups_most, bundles_most;
    void *recovery;
    struct host *hosts;
    struct straggler *stragglers;                   /* of the hosts; NULL: none is ever slow */
    struct store *stores;                           /* of the hosts; NULL: room has no limit */
    uint32_t stores_ready_first, stores_ready_last; /* 1 + host: somebody there may go on */
    uint64_t *calls_of;                             /* by function: calls submitted so far */
    uint64_t *built_of;                             /* by class: constructors begun */
    uint64_t *begun_of;   /* by function: attempts that ran, where their crashes are listed */
    uint64_t *lives_of;   /* by class: processes that served, likewise */
    void **shared_states; /* by class: of a controller that wants one for the job */
    uint64_t *come_of;    /* by definition of a job: how many have arrived */
    uint64_t *thoughts;   /* by statement: how often a driver worked, or put, by itself */

    struct item_class *item_classes; /* by class */

    struct pool timers, batches, calls, actors, fibers, jobs, waiters, copies, items, troupes;
    struct pool fleets, inquiries;
    struct pool crews, members, errands; /* of maps (crew.h) */
    uint32_t crews_ready_first, crews_ready_last;
    struct blocks blocks;
    struct {
        uint32_t first, last; /* batches whose calls can be made again, oldest first */
        int64_t bytes;        /* of their specifications */
    } remembered;
    struct {
        bool is_away;
        simtime until;
        uint32_t missed;                /* timer: then nodes give up */
        uint32_t kept_first, kept_last; /* timers that wait for it */
    } head;
    uint32_t ready_first, ready_last; /* fibers */
    uint32_t fleets_ready;            /* first, by next_ready */
    uint32_t serial;                  /* of batches */
    uint32_t stamps;                  /* of waits */
    uint32_t jobs_come;
    uint64_t jobs_left;        /* that have not ended, or not come */
    uint64_t executed, rounds; /* statements, and rounds of `until`, while no time passes and */
    simtime instant;           /* no call is completed */
    uint64_t completed;
    bool is_over;
    uint64_t nodes_told; /* spare and in repair, as last told */

    chronicle_listener *listener;
    void *context;
};

/* plans: what the classes of the policies made of their parameters; they outlive it. STATUS_MEMORY.
 */
struct runtime_plans {
    const void *scheduler, *recovery, *router; /* router: where calls are routed */
    const void *const *controllers;            /* by class of actors; NULL: none decides */
};
enum status runtime_open(struct runtime *runtime, const struct spec *spec,
                         const struct runtime_plans *plans);
void runtime_close(struct runtime *runtime);
/* Everything is told to the listener from now on; NULL: to nobody. */
void runtime_listen(struct runtime *runtime, chronicle_listener *listener, void *context);
/* STATUS_MEMORY, or STATUS_OK with *record filled in. */
enum status runtime_replicate(struct runtime *runtime, uint32_t replication, struct record *record);

/* ---- for the parts ----------------------------------------------------------------------------
 */

static inline simtime runtime_now(const struct runtime *rt)
{
    return rt->engine.now;
}
void runtime_tell(struct runtime *rt, struct told told);
/* The number of a timer that fires after `delay`. */
uint32_t runtime_timer(struct runtime *rt, simtime delay, enum event_class class,
                       enum timer_kind kind, uint32_t number);
/* *timer will not fire; it is 0 afterwards. */
void runtime_stop_timer(struct runtime *rt, uint32_t *timer);
/* The node that the program says, if it says one. */
static inline void runtime_pin(struct cairn_request *request, const struct program_pin *pin)
{
    if (pin->node == 0)
        return;
    request->strategy = CAIRN_PLACE_NODE;
    request->node = pin->node - 1;
    request->is_soft = pin->is_soft;
}

/* A request to the scheduler. What addresses its random words: function and number of the call
 * (or NOTHING and those of an actor), and which attempt it is; no history, no pool. */
void runtime_request(struct runtime *rt, struct cairn_request *request, uint32_t function,
                     uint64_t number, uint32_t attempt);
/* Room for a group, now or when there is some. */
void runtime_reserve(struct runtime *rt, const struct cairn_reservation *reservation);
/* The request waits no more, if it did. */
void runtime_withdraw(struct runtime *rt, uint64_t id);
/* The run ends here, before its jobs do; line: of the loop that is why, or 0. */
void runtime_stop(struct runtime *rt, enum run_end end, uint32_t line);
/* Statement after statement, and no time passes: the run is stopped, in the loop of this line. */
bool runtime_stands_still(struct runtime *rt, uint32_t line);
double runtime_uniform(const struct runtime *rt, uint32_t stream, uint32_t entity,
                       uint64_t occurrence, uint32_t word);
/* An amount that differs from call to call. */
int64_t runtime_varied(const struct runtime *rt, const struct amount *amount, uint32_t stream,
                       uint32_t entity, uint64_t index, uint32_t word);
/* The amount of this index; a law is drawn at (stream, entity, index), word by what is drawn there
 * besides. */
static inline int64_t runtime_amount(const struct runtime *rt, const struct amount *amount,
                                     uint32_t stream, uint32_t entity, uint64_t index,
                                     uint32_t word)
{
    if (amount->kind == AMOUNT_CONSTANT) /* most are, and nothing */
        return amount->constant;
    return runtime_varied(rt, amount, stream, entity, index, word);
}

#endif
