/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks between keys: values that are fine alone and wrong together. */
#ifndef CAIRN_WORKLOADS_CHECK_H
#define CAIRN_WORKLOADS_CHECK_H

#include "workloads/scenario.h"

/* Says every contradiction; a check is left out when one of its values could not be read. Returns
 * STATUS_OK or STATUS_MEMORY: whether anything was said stands in the diag. */
enum status check_scenario(const struct scenario *scenario, struct arena *arena, struct diag *diag);

/* What a controller may know of the job before it starts. */
struct cairn_shape check_shape(const struct spec *spec);
/* Index of the parameter that wants a mean time between failures, or -1. */
int check_mtbf_param(const struct cairn_controller_class *class);

#endif
