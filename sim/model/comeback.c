/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comeback: detect, wait for nodes, restart, restore.
 *
 *     struck ──delay──► detected ──spares──► restart ──downtime──► restore ──► work
 *        ▲                 └── none ──► wait ──a repair ends──┘
 *        └───────────────── struck again, in any of these: from the beginning
 *
 * Main invariant: what is restored was complete when the restore began; what was not in it is lost,
 * and charged as lost then. Transitions of no length happen at once. */
#include "sim/model/comeback.h"
#include "sim/model/bound.h"
#include "sim/model/consult.h"
#include "sim/model/phase.h"
#include "sim/model/steps.h"
#include <assert.h>

void comeback_rank_lost(void *group, uint32_t rank)
{
    assert(rank < ((struct group *)group)->spec->group.workers);
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
    assert(g->covered == g->done && g->engine->now >= g->since);
    g->record->aborted += g->engine->now - g->since;
    g->record->checkpoints_aborted++;
    phase_tell(g, STORY_ABORTED, g->covered);
    consult_tell(g, (struct cairn_happening){.kind = CAIRN_HEAR_CHECKPOINT_LOST}, 1);
}

void comeback_settle_bound(struct group *g)
{
    assert(g->mode == GROUP_BOUND && g->phase == GROUP_WORKING);
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

void comeback_struck(struct group *group)
{
    struct group *g = group;
    if (g->phase == GROUP_DETECT && g->last_strike == g->engine->now) {
        g->record->shielded++; /* several outages at one instant are one strike */
        if (g->is_persisting && !survives_with_peers(g))
            group_abort_persisting(g);
        return;
    }
    if (g->is_block)
        group_leave_block(g);
    if (g->mode == GROUP_BOUND && g->phase == GROUP_WORKING)
        comeback_settle_bound(g);
    if (g->phase == GROUP_SNAPSHOT)
        abort_snapshot(g);
    if (g->is_persisting && !survives_with_peers(g))
        group_abort_persisting(g);
    g->record->struck++;
    g->last_strike = g->engine->now;
    phase_enter(g, GROUP_DETECT);
    phase_tell(g, STORY_STRUCK, g->done);
    bool is_known = g->spec->faults.trace.is_given && g->spec->faults.trace.times == TIMES_REPORTED;
    simtime delay = is_known ? 0 : g->spec->detection.delay;
    phase_timer(g, simtime_add(g->since, delay), EVENT_DETECTION);
}

static void begin_restore(struct group *g);

void comeback_end_restart(struct group *g)
{
    assert(g->phase == GROUP_RESTART && g->cluster->missing == 0);
    phase_charge(g);
    fault_renew_replaced(g->faults);
    begin_restore(g);
}

/* Spares take the missing ranks; when all are filled the restart begins. */
static void fill_places(struct group *g)
{
    assert(g->phase == GROUP_DETECT || g->phase == GROUP_WAIT);
    uint32_t node;
    while ((node = cluster_fill(g->cluster, g->engine->now)) != CLUSTER_NOBODY)
        fault_taken(g->faults, node);
    if (g->cluster->missing > 0) {
        if (g->phase != GROUP_WAIT)
            phase_enter(g, GROUP_WAIT);
        return;
    }
    phase_tell(g, STORY_NODES_READY, g->done);
    phase_enter(g, GROUP_RESTART);
    if (g->spec->group.downtime == 0)
        comeback_end_restart(g);
    else
        phase_timer(g, simtime_add(g->since, g->spec->group.downtime), EVENT_COMPLETION);
}

void comeback_end_detection(struct group *g)
{
    assert(g->phase == GROUP_DETECT && g->last_strike <= g->engine->now);
    phase_charge(g);
    g->failures++;
    phase_tell(g, STORY_DETECTED, g->done);
    g->situation.failed = g->engine->now;
    int64_t lost = steps_index(g->spec, g->done) - steps_index(g->spec, g->committed);
    consult_tell(g,
                 (struct cairn_happening){.kind = CAIRN_HEAR_FAILURE,
                                          .work_lost = g->done - g->committed,
                                          .steps_lost = lost},
                 1);
    fill_places(g);
}

void comeback_node_returned(struct group *group)
{
    if (group->phase == GROUP_WAIT)
        fill_places(group);
}

void comeback_end_restore(struct group *g)
{
    assert(g->phase == GROUP_RESTORE && g->done == g->committed);
    phase_charge(g);
    g->record->restored += g->has_checkpoint;
    g->record->protected_work += g->committed;
    phase_tell(g, STORY_RESTORED, g->done);
    consult_tell(g,
                 (struct cairn_happening){.kind = CAIRN_HEAR_RECOVERED,
                                          .cost = g->engine->now - g->since,
                                          .work_protected = g->committed},
                 1);
    group_mark(g);
    g->wants_decision = g->mode != GROUP_BOUND;
    group_begin_segment(g);
}

/* Back to the newest complete checkpoint: what is not in it is lost. */
static void begin_restore(struct group *g)
{
    assert(g->phase == GROUP_RESTART && g->committed <= g->done);
    group_abort_persisting(g); /* it belongs to a future that will not come */
    simtime lost = g->done - g->committed;
    ledger_move(g->record, JOB_USEFUL, JOB_LOST, lost);
    g->record->lost_work += lost;
    g->done = g->committed;
    g->step_spent = 0;
    if (g->spec->faults.renewal == RENEWAL_ATTEMPT)
        fault_new_attempt(g->faults);
    phase_enter(g, GROUP_RESTORE);
    phase_tell(g, STORY_RESTORE_BEGUN, g->done);
    bool is_free = !g->has_checkpoint && !g->spec->group.restore_initial;
    simtime cost = is_free ? 0 : steps_restore_cost(g->spec, g->committed);
    if (cost == 0)
        comeback_end_restore(g);
    else
        phase_timer(g, simtime_add(g->since, cost), EVENT_COMPLETION);
}
