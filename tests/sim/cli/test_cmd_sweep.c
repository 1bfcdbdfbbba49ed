/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: axes make every combination once and in order, each cell is compared with the right
 * baseline on the same failures, and what is printed follows from the rows.
 * Method: sweeps of a small scenario; differences and regret are computed again from the CSV.
 */
#include "tests/sim/cli/asked.h"

static double number_of(const char *csv, unsigned line, const char *column)
{
    return strtod(csv_cell(csv, line, column), NULL);
}

static bool is_cell(const char *csv, unsigned line, const char *column, const char *value)
{
    return strcmp(csv_cell(csv, line, column), value) == 0;
}

static void axes_make_each_combination_once_the_first_slowest(void **state)
{
    static const char *const controllers[] = {"young", "daly"};
    static const char *const costs[] = {"30 s", "1 min", "2 min"};
    static const char *const works[] = {"1 h", "2 h"};
    (void)state;
    char *csv = output_of(CAIRN("sweep", SMALL, "--csv", "-n2", "-s", "controller=young,daly", "-s",
                                "workload.group.checkpoint=30 s,1 min,2 min", "-s",
                                "workload.group.work=1 h,2 h", "-s", "seed=4"),
                          0);
    assert_memory_equal(
        csv, "scenario,controller,workload.group.checkpoint,workload.group.work,seed,", 70);
    assert_int_equal(csv_lines(csv), 2 * 3 * 2 * 2);
    for (unsigned line = 0; line < 24; line++) {
        assert_true(is_cell(csv, line, "controller", controllers[line / 12]));
        assert_true(is_cell(csv, line, "workload.group.checkpoint", costs[line / 4 % 3]));
        assert_true(is_cell(csv, line, "workload.group.work", works[line / 2 % 2]));
        assert_true(number_of(csv, line, "seed") == 4);
        assert_true(number_of(csv, line, "replication") == line % 2);
        double work = line / 2 % 2 ? 7200e9 : 3600e9;
        assert_true(number_of(csv, line, "useful_ns") == work);
    }
    free(csv);
    char *text = output_of(CAIRN("validate", SMALL, "-s", "controller=young,daly", "-s",
                                 "workload.group.checkpoint=30 s,1 min,2 min"),
                           0);
    assert_says(text, "small: valid, 6 cells");
    free(text);
}

static void json_is_an_array_that_names_its_cells(void **state)
{
    static const char *const labels[] = {"young, work 1 h", "young, work 2 h", "none, work 1 h",
                                         "none, work 2 h"};
    (void)state;
    char *json = output_of(CAIRN("sweep", SMALL, "--json", "-n5", "-s", "controller=young,none",
                                 "-s", "workload.group.work=1 h,2 h"),
                           0);
    assert_true(json_is_whole(json));
    for (unsigned i = 0; i < COUNT(labels); i++) {
        char path[32];
        snprintf(path, sizeof path, "%u.cell", i);
        if (!json_is_text(json, path, labels[i]))
            fail_msg("cell %u is not '%s':\n%s", i, labels[i], json);
    }
    assert_null(json_find(json, "4"));
    free(json);
}

/* Mean of saved, overhead and points against `none`, as MODEL rule 22 has them, from rows of none
 * (0..n) and of another policy (n..2n). */
struct benefit {
    double saved, overhead, points;
};

static double damage(const char *csv, unsigned line)
{
    static const char *const columns[] = {"lost_ns",    "detect_ns",  "wait_ns",
                                          "restart_ns", "restore_ns", "blocked_ns"};
    double sum = 0;
    for (size_t i = 0; i < COUNT(columns); i++)
        sum += number_of(csv, line, columns[i]);
    return sum;
}

static struct benefit benefit_of(const char *csv, unsigned n)
{
    struct benefit b = {0};
    double useful[2] = {0}, total[2] = {0};
    for (unsigned i = 0; i < 2 * n; i++) {
        double sign = i < n ? 1 : -1;
        b.saved += sign * damage(csv, i) / n / 1e9;
        b.overhead -=
            sign * (number_of(csv, i, "checkpoint_ns") + number_of(csv, i, "slowed_ns")) / n / 1e9;
        useful[i >= n] += number_of(csv, i, "useful_ns");
        total[i >= n] += number_of(csv, i, "makespan_ns");
    }
    b.points = 100 * (useful[0] / total[0] - useful[1] / total[1]);
    return b;
}

