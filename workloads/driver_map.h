/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `map` and `cancel` in a driver: calls that go out so many at a time, and calls called off. */
#ifndef CAIRN_WORKLOADS_DRIVER_MAP_H
#define CAIRN_WORKLOADS_DRIVER_MAP_H

#include "workloads/driver_names.h"

/* map: what is called, by whom, in which order results are taken; into the statement. */
void driver_map_read(struct reading *reading);
/* Behind its body: the variable that holds one result at a time holds none any more. */
void driver_map_close(struct driver *driver, uint32_t index, const struct yaml_node *node);
void driver_cancel_read(struct reading *reading);
/* ", order: completed, …": the words that only a map has, where they are not the usual ones. */
void driver_map_add(struct text *text, const struct driver *driver,
                    const struct program_statement *statement);

extern const struct field_set driver_map_actors; /* for help and JSON Schema */
extern const char *const driver_map_orders[];    /* NULL-terminated */
extern const char *const driver_map_failures[];

#endif
