/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: cairn explain tells of the very run that cairn run reports, its JSON adds up to the ns, and
 * what it says to type next can be typed. Method: the program is run on small scenarios; numbers
 * are held against rows of the same replication; the commands it prints are given to a shell.
 */
#include "tests/sim/cli/asked.h"

static int64_t at(const char *json, const char *path)
{
    const char *found = json_find(json, path);
    if (!found)
        fail_msg("no '%s' in\n%s", path, json);
    return strtoll(found, NULL, 10);
}

static int64_t of_failure(const char *json, unsigned i, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "failures.%u.%s", i, name);
    return json_find(json, path) ? at(json, path) : -1;
}

static void an_explanation_is_of_the_run_that_run_reports(void **state)
{
    static const char *const classes[] = {"useful",      "checkpoint", "slowed", "lost",
                                          "uncommitted", "detect",     "wait",   "restart",
                                          "restore",     "blocked"};
    (void)state;
    char *rows = output_of(CAIRN("run", SMALL, "--csv", "--reps", "9"), 0);
    int64_t struck = 0;
    for (unsigned i = 0; i < 9; i++) {
        char rep[8], name[64];
        snprintf(rep, sizeof rep, "%u", i);
        char *json = output_of(CAIRN("explain", SMALL, "--json", "--rep", rep), 0);
        assert_true(json_is_whole(json));
        assert_true(json_is_text(json, "digest", csv_cell(rows, i, "digest")));
        assert_int_equal(at(json, "bound_ns"), strtoll(csv_cell(rows, i, "bound_ns"), NULL, 10));
        for (size_t n = 0; n < COUNT(classes); n++) {
            char path[64];
            snprintf(path, sizeof path, "ledger_ns.%s", classes[n]);
            snprintf(name, sizeof name, "%s_ns", classes[n]);
            assert_int_equal(at(json, path), strtoll(csv_cell(rows, i, name), NULL, 10));
        }
        struck += at(json, "struck");
        free(json);
    }
    assert_true(struck >= 9);
    free(rows);
}

/* Failures, checkpoints, slowed, blocked and uncommitted: all of the waste, each ns once. */
static void the_parts_add_up_to_the_waste(void **state)
{
    static const char *const uses[] = {"restored", "never_restored", "last", "unfinished"};
    static const char *const parts[] = {"lost_ns", "detect_ns", "wait_ns", "restart_ns",
                                        "restore_ns"};
    char *json = output_of(CAIRN("explain", SMALL, "--json", "--set", "workload.group.work=5 h",
                                 "--set", "workload.group.persist=4 min"),
                           0);
    (void)state;
    int64_t waste = at(json, "ledger_ns.slowed") + at(json, "ledger_ns.blocked") +
                    at(json, "uncommitted.work_ns");
    for (size_t i = 0; i < COUNT(uses); i++) {
        char path[64];
        snprintf(path, sizeof path, "checkpoints.%s.ns", uses[i]);
        waste += at(json, path);
    }
    unsigned failures = 0;
    for (; of_failure(json, failures, "at_ns") >= 0; failures++) {
        int64_t sum = 0;
        for (size_t i = 0; i < COUNT(parts); i++)
            sum += of_failure(json, failures, parts[i]);
        assert_int_equal(sum, of_failure(json, failures, "cost_ns"));
        waste += sum;
    }
    assert_int_equal(failures, at(json, "struck"));
    assert_true(failures >= 3);
    assert_int_equal(waste, at(json, "waste_ns"));
    assert_int_equal(waste, at(json, "makespan_ns") - at(json, "ledger_ns.useful"));
    free(json);
}

/* The same failures strike; the difference of the makespans is what the two runs say themselves. */
static void what_if_compares_two_whole_runs(void **state)
{
    (void)state;
    char *json = output_of(
        CAIRN("explain", SMALL, "--json", "--rep", "7", "--seed", "3", "--what-if", "take:838 s"),
        0);
    assert_true(json_is_whole(json));
    assert_int_equal(at(json, "what_if.longer_ns"),
                     at(json, "what_if.makespan_ns") - at(json, "makespan_ns"));
    assert_int_equal(at(json, "what_if.time_ns"), INT64_C(838000000000));
    assert_int_equal(at(json, "what_if.shifts.0.at_ns"), at(json, "failures.0.at_ns"));
    assert_int_equal(at(json, "what_if.shifts.0.was_ns"), at(json, "failures.0.cost_ns"));
    assert_true(at(json, "what_if.shifts.0.difference_ns") < 0);
    assert_true(at(json, "what_if.longer_ns") < 0);
    free(json);
}

/* Every line below "next", in a folder of its own; values hold blanks, braces and quotes. */
static void what_it_says_to_type_can_be_typed(void **state)
{
    const char *binary = getenv("CAIRN_BIN");
    char *here = realpath(".", NULL), *program = realpath(binary ? binary : "build/cairn", NULL);
    char scenario[SUPPORT_PATH];
    (void)state;
    assert_true(here && program);
    snprintf(scenario, sizeof scenario, "%.900s/%s", here, SMALL);
    char *text = output_of(CAIRN("explain", scenario, "--set", "name=it's small", "--set",
                                 "controller={name: fixed, interval: 7 min}", "--rep", "30"),
                           0);
    const char *line = strstr(text, "\n  next\n");
    unsigned typed = 0;
    assert_non_null(line);
    for (line += 8; *line; line += strcspn(line, "\n") + 1, typed++) {
        char command[4 * SUPPORT_PATH];
        assert_memory_equal(line, "    cairn ", 10);
        snprintf(command, sizeof command, "%s%.*s", program, (int)strcspn(line, "\n") - 9,
                 line + 9);
        const char *const words[] = {"sh", "-c", command, NULL};
        struct support_run run = support_run(words, NULL, folder);
        if (run.code != 0)
            fail_msg("%s\nexit %d: %s", command, run.code, run.err);
        assert_says(run.out, "small");
        support_run_close(&run);
    }
    assert_int_equal(typed, 3);
    assert_int_equal(access(in_folder("why.csv"), F_OK), 0);
    free(text);
    free(here);
    free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_explanation_is_of_the_run_that_run_reports),
        cmocka_unit_test(the_parts_add_up_to_the_waste),
        cmocka_unit_test(what_if_compares_two_whole_runs),
        cmocka_unit_test(what_it_says_to_type_can_be_typed),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
