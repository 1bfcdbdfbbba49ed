/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interpreter of drivers.
 *
 *     ready ──execute──► done: the next one
 *                    └─► waits: for results, for time, for branches ──► looked at again ──► done
 *
 * Main invariant: `pc` is the statement being executed until it is done; frames[0] is the body
 * itself. Nothing here recurses: a fiber that can go on is put on a list, and the loop takes it. */
#include "sim/runtime/driver/fiber.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/driver/await.h"
#include "sim/runtime/driver/crew.h"
#include "sim/runtime/driver/job.h"
#include "sim/runtime/driver/statement.h"

static void make_ready(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    f->next_ready = 0;
    if (rt->ready_last)
        fiber_of(rt, rt->ready_last)->next_ready = number;
    else
        rt->ready_first = number;
    rt->ready_last = number;
}

uint32_t fiber_begin(struct runtime *rt, uint32_t job, uint32_t parent, uint32_t body, uint32_t end,
                     uint32_t slots)
{
    uint32_t number = pool_take(&rt->fibers);
    struct fiber *f = fiber_of(rt, number);
    *f = (struct fiber){
        .job = job, .parent = parent, .pc = body, .end = end, .slots = slots, .is_alive = true};
    f->frames = blocks_take(&rt->blocks, rt->program->depth + 2, sizeof *f->frames);
    f->variables = blocks_take(&rt->blocks, slots, sizeof *f->variables);
    if (!f->frames || (slots > 0 && !f->variables))
        return 0;
    f->frames[0] = (struct frame){.statement = PROGRAM_NOTHING};
    fiber_job(rt, f)->fibers++;
    make_ready(rt, number);
    return number;
}

/* ---- variables ----------------------------------------------------------------------------- */

uint32_t *fiber_variable(const struct runtime *rt, const struct fiber *f, struct program_variable v)
{
    for (uint32_t i = 0; i < v.up; i++)
        f = fiber_of(rt, f->parent);
    assert(v.slot < f->slots);
    return &f->variables[v.slot];
}

void fiber_bind(struct runtime *rt, const struct fiber *f, struct program_variable v,
                uint32_t batch)
{
    if (v.up == PROGRAM_NOTHING)
        return;
    uint32_t *slot = fiber_variable(rt, f, v), old = *slot;
    batch_hold(rt, batch);
    *slot = batch;
    if (old)
        batch_drop(rt, old);
}

/* ---- going on ------------------------------------------------------------------------------ */

void fiber_wake(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    if (fiber_job(rt, f)->is_ended) /* it is being lost */
        return;
    f->stamp = 0;
    runtime_stop_timer(rt, &f->timer);
    make_ready(rt, number);
}

void fiber_timer(struct runtime *rt, uint32_t number)
{
    fiber_of(rt, number)->timer = 0;
    fiber_wake(rt, number);
}

enum outcome fiber_enter(struct fiber *f, uint64_t left, bool is_handler, uint32_t pc)
{
    f->frames[++f->depth] =
        (struct frame){.statement = f->pc, .left = left, .is_handler = is_handler};
    f->pc = pc;
    return OUTCOME_ENTERED;
}

/* It waited, and what it waited for is there. */
static enum outcome resume(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    enum fiber_wait wait = (enum fiber_wait)f->wait;
    f->wait = FIBER_READY;
    if (wait == FIBER_FOR_ALL)
        return await_fetch(rt, number);
    if (wait == FIBER_FOR_NEXT)
        return OUTCOME_ENTERED;
    if (wait == FIBER_FOR_BRANCHES && f->is_failed)
        return OUTCOME_FAILED;
    if (wait == FIBER_FETCHING && !await_has_all(rt, number))
        return await_fetch(rt, number); /* who sent some of it has died */
    if (wait == FIBER_FETCHING)
        runtime_tell(rt, (struct told){.kind = TOLD_GOT,
                                       .job = fiber_job(rt, f)->serial,
                                       .function = PROGRAM_NOTHING,
                                       .host = TOLD_NOWHERE});
    return OUTCOME_DONE;
}

static void drop_variables(struct runtime *rt, const struct fiber *f)
{
    for (uint32_t i = 0; i < f->slots; i++)
        if (f->variables[i])
            batch_drop(rt, f->variables[i]);
}

static void give_back(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    fiber_job(rt, f)->fibers--;
    blocks_give(&rt->blocks, f->frames, rt->program->depth + 2, sizeof *f->frames);
    blocks_give(&rt->blocks, f->variables, f->slots, sizeof *f->variables);
    f->is_alive = false;
    pool_give(&rt->fibers, number);
}

static void end_fiber(struct runtime *rt, uint32_t number, bool is_failed)
{
    struct fiber *f = fiber_of(rt, number);
    uint32_t parent = f->parent, job = f->job, cause = is_failed ? 1 + f->cause : 0;
    uint32_t line = is_failed ? rt->program->statements[f->failed_at].line : 0;
    if (is_failed && !parent) {
        rt->record->end = END_FAILED;
        rt->record->failed_cause = f->cause;
        rt->record->failed_line = line;
    }
    drop_variables(rt, f);
    if (parent) {
        struct fiber *p = fiber_of(rt, parent);
        if (is_failed && !p->is_failed) {
            p->is_failed = true;
            p->cause = f->cause;
            p->failed_at = f->failed_at;
        }
        if (--p->branches == 0)
            fiber_wake(rt, parent);
    }
    give_back(rt, number);
    if (!parent)
        job_end(rt, job, cause, line);
}

