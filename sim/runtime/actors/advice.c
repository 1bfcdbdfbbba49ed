/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telling the controllers of actors, and asking them between two calls.
 *
 * The rules are those of sim/model/consult.h, with calls as steps: a verdict counts from the last
 * snapshot or restore, and is looked at where a checkpoint could be taken, when a call has ended.
 */
#include "sim/runtime/actors/advice.h"
#include "sim/base/random.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/service.h"
#include "sim/runtime/actors/snapshot.h"
#include "sim/runtime/seat.h"

enum { STREAM_POLICY = 16 };

static const void *plan_of(const struct runtime *rt, const struct actor *a)
{
    return rt->controller_plans[a->class];
}

static void tell(struct runtime *rt, uint32_t number, struct cairn_happening happening)
{
    const struct actor *a = actor_of(rt, number);
    struct advisor *advisor = a->advisor;
    const struct cairn_controller_class *class = rt->spec->controller.class;
    if (!(advisor->hears & CAIRN_HEARS(happening.kind)))
        return;
    happening.size = sizeof happening;
    happening.abi = CAIRN_CONTROLLER_ABI;
    happening.is_restorable = snapshot_newest(rt, a) != NULL;
    happening.now = runtime_now(rt);
    happening.steps = advisor->steps;
    if (class->observe(plan_of(rt, a), advisor->state, &happening, 1))
        advisor->is_called = true;
}

static void *new_state(struct runtime *rt, uint32_t class)
{
    const struct cairn_controller_class *controller = rt->spec->controller.class;
    const void *plan = rt->controller_plans[class];
    bool is_shared = controller->scope == CAIRN_SCOPE_JOB;
    if (is_shared && rt->shared_states[class])
        return rt->shared_states[class];
    void *state = blocks_take(&rt->blocks, cairn_state_size(controller, plan) + 1, 1);
    if (state)
        cairn_state_init(controller, plan, state);
    if (is_shared)
        rt->shared_states[class] = state;
    return state;
}

void advice_begin(struct runtime *rt, uint32_t number)
{
    struct actor *a = actor_of(rt, number);
    if (!rt->controller_plans || !rt->controller_plans[a->class])
        return;
    a->advisor = blocks_take(&rt->blocks, 1, sizeof *a->advisor);
    if (!a->advisor)
        return;
    a->advisor->situation = (struct cairn_situation){
        .size = sizeof a->advisor->situation, .abi = CAIRN_CONTROLLER_ABI, .last_cost = -1};
    a->advisor->hears = cairn_hears(rt->spec->controller.class, plan_of(rt, a));
    a->advisor->state = new_state(rt, a->class);
    if (!a->advisor->state)
        a->advisor = NULL;
}

static void mark(struct runtime *rt, struct advisor *advisor)
{
    advisor->mark_work = advisor->ask_work = advisor->work;
    advisor->mark_steps = advisor->ask_steps = advisor->steps;
    advisor->mark_wall = advisor->ask_wall = runtime_now(rt);
}

void advice_restored(struct runtime *rt, uint32_t number, simtime cost)
{
    struct advisor *advisor = actor_of(rt, number)->advisor;
    if (!advisor)
        return;
    advisor->work = advisor->saved;
    advisor->steps = advisor->saved_steps;
    tell(rt, number,
         (struct cairn_happening){
             .kind = CAIRN_HEAR_RECOVERED, .cost = cost, .work_protected = advisor->saved});
    mark(rt, advisor);
    advisor->is_called = true;
}

void advice_alive(struct runtime *rt, uint32_t number, simtime cost)
{
    const struct actor *a = actor_of(rt, number);
    struct advisor *advisor = a->advisor;
    if (!advisor)
        return;
    if (cost >= 0) {
        advice_restored(rt, number, cost);
        return;
    }
    if (a->life == 1)
        advisor->situation.started = advisor->situation.failed = runtime_now(rt);
    advisor->work = 0;
    advisor->steps = 0;
    mark(rt, advisor);
    advisor->is_called = true;
}

