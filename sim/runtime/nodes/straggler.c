/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slow periods, drawn by place and number, and work that passes through them.
 *
 * Main invariant: rt->stragglers[host] is the first period that does not end before now; time only
 * goes on, so that each period is drawn about once. */
#include "sim/runtime/nodes/straggler.h"
#include "sim/base/law.h"

/* Period number `occurrence` of the place, which begins so long after `end` of the one before. */
static struct straggler draw(const struct runtime *rt, uint32_t host, uint32_t occurrence,
                             simtime end)
{
    const struct spec *spec = rt->spec;
    double every = law_sample(&spec->faults.slow.every,
                              runtime_uniform(rt, STREAM_SLOW, host, occurrence, 0)),
           lasts = law_sample(&spec->faults.slow.lasts,
                              runtime_uniform(rt, STREAM_SLOW, host, occurrence, 1));
    simtime from = simtime_add(end, simtime_from_seconds(every));
    return (struct straggler){occurrence, from > end ? from : simtime_add(end, 1),
                              simtime_add(from, simtime_from_seconds(lasts))};
}

bool straggler_open(struct runtime *rt)
{
    if (!rt->spec->faults.slow.is_given)
        return true;
    rt->stragglers = arena_array(&rt->fixed, rt->spec->cluster.nodes, sizeof *rt->stragglers);
    return rt->stragglers != NULL;
}

void straggler_begin(struct runtime *rt)
{
    for (uint32_t host = 0; rt->stragglers && host < rt->cluster.workers; host++)
        rt->stragglers[host] = draw(rt, host, 0, 0);
}

/* So many millionths of its time work takes while it is slow. */
static int64_t factor(const struct runtime *rt)
{
    return (int64_t)(rt->spec->faults.slow.factor * WHOLE_PPM + 0.5);
}

simtime straggler_time(struct runtime *rt, uint32_t host, simtime work)
{
    simtime now = runtime_now(rt), at = now;
    if (!rt->stragglers)
        return work;
    struct straggler *first = &rt->stragglers[host];
    while (first->to <= now && first->from < rt->spec->horizon)
        *first = draw(rt, host, first->occurrence + 1, first->to);
    for (struct straggler s = *first; work > 0;) {
        simtime fast = s.from > at ? s.from - at : 0;
        if (work <= fast || s.from >= rt->spec->horizon)
            return simtime_add(at - now, work);
        work -= fast;
        at = simtime_add(at, fast);
        simtime slow = simtime_scale(work, factor(rt), WHOLE_PPM);
        if (slow <= s.to - at)
            return simtime_add(at - now, slow);
        work -= simtime_scale(s.to - at, WHOLE_PPM, factor(rt));
        at = s.to;
        s = draw(rt, host, s.occurrence + 1, s.to);
    }
    return at - now;
}
