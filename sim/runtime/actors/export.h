/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classes of actors are made known once a job: its first actor of a class pays for that, others
 * come no sooner, and pay nothing. */
#ifndef CAIRN_RUNTIME_EXPORT_H
#define CAIRN_RUNTIME_EXPORT_H

#include "sim/runtime/runtime.h"

/* How long from now until the class of these new actors is known. */
simtime export_class(struct runtime *rt, uint32_t set);
/* The job creates no more. */
void export_end(struct runtime *rt, struct job *job);

#endif
