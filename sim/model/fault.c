/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Renewal processes of nodes, racks, zones and the platform, and recorded outages.
 *
 *     lifetime k ──► outage k ──► repair k, or replacement at the end of the downtime ──► lifetime
 * k+1
 *
 * Block 0 of an occurrence's address gives (lifetime, repair), block 1 the victim of a platform
 * outage, block 2 an age at the start, block 3 whether and how well it is foretold. The next outage
 * of an entity is one event in the fault timeline; a node that goes down for another reason (its
 * rack or zone, the platform, a trace) drops its event by forgetting the key, and the stale event
 * is ignored when it surfaces. */
#include "sim/model/fault.h"
#include "sim/base/random.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* Streams of addressed draws; numbers are part of the reproducibility promise. */
static const uint32_t streams[FAULT_PROCESSES] = {
    [FAULT_NODE] = 1, [FAULT_RACK] = 2, [FAULT_PLATFORM] = 3, [FAULT_TRACE] = 4, [FAULT_ZONE] = 6};
/* Block 3 of an occurrence: is it foretold, and where in the window does it fall? */
enum { BLOCK_FORECAST = 3 };

static enum fault_process process_of(const struct cluster *c, uint32_t slot)
{
    if (slot < c->nodes)
        return FAULT_NODE;
    if (slot < c->platform)
        return slot < c->nodes + c->racks ? FAULT_RACK : FAULT_ZONE;
    return slot == c->platform ? FAULT_PLATFORM : FAULT_TRACE;
}

static const struct spec_process *law_of(const struct faults *f, enum fault_process process)
{
    return process == FAULT_NODE   ? &f->spec->faults.node
           : process == FAULT_RACK ? &f->spec->faults.rack
           : process == FAULT_ZONE ? &f->spec->faults.zone
                                   : &f->spec->faults.platform;
}

/* Stationary ages need a table a law, and, for the many nodes that will not fail before the
 * horizon, a bound on u that saves the search: P(residual life > horizon), shaved against rounding.
 */
static bool prepare_residual(struct faults *f, enum fault_process process, struct arena *arena)
{
    const struct spec_process *law = law_of(f, process);
    if (process == FAULT_TRACE || !law->is_given || f->spec->faults.initial_age != AGE_STATIONARY)
        return true;
    double *guide = arena_array(arena, LAW_GUIDE + 1, sizeof *guide);
    if (!guide)
        return false;
    struct law *residual = &f->residual[process];
    *residual = law->uptime;
    const char *refusal = law_prepare_residual(residual, guide);
    assert(refusal == NULL); /* the reader has refused infinite means */
    (void)refusal;
    double horizon = simtime_seconds(f->spec->horizon);
    f->outlives[process] =
        (1 - law_limited_mean(residual, horizon) / residual->mean) * (1 - 1e-9) - 1e-12;
    return true;
}

bool fault_init(struct faults *faults, const struct spec *spec, struct engine *engine,
                struct cluster *cluster, struct story *story, bool with_ages, struct arena *arena)
{
    *faults = (struct faults){.spec = spec, .engine = engine, .cluster = cluster, .story = story};
    if (with_ages && !(faults->born = arena_array(arena, cluster->entities_count, sizeof(simtime))))
        return false;
    for (unsigned process = 0; process < FAULT_PROCESSES; process++)
        if (!prepare_residual(faults, (enum fault_process)process, arena))
            return false;
    uint32_t recorded = spec->faults.trace.is_given ? spec->faults.trace.outages->count : 0;
    double mtbf = spec->faults.prediction.recall_ppm ? fault_mtbf(spec, INT64_MAX) : 0;
    if (!forecast_init(&faults->forecast, spec, engine, cluster, mtbf, recorded, arena))
        return false;
    if (!spec->faults.trace.is_given)
        return true;
    struct fault_replay *replay = &faults->replay;
    replay->outages = spec->faults.trace.outages;
    assert(replay->outages != NULL);
    replay->node_of = arena_array(arena, replay->outages->nodes_count, sizeof(uint32_t));
    replay->order = arena_array(arena, replay->outages->nodes_count, sizeof(uint32_t));
    return replay->node_of && replay->order;
}

