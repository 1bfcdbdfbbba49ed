/* SPDX-License-Identifier: Apache-2.0 */
/* cap: CheckFreq (FAST 2021): checkpoints may cost at most a fraction of the time.
 *
 *     spent + c <= overhead (now + c - started)
 *
 * spent: what all checkpoints done have cost, as measured; c: what the next one is expected to.
 * Within a checkpoint the left side grows faster than the right, so that what holds at its end has
 * held at every moment. One that would break it waits until
 *
 *     now = started + (spent + c) / overhead - c.
 *
 * An aborted checkpoint has not been measured and is not counted. */
#include "policies/controllers/decorator.h"
#include "sim/base/simtime.h"
#include <stdio.h>

enum { OVERHEAD, OF };
enum { BILLION = 1000000000 };

struct cap_plan {
    struct decorator_plan common;
    int64_t billionths, expected_cost;
};

struct cap_state {
    struct decorator_state common;
    int64_t spent;
};

static const struct cairn_param params[] = {
    {.name = "overhead",
     .unit = CAIRN_FRACTION,
     .fallback = "3.5 %",
     .min = 1e-6,
     .max = 1,
     .help = "checkpoint time may be at most this part of the time since the start"},
    DECORATOR_PARAM,
    {.name = NULL},
};
static const struct decorator_own own = {.plan_size = sizeof(struct cap_plan),
                                         .state_size = sizeof(struct cap_state),
                                         .hears = CAIRN_HEARS(CAIRN_HEAR_CHECKPOINT_DONE)};

static uint64_t cap_plan_bytes(const struct cairn_value *values, const struct cairn_shape *shape)
{
    return decorator_plan_bytes(&own, values[OF].inner, shape);
}

static const char *cap_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                            void *plan)
{
    struct cap_plan *p = plan;
    p->billionths = (int64_t)(values[OVERHEAD].x * BILLION + 0.5);
    p->expected_cost = shape->checkpoint_cost;
    return decorator_plan(&own, values[OF].inner, shape, plan);
}

/* The least time of which `cost` is no more than the fraction; no product leaves 64 bits. */
static int64_t time_for(const struct cap_plan *p, int64_t cost)
{
    int64_t whole = cost / p->billionths, rest = cost % p->billionths;
    int64_t part = (rest * BILLION + p->billionths - 1) / p->billionths, time;
    return __builtin_mul_overflow(whole, (int64_t)BILLION, &time) ? CAIRN_NEVER
                                                                  : simtime_add(time, part);
}

static int cap_observe(const void *plan, void *state, const struct cairn_happening *happening,
                       uint64_t n)
{
    struct cap_state *s = state;
    if (happening->kind == CAIRN_HEAR_CHECKPOINT_DONE)
        s->spent = simtime_add(s->spent, simtime_scale(happening->cost, (int64_t)n, 1));
    return decorator_observe(plan, state, happening, n);
}

static void cap_decide(const void *plan, void *state, const struct cairn_situation *situation,
                       struct cairn_verdict *verdict)
{
    const struct cap_plan *p = plan;
    const struct cap_state *s = state;
    int64_t cost = situation->expected_cost, end = time_for(p, simtime_add(s->spent, cost));
    int64_t allowed = end == CAIRN_NEVER ? end : simtime_add(situation->started, end - cost);
    const struct decorator_ruling ruling = {
        .allowed = allowed,
        .period = time_for(p, cost) - cost,
        .numbers = {simtime_seconds(s->spent), simtime_seconds(situation->now - situation->started),
                    (double)p->billionths / BILLION}};
    decorator_decide(plan, state, situation, &ruling, verdict);
}

static int64_t cap_interval(const void *plan, const char **bound_by)
{
    const struct cap_plan *p = plan;
    int64_t least = time_for(p, p->expected_cost) - p->expected_cost;
    return decorator_interval_least(plan, least, "cap (overhead)", bound_by);
}

static void cap_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                         size_t capacity)
{
    if (!decorator_describe(plan, verdict, bytes, capacity))
        snprintf(bytes, capacity,
                 "%.9g s of checkpoints in %.9g s: one more is within %.6g %% in %.9g s",
                 verdict->numbers[1], verdict->numbers[2], verdict->numbers[3] * 100,
                 verdict->numbers[0]);
}

const struct cairn_controller_class cairn_controller_cap = {
    .size = sizeof cairn_controller_cap,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "cap",
    .summary = "CheckFreq: checkpoints of another controller, for at most 3.5 % of the time",
    .params = params,
    .hears = CAIRN_HEARS(CAIRN_HEAR_CHECKPOINT_DONE),
    .plan = cap_plan,
    .init = decorator_init,
    .observe = cap_observe,
    .decide = cap_decide,
    .interval = cap_interval,
    .describe = cap_describe,
    .plan_bytes = cap_plan_bytes,
    .state_bytes = decorator_state_bytes,
    .hears_by = decorator_hears,
    .claimed = decorator_claimed,
};
