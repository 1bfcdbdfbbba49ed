/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the JSON object means what DESIGN section 7 promises, and the table that people read adds
 * up and says the same.
 * Method: scenarios with and without failures, repairs and unfinished runs; every promised mean is
 * computed again from the rows of the same run.
 */
#include "tests/sim/cli/asked.h"

static const char *const classes[] = {"useful", "checkpoint", "slowed",  "lost",    "uncommitted",
                                      "detect", "wait",       "restart", "restore", "blocked",
                                      "start",  "transfer",   "idle"};

/* Scenarios of different kinds, each with whether all its runs finish. */
static const struct {
    const char *words[12];
    int code;
} scenarios[] = {
    {{"run", SMALL, "-n20"}, 0},
    {{"run", SMALL, "-n1"}, 0},
    {{"run", SMALL, "-s", "controller=none", "-s", "horizon=90 min"}, 4},
    {{"run", SMALL, "-s", "controller=daly", "-s", "workload.group.persist=2 min"}, 0},
    {{"run", SMALL, "-s", "workload.group.checkpoint=2 h", "-s", "horizon=90 min"}, 4},
    {{"run", "two-node"}, 0},
    {{"run", "spot-short", "-n9"}, 0},
    {{"run", SMALL, "-s", "faults.prediction.recall=0.8", "-s", "faults.prediction.lead=1 min",
      "-s", "faults.prediction.precision=0.5", "-s", "faults.notice=1 min"},
     0},
    {{"run", "lab-cluster", "-n9", "-s", "controller={name: daly, mtbf: 26 h}"}, 0},
};

static char *run_with(size_t scenario, const char *one, const char *two)
{
    const char *words[16] = {NULL};
    size_t n = 0;
    for (; scenarios[scenario].words[n]; n++)
        words[n] = scenarios[scenario].words[n];
    words[n++] = one;
    words[n] = two;
    return output_of(support_cairn(words, NULL), scenarios[scenario].code);
}

static void assert_near(double value, double wanted)
{
    if (fabs(value - wanted) > 1e-9 * fmax(1, fabs(wanted)))
        fail_msg("%.17g, expected %.17g", value, wanted);
}

/* The mean of a column over the rows; `only`: of rows that end so. */
static double mean_of(const char *json, const char *column, const char *only, double *n)
{
    double sum = 0;
    *n = 0;
    for (unsigned i = 0;; i++) {
        char path[64];
        snprintf(path, sizeof path, "rows.%u.end", i);
        if (!json_find(json, path))
            return sum / *n;
        if (only && !json_is_text(json, path, only))
            continue;
        snprintf(path, sizeof path, "rows.%u.%s", i, column);
        sum += json_number(json, path);
        *n += 1;
    }
}

static double mean(const char *json, const char *column)
{
    double n;
    return mean_of(json, column, NULL, &n);
}

static void the_object_has_every_key_that_was_promised(void **state)
{
    static const char *const keys[] = {
        "name",
        "seed",
        "replications",
        "finished",
        "makespan_s.mean",
        "makespan_s.ci95.0",
        "makespan_s.ci95.1",
        "makespan_s.min",
        "makespan_s.median",
        "makespan_s.max",
        "waste.mean",
        "waste.ci95.0",
        "waste.ci95.1",
        "failures.struck",
        "failures.shielded",
        "failures.elsewhere",
        "failures.foretold",
        "failures.predictions",
        "failures.notices",
        "checkpoints.taken",
        "checkpoints.completed",
        "checkpoints.aborted",
        "checkpoints.restored",
        "calls.submitted",
        "calls.completed",
        "calls.failed",
        "calls.retried",
        "calls.attempts_failed",
        "calls.killed",
        "actors.created",
        "actors.restarted",
        "actors.dead",
        "objects.stored",
        "objects.copied",
        "objects.lost",
        "objects.rebuilt",
        "objects.evicted",
        "objects.spilled",
        "objects.bytes_moved",
        "items.put",
        "items.delivered",
        "items.lost",
        "items.left",
        "items.doubled",
        "items.high",
        "items.depth",
        "items.waited_s",
        "events",
        "digest",
    };
    (void)state;
    for (size_t s = 0; s < COUNT(scenarios); s++) {
        char *json = run_with(s, "--json", NULL);
        if (!json_is_whole(json))
            fail_msg("no JSON:\n%s", json);
        for (size_t i = 0; i < COUNT(keys); i++)
            if (!json_find(json, keys[i]))
                fail_msg("no '%s' in\n%s", keys[i], json);
        for (size_t i = 0; i < COUNT(classes); i++) {
            char path[64];
            snprintf(path, sizeof path, "ledger_s.%s", classes[i]);
            assert_true(json_number(json, path) >= 0);
        }
        assert_null(json_find(json, "rows"));
        free(json);
    }
}

