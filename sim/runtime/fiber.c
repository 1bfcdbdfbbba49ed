/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interpreter of drivers.
 *
 *     ready ──execute──► done: the next one
 *                    └─► waits: for results, for time, for branches ──► looked at again ──► done
 *
 * Main invariant: `pc` is the statement being executed until it is done; frames[0] is the body
 * itself. Nothing here recurses: a fiber that can go on is put on a list, and the loop takes it. */
#include "sim/runtime/fiber.h"
#include "sim/runtime/actor.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/copies.h"
#include "sim/runtime/job.h"
#include "sim/runtime/lineage.h"
#include "sim/runtime/submit.h"

#define ARGUMENTS 64 /* of a statement; the reader allows no more */

enum outcome { OUTCOME_DONE, OUTCOME_WAITS, OUTCOME_ENTERED, OUTCOME_FAILED };

static struct fiber *fiber_of(const struct runtime *rt, uint32_t number)
{
    return pool_at(&rt->fibers, number);
}

static struct job *job_of(const struct runtime *rt, const struct fiber *f)
{
    return pool_at(&rt->jobs, f->job);
}

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
    job_of(rt, f)->fibers++;
    make_ready(rt, number);
    return number;
}

/* ---- variables ----------------------------------------------------------------------------- */

static uint32_t *variable(const struct runtime *rt, const struct fiber *f,
                          struct program_variable v)
{
    for (uint32_t i = 0; i < v.up; i++)
        f = fiber_of(rt, f->parent);
    assert(v.slot < f->slots);
    return &f->variables[v.slot];
}

static void bind(struct runtime *rt, const struct fiber *f, struct program_variable v,
                 uint32_t batch)
{
    if (v.up == PROGRAM_NOTHING)
        return;
    uint32_t *slot = variable(rt, f, v), old = *slot;
    batch_hold(rt, batch);
    *slot = batch;
    if (old)
        batch_drop(rt, old);
}

/* ---- waiting ------------------------------------------------------------------------------- */

/* The batches that the statement at pc waits for: the one it submitted, or its arguments. */
static uint32_t awaited(const struct runtime *rt, const struct fiber *f, uint32_t i)
{
    const struct program_statement *s = &rt->program->statements[f->pc];
    if (f->waited)
        return i == 0 ? f->waited : 0;
    return i < s->arguments_count
               ? *variable(rt, f, rt->program->arguments[s->first_argument + i].variable)
               : 0;
}

static enum outcome wait_for_all(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    f->stamp = ++rt->stamps;
    f->missing = 0;
    for (uint32_t i = 0, at; (at = awaited(rt, f, i)) != 0; i++)
        if (batch_of(rt, at)->pending > 0) {
            f->missing++;
            batch_wait(rt, at, TOLD_NOWHERE, WAITER_FIBER, number, f->stamp);
        }
    f->wait = FIBER_FOR_ALL;
    return f->missing > 0 ? OUTCOME_WAITS : OUTCOME_DONE;
}

/* What it waited for sets out for the driver, and lies with it from then on. */
static enum outcome begin_fetch(struct runtime *rt, uint32_t number,
                                const struct copies_fetch *fetch)
{
    struct fiber *f = fiber_of(rt, number);
    for (uint32_t i = 0, at; fetch->is_needed && (at = awaited(rt, f, i)) != 0; i++)
        for (uint32_t j = 0; j < batch_of(rt, at)->count; j++)
            if (batch_of(rt, at)->kind != BATCH_ACTORS)
                copies_bring(rt, fetch, at, j, TOLD_NOWHERE);
    if (fetch->is_moved) {
        rt->record->bytes.moved += (uint64_t)fetch->bytes;
        runtime_tell(rt, (struct told){.kind = TOLD_MOVED,
                                       .job = job_of(rt, f)->serial,
                                       .function = PROGRAM_NOTHING,
                                       .host = TOLD_NOWHERE,
                                       .amount = fetch->bytes});
    }
    f->wait = FIBER_FETCHING;
    f->timer = runtime_timer(rt, copies_delay(rt, fetch), EVENT_COMPLETION, TIMER_FIBER, number);
    return OUTCOME_WAITS;
}

/* All is settled: failed? here? lost meanwhile, and to be made again? */
static enum outcome fetch(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    struct copies_fetch fetch = {.bytes = 0};
    bool is_lost = false;
    for (uint32_t i = 0, at; (at = awaited(rt, f, i)) != 0; i++) {
        const struct batch *b = batch_of(rt, at);
        bool is_data = b->kind != BATCH_ACTORS;
        for (uint32_t j = 0; j < b->count; j++) {
            if (is_data && b->objects[j].state != OBJECT_PENDING && !copies_has(rt, at, j))
                lineage_rebuild(rt, at, j);
            is_lost |= b->objects[j].state == OBJECT_PENDING;
            if (b->objects[j].state == OBJECT_FAILED) {
                f->cause = b->objects[j].cause;
                return OUTCOME_FAILED;
            }
            if (is_data && !is_lost)
                copies_plan(rt, &fetch, at, j, TOLD_NOWHERE);
        }
    }
    if (is_lost)
        return wait_for_all(rt, number);
    return copies_delay(rt, &fetch) < 0 ? OUTCOME_DONE : begin_fetch(rt, number, &fetch);
}

