/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map: gives out calls, takes results in their order, and goes round its body.
 *
 * Its fiber has a frame for it, and comes back to the statement after each round. Main invariant:
 * given - taken errands are on the list, and of an actor's calls as many as it has `given`; one
 * that can be given another is on the stack exactly once. */
#include "sim/runtime/driver/crew.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/driver/growth.h"
#include "sim/runtime/submit.h"

static struct errand *errand_of(const struct runtime *rt, uint32_t number)
{
    return pool_at(&rt->errands, number);
}

static bool has_body(const struct crew *crew, const struct program_statement *s)
{
    return s->body > crew->statement + 1;
}

void crew_wake(struct runtime *rt, uint32_t number)
{
    struct crew *crew = crew_of(rt, number);
    if (crew->is_ready)
        return;
    crew->is_ready = true;
    crew->next_ready = 0;
    if (rt->crews_ready_last)
        crew_of(rt, rt->crews_ready_last)->next_ready = number;
    else
        rt->crews_ready_first = number;
    rt->crews_ready_last = number;
}

/* ---- members ------------------------------------------------------------------------------- */

uint32_t crew_add_member(struct runtime *rt, uint32_t number, uint32_t actor, uint32_t set)
{
    struct crew *crew = crew_of(rt, number);
    uint32_t at = pool_take(&rt->members);
    *crew_member(rt, at) =
        (struct member){.crew = number, .actor = actor, .set = set, .previous = crew->member_last};
    if (crew->member_last)
        crew_member(rt, crew->member_last)->next = at;
    else
        crew->member_first = at;
    crew->member_last = at;
    return at;
}

void crew_stack(struct runtime *rt, uint32_t number)
{
    struct member *m = crew_member(rt, number);
    struct crew *crew = crew_of(rt, m->crew);
    assert(!m->is_stacked);
    m->is_stacked = true;
    m->above = 0;
    m->below = crew->top;
    if (crew->top)
        crew_member(rt, crew->top)->above = number;
    else
        crew->bottom = number;
    crew->top = number;
}

/* Below the others: it has just been given a call, and could take another. */
static void stack_below(struct runtime *rt, uint32_t number)
{
    struct member *m = crew_member(rt, number);
    struct crew *crew = crew_of(rt, m->crew);
    assert(!m->is_stacked);
    m->is_stacked = true;
    m->below = 0;
    m->above = crew->bottom;
    if (crew->bottom)
        crew_member(rt, crew->bottom)->below = number;
    else
        crew->top = number;
    crew->bottom = number;
}

void crew_unstack(struct runtime *rt, uint32_t number)
{
    struct member *m = crew_member(rt, number);
    struct crew *crew = crew_of(rt, m->crew);
    if (!m->is_stacked)
        return;
    m->is_stacked = false;
    if (m->above)
        crew_member(rt, m->above)->below = m->below;
    else
        crew->top = m->below;
    if (m->below)
        crew_member(rt, m->below)->above = m->above;
    else
        crew->bottom = m->above;
}

void crew_remove_member(struct runtime *rt, uint32_t number)
{
    struct member *m = crew_member(rt, number);
    struct crew *crew = crew_of(rt, m->crew);
    uint32_t set = m->set;
    assert(m->in_flight == 0 || crew->is_over);
    for (uint32_t at = m->given ? crew->first : 0; at; at = errand_of(rt, at)->next)
        if (errand_of(rt, at)->member == number)
            errand_of(rt, at)->member = 0;
    crew_unstack(rt, number);
    if (m->previous)
        crew_member(rt, m->previous)->next = m->next;
    else
        crew->member_first = m->next;
    if (m->next)
        crew_member(rt, m->next)->previous = m->previous;
    else
        crew->member_last = m->previous;
    if (set)
        actor_of(rt, m->actor)->member = 0;
    pool_give(&rt->members, number);
    if (set)
        batch_drop(rt, set); /* nobody else has a handle of it */
}

