/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs: a driver arrives, and everything it has made goes when it ends.
 *
 * Main invariant: when a job has ended nobody runs for it but detached actors. */
#include "sim/runtime/driver/job.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/export.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/driver/fiber.h"

static struct told about_job(const struct job *job, enum told_kind kind)
{
    return (struct told){.kind = kind,
                         .job = job->serial,
                         .function = PROGRAM_NOTHING,
                         .host = TOLD_NOWHERE,
                         .to = job->definition};
}

void job_arrive(struct runtime *rt, uint32_t definition)
{
    const struct program_job *d = &rt->program->jobs[definition];
    uint32_t number = pool_take(&rt->jobs);
    struct job *job = pool_at(&rt->jobs, number);
    *job = (struct job){.definition = definition, .serial = rt->jobs_come++};
    struct told told = about_job(job, TOLD_JOB_ARRIVED);
    told.element = fiber_begin(rt, number, 0, d->body, d->end, d->slots);
    runtime_tell(rt, told);
}

/* What the job has left behind makes room for others, where somebody may wait for it; a detached
 * actor may still need its arguments. */
static void clear(struct runtime *rt, const struct job *job)
{
    for (uint32_t at = job->actors; at; at = actor_of(rt, at)->next_of_job)
        if (actor_class(rt, actor_of(rt, at))->is_detached)
            return;
    for (uint32_t at = job->batches; at && rt->stores; at = batch_of(rt, at)->next)
        batch_clear(rt, at);
}

void job_end(struct runtime *rt, uint32_t number, uint32_t cause, uint32_t line)
{
    struct job *job = pool_at(&rt->jobs, number);
    struct told told = about_job(job, TOLD_JOB_ENDED);
    told.cause = cause;
    told.amount = line;
    job->is_ended = true;
    runtime_tell(rt, told);
    for (uint32_t at = job->actors; at; at = actor_of(rt, at)->next_of_job)
        if (!actor_class(rt, actor_of(rt, at))->is_detached)
            actor_kill(rt, at, CAIRN_CAUSE_OWNER);
    for (uint32_t at = job->batches; at; at = batch_of(rt, at)->next)
        batch_cancel(rt, at);
    clear(rt, job);
    export_end(rt, job);
    rt->jobs_left--;
}

void job_lose(struct runtime *rt, uint32_t number)
{
    struct job *job = pool_at(&rt->jobs, number);
    job->is_ended = true; /* nothing that is let go wakes anybody here */
    fiber_lose(rt, number);
    rt->record->end = END_FAILED;
    rt->record->failed_cause = CAIRN_CAUSE_OWNER;
    rt->record->failed_line = 0;
    job_end(rt, number, 1 + CAIRN_CAUSE_OWNER, 0);
}
