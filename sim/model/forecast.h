/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forecast: which outages are foretold, when the job is told, and predictions of nothing.
 *
 *     told ◄──────── lead ────────► from ◄──── window ────► until        a prediction
 *                                          ▲ outage
 *     told ◄──────── notice ──────────────► outage                       a notice
 *
 * Announcements are derived from outages that are scheduled already, by draws with addresses of
 * their own, so what fails does not depend on what is foretold. They stand in the fault timeline
 * behind the outages of their instant; one whose time would lie before its outage was known is made
 * at once. Told is what concerns the job when it is told: nodes that it holds then. An outage that
 * meanwhile will not come is not announced any more. False predictions are a Poisson process whose
 * rate makes the precision what it should be: recall (1 - precision) / (precision mtbf). */
#ifndef CAIRN_MODEL_FORECAST_H
#define CAIRN_MODEL_FORECAST_H

#include "sim/base/random.h"
#include "sim/model/cluster.h"

/* Of one outage. Times are of the fault clock. */
struct announcement {
    uint64_t outage;             /* its key; EVENT_NONE: recorded, or none */
    uint64_t prediction, notice; /* keys of their events */
    simtime at, from;            /* when it falls; when the window begins */
    uint32_t slot;               /* of the entity that fails */
    bool is_told;
};

struct forecast {
    bool is_on; /* false: nothing is ever foretold, and all below is unused */
    const struct spec *spec;
    struct engine *engine;
    struct cluster *cluster;
    uint32_t replication;
    struct announcement *of;       /* by entity: of its next outage */
    struct announcement *recorded; /* a ring, in order of outages: what was read ahead in a trace */
    uint32_t recorded_first, recorded_count, recorded_room;
    struct law alarms; /* time between false predictions; mean 0: there are none */
    uint64_t alarm;    /* the next one's key */
    uint32_t alarms_count;
};

/* mtbf: of the job, in seconds; recorded: outages in its trace. false: no memory. */
bool forecast_init(struct forecast *forecast, const struct spec *spec, struct engine *engine,
                   struct cluster *cluster, double mtbf, uint32_t recorded, struct arena *arena);
void forecast_begin(struct forecast *forecast, uint32_t replication);
/* An outage with this key was scheduled; its draw decides whether and how well it is foretold. */
void forecast_outage(struct forecast *forecast, uint32_t slot, uint64_t key, simtime at,
                     struct random_pair draw);
/* The longest time between a prediction or notice and its outage. */
simtime forecast_reach(const struct forecast *forecast);
/* The same for recorded outages, read ahead in order; they leave in this order as they fall. */
bool forecast_has_room(const struct forecast *forecast);
void forecast_recorded(struct forecast *forecast, uint32_t node, simtime at,
                       struct random_pair draw);
/* The outage of `slot` with this key falls now (recorded ones: the next). Was the job told? */
bool forecast_was_told(const struct forecast *forecast, uint32_t slot, uint64_t key);
bool forecast_recorded_was_told(struct forecast *forecast);
/* An event of EVENT_FORECAST surfaces while the next outage of its slot has key `outage`. True:
 * the job is told of *happening, in wall time. */
bool forecast_tells(struct forecast *forecast, struct event event, uint64_t outage,
                    struct cairn_happening *happening);

#endif
