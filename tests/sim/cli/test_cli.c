/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: exit codes and streams are an interface, options mean the same wherever they stand, and
 * the same question gives the same bytes, whatever the threads, the folder and the environment
 * are.
 * Method: the built program is run; equal runs are compared byte for byte. (What it says of
 * mistakes is held by test_messages.)
 */
#include "tests/sim/cli/asked.h"
#include <fcntl.h>
#include <sys/stat.h>

/* ---- streams and codes ---------------------------------------------------------------------- */

static void data_goes_to_stdout_and_talk_to_stderr(void **state)
{
    static const struct {
        const char *words[8];
        int code;
        bool has_out, has_err;
    } cases[] = {
        {{"run", SMALL}, 0, true, false},
        {{"run", SMALL, "--json"}, 0, true, false},
        {{"run", SMALL, "--set", "controller=none", "--set", "horizon=61 min"}, 4, true, false},
        {{"sweep", SMALL, "--reps", "3"}, 0, true, false},
        {{"plot", SMALL, "benefit", "--reps", "5"}, 0, true, false},
        {{"plot", "spot-training", "benefit", "--reps", "3"}, 0, true, false},
        {{"plot", "tests/sim/cli/tasks.yaml", "--reps", "3"}, 0, true, false},
        {{"validate", SMALL}, 0, true, false},
        {{"validate", "tests/bad/unknown_near.yaml"}, 2, false, true},
        {{"verify", SMALL, "--reps", "3"}, 0, true, false},
        {{"schema"}, 0, true, false},
        {{"list", "scenarios"}, 0, true, false},
        {{"help"}, 0, true, false},
        {{"--help"}, 0, true, false},
        {{"-h"}, 0, true, false},
        {{"--version"}, 0, true, false},
        {{"run", "-h"}, 0, true, false},
        {{"replay", "tests/bad/csv/empty.csv", SMALL}, 3, false, true},
        {{"run", SMALL, "--set", "workload.group.checkpoint=2 h"}, 4, true, true}, /* a warning */
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct support_run run = support_cairn(cases[i].words, NULL);
        assert_exit(&run, cases[i].code);
        if ((run.out[0] != 0) != cases[i].has_out || (run.err[0] != 0) != cases[i].has_err)
            fail_msg("%s %s: stdout '%.60s' stderr '%.200s'", cases[i].words[0], cases[i].words[1],
                     run.out, run.err);
        support_run_close(&run);
    }
}

static void nothing_colours_or_redraws_what_is_not_a_terminal(void **state)
{
    (void)state;
    struct support_run run = CAIRN("run", SMALL, "--precision", "1%", "--max-reps", "4096");
    assert_exit(&run, 0);
    assert_null(strchr(run.out, '\033'));
    assert_string_equal(run.err, "");
    support_run_close(&run);
}

/* ---- options -------------------------------------------------------------------------------- */

static void options_may_stand_anywhere_and_in_every_form(void **state)
{
    static const char *const cases[][10] = {
        {"run", SMALL, "--json", "--reps", "7", "-j", "2"},
        {"run", "--json", "--reps", "7", "-j", "2", SMALL},
        {"run", "--reps=7", SMALL, "-j2", "--json"},
        {"run", "-n7", "--jobs=2", "--json", "--", SMALL},
        {"run", "-n", "7", "-j=2", "--json", SMALL},
        {"run", "-n=7", SMALL, "--json", "--seed", "1"},
        {"run", SMALL, "--json", "--set", "replications=7"},
        {"run", SMALL, "--json", "-s", "replications=7"},
        {"run", SMALL, "--json", "--reps", "3", "--reps", "7"}, /* the last one counts */
    };
    char *first = NULL;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *out = output_of(support_cairn(cases[i], NULL), 0);
        /* how the number was given is part of the scenario's identity; the results are not */
        char *end = strstr(out, "\"scenario_digest\"");
        assert_non_null(end);
        *end = '\0';
        if (!first)
            first = strdup(out);
        assert_string_equal(out, first);
        free(out);
    }
    free(first);
}

static void a_scenario_comes_from_standard_input_too(void **state)
{
    char *yaml = support_read(SMALL, NULL);
    (void)state;
    assert_non_null(yaml);
    const char *const words[] = {"run", "-", "--csv", NULL};
    char *piped = output_of(support_cairn(words, yaml), 0);
    char *named = output_of(CAIRN("run", SMALL, "--csv"), 0);
    assert_string_equal(piped, named);
    free(piped);
    free(named);
    free(yaml);
}

static void the_last_set_of_a_key_counts(void **state)
{
    (void)state;
    char *out = output_of(CAIRN("run", SMALL, "--json", "-s", "seed=5", "-s", "seed=6"), 0);
    assert_true(json_number(out, "seed") == 6);
    free(out);
    out = output_of(CAIRN("run", SMALL, "--json", "--seed", "9", "-s", "seed=6"), 0);
    assert_true(json_number(out, "seed") == 9); /* the option stands above the key */
    free(out);
}

/* ---- replications and seeds ----------------------------------------------------------------- */

