/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: every mistake that people make in a scenario is told with file, line, column, caret and
 * what to do. Method: tests/bad/NAME.yaml is read and built, what is said must be
 * tests/bad/NAME.err byte for byte (CAIRN_GOLDEN=write rewrites those); files that cannot live in a
 * repository are made here; the same for --set with a table. */
#include "sim/base/sort.h"
#include "tests/support.h"
#include "tests/workloads/fixture.h"
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#define MESSAGES (2 * LIMIT_DIAG_ERRORS * (DIAG_TEXT + 1))
#define FILES    600

static char messages[MESSAGES];

static enum status read_and_build(struct session *session, const char *path)
{
    enum status status = scenario_read(path, &session->arena, &session->diag, &session->document);
    return status == STATUS_OK ? session_build(session, NULL) : status;
}

/* ---- golden files ------------------------------------------------------------------------------
 */

static int compare_names(const void *a, const void *b, const void *context)
{
    (void)context;
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t list_yaml(char **names)
{
    DIR *folder = opendir("tests/bad");
    size_t count = 0;
    if (!folder)
        fail_msg("no tests/bad here: run from the project's root folder");
    for (struct dirent *entry; (entry = readdir(folder));) {
        size_t length = strlen(entry->d_name);
        if (length < 6 || strcmp(entry->d_name + length - 5, ".yaml") != 0)
            continue;
        assert_true(count < FILES);
        names[count++] = strndup(entry->d_name, length - 5);
    }
    closedir(folder);
    static char *scratch[FILES];
    sort_stable(names, count, sizeof *names, compare_names, NULL, scratch);
    return count;
}

static void each_bad_file_says_what_its_golden_text_says(void **state)
{
    static char *names[FILES];
    size_t count = list_yaml(names), wrong = 0, pipelines = 0;
    (void)state;
    assert_true(count >= 80);
    for (size_t i = 0; i < count; i++)
        pipelines += strncmp(names[i], "pipeline_", 9) == 0;
    assert_true(pipelines >= 100);
    for (size_t i = 0; i < count; i++) {
        char path[300];
        struct session *session = session_open();
        snprintf(path, sizeof path, "tests/bad/%s.yaml", names[i]);
        if (read_and_build(session, path) != STATUS_INPUT || session->diag.errors == 0) {
            print_error("%s was accepted\n", path);
            wrong++;
        }
        session_messages(session, messages, sizeof messages);
        snprintf(path, sizeof path, "tests/bad/%s.err", names[i]);
        wrong += !support_golden(path, messages);
        session_close(session);
        free(names[i]);
    }
    assert_int_equal(wrong, 0);
}

/* ---- files made here ---------------------------------------------------------------------------
 */

static char folder[SUPPORT_PATH];

static int make_folder(void **state)
{
    (void)state;
    return support_folder(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    support_folder_remove(folder);
    return 0;
}

/* Reads bytes from a file "t.yaml" and returns the first message, without the folder. */
static enum status read_bytes(const char *bytes, size_t length, const char **said)
{
    static char text[DIAG_TEXT];
    char path[SUPPORT_PATH + 16];
    struct session *session = session_open();
    snprintf(path, sizeof path, "%s/t.yaml", folder);
    assert_true(support_write(path, bytes, length));
    enum status status = read_and_build(session, path);
    assert_int_equal(unlink(path), 0);
    snprintf(text, sizeof text, "%s", session->diag.kept ? session->diag.text[0] : "");
    const char *start = strstr(text, "t.yaml");
    *said = start ? start : text;
    session_close(session);
    return status;
}

static void assert_begins(const char *said, const char *expected)
{
    if (strncmp(said, expected, strlen(expected)) != 0)
        fail_msg("expected \"%s\", said \"%s\"", expected, said);
}

static void bytes_that_are_no_text_are_refused_with_their_place(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *said;
    } cases[] = {
        {"", 0, "t.yaml: error: the file is empty"},
        {" \n\n", 3, "t.yaml: error: the file is empty"},
        {"# only\n# words", 14, "t.yaml: error: the file is empty"},
        {"version: 1\na\0b: 1\n", 18, "t.yaml:2:2: error: a NUL byte"},
        {"\x7f"
         "ELF\x02\x01\x01\0",
         8, "t.yaml:1:5: error: control byte 0x02"},
        {"version: 1\n\x1b[0m", 15, "t.yaml:2:1: error: control byte 0x1b"},
        {"\xff\xfev\0e\0", 6, "t.yaml: error: is UTF-16"},
        {"\xfe\xff\0v\0e", 6, "t.yaml: error: is UTF-16"},
        {"version: \xc0\xaf\n", 12, "t.yaml:1:10: error: byte 0xc0 is not UTF-8"},
        {"version: \xed\xa0\x80\n", 13, "t.yaml:1:10: error: byte 0xed is not UTF-8"},
        {"version: \xf4\x90\x80\x80\n", 14, "t.yaml:1:10: error: byte 0xf4 is not UTF-8"},
        {"version: 1\nname: \"a\\0b\"\n", 24, "t.yaml:2:7: error: a NUL inside a text"},
        {"name: \xef\xbf\xbe\n", 10, "t.yaml:1:7: error: this character is not allowed"},
        {"---\n", 4, "t.yaml:"},
        {"version: 1\r\nhorizon: 3\r\n", 24, "t.yaml:2:10: error: horizon: '3' needs a unit"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *said;
        assert_int_equal(read_bytes(cases[i].bytes, cases[i].length, &said), STATUS_INPUT);
        assert_begins(said, cases[i].said);
    }
}

static void a_byte_order_mark_and_crlf_are_accepted(void **state)
{
    const char *said;
    (void)state;
    assert_int_equal(read_bytes("\xef\xbb\xbf" MINIMAL, strlen(MINIMAL) + 3, &said), STATUS_OK);
    static const char crlf[] =
        "version: 1\r\ncluster: {nodes: 4}\r\nworkload:\r\n  group:\r\n    workers: 4\r\n"
        "    work: 10 d\r\n    checkpoint: 5 min\r\n    restore: 5 min\r\n";
    assert_int_equal(read_bytes(crlf, sizeof crlf - 1, &said), STATUS_OK);
    static const char wrong[] = "\xef\xbb\xbfversio: 1\n";
    assert_int_equal(read_bytes(wrong, sizeof wrong - 1, &said), STATUS_INPUT);
}

static void a_file_is_read_up_to_the_limit_and_not_past_it(void **state)
{
    size_t limit = LIMIT_SCENARIO_BYTES, head = strlen(MINIMAL);
    char *bytes = malloc(2 * limit);
    const char *said;
    (void)state;
    assert_non_null(bytes);
    memset(bytes, 'x', 2 * limit);
    memcpy(bytes, MINIMAL "#", head + 1);
    assert_int_equal(read_bytes(bytes, limit - 1, &said), STATUS_OK);
    assert_int_equal(read_bytes(bytes, limit, &said), STATUS_OK);
    assert_int_equal(read_bytes(bytes, limit + 1, &said), STATUS_INPUT);
    assert_int_equal(read_bytes(bytes, 2 * limit, &said), STATUS_INPUT);
    free(bytes);
}

static void paths_that_are_no_scenario_are_told_by_name(void **state)
{
    static const struct {
        const char *path, *said;
    } cases[] = {
        {"tests/bad", "'tests/bad'"},
        {"tests/bad/nowhere.yaml", "'tests/bad/nowhere.yaml'"},
        {"/dev/zero", "'/dev/zero'"},
        {"builtin:nothing-like-it", "no built-in scenario is named 'nothing-like-it'"},
        {"builtin:two-nod", "did you mean 'two-node'?"},
        {"two-nod", "'two-nod'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session *session = session_open();
        assert_int_equal(read_and_build(session, cases[i].path), STATUS_INPUT);
        if (!strstr(session->diag.text[0], cases[i].said))
            fail_msg("%s: %s", cases[i].path, session->diag.text[0]);
        session_close(session);
    }
}

static void an_unreadable_file_is_told(void **state)
{
    char path[SUPPORT_PATH + 16];
    (void)state;
    if (geteuid() == 0) {
        print_message("SKIPPED: root can read everything\n");
        skip();
    }
    snprintf(path, sizeof path, "%s/secret.yaml", folder);
    assert_true(support_write(path, "", 0));
    assert_int_equal(chmod(path, 0), 0);
    struct session *session = session_open();
    assert_int_equal(read_and_build(session, path), STATUS_INPUT);
    assert_non_null(strstr(session->diag.text[0], strerror(EACCES)));
    session_close(session);
    unlink(path);
}

/* ---- --set -------------------------------------------------------------------------------------
 */

static void each_wrong_set_points_into_its_own_text(void **state)
{
    static const struct {
        const char *set, *said;
    } cases[] = {
        {"cluster.nodes", "--set:1:1: error: expected KEY=VALUE, as in cluster.nodes=64"},
        {"=4", "--set:1:1: error: expected KEY=VALUE"},
        {"", "--set:1:1: error: expected KEY=VALUE"},
        {"cluster.nodes=", "--set:1:15: error: a value is missing after '='"},
        {"cluster.nodes=4,,8", "--set:1:17: error: an empty value between commas"},
        {"cluster.nodes=four", "--set:1:15: error: cluster.nodes: 'four' is not a number"},
        {"cluster.node=4", "--set:1:14: error: cluster.node: this is text; expected a map; known "
                           "here: cpu, gpu, memory"},
        {"cluster.noddes=4", "--set:1:1: error: unknown key 'noddes' in cluster; did you mean "
                             "'nodes'?"},
        {"clutser.nodes=4", "--set:1:1: error: unknown key 'nodes'; did you mean 'cluster.nodes'?"},
        {"nodes=4", "--set:1:1: error: unknown key 'nodes'; did you mean 'cluster.nodes'?"},
        {"horizon=10", "--set:1:9: error: horizon: '10' needs a unit, as in '30 s'"},
        {"horizon= 5 d", "--set:1:10: error: horizon: 5 d is not longer than workload.group.work"},
        {"controller={name: fixed, interval: 30 min", "--set:1:12: error: this bracket is never "
                                                      "closed"},
        {"controller={name: fixed, intervall: 30 min}", "--set:1:26: error: controller fixed has "
                                                        "no parameter 'intervall'; did you mean "
                                                        "'interval'?"},
        {"controller.interval=30 min", "--set:1:21: error: controller: the map has no 'name'"},
        {"faults.node.uptime.weibull.shape=0.7", "--set:1:34: error: faults.node.uptime: weibull "
                                                 "needs mean or scale"},
        {"faults.node.uptime={exponential: soon}", "--set:1:34: error: "
                                                   "faults.node.uptime.exponential: 'soon' is not "
                                                   "a duration"},
        {"import=x.yaml", "--set:1:1: error: import belongs in the file, not in --set"},
        {"version=1", "--set:1:1: error: version belongs in the file, not in --set"},
        {"workload.group.workers=5", "--set:1:24: error: workload.group.workers: 5 workers need 5 "
                                     "nodes, cluster.nodes is 4"},
        {"cluster={nodes: 4, spare: 1}", "--set:1:20: error: unknown key 'spare' in cluster; did "
                                         "you mean 'spares'?"},
        {"workload.group.step.length=5 s", "--set:1:1: error: unknown key 'length'"},
        {"name=\xff", "--set:1:6: error: byte 0xff is not UTF-8"},
        {"seed=1 # one", NULL},
        {"name=# one", "--set:1:6: error: no value: '#' begins a comment; quote it"},
        {"cluster.nodes.=4", "--set:1:1: error: unknown key ''"},
        {"..=4", "--set:1:1: error: unknown key ''"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session *session = session_open();
        const char *sets[] = {cases[i].set, NULL};
        assert_int_equal(session_parse(session, MINIMAL), STATUS_OK);
        enum status status = session_build(session, sets);
        if (!cases[i].said) {
            assert_int_equal(status, STATUS_OK);
        } else {
            assert_int_equal(status, STATUS_INPUT);
            assert_begins(session->diag.text[0], cases[i].said);
        }
        session_close(session);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bad_file_says_what_its_golden_text_says),
        cmocka_unit_test(bytes_that_are_no_text_are_refused_with_their_place),
        cmocka_unit_test(a_byte_order_mark_and_crlf_are_accepted),
        cmocka_unit_test(a_file_is_read_up_to_the_limit_and_not_past_it),
        cmocka_unit_test(paths_that_are_no_scenario_are_told_by_name),
        cmocka_unit_test(an_unreadable_file_is_told),
        cmocka_unit_test(each_wrong_set_points_into_its_own_text),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
