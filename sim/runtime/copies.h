/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies of results: on hosts, or with their owner where they are small. */
#ifndef CAIRN_RUNTIME_COPIES_H
#define CAIRN_RUNTIME_COPIES_H

#include "sim/runtime/runtime.h"

/* Is there a good copy, now? */
bool copies_has(const struct runtime *rt, uint32_t batch, uint32_t element);
/* On this host, or small? TOLD_NOWHERE: with the driver. */
bool copies_is_on(const struct runtime *rt, uint32_t batch, uint32_t element, uint32_t host);
/* One more; the first of a result counts as stored, others as copied. */
void copies_add(struct runtime *rt, uint32_t batch, uint32_t element, uint32_t host);
void copies_drop(struct runtime *rt, struct object *object);
/* The host on which drivers are; CAIRN_NOWHERE: outside. */
uint32_t copies_near_driver(const struct runtime *rt);
/* Is this one good: does its host live the same life? */
bool copies_is_good(const struct runtime *rt, const struct copy *copy);
/* Bytes of a result, whether it is there or not. */
int64_t copies_size(const struct runtime *rt, uint32_t batch, uint32_t element);

#endif
