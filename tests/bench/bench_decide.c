/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a decision costs, of every controller, and an event of a run that asks at each checkpoint.
 *
 * A synthetic driver, the same for all: asks, lets the time pass that was asked for, tells of
 * checkpoints done and, now and then, of a failure and its recovery. The driver's own cost,
 * measured with a controller that does nothing, is taken off. Then whole runs, step by step:
 * nothing skipped, the real code asked at every checkpoint.
 *
 *   bench_decide [--quick] [--csv FILE] */
#include "sim/base/simtime.h"
#include "sim/model/run.h"
#include "tests/bench/bench.h"
#include "tests/chosen.h"

#define MTBF   21600.0 /* s; costs 60 s, steps of 10 min: what a large job has */
#define NODES  64
#define FAILED 20 /* decisions between failures */

static _Alignas(16) unsigned char plan[4 << 20], state[4 << 20];

static const struct cairn_shape shape = {.size = sizeof shape,
                                         .abi = CAIRN_CONTROLLER_ABI,
                                         .checkpoint_cost = 60 * SIMTIME_SECOND,
                                         .restore_cost = 60 * SIMTIME_SECOND,
                                         .work = 30 * SIMTIME_DAY,
                                         .step = 600 * SIMTIME_SECOND,
                                         .workers = NODES,
                                         .has_final_checkpoint = 1,
                                         .has_initial_restore = 1};

struct driver {
    const struct cairn_controller_class *class;
    uint32_t hears;
    struct cairn_situation situation;
    int64_t born[NODES];
    uint64_t taken;
};

static void tell(struct driver *d, struct cairn_happening h)
{
    if (!(d->hears & CAIRN_HEARS(h.kind)))
        return;
    h.size = sizeof h;
    h.abi = CAIRN_CONTROLLER_ABI;
    h.is_restorable = 1;
    h.now = d->situation.now;
    h.steps = d->situation.step_index;
    h.name = "step";
    d->class->observe(plan, state, &h, 1);
}

/* One step of work, the question, and what follows from the answer. */
static void turn(struct driver *d, uint64_t i)
{
    struct cairn_situation *s = &d->situation;
    struct cairn_verdict v = {.size = sizeof v, .abi = CAIRN_CONTROLLER_ABI};
    s->now += shape.step;
    s->work_done = s->work_done % shape.work + shape.step;
    s->work_since += shape.step;
    s->wall_since += shape.step;
    s->step_index = s->work_done / shape.step;
    s->steps_since++;
    tell(d, (struct cairn_happening){.kind = CAIRN_HEAR_STEP, .cost = shape.step});
    d->class->decide(plan, state, s, &v);
    d->taken += v.action == CAIRN_CHECKPOINT;
    if (v.action != CAIRN_CHECKPOINT && i % FAILED != 0)
        return;
    s->work_since = s->wall_since = s->steps_since = 0;
    s->now += shape.checkpoint_cost;
    if (i % FAILED != 0) {
        s->last_cost = shape.checkpoint_cost;
        tell(d, (struct cairn_happening){.kind = CAIRN_HEAR_CHECKPOINT_DONE,
                                         .cost = shape.checkpoint_cost});
    } else {
        s->failed = s->now;
        s->failures++;
        d->born[i / FAILED % NODES] = s->now;
        tell(d, (struct cairn_happening){.kind = CAIRN_HEAR_FAILURE, .work_lost = shape.step});
        tell(d, (struct cairn_happening){.kind = CAIRN_HEAR_RECOVERED, .cost = shape.restore_cost});
    }
}

/* ns a turn, the median of BENCH_REPEATS; 0: the controller refuses this job. */
static double measure(const char *name, uint64_t turns, uint64_t *taken)
{
    struct chosen chosen;
    double seconds[BENCH_REPEATS];
    chosen_defaults(&chosen, name, MTBF);
    if (cairn_plan_size(chosen.class, chosen.values, &shape) > sizeof plan)
        bench_fail("a plan is larger than this benchmark has room for");
    memset(plan, 0, sizeof plan);
    if (chosen.class->plan(chosen.values, &shape, plan) != NULL)
        return 0;
    if (cairn_state_size(chosen.class, plan) > sizeof state)
        bench_fail("a state is larger than this benchmark has room for");
    for (int repeat = 0; repeat < BENCH_REPEATS; repeat++) {
        struct driver d = {.class = chosen.class,
                           .hears = cairn_hears(chosen.class, plan),
                           .situation = {.size = sizeof d.situation,
                                         .abi = CAIRN_CONTROLLER_ABI,
                                         .last_cost = -1,
                                         .expected_cost = shape.checkpoint_cost,
                                         .restore_cost = shape.restore_cost,
                                         .nodes = NODES}};
        d.situation.born = d.born;
        cairn_state_init(chosen.class, plan, state);
        double start = bench_seconds();
        for (uint64_t i = 1; i <= turns; i++)
            turn(&d, i);
        seconds[repeat] = bench_seconds() - start;
        *taken = d.taken;
    }
    return 1e9 * bench_median(seconds, BENCH_REPEATS) / (double)turns;
}

