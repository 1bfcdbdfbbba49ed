/* SPDX-License-Identifier: Apache-2.0 */
/* The size of a pool of actors: who decides when it grows, and when it shrinks.
 *
 * A pool works through inputs; its driver describes it as a *situation* and gets how many actors
 * more or fewer there should be. The rules are those of Ray Data's pools: utilisation is calls in
 * flight over what the running actors take at once; at `up` or more the pool grows by one, and only
 * while nobody is still coming up; at `down` or less it shrinks by one, but never within `quiet`
 * after it has grown. Below `min` it is filled up at once, and when the last input has gone out it
 * shrinks, whatever else holds. The same rules as for controllers: no clock, no randomness, no I/O,
 * no memory; here not even a state, since the driver remembers when the pool grew last.
 *
 *     cairn_scaling_refusal(scaling) -> NULL                  once
 *     cairn_scaling_decide(scaling, situation) -> step        whenever something has changed, until
 *                                                             the answer is 0
 */
#ifndef CAIRN_POLICIES_SCALING_H
#define CAIRN_POLICIES_SCALING_H

/* tidy: allow include, both headers are installed side by side */
#include "controller.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CAIRN_SCALING_ABI 1u

struct cairn_scaling {
    uint32_t size, abi;
    uint32_t min, max; /* actors; 1 <= min <= max */
    double up, down;   /* utilisation: 0 <= down < up. Ray: 1.75 (once 1.0, then 2.0), 0.5 */
    int64_t quiet;     /* ns; Ray: 10 s */
};

struct cairn_scaling_situation {
    uint32_t size, abi;
    uint32_t running;     /* actors that have come up, those that are being restarted included */
    uint32_t restarting;  /* of them */
    uint32_t pending;     /* actors that have been asked for, and have not come up */
    uint32_t concurrency; /* calls that an actor runs at once; at least 1 */
    uint64_t in_flight;   /* calls given to actors whose results have not come */
    uint64_t queued;      /* inputs that wait for an actor */
    uint32_t is_consumed; /* all inputs have been given to actors, and none is to come */
    uint32_t has_grown;   /* at last_up; 0: never by this rule */
    int64_t now, last_up;
};

enum cairn_scaling_reason {
    CAIRN_SCALING_CONSUMED,  /* shrinks: nothing is left to give out */
    CAIRN_SCALING_BELOW_MIN, /* grows */
    CAIRN_SCALING_ABOVE_MAX, /* shrinks */
    CAIRN_SCALING_BUSY,      /* grows */
    CAIRN_SCALING_COMING,    /* would grow: somebody is coming up already */
    CAIRN_SCALING_FULL,      /* would grow: there are max */
    CAIRN_SCALING_ENOUGH,    /* would grow: nothing waits for an actor */
    CAIRN_SCALING_IDLE,      /* shrinks */
    CAIRN_SCALING_FEW,       /* would shrink: there are min */
    CAIRN_SCALING_QUIET,     /* would shrink: it has just grown; ask again at `again` */
    CAIRN_SCALING_WITHIN,    /* utilisation is between the two */
    CAIRN_SCALING_REASONS
};

struct cairn_scaling_step {
    uint32_t size, abi;
    int32_t delta;      /* actors: more, or fewer. Fewer are let go only as far as some are idle, or
                           still coming up */
    uint32_t reason;    /* enum cairn_scaling_reason */
    uint32_t is_forced; /* it shrinks below min, too */
    int64_t again;      /* CAIRN_SCALING_QUIET: when the answer changes by itself */
};

/* NULL, or a sentence that says why these values cannot serve. */
CAIRN_API const char *cairn_scaling_refusal(const struct cairn_scaling *scaling);
/* What to do now. step->size says how much of it the driver knows. */
CAIRN_API void cairn_scaling_decide(const struct cairn_scaling *scaling,
                                    const struct cairn_scaling_situation *situation,
                                    struct cairn_scaling_step *step);
/* Calls in flight over what the running actors take at once; 0 where none runs. */
CAIRN_API double cairn_scaling_utilisation(const struct cairn_scaling_situation *situation);
/* A reason in words: "busy". */
CAIRN_API const char *cairn_scaling_word(uint32_t reason);

#ifdef __cplusplus
}
#endif

#endif