/* "1.53 h" back to seconds, to three digits. */
static double seconds_of(const char *text)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{" min", 60}, {" h", 3600}, {" d", 86400}, {" s", 1}, {" ms", 1e-3}};
    char *end;
    double value = strtod(text, &end);
    for (size_t i = 0; i < COUNT(units); i++)
        if (strncmp(end, units[i].unit, strlen(units[i].unit)) == 0)
            return value * units[i].seconds;
    fail_msg("no duration: %.20s", text);
    return 0;
}

static void differences_are_those_of_the_rows(void **state)
{
    (void)state;
    const char *const axis = "controller=none,young";
    char *text = output_of(CAIRN("sweep", SMALL, "-n30", "-s", axis), 0);
    char *csv = output_of(CAIRN("sweep", SMALL, "-n30", "-s", axis, "--csv"), 0);
    struct benefit b = benefit_of(csv, 30);
    const char *line = strstr(text, "\n  young"), *at = strstr(line, "%");
    double points = strtod(strpbrk(at, "+-"), NULL);
    assert_true(fabs(points - b.points) <= 0.005001);
    at = strstr(strpbrk(at, "+-"), "±") + strlen("± ");
    at += strcspn(at, " ");
    at += strspn(at, " ");
    assert_true(fabs(seconds_of(at) / b.saved - 1) < 0.005);
    at = strstr(at, "  ");
    at += strspn(at, " ");
    assert_true(fabs(seconds_of(at) / b.overhead - 1) < 0.005);
    double makespan = 0, bound = 0;
    for (unsigned i = 30; i < 60; i++) {
        makespan += number_of(csv, i, "makespan_ns");
        bound += number_of(csv, i, "bound_ns");
    }
    char regret[32];
    snprintf(regret, sizeof regret, "%.2f %%\n", 100 * (makespan / bound - 1));
    assert_says(line, regret);
    assert_true(makespan > bound && b.saved > 0 && b.overhead > 0);
    free(text);
    free(csv);
}

static void no_run_beats_the_best_possible(void **state)
{
    (void)state;
    unsigned struck = 0;
    char *csv = output_of(CAIRN("sweep", SMALL, "--csv", "-n50", "-s", "controller=none,young,daly",
                                "-s", "workload.group.checkpoint=10 s,5 min"),
                          0);
    for (unsigned line = 0; line < csv_lines(csv); line++) {
        assert_true(number_of(csv, line, "bound_ns") > 0);
        assert_true(number_of(csv, line, "makespan_ns") >= number_of(csv, line, "bound_ns"));
        struck += (unsigned)number_of(csv, line, "struck");
    }
    printf("  %u failures\n", struck);
    assert_true(struck > 300);
    free(csv);
}

static void every_policy_meets_the_same_failures(void **state)
{
    (void)state;
    char *csv =
        output_of(CAIRN("sweep", SMALL, "--csv", "-n50", "-s", "controller=young,daly,none"), 0);
    for (unsigned i = 0; i < 50; i++) {
        char first[512], *colon;
        snprintf(first, sizeof first, "%.511s", csv_cell(csv, i, "failure_trace"));
        const char *other = csv_cell(csv, 50 + i, "failure_trace");
        long mine = strtol(first, &colon, 10), theirs = strtol(other, NULL, 10);
        size_t marks = 0; /* as many as both have */
        for (long least = mine < theirs ? mine : theirs; least > 0; least /= 2)
            marks++;
        assert_memory_equal(colon, strchr(other, ':') ? strchr(other, ':') : "", 9 * marks);
    }
    free(csv);
}