static struct random_pair draw(const struct faults *f, enum fault_process process, uint32_t slot,
                               uint32_t occurrence, uint32_t word)
{
    uint32_t entity = process == FAULT_NODE   ? slot
                      : process == FAULT_RACK ? slot - f->cluster->nodes
                      : process == FAULT_ZONE ? slot - f->cluster->nodes - f->cluster->racks
                                              : 0;
    struct random_address address = {.seed = f->spec->seed,
                                     .replication = f->replication,
                                     .stream = streams[process],
                                     .entity = entity,
                                     .occurrence = occurrence};
    return random_uniforms(&address, word);
}

/* Lifetime number `occurrence` from now on. At least 1 ns: an entity that never lives would stop
 * time. */
static void schedule(struct faults *f, uint32_t slot, uint32_t occurrence, double seconds)
{
    assert(seconds >= 0 && slot < f->cluster->entities_count);
    simtime lifetime = simtime_from_seconds(seconds);
    simtime at = simtime_add(engine_fault_now(f->engine), lifetime > 0 ? lifetime : 1);
    uint64_t key =
        at > f->spec->horizon ? EVENT_NONE : engine_at_fault(f->engine, at, EVENT_OUTAGE, slot);
    f->cluster->entities[slot].key = key;
    if (f->forecast.is_on && key != EVENT_NONE)
        forecast_outage(&f->forecast, slot, key, at,
                        draw(f, process_of(f->cluster, slot), slot, occurrence, BLOCK_FORECAST));
}

static void live(struct faults *f, enum fault_process process, uint32_t slot)
{
    const struct spec_process *law = law_of(f, process);
    uint32_t occurrence = f->cluster->entities[slot].occurrence;
    if (f->born)
        f->born[slot] = engine_fault_now(f->engine);
    assert(process != FAULT_TRACE);
    if (law->is_given && f->spec->faults.renewal == RENEWAL_FAILED)
        schedule(f, slot, occurrence,
                 law_sample(&law->uptime, draw(f, process, slot, occurrence, 0).u[0]));
}

/* How old it is now, at the start. In a stationary process age plus residual life r is a lifetime
 * known to be longer than r. */
static double first_age(const struct faults *f, enum fault_process process, uint32_t slot, double u)
{
    if (f->spec->faults.initial_age == AGE_NEW)
        return 0;
    if (f->spec->faults.initial_age == AGE_GIVEN)
        return simtime_seconds(f->spec->faults.age);
    double residual = law_sample_residual(&f->residual[process], u);
    return law_sample_aged(&law_of(f, process)->uptime, residual,
                           draw(f, process, slot, 0, 2).u[0]);
}

/* The first lifetime, of an entity that may have lived before the job began. */
static void live_first(struct faults *f, enum fault_process process, uint32_t slot)
{
    const struct spec_process *law = law_of(f, process);
    double u = draw(f, process, slot, 0, 0).u[0];
    if (f->born) {
        simtime age = simtime_from_seconds(first_age(f, process, slot, u));
        f->born[slot] = -age; /* NEVER, past 292 years, is an age too */
    }
    if (f->spec->faults.initial_age == AGE_STATIONARY && u >= f->outlives[process])
        schedule(f, slot, 0, law_sample_residual(&f->residual[process], u));
    else if (f->spec->faults.initial_age == AGE_STATIONARY)
        f->cluster->entities[slot].key = EVENT_NONE;
    else if (f->spec->faults.initial_age == AGE_GIVEN)
        schedule(f, slot, 0,
                 law_sample_aged(&law->uptime, simtime_seconds(f->spec->faults.age), u));
    else
        schedule(f, slot, 0, law_sample(&law->uptime, u));
}

/* ---- traces -------------------------------------------------------------------------------- */

static double trace_uniform(const struct faults *f, uint32_t occurrence)
{
    struct random_address address = {.seed = f->spec->seed,
                                     .replication = f->replication,
                                     .stream = streams[FAULT_TRACE],
                                     .occurrence = occurrence};
    return random_uniforms(&address, 0).u[0];
}

