/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The group's life: work, checkpoint, fail, recover.
 *
 * Each function is one transition of the drawing in group.h; begin_X enters a phase and sets the timer
 * that will end it. Main invariants: everything before `since` is in the ledger; committed <= done; a
 * checkpoint that is not complete is never restored. Transitions of no length happen at once. */
#include "sim/model/group.h"
#include "sim/base/random.h"
#include "sim/model/bound.h"
#include <assert.h>
#include <string.h>

enum { STREAM_POLICY = 16 };
enum { SPEED_FULL = 1000000 }; /* speeds are parts per million */
enum { REASON_STANDSTILL = UINT16_MAX }; /* the verdict advances neither time nor work */

static void begin_work(struct group *g);
static void begin_snapshot(struct group *g);
static void finish(struct group *g);

void group_init(struct group *group, const struct spec *spec, const void *plan, void *state,
                struct engine *engine, struct cluster *cluster, struct faults *faults,
                struct story *story)
{
    *group = (struct group){.spec = spec, .plan = plan, .state = state, .engine = engine,
                            .cluster = cluster, .faults = faults, .story = story};
}

/* ---- work and its speed -------------------------------------------------------------------------- */

static simtime step_of(const struct group *g)
{
    return g->spec->group.is_divisible ? 0 : g->spec->group.step;
}

static int64_t speed(const struct group *g)
{
    return g->is_persisting ? SPEED_FULL - g->spec->group.interference_ppm : SPEED_FULL;
}

/* Work done at wall time t >= since, at the present speed. */
static simtime work_at(const struct group *g, simtime t)
{
    return simtime_add(g->done, simtime_scale(t - g->since, speed(g), SPEED_FULL));
}

/* The first instant at which `work` is done, at the present speed. */
static simtime time_of(const struct group *g, simtime work)
{
    int64_t pace = speed(g);
    simtime rest = work - g->done;
    simtime whole = simtime_scale(rest, SPEED_FULL, pace);
    if (whole != SIMTIME_NEVER && simtime_scale(whole, pace, SPEED_FULL) < rest)
        whole++;
    return simtime_add(g->since, whole);
}

static simtime round_up_to_step(const struct group *g, simtime work)
{
    simtime step = step_of(g);
    if (step == 0 || work % step == 0)
        return work;
    return simtime_add(work - work % step, step);
}

static enum spec_phase exposed_phase(enum group_phase phase)
{
    static const enum spec_phase phases[] = {
        [GROUP_WORKING] = PHASE_WORK,     [GROUP_SNAPSHOT] = PHASE_CHECKPOINT,
        [GROUP_BLOCKED] = PHASE_CHECKPOINT, [GROUP_DETECT] = PHASE_DETECT,
        [GROUP_WAIT] = PHASE_WAIT,        [GROUP_RESTART] = PHASE_RESTART,
        [GROUP_RESTORE] = PHASE_RESTORE,  [GROUP_ENDED] = PHASE_WORK,
    };
    return phases[phase];
}

/* Everything up to now goes into the ledger; the phase goes on from here. */
static void charge(struct group *g)
{
    static const enum job_class classes[] = {
        [GROUP_SNAPSHOT] = JOB_CHECKPOINT, [GROUP_BLOCKED] = JOB_BLOCKED,
        [GROUP_DETECT] = JOB_DETECT,       [GROUP_WAIT] = JOB_WAIT,
        [GROUP_RESTART] = JOB_RESTART,     [GROUP_RESTORE] = JOB_RESTORE,
    };
    simtime now = g->engine->now, elapsed = now - g->since;
    if (g->phase == GROUP_WORKING) {
        simtime work = work_at(g, now) - g->done;
        ledger_charge(g->record, JOB_USEFUL, work);
        ledger_charge(g->record, JOB_SLOWED, elapsed - work);
        g->done += work;
    } else if (g->phase != GROUP_ENDED) {
        ledger_charge(g->record, classes[g->phase], elapsed);
    }
    g->since = now;
}

