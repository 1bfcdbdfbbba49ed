/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program built by hand, in which most statements and all kinds of failures occur.
 *
 *     20 loads of random length, 1 MB each; two trainers; two branches that split each load, and
 * one that trains until both trainers hold 6 calls; a checkpoint; all results fetched */
#include "tests/legs/core_programs.h"
#include "sim/runtime/runtime.h"
#include "tests/chosen.h"

#define S SIMTIME_SECOND
#define NO_VARIABLE                                                                                \
    {                                                                                              \
        PROGRAM_NOTHING, 0                                                                         \
    }
#define RUNS 2
#define PLAN 4096

static const struct law short_times = {.kind = LAW_EXPONENTIAL, .scale = 3, .mean = 3};
static const int64_t split_times[] = {S, 2 * S, S / 2};

static const struct program_function functions[] = {
    {.name = "load",
     .actor = PROGRAM_NOTHING,
     .time = {.kind = AMOUNT_LAW, .law = &short_times},
     .size = {.constant = 1000000},
     .demand.of = {[CAIRN_CPU] = CAIRN_WHOLE},
     .retries = PROGRAM_FOR_EVER,
     .crash = {.kind = AMOUNT_LAW, .law = &short_times}},
    {.name = "split",
     .actor = PROGRAM_NOTHING,
     .time = {.kind = AMOUNT_LISTED, .list = split_times, .count = 3},
     .demand.of = {[CAIRN_CPU] = CAIRN_WHOLE / 2},
     .retries = PROGRAM_FOR_EVER,
     .retry_exceptions = true,
     .fails = {.ppm = 200000, .at_ppm = 500000}},
    {.name = "T.train", .actor = 0, .time = {.constant = 4 * S}},
};
static const struct program_actor actors[] = {
    {.name = "T",
     .start = {.constant = 2 * S},
     .placed.of = {[CAIRN_CPU] = CAIRN_WHOLE},
     .restarts = PROGRAM_FOR_EVER,
     .task_retries = PROGRAM_FOR_EVER,
     .concurrency = 1,
     .crash = {.kind = AMOUNT_CONSTANT, .constant = 47 * S},
     .checkpoint = {.is_given = true,
                    .snapshot = {.constant = S},
                    .persist = {.constant = S / 2},
                    .restore = {.constant = S / 4},
                    .is_automatic = true,
                    .keep = 2}},
};
static const struct program_argument arguments[] = {
    {{1, 0}, true},  /* each load, from a branch */
    {{0, 0}, false}, /* all of them, from the driver */
};
static const struct program_statement statements[] = {
    {OP_CALL, .body = 1, .end = 1, .what = 0, .times = 20, .target = NO_VARIABLE, .bind = {0, 0}},
    {OP_CREATE, .body = 2, .end = 2, .times = 2, .target = NO_VARIABLE, .bind = {0, 1}},
    {OP_PARALLEL, .body = 8, .end = 8, .target = NO_VARIABLE, .bind = NO_VARIABLE,
     .has_handler = true},
    {OP_BRANCH, .body = 5, .end = 5, .slots = 1, .times = 2, .target = NO_VARIABLE,
     .bind = NO_VARIABLE},
    {OP_CALL, .body = 5, .end = 5, .what = 1, .times = 20, .target = NO_VARIABLE, .bind = {0, 0},
     .arguments_count = 1, .is_waited = true},
    {OP_BRANCH, .body = 8, .end = 8, .times = 1, .target = NO_VARIABLE, .bind = NO_VARIABLE},
    {OP_UNTIL, .body = 8, .end = 8, .times = 6, .target = {1, 1}, .bind = NO_VARIABLE},
    {OP_CALL, .body = 8, .end = 8, .what = 2, .times = 1, .target = {1, 1}, .bind = NO_VARIABLE,
     .is_waited = true},
    {OP_CHECKPOINT, .body = 9, .end = 9, .target = {0, 1}, .bind = NO_VARIABLE,
     .has_handler = true},
    {OP_GET, .body = 10, .end = 10, .target = NO_VARIABLE, .bind = NO_VARIABLE, .first_argument = 1,
     .arguments_count = 1, .has_handler = true},
    {OP_THINK, .body = 11, .end = 11, .target = NO_VARIABLE, .bind = NO_VARIABLE,
     .amount = {.kind = AMOUNT_LAW, .law = &short_times}},
};
static const struct program_job jobs[] = {
    {.name = "driver", .count = 2, .apart = {.constant = 5 * S}, .end = 11, .slots = 2},
};
static const struct program program = {
    .functions = functions,
    .actors = actors,
    .statements = statements,
    .arguments = arguments,
    .jobs = jobs,
    .functions_count = 3,
    .actors_count = 1,
    .statements_count = 11,
    .arguments_count = 2,
    .jobs_count = 1,
    .depth = 4,
};