static void python_reads_it_too_where_there_is_one(void **state)
{
    static const char script[] = "import json, sys; d = json.load(sys.stdin); print(d['name'])";
    (void)state;
    char *json = output_of(CAIRN("run", SMALL, "--json", "--rows"), 0);
    const char *const words[] = {"python3", "-c", script, NULL};
    struct support_run run = support_run(words, json, NULL);
    free(json);
    bool has_python = run.code != -1 && run.code != 127;
    if (has_python) {
        assert_exit(&run, 0);
        assert_string_equal(run.out, "small\n");
    }
    support_run_close(&run);
    if (!has_python) {
        printf("SKIPPED: no python3 on this machine\n");
        skip();
    }
}

static void means_are_those_of_the_rows(void **state)
{
    static const struct {
        const char *key, *column;
        double scale;
    } means[] = {
        {"failures.struck", "struck", 1},
        {"failures.shielded", "shielded", 1},
        {"failures.elsewhere", "elsewhere", 1},
        {"failures.foretold", "foretold", 1},
        {"failures.predictions", "predictions", 1},
        {"failures.notices", "notices", 1},
        {"checkpoints.taken", "taken", 1},
        {"checkpoints.completed", "completed", 1},
        {"checkpoints.aborted", "aborted", 1},
        {"checkpoints.restored", "restored", 1},
        {"aborted_s", "aborted_ns", 1e-9},
        {"nodes_s.held", "nodes_held_ns", 1e-9},
        {"nodes_s.spare", "nodes_spare_ns", 1e-9},
        {"nodes_s.repairing", "nodes_repairing_ns", 1e-9},
        {"nodes_s.idle", "nodes_idle_ns", 1e-9},
    };
    double struck = 0, n;
    (void)state;
    for (size_t s = 0; s < COUNT(scenarios); s++) {
        char *json = run_with(s, "--json", "--rows");
        assert_true(json_is_whole(json));
        for (size_t i = 0; i < COUNT(means); i++)
            assert_near(json_number(json, means[i].key),
                        means[i].scale * mean(json, means[i].column));
        double total = 1e-9 * mean(json, "makespan_ns"), sum = 0;
        for (size_t i = 0; i < COUNT(classes); i++) {
            char key[64], column[64];
            snprintf(key, sizeof key, "ledger_s.%s", classes[i]);
            snprintf(column, sizeof column, "%s_ns", classes[i]);
            assert_near(json_number(json, key), 1e-9 * mean(json, column));
            sum += json_number(json, key);
        }
        assert_near(sum, total); /* the ledger adds up to the makespan */
        assert_near(json_number(json, "waste.mean"),
                    1 - json_number(json, "ledger_s.useful") / total);
        double finished = 1e-9 * mean_of(json, "makespan_ns", "finished", &n);
        assert_true(json_number(json, "finished") == n);
        if (n > 0)
            assert_near(json_number(json, "makespan_s.mean"), finished);
        else
            assert_memory_equal(json_find(json, "makespan_s.mean"), "null", 4);
        assert_near(json_number(json, "events"),
                    json_number(json, "replications") * mean(json, "events"));
        struck += json_number(json, "failures.struck");
        free(json);
    }
    printf("  %.1f failures a run in all\n", struck);
    assert_true(struck > 5);
}

static void the_mtbf_is_told_where_a_controller_used_one(void **state)
{
    static const struct {
        const char *set, *origin;
        double mtbf; /* 0: none is told */
    } cases[] = {
        {"controller={name: fixed, interval: 10 min}", "", 0},
        {"controller=none", "", 0},
        {"controller={name: daly, mtbf: 26 min}", "given", 1560},
        {"controller=young", "from the laws", 2400}, /* 2 h over three workers */
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *json = output_of(CAIRN("run", SMALL, "--json", "-s", cases[i].set), 0);
        assert_true((json_find(json, "mtbf_s") != NULL) == (cases[i].mtbf > 0));
        if (cases[i].mtbf > 0) {
            assert_near(json_number(json, "mtbf_s"), cases[i].mtbf);
            assert_true(json_is_text(json, "mtbf_origin", cases[i].origin));
        }
        free(json);
    }
}

#define FREE "workload.group.checkpoint=0 s"

/* Each failure loses less than one task, since checkpoints take no time: what is claimed for a
 * restored one is 15 s - 1 s, or 15 s - 20 s. */
