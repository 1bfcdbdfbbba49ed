/* SPDX-License-Identifier: Apache-2.0 */
/* A chain of steps, and after which of them a checkpoint pays (Toueg and Babaoglu 1984).
 *
 * The dynamic programme by itself, apart from the controller that follows it, so that it can be
 * held against other people's numbers. Seconds throughout. */
#ifndef CAIRN_CONTROLLERS_CHAIN_H
#define CAIRN_CONTROLLERS_CHAIN_H

#include <stdint.h>

struct chain_step {
    double work, checkpoint, restore; /* of a checkpoint after this step */
};

struct chain {
    double mtbf, downtime;
    double initial_restore; /* paid by a failure before any checkpoint */
    uint32_t count;
    uint32_t has_final_checkpoint; /* the last step always ends with one */
    const struct chain_step *steps;
};

#define CHAIN_UNLIMITED UINT32_MAX

/* Expected makespan of a given set: is_marked[i] says whether a checkpoint follows step i, counted
 * from 0; that of the last step is not read. */
double chain_expected(const struct chain *chain, const unsigned char *is_marked);
/* Bytes that chain_solve needs to work in; a multiple of 8. */
uint64_t chain_scratch(uint32_t count, uint32_t budget);
/* The set of at most `budget` checkpoints, the final one not counted, that makes the expected
 * makespan least; returns that makespan, +inf where even the best takes for ever. `scratch` is
 * 8-aligned. At most count^2 / 2 evaluations, times budget + 1 where the budget binds. */
double chain_solve(const struct chain *chain, uint32_t budget, unsigned char *is_marked,
                   void *scratch);

#endif
