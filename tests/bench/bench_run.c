/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole runs in a user's terms: replications, large clusters, cores, start-up, the digest's share.
 *
 * Built-in scenarios go the way `cairn run` takes them: read, checked, planned, run. Each line
 * holds a cost against what it must not exceed and what we would like; CPU time of one core, the
 * median of five, except where wall time is the point (start-up, cores). Clusters grow from line to
 * line and what keeps many records comes after them, so a peak of memory belongs to its line.
 *
 *   bench_run [--quick] [--csv FILE] [PATH_OF_CAIRN] */
#include "sim/campaign/study.h"
#include "tests/bench/bench.h"
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { SETS = 8, SPAWNS = 40 };

/* A scenario made ready; the arena owns all of it. */
struct setup {
    struct arena arena;
    struct diag diag;
    struct scenario_document document;
    struct scenario scenario;
    struct axis axes[SETS];
    struct cell cell;
};

static void setup_fail(const struct setup *setup, const char *name)
{
    for (uint32_t i = 0; i < setup->diag.kept; i++) {
        fprintf(stderr, "%s\n", setup->diag.text[i]);
    }
    bench_fail(name);
}

/* sets: at most SETS texts KEY=VALUE, then NULL. */
static struct setup *setup_open(const char *name, const char *const *sets)
{
    struct axis_pick picks[SETS];
    size_t count = 0;
    struct setup *setup = calloc(1, sizeof *setup);
    if (setup == NULL) {
        bench_fail("out of memory");
    }
    arena_init(&setup->arena);
    diag_init(&setup->diag);
    if (scenario_read(name, &setup->arena, &setup->diag, &setup->document) != STATUS_OK) {
        setup_fail(setup, name);
    }
    for (; sets[count] != NULL; count++) {
        struct axis *axis = &setup->axes[count];
        if (axis_split(sets[count], &setup->arena, &setup->diag, axis) != STATUS_OK) {
            setup_fail(setup, sets[count]);
        }
        picks[count] = (struct axis_pick){axis, 0};
    }
    if (scenario_build(&setup->document, picks, count, &setup->arena, &setup->diag,
                       &setup->scenario) != STATUS_OK ||
        cell_prepare(&setup->cell, &setup->scenario, &setup->arena, &setup->diag) != STATUS_OK) {
        setup_fail(setup, name);
    }
    return setup;
}

static void setup_close(struct setup *setup)
{
    arena_fini(&setup->arena);
    free(setup);
}

/* Means of one replication. */
struct cost {
    double seconds, outages, struck, events, decisions, checkpoints, makespan;
    double open_seconds; /* of run_open, once */
    struct digest_value digest;
};

static double measure_once(struct run *run, enum group_mode mode, uint32_t reps, struct cost *cost)
{
    struct record record;
    struct cost sum = {.open_seconds = cost->open_seconds};
    double start = bench_seconds();
    for (uint32_t i = 0; i < reps; i++) {
        if (run_replicate(run, i, mode, &record) != STATUS_OK) {
            bench_fail("out of memory");
        }
        sum.outages += (double)record.trace.outages / reps;
        sum.struck += (double)record.struck / reps;
        sum.events += (double)record.events / reps;
        sum.decisions += (double)run->group.requests / reps;
        sum.checkpoints += (double)record.taken / reps;
        sum.makespan += simtime_seconds(record.makespan) / reps;
        sum.digest.low ^= record.digest.low;
        sum.digest.high ^= record.digest.high;
    }
    double seconds = (bench_seconds() - start) / reps;
    *cost = sum;
    return seconds;
}

