/* SPDX-License-Identifier: Apache-2.0 */
/* What controllers that wait for named steps share: a list of names, copied into their plan.
 *
 * Names lie behind each other, each with its NUL, at the end of the plan: a plan has no pointers to
 * what the caller owns. Where the list is refused the same bytes hold the sentence that says why,
 * for it names the steps that there are. */
#ifndef CAIRN_POLICIES_LISTED_H
#define CAIRN_POLICIES_LISTED_H

#include "policies/controller.h"

/* Bytes that a plan needs at its end for these names. */
uint64_t listed_bytes(const struct cairn_value *value);
/* Copies the names. NULL, or a sentence where the job has no steps or none of these names. */
const char *listed_fill(char *bytes, const struct cairn_value *value,
                        const struct cairn_shape *shape);
/* The same of names that need not be steps: patterns. */
void listed_copy(char *bytes, const struct cairn_value *value);
/* The place of this name in the list, from 0 on; -1 if it is not there. */
int64_t listed_find(const char *bytes, int64_t count, const char *name);
/* The name at a place in the list. */
const char *listed_name(const char *bytes, int64_t place);

#endif
