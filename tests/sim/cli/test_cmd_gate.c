/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: gate answers pass, fail or undecided, and never passes what it did not see; verify finds a
 * planted difference.
 * Method: rows made by hand, whose differences are known in closed form, and rows of real runs
 * with one thing changed.
 */
#include "tests/sim/cli/asked.h"

#define HOUR INT64_C(3600000000000)

/* Values of a row that matter here; the rest is 0. */
struct hand_row {
    double waste;
    const char *end, *trace;
};

static char header[4096];

static int read_header(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    char *csv = output_of(CAIRN("run", SMALL, "--csv", "-n1"), 0);
    snprintf(header, sizeof header, "%.*s", (int)strcspn(csv, "\n"), csv);
    free(csv);
    return 0;
}

static bool is_column(const char *at, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(at, name, length) == 0;
}

/* One row for the replication `i`, of two slots an hour long, in the columns of the header line. */
static void put_row(FILE *file, const char *cell, unsigned i, const struct hand_row *row)
{
    for (const char *at = header;; at++) {
        size_t length = strcspn(at, ",");
        int64_t wasted = (int64_t)llround(row->waste * 7200e9);
        if (is_column(at, length, "scenario"))
            fprintf(file, "%s", cell);
        else if (is_column(at, length, "replication"))
            fprintf(file, "%u", i);
        else if (is_column(at, length, "end"))
            fprintf(file, "%s", row->end ? row->end : "finished");
        else if (is_column(at, length, "makespan_ns"))
            fprintf(file, "%lld", (long long)HOUR);
        else if (is_column(at, length, "useful_ns"))
            fprintf(file, "%lld", (long long)(2 * HOUR - wasted));
        else if (is_column(at, length, "lost_ns"))
            fprintf(file, "%lld", (long long)wasted);
        else if (is_column(at, length, "digest"))
            fprintf(file, "%032x", i);
        else if (is_column(at, length, "failure_trace"))
            fprintf(file, "%s", row->trace ? row->trace : "1:0000002a");
        else
            fprintf(file, "%s", is_column(at, length, "seed") ? "1" : "0");
        at += length;
        if (!*at)
            break;
        fputc(',', file);
    }
    fputc('\n', file);
}

static const char *write_rows(const char *name, const char *cell, const struct hand_row *rows,
                              unsigned n)
{
    const char *path = in_folder(name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "%s\n", header);
    for (unsigned i = 0; i < n; i++)
        put_row(file, cell, i, &rows[i]);
    fclose(file);
    return path;
}

/* n rows whose waste is `mean`, give or take `swing` in turn. */
static const char *write_swinging(const char *name, unsigned n, double mean, double swing)
{
    struct hand_row rows[64] = {{0}};
    assert_true(n <= COUNT(rows));
    for (unsigned i = 0; i < n; i++)
        rows[i].waste = i % 2 ? mean - swing : mean + swing;
    return write_rows(name, "hand", rows, n);
}

/* ---- verdicts ------------------------------------------------------------------------------- */

static void three_verdicts_follow_from_the_interval(void **state)
{
    /* All makespans are equal, so the difference of waste is a plain mean: with a swing s over n
     * pairs its half width is t(n - 1) s sqrt(1 / (n - 1)); 2.262 s / 3 for n = 10. */
    static const struct {
        double base, new, swing;
        const char *rule;
        int code;
        const char *verdict, *said;
    } cases[] = {
        {0.10, 0.10, 0, "waste:+0%", 0, "pass", "paired"},
        {0.10, 0.12, 0, "waste:+2%", 1, "FAIL",
         "waste 10 % -> 12 % (+2 ± 0, allowed +0.2, paired)"},
        {0.10, 0.12, 0, "waste:+2pp", 0, "pass", "allowed +2"},
        {0.10, 0.12, 0, "waste:+1.9pp", 1, "FAIL", "allowed +1.9"},
        {0.10, 0.12, 0, "waste:+20%", 0, "pass", ""},
        {0.10, 0.12, 0, "lost:+2%", 1, "FAIL", "lost 10 % -> 12 %"},
        {0.10, 0.12, 0, "makespan:+0%", 0, "pass", "makespan 3600 s -> 3600 s"},
        {0.10, 0.09, 0, "waste:+0%", 0, "pass", "(-1 ± 0"}, /* better is no failure */
        /* half = 0.01508, limit 0.002: 10 (0.01508 / 0.002)^2 1.1 = 625.5 */
        {0.10, 0.10, 0.02, "waste:+2%", 1, "UNDECIDED", "about 626 replications would decide"},
        {0.10, 0.10, 0.02, "waste:+1.6pp", 0, "pass", ""},
        {0.10, 0.12, 0.02, "waste:+4%", 1, "FAIL", ""}, /* 0.02 - 0.01508 > 0.004 */
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *base = write_swinging("base.csv", 10, cases[i].base, 0);
        const char *new = write_swinging("new.csv", 10, cases[i].new, cases[i].swing);
        struct support_run run = CAIRN("gate", base, new, "--fail", cases[i].rule);
        assert_exit(&run, cases[i].code);
        assert_memory_equal(run.out, cases[i].verdict, strlen(cases[i].verdict));
        assert_says(run.out, cases[i].said);
        assert_says(run.out, cases[i].code ? "0 of 1 cells pass" : "1 of 1 cells pass");
        support_run_close(&run);
        run = CAIRN("gate", base, new, "--json", "--fail", cases[i].rule);
        assert_exit(&run, cases[i].code);
        assert_true(json_is_whole(run.out));
        assert_true(json_is_text(run.out, "0.verdict",
                                 cases[i].verdict[0] == 'p'   ? "pass"
                                 : cases[i].verdict[0] == 'F' ? "fail"
                                                              : "undecided"));
        support_run_close(&run);
    }
}

