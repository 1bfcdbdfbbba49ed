/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs gnuplot and puts its results in place.
 *
 * Everything is made in a new folder (beside the result, so that a rename suffices; under /tmp for
 * a terminal) with the names it will have at the end: the script that ran is the script that is
 * left behind. The invariant: whatever fails, that folder is gone afterwards and no result is half
 * written. The trade: the child is polled every 2 ms, which needs neither signals nor a thread. */
#include "analysis/plot.h"
#include "sim/base/arena.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GNUPLOT_LIMIT_NS (UINT64_C(60) * 1000000000)
#define GNUPLOT_OUTPUT   (1u << 20) /* bytes of a terminal's figure that are read back */
#define PATH_BYTES       1024       /* as struct sink's */
#define NAME_BYTES       128

enum { IMAGE, SCRIPT, DATA, FILES };

/* A result's folder and names, and the folder where they are made. */
struct place_of_work {
    char folder[PATH_BYTES], name[FILES][NAME_BYTES], work[PATH_BYTES];
};

static const struct place nowhere = {0};
static const char stdout_name[] = ".stdout", stderr_name[] = ".stderr";

static bool path_join(char out[PATH_BYTES], const char *folder, const char *name)
{
    int length = snprintf(out, PATH_BYTES, "%s/%s", folder, name);
    return length >= 0 && length < PATH_BYTES;
}

/* ------------------------------------------------------------------ the process */

/* gnuplot's absolute path along PATH, where empty and relative folders do not count. */
static bool gnuplot_find(char out[PATH_BYTES])
{
    const char *at = getenv("PATH");
    if (at == NULL)
        at = "/usr/local/bin:/usr/bin:/bin";
    while (*at != '\0') {
        size_t length = strcspn(at, ":");
        int written = snprintf(out, PATH_BYTES, "%.*s/gnuplot", (int)length, at);
        if (*at == '/' && written < PATH_BYTES && access(out, X_OK) == 0)
            return true;
        at += length + (at[length] == ':');
    }
    return false;
}

