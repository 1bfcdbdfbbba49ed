/* SPDX-License-Identifier: Apache-2.0 */
/* The list of policies: one line each; nothing registers itself. */
#ifndef CAIRN_POLICIES_REGISTRY_H
#define CAIRN_POLICIES_REGISTRY_H

#include "policies/controller.h"

#ifdef __cplusplus
extern "C" {
#endif

/* NULL-terminated, in the order in which they are shown. */
extern const struct cairn_controller_class *const cairn_controllers[];

/* By name; NULL if there is none. */
const struct cairn_controller_class *cairn_controller_find(const char *name);

#ifdef __cplusplus
}
#endif

#endif
