/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing copies to the disk of their host.
 *
 * A copy that is being written keeps its room until the write is over; one that a call comes to
 * need meanwhile is written all the same, and stays in memory too. Invariant: a host with a timer
 * writes what is on its list STORE_WRITING, one without writes nothing. */
#include "sim/runtime/objects/spill.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/objects/copies.h"

#define FUSED_MOST 2000 /* results in one write: max_fused_object_count of Ray */

simtime spill_time(const struct runtime *rt, int64_t bytes)
{
    double bandwidth = rt->spec->runtime.spill_bandwidth;
    return bytes > 0 && bandwidth > 0 ? simtime_from_seconds((double)bytes / bandwidth) : 0;
}

static bool is_above(const struct runtime *rt, const struct store *store)
{
    return (slot_ns)store->used * WHOLE_PPM >
           (slot_ns)rt->spec->runtime.object_memory * rt->spec->runtime.spill_threshold_ppm;
}

void spill_consider(struct runtime *rt, uint32_t host)
{
    struct store *store = &rt->stores[host];
    int64_t fused = (int64_t)rt->spec->runtime.spill_fused, bytes = 0;
    bool is_wanted = store->waiting.first != 0;
    uint32_t at;
    if (rt->spec->runtime.spill_bandwidth == 0 || store->timer || store->resting == 0)
        return;
    if (!is_wanted && (!is_above(rt, store) || store->resting < fused))
        return;
    for (unsigned i = 0; i < FUSED_MOST && (bytes == 0 || bytes < fused) &&
                         (at = store->lists[STORE_PRIMARY].first) != 0;
         i++) {
        bytes += copy_of(rt, at)->bytes;
        store_unlist(rt, at);
        store_list(rt, at, STORE_WRITING);
    }
    store->timer = runtime_timer(rt, spill_time(rt, bytes), EVENT_COMPLETION, TIMER_STORE, host);
}

void spill_timer(struct runtime *rt, uint32_t host)
{
    struct store *store = &rt->stores[host];
    uint32_t at;
    store->timer = 0;
    while ((at = store->lists[STORE_WRITING].first) != 0) {
        const struct copy *copy = copy_of(rt, at);
        struct told told = batch_told(rt, copy->batch, copy->element, TOLD_SPILLED);
        told.host = host;
        told.amount = copy->bytes;
        rt->record->objects.spilled++;
        runtime_tell(rt, told);
        store_written(rt, at);
    }
    spill_consider(rt, host);
}
