/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what must hold of every run holds of programs that nobody would write. Method: random
 * programs and clusters as text, read as a user's are; each is run, checked against the invariants,
 * run again in the same workspace and in a fresh one, with and without a listener. CAIRN_SEED
 * chooses the programs, CAIRN_SOAK=1 takes 10,000; a number as argument prints that program and
 * what happens in it. */
#include "tests/sim/runtime/invariants.h"
#include "tests/sim/runtime/random_program.h"
#include "tests/support.h"
#include <inttypes.h>
#include <signal.h>

enum { PROGRAMS = 1000, SOAKED = 10000, REPORTED = 20 };

static uint64_t seed = 1;
static uint64_t current; /* program */
static uint64_t told[TOLD_KINDS];

/* An assertion of the runtime ends this process: which program was it? */
static void name_program(int signal)
{
    char line[64];
    int length = snprintf(line, sizeof line, "    in program %" PRIu64 "\n", current);
    (void)signal;
    if (write(STDERR_FILENO, line, (size_t)length) < 0)
        _exit(1);
}

/* What is told, to a file or to nobody. */
struct hearing {
    struct checked checked;
    bool is_loud;
};

static void hear(void *context, const struct told *t)
{
    struct hearing *hearing = context;
    if (hearing->is_loud)
        printf("%12.6f %-14s job %u batch %u.%u/%u actor %u host %d to %u cause %u amount %" PRId64
               "\n",
               simtime_seconds(t->time), told_names[t->kind], t->job, t->batch, t->element,
               t->attempt, t->actor, (int)t->host, t->to, t->cause, (int64_t)t->amount);
    checked_hear(&hearing->checked, t);
}

static void print_program(const struct random_program *p)
{
    printf("version: 1\nname: kit\n%s\nworkload:\n  pipeline:\n%s\n", p->head_bytes,
           p->pipeline_bytes);
}

/* NULL, or what is wrong. */
static const char *check_runs(struct runtime *rt, const struct cell *cell, struct hearing *hearing,
                              struct record *first)
{
    runtime_listen(rt, hear, hearing);
    *first = checked_replicate(rt, 0);
    const char *problem = checked_end(&hearing->checked, first);
    if (problem)
        return problem;
    uint64_t grown = rt->arena.grown, fixed = rt->fixed.grown;
    runtime_listen(rt, NULL, NULL);
    struct record again = checked_replicate(rt, 0);
    if (!checked_is_same(first, &again))
        return "the same replication differs without a listener";
    if (rt->arena.grown != grown || rt->fixed.grown != fixed)
        return "memory grew in the same replication";
    struct record second = checked_replicate(rt, 1);
    struct workspace fresh;
    assert_int_equal(workspace_open(&fresh, cell, cell->plan), STATUS_OK);
    struct record other = checked_replicate(&fresh.runtime, 1);
    workspace_close(&fresh);
    return checked_is_same(&second, &other) ? NULL : "a fresh workspace gives another record";
}

/* false: something is wrong, and has been said. */
static bool check_program(uint64_t number, bool is_loud, struct record *first)
{
    static struct random_program program;
    struct played played;
    struct workspace workspace;
    struct hearing hearing = {.is_loud = is_loud};
    current = number;
    random_program_draw(&program, number);
    if (is_loud)
        print_program(&program);
    played_open(&played, program.head_bytes, program.pipeline_bytes);
    assert_int_equal(workspace_open(&workspace, &played.cell, played.cell.plan), STATUS_OK);
    checked_open(&hearing.checked, &workspace.runtime);
    const char *problem = check_runs(&workspace.runtime, &played.cell, &hearing, first);
    if (!problem && !random_uses(&program, SWARM_TIGHT) && checked_hangs(&hearing.checked, first))
        problem = "it hangs";
    for (unsigned kind = 0; kind < TOLD_KINDS; kind++)
        told[kind] += hearing.checked.told[kind];
    if (problem)
        print_message("    program %" PRIu64 ": %s\n", number, problem);
    checked_close(&hearing.checked);
    workspace_close(&workspace);
    played_close(&played);
    return problem == NULL;
}

static void invariants_hold_of_any_program(void **state)
{
    const char *soak = getenv("CAIRN_SOAK");
    uint64_t programs = soak && *soak == '1' ? SOAKED : PROGRAMS, struck = 0, failed = 0, calls = 0;
    uint32_t wrong = 0;
    (void)state;
    for (uint64_t i = 0; i < programs && wrong < REPORTED; i++) {
        struct record r;
        wrong += !check_program(seed * 1000000 + i, false, &r);
        struck += r.struck;
        failed += r.end == END_FAILED;
        calls += r.calls.submitted;
    }
    print_message("    %" PRIu64 " programs, %" PRIu64 " calls, %" PRIu64
                  " failures struck, %" PRIu64 " programs failed\n",
                  programs, calls, struck, failed);
    assert_int_equal(wrong, 0);
    for (unsigned kind = 0; kind < TOLD_KINDS; kind++)
        if (told[kind] < 10)
            fail_msg("%s is told %" PRIu64 " times; draw programs that do so", told_names[kind],
                     told[kind]);
    assert_true(struck > programs / 2 && failed > 0 && failed < programs);
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invariants_hold_of_any_program),
    };
    struct record record;
    signal(SIGABRT, name_program);
    if (count > 1)
        return !check_program(strtoull(arguments[1], NULL, 10), true, &record);
    seed = support_seed(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
