/* SPDX-License-Identifier: Apache-2.0 */
/* notice: a checkpoint just in time before the nodes are taken away; else as `of` decides.
 *
 * Told that they will be at `until`, it begins a checkpoint at until - C, so that all work before
 * that is kept, if there is that much time left. If there is not, the checkpoint would be lost: it
 * works on. Either way nothing more is begun until the nodes are gone, nor anything before that
 * would still be under way at until - C. Shortly before the end C is what must fit into the grace
 * period: Ray Train and other trainers do the same. C: a checkpoint's cost and the time after it
 * until it is complete; where work comes in steps, one step more, since none is broken off.
 *
 *     plan:   ours, then the plan of `of`;   state: ours, then its state */
#include "policies/controller.h"
#include "policies/controllers/ahead.h"
#include "sim/base/simtime.h"
#include <stdio.h>
#include <string.h>

enum { OF };
enum { REASON_QUIET = 1 << 30, REASON_JUST_IN_TIME, REASON_NOT_BEFORE }; /* others: of `of` */

struct notice_plan {
    const struct cairn_controller_class *of;
    int64_t persist, step, slack;
    _Alignas(16) unsigned char inner[];
};

struct notice_state {
    struct ahead ahead; /* when nodes will go */
    int64_t quiet;      /* nothing is begun before this one of them */
    _Alignas(16) unsigned char inner[];
};

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
    const struct cairn_chosen *of = values[OF].inner;
    p->of = of->controller;
    p->persist = shape->persist;
    p->step = shape->step;
    p->slack = ahead_slack(shape);
    return p->of->plan(of->values, shape, p->inner);
}

static uint64_t notice_plan_bytes(const struct cairn_value *values, const struct cairn_shape *shape)
{
    const struct cairn_chosen *of = values[OF].inner;
    return sizeof(struct notice_plan) + cairn_plan_size(of->controller, of->values, shape);
}

static uint64_t notice_state_bytes(const void *plan)
{
    const struct notice_plan *p = plan;
    return sizeof(struct notice_state) + cairn_state_size(p->of, p->inner);
}

static uint32_t notice_hears(const void *plan)
{
    const struct notice_plan *p = plan;
    return cairn_hears(p->of, p->inner) | CAIRN_HEARS(CAIRN_HEAR_NOTICE);
}

static void notice_init(const void *plan, void *state)
{
    const struct notice_plan *p = plan;
    struct notice_state *s = state;
    cairn_state_init(p->of, p->inner, s->inner);
}

static int notice_observe(const void *plan, void *state, const struct cairn_happening *happening,
                          uint64_t n)
{
    const struct notice_plan *p = plan;
    struct notice_state *s = state;
    int is_asking = 0;
    if (cairn_hears(p->of, p->inner) & CAIRN_HEARS(happening->kind))
        is_asking = p->of->observe(p->inner, s->inner, happening, n);
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
    p->of->decide(p->inner, s->inner, situation, verdict);
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
    const struct notice_plan *p = plan;
    if (verdict->reason == REASON_QUIET)
        snprintf(bytes, capacity, "a checkpoint would be lost: the nodes go before its end");
    else if (verdict->reason == REASON_JUST_IN_TIME)
        snprintf(bytes, capacity, "just in time: the nodes go when it is complete");
    else if (verdict->reason == REASON_NOT_BEFORE)
        snprintf(bytes, capacity, "the nodes go soon: better one checkpoint later");
    else
        p->of->describe(p->inner, verdict, bytes, capacity);
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
    .state_bytes = notice_state_bytes,
    .hears_by = notice_hears,
};
