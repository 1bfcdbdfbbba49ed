/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop: take the next event, let it happen, until the job or the time ends.
 *
 * Five kinds of event: an outage, what foretells one (both on the fault timeline), the end of a
 * repair, a timer of the job, and, when nothing else can happen at this instant, the controller's
 * decision. */
#include "sim/model/run.h"
#include "sim/model/bound.h"
#include "sim/model/comeback.h"
#include <assert.h>
#include <string.h>

enum status run_open(struct run *run, const struct spec *spec, const void *plan)
{
    run->spec = spec;
    run->engine = (struct engine){0};
    arena_init(&run->arena);
    const struct cairn_controller_class *class = spec->controller.class;
    bool with_ages = cairn_hears(class, plan) & CAIRN_WANTS_AGES;
    void *state = arena_alloc(&run->arena, cairn_state_size(class, plan));
    simtime *born = arena_array(&run->arena, spec->group.workers + 1, sizeof *born);
    if (!state || !born || !cluster_init(&run->cluster, spec, &run->arena) ||
        !fault_init(&run->faults, spec, &run->engine, &run->cluster, &run->story, with_ages,
                    &run->arena) ||
        !engine_open(&run->engine, run->cluster.entities_count, run->cluster.entities,
                     sizeof(struct entity))) {
        run_close(run);
        return STATUS_MEMORY;
    }
    group_init(&run->group, spec, plan, state, &run->engine, &run->cluster, &run->faults,
               &run->story);
    run->group.born = with_ages ? born : NULL;
    run->group.slot = run->cluster.entities_count;
    return STATUS_OK;
}

void run_close(struct run *run)
{
    engine_close(&run->engine);
    arena_fini(&run->arena);
}

void run_observe(struct run *run, struct journal *journal)
{
    run->group.journal = journal;
}

static void strike(struct run *run, struct event event)
{
    struct fault_effect effect = fault_strike(&run->faults, event, comeback_rank_lost, &run->group);
    if (!effect.is_live)
        return;
    struct record *record = run->group.record;
    record->elsewhere += effect.others;
    if (effect.held > 0) {
        uint64_t before = record->struck;
        comeback_struck(&run->group);
        record->foretold += effect.is_foretold && record->struck > before;
    } else if (effect.others == 0) {
        record->shielded++; /* nobody was there to be hit */
    }
}

static void foretell(struct run *run, struct event event)
{
    struct cairn_happening happening;
    struct record *record = run->group.record;
    if (!fault_tells(&run->faults, event, &happening))
        return;
    record->predictions += happening.kind == CAIRN_HEAR_PREDICTION;
    record->notices += happening.kind == CAIRN_HEAR_NOTICE;
    group_foretold(&run->group, &happening);
}

static void happen(struct run *run, struct event event, bool is_fault)
{
    if (is_fault && event_class(event) == EVENT_OUTAGE)
        strike(run, event);
    else if (is_fault)
        foretell(run, event);
    else if (event_slot(event) == run->group.slot)
        group_timer(&run->group, event);
    else if (fault_repaired(&run->faults, event))
        comeback_node_returned(&run->group);
}

/* The ledgers balance, to the nanosecond, in every build. */
static void check_ledgers(const struct run *run, const struct record *record)
{
    slot_ns nodes = 0;
    for (unsigned class = 0; class < NODE_CLASSES; class ++)
        nodes += record->nodes[class];
    assert(ledger_total(record) == record->makespan); /* a group: one placement's wall time */
    assert(nodes == (slot_ns)record->makespan * run->cluster.nodes);
    (void)run, (void)nodes;
}

static void begin(struct run *run, uint32_t replication, enum group_mode mode,
                  struct record *record)
{
    assert(!run->group.journal || mode == GROUP_NO_SKIP);
    assert(mode != GROUP_BOUND || bound_refusal(run->spec) == NULL);
    memset(record, 0, sizeof *record);
    record->replication = replication;
    record->bound = -1;
    engine_reset(&run->engine);
    cluster_reset(&run->cluster, run->spec);
    story_begin(&run->story);
    fault_begin(&run->faults, replication);
    group_begin(&run->group, mode, record);
}

#define CLAIM_MAX 1e35 /* ns: 36 characters, which a row can hold */

/* What the controller's own account comes to; a NaN claims nothing. */
static slot_ns claimed_work(const struct run *run)
{
    const struct group *group = &run->group;
    const struct cairn_controller_class *class = run->spec->controller.class;
    if (!class->claimed || group->mode == GROUP_BOUND)
        return 0;
    double ns = class->claimed(group->plan, group->state) * 1e9;
    if (ns != ns)
        return 0;
    ns = ns > CLAIM_MAX ? CLAIM_MAX : ns < -CLAIM_MAX ? -CLAIM_MAX : ns;
    return (slot_ns)(ns + (ns < 0 ? -0.5 : 0.5));
}

static bool is_decision(struct event event)
{
    return event_class(event) >= EVENT_DECISION;
}

/* Looked at where skipping and stepping know the same: outages always, all happenings when the job
 * has just been struck. */
static bool has_too_many_events(const struct run *run)
{
    bool is_told = run->group.last_strike == run->engine.now;
    return run->story.trace.outages > run->spec->max_events ||
           (is_told && run->story.events > run->spec->max_events);
}

enum status run_replicate(struct run *run, uint32_t replication, enum group_mode mode,
                          struct record *record)
{
    struct group *group = &run->group;
    struct engine *engine = &run->engine;
    begin(run, replication, mode, record);
    simtime horizon = run->spec->horizon, observed = fault_observed_until(&run->faults);
    if (observed < horizon)
        horizon = observed;
    while (group->phase != GROUP_ENDED && !engine->is_out_of_memory) {
        struct event event;
        bool is_fault;
        bool has_next = engine_peek(engine, &event, &is_fault);
        bool is_last = !has_next || event.time > engine->now || is_decision(event);
        if (is_last && group->wants_decision && group->phase == GROUP_WORKING &&
            engine->now < horizon) {
            group_decide(group);
            continue;
        }
        if (!has_next || event.time > horizon || (event.time == horizon && is_decision(event))) {
            engine->now = horizon;
            group_stop(group, END_HORIZON);
            break;
        }
        engine_take(engine, event, is_fault);
        happen(run, event, is_fault);
        if (is_fault && event_class(event) == EVENT_OUTAGE && has_too_many_events(run) &&
            group->phase != GROUP_ENDED)
            group_stop(group, END_EVENTS);
    }
    if (engine->is_out_of_memory)
        return STATUS_MEMORY;
    cluster_charge(&run->cluster, record->makespan);
    memcpy(record->nodes, run->cluster.ledger, sizeof record->nodes);
    record->digest = story_end(&run->story);
    record->events = run->story.events;
    record->trace = run->story.trace;
    record->claimed_work = claimed_work(run);
    check_ledgers(run, record);
    return STATUS_OK;
}