static struct cost measure(const struct cell *cell, enum group_mode mode, uint32_t reps)
{
    struct run *run = calloc(1, sizeof *run);
    double seconds[BENCH_REPEATS];
    struct cost cost = {.open_seconds = bench_seconds()};
    if (run == NULL || run_open(run, &cell->spec, cell->plan) != STATUS_OK) {
        bench_fail("out of memory");
    }
    cost.open_seconds = bench_seconds() - cost.open_seconds;
    for (int i = 0; i < BENCH_REPEATS; i++) {
        seconds[i] = measure_once(run, mode, reps, &cost);
    }
    cost.seconds = bench_median(seconds, BENCH_REPEATS);
    run_close(run);
    free(run);
    return cost;
}

/* ---- the table ---- */

struct line {
    const char *name, *unit;
    double size, value, must, stretch; /* budgets; 0: none */
};

static void report(const struct bench *bench, struct line line, const char *note)
{
    const char *verdict = line.must <= 0              ? ""
                          : line.value > line.must    ? "MISSED"
                          : line.value > line.stretch ? "met"
                                                      : "stretch";
    printf("%-18s %10.0f %11.4g %-13s", line.name, line.size, line.value, line.unit);
    if (line.must > 0) {
        printf(" %8.4g %8.4g %-8s", line.must, line.stretch, verdict);
    } else {
        printf(" %8s %8s %-8s", "", "", "");
    }
    printf("%s\n", note);
    fflush(stdout);
    bench_row(bench, line.name, line.size, line.value, line.unit, line.must > 0 ? "must" : "",
              line.must > 0 ? line.must / line.value : 0);
}

static bool is_same(struct digest_value a, struct digest_value b)
{
    return a.low == b.low && a.high == b.high;
}

/* ---- replications ---- */

/* The happenings of one mean replication, told to a story by themselves: what the digest costs. */
static double measure_story(const struct cost *cost)
{
    enum { TOLD = 5, CHANCES = 20000 }; /* struck, detected, nodes ready, restore begun, restored */
    struct story *story = calloc(1, sizeof *story);
    uint64_t struck = (uint64_t)(cost->struck + 0.5), outages = (uint64_t)(cost->outages + 0.5);
    uint32_t reps = (uint32_t)(CHANCES / (cost->struck + 1)) + 1;
    double seconds[BENCH_REPEATS];
    uint64_t sink = 0;
    for (int r = 0; r < BENCH_REPEATS && story != NULL; r++) {
        double start = bench_seconds();
        for (uint32_t i = 0; i < reps; i++) {
            simtime at = i;
            story_begin(story);
            for (uint64_t k = 0; k < outages; k++) {
                story_outage(story, at + (simtime)k, 0, (uint32_t)k, 1);
            }
            for (uint64_t k = 0; k <= struck; k++) {
                struct story_checkpoints many = {
                    .first = at, .spacing = 70, .cost = 3, .first_work = at, .count = 9};
                story_tell_checkpoints(story, &many);
                for (unsigned t = 0; t < TOLD; t++) {
                    story_tell(story, STORY_STRUCK, at += 1000, (simtime)k);
                }
            }
            sink += story_end(story).low;
        }
        seconds[r] = (bench_seconds() - start) / reps;
    }
    bool is_used = story != NULL && sink != 0;
    free(story);
    return is_used ? bench_median(seconds, BENCH_REPEATS) : 0;
}

struct budget {
    double must, stretch; /* us a replication */
};