static int gnuplot_spawn(const char *program, const char *work, const char *script, pid_t *child)
{
    char *arguments[] = {(char[]){"gnuplot"}, (char[]){"-d"}, (char *)(uintptr_t)script, NULL};
    char *environment[] = {(char[]){"PATH=/usr/bin:/bin"}, (char[]){"LC_ALL=C"},
                           (char[]){"HOME=/nonexistent"}, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    const int write_new = O_WRONLY | O_CREAT | O_EXCL;
    sigemptyset(&none);
    sigfillset(&all);
    int code = posix_spawn_file_actions_init(&files);
    if (code != 0)
        return code;
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        if ((code = posix_spawn_file_actions_addchdir_np(&files, work)) == 0 &&
            (code = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)) == 0 &&
            (code = posix_spawn_file_actions_addopen(&files, 1, stdout_name, write_new, 0600)) ==
                0 &&
            (code = posix_spawn_file_actions_addopen(&files, 2, stderr_name, write_new, 0600)) ==
                0 &&
            (code = posix_spawnattr_setsigmask(&attributes, &none)) == 0 &&
            (code = posix_spawnattr_setsigdefault(&attributes, &all)) == 0 &&
            (code = posix_spawnattr_setflags(&attributes,
                                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)) == 0)
            code = posix_spawn(child, program, &files, &attributes, arguments, environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return code;
}

/* Waits for the child, at most GNUPLOT_LIMIT_NS; NULL when it ended well. */
static const char *gnuplot_wait(pid_t child)
{
    const uint64_t end = io_clock_ns() + GNUPLOT_LIMIT_NS;
    const struct timespec pause = {0, 2000000};
    int result = 0;
    for (;;) {
        pid_t done = waitpid(child, &result, WNOHANG);
        if (done == child)
            break;
        if (done < 0 && errno != EINTR)
            return "was lost";
        if (io_clock_ns() > end) {
            kill(child, SIGKILL);
            while (waitpid(child, &result, 0) < 0 && errno == EINTR)
                continue;
            return "took more than 60 s and was stopped";
        }
        nanosleep(&pause, NULL);
    }
    if (WIFSIGNALED(result))
        return "was killed";
    return WEXITSTATUS(result) == 0 ? NULL : "failed";
}

/* Runs the script; what gnuplot complained of ends up in the diag. */
static enum status gnuplot_run(const char *program, const char *work, const char *script,
                               struct diag *diag)
{
    pid_t child;
    int code = gnuplot_spawn(program, work, script, &child);
    if (code != 0)
        return diag_world(diag, "start", program, code);
    const char *trouble = gnuplot_wait(child);
    if (trouble == NULL)
        return STATUS_OK;
    char path[PATH_BYTES], said[256] = "";
    int fd = path_join(path, work, stderr_name) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t length = fd < 0 ? 0 : read(fd, said, sizeof said - 1);
    said[length > 0 ? length : 0] = '\0';
    if (fd >= 0)
        close(fd);
    diag_error(diag, nowhere, "gnuplot %s: %s", trouble, said);
    return STATUS_MACHINE;
}

/* ------------------------------------------------------------------ the folder */

static bool is_name_byte(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

/* Splits path into folder and names, or says what is wrong with it. */
static enum status names_make(struct place_of_work *at, const char *path, struct diag *diag)
{
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    const size_t length = strlen(name), folder = (size_t)(name - path);
    const char *ending = length > 4 ? name + length - 4 : "";
    if (strcmp(ending, ".svg") != 0 && strcmp(ending, ".png") != 0)
        return diag_error(diag, nowhere, "a figure's file '%s' must end in .svg or .png", path);
    for (size_t i = 0; i < length; i++)
        if (!is_name_byte(name[i]))
            return diag_error(diag, nowhere,
                              "a figure's file name '%s' may only have A-Z a-z 0-9 . _ -", name);
    if (*name == '.' || *name == '-')
        return diag_error(diag, nowhere, "a figure's file name '%s' must not begin with '%c'", name,
                          *name);
    if (length >= NAME_BYTES || folder + length + 40 >= PATH_BYTES)
        return diag_error(diag, nowhere, "the path of a figure is too long: '%s'", path);
    const int stem = (int)length - 4;
    snprintf(at->folder, PATH_BYTES, "%.*s", folder > 0 ? (int)folder : 2,
             folder > 0 ? path : "./");
    snprintf(at->name[IMAGE], NAME_BYTES, "%s", name);
    snprintf(at->name[SCRIPT], NAME_BYTES, "%.*s.gp", stem, name);
    snprintf(at->name[DATA], NAME_BYTES, "%.*s.csv", stem, name);
    return STATUS_OK;
}

static enum status work_open(struct place_of_work *at, struct diag *diag)
{
    if (!path_join(at->work, at->folder, ".cairn-plot-XXXXXX"))
        return diag_error(diag, nowhere, "the path of a figure is too long: '%s'", at->folder);
    if (mkdtemp(at->work) == NULL)
        return diag_world(diag, "create a folder in", at->folder, errno);
    return STATUS_OK;
}

static void work_close(const struct place_of_work *at)
{
    const char *names[] = {at->name[IMAGE], at->name[SCRIPT], at->name[DATA], stdout_name,
                           stderr_name};
    char path[PATH_BYTES];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (*names[i] != '\0' && path_join(path, at->work, names[i]))
            unlink(path);
    rmdir(at->work);
}

/* Writes script and data into the folder of work. */
static enum status texts_write(const struct figure *figure, const struct place_of_work *at,
                               struct figure_target target, struct diag *diag)
{
    for (int i = SCRIPT; i <= DATA; i++) {
        struct sink sink;
        char path[PATH_BYTES];
        if (!path_join(path, at->work, at->name[i]))
            return diag_error(diag, nowhere, "the path of a figure is too long: '%s'", at->work);
        enum status status = io_create(&sink, path, false, diag);
        if (status != STATUS_OK)
            return status;
        if (i == SCRIPT)
            figure_write_script(figure, &target, &sink);
        else
            figure_write_data(figure, &sink);
        status = io_close(&sink, diag);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* gnuplot does not look at its writes: only an image with its proper end is whole. */
static enum status image_check(const struct place_of_work *at, struct diag *diag)
{
    char path[PATH_BYTES], tail[16] = "";
    if (!path_join(path, at->work, at->name[IMAGE]))
        return diag_error(diag, nowhere, "the path of a figure is too long: '%s'", at->work);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return diag_world(diag, "read", path, errno);
    off_t size = lseek(fd, 0, SEEK_END);
    bool is_whole = size > 16 && pread(fd, tail, sizeof tail, size - 16) == 16 &&
                    (memmem(tail, 16, "</svg>", 6) != NULL || memmem(tail, 16, "IEND", 4) != NULL);
    int code = fsync(fd) == 0 ? 0 : errno;
    close(fd);
    if (!is_whole) {
        diag_error(diag, nowhere, "gnuplot wrote '%s' only in part; is the disk full?",
                   at->name[IMAGE]);
        return STATUS_IO;
    }
    return code == 0 ? STATUS_OK : diag_world(diag, "write", path, code);
}

/* Is each final name free (or may be replaced) and writable? Asked before the work is done. */
static enum status targets_check(const struct place_of_work *at, bool force, struct diag *diag)
{
    for (int i = 0; i < FILES; i++) {
        struct sink sink;
        char path[PATH_BYTES];
        if (!path_join(path, at->folder, at->name[i]))
            return diag_error(diag, nowhere, "the path of a figure is too long: '%s'", at->folder);
        enum status status = io_create(&sink, path, force, diag);
        if (status != STATUS_OK)
            return status;
        io_discard(&sink);
    }
    return STATUS_OK;
}

/* Data first, the image last: an image never stands there without what made it. */
static enum status files_publish(const struct place_of_work *at, bool has_image, struct diag *diag)
{
    for (int i = DATA; i >= (has_image ? IMAGE : SCRIPT); i--) {
        char from[PATH_BYTES], to[PATH_BYTES];
        if (!path_join(from, at->work, at->name[i]) || !path_join(to, at->folder, at->name[i]))
            return diag_error(diag, nowhere, "the path of a figure is too long: '%s'", at->folder);
        if (rename(from, to) != 0)
            return diag_world(diag, "write", to, errno);
    }
    int fd = open(at->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd); /* what stays unsynced is whole or absent, as promised */
        close(fd);
    }
    return STATUS_OK;
}

static void say_absent(struct diag *diag, const char *what)
{
    diag_say(diag, DIAG_WARNING, nowhere, "gnuplot is not installed along PATH: %s", what);
}

static enum status files_make(const struct figure *figure, const struct place_of_work *at,
                              struct diag *diag)
{
    char program[PATH_BYTES];
    const bool has_gnuplot = gnuplot_find(program);
    const struct figure_target target = {.image = at->name[IMAGE], .data = at->name[DATA]};
    enum status status = texts_write(figure, at, target, diag);
    if (status == STATUS_OK && has_gnuplot)
        status = gnuplot_run(program, at->work, at->name[SCRIPT], diag);
    if (status == STATUS_OK && has_gnuplot)
        status = image_check(at, diag);
    if (status == STATUS_OK)
        status = files_publish(at, has_gnuplot, diag);
    if (status == STATUS_OK && !has_gnuplot)
        say_absent(diag, "script and data are written, the image is not");
    return status;
}

enum status plot_write(const struct figure *figure, const char *path, bool force, struct diag *diag)
{
    struct place_of_work at;
    enum status status = figure_check(figure, diag);
    if (status == STATUS_OK)
        status = names_make(&at, path, diag);
    if (status == STATUS_OK)
        status = targets_check(&at, force, diag);
    if (status == STATUS_OK)
        status = work_open(&at, diag);
    if (status != STATUS_OK)
        return status;
    status = files_make(figure, &at, diag);
    work_close(&at);
    return status;
}

/* ------------------------------------------------------------------ the terminal */

/* What gnuplot printed, without the form feed and the empty lines before it. */
static enum status text_read(const struct place_of_work *at, char *bytes, size_t capacity,
                             struct diag *diag)
{
    struct arena arena;
    struct source source;
    char path[PATH_BYTES];
    if (!path_join(path, at->work, stdout_name))
        return diag_error(diag, nowhere, "the path of a figure is too long: '%s'", at->work);
    arena_init(&arena);
    enum status status = io_read(path, GNUPLOT_OUTPUT, &arena, &source, diag);
    if (status == STATUS_OK) {
        const char *text = source.text + strspn(source.text, "\f\n");
        size_t length = strlen(text);
        length = length < capacity ? length : capacity - 1;
        memcpy(bytes, text, length);
        bytes[length] = '\0';
    }
    arena_fini(&arena);
    return status;
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

enum status plot_text(const struct figure *figure, int columns, int rows, bool is_colour,
                      char *bytes, size_t capacity, struct diag *diag)
{
    struct place_of_work at = {.folder = "/tmp", .name = {"", "fig.gp", "fig.csv"}};
    char program[PATH_BYTES];
    assert(capacity > 0);
    enum status status = figure_check(figure, diag);
    if (status != STATUS_OK)
        return status;
    if (!gnuplot_find(program)) {
        say_absent(diag, "no figure is shown");
        bytes[0] = '\0';
        return STATUS_OK;
    }
    const struct figure_target target = {.data = at.name[DATA],
                                         .columns = clamp(columns, 40, 400),
                                         .rows = clamp(rows, 12, 200),
                                         .is_colour = is_colour};
    status = work_open(&at, diag);
    if (status != STATUS_OK)
        return status;
    status = texts_write(figure, &at, target, diag);
    if (status == STATUS_OK)
        status = gnuplot_run(program, at.work, at.name[SCRIPT], diag);
    if (status == STATUS_OK)
        status = text_read(&at, bytes, capacity, diag);
    work_close(&at);
    return status;
}
