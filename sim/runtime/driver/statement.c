/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each statement does when its turn has come: a function each, and the switch at the end.
 *
 * It has been done, or waits (and is done when that is over), or what it enters is to be done. */
#include "sim/runtime/driver/statement.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/ending.h"
#include "sim/runtime/actors/snapshot.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/cancel.h"
#include "sim/runtime/driver/await.h"
#include "sim/runtime/driver/crew.h"
#include "sim/runtime/objects/copies.h"
#include "sim/runtime/submit.h"

#define ARGUMENTS 64 /* of a statement; the reader allows no more */

/* How many calls: one for each element where something is `each`, otherwise `times` on each actor.
 */
static uint32_t count_calls(const struct runtime *rt, const struct program_statement *s,
                            const struct batch_argument *arguments, uint32_t targets)
{
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < s->arguments_count; i++)
        if (arguments[i].is_each && batch_of(rt, arguments[i].batch)->count < least)
            least = batch_of(rt, arguments[i].batch)->count;
    if (least == UINT64_MAX)
        least = s->times * (s->is_routed ? 1 : targets);
    else if (!s->is_routed && rt->program->functions[s->what].actor != PROGRAM_NOTHING &&
             least > targets)
        least = targets;
    return least > POOL_MOST ? POOL_MOST : (uint32_t)least;
}

static enum outcome submit(struct runtime *rt, uint32_t number, uint32_t batch)
{
    struct fiber *f = fiber_of(rt, number);
    const struct program_statement *s = &rt->program->statements[f->pc];
    bool is_waited = s->is_waited || s->op == OP_CHECKPOINT || s->op == OP_RESTORE;
    fiber_bind(rt, f, s->bind, batch);
    batch_hold(rt, batch);
    f->waited = batch;
    submit_batch(rt, batch);
    if (!is_waited) {
        f->waited = 0;
        batch_drop(rt, batch);
        return OUTCOME_DONE;
    }
    enum outcome outcome = await_all(rt, number);
    return outcome == OUTCOME_DONE ? await_fetch(rt, number) : outcome;
}

static enum outcome call(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    const struct program_statement *s = &rt->program->statements[f->pc];
    bool is_method = rt->program->functions[s->what].actor != PROGRAM_NOTHING;
    uint32_t target = is_method ? *fiber_variable(rt, f, s->target) : 0;
    struct batch_argument arguments[ARGUMENTS];
    assert(s->arguments_count <= ARGUMENTS);
    for (uint32_t i = 0; i < s->arguments_count; i++) {
        const struct program_argument *a = &rt->program->arguments[s->first_argument + i];
        arguments[i] = (struct batch_argument){*fiber_variable(rt, f, a->variable), a->is_each};
    }
    uint32_t count = count_calls(rt, s, arguments, is_method ? batch_of(rt, target)->count : 1);
    uint32_t batch = batch_new(rt, is_method ? BATCH_METHODS : BATCH_TASKS, f->job, f->pc, count,
                               arguments, s->arguments_count);
    if (!batch)
        return OUTCOME_WAITS; /* no memory: the run ends */
    batch_of(rt, batch)->target = target;
    rt->record->calls.submitted += count;
    return submit(rt, number, batch);
}

static enum outcome create(struct runtime *rt, uint32_t number)
{
    const struct fiber *f = fiber_of(rt, number);
    const struct program_statement *s = &rt->program->statements[f->pc];
    uint32_t count = (uint32_t)s->times;
    uint32_t batch = batch_new(rt, BATCH_ACTORS, f->job, f->pc, count, NULL, 0);
    if (!batch)
        return OUTCOME_WAITS;
    batch_of(rt, batch)->lineage = 1; /* actors name it as long as the run lasts */
    uint32_t from = s->target.up == PROGRAM_NOTHING ? 0 : *fiber_variable(rt, f, s->target);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t actor = actor_new(rt, batch, i, s->what);
        if (from)
            snapshot_inherit(rt, actor, batch_of(rt, from)->objects[i].call);
    }
    return submit(rt, number, batch);
}

static enum outcome on_actors(struct runtime *rt, uint32_t number, enum batch_kind kind)
{
    const struct fiber *f = fiber_of(rt, number);
    const struct program_statement *s = &rt->program->statements[f->pc];
    uint32_t target = *fiber_variable(rt, f, s->target);
    uint32_t batch = batch_new(rt, kind, f->job, f->pc, batch_of(rt, target)->count, NULL, 0);
    if (!batch)
        return OUTCOME_WAITS;
    batch_of(rt, batch)->target = target;
    if (kind == BATCH_RESTORES && s->times == PROGRAM_COMMON)
        batch_of(rt, batch)->first = snapshot_common(rt, target);
    return submit(rt, number, batch);
}

