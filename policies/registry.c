/* SPDX-License-Identifier: Apache-2.0 */
/* The list of policies.
 *
 * A new controller is a file in controllers/ and one line here. The order is that of `cairn list
 * policies`: from knowing nothing, by knowing the optimum, to learning; then what surrounds others.
 */
#include "policies/registry.h"
#include <string.h>

#define CONTROLLERS(ROW)                                                                           \
    ROW(none)                                                                                      \
    ROW(fixed)                                                                                     \
    ROW(every)                                                                                     \
    ROW(on_success)                                                                                \
    ROW(progressive)                                                                               \
    ROW(periodic)                                                                                  \
    ROW(milestones)                                                                                \
    ROW(young)                                                                                     \
    ROW(daly)                                                                                      \
    ROW(exact)                                                                                     \
    ROW(chain)                                                                                     \
    ROW(dpnextfailure)                                                                             \
    ROW(dpmakespan)                                                                                \
    ROW(lazy)                                                                                      \
    ROW(hazard)                                                                                    \
    ROW(online)                                                                                    \
    ROW(adaptive)                                                                                  \
    ROW(adaptive_compat)                                                                           \
    ROW(orchestrator_compat)                                                                       \
    ROW(predictor)                                                                                 \
    ROW(notice)                                                                                    \
    ROW(budget)                                                                                    \
    ROW(cap)                                                                                       \
    ROW(ratio)                                                                                     \
    ROW(pause)

#define DECLARED(name) extern const struct cairn_controller_class cairn_controller_##name;
CONTROLLERS(DECLARED)

#define LISTED(name) &cairn_controller_##name,
const struct cairn_controller_class *const cairn_controllers[] = {CONTROLLERS(LISTED) NULL};

const struct cairn_controller_class *cairn_controller_find(const char *name)
{
    for (const struct cairn_controller_class *const *class = cairn_controllers; *class; class ++)
        if (strcmp((*class)->name, name) == 0)
            return *class;
    return NULL;
}

#define SCHEDULERS(ROW)                                                                            \
    ROW(first_fit)                                                                                 \
    ROW(best_fit)                                                                                  \
    ROW(spread)                                                                                    \
    ROW(ray_hybrid)                                                                                \
    ROW(locality)                                                                                  \
    ROW(failure_aware)

#define SCHEDULER(name) extern const struct cairn_scheduler_class cairn_scheduler_##name;
SCHEDULERS(SCHEDULER)

#define PLACES(name) &cairn_scheduler_##name,
const struct cairn_scheduler_class *const cairn_schedulers[] = {SCHEDULERS(PLACES) NULL};

const struct cairn_scheduler_class *cairn_scheduler_find(const char *name)
{
    for (const struct cairn_scheduler_class *const *class = cairn_schedulers; *class; class ++)
        if (strcmp((*class)->name, name) == 0)
            return *class;
    return NULL;
}

#define RECOVERIES(ROW)                                                                            \
    ROW(ray)                                                                                       \
    ROW(backoff)                                                                                   \
    ROW(orchestrator)                                                                              \
    ROW(breaker)                                                                                   \
    ROW(supervisor)                                                                                \
    ROW(train)

#define RECOVERY(name) extern const struct cairn_recovery_class cairn_recovery_##name;
RECOVERIES(RECOVERY)

#define RECOVERS(name) &cairn_recovery_##name,
const struct cairn_recovery_class *const cairn_recoveries[] = {RECOVERIES(RECOVERS) NULL};

const struct cairn_recovery_class *cairn_recovery_find(const char *name)
{
    for (const struct cairn_recovery_class *const *class = cairn_recoveries; *class; class ++)
        if (strcmp((*class)->name, name) == 0)
            return *class;
    return NULL;
}

#define ROUTERS(ROW)                                                                               \
    ROW(power_of_two)                                                                              \
    ROW(at_random)                                                                                 \
    ROW(round_robin)                                                                               \
    ROW(least)

#define ROUTER(name) extern const struct cairn_router_class cairn_router_##name;
ROUTERS(ROUTER)

#define ROUTES(name) &cairn_router_##name,
const struct cairn_router_class *const cairn_routers[] = {ROUTERS(ROUTES) NULL};

const struct cairn_router_class *cairn_router_find(const char *name)
{
    for (const struct cairn_router_class *const *class = cairn_routers; *class; class ++)
        if (strcmp((*class)->name, name) == 0)
            return *class;
    return NULL;
}
