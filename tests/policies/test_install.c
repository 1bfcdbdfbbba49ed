/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what `make install` installs is enough for a stranger's program, and says what it is.
 * Method: installed into an empty folder; the example driver is compiled against that folder alone,
 * with the shared object and with the archive, and must say the same. */
#include "tests/sim/cli/asked.h"

static int install(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    free(shell(0, "make -s install B=${B:-build} DESTDIR=%s PREFIX=/usr", folder));
    return 0;
}

/* Daly for C = 60 s, M = 1 h: 617.876 s, so asked once a second, after 618 of them. */
static const char expected[] =
    "618: 618 s since the last checkpoint: the interval of 617.87565 s is over\n"
    "1236: 618 s since the last checkpoint: the interval of 617.87565 s is over\n"
    "1854: 618 s since the last checkpoint: the interval of 617.87565 s is over\n";

static void a_strangers_driver_links_either_library(void **state)
{
    (void)state;
    for (int is_archive = 0; is_archive < 2; is_archive++) {
        char link[3 * SUPPORT_PATH];
        if (is_archive)
            snprintf(link, sizeof link, "%s/usr/lib/libcairn-policies.a", folder);
        else
            snprintf(link, sizeof link, "-L%s/usr/lib -lcairn-policies -Wl,-rpath,%s/usr/lib",
                     folder, folder);
        free(shell(0,
                   "cc -Wall -Werror " SUPPORT_SANITIZED " -o %s/driver "
                   "policies/examples/driver.c -I%s/usr/include %s",
                   folder, folder, link));
        char *out = shell(0, "%s/driver", folder);
        assert_string_equal(out, expected);
        free(out);
    }
}

/* Two crashes of an actor that may restart once. */
static const char recovers[] =
    "#include <cairn/registry.h>\n"
    "#include <stdio.h>\n"
    "int main(void)\n"
    "{\n"
    "    const struct cairn_recovery_class *ray = cairn_recovery_find(\"ray\");\n"
    "    struct cairn_value values[4] = {{0}, {1000000000, 1}, {60, 60}, {-1, -1}};\n"
    "    struct cairn_setback crash = {.size = sizeof crash, .abi = CAIRN_RECOVERY_ABI,\n"
    "                                  .subject = CAIRN_SUBJECT_ACTOR,\n"
    "                                  .cause = CAIRN_CAUSE_WORKER, .limit = 1};\n"
    "    struct cairn_cure cure;\n"
    "    _Alignas(16) char plan[256] = {0}, words[99];\n"
    "    if (cairn_recovery_plan_size(ray) > sizeof plan || ray->plan(values, plan))\n"
    "        return 1;\n"
    "    for (int i = 0; i < 2; i++) {\n"
    "        crash.failed[CAIRN_CAUSE_WORKER]++;\n"
    "        cairn_recovery_decide(ray, plan, NULL, NULL, &crash, &cure);\n"
    "        ray->describe(plan, &cure, words, sizeof words);\n"
    "        puts(words);\n"
    "    }\n"
    "    return 0;\n"
    "}\n";

static void a_stranger_asks_what_comes_after_a_failure(void **state)
{
    (void)state;
    FILE *file = fopen(in_folder("recovers.c"), "w");
    assert_non_null(file);
    assert_true(fputs(recovers, file) >= 0);
    assert_int_equal(fclose(file), 0);
    free(shell(0,
               "cc -Wall -Werror " SUPPORT_SANITIZED " -o %s/recovers %s/recovers.c "
               "-I%s/usr/include %s/usr/lib/libcairn-policies.a",
               folder, folder, folder, folder));
    char *out = shell(0, "%s/recovers", folder);
    assert_string_equal(out, "failure 1 of 1 allowed: again at once\n"
                             "failure 2, more than the 1 allowed: given up\n");
    free(out);
}

static void pkg_config_names_the_library(void **state)
{
    (void)state;
    char *text = shell(0, "cat %s/usr/lib/pkgconfig/cairn-policies.pc", folder);
    assert_non_null(strstr(text, "prefix=/usr\n"));
    assert_non_null(strstr(text, "-lcairn-policies"));
    assert_null(strchr(text, '@'));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_strangers_driver_links_either_library),
        cmocka_unit_test(a_stranger_asks_what_comes_after_a_failure),
        cmocka_unit_test(pkg_config_names_the_library),
    };
    return cmocka_run_group_tests(tests, install, remove_folder);
}
