/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the core driver for programs of tasks and actors. */
#ifndef CAIRN_TESTS_LEGS_CORE_PROGRAMS_H
#define CAIRN_TESTS_LEGS_CORE_PROGRAMS_H

#include "sim/base/digest.h"
#include <stdbool.h>

/* One program under every scheduler, every recovery, with and without a controller, while nodes,
 * processes and calls fail: their digests, and how many runs they were. false: no memory. */
bool core_programs(struct digest *digest, uint64_t *runs);

#endif
