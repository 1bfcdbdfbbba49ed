/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a program over a pipe decides as the same controller compiled in does, on any number of
 * threads; whatever it does wrong ends its replications as failed, in words that quote it, and
 * neither changes another decision nor hangs nor leaves a process behind.
 * Method: odd_process.c, a fixed interval with one oddity, is compiled and run in each of its ways;
 * what the program says of it stands in tests/bad/process.
 */
#include "tests/sim/cli/asked.h"
#include <sys/wait.h>

static char *program;

static int prepare(void **state)
{
    const char *bin = getenv("CAIRN_BIN");
    program = realpath(bin ? bin : "build/cairn", NULL);
    if (make_folder(state) != 0 || !program)
        return -1;
    const char *words[] = {"cc",
                           "-std=gnu17",
                           "-Wall",
                           "-O1",
                           "-o",
                           in_folder("odd"),
                           "tests/sim/campaign/odd_process.c",
                           NULL};
    struct support_run run = support_run(words, NULL, NULL);
    int code = run.code;
    if (code != 0)
        print_error("%s", run.err);
    support_run_close(&run);
    return code;
}

static int clean_up(void **state)
{
    free(program);
    return remove_folder(state);
}

static struct support_run run_there(const char *const *words)
{
    const char *all[24] = {program};
    for (size_t i = 0; words[i] && i + 2 < COUNT(all); i++)
        all[i + 1] = words[i];
    return support_run(all, NULL, folder);
}

#define THERE(...) run_there((const char *const[]){__VA_ARGS__, NULL})

static const char fixed[] = "controller={name: fixed, interval: 150 s}";

/* The digest of a run with `controller`. */
static char *digest_with(const char *controller, const char *jobs, const char *mode)
{
    char *out = output_of(THERE("run", "two-node", "--allow-exec", "--json", "--reps", "9", "--set",
                                controller, jobs, mode),
                          0);
    const char *found = json_find(out, "digest");
    assert_non_null(found);
    char *digest = strndup(found, 34);
    assert_true(json_number(out, "failures.struck") > 0);
    free(out);
    return digest;
}

/* ---- the same as if it were compiled in ------------------------------------------------------ */

static void it_decides_as_the_same_controller_compiled_in(void **state)
{
    static const char *const cases[][3] = {
        {"controller={process: [./odd]}", "-j1", "--rows"},
        {"controller={process: [./odd]}", "-j3", "--rows"},
        {"controller={process: [./odd]}", "-j2", "--no-skip"},
        {"controller={process: [./odd, repeat]}", "-j1", "--rows"},
        {"controller={process: [./odd, repeat]}", "-j2", "--no-skip"},
        {"controller={process: [./odd, all_ears]}", "-j2", "--rows"},
        {"controller={process: [./odd, all_ears]}", "-j1", "--no-skip"},
        {"controller={process: [./odd, once]}", "-j1", "--rows"}, /* ends at each second begin */
        {"controller={process: [./odd, once]}", "-j4", "--rows"},
        {"controller={name: process, process: ./odd, timeout: 1 min}", "-j1", "--rows"},
        {"controller={process: [./odd, stubborn]}", "-j1", "--rows"}, /* stays at the end */
    };
    char *wanted = digest_with(fixed, "-j1", "--rows");
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *digest = digest_with(cases[i][0], cases[i][1], cases[i][2]);
        assert_string_equal(digest, wanted);
        free(digest);
    }
    free(wanted);
}

/* With steps, and checkpoints that are aborted while they persist: every happening there is. */
static void verify_finds_it_deterministic(void **state)
{
    static const char *const cases[] = {"controller={process: [./odd, repeat]}",
                                        "controller={process: [./odd, all_ears]}"};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *out = output_of(THERE("verify", "two-node", "--allow-exec", "--reps", "9", "--set",
                                    cases[i], "--set", i ? "workload.group.step=10 s" : "seed=1",
                                    "--set", i ? "workload.group.persist=100 s" : "seed=1"),
                              0);
        assert_says(out, "all threads, step by step  9 of 9 digests equal");
        free(out);
    }
}

