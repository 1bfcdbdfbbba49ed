/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what `make install` installs is enough for a stranger's program, and says what it is.
 * Method: installed into an empty folder; the example driver is compiled against that folder alone,
 * with the shared object and with the archive, and must say the same. */
#include "tests/support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char root[SUPPORT_PATH];

/* A shell command in the project's root; its standard output, freed by the caller. */
__attribute__((format(printf, 1, 2))) static char *shell(const char *format, ...)
{
    char command[4 * SUPPORT_PATH];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    struct support_run run =
        support_run((const char *const[]){"sh", "-c", command, NULL}, NULL, NULL);
    if (run.code != 0)
        fail_msg("%s: exit code %d: %s", command, run.code, run.err);
    free(run.err);
    return run.out;
}

static int install(void **state)
{
    const char *b = getenv("B");
    (void)state;
    if (!support_folder(root))
        return -1;
    free(shell("make -s install B=%s DESTDIR=%s PREFIX=/usr", b ? b : "build", root));
    return 0;
}

static int removed(void **state)
{
    (void)state;
    support_folder_remove(root);
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
            snprintf(link, sizeof link, "%s/usr/lib/libcairn-policies.a", root);
        else
            snprintf(link, sizeof link, "-L%s/usr/lib -lcairn-policies -Wl,-rpath,%s/usr/lib", root,
                     root);
        free(shell("cc -Wall -Werror " SUPPORT_SANITIZED " -o %s/driver "
                   "policies/examples/driver.c -I%s/usr/include %s",
                   root, root, link));
        char *out = shell("%s/driver", root);
        assert_string_equal(out, expected);
        free(out);
    }
}

static void pkg_config_names_the_library(void **state)
{
    (void)state;
    char *text = shell("cat %s/usr/lib/pkgconfig/cairn-policies.pc", root);
    assert_non_null(strstr(text, "prefix=/usr\n"));
    assert_non_null(strstr(text, "-lcairn-policies"));
    assert_null(strchr(text, '@'));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_strangers_driver_links_either_library),
        cmocka_unit_test(pkg_config_names_the_library),
    };
    return cmocka_run_group_tests(tests, install, removed);
}