/* Chooses which node of the trace plays which node of the cluster. */
static void map_nodes(struct faults *f)
{
    assert(f->replay.outages && f->replay.node_of);
    struct fault_replay *r = &f->replay;
    uint32_t known = r->outages->nodes_count;
    uint32_t wanted = f->cluster->nodes < known ? f->cluster->nodes : known;
    for (uint32_t i = 0; i < known; i++) {
        r->order[i] = i;
        r->node_of[i] = CLUSTER_NOBODY;
    }
    for (uint32_t i = 0; i < wanted; i++) {
        if (f->spec->faults.trace.nodes == PICK_SAMPLE) { /* Fisher and Yates, one draw a node */
            uint32_t j = i + (uint32_t)(trace_uniform(f, i + 1) * (double)(known - i));
            uint32_t swap = r->order[i];
            r->order[i] = r->order[j];
            r->order[j] = swap;
        }
        r->node_of[r->order[i]] = i;
    }
}

/* When the next outage falls that concerns the cluster, at or after where the reader stands, and
 * moves the reader there; NEVER: there is none before the horizon. */
static simtime next_recorded(const struct faults *f, struct fault_reader *at)
{
    const struct fault_replay *r = &f->replay;
    for (;; at->cursor++) {
        if (at->cursor == r->outages->count) {
            if (f->spec->faults.trace.after_end == AFTER_END_STOP ||
                r->outages->last <= r->outages->first)
                return SIMTIME_NEVER;
            at->cursor = 0;
            at->turn += r->outages->last - r->outages->first;
        }
        const struct outage *o = &r->outages->list[at->cursor];
        int64_t start = o->start - r->origin + at->turn;
        if (start > f->spec->horizon)
            return SIMTIME_NEVER;
        bool is_ours = r->node_of[o->node] != CLUSTER_NOBODY;
        bool is_over = o->end != OUTAGE_OPEN && o->end - r->origin + at->turn <= 0;
        if (is_ours && !is_over && o->start < r->end)
            return start > 0 ? start : 0;
    }
}

/* Foretells the outages whose announcement may come before `until`. */
static void read_ahead(struct faults *f, simtime until)
{
    struct fault_replay *r = &f->replay;
    const struct outages *o = r->outages;
    for (; forecast_has_room(&f->forecast); r->ahead.cursor++) {
        simtime at = next_recorded(f, &r->ahead);
        if (at == SIMTIME_NEVER || at - forecast_reach(&f->forecast) > until)
            return;
        int64_t turns = r->ahead.turn > 0 ? r->ahead.turn / (o->last - o->first) : 0;
        uint32_t occurrence = (uint32_t)turns * o->count + r->ahead.cursor;
        forecast_recorded(&f->forecast, r->node_of[o->list[r->ahead.cursor].node], at,
                          draw(f, FAULT_TRACE, f->cluster->trace, occurrence, BLOCK_FORECAST));
    }
}

static void schedule_trace(struct faults *f)
{
    simtime at = next_recorded(f, &f->replay.next);
    if (at == SIMTIME_NEVER)
        return;
    f->cluster->entities[f->cluster->trace].key =
        engine_at_fault(f->engine, at, EVENT_OUTAGE, f->cluster->trace);
    read_ahead(f, at);
}

static void begin_trace(struct faults *f)
{
    struct fault_replay *r = &f->replay;
    const struct spec_trace *trace = &f->spec->faults.trace;
    const struct outages *o = r->outages;
    r->next = r->ahead = (struct fault_reader){0};
    r->end = o->last;
    for (uint32_t i = 0; trace->open == OPEN_CENSOR && i < o->count; i++)
        if (o->list[i].end == OUTAGE_OPEN && o->list[i].start < r->end)
            r->end = o->list[i].start; /* from here on nobody knows how many nodes are up */
    r->origin = o->first;
    if (trace->start == START_DATE)
        r->origin = trace->start_date;
    else if (trace->start == START_RANDOM)
        r->origin += (int64_t)(trace_uniform(f, 0) * (double)(r->end - o->first));
    map_nodes(f);
    schedule_trace(f);
}

simtime fault_observed_until(const struct faults *faults)
{
    const struct fault_replay *r = &faults->replay;
    if (!r->outages || faults->spec->faults.trace.after_end == AFTER_END_WRAP)
        return SIMTIME_NEVER;
    return r->end > r->origin ? r->end - r->origin : 0;
}

/* ---- a replication ------------------------------------------------------------------------- */