static void enter(struct group *g, enum group_phase phase)
{
    charge(g);
    g->phase = phase;
    g->timer = EVENT_NONE;
    if (g->spec->faults.clock == CLOCK_EXPOSURE) {
        if (g->spec->faults.strike & PHASE_BIT(exposed_phase(phase)))
            engine_start_faults(g->engine);
        else
            engine_stop_faults(g->engine);
    }
}

static void set_timer(struct group *g, simtime time, enum event_class class)
{
    g->timer = engine_at(g->engine, time, class, g->slot);
}

static void tell(struct group *g, enum story_kind kind, simtime work)
{
    story_tell(g->story, kind, g->engine->now, work);
}

/* ---- the controller ------------------------------------------------------------------------------ */

static void hear(struct group *g, struct cairn_happening happening, uint64_t n)
{
    const struct cairn_controller_class *class = g->spec->controller.class;
    if (!(class->hears & CAIRN_HEARS(happening.kind)) || g->mode == GROUP_BOUND || n == 0)
        return;
    happening.size = sizeof happening;
    happening.abi = CAIRN_CONTROLLER_ABI;
    happening.now = g->engine->now;
    class->observe(g->plan, g->state, &happening, n);
}

static void refresh_situation(struct group *g)
{
    struct cairn_situation *s = &g->situation;
    simtime step = step_of(g);
    s->now = g->engine->now;
    s->work_done = g->done;
    s->work_since = g->done - g->mark_work;
    s->wall_since = s->now - g->mark_wall;
    s->step_index = step ? g->done / step : 0;
    s->steps_since = step ? g->done / step - g->mark_work / step : 0;
    s->in_flight = g->is_persisting;
    s->failures = g->failures;
    if (g->spec->controller.class->hears & CAIRN_WANTS_RANDOM) {
        struct random_address address = {.seed = g->spec->seed,
                                         .replication = g->record->replication,
                                         .stream = STREAM_POLICY,
                                         .entity = g->slot,
                                         .occurrence = (uint32_t)g->requests};
        struct random_words words = random_bits(&address, 0);
        s->random[0] = words.w[0];
        s->random[1] = words.w[1];
    }
    g->requests++;
}

/* The work at which the last verdict wants to be asked again; NEVER if not before a happening. */
static simtime due_work(const struct group *g)
{
    simtime at = g->verdict.at, step = step_of(g), due = SIMTIME_NEVER;
    switch ((enum cairn_ask)g->verdict.ask) {
    case CAIRN_ASK_NEVER:
        break;
    case CAIRN_ASK_WORK:
        due = simtime_add(g->ask_work, at);
        break;
    case CAIRN_ASK_WALL:
        due = simtime_add(g->ask_wall, at);
        due = due == SIMTIME_NEVER ? due : work_at(g, due > g->since ? due : g->since);
        break;
    case CAIRN_ASK_STEP:
        due = step ? simtime_scale(step, at, 1) : SIMTIME_NEVER;
        break;
    case CAIRN_ASK_STEPS:
        due = step ? simtime_add(g->ask_work - g->ask_work % step, simtime_scale(step, at, 1))
                   : SIMTIME_NEVER;
        break;
    }
    return due == SIMTIME_NEVER ? due : round_up_to_step(g, due);
}

/* Works until the controller is to be asked or the work is done, whichever is first. */
static void plan_work(struct group *g)
{
    simtime due = due_work(g);
    g->is_block = false;
    g->wants_decision |= due <= g->done;
    if (g->wants_decision)
        g->timer = EVENT_NONE; /* group_decide will come back here */
    else if (due < g->spec->group.work)
        set_timer(g, time_of(g, due), EVENT_DECISION);
    else
        set_timer(g, time_of(g, g->spec->group.work), EVENT_COMPLETION);
}