static struct spec spec_of_programs(void)
{
    struct spec spec = {
        .horizon = SIMTIME_HOUR,
        .cluster = {.nodes = 4, .spares = 1, .node_cpu = 2, .node_memory = 1 << 20},
        .group = {.workers = 4},
        .detection = {.period = S, .timeout = 2 * S, .threshold = 3},
        .runtime = {.submit = S / 1000,
                    .lease = S / 500,
                    .reply = S / 1000,
                    .worker_start = S / 5,
                    .node_start = S,
                    .latency = S / 1000,
                    .bandwidth = 1e7,
                    .inline_size = 1000},
        .program = &program,
        .seed = 1,
        .max_events = 1000000,
    };
    spec.faults.initial_age = AGE_NEW;
    spec.faults.node = (struct spec_process){
        .is_given = true,
        .has_repair = true,
        .uptime = {.kind = LAW_WEIBULL, .shape = 0.7, .scale = 60},
        .repair = {.kind = LAW_EXPONENTIAL, .scale = 20},
    };
    return spec;
}

static void fill(const struct cairn_param *params, struct cairn_value *values)
{
    for (unsigned i = 0; params[i].name; i++)
        values[i] = chosen_value(&params[i], 120);
}

static bool put_runs(struct digest *digest, const struct spec *spec,
                     const struct runtime_plans *plans, uint64_t *runs)
{
    struct runtime runtime;
    struct record record;
    bool is_good = runtime_open(&runtime, spec, plans) == STATUS_OK;
    for (uint32_t i = 0; i < RUNS && is_good; i++) {
        is_good = runtime_replicate(&runtime, i, &record) == STATUS_OK;
        digest_put(digest, record.digest.high);
        digest_put(digest, record.digest.low);
        digest_put(digest, (uint64_t)record.makespan);
        ++*runs;
    }
    if (is_good)
        runtime_close(&runtime);
    return is_good;
}

/* One combination; the plans live here while it runs. */
static bool put_combination(struct digest *digest, struct spec *spec, const char *controller,
                            uint64_t *runs)
{
    static _Alignas(16) char places[PLAN], cures[PLAN], decisions[PLAN];
    struct cairn_shape shape = {.size = sizeof shape,
                                .abi = CAIRN_CONTROLLER_ABI,
                                .checkpoint_cost = S,
                                .restore_cost = S / 4,
                                .persist = S / 2,
                                .step = 4 * S,
                                .workers = 1};
    const void *controllers[] = {decisions};
    struct runtime_plans plans = {.scheduler = places, .recovery = cures};
    memset(places, 0, sizeof places);
    memset(cures, 0, sizeof cures);
    memset(decisions, 0, sizeof decisions);
    fill(spec->scheduler.class->params, spec->scheduler.values);
    fill(spec->recovery.class->params, spec->recovery.values);
    spec->controller.class = cairn_controller_find(controller);
    fill(spec->controller.class->params, spec->controller.values);
    bool is_good =
        spec->scheduler.class->plan_size <= PLAN &&
        cairn_recovery_plan_size(spec->recovery.class) <= PLAN &&
        cairn_plan_size(spec->controller.class, spec->controller.values, &shape) <= PLAN &&
        !spec->scheduler.class->plan(spec->scheduler.values, places) &&
        !spec->recovery.class->plan(spec->recovery.values, cures) &&
        !spec->controller.class->plan(spec->controller.values, &shape, decisions);
    if (strcmp(controller, "none") != 0)
        plans.controllers = controllers;
    return is_good && put_runs(digest, spec, &plans, runs);
}

uint64_t core_programs(struct digest *digest)
{
    uint64_t runs = 0;
    digest_init(digest);
    static const char *const controllers[] = {"none", "daly", "online", "adaptive"};
    struct spec spec = spec_of_programs();
    bool is_good = !law_prepare(&spec.faults.node.uptime) && !law_prepare(&spec.faults.node.repair);
    for (size_t i = 0; cairn_schedulers[i]; i++)
        for (size_t j = 0; cairn_recoveries[j]; j++)
            for (size_t k = 0; k < sizeof controllers / sizeof *controllers && is_good; k++) {
                spec.scheduler.class = cairn_schedulers[i];
                spec.recovery.class = cairn_recoveries[j];
                is_good = put_combination(digest, &spec, controllers[k], &runs);
            }
    return is_good ? runs : 0;
}
