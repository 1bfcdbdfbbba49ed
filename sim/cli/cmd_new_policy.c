/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairn new-policy: a plug-in that compiles, to start from.
 *
 * Writes the example of policies/examples under another name, its test, and the header that it
 * includes, so that one command compiles it wherever it stands. All files or none: each target is
 * tried before the first is written. */
#include "sim/cli/cli.h"
#include "sim/cli/skeleton.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MOST 8

static const char stem[] = "myplugin";

/* What the name stands for in a skeleton, and what stands in its place. */
struct swap {
    const char *from, *to;
};

static void put_swapped(struct sink *sink, const char *text, const struct swap *swaps, size_t count)
{
    while (*text) {
        size_t i = 0;
        while (i < count && strncmp(text, swaps[i].from, strlen(swaps[i].from)) != 0)
            i++;
        const char *put = i < count ? swaps[i].to : text;
        io_put(sink, put, i < count ? strlen(put) : 1);
        text += i < count ? strlen(swaps[i].from) : 1;
    }
}

static enum status check_name(struct cli *cli, const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    size_t length = strlen(name);
    if (length == 0 || length > 31 || !strchr(letters, name[0]) ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != length)
        return cli_usage(cli,
                         "'%s' cannot be the name of a controller; it takes 1 to 31 small letters, "
                         "digits, '_' and '-', a letter first",
                         name);
    for (uint32_t i = 0; cli->controllers[i]; i++)
        if (strcmp(cli->controllers[i]->name, name) == 0)
            return cli_usage(cli, "there is a controller '%s' already; give yours another name",
                             name);
    return STATUS_OK;
}

/* FOLDER/FILE, with the new name in it. */
static enum status path_of(struct cli *cli, const char *folder, const struct skeleton *skeleton,
                           char path[IO_PATH])
{
    const char *name = cli->arguments[0], *at = strstr(skeleton->name, stem);
    int head = at ? (int)(at - skeleton->name) : (int)strlen(skeleton->name);
    int length = snprintf(path, IO_PATH, "%s/%.*s%s%s", folder, head, skeleton->name,
                          at ? name : "", at ? at + strlen(stem) : "");
    return length < IO_PATH ? STATUS_OK : cli_usage(cli, "--output '%s': too long", folder);
}

/* The header of an earlier new-policy will do. */
static bool is_there(struct cli *cli, const char *path, const struct skeleton *skeleton)
{
    struct source source;
    struct diag ignored;
    diag_init(&ignored);
    return !strstr(skeleton->name, stem) && access(path, R_OK) == 0 &&
           io_read(path, skeleton->length, &cli->arena, &source, &ignored) == STATUS_OK &&
           source.length == skeleton->length &&
           memcmp(source.text, skeleton->text, source.length) == 0;
}

static enum status write_one(struct cli *cli, struct sink *sink, const struct skeleton *skeleton)
{
    const struct swap swaps[] = {{stem, cli->arguments[0]},
                                 {"<cairn/controller.h>", "\"controller.h\""},
                                 {"-I/usr/local/include", "-I."}};
    bool is_ours = strstr(skeleton->name, stem) != NULL;
    put_swapped(sink, skeleton->text, swaps, is_ours ? sizeof swaps / sizeof *swaps : 0);
    return io_close(sink, &cli->diag);
}

static enum status write_all(struct cli *cli, const char *folder)
{
    struct sink *sinks = arena_array(&cli->arena, FILES_MOST, sizeof *sinks);
    char path[IO_PATH];
    uint32_t open = 0, done = 0;
    enum status status = sinks ? STATUS_OK : diag_world(&cli->diag, "write", folder, ENOMEM);
    const struct skeleton *wanted[FILES_MOST];
    for (const struct skeleton *s = skeletons; s->name && status == STATUS_OK; s++) {
        status = path_of(cli, folder, s, path);
        if (status != STATUS_OK || is_there(cli, path, s))
            continue;
        status = io_create(&sinks[open], path, cli_has(cli, OPTION_FORCE), &cli->diag);
        if (status == STATUS_OK)
            wanted[open++] = s;
    }
    for (; done < open && status == STATUS_OK; done++)
        status = write_one(cli, &sinks[done], wanted[done]);
    for (; done < open; done++)
        io_discard(&sinks[done]);
    return status;
}

int cmd_new_policy(struct cli *cli)
{
    const char *name = cli->arguments[0];
    const char *folder = cli_has(cli, OPTION_OUTPUT) ? cli->values[OPTION_OUTPUT] : ".";
    enum status status = check_name(cli, name);
    if (status == STATUS_OK && mkdir(folder, 0777) != 0 && errno != EEXIST)
        status =
            cli_usage(cli, "--output '%s': cannot make this folder: %s", folder, strerror(errno));
    if (status == STATUS_OK)
        status = write_all(cli, folder);
    if (status == STATUS_OK)
        io_printf(&cli->out,
                  "wrote %s/%s.c, %s/test_%s.sh and %s/controller.h\n"
                  "next: sh %s/test_%s.sh, which compiles it and runs\n"
                  "      cairn verify two-node --plugin %s.so --set controller=%s\n",
                  folder, name, folder, name, folder, folder, name, name, name);
    return cli_exit(status);
}