static void report_case(const struct bench *bench, const char *name, const char *scenario,
                        const char *const *sets, uint32_t reps, struct budget budget)
{
    struct setup *setup = setup_open(scenario, sets);
    char label[64], note[160];
    reps = bench->is_quick ? reps / 100 + 1 : reps;
    struct cost skip = measure(&setup->cell, GROUP_CONTROLLED, reps);
    uint32_t few = reps / 10 + 1;
    struct cost same = measure(&setup->cell, GROUP_CONTROLLED, few);
    struct cost each = measure(&setup->cell, GROUP_NO_SKIP, few);
    if (!is_same(each.digest, same.digest)) {
        bench_fail("skipping changed a digest");
    }
    snprintf(note, sizeof note, "%.0f/s; %.4g struck, %.4g d, %.0f ns a struck failure",
             1 / skip.seconds, skip.struck, skip.makespan / 86400,
             skip.seconds * 1e9 / skip.struck);
    report(bench,
           (struct line){name, "us/replic.", reps, skip.seconds * 1e6, budget.must, budget.stretch},
           note);
    snprintf(label, sizeof label, "%s.no_skip", name);
    snprintf(note, sizeof note, "%.0f/s; skipping is %.1f times as fast", 1 / each.seconds,
             each.seconds / skip.seconds);
    report(bench, (struct line){label, "us/replic.", few, each.seconds * 1e6, 0, 0}, note);
    snprintf(label, sizeof label, "%s.event", name);
    snprintf(note, sizeof note,
             "%.3g M events/s, %.3g M decisions/s (no skip: %.0f, %.0f a replic.)",
             each.events / each.seconds / 1e6, each.decisions / each.seconds / 1e6, each.events,
             each.decisions);
    report(
        bench,
        (struct line){label, "ns/event", each.events, each.seconds * 1e9 / each.events, 500, 250},
        note);
    snprintf(label, sizeof label, "%s.digest", name);
    double story = measure_story(&skip);
    snprintf(note, sizeof note, "%.2f us of the skipping run", story * 1e6);
    report(bench, (struct line){label, "%", skip.events, 100 * story / skip.seconds, 10, 5}, note);
    setup_close(setup);
}

static void report_replications(const struct bench *bench)
{
    static const char *const none[] = {NULL};
    static const char *const llama[] = {"faults.node.uptime={exponential: 5695.7 h}", NULL};
    /* 54 d x 24 h x 2,048 nodes / 466 interruptions = 5,695.7 h */
    report_case(bench, "daly_500h", "daly2006-fig3", none, 40000,
                (struct budget){10, 1e6 / 300000});
    report_case(bench, "llama_54d", "llama3-405b", llama, 1000, (struct budget){2000, 200});
}

/* With skipping, the same failures and ever more checkpoints must cost the same. */
static void report_intervals(const struct bench *bench)
{
    static const char *const intervals[] = {"1 h", "10 min", "1 min", "10 s", "1 s"};
    for (size_t i = 0; i < sizeof intervals / sizeof *intervals; i++) {
        char controller[80], note[120];
        snprintf(controller, sizeof controller, "controller={name: fixed, interval: %s}",
                 intervals[i]);
        const char *sets[] = {controller, "workload.group.checkpoint=1 ms", NULL};
        struct setup *setup = setup_open("daly2006-fig3", sets);
        struct cost cost = measure(&setup->cell, GROUP_CONTROLLED, bench->is_quick ? 20 : 10000);
        snprintf(note, sizeof note, "checkpoint every %s, %.4g struck", intervals[i], cost.struck);
        report(
            bench,
            (struct line){"checkpoints", "us/replic.", cost.checkpoints, cost.seconds * 1e6, 0, 0},
            note);
        setup_close(setup);
    }
}

/* ---- growth ---- */

struct size {
    uint32_t nodes;
    const char *horizon, *work, *laws;
};

static const char exponential[] =
    "faults={node: {uptime: {exponential: 5 y}, repair: {lognormal: {median: 1 h, sigma: 1.2}}}}";
static const char weibull[] = "faults={node: {uptime: {weibull: {shape: 0.7, mean: 5 y}}, "
                              "repair: {lognormal: {median: 1 h, sigma: 1.2}}}}";
static const char weibull_new[] = "faults={node: {uptime: {weibull: {shape: 0.7, mean: 5 y}}, "
                                  "repair: {lognormal: {median: 1 h, sigma: 1.2}}}, "
                                  "initial_age: new}";

