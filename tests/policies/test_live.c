/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: a production driver of the installed library works when it is killed, and cairn decides
 * what it decided. Method: policies/examples/live is compiled against an installed tree and trains
 * undisturbed, killed, and with its supervisor killed too: the models must be equal bit for bit,
 * and every verdict of the logs must come out again.
 *
 * Seed 313 strikes 32, 59 and 220 ms after the start and goes on so, in work that takes 350 ms
 * here. Where the machine is busy that work takes longer than a strike lets it live: there are six
 * at most, and then it gets through. */
#include "tests/sim/cli/asked.h"

#define STEPS "90"

static char expected_model[SUPPORT_PATH + 20];

/* Trains undisturbed in folder/calm. */
static int install(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    free(shell(0, "make -s install B=${B:-build} DESTDIR=%s PREFIX=/usr", folder));
    free(shell(0,
               "cc -std=c17 -D_GNU_SOURCE -Wall -Wextra -Wconversion -Wshadow -Werror "
               "-O2 " SUPPORT_SANITIZED
               " -o %s/live policies/examples/live/*.c -I%s/usr/include %s/usr/lib/"
               "libcairn-policies.a -lm",
               folder, folder, folder));
    free(shell(0, "cd %s && mkdir calm && ./live --dir calm --log calm/log --mtbf never --steps %s",
               folder, STEPS));
    snprintf(expected_model, sizeof expected_model, "%s/calm/model", folder);
    return 0;
}

static size_t lines_with(const char *path, const char *word)
{
    char *text = support_read(path, NULL);
    size_t count = 0;
    assert_non_null(text);
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        count++;
    free(text);
    return count;
}

static void assert_same_model(const char *path)
{
    size_t length, expected_length;
    char *model = support_read(path, &length);
    char *expected = support_read(expected_model, &expected_length);
    assert_non_null(model);
    assert_non_null(expected);
    assert_true(length > 4 << 20);
    assert_int_equal(length, expected_length);
    assert_memory_equal(model, expected, length);
    free(model);
    free(expected);
}

static void assert_replays(const char *log, size_t least)
{
    size_t verdicts = lines_with(log, "\"action\"");
    char wanted[100];
    snprintf(wanted, sizeof wanted, "%zu of %zu verdicts equal", verdicts, verdicts);
    char *out = output_of(CAIRN("replay", "--happenings", log), 0);
    assert_says(out, wanted);
    assert_true(verdicts >= least);
    free(out);
}

static void a_killed_trainer_ends_with_the_model_of_one_that_was_not(void **state)
{
    const char *log = in_folder("killed/log");
    (void)state;
    free(shell(0,
               "cd %s && mkdir killed && ./live --dir killed --log killed/log --mtbf 100ms --seed "
               "313 --strikes 6 --steps %s --controller adaptive:prior=100ms,min_interval=20ms",
               folder, STEPS));
    assert_true(lines_with(log, "\"strike\"") >= 2);
    assert_true(lines_with(log, "\"failure\"") >= 2);
    assert_true(lines_with(log, "\"recovered\"") >= 1); /* others may be struck before */
    assert_true(lines_with(log, "checkpoint_done") >= 2);
    assert_same_model(in_folder("killed/model"));
    assert_replays(log, 5);
}

/* The restarted one has the first one's controller: its verdicts rest on what that one heard. */
static void a_killed_supervisor_goes_on_from_its_state(void **state)
{
    const char *words =
        "--dir orphan --log orphan/log --mtbf 100ms --seed 313 --strikes 6 --steps " STEPS
        " --controller online:prior=100ms,min_interval=10ms";
    const char *log = in_folder("orphan/log");
    (void)state;
    free(
        shell(137, "cd %s && mkdir orphan && exec ./live --supervisor-stops 50 %s", folder, words));
    assert_int_equal(access(in_folder("orphan/model"), F_OK), -1);
    size_t before = lines_with(log, "\"action\""), struck = lines_with(log, "\"failure\"");
    assert_true(before >= 2);
    free(shell(0, "cd %s && ./live %s", folder, words));
    assert_same_model(in_folder("orphan/model"));
    assert_int_equal(lines_with(log, "\"begin\""), 1);
    assert_int_equal(lines_with(log, "\"end\""), 1);
    assert_true(lines_with(log, "\"failure\"") > struck);
    assert_replays(log, before + 1);
}

/* One flipped byte in a checkpoint is not trained on. */
static void a_torn_checkpoint_is_refused(void **state)
{
    size_t length;
    char *model = support_read(expected_model, &length);
    (void)state;
    assert_non_null(model);
    model[length / 2] ^= 1;
    free(shell(0, "mkdir %s/torn", folder));
    assert_true(support_write(in_folder("torn/checkpoint"), model, length));
    free(model);
    char *out =
        shell(3, "cd %s && ./live --dir torn --log torn/log --steps " STEPS " 2>&1", folder);
    assert_says(out, "the checkpoint is torn");
    free(out);
}

static void a_fitted_scenario_runs(void **state)
{
    (void)state;
    free(output_of(CAIRN("fit", in_folder("killed/log"), "-o", in_folder("fitted.yaml")), 0));
    char *out = output_of(CAIRN("run", in_folder("fitted.yaml"), "--json"), 0);
    assert_true(json_number(out, "failures.struck") > 0);
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_trainer_ends_with_the_model_of_one_that_was_not),
        cmocka_unit_test(a_killed_supervisor_goes_on_from_its_state),
        cmocka_unit_test(a_torn_checkpoint_is_refused),
        cmocka_unit_test(a_fitted_scenario_runs),
    };
    return cmocka_run_group_tests(tests, install, remove_folder);
}
