/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting: for all of what a statement submitted or names, or for some; then it is fetched. */
#ifndef CAIRN_RUNTIME_AWAIT_H
#define CAIRN_RUNTIME_AWAIT_H

#include "sim/runtime/driver/fiber.h"

enum outcome await_all(struct runtime *rt, uint32_t number);
enum outcome await_some(struct runtime *rt, uint32_t number);
/* All is settled: failed? here? lost meanwhile, and to be made again? */
enum outcome await_fetch(struct runtime *rt, uint32_t number);
/* Of what it fetches: is all of it with its driver? */
bool await_has_all(const struct runtime *rt, uint32_t number);
/* A batch that it waits for is settled, or a result of one of which it wants some. */
void await_result(struct runtime *rt, uint32_t number, uint32_t stamp);
void await_count(struct runtime *rt, uint32_t number, uint32_t stamp);

#endif