/* All checkpoints up to the end of the work at once: the controller has said that it will repeat. */
static void plan_block(struct group *g)
{
    simtime rest = g->spec->group.work - g->done, due = due_work(g);
    if (!g->may_skip || g->wants_decision || !g->verdict.repeat ||
        g->verdict.action != CAIRN_CHECKPOINT || due >= g->spec->group.work || due <= g->done) {
        plan_work(g);
        return;
    }
    g->is_block = true;
    g->block_work = due - g->done;
    g->block_checkpoints = (rest - 1) / g->block_work; /* none at the very end */
    simtime spent = simtime_scale(g->block_checkpoints, g->spec->group.checkpoint, 1);
    set_timer(g, simtime_add(g->since, simtime_add(rest, spent)), EVENT_COMPLETION);
}

static void fail_policy(struct group *g, uint32_t reason)
{
    g->policy_reason = reason;
    group_stop(g, END_POLICY);
}

static void request_checkpoint(struct group *g)
{
    if (!g->is_persisting || g->spec->group.in_flight == IN_FLIGHT_REPLACE) {
        begin_snapshot(g);
    } else if (g->spec->group.in_flight == IN_FLIGHT_WAIT) {
        enter(g, GROUP_BLOCKED);
    } else {
        g->record->skipped++;
        tell(g, STORY_SKIPPED, g->done);
        g->ask_work = g->done;
        g->ask_wall = g->engine->now;
        if (due_work(g) <= g->done)
            fail_policy(g, REASON_STANDSTILL);
        else
            plan_work(g);
    }
}

/* Would this verdict be given again at once, with nothing done in between? */
static bool is_standstill(const struct group *g)
{
    if (g->verdict.ask != CAIRN_ASK_NEVER && g->verdict.at <= 0)
        return true;
    if (g->verdict.action == CAIRN_CHECKPOINT)
        return g->spec->group.checkpoint == 0 && g->done == g->mark_work;
    return due_work(g) <= g->done;
}

void group_decide(struct group *group)
{
    struct group *g = group;
    if (!g->wants_decision || g->phase != GROUP_WORKING)
        return;
    g->wants_decision = false;
    charge(g);
    refresh_situation(g);
    g->verdict = (struct cairn_verdict){0};
    g->spec->controller.class->decide(g->plan, g->state, &g->situation, &g->verdict);
    g->ask_work = g->mark_work;
    g->ask_wall = g->mark_wall;
    if (g->verdict.action == CAIRN_FAILED)
        fail_policy(g, g->verdict.reason);
    else if (is_standstill(g))
        fail_policy(g, REASON_STANDSTILL);
    else if (g->verdict.action == CAIRN_CHECKPOINT)
        request_checkpoint(g);
    else
        plan_work(g);
}

/* ---- checkpoints --------------------------------------------------------------------------------- */

static void mark(struct group *g)
{
    g->mark_work = g->ask_work = g->done;
    g->mark_wall = g->ask_wall = g->engine->now;
}

static void begin_work(struct group *g)
{
    enter(g, GROUP_WORKING);
    if (g->mode == GROUP_BOUND)
        set_timer(g, simtime_add(g->since, bound_rest(g->spec, g->done)), EVENT_COMPLETION);
    else if (g->done == g->spec->group.work)
        set_timer(g, g->since, EVENT_COMPLETION);
    else
        plan_block(g);
}

/* A new segment: where lifetimes are redrawn at each attempt, they are now. */
static void begin_segment(struct group *g)
{
    if (g->spec->faults.renewal == RENEWAL_ATTEMPT)
        fault_new_attempt(g->faults);
    begin_work(g);
}

static void abort_persisting(struct group *g)
{
    if (!g->is_persisting)
        return;
    charge(g);
    g->is_persisting = false;
    g->persist_timer = EVENT_NONE;
    g->record->checkpoints_aborted++;
    tell(g, STORY_ABORTED, g->persisting);
    hear(g, (struct cairn_happening){.kind = CAIRN_HEAR_CHECKPOINT_LOST}, 1);
}

