/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a fiber waits for: results, all or some of them, and their way to its driver.
 *
 * Main invariant: `missing` batches still have results to come, and a wait that is over has another
 * stamp, so that what is told late is void. */
#include "sim/runtime/driver/await.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/objects/copies.h"
#include "sim/runtime/objects/lineage.h"

/* The batches that the statement at pc waits for: the one it submitted, or its arguments. */
static uint32_t awaited(const struct runtime *rt, const struct fiber *f, uint32_t i)
{
    const struct program_statement *s = &rt->program->statements[f->pc];
    if (f->waited)
        return i == 0 ? f->waited : 0;
    return i < s->arguments_count
               ? *fiber_variable(rt, f, rt->program->arguments[s->first_argument + i].variable)
               : 0;
}

enum outcome await_all(struct runtime *rt, uint32_t number)
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
                                       .job = fiber_job(rt, f)->serial,
                                       .function = PROGRAM_NOTHING,
                                       .host = TOLD_NOWHERE,
                                       .amount = fetch->bytes});
    }
    f->wait = FIBER_FETCHING;
    f->timer = runtime_timer(rt, copies_delay(rt, fetch), EVENT_COMPLETION, TIMER_FIBER, number);
    return OUTCOME_WAITS;
}

/* All is settled: failed? here? lost meanwhile, and to be made again? */
enum outcome await_fetch(struct runtime *rt, uint32_t number)
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
        return await_all(rt, number);
    return copies_delay(rt, &fetch) < 0 ? OUTCOME_DONE : begin_fetch(rt, number, &fetch);
}

bool await_has_all(const struct runtime *rt, uint32_t number)
{
    const struct fiber *f = fiber_of(rt, number);
    for (uint32_t i = 0, at; (at = awaited(rt, f, i)) != 0; i++)
        for (uint32_t j = 0; j < batch_of(rt, at)->count; j++)
            if (batch_of(rt, at)->kind != BATCH_ACTORS &&
                !copies_has_arrived(rt, at, j, TOLD_NOWHERE))
                return false;
    return true;
}

static uint64_t count_ready(const struct runtime *rt, const struct fiber *f)
{
    uint64_t ready = 0;
    for (uint32_t i = 0, at; (at = awaited(rt, f, i)) != 0; i++)
        ready += batch_of(rt, at)->count - batch_of(rt, at)->pending;
    return ready;
}

/* Are there enough? If not, one that was there may be being made again: it waits for that, too. */
static void look_again(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    uint32_t pending = 0;
    if (count_ready(rt, f) >= rt->program->statements[f->pc].times) {
        fiber_wake(rt, number);
        return;
    }
    for (uint32_t i = 0, at; (at = awaited(rt, f, i)) != 0; i++)
        pending += batch_of(rt, at)->pending > 0;
    if (pending > f->missing) {
        await_all(rt, number);
        f->wait = FIBER_FOR_SOME;
    }
}

void await_count(struct runtime *rt, uint32_t number, uint32_t stamp)
{
    const struct fiber *f = fiber_of(rt, number);
    if (f->stamp == stamp && f->wait == FIBER_FOR_SOME)
        look_again(rt, number);
}

void await_result(struct runtime *rt, uint32_t number, uint32_t stamp)
{
    struct fiber *f = fiber_of(rt, number);
    if (f->stamp != stamp || (f->wait != FIBER_FOR_ALL && f->wait != FIBER_FOR_SOME))
        return;
    assert(f->missing > 0);
    f->missing--;
    if (f->wait == FIBER_FOR_SOME)
        look_again(rt, number);
    else if (f->missing == 0)
        fiber_wake(rt, number);
}

enum outcome await_some(struct runtime *rt, uint32_t number)
{
    struct fiber *f = fiber_of(rt, number);
    const struct program_statement *s = &rt->program->statements[f->pc];
    if (count_ready(rt, f) >= s->times)
        return OUTCOME_DONE;
    await_all(rt, number);
    f->wait = FIBER_FOR_SOME;
    if (s->amount.constant != SIMTIME_NEVER)
        f->timer = runtime_timer(rt, s->amount.constant, EVENT_COMPLETION, TIMER_FIBER, number);
    return OUTCOME_WAITS;
}
