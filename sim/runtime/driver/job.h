/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs: when drivers arrive, and what ends with them. */
#ifndef CAIRN_RUNTIME_JOB_H
#define CAIRN_RUNTIME_JOB_H

#include "sim/runtime/runtime.h"

/* One of this definition arrives: its driver begins. */
void job_arrive(struct runtime *rt, uint32_t definition);
/* Its driver's process is lost, with all branches, and no handler is asked. */
void job_lose(struct runtime *rt, uint32_t number);
/* Its driver has ended; cause: 0, or 1 + why it failed; line: where. */
void job_end(struct runtime *rt, uint32_t number, uint32_t cause, uint32_t line);

#endif
