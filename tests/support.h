/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests share: where files are, seeds, expected outputs, running the program.
 *
 * Programs run from the project's root (`make test` sees to it). Nothing here fails a test by
 * itself: it answers, and the test asserts, so that the message stands at the test's own line. Out
 * of memory is the exception: it ends the program. */
#ifndef CAIRN_TESTS_SUPPORT_H
#define CAIRN_TESTS_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUPPORT_PATH 1024

/* The path of `name` in the folder of reference data beside the project (../shared, or the
 * environment variable CAIRN_SHARED). Without it: says SKIPPED aloud and returns false; the test
 * then skip()s. */
bool support_shared(const char *name, char path[SUPPORT_PATH]);

/* The seed for a randomised test: CAIRN_SEED or `fallback`; printed, so that a failure can be
 * rerun. */
uint64_t support_seed(uint64_t fallback);

/* The whole file, NUL behind it, freed by the caller; NULL if it cannot be read. length may be
 * NULL. */
char *support_read(const char *path, size_t *length);
/* Writes the whole file; false if that fails. */
bool support_write(const char *path, const char *bytes, size_t length);

/* Is `actual` what the file holds? If not, prints the first line that differs. With
 * CAIRN_GOLDEN=write the file becomes `actual` instead, and the answer is true. */
bool support_golden(const char *path, const char *actual);

/* One finished process. out and err are NUL-terminated and freed by support_run_close. */
struct support_run {
    int code; /* exit code; 128 + signal if it died of one; -1 if it could not be started */
    char *out, *err;
};
/* Runs argv[0] (searched in PATH; no shell) with `input` as its standard input (NULL: nothing) in
 * the folder `cwd` (NULL: here). argv ends with NULL. */
struct support_run support_run(const char *const argv[], const char *input, const char *cwd);
/* The same for cairn: CAIRN_BIN, else build/cairn; argv without the program. */
struct support_run support_cairn(const char *const argv[], const char *input);
void support_run_close(struct support_run *run);

/* For a shell's compiler: the sanitizers of the build under test, which a stranger's program that
 * links its archive needs as well. */
#define SUPPORT_SANITIZED "$(grep -o -- '-fsanitize=[a-z,]*' ${B:-build}/flags | head -1)"

/* An empty folder of this process alone, under TMPDIR or /tmp; its path ends without '/'. */
bool support_folder(char path[SUPPORT_PATH]);
/* Removes that folder and all that is in it. */
void support_folder_remove(const char *path);

#endif
