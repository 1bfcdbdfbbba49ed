/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The group's life: work, checkpoint, fail, recover.
 *
 * Each function is one transition of the drawing in group.h; begin_X enters a phase and sets the
 * timer that will end it. Main invariants: everything before `since` is in the ledger; committed <=
 * done; a checkpoint that is not complete is never restored. Transitions of no length happen at
 * once. */
#include "sim/model/group.h"
#include "sim/model/bound.h"
#include "sim/model/comeback.h"
#include "sim/model/consult.h"
#include "sim/model/journal.h"
#include "sim/model/phase.h"
#include "sim/model/steps.h"
#include <assert.h>
#include <string.h>

enum { REASON_STANDSTILL = UINT16_MAX }; /* the verdict advances neither time nor work */

static void begin_work(struct group *g);
static void begin_snapshot(struct group *g);
static void finish(struct group *g);

void group_init(struct group *group, const struct spec *spec, const void *plan, void *state,
                struct engine *engine, struct cluster *cluster, struct faults *faults,
                struct story *story)
{
    *group = (struct group){.spec = spec,
                            .plan = plan,
                            .state = state,
                            .hears = cairn_hears(spec->controller.class, plan),
                            .engine = engine,
                            .cluster = cluster,
                            .faults = faults,
                            .story = story};
}

/* ---- the controller ------------------------------------------------------------------------ */

/* Works until the controller is to be asked or the work is done, whichever is first. */
static void plan_work(struct group *g)
{
    simtime due = g->journal ? consult_planned(g) : consult_due(g), end = g->spec->group.work;
    assert(g->phase == GROUP_WORKING && g->done <= end);
    g->is_block = false;
    g->wants_decision = g->done < end && (g->wants_decision || due <= g->done);
    if (g->wants_decision)
        g->timer = EVENT_NONE; /* group_decide will come back here */
    else if (due < end && g->done < end)
        phase_timer(g, phase_time_of(g, due), EVENT_DECISION);
    else
        phase_timer(g, phase_time_of(g, end), EVENT_COMPLETION);
}

/* All checkpoints up to the end of the work at once, if the controller has said that it will repeat
 * and its first period begins here. */
static void plan_block(struct group *g)
{
    simtime rest = g->spec->group.work - g->done, due = consult_due(g);
    if (!g->may_skip || g->wants_decision || g->is_called || !g->verdict.repeat ||
        g->done != g->mark_work || due >= g->spec->group.work || due <= g->done) {
        plan_work(g);
        return;
    }
    g->is_block = true;
    assert(due > g->done && rest > due - g->done); /* at least one checkpoint lies ahead */
    g->block_work = due - g->done;
    g->block_checkpoints = (rest - 1) / g->block_work; /* none at the very end */
    simtime spent = simtime_scale(g->block_checkpoints, g->spec->group.checkpoint, 1);
    phase_timer(g, simtime_add(g->since, simtime_add(rest, spent)), EVENT_COMPLETION);
}

static void fail_policy(struct group *g, uint32_t reason)
{
    g->policy_reason = reason;
    group_stop(g, END_POLICY);
}

static void request_checkpoint(struct group *g)
{
    assert(g->phase == GROUP_WORKING && g->done < g->spec->group.work);
    if (!g->is_persisting || g->spec->group.in_flight == IN_FLIGHT_REPLACE) {
        begin_snapshot(g);
    } else if (g->spec->group.in_flight == IN_FLIGHT_WAIT) {
        phase_enter(g, GROUP_BLOCKED);
    } else {
        g->record->skipped++;
        phase_tell(g, STORY_SKIPPED, g->done);
        g->ask_work = g->done;
        g->ask_wall = g->engine->now;
        if (consult_due(g) <= g->done)
            fail_policy(g, REASON_STANDSTILL);
        else
            plan_work(g);
    }
}

