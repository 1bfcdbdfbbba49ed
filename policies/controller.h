/* SPDX-License-Identifier: Apache-2.0 */
/* The controller interface: who decides when a checkpoint is taken.
 *
 * A controller has no clock, no randomness, no I/O and allocates nothing: whoever drives it
 * (cairn's simulator, or a production job tonight) tells it the time and what happened, and asks.
 * Its plan is computed once from parameters and shape and may be shared by threads; its state is
 * flat bytes without pointers, so saving, restoring and copying it is one memcpy.
 *
 *     plan(values, shape)            once
 *     init(plan) -> state            once a job
 *     decide(plan, state, situation) -> verdict     at the start, after each restore, and when
 *                                    the last verdict asked for it
 *     observe(plan, state, happening, n)            what the class says it hears
 *
 * All times are int64 nanoseconds of the driver's clock. */
#ifndef CAIRN_POLICIES_CONTROLLER_H
#define CAIRN_POLICIES_CONTROLLER_H

#include <stddef.h>
#include <stdint.h>

#define CAIRN_CONTROLLER_ABI 1u
#define CAIRN_NEVER          INT64_MAX

/* ---- parameters: one table is the source of docs, YAML keys, --set and defaults ------------ */

enum cairn_unit {
    CAIRN_DURATION, /* value.i in ns, value.x in seconds */
    CAIRN_COUNT,    /* value.i */
    CAIRN_NUMBER,   /* value.x */
    CAIRN_CHOICE,   /* value.i indexes choices */
    CAIRN_MTBF,     /* a duration, or a word by which the driver finds one; value.x in seconds */
};

struct cairn_param {
    const char *name;
    enum cairn_unit unit;
    const char *fallback;       /* the default as a user would write it; NULL: must be given */
    double min, max;            /* of value.x (seconds) or value.i; both 0: any value > 0 */
    const char *const *choices; /* NULL-terminated, for CAIRN_CHOICE */
    const char *help;
};

struct cairn_value {
    int64_t i;
    double x;
};

/* ---- what a driver tells ------------------------------------------------------------------- */

/* What is known of the job before it starts. size and abi let an older controller read a newer
 * driver's struct. */
struct cairn_shape {
    uint32_t size, abi;
    int64_t checkpoint_cost; /* ns the job is expected to stand still for one checkpoint */
    int64_t restore_cost;
    int64_t downtime; /* detection and restart, without waiting for nodes */
    int64_t work;     /* useful work of the whole job, 0 if unknown */
    int64_t step;     /* 0: checkpoints anywhere */
    uint32_t workers;
    uint32_t reserved;
};

enum cairn_happening_kind {
    CAIRN_HEAR_CHECKPOINT_DONE, /* cost: ns it blocked */
    CAIRN_HEAR_CHECKPOINT_LOST, /* aborted */
    CAIRN_HEAR_FAILURE,         /* detected; work_lost */
    CAIRN_HEAR_RECOVERED,       /* restore done; cost: ns of the restore; work_protected */
};
#define CAIRN_HEARS(kind) (1u << (kind))
#define CAIRN_WANTS_RANDOM                                                                         \
    (1u << 31) /* in `hears`: fill situation.random; such a class never repeats */

struct cairn_happening {
    uint32_t size, abi;
    uint32_t kind;
    uint32_t reserved;
    int64_t now;
    int64_t cost;
    int64_t work_lost, work_protected;
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
    int64_t restore_cost;
    uint32_t in_flight; /* checkpoints still persisting */
    uint32_t failures;  /* detected so far */
    uint64_t random[2]; /* two words addressed by (seed, replication, policy, request) */
};

/* ---- what a controller answers ------------------------------------------------------------- */

enum cairn_action { CAIRN_SKIP, CAIRN_CHECKPOINT, CAIRN_FAILED };
enum cairn_ask {
    CAIRN_ASK_NEVER, /* not before something happens */
    CAIRN_ASK_WORK,  /* when work_since reaches `at` */
    CAIRN_ASK_WALL,  /* when wall_since reaches `at` */
    CAIRN_ASK_STEP,  /* when step_index reaches `at` */
    CAIRN_ASK_STEPS, /* when steps_since reaches `at` */
};

struct cairn_verdict {
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

struct cairn_controller_class {
    uint32_t size, abi;
    const char *name, *summary;
    const struct cairn_param *params; /* ends with name NULL */
    uint32_t hears;                   /* CAIRN_HEARS bits */
    uint32_t plan_size, state_size;   /* bytes */
    /* Fills plan (zeroed, plan_size bytes, 16-aligned). NULL, or a sentence that says why these
     * values cannot serve. values are in the order of params. */
    const char *(*plan)(const struct cairn_value *values, const struct cairn_shape *shape,
                        void *plan);
    void (*init)(const void *plan, void *state); /* state is zeroed; NULL if that is enough */
    void (*observe)(const void *plan, void *state, const struct cairn_happening *happening,
                    uint64_t n);
    void (*decide)(const void *plan, void *state, const struct cairn_situation *situation,
                   struct cairn_verdict *verdict);
    /* The interval it plans to keep, in ns of useful work; CAIRN_NEVER: none. *bound_by is set to a
     * sentence when a limit such as min_interval decided. NULL member: no fixed interval. */
    int64_t (*interval)(const void *plan, const char **bound_by);
    /* A verdict in words, NUL-terminated, at most capacity bytes. */
    void (*describe)(const struct cairn_verdict *verdict, char *bytes, size_t capacity);
};

#endif
