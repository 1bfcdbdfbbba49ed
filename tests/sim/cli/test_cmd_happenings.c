/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a driver's log is asked again, read strictly, and made a scenario of.
 * Method: one log by hand, of four steps of 10 ms and a failure, for a built-in controller and for
 * a plug-in; then the same log with one thing changed, for each thing that can be wrong. That logs
 * of real runs replay is tests/policies/test_live.c. */
#include "tests/sim/cli/asked.h"
#include <sys/stat.h>

#define BEGIN                                                                                      \
    "{\"event\": \"begin\", \"controller\": \"%s\", \"request\": 0, \"abi\": 1, \"seed\": 7, "     \
    "\"replication\": 0, \"shape\": {\"checkpoint_cost\": 5000000, \"restore_cost\": 3000000, "    \
    "\"downtime\": 5000000, \"work\": 40000000, \"step\": 10000000, \"workers\": 1, "              \
    "\"final_checkpoint\": false, \"initial_restore\": false, \"stages\": []}, \"params\": "       \
    "{%s}}\n"
#define DECIDE(request, now, done, work, index, since, cost, failures)                             \
    "{\"event\": \"decide\", \"request\": " #request ", \"now\": " #now ", \"work_done\": " #done  \
    ", \"work_since\": " #work ", \"wall_since\": 0, \"step_index\": " #index                      \
    ", \"steps_since\": " #since ", \"last_cost\": " #cost                                         \
    ", \"expected_cost\": 5000000, \"restore_cost\": 3000000, \"in_flight\": 0, "                  \
    "\"failures\": " #failures ", \"started\": 0, \"failed\": 0}\n"
#define STEP(now, steps)                                                                           \
    "{\"event\": \"step\", \"now\": " #now                                                         \
    ", \"name\": \"step\", \"n\": 1, \"cost\": 10000000, \"steps\": " #steps "}\n"

/* Lines: 1 begin, 2 decide, 3 verdict, 4 5 steps, 6 decide, 7 verdict, 8 checkpoint, 9 step,
 * 10 strike, 11 failure, 12 recovered, 13 decide, 14 verdict, 15 16 steps, 17 end. */
static const char form[] =
    BEGIN DECIDE(1, 0, 0, 0, 0, 0, -1, 0) "%s" STEP(10000000, 1) STEP(20000000, 2) DECIDE(
        2, 20000000, 20000000, 20000000, 2, 2, -1,
        0) "%s"
           "{\"event\": \"checkpoint_done\", \"now\": 25000000, \"n\": 1, \"cost\": "
           "5000000}\n" STEP(
               35000000,
               3) "{\"event\": \"strike\", \"now\": 40000000}\n"
                  "{\"event\": \"failure\", \"now\": 42000000, \"work_lost\": 10000000, "
                  "\"steps_lost\": 1, "
                  "\"restorable\": true}\n"
                  "{\"event\": \"recovered\", \"now\": 50000000, \"cost\": 3000000, "
                  "\"work_protected\": "
                  "20000000, \"restorable\": true}\n" DECIDE(3, 50000000, 20000000, 0, 2, 0,
                                                             5000000, 1) "%s" STEP(60000000, 3)
                      STEP(70000000, 4) "{\"event\": \"end\", \"now\": 70000000, \"steps\": 4}\n";

/* every, n = 2: at 0 and after the restore not due, at step 2 due. */
#define EVERY_1                                                                                    \
    "{\"request\": 1, \"action\": \"skip\", \"ask\": \"step\", \"at\": 2, \"repeat\": true}\n"
#define EVERY_2                                                                                    \
    "{\"request\": 2, \"action\": \"checkpoint\", \"ask\": \"step\", \"at\": 4, \"repeat\": "      \
    "true}\n"
#define EVERY_3                                                                                    \
    "{\"request\": 3, \"action\": \"skip\", \"ask\": \"step\", \"at\": 4, \"repeat\": true, "      \
    "\"reason\": 0}\n"

static char every[8192];

static const char *write_log(const char *text)
{
    const char *path = in_folder("log.jsonl");
    assert_true(support_write(path, text, strlen(text)));
    return path;
}

static int prepare(void **state)
{
    snprintf(every, sizeof every, form, "every", "\"n\": \"2\"", EVERY_1, EVERY_2, EVERY_3);
    return make_folder(state);
}