void fault_begin(struct faults *faults, uint32_t replication)
{
    struct faults *f = faults;
    const struct cluster *c = f->cluster;
    f->replication = replication;
    f->attempt = 0;
    f->attempt_key = EVENT_NONE;
    f->stale = 0;
    forecast_begin(&f->forecast, replication);
    if (f->born) /* of a trace's nodes nothing is known before it begins */
        memset(f->born, 0, c->entities_count * sizeof *f->born);
    if (f->replay.outages)
        begin_trace(f);
    if (f->spec->faults.renewal == RENEWAL_ATTEMPT)
        return;
    bool is_cold = f->spec->cluster.spares_age == SPARES_COLD;
    for (uint32_t node = 0; f->spec->faults.node.is_given && node < c->nodes; node++)
        if (!is_cold || node < c->workers)
            live_first(f, FAULT_NODE, node);
    for (uint32_t rack = 0; f->spec->faults.rack.is_given && rack < c->racks; rack++)
        live_first(f, FAULT_RACK, c->nodes + rack);
    for (uint32_t zone = 0; f->spec->faults.zone.is_given && zone < c->zones; zone++)
        live_first(f, FAULT_ZONE, c->nodes + c->racks + zone);
    if (f->spec->faults.platform.is_given)
        live_first(f, FAULT_PLATFORM, c->platform);
}

/* One law for all nodes: the largest u is the shortest lifetime. */
void fault_new_attempt(struct faults *faults)
{
    struct faults *f = faults;
    const struct cluster *c = f->cluster;
    double shortest = (double)INFINITY, largest = 0;
    uint32_t slot = c->platform;
    for (uint32_t node = 0; f->spec->faults.node.is_given && node < c->workers; node++) {
        double u = draw(f, FAULT_NODE, node, f->attempt, 0).u[0];
        if (u > largest) {
            largest = u;
            slot = node;
        }
    }
    if (f->spec->faults.node.is_given)
        shortest = law_sample(&f->spec->faults.node.uptime, largest);
    if (f->spec->faults.platform.is_given) {
        double u = draw(f, FAULT_PLATFORM, c->platform, f->attempt, 0).u[0];
        double lifetime = law_sample(&f->spec->faults.platform.uptime, u);
        if (lifetime < shortest) {
            shortest = lifetime;
            slot = c->platform;
        }
    }
    schedule(f, slot, f->attempt++, shortest);
    f->attempt_key = c->entities[slot].key;
}

void fault_taken(struct faults *faults, uint32_t node)
{
    assert(faults->cluster->entities[node].class == NODE_HELD);
    if (faults->spec->cluster.spares_age == SPARES_COLD)
        live(faults, FAULT_NODE, node);
}

void fault_renew(struct faults *faults, uint32_t node)
{
    if (cluster_replace_now(faults->cluster, node))
        live(faults, FAULT_NODE, node);
}

void fault_renew_replaced(struct faults *faults)
{
    struct cluster *c = faults->cluster;
    for (uint32_t i = 0; i < c->replaced_count; i++) {
        struct entity *e = &c->entities[c->replaced[i]];
        assert(e->is_replaced && e->class == NODE_HELD);
        e->is_replaced = 0;
        live(faults, FAULT_NODE, c->replaced[i]);
    }
    c->replaced_count = 0;
}

/* In wall time, and at most 146 y ago: then - born is a time for every `then` that one may plan
 * for. */
static simtime born_at(const struct faults *f, uint32_t slot)
{
    simtime lag = f->engine->now - engine_fault_now(f->engine);
    simtime born = f->born[slot] + lag, least = f->engine->now - SIMTIME_NEVER / 2;
    return born > least ? born : least;
}

uint32_t fault_born(const struct faults *faults, simtime *born)
{
    const struct cluster *c = faults->cluster;
    const struct spec *spec = faults->spec;
    uint32_t count = 0;
    assert(faults->born != NULL);
    bool has_nodes = spec->faults.node.is_given || spec->faults.trace.is_given;
    for (uint32_t rank = 0; has_nodes && rank < c->workers; rank++)
        if (c->holder[rank] != CLUSTER_NOBODY)
            born[count++] = born_at(faults, c->holder[rank]);
    if (!has_nodes && spec->faults.platform.is_given)
        born[count++] = born_at(faults, c->platform);
    return count;
}

/* ---- outages ------------------------------------------------------------------------------- */