static void precision_looks_at_powers_of_two_from_64_only(void **state)
{
    static const struct {
        const char *precision, *most;
        double replications; /* 0: any of the sizes */
    } cases[] = {
        {"99%", "65536", 64}, {"20%", "65536", 0},    {"8%", "65536", 0},
        {"5%", "65536", 0},   {"0.001%", "512", 512}, {"0.001%", "300", 300},
    };
    (void)state;
    double before = 0;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *out = output_of(CAIRN("run", SMALL, "--json", "--precision", cases[i].precision,
                                    "--max-reps", cases[i].most),
                              0);
        double n = json_number(out, "replications"), size = 64;
        while (size < n)
            size *= 2;
        if (cases[i].replications > 0)
            assert_true(n == cases[i].replications);
        else
            assert_true(n == size && n >= before);
        double wanted = strtod(cases[i].precision, NULL) / 100,
               mean = json_number(out, "waste.mean");
        double half = (json_number(out, "waste.ci95.1") - json_number(out, "waste.ci95.0")) / 2;
        if (n < strtod(cases[i].most, NULL))
            assert_true(half <= wanted * mean);
        before = cases[i].replications > 0 ? before : n;
        free(out);
    }
    assert_true(before > 64); /* it had to look more than once */
}

static void other_seeds_are_other_runs_and_longer_studies_begin_with_shorter_ones(void **state)
{
    (void)state;
    char *a = output_of(CAIRN("run", SMALL, "--csv", "-n5"), 0);
    char *b = output_of(CAIRN("run", SMALL, "--csv", "-n5", "--seed", "2"), 0);
    char *longer = output_of(CAIRN("run", SMALL, "--csv", "-n40"), 0);
    assert_memory_equal(a, longer, strlen(a));
    for (unsigned i = 0; i < 5; i++) {
        char digest[64];
        snprintf(digest, sizeof digest, "%.63s", csv_cell(a, i, "digest"));
        assert_string_not_equal(digest, csv_cell(b, i, "digest"));
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(digest, csv_cell(a, j, "digest"));
    }
    free(a);
    free(b);
    free(longer);
}

/* ---- the same bytes ------------------------------------------------------------------------- */

static void assert_same(struct support_run run, const char *first)
{
    assert_exit(&run, 0);
    assert_string_equal(run.out, first);
    support_run_close(&run);
}

static void threads_change_no_byte(void **state)
{
    static const char *const jobs[] = {"-j1", "-j2", "-j3", "-j8", "-j256"};
    (void)state;
    char *human = output_of(CAIRN("sweep", SMALL, "-n100"), 0);
    char *json = output_of(CAIRN("run", SMALL, "--json", "--rows", "--precision", "10%"), 0);
    char *csv = output_of(CAIRN("sweep", SMALL, "--csv", "-n100"), 0);
    for (size_t i = 0; i < COUNT(jobs); i++) {
        assert_same(CAIRN("sweep", SMALL, "-n100", jobs[i]), human);
        assert_same(CAIRN("run", SMALL, "--json", "--rows", "--precision", "10%", jobs[i]), json);
        assert_same(CAIRN("sweep", SMALL, "--csv", "-n100", jobs[i]), csv);
    }
    assert_same(CAIRN("sweep", SMALL, "--csv", "-n100", "--no-skip"), csv);
    free(human);
    free(json);
    free(csv);
}

/* The whole path: other folders are the point. */
static char *absolute(const char *path)
{
    char *full = realpath(path, NULL);
    if (!full)
        fail_msg("no %s", path);
    return full;
}

static void folder_environment_locale_and_umask_change_no_byte(void **state)
{
    static const char *const variables[][2] = {
        {"TZ", "America/St_Johns"}, {"LC_ALL", "de_DE.UTF-8"}, {"LANG", "tr_TR"},
        {"COLUMNS", "40"},          {"POSIXLY_CORRECT", "1"},  {"MALLOC_PERTURB_", "165"},
        {"SOURCE_DATE_EPOCH", "1"}, {"GSL_RNG_SEED", "3"},     {"NO_COLOR", "1"},
    };
    const char *named = getenv("CAIRN_BIN");
    char *program = absolute(named ? named : "build/cairn"), *scenario = absolute(SMALL);
    char *trace = absolute("tests/bad/csv/overlap_good.csv"), padding[30000];
    (void)state;
    char *runs = output_of(CAIRN("run", scenario, "--json", "--rows"), 0);
    char *replay = output_of(CAIRN("replay", trace, scenario, "--csv"), 4);
    memset(padding, 'x', sizeof padding - 1);
    padding[sizeof padding - 1] = '\0';
    for (size_t i = 0; i < COUNT(variables); i++)
        setenv(variables[i][0], variables[i][1], 1);
    setenv("PADDING", padding, 1);
    mode_t mask = umask(0777);
    const char *const run_words[] = {program, "run", scenario, "--json", "--rows", NULL};
    const char *const replay_words[] = {program, "replay", trace, scenario, "--csv", NULL};
    char *again = output_of(support_run(run_words, NULL, "/"), 0);
    char *replay_again = output_of(support_run(replay_words, NULL, folder), 4);
    umask(mask);
    for (size_t i = 0; i < COUNT(variables); i++)
        unsetenv(variables[i][0]);
    unsetenv("PADDING");
    assert_string_equal(again, runs);
    assert_string_equal(replay_again, replay);
    free(again);
    free(replay_again);
    free(runs);
    free(replay);
    free(program);
    free(scenario);
    free(trace);
}

