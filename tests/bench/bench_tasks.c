/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs: what one task costs, from its submission to its result, through real scheduler code.
 *
 * Independent tasks of 60 s in the mean on nodes of 8 processors, submitted at once. At 100 nodes
 * nothing fails, as in the peer's program; at 10,000 a node fails every 17 s, its tasks are tried
 * again, and a million tasks are the goal of PERFORMANCE section 0.
 *
 *   bench_tasks [--quick] [--csv FILE] */
#include "sim/campaign/workspace.h"
#include "tests/bench/bench.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char text[] = "version: 1\n"
                           "cluster: {nodes: %u, node: {cpu: 8}}\n"
                           "faults: {node: {uptime: %s}}\n"
                           "detection: {delay: 15 s}\n"
                           "scheduler: %s\n"
                           "workload:\n"
                           "  pipeline:\n"
                           "    tasks: {work: {time: {exponential: 60 s}, retries: unlimited}}\n"
                           "    driver: [{run: work, times: %u}]\n";

struct setup {
    struct arena arena;
    struct diag diag;
    struct scenario_document document;
    struct scenario scenario;
    struct cell cell;
};

static struct setup *setup_open(uint32_t nodes, const char *uptime, const char *scheduler,
                                uint32_t tasks)
{
    char path[] = "/tmp/cairn-bench-XXXXXX";
    struct setup *s = calloc(1, sizeof *s);
    int file = mkstemp(path);
    FILE *out = file >= 0 ? fdopen(file, "w") : NULL;
    if (!s || !out)
        bench_fail("no temporary file");
    fprintf(out, text, nodes, uptime, scheduler, tasks);
    fclose(out);
    arena_init(&s->arena);
    diag_init(&s->diag);
    if (scenario_read(path, &s->arena, &s->diag, &s->document) != STATUS_OK ||
        scenario_build(&s->document, NULL, 0, &s->arena, &s->diag, &s->scenario) != STATUS_OK ||
        cell_prepare(&s->cell, &s->scenario, &s->arena, &s->diag) != STATUS_OK)
        bench_fail(s->diag.text[0]);
    unlink(path);
    return s;
}

static void report(const struct bench *bench, uint32_t nodes, const char *uptime,
                   const char *scheduler, uint32_t tasks)
{
    struct setup *s = setup_open(nodes, uptime, scheduler, tasks);
    struct workspace workspace;
    struct record record = {0};
    double seconds[BENCH_REPEATS];
    char name[64];
    if (workspace_open(&workspace, &s->cell, NULL) != STATUS_OK)
        bench_fail("out of memory");
    for (uint32_t i = 0; i < BENCH_REPEATS; i++) {
        double start = bench_seconds();
        if (workspace_replicate(&workspace, i, GROUP_CONTROLLED, &record) != STATUS_OK)
            bench_fail("out of memory");
        seconds[i] = bench_seconds() - start;
    }
    double each = bench_median(seconds, BENCH_REPEATS) * 1e9 / tasks;
    snprintf(name, sizeof name, "tasks%s", strcmp(scheduler, "ray-hybrid") ? ".first_fit" : "");
    printf("%-18s %9u %9.0f ns a task; %u tasks, %lu tried again, %.0f MB\n", name, nodes, each,
           tasks, (unsigned long)record.calls.retried,
           (double)(workspace.runtime.arena.reserved + workspace.runtime.fixed.reserved) / 1e6);
    bench_row(bench, name, nodes, each, "ns", "", 0);
    workspace_close(&workspace);
    arena_fini(&s->arena);
    free(s);
}

int main(int argc, char **argv)
{
    struct bench bench = bench_open(argc, argv);
    uint32_t few = bench.is_quick ? 20000 : 200000, many = bench.is_quick ? 100000 : 1000000;
    static const char *const schedulers[] = {"ray-hybrid", "first-fit"};
    for (unsigned i = 0; i < 2; i++) {
        report(&bench, 100, "none", schedulers[i], few);
        report(&bench, 10000, "{exponential: 2 d}", schedulers[i], many);
    }
    bench_close(&bench);
    return 0;
}