static uint64_t count_ready(const struct runtime *rt, const struct fiber *f)
{
    uint64_t ready = 0;
    for (uint32_t i = 0, at; (at = awaited(rt, f, i)) != 0; i++)
        ready += batch_of(rt, at)->count - batch_of(rt, at)->pending;
    return ready;
}

static void wake(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    f->stamp = 0;
    runtime_stop_timer(rt, &f->timer);
    make_ready(rt, number);
}

/* Are there enough? If not, one that was there may be being made again: it waits for that, too. */
static void look_again(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    uint32_t pending = 0;
    if (count_ready(rt, f) >= rt->program->statements[f->pc].times) {
        wake(rt, number);
        return;
    }
    for (uint32_t i = 0, at; (at = awaited(rt, f, i)) != 0; i++)
        pending += batch_of(rt, at)->pending > 0;
    if (pending > f->missing) {
        wait_for_all(rt, number);
        f->wait = FIBER_FOR_SOME;
    }
}

void fiber_count(struct runtime *rt, uint32_t number, uint32_t stamp)
{
    const struct fiber *f = fiber_of(rt, number);
    if (f->stamp == stamp && f->wait == FIBER_FOR_SOME)
        look_again(rt, number);
}

void fiber_result(struct runtime *rt, uint32_t number, uint32_t stamp)
{
    struct fiber *f = fiber_of(rt, number);
    if (f->stamp != stamp || (f->wait != FIBER_FOR_ALL && f->wait != FIBER_FOR_SOME))
        return;
    assert(f->missing > 0);
    f->missing--;
    if (f->wait == FIBER_FOR_SOME)
        look_again(rt, number);
    else if (f->missing == 0)
        wake(rt, number);
}

void fiber_timer(struct runtime *rt, uint32_t number)
{
    fiber_of(rt, number)->timer = 0;
    wake(rt, number);
}

/* ---- statements ---------------------------------------------------------------------------- */

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
        least = s->times * targets;
    else if (rt->program->functions[s->what].actor != PROGRAM_NOTHING && least > targets)
        least = targets;
    return least > POOL_MOST ? POOL_MOST : (uint32_t)least;
}

static enum outcome submit(struct runtime *rt, uint32_t number, uint32_t batch)
{
    struct fiber *f = fiber_of(rt, number);
    const struct program_statement *s = &rt->program->statements[f->pc];
    bool is_waited = s->is_waited || s->op == OP_CHECKPOINT || s->op == OP_RESTORE;
    bind(rt, f, s->bind, batch);
    batch_hold(rt, batch);
    f->waited = batch;
    submit_batch(rt, batch);
    if (!is_waited) {
        f->waited = 0;
        batch_drop(rt, batch);
        return OUTCOME_DONE;
    }
    enum outcome outcome = wait_for_all(rt, number);
    return outcome == OUTCOME_DONE ? fetch(rt, number) : outcome;
}

static enum outcome call(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    const struct program_statement *s = &rt->program->statements[f->pc];
    bool is_method = rt->program->functions[s->what].actor != PROGRAM_NOTHING;
    uint32_t target = is_method ? *variable(rt, f, s->target) : 0;
    struct batch_argument arguments[ARGUMENTS];
    assert(s->arguments_count <= ARGUMENTS);
    for (uint32_t i = 0; i < s->arguments_count; i++) {
        const struct program_argument *a = &rt->program->arguments[s->first_argument + i];
        arguments[i] = (struct batch_argument){*variable(rt, f, a->variable), a->is_each};
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
    uint32_t from = s->target.up == PROGRAM_NOTHING ? 0 : *variable(rt, f, s->target);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t actor = actor_new(rt, batch, i, s->what);
        if (from)
            actor_of(rt, actor)->newest = actor_of(rt, batch_of(rt, from)->objects[i].call)->newest;
    }
    return submit(rt, number, batch);
}

static enum outcome on_actors(struct runtime *rt, uint32_t number, enum batch_kind kind)
{
    const struct fiber *f = fiber_of(rt, number);
    const struct program_statement *s = &rt->program->statements[f->pc];
    uint32_t target = *variable(rt, f, s->target);
    uint32_t batch = batch_new(rt, kind, f->job, f->pc, batch_of(rt, target)->count, NULL, 0);
    if (!batch)
        return OUTCOME_WAITS;
    batch_of(rt, batch)->target = target;
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
    bind(rt, f, s->bind, batch);
    batch_settle(rt, batch, 0, OBJECT_READY, 0);
    return OUTCOME_DONE;
}