static void pairs_need_the_same_failures(void **state)
{
    struct hand_row base[10] = {{0}}, new[10] = {{0}};
    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        base[i].waste = 0.1 + 0.01 * i;
        new[i].waste = base[i].waste + 0.001;
        new[i].trace = "1:0000002a";
    }
    const char *a = write_rows("base.csv", "hand", base, 10);
    char *out = output_of(
        CAIRN("gate", a, write_rows("new.csv", "hand", new, 10), "--fail", "waste:+2%"), 0);
    assert_says(out, "paired");
    free(out);
    new[7].trace = "1:0000002b"; /* one other failure: the pairs no longer cancel */
    out = output_of(CAIRN("gate", a, write_rows("new.csv", "hand", new, 10), "--fail", "waste:+2%"),
                    1);
    assert_null(strstr(out, "paired"));
    assert_memory_equal(out, "UNDECIDED", 9);
    free(out);
}

static void more_unfinished_runs_fail_whatever_the_waste_is(void **state)
{
    struct hand_row rows[10] = {{0}};
    (void)state;
    const char *base = write_rows("base.csv", "hand", rows, 10);
    rows[3].end = "horizon";
    const char *new = write_rows("new.csv", "hand", rows, 10);
    char *out = output_of(CAIRN("gate", base, new, "--fail", "waste:+50pp"), 1);
    assert_says(out, "FAIL");
    assert_says(out, "1 runs did not finish, 0 in the baseline");
    free(out);
    free(output_of(CAIRN("gate", new, base, "--fail", "waste:+50pp"), 0));
}

static void one_history_needs_no_interval(void **state)
{
    (void)state;
    const char *base = write_swinging("base.csv", 1, 0.10, 0);
    free(output_of(
        CAIRN("gate", base, write_swinging("new.csv", 1, 0.101, 0), "--fail", "waste:+2%"), 0));
    free(output_of(
        CAIRN("gate", base, write_swinging("new.csv", 1, 0.103, 0), "--fail", "waste:+2%"), 1));
}

static void a_study_passes_against_itself_in_every_metric(void **state)
{
    static const char *const rules[] = {"waste:+0%", "makespan:+0%", "lost:+0%", "checkpoint:+0%",
                                        "failures:+0%"};
    (void)state;
    const char *path = in_folder("sweep.csv");
    free(output_of(CAIRN("sweep", SMALL, "-o", path, "-n9", "--force"), 0));
    for (size_t i = 0; i < COUNT(rules); i++) {
        char *out = output_of(CAIRN("gate", path, path, "--fail", rules[i]), 0);
        assert_says(out, "6 of 6 cells pass");
        free(out);
    }
}

static void a_policy_that_is_worse_is_found_in_real_runs(void **state)
{
    (void)state;
    const char *base = in_folder("good.csv"), *new = in_folder("worse.csv");
    free(output_of(CAIRN("run", SMALL, "-o", base, "-n200"), 0));
    free(output_of(
        CAIRN("run", SMALL, "-o", new, "-n200", "-s", "controller={name: fixed, interval: 50 min}"),
        0));
    char *out = output_of(CAIRN("gate", base, new, "--fail", "waste:+10%"), 1);
    assert_says(out, "FAIL");
    assert_says(out, "paired");
    free(out);
    free(output_of(CAIRN("gate", new, base, "--fail", "waste:+10%"), 0));
}

/* ---- what cannot be compared ---------------------------------------------------------------- */

static void a_missing_cell_is_exit_3_and_a_new_one_is_not(void **state)
{
    (void)state;
    const char *one = in_folder("one.csv"), *two = in_folder("two.csv");
    free(output_of(CAIRN("sweep", SMALL, "-o", one, "-n3", "--set", "controller=young,exact"), 0));
    free(output_of(CAIRN("sweep", SMALL, "-o", two, "-n3", "--set", "controller=young,exact,daly"),
                   0));
    struct support_run run = CAIRN("gate", two, one, "--fail", "waste:+2%");
    assert_exit(&run, 3);
    assert_says(run.err, "has no cell 'small, daly, 1', which");
    support_run_close(&run);
    free(output_of(CAIRN("gate", one, two, "--fail", "waste:+2%"), 0));
}