static void the_baseline_is_none_where_that_finishes_and_one_hour_where_not(void **state)
{
    static const struct {
        const char *words[10], *said;
        int code;
    } cases[] = {
        {{"sweep", SMALL, "-n5", "-s", "controller=young,daly"}, "against none,", 0},
        {{"sweep", SMALL, "-n5", "-s", "controller=young,none"}, "against none,", 0},
        {{"sweep", "llama3-405b", "-n2", "-s", "controller=young,daly"}, "against fixed", 0},
        {{"sweep", SMALL, "-n5", "-s", "controller=young,none", "--against", "daly"},
         "against daly",
         0},
        {{"sweep", SMALL, "-n5", "-s", "controller=young", "-s", "seed=1,2"}, "against none,", 0},
        {{"sweep", "serve-router", "-n2", "-s", "router=power-of-two,random"},
         "router               response   slowest",
         0},
        {{"sweep", "serve-router", "-n2", "-s", "router=random,power-of-two"},
         "shortest response: router power-of-two, ",
         0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *text = output_of(support_cairn(cases[i].words, NULL), cases[i].code);
        assert_says(text, cases[i].said);
        free(text);
    }
}

/* The baseline that is no cell of the user's is neither printed nor written. */
static void a_baseline_of_our_own_is_in_no_output(void **state)
{
    (void)state;
    char *csv = output_of(CAIRN("sweep", SMALL, "--csv", "-n4", "-s", "controller=young,daly"), 0);
    assert_int_equal(csv_lines(csv), 8);
    assert_null(strstr(csv, "none"));
    free(csv);
}

static void unfinished_pairs_are_counted_and_left_out(void **state)
{
    (void)state;
    char *text = output_of(
        CAIRN("sweep", SMALL, "-n40", "-s", "controller=none,young", "-s", "horizon=2 h"), 4);
    assert_says(text, "of 40 did not finish");
    assert_says(text, "pairs are censored (one of the two did not finish)");
    assert_says(text, "\n  Not finished by the horizon, or the end of the trace: none (");
    assert_says(text,
                " of 40, after 2 h).\n  Such runs take longest; a shorter 'horizon' ends them");
    free(text);
    text = output_of(CAIRN("sweep", SMALL, "-n4", "-s", "controller=daly,young"), 0);
    assert_null(strstr(text, "horizon"));
    free(text);
}

static void a_single_value_is_no_axis(void **state)
{
    (void)state;
    char *csv = output_of(
        CAIRN("sweep", SMALL, "--csv", "-n1", "-s", "seed=3,4", "-s", "controller=daly"), 0);
    assert_memory_equal(csv, "scenario,seed,", 14);
    free(csv);
}

/* What a sweep writes, gate reads: the seed may be an axis, and values may hold commas and quotes.
 */
static void rows_of_any_axes_can_be_read_again(void **state)
{
    static const char *const axes[][2] = {
        {"seed=1,2", "controller=daly,young"},
        {"controller=young,{name: fixed, interval: 5 min}", "seed=3,4"},
        {"summary='it''s, \"quoted\"',plain", "horizon=90 h,100 h"},
        {"faults.node.uptime={exponential: 2 h},{weibull: {shape: 0.7, mean: 2 h}}", "seed=5"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(axes); i++) {
        const char *path = in_folder("axes.csv");
        free(output_of(
            CAIRN("sweep", SMALL, "-n2", "-s", axes[i][0], "-s", axes[i][1], "-o", path, "--force"),
            0));
        char *out = output_of(CAIRN("gate", path, path, "--fail", "waste:+0%"), 0);
        assert_says(out, i == 3 ? "2 of 2 cells pass" : "4 of 4 cells pass");
        free(out);
    }
}

/* Each combination of the other axes brings a baseline of its own: 40 of them in a figure of
 * controllers' benefits, 1,600 in a replay, which once had room for 14 and 1,000. */
static void many_combinations_have_room_for_their_baselines(void **state)
{
    char restore[512] = "workload.group.restore=", downtime[512] = "workload.group.downtime=";
    (void)state;
    for (int i = 1; i <= 40; i++) {
        size_t a = strlen(restore), b = strlen(downtime);
        snprintf(restore + a, sizeof restore - a, "%s%d s", i > 1 ? "," : "", i);
        snprintf(downtime + b, sizeof downtime - b, "%s%d s", i > 1 ? "," : "", i);
    }
    free(output_of(CAIRN("plot", SMALL, "benefit", "-n2", "-s", restore), 0));
    const char *path = in_folder("many.csv");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("node,start,end\na,10 min,12 min\nb,90 d,90.1 d\n", file);
    assert_int_equal(fclose(file), 0);
    char *out = output_of(CAIRN("replay", path, SMALL, "-s", restore, "-s", downtime, "--csv", "-s",
                                "controller={name: fixed, interval: 10 min}"),
                          0);
    size_t lines = 0;
    for (const char *at = out; *at; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 1 + 40 * 40);
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axes_make_each_combination_once_the_first_slowest),
        cmocka_unit_test(json_is_an_array_that_names_its_cells),
        cmocka_unit_test(differences_are_those_of_the_rows),
        cmocka_unit_test(no_run_beats_the_best_possible),
        cmocka_unit_test(every_policy_meets_the_same_failures),
        cmocka_unit_test(the_baseline_is_none_where_that_finishes_and_one_hour_where_not),
        cmocka_unit_test(a_baseline_of_our_own_is_in_no_output),
        cmocka_unit_test(unfinished_pairs_are_counted_and_left_out),
        cmocka_unit_test(a_single_value_is_no_axis),
        cmocka_unit_test(rows_of_any_axes_can_be_read_again),
        cmocka_unit_test(many_combinations_have_room_for_their_baselines),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