static enum outcome wait_for_some(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    const struct program_statement *s = &rt->program->statements[f->pc];
    if (count_ready(rt, f) >= s->times)
        return OUTCOME_DONE;
    wait_for_all(rt, number);
    f->wait = FIBER_FOR_SOME;
    if (s->amount.constant != SIMTIME_NEVER)
        f->timer = runtime_timer(rt, s->amount.constant, EVENT_COMPLETION, TIMER_FIBER, number);
    return OUTCOME_WAITS;
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

static enum outcome enter(struct fiber *f, uint64_t left, bool is_handler, uint32_t pc)
{
    f->frames[++f->depth] =
        (struct frame){.statement = f->pc, .left = left, .is_handler = is_handler};
    f->pc = pc;
    return OUTCOME_ENTERED;
}

static enum outcome end_actors(struct runtime *rt, uint32_t number)
{
    const struct fiber *f = fiber_of(rt, number);
    uint32_t set = *variable(rt, f, rt->program->statements[f->pc].target);
    for (uint32_t i = 0; i < batch_of(rt, set)->count; i++)
        actor_kill(rt, batch_of(rt, set)->objects[i].call, CAIRN_CAUSE_WORKER);
    return OUTCOME_DONE;
}

static enum outcome release(struct runtime *rt, uint32_t number)
{
    const struct fiber *f = fiber_of(rt, number);
    uint32_t *slot = variable(rt, f, rt->program->statements[f->pc].target), old = *slot;
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

static enum outcome execute(struct runtime *rt, uint32_t number)
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
        outcome = wait_for_all(rt, number);
        return outcome == OUTCOME_DONE ? fetch(rt, number) : outcome;
    case OP_WAIT:
        return wait_for_some(rt, number);
    case OP_PUT:
        return put(rt, number);
    case OP_THINK:
        return think(rt, number);
    case OP_REPEAT:
        return enter(f, s->times - 1, false, f->pc + 1);
    case OP_UNTIL:
        return actor_all_hold(rt, *variable(rt, f, s->target), s->times)
                   ? OUTCOME_DONE
                   : enter(f, 0, false, f->pc + 1);
    case OP_PARALLEL:
        return branch_out(rt, number);
    case OP_KILL:
        return end_actors(rt, number);
    case OP_RELEASE:
        return release(rt, number);
    case OP_CHECKPOINT:
        return on_actors(rt, number, BATCH_SNAPSHOTS);
    case OP_RESTORE:
        return on_actors(rt, number, BATCH_RESTORES);
    case OP_BRANCH:
    case PROGRAM_OPS:
        break;
    }
    assert(!"a branch stands inside a parallel");
    return OUTCOME_DONE;
}

/* It waited, and what it waited for is there. */
static enum outcome resume(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    enum fiber_wait wait = (enum fiber_wait)f->wait;
    f->wait = FIBER_READY;
    if (wait == FIBER_FOR_ALL)
        return fetch(rt, number);
    if (wait == FIBER_FOR_BRANCHES && f->is_failed)
        return OUTCOME_FAILED;
    if (wait == FIBER_FETCHING)
        runtime_tell(rt, (struct told){.kind = TOLD_GOT,
                                       .job = job_of(rt, f)->serial,
                                       .function = PROGRAM_NOTHING,
                                       .host = TOLD_NOWHERE});
    return OUTCOME_DONE;
}

/* ---- going on ------------------------------------------------------------------------------ */

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
    for (uint32_t i = 0; i < f->slots; i++)
        if (f->variables[i])
            batch_drop(rt, f->variables[i]);
    if (parent) {
        struct fiber *p = fiber_of(rt, parent);
        if (is_failed && !p->is_failed) {
            p->is_failed = true;
            p->cause = f->cause;
            p->failed_at = f->failed_at;
        }
        if (--p->branches == 0)
            wake(rt, parent);
    }
    job_of(rt, f)->fibers--;
    blocks_give(&rt->blocks, f->frames, rt->program->depth + 2, sizeof *f->frames);
    blocks_give(&rt->blocks, f->variables, f->slots, sizeof *f->variables);
    f->is_alive = false;
    pool_give(&rt->fibers, number);
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
            enter(f, 0, true, all[at].body);
            return true;
        }
        while (f->depth > 0 && f->frames[f->depth].is_handler)
            f->depth--; /* a failure inside a handler goes on outwards */
        if (f->depth == 0)
            return false;
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
        bool is_again =
            !frame->is_handler &&
            (s->op == OP_UNTIL ? !actor_all_hold(rt, *variable(rt, f, s->target), s->times)
                               : frame->left > 0);
        if (is_again) {
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
                                       .job = job_of(rt, f)->serial,
                                       .function = PROGRAM_NOTHING,
                                       .host = TOLD_NOWHERE,
                                       .since = f->since,
                                       .to = f->wait,
                                       .element = number,
                                       .count = rt->program->statements[f->pc].line});
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
        if (rt->is_out_of_memory || runtime_stands_still(rt))
            return;
        outcome = execute(rt, number);
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

void fiber_stop(struct runtime *rt)
{
    for (uint32_t number = 1; rt->listener && number < rt->fibers.count; number++)
        if (fiber_of(rt, number)->is_alive)
            tell_waited(rt, number);
}
