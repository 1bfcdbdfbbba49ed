/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which controllers a command knows.
 *
 * The built-in ones, `process` (locked unless --allow-exec is given), and what --plugin brings. One
 * list a command, passed to whoever looks a name up; there is no global table that loading
 * would change. */
#include "policies/registry.h"
#include "sim/campaign/process.h"
#include "sim/cli/cli.h"
#include <errno.h>

enum status doors_open(struct cli *cli)
{
    uint32_t count = 0;
    while (cairn_controllers[count])
        count++;
    const struct cairn_controller_class **list =
        arena_array(&cli->arena, count + CLI_PLUGINS * PLUGIN_CONTROLLERS + 2, sizeof *list);
    if (!list)
        return diag_world(&cli->diag, "list", "controllers", ENOMEM);
    for (uint32_t i = 0; i < count; i++)
        list[i] = cairn_controllers[i];
    list[count++] = cli_has(cli, OPTION_ALLOW_EXEC) ? &process_class : &process_class_locked;
    enum status status = STATUS_OK;
    for (int i = 0; i < cli->plugins_count && status == STATUS_OK; i++) {
        struct plugin *plugin = &cli->plugins[i];
        status = plugin_open(plugin, cli->plugin_paths[i], list, &cli->diag);
        for (uint32_t j = 0; j < plugin->count; j++)
            list[count++] = plugin->controllers[j];
    }
    cli->controllers = list;
    return status;
}

void doors_close(struct cli *cli)
{
    for (int i = cli->plugins_count; i-- > 0;)
        plugin_close(&cli->plugins[i]);
}