static void decisions(const struct bench *bench)
{
    uint64_t taken, turns = bench->is_quick ? 2000 : 200000;
    double driver = measure("none", turns, &taken);
    printf(
        "decide: ns a decision, %d nodes, a failure every %d decisions; the driver's %.1f ns are "
        "taken off\n",
        NODES, FAILED, driver);
    for (unsigned i = 0; cairn_controllers[i]; i++) {
        const char *name = cairn_controllers[i]->name;
        uint64_t few = turns;
        double ns = measure(name, turns / 1000 + 1, &taken); /* a taste: some compute for long */
        if (ns > 20000)
            few = turns / 1000 + 1;
        else if (ns > 0)
            ns = measure(name, few, &taken);
        if (ns <= 0) {
            printf("  %-20s refuses this job\n", name);
            continue;
        }
        ns = ns > driver ? ns - driver : 0;
        char row[64];
        snprintf(row, sizeof row, "decide.%s", name);
        printf("  %-20s %10.1f ns   %llu of %llu taken\n", name, ns, (unsigned long long)taken,
               (unsigned long long)few);
        bench_row(bench, row, NODES, ns, "ns", "", 0);
    }
}

/* Hosts of one job, MTBF 1,000 h each, repaired in 1 h, checkpoints every hour: all of them asked
 * for, none skipped. */
static void runs(const struct bench *bench)
{
    static const uint32_t sizes[] = {1000, 10000};
    for (unsigned i = 0; i < 2; i++) {
        struct chosen chosen;
        struct spec spec = {.name = "bench", .horizon = 876 * SIMTIME_HOUR, .seed = 1};
        struct run run;
        struct record record;
        double seconds[BENCH_REPEATS];
        uint32_t hosts = sizes[i], replications = bench->is_quick ? 1 : 2000000 / sizes[i];
        uint64_t events = 0;
        chosen_defaults(&chosen, "fixed", MTBF);
        chosen.values[0] = chosen_seconds(600);
        spec.cluster.nodes = spec.group.workers = hosts;
        spec.cluster.spares = hosts / 100;
        spec.faults.node = (struct spec_process){
            .is_given = true,
            .has_repair = true,
            .uptime = {.kind = LAW_EXPONENTIAL, .scale = 3600e3},
            .repair = {.kind = LAW_CONSTANT, .scale = 3600},
        };
        spec.faults.initial_age = AGE_NEW;
        spec.max_events = UINT64_MAX;
        spec.group.work = spec.horizon / 2;
        spec.group.checkpoint = spec.group.restore = 2 * SIMTIME_SECOND;
        spec.controller.class = chosen.class;
        memcpy(spec.controller.values, chosen.values, sizeof chosen.values);
        if (law_prepare(&spec.faults.node.uptime) || law_prepare(&spec.faults.node.repair) ||
            chosen.class->plan(chosen.values, &shape, plan) ||
            run_open(&run, &spec, plan) != STATUS_OK)
            bench_fail("the run cannot be opened");
        for (int repeat = 0; repeat < BENCH_REPEATS; repeat++) {
            double start = bench_seconds();
            events = 0;
            for (uint32_t r = 0; r < replications / 100 + 1; r++) {
                if (run_replicate(&run, r, GROUP_NO_SKIP, &record) != STATUS_OK)
                    bench_fail("out of memory");
                events += record.events;
            }
            seconds[repeat] = bench_seconds() - start;
        }
        run_close(&run);
        double ns = 1e9 * bench_median(seconds, BENCH_REPEATS) / (double)events;
        printf(
            "run, every checkpoint asked for: %u hosts, %.1f ns an event (%.1f struck, end %d)\n",
            hosts, ns, (double)record.struck, (int)record.end);
        bench_row(bench, "asked", hosts, ns, "ns", "", 0);
    }
}

int main(int argc, char **argv)
{
    struct bench bench = bench_open(argc, argv);
    decisions(&bench);
    runs(&bench);
    bench_close(&bench);
    return 0;
}
