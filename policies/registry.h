/* SPDX-License-Identifier: Apache-2.0 */
/* The list of policies: one line each; nothing registers itself.
 *
 * A driver links what it finds here; it may as well bring a list of its own. */
#ifndef CAIRN_POLICIES_REGISTRY_H
#define CAIRN_POLICIES_REGISTRY_H

/* tidy: allow include, all headers are installed side by side */
#include "controller.h"
/* tidy: allow include, likewise */
#include "recovery.h"
/* tidy: allow include, likewise */
#include "router.h"
/* tidy: allow include, likewise */
#include "scheduler.h"

#ifdef __cplusplus
extern "C" {
#endif

/* NULL-terminated, in the order in which they are shown. */
CAIRN_API extern const struct cairn_controller_class *const cairn_controllers[];

/* By name; NULL if there is none. */
CAIRN_API const struct cairn_controller_class *cairn_controller_find(const char *name);

/* Likewise schedulers. */
CAIRN_API extern const struct cairn_scheduler_class *const cairn_schedulers[];
CAIRN_API const struct cairn_scheduler_class *cairn_scheduler_find(const char *name);

/* Likewise recovery policies; the first is the default. */
CAIRN_API extern const struct cairn_recovery_class *const cairn_recoveries[];
CAIRN_API const struct cairn_recovery_class *cairn_recovery_find(const char *name);

/* Likewise routers; the first is the default. */
CAIRN_API extern const struct cairn_router_class *const cairn_routers[];
CAIRN_API const struct cairn_router_class *cairn_router_find(const char *name);

#ifdef __cplusplus
}
#endif

#endif
