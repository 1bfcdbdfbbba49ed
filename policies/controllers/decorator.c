/* SPDX-License-Identifier: Apache-2.0 */
/* What decorators share: blocks within blocks, passing on, postponing.
 *
 * Main invariant: a checkpoint is taken only when the inner controller asks for it, or has asked
 * for it and was made to wait, and every decorator around it allows it. Calls go at most
 * DECORATOR_DEPTH deep: plan refuses more. */
#include "policies/controllers/decorator.h"
#include "sim/base/simtime.h"
#include <stdio.h>

enum code { CODE_WAITS = 1, CODE_TAKES };

static uint64_t aligned(uint64_t bytes)
{
    return (bytes + 15) & ~(uint64_t)15;
}

static const void *inner_plan(const struct decorator_plan *p)
{
    return (const char *)p + p->inner_at;
}

static void *inner_state(const struct decorator_plan *p, void *state)
{
    return (char *)state + p->state_at;
}

/* All decorators that keep these blocks share `init`. */
static int is_decorator(const struct cairn_controller_class *class)
{
    return class->init == decorator_init;
}

static struct decorator_state *innermost(const struct decorator_plan *p, void *state)
{
    while (is_decorator(p->inner)) {
        state = inner_state(p, state);
        p = inner_plan(p);
    }
    return state;
}

/* ---- plan and state ------------------------------------------------------------------------ */

uint64_t decorator_plan_bytes(const struct decorator_own *own, const struct cairn_chosen *inner,
                              const struct cairn_shape *shape)
{
    return aligned(own->plan_size) + cairn_plan_size(inner->controller, inner->values, shape);
}

const char *decorator_plan(const struct decorator_own *own, const struct cairn_chosen *inner,
                           const struct cairn_shape *shape, void *plan)
{
    struct decorator_plan *p = plan;
    p->inner = inner->controller;
    p->inner_at = aligned(own->plan_size);
    p->state_at = aligned(own->state_size);
    p->is_alike = shape->stages_count == 0;
    const char *refusal = p->inner->plan(inner->values, shape, (char *)plan + p->inner_at);
    if (refusal)
        return refusal;
    p->depth = 1;
    if (is_decorator(p->inner))
        p->depth += ((const struct decorator_plan *)inner_plan(p))->depth;
    p->hears = own->hears | cairn_hears(p->inner, inner_plan(p));
    return p->depth > DECORATOR_DEPTH ? "more than 4 controllers around a controller" : NULL;
}

uint64_t decorator_state_bytes(const void *plan)
{
    const struct decorator_plan *p = plan;
    return p->state_at + cairn_state_size(p->inner, inner_plan(p));
}

uint32_t decorator_hears(const void *plan)
{
    return ((const struct decorator_plan *)plan)->hears;
}

void decorator_init(const void *plan, void *state)
{
    const struct decorator_plan *p = plan;
    cairn_state_init(p->inner, inner_plan(p), inner_state(p, state));
}

int decorator_observe(const void *plan, void *state, const struct cairn_happening *happening,
                      uint64_t n)
{
    const struct decorator_plan *p = plan;
    if (!(cairn_hears(p->inner, inner_plan(p)) & CAIRN_HEARS(happening->kind)))
        return 0;
    return p->inner->observe(inner_plan(p), inner_state(p, state), happening, n);
}

/* ---- deciding ------------------------------------------------------------------------------ */

static void say(const struct decorator_plan *p, const struct cairn_situation *situation,
                const struct decorator_ruling *ruling, enum code code,
                struct cairn_verdict *verdict)
{
    int64_t wait = ruling->allowed > situation->now ? ruling->allowed - situation->now : 0;
    verdict->repeat = 0;
    verdict->reason = DECORATOR_REASON | p->depth << 8 | code;
    verdict->numbers[0] = simtime_seconds(wait);
    for (int i = 0; i < 3; i++)
        verdict->numbers[i + 1] = ruling->numbers[i];
}

