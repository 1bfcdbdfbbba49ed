/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: recorded outages strike where and when they were recorded.
 * Method: a trace of three outages and a job of an hour, small enough that each nanosecond of the
 * timeline was worked out by hand (it stands at each test, in minutes); durations, dates and a
 * later start.
 */
#include "tests/sim/cli/asked.h"

#define MINUTE INT64_C(60000000000)

/* Two workers on three nodes: c is away all the time, so that a failed node must be waited for. */
static const char scenario[] =
    "version: 1\n"
    "name: hand\n"
    "horizon: 1 d\n"
    "cluster: {nodes: 3}\n"
    "faults:\n"
    "  node: {uptime: {exponential: 1 s}}\n" /* set aside by replay */
    "workload:\n"
    "  group: {workers: 2, work: 60 min, checkpoint: 2 min, restore: 3 min, downtime: 1 min}\n"
    "controller: {name: fixed, interval: 20 min}\n"
    "replications: 9\n";

static const char durations[] = "node,start,end,cause\n"
                                "c,0 s,5 h,gone\n"
                                "a,30 min,40 min,power\n"
                                "b,65 min,70 min,disk\n";
static const char dates[] = "node,start,end,cause\n"
                            "b,2026-03-01T01:05:00Z,2026-03-01T01:10:00Z,disk\n"
                            "a,2026-03-01T00:30:00Z,2026-03-01T00:40:00Z,power\n"
                            "c,2026-03-01T00:00:00Z,2026-03-01T05:00:00Z,gone\n";

static int write_files(void **state)
{
    return make_folder(state) == 0 &&
                   support_write(in_folder("hand.yaml"), scenario, sizeof scenario - 1) &&
                   support_write(in_folder("durations.csv"), durations, sizeof durations - 1) &&
                   support_write(in_folder("dates.csv"), dates, sizeof dates - 1)
               ? 0
               : -1;
}

struct expected {
    int64_t makespan, useful, checkpoint, lost, wait, restart, restore, aborted;
    int struck, taken, completed, restored;
};

static void assert_minutes(const char *csv, const char *column, int64_t minutes)
{
    int64_t ns = strtoll(csv_cell(csv, 0, column), NULL, 10);
    if (ns != minutes * MINUTE)
        fail_msg("%s: %.6f min, expected %lld", column, (double)ns / 6e10, (long long)minutes);
}

static void assert_timeline(char *csv, const struct expected *e)
{
    assert_int_equal(csv_lines(csv), 1); /* one history, one replication */
    assert_string_equal(csv_cell(csv, 0, "end"), "finished");
    assert_minutes(csv, "makespan_ns", e->makespan);
    assert_minutes(csv, "useful_ns", e->useful);
    assert_minutes(csv, "checkpoint_ns", e->checkpoint);
    assert_minutes(csv, "lost_ns", e->lost);
    assert_minutes(csv, "wait_ns", e->wait);
    assert_minutes(csv, "restart_ns", e->restart);
    assert_minutes(csv, "restore_ns", e->restore);
    assert_minutes(csv, "aborted_ns", e->aborted);
    assert_int_equal(strtol(csv_cell(csv, 0, "struck"), NULL, 10), e->struck);
    assert_int_equal(strtol(csv_cell(csv, 0, "taken"), NULL, 10), e->taken);
    assert_int_equal(strtol(csv_cell(csv, 0, "completed"), NULL, 10), e->completed);
    assert_int_equal(strtol(csv_cell(csv, 0, "restored"), NULL, 10), e->restored);
    free(csv);
}

/*   0 work  20 checkpoint  22 work  30 a fails (8 lost)  40 a is back, restart  41 restore
 *  44 work  64 checkpoint  65 b fails (checkpoint aborted, 20 lost)  70 restart  71 restore
 *  74 work  94 checkpoint  96 work 116 the last checkpoint, done at 118 */
static const struct expected by_hand = {
    .makespan = 118,
    .useful = 60,
    .checkpoint = 7,
    .lost = 28,
    .wait = 15,
    .restart = 2,
    .restore = 6,
    .aborted = 1,
    .struck = 2,
    .taken = 4,
    .completed = 3,
    .restored = 2,
};

