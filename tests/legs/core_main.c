/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The core driver: digests of all that happens between a seed and an event.
 *
 *   core              every row
 *   core --few        the first few scenarios alone: a second under emulation
 *   core --no-skip    scenarios executed checkpoint by checkpoint: the digests must not change
 *
 * Needs libc alone, no YAML and no cmocka, so that cross compilers can build it and emulators run
 * it. Each line is a row of tests/golden/fingerprints.csv: name, seed, replications (or draws),
 * digest. tests/legs.sh runs this program as many machines and compares. First come the rooms of
 * sim/base over their whole range, edges included, so that a last bit that moves anywhere moves a
 * digest; then scenarios, built by hand, in which every controller meets every law, and every rule
 * of the model is in force at least once. */
#include "sim/base/digest.h"
#include "sim/base/estimate.h"
#include "sim/base/fmath.h"
#include "sim/base/law.h"
#include "sim/base/random.h"
#include "sim/base/simtime.h"
#include "sim/base/text.h"
#include "sim/model/outage.h"
#include "sim/model/run.h"
#include "tests/chosen.h"
#include "tests/legs/core_programs.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SEED  1
#define DRAWS 200000 /* 0.2 s; a few seconds under emulation */

static double uniform(uint32_t stream, uint32_t entity, uint32_t occurrence, int which)
{
    struct random_address address = {SEED, 0, stream, entity, occurrence};
    return random_uniforms(&address, 0).u[which];
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return x == x ? bits : 0x7ff8000000000000; /* NaNs differ in sign between machines */
}

static void print_row(const char *name, uint64_t draws, const struct digest *digest)
{
    char hex[DIGEST_HEX];
    digest_hex(digest_value(digest), hex);
    printf("%s,%d,%" PRIu64 ",%s\n", name, SEED, draws, hex);
}

static void row_random(void)
{
    struct digest digest;
    digest_init(&digest);
    for (uint32_t i = 0; i < DRAWS; i++) {
        struct random_address address = {SEED + (uint64_t)i * 0x100000001, i, i & 255, i * 7,
                                         i * 13};
        struct random_words words = random_bits(&address, i & 0xffffff);
        digest_put(&digest, words.w[0]);
        digest_put(&digest, words.w[1]);
        digest_put(&digest, bits_of(random_uniforms(&address, 1).u[0]));
    }
    print_row("core-random", DRAWS, &digest);
}

/* A double of any magnitude: ten random bits choose the exponent. */
static double any_double(uint32_t i)
{
    double u = uniform(1, 0, i, 0), v = uniform(1, 0, i, 1);
    return __builtin_ldexp(0.5 + u / 2, (int)(v * 2098) - 1074);
}

static void row_fmath(void)
{
    struct digest digest;
    digest_init(&digest);
    for (uint32_t i = 0; i < DRAWS; i++) {
        double wide = any_double(i), u = uniform(2, 0, i, 0), v = uniform(2, 0, i, 1);
        const double values[] = {
            fmath_log(wide),
            fmath_log(1 + (u - 0.5) / 1024),
            fmath_log1p(u - 0.5),
            fmath_exp((u - 0.5) * 1500),
            fmath_expm1((u - 0.5) * 4),
            fmath_pow(wide, v * 4 - 2),
            fmath_pow(u * 100, 1 / (0.3 + v)),
            fmath_sqrt(wide),
            fmath_inverse_normal(u),
            fmath_inverse_normal(v * 1e-12),
            fmath_normal_upper(u * 40 - 20),
        };
        for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++)
            digest_put(&digest, bits_of(values[j]));
    }
    print_row("core-fmath", DRAWS, &digest);
}

static void row_special(void)
{
    struct digest digest;
    digest_init(&digest);
    for (uint32_t i = 0; i < DRAWS / 40; i++) {
        double u = uniform(3, 0, i, 0), v = uniform(3, 0, i, 1);
        const double values[] = {
            fmath_gamma(0.01 + u * 20),           fmath_log_gamma(0.01 + u * 1000),
            fmath_gamma_lower(0.05 + u, v * 5),   fmath_gamma_upper(0.05 + 50 * u, v * 100),
            fmath_lambert_w(v * 10 - 1 / 2.7183), fmath_lambert_w(u * 1e6),
        };
        for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++)
            digest_put(&digest, bits_of(values[j]));
    }
    print_row("core-special", DRAWS / 40, &digest);
}

