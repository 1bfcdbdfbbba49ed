/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a trace means the same whatever the order of its rows and columns or its line ends; what
 * overlaps is merged and counted; what cannot be meant is told with its place.
 * Method: fixtures and tables with everything that must come of them; random traces against a
 * merge that marks every instant of a small timeline. */
#include "traces/outage_csv.h"

#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array)  (sizeof(array) / sizeof(array)[0])
#define FIXTURE(name) "tests/traces/fixtures/" name
#define HOUR          SIMTIME_HOUR

static struct diag diag;
static struct arena arena;
static struct outages outages;
static bool has_dates;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena);
    diag_init(&diag);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static enum status parse(const char *text)
{
    struct source source = {"t.csv", text, strlen(text)};
    diag_init(&diag);
    return outage_csv_parse(&source, &arena, &diag, &outages, &has_dates);
}

static void assert_outage(uint32_t index, const char *node, int64_t start, int64_t end,
                          const char *cause, uint32_t line)
{
    const struct outage *outage = &outages.list[index];
    assert_string_equal(outages.nodes[outage->node], node);
    assert_int_equal(outage->start, start);
    assert_int_equal(outage->end, end);
    assert_string_equal(outages.causes[outage->cause], cause);
    assert_int_equal(outage->line, line);
}

static void a_trace_of_dates_is_sorted_merged_and_counted(void **state)
{
    (void)state;
    const char *path = FIXTURE("outages_dates.csv");
    assert_int_equal(outage_csv_read(path, &arena, &diag, &outages, &has_dates), STATUS_OK);
    assert_true(has_dates);
    assert_int_equal(outages.count, 5);
    int64_t t = INT64_C(1064594400) * SIMTIME_SECOND, day = INT64_C(1064966400) * SIMTIME_SECOND;
    assert_outage(0, "n10", t, t + 1200 * SIMTIME_SECOND + SIMTIME_SECOND / 2, "disk, second", 4);
    assert_outage(1, "n2", t, t + 140 * SIMTIME_MINUTE, "memory", 3);
    assert_outage(2, "n1", t + 800 * SIMTIME_MINUTE, t + 830 * SIMTIME_MINUTE, "", 5);
    assert_outage(3, "n1", day, day, "operator", 8);
    assert_outage(4, "n10", day + SIMTIME_DAY, OUTAGE_OPEN, "memory", 9);
    assert_int_equal(outages.nodes_count, 3);
    assert_string_equal(outages.nodes[0], "n1"); /* byte order: n1 n10 n2 */
    assert_string_equal(outages.nodes[1], "n10");
    assert_int_equal(outages.causes_count, 5);
    assert_string_equal(outages.causes[0], "");
    assert_int_equal(outages.rows, 7);
    assert_int_equal(outages.merged, 2);
    assert_int_equal(outages.simultaneous, 1);
    assert_int_equal(outages.open, 1);
    assert_int_equal(outages.zero_length, 1);
    assert_int_equal(outages.first, t);
    assert_int_equal(outages.last, day + SIMTIME_DAY);

    char bytes[1024];
    struct text text = text_over(bytes, sizeof bytes);
    outage_csv_describe(&outages, has_dates, &text);
    assert_string_equal(
        bytes, "tests/traces/fixtures/outages_dates.csv: 7 rows, 5 outages of 3 nodes, "
               "2003-09-26T16:40:00Z to 2003-10-02T00:00:00Z (5.31 d); one every 1.33 d; "
               "2 rows were merged into outages they overlap or touch; 1 begins with another; "
               "1 has no end; 1 has no length.\n");
}

static void a_trace_of_durations_may_have_its_columns_in_any_order(void **state)
{
    (void)state;
    const char *path = FIXTURE("outages_durations.csv");
    assert_int_equal(outage_csv_read(path, &arena, &diag, &outages, &has_dates), STATUS_OK);
    assert_false(has_dates);
    assert_int_equal(outages.count, 3);
    assert_outage(0, "gamma", 0, 3 * HOUR / 2, "", 4);
    assert_outage(1, "alpha", HOUR, 2 * HOUR, "disk", 2);
    assert_outage(2, "beta", 72 * HOUR, 84 * HOUR, "", 3);
    char bytes[1024];
    struct text text = text_over(bytes, sizeof bytes);
    outage_csv_describe(&outages, has_dates, &text);
    assert_string_equal(bytes, "tests/traces/fixtures/outages_durations.csv: 3 rows, 3 outages of "
                               "3 nodes, 0 s to 84 h (3.5 d); one every 1.5 d.\n");
}