/* Who is given the next call: the top of the stack. The dead, and those that are stopped, leave the
 * crew when they are met; actors of the crew's own are given calls only while they are alive. 0:
 * nobody. */
static uint32_t pick(struct runtime *rt, uint32_t number)
{
    struct crew *crew = crew_of(rt, number);
    bool is_own = growth_is_own(rt, number);
    for (uint32_t at = crew->top, below; at; at = below) {
        const struct member *m = crew_member(rt, at);
        const struct actor *a = actor_of(rt, m->actor);
        below = m->below;
        if (a->state == ACTOR_DEAD || a->is_stopping) {
            crew->cause = a->state == ACTOR_DEAD ? a->cause : CAIRN_CAUSE_OWNER;
            crew_unstack(rt, at);
            if (m->in_flight == 0)
                crew_remove_member(rt, at);
        } else if (!is_own || a->state == ACTOR_ALIVE) {
            return at;
        }
    }
    return 0;
}

static void give_to(struct runtime *rt, uint32_t number, uint32_t ahead)
{
    struct member *m = crew_member(rt, number);
    crew_unstack(rt, number);
    m->in_flight++;
    if (++m->given < ahead)
        stack_below(rt, number);
}

/* A result of its has been taken: it is the first to be given another call. */
static void give_back(struct runtime *rt, uint32_t number)
{
    struct member *m = crew_member(rt, number);
    assert(m->given > 0);
    m->given--;
    crew_unstack(rt, number);
    if (actor_of(rt, m->actor)->state != ACTOR_DEAD) {
        crew_stack(rt, number);
        return;
    }
    crew_of(rt, m->crew)->cause = actor_of(rt, m->actor)->cause;
    if (m->in_flight == 0)
        crew_remove_member(rt, number);
}

/* ---- calls that go out --------------------------------------------------------------------- */

/* The results of so many calls from this one on, none of which has been made. 0: no memory. */
static uint32_t new_batch(struct runtime *rt, const struct crew *crew, uint64_t first,
                          uint32_t count)
{
    const struct program_statement *s = crew_statement(rt, crew);
    bool is_method = rt->program->functions[s->what].actor != PROGRAM_NOTHING;
    uint32_t number = batch_new(rt, is_method ? BATCH_METHODS : BATCH_TASKS, crew->job,
                                crew->statement, count, crew->arguments, crew->arguments_count);
    struct batch *b = batch_of(rt, number);
    if (!number)
        return 0;
    if (is_method)
        b->servers = count == 1 ? &b->server : blocks_take(&rt->blocks, count, sizeof *b->servers);
    if (is_method && !b->servers)
        return 0;
    b->offset = (uint32_t)first;
    rt->record->calls.submitted += count;
    struct told told = batch_told(rt, number, 0, TOLD_SUBMITTED);
    told.count = count;
    runtime_tell(rt, told);
    batch_hold(rt, number);
    return number;
}

static uint32_t new_errand(struct runtime *rt, uint32_t number, uint32_t batch, uint32_t element,
                           uint32_t member)
{
    struct crew *crew = crew_of(rt, number);
    uint32_t at = pool_take(&rt->errands);
    *errand_of(rt, at) = (struct errand){.crew = number,
                                         .previous = crew->last,
                                         .batch = batch,
                                         .element = element,
                                         .member = member};
    if (crew->last)
        errand_of(rt, crew->last)->next = at;
    else
        crew->first = at;
    crew->last = at;
    return at;
}

