/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gzip: bytes into a sink, compressed on the way; the only door to zlib.
 *
 * The same bytes in give the same bytes out: no date and no name is written. All memory is an
 * arena's. */
#ifndef CAIRN_TRACES_GZIP_H
#define CAIRN_TRACES_GZIP_H

#include "sim/base/arena.h"
#include "sim/base/io.h"
#include "sim/base/status.h"

struct gzip {
    struct sink *sink;
    void *stream;
};

/* STATUS_MEMORY: said by nobody yet. */
enum status gzip_open(struct gzip *gzip, struct sink *sink, struct arena *arena);
void gzip_put(struct gzip *gzip, const char *bytes, size_t length);
/* What is still inside goes to the sink, which stays open. */
void gzip_close(struct gzip *gzip);

#endif