/* A job on all nodes, with one spare in a hundred, that takes the whole horizon. */
static struct cost measure_size(const struct bench *bench, struct size size)
{
    char cluster[80], group[160], horizon[40];
    snprintf(cluster, sizeof cluster, "cluster={nodes: %u, spares: %u}", size.nodes,
             size.nodes / 100 + 1);
    snprintf(group, sizeof group,
             "workload={group: {workers: %u, work: %s, checkpoint: 10 s, restore: 10 s}}",
             size.nodes, size.work);
    snprintf(horizon, sizeof horizon, "horizon=%s", size.horizon);
    const char *sets[] = {cluster, group, horizon, size.laws, NULL};
    struct setup *setup = setup_open("llama3-405b", sets);
    uint32_t reps = bench->is_quick ? 1 : 200000 / size.nodes + 1;
    struct cost cost = measure(&setup->cell, GROUP_CONTROLLED, reps);
    setup_close(setup);
    return cost;
}

/* What an hour costs is what its nodes cost; the rest of a longer run is what its outages cost. */
static double report_nodes(const struct bench *bench, uint32_t nodes, const char *laws)
{
    char note[160];
    struct cost hour = measure_size(bench, (struct size){nodes, "1 h", "59 min", laws});
    snprintf(note, sizeof note, "1 h: %.3g s, %.3g outages", hour.seconds, hour.outages);
    report(bench, (struct line){"per_node", "ns/node", nodes, hour.seconds * 1e9 / nodes, 0, 0},
           note);
    return hour.seconds;
}

static void report_outages(const struct bench *bench, struct size size, double hour)
{
    char note[160];
    struct cost cost = measure_size(bench, size);
    double each = (cost.seconds - hour) * 1e9 / cost.outages;
    snprintf(note, sizeof note, "%s: %.3g s, %.4g outages, %.4g struck", size.horizon, cost.seconds,
             cost.outages, cost.struck);
    report(bench, (struct line){"per_outage", "ns/outage", size.nodes, each, 0, 0}, note);
}

static void report_million(const struct bench *bench, const char *name, struct size size)
{
    char note[160];
    struct cost cost = measure_size(bench, size);
    double peak = bench_peak_bytes();
    snprintf(note, sizeof note, "opened and run once; %.4g outages, %.4g struck", cost.outages,
             cost.struck);
    report(bench, (struct line){name, "s", size.nodes, cost.seconds + cost.open_seconds, 0, 0},
           note);
    snprintf(note, sizeof note, "of the whole process: %.0f bytes a node", peak / size.nodes);
    report(bench, (struct line){name, "MiB", size.nodes, peak / 1048576, 2048, 512}, note);
}

static void report_growth(const struct bench *bench)
{
    uint32_t most = bench->is_quick ? 1000 : 1000000;
    for (uint32_t nodes = 100; nodes <= most; nodes *= 10) {
        double hour = report_nodes(bench, nodes, exponential);
        if (nodes == most / 10) {
            report_outages(bench, (struct size){nodes, "30 d", "29.9 d", exponential}, hour);
            report_outages(bench, (struct size){nodes, "1 y", "364 d", exponential}, hour);
        }
        report_outages(bench, (struct size){nodes, "10 y", "3649 d", exponential}, hour);
    }
    report_million(bench, "million", (struct size){most, "10 y", "3649 d", exponential});
    report_million(bench, "million_new", (struct size){most, "10 y", "3649 d", weibull_new});
    report_million(bench, "million_aged", (struct size){most, "10 y", "3649 d", weibull});
}

/* ---- cores ---- */

static double wall_seconds(void)
{
    return 1e-9 * (double)io_clock_ns();
}

struct pass {
    double wall, cpu;
};

static struct pass run_study(struct study *study, struct study_options options, struct diag *diag)
{
    double wall = wall_seconds(), cpu = bench_seconds();
    if (study_run(study, &options, diag) != STATUS_OK) {
        bench_fail("out of memory");
    }
    return (struct pass){wall_seconds() - wall, bench_seconds() - cpu};
}

