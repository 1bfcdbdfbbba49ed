/* SPDX-License-Identifier: Apache-2.0 */
/* io: read a file whole, write a file whole or not at all, ask the clock and the terminal.
 *
 * Every call that EINTR can stop is repeated, every short read or write continued. Invariant: a
 * sink that is a file owns its temporary name from io_create to io_close or io_discard, which
 * rename or remove it on every path; the target changes by the rename alone. No static state: the
 * temporary name is made unique by process id and O_EXCL. */
#include "sim/base/io.h"

#include "sim/base/text.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const struct place nowhere = {0};

/* Codes by which a path that the user gave is wrong, not the machine. */
static bool is_user_code(int code)
{
    switch (code) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EACCES:
    case EPERM:
    case ELOOP:
    case ENAMETOOLONG:
    case ENXIO:
    case EROFS:
        return true;
    default:
        return false;
    }
}

static enum status io_refuse(struct diag *diag, const char *operation, const char *path, int code)
{
    enum status status = diag_world(diag, operation, path, code);
    return is_user_code(code) ? STATUS_INPUT : status;
}

static int io_open(const char *path, int flags, mode_t mode)
{
    int fd;
    do {
        fd = open(path, flags | O_CLOEXEC, mode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

/* What is not a regular file has no end to trust: a terminal, a device, a folder. */
static enum status io_check(int fd, const char *path, size_t limit, struct diag *diag, size_t *size)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return diag_world(diag, "read", path, errno);
    if (S_ISDIR(st.st_mode))
        return diag_error(diag, nowhere, "cannot read '%s': it is a folder, not a file", path);
    if (!S_ISREG(st.st_mode))
        return diag_error(diag, nowhere,
                          "cannot read '%s': not a regular file; pipe it into '-' instead", path);
    if ((uint64_t)st.st_size > limit)
        return diag_error(diag, nowhere, "cannot read '%s': %llu bytes, more than the limit of %zu",
                          path, (unsigned long long)st.st_size, limit);
    *size = (size_t)st.st_size;
    return STATUS_OK;
}

/* Reads to the end. `size` is a guess: a pipe has none, a file may grow meanwhile. */
static enum status io_fill(int fd, const char *path, size_t size, size_t limit, struct arena *arena,
                           struct source *source, struct diag *diag)
{
    size_t capacity = size + 2, used = 0; /* one byte to see the end by, one for the NUL */
    char *bytes = arena_alloc(arena, capacity);
    while (bytes && used <= limit) {
        if (used + 1 == capacity) {
            capacity = capacity < limit / 2 ? capacity * 2 : limit + 2;
            char *larger = arena_alloc(arena, capacity);
            if (larger)
                memcpy(larger, bytes, used);
            bytes = larger;
            continue;
        }
        ssize_t got = read(fd, bytes + used, capacity - 1 - used);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return diag_world(diag, "read", path, errno);
        used += got > 0 ? (size_t)got : 0;
    }
    if (used > limit)
        return diag_error(diag, nowhere, "cannot read '%s': more than the limit of %zu bytes", path,
                          limit);
    const char *name = bytes ? arena_copy(arena, path, strlen(path)) : NULL;
    if (!name)
        return diag_world(diag, "read", path, ENOMEM);
    bytes[used] = '\0';
    *source = (struct source){.name = name, .text = bytes, .length = used};
    return STATUS_OK;
}

enum status io_read(const char *path, size_t limit, struct arena *arena, struct source *source,
                    struct diag *diag)
{
    assert(path && arena && source && limit < SIZE_MAX / 4);
    if (strcmp(path, "-") == 0)
        return io_fill(STDIN_FILENO, "<stdin>", 4095, limit, arena, source, diag);
    /* O_NONBLOCK: a pipe with no writer must be refused, not waited for */
    int fd = io_open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK, 0);
    if (fd < 0)
        return io_refuse(diag, "open", path, errno);
    size_t size = 0;
    enum status status = io_check(fd, path, limit, diag, &size);
    if (status == STATUS_OK)
        status = io_fill(fd, path, size, limit, arena, source, diag);
    (void)close(fd);
    return status;
}

/* ---- sinks ---------------------------------------------------------------------------------- */

static void sink_fail(struct sink *sink, const char *operation, int code)
{
    assert(code != 0);
    if (sink->error == 0) {
        sink->error = code;
        sink->failed = operation;
    }
}

/* Everything but the buffer, which needs no zeroing. */
static void sink_init(struct sink *sink, int fd, const char *path)
{
    sink->fd = fd;
    sink->is_file = false;
    sink->error = 0;
    sink->failed = NULL;
    sink->used = 0;
    sink->temporary[0] = '\0';
    struct text name = text_over(sink->path, sizeof sink->path);
    text_add(&name, "%s", path);
}

void io_open_fd(struct sink *sink, int fd, const char *name)
{
    assert(sink && fd >= 0 && name);
    sink_init(sink, fd, name);
}

/* The folder of a path, with the '/' behind it: "" for the present one. */
static int folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (int)(slash - path) + 1 : 0;
}

