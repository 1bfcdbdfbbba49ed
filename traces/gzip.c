/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zlib at level 6, its memory from an arena, its output straight into the sink. */
#include "traces/gzip.h"
#include <assert.h>
#define ZLIB_CONST
#include <zlib.h>

#define LEVEL      6       /* zlib's own choice between time and size */
#define GZIP_FRAME 16      /* added to the window's bits: a gzip header instead of zlib's */
#define AT_ONCE    1000000 /* avail_in is an unsigned int */

static void *take(void *arena, unsigned count, unsigned size)
{
    return arena_array(arena, count, size);
}

static void give(void *arena, void *bytes)
{
    (void)arena;
    (void)bytes;
}

enum status gzip_open(struct gzip *gzip, struct sink *sink, struct arena *arena)
{
    z_stream *z = arena_alloc(arena, sizeof *z);
    if (!z)
        return STATUS_MEMORY;
    *z = (z_stream){.zalloc = take, .zfree = give, .opaque = arena};
    if (deflateInit2(z, LEVEL, Z_DEFLATED, MAX_WBITS + GZIP_FRAME, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return STATUS_MEMORY;
    *gzip = (struct gzip){sink, z};
    return STATUS_OK;
}

static void deflate_all(struct gzip *gzip, int flush)
{
    z_stream *z = gzip->stream;
    unsigned char out[4096];
    int result;
    do {
        z->next_out = out;
        z->avail_out = sizeof out;
        result = deflate(z, flush);
        assert(result != Z_STREAM_ERROR);
        io_put(gzip->sink, (const char *)out, sizeof out - z->avail_out);
    } while (z->avail_out == 0);
    assert(z->avail_in == 0);
    (void)result;
}

void gzip_put(struct gzip *gzip, const char *bytes, size_t length)
{
    z_stream *z = gzip->stream;
    while (length > 0) {
        unsigned now = length < AT_ONCE ? (unsigned)length : AT_ONCE;
        z->next_in = (const Bytef *)bytes;
        z->avail_in = now;
        deflate_all(gzip, Z_NO_FLUSH);
        bytes += now;
        length -= now;
    }
}

void gzip_close(struct gzip *gzip)
{
    deflate_all(gzip, Z_FINISH);
    deflateEnd(gzip->stream);
}
