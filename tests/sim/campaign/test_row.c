/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a record written as CSV and read back is the same record, whatever its numbers and
 * whatever the names of its cell; what is no row of ours is refused.
 * Method: random records with extreme values go through row_write_csv, a file, and analysis/rows;
 * every kind of field is read from bad text.
 */
#include "sim/campaign/row.h"

#include "analysis/rows.h"
#include "sim/model/ledger.h"
#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define RECORDS      300

static char folder[SUPPORT_PATH];
static uint64_t random_state;

static int make_folder(void **state)
{
    (void)state;
    random_state = support_seed(20261121);
    return support_folder(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    support_folder_remove(folder);
    return 0;
}

static uint64_t random_word(void) /* splitmix64 */
{
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Of any length: small numbers, large ones, the ends. */
static uint64_t random_number(uint64_t most)
{
    uint64_t kind = random_word() % 8;
    return kind == 0 ? 0 : kind == 1 ? most : (random_word() >> random_word() % 63) % most;
}

static void fill_record(struct record *r, uint32_t replication)
{
    memset(r, 0, sizeof *r); /* padding too: they are compared as bytes */
    for (const struct row_column *c = row_columns; c->name; c++) {
        void *field = (char *)r + c->offset;
        if (c->kind == ROW_U64)
            *(uint64_t *)field = random_number(INT64_MAX);
        else if (c->kind == ROW_TIME)
            *(simtime *)field = (simtime)random_number(INT64_MAX);
        else if (c->kind == ROW_U32)
            *(uint32_t *)field = (uint32_t)random_number(UINT32_MAX);
        else if (c->kind == ROW_SLOTS || c->kind == ROW_CLAIM) /* 10^6 nodes x 292 y */
            *(slot_ns *)field = (slot_ns)random_number(INT64_MAX) * (slot_ns)random_number(1000000);
        if (c->kind == ROW_CLAIM && random_word() % 2)
            *(slot_ns *)field *= -1; /* it may believe to have lost */
    }
    r->replication = replication;
    r->end = (enum run_end)(random_word() % RUN_ENDS);
    r->digest = (struct digest_value){random_word(), random_word()};
    if (random_word() % 4 == 0)
        r->bound = -1;
    r->trace.outages = random_number(random_word() % 2 ? INT64_MAX : 1000);
    for (unsigned i = 0; i < TRACE_MARKS && (UINT64_C(1) << i) <= r->trace.outages; i++)
        r->trace.marks[i] = (uint32_t)random_word();
}

static const char *write_file(const struct row_cell *cells, size_t count,
                              const struct record *records, uint32_t n)
{
    static char path[SUPPORT_PATH + 16];
    struct sink *sink = malloc(sizeof *sink);
    struct diag diag;
    assert_non_null(sink);
    diag_init(&diag);
    snprintf(path, sizeof path, "%s/rows.csv", folder);
    assert_int_equal(io_create(sink, path, true, &diag), STATUS_OK);
    row_write_header(sink, &cells[0]);
    for (size_t c = 0; c < count; c++)
        for (uint32_t i = 0; i < n; i++)
            row_write_csv(sink, &cells[c], &records[i]);
    assert_int_equal(io_close(sink, &diag), STATUS_OK);
    free(sink);
    return path;
}

static void records_come_back_as_they_were(void **state)
{
    static struct record records[RECORDS];
    static struct diag diag;
    const struct row_cell cell = {.scenario = "lab", .seed = UINT64_MAX};
    struct arena arena;
    struct rows rows;
    (void)state;
    for (uint32_t i = 0; i < RECORDS; i++)
        fill_record(&records[i], 7 * i + 3);
    arena_init(&arena);
    diag_init(&diag);
    enum status status = rows_read(write_file(&cell, 1, records, RECORDS), &arena, &diag, &rows);
    if (status != STATUS_OK)
        fail_msg("%s", diag.text[0]);
    assert_int_equal(rows.cells_count, 1);
    assert_string_equal(rows.cells[0].name, "lab, 18446744073709551615");
    assert_int_equal(rows.cells[0].count, RECORDS);
    for (uint32_t i = 0; i < RECORDS; i++)
        assert_memory_equal(&rows.cells[0].records[i], &records[i], sizeof *records);
    arena_fini(&arena);
}

/* Each class may pass what simtime holds, and so may their sum, which still is exact. */
static void a_ledger_of_more_than_292_years_comes_back(void **state)
{
    static struct record record;
    static struct diag diag;
    const struct row_cell cell = {.scenario = "lab", .seed = 1};
    struct arena arena;
    struct rows rows;
    (void)state;
    memset(&record, 0, sizeof record);
    slot_ns total = 0;
    for (unsigned i = 0; i < JOB_CLASSES; i++) {
        record.job[i] = ((slot_ns)INT64_MAX + 1) * (1000000 + i) + i;
        total += record.job[i];
    }
    record.end = END_FAILED;
    record.makespan = SIMTIME_DAY;
    arena_init(&arena);
    diag_init(&diag);
    assert_int_equal(rows_read(write_file(&cell, 1, &record, 1), &arena, &diag, &rows), STATUS_OK);
    const struct record *read = rows.cells[0].records;
    assert_memory_equal(read, &record, sizeof record);
    assert_true(ledger_total(read) == total && ledger_waste(read) == total - read->job[JOB_USEFUL]);
    arena_fini(&arena);
}

static void names_of_cells_may_hold_anything(void **state)
{
    static const char *const keys[] = {"controller", "faults.node.uptime"};
    static const char *const values[][2] = {
        {"{name: fixed, interval: 1 h}", "none"},
        {"say \"hi\"", "two\nlines"},
        {" blank", "#hash"},
        {"ünïcode", ","},
        {"", "'quoted'"},
        {"\"", "\r"},
    };
    struct row_cell cells[COUNT(values)];
    struct record records[3];
    static struct diag diag;
    struct arena arena;
    struct rows rows;
    (void)state;
    for (size_t i = 0; i < COUNT(values); i++)
        cells[i] = (struct row_cell){"a, b", 1, 2, keys, values[i]};
    for (uint32_t i = 0; i < COUNT(records); i++)
        fill_record(&records[i], i);
    arena_init(&arena);
    diag_init(&diag);
    enum status status =
        rows_read(write_file(cells, COUNT(values), records, COUNT(records)), &arena, &diag, &rows);
    if (status != STATUS_OK)
        fail_msg("%s", diag.text[0]);
    assert_int_equal(rows.cells_count, COUNT(values));
    for (size_t i = 0; i < COUNT(values); i++) {
        char name[128];
        snprintf(name, sizeof name, "a, b, %s, %s, 1", values[i][0], values[i][1]);
        const struct rows_cell *cell = rows_find(&rows, name);
        assert_non_null(cell);
        assert_int_equal(cell->count, COUNT(records));
        assert_memory_equal(cell->records, records, sizeof records);
    }
    assert_null(rows_find(&rows, "a, b"));
    arena_fini(&arena);
}

static void replications_may_stand_in_any_order(void **state)
{
    struct record records[50];
    static struct diag diag;
    const struct row_cell cell = {.scenario = "lab", .seed = 1};
    struct arena arena;
    struct rows rows;
    (void)state;
    for (uint32_t i = 0; i < COUNT(records); i++)
        fill_record(&records[i], i * 37 % 50);
    arena_init(&arena);
    diag_init(&diag);
    assert_int_equal(rows_read(write_file(&cell, 1, records, 50), &arena, &diag, &rows), STATUS_OK);
    for (uint32_t i = 0; i < COUNT(records); i++)
        assert_memory_equal(&rows.cells[0].records[i * 37 % 50], &records[i], sizeof *records);
    arena_fini(&arena);
}

static const struct row_column *column_of(const char *name)
{
    const struct row_column *c = row_columns;
    while (c->name && strcmp(c->name, name) != 0)
        c++;
    assert_non_null(c->name);
    return c;
}

static void what_is_no_value_of_a_column_is_refused(void **state)
{
    static const struct {
        const char *column, *text;
        bool is_good;
    } cases[] = {
        {"replication", "0", true},
        {"replication", "4294967295", true},
        {"replication", "4294967296", false},
        {"replication", "-1", false},
        {"replication", "", false},
        {"replication", "1.0", false},
        {"replication", "1 ", false},
        {"replication", "+1", false},
        {"replication", "0x1", false},
        {"struck", "9223372036854775807", true},
        {"struck", "9223372036854775808", false},
        {"makespan_ns", "9223372036854775807", true},
        {"makespan_ns", "9223372036854775808", false},
        {"bound_ns", "-1", true},
        {"bound_ns", "-2", false},
        {"bound_ns", "-", false},
        {"nodes_held_ns", "315360000000000000000000", true},
        {"nodes_held_ns", "-1", false},
        {"useful_ns", "315360000000000000000000", true},            /* 10^7 years of slots */
        {"idle_ns", "9999999999999999999999999999999999999", true}, /* 37 digits: the most */
        {"lost_ns", "-1", false},
        {"lost_work_ns", "9223372036854775808", true},
        {"lost_work_ns", "-1", false},
        {"aborted_ns", "9223372036854775808", true},
        {"calls_submitted", "9223372036854775807", true},
        {"calls_submitted", "9223372036854775808", false},
        {"bytes_moved", "-1", false},
        {"failed_line", "4294967295", true},
        {"failed_line", "4294967296", false},
        {"nodes_held_ns", "99999999999999999999999999999999999999", false}, /* 38 digits */
        {"claimed_work_ns", "-59000000000", true},
        {"claimed_work_ns", "-99999999999999996863366107917975552", true}, /* the least */
        {"claimed_work_ns", "59.0", false},
        {"end", "finished", true},
        {"end", "max_events", true},
        {"end", "failed", true},
        {"end", "Finished", false},
        {"end", "", false},
        {"digest", "0123456789abcdef0123456789abcdef", true},
        {"digest", "0123456789abcdef0123456789abcde", false},
        {"digest", "0123456789abcdef0123456789abcdeg", false},
        {"digest", "0123456789ABCDEF0123456789ABCDEF", false},
        {"failure_trace", "0", true},
        {"failure_trace", "1:0000002a", true},
        {"failure_trace", "3:0000002a:0000002b", true},
        {"failure_trace", "4:0000002a:0000002b", false}, /* three marks: 1, 2, 4 */
        {"failure_trace", "1", false},
        {"failure_trace", "1:2a", false},
        {"failure_trace", "0:0000002a", false},
        {"failure_trace", "-1", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct record record;
        memset(&record, 0, sizeof record);
        const char *wrong = row_read(column_of(cases[i].column), cases[i].text,
                                     (uint32_t)strlen(cases[i].text), &record);
        if ((wrong == NULL) != cases[i].is_good)
            fail_msg("%s '%s': %s", cases[i].column, cases[i].text, wrong ? wrong : "accepted");
    }
}

static void every_class_of_the_ledgers_has_its_column(void **state)
{
    (void)state;
    for (unsigned i = 0; i < JOB_CLASSES; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s_ns", job_class_names[i]);
        assert_int_equal(column_of(name)->offset, offsetof(struct record, job[i]));
    }
    for (unsigned i = 0; i < NODE_CLASSES; i++) {
        char name[64];
        snprintf(name, sizeof name, "nodes_%s_ns", node_class_names[i]);
        assert_int_equal(column_of(name)->offset, offsetof(struct record, nodes[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back_as_they_were),
        cmocka_unit_test(a_ledger_of_more_than_292_years_comes_back),
        cmocka_unit_test(names_of_cells_may_hold_anything),
        cmocka_unit_test(replications_may_stand_in_any_order),
        cmocka_unit_test(what_is_no_value_of_a_column_is_refused),
        cmocka_unit_test(every_class_of_the_ledgers_has_its_column),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
