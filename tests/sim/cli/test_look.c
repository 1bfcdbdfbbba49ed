/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: one replication of a pipeline can be looked at, in a file that is whole, and changes no
 * result. Method: the program is run with and without; what it writes is read back.
 */
#include "tests/sim/cli/asked.h"

#define TASKS "tests/sim/cli/tasks.yaml"

static char *file_of(const char *name)
{
    char *text = support_read(in_folder(name), NULL);
    if (!text)
        fail_msg("%s was not written", name);
    return text;
}

static unsigned count_lines(const char *text, const char *wanted)
{
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, wanted)) != NULL; at += strlen(wanted))
        count++;
    return count;
}

static void events_are_lines_of_json_with_names(void **state)
{
    (void)state;
    free(output_of(CAIRN("run", TASKS, "--events", in_folder("a.jsonl"), "--rep", "2"), 0));
    char *text = file_of("a.jsonl");
    assert_true(strstr(text, "{\"event\":\"run\",\"time_ns\":0,\"scenario\":\"tasks\",\"seed\":1,"
                             "\"replication\":2,\"nodes\":3,\"spares\":0}\n") == text);
    for (char *line = text, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        assert_non_null(end); /* the last line is whole too */
        *end = '\0';
        if (!json_is_whole(line))
            fail_msg("no JSON: %s", line);
        *end = '\n';
    }
    assert_true(count_lines(text, "\"event\":\"started\"") >= 8);
    assert_says(text, "\"job\":\"driver#1\",\"function\":\"Trainer.train\",\"actor\":\"Trainer#1\","
                      "\"host\":\"node");
    assert_says(text, "\"actor\":\"Trainer#1\",\"host\":\"node2\",\"state\":\"ALIVE\"}");
    assert_says(text, "\"class\":\"useful\"}");
    free(text);
}

static void a_failure_is_told_with_its_cause(void **state)
{
    (void)state;
    unsigned failures = 0;
    for (int i = 0; i < 5; i++) {
        char number[2] = {(char)('0' + i), '\0'};
        free(output_of(
            CAIRN("run", TASKS, "--events", in_folder("b.jsonl"), "-f", "--replication", number),
            0));
        char *text = file_of("b.jsonl");
        failures += count_lines(text, "\"event\":\"attempt-failed\"");
        assert_int_equal(count_lines(text, "\"event\":\"attempt-failed\""),
                         count_lines(text, "\"attempt\":0,\"cause\":\"node\"}") +
                             count_lines(text, "\"attempt\":1,\"cause\":\"node\"}") +
                             count_lines(text, "\"attempt\":2,\"cause\":\"node\"}"));
        free(text);
    }
    assert_true(failures > 0);
}

static void a_result_is_the_same_with_and_without(void **state)
{
    (void)state;
    char *without = output_of(CAIRN("run", TASKS, "--json", "--rows"), 0);
    char *with =
        output_of(CAIRN("run", TASKS, "--json", "--rows", "--events", in_folder("same.jsonl")), 0);
    assert_string_equal(without, with);
    free(without);
    free(with);
}

static void a_file_that_exists_is_left_alone(void **state)
{
    (void)state;
    assert_true(support_write(in_folder("mine.jsonl"), "mine", 4));
    struct support_run run = CAIRN("run", TASKS, "--events", in_folder("mine.jsonl"));
    assert_exit(&run, 2);
    assert_says(run.err, "it exists already; --force replaces it");
    assert_string_equal(run.out, "");
    support_run_close(&run);
    char *text = file_of("mine.jsonl");
    assert_string_equal(text, "mine");
    free(text);
}

static void a_timeline_stands_below_the_report(void **state)
{
    (void)state;
    char *report = output_of(CAIRN("run", TASKS), 0);
    char *both = output_of(CAIRN("run", TASKS, "--timeline", "--rep", "1"), 0);
    assert_memory_equal(both, report, strlen(report));
    const char *timeline = both + strlen(report);
    assert_true(strncmp(timeline, "\ntimeline of replication 1 (", 28) == 0);
    assert_says(timeline, "\n  node0 ");
    assert_says(timeline, "]  Trainer.evaluate\n");
    free(report);
    free(both);
}

static void a_report_names_who_decides(void **state)
{
    (void)state;
    char *none = output_of(CAIRN("run", TASKS, "-n1"), 0);
    char *one = output_of(
        CAIRN("run", TASKS, "-n1", "--set", "controller={name: budget, checkpoints: 3, of: daly}"),
        0);
    assert_says(none, "\n  scheduler ");
    assert_says(none, "; recovery ");
    assert_null(strstr(none, "controller"));
    assert_says(one, "; controller budget of daly\n");
    free(none);
    free(one);
}

/* ---- cairn trace ---- */

static void a_trace_is_one_whole_object(void **state)
{
    (void)state;
    char *out = output_of(CAIRN("trace", TASKS, "-o", in_folder("run.json"), "--rep", "1"), 0);
    assert_says(out, "run.json: replication 1, ");
    assert_says(out, " until it was done; open it in ui.perfetto.dev\n");
    free(out);
    char *text = file_of("run.json");
    assert_true(json_is_whole(text));
    assert_says(text, "\"otherData\":{\"scenario\":\"tasks\",\"seed\":1,\"replication\":1}");
    assert_says(text, "\"name\":\"process_name\",\"args\":{\"name\":\"Node 2\"}");
    assert_says(text, "\"name\":\"thread_name\",\"args\":{\"name\":\"worker:0\"}");
    assert_says(text, "\"name\":\"Trainer.train\",\"cat\":\"method\"");
    free(text);
}

static void gz_in_its_name_compresses_it(void **state)
{
    (void)state;
    free(output_of(CAIRN("trace", TASKS, "-o", in_folder("plain.json")), 0));
    free(output_of(CAIRN("trace", TASKS, "-o", in_folder("zipped.json.gz")), 0));
    char *plain = file_of("plain.json");
    char *back = shell(0, "gzip -dc '%s'", in_folder("zipped.json.gz"));
    assert_string_equal(plain, back);
    free(plain);
    free(back);
}

/* What a trace shows of a run that was stopped is worth having; that it was is in the exit code. */
static void a_run_that_does_not_finish_is_traced(void **state)
{
    (void)state;
    char *out =
        output_of(CAIRN("trace", TASKS, "-o", in_folder("cut.json"), "--set", "horizon=20 s"), 4);
    assert_says(out, ", 20 s until it was stopped;");
    free(out);
    char *text = file_of("cut.json");
    assert_true(json_is_whole(text));
    assert_says(text, "\"outcome\":\"unfinished\"");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_are_lines_of_json_with_names),
        cmocka_unit_test(a_failure_is_told_with_its_cause),
        cmocka_unit_test(a_result_is_the_same_with_and_without),
        cmocka_unit_test(a_file_that_exists_is_left_alone),
        cmocka_unit_test(a_timeline_stands_below_the_report),
        cmocka_unit_test(a_report_names_who_decides),
        cmocka_unit_test(a_trace_is_one_whole_object),
        cmocka_unit_test(gz_in_its_name_compresses_it),
        cmocka_unit_test(a_run_that_does_not_finish_is_traced),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
