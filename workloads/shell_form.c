/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shells of controllers, with name and parameters alone, stand for what is no controller. */
#include "workloads/shell_form.h"
#include "policies/registry.h"
#include "workloads/controller_form.h"
#include <assert.h>
#include <string.h>

#define SHELLS 32

struct shells {
    struct cairn_controller_class classes[SHELLS];
    const struct cairn_controller_class *list[SHELLS + 1];
};

static void add_shell(struct shells *shells, size_t i, const char *name,
                      const struct cairn_param *params)
{
    assert(i < SHELLS);
    shells->classes[i] = (struct cairn_controller_class){.name = name, .params = params};
    shells->list[i] = &shells->classes[i];
}

enum status shell_form_read_scheduler(const struct value_reader *reader,
                                      const struct yaml_node *node, const char **canonical)
{
    struct shells shells = {0};
    struct spec_controller read = {0};
    for (size_t i = 0; cairn_schedulers[i]; i++)
        add_shell(&shells, i, cairn_schedulers[i]->name, cairn_schedulers[i]->params);
    const struct controller_kind kind = {"scheduler", "schedulers", TYPE_SCHEDULER, shells.list};
    enum status status = controller_form_read_kind(reader, &kind, node, &read, canonical);
    if (status != STATUS_OK)
        return status;
    reader->spec->scheduler.class = cairn_scheduler_find(read.class->name);
    memcpy(reader->spec->scheduler.values, read.values, sizeof read.values);
    return STATUS_OK;
}

enum status shell_form_read_recovery(const struct value_reader *reader,
                                     const struct yaml_node *node, const char **canonical)
{
    struct shells shells = {0};
    struct spec_controller read = {0};
    for (size_t i = 0; cairn_recoveries[i]; i++)
        add_shell(&shells, i, cairn_recoveries[i]->name, cairn_recoveries[i]->params);
    const struct controller_kind kind = {"recovery", "recoveries", TYPE_RECOVERY, shells.list};
    enum status status = controller_form_read_kind(reader, &kind, node, &read, canonical);
    if (status != STATUS_OK)
        return status;
    reader->spec->recovery.class = cairn_recovery_find(read.class->name);
    memcpy(reader->spec->recovery.values, read.values, sizeof read.values);
    return STATUS_OK;
}

enum status shell_form_read_router(const struct value_reader *reader, const struct yaml_node *node,
                                   const char **canonical)
{
    struct shells shells = {0};
    struct spec_controller read = {0};
    for (size_t i = 0; cairn_routers[i]; i++)
        add_shell(&shells, i, cairn_routers[i]->name, cairn_routers[i]->params);
    const struct controller_kind kind = {"router", "routers", TYPE_ROUTER, shells.list};
    enum status status = controller_form_read_kind(reader, &kind, node, &read, canonical);
    if (status != STATUS_OK)
        return status;
    reader->spec->router.class = cairn_router_find(read.class->name);
    memcpy(reader->spec->router.values, read.values, sizeof read.values);
    return STATUS_OK;
}