void advice_worked(struct runtime *rt, struct actor *actor, simtime elapsed)
{
    (void)rt;
    if (actor->advisor)
        actor->advisor->work = simtime_add(actor->advisor->work, elapsed);
}

void advice_step(struct runtime *rt, uint32_t number, const char *name, simtime took)
{
    struct advisor *advisor = actor_of(rt, number)->advisor;
    if (!advisor)
        return;
    advisor->steps++;
    tell(rt, number, (struct cairn_happening){.kind = CAIRN_HEAR_STEP, .cost = took, .name = name});
}

/* ---- asking -------------------------------------------------------------------------------- */

static bool is_due(const struct runtime *rt, const struct advisor *advisor)
{
    const struct cairn_verdict *v = &advisor->verdict;
    simtime now = runtime_now(rt);
    switch ((enum cairn_ask)v->ask) {
    case CAIRN_ASK_NEVER:
        break;
    case CAIRN_ASK_WORK:
        return advisor->work >= simtime_add(advisor->ask_work, v->at);
    case CAIRN_ASK_WALL:
        return now >= simtime_add(advisor->ask_wall, v->at);
    case CAIRN_ASK_TIME:
        return now >= v->at;
    case CAIRN_ASK_STEP:
        return advisor->steps >= v->at;
    case CAIRN_ASK_STEPS:
        return advisor->steps >= simtime_add(advisor->ask_steps, v->at);
    }
    return false;
}

static void refresh(struct runtime *rt, uint32_t number)
{
    const struct actor *a = actor_of(rt, number);
    struct advisor *advisor = a->advisor;
    struct cairn_situation *s = &advisor->situation;
    const struct program_actor *class = actor_class(rt, a);
    s->now = runtime_now(rt);
    s->work_done = advisor->work;
    s->work_since = advisor->work - advisor->mark_work;
    s->wall_since = s->now - advisor->mark_wall;
    s->step_index = advisor->steps;
    s->steps_since = advisor->steps - advisor->mark_steps;
    s->expected_cost = amount_of(&class->checkpoint.snapshot, a->snapshots, 0.5);
    s->restore_cost = amount_of(&class->checkpoint.restore, a->restores, 0.5);
    s->in_flight = a->persisting != 0;
    s->failures = advisor->failures;
    struct random_address address = {.seed = rt->spec->seed,
                                     .replication = rt->replication,
                                     .stream = STREAM_POLICY,
                                     .entity = number,
                                     .occurrence = (uint32_t)advisor->requests++};
    if (!(advisor->hears & CAIRN_WANTS_RANDOM))
        return;
    struct random_words words = random_bits(&address, 0);
    s->random[0] = words.w[0];
    s->random[1] = words.w[1];
}

bool advice_wants_checkpoint(struct runtime *rt, uint32_t number)
{
    const struct actor *a = actor_of(rt, number);
    struct advisor *advisor = a->advisor;
    if (!advisor || (!advisor->is_called && !is_due(rt, advisor)))
        return false;
    advisor->is_called = false;
    refresh(rt, number);
    advisor->verdict =
        (struct cairn_verdict){.size = sizeof advisor->verdict, .abi = CAIRN_CONTROLLER_ABI};
    rt->spec->controller.class->decide(plan_of(rt, a), advisor->state, &advisor->situation,
                                       &advisor->verdict);
    advisor->ask_work = advisor->mark_work;
    advisor->ask_steps = advisor->mark_steps;
    advisor->ask_wall = advisor->mark_wall;
    if (advisor->verdict.action == CAIRN_FAILED) {
        rt->record->policy_reason = advisor->verdict.reason;
        runtime_stop(rt, END_POLICY, 0);
        return false;
    }
    if (advisor->verdict.action != CAIRN_CHECKPOINT)
        return false;
    if (!a->persisting)
        return true;
    rt->record->skipped++; /* one is still on its way: counted from here on */
    advisor->ask_work = advisor->work;
    advisor->ask_steps = advisor->steps;
    advisor->ask_wall = runtime_now(rt);
    return false;
}

