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
    ROW(young)                                                                                     \
    ROW(daly)                                                                                      \
    ROW(exact)                                                                                     \
    ROW(lazy)                                                                                      \
    ROW(hazard)                                                                                    \
    ROW(online)                                                                                    \
    ROW(chain)                                                                                     \
    ROW(dpnextfailure)                                                                             \
    ROW(dpmakespan)                                                                                \
    ROW(on_success)                                                                                \
    ROW(progressive)                                                                               \
    ROW(periodic)                                                                                  \
    ROW(predictor)                                                                                 \
    ROW(notice)                                                                                    \
    ROW(milestones)                                                                                \
    ROW(adaptive)                                                                                  \
    ROW(orchestrator_compat)                                                                       \
    ROW(budget)                                                                                    \
    ROW(cap)                                                                                       \
    ROW(ratio)                                                                                     \
    ROW(pause)                                                                                     \
    ROW(adaptive_compat)

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
