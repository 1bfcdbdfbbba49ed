/* SPDX-License-Identifier: Apache-2.0 */
/* Files and clocks: the only door to the operating system's file calls.
 *
 * Outputs appear whole or not at all: written to a temporary name in the same folder, synced,
 * renamed. Every write is checked; a failure is told once, with operation, file and errno. A name
 * that cannot be opened is the user's mistake (STATUS_INPUT), all else the world's. */
#ifndef CAIRN_BASE_IO_H
#define CAIRN_BASE_IO_H

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include <stdbool.h>
#include <stdint.h>

/* Reads a regular file (or standard input for "-", then named "<stdin>") of at most `limit` bytes
 * into the arena; source->text gets a NUL behind its last byte. Directories, devices and larger
 * files are refused with a sentence. Status: STATUS_INPUT (missing, directory, too large,
 * unreadable: the user named it), STATUS_IO, STATUS_MEMORY. */
enum status io_read(const char *path, size_t limit, struct arena *arena, struct source *source,
                    struct diag *diag);

#define IO_PATH 1024

/* A buffered byte sink: a file to be, or an open descriptor (1 or 2). After an error every further
 * put is ignored and io_close reports it. */
struct sink {
    int fd;
    bool is_file;       /* has a temporary name to rename or remove */
    int error;          /* errno of the first failure, 0 if none */
    const char *failed; /* operation that failed */
    size_t used;
    char path[IO_PATH], temporary[IO_PATH + 64];
    char buffer[16384];
};

void io_open_fd(struct sink *sink, int fd, const char *name);
/* path "-" is standard output. Refuses to replace a file that exists unless `force` (STATUS_INPUT,
 * and says so); a symbolic link, a folder or a device as the target is refused always. Nothing is
 * open and nothing is left behind after a failure. */
enum status io_create(struct sink *sink, const char *path, bool force, struct diag *diag);
void io_put(struct sink *sink, const char *bytes, size_t length);
/* At most sizeof buffer bytes a call. */
void io_printf(struct sink *sink, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Flushes; for a file: fsync, rename, fsync of the folder. On failure the temporary is removed and
 * the failure said. A broken pipe on a descriptor is STATUS_OK in silence (`… | head`), provided
 * that SIGPIPE is ignored. The descriptor stays open. */
enum status io_close(struct sink *sink, struct diag *diag);
/* Throws away what was written; nothing is left behind. */
void io_discard(struct sink *sink);

bool io_is_terminal(int fd);
int io_terminal_columns(int fd); /* COLUMNS, else the terminal's, else 80 */
uint64_t io_clock_ns(void);      /* monotonic; for progress and benchmarks, never for results */
unsigned io_cores(void);         /* cores this process may run on, at least 1 */

#endif
