/* SPDX-License-Identifier: Apache-2.0 */
/* What decorators share: another controller inside, whose checkpoints may have to wait.
 *
 *     plan  = [own plan, begins with struct decorator_plan  | inner plan]
 *     state = [own state, begins with struct decorator_state | inner state]
 *
 * Both inner blocks begin at a multiple of 16. A decorator is asked, asks the inner one, and rules:
 * from when on may the next checkpoint be taken? One that may not be taken yet is postponed to the
 * first moment at which it may, and is owed until then, whatever the inner one says meanwhile;
 * after a restore nothing is owed. Of several decorators the innermost keeps that debt, so that
 * all of them rule on it again. */
#ifndef CAIRN_POLICIES_DECORATOR_H
#define CAIRN_POLICIES_DECORATOR_H

#include "policies/controller.h"

#define DECORATOR_DEPTH 4 /* decorators around a controller */
/* This bit of a verdict's reason says that a decorator speaks; which one, decorator_describe knows.
 */
#define DECORATOR_REASON (1u << 31)

struct decorator_plan {
    const struct cairn_controller_class *inner;
    uint64_t inner_at, state_at; /* where the inner plan and state begin */
    uint32_t hears;              /* both, together */
    uint32_t depth;              /* decorators from this one inwards */
    uint32_t is_alike;           /* all checkpoints cost the same */
    uint32_t reserved;
};

struct decorator_state {
    uint32_t is_owed;
    uint32_t reserved;
};

/* What a class adds to both blocks, and what it hears for itself. */
struct decorator_own {
    uint32_t plan_size, state_size, hears;
};

struct decorator_ruling {
    int64_t allowed;   /* when `now` reaches it, a checkpoint may be taken; NEVER */
    int64_t period;    /* at least this apart from each other none has to wait; NEVER: who knows */
    double numbers[3]; /* of the verdict, if it has to wait; before them comes how long, in s */
};

/* The last parameter of every decorator. */
#define DECORATOR_PARAM                                                                            \
    {                                                                                              \
        .name = "of", .unit = CAIRN_CONTROLLER, .help = "the controller that asks for checkpoints" \
    }

uint64_t decorator_plan_bytes(const struct decorator_own *own, const struct cairn_chosen *inner,
                              const struct cairn_shape *shape);
/* Fills the common part and the inner plan. NULL, or why not: the inner one's own sentence. */
const char *decorator_plan(const struct decorator_own *own, const struct cairn_chosen *inner,
                           const struct cairn_shape *shape, void *plan);
void decorator_decide(const void *plan, void *state, const struct cairn_situation *situation,
                      const struct decorator_ruling *ruling, struct cairn_verdict *verdict);
/* The inner one's interval, but not below `least`, which is then said to bind; 0: it has none. */
int64_t decorator_interval_least(const void *plan, int64_t least, const char *name,
                                 const char **bound_by);
/* Has it been put in words: the inner one's, or those that all decorators share? If not, it is this
 * decorator that makes a checkpoint wait, and says why. */
int decorator_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                       size_t capacity);

/* For one that rules in a way of its own: what the inner one answers, and its words. */
void decorator_ask(const void *plan, void *state, const struct cairn_situation *situation,
                   struct cairn_verdict *verdict);
void decorator_describe_inner(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                              size_t capacity);

/* Members of the class as they are. observe: for those that hear nothing for themselves, and to
 * pass on what the others have heard. */
uint64_t decorator_state_bytes(const void *plan);
uint32_t decorator_hears(const void *plan);
void decorator_init(const void *plan, void *state);
int decorator_observe(const void *plan, void *state, const struct cairn_happening *happening,
                      uint64_t n);
double decorator_claimed(const void *plan, const void *state);

#endif