static const double empirical_values[] = {1, 2.5, 60, 3600, 1e5};

static const struct law laws[] = {
    {.kind = LAW_EXPONENTIAL, .scale = 86400},
    {.kind = LAW_WEIBULL, .shape = 0.7, .scale = 1.2e8},
    {.kind = LAW_WEIBULL, .shape = 1.6, .scale = 40},
    {.kind = LAW_LOGNORMAL, .shape = 1.2, .scale = 3600},
    {.kind = LAW_PARETO, .shape = 1.5, .scale = 10},
    {.kind = LAW_UNIFORM, .low = 5, .scale = 900},
    {.kind = LAW_CONSTANT, .scale = 77},
    {.kind = LAW_HYPEREXPONENTIAL, .count = 2, .weights = {0.25, 0.75}, .means = {30, 9000}},
    {.kind = LAW_EMPIRICAL, .count = 5, .values = empirical_values},
};

static bool row_law(void)
{
    struct digest digest;
    digest_init(&digest);
    for (uint32_t k = 0; k < sizeof(laws) / sizeof(laws[0]); k++) {
        struct law law = laws[k];
        double guide[LAW_GUIDE + 1];
        const char *refusal = law_prepare(&law);
        if (refusal == NULL)
            refusal = law_prepare_residual(&law, guide);
        if (refusal != NULL) {
            fprintf(stderr, "core: law %" PRIu32 " is refused: %s\n", k, refusal);
            return false;
        }
        digest_put(&digest, bits_of(law.mean));
        for (uint32_t i = 0; i < DRAWS / 40; i++) {
            double u = uniform(4, k, i, 0), age = law.mean * uniform(4, k, i, 1);
            digest_put(&digest, (uint64_t)simtime_from_seconds(law_sample(&law, u)));
            digest_put(&digest, bits_of(law_sample_aged(&law, age, u)));
            digest_put(&digest, bits_of(law_sample_residual(&law, u)));
            digest_put(&digest, bits_of(law_survival(&law, age)));
            digest_put(&digest, bits_of(law_limited_mean(&law, age)));
        }
    }
    print_row("core-law", DRAWS / 40, &digest);
    return true;
}

static void put_estimate(struct digest *digest, struct estimate estimate)
{
    digest_put(digest, estimate.n);
    digest_put(digest, bits_of(estimate.mean));
    digest_put(digest, bits_of(estimate.sd));
    digest_put(digest, bits_of(estimate.low));
    digest_put(digest, bits_of(estimate.high));
}

static void row_estimate(void)
{
    enum { MOST = 64 };
    double x[MOST], y[MOST];
    struct digest digest;
    digest_init(&digest);
    for (uint32_t n = 1; n <= MOST; n++) {
        for (uint32_t i = 0; i < n; i++) {
            x[i] = 1e5 * uniform(6, n, i, 0);
            y[i] = x[i] * (0.8 + uniform(6, n, i, 1) / 5);
        }
        put_estimate(&digest, estimate_mean(x, n));
        put_estimate(&digest, estimate_ratio(y, x, n));
        put_estimate(&digest, estimate_paired(x, y, n));
        digest_put(&digest, bits_of(estimate_t95(n)));
        digest_put(&digest, bits_of(estimate_t95(n + 1000 * uniform(6, n, MOST, 0))));
    }
    print_row("core-estimate", MOST, &digest);
}

/* What is printed: shortest decimals and durations, and numbers read back from them. */
static void row_text(void)
{
    struct digest digest;
    digest_init(&digest);
    for (uint32_t i = 0; i < DRAWS / 20; i++) {
        char bytes[128];
        struct text text = text_over(bytes, sizeof(bytes));
        text_add_number(&text, any_double(i));
        double back = 0;
        const char *refusal = text_to_number(bytes, text.length, &back);
        text_add(&text, " %.9g ", any_double(i));
        text_add_exact_duration(&text, simtime_from_seconds(uniform(5, 0, i, 0) * 1e9));
        digest_put_text(&digest, bytes, text.length);
        digest_put(&digest, refusal == NULL ? bits_of(back) : 1);
    }
    print_row("core-text", DRAWS / 20, &digest);
}

