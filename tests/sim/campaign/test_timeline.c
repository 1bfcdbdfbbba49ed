/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: the timeline shows who did what when, in any width; the worked table of document A comes
 * out with its mistake mended. Method: the table's times, reviewed pictures, and pictures of every
 * program that fails, in several widths.
 */
#include "sim/campaign/timeline.h"

#include "tests/sim/campaign/failing.h"
#include "tests/support.h"

static char *timeline_of(const struct cell *cell, uint32_t replication, int columns)
{
    struct sink *sink = caught_open();
    struct diag diag;
    struct record record;
    diag_init(&diag);
    assert_int_equal(timeline_write(sink, cell, replication, columns, &record, &diag), STATUS_OK);
    return caught_close(sink, &diag);
}

/* Document A's resource timeline: three workers; the subsets one after the other on one of them,
 * the actor's start beside them, and a second in which it is ready and waits. */
static void open_cifar(struct played *played, int checkpoints, const char *faults)
{
    char head[256], pipeline[2048], saved[256] = "", rest[256] = "";
    snprintf(head, sizeof head, "cluster: {nodes: 3, node: {cpu: 1}}\n%s", faults);
    if (checkpoints > 0)
        snprintf(saved, sizeof saved,
                 "      - {repeat: %d, do: [{run: trainer.train_epoch}, {checkpoint: trainer}]}\n",
                 checkpoints);
    if (checkpoints < 10)
        snprintf(rest, sizeof rest, "      - {repeat: %d, do: [{run: trainer.train_epoch}]}\n",
                 10 - checkpoints);
    snprintf(pipeline, sizeof pipeline,
             "    tasks:\n"
             "      load_data: {time: 3 s}\n"
             "      subset: {time: [2 s, 1 s]}\n"
             "    actors:\n"
             "      Trainer:\n"
             "        start: 3 s\n"
             "        cpu: 1\n"
             "        restarts: unlimited\n"
             "        retries: unlimited\n"
             "        checkpoint: {snapshot: 1 s, restore: 1 s}\n"
             "        methods: {train_epoch: 15 s, evaluate: 5 s}\n"
             "    driver:\n"
             "      - run: load_data\n"
             "      - {create: Trainer, as: trainer}\n"
             "      - {repeat: 2, do: [{run: subset}]}\n"
             "      - {think: 1 s}\n"
             "%s%s"
             "      - {run: trainer.evaluate}\n",
             saved, rest);
    played_open(played, head, pipeline);
}

/* The document says that evaluate() starts at 150 s: ten epochs of 15 s that begin at 7 s cannot
 * end before 157 s, and every checkpoint takes one more. */
static void row_a25_resource_timeline(void **state)
{
    static const int checkpoints[] = {0, 1, 3, 10};
    (void)state;
    for (size_t i = 0; i < COUNT(checkpoints); i++) {
        struct played played;
        char wanted[128];
        int n = checkpoints[i];
        open_cifar(&played, n, "");
        const struct record *r = played_run(&played, 0);
        assert_int_equal(r->end, END_FINISHED);
        assert_int_equal(r->taken, n);
        assert_true(played_time(&played, TOLD_STARTED, 0) == 0);        /* load_data */
        assert_true(played_time(&played, TOLD_STARTED, 1) == 3);        /* subset(train) */
        assert_true(played_time(&played, TOLD_STARTED, 2) == 5);        /* subset(test) */
        assert_true(played_time(&played, TOLD_STARTED, 3) == 7);        /* train_epoch(0) */
        assert_true(played_time(&played, TOLD_STARTED, 13) == 157 + n); /* evaluate */
        assert_true(r->makespan == (162 + n) * SIMTIME_SECOND);
        char *text = timeline_of(&played.cell, 0, 80);
        snprintf(wanted, sizeof wanted, "  [%d - %d s]  Trainer.evaluate\n", 157 + n, 162 + n);
        assert_non_null(strstr(text, wanted));
        assert_non_null(strstr(text, "  [3 - 6 s]  Trainer#1 starts\n"));
        assert_non_null(strstr(text, "  [0 - 3 s]  load_data\n"));
        assert_non_null(strstr(text, "[3 - 5 s]  subset\n"));
        assert_non_null(strstr(text, "[5 - 6 s]  subset\n"));
        assert_non_null(strstr(text, "[7 - 22 s]  Trainer.train_epoch\n"));
        free(text);
        played_close(&played);
    }
}

