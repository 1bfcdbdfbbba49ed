/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the Python examples do what they say: Young and Daly over a pipe give the very runs of the
 * ones compiled in; a controller of another project runs unchanged; the library answers ctypes.
 * Method: they are run, against the program, a stand-in for the other project's file, and the
 * shared object of this build. Without python3 each test says SKIPPED.
 */
#include "tests/sim/cli/asked.h"

/* Is there a python3 that runs? Says SKIPPED aloud where not. */
static bool has_python(void)
{
    struct support_run run =
        support_run((const char *const[]){"python3", "-c", "print(1)", NULL}, NULL, NULL);
    bool is_there = run.code == 0;
    support_run_close(&run);
    if (!is_there)
        print_message("SKIPPED: no python3\n");
    return is_there;
}

static char *digest_of(const char *controller)
{
    char set[300];
    snprintf(set, sizeof set, "controller=%s", controller);
    char *out = output_of(CAIRN("run", SMALL, "--allow-exec", "--json", "--set", set), 0);
    const char *found = json_find(out, "digest");
    assert_non_null(found);
    assert_true(json_number(out, "failures.struck") > 0);
    char *digest = strndup(found, 34);
    free(out);
    return digest;
}

/* small.yaml's job fails every 40 min: three nodes of 2 h. */
static void over_a_pipe_young_and_daly_are_young_and_daly(void **state)
{
    static const char *const rules[] = {"young", "daly"};
    (void)state;
    if (!has_python())
        skip();
    for (size_t i = 0; i < COUNT(rules); i++) {
        char piped[200], built_in[100];
        snprintf(
            piped, sizeof piped,
            "{process: [python3, policies/examples/pipe.py], params: {mtbf_s: 2400, rule: %s}}",
            rules[i]);
        snprintf(built_in, sizeof built_in, "{name: %s, mtbf: 40 min}", rules[i]);
        char *a = digest_of(piped), *b = digest_of(built_in);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
}

/* By hand: steps of 60 s, all as long as the longest, so the budget of 3 goes to the first three,
 * 30 s each. The failure at 480 s falls 390 s into the work, 180 s of it protected; so benefit
 * 180 - 30 and threshold 0.35 - 0.1 * 150 / 151. */
static void another_projects_controller_runs_unchanged(void **state)
{
    (void)state;
    if (!has_python())
        skip();
    setenv("PYTHONPATH", "tests/policies/stand_in", 1);
    setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
    struct support_run run =
        CAIRN("run", "two-node", "--allow-exec", "--json", "--rows", "--reps", "1", "--set",
              "workload.group.step=1 min", "--set",
              "controller={process: [python3, policies/examples/adapter.py], params: "
              "{budget_checkpoints: 3, cost_threshold: 0.35}}");
    unsetenv("PYTHONPATH");
    assert_exit(&run, 4); /* the budget is spent and no run ends in time */
    assert_int_equal(json_number(run.out, "checkpoints.taken"), 3);
    assert_int_equal(json_is_text(run.out, "rows.0.end", "horizon"), true);
    const char *first = strstr(run.err, "[ADAPT]");
    assert_non_null(first);
    assert_int_equal(strncmp(first, "[ADAPT] New cost threshold: 0.251 (benefit=150.000)\n", 52),
                     0);
    assert_says(run.err, "[STAND-IN] step took 60.0\n");
    support_run_close(&run);
}

static void without_steps_the_adapter_says_what_it_needs(void **state)
{
    (void)state;
    if (!has_python())
        skip();
    setenv("PYTHONPATH", "tests/policies/stand_in", 1);
    struct support_run run = CAIRN("run", "two-node", "--allow-exec", "--set",
                                   "controller={process: [python3, policies/examples/adapter.py]}");
    unsetenv("PYTHONPATH");
    assert_exit(&run, 2);
    assert_says(run.err, "give the job steps or stages");
    assert_says(run.err, "it ended with exit code 1 instead of an answer");
    support_run_close(&run);
}

static void the_library_answers_from_python(void **state)
{
    char path[SUPPORT_PATH];
    const char *b = getenv("B");
    (void)state;
    snprintf(path, sizeof path, "%s/libcairn-policies.so", b ? b : "build");
    if (!has_python())
        skip();
#if defined __SANITIZE_ADDRESS__
    print_message("SKIPPED: a sanitized library cannot be loaded by python3\n");
    skip();
#endif
    if (access(path, R_OK) != 0) {
        print_message("SKIPPED: no %s\n", path);
        skip();
    }
    char *out = output_of(
        support_run(
            (const char *const[]){"python3", "policies/examples/ctypes_example.py", path, NULL},
            NULL, NULL),
        0);
    assert_string_equal(
        out, "daly: a checkpoint after every 617.876 s of work\n"
             "after 600 s: none: 600 s since the last checkpoint: the interval of 617.87565 s is "
             "not over\n"
             "after 618 s: a checkpoint: 618 s since the last checkpoint: the interval of "
             "617.87565 s is over\n");
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(over_a_pipe_young_and_daly_are_young_and_daly),
        cmocka_unit_test(another_projects_controller_runs_unchanged),
        cmocka_unit_test(without_steps_the_adapter_says_what_it_needs),
        cmocka_unit_test(the_library_answers_from_python),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