static enum outcome put(struct runtime *rt, uint32_t number)
{
    const struct fiber *f = fiber_of(rt, number);
    const struct program_statement *s = &rt->program->statements[f->pc];
    uint32_t batch = batch_new(rt, BATCH_PUT, f->job, f->pc, 1, NULL, 0);
    if (!batch)
        return OUTCOME_WAITS;
    struct object *object = &batch_of(rt, batch)->objects[0];
    batch_of(rt, batch)->first = rt->thoughts[f->pc]++;
    object->is_inline = (uint64_t)copies_size(rt, batch, 0) <= rt->spec->runtime.inline_size;
    if (!object->is_inline)
        copies_add(rt, batch, 0, TOLD_NOWHERE);
    fiber_bind(rt, f, s->bind, batch);
    batch_settle(rt, batch, 0, OBJECT_READY, 0);
    return OUTCOME_DONE;
}

static enum outcome branch_out(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    const struct program_statement *all = rt->program->statements, *s = &all[f->pc];
    f->wait = FIBER_FOR_BRANCHES;
    f->is_failed = false;
    for (uint32_t i = f->pc + 1; i < s->body; i = all[i].end)
        for (uint64_t k = 0; k < all[i].times; k++) {
            f->branches++;
            if (!fiber_begin(rt, f->job, number, i + 1, all[i].body, all[i].slots))
                return OUTCOME_WAITS;
        }
    return f->branches > 0 ? OUTCOME_WAITS : OUTCOME_DONE;
}

static enum outcome end_actors(struct runtime *rt, uint32_t number)
{
    const struct fiber *f = fiber_of(rt, number);
    uint32_t set = *fiber_variable(rt, f, rt->program->statements[f->pc].target);
    for (uint32_t i = 0; i < batch_of(rt, set)->count; i++)
        actor_kill(rt, batch_of(rt, set)->objects[i].call, CAIRN_CAUSE_WORKER);
    return OUTCOME_DONE;
}

/* It goes on when they have all ended, well or not. */
static enum outcome stop_actors(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    const struct program_statement *s = &rt->program->statements[f->pc];
    uint32_t set = *fiber_variable(rt, f, s->target), count = batch_of(rt, set)->count;
    simtime own = s->amount.constant;
    simtime limit = own == SIMTIME_NEVER ? rt->spec->runtime.shutdown : own;
    uint32_t batch = batch_new(rt, BATCH_STOPS, f->job, f->pc, count, NULL, 0);
    if (!batch)
        return OUTCOME_WAITS;
    batch_hold(rt, batch);
    f->waited = batch;
    for (uint32_t i = 0; i < count; i++)
        ending_begin(rt, batch_of(rt, set)->objects[i].call, limit, batch, i);
    return await_all(rt, number);
}

static enum outcome release(struct runtime *rt, uint32_t number)
{
    const struct fiber *f = fiber_of(rt, number);
    uint32_t *slot = fiber_variable(rt, f, rt->program->statements[f->pc].target), old = *slot;
    *slot = 0;
    if (old)
        batch_drop(rt, old);
    return OUTCOME_DONE;
}

static enum outcome think(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    const struct amount *amount = &rt->program->statements[f->pc].amount;
    uint64_t index = rt->thoughts[f->pc]++;
    simtime work = runtime_amount(rt, amount, STREAM_THINK, f->pc, index, WORD_TIME);
    f->wait = FIBER_FOR_TIME;
    f->timer = runtime_timer(rt, work, EVENT_COMPLETION, TIMER_FIBER, number);
    return OUTCOME_WAITS;
}

enum outcome statement_execute(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    const struct program_statement *s = &rt->program->statements[f->pc];
    enum outcome outcome;
    switch (s->op) {
    case OP_CALL:
        return call(rt, number);
    case OP_CREATE:
        return create(rt, number);
    case OP_GET:
        outcome = await_all(rt, number);
        return outcome == OUTCOME_DONE ? await_fetch(rt, number) : outcome;
    case OP_WAIT:
        return await_some(rt, number);
    case OP_PUT:
        return put(rt, number);
    case OP_THINK:
        return think(rt, number);
    case OP_REPEAT:
        return fiber_enter(f, s->times - 1, false, f->pc + 1);
    case OP_UNTIL:
        return actor_all_hold(rt, *fiber_variable(rt, f, s->target), s->times)
                   ? OUTCOME_DONE
                   : fiber_enter(f, 0, false, f->pc + 1);
    case OP_PARALLEL:
        return branch_out(rt, number);
    case OP_KILL:
        return end_actors(rt, number);
    case OP_STOP:
        return stop_actors(rt, number);
    case OP_RELEASE:
        return release(rt, number);
    case OP_CHECKPOINT:
        return on_actors(rt, number, BATCH_SNAPSHOTS);
    case OP_RESTORE:
        return on_actors(rt, number, BATCH_RESTORES);
    case OP_MAP:
        return crew_step(rt, number);
    case OP_CANCEL:
        cancel_batch(rt, *fiber_variable(rt, f, s->target), s->is_forced);
        return OUTCOME_DONE;
    case OP_BRANCH:
    case PROGRAM_OPS:
        break;
    }
    assert(!"a branch stands inside a parallel");
    return OUTCOME_DONE;
}
