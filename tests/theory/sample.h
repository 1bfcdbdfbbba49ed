/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of runs, for tests that hold the simulator against theory.
 *
 * A case is a spec and its controller's plan, both built by hand: no scenario file, no campaign, so
 * that a disagreement lies in sim/model or in the theory. Theory's scenario is S0 (failures of the
 * platform strike work, checkpoint and restore; the fault clock stands still in the downtime). */
#ifndef CAIRN_TESTS_SAMPLE_H
#define CAIRN_TESTS_SAMPLE_H

#include "policies/registry.h"
#include "sim/base/estimate.h"
#include "sim/model/run.h"
#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sanitizers look for other mistakes than statistics does, and are ten times slower: they get a
 * tenth of the runs. The verdict stays four standard errors. */
#if defined(__SANITIZE_ADDRESS__)
#define SAMPLE_SHARE 10
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SAMPLE_SHARE 10
#endif
#endif
#ifndef SAMPLE_SHARE
#define SAMPLE_SHARE 1
#endif

#define SAMPLE_COUNT(array) (sizeof(array) / sizeof *(array))
#define SAMPLE_HOUR         3600.0
#define SAMPLE_DAY          86400.0

struct sample_case {
    struct spec spec;
    bool has_table; /* its plan is too large to be copied about: it is in sample_table */
    _Alignas(16) char plan[256];
};

/* The large plan made last: one such case at a time. */
static _Alignas(16) char sample_table[4 << 20];

static inline void *sample_plan(const struct sample_case *c)
{
    return c->has_table ? sample_table : (void *)(uintptr_t)c->plan;
}

struct sample {
    uint32_t n, finished;
    struct estimate makespan, struck, waste; /* s; count; 1 - sum useful / sum makespan */
    struct estimate outages;                 /* of any node, that struck or not */
};

static inline simtime sample_ns(double seconds)
{
    return (simtime)llround(seconds * 1e9);
}

static inline struct law sample_weibull(double shape, double mean)
{
    struct law law = {.kind = LAW_WEIBULL, .shape = shape, .scale = mean / tgamma(1 + 1 / shape)};
    assert_null(law_prepare(&law));
    return law;
}

static inline struct law sample_exponential(double mean)
{
    struct law law = {.kind = LAW_EXPONENTIAL, .scale = mean};
    assert_null(law_prepare(&law));
    return law;
}

static inline struct law sample_lognormal(double sigma, double mean)
{
    struct law law = {
        .kind = LAW_LOGNORMAL, .shape = sigma, .scale = mean * exp(-sigma * sigma / 2)};
    assert_null(law_prepare(&law));
    return law;
}

/* A divisible job on one node without failures; all costs 0. */
static inline struct sample_case sample_case(double work)
{
    struct sample_case c = {.spec = {.horizon = SIMTIME_NEVER - 1, .max_events = LIMIT_EVENTS}};
    c.spec.cluster.nodes = c.spec.group.workers = 1;
    c.spec.faults.initial_age = AGE_NEW;
    c.spec.group.work = sample_ns(work);
    c.spec.group.is_divisible = true;
    c.spec.group.final_checkpoint = c.spec.group.restore_initial = true;
    return c;
}

static inline void sample_costs(struct sample_case *c, double checkpoint, double restore,
                                double downtime)
{
    c->spec.group.checkpoint = sample_ns(checkpoint);
    c->spec.group.restore = sample_ns(restore);
    c->spec.group.downtime = sample_ns(downtime);
}

/* S0: failures of the platform as a whole, on the fault clock. */
static inline void sample_platform(struct sample_case *c, struct law law)
{
    c->spec.faults.platform = (struct spec_process){.is_given = true, .uptime = law};
    c->spec.faults.clock = CLOCK_EXPOSURE;
    c->spec.faults.strike =
        PHASE_BIT(PHASE_WORK) | PHASE_BIT(PHASE_CHECKPOINT) | PHASE_BIT(PHASE_RESTORE);
}