static void end_snapshot(struct group *g)
{
    const struct spec *spec = g->spec;
    bool is_final = g->is_final;
    charge(g);
    if (spec->group.persist > 0) {
        g->is_persisting = true;
        g->persisting = g->covered;
        g->persist_timer = engine_at(g->engine, simtime_add(g->engine->now, spec->group.persist),
                                     EVENT_COMPLETION, g->slot);
        tell(g, STORY_PERSISTING, g->covered);
    } else {
        struct story_checkpoints one = {.first = g->engine->now - spec->group.checkpoint,
                                        .cost = spec->group.checkpoint,
                                        .first_work = g->covered,
                                        .count = 1};
        g->committed = g->covered;
        g->has_checkpoint = true;
        g->record->completed++;
        story_tell_checkpoints(g->story, &one);
    }
    g->situation.last_cost = spec->group.checkpoint;
    hear(g, (struct cairn_happening){.kind = CAIRN_HEAR_CHECKPOINT_DONE,
                                     .cost = spec->group.checkpoint}, 1);
    mark(g);
    if (!is_final)
        begin_segment(g);
    else if (g->is_persisting)
        enter(g, GROUP_BLOCKED);
    else
        finish(g);
}

static void begin_snapshot(struct group *g)
{
    abort_persisting(g); /* replaced, where one is still on its way */
    enter(g, GROUP_SNAPSHOT);
    g->covered = g->done;
    g->is_final = g->done == g->spec->group.work;
    g->lost_ranks_count = 0;
    g->record->taken++;
    if (g->spec->group.persist > 0)
        tell(g, STORY_SNAPSHOT, g->covered);
    if (g->spec->group.checkpoint == 0)
        end_snapshot(g);
    else
        set_timer(g, simtime_add(g->since, g->spec->group.checkpoint), EVENT_COMPLETION);
}

static void end_persisting(struct group *g)
{
    charge(g); /* at the slow speed, if there was one */
    g->is_persisting = false;
    g->persist_timer = EVENT_NONE;
    g->committed = g->persisting;
    g->has_checkpoint = true;
    g->record->completed++;
    tell(g, STORY_COMPLETE, g->persisting);
    if (g->phase == GROUP_WORKING)
        plan_work(g);
    else if (g->phase == GROUP_BLOCKED && g->is_final && g->covered == g->spec->group.work)
        finish(g);
    else if (g->phase == GROUP_BLOCKED)
        begin_snapshot(g);
}

static void end_work(struct group *g)
{
    assert(g->done == g->spec->group.work);
    if (!g->spec->group.final_checkpoint)
        finish(g);
    else if (g->is_persisting && g->spec->group.in_flight != IN_FLIGHT_REPLACE)
        enter(g, GROUP_BLOCKED);
    else
        begin_snapshot(g);
}

static void finish(struct group *g)
{
    enter(g, GROUP_ENDED);
    g->record->end = END_FINISHED;
    g->record->makespan = g->engine->now;
    tell(g, STORY_FINISHED, g->done);
    assert(g->done == g->spec->group.work && g->record->job[JOB_USEFUL] == g->done);
}

/* Where is the block now? Its complete checkpoints are told and charged; what is under way goes on as
 * an ordinary stretch of work or snapshot. */