void group_decide(struct group *group)
{
    struct group *g = group;
    if (!g->wants_decision || g->phase != GROUP_WORKING)
        return;
    g->wants_decision = false;
    phase_charge(g);
    consult_ask(g);
    if (g->verdict.action == CAIRN_FAILED)
        fail_policy(g, g->verdict.reason);
    else if (consult_is_standstill(g))
        fail_policy(g, REASON_STANDSTILL);
    else if (g->verdict.action == CAIRN_CHECKPOINT)
        request_checkpoint(g);
    else
        plan_block(g);
}

/* ---- checkpoints --------------------------------------------------------------------------- */

void group_mark(struct group *g)
{
    assert(g->since == g->engine->now);
    g->mark_work = g->ask_work = g->done;
    g->mark_wall = g->ask_wall = g->engine->now;
}

static void begin_work(struct group *g)
{
    assert(g->done <= g->spec->group.work && g->since <= g->engine->now);
    phase_enter(g, GROUP_WORKING);
    if (g->mode == GROUP_BOUND)
        phase_timer(g, simtime_add(g->since, bound_rest(g->spec, g->done)), EVENT_COMPLETION);
    else
        plan_block(g);
}

/* A new segment: where lifetimes are redrawn at each attempt, they are now. */
void group_begin_segment(struct group *g)
{
    assert(!g->is_block && g->committed <= g->spec->group.work);
    if (g->spec->faults.renewal == RENEWAL_ATTEMPT)
        fault_new_attempt(g->faults);
    begin_work(g);
}

void group_abort_persisting(struct group *g)
{
    if (!g->is_persisting)
        return;
    phase_charge(g);
    g->is_persisting = false;
    g->persist_timer = EVENT_NONE;
    g->record->checkpoints_aborted++;
    phase_tell(g, STORY_ABORTED, g->persisting);
    consult_tell(g, (struct cairn_happening){.kind = CAIRN_HEAR_CHECKPOINT_LOST}, 1);
}

static void end_snapshot(struct group *g)
{
    const struct spec *spec = g->spec;
    const simtime cost = steps_checkpoint_cost(spec, g->covered);
    bool is_final = g->is_final;
    phase_charge(g);
    if (spec->group.persist > 0) {
        g->is_persisting = true;
        g->persisting = g->covered;
        g->persist_timer = engine_at(g->engine, simtime_add(g->engine->now, spec->group.persist),
                                     EVENT_COMPLETION, g->slot);
        phase_tell(g, STORY_PERSISTING, g->covered);
    } else {
        struct story_checkpoints one = {
            .first = g->engine->now - cost, .cost = cost, .first_work = g->covered, .count = 1};
        g->committed = g->covered;
        g->has_checkpoint = true;
        g->record->completed++;
        story_tell_checkpoints(g->story, &one);
        phase_note(g, STORY_COMPLETE, g->covered);
    }
    g->situation.last_cost = cost;
    consult_tell(g, (struct cairn_happening){.kind = CAIRN_HEAR_CHECKPOINT_DONE, .cost = cost}, 1);
    group_mark(g);
    if (!is_final)
        group_begin_segment(g);
    else if (g->is_persisting)
        phase_enter(g, GROUP_BLOCKED);
    else
        finish(g);
}

static void begin_snapshot(struct group *g)
{
    assert(g->phase == GROUP_WORKING || g->phase == GROUP_BLOCKED);
    group_abort_persisting(g); /* replaced, where one is still on its way */
    phase_enter(g, GROUP_SNAPSHOT);
    g->covered = g->done;
    g->is_final = g->done == g->spec->group.work;
    g->lost_ranks_count = 0;
    g->record->taken++;
    if (g->spec->group.persist > 0)
        phase_tell(g, STORY_SNAPSHOT, g->covered);
    else
        phase_note(g, STORY_SNAPSHOT, g->covered); /* the story tells it when it is complete */
    simtime cost = steps_checkpoint_cost(g->spec, g->covered);
    if (cost == 0)
        end_snapshot(g);
    else
        phase_timer(g, simtime_add(g->since, cost), EVENT_COMPLETION);
}