/* Opens a temporary file beside the target. Its name does not grow with the target's, so that a
 * name of 255 bytes can be written too. */
static int sink_open_temporary(struct sink *sink, mode_t mode)
{
    for (unsigned attempt = 0;; attempt++) {
        struct text name = text_over(sink->temporary, sizeof sink->temporary);
        text_add(&name, "%.*s.cairn-%ld-%u.part", folder_length(sink->path), sink->path,
                 (long)getpid(), attempt);
        assert(!name.is_cut);
        int fd = io_open(sink->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
        if (fd >= 0 || errno != EEXIST || attempt == 99)
            return fd;
    }
}

/* Whether the target may be written, and with which mode bits. */
static enum status sink_check(const char *path, bool force, struct diag *diag, mode_t *mode)
{
    struct stat st;
    *mode = 0666; /* less the umask */
    if (strlen(path) >= IO_PATH)
        return io_refuse(diag, "write", path, ENAMETOOLONG);
    if (path[0] == '\0')
        return io_refuse(diag, "write", path, ENOENT);
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? STATUS_OK : io_refuse(diag, "write", path, errno);
    if (S_ISLNK(st.st_mode))
        return diag_error(diag, nowhere,
                          "cannot write '%s': it is a symbolic link; name the file itself", path);
    if (S_ISDIR(st.st_mode))
        return diag_error(diag, nowhere, "cannot write '%s': it is a folder, not a file", path);
    if (!S_ISREG(st.st_mode))
        return diag_error(diag, nowhere, "cannot write '%s': not a regular file", path);
    if (!force)
        return diag_error(diag, nowhere,
                          "cannot write '%s': it exists already; --force replaces it", path);
    *mode = st.st_mode & 0777;
    return STATUS_OK;
}

enum status io_create(struct sink *sink, const char *path, bool force, struct diag *diag)
{
    assert(sink && path && diag);
    if (strcmp(path, "-") == 0) {
        io_open_fd(sink, STDOUT_FILENO, "standard output");
        return STATUS_OK;
    }
    mode_t mode;
    enum status status = sink_check(path, force, diag, &mode);
    if (status != STATUS_OK)
        return status;
    sink_init(sink, -1, path);
    sink->fd = sink_open_temporary(sink, mode);
    if (sink->fd < 0)
        return io_refuse(diag, "write", path, errno);
    sink->is_file = true;
    return STATUS_OK;
}

static void sink_write(struct sink *sink, const char *bytes, size_t length)
{
    while (length > 0 && sink->error == 0) {
        ssize_t done = write(sink->fd, bytes, length);
        if (done > 0) {
            bytes += done;
            length -= (size_t)done;
        } else if (done == 0) {
            sink_fail(sink, "write", EIO);
        } else if (errno == EAGAIN) {
            /* somebody made the terminal or pipe non-blocking: wait until it takes more */
            struct pollfd ready = {.fd = sink->fd, .events = POLLOUT};
            if (poll(&ready, 1, -1) < 0 && errno != EINTR)
                sink_fail(sink, "write", errno);
        } else if (errno != EINTR) {
            sink_fail(sink, "write", errno);
        }
    }
}

static void sink_flush(struct sink *sink)
{
    sink_write(sink, sink->buffer, sink->used);
    sink->used = 0;
}

void io_put(struct sink *sink, const char *bytes, size_t length)
{
    assert(sink && (bytes || length == 0));
    if (length > sizeof sink->buffer - sink->used)
        sink_flush(sink);
    if (length > sizeof sink->buffer) {
        sink_write(sink, bytes, length);
    } else if (length > 0) {
        memcpy(sink->buffer + sink->used, bytes, length);
        sink->used += length;
    }
}

void io_printf(struct sink *sink, const char *format, ...)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        size_t room = sizeof sink->buffer - sink->used;
        va_list arguments;
        va_start(arguments, format);
        int wanted = vsnprintf(sink->buffer + sink->used, room, format, arguments);
        va_end(arguments);
        if (wanted >= 0 && (size_t)wanted < room) {
            sink->used += (size_t)wanted;
            return;
        }
        sink_flush(sink);
    }
    sink_fail(sink, "format a line for", EOVERFLOW);
}