/* ---- scenarios
 * ----------------------------------------------------------------------------------- */

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define RUNS         2   /* of each controller under each law */
#define FEW          6   /* scenarios that --few runs */
#define RECORDED     160 /* outages in the recorded scenarios */

/* Controllers whose first two parameters are not to be the defaults; after them come all that the
 * registry lists, with their defaults. */
static const struct variant {
    const char *name;
    simtime value;
    int64_t choice;
} variants[] = {
    {"fixed", 47 * SIMTIME_MINUTE + 1, 0}, /* work */
    {"fixed", 40 * SIMTIME_MINUTE, 1},     /* wall */
    {"fixed", 50 * SIMTIME_MINUTE + 7, 2}, /* period */
    {"every", 7, 0},                       /* absolute */
    {"every", 5, 1},                       /* from the last */
    {"online", 6 * SIMTIME_HOUR, 2},       /* wma */
    {"online", 6 * SIMTIME_HOUR, 4},       /* ar */
};

static _Alignas(16) char plan[4 << 20]; /* of the controller at work: tables can be large */

/* What a scenario needs besides its spec, for as long as it runs. */
struct stage {
    struct spec spec;
    struct chosen chosen;
    double guides[3][LAW_GUIDE + 1];
    struct outage list[RECORDED];
    struct outages outages;
};

/* Two days of work in steps of 10 min on eight nodes of ten. Nothing fails yet. */
static void stage_open(struct stage *stage)
{
    memset(stage, 0, sizeof *stage);
    struct spec *s = &stage->spec;
    s->seed = SEED;
    s->horizon = 20 * SIMTIME_DAY;
    s->max_events = LIMIT_EVENTS;
    s->cluster.nodes = 10;
    s->group.workers = 8;
    s->faults.strike =
        PHASE_BIT(PHASE_WORK) | PHASE_BIT(PHASE_CHECKPOINT) | PHASE_BIT(PHASE_RESTORE);
    s->group.work = 2 * SIMTIME_DAY;
    s->group.step = 10 * SIMTIME_MINUTE;
    s->group.checkpoint = 240 * SIMTIME_SECOND + 1;
    s->group.restore = 300 * SIMTIME_SECOND + 3;
    s->group.downtime = 60 * SIMTIME_SECOND;
    s->detection.delay = 30 * SIMTIME_SECOND;
    s->group.final_checkpoint = s->group.restore_initial = true;
}

/* A law of the list above, stretched to the given mean; the empirical one has the mean it has. */
static struct law law_with_mean(uint32_t k, double mean)
{
    struct law law = laws[k % COUNT(laws)];
    if (law_prepare(&law) != NULL || law.kind == LAW_EMPIRICAL)
        return law;
    double stretch = mean / law.mean;
    law.scale *= stretch;
    law.low *= stretch;
    for (uint32_t i = 0; i < law.count; i++)
        law.means[i] *= stretch;
    return law;
}

/* The shapes that scenarios have; k is the law that they are seen under, and varies the rest. */

static struct spec_process process(uint32_t k, double mean_h)
{
    return (struct spec_process){.is_given = true, .uptime = law_with_mean(k, mean_h * 3600)};
}

static struct spec_process repaired(uint32_t k, double mean_h, uint32_t repair_k, double repair_h)
{
    struct spec_process p = process(k, mean_h);
    p.has_repair = true;
    p.repair = law_with_mean(repair_k, repair_h * 3600);
    return p;
}

static void shape_platform(struct stage *stage, uint32_t k)
{
    stage->spec.faults.platform = process(k, 9);
    stage->spec.faults.clock = CLOCK_EXPOSURE;
}

static void shape_nodes(struct stage *stage, uint32_t k)
{
    stage->spec.faults.node = process(k, 80);
    stage->spec.faults.initial_age = AGE_STATIONARY;
}

