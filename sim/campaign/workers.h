/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Workers: threads that fill slots.
 *
 * An atomic counter hands out item numbers; what an item computes depends on its number alone, so
 * the result is the same for any number of threads. The calling thread works too: when no thread
 * can be had the work is done all the same. */
#ifndef CAIRN_CAMPAIGN_WORKERS_H
#define CAIRN_CAMPAIGN_WORKERS_H

#include "sim/base/status.h"
#include <stdint.h>

struct workers_task {
    uint64_t items;
    unsigned threads;
    /* Called from any thread; worker < threads numbers the caller. The first status that is not OK
     * stops the handing out and is returned. */
    enum status (*work)(void *context, unsigned worker, uint64_t item);
    /* Called from the calling thread between its own items; may be NULL. */
    void (*progress)(void *context, uint64_t done);
    void *context;
};

enum status workers_run(const struct workers_task *task);

#endif