static void end_persisting(struct group *g)
{
    assert(g->is_persisting && g->persisting >= g->committed); /* generations come in order */
    phase_charge(g); /* at the slow speed, if there was one */
    g->is_persisting = false;
    g->persist_timer = EVENT_NONE;
    g->committed = g->persisting;
    g->has_checkpoint = true;
    g->record->completed++;
    phase_tell(g, STORY_COMPLETE, g->persisting);
    if (g->phase == GROUP_WORKING)
        plan_work(g);
    else if (g->phase == GROUP_BLOCKED && g->is_final && g->covered == g->spec->group.work)
        finish(g);
    else if (g->phase == GROUP_BLOCKED)
        begin_snapshot(g);
}

static void end_work(struct group *g)
{
    assert(g->phase == GROUP_WORKING && !g->is_block);
    assert(g->done == g->spec->group.work);
    bool is_stored = g->has_checkpoint && g->committed == g->done; /* it survived a strike */
    bool is_wanted = g->spec->group.final_checkpoint && !is_stored;
    if (g->journal && is_wanted)
        journal_final(g);
    if (!is_wanted)
        finish(g);
    else if (g->is_persisting && g->spec->group.in_flight != IN_FLIGHT_REPLACE)
        phase_enter(g, GROUP_BLOCKED);
    else
        begin_snapshot(g);
}

static void finish(struct group *g)
{
    phase_enter(g, GROUP_ENDED);
    g->record->end = END_FINISHED;
    g->record->makespan = g->engine->now;
    phase_tell(g, STORY_FINISHED, g->done);
    assert(g->done == g->spec->group.work && g->record->job[JOB_USEFUL] == g->done);
}

/* Where is the block now? Its complete checkpoints are told and charged; what is under way goes on
 * as an ordinary stretch of work or snapshot. */
void group_leave_block(struct group *g)
{
    const simtime cost = g->spec->group.checkpoint, cycle = g->block_work + cost;
    simtime elapsed = g->engine->now - g->since, start = g->since, before = g->done;
    /* A free checkpoint is decided, and done, after an outage at the same instant (rule 2). */
    int64_t n = (cost == 0 && elapsed > 0 ? elapsed - 1 : elapsed) / cycle;
    g->is_block = false;
    if (n > g->block_checkpoints)
        n = g->block_checkpoints;
    if (n > 0) {
        struct story_checkpoints many = {.first = start + g->block_work,
                                         .spacing = cycle,
                                         .cost = cost,
                                         .first_work = g->done + g->block_work,
                                         .work_spacing = g->block_work,
                                         .count = (uint64_t)n};
        story_tell_checkpoints(g->story, &many);
        g->record->taken += (uint64_t)n;
        g->record->completed += (uint64_t)n;
        ledger_charge(g->record, JOB_USEFUL, n * g->block_work);
        ledger_charge(g->record, JOB_CHECKPOINT, n * cost);
        g->done += n * g->block_work;
        g->committed = g->done;
        g->has_checkpoint = true;
        g->since = start + n * cycle;
        g->mark_work = g->ask_work = g->done;
        g->mark_wall = g->ask_wall = g->since;
        g->situation.last_cost = cost;
        consult_tell(g, (struct cairn_happening){.kind = CAIRN_HEAR_CHECKPOINT_DONE, .cost = cost},
                     (uint64_t)n);
    }
    simtime into = g->engine->now - g->since;
    if (n < g->block_checkpoints && into > g->block_work) { /* the next snapshot is under way */
        ledger_charge(g->record, JOB_USEFUL, g->block_work);
        g->done += g->block_work;
        g->since += g->block_work;
        g->phase = GROUP_SNAPSHOT;
        g->covered = g->done;
        g->is_final = false;
        g->record->taken++;
    }
    if (g->verdict.ask == CAIRN_ASK_STEP) /* of the last decision; the others count from marks */
        g->verdict.at += steps_index(g->spec, g->done) - steps_index(g->spec, before);
}

/* Whatever it answered before, it may now answer otherwise: nothing is skipped until it has been
 * asked again. */