/* The next call goes out, to this member; 0: it is a task. */
static void send(struct runtime *rt, uint32_t number, uint32_t member)
{
    struct crew *crew = crew_of(rt, number);
    uint32_t batch = crew->whole ? crew->whole : new_batch(rt, crew, crew->given, 1);
    uint32_t element = crew->whole ? (uint32_t)crew->given : 0;
    if (!batch)
        return; /* no memory: the run ends */
    if (crew->whole)
        batch_hold(rt, batch);
    crew->given++;
    crew->in_flight++;
    uint32_t at = new_errand(rt, number, batch, element, member);
    if (member)
        batch_of(rt, batch)->servers[element] = crew_member(rt, member)->actor;
    batch_wait(rt, batch, element, WAITER_ERRAND, at, 0);
    submit_single(rt, batch, element);
    if (rt->spec->runtime.submit > 0)
        errand_of(rt, at)->timer =
            runtime_timer(rt, rt->spec->runtime.submit, EVENT_COMPLETION, TIMER_ERRAND, at);
    else
        submit_call_ready(rt, batch_of(rt, batch)->objects[element].call);
}

void crew_errand_timer(struct runtime *rt, uint32_t number)
{
    struct errand *e = errand_of(rt, number);
    e->timer = 0;
    if (!batch_of(rt, e->batch)->is_cancelled)
        submit_call_ready(rt, batch_of(rt, e->batch)->objects[e->element].call);
}

/* Whatever can go out does, and as many actors of its own are there as there should be. */
static void go_on(struct runtime *rt, uint32_t number)
{
    struct crew *crew = crew_of(rt, number);
    const struct program_statement *s = crew_statement(rt, crew);
    bool is_method = rt->program->functions[s->what].actor != PROGRAM_NOTHING;
    while (crew->given < crew->count && !rt->is_out_of_memory) {
        uint32_t member = is_method ? pick(rt, number) : 0;
        if (is_method ? !member : crew->slots == 0)
            break;
        if (is_method)
            give_to(rt, member, s->map->ahead);
        else
            crew->slots--;
        send(rt, number, member);
    }
    if (growth_is_own(rt, number))
        growth_decide(rt, number);
}

bool crew_run_ready(struct runtime *rt)
{
    bool was_any = false;
    while (rt->crews_ready_first && !rt->is_out_of_memory && !rt->is_over) {
        uint32_t number = rt->crews_ready_first;
        struct crew *crew = crew_of(rt, number);
        rt->crews_ready_first = crew->next_ready;
        if (!rt->crews_ready_first)
            rt->crews_ready_last = 0;
        crew->is_ready = false;
        was_any = true;
        if (crew->is_over)
            pool_give(&rt->crews, number);
        else
            go_on(rt, number);
    }
    return was_any;
}

/* ---- results ------------------------------------------------------------------------------- */

static void free_errand(struct runtime *rt, uint32_t number)
{
    struct errand *e = errand_of(rt, number);
    uint32_t batch = e->batch;
    runtime_stop_timer(rt, &e->timer);
    pool_give(&rt->errands, number);
    batch_drop(rt, batch);
}

static void append_come(struct runtime *rt, struct crew *crew, uint32_t number)
{
    if (crew->come_last)
        errand_of(rt, crew->come_last)->next_come = number;
    else
        crew->come_first = number;
    crew->come_last = number;
}

/* Is it the one that the driver takes next? */
static bool is_next(const struct runtime *rt, const struct crew *crew, uint32_t errand)
{
    return crew_statement(rt, crew)->map->is_by_completion ? crew->come_first == errand
                                                           : crew->first == errand;
}

void crew_come(struct runtime *rt, uint32_t number)
{
    struct errand *e = errand_of(rt, number);
    const struct object *object = &batch_of(rt, e->batch)->objects[e->element];
    if (!e->crew) {
        free_errand(rt, number);
        return;
    }
    struct crew *crew = crew_of(rt, e->crew);
    e->has_come = true;
    e->has_failed = object->state == OBJECT_FAILED;
    e->cause = object->cause;
    runtime_stop_timer(rt, &e->timer);
    if (crew_statement(rt, crew)->map->is_by_completion)
        append_come(rt, crew, number);
    crew->in_flight--;
    if (e->member)
        crew_member(rt, e->member)->in_flight--;
    if (growth_is_own(rt, e->crew))
        crew_wake(rt, e->crew);
    if (crew->is_awaited && is_next(rt, crew, number)) {
        crew->is_awaited = false;
        fiber_wake(rt, crew->fiber);
    }
}

