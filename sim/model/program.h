/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: what a job does, as plain data: tasks, actors, and the statements of its drivers.
 *
 * workloads/ fills it in, sim/runtime runs it; neither knows the other. A program is as long as its
 * text: a loop of a million calls is one statement, a million calls submitted at once are one
 * statement with `times`. Statements stand in one array in the order of the text; what is inside
 * one stands behind it, so a body is a range of indices. Everything has been checked by the reader:
 * names are resolved, every demand fits some node, every variable is bound where it is used. */
#ifndef CAIRN_MODEL_PROGRAM_H
#define CAIRN_MODEL_PROGRAM_H

#include "policies/recovery.h"
#include "policies/scaling.h"
#include "policies/scheduler.h"
#include "sim/base/law.h"
#include "sim/base/simtime.h"

#define PROGRAM_NOTHING  UINT32_MAX
#define PROGRAM_FOR_EVER (-1)       /* a number of retries or restarts */
#define PROGRAM_COMMON   UINT64_MAX /* generations before the newest: whichever all have */

/* A time in ns or a size in bytes that may differ from call to call. */
enum amount_kind {
    AMOUNT_CONSTANT,
    AMOUNT_LISTED, /* call k takes list[k], and begins anew behind the last */
    AMOUNT_LAW,    /* drawn by address, in seconds or bytes */
};
struct amount {
    enum amount_kind kind;
    int64_t constant; /* 0 where nothing is said */
    const int64_t *list;
    uint32_t count;
    const struct law *law;
};

/* How long a call waits for others; without an end: for ever. */
struct patience {
    bool has_end;
    simtime time;
};

/* Where a task or an actor must be placed. */
struct program_pin {
    uint32_t node; /* 1 and the number of the node; 0: anywhere */
    bool is_soft;  /* elsewhere, if that one is not there */
};

/* A task, or a method of an actor. */
struct program_function {
    const char *name;   /* "load", "Trainer.train" */
    uint32_t actor;     /* the class whose method it is; PROGRAM_NOTHING: a task */
    struct amount time; /* it computes */
    struct amount
        await; /* then it waits for something outside; an async actor does others meanwhile
                */
    struct amount overhead; /* of a stateless call: state comes in and goes out again, each time */
    struct amount size;     /* of its result */
    struct amount uses;     /* memory that a call really takes while it runs */
    struct cairn_demand demand; /* of a task */
    enum cairn_strategy strategy;
    struct program_pin pin;
    int32_t priority;
    int32_t retries; /* of a task after system failures: max_retries; methods: of their class */
    bool retry_exceptions;
    struct {
        int32_t ppm;    /* of the calls raise an exception; 0: none */
        uint64_t after; /* the first so many calls never do */
        int32_t at_ppm; /* of the time has been worked when it is raised */
    } fails;
    struct {
        bool is_given;
        struct amount write; /* its result goes to a durable store, while its slot is held */
        struct amount read;  /* from there, in place of a copy that is gone */
    } checkpoint;            /* of a task */
    struct amount crash;     /* of a task: its process ends after running so long; 0: it does not */
    /* Of a method; one of the three at most is not 0. When it has computed, it waits: */
    uint32_t puts;           /* until there is room for so many items in its actor's queue */
    uint32_t gets;           /* until there are so many, which it takes out */
    uint32_t gathers;        /* until so many of its calls wait here: all go on then */
    bool is_partial;         /* items move one by one; what has moved stays so on a timeout */
    struct amount item;      /* it computes so long for each item besides `time` */
    struct patience timeout; /* then it fails */
};

/* What becomes of the items of a queue when its process is lost. */
enum program_items {
    ITEMS_LOST,
    ITEMS_CHECKPOINTED, /* those that the newest complete checkpoint covers come back with it */
    ITEMS_KEPT,         /* written ahead: all stay */
};

struct program_actor {
    const char *name;
    struct amount start;              /* the constructor */
    struct amount export;             /* of the class, by the first of a job */
    struct cairn_demand placed, held; /* to be placed; while it lives */
    enum cairn_strategy strategy;
    struct program_pin pin;
    int32_t restarts;     /* max_restarts */
    int32_t task_retries; /* max_task_retries */
    uint32_t concurrency; /* calls at once: threads, or awaits of an async actor */
    bool is_async;        /* only one computes at a time, the others wait at their awaits */
    bool is_detached;     /* outlives the job that created it */
    bool is_stateless;    /* what it has done stands when its process is lost */
    struct amount crash;  /* each process ends after serving so long; 0: it does not */
    struct {
        bool is_given;
        struct amount snapshot; /* a call that occupies the actor */
        struct amount persist;  /* then, in the background */
        struct amount restore;
        bool is_automatic; /* a restarted actor restores the newest complete one by itself */
        bool in_memory;    /* of its node, and lost with it */
        uint32_t keep;     /* generations kept, at least 1 */
    } checkpoint;
    struct {
        bool is_given;
        uint64_t capacity; /* items; 0: no limit */
        unsigned items;    /* enum program_items */
    } queue;
};

/* A variable keeps what it holds: objects, or actors of one class, and how many. A released one may
 * be bound again; a copy of a branch begins with none. It is of the branch the statement is in, or
 * of one around it. */
