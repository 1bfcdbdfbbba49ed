/* SPDX-License-Identifier: Apache-2.0 */
/* DPNextFailure's dynamic programme by itself, so that it can be held against other numbers. */
#ifndef CAIRN_CONTROLLERS_DPNEXTFAILURE_H
#define CAIRN_CONTROLLERS_DPNEXTFAILURE_H

#include <stdint.h>

/* Nodes that have lived equally long. */
struct nextfailure_unit {
    double age, count; /* s */
};

struct nextfailure {
    double shape, scale; /* the Weibull law of each node */
    const struct nextfailure_unit *units;
    uint32_t units_count;
    uint32_t quanta; /* work ahead, in quanta */
    double quantum, checkpoint;
    double last_checkpoint; /* after the last quantum: 0 where the job ends without */
};

/* Bytes that nextfailure_solve needs to work in. */
uint64_t nextfailure_scratch(uint32_t quanta);
/* The most work that can be expected to be committed before the next failure, in seconds, by chunks
 * of work in quanta with a checkpoint after each; *count of them, at most `quanta`. `scratch` is
 * 8-aligned. quanta^3 / 6 steps. */
double nextfailure_solve(const struct nextfailure *it, uint16_t *chunks, uint32_t *count,
                         void *scratch);

#endif