/* Off the list: it is taken, or nobody wants it. */
static void unlink_errand(struct runtime *rt, struct crew *crew, uint32_t number)
{
    const struct errand *e = errand_of(rt, number);
    if (e->previous)
        errand_of(rt, e->previous)->next = e->next;
    else
        crew->first = e->next;
    if (e->next)
        errand_of(rt, e->next)->previous = e->previous;
    else
        crew->last = e->previous;
}

/* The result whose turn it is, if it has come: taken, and its actor is idle again. It is freed by
 * who looks at it. */
static uint32_t take(struct runtime *rt, uint32_t number)
{
    struct crew *crew = crew_of(rt, number);
    bool is_by_completion = crew_statement(rt, crew)->map->is_by_completion;
    uint32_t at = is_by_completion ? crew->come_first : crew->first;
    if (!at || !errand_of(rt, at)->has_come)
        return 0;
    unlink_errand(rt, crew, at);
    if (is_by_completion) {
        crew->come_first = errand_of(rt, at)->next_come;
        crew->come_last = crew->come_first ? crew->come_last : 0;
    }
    crew->taken++;
    uint32_t member = errand_of(rt, at)->member;
    if (member)
        give_back(rt, member);
    crew->slots += !member; /* of a task */
    go_on(rt, number);
    return at;
}

/* ---- the statement ------------------------------------------------------------------------- */

static bool resolve(struct runtime *rt, const struct fiber *f, struct crew *crew)
{
    const struct program_statement *s = crew_statement(rt, crew);
    crew->arguments_count = s->arguments_count;
    crew->arguments = blocks_take(&rt->blocks, s->arguments_count, sizeof *crew->arguments);
    if (s->arguments_count > 0 && !crew->arguments)
        return false;
    crew->count = s->times;
    for (uint32_t i = 0; i < s->arguments_count; i++) {
        const struct program_argument *a = &rt->program->arguments[s->first_argument + i];
        uint32_t batch = *fiber_variable(rt, f, a->variable);
        crew->arguments[i] = (struct batch_argument){batch, a->is_each};
        batch_hold(rt, batch);
        if (a->is_each)
            crew->count = batch_of(rt, batch)->count;
    }
    return true;
}

/* The actors of a variable: the last is given the first call. */
static void enlist(struct runtime *rt, const struct fiber *f, uint32_t number)
{
    struct crew *crew = crew_of(rt, number);
    const struct program_statement *s = crew_statement(rt, crew);
    if (s->target.up == PROGRAM_NOTHING)
        return;
    crew->set = *fiber_variable(rt, f, s->target);
    batch_hold(rt, crew->set);
    for (uint32_t i = 0; i < batch_of(rt, crew->set)->count; i++)
        crew_stack(rt, crew_add_member(rt, number, batch_of(rt, crew->set)->objects[i].call, 0));
}

/* 0: no memory. */
static uint32_t begin(struct runtime *rt, uint32_t fiber)
{
    struct fiber *f = fiber_of(rt, fiber);
    uint32_t number = pool_take(&rt->crews);
    struct crew *crew = crew_of(rt, number);
    *crew = (struct crew){.fiber = fiber, .job = f->job, .statement = f->pc};
    const struct program_statement *s = crew_statement(rt, crew);
    if (!number || !resolve(rt, f, crew))
        return 0;
    crew->slots = s->map->at_most;
    enlist(rt, f, number);
    fiber_enter(f, 0, false, f->pc);
    f->frames[f->depth].crew = number;
    if (has_body(crew, s) || s->bind.up == PROGRAM_NOTHING)
        return number;
    crew->whole = new_batch(rt, crew, 0, (uint32_t)crew->count);
    if (!crew->whole)
        return 0;
    fiber_bind(rt, f, s->bind, crew->whole);
    return number;
}