static void a_bad_file_tells_all_its_mistakes(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        ":2:15: error: column 'end': lies before the start\n",
        ":3:1: error: column 'node': is empty; expected the node's name\n",
        ":4:4: error: column 'start': is empty; only 'end' may be, for an open outage\n",
        ":5:4: error: column 'start': '2003-02-30' has a day that its month does not have\n",
        ":6:4: error: column 'start': '3.5 d' is not a date, as in '2003-09-26' or "
        "'2003-09-26T16:40:00Z'\n",
        ":7:15: error: column 'end': 'soon' is not a date, as in '2003-09-26' or "
        "'2003-09-26T16:40:00Z'\n",
        ":8:4: error: 2 fields; expected 3, as in the header line\n",
    };
    outages.count = 77;
    const char *path = FIXTURE("outages_bad.csv");
    assert_int_equal(outage_csv_read(path, &arena, &diag, &outages, NULL), STATUS_DATA);
    assert_int_equal(outages.count, 77); /* untouched */
    assert_int_equal(diag.errors, COUNT(wanted));
    for (size_t i = 0; i < COUNT(wanted); i++) {
        const char *message = diag.text[i] + strlen(path);
        assert_int_equal(strncmp(diag.text[i], path, strlen(path)), 0);
        if (strncmp(message, wanted[i], strlen(wanted[i])) != 0)
            fail_msg("%s\nwanted\n%s", message, wanted[i]);
    }
}

static void mistakes_have_their_own_message(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "t.csv: error: no header line; expected one with node,start,end[,cause]"},
        {"node,start,end\n", "t.csv: error: has no outages"},
        {"node,strat,end\n", "t.csv:1:6: error: unknown column 'strat'; did you mean 'start'?\n"
                             "   1 | node,strat,end\n     |      ^~~~~"},
        {"node,start,end,colour\nn,1 s,2 s,red\n",
         "t.csv:1:16: error: unknown column 'colour'; expected node,start,end[,cause]\n"
         "   1 | node,start,end,colour\n     |                ^~~~~~"},
        {"node,start,end\nn,1064594400,2 s\n",
         "t.csv:2:3: error: column 'start': '1064594400' needs a unit, as in '30 s'\n"
         "   2 | n,1064594400,2 s\n     |   ^~~~~~~~~~"},
        {"node,start,end\nn,9/26/2003 16:40,2 s\n",
         "t.csv:2:3: error: column 'start': '9/26/2003 16:40' is no time; use dates, as in "
         "'2003-09-26T16:40:00Z', or times since the trace's zero, as in '3.5 d'\n"
         "   2 | n,9/26/2003 16:40,2 s\n     |   ^~~~~~~~~~~~~~~"},
        {"node,start,end\nn,1 s,2 s\nn,2003-09-26,2 s\n",
         "t.csv:3:3: error: column 'start': is a date, but line 2 counts from the trace's zero; "
         "use one style\n   3 | n,2003-09-26,2 s\n     |   ^~~~~~~~~~"},
        {"node,start,end\nn,1 s,293 y\n",
         "t.csv:2:7: error: column 'end': '293 y' is past 292 years, the longest time cairn can "
         "represent\n   2 | n,1 s,293 y\n     |       ^~~~~"},
        {"node,start,end\nn\x01,1 s,2 s\n",
         "t.csv:2:1: error: column 'node': must be UTF-8 without control characters\n"
         "   2 | n\\x01,1 s,2 s\n     | ^~~~~"},
        {"node,start,end\n\xff,1 s,2 s\n",
         "t.csv:2:1: error: column 'node': must be UTF-8 without control characters\n"
         "   2 | \\xFF,1 s,2 s\n     | ^~~~"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(parse(cases[i].text), STATUS_DATA);
        assert_string_equal(diag.text[0], cases[i].message);
    }
}

static void a_missing_file_is_the_user_s_mistake(void **state)
{
    (void)state;
    assert_int_equal(outage_csv_read("no/such.csv", &arena, &diag, &outages, NULL), STATUS_INPUT);
    assert_string_equal(diag.text[0],
                        "error: cannot open 'no/such.csv': No such file or directory");
}

static void an_open_outage_swallows_what_follows_and_says_so(void **state)
{
    (void)state;
    assert_int_equal(parse("node,start,end\nn,1 s,\nm,2 s,3 s\nn,5 s,6 s\n"), STATUS_OK);
    assert_int_equal(outages.count, 2);
    assert_outage(0, "n", SIMTIME_SECOND, OUTAGE_OPEN, "", 2);
    assert_int_equal(outages.last, 3 * SIMTIME_SECOND);
    assert_int_equal(diag.errors, 0);
    assert_int_equal(diag.warnings, 1);
    assert_string_equal(diag.text[0],
                        "t.csv:4:1: warning: node 'n' goes down while its outage of line 2 has no "
                        "end; the two are merged\n   4 | n,5 s,6 s\n     | ^");
}