static void forget_awaited(struct runtime *rt, struct fiber *f)
{
    uint32_t waited = f->waited;
    f->waited = 0;
    if (waited)
        batch_drop(rt, waited);
}

/* Out to the nearest statement that handles it; false: there is none. */
static bool unwind(struct runtime *rt, struct fiber *f)
{
    const struct program_statement *all = rt->program->statements;
    f->failed_at = f->is_failed ? f->failed_at : f->pc;
    f->is_failed = false;
    for (uint32_t at = f->pc;;) {
        if (all[at].has_handler) {
            f->pc = at;
            fiber_enter(f, 0, true, all[at].body);
            return true;
        }
        while (f->depth > 0 && f->frames[f->depth].is_handler)
            f->depth--; /* a failure inside a handler goes on outwards */
        if (f->depth == 0)
            return false;
        if (f->frames[f->depth].crew)
            crew_close(rt, f->frames[f->depth].crew);
        at = f->frames[f->depth--].statement;
    }
}

/* Behind the end of a body: the next round, or out of it. false: the fiber's own body has ended. */
static bool leave_bodies(struct runtime *rt, struct fiber *f)
{
    const struct program_statement *all = rt->program->statements;
    for (;;) {
        struct frame *frame = &f->frames[f->depth];
        if (f->depth == 0)
            return f->pc < f->end;
        const struct program_statement *s = &all[frame->statement];
        uint32_t end = frame->is_handler ? s->end : s->body;
        if (f->pc < end)
            return true;
        if (frame->crew) { /* is there another result? */
            f->pc = frame->statement;
            return true;
        }
        bool is_again =
            !frame->is_handler &&
            (s->op == OP_UNTIL ? !actor_all_hold(rt, *fiber_variable(rt, f, s->target), s->times)
                               : frame->left > 0);
        if (is_again) {
            rt->rounds += s->op == OP_UNTIL;
            frame->left -= s->op != OP_UNTIL;
            f->pc = frame->statement + 1;
            return true;
        }
        f->pc = s->end;
        f->depth--;
    }
}

static void tell_waited(struct runtime *rt, uint32_t number)
{
    const struct fiber *f = fiber_of(rt, number);
    if (rt->listener && f->wait != FIBER_READY && f->since < runtime_now(rt))
        runtime_tell(rt, (struct told){.kind = TOLD_WAITED,
                                       .job = fiber_job(rt, f)->serial,
                                       .function = PROGRAM_NOTHING,
                                       .host = TOLD_NOWHERE,
                                       .since = f->since,
                                       .to = f->wait,
                                       .element = number,
                                       .count = rt->program->statements[f->pc].line});
}

/* Of the loop around, or of the statement where there is none. */
static uint32_t loop_line(const struct runtime *rt, const struct fiber *f)
{
    uint32_t around = f->frames[f->depth].statement;
    return rt->program->statements[around == PROGRAM_NOTHING ? f->pc : around].line;
}

static void go_on(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    tell_waited(rt, number);
    enum outcome outcome = f->wait == FIBER_READY ? OUTCOME_ENTERED : resume(rt, number);
    for (;;) {
        if (outcome == OUTCOME_WAITS) {
            f->since = runtime_now(rt);
            return;
        }
        if (outcome != OUTCOME_ENTERED) {
            f->wait = FIBER_READY;
            forget_awaited(rt, f);
        }
        if (outcome == OUTCOME_FAILED && !unwind(rt, f)) {
            end_fiber(rt, number, true);
            return;
        }
        if (outcome == OUTCOME_DONE)
            f->pc = rt->program->statements[f->pc].end;
        if (!leave_bodies(rt, f)) {
            end_fiber(rt, number, false);
            return;
        }
        if (rt->is_out_of_memory || runtime_stands_still(rt, loop_line(rt, f)))
            return;
        outcome = statement_execute(rt, number);
    }
}

void fiber_run_ready(struct runtime *rt)
{
    while (rt->ready_first && !rt->is_out_of_memory && !rt->is_over) {
        uint32_t number = rt->ready_first;
        rt->ready_first = fiber_of(rt, number)->next_ready;
        if (!rt->ready_first)
            rt->ready_last = 0;
        go_on(rt, number);
    }
}

void fiber_lose(struct runtime *rt, uint32_t job)
{
    for (uint32_t number = 1; number < rt->fibers.count; number++) {
        struct fiber *f = fiber_of(rt, number);
        if (!f->is_alive || f->job != job)
            continue;
        tell_waited(rt, number);
        runtime_stop_timer(rt, &f->timer);
        f->stamp = 0;
        for (; f->depth > 0; f->depth--)
            if (f->frames[f->depth].crew)
                crew_close(rt, f->frames[f->depth].crew);
        forget_awaited(rt, f);
        drop_variables(rt, f);
        give_back(rt, number);
    }
}

void fiber_stop(struct runtime *rt)
{
    for (uint32_t number = 1; rt->listener && number < rt->fibers.count; number++)
        if (fiber_of(rt, number)->is_alive)
            tell_waited(rt, number);
}