struct program_variable {
    uint32_t up; /* branches outwards; PROGRAM_NOTHING: no variable */
    uint32_t slot;
};

/* What a call is given: objects that must be there before it starts. */
struct program_argument {
    struct program_variable variable;
    bool is_each; /* call i gets element i. There are as many elements as calls: `times` of a task;
                     of a method one on each actor of the target, which has as many, and `times` is
                     1; unless the calls are routed */
};

enum program_op {
    OP_CALL,       /* `times` calls of function `what`; of a method, on each actor of `target`, or
                      each on one of them that the router chooses */
    OP_CREATE,     /* `times` actors of class `what`, with the checkpoints of those of `target` */
    OP_GET,        /* waits for the arguments and fetches them */
    OP_WAIT,       /* until `times` of the arguments are there, or the timeout */
    OP_PUT,        /* an object of `amount` bytes */
    OP_THINK,      /* the driver itself works for `amount` */
    OP_REPEAT,     /* its body `times` times */
    OP_UNTIL,      /* its body until the state of `target` counts `times` calls */
    OP_PARALLEL,   /* its OP_BRANCHes at once; goes on when all have ended */
    OP_BRANCH,     /* `times` copies, each with variables of its own */
    OP_KILL,       /* the actors of `target`, at once */
    OP_RELEASE,    /* the variable is forgotten: objects and actors that nobody else holds go */
    OP_CHECKPOINT, /* the actors of `target` take one, after the calls before it */
    OP_RESTORE,    /* the actors of `target` go back to a complete one: `times` before the newest,
                      or PROGRAM_COMMON, the newest version that all of them have */
    OP_STOP,       /* the actors of `target` do the calls that they have, and end; waits for that */
    OP_MAP,        /* `times` calls of function `what`, so many at a time; its body once for each
                      result */
    OP_CANCEL,     /* those of the calls of `target` that have not begun never do */
    PROGRAM_OPS
};
extern const char *const program_ops[PROGRAM_OPS]; /* "call", "create", … */

/* How the calls of an OP_MAP go out. Methods go to the actors of `target`, one that is idle each
 * time; where there is no target, to actors that the statement creates and lets go. */
struct program_map {
    bool is_by_completion; /* results are taken as they come, not in the order of submission */
    bool is_skipping;      /* what fails for good is passed over */
    uint32_t ahead;        /* calls that one actor is given before its first result is taken */
    uint32_t at_most;      /* of a task: calls whose results have not been taken */
    struct cairn_scaling scaling; /* how many actors it creates */
};

struct program_statement {
    enum program_op op;
    uint32_t line;  /* of the scenario, for messages; 0: none */
    uint32_t body;  /* behind the last statement inside it; itself + 1 when there is none */
    uint32_t end;   /* behind its handler (on_error); body when there is none */
    uint32_t what;  /* function or class */
    uint32_t slots; /* OP_BRANCH: variables of its own */
    uint64_t times;
    struct program_variable target, bind;
    uint32_t first_argument, arguments_count;
    struct amount amount; /* OP_PUT, OP_THINK; OP_WAIT: the timeout, constant, NEVER if none;
                             OP_STOP: the limit, constant, NEVER if it is the runtime's */
    bool is_routed;       /* OP_CALL of a method: each call goes to one actor of `target` */
    bool is_waited;       /* OP_CALL, OP_CREATE: and get the result (ready, of a creation) */
    bool is_together;     /* OP_CREATE: its actors are one placement group */
    enum cairn_group_strategy together;
    const struct program_map *map; /* OP_MAP */
    bool is_forced;                /* OP_CANCEL: tasks that run are ended, too */
    bool has_handler; /* what fails is handled here, and the driver goes on behind it; what it
                         binds is bound all the same, before anything can fail */
};

/* Why a call failed for good: enum cairn_cause, or what recovery does not know as such. */
enum call_cause {
    CAUSE_CANCELLED = CAIRN_CAUSES, /* its driver has changed its mind */
    CAUSE_TIMEOUT, /* nobody came in time; recovery is asked, and knows it as an exception */
    CALL_CAUSES
};

/* A driver and when it comes. */
struct program_job {
    const char *name;
    uint32_t count;      /* so many of it arrive */
    struct amount apart; /* time between arrivals; the first comes after one of them */
    uint32_t body, end;  /* its statements */
    uint32_t slots;      /* variables of its own */
};

struct program {
    const struct program_function *functions;
    const struct program_actor *actors;
    const struct program_statement *statements;
    const struct program_argument *arguments;
    const struct program_job *jobs;
    uint32_t functions_count, actors_count, statements_count, arguments_count, jobs_count;
    uint32_t depth;   /* bodies and handlers inside each other, at most: LIMIT_NESTING */
    const char *text; /* canonical */
};

/* Call `index` of whatever the amount belongs to; u: its addressed uniform. Never negative. */
int64_t amount_of(const struct amount *amount, uint64_t index, double u);
/* Its mean over calls; of a list, over the list. */
int64_t amount_mean(const struct amount *amount);
/* Is there nothing to it, whatever the call? */
static inline bool amount_is_zero(const struct amount *amount)
{
    return amount->kind == AMOUNT_CONSTANT && amount->constant == 0;
}

#endif