static int io_sync(int fd)
{
    int result;
    do {
        result = fsync(fd);
    } while (result != 0 && errno == EINTR);
    return result;
}

/* The rename is lasting only when the folder is on disk too. A folder that may be written but not
 * read, or a file system that cannot sync folders, is left to itself. */
static void sink_sync_folder(struct sink *sink)
{
    char folder[IO_PATH];
    struct text name = text_over(folder, sizeof folder);
    text_add(&name, "%.*s", folder_length(sink->path), sink->path);
    int fd = io_open(name.length > 0 ? folder : ".", O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) {
        if (errno != EACCES)
            sink_fail(sink, "sync the folder of", errno);
        return;
    }
    if (io_sync(fd) != 0 && errno != EINVAL && errno != EROFS)
        sink_fail(sink, "sync the folder of", errno);
    (void)close(fd);
}

/* Synced, closed and renamed; the temporary name is gone whatever happens. */
static void sink_publish(struct sink *sink)
{
    if (sink->error == 0 && io_sync(sink->fd) != 0)
        sink_fail(sink, "sync", errno);
    if (close(sink->fd) != 0 && errno != EINTR)
        sink_fail(sink, "close", errno);
    if (sink->error == 0 && rename(sink->temporary, sink->path) != 0)
        sink_fail(sink, "rename a temporary file to", errno);
    if (sink->error != 0)
        (void)unlink(sink->temporary);
    else
        sink_sync_folder(sink);
    sink->fd = -1;
    sink->is_file = false;
}

enum status io_close(struct sink *sink, struct diag *diag)
{
    assert(sink && diag && sink->fd >= 0);
    bool is_file = sink->is_file;
    sink_flush(sink);
    if (is_file)
        sink_publish(sink);
    if (sink->error == 0 || (!is_file && sink->error == EPIPE))
        return STATUS_OK;
    return diag_world(diag, sink->failed, sink->path, sink->error);
}

void io_discard(struct sink *sink)
{
    assert(sink);
    if (sink->is_file) {
        (void)close(sink->fd);
        (void)unlink(sink->temporary);
    }
    sink->is_file = false;
    sink->fd = -1;
    sink->used = 0;
}

/* ---- terminal, clock, cores ----------------------------------------------------------------- */

bool io_is_terminal(int fd)
{
    return isatty(fd) == 1;
}

int io_terminal_columns(int fd)
{
    const char *columns = getenv("COLUMNS");
    uint64_t count = 0;
    if (columns && !text_to_count(columns, strlen(columns), &count) && count > 0 && count < 10000)
        return (int)count;
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

uint64_t io_clock_ns(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

unsigned io_cores(void)
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    if (sched_getaffinity(0, sizeof cores, &cores) == 0 && CPU_COUNT(&cores) > 0)
        return (unsigned)CPU_COUNT(&cores);
    long count = sysconf(_SC_NPROCESSORS_ONLN); /* more than 1,024 of them */
    return count > 0 ? (unsigned)count : 1;
}
