/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks between keys: values that are fine alone and wrong together. */
#ifndef CAIRN_WORKLOADS_CHECK_H
#define CAIRN_WORKLOADS_CHECK_H

#include "workloads/scenario.h"

/* Says every contradiction; a check is left out when one of its values could not be read. Returns
 * STATUS_OK or STATUS_MEMORY: whether anything was said stands in the diag. */
enum status check_scenario(const struct scenario *scenario, struct arena *arena, struct diag *diag);

/* Index of the class's first parameter of this unit, or -1. */
int check_param(const struct cairn_controller_class *class, enum cairn_unit unit);

/* What a controller is told of an actor of this class: its calls are steps. `methods` has room for
 * LIMIT_STAGES and outlives the shape. */
struct cairn_shape check_shape_of_actor(const struct spec *spec, uint32_t class,
                                        struct cairn_stage *methods);

#endif
