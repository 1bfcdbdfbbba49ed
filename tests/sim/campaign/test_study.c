/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: records depend on the cell and the replication alone; precision looks at 64, 128, … and
 * stops; bounds are shared between cells of one job only.
 * Method: two and more cells of a small scenario that fails often, run with 1, 2, 3 and 8 threads,
 * in one go and skipping or not, compared byte for byte.
 */
#include "sim/campaign/study.h"

#include "sim/campaign/summary.h"
#include "tests/workloads/fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define CELLS        5

static const char small[] =
    "version: 1\nhorizon: 100 h\ncluster: {nodes: 3, spares: 1}\n"
    "faults: {node: {uptime: {weibull: {shape: 0.7, mean: 2 h}}, repair: {constant: 10 min}}}\n"
    "workload: {group: {workers: 3, work: 1 h, checkpoint: 30 s, restore: 1 min}}\n"
    "controller: {name: fixed, interval: 10 min}\n";

/* Sets of each cell; the first two are one job, the third and the last another, the fourth has
 * no bound. */
static const char *const sets[CELLS][3] = {
    {"controller=young"},
    {"controller=none"},
    {"controller=young", "workload.group.checkpoint=2 min"},
    {"controller=young", "workload.group.persist=1 min"},
    {"controller=none", "workload.group.checkpoint=2 min"},
};

struct bed {
    struct session *session;
    struct scenario scenarios[CELLS];
    struct cell cells[CELLS];
    struct study study;
    uint64_t last_done;
    bool goes_back, has_rounds;
};

static struct bed *open_bed(uint32_t count)
{
    struct bed *bed = calloc(1, sizeof *bed);
    assert_non_null(bed);
    bed->session = session_open();
    struct session *s = bed->session;
    assert_int_equal(session_parse(s, small), STATUS_OK);
    for (uint32_t i = 0; i < count; i++) {
        if (session_build(s, sets[i]) != STATUS_OK)
            fail_msg("%s", s->diag.text[0]);
        bed->scenarios[i] = s->scenario;
        assert_int_equal(cell_prepare(&bed->cells[i], &bed->scenarios[i], &s->arena, &s->diag),
                         STATUS_OK);
    }
    bed->study = (struct study){bed->cells, count, &s->arena};
    return bed;
}

static void close_bed(struct bed *bed)
{
    session_close(bed->session);
    free(bed);
}

static void hear(void *context, const struct study_progress *progress)
{
    struct bed *bed = context;
    bool is_new_round = bed->has_rounds && progress->done <= bed->last_done;
    bed->goes_back |=
        progress->done > progress->total || (!is_new_round && progress->done < bed->last_done);
    bed->last_done = progress->done;
}

static struct bed *run_bed(uint32_t cells, struct study_options options)
{
    struct bed *bed = open_bed(cells);
    options.progress = hear;
    options.context = bed;
    bed->has_rounds = options.precision > 0;
    assert_int_equal(study_run(&bed->study, &options, &bed->session->diag), STATUS_OK);
    assert_false(bed->goes_back);
    for (uint32_t i = 0; i < cells; i++) {
        assert_int_equal(bed->cells[i].count, bed->cells[0].count);
        for (uint32_t j = 0; j < bed->cells[i].count; j++)
            assert_int_equal(bed->cells[i].records[j].replication, j);
    }
    return bed;
}

static void assert_same_records(const struct bed *a, const struct bed *b, uint32_t cells,
                                uint32_t n)
{
    for (uint32_t i = 0; i < cells; i++) {
        assert_true(a->cells[i].count >= n && b->cells[i].count >= n);
        assert_memory_equal(a->cells[i].records, b->cells[i].records, n * sizeof(struct record));
    }
}

static void records_do_not_depend_on_threads(void **state)
{
    static const unsigned threads[] = {2, 3, 8};
    (void)state;
    struct bed *one = run_bed(
        CELLS, (struct study_options){.threads = 1, .replications = 150, .with_bound = true});
    uint64_t struck = 0;
    for (uint32_t j = 0; j < 150; j++)
        struck += one->cells[0].records[j].struck;
    printf("  %llu failures\n", (unsigned long long)struck);
    assert_true(struck > 100);
    for (size_t i = 0; i < COUNT(threads); i++) {
        struct bed *many = run_bed(
            CELLS,
            (struct study_options){.threads = threads[i], .replications = 150, .with_bound = true});
        assert_same_records(one, many, CELLS, 150);
        close_bed(many);
    }
    close_bed(one);
}

static void records_do_not_depend_on_skipping_or_on_the_length_of_the_study(void **state)
{
    (void)state;
    struct bed *whole = run_bed(CELLS, (struct study_options){.threads = 2, .replications = 100});
    struct bed *stepped =
        run_bed(CELLS, (struct study_options){.threads = 2, .replications = 100, .no_skip = true});
    struct bed *brief = run_bed(CELLS, (struct study_options){.threads = 3, .replications = 33});
    assert_same_records(whole, stepped, CELLS, 100);
    assert_same_records(whole, brief, CELLS, 33);
    close_bed(whole);
    close_bed(stepped);
    close_bed(brief);
}