/* The log with `find` in its line `line` replaced, freed by the caller. */
static char *changed(unsigned line, const char *find, const char *replace)
{
    const char *at = every;
    for (; line > 1; line--)
        at = strchr(at, '\n') + 1;
    at = strstr(at, find);
    assert_non_null(at);
    size_t capacity = sizeof every + strlen(replace);
    char *text = malloc(capacity);
    assert_non_null(text);
    snprintf(text, capacity, "%.*s%s%s", (int)(at - every), every, replace, at + strlen(find));
    return text;
}

static void the_same_controller_gives_the_logged_verdicts(void **state)
{
    (void)state;
    char *out = output_of(CAIRN("replay", "--happenings", write_log(every)), 0);
    assert_says(out, "3 of 3 verdicts equal");
    free(out);
}

static void each_field_of_a_verdict_counts(void **state)
{
    static const struct {
        unsigned line;
        const char *find, *replace, *field, *equal;
    } cases[] = {
        {3, "skip", "checkpoint", "log.jsonl:3: request 1 is answered otherwise in 'action'", "0"},
        {7, "\"step\"", "\"steps\"", "log.jsonl:7: request 2 is answered otherwise in 'ask'", "1"},
        {14, "\"at\": 4", "\"at\": 5", "log.jsonl:14: request 3 is answered otherwise in 'at'",
         "2"},
        {7, "true", "false", "log.jsonl:7: request 2 is answered otherwise in 'repeat'", "1"},
        {14, "\"reason\": 0", "\"reason\": 1",
         "log.jsonl:14: request 3 is answered otherwise in 'reason'", "2"},
        {1, "\"n\": \"2\"", "\"n\": \"3\"",
         "log.jsonl:3: request 1 is answered otherwise in 'at'\n"
         "  logged: skip, ask step at 2, repeat true, reason 0\n"
         "  now:    skip, ask step at 3, repeat true, reason 0\n",
         "0"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *text = changed(cases[i].line, cases[i].find, cases[i].replace), before[40];
        char *out = output_of(CAIRN("replay", "--happenings", write_log(text)), 1);
        snprintf(before, sizeof before, "%s verdicts before it equal", cases[i].equal);
        assert_says(out, cases[i].field);
        assert_says(out, before);
        free(out);
        free(text);
    }
}

static void what_cannot_be_read_is_pointed_at(void **state)
{
    static const struct {
        unsigned line;
        const char *find, *replace, *message;
    } cases[] = {
        {1, "{", "(", "log.jsonl:1:1: error: this is no JSON object"},
        {1, "begin", "began", "log.jsonl:1:12: error: unknown event"},
        {1, "every", "evry", "log.jsonl:1:35: error: unknown controller 'evry'"},
        {1, "\"n\": \"2\"", "\"n\": \"0\"", "controller.n: '0'"},
        {1, "\"n\": \"2\"", "\"m\": \"2\"", "controller every has no parameter 'm'"},
        {1, "\"workers\": 1, ", "", "the shape lacks 'workers'"},
        {1, "\"step\": 10000000", "\"step\": true", "'step' should be a whole number"},
        {1, "\"step\": 10000000", "\"step\": 0", "needs steps to count"},
        {1, "\"stages\": []", "\"stages\": [\"a\"]", "a job in stages cannot be read yet"},
        {1, "\"shape\": {", "\"shape\": 1, \"x\": {", "'shape' should be an object"},
        {2, "\"now\"", "\"new\"", "log.jsonl:2:35: error: 'new' is not known here"},
        {2, "\"in_flight\": 0", "\"in_flight\": -1", "'in_flight' is out of range"},
        {3, "\"action\": \"skip\", ", "", "log.jsonl:3:1: error: a verdict that lacks 'action'"},
        {3, "\"request\": 1", "\"request\": 2", "a verdict that answers another question"},
        {3, EVERY_1, "", "log.jsonl:3:1: error: the decision before this line has no verdict"},
        {4, "\"now\"", "\"n\": 1, \"now\"", "log.jsonl:4:60: error: 'n' is given twice"},
        {4, "\"n\": 1, ", "", "log.jsonl:4:1: error: step lacks 'n'"},
        {4, "\"n\": 1", "\"n\": -1", "'n' must not be negative"},
        {4, "\"now\": 10000000", "\"now\": -9",
         "log.jsonl:4:19: error: 'now' must not be negative"},
        {2, "\"last_cost\": -1", "\"last_cost\": -2", "'last_cost' must not be negative"},
        {4, "\"step\", \"n\"", "5, \"n\"", "'name' should be a text"},
        {10, "{\"event\": \"strike\", \"now\": 40000000}", "{\"request\": 2}",
         "log.jsonl:10:1: error: a verdict that nobody asked for"},
        {11, "true", "1", "log.jsonl:11:79: error: 'restorable' should be true or false"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *text = changed(cases[i].line, cases[i].find, cases[i].replace);
        struct support_run run = CAIRN("replay", "--happenings", write_log(text));
        assert_exit(&run, 3);
        assert_says(run.err, cases[i].message);
        support_run_close(&run);
        free(text);
    }
}

static void the_order_of_lines_is_checked(void **state)
{
    static const struct {
        unsigned from, until; /* lines that are kept */
        const char *message;
    } cases[] = {
        {2, 17, "log.jsonl:1:1: error: a log starts with begin"},
        {18, 18, "holds no log"},
        {1, 2, "the last decision has no verdict"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *from = every, *until = every;
        for (unsigned line = 1; line < cases[i].from; line++)
            from = strchr(from, '\n') + 1;
        for (unsigned line = 1; line <= cases[i].until && *until; line++)
            until = strchr(until, '\n') + 1;
        char *text = strndup(from, (size_t)(until > from ? until - from : 0));
        struct support_run run = CAIRN("replay", "--happenings", write_log(text));
        assert_exit(&run, 3);
        assert_says(run.err, cases[i].message);
        support_run_close(&run);
        free(text);
    }
    char twice[2 * sizeof every];
    snprintf(twice, sizeof twice, "%s%s", every, every);
    struct support_run run = CAIRN("replay", "--happenings", write_log(twice));
    assert_exit(&run, 3);
    assert_says(run.err, "log.jsonl:18:1: error: begins again");
    support_run_close(&run);
}

/* Prefixes of the log with a byte changed are read or refused: never anything else. */
static void no_damage_to_a_log_is_more_than_an_error(void **state)
{
    int refused = 0;
    (void)state;
    for (size_t i = 7; i < strlen(every); i += 97) {
        char text[sizeof every];
        memcpy(text, every, sizeof text);
        text[i] = (char)(i % 3 == 0 ? '\0' : i % 3 == 1 ? '"' : '9');
        text[i % 2 ? strlen(every) : i + 1] = '\0';
        struct support_run run = CAIRN("replay", "--happenings", write_log(text));
        if (run.code != 0 && run.code != 1 && run.code != 3)
            fail_msg("byte %zu: exit %d\n%s", i, run.code, run.err);
        refused += run.code == 3;
        support_run_close(&run);
    }
    assert_true(refused > 10);
}

/* first = 20 ms; a sixteenth more after the checkpoint, half of that after the failure. */
static void a_plug_in_is_asked_as_well(void **state)
{
    char text[8192], include[SUPPORT_PATH + 80], here[SUPPORT_PATH], link[SUPPORT_PATH + 20];
    (void)state;
    assert_non_null(getcwd(here, sizeof here));
    snprintf(link, sizeof link, "%s/policies", here);
    assert_int_equal(mkdir(in_folder("include"), 0700), 0);
    assert_int_equal(symlink(link, in_folder("include/cairn")), 0);
    snprintf(include, sizeof include, "-I%s", in_folder("include"));
    const char *words[] = {"cc",
                           "-std=c17",
                           "-shared",
                           "-fPIC",
                           include,
                           "-o",
                           in_folder("mine.so"),
                           "policies/examples/myplugin.c",
                           NULL};
    free(output_of(support_run(words, NULL, NULL), 0));
    snprintf(text, sizeof text, form, "myplugin", "\"first\": \"20 ms\"",
             "{\"request\": 1, \"action\": \"skip\", \"ask\": \"work\", \"at\": 20000000}\n",
             "{\"request\": 2, \"action\": \"checkpoint\", \"ask\": \"work\", \"at\": 20000000}\n",
             "{\"request\": 3, \"action\": \"skip\", \"ask\": \"work\", \"at\": 10625000}\n");
    const char *path = write_log(text), *plugin = in_folder("mine.so");
    char *out = output_of(CAIRN("replay", "--happenings", path, "--plugin", plugin), 0);
    assert_says(out, "3 of 3 verdicts equal, 2 happenings heard");
    free(out);
    struct support_run run = CAIRN("replay", "--happenings", path);
    assert_exit(&run, 3);
    assert_says(run.err, "unknown controller 'myplugin'");
    support_run_close(&run);
}

static void a_scenario_says_where_its_numbers_are_from(void **state)
{
    const char *path = write_log(every), *scenario = in_folder("fitted.yaml");
    (void)state;
    char *out = output_of(CAIRN("fit", path), 0);
    assert_string_equal(
        out,
        "# Written by cairn fit from a driver's log.\n"
        "version: 1\n"
        "cluster: {nodes: 1}\n"
        "# 1 failures in 70 ms, the time behind the last one counted: the mean is known to ±100 %\n"
        "faults: {node: {uptime: {exponential: 70 ms}}, initial_age: new}\n"
        "detection:\n"
        "  delay: 2 ms                     # mean of 1 from strike to failure\n"
        "workload:\n"
        "  group:\n"
        "    workers: 1\n"
        "    work: 40 ms                   # 4 steps\n"
        "    step: 10 ms                   # mean of 5 steps, standard deviation 0 s\n"
        "    checkpoint: 5 ms              # mean of 1 checkpoints\n"
        "    restore: 3 ms                 # mean of 1 restores from a checkpoint\n"
        "    downtime: 5 ms                # mean of 1 from failure to restore\n"
        "    final_checkpoint: false\n"
        "    restore_initial: false\n"
        "controller: {name: every, \"n\": \"2\"}  # as in the log\n");
    free(out);
    free(output_of(CAIRN("fit", path, "-o", scenario), 0));
    struct support_run again = CAIRN("fit", path, "-o", scenario);
    assert_exit(&again, 2); /* not over a file that is there */
    support_run_close(&again);
    out = output_of(CAIRN("run", scenario, "--json"), 0);
    assert_true(json_number(out, "failures.struck") > 0);
    free(out);
}

/* Neither an endless sum nor an overflow: numbers as large as the format takes, or out of order. */
static void absurd_numbers_are_fitted_or_refused(void **state)
{
    static const struct {
        unsigned line;
        const char *find, *replace;
        int code;
        const char *says;
    } cases[] = {
        {4, "\"n\": 1", "\"n\": 4000000000000000000", 0, "# mean of 4000000000000000004 steps"},
        {4, "\"cost\": 10000000", "\"cost\": 9223372036854775807", 0, "# mean of 5 steps"},
        {17, "\"steps\": 4", "\"steps\": 9000000000000000000", 0, "# 9000000000000000000 steps"},
        {11, "\"now\": 42000000", "\"now\": 39999999", 3,
         "log.jsonl:11:1: error: this failure is earlier than its strike"},
        {12, "\"cost\": 3000000", "\"cost\": 9000000000000000000", 3,
         "log.jsonl:12:1: error: this restore begins (now - cost) earlier than the failure"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *text = changed(cases[i].line, cases[i].find, cases[i].replace);
        struct support_run run = CAIRN("fit", write_log(text));
        assert_exit(&run, cases[i].code);
        assert_says(cases[i].code == 0 ? run.out : run.err, cases[i].says);
        support_run_close(&run);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_controller_gives_the_logged_verdicts),
        cmocka_unit_test(each_field_of_a_verdict_counts),
        cmocka_unit_test(what_cannot_be_read_is_pointed_at),
        cmocka_unit_test(the_order_of_lines_is_checked),
        cmocka_unit_test(no_damage_to_a_log_is_more_than_an_error),
        cmocka_unit_test(a_plug_in_is_asked_as_well),
        cmocka_unit_test(a_scenario_says_where_its_numbers_are_from),
        cmocka_unit_test(absurd_numbers_are_fitted_or_refused),
    };
    return cmocka_run_group_tests(tests, prepare, remove_folder);
}
