/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading a shared object, and looking at all that it says before it is believed.
 *
 * The only file that loads code. A table that says too little (no name, a unit from a later
 * version, a choice without choices) would be read past its end somewhere far from here; it is
 * refused here, with a sentence for its author. */
#include "sim/campaign/plugin.h"
#include "sim/base/limits.h"
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_BYTES 4096

static const struct place nowhere = {0};

/* ---- what it brings ------------------------------------------------------------------------ */

/* A word that a scenario, a label and a CSV can hold without quotes. */
static bool is_word(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t length = strlen(name);
    return length > 0 && length <= LIMIT_NAME && strchr(letters, name[0]) &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
               length;
}

static const char *param_refusal(const struct cairn_param *param)
{
    if (!is_word(param->name) || strcmp(param->name, "name") == 0)
        return "a name of letters, digits, '_' and '-', other than 'name'";
    if ((unsigned)param->unit > CAIRN_PAIRS)
        return "a unit that this cairn knows";
    if (param->unit == CAIRN_CHOICE && (!param->choices || !param->choices[0]))
        return "choices to choose from";
    return param->help ? NULL : "a help text";
}

/* What the interface alone does not demand and the program does. */
static enum status check_params(const char *path, const struct cairn_controller_class *class,
                                struct diag *diag)
{
    for (unsigned i = 0; class->params[i].name; i++) {
        const char *lacks = param_refusal(&class->params[i]);
        if (i == LIMIT_PARAMS)
            return diag_error(diag, nowhere,
                              "--plugin %s: controller '%s' has more than %d parameters; does its "
                              "table end with a name NULL?",
                              path, class->name, LIMIT_PARAMS);
        if (lacks)
            return diag_error(diag, nowhere,
                              "--plugin %s: controller '%s': parameter '%.64s' needs %s", path,
                              class->name, class->params[i].name, lacks);
    }
    return STATUS_OK;
}

static bool is_known(const struct cairn_controller_class *const *known, uint32_t count,
                     const char *name)
{
    for (uint32_t i = 0; known[i] && i < count; i++)
        if (strcmp(known[i]->name, name) == 0)
            return true;
    return false;
}

static enum status check_class(const char *path, const struct plugin *plugin, uint32_t number,
                               const struct cairn_controller_class *const *known, struct diag *diag)
{
    const struct cairn_controller_class *class = plugin->controllers[number];
    const char *refusal = cairn_controller_refusal(class);
    if (refusal)
        return diag_error(diag, nowhere, "--plugin %s: controller number %u: %s", path, number + 1,
                          refusal);
    if (!is_word(class->name))
        return diag_error(diag, nowhere,
                          "--plugin %s: '%s' cannot be the name of a controller; it takes letters, "
                          "digits, '_' and '-'",
                          path, class->name);
    if (is_known(known, UINT32_MAX, class->name) ||
        is_known(plugin->controllers, number, class->name))
        return diag_error(diag, nowhere,
                          "--plugin %s: there is a controller '%s' already; give yours another "
                          "name",
                          path, class->name);
    return check_params(path, class, diag);
}

static enum status check_plugin(const char *path, const struct cairn_plugin *symbol,
                                struct plugin *plugin,
                                const struct cairn_controller_class *const *known,
                                struct diag *diag)
{
    enum status status = STATUS_OK;
    if (symbol->abi != CAIRN_CONTROLLER_ABI)
        return diag_error(diag, nowhere,
                          "--plugin %s: compiled for version %u of the interface (abi); this cairn "
                          "has %u",
                          path, symbol->abi, CAIRN_CONTROLLER_ABI);
    if (symbol->size < sizeof *symbol)
        return diag_error(diag, nowhere,
                          "--plugin %s: cairn_plugin says a size of %u bytes, expected %zu; set "
                          ".size = sizeof cairn_plugin",
                          path, symbol->size, sizeof *symbol);
    if (!symbol->controllers || !symbol->controllers[0])
        return diag_error(diag, nowhere, "--plugin %s: cairn_plugin lists no controllers", path);
    plugin->controllers = symbol->controllers;
    for (; symbol->controllers[plugin->count] && status == STATUS_OK; plugin->count++) {
        if (plugin->count == PLUGIN_CONTROLLERS)
            return diag_error(diag, nowhere,
                              "--plugin %s: more than %d controllers; does the list end with NULL?",
                              path, PLUGIN_CONTROLLERS);
        status = check_class(path, plugin, plugin->count, known, diag);
    }
    return status;
}

/* ---- the object ---------------------------------------------------------------------------- */

/* dlerror's words without the path that they begin with, which stands there already. */
static const char *load_error(const char *path)
{
    const char *said = dlerror();
    size_t length = strlen(path);
    if (!said)
        return "cannot be loaded";
    bool has_path = strncmp(said, path, length) == 0 && strncmp(said + length, ": ", 2) == 0;
    return has_path ? said + length + 2 : said;
}

/* Only a regular file is given to the loader: it would wait at a pipe for ever. */
static enum status check_file(const char *path, struct diag *diag)
{
    struct stat file;
    if (stat(path, &file) != 0)
        return diag_error(diag, nowhere, "--plugin %s: %s", path,
                          errno == ENOENT ? "no such file" : strerror(errno));
    if (!S_ISREG(file.st_mode))
        return diag_error(diag, nowhere, "--plugin %s: %s, not a shared object", path,
                          S_ISDIR(file.st_mode) ? "a folder" : "no regular file");
    return STATUS_OK;
}

enum status plugin_open(struct plugin *plugin, const char *path,
                        const struct cairn_controller_class *const *known, struct diag *diag)
{
    char full[PATH_BYTES];
    struct plugin opened = {0};
    enum status status = check_file(path, diag);
    if (status != STATUS_OK)
        return status;
    /* Without '/' the loader would search the system's folders. */
    if (snprintf(full, sizeof full, "%s%s", strchr(path, '/') ? "" : "./", path) >= PATH_BYTES)
        return diag_error(diag, nowhere, "--plugin %s: the path is too long", path);
    opened.handle = dlopen(full, RTLD_NOW | RTLD_LOCAL);
    if (!opened.handle)
        return diag_error(diag, nowhere, "--plugin %s: no shared object that can be loaded: %s",
                          path, load_error(full));
    const struct cairn_plugin *symbol = dlsym(opened.handle, "cairn_plugin");
    if (symbol)
        status = check_plugin(path, symbol, &opened, known, diag);
    else
        status = diag_error(diag, nowhere,
                            "--plugin %s: a shared object, but it exports no symbol "
                            "'cairn_plugin'; see policies/examples/README.md",
                            path);
    if (status == STATUS_OK)
        *plugin = opened;
    else
        plugin_close(&opened);
    return status;
}

void plugin_close(struct plugin *plugin)
{
    if (plugin->handle)
        dlclose(plugin->handle);
    *plugin = (struct plugin){0};
}