/* ---- checkpoints --------------------------------------------------------------------------- */

void advice_snapshot(struct runtime *rt, uint32_t number)
{
    struct advisor *advisor = actor_of(rt, number)->advisor;
    if (!advisor)
        return;
    advisor->covered = advisor->work;
    advisor->covered_steps = advisor->steps;
    advisor->snapshot_began = runtime_now(rt);
}

void advice_snapshot_ended(struct runtime *rt, uint32_t number)
{
    struct advisor *advisor = actor_of(rt, number)->advisor;
    if (!advisor)
        return;
    simtime cost = runtime_now(rt) - advisor->snapshot_began;
    advisor->situation.last_cost = cost;
    tell(rt, number, (struct cairn_happening){.kind = CAIRN_HEAR_CHECKPOINT_DONE, .cost = cost});
    mark(rt, advisor);
}

void advice_complete(const struct actor *a, struct actor_checkpoint *generation)
{
    struct advisor *advisor = a->advisor;
    if (!advisor || !generation)
        return;
    generation->work = advisor->saved = advisor->covered;
    generation->steps = advisor->saved_steps = advisor->covered_steps;
}

void advice_back(const struct actor *a, const struct actor_checkpoint *generation)
{
    if (!a->advisor)
        return;
    a->advisor->saved = generation->work;
    a->advisor->saved_steps = generation->steps;
}

void advice_aborted(struct runtime *rt, uint32_t number)
{
    if (actor_of(rt, number)->advisor)
        tell(rt, number, (struct cairn_happening){.kind = CAIRN_HEAR_CHECKPOINT_LOST});
}

void advice_failed(struct runtime *rt, uint32_t number)
{
    const struct actor *a = actor_of(rt, number);
    struct advisor *advisor = a->advisor;
    if (!advisor)
        return;
    const struct actor_checkpoint *newest = snapshot_newest(rt, a);
    simtime saved = newest ? newest->work : 0;
    int64_t steps = newest ? newest->steps : 0;
    advisor->failures++;
    advisor->situation.failed = runtime_now(rt);
    tell(rt, number,
         (struct cairn_happening){.kind = CAIRN_HEAR_FAILURE,
                                  .work_lost = advisor->work - saved,
                                  .steps_lost = advisor->steps - steps});
}

void advice_notice(struct runtime *rt, uint32_t place, simtime until)
{
    struct cairn_happening notice = {
        .kind = CAIRN_HEAR_NOTICE, .from = until, .until = until, .confidence = 1};
    for (uint32_t at = rt->hosts[place].seats, next; at; at = next) {
        const struct actor *a = at & 1 ? actor_of(rt, at >> 1) : NULL;
        next = seat_of(rt, at)->next;
        if (!a || !a->advisor || a->phase != ACTOR_SERVING)
            continue;
        tell(rt, at >> 1, notice);
        if (a->advisor->is_called)
            service_take_advice(rt, at >> 1);
    }
}

#define CLAIM_MAX 1e35 /* ns: 36 characters, which a row can hold */

slot_ns advice_claimed(struct runtime *rt)
{
    const struct cairn_controller_class *class = rt->spec->controller.class;
    double ns = 0;
    if (!class->claimed || !rt->controller_plans)
        return 0;
    for (uint32_t at = 1; at < rt->actors.count; at++) {
        const struct actor *a = actor_of(rt, at);
        bool is_shared = class->scope == CAIRN_SCOPE_JOB;
        if (a->advisor && (!is_shared || rt->shared_states[a->class])) {
            double claimed = class->claimed(plan_of(rt, a), a->advisor->state) * 1e9;
            ns += claimed != claimed ? 0 : claimed;
        }
        if (a->advisor && is_shared)
            rt->shared_states[a->class] = NULL; /* once for all who share it */
    }
    ns = ns > CLAIM_MAX ? CLAIM_MAX : ns < -CLAIM_MAX ? -CLAIM_MAX : ns;
    return (slot_ns)(ns + (ns < 0 ? -0.5 : 0.5));
}
