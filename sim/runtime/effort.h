/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long an attempt computes. */
#ifndef CAIRN_RUNTIME_EFFORT_H
#define CAIRN_RUNTIME_EFFORT_H

#include "sim/runtime/runtime.h"

/* This attempt of a call, on this host; *is_raising: it will end with an exception. */
simtime effort_of(struct runtime *rt, const struct call *call, uint32_t host, bool *is_raising);

#endif