static void it_can_be_swept_and_drawn_and_compared(void **state)
{
    (void)state;
    char *out = output_of(THERE("sweep", "two-node", "--allow-exec", "--set",
                                "controller=daly,{process: [./odd]},{process: [./odd, repeat]}",
                                "--against", "young"),
                          0);
    assert_says(out, "odd");
    free(out);
    out = output_of(THERE("sweep", "two-node", "--allow-exec", "--set",
                          "controller={process: [./odd]}", "--set", "controller.params.factor=1,2"),
                    0);
    assert_says(out, "factor 2");
    free(out);
    out = output_of(THERE("validate", "two-node", "--allow-exec", "--print-effective", "--set",
                          "controller={process: [./odd, 'a \"b\": c'], params: {x: 1}}"),
                    0);
    assert_says(out, "controller: {name: process, process: [\"./odd\", \"a \\\"b\\\": c\"], "
                     "timeout: 10 s, params: {\"x\": \"1\"}}");
    free(out);
}

/* A replication told again is the one that was run. */
static void it_can_be_explained_and_its_decisions_written_down(void **state)
{
    (void)state;
    char *piped = output_of(THERE("explain", "two-node", "--allow-exec", "--json", "--set",
                                  "controller={process: [./odd]}"),
                            0);
    char *built_in = output_of(THERE("explain", "two-node", "--json", "--set", fixed), 0);
    assert_true(json_number(piped, "makespan_ns") > 0);
    assert_true(json_number(piped, "makespan_ns") == json_number(built_in, "makespan_ns"));
    free(piped);
    free(built_in);
    char *out = output_of(THERE("run", "two-node", "--allow-exec", "--decisions", "d.csv", "--set",
                                "controller={process: [./odd]}"),
                          0);
    free(out);
    char *lines = support_read(in_folder("d.csv"), NULL);
    assert_says(lines, "./odd: a checkpoint (reason 0)");
    free(lines);
    struct support_run run = THERE("explain", "two-node", "--allow-exec", "--rep", "1", "--set",
                                   "controller={process: [./odd, crash]}");
    assert_says(run.err, "was killed by signal 6 (Aborted) instead of an answer");
    support_run_close(&run);
}

/* What is printed as effective is read back to the same scenario. */
static void its_canonical_form_is_read_back(void **state)
{
    static const char set[] =
        "controller={process: [./odd, repeat, 'a \"b\": c', ''], params: {x: 1}}";
    (void)state;
    char *once = output_of(
        THERE("validate", "two-node", "--allow-exec", "--print-effective", "--set", set), 0);
    assert_true(support_write(in_folder("again.yaml"), once, strlen(once)));
    char *again = output_of(THERE("run", "again.yaml", "--allow-exec", "--json", "--reps", "2"), 0);
    char *first = output_of(
        THERE("run", "two-node", "--allow-exec", "--json", "--reps", "2", "--set", set), 0);
    const char *a = json_find(again, "scenario_digest"), *b = json_find(first, "scenario_digest");
    assert_non_null(a);
    assert_non_null(b);
    assert_memory_equal(a, b, 34);
    free(once);
    free(again);
    free(first);
}

/* ---- what it does wrong ---------------------------------------------------------------------- */

/* Exit code 4, its words as reviewed; the other replications as if nothing had been. */
static bool is_told(const char *mode, const char *path, const struct support_run *run,
                    const char *good)
{
    char text[8192];
    bool is_good = run->code == 4 && run->err[0] && support_golden(path, run->err);
    for (unsigned i = 0; i < 4 && is_good; i++) {
        bool is_odd = i % 2 == 1;
        is_good = strcmp(csv_cell(run->out, i, "end"), is_odd ? "policy" : "finished") == 0;
        snprintf(text, sizeof text, "%s", csv_cell(run->out, i, "digest"));
        if (is_good && !is_odd)
            is_good = strcmp(text, csv_cell(good, i, "digest")) == 0;
    }
    if (!is_good)
        print_error("%s: exit %d\n%s%s", mode, run->code, run->out, run->err);
    return is_good;
}

