/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variables: one list in the order of binding, searched from its end, so that the nearest is found.
 *
 * Branches that have ended stay in the list as GONE, for messages. States at the beginning of a
 * loop, or before a handler, are rows of bytes by nesting level; where two ways through the program
 * meet, a variable is bound if it is on both. */
#include "workloads/variables.h"
#include <assert.h>
#include <string.h>

#define NEVER_BOUND VARIABLE_UNSURE /* as the saved state of what was not there */

bool variables_open(struct variables *variables, struct arena *arena)
{
    *variables = (struct variables){
        .list = arena_array(arena, LIMIT_VARIABLES, sizeof(struct variable)),
        .saved = arena_array(arena, LIMIT_NESTING + 1, LIMIT_VARIABLES),
    };
    return variables->list && variables->saved;
}

void variables_clear(struct variables *variables)
{
    variables->count = 0;
    variables->scope = 0;
    variables->slots[0] = 0;
}

void variables_enter(struct variables *variables)
{
    assert(variables->scope < LIMIT_NESTING);
    variables->slots[++variables->scope] = 0;
}

uint32_t variables_leave(struct variables *variables)
{
    assert(variables->scope > 0);
    for (uint32_t i = 0; i < variables->count; i++)
        if (variables->list[i].scope == variables->scope)
            variables->list[i].state = VARIABLE_GONE;
    return variables->slots[variables->scope--];
}

struct variable *variables_find(const struct variables *variables, const char *name)
{
    struct variable *gone = NULL;
    for (uint32_t i = variables->count; i-- > 0;) {
        struct variable *variable = &variables->list[i];
        if (strcmp(variable->name, name) != 0)
            continue;
        if (variable->state != VARIABLE_GONE)
            return variable;
        gone = gone ? gone : variable;
    }
    return gone;
}

struct variable *variables_add(struct variables *variables, const char *name)
{
    if (variables->count == LIMIT_VARIABLES)
        return NULL;
    struct variable *variable = &variables->list[variables->count++];
    *variable = (struct variable){
        .name = name,
        .scope = variables->scope,
        .slot = variables->slots[variables->scope]++,
        .state = VARIABLE_UNSURE,
    };
    return variable;
}

struct program_variable variables_reach(const struct variables *variables,
                                        const struct variable *variable)
{
    assert(variable->scope <= variables->scope);
    return (struct program_variable){variables->scope - variable->scope, variable->slot};
}

void variables_save(struct variables *variables, unsigned level)
{
    unsigned char *row = variables->saved + (size_t)level * LIMIT_VARIABLES;
    assert(level <= LIMIT_NESTING);
    memset(row, NEVER_BOUND, LIMIT_VARIABLES);
    for (uint32_t i = 0; i < variables->count; i++)
        row[i] = (unsigned char)variables->list[i].state;
}

enum variable_state variables_saved(const struct variables *variables, unsigned level, uint32_t i)
{
    assert(level <= LIMIT_NESTING && i < LIMIT_VARIABLES);
    return (enum variable_state)variables->saved[(size_t)level * LIMIT_VARIABLES + i];
}

void variables_turn(struct variables *variables, unsigned level)
{
    unsigned char *row = variables->saved + (size_t)level * LIMIT_VARIABLES;
    assert(level <= LIMIT_NESTING);
    for (uint32_t i = 0; i < variables->count; i++) {
        enum variable_state before = (enum variable_state)row[i], now = variables->list[i].state;
        row[i] = (unsigned char)now;
        if (now == VARIABLE_BOUND)
            variables->list[i].state = before;
    }
}

void variables_meet(struct variables *variables, unsigned level)
{
    for (uint32_t i = 0; i < variables->count; i++) {
        enum variable_state *state = &variables->list[i].state;
        if (*state == VARIABLE_BOUND)
            *state = variables_saved(variables, level, i);
    }
}
