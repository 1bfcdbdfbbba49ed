/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: --decisions writes every decision of every replication, the same in both forms, in whole
 * files, and changes no result. Method: the program is run; its lines are held against the rows of
 * the same runs and against each other, value by value.
 */
#include "tests/sim/cli/asked.h"

static char *file_of(const char *name)
{
    char *text = support_read(in_folder(name), NULL);
    if (!text)
        fail_msg("%s was not written", name);
    return text;
}

static int64_t csv_integer(const char *csv, unsigned line, const char *column)
{
    return strtoll(csv_cell(csv, line, column), NULL, 10);
}

/* What the lines of replication `replication` say together. */
struct told {
    int64_t lines, took, complete, aborted, checkpoint, lost, restored;
};

static struct told sum_lines(const char *csv, int64_t replication)
{
    static const char *const losses[] = {"lost_unfinished_ns", "lost_declined_ns",
                                         "lost_dropped_ns", "lost_waited_ns", "lost_since_ns"};
    struct told told = {0};
    for (unsigned i = 0; i < csv_lines(csv); i++) {
        if (csv_integer(csv, i, "replication") != replication)
            continue;
        assert_int_equal(csv_integer(csv, i, "id"), ++told.lines);
        assert_true(strlen(csv_cell(csv, i, "words")) > 5);
        told.took += csv_cell(csv, i, "began_ns")[0] != '\0';
        told.complete += strcmp(csv_cell(csv, i, "outcome"), "complete") == 0;
        told.aborted += strcmp(csv_cell(csv, i, "outcome"), "aborted") == 0;
        told.checkpoint += csv_integer(csv, i, "checkpoint_ns");
        told.restored += csv_integer(csv, i, "restored");
        for (size_t n = 0; n < COUNT(losses); n++)
            told.lost += csv_integer(csv, i, losses[n]);
    }
    return told;
}

static void lines_add_up_to_the_rows_of_the_same_runs(void **state)
{
    (void)state;
    char *rows = output_of(
        CAIRN("run", SMALL, "--csv", "--reps", "5", "--decisions", in_folder("five.csv")), 0);
    char *lines = file_of("five.csv");
    int64_t struck = 0;
    assert_int_equal(csv_lines(rows), 5);
    for (unsigned i = 0; i < 5; i++) {
        struct told told = sum_lines(lines, i);
        assert_int_equal(told.took, csv_integer(rows, i, "taken"));
        assert_int_equal(told.complete, csv_integer(rows, i, "completed"));
        assert_int_equal(told.aborted, csv_integer(rows, i, "aborted"));
        assert_int_equal(told.checkpoint, csv_integer(rows, i, "checkpoint_ns"));
        assert_int_equal(told.lost, csv_integer(rows, i, "lost_ns"));
        assert_int_equal(told.restored, csv_integer(rows, i, "restored"));
        struck += csv_integer(rows, i, "struck");
    }
    assert_true(struck >= 5); /* there was something to lay at somebody */
    free(rows);
    free(lines);
}

static void a_result_is_the_same_with_and_without(void **state)
{
    (void)state;
    char *without = output_of(CAIRN("run", SMALL, "--json", "--rows"), 0);
    char *with = output_of(
        CAIRN("run", SMALL, "--json", "--rows", "--decisions", in_folder("same.jsonl")), 0);
    assert_string_equal(without, with);
    free(without);
    free(with);
}

/* Each line is an object with the names of the CSV's columns, and the same values. */
static void both_forms_say_the_same(void **state)
{
    (void)state;
    free(output_of(CAIRN("run", SMALL, "--decisions", in_folder("a.csv"), "--rep", "3"), 0));
    free(output_of(CAIRN("run", SMALL, "--decisions", in_folder("a.jsonl"), "--rep", "3"), 0));
    char *csv = file_of("a.csv"), *json = file_of("a.jsonl"), *line = json;
    char header[1024];
    unsigned count = csv_lines(csv);
    snprintf(header, sizeof header, "%.*s", (int)strcspn(csv, "\n"), csv);
    assert_true(count >= 7);
    for (unsigned i = 0; i < count; i++) {
        char *end = strchr(line, '\n'), *name = header;
        assert_non_null(end);
        *end = '\0';
        assert_true(json_is_whole(line));
        for (unsigned column = 0; column < 36; column++) {
            char wanted[64];
            snprintf(wanted, sizeof wanted, "%.*s", (int)strcspn(name, ","), name);
            name += strcspn(name, ",") + 1;
            const char *value = json_find(line, wanted), *cell = csv_cell(csv, i, wanted);
            assert_non_null(value);
            value += *value == '"';
            if (strncmp(value, cell[0] ? cell : "null", cell[0] ? strlen(cell) : 4) != 0)
                fail_msg("line %u, %s: '%s' and %.40s", i, wanted, cell, value);
        }
        line = end + 1;
    }
    assert_string_equal(line, "");
    assert_int_equal(csv_integer(csv, 0, "replication"), 3);
    free(csv);
    free(json);
}