void group_foretold(struct group *group, const struct cairn_happening *happening)
{
    struct group *g = group;
    if (!(g->hears & CAIRN_HEARS(happening->kind)) || g->mode == GROUP_BOUND)
        return;
    if (g->is_block) {
        group_leave_block(g);
        if (g->phase == GROUP_SNAPSHOT)
            phase_timer(g, simtime_add(g->since, g->spec->group.checkpoint), EVENT_COMPLETION);
    }
    if (g->phase == GROUP_WORKING)
        phase_charge(g);
    consult_tell(g, *happening, 1);
    g->verdict.repeat = 0;
    if (g->phase == GROUP_WORKING)
        plan_work(g);
}

/* ---- the driver's calls -------------------------------------------------------------------- */

void group_begin(struct group *group, enum group_mode mode, struct record *record)
{
    struct group *g = group;
    const struct spec *spec = g->spec;
    const uint32_t together = PHASE_BIT(PHASE_WORK) | PHASE_BIT(PHASE_CHECKPOINT);
    g->mode = mode;
    g->record = record;
    g->may_skip =
        mode == GROUP_CONTROLLED && spec->group.persist == 0 &&
        spec->faults.renewal == RENEWAL_FAILED && steps_are_alike(spec) &&
        !(g->hears & CAIRN_HEARS(CAIRN_HEAR_STEP)) &&
        (spec->faults.clock == CLOCK_WALL || (spec->faults.strike & together) == together);
    g->phase = GROUP_ENDED;
    g->since = g->engine->now;
    g->done = g->committed = 0;
    g->has_checkpoint = g->is_final = g->is_persisting = g->is_block = false;
    g->persist_timer = EVENT_NONE;
    g->lost_ranks_count = g->failures = g->policy_reason = 0;
    g->last_strike = -1;
    consult_begin(g);
    phase_tell(g, STORY_START, spec->group.work);
    group_mark(g);
    g->wants_decision = mode != GROUP_BOUND;
    group_begin_segment(g);
}

void group_timer(struct group *group, struct event event)
{
    struct group *g = group;
    if (g->is_persisting && event.key == g->persist_timer) {
        end_persisting(g);
        return;
    }
    if (event.key != g->timer)
        return; /* cancelled */
    g->timer = EVENT_NONE;
    switch (g->phase) {
    case GROUP_WORKING:
        if (g->is_block)
            group_leave_block(g);
        phase_charge(g);
        if (g->mode == GROUP_BOUND) {
            g->record->job[JOB_CHECKPOINT] += g->done - g->spec->group.work;
            g->record->job[JOB_USEFUL] -= g->done - g->spec->group.work;
            g->done = g->spec->group.work;
            finish(g);
        } else if (g->done == g->spec->group.work) {
            end_work(g);
        } else {
            g->wants_decision = true;
        }
        break;
    case GROUP_SNAPSHOT:
        end_snapshot(g);
        break;
    case GROUP_DETECT:
        comeback_end_detection(g);
        break;
    case GROUP_RESTART:
        comeback_end_restart(g);
        break;
    case GROUP_RESTORE:
        comeback_end_restore(g);
        break;
    case GROUP_BLOCKED:
    case GROUP_WAIT:
    case GROUP_ENDED:
        assert(!"these phases have no timer");
    }
}

void group_stop(struct group *group, enum run_end end)
{
    assert(end != END_FINISHED && group->phase != GROUP_ENDED);
    struct group *g = group;
    if (g->is_block)
        group_leave_block(g);
    if (g->mode == GROUP_BOUND && g->phase == GROUP_WORKING)
        comeback_settle_bound(g);
    if (g->phase == GROUP_SNAPSHOT)
        g->record->aborted += g->engine->now - g->since;
    phase_enter(g, GROUP_ENDED);
    g->record->end = end;
    g->record->policy_reason = g->policy_reason;
    g->record->makespan = g->engine->now;
    ledger_move(g->record, JOB_USEFUL, JOB_UNCOMMITTED, g->done - g->committed);
    phase_tell(g, STORY_STOPPED, g->committed);
}
