/* SPDX-License-Identifier: Apache-2.0 */
/* The controller interface: who decides when a checkpoint is taken.
 *
 * A controller has no clock, no randomness, no I/O and allocates nothing: whoever drives it
 * (cairn's simulator, or a production job tonight) tells it the time and what happened, and asks.
 *
 *     plan(values, shape) -> plan    once; shared by all that decide by it, by threads too
 *     init(plan) -> state            once for each executor, job or store (`scope`)
 *     decide(plan, state, situation) -> verdict    at the start, after each restore, when the last
 *                                    verdict asked for it, and when observe did
 *     observe(plan, state, happening, n)           what the class says it hears
 *
 * Both blocks are the caller's memory. A state is flat bytes without pointers: saving, restoring
 * and copying it is one call. A plan points at constants (names, classes) at the most, never into
 * itself. All times are int64 nanoseconds of the driver's clock. Every struct that a driver passes
 * begins with its size and the ABI it was compiled for, so that either side may be the older one:
 * fields are only ever added at the end. */
#ifndef CAIRN_POLICIES_CONTROLLER_H
#define CAIRN_POLICIES_CONTROLLER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAIRN_CONTROLLER_ABI 1u
#define CAIRN_NEVER          INT64_MAX
#define CAIRN_API            __attribute__((visibility("default")))

struct cairn_controller_class;

/* ---- parameters: one table is the source of docs, YAML keys, --set and defaults ------------ */

enum cairn_unit {
    CAIRN_DURATION, /* value.i in ns, value.x in seconds */
    CAIRN_COUNT,    /* value.i */
    CAIRN_NUMBER,   /* value.x */
    CAIRN_FRACTION, /* value.x, 0 to 1; a user may write '5 %' */
    CAIRN_CHOICE,   /* value.i indexes choices */
    CAIRN_MTBF,     /* a duration, or a word by which the driver finds one; value.x in seconds */
    CAIRN_SHAPE, /* of a Weibull law: a number, or a word by which the driver finds it; value.x */
    CAIRN_NAMES, /* value.names[0 .. value.i): names of steps */
    CAIRN_FRACTIONS,  /* value.numbers[0 .. value.i): ascending, from 0 to 1 */
    CAIRN_CONTROLLER, /* value.inner: another controller, which this one decorates */
    CAIRN_TEXTS,      /* value.names[0 .. value.i): texts that the driver does not look into */
    CAIRN_PAIRS,      /* value.names[0 .. 2 value.i): likewise, each behind its key */
};

struct cairn_param {
    const char *name;
    enum cairn_unit unit;
    const char *fallback;       /* the default as a user would write it; NULL: must be given */
    double min, max;            /* of value.x (seconds) or value.i; both 0: any value > 0 */
    const char *const *choices; /* NULL-terminated, for CAIRN_CHOICE */
    const char *help;
};

/* A controller with values for its parameters, in the order of its table. */
struct cairn_chosen {
    const struct cairn_controller_class *controller;
    const struct cairn_value *values;
};

struct cairn_value {
    int64_t i;
    double x;
    union {
        const double *numbers;
        const char *const *names;
        const struct cairn_chosen *inner;
    };
};

/* ---- what a driver tells ------------------------------------------------------------------- */

/* A run of equal steps of a job: `count` steps of `work` ns each, and what a checkpoint after one
 * of them costs. */
struct cairn_stage {
    const char *name;
    int64_t count, work, checkpoint_cost, restore_cost;
};

/* What is known of the job before it starts. */
struct cairn_shape {
    uint32_t size, abi;
    int64_t checkpoint_cost; /* ns the job is expected to stand still for one checkpoint */
    int64_t restore_cost;
    int64_t downtime; /* detection and restart, without waiting for nodes */
    int64_t work;     /* useful work of the whole job, 0 if unknown */
    int64_t step;     /* of equal steps; 0: checkpoints anywhere, or stages that differ */
    uint32_t workers;
    uint32_t has_final_checkpoint; /* the job takes one at its end by itself */
    uint32_t has_initial_restore;  /* a failure before any checkpoint costs restore_cost too */
    uint32_t stages_count;         /* 0: the steps, if there are any, are all alike */
    const struct cairn_stage *stages;
    int64_t persist; /* ns after checkpoint_cost, in the background, until it is complete */
};