/* Each of `nodes` nodes fails by itself; the clock stays as it is (wall). */
static inline void sample_nodes(struct sample_case *c, uint32_t nodes, struct law law)
{
    c->spec.cluster.nodes = c->spec.group.workers = nodes;
    c->spec.faults.node = (struct spec_process){.is_given = true, .uptime = law};
}

/* The controller and its plan; `value` is its first parameter (interval or MTBF, in seconds) and
 * `choice` its second. */
static inline void sample_control(struct sample_case *c, const char *name, simtime value,
                                  int64_t choice)
{
    const struct cairn_controller_class *class = cairn_controller_find(name);
    struct cairn_shape shape = spec_shape(&c->spec);
    assert_non_null(class);
    c->spec.controller.class = class;
    c->spec.controller.values[0] = (struct cairn_value){.i = value, .x = simtime_seconds(value)};
    c->spec.controller.values[1] = (struct cairn_value){.i = choice};
    uint64_t size = cairn_plan_size(class, c->spec.controller.values, &shape);
    assert_true(size <= sizeof sample_table);
    c->has_table = size > sizeof c->plan;
    void *plan = memset(sample_plan(c), 0, size);
    assert_null(class->plan(c->spec.controller.values, &shape, plan));
}

/* The interval that the controller plans to keep. */
static inline simtime sample_interval(const struct sample_case *c)
{
    const char *bound_by;
    return c->spec.controller.class->interval(sample_plan(c), &bound_by);
}

/* Work cut into n equal segments: rounded up, for a nanosecond too many would cost a checkpoint. */
static inline simtime sample_segment(const struct sample_case *c, int64_t n)
{
    return (c->spec.group.work + n - 1) / n;
}

/* Replications first, …, first + n - 1. */
static inline struct sample sample_take(const struct sample_case *c, uint32_t first, uint32_t n)
{
    struct sample sample = {.n = n};
    struct record record;
    struct run *run = calloc(1, sizeof *run);
    double *total = calloc(4 * (size_t)n, sizeof *total);
    assert_true(run != NULL && total != NULL);
    double *wasted = total + n, *struck = wasted + n, *outages = struck + n;
    assert_int_equal(run_open(run, &c->spec, sample_plan(c)), STATUS_OK);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(run_replicate(run, first + i, GROUP_CONTROLLED, &record), STATUS_OK);
        total[i] = simtime_seconds(record.makespan);
        wasted[i] = slot_seconds(record.makespan - record.job[JOB_USEFUL]);
        struck[i] = (double)record.struck;
        outages[i] = (double)record.trace.outages;
        sample.finished += record.end == END_FINISHED;
    }
    sample.makespan = estimate_mean(total, n);
    sample.struck = estimate_mean(struck, n);
    sample.outages = estimate_mean(outages, n);
    sample.waste = estimate_ratio(wasted, total, n);
    run_close(run);
    free(run);
    free(total);
    return sample;
}

static inline double sample_error(const struct estimate *e)
{
    return e->sd / sqrt((double)e->n);
}

static inline double sample_z(const struct estimate *e, double exact)
{
    return (e->mean - exact) / sample_error(e);
}

/* Theory's acceptance is 4 standard errors at fixed seeds. A soak looks at so many that it needs 5:
 * one false alarm in 1.7 million. */
static inline double sample_z_limit(void)
{
    return getenv("CAIRN_SEED") ? 5 : 4;
}

static inline bool sample_is_soak(void)
{
    const char *soak = getenv("CAIRN_SOAK");
    return soak && strcmp(soak, "0") != 0;
}

/* Runs needed to know a mean to the relative `error` with 99 % confidence. */
static inline uint32_t sample_size(double sd_over_mean, double error, uint32_t most)
{
    double n = pow(2.5758 * sd_over_mean / error, 2), least = 400;
    n = n > most ? most : n < least ? least : n;
    return (uint32_t)n / SAMPLE_SHARE;
}

#endif