static void a_claim_is_told_where_a_controller_makes_one(void **state)
{
    static const struct {
        const char *controller;
        double each; /* s; 0: no claim */
    } cases[] = {
        {"{name: adaptive-compat, budget: 99, task: 5 min}", 14},
        {"{name: adaptive-compat, budget: 99, task: 5 min, overhead: 20 s}", -5},
        {"{name: fixed, interval: 5 min}", 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char set[128];
        snprintf(set, sizeof set, "controller=%s", cases[i].controller);
        char *json = output_of(CAIRN("run", SMALL, "--json", "--rows", "-s", set, "-s", FREE), 0);
        char *text = output_of(CAIRN("run", SMALL, "-s", set, "-s", FREE), 0);
        double struck = mean(json, "struck"), restored = mean(json, "restored");
        assert_true(struck > 1 && restored > 0.5);
        assert_near(1e-9 * mean(json, "claimed_work_ns"), cases[i].each * restored);
        if (cases[i].each == 0)
            assert_memory_equal(json_find(json, "per_failure.claimed_s"), "null", 4);
        else
            assert_near(json_number(json, "per_failure.claimed_s"),
                        cases[i].each * restored / struck);
        assert_true((strstr(text, " claimed by the controller\n") != NULL) == (cases[i].each != 0));
        assert_true((strstr(text, ", -") != NULL) == (cases[i].each < 0));
        free(json);
        free(text);
    }
}

static void printed_shares_add_up_to_a_hundred(void **state)
{
    (void)state;
    for (size_t s = 0; s < COUNT(scenarios); s++) {
        char *text = run_with(s, NULL, NULL), *at = strstr(text, "where the time went");
        assert_non_null(at);
        int tenths = 0, lines = 0;
        double share;
        for (;;) {
            at = strchr(at, '\n') + 1;
            char name[32];
            if (sscanf(at, " %31s %lf %%", name, &share) != 2)
                fail_msg("no share in: %.60s", at);
            if (strcmp(name, "total") == 0)
                break;
            tenths += (int)lround(10 * share);
            lines++;
        }
        assert_int_equal(tenths, 1000);
        assert_true(share == 100 && lines >= 2);
        free(text);
    }
}

static void the_table_says_what_the_object_says(void **state)
{
    (void)state;
    char *text = output_of(CAIRN("run", SMALL, "-n200"), 0), wanted[64];
    char *json = output_of(CAIRN("run", SMALL, "-n200", "--json"), 0);
    double waste = json_number(json, "waste.mean");
    double half = (json_number(json, "waste.ci95.1") - json_number(json, "waste.ci95.0")) / 2;
    snprintf(wanted, sizeof wanted, "waste      %.2f %% ± %.2f", 100 * waste, 100 * half);
    assert_says(text, wanted);
    snprintf(wanted, sizeof wanted, "%.4g failures struck", json_number(json, "failures.struck"));
    assert_says(text, wanted);
    snprintf(wanted, sizeof wanted, "regret %.2f %%", 100 * json_number(json, "regret.mean"));
    assert_says(text, wanted);
    free(text);
    free(json);
}

/* 17 digits and back: what a script reads is what cairn had. */
static void numbers_of_the_object_are_exact(void **state)
{
    (void)state;
    char *json = output_of(CAIRN("run", SMALL, "-n7", "--json", "--rows"), 0);
    char *csv = output_of(CAIRN("run", SMALL, "-n7", "--csv"), 0);
    assert_int_equal(csv_lines(csv), 7);
    for (unsigned i = 0; i < 7; i++) {
        char path[64];
        snprintf(path, sizeof path, "rows.%u.makespan_ns", i);
        const char *cell = csv_cell(csv, i, "makespan_ns");
        assert_memory_equal(json_find(json, path), cell, strlen(cell));
        snprintf(path, sizeof path, "rows.%u.digest", i);
        assert_true(json_is_text(json, path, csv_cell(csv, i, "digest")));
    }
    free(json);
    free(csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_object_has_every_key_that_was_promised),
        cmocka_unit_test(python_reads_it_too_where_there_is_one),
        cmocka_unit_test(means_are_those_of_the_rows),
        cmocka_unit_test(the_mtbf_is_told_where_a_controller_used_one),
        cmocka_unit_test(a_claim_is_told_where_a_controller_makes_one),
        cmocka_unit_test(printed_shares_add_up_to_a_hundred),
        cmocka_unit_test(the_table_says_what_the_object_says),
        cmocka_unit_test(numbers_of_the_object_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
