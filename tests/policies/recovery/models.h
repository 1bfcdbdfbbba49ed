/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Naive models of the recovery policies: each answers from the whole history, and remembers
 * nothing else.
 *
 * Written from the originals (Ray's task manager and actor manager, the Orchestrator's Python, OTP,
 * Ray Train's failure policy) and not from the code under test. */
#ifndef CAIRN_TESTS_MODELS_H
#define CAIRN_TESTS_MODELS_H

#include "tests/policies/recovery/setbacks.h"
#include <math.h>

enum { HISTORY = 100 };

/* What happened: a setback of somebody, or a success (then only subject, keeper and now). */
struct past {
    bool is_success;
    uint64_t id, keeper; /* keeper: the actor whose own state it is; 0: the job's */
    struct cairn_setback setback;
    bool is_again, is_stop; /* what the model answered; is_stop: given up, and all with it */
};

struct history {
    const struct cairn_recovery_class *class;
    struct cairn_value values[SCENE_PARAMS];
    struct past list[HISTORY];
    size_t count;
};

struct answer {
    bool is_again;
    long double delay; /* ns, before it is rounded */
    uint32_t scope;
};

static inline struct cairn_value param_of(const struct history *h, const char *name)
{
    for (int i = 0; h->class->params[i].name; i++)
        if (strcmp(h->class->params[i].name, name) == 0)
            return h->values[i];
    fail_msg("%s has no %s", h->class->name, name);
    return h->values[0];
}

static inline int64_t count_of(const struct history *h, const char *name)
{
    return param_of(h, name).i;
}

/* ---- ray ------------------------------------------------------------------------------------- */

/* GcsActorManager: are restarts left, or is it preempted and has any? */
static inline bool model_actor(const struct history *h, const struct past *now)
{
    int64_t limit = now->setback.limit, restarts = 0, by_preemption = 0, remaining = -1;
    bool is_preempted = now->setback.cause == CAIRN_CAUSE_PREEMPTED;
    for (const struct past *p = h->list; p < now; p++)
        if (!p->is_success && p->id == now->id) {
            restarts++;
            by_preemption += p->setback.cause == CAIRN_CAUSE_PREEMPTED;
        }
    if (limit >= 0)
        remaining = limit > restarts - by_preemption ? limit - (restarts - by_preemption) : 0;
    if (now->setback.cause == CAIRN_CAUSE_EXCEPTION || now->setback.cause == CAIRN_CAUSE_OBJECT)
        return false;
    return remaining != 0 || (is_preempted && limit > 0);
}

/* TaskManager::RetryTaskIfPossible: counters that go down. */
static inline bool model_retry(const struct history *h, const struct past *now, bool has_oom,
                               int64_t oom_retries, int64_t *attempt)
{
    int64_t left = now->setback.limit, oom = left != 0 ? oom_retries : 0;
    bool is_again = true;
    *attempt = -1;
    for (const struct past *p = h->list; p <= now; p++) {
        uint32_t cause = p->setback.cause;
        bool is_oom = has_oom && cause == CAIRN_CAUSE_MEMORY;
        int64_t *counter = is_oom ? &oom : &left;
        if (p->is_success || p->id != now->id)
            continue;
        ++*attempt;
        is_again = *counter != 0 || (cause == CAIRN_CAUSE_PREEMPTED && p->setback.limit != 0);
        if (cause != CAIRN_CAUSE_PREEMPTED && *counter > 0)
            --*counter;
        is_again &= cause != CAIRN_CAUSE_OBJECT;
        is_again &= cause != CAIRN_CAUSE_EXCEPTION || p->setback.retry_exceptions;
    }
    return is_again;
}

static inline bool model_program(const struct history *h, const struct past *now)
{
    int64_t attempt;
    if (now->setback.cause == CAIRN_CAUSE_OWNER)
        return false;
    if (now->setback.subject == CAIRN_SUBJECT_ACTOR)
        return model_actor(h, now);
    return model_retry(h, now, false, 0, &attempt);
}

static inline struct answer model_ray(const struct history *h, const struct past *now)
{
    struct answer a = {.is_again = model_program(h, now)};
    int64_t attempt;
    if (now->setback.subject != CAIRN_SUBJECT_TASK || now->setback.cause == CAIRN_CAUSE_OWNER)
        return a;
    a.is_again = model_retry(h, now, true, count_of(h, "task_oom_retries"), &attempt);
    a.delay = (long double)count_of(h, "task_retry_delay");
    if (now->setback.cause == CAIRN_CAUSE_MEMORY)
        a.delay = fminl((long double)count_of(h, "task_oom_retry_delay_base") *
                            powl(2, (long double)attempt),
                        (long double)count_of(h, "task_oom_retry_delay_cap"));
    return a;
}

/* ---- backoff --------------------------------------------------------------------------------- */

static inline long double model_wait(const struct history *h, int64_t failure, uint64_t random)
{
    long double base = (long double)count_of(h, "base"), wait = base;
    long double u = (long double)random * 0x1p-64L, part = param_of(h, "jitter").x;
    int64_t form = count_of(h, "delay"), first = count_of(h, "first");
    if (first == 0 && failure == 1)
        return 0;
    failure += first - 1;
    if (form == 0)
        return 0;
    if (form == 2)
        wait = base * (long double)failure;
    if (form == 3)
        wait = base * powl(param_of(h, "factor").x, (long double)(failure - 1));
    wait = fminl(wait, (long double)count_of(h, "cap"));
    return fmaxl(wait * (1 - part + 2 * part * u), (long double)count_of(h, "least"));
}

static inline bool model_window(const struct history *h, const struct past *now)
{
    int64_t within = count_of(h, "within"), recent = 0;
    if (within == 0 || now->setback.subject == CAIRN_SUBJECT_CALL)
        return true;
    for (const struct past *p = h->list; p < now; p++)
        recent += !p->is_success && p->is_again && p->keeper == now->keeper &&
                  p->setback.subject != CAIRN_SUBJECT_CALL &&
                  now->setback.now - p->setback.now <= within;
    return recent < count_of(h, "restarts");
}

static inline struct answer model_backoff(const struct history *h, const struct past *now)
{
    static const char *const own[CAIRN_CAUSES] = {"exceptions", "workers", "nodes", NULL, "memory"};
    uint32_t cause = now->setback.cause;
    int64_t limit = count_of(h, "limit"), all = 0, counted = 0, alike = 0;
    bool is_free = count_of(h, "preemptions") == 0;
    int64_t program = now->setback.limit;
    for (const struct past *p = h->list; p <= now; p++) {
        bool is_mine = !p->is_success && p->id == now->id;
        all += is_mine;
        alike += is_mine && p->setback.cause == cause;
        counted += is_mine && (!is_free || p->setback.cause != CAIRN_CAUSE_PREEMPTED);
    }
    struct answer a = {.delay = model_wait(h, all, now->setback.random[0])};
    bool is_final = cause >= CAIRN_CAUSE_OBJECT ||
                    (cause == CAIRN_CAUSE_EXCEPTION && !now->setback.retry_exceptions);
    bool is_within = (limit < 0 || counted <= limit) && (program < 0 || counted <= program);
    is_within |= is_free && cause == CAIRN_CAUSE_PREEMPTED;
    bool is_own_within =
        is_final || !own[cause] || count_of(h, own[cause]) < 0 || alike <= count_of(h, own[cause]);
    a.is_again = !is_final && limit != 0 && program != 0 && is_within && is_own_within &&
                 model_window(h, now);
    return a;
}

/* ---- orchestrator and breaker ---------------------------------------------------------------- */

static inline struct answer model_orchestrator(const struct history *h, const struct past *now)
{
    int64_t attempts = count_of(h, "max_attempts"), attempt = 0;
    long double initial = (long double)count_of(h, "initial_delay"), wait = initial;
    long double factor = param_of(h, "backoff_factor").x;
    long double most = (long double)count_of(h, "max_delay");
    bool is_fixed = count_of(h, "exponential") == 0;
    if (count_of(h, "handler") == 1)
        attempts = 5, initial = 2e9L, factor = 1.5L, most = 30e9L, is_fixed = false;
    if (count_of(h, "handler") == 2)
        attempts = 3, initial = 5e9L, factor = 2, most = 60e9L, is_fixed = false;
    for (const struct past *p = h->list; p <= now; p++)
        attempt += !p->is_success && p->id == now->id;
    wait = initial;
    for (int64_t i = 0; i < attempt && !is_fixed; i++)
        wait *= factor;
    uint32_t cause = now->setback.cause;
    bool is_kind = cause < CAIRN_CAUSE_OBJECT &&
                   (cause != CAIRN_CAUSE_EXCEPTION || now->setback.retry_exceptions);
    return (struct answer){.is_again = is_kind && attempt < attempts, .delay = fminl(wait, most)};
}

/* CircuitBreaker, call by call, on the seconds of its clock. */
static inline struct answer model_breaker(const struct history *h, const struct past *now)
{
    enum { CLOSED, OPEN, HALF } breaker = CLOSED;
    int64_t failures = 0, successes = 0, last = 0, rest = count_of(h, "recovery");
    struct answer a = {.is_again = model_program(h, now)};
    for (const struct past *p = h->list; p <= now; p++) {
        uint32_t cause = p->setback.cause;
        if (p->keeper != now->keeper || p->setback.subject == CAIRN_SUBJECT_ACTOR)
            continue;
        if (!p->is_success && (cause >= CAIRN_CAUSE_OBJECT || cause == CAIRN_CAUSE_PREEMPTED))
            continue;
        if (breaker == OPEN && p->setback.now - last >= rest)
            breaker = HALF, successes = 0;
        if (p->is_success) {
            failures = 0;
            if (breaker == HALF && ++successes >= count_of(h, "successes"))
                breaker = CLOSED;
        } else {
            last = p->setback.now;
            if (++failures >= count_of(h, "failures"))
                breaker = OPEN;
        }
    }
    if (now->setback.subject == CAIRN_SUBJECT_ACTOR || breaker != OPEN ||
        now->setback.now - last >= rest)
        return a;
    a.is_again &= count_of(h, "when_open") == 1;
    a.delay = (long double)(rest - (now->setback.now - last));
    return a;
}

/* ---- supervisor and train -------------------------------------------------------------------- */

static inline struct answer model_supervisor(const struct history *h, const struct past *now)
{
    int64_t strategy = count_of(h, "strategy"), recent = 0, mine = 0;
    bool is_stopped = false, is_together = false;
    for (const struct past *p = h->list; p < now; p++) {
        bool is_restart = !p->is_success && p->setback.subject == CAIRN_SUBJECT_ACTOR;
        is_together |=
            is_restart && p->is_again && strategy == 2 && p->setback.now == now->setback.now;
        mine += is_restart && p->id == now->id;
    }
    /* Restarts at one instant are one where all start together. */
    for (const struct past *p = h->list; p < now; p++) {
        bool is_one = !p->is_success && p->setback.subject == CAIRN_SUBJECT_ACTOR && p->is_again;
        for (const struct past *q = h->list; q < p && strategy == 2; q++)
            is_one &= q->is_success || q->setback.subject != CAIRN_SUBJECT_ACTOR || !q->is_again ||
                      q->setback.now != p->setback.now;
        recent += is_one && now->setback.now - p->setback.now <= count_of(h, "within");
        is_stopped |= !p->is_success && p->is_stop;
    }
    if (is_stopped)
        return (struct answer){.scope = CAIRN_CURE_ALL};
    if (now->setback.subject != CAIRN_SUBJECT_ACTOR)
        return (struct answer){.is_again = model_program(h, now)};
    if (now->setback.cause == CAIRN_CAUSE_OWNER ||
        (now->setback.limit >= 0 && mine >= now->setback.limit))
        return (struct answer){0};
    if (!is_together && recent >= count_of(h, "restarts"))
        return (struct answer){.scope = CAIRN_CURE_ALL};
    return (struct answer){
        .is_again = true, .delay = (long double)count_of(h, "delay"), .scope = (uint32_t)strategy};
}

static inline struct answer model_train(const struct history *h, const struct past *now)
{
    int64_t errors[2] = {0};
    int64_t most[2] = {count_of(h, "max_failures"), count_of(h, "max_preemption_failures")};
    struct answer a = {.scope = CAIRN_CURE_ALL, .is_again = true};
    for (const struct past *p = h->list; p <= now; p++) {
        int kind = p->setback.cause == CAIRN_CAUSE_PREEMPTED;
        bool is_new = !p->is_success;
        for (const struct past *q = h->list; q < p; q++)
            is_new &= q->is_success || q->setback.now != p->setback.now ||
                      (q->setback.cause == CAIRN_CAUSE_PREEMPTED) != kind;
        errors[kind] += is_new;
        a.is_again &= p->is_success || p->setback.cause != CAIRN_CAUSE_OWNER;
    }
    for (int kind = 0; kind < 2; kind++)
        a.is_again &= most[kind] < 0 || errors[kind] <= most[kind];
    return a;
}

static const struct model {
    const char *name;
    struct answer (*answer)(const struct history *history, const struct past *now);
} models[] = {{"ray", model_ray},
              {"backoff", model_backoff},
              {"orchestrator", model_orchestrator},
              {"breaker", model_breaker},
              {"supervisor", model_supervisor},
              {"train", model_train}};

#endif