/* ---- files ---------------------------------------------------------------------------------- */

static void an_output_file_holds_what_csv_prints(void **state)
{
    (void)state;
    const char *path = in_folder("rows.csv");
    char *printed = output_of(CAIRN("run", SMALL, "--csv"), 0);
    free(output_of(CAIRN("run", SMALL, "-o", path), 0));
    char *written = support_read(path, NULL);
    assert_non_null(written);
    assert_string_equal(written, printed);
    char *dash = output_of(CAIRN("run", SMALL, "--json", "-o", path, "--force"), 0);
    assert_true(json_is_whole(dash));
    free(dash);
    free(written);
    free(printed);
}

static void a_file_that_exists_is_kept_without_force(void **state)
{
    (void)state;
    const char *path = in_folder("kept.csv");
    assert_true(support_write(path, "mine\n", 5));
    struct support_run run = CAIRN("sweep", SMALL, "-o", path, "-n", "10000000");
    assert_exit(&run, 2); /* at once: ten million replications would have taken minutes */
    assert_says(run.err, "exists already; --force replaces it");
    support_run_close(&run);
    char *text = support_read(path, NULL);
    assert_string_equal(text, "mine\n");
    free(text);
    free(output_of(CAIRN("run", SMALL, "-o", path, "--force"), 0));
    text = support_read(path, NULL);
    assert_int_equal(csv_lines(text), 20);
    free(text);
}

static void a_full_disk_is_exit_6(void **state)
{
    static const char *const commands[] = {
        "'run' '" SMALL "'", "'run' '" SMALL "' --csv", "help",     "schema",
        "list policies",     "'sweep' '" SMALL "' -n2", "--version"};
    const char *program = getenv("CAIRN_BIN");
    (void)state;
    for (size_t i = 0; i < COUNT(commands); i++) {
        char line[1024];
        snprintf(line, sizeof line, "'%s' %s >/dev/full", program ? program : "build/cairn",
                 commands[i]);
        const char *const words[] = {"sh", "-c", line, NULL};
        struct support_run run = support_run(words, NULL, NULL);
        assert_exit(&run, 6);
        assert_says(run.err, "cannot write 'standard output': No space left on device");
        support_run_close(&run);
    }
}

static void a_reader_that_has_seen_enough_is_no_error(void **state)
{
    const char *program = getenv("CAIRN_BIN");
    char line[1024];
    (void)state;
    snprintf(line, sizeof line,
             "{ '%s' run " SMALL " --csv -n 20000 2>&3; echo $? >&3; } 3>'%s' | head -n 1",
             program ? program : "build/cairn", in_folder("head"));
    const char *const words[] = {"sh", "-c", line, NULL};
    char *out = output_of(support_run(words, NULL, NULL), 0);
    assert_says(out, "scenario,seed,replication,");
    char *said = support_read(in_folder("head"), NULL);
    assert_string_equal(said, "0\n"); /* exit code, and not a word */
    free(said);
    free(out);
}

/* Tables indexed by a kind: one that has no row there is printed as a null pointer. */
static void no_help_has_a_hole(void **state)
{
    static const char *const topics[] = {"scenario",  "units",  "policies",
                                         "decisions", "events", "exit-codes"};
    (void)state;
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
        const char *const words[] = {"help", topics[i], NULL};
        char *out = output_of(support_cairn(words, NULL), 0);
        assert_true(strlen(out) > 100);
        if (strstr(out, "(null)"))
            fail_msg("cairn help %s prints a null pointer", topics[i]);
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_goes_to_stdout_and_talk_to_stderr),
        cmocka_unit_test(nothing_colours_or_redraws_what_is_not_a_terminal),
        cmocka_unit_test(options_may_stand_anywhere_and_in_every_form),
        cmocka_unit_test(a_scenario_comes_from_standard_input_too),
        cmocka_unit_test(the_last_set_of_a_key_counts),
        cmocka_unit_test(precision_looks_at_powers_of_two_from_64_only),
        cmocka_unit_test(other_seeds_are_other_runs_and_longer_studies_begin_with_shorter_ones),
        cmocka_unit_test(threads_change_no_byte),
        cmocka_unit_test(folder_environment_locale_and_umask_change_no_byte),
        cmocka_unit_test(an_output_file_holds_what_csv_prints),
        cmocka_unit_test(a_file_that_exists_is_kept_without_force),
        cmocka_unit_test(a_full_disk_is_exit_6),
        cmocka_unit_test(a_reader_that_has_seen_enough_is_no_error),
        cmocka_unit_test(no_help_has_a_hole),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
