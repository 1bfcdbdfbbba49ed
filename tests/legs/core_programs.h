/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the core driver for programs of tasks and actors. */
#ifndef CAIRN_TESTS_LEGS_CORE_PROGRAMS_H
#define CAIRN_TESTS_LEGS_CORE_PROGRAMS_H

#include "sim/base/digest.h"
#include <stdint.h>

/* One program under every scheduler, every recovery, with and without a controller, while nodes,
 * processes and calls fail: their digests. How many runs they were; 0: no memory. */
uint64_t core_programs(struct digest *digest);

#endif
