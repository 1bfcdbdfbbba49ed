/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a report tells what only programs have: classes and counts of theirs, sums over slots that
 * pass 292 years, the error that a driver did not handle; and nothing of it about a group.
 * Method: a small scenario is run in this process, its records are changed by hand, and the reports
 * on them are read.
 */
#include "sim/cli/report_program.h"

#include "policies/recovery.h"
#include "sim/model/program.h"
#include "tests/sim/cli/asked.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define RUNS 3

/* `cairn run SMALL -n3` as far as the records, its report going to a file without a name. */
struct bench {
    struct cli cli;
    struct prepared prepared;
    struct record *records;
    int fd;
};

static struct bench *open_bench(bool is_json)
{
    const char *const words[] = {SMALL, "-n3", "--json", "--rows"};
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    arena_init(&b->cli.arena);
    diag_init(&b->cli.diag);
    b->fd = memfd_create("report", 0);
    assert_true(b->fd >= 0);
    io_open_fd(&b->cli.out, b->fd, "standard output");
    b->cli.command = commands;
    while (strcmp(b->cli.command->name, "run") != 0)
        b->cli.command++;
    assert_int_equal(option_parse(&b->cli, is_json ? 4 : 2, words), STATUS_OK);
    assert_int_equal(doors_open(&b->cli), STATUS_OK);
    assert_int_equal(prepare_read(&b->cli, SMALL, NULL, &b->prepared), STATUS_OK);
    assert_int_equal(prepare_cells(&b->cli, &b->prepared, 0), STATUS_OK);
    assert_int_equal(prepare_run(&b->cli, &b->prepared, true), STATUS_OK);
    assert_int_equal(b->prepared.study.cells[0].count, RUNS);
    b->records = b->prepared.study.cells[0].records;
    return b;
}

/* Its report, which the caller frees. */
static char *close_bench(struct bench *b, bool is_json)
{
    enum status status = is_json ? report_run_json(&b->cli, &b->prepared, 0)
                                 : report_run(&b->cli, &b->prepared, 0, NULL);
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(io_close(&b->cli.out, &b->cli.diag), STATUS_OK);
    off_t length = lseek(b->fd, 0, SEEK_END);
    char *text = calloc(1, (size_t)length + 1);
    assert_non_null(text);
    assert_true(pread(b->fd, text, (size_t)length, 0) == length);
    close(b->fd);
    doors_close(&b->cli);
    arena_fini(&b->cli.arena);
    free(b);
    return text;
}

/* 10,000 slots for a hundred years, half of them idle: a million years, which simtime ends before.
 */
static void make_program(struct record *r)
{
    memset(r->job, 0, sizeof r->job);
    r->job[JOB_USEFUL] = (slot_ns)SIMTIME_YEAR * 400000;
    r->job[JOB_START] = (slot_ns)SIMTIME_YEAR * 40000;
    r->job[JOB_TRANSFER] = (slot_ns)SIMTIME_YEAR * 60000;
    r->job[JOB_IDLE] = (slot_ns)SIMTIME_YEAR * 500000;
    r->makespan = 100 * SIMTIME_YEAR;
    r->bound = -1;
    r->calls.submitted = 1000;
    r->calls.completed = 998;
    r->calls.failed = 2;
    r->calls.retried = 5;
    r->attempts.failed = 7;
    r->attempts.killed = 4;
    r->actors.created = 4;
    r->actors.restarted = 3;
    r->actors.dead = 1;
    r->objects.stored = 990;
    r->objects.copied = 21;
    r->objects.lost = 6;
    r->objects.rebuilt = 8;
    r->objects.evicted = 9;
    r->objects.spilled = 11;
    r->bytes.moved = 4096;
    r->items = (struct record_items){.put = 60,
                                     .delivered = 50,
                                     .lost = 7,
                                     .left = 3,
                                     .doubled = 10,
                                     .high = 12,
                                     .depth = (slot_ns)250 * SIMTIME_YEAR,
                                     .waited = (slot_ns)90 * 1000000000};
}

