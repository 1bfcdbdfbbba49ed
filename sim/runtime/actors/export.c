/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When each class is known, by job.
 *
 * Main invariant: known[class] is 1 + the time at which the class is known, 0 before its first
 * actor; a job whose actors' classes cost nothing has no such list. */
#include "sim/runtime/actors/export.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/batch.h"

simtime export_class(struct runtime *rt, uint32_t set)
{
    const struct batch *b = batch_of(rt, set);
    uint32_t actor = b->objects[0].call, class = actor_of(rt, actor)->class;
    const struct amount *cost = &rt->program->actors[class].export;
    struct job *job = pool_at(&rt->jobs, b->job);
    simtime now = runtime_now(rt);
    if (amount_is_zero(cost))
        return 0;
    if (!job->known)
        job->known = blocks_take(&rt->blocks, rt->program->actors_count, sizeof *job->known);
    if (!job->known)
        return 0; /* no memory: the run ends */
    if (job->known[class] == 0) {
        simtime takes = runtime_amount(rt, cost, STREAM_START, class, job->serial, WORD_EXPORT);
        job->known[class] = simtime_add(simtime_add(now, takes), 1);
        actor_tell(rt, actor, TOLD_EXPORT, 0, takes);
    }
    simtime at = job->known[class] - 1;
    return at > now ? at - now : 0;
}

void export_end(struct runtime *rt, struct job *job)
{
    blocks_give(&rt->blocks, job->known, rt->program->actors_count, sizeof *job->known);
    job->known = NULL;
}
