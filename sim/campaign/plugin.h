/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plug-ins: controllers that come in a shared object, not with cairn.
 *
 * The object exports one symbol, `cairn_plugin`, and links nothing of cairn. What it brings is held
 * against the interface before anything of it is called, and its names against those that are
 * known: a name means one controller. The code then runs inside the program; whoever loads it
 * trusts it. */
#ifndef CAIRN_CAMPAIGN_PLUGIN_H
#define CAIRN_CAMPAIGN_PLUGIN_H

#include "policies/controller.h"
#include "sim/base/diag.h"

#define PLUGIN_CONTROLLERS 64 /* of one shared object */

struct plugin {
    void *handle;
    const struct cairn_controller_class *const *controllers; /* NULL-terminated */
    uint32_t count;
};

/* A path without '/' is a file in this folder. `known` is NULL-terminated. STATUS_INPUT, with
 * nothing loaded, when the object or a controller in it cannot serve. */
enum status plugin_open(struct plugin *plugin, const char *path,
                        const struct cairn_controller_class *const *known, struct diag *diag);
/* Nothing of what it brought may be used any more. */
void plugin_close(struct plugin *plugin);

#endif
