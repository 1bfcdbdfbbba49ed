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
        cmocka_unit_test(pkg_config_names_the_library),
    };
    return cmocka_run_group_tests(tests, install, remove_folder);
}