static void shape_new(struct stage *stage, uint32_t k)
{
    shape_nodes(stage, k);
    stage->spec.faults.initial_age = AGE_NEW;
    stage->spec.horizon = 2 * SIMTIME_DAY; /* few make it */
}

static void shape_wall(struct stage *stage, uint32_t k)
{
    shape_platform(stage, k);
    stage->spec.faults.clock = CLOCK_WALL;
    stage->spec.group.downtime = 20 * SIMTIME_MINUTE;
}

static void shape_aged(struct stage *stage, uint32_t k)
{
    stage->spec.faults.node = process(k, 80);
    stage->spec.faults.initial_age = AGE_GIVEN;
    stage->spec.faults.age = SIMTIME_DAY;
    stage->spec.group.is_divisible = true;
}

static void shape_repair(struct stage *stage, uint32_t k)
{
    stage->spec.faults.node = repaired(k, 60, k + 3, 5);
    stage->spec.cluster.spares = k % 3;
}

static void shape_cold(struct stage *stage, uint32_t k)
{
    stage->spec.faults.node = repaired(1, 50, k, 8);
    stage->spec.cluster.nodes = 8;
    stage->spec.cluster.spares = 2;
    stage->spec.cluster.spares_age = SPARES_COLD;
    stage->spec.faults.clock = k % 2 ? CLOCK_EXPOSURE : CLOCK_WALL;
}

static void shape_racks(struct stage *stage, uint32_t k)
{
    stage->spec.cluster.rack = 4;
    stage->spec.cluster.spares = 3;
    stage->spec.faults.rack = repaired(k, 40, 3, 2);
    stage->spec.faults.node = process(1, 200);
    stage->spec.faults.platform = process(0, 90);
    stage->spec.faults.initial_age = AGE_STATIONARY;
}

static void shape_persist(struct stage *stage, uint32_t k)
{
    shape_platform(stage, k);
    stage->spec.group.checkpoint = 20 * SIMTIME_SECOND;
    stage->spec.group.persist = (k % 2 ? 30 : 55) * SIMTIME_MINUTE;
    stage->spec.group.in_flight = (enum spec_in_flight)(k % 3);
    stage->spec.group.interference_ppm = (int32_t)(k * 54321);
}

static void shape_staged(struct stage *stage, uint32_t k)
{
    shape_persist(stage, k);
    stage->spec.faults.node = repaired(2, 30, k, 1);
    stage->spec.cluster.spares = 4;
    stage->spec.group.staged = STAGED_PEER;
}

static void shape_redrawn(struct stage *stage, uint32_t k)
{
    shape_nodes(stage, k);
    stage->spec.faults.initial_age = AGE_NEW;
    stage->spec.faults.renewal = RENEWAL_ATTEMPT;
}

static void shape_choices(struct stage *stage, uint32_t k)
{
    shape_platform(stage, k);
    stage->spec.group.final_checkpoint = stage->spec.group.restore_initial = false;
    stage->spec.group.is_divisible = true;
    stage->spec.faults.strike = PHASE_BIT(PHASE_WORK) | PHASE_BIT(PHASE_DETECT);
    stage->spec.detection.delay = 7 * SIMTIME_MINUTE;
}

static void shape_free(struct stage *stage, uint32_t k)
{
    shape_platform(stage, k);
    stage->spec.group.checkpoint = stage->spec.group.restore = stage->spec.group.downtime = 0;
    stage->spec.detection.delay = 0;
    stage->spec.max_events = 500;
}

static void shape_foretold(struct stage *stage, uint32_t k)
{
    shape_racks(stage, k);
    stage->spec.faults.prediction.recall_ppm = 800000;
    stage->spec.faults.prediction.precision_ppm = 600000;
    stage->spec.faults.prediction.lead = (4 + 5 * (k % 3)) * SIMTIME_MINUTE;
    stage->spec.faults.prediction.window = (k % 4) * 20 * SIMTIME_MINUTE;
    stage->spec.faults.notice = (k % 2) * 6 * SIMTIME_MINUTE;
    stage->spec.group.is_divisible = k % 3 == 0;
}