static void the_makespan_is_the_one_worked_out_by_hand(void **state)
{
    (void)state;
    assert_timeline(
        output_of(CAIRN("replay", in_folder("durations.csv"), in_folder("hand.yaml"), "--csv"), 0),
        &by_hand);
    assert_timeline(output_of(CAIRN("replay", in_folder("dates.csv"), in_folder("hand.yaml"),
                                    "--csv", "--no-skip"),
                              0),
                    &by_hand);
}

/* From 00:20 on: c is away already, a fails after 10, b after 45.
 *   0 work  10 a fails (10 lost)  20 restart  21 restore (no checkpoint yet; paid all the same)
 *  24 work  44 checkpoint  45 b fails (aborted, 20 lost)  50 restart  51 restore
 *  54 work  74 checkpoint  76 work  96 checkpoint  98 work  118 the last one, done at 120 */
static void a_later_start_shifts_the_outages(void **state)
{
    static const struct expected shifted = {
        .makespan = 120,
        .useful = 60,
        .checkpoint = 7,
        .lost = 30,
        .wait = 15,
        .restart = 2,
        .restore = 6,
        .aborted = 1,
        .struck = 2,
        .taken = 4,
        .completed = 3,
        .restored = 0, /* no checkpoint was there to be restored */
    };
    (void)state;
    assert_timeline(output_of(CAIRN("replay", in_folder("dates.csv"), in_folder("hand.yaml"),
                                    "--csv", "--set", "faults.trace.start=2026-03-01T00:20:00Z"),
                              0),
                    &shifted);
}

static void the_report_begins_with_the_trace(void **state)
{
    (void)state;
    char *out = output_of(CAIRN("replay", in_folder("dates.csv"), in_folder("hand.yaml")), 0);
    assert_says(out, "dates.csv: 3 rows, 3 outages of 3 nodes, 2026-03-01T00:00:00Z to "
                     "2026-03-01T05:00:00Z (5 h)");
    assert_says(out, "makespan   1.97 h");
    free(out);
    char *json =
        output_of(CAIRN("replay", in_folder("dates.csv"), in_folder("hand.yaml"), "--json"), 0);
    assert_true(json_is_whole(json)); /* and no words before it */
    assert_true(json_number(json, "makespan_s.mean") == 118 * 60);
    assert_true(json_number(json, "replications") == 1);
    free(json);
}

static void a_trace_that_ends_too_soon_is_exit_4(void **state)
{
    static const char brief[] = "node,start,end\na,0 s,1 min\na,20 min,21 min\n";
    (void)state;
    assert_true(support_write(in_folder("brief.csv"), brief, sizeof brief - 1));
    char *csv =
        output_of(CAIRN("replay", in_folder("brief.csv"), in_folder("hand.yaml"), "--csv"), 4);
    assert_string_equal(csv_cell(csv, 0, "end"), "horizon");
    assert_minutes(csv, "makespan_ns", 21);
    free(csv);
    free(output_of(CAIRN("replay", in_folder("brief.csv"), in_folder("hand.yaml"), "--csv", "--set",
                         "faults.trace.after_end=wrap"),
                   0));
}

static void policies_are_compared_on_one_trace(void **state)
{
    (void)state;
    char *csv =
        output_of(CAIRN("replay", in_folder("durations.csv"), in_folder("hand.yaml"), "--csv",
                        "--set", "controller=none,{name: fixed, interval: 20 min}"),
                  0);
    assert_int_equal(csv_lines(csv), 2);
    /* none: 30 lost, 41 restart, 44 work, 65 b fails (21 lost), 71, 74 work, 134, checkpoint 136 */
    assert_minutes(csv, "makespan_ns", 136);
    assert_minutes(csv, "lost_ns", 51);
    free(csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_makespan_is_the_one_worked_out_by_hand),
        cmocka_unit_test(a_later_start_shifts_the_outages),
        cmocka_unit_test(the_report_begins_with_the_trace),
        cmocka_unit_test(a_trace_that_ends_too_soon_is_exit_4),
        cmocka_unit_test(policies_are_compared_on_one_trace),
    };
    return cmocka_run_group_tests(tests, write_files, remove_folder);
}