static void each_oddity_fails_its_replications_and_says_what_its_golden_text_says(void **state)
{
    static const char *const modes[] = {
        "text",         "empty",          "half",          "array",     "nested",
        "comma",        "two_objects",    "no_request",    "no_action", "no_ask",
        "no_at",        "unknown_action", "unknown_ask",   "twice",     "unknown_member",
        "type_request", "type_at",        "type_repeat",   "at_huge",   "reason_range",
        "escape",       "not_utf8",       "chatter",       "silent",    "half_and_silent",
        "closed",       "double",         "random_repeat", "crash",     "exit",
        "long",
    };
    size_t wrong = 0;
    char *good = output_of(THERE("run", "two-node", "--csv", "--reps", "4", "--set", fixed), 0);
    (void)state;
    for (size_t i = 0; i < COUNT(modes); i++)
        for (int jobs = 3; jobs >= 1; jobs -= 2) {
            char set[200], path[200];
            bool is_silent = strstr(modes[i], "silent") != NULL;
            if (jobs == 1 && (is_silent || strcmp(modes[i], "closed") == 0))
                continue; /* seconds of waiting, for what the others show */
            snprintf(set, sizeof set, "controller={process: [./odd, %s]%s}", modes[i],
                     is_silent ? ", timeout: 1 s" : "");
            snprintf(path, sizeof path, "tests/bad/process/%s.err", modes[i]);
            struct support_run run = THERE("run", "two-node", "--allow-exec", "--csv", "--reps",
                                           "4", "--set", set, jobs == 1 ? "-j1" : "-j3");
            wrong += !is_told(modes[i], path, &run, good);
            support_run_close(&run);
        }
    free(good);
    assert_int_equal(wrong, 0);
}

/* These are verdicts in good form: the run ends by the controller, and nothing is complained of. */
static void failed_and_standstill_are_the_controllers_own_ends(void **state)
{
    static const char *const cases[][2] = {{"failed", "reason 7"}, {"standstill", "reason 65535"}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char set[200];
        snprintf(set, sizeof set, "controller={process: [./odd, %s]}", cases[i][0]);
        struct support_run run =
            THERE("run", "two-node", "--allow-exec", "--reps", "4", "--set", set);
        assert_exit(&run, 4);
        assert_says(run.out, "2 were ended by the controller (first: replication 1");
        assert_says(run.out, cases[i][1]);
        assert_string_equal(run.err, "");
        support_run_close(&run);
    }
}

/* A thousand replications of a program that never answers cost three timeouts, not a thousand. */
static void timeouts_do_not_add_up(void **state)
{
    (void)state;
    struct support_run run =
        THERE("run", "two-node", "--allow-exec", "--reps", "1000", "-j1", "--set",
              "controller={process: [./odd, silent, all], timeout: 1 s}");
    assert_exit(&run, 4);
    assert_says(run.out, "1000 of 1000 runs did not finish");
    assert_says(run.err,
                "1000 replications have failed; in the first, 0, it gave no answer in time");
    support_run_close(&run);
}

/* It answers begin and never reads again: the pipe fills, and that is a timeout too. */
static void one_that_never_reads_is_stopped(void **state)
{
    (void)state;
    struct support_run run = THERE("run", "two-node", "--allow-exec", "--reps", "2", "--set",
                                   "controller={process: [./odd, deaf], timeout: 1 s}");
    assert_exit(&run, 4);
    assert_says(run.err, "gave no answer in time");
    support_run_close(&run);
}

