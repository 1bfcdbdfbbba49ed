/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a shared object's controllers are as good as built-in ones, by name, in every command; one
 * that cannot serve is refused with a sentence before anything of it runs.
 * Method: policies/examples/myplugin.c and variants of bad_plugin.c are compiled against the
 * headers alone and given to the program; what it says of bad ones stands in tests/bad/plugin.
 */
#include "tests/sim/cli/asked.h"
#include <sys/stat.h>

static char *program, include_option[2 * SUPPORT_PATH];

/* folder/include/cairn is policies/: nothing else of cairn is seen by the compiler. */
static int prepare(void **state)
{
    char path[SUPPORT_PATH + 64], here[SUPPORT_PATH], policies[SUPPORT_PATH + 16];
    const char *bin = getenv("CAIRN_BIN");
    program = realpath(bin ? bin : "build/cairn", NULL);
    if (make_folder(state) != 0 || !program || !getcwd(here, sizeof here))
        return -1;
    snprintf(path, sizeof path, "%s/include", folder);
    snprintf(include_option, sizeof include_option, "-I%s", path);
    snprintf(policies, sizeof policies, "%s/policies", here);
    if (mkdir(path, 0700) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/include/cairn", folder);
    return symlink(policies, path);
}

static int clean_up(void **state)
{
    free(program);
    return remove_folder(state);
}

static void compile(const char *source, const char *define, const char *object)
{
    bool is_bad = strncmp(define, "-DBAD", 5) == 0; /* with something missing, unused rests */
    const char *words[] = {"cc",
                           "-std=c17",
                           "-Wall",
                           is_bad ? "-w" : "-Wextra",
                           "-Werror",
                           "-shared",
                           "-fPIC",
                           define,
                           include_option,
                           source,
                           "-o",
                           object,
                           NULL};
    struct support_run run = support_run(words, NULL, NULL);
    if (run.code != 0)
        fail_msg("%s: %s", source, run.err);
    support_run_close(&run);
}

static void compile_mine(void)
{
    compile("policies/examples/myplugin.c", "-DMINE", in_folder("mine.so"));
}

/* cairn, run inside the folder, so that messages hold no path of today. */
static struct support_run run_there(const char *const *words)
{
    const char *all[16] = {program};
    for (size_t i = 0; words[i] && i + 2 < COUNT(all); i++)
        all[i + 1] = words[i];
    return support_run(all, NULL, folder);
}

#define THERE(...) run_there((const char *const[]){__VA_ARGS__, NULL})

static void its_controllers_are_known_by_name_in_every_command(void **state)
{
    static const struct {
        const char *words[12], *says;
    } cases[] = {
        {{"run", "two-node", "--plugin", "mine.so", "--set", "controller=myplugin"},
         "controller myplugin"},
        {{"run", "two-node", "--plugin", "mine.so", "--json", "--set", "controller=myplugin"},
         "\"controller\": \"myplugin\""},
        {{"run", "two-node", "--plugin=mine.so", "--set",
          "controller={name: myplugin, first: 4 min}"},
         "controller myplugin"},
        {{"sweep", "two-node", "--plugin", "mine.so", "--set", "controller=young,myplugin,daly"},
         "myplugin"},
        {{"sweep", "two-node", "--plugin", "mine.so", "--set", "controller=young,daly", "--against",
          "myplugin"},
         "myplugin"},
        {{"plot", "two-node", "benefit", "--plugin", "mine.so", "--set", "controller=daly,myplugin",
          "--against", "young"},
         ""},
        {{"verify", "two-node", "--plugin", "mine.so", "--set", "controller=myplugin"},
         "2 of 2 digests equal"},
        {{"verify", "two-node", "--plugin", "mine.so", "--set",
          "controller={name: cap, of: myplugin}"},
         "2 of 2 digests equal"},
        {{"explain", "two-node", "--plugin", "mine.so", "--set", "controller=myplugin"},
         "myplugin"},
        {{"validate", "two-node", "--plugin", "mine.so", "--set", "controller=myplugin"}, "valid"},
        {{"validate", "two-node", "--plugin", "mine.so", "--print-effective", "--set",
          "controller={name: myplugin, first: 90 min}"},
         "{name: myplugin, first: 90 min}"},
        {{"replay", "outages.csv", "two-node", "--plugin", "mine.so", "--set",
          "controller=myplugin"},
         "controller myplugin"},
        {{"list", "policies", "--plugin", "mine.so"}, "myplugin             half the interval"},
        {{"help", "policies", "--plugin", "mine.so"}, "first: a duration; default 1 h"},
    };
    static const char outages[] = "node,start,end\na,10 min,12 min\nb,2 h,2.1 h\n";
    (void)state;
    compile_mine();
    assert_true(support_write(in_folder("outages.csv"), outages, strlen(outages)));
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct support_run run = run_there(cases[i].words);
        assert_exit(&run, 0);
        assert_says(run.out, cases[i].says);
        assert_string_equal(run.err, "");
        support_run_close(&run);
    }
}

