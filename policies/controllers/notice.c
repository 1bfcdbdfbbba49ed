/* SPDX-License-Identifier: Apache-2.0 */
/* notice: a checkpoint just in time before the nodes are taken away; else as `of` decides.
 *
 * Told that they will be at `until`, it begins a checkpoint at until - C, so that all work before
 * that is kept, if there is that much time left. If there is not, the checkpoint would be lost: it
 * works on. Either way nothing more is begun until the nodes are gone, nor anything before that
 * would still be under way at until - C. Shortly before the end C is what must fit into the grace
 * period: Ray Train and other trainers do the same. C: a checkpoint's cost and the time after it
 * until it is complete; where work comes in steps, one step more, since none is broken off.
 */
#include "policies/controllers/ahead.h"
#include "policies/controllers/decorator.h"
#include "sim/base/simtime.h"
#include <stdio.h>

enum { OF };
enum { REASON_QUIET = 1 << 30, REASON_JUST_IN_TIME, REASON_NOT_BEFORE }; /* others: of `of` */

struct notice_plan {
    struct decorator_plan it;
    int64_t persist, step, slack;
};

struct notice_state {
    struct decorator_state it;
    struct ahead ahead; /* when nodes will go */
    int64_t quiet;      /* nothing is begun before this one of them */
};

static const struct decorator_own own = {sizeof(struct notice_plan), sizeof(struct notice_state),
                                         CAIRN_HEARS(CAIRN_HEAR_NOTICE)};
static const struct cairn_param params[] = {
    {.name = "of",
     .unit = CAIRN_CONTROLLER,
     .help = "who decides as long as no node is to be taken away"},
    {.name = NULL},
};

static const char *notice_plan(const struct cairn_value *values, const struct cairn_shape *shape,
                               void *plan)
{
    struct notice_plan *p = plan;
    p->persist = shape->persist;
    p->step = shape->step;
    p->slack = ahead_slack(shape);
    return decorator_plan(&own, values[OF].inner, shape, plan);
}

static uint64_t notice_plan_bytes(const struct cairn_value *values, const struct cairn_shape *shape)
{
    return decorator_plan_bytes(&own, values[OF].inner, shape);
}

/* An init of its own: to decorators around it, it is the one that asks, and they keep the debt. */
static void notice_init(const void *plan, void *state)
{
    decorator_init(plan, state);
}

static int notice_observe(const void *plan, void *state, const struct cairn_happening *happening,
                          uint64_t n)
{
    struct notice_state *s = state;
    int is_asking = decorator_observe(plan, state, happening, n);
    if (happening->kind == CAIRN_HEAR_NOTICE) {
        ahead_pass(&s->ahead, happening->now);
        ahead_keep(&s->ahead, happening->until, happening->until);
        return 1;
    }
    return is_asking;
}

/* A time, not later than the one at which `of` wants to be asked; NEVER where that is not known. */
static int64_t asked_at(const struct notice_plan *p, const struct cairn_situation *situation,
                        const struct cairn_verdict *v)
{
    int is_taken = v->action == CAIRN_CHECKPOINT;
    int64_t from = simtime_add(situation->now, is_taken ? situation->expected_cost : 0);
    int64_t steps = v->at - (v->ask == CAIRN_ASK_STEP ? situation->step_index
                             : is_taken               ? 0
                                                      : situation->steps_since);
    switch ((enum cairn_ask)v->ask) {
    case CAIRN_ASK_WORK:
        return simtime_add(from, v->at - (is_taken ? 0 : situation->work_since));
    case CAIRN_ASK_WALL:
        return simtime_add(from, v->at - (is_taken ? 0 : situation->wall_since));
    case CAIRN_ASK_STEP:
    case CAIRN_ASK_STEPS:
        if (p->step == 0)
            return CAIRN_NEVER;
        return steps > 1 ? simtime_add(from, simtime_scale(steps - 1, p->step, 1)) : from;
    case CAIRN_ASK_TIME:
        return v->at;
    case CAIRN_ASK_NEVER:
        break;
    }
    return CAIRN_NEVER;
}

static void say(struct cairn_verdict *verdict, enum cairn_action action, int reason, int64_t at)
{
    verdict->action = action;
    verdict->ask = CAIRN_ASK_TIME;
    verdict->at = at;
    verdict->repeat = 0;
    verdict->reason = (uint32_t)reason;
}

static void notice_decide(const void *plan, void *state, const struct cairn_situation *situation,
                          struct cairn_verdict *verdict)
{
    const struct notice_plan *p = plan;
    struct notice_state *s = state;
    int64_t now = situation->now, cost = situation->expected_cost;
    ahead_pass(&s->ahead, now);
    int64_t until = s->ahead.count > 0 ? s->ahead.next[0].until : CAIRN_NEVER;
    int64_t latest = until - simtime_add(cost > 0 ? cost : 1, p->persist),
            begin = latest - p->slack;
    if (until == s->quiet || now >= begin) {
        int is_in_time = until != s->quiet && now <= latest && situation->work_since > 0;
        s->quiet = until;
        say(verdict, is_in_time ? CAIRN_CHECKPOINT : CAIRN_SKIP,
            is_in_time ? REASON_JUST_IN_TIME : REASON_QUIET, until);
        return;
    }
    decorator_ask(plan, state, situation, verdict);
    if (until == CAIRN_NEVER)
        return;
    verdict->repeat = 0;
    if (verdict->action == CAIRN_CHECKPOINT && now + cost + p->persist > begin)
        say(verdict, CAIRN_SKIP, REASON_NOT_BEFORE, begin);
    else if (verdict->action != CAIRN_FAILED && asked_at(p, situation, verdict) > begin)
        say(verdict, (enum cairn_action)verdict->action, (int)verdict->reason, begin);
}

static void notice_describe(const void *plan, const struct cairn_verdict *verdict, char *bytes,
                            size_t capacity)
{
    if (verdict->reason == REASON_QUIET)
        snprintf(bytes, capacity, "a checkpoint would be lost: the nodes go before its end");
    else if (verdict->reason == REASON_JUST_IN_TIME)
        snprintf(bytes, capacity, "just in time: the nodes go when it is complete");
    else if (verdict->reason == REASON_NOT_BEFORE)
        snprintf(bytes, capacity, "the nodes go soon: better one checkpoint later");
    else
        decorator_describe_inner(plan, verdict, bytes, capacity);
}

const struct cairn_controller_class cairn_controller_notice = {
    .size = sizeof cairn_controller_notice,
    .abi = CAIRN_CONTROLLER_ABI,
    .name = "notice",
    .summary = "a checkpoint just in time before nodes are taken away; else as another decides",
    .params = params,
    .plan = notice_plan,
    .init = notice_init,
    .observe = notice_observe,
    .decide = notice_decide,
    .describe = notice_describe,
    .plan_bytes = notice_plan_bytes,
    .state_bytes = decorator_state_bytes,
    .hears_by = decorator_hears,
    .claimed = decorator_claimed,
};