/* Steps of the whole job, the last perhaps a short one; 0: none, or unknown how many. */
static inline int64_t cairn_steps(const struct cairn_shape *shape)
{
    int64_t steps = 0;
    for (uint32_t i = 0; i < shape->stages_count; i++)
        steps += shape->stages[i].count;
    if (shape->stages_count == 0 && shape->step > 0)
        steps = shape->work / shape->step + (shape->work % shape->step > 0);
    return steps;
}

enum cairn_happening_kind {
    CAIRN_HEAR_STEP,            /* done: name, cost (ns it took) */
    CAIRN_HEAR_CHECKPOINT_DONE, /* cost: ns it blocked; it is complete, or persists from now on */
    CAIRN_HEAR_CHECKPOINT_LOST, /* aborted */
    CAIRN_HEAR_FAILURE,         /* detected; work_lost */
    CAIRN_HEAR_RECOVERED,       /* restore done; cost: ns of the restore; work_protected */
    CAIRN_HEAR_PREDICTION,      /* a failure is foretold: between `from` and `until`, confidence */
    CAIRN_HEAR_NOTICE,          /* the nodes will be taken away at `until` */
};
#define CAIRN_HEARS(kind) (1u << (kind))
/* Further bits of `hears`: what the driver is to fill into situations. */
#define CAIRN_WANTS_RANDOM (1u << 31) /* situation.random; such a class never repeats */
#define CAIRN_WANTS_AGES   (1u << 30) /* situation.born */

struct cairn_happening {
    uint32_t size, abi;
    uint32_t kind;
    uint32_t is_restorable; /* CHECKPOINT_LOST aside: there is a checkpoint to go back to */
    int64_t now;
    int64_t cost;
    int64_t work_lost, work_protected;
    const char *name;    /* of a step; valid during the call */
    int64_t steps;       /* done so far, this one included; after a restore fewer than before */
    int64_t steps_lost;  /* FAILURE: whole steps that will be done again */
    int64_t from, until; /* PREDICTION, NOTICE: ns of the driver's clock */
    double confidence;   /* PREDICTION: how many of such predictions come true */
};

/* One struct, refreshed in place before each decide. */
struct cairn_situation {
    uint32_t size, abi;
    int64_t now;
    int64_t work_done;     /* useful work that stands */
    int64_t work_since;    /* of it, since the last snapshot started or was restored */
    int64_t wall_since;    /* ns since the last snapshot ended, or the last restore, or the start */
    int64_t step_index;    /* whole steps done; 0 where work is divisible */
    int64_t steps_since;   /* since the last snapshot or restore */
    int64_t last_cost;     /* of the last completed checkpoint; -1 before the first */
    int64_t expected_cost; /* of the next */
    int64_t restore_cost;  /* of the newest checkpoint */
    uint32_t in_flight;    /* checkpoints still persisting */
    uint32_t failures;     /* detected so far */
    uint64_t random[2];    /* addressed by (seed, replication, policy, request) */
    int64_t started;       /* when the job began */
    int64_t failed;        /* when the last failure was detected; the start before the first */
    const int64_t *born;   /* when each of the job's nodes began to live, at most 146 y ago; NULL
                              unless wanted */
    uint32_t nodes;        /* of them, missing ones left out */
    uint32_t reserved;
};

/* ---- what a controller answers ------------------------------------------------------------- */

enum cairn_action { CAIRN_SKIP, CAIRN_CHECKPOINT, CAIRN_FAILED };
enum cairn_ask {
    CAIRN_ASK_NEVER, /* not before something happens */
    CAIRN_ASK_WORK,  /* when work_since reaches `at` */
    CAIRN_ASK_WALL,  /* when wall_since reaches `at` */
    CAIRN_ASK_STEP,  /* when step_index reaches `at` */
    CAIRN_ASK_STEPS, /* when steps_since reaches `at` */
    CAIRN_ASK_TIME,  /* when now reaches `at` */
};

struct cairn_verdict {
    uint32_t size, abi;
    uint32_t action; /* enum cairn_action */
    uint32_t ask;    /* when to be asked again: measured after the checkpoint, if one is taken */
    int64_t at;
    uint32_t repeat; /* until something is heard, other than a checkpoint done at its expected cost,
                        the answer will be a checkpoint whenever this verdict's time has come, and
                        then this verdict again. 0 is the safe answer. */
    uint32_t reason; /* put in words by describe */
    double numbers[4];
};

