/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics: what is wrong with the user's input, where, and what to write instead.
 *
 * A diag collects up to LIMIT_DIAG_ERRORS errors (and as many warnings) so that a file's mistakes
 * are all told at once. It owns fixed storage and never allocates: it must be able to report that
 * memory ran out. Rendered like a compiler's message:
 *
 *     lab.yaml:7:3: error: unknown key 'polcy'; did you mean 'policy'?
 *        7 |   polcy: daly
 *          |   ^~~~~
 */
#ifndef CAIRN_BASE_DIAG_H
#define CAIRN_BASE_DIAG_H

#include "sim/base/limits.h"
#include "sim/base/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIAG_TEXT 768 /* bytes of one rendered message: three lines of 100 columns and a hint */

enum severity { DIAG_ERROR, DIAG_WARNING };

/* A text that places can point into: a file as read, or a pseudo-file such as "--set". */
struct source {
    const char *name;
    const char *text;
    size_t length;
};

/* A position in a source: line and column from 1 (columns count bytes), width in bytes for the
 * underline. line 0: the place is the whole file; source NULL: there is no place. */
struct place {
    const struct source *source;
    uint32_t line, column, width;
};

struct diag {
    uint32_t errors, warnings; /* how many were said, kept or not */
    uint32_t kept;
    char text[2 * LIMIT_DIAG_ERRORS][DIAG_TEXT];
    enum severity severity[2 * LIMIT_DIAG_ERRORS];
};

void diag_init(struct diag *diag);

/* Adds one message; one that was said before, place and all, is not said twice. Control bytes and
 * invalid UTF-8 of user text are shown as \xNN. */
void diag_say(struct diag *diag, enum severity severity, struct place place, const char *format,
              ...) __attribute__((format(printf, 4, 5)));

/* diag_say for an error; returns STATUS_INPUT, so that a reader can `return diag_error(…)`. */
enum status diag_error(struct diag *diag, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The world's failure: "cannot OPERATION 'PATH': strerror(code)". Returns STATUS_MEMORY for
 * ENOMEM and STATUS_IO otherwise. path may be NULL. */
enum status diag_world(struct diag *diag, const char *operation, const char *path, int code);

/* No more than LIMIT_DIAG_ERRORS errors are wanted: readers stop when this turns true. */
bool diag_is_full(const struct diag *diag);

#endif
