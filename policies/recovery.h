/* SPDX-License-Identifier: Apache-2.0 */
/* The recovery interface: who decides whether what failed is tried again, when, and with whom.
 *
 * A driver that detects a failure of a task, of a call to an actor, or of an actor describes it as
 * a *setback* and gets a *cure*: again, after some time, or never. Budgets that a program states
 * itself (max_retries, max_restarts) come with the setback; budgets by time and by cause, delays,
 * breakers and supervision are the policy's. The same rules as for controllers: no clock, no
 * randomness, no I/O, no allocation; a state is flat bytes.
 *
 *     plan(values) -> plan                              once; shared by all jobs
 *     cairn_recovery_init(plan) -> state                once a job
 *     cairn_recovery_init_own(plan) -> own              once an actor
 *     cairn_recovery_decide(state, own, setback) -> cure     at each failure, in the order of time
 *     succeeded(state, own)                             at each success, if the class wants to know
 */
#ifndef CAIRN_POLICIES_RECOVERY_H
#define CAIRN_POLICIES_RECOVERY_H

/* tidy: allow include, both headers are installed side by side */
#include "controller.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAIRN_RECOVERY_ABI 1u

enum cairn_subject {
    CAIRN_SUBJECT_TASK,
    CAIRN_SUBJECT_CALL,  /* of an actor's method */
    CAIRN_SUBJECT_ACTOR, /* it lost its process */
    CAIRN_SUBJECTS
};

enum cairn_cause {
    CAIRN_CAUSE_EXCEPTION, /* of the program itself */
    CAIRN_CAUSE_WORKER,    /* the process ended */
    CAIRN_CAUSE_NODE,
    CAIRN_CAUSE_PREEMPTED, /* the node was taken away, and had been announced to be */
    CAIRN_CAUSE_MEMORY,    /* killed for lack of it */
    CAIRN_CAUSE_OBJECT,    /* an argument is lost and cannot be rebuilt */
    CAIRN_CAUSE_OWNER,     /* who asked for it is gone */
    CAIRN_CAUSES
};

struct cairn_setback {
    uint32_t size, abi;
    uint32_t subject, cause;
    int64_t now;                   /* it is known since now */
    uint64_t id;                   /* of the task, call or actor */
    uint32_t failed[CAIRN_CAUSES]; /* how often it failed so far, this time included */
    int32_t limit;             /* what the program allows: max_retries and the like; -1: no end */
    uint32_t retry_exceptions; /* the program wants exceptions tried again too */
    uint64_t random[2];        /* addressed by the setback: for jitter */
};

enum cairn_cure_action { CAIRN_GIVE_UP, CAIRN_AGAIN };
enum cairn_cure_scope { CAIRN_CURE_ONE, CAIRN_CURE_REST, CAIRN_CURE_ALL };
struct cairn_cure {
    uint32_t size, abi;
    uint32_t action; /* enum cairn_cure_action */
    uint32_t scope;  /* who starts again with it, or is given up with it: its siblings behind it, or
                        all; enum cairn_cure_scope */
    uint32_t is_elsewhere; /* not on the node where it failed, if another one serves */
    uint32_t reason;       /* put in words by describe */
    int64_t delay;         /* ns from now */
    double numbers[4];
};

/* Members that may be NULL say what it means. */
struct cairn_recovery_class {
    uint32_t size, abi;
    const char *name, *summary;
    const struct cairn_param *params; /* ends with name NULL */
    uint32_t plan_size;
    uint32_t state_size;     /* of a job's state */
    uint32_t own_state_size; /* of each actor's own state, besides; tasks have none */
    /* NULL, or a sentence that says why these values cannot serve. */
    const char *(*plan)(const struct cairn_value *values, void *plan);
    void (*init)(const void *plan, void *state);   /* NULL: zeroed is enough */
    void (*init_own)(const void *plan, void *own); /* likewise */
    /* own: the actor's, for its calls too; NULL for a task. cure is zeroed but for size and abi. */
    void (*decide)(const void *plan, void *state, void *own, const struct cairn_setback *setback,
                   struct cairn_cure *cure);
    /* It went well: a task or call ended, an actor is alive again. NULL: does not want to know. */
    void (*succeeded)(const void *plan, void *state, void *own, uint32_t subject, int64_t now);
    /* A cure in words, NUL-terminated, at most capacity bytes. */
    void (*describe)(const void *plan, const struct cairn_cure *cure, char *bytes, size_t capacity);
};

/* ---- for drivers --------------------------------------------------------------------------- */

/* Bytes of a plan, of a job's state, of each actor's own; 0 where there is nothing to keep. */
CAIRN_API uint64_t cairn_recovery_plan_size(const struct cairn_recovery_class *recovery);
CAIRN_API uint64_t cairn_recovery_state_size(const struct cairn_recovery_class *recovery,
                                             const void *plan);
CAIRN_API uint64_t cairn_recovery_own_size(const struct cairn_recovery_class *recovery,
                                           const void *plan);
/* A state made ready: zeroed, then init. It may be NULL where its size is 0. */
CAIRN_API void cairn_recovery_init(const struct cairn_recovery_class *recovery, const void *plan,
                                   void *state);
CAIRN_API void cairn_recovery_init_own(const struct cairn_recovery_class *recovery,
                                       const void *plan, void *own);
/* Asks, with a cure made ready, and a setback that may be an older driver's. */
CAIRN_API void cairn_recovery_decide(const struct cairn_recovery_class *recovery, const void *plan,
                                     void *state, void *own, const struct cairn_setback *setback,
                                     struct cairn_cure *cure);
/* Can this driver drive the class? NULL, or a sentence. */
CAIRN_API const char *cairn_recovery_refusal(const struct cairn_recovery_class *recovery);

#ifdef __cplusplus
}
#endif

#endif