/* The text with `from` in the given line replaced by `to`, as a file. */
static const char *write_damaged(const char *text, unsigned line, const char *from, const char *to)
{
    const char *path = in_folder("damaged.csv"), *row = text;
    for (unsigned i = 1; i < line; i++)
        row = strchr(row, '\n') + 1;
    const char *at = strstr(row, from);
    assert_non_null(at);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    fclose(file);
    return path;
}

static void damaged_rows_are_exit_3_with_line_and_column(void **state)
{
    static const struct {
        unsigned line;
        const char *from, *to, *said;
    } cases[] = {
        {3, ",finished,", ",finish,", "damaged.csv:3:11: error: column 'end': should be finished"},
        {2, ",finished,", ",finished,x",
         "damaged.csv:2:20: error: column 'makespan_ns': should be a "
         "whole number"},
        {2, ",finished,", ",", "damaged.csv:2:"},
        {3, ",finished,", ",finished,-9", "should be nanoseconds"},
        {4, "small,1,2,", "small,1,1,", "replication 1 of small, 1 is there twice"},
        {1, ",seed,", ",sed,", "no column 'seed'"},
        {1, ",lost_ns,", ",last_ns,", "unknown column 'last_ns'"},
        {1, ",digest,", ",", "no column 'digest'"},
        {1, ",start_ns,transfer_ns,idle_ns,", ",", "no column 'idle_ns'"}, /* before programs */
        {1, ",calls_submitted,", ",", "no column 'calls_submitted'"},
        {2, ",finished,", ",crashed,",
         "column 'end': should be finished, horizon, max_events, policy or failed"},
        {5, "small,1,3", "\"small,1,3", "a quote that is never closed"},
    };
    (void)state;
    char *csv = output_of(CAIRN("run", SMALL, "--csv", "-n5"), 0);
    const char *good = in_folder("good5.csv");
    assert_true(support_write(good, csv, strlen(csv)));
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *bad = write_damaged(csv, cases[i].line, cases[i].from, cases[i].to);
        for (int side = 0; side < 2; side++) {
            struct support_run run =
                CAIRN("gate", side ? bad : good, side ? good : bad, "--fail", "waste:+2%");
            assert_exit(&run, 3);
            assert_says(run.err, cases[i].said);
            assert_string_equal(run.out, "");
            support_run_close(&run);
        }
    }
    free(csv);
}

static void a_header_without_rows_is_exit_3(void **state)
{
    (void)state;
    const char *base = write_swinging("base.csv", 3, 0.1, 0);
    struct support_run run =
        CAIRN("gate", base, write_swinging("none.csv", 0, 0, 0), "--fail", "waste:+2%");
    assert_exit(&run, 3);
    assert_says(run.err, "none.csv:1:1: error: no rows behind the header line");
    support_run_close(&run);
}

/* ---- verify --------------------------------------------------------------------------------- */

static void verify_finds_one_changed_digit_of_a_digest(void **state)
{
    (void)state;
    char *csv = output_of(CAIRN("run", SMALL, "--csv", "-n20"), 0);
    const char *path = in_folder("digest.csv");
    assert_true(support_write(path, csv, strlen(csv)));
    free(output_of(CAIRN("verify", SMALL, path), 0));
    char digest[40];
    snprintf(digest, sizeof digest, "%.39s", csv_cell(csv, 13, "digest"));
    char *at = strstr(csv, digest);
    assert_non_null(at);
    at[31] = at[31] == '0' ? '1' : '0';
    /* without the first rows: it is the replication that is told, not the line */
    char *body = strchr(csv, '\n') + 1, *later = body;
    for (int i = 0; i < 4; i++)
        later = strchr(later, '\n') + 1;
    memmove(body, later, strlen(later) + 1);
    assert_true(support_write(path, csv, strlen(csv)));
    char *out = output_of(CAIRN("verify", SMALL, path), 1);
    assert_says(out, "DIFFERS, first in replication 13");
    free(out);
    struct support_run other = CAIRN("verify", SMALL, path, "--seed", "2");
    assert_exit(&other, 1); /* rows of another seed are other runs */
    support_run_close(&other);
    free(csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_verdicts_follow_from_the_interval),
        cmocka_unit_test(pairs_need_the_same_failures),
        cmocka_unit_test(more_unfinished_runs_fail_whatever_the_waste_is),
        cmocka_unit_test(one_history_needs_no_interval),
        cmocka_unit_test(a_study_passes_against_itself_in_every_metric),
        cmocka_unit_test(a_policy_that_is_worse_is_found_in_real_runs),
        cmocka_unit_test(a_missing_cell_is_exit_3_and_a_new_one_is_not),
        cmocka_unit_test(damaged_rows_are_exit_3_with_line_and_column),
        cmocka_unit_test(a_header_without_rows_is_exit_3),
        cmocka_unit_test(verify_finds_one_changed_digit_of_a_digest),
    };
    return cmocka_run_group_tests(tests, read_header, remove_folder);
}