static void what_cannot_be_started_is_an_error_of_the_scenario(void **state)
{
    static const struct {
        const char *name, *set, *option;
    } cases[] = {
        {"not_allowed", "controller={process: [python3, 'my file.py', --fast]}", "--json"},
        {"not_there", "controller={process: [./nosuch]}", "--allow-exec"},
        {"not_a_program", "controller={process: [./not_a_program]}", "--allow-exec"},
        {"folder", "controller={process: [.]}", "--allow-exec"},
        {"ends_at_once", "controller={process: ['true']}", "--allow-exec"},
        {"echoes", "controller={process: [cat]}", "--allow-exec"},
        {"empty_list", "controller={process: []}", "--allow-exec"},
        {"map", "controller={process: {a: b}}", "--allow-exec"},
        {"params_list", "controller={process: [./odd], params: [1]}", "--allow-exec"},
        {"params_nested", "controller={process: [./odd], params: {a: {b: c}}}", "--allow-exec"},
        {"timeout_zero", "controller={process: [./odd], timeout: 0 s}", "--allow-exec"},
        {"inside", "controller={name: cap, of: {process: [./odd]}}", "--allow-exec"},
        {"no_process", "controller={name: process}", "--allow-exec"},
        {"unknown_param", "controller={process: [./odd], time_out: 1 s}", "--allow-exec"},
    };
    size_t wrong = 0;
    (void)state;
    assert_true(support_write(in_folder("not_a_program"), "hello\n", 6));
    for (size_t i = 0; i < COUNT(cases); i++) {
        char path[200];
        struct support_run run = THERE("run", "two-node", "--set", cases[i].set, cases[i].option);
        snprintf(path, sizeof path, "tests/bad/process/start_%s.err", cases[i].name);
        bool is_good = run.code == 2 && !run.out[0] && support_golden(path, run.err);
        if (!is_good)
            print_error("%s: exit %d\n%s%s", cases[i].name, run.code, run.out, run.err);
        wrong += !is_good;
        support_run_close(&run);
    }
    assert_int_equal(wrong, 0);
}

/* ---- what it leaves -------------------------------------------------------------------------- */

/* What it says on standard error is the user's to see. */
static void its_standard_error_passes_through(void **state)
{
    (void)state;
    struct support_run run =
        THERE("run", "two-node", "--allow-exec", "--set",
              "controller={process: [sh, -c, 'echo from the program >&2; exec ./odd']}");
    assert_exit(&run, 0);
    assert_says(run.err, "from the program\n");
    assert_says(run.out, "  controller process: sh -c \"echo from the program >&2; exec ./odd\"\n");
    support_run_close(&run);
}

/* A child that outlives cairn would hold the pipe's end open; its process id is asked for. */
static void no_process_is_left_behind(void **state)
{
    static const char *const modes[] = {"", "silent", "stubborn", "chatter"};
    (void)state;
    for (size_t i = 0; i < COUNT(modes); i++) {
        char set[300];
        snprintf(set, sizeof set,
                 "controller={process: [sh, -c, 'echo $$ >>pids; exec ./odd %s all'], timeout: 1 "
                 "s}",
                 modes[i]);
        struct support_run run =
            THERE("run", "two-node", "--allow-exec", "--reps", "3", "-j2", "--set", set);
        support_run_close(&run);
        char *pids = support_read(in_folder("pids"), NULL);
        assert_non_null(pids);
        unsigned count = 0;
        for (char *at = pids; *at; count++) {
            long pid = strtol(at, &at, 10);
            at += *at == '\n';
            char path[64];
            snprintf(path, sizeof path, "/proc/%ld/cmdline", pid);
            char *command = support_read(path, NULL); /* a number may be somebody else's by now */
            if (command && strstr(command, "./odd"))
                fail_msg("%s: process %ld is still there", modes[i], pid);
            free(command);
        }
        assert_true(count >= 2);
        free(pids);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_decides_as_the_same_controller_compiled_in),
        cmocka_unit_test(verify_finds_it_deterministic),
        cmocka_unit_test(it_can_be_swept_and_drawn_and_compared),
        cmocka_unit_test(it_can_be_explained_and_its_decisions_written_down),
        cmocka_unit_test(its_canonical_form_is_read_back),
        cmocka_unit_test(each_oddity_fails_its_replications_and_says_what_its_golden_text_says),
        cmocka_unit_test(failed_and_standstill_are_the_controllers_own_ends),
        cmocka_unit_test(timeouts_do_not_add_up),
        cmocka_unit_test(one_that_never_reads_is_stopped),
        cmocka_unit_test(what_cannot_be_started_is_an_error_of_the_scenario),
        cmocka_unit_test(its_standard_error_passes_through),
        cmocka_unit_test(no_process_is_left_behind),
    };
    return cmocka_run_group_tests(tests, prepare, clean_up);
}
