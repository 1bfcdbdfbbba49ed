/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values that follow from others where the user gives none. */
#ifndef CAIRN_WORKLOADS_DERIVE_H
#define CAIRN_WORKLOADS_DERIVE_H

#include "workloads/scenario.h"

/* What cannot be derived stays as it is: the checks behind this say so. STATUS_OK or
 * STATUS_MEMORY. */
enum status derive_values(struct scenario *scenario, struct arena *arena, struct diag *diag);

#endif