struct strike {
    struct faults *faults;
    struct fault_effect effect;
    void (*on_rank)(void *context, uint32_t rank);
    void *context;
    bool has_repair;
    simtime repair;
};

/* Which repair shop? A node that is being repaired already stays there, in a trace until the later
 * of the two ends. */
static void node_down(struct strike *strike, uint32_t node)
{
    struct faults *f = strike->faults;
    struct cluster *c = f->cluster;
    struct entity *e = &c->entities[node];
    simtime now = f->engine->now;
    bool was_held = e->class == NODE_HELD;
    uint32_t rank = e->rank;
    if (e->class == NODE_REPAIRING) {
        if (f->replay.outages)
            e->key = engine_at(f->engine, simtime_add(now, strike->repair), EVENT_REPAIR, node);
        return;
    }
    if (was_held) {
        strike->effect.held++;
        strike->effect.last_rank = e->rank;
    } else {
        strike->effect.others++;
    }
    if (!e->is_replaced)
        e->occurrence++;
    if (strike->has_repair) {
        cluster_remove(c, node, now);
        e->key = engine_at(f->engine, simtime_add(now, strike->repair), EVENT_REPAIR, node);
    } else if (was_held) {
        cluster_replace_later(c, node);
    } else {
        e->key = EVENT_NONE;
        if (f->spec->cluster.spares_age == SPARES_HOT)
            live(f, FAULT_NODE, node);
    }
    if (was_held)
        strike->on_rank(strike->context, rank);
}

/* A rack or a zone. */
static void strike_part(struct strike *strike, enum fault_process process, uint32_t slot)
{
    struct faults *f = strike->faults;
    struct cluster_part part = cluster_part(f->cluster, slot);
    struct entity *whole = &f->cluster->entities[slot];
    for (uint32_t node = part.first; node < part.end; node++)
        node_down(strike, node);
    whole->occurrence++;
    if (strike->has_repair)
        whole->key =
            engine_at(f->engine, simtime_add(f->engine->now, strike->repair), EVENT_REPAIR, slot);
    else
        live(f, process, slot);
}

static void strike_platform(struct strike *strike, uint32_t occurrence)
{
    struct faults *f = strike->faults;
    struct cluster *c = f->cluster;
    uint32_t held = c->workers - c->missing;
    double u = draw(f, FAULT_PLATFORM, c->platform, occurrence, 1).u[0];
    if (held > 0)
        node_down(strike, cluster_held(c, (uint32_t)(u * held)));
    c->entities[c->platform].occurrence = occurrence + 1;
    live(f, FAULT_PLATFORM, c->platform);
}

static void strike_trace(struct strike *strike)
{
    struct faults *f = strike->faults;
    struct fault_replay *r = &f->replay;
    const struct outage *o = &r->outages->list[r->next.cursor++];
    int64_t end = o->end == OUTAGE_OPEN ? r->outages->last : o->end;
    simtime up_again = end - r->origin + r->next.turn;
    strike->has_repair = true;
    strike->repair = up_again > f->engine->now ? up_again - f->engine->now : 0;
    node_down(strike, r->node_of[o->node]);
    schedule_trace(f);
}

struct fault_effect fault_strike(struct faults *faults, struct event event,
                                 void (*on_rank)(void *context, uint32_t rank), void *context)
{
    struct faults *f = faults;
    uint32_t slot = event_slot(event);
    enum fault_process process = process_of(f->cluster, slot);
    struct entity *e = &f->cluster->entities[slot];
    struct strike strike = {.faults = f, .on_rank = on_rank, .context = context};
    bool is_attempt = f->spec->faults.renewal == RENEWAL_ATTEMPT;
    if (event.key != (is_attempt ? f->attempt_key : e->key)) {
        f->stale++;
        return strike.effect;
    }
    strike.effect.is_live = true;
    strike.effect.is_foretold = process == FAULT_TRACE
                                    ? forecast_recorded_was_told(&f->forecast)
                                    : forecast_was_told(&f->forecast, slot, event.key);
    e->key = EVENT_NONE;
    uint32_t occurrence = is_attempt ? f->attempt
                          : process == FAULT_TRACE
                              ? f->replay.outages->list[f->replay.next.cursor].line
                              : e->occurrence;
    story_outage(f->story, engine_fault_now(f->engine), process, slot, occurrence);
    if (process == FAULT_TRACE) {
        strike_trace(&strike);
        return strike.effect;
    }
    const struct spec_process *law = law_of(f, process);
    strike.has_repair = law->has_repair;
    if (law->has_repair)
        strike.repair = simtime_from_seconds(
            law_sample(&law->repair, draw(f, process, slot, occurrence, 0).u[1]));
    if (process == FAULT_NODE)
        node_down(&strike, slot);
    else if (process != FAULT_PLATFORM)
        strike_part(&strike, process, slot);
    else
        strike_platform(&strike, occurrence);
    return strike.effect;
}