static void pictures_are_as_they_were_reviewed(void **state)
{
    static const struct {
        const char *golden, *faults;
        int checkpoints, columns;
        uint32_t replication;
        bool has_failure;
    } cases[] = {
        {"tests/golden/timeline/cifar-80.txt", "", 10, 80, 0, false},
        {"tests/golden/timeline/cifar-40.txt", "", 3, 40, 0, false},
        {"tests/golden/timeline/cifar-failures.txt",
         "faults: {node: {uptime: {exponential: 4 min}}}\ndetection: {delay: 5 s}\n"
         "runtime: {node_start: 40 s}\n",
         10, 100, 1, true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct played played;
        open_cifar(&played, cases[i].checkpoints, cases[i].faults);
        char *text = timeline_of(&played.cell, cases[i].replication, cases[i].columns);
        assert_int_equal(played_run(&played, cases[i].replication)->struck > 0,
                         cases[i].has_failure);
        assert_true(support_golden(cases[i].golden, text));
        free(text);
        played_close(&played);
    }
}

/* ---- any program, any width ---- */

static size_t longest_line(const char *text)
{
    size_t most = 0;
    for (size_t length; *text; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        most = length > most ? length : most;
    }
    return most;
}

/* Everything is ASCII; the rows are as wide as wanted, and nothing of the picture is wider. */
static void check_picture(const char *text, int columns)
{
    const char *rows = strchr(text, '\n') + 1, *end = rows;
    unsigned count = 0;
    for (const char *at = text; *at; at++)
        assert_true((unsigned char)*at < 0x7f && (*at == '\n' || *at >= ' '));
    while (end[strcspn(end, "|\n")] == '|' || count == 0) {
        size_t length = strcspn(end, "\n");
        if (end[strcspn(end, "|\n")] == '|') {
            assert_int_equal(length, columns);
            count++;
        }
        assert_true(length <= (size_t)columns);
        end += length + 1;
    }
    assert_true(count >= 2); /* every program here has two nodes or more */
}

static void a_picture_is_as_wide_as_wanted(void **state)
{
    static const int widths[] = {40, 80, 133};
    (void)state;
    for (size_t i = 0; i < COUNT(failing); i++) {
        struct played played;
        struct record r;
        bool has[FAILING_WANTED] = {false};
        unsigned lost = 0, works = 0;
        played_open(&played, failing[i].head, failing[i].pipeline);
        for (uint32_t k = 0; k < FAILING_REPLICATIONS; k++) {
            for (size_t w = 0; w < COUNT(widths); w++) {
                char *text = timeline_of(&played.cell, k, widths[w]);
                check_picture(text, widths[w]);
                lost += strchr(text, '!') != NULL;
                works += strchr(strchr(text, '|'), 'a') != NULL;
                assert_true(longest_line(text) < 160);
                free(text);
            }
            r = *played_run(&played, k);
            failing_count(&failing[i], &r, has);
        }
        failing_check(&failing[i], has);
        assert_true(lost > 0 && works > 0);
        played_close(&played);
    }
}

static void a_program_without_time_is_said_to_be_one(void **state)
{
    struct played played;
    (void)state;
    played_open(&played, "cluster: {nodes: 1, node: {cpu: 1}}",
                "    tasks: {a: {time: 0 s}}\n    driver: [{run: a}]\n");
    char *text = timeline_of(&played.cell, 0, 80);
    assert_string_equal(text, "timeline of replication 0: it takes no time\n");
    free(text);
    played_close(&played);
}

/* Of 70 nodes the last six are counted, and where so much is not shown nothing is listed. */
static void rows_beyond_the_limit_are_counted(void **state)
{
    struct played played;
    char wanted[64];
    (void)state;
    played_open(&played, "cluster: {nodes: 70, node: {cpu: 1}}",
                "    tasks: {a: {time: 3 s}}\n    driver: [{run: a}]\n");
    char *text = timeline_of(&played.cell, 0, 80);
    snprintf(wanted, sizeof wanted, "  and %d rows more: cairn trace shows them all\n",
             70 - TIMELINE_ROWS);
    assert_non_null(strstr(text, wanted));
    assert_null(strstr(text, "[0 - 3 s]"));
    free(text);
    played_close(&played);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_a25_resource_timeline),
        cmocka_unit_test(pictures_are_as_they_were_reviewed),
        cmocka_unit_test(a_picture_is_as_wide_as_wanted),
        cmocka_unit_test(a_program_without_time_is_said_to_be_one),
        cmocka_unit_test(rows_beyond_the_limit_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
