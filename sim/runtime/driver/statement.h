/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements: what a fiber does at `pc`. */
#ifndef CAIRN_RUNTIME_STATEMENT_H
#define CAIRN_RUNTIME_STATEMENT_H

#include "sim/runtime/driver/fiber.h"

enum outcome statement_execute(struct runtime *rt, uint32_t number);

#endif
