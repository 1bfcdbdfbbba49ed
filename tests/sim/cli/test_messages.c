/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what the program says is reviewed as data: every mistake on the command line and in a file
 * of outages gets its exit code and its sentence, and help, lists and reports stay as they were
 * read.
 * Method: tests/bad/argv/NAME.args (one word a line) and tests/bad/csv/NAME.csv (replayed) against
 * NAME.err; a table of commands against tests/golden/cli/NAME.txt. CAIRN_GOLDEN=write rewrites.
 */
#include "sim/base/sort.h"
#include "tests/support.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NAMES        200

static int compare_names(const void *a, const void *b, const void *context)
{
    (void)context;
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in `folder` that end in `ending`, without it, in order; the caller frees each. */
static size_t list_names(const char *path, const char *ending, char **names)
{
    DIR *folder = opendir(path);
    size_t count = 0, tail = strlen(ending);
    if (!folder)
        fail_msg("no %s here: run from the project's root folder", path);
    for (struct dirent *entry; (entry = readdir(folder));) {
        size_t length = strlen(entry->d_name);
        if (length <= tail || strcmp(entry->d_name + length - tail, ending) != 0)
            continue;
        assert_true(count < NAMES);
        names[count++] = strndup(entry->d_name, length - tail);
    }
    closedir(folder);
    static char *scratch[NAMES];
    sort_stable(names, count, sizeof *names, compare_names, NULL, scratch);
    return count;
}

/* "exit 2", what was said, and `out` behind it where something was printed. */
static bool holds(const char *path, const struct support_run *run, const char *out)
{
    size_t room = strlen(run->err) + strlen(out) + 64;
    char *text = malloc(room);
    assert_non_null(text);
    snprintf(text, room, "exit %d\n%s%s%s", run->code, run->err, *out ? "---\n" : "", out);
    bool is_equal = support_golden(path, text);
    free(text);
    return is_equal;
}

/* A mistake is never our bug, never a signal, and says something in whole lines. */
static bool is_told(const struct support_run *run)
{
    size_t length = strlen(run->err);
    return (run->code == 2 || run->code == 3) && length > 0 && run->err[length - 1] == '\n' &&
           strstr(run->err, "error: ");
}

static void each_bad_command_line_says_what_its_golden_text_says(void **state)
{
    static char *names[NAMES];
    size_t count = list_names("tests/bad/argv", ".args", names), wrong = 0;
    (void)state;
    assert_true(count >= 50);
    for (size_t i = 0; i < count; i++) {
        char path[300];
        const char *words[32] = {NULL};
        snprintf(path, sizeof path, "tests/bad/argv/%s.args", names[i]);
        char *text = support_read(path, NULL), *at = text;
        assert_non_null(text);
        for (size_t n = 0; *at && n + 1 < COUNT(words); n++) {
            words[n] = at;
            at += strcspn(at, "\n");
            *at++ = '\0';
        }
        struct support_run run = support_cairn(words, NULL);
        if (words[0] && (!is_told(&run) || run.out[0])) {
            print_error("%s: exit %d, stdout: %.60s\n", path, run.code, run.out);
            wrong++;
        }
        snprintf(path, sizeof path, "tests/bad/argv/%s.err", names[i]);
        wrong += !holds(path, &run, words[0] ? run.out : "");
        support_run_close(&run);
        free(text);
        free(names[i]);
    }
    assert_int_equal(wrong, 0);
}

static void each_file_of_outages_says_what_its_golden_text_says(void **state)
{
    static char *names[NAMES];
    size_t count = list_names("tests/bad/csv", ".csv", names), wrong = 0;
    (void)state;
    assert_true(count >= 30);
    for (size_t i = 0; i < count; i++) {
        char path[300];
        snprintf(path, sizeof path, "tests/bad/csv/%s.csv", names[i]);
        const char *words[] = {"replay", path, "tests/sim/cli/small.yaml", NULL};
        struct support_run run = support_cairn(words, NULL);
        bool is_good = strstr(names[i], "good") != NULL; /* odd, but accepted: described */
        run.out[is_good ? strcspn(run.out, "\n") + 1 : 0] = '\0';
        if (is_good ? run.code != 0 && run.code != 4 : !is_told(&run)) {
            print_error("%s: exit %d\n%s", path, run.code, run.err);
            wrong++;
        }
        snprintf(path, sizeof path, "tests/bad/csv/%s.err", names[i]);
        wrong += !holds(path, &run, run.out);
        support_run_close(&run);
        free(names[i]);
    }
    assert_int_equal(wrong, 0);
}

static void help_lists_and_reports_are_as_they_were_reviewed(void **state)
{
    static const char small[] = "tests/sim/cli/small.yaml";
    static const char tasks[] = "tests/sim/cli/tasks.yaml";
    static const char outages[] = "tests/bad/csv/overlap_good.csv";
    static const struct {
        const char *name, *words[12];
    } cases[] = {
        {"help", {"help"}},
        {"help-run", {"help", "run"}},
        {"help-gate", {"gate", "--help"}},
        {"help-units", {"help", "units"}},
        {"help-policies", {"help", "policies"}},
        {"help-exit-codes", {"help", "exit-codes"}},
        {"list", {"list"}},
        {"list-policies", {"list", "policies"}},
        {"list-laws", {"list", "laws"}},
        {"list-formats", {"list", "formats"}},
        {"list-figures", {"list", "figures"}},
        {"list-semantics", {"list", "semantics"}},
        {"validate", {"validate", small}},
        {"validate-effective", {"validate", small, "--print-effective", "--set", "seed=7"}},
        {"run", {"run", small}},
        {"run-foretold",
         {"run", small, "-s", "faults.prediction.recall=0.8", "-s", "faults.prediction.lead=1 min",
          "-s", "faults.notice=1 min"}},
        {"run-json", {"run", small, "--json"}},
        {"run-csv", {"run", small, "--csv", "--reps", "3"}},
        {"sweep", {"sweep", small}},
        {"sweep-many",
         {"sweep", small, "two-node", "lab-cluster", "--reps", "20", "--against", "daly", "--set",
          "controller=none,daly,{name: every, n: 7},{name: fixed, interval: 1 h}"}},
        {"replay", {"replay", outages, small}},
        {"verify", {"verify", small}},
        {"run-tasks", {"run", tasks}},
        {"run-tasks-json", {"run", tasks, "--json"}},
        {"run-tasks-timeline", {"run", tasks, "--reps", "1", "--timeline"}},
        {"sweep-tasks", {"sweep", tasks, "--set", "detection.delay=1 s,10 s"}},
        {"verify-tasks", {"verify", tasks}},
        {"help-events", {"help", "events"}},
        {"help-trace", {"help", "trace"}},
        {"help-decisions", {"help", "decisions"}},
        {"help-explain", {"help", "explain"}},
        {"explain", {"explain", "two-node"}},
        {"explain-json", {"explain", "two-node", "--json"}},
        {"explain-rep", {"explain", small, "--rep", "7", "--seed", "3"}},
        {"explain-skip", {"explain", "two-node", "--what-if", "skip:2"}},
        {"explain-take", {"explain", "two-node", "--what-if", "take:7.5min"}},
        {"explain-take-json", {"explain", "two-node", "--json", "--what-if", "take:7.5 min"}},
        {"explain-replay", {"explain", outages, small, "--set", "workload.group.work=30 min"}},
        {"explain-stopped", {"explain", small, "--set", "horizon=62 min"}},
        {"explain-persist", {"explain", small, "--set", "workload.group.persist=8 min"}},
    };
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char path[200];
        struct support_run run = support_cairn(cases[i].words, NULL);
        snprintf(path, sizeof path, "tests/golden/cli/%s.txt", cases[i].name);
        wrong += !holds(path, &run, run.out);
        support_run_close(&run);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    setenv("COLUMNS", "80", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bad_command_line_says_what_its_golden_text_says),
        cmocka_unit_test(each_file_of_outages_says_what_its_golden_text_says),
        cmocka_unit_test(help_lists_and_reports_are_as_they_were_reviewed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
