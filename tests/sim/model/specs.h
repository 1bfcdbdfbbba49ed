/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random specs for property tests: every knob of a group job, in weird combinations.
 *
 * Small numbers on purpose: several nodes, lives about as long as segments, costs of 0, steps that
 * do not divide the work, so that coincidences at one instant are common. */
#ifndef CAIRN_TESTS_MODEL_SPECS_H
#define CAIRN_TESTS_MODEL_SPECS_H

#include "tests/sim/model/kit.h"

/* Whole seconds (a grid on which things coincide) or any time. */
static inline double specs_seconds(uint64_t *random, double low, double high)
{
    double x = kit_between(random, low, high);
    return kit_below(random, 2) ? floor(x) : x;
}

static inline struct law specs_law(uint64_t *random, double mean)
{
    struct law law = {.kind = LAW_EXPONENTIAL, .scale = mean};
    switch (kit_below(random, 6)) {
    case 0:
        law = (struct law){.kind = LAW_WEIBULL, .shape = 0.7, .scale = mean};
        break;
    case 1:
        law = (struct law){.kind = LAW_UNIFORM, .low = mean / 2, .scale = mean * 1.5};
        break;
    case 2:
        law = (struct law){.kind = LAW_CONSTANT, .scale = ceil(mean)};
        break;
    case 3:
        law = (struct law){.kind = LAW_LOGNORMAL, .shape = 1, .scale = mean / 2};
        break;
    default:
        break;
    }
    assert_null(law_prepare(&law));
    return law;
}

static inline void specs_process(uint64_t *random, struct spec_process *process, double mean)
{
    process->is_given = true;
    process->uptime = specs_law(random, mean);
    process->has_repair = kit_below(random, 2);
    process->repair = specs_law(random, kit_between(random, 1, mean / 2));
}

static inline void specs_trace(struct kit *k, uint64_t *random)
{
    double t = 0, until[KIT_NODES] = {0};
    uint32_t n = 1 + kit_below(random, 20);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t node = kit_below(random, 8);
        t += specs_seconds(random, 0, 60);
        if (t <= until[node])
            continue;
        until[node] = t + specs_seconds(random, 0, 50);
        kit_outage(k, node, t, until[node]);
    }
    k->outages.first = k->outages.count ? k->list[0].start : 0;
    k->outages.last = S(t + 200);
    k->outages.nodes_count = 8;
    struct spec_trace *trace = &k->spec.faults.trace;
    trace->times = kit_below(random, 2) ? TIMES_TRUE : TIMES_REPORTED;
    trace->start = kit_below(random, 2) ? START_FIRST : START_RANDOM;
    trace->after_end = kit_below(random, 2) ? AFTER_END_STOP : AFTER_END_WRAP;
    trace->nodes = kit_below(random, 2) ? PICK_FIRST_N : PICK_SAMPLE;
}

static inline void specs_faults(struct kit *k, uint64_t *random)
{
    struct spec *s = &k->spec;
    if (kit_below(random, 5) == 0) {
        specs_trace(k, random);
        return; /* always the wall clock */
    }
    double mean = exp(kit_between(random, log(20), log(2000)));
    if (kit_below(random, 10) < 7)
        specs_process(random, &s->faults.node, mean);
    if (kit_below(random, 3) == 0)
        specs_process(random, &s->faults.platform, mean);
    s->faults.renewal = kit_below(random, 8) == 0 ? RENEWAL_ATTEMPT : RENEWAL_FAILED;
    s->cluster.rack = kit_below(random, 4);
    if (s->cluster.rack && s->faults.renewal == RENEWAL_FAILED && kit_below(random, 2))
        specs_process(random, &s->faults.rack, mean);
    s->faults.initial_age = (enum spec_age)kit_below(random, 3);
    s->faults.age = S(kit_between(random, 0, 30));
    if (kit_below(random, 2)) {
        s->faults.clock = CLOCK_EXPOSURE;
        if (kit_below(random, 3) == 0)
            s->faults.strike = kit_below(random, 1u << PHASE_COUNT);
    }
}

/* Often: failures that are foretold, well or badly, long before or hardly. */
static inline void specs_forecast(struct kit *k, uint64_t *random)
{
    if (kit_below(random, 2) && (k->spec.faults.trace.is_given || k->spec.faults.node.is_given ||
                                 k->spec.faults.platform.is_given))
        kit_predict(k, kit_below(random, 3) ? kit_between(random, 0.01, 1) : 1,
                    kit_below(random, 3) ? kit_between(random, 0.2, 1) : 1,
                    specs_seconds(random, 0, 60),
                    specs_seconds(random, 0, 40) * kit_below(random, 2));
    if (kit_below(random, 3) == 0)
        k->spec.faults.notice = S(specs_seconds(random, 0.5, 60));
}