static void leave_block(struct group *g)
{
    const simtime cost = g->spec->group.checkpoint, cycle = g->block_work + cost;
    simtime elapsed = g->engine->now - g->since, start = g->since;
    int64_t n = elapsed / cycle;
    g->is_block = false;
    if (n > g->block_checkpoints)
        n = g->block_checkpoints;
    if (n > 0) {
        struct story_checkpoints many = {.first = start + g->block_work, .spacing = cycle,
                                         .cost = cost, .first_work = g->done + g->block_work,
                                         .work_spacing = g->block_work, .count = (uint64_t)n};
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
        hear(g, (struct cairn_happening){.kind = CAIRN_HEAR_CHECKPOINT_DONE, .cost = cost},
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
}

/* ---- failure and recovery ------------------------------------------------------------------------ */

void group_rank_lost(void *group, uint32_t rank)
{
    struct group *g = group;
    if (g->lost_ranks_count < GROUP_PEERS)
        g->lost_ranks[g->lost_ranks_count] = rank;
    g->lost_ranks_count++;
}

/* Each rank's copy lies with the next rank: it survives while no two neighbours are lost. */
static bool survives_with_peers(const struct group *g)
{
    uint32_t n = g->lost_ranks_count, workers = g->spec->group.workers;
    if (g->spec->group.staged != STAGED_PEER || n > GROUP_PEERS)
        return false;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++)
            if (i != j && (g->lost_ranks[i] + 1) % workers == g->lost_ranks[j])
                return false;
    return n < workers;
}

static void abort_snapshot(struct group *g)
{
    g->record->aborted += g->engine->now - g->since;
    g->record->checkpoints_aborted++;
    tell(g, STORY_ABORTED, g->covered);
    hear(g, (struct cairn_happening){.kind = CAIRN_HEAR_CHECKPOINT_LOST}, 1);
}

/* What the clairvoyant would have committed in the gap that ends now. */
static void settle_bound(struct group *g)
{
    simtime gap = g->engine->now - g->since, gain = bound_gain(g->spec, g->done, gap);
    simtime cost = gain > 0 ? g->spec->group.checkpoint : 0;
    ledger_charge(g->record, JOB_USEFUL, gain);
    ledger_charge(g->record, JOB_CHECKPOINT, cost);
    ledger_charge(g->record, JOB_LOST, gap - gain - cost);
    g->record->completed += gain > 0;
    g->has_checkpoint |= gain > 0;
    g->done += gain;
    g->committed = g->done;
    g->since = g->engine->now;
}

void group_struck(struct group *group)
{
    struct group *g = group;
    if (g->phase == GROUP_DETECT && g->last_strike == g->engine->now) {
        g->record->shielded++; /* several outages at one instant are one strike */
        if (g->is_persisting && !survives_with_peers(g))
            abort_persisting(g);
        return;
    }
    if (g->is_block)
        leave_block(g);
    if (g->mode == GROUP_BOUND && g->phase == GROUP_WORKING)
        settle_bound(g);
    if (g->phase == GROUP_SNAPSHOT)
        abort_snapshot(g);
    if (g->is_persisting && !survives_with_peers(g))
        abort_persisting(g);
    g->record->struck++;
    g->last_strike = g->engine->now;
    enter(g, GROUP_DETECT);
    tell(g, STORY_STRUCK, g->done);
    bool is_known = g->spec->faults.trace.is_given && g->spec->faults.trace.times == TIMES_REPORTED;
    simtime delay = is_known ? 0 : g->spec->detection.delay;
    set_timer(g, simtime_add(g->since, delay), EVENT_DETECTION);
}

static void begin_restore(struct group *g);

static void end_restart(struct group *g)
{
    charge(g);
    fault_renew_replaced(g->faults);
    begin_restore(g);
}

/* Spares take the missing ranks; when all are filled the restart begins. */
static void fill_places(struct group *g)
{
    uint32_t node;
    while ((node = cluster_fill(g->cluster, g->engine->now)) != CLUSTER_NOBODY)
        fault_taken(g->faults, node);
    if (g->cluster->missing > 0) {
        if (g->phase != GROUP_WAIT)
            enter(g, GROUP_WAIT);
        return;
    }
    tell(g, STORY_NODES_READY, g->done);
    enter(g, GROUP_RESTART);
    if (g->spec->group.downtime == 0)
        end_restart(g);
    else
        set_timer(g, simtime_add(g->since, g->spec->group.downtime), EVENT_COMPLETION);
}

static void end_detection(struct group *g)
{
    charge(g);
    g->failures++;
    tell(g, STORY_DETECTED, g->done);
    hear(g, (struct cairn_happening){.kind = CAIRN_HEAR_FAILURE,
                                     .work_lost = g->done - g->committed}, 1);
    fill_places(g);
}

void group_node_returned(struct group *group)
{
    if (group->phase == GROUP_WAIT)
        fill_places(group);
}

static void end_restore(struct group *g)
{
    charge(g);
    g->record->restored += g->has_checkpoint;
    g->record->protected_work += g->committed;
    tell(g, STORY_RESTORED, g->done);
    hear(g, (struct cairn_happening){.kind = CAIRN_HEAR_RECOVERED,
                                     .cost = g->engine->now - g->since,
                                     .work_protected = g->committed}, 1);
    mark(g);
    g->wants_decision = g->mode != GROUP_BOUND;
    begin_segment(g);
}

/* Back to the newest complete checkpoint: what is not in it is lost. */
static void begin_restore(struct group *g)
{
    abort_persisting(g); /* it belongs to a future that will not come */
    simtime lost = g->done - g->committed;
    ledger_move(g->record, JOB_USEFUL, JOB_LOST, lost);
    g->record->lost_work += lost;
    g->done = g->committed;
    if (g->spec->faults.renewal == RENEWAL_ATTEMPT)
        fault_new_attempt(g->faults);
    enter(g, GROUP_RESTORE);
    tell(g, STORY_RESTORE_BEGUN, g->done);
    bool is_free = !g->has_checkpoint && !g->spec->group.restore_initial;
    if (is_free || g->spec->group.restore == 0)
        end_restore(g);
    else
        set_timer(g, simtime_add(g->since, g->spec->group.restore), EVENT_COMPLETION);
}

/* ---- the driver's calls -------------------------------------------------------------------------- */

void group_begin(struct group *group, enum group_mode mode, struct record *record)
{
    struct group *g = group;
    const struct spec *spec = g->spec;
    const uint32_t together = PHASE_BIT(PHASE_WORK) | PHASE_BIT(PHASE_CHECKPOINT);
    g->mode = mode;
    g->record = record;
    g->may_skip = mode == GROUP_CONTROLLED && spec->group.persist == 0 &&
                  spec->faults.renewal == RENEWAL_FAILED &&
                  (spec->faults.clock == CLOCK_WALL || (spec->faults.strike & together) == together);
    g->phase = GROUP_ENDED;
    g->since = g->engine->now;
    g->done = g->committed = 0;
    g->has_checkpoint = g->is_final = g->is_persisting = g->is_block = false;
    g->persist_timer = EVENT_NONE;
    g->requests = 0;
    g->lost_ranks_count = g->failures = g->policy_reason = 0;
    g->last_strike = -1;
    g->verdict = (struct cairn_verdict){0};
    g->situation = (struct cairn_situation){.size = sizeof g->situation,
                                            .abi = CAIRN_CONTROLLER_ABI,
                                            .last_cost = -1,
                                            .expected_cost = spec->group.checkpoint,
                                            .restore_cost = spec->group.restore};
    if (mode != GROUP_BOUND && spec->controller.class->init)
        spec->controller.class->init(g->plan, g->state);
    tell(g, STORY_START, spec->group.work);
    mark(g);
    g->wants_decision = mode != GROUP_BOUND;
    begin_segment(g);
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
            leave_block(g);
        charge(g);
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
        end_detection(g);
        break;
    case GROUP_RESTART:
        end_restart(g);
        break;
    case GROUP_RESTORE:
        end_restore(g);
        break;
    case GROUP_BLOCKED:
    case GROUP_WAIT:
    case GROUP_ENDED:
        assert(!"these phases have no timer");
    }
}

void group_stop(struct group *group, enum run_end end)
{
    struct group *g = group;
    if (g->is_block)
        leave_block(g);
    if (g->mode == GROUP_BOUND && g->phase == GROUP_WORKING)
        settle_bound(g);
    if (g->phase == GROUP_SNAPSHOT)
        g->record->aborted += g->engine->now - g->since;
    enter(g, GROUP_ENDED);
    g->record->end = end;
    g->record->policy_reason = g->policy_reason;
    g->record->makespan = g->engine->now;
    ledger_move(g->record, JOB_USEFUL, JOB_UNCOMMITTED, g->done - g->committed);
    tell(g, STORY_STOPPED, g->committed);
}