/* Not now; asked again at the first moment at which it may be, if there is one. */
static void postpone(const struct decorator_plan *p, const struct cairn_situation *situation,
                     const struct decorator_ruling *ruling, struct cairn_verdict *verdict)
{
    int is_over = ruling->allowed == CAIRN_NEVER;
    verdict->action = CAIRN_SKIP;
    verdict->ask = is_over ? CAIRN_ASK_NEVER : CAIRN_ASK_TIME;
    verdict->at = is_over ? 0 : ruling->allowed;
    say(p, situation, ruling, CODE_WAITS, verdict);
}

/* Is the inner one's `repeat` still true: will none of these checkpoints have to wait? Work takes
 * no less wall time than its own length. Steps are left out: those of `every` lie at equal
 * distances only if all are taken where it asked for them. */
static int repeats(const struct decorator_plan *p, const struct cairn_situation *situation,
                   const struct decorator_ruling *ruling, const struct cairn_verdict *verdict)
{
    int is_work = verdict->ask == CAIRN_ASK_WORK, is_wall = verdict->ask == CAIRN_ASK_WALL;
    if (!verdict->repeat || !p->is_alike || !(is_work || is_wall) || verdict->at < ruling->period)
        return 0;
    int64_t left = verdict->at - (is_work ? situation->work_since : situation->wall_since);
    return verdict->action == CAIRN_CHECKPOINT ||
           simtime_add(situation->now, left) >= ruling->allowed;
}

void decorator_ask(const void *plan, void *state, const struct cairn_situation *situation,
                   struct cairn_verdict *verdict)
{
    const struct decorator_plan *p = plan;
    p->inner->decide(inner_plan(p), inner_state(p, state), situation, verdict);
}

void decorator_decide(const void *plan, void *state, const struct cairn_situation *situation,
                      const struct decorator_ruling *ruling, struct cairn_verdict *verdict)
{
    const struct decorator_plan *p = plan;
    struct decorator_state *debt = innermost(p, state);
    if (situation->work_since == 0)
        debt->is_owed = 0; /* taken, or lost: there is nothing to store */
    decorator_ask(plan, state, situation, verdict);
    int is_asked = verdict->action == CAIRN_CHECKPOINT;
    int is_owed = !is_asked && debt->is_owed && !is_decorator(p->inner);
    if (verdict->action == CAIRN_FAILED)
        return;
    if (ruling->allowed == CAIRN_NEVER) {
        postpone(p, situation, ruling, verdict);
    } else if (!is_asked && !is_owed) {
        verdict->repeat = (uint32_t)repeats(p, situation, ruling, verdict);
    } else if (ruling->allowed > situation->now) {
        postpone(p, situation, ruling, verdict);
        debt->is_owed = 1;
    } else if (is_owed) {
        verdict->action = CAIRN_CHECKPOINT;
        say(p, situation, ruling, CODE_TAKES, verdict);
        debt->is_owed = 0;
    } else {
        verdict->repeat = (uint32_t)repeats(p, situation, ruling, verdict);
        debt->is_owed = 0;
    }
}

/* ---- telling ------------------------------------------------------------------------------- */

int64_t decorator_interval_least(const void *plan, int64_t least, const char *name,
                                 const char **bound_by)
{
    const struct decorator_plan *p = plan;
    *bound_by = NULL;
    int64_t interval = p->inner->interval ? p->inner->interval(inner_plan(p), bound_by) : 0;
    if (interval == 0 || interval >= least)
        return interval;
    *bound_by = name;
    return least;
}

double decorator_claimed(const void *plan, const void *state)
{
    const struct decorator_plan *p = plan;
    const void *inner = (const char *)state + p->state_at;
    return p->inner->claimed ? p->inner->claimed(inner_plan(p), inner) : __builtin_nan("");
}

void decorator_describe_inner(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                              size_t capacity)
{
    const struct decorator_plan *p = plan;
    p->inner->describe(inner_plan(p), verdict, bytes, capacity);
}

int decorator_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                       size_t capacity)
{
    const struct decorator_plan *p = plan;
    uint32_t own = DECORATOR_REASON | p->depth << 8;
    if (verdict->reason == (own | CODE_WAITS))
        return 0;
    if (verdict->reason == (own | CODE_TAKES))
        snprintf(bytes, capacity, "a checkpoint that had to wait until now");
    else
        decorator_describe_inner(plan, verdict, bytes, capacity);
    return 1;
}