/* ---- a controller -------------------------------------------------------------------------- */

enum cairn_scope {
    CAIRN_SCOPE_EXECUTOR, /* one state for each that makes progress: task, actor, group */
    CAIRN_SCOPE_JOB,      /* one for all executors of a job */
    CAIRN_SCOPE_STORE,    /* one for all that write to a store */
};

/* Members that may be NULL say what it means. A class fits in static storage and never changes. */
struct cairn_controller_class {
    uint32_t size, abi;
    const char *name, *summary;
    const struct cairn_param *params; /* ends with name NULL */
    uint32_t hears;                   /* CAIRN_HEARS and CAIRN_WANTS bits */
    uint32_t scope;                   /* enum cairn_scope */
    uint32_t plan_size, state_size;   /* bytes, where the functions below are NULL */
    /* Fills plan (zeroed, 16-aligned). NULL, or a sentence that says why these values cannot serve.
     */
    const char *(*plan)(const struct cairn_value *values, const struct cairn_shape *shape,
                        void *plan);
    void (*init)(const void *plan, void *state); /* state is zeroed; NULL if that is enough */
    /* n happenings one after the other: n > 1 only for equal steps and for checkpoints done at
     * their expected cost; `now` is the last one's. Not 0: ask me at the next place where a
     * checkpoint can be taken. Steps may be told together, when their time is accounted for: who
     * wants to be asked at step ends says so in its verdict. NULL: hears nothing. */
    int (*observe)(const void *plan, void *state, const struct cairn_happening *happening,
                   uint64_t n);
    void (*decide)(const void *plan, void *state, const struct cairn_situation *situation,
                   struct cairn_verdict *verdict); /* verdict is zeroed but for size and abi */
    /* The interval it plans to keep, in ns of useful work; CAIRN_NEVER: none. *bound_by is set to a
     * sentence when a limit such as min_interval decided. NULL, or 0: no fixed interval. */
    int64_t (*interval)(const void *plan, const char **bound_by);
    /* A verdict in words, NUL-terminated, at most capacity bytes. */
    void (*describe)(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                     size_t capacity);
    /* Where sizes and hearing depend on the values. NULL: the constants above. */
    uint64_t (*plan_bytes)(const struct cairn_value *values, const struct cairn_shape *shape);
    uint64_t (*state_bytes)(const void *plan);
    uint32_t (*hears_by)(const void *plan);
    /* Seconds that it believes to have saved so far by its own account. NULL, or a NaN: it makes no
     * claim. */
    double (*claimed)(const void *plan, const void *state);
};

/* A shared object that brings controllers exports one symbol, `cairn_plugin`, of this type. */
struct cairn_plugin {
    uint32_t size, abi;
    const struct cairn_controller_class *const *controllers; /* NULL-terminated */
};

/* ---- for drivers --------------------------------------------------------------------------- */

/* Bytes of a plan, of a state; what a class hears under a plan. */
CAIRN_API uint64_t cairn_plan_size(const struct cairn_controller_class *controller,
                                   const struct cairn_value *values,
                                   const struct cairn_shape *shape);
CAIRN_API uint64_t cairn_state_size(const struct cairn_controller_class *controller,
                                    const void *plan);
CAIRN_API uint32_t cairn_hears(const struct cairn_controller_class *controller, const void *plan);
/* A state made ready: zeroed, then init. */
CAIRN_API void cairn_state_init(const struct cairn_controller_class *controller, const void *plan,
                                void *state);
/* A state as bytes that outlive the process; within one, memcpy does. Returns the bytes needed;
 * nothing is written when capacity is less. */
CAIRN_API uint64_t cairn_state_save(const struct cairn_controller_class *controller,
                                    const void *plan, const void *state, void *bytes,
                                    uint64_t capacity);
/* NULL, or why these bytes are no state of this controller; then the state is as it was. A
 * restored controller continues exactly as the saved one would have. */
CAIRN_API const char *cairn_state_load(const struct cairn_controller_class *controller,
                                       const void *plan, const void *bytes, uint64_t length,
                                       void *state);
/* Can this driver drive the class? NULL, or a sentence. */
CAIRN_API const char *cairn_controller_refusal(const struct cairn_controller_class *controller);

#ifdef __cplusplus
}
#endif

#endif
