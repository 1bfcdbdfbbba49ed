/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Crews: a map that is under way, who works for it, and what is out.
 *
 *     calls to come ──an actor is idle──► errand ──result──► come ──its turn──► taken: `do`
 *                                                                      └► the actor is idle again
 *
 * A map makes a call only when somebody can be given it, and forgets it when its result has been
 * taken: a million calls cost what is out at once. Idle actors are a stack, as in Ray's ActorPool;
 * who may be given several calls goes below the others after each. An actor is idle again when its
 * result is taken, not when it has come; then the next call goes out, before the driver goes on. */
#ifndef CAIRN_RUNTIME_CREW_H
#define CAIRN_RUNTIME_CREW_H

#include "sim/runtime/driver/fiber.h"

/* An actor that works for a map. */
struct member {
    uint32_t crew, next, previous;
    uint32_t above, below; /* on the stack of those that can be given a call */
    uint32_t actor;
    uint32_t set;       /* the batch that created it, where the crew did */
    uint32_t given;     /* calls whose results have not been taken */
    uint32_t in_flight; /* of them, those whose results have not come */
    bool is_stacked;
};

/* A call that is out, or whose result has come and has not been taken. */
struct errand {
    uint32_t crew;           /* 0: nobody waits for it any more */
    uint32_t next, previous; /* in the order of submission */
    uint32_t next_come;      /* in the order in which results come */
    uint32_t batch, element;
    uint32_t member; /* 0: a task, or it has come from who is no member any more */
    uint32_t timer;  /* it is on its way */
    bool has_come, has_failed;
    uint8_t cause;
};

struct crew {
    uint32_t fiber, job, statement;
    uint32_t next_ready;
    bool is_ready;   /* on the list of those that are looked at */
    bool is_over;    /* and forgotten there */
    bool is_awaited; /* its fiber waits for the next result */
    uint64_t count, given, taken;
    uint64_t in_flight; /* given, and their results have not come */
    uint32_t set;       /* of actors that are the driver's */
    uint32_t whole;     /* all results, where they are kept; 0: a batch for each */
    uint32_t arguments_count;
    struct batch_argument *arguments;
    uint32_t first, last;           /* errands */
    uint32_t come_first, come_last; /* where results are taken as they come: those to be taken */
    uint32_t member_first, member_last, top, bottom;
    uint32_t slots; /* of a task: calls that can go out */
    uint8_t cause;  /* of the death of an actor */
    /* Of actors of its own: */
    uint32_t pending, running, restarting; /* those restarting are running, too */
    uint32_t timer;
    bool has_grown;
    simtime last_up;
};

static inline struct crew *crew_of(const struct runtime *rt, uint32_t number)
{
    return pool_at(&rt->crews, number);
}
static inline const struct program_statement *crew_statement(const struct runtime *rt,
                                                             const struct crew *crew)
{
    return &rt->program->statements[crew->statement];
}
static inline struct member *crew_member(const struct runtime *rt, uint32_t number)
{
    return pool_at(&rt->members, number);
}

/* The map at pc: begins, or takes the next result, or waits for it, or is done. */
enum outcome crew_step(struct runtime *rt, uint32_t fiber);
/* Its fiber leaves it: calls that are out go on, and nobody waits for them. */
void crew_close(struct runtime *rt, uint32_t number);
/* The result of an errand has come. */
void crew_come(struct runtime *rt, uint32_t errand);
/* An errand has found its way. */
void crew_errand_timer(struct runtime *rt, uint32_t errand);
/* Something has changed: who can go on does. Was there anybody? */
bool crew_run_ready(struct runtime *rt);

/* ---- for who creates the actors of a crew (growth.h) ---- */
uint32_t crew_add_member(struct runtime *rt, uint32_t number, uint32_t actor, uint32_t set);
/* It can be given calls, on top; or cannot. */
void crew_stack(struct runtime *rt, uint32_t member);
void crew_unstack(struct runtime *rt, uint32_t member);
/* It is no member any more: of what it was given nothing is in flight. */
void crew_remove_member(struct runtime *rt, uint32_t member);
/* It is looked at when nothing else goes on. */
void crew_wake(struct runtime *rt, uint32_t number);

#endif
