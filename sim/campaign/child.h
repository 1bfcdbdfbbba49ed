/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child: a program of the user's that is spoken to in lines, and can never hang its parent.
 *
 * Started by its words, without a shell; its standard input and output are pipes, its standard
 * error is ours. Every call has an end: a deadline of io_clock_ns, after which the caller gives up.
 * Expects SIGPIPE to be ignored, as the program does: a child that is gone is then an answer. */
#ifndef CAIRN_CAMPAIGN_CHILD_H
#define CAIRN_CAMPAIGN_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CHILD_LINE 4096 /* bytes of one line that it may say */

struct child {
    pid_t pid; /* 0: none is running */
    int to, from;
    size_t begin, used; /* of input: what was read and not yet taken */
    char input[CHILD_LINE];
};

enum child_result {
    CHILD_OK,
    CHILD_LATE,   /* the deadline came first */
    CHILD_CLOSED, /* it ended, or closed its input or output */
    CHILD_LONG,   /* a line of more than CHILD_LINE bytes */
};

/* argv ends with NULL; argv[0] is looked for along PATH. 0, or errno. */
int child_start(struct child *child, const char *const *argv);
/* All bytes, or not CHILD_OK. */
enum child_result child_send(struct child *child, const char *bytes, size_t length,
                             uint64_t deadline);
/* The next line, without its end; valid until the next call. */
enum child_result child_line(struct child *child, uint64_t deadline, const char **line,
                             size_t *length);
/* Has it said nothing that was not taken, as far as can be seen now? */
bool child_is_quiet(struct child *child);
/* Closes its input and waits `patience` ns for it to end by itself, then kills it. Did it end by
 * itself? Then `how` says in words in which way. Leaves no process behind. */
bool child_stop(struct child *child, uint64_t patience, char *how, size_t capacity);

#endif
