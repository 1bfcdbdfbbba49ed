/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what new-policy writes compiles where it stands and runs; it refuses bad names and never
 * touches a file that is there. Method: its own test script is run in an empty folder.
 */
#include "tests/sim/cli/asked.h"

static char *program;

static int prepare(void **state)
{
    const char *bin = getenv("CAIRN_BIN");
    program = realpath(bin ? bin : "build/cairn", NULL);
    return program ? make_folder(state) : -1;
}

static int clean_up(void **state)
{
    free(program);
    return remove_folder(state);
}

static struct support_run run_there(const char *const *words)
{
    const char *all[12] = {program};
    for (size_t i = 0; words[i] && i + 2 < COUNT(all); i++)
        all[i + 1] = words[i];
    return support_run(all, NULL, folder);
}

#define THERE(...) run_there((const char *const[]){__VA_ARGS__, NULL})

static void what_it_writes_compiles_and_runs(void **state)
{
    static const char *const names[] = {"mine", "second-try_2"}; /* in one folder */
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        char script[100], wanted[100];
        char *out = output_of(THERE("new-policy", names[i], "-o", "mine"), 0);
        snprintf(wanted, sizeof wanted, "wrote mine/%s.c, mine/test_%s.sh and mine/controller.h",
                 names[i], names[i]);
        assert_says(out, wanted);
        free(out);
        snprintf(script, sizeof script, "mine/test_%s.sh", names[i]);
        setenv("CAIRN", program, 1);
        struct support_run run =
            support_run((const char *const[]){"sh", script, NULL}, NULL, folder);
        unsetenv("CAIRN");
        assert_exit(&run, 0);
        assert_string_equal(run.err, ""); /* -Wall -Wextra has nothing to say */
        assert_says(run.out, "all threads, step by step  2 of 2 digests equal");
        assert_says(run.out, names[i]);
        support_run_close(&run);
    }
}

static void the_example_passes_its_own_test(void **state)
{
    char cflags[SUPPORT_PATH + 32], here[SUPPORT_PATH], policies[SUPPORT_PATH + 16];
    (void)state;
    assert_non_null(getcwd(here, sizeof here));
    snprintf(policies, sizeof policies, "%s/policies", here);
    assert_int_equal(symlink(policies, in_folder("cairn")), 0);
    snprintf(cflags, sizeof cflags, "-I%s", folder);
    setenv("CAIRN", program, 1);
    setenv("CFLAGS", cflags, 1);
    setenv("OUT", folder, 1);
    struct support_run run = support_run(
        (const char *const[]){"sh", "policies/examples/test_myplugin.sh", NULL}, NULL, NULL);
    unsetenv("CAIRN");
    unsetenv("CFLAGS");
    unsetenv("OUT");
    assert_exit(&run, 0);
    assert_says(run.out, "myplugin");
    support_run_close(&run);
}

/* The last file in the way: nothing of the first two is written either. */
static void a_file_that_is_there_is_kept_and_no_other_is_written(void **state)
{
    static const char *const there[] = {"taken.c", "test_taken.sh", "controller.h"};
    (void)state;
    for (size_t i = 0; i < COUNT(there); i++) {
        assert_true(support_write(in_folder(there[i]), "precious", 8));
        struct support_run run = THERE("new-policy", "taken");
        assert_exit(&run, 2);
        assert_string_equal(run.out, "");
        assert_says(run.err, there[i]);
        support_run_close(&run);
        for (size_t j = 0; j < COUNT(there); j++) {
            char *text = support_read(in_folder(there[j]), NULL);
            assert_int_equal(text != NULL, i == j);
            if (text)
                assert_string_equal(text, "precious");
            free(text);
        }
        unlink(in_folder(there[i]));
    }
}

static void force_replaces_files(void **state)
{
    (void)state;
    assert_true(support_write(in_folder("again.c"), "precious", 8));
    char *out = output_of(THERE("new-policy", "again", "--force"), 0);
    char *text = support_read(in_folder("again.c"), NULL);
    assert_says(text, ".name = \"again\"");
    assert_null(strstr(text, "myplugin"));
    free(out);
    free(text);
}

static void a_folder_that_cannot_be_made_is_told(void **state)
{
    (void)state;
    struct support_run run = THERE("new-policy", "mine", "-o", "no/such/folder");
    assert_exit(&run, 2);
    assert_says(run.err, "--output 'no/such/folder': cannot make this folder: No such file");
    support_run_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_writes_compiles_and_runs),
        cmocka_unit_test(the_example_passes_its_own_test),
        cmocka_unit_test(a_file_that_is_there_is_kept_and_no_other_is_written),
        cmocka_unit_test(force_replaces_files),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_told),
    };
    return cmocka_run_group_tests(tests, prepare, clean_up);
}