/* One thread and two, in turns. "Without waiting" is what the growth of CPU time leaves of 2: what
 * the program itself loses, whoever else uses the cores. */
static void report_cores(const struct bench *bench, const char *name, const char *scenario,
                         uint32_t reps)
{
    static const char *const none[] = {NULL};
    struct setup *setup = setup_open(scenario, none);
    struct study study = {.cells = &setup->cell, .count = 1, .arena = &setup->arena};
    struct study_options options = {.threads = 1, .replications = bench->is_quick ? 64 : reps};
    double ratio[BENCH_REPEATS], own[BENCH_REPEATS], got[BENCH_REPEATS];
    char note[160];
    run_study(&study, options, &setup->diag);
    for (int i = 0; i < BENCH_REPEATS; i++) {
        options.threads = 1;
        struct pass one = run_study(&study, options, &setup->diag);
        options.threads = 2;
        struct pass two = run_study(&study, options, &setup->diag);
        ratio[i] = one.wall / two.wall;
        own[i] = 2 * one.cpu / two.cpu;
        got[i] = two.cpu / two.wall;
    }
    double cores = bench_median(got, BENCH_REPEATS), wall = bench_median(ratio, BENCH_REPEATS);
    bool is_quiet = cores > 1.8; /* else the ratio says what the neighbours do */
    snprintf(note, sizeof note, "%.2f times as fast on 2; without waiting %.2f; cores got %.2f%s",
             wall, bench_median(own, BENCH_REPEATS), cores,
             is_quiet ? "" : ": too busy to be judged");
    report(bench,
           (struct line){name, "wall of 1 thr.", options.replications, 1 / wall,
                         is_quiet ? 1 / 1.9 : 0, 1 / 1.95},
           note);
    setup_close(setup);
}

/* ---- start-up ---- */

static struct pass spawn_once(const char *path, posix_spawn_file_actions_t *actions)
{
    char run[] = "run", name[] = "two-node", json[] = "--json", program[512];
    char *words[] = {program, run, name, json, NULL};
    struct rusage usage;
    int status;
    pid_t child;
    snprintf(program, sizeof program, "%s", path);
    double wall = wall_seconds();
    if (posix_spawn(&child, path, actions, NULL, words, environ) != 0 ||
        wait4(child, &status, 0, &usage) != child || status != 0) {
        bench_fail("cannot run cairn; give its path as the last argument");
    }
    wall = wall_seconds() - wall;
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    return (struct pass){wall, cpu};
}

static void report_startup(const struct bench *bench, const char *path)
{
    double wall[SPAWNS], cpu[SPAWNS];
    char note[120];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    for (int i = 0; i < SPAWNS; i++) {
        struct pass pass = spawn_once(path, &actions);
        wall[i] = pass.wall * 1e3;
        cpu[i] = pass.cpu * 1e3;
    }
    posix_spawn_file_actions_destroy(&actions);
    double median = bench_median(wall, SPAWNS);
    snprintf(note, sizeof note, "wall, spawn to exit; best %.2f, worst %.2f; CPU %.2f", wall[0],
             wall[SPAWNS - 1], bench_median(cpu, SPAWNS));
    report(bench, (struct line){"startup", "ms", SPAWNS, median, 5, 2.5}, note);
}

int main(int argc, char **argv)
{
    struct bench bench = bench_open(argc, argv);
    const char *path = bench.used < argc ? argv[bench.used] : "build/cairn";
    printf("%-18s %10s %11s %-13s %8s %8s\n", "run", "size", "value", "unit", "must", "stretch");
    report_replications(&bench);
    report_intervals(&bench);
    report_startup(&bench, path);
    report_growth(&bench);
    report_cores(&bench, "cores_daly", "daly2006-fig3", 50000);
    report_cores(&bench, "cores_llama", "llama3-405b", 2000);
    bench_close(&bench);
    return 0;
}
