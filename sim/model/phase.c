/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phases of a group: time into the ledger, work out of time.
 *
 * Progress is one integer formula from the start of the stretch, never a sum of small steps, so it
 * does not depend on how often somebody looked. Main invariant: everything before `since` is in the
 * ledger, in exactly one class. */
#include "sim/model/phase.h"
#include "sim/model/consult.h"
#include <assert.h>

enum { SPEED_FULL = 1000000 }; /* speeds are parts per million */

static int64_t speed(const struct group *g)
{
    return g->is_persisting ? SPEED_FULL - g->spec->group.interference_ppm : SPEED_FULL;
}

simtime phase_work_at(const struct group *g, simtime t)
{
    assert(t >= g->since);
    return simtime_add(g->done, simtime_scale(t - g->since, speed(g), SPEED_FULL));
}

simtime phase_time_of(const struct group *g, simtime work)
{
    assert(work >= g->done);
    int64_t pace = speed(g);
    simtime rest = work - g->done;
    if (pace == 0) /* interference: 1 */
        return rest > 0 ? SIMTIME_NEVER : g->since;
    simtime whole = simtime_scale(rest, SPEED_FULL, pace);
    if (whole != SIMTIME_NEVER && simtime_scale(whole, pace, SPEED_FULL) < rest)
        whole++;
    return simtime_add(g->since, whole);
}

static enum spec_phase exposed_phase(enum group_phase phase)
{
    static const enum spec_phase phases[] = {
        [GROUP_WORKING] = PHASE_WORK,       [GROUP_SNAPSHOT] = PHASE_CHECKPOINT,
        [GROUP_BLOCKED] = PHASE_CHECKPOINT, [GROUP_DETECT] = PHASE_DETECT,
        [GROUP_WAIT] = PHASE_WAIT,          [GROUP_RESTART] = PHASE_RESTART,
        [GROUP_RESTORE] = PHASE_RESTORE,    [GROUP_ENDED] = PHASE_WORK,
    };
    return phases[phase];
}

static void charge(struct group *g, enum job_class class, simtime elapsed)
{
    ledger_charge(g->record, class, elapsed);
    if (g->journal)
        journal_charge(g, class, elapsed);
}

void phase_charge(struct group *g)
{
    assert(!g->is_block || g->since == g->engine->now); /* a block is left before it is charged */
    static const enum job_class classes[] = {
        [GROUP_SNAPSHOT] = JOB_CHECKPOINT, [GROUP_BLOCKED] = JOB_BLOCKED,
        [GROUP_DETECT] = JOB_DETECT,       [GROUP_WAIT] = JOB_WAIT,
        [GROUP_RESTART] = JOB_RESTART,     [GROUP_RESTORE] = JOB_RESTORE,
    };
    simtime now = g->engine->now, elapsed = now - g->since;
    if (g->phase == GROUP_WORKING) {
        simtime work = phase_work_at(g, now) - g->done;
        consult_steps(g, g->done + work);
        ledger_charge(g->record, JOB_USEFUL, work);
        charge(g, JOB_SLOWED, elapsed - work);
        g->done += work;
    } else if (g->phase != GROUP_ENDED) {
        charge(g, classes[g->phase], elapsed);
    }
    g->since = now;
}

void phase_enter(struct group *g, enum group_phase phase)
{
    phase_charge(g);
    g->phase = phase;
    g->timer = EVENT_NONE;
    if (g->spec->faults.clock == CLOCK_EXPOSURE) {
        if (g->spec->faults.strike & PHASE_BIT(exposed_phase(phase)))
            engine_start_faults(g->engine);
        else
            engine_stop_faults(g->engine);
    }
}

void phase_timer(struct group *g, simtime time, enum event_class class)
{
    assert(g->phase != GROUP_WAIT && g->phase != GROUP_ENDED);
    g->timer = engine_at(g->engine, time, class, g->slot);
}

void phase_tell(struct group *g, enum story_kind kind, simtime work)
{
    story_tell(g->story, kind, g->engine->now, work);
    phase_note(g, kind, work);
}
