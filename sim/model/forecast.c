/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Announcements of outages, and false ones.
 *
 * An entity has one outage ahead, so its announcement has one place; the outages of a trace are
 * read ahead into a ring. Main invariant: an announcement is told at most once, by the event whose
 * key it holds, and only while its outage is still the entity's next. */
#include "sim/model/forecast.h"
#include <assert.h>
#include <math.h>

enum { STREAM_ALARM = 5 };
#define PPM 1e6

static double recall(const struct spec *spec)
{
    return spec->faults.prediction.recall_ppm / PPM;
}

static double precision(const struct spec *spec)
{
    return spec->faults.prediction.precision_ppm / PPM;
}

bool forecast_init(struct forecast *forecast, const struct spec *spec, struct engine *engine,
                   struct cluster *cluster, double mtbf, uint32_t recorded, struct arena *arena)
{
    struct forecast *f = forecast;
    *f = (struct forecast){.spec = spec, .engine = engine, .cluster = cluster};
    f->is_on = recall(spec) > 0 || spec->faults.notice > 0;
    if (!f->is_on)
        return true;
    f->recorded_room = recorded;
    f->of = arena_array(arena, cluster->entities_count, sizeof *f->of);
    f->recorded = arena_array(arena, recorded + 1, sizeof *f->recorded);
    double p = precision(spec);
    if (recall(spec) > 0 && p < 1 && isfinite(mtbf)) {
        assert(p > 0); /* the reader has refused predictions of nothing else */
        f->alarms =
            (struct law){.kind = LAW_EXPONENTIAL, .scale = p * mtbf / (recall(spec) * (1 - p))};
        const char *refusal = law_prepare(&f->alarms);
        assert(refusal == NULL);
        (void)refusal;
    }
    return f->of && f->recorded;
}

/* ---- false predictions --------------------------------------------------------------------- */

/* They stand at the trace's slot, which no announcement of an outage has. */
static void schedule_alarm(struct forecast *f)
{
    struct random_address address = {.seed = f->spec->seed,
                                     .replication = f->replication,
                                     .stream = STREAM_ALARM,
                                     .occurrence = f->alarms_count++};
    double gap = law_sample(&f->alarms, random_uniforms(&address, 0).u[0]);
    simtime at = simtime_add(engine_fault_now(f->engine), simtime_from_seconds(gap));
    f->alarm = at > f->spec->horizon
                   ? EVENT_NONE
                   : engine_at_fault(f->engine, at, EVENT_FORECAST, f->cluster->trace);
}

void forecast_begin(struct forecast *forecast, uint32_t replication)
{
    struct forecast *f = forecast;
    f->replication = replication;
    f->recorded_first = f->recorded_count = f->alarms_count = 0;
    f->alarm = EVENT_NONE;
    for (uint32_t i = 0; f->is_on && i < f->cluster->entities_count; i++)
        f->of[i] = (struct announcement){
            .outage = EVENT_NONE, .prediction = EVENT_NONE, .notice = EVENT_NONE};
    if (f->alarms.mean > 0)
        schedule_alarm(f);
}

/* ---- outages ------------------------------------------------------------------------------- */

static uint64_t announce(struct forecast *f, simtime at, uint32_t slot)
{
    simtime now = engine_fault_now(f->engine);
    return engine_at_fault(f->engine, at > now ? at : now, EVENT_FORECAST, slot);
}

static void foretell(struct forecast *f, struct announcement *a, struct random_pair draw)
{
    const struct spec *spec = f->spec;
    a->prediction = a->notice = EVENT_NONE;
    a->from = a->at - (simtime)((double)spec->faults.prediction.window * draw.u[1]);
    if (draw.u[0] < recall(spec))
        a->prediction = announce(f, a->from - spec->faults.prediction.lead, a->slot);
    if (spec->faults.notice > 0)
        a->notice = announce(f, a->at - spec->faults.notice, a->slot);
}

void forecast_outage(struct forecast *forecast, uint32_t slot, uint64_t key, simtime at,
                     struct random_pair draw)
{
    assert(forecast->is_on && slot < forecast->cluster->entities_count);
    forecast->of[slot] = (struct announcement){.outage = key, .at = at, .slot = slot};
    foretell(forecast, &forecast->of[slot], draw);
}

