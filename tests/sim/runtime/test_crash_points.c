/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a failure at any moment does what is promised. Method: a program runs once without one, and
 * the times at which something happens are listed; then it runs again for every k-th of them, and a
 * node that is busy then fails exactly then; sometimes another one follows. Every run is held
 * against the invariants and must come to an end. Programs: nine ways of working, the built-in
 * scenarios that are pipelines, and random ones. CAIRN_SEED chooses these and the victims;
 * CAIRN_SOAK=1 strikes at every moment, and each node that is busy then. */
#include "tests/sim/runtime/crashed_programs.h"
#include "tests/sim/runtime/invariants.h"
#include "tests/sim/runtime/random_program.h"
#include "tests/sim/runtime/struck.h"
#include "tests/support.h"
#include "workloads/builtin.h"
#include <signal.h>

enum { PROGRAMS = 300, SOAKED = 1000, STRIDE = 37 };
enum { MOMENTS = 1 << 20 }; /* of a program that are listed, at most */
enum { EVENTS = 200000 };   /* to run each built-in scenario for */

enum { REPORTED = 20 }; /* points that went wrong, before the test stops */

static uint64_t seed = 1;
static bool is_soak;

/* A time at which something happened, and the nodes (of the first 64) that were busy then. */
struct moment {
    simtime time;
    uint64_t busy;
};

/* One program under attack. */
struct target {
    char name[64];
    struct played played;
    struct workspace workspace;
    struct checked checked;
    struct struck struck;
    struct moment *moments;
    uint32_t count;
    uint64_t random;
    bool may_hang, is_listing;
    uint32_t points, struck_count, wrong;
};
static struct target target;

static void hear(void *context, const struct told *told)
{
    struct target *t = context;
    checked_hear(&t->checked, told);
    if (!t->is_listing || t->count == MOMENTS)
        return;
    const struct runtime *rt = &t->workspace.runtime;
    if (t->count == 0 || t->moments[t->count - 1].time != told->time)
        t->moments[t->count++] = (struct moment){.time = told->time};
    for (uint32_t host = 0; host < rt->spec->cluster.nodes && host < 64; host++)
        if (rt->hosts[host].seats)
            t->moments[t->count - 1].busy |= UINT64_C(1) << host;
}

/* An assertion of the runtime ends this process: where was it? */
static void name_point(int signal)
{
    char line[200];
    int length = snprintf(line, sizeof line, "    %s, struck:", target.name);
    (void)signal;
    for (uint32_t i = 0; i < target.struck.outages.count; i++)
        length +=
            snprintf(line + length, sizeof line - (size_t)length,
                     " node %u from %" PRId64 " to %" PRId64 " ns,", target.struck.list[i].node,
                     target.struck.list[i].start, target.struck.list[i].end);
    line[length - 1] = '\n';
    if (write(STDERR_FILENO, line, (size_t)length) < 0)
        _exit(1);
}

/* ---- a point ------------------------------------------------------------------------------- */

static struct record run_checked(struct target *t)
{
    checked_clear(&t->checked);
    runtime_listen(&t->workspace.runtime, hear, t);
    struct record record = checked_replicate(&t->workspace.runtime, 0);
    const char *problem = checked_end(&t->checked, &record);
    if (!problem && !t->may_hang && checked_hangs(&t->checked, &record))
        problem = "it hangs";
    if (!problem && random_mix(&t->random) % 8 == 0) {
        runtime_listen(&t->workspace.runtime, NULL, NULL);
        struct record again = checked_replicate(&t->workspace.runtime, 0);
        if (!checked_is_same(&record, &again))
            problem = "without a listener it differs";
    }
    t->wrong += problem != NULL;
    if (problem) {
        print_message("    %s\n", problem);
        name_point(0);
    }
    return record;
}

/* Another node fails soon after, or the same one again as soon as it is back. */
static void strike_again(struct target *t, simtime time)
{
    const struct outage *first = &t->struck.list[0];
    uint32_t node = (uint32_t)(random_mix(&t->random) % t->struck.outages.nodes_count);
    simtime at = time + (simtime)(random_mix(&t->random) % 8) * 1000000000;
    if (node == first->node && at <= first->end)
        at = first->end + (simtime)(random_mix(&t->random) % 2);
    struck_add(&t->struck, node, at, at + 2000000000);
}

static void strike_at(struct target *t, simtime time, uint32_t node)
{
    t->struck.outages.count = 0;
    struck_add(&t->struck, node, time,
               time + (simtime)(random_mix(&t->random) % 12) * 1000000000 + 1);
    if (random_mix(&t->random) % 2 == 0)
        strike_again(t, time);
    struct record record = run_checked(t);
    t->points++;
    t->struck_count += record.struck > 0;
    assert_true(record.struck > 0 || time >= record.makespan);
}