static void a_program_is_told_with_its_classes_and_counts(void **state)
{
    (void)state;
    struct bench *b = open_bench(false);
    for (unsigned i = 0; i < RUNS; i++)
        make_program(&b->records[i]);
    char *text = close_bench(b, false);
    assert_says(text, "waste      60.00 %");
    assert_says(text, "\n  useful                   40.0 %   400000 y    work that stands\n");
    assert_says(text,
                "\n  start                     4.0 %   40000 y     starting processes and actors");
    assert_says(text, "\n  transfer                  6.0 %   60000 y ");
    assert_says(text, "\n  idle                     50.0 %   500000 y    actors without a call\n");
    assert_says(text, "\n  total                   100.0 %   1000000 y\n");
    assert_says(text, "\n  calls: 1000 submitted, 998 completed, 2 failed, 5 retried (7 attempts "
                      "failed, 4 killed for lack of memory)\n");
    assert_says(text, "\n  actors: 4 created, 3 restarted, 1 dead\n");
    assert_says(text,
                "\n  objects: 990 stored, 21 copied, 6 lost, 8 rebuilt, 9 evicted, 11 spilled; "
                "4.096 kB moved\n");
    assert_says(text,
                "\n  items: 60 put, 50 delivered, 7 lost, 3 left, 10 delivered again; 12 in a "
                "queue at most, 2.5 in all on average; delivered after 1.5 s\n");
    assert_null(strstr(text, "did not finish"));
    free(text);
}

static void the_object_of_a_program_has_its_means(void **state)
{
    static const struct {
        const char *key;
        double value;
    } cases[] = {
        {"waste.mean", 0.6},
        {"waste.per_run.min", 0.6},
        {"ledger_s.useful", 400000.0 * 365 * 86400},
        {"ledger_s.start", 40000.0 * 365 * 86400},
        {"ledger_s.transfer", 60000.0 * 365 * 86400},
        {"ledger_s.idle", 500000.0 * 365 * 86400},
        {"calls.submitted", 1000},
        {"calls.completed", 998},
        {"calls.failed", 2},
        {"calls.retried", 5},
        {"calls.attempts_failed", 7},
        {"calls.killed", 4},
        {"actors.created", 4},
        {"actors.restarted", 3},
        {"actors.dead", 1},
        {"objects.stored", 990},
        {"objects.copied", 21},
        {"objects.lost", 6},
        {"objects.rebuilt", 8},
        {"objects.evicted", 9},
        {"objects.spilled", 11},
        {"objects.bytes_moved", 4096},
        {"items.put", 60},
        {"items.delivered", 50},
        {"items.lost", 7},
        {"items.left", 3},
        {"items.doubled", 10},
        {"items.high", 12},
        {"items.depth", 2.5},
        {"items.waited_s", 1.5},
        {"rows.2.calls_submitted", 1000},
        {"rows.2.idle_ns", 500000e9 * 365 * 86400},
        {"rows.2.bytes_moved", 4096},
        {"rows.2.items_doubled", 10},
        {"rows.2.items_waited_ns", 90e9},
    };
    (void)state;
    struct bench *b = open_bench(true);
    for (unsigned i = 0; i < RUNS; i++)
        make_program(&b->records[i]);
    char *json = close_bench(b, true);
    assert_true(json_is_whole(json));
    for (size_t i = 0; i < COUNT(cases); i++)
        if (fabs(json_number(json, cases[i].key) / cases[i].value - 1) > 1e-12)
            fail_msg("%s: %.17g", cases[i].key, json_number(json, cases[i].key));
    free(json);
}

static void of_a_group_nothing_of_this_is_told(void **state)
{
    static const char *const words[] = {
        "\n  start ", "\n  transfer ", "\n  idle ", "calls:", "actors:", "objects:", "items:"};
    (void)state;
    char *text = close_bench(open_bench(false), false);
    for (size_t i = 0; i < COUNT(words); i++)
        assert_null(strstr(text, words[i]));
    assert_says(text, "\n  useful ");
    free(text);
}

static void a_failed_program_says_where_its_driver_stopped(void **state)
{
    static const struct {
        uint32_t line, cause;
        const char *said;
    } cases[] = {
        {12, CAIRN_CAUSE_EXCEPTION, "driver stopped at line 12: an exception of the program)"},
        {7, CAIRN_CAUSE_WORKER, "driver stopped at line 7: a process ended)"},
        {7, CAIRN_CAUSE_NODE, "driver stopped at line 7: a node failed)"},
        {7, CAIRN_CAUSE_PREEMPTED, "driver stopped at line 7: a node was taken away)"},
        {7, CAIRN_CAUSE_MEMORY, "driver stopped at line 7: killed for lack of memory)"},
        {0, CAIRN_CAUSE_OBJECT, "driver stopped: an object is lost and cannot be rebuilt)"},
        {0, CAIRN_CAUSE_OWNER, "driver stopped: the owner of an object or actor is gone)"},
        {3, CAUSE_CANCELLED, "driver stopped at line 3: a call was cancelled)"},
        {7, CAUSE_TIMEOUT, "driver stopped at line 7: nobody came in time)"},
    };
    (void)state;
    assert_int_equal(COUNT(cases), CALL_CAUSES);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench *b = open_bench(false);
        b->records[0].end = END_HORIZON;
        b->records[1].end = b->records[2].end = END_FAILED;
        b->records[1].failed_line = cases[i].line;
        b->records[1].failed_cause = cases[i].cause;
        b->records[2].failed_line = 99; /* not the first */
        assert_int_equal(prepare_status(&b->prepared, 1), STATUS_PARTIAL);
        assert_int_equal(cli_exit(STATUS_PARTIAL), 4);
        char *text = close_bench(b, false);
        assert_says(text, "\n  3 of 3 runs did not finish; 1 reached the horizon or the end of the "
                          "trace; 2 failed with an error that the driver did not handle (first: "
                          "replication 1, driver stopped");
        assert_says(text, cases[i].said);
        free(text);
    }
}