/* Outages of eight machines; every tenth takes two of them at once, the last is still open. */
static void shape_trace(struct stage *stage, uint32_t k)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    static const char *const causes[] = {""};
    struct outages *o = &stage->outages;
    for (uint32_t i = 0; i < RECORDED; i++) {
        uint32_t j = i % 10 == 9 ? i - 1 : i;
        int64_t start = (int64_t)(j * 5000 + j * j * 37 % 3000) * SIMTIME_SECOND;
        stage->list[i] = (struct outage){.start = start,
                                         .end = start + (int64_t)(i * 13 % 40) * SIMTIME_MINUTE,
                                         .node = i * 5 % 8,
                                         .line = i + 2};
    }
    stage->list[RECORDED - 1].end = OUTAGE_OPEN;
    *o = (struct outages){.count = RECORDED,
                          .nodes_count = 8,
                          .causes_count = 1,
                          .list = stage->list,
                          .nodes = names,
                          .causes = causes,
                          .first = stage->list[0].start,
                          .last = stage->list[RECORDED - 1].start};
    stage->spec.cluster.nodes = stage->spec.group.workers = 6;
    stage->spec.cluster.spares = k % 3;
    stage->spec.faults.trace =
        (struct spec_trace){.is_given = true,
                            .times = k % 2 ? TIMES_TRUE : TIMES_REPORTED,
                            .start = k % 4 ? START_RANDOM : START_FIRST,
                            .after_end = k % 2 ? AFTER_END_WRAP : AFTER_END_STOP,
                            .nodes = k % 3 ? PICK_SAMPLE : PICK_FIRST_N,
                            .open = k % 2 ? OPEN_CENSOR : OPEN_TO_END,
                            .outages = o};
}

static void shape_warned(struct stage *stage, uint32_t k)
{
    shape_trace(stage, k);
    stage->spec.faults.prediction.recall_ppm = 700000;
    stage->spec.faults.prediction.precision_ppm = 500000;
    stage->spec.faults.prediction.lead = k * 20 * SIMTIME_MINUTE;
    stage->spec.faults.prediction.window = 2 * SIMTIME_HOUR;
    stage->spec.faults.notice = 10 * SIMTIME_MINUTE;
}

static void shape_all(struct stage *stage, uint32_t k)
{
    shape_trace(stage, k);
    stage->spec.faults.platform = process(k, 30);
    stage->spec.faults.node = repaired(k + 1, 200, k + 4, 4);
}

static const struct scenario {
    const char *name;
    void (*shape)(struct stage *stage, uint32_t k);
    enum group_mode mode;
} scenarios[] = {
    {"core-exposure", shape_platform, GROUP_CONTROLLED},
    {"core-nodes", shape_nodes, GROUP_CONTROLLED},
    {"core-repair", shape_repair, GROUP_CONTROLLED},
    {"core-persist", shape_persist, GROUP_CONTROLLED},
    {"core-redrawn", shape_redrawn, GROUP_CONTROLLED},
    {"core-trace", shape_trace, GROUP_CONTROLLED},
    {"core-wall", shape_wall, GROUP_CONTROLLED},
    {"core-new", shape_new, GROUP_CONTROLLED},
    {"core-aged", shape_aged, GROUP_CONTROLLED},
    {"core-cold", shape_cold, GROUP_CONTROLLED},
    {"core-racks", shape_racks, GROUP_CONTROLLED},
    {"core-staged", shape_staged, GROUP_CONTROLLED},
    {"core-choices", shape_choices, GROUP_CONTROLLED},
    {"core-free", shape_free, GROUP_CONTROLLED},
    {"core-all", shape_all, GROUP_CONTROLLED},
    {"core-foretold", shape_foretold, GROUP_CONTROLLED},
    {"core-warned", shape_warned, GROUP_CONTROLLED},
    {"core-bound", shape_repair, GROUP_BOUND},
};

/* Laws whose first lifetime is a residual one need their tables. */
static bool prepare_residuals(struct stage *stage)
{
    struct spec_process *all[] = {&stage->spec.faults.node, &stage->spec.faults.rack,
                                  &stage->spec.faults.platform};
    bool is_good = true;
    for (size_t i = 0; i < COUNT(all); i++) {
        if (!all[i]->is_given)
            continue;
        is_good &= law_prepare(&all[i]->uptime) == NULL;
        is_good &= !all[i]->has_repair || law_prepare(&all[i]->repair) == NULL;
        if (stage->spec.faults.initial_age == AGE_STATIONARY)
            is_good &= law_prepare_residual(&all[i]->uptime, stage->guides[i]) == NULL;
    }
    return is_good;
}

