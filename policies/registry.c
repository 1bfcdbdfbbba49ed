/* SPDX-License-Identifier: Apache-2.0 */
/* The list of policies.
 *
 * A new controller is a file in controllers/ and one line in each list here. The order is the order
 * of `cairn list policies`: from knowing nothing to knowing the optimum. */
#include "policies/registry.h"
#include <string.h>

extern const struct cairn_controller_class cairn_controller_none, cairn_controller_fixed,
    cairn_controller_every, cairn_controller_young, cairn_controller_daly, cairn_controller_exact,
    cairn_controller_chain, cairn_controller_dpnextfailure, cairn_controller_dpmakespan;

const struct cairn_controller_class *const cairn_controllers[] = {
    &cairn_controller_none,       &cairn_controller_fixed,
    &cairn_controller_every,      &cairn_controller_young,
    &cairn_controller_daly,       &cairn_controller_exact,
    &cairn_controller_chain,      &cairn_controller_dpnextfailure,
    &cairn_controller_dpmakespan, NULL,
};

const struct cairn_controller_class *cairn_controller_find(const char *name)
{
    for (const struct cairn_controller_class *const *class = cairn_controllers; *class; class ++)
        if (strcmp((*class)->name, name) == 0)
            return *class;
    return NULL;
}