static inline void specs_group(struct kit *k, uint64_t *random)
{
    struct spec *s = &k->spec;
    kit_costs(k, specs_seconds(random, 10, 400), specs_seconds(random, 0, 12),
              specs_seconds(random, 0, 12));
    if (kit_below(random, 2))
        s->group.step = S(specs_seconds(random, 1, 40));
    s->group.is_divisible = kit_below(random, 5) == 0;
    s->group.downtime = S(specs_seconds(random, 0, 9) * kit_below(random, 2));
    s->detection.delay = S(specs_seconds(random, 0, 9) * kit_below(random, 2));
    s->group.final_checkpoint = kit_below(random, 2);
    s->group.restore_initial = kit_below(random, 2);
    if (kit_below(random, 3) == 0) {
        s->group.persist = S(specs_seconds(random, 0.5, 60));
        s->group.interference_ppm =
            (int32_t)(kit_below(random, 4) == 0 ? 1000000 : kit_below(random, 1000000));
        s->group.interference_ppm *= (int32_t)kit_below(random, 2);
        s->group.in_flight = (enum spec_in_flight)kit_below(random, 3);
        s->group.staged = (enum spec_staged)kit_below(random, 2);
    }
}

static inline void specs_values(uint64_t *random, const struct cairn_controller_class *class,
                                struct cairn_value *values)
{
    for (unsigned i = 0; class->params[i].name; i++) {
        const struct cairn_param *p = &class->params[i];
        values[i] = chosen_random(p, kit_between(random, 0, 1));
        if ((p->unit == CAIRN_DURATION || p->unit == CAIRN_MTBF) && kit_below(random, 2) &&
            strcmp(p->name, "min_interval") != 0)
            values[i] = chosen_seconds(floor(values[i].x));
    }
}

/* Any controller, with any values that it takes; around it, perhaps, one that decorates. */
static inline void specs_controller(struct kit *k, uint64_t *random)
{
    uint32_t count = 0, inner;
    while (cairn_controllers[count])
        count++;
    do {
        k->chosen.class = cairn_controllers[kit_below(random, count)];
        specs_values(random, k->chosen.class, k->chosen.values);
        do
            inner = kit_below(random, count);
        while (chosen_decorates(cairn_controllers[inner]) >= 0);
        specs_values(random, cairn_controllers[inner], k->chosen.inner_values);
        chosen_tie(&k->chosen, cairn_controllers[inner]->name);
        k->spec.controller.class = k->chosen.class;
        memcpy(k->spec.controller.values, k->chosen.values, sizeof k->chosen.values);
    } while (kit_plan(k)); /* another, where this one is refused */
}

/* All but the controller. */
static inline void specs_job(struct kit *k, uint64_t *random)
{
    kit_init(k);
    struct spec *s = &k->spec;
    s->cluster.nodes = 1 + kit_below(random, 6);
    s->group.workers = 1 + kit_below(random, s->cluster.nodes);
    s->cluster.spares = kit_below(random, 4);
    s->cluster.spares_age = (enum spec_spares)kit_below(random, 2);
    s->seed = kit_random(random);
    s->horizon = S(kit_below(random, 4) == 0 ? specs_seconds(random, 1, 300) : 20000);
    specs_faults(k, random);
    specs_forecast(k, random);
    specs_group(k, random);
}

static inline void specs_draw(struct kit *k, uint64_t *random)
{
    specs_job(k, random);
    specs_controller(k, random);
}

/* One line that tells what failed. */
static inline void specs_print(const struct kit *k, uint64_t index)
{
    const struct spec *s = &k->spec;
    const struct cairn_controller_class *in = k->chosen.inner.controller;
    print_message("    spec %" PRIu64
                  ": %s (%s), work %.9g step %.9g C %.9g persist %.9g R %.9g D %.9g "
                  "detect %.9g, %u of %u + %u nodes, clock %d strike %x renewal %d trace %d\n",
                  index, s->controller.class->name,
                  in && chosen_decorates(s->controller.class) >= 0 ? in->name : "",
                  simtime_seconds(s->group.work), simtime_seconds(s->group.step),
                  simtime_seconds(s->group.checkpoint), simtime_seconds(s->group.persist),
                  simtime_seconds(s->group.restore), simtime_seconds(s->group.downtime),
                  simtime_seconds(s->detection.delay), s->group.workers, s->cluster.nodes,
                  s->cluster.spares, (int)s->faults.clock, s->faults.strike, (int)s->faults.renewal,
                  (int)s->faults.trace.is_given);
}

#endif
