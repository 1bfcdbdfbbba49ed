/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variables of a driver: what each holds, where it is seen, and where it is surely bound.
 *
 * A variable belongs to the branch that binds it, is seen in branches inside that one, and keeps
 * what it holds: objects, or actors of one class, and how many. So everything can be checked before
 * a run: that a method exists, that lists fit each other, and that nothing is used that a loop, a
 * handler or a release may have left unbound. */
#ifndef CAIRN_WORKLOADS_VARIABLES_H
#define CAIRN_WORKLOADS_VARIABLES_H

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/model/program.h"

#define VARIABLES_ANY                                                                              \
    (PROGRAM_NOTHING - 1) /* bound by a statement that has a mistake of its own                    \
                           */

enum variable_state {
    VARIABLE_BOUND,
    VARIABLE_RELEASED,
    VARIABLE_PASSED, /* by a map that has ended: it held one result at a time */
    VARIABLE_UNSURE, /* bound in a loop or handler that may not have run */
    VARIABLE_GONE,   /* with its branch */
};

struct variable {
    const char *name;
    uint32_t scope;      /* branches around it; 0: the driver's own */
    uint32_t slot;       /* in its branch */
    uint32_t class;      /* of the actors it holds; PROGRAM_NOTHING: objects; or VARIABLES_ANY */
    uint64_t count;      /* how many; 0 where class is VARIABLES_ANY */
    uint32_t line;       /* where it was bound first */
    struct place change; /* where it was released, or passed, last */
    enum variable_state state;
};

struct variables {
    struct variable *list;
    uint32_t count;
    uint32_t scope;                    /* branches around here */
    uint32_t slots[LIMIT_NESTING + 1]; /* used in each of them */
    unsigned char *saved;              /* LIMIT_NESTING + 1 rows of LIMIT_VARIABLES states */
};

/* false: no memory. */
bool variables_open(struct variables *variables, struct arena *arena);
/* A new driver begins. */
void variables_clear(struct variables *variables);
/* A branch begins, and ends: what it bound is gone. Returns how many slots it has. */
void variables_enter(struct variables *variables);
uint32_t variables_leave(struct variables *variables);

/* The newest one of this name, gone or not; NULL: none ever was. */
struct variable *variables_find(const struct variables *variables, const char *name);
/* One more in this branch, unbound yet; NULL when there are LIMIT_VARIABLES. */
struct variable *variables_add(struct variables *variables, const char *name);
/* Where it is, seen from this branch. */
struct program_variable variables_reach(const struct variables *variables,
                                        const struct variable *variable);

/* States are kept by level of nesting: as they are now; and asked for again. What was added since
 * was not bound. */
void variables_save(struct variables *variables, unsigned level);
enum variable_state variables_saved(const struct variables *variables, unsigned level, uint32_t i);
/* A handler begins, on a way that left the one to here anywhere behind the save: that state is kept
 * in the place of the saved one, and what was not bound there is unsure. */
void variables_turn(struct variables *variables, unsigned level);
/* Where a path that leads here did not bind what it is bound to now, it is unsure. */
void variables_meet(struct variables *variables, unsigned level);

#endif