/* Those that had not gone out never will. */
static void cancel_rest(struct runtime *rt, struct crew *crew)
{
    for (uint64_t i = crew->given; i < crew->count; i++)
        batch_settle(rt, crew->whole, (uint32_t)i, OBJECT_FAILED, CAUSE_CANCELLED);
    crew->given = crew->count;
}

void crew_close(struct runtime *rt, uint32_t number)
{
    struct crew *crew = crew_of(rt, number);
    crew->is_over = true;
    for (uint32_t at; (at = crew->first) != 0;) {
        struct errand *e = errand_of(rt, at);
        unlink_errand(rt, crew, at);
        e->crew = 0;
        if (e->has_come)
            free_errand(rt, at);
    }
    if (crew->whole) {
        cancel_rest(rt, crew);
        batch_drop(rt, crew->whole);
    }
    growth_end(rt, number);
    if (crew->set)
        batch_drop(rt, crew->set);
    for (uint32_t i = 0; i < crew->arguments_count; i++)
        batch_drop(rt, crew->arguments[i].batch);
    blocks_give(&rt->blocks, crew->arguments, crew->arguments_count, sizeof *crew->arguments);
    if (!crew->is_ready)
        pool_give(&rt->crews, number);
}

static enum outcome leave(struct runtime *rt, struct fiber *f, enum outcome outcome)
{
    struct frame *frame = &f->frames[f->depth--];
    crew_close(rt, frame->crew);
    return outcome;
}

/* The body has been gone through: what it was given is let go. */
static void forget_last(struct runtime *rt, const struct fiber *f)
{
    const struct program_statement *s = &rt->program->statements[f->pc];
    if (s->bind.up == PROGRAM_NOTHING || s->body == f->pc + 1)
        return;
    uint32_t *slot = fiber_variable(rt, f, s->bind), old = *slot;
    *slot = 0;
    if (old)
        batch_drop(rt, old);
}

/* Nothing is out and nobody is left who could be given anything. */
static bool is_stuck(const struct runtime *rt, uint32_t number)
{
    const struct crew *crew = crew_of(rt, number);
    return !crew->first && crew->set && !crew->member_first;
}

enum outcome crew_step(struct runtime *rt, uint32_t fiber)
{
    struct fiber *f = fiber_of(rt, fiber);
    const struct frame *frame = &f->frames[f->depth];
    const struct program_statement *s = &rt->program->statements[f->pc];
    bool is_begun = frame->crew && frame->statement == f->pc;
    if (is_begun)
        forget_last(rt, f);
    uint32_t number = is_begun ? frame->crew : begin(rt, fiber);
    if (!number)
        return OUTCOME_WAITS; /* no memory: the run ends */
    struct crew *crew = crew_of(rt, number);
    if (!is_begun)
        go_on(rt, number);
    for (uint32_t at; (at = take(rt, number)) != 0;) {
        const struct errand *e = errand_of(rt, at);
        bool has_failed = e->has_failed, is_given = !has_failed && has_body(crew, s);
        f->cause = has_failed ? e->cause : f->cause;
        if (is_given)
            fiber_bind(rt, f, s->bind, e->batch);
        free_errand(rt, at);
        if (has_failed && !s->map->is_skipping)
            return leave(rt, f, OUTCOME_FAILED);
        if (is_given) {
            f->pc++;
            return OUTCOME_ENTERED;
        }
        if (rt->is_out_of_memory || runtime_stands_still(rt, s->line))
            return OUTCOME_WAITS;
    }
    if (crew->taken == crew->count)
        return leave(rt, f, OUTCOME_DONE);
    if (is_stuck(rt, number)) {
        f->cause = crew->cause;
        return leave(rt, f, OUTCOME_FAILED);
    }
    crew->is_awaited = true;
    f->wait = FIBER_FOR_NEXT;
    return OUTCOME_WAITS;
}
