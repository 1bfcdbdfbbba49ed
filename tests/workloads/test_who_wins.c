/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what the README says of the study of controllers is so. Method: the study's list is run,
 * shortly, on every built-in group; adaptive against adaptive-compat in each. */
#include "tests/support.h"
#include "workloads/builtin.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The k-th "waste": {"mean": … of a JSON array of cells. */
static double waste_of(const char *json, unsigned k)
{
    static const char key[] = "\"waste\": {\"mean\": ";
    const char *at = json;
    for (unsigned i = 0; i <= k; i++) {
        at = strstr(at, key);
        assert_non_null(at);
        at += strlen(key);
    }
    return strtod(at, NULL);
}

/* Controllers decide for groups; the drivers of pipelines say themselves what is saved. */
static bool is_pipeline(const struct builtin *b)
{
    return strstr(b->text, "\n  pipeline:") != NULL;
}

static void adaptive_beats_adaptive_compat_on_every_built_in_group(void **state)
{
    unsigned count = 0;
    double least = 1;
    (void)state;
    for (const struct builtin *b = builtin_list; b->name; b++) {
        if (is_pipeline(b))
            continue;
        count++;
        const char *const words[] = {"sweep",  b->name, "--reps",
                                     "16",     "--set", "controller=adaptive,adaptive-compat",
                                     "--json", NULL};
        struct support_run run = support_cairn(words, NULL);
        assert_true(run.code == 0 || run.code == 4);
        double gain = waste_of(run.out, 1) - waste_of(run.out, 0);
        if (!(gain > 0.2))
            fail_msg("%s: only %.4f less waste than adaptive-compat", b->name, gain);
        least = gain < least ? gain : least;
        support_run_close(&run);
    }
    print_message("    %u groups, at least %.1f points\n", count, 100 * least);
    assert_true(count >= 11);
}

/* Every line of workloads/controllers.study suits one of two scenarios that between them have all
 * that a controller can ask for: equal steps and stages, Weibull and exponential laws. */
static void every_line_of_the_study_suits_a_scenario(void **state)
{
    char set[4096] = "controller=", *list = support_read("workloads/controllers.study", NULL);
    unsigned lines = 0;
    (void)state;
    assert_non_null(list);
    for (const char *line = list; *line; line += strcspn(line, "\n") + 1) {
        if (line[0] == '#')
            continue;
        snprintf(set + strlen(set), sizeof set - strlen(set), "%s%.*s", lines++ ? "," : "",
                 (int)strcspn(line, "\n"), line);
    }
    const char *const words[] = {"sweep", "lab-cluster", "ml-pipeline", "--reps",
                                 "3",     "--set",       set,           NULL};
    struct support_run run = support_cairn(words, NULL);
    if (run.code != 0 && run.code != 4)
        fail_msg("exit code %d: %s", run.code, run.err);
    assert_true(lines >= 25);
    support_run_close(&run);
    free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adaptive_beats_adaptive_compat_on_every_built_in_group),
        cmocka_unit_test(every_line_of_the_study_suits_a_scenario),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
