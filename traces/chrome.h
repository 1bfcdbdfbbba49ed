/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing Chrome's trace-event format, which ui.perfetto.dev, chrome://tracing and speedscope read.
 *
 * A process has threads, a thread has slices that nest, and there are instants, counters and arrows
 * between slices. Who calls gives events in the order of their beginnings; here they are only
 * spelled: times in microseconds with three decimals, so that no nanosecond is lost; names escaped.
 * Processes and threads are named as `ray timeline` names them. Nothing here knows what the slices
 * mean. */
#ifndef CAIRN_TRACES_CHROME_H
#define CAIRN_TRACES_CHROME_H

#include "sim/base/simtime.h"
#include "traces/gzip.h"

/* Put by put; after chrome_end the sink (and the gzip) is the caller's to close. */
struct chrome {
    struct sink *sink;
    struct gzip *gzip; /* what is written goes through it; NULL: straight into the sink */
    bool has_event;
};

struct chrome_track {
    uint32_t process, thread;
};

/* `about`: an object of JSON that says what this is a trace of. `args` of the others: an object of
 * JSON, or NULL. */
void chrome_begin(struct chrome *chrome, struct sink *sink, struct gzip *gzip, const char *about);
/* In the order in which they are named they are shown. */
void chrome_process(struct chrome *chrome, uint32_t process, const char *name);
void chrome_thread(struct chrome *chrome, struct chrome_track track, const char *name);
void chrome_slice(struct chrome *chrome, struct chrome_track track, const char *category,
                  const char *name, simtime since, simtime until, const char *args);
void chrome_instant(struct chrome *chrome, struct chrome_track track, bool is_of_process,
                    const char *name, simtime time, const char *args);
void chrome_counter(struct chrome *chrome, uint32_t process, const char *name, simtime time,
                    int64_t value);
/* An arrow from the slice that encloses its beginning to the one that encloses its end. */
void chrome_flow(struct chrome *chrome, struct chrome_track track, bool is_end, const char *name,
                 uint32_t id, simtime time);
void chrome_end(struct chrome *chrome);

#endif