static void line_ends_marks_and_column_order_do_not_change_the_digest(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "node,start,end,cause\nb,2 s,3 s,x\na,1 s,3 s,\n",
        "node,start,end,cause\r\nb,2 s,3 s,x\r\na,1 s,3 s,\r\n",
        "node,start,end,cause\rb,2 s,3 s,x\ra,1 s,3 s,",
        "\xef\xbb\xbfnode,start,end,cause\nb,2 s,3 s,x\na,1 s,3 s,\n",
        "# comment\n\nend,cause,start,node\n3000 ms,\"x\",2 s,b\n3 s,,0.5 s,a\n3 s,,1 s,a\n",
        "node,start,end,cause\na,1 s,3 s,\nb,2 s,3 s,x\n",
    };
    struct digest_value first = {0};
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_int_equal(parse(texts[i]), STATUS_OK);
        first = i == 0 ? outages.digest : first;
        bool is_equal = outages.digest.high == first.high && outages.digest.low == first.low;
        assert_int_equal(is_equal, i != 4); /* which begins half a second earlier */
    }
    assert_int_equal(parse("node,start,end\na,1 s,3 s\nb,2 s,3 s\n"), STATUS_OK);
    assert_false(outages.digest.high == first.high && outages.digest.low == first.low);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return *seed >> 33;
}

#define NODES 12
#define TICKS 200

/* Outages cover half-open ticks; touching ones flow into each other by themselves. */
static void merging_agrees_with_a_timeline_of_ticks(void **state)
{
    (void)state;
    uint64_t seed = support_seed(7), merged = 0, apart = 0;
    for (int i = 0; i < 400; i++) {
        static bool is_down[NODES][TICKS + 1];
        char bytes[16384];
        struct text text = text_over(bytes, sizeof bytes);
        memset(is_down, 0, sizeof is_down);
        text_add(&text, "start,node,end\n");
        uint32_t rows = 1 + (uint32_t)(next_random(&seed) % 300);
        for (uint32_t j = 0; j < rows; j++) {
            uint64_t node = next_random(&seed) % NODES, start = next_random(&seed) % (TICKS - 9);
            uint64_t end = start + 1 + next_random(&seed) % 8;
            text_add(&text, "%llu s,node%llu,%llu s\n", (unsigned long long)start,
                     (unsigned long long)node, (unsigned long long)end);
            for (uint64_t t = start; t < end; t++)
                is_down[node][t] = true;
        }
        assert_false(text.is_cut);
        assert_int_equal(parse(bytes), STATUS_OK);
        uint32_t count = 0;
        for (int n = 0; n < NODES; n++)
            for (int t = 0; t < TICKS; t++)
                count += is_down[n][t] && (t == 0 || !is_down[n][t - 1]);
        assert_int_equal(outages.count, count);
        assert_int_equal(outages.merged, rows - count);
        for (uint32_t j = 0; j < count; j++) {
            const struct outage *o = &outages.list[j];
            unsigned node = 0;
            assert_int_equal(sscanf(outages.nodes[o->node], "node%u", &node), 1);
            int64_t start = o->start / SIMTIME_SECOND, end = o->end / SIMTIME_SECOND;
            assert_true(start == 0 || !is_down[node][start - 1]);
            assert_false(is_down[node][end]);
            for (int64_t t = start; t < end; t++)
                assert_true(is_down[node][t]);
            if (j > 0)
                assert_true(o[-1].start < o->start ||
                            (o[-1].start == o->start && o[-1].node < o->node));
        }
        merged += outages.merged;
        apart += count;
        arena_reset(&arena);
    }
    assert_true(merged > 1000 && apart > 1000);
}

static void thousands_of_names_keep_their_rows(void **state)
{
    (void)state;
    static char bytes[1 << 20];
    struct text text = text_over(bytes, sizeof bytes);
    text_add(&text, "node,start,end,cause\n");
    for (unsigned i = 0; i < 20000; i++) /* each name twice */
        text_add(&text, "n%u,%u s,%u s,cause of %u\n", i * 7919 % 10000, i * 10, i * 10 + 5,
                 i * 7919 % 10000);
    assert_false(text.is_cut);
    assert_int_equal(parse(bytes), STATUS_OK);
    assert_int_equal(outages.count, 20000);
    assert_int_equal(outages.nodes_count, 10000);
    assert_int_equal(outages.causes_count, 10001);
    for (uint32_t i = 0; i < outages.count; i++) {
        const struct outage *o = &outages.list[i];
        char wanted[32];
        (void)snprintf(wanted, sizeof wanted, "n%u", i * 7919 % 10000);
        assert_string_equal(outages.nodes[o->node], wanted);
        assert_string_equal(outages.causes[o->cause] + 9, wanted + 1);
        if (o->node > 0)
            assert_true(strcmp(outages.nodes[o->node - 1], outages.nodes[o->node]) < 0);
    }
}

int main(void)
{
#define IN_ARENA(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        IN_ARENA(a_trace_of_dates_is_sorted_merged_and_counted),
        IN_ARENA(a_trace_of_durations_may_have_its_columns_in_any_order),
        IN_ARENA(a_bad_file_tells_all_its_mistakes),
        IN_ARENA(mistakes_have_their_own_message),
        IN_ARENA(a_missing_file_is_the_user_s_mistake),
        IN_ARENA(an_open_outage_swallows_what_follows_and_says_so),
        IN_ARENA(line_ends_marks_and_column_order_do_not_change_the_digest),
        IN_ARENA(merging_agrees_with_a_timeline_of_ticks),
        IN_ARENA(thousands_of_names_keep_their_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
