/* SPDX-License-Identifier: Apache-2.0 */
/* What a call can come back with when it is not the caller's bug.
 *
 * Three kinds of trouble are never mixed: the user's mistake is written into a diag and
 * returned as STATUS_INPUT or STATUS_DATA; the world's failure is STATUS_IO or STATUS_MEMORY,
 * with operation, file and errno in the diag; our own mistake is an assert. */
#ifndef CAIRN_BASE_STATUS_H
#define CAIRN_BASE_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_INPUT,   /* a scenario, an option or a value is wrong: exit 2 */
    STATUS_DATA,    /* a trace or a result file cannot be used: exit 3 */
    STATUS_PARTIAL, /* finished, but some runs did not: exit 4 */
    STATUS_IO,      /* read, write, open, rename … failed: exit 6 */
    STATUS_MEMORY,  /* no memory: exit 6 */
    STATUS_MACHINE, /* floating-point environment or a missing program refused us: exit 6 */
};

#endif
