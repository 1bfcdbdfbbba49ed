/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of an actor's calls that failed: told, counted, and tried again or given up.
 *
 * Main invariant: who survives a death stands in the actor's queue, in the order of submission; who
 * does not is in no list of the actor's when it is given up. */
#include "sim/runtime/actors/aftermath.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/actors/backlog.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"

void aftermath_fail(struct runtime *rt, uint32_t call, uint32_t cause)
{
    struct call *c = call_of(rt, call);
    c->cause = (uint8_t)cause;
    c->failed[cause == CAUSE_TIMEOUT ? CAIRN_CAUSE_EXCEPTION : cause]++;
    rt->record->attempts.failed++;
    runtime_tell(rt, call_told(rt, c, TOLD_ATTEMPT_FAILED));
}

void aftermath_try_again(struct runtime *rt, uint32_t call, simtime delay)
{
    struct call *c = call_of(rt, call);
    c->attempt++;
    rt->record->calls.retried++;
    struct told told = call_told(rt, c, TOLD_RETRIED);
    told.amount = delay;
    runtime_tell(rt, told);
    if (delay == 0)
        return;
    actor_of(rt, c->actor)->coming += c->has_arrived;
    c->has_arrived = false;
    c->state = CALL_BACKOFF;
    c->timer = runtime_timer(rt, delay, EVENT_COMPLETION, TIMER_CALL, call);
}

/* Splits a list, both parts in its order: calls that are made again, and *others. */
static uint32_t made_again(struct runtime *rt, uint32_t list, uint32_t *others)
{
    uint32_t again = 0, *end = &again;
    for (uint32_t at = list, next; at; at = next) {
        uint32_t **to = call_of(rt, at)->is_again ? &end : &others;
        next = call_of(rt, at)->next;
        **to = at;
        *to = &call_of(rt, at)->next;
    }
    *end = *others = 0;
    return again;
}

/* All calls in hand as a list: in the order of their submission, but those first that wait to be
 * made again, as what ran may need their results by now. */
static uint32_t gather(struct runtime *rt, struct actor *a)
{
    uint32_t first = 0, again = made_again(rt, a->queue.first, &first), *end = &again;
    for (uint32_t at = a->running, next; at; at = next) { /* newest first: turned round in front */
        next = call_of(rt, at)->next;
        call_of(rt, at)->next = first;
        first = at;
    }
    if (a->persisting) {
        call_of(rt, a->persisting)->next = first;
        first = a->persisting;
        a->calls++;
    }
    a->queue = (struct lineup){0, 0};
    a->running = a->running_count = a->persisting = 0;
    while (*end)
        end = &call_of(rt, *end)->next;
    *end = first;
    return again;
}

/* Does this call survive the death of its actor's process, or of the actor itself? */
static bool survives(struct runtime *rt, uint32_t number, uint32_t call, bool is_dead)
{
    struct actor *a = actor_of(rt, number);
    struct call *c = call_of(rt, call);
    if (!c->was_alive)
        return !is_dead;
    c->was_alive = false;
    if (batch_is_left_behind(rt, c->batch))
        return false;
    aftermath_fail(rt, call, a->cause);
    bool is_asked_for = call_kind(rt, call) == BATCH_METHODS || batch_of(rt, c->batch)->handles > 0;
    if (is_dead || !is_asked_for ||
        c->is_cancelled) /* a controller's checkpoint: it decides anew */
        return false;
    struct cairn_cure cure =
        call_ask(rt, CAIRN_SUBJECT_CALL, a->cause, c->failed, actor_class(rt, a)->task_retries,
                 false, (uint64_t)c->batch << 32 | c->element, a->own);
    if (cure.action == CAIRN_GIVE_UP)
        return false;
    aftermath_try_again(rt, call, cure.delay);
    return true;
}

void aftermath_sort(struct runtime *rt, uint32_t number, bool is_dead)
{
    struct actor *a = actor_of(rt, number);
    uint32_t failed = 0, *end = &failed;
    for (uint32_t at = gather(rt, a), next; at; at = next) {
        next = call_of(rt, at)->next;
        if (call_of(rt, at)->state != CALL_BACKOFF)
            call_of(rt, at)->state = CALL_WAITING;
        if (survives(rt, number, at, is_dead)) {
            backlog_push_back(rt, a, at);
            continue;
        }
        if (!call_of(rt, at)->has_arrived) { /* it will be told when it does */
            backlog_push_back(rt, a, at);
            continue;
        }
        call_of(rt, at)->stamp = 0; /* those that fail before it wake it no more */
        *end = at;
        end = &call_of(rt, at)->next;
        a->calls--;
    }
    *end = 0;
    for (uint32_t at = failed, next; at; at = next) {
        next = call_of(rt, at)->next;
        call_give_up(rt, at, a->cause);
    }
}