static void a_run_that_goes_round_says_in_which_loop(void **state)
{
    static const struct {
        uint32_t line;
        const char *said;
    } cases[] = {
        {0, "\n  1 of 3 runs did not finish; 1 reached max_events\n"},
        {17, "\n  1 of 3 runs did not finish; 1 reached max_events (first: replication 1, in which "
             "the loop at line 17 went round and round while no time passed and no call ended)\n"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bench *b = open_bench(false);
        b->records[1].end = END_EVENTS;
        b->records[1].failed_line = cases[i].line;
        char *text = close_bench(b, false);
        assert_says(text, cases[i].said);
        free(text);
    }
}

/* What a program is, in words, by how much there is of it. */
static void a_program_is_said_in_words(void **state)
{
    static const struct program_function functions[] = {
        {.name = "load", .actor = PROGRAM_NOTHING},
        {.name = "use", .actor = PROGRAM_NOTHING},
        {.name = "A.m", .actor = 0},
        {.name = "A.n", .actor = 0},
        {.name = "B.m", .actor = 1},
    };
    static const struct program_job jobs[] = {
        {.name = "a", .count = 1}, {.name = "b", .count = 40}, {.name = "c", .count = 2}};
    static const struct {
        uint32_t nodes, spares, functions, actors, jobs, first_job, statements;
        const char *words;
    } cases[] = {
        {1, 0, 1, 0, 1, 0, 1, "1 node; 1 task, a driver of 1 statement"},
        {3, 1, 2, 0, 1, 1, 7, "3 nodes and 1 spare; 2 tasks, a driver of 7 statements for 40 jobs"},
        {2, 2, 3, 1, 1, 0, 9,
         "2 nodes and 2 spares; 2 tasks, 1 actor class with 1 method, a driver of 9 statements"},
        {2, 0, 5, 2, 3, 0, 30,
         "2 nodes; 2 tasks, 2 actor classes with 3 methods, 3 drivers of 30 statements for 43 "
         "jobs"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct program program = {.functions = functions,
                                  .functions_count = cases[i].functions,
                                  .actors_count = cases[i].actors,
                                  .jobs = jobs + cases[i].first_job,
                                  .jobs_count = cases[i].jobs,
                                  .statements_count = cases[i].statements};
        struct spec spec = {.program = &program};
        char bytes[512];
        struct text text = text_over(bytes, sizeof bytes);
        spec.cluster.nodes = cases[i].nodes;
        spec.cluster.spares = cases[i].spares;
        report_program_add(&text, &spec);
        assert_string_equal(bytes, cases[i].words);
    }
}

/* Where a sum passes the end of simtime, and on both sides of it. */
static void durations_beyond_292_years_are_told_in_years(void **state)
{
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {
        {0, "0 s"},
        {200 * 365 * 86400.0, "200 y"},
        {0x1p63 / 1e9, "never"}, /* SIMTIME_NEVER in seconds: what no run reaches */
        {300 * 365 * 86400.0, "300 y"},
        {1234567 * 365 * 86400.0, "1234567 y"},
        {1e30, "3.17e+22 y"},
        {(double)INFINITY, "never"},
        {(double)NAN, "-"},
        {-1, "-"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char bytes[REPORT_TEXT];
        assert_string_equal(report_duration(bytes, cases[i].seconds), cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_is_told_with_its_classes_and_counts),
        cmocka_unit_test(the_object_of_a_program_has_its_means),
        cmocka_unit_test(of_a_group_nothing_of_this_is_told),
        cmocka_unit_test(a_failed_program_says_where_its_driver_stopped),
        cmocka_unit_test(a_run_that_goes_round_says_in_which_loop),
        cmocka_unit_test(a_program_is_said_in_words),
        cmocka_unit_test(durations_beyond_292_years_are_told_in_years),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
