/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cancelling: calls that have not begun never do, and what has begun is not tried again. */
#ifndef CAIRN_RUNTIME_CANCEL_H
#define CAIRN_RUNTIME_CANCEL_H

#include "sim/runtime/runtime.h"

/* Of this batch's calls. is_forced: tasks that run are ended, too. */
void cancel_batch(struct runtime *rt, uint32_t number, bool is_forced);

#endif
