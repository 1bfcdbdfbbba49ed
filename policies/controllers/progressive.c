/* SPDX-License-Identifier: Apache-2.0 */
/* progressive: a checkpoint after a named step, but not too close to the one before.
 *
 *     on success of a listed step:  now - start of the last checkpoint >= min_interval, or none yet
 *
 * The Orchestrator's documented strategy `progressive`. A checkpoint that comes too early is
 * dropped, not postponed, and counted. One that was lost has not been: the one before it counts,
 * which is older still, so the next is allowed. */
#include "policies/controllers/listed.h"
#include "sim/base/simtime.h"
#include <stdio.h>

enum { TASKS, MIN_INTERVAL };
enum reason { REASON_OTHER, REASON_FIRST, REASON_DUE, REASON_SUPPRESSED };

struct progressive_plan {
    int64_t min_interval, count;
    char names[];
};

struct progressive_state {
    int64_t pending; /* 1 + the place in the list of the step that has just succeeded; 0: none */
    int64_t has_last, last_start;
    int64_t suppressed; /* checkpoints dropped so far */
};

static const struct cairn_param params[] = {
    {.name = "tasks",
     .unit = CAIRN_NAMES,
     .help = "steps after whose success a checkpoint may be taken, as in [download, train]"},
    {.name = "min_interval",
     .unit = CAIRN_DURATION,
     .fallback = "60 s",
     .max = 1e9,
     .help = "least time from the start of the last checkpoint; an earlier one is dropped"},
    {.name = NULL},
};

static uint64_t progressive_bytes(const struct cairn_value *values, const struct cairn_shape *shape)
{
    (void)shape;
    return offsetof(struct progressive_plan, names) + listed_bytes(&values[TASKS]);
}

static const char *progressive_plan(const struct cairn_value *values,
                                    const struct cairn_shape *shape, void *plan)
{
    struct progressive_plan *p = plan;
    p->min_interval = values[MIN_INTERVAL].i;
    p->count = values[TASKS].i;
    return listed_fill(p->names, &values[TASKS], shape);
}

static int progressive_observe(const void *plan, void *state,
                               const struct cairn_happening *happening, uint64_t n)
{
    const struct progressive_plan *p = plan;
    struct progressive_state *s = state;
    (void)n;
    switch ((enum cairn_happening_kind)happening->kind) {
    case CAIRN_HEAR_STEP:
        s->pending = listed_find(p->names, p->count, happening->name) + 1;
        break;
    case CAIRN_HEAR_CHECKPOINT_DONE:
        s->has_last = 1;
        s->last_start = happening->now - happening->cost;
        break;
    case CAIRN_HEAR_CHECKPOINT_LOST:
        s->has_last = 0;
        break;
    case CAIRN_HEAR_FAILURE:
        s->pending = 0; /* the success is undone, or saved */
        break;
    case CAIRN_HEAR_RECOVERED:
    case CAIRN_HEAR_PREDICTION:
    case CAIRN_HEAR_NOTICE:
        break;
    }
    return 0;
}

static void progressive_decide(const void *plan, void *state,
                               const struct cairn_situation *situation,
                               struct cairn_verdict *verdict)
{
    const struct progressive_plan *p = plan;
    struct progressive_state *s = state;
    int64_t since = s->has_last ? situation->now - s->last_start : situation->now;
    int is_due = s->pending > 0 && (!s->has_last || since >= p->min_interval);
    s->suppressed += s->pending > 0 && !is_due;
    verdict->action = is_due ? CAIRN_CHECKPOINT : CAIRN_SKIP;
    verdict->ask = CAIRN_ASK_STEP;
    verdict->at = situation->step_index + 1;
    verdict->reason = s->pending == 0 ? REASON_OTHER
                      : !is_due       ? REASON_SUPPRESSED
                      : s->has_last   ? REASON_DUE
                                      : REASON_FIRST;
    verdict->numbers[0] = (double)situation->step_index;
    verdict->numbers[1] = (double)(s->pending - 1);
    verdict->numbers[2] = simtime_seconds(since);
    verdict->numbers[3] = (double)s->suppressed;
    s->pending = 0;
}

static void progressive_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                                 size_t capacity)
{
    const struct progressive_plan *p = plan;
    const double *x = verdict->numbers;
    const char *name = x[1] >= 0 ? listed_name(p->names, (int64_t)x[1]) : "";
    switch ((enum reason)verdict->reason) {
    case REASON_OTHER:
        snprintf(bytes, capacity, "step %.0f: no success that is to be saved", x[0]);
        break;
    case REASON_FIRST:
        snprintf(bytes, capacity, "step %.0f: %s succeeded, there is no checkpoint yet", x[0],
                 name);
        break;
    case REASON_DUE:
        snprintf(bytes, capacity, "step %.0f: %s succeeded, %.9g s after the last checkpoint began",
                 x[0], name, x[2]);
        break;
    case REASON_SUPPRESSED:
        snprintf(bytes, capacity,
                 "step %.0f: %s succeeded only %.9g s after the last checkpoint began; %.0f "
                 "dropped so far",
                 x[0], name, x[2], x[3]);
        break;
    }
}

const struct cairn_controller_class cairn_controller_progressive = {
    .size = sizeof cairn_controller_progressive,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "progressive",
    .summary = "a checkpoint after named steps, none too close to the last",
    .params = params,
    .hears = CAIRN_HEARS(CAIRN_HEAR_STEP) | CAIRN_HEARS(CAIRN_HEAR_CHECKPOINT_DONE) |
             CAIRN_HEARS(CAIRN_HEAR_CHECKPOINT_LOST) | CAIRN_HEARS(CAIRN_HEAR_FAILURE),
    .state_size = sizeof(struct progressive_state),
    .plan = progressive_plan,
    .observe = progressive_observe,
    .decide = progressive_decide,
    .describe = progressive_describe,
    .plan_bytes = progressive_bytes,
};