/* A replay has decisions too; with several cells it is asked whose. */
static void a_replay_tells_its_decisions(void **state)
{
    (void)state;
    const char *outages = "tests/bad/csv/overlap_good.csv", *path = in_folder("replay.csv");
    struct support_run run =
        CAIRN("replay", outages, SMALL, "--set", "controller={name: fixed, interval: 10 min}",
              "--decisions", path);
    assert_true(run.code == 0 || run.code == 4);
    char *csv = file_of("replay.csv");
    assert_true(csv_lines(csv) == 4);
    free(csv);
    support_run_close(&run);
    run = CAIRN("replay", outages, SMALL, "--set", "controller=none,{name: fixed, interval: 1 h}",
                "--decisions", in_folder("two.csv"));
    assert_exit(&run, 2);
    assert_says(run.err, "--decisions tells of one cell");
    support_run_close(&run);
    assert_int_equal(access(in_folder("two.csv"), F_OK), -1);
}

/* .json: the original's own log of one run, entry for entry the decisions of the CSV after which a
 * task had ended; its summary, line for line, behind the answer. Ten steps of 6 min; the budget of
 * 3 goes to the first three. */
static void the_originals_log_and_summary_are_written(void **state)
{
    static const char controller[] = "controller={name: adaptive-compat, when_spent: ask}";
    (void)state;
#define COMPAT "run", SMALL, "--set", controller, "--set", "workload.group.step=6 min", "--rep", "4"
    free(output_of(CAIRN(COMPAT, "--decisions", in_folder("o.csv")), 0));
    char *out = output_of(CAIRN(COMPAT, "--decisions", in_folder("o.json")), 0);
    char *csv = file_of("o.csv"), *json = file_of("o.json"), *at = json;
    unsigned entries = 0, taken = 0;
    for (unsigned i = 0; i < csv_lines(csv); i++) {
        char wanted[200];
        if (csv_integer(csv, i, "reason") == 0 || strcmp(csv_cell(csv, i, "source"), "job") == 0)
            continue; /* no task had ended; nobody was asked */
        bool is_taken = strcmp(csv_cell(csv, i, "action"), "checkpoint") == 0;
        snprintf(wanted, sizeof wanted,
                 "\"decision\": %s,\n    \"timestamp\": ", is_taken ? "true" : "false");
        at = strstr(at, "\"decision\": ");
        assert_non_null(at);
        assert_int_equal(strncmp(at, wanted, strlen(wanted)), 0);
        double timestamp = strtod(at + strlen(wanted), NULL);
        assert_true(timestamp * 1e9 - (double)csv_integer(csv, i, "time_ns") < 1);
        at += strlen(wanted);
        entries++;
        taken += is_taken;
    }
    assert_true(entries >= 9 && taken == 3);
    assert_null(strstr(at, "\"decision\": "));
    assert_says(out, "[ACC] Decisions saved to ");
    assert_says(out, "\n=== Adaptive Controller Summary ===\nBudget used: 3/3\n");
    assert_says(out, "           step | cost=360.000 | max=360.000 | thr=0.35 | ckpt=True\n");
    free(out), free(csv), free(json);
}

static void a_file_that_exists_is_kept(void **state)
{
    (void)state;
    const char *path = in_folder("kept.csv");
    assert_true(support_write(path, "mine\n", 5));
    struct support_run run = CAIRN("run", SMALL, "--decisions", path);
    assert_exit(&run, 2);
    assert_string_equal(run.out, ""); /* refused before the runs */
    assert_says(run.err, "kept.csv");
    support_run_close(&run);
    char *text = file_of("kept.csv");
    assert_string_equal(text, "mine\n");
    free(text);
    free(output_of(CAIRN("run", SMALL, "--decisions", path, "--force"), 0));
    text = file_of("kept.csv");
    assert_true(csv_lines(text) > 100);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_add_up_to_the_rows_of_the_same_runs),
        cmocka_unit_test(a_result_is_the_same_with_and_without),
        cmocka_unit_test(both_forms_say_the_same),
        cmocka_unit_test(a_replay_tells_its_decisions),
        cmocka_unit_test(the_originals_log_and_summary_are_written),
        cmocka_unit_test(a_file_that_exists_is_kept),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
