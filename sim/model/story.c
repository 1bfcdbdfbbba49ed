/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digesting a run's happenings.
 *
 * Checkpoints are merged greedily: a pending sentence grows while the next checkpoint has the same
 * cost and lies one spacing further, in time and in work; anything else closes it. Growing by one,
 * n times, and by n at once end in the same sentence, which is the whole trick: execution that
 * skips and execution that does not have one digest. */
#include "sim/model/story.h"
#include <assert.h>
#include <string.h>

enum { HEADS = 10 }; /* heads in one digested word */

void story_begin(struct story *story)
{
    digest_init(&story->job);
    story->events = 0;
    story->pending.count = 0;
    story->heads = story->heads_count = 0;
    story->last_time = story->last_work = -1;
    story->last_run = (struct story_checkpoints){.cost = -1};
    story->chain = UINT64_C(0x243f6a8885a308d3); /* pi: any constant but 0 */
    memset(&story->trace, 0, sizeof story->trace);
}

static uint64_t mix(uint64_t chain, uint64_t value)
{
    chain = (chain ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    chain = (chain ^ (chain >> 32)) * UINT64_C(0xd6e8feb86659fd93);
    return chain ^ (chain >> 29);
}

void story_outage(struct story *story, simtime fault_time, unsigned process, uint32_t entity,
                  uint32_t occurrence)
{
    struct failure_trace *trace = &story->trace;
    assert(fault_time >= 0);
    story->chain = mix(story->chain, (uint64_t)fault_time);
    story->chain = mix(story->chain, (uint64_t)process << 32 | entity);
    story->chain = mix(story->chain, occurrence);
    story->events++;
    trace->outages++;
    if ((trace->outages & (trace->outages - 1)) == 0) {
        unsigned mark = (unsigned)__builtin_ctzll(trace->outages);
        if (mark < TRACE_MARKS)
            trace->marks[mark] = (uint32_t)(story->chain >> 32);
    }
}

/* A time or a work that is the last one's again is told by one bit of the head, not by a word. */
static void put(struct story *story, enum story_kind kind, simtime time, simtime work)
{
    bool is_same_time = time == story->last_time, is_same_work = work == story->last_work;
    assert(kind < 16 && story->heads_count < HEADS);
    if (!is_same_time)
        digest_put(&story->job, (uint64_t)time);
    if (!is_same_work)
        digest_put(&story->job, (uint64_t)work);
    story->last_time = time;
    story->last_work = work;
    story->heads =
        story->heads << 6 | (uint64_t)kind << 2 | (uint64_t)is_same_work << 1 | is_same_time;
    if (++story->heads_count == HEADS) {
        digest_put(&story->job, story->heads);
        story->heads = story->heads_count = 0;
    }
}

static void close_pending(struct story *story)
{
    struct story_checkpoints *p = &story->pending, *last = &story->last_run;
    if (p->count == 0)
        return;
    bool is_single = p->count == 1;
    bool is_such =
        p->cost == last->cost &&
        (is_single || (p->spacing == last->spacing && p->work_spacing == last->work_spacing));
    put(story, is_such ? STORY_SUCH_A_RUN : STORY_RUN_OF_CHECKPOINTS, p->first, p->first_work);
    digest_put(&story->job, p->count);
    if (!is_such) {
        digest_put(&story->job, (uint64_t)p->cost);
        digest_put(&story->job, is_single ? 0 : (uint64_t)p->spacing);
        digest_put(&story->job, is_single ? 0 : (uint64_t)p->work_spacing);
        *last = *p;
    }
    p->count = 0;
}

void story_tell(struct story *story, enum story_kind kind, simtime time, simtime work)
{
    assert(kind < STORY_RUN_OF_CHECKPOINTS);
    close_pending(story);
    put(story, kind, time, work);
    story->events++;
}

/* One checkpoint onto the pending sentence, or a new sentence. */
static void tell_one(struct story *story, simtime start, simtime work, simtime cost)
{
    struct story_checkpoints *p = &story->pending;
    simtime n = (simtime)p->count;
    if (p->count == 1 && p->cost == cost) {
        p->spacing = start - p->first;
        p->work_spacing = work - p->first_work;
    } else if (p->count < 2 || p->cost != cost || start != p->first + n * p->spacing ||
               work != p->first_work + n * p->work_spacing) {
        close_pending(story);
        *p = (struct story_checkpoints){.first = start, .first_work = work, .cost = cost};
    }
    p->count++;
}

void story_tell_checkpoints(struct story *story, const struct story_checkpoints *c)
{
    uint64_t told = 0;
    assert(c->count > 0 && c->cost >= 0);
    story->events += 2 * c->count; /* snapshot and complete */
    for (; told < c->count && told < 2; told++)
        tell_one(story, c->first + (simtime)told * c->spacing,
                 c->first_work + (simtime)told * c->work_spacing, c->cost);
    struct story_checkpoints *p = &story->pending;
    if (told == c->count)
        return;
    /* Two are told. If they did not merge, the sentence holds the second alone: tell the third,
     * and from there on the sentence has our spacing. */
    if (p->spacing != c->spacing || p->work_spacing != c->work_spacing || p->count < 2) {
        tell_one(story, c->first + (simtime)told * c->spacing,
                 c->first_work + (simtime)told * c->work_spacing, c->cost);
        told++;
    }
    p->count += c->count - told;
}

struct digest_value story_end(struct story *story)
{
    close_pending(story);
    digest_put(&story->job, story->heads);
    digest_put(&story->job, story->heads_count);
    digest_put(&story->job, story->chain);
    digest_put(&story->job, story->trace.outages);
    digest_put(&story->job, story->events);
    return digest_value(&story->job);
}
