/* SPDX-License-Identifier: Apache-2.0 */
/* ray: what the program allows, counted as Ray's core counts it.
 *
 *     failure        a task               a call                an actor
 *     exception      final, or counts if retry_exceptions       final: it was the constructor's
 *     worker, node   counts               counts                counts
 *     preempted      never counts, and is tried again unless the program allows 0
 *     memory         its own budget       counts                counts
 *     object, owner  final                final                 final
 *
 * A lost argument is final because it cannot be rebuilt: another try would miss it as well, so no
 * retry is spent on it. An actor comes back while max_restarts - (restarts - those by preemption)
 * is not 0; a task while its max_retries are not spent. Memory kills of tasks have task_oom_retries
 * and wait min(base 2^attempt, cap), attempt 0 the first, failures by other causes included (Ray
 * takes the attempt's number). Ray's parameters keep their names. */
#include "policies/recovery/cures.h"
#include "policies/recovery/delays.h"

enum { RETRY_DELAY, OOM_DELAY, OOM_CAP, OOM_RETRIES };

struct ray_plan {
    struct delays oom;
    int64_t retry_delay;
    int64_t oom_retries;
};

static const struct cairn_param params[] = {
    {.name = "task_retry_delay",
     .unit = CAIRN_DURATION,
     .fallback = "0 s",
     .max = 1e9,
     .help = "before a task is tried again, if it was not killed for memory"},
    {.name = "task_oom_retry_delay_base",
     .unit = CAIRN_DURATION,
     .fallback = "1 s",
     .max = 1e9,
     .help = "before a task killed for memory is tried again; doubled with each attempt"},
    {.name = "task_oom_retry_delay_cap",
     .unit = CAIRN_DURATION,
     .fallback = "60 s",
     .max = 1e9,
     .help = "that delay is never longer than this"},
    {.name = "task_oom_retries",
     .unit = CAIRN_COUNT,
     .fallback = "unlimited",
     .min = -1,
     .max = INT32_MAX,
     .help = "retries of a task killed for memory"},
    {.name = NULL},
};

static const char *ray_plan(const struct cairn_value *values, void *plan)
{
    struct ray_plan *p = plan;
    p->oom = (struct delays){.base = values[OOM_DELAY].x,
                             .factor = 2,
                             .cap = values[OOM_CAP].x,
                             .form = DELAYS_EXPONENTIAL,
                             .first = DELAYS_BASE};
    p->retry_delay = values[RETRY_DELAY].i;
    p->oom_retries = values[OOM_RETRIES].i;
    return NULL;
}

static void ray_decide(const void *plan, void *state, void *own,
                       const struct cairn_setback *setback, struct cairn_cure *cure)
{
    const struct ray_plan *p = plan;
    int is_task = setback->subject == CAIRN_SUBJECT_TASK;
    uint32_t apart = is_task ? CURES_CAUSE(CAIRN_CAUSE_MEMORY) : 0;
    (void)state;
    (void)own;
    if (is_task && setback->cause == CAIRN_CAUSE_MEMORY) {
        uint64_t kills = setback->failed[CAIRN_CAUSE_MEMORY];
        /* who may not be tried again at all is not after a kill either */
        if (cures_by_limit(cure, kills, setback->limit == 0 ? 0 : p->oom_retries) == CAIRN_AGAIN)
            cures_wait(cure, delays_ns(&p->oom, cures_count(setback, CURES_EVERY_CAUSE), 0));
    } else if (cures_by_program(cure, setback, apart) == CAIRN_AGAIN && is_task) {
        cures_wait(cure, p->retry_delay);
    }
}

static void ray_describe(const void *plan, const struct cairn_cure *cure, char *bytes,
                         size_t capacity)
{
    (void)plan;
    cures_describe(cure, bytes, capacity);
}

const struct cairn_recovery_class cairn_recovery_ray = {
    .size = sizeof cairn_recovery_ray,
    .abi = CAIRN_RECOVERY_ABI,
    .name = "ray",
    .summary = "as Ray's core: what the program allows, preemptions free",
    .params = params,
    .plan_size = sizeof(struct ray_plan),
    .plan = ray_plan,
    .decide = ray_decide,
    .describe = ray_describe,
};
