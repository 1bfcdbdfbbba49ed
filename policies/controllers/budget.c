/* SPDX-License-Identifier: Apache-2.0 */
/* budget: at most so many checkpoints, then never again.
 *
 * What counts is that one was begun: an aborted checkpoint has cost its part, too. One that is lost
 * after its end, while it persists, has been counted there; where that cannot be told apart (it
 * waits for an older one to persist, or was dropped for it, and a failure comes) it is counted, so
 * that never more are begun than were allowed. A job's own last checkpoint needs nobody's leave. */
#include "policies/controllers/decorator.h"
#include <stdio.h>

enum { CHECKPOINTS, OF };

struct budget_plan {
    struct decorator_plan common;
    int64_t checkpoints;
};

struct budget_state {
    struct decorator_state common;
    int64_t begun;
    int64_t asked;          /* when the last one was let through */
    uint32_t is_under_way;  /* that one: neither done nor lost */
    uint32_t was_in_flight; /* an older one was persisting then */
};

static const struct cairn_param params[] = {
    {.name = "checkpoints",
     .unit = CAIRN_COUNT,
     .min = 1,
     .max = 1e15,
     .help = "how many may be taken; aborted ones count"},
    DECORATOR_PARAM,
    {.name = NULL},
};
enum { HEARS = CAIRN_HEARS(CAIRN_HEAR_CHECKPOINT_DONE) | CAIRN_HEARS(CAIRN_HEAR_CHECKPOINT_LOST) };
static const struct decorator_own own = {.plan_size = sizeof(struct budget_plan),
                                         .state_size = sizeof(struct budget_state),
                                         .hears = HEARS};

static uint64_t budget_plan_bytes(const struct cairn_value *values, const struct cairn_shape *shape)
{
    return decorator_plan_bytes(&own, values[OF].inner, shape);
}

static const char *budget_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                               void *plan)
{
    ((struct budget_plan *)plan)->checkpoints = values[CHECKPOINTS].i;
    return decorator_plan(&own, values[OF].inner, shape, plan);
}

static int budget_observe(const void *plan, void *state, const struct cairn_happening *happening,
                          uint64_t n)
{
    struct budget_state *s = state;
    if (happening->kind == CAIRN_HEAR_CHECKPOINT_DONE) {
        s->begun += (int64_t)n;
        s->is_under_way = 0;
    } else if (happening->kind == CAIRN_HEAR_CHECKPOINT_LOST && s->is_under_way) {
        /* At once: it is the older one, which this one replaces. */
        int is_older = s->was_in_flight && happening->now == s->asked;
        s->begun += !is_older;
        s->is_under_way = (uint32_t)is_older;
        s->was_in_flight = 0;
    }
    return decorator_observe(plan, state, happening, n);
}

static void budget_decide(const void *plan, void *state, const struct cairn_situation *situation,
                          struct cairn_verdict *verdict)
{
    const struct budget_plan *p = plan;
    struct budget_state *s = state;
    const struct decorator_ruling ruling = {.allowed = s->begun < p->checkpoints ? situation->now
                                                                                 : CAIRN_NEVER,
                                            .period = CAIRN_NEVER,
                                            .numbers = {(double)s->begun}};
    decorator_decide(plan, state, situation, &ruling, verdict);
    s->is_under_way = verdict->action == CAIRN_CHECKPOINT;
    s->was_in_flight = situation->in_flight > 0;
    s->asked = situation->now;
}

static int64_t budget_interval(const void *plan, const char **bound_by)
{
    return decorator_interval_least(plan, 0, NULL, bound_by);
}

static void budget_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                            size_t capacity)
{
    if (!decorator_describe(plan, verdict, bytes, capacity))
        snprintf(bytes, capacity, "all %.0f checkpoints of the budget are taken",
                 verdict->numbers[1]);
}

const struct cairn_controller_class cairn_controller_budget = {
    .size = sizeof cairn_controller_budget,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "budget",
    .summary = "another controller's checkpoints, at most so many of them",
    .params = params,
    .hears = HEARS,
    .plan = budget_plan,
    .init = decorator_init,
    .observe = budget_observe,
    .decide = budget_decide,
    .interval = budget_interval,
    .describe = budget_describe,
    .plan_bytes = budget_plan_bytes,
    .state_bytes = decorator_state_bytes,
    .hears_by = decorator_hears,
    .claimed = decorator_claimed,
};