bool fault_force(struct faults *faults, uint32_t node,
                 void (*on_rank)(void *context, uint32_t rank), void *context)
{
    struct faults *f = faults;
    const struct entity *e = &f->cluster->entities[node];
    struct strike strike = {.faults = f, .on_rank = on_rank, .context = context};
    const struct spec_process *law = &f->spec->faults.node;
    if (e->class == NODE_REPAIRING || e->is_replaced)
        return false;
    story_outage(f->story, engine_fault_now(f->engine), FAULT_NODE, node, e->occurrence);
    strike.has_repair = law->is_given && law->has_repair;
    if (strike.has_repair)
        strike.repair = simtime_from_seconds(
            law_sample(&law->repair, draw(f, FAULT_NODE, node, e->occurrence, 0).u[1]));
    node_down(&strike, node);
    return true;
}

bool fault_tells(struct faults *faults, struct event event, struct cairn_happening *happening)
{
    struct faults *f = faults;
    uint64_t outage = f->cluster->entities[event_slot(event)].key;
    if (f->spec->faults.renewal == RENEWAL_ATTEMPT && outage != f->attempt_key)
        outage = EVENT_NONE; /* of an attempt that is over */
    return forecast_tells(&f->forecast, event, outage, happening);
}

bool fault_repaired(struct faults *faults, struct event event)
{
    uint32_t slot = event_slot(event);
    struct entity *e = &faults->cluster->entities[slot];
    enum fault_process process = process_of(faults->cluster, slot);
    if (event.key != e->key) {
        faults->stale++;
        return false;
    }
    e->key = EVENT_NONE;
    if (faults->born)
        faults->born[slot] = engine_fault_now(faults->engine);
    if (process == FAULT_NODE)
        cluster_return(faults->cluster, slot, faults->engine->now);
    if (process == FAULT_RACK || process == FAULT_ZONE ||
        faults->spec->cluster.spares_age == SPARES_HOT)
        live(faults, process, slot);
    return true;
}

/* ---- rates --------------------------------------------------------------------------------- */

static double trace_mtbf(const struct spec *spec, int64_t before)
{
    const struct outages *o = spec->faults.trace.outages;
    int64_t end = before < o->last ? before : o->last;
    uint64_t count = 0;
    for (uint32_t i = 0; i < o->count && o->list[i].start < end; i++)
        count += i == 0 || o->list[i].start != o->list[i - 1].start;
    if (count == 0 || end <= o->first)
        return (double)INFINITY;
    /* Outages of the whole trace's nodes; the job holds a share of them. */
    double share = (double)spec->group.workers / (double)o->nodes_count;
    return (double)(end - o->first) / 1e9 / (double)count / (share < 1 ? share : 1);
}

/* Racks or zones of this size that the job stands in. */
static uint32_t parts(const struct spec *spec, uint32_t size)
{
    return (spec->group.workers + size - 1) / size;
}

double fault_mtbf(const struct spec *spec, int64_t before)
{
    double rate = 0;
    if (spec->faults.trace.is_given)
        return trace_mtbf(spec, before);
    if (spec->faults.node.is_given)
        rate += spec->group.workers / spec->faults.node.uptime.mean;
    if (spec->faults.platform.is_given)
        rate += 1 / spec->faults.platform.uptime.mean;
    if (spec->faults.rack.is_given)
        rate += parts(spec, spec->cluster.rack) / spec->faults.rack.uptime.mean;
    if (spec->faults.zone.is_given)
        rate += parts(spec, spec->cluster.zone) / spec->faults.zone.uptime.mean;
    return rate > 0 ? 1 / rate : (double)INFINITY;
}