simtime forecast_reach(const struct forecast *forecast)
{
    const struct spec *spec = forecast->spec;
    simtime reach = simtime_add(spec->faults.prediction.lead, spec->faults.prediction.window);
    return reach > spec->faults.notice ? reach : spec->faults.notice;
}

bool forecast_has_room(const struct forecast *forecast)
{
    return forecast->is_on && forecast->recorded_count < forecast->recorded_room;
}

static struct announcement *recorded_at(const struct forecast *f, uint32_t i)
{
    return &f->recorded[((uint64_t)f->recorded_first + i) % f->recorded_room];
}

void forecast_recorded(struct forecast *forecast, uint32_t node, simtime at,
                       struct random_pair draw)
{
    assert(forecast_has_room(forecast) && node < forecast->cluster->nodes);
    struct announcement *a = recorded_at(forecast, forecast->recorded_count++);
    *a = (struct announcement){.outage = EVENT_NONE, .at = at, .slot = node};
    foretell(forecast, a, draw);
}

bool forecast_was_told(const struct forecast *forecast, uint32_t slot, uint64_t key)
{
    return forecast->is_on && forecast->of[slot].outage == key && forecast->of[slot].is_told;
}

bool forecast_recorded_was_told(struct forecast *forecast)
{
    struct forecast *f = forecast;
    if (!f->is_on)
        return false;
    assert(f->recorded_count > 0); /* every outage is read ahead before it falls */
    bool is_told = recorded_at(f, 0)->is_told;
    f->recorded_first = (uint32_t)(((uint64_t)f->recorded_first + 1) % f->recorded_room);
    f->recorded_count--;
    return is_told;
}

/* ---- telling ------------------------------------------------------------------------------- */

static bool is_of(const struct announcement *a, uint64_t key)
{
    return a->prediction == key || a->notice == key;
}

/* The announcement that this event makes, unless its outage will not come. The ring is short: what
 * falls within the reach of one prediction. */
static struct announcement *find(const struct forecast *f, struct event event, uint64_t outage)
{
    struct announcement *a = &f->of[event_slot(event)];
    if (is_of(a, event.key))
        return a->outage == outage ? a : NULL;
    for (uint32_t i = 0; i < f->recorded_count; i++)
        if (is_of(recorded_at(f, i), event.key))
            return recorded_at(f, i);
    return NULL;
}

/* Does the job hold anything that this entity would take? */
static bool concerns_job(const struct cluster *c, uint32_t slot)
{
    if (slot < c->nodes)
        return c->entities[slot].class == NODE_HELD;
    if (slot == c->platform)
        return c->missing < c->workers;
    struct cluster_part part = cluster_part(c, slot);
    for (uint32_t node = part.first; node < part.end; node++)
        if (c->entities[node].class == NODE_HELD)
            return true;
    return false;
}

static struct cairn_happening prediction_of(const struct forecast *f, simtime from)
{
    return (struct cairn_happening){
        .kind = CAIRN_HEAR_PREDICTION,
        .from = from,
        .until = simtime_add(from, f->spec->faults.prediction.window),
        .confidence = precision(f->spec),
    };
}

bool forecast_tells(struct forecast *forecast, struct event event, uint64_t outage,
                    struct cairn_happening *happening)
{
    struct forecast *f = forecast;
    simtime now = f->engine->now, lag = now - engine_fault_now(f->engine);
    assert(f->is_on && event_class(event) == EVENT_FORECAST);
    if (event.key == f->alarm) {
        *happening = prediction_of(f, simtime_add(now, f->spec->faults.prediction.lead));
        schedule_alarm(f);
        return true;
    }
    struct announcement *a = find(f, event, outage);
    if (!a || !concerns_job(f->cluster, a->slot))
        return false;
    assert(a->at > engine_fault_now(f->engine)); /* at its instant the outage comes first */
    a->is_told = true;
    if (event.key == a->prediction)
        *happening = prediction_of(f, a->from + lag);
    else
        *happening = (struct cairn_happening){
            .kind = CAIRN_HEAR_NOTICE, .from = a->at + lag, .until = a->at + lag};
    return true;
}
