/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who takes how much memory on a host, and who is killed for it.
 *
 * The order is Ray's: those that may be tried again first, and of them the one that was placed
 * last. Idle workers, which Ray ends before, take nothing here. Main invariant: `taken` is the sum
 * over the calls that run on the host's present life. */
#include "sim/runtime/nodes/killer.h"
#include "sim/runtime/actors/actor.h"
#include "sim/runtime/batch.h"
#include "sim/runtime/call.h"
#include "sim/runtime/seat.h"

static int64_t limit_of(const struct runtime *rt)
{
    return (int64_t)((slot_ns)rt->spec->cluster.node_memory * rt->spec->runtime.memory_limit_ppm /
                     WHOLE_PPM);
}

/* If it is over the limit, it will be looked at when the next check is due. */
static void watch(struct runtime *rt, uint32_t host)
{
    struct host *h = &rt->hosts[host];
    simtime period = rt->spec->runtime.memory_check, now = runtime_now(rt);
    if (h->killer || h->victim || h->taken <= limit_of(rt))
        return;
    h->killer = runtime_timer(rt, period - now % period, EVENT_OUTAGE, TIMER_KILLER, host);
}

void killer_take(struct runtime *rt, uint32_t number, uint32_t host)
{
    struct call *c = call_of(rt, number);
    const struct batch *b = batch_of(rt, c->batch);
    const struct program_function *f = &rt->program->functions[b->function];
    uint64_t index = b->first + c->element;
    if (amount_is_zero(&f->uses))
        return;
    c->taken = runtime_amount(rt, &f->uses, STREAM_TIME, b->function, index, WORD_USES);
    c->taken_host = host;
    c->taken_life = rt->hosts[host].life;
    rt->hosts[host].taken += c->taken;
    watch(rt, host);
}

void killer_give(struct runtime *rt, uint32_t number)
{
    struct call *c = call_of(rt, number);
    if (c->taken > 0 && rt->hosts[c->taken_host].life == c->taken_life)
        rt->hosts[c->taken_host].taken -= c->taken;
    assert(c->taken == 0 || rt->hosts[c->taken_host].taken >= 0);
    c->taken = 0;
}

void killer_left(struct runtime *rt, uint32_t host, uint32_t reference)
{
    struct host *h = &rt->hosts[host];
    if (h->victim != reference)
        return;
    h->victim = 0;
    watch(rt, host);
}

void killer_crash(struct runtime *rt, uint32_t host)
{
    struct host *h = &rt->hosts[host];
    runtime_stop_timer(rt, &h->killer);
    h->taken = 0;
    h->victim = 0;
}

/* ---- the victim ---------------------------------------------------------------------------- */

static bool takes_memory(const struct runtime *rt, uint32_t reference)
{
    if (!(reference & 1))
        return call_of(rt, reference >> 1)->taken > 0;
    for (uint32_t at = actor_of(rt, reference >> 1)->running; at; at = call_of(rt, at)->next)
        if (call_of(rt, at)->taken > 0)
            return true;
    return false;
}

static bool may_be_tried_again(const struct runtime *rt, uint32_t reference)
{
    if (reference & 1)
        return actor_class(rt, actor_of(rt, reference >> 1))->restarts != 0;
    const struct batch *b = batch_of(rt, call_of(rt, reference >> 1)->batch);
    return rt->program->functions[b->function].retries != 0;
}

/* The list of seats begins with the one that was taken last. */
static uint32_t find_victim(const struct runtime *rt, uint32_t host)
{
    uint32_t newest = 0;
    for (uint32_t at = rt->hosts[host].seats; at; at = seat_of(rt, at)->next) {
        if (!takes_memory(rt, at))
            continue;
        if (may_be_tried_again(rt, at))
            return at;
        newest = newest ? newest : at;
    }
    return newest;
}

void killer_timer(struct runtime *rt, uint32_t host)
{
    struct host *h = &rt->hosts[host];
    h->killer = 0;
    if (h->taken <= limit_of(rt))
        return;
    uint32_t victim = find_victim(rt, host);
    assert(victim);
    h->victim = victim;
    rt->record->attempts.killed++;
    seat_tell(rt, victim, TOLD_KILLED, h->taken);
    if (victim & 1)
        actor_end_process(rt, victim >> 1, CAIRN_CAUSE_MEMORY);
    else
        call_end_process(rt, victim >> 1, CAIRN_CAUSE_MEMORY);
}