/* By hand: two-node fails seven times within the run, so the interval of 30 min is halved. */
static void it_hears_and_decides_and_the_same_bits_come_of_it(void **state)
{
    (void)state;
    compile_mine();
    char *once = output_of(THERE("run", "two-node", "--plugin", "mine.so", "--json", "--rows",
                                 "--set", "controller={name: myplugin, first: 30 min}"),
                           0);
    char *again =
        output_of(THERE("run", "two-node", "--plugin", "./mine.so", "--json", "--rows", "-j1",
                        "--no-skip", "--set", "controller={name: myplugin, first: 30 min}"),
                  0);
    assert_true(json_is_whole(once));
    assert_string_equal(once, again);
    assert_true(json_number(once, "failures.struck") > 0);
    assert_true(json_number(once, "checkpoints.completed") > 0);
    free(once);
    free(again);
}

static void without_the_option_the_name_is_unknown(void **state)
{
    (void)state;
    struct support_run run = THERE("run", "two-node", "--set", "controller=myplugin");
    assert_exit(&run, 2);
    assert_says(run.err, "unknown controller 'myplugin'");
    support_run_close(&run);
    compile_mine();
    run = THERE("run", "two-node", "--plugin", "mine.so", "--set", "controller=mypluggin");
    assert_exit(&run, 2);
    assert_says(run.err, "did you mean 'myplugin'?");
    support_run_close(&run);
}

static bool is_told(const char *name, const char *object)
{
    char path[200], text[4096];
    struct support_run run =
        THERE("run", "two-node", "--plugin", object, "--set", "controller=bad");
    snprintf(text, sizeof text, "exit %d\n%s", run.code, run.err);
    snprintf(path, sizeof path, "tests/bad/plugin/%s.err", name);
    bool is_good = run.code == 2 && !run.out[0] && support_golden(path, text);
    if (!is_good)
        print_error("%s: exit %d, stdout '%.40s', stderr '%s'\n", name, run.code, run.out, run.err);
    support_run_close(&run);
    return is_good;
}

static void each_bad_object_says_what_its_golden_text_says(void **state)
{
    static const struct {
        const char *name, *define;
    } cases[] = {
        {"no_symbol", "-DBAD_NOTHING"},
        {"other_abi", "-DBAD_ABI"},
        {"short_size", "-DBAD_SIZE"},
        {"empty_list", "-DBAD_LIST"},
        {"class_twice", "-DBAD_TWICE"},
        {"class_abi", "-DBAD_CLASS_ABI"},
        {"class_size", "-DBAD_CLASS_SIZE"},
        {"class_no_decide", "-DBAD_DECIDE"},
        {"class_hears", "-DBAD_HEARING"},
        {"name_taken", "-DNAME=\"daly\""},
        {"name_empty", "-DNAME=\"\""},
        {"name_colon", "-DNAME=\"a: b\""},
        {"name_escape", "-DNAME=\"a\\033[31m\""},
        {"name_long", "-DNAME=\"a123456789012345678901234567890123456789\""},
        {"param_name", "-DBAD_PARAM_NAME"},
        {"param_unit", "-DBAD_PARAM_UNIT"},
        {"param_choices", "-DBAD_PARAM_CHOICES"},
        {"param_help", "-DBAD_PARAM_HELP"},
        {"param_count", "-DBAD_PARAM_COUNT"},
        {"undefined_symbol", "-DBAD_SYMBOL"},
        {"refused_values", "-DBAD_VALUES"},
    };
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        unlink(in_folder("bad.so"));
        compile("tests/sim/campaign/bad_plugin.c", cases[i].define, in_folder("bad.so"));
        wrong += !is_told(cases[i].name, "bad.so");
    }
    assert_int_equal(wrong, 0);
}

static void what_is_no_shared_object_is_refused(void **state)
{
    static const char text[] =
        "this is text, and long enough to hold a header of ELF, but it is none "
        "whatever it says, and so it cannot be loaded\n";
    (void)state;
    assert_true(support_write(in_folder("text.so"), text, strlen(text)));
    assert_true(support_write(in_folder("empty.so"), "", 0));
    assert_int_equal(mkfifo(in_folder("fifo.so"), 0600), 0);
    assert_true(is_told("no_such_file", "nosuch.so"));
    assert_true(is_told("folder", "include"));
    assert_true(is_told("text", "text.so"));
    assert_true(is_told("empty", "empty.so"));
    assert_true(is_told("fifo", "fifo.so")); /* and it does not wait for a writer */
}

/* The controller's own FAILED is exit code 4, with its reason. */
static void one_that_says_failed_ends_its_runs_and_the_exit_code_tells(void **state)
{
    (void)state;
    unlink(in_folder("bad.so"));
    compile("tests/sim/campaign/bad_plugin.c", "-DBAD_VERDICT", in_folder("bad.so"));
    struct support_run run =
        THERE("run", "two-node", "--plugin", "bad.so", "--set", "controller=bad");
    assert_exit(&run, 4);
    assert_says(run.out, "2 were ended by the controller (first: replication 0, reason 7)");
    support_run_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_controllers_are_known_by_name_in_every_command),
        cmocka_unit_test(it_hears_and_decides_and_the_same_bits_come_of_it),
        cmocka_unit_test(without_the_option_the_name_is_unknown),
        cmocka_unit_test(each_bad_object_says_what_its_golden_text_says),
        cmocka_unit_test(what_is_no_shared_object_is_refused),
        cmocka_unit_test(one_that_says_failed_ends_its_runs_and_the_exit_code_tells),
    };
    return cmocka_run_group_tests(tests, prepare, clean_up);
}