/* false: this controller refuses this shape (every n steps, where there are no steps). */
static bool control(struct stage *stage, const char *name, const struct variant *variant)
{
    struct spec *s = &stage->spec;
    const struct cairn_controller_class *class = cairn_controller_find(name);
    struct cairn_shape shape = spec_shape(s);
    chosen_defaults(&stage->chosen, name, fault_mtbf(s, INT64_MAX));
    if (variant) {
        stage->chosen.values[0] = chosen_seconds(simtime_seconds(variant->value));
        stage->chosen.values[0].i = variant->value;
        stage->chosen.values[1].i = variant->choice;
    }
    for (unsigned i = 0; class->params[i].name; i++) /* tables small enough for an emulator */
        if (strcmp(class->params[i].name, "quanta") == 0)
            stage->chosen.values[i] = (struct cairn_value){.i = 12, .x = 12};
    s->controller.class = class;
    memcpy(s->controller.values, stage->chosen.values, sizeof s->controller.values);
    uint64_t size = cairn_plan_size(class, s->controller.values, &shape);
    if (size > sizeof plan)
        return false;
    memset(plan, 0, size);
    return class->plan(s->controller.values, &shape, plan) == NULL;
}

/* All replications of one scenario; the digest grows as a summary's does. False: out of memory. */
static bool put_runs(struct digest *digest, struct stage *stage, enum group_mode mode,
                     uint64_t *runs)
{
    struct run run;
    struct record record;
    if (run_open(&run, &stage->spec, plan) != STATUS_OK)
        return false;
    bool is_good = true;
    for (uint32_t i = 0; i < RUNS && is_good; i++) {
        is_good = run_replicate(&run, i, mode, &record) == STATUS_OK;
        digest_put(digest, record.digest.high);
        digest_put(digest, record.digest.low);
        ++*runs;
    }
    run_close(&run);
    return is_good;
}

static bool row_scenario(const struct scenario *scenario, bool may_skip)
{
    struct digest digest;
    struct stage stage;
    uint64_t runs = 0;
    enum group_mode mode = scenario->mode;
    if (mode == GROUP_CONTROLLED && !may_skip)
        mode = GROUP_NO_SKIP;
    digest_init(&digest);
    for (uint32_t k = 0; k < COUNT(laws); k++) {
        for (size_t i = 0; i < COUNT(variants) || cairn_controllers[i - COUNT(variants)]; i++) {
            const struct variant *variant = i < COUNT(variants) ? &variants[i] : NULL;
            const char *name =
                variant ? variant->name : cairn_controllers[i - COUNT(variants)]->name;
            stage_open(&stage);
            scenario->shape(&stage, k);
            if (!prepare_residuals(&stage))
                return false;
            if (control(&stage, name, variant) && !put_runs(&digest, &stage, mode, &runs))
                return false;
        }
    }
    print_row(scenario->name, runs, &digest);
    return true;
}

static bool has_option(char **argv, const char *option)
{
    for (; *argv != NULL; argv++)
        if (strcmp(*argv, option) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    const char *refusal = fmath_refusal();
    if (refusal != NULL) {
        fprintf(stderr, "core: %s\n", refusal);
        return 6;
    }
    (void)argc;
    bool is_few = has_option(argv, "--few"), is_good = true;
    puts("scenario,seed,replications,digest");
    if (!is_few) {
        row_random();
        row_fmath();
        row_special();
        is_good = row_law();
        row_estimate();
        row_text();
    }
    struct digest programs;
    uint64_t runs = core_programs(&programs);
    print_row("core-programs", runs, &programs);
    is_good &= runs > 0;
    for (size_t i = 0; i < (is_few ? FEW : COUNT(scenarios)); i++)
        is_good &= row_scenario(&scenarios[i], !has_option(argv, "--no-skip"));
    return is_good ? 0 : 5;
}