/* One of those that are busy, or any. */
static uint32_t victim(struct target *t, const struct moment *moment)
{
    uint32_t nodes = t->struck.outages.nodes_count;
    uint32_t node = (uint32_t)(random_mix(&t->random) % nodes);
    for (uint32_t i = 0; i < nodes && i < 64; i++, node = (node + 1) % nodes)
        if (node < 64 && moment->busy >> node & 1)
            return node;
    return node;
}

static void strike_moment(struct target *t, const struct moment *moment)
{
    if (!is_soak || moment->busy == 0) {
        strike_at(t, moment->time, victim(t, moment));
        return;
    }
    for (uint32_t node = 0; node < 64; node++)
        if (moment->busy >> node & 1)
            strike_at(t, moment->time, node);
}

/* ---- a program ----------------------------------------------------------------------------- */

/* How often a program as large as this may be run. */
static uint32_t affordable(const struct record *record)
{
    uint64_t events = is_soak ? 100 * (uint64_t)EVENTS : EVENTS, times = events / record->events;
    return times < 3 ? 3 : times > 1000000 ? 1000000 : (uint32_t)times;
}

/* The program is open: lists its moments, and strikes at every stride-th, or at as many as one can
 * afford. */
static void attack(struct target *t, uint32_t stride)
{
    struct runtime *rt = &t->workspace.runtime;
    struck_open(&t->struck, &t->played);
    assert_int_equal(workspace_open(&t->workspace, &t->played.cell, t->played.cell.plan),
                     STATUS_OK);
    checked_open(&t->checked, rt);
    t->moments = calloc(MOMENTS, sizeof *t->moments);
    assert_non_null(t->moments);
    t->count = 0;
    t->is_listing = true;
    struct record record = run_checked(t);
    assert_int_equal(record.struck, 0);
    t->is_listing = false;
    uint32_t least = 1 + t->count / affordable(&record);
    if (stride > 0 && is_soak)
        stride = 1;
    else if (stride < least)
        stride = least;
    for (uint32_t i = (uint32_t)(random_mix(&t->random) % stride);
         i < t->count && t->wrong < REPORTED; i += stride)
        strike_moment(t, &t->moments[i]);
    free(t->moments);
    checked_close(&t->checked);
    workspace_close(&t->workspace);
    played_close(&t->played);
}

static void begin(struct target *t, bool may_hang)
{
    t->random = seed;
    t->may_hang = may_hang;
    t->points = t->struck_count = t->wrong = 0;
}

static void report(const struct target *t, uint32_t programs)
{
    print_message("    %u programs, %u points, %u struck\n", programs, t->points, t->struck_count);
    assert_int_equal(t->wrong, 0);
}

static void ways_of_working_survive_a_crash_at_any_moment(void **state)
{
    uint32_t programs = sizeof crashed_programs / sizeof *crashed_programs;
    (void)state;
    begin(&target, false);
    for (uint32_t i = 0; i < programs; i++) {
        snprintf(target.name, sizeof target.name, "%s", crashed_programs[i].name);
        played_open(&target.played, crashed_programs[i].head, crashed_programs[i].pipeline);
        attack(&target, 1);
    }
    report(&target, programs);
    assert_true(target.struck_count > 100);
}

static void random_programs_survive_a_crash_at_any_moment(void **state)
{
    static struct random_program program;
    uint32_t programs = is_soak ? SOAKED : PROGRAMS;
    (void)state;
    begin(&target, false);
    for (uint32_t i = 0; i < programs && target.wrong < REPORTED; i++) {
        uint64_t number = seed * 1000000 + 500000 + i;
        snprintf(target.name, sizeof target.name, "program %" PRIu64, number);
        random_program_draw(&program, number);
        target.may_hang = random_uses(&program, SWARM_TIGHT);
        played_open(&target.played, program.head_bytes, program.pipeline_bytes);
        attack(&target, STRIDE);
    }
    report(&target, programs);
    assert_true(target.struck_count > programs);
}

static void built_in_pipelines_survive_a_crash_at_any_moment(void **state)
{
    uint32_t programs = 0;
    (void)state;
    begin(&target, true);
    for (const struct builtin *b = builtin_list; b->name; b++) {
        if (!strstr(b->text, "\n  pipeline:"))
            continue;
        snprintf(target.name, sizeof target.name, "builtin:%s", b->name);
        played_open_path(&target.played, target.name);
        attack(&target, 0);
        programs++;
    }
    report(&target, programs);
    if (programs == 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ways_of_working_survive_a_crash_at_any_moment),
        cmocka_unit_test(random_programs_survive_a_crash_at_any_moment),
        cmocka_unit_test(built_in_pipelines_survive_a_crash_at_any_moment),
    };
    const char *soak = getenv("CAIRN_SOAK");
    is_soak = soak && *soak == '1';
    signal(SIGABRT, name_point);
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