static void a_cell_alone_gives_what_it_gives_among_others(void **state)
{
    (void)state;
    struct bed *alone =
        run_bed(1, (struct study_options){.threads = 2, .replications = 70, .with_bound = true});
    struct bed *among = run_bed(
        CELLS, (struct study_options){.threads = 2, .replications = 70, .with_bound = true});
    assert_same_records(alone, among, 1, 70);
    close_bed(alone);
    close_bed(among);
}

static void precision_stops_at_the_first_size_that_suffices(void **state)
{
    static const struct {
        double precision;
        uint32_t most;
    } cases[] = {{10, 65536},  {0.2, 65536}, {0.1, 65536}, {0.05, 65536},
                 {1e-9, 1000}, {1e-9, 64},   {1e-9, 65},   {1e-9, 10}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bed *bed =
            run_bed(2, (struct study_options){
                           .threads = 2, .most = cases[i].most, .precision = cases[i].precision});
        uint32_t n = bed->cells[0].count, size = 64;
        size = cases[i].most < size ? cases[i].most : size;
        while (size < n) { /* at every size before, one cell at least was too wide */
            double worst = 0;
            for (uint32_t c = 0; c < 2; c++) {
                struct estimate waste;
                assert_true(summary_waste(&waste, bed->cells[c].records, size));
                double relative = estimate_half_width(&waste) / waste.mean;
                worst = relative > worst ? relative : worst;
            }
            assert_true(worst > cases[i].precision);
            size *= 2;
        }
        assert_true(n == size || n == cases[i].most);
        if (cases[i].precision < 1e-6)
            assert_int_equal(n, cases[i].most);
        struct bed *fixed = run_bed(2, (struct study_options){.threads = 1, .replications = n});
        assert_same_records(bed, fixed, 2, n); /* rounds leave no trace */
        close_bed(fixed);
        close_bed(bed);
    }
}

static void bounds_are_shared_within_a_job_and_only_there(void **state)
{
    (void)state;
    struct bed *bed = run_bed(
        CELLS, (struct study_options){.threads = 2, .replications = 64, .with_bound = true});
    uint32_t different = 0;
    for (uint32_t j = 0; j < 64; j++) {
        const struct record *young = &bed->cells[0].records[j], *none = &bed->cells[1].records[j];
        assert_true(young->bound > 0 && young->bound == none->bound);
        assert_true(bed->cells[2].records[j].bound == bed->cells[4].records[j].bound);
        different += bed->cells[2].records[j].bound != young->bound;
        assert_int_equal(bed->cells[3].records[j].bound, -1); /* the bound is for blocking ones */
    }
    assert_true(different > 32);
    assert_null(bed->cells[0].no_bound);
    assert_non_null(bed->cells[3].no_bound);
    close_bed(bed);
    bed = run_bed(1, (struct study_options){.threads = 1, .replications = 2});
    assert_int_equal(bed->cells[0].records[1].bound, -1); /* nobody asked for one */
    close_bed(bed);
}

static void replications_of_the_scenario_hold_where_no_number_is_given(void **state)
{
    (void)state;
    struct bed *bed = open_bed(2);
    bed->cells[0].spec.replications = 5;
    bed->cells[1].spec.replications = 9;
    struct study_options options = {.threads = 2};
    assert_int_equal(study_run(&bed->study, &options, &bed->session->diag), STATUS_OK);
    assert_int_equal(bed->cells[0].count, 9); /* pairs need the same number */
    assert_int_equal(bed->cells[1].count, 9);
    close_bed(bed);
}

static void reserving_keeps_what_is_there(void **state)
{
    (void)state;
    struct bed *bed = run_bed(1, (struct study_options){.threads = 1, .replications = 10});
    struct cell *cell = &bed->cells[0];
    struct record kept[10];
    memcpy(kept, cell->records, sizeof kept);
    assert_int_equal(cell_reserve(cell, 5, &bed->session->arena, &bed->session->diag), STATUS_OK);
    assert_int_equal(cell_reserve(cell, 1000, &bed->session->arena, &bed->session->diag),
                     STATUS_OK);
    assert_true(cell->capacity >= 1000 && cell->count == 10);
    assert_memory_equal(cell->records, kept, sizeof kept);
    close_bed(bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_do_not_depend_on_threads),
        cmocka_unit_test(records_do_not_depend_on_skipping_or_on_the_length_of_the_study),
        cmocka_unit_test(a_cell_alone_gives_what_it_gives_among_others),
        cmocka_unit_test(precision_stops_at_the_first_size_that_suffices),
        cmocka_unit_test(bounds_are_shared_within_a_job_and_only_there),
        cmocka_unit_test(replications_of_the_scenario_hold_where_no_number_is_given),
        cmocka_unit_test(reserving_keeps_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
