/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements on actors that there are: until, kill, stop, checkpoint, restore. Calls and creations
 * are read where all statements are (driver_statement.c). */
#ifndef CAIRN_WORKLOADS_DRIVER_ACTORS_H
#define CAIRN_WORKLOADS_DRIVER_ACTORS_H

#include "workloads/driver_names.h"

/* Reads the value of such a verb, and what stands beside it, into the statement. */
void driver_actors_read(struct reading *reading);

#endif
