/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tests' own tools.
 *
 * Goal: a tool that lies makes every test that uses it worthless, so each is made to say yes once
 * and no once. Method: small files in a folder of this process, and programs that every Debian has.
 */
#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_run_reports_exit_code_and_both_streams(void **state)
{
    (void)state;
    const char *const argv[] = {"sh", "-c", "cat; echo no >&2; exit 7", NULL};
    struct support_run run = support_run(argv, "in\n", NULL);
    assert_int_equal(run.code, 7);
    assert_string_equal(run.out, "in\n");
    assert_string_equal(run.err, "no\n");
    support_run_close(&run);
}

static void a_killed_program_reports_its_signal(void **state)
{
    (void)state;
    const char *const argv[] = {"sh", "-c", "kill -9 $$", NULL};
    struct support_run run = support_run(argv, NULL, NULL);
    assert_int_equal(run.code, 128 + 9);
    support_run_close(&run);
}

static void an_absent_program_is_no_success(void **state)
{
    (void)state;
    const char *const argv[] = {"/nowhere/at-all", NULL};
    struct support_run run = support_run(argv, NULL, NULL);
    assert_int_not_equal(run.code, 0);
    support_run_close(&run);
}

static void much_output_arrives_whole(void **state)
{
    (void)state;
    const char *const argv[] = {"sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x", NULL};
    struct support_run run = support_run(argv, NULL, "/");
    assert_int_equal(strlen(run.out), 300000);
    support_run_close(&run);
}

static void a_golden_file_matches_only_the_same_bytes(void **state)
{
    (void)state;
    char folder[SUPPORT_PATH], path[SUPPORT_PATH + 8];
    assert_true(support_folder(folder));
    snprintf(path, sizeof(path), "%s/file", folder);
    const char *kept = getenv("CAIRN_GOLDEN");
    char *mode = kept != NULL ? strdup(kept) : NULL;
    unsetenv("CAIRN_GOLDEN");
    assert_false(support_golden(path, "one\ntwo\n"));
    setenv("CAIRN_GOLDEN", "write", 1);
    assert_true(support_golden(path, "one\ntwo\n"));
    unsetenv("CAIRN_GOLDEN");
    assert_true(support_golden(path, "one\ntwo\n"));
    assert_false(support_golden(path, "one\ntoo\n"));
    assert_false(support_golden(path, "one\n"));
    if (mode != NULL)
        setenv("CAIRN_GOLDEN", mode, 1);
    free(mode);
    support_folder_remove(folder);
    assert_null(support_read(path, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_reports_exit_code_and_both_streams),
        cmocka_unit_test(a_killed_program_reports_its_signal),
        cmocka_unit_test(an_absent_program_is_no_success),
        cmocka_unit_test(much_output_arrives_whole),
        cmocka_unit_test(a_golden_file_matches_only_the_same_bytes),
    };
    return cmocka_run_group_tests_name("support", tests, NULL, NULL);
}
